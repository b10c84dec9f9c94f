"""Pictures of which one part is damaged, as no camera and no drawing program leaves them."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def spoilt_pngs(png: bytes) -> Iterator[bytes]:
    """Yield a PNG with each chunk in turn left out, twice there, emptied, cut off, and behind the next."""
    chunks, at = [], 8
    while at < len(png):
        end = at + 12 + int.from_bytes(png[at : at + 4], "big")
        chunks.append(png[at:end])
        at = end
    for at, chunk in enumerate(chunks):
        kind = chunk[4:8]
        empty = bytes(4) + kind + zlib.crc32(kind).to_bytes(4, "big")
        for instead in ([], [chunk, chunk], [empty], [chunk[:-5]], [chunk[:10]]):
            yield png[:8] + b"".join([*chunks[:at], *instead, *chunks[at + 1 :]])
        yield png[:8] + b"".join([*chunks[:at], *chunks[at + 1 : at + 2], chunk, *chunks[at + 2 :]])

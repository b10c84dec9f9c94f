"""What the bytes of a PDF have and programs pass over: comments, and what follows an end. ISO 32000-1, 7."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Final

import pikepdf

from flows.release.noticing import THE_FILE, finding, unread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.domain.finding import Finding

SPACE: Final = b"\0\t\n\f\r "
"""What separates and says nothing: 7.2.2."""
_OUTSIDE: Final = re.compile(rb"\(|%[^\r\n]*|(?<!\S)ID\s.*?\sEI(?!\S)", re.DOTALL)
_INSIDE: Final = re.compile(rb"\\.|[()]", re.DOTALL)
_FINE: Final = re.compile(
    rb"% ReportLab generated PDF document -- digest \((?:opensource|http://www\.reportlab\.com)\)\s*|[%\0\s]*"
)
_PIECE: Final = 1 << 20
_MOST: Final = 1 << 30


def look_at_comments(data: bytes) -> Iterator[Finding]:
    """Yield a finding on a comment that says something: 7.2.3. No program shows one."""
    at = depth = 0
    while found := (_INSIDE if depth else _OUTSIDE).search(data, at):
        at, sign = found.end(), found.group()
        depth += (sign == b"(") - (sign == b")")
        if not depth and sign.startswith(b"%") and not _FINE.fullmatch(sign):
            yield finding("HIDDEN_LEFT", THE_FILE, "The file has words that no program shows.")
            return


def _after_flate(data: bytes) -> bytes:
    packed, made = zlib.decompressobj(), 0
    try:
        while data and not packed.eof:
            made += len(packed.decompress(data, _PIECE))
            data = packed.unconsumed_tail
            if made > _MOST:
                raise unread("It unpacks to more than is looked through")
    except zlib.error:
        raise unread("It is damaged: a stream cannot be unpacked") from None
    return packed.unused_data


AFTER: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "/FlateDecode": _after_flate,
    "/ASCII85Decode": lambda data: data.partition(b"~>")[2],
    "/ASCIIHexDecode": lambda data: data.partition(b">")[2],
}
"""What follows the end of what is packed, by the filter: 7.4."""

_COMPONENTS: Final = {
    **dict.fromkeys(("/DeviceGray", "/CalGray", "/Indexed", "/Separation"), 1),
    **dict.fromkeys(("/DeviceRGB", "/CalRGB", "/Lab"), 3),
    "/DeviceCMYK": 4,
}


def bytes_of(picture: pikepdf.Stream) -> int | None:
    """Return how many bytes the points of a picture take: 8.9.5; None where its colours are not known."""
    bits, space = int(picture.get("/BitsPerComponent", 1)), picture.get("/ColorSpace")
    if picture.get("/ImageMask", False):
        bits, several = 1, 1
    elif isinstance(space, pikepdf.Array):
        name = str(space[0])
        several = {"/ICCBased": lambda: int(space[1].N), "/DeviceN": lambda: len(space[1])}.get(
            name, lambda: _COMPONENTS.get(name, 0)
        )()
    else:
        several = _COMPONENTS.get(str(space), 0)
    return int(picture.Height) * ((int(picture.Width) * several * bits + 7) // 8) if several else None

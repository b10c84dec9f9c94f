"""The authority's crest: what picture will do, and how it is drawn and put into a page."""

from __future__ import annotations

import io
import struct
import zlib
from base64 import b64encode
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from PIL import Image
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader

from flows.document.tagged.flow import TaggedFigure
from flows.document.tagged.structure import Element

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.document.tagged.canvas import TaggedCanvas
    from flows.domain.theme import Crest

MOST: Final = 256 * 1024
"""Bytes of the file: it is in every paper."""
FINEST: Final = 2000
"""Pixels each way."""
COARSEST: Final = 150
"""Dots per inch on paper."""
WIDEST: Final = 70
"""Millimetres: the authority's name stands beside it."""
_MODES: Final = frozenset({"1", "L", "LA", "P", "RGB", "RGBA"})
_DAMAGED: Final = (
    *(OSError, SyntaxError, ValueError, LookupError, TypeError, EOFError, struct.error, zlib.error),
    Image.DecompressionBombError,
)
"""What Pillow meets a damaged picture with."""


def redrawn(png: bytes) -> bytes:
    """Return the picture as a PNG of its pixels alone: no notes in it, no second picture, no turning.

    What cannot be read is returned as it is, for ``crest_faults`` to say so.
    """
    try:
        image = _rgb(png)
    except ValueError:
        return png
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def crest_faults(crest: Crest) -> Iterator[str]:
    """Yield why the picture of ``crest`` will not do, each with what would."""
    if len(crest.image) > MOST:
        yield f"is larger than {MOST} bytes; a smaller PNG is needed"
        return
    try:
        _, height = _rgb(crest.image).size
    except ValueError as error:
        yield str(error)
        return
    needed = -(-crest.height * COARSEST * 10 // 254)
    if height < needed:
        yield f"has {height} pixels from top to bottom; {needed} are needed to be {crest.height} mm high"
    if _wide(crest) > WIDEST * mm:
        yield f"would be {_wide(crest) / mm:.0f} mm wide, and {WIDEST} is the most; choose a smaller height"


def figure(crest: Crest, root: Element) -> TaggedFigure:
    """Return the crest as part of the structure tree, after all that ``root`` has so far."""
    width, height = _wide(crest), crest.height * mm

    def paint(canvas: TaggedCanvas) -> None:
        canvas.drawImage(ImageReader(_rgb(crest.image)), 0, 0, width, height)

    return TaggedFigure(Element("Figure", root, alternative=crest.words), paint, width=width, height=height)


def data_address(crest: Crest) -> str:
    """Return the picture as an address that has it (RFC 2397)."""
    return f"data:image/png;base64,{b64encode(crest.image).decode()}"


def _wide(crest: Crest) -> float:
    width, height = _rgb(crest.image).size
    return crest.height * mm * width / height


@lru_cache(maxsize=4)
def _rgb(png: bytes) -> Image.Image:
    """Return the picture in plain colours, on white where it is transparent.

    Raises:
        ValueError: it is no such picture; says what is needed.
    """
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            # Another library may have let Pillow take half a picture for a whole one.
            image.verify()
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            size, mode = image.size, image.mode
            whole = image.convert("RGBA") if max(size) <= FINEST and mode in _MODES else None
    except _DAMAGED as error:
        raise ValueError("cannot be read; a PNG is needed") from error
    if whole is None:
        raise ValueError(
            f"is {size[0]} by {size[1]} pixels in mode {mode}; at most {FINEST} each way are needed, in 8 "
            "bits of grey or colour"
        )
    paper = Image.new("RGBA", whole.size, "white")
    return Image.alpha_composite(paper, whole).convert("RGB")

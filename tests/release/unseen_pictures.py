"""Pictures that keep what nobody sees, and their like that keep nothing; written before what looks for them.

Every other one of each was held back while that was worked on.
"""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Any, Final

from other_files import picture
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SIZE: Final = (120, 80)
_CLEAR: Final = (0, 0, 0, 0)


def _saved(image: Image.Image, form: str = "PNG", **save: Any) -> bytes:
    made = io.BytesIO()
    image.save(made, form, **save)
    return made.getvalue()


def _written(mode: str, ground: Any, ink: Any, words: str = "A. Person") -> Image.Image:
    image = Image.new(mode, _SIZE, ground)
    ImageDraw.Draw(image).text((8, 30), words, fill=ink)
    return image


def _photograph() -> Image.Image:
    return Image.merge(
        "RGB", [Image.linear_gradient("L").resize(_SIZE), *[Image.radial_gradient("L").resize(_SIZE)] * 2]
    )


def _cut_out(image: Image.Image, alpha: int = 0) -> Image.Image:
    """Make a rectangle of a picture transparent, its colours kept."""
    cut = image.convert("RGBA")
    mask = Image.new("L", _SIZE, 255)
    ImageDraw.Draw(mask).rectangle((20, 20, 90, 60), fill=alpha)
    cut.putalpha(mask)
    return cut


def _logo(ground: Any = _CLEAR, form: str = "PNG", **save: Any) -> bytes:
    large = Image.new("RGBA", (480, 320), ground)
    ImageDraw.Draw(large).ellipse((60, 60, 400, 300), fill=(200, 20, 20, 255))
    return _saved(large.resize(_SIZE), form, **save)


def _of_a_palette(*transparent: int) -> bytes:
    image = Image.new("P", _SIZE)
    image.putpalette([0, 0, 0, 200, 0, 0, 0, 200, 0, *[0] * 759])
    ImageDraw.Draw(image).text((8, 30), "A. Person", fill=1)
    ImageDraw.Draw(image).rectangle((80, 60, 118, 78), fill=2)
    return _saved(image, transparency=bytes(0 if index in transparent else 255 for index in range(3)))


HIDDEN: Final[Mapping[str, Callable[[], bytes]]] = {
    "part of a photograph made transparent.png": lambda: _saved(_cut_out(_photograph())),
    "words in a picture that is transparent.png": lambda: _saved(
        _written("RGBA", _CLEAR, (255, 255, 255, 0))
    ),
    "grey words that are transparent.png": lambda: _saved(_written("LA", (0, 0), (255, 0))),
    "words that are nearly transparent.png": lambda: _saved(_written("RGBA", (9, 9, 9, 1), (255, 0, 0, 2))),
    "one small word.png": lambda: _saved(_written("RGBA", _CLEAR, (90, 0, 0, 0), "it")),
    "words in one shade of blue.png": lambda: _saved(_written("RGBA", _CLEAR, (0, 0, 40, 0))),
    "two colours of a palette.png": lambda: _of_a_palette(0, 1),
    "part of a scan made transparent.png": lambda: _saved(
        _cut_out(_written("L", 255, 0, "A. Person was there"))
    ),
    "a picture with transparency.webp": lambda: _saved(
        _cut_out(_photograph()), "WEBP", lossless=True, exact=True
    ),
    "a picture with transparency, packed with loss.webp": lambda: _saved(
        _cut_out(_photograph()), "WEBP", exact=True
    ),
    "a picture with transparency.tif": lambda: _saved(_cut_out(_photograph()), "TIFF"),
    "grey with transparency.tiff": lambda: _saved(_written("LA", (0, 0), (255, 0)), "TIFF"),
}
CLEAN: Final[Mapping[str, Callable[[], bytes]]] = {
    "a logo on nothing.png": _logo,
    "a logo on white that is transparent.png": lambda: _logo((255, 255, 255, 0)),
    "a logo on its own colour.png": lambda: _logo((200, 20, 20, 0)),
    "a photograph with transparency that is nowhere used.png": lambda: _saved(_photograph().convert("RGBA")),
    "a photograph half transparent.png": lambda: _saved(_cut_out(_photograph(), 128)),
    "one colour of a palette.png": lambda: _of_a_palette(0),
    "one colour in place of transparency.png": lambda: _saved(_photograph(), transparency=(0, 0, 0)),
    "grey on nothing.png": lambda: _saved(_written("LA", (0, 0), (0, 255))),
    "a picture of one shade, transparent.png": lambda: _saved(Image.new("RGBA", _SIZE, (1, 2, 3, 0))),
    "a scan.png": lambda: _saved(_written("L", 255, 0)),
    "a photograph.webp": lambda: _saved(_photograph(), "WEBP"),
    "a drawing without loss.webp": lambda: _saved(
        _written("RGB", (255, 255, 255), (0, 0, 0)), "WEBP", lossless=True
    ),
}


# TIFF


def _tiff(*, between: bytes = b"", unlinked: bool = False, order: str = "<") -> bytes:
    """Return a TIFF of one grey strip, written by hand: header, strip, directory.

    Args:
        between: Bytes between the strip and the directory.
        unlinked: Whether a second directory with its strip stands there, to which nothing leads.
    """
    strip = bytes(range(64))

    def directory(at: int) -> bytes:
        tags = [(256, 8), (257, 8), (258, 8), (259, 1), (262, 1), (273, at), (277, 1), (278, 8), (279, 64)]
        rows = b"".join(struct.pack(f"{order}HHII", tag, 4, 1, value) for tag, value in tags)
        return struct.pack(f"{order}H", len(tags)) + rows + struct.pack(f"{order}I", 0)

    if unlinked:
        between += directory(8) + strip
    between += b"\0" * (len(between) % 2)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8 + len(strip) + len(between))
    return head + strip + between + directory(8)


def _sheets(**save: Any) -> bytes:
    first, *others = (_written("L", 255, 0, words) for words in ("one", "two", "three"))
    return _saved(first, "TIFF", save_all=True, append_images=others, **save)


HIDDEN_IN_TIFF: Final[Mapping[str, Callable[[], bytes]]] = {
    "words between the parts.tif": lambda: _tiff(between=b"A. Person was there"),
    "words between the parts, the other way round.tif": lambda: _tiff(
        between=b"A. Person was there", order=">"
    ),
    "a sheet that was taken out.tif": lambda: _tiff(unlinked=True),
    "a sheet that was taken out, the other way round.tiff": lambda: _tiff(unlinked=True, order=">"),
    "a picture between the parts.tif": lambda: _tiff(between=picture("PNG")),
    "a few words after the parts.tif": lambda: _tiff() + b"A. Person was there",
}
CLEAN_TIFF: Final[Mapping[str, Callable[[], bytes]]] = {
    "a sheet.tif": _tiff,
    "a sheet, the other way round.tif": lambda: _tiff(order=">"),
    "parts that begin at round numbers.tif": lambda: _tiff(between=bytes(440)),
    "three sheets.tif": _sheets,
    "three sheets, packed.tif": lambda: _sheets(compression="tiff_lzw"),
    "three sheets, packed as photographs.tif": lambda: _sheets(compression="jpeg"),
    "three sheets, deflated.tif": lambda: _sheets(compression="tiff_adobe_deflate", dpi=(300, 300)),
    "a sheet in many strips.tif": lambda: _saved(_written("L", 255, 0), "TIFF", strip_size=240),
    "a sheet with a profile.tif": lambda: _saved(
        _photograph(), "TIFF", icc_profile=b"x" * 301, software="Scan 1.0"
    ),
}

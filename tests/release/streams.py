"""Streams of a PDF with something after what is packed, and their like without; written before the rule.

Every other one was held back while it was worked on.
"""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING, Any, Final

import pikepdf
from other_files import WORDS, drawn, mark, pdf, picture, picture_object, shifted
from pikepdf import Array, Dictionary, Name, String

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TAIL: Final = b"A. Person was the informant"
_AS_IS: Final[dict[str, Any]] = {
    "compress_streams": False,
    "stream_decode_level": pikepdf.StreamDecodeLevel.none,
}


def _page(raw: bytes, *filters: str) -> bytes:
    """Return a PDF whose page draws what is packed so."""

    def change(made: pikepdf.Pdf) -> None:
        content = made.make_stream(b"")
        content.write(raw, filter=Array([Name(each) for each in filters]))
        made.pages[0].obj.Contents = content

    return pdf(WORDS, change, **_AS_IS)


def _image(data: bytes, *filters: str, **facts: Any) -> bytes:
    """Return a PDF that draws a picture of such points."""

    def change(made: pikepdf.Pdf) -> None:
        image = picture_object(made, **facts)
        if filters:
            image.write(data, filter=Array([Name(each) for each in filters]))
        else:
            image.write(data)
        made.pages[0].obj.Resources.XObject = Dictionary(Im1=made.make_indirect(image))

    return pdf(b"q 200 0 0 200 70 400 cm /Im1 Do Q " + WORDS, change, **_AS_IS)


def _a85(data: bytes) -> bytes:
    return base64.a85encode(data) + b"~>"


def _indexed(made: bytes, **more: Any) -> bytes:
    space = Array([Name.Indexed, Name.DeviceRGB, 1, pikepdf.String(b"\0\0\0\xff\xff\xff")])
    return _image(made, ColorSpace=space, BitsPerComponent=1, **more)


def _put_in(place: bytes, words: bytes, *, after: bool = True) -> bytes:
    """Return a PDF with bytes put in where some stand first, its table put right."""
    whole = pdf(WORDS, **_AS_IS)
    return shifted(whole, whole.index(place) + len(place) * after, words)


def _in_the_trailer() -> bytes:
    head, sign, tail = pdf(WORDS, **_AS_IS).rpartition(b"trailer")
    return head + sign + tail.replace(b"<<", b"<< % A. Person was here\n", 1)


def _form(content: bytes) -> bytes:
    def change(made: pikepdf.Pdf) -> None:
        form = pikepdf.Stream(made, content, Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 99, 99]))
        made.pages[0].obj.Resources.XObject = Dictionary(Fm1=made.make_indirect(form))

    return pdf(WORDS + b" /Fm1 Do", change, **_AS_IS)


def _link(target: str) -> bytes:
    return pdf(WORDS, mark("/Link", A=Dictionary(S=Name.URI, URI=String(target))), **_AS_IS)


_COMMENT: Final = b" % A. Person was here\n "
BETWEEN: Final[Mapping[str, tuple[Callable[[], bytes], str]]] = {
    "a comment after a stream": (lambda: _put_in(b"endstream", b"\n%A. Person was here"), "HIDDEN_OUTSIDE"),
    "words after a stream": (lambda: _put_in(b"endstream", b"\n(A. Person was here)"), "HIDDEN_UNREAD"),
    "words beyond the length of a stream": (
        lambda: _put_in(b"endstream", b"A. Person was here\n", after=False),
        "HIDDEN_UNREAD",
    ),
    "a word beyond the length of a stream": (
        lambda: _put_in(b"endstream", b"Person", after=False),
        "HIDDEN_UNREAD",
    ),
    "a comment within an object": (lambda: _put_in(b"<<", _COMMENT), "HIDDEN_LEFT"),
    "a comment at the end of an object": (lambda: _put_in(b"endobj", _COMMENT, after=False), "HIDDEN_LEFT"),
    "a comment before an object": (lambda: _put_in(b" obj", _COMMENT), "HIDDEN_LEFT"),
    "a comment in the trailer": (_in_the_trailer, "HIDDEN_LEFT"),
    "a comment on a page": (lambda: pdf(WORDS + _COMMENT), "HIDDEN_LEFT"),
    "a comment after words with a sign for comments": (
        lambda: pdf(b"BT /F1 12 Tf 72 700 Td (50% \\) of (it)) Tj ET" + _COMMENT),
        "HIDDEN_LEFT",
    ),
    "a comment in a form": (lambda: _form(b"0 g 1 1 9 9 re f" + _COMMENT), "HIDDEN_LEFT"),
    "a comment after a small picture": (
        lambda: pdf(WORDS + b" q 9 0 0 9 9 9 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q" + _COMMENT),
        "HIDDEN_LEFT",
    ),
}
INNOCENT: Final[Mapping[str, Callable[[], bytes]]] = {
    "words with a sign for comments": lambda: pdf(b"BT /F1 12 Tf 72 700 Td (50% of them) Tj ET"),
    "words with brackets in brackets": lambda: pdf(b"BT /F1 12 Tf 72 700 Td (a (b) \\( 5% c) Tj ET"),
    "a small picture": lambda: pdf(WORDS + b" q 9 0 0 9 9 9 cm BI /W 8 /H 1 /CS /G /BPC 8 ID %Person% EI Q"),
    "an empty comment": lambda: pdf(WORDS + b"\n%\n"),
    "a link with a sign for comments": lambda: _link("https://x.example/a%20b.pdf"),
    "what ReportLab writes": lambda: drawn(lambda canvas: canvas.drawString(72, 700, "Contract")),
    "space after a stream": lambda: _put_in(b"endstream", b"\r\n  "),
    "a line end beyond the length of a stream": lambda: _put_in(b"endstream", b"\r\n", after=False),
}

_FLATE, _A85, _HEX = "/FlateDecode", "/ASCII85Decode", "/ASCIIHexDecode"
HIDDEN: Final[Mapping[str, Callable[[], bytes]]] = {
    "words after a packed page": lambda: _page(zlib.compress(WORDS) + _TAIL, _FLATE),
    "a packed text after a packed page": lambda: _page(zlib.compress(WORDS) + zlib.compress(_TAIL), _FLATE),
    "words after a line end": lambda: _page(zlib.compress(WORDS) + b"\r\n" + _TAIL, _FLATE),
    "words after zeros": lambda: _page(zlib.compress(WORDS) + bytes(64) + _TAIL, _FLATE),
    "words after letters for bytes": lambda: _page(_a85(WORDS) + _TAIL, _A85),
    "words after digits for bytes": lambda: _page(WORDS.hex().encode() + b">" + _TAIL, _HEX),
    "words within letters for bytes": lambda: _page(_a85(zlib.compress(WORDS) + _TAIL), _A85, _FLATE),
    "words after a packed picture": lambda: _image(zlib.compress(b"\x80" * 64) + _TAIL, _FLATE),
    "rows below a picture": lambda: _image(b"\x80" * 64 + bytes(range(64))),
    "rows below a packed picture": lambda: _image(zlib.compress(b"\x80" * 64 + bytes(range(128))), _FLATE),
    "rows below a coloured picture": lambda: _image(
        zlib.compress(b"\x80" * 192 + bytes(range(64))), _FLATE, ColorSpace=Name.DeviceRGB
    ),
    "rows below a picture of a palette": lambda: _indexed(b"\x80" * 8 + _TAIL),
    "rows below a mask": lambda: _image(b"\x80" * 8 + _TAIL, ImageMask=True, BitsPerComponent=1),
    "words after a photograph": lambda: _image(
        picture() + _TAIL, "/DCTDecode", Width=32, Height=24, ColorSpace=Name.DeviceRGB
    ),
}
CLEAN: Final[Mapping[str, Callable[[], bytes]]] = {
    "a packed page": lambda: _page(zlib.compress(WORDS), _FLATE),
    "a line end after a packed page": lambda: _page(zlib.compress(WORDS) + b"\r\n", _FLATE),
    "zeros after a packed page": lambda: _page(zlib.compress(WORDS) + bytes(20), _FLATE),
    "a packed page without its sum": lambda: _page(zlib.compress(WORDS)[:-4], _FLATE),
    "letters for bytes": lambda: _page(_a85(WORDS) + b"\n", _A85),
    "letters for packed bytes": lambda: _page(_a85(zlib.compress(WORDS)), _A85, _FLATE),
    "digits for bytes": lambda: _page(WORDS.hex().encode() + b">\n", _HEX),
    "a picture": lambda: _image(b"\x80" * 64),
    "a packed picture": lambda: _image(zlib.compress(b"\x80" * 64), _FLATE),
    "a picture with a line end": lambda: _image(zlib.compress(b"\x80" * 64 + b"\n"), _FLATE),
    "a coloured picture": lambda: _image(zlib.compress(b"\x80" * 192), _FLATE, ColorSpace=Name.DeviceRGB),
    "a picture of a palette": lambda: _indexed(b"\x80" * 8),
    "a mask": lambda: _image(b"\x80" * 8, ImageMask=True, BitsPerComponent=1),
    "a photograph": lambda: _image(picture(), "/DCTDecode", Width=32, Height=24, ColorSpace=Name.DeviceRGB),
}

"""PDFs made by somebody who knows how files are looked through: each is stopped, for what it is."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from typing import TYPE_CHECKING, Any, Final

import pikepdf
import pytest
from other_files import BOX, WORDS, drawn, exif, masked, pdf, picture, picture_object, shifted
from pikepdf import Array, Dictionary, Name, String
from PIL import Image
from reportlab.lib.utils import ImageReader

from flows.release.kinds import look

if TYPE_CHECKING:
    from collections.abc import Callable

    from reportlab.pdfgen.canvas import Canvas

    Change = Callable[[pikepdf.Pdf], object]

_DRAWN: Final = b"q 90 0 0 90 9 9 cm /Im1 Do Q"
_OUTLINES: Final = b"".join(
    b"%d 700 m %d 700 %d 704 %d 708 c %d 712 %d 712 %d 708 c h f " % (x, x + 4, x + 8, x + 8, x + 4, x, x)
    for x in range(72, 250, 9)
)


def _pdf(content: bytes = WORDS, change: Change | None = None, **save: Any) -> Callable[[], bytes]:
    return lambda: pdf(content, change, **save)


def _state(**known: Any) -> Change:
    return lambda made: made.pages[0].obj.Resources.ExtGState.update(Dictionary(S=Dictionary(**known)))


def _soft_mask(made: pikepdf.Pdf) -> None:
    form = made.make_stream(b"0 g 0 0 595 842 re f", Subtype=Name.Form, BBox=Array([0, 0, 595, 842]))
    mask = Dictionary(S=Name.Luminosity, G=made.make_indirect(form))
    made.pages[0].obj.Resources.ExtGState.S = Dictionary(SMask=mask)


def _space(*parts: Any) -> Change:
    return lambda made: made.pages[0].obj.Resources.__setattr__("ColorSpace", Dictionary(C=Array([*parts])))


_TINT: Final = Dictionary(FunctionType=2, Domain=[0, 1], C0=[0, 0, 0, 0], C1=[0, 0, 0, 1], N=1)


def _images(**each: tuple[bytes, dict[str, Any]]) -> Change:
    def change(made: pikepdf.Pdf) -> None:
        objects = {f"/{name}": picture_object(made, data, **more) for name, (data, more) in each.items()}
        made.pages[0].obj.Resources.XObject = Dictionary(objects)

    return change


def _photo(pack: Callable[[bytes], bytes], *filters: str) -> Change:
    """Return a change that puts in a photograph with a place, packed once more."""
    photo = pack(picture(exif=exif(gps=True)))
    packed = Array([*map(Name, filters), Name.DCTDecode])
    return _images(Im1=(photo, {"Filter": packed, "Width": 32, "Height": 24, "ColorSpace": Name.DeviceRGB}))


def _photo_of_reportlab(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(io.BytesIO(picture(exif=exif(gps=True)))), 72, 500, 90, 90)


def _jpeg2000() -> Change:
    made = io.BytesIO()
    Image.new("RGB", (32, 24), "red").save(made, "JPEG2000")
    whole, words = made.getvalue(), b"<x>A. Person</x>"
    at = whole.index(b"jp2c") - 4
    whole = whole[:at] + struct.pack(">I4s", 8 + len(words), b"xml ") + words + whole[at:]
    return _images(Im1=(whole, {"Filter": Name.JPXDecode, "Width": 32, "Height": 24}))


def _put_field(made: pikepdf.Pdf, field: Dictionary) -> None:
    made.pages[0].obj.Annots = Array([made.make_indirect(field)])
    made.Root.AcroForm = Dictionary(Fields=made.pages[0].obj.Annots)


def _looks(moment: str) -> Change:
    """Return a change that puts in a button with words that are seen at a moment."""

    def change(made: pikepdf.Pdf) -> None:
        words = made.make_stream(b"BT /F1 9 Tf 2 2 Td (A. Person) Tj ET", Subtype=Name.Form)
        plain = made.make_stream(b"", Subtype=Name.Form, BBox=Array([0, 0, 100, 20]))
        looks = Dictionary({"/N": plain} | {moment: words})
        field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, Rect=Array([9, 9, 109, 29]), AP=looks)
        _put_field(made, field)

    return change


def _dark_field(made: pikepdf.Pdf) -> None:
    ground = Dictionary(BG=Array([0, 0, 0]))
    field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, Rect=Array([70, 690, 270, 715]), MK=ground)
    _put_field(made, field)


def _in_root(make: Callable[[pikepdf.Pdf], object]) -> Change:
    return lambda made: made.Root.update(Dictionary({"/Secret": make(made)}))


def _taken_out(made: pikepdf.Pdf) -> None:
    second = made.add_blank_page().obj
    second.Contents = made.make_stream(WORDS)
    outlines = made.make_indirect(Dictionary(Type=Name.Outlines))
    outlines.First = outlines.Last = made.make_indirect(
        Dictionary(Title=String("Two"), Parent=outlines, Dest=Array([second, Name.Fit]))
    )
    made.Root.Outlines = outlines
    del made.pages[1]


def _structure(made: pikepdf.Pdf) -> None:
    root = made.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    root.K = Dictionary(Type=Name.StructElem, S=Name.P, P=root, ActualText=String("A. Person"))
    made.Root.StructTreeRoot = root


def _seen_from_near(made: pikepdf.Pdf) -> None:
    usage = Dictionary(Zoom=Dictionary(min=64))
    group = made.make_indirect(Dictionary(Type=Name.OCG, Name=String("x"), Usage=usage))
    made.Root.OCProperties = Dictionary(OCGs=Array([group]), D=Dictionary())


def _comment(words: bytes) -> Callable[[], bytes]:
    def make() -> bytes:
        whole = pdf()
        return shifted(whole, whole.index(b"endobj") + 7, b"%" + words + b"\n")

    return make


ATTACKS: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "words cut off by a thin shape": (
        _pdf(b"q 70 690 m 71 690 l 71 799 l 400 799 l 400 800 l 70 800 l h W n " + WORDS + b"Q"),
        "HIDDEN_TEXT",
    ),
    "words in the hole of a frame": (
        _pdf(b"q 0 0 595 842 re 60 690 300 30 re W* n " + WORDS + b"Q"),
        "HIDDEN_TEXT",
    ),
    "words of which little is left": (_pdf(b"/S gs " + WORDS, _state(ca=0.04)), "HIDDEN_TEXT"),
    "words through a mask": (_pdf(b"/S gs " + WORDS, _soft_mask), "HIDDEN_TEXT"),
    "black words that only lighten": (_pdf(b"/S gs " + WORDS, _state(BM=Name.Screen)), "HIDDEN_TEXT"),
    "words in an ink of which there is none": (
        _pdf(b"/C cs 0 scn " + WORDS, _space(Name.Separation, Name.Black, Name.DeviceCMYK, _TINT)),
        "HIDDEN_TEXT",
    ),
    "words in no ink": (
        _pdf(b"/C cs 1 scn " + WORDS, _space(Name.Separation, Name("/None"), Name.DeviceCMYK, _TINT)),
        "HIDDEN_TEXT",
    ),
    "words in the white of a list of colours": (
        _pdf(b"/C cs 1 sc " + WORDS, _space(Name.Indexed, Name.DeviceRGB, 1, String(b"\0\0\0\xff\xff\xff"))),
        "HIDDEN_TEXT",
    ),
    "words in the white of Lab": (
        _pdf(b"/C cs 100 0 0 sc " + WORDS, _space(Name.Lab, Dictionary(WhitePoint=[0.95, 1, 1.08]))),
        "HIDDEN_TEXT",
    ),
    "words in a white outline": (_pdf(b"1 Tr 1 G " + WORDS), "HIDDEN_TEXT"),
    "words in white with a white outline": (_pdf(b"2 Tr 1 g 1 G " + WORDS), "HIDDEN_TEXT"),
    "letters that are flat": (
        _pdf(b"BT /F1 12 Tf 100 0 0 0.001 72 700 Tm (A. Person) Tj ET"),
        "HIDDEN_TEXT",
    ),
    "letters that are narrow": (_pdf(b"BT 0.1 Tz /F1 12 Tf 72 700 Td (A. Person) Tj ET"), "HIDDEN_TEXT"),
    "words beyond a sheet that is said to be larger": (
        _pdf(
            b"BT /F1 12 Tf 72 1700 Td (A. Person) Tj ET",
            lambda made: made.pages[0].obj.update(Dictionary(CropBox=Array([0, 0, 595, 2000]))),
        ),
        "HIDDEN_TEXT",
    ),
    "words under four half boxes": (
        _pdf(WORDS + b"/S gs 0 g " + b"70 695 200 18 re f " * 4, _state(ca=0.6)),
        "HIDDEN_COVERED",
    ),
    "letters drawn as shapes under a box": (_pdf(b"0 g " + _OUTLINES + BOX), "HIDDEN_COVERED"),
    "words under a field with a dark ground": (_pdf(WORDS, _dark_field), "HIDDEN_COVERED"),
    "a picture under a picture": (
        _pdf(b"q 100 0 0 100 70 300 cm /Im1 Do Q q 110 0 0 110 65 295 cm /Im1 Do Q"),
        "HIDDEN_COVERED",
    ),
    "a picture under a patch": (
        _pdf(
            b"q 200 0 0 200 70 300 cm /Im1 Do Q q 60 0 0 20 90 350 cm /Im2 Do Q",
            _images(Im1=(bytes(range(64)), {}), Im2=(bytes(64), {})),
        ),
        "HIDDEN_COVERED",
    ),
    "a picture of a hundredth of a point": (
        _pdf(
            b"q .01 0 0 .01 9 9 cm /Im1 Do Q", _images(Im1=(b"\x80" * 10_000, {"Width": 100, "Height": 100}))
        ),
        "HIDDEN_CROPPED",
    ),
    "a picture that its mask hides": (
        _pdf(b"q 90 0 0 90 9 9 cm /Im2 Do Q", lambda made: masked(made, 0)),
        "HIDDEN_CROPPED",
    ),
    "a picture that is transparent": (_pdf(b"/S gs " + _DRAWN, _state(ca=0)), "HIDDEN_CROPPED"),
    "words seen while a button is pressed": (_pdf(WORDS, _looks("/D")), "HIDDEN_FORM"),
    "words seen while a button is touched": (_pdf(WORDS, _looks("/R")), "HIDDEN_FORM"),
    "a place in a photograph that is packed": (
        _pdf(_DRAWN, _photo(zlib.compress, "/FlateDecode")),
        "HIDDEN_LOCATION",
    ),
    "a place in a photograph that is written as text": (
        _pdf(_DRAWN, _photo(lambda data: base64.a85encode(data) + b"~>", "/ASCII85Decode")),
        "HIDDEN_LOCATION",
    ),
    "a place in a photograph by ReportLab": (lambda: drawn(_photo_of_reportlab), "HIDDEN_LOCATION"),
    "words in JPEG 2000": (_pdf(_DRAWN, _jpeg2000()), "HIDDEN_METADATA"),
    "a photograph inside what is drawn": (
        _pdf(
            b"q 9 0 0 9 9 9 cm BI /W 32 /H 24 /BPC 8 /CS /RGB /F [/A85 /DCT] ID "
            + base64.a85encode(picture(exif=exif(gps=True)))
            + b"~> EI Q"
        ),
        "HIDDEN_UNREAD",
    ),
    "words before an operator of its own": (_pdf(b"BX (A. Person) Secret EX " + WORDS), "HIDDEN_LEFT"),
    "words beside what is drawn": (
        _pdf(b"/Span << /Secret (A. Person) >> BDC " + WORDS + b"EMC"),
        "HIDDEN_LEFT",
    ),
    "words under a key of its own": (_pdf(WORDS, _in_root(lambda _: String("A. Person"))), "HIDDEN_LEFT"),
    "data under a key of its own": (
        _pdf(WORDS, _in_root(lambda made: made.make_stream(b"A. Person"))),
        "HIDDEN_LEFT",
    ),
    "data among the properties of a page": (
        _pdf(
            WORDS,
            lambda made: made.pages[0].obj.Resources.update(
                Dictionary(Properties=Dictionary(P=made.make_stream(b"A. Person")))
            ),
        ),
        "HIDDEN_LEFT",
    ),
    "a page taken out to which a bookmark leads": (_pdf(WORDS, _taken_out), "HIDDEN_LEFT"),
    "words that stand in the structure alone": (_pdf(WORDS, _structure), "HIDDEN_TEXT"),
    "a layer that is seen from near": (_pdf(WORDS, _seen_from_near), "HIDDEN_LAYER"),
    "words in a comment between objects": (_comment(b" A. Person told us"), "HIDDEN_OUTSIDE"),
    "how Ghostscript was called": (_comment(b"%Invocation: gs -o /home/person/x.pdf"), "HIDDEN_OUTSIDE"),
}


@pytest.mark.parametrize(("make", "code"), ATTACKS.values(), ids=ATTACKS)
def test_a_pdf_that_hides_something_on_purpose_is_stopped(make: Callable[[], bytes], code: str) -> None:
    found = look("a.pdf", make(), frozenset())

    assert code in {finding.code for finding in found}
    assert not any("Person" in finding.sentence + finding.place for finding in found)


def _ticked(made: pikepdf.Pdf) -> None:
    tick = made.make_stream(b"BT /F1 9 Tf 2 2 Td (4) Tj ET", Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
    blank = made.make_stream(b"", Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
    looks = Dictionary(N=Dictionary(Yes=tick, Off=blank), D=Dictionary(Yes=tick, Off=blank))
    field = Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, Rect=Array([9, 9, 18, 18]), AS=Name.Off, AP=looks
    )
    _put_field(made, field)


def _bookmarked(made: pikepdf.Pdf) -> None:
    with made.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("One", 0))


CLEAN: Final[dict[str, Callable[[], bytes]]] = {
    "words in black ink": _pdf(
        b"/C cs 1 scn " + WORDS, _space(Name.Separation, Name.Black, Name.DeviceCMYK, _TINT)
    ),
    "words with a black outline": _pdf(b"1 g 0 G 2 Tr " + WORDS),
    "words in a round frame": _pdf(
        b"q 60 690 m 300 650 300 750 60 730 c h W n " + b"BT /F1 12 Tf 72 700 Td (Words) Tj ET Q"
    ),
    "condensed words": _pdf(b"50 Tz " + WORDS),
    "words under one half box": _pdf(WORDS + b"/S gs 0 g 70 695 200 18 re f ", _state(ca=0.6)),
    "a badge of shapes over shapes": _pdf(b"0 g " + _OUTLINES + b"1 0 0 rg " + _OUTLINES),
    "pictures side by side": _pdf(
        b"q 99 0 0 99 70 300 cm /Im1 Do Q q 99 0 0 99 150 300 cm /Im1 Do Q",
        _images(Im1=(bytes(range(64)), {})),
    ),
    "a stencil over a photograph, as scanners part a page": _pdf(
        b"q 99 0 0 99 70 300 cm /Im1 Do Q q 99 0 0 99 70 300 cm /Im2 Do Q",
        _images(Im1=(bytes(range(64)), {}), Im2=(b"\xaa" * 8, {"ImageMask": True, "BitsPerComponent": 1})),
    ),
    "a photograph packed once more": _pdf(
        _DRAWN,
        _images(
            Im1=(
                zlib.compress(picture()),
                {"Filter": Array([Name.FlateDecode, Name.DCTDecode]), "Width": 32, "Height": 24},
            )
        ),
    ),
    "a box that is ticked": _pdf(WORDS, _ticked),
    "a bookmark to a page that is there": _pdf(WORDS, _bookmarked),
}


@pytest.mark.parametrize("make", CLEAN.values(), ids=CLEAN)
def test_a_pdf_that_looks_like_an_attack_and_is_none_passes(make: Callable[[], bytes]) -> None:
    assert look("a.pdf", make(), frozenset()) == ()

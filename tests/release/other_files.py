"""PDFs, pictures and e-mails, made by the libraries that people's programs are made with."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING, Any

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = b"BT /F1 12 Tf 72 700 Td (The informant is A. Person) Tj ET "
BOX = b"0 g 70 695 200 18 re f "


def drawn(draw: Callable[[Canvas], object]) -> bytes:
    """Return a PDF of one page as ReportLab writes it."""
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=A4)
    canvas.setFont("Helvetica", 12)
    draw(canvas)
    canvas.save()
    return made.getvalue()


def pdf(content: bytes = WORDS, change: Callable[[pikepdf.Pdf], object] | None = None, **save: Any) -> bytes:
    """Return a PDF of one page that draws ``content``, changed before it is saved.

    Its resources are the typeface ``F1``, the picture ``Im1`` of 8 by 8 points if it is drawn, and states of
    transparency: ``Faint`` and ``Marker``.
    """
    with pikepdf.new() as made:
        page = made.add_blank_page(page_size=(595, 842))
        page.obj.Contents = made.make_stream(content)
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        page.obj.Resources = Dictionary(
            Font=Dictionary(F1=font),
            ExtGState=Dictionary(Faint=Dictionary(ca=0.3), Marker=Dictionary(BM=Name.Multiply)),
        )
        if b"/Im1" in content:
            page.obj.Resources.XObject = Dictionary(Im1=picture_object(made))
        if change:
            change(made)
        out = io.BytesIO()
        made.save(out, **save)
        return out.getvalue()


def picture_object(made: pikepdf.Pdf, data: bytes = b"\x80" * 64, **more: Any) -> pikepdf.Stream:
    """Return a grey picture of 8 by 8 points as an object of a file."""
    facts = {"Width": 8, "Height": 8, "ColorSpace": Name.DeviceGray, "BitsPerComponent": 8} | more
    return pikepdf.Stream(made, data, Type=Name.XObject, Subtype=Name.Image, **facts)


def masked(made: pikepdf.Pdf, alpha: int) -> None:
    """Give the page a picture ``Im2`` whose mask lets through what ``alpha``, of 255, leaves."""
    mask = picture_object(made, bytes([alpha]) * 64)
    made.pages[0].obj.Resources.XObject = Dictionary(Im2=picture_object(made, SMask=mask))


def mark(kind: str, **more: Any) -> Callable[[pikepdf.Pdf], object]:
    """Return a change that puts an annotation on the page."""

    def change(made: pikepdf.Pdf) -> None:
        found = Dictionary(Type=Name.Annot, Subtype=Name(kind), Rect=Array([70, 695, 270, 713]), **more)
        made.pages[0].obj.Annots = made.make_indirect(Array([made.make_indirect(found)]))

    return change


def updated(pdf_: bytes, body: bytes, number: int) -> bytes:
    """Return a PDF after an incremental update that gives an object other content: ISO 32000-1, 7.5.6."""
    previous = int(pdf_.rpartition(b"startxref")[2].split()[0])
    size, root = (int(pdf_.rpartition(key)[2].split()[0]) for key in (b"/Size ", b"/Root "))
    at = len(pdf_)
    update = b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, at)
    trailer = b"trailer\n<< /Size %d /Root %d 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
    return pdf_ + update + table + trailer % (size, root, previous, at + len(update))


def shifted(whole: bytes, at: int, words: bytes) -> bytes:
    """Return a PDF with bytes put in, its table as it was for the objects after them."""
    table = whole.rindex(b"xref\n0 ")
    rows = []
    for row in whole[table:].split(b"trailer")[0].splitlines()[2:]:
        offset = int(row.split()[0])
        rows.append(b"%010d" % (offset + len(words) if offset >= at else offset) + row[10:])
    head = b"\n".join(whole[table:].splitlines()[:2]) + b"\n"
    trailer = whole[table:].partition(b"trailer")[2].partition(b"startxref")[0]
    start = b"startxref\n%d\n%%%%EOF\n" % (table + len(words))
    return whole[:at] + words + whole[at:table] + head + b"\n".join(rows) + b"\ntrailer" + trailer + start


# Pictures


def picture(form: str = "JPEG", **save: Any) -> bytes:
    """Return a picture as Pillow writes it."""
    made = io.BytesIO()
    Image.new("RGB", (32, 24), (90, 120, 150)).save(made, form, **save)
    return made.getvalue()


def exif(**tags: Any) -> Image.Exif:
    """Return properties: a place for ``gps``, others by the number after an underscore."""
    made = Image.Exif()
    for name, value in tags.items():
        if name == "gps":
            made.get_ifd(0x8825).update({1: "N", 2: (52.0, 28.0, 0.0), 3: "W", 4: (1.0, 54.0, 0.0)})
        else:
            made[int(name[1:])] = value
    return made


def with_exif_thumbnail() -> bytes:
    """Return a JPEG whose properties have a second directory with a thumbnail in it."""
    thumbnail = picture()
    first = struct.pack(">HHHII", 1, 0x112, 3, 1, 1 << 16) + struct.pack(">I", 26)
    second = (
        struct.pack(">H", 2)
        + struct.pack(">HHII", 0x201, 4, 1, 56)
        + struct.pack(">HHII", 0x202, 4, 1, len(thumbnail))
    )
    held = b"Exif\0\0MM\0*\0\0\0\x08" + first + second + b"\0\0\0\0" + thumbnail
    whole = picture()
    return whole[:2] + b"\xff\xe1" + struct.pack(">H", len(held) + 2) + held + whole[2:]


def chunk(name: bytes, held: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(held)) + name + held + struct.pack(">I", zlib.crc32(name + held))


def png_with(*chunks: bytes) -> bytes:
    """Return a PNG with chunks before its end."""
    whole = picture("PNG")
    return whole[:-12] + b"".join(chunks) + whole[-12:]


# E-mails

MAIL = (
    "From: FOI officer <foi@council.example>\r\nTo: Contracts team <contracts@council.example>\r\n"
    "Date: Mon, 02 Nov 2026 09:00:00 +0000\r\nSubject: Three contracts\r\nMIME-Version: 1.0\r\n"
    'Content-Type: text/plain; charset="utf-8"\r\n\r\nPlease send the three contracts.\r\n'
)


def mail(*headers: str) -> bytes:
    """Return an e-mail with headers before those it has."""
    return "".join(f"{header}\r\n" for header in headers).encode() + MAIL.encode()

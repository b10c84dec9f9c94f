"""Files that cannot be looked through, or that were made to harm: each is stopped, within bounds."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Final

import pikepdf
import pytest
from growth import costs_at_most
from office_files import PARAGRAPH, book, open_document, word, zipped
from other_files import WORDS, chunk, mail, pdf, picture, png_with
from pikepdf import Dictionary, Name
from PIL import Image
from spoilt_pictures import spoilt_pngs

from flows.domain.errors import MalformedError
from flows.release import apart, look_through
from flows.release.kinds import KINDS, look
from flows.release.markup import MOST_BYTES
from flows.release.pictures import look_at_picture

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_MANIFEST: Final = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
_BEFORE_2007: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
_ENTITIES: Final = (
    '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
    "<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'>&c;</w:document>"
)


def _encrypted(whole: bytes, user: str = "") -> bytes:
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(whole)) as opened:
        opened.save(made, encryption=pikepdf.Encryption(owner="o", user=user))
    return made.getvalue()


def _flagged(whole: bytes) -> bytes:
    """Return an archive whose first entry says that it is encrypted."""
    at = whole.index(b"PK\x01\x02") + 8
    return whole[:at] + struct.pack("<H", 1) + whole[at + 2 :]


def _huge(header: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IEND", b"")


def _draws_itself(made: pikepdf.Pdf) -> None:
    form = made.make_stream(b"/Again Do /Again Do", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    form.Resources = Dictionary(XObject=Dictionary(Again=form))
    made.pages[0].obj.Resources = form.Resources


def _twice_named() -> bytes:
    made = io.BytesIO(word())
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("WORD/document.xml", "<a/>")
    return made.getvalue()


def _packed(whole: bytes, way: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as read, zipfile.ZipFile(made, "w", way) as archive:
        for name in read.namelist():
            archive.writestr(name, read.read(name))
    return made.getvalue()


def _deep(levels: int) -> str:
    return "<w:p>" * levels + "</w:p>" * levels


UNREAD: Final[dict[str, tuple[str, Callable[[], bytes]]]] = {
    "nothing": ("a.txt", bytes),
    "an entry packed in another way": ("a.docx", lambda: _packed(word(), zipfile.ZIP_BZIP2)),
    "a program": ("a.exe", lambda: b"MZ"),
    "a name without an ending": ("notes", lambda: b"x"),
    "an archive": ("a.zip", lambda: zipped({"a": "b"})),
    "a document of Word before 2007": ("a.doc", lambda: _BEFORE_2007),
    "a workbook protected with a password": ("a.xlsx", lambda: _BEFORE_2007),
    "a PDF named as a document of Word": ("a.docx", pdf),
    "a document of Word named as a workbook": ("a.xlsx", word),
    "a workbook named as a text": ("a.odt", lambda: open_document(kind="spreadsheet")),
    "a picture named as another": ("a.png", picture),
    "bytes before a PDF": ("a.pdf", lambda: b"GIF89a" + pdf()),
    "a program named as text": ("a.txt", lambda: b"\x81\x8d\x8f\x90\x9d"),
    "no e-mail": ("a.eml", lambda: b"Dear all"),
    "an encrypted PDF": ("a.pdf", lambda: _encrypted(pdf())),
    "a PDF with a password": ("a.pdf", lambda: _encrypted(pdf(), user="u")),
    "a picture of another kind inside": (
        "a.docx",
        lambda: word(PARAGRAPH, ("image", "media/image1.emf"), parts={"word/media/image1.emf": b"x"}),
    ),
    "a segment without end": ("a.jpg", lambda: b"\xff\xd8\xff\xe0\xff\xff" + bytes(9)),
    "an encrypted entry": ("a.docx", lambda: _flagged(word())),
    "an encrypted text": (
        "a.odt",
        lambda: open_document(
            parts={"META-INF/manifest.xml": f"<m:a xmlns:m='{_MANIFEST}'><m:encryption-data/></m:a>"}
        ),
    ),
    "half a PDF": ("a.pdf", lambda: pdf()[:-200]),
    "half a document of Word": ("a.docx", lambda: word()[:-100]),
    "half a JPEG": ("a.jpg", lambda: picture()[:300]),
    "half a PNG": ("a.png", lambda: picture("PNG")[:50]),
    "half a TIFF": ("a.tif", lambda: picture("TIFF")[:100]),
    "half a WebP": ("a.webp", lambda: picture("WEBP")[:40]),
    "a damaged entry": ("a.docx", lambda: word().replace(word()[60:64], b"\xff\xff\xff\xff", 1)),
    "entities that grow": ("a.docx", lambda: word(parts={"word/document.xml": _ENTITIES})),
    "elements without end": ("a.docx", lambda: word(_deep(5000))),
    "an entry that unpacks to more than there is room for": (
        "a.docx",
        lambda: word(parts={"word/document.xml": bytes(MOST_BYTES + 1)}),
    ),
    "two entries of one name": ("a.docx", _twice_named),
    "a stream that unpacks to more than there is room for": ("a.pdf", lambda: pdf(bytes(80 << 20))),
    "a form that draws itself": ("a.pdf", lambda: pdf(b"/Again Do", _draws_itself)),
    "a picture of a million by a million": (
        "a.png",
        lambda: _huge(struct.pack(">IIBBBBB", 10**6, 10**6, 8, 2, 0, 0, 0)),
    ),
    "a damaged chunk": ("a.png", lambda: png_with(chunk(b"tEXt", b"a\0b")[:-1] + b"\0")),
    "numbers that are none": ("a.docx", lambda: word(PARAGRAPH, parts={"word/styles.xml": "<a"})),
}


@pytest.mark.parametrize(("name", "make"), UNREAD.values(), ids=UNREAD.keys())
def test_a_file_that_cannot_be_read_safely_is_stopped(name: str, make: Callable[[], bytes]) -> None:
    assert "HIDDEN_UNREAD" in {finding.code for finding in look(name, make(), frozenset())}


def _with_archive_comment() -> bytes:
    made = io.BytesIO(word())
    with zipfile.ZipFile(made, "a") as archive:
        archive.comment = b"A. Person"
    return made.getvalue()


def _unlisted() -> bytes:
    """An archive with an entry between others that its list leaves out."""
    whole, extra = word(), zipped({"word/earlier.xml": "A. Person"})
    extra = extra[: extra.index(b"PK\x01\x02")]
    start = whole.index(b"PK\x01\x02")
    moved = bytearray(whole[:start] + extra + whole[start:])
    end = moved.rindex(b"PK\x05\x06") + 16
    moved[end : end + 4] = struct.pack("<I", start + len(extra))
    return bytes(moved)


BESIDE: Final[dict[str, Callable[[], bytes]]] = {
    "bytes after an archive": lambda: word() + b"A. Person",
    "bytes before an archive": lambda: b"PK\x03\x04" + bytes(200) + word(),
    "a comment of an archive": _with_archive_comment,
    "an entry that is listed nowhere": _unlisted,
}


@pytest.mark.parametrize("make", BESIDE.values(), ids=BESIDE.keys())
def test_bytes_beside_the_entries_of_an_archive_are_found(make: Callable[[], bytes]) -> None:
    assert {"HIDDEN_OUTSIDE", "HIDDEN_UNREAD"} & {
        finding.code for finding in look("a.docx", make(), frozenset())
    }


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(
    "data", [b"\0" * 4096, b"%PDF-1.7\n" * 9, b"PK\x03\x04" + b"\xff" * 90, b"\xff\xd8\xff\xe0\0\1"]
)
def test_nonsense_ends_in_a_finding_whatever_it_is_called(name: str, data: bytes) -> None:
    found = look(f"a{name}", data, frozenset())

    assert found or name in {".txt", ".csv", ".tsv"}


@pytest.mark.parametrize(
    ("module", "name", "make"),
    [
        ("archive", "_MOST_IN_ALL", lambda: ("a.docx", word())),
        ("archive", "_MOST_ENTRIES", lambda: ("a.docx", word())),
        ("archive", "MOST_BYTES", lambda: ("a.docx", word())),
        ("kinds", "MOST_BYTES", lambda: ("a.csv", b"a,b")),
        ("page", "_MOST_OPERATORS", lambda: ("a.pdf", pdf(WORDS))),
        ("page", "_MOST_CONTENT", lambda: ("a.pdf", pdf(WORDS))),
        ("pdf", "_MOST_PAGES", lambda: ("a.pdf", pdf(WORDS))),
        ("plain", "_MOST_PARTS", lambda: ("a.eml", mail())),
        ("pictures", "MOST_PIXELS", lambda: ("a.jpg", picture())),
    ],
)
def test_what_is_larger_than_a_bound_is_not_looked_through(
    module: str, name: str, make: Callable[[], tuple[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, data = make()
    assert look(file, data, frozenset()) == ()

    monkeypatch.setattr(f"flows.release.{module}.{name}", 0)
    assert [finding.code for finding in look(file, data, frozenset())] == ["HIDDEN_UNREAD"]


_GROWING: Final[dict[str, Callable[[int], bytes]]] = {
    "spaces": lambda many: mail() + b" " * many,
    "spaces before a word": lambda many: mail() + b" " * many + b"x",
    "ends of lines of an old kind": lambda many: mail() + b"\r" * many,
    "empty lines": lambda many: mail() + b" \n" * (many // 2),
    "signs in a header": lambda many: mail(f"Content-Type: text/plain{';' * many}"),
    "facts in a header": lambda many: mail("Content-Disposition: inline" + "; a=b" * (many // 5)),
    "parts in parts": lambda many: b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (each, each) for each in range(many // 48)
    ),
}


@pytest.mark.parametrize("what", _GROWING)
def test_an_email_of_eight_times_the_length_takes_no_more_than_some_eight_times_as_long(what: str) -> None:
    few, many = (_GROWING[what](length) for length in (4_000, 32_000))

    # Whoever looked on from each sign would take 64 times as long, or far more.
    assert costs_at_most(24, lambda data: look("a.eml", data, frozenset()), few, many)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"x{' ' * 200}y", True),
        (f"x{' ' * 199}y", False),
        (f"x{' ' * 300}", False),
        (f"x{chr(10) * 100}y", True),
        (f"x{chr(10) * 99}y", False),
        ("x \t" + " \r\n" * 100 + " y", True),
        ("x" + " \n" * 300, False),
    ],
)
def test_words_far_behind_others_are_found(text: str, told: bool) -> None:  # noqa: FBT001 - what is expected
    found = [each.code for each in look("a.txt", text.encode(), frozenset())]

    assert found == ["HIDDEN_TEXT"] * told


def test_what_is_protected_is_called_so() -> None:
    (found,) = look("a.docx", _BEFORE_2007, frozenset())

    assert found.sentence == "It is protected with a password, or in a form of Office from before 2007."


# The process of its own


def test_a_file_is_looked_through_in_a_process_of_its_own() -> None:
    assert look_through("a.pdf", pdf()) == ()
    assert [finding.code for finding in look_through("a.xlsx", book(state="hidden"))] == ["HIDDEN_SHEET"]
    assert look_through("a.docx", word(), own=["West Midlands Police"]) == ()


def test_a_file_that_a_library_fails_on_is_stopped() -> None:
    damaged = book("<row r='seven'><c r='A1'><v>1</v></c></row>")

    [found] = look("a.xlsx", damaged, frozenset())

    assert (found.code, found.sentence) == (
        "HIDDEN_UNREAD",
        "It is damaged: it cannot be looked through to its end.",
    )
    assert look_through("a.xlsx", damaged) == (found,)


def test_a_file_on_which_the_process_fails_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "MOST_SECONDS", 0)

    [found] = look_through("a.pdf", pdf())

    assert (found.code, found.sentence) == ("HIDDEN_UNREAD", "It could not be looked through to its end.")


def test_the_process_takes_nothing_from_the_folder_where_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "__init__.py").write_text("raise SystemExit(1)\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)

    assert look_through("a.pdf", pdf()) == ()


@pytest.mark.parametrize("says", ["exit 1", "echo nonsense", "kill -9 $$", "sleep 60"])
def test_a_process_that_gives_no_answer_is_a_finding(
    says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\n{says}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(apart, "MOST_SECONDS", 0.25)

    assert [finding.code for finding in look_through("a.pdf", pdf())] == ["HIDDEN_UNREAD"]


def test_the_process_has_bounds() -> None:
    asked = "import resource, sys; sys.argv = ['x']; import runpy\n"
    asked += "try: runpy.run_module('flows.release', run_name='__main__')\n"
    asked += "finally: limits = [resource.RLIMIT_AS, resource.RLIMIT_CPU]\n"
    asked += "sys.stderr.write(str([resource.getrlimit(each)[0] for each in limits]))"
    head = json.dumps({"name": "a.txt", "own": []}).encode() + b"\n"
    done = subprocess.run([sys.executable, "-c", asked], input=head + b"x", capture_output=True, check=True)

    assert json.loads(done.stderr) == [apart.MOST_MEMORY, apart.MOST_SECONDS]
    assert json.loads(done.stdout) == []


def test_what_is_found_is_bounded() -> None:
    rows = "".join(f"<row r='{row}' hidden='1'><c r='A{row}'><v>1</v></c></row>" for row in range(1, 5000))

    assert len(look("a.xlsx", book(rows, strings=""), frozenset())) == 200


@pytest.mark.parametrize("mode", ["RGBA", "P", "L"])
def test_a_picture_with_a_part_that_is_damaged_is_looked_through_or_refused_in_our_words(mode: str) -> None:
    whole, refused = io.BytesIO(), 0
    Image.new(mode, (40, 30)).save(whole, "PNG")
    for spoilt in spoilt_pngs(whole.getvalue()):
        try:
            list(look_at_picture(spoilt))
        except MalformedError:
            refused += 1
    assert refused > 5

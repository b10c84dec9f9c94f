"""The folder of what is given out, compared with what was published."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Final

import pytest

from flows.casework import published_files
from flows.domain.act import FileMark
from flows.register.report import Printed, Report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OLD, NEW, PAGE = b"%PDF-1.7 the first", b"%PDF-1.7 the second, longer", b"<!doctype html>"
EARLIER: Final = "earlier/C-1-version-1"


def printed(version: int, content: bytes, *, again: bool = True) -> Printed:
    return Printed(
        name="C-1",
        version=version,
        pdf=FileMark(size=len(content), sha256=hashlib.sha256(content).hexdigest()),
        page=hashlib.sha256(PAGE).hexdigest(),
        again=again,
    )


PAPERS: Final = (printed(1, OLD), printed(2, NEW))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for under, content in (("", NEW), (EARLIER, OLD)):
        (tmp_path / under).mkdir(parents=True, exist_ok=True)
        (tmp_path / under / "C-1.pdf").write_bytes(content)
        (tmp_path / under / "C-1.html").write_bytes(PAGE)
    return tmp_path


def compared(folder: Path, papers: tuple[Printed, ...] = PAPERS) -> Report:
    report = Report(papers=papers)
    published_files.compare(folder, report)
    assert {found.code for found in report.findings} <= {"E_PUBLISHED"}
    return report


def test_a_folder_with_what_was_published_passes(folder: Path) -> None:
    (folder / ".C-1.pdf.part").write_bytes(b"being written")
    report = compared(folder)

    assert (report.findings, report.remarks, report.not_established) == ([], [], [])


def link(path: Path, to: str) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(to)


def linked_elsewhere(folder: Path) -> None:
    (folder / "earlier").rename(folder.parent / "elsewhere")
    link(folder / "earlier", "../elsewhere")


def piped(folder: Path) -> None:
    (folder / "C-1.pdf").unlink()
    os.mkfifo(folder / "C-1.pdf")


NOT_THE_PAPER: Final = "It is not the paper that was published."
NOTHING: Final = "Nothing of this name was published."
NO_FILE: Final = "It is no plain file; a link shows what stands elsewhere."
CHANGES: Final[dict[str, tuple[Callable[[Path], object], str, str]]] = {
    "a byte is another": (lambda f: (f / "C-1.pdf").write_bytes(NEW[:-1] + b"?"), "C-1.pdf", NOT_THE_PAPER),
    "bytes follow": (lambda f: (f / "C-1.pdf").write_bytes(NEW + b"\nxref"), "C-1.pdf", NOT_THE_PAPER),
    "bytes are cut off": (lambda f: (f / "C-1.pdf").write_bytes(NEW[:-1]), "C-1.pdf", NOT_THE_PAPER),
    "the older version is given out": (
        lambda f: (f / "C-1.pdf").write_bytes(OLD),
        "C-1.pdf",
        "It is version 1, and version 2 is the newest.",
    ),
    "the page is another": (
        lambda f: (f / "C-1.html").write_bytes(PAGE + b"<p>"),
        "C-1.html",
        "It is not the page that was made with the paper.",
    ),
    "an earlier version is another": (
        lambda f: (f / EARLIER / "C-1.pdf").write_bytes(NEW),
        f"{EARLIER}/C-1.pdf",
        NOT_THE_PAPER,
    ),
    "a paper lies there that nobody published": (
        lambda f: (f / "C-2.pdf").write_bytes(NEW),
        "C-2.pdf",
        NOTHING,
    ),
    "something lies among earlier versions": (
        lambda f: (f / EARLIER / "C-1.txt").write_bytes(b""),
        f"{EARLIER}/C-1.txt",
        NOTHING,
    ),
    "a folder lies there": (lambda f: (f / "new").mkdir(), "new", NOTHING),
    "a folder lies among earlier versions": (
        lambda f: (f / EARLIER / "new").mkdir(),
        f"{EARLIER}/new",
        NOTHING,
    ),
    "a hidden file lies there": (lambda f: (f / ".htaccess").write_bytes(b"x"), ".htaccess", NOTHING),
    "a paper is a link to itself": (lambda f: link(f / "C-1.pdf", f"{EARLIER}/C-1.pdf"), "C-1.pdf", NO_FILE),
    "a page is a link to nothing": (lambda f: link(f / "C-1.html", "nowhere"), "C-1.html", NO_FILE),
    "earlier versions are linked elsewhere": (linked_elsewhere, "earlier", NOTHING),
    "a paper is a pipe": (piped, "C-1.pdf", NO_FILE),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_not_published_is_found(name: str, folder: Path) -> None:
    change, place, sentence = CHANGES[name]
    change(folder)

    (found,) = compared(folder).findings

    assert (found.place, found.sentence) == (f"published/{place}", sentence)


def test_what_is_missing_or_empty_is_told_and_is_laid_out_by_the_next_run(folder: Path) -> None:
    (folder / "C-1.pdf").unlink()
    (folder / "C-1.html").write_bytes(b"")
    (folder / EARLIER / "C-1.html").unlink()  # nobody has to keep an earlier version

    report = compared(folder)

    assert report.findings == []
    assert report.remarks == ["published/ lacks 2 of its files, as C-1.pdf."]


def test_a_page_of_other_software_is_not_established(folder: Path) -> None:
    (folder / "C-1.html").write_bytes(b"<!doctype html>made anew")

    report = compared(folder, (PAPERS[0], printed(2, NEW, again=False)))

    assert (report.findings, report.unexamined) == ([], {"page": 1})

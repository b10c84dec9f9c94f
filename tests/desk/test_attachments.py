"""What comes with a request: taken in as it is, sealed, told by kind and size, and named nowhere."""

from __future__ import annotations

import io
import os
import subprocess
import time
import zipfile
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, EXAMPLE, Desk, passes_audit

from flows.casework import requests
from flows.casework.office import open_office
from flows.domain.errors import MalformedError
from flows.sources.item import ATTACHMENTS, LONG_REST, kind_of, look

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flows.sources.item import Item

PICTURE = b"\x89PNG\r\n\x1a\n" + b"x" * 92
LETTER = b"I, Zephyrine, write again.\n"


def an_item(folder: Path, **files: bytes) -> Path:
    item = folder / "item"
    (item / ATTACHMENTS).mkdir(parents=True)
    text = (EXAMPLE / "request.yaml").read_text().replace(CASE, "R/9").replace("Please", "In R/9 please")
    (item / "request.yaml").write_text(text)
    for name, content in files.items():
        (item / ATTACHMENTS / name).write_bytes(content)
    return item


def taken(item: Path) -> Item:
    found = look(item, now=time.time() + LONG_REST + 5)
    assert found
    return found


def take_in(desk: Desk, item: Path) -> str:
    with open_office(desk.home) as office:
        return requests.open_case(
            office, requests.read_item(taken(item), requests.NextReferences(office))
        ).what


FILES = {"Zephyrine.txt": LETTER, "Zephyrine at home.png": PICTURE}


def test_attachments_are_sealed_and_told_by_kind_and_size(desk: Desk, tmp_path: Path) -> None:
    assert take_in(desk, an_item(desk.home.inbox, **FILES)) == "opened"

    told = "opened the case, with attachments: PNG, 100 bytes; text, 27 bytes"
    assert told in " ".join(desk.done("show", "R/9").split())
    assert desk.told("history", "R/9")["entries"][0]["what"] == told
    out = tmp_path / "attachments.zip"
    words = ("--reason", "To read them.", "--as", "foi-officer", "--out", out)
    desk.done("request", "R/9", "--sealed", "1", *words)
    with zipfile.ZipFile(io.BytesIO(out.read_bytes())) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
    assert passes_audit(desk.home)


def test_neither_an_attachment_nor_its_name_stands_in_clear(desk: Desk) -> None:
    take_in(desk, an_item(desk.home.inbox, **FILES))

    command = ["git", "-C", str(desk.home.register), "cat-file", "--batch-all-objects", "--batch"]
    kept = [subprocess.run(command, capture_output=True, check=True).stdout]
    kept += [path.read_bytes() for path in desk.home.root.rglob("*") if path.is_file()]
    assert not [each for each in kept if b"Zephyrine" in each or PICTURE[-40:] in each]


def test_an_item_that_came_back_is_known_by_its_attachments_too(desk: Desk) -> None:
    take_in(desk, an_item(desk.home.inbox, **FILES))

    assert take_in(desk, an_item(desk.home.inbox, **FILES)) == ""
    assert "set aside" in take_in(desk, an_item(desk.home.inbox, **{"other.txt": b"Another.\n"}))


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "a program": (
        lambda folder: (folder / "Jane.exe").write_bytes(b"MZ\x90\0"),
        "of no kind that is taken in",
    ),
    "a folder": (lambda folder: (folder / "Jane").mkdir(), "this is no file"),
    "a link": (lambda folder: (folder / "Jane.txt").symlink_to("/etc/passwd"), "this is no file"),
    "a pipe": (lambda folder: os.mkfifo(folder / "Jane"), "this is no file"),
    "nothing": (lambda folder: (folder / "Jane.txt").write_bytes(b""), "this is empty"),
    "too large": (
        lambda folder: os.truncate(_touched(folder / "Jane"), (20 << 20) + 1),
        "larger than 20 MiB",
    ),
    "too many": (
        lambda folder: [(folder / f"Jane {number}").write_text("x") for number in range(51)],
        "50 files of 60 MiB together are the most",
    ),
}


def _touched(path: Path) -> Path:
    path.touch()
    return path


@pytest.mark.parametrize("kind", BAD)
def test_what_is_not_taken_in_is_told_by_its_number(kind: str, tmp_path: Path) -> None:
    make, says = BAD[kind]
    item = an_item(tmp_path)
    make(item / ATTACHMENTS)

    with pytest.raises(MalformedError, match=says) as caught:
        taken(item)

    assert "Jane" not in str(caught.value)


def test_the_folder_of_attachments_is_a_folder_itself(tmp_path: Path) -> None:
    item = an_item(tmp_path)
    (item / ATTACHMENTS).rmdir()
    (item / ATTACHMENTS).symlink_to("/etc")

    with pytest.raises(MalformedError, match="attachments: this is no folder"):
        taken(item)


def test_what_is_still_arriving_is_waited_for(tmp_path: Path) -> None:
    item = an_item(tmp_path, **{"Jane.pdf.part": b"%PDF-"})

    assert look(item, now=time.time() + LONG_REST + 5) is None
    (item / ATTACHMENTS / "Jane.pdf.part").rename(item / ATTACHMENTS / "Jane.pdf")
    assert look(item, now=time.time()) is None
    assert taken(item).attachments == (("Jane.pdf", b"%PDF-"),)


def test_an_item_that_gained_an_attachment_meanwhile_stays(tmp_path: Path) -> None:
    item = an_item(tmp_path, **FILES)
    found = taken(item)
    (item / ATTACHMENTS / "later.txt").write_text("One more.")

    assert not found.remove()


@pytest.mark.parametrize(
    ("begins", "kind"),
    [
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04", "Office or ZIP"),
        ("Zeichen é".encode(), "text"),
        (b"\xff\xfe\0a", ""),
    ],
)
def test_a_kind_is_known_by_how_a_file_begins(begins: bytes, kind: str) -> None:
    assert kind_of(begins) == kind

"""What arrives, on the desk: why it was set aside, and what the FOI officer does about it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
from desk_builders import EXAMPLE

from flows.casework import arrivals, requests
from flows.casework.office import Office, open_office
from flows.domain.errors import MalformedError, NotEntitledError, RefusedError
from flows.sources import inbox
from flows.sources.item import REST, look, tag_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from web_builders import Person

    from flows.home import Home

_NAME = "Zebedee Applicant.yaml"
_TEXT = "applicant: Zebedee\n<script>alert(1)</script>\n"


@pytest.fixture
def office(home: Home) -> Iterator[Office]:
    with open_office(home) as office:
        yield office


@pytest.fixture
def tag(home: Home, office: Office) -> str:
    """Of a lone file that was set aside, whose name and text are a person's."""
    path = home.inbox / _NAME
    path.write_text(_TEXT)
    requests.set_aside(
        office, path, ["request.yaml, received: write the date as 2022-11-07", "a <b>second</b>"]
    )
    return tag_of(path)


@pytest.mark.exhaustive
def test_what_was_set_aside_is_told_without_its_words_and_taken_in_again(
    person: Callable[..., Person], tag: str, home: Home
) -> None:
    officer = person("foi-officer", viewport={"width": 360, "height": 800})
    officer.follows("Inbox")
    assert f"Item {tag}" in officer.words
    assert "received: write the date as 2022-11-07" in officer.words
    assert "a <b>second</b>" in officer.words
    assert "Zebedee" not in officer.page.content()
    assert officer.page.evaluate("document.documentElement.scrollWidth") <= 360
    officer.presses(f"Take it in again {tag}")
    assert "It is in the inbox again." in officer.words
    assert [path.read_text() for path in inbox.waiting(home.inbox)] == [_TEXT]
    assert not [*home.set_aside.iterdir()]


@pytest.mark.exhaustive
def test_what_was_read_is_noted_and_may_then_be_deleted(
    person: Callable[..., Person], tag: str, home: Home, office: Office
) -> None:
    with pytest.raises(RefusedError, match="Read it first"):
        arrivals.delete(office, "foi-officer", tag, "It is none.")
    officer = person("foi-officer")
    officer.goes("/inbox")
    officer.page.get_by_text("Read it, with a reason").click()
    officer.presses("Read it")
    assert "There is a problem" in officer.words
    assert not home.lookups.exists()
    officer.page.get_by_text("Read it, with a reason").click()
    officer.page.get_by_label("Reason").fill("To mend it.")
    officer.presses("Read it")
    assert "<script>alert(1)</script>" in officer.words
    assert tag in home.lookups.read_text()
    officer.presses("Delete it for good")
    assert "There is a problem" in officer.words
    officer.page.get_by_text("Read it, with a reason").click()
    officer.page.get_by_label("Reason").fill("To delete it.")
    officer.presses("Read it")
    officer.page.get_by_label("Why it is deleted").fill("It is none.")
    officer.presses("Delete it for good")
    assert "It was deleted." in officer.words
    assert not [*home.set_aside.iterdir()]
    assert "Zebedee" not in home.lookups.read_text() + home.desk_log.read_text()


def test_a_request_that_came_by_post_is_put_in_and_can_be_read_at_once(
    person: Callable[..., Person], home: Home, tmp_path: Path
) -> None:
    (tmp_path / "any name.yaml").write_bytes((EXAMPLE / "request.yaml").read_bytes())
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.7 letter")
    officer = person("foi-officer")
    officer.goes("/inbox")
    officer.page.get_by_label("Files of one request").set_input_files(
        [tmp_path / "any name.yaml", tmp_path / "letter.pdf"]
    )
    officer.presses("Put it in the inbox")
    assert "It is in the inbox" in officer.words
    (path,) = inbox.waiting(home.inbox)
    item = look(path, now=time.time() + REST)
    assert item is not None
    assert item.request == (EXAMPLE / "request.yaml").read_bytes()
    assert item.attachments == (("letter.pdf", b"%PDF-1.7 letter"),)


@pytest.mark.parametrize(
    "files",
    [
        [("request.zip", b"PK\x03\x04")],
        [("a.yaml", b"x"), ("b.yaml", b"x")],
        [("a.yaml", b"x"), ("..", b"x")],
        [("a.yaml", b"x"), ("x\x00y", b"x")],
        [("a.yaml", b"x"), (".reference", b"x")],
        [("a.yaml", b"x"), ("one/b.pdf", b"x"), ("two\\b.pdf", b"y")],
        [],
    ],
)
def test_what_is_no_request_is_not_put_in(files: list[tuple[str, bytes]], office: Office) -> None:
    with pytest.raises(MalformedError, match="what was sent"):
        arrivals.put_in(office, "foi-officer", files)
    assert not inbox.waiting(office.home.inbox)


def test_a_name_that_climbs_is_kept_without_its_folders(office: Office, home: Home) -> None:
    arrivals.put_in(office, "foi-officer", [("../../a.yaml", b"x"), ("../../../escaped.pdf", b"y")])
    (path,) = inbox.waiting(home.inbox)
    assert (path / "attachments" / "escaped.pdf").read_bytes() == b"y"
    assert path.parent == home.inbox


def test_a_note_that_a_full_disk_cut_off_stands_in_nobodys_way(office: Office, home: Home, tag: str) -> None:
    home.lookups.write_bytes(b'{"time": "2026-03-05T10:00:00+00:00", "person": "foi-off')

    arrivals.read(office, "foi-officer", tag, "To see.")
    arrivals.delete(office, "foi-officer", tag, "It is none.")

    cut_off, *noted = home.lookups.read_text().splitlines()
    assert cut_off.endswith("foi-off")
    assert [json.loads(line)["item"] for line in noted] == [tag, tag]


@pytest.mark.exhaustive
@pytest.mark.parametrize("names", [("assessment.yaml",), ("notes.txt", "photograph.png")])
def test_of_what_came_without_a_request_no_case_is_said_to_be_there(
    names: tuple[str, ...], person: Callable[..., Person], office: Office, home: Home
) -> None:
    folder = home.inbox / "item"
    folder.mkdir()
    for name in names:
        (folder / name).write_text("parts: []\n")
    requests.set_aside(office, folder, ["request.yaml: it is missing"])
    told = "There is no request in it that could be taken in again: hand an assessment to its case as a draft"

    with pytest.raises(RefusedError, match=told):
        arrivals.take_in_again(office, "foi-officer", tag_of(folder))

    officer = person("foi-officer")
    officer.follows("Inbox")
    assert told in officer.words
    assert "is a case already" not in officer.words


def test_nobody_but_the_foi_officer_does_anything_about_it(office: Office, tag: str) -> None:
    with pytest.raises(NotEntitledError):
        arrivals.take_in_again(office, "legal-reviewer", tag)
    with pytest.raises(NotEntitledError):
        arrivals.delete(office, "legal-reviewer", tag, "To see.")
    with pytest.raises(NotEntitledError):
        arrivals.add_to_case(office, "legal-reviewer", tag, "1146A/22")
    with pytest.raises(NotEntitledError):
        arrivals.read(office, "legal-reviewer", tag, "To see.")
    with pytest.raises(NotEntitledError):
        arrivals.put_in(office, "legal-reviewer", [("a.yaml", b"x")])

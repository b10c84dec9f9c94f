"""When two requests are the same, and what is kept of them."""

from __future__ import annotations

import hashlib
import stat
from typing import TYPE_CHECKING

import pytest
from naming_cases import fields_of, lines_of

from flows.sources.gist import gist_of
from flows.sources.repeats import Asked, Repeats

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEXT = "Dear Sir,\n\nPlease send me the log of \u201cdrone\u201d flights, 2024\u20132026.\n"


def digest(content: bytes) -> bytes:
    return hashlib.sha256(b"key" + content).digest()


@pytest.fixture
def repeats(tmp_path: Path) -> Iterator[Repeats]:
    made = Repeats(tmp_path / "repeats.sqlite", digest)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Mr Jo Public", TEXT),
        ("PUBLIC, Jo", TEXT),
        ("J\u00f3 Public", TEXT.replace("\n", " ")),
        ("Jo Public", TEXT.upper()),
        ("Jo Public", TEXT.replace("\u201c", '"').replace("\u201d", '"').replace("\u2013", "-")),
        ("Jo Public", TEXT.replace(" ", "\u00a0 ").replace("flights", "fli\u00adghts")),
    ],
    ids=["a title", "surname first", "an accent, lines joined", "capitals", "plain signs", "strange spaces"],
)
def test_one_request_is_written_in_several_ways(name: str, text: str) -> None:
    assert gist_of(name, text) == gist_of("Jo Public", TEXT)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Jo Publican", TEXT),
        ("Jo Public", TEXT.replace("2026", "2025")),
        ("Jo Public", TEXT.replace("the log", "a log")),
        ("Jo Public", TEXT + "And the costs."),
        ("Jo", "Public " + TEXT),
    ],
    ids=["another applicant", "another year", "another word", "more", "a word on the other side"],
)
def test_another_request_is_told(name: str, text: str) -> None:
    assert gist_of(name, text) != gist_of("Jo Public", TEXT)


def gist(line: str) -> str | None:
    """Return the gist of a request in a file: a line with @, or one that is + the same as that, - another."""
    return gist_of(**fields_of(line[2:]))


def judged_wrongly(name: str) -> list[str]:
    wrong, first = [], None
    for line in lines_of("repeating", name):
        if line[0] == "@":
            first = gist(line)
        elif (first is not None and gist(line) == first) != (line[0] == "+"):
            wrong.append(line)
    return wrong


@pytest.mark.parametrize("name", ["asked", "asked_kept", "second"])
def test_greeting_closing_signature_and_numbers_of_a_list_part_no_request_and_what_is_asked_does(
    name: str,
) -> None:
    assert judged_wrongly(name) == []


def test_requests_of_nobody_who_can_be_told_are_not_the_same(repeats: Repeats) -> None:
    assert gist_of("not given", TEXT) is None
    repeats.remember([Asked("key1", "A/1", None)])

    assert repeats.find(None) == []


def test_a_letter_of_closings_alone_is_read_in_time() -> None:
    assert gist_of("Jo Public", "Thanks again,\nJo\n" * 20_000) is not None


def test_the_newest_case_that_asks_the_same_comes_first(repeats: Repeats) -> None:
    repeats.remember(
        [Asked("key1", "A/1", "the log"), Asked("key2", "A/2", "the log"), Asked("key3", "A/3", "the plan")]
    )

    assert repeats.find("the log") == ["A/2", "A/1"]
    assert repeats.find("the cost") == []
    assert repeats.known() == {"key1", "key2", "key3"}


def test_what_is_forgotten_is_found_no_more(repeats: Repeats) -> None:
    repeats.remember([Asked("key1", "A/1", "the log"), Asked("key2", "A/2", "the log")])

    repeats.forget(["key2"])

    assert (repeats.find("the log"), repeats.known()) == (["A/1"], {"key1"})


def test_requests_that_cannot_be_read_are_not_the_same(repeats: Repeats) -> None:
    repeats.remember([Asked("key1", "A/1", None), Asked("key2", "A/2", None)])

    assert repeats.find("") == []
    assert repeats.known() == {"key1", "key2"}


def test_the_memory_is_there_again_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "repeats.sqlite"
    for _ in range(2):
        repeats = Repeats(path, digest)
        repeats.remember([Asked("key1", "A/1", "the log")])
        repeats.close()

    again = Repeats(path, digest)

    assert again.find("the log") == ["A/1"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"the log" not in path.read_bytes()
    again.close()

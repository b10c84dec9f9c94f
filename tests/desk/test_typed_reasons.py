"""Reasons that do not stand in the command, and so not in the list of processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest
from desk_builders import CASE, Desk

from flows.desk.cli.main import main
from flows.desk.cli.terminal import TypedWords

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RETURN = ("return", CASE, "--gate", "legal-review", "--version", "1", "--as", "legal-reviewer")


@pytest.fixture
def submitted(desk: Desk) -> Desk:
    desk.submit()
    return desk


def reason_of(desk: Desk) -> str:
    return str(desk.told("history", CASE)["entries"][-1]["reason"])


def test_a_reason_is_read_from_a_file_as_an_editor_saved_it(submitted: Desk, tmp_path: Path) -> None:
    (tmp_path / "why.txt").write_bytes(b"\xef\xbb\xbfWeigh the delay too.\r\nAnd the cost.\r\n")
    submitted.done(*RETURN, "--reason", f"@{tmp_path}/why.txt")

    assert reason_of(submitted) == "Weigh the delay too.\nAnd the cost."


def test_a_reason_is_read_from_standard_input(submitted: Desk) -> None:
    submitted.done(*RETURN, "--reason", "@-", input="Weigh the delay too.\n")

    assert reason_of(submitted) == "Weigh the delay too."


def test_a_reason_may_begin_with_the_sign_itself(submitted: Desk) -> None:
    submitted.done(*RETURN, "--reason", "@@everybody: weigh the delay too.")

    assert reason_of(submitted) == "@everybody: weigh the delay too."


def test_a_reason_that_cannot_be_read_is_refused(submitted: Desk, tmp_path: Path) -> None:
    code, sentence = submitted.refused(*RETURN, "--reason", f"@{tmp_path}/none.txt")

    assert (code, sentence.endswith("none.txt: it cannot be read (No such file or directory).")) == (2, True)
    assert submitted.refused(*RETURN, "--reason", "@-", input=b"caf\xe9")[0] == 2


def options(group: click.Command, name: str = "") -> Iterator[tuple[str, click.Option]]:
    at = click.Context(group)
    if not isinstance(group, click.Group):
        return
    for each in group.list_commands(at):
        command = group.get_command(at, each)
        assert command
        yield from ((f"{name} {each}", p) for p in command.params if isinstance(p, click.Option))
        yield from options(command, f"{name} {each}")


def test_every_reason_and_every_name_can_be_read_from_a_file() -> None:
    of_words = {
        command: option.type
        for command, option in options(main)
        if {"--reason", "--comment", "--applicant"}.intersection(option.opts)
    }

    assert len(of_words) > 15
    assert all(isinstance(each, TypedWords) for each in of_words.values()), of_words

"""The sessions in the documents, run as a reader would run them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from console_blocks import DOCS, Shell, matches, run_page

from flows.casework.checkpoints import current
from flows.casework.office import open_office
from flows.home import Home

if TYPE_CHECKING:
    from pathlib import Path

needs_ssh_keygen = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="OpenSSH is not installed")


@pytest.mark.exhaustive
@needs_ssh_keygen
def test_the_walk_through_and_then_the_checks_by_hand_print_what_their_pages_show(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    try:
        acts = run_page(DOCS / "walkthrough.md", shell)
        with open_office(Home(tmp_path / "equipoise")) as office:
            current(office)  # what the nightly audit would have written by then
        checks = run_page(DOCS / "register.md", shell)
        memory = run_page(DOCS / "outside-memory.md", shell)
    finally:
        shell.close()

    assert acts > 20
    assert checks > 15
    assert memory > 5


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        (("a … c",), ["a b c"], True),
        (("a … c",), ["a b d"], False),
        (("a", "…", "z"), ["a", "b", "c", "z"], True),
        (("a", "…"), ["a"], True),
        (("a",), ["a", "b"], False),
        (("a  b",), ["a     b"], True),
        ((), [], True),
        ((), ["a"], False),
    ],
)
def test_an_ellipsis_stands_for_what_differs_and_for_nothing_else(
    expected: tuple[str, ...], printed: list[str], *, same: bool
) -> None:
    assert matches(expected, printed) is same

"""The records found, scheduled on the desk: the list and its files, then the letter that lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from desk_builders import CASE, passes_audit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desk_builders import Desk
    from web_builders import Person

    from flows.home import Home

_LIST: Final = f"""reference: {CASE}
records:
  - number: 1
    description: policy on asking first
    pages: 3
    status: released
    file: Zephyrine 1.txt
"""


@pytest.mark.exhaustive
def test_records_are_scheduled_and_the_letter_drafted_by_sending_the_same_again(
    person: Callable[..., Person], command: Desk, home: Home, tmp_path: Path
) -> None:
    listed, given = tmp_path / "records.yaml", tmp_path / "Zephyrine 1.txt"
    listed.write_text(_LIST)
    given.write_text("The policy is to ask first, ZYX-1.\n")
    officer = person("foi-officer")
    for last in ("records", "draft"):
        officer.goes("/cases/1146A-22/act?act=records")
        officer.page.get_by_label("List of the records").set_input_files(listed)
        if last == "records":
            officer.presses("Check and sign")
            assert "The files that it names: a file that the list names is not among them." in officer.words
            officer.page.get_by_label("List of the records").set_input_files(listed)
        officer.page.get_by_label("The files that it names").set_input_files(given)
        officer.presses("Check and sign")
        officer.presses("Sign with the key of the sample")
        assert command.told("history", CASE)["entries"][-1]["act"] == last
    assert "| 1 | policy on asking first | 3 | released | none |" in command.done(
        "document", CASE, "--document", "schedule"
    )
    assert passes_audit(home)
    assert not any(b"ZYX-1" in path.read_bytes() for path in home.root.rglob("*") if path.is_file())

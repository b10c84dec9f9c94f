"""An assessment to fill in, through the command line: printed or written once, and never recorded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, Desk, everything

if TYPE_CHECKING:
    from pathlib import Path

START = ("draft", CASE, "--start", "31(3) by virtue of 31(1)(a)")
_BLANK = re.compile(r"\[To be written: ([^\]]+)\]")
_CHOICES = {
    "would or would-be-likely": "would-be-likely",
    "maintain or confirm-or-deny": "maintain",
    "outweighs, or does not outweigh": "outweighs",
}


def filled(assessment: str, **instead: str) -> str:
    """Return it with a text in place of each blank; ``instead`` has the text of a blank that ends so."""

    def fill(blank: re.Match[str]) -> str:
        asked = " ".join(blank[1].split())
        told = next((text for ending, text in instead.items() if asked.endswith(ending)), None)
        return told or _CHOICES.get(asked, "gait recognition at the north gate")

    return _BLANK.sub(fill, assessment)


def test_an_assessment_is_printed_for_anybody_and_nothing_is_recorded(desk: Desk) -> None:
    before = everything(desk.home)

    said = desk.done(*START, "--start", "24(2)")

    assert said.startswith("# An assessment to fill in")
    assert f'reference: "{CASE}"\n' in said
    assert [provision in said for provision in ('provision: "31(3)"', 'provision: "24(2)"')] == [True, True]
    assert desk.told(*START, "--start", "24(2)") == {"text": said, "file": None}
    assert everything(desk.home) == before


def test_nothing_of_who_asked_stands_in_it(desk: Desk) -> None:
    said = desk.done(*START, "--start", "40(2)", "--start", "24(2)").casefold()

    assert [
        word for word in ("sample", "example.org", "01632", "acacia", "west midlands") if word in said
    ] == []


def test_it_is_written_to_a_new_file_and_over_none(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "new.yaml"

    assert desk.done(*START, "--out", file) == f"Wrote {file}; fill in every blank, and draft it.\n"
    assert file.read_text(encoding="utf-8") == desk.done(*START)
    file.write_text("Mine.")
    code, said = desk.refused(*START, "--out", file)

    assert (code, file.read_text(encoding="utf-8")) == (2, "Mine.")
    assert "it is there already, and is not written over; name another file" in said


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (("--start", "31"), 2, "write 31(1) to withhold, 31(3) to neither confirm nor deny"),
        (("--start", "12(1)"), 2, "section 12 is no exemption of Part II"),
        (("--start", "35(1)(a)"), 1, "35(1) is only for a government department or the Welsh Government"),
        (("--start", "31(3)", "a.yaml"), 2, "--start begins a document: no FILE"),
        (("--start", "31(3)", "--document", "response"), 2, "takes the exemptions of a test"),
        (("--start", "--document", "test"), 2, "takes the exemptions of a test"),
        (("a.yaml", "--out", "b.yaml", "--as", "foi-officer"), 2, "--out goes with --start"),
        (("a.yaml",), 2, "Missing option '--as'"),
        (("--as", "foi-officer"), 2, "Missing argument 'FILE'"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(
    desk: Desk, words: tuple[str, ...], code: int, problem: str
) -> None:
    refused, said = desk.refused("draft", CASE, *words)

    assert refused == code
    assert problem in said


def test_a_start_of_no_case_is_refused(desk: Desk) -> None:
    assert desk.refused("draft", "9/99", "--start", "31(3)")[0] == 1


def test_what_is_filled_in_goes_the_way_of_every_draft(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "assessment.yaml"
    drafted = ("draft", CASE, file, "--as", "foi-officer")
    begun = desk.done(*START)

    file.write_text(begun, encoding="utf-8")
    refused = desk(*drafted)
    assert refused.exit_code == 2
    assert "parts[0].exemptions[0].likelihood" in refused.stderr
    assert "parts[0].outcome" in refused.stderr

    file.write_text(filled(begun, **{"the link": "[To be written: the link]"}), encoding="utf-8")
    desk.done(*drafted)
    code, said = desk.refused("submit", CASE, "--version", "2", "--as", "foi-officer")
    assert code == 1
    assert "S03" in said

    file.write_text(filled(begun, **{"the link": "asked by Sample Applicant"}), encoding="utf-8")
    code, said = desk.refused(*drafted)
    assert code == 2
    assert "applicant's name" in said

    file.write_text(filled(begun), encoding="utf-8")
    desk.done(*drafted)
    desk.done("submit", CASE, "--version", "3", "--as", "foi-officer")
    assert desk.stage() == "legal-review"

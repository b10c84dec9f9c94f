"""What is sealed is opened by those who need it, and that they open it stands on record first."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, EXAMPLE, Desk, everything, open_case, passes_audit
from test_signing_elsewhere import signed

from flows import home as flows_home
from flows.casework.office import open_office
from flows.domain.acts import READ_REQUEST

if TYPE_CHECKING:
    from pathlib import Path

ARRIVED = (EXAMPLE / "request.yaml").read_text()
WHY = ("--reason", "To draft the answer.")


def opened(desk: Desk) -> list[tuple[str, str]]:
    entries = desk.told("history", CASE)["entries"]
    return [(each["actor"], each["reason"]) for each in entries if each["act"] == READ_REQUEST.name]


def test_the_request_is_printed_as_it_arrived_once_that_is_on_record(desk: Desk) -> None:
    assert desk.done("request", CASE, *WHY, "--as", "foi-officer") == f"{ARRIVED}\n"

    assert opened(desk) == [("foi-officer", WHY[1])]
    assert "foi-officer opened the request as it arrived" in desk.done("show", CASE)
    assert passes_audit(desk.home)


def test_it_is_recorded_once_for_each_person_and_case(desk: Desk) -> None:
    for person in ("foi-officer", "legal-reviewer", "foi-officer", "sign-off-officer", "foi-officer"):
        assert desk.done("request", CASE, *WHY, "--as", person) == f"{ARRIVED}\n"
    assert desk.told("request", CASE, "--as", "foi-officer") == {
        "reference": CASE,
        "number": None,
        "text": ARRIVED,
        "file": None,
        "recorded": False,
        "sealed": [],
    }

    assert [person for person, _ in opened(desk)] == ["foi-officer", "legal-reviewer", "sign-off-officer"]


def test_a_closed_case_is_read_too(desk: Desk) -> None:
    desk.done("close", CASE, "--ground", "withdrawn", "--as", "foi-officer")

    assert desk.told("request", CASE, *WHY, "--as", "legal-reviewer")["recorded"]
    assert passes_audit(desk.home)


def test_it_is_written_to_a_new_file_that_others_cannot_read(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "request.yaml"
    words = ("request", CASE, *WHY, "--as", "foi-officer", "--out", out)

    assert desk.done(*words) == f"Wrote {out}.\n"
    assert out.read_text() == ARRIVED
    assert out.stat().st_mode & 0o777 == 0o600
    assert desk.refused(*words) == (
        2,
        f"{out}: it is there already, and is not written over; name another file.",
    )


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--as", "foi-officer"), 1, f"{CASE}: say why; to open the request takes a reason."),
        ((*WHY, "--as", "administrator"), 1, "administrator may not open the request: that needs the role"),
        (("--reason", "Sample Applicant rang.", "--as", "foi-officer"), 2, "it has the applicant's name"),
        (
            (*WHY, "--sealed", "7", "--as", "foi-officer"),
            1,
            f"No sealed file of {CASE} has the number 7: it has no sealed file.",
        ),
    ],
)
def test_nothing_is_shown_where_nothing_can_be_recorded(
    words: tuple[str, ...], code: int, told: str, untouched: Desk
) -> None:
    found, sentence = untouched.refused("request", CASE, *words)

    assert (found, told in sentence) == (code, True), sentence


def test_whoever_stepped_aside_opens_nothing_though_they_did_before(desk: Desk) -> None:
    desk.done("request", CASE, *WHY, "--as", "legal-reviewer")
    desk.done("step-aside", CASE, "--reason", "I know them.", "--as", "legal-reviewer")

    code, sentence = desk.refused("request", CASE, *WHY, "--as", "legal-reviewer")

    assert (code, "stepped aside from 1146A/22" in sentence) == (1, True)


def test_the_key_of_somebody_else_opens_nothing_in_the_name_of_whoever_read_it(desk: Desk) -> None:
    desk.done("request", CASE, *WHY, "--as", "foi-officer")

    key = desk.home.officers / "legal-reviewer"
    code, sentence = desk.refused("request", CASE, "--as", "foi-officer", "--key", key)

    assert (code, sentence) == (
        1,
        "foi-officer may not open the request: that needs one of their own keys.",
    )


def test_an_erased_request_is_opened_by_nobody_and_that_is_said(desk: Desk) -> None:
    shutil.rmtree(desk.home.case_keys)
    before = everything(desk.home)

    result = desk("request", CASE, *WHY, "--as", "foi-officer")

    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (3, "", 1)
    assert "is missing or does not fit; restore it from a copy." in result.stderr
    assert everything(desk.home) == before


def test_an_act_signed_elsewhere_opens_it_for_a_day(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    statement = tmp_path / "statement.json"
    words = ("request", CASE, *WHY, "--as", "foi-officer", "--propose", statement)
    assert "Sample" not in desk.done(*words)
    assert opened(desk) == []

    desk.done("append", statement, signed(desk, statement, "foi-officer"))
    assert desk.done(*words) == f"{ARRIVED}\n"

    later = flows_home.now() + timedelta(hours=24)
    monkeypatch.setattr(flows_home, "now", lambda: later)
    assert desk.done(*words).startswith("Nothing is recorded yet.")


def test_what_steers_a_terminal_is_made_visible(desk: Desk) -> None:
    odd = (
        ARRIVED.replace(CASE, "R/2")
        .replace("Please answer", "Now, please \u202eanswer this second request")
        .encode()
    )
    with open_office(desk.home) as office:
        open_case(office, odd)

    said = desk.done("request", "R/2", *WHY, "--as", "foi-officer")

    assert "please \ufffdanswer" in said

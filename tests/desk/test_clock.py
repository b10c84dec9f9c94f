"""deadline, the bank holidays an administrator adds, and what both do to the queue."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from desk_builders import CASE, Desk, another_case, everything, passes_audit

from flows import home as flows_home
from flows.casework import asking, views
from flows.casework.office import open_office
from flows.desk.cli.main import main
from flows.domain.procedure import Stage

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --home there is no register."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(flows_home.HOME_VARIABLE, raising=False)


def call(*words: str) -> Result:
    return CliRunner().invoke(main, words, prog_name="equipoise")


def told(*words: str) -> Any:
    result = call("deadline", *words, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def said(*words: str) -> str:
    result = call("deadline", *words)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def refused(*words: str) -> str:
    result = call("deadline", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    return result.stderr


# deadline


def test_a_deadline_is_told_day_by_day() -> None:
    found = told("2026-06-12")

    assert found.keys() == {
        *("received", "counted_from", "due", "notice_due"),
        *("reached", "days", "remarks", "lapsed", "source"),
    }
    assert (found["received"], found["due"], found["notice_due"]) == (
        "2026-06-12",
        "2026-07-14",
        "2026-07-14",
    )
    assert sum(row["counts"] for row in found["days"]) == 20
    assert all((row["reason"] is None) is row["counts"] for row in found["days"])
    assert (found["days"][0]["date"], found["days"][-1]["date"]) == ("2026-06-13", "2026-07-14")
    assert found["days"][2] == {
        "date": "2026-06-15",
        "counts": False,
        "reason": "bank holiday in Scotland: Scotland's participation in the FIFA World Cup final",
        "nations": ["Scotland"],
        "source": found["source"].partition(",")[0],
    }
    assert found["source"].startswith("holidays 0.")


def test_a_deadline_in_words_says_which_days_did_not_count_and_why() -> None:
    assert said("2026-06-12").splitlines()[:-1] == [
        "Received Friday 12 June 2026; due Tuesday 14 July 2026.",
        "The 20th working day following receipt, section 10(1) and (6).",
        "Days that did not count:",
        "  Mon 15 Jun 2026  bank holiday in Scotland: Scotland's participation in the FIFA World Cup final",
        "  Mon 13 Jul 2026  bank holiday in Northern Ireland: Battle of the Boyne (substitute day)",
        "  10 days          Saturdays and Sundays",
        "A bank holiday in any one part of the United Kingdom is left out in all of it, section 10(6).",
    ]
    assert said("2026-06-12").splitlines()[-1].startswith("Bank holidays: holidays 0.")


def test_a_receipt_may_be_a_time_of_which_the_day_in_london_counts() -> None:
    assert told("2026-06-12T23:30:00Z")["received"] == "2026-06-13"
    assert told("2026-06-12T23:30:00+01:00")["received"] == "2026-06-12"
    assert told("2026-01-12t23:30z")["received"] == "2026-01-12"


def test_a_time_without_its_distance_from_utc_is_refused() -> None:
    assert "a time needs its distance from UTC, as in 2026-06-12T23:30:00Z" in refused("2026-06-12T23:30:00")


@pytest.mark.parametrize(
    "day",
    [
        *("2099-01-01", "1066-10-14", "2028-11-30", "2028-12-20", "2026-02-30", "soon", "", "usual"),
        *("20260612", "2026-W24-5", "2026-06-12 ", "2026-06-12T25:00:00Z", "\u0662026-06-12", "12/06/2026"),
        *("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_a_deadline_that_cannot_be_known_is_malformed(day: str) -> None:
    assert refused(day).count("\n") == 1


@pytest.mark.parametrize(
    ("now", "day", "taken"),
    [
        (datetime(2026, 6, 12, 22, 59, tzinfo=UTC), "2026-06-13", False),
        (datetime(2026, 6, 12, 23, 30, tzinfo=UTC), "2026-06-13", True),
        (datetime(2026, 6, 12, 23, 30, tzinfo=UTC), "2026-06-14", False),
        (datetime(2026, 6, 12, 23, 30, tzinfo=UTC), "2027-06-13", False),
    ],
    ids=["before midnight", "after it, in summer", "tomorrow", "a slip of the year"],
)
def test_a_day_of_receipt_that_is_yet_to_come_is_refused(
    now: datetime, day: str, *, taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flows_home, "now", lambda: now)

    result = call("deadline", day)

    assert (result.exit_code == 0, "is yet to come" in result.stderr) == (taken, not taken)


def test_fees_move_the_due_date_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    paid = told("2026-03-02", "--fees-notice", "2026-03-10", "--fees-paid", "2026-03-20")
    unpaid = told("2026-03-02", "--fees-notice", "2026-03-10")

    assert paid["due"] == "2026-04-14"
    assert (unpaid["due"], unpaid["notice_due"]) == (None, None)
    assert "lapsed unpaid after 9 June 2026" in unpaid["remarks"][0]
    assert (unpaid["lapsed"], paid["lapsed"]) == ("2026-06-09", None)
    text = said("2026-03-02", "--fees-notice", "2026-03-10", "--fees-paid", "2026-03-20")
    assert "  Tue 10 Mar 2026 to Mon 16 Mar 2026  disregarded: fees notice of 10 March 2026" in text
    assert said("2026-03-02", "--fees-notice", "2026-03-10").startswith(
        "Received Monday 2 March 2026; nothing is due any more.\nThe fees notice of 10 March 2026 lapsed"
    )
    monkeypatch.setattr(flows_home, "now", lambda: datetime(2026, 6, 9, 12, tzinfo=UTC))
    assert said("2026-03-02", "--fees-notice", "2026-03-10").startswith(
        "Received Monday 2 March 2026; nothing is due for now.\nThe clock stands still since"
    )


def test_clarification_starts_the_days_again() -> None:
    asked = ("2026-02-02", "--clarification-asked", "2026-02-05")
    found = told(*asked, "--clarification-answered", "2026-06-12")

    assert (found["received"], found["counted_from"], found["due"]) == (
        "2026-02-02",
        "2026-06-12",
        "2026-07-14",
    )
    assert told(*asked)["due"] is None
    assert "The 20th working day following the clarification, section 10(1) and (6)." in said(
        *asked, "--clarification-answered", "2026-06-12"
    )


def test_an_extension_leaves_the_notice_where_it_was() -> None:
    usual, estimated = told("2026-06-12", "--extended"), told("2026-06-12", "--extended", "2026-08-03")

    assert (usual["notice_due"], usual["due"]) == ("2026-07-14", "2026-08-12")
    assert (estimated["notice_due"], estimated["due"]) == ("2026-07-14", "2026-08-03")
    assert "Tuesday 14 July 2026 is the 20th working day following receipt, section 10(1)" in said(
        "2026-06-12", "--extended"
    )


def test_an_internal_review_is_told_when_it_was_asked_for() -> None:
    found = told("2026-02-02", "--review-asked", "2026-05-01")

    assert found["review"] == {
        "ask_by": None,
        "asked": "2026-05-01",
        "aim": "2026-06-02",
        "exceptional": "2026-07-01",
    }
    assert found["remarks"][-1].startswith("These are times of the code of practice under section 45")
    assert found["remarks"][-1].endswith("guidance, and no limit of the Act.")


def test_a_review_asked_for_late_is_told_by_the_issue_of_the_refusal() -> None:
    refused_on = ("2026-02-02", "--refused", "2026-03-02")
    in_time, late = (
        told(*refused_on, "--review-asked", day)["remarks"] for day in ("2026-04-30", "2026-05-01")
    )

    assert told(*refused_on)["review"]["ask_by"] == "2026-04-30"
    assert not any("which is later" in each for each in in_time)
    assert any("It was asked for on 1 May 2026, which is later" in each for each in late)


def test_every_round_of_clarification_is_told() -> None:
    first = ("2026-02-02", "--clarification-asked", "2026-02-05", "--clarification-answered", "2026-03-02")
    second = ("--clarification-asked", "2026-03-20")
    answered = ("--clarification-answered", "2026-06-12")

    awaited, found = told(*first, *second), told(*first, *second, *answered)

    assert (awaited["due"], found["counted_from"], found["due"]) == (None, "2026-06-12", "2026-07-14")
    for each in (awaited, found):
        assert "asked on 5 February 2026 came on 2 March 2026" in each["remarks"][0]
        assert "asked on 20 March 2026" in each["remarks"][1]
        assert not any("overdue" in remark for remark in each["remarks"])
    assert "clarification-answered: this needs clarification-asked too" in refused(*first, *answered)


def test_a_school_leaves_out_the_days_without_a_session() -> None:
    summer = ("--closed", "2026-07-22..2026-09-01")

    found = told("2026-07-10", "--body", "school", *summer)

    assert (found["due"], found["reached"].partition(" following")[0]) == (
        "2026-09-21",
        "the 20th school day",
    )
    assert "give school as the kind, if it is one" in refused("2026-07-10", *summer)
    assert "the regulations of 2010 were not read" in refused("2026-07-10", "--body", "academy", *summer)
    assert "two days are needed, as in 2026-07-22..2026-09-01" in refused(
        "2026-07-10", "--closed", "2026-07-22"
    )
    assert "closed: 2026-07-21 is before 2026-07-22" in refused(
        "2026-07-10", "--closed", "2026-07-22..2026-07-21"
    )


def test_the_kind_of_authority_is_that_of_the_register(desk: Desk) -> None:
    words = ("deadline", "2026-07-10", "--closed", "2026-07-22..2026-09-01")
    plain, refused = desk.told(*words[:2])["due"], desk.refused(*words)[1]
    desk.done("body", "set", "school", "--as", "administrator")

    assert (plain, desk.told(*words)["due"]) == ("2026-08-11", "2026-09-21")
    assert "closed: no such day is left out" in refused == desk.refused(*words, "--body", "other")[1]
    shown = " ".join(desk.done("show", CASE).split())
    assert "Limit By SI 2004/3364, regulation 3, and SI 2009/1369, regulation 2, a school has until" in shown
    assert "(overdue)" in shown


def test_a_day_that_the_regulator_specified_is_due() -> None:
    assert told("2026-06-12", "--specified", "2026-08-20")["due"] == "2026-08-20"
    for day in ("2026-12-01", "2026-06-15"):
        assert "a day from 2026-07-14 on is needed" in refused("2026-06-12", "--specified", day)


def test_what_is_out_of_order_is_told_all_at_once() -> None:
    error = refused("2026-06-12", "--fees-paid", "2026-06-20", "--review-asked", "2026-06-01")

    assert error.splitlines() == [
        "deadline has 2 faults:",
        "  fees-paid: this needs fees-notice too, on that day or before it",
        (
            "  review-asked: 2026-06-01 is before 2026-06-12, the day of received; "
            "a day from then on is needed"
        ),
    ]


# Bank holidays that were added

DUE, MOVED = "2022-12-06", "2022-12-07"
GAMES = ("2022-11-14", "--name", "Games", "--nation", "scotland", "--source", "Gazette 1, 3 November 2022")
ADD = ("holiday", "add", *GAMES, "--as", "administrator")


def today() -> str:
    now = flows_home.today()
    return f"{now.day} {now:%B %Y}"


def test_a_bank_holiday_moves_the_cases_that_were_open_and_says_why(desk: Desk) -> None:
    another_case(desk.home, "2/22", "2022-11-15")
    another_case(desk.home, "3/22", "2022-10-03")
    before = {row["reference"]: row for row in desk.told("queue")["cases"]}
    assert (before[CASE]["due"], before[CASE]["moved_from"], before[CASE]["because"]) == (DUE, None, [])

    assert desk.done(*ADD) == (
        "14 November 2022 is a bank holiday in Scotland. The policy is at version 7.\n"
        "1 case that waits has a new due date; `equipoise queue` lists them all.\n"
    )

    after = {row["reference"]: row for row in desk.told("queue")["cases"]}
    because = (
        "14 November 2022 is a bank holiday in Scotland: Games (Gazette 1, 3 November 2022), "
        f"added {today()}; for requests already running the legal position is arguable."
    )
    moved = {"due": MOVED, "moved_from": DUE, "because": [because]}
    assert after[CASE] == before[CASE] | moved
    assert {reference: row for reference, row in after.items() if row["moved_from"]} == {CASE: after[CASE]}
    assert (after["2/22"], after["3/22"]) == (before["2/22"], before["3/22"])
    shown = desk.told("show", CASE)
    assert {key: shown[key] for key in moved} == moved
    text = " ".join(desk.done("queue").split())
    assert f"{CASE}: due 7 December 2022, was 6 December 2022: {because}" in text
    assert f"Moved It is due 7 December 2022, was 6 December 2022: {because}" in " ".join(
        desk.done("show", CASE).split()
    )
    assert passes_audit(desk.home)


def test_after_its_removal_the_due_dates_are_back(desk: Desk) -> None:
    before = desk.told("queue")
    desk.done(*ADD)
    assert desk.told("queue") != before

    assert desk.done("holiday", "remove", "2022-11-14", "--as", "administrator") == (
        "14 November 2022 is no longer an added bank holiday. The policy is at version 8.\n"
        "1 case that waits has a new due date; `equipoise queue` lists them all.\n"
    )

    assert desk.told("queue") == before
    assert desk.told("holiday", "list")["holidays"] == []
    assert passes_audit(desk.home)


def test_an_addition_tells_in_json_which_cases_it_moved(desk: Desk) -> None:
    another_case(desk.home, "2/22", "2022-11-15")
    another_case(desk.home, "3/22", "2022-11-08")

    assert desk.told(*ADD) == {"policy": 7, "new": True, "cases": [CASE, "3/22"]}
    assert desk.told(*ADD) == {"policy": 7, "new": False, "cases": []}


def test_a_day_that_moved_two_ways_gives_both_reasons(desk: Desk) -> None:
    desk.done(*ADD)
    desk.done(*(word.replace("11-14", "11-15").replace("scotland", "northern-ireland") for word in ADD))

    first, second = next(row["because"] for row in desk.told("queue")["cases"] if row["reference"] == CASE)

    assert first.endswith(f"added {today()}.")
    assert second.startswith("15 November 2022 is a bank holiday in Northern Ireland: Games")
    assert second.endswith("the legal position is arguable.")


def test_the_notice_to_deciders_has_the_date_that_moved(desk: Desk) -> None:
    desk.submit()
    desk.done(*ADD)

    with open_office(desk.home) as office:
        asking.ask(office, CASE, Stage.LEGAL_REVIEW)

    [notice] = [path.read_text() for path in desk.home.notices.rglob("*") if path.is_file()]
    assert "7 December 2022" in notice


def test_an_office_that_stays_open_counts_by_the_policy_and_the_day_of_now(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_office(desk.home) as office:

        def counted() -> tuple[str, int]:
            (row, *_) = views.queue(office, everything=False)
            return str(row.clock.due), (office.clock(office.register.policy()).today - today_).days

        today_ = office.today()
        assert counted() == (DUE, 0)
        desk.done(*ADD)
        assert counted() == (MOVED, 0)
        tomorrow = flows_home.now() + timedelta(days=1)
        monkeypatch.setattr(flows_home, "now", lambda: tomorrow)
        assert counted() == (MOVED, 1)


def test_a_deadline_is_computed_with_the_homes_calendar_and_says_so(desk: Desk) -> None:
    plain = desk.told("deadline", "2022-11-07")
    desk.done(*ADD)

    found = desk.told("deadline", "2022-11-07")

    assert (plain["due"], found["due"], told("2022-11-07")["due"]) == (DUE, MOVED, DUE)
    assert plain["source"].endswith("; no days added by version 6 of the register's policy")
    assert found["source"].endswith("; 1 day added by version 7 of the register's policy")
    [day] = [row for row in found["days"] if row["date"] == "2022-11-14"]
    assert (day["nations"], day["source"]) == (["Scotland"], "Gazette 1, 3 November 2022")
    assert "in Scotland: Games (Gazette 1, 3 November 2022)\n" in desk.done("deadline", "2022-11-07")


def test_the_bank_holidays_that_were_added_are_listed(desk: Desk) -> None:
    assert desk.done("holiday", "list").startswith("Bank holidays: holidays 0.")
    desk.done(*ADD)

    listed = desk.told("holiday", "list")

    assert listed["holidays"] == [
        {
            "date": "2022-11-14",
            "name": "Games",
            "nations": ["Scotland"],
            "source": "Gazette 1, 3 November 2022",
            "added": flows_home.today().isoformat(),
        }
    ]
    head, row, *_ = desk.done("holiday", "list").splitlines()
    assert head.split() == ["Date", "Added", "Nations", "Name", "and", "source"]
    assert row.endswith("Scotland  Games (Gazette 1, 3 November 2022)")


@pytest.mark.parametrize(
    "words", [ADD, ("holiday", "add", "2026-06-15", *GAMES[1:], "--as", "administrator")]
)
def test_a_day_that_is_known_is_not_recorded_again(words: tuple[str, ...], desk: Desk) -> None:
    if words is ADD:
        desk.done(*ADD)
    before = everything(desk.home)

    text = desk.done(*words)

    assert "is known as a bank holiday in Scotland already; nothing was recorded." in text
    assert desk.told(*words)["new"] is False
    assert everything(desk.home) == before


def test_a_day_that_is_known_in_one_nation_is_recorded_for_the_other(desk: Desk) -> None:
    words = (
        "holiday",
        "add",
        "2026-06-15",
        *GAMES[1:],
        "--nation",
        "northern-ireland",
        "--as",
        "administrator",
    )

    assert desk.done(*words) == (
        "15 June 2026 is a bank holiday in Northern Ireland; in Scotland it was known. "
        "The policy is at version 7.\n"
    )
    assert desk.told("holiday", "list")["holidays"][0]["nations"] == ["Northern Ireland"]
    assert passes_audit(desk.home)


def changed(**options: str) -> tuple[str, ...]:
    words = {
        "date": GAMES[0],
        "name": "Games",
        "nation": "scotland",
        "source": "Gazette",
        "as": "administrator",
    } | options
    when = words.pop("date")
    return ("holiday", "add", when, *(part for name, value in words.items() for part in (f"--{name}", value)))


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (
            changed(**{"as": "foi-officer"}),
            1,
            "foi-officer may not add bank holidays: that needs the role administrator.",
        ),
        (
            changed(date="2026-06-15", **{"as": "foi-officer"}),
            1,
            "foi-officer may not add bank holidays: that needs the role administrator.",
        ),
        (
            (*changed(), "--key", "{sign_off_key}"),
            1,
            "administrator may not add bank holidays: that needs a signature by a key of administrator.",
        ),
        (
            ("holiday", "remove", "2022-11-14", "--as", "foi-officer"),
            1,
            "foi-officer may not remove bank holidays: that needs the role administrator.",
        ),
        (
            ("holiday", "remove", "2026-06-15", "--as", "administrator"),
            1,
            "No bank holiday on 15 June 2026 was added; those of the software's data stay.",
        ),
        (changed(date="2022-11-12"), 2, "bank holiday: date: 12 November 2022 is a Saturday"),
        (changed(date="1999-12-31"), 2, "bank holiday: date: a day from 2005-01-01 to five years ahead"),
        (changed(date="2099-11-16"), 2, "bank holiday: date: a day from 2005-01-01 to five years ahead"),
        (changed(date="2022-11-14T10:00"), 2, "Invalid value for 'DATE': a time needs its distance from UTC"),
        (changed(name=""), 2, "bank holiday: name: 1 to 120 characters are needed"),
        (changed(name="x" * 121), 2, "bank holiday: name: 1 to 120 characters are needed"),
        (changed(name="Games\nagain"), 2, "bank holiday: name: one line of characters that can be seen"),
        (changed(source="\x1b[31m"), 2, "bank holiday: source: one line of characters that can be seen"),
        (changed(source="  "), 2, "bank holiday: source: 1 to 300 characters are needed"),
        (changed(nation="wales"), 2, "Invalid value for '--nation'"),
        (
            ("holiday", "add", *GAMES[:3], "--nation", "scotland", "--as", "administrator"),
            2,
            "Missing option '--source'",
        ),
    ],
)
def test_what_cannot_be_added_or_removed_changes_nothing(
    words: tuple[str, ...], code: int, sentence: str, untouched: Desk
) -> None:
    places = {"sign_off_key": untouched.home.officers / "sign-off-officer"}

    got, text = untouched.refused(*(word.format(**places) for word in words))

    assert got == code
    assert text.startswith(sentence)

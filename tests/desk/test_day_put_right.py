"""A day that was recorded wrongly is put right by command: the last counts, and both are shown."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, Desk, everything, passes_audit, publish_now
from letter_texts import a_letter

from flows import home as flows_home
from flows.domain.english import in_full
from flows.domain.local_day import local_day

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

OFFICER = ("--as", "foi-officer")
RIGHT = ("--reason", "The postmark says so.", "--as", "sign-off-officer")
OF_IT = ("--document", "response")


class Sent:
    """A home whose case was answered by post, with days since at hand."""

    def __init__(self, desk: Desk, published: date) -> None:
        self.desk, self.published = desk, published

    def day(self, later: int) -> date:
        return self.published + timedelta(days=later)

    def put_right(self, was: int, on: int, *more: str) -> tuple[str | Path, ...]:
        days = ("--was", self.day(was).isoformat(), "--on", self.day(on).isoformat())
        return ("correct-day", CASE, *days, *more, *RIGHT)


@pytest.fixture
def sent(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sent:
    """The case is answered on one day; five days later that is recorded with another."""
    (tmp_path / "letter.md").write_text(a_letter("response", CASE, flows_home.today()))
    desk.done("draft", CASE, tmp_path / "letter.md", *OF_IT, *OFFICER)
    desk.done("submit", CASE, *OF_IT, "--version", "1", *OFFICER)
    approving = ("approve", CASE, *OF_IT, "--version", "1", "--gate", "balancing", "--as", "sign-off-officer")
    desk.done(*approving)
    publish_now(desk.home, "response")
    now = flows_home.now()
    there = Sent(desk, local_day(now))
    monkeypatch.setattr(flows_home, "now", lambda: now + timedelta(days=5))
    on = ("--on", there.day(4).isoformat(), "--by", "post", "--reason", "It is a sample.")
    desk.done("sent", CASE, *OF_IT, *on, *OFFICER)
    return there


def test_the_last_day_counts_and_the_history_shows_both(sent: Sent) -> None:
    desk, due = sent.desk, "; the answer was late: it was due on 6 December 2022"
    right, wrong = in_full(sent.day(2)), in_full(sent.day(4))

    assert desk.done(*sent.put_right(4, 2)) == (
        f"{CASE}: It is on record with {right}, and not {wrong}{due}; every date is counted from that. "
        f"The case was answered on {right}.\n"
    )

    told = {line["sequence"]: line["what"] for line in desk.told("history", CASE)["entries"]}
    (first, sending), (last, putting) = ((number, what) for number, what in told.items() if wrong in what)
    assert sending.endswith(f"; entry {last} put the day of this right, to {right}")
    assert putting.endswith(f": it is {right}, and not {wrong}{due} (entry {first})")
    assert desk.told("show", CASE)["answered"] == sent.day(2).isoformat()
    words = " ".join(desk.done("history", CASE).split())
    assert "The postmark says so." in words
    assert passes_audit(desk.home)
    assert f"sign-off-officer put right the day of act 7: it is {right}" in " ".join(
        desk.done("audit").split()
    )


def test_put_right_again_it_is_done_once_more_and_the_same_again_is_done_before(sent: Sent) -> None:
    desk = sent.desk
    desk.done(*sent.put_right(4, 2))
    before = everything(desk.home)

    assert "This was done before; nothing was recorded." in desk.done(*sent.put_right(4, 2))
    assert everything(desk.home) == before
    desk.done(*sent.put_right(2, 3))
    assert desk.done(*sent.put_right(3, 2)).endswith(f"was answered on {in_full(sent.day(2))}.\n")
    desk.done(*sent.put_right(2, 3))
    assert passes_audit(desk.home)


def test_a_day_that_is_not_on_record_is_told_with_those_that_are(sent: Sent) -> None:
    there = f"On record of {CASE} are {in_full(sent.day(4))} (act 7, sent of the response)"

    assert sent.desk.refused(*sent.put_right(3, 2)) == (
        1,
        f"{there}; name the wrong day as it is there.",
    )
    assert sent.desk.refused(*sent.put_right(4, 2, "--act", "6"))[1].startswith(there)


def test_of_two_acts_of_one_day_the_number_says_which(sent: Sent, tmp_path: Path) -> None:
    (tmp_path / "words.eml").write_text("I ask for a review.")
    asking = ("--on", sent.day(4).isoformat(), "--file", tmp_path / "words.eml")
    sent.desk.done("review-asked", CASE, *asking, *OFFICER)

    code, told = sent.desk.refused(*sent.put_right(4, 2))
    assert (code, told.endswith("(act 8, review-asked); say which of them with --act.")) == (1, True)
    sent.desk.done(*sent.put_right(4, 5, "--act", "8"))
    assert passes_audit(sent.desk.home)


def test_before_anything_went_out_nothing_is_put_right(desk: Desk) -> None:
    days = ("--was", "2022-12-05", "--on", "2022-12-02")

    assert "Nothing is on record of 1146A/22 yet" in desk.refused("correct-day", CASE, *days, *RIGHT)[1]
    assert "Missing option '--was'" in desk.refused("correct-day", CASE, "--on", "2022-12-02", *RIGHT)[1]

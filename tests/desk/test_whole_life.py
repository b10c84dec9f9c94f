"""One case over its whole life, and short lives beside it, by command alone; only time is made to pass."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASES, Desk, found_home, open_case, passes_audit
from letter_texts import a_letter
from sampling import spread

from flows import home as flows_home
from flows.casework import drafts, publishing
from flows.casework.office import open_office
from flows.domain.english import in_full
from flows.home import Home

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CASE = "L/1"
WRITER, SECOND = "foi-officer", "all-three-roles"
LAWYER, OWNER, REVIEWER = "legal-reviewer", "sign-off-officer", "both-gates"
FOUNDED = date(2026, 4, 30)
REGULATOR = ("--regulator", "IC-123456-A1B2")


class Authority(Desk):
    """An authority whose days go by as the test says."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._now = datetime(FOUNDED.year, FOUNDED.month, FOUNDED.day, 9, tzinfo=UTC)
        monkeypatch.setattr(flows_home, "now", self._tick)
        found_home(folder / "home")
        super().__init__(Home(folder / "home"))
        self._folder = folder

    def _tick(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now

    def on(self, day: str) -> None:
        """Let time pass until the morning of a day."""
        then = datetime.fromisoformat(day).replace(hour=9, tzinfo=UTC)
        assert then >= self._now - timedelta(hours=12)
        self._now = max(self._now, then)

    def receive(self, received: str, reference: str = CASE, *, bare: bool = False) -> None:
        """Take a request in, with its first draft: a skeleton where it is bare."""
        sample = CASES / "1146A-22"
        request = (sample / "request.yaml").read_text().replace("1146A/22", reference)
        request = request.replace("2022-11-07", received).replace("answer by", f"answer {reference} by")
        assessment = (sample / "assessment.yaml").read_text().replace("1146A/22", reference)
        with open_office(self.home) as office:
            open_case(office, request.encode(), None if bare else assessment.encode())
            drafts.write_first_draft(office, reference)

    def file(self, words: str) -> Path:
        path = self._folder / "file.md"
        path.write_text(words)
        return path

    def publish(self, document: str, reference: str = CASE) -> None:
        with open_office(self.home) as office:
            publishing.publish(office, reference, document)

    def letter(self, document: str, words: str, *signs: str, reference: str = CASE, by: str = WRITER) -> None:
        """Write a letter, have it approved by whoever signs, and publish it."""
        of_it = ("--document", document)
        version = str(self.document(reference, document)["version"] + 1)
        self.done("draft", reference, self.file(words), *of_it, "--as", by)
        self.done("submit", reference, *of_it, "--version", version, "--as", by)
        for person in signs:
            gate = ("--gate", "balancing", "--version", version)
            self.done("approve", reference, *of_it, *gate, "--as", person)
        self.publish(document, reference)

    def sent(self, document: str, reference: str = CASE, *more: str) -> None:
        self.done("sent", reference, *self.today, "--document", document, *more, "--as", WRITER)

    @property
    def today(self) -> tuple[str, ...]:
        return ("--on", self._now.date().isoformat(), "--by", "email")

    @property
    def day(self) -> str:
        return self._now.date().isoformat()

    def row(self, reference: str = CASE, document: str = "test") -> dict[str, object] | None:
        """Return what the queue says of a document of a case; None where it is not in the queue."""
        rows = self.told("queue")["cases"]
        sought = (reference, document)
        return next((each for each in rows if (each["reference"], each["document"]) == sought), None)

    def owes(self, reference: str = CASE, document: str = "test") -> tuple[object, object]:
        """Return what is owed with a document, and by when."""
        row = self.row(reference, document)
        assert row
        return row["duty"], row["due"]


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    return Authority(tmp_path, monkeypatch)


def clarified_twice(authority: Authority) -> None:
    for asked, came in (("2026-05-06", "2026-05-11"), ("2026-05-12", "2026-05-18")):
        authority.on(asked)
        day = date.fromisoformat(asked)
        authority.letter(
            "clarification", f"{a_letter('clarification', CASE, day)}\nAsked on {in_full(day)}.\n"
        )
        authority.done("ask-clarification", CASE, *authority.today, "--as", WRITER)
        assert authority.owes() == ("answer", None)
        waits = f"while the clarification asked on {in_full(day)} is awaited"
        assert waits in " ".join(authority.done("show", CASE).split())
        authority.on(came)
        answer = ("--on", came, "--file", authority.file("The cameras by the river."))
        authority.done("clarified", CASE, *answer, "--as", WRITER)
    # From 18 May; 25 May is a bank holiday, and 15 June one in Scotland.
    assert authority.told("deadline", CASE)["due"] == "2026-06-17"


def pass_gates(authority: Authority, version: str) -> None:
    """Take a version of the test through its gates."""
    authority.done("submit", CASE, "--version", version, "--as", WRITER)
    authority.done("approve", CASE, "--gate", "legal-review", "--version", version, "--as", LAWYER)
    authority.done("approve", CASE, "--gate", "balancing", "--version", version, "--as", OWNER)
    authority.publish("test")


def redrafted(authority: Authority, more: str = "a hood") -> None:
    """Hand in a test that says one thing otherwise."""
    text = (CASES / ".story" / "1146A-22" / "assessment.yaml").read_text().replace("1146A/22", CASE)
    assert "a hood" in text
    authority.done("draft", CASE, authority.file(text.replace("a hood", more, 1)), "--as", WRITER)


def extended_on_day_twenty(authority: Authority) -> None:
    authority.on("2026-06-17")
    until = date(2026, 7, 15)
    authority.letter("extension", a_letter("extension", CASE, date(2026, 6, 17), until=until), OWNER)
    promise = ("--until", until.isoformat(), "--exemptions", "31(1)(a)")
    authority.done("extend", CASE, *authority.today, *promise, "--as", WRITER)
    assert authority.owes() == ("answer", "2026-07-15")


def returned_once_and_sent(authority: Authority) -> None:
    authority.on("2026-07-02")
    authority.done("submit", CASE, "--version", "1", "--as", WRITER)
    back = ("--gate", "legal-review", "--version", "1", "--reason", "Treat both.", "--as", LAWYER)
    authority.done("return", CASE, *back)
    authority.on("2026-07-06")
    redrafted(authority)
    pass_gates(authority, "2")
    authority.letter("response", a_letter("response", CASE, date(2026, 7, 6)), OWNER)
    authority.on("2026-07-13")
    authority.sent("test")
    authority.sent("response")
    assert authority.row() is None
    assert authority.row(document="response") is None
    authority.done("log", CASE, "--entry", "listed", "--as", WRITER)


def reviewed_by_somebody_else(authority: Authority) -> None:
    authority.on("2026-07-20")
    asked = ("--on", "2026-07-20", "--file", authority.file("Please look again."))
    authority.done("review-asked", CASE, *asked, "--as", WRITER)
    assert authority.owes(document="review") == ("review", "2026-08-18")
    authority.on("2026-08-10")
    authority.letter("review", a_letter("review", CASE, date(2026, 8, 10)), REVIEWER, by=SECOND)
    decide = ("review-decided", CASE, *authority.today, "--outcome", "partly-upheld")
    status, told = authority.refused(*decide, "--as", WRITER)
    assert status == 1, told
    authority.done(*decide, "--as", SECOND)
    assert authority.row(document="review") is None


def complained_of_and_ordered(authority: Authority) -> None:
    authority.on("2026-09-01")
    authority.done("complained", CASE, *REGULATOR, "--on", "2026-09-01", "--as", WRITER)
    authority.on("2026-11-03")
    steps = ("--on", "2026-11-02", "--outcome", "partly-upheld", "--steps", "2026-12-07")
    authority.done("notice", CASE, *REGULATOR, *steps, "--as", WRITER)
    assert authority.owes() == ("steps", "2026-12-07")


def corrected_and_superseded(authority: Authority) -> None:
    authority.on("2026-11-10")
    why = ("--reason", "As the notice orders.")
    authority.done("correct", CASE, "--document", "test", *why, "--as", WRITER)
    redrafted(authority, "a hood, a gloved hand")
    pass_gates(authority, "3")
    authority.sent("test")
    done = ("--duty", "steps", "--reference", REGULATOR[1], "--on", "2026-11-10")
    authority.done("complied", CASE, *done, "--reason", "Gave the paper anew.", "--as", WRITER)
    assert authority.told("queue")["cases"] == [authority.row("1146A/22")]


def test_one_case_over_its_whole_life(authority: Authority) -> None:
    authority.on("2026-05-05")
    authority.receive("2026-05-04")  # the early May bank holiday, which is no matter, section 10(1)
    assert authority.owes() == ("answer", "2026-06-02")

    clarified_twice(authority)
    extended_on_day_twenty(authority)
    returned_once_and_sent(authority)
    reviewed_by_somebody_else(authority)
    complained_of_and_ordered(authority)
    corrected_and_superseded(authority)

    history = " ".join(authority.done("history", CASE).split())
    for words in (
        "asked for clarification on 6 May 2026",
        "took in the clarification that came on 18 May 2026",
        "took more time, until 15 July 2026",
        "returned version 1 at legal review",
        "published version 3, which replaces version 2",
    ):
        assert words in history
    (earlier,) = [*(authority.home.published / "earlier").rglob("L-1.pdf")]
    assert "SUPERSEDED by version 3" in " ".join(authority("verify", earlier).output.split())
    assert passes_audit(authority.home)


# Nine short lives.


def answered(authority: Authority, reference: str, document: str, *signs: str, ground: str) -> None:
    """Answer by a letter, and close on a ground that needs it."""
    authority.letter(document, a_letter(document, reference, date(2026, 5, 7)), *signs, reference=reference)
    authority.sent(document, reference)
    authority.done("close", reference, "--ground", ground, "--as", WRITER)


def full_disclosure(authority: Authority, reference: str) -> None:
    opening, _, rest = a_letter("response", reference, date(2026, 5, 7)).partition("We neither")
    given = "We give you all of the information that you asked for; it is attached."
    words = f"{opening}{given}\n\n{rest[rest.index('If you are not content') :]}"
    authority.letter("response", words, OWNER, reference=reference)
    authority.sent("response", reference)
    authority.done("close", reference, "--ground", "answered-in-full", "--as", WRITER)


def cost(authority: Authority, reference: str) -> None:
    answered(authority, reference, "cost", OWNER, ground="cost-limit")


def vexatious(authority: Authority, reference: str) -> None:
    answered(authority, reference, "vexatious", OWNER, ground="vexatious")


def transferred(authority: Authority, reference: str) -> None:
    answered(authority, reference, "transfer", ground="transferred")


def withdrawn(authority: Authority, reference: str) -> None:
    authority.done("close", reference, "--ground", "withdrawn", "--as", WRITER)


def no_clarification(authority: Authority, reference: str) -> None:
    letter = a_letter("clarification", reference, date(2026, 5, 7))
    authority.letter("clarification", letter, reference=reference)
    authority.done("ask-clarification", reference, *authority.today, "--as", WRITER)
    close = ("close", reference, "--ground", "no-clarification", "--as", WRITER)
    assert "it can be closed after 6 July 2026" in authority.refused(*close)[1]
    authority.on("2026-07-07")
    authority.done(*close)


def fee_not_paid(authority: Authority, reference: str) -> None:
    authority.letter("fees", a_letter("fees", reference, date(2026, 5, 7)), reference=reference)
    authority.done("fees-notice", reference, *authority.today, "--amount", "27.50", "--as", WRITER)
    close = ("close", reference, "--ground", "fee-not-paid", "--as", WRITER)
    assert "can be paid until 6 August 2026" in authority.refused(*close)[1]
    authority.on("2026-08-07")
    authority.done(*close)


LIVES = [full_disclosure, cost, vexatious, transferred, withdrawn, no_clarification, fee_not_paid]


@pytest.mark.parametrize("life", spread(LIVES, every=4), ids=lambda life: life.__name__)
def test_a_short_life_ends_on_its_ground(
    authority: Authority, life: Callable[[Authority, str], None]
) -> None:
    authority.on("2026-05-07")
    authority.receive("2026-05-05", "S/1", bare=True)

    life(authority, "S/1")

    assert authority.row("S/1") is None
    assert authority.told("show", "S/1")["documents"][0]["stage"] == "closed"
    assert passes_audit(authority.home)


def test_a_school_has_until_its_sixtieth_working_day_at_most(authority: Authority) -> None:
    authority.on("2026-07-20")
    authority.done("body", "set", "school", "--as", "administrator")
    authority.receive("2026-07-17", "S/1")
    authority.on("2026-09-01")

    row = authority.row("S/1")
    assert row
    assert (row["due"], row["overdue"]) == ("2026-08-17", False)
    shown = " ".join(authority.done("show", "S/1").split())
    assert "is the last day in any case" in shown
    assert "Nobody said when the school has no session" in shown


def test_a_school_in_august_leaves_out_the_days_without_a_session(authority: Authority) -> None:
    def owed() -> tuple[object, object, object]:
        row = authority.row("S/1")
        assert row
        return row["due"], row["overdue"], row["moved_from"]

    authority.on("2026-07-16")
    stated = ("2026-07-22", "2026-09-01", "--name", "Summer holidays", "--as")
    status, told = authority.refused("closure", "add", *stated, "administrator")
    assert (status, "left out for a school alone" in told) == (1, True)
    authority.done("body", "set", "school", "--as", "administrator")
    assert (
        "may not state when the school has no session"
        in authority.refused("closure", "add", *stated, WRITER)[1]
    )
    authority.done("closure", "add", *stated, "administrator")
    authority.on("2026-07-17")
    authority.receive("2026-07-17", "S/1")
    authority.on("2026-09-01")
    assert owed() == ("2026-09-25", False, None)
    shown = " ".join(authority.done("show", "S/1").split())
    assert "No session, 22 July 2026 to 1 September 2026: Summer holidays." in shown

    training = ("2026-09-02", "2026-09-02", "--name", "Staff training", "--as", "administrator")
    told = " ".join(authority.done("closure", "add", *training).split())
    assert "1 case that waits has a new due date" in told
    assert owed() == ("2026-09-28", False, "2026-09-25")
    because = "There is no session, 2 September 2026: Staff training, added 1 September 2026."
    assert because in " ".join(authority.done("queue").split())
    found = authority.told("deadline", "S/1")
    assert (found["due"], found["reached"][:19]) == ("2026-09-28", "the 20th school day")
    listed = [(each["first"], each["name"]) for each in authority.told("closure", "list")["closures"]]
    assert listed == [("2026-07-22", "Summer holidays"), ("2026-09-02", "Staff training")]

    authority.on("2026-09-28")
    assert owed() == ("2026-09-28", False, "2026-09-25")
    authority.done("closure", "remove", "2026-09-02", "--as", "administrator")
    assert owed() == ("2026-09-25", True, None)
    assert passes_audit(authority.home)


def test_a_late_answer_says_why_and_stays_late(authority: Authority) -> None:
    authority.on("2026-05-07")
    authority.receive("2026-05-05", "S/1", bare=True)
    authority.on("2026-07-06")
    row = authority.row("S/1")
    assert row
    assert row["overdue"]
    letter = a_letter("cost", "S/1", date(2026, 7, 6))
    authority.letter("cost", letter, OWNER, reference="S/1")
    status, told = authority.refused("sent", "S/1", *authority.today, "--document", "cost", "--as", WRITER)
    assert status == 1, told
    authority.sent("cost", "S/1", "--reason", "The officer was away.")

    history = " ".join(authority.done("history", "S/1").split())
    assert "The officer was away." in history
    assert passes_audit(authority.home)

"""Reminding: whoever has to act is told of each day of a case, once in time and once when it is past."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from letter_texts import a_letter

from flows.casework import acts, publishing, reminding
from flows.domain.acts import (
    ACTS,
    CLOSE,
    COMPLAINED,
    COMPLIED,
    INFORMATION_NOTICE,
    NOTICE,
    REVIEW_ASKED,
    STEP_ASIDE,
    SUBMIT,
)
from flows.domain.documents import DOCUMENTS
from flows.domain.procedure import Role, Stage
from flows.domain.working_days import Holiday

if TYPE_CHECKING:
    from flow_builders import Clock, Town

    from flows.domain.acts import Kind

COMPLAINT: dict[str, Any] = {"regulator": "IC-1-A1"}


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T11:00:00+00:00")


def reminded(town: Town) -> dict[str, str]:
    """Remind people, as the flow does but without Prefect; return the notices that are new, by name."""
    before = town.notices()
    for reference, _ in reminding.untold(town.office):
        assert reminding.remind(town.office, reference).what
    assert reminding.untold(town.office) == []
    return {name: text for name, text in town.notices().items() if before.get(name) != text}


def on_days(town: Town, clock: Clock, *days: str) -> dict[str, list[str]]:
    """Remind people on each of some days; return the names of what was told on which."""
    found = {}
    for day in days:
        clock.time = noon(day)
        found[day] = [name.removesuffix(".txt") for name in reminded(town)]
    return found


def on_the_case(town: Town, kind: Kind, sealed: bytes | None = None, **facts: Any) -> None:
    on = town.office.today().isoformat()
    town.act("foi-officer", kind, "A/1", document="", facts={"on": on, **facts}, sealed=sealed)


def letter_sent(town: Town, document: str, **facts: str) -> None:
    """Write, sign off, publish and send a letter that an act of its own sends."""
    today = town.office.today()
    promised = date.fromisoformat(facts["until"]) if "until" in facts else None
    text = a_letter(document, "A/1", today, until=promised)
    write = {f"{document}/document.md": text.encode()}
    town.act("foi-officer", ACTS["draft"], "A/1", document=document, version=1, files=write)
    town.act("foi-officer", SUBMIT, "A/1", document=document)
    if town.office.register.dossier("A/1").case.stage(document) is Stage.BALANCING:
        town.approve("A/1", Stage.BALANCING, document=document)
    publishing.publish(town.office, "A/1", document)
    sent_by = ACTS[DOCUMENTS[document].sent_by]
    facts = {"on": today.isoformat(), "by": "email", **facts}
    town.act("foi-officer", sent_by, "A/1", document=document, facts=facts)


def closed_and_asked_again(town: Town, clock: Clock) -> None:
    """Bring a case to a review: everybody had a part but the second sign-off officer."""
    town.drafted("A/1")
    town.submit("A/1")
    town.approve("A/1", Stage.LEGAL_REVIEW)
    town.close_case("A/1")
    clock.time = noon("2022-09-12")
    on_the_case(town, REVIEW_ASKED, sealed=b"Please look again.")


def test_the_answer_is_told_of_when_its_time_is_nearly_over_and_once_it_is(town: Town, clock: Clock) -> None:
    town.drafted("A/1")
    assert on_days(
        town, clock, "2022-09-08", "2022-09-22", "2022-09-23", "2022-09-30", "2022-10-01", "2022-10-20"
    ) == {
        "2022-09-08": [],
        "2022-09-22": [],
        "2022-09-23": ["A-1-answer-due-soon"],
        "2022-09-30": [],
        "2022-10-01": ["A-1-answer-overdue"],
        "2022-10-20": [],
    }
    assert town.notices() == {
        "A-1-answer-due-soon.txt": (
            "To: foi-officer\n"
            "About: A/1\n"
            "\n"
            "A/1 owes the answer, and the time for it is nearly over.\n"
            "\n"
            "It is due on 30 September 2022.\n"
            "\n"
            "See how it stands: equipoise show A/1\n"
        ),
        "A-1-answer-overdue.txt": (
            "To: foi-officer\n"
            "About: A/1\n"
            "\n"
            "A/1 owes the answer, and the time for it is over.\n"
            "\n"
            "It is due on 30 September 2022.\n"
            "\n"
            "See how it stands: equipoise show A/1\n"
        ),
    }


def test_the_flow_tells_each_case_once(town: Town, clock: Clock) -> None:
    town.drafted("A/1", "A/2", "A/3")
    town.close_case("A/2")
    clock.time = noon("2022-09-23")

    run = town.run("reminding")

    assert run.tasks() == [("reminding-A/1", "COMPLETED", 1), ("reminding-A/3", "COMPLETED", 1)]
    (artifact,) = run.artifacts()
    assert artifact.splitlines()[2:] == [
        "| A/1 | the answer due soon: foi-officer |",
        "| A/3 | the answer due soon: foi-officer |",
    ]
    assert town.run("reminding").artifacts() == []


def test_a_proclaimed_holiday_moves_the_day_and_is_told_anew(town: Town, clock: Clock) -> None:
    town.drafted("A/1")
    assert on_days(town, clock, "2022-09-23") == {"2022-09-23": ["A-1-answer-due-soon"]}

    day = date(2022, 9, 27)
    holiday = Holiday(date=day, nations=("England and Wales",), name="Day", source="Proclamation")
    acts.add_holiday(town.office, town.officer("administrator"), holiday)

    assert on_days(town, clock, "2022-09-23", "2022-09-26") == {
        "2022-09-23": ["A-1-answer-due-soon"],
        "2022-09-26": [],
    }
    assert "It is due on 3 October 2022." in town.notices()["A-1-answer-due-soon.txt"]


def test_a_review_is_told_of_to_those_without_an_earlier_part(town: Town, clock: Clock) -> None:
    closed_and_asked_again(town, clock)

    told = reminded(town)

    assert told == {
        "A-1-review-asked.txt": (
            "To: sign-off-officer\n"
            "About: A/1\n"
            "\n"
            "A/1 owes the outcome of the review.\n"
            "\n"
            "It is due on 11 October 2022.\n"
            "\n"
            "See how it stands: equipoise show A/1\n"
            "Begin its outcome: equipoise draft A/1 --document review --start\n"
        )
    }
    assert on_days(town, clock, "2022-10-03", "2022-10-04", "2022-10-12") == {
        "2022-10-03": [],
        "2022-10-04": ["A-1-review-due-soon"],
        "2022-10-12": ["A-1-review-overdue"],
    }


def test_where_everybody_had_a_part_in_a_case_the_notice_of_its_review_says_so(
    town: Town, clock: Clock
) -> None:
    town.drafted("A/1")
    town.sign_off("A/1")
    town.close_case("A/1")
    clock.time = noon("2022-09-12")
    on_the_case(town, REVIEW_ASKED, sealed=b"Please look again.")

    (text,) = reminded(town).values()

    assert text.startswith("To: foi-officer, legal-reviewer, sign-off-officer\n")
    assert "\n\nEvery sign-off officer had an earlier part in the case: authorise one who had none" in text


@pytest.mark.parametrize(
    ("kind", "facts", "duty"),
    [
        (NOTICE, {"outcome": "upheld", "steps": "2022-10-31"}, "steps"),
        (INFORMATION_NOTICE, {"due": "2022-10-31"}, "information"),
    ],
    ids=str,
)
def test_what_the_regulator_orders_is_told_of_until_it_is_done(
    town: Town, clock: Clock, kind: Kind, facts: dict[str, Any], duty: str
) -> None:
    town.drafted("A/1")
    on_the_case(town, COMPLAINED, **COMPLAINT)
    on_the_case(town, kind, **COMPLAINT, **facts)

    assert [*reminded(town)] == [f"A-1-{duty}-IC-1-A1-asked.txt"]
    found = on_days(town, clock, "2022-10-21", "2022-10-24")
    assert [[name for name in told if duty in name] for told in found.values()] == [
        [],
        [f"A-1-{duty}-IC-1-A1-due-soon"],
    ]
    assert (
        f"equipoise complied A/1 --duty {duty} --reference IC-1-A1 --on DATE"
        in (town.notices()[f"A-1-{duty}-IC-1-A1-due-soon.txt"])
    )
    on = town.office.today().isoformat()
    did = {"duty": duty, "reference": "IC-1-A1", "on": on}
    town.act("foi-officer", COMPLIED, "A/1", document="", facts=did, reason="Done.")
    assert not [name for name in reminded(town) if duty in name]
    clock.time = noon("2022-11-01")
    assert not [name for name in reminded(town) if duty in name]


def test_of_several_duties_each_is_told(town: Town, clock: Clock) -> None:
    town.drafted("A/1")
    for reference, due in (("IC-1-A1", "2022-10-31"), ("IC-2-B2", "2022-11-01")):
        on_the_case(town, INFORMATION_NOTICE, regulator=reference, due=due)
    reminded(town)

    clock.time = noon("2022-11-02")

    assert [name for name in reminded(town) if "information" in name] == [
        "A-1-information-IC-1-A1-overdue.txt",
        "A-1-information-IC-2-B2-overdue.txt",
    ]


LAPSES = pytest.mark.parametrize(
    ("document", "days", "ground"),
    [
        ("clarification", ("2022-10-28", "2022-10-31", "2022-11-07", "2022-11-08"), "no-clarification"),
        # 30 November is a bank holiday in Scotland.
        ("fees", ("2022-11-28", "2022-11-29", "2022-12-07", "2022-12-08"), "fee-not-paid"),
    ],
    ids=["clarification", "fee"],
)


@LAPSES
def test_a_request_that_is_about_to_lapse_is_told_of(
    town: Town, clock: Clock, document: str, days: tuple[str, ...], ground: str
) -> None:
    town.drafted("A/1")
    letter_sent(town, document, **({"amount": "27.50"} if document == "fees" else {}))
    duty = document.removesuffix("s")

    found = on_days(town, clock, *days)

    assert [*found.values()] == [[], [f"A-1-{duty}-due-soon"], [], [f"A-1-{duty}-overdue"]]
    assert f"equipoise close A/1 --ground {ground} --as PERSON" in town.notices()[f"A-1-{duty}-overdue.txt"]
    town.act("foi-officer", CLOSE, "A/1", document="", facts={"ground": ground})
    assert (
        town.office.catalogue.watched(
            town.office.clock(town.office.register.policy()), town.office.today() + timedelta(days=365), ()
        )
        == []
    )


def test_a_promise_is_told_of_like_a_due_date(town: Town, clock: Clock) -> None:
    town.drafted("A/1")
    letter_sent(town, "extension", until="2022-10-21", exemptions="31(1)(a)")

    assert on_days(town, clock, "2022-09-23", "2022-10-01", "2022-10-14", "2022-10-22") == {
        "2022-09-23": [],
        "2022-10-01": [],
        "2022-10-14": ["A-1-answer-due-soon"],
        "2022-10-22": ["A-1-answer-overdue"],
    }
    for name in ("due-soon", "overdue"):
        assert (
            "It is due on 21 October 2022, as the notice of more time promised.\n"
            in (town.notices()[f"A-1-answer-{name}.txt"])
        )


def test_whoever_stepped_aside_is_told_nothing(town: Town, clock: Clock) -> None:
    town.drafted("A/1")
    town.act("foi-officer", STEP_ASIDE, "A/1", document="", reason="I know the applicant.")
    clock.time = noon("2022-09-23")

    (text,) = reminded(town).values()

    assert text.startswith("To: nobody\n")
    assert (
        "foi-officer. An administrator can add someone: equipoise officer add ID --role foi-officer" in text
    )
    assert Role.FOI_OFFICER in town.office.register.policy().people["foi-officer"].roles


def test_no_day_is_told_of_past_the_known_bank_holidays(town: Town, clock: Clock) -> None:
    clock.time = noon("2028-12-20")
    town.drafted("A/1", received="2028-12-20")

    assert reminded(town) == {}

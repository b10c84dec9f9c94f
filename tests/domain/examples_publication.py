"""Examples of the rule on section 22: when publication was intended, and when it is expected."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from domain_builders import a_request, a_withholding, an_exemption
from rule_example import BLOCK, NOT_RUN, WARN, a_draft, passes, trips

from flows.domain.assessment import Balance, Outcome, Publication

if TYPE_CHECKING:
    from rule_example import Example

    from flows.domain.assessment import Part
    from flows.domain.checks.rule import Draft

_FIRST: Final = "parts[0].exemptions[0]"
_APPLIES: Final = f"{_FIRST}.applies"
_SINCE: Final = f"{_FIRST}.publication.intended-since"
_EXPECTED: Final = f"{_FIRST}.publication.expected"
_TODAY: Final = date(2022, 12, 20)
_LATER: Final = "In response to your request we decided to publish the plan."
"""The request was received on 7 November 2022."""


def _saying(applies: str, **changes: Any) -> Part:
    return a_withholding(an_exemption("22(1)", applies=applies, **changes))


def _planned(since: date = date(2022, 11, 1), expected: str | None = None) -> Publication:
    return Publication(intended_since=since, reasonable="The tables are being checked.", expected=expected)


def _expecting(expected: str, **inputs: Any) -> Draft:
    part = _saying("It was decided in June.", publication=_planned(expected=expected))
    return a_draft(part, **{"today": _TODAY} | inputs)


def _on(text: str, today: date = _TODAY) -> Draft:
    return a_draft(_saying(text), today=today)


_INTENDED: Final = (
    trips(
        "X19",
        "a later day under its key",
        _saying("It will.", publication=_planned(date(2022, 11, 8))),
        (BLOCK, _SINCE),
    ),
    passes("X19", "the very day", _saying("It will.", publication=_planned(date(2022, 11, 7)))),
    trips("X19", "later, in words", _saying(_LATER), (BLOCK, _APPLIES, _LATER[: -len(" the plan.")])),
    trips(
        "X19",
        "later, in bold words",
        _saying("We **decided** on *9 December 2022* to publish it."),
        (BLOCK, _APPLIES, "9 December 2022"),
    ),
    trips(
        "X19",
        "later, in the answer",
        a_withholding(an_exemption("22(1)", applies="It will come."), answer=_LATER),
        (BLOCK, "parts[0].answer", _LATER[: -len(" the plan.")]),
    ),
    trips(
        "X19",
        "later in words, and before under its key",
        _saying(_LATER, publication=_planned()),
        (WARN, _APPLIES, _LATER[: -len(" the plan.")]),
    ),
    passes(
        "X19",
        "later, of what is given",
        a_withholding(an_exemption("22(1)", applies=_LATER), outcome=Outcome.DISCLOSE),
    ),
    passes(
        "X19",
        "later, of what is given up",
        a_withholding(
            an_exemption(
                "22(1)", applies=_LATER, outcome=Outcome.DISCLOSE, balance=Balance(text="Openness wins.")
            ),
            an_exemption("42(1)"),
        ),
    ),
    passes("X19", "later, under another section", a_withholding(an_exemption("43(2)", applies=_LATER))),
    *(
        passes("X19", text, _saying(text))
        for text in (
            "Following the request of the Select Committee in 2021, we decided to publish.",
            "Once the request for comments has closed we will publish the plan.",
            "Following your request for the review, we can say that in May 2022 it was agreed to publish it.",
            "After your request we decided to publish the report earlier than planned.",
            "Your request crossed with our decision of 4 November 2022 to publish.",
        )
    ),
)
_OVERDUE: Final = (
    ("on 14 December 2022", date(2022, 12, 14)),
    ("on 14 December", date(2022, 12, 14)),
    ("2022-12-14", date(2022, 12, 14)),
    ("on 14/12/2022", date(2022, 12, 14)),
    ("on 14 Dec. 2022", date(2022, 12, 14)),
    ("in Sept 2022", date(2022, 9, 30)),
    ("on the 1st of December 2022", date(2022, 12, 1)),
    ("in the week commencing 5 December 2022", date(2022, 12, 11)),
    ("in November 2022", date(2022, 11, 30)),
    ("by the end of November", date(2022, 11, 30)),
    ("in autumn 2022", date(2022, 11, 30)),
    ("in spring 2022", date(2022, 5, 31)),
    ("between 1 and 16 December 2022", date(2022, 12, 16)),
    ("in 2022", date(2022, 12, 31)),
    ("in March 2023", date(2023, 3, 31)),
    ("in March", date(2023, 3, 31)),
    ("next spring", date(2023, 5, 31)),
    ("in summer 2023", date(2023, 8, 31)),
)
"""When publication was expected of a request received on 7 November 2022, and the last day of that."""
_NAMES_IT: Final = re.compile(
    r"\A(?:on |in (?!2022|the week)|next |by the end of |between 1 and |in the (?=week))"
)
"""What stands before the words that are marked."""
_IN_WORDS: Final = (
    "We will publish the results on 14 December 2022, as was announced on 1 September.",
    "The report is due to be published in November.",
    "Publication is planned for 1 December 2022. It is right to wait.",
)
_DAYS: Final = (
    *(
        trips(
            "X19",
            f"expected {expected}, the day after",
            _expecting(expected, today=date.fromordinal(last.toordinal() + 1)),
            (WARN, _EXPECTED, _NAMES_IT.sub("", expected)),
        )
        for expected, last in _OVERDUE
    ),
    *(
        passes("X19", f"expected {expected}, on its last day", _expecting(expected, today=last))
        for expected, last in _OVERDUE
    ),
    *(
        trips("X19", f"past, in words: {text}", _on(text), (WARN, _APPLIES, marked))
        for text, marked in zip(_IN_WORDS, ("14 December 2022", "November", "1 December 2022"), strict=True)
    ),
    *(
        passes("X19", f"not past: {text}", _on(text))
        for text in (
            "It may be published when the tables are checked.",
            "It will be published on 14 January 2023; the survey ended on 1 October 2022.",
            "The survey ended on 1 October 2022.",
            "It will be published shortly.",
        )
    ),
    trips("X19", "no day", _expecting("in May 2022", today=None), (NOT_RUN, _EXPECTED)),
    passes("X19", "no day, and none named", _expecting("shortly", today=None)),
    passes("X19", "no request", a_draft(_saying("It will be published soon."), request=None, today=_TODAY)),
    trips(
        "X19",
        "no request, and past",
        _expecting("on 14 December 2022", request=None),
        (WARN, _EXPECTED, "14 December 2022"),
    ),
    passes(
        "X19",
        "another year",
        a_draft(
            _saying("It will be published in March."),
            request=a_request(received=date(2022, 11, 7)),
            today=_TODAY,
        ),
    ),
)
EXAMPLES: Final[tuple[Example, ...]] = (*_INTENDED, *_DAYS)

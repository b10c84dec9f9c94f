"""Examples of the rules on the procedure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from domain_builders import a_part, a_withholding, an_exemption
from rule_example import BLOCK, WARN, Example, a_draft, passes, trips

from flows.domain.assessment import Balance, Duty, Outcome, Part

_EXEMPTION = "parts[0].exemptions[0]"
_BARE: dict[str, Any] = {"favouring": (), "against": ()}
_NO_ANSWERS: dict[str, Any] = {"confirming": None, "denying": None}
_BALANCE = Balance(
    text="The need to know whether the law has kept pace weighs heavily; the harm that an answer would do "
    "weighs more, since it cannot be undone."
)

# P03

_REASONS: Final = (
    trips("P03", "a balance that weighs nothing", a_part(), (WARN, "parts[0].balance.text")),
    trips(
        "P03",
        "an exemption's balance that weighs nothing",
        a_part(an_exemption(balance=Balance(text="Outweighed.")), balance=None),
        (WARN, f"{_EXEMPTION}.balance.text"),
    ),
    passes("P03", "a balance of 15 words", a_part(balance=Balance(text=" ".join(["word"] * 15)))),
    passes(
        "P03", "a balance of which nothing is asked", a_part(an_exemption("23(5)", **_BARE), balance=None)
    ),
    passes("P03", "a short balance, and disclosed", a_withholding(outcome=Outcome.DISCLOSE)),
)

# P04

_REVIEW = "You may ask for an internal review."
_SECTION_50 = "Section 50 gives the right to apply to the Information Commissioner for a decision."
_ADDRESS = "[ico.org.uk/make-a-complaint](https://ico.org.uk/make-a-complaint)"
_WHOLE = f"# Test\n\n{_REVIEW}\n\n{_SECTION_50}\n\n- {_ADDRESS}\n"
_COMPLAINING: Final = (
    trips("P04", "nothing", a_draft(document="# Test"), (BLOCK, "document")),
    trips("P04", "no review", a_draft(document=_WHOLE.replace(_REVIEW, "")), (BLOCK, "document")),
    trips(
        "P04", "no section 50", a_draft(document=_WHOLE.replace("Section 50", "The Act")), (BLOCK, "document")
    ),
    trips(
        "P04",
        "no address",
        a_draft(document=_WHOLE.replace("ico.org.uk", "example.org")),
        (BLOCK, "document"),
    ),
    passes("P04", "all of it", a_draft(document=_WHOLE)),
    passes(
        "P04",
        "no procedure, and it says so",
        a_draft(document=_WHOLE.replace(_REVIEW, "There is no complaints procedure.")),
    ),
    passes(
        "P04", "a line broken in the middle", a_draft(document=_WHOLE.replace("an internal", "an\ninternal"))
    ),
    passes("P04", "nothing refused", a_draft(a_withholding(outcome=Outcome.DISCLOSE), document="# Test")),
)

# P05

_DUE: Final = date(2022, 12, 5)
_LATE: dict[str, Any] = {"today": _DUE + timedelta(days=1), "due": _DUE}
_DELAY: Final = (
    trips("P05", "a day late", a_draft(**_LATE), (WARN, "")),
    trips(
        "P05",
        "a delay of something else",
        a_draft(a_part(harm="An arrest would be delayed."), **_LATE),
        (WARN, ""),
    ),
    passes("P05", "on the last day", a_draft(today=_DUE, due=_DUE)),
    passes(
        "P05",
        "extended",
        a_draft(a_part(answer="On 9 June we told you that we needed until 7 July, section 10(3)."), **_LATE),
    ),
    passes(
        "P05",
        "clarified",
        a_draft(a_part(answer="You clarified the request on 1 December 2022."), **_LATE),
    ),
    passes("P05", "owned", a_draft(a_part(answer="We apologise for the delay in answering."), **_LATE)),
    passes(
        "P05",
        "owned in the words of the Act",
        a_draft(a_part(answer="We have breached the time limit of section 10(1)."), **_LATE),
    ),
    passes(
        "P05",
        "owned in other words",
        a_draft(a_part(answer="This answer is late: a file was lost."), **_LATE),
    ),
)

# P06

_GIVEN: Final = Part(
    information="the published policy",
    duty=Duty.DISCLOSE,
    outcome=Outcome.DISCLOSE,
    answer="It is on our website.",
)
_ABSOLUTE: Final = a_part(an_exemption("23(5)", **_BARE), balance=None)


def _sent(answer: str) -> Part:
    return Part(information="the policy", duty=Duty.DISCLOSE, outcome=Outcome.DISCLOSE, answer=answer)


_NOT_WAITING: Final = (
    trips("P06", "given with the rest", a_draft(_GIVEN, a_part(), **_LATE), (WARN, "parts[0]")),
    trips("P06", "absolute", a_draft(a_part(), _ABSOLUTE, **_LATE), (WARN, "parts[1]")),
    trips(
        "P06",
        "a balance is optional",
        a_draft(a_part(an_exemption("40(5B)", **_BARE), balance=None), **_LATE),
        (WARN, "parts[0]"),
    ),
    passes("P06", "an unknown provision", a_draft(a_part(an_exemption("31(9)")), **_LATE)),
    passes("P06", "in time", a_draft(_GIVEN, a_part(), today=_DUE, due=_DUE)),
    passes(
        "P06", "sent before", a_draft(_sent("This was sent to you on 1 December 2022."), a_part(), **_LATE)
    ),
    passes("P06", "already answered", a_draft(_sent("We have already answered this."), a_part(), **_LATE)),
    passes("P06", "all of it weighed", a_draft(a_part(), a_withholding(), **_LATE)),
    passes(
        "P06", "the delay is owned", a_draft(_GIVEN, a_part(answer="We are sorry to be so late."), **_LATE)
    ),
)

EXAMPLES: Final[tuple[Example, ...]] = (*_REASONS, *_COMPLAINING, *_DELAY, *_NOT_WAITING)

"""Examples of the rule on answers: what is refused in words, beside the decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from domain_builders import a_part, a_withholding
from rule_example import BLOCK, WARN, a_draft, passes, trips

from flows.domain.assessment import Duty, Outcome

if TYPE_CHECKING:
    from rule_example import Example

    from flows.domain.assessment import Part

_ANSWER: Final = "parts[0].answer"
_REFUSED: Final = "We are withholding the remainder under section 31."
_WITHHELD: Final = "We are withholding the remainder"
_NEITHER: Final = "As for the rest, we neither confirm nor deny that it is held."
_STANCE: Final = "we neither confirm nor deny"


def _answering(answer: str, outcome: Outcome = Outcome.DISCLOSE, **changes: Any) -> Part:
    bare: dict[str, Any] = {"exemptions": (), "balance": None}
    return a_withholding(**bare | {"outcome": outcome, "answer": answer} | changes)


_SAYING: Final[dict[str, Any]] = {"duty": Duty.CONFIRM_OR_DENY, "outcome": Outcome.CONFIRM_OR_DENY}
_REFUSING: Final[dict[str, Any]] = {
    "exemptions": a_withholding().exemptions,
    "balance": a_withholding().balance,
}

EXAMPLES: Final[tuple[Example, ...]] = (
    trips("X20", "withheld, of what is given", _answering(_REFUSED), (BLOCK, _ANSWER, _WITHHELD)),
    trips(
        "X20",
        "withheld, of what is not held",
        _answering(_REFUSED, Outcome.NOT_HELD),
        (BLOCK, _ANSWER, _WITHHELD),
    ),
    trips(
        "X20",
        "withheld, where it will be said what is held",
        _answering(_REFUSED, **_SAYING),
        (BLOCK, _ANSWER, _WITHHELD),
    ),
    trips(
        "X20",
        "withheld, amid what is given",
        _answering("The log:\n\n- is attached\n- **we have redacted** the *names* in it\n"),
        (BLOCK, _ANSWER, "we have redacted** the *names"),
    ),
    trips(
        "X20",
        "withheld by the authority's name",
        _answering("West Midlands Police withholds the rest."),
        (BLOCK, _ANSWER, "West Midlands Police withholds the rest"),
    ),
    trips(
        "X20",
        "an exemption that applies",
        _answering("Section 40(2) applies to two names."),
        (BLOCK, _ANSWER, "applies"),
    ),
    trips(
        "X20",
        "perhaps left out",
        _answering("The names are left out."),
        (WARN, _ANSWER, "names are left out"),
    ),
    trips("X20", "neither, of what is given", _answering(_NEITHER), (BLOCK, _ANSWER, _STANCE)),
    trips(
        "X20",
        "neither, of what is given in part",
        _answering(_NEITHER, Outcome.PARTLY, **_REFUSING),
        (BLOCK, _ANSWER, _STANCE),
    ),
    *(
        trips("X20", answer, _answering(answer), (severity, _ANSWER, marked))
        for severity, answer, marked in (
            (BLOCK, "We\u2019re withholding the rest.", "We\u2019re withholding the rest"),
            (BLOCK, "We aren't and can't say more; the rest can't be released.", "rest can't be released"),
            (BLOCK, "Withheld: the names of staff.", "Withheld"),
            (BLOCK, "Redactions have been made for names.", "Redactions have been made"),
            (BLOCK, "We are not disclosing the annex.", "We are not disclosing the annex"),
            (WARN, "Names were taken out under section 40(2).", "under section 40"),
            (WARN, "The annex is not attached.", "annex is not attached"),
            (
                BLOCK,
                "Whether more is held is neither confirmed nor denied.",
                "is neither confirmed nor denied",
            ),
            (
                BLOCK,
                "This should not be taken to mean that more information is or is not held.",
                "should not be taken to mean that more information is or is not held",
            ),
        )
    ),
    trips(
        "X20",
        "we would not say",
        _answering("We would not say whether there are others."),
        (WARN, _ANSWER, "We would not say whether"),
    ),
    trips(
        "X20",
        "withheld, and another part refuses",
        a_draft(_answering(_REFUSED), a_withholding()),
        (WARN, _ANSWER, _WITHHELD),
    ),
    passes(
        "X20",
        "withheld, in the part that does so",
        a_draft(_answering("We are withholding the rest in part 2."), a_withholding()),
    ),
    trips(
        "X20",
        "withheld in a part that refuses nothing",
        a_draft(_answering("We are withholding the rest in part 2."), a_part()),
        (BLOCK, _ANSWER, "We are withholding the rest"),
    ),
    passes(
        "X20",
        "neither, in the part that does so",
        a_draft(_answering("In part 2 we neither confirm nor deny the rest."), a_part()),
    ),
    passes("X20", "withheld, of what is withheld", _answering(_REFUSED, Outcome.WITHHOLD, **_REFUSING)),
    passes("X20", "withheld, of what is given in part", _answering(_REFUSED, Outcome.PARTLY, **_REFUSING)),
    *(
        trips("X20", answer, _answering(answer), (WARN, _ANSWER, marked))
        for answer, marked in (
            (
                "The rates for rounds 7 to 12 have been blacked out, as the contractor asked.",
                "have been blacked out",
            ),
            ("Faces in the video are masked out.", "are masked out"),
            (
                "We have looked and will not be sharing the names of tenderers.",
                "We have looked and will not be sharing the names",
            ),
        )
    ),
    *(
        passes("X20", answer, _answering(answer))
        for answer in (
            "We attach the schedule in full. Nothing has been blacked out.",
            "The windows of the hall were blacked out for the show.",
            "We have looked and will be sharing the figures each month.",
        )
    ),
    passes("X20", "neither, of what is neither", a_part(answer=_NEITHER)),
    passes(
        "X20",
        "withheld, in the words of somebody else",
        _answering("The log says \u201cwe withhold it\u201d."),
    ),
    *(
        passes("X20", answer, _answering(answer))
        for answer in (
            "The prisoners cannot be released before 2030.",
            "Details of planning applications that have been refused are in the table.",
            "Others are exempt from council tax.",
            "We have refused 12 planning applications and removed 300 signs this year.",
            "We have withheld payment from two contractors, and hold back 5% of each.",
            "We are applying the exemption from business rates to the hall.",
            "We rely on section 31 of the Highways Act 1980 to mend the wall.",
            "A redacted copy of the log was published in 2020; the whole log is attached.",
            "The duty to confirm or deny was excluded in 31 of these cases.",
            "We may withhold the names in a log that is still open; this one is closed.",
            "We cannot give figures for 2014, since none were kept.",
        )
    ),
)

"""The procedure: what a notice must contain, and when it is due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flows.domain.assessment import REFUSALS
from flows.domain.checks.rule import Draft, Input, Noticed, rule
from flows.domain.checks.words import phrase, unmarked
from flows.domain.english import in_full
from flows.domain.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from flows.domain.assessment import Balance, Part
    from flows.domain.provisions import Provisions

_SUBSTANCE: Final = 15
"""So many words a balance has at least that weighs anything."""


@rule("P03", Severity.WARN, citation="FOIA s.17(3)")
def gives_its_reasons(draft: Draft, _: Provisions) -> Iterator[Noticed]:
    """The balance of a refusal gives the reasons for its conclusion: one of a few words weighs nothing."""
    for place, part, _own, balance in draft.balances():
        if part.outcome in REFUSALS and len(balance.text.split()) < _SUBSTANCE:
            yield _too_short(place, balance)


def _too_short(place: str, balance: Balance) -> Noticed:
    return Noticed(
        place=f"{place}.text",
        sentence=f"The balance has {len(balance.text.split())} words, too few to weigh anything.",
        mend="Say which factors weigh most on each side, and why one side outweighs the other.",
    )


_REVIEW: Final = phrase(
    r"\binternal reviews?\b"
    r"|\b(?:no|complaints?) (?:internal )?(?:complaints? )?procedure\b"
)
_SECTION_50: Final = phrase(r"\b(?:section|s\.?) ?50\b")
_PARTICULARS: Final = {
    "how to ask for an internal review, or that there is none": _REVIEW,
    "the right under section 50": _SECTION_50,
}
"""What section 17(7) wants said, and what tells that it is."""


@rule("P04", Severity.BLOCK, citation="FOIA s.17(7), s.50", needs=(Input.DOCUMENT,))
def says_how_to_complain(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """The text says how to ask for an internal review and how to apply to the regulator."""
    if not any(part.outcome in REFUSALS for part in draft.assessment.parts):
        return
    text = unmarked(draft.document or "")
    missing = [what for what, pattern in _PARTICULARS.items() if not pattern.search(text)]
    # Any of its names will do: that the text has the one of the day is S09's matter.
    if not any(each.name in text for each in law.regulators):
        missing.append(f"that the {law.regulators[-1].name} decides")
    if not any(each.website in (draft.document or "") for each in law.regulators):
        missing.append(f"where to apply: {law.regulators[-1].website}")
    if missing:
        yield Noticed(
            place="document",
            sentence=f"The text does not say {'; '.join(missing)}.",
            mend="Have the text made again, with its last section on how to complain.",
        )


_OWNED: Final = phrase(
    r"\bsections? (?:10\(3\)|17\(2\))"
    r"|\b(?:extend\w*|extension|further time|needed until|more time)\b"
    r"|\bclarif\w+|\bfees? notice\b"
    r"|\b(?:apolog\w+|regret|sorry)\b[^.]{0,80}?\b(?:delay|late|time|sooner|earlier)\b"
    r"|\b(?:breach\w*|fail\w*|did not (?:meet|comply with))\b[^.]{0,80}?\bsections? (?:10|17)\b"
    r"|\b(?:this|our|the) (?:answer|reply|response|decision|notice|paper) (?:is|comes|was|has been) (?:\w+ "
    r")?(?:late|overdue|delayed|outside|after)\b"
    r"|\bnot (?:\w+ ){0,4}?within (?:the )?(?:20|twenty|statutory|time)\b"
)
"""What owns that an answer is late, or tells what moved the day."""


@rule("P05", Severity.WARN, citation="FOIA s.10(1), s.17(1)", needs=(Input.TODAY, Input.DUE))
def owns_its_delay(draft: Draft, _: Provisions) -> Iterator[Noticed]:
    """A decision given after the twentieth working day says why, or that it is late.

    It says what moved the day, or that it is late.
    """
    if missed := _missed(draft):
        yield Noticed(
            place="",
            sentence=f"Counted from its receipt alone, the decision was due on {in_full(missed)}.",
            mend="Say under answer what moved that day: an extension under section 10(3), a clarification or "
            "a fees notice; or else that the decision is late, and why.",
        )


def _missed(draft: Draft) -> date | None:
    """Return the day that was missed, if the text does not own that."""
    late = draft.today is not None and draft.due is not None and draft.today > draft.due
    owned = late and any(_OWNED.search(passage.plain) for passage in draft.passages)
    return draft.due if late and not owned else None


_ANSWERED: Final = phrase(
    r"\b(?:answered|given|sent|provided|supplied|disclosed|published)(?: \w+){0,4}? (?:on [0-9]|earlier|"
    r"already|in (?:the|our|a) (?:\w+ )?(?:letter|e-?mail|notice|answer))"
    r"|\b(?:already|earlier|have since) (?:been )?(?:answered|given|sent|provided|supplied|disclosed|"
    r"published)\b"
)
"""What tells that an answer has gone out before this paper."""


@rule("P06", Severity.WARN, citation="FOIA s.10(1), s.10(3)", needs=(Input.TODAY, Input.DUE))
def answers_what_needs_no_weighing(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """What needs no weighing is answered in time and does not wait for the rest."""
    missed = _missed(draft)
    if missed is None:
        return
    for place, part in draft.parts():
        if _has_nothing_to_weigh(part, law, draft.body) and not _ANSWERED.search(part.answer or ""):
            yield Noticed(
                place=place,
                sentence=f"Nothing in this part needs weighing, and it was due by {in_full(missed)}.",
                mend="Send it now, or say under answer when it was sent.",
            )


def _has_nothing_to_weigh(part: Part, law: Provisions, body: str | None) -> bool:
    known = all(law.get(each.provision) for each in part.exemptions)
    return known and not any(law.wants_balance(each, authority=body) for each in part.exemptions)

"""How well the rules that read prose tell what they are for from what only looks like it.

For each rule there is a file of sentences in the ordinary language of notices, written before the rule was
last worked on. Every other one was used while working on it; the figures are of those that were held back.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import yaml
from domain_builders import a_part, a_withholding, an_exemption
from measured_figures import MEASURED, Figures
from rule_example import a_draft

from flows.domain.assessment import Factor, Outcome, Part
from flows.domain.checks.ruleset import RULES
from flows.domain.provisions import provisions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.domain.checks.rule import Noticed, Rule

Entry = Any
"""A sentence; or a mapping of it, under ``says``, with what else the draft has; or two sentences."""


@dataclass(frozen=True, kw_only=True)
class Sentences:
    """One half of a rule's file."""

    wrong: tuple[Entry, ...]
    fine: tuple[Entry, ...]


def halves(rule: str) -> tuple[Sentences, Sentences]:
    """Return the sentences a rule was worked on with, and those that were held back."""
    found = yaml.safe_load((MEASURED / f"{rule}.yaml").read_text(encoding="utf-8"))
    first, second = ({key: tuple(found[key][half::2]) for key in ("wrong", "fine")} for half in (0, 1))
    return Sentences(**first), Sentences(**second)


def measure(rule: str, sentences: Sentences) -> Figures:
    """Return how a rule does on some sentences."""
    return Figures(
        faults=len(sentences.wrong),
        noticed=sum(notices(rule, each) for each in sentences.wrong),
        innocents=len(sentences.fine),
        taken=sum(notices(rule, each) for each in sentences.fine),
    )


def notices(rule: str, entry: Entry) -> bool:
    """Tell whether a rule notices anything in the draft that an entry is put in."""
    return any(True for _ in noticed(rule, entry))


def noticed(rule: str, entry: Entry) -> Iterator[Noticed]:
    """Yield what a rule notices in the draft that an entry is put in."""
    draft = a_draft(PUT[rule](entry))
    yield from (each for each in rules()[rule].look(draft, provisions()) if each.lacks is None)


@cache
def rules() -> Mapping[str, Rule]:
    """Return the rules by their ids."""
    return {rule.id: rule for rule in RULES}


def _withheld(of: str, **changes: Any) -> Part:
    """A part that relies on one provision, about whichever duty that is of."""
    provision = provisions().get(of)
    assert provision, of
    limbs = {"limbs": (of,)} if of in provision.limbs else {}
    exemption = an_exemption(provision.citation, **limbs, **changes.pop("exemption", {}))
    confirming = provision.duty.value == "confirm-or-deny"
    bare: dict[str, Any] = {"confirming": None, "denying": None, "harm": None}
    return (a_part if confirming else a_withholding)(exemption, **(bare | changes))


def _against(entry: Entry) -> Part:
    return _withheld(entry["of"], exemption={"against": (Factor(text=entry["says"]),)})


def _on_a_side(entry: Entry) -> Part:
    of = {"confirm-or-deny": "31(3)", "disclose": "31(1)"}[entry["duty"]]
    return _withheld(of, exemption={entry["side"]: (Factor(text=entry["says"]),)})


def _on_both_sides(entry: Entry) -> Part:
    favouring, against = ((Factor(text=each),) for each in entry)
    return _withheld("31(1)", exemption={"favouring": favouring, "against": against})


def _harm(entry: Entry) -> Part:
    return _withheld(entry["of"], harm=entry["says"])


PUT: Final[Mapping[str, Callable[[Entry], Part]]] = {
    "N02": lambda entry: a_part(harm=entry),
    "X02": lambda entry: a_withholding(an_exemption("31(1)", applies=entry)),
    "X17": lambda entry: _withheld(
        entry["of"],
        exemption={"applies": entry["says"], "favouring": (), "against": ()},
        information="the patrol plan",
    ),
    "X19": lambda entry: a_withholding(an_exemption("22(1)", applies=entry)),
    "X20": lambda entry: a_withholding(exemptions=(), balance=None, outcome=Outcome.DISCLOSE, answer=entry),
    "X13": lambda entry: a_withholding(an_exemption("31(1)", applies=entry)),
    "F02": _on_a_side,
    "F03": _against,
    "F04": lambda entry: _withheld("31(1)", exemption={"favouring": (Factor(text=entry),)}),
    "F05": _on_both_sides,
    "H01": _against,
    "H05": _harm,
    "H08": lambda entry: _withheld(entry["of"], harm=entry["says"], information=entry["information"]),
}
"""How an entry of each rule's file is put in a draft."""

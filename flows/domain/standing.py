"""How the exemptions of a part stand to the balance, FOIA s.2: absolute, weighed, or neither."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.domain.assessment import REFUSALS, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.assessment import Exemption, Part
    from flows.domain.provisions import Provisions


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The exemptions of a part that were weighed and came out alike.

    Attributes:
        outcome: How their balance ends.
        citations: As they are relied on, limbs of their own included.
        count: How many exemptions these are.
    """

    outcome: Outcome
    citations: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is true of the exemptions of a part, each in one place.

    Attributes:
        sides: Those that are weighed, the ones that came out as the part did first.
        absolute: What section 2(3) names: citations of which nothing is weighed.
        unweighed: Citations that are not absolute by section 2(3) and yet are not weighed.
        shared: Citations that the balance of the part weighs; empty without one.
        kept: Citations that are not given up, in the order of the part.
    """

    sides: tuple[Side, ...]
    absolute: tuple[str, ...]
    unweighed: tuple[str, ...]
    shared: tuple[str, ...]
    kept: tuple[str, ...]

    @property
    def weighed(self) -> tuple[str, ...]:
        """Every citation that is weighed."""
        return tuple(citation for side in self.sides for citation in side.citations)

    @property
    def mixed(self) -> bool:
        """Whether a sentence has to name which exemptions it is about."""
        return len(self.sides) > 1 or bool(self.sides and (self.absolute or self.unweighed))


def standing(part: Part, law: Provisions, authority: str | None) -> Standing:
    """Return how the exemptions of a part stand to the balance.

    Args:
        authority: The kind of authority; None where it is not known.
    """
    absolute, unweighed, shared, kept = list[str](), list[str](), list[str](), list[str]()
    weighed: dict[Outcome, list[tuple[str, ...]]] = {}
    for exemption in part.exemptions:
        known = law.get(exemption.provision)
        free, bound = _limbs(exemption, law)
        kept += () if _is_given_up(exemption, part) else (*free, *bound)
        if known and law.is_absolute(exemption, authority=authority):
            absolute += () if _is_given_up(exemption, part) else bound
        elif is_weighed(exemption, part, law):
            absolute += free
            weighed.setdefault(_alike(exemption.outcome or part.outcome, part), []).append(bound)
            shared += () if exemption.balance else bound
        else:
            unweighed += (*free, *bound)
    sides = [
        Side(
            outcome=outcome,
            citations=tuple(citation for each in found for citation in each),
            count=len(found),
        )
        for outcome, found in weighed.items()
    ]
    return Standing(
        sides=tuple(sorted(sides, key=lambda side: side.outcome is not part.outcome)),
        absolute=tuple(absolute),
        unweighed=tuple(unweighed),
        shared=part.balance.of or tuple(shared) if part.balance else (),
        kept=tuple(kept),
    )


def _is_given_up(exemption: Exemption, part: Part) -> bool:
    """Tell whether a part refuses, and not under an exemption that it names."""
    return part.outcome in REFUSALS and exemption.outcome is not None and exemption.outcome not in REFUSALS


def _alike(outcome: Outcome, part: Part) -> Outcome:
    """Return the part's outcome for one that keeps, or gives up, the exemption as that does."""
    return part.outcome if (outcome in REFUSALS) == (part.outcome in REFUSALS) else outcome


def _limbs(exemption: Exemption, law: Provisions) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the limbs that are absolute beside others that are not, and the rest of what is cited.

    FOIA s.2(3)(ea): section 37 is absolute for some of its limbs.
    """
    own = tuple(limb for limb in exemption.limbs if limb.startswith(exemption.provision))
    known = law.get(exemption.provision)
    when = known.absolute_when if known else None
    free = tuple(limb for limb in own if when and limb in when.limb)
    rest = tuple(limb for limb in own if limb not in free)
    return (free, rest) if free and rest else ((), own or (exemption.provision,))


def is_weighed(exemption: Exemption, part: Part, law: Provisions) -> bool:
    """Tell whether a balance weighs an exemption, or factors are named for one: section 2(3) apart."""
    if exemption.favouring or exemption.against or exemption.balance:
        return True
    if part.balance is None:
        return False
    if part.balance.of:
        named = {law.whole(citation) for citation in part.balance.of}
        return law.whole(exemption.provision) in named
    return law.get(exemption.provision) is None or not law.balance_is_optional(exemption)


def carries(part: Part, law: Provisions) -> Iterator[Exemption]:
    """Yield the exemptions on which the refusal of a part rests.

    Not those that are given up in the end, nor what stands in the alternative to something that the part
    does not cite, nor what is no exemption of the Act.
    """
    cited = {law.whole(each.provision) for each in part.exemptions}
    for exemption in part.exemptions:
        other = exemption.in_the_alternative_to
        astray = other is not None and law.whole(other) not in cited
        exists = law.get(exemption.provision) or law.above(exemption.provision)
        if exists and not _is_given_up(exemption, part) and not astray:
            yield exemption

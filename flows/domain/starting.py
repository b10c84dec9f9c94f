"""The exemptions with which an assessment begins, as people name them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NoReturn

from flows.domain.assessment import Duty, Exemption
from flows.domain.citation import parse_citations
from flows.domain.english import listing
from flows.domain.errors import Fault, MalformedError, RefusedError
from flows.domain.provisions import Need

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from flows.domain.provisions import Provision, Provisions

SOURCE: Final = "--start"
"""What faults are told of."""
_BY_VIRTUE: Final = "by virtue of"
_FIRST: Final = "first"
"""The condition of section 40 on which nearly all refusals of personal data rest."""


def exemptions_named(
    starts: Sequence[str], law: Provisions, *, on: date, body: str | None
) -> tuple[Exemption, ...]:
    """Return the exemptions named, each once, with its limbs.

    Of two that are not for the same information the later stands in the alternative.

    Args:
        starts: Each a reference as people write it: ``31(1)(a) and (b)``; ``31(3) by virtue of 31(1)(a)``.
        law: The Act.
        on: The date of receipt, for what was then in force.
        body: The kind of authority; None where it is not known.

    Raises:
        MalformedError: one is no reference, or no exemption of the Act at that date.
        RefusedError: one is not for this kind of authority.
    """
    begun: dict[str, Exemption] = {}
    for start in starts:
        before: Provision | None = None
        for citation in _citations(start):
            found = _found(citation, law, on)
            if before and found.citation in before.protects:
                found = before  # what an exclusion protects is its limb
            else:
                _check_authority(found, law, body)
            begun[found.citation] = _with(begun.get(found.citation), found, citation, begun, law)
            before = found
    return tuple(begun.values())


def _citations(start: str) -> tuple[str, ...]:
    try:
        return parse_citations(" ".join(start.split()).replace(_BY_VIRTUE, ","))
    except MalformedError as error:
        raise MalformedError(SOURCE, *error.faults) from None


def _found(citation: str, law: Provisions, on: date) -> Provision:
    found = law.get(citation, on)
    if found is None:
        _refuse(_why_not(citation, law))
    return found


def _why_not(citation: str, law: Provisions) -> str:
    for each in law.not_exemptions:
        if citation == each.citation or citation.startswith(f"{each.citation}("):
            return f"section {each.citation} is no exemption of Part II"
    known = law.get(citation)
    if known:
        return f"{citation} was not in force on the day of receipt"
    named = law.of_section(citation)
    if not named or (named and citation != citation.partition("(")[0]):
        return f"the Act has no exemption {citation}"
    ways = {duty: [each.citation for each in named if each.duty is duty] for duty in Duty}
    withhold = f"{listing(ways[Duty.DISCLOSE], 'or')} to withhold"
    neither = ways[Duty.CONFIRM_OR_DENY]
    return f"write {withhold}" + (
        f", {listing(neither, 'or')} to neither confirm nor deny" if neither else ""
    )


def _refuse(problem: str) -> NoReturn:
    raise MalformedError(SOURCE, Fault(path="", problem=problem))


def _check_authority(provision: Provision, law: Provisions, body: str | None) -> None:
    if provision.only_for and body is not None and body not in provision.only_for:
        raise RefusedError(
            f"{provision.citation} is only for {kinds_of(provision, law)}; this authority is of another kind."
        )


def kinds_of(provision: Provision, law: Provisions) -> str:
    """Return the kinds of authority that alone may cite a provision, in words."""
    return listing((law.authorities[kind] for kind in provision.only_for), "or")


def _with(
    exemption: Exemption | None,
    provision: Provision,
    citation: str,
    begun: dict[str, Exemption],
    law: Provisions,
) -> Exemption:
    """Return an exemption, begun now or before, with one limb more where a limb is cited."""
    exemption = exemption or Exemption(
        provision=provision.citation,
        in_the_alternative_to=_yields_to(provision, begun, law),
        condition=_FIRST if Need.CONDITION in provision.needs else None,
    )
    if citation in (provision.citation, *exemption.limbs):
        return exemption
    return replace(exemption, limbs=(*exemption.limbs, citation))


def _yields_to(provision: Provision, begun: dict[str, Exemption], law: Provisions) -> str | None:
    earlier = (known for each in begun if (known := law.get(each)))
    return next(
        (
            each.citation
            for each in earlier
            if each.citation in provision.not_with or provision.citation in each.not_with
        ),
        None,
    )

"""Exemptions side by side: what goes together, what does not, and who may rely on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.domain.checks.rule import Draft, Input, Noticed, rule
from flows.domain.finding import Severity
from flows.domain.provisions import section_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.assessment import Exemption
    from flows.domain.provisions import Provision, Provisions


@rule("X06", Severity.BLOCK, citation="FOIA s.24(1)")
def keeps_23_and_24_apart(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """Sections 23(1) and 24(1) stand together only in the alternative."""
    for place, one, other in together(draft, law, {"23", "24"}):
        yield Noticed(
            place=place,
            sentence=f"{one} and {other} are both relied on, yet 24(1) is only for what is outside 23(1).",
            mend=in_the_alternative(one, other),
        )


def together(draft: Draft, law: Provisions, sections: set[str]) -> Iterator[tuple[str, str, str]]:
    """Yield two citations of one part that do not go together, with the place of the second.

    Args:
        sections: Those of the two provisions.
    """
    for place, part in draft.parts():
        found = [
            (at, each, known) for at, each in enumerate(part.exemptions) if (known := law.get(each.provision))
        ]
        named = [each for each in found if section_of(each[2].citation) in sections]
        for position, (at, second, other) in enumerate(named):
            for _, first, one in named[:position]:
                if not _goes_with(one, other) and not (
                    _yields_to(first, other, law) or _yields_to(second, one, law)
                ):
                    yield f"{place}.exemptions[{at}].provision", first.provision, second.provision
                    break  # once is enough for each


def _goes_with(one: Provision, other: Provision) -> bool:
    return other.citation not in one.not_with and one.citation not in other.not_with


def _yields_to(exemption: Exemption, other: Provision, law: Provisions) -> bool:
    alternative = exemption.in_the_alternative_to
    return alternative is not None and law.get(alternative) is other


def in_the_alternative(one: str, other: str) -> str:
    """Return what to do about two citations that do not go together."""
    return (
        f"Rely on one of them, on {other} in the alternative to {one}, or on each for other information "
        "in a part of its own."
    )


@rule("X07", Severity.WARN, citation="ICO guidance, How sections 23 and 24 interact")
def cites_the_companion(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """Of two provisions that are usually cited together, as 23(5) and 24(2), one does not stand alone.

    Either without the other may itself reveal whether a security body is involved.
    """
    for place, part, exemption, provision in draft.known(law):
        beside = {known.citation for each in part.exemptions if (known := law.get(each.provision))}
        if provision.duty is not part.duty:
            continue
        for other in provision.consider_with:
            if other not in beside:
                yield Noticed(
                    place=f"{place}.provision",
                    sentence=f"{exemption.provision} stands without {other}; one alone may reveal whether a "
                    "security body is involved.",
                    mend=f"Consider whether to rely on {other} as well.",
                )


@rule("X08", Severity.WARN, citation="FOIA s.31(1)")
def keeps_30_and_31_apart(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """Sections 30 and 31 are relied on together only in the alternative."""
    for place, one, other in together(draft, law, {"30", "31"}):
        yield Noticed(
            place=place,
            sentence=f"{one} and {other} are both relied on, yet 31(1) is only for information that is not "
            "exempt under section 30.",
            mend=in_the_alternative(one, other),
        )


@rule("X09", Severity.BLOCK, citation="FOIA s.33(1), s.35(1), s.36(1)")
def is_for_this_authority(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """Sections 33 and 35 are cited only by the authorities they are for, and 35 not together with 36."""
    for place, _, exemption, provision in draft.known(law):
        at = f"{place}.provision"
        if provision.only_for and draft.body is None:
            yield Noticed(place=at, sentence="", mend="", lacks=Input.BODY)
        elif provision.only_for and draft.body not in provision.only_for:
            yield Noticed(
                place=at,
                sentence=f"{exemption.provision} is only for "
                f"{' or '.join(law.authorities[kind] for kind in provision.only_for)}.",
                mend="Rely on another exemption.",
            )
    for place, one, other in together(draft, law, {"35", "36"}):
        yield Noticed(
            place=place,
            sentence=f"{one} and {other} are both relied on, yet section 36 is only for what is not exempt "
            "under section 35.",
            mend=in_the_alternative(one, other),
        )

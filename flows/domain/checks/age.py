"""The age of a record: what exemption has ended, and whom to consult, FOIA Part VI."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flows.domain.assessment import REFUSALS, Duty
from flows.domain.checks.rule import Draft, Noticed, rule
from flows.domain.finding import Severity
from flows.domain.standing import carries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from flows.domain.assessment import Exemption, Part
    from flows.domain.provisions import HistoricalAge, Provision, Provisions


@rule("X18", Severity.BLOCK, citation="FOIA s.62 to s.65")
def has_not_ended(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """No exemption is relied on that has ended with the age of the record."""
    on = draft.request.received if draft.request else law.act.revised_to
    age = law.age(on)
    for place, part in draft.parts():
        if age is None or part.outcome not in REFUSALS:
            continue
        if part.created is None:
            yield from _may_be_old(place, part, law, on, age)
        elif part.created > on.year:
            yield Noticed(
                place=f"{place}.created",
                sentence="The record was created in a year after that of the request.",
                mend="Put the year right.",
            )
        else:
            yield from _ended(place, part, law, on, age)


def _ended(place: str, part: Part, law: Provisions, on: date, age: HistoricalAge) -> Iterator[Noticed]:
    years = _whole_years(part.created or on.year, on)
    relied = tuple(carries(part, law))
    for position, exemption in enumerate(part.exemptions):
        known = law.get(exemption.provision)
        if exemption not in relied or known is None or known.duty is not part.duty:
            continue
        at = f"{place}.exemptions[{position}].provision"
        for citation, after, condition in _ends(exemption, known, law, age):
            if years >= after:
                yield _over(at, citation, after, condition, age.unverified)
        if known.in_record_office and years >= age.years:
            yield Noticed(
                severity=Severity.WARN,
                place=at,
                sentence=f"In a public record office {exemption.provision} is {known.in_record_office} for a "
                "historical record, section 64.",
                mend="Where the record is in The National Archives or the Public Record Office of Northern "
                "Ireland, go by section 64.",
            )
    if relied and years >= age.years and part.duty is Duty.DISCLOSE:
        yield Noticed(
            severity=Severity.INFO,
            place=f"{place}.created",
            sentence="The record is historical; before a public record is refused under a qualified "
            "exemption alone, a Minister is to be consulted, section 65.",
            mend="Consult, where it is a public record.",
        )


def _whole_years(created: int, on: date) -> int:
    """Return how many calendar years have passed since the one in which a record was created, s.62."""
    return on.year - created - 1


def _over(at: str, citation: str, after: int, condition: str | None, unverified: str | None) -> Noticed:
    ends = f"{citation} ends {after} years after the year in which the record was created"
    if condition or unverified:
        return Noticed(
            severity=Severity.WARN,
            place=at,
            sentence=f"{ends}{f', if {condition}' if condition else ''}; here that may be over.",
            mend=f"Look it up in Part VI of the Act. {unverified or ''}".strip(),
        )
    return Noticed(
        place=at,
        sentence=f"{ends}, and that is over.",
        mend="Rely on another exemption, or disclose; or put right the year under created.",
        final=True,
    )


_HISTORICAL: Final = 20
"""In the data: once the record is historical, however many years that took at the time."""


def _ends(
    exemption: Exemption, known: Provision, law: Provisions, age: HistoricalAge
) -> Iterator[tuple[str, int, str | None]]:
    """Yield what is relied on that ends: a citation, after how many years, and on what else it turns."""
    own = [limb for limb in (exemption.provision, *exemption.limbs) if limb != known.citation]
    limbs = [limb for limb in own if limb in known.ends_by_limb or limb in known.ends_if]
    found: list[tuple[str, int | None, str | None]] = []
    for limb in limbs:
        if condition := known.ends_if.get(limb):
            found.append((limb, known.ends_after, condition))
        found.append((limb, known.ends_by_limb.get(limb), None))
    if not limbs:
        found.append(
            (exemption.provision, known.ends_after or _of_what_it_protects(exemption, known, law), None)
        )
    for citation, after, condition in found:
        if after is not None:
            yield citation, age.years if after == _HISTORICAL else after, condition


def _of_what_it_protects(exemption: Exemption, known: Provision, law: Provisions) -> int | None:
    """Return when an exclusion of a class ends: with the last of the exemptions it rests on."""
    named = [each for each in exemption.limbs if each != known.citation]
    protected = [law.get(each) for each in named or known.protects]
    ends = [each.ends_after for each in protected if each and each.ends_after and not each.ends_if]
    whole = bool(protected) and len(ends) == len(protected) and not known.basis.harm
    return max(ends) if whole else None


_YEAR: Final = re.compile(
    r"(?P<other>\b(?:Acts?|Regulations|Order|Rules|Bill|since)\s+)?\b(?P<year>1[89]\d\d|20\d\d)\b"
)
"""A year that may be that of a record; not that of an Act, nor the first of a row that goes on."""


def _may_be_old(place: str, part: Part, law: Provisions, on: date, age: HistoricalAge) -> Iterator[Noticed]:
    named = [int(found["year"]) for found in _YEAR.finditer(part.information) if not found["other"]]
    for exemption in carries(part, law) if named else ():
        known = law.get(exemption.provision)
        ends = [after for _, after, _ in _ends(exemption, known, law, age)] if known else []
        if ends and _whole_years(max(named), on) >= min(ends):
            yield Noticed(
                severity=Severity.WARN,
                place=f"{place}.information",
                sentence=f"It names a year so long ago that {exemption.provision} may have ended.",
                mend="Give under created the year of the record, or of the latest record in its file.",
            )
            return

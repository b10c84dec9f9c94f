"""Exemptions: what is cited exists, has its own title, fits the duty, and is weighed where it must be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.domain.assessment import Duty, texts
from flows.domain.checks.rule import Draft, Input, Noticed, rule
from flows.domain.finding import Severity
from flows.domain.provisions import section_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.assessment import Exemption, Part
    from flows.domain.provisions import NotAnExemption, Provision, Provisions


@rule("X01", Severity.BLOCK, citation="FOIA Part II, s.17(1)(b)")
def cites_what_exists(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """Every provision, limb and purpose cited exists and was in force when the request was received."""
    if draft.request is None:
        yield Noticed(
            severity=Severity.INFO,
            place="",
            sentence=f"Without the request the Act as revised to {law.act.revised_to} was applied.",
            mend="Give the request, so that the law at its date of receipt is applied.",
        )
    for place, citation in _citations(draft):
        if law.get(citation) is None and not (place.endswith(".provision") and _no_exemption(citation, law)):
            yield _unknown(place, citation, law)
    for place, _, exemption in draft.exemptions():
        for at, purpose in texts(exemption.purposes, f"{place}.purposes"):
            if purpose not in law.purposes:
                yield Noticed(
                    place=at,
                    sentence=f"There is no purpose {purpose} in section 31(2) of the Act.",
                    mend=f"Cite one of {', '.join(law.purposes)}.",
                    final=True,
                )
    for place, _, exemption in draft.exemptions():
        yield from _not_in_force(f"{place}.provision", exemption, draft, law)


def _citations(draft: Draft) -> Iterator[tuple[str, str]]:
    for place, _, exemption in draft.exemptions():
        yield f"{place}.provision", exemption.provision
        yield from texts(exemption.limbs, f"{place}.limbs")
        if exemption.in_the_alternative_to:
            yield f"{place}.in-the-alternative-to", exemption.in_the_alternative_to
    for place, _, _, balance in draft.balances():
        yield from texts(balance.of, f"{place}.of")


def _unknown(place: str, citation: str, law: Provisions) -> Noticed:
    """Return what to say of a citation that the table lacks."""
    if above := law.above(citation):  # a finer one may well exist: then this is for a person to look up
        return Noticed(
            severity=Severity.WARN,
            place=place,
            sentence=f"{citation} is not in our table of the Act, though {above} is.",
            mend=f"Look it up in the Act, or cite {above}.",
        )
    return Noticed(
        place=place,
        sentence=f"{citation} is a whole section; an exemption is one of its subsections."
        if law.of_section(citation) and "(" not in citation
        else f"There is no exemption {citation} in Part II of the Act.",
        mend=_instead(citation, law),
        final=True,
    )


def _instead(citation: str, law: Provisions) -> str:
    if other := _no_exemption(citation, law):
        return _take_out(other)
    known = [provision.citation for provision in law.of_section(citation)]
    if not known:
        return "Cite a subsection of sections 21 to 44."
    section = section_of(citation)
    return f"Cite a subsection of section {section} that exists, with its limbs: {', '.join(known)}."


def _no_exemption(citation: str, law: Provisions) -> NotAnExemption | None:
    section = section_of(citation)
    return next((other for other in law.not_exemptions if other.citation == section), None)


def _take_out(other: NotAnExemption) -> str:
    return f"Take it out. Section {other.citation}: {other.reason}"


def _not_in_force(place: str, exemption: Exemption, draft: Draft, law: Provisions) -> Iterator[Noticed]:
    # A warning: the table is not complete for requests received before 25 May 2018.
    newest = law.get(exemption.provision)
    on = draft.request.received if draft.request else law.act.revised_to
    if newest is None or law.get(exemption.provision, on) is not None:
        return
    instead = (
        f"Cite {' or '.join(newest.replaced_by)}." if newest.replaced_by else "Look up the Act as it was."
    )
    yield Noticed(
        severity=Severity.WARN,
        place=place,
        sentence=f"{exemption.provision}, as our table has it, was not in force on {on}.",
        mend=instead,
    )


@rule("X03", Severity.BLOCK, citation="FOIA s.1(1), s.2")
def fits_the_duty(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """What is cited is about the part's own duty: disclosing, or confirming or denying."""
    for place, part, exemption, provision in draft.known(law):
        if provision.duty is not part.duty and not _has_no_exclusion(part, provision):
            yield Noticed(
                place=f"{place}.provision",
                sentence=_unfit(exemption.provision, part.duty),
                mend=_counterpart(provision),
                final=True,
            )


def _unfit(citation: str, duty: Duty) -> str:
    if duty is Duty.DISCLOSE:
        return f"{citation} is about confirming or denying; this part is about disclosure."
    return f"{citation} is about disclosure; this part neither confirms nor denies."


def _counterpart(provision: Provision) -> str:
    if provision.duty is Duty.CONFIRM_OR_DENY:
        return f"Cite {' or '.join(provision.protects)}, or change the part's duty to confirm-or-deny."
    return f"Cite {provision.ncnd}, or change the part's duty to disclose."


@rule("X04", Severity.BLOCK, citation="FOIA s.2(1), s.21, s.43(3)")
def has_an_exclusion(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """What neither confirms nor denies relies on an exemption that allows it, not on 21 or 43(1)."""
    for place, part, exemption, provision in draft.known(law):
        if _has_no_exclusion(part, provision):
            yield Noticed(
                place=f"{place}.provision",
                sentence=f"{exemption.provision} has no exclusion of the duty to confirm or deny.",
                mend="Rely on another exemption, or change the part's duty to disclose.",
                final=True,
            )


def _has_no_exclusion(part: Part, provision: Provision) -> bool:
    exempts = provision.duty is Duty.DISCLOSE
    return part.duty is Duty.CONFIRM_OR_DENY and exempts and provision.ncnd is None


@rule("X05", Severity.BLOCK, citation="FOIA s.2")
def balances_what_is_qualified(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """An absolute exemption has no balance and no factors; every qualified one has its balance."""
    for place, part, exemption, provision in draft.known(law):
        known = [each for each in part.exemptions if law.get(each.provision)]
        alone = all(law.is_absolute(each, authority=draft.body) for each in known)
        named, covered = _weighed(part, exemption, provision, law)
        if law.is_absolute(exemption, authority=draft.body):
            if named or (alone and part.balance) or exemption.favouring or exemption.against:
                yield _absolute_yet_weighed(place, exemption)
        elif _depends_on(provision, draft.body) and covered:
            # Section 36 is absolute for the two Houses, which would have nothing to weigh.
            yield Noticed(place=place, sentence="", mend="", lacks=Input.BODY)
        elif not (covered or law.balance_is_optional(exemption)):
            yield _qualified_without_balance(place, exemption, provision)


def _depends_on(provision: Provision, body: str | None) -> bool:
    when = provision.absolute_when
    return body is None and when is not None and bool(when.authority)


def _weighed(part: Part, exemption: Exemption, provision: Provision, law: Provisions) -> tuple[bool, bool]:
    """Return whether a balance names the exemption, and whether one covers it, by name or not."""
    named = exemption.balance is not None
    for balance in filter(None, (part.balance, *(each.balance for each in part.exemptions))):
        named = named or any(law.get(citation) is provision for citation in balance.of)
    return named, named or (part.balance is not None and not part.balance.of)


def _absolute_yet_weighed(place: str, exemption: Exemption) -> Noticed:
    return Noticed(
        place=place,
        sentence=f"{exemption.provision} is absolute here, so there is nothing to weigh; yet it is weighed.",
        mend="Take out its factors and its balance, and name in the balance of the part what else it weighs; "
        "what belongs to the exemption itself, as an assessment of legitimate interests, goes under applies.",
        final=True,
    )


def _qualified_without_balance(place: str, exemption: Exemption, provision: Provision) -> Noticed:
    when = provision.absolute_when
    unnamed = (when and when.condition and exemption.condition is None) or (
        when and when.limb and not exemption.limbs and exemption.provision == provision.citation
    )
    what = "condition" if when and when.condition else "limb"
    return Noticed(
        place=place,
        sentence=f"{exemption.provision} is qualified, and no balance of its own or of its part covers it.",
        mend="Write its balance, here or for the whole part."
        + (f" Or name the {what}: with some it is absolute." if unnamed else ""),
    )


@rule("X14", Severity.BLOCK, citation="FOIA s.12, s.14, s.17(5)")
def relies_on_exemptions(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """What is no exemption of Part II, as the limit of cost or a vexatious request, is not weighed."""
    for place, _, exemption in draft.exemptions():
        if other := _no_exemption(exemption.provision, law):
            yield Noticed(
                place=f"{place}.provision",
                sentence=f"Section {other.citation} is no exemption of Part II, so it is never weighed.",
                mend=_take_out(other),
                final=True,
            )

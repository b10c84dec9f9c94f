"""The grounds of each exemption: its limb, purpose and condition, and what else it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flows.domain.assessment import Outcome, texts
from flows.domain.checks.combinations import in_the_alternative, together
from flows.domain.checks.rule import Draft, Input, Noticed, rule
from flows.domain.checks.words import phrase
from flows.domain.finding import Severity
from flows.domain.provisions import Need, section_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from flows.domain.assessment import Exemption, Opinion
    from flows.domain.provisions import Provision, Provisions

_PERSONAL: Final = "40"
_OF_THE_APPLICANT: Final = "40(1)"
_BEFORE_2018: Final = "40(5)"


@rule("X10", Severity.BLOCK, citation="FOIA s.17(1)(b)")
def names_its_limb(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """Each exemption names its limb, the purpose or condition the limb turns on, and no limb of another."""
    for place, _, exemption, provision in draft.known(law):
        yield from _alien_limbs(place, exemption, provision, law)
        yield from _missing_limb(place, exemption, provision, law)
        yield from _missing_purpose(place, exemption, law)
        if Need.CONDITION in provision.needs and exemption.condition is None:
            # FOIA s.2(3)(fa): whether there is a balance at all turns on the condition.
            yield Noticed(
                place=f"{place}.condition",
                sentence=f"{exemption.provision} does not say which condition is met; it decides whether a "
                "balance is needed.",
                mend="Name the first, second or third condition.",
            )


def _alien_limbs(
    place: str, exemption: Exemption, provision: Provision, law: Provisions
) -> Iterator[Noticed]:
    protects = f", nor of what it protects, {' and '.join(provision.protects)}" if provision.protects else ""
    for at, limb in texts(exemption.limbs, f"{place}.limbs"):
        owner = law.get(limb)
        if owner is None or _is_of(owner, provision) or _confuses_whose(owner, provision):
            continue
        yield Noticed(
            place=at,
            sentence=f"{limb} is no limb of {provision.citation}{protects}.",
            mend="Name the limb that is meant, or cite the provision it belongs to.",
        )


def _is_of(owner: Provision, provision: Provision) -> bool:
    return owner.citation in (provision.citation, *provision.protects)


def _missing_limb(
    place: str, exemption: Exemption, provision: Provision, law: Provisions
) -> Iterator[Noticed]:
    named = {limb for limb in _limbs(exemption) if _names_an_interest(limb, provision, law)}
    if Need.LIMB_OF_EACH_LETTER in provision.needs:
        letters = sorted({limb[: limb.index(")", len(provision.citation)) + 1] for limb in provision.limbs})
        lacking = [letter for letter in letters if not any(limb.startswith(letter) for limb in named)]
        if lacking:
            yield Noticed(
                place=f"{place}.limbs",
                sentence=f"{exemption.provision} names no limb under {' or '.join(lacking)}; it needs one "
                f"under each of {' and '.join(letters)}.",
                mend="Name both.",
            )
    elif Need.LIMB in provision.needs and not named:
        yield Noticed(
            severity=Severity.BLOCK if provision.limb_decides else Severity.WARN,
            place=f"{place}.limbs",
            sentence=f"{exemption.provision} does not say which limb or interest is relied on.",
            mend=f"Name one or more of {', '.join(_choice(provision, law))}.",
        )


def _limbs(exemption: Exemption) -> tuple[str, ...]:
    return (exemption.provision, *exemption.limbs)


def _names_an_interest(limb: str, provision: Provision, law: Provisions) -> bool:
    """Tell whether this is a limb, or a whole protected provision where that says enough."""
    owner = law.get(limb)
    if owner is None or not _is_of(owner, provision):
        return False
    if limb != owner.citation:
        return True
    whole = owner.citation in provision.protects
    return whole and (not provision.basis.harm or not owner.limbs)


def _choice(provision: Provision, law: Provisions) -> list[str]:
    protected = [known for each in provision.protects if (known := law.get(each))]
    found = [limb for each in (provision, *protected) for limb in each.limbs]
    return found or list(provision.protects)


def _missing_purpose(place: str, exemption: Exemption, law: Provisions) -> Iterator[Noticed]:
    wanting = [limb for limb in _limbs(exemption) if (own := law.get(limb)) and limb in own.purposes_for]
    if wanting and not exemption.purposes:
        yield Noticed(
            place=f"{place}.purposes",
            sentence=f"{' and '.join(dict.fromkeys(wanting))} needs a purpose, and none is named.",
            mend=f"Name one or more of {', '.join(law.purposes)}.",
        )


_GIVEN: Final = frozenset({Outcome.DISCLOSE, Outcome.CONFIRM_OR_DENY})
"""Where the exemption was considered and not relied on in the end."""


@rule("X11", Severity.BLOCK, citation="FOIA s.36(2)")
def has_the_opinion(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """Section 36 rests on the reasonable opinion of the qualified person, given before the decision."""
    for place, part, exemption, provision in draft.known(law):
        if Need.OPINION not in provision.needs or part.outcome in _GIVEN:
            continue
        at = f"{place}.opinion"
        if exemption.opinion is None:
            cited = (each for passage in draft.under(place.partition(".")[0]) for each in passage.cited)
            statistics = any("36(4)" in each.citations for each in cited)
            yield Noticed(
                severity=Severity.WARN if statistics else None,
                place=at,
                sentence=f"{exemption.provision} stands without the opinion of the qualified person.",
                mend="Record whose opinion it is, by what authority, of what date and what it says; only "
                "statistics need none, section 36(4).",
            )
        else:
            yield from _of_whom(at, exemption.opinion, draft, law)
            yield from _of_what(at, exemption, exemption.opinion, law)
            yield from _to_come(at, exemption.opinion.date, draft, "The opinion of the qualified person")
            if draft.request and exemption.opinion.date < draft.request.received:
                yield Noticed(
                    severity=Severity.WARN,
                    place=f"{at}.date",
                    sentence="The opinion of the qualified person is older than the request.",
                    mend="Put the date right, or ask for an opinion on what was asked for.",
                )


def _of_whom(at: str, opinion: Opinion, draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """Notice a paragraph of section 36(5) that is not there, or is not for this kind of authority."""
    paragraphs = {each.paragraph: each for each in law.qualified_persons}
    if opinion.paragraph is None:
        return
    named = next((each for each in paragraphs if opinion.paragraph.startswith(each)), None)
    if named is None:
        yield Noticed(
            place=f"{at}.paragraph",
            sentence=f"{opinion.paragraph} names no qualified person.",
            mend=f"Cite one of {', '.join(paragraphs)}.",
        )
    elif draft.body is None:
        yield Noticed(place=f"{at}.paragraph", sentence="", mend="", lacks=Input.BODY)
    elif paragraphs[named] not in (fitting := law.qualified_for(draft.body)):
        yield Noticed(
            place=f"{at}.paragraph",
            sentence=f"{named} is about what is held by {paragraphs[named].held_by}, not by this one.",
            mend=f"Ask whom the Act names for it: one of {', '.join(each.paragraph for each in fitting)}.",
        )


def _of_what(at: str, exemption: Exemption, opinion: Opinion, law: Provisions) -> Iterator[Noticed]:
    """Notice what is relied on and was not in the opinion, which is all that section 36(2) rests on."""
    relied = [limb for limb in _limbs(exemption) if law.get(limb) and law.whole(limb) != limb]
    beyond = [limb for limb in relied if not any(limb.startswith(each) for each in opinion.limbs)]
    if opinion.limbs and beyond:
        yield Noticed(
            place=f"{at}.limbs",
            sentence=f"{' and '.join(beyond)} is relied on, and the opinion is not about it.",
            mend="Rely on what the opinion is about, or ask for an opinion on the rest.",
        )


def _to_come(at: str, on: date, draft: Draft, what: str) -> Iterator[Noticed]:
    if draft.today is None:
        yield Noticed(place=at, sentence="", mend="", lacks=Input.TODAY)
    elif on > draft.today:
        yield Noticed(
            severity=Severity.BLOCK,
            place=f"{at}.date",
            sentence=f"{what} has a date that is still to come.",
            mend="Put the date right, or wait until it has been given.",
        )


_THIRD_PARTY: Final = phrase(r"\bthird[- ]part(?:y|ies)\b")
_APPLICANTS_OWN: Final = phrase(
    r"\b(?:applicant|requester|requestor)(?:['\u2019]s)? own\b"
    r"|\byour own (?:personal )?(?:data|information)\b"
    r"|\b(?:data|information) (?:about|of|relating to) (?:you|the (?:applicant|requester|requestor))\b"
)
_WORDS_OF_THE_OTHERS: Final = {"40(5A)": _THIRD_PARTY, "40(5B)": _APPLICANTS_OWN}
_CONTRASTED: Final = phrase(
    r"\b(?:not|no|nor|other than|rather than|instead|unlike|unless|whereas|but|except)\b"
)
_ONCE: Final = phrase(r"\b(?:former\w*|previous\w*|old|was|replaced|repealed|until|before|since|now)\b")


@rule("X12", Severity.WARN, citation="FOIA s.40")
def knows_whose_data_they_are(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """Section 40 is cited for whose data they are, the applicant's own or those of others.

    40(5A) is for the applicant's own data, 40(5B) for those of others, and bare 40(5) is gone.
    """
    for place, _, exemption, provision in draft.known(law):
        for at, limb in texts(exemption.limbs, f"{place}.limbs"):
            owner = law.get(limb)
            if owner is not None and _confuses_whose(owner, provision):
                yield Noticed(
                    severity=Severity.BLOCK,
                    place=at,
                    sentence=f"{limb} is not for the data that {provision.citation} is about.",
                    mend=f"{_whose(provision)} Cite the other one, or take the limb out.",
                )
        yield from _speaks_of_the_others(draft, place, provision)
    for place, one, other in together(draft, law, {_PERSONAL}):
        yield Noticed(
            place=place,
            sentence=f"{one} and {other} are both relied on; one is for the applicant's own data, one for "
            "those of others.",
            mend=in_the_alternative(one, other),
        )
    on = draft.request.received if draft.request else law.act.revised_to
    if law.get(_BEFORE_2018) and not law.get(_BEFORE_2018, on):
        yield from _cites_what_is_gone(draft)


def _confuses_whose(owner: Provision, provision: Provision) -> bool:
    """Tell whether a limb of section 40 stands under the exclusion for the data of somebody else."""
    personal = section_of(owner.citation) == section_of(provision.citation) == _PERSONAL
    return personal and bool(provision.protects) and not _is_of(owner, provision)


def _whose(provision: Provision) -> str:
    if _OF_THE_APPLICANT in provision.protects:
        return "40(5A) is for the applicant's own data, 40(5B) for those of others."
    return "40(5B) is for the data of others, 40(5A) for the applicant's own."


def _speaks_of_the_others(draft: Draft, place: str, provision: Provision) -> Iterator[Noticed]:
    wrong = _WORDS_OF_THE_OTHERS.get(provision.citation)
    if wrong is None:
        return
    for passage in draft.under(f"{place}.applies"):
        for sentence in passage.sentences:
            found = wrong.search(sentence.text)
            if found and not _CONTRASTED.search(sentence.text):
                yield Noticed(
                    place=passage.place,
                    span=sentence.span(found),
                    sentence=f"{provision.citation} is relied on, yet the words are about other data.",
                    mend=_whose(provision),
                )
                return


def _cites_what_is_gone(draft: Draft) -> Iterator[Noticed]:
    # Cited as the provision of a part it is noticed by X01.
    for passage in draft.passages:
        for sentence in passage.sentences:
            for cited in passage.cited_in(sentence):
                gone = any(
                    each == _BEFORE_2018 or each.startswith(f"{_BEFORE_2018}(") for each in cited.citations
                )
                if gone and not _ONCE.search(sentence.text):
                    yield Noticed(
                        place=passage.place,
                        span=passage.span(cited.start, cited.end),
                        sentence="Section 40(5) has not been in force since 25 May 2018.",
                        mend="Write 40(5A) for the applicant's own data, or 40(5B) for those of others.",
                    )


_CERTIFICATE: Final = phrase(r"\bcertificates?\b")
_UNDER_THE_ACT: Final = phrase(
    r"\bminister\w*|\b23\(2\)|\b24\(3\)|\b34\(3\)|\battorney general\b|\bspeaker\b"
    r"|\bclerk of the parliaments\b|\bconclusive\b"
)
_NONE_IS_THERE: Final = phrase(
    r"\b(?:no|not|nor|without|may|might|can|could|would|if|whether|unless|neither|any)\b"
)


@rule("X15", Severity.WARN, citation="FOIA s.23(2), s.24(3), s.34(3)")
def records_the_certificate(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """A certificate that is spoken of is recorded, with who signed it and when, where there can be one."""
    for place, _, exemption, provision in draft.known(law):
        if exemption.certificate and provision.certificate is None:
            yield Noticed(
                severity=Severity.BLOCK,
                place=f"{place}.certificate",
                sentence=f"The Act knows no certificate for {exemption.provision}.",
                mend="Take it out, or record it with the exemption it is about.",
            )
        elif exemption.certificate:
            yield from _to_come(f"{place}.certificate", exemption.certificate.date, draft, "The certificate")
        elif provision.certificate:
            yield from _not_recorded(draft, place)


def _not_recorded(draft: Draft, place: str) -> Iterator[Noticed]:
    for passage in draft.under(place):
        for sentence in passage.sentences:
            found = _CERTIFICATE.search(sentence.text)
            real = _UNDER_THE_ACT.search(sentence.text) and not _NONE_IS_THERE.search(sentence.text)
            if found and real:
                yield Noticed(
                    place=passage.place,
                    span=sentence.span(found),
                    sentence="A certificate is spoken of, but not recorded.",
                    mend="Record under certificate who signed it and on what date.",
                )

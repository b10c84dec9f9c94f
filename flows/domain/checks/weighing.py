"""The balance: it weighs what the part relies on, answers every factor, and ends in the Act's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flows.domain.assessment import Duty, Mode, Outcome, texts
from flows.domain.checks.rule import Draft, Noticed, rule
from flows.domain.checks.words import content_words, phrase
from flows.domain.finding import Severity
from flows.domain.provisions import section_of

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from flows.domain.assessment import Balance, Exemption, Factor, Part
    from flows.domain.checks.words import Passage
    from flows.domain.provisions import Provision, Provisions


def _text(draft: Draft, place: str) -> Passage:
    return next(passage for passage in draft.under(place) if passage.place == f"{place}.text")


def _weighed(
    draft: Draft, law: Provisions, *, place: str, own: Exemption | None, balance: Balance
) -> Iterator[tuple[str, Exemption]]:
    """Yield the qualified exemptions that a balance weighs, with their places."""
    of = [law.get(citation) for citation in balance.of]
    of_part, _, _ = place.partition(".")
    for at, _, exemption, provision in draft.qualified(law):
        if at.partition(".")[0] != of_part:
            continue
        if exemption is own or (provision in of if of else own is None and exemption.balance is None):
            yield at, exemption


@rule("B01", Severity.WARN, citation="FOIA s.17(3); ICO guidance on the public interest test")
def answers_every_factor(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """The balance speaks of each exemption it weighs, and answers every factor."""
    for place, _, own, balance in draft.balances():
        weighed = tuple(_weighed(draft, law, place=place, own=own, balance=balance))
        text = _text(draft, place)
        for at, exemption in weighed:
            if len(weighed) > 1 and not _cites(text, exemption, law):
                yield Noticed(
                    place=f"{place}.text",
                    sentence=f"The balance weighs {exemption.provision} and does not cite it.",
                    mend="Say what was weighed under each exemption, by its section.",
                )
            for factor_at, factor in _factors(at, exemption):
                if _is_unanswered(factor, text):
                    yield Noticed(
                        place=factor_at,
                        sentence=f"The balance does not answer this factor under {exemption.provision}.",
                        mend="Say in the balance what it counts for, and why.",
                    )


def _cites(text: Passage, exemption: Exemption, law: Provisions) -> bool:
    provision = law.get(exemption.provision)
    for cited in text.cited:
        for citation in cited.citations:
            whole = citation == section_of(exemption.provision)
            if whole or law.get(citation) is provision or citation in exemption.limbs:
                return True
    return False


def _factors(place: str, exemption: Exemption) -> Iterator[tuple[str, Factor]]:
    for side, factors in (("favouring", exemption.favouring), ("against", exemption.against)):
        for position, factor in enumerate(factors):
            yield f"{place}.{side}[{position}].text", factor


_OF_ANY_BALANCE: Final = content_words(
    "public interest information disclosure disclose confirm confirming confirmation deny denying denial "
    "answer maintain maintaining exemption exclusion duty hold held authority request question section act "
    "circumstances case weigh weight favour favouring against factor harm prejudice"
)
"""The words of the test itself: to share these is no answer."""
_ENOUGH: Final = 4
"""A factor with fewer words says too little to be looked for."""
_ROOT: Final = 5
"""Two words that begin with as many letters alike are taken for one."""


def _is_unanswered(factor: Factor, balance: Passage) -> bool:
    words = {word[:_ROOT] for word in content_words(factor.text) - _OF_ANY_BALANCE}
    return len(words) >= _ENOUGH and words.isdisjoint(word[:_ROOT] for word in balance.content)


_MAINTAINING: Final = {
    Duty.DISCLOSE: r"maintaining (?:\w+ ){0,3}?(?:exemptions?|exceptions?)\b",
    Duty.CONFIRM_OR_DENY: r"maintaining (?:\w+ ){0,2}?exclusions? of the duty to confirm or deny\b",
}
_DISCLOSING: Final = {
    Duty.DISCLOSE: r"(?:disclosing(?! whether)|disclosure)\b",
    Duty.CONFIRM_OR_DENY: r"disclosing whether\b",
}
_BETWEEN: Final = r"[\s\S]{0,160}?\b"
_VERB: Final = r"(?P<{0}>(?:does|do|did) not outweigh|outweighs?|(?:is|are) (?:not )?outweighed by)\b"


def _endings(duty: Duty) -> re.Pattern[str]:
    """Return the pattern of the test in the Act's words, either side first, with what it says of them."""
    interest, maintaining, disclosing = r"\bpublic interest in ", _MAINTAINING[duty], _DISCLOSING[duty]
    other = rf"{_BETWEEN}(?:in )?"
    return phrase(
        f"{interest}{maintaining}{_BETWEEN}{_VERB.format('first')}{other}{disclosing}"
        f"|{interest}{disclosing}{_BETWEEN}{_VERB.format('second')}{other}{maintaining}"
    )


_ENDINGS: Final = {duty: _endings(duty) for duty in Duty}
_LAST: Final = 3
"""The outcome is to stand in one of so many sentences at the end."""
_KEPT: Final = {
    Outcome.MAINTAIN: True,
    Outcome.WITHHOLD: True,
    Outcome.CONFIRM_OR_DENY: False,
    Outcome.DISCLOSE: False,
}
"""Whether an outcome keeps the exemption; disclosing in part does both."""


@rule("B02", Severity.BLOCK, citation="FOIA s.2(1)(b), s.2(2)(b)")
def ends_in_the_words_of_the_act(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """The balance ends with its outcome, in the words of the Act."""
    for place, part, own, balance in draft.balances():
        outcome = (own.outcome if own else None) or part.outcome
        if outcome is Outcome.NOT_HELD or not any(
            _weighed(draft, law, place=place, own=own, balance=balance)
        ):
            continue
        test = law.tests[part.duty]
        kept = _KEPT.get(outcome)
        words = test.words if kept is not False else test.words.replace("outweighs", "does not outweigh")
        found = _ending(_text(draft, place), part.duty)
        if found is None:
            yield Noticed(
                severity=Severity.WARN,
                place=f"{place}.text",
                sentence=f"The balance does not end in the words of section {test.provision}.",
                mend=f"End it with: {words}.",
            )
        elif kept is not None and found[1] is not kept:
            # Then the Act gives no exemption; what is disclosed all the same is lawful.
            refuted = kept and _is_flat(_text(draft, place)) and (own or not _differ(part))
            yield Noticed(
                severity=None if refuted else Severity.WARN,
                place=f"{place}.text",
                span=found[0],
                sentence="The balance ends the other way round from the outcome.",
                mend=f"Put the outcome right, or end with: {words}.",
            )


def _ending(text: Passage, duty: Duty) -> tuple[tuple[int, int], bool] | None:
    """Return where the last of the Act's words stand, and whether they keep the exemption."""
    for sentence in reversed(text.sentences[-_LAST:]):
        if found := _ENDINGS[duty].search(sentence.text):
            verb = (found["first"] or found["second"]).lower()
            turned = bool(found["second"]) ^ verb.endswith("by") ^ (" not" in " ".join(verb.split()))
            return sentence.span(found), not turned
    return None


_INTRODUCED: Final = phrase(
    r"\W*(?:(?:so|thus|therefore|accordingly|overall|on balance"
    r"|in all the circumstances(?: of (?:the|this) case)?"
    r"|for sections? [0-9][\w()]*(?:(?:,| and) [0-9][\w()]*)*"
    r"|we (?:find|conclude|consider) that|the)(?!\w)\W*)*"
)
"""What may stand before words of the Act that are the writer's own: no denial, and no other's view."""


def _is_flat(text: Passage) -> bool:
    """Tell whether the last sentence is the words of either test and no more, but for an introduction."""
    last = text.sentences[-1].text
    found = next((found for each in _ENDINGS.values() if (found := each.search(last))), None)
    if found is None:
        return False
    after = last[found.end() :]
    return "," not in after and _INTRODUCED.fullmatch(last[: found.start()]) is not None


def _differ(part: Part) -> bool:
    """Tell whether some exemption of a part comes out otherwise than the part does."""
    return any(each.outcome not in {None, part.outcome} for each in part.exemptions)


_WRONG_WAY: Final = phrase(
    r"\bonly (?:\w+ ){0,4}?(?:in|under) (?:\w+ ){0,2}?exceptional "
    r"(?:circumstances|cases|situations)\b"
    r"|\bparamount\b"
    r"|\balways (?:\w+ )?outweighs?\b|\bwill always (?:favour|be withheld|outweigh)\b"
    r"|\bwill never (?:be )?(?:disclos|releas|divulg|confirm|reveal)\w*"
    r"|\b(?:unless|only (?:if|where|when)) there (?:is|are|were) (?:an? )?"
    r"(?:overriding|compelling|overwhelming|exceptional) (?:public interest|reasons?|arguments?|case)\b"
    r"|\bpresumption (?:\w+ ){0,2}?(?:in favour of (?:maintain|withhold|non|secre|neither|exempt|refus)\w*"
    r"|against (?:disclos|confirm|releas|an answer)\w*)"
    r"|\b(?:our|a) (?:long-?standing |settled |usual )?(?:policy|rule) (?:is )?(?:never|not) to "
    r"(?:disclos|releas|publish|confirm|answer|share)\w*"
    r"|\b(?:never|do not|does not) (?:routinely )?(?:disclose|release|publish)s? (?:\w+ ){1,3}?"
    r"as a matter of (?:policy|course|principle)\b"
    r"|\b(?:applicant|requester|requestor)s? (?:has|have|had)(?: not|n['\u2019]t| failed to)(?: yet)? "
    r"(?:shown|show|demonstrated?|identified|identify|established?|ma(?:d|k)e (?:out )?|put forward|"
    r"given|give|provided?|advanced?|proved|justified|justify|explained?)\b"
)
_DISOWNED: Final = phrase(r"\b(?:not|no|never say|nor|neither|wrong)\b|n['\u2019]t\b")
_ARGUED: Final = (".applies", ".text", ".harm")
"""The texts that argue."""


@rule("B03", Severity.WARN, citation="FOIA s.2(1)(b), s.2(2)(b)")
def presumes_disclosure(draft: Draft, _: Provisions) -> Iterator[Noticed]:
    """Nothing turns the test round: what is not outweighed is disclosed.

    No words presume that an exemption is maintained, as “only in exceptional circumstances”.
    """
    weighed = [
        *(place for place, _, _ in draft.exemptions()),
        *(f"{place}.balance" for place, part in draft.parts() if part.balance),
    ]
    passages = (passage for place in weighed for passage in draft.under(place))
    for passage in passages:
        for span in _turned(passage) if passage.place.endswith(_ARGUED) else ():
            yield Noticed(
                place=passage.place,
                span=span,
                sentence="These words presume that the exemption is maintained; the Act presumes it is not.",
                mend="Say what weighs how much in this case.",
            )


def _turned(passage: Passage) -> Iterator[tuple[int, int]]:
    for sentence in passage.sentences:
        for found in _WRONG_WAY.finditer(sentence.text):
            if not _DISOWNED.search(sentence.text[: found.start()]):
                yield sentence.span(found)


_ANOTHER_ACT: Final = phrase(
    r"(?<!\bInformation\s)\bAct (?:19|20)\d\d\b"
    r"|\b(?:Regulations?|Order|Rules|Convention|GDPR|RIPA|PACE|DPA|IPA)\b"
)
_LEFT_OUT: Final = phrase(r"\b(?:not|no longer|nor|instead of|rather than|unlike|unless)\b|n['\u2019]t\b")


@rule("B04", Severity.WARN, citation="FOIA s.17(1)(b), s.17(3)")
def brings_in_nothing_new(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """The balance brings in no exemption and no limb that the part does not rely on."""
    for place, part, _, _balance in draft.balances():
        text = _text(draft, place)
        for sentence in text.sentences:
            if _LEFT_OUT.search(sentence.text) or _ANOTHER_ACT.search(sentence.text):
                continue
            for cited in text.cited_in(sentence):
                new = [citation for citation in cited.citations if _is_new(citation, part, law)]
                if new:
                    yield Noticed(
                        place=text.place,
                        span=text.span(cited.start, cited.end),
                        sentence=f"The balance cites {' and '.join(new)}, on which the part does not rely.",
                        mend="Take it out, or rely on it: then say why it applies, and weigh its factors.",
                    )


def _is_new(citation: str, part: Part, law: Provisions) -> bool:
    provision = law.get(citation)
    if provision is None:
        section = section_of(citation)
        relied = {section_of(each.provision) for each in part.exemptions}
        return citation == section and bool(law.of_section(citation)) and section not in relied
    relied_on = [(each, known) for each in part.exemptions if (known := law.get(each.provision))]
    concerned = [pair for pair in relied_on if provision.citation in (pair[1].citation, *pair[1].protects)]
    return not concerned or (
        citation != provision.citation
        and not any(_has_limb(each, known, citation) for each, known in concerned)
    )


def _has_limb(exemption: Exemption, provision: Provision, citation: str) -> bool:
    """Tell whether an exemption names a limb, one above or below it, or no limb at all."""
    named = [limb for limb in (exemption.provision, *exemption.limbs) if limb != provision.citation]
    return not named or any(limb.startswith(citation) or citation.startswith(limb) for limb in named)


@rule("B05", Severity.BLOCK, citation="[2025] UKSC 27")
def weighs_what_the_part_relies_on(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """A balance weighs only what its own part relies on."""
    for place, part, _, balance in draft.balances():
        relied = [law.get(each.provision) for each in part.exemptions]
        for at, citation in texts(balance.of, f"{place}.of"):
            provision = law.get(citation)
            if provision and provision not in relied:
                yield Noticed(
                    place=at,
                    sentence=f"The balance weighs {citation}, on which this part does not rely.",
                    mend="Take it out of the balance, or rely on it in this part.",
                )
        if balance.mode is Mode.CUMULATIVE and part.duty is Duty.CONFIRM_OR_DENY:
            yield Noticed(
                severity=Severity.INFO,
                place=f"{place}.mode",
                sentence="[2025] UKSC 27, which allows weighing together, is about section 2(2)(b), and this "
                "balance is under section 2(1)(b).",
                mend="Consider whether each exclusion is maintained by itself, and say so.",
            )

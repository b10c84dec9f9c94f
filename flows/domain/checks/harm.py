"""Harm: it is there, of this information, and says how likely it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flows.domain.assessment import REFUSALS, Likelihood
from flows.domain.checks.plain_text import spans
from flows.domain.checks.rule import Draft, Input, Noticed, rule
from flows.domain.checks.words import content_words, phrase, unquoted
from flows.domain.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flows.domain.assessment import Exemption, Part
    from flows.domain.checks.words import Passage, Sentence
    from flows.domain.provisions import Basis, Provision, Provisions


def _bases(exemption: Exemption, provision: Provision) -> list[Basis]:
    """Return what the exemption rests on, limb by limb where limbs are named."""
    return [provision.basis_of(limb) for limb in exemption.limbs or (exemption.provision,)]


def _harms(draft: Draft, place: str) -> Iterator[Passage]:
    """Yield the texts that tell of harm, at a place of a part and below."""
    for passage in draft.under(place):
        if passage.place.endswith((".harm", ".confirming", ".denying")):
            yield passage


_FOLLOWS: Final = phrase(r"\b(?:would|will|could|might|may)\b")
"""What a text says that tells of what would come of an answer."""


@rule("H01", Severity.WARN, citation="FOIA s.17(1)(c); ICO guidance on section 31")
def describes_the_harm(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """An exemption that rests on harm has its harm described, be it in a factor against."""
    for place, part, exemption, provision in draft.known(law):
        texts = (exemption.harm, part.harm, part.confirming, part.denying)
        if (
            (exemption.outcome or part.outcome) in REFUSALS
            and any(basis.harm for basis in _bases(exemption, provision))
            and not any(text and text.strip() for text in texts)
            and not _told_against(draft, place, exemption, law)
        ):
            yield Noticed(
                place=place,
                sentence=f"{exemption.provision} rests on harm, and no harm is described.",
                mend="Write under harm what would follow, for whom, and how the one leads to the other.",
            )


def _told_against(draft: Draft, place: str, exemption: Exemption, law: Provisions) -> bool:
    """Tell whether a factor against says what would follow, in more than the exemption's own words."""
    statutory = _stems(_statute((exemption,), law))
    return any(
        _FOLLOWS.search(sentence.text) and not _repeats(sentence, statutory)
        for passage in draft.under(place)
        if passage.place.startswith(f"{place}.against[")
        for sentence in passage.sentences
    )


_FORMULA: Final = phrase(r"\bwould\s*[,(]?\s*(?:and/)?or (?:would )?(?:be )?likely(?: to)?")
"""The Act's own words for both, which take neither side."""
_SAYS_OTHERWISE: Final = {
    Likelihood.WOULD: phrase(
        r"\b(?:would be|is|are) (?:\w+ )?likely to (?:\w+ly )?(?:prejudice|endanger|inhibit|harm|undermine|"
        r"damage|hinder|impede|hamper|compromise|disrupt)\b"
    ),
    Likelihood.WOULD_BE_LIKELY: phrase(
        r"\b(?:would|will) (?:\w+ly )?(?:(?:prejudice|endanger|inhibit)\b|be prejudicial\b)"
    ),
}
"""For each choice, the words of the other one."""
_OF_THE_LAW: Final = phrase(
    r"\b(?:if|whether|unless|where|not|nor|neither|rather|cannot|sections?|the Act|exempts?|limb|what|how)\b"
)
"""Before such words: a sentence that says what the law asks, or that denies."""
_CHOICES: Final = {Likelihood.WOULD: "“would”", Likelihood.WOULD_BE_LIKELY: "“would be likely to”"}


@rule("H02", Severity.WARN, citation="ICO guidance on section 31")
def keeps_to_one_likelihood(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """How likely the harm is, “would” or “would be likely to”, is chosen once and kept to."""
    for place, part, exemption, provision in draft.known(law):
        if _wants_likelihood(part, exemption, provision):
            yield Noticed(
                place=f"{place}.likelihood",
                sentence=f"{exemption.provision} does not say how likely the harm is.",
                mend="Choose would, if it is more probable than not, or would-be-likely, if the risk is real "
                "and significant.",
            )
    for passage, chosen in _with_choice(draft):
        yield from _otherwise(passage, chosen)


def _wants_likelihood(part: Part, exemption: Exemption, provision: Provision) -> bool:
    return (
        exemption.likelihood is None
        and exemption.opinion is None
        and (exemption.outcome or part.outcome) in REFUSALS
        and any(basis.likelihood for basis in _bases(exemption, provision))
    )


def _with_choice(draft: Draft) -> Iterator[tuple[Passage, Likelihood]]:
    """Yield each text with the choice that holds for it: its exemption's, or that of all in its part."""
    for place, part in draft.parts():
        choices = [each.likelihood for each in part.exemptions]
        for passage in draft.under(place):
            index = _exemption_of(passage.place, place)
            chosen = {choices[index]} if index is not None else {each for each in choices if each}
            for one in chosen if len(chosen) == 1 else ():
                if one is not None:
                    yield passage, one


def _exemption_of(place: str, part: str) -> int | None:
    prefix = f"{part}.exemptions["
    return int(place[len(prefix) : place.index("]", len(prefix))]) if place.startswith(prefix) else None


def _otherwise(passage: Passage, chosen: Likelihood) -> Iterator[Noticed]:
    if passage.place.rpartition(".")[2] in ("answer", "information"):
        return
    for sentence in passage.sentences:
        text = _FORMULA.sub(lambda found: " " * len(found[0]), unquoted(sentence.text))
        found = _SAYS_OTHERWISE[chosen].search(text)
        if found and not _OF_THE_LAW.search(text, 0, found.start()):
            yield Noticed(
                place=passage.place,
                span=sentence.span(found),
                sentence=f"The likelihood chosen is {_CHOICES[chosen]}; the text says the other.",
                mend="Use the words of the choice, or change the choice.",
            )
            return


_OF_EVERY_REQUEST: Final = content_words(
    "information request requested record records document documents data details copy copies number "
    "numbers held hold holds disclose disclosed disclosure release confirm confirmation deny denial "
    "police force authority public council department constabulary office officer officers people person "
    "time date year years use used using uses name named whether other part question"
)
"""Words that are in most requests and so tie a text to none."""
_SHARED: Final = 2
"""So many words of the request make harm this request's harm."""


@rule("H03", Severity.WARN, citation="ICO guidance on section 31", needs=(Input.REQUEST,))
def harm_is_of_this_request(draft: Draft, _: Provisions) -> Iterator[Noticed]:
    """The harm speaks of what was asked for, and is not such as could stand in any paper.

    It has words in common with the request.
    """
    for place, part in draft.parts():
        asked = _asked(draft, part)
        wanted = min(_SHARED, len(asked))
        for passages in _told_together(draft, place):
            said = frozenset[str]().union(*(passage.content for passage in passages))
            if len(asked & said) < wanted:
                yield Noticed(
                    place=passages[0].place,
                    sentence="The harm has hardly a word in common with what was asked for.",
                    mend="Say what harm would come of this information, or of an answer about it.",
                )


def _asked(draft: Draft, part: Part) -> frozenset[str]:
    request = draft.request
    about = (request.subject, request.summary or "") if request else ()
    return content_words(" ".join((*about, part.information))) - _OF_EVERY_REQUEST


def _told_together(draft: Draft, place: str) -> Iterator[list[Passage]]:
    """Yield the harm of the part, with what each answer would reveal, then that of each exemption."""
    harms = list(_harms(draft, place))
    of_part = [passage for passage in harms if passage.place.rpartition(".")[0] == place]
    if of_part:
        yield of_part
    for passage in harms:
        if passage not in of_part:
            yield [passage]


_GENERIC: Final = content_words(
    "disclosure disclosing disclose disclosed release releasing released publication publishing confirm "
    "confirming confirmation deny denying denial answer answering information request requested exempt "
    "exemption section act would likely therefore because harm harmful harming harmed prejudice "
    "prejudicing prejudicial undermine undermining damage damaging hinder hindering impede impeding "
    "affect affecting adverse adversely effect effects hamper hampering endanger endangering endangerment "
    "risk cause causing result lead interest interests clear clearly serious seriously significant "
    "significantly matter matters mentioned doing force forces police authority public ability able "
    "function functions real actual substance substantial such also purpose purposes required necessary "
    "safeguard safeguarding protect protected protecting negatively impact impacting exempts exempting "
    "engage engages engaged applies apply applied relied withheld withhold withholding duty give given "
    "giving sensitive lies reason none council department trust people person persons individual individuals"
)
"""Words that say that there is harm, and not what it is."""
_STEM: Final = 5
"""So many letters tell “prevent” and “prevention” to be one word."""
_OF_ITS_OWN: Final = 0.25
"""So small a share of words that are not the exemption's own says nothing more."""
_FEWEST: Final = 3
"""A sentence with fewer words of content is a link between others."""


@rule("H05", Severity.WARN, citation="FOIA s.17(1)(c); ICO guidance on section 31")
def harm_is_not_circular(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """The harm says how it comes about, and does not only repeat the exemption's own words."""
    for place, part in draft.parts():
        for passage in _harms(draft, place):
            index = _exemption_of(passage.place, place)
            relied = part.exemptions if index is None else (part.exemptions[index],)
            told = [each for each in passage.sentences if len(content_words(each.text)) >= _FEWEST]
            statutory = _stems(_statute(relied, law))
            circular = [each for each in told if _repeats(each, statutory)]
            # One such sentence sums up what the others tell; where they are most of it, little is told.
            if len(circular) * 2 > len(told):
                yield Noticed(
                    place=passage.place,
                    span=circular[0].trimmed,
                    sentence="The harm repeats the exemption's words and does not say how it comes about.",
                    mend="Say what a reader would do with the answer, and what that would lead to.",
                )


def _statute(exemptions: Iterable[Exemption], law: Provisions) -> str:
    return " ".join(words for exemption in exemptions for words in _words_of(exemption, law))


def _words_of(exemption: Exemption, law: Provisions) -> Iterator[str]:
    provision = law.get(exemption.provision)
    if provision is None:
        return
    yield f"{provision.title} {provision.trigger or ''} criminal criminals crimes commercially"
    for each in (provision, *filter(None, map(law.get, provision.protects))):
        for limb, words in each.limbs.items():
            if not exemption.limbs or limb in exemption.limbs:
                yield words


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:_STEM] for word in content_words(text))


def _repeats(sentence: Sentence, statutory: frozenset[str]) -> bool:
    words = {word[:_STEM] for word in content_words(sentence.text) - _GENERIC}
    return len(words - statutory) <= _OF_ITS_OWN * len(words)


_THINGS_TO_COMBINE: Final = r"(?:information|material|data|details|facts|intelligence|sources|pieces)"
_NAMED_EFFECTS: Final = (
    (
        "mosaic",
        phrase(r"\b(?:mosaic|jigsaw)\b"),
        phrase(
            r"\b(?:combin\w+|together|alongside|beside|compar\w+|match\w*|cross-referenc\w+|read|put|added|"
            r"pieced|linked|joined|overlaid)(?: \w+){0,3}? (?:with|to|alongside|beside|from|"
            r"against)\b(?! (?:(?:other|further|additional|more|existing|publicly|public|available|any|"
            rf"the)\s+)*{_THINGS_TO_COMBINE}\b(?! (?:such|like|from|on|about|held by)\b))"
            r"|\b(?:alongside|set beside|side by side)\b"
            r"|\b(?:other|all|every|each|several|neighbouring|43|different) (?:police )?(?:forces?|"
            r"authorit(?:y|ies)|councils?|areas?|sites?)\b"
        ),
        "Say what it would be combined with, and what the whole would show.",
    ),
    (
        "precedent",
        phrase(r"\b(?<!legal\s)(?<!judicial\s)(?<!binding\s)precedents?\b"),
        phrase(
            r"\b(?:next|later|narrower|second|another|following|subsequent) (?:\w+ )?(?:requests?|"
            r"questions?|answers?)\b"
            r"|\b(?:requests?|questions?|answers?) (?:for|about|on|concerning|naming|as to|that)\b"
            r"|\bask(?:s|ed|ing)? (?:about|for|whether|which|how|when|the same|of)\b"
            r"|\bthe same (?:\w+ )?(?:questions?|requests?)\b"
            r"|\b(?:other|every|each|all|neighbouring) (?:police )?(?:forces?|authorit(?:y|ies))\b"
        ),
        "Say which request would come next, and why this answer would bind the next one.",
    ),
)
"""An effect that papers name, what explains it near by, and what to do where nothing does."""


@rule("H06", Severity.WARN, citation="ICO guidance on section 31")
def explains_what_adds_up(draft: Draft, _: Provisions) -> Iterator[Noticed]:
    """A mosaic or a precedent that is named is also explained.

    A mosaic is explained by what it would be combined with, a precedent by the next request.
    """
    for place, part in draft.parts():
        if part.outcome not in REFUSALS:
            continue
        for passage in draft.under(place):
            for name, effect, explained, mend in _NAMED_EFFECTS:
                for sentence in passage.sentences:
                    found = effect.search(sentence.text)
                    if found and not explained.search(_near(passage, sentence)):
                        yield Noticed(
                            place=passage.place,
                            span=sentence.span(found),
                            sentence=f"The text names a {name} and does not explain it.",
                            mend=mend,
                        )
                        break


def _near(passage: Passage, sentence: Sentence) -> str:
    """Return the sentence with those around it, one before and two after."""
    at = passage.sentences.index(sentence)
    return " ".join(each.text for each in passage.sentences[max(at - 1, 0) : at + 3])


_PERHAPS: Final = re.compile(r"\b(?:[Cc]ould|may|[Mm]ight)\b")
"""“May” with a capital is a month as often as not."""
_CERTAINLY: Final = re.compile(r"\b(?:[Ww]ould|[Ww]ill)\b")
_FEWEST_TO_DOMINATE: Final = 3


@rule("H07", Severity.INFO, citation="ICO guidance on section 31")
def does_not_speculate(draft: Draft, _: Provisions) -> Iterator[Noticed]:
    """Harm that “would” occur is not told in “could”, “may” and “might”.

    These words do not dominate.
    """
    for passage, chosen in _with_choice(draft):
        if chosen is not Likelihood.WOULD or passage.place.rpartition(".")[2] not in _OF_HARM:
            continue
        perhaps = list(_PERHAPS.finditer(passage.plain))
        if len(perhaps) >= _FEWEST_TO_DOMINATE and len(perhaps) > len(_CERTAINLY.findall(passage.plain)):
            yield Noticed(
                place=passage.place,
                span=passage.span(*perhaps[0].span()),
                sentence="The likelihood chosen is “would”; “could”, “may” and “might” outnumber it here.",
                mend="Say what would happen, or choose would-be-likely.",
            )


_OF_HARM: Final = frozenset({"harm", "applies", "confirming", "denying"})
"""The keys under which harm is told."""


_COUNTED: Final = "".join(
    rf"(?<!\b{word}\s)"
    for word in (
        *("a", "telephone", "phone", "mobile", "reference", "badge"),
        *("collar", "account", "registration", "serial", "file", "case"),
    )
)
"""What a number is not of: “a number of emails” are some, and a telephone number counts nothing."""
_STATISTICS: Final = phrase(
    rf"{_COUNTED}\bnumbers?(?: and \w+)? (?:of|for|per)\b"
    r"|\b(?:counts?|frequency|rates?|percentages?|proportions?|averages?|amounts?|"
    r"quantit(?:y|ies)|breakdowns?|volumes?|figures?|totals?) (?:of|for|on|by|paid|spent|per)\b"
    r"|\bhow (?:many|much|often|frequently)\b|\b(?:statistics|statistical)\b(?! (?:unit|office|team))"
    r"|\baverage (?:time|cost|number|age|length)\b"
    r"|\b(?:annual|total) (?:\w+ )?(?:cost|spend\w*|count|number)\b"
    r"|\bdata on the (?:use|number)\b"
)
"""What asks for numbers."""
_OF_NUMBERS: Final = phrase(
    r"\b(?:numbers?|figures?|counts?|totals?|statistics?|percentages?|proportions?|rates?|averages?|sums?|"
    r"amounts?|scale|trends?|patterns?|rise|fall|ris(?:es|ing)|fall(?:s|ing)|low|high|higher|lower|few|fewer|"
    r"fewest|many|most|least|seldom|rarely|rare|only one|none|zero|how (?:many|much|often|seldom|frequently|"
    r"busy)|frequen\w+|increas\w+|decreas\w+|compar\w+|side by side|between (?:two|one)|work(?:ed)? out|"
    r"pric(?:e|es|ing)|bids?|undercut|charged?|margins?|ceiling|budgets?|series|plot)\b"
)
"""What speaks of a number as such, or of what can be worked out from it."""


@rule("H08", Severity.WARN, citation="ICO guidance on section 31")
def harm_is_of_the_numbers(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """Where numbers are refused, the harm says what a number by itself would reveal."""
    for place, part in draft.parts():
        asked = next(spans(_STATISTICS, part.information), None)
        if asked is None or part.outcome not in REFUSALS or not _rests_on_harm(part, law):
            continue
        told = (
            passage
            for passage in draft.under(place)
            if passage.place.endswith((".harm", ".confirming", ".denying")) or ".against[" in passage.place
        )
        if not any(_OF_NUMBERS.search(passage.plain) for passage in told):
            yield Noticed(
                place=f"{place}.information",
                span=asked,
                sentence="Numbers are refused, and the harm told is not of a number.",
                mend="Say what a reader could do with the number alone, or give it and refuse the rest.",
            )


def _rests_on_harm(part: Part, law: Provisions) -> bool:
    """Tell whether every exemption relied on rests on harm: then so does the refusal of the numbers."""
    known = [(each, provision) for each in part.exemptions if (provision := law.get(each.provision))]
    return bool(known) and all(any(basis.harm for basis in _bases(*each)) for each in known)

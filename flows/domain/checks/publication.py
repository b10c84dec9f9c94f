"""Section 22: that publication was intended when the request was received, and is still to come."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from flows.domain.assessment import REFUSALS
from flows.domain.checks.days import named_days
from flows.domain.checks.rule import Draft, Input, Noticed, rule
from flows.domain.checks.words import phrase
from flows.domain.english import in_full
from flows.domain.finding import Severity
from flows.domain.provisions import Ask
from flows.domain.standing import carries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from flows.domain.assessment import Exemption
    from flows.domain.checks.days import Named
    from flows.domain.checks.words import Passage
    from flows.domain.provisions import Provisions


@rule("X19", Severity.BLOCK, citation="FOIA s.22(1)(b)")
def was_to_be_published(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """Section 22 rests on an intention that was there when the request was received, and still is.

    Whatever led to it, an intention that was formed later does not do.
    """
    for place, part, exemption, provision in draft.known(law):
        if Ask.INTENTION not in provision.asks or part.outcome not in REFUSALS:
            continue
        if exemption in tuple(carries(part, law)):
            yield from _too_late(draft, place, exemption)
            yield from _past(draft, place, exemption)


def _too_late(draft: Draft, place: str, exemption: Exemption) -> Iterator[Noticed]:
    since = exemption.publication and exemption.publication.intended_since
    received = draft.request.received if draft.request else None
    if received and since and since > received:
        yield Noticed(
            place=f"{place}.publication.intended-since",
            sentence=f"{exemption.provision} rests on an intention that is younger than the request.",
            mend="Put the day right; or rely on another exemption, since section 22(1)(b) wants the "
            "intention to be there when the request is made.",
            final=True,
        )
    elif found := _formed_later(draft, place, received):
        passage, span = found
        yield Noticed(
            # A day of before that stands under its key speaks against what the words seem to say.
            severity=Severity.WARN if since else None,
            place=passage.place,
            span=span,
            sentence=f"The words say that the intention that {exemption.provision} rests on came after "
            "the request.",
            mend="Say from when publication was intended before; or rely on another exemption, since section "
            "22(1)(b) wants the intention to be there when the request is made.",
        )


_REQUEST: Final = (
    r"(?:(?:your|this) (?:\w+ )?(?:request|letter|e-?mail|enquiry|application)\b|you (?:asked|wrote)\b"
    r"|the (?:present )?request\b(?! (?:of|from|by|for|made by)\b)|(?:heard|hearing) from you\b"
    r"|(?:it|this|they) (?:was|were|has been|have been) (?:asked for|requested)\b)"
)
_PUBLISH: Final = r"(?:publish\w*|publication|on (?:our|the|its) web-?site|print\w*|release it)\b"
_WITHIN: Final = r"(?:(?!\b(?:not|and|but|whether|already)\b)[^.;:]){0,80}?"
_LED: Final = r"(?:led|prompted|caused|moved|persuaded|made)"
_DECIDED: Final = (
    r"(?:decid(?:ed?|es|ing)|agreed|resolved|approved|committed|chosen?|determined|plan a"
    r"|(?<!the\s)(?:now )?(?:intends?|plans?|proposes?) to|decision (?:has been|was|to publish was) (?:made|"
    rf"taken)|{_LED}|will (?:now )?(?:also )?(?=publish))"
)
_AFTER: Final = (
    r"(?:following|since(?: receiving)?|after|because of|as a (?:result|consequence) of|in response to"
    r"|in (?:the )?(?:light|view) of|prompted by|having (?:received|seen|read)|now that|once"
    rf"|(?:up)?on (?:receipt of|receiving)|when we (?:received|got)) {_WITHIN}{_REQUEST}"
)
_LATER: Final = tuple(
    phrase("".join(pattern))
    for pattern in (
        (rf"\b{_AFTER}{_WITHIN}\b{_DECIDED}{_WITHIN}\b{_PUBLISH}",),
        (
            rf"\b(?:{_DECIDED}|decision|(?<!the\s)proposes?|intention|plan|idea)\b",
            rf"{_WITHIN}{_PUBLISH}{_WITHIN}\b{_AFTER}",
        ),
        (rf"\b{_PUBLISH} (?:was|has been|had been) (?:only )?{_DECIDED}?{_WITHIN}\b{_AFTER}",),
        (
            rf"\A(?:(?!\b(?:nothing|not|never)\b).){{0,40}}?\b{_REQUEST} (?:has |have )?",
            rf"{_LED}\b{_WITHIN}\b(?:{_PUBLISH}|plan\w*)",
        ),
        (
            rf"\b(?:when|at the (?:time|date)|before)\b{_WITHIN}{_REQUEST}{_WITHIN}",
            r"\b(?:no|not any) (?:\w+ ){0,2}?(?:plans?|intention|decision)\b",
        ),
        (
            r"\b(?:had|did|was|were) (?:not|never) (?:\w+ ){0,2}?(?:intend|plan|decid|propos)\w*",
            rf"{_WITHIN}\b(?:before|until|when) {_WITHIN}{_REQUEST}",
        ),
        (rf"\b(?:not until|only (?:since|after)) {_WITHIN}{_REQUEST}",),
    )
)
"""Words that say that the intention came after the request."""
_EARLIER: Final = phrase(
    rf"\balready\b|\bbefore {_REQUEST}(?! (?:was|were) not)|\b(?:had|has) (?:long |always )?been (?:planned|"
    r"intended|decided|due|scheduled|agreed|settled|announced|since)\b|\bpredat\w+|\bgo(?:es)? back to\b"
    r"|\bwas planned\b|\bearlier (?:decision|intention|plan)\b|\bthan (?:\w+ )?(?:planned|intended)\b"
    r"|\b(?:bring|brought|bringing) (?:\w+ ){0,3}?forward\b"
)
"""Words that say that it was there before; then a later day is that of something else."""
_NO_PLAN: Final = phrase(
    r"\b(?:no|not|never) (?:\w+ ){0,3}?(?:plans?|intention|intend\w*|decision|decided)\b"
)
_PUBLISHED: Final = phrase(rf"\b{_PUBLISH}")
_DECIDED_ON: Final = phrase(
    r"\b(?:decid\w+|agreed|resolved|approved|committed|first proposed"
    r"|decision (?:to publish )?(?:was|has been) (?:taken|made)"
    r"|intention (?:to publish )?(?:was )?(?:formed|arose)|plan (?:to publish )?(?:was )?(?:made|dates)"
    r"|(?:intended|planned|view to(?: its)? publication)(?: it| this)? since|dates (?:only )?from)"
    r" (?:(?:only )?(?:on|in|from|since) )?\Z"
)
"""What stands before the day on which publication was decided; or on that day this follows:"""
_ON: Final = phrase(r"\b(?:on|in) \Z")
_ON_IT_DECIDED: Final = phrase(
    r"\A,? (?:that )?(?:\w+ ){0,5}?(?:decided|agreed|resolved|approved|chose|committed|decision to publish)\b"
)


def _formed_later(draft: Draft, place: str, received: date | None) -> tuple[Passage, tuple[int, int]] | None:
    """Return where a text says that the intention is younger than the request; None where none does."""
    places = (f"{place}.applies", f"{place}.publication", f"{place.partition('.')[0]}.answer")
    told = [passage for at in places for passage in draft.under(at)]
    if any(_EARLIER.search(each.plain) and not _NO_PLAN.search(each.plain) for each in told):
        return None
    later: list[tuple[Passage, tuple[int, int]]] = []
    for passage in told:
        for sentence in passage.sentences:
            for day in _decided_on(sentence.text, received) if received else ():
                if day.first <= (received or day.first):
                    return None
                span = passage.span(sentence.start + day.start, sentence.start + day.end)
                later.append((passage, span))
            said = (found for each in _LATER if (found := each.search(sentence.text)))
            later += [(passage, sentence.span(found)) for found in said]
    return next(iter(later), None)


def _decided_on(text: str, received: date) -> Iterator[Named]:
    """Yield the days on which a sentence says that publication was decided."""
    for day in named_days(text, received) if _PUBLISHED.search(text) else ():
        leads = text[: day.start]
        if _DECIDED_ON.search(leads) or (_ON.search(leads) and _ON_IT_DECIDED.match(text[day.end :])):
            yield day


_TO_COME: Final = phrase(
    r"\b(?:will|to) be (?:published|released|available|issued|printed)\b|\bwill (?:publish|come out|appear)\b"
    r"|\b(?:expect\w*|inten\w+|plan\w*|aim\w*|propos\w+|due|scheduled|set) (?:to )?(?:be )?publi\w+"
    r"|\bpublication (?:is )?(?:due|expected|planned|scheduled|set)\b|\bpublication date\b"
)


_AHEAD: Final = timedelta(days=180)
"""A month of no year is one that comes, not the one before the request."""


def _past(draft: Draft, place: str, exemption: Exemption) -> Iterator[Noticed]:
    """Notice a day by which publication was to come and did not: it was published, or the day moved."""
    for passage in draft.under(place):
        for span, last in _expected(passage, draft):
            if draft.today is None:
                yield Noticed(place=passage.place, sentence="", mend="", lacks=Input.TODAY)
            elif last < draft.today:
                yield Noticed(
                    severity=Severity.WARN,
                    place=passage.place,
                    span=span,
                    sentence=f"{exemption.provision} rests on a publication that was expected by "
                    f"{in_full(last)}, which is past.",
                    mend="Say when it is expected now and that it is still intended; what has been published "
                    "meanwhile falls under section 21.",
                )


def _expected(passage: Passage, draft: Draft) -> Iterator[tuple[tuple[int, int], date]]:
    """Yield where a passage says when publication is to come, and the last day of that."""
    near = draft.request.received if draft.request else draft.today
    if near is None:
        return
    for sentence in passage.sentences:
        to_come = _TO_COME.search(sentence.text)
        if to_come is None and not passage.place.endswith(".publication.expected"):
            continue
        begins = to_come.end() if to_come else 0
        days = [day for day in named_days(sentence.text, near + _AHEAD) if day.start >= begins]
        if days:
            # What follows a comma is of something else, as of when that was announced.
            clause, _, _ = sentence.text[days[0].start :].partition(", ")
            of_it = (day for day in days if day.start < days[0].start + len(clause))
            latest = max(of_it, key=lambda day: day.last)
            start, end = sentence.start + latest.start, sentence.start + latest.end
            yield passage.span(start, end), latest.last

"""Personal details: nobody is named, and nobody can be reached, through what is to be published."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flows.domain.assessment import texts
from flows.domain.checks.plain_text import spans
from flows.domain.checks.rule import Draft, Input, Noticed, rule
from flows.domain.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.provisions import Provisions

_NOT_TEXT: Final = frozenset({"reference", "request.reference", "request.authority"})
"""Places that hold no words of a writer's."""
_DETAILS: Final = (
    (
        "An e-mail address",
        re.compile(
            r"(?<![\w.+\-])"
            # An authority's own mailbox belongs to nobody.
            r"(?!(?:foi|freedom\.?of\.?information|information|info|contact|enquiries|dataprotection|dpo|"
            r"casework|icocasework|complaints)@)"
            r"[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,5}",
            re.IGNORECASE,
        ),
    ),
    (
        "A telephone number",
        re.compile(
            r"(?<![\w£$.,/\-])(?:\+44\s?(?:\(0\)\s?)?|\(?0)[1-37-8][0-9]{1,4}\)?"
            r"[\s\-]?[0-9]{3,4}[\s\-]?[0-9]{3,4}(?![\w/]|[.,][0-9])"
        ),
    ),
    (
        "A National Insurance number",
        re.compile(r"\b[A-CEGHJ-PR-TW-Z]{2}\s?[0-9]{2}\s?[0-9]{2}\s?[0-9]{2}\s?[A-D]\b"),
    ),
    (
        "A date of birth",
        re.compile(
            r"\b(?:[Bb]orn\s+(?:on\s+)?(?:the\s+)?[0-9]{1,2}\b"
            r"|(?:[Dd]ate\s+of\s+birth|DOB|d\.o\.b\.?)\W{0,3}[0-9]{1,2}\b)"
        ),
    ),
    (
        "A home address",
        re.compile(
            r"\b[0-9]{1,4}[A-Za-z]?,?\s+(?:[A-Z][\w\u2019']*\s+){1,3}(?:Street|Road|Lane|Avenue|Close|Drive|"
            r"Crescent|Gardens|Terrace|Place|Grove)\b[^\n]{0,60}\b[A-Z]{1,2}[0-9][A-Z0-9]?\s?[0-9][A-Z]{2}\b"
        ),
    ),
)
"""What a person can be found by, where its form alone tells."""


@rule("S04", Severity.BLOCK, citation="UK GDPR Article 5(1)(c)")
def names_no_applicant(draft: Draft, _: Provisions) -> Iterator[Noticed]:
    """Neither the applicant's name nor anyone's number or address stands in what is to be published."""
    if draft.named is None:
        yield Noticed(place="", sentence="", mend="", lacks=Input.NAMED)
    named = set(draft.named or ())
    for place in draft.named or ():
        yield Noticed(
            place=place,
            sentence="The text has the applicant's name, e-mail, telephone or address.",
            mend="Write it without.",
            final=True,
        )
    for place, text in _texts(draft):
        for what, pattern in _DETAILS if place not in named else ():
            if found := next(spans(pattern, text), None):
                yield Noticed(
                    severity=Severity.WARN,
                    place=place,
                    span=found,
                    sentence=f"{what} seems to stand in the text.",
                    mend="Take it out, unless it is the authority's own and public.",
                )


def _texts(draft: Draft) -> Iterator[tuple[str, str]]:
    for passage in draft.passages:
        yield passage.place, passage.raw
    if draft.request:
        for place, text in texts(draft.request, "request"):
            if place not in _NOT_TEXT:
                yield place, text


_RANKS: Final = (
    r"(?:PC|PCs|WPC|PCSO|PS|SC|DC|DS|DI|DCI|A/DS|T/DC|Sgt|(?<!Chief )Constable|(?:Detective\s+)?Sergeant|"
    r"Detective\s+Constable|(?:Detective\s+)?(?:Chief\s+)?Inspector)"
)
_OFFICERS: Final = (
    (
        "An officer below the senior ranks",
        re.compile(
            rf"\b{_RANKS}\.?\s+(?!(?:The|An?|In|On|At|And|Of|To|For|If|We|It|General|Is|Was)\b)"
            r"[A-Z][a-z\u2019']+"
        ),
    ),
    (
        "A collar number",
        re.compile(
            r"\b(?:PC|PCs|WPC|PCSO|PS|DC|DS|Sgt|Constable|Sergeant)\s+[A-Z]{0,2}[0-9]{2,6}\b"
            r"|\b(?:[Cc]ollar|[Ss]houlder|[Ww]arrant|[Bb]adge)\s+(?:[Nn]umber|[Nn]o\.?)"
            r"\s*:?\s*[A-Z]{0,2}[0-9]{2,6}\b"
        ),
    ),
)
"""Officers who are not named in what the public reads."""


@rule("S05", Severity.WARN, citation="UK GDPR Article 5(1)(c)")
def names_no_officer(draft: Draft, _: Provisions) -> Iterator[Noticed]:
    """No officer below the senior ranks is named or numbered."""
    for place, text in _texts(draft):
        for what, pattern in _OFFICERS:
            for found in spans(pattern, text):
                yield Noticed(
                    place=place,
                    span=found,
                    sentence=f"{what} seems to be named.",
                    mend="Say what the officer does instead, as in: an officer of the rural crime team.",
                )

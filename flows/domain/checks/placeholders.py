"""What people leave standing where text should be, in every habit of theirs.

Told by form: brackets and braces, underscores and dots, letters in place of figures, the prompts of forms,
notes to whoever drafts, and what an office program prints for a broken field. What an editor puts into a
quotation, as [sic] or [name redacted], is none.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Final

from flows.domain.checks.plain_text import spans
from flows.domain.checks.words import unquoted
from flows.domain.english import MONTHS

if TYPE_CHECKING:
    from collections.abc import Iterator

_TO_BE: Final = (
    r"to be (?:written|added|completed|confirmed|drafted|inserted|decided|agreed|checked|supplied|advised)"
)
_TO_DO: Final = (
    r"\bto (?:check|confirm|advise|add|complete|provide|insert|update|review|follow|discuss|agree|supply"
    r"|write|draft)\b"
)
_OPENS: Final = r"(?<!\^)\\?\[\s*+"
_CLOSES: Final = r"\s*\\?\](?!\\?\(|\{)"
"""A bracket that opened no note closes, and opened no link and no passage."""
_INSIDE: Final = r"[^\[\]]{0,80}?"
_UNIT: Final = (
    r"(?:days|hours|weeks|months|years|officers|people|records|requests|pages|pounds|occasions|incidents"
    r"|flights)"
)
_ROMAN: Final = "".join(rf"(?<!{kind}\s)" for kind in ("Part", "Chapter", "Schedule", "Title", "Volume"))


def _bracketed(inside: str) -> str:
    return rf"{_OPENS}(?i:{inside}){_CLOSES}"


_BRACKETS: Final = (
    rf"{_OPENS}(?i:{_TO_BE}\b|insert\b|tb[cda]\b)",
    rf"{_OPENS}(?:[Xx]{{2,}}|\?+|_+)\s*\\?\]",
    _bracketed(
        rf"(?:please )?(?:enter|add|complete|delete|select|choose|specify|type|click|check|fill)\b{_INSIDE}"
    ),
    _bracketed(rf"(?:describe|explain|state|give|provide|list|include|set out|write) \w{_INSIDE}"),
    _bracketed(rf"{_INSIDE}{_TO_DO}{_INSIDE}"),
    _bracketed(rf"(?:dn|ntd)\b{_INSIDE}"),
    rf"{_OPENS}[A-Z]{{2,3}}\s?:[^\[\]]{{0,80}}?{_CLOSES}",
    _bracketed(r"e-?mail\W?protected"),
    _bracketed(rf"(?:note|nb|comment|query|action|drafting note)\b{_INSIDE}(?::| to ){_INSIDE}"),
    _bracketed(rf"(?:optional|if (?:applicable|relevant|appropriate|needed|required))\b{_INSIDE}"),
    rf"{_OPENS}(?![^\[\]]*(?:REDACTED|WITHHELD|REMOVED))[A-Z]{{2,}}(?: [A-Z]{{2,}})+{_CLOSES}",
    rf"{_OPENS}(?!\.{{3}}\s*\\?\]|\u2026\s*\\?\])[\s_.*#\u2022\u25cf\u00a3%?xX\u2013\u2014\u2026-]*+{_CLOSES}",
)
"""What is to be done, and marks in place of words."""
_OTHER_BRACKETS: Final = (
    r"(?<!\])\\?\{\{?(?!\s*lang\b)[^{}]{0,80}\}\}?",
    r"\\?<(?![^<>]*(?:://|@|mailto:))<?[A-Za-z][^<>\n]{0,80}>",
    r"\u00ab\s?\w{1,40}\s?\u00bb",
    r"\(\s*(?i:(?:please )?(?:insert|enter|add|specify|tb[cd])\b[^()]{0,80})\)",
    rf"\(\s*(?i:{_TO_BE}|\?+)\s*\)",
    (
        r"\(\s*(?i:(?:please )?(?:check|confirm|query|discuss) (?:this |these )?(?:with|by|against) (?:\w+ "
        r"){0,3}?"
        r"(?:legal|lawyers?|counsel|finance|comms|press office|the client|hr))\s*\)"
    ),
    r"(?<![\w%])%[A-Za-z_]{2,30}%|@@\w+@@|##\w+##|(?<![\w@])@{2,}(?![\w@])|(?<![\w#])#{3,}(?![\w#])",
)
_LINES: Final = (r"_{4,}", r"(?<![\w*])_{2,3}(?![\w*])", r"\.{5,}", r"\u2026{2,}", r"(?:\. ){4,}")
"""Lines to write on."""
_FIGURES: Final = (
    r"\b(?i:d{1,2}\s?[/.-]\s?m{1,4}\s?[/.-]\s?y{2,4})\b",
    r"\bDD M\w+ Y{2,4}\b|\bYYYY\b",
    rf"\b[Xx]{{1,2}} (?:{'|'.join(MONTHS)})\b",
    r"\b(?:19|20)(?:[Xx]{2}|[0-9][Xx]|__|--|\?\?)(?!\w)|\b00/00/00(?:00)?\b",
    r"[\u00a3$\u20ac]\s?(?:[Xx]+(?:[,.][Xx]+)*\b|_+)",
    rf"\bX{{3,}}\b|\bxx+\b|{_ROMAN}\bXX\b(?! and X)",
    rf"\b[Nn]{{2}} {_UNIT}\b",
    rf"\b[Xx] (?:working )?{_UNIT}\b|\b(?i:sections?|s\.)\s?[Xx]{{1,3}}\b",
    r"\?{2,}",
)
"""Letters and signs for figures, days and amounts."""
_DRAFTERS: Final = (
    r"\bINSERT\b|\bTB[CDA]\b|\bT\.B\.[CDA]\b|\btb[cd]\b|\bTODO\b|\bFIXME\b|\b(?:DN|NTD)\s?:",
    r"\b(?i:drafting note)\b",
    r"\b(?i:note to (?:legal|lawyers?|reviewers?|draft(?:er|ing)|self|editors?|authors?))\b",
    r"\bA\.?\s?N\.?\s?Other\b|\b(?i:lorem ipsum)\b|\bComment(?:ed)? \[[A-Z]{1,4}[0-9]+\]",
)
_FORMS: Final = (
    r"\b(?i:click (?:here )?(?:or tap )?(?:here )?to (?:enter|add|choose|select|insert))\b",
    r"\bChoose an item\b",
    r"\b(?i:please (?:insert|fill in))\b",
    r"\b(?i:delete (?:as|if|where) (?:not )?(?:appropriate|applicable|necessary))\b",
    r"\bError! (?:Reference source|Bookmark|Hyperlink|No text|Unknown)",
    r"#(?:REF!|VALUE!|NAME\?|DIV/0!|N/A|NULL!|NUM!)",
)
"""Prompts of forms, and what stands for a broken field."""
_ALONE: Final = (rf"\A(?=\s*\S)\W*+(?i:{_TO_BE}|to follow|pending|n/k|x+)?\W*+\Z",)
"""All there is of a text."""
_BEGINS: Final = r"(?=[^\w\s]|_|(?<!\w)\w)"
"""Where any of these can begin, so that not all are tried within a word."""
_PARTS: Final = "|".join((*_BRACKETS, *_OTHER_BRACKETS, *_LINES, *_FIGURES, *_DRAFTERS, *_FORMS))
_ANYWHERE: Final = re.compile("|".join((f"{_BEGINS}(?:{_PARTS})", *_ALONE)).replace(" ", r"\s+"))

_FIELD: Final = (
    r"(?:names?|dates?|address|ref|reference|number|title|role|rank|organisation|department|details|text"
    r"|description|e-?mail|telephone|phone|time|place|location|exemptions?|section|reasons?|amount|figures?"
    r"|link|url|signature|signatory|applicant|requester|authority|force|council|summary|heading|subject|year"
    r"|month|day|placeholder|draft|hold|harm|limbs?|factors?)"
)
_MORE: Final = (
    rf"(?: (?:of|and|or|in|for|number|title|name|date)\b"
    rf"(?!{_INSIDE}\b(?:redacted|withheld|removed|omitted)\b){_INSIDE})?"
)
_UNQUOTED: Final = re.compile(
    "|".join(
        (
            r"\b(?i:(?:enter|type|insert|add|write|put|your)(?: \w+){0,4} here)\b",
            (
                r"\(\s*(?i:(?:name|job title|title|signature|signed by|address|telephone) of (?:the |this )?"
                r"(?:officer|decision maker|author|signatory|reviewer|qualified person))\s*\)"
            ),
            _bracketed(rf"(?!the\b)\u00a3?\s?(?:[\w'\u2019]+ ){{0,2}}?{_FIELD}{_MORE}"),
            _bracketed(rf"{_INSIDE}[^\W\d]\s?/\s?[^\W\d]{_INSIDE}"),
        )
    ).replace(" ", r"\s+")
)
"""In a quotation these are an editor's, or a form's own: the name of a thing in brackets, and a choice."""


def placeholders(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a placeholder stands in a text, as it is written or as it is read."""
    return chain(spans(_ANYWHERE, text), spans(_UNQUOTED, unquoted(text)))

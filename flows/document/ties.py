"""Words that no line's end parts: a section and its number, a day, a citation, the last two of a paragraph.

What ties them is a no-break space, for laying out lines alone: on the page it is a space as any other, so
that what is read aloud, copied or searched for stays what was written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flows.domain.english import MONTHS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.document.tagged.flow import Run

TIE: Final = "\u00a0"
_LONGEST: Final = 24
"""Characters of two words that are tied, at most: a long one may stand alone, or a narrow screen loses it."""

_MISOEDD: Final = (
    *("Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin"),
    *("Gorffennaf", "Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr"),
)
"""The months in Welsh."""
_MONTHS: Final = frozenset((*MONTHS, *_MISOEDD))
_NUMBERED: Final = frozenset(
    (
        *("section", "sections", "subsection", "subsections", "paragraph", "paragraphs", "article"),
        *("articles", "regulation", "regulations", "schedule", "schedules", "part", "parts"),
        *("question", "questions", "chapter", "chapters", "version", "versions", "page", "pages"),
        *("annex", "appendix", "figure", "table", "item", "items", "rule", "rules", "clause"),
        *("clauses", "principle", "recital", "limb", "no", "nos", "number", "numbers", "s", "ss"),
        *("para", "paras", "art", "arts", "reg", "regs", "sch", "p", "pp", "civ", "crim", "adran"),
        *("adrannau", "paragraff", "paragraffau", "rhan", "rhannau", "erthygl", "atodlen", "cwestiwn"),
        *("cwestiynau", "rhif"),
    )
)
"""What a number belongs to that stands after it; capitals and full stops apart."""
_COUNTED: Final = frozenset(
    (
        *("per", "%", "percent", "million", "billion", "thousand", "working", "calendar", "day"),
        *("days", "week", "weeks", "month", "months", "year", "years", "hour", "hours", "minute"),
        *("minutes", "mile", "miles", "metres", "km", "m", "kg", "pence", "am", "pm", "a.m", "p.m"),
        *("y", "cant", "diwrnod"),
    )
)
"""What a number belongs to that stands before it."""
_COURT: Final = re.compile("[A-Z]{2,}")
_LIMB: Final = re.compile(r"\([a-z0-9]{1,3}\)")
_CHAMBER: Final = re.compile(r"\([A-Z]")
_PLACE: Final = re.compile(
    r" (?:(?=[0-9(])|(?<=[0-9\]] )(?=\S)|(?<=per )(?=cent\b)|(?<=working )(?=days?\b)|(?<=Part )(?=[IVX]+\b)"
    r"|(?<=EW[CH][AC] )(?=C))"
)
"""Spaces that may stand within what is tied."""


def tied(text: str) -> str:
    """Return ``text`` with what belongs together in it tied."""
    return _PLACE.sub(lambda found: TIE if _belong(text, found.start()) else " ", text)


def bound(text: str) -> list[list[str]]:
    """Return the words of ``text``, the tied ones together; its own no-break spaces tie nothing."""
    words = text.split(" ")
    if TIE in text:
        return [[word] for word in words]
    return [group.split(TIE) for group in tied(text).split(" ")]


def _belong(text: str, at: int) -> bool:
    """Return whether the words on both sides of the space there belong together."""
    before = text[text.rfind(" ", 0, at) + 1 : at].lstrip("(\u201c\u2018")
    after = text[at + 1 : at + 1 + _LONGEST].partition(" ")[0]
    if len(before) + len(after) >= _LONGEST:
        return False
    if after[:1].isdigit() or after[:1] == "(":
        return (
            before.rstrip(".").lower() in _NUMBERED
            or (before in {"and", "or"} and _LIMB.match(after) is not None)
            or (before in _MONTHS and after[:4].isdigit())
            or _COURT.fullmatch(before) is not None
            or (before[-1:].isdigit() and _CHAMBER.match(after) is not None)
        )
    if before[-1:].isdigit():
        bare = after.rstrip(".,;:)\u201d\u2019")
        return bare in _MONTHS or bare.lower() in _COUNTED or _COURT.fullmatch(bare) is not None
    # What is left was looked for by name: [2025] UKSC, per cent, working days, Part I, EWCA Civ.
    return before[-1:] != "]" or before[:1] == "["


def closed(runs: Sequence[Run]) -> list[Run]:
    """Return the runs of a paragraph with its last two words tied, unless they are long."""
    whole = "".join(run.text for run in runs[-4:])
    before, _, last = whole.rpartition(" ")
    if not before or not last or TIE in last or len(last) + len(before.rpartition(" ")[2]) > _LONGEST:
        return [*runs]
    left, kept = len(last), [*runs]
    for at in range(len(runs) - 1, -1, -1):
        text = runs[at].text
        if left < len(text):
            cut = len(text) - left - 1
            kept[at] = runs[at]._replace(text=f"{text[:cut]}{TIE}{text[cut + 1 :]}")
            break
        left -= len(text)
    return kept

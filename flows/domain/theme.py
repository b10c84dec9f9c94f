"""How an authority's papers look, where that is its own to choose: part of the policy.

It stands in the register with the other choices, so that a paper of years ago can be made again as it
was then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.domain.characters import is_line
from flows.domain.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTRAST: Final = 7.0
"""Of the accent on white, at least: WCAG 2.2, 1.4.6, level AAA."""
SIZES: Final = range(12, 19)
"""Of the text, points: from clear print to large print (UK Association for Accessible Formats)."""
HEIGHTS: Final = range(8, 41)
"""Of the crest, millimetres."""
LONGEST_MARKING: Final = 40
LONGEST_WORDS: Final = 120
LONGEST_SIGNATORY: Final = 80

_DARK: Final = 0.04045
"""Up to there sRGB is linear."""
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crest:
    """The authority's crest, at the head of the first page.

    Attributes:
        image: A PNG.
        words: What stands for it where it is not seen: ``Crest of Sample Council``.
        height: In millimetres.
    """

    image: bytes
    words: str
    height: int = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """What an authority chose; the house style where it chose nothing.

    Attributes:
        accent: Colour of headings, links and rules, as ``#1d3c63``.
        size: Of the text, points.
        draft_marking: The handling marking of drafts.
        published_marking: That of published papers; empty for none.
        signatory: By whom papers are issued, by office and not by name: ``the Head of Information
            Governance``; empty where they do not say.
    """

    accent: str = "#1d3c63"
    size: int = 12
    draft_marking: str = "OFFICIAL-SENSITIVE"
    published_marking: str = ""
    crest: Crest | None = None
    signatory: str = ""


HOUSE_STYLE: Final = Theme()


def theme_faults(theme: Theme) -> Iterator[Fault]:
    """Yield what no paper may look like, each with its place in a theme file."""
    if not _COLOUR.fullmatch(theme.accent):
        yield Fault(path="accent", problem="a colour is needed, as in #1d3c63, in lower case")
    elif (found := contrast_on_white(theme.accent)) < CONTRAST:
        problem = (
            f"its contrast on white is {found:.1f} to 1, and {CONTRAST:g} is needed; choose a darker one"
        )
        yield Fault(path="accent", problem=problem)
    if theme.size not in SIZES:
        yield Fault(path="size", problem=f"a size from {SIZES[0]} to {SIZES[-1]} points is needed")
    yield from _faults_in("marking.drafts", theme.draft_marking, LONGEST_MARKING, least=1)
    yield from _faults_in("marking.published", theme.published_marking, LONGEST_MARKING)
    yield from _faults_in("signatory", theme.signatory, LONGEST_SIGNATORY)
    if theme.crest:
        yield from _faults_in("crest.words", theme.crest.words, LONGEST_WORDS, least=1)
        if theme.crest.height not in HEIGHTS:
            problem = f"a height from {HEIGHTS[0]} to {HEIGHTS[-1]} millimetres is needed"
            yield Fault(path="crest.height", problem=problem)


def contrast_on_white(colour: str) -> float:
    """Return the contrast ratio of ``#rrggbb`` on white, 1 to 21 (WCAG 2.2, relative luminance)."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(part: float) -> float:
    return part / 12.92 if part <= _DARK else ((part + 0.055) / 1.055) ** 2.4


def _faults_in(path: str, text: str, longest: int, *, least: int = 0) -> Iterator[Fault]:
    if not least <= len(text) <= longest or text != text.strip():
        problem = f"{least} to {longest} characters are needed, without space around them"
        yield Fault(path=path, problem=problem)
    elif not is_line(text):
        yield Fault(path=path, problem="one line of characters that can be seen is needed")

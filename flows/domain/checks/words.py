"""Reading prose: passages, sentences, and the words that carry content.

All of it keeps the characters where they stand, so that a finding can point at them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from flows.domain.citation import find_citations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.citation import FoundCitation

_LINK: Final = re.compile(r"\]\([^()\s]*\)|\]\{[^{}]*\}")
"""The end of a link, or of a passage in another language, after its words."""
_NOTE: Final = re.compile(r"(?<!\\)\^\[")
_BRACKET: Final = re.compile(r"\\.|[\[\]]")
_MARKS: Final = re.compile(r"[*_`\\]")
_BLOCK: Final = re.compile(r"\n[ \t]*\n|\n[ \t]*(?:[-*+]|\d+[.)]|\|)[ \t]*")
_SENTENCE: Final = re.compile(r"(?<=[\w)\]][\w)\]][.!?])[\")\u201d\u2019]?\s+(?=[A-Z\"(\u201c\u2018])")
_QUOTED: Final = re.compile(r"\u201c[^\u201c\u201d]*\u201d|\"[^\"\n]*\"")
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_ENDINGS: Final = re.compile(r"(?:ations?|ness|ingly|ings?|edly|ed|ies|es|s|ly)\Z")
_COMMON: Final = frozenset(
    _WORD.findall(
        "about above after again against all also although among and any are because been before being "
        "between both but can cannot could did does doing done down during each either else even every "
        "few for from further had has have having her here him his how however into its itself just less "
        "least made make many may might more most much must neither nor not now off one only onto other "
        "others our out over own per rather same shall she should since some such than that the their "
        "them themselves then there these they thing things this those though through thus too under "
        "until upon very was way were what when where whether which while who whole whom whose why will "
        "with within without would yet you your"
    )
)


@dataclass(frozen=True)
class Sentence:
    """One sentence of a passage, Markdown marks blanked; ``start`` is its place in the passage."""

    start: int
    text: str

    def span(self, found: re.Match[str]) -> tuple[int, int]:
        """Return where in the passage a match within this sentence stands."""
        return self.start + found.start(), self.start + found.end()

    @property
    def trimmed(self) -> tuple[int, int]:
        """Where in the passage it stands, without the white space around it."""
        before = len(self.text) - len(self.text.lstrip())
        return self.start + before, self.start + len(self.text.rstrip())


@dataclass(frozen=True)
class Passage:
    """One text of an assessment and its place."""

    place: str
    raw: str

    @cached_property
    def plain(self) -> str:
        """The text with Markdown marks and link targets blanked, each character where it was."""
        return unmarked(self.raw)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Its sentences; a list item, a table cell and a heading end one, and a note has its own."""
        notes = list(_notes(self.raw))
        found = list(self._split(_without(self.plain, notes), 0, len(self.raw)))
        for start, end in notes:
            found += self._split(self.plain, start, end)
        return tuple(sorted(found, key=attrgetter("start")))

    def _split(self, plain: str, start: int, end: int) -> Iterator[Sentence]:
        # Blocks are found in the text as written, where a bullet is still a bullet.
        for first, last in _between(_BLOCK, self.raw, start, end):
            for begin, stop in _between(_SENTENCE, plain, first, last):
                if plain[begin:stop].strip():
                    yield Sentence(begin, plain[begin:stop])

    @cached_property
    def cited(self) -> tuple[FoundCitation, ...]:
        """The provisions it cites, in its order, each with its place in the passage."""
        return tuple(find_citations(self.plain))

    def cited_in(self, sentence: Sentence) -> Iterator[FoundCitation]:
        """Yield what one of its sentences cites; places are those in the passage."""
        first = bisect_left(self.cited, sentence.start, key=lambda cited: cited.start)
        last = bisect_left(self.cited, sentence.start + len(sentence.text), key=lambda cited: cited.start)
        yield from self.cited[first:last]

    @cached_property
    def content(self) -> frozenset[str]:
        """The words that carry its content."""
        return content_words(self.plain)


def _between(pattern: re.Pattern[str], text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for found in pattern.finditer(text, start, end):
        yield start, found.start()
        start = found.end()
    yield start, end


def _notes(text: str) -> Iterator[tuple[int, int]]:
    """Yield from where to where the words of each note go that stands where it is called for: ``^[…]``."""
    for opening in _NOTE.finditer(text):
        depth = 1
        for found in _BRACKET.finditer(text, opening.end()):
            depth += {"[": 1, "]": -1}.get(found[0], 0)
            if not depth:
                yield opening.end(), found.start()
                break


def _without(text: str, notes: list[tuple[int, int]]) -> str:
    """Return the text with its notes blanked, so that what stands around them is one sentence."""
    for start, end in notes:
        # A sentence ends after a word and a stop: what ends after a note ends as it would without.
        ended = text[end + 1 : end + 2] in {".", "!", "?"}
        blank = " " * (end - start + 1) + "]]" if ended else " " * (end - start + 3)
        text = text[: start - 2] + blank + text[end + 1 :]
    return text


def content_words(text: str) -> frozenset[str]:
    """Return the words of a text that carry content: lower case, endings cut, small words left out."""
    words = (word.lower() for word in _WORD.findall(text))
    return frozenset(_ENDINGS.sub("", word) or word for word in words if word not in _COMMON)


def phrase(pattern: str) -> re.Pattern[str]:
    """Compile words to look for: any case, and any white space where the pattern has a space."""
    return re.compile(pattern.replace(" ", r"\s+"), re.IGNORECASE)


def one_of(words: str) -> str:
    """Return a pattern for any of the words, which stand apart by spaces."""
    return f"(?:{'|'.join(words.split())})"


def unmarked(text: str) -> str:
    """Return the text with Markdown marks and link targets blanked, each character where it was."""
    return _MARKS.sub(" ", _LINK.sub(lambda found: " " * len(found[0]), text))


def unquoted(text: str) -> str:
    """Return the text with what stands in double quotation marks blanked, each character where it was."""
    return _QUOTED.sub(lambda found: f"{found[0][0]}{' ' * (len(found[0]) - 2)}{found[0][-1]}", text)

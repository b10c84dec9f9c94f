"""Reading prose: passages, sentences, and the words that carry content.

All of it works on what is read, and knows where that is written, so that a finding can point at it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from flows.domain.checks.plain_text import read
from flows.domain.citation import find_citations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.checks.plain_text import Reading
    from flows.domain.citation import FoundCitation

_SENTENCE: Final = re.compile(r"(?<=[\w)\]][\w)\]][.!?])[\")\u201d\u2019]?\s+(?=[A-Z\"(\u201c\u2018])")
_NOTHING: Final = re.compile(
    r"\W*(?:n\W?a|nil|nothing|unknown|not\s+(?:applicable|known)"
    r"|none(?:\s+(?:identified|known|found|given|applicable|apparent))?)\W*",
    re.IGNORECASE,
)
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
    """One sentence of a passage as it is read; ``start`` is its place in what is read of it."""

    start: int
    text: str
    passage: Passage

    def span(self, found: re.Match[str]) -> tuple[int, int]:
        """Return where in the passage, as it is written, a match within this sentence stands."""
        return self.passage.span(self.start + found.start(), self.start + found.end())

    @property
    def trimmed(self) -> tuple[int, int]:
        """Where in the passage it stands, without the white space around it."""
        before = len(self.text) - len(self.text.lstrip())
        return self.passage.span(self.start + before, self.start + len(self.text.rstrip()))


@dataclass(frozen=True)
class Passage:
    """One text of an assessment and its place."""

    place: str
    raw: str

    @cached_property
    def reading(self) -> Reading:
        """What is read of it."""
        return read(self.raw)

    @property
    def plain(self) -> str:
        """The text as it is read: without mark-up, and with its notes after it."""
        return self.reading.text

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the passage, as it is written, stands what is read from ``start`` to ``end``."""
        return self.reading.span(start, end)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Its sentences; a list item, a table cell and a heading end one, and a note has its own."""
        # What is read both ways has most of its sentences twice.
        once = {(each.trimmed, each.text): each for each in self._sentences()}
        return tuple(once[key] for key in sorted(once))

    def _sentences(self) -> Iterator[Sentence]:
        for first, last in self.reading.parts:
            for start, end in _between(_SENTENCE, self.plain, first, last):
                if self.plain[start:end].strip():
                    yield Sentence(start, self.plain[start:end], self)

    @cached_property
    def cited(self) -> tuple[FoundCitation, ...]:
        """The provisions it cites, in the order in which they are read, each with its place there."""
        return tuple(find_citations(self.plain))

    def cited_in(self, sentence: Sentence) -> Iterator[FoundCitation]:
        """Yield what one of its sentences cites; places are those in what is read of the passage."""
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


def content_words(text: str) -> frozenset[str]:
    """Return the words of a text that carry content: lower case, endings cut, small words left out."""
    words = (word.lower() for word in _WORD.findall(text))
    return frozenset(_ENDINGS.sub("", word) or word for word in words if word not in _COMMON)


def says_nothing(text: str) -> bool:
    """Tell whether a text has no words, or but one for nothing, as "N/A"."""
    return not any(map(str.isalpha, text)) or _NOTHING.fullmatch(text) is not None


def phrase(pattern: str) -> re.Pattern[str]:
    """Compile words to look for: any case, and any white space where the pattern has a space."""
    return re.compile(pattern.replace(" ", r"\s+"), re.IGNORECASE)


def one_of(words: str) -> str:
    """Return a pattern for any of the words, which stand apart by spaces."""
    return f"(?:{'|'.join(words.split())})"


def unmarked(text: str) -> str:
    """Return a Markdown text as it is read, with its notes after it."""
    return read(text).text


def unquoted(text: str) -> str:
    """Return the text with what stands in double quotation marks blanked, each character where it was."""
    return _QUOTED.sub(lambda found: f"{found[0][0]}{' ' * (len(found[0]) - 2)}{found[0][-1]}", text)

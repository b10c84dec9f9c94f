"""What a PDF has for somebody who cannot see it, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flows.document.inspection.content import Content
    from flows.domain.finding import Finding

Raw: TypeAlias = Any
"""A value as a file has it, of whatever kind."""

Point: TypeAlias = tuple[float, float]
Box: TypeAlias = tuple[float, float, float, float]
"""Left, bottom, right, top, in points of the page."""


class Spot(NamedTuple):
    """A place that something leads to: a page, from 1, and how high on it; None where it does not say."""

    page: int
    top: float | None


class DrawnText(NamedTuple):
    """Text drawn at one stroke.

    Attributes:
        page: Counts from 1.
        mcid: Number of the marked content it stands in; None for none.
        artifact: Whether it is marked as no part of the document.
        seen: Whether it is on the page, and large and dark enough to be read.
        start: Where its first character stands.
        end: Where the next one would.
    """

    page: int
    mcid: int | None
    artifact: bool
    seen: bool
    text: str
    start: Point
    end: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedContent:
    """One piece of marked content that an element has."""

    page: int
    mcid: int
    runs: tuple[DrawnText, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One annotation that an element has.

    Attributes:
        kind: As the file says, ``Link`` or ``Widget``.
        page: On which it stands; counts from 1, 0 for none.
        target: An address, or ``page N``; empty for nowhere.
        spot: The page and the height that it leads to in the file; None where it leads to none.
        contents: What it is called; empty for nothing.
    """

    kind: str
    page: int
    box: Box
    target: str
    spot: Spot | None
    contents: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TagElement:
    """One element of the tag tree.

    Attributes:
        kind: Of the standard's own, by the file's role map.
        tag: As the file has it.
        attributes: Such as Scope, Headers, ListNumbering, RowSpan; their values as text.
        lang: Its own language; empty for that around it.
        instead: Text that stands for its content, alternative or actual; None for none.
        held: Elements, marks and annotations in the order of the tree.
    """

    kind: str
    tag: str
    attributes: Mapping[str, str]
    lang: str
    id: str
    instead: str | None
    held: tuple[Held, ...]

    def elements(self) -> Iterator[TagElement]:
        """Yield the elements that this one has."""
        return (each for each in self.held if isinstance(each, TagElement))

    def marks(self) -> Iterator[MarkedContent]:
        """Yield all marked content, that of inner elements too, in reading order."""
        left: list[Held] = [self]
        while left:
            each = left.pop()
            if isinstance(each, MarkedContent):
                yield each
            elif isinstance(each, TagElement):
                left += reversed(each.held)

    def within(self) -> Iterator[TagElement]:
        """Yield this element and every one inside it, in reading order."""
        left = [self]
        while left:
            element = left.pop()
            yield element
            left += [each for each in reversed(element.held) if isinstance(each, TagElement)]

    @property
    def text(self) -> str:
        """The characters of it as the file has them, spaces included."""
        if self.instead is not None:
            return self.instead
        return "".join(each.text for each in self.held if isinstance(each, MarkedContent | TagElement))


Held: TypeAlias = TagElement | MarkedContent | Area


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark:
    """An entry of the outline.

    Attributes:
        depth: Counts from 0.
        page: To which it leads; counts from 1, 0 for none.
        top: How high on that page, points; None where it does not say.
    """

    title: str
    depth: int
    page: int
    top: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A PDF, read.

    Attributes:
        title: By its properties; empty for none, as are those below.
        lang: Language of the whole.
        root: Where the tag tree hangs; without content where there is none.
        drawn: What each page draws.
        findings: What is not sound in the file itself.
    """

    title: str
    author: str
    lang: str
    root: TagElement
    bookmarks: tuple[Bookmark, ...]
    drawn: tuple[Content, ...]
    findings: tuple[Finding, ...]

    @property
    def runs(self) -> Iterator[DrawnText]:
        """All text, in the order in which it is drawn."""
        return (run for content in self.drawn for run in content.runs)


def plain(text: str) -> str:
    """Return the words of a text, one space between each two."""
    return " ".join(text.split())

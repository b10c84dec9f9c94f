"""What people type that Markdown would not print as it was typed, and what to type in its place.

Each habit is told by its form alone. What is wrapped is left in peace: a line counts as an item only if
the line before it ends as an item does, or is one of the same kind.
"""

from __future__ import annotations

import re
from html import unescape
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from flows.document.characters import character_faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

_BULLET: Final = re.compile(
    r"[\u2022\u00b7\u25aa\u25ab\u25cf\u25cb\u25e6\u2023\u2043\u2219\u25a0\u25a1\u25c6\u25c7\u27a2\u2713\u2714\u2610\u2611]"
    r"|[o\u00d8\u00fc]\s|\u00a7\s(?!\s*[0-9])"
)
"""Bullets as word processors paste them, in signs and in letters of their symbol fonts."""
_DASH: Final = re.compile(r"(?:[\u2013\u2014\u2192\u00bb~=]|--)\s|-(?=[^\W\d_])")
_LABEL: Final = re.compile(
    r"\(?(?:[0-9]{1,3}|[A-Za-z]|[ivxlc]{2,5}|[IVXLC]{2,5})[.)](?=\s)"
    r"|[0-9]{1,3}[.)](?=[^\W\d_])"
    r"|[0-9]{1,3}\s?[:/\u2013\u2014-]\s|\[(?:[0-9]{1,3}|[a-z])\]\s"
    r"|\(?(?:[0-9]{1,3}|[a-z]|[ivx]{2,4})\)(?=[^\W_])"
    r"|(?:Q|A|Question|Answer|Point|Item)\s?[0-9]{1,3}\s?[.:)]"
)
_ALIKE: Final = re.compile(
    r"[0-9]{1,3}(?:\.[0-9]{1,3})+\.?\s|\u00a7\s?[0-9]|No\.\s?[0-9]|[\u2460-\u2473]|[\u2013\u2014](?=\w)|\(\w{1,3}\)\."
)
"""What begins an item only under another of its kind."""
_ENDED: Final = re.compile(r"[.;:!?](?:\s(?:and|or))?,?\s*\Z")
"""How the line before an item ends."""
_DEEP: Final = 4
"""Spaces after which Markdown takes an item for a part of the line above."""

_ITEM: Final = "would run on from the line before; put an empty line between, or make a list with - or 1."
_LINES: Final = (
    (
        _BULLET,
        "begins with the bullet of a word processor; write - and a space before each item of a list",
    ),
    (re.compile(r"\|"), "looks like a row of a table that has no line of dashes below its header; add it"),
    (re.compile(r"\+(?:[-=]{2,}\+?)+\s*\Z"), "draws a table; write it with | and a line of dashes"),
)
"""What no line of a paragraph may begin with."""

_NO_BOLD: Final = (
    "has ** or __ that is no bold; put it right before the first and right after the last word, "
    "with a space or a stop outside, or write \\* for the sign itself"
)
_NO_ITALICS: Final = (
    "has * or _ that is no italics; put it right before the first and right after the last word, "
    "with a space or a stop outside, or write \\* for the sign itself"
)
_NO_LINK: Final = "has a broken link; write [words](https://address) without a space, with %20 for one"
_OPENS, _CLOSES, _ESCAPED, _BRACKET = "\x01", "\x02", "\x03", "\x04"
_STRAY: Final = (
    (re.compile(rf"\*[{_OPENS}{_CLOSES}]|[{_OPENS}{_CLOSES}]\*"), _NO_BOLD),
    (re.compile(r"\*\*|(?<![\w_])_{2,3}(?=[^\W_])|(?<=[^\W_])_{2,3}(?![\w_])"), _NO_BOLD),
    (re.compile(r"(?<![\w*])\*(?=\w)|(?<![\w_])_(?=[^\W_])[^_]*(?:[^\w\s]_|[^\s_]_(?!\w))"), _NO_ITALICS),
    (
        re.compile(rf"[^\W_]{_OPENS}(?=\w)|(?<=\w){_CLOSES}[^\W_]"),
        "has bold or italics within a word; set them apart with spaces, or write \\* for the sign itself",
    ),
    (re.compile(rf"https?://\S*{_OPENS}"), "has an address with * or _ in it; write <https://address>"),
    (re.compile(rf"\A[^{_BRACKET}]*\]\(", re.DOTALL), _NO_LINK),
    (re.compile(r"\]\s+\((?=https?:|mailto:|www\.)|\)\[(?=https?:|mailto:|www\.)|\]\[\w*\]"), _NO_LINK),
    (re.compile(r"~~"), "has ~~, which strikes nothing out here; leave out what is struck"),
)
"""Signs left over when mark-up was read, and marks where none was meant."""
_MARK: Final = re.compile(r"[*_\]~\\]")
"""Without one of these there is nothing to look for."""
_WORDLESS: Final = re.compile(r"(?<!\\)\[\s*\]\(")
_PATH: Final = re.compile(r"(?<![\w\\])\\\\\w+\\")
_REFERENCE: Final = re.compile(r"(?<!\\)&(?:#(?:[0-9]{1,7}|[Xx][0-9A-Fa-f]{1,6})|\w{2,31});")
"""What may be a character reference of HTML, which Markdown takes for a character (CommonMark, 2.5)."""
_LONGEST_SIGN: Final = 2
"""Characters that a reference stands for, in a few cases two."""


def line_habits(content: str) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with the lines of a paragraph: how many lines down, and what."""
    lines = content.split("\n")
    for number, line in enumerate(lines):
        words = line.lstrip()
        for form, what in _LINES:
            if form.match(words):
                yield number, what
    for number, (before, line) in enumerate(pairwise(lines), 1):
        if what := _run_on(before.strip(), line):
            yield number, what


def _run_on(before: str, line: str) -> str:
    words = line.strip()
    if not words:
        return "has a no-break space alone; leave the line empty"
    if re.match(r"[-*+]\s", words):  # indented further than an item may be, or with a no-break space
        return f"is no item of a list as it stands, and {_ITEM}"
    for form in (_DASH, _LABEL):
        deep = len(line) - len(line.lstrip(" ")) >= _DEEP
        if form.match(words) and (deep or _ENDED.search(before) or form.match(before)):
            return f"begins like an item of a list, and {_ITEM}"
    if _ALIKE.match(words) and _ALIKE.match(before):
        return f"begins like an item of a list, and {_ITEM}"
    return ""


def mark_habits(inline: Token) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with the marks in a paragraph or a cell: how many lines down, and what."""
    yield from _references(inline.content)
    if not _MARK.search(inline.content):
        return
    children = inline.children or []
    # An address in pointed brackets is printed as it stands.
    addresses = {number + 1 for number, token in enumerate(children) if token.info == "auto"}
    text = "".join(_trace(token) for number, token in enumerate(children) if number not in addresses)
    for form, what in _STRAY:
        if found := form.search(text):
            yield text.count("\n", 0, found.end()), what
    if found := _WORDLESS.search(inline.content):
        yield inline.content.count("\n", 0, found.start()), "has a link without words; write them before it"
    if found := _PATH.search(inline.content):
        yield inline.content.count("\n", 0, found.start()), "has a path; write each of its backslashes twice"


def _references(content: str) -> Iterator[tuple[int, str]]:
    for found in _REFERENCE.finditer(content):
        sign = unescape(found[0])
        # What is no name of a sign stays as it is, and a sign that cannot be printed is refused for that.
        if len(sign) <= _LONGEST_SIGN and not character_faults(sign):
            what = (
                f"has {found[0]}, which would be printed as {sign}; write {sign}, or \\{found[0]} for itself"
            )
            yield content.count("\n", 0, found.start()), what


def _trace(token: Token) -> str:
    """Return the words of a token, or what stands for its mark."""
    match token.type:
        case "text":
            return str(token.content)
        case "text_special":
            return _BRACKET if token.content == "[" else _ESCAPED
        case "softbreak" | "hardbreak":
            return "\n"
        case "em_open" | "strong_open":
            return _OPENS
        case "em_close" | "strong_close":
            return _CLOSES
        case _:
            return ""


def numbering(items: Sequence[Token]) -> Iterator[tuple[Token, str]]:
    """Yield each item of a numbered list that would have another number in print, and what is wrong."""
    if not items or not items[0].info:
        return
    first = int(items[0].info)
    for number, item in enumerate(items, first):
        if item.info != str(number):
            yield item, f"has number {item.info} where {number} comes; {_RENUMBERED}"
        elif item.markup == ")":
            yield item, f"has {item.info}) for its number, and would be printed as {number}.; write {number}."


def bullets(items: Sequence[Token], lines: Sequence[str], within: str) -> Iterator[tuple[Token, str]]:
    """Yield the first item of a list whose sign would become a bullet and was meant for itself, and why.

    A list of one item is none where its sign is that of a note or of a number, or where it only goes on
    with the line before. Below an item that itself begins with * that sign is no note's.

    Args:
        lines: Of the text.
        within: The sign of the item that the list belongs to; empty for none.
    """
    first, alone = items[0], len(items) == 1
    at = first.map[0] if first.map else 0
    if first.markup == "+":
        yield first, f"begins with +, {_FOR_ITSELF.format('+')}"
    elif alone and first.markup == "*" and within != "*":
        yield first, f"is a list of one item that begins with *, {_FOR_ITSELF.format('*')}"
    elif alone and first.markup == "-" and _AMOUNT.match(lines[at]):
        yield first, f"begins with - before a number, {_NO_LIST}"
    elif alone and at and _goes_on(lines[at - 1], lines[at]):
        yield first, f"begins like an item of a list, and goes on from the line before; {_APART}"


def _goes_on(before: str, line: str) -> bool:
    """Say whether a line stands under one of a paragraph that does not lead to a list."""
    words = before.strip()
    return (
        words != ""
        and column(line) <= column(before)
        and not (_MARKER.match(before) or _ENDED.search(words) or words.endswith(("*", "_", "|")))
    )


_FOR_ITSELF: Final = (
    "which would be printed as a bullet; write - for an item of a list, or \\{} for the sign itself"
)
_NO_LIST: Final = (
    "which would be printed as a bullet; write \\- for the sign itself, or one item as a paragraph"
)
_APART: Final = "put an empty line between, or its sign at the end of that line"
_AMOUNT: Final = re.compile(r"\s*-\s+[\u00a3$\u20ac]?\s?[0-9]")
_RENUMBERED: Final = "number the items on, or put the number in words, as Question 4, in a paragraph"
_MARKER: Final = re.compile(r" *(?:[-*+]|[0-9]{1,9}[.)]) *")


def column(line: str) -> int:
    """Return how many spaces a line begins with."""
    return len(line) - len(line.lstrip(" "))


def starts_two(item: str) -> bool:
    """Say whether an item begins with another list, whose items stand further right than the line."""
    found = _MARKER.match(item)
    return found is not None and _MARKER.match(item, found.end()) is not None


def misplaced(line: str, item: str) -> str:
    """Return what is wrong with a line that is indented, though not as far as the words of the item above."""
    found = _MARKER.match(item)
    inside = found.end() if found else 0
    return (
        f"is indented by {column(line)}, and belongs to no item; indent it by {inside} to put it under the "
        f"item above, else by {column(item)}"
    )

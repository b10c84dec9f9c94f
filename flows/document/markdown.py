"""Markdown as content: what makes a text unfit, and how blocks are written as Markdown.

Written so that it reads back as the same blocks, whatever the words in them: content can
never open a heading, break out of its list item or swallow what follows.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flows.document.blocks import (
    Contents,
    Emphasis,
    Heading,
    Link,
    List,
    Note,
    NoteMark,
    Notes,
    Paragraph,
    Passage,
    Strong,
    Table,
    Text,
    parse_prose,
)
from flows.document.characters import character_faults
from flows.domain.errors import Fault, MalformedError
from flows.domain.theme import HOUSE_STYLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from flows.document.blocks import Alignment, Block, Inline


def prose_faults(text: str, *, typed: bool = True) -> list[str]:
    """Return what makes ``text`` unfit as a field of Markdown, each with its place and remedy.

    Args:
        typed: Whether somebody has just handed it in: then what would not be printed as it was typed makes it
            unfit too, and a table that fits on no page. What was taken in before stays as it was taken.
    """
    try:
        blocks = parse_prose(text, typed=typed)
        _normalise(blocks, source="text")
    except MalformedError as error:
        return [fault.problem for fault in error.faults]
    return unfit_tables(blocks, HOUSE_STYLE.size) if typed and "|\n" in text else []


def unfit_tables(blocks: Iterable[Block], size: int) -> list[str]:
    """Return what is wrong with tables that no page has room for, in text of that size, points."""
    from flows.document import fonts  # noqa: PLC0415 - a tenth of a second, for tables alone
    from flows.document.columns import table_faults  # noqa: PLC0415 - as above
    from flows.document.look import style_of  # noqa: PLC0415 - as above

    fonts.register()
    return list(table_faults(blocks, style_of(replace(HOUSE_STYLE, size=size))))


def plain_faults(text: str, *, typed: bool = True) -> list[str]:
    """Return what makes ``text`` unfit as a field of plain text, which has one line; ``typed`` as above."""
    faults = character_faults(text)
    if "\n" in text.rstrip("\n"):
        faults.append("has more than one line; write it on one")
    if typed and _MARKED.search(text):
        faults.append("is plain text, which has neither bold nor links; write the words alone")
    return faults


_MARKED: Final = re.compile(r"\*\*|\]\(")


def normalise(text: str, *, source: str = "text") -> str:
    """Return a field of Markdown as this system writes it; empty where it has no words.

    Raises:
        MalformedError: it has what is outside the subset; names each place.
    """
    return _normalise(parse_prose(text, source=source), source=source)


def _normalise(blocks: Sequence[Block], *, source: str) -> str:
    written = write_markdown(blocks)
    # Only bold and italics can touch what stands beside them.
    if "*" in written and parse_prose(written, source=source) != blocks:
        problem = "bold or italic words touch their neighbours; set them apart with spaces"
        raise MalformedError(source, Fault(path="", problem=problem))
    return written


def escape(text: str) -> str:
    """Return plain text as Markdown in which none of its characters mean anything.

    It becomes one line without space at its ends, fit to stand anywhere in a line.
    """
    line = _SPECIAL.sub(r"\\\g<0>", text.strip().replace("\n", " "))
    # What will follow is not known here, and could make a link of ], HTML of < or a note of ^.
    return _at_line_start(f"{line[:-1]}\\{line[-1]}" if line.endswith(("]", "<", "^")) else line)


def write_markdown(blocks: Iterable[Block]) -> str:
    """Return ``blocks`` as Markdown: a paragraph to a line, and a final newline if there are any."""
    written = _sequence(tuple(blocks))
    return f"{written}\n" if written else ""


_SPECIAL: Final = re.compile(
    r"""
      [\\`*{]                               # escapes, code, emphasis, the language of a passage
    | (?<![^\W_])_ | _(?![^\W_])            # emphasis, but not the _ of 4593_14
    | \](?=[(:\[])                          # the end of a link's words, or of a definition's
    | \^(?=\[) | \[(?=\^)                   # notes, and references to them
    | <(?=[A-Za-z/!?])                      # HTML, automatic links
    | &(?=[#A-Za-z][A-Za-z0-9#]*;)          # character references
    """,
    re.VERBOSE,
)
_SPECIAL_IN_BRACKETS: Final = re.compile(rf"{_SPECIAL.pattern} | [\[\]]", re.VERBOSE)
_LINE_START: Final = re.compile(
    r"""
      (?P<before> \d{1,9}) (?= [.)] (?:\s|\Z))     # numbered item
    | (?= [-+] (?:\s|\Z) )                         # bullet
    | (?= -[-\s]*\Z | =+\s*\Z )                    # rule, underline of a heading
    | (?= \#{1,6} (?:\s|\Z) | > | ~~~ )            # heading, quotation, fence
    """,
    re.VERBOSE,
)


def _at_line_start(written: str) -> str:
    if match := _LINE_START.match(written):
        return f"{match['before'] or ''}\\{written[match.end() :]}"
    # A heading's closing number signs are dropped by the rule: keep them.
    return f"{written[:-1]}\\#" if written.endswith("#") else written


def _sequence(blocks: Sequence[Block], *, tight: bool = False) -> str:
    written, marker = [], False
    for number, block in enumerate(blocks):
        before = blocks[number - 1] if number else None
        # Lists that follow each other stay two lists if their markers differ.
        twins = isinstance(block, List) and isinstance(before, List)
        marker = twins and not marker
        written.append(_block(block, other_marker=marker))
    return ("\n" if tight else "\n\n").join(written)


def _block(block: Block, *, other_marker: bool) -> str:
    match block:
        case Heading():
            return f"{'#' * block.level} {_inlines(block.inlines)}"
        case Paragraph():
            return _inlines(block.inlines)
        case List():
            return _list(block, other_marker=other_marker)
        case Table():
            return _table(block)
        case Notes() | Contents():
            raise ValueError("blocks are written before they are arranged: Markdown has no such block")


def _list(block: List, *, other_marker: bool) -> str:
    tight = not block.of_paragraphs and all(map(_is_tight, block.items))
    items = []
    for number, item in enumerate(block.items, start=block.start):
        if block.ordered:
            marker = f"{number}{')' if other_marker else '.'} "
        else:
            marker = "* " if other_marker else "- "
        body = _sequence(item, tight=tight)
        items.append(marker + re.sub(r"\n(?=[^\n])", "\n" + " " * len(marker), body))
    return ("\n" if tight else "\n\n").join(items)


def _is_tight(item: Sequence[Block]) -> bool:
    match item:
        case [Paragraph()]:
            return True
        case [Paragraph(), List() as nested]:
            return nested.start == 1 and all(map(_is_tight, nested.items))
        case _:
            return False


_RULES: Final[dict[Alignment, str]] = {
    None: "---",
    "left": ":--",
    "center": ":-:",
    "right": "--:",
}


def _table(table: Table) -> str:
    rows = [[_inlines(cell).replace("|", "\\|") for cell in row] for row in table.rows]
    header = [_inlines(cell).replace("|", "\\|") for cell in table.header]
    rule = [_RULES[alignment] for alignment in table.alignments]
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, rule, *rows))


def _inlines(inlines: Sequence[Inline]) -> str:
    return _at_line_start(_inside(inlines, bracketed=False))


def _inside(inlines: Sequence[Inline], *, bracketed: bool = True) -> str:
    """Return ``inlines`` as they stand in a line; ``bracketed`` where a ] would end what they stand in."""
    written = [_inline(inline, bracketed=bracketed) for inline in inlines]
    for at, following in enumerate(written[1:]):
        if written[at].endswith(_UNFIT_BEFORE.get(following[:1], ())):
            written[at] = f"{written[at][:-1]}\\{written[at][-1]}"
    return "".join(written)


_UNFIT_BEFORE: Final = {"[": ("!", "^"), "^": ("[",)}
"""With what a text may not end before a link or passage, or before a note: an image or a note would begin."""


def _inline(inline: Inline, *, bracketed: bool) -> str:
    match inline:
        case Text():
            return (_SPECIAL_IN_BRACKETS if bracketed else _SPECIAL).sub(r"\\\g<0>", inline.text)
        case Strong():
            return f"**{_inside(inline.inlines, bracketed=bracketed)}**"
        case Emphasis():
            return f"*{_inside(inline.inlines, bracketed=bracketed)}*"
        case Link():
            target = f"<{inline.href}>" if re.search(r"[()]", inline.href) else inline.href
            return f"[{_inside(inline.inlines)}]({target})"
        case Passage():
            return f"[{_inside(inline.inlines)}]{{lang={inline.lang}}}"
        case Note():
            return f"^[{_inside(inline.inlines)}]"
        case NoteMark():
            raise ValueError("blocks are written before they are arranged: Markdown has no marks of notes")

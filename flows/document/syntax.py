"""The Markdown that is looked for: all of CommonMark, tables, passages in a language, and notes.

What is looked for and lies outside the subset becomes a token that `blocks` refuses by its name.
"""

from __future__ import annotations

import re
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from markdown_it import MarkdownIt, helpers
from mdit_py_plugins.attrs import attrs_block_plugin, attrs_plugin
from mdit_py_plugins.footnote import footnote_plugin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

Found: TypeAlias = dict[str, Any]
"""What a reader found beside its tokens: definitions, and the tokens of notes."""

_MEANT: Final = re.compile(r"\{\s*(?:lang\b|[#.]\w)")
"""Curly brackets by which somebody meant to say something of words."""
_REMARK: Final = re.compile(r"\]\{[^{}]*%")
_MARK: Final = re.compile(r"[][*_`<>&|\\{}~!#$%=@^\n]")
MOST_MARKS: Final = 8000
"""Signs that may be mark-up, and line ends, in one text; a long paper has some hundreds."""
MOST_NOTES: Final = 500
_ENDS: Final = frozenset({"code_inline", "footnote_ref", "image", "link_close", "span_close"})


class _Reader(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        """Accept every link: a bad one is then found and named, not left as text."""
        return bool(url) or True


@cache
def reader() -> MarkdownIt:
    """Return the reader. HTML is on so that it is recognised, and refused, as the rest is."""
    found = _Reader("commonmark", {"html": True, "maxNesting": 100}).enable("table")
    attrs_plugin(found, after=(), spans=True, allowed=("lang",))
    attrs_block_plugin(found)
    found.core.ruler.disable("text_join")  # what is escaped stays apart from what is left over of mark-up
    found.core.ruler.disable("attr")  # it would take what stands in the brackets for the next block's
    footnote_plugin(found, move_to_end=False, always_match_refs=True)
    found.inline.ruler.before("footnote_inline", "note_in_note", _note_in_note)
    found.inline.ruler.push("attributes", _attributes)
    found.helpers = SimpleNamespace(**vars(helpers) | {"parseLinkLabel": _link_label})  # type: ignore[assignment]
    return found


def excess(markdown: str) -> str | None:
    """Return what a text has too much of to be read, as a phrase; None for nothing.

    The library looks for the end of each bracket and each note through all that follows, so it is not
    given more of them than it reads in a second.
    """
    if markdown.count("^[") > MOST_NOTES:
        return f"has more than {MOST_NOTES} notes; put some of their words into the text"
    if marks(markdown) > MOST_MARKS:
        return f"has more than {MOST_MARKS} signs of mark-up and line ends; split it, or write it plainer"
    return None


def marks(markdown: str) -> int:
    """Return how many signs a text has that may be mark-up, and line ends."""
    return len(_MARK.findall(markdown))


def has_remark(inline: Token) -> bool:
    """Return whether words hold a passage with a remark, which would be read by nobody."""
    return _REMARK.search(inline.content) is not None


def note_tokens(token: Token, found: Found) -> tuple[Sequence[Token], int]:
    """Return the tokens of the words of a note, and over how many line ends they go."""
    note = found["footnotes"]["list"][token.meta["id"]]
    return note.get("tokens", ()), note.get("content", "").count("\n")


def _link_label(state: StateInline, start: int, disable_nested: bool = False) -> int:  # noqa: FBT001, FBT002 - as in the library
    """Return where the words of a link end, of which some may be in a passage; -1 for nowhere.

    The library's own takes every bracket inside a link's words for a link. A passage, the one thing
    that ends with a curly bracket, is none.
    """
    before, level, end = state.pos, 1, -1
    if state.src.find("]", start, state.posMax) < 0:
        return end
    state.pos = start + 1
    while state.pos < state.posMax and end < 0:
        sign, at = state.src[state.pos], state.pos
        if sign == "]" and level == 1:
            end = at
            break
        level -= sign == "]"
        state.md.inline.skipToken(state)
        if sign == "[" and state.pos == at + 1:
            level += 1
        elif sign == "[" and disable_nested and not state.src.startswith("}", state.pos - 1):
            break
    state.pos = before
    return end


def _note_in_note(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - called by the library
    """Take the opening of a note inside a note for what it is, so that notes never nest.

    One that never ends is none, which the library finds out by reading all the rest.
    """
    notes = state.env.get("footnotes", {}).get("list", {})
    last = notes.get(len(notes) - 1, {})
    if not state.src.startswith("^[", state.pos):
        return False
    if state.src.find("]", state.pos, state.posMax) < 0:
        state.pending += "" if silent else "^"
        state.pos += 1
        return True
    if silent or last.get("tokens") is not state.tokens:
        return False
    state.push("note_in_note", "", 0)
    state.pos += 2
    return True


def _attributes(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - called by the library
    """Take curly brackets that are no passage's, and were meant to say something, for what they are."""
    if silent or state.src[state.pos] != "{":
        return False
    after = not state.pending and bool(state.tokens) and state.tokens[-1].type in _ENDS
    if not (after or state.src[state.pos - 1 : state.pos] == "]" or _MEANT.match(state.src, state.pos)):
        return False
    state.push("attributes", "", 0)
    state.pos += 1
    return True

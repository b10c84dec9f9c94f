"""Characters that nobody sees, or that steer what shows them: one list, wherever a text is kept or shown.

Controls, marks that turn the direction of words around, marks without width, tags, halves of pairs, private
ones and those that are none for ever. The list is written out, since a category of Unicode grows with its
versions, and what was lawful to record stays so.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

UNSEEN: Final = (
    *((0x0000, 0x001F), (0x007F, 0x009F), (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C)),
    *((0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F), (0x2028, 0x202E)),
    *((0x2060, 0x206F), (0x3164, 0x3164), (0xD800, 0xF8FF), (0xFDD0, 0xFDEF), (0xFEFF, 0xFEFF)),
    *((0xFFA0, 0xFFA0), (0xFFF9, 0xFFFB), (0xFFFE, 0xFFFF), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A)),
    *((plane << 16 | 0xFFFE, plane << 16 | 0xFFFF) for plane in range(1, 15)),
    *((0xE0000, 0xE0FFF), (0xF0000, 0x10FFFF)),
)
"""First and last of each range."""
INSTEAD: Final = "\ufffd"
"""What is shown in place of one."""
_UNSEEN: Final = re.compile(f"[{''.join(f'{chr(first)}-{chr(last)}' for first, last in UNSEEN)}]")
_UNSEEN_IN_LINES: Final = re.compile(f"(?!\n){_UNSEEN.pattern}")
_BLANK: Final = frozenset("\u2800\U0001d159")
"""Signs that are drawn as nothing: no act was ever refused for one, so they are not on the list."""
_MOST_MARKS: Final = 4
"""That stand on one character: more would be drawn over what is around them (UTS #39, section 5.4)."""
_PLAIN: Final = bytes(range(ord(" "), ord("~") + 1))
"""What most texts are made of; taken out first, for a pattern takes twenty times as long over each."""


def unseen(text: str, *, lines: bool = False) -> str | None:
    """Return the first character of ``text`` that nobody sees; None without.

    Args:
        lines: Whether the text may have several lines, ended by a line feed alone.
    """
    if text.isascii() and text.isprintable():
        return None
    rest = text.encode("utf-8", "surrogatepass").translate(None, _PLAIN + b"\n" if lines else _PLAIN)
    found = _UNSEEN.search(rest.decode("utf-8", "surrogatepass")) if rest else None
    return found[0] if found else None


def unseen_fault(texts: Iterable[str]) -> str | None:
    """Return what is wrong with the first of ``texts`` that has such a character; None if none has."""
    found = next((c for c in (unseen(text, lines=True) for text in texts) if c), None)
    return f"it has {named(found)}, which nobody would see; remove it" if found else None


def named(character: str) -> str:
    """Return a character as ``U+200B (ZERO WIDTH SPACE)``."""
    name = unicodedata.name(character, "a control or unassigned character")
    return f"U+{ord(character):04X} ({name})"


def is_line(text: str) -> bool:
    """Tell whether ``text`` is one line of characters that can be seen, in Unicode's composed form."""
    return text.isprintable() and not unseen(text) and unicodedata.is_normalized("NFC", text)


def in_json(written: str) -> str:
    r"""Return JSON with each such character within its strings escaped, as ``\u202e``: it says the same."""
    return _UNSEEN_IN_LINES.sub(lambda found: json.dumps(found[0])[1:-1], written)


def visible(text: str, *, lines: bool = True) -> str:
    """Return ``text`` with each such character made visible, and each that this program does not know.

    So is a mark that has nothing of the text to stand on, or stands on more marks than can be read: it would
    be drawn over what others wrote.
    """
    if text.isascii() and text.isprintable():
        return text
    shown, marks = [], _MOST_MARKS
    for c in text:
        if lines and c == "\n":
            marks = _MOST_MARKS
        elif is_mark(c):
            marks += 1
        else:
            marks = 0
        shown.append(c if (_is_seen(c) or (lines and c == "\n")) and marks <= _MOST_MARKS else INSTEAD)
    return "".join(shown)


def is_mark(c: str) -> bool:
    """Tell whether a character is drawn on the one before it and takes no room of its own."""
    return unicodedata.category(c) in {"Mn", "Me"}


def _is_seen(c: str) -> bool:
    return not _UNSEEN.match(c) and c not in _BLANK and (c.isprintable() or unicodedata.category(c) == "Zs")

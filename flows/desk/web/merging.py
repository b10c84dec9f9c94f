"""Two texts that were begun from the same one: where they are apart, and one text of both.

An assessment is compared field by field, as far as both have the same parts, exemptions and factors; a letter
paragraph by paragraph. Where only one of the two changed something, that is proposed.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from flows.sources.yaml_edit import written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from flows.sources.strict_yaml import Node


class Side(StrEnum):
    """Whose words."""

    MINE = "mine"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """One place at which two texts are apart.

    Attributes:
        place: A path in an assessment; of a letter which of the places it is, from 1.
        mine, theirs: What stands there; empty where nothing does.
        proposed: Whose words are proposed; None where both changed them.
    """

    place: str
    mine: str
    theirs: str
    proposed: Side | None


_Steps = tuple[str | int, ...]
_Piece = Any


def apart(before: Node | None, mine: Node, theirs: Node) -> tuple[Apart, ...]:
    """Return where two assessments are apart.

    Args:
        before: What both were begun from; None where that is not known.
    """
    return tuple(
        Apart(
            place=_shown(steps),
            mine=_words(mine_here),
            theirs=_words(theirs_here),
            proposed=_proposed(before_here, mine_here, theirs_here),
        )
        for steps, before_here, mine_here, theirs_here in _apart((), before, mine, theirs)
    )


def joined(before: Node | None, mine: Node, theirs: Node, chosen: Mapping[str, Side]) -> Node:
    """Return one assessment of two.

    Args:
        chosen: Whose words stand at each place at which they are apart.
    """
    made = theirs
    for steps, _, mine_here, _ in _apart((), before, mine, theirs):
        if chosen[_shown(steps)] is Side.MINE:
            made = _set(made, steps, mine_here)
    return made


def _apart(
    steps: _Steps, before: _Piece, mine: _Piece, theirs: _Piece
) -> Iterator[tuple[_Steps, _Piece, _Piece, _Piece]]:
    if mine == theirs:
        return
    if isinstance(mine, dict) and isinstance(theirs, dict):
        was = before if isinstance(before, dict) else {}
        for key in dict.fromkeys((*theirs, *mine)):
            yield from _apart((*steps, key), was.get(key), mine.get(key), theirs.get(key))
    elif isinstance(mine, list) and isinstance(theirs, list) and len(mine) == len(theirs):
        same = isinstance(before, list) and len(before) == len(mine)
        for at, (one, other) in enumerate(zip(mine, theirs, strict=True)):
            yield from _apart((*steps, at), before[at] if same else None, one, other)
    else:
        yield steps, before, mine, theirs


def _proposed(before: object, mine: object, theirs: object) -> Side | None:
    if before == mine:
        return Side.THEIRS
    return Side.MINE if before == theirs else None


def _shown(steps: Sequence[str | int]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")


def _words(value: Node | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    return written({"": value} if isinstance(value, list) else value).removeprefix('"":').strip("\n")


def _set(node: _Piece, steps: Sequence[str | int], value: _Piece) -> _Piece:
    if not steps:
        return value
    step, *rest = steps
    if isinstance(step, int):
        return [_set(each, rest, value) if at == step else each for at, each in enumerate(node)]
    made = _set(node.get(step), rest, value)
    return {
        **{key: each for key, each in node.items() if key != step},
        **({} if made is None else {step: made}),
    }


# Letters


def paragraphs_apart(before: str, mine: str, theirs: str) -> tuple[Apart, ...]:
    """Return where two letters are apart."""
    known = set(_paragraphs(before))
    return tuple(
        Apart(
            place=str(number),
            mine="\n\n".join(one),
            theirs="\n\n".join(other),
            proposed=(
                Side.THEIRS
                if set(one) <= known and not known.issuperset(other)
                else Side.MINE
                if set(other) <= known and not known.issuperset(one)
                else None
            ),
        )
        for number, (one, other, same) in enumerate(_hunks(mine, theirs), start=1)
        if not same
    )


def paragraphs_joined(mine: str, theirs: str, chosen: Mapping[str, Side]) -> str:
    """Return one letter of two; ``chosen`` as for ``joined``."""
    made: list[str] = []
    for number, (one, other, same) in enumerate(_hunks(mine, theirs), start=1):
        made += one if not same and chosen[str(number)] is Side.MINE else other
    return "\n\n".join(made) + "\n"


def _hunks(mine: str, theirs: str) -> Iterator[tuple[list[str], list[str], bool]]:
    one, other = _paragraphs(mine), _paragraphs(theirs)
    for what, i, j, k, m in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        yield one[i:j], other[k:m], what == "equal"


def _paragraphs(text: str) -> list[str]:
    return [each.strip("\n") for each in text.split("\n\n") if each.strip()]

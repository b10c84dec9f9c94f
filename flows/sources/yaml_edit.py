"""YAML with other values in it, and everything else as somebody wrote it: comments, order, line ends.

What a form changes goes into the lines that say it. A comment stays before what it stood before, and goes
with that when it is taken out. What is written anew is read back before it is given out.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Final, cast

import yaml

from flows.domain.errors import MalformedError
from flows.sources.strict_yaml import HIDDEN, LOADER, SHOWN, UNREADABLE, scan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from flows.sources.strict_yaml import Node

_WORD: Final = re.compile(r"(?!(?:null|true|false|yes|no|on|off|y|n)\Z)[a-z][a-z-]*")
_STEP: Final = 2
"""Columns from a key to what stands under it."""
_SHORT: Final = 80
"""Characters of a list that stands on the line of its key."""


def edited(text: str, content: Node) -> str:
    """Return a text of YAML that says ``content``, as far as it can be in the words of ``text``.

    Args:
        text: What ``strict_yaml`` reads without a fault, or nothing.
        content: Keys with values.
    """
    assert isinstance(content, dict)  # noqa: S101 - every file of ours is keys with values
    hidden = text.translate(HIDDEN)
    root = yaml.compose(hidden, Loader=LOADER)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        return written(content)
    lines = hidden.rstrip("\n").split("\n")
    last = _last_line(root, lines)
    made = "\n".join([*_mapping(root, lines, 0, content), *lines[last + 1 :]]).translate(SHOWN) + "\n"
    return made if _says(made, content) else written(content)


def written(content: Node) -> str:
    """Return content as YAML that nobody wrote before."""
    assert isinstance(content, dict)  # noqa: S101 - as above
    return "\n".join(_pairs(content, 0)) + "\n"


def _says(text: str, content: Node) -> bool:
    try:
        read = scan(text.encode(), "")
    except MalformedError:
        return False
    return read.content == content and not read.faults


# What is written anew


def _pairs(content: Mapping[str, Node], indent: int) -> list[str]:
    return [line for key, value in content.items() for line in _pair(key, value, indent)]


def _pair(key: str, value: Node, indent: int) -> list[str]:
    return _value(f"{' ' * indent}{_scalar(key)}:", value, indent + _STEP)


def _item(value: Node, indent: int) -> list[str]:
    if isinstance(value, dict) and value:
        return _dashed(_pairs(value, indent + _STEP), indent)
    return _value(f"{' ' * indent}-", value, indent + _STEP)


def _value(head: str, value: Node, indent: int) -> list[str]:
    """Return a value after what it belongs to, ``key:`` or a dash; what does not fit there stands below."""
    if isinstance(value, str):
        return _text(head, value, indent)
    if not value:
        return [f"{head} {'{}' if isinstance(value, dict) else '[]'}"]
    if isinstance(value, dict):
        return [head, *_pairs(value, indent)]
    flow = f"[{', '.join(_quoted(each) for each in value if isinstance(each, str))}]"
    if all(isinstance(each, str) for each in value) and len(flow) < _SHORT:
        return [f"{head} {flow}"]
    return [head, *(line for each in value for line in _item(each, indent))]


def _text(head: str, text: str, indent: int) -> list[str]:
    inner = text.removesuffix("\n")
    if text.endswith("\n") and inner and inner == inner.strip() and not UNREADABLE.search(text):
        lines = (f"{' ' * indent}{line}" if line else "" for line in inner.split("\n"))
        return [f"{head} |", *lines]
    return [f"{head} {_scalar(text)}"]


def _scalar(text: str) -> str:
    return text if _WORD.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    safe = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\U0000000A")
    return '"' + UNREADABLE.sub(lambda found: f"\\U{ord(found[0]):08X}", safe) + '"'


def _dashed(lines: list[str], indent: int) -> list[str]:
    """Return the lines of an item with its dash; comments before its first key stand before the dash."""
    first = next(at for at, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#"))
    before = [" " * indent + line.lstrip() if line.strip() else "" for line in lines[:first]]
    return [*before, f"{' ' * indent}- {lines[first].lstrip()}", *lines[first + 1 :]]


# What was there


def _mapping(node: yaml.MappingNode, lines: list[str], start: int, content: Mapping[str, Node]) -> list[str]:
    """Return the lines of keys that stand from line ``start`` on, with the values of ``content``."""
    indent, there, order = node.start_mark.column, dict[str, list[str]](), list[str]()
    for key, value in node.value:
        last = _last_line(value, lines)
        name = _read(key)
        if name in content and name not in there:
            order.append(name)
            there[name] = _kept_pair(key, value, lines, (start, last), content[name])
        start = last + 1
    for before, name in zip([None, *content], content, strict=False):
        if name not in there:
            order.insert(order.index(before) + 1 if before else 0, name)
            there[name] = _pair(name, content[name], indent)
    return [line for name in order for line in there[name]]


def _kept_pair(
    key: yaml.Node, value: yaml.Node, lines: list[str], span: tuple[int, int], new: Node
) -> list[str]:
    start, last = span
    if _read(value) == new:
        return lines[start : last + 1]
    at = key.start_mark.line
    inside = _inside(value, lines, at + 1, new) if value.start_mark.line > at else None
    indent = key.start_mark.column
    return [*lines[start:at], *([lines[at], *inside] if inside else _pair(_read(key), new, indent))]


def _inside(node: yaml.Node, lines: list[str], start: int, new: Node) -> list[str] | None:
    """Return the lines of keys or items with other values; None where they are to be written anew."""
    if getattr(node, "flow_style", True) or not new:
        return None
    if isinstance(node, yaml.MappingNode) and isinstance(new, dict):
        return _mapping(node, lines, start, new)
    if isinstance(node, yaml.SequenceNode) and isinstance(new, list):
        return _sequence(node, lines, start, new)
    return None


def _sequence(node: yaml.SequenceNode, lines: list[str], start: int, new: Sequence[Node]) -> list[str]:
    column, spans = node.start_mark.column, list[tuple[int, int]]()
    for each in node.value:
        last = _last_line(each, lines)
        spans.append((start, last))
        start = last + 1
    made: list[str] = []
    for at, value in _aligned([_read(each) for each in node.value], new):
        if at is None:
            made += _item(value, column)
        else:
            made += _kept_item(node.value[at], lines, spans[at], column, value)
    return made


def _aligned(old: Sequence[Node], new: Sequence[Node]) -> Iterator[tuple[int | None, Node]]:
    """Yield each new value with the place of the old one that it is, or that it takes the place of."""
    one, other = (list(map(repr, values)) for values in (old, new))
    for _, i, j, k, m in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        for place in range(k, m):
            at = i + place - k
            yield (at if at < j else None), new[place]


def _kept_item(node: yaml.Node, lines: list[str], span: tuple[int, int], column: int, new: Node) -> list[str]:
    start, last = span
    if _read(node) == new:
        return lines[start : last + 1]
    dash = next(at for at in range(start, last + 1) if lines[at].startswith(" " * column + "-"))
    on_its_line = node.start_mark.line == dash
    if on_its_line and isinstance(node, yaml.MappingNode) and isinstance(new, dict) and new:
        bare = [*lines[:dash], f"{' ' * column} {lines[dash][column + 1 :]}", *lines[dash + 1 :]]
        if inside := _inside(node, bare, dash, new):
            return [*lines[start:dash], *_dashed(inside, column)]
    return [*lines[start:dash], *_item(new, column)]


def _last_line(node: yaml.Node, lines: Sequence[str]) -> int:
    """Return the last line of a value; what follows it, comments and empty lines, is of the next one."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last, lines)
    end = node.end_mark.line if node.end_mark.column else node.end_mark.line - 1
    end = max(min(end, len(lines) - 1), node.start_mark.line)
    while end > node.start_mark.line and not lines[end].strip():
        end -= 1
    return end


def _read(node: yaml.Node) -> Any:  # noqa: ANN401 - text, a list, or keys with values
    if isinstance(node, yaml.ScalarNode):
        return cast("str", node.value).translate(SHOWN)
    if isinstance(node, yaml.SequenceNode):
        return [_read(each) for each in node.value]
    assert isinstance(node, yaml.MappingNode)  # noqa: S101 - there are no others
    return {_read(key): _read(value) for key, value in node.value}

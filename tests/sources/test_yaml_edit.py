"""YAML with other values in it: what it then says, and what stays as it was written."""

from __future__ import annotations

import random
from copy import deepcopy
from datetime import date
from difflib import unified_diff
from typing import TYPE_CHECKING, Any, Final

import pytest
from sampling import sampled

from flows.casework.starting import start
from flows.domain.provisions import provisions
from flows.domain.starting import exemptions_named
from flows.files import folder
from flows.sources import yaml_edit
from flows.sources.strict_yaml import scan
from flows.sources.yaml_edit import edited, written

if TYPE_CHECKING:
    from collections.abc import Callable

COMMENTED: Final = """\
# At the head.
reference: 1/26
parts:
  # Before the part.
  - information: the plan

    # Before the outcome.
    outcome: withhold
    exemptions: ["31(1)", '40(2)']
    favouring:
      - text: |
          One.
        weight: limited
      # Before the second.
      - Two.
      - Three.
# At the end.
"""
LAW: Final = provisions("foia")


def _set(*steps: str | int, to: object) -> Callable[[Any], None]:
    def change(content: Any) -> None:
        *way, last = steps
        for step in way:
            content = content[step]
        content[last] = to

    return change


def _out(*steps: str | int) -> Callable[[Any], None]:
    def change(content: Any) -> None:
        *way, last = steps
        for step in way:
            content = content[step]
        del content[last]

    return change


EDITS: Final[dict[str, tuple[Callable[[Any], None], list[str], list[str]]]] = {
    "a value": (
        _set("parts", 0, "outcome", to="disclose"),
        ["    outcome: withhold"],
        ["    outcome: disclose"],
    ),
    "a value of several lines": (
        _set("parts", 0, "outcome", to="One.\n\n- two: # three\n"),
        ["    outcome: withhold"],
        ["    outcome: |", "      One.", "", "      - two: # three"],
    ),
    "a key, with the comment before it": (
        _out("parts", 0, "outcome"),
        ["", "    # Before the outcome.", "    outcome: withhold"],
        [],
    ),
    "an item, with the comment before it": (
        _out("parts", 0, "favouring", 1),
        ["      # Before the second.", "      - Two."],
        [],
    ),
    "the first item": (
        _out("parts", 0, "favouring", 0),
        ["      - text: |", "          One.", "        weight: limited"],
        [],
    ),
    "the first key of an item": (
        _out("parts", 0, "favouring", 0, "text"),
        ["      - text: |", "          One.", "        weight: limited"],
        ["      - weight: limited"],
    ),
    "a list in one line": (
        _set("parts", 0, "exemptions", to=["31(3)"]),
        ["""    exemptions: ["31(1)", '40(2)']"""],
        ['    exemptions: ["31(3)"]'],
    ),
    "a key more": (_set("source", to="x y"), [], ['source: "x y"']),
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_is_not_changed_stays_as_it_was_written(edit: str) -> None:
    change, gone, new = EDITS[edit]
    text = COMMENTED
    content: Any = deepcopy(scan(text.encode(), "").content)
    change(content)
    made = edited(text, content)
    lines = [*unified_diff(text.split("\n"), made.split("\n"), n=0, lineterm="")][2:]
    assert [line[1:] for line in lines if line.startswith("-")] == gone
    assert [line[1:] for line in lines if line.startswith("+")] == new
    assert scan(made.encode(), "").content == content


def test_a_text_that_says_it_already_stays_to_the_letter() -> None:
    for text in (*_assessments(), COMMENTED):
        assert edited(text, scan(text.encode(), "").content) == text


HOSTILE: Final = (
    *(
        "",
        "- a\n",
        "null",
        "~",
        " before",
        "after ",
        "a: b",
        '"q"',
        "C:\\temp\\new",
        "\\\\srv\\new\nx\n",
        "\x07",
    ),
    *(
        "é\u2028z",
        "#x",
        "? y",
        "---\n...\n",
        "\ufeffz",
        "{",
        "[a]",
        "*a",
        "!t",
        "&b",
        "on",
        "tab\tx\n",
        "   \n",
    ),
    *(
        "\nfoo\n",
        "a\r",
        "123",
        "👍\n",
        "x\n\n",
        "two\n\nparagraphs # and no comment\n",
        "\u0085",
        "\x7f",
        "%YAML 1.2",
    ),
)


@pytest.mark.parametrize("seed", sampled([*range(12)]))
def test_whatever_is_put_in_is_read_back_as_it_was(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(seed)  # noqa: S311 - no secret
    anew: list[object] = []

    def noted(content: Any) -> str:
        anew.append(content)
        return written(content)

    monkeypatch.setattr(yaml_edit, "written", noted)
    for _ in range(40):
        text = dice.choice(_assessments())
        content: Any = deepcopy(scan(text.encode(), "").content)
        for _ in range(dice.randrange(1, 6)):
            _change_something(content, dice)
        made = edited(text, content)
        assert scan(made.encode(), "").content == content
        assert scan(written(content).encode(), "").content == content
    assert anew == []  # in every one of them what was not changed is still as it was written


def _change_something(node: Any, dice: random.Random) -> None:
    new: list[Any] = [dice.choice(HOSTILE), [], {}, [dice.choice(HOSTILE)], {"a": dice.choice(HOSTILE)}]
    if isinstance(node, dict):
        key = dice.choice([*node])
        if isinstance(node[key], dict | list) and node[key] and dice.random() < 0.7:
            _change_something(node[key], dice)
        elif dice.random() < 0.2 and len(node) > 1:
            del node[key]
        else:
            node[dice.choice([key, "harm", "zz"])] = dice.choice(new)
    elif dice.random() < 0.2:
        node.pop(dice.randrange(len(node)))
    elif dice.random() < 0.3:
        node.insert(dice.randrange(len(node)), dice.choice(new))
    else:
        at = dice.randrange(len(node))
        if isinstance(node[at], dict | list) and node[at]:
            _change_something(node[at], dice)
        else:
            node[at] = dice.choice(new)


def _assessments() -> list[str]:
    starts = ["31(1)(a)", "31(3) by virtue of 31(1)(a)", "40(2)", "36(2)", "43(2)"]
    begun = start("1/26", exemptions_named(starts, LAW, on=date(2026, 1, 1), body=None), LAW, body=None)
    examples = (path.read_text("utf-8") for path in sorted(folder("cases").glob("*/assessment.yaml")))
    return [begun, *examples]

"""Texts that tell who asked, or nearly do; the sentences of ordinary notices.

``naming/first.txt`` was at hand when the search was written; ``kept.txt`` and ``second.txt`` were kept
aside, and docs/checks.md says how the search did on them when it first saw them. A line
with @ is an applicant, + a text that tells of them, - one that does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flows.sources.applicant import Applicant, applicant

if TYPE_CHECKING:
    from collections.abc import Iterator

_HERE: Final = Path(__file__).parent
_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-f]{4})|(.))")
_ESCAPES: Final = {"n": "\n", "t": "\t", "\\": "\\"}


@dataclass(frozen=True)
class NamingCase:
    """A text beside an applicant."""

    who: str
    applicant: Applicant
    text: str
    tells: bool


def naming_cases(name: str) -> Iterator[NamingCase]:
    who, asked = "", Applicant()
    for line in lines_of("naming", name):
        if line[0] == "@":
            who, asked = line[2:], applicant(**fields_of(line[2:]))
        else:
            yield NamingCase(who, asked, _unescaped(line[2:]), line[0] == "+")


def ordinary_sentences() -> list[str]:
    return lines_of("naming", "ordinary")


def ordinary_names() -> list[str]:
    return lines_of("naming", "ordinary_names")


def lines_of(folder: str, name: str) -> list[str]:
    text = (_HERE / folder / f"{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.split("\n") if line]


def fields_of(line: str) -> dict[str, str]:
    fields = dict(field.split(": ", 1) for field in line.split(" | "))
    return {key: _unescaped(value.removeprefix("|").strip('"')) for key, value in fields.items()}


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else _ESCAPES[found[2]], text)

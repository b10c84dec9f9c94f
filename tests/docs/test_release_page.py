"""The page on files that are released, compared with what looks through them."""

from __future__ import annotations

import re

from console_blocks import DOCS

from flows.release import MEANINGS
from flows.release.kinds import KINDS

_PAGE = (DOCS / "release.md").read_text(encoding="utf-8")


def test_every_code_is_in_the_table_with_its_meaning() -> None:
    shown = re.findall(r"^\| `(HIDDEN_[A-Z]+)` \| (.+) \|$", _PAGE, re.MULTILINE)

    assert shown == [(code, meaning) for code, (meaning, _) in MEANINGS.items()]


def test_the_endings_are_those_that_are_looked_through() -> None:
    rows = re.findall(r"^\| (`\..*?) \|", _PAGE, re.MULTILINE)

    assert {*re.findall(r"`(\.\w+)`", " ".join(rows))} == KINDS.keys()

"""The page on papers, compared with the code that checks and signs them."""

from __future__ import annotations

import re
import tomllib

from console_blocks import DOCS

from flows.document.inspection.noticing import MEANINGS
from flows.document.signing import credential

_PAGE = (DOCS / "papers.md").read_text(encoding="utf-8")


def test_every_code_of_the_checks_is_in_the_table_with_its_meaning() -> None:
    shown = re.findall(r"^\| `(PDF_[A-Z_]+)` \| (.+) \|$", _PAGE, re.MULTILINE)

    assert shown == [(code, meaning) for code, (meaning, _) in MEANINGS.items()]


def test_every_setting_of_a_seal_is_shown_and_each_example_is_one() -> None:
    examples = re.findall(r"```toml\n(.*?)```", _PAGE, re.DOTALL)

    assert len(examples) == 3
    assert {name for example in examples for name in tomllib.loads(example)} == credential.SETTINGS_KNOWN
    for example in examples:
        assert list(credential.faults(tomllib.loads(example))) == []

"""The version of the rules is raised when they change."""

from __future__ import annotations

import hashlib
from pathlib import Path

import flows.domain
from flows.domain.checks.ruleset import VERSION

_OF_VERSION = {
    "1": "50283598fa92d2322e6ea7969bc55a5c95387633a16ae736647098f9b5eaf6f0",
}
"""The digest of the rules and of the law, under each version of the rules."""


def digest() -> str:
    here = Path(flows.domain.__path__[0])
    files = [*sorted(here.glob("checks/*.py")), *sorted(here.glob("law/*.toml"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def test_what_the_rules_notice_has_a_version() -> None:
    assert digest() == _OF_VERSION[VERSION], (
        "the rules or the law changed: if they now notice something else in a paper published before, "
        "raise VERSION in flows/domain/checks/ruleset.py; in any case write this digest beside it"
    )

"""The version of the rules is raised when they change."""

from __future__ import annotations

import hashlib
from pathlib import Path

import flows.domain
from flows.domain.checks.ruleset import VERSION

_OF_VERSION = {
    "1": "9c3a5bc1be5be6b26d6294149e363b2b95aeddc503b4b5e08f8620e0fef105dc",
}
"""The digest of the rules and of the law, under each version of the rules."""


def digest() -> str:
    here = Path(flows.domain.__path__[0])
    read = ("assessment.py", "citation.py", "provisions.py", "request_file.py")
    files = [*sorted(here.glob("checks/*.py")), *sorted(here.glob("law/*.toml")), *map(here.joinpath, read)]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def test_what_the_rules_notice_has_a_version() -> None:
    assert digest() == _OF_VERSION[VERSION], (
        "the rules or the law changed: if they now notice something else in a paper published before, "
        "raise VERSION in flows/domain/checks/ruleset.py; in any case write this digest beside it"
    )

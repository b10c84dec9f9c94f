"""The version of the rules is raised when they notice something else."""

from __future__ import annotations

import hashlib

from test_rules import EXAMPLES

from flows.domain.checks import VERSION

_OF_VERSION = {
    "1": "91b2ce5a857ad23e98caa41da58ee79cd22e45ca0057c3c24b3dcfb3b2f09902",
    "2": "e565f95f2b55ab822473adfaf899f02c2f325310b03332995e3e1ebe9b60c636",
}
"""The digest of what the rules notice in the examples, under each version of the rules."""


def digest() -> str:
    """Return the digest of what every example is said to trip over; test_rules.py shows that it does."""
    noticed = (
        f"{each.rule} {each.name}: {'; '.join(f'{severity} {place}' for severity, place, _ in each.found)}\n"
        for each in EXAMPLES
    )
    return hashlib.sha256("".join(noticed).encode()).hexdigest()


def test_what_the_rules_notice_has_a_version() -> None:
    assert digest() == _OF_VERSION[VERSION], (
        "something else is noticed: where an example is new, write this digest beside the version; where "
        "one of before is noticed otherwise, raise VERSION in flows/domain/checks/__init__.py too"
    )

"""The findings of the checks as a submission records them: one line each, in the signed statement.

``X06 block parts[0].exemptions[1]``. Whoever decides, and whoever audits years later, can see what the
writer was told, under which version of the rules, and what a sign-off officer overrode.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.domain.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flows.domain.finding import Finding

CODE: Final = re.compile(r"[A-Z][0-9]{2}")
PLACE: Final = re.compile(r"[a-z0-9.\[\]-]{0,120}")
_WORDS: Final = {
    Severity.BLOCK: ("overridden finding", "overridden findings"),
    Severity.WARN: ("warning", "warnings"),
    Severity.NOT_RUN: ("rule not run", "rules not run"),
}
"""What is recorded, and what it is called; a mere information is not."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Noted:
    """One finding, as far as it is recorded."""

    code: str
    severity: Severity
    place: str

    def __str__(self) -> str:
        return f"{self.code} {self.severity} {self.place}".rstrip()


def note(findings: Iterable[Finding]) -> str:
    """Return the findings as lines, each once, in order."""
    kept = {
        Noted(code=finding.code, severity=finding.severity, place=finding.place)
        for finding in findings
        if finding.severity in _WORDS
    }
    return "\n".join(map(str, sorted(kept)))


def read_noted(text: str) -> tuple[Noted, ...]:
    """Return the findings in such lines.

    Raises:
        ValueError: it is not what ``note`` writes.
    """
    found = tuple(_read(line) for line in text.splitlines())
    if "\n".join(map(str, sorted(set(found)))) != text:
        raise ValueError("not in order, or not each once")
    return found


def counted(found: Iterable[Noted]) -> str:
    """Return how many there are of each kind, in words; empty for none.

    What would stop a submission that was made is what somebody overrode.
    """
    severities = Counter(each.severity for each in found)
    return ", ".join(
        f"{severities[severity]} {one if severities[severity] == 1 else many}"
        for severity, (one, many) in _WORDS.items()
        if severities[severity]
    )


def _read(line: str) -> Noted:
    code, severity, place = [*line.split(" "), "", ""][:3]
    if not CODE.fullmatch(code) or not PLACE.fullmatch(place) or severity not in _WORDS:
        raise ValueError("a finding has a code, a severity and a place")
    return Noted(code=code, severity=Severity(severity), place=place)

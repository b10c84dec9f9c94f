"""Something a check or an audit noticed, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Severity(StrEnum):
    """What a finding does: stop, warn, inform, or say that a rule could not run."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"
    NOT_RUN = "not-run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing noticed.

    Attributes:
        code: The rule or the attack, as ``X03`` or ``E_TREE``.
        place: Where, as a path in the assessment or an entry and file of the register.
        sentence: What is so, in plain words, without the text of a case.
        mend: What to do about it.
        span: From which character to which of the text at ``place``; None where it is all of it.
        citation: What the rule rests on, as ``FOIA s.2(2)(b)`` or ``good practice``; empty for an audit's
            finding.
        final: No reason overrides it, since it is never a matter of opinion.
    """

    code: str
    severity: Severity
    place: str
    sentence: str
    mend: str
    span: tuple[int, int] | None = None
    citation: str = ""
    final: bool = False


def blocking(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that stop a submission."""
    return tuple(finding for finding in findings if finding.severity is Severity.BLOCK)

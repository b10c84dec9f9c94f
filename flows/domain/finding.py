"""Something a check or an audit noticed, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
    """

    code: str
    severity: Severity
    place: str
    sentence: str
    mend: str

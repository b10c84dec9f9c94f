"""The conformance checker: PDF/UA-1 and PDF/A-2a, by rules that somebody else wrote."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import page

from flows.document.inspection.noticing import finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.finding import Finding

PROFILES: Final = {"ua1": "PDF/UA-1", "2a": "PDF/A-2a"}
"""What every paper claims to be, by the checker's names."""
_LIMITS: Final = page.SafetyLimits(max_reference_depth=5000)
"""Each bookmark refers to the next, so that many of one level are one long chain to the checker."""


def conformance(pdf: bytes) -> Iterator[Finding]:
    """Yield each rule of PDF/UA-1 and of PDF/A-2a that ``pdf`` breaks."""
    for profile, name in PROFILES.items():
        try:
            report = page.validate_pdf_bytes(pdf, profile=profile, limits=_LIMITS)
            rules = dict.fromkeys(each.rule_id for each in report.failures)
        except page.SafetyLimitError:
            yield finding("PDF_CONFORMS", name, "The checker gave up: the file is too large or too deep.")
            continue
        except page.PageError as error:
            rules = {type(error).__name__: None}
        for rule in rules:
            yield finding("PDF_CONFORMS", f"{name}, {rule}", f"The file breaks a rule of {name}.")


def checker() -> str:
    """Return the name and version of the checker."""
    return f"page-validation {version('page-validation')}"

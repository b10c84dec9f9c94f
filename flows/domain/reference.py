"""A case's reference: as the authority writes it, as a path, and what makes two the same."""

from __future__ import annotations

import re
from typing import Final

from flows.domain.errors import Fault, MalformedError

PATTERN: Final = r"[A-Za-z0-9][A-Za-z0-9._/-]{0,39}"
_REFERENCE: Final = re.compile(PATTERN)
FIRST_ENDING: Final = "-response"
ENDINGS: Final = (
    FIRST_ENDING,
    *("-clarification", "-fees", "-extension", "-cost", "-vexatious", "-transfer", "-review", "-schedule"),
)
"""How no new reference ends: with what tells the papers of one case apart."""


def parse_reference(text: str, *, source: str = "reference") -> str:
    """Return ``text`` if it is a reference.

    Raises:
        MalformedError: it is not; the text itself is not repeated.
    """
    if (
        not _REFERENCE.fullmatch(text)
        or any(twice in text for twice in ("..", "//"))
        or text.endswith(("/", "."))
        or identity(text) == "policy"
        or identity(text).endswith(FIRST_ENDING)
    ):
        raise MalformedError(
            source,
            Fault(
                path="",
                problem="a reference has up to 40 letters, digits and . _ / - , starts with a letter or "
                "digit, has no '..' or '//', no '/', '.' or -response at its end, and is not the word policy",
            ),
        )
    return text


def parse_new_reference(text: str, *, source: str = "reference") -> str:
    """Return ``text`` if a case may be opened under it.

    Raises:
        MalformedError: it may not; the text itself is not repeated.
    """
    reference = parse_reference(text, source=source)
    if taken := next((each for each in ENDINGS if identity(reference).endswith(each)), None):
        problem = f"no reference ends in {taken}, as the name of a letter does; give it another ending"
        raise MalformedError(source, Fault(path="", problem=problem))
    return reference


def slug(reference: str) -> str:
    """Return the reference as one path component: ``1146A/22`` becomes ``1146A-22``."""
    return reference.replace("/", "-")


def identity(reference: str) -> str:
    """Return what two references that count as the same have in common."""
    return slug(reference).lower()

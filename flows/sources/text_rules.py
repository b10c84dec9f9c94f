"""What may stand in clear, as the caller knows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRules:
    """How to tell what is wrong with a text; each phrase is one fault, and repeats no text.

    Attributes:
        plain: For a field of one line.
        prose: For a field in Markdown.
    """

    plain: Callable[[str], Sequence[str]]
    prose: Callable[[str], Sequence[str]]

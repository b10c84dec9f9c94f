"""What a link carries that nobody sees: words and addresses in its target, RFC 3986 and RFC 6068."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from flows.release.noticing import finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.finding import Finding

_ADDRESS: Final = re.compile(r"[\w.+-]+@[\w-]+\.\w")
_SENTENCE: Final = re.compile(r"(?:[^\W\d_][\w.'\u2019,:;-]*\s+){3}[^\W\d_]")
"""Four words in a row, parted by spaces: hyphens part the words of a title in its address."""
_TOKEN: Final = re.compile(r"[\w+/=.~%-]{80,}")
"""As long as nothing that only names a page."""
_TIMES: Final = 3
"""Encoded over and over, words are words."""


def look_at_link(target: str, place: str) -> Iterator[Finding]:
    """Yield a finding on a link that carries words."""
    if carries_words(target):
        yield finding("HIDDEN_LINK", place, "A link carries words or an address that nobody sees.")


def carries_words(target: str) -> bool:
    """Tell whether the target of a link has words, or somebody's address, beside where it leads.

    What names the page is none of it, nor a place within the file itself.
    """
    try:
        parts = urlsplit(target.strip())
    except ValueError:
        return True
    scheme = parts.scheme.lower()
    if scheme == "mailto":
        return bool(parts.query)
    if scheme == "tel":
        return re.search(r"[^\W\d]{2}", _decoded(parts.path)) is not None
    if not parts.netloc:
        return False
    said = [parts.fragment, *(each for pair in parse_qsl(parts.query) for each in pair)]
    return "@" in parts.netloc or any(map(_says, said))


def _says(text: str) -> bool:
    text = _decoded(text)
    return any(pattern.search(text) for pattern in (_ADDRESS, _SENTENCE, _TOKEN))


def _decoded(text: str) -> str:
    for _ in range(_TIMES):
        text = unquote(text)
    return text

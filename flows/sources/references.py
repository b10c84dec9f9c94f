"""The next reference in an authority's own pattern, as ``FOI-{year}-{number:04}``."""

from __future__ import annotations

import re
from string import Formatter
from typing import TYPE_CHECKING, Final

from flows.domain.errors import Fault, MalformedError
from flows.domain.reference import identity, parse_new_reference

if TYPE_CHECKING:
    from collections.abc import Iterable

_SOURCE: Final = "the pattern of references"
_ADVICE: Final = "write it as FOI-{year}-{number:04}: {number} once, {year} at most once"
_FORMATS: Final = {"year": re.compile(""), "number": re.compile("(0?[1-9])?")}


def check_pattern(pattern: str) -> str:
    """Return ``pattern`` if it makes references.

    Raises:
        MalformedError: it does not.
    """
    fields = [field for _, field in _pieces(pattern) if field]
    if fields.count("number") != 1 or fields.count("year") > 1:
        raise _malformed(_ADVICE)
    return parse_new_reference(pattern.format(year=2022, number=1), source=_SOURCE) and pattern


def next_reference(pattern: str, year: int, taken: Iterable[str]) -> str:
    """Return the reference one past the highest of ``year`` among ``taken``.

    A number once passed over is not given later: a gap may be a reference used elsewhere.

    Raises:
        MalformedError: the pattern makes no references.
    """
    fitting = re.compile(_expression(check_pattern(pattern), year))
    matches = (fitting.fullmatch(identity(reference)) for reference in taken)
    highest = max((int(match["number"]) for match in matches if match), default=0)
    reference = pattern.format(year=year, number=highest + 1)
    return parse_new_reference(reference, source=_SOURCE)


def _expression(pattern: str, year: int) -> str:
    """Return what the identities of the pattern's references match."""
    values = {"year": re.escape(str(year)), "number": "(?P<number>[0-9]+)", "": ""}
    return "".join(re.escape(identity(text)) + values[field] for text, field in _pieces(pattern))


def _pieces(pattern: str) -> list[tuple[str, str]]:
    """Return each stretch of plain text with the field after it, "" where there is none."""
    try:
        pieces = list(Formatter().parse(pattern))
    except ValueError:
        raise _malformed(_ADVICE) from None
    for _, field, spec, conversion in pieces:
        known = field is None or (field in _FORMATS and _FORMATS[field].fullmatch(spec or ""))
        if not known or conversion:
            raise _malformed(_ADVICE)
    return [(text, field or "") for text, field, _, _ in pieces]


def _malformed(problem: str) -> MalformedError:
    return MalformedError(_SOURCE, Fault(path="", problem=problem))

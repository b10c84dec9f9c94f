"""The letters file, by which an authority says what its letters say of it.

    address = ["1 Sample Street", "Sampleton"]   line by line, below the authority's name
    contact = "foi@sample.example"               where to answer, and to ask for a review
    addressee = "The applicant"                  the applicant's name is never in the register
    greeting = "Dear applicant"
    closing = "Yours faithfully"
    signatory = "Head of Information Governance" an office, not a name
    review = "..."                           how to ask for a review, section 17(7)(a), in Markdown

What is left out is as we have it. A review that is empty is told of in our words.
"""

from __future__ import annotations

import unicodedata
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, Final

from flows.casework import texts
from flows.document.characters import character_faults
from flows.document.theme_file import quoted, values_in
from flows.domain.errors import Fault, MalformedError
from flows.domain.letterhead import Letterhead, letterhead_faults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_KNOWN: Final = tuple(field.name for field in fields(Letterhead))


def read_letterhead(path: Path) -> Letterhead:
    """Return what a letters file says.

    Raises:
        MalformedError: no letter may say so, or the file says something else; with every fault.
    """
    return letterhead_of(values_in(path), path.name)


def letterhead_of(given: dict[str, Any], source: str) -> Letterhead:
    """Return what the names of a letters file give.

    Raises:
        MalformedError: as ``read_letterhead``, told of ``source``.
    """
    if faults := tuple(_form_faults(given)):
        raise MalformedError(source, *faults)
    read: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else _tidy(value) for name, value in given.items()
    }
    chosen = Letterhead(**read)
    if faults := tuple(letterhead_faults(chosen)) or tuple(_printing_faults(chosen)):
        raise MalformedError(source, *faults)
    return chosen


def write_letterhead(chosen: Letterhead) -> str:
    """Return the same as a letters file."""
    return "".join(f"{name} = {_written(value)}\n" for name, value in asdict(chosen).items())


def _written(value: str | tuple[str, ...]) -> str:
    return quoted(value) if isinstance(value, str) else f"[{', '.join(map(quoted, value))}]"


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip())


def _form_faults(given: dict[str, Any]) -> Iterator[Fault]:
    for name, value in given.items():
        if name not in _KNOWN:
            yield Fault(path=name, problem=f"is unknown; known are {', '.join(_KNOWN)}")
        elif name == "address":
            if not (isinstance(value, list) and all(isinstance(line, str) for line in value)):
                yield Fault(path=name, problem="a list of lines is needed")
        elif not isinstance(value, str):
            yield Fault(path=name, problem="text is needed")


def _printing_faults(chosen: Letterhead) -> Iterator[Fault]:
    for name, value in asdict(chosen).items():
        for text in [value] if isinstance(value, str) else value:
            looked_at = texts.RULES.prose(text) if name == "review" and text else character_faults(text)
            yield from (Fault(path=name, problem=problem) for problem in looked_at)

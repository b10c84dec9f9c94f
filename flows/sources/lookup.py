"""By what an applicant is looked up: names, addresses of e-mail and telephones, each in the one form of it.

What is returned is only ever digested with a key, for it tells who asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.sources.applicant import applicant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.sources.applicant import Applicant, Person


def kept_of(found: Applicant) -> frozenset[str]:
    """Return everything under which an applicant is to be found."""
    return frozenset(
        [
            *_reached(found),
            *(mark for each in found.people for mark in _kept_of_person(each)),
            *(f"whole {_joined(each)}" for each in found.phrases),
        ]
    )


def sought_by(words: str) -> frozenset[str]:
    """Return what may be kept of the applicants that are meant: a name, an e-mail address or a telephone."""
    found = applicant(words, email=words, telephone=words)
    if reached := frozenset(_reached(found)):
        return reached
    whole = [_joined(each) for each in found.phrases]
    return frozenset(
        [
            *(mark for each in found.people for mark in _sought_by_person(each)),
            *(f"whole {each}" for each in whole),
            # One word alone may be the surname.
            *(f"surname {each}" for each in whole if " " not in each),
        ]
    )


def _reached(found: Applicant) -> Iterator[str]:
    yield from (f"email {each.lower()}" for each in found.emails)
    yield from (f"telephone {each.lstrip('0')}" for each in found.telephones)


def _kept_of_person(person: Person) -> Iterator[str]:
    surname, given = _joined(" ".join(person.surname)), [each.lower() for each in person.given]
    yield f"surname {surname}"
    if given:
        yield f"initial {given[0][0]} {surname}"
        yield f"{'only' if len(given[0]) == 1 else 'name'} {given[0]} {surname}"


def _sought_by_person(person: Person) -> Iterator[str]:
    surname, given = _joined(" ".join(person.surname)), [each.lower() for each in person.given]
    if not given:
        yield f"surname {surname}"
    elif len(given[0]) == 1:
        yield f"initial {given[0]} {surname}"
    else:
        yield f"name {given[0]} {surname}"
        # Whoever gave an initial alone may be meant.
        yield f"only {given[0][0]} {surname}"


def _joined(words: str) -> str:
    return " ".join(words.lower().split())

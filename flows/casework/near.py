"""Earlier tests that are near one: what was published on the same exemptions, by the words of their subjects.

From the catalogue alone. It is a help to remember, and no search: of each exemption only the newest are
looked at, so that it costs the same in the tenth year as in the first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.domain.documents import TEST
from flows.domain.reference import identity

if TYPE_CHECKING:
    from datetime import date

    from flows.casework.office import Office

MOST: Final = 5
_SHORTEST: Final = 4
"""Letters of a word that says what a request is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """An earlier test.

    Attributes:
        provisions: On which both rest.
        published: The local day.
    """

    reference: str
    subject: str
    provisions: tuple[str, ...]
    published: date


def near(office: Office, reference: str, subject: str) -> tuple[Near, ...]:
    """Return the earlier tests that are nearest to that of a case, the nearest first."""
    own = _words(subject)
    found = office.catalogue.alike(identity(reference), TEST.name)
    ranked = sorted(
        found,
        key=lambda each: (len(own & _words(each.subject)), len(each.provisions), each.since),
        reverse=True,
    )
    return tuple(
        Near(
            reference=each.reference,
            subject=each.subject,
            provisions=each.provisions,
            published=each.since,
        )
        for each in ranked[:MOST]
    )


def _words(subject: str) -> set[str]:
    return {word for word in re.findall(r"\w+", subject.casefold()) if len(word) >= _SHORTEST}

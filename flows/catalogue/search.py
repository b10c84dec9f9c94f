"""What is asked of the catalogue, as SQL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

OLDEST_FIRST: Final = "order by received, identity, document <> 'test', document"
MOST_URGENT_FIRST: Final = "order by due = '', due, received, identity, document <> 'test', document"

WAITING: Final = "where open"
"""The very term of the index over the few that are open, without which every row is read."""

_A_CASE: Final = "document <> 'policy'"
_TERMS: Final = {
    "words": "id in (select rowid from words where words match :words)",
    # Whatever begins with the provision and a bracket, which another follows in ASCII.
    "provision": "id in (select id from relied where provision = :provision"
    " or provision >= :provision || '(' and provision < :provision || ')')",
    "stage": "stage = :stage",
    "person": "id in (select id from touched where person = :person)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What somebody looks for; what is empty is not asked for.

    Attributes:
        words: All of which stand in the reference, the subject, the summary or the text; each may go on.
        provision: That is relied on, or anything in it, as ``31(1)``.
        stage: Where it stands.
        person: Who wrote, submitted or decided.
    """

    words: str = ""
    provision: str = ""
    stage: str = ""
    person: str = ""

    def sql(self) -> tuple[str, dict[str, str]]:
        """Return the rest of a selection of documents, and the values in it."""
        # Quoted, so that nothing of it is taken for the language of the index.
        words = " ".join(
            f'"{word}"*' for word in re.findall(r'[^\s"]+', self.words) if re.search(r"\w", word)
        )
        values = {"words": words, "provision": self.provision, "stage": self.stage, "person": self.person}
        terms = [_TERMS[name] for name, value in values.items() if value]
        return f"where {' and '.join([_A_CASE, *terms])} {MOST_URGENT_FIRST}", values

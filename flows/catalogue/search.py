"""What is asked of the catalogue, as SQL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from datetime import date

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
    "person": "id in (select id from touched where person = :person and part <> 'barred')",
}


_TOUCHED: Final = "exists (select 1 from touched t where t.id = documents.id and person ="


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Open documents of some kind; what is None is not asked for.

    Attributes:
        at: The stage.
        at_gates: Whether it has to be a gate, whichever.
        free_for: Who could decide on it, but for their role.
        returned: Whether it was returned before.
        due_before: The first day that is not too late.
        touched_by: Who wrote, submitted or decided.
    """

    at: str | None = None
    at_gates: bool = False
    free_for: str | None = None
    returned: bool | None = None
    due_before: date | None = None
    touched_by: str | None = None

    def sql(self) -> tuple[str, dict[str, Any]]:
        """Return the terms of a selection of documents, and the values in it."""
        asked = {
            "at": ("stage = :at", self.at),
            "at_gates": ("stage in ('legal-review', 'balancing')", "" if self.at_gates else None),
            "free_for": (
                f"not {_TOUCHED} :free_for and part = 'barred')",
                self.free_for,
            ),
            "returned": ("(round > 0) = :returned", self.returned),
            "due_before": (
                "due <> '' and due < :due_before",
                self.due_before and self.due_before.isoformat(),
            ),
            "touched_by": (
                f"{_TOUCHED} :touched_by and part <> 'barred')",
                self.touched_by,
            ),
        }
        terms = [term for term, value in asked.values() if value is not None]
        values = {name: value for name, (_, value) in asked.items() if value is not None}
        return " and ".join([WAITING, *terms]), values


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

"""What is asked of the catalogue, as SQL."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from flows.domain.reference import identity

if TYPE_CHECKING:
    from collections.abc import Collection

OLDEST_FIRST: Final = "order by received, identity, document <> 'test', document"
NEWEST_FIRST: Final = "order by received desc, id desc"
"""As the indexes by receipt, alone and within a stage, have them."""
MOST_URGENT_FIRST: Final = "order by due = '', due, received, identity, document <> 'test', document"

WAITING: Final = "where open"
"""The very term of the index over the few that are open, without which every row is read."""

_A_CASE: Final = "document <> 'policy'"
_LATE: Final = "due <> '' and due < :today"
_TERMS: Final = {
    # Whatever begins with it, as a range of the index, and no pattern.
    "reference": "identity >= :reference and identity < :reference || char(1114111)",
    "stage": "stage = :stage",
    "document": "document = :document",
    "received_from": "received >= :received_from",
    "received_to": "received <= :received_to",
    "due_from": "due >= :due_from",
    "due_to": "due <> '' and due <= :due_to",
    "late": f"{WAITING.removeprefix('where ')} and {_LATE}",
}

COMMON: Final = 5_000
"""Documents from which on what has them is no way to find a few: then others are walked, and asked for it."""
_SETS: Final = {
    "words": ("rowid", "words where words match :words"),
    # Whatever begins with the provision and a bracket, which another follows in ASCII.
    "provision": (
        "id",
        (
            "relied where (provision = :provision"
            " or provision >= :provision || '(' and provision < :provision || ')')"
        ),
    ),
    "person": ("id", "touched where person = :person and part in ('writer', 'decider')"),
}
"""What is found by a table of its own: the column of the document, and the rest of the selection."""

FACETS: Final = {"stage": "stage", "document": "document", "late": f"open and {_LATE}"}
"""What is counted of whatever was found, and by which term."""

_TOUCHED: Final = "exists (select 1 from touched t where t.id = documents.id and person ="
_FREE: Final = (
    f"not {_TOUCHED} :free_for and part = 'barred') and "  # noqa: S608 - our own terms
    f"(not {_TOUCHED} :free_for and part = 'barred-unless') "
    f"or not exists (select 1 from json_each(:deciders) d where not {_TOUCHED} d.value "
    "and part in ('barred', 'barred-unless'))))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """A published document that rests on a provision on which another does.

    Attributes:
        provisions: Those on which both rest.
        since: The local day on which it came to where it stands.
    """

    reference: str
    subject: str
    provisions: tuple[str, ...]
    since: date


LOOKED_AT: Final = 300
"""Of each provision the newest that are looked at for what is alike."""
ALIKE: Final = f"""
with own as (select id from documents where identity = :identity and document = :document),
  shared as (select provision from relied where id = (select id from own))
select d.reference, d.subject, d.since, group_concat(r.provision, ', ')
-- In this order, from the few to the many: "cross" keeps SQLite to it.
from shared s cross join relied r cross join documents d on d.id = r.id
where r.provision = s.provision and r.id >= coalesce((
    select id from relied x where x.provision = s.provision order by id desc limit 1 offset {LOOKED_AT} - 1
  ), 0)
  and d.document = :document and d.stage in ('published', 'sent') and d.id <> (select id from own)
group by d.id
"""  # noqa: S608 - our own number


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Open documents of some kind; what is None is not asked for.

    Attributes:
        at: The stage.
        at_gates: Whether it has to be a gate, whichever.
        free_for: Who could decide on it, but for their role.
        deciders: Everybody who has the role of sign-off: where each had a part in a case that keeps them from
            it, whoever had one may decide for once.
        returned: Whether it was returned before.
        due_before: The first day that is not too late.
        touched_by: Who wrote, submitted or decided.
    """

    at: str | None = None
    at_gates: bool = False
    free_for: str | None = None
    deciders: frozenset[str] = frozenset()
    returned: bool | None = None
    due_before: date | None = None
    touched_by: str | None = None

    def sql(self) -> tuple[str, dict[str, Any]]:
        """Return the terms of a selection of documents, and the values in it."""
        asked = {
            "at": ("stage = :at", self.at),
            "at_gates": ("stage in ('legal-review', 'balancing')", "" if self.at_gates else None),
            "free_for": (_FREE, self.free_for),
            "returned": ("(round > 0) = :returned", self.returned),
            "due_before": (
                "due <> '' and due < :due_before",
                self.due_before and self.due_before.isoformat(),
            ),
            "touched_by": (
                f"{_TOUCHED} :touched_by and part in ('writer', 'decider'))",
                self.touched_by,
            ),
        }
        terms = [term for term, value in asked.values() if value is not None]
        values = {name: value for name, (_, value) in asked.items() if value is not None}
        if self.free_for is not None:
            values["deciders"] = json.dumps(sorted(self.deciders))
        return " and ".join([WAITING, *terms]), values


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What somebody looks for; what is empty is not asked for.

    Attributes:
        reference: With which that of the case begins, in any spelling that counts as the same.
        words: All of which stand in the reference, the subject, the summary or the text; each may go on.
        provision: That is relied on, or anything in it, as ``31(1)``.
        stage: Where it stands.
        document: Its kind.
        person: Who wrote, submitted or decided.
        late: Whether it has to be late, and is open.
    """

    reference: str = ""
    words: str = ""
    provision: str = ""
    stage: str = ""
    document: str = ""
    person: str = ""
    received_from: date | None = None
    received_to: date | None = None
    due_from: date | None = None
    due_to: date | None = None
    late: bool = False

    def sql(self, today: date, common: Collection[str] = ()) -> tuple[str, dict[str, str]]:
        """Return the terms of a selection of documents, and the values in it.

        Args:
            common: What of it very many documents have.
        """
        # Quoted, so that nothing of it is taken for the language of the index.
        words = " ".join(
            f'"{word}"*' for word in re.findall(r'[^\s"\0]+', self.words) if re.search(r"\w", word)
        )
        asked = {each.name: getattr(self, each.name) for each in fields(self)}
        values = {
            name: value.isoformat() if isinstance(value, date) else str(value)
            for name, value in {**asked, "words": words, "reference": identity(self.reference)}.items()
            if value
        }
        terms = [_TERMS[name] if name in _TERMS else _set(name, common) for name in values]
        return " and ".join([f"where {_A_CASE}", *terms]), {**values, "today": today.isoformat()}

    def sets(self, today: date) -> dict[str, tuple[str, dict[str, str]]]:
        """Return, for whatever has a table of its own, how that is asked whether very many have it."""
        _, values = self.sql(today)
        return {
            name: (f"select 1 from {rest} limit 1 offset {COMMON}", {name: values[name]})  # noqa: S608 - our own
            for name, (_, rest) in _SETS.items()
            if name in values
        }


def _set(name: str, common: Collection[str]) -> str:
    column, rest = _SETS[name]
    # With a sign before it no index is used for it: each document that is walked is looked up in the set.
    return f"{'+' if name in common else ''}id in (select {column} from {rest})"  # noqa: S608 - our own


def telling_apart(terms: str, most: int) -> str:
    """Return the selection of some documents, ``most`` at most and the newest first, as one text of JSON.

    Of each its id and what is told apart of it: they are found once, for the counts and for their page.
    """
    told_apart = ", ".join(f"{term} as {name}" for name, term in FACETS.items())
    some = f"select id, {told_apart} from documents {terms} {NEWEST_FIRST} limit {most}"  # noqa: S608 - our own terms
    return f"select json_group_array(json_array(id, {', '.join(FACETS)})) from ({some})"  # noqa: S608 - as above


_ENTRIES: Final = {
    "sequence": "sequence = cast(:sequence as integer)",
    "kind": "kind = :kind",
    "person": "person = :person",
    "reference": "reference = :reference",
    "since": "at >= :since",
    # A day and a moment of it are compared as texts: the day after begins what is too late.
    "until": "at < :until || 'U'",
    # In the very words of the index, which has these few alone.
    "attested": "attested and :attested <> ''",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """Entries of the register that are looked for; what is empty is not asked for.

    Attributes:
        reference: Of the case, as it is written there, or ``policy``.
        since, until: Days of UTC, as 2022-11-07.
        attested: Anything but empty, for what a sign-in attests.
    """

    sequence: str = ""
    kind: str = ""
    person: str = ""
    reference: str = ""
    since: str = ""
    until: str = ""
    attested: str = ""

    def sql(self) -> tuple[str, dict[str, str]]:
        """Return the terms of a selection of acts, and the values in it."""
        values = {each.name: value for each in fields(self) if (value := getattr(self, each.name))}
        terms = [_ENTRIES[name] for name in values]
        return (f"where {' and '.join(terms)}" if terms else ""), values

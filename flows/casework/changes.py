"""What changed from one version of a document to another: its words, and what the checks say of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from flows.casework import views
from flows.domain.acts import SUBMIT
from flows.domain.difference import Fate, passages
from flows.domain.noted import Noted, note, read_noted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.casework.looking import Looked
    from flows.domain.difference import Passage
    from flows.register.dossier import Dossier


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Passages under one heading.

    Attributes:
        changed: How many of them are not as they were.
    """

    heading: str
    changed: int
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What changed.

    Attributes:
        before: The version that is compared with; 0 where there is none before.
        versions: All that there are.
        appeared: What the checks say of the later version alone; None where it is not known of both.
        went: What they said of the earlier one alone; as above.
    """

    reference: str
    document: str
    before: int
    after: int
    versions: tuple[int, ...]
    sections: tuple[Section, ...]
    appeared: tuple[Noted, ...] | None
    went: tuple[Noted, ...] | None


def acted_on(dossier: Dossier, document: str, person: str) -> int:
    """Return the newest version before the current one that a person acted on; 0 for none."""
    current = dossier.case.document(document).version
    acts = (each.act for each in dossier.statements)
    own = (
        act.version
        for act in acts
        if (act.document, act.actor) == (document, person) and act.version < current
    )
    return max(own, default=0)


def changes(dossier: Dossier, document: str, before: int, after: int, looked: Looked | None) -> Changes:
    """Return what changed between two versions.

    Args:
        before: The earlier one; 0 for none.
        looked: What the checks say of the current version, where they were asked.

    Raises:
        RefusedError: there is no such version.
    """
    new = views.text(dossier, document, after)
    old = views.text(dossier, document, before) if before else ""
    found = [*passages(old, new)] if before and old != new else []
    was, is_ = (_noted(dossier, document, number, looked) for number in (before, after))
    known = was is not None and is_ is not None
    return Changes(
        reference=dossier.case.reference,
        document=document,
        before=before,
        after=after,
        versions=tuple(range(1, dossier.case.document(document).version + 1)),
        sections=tuple(
            _section(heading, [*under]) for heading, under in groupby(found, lambda each: each.section)
        ),
        appeared=tuple(sorted((is_ or set()) - (was or set()))) if known else None,
        went=tuple(sorted((was or set()) - (is_ or set()))) if known else None,
    )


def _section(heading: str, under: Sequence[Passage]) -> Section:
    return Section(
        heading=heading, changed=sum(each.fate is not Fate.SAME for each in under), passages=tuple(under)
    )


def _noted(dossier: Dossier, document: str, version: int, looked: Looked | None) -> set[Noted] | None:
    """Return what the checks said of a version when it was submitted, or say of the current one now."""
    if looked is not None and version == dossier.case.document(document).version:
        return {*read_noted(note(looked.findings))}
    submitted = dossier.last(SUBMIT, document=document, version=version)
    if submitted is None or "rules" not in submitted.act.details:
        return None
    return {*read_noted(submitted.act.details.get("findings", ""))}

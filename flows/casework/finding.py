"""Finding cases: a page of those that are looked for, what could be narrowed, and what is in the way."""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections import Counter
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final

from flows.casework.views import Waiting, waiting
from flows.catalogue.search import FACETS, Sought
from flows.domain.reference import identity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.casework.office import Office
    from flows.catalogue.file import Catalogue

MOST: Final = 1_000
"""Documents that are counted, and given as a file."""
PAGE: Final = 50
_LOOKED_THROUGH: Final = 500
"""References that are compared with one that is none."""
_SUGGESTED: Final = 2
_BEGINS_A_FORMULA: Final = re.compile(
    r"(?:\A|(?<=[;|\t\r\n]))(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])|\A(?=\s)"
)
"""Where a cell begins, or what another program takes for one: it may part cells at other characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrower:
    """One way to narrow what was found.

    Attributes:
        name: Of what it narrows, as in ``Sought``.
        count: Of those among what was found; None where that is too many to be counted.
    """

    name: str
    value: str
    count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found.

    Attributes:
        count: How many documents; None where it is more than ``MOST``.
        rows: Those of the page, the newest first.
        facets: How it could be narrowed.
        without: Where nothing was found: each thing asked for without which there would be something.
    """

    count: int | None
    page: int
    pages: int
    rows: tuple[Waiting, ...]
    facets: tuple[Narrower, ...]
    without: tuple[Narrower, ...]


def alike(catalogue: Catalogue, reference: str) -> list[str]:
    """Return the references of cases that may have been meant by one that is none, the likeliest first."""
    meant = identity(reference)
    for begins in range(len(meant), 0, -1):
        if some := catalogue.beginning_with(meant[:begins], most=_LOOKED_THROUGH):
            likely = {identity(each): each for each in some}
            if close := difflib.get_close_matches(meant, likely, n=_SUGGESTED):
                return [likely[each] for each in close]
    return []


def find(office: Office, sought: Sought, page: int = 1) -> Found:
    """Return one page of the documents that are looked for."""
    clock = office.clock(office.register.policy())
    told = office.catalogue.told_apart(sought, clock, most=MOST + 1)
    count = None if len(told) > MOST else len(told)
    pages = -(-min(len(told), MOST) // PAGE)
    page = max(1, min(page, pages))
    rows = office.catalogue.those([id_ for id_, *_ in told[PAGE * (page - 1) : PAGE * page]])
    _, *columns = zip(*told, strict=True) if told else ((),)
    facets = (
        Narrower(name=name, value=str(value), count=None if count is None else number)
        for name, column in zip(FACETS, columns, strict=False)
        for value, number in sorted(Counter(column).items())
        if value and number != count and not getattr(sought, name)
    )
    return Found(
        count=count,
        page=page,
        pages=pages,
        rows=tuple(waiting(row, clock) for row in rows),
        facets=tuple(facets),
        without=() if rows else tuple(_without(office, sought)),
    )


def _without(office: Office, sought: Sought) -> Iterator[Narrower]:
    clock, nothing = office.clock(office.register.policy()), Sought()
    for name in (each.name for each in fields(Sought)):
        value, empty = getattr(sought, name), getattr(nothing, name)
        fewer = replace(sought, **{name: empty})
        if value == empty or fewer == nothing:
            continue
        if count := len(office.catalogue.told_apart(fewer, clock, most=MOST + 1)):
            yield Narrower(name=name, value=str(value), count=None if count > MOST else count)


def the_one(office: Office, sought: Sought) -> str | None:
    """Return the reference of the one case that a reference alone means, whole or by how it begins."""
    if sought != Sought(reference=sought.reference) or not sought.reference:
        return None
    rows = office.catalogue.page(sought, office.clock(office.register.policy()), most=PAGE)
    whole = [row.reference for row in rows if row.identity == identity(sought.reference)]
    cases = {*(whole or (row.reference for row in rows))}
    return cases.pop() if len(cases) == 1 else None


def as_csv(office: Office, sought: Sought) -> str:
    """Return what is found as a table for a spreadsheet, ``MOST`` rows at most."""
    clock = office.clock(office.register.policy())
    file = io.StringIO()
    table = csv.writer(file)
    table.writerow(("reference", "document", "subject", "stage", "version", "received", "due"))
    for row in office.catalogue.page(sought, clock, most=MOST):
        cells = (
            row.reference,
            row.document,
            row.subject,
            row.stage,
            row.version,
            row.received,
            row.due or "",
        )
        table.writerow(map(_cell, cells))
    return file.getvalue()


def _cell(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return _BEGINS_A_FORMULA.sub("'", str(value))

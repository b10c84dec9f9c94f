"""Which cases are due for erasure, and what keeps the others: told, and nothing done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flows.casework.keeping import retention
from flows.desk.web.navigation import READERS
from flows.desk.web.visit import Page
from flows.domain.procedure import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flows.desk.web.visit import Visit


def show(visit: Visit) -> Page:
    """Show how the cases stand that are not erased."""
    page = visit.asked.get("page", "")
    number = int(page) if page.isdecimal() and len(page) < 9 else 1  # noqa: PLR2004 - digits
    more = {
        "query": _query,
        "acts": Role.ADMINISTRATOR in visit.roles,
        "reads_cases": not visit.roles.isdisjoint(READERS),
    }
    return Page(template="retention.html.j2", view=retention(visit.office, number), more=more)


def _query(_: Mapping[str, str], **changes: str) -> str:
    """Return the address of another page of the list."""
    return f"/retention?{urlencode(changes)}"

"""What arrives: the inbox, what was set aside with why, and a way in for a request that came by post."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flows.casework import arrivals
from flows.desk.web.visit import Page, See
from flows.domain.errors import PitError
from flows.domain.procedure import Role
from flows.domain.reference import slug

if TYPE_CHECKING:
    from flows.desk.web.visit import Answer, Visit

MOST: Final = 61 << 20
"""Bytes of a request with all that came with it."""


def show(visit: Visit) -> Page:
    """Show what arrived."""
    return _shown(visit, None)


def _shown(visit: Visit, error: PitError | None, field: str = "") -> Page:
    more = {
        "error": str(error or ""),
        "wrong": field,
        "may": Role.FOI_OFFICER in visit.roles,
        "texts": [],
        "tag": "",
    }
    view = arrivals.arrivals(visit.office)
    return Page(template="inbox.html.j2", view=view, more=more, status=422 if error else 200)


def put_in(visit: Visit) -> Answer:
    """Put a request into the inbox."""
    files = [(name, content) for field, name, content in visit.uploads if field == "files"]
    try:
        arrivals.put_in(visit.office, visit.person, files)
    except PitError as error:
        return _shown(visit, error, "files")
    return See(url="/inbox?done=put-in")


def read(visit: Visit) -> Answer:
    """Show the texts of what was set aside, once that is noted."""
    tag = visit.path["tag"]
    try:
        texts = arrivals.read(visit.office, visit.person, tag, visit.sent("reason"))
    except PitError as error:
        return _shown(visit, error, f"reason-{tag}")
    page = _shown(visit, None)
    return Page(template=page.template, view=page.view, more={**page.more, "texts": texts, "tag": tag})


def take_in_again(visit: Visit) -> Answer:
    """Put what was set aside back into the inbox."""
    try:
        arrivals.take_in_again(visit.office, visit.person, visit.path["tag"])
    except PitError as error:
        return _shown(visit, error)
    return See(url="/inbox?done=again")


def delete(visit: Visit) -> Answer:
    """Delete what was set aside and read."""
    tag = visit.path["tag"]
    try:
        arrivals.delete(visit.office, visit.person, tag, visit.sent("reason"))
    except PitError as error:
        return _shown(visit, error, f"reason-{tag}")
    return See(url="/inbox?done=deleted")


def add_to_case(visit: Visit) -> Answer:
    """Put a message that was set aside into a case."""
    tag = visit.path["tag"]
    try:
        reference = arrivals.add_to_case(visit.office, visit.person, tag, visit.sent("case"))
    except PitError as error:
        return _shown(visit, error, f"case-{tag}")
    return See(url=f"/cases/{slug(reference)}/mail?done=added")

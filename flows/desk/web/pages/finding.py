"""Finding cases: the address is the search, so that it can be kept; an applicant is looked for by a form."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flows.casework import applicants, finding
from flows.casework.acts import Officer, ProposedError
from flows.catalogue.search import Sought
from flows.desk.web.numbers import whole
from flows.desk.web.pages.signing import waits
from flows.desk.web.visit import Page, See, Sent
from flows.domain.acts import READ_REQUEST
from flows.domain.citation import parse_citations
from flows.domain.errors import Fault, MalformedError, PitError
from flows.domain.reference import slug

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flows.casework.finding import Found
    from flows.desk.web.visit import Answer, Visit

_DAYS = ("received_from", "received_to", "due_from", "due_to")


@dataclass(frozen=True, slots=True, kw_only=True)
class FindView:
    """What the page of the search shows.

    Attributes:
        asked: What is looked for, by name.
        found: None where it cannot be looked for as it was asked.
        people: Who may be named.
    """

    asked: Mapping[str, str]
    found: Found | None
    people: tuple[str, ...]


def show(visit: Visit) -> Answer:
    """Show what is found."""
    asked = {each.name: text for each in fields(Sought) if (text := visit.asked.get(each.name, "").strip())}
    error, found = "", None
    try:
        sought = _sought(asked)
        if one := finding.the_one(visit.office, sought):
            return See(url=f"/cases/{slug(one)}")
        found = finding.find(visit.office, sought, whole(visit.asked.get("page", "")) or 1)
    except PitError as problem:
        error = str(problem)
    people = visit.policy.people.values()
    named = tuple(sorted(each.id for each in people if not READ_REQUEST.roles.isdisjoint(each.roles)))
    view = FindView(asked=asked, found=found, people=named)
    more = {
        "error": error,
        "query": query,
        "given": {each.name: asked.get(each.name, "") for each in fields(Sought)},
        "may_look": not READ_REQUEST.roles.isdisjoint(visit.roles),
    }
    return Page(template="find.html.j2", view=view, more=more, status=422 if error else 200)


def table(visit: Visit) -> Answer:
    """Hand out what is found as a table."""
    asked = {each.name: visit.asked.get(each.name, "").strip() for each in fields(Sought)}
    text = finding.as_csv(visit.office, _sought({name: value for name, value in asked.items() if value}))
    return Sent(content=text.encode("utf-8-sig"), media="text/csv; charset=utf-8", name="cases.csv")


def query(asked: Mapping[str, str], **changes: str) -> str:
    """Return the address of another search: what is asked for, with some of it changed or left out."""
    values = {name: value for name, value in {**asked, **changes}.items() if value}
    return f"/cases?{urlencode(values)}" if values else "/cases"


def _sought(asked: Mapping[str, str]) -> Sought:
    """Return what is looked for.

    Raises:
        MalformedError: a day or a provision is not in its form.
    """
    values: dict[str, Any] = dict(asked)
    for name in values.keys() & {*_DAYS}:
        values[name] = _day(values[name])
    if provision := values.get("provision"):
        cited = parse_citations(provision)
        if len(cited) != 1:
            raise MalformedError("provision", Fault(path="", problem="name one, as 31(1)"))
        values["provision"] = cited[0]
    return Sought(**{**values, **({"late": True} if "late" in values else {})})


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise MalformedError("day", Fault(path="", problem="write the date as 2022-11-07")) from None


def ask_applicant(_: Visit) -> Page:
    """Ask whom somebody looks for, and why."""
    return Page(template="applicant.html.j2", more={"error": "", "wrong": "", "found": None})


def look(visit: Visit) -> Answer:
    """Show the cases of an applicant, each once it is on record that its request is opened."""
    officer = Officer(id=visit.person, signer=None)
    words, reason = visit.sent("applicant"), visit.sent("reason")
    try:
        found = applicants.cases_of(visit.office, officer, words, reason)
    except ProposedError as proposed:
        return waits(visit, proposed)
    except PitError as error:
        more = {"error": str(error), "wrong": "applicant", "found": None}
        return Page(template="applicant.html.j2", more=more, status=422)
    return Page(template="applicant.html.j2", view=found, more={"error": "", "wrong": "", "found": found})

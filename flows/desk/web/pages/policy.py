"""What the authority chose: its kind, holidays, how papers look, what letters say, where its desk is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from flows.casework import acts, consents
from flows.casework.amendments import matters, waiting
from flows.casework.letterhead_file import letterhead_of
from flows.casework.provider import provider
from flows.desk.making import parse_authority
from flows.desk.web.numbers import whole
from flows.desk.web.pages.signing import keep
from flows.desk.web.visit import NotFoundError, Page, See
from flows.document.theme_file import redrawn_if_small, theme_of
from flows.domain.acts import ACTS
from flows.domain.attested import attestable
from flows.domain.documents import DOCUMENTS
from flows.domain.edition import edition_of, latest
from flows.domain.errors import Fault, MalformedError, PitError
from flows.domain.policy import BODIES, EARLIEST_REMINDER, SERVICE
from flows.domain.procedure import Role
from flows.domain.provisions import provisions
from flows.domain.working_days import NATIONS, Holiday
from flows.sources.references import check_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flows.casework.acts import Officer
    from flows.casework.amendments import Proposed
    from flows.desk.web.visit import Answer, Visit

    Change = Callable[[Visit, Officer], object]
    """Takes what a form says to the act that makes it so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyView:
    """What the page of the policy shows.

    Attributes:
        matters: Everything it says but who its people are, in lines.
        proposed: Changes of it that wait for another administrator.
        templates: The authority's own templates of letters that are there.
    """

    version: int
    matters: Mapping[str, tuple[str, ...]]
    proposed: tuple[Proposed, ...]
    templates: tuple[str, ...]


def show(visit: Visit) -> Page:
    """Show what the policy says."""
    return _shown(visit, "", "")


def _shown(visit: Visit, what: str, error: str) -> Page:
    policy, own = visit.policy, visit.office.home.letters
    people = {*policy.people, "The service"}
    words = provisions().authorities
    view = PolicyView(
        version=policy.version,
        matters={name: lines for name, lines in matters(policy).items() if name not in people},
        proposed=waiting(visit.office),
        templates=tuple(sorted(path.name for path in own.iterdir())) if own.is_dir() else (),
    )
    more = {
        "error": error,
        "what": what,
        "acts": Role.ADMINISTRATOR in visit.roles,
        "latest": latest(),
        "nations": NATIONS,
        "documents": DOCUMENTS,
        "attestable": [kind for kind in ACTS.values() if attestable(kind)],
        "accounts": _accounts(visit),
        "approvals": edition_of(policy).gates,
        "bodies": [(body, words.get(body, body.replace("-", " "))) for body in reversed(BODIES)],
    }
    return Page(template="policy.html.j2", view=view, more=more, status=422 if error else 200)


def _accounts(visit: Visit) -> list[str]:
    """Return of whom single sign-on knows the account, of those on the list."""
    try:
        known = provider(visit.office.home)
    except PitError:
        return []
    return sorted({*known.people.values()} & visit.policy.people.keys() - {SERVICE}) if known else []


def change(visit: Visit) -> Answer:
    """Make of a form the act that changes one matter."""
    what = visit.path["matter"]
    if what not in _CHANGES:
        raise NotFoundError
    try:
        return keep(visit, lambda officer: _CHANGES[what](visit, officer))
    except PitError as error:
        return _shown(visit, what, str(error))


def show_proposed(visit: Visit) -> Page:
    """Show a change that waits for another administrator."""
    return _proposed(visit, "")


def _proposed(visit: Visit, error: str) -> Page:
    view = next((each for each in waiting(visit.office) if each.name == visit.path["name"]), None)
    if view is None:
        raise NotFoundError
    more = {"error": error, "acts": Role.ADMINISTRATOR in visit.roles, "own": view.by == visit.person}
    return Page(template="proposed.html.j2", view=view, more=more, status=422 if error else 200)


def answer(visit: Visit) -> Answer:
    """Make the act that confirms a change somebody else proposed, or take it away."""
    name = visit.path["name"]
    try:
        if visit.sent("answer") == "decline":
            consents.decline(visit.office, visit.person, name)
            return See(url="/policy")
        return keep(visit, lambda officer: acts.confirm_change(visit.office, officer, name))
    except PitError as error:
        return _proposed(visit, str(error))


def _body(visit: Visit, officer: Officer) -> object:
    if visit.sent("body") not in BODIES:
        raise MalformedError("kind of authority", Fault(path="", problem="one of those listed is needed"))
    return acts.change_body(visit.office, officer, visit.sent("body"))


def _administrators(visit: Visit, officer: Officer) -> object:
    return acts.change_threshold(visit.office, officer, 2 if visit.sent("administrators") == "2" else 1)


def _approvals(visit: Visit, officer: Officer) -> object:
    document, approvals = visit.sent("document"), visit.sent("approvals")
    if document not in DOCUMENTS or approvals not in edition_of(visit.policy).gates:
        raise MalformedError("approvals", Fault(path="", problem="a document and approvals of those listed"))
    return acts.change_approvals(visit.office, officer, document, approvals)


def _pattern(visit: Visit, officer: Officer) -> object:
    return acts.change_pattern(visit.office, officer, check_pattern(visit.sent("pattern")))


def _reminders(visit: Visit, officer: Officer) -> object:
    days = whole(visit.sent("days"))
    if days is None or days > EARLIEST_REMINDER:
        problem = f"a number of working days from 0 to {EARLIEST_REMINDER} is needed"
        raise MalformedError("days", Fault(path="", problem=problem))
    return acts.change_reminders(visit.office, officer, days)


def _authority(visit: Visit, officer: Officer) -> object:
    name = parse_authority(visit.sent("authority"), "The authority's name")
    return acts.change_authority(visit.office, officer, name)


def _edition(visit: Visit, officer: Officer) -> object:
    return acts.adopt_edition(visit.office, officer, latest())


def _attested(visit: Visit, officer: Officer) -> object:
    kinds, people = (visit.form.get(name, []) for name in ("kind", "person"))
    return acts.change_attested(visit.office, officer, kinds, people)


def _desk(visit: Visit, officer: Officer) -> object:
    return acts.change_desk(visit.office, officer, visit.sent("origins").split())


def _retention(visit: Visit, officer: Officer) -> object:
    return acts.change_retention(visit.office, officer, whole(visit.sent("months")) or 0)


def _holiday(visit: Visit, officer: Officer) -> object:
    nations = tuple(nation for nation in NATIONS if nation in visit.form.get("nation", []))
    day = Holiday(
        date=_day(visit), name=visit.sent("name"), nations=nations or NATIONS, source=visit.sent("source")
    )
    return acts.add_holiday(visit.office, officer, day)


def _no_holiday(visit: Visit, officer: Officer) -> object:
    return acts.remove_holiday(visit.office, officer, _day(visit))


def _closure(visit: Visit, officer: Officer) -> object:
    first, last = _day(visit, "first"), _day(visit, "last")
    return acts.add_closure(visit.office, officer, first, last, visit.sent("name"))


def _no_closure(visit: Visit, officer: Officer) -> object:
    return acts.remove_closure(visit.office, officer, _day(visit, "first"))


def _day(visit: Visit, name: str = "date") -> date:
    try:
        return date.fromisoformat(visit.sent(name))
    except ValueError:
        raise MalformedError(name, Fault(path="", problem="a day as 2026-06-15 is needed")) from None


def _number(text: str) -> int | str:
    """Return the number that a text says; one that says none as it is, to be told of."""
    found = whole(text)
    return text if found is None else found


def _theme(visit: Visit, officer: Officer) -> object:
    now, picture = visit.policy.theme.crest, visit.files.get("crest", b"")
    given: dict[str, Any] = {
        "accent": visit.sent("accent"),
        "size": _number(visit.sent("size")),
        "signatory": visit.sent("signatory"),
        "marking.drafts": visit.sent("drafts"),
        "marking.published": visit.sent("published"),
    }
    if picture or (now and visit.sent("without-crest") != "yes"):
        given |= {
            "crest.file": "crest",
            "crest.words": visit.sent("words"),
            "crest.height": _number(visit.sent("height")),
        }

    def read(_: str) -> bytes:
        return redrawn_if_small(picture) if picture or now is None else now.image

    return acts.change_theme(visit.office, officer, theme_of(given, "how papers look", read))


def _letters(visit: Visit, officer: Officer) -> object:
    names = ("contact", "addressee", "greeting", "closing", "signatory", "review")
    given: dict[str, Any] = {name: visit.sent(name) for name in names}
    given["address"] = [line.strip() for line in visit.sent("address").split("\n") if line.strip()]
    return acts.change_letters(visit.office, officer, letterhead_of(given, "what letters say"))


_CHANGES: Final[Mapping[str, Change]] = {
    "administrators": _administrators,
    "approvals": _approvals,
    "authority": _authority,
    "pattern": _pattern,
    "reminders": _reminders,
    "body": _body,
    "edition": _edition,
    "attested": _attested,
    "desk": _desk,
    "retention": _retention,
    "holiday": _holiday,
    "no-holiday": _no_holiday,
    "closure": _closure,
    "no-closure": _no_closure,
    "theme": _theme,
    "letters": _letters,
}

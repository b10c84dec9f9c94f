"""What a page is given, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flows.domain.errors import PitError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flows.casework.office import Office
    from flows.desk.web.sessions import Session
    from flows.desk.web.store import Store
    from flows.domain.policy import Policy
    from flows.domain.procedure import Role


FEWEST: Final = 2
"""Keys that a person should have: who loses one signs with the other."""


class NotFoundError(PitError):
    """There is no such page, or it is not for whoever asks; nobody is told which."""

    def __init__(self) -> None:
        super().__init__("This page is not there, or it is not for you.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of a browser.

    Attributes:
        path: What the address names, by the names in the route.
        asked: What stands behind the question mark of the address.
        form: What was sent; several values of one name as they came.
        files: That were sent, by the name of the field.
        uploads: The same, several of one field too: the field, the name that the browser gave, the content.
        policy: In force.
        session: None before somebody signed in.
        roles: That the person has.
        origin: At which the browser sees the desk.
        peer: The address that asks, which may be a proxy's.
        counted: Under what it is counted how often somebody asks who is not signed in.
        sample: Whether the newcomer's sign-in of the sample is open to this visit.
        began: What the browser kept of a single sign-on that it began; empty without one.
        language: In which the pages speak, ``en`` or ``cy``.
        here: The path of the page.
        body: What a program sent, that asks with a password and in no form.
        headers: Of that.
        led: Whether a page of another place led here.
    """

    path: Mapping[str, str]
    asked: Mapping[str, str]
    form: Mapping[str, list[str]]
    files: Mapping[str, bytes]
    uploads: Sequence[tuple[str, str, bytes]]
    office: Office
    store: Store
    policy: Policy
    session: Session | None
    roles: frozenset[Role]
    origin: str
    peer: str
    counted: str
    sample: bool
    language: str
    here: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    began: str = ""
    led: bool = False

    @property
    def person(self) -> str:
        """The id of who is signed in."""
        if self.session is None:
            raise NotFoundError
        return self.session.person

    @property
    def few_keys(self) -> bool:
        """Whether somebody is signed in who has fewer than two keys, which the sample's people may."""
        known = self.policy.people.get(self.session.person) if self.session else None
        return known is not None and not self.sample and len(known.keys) < FEWEST

    def sent(self, name: str) -> str:
        """Return the one value of a field of the form, without white space around it; empty without."""
        return (self.form.get(name) or [""])[-1].strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page to be shown.

    Attributes:
        template: In ``templates/desk``.
        view: What it shows: a value of dataclasses, which is what ``.json`` gives.
        more: What it needs beside, that is no news for a program.
        policy: Of its contents (CSP); the desk's own where empty.
    """

    template: str
    view: Any = None
    more: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    status: int = 200
    policy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class See:
    """Another page to be opened instead.

    Attributes:
        cookie: What the browser is to keep from now on; empty to forget it; None to leave it.
        began: What it is to keep of a single sign-on; None to leave it.
        language: In which the pages are to speak from now on; None to leave it.
    """

    url: str
    cookie: str | None = None
    began: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file.

    Attributes:
        name: Under which a browser keeps it; empty to show it.
        policy: Of its contents (CSP); the desk's own where empty.
        headers: Beside those of every answer.
    """

    content: bytes
    media: str
    name: str = ""
    policy: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


Answer = Page | See | Sent


def within(url: str) -> str:
    """Return an address on this desk, whatever was asked for."""
    return url if url.startswith("/") and not url.startswith(("//", "/\\")) else "/"

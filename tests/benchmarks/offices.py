"""A home as `equipoise init` makes it, with three officers whose keys are at hand."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from unittest.mock import patch

from flows.casework import acts
from flows.casework.acts import Officer
from flows.casework.office import Office, open_office
from flows.desk.demo import AUTHORITIES
from flows.desk.making import make_home
from flows.domain.edition import latest
from flows.domain.policy import SERVICE, Person, Rules
from flows.domain.procedure import Role
from flows.home import Home
from flows.register import signature

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from flows.catalogue.file import Catalogue
    from flows.register.register import Register
    from flows.register.signature import FileSigner

WRITER: Final = "foi-officer"
LAWYER: Final = "legal-reviewer"
OWNER: Final = "sign-off-officer"
_PEOPLE: Final = {
    WRITER: Role.FOI_OFFICER,
    LAWYER: Role.LEGAL_REVIEWER,
    OWNER: Role.SIGN_OFF_OFFICER,
}
_RULES: Final = Rules(
    edition=latest(),
    gates={"test": "full"},
    threshold=1,
    reference_pattern="FOI-{year}-{number:04}",
    chase_within=5,
)


@dataclass(frozen=True)
class Staffed:
    """An open home and its officers, who sign for themselves; the service among the signers."""

    office: Office
    officers: Mapping[str, Officer]
    signers: Mapping[str, FileSigner]

    @property
    def home(self) -> Home:
        return self.office.home

    @property
    def catalogue(self) -> Catalogue:
        return self.office.catalogue

    @property
    def register(self) -> Register:
        return self.office.register


def found_office(folder: Path, *, at: datetime | None = None) -> None:
    """Found a home in ``folder`` and put the officers on its list, now or as if it were ``at``."""
    with patch("flows.home.now", lambda: at) if at else nullcontext():
        _found_office(Home(folder))


def _found_office(home: Home) -> None:
    make_home(home, authority=AUTHORITIES, administrator="administrator", rules=_RULES)
    with open_office(home) as opened:
        administrator = Officer(id="administrator", signer=signature.load(home.officers / "administrator"))
        for person, role in _PEOPLE.items():
            key = signature.generate(home.officers / person)
            acts.add_officer(opened, administrator, Person(id=person, roles=frozenset({role}), keys=(key,)))


@contextmanager
def open_staffed(folder: Path) -> Iterator[Staffed]:
    """Open the office in ``folder``."""
    with open_office(Home(folder)) as opened:
        signers = {person: signature.load(opened.home.officers / person) for person in _PEOPLE}
        officers = {person: Officer(id=person, signer=signer) for person, signer in signers.items()}
        yield Staffed(office=opened, officers=officers, signers={**signers, SERVICE: opened.service})

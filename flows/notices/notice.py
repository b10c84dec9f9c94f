"""What is told to people: what about, to whom, in which words."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

from flows.domain.documents import DOCUMENTS
from flows.domain.english import in_full
from flows.domain.owed import OF_THE_APPLICANT
from flows.domain.procedure import APPROVALS, ROLE_AT
from flows.domain.reference import slug
from flows.files import templates

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from flows.domain.owed import Duty
    from flows.domain.procedure import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """That a document of a case waits at a gate.

    Attributes:
        document: Its kind.
        round: How often it had been returned.
        kind: ``asked``, ``due-soon`` or ``overdue``.
        due: The statutory deadline; None where it cannot be computed.
    """

    reference: str
    document: str
    version: int
    round: int
    gate: Stage
    kind: str
    due: date | None

    @property
    def name(self) -> str:
        """What a notice of this is filed under."""
        name = DOCUMENTS[self.document].slug(self.reference)
        return f"{name}-version-{self.version}-{self.gate}-{self.kind}-{self.round + 1}"

    @property
    def once(self) -> str:
        """What tells it from an earlier one of that name."""
        return str(self.due or "")

    def words(self) -> dict[str, Any]:
        """Return what its template needs beside its facts."""
        return {
            "gate_words": APPROVALS[self.gate],
            "role": ROLE_AT[self.gate],
            "document": DOCUMENTS[self.document],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Owing:
    """That a case has a day to keep.

    Attributes:
        ordered_by: The reference of whoever ordered it; empty where nobody did.
        kind: ``asked``, ``due-soon`` or ``overdue``.
        due: The day; None where it cannot be computed.
    """

    reference: str
    duty: Duty
    ordered_by: str
    kind: str
    due: date | None

    @property
    def name(self) -> str:
        """What a notice of this is filed under."""
        return "-".join(filter(None, (slug(self.reference), self.duty, slug(self.ordered_by), self.kind)))

    @property
    def once(self) -> str:
        """What tells it from an earlier one of that name."""
        return str(self.due or "")

    def words(self) -> dict[str, Any]:
        """Return what its template needs beside its facts."""
        return {"from_applicant": self.duty in OF_THE_APPLICANT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpublished:
    """That a letter was signed off and cannot be published.

    Attributes:
        document: Its kind.
        round: How often it had been returned.
    """

    reference: str
    document: str
    version: int
    round: int

    @property
    def name(self) -> str:
        """What a notice of this is filed under."""
        name = DOCUMENTS[self.document].slug(self.reference)
        return f"{name}-version-{self.version}-unpublished-{self.round + 1}"

    @property
    def once(self) -> str:
        """What tells it from an earlier one of that name: it is told once."""
        return ""

    def words(self) -> dict[str, Any]:
        """Return what its template needs beside its facts."""
        return {"document": DOCUMENTS[self.document]}


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """That an item of the inbox was set aside.

    Attributes:
        tag: What it goes by; its own name may have a person's.
        since: The local day.
    """

    tag: str
    since: date

    @property
    def name(self) -> str:
        """What a notice of this is filed under."""
        return f"set-aside-{self.tag}"

    @property
    def once(self) -> str:
        """What tells it from an earlier one of that name."""
        return str(self.since)

    def words(self) -> dict[str, Any]:
        """Return what its template needs beside its facts."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCame:
    """That a message came in a case, and waits there for a person.

    Attributes:
        tag: What stands for it.
        what: What it is, as ``reply`` or ``bounce``.
    """

    reference: str
    tag: str
    what: str

    @property
    def name(self) -> str:
        """What a notice of this is filed under."""
        return f"{slug(self.reference)}-message-{self.tag}"

    @property
    def once(self) -> str:
        """What tells it from an earlier one of that name: it is told once."""
        return ""

    def words(self) -> dict[str, Any]:
        """Return what its template needs beside its facts."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFailed:
    """That the register failed its audit.

    Attributes:
        on: The local day; it is told once a day until a person decides.
        findings: Code and place of each.
    """

    on: date
    findings: tuple[str, ...]

    @property
    def name(self) -> str:
        """What a notice of this is filed under."""
        return f"audit-failed-{self.on}"

    @property
    def once(self) -> str:
        """What tells it from an earlier one of that name."""
        return "; ".join(self.findings)

    def words(self) -> dict[str, Any]:
        """Return what its template needs beside its facts."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessSilent:
    """That a witness cosigned nothing for some nights.

    Attributes:
        witness: Its name, or that of the file that names witnesses, where that cannot be read.
        since: The local day of the first.
        nights: How many are waited for.
    """

    witness: str
    since: date
    nights: int

    @property
    def name(self) -> str:
        """What a notice of this is filed under."""
        return f"witness-silent-{hashlib.sha256(self.witness.encode()).hexdigest()[:12]}-{self.since}"

    @property
    def once(self) -> str:
        """What tells it from an earlier one of that name: it is told once, until the witness is back."""
        return ""

    def words(self) -> dict[str, Any]:
        """Return what its template needs beside its facts."""
        return {}


About = Waiting | Owing | Unpublished | SetAside | MessageCame | AuditFailed | WitnessSilent
"""What a notice may be about."""


class Named(Protocol):
    """By what it is known what a notice is about."""

    @property
    def name(self) -> str:
        """What it is filed under."""

    @property
    def once(self) -> str:
        """What tells it from an earlier one of that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message.

    Attributes:
        about: What it tells.
        people: Ids of those who are told; none where nobody has the role that is called for.
        text: Its words.
    """

    about: Named
    people: tuple[str, ...]
    text: str


def write_notice(about: About, people: Iterable[str], **facts: object) -> Notice:
    """Return the notice that tells ``people`` of something.

    Args:
        facts: What its template in ``templates/notices/`` needs beside what it is about.
    """
    names = {
        Waiting: "decision",
        Owing: "owing",
        Unpublished: "unpublished",
        SetAside: "set-aside",
        MessageCame: "message",
        AuditFailed: "audit",
        WitnessSilent: "witness",
    }
    template = names[type(about)]
    page = templates(escape=False)
    page.filters["day"] = in_full
    told = tuple(sorted(people))
    text = page.get_template(f"notices/{template}.txt.j2").render(
        asdict(about), people=told, **about.words(), **facts
    )
    return Notice(about=about, people=told, text=text)

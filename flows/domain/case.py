"""A case: one public interest test and where it stands, as the fold of its acts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.domain.reference import slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from flows.domain.act import FileMark
    from flows.domain.procedure import Role, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One person's approval at one gate of one version.

    Attributes:
        round: The round in which it was given; it counts in that round alone.
        act: Number of the act within the case.
        at: UTC.
    """

    gate: Stage
    person: str
    role: Role
    version: int
    round: int
    act: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A finding of the checks that no longer stops the submission of the current version.

    Attributes:
        finding: Its code, as ``X06``.
        place: Where in the assessment it stands.
        person: The sign-off officer who gave the reason.
        act: Number of the act within the case.
    """

    finding: str
    place: str
    person: str
    act: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything the register knows of one test.

    Attributes:
        received: Local date of receipt as first registered; it never moves.
        recipient: Public name of the key to which the request is sealed.
        version: The current version; 0 before the first draft.
        round: How often the case was returned.
        acts: How many acts it has.
        files: The folder without the records of acts.
        writers: Everyone who drafted or submitted a version since it was opened or last published.
        approvals: Of the current version, earlier rounds included; see ``standing``.
        overrides: Of findings in the current version.
        opened: When it was opened, UTC.
        changed: When the last act was taken, UTC.
    """

    reference: str
    received: date
    recipient: str
    stage: Stage
    version: int
    round: int
    acts: int
    files: Mapping[str, FileMark]
    writers: frozenset[str]
    approvals: tuple[Approval, ...]
    opened: datetime
    changed: datetime
    overrides: tuple[Override, ...] = ()

    @property
    def folder(self) -> str:
        """The case's folder in the register, by its date of receipt."""
        return folder_of(self.reference, self.received)

    @property
    def standing(self) -> tuple[Approval, ...]:
        """The approvals that count: those given since the current version was last returned."""
        return tuple(approval for approval in self.approvals if approval.round == self.round)


def folder_of(reference: str, received: date) -> str:
    """Return the folder of a case, as ``cases/2022/11/07/1146A-22``."""
    return f"cases/{received.isoformat().replace('-', '/')}/{slug(reference)}"

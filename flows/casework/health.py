"""How an installation is: what whoever runs it has to know, in numbers, without a reference or a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from flows.casework import auditing, copies_elsewhere
from flows.casework.auditing import last_audit, silent_witnesses
from flows.casework.copies_elsewhere import Way
from flows.catalogue.search import Which
from flows.domain.procedure import Stage
from flows.register.statement import POLICY
from flows.register.stop import stopped_since
from flows.sources import aside, inbox

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flows.casework.office import Office
    from flows.settings import Settings

WAITING: Final = tuple(each for each in Stage if each not in {Stage.SENT, Stage.CLOSED})
"""Stages at which a document waits for somebody or for the machine; at ``published`` to be sent."""
_AUDIT_OLD: Final = timedelta(hours=36)
"""One night without an audit, with some hours for a run that began late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How an installation is; times in UTC.

    Attributes:
        well: Whether nothing is wrong.
        troubles: What is wrong, each as one word of ``TROUBLES``; none where all is well.
        stopped: Since when nothing is recorded; None where acts are.
        entries: How many acts were recorded ever.
        newest: When the last was.
        audited: When the register was last audited; None while it never was.
        passed: Whether that audit passed.
        documents: How many wait, by stage.
        overdue: How many documents are past their day.
        inbox: How many items wait in the inbox.
        looked: When the inbox was last looked at; None where it never was.
        set_aside: How many items were set aside.
        backed_up: When the last backup was made; None where none was.
        backed_up_to: How many entries it has; 0 where there is none.
    """

    well: bool
    troubles: tuple[str, ...]
    stopped: datetime | None
    entries: int
    newest: datetime
    audited: datetime | None
    passed: bool
    documents: Mapping[str, int]
    overdue: int
    inbox: int
    looked: datetime | None
    set_aside: int
    backed_up: datetime | None
    backed_up_to: int


TROUBLES: Final = {
    "writing-stopped": "Nothing is recorded until an administrator decides.",
    "audit-failed": "The last audit failed.",
    "audit-old": "No nightly audit of the last day and a half is known; `equipoise up` makes one at once.",
    "witness-silent": "A witness of the register cosigned nothing for three nights.",
    "state-damaged": "What is kept of audits or of backups is damaged; `equipoise doctor` tells more.",
    "backup-old": "There is no backup of the hours that the settings ask for.",
}


def health(office: Office, settings: Settings) -> Health:
    """Return how the installation of an open office is."""
    home, tip, audit = office.home, office.register.tip().entry, last_audit(office.home)
    clock = office.clock(office.register.policy())
    backups = [each for each in copies_elsewhere.known(home) if each.way is Way.BACKUP]
    backup = max(backups, key=lambda each: each.time, default=None)
    hours, now = settings.number("backup.hours"), office.now()
    is_stopped = stopped_since(home.register)

    wrong = {
        "writing-stopped": is_stopped is not None,
        "audit-failed": bool(audit and audit.findings),
        # A register that was founded since the last night was missed by none.
        "audit-old": now - (audit.time if audit else _founded(office)) > _AUDIT_OLD,
        "witness-silent": bool(silent_witnesses(home)),
        "state-damaged": auditing.lost_lines(home) + copies_elsewhere.lost_lines(home) > 0,
        "backup-old": hours > 0 and (backup is None or now - backup.time > timedelta(hours=hours)),
    }
    troubles = tuple(name for name, is_so in wrong.items() if is_so)
    return Health(
        well=not troubles,
        troubles=troubles,
        stopped=is_stopped,
        entries=tip.sequence,
        newest=datetime.fromtimestamp(tip.committed, UTC),
        audited=audit.time if audit else None,
        passed=bool(audit and not audit.findings),
        documents={str(stage): office.catalogue.some(Which(at=stage), clock, most=0)[1] for stage in WAITING},
        overdue=office.catalogue.some(Which(due_before=clock.today), clock, most=0)[1],
        inbox=len(inbox.waiting(home.inbox)) if home.inbox.is_dir() else 0,
        looked=datetime.fromtimestamp(home.inbox_looked.stat().st_mtime, UTC)
        if home.inbox_looked.exists()
        else None,
        set_aside=len(aside.kept(home.set_aside)),
        backed_up=backup.time if backup else None,
        backed_up_to=backup.entries if backup else 0,
    )


def _founded(office: Office) -> datetime:
    """Return when the register was founded, UTC, by its first entry."""
    return datetime.fromtimestamp(office.register.dossier(POLICY).entries[0].entry.committed, UTC)

"""What an auditor looks at: the last audit, the checkpoints, every entry, and what to check by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from flows.casework import copies_elsewhere
from flows.casework.auditing import Audited, last_audit
from flows.casework.copies_elsewhere import HandedOut  # noqa: TC001 - read from what comes
from flows.casework.views import what_was_done
from flows.catalogue.search import Entries
from flows.domain.acts import OVERRIDE, READ_REQUEST
from flows.domain.errors import PitError
from flows.register import signature
from flows.register.checkpoint import newest_checkpoint, parse_checkpoint

if TYPE_CHECKING:
    from flows.casework.office import Office
    from flows.catalogue.rows import Done
    from flows.domain.attested import Attested
    from flows.register.statement import Statement

PAGE: Final = 50
_OLD: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Oversight:
    """The register as a whole.

    Attributes:
        entries: How many there are.
        fingerprint: What an auditor pins: SHA-256 of the statement that founded it.
        audit: The last one; None while there is none.
        old: Whether that is older than a day, or there is none.
        checkpoint: How many entries the newest has; 0 while there is none.
        checkpointed: When it was written, UTC.
        checkpoints: Where they stand in the home.
        overdue: Whether that is older than a day, and the register has grown since.
        handed_out: Where copies of checkpoints and of the register went, the newest first.
        outside: How many entries the largest of them vouches for that left the disk; 0 for none.
        overrides: How often a finding of the checks was overridden.
        attested: How many acts a sign-in attests, which their actors did not sign.
        reads: How often a sealed request was opened.
        found: How many entries there are of those that are looked for.
        rows: Those of the page, the newest first.
    """

    entries: int
    fingerprint: str
    audit: Audited | None
    old: bool
    checkpoint: int
    checkpointed: datetime | None
    checkpoints: str
    overdue: bool
    handed_out: tuple[HandedOut, ...]
    outside: int
    overrides: int
    attested: int
    reads: int
    found: int
    page: int
    pages: int
    rows: tuple[Done, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """One entry.

    Attributes:
        signer: Whose key has to have signed it: the actor, or the service for what is attested.
        attested: The sign-in that attests it; None where the actor signed it.
        id: git's name of it.
        raw: The entry as git keeps it, its own signature included.
        statement: What was signed.
        signature: The signature on it.
        key: That made it; empty where it does not fit.
        fault: What is wrong with the signature, or with the case up to here; empty for nothing.
        path: Where the statement stands at this entry.
    """

    sequence: int
    id: str
    reference: str
    actor: str
    signer: str
    attested: Attested | None
    what: str
    reason: str | None
    at: datetime
    digest: str
    raw: str
    statement: str
    signature: str
    key: str
    fault: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is kept of audits and checkpoints beside the register, as ``Oversight`` has it."""

    audit: Audited | None
    checkpoint: int
    checkpointed: datetime | None
    handed_out: tuple[HandedOut, ...]


def kept_beside(office: Office) -> Beside:
    """Return what the home, or its registrar, keeps of audits and checkpoints."""
    if there := office.keys_elsewhere:
        return there.ask("kept-beside", Beside)
    home = office.home
    note, _ = newest_checkpoint(home.checkpoints)
    sequence = parse_checkpoint(note)[0].sequence if note else 0
    file = home.checkpoints / f"{sequence:09}.txt"
    return Beside(
        audit=last_audit(home),
        checkpoint=sequence,
        checkpointed=datetime.fromtimestamp(file.stat().st_mtime, UTC) if file.is_file() else None,
        handed_out=copies_elsewhere.known(home),
    )


def oversight(office: Office, which: Entries, page: int = 1) -> Oversight:
    """Return how the register stands, and one page of the entries that are looked for."""
    catalogue, kept, tip = office.catalogue, kept_beside(office), office.register.tip()
    found = catalogue.count_entries(which)
    pages = max(1, -(-found // PAGE))
    page = max(1, min(page, pages))
    audit, written, before = kept.audit, kept.checkpointed, office.now() - _OLD
    return Oversight(
        entries=tip.entry.sequence,
        fingerprint=office.register.fingerprint(),
        audit=audit,
        old=audit is None or audit.time < before,
        checkpoint=kept.checkpoint,
        checkpointed=written,
        checkpoints=str(office.home.checkpoints.relative_to(office.home.root)),
        overdue=kept.checkpoint < tip.entry.sequence and (written is None or written < before),
        handed_out=kept.handed_out,
        outside=max((each.entries for each in kept.handed_out if each.outside), default=0),
        overrides=catalogue.count_entries(Entries(kind=OVERRIDE.name)),
        attested=catalogue.count_entries(Entries(attested="yes")),
        reads=catalogue.count_entries(Entries(kind=READ_REQUEST.name)),
        found=found,
        page=page,
        pages=pages,
        rows=tuple(catalogue.entries(which, most=PAGE, skip=PAGE * (page - 1))),
    )


def entry(office: Office, sequence: int) -> EntryView | None:
    """Return one entry, its signature and its case checked now; None where there is none."""
    listed = office.catalogue.entries(Entries(sequence=str(sequence)), most=1)
    if not listed:
        return None
    dossier = office.register.dossier(listed[0].reference)
    recorded, said = next(
        found
        for found in zip(dossier.entries, dossier.statements, strict=True)
        if found[0].entry.sequence == sequence
    )
    folder, act = dossier.chain.folder, said.act
    content, armoured = (dossier.read(path, at=said) for path in (said.path, said.signature_path))
    key, fault = checked(office, said, content, armoured)
    return EntryView(
        sequence=recorded.entry.sequence,
        id=recorded.id,
        reference=act.case,
        actor=act.actor,
        signer=act.signed_for,
        attested=act.attested,
        what=what_was_done(act),
        reason=act.reason,
        at=act.time,
        digest=recorded.entry.statement,
        raw=office.register.raw(recorded.id).decode(errors="replace"),
        statement=content.decode(errors="replace"),
        signature=armoured.decode(errors="replace"),
        key=key,
        fault=fault,
        path=f"{folder}/{said.path}",
    )


def checked(office: Office, said: Statement, content: bytes, armoured: bytes) -> tuple[str, str]:
    """Return the key that signed a statement, and what is wrong."""
    before = office.register.policy(said.act.policy or None)
    try:
        signed = signature.verify(
            armoured.decode(errors="replace"), content, signature.STATEMENT, origins=before.rules.desk
        )
        office.register.verify_case(said.act.case)
    except PitError as error:
        return "", str(error)
    return signed.public, ""

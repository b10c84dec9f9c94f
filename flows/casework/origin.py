"""Where a file comes from: which entry of the register has it, and which checkpoint covers that."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.casework.papers import basis_of
from flows.domain.acts import PUBLISH
from flows.domain.acts.publishing import SIGNED_AS
from flows.domain.documents import DOCUMENTS
from flows.domain.local_day import local_day
from flows.domain.policy import SERVICE
from flows.domain.reference import slug
from flows.register.checkpoint import parse_checkpoint
from flows.register.dossier import replaced
from flows.register.statement import mark

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from flows.casework.office import Office
    from flows.document.blocks import Block
    from flows.register.dossier import Dossier
    from flows.register.line import Recorded
    from flows.register.statement import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The entry of the register that published a file.

    Attributes:
        paper: The file as it was registered.
        dossier: Of the case.
        recorded: The entry.
        statement: What it says.
        current: The version that stands published in its place, itself or one that replaced it.
        replaced: The day on which that was published; None where it stands itself.
        checkpoint: How many entries the first checkpoint has that covers the entry; None for none.
    """

    paper: bytes
    dossier: Dossier
    recorded: Recorded
    statement: Statement
    current: int
    replaced: date | None
    checkpoint: int | None

    @property
    def reference(self) -> str:
        """Of the case."""
        return self.statement.act.case

    @property
    def named(self) -> str:
        """What it is a paper of."""
        return self.dossier.case.named(self.statement.act.document)

    @property
    def version(self) -> int:
        """That was published."""
        return self.statement.act.version

    @property
    def signed_as(self) -> str:
        """In whose name the paper says that it is signed; empty where it does not."""
        return self.statement.act.details.get(SIGNED_AS, "")


def find_origin(office: Office, pdf: bytes) -> Origin | None:
    """Return where a file, or what it was before it was signed, was published; None for nowhere."""
    from flows.document.inspection.paper import named_reference  # noqa: PLC0415 - half a second to import
    from flows.document.signing.update import beginnings  # noqa: PLC0415 - as above

    digests = {hashlib.sha256(each).hexdigest(): each for each in beginnings(pdf)}
    # The reference that the file gives is looked at first, and saves a walk through every case.
    for dossier in _dossiers(office, named_reference(pdf)):
        published = [said for said in dossier.statements if said.act.kind == PUBLISH]
        for said in published:
            path, _ = DOCUMENTS[said.act.document].published(slug(said.act.case))
            paper = digests.get(said.act.files[path].sha256)
            if paper is not None:
                return _origin(office, dossier, paper, said)
    return None


def _dossiers(office: Office, named: str | None) -> Iterator[Dossier]:
    if named and (known := office.register.find(named)):
        yield known
    for reference in office.catalogue.references():
        yield office.register.dossier(reference)


def _origin(office: Office, dossier: Dossier, paper: bytes, said: Statement) -> Origin:
    newest = _stands_for(dossier, said)
    recorded = dossier.entry_of(said)
    return Origin(
        paper=paper,
        dossier=dossier,
        recorded=recorded,
        statement=said,
        current=newest.act.version,
        replaced=local_day(newest.act.time) if newest != said else None,
        checkpoint=_checkpoint(office, recorded.entry.sequence),
    )


def _stands_for(dossier: Dossier, said: Statement) -> Statement:
    """Return the publication that took the place of one, or of one that had; itself where none did."""
    for later in dossier.statements[said.number :]:
        if later.act.kind == PUBLISH and later.act.document == said.act.document:
            before = dossier.statements[: later.number - 1]
            said = later if replaced(before, said.act.document) == said else said
    return said


def _checkpoint(office: Office, sequence: int) -> int | None:
    """Return the length of the first sound checkpoint of the home that covers an entry."""
    keys = {key for policy in office.register.policies() for key in policy.people[SERVICE].keys}
    for path in sorted(office.home.checkpoints.glob("*.txt")):
        try:
            checkpoint, key = parse_checkpoint(path.read_text(encoding="utf-8"))
        except ValueError:
            continue  # what is wrong with a checkpoint, the audit says
        if checkpoint.sequence < sequence or key not in keys:
            continue
        newest = next(iter(office.register.since(checkpoint.sequence - 1)), None)
        if newest is not None and mark(office.register.raw(newest.id)).sha256 == checkpoint.head:
            return checkpoint.sequence
    return None


def blocks_of(office: Office, origin: Origin) -> tuple[Block, ...]:
    """Return what the paper should say: the approved text, then the record."""
    return basis_of(office.register, origin.dossier, origin.statement).blocks()

"""Where a file comes from: which entry of the register holds it, and which checkpoint covers that."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.casework.papers import basis_of
from flows.domain.errors import UnknownCaseError
from flows.domain.policy import SERVICE
from flows.domain.procedure import ActKind
from flows.domain.reference import slug
from flows.register.checkpoint import parse_checkpoint
from flows.register.statement import mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.casework.office import Office
    from flows.document.blocks import Block
    from flows.register.line import Recorded
    from flows.register.statement import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The entry of the register that published a file.

    Attributes:
        paper: The file as it was registered.
        reference: Of the case.
        version: That was published.
        recorded: The entry.
        statement: What it says.
        current: The version that stands published now.
        checkpoint: How many entries the first checkpoint has that covers the entry; None for none.
    """

    paper: bytes
    reference: str
    version: int
    recorded: Recorded
    statement: Statement
    current: int
    checkpoint: int | None


def find_origin(office: Office, pdf: bytes) -> Origin | None:
    """Return where a file, or what it was before it was signed, was published; None for nowhere."""
    from flows.document.inspection.reading import named_reference  # noqa: PLC0415 - see the next
    from flows.document.signing.examination import beginnings  # noqa: PLC0415 - a second to import

    digests = {hashlib.sha256(each).hexdigest(): each for each in beginnings(pdf)}
    # The reference that the file gives is looked at first, and saves a walk through every case.
    for reference in _references(office, named_reference(pdf)):
        published = [
            said for said in office.register.statements(reference) if said.act.kind is ActKind.PUBLISH
        ]
        for said in published:
            marked = said.act.files[f"published/{slug(reference)}.pdf"]
            if marked.sha256 in digests:
                return _origin(office, digests[marked.sha256], said, published[-1].act.version)
    return None


def _references(office: Office, named: str | None) -> Iterator[str]:
    if named:
        with suppress(UnknownCaseError):
            yield office.register.case(named).reference
    yield from (row.reference for row in office.register.cases())


def _origin(office: Office, paper: bytes, said: Statement, current: int) -> Origin:
    history = office.register.history(said.act.case)
    recorded = next(each for each in history if each.entry.act == said.label)
    return Origin(
        paper=paper,
        reference=said.act.case,
        version=said.act.version,
        recorded=recorded,
        statement=said,
        current=current,
        checkpoint=_checkpoint(office, recorded.entry.sequence),
    )


def _checkpoint(office: Office, sequence: int) -> int | None:
    """Return the length of the first checkpoint of the home that covers an entry and holds."""
    keys = {key for policy in office.register.policies() for key in policy.people[SERVICE].keys}
    for path in sorted(office.home.checkpoints.glob("*.txt")):
        try:
            checkpoint, key = parse_checkpoint(path.read_text(encoding="ascii"))
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
    return basis_of(office.register, origin.statement).blocks()

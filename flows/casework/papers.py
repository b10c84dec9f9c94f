"""The paper: what joins the register and the document.

The approved text and the signed statements become the published paper; and the audit makes that paper again
and compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.casework import brought
from flows.document.blocks import parse_document
from flows.document.publication import Comparison, Publication, page_of, paper_blocks, render, states_of
from flows.document.publication import check as check_publication
from flows.document.publication import publish as make_publication
from flows.document.record import DECIDED, ROLES, Record
from flows.domain.acts import APPROVE, DRAFT, OPEN, PUBLISH, RETURN, SUBMIT
from flows.domain.acts.drafting import gates_text
from flows.domain.acts.publishing import ENTRIES, SIGNED_AS
from flows.domain.documents import DOCUMENTS, REQUEST, TEST
from flows.domain.local_day import local_day
from flows.domain.procedure import Stage
from flows.domain.reference import slug
from flows.domain.request_file import parse_request_file
from flows.register.audit import Brought, Verdict
from flows.register.checkpoint import parse_stated
from flows.register.dossier import replaced

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from flows.document.blocks import Block
    from flows.domain.letterhead import Letterhead
    from flows.domain.theme import Theme
    from flows.register.dossier import Dossier
    from flows.register.register import Register
    from flows.register.statement import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a paper is made from.

    Attributes:
        document: The kind of document.
        text: Its text, as it was approved.
        statements: Of the case, before the publication, oldest first, each with its SHA-256.
        time: Of the publication, UTC.
        fingerprint: Of the register.
        theme: Of the policy under which it was, or is being, published.
        letterhead: Likewise.
        signed_as: In whose name the publication says that it is signed; empty where it does not.
        entries: How many entries the register had of which the paper states the root; 0 where it states none.
        root: Of the Merkle tree over those, in hex.
    """

    document: str
    request: bytes
    text: bytes
    statements: Sequence[tuple[str, Statement]]
    time: datetime
    fingerprint: str
    theme: Theme
    letterhead: Letterhead
    signed_as: str
    entries: int = 0
    root: str = ""

    def record(self) -> Record:
        """Return what is printed after the text."""
        request = parse_request_file(self.request.decode())
        approvals = list(_approvals(self.statements, self.document))
        signed_off, last = approvals[-1]
        title, letter = DOCUMENTS[self.document].title, self.document != TEST.name
        sender = ", ".join(
            filter(None, (request.authority, *self.letterhead.address, self.letterhead.contact))
        )
        return Record(
            kind=title,
            authority=request.authority,
            reference=request.reference,
            subject=request.subject,
            version=last.act.version,
            decisions=tuple(
                (
                    DECIDED[said.act.gate or Stage.DRAFTING].format(title),
                    ROLES[said.act.role],
                    local_day(said.act.time),
                )
                for _, said in approvals
            ),
            signed_off=signed_off,
            published=self.time,
            register=last.register,
            fingerprint=self.fingerprint,
            replaces=self._replaces(),
            signatory=self.theme.signatory,
            sender=sender if letter else "",
            addressee=self.letterhead.addressee if letter else "",
            signed_as=self.signed_as,
            entries=self.entries,
            root=self.root,
        )

    def _replaces(self) -> tuple[int, date] | None:
        said = replaced((said for _, said in self.statements), self.document)
        return (said.act.version, local_day(said.act.time)) if said else None

    def publication(self) -> Publication:
        """Return the paper as PDF and HTML, with its manifest, fit to be published.

        Raises:
            UnfitPaperError: it fails its checks.
        """
        return make_publication(self.text.decode(), self.record(), self.theme)

    def rendering(self) -> Publication:
        """Return the same, whatever the checks say: what is published already is shown as it is."""
        return render(self.text.decode(), self.record(), self.theme)

    def blocks(self) -> tuple[Block, ...]:
        """Return what the paper says."""
        return paper_blocks(self.text.decode(), self.record())


def basis_of(register: Register, dossier: Dossier, published: Statement) -> Basis:
    """Return what the paper of a publication was made from, as the register has it."""
    policy = register.policy(published.act.policy)
    _, manifest = DOCUMENTS[published.act.document].published(slug(published.act.case))
    states = states_of(dossier.read(manifest, at=published))
    return Basis(
        document=published.act.document,
        request=dossier.read(REQUEST, at=published),
        text=dossier.read(DOCUMENTS[published.act.document].text, at=published),
        statements=dossier.chain.statements[: published.number - 1],
        time=published.act.time,
        fingerprint=register.fingerprint(),
        theme=policy.theme,
        letterhead=policy.letterhead,
        signed_as=published.act.details.get(SIGNED_AS, ""),
        entries=int(published.act.details.get(ENTRIES, "0")),
        root=parse_stated(states).root if states else "",
    )


def check(brought: Brought) -> Verdict:
    """Look into what an act brought: what the audit is handed. A paper is made again."""
    return _CHECKS[brought.act.kind](brought)


def _compared(published: Brought) -> Verdict:
    kind = DOCUMENTS[published.act.document]
    pdf, manifest = kind.published(slug(published.case.reference))
    if published.followed:
        page, again = page_of(published.read(manifest))
        return Verdict(passes=True, page=page, again=again)
    basis = Basis(
        document=published.act.document,
        request=published.read(REQUEST),
        text=published.read(kind.text),
        statements=published.statements[:-1],
        time=published.case.changed,
        fingerprint=published.fingerprint,
        theme=published.policy.theme,
        letterhead=published.policy.letterhead,
        signed_as=published.act.details.get(SIGNED_AS, ""),
        entries=published.stated.sequence if published.stated else 0,
        root=published.stated.root if published.stated else "",
    )
    states = str(published.stated or "")
    if states_of(published.read(manifest)) != states:
        return Verdict(passes=False, code="E_STATED", sentence=_OTHER_ENTRIES)
    paper, text = published.read(pdf), basis.text.decode()
    result = check_publication(text, basis.record(), published.read(manifest), paper, basis.theme)
    unknown = result.comparison is Comparison.NOT_ESTABLISHED
    if unknown and (fault := _says_otherwise(paper, text, basis.root)):
        return Verdict(passes=False, sentence=fault)
    return Verdict(
        code="E_RENDERER" if result.comparison is Comparison.UNKNOWN_SOFTWARE else "E_PDF",
        passes=result.passes or unknown,
        established=not unknown,
        sentence="" if result.comparison is Comparison.SAME else result.sentence.rstrip("."),
        page=result.page,
        again=result.again,
    )


_OTHER_ENTRIES: Final = (
    "The paper states a checkpoint that the register does not contain: entries before it are others now, or "
    "the paper was put in the place of another."
)


def _says_otherwise(paper: bytes, text: str, root: str) -> str | None:
    from flows.document.inspection.approved import says_otherwise  # noqa: PLC0415 - half a second, for few

    return says_otherwise(paper, parse_document(text), root)


_CHECKS: Final = {
    OPEN: brought.check_assessment,
    DRAFT: brought.check_text,
    SUBMIT: brought.check_submission,
    PUBLISH: _compared,
}


def _approvals(statements: Iterable[tuple[str, Statement]], document: str) -> Iterable[tuple[str, Statement]]:
    """Return what carried a document to publication: its approvals, in order, or its submission alone."""
    standing: list[tuple[str, Statement]] = []
    for digest, said in statements:
        if said.act.document != document:
            continue
        if said.act.kind in {DRAFT, RETURN, SUBMIT}:
            standing.clear()
        if said.act.kind == APPROVE or said.act.details.get("gates") == gates_text(()):
            standing.append((digest, said))
    return standing

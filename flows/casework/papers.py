"""The paper: what joins the register and the document.

The approved text and the signed statements become the published paper; and the audit makes that paper again
and compares.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flows.casework import texts
from flows.document.publication import Comparison, Publication, paper_blocks, render
from flows.document.publication import check as check_publication
from flows.document.publication import publish as make_publication
from flows.document.record import DECIDED, ROLES, Record
from flows.domain.acts import APPROVE, DRAFT, RETURN, SUBMIT
from flows.domain.acts.drafting import gates_text
from flows.domain.acts.publishing import SIGNED_AS
from flows.domain.checks import VERSION
from flows.domain.checks.rule import Draft
from flows.domain.checks.ruleset import check as check_content
from flows.domain.documents import ASSESSMENT, DOCUMENT, DOCUMENTS, REQUEST, TEST
from flows.domain.errors import MalformedError
from flows.domain.finding import Severity, blocking
from flows.domain.local_day import local_day
from flows.domain.noted import read_noted
from flows.domain.procedure import Stage
from flows.domain.reference import slug
from flows.domain.request_file import parse_request_file
from flows.register.audit import PaperVerdict, Published
from flows.register.dossier import replaced

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from flows.document.blocks import Block
    from flows.domain.act import Act
    from flows.domain.letterhead import Letterhead
    from flows.domain.theme import Theme
    from flows.register.dossier import Dossier
    from flows.register.statement import Statement
    from flows.register.store import Register


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
    )


def check(published: Published) -> PaperVerdict:
    """Check the content of a published paper again, and make it again: what the audit is handed."""
    content = _content(published)
    if not content.passes:
        return content
    return replace(_compared(published), unchecked=content.unchecked, remark=content.remark)


def _content(published: Published) -> PaperVerdict:
    """Return whether the submission of the published version told of everything that stops it.

    Only the rules of the same version can find that it did not: another version may well find more, and
    what it finds is told.
    """
    if not DOCUMENTS[published.document].checked:
        return PaperVerdict(passes=True)
    submission = next(
        said.act
        for _, said in reversed(published.statements)
        if said.act.kind == SUBMIT and said.act.document == published.document
    )
    rules = submission.details["rules"]
    try:
        looked_at = _looked_at(published, submission)
    except MalformedError:
        return PaperVerdict(passes=True, unchecked="its files cannot be read by this software")
    noted = read_noted(submission.details.get("findings", ""))
    told = {(each.code, each.place) for each in noted if each.severity is Severity.BLOCK}
    left_out = sorted(
        f"{each.code} at {each.place or 'the whole text'}"
        for each in blocking(check_content(looked_at))
        # Templates change, so a text made otherwise then is a remark and no more.
        if each.code != "S09" and (each.final or (each.code, each.place) not in told)
    )
    if rules != VERSION:
        then = f"its rules are {rules}, and not {VERSION} as here"
        found = f"; by these {', '.join(left_out)} would stop it" if left_out else ""
        return PaperVerdict(passes=True, unchecked=then + found)
    if left_out:
        sentence = f"The version was submitted in spite of {', '.join(left_out)}, which nothing allowed"
        return PaperVerdict(passes=False, code="E_CHECKS", sentence=sentence)
    same = looked_at.document == looked_at.made
    return PaperVerdict(
        passes=True, remark="" if same else "the text is not what this software makes of its assessment"
    )


def _looked_at(published: Published, submission: Act) -> Draft:
    request = parse_request_file(published.read(REQUEST).decode())
    assessment = texts.read_assessment(
        published.read(ASSESSMENT), published.case.reference, rules=texts.RECORDED
    )
    today, body = local_day(submission.time), published.policy.rules.body
    return Draft(
        assessment=assessment,
        request=replace(request, received=published.case.life.events.received),
        document=published.read(DOCUMENT).decode(),
        made=texts.make_text(request, assessment, on=today, body=body),
        today=today,
        body=body,
    )


def _compared(published: Published) -> PaperVerdict:
    kind = DOCUMENTS[published.document]
    basis = Basis(
        document=published.document,
        request=published.read(REQUEST),
        text=published.read(kind.text),
        statements=published.statements[:-1],
        time=published.case.changed,
        fingerprint=published.fingerprint,
        theme=published.policy.theme,
        letterhead=published.policy.letterhead,
        signed_as=published.statements[-1][1].act.details.get(SIGNED_AS, ""),
    )
    pdf, manifest = kind.published(slug(published.case.reference))
    result = check_publication(
        basis.text.decode(),
        basis.record(),
        published.read(manifest),
        published.read(pdf),
        basis.theme,
    )
    unknown = result.comparison is Comparison.NOT_ESTABLISHED
    return PaperVerdict(
        code="E_RENDERER" if result.comparison is Comparison.UNKNOWN_SOFTWARE else "E_PDF",
        passes=result.passes or unknown,
        established=not unknown,
        sentence="" if result.comparison is Comparison.SAME else result.sentence.rstrip("."),
    )


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

"""The paper: what joins the register and the document.

An assessment becomes the text people approve; the approved text and the signed statements become the
published paper; and the audit makes that paper again and compares.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from flows.document.arrangement import without_marks
from flows.document.blocks import (
    Link,
    List,
    NoteMark,
    Text,
    lines,
    parse_document,
    parse_prose,
    plain_text,
    words,
)
from flows.document.markdown import plain_faults, prose_faults, unfit_tables
from flows.document.publication import Comparison, Publication, paper_blocks, render
from flows.document.publication import check as check_publication
from flows.document.publication import publish as make_publication
from flows.document.record import DECIDED, ROLES, Record
from flows.document.text import write_document
from flows.domain.acts import APPROVE, DRAFT, RETURN, SUBMIT
from flows.domain.assessment import texts
from flows.domain.checks import VERSION
from flows.domain.checks.rule import Draft
from flows.domain.checks.ruleset import check as check_content
from flows.domain.documents import ASSESSMENT, DOCUMENT, DOCUMENTS, REQUEST
from flows.domain.errors import Fault, MalformedError
from flows.domain.finding import Severity, blocking
from flows.domain.local_day import local_day
from flows.domain.noted import read_noted
from flows.domain.provisions import provisions
from flows.domain.reference import slug
from flows.domain.request_file import parse_request_file, write_request
from flows.register.audit import PaperVerdict, Published
from flows.sources.parse import (
    ArrivedRequest,
    TextRules,
    check_reference,
    parse_assessment,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from flows.document.blocks import Block, Inline
    from flows.domain.act import Act
    from flows.domain.assessment import Assessment, Request
    from flows.domain.theme import Theme
    from flows.register.dossier import Dossier
    from flows.register.statement import Statement
    from flows.register.store import Register

RULES: Final = TextRules(plain=plain_faults, prose=prose_faults)
"""What may stand in clear: the subset of Markdown, and characters the paper can print."""
RECORDED: Final = TextRules(
    plain=partial(plain_faults, typed=False),
    prose=partial(prose_faults, typed=False),
    typed=False,
)
"""The same of what the register has: how it was typed is no matter any more, and it stays what it was."""


def version_files(
    request: Request, assessment: Assessment, data: bytes, *, on: date, body: str | None
) -> dict[str, bytes]:
    """Return the files of a version of a test: the request in clear, the assessment as written, the text.

    Args:
        data: The assessment as it was written.
        on: The local day.
        body: The kind of authority; None where it is not known.
    """
    text = _made(request, assessment, on=on, body=body)
    return {
        REQUEST: write_request(request).encode(),
        ASSESSMENT: data,
        DOCUMENT: text.encode(),
    }


def read_assessment(
    data: bytes, reference: str, *, source: str = "assessment.yaml", rules: TextRules = RULES
) -> Assessment:
    """Return the assessment in ``data``, which has to be of the case ``reference``.

    Raises:
        MalformedError: with every fault.
    """
    assessment = parse_assessment(data, rules=rules, source=source)
    check_reference(assessment, reference, source=source)
    return assessment


def draft(
    request: Request,
    assessment: Assessment,
    *,
    document: str | None = None,
    made: str | None = None,
    today: date,
    due: date | None,
    body: str | None = None,
    named: tuple[str, ...] | None = None,
) -> Draft:
    """Return what the rules look at.

    Args:
        document: The text that people read; what is made of the assessment where it is not given.
        made: The text that this software makes of the assessment; made here where it is not given.
        due: When the answer is due; None where that is not known.
        named: Paths of the texts that tell who the applicant is; None where nobody looked.
    """
    made = _made(request, assessment, on=today, body=body) if made is None else made
    return Draft(
        assessment=assessment,
        request=request,
        document=made if document is None else document,
        made=made,
        today=today,
        due=due,
        body=body,
        named=named,
    )


def personal_details(arrived: ArrivedRequest, *contents: Request | Assessment) -> list[str]:
    """Return the paths of the texts in clear that tell who the applicant is."""
    return [path for content in contents for path in arrived.named_in(dict(texts(content)))]


def named(
    arrived: ArrivedRequest, request: Request, assessment: Assessment, document: str
) -> tuple[str, ...]:
    """Return the paths of the texts in clear that name the applicant, as the checks give places.

    Args:
        arrived: The request as it arrived.
        request: As far as it stands in clear.
        assessment: The content.
        document: The text made of it.
    """
    in_request = (f"request.{path}" for path in personal_details(arrived, request))
    return (*in_request, *personal_details(arrived, assessment), *personal_details_read(arrived, document))


def personal_details_read(arrived: ArrivedRequest, document: str) -> list[str]:
    """Return ``document`` if whoever reads the text can tell from it who the applicant is.

    Markdown, character references and notes can part a name that the reader sees whole.
    """
    blocks = without_marks(parse_document(document))
    inlines = [*_lines(blocks)]
    read = {
        "words": "\n".join(map(plain_text, inlines)),
        "words apart": " ".join(words(blocks)),  # where the mark of a note is all that parts two
        "links": "\n".join(unquote(href) for line in inlines for href in _targets(line)),
    }
    return ["document"] if arrived.named_in(read) else []


def _lines(blocks: Iterable[Block]) -> Iterator[tuple[Inline, ...]]:
    for block in blocks:
        if isinstance(block, List):
            for item in block.items:
                yield from _lines(item)
        else:
            yield from lines(block)


def _targets(inlines: Iterable[Inline]) -> Iterator[str]:
    for inline in inlines:
        if isinstance(inline, Link):
            yield inline.href
        if not isinstance(inline, Text | NoteMark):
            yield from _targets(inline.inlines)


def _made(request: Request, assessment: Assessment, *, on: date, body: str | None) -> str:
    return write_document(request, assessment, provisions(request.regime), on=on, body=body)


def unfit_tables_in(contents: Request | Assessment, theme: Theme) -> list[Fault]:
    """Return a fault for each table that papers of that theme have no room for."""
    return [
        Fault(path=path, problem=problem)
        for path, text in texts(contents)
        if "|\n" in text
        for problem in unfit_tables(parse_prose(text), theme.size)
    ]


def personal_faults(paths: Iterable[str]) -> list[Fault]:
    """Return a fault for each text that tells who the applicant is."""
    return [
        Fault(
            path=path,
            problem="it has the applicant's name, e-mail, telephone or address in it; write it without",
        )
        for path in paths
    ]


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
    """

    document: str
    request: bytes
    text: bytes
    statements: Sequence[tuple[str, Statement]]
    time: datetime
    fingerprint: str
    theme: Theme

    def record(self) -> Record:
        """Return what is printed after the text."""
        request = parse_request_file(self.request.decode())
        approvals = list(_approvals(self.statements, self.document))
        signed_off, last = approvals[-1]
        title = DOCUMENTS[self.document].title
        return Record(
            kind=title,
            authority=request.authority,
            reference=request.reference,
            subject=request.subject,
            version=last.act.version,
            decisions=tuple(
                (DECIDED[gate].format(title), ROLES[said.act.role], local_day(said.act.time))
                for _, said in approvals
                if (gate := said.act.gate) is not None
            ),
            signed_off=signed_off,
            published=self.time,
            register=last.register,
            fingerprint=self.fingerprint,
            signatory=self.theme.signatory,
        )

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
    return Basis(
        document=published.act.document,
        request=dossier.read(REQUEST, at=published),
        text=dossier.read(DOCUMENTS[published.act.document].text, at=published),
        statements=dossier.chain.statements[: published.number - 1],
        time=published.act.time,
        fingerprint=register.fingerprint(),
        theme=register.policy(published.act.policy).theme,
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
    assessment = read_assessment(published.read(ASSESSMENT), published.case.reference, rules=RECORDED)
    today, body = local_day(submission.time), published.policy.rules.body
    return Draft(
        assessment=assessment,
        request=replace(request, received=published.case.received),
        document=published.read(DOCUMENT).decode(),
        made=_made(request, assessment, on=today, body=body),
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
    """Return the approvals that carried a document to publication, in order."""
    standing: list[tuple[str, Statement]] = []
    for digest, said in statements:
        if said.act.document != document:
            continue
        if said.act.kind in {DRAFT, RETURN, SUBMIT}:
            standing.clear()
        elif said.act.kind == APPROVE:
            standing.append((digest, said))
    return standing

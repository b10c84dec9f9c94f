"""Drafts: the first one of a test, which the machine writes, and those that people write."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from flows.casework import acts, checking, texts
from flows.casework.acts import Officer, Wish
from flows.casework.office import Done
from flows.casework.starting import start
from flows.document.blocks import parse_prose
from flows.document.markdown import prose_faults, unfit_tables
from flows.document.text import skeleton
from flows.domain.acts import DRAFT
from flows.domain.acts.records import RECORDS
from flows.domain.checks.ruleset import check
from flows.domain.documents import (
    ASSESSMENT,
    DOCUMENT,
    DOCUMENTS,
    REQUEST,
    SCHEDULE,
    TEST,
    sealed_with,
)
from flows.domain.errors import Fault, MalformedError
from flows.domain.events import USUAL
from flows.domain.letters import PLACE
from flows.domain.procedure import Role, Stage
from flows.domain.provisions import provisions
from flows.domain.records import LIST
from flows.domain.request_file import parse_request_file
from flows.domain.starting import exemptions_named
from flows.domain.text_file import text_of
from flows.sources.parse import parse_records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flows.casework.office import Office
    from flows.domain.case import Case
    from flows.domain.checks.rule import Draft
    from flows.domain.finding import Finding
    from flows.domain.records import Record
    from flows.register.dossier import Dossier
    from flows.register.line import Recorded

_LONGEST_LETTER: Final = 100_000
"""Characters of a text that is written as it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What somebody wrote, read and looked through; nothing is recorded.

    Attributes:
        files: Of the version that it would make, by path in the case's folder.
        findings: What the checks say of it.
        words: The texts that these mean, by place.
    """

    files: Mapping[str, bytes]
    findings: tuple[Finding, ...]
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A version that was handed in.

    Attributes:
        recorded: None where it is identical with the current one.
        case: As it then stands.
        findings: What the checks say of it.
        words: The texts that these mean, by place.
    """

    recorded: Recorded | None
    case: Case
    findings: tuple[Finding, ...]
    words: Mapping[str, str]


def write_first_draft(office: Office, reference: str) -> Done:
    """Write the first draft of a test: the assessment that came with the request, else a skeleton."""
    dossier = office.register.dossier(reference)
    case = dossier.case
    if case.stage() is not Stage.RECEIVED:
        return Done(reference=reference)
    request = parse_request_file(dossier.read(REQUEST).decode())
    came = ASSESSMENT in case.files
    data = dossier.read(ASSESSMENT) if came else skeleton(request).encode()
    assessment = texts.read_assessment(data, reference, rules=texts.RECORDED)
    body = dossier.policy.rules.body
    files = texts.version_files(request, assessment, data, on=office.today(), body=body)
    acts.by_service(office, DRAFT, reference, files, document=TEST.name, version=1)
    source = "the assessment that came with it" if came else "a skeleton"
    return Done(reference=reference, what=f"first draft written from {source}")


def begin(office: Office, reference: str, starts: Sequence[str]) -> str:
    """Return an assessment to fill in, which rests on the exemptions named; nothing is recorded.

    Args:
        starts: As ``domain.starting`` reads them.

    Raises:
        MalformedError: one is no exemption of the Act.
        RefusedError: one is not for this kind of authority.
    """
    dossier = office.register.dossier(reference)
    case, body = dossier.case, dossier.policy.rules.body
    exemptions = exemptions_named(starts, provisions(case.regime), on=case.received, body=body)
    return start(case.reference, exemptions, provisions(case.regime), body=body)


def begin_letter(office: Office, reference: str, document: str, *, records: tuple[Record, ...] = ()) -> str:
    """Return the text that a letter of a case is begun with, blanks and all; nothing is recorded.

    Args:
        records: Those that a schedule lists; by default those that were scheduled last.

    Raises:
        MalformedError: one of the authority's own templates is no template of a letter.
    """
    from flows.casework import letters  # noqa: PLC0415 - for this alone

    dossier = office.register.dossier(reference)
    case = dossier.case
    request = parse_request_file(dossier.read(REQUEST).decode())
    clock, events = office.clock(dossier.policy), case.life.events
    beginning = letters.Beginning(
        known=checking.known_of(office, dossier, request),
        subject=request.subject,
        received=events.received,
        summary=request.summary,
        due=clock.answer(events, case.regime).due,
        longest=clock.answer(replace(events, extended=USUAL), case.regime).due,
        review_asked=events.review_asked,
        records=records or (_scheduled(office, dossier) if document == SCHEDULE.name else ()),
        letterhead=dossier.policy.letterhead,
    )
    return letters.begin(document, beginning, office.home.letters)


def _scheduled(office: Office, dossier: Dossier) -> tuple[Record, ...]:
    """Return the records that were scheduled last; none where nobody scheduled any."""
    from flows.casework.sealed import one_of_archive  # noqa: PLC0415 - for this alone

    said = dossier.last(RECORDS, document="")
    if said is None:
        return ()
    kept = dossier.read(sealed_with(said.number, RECORDS.name))
    listed = one_of_archive(office.sealing.unseal(dossier.case.recipient, kept), LIST)
    return parse_records(listed, rules=texts.RECORDED, source=LIST).records


def draft(
    office: Office,
    officer: Officer,
    reference: str,
    data: bytes,
    summary: str | None = None,
    *,
    document: str = TEST.name,
    source: str = "assessment.yaml",
    subject: str | None = None,
) -> Drafted:
    """Record the next version of a document.

    Args:
        data: The assessment of a test; else the text itself, in Markdown.
        summary: What was asked, fit to publish; None leaves it as it is.
        subject: Of a test, the label by which its case is listed and published; None leaves it as it is.
        source: What faults are told of.

    Raises:
        MalformedError: with every fault of what was handed in.
    """
    dossier = office.register.dossier(reference)
    dossier.policy.require(officer.id, Role.FOI_OFFICER, verb=DRAFT.verb)
    written = read(office, dossier, data, summary, document=document, source=source, subject=subject)
    case, files, found = dossier.case, written.files, written.findings
    current = case.document(document).version
    if current and all(dossier.read(path) == content for path, content in files.items()):
        return Drafted(recorded=None, case=case, findings=found, words=written.words)
    wish = Wish(
        kind=DRAFT, reference=reference, document=document, version=case.next_version(document), files=files
    )
    taken = acts.act(office, officer, wish, on=dossier)
    return Drafted(recorded=taken.recorded, case=taken.case, findings=found, words=written.words)


def read(
    office: Office,
    dossier: Dossier,
    data: bytes,
    summary: str | None,
    *,
    document: str,
    source: str = "assessment.yaml",
    subject: str | None = None,
) -> Written:
    """Return what a version would be made of, with what the checks say of it today.

    Args:
        data, summary, source, subject: As ``draft``.

    Raises:
        MalformedError: with every fault of what was written.
        RegisterError: the request cannot be opened, so that nobody knows whether it is named.
    """
    if DOCUMENTS[document].checked:
        files, looked_at = _test_files(office, dossier, data, (subject, summary), source)
        return Written(files=files, findings=check(looked_at), words=looked_at.words)
    text = _letter(office, dossier, data, source)
    return Written(
        files={DOCUMENTS[document].text: text.encode()},
        findings=checking.letter_findings(office, dossier, document, text),
        words={PLACE: text},
    )


def _test_files(
    office: Office, dossier: Dossier, data: bytes, asked: tuple[str | None, str | None], source: str
) -> tuple[Mapping[str, bytes], Draft]:
    subject, summary = asked
    case = dossier.case
    request = parse_request_file(dossier.read(REQUEST).decode())
    request = replace(request, reference=case.reference, received=case.life.events.received)
    if summary is not None:
        request = replace(request, summary=_summary(summary))
    if subject is not None:
        request = replace(request, subject=_subject(subject))
    assessment = texts.read_assessment(data, case.reference, source=source)
    # What was read is fit for text of the usual size; the authority's may be larger.
    if unfit := texts.unfit_tables_in(assessment, dossier.policy.theme):
        raise MalformedError(source, *unfit)
    today, body = office.today(), dossier.policy.rules.body
    files = texts.version_files(request, assessment, data, on=today, body=body)
    text = files[DOCUMENT].decode()
    as_arrived = checking.applicant(office, dossier)
    if personal := texts.personal_details(as_arrived, request, assessment):
        raise MalformedError(source, *texts.personal_faults(personal))
    if texts.personal_details_read(as_arrived, text):
        raise MalformedError(source, *texts.personal_faults(["the text made of it"]))
    looked_at = texts.draft(
        request,
        assessment,
        document=text,
        made=text,
        today=today,
        due=office.clock(dossier.policy).answer(case.life.events, case.regime).last,
        body=body,
        named=(),
    )
    return files, looked_at


def _letter(office: Office, dossier: Dossier, data: bytes, source: str) -> str:
    """Return the text of a letter in the one form the register keeps."""
    text = unicodedata.normalize("NFC", text_of(data, source).strip()) + "\n"
    problems = prose_faults(text) or unfit_tables(parse_prose(text), dossier.policy.theme.size)
    if not text.strip() or len(text) > _LONGEST_LETTER:
        problems = [*problems, f"a text of 1 to {_LONGEST_LETTER:,} characters is needed"]
    if problems:
        raise MalformedError(source, *(Fault(path="", problem=problem) for problem in problems))
    as_arrived = checking.applicant(office, dossier)
    if as_arrived.named_in({"text": text}) or texts.personal_details_read(as_arrived, text):
        raise MalformedError(source, *texts.personal_faults([""]))
    return text


def _summary(text: str) -> str:
    text = unicodedata.normalize("NFC", text.strip())
    if not text:
        raise MalformedError("summary", Fault(path="", problem="it has no words"))
    faults = prose_faults(text)
    if faults:
        raise MalformedError("summary", *(Fault(path="", problem=fault) for fault in faults))
    return text


def _subject(text: str) -> str:
    text = " ".join(unicodedata.normalize("NFC", text).split())
    faults = texts.RULES.plain(text) if text else ["it has no words"]
    if faults:
        raise MalformedError("subject", *(Fault(path="", problem=fault) for fault in faults))
    return text

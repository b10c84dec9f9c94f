"""What somebody writes and has not recorded yet: what the checks say of it, and how it would look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.casework import drafts
from flows.casework.reading import Remark, remarks_on
from flows.casework.starting import limbs_of
from flows.document.arrangement import arrange
from flows.document.blocks import parse_document
from flows.document.html import render_html
from flows.document.imprint import Imprint
from flows.domain.acts import DRAFT
from flows.domain.documents import ASSESSMENT, DOCUMENTS, REQUEST, TEST
from flows.domain.errors import Fault, MalformedError
from flows.domain.provisions import provisions, section_of
from flows.domain.request_file import parse_request_file

if TYPE_CHECKING:
    from flows.casework.office import Office
    from flows.domain.assessment import Duty
    from flows.register.dossier import Dossier


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """What is recorded of a document, to be written on.

    Attributes:
        version: 0 where there is none.
        text: The assessment of a test; else the text itself; with version 0 what it is begun with.
        summary: What was asked, fit to publish; empty while nobody has summarised it.
    """

    version: int
    text: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What is to be said of something written.

    Attributes:
        faults: Why it cannot be recorded; the checks look only at what can.
    """

    faults: tuple[Fault, ...] = ()
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """An exemption that a text can be begun with.

    Attributes:
        limbs: With what each names.
    """

    citation: str
    title: str
    duty: Duty
    limbs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What exemptions are about, as people look for them."""

    name: str
    offered: tuple[Offered, ...]


SUMMARY: Final = "summary"
"""What faults of the summary are told of."""
SUBJECTS: Final = (
    ("Personal information, health and safety", ("40", "38")),
    ("Crime, investigations, courts and privilege", ("30", "31", "32", "42")),
    ("Security, defence and relations abroad", ("23", "24", "26", "27")),
    ("Confidence, commerce and the economy", ("41", "43", "29")),
    ("Policy and the conduct of public affairs", ("35", "36", "28", "33", "34", "37")),
    ("Published, or about to be", ("21", "22", "22A")),
    ("Other laws", ("39", "44")),
)
"""The sections of the Act by what they protect; whatever is in none of these stands under the last."""


def current(office: Office, dossier: Dossier, document: str) -> Current:
    """Return what there is to write on.

    Raises:
        MalformedError: one of the authority's own templates is no template of a letter.
    """
    case, kind = dossier.case, DOCUMENTS[document]
    version = case.document(document).version
    request = parse_request_file(dossier.read(REQUEST).decode())
    if version:
        text = dossier.read(ASSESSMENT if kind.checked else kind.text).decode()
    else:
        text = "" if document == TEST.name else drafts.begin_letter(office, case.reference, document)
    return Current(version=version, text=text, summary=request.summary or "")


def recorded(dossier: Dossier, document: str, version: int) -> Current | None:
    """Return a version that is in the register; None where there is none of that number."""
    said = dossier.last(DRAFT, document=document, version=version)
    if said is None:
        return None
    kind = DOCUMENTS[document]
    return Current(
        version=version,
        text=dossier.read(ASSESSMENT if kind.checked else kind.text, at=said).decode(),
        summary=parse_request_file(dossier.read(REQUEST, at=said).decode()).summary or "",
    )


def author(dossier: Dossier, document: str, version: int) -> str:
    """Return who recorded a version; empty where there is none."""
    said = dossier.last(DRAFT, document=document, version=version)
    return said.act.actor if said else ""


def subject(dossier: Dossier) -> str:
    """Return what a request is about, as far as it stands in clear."""
    return parse_request_file(dossier.read(REQUEST).decode()).subject


def check(office: Office, dossier: Dossier, document: str, text: str, summary: str) -> Checked:
    """Return what is to be said of something written; nothing is recorded.

    Raises:
        RegisterError: as ``drafts.read``.
    """
    try:
        written = drafts.read(office, dossier, text.encode(), summary or None, document=document)
    except MalformedError as error:
        place = f"request.{SUMMARY}" if error.source == SUMMARY else ""
        return Checked(
            faults=tuple(Fault(path=each.path or place, problem=each.problem) for each in error.faults)
        )
    return Checked(remarks=remarks_on(dossier, document, written.findings, written.words))


def paper(office: Office, dossier: Dossier, document: str, text: str, summary: str) -> str:
    """Return how something written would look, as a page of HTML that is marked as a draft.

    Raises:
        MalformedError: it cannot be read.
    """
    written = drafts.read(office, dossier, text.encode(), summary or None, document=document)
    request = parse_request_file(dossier.read(REQUEST).decode())
    imprint = Imprint(
        title=f"{DOCUMENTS[document].title} {request.reference}: {request.subject}",
        authority=request.authority,
        reference=request.reference,
        version=dossier.case.next_version(document),
        draft=True,
        theme=dossier.policy.theme,
    )
    made = written.files[DOCUMENTS[document].text].decode()
    return render_html(arrange(parse_document(made)), imprint)


def offered(dossier: Dossier) -> tuple[Subject, ...]:
    """Return the exemptions that were in force when the request came, by what they are about."""
    case, body = dossier.case, dossier.policy.rules.body
    law = provisions(case.regime)
    found: dict[str, list[Offered]] = {name: [] for name, _ in SUBJECTS}
    named = {section: name for name, sections in SUBJECTS for section in sections}
    order = {section: at for at, section in enumerate(named)}
    for each in sorted(law.all, key=lambda each: order.get(section_of(each.citation), len(order))):
        if each.in_force(case.received) and not (each.only_for and body and body not in each.only_for):
            limbs = tuple(limbs_of(each, law).items())
            one = Offered(citation=each.citation, title=each.title, duty=each.duty, limbs=limbs)
            found[named.get(section_of(each.citation), SUBJECTS[-1][0])].append(one)
    return tuple(Subject(name=name, offered=tuple(each)) for name, each in found.items() if each)

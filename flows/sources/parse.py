"""Read ``request.yaml`` and ``assessment.yaml``: bytes in, the domain's values out.

The order: strict YAML, the schema with the rules for text, then the domain's types. Whatever is
wrong is told at once, and no fault repeats what was written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from flows.domain.assessment import FOIA, Assessment, Request
from flows.domain.characters import unseen_fault
from flows.domain.errors import Fault, MalformedError
from flows.domain.text_file import text_of, typed
from flows.sources.applicant import Applicant, applicant
from flows.sources.faults import KEYS, faults_of
from flows.sources.gist import gist_of
from flows.sources.personal import named_in
from flows.sources.schema import AssessmentFile, RecordsFile, RequestFile, TextRules
from flows.sources.strict_yaml import Place, YamlText, scan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from flows.domain.records import Records

__all__ = [
    "ArrivedRequest",
    "Naming",
    "TextRules",
    "address_of",
    "check_reference",
    "parse_assessment",
    "parse_records",
    "parse_request",
]

_SEALED: Final[Mapping[type[BaseModel], tuple[Place, ...]]] = {RequestFile: (("text",),)}
"""The texts of each file that are never printed."""
_File = TypeVar("_File", bound=BaseModel)


class Naming(Protocol):
    """What tells whether a text names an applicant."""

    def named_in(self, texts: Mapping[str, str]) -> list[str]:
        """Return the paths of the texts that tell who the applicant is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivedRequest:
    """A request as it arrived, as far as it may stand in clear.

    Attributes:
        reference: None where the authority has yet to give one.
        received: Local date of receipt.
        applicant: Who asked; only ever searched for.
        gist: Who asked for what, in the form in which two requests are the same; only ever digested. None
            where nothing tells who.
        repeat_of: Reference of the case that asked the same, where this is to be a case all the same.
    """

    reference: str | None
    authority: str
    received: date
    subject: str
    summary: str | None
    applicant: Applicant
    gist: str | None = None
    repeat_of: str | None = None
    regime: str = FOIA

    def __repr__(self) -> str:
        # The applicant's name must not reach a log by way of a traceback.
        return f"ArrivedRequest(reference={self.reference!r}, received={self.received})"

    def named_in(self, texts: Mapping[str, str]) -> list[str]:
        """Return the paths of the texts that tell who the applicant is."""
        return named_in(self.applicant, texts)

    def request(self, reference: str) -> Request:
        """Return the request under ``reference``, which is its own where it has one."""
        if self.reference not in {None, reference}:
            raise ValueError("the request has a reference of its own")
        return Request(
            reference=reference,
            authority=self.authority,
            received=self.received,
            subject=self.subject,
            summary=self.summary,
            regime=self.regime,
        )


def parse_request(data: bytes, *, rules: TextRules, source: str = "request.yaml") -> ArrivedRequest:
    """Return what arrived; ``rules`` hold for what stands in clear, not for what is sealed.

    Raises:
        MalformedError: with every fault.
    """
    file = _read(RequestFile, data, rules, source)
    return ArrivedRequest(
        reference=file.reference,
        authority=file.authority,
        received=file.received,
        subject=file.subject,
        summary=file.summary,
        applicant=applicant(
            **file.applicant.model_dump(),
            text=file.text,
            authority=file.authority,
        ),
        gist=gist_of(text=file.text, **file.applicant.model_dump()),
        repeat_of=file.repeat_of,
        regime=file.regime,
    )


def address_of(data: bytes, *, rules: TextRules) -> tuple[str, str] | None:
    """Return the applicant's name and e-mail address, as a request gives them; None where it gives none.

    For sending alone: it is personal, and goes nowhere else.

    Raises:
        MalformedError: with every fault.
    """
    file = _read(RequestFile, data, rules, "request.yaml")
    email = (file.applicant.email or "").strip()
    return (file.applicant.name, email) if email else None


def parse_assessment(data: bytes, *, rules: TextRules, source: str = "assessment.yaml") -> Assessment:
    """Return the assessment.

    Raises:
        MalformedError: with every fault.
    """
    assessment: Assessment = _read(AssessmentFile, data, rules, source).value()
    if rules.typed:
        _refuse_unseen(data, source)
    return assessment


def _refuse_unseen(data: bytes, source: str) -> None:
    """Refuse in a comment what no text may have: the file is kept in clear as it was written."""
    for number, line in enumerate(typed(text_of(data, source)).split("\n"), 1):
        if problem := unseen_fault([line]):
            raise MalformedError(source, Fault(path="", problem=f"{problem} (line {number})"))


def parse_records(data: bytes, *, rules: TextRules, source: str = "records.yaml") -> Records:
    """Return the schedule of records.

    Raises:
        MalformedError: with every fault.
    """
    found: Records = _read(RecordsFile, data, rules, source).value()
    return found


def check_reference(
    assessment: Assessment | Records, reference: str, *, source: str = "assessment.yaml"
) -> None:
    """Check that the assessment is of the request of that reference, to the letter.

    Raises:
        MalformedError: it names another.
    """
    if assessment.reference != reference:
        problem = f"the reference is not the request's; write {reference}"
        raise MalformedError(source, Fault(path="reference", problem=problem))


def _read(model: type[_File], data: bytes, rules: TextRules, source: str) -> _File:
    document = scan(data, source, KEYS, typed=rules.typed, sealed=_SEALED.get(model, ()))
    file, faults = _validated(model, document, rules)
    if file is None or faults or document.faults:
        told = {fault.path for fault in document.faults} - {""}
        others = (fault for fault in faults if fault.path not in told)
        raise MalformedError(source, *document.faults, *others)
    return file


def _validated(model: type[_File], document: YamlText, rules: TextRules) -> tuple[_File | None, list[Fault]]:
    try:
        file = model.model_validate(document.content, context=rules)
    except ValidationError as error:
        return None, faults_of(error, model, document)
    return file, faults_of(None, model, document)

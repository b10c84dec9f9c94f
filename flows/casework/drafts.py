"""Drafts: the first one, which the machine writes, and what the checks say of the current one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.casework import papers
from flows.casework.acts import by_service
from flows.casework.office import Done
from flows.document.text import skeleton
from flows.domain.procedure import ASSESSMENT, REQUEST, ActKind, Stage
from flows.domain.request_file import parse_request_file

if TYPE_CHECKING:
    from flows.casework.office import Office


def write_first_draft(office: Office, reference: str) -> Done:
    """Write the first draft of a case: the assessment that came with it, else a skeleton to fill in."""
    register = office.register
    case = register.case(reference)
    if case.stage is not Stage.RECEIVED:
        return Done(reference=reference)
    request = parse_request_file(register.read(reference, REQUEST).decode())
    came = ASSESSMENT in case.files
    data = register.read(reference, ASSESSMENT) if came else skeleton(request).encode()
    files = papers.version_files(request, papers.read_assessment(data, reference), data)
    by_service(office, ActKind.DRAFT, reference, files, version=case.version + 1)
    source = "the assessment that came with it" if came else "a skeleton"
    return Done(reference=reference, what=f"first draft written from {source}")

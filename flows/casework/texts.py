"""The text that people approve: what an assessment becomes, and what the rules look at."""

from __future__ import annotations

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
from flows.document.text import write_document
from flows.domain.assessment import texts
from flows.domain.checks.rule import Draft
from flows.domain.documents import ASSESSMENT, DOCUMENT, REQUEST
from flows.domain.errors import Fault
from flows.domain.provisions import provisions
from flows.domain.request_file import write_request
from flows.sources.parse import (
    Naming,
    TextRules,
    check_reference,
    parse_assessment,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from flows.document.blocks import Block, Inline
    from flows.domain.assessment import Assessment, Request
    from flows.domain.theme import Theme

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
    text = make_text(request, assessment, on=on, body=body)
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
    made = make_text(request, assessment, on=today, body=body) if made is None else made
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


def personal_details(arrived: Naming, *contents: Request | Assessment) -> list[str]:
    """Return the paths of the texts in clear that tell who the applicant is."""
    return [path for content in contents for path in arrived.named_in(dict(texts(content)))]


def named(arrived: Naming, request: Request, assessment: Assessment, document: str) -> tuple[str, ...]:
    """Return the paths of the texts in clear that name the applicant, as the checks give places.

    Args:
        arrived: The request as it arrived.
        request: As far as it stands in clear.
        assessment: The content.
        document: The text made of it.
    """
    in_request = (f"request.{path}" for path in personal_details(arrived, request))
    return (*in_request, *personal_details(arrived, assessment), *personal_details_read(arrived, document))


def personal_details_read(arrived: Naming, document: str) -> list[str]:
    """Return ``document`` if whoever reads the text can tell from it who the applicant is.

    Markdown, character references and notes can part a name that the reader sees whole.
    """
    blocks = without_marks(parse_document(document))
    inlines = [*_lines(blocks)]
    read = {
        "words": "\n".join(map(plain_text, inlines)),
        "words apart": " ".join(words(blocks)),  # where the mark of a note is all that parts two
        "links": "\n".join(map(unquote, links(blocks))),
    }
    return ["document"] if arrived.named_in(read) else []


def links(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield where each link in ``blocks`` leads, in reading order."""
    for line in _lines(blocks):
        yield from _targets(line)


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


def make_text(request: Request, assessment: Assessment, *, on: date, body: str | None) -> str:
    """Return the text that this software makes of an assessment, in Markdown."""
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

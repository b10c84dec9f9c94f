"""The text that a letter is begun with: our templates, an authority's own before them, and a case as data.

Templates are code, and run in a sandbox. What stands in a case is data: it is Markdown already when a
template gets it, opens no heading and no list whatever is written in it, and is never read as template code.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from flows.document.blocks import parse_prose
from flows.document.markdown import escape, normalise, prose_faults, write_markdown
from flows.domain.assessment import Duty, Outcome, Part
from flows.domain.citation import format_citations
from flows.domain.documents import DOCUMENTS, TEST
from flows.domain.english import in_full, listing
from flows.domain.errors import Fault, MalformedError
from flows.domain.letterhead import PLAIN, Letterhead
from flows.domain.letters import Known
from flows.domain.records import Exempt, Record, Status
from flows.domain.standing import standing
from flows.files import folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from jinja2 import Environment

BLANK: Final = "[To be written: {}]"
"""What check S03 knows for a placeholder, whatever stands in it."""
_FOLDER: Final = "letters"
_ENDING: Final = ".md.j2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What a letter is begun from.

    Attributes:
        summary: What was asked, in Markdown; None while nobody has summarised it.
        due: The day by which to answer; None while nothing is due.
        longest: The day by which an extension usually ends; None where it is not known.
    """

    known: Known
    subject: str
    received: date
    summary: str | None = None
    due: date | None = None
    longest: date | None = None
    review_asked: date | None = None
    records: tuple[Record, ...] = ()
    letterhead: Letterhead = PLAIN


def begin(kind: str, beginning: Beginning, own: Path) -> str:
    """Return the text that a letter of a kind is begun with, with blanks for what only a person knows.

    Args:
        own: The folder of the authority's own templates, which need not be there.

    Raises:
        MalformedError: one of them is no template of a letter.
    """
    check_own(own)
    return _written(kind, beginning, own)


def check_own(own: Path) -> tuple[str, ...]:
    """Return the names of an authority's own templates, each of which makes a letter.

    Raises:
        MalformedError: one does not; says which, and why.
    """
    names = sorted(path.name for path in own.iterdir()) if own.is_dir() else []
    known = {path.name for path in _ours().iterdir()}
    for name in names:
        if name not in known:
            problem = f"no letter has such a template; these can be there: {', '.join(sorted(known))}"
            raise MalformedError(name, Fault(path="", problem=problem))
    kinds = [kind for kind in DOCUMENTS if kind != TEST.name] if names else []
    for kind in kinds:
        for sample in _SAMPLES:
            _written(kind, sample, own)
    return tuple(names)


def _ours() -> Path:
    return folder("templates") / _FOLDER


def _written(kind: str, beginning: Beginning, own: Path) -> str:
    from jinja2 import TemplateError, TemplateSyntaxError, UndefinedError  # noqa: PLC0415 - for who writes

    name = f"{kind}{_ENDING}"
    try:
        text = _environment(own).get_template(f"{_FOLDER}/{name}").render(_context(kind, beginning))
    except TemplateSyntaxError as error:
        problem = f"{error.message}; mend the template"
        raise MalformedError(_file(error.name), Fault(path=f"line {error.lineno}", problem=problem)) from None
    except UndefinedError as error:
        problem = f"{error.message}; docs/letters.md lists what a template may name"
        raise MalformedError(name, Fault(path="", problem=problem)) from None
    except (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # Of the error its kind alone: its words may be those of a case.
        problem = f"it ends in {type(error).__name__}; mend the template"
        raise MalformedError(name, Fault(path="", problem=problem)) from None
    if faults := prose_faults(text, typed=False):
        raise MalformedError(name, *(Fault(path="", problem=fault) for fault in faults))
    return write_markdown(parse_prose(text))


def _file(name: str | None) -> str:
    return (name or "").rpartition("/")[2]


@cache
def _environment(own: Path) -> Environment:
    from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - for who writes
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - as above

    theirs = FileSystemLoader(own.parent)
    return ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([theirs, FileSystemLoader(folder("templates"))]),
        undefined=StrictUndefined,
        autoescape=False,  # Markdown has no mark-up of HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _context(kind: str, beginning: Beginning) -> Mapping[str, Any]:
    """Return what a template may name; every text is Markdown that stays what it is."""
    known, head = beginning.known, beginning.letterhead
    stands = [standing(part, known.law, known.body) for part in known.refused]
    weighed = list(dict.fromkeys(each for found in stands for each in found.weighed))
    return {
        "kind": kind,
        "reference": escape(known.reference),
        "authority": escape(known.authority),
        "subject": escape(beginning.subject),
        "summary": normalise(beginning.summary).strip() if beginning.summary else "",
        "received": beginning.received,
        "due": beginning.due,
        "longest": beginning.longest,
        "review_asked": beginning.review_asked,
        "parts": [_part(part, known) for part in known.parts],
        "weighed": format_citations(weighed) if weighed else "",
        "annexed": any(part.exemptions for part in known.refused),
        "all_silent": bool(known.parts) and known.silent == known.parts,
        "regulator": {
            "name": known.regulator.name,
            "right": known.regulator.right,
            "website": known.regulator.website,
        },
        **{name: escape(getattr(head, name)) for name in ("contact", "greeting", "closing", "signatory")},
        "review": normalise(head.review).strip() if head.review else "",
        "records": [*map(_record, beginning.records)],
        "blank": BLANK.format,
        "day": in_full,
        "listing": listing,
    }


def _part(part: Part, known: Known) -> Mapping[str, Any]:
    relied = known.relied(part)
    return {
        "outcome": str(part.outcome),
        "information": escape(part.information),
        "questions": [str(number) for number in part.questions],
        "relied": format_citations(relied) if relied else BLANK.format("which exemption, to the subsection"),
    }


def _record(record: Record) -> Mapping[str, str]:
    """Return a record as the cells of a table."""
    exempt = [
        f"{format_citations([each.provision])} (page{'s' if first < last else ''} "
        f"{first}{f' to {last}' if first < last else ''})"
        for each in record.exemptions
        for first, last in [each.pages]
    ]
    return {
        "number": str(record.number),
        "what": escape(record.description).replace("|", "\\|"),
        "pages": str(record.pages),
        "decision": _DECISIONS[record.status],
        "exemptions": "; ".join(exempt) or "none",
    }


_DECISIONS: Final = {
    Status.RELEASED: "released",
    Status.REDACTED: "released with words removed",
    Status.WITHHELD: "withheld",
}


def _sample(*outcomes: Outcome, **more: Any) -> Beginning:  # noqa: ANN401 - the fields of a beginning
    parts = tuple(
        Part(
            information="information on the bridge",
            duty=Duty.CONFIRM_OR_DENY if outcome in _OF_CONFIRMING else Duty.DISCLOSE,
            outcome=outcome,
            questions=(number,),
        )
        for number, outcome in enumerate(outcomes, start=1)
    )
    day = date(2026, 2, 2)
    known = Known(reference="1/26", authority="Sample Council", regime="foia", today=day, parts=parts)
    return replace(Beginning(known=known, subject="The bridge", received=day), **more)


_OF_CONFIRMING: Final = (Outcome.MAINTAIN, Outcome.CONFIRM_OR_DENY)
_SAMPLES: Final = (
    _sample(),
    _sample(
        *Outcome,
        summary="The plans of the bridge.",
        due=date(2026, 3, 2),
        longest=date(2026, 3, 30),
        review_asked=date(2026, 3, 9),
        records=(
            Record(
                number=1,
                description="Plan",
                pages=2,
                status=Status.WITHHELD,
                file=None,
                exemptions=(Exempt(pages=(1, 2), provision="43(2)"),),
            ),
        ),
        letterhead=Letterhead(contact="foi@sample.example", signatory="Town Clerk", review="Write to us."),
    ),
)
"""Cases in which every line of a template is reached, to try an authority's own before it is needed."""

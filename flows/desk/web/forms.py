"""Forms made from the rows of the table of acts: what a row asks for is a field, and a field makes a fact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.casework.acts import Wish
from flows.desk.web.navigation import READERS
from flows.desk.web.numbers import whole
from flows.domain.acts import Reason
from flows.domain.errors import MalformedError, MissingReasonError, PitError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from flows.desk.web.visit import Visit
    from flows.domain.acts import Kind
    from flows.domain.acts.kind import Fact

MOST_SEALED: Final = 20 << 20
"""Bytes of a file that is kept sealed with an act."""
_AS_RADIOS: Final = 6
"""Choices that stand one below the other; more of them are a list to be opened."""
REASON: Final = "reason"
FILE: Final = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form.

    Attributes:
        name: Under which it is sent.
        form: ``radios``, ``list``, ``day``, ``line``, ``words`` or ``file``.
        label: What is asked for.
        hint: How it is to be written; empty where that is plain.
        choices: What is sent, and what people read.
    """

    name: str
    form: str
    label: str
    hint: str = ""
    needed: bool = True
    choices: tuple[tuple[str, str], ...] = ()


class UnfitFieldError(PitError):
    """What stands in a field is not what is asked for.

    Attributes:
        field: Its name.
        label: What it asks for.
        problem: What would be right, to follow a colon.
    """

    def __init__(self, field: Field, problem: str) -> None:
        self.field, self.label, self.problem = field.name, field.label, problem
        super().__init__(f"{field.label}: {problem}.")


def fields_of(kind: Kind, visit: Visit) -> list[Field]:
    """Return the fields of an act, in the order in which they are asked for."""
    return [*_fields(kind, visit)]


def _fields(kind: Kind, visit: Visit) -> Iterator[Field]:
    for fact in kind.asked:
        yield _field(fact, visit)
    if kind.reason is not Reason.NONE:
        needed = kind.reason is Reason.MUST
        hint = kind.reason_help.removesuffix("; required.").rstrip(".")
        yield Field(name=REASON, form="words", label="Reason", hint=f"{hint}." if hint else "", needed=needed)
    if kind.seals is not Reason.NONE:
        needed = kind.seals is Reason.MUST
        yield Field(
            name=FILE, form="file", label="File to be kept sealed", hint=kind.seals_help, needed=needed
        )


def _field(fact: Fact, visit: Visit) -> Field:
    name, label, needed = f"fact-{fact.name}", fact.help.rstrip("."), fact.needed
    choices = tuple((each, fact.shown(each)) for each in fact.choices)
    if fact.metavar == "PERSON":
        people = visit.policy.people.values()
        choices = tuple((each.id, each.id) for each in people if not READERS.isdisjoint(each.roles))
    form = {"DATE": "day"}.get(fact.metavar, "line")
    if choices:
        form = "radios" if needed and len(choices) <= _AS_RADIOS else "list"
    return Field(name=name, form=form, label=label, needed=needed, choices=choices)


def wish_of(
    kind: Kind,
    reference: str,
    document: str,
    visit: Visit,
    *,
    leaving_out: Collection[str] = (),
) -> Wish:
    """Return what a form that was sent asks to be done.

    Args:
        leaving_out: Names of fields that are not asked for.

    Raises:
        UnfitFieldError: with the first field that is not what is asked for.
    """
    fields = {field.name: field for field in fields_of(kind, visit) if field.name not in leaving_out}
    version = visit.sent("version")
    return Wish(
        kind=kind,
        reference=reference,
        document=document,
        version=whole(version) if kind.names_version else None,
        reason=_needed(fields[REASON], visit.sent(REASON)) if REASON in fields else None,
        facts={
            fact.name: text
            for fact in kind.asked
            if f"fact-{fact.name}" in fields
            and (text := _stated(fact, fields[f"fact-{fact.name}"], visit)) is not None
        },
        sealed=_file(fields[FILE], visit.files.get(FILE, b"")) if FILE in fields else None,
    )


def _needed(field: Field, text: str) -> str | None:
    if field.needed and not text:
        raise UnfitFieldError(field, "this is needed")
    return text or None


def _stated(fact: Fact, field: Field, visit: Visit) -> str | None:
    text = _needed(field, fact.tidy(visit.sent(field.name)))
    if text and (problem := fact.fault(text)):
        raise UnfitFieldError(field, problem)
    return text


def _file(field: Field, content: bytes) -> bytes | None:
    if field.needed and not content:
        raise UnfitFieldError(field, "choose a file")
    if len(content) > MOST_SEALED:
        raise UnfitFieldError(field, f"{MOST_SEALED >> 20} MiB are the most")
    return content or None


def field_of(error: PitError) -> str:
    """Return the name of the field that an error is about; empty where it is about none."""
    if isinstance(error, UnfitFieldError):
        return error.field
    if isinstance(error, MissingReasonError):
        return REASON
    if isinstance(error, MalformedError):
        path = error.faults[0].path if error.faults else ""
        name = path.removeprefix("details.") if path else error.source
        return name if name == REASON else f"fact-{name}"
    return ""

"""What pydantic says of a file, in words for the official who wrote it.

A fault names keys of the schema and a line, and repeats nothing of what was written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import reduce
from operator import getitem
from typing import TYPE_CHECKING, Any, Final, get_args

from pydantic import BaseModel, ValidationError

from flows.domain.assessment import OUTCOMES, Duty, Outcome
from flows.domain.errors import Fault
from flows.sources.causes import COLON, KEYED
from flows.sources.schema import AS_KEYS, AS_TEXT, MODELS, SAID
from flows.sources.strict_yaml import MOST_FAULTS, Place, YamlText, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

_SHAPES: Final = {
    "string_type": "write text here, not a list and not keys of their own",
    "tuple_type": "write a list here, each item after a dash, or [] for none",
    "model_type": "write keys with values here, as 'key: value', one on a line",
    "too_short": "write at least one item after a dash",
}
_WITHIN: Final = re.compile(r"\bline ([0-9]+)")
"""Where what is wrong with a text tells the line of it."""
_WITH_OUTCOME: Final = (["parts", "outcome"], ["parts", "exemptions", "outcome"])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Remark:
    place: Place
    problem: str
    line: int

    def fault(self) -> Fault:
        return Fault(path=show(self.place, KEYS), problem=f"{self.problem} (line {self.line})")


def faults_of(error: ValidationError | None, model: type[BaseModel], document: YamlText) -> list[Fault]:
    """Return everything wrong with the document, in the order of its lines, but no flood of it."""
    found = [] if error is None else error.errors(include_url=False, include_input=False)
    remarks = [*_outcomes(document), *_colons(found, model, document)]
    better_told = {remark.place for remark in remarks}
    for details in found:
        place = _place(details)
        # Of a list, the items that were read well are counted: one with a fault is there all the same.
        counted = details["type"] == "too_short" and bool(_at(document, place))
        if not counted and better_told.isdisjoint(_begins(place)):
            remarks += _remarks(details, place, model, document)
    return _shortened(sorted(remarks, key=lambda remark: remark.line))


def _shortened(remarks: list[_Remark]) -> list[Fault]:
    faults = [remark.fault() for remark in remarks[:MOST_FAULTS]]
    if left := len(remarks) - len(faults):
        faults.append(Fault(path="", problem=f"{left} faults more; mend these first"))
    return faults


def _place(details: ErrorDetails) -> Place:
    loc = details["loc"]
    written = len(loc) - 1 if details["type"] == "extra_forbidden" else len(loc)
    ours = [step for step in loc[:written] if step not in {AS_TEXT, AS_KEYS}]
    return (*ours, *loc[written:])


def _remarks(
    details: ErrorDetails, place: Place, model: type[BaseModel], document: YamlText
) -> Iterator[_Remark]:
    line = _line(place, document.lines)
    shown = place[:-1] if details["type"] == "extra_forbidden" else place
    for problem in _problems(details, place, model):
        within = _WITHIN.search(problem) if details["type"] == SAID else None
        start = document.starts.get(place, line)
        yield _Remark(place=shown, problem=problem, line=start + int(within[1]) - 1 if within else line)


def _begins(place: Place) -> Iterator[Place]:
    return (place[:steps] for steps in range(len(place) + 1))


def _colons(found: Sequence[ErrorDetails], model: type[BaseModel], document: YamlText) -> Iterator[_Remark]:
    """Yield each place where text was wanted, or would do, and a colon made keys of it."""
    places: dict[Place, Iterable[str]] = {}
    for details in found:
        loc = details["loc"]
        if AS_KEYS in loc:
            place = loc[: loc.index(AS_KEYS)]
            places[place] = _fields(model, place)
        elif details["type"] == "string_type":
            places[_place(details)] = ()
    for place, keys in places.items():
        written = _at(document, place)
        if isinstance(written, dict) and written and not any(_nearest(key, keys) for key in written):
            line = _line((*place, next(iter(written))), document.lines)
            yield _Remark(place=place, problem=COLON, line=line)


def _problems(details: ErrorDetails, place: Place, model: type[BaseModel]) -> tuple[str, ...]:
    match details["type"]:
        case "extra_forbidden":
            return (_unknown(str(place[-1]), _fields(model, place[:-1])),)
        case "missing":
            return (_missing(_fields(model, place[:-1])[str(place[-1])]),)
        case "enum" | "literal_error":
            return (f"write {details['ctx']['expected']}",)
        case kind if kind == SAID:
            return tuple(details["ctx"]["problems"])
        case kind:
            return (_SHAPES.get(kind, "this does not have the form it should"),)


def _unknown(key: str, fields: Mapping[str, FieldInfo]) -> str:
    if nearest := _nearest(key, fields):
        return f"there is no such key here; write '{nearest[0]}', if that is meant"
    if " " in key:
        return KEYED
    return f"there is no such key here; the keys are {', '.join(fields)}"


def _nearest(key: str, keys: Iterable[str]) -> list[str]:
    return get_close_matches(key.lower().replace("_", "-"), keys, n=1)


def _missing(field: FieldInfo) -> str:
    return f"this key is missing ({str(field.description).rstrip('.')})"


def _line(place: Place, lines: Mapping[Place, int]) -> int:
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _fields(model: type[BaseModel], place: Place) -> dict[str, FieldInfo]:
    """Return the fields by the key they are written under, for the keys that stand at a place."""
    fields = {str(field.alias): field for field in model.model_fields.values()}
    keys = [step for step in place if isinstance(step, str)]
    if not keys:
        return fields
    inner = next(_models(fields[keys[0]].annotation))
    return _fields(inner, tuple(keys[1:]))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401  any type hint
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _every_key(model: type[BaseModel]) -> Iterator[str]:
    for field in model.model_fields.values():
        yield str(field.alias)
        for inner in _models(field.annotation):
            yield from _every_key(inner)


KEYS: Final = frozenset(key for model in MODELS.values() for key in _every_key(model))
"""Every key of both files: what a fault may name."""


def _outcomes(document: YamlText) -> Iterator[_Remark]:
    """Yield each outcome that its part's duty cannot have; a model sees one exemption at a time."""
    for place, line in document.lines.items():
        if [step for step in place if isinstance(step, str)] in _WITH_OUTCOME:
            duty, outcome = _at(document, (*place[:2], "duty")), _at(document, place)
            if duty in list(Duty) and isinstance(outcome, str) and outcome not in OUTCOMES[Duty(duty)]:
                yield _Remark(place=place, problem=_choose(Duty(duty)), line=line)


def _at(document: YamlText, place: Place) -> Any:  # noqa: ANN401  whatever was written there
    try:
        return reduce(getitem, place, document.content)  # type: ignore[arg-type] # a step that misfits raises
    except (LookupError, TypeError):
        return None


def _choose(duty: Duty) -> str:
    return f"for the duty {duty}, write {_either(OUTCOMES[duty])}"


def _either(choices: tuple[Outcome, ...]) -> str:
    *first, last = (f"'{choice}'" for choice in choices)
    return f"{', '.join(first)} or {last}"

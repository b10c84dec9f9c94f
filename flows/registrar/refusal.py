"""Errors on their way from a registrar to whoever asked: their names, from a closed table, and sentences."""

from __future__ import annotations

from typing import Any, Final

from flows.domain import errors
from flows.domain.errors import Fault, MalformedError, PitError, RegisterError

_KINDS: Final = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, PitError) and kind is not PitError
}


def told(error: PitError) -> dict[str, Any]:
    """Return an error as JSON; one of no kind that others know is told as the nearest that is."""
    kind = next((each for each in type(error).__mro__ if each.__name__ in _KINDS), RegisterError)
    more: dict[str, Any] = {}
    if isinstance(error, MalformedError):
        more = {"source": error.source, "faults": [[each.path, each.problem] for each in error.faults]}
    return {"error": kind.__name__, "sentence": str(error), **more}


def read(answer: dict[str, Any]) -> PitError:
    """Return the error that ``told`` told, with the same sentence.

    Raises:
        LookupError, TypeError, ValueError: it is none.
    """
    kind, sentence = _KINDS[answer["error"]], _text(answer["sentence"])
    error = kind.__new__(kind, sentence)
    error.args = (sentence,)
    if isinstance(error, MalformedError):
        error.source = _text(answer["source"])
        error.faults = tuple(
            Fault(path=_text(path), problem=_text(problem)) for path, problem in answer["faults"]
        )
    return error


def _text(said: object) -> str:
    if not isinstance(said, str):
        raise TypeError
    return said

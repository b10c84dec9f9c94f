"""The catalogue of a registrar elsewhere: each list is asked of it by name, from a closed table."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AfterValidator

from flows.catalogue.file import Catalogue
from flows.catalogue.rows import Done, Kept, Row
from flows.catalogue.search import Alike, Entries, Sought, Which
from flows.domain.owed import from_text
from flows.domain.procedure import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flows.registrar.connection import Connection


def _owed(text: str) -> str:
    try:
        from_text(text)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise ValueError("nothing that is owed") from None
    return text


def _in_form(row: Row) -> Row:
    """Return a row whose texts say what those of the catalogue say."""
    Stage(row.stage)
    date.fromisoformat(row.received)
    date.fromisoformat(row.due or row.received)
    datetime.fromisoformat(row.since)
    _owed(row.owed)
    return row


_Owed = Annotated[str, AfterValidator(_owed)]
_Row = Annotated[Row, AfterValidator(_in_form)]


@dataclass(frozen=True, slots=True)
class Listed:
    """A list that can be asked for, by the name of the method that gives it.

    Attributes:
        gives: Its type.
        takes: The types of its arguments. A clock is none of them: the registrar has its own.
    """

    gives: Any
    takes: Mapping[str, Any]


LISTS: Final[Mapping[str, Listed]] = {
    "ready": Listed(list[tuple[str, str]], {"stage": Stage}),
    "at": Listed(list[_Row], {"stage": Stage}),
    "recipients": Listed(dict[str, str], {}),
    "erased": Listed(dict[str, str], {}),
    "references": Listed(list[str], {}),
    "kept": Listed(list[Kept], {"by": datetime | None}),
    "count_ended": Listed(int, {"before": datetime}),
    "beginning_with": Listed(list[str], {"identity": str, "most": int}),
    "some_kept": Listed(tuple[list[Kept], int], {"most": int, "skip": int}),
    "cases": Listed(list[_Row], {}),
    "waiting": Listed(list[_Row], {}),
    "watched": Listed(list[tuple[str, str, _Owed]], {"by": date, "at_once": list[str]}),
    "some": Listed(tuple[list[_Row], int], {"which": Which, "most": int}),
    "entries": Listed(list[Done], {"which": Entries, "most": int, "skip": int}),
    "count_entries": Listed(int, {"which": Entries}),
    "alike": Listed(list[Alike], {"identity": str, "document": str}),
    "find": Listed(list[_Row], {"sought": Sought}),
    "page": Listed(list[_Row], {"sought": Sought, "most": int, "skip": int}),
    "told_apart": Listed(list[tuple[int, str, str, int]], {"sought": Sought, "most": int}),
    "those": Listed(list[_Row], {"ids": list[int]}),
}


class RemoteCatalogue(Catalogue):
    """What a registrar's catalogue answers; the lists of the table are asked of it, and nothing else."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.behind = self.was_behind = None

    def close(self) -> None:
        """Nothing: the connection is the register's."""


def _asking(name: str, listed: Listed) -> Callable[..., Any]:
    own = getattr(Catalogue, name)
    signature = inspect.signature(own)

    @functools.wraps(own)
    def ask(self: RemoteCatalogue, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - as the method it is for
        bound = signature.bind(self, *args, **options)
        bound.apply_defaults()
        given = {each: bound.arguments[each] for each in listed.takes}
        return self._connection.ask(f"list/{name.replace('_', '-')}", listed.gives, **given)

    return ask


for _name, _listed in LISTS.items():
    setattr(RemoteCatalogue, _name, _asking(_name, _listed))

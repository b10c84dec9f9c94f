"""Taking in what stands in the inbox, item by item: where the home is, or through its registrar."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from flows.casework import requests
from flows.casework.arrivals import tell_of_set_aside
from flows.casework.office import Done
from flows.domain.errors import MalformedError
from flows.sources import inbox
from flows.sources.item import look, tag_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flows.casework.office import Office
    from flows.casework.requests import Arrival
    from flows.registrar.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An item that was read.

    Attributes:
        reference: Of the case that it is to be; empty where it is no request that can be taken in.
        why: What is wrong with it.
    """

    reference: str = ""
    why: tuple[str, ...] = ()


class Inbox(Protocol):
    """An inbox from which requests are taken in; each item goes by its tag."""

    def begin(self) -> list[str]:
        """Return the items that stand in it."""

    def look(self, tag: str) -> Seen | None:
        """Read an item, and give it a reference if it names none; None while it arrives, or if it is gone."""

    def open(self, tag: str, reference: str) -> Done:
        """Open the case of an item and remove the item, or find that it is open already."""

    def set_aside(self, tag: str) -> Done:
        """Move an item that cannot be taken in out of the inbox, with the reasons beside it."""

    def end(self) -> None:
        """Tell people of what was set aside."""


@contextmanager
def taking_in(office: Office) -> Iterator[Inbox]:
    """Hold the inbox: one intake at a time."""
    if office.keys_elsewhere:
        yield There(office.keys_elsewhere)
        return
    with office.taking_in():
        yield Here(office)


class Here:
    """The inbox of a home; whoever asks has it held."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._references = requests.NextReferences(office)
        self._paths: dict[str, Path] = {}
        self._last: tuple[str, Arrival | Seen] | None = None

    def begin(self) -> list[str]:
        """Return the items that stand in it, having tidied up after a run that was killed."""
        office = self._office
        office.register.check_not_stopped()
        # While the inbox is held no opening is under way, so a key that no case names is an orphan.
        office.vault.sweep(office.catalogue.recipients().keys())
        requests.catch_up(office)
        self._references = requests.NextReferences(office)
        self._last = None
        self._list()
        office.home.inbox_looked.touch()
        return [*self._paths]

    def look(self, tag: str) -> Seen | None:
        """Read an item, as the protocol has it."""
        self._last = None
        path = self._path(tag)
        try:
            item = look(path, now=time.time()) if path else None
            if item is None:
                return None
            arrival = requests.read_item(item, self._references)
        except MalformedError as error:
            seen = Seen(why=tuple(requests.faults_of(error)))
            self._last = tag, seen
            return seen
        self._last = tag, arrival
        return Seen(reference=arrival.reference)

    def open(self, tag: str, reference: str) -> Done:
        """Open the case of an item, as the protocol has it."""
        found = self._found(tag)
        if not isinstance(found, requests.Arrival) or found.reference != reference:
            return Done(reference=reference)
        self._last = None
        return requests.open_case(self._office, found)

    def set_aside(self, tag: str) -> Done:
        """Move an item out of the inbox, as the protocol has it."""
        path, found = self._path(tag), self._found(tag)
        if path is None or not isinstance(found, Seen):
            return Done(reference=f"item {tag}")
        self._last = None
        return requests.set_aside(self._office, path, [*found.why])

    def end(self) -> None:
        """Tell people of what was set aside."""
        tell_of_set_aside(self._office)

    def _found(self, tag: str) -> Arrival | Seen | None:
        """Return what was read last, or where that was another item, as after a restart, read it again."""
        if self._last is None or self._last[0] != tag:
            self.look(tag)
        return self._last[1] if self._last else None

    def _list(self) -> None:
        self._paths = {tag_of(path): path for path in inbox.waiting(self._office.home.inbox)}

    def _path(self, tag: str) -> Path | None:
        if tag not in self._paths:
            self._list()
        return self._paths.get(tag)


class There:
    """The inbox of a registrar's home."""

    def __init__(self, registrar: Connection) -> None:
        self._registrar = registrar

    def begin(self) -> list[str]:
        """Return the items that stand in it."""
        return self._registrar.ask("items", list[str])

    def look(self, tag: str) -> Seen | None:
        """Have an item read, as the protocol has it."""
        return self._registrar.ask("look-at-item", Seen | None, tag=tag)  # type: ignore[arg-type] # a union too

    def open(self, tag: str, reference: str) -> Done:
        """Have the case of an item opened, as the protocol has it."""
        return self._registrar.ask("open-item", Done, tag=tag, reference=reference)

    def set_aside(self, tag: str) -> Done:
        """Have an item moved out of the inbox, as the protocol has it."""
        return self._registrar.ask("set-item-aside", Done, tag=tag)

    def end(self) -> None:
        """Have people told of what was set aside."""
        self._registrar.ask("told-of-items", bool)

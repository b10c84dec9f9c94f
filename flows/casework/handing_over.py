"""Requests that came on a machine without the home: handed to the registrar, which puts them into its inbox.

From there they go the way of every other. What was handed over is remembered, by a keyed digest of its
content and of what the machine it came to knows it by, so that it may be handed over again: where a
connection broke, or either end was killed, it is one request. The machine keeps nothing: its copy is deleted
once the registrar has it durably.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.casework.office import Done
from flows.domain.errors import Fault, MalformedError
from flows.sources import aside
from flows.sources.copying import let_rest
from flows.sources.item import ASSESSMENT, ATTACHMENTS, REQUEST, is_folder, left_alone, look, tag_of
from flows.sources.mail.memory import Memory

if TYPE_CHECKING:
    from pathlib import Path

    from flows.casework.office import Office
    from flows.registrar.connection import Connection
    from flows.sources.item import Item

_HIDDEN: Final = ".handed-"
_LONGEST_NAME: Final = 240
"""Bytes, of an attachment's name; Linux allows 255."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Handed:
    """A request as it came elsewhere.

    Attributes:
        once: What the machine it came to knows it by; the same for as long as it stands there.
        attachments: What came with it, by name.
    """

    once: str
    request: bytes
    assessment: bytes | None
    attachments: list[tuple[str, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone(Done):
    """What became of an item of this machine's inbox.

    Attributes:
        handed: Whether the registrar has it.
    """

    handed: bool


def hand_over(path: Path, office: Office, registrar: Connection) -> Gone | None:
    """Hand one item of this machine's inbox over, and delete it here; None where it has not arrived yet.

    What is no request that could be sent, as a link or a file that is too large, is set aside here.

    Raises:
        RegisterError: it could not be read, or the registrar does not answer; the item stays.
        PitError: as the registrar said; the item stays.
    """
    try:
        item = look(path, now=time.time())
    except MalformedError as error:
        why = [f"{error.source}, {fault}" for fault in error.faults]
        aside.set_aside(path, office.home.set_aside, why)
        return Gone(reference=f"item {tag_of(path)}", what="set aside on this machine", handed=False)
    if item is None:
        return None
    handed = Handed(
        once=_once(item),
        request=item.request,
        assessment=item.assessment,
        attachments=list(item.attachments),
    )
    new = registrar.ask("hand-over", bool, handed=handed)
    what = "handed over" if new else "handed over before"
    if not item.remove():
        what += "; it was written to meanwhile, and stays here"
    return Gone(reference=f"item {tag_of(path)}", what=what, handed=True)


def _once(item: Item) -> str:
    """Return what this file is known by here until it is deleted: whatever name a killed run left it."""
    path = item.path / REQUEST if is_folder(item.path) else item.path
    status = path.stat()
    return f"{status.st_ino} {status.st_mtime_ns}"


def receive(office: Office, handed: Handed) -> bool:
    """Put a request that was handed over into the inbox; return False for one that was before.

    Raises:
        MalformedError: an attachment has a name that cannot be kept.
        RefusedError: writing was stopped.
    """
    office.register.check_not_stopped()
    _check_names([name for name, _ in handed.attachments])
    office.home.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (
        disk.locked(office.home.state / "handed.lock"),
        closing(Memory(office.home.mail_memory, office.vault.digest)) as memory,
    ):
        told = "\0".join(("item", handed.once, _digest(handed)))
        hidden = office.home.inbox / f"{_HIDDEN}{memory.tag_of(told)}"
        if memory.has(memory.tag_of(told)):
            if hidden.exists():  # killed before it was made plain
                _plain(hidden)
            return False
        disk.discard(hidden)
        _write(hidden, handed)
        memory.remember(told)
        _plain(hidden)
        return True


def _check_names(names: list[str]) -> None:
    often = Counter(names)
    for number, name in enumerate(names, start=1):
        kept = name and "/" not in name and "\0" not in name and not left_alone(name)
        if not kept or len(os.fsencode(name)) > _LONGEST_NAME or often[name] > 1:
            problem = "this name cannot be kept, or is given twice"
            raise MalformedError("what was handed over", Fault(path=f"attachment {number}", problem=problem))


def _digest(handed: Handed) -> str:
    digest = hashlib.sha256()
    attached = chain.from_iterable((os.fsencode(name), data) for name, data in handed.attachments)
    for each in (handed.request, b"\0" if handed.assessment is None else handed.assessment, *attached):
        digest.update(b"%d\0" % len(each) + each)
    return digest.hexdigest()


def _write(hidden: Path, handed: Handed) -> None:
    """Write a request as an item, durably, where nobody looks yet."""
    disk.create(hidden / REQUEST, handed.request)
    if handed.assessment is not None:
        disk.create(hidden / ASSESSMENT, handed.assessment)
    for name, data in handed.attachments:
        disk.create(hidden / ATTACHMENTS / name, data)
    disk.sync(hidden)
    disk.sync(hidden.parent)
    let_rest(hidden)


def _plain(hidden: Path) -> None:
    hidden.rename(hidden.with_name(hidden.name.removeprefix(".")))
    disk.sync(hidden.parent)

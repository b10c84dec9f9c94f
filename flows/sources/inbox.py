"""The inbox: a folder that people put requests into.

An item is a folder with ``request.yaml`` and maybe ``assessment.yaml``, or a lone ``.yaml`` file.
For each item, intake reads it; gives it a reference if it names none, durably, before anything is
opened under it; and removes it once the entry is durable, or sets it aside. Each step may be cut
short at any instant and repeated. One run at a time is meant; two at once lose nothing, but one of
them may fail on an item that the other took.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from flows.domain.errors import MalformedError, RegisterError
from flows.domain.reference import parse_reference
from flows.sources.aside import set_aside, set_aside_assessment
from flows.sources.durable import (
    discard,
    free_names,
    is_folder,
    storing,
    sync_folder,
    write_fresh,
)
from flows.sources.item import (
    REFERENCE,
    REQUEST,
    Item,
    left_alone,
    look,
    read_reference,
    sweep,
)
from flows.sources.references import check_pattern, next_reference

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "Item",
    "assign_reference",
    "assigned_reference",
    "check_pattern",
    "items",
    "items_at",
    "next_reference",
    "set_aside",
    "set_aside_assessment",
]

_FRESH: Final = f"{REFERENCE}.new"


def items(inbox: Path) -> list[Item]:
    """Return what the inbox holds, by name, and sweep what a killed run left.

    Raises:
        RegisterError: the inbox is absent or cannot be read.
    """
    with storing("The inbox"):
        paths = sorted(inbox.iterdir())
        found = [look(path) for path in paths if not sweep(path)]
    return [item for item in found if item is not None]


def items_at(path: Path) -> list[Item]:
    """Return the item that ``path`` is, or the items of the folder that it is.

    Raises:
        RegisterError: there is nothing at ``path``.
    """
    if is_folder(path) and not os.path.lexists(path / REQUEST):
        return items(path)
    with storing("What was named"):
        os.lstat(path)
    item = look(path)
    return [] if item is None else [item]


def assigned_reference(item: Item) -> str | None:
    """Return the reference that an intake gave the item, None while none did."""
    with storing(f"The inbox item {item.tag}"):
        return _assigned(item.path)


def assign_reference(item: Item, reference: str) -> Item:
    """Give the item a reference, durably; return the item as it then stands.

    A reference assigned before stands: ask ``assigned_reference`` of what comes back. A lone file
    becomes ``request.yaml`` in a folder of its stem.

    Raises:
        RegisterError: the disk did not allow it, or the item is gone.
    """
    line = f"{parse_reference(reference)}\n".encode()
    with storing(f"The inbox item {item.tag}"):
        folder = item.path
        if is_folder(folder):
            _assign(folder, line)
        else:
            folder = _folder_for(item, line)
            item.path.rename(folder / REQUEST)
            sync_folder(folder)
            sync_folder(folder.parent)
        assigned = look(folder)
        if assigned is None or _assigned(folder) is None:
            raise RegisterError(f"The inbox item {item.tag} was moved meanwhile; run intake again.")
    return assigned


def _assigned(folder: Path) -> str | None:
    data = read_reference(folder)
    if data is None or not data.endswith(b"\n"):
        return None
    try:
        return parse_reference(data[:-1].decode())
    except (UnicodeDecodeError, MalformedError):
        return None


def _assign(folder: Path, line: bytes) -> None:
    fresh = folder / _FRESH
    write_fresh(fresh, line)
    try:
        os.link(fresh, folder / REFERENCE)  # unlike a rename, it never replaces an earlier one
    except FileExistsError:
        if _assigned(folder) is None:
            fresh.replace(folder / REFERENCE)
    discard(fresh)
    sync_folder(folder)


def _folder_for(item: Item, line: bytes) -> Path:
    """Return a new folder beside a lone file, with the reference in it and nothing else."""
    fresh = item.path.with_name(f".taking-{item.tag}")
    discard(fresh)
    fresh.mkdir()
    write_fresh(fresh / REFERENCE, line)
    sync_folder(fresh)
    for name in free_names(item.path.stem):
        folder = item.path.with_name(name)
        if not left_alone(name) and not os.path.lexists(folder):
            fresh.rename(folder)
            sync_folder(folder.parent)
            return folder
    raise AssertionError("names never run out")

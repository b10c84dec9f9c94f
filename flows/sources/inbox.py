"""The inbox: a folder that people put requests into.

An item is a folder with ``request.yaml`` and maybe ``assessment.yaml``, or a lone ``.yaml`` file.
For each item, intake reads it; gives it a reference if it names none, durably, before anything is
opened under it; and removes it once the entry is durable, or sets it aside. Each step may be cut
short at any instant and repeated. One run at a time is meant.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from flows import disk
from flows.domain.errors import MalformedError
from flows.domain.reference import parse_reference
from flows.sources.item import (
    REFERENCE,
    REQUEST,
    Item,
    free_path,
    is_folder,
    labelled,
    left_alone,
    left_by_a_kill,
    storing,
    tag_of,
)

if TYPE_CHECKING:
    from pathlib import Path

_LONGEST_LINE = 200


def waiting(inbox: Path) -> list[Path]:
    """Return what stands in the inbox, by name: for ``look`` to say what it is.

    Raises:
        RegisterError: the inbox is absent or cannot be read.
    """
    with storing("The inbox"):
        paths = sorted(inbox.iterdir())
    return [path for path in paths if left_by_a_kill(path.name) or not left_alone(path.name)]


def assigned_reference(folder: Path) -> str | None:
    """Return the reference that an intake gave the item at ``folder``, None while none did."""
    try:
        with os.fdopen(os.open(folder / REFERENCE, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)) as file:
            return parse_reference(file.read(_LONGEST_LINE).removesuffix("\n"))
    except (OSError, ValueError, MalformedError):
        return None


def assign_reference(item: Item, reference: str) -> Item:
    """Give the item, which has none, a reference, durably; return the item as it then stands.

    A lone file becomes ``request.yaml`` in a folder of its stem.

    Raises:
        RegisterError: the disk did not allow it, or the item is gone.
    """
    line = f"{parse_reference(reference)}\n".encode()
    with storing(labelled(item.path)):
        folder = item.path
        if is_folder(folder):
            rested = folder.stat()
            disk.write(folder / REFERENCE, line)
            for each in (folder / REFERENCE, folder):  # what is written here is no sign that it still arrives
                os.utime(each, ns=(rested.st_atime_ns, rested.st_mtime_ns))
        else:
            folder = _folder_for(item, line)
            item.path.rename(folder / REQUEST)
            disk.sync(folder)
            disk.sync(folder.parent)
    return replace(item, path=folder)


def _folder_for(item: Item, line: bytes) -> Path:
    """Return a new folder beside a lone file, with the reference in it and nothing else."""
    fresh = item.path.with_name(f".taking-{tag_of(item.path)}")
    disk.discard(fresh)
    fresh.mkdir()
    disk.write(fresh / REFERENCE, line)
    folder = free_path(item.path.parent, item.path.stem)
    fresh.rename(folder)
    disk.sync(folder.parent)
    return folder

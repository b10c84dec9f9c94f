"""Put what cannot be taken in where a person finds it, with a WHY.txt.

WHY.txt is durable before the item leaves the inbox, and the item leaves it by one rename, within
one filesystem. A run that was killed before that rename is repeated on the item that still stands
in the inbox; it finds the folder it had begun, by its holding nothing but WHY.txt, and goes on.
"""

from __future__ import annotations

import errno
import os
import textwrap
from typing import TYPE_CHECKING, Final

from flows.sources.durable import (
    discard,
    free_names,
    is_folder,
    names_in,
    storing,
    sync_folder,
    write,
    write_fresh,
)
from flows.sources.item import ASSESSMENT, REFERENCE, REQUEST, WHY, Item

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_TAKEN: Final = frozenset({errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR, errno.EISDIR})
_BEGUN: Final = frozenset({WHY, f".{WHY}.new"})
_WIDTH: Final = 88

_REQUEST_HEAD: Final = (
    "This was set aside: it could not be taken in, and nothing of it is in the register. "
    "If it is a request, the time for answering runs from the day of its receipt all the same."
)
_ASSESSMENT_HEAD: Final = (
    "This assessment was set aside. The request it came with was taken in and is a case now; "
    "its draft still waits for an assessment."
)
_FOLDER_AGAIN: Final = (
    f"Mend {REQUEST} (or what is named above) in this folder, then move the folder back into "
    f"the inbox. {WHY} may stay in it."
)
_FILE_AGAIN: Final = (
    f"Mend the file that lies beside this {WHY}, then move that file, without the folder, back "
    "into the inbox."
)
_ASSESSMENT_AGAIN: Final = (
    f"Mend {ASSESSMENT} in this folder, then hand it to the case: equipoise draft REFERENCE "
    f"{ASSESSMENT}, with the reference of the case. It need not go through the inbox."
)


def set_aside(item: Item, folder: Path, why: Sequence[str]) -> Path:
    """Move the item whole into a folder of its name in ``folder``; return that folder.

    ``why`` says what is wrong, where, and what would be right, with no text of the request.

    Raises:
        RegisterError: the disk did not allow it; the item is still in the inbox.
    """
    with storing(f"The inbox item {item.tag}"):
        folder.mkdir(parents=True, exist_ok=True)
        move = _move_folder if is_folder(item.path) else _move_file
        target = move(item, folder, why)
        sync_folder(folder)
        sync_folder(item.path.parent)
    return target


def set_aside_assessment(item: Item, folder: Path, why: Sequence[str]) -> Path:
    """Copy the item's assessment alone into a folder in ``folder``; return that folder.

    Once it is there, the same again makes no second copy.
    """
    data = item.assessment_bytes()
    if data is None:
        raise ValueError("the item has no assessment")
    text = _why(_ASSESSMENT_HEAD, why, _ASSESSMENT_AGAIN)
    with storing(f"The inbox item {item.tag}"):
        folder.mkdir(parents=True, exist_ok=True)
        return _copy({ASSESSMENT: data, WHY: text}, folder, item)


def _move_folder(item: Item, folder: Path, why: Sequence[str]) -> Path:
    write(item.path / WHY, _why(_REQUEST_HEAD, why, _FOLDER_AGAIN))
    discard(item.path / REFERENCE)  # another request may be given it before this one is back
    sync_folder(item.path)
    return _rename_to_free(item.path, folder, item.name)


def _move_file(item: Item, folder: Path, why: Sequence[str]) -> Path:
    target = _begun_folder(folder, item.name)
    write(target / WHY, _why(_REQUEST_HEAD, why, _FILE_AGAIN))
    sync_folder(folder)
    name = item.name if item.name != WHY else f"item-{WHY}"
    item.path.rename(target / name)
    sync_folder(target)
    return target


def _begun_folder(folder: Path, name: str) -> Path:
    for free in free_names(name):
        target = folder / free
        try:
            target.mkdir()
        except FileExistsError:
            if not is_folder(target) or not names_in(target) <= _BEGUN:
                continue
        return target
    raise AssertionError("names never run out")


def _rename_to_free(path: Path, folder: Path, name: str) -> Path:
    """Rename a folder to the first free name; a rename never replaces a folder with content."""
    for free in free_names(name):
        try:
            path.rename(folder / free)
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
        else:
            return folder / free
    raise AssertionError("names never run out")


def _copy(files: Mapping[str, bytes], folder: Path, item: Item) -> Path:
    for free in free_names(item.name):
        if not os.path.lexists(folder / free):
            break
        if _holds(folder / free, files):
            return folder / free
    fresh = folder / f".copying-{item.tag}"
    discard(fresh)
    fresh.mkdir()
    for name, data in files.items():
        write_fresh(fresh / name, data)
    sync_folder(fresh)
    target = _rename_to_free(fresh, folder, item.name)
    sync_folder(folder)
    return target


def _holds(folder: Path, files: Mapping[str, bytes]) -> bool:
    if not is_folder(folder) or names_in(folder) != files.keys():
        return False
    return all((folder / name).read_bytes() == data for name, data in files.items())


def _why(head: str, why: Sequence[str], again: str) -> bytes:
    faults = [
        textwrap.fill(fault, _WIDTH, initial_indent=f"  {number}. ", subsequent_indent="     ")
        for number, fault in enumerate(why, start=1)
    ]
    paragraphs = [
        textwrap.fill(head, _WIDTH),
        "What is wrong, where, and what would be right:",
        *faults,
        "To send it again:",
        textwrap.fill(again, _WIDTH, initial_indent="  ", subsequent_indent="  "),
    ]
    return ("\n\n".join(paragraphs) + "\n").encode()

"""Put what cannot be taken in where a person finds it, with a WHY.txt.

WHY.txt is durable before the item leaves the inbox, and the item leaves it by one rename. Where the
inbox is on another file system it is copied whole before it is deleted. A run that was killed before
that is repeated on the item that still stands in the inbox; it finds the folder it had begun, by its
holding nothing but WHY.txt, or the copy, and goes on.
"""

from __future__ import annotations

import errno
import filecmp
import os
import textwrap
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.sources.item import (
    ASSESSMENT,
    REFERENCE,
    REQUEST,
    WHY,
    YAML,
    Item,
    free_path,
    is_folder,
    labelled,
    storing,
    tag_of,
)
from flows.sources.strict_yaml import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_WIDTH: Final = 88

_REQUEST_HEAD: Final = (
    "This was set aside: it could not be taken in, and nothing of it is in the register. "
    "If it is a request, the time for answering runs from the day of its receipt all the same."
)
_ASSESSMENT_HEAD: Final = (
    "This assessment was set aside. The request it came with was taken in and is a case now; "
    "its draft still waits for an assessment."
)
_MESSAGE_HEAD: Final = (
    "This message was set aside: it was not taken for a request, and nothing of it is in the register. "
    "If it is a request, the time for answering runs from the day of its receipt all the same."
)
_MESSAGE_AGAIN: Final = (
    f"If it is a request, move this folder into the inbox, or take it in again on the desk. {WHY} may stay "
    "in it. The message as it was received is in attachments."
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


def set_aside(path: Path, folder: Path, why: Sequence[str]) -> Path:
    """Move what stands at ``path`` whole into a folder of its name in ``folder``; return that folder.

    ``why`` says what is wrong, where, and what would be right, with no text of the request.

    Raises:
        RegisterError: the disk did not allow it; the item is still in the inbox.
    """
    with storing(labelled(path)):
        folder.mkdir(parents=True, exist_ok=True)
        target = (_move_folder if is_folder(path) else _move_file)(path, folder, why)
        disk.closed(target)
        disk.sync(folder)
        disk.sync(path.parent)
    return target


def set_aside_assessment(item: Item, folder: Path, why: Sequence[str]) -> Path:
    """Copy the item's assessment alone into a folder in ``folder``; return that folder.

    Once it is there, the same again makes no second copy.
    """
    files = {ASSESSMENT: item.assessment or b"", WHY: _why(_ASSESSMENT_HEAD, why, _ASSESSMENT_AGAIN)}
    with storing(labelled(item.path)):
        folder.mkdir(parents=True, exist_ok=True)
        target = free_path(folder, item.path.name, unless=lambda there: _has_just(there, files))
        if not is_folder(target):
            fresh = folder / f".copying-{tag_of(item.path)}"
            disk.discard(fresh)
            fresh.mkdir()
            for name, data in files.items():
                disk.create(fresh / name, data)
            fresh.rename(target)
            disk.sync(folder)
    return target


def why_not_taken(why: Sequence[str]) -> bytes:
    """Return the WHY.txt of a message that is no request."""
    return _why(_MESSAGE_HEAD, why, _MESSAGE_AGAIN)


def kept(folder: Path) -> list[Path]:
    """Return the folders of what was set aside and waits for a person."""
    return (
        [path for path in sorted(folder.iterdir()) if is_folder(path) and not path.name.startswith(".")]
        if folder.is_dir()
        else []
    )


def texts_in(folder: Path) -> Iterator[bytes]:
    """Yield the requests and assessments in a folder that was set aside, as far as they can be read."""
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in YAML and path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                yield file.read(MOST_BYTES)


def _move_folder(path: Path, folder: Path, why: Sequence[str]) -> Path:
    disk.write(path / WHY, _why(_REQUEST_HEAD, why, _FOLDER_AGAIN))
    disk.discard(path / REFERENCE)  # another request may be given it before this one is back
    disk.sync(path)
    return _moved(path, free_path(folder, path.name, unless=lambda there: _is_copy(there, path)))


def _move_file(path: Path, folder: Path, why: Sequence[str]) -> Path:
    name = path.name if path.name != WHY else f"item-{WHY}"
    target = free_path(folder, path.name, unless=lambda there: _is_begun(there, name, path))
    target.mkdir(exist_ok=True)
    disk.write(target / WHY, _why(_REQUEST_HEAD, why, _FILE_AGAIN))
    disk.sync(folder)
    _moved(path, target / name)
    disk.sync(target)
    return target


def _moved(path: Path, target: Path) -> Path:
    """Move an item to ``target``, from another file system too, where an earlier run may have left a copy."""
    if not os.path.lexists(target):
        try:
            return path.rename(target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
        disk.copy(path, target)
    disk.discard(path)
    return target


def _is_copy(there: Path, path: Path) -> bool:
    """Tell whether a run that was killed copied the item there from another file system."""
    return os.lstat(there).st_dev != os.lstat(path).st_dev and _are_alike(there, path)


def _are_alike(one: Path, other: Path) -> bool:
    """Tell whether two files or folders have the same in them."""
    if is_folder(one) != is_folder(other) or one.is_symlink() or other.is_symlink():
        return False
    if not is_folder(one):
        return filecmp.cmp(one, other, shallow=False)
    names = {path.name for path in one.iterdir()}
    return names == {path.name for path in other.iterdir()} and all(
        _are_alike(one / name, other / name) for name in names
    )


def _is_begun(folder: Path, name: str, path: Path) -> bool:
    if not is_folder(folder):
        return False
    there = {each.name for each in folder.iterdir()} - {WHY, f".{WHY}.part", f".{name}.part"}
    return not there or (there == {name} and _is_copy(folder / name, path))


def _has_just(folder: Path, files: Mapping[str, bytes]) -> bool:
    return (
        is_folder(folder)
        and {path.name for path in folder.iterdir()} == files.keys()
        and all((folder / name).read_bytes() == data for name, data in files.items())
    )


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

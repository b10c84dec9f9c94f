"""One item of the inbox, read whole: no link is followed, reads are bounded, deletion is durable.

It is read once it has arrived: nobody has a file of it open for writing, and nothing in it has changed
for some seconds. Where the system does not tell who is writing, a file has to rest for longer.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
import stat
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.domain.errors import Fault, MalformedError, RegisterError
from flows.sources.strict_yaml import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

REQUEST: Final = "request.yaml"
ASSESSMENT: Final = "assessment.yaml"
REFERENCE: Final = ".reference"
WHY: Final = "WHY.txt"
ATTACHMENTS: Final = "attachments"
"""The folder of what came with a request; it is sealed as it is, and neither opened nor shown."""

MESSAGE: Final = "message.eml"
"""Among the attachments: the message with which a request came, as it was received, with all that it has."""

REST: Final = 5.0
"""Seconds without a change after which an item counts as whole."""
LONG_REST: Final = 60.0
"""The same for a file of which the system does not tell whether somebody is writing it."""

_TAG_DIGITS: Final = 12
_LONGEST_NAME: Final = 240
"""Bytes; Linux allows 255, and a number may follow."""
YAML: Final = frozenset({".yaml", ".yml"})
"""How the names of the texts of an item end."""
_LEAVING: Final = ".leaving-"
_OURS: Final = re.compile(r"\.(leaving|removing|taking)-[0-9a-f]{12}(\.ya?ml)?", re.IGNORECASE)
_LITTER: Final = re.compile(
    r"\..*|.*\.part"
    r"|~\$.*|~wrl.*\.tmp|(?:eh)?thumbs(?:_vista)?\.db|desktop\.ini|\$recycle\.bin"  # Windows
    r"|system volume information|.*:zone\.identifier"
    r"|icon[\r\uf00d]|__macosx",  # macOS, the first on its own disk and on one of others
    re.IGNORECASE | re.DOTALL,
)
_CONTENT: Final = frozenset({REQUEST, ASSESSMENT})
_MOST_ATTACHMENTS: Final = 50
_MOST_ATTACHED: Final = 20 << 20
"""Bytes, of one; three times as many of all together."""
_BEGIN: Final = {
    b"%PDF-": "PDF",
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"PK\x03\x04": "Office or ZIP",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "Office before 2007",
}
"""How the kinds of files begin that are taken in; beside these there is text."""
_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Item:
    """A request in the inbox, as it was when it was read; the assessment is None where none came.

    Attributes:
        attachments: What came with it, by name.
    """

    path: Path
    request: bytes
    assessment: bytes | None = None
    attachments: tuple[tuple[str, bytes], ...] = ()

    def __repr__(self) -> str:
        return f"Item({tag_of(self.path)})"

    def remove(self) -> bool:
        """Delete the item, whose entry is durable; return False if it has changed since, and stays.

        A crash leaves the item whole, or under a name of ours that the next ``look`` deals with.

        Raises:
            RegisterError: the disk did not allow it.
        """
        with storing(labelled(self.path)):
            suffix = "" if is_folder(self.path) else self.path.suffix
            leaving, removing = (
                self.path.with_name(f".{how}-{tag_of(self.path)}{suffix}") for how in ("leaving", "removing")
            )
            try:
                self.path.rename(leaving)
            except FileNotFoundError:
                return True
            # From here on it is found by nobody; who had it open till now may still have written.
            if not self._is_at(leaving):
                _put_back(leaving)
                return False
            leaving.rename(removing)
            disk.sync(removing.parent)  # before a file in it goes, or half an item might return
            disk.discard(removing)
            disk.sync(removing.parent)
            return True

    def _is_at(self, path: Path) -> bool:
        try:
            return _read(path, math.inf) == replace(self, path=path)
        except (OSError, MalformedError):
            return False


def look(path: Path, *, now: float) -> Item | None:
    """Return the item at ``path``; None if there is none, it is still arriving, or a kill left it to us.

    Args:
        now: Seconds since 1970.

    Raises:
        MalformedError: it is no request, whatever it says; with every fault.
        RegisterError: it could not be read.
    """
    with storing(labelled(path)):
        try:
            return None if _tidy(path) else _read(path, now)
        except (FileNotFoundError, BlockingIOError):
            return None
        except PermissionError:
            if _OURS.fullmatch(path.name):
                raise
            problem = "the service may not read this, or something in it; let it, or put in a copy"
            raise MalformedError("the item", Fault(path="", problem=problem)) from None


def has_rested(path: Path, *, now: float) -> bool:
    """Tell whether nothing in the item at ``path`` changed for some seconds, without opening a file."""
    return rests_in(path, now=now) <= 0


def rests_in(path: Path, *, now: float) -> float:
    """Return in how many seconds ``has_rested`` is so if nothing changes; 0 or less where it is."""
    try:
        below = [Path(here, name) for here, _, files in os.walk(path) for name in (".", *files)]
        return max(_rests_in(os.lstat(each), now, REST) for each in (path, *below))
    except FileNotFoundError:
        return 0.0  # taken away meanwhile


def tag_of(path: Path) -> str:
    """Return what may stand for a name in logs: 12 lower-case hex digits of its SHA-256.

    The name itself may hold a person's.
    """
    return hashlib.sha256(os.fsencode(path.name)).hexdigest()[:_TAG_DIGITS]


def left_alone(name: str) -> bool:
    """Say whether a name is none of ours, of something not wholly there yet, or of what systems leave."""
    return bool(_LITTER.fullmatch(name))


def left_by_a_kill(name: str) -> bool:
    """Say whether a name is one that only a run under way gives."""
    return bool(_OURS.fullmatch(name))


def is_folder(path: Path) -> bool:
    """Say whether ``path`` is a folder itself, not a link to one."""
    return path.is_dir() and not path.is_symlink()


def free_path(folder: Path, name: str, *, unless: Callable[[Path], bool] = lambda _: False) -> Path:
    """Return where nothing stands: ``name`` in ``folder``, else with 2, 3 and so on before ``.yaml``.

    Args:
        unless: Accepts what stands there all the same.
    """
    suffix = Path(name).suffix if Path(name).suffix.lower() in YAML else ""
    stem = os.fsencode(name.removesuffix(suffix))[:_LONGEST_NAME].decode("utf-8", "ignore")
    names = chain([name], (f"{stem}-{number}{suffix}" for number in count(2)))
    paths = (folder / each for each in names if not left_alone(each))
    return next(path for path in paths if not os.path.lexists(path) or unless(path))


def labelled(path: Path) -> str:
    """Return what an error calls the item at ``path``."""
    return f"The inbox item {tag_of(path)}"


@contextmanager
def storing(what: str) -> Iterator[None]:
    """Tell of a failing disk without the name of a file, which may be a person's."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise RegisterError(f"{what} could not be read or moved: {reason}.") from None


def _tidy(path: Path) -> bool:
    """Finish what a killed run began at ``path``; say whether one did."""
    if path.name.startswith(_LEAVING):
        _put_back(path)  # whether it had changed, that run cannot tell any more
    elif _OURS.fullmatch(path.name):
        disk.discard(path)
    elif is_folder(path) and os.listdir(path) == [REFERENCE]:  # noqa: PTH208 - names are enough
        # Made for a lone file, which still stands beside it.
        (path / REFERENCE).unlink()
        path.rmdir()
    else:
        return False
    return True


def _put_back(leaving: Path) -> None:
    leaving.rename(free_path(leaving.parent, f"again-{leaving.name.removeprefix(_LEAVING)}"))
    disk.sync(leaving.parent)


def _read(path: Path, now: float) -> Item:
    """Return the item at ``path``.

    Raises:
        BlockingIOError: it is still arriving.
        OSError, MalformedError: as ``look`` has them.
    """
    status = os.lstat(path)
    _check_rested([status], now)
    if not stat.S_ISDIR(status.st_mode):
        _refuse([*_name_faults(path), *_file_faults("", status)])
        return Item(path=path, request=_content(path, status, now))
    folder = os.open(path, _FLAGS | os.O_DIRECTORY)
    try:
        with os.scandir(folder) as entries:
            found = {entry.name: entry.stat(follow_symlinks=False) for entry in entries}
        if any(name.endswith(".part") and not name.startswith(".") for name in found):
            raise BlockingIOError
        _check_rested(found.values(), now)
        seen = {name: found[name] for name in sorted(found) if name != WHY and not left_alone(name)}
        _refuse(_folder_faults(seen))
        attached = seen.pop(ATTACHMENTS, None)
        read = {name: _content(name, status, now, folder) for name, status in seen.items()}
        attachments = _attachments(folder, now) if attached else ()
    finally:
        os.close(folder)
    return Item(path=path, request=read[REQUEST], assessment=read.get(ASSESSMENT), attachments=attachments)


def _attachments(item: int, now: float) -> tuple[tuple[str, bytes], ...]:
    """Return what stands in the folder of attachments, by name."""
    folder = os.open(ATTACHMENTS, _FLAGS | os.O_DIRECTORY, dir_fd=item)
    try:
        with os.scandir(folder) as entries:
            found = {entry.name: entry.stat(follow_symlinks=False) for entry in entries}
        if any(name.endswith(".part") for name in found):
            raise BlockingIOError
        _check_rested([os.fstat(folder), *found.values()], now)
        seen = {name: found[name] for name in sorted(found) if not left_alone(name)}
        _refuse(_attached_faults(seen))
        read = [(name, _content(name, each, now, folder, _most(name))) for name, each in seen.items()]
    finally:
        os.close(folder)
    unknown = [number for number, (name, data) in enumerate(read, start=1) if not kind_of(data, name)]
    kinds = ", ".join(sorted({*_BEGIN.values()}))
    problem = f"this is of no kind that is taken in: {kinds}, or text; ask for it in one of these"
    _refuse(Fault(path=f"{ATTACHMENTS}, number {number} by name", problem=problem) for number in unknown)
    return tuple(read)


def _most(name: str) -> int:
    return 3 * _MOST_ATTACHED if name == MESSAGE else _MOST_ATTACHED


def _attached_faults(seen: dict[str, os.stat_result]) -> Iterator[Fault]:
    """Yield what is wrong with attachments; by their number, for a name may be a person's."""
    for number, (name, status) in enumerate(seen.items(), start=1):
        path = f"{ATTACHMENTS}, number {number} by name"
        if not stat.S_ISREG(status.st_mode):
            yield Fault(path=path, problem="this is no file; put in the file itself")
        elif not 0 < status.st_size <= _most(name):
            problem = f"this is empty, or larger than {_MOST_ATTACHED >> 20} MiB; send it to the case apart"
            yield Fault(path=path, problem=problem)
    if len(seen) > _MOST_ATTACHMENTS or sum(each.st_size for each in seen.values()) > 3 * _MOST_ATTACHED:
        problem = f"{_MOST_ATTACHMENTS} files of {3 * _MOST_ATTACHED >> 20} MiB together are the most"
        yield Fault(path=ATTACHMENTS, problem=problem)


def kind_of(data: bytes, name: str = "") -> str:
    """Return of what kind a file is by how it begins, or that it is text; empty for any other.

    Args:
        name: Of an attachment, of which one is known by it.
    """
    if name == MESSAGE:
        return "message"
    for begin, kind in _BEGIN.items():
        if data.startswith(begin):
            return kind
    try:
        return "" if "\0" in data.decode() else "text"
    except UnicodeDecodeError:
        return ""


def _check_rested(statuses: Iterable[os.stat_result], now: float, rest: float = REST) -> None:
    if any(_rests_in(status, now, rest) > 0 for status in statuses):
        raise BlockingIOError


def _rests_in(status: os.stat_result, now: float, rest: float) -> float:
    # A time in the future tells nothing; the one that the system itself keeps still may.
    ahead = status.st_mtime > now + rest
    return rest - abs(now - (status.st_ctime if ahead else status.st_mtime))


def _refuse(faults: Iterable[Fault]) -> None:
    if found := list(faults):
        raise MalformedError("the item", *found)


def _name_faults(path: Path) -> Iterator[Fault]:
    if path.suffix.lower() not in YAML:
        problem = f"this is no request; put in a .yaml file, or a folder with {REQUEST}"
        yield Fault(path="", problem=problem)


def _folder_faults(seen: dict[str, os.stat_result]) -> Iterator[Fault]:
    if REQUEST not in seen:
        yield Fault(path=REQUEST, problem="this file is missing; a folder is taken in by it")
    for name in _CONTENT & seen.keys():
        yield from _file_faults(name, seen[name])
    if ATTACHMENTS in seen and not stat.S_ISDIR(seen[ATTACHMENTS].st_mode):
        yield Fault(path=ATTACHMENTS, problem="this is no folder; make one, and put the files into it")
    if strays := len(seen.keys() - _CONTENT - {ATTACHMENTS}):
        problem = (
            f"beside {REQUEST}, {ASSESSMENT} and the folder {ATTACHMENTS} there may be nothing; take "
            f"{strays} out, or put what came with the request into {ATTACHMENTS}"
        )
        yield Fault(path="", problem=problem)


def _file_faults(name: str, status: os.stat_result) -> Iterator[Fault]:
    if stat.S_ISLNK(status.st_mode):
        yield Fault(path=name, problem="this is a link; put in the file itself")
    elif not stat.S_ISREG(status.st_mode):
        yield Fault(path=name, problem="this is not a file of text; put in a file")
    elif status.st_size > MOST_BYTES:
        yield Fault(
            path=name, problem=f"this is over 1 MiB; send text only, and put attachments into {ATTACHMENTS}"
        )


def _content(
    name: str | Path,
    status: os.stat_result,
    now: float,
    folder: int | None = None,
    most: int = MOST_BYTES,
) -> bytes:
    with (
        os.fdopen(os.open(name, _FLAGS, dir_fd=folder), "rb") as file,
        disk.without_writers(file.fileno()) as certain,
    ):
        _check_rested([status], now, REST if certain else LONG_REST)
        data = file.read(most + 1)
        if _stamp(os.fstat(file.fileno())) != _stamp(status):
            raise BlockingIOError
        return data


def _stamp(status: os.stat_result) -> tuple[int, int, int, int]:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)

"""What a repository lacks, or has too much of, after a kill, a full disk or a restored copy; mending it.

Nothing here judges what the register says: that is the audit's. What it would find is left for people to see.
"""

from __future__ import annotations

import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.domain.errors import PitError, TamperedError
from flows.register import repository
from flows.register.evidence import Evidence
from flows.register.examine import check_newest
from flows.register.objects import is_id
from flows.register.report import FoundError
from flows.register.repository import BRANCH, SETTINGS, Repository, branch_of
from flows.register.shape import settings_of, shape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STALE: Final = 60.0
"""Seconds after which what git by hand locks for an instant was left by a kill."""
_LOCKS: Final = ("*.lock", "refs/heads/*.lock", "logs/**/*.lock", "objects/**/*.lock")
_UNFINISHED: Final = ("objects/tmp_obj_*", "objects/pack/tmp_*", "objects/pack/.tmp-*", ".*.part")


def lacking(path: Path) -> list[str]:
    """Return the settings of a register that a repository does not have, as a copy made by git."""
    there = settings_of(path)
    wanted = {
        f"{section}.{name}": value for section, rows in SETTINGS.items() for name, value in rows.items()
    }
    return [name for name, value in wanted.items() if there.get(name.lower(), "").lower() != value.lower()]


def set_up(path: Path) -> None:
    """Write the settings of a register into a repository, and make its folders."""
    repository.set_up(path)


def looks_planted(path: Path) -> bool:
    """Tell whether there is something about the repository that no register has, for people to see."""
    return any(True for _ in shape(path))


def left_behind(path: Path) -> list[Path]:
    """Return what killed writers left in a repository, and git's locks that nobody holds any more.

    To be asked, and acted on, under the register's lock: then nobody writes objects.
    """
    old = time.time() - STALE
    locks = [each for pattern in _LOCKS for each in path.glob(pattern) if each.name != repository.LOCK]
    unfinished = [each for pattern in _UNFINISHED for each in path.glob(pattern)]
    return sorted({*unfinished, *(each for each in locks if each.lstat().st_mtime < old)})


def damaged(path: Path) -> Iterator[tuple[Path, bool]]:
    """Yield each loose object that is not what its name says, and whether it is packed as well."""
    with closing(Repository(path)) as opened:
        for id_ in sorted(opened.objects.loose.names()):
            if not is_id(id_):
                continue
            try:
                opened.objects.loose.read(id_)
            except TamperedError:
                found = None
                with suppress(PitError):
                    found = opened.objects.read(id_)
                yield path / "objects" / id_[:2] / id_[2:], found is not None


def lost_branch(path: Path, public: str) -> str | None:
    """Return the entry to which a branch led that names none now; None where that is not known.

    Its log is believed as far as the service signed the entry with the key ``public``.
    """
    try:
        lines = (path / "logs" / BRANCH).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    with closing(Repository(path)) as opened:
        for line in reversed(lines):
            _, _, rest = line.partition(" ")
            id_ = rest.partition(" ")[0]
            if is_id(id_):
                with suppress(FoundError, PitError):
                    check_newest(Evidence(opened.objects), id_, public)
                    return id_
    return None


def names_nothing(path: Path) -> bool:
    """Tell whether the branch is there and names no entry, or is gone from a repository with objects."""
    text = branch_of(path)
    return not is_id(text) if text is not None else any((path / "objects").glob("[0-9a-f][0-9a-f]/*"))


def put_branch(path: Path, id_: str) -> None:
    """Let the branch name an entry again."""
    (path / BRANCH).parent.mkdir(parents=True, exist_ok=True)
    disk.write(path / BRANCH, f"{id_}\n".encode())


def put_out_of_the_way(path: Path, folder: Path) -> None:
    """Move a file to a folder, where it is kept for whoever wants to look at it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.replace(folder / f"{int(time.time())}-{path.name}")
    disk.sync(path.parent)

"""A home made again from its backup, where there is none: unpacked beside its place, and put there whole.

Nothing is recorded in it until an audit has passed it. What the register says of erasures is carried out
before that, so that no key of an erased case stays, whichever age the copy of the keys has.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from flows import disk
from flows import home as flows_home
from flows.casework import checkpoints, doctor, erasing, papers, published_files
from flows.casework.backing_up import BUNDLE, FORM, HOME, KEYS, MANIFEST, Manifest
from flows.casework.office import open_office
from flows.domain.errors import Fault, MalformedError, PitError, RefusedError
from flows.register.audit import audit
from flows.register.checkpoint import newest_checkpoint, parse_checkpoint
from flows.register.mirror import Verifier, mirror, take
from flows.register.stop import lift, stop, stopped
from flows.vault.keys import keys_in, open_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path
    from typing import IO

    from flows.casework.ailment import Ailment
    from flows.home import Home
    from flows.register.report import Report

_SEALED: Final = b"age-encryption.org/"
_NAME: Final = re.compile(r"(?!\.{1,2}(/|$))[^/\0]+(/(?!\.{1,2}(/|$))[^/\0]+)*")
_CHUNK: Final = 1 << 20
_CUT: Final = "it was cut off, or is no backup"
_UNAUDITED: Final = (
    "Nothing is recorded: the home was restored, and no audit has passed it; `equipoise audit` tells more, "
    "and an administrator decides with `equipoise resume`."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A home that was restored.

    Attributes:
        backup: What the backup said of itself.
        with_keys: Whether the keys came with it.
        compared: With which checkpoint the register was compared; empty for none.
        erased: How many keys of erased cases had come back, and were destroyed.
        report: What the audit found.
        left: What is wrong with the home still.
    """

    backup: Manifest
    with_keys: bool
    compared: str
    erased: int
    report: Report
    left: tuple[Ailment, ...]


def restore(
    home: Home,
    backup: Path,
    *,
    keys: Path | None = None,
    identity: Path | None = None,
    newer: str | None = None,
    pin: str | None = None,
    checkpoint: tuple[Path, str] | None = None,
    now: datetime,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Restored:
    """Make a home again from a backup, and audit it.

    Args:
        keys: The backup of its keys, of whichever moment; without it nothing can be recorded, or opened.
        identity: The file with the private key for which that was sealed.
        newer: A copy of the register that went on since the backup, a folder or what git fetches from; what
            it tells is taken over, if it passes its audit.
        pin: The fingerprint the register must have, from outside.
        checkpoint: One from outside with its file, which the register must contain; else the backup's newest.

    Raises:
        RefusedError: there is a home; or the keys are of another register; or ``newer`` does not pass.
        MalformedError: a file is no whole backup.
    """
    with flows_home.fresh(home) as fresh:
        manifest = _unpack(backup, HOME, fresh.root)
        bundle = fresh.root / BUNDLE
        take(str(bundle), fresh.register)
        bundle.unlink()
        if newer is not None:
            _go_on(fresh, newer, Verifier(check_brought=papers.check, pin=pin, now=now))
        if keys is not None:
            of = _unpack(keys, KEYS, fresh.root, identity).register
            if of != manifest.register:
                raise RefusedError(f"{keys} has the keys of another register.")
        was_stopped = stopped(fresh.register)
        stop(fresh.register, _UNAUDITED)
    erased = _carry_out_erasures(home) if keys else 0  # without keys none came back
    doctor.mend(home, asking=False)
    own = newest_checkpoint(home.checkpoints)[0]
    report = audit(
        home.register,
        check_brought=papers.check,
        pin=pin,
        checkpoint=checkpoint[1] if checkpoint else own,
        keys=keys_in(home.case_keys),
        now=now,
        progress=progress,
    )
    _decide(home, report, was_stopped)
    published_files.compare(home.published, report)
    report.sort()
    if checkpoint:
        _keep(home, checkpoint[1])
    told = (each for each in doctor.examine(home, asking=False) if each.place != "writing-stopped.txt")
    return Restored(
        backup=manifest,
        with_keys=keys is not None,
        compared=str(checkpoint[0]) if checkpoint else "the newest of the backup" if own else "",
        erased=erased,
        report=report,
        left=tuple(told),
    )


def _go_on(fresh: Home, newer: str, verifier: Verifier) -> None:
    done = mirror(newer, fresh.register, verifier)
    if not done.report.passes:
        first = done.report.named[0]
        raise RefusedError(f"{newer} does not go on from the backup, or fails its audit: {first}.")


def _carry_out_erasures(home: Home) -> int:
    """Destroy what came back of cases that were erased, as the register tells.

    Raises:
        PitError: that was not allowed. The home is there; nothing is recorded in it.
    """
    with open_office(home) as office, office.taking_in():
        return erasing.finish(office, restored=True)


def _decide(home: Home, report: Report, was_stopped: str | None) -> None:
    """Let acts be recorded again if nothing was found on which nobody decided."""
    if report.undecided:
        first = report.undecided[0]
        stop(
            home.register,
            f"Nothing is recorded: the register that was restored failed its audit with {first}; `equipoise "
            "audit` tells more, and an administrator decides with `equipoise resume`.",
        )
    elif was_stopped:
        stop(home.register, was_stopped)
    else:
        lift(home.register)


def _keep(home: Home, note: str) -> None:
    """Keep a checkpoint from outside among those of the home, so that the audit at night compares too."""
    with suppress(ValueError, PitError):
        path = checkpoints.path_of(home, parse_checkpoint(note)[0].sequence)
        if not path.exists():
            home.checkpoints.mkdir(parents=True, exist_ok=True)
            disk.write(path, note.encode())


# What is unpacked ---------------------------------------------------------------------------------


def _unpack(file: Path, kind: str, root: Path, identity: Path | None = None) -> Manifest:
    """Put the files of a backup at their places under ``root``; return what it says of itself.

    Raises:
        MalformedError: it is no whole backup of that kind.
    """
    with _read(file, identity) as tar:
        manifest = _manifest(tar, file, kind)
        _put(tar, manifest, root)
    return manifest


def said_by(file: Path, kind: str) -> Manifest:
    """Return what a backup that is not sealed says of itself; its files are passed over.

    Raises:
        MalformedError: it is no backup of that kind, or was cut off.
    """
    with _read(file) as tar:
        return _manifest(tar, file, kind)


@contextmanager
def _read(file: Path, identity: Path | None = None) -> Iterator[tarfile.TarFile]:
    try:
        with _opened(file, identity) as opened, tarfile.open(fileobj=opened, mode="r:") as tar:
            yield tar
    except (OSError, tarfile.TarError, KeyError, ValueError, TypeError) as error:
        raise _no_backup(file, str(error) if isinstance(error, _DamagedError) else _CUT) from error


@contextmanager
def _opened(file: Path, identity: Path | None) -> Iterator[IO[bytes]]:
    with file.open("rb") as opened:
        if opened.read(len(_SEALED)) != _SEALED:
            opened.seek(0)
            yield opened
        elif identity is None:
            raise _no_backup(file, "it is sealed; --identity names the file with the key that opens it")
        else:
            opened.seek(0)
            yield io.BytesIO(open_with(identity, opened.read()))


class _DamagedError(ValueError):
    pass


def _no_backup(file: Path, problem: str) -> MalformedError:
    return MalformedError(str(file), Fault(path="", problem=problem))


def _manifest(tar: tarfile.TarFile, file: Path, kind: str) -> Manifest:
    members = tar.getmembers()
    last = tar.extractfile(members[-1]) if members and members[-1].name == MANIFEST else None
    if last is None:
        raise _DamagedError(_CUT)
    row: dict[str, Any] = json.loads(last.read())
    if row.get("form") != FORM or row.keys() != {each.name for each in fields(Manifest)}:
        raise _DamagedError("another release made it, in another form")
    found = Manifest(**row)
    if found.kind != kind:
        raise _no_backup(file, f"it is a backup of the {found.kind}, where one of the {kind} belongs")
    return found


def _put(tar: tarfile.TarFile, manifest: Manifest, root: Path) -> None:
    folders, put = [], set()
    for member in tar.getmembers():
        if not _NAME.fullmatch(member.name):
            raise _DamagedError("it has a name that leads elsewhere")
        path = root / member.name
        if member.isdir():
            path.mkdir(parents=True, exist_ok=True)
            folders.append((path, member.mtime))
        elif member.name != MANIFEST:
            source = tar.extractfile(member) if member.isreg() else None
            if source is None:
                raise _DamagedError("it has something else than files")
            path.parent.mkdir(parents=True, exist_ok=True)
            if _copy(source, path) != manifest.files.get(member.name):
                raise _DamagedError("a file in it is damaged")
            os.utime(path, (member.mtime, member.mtime))
            put.add(member.name)
    if put != manifest.files.keys():
        raise _DamagedError("it lacks files that it had")
    for path, changed in reversed(folders):
        os.utime(path, (changed, changed))


def _copy(source: IO[bytes], path: Path) -> str:
    """Write a file, durably, where none is and for its owner alone; return its SHA-256."""
    digest = hashlib.sha256()
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(descriptor)
    return digest.hexdigest()

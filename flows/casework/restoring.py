"""A home made again from its backup, where there is none: unpacked beside its place, and put there whole.

First the register is taken; by its policy what the backup says of itself has to be signed; then by that every
other file is compared. Where anything differs nothing is left.

Nothing is recorded in it until an audit has passed it. What the register says of erasures is carried out
before that, so that no key of an erased case stays, whichever age the copy of the keys has. Where that was
cut off, the same call goes on: the home says of what it was made, and how far the audit came.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import shutil
import stat
import sys
import tarfile
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from flows import disk
from flows import home as flows_home
from flows.casework import auditing, backup_manifest, checkpoints, doctor, erasing, papers, published_files
from flows.casework.backup_manifest import (
    HOME,
    KEYS,
    MANIFEST,
    OF_HOME,
    SIGNATURE,
    DamagedError,
    Manifest,
    Said,
    check_signed,
)
from flows.casework.office import open_office
from flows.domain.errors import Fault, MalformedError, PitError, RefusedError
from flows.foreign import object_of
from flows.register.audit import AUDITING, FOLLOWING, audit
from flows.register.checkpoint import newest_checkpoint, parse_checkpoint
from flows.register.mirror import Verifier, mirror, take
from flows.register.repository import branch_of
from flows.register.sharing import processors
from flows.register.stop import lift, stop, stopped
from flows.vault.keys import keys_in, open_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from io import FileIO
    from typing import IO

    from flows.casework.ailment import Ailment
    from flows.home import Home
    from flows.register.report import Report

_MOST_OF_KEYS: Final = 1 << 30
"""Bytes of a backup of keys: a hundred times what those of a hundred thousand cases take."""
_SEALED: Final = b"age-encryption.org/"
_CHUNK: Final = 1 << 20
_CUT: Final = "it was cut off, or is no backup"
_OF_ANOTHER_FORM: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP})
"""What is met where something is no backup: a file for a folder, or a name that is not there."""
_OTHERS: Final = "it has other files than were written"
_NO_FILES: Final = "it has something else than files"
_UNDER_WAY: Final = "restoring.json"
"""In `state/`, while a restore is not at its end; what begins like it is how far the audit came."""
TAKING: Final = "Taking"


def _silent(_what: str, _done: int, _all: int) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """Of what a home was made that is not audited yet.

    Attributes:
        backup: The SHA-256 of what it says of itself.
        keys, newer: Where the backup of its keys and the copy of the register were, as part of an address; or
            empty.
        was_stopped: Why writing had been stopped in the home of which the backup is; or empty.
    """

    backup: str
    keys: str
    newer: str
    was_stopped: str = ""


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
    tell: Callable[[str, int, int], None] = _silent,
) -> Restored:
    """Make a home again from a backup, and audit it; go on with one that this was begun with and cut off.

    Args:
        keys: The backup of its keys, of whichever moment; without it nothing can be recorded, or opened.
        identity: The file with the private key for which that was sealed.
        newer: A copy of the register that went on since the backup, a folder or what git fetches from; what
            it tells is taken over, if it passes its audit.
        pin: The fingerprint the register must have, from outside.
        checkpoint: One from outside with its file, which the register must contain; else the backup's newest.
        tell: Told what is being done, and how much of how much of it is.

    Raises:
        RefusedError: there is a home; or ``newer`` does not pass.
        MalformedError: a backup is not as the home wrote it, or of another register than that, or ``pin``.
    """
    asked = _asked(backup, keys, newer)
    begun = _under_way(home)
    if begun is None:
        tell(TAKING, 0, 1)
        with flows_home.fresh(home) as fresh:
            manifest = _take_home(backup, fresh, pin, partial(tell, TAKING))
            if newer is not None:
                _go_on(fresh, newer, Verifier(check_brought=papers.check, pin=pin, now=now, tell=tell))
            if keys is not None:
                _take_keys(keys, fresh, identity)
            begun = _begin(fresh, asked)
    elif begun != replace(asked, was_stopped=begun.was_stopped):
        raise RefusedError(
            f"{home.root} was restored otherwise, and not audited to the end: call the same command as then, "
            "or delete that folder and restore anew."
        )
    else:
        manifest = said_by(backup, HOME)
    with suppress(PitError), open_office(home, reading=True, tell=partial(tell, doctor.READING)) as office:
        office.register.catch_up()
    erased = _carry_out_erasures(home) if keys else 0  # without keys none came back
    doctor.mend(home, asking=False)
    own = newest_checkpoint(home.checkpoints)[0]
    report = audit(
        home.register,
        check_brought=papers.check,
        pin=pin,
        checkpoint=checkpoint[1] if checkpoint else own,
        keys=partial(keys_in, home.case_keys),
        openings=home.vault_opened,
        now=now,
        processes=processors(),
        keep_at=home.state / _UNDER_WAY,
        progress=partial(tell, AUDITING),
        following=partial(tell, FOLLOWING),
    )
    auditing.note_restored(home, report, now)
    _decide(home, report, begun.was_stopped)
    disk.discard(home.state / _UNDER_WAY)
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


def _asked(backup: Path, keys: Path | None, newer: str | None) -> _Begun:
    with _reading(backup):
        said = hashlib.sha256(backup_manifest.read_manifest(backup)[0]).hexdigest()
    # A name of a file is bytes, and need be no text.
    of_keys, of_newer = (quote(os.fsencode(each)) for each in (keys.absolute() if keys else "", newer or ""))
    return _Begun(backup=said, keys=of_keys, newer=of_newer)


def _begin(fresh: Home, asked: _Begun) -> _Begun:
    """Let nothing be recorded in a new home, and have it say of what it was made; return that."""
    for left in fresh.state.glob(f"{_UNDER_WAY}*"):  # of a home that was backed up before it was audited
        disk.discard(left)
    was_stopped = stopped(fresh.register)
    begun = replace(asked, was_stopped=was_stopped if was_stopped not in {None, auditing.UNAUDITED} else "")
    disk.write(fresh.state / _UNDER_WAY, json.dumps(asdict(begun)).encode(), mode=0o600)
    stop(fresh.register, auditing.UNAUDITED)
    return begun


def _under_way(home: Home) -> _Begun | None:
    """Return of what a home was made whose restore was cut off; None where there is no such home."""
    try:
        if stopped(home.register) != auditing.UNAUDITED:
            return None
        return _Begun(**object_of(disk.read_plain(home.state / _UNDER_WAY, _CHUNK)))
    except (OSError, ValueError, TypeError):
        return None


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


def _decide(home: Home, report: Report, was_stopped: str) -> None:
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


# What is taken --------------------------------------------------------------------------------------


def said_by(place: Path, kind: str) -> Manifest:
    """Return what a backup that is not sealed says of itself; whether that is true, is not looked at.

    Raises:
        MalformedError: it is no backup of that kind, or was cut off.
    """
    with _reading(place):
        if kind == HOME:
            return backup_manifest.parse(backup_manifest.read_manifest(place)[0], kind)
        with _tar(place, None) as tar:
            return _said_in(tar)[0]


def _take_home(folder: Path, fresh: Home, pin: str | None, tell: Callable[[int, int], None]) -> Manifest:
    """Put the files of a backup at their places in a new home; return what it says of itself.

    Raises:
        MalformedError: it is not what the home wrote.
    """
    with _reading(folder):
        data, armoured = backup_manifest.read_manifest(folder)
        manifest = backup_manifest.parse(data, HOME)
        _check_names(folder, manifest)
        _check_room(manifest, fresh)
        for name in manifest.bundles:
            with disk.opened_plain(folder / name) as file:
                _compare(file, manifest.files[name])
        take([str((folder / name).absolute()) for name in manifest.bundles], fresh.register)
        if branch_of(fresh.register) != manifest.newest:
            raise DamagedError("its register is not the one of which it was made")
        check_signed(manifest, data, armoured, fresh.register)
        if pin not in {None, manifest.register}:
            raise DamagedError("it is of another register than --pin names")
        total = len(manifest.files)
        for done, (name, said) in enumerate(manifest.files.items()):
            tell(done, total)
            if name.startswith(OF_HOME):
                with disk.opened_plain(folder / name) as file:
                    _put(file, fresh.root / name.removeprefix(OF_HOME), said)
    return manifest


def _take_keys(file: Path, fresh: Home, identity: Path | None) -> None:
    """Put the keys of a backup at their places in a new home.

    Raises:
        MalformedError: it is not what the home wrote.
    """
    with _reading(file), _tar(file, identity) as tar:
        manifest, data, armoured = _said_in(tar)
        check_signed(manifest, data, armoured, fresh.register)
        *members, _, _ = tar.getmembers()
        if [each.name for each in members] != [*manifest.files]:
            raise DamagedError(_OTHERS)
        for member in members:
            source = tar.extractfile(member) if member.isreg() else None
            if source is None:
                raise DamagedError(_NO_FILES)
            _put(source, fresh.root / member.name, manifest.files[member.name])


@contextmanager
def _reading(place: Path) -> Iterator[None]:
    try:
        if not place.exists():
            raise DamagedError("there is no such file or folder")
        yield
    except (OSError, tarfile.TarError, ValueError) as error:
        problem = str(error) if isinstance(error, DamagedError) else _CUT
        if isinstance(error, OSError) and error.errno not in _OF_ANOTHER_FORM:  # a full disk, as an example
            problem = f"it cannot be read, or put at its place ({error.strerror})"
        raise MalformedError(str(place), Fault(path="", problem=problem)) from error


@contextmanager
def _tar(file: Path, identity: Path | None) -> Iterator[tarfile.TarFile]:
    with disk.opened_plain(file) as opened:
        if os.fstat(opened.fileno()).st_size > _MOST_OF_KEYS:
            raise DamagedError("it is larger than any backup of keys")
        sealed = opened.read(len(_SEALED)) == _SEALED
        opened.seek(0)
        if sealed and identity is None:
            raise DamagedError("it is sealed; --identity names the file with the key that opens it")
        plain = io.BytesIO(open_with(identity, opened.read())) if sealed and identity else opened
        with tarfile.open(fileobj=plain, mode="r:") as tar:
            yield tar


def _said_in(tar: tarfile.TarFile) -> tuple[Manifest, bytes, bytes]:
    members = tar.getmembers()[-2:]
    held = [tar.extractfile(each) for each in members if each.isreg() and each.size <= _MOST_OF_KEYS]
    if [each.name for each in members] != [MANIFEST, SIGNATURE] or len(held) != len(members):
        raise DamagedError(_CUT)
    data, armoured = (each.read() for each in held if each)
    return backup_manifest.parse(data, KEYS), data, armoured


def _check_names(folder: Path, manifest: Manifest) -> None:
    """Check that a backup has the files that it says, each as large as it says, and nothing else."""
    found: dict[str, int] = {}
    for here, folders, files in os.walk(folder, onerror=_refuse):
        for name in (*folders, *files):
            path = Path(here, name)
            status = path.lstat()
            if stat.S_ISREG(status.st_mode):
                found[path.relative_to(folder).as_posix()] = status.st_size
            elif not stat.S_ISDIR(status.st_mode):
                raise DamagedError(_NO_FILES)
    missing = manifest.files.keys() - found.keys()
    if missing:
        raise DamagedError(f"it lacks {len(missing)} of the files that it had")
    if found.keys() != {*manifest.files, MANIFEST, SIGNATURE}:
        raise DamagedError(_OTHERS)
    for name, said in manifest.files.items():
        said.check_size(found[name])


def _check_room(manifest: Manifest, fresh: Home) -> None:
    """Check that there is room for what a backup says that it has.

    Raises:
        RefusedError: there is not.
    """
    free = shutil.disk_usage(fresh.root.parent).free
    if manifest.size > free:
        raise RefusedError(
            f"The backup has {manifest.size >> 20} MiB, and {fresh.root.parent} has room for {free >> 20}: "
            "nothing was restored."
        )


def _refuse(error: OSError) -> None:
    raise error


def _compare(source: FileIO | IO[bytes], said: Said) -> None:
    """Check that a file is what a backup says, of which nothing is written before that."""
    digest = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
    said.check(digest.hexdigest())


def _put(source: FileIO | IO[bytes], path: Path, said: Said) -> None:
    """Write a file where none is, for its owner alone; it is made durable with the home."""
    if said.size is None:  # of a backup of before, so that it is not known how much there is to write
        _compare(source, said)
        source.seek(0)
    digest, left = hashlib.sha256(), sys.maxsize if said.size is None else said.size
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while chunk := source.read(min(_CHUNK, left)):
            digest.update(chunk)
            file.write(chunk)
            left -= len(chunk)
    said.check(digest.hexdigest())
    os.utime(path, ns=(said.changed, said.changed))

"""Backups of a home, taken while it is worked in: one file, and its keys in another.

What is copied first may be older than what is copied later, and never newer: the inbox before the register,
so that no request is in neither; the register before the keys, so that no case in it lacks its key.

A backup is a tar archive of the files of the home at their own places, with ``register.bundle``, which
`git clone` reads, in the place of the register; and last ``backup.json``, with the SHA-256 of each: what was
cut off has none. Once it is written it is read back from the disk.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import sqlite3
import stat
import tarfile
import time
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.casework import copies_elsewhere
from flows.casework.copies_elsewhere import Way
from flows.domain.errors import Fault, MalformedError, RefusedError, RegisterError
from flows.domain.text_file import toml_of
from flows.register.handing_out import write_bundle
from flows.sources.item import REST, storing
from flows.vault.keys import seal_for

if TYPE_CHECKING:
    from pathlib import Path
    from typing import IO, BinaryIO

    from typing_extensions import Buffer

    from flows.casework.office import Office
    from flows.home import Home
    from flows.register.line import Recorded

FORM: Final = 1
MANIFEST: Final = "backup.json"
BUNDLE: Final = "register.bundle"
HOME: Final = "home"
KEYS: Final = "keys"
ENDINGS: Final = {HOME: ".tar", KEYS: ".keys.tar"}

LEFT_OUT: Final = re.compile(
    r"register\.git|keys|allowed_signers|\.demo|state/(catalogue\.sqlite.*|repeats\.sqlite.*|tree|papers"
    r"|looked|looked-ahead\.json|prefect|proposals|mended|inbox-looked|up\.json|[^/]*\.(lock|sock)|[^/]*\.log(\.\d+)?)"
    r"|(.*/)?\.[^/]*\.part|.*\.sqlite-(wal|shm|journal)"
)
"""What no backup has as a file: the register, of which there is a bundle; the keys, which have a file of
their own; what is made anew; what is of the moment or the machine. Whatever else is in a home is in it."""
OF_THE_MOMENT: Final = ("sessions", "sign_ins", "challenges", "invitations", "rates")
"""Tables of the desk's file that are empty in a backup: nobody is let in by what ended since."""
_ATTEMPTS: Final = 3
_A_DAY: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself.

    Attributes:
        kind: Of the home without its keys, or of the keys.
        register: The fingerprint of the register.
        entries: How many it had when the backup was made.
        time: When it began, UTC, ISO 8601.
        release: Of the software that made it.
        left_out: How many things were no plain files, or were still arriving in the inbox.
        files: The SHA-256 of each file, by its path in the home.
    """

    form: int = FORM
    kind: str
    register: str
    entries: int
    time: str
    release: str
    left_out: int = 0
    files: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """A backup that was made.

    Attributes:
        size: Bytes.
    """

    file: Path
    size: int
    manifest: Manifest


def back_up(office: Office, target: Path) -> BackedUp:
    """Write the home without its keys into a new file, or into one with a name of its own in a folder.

    Raises:
        RefusedError: there is such a file.
        RegisterError: the disk or git did not allow it, or the disk has something else than was written.
    """
    home, file = office.home, _file_of(office, target, HOME)
    began = office.now()
    with (
        storing(f"The backup {file}"),
        disk.filling(file) as filled,
        TemporaryDirectory(prefix=".backup-", suffix=".part", dir=home.state) as scratch,
    ):
        out = _Digested(filled)
        archive = _Archive(home, out)
        with office.taking_in():  # nothing is on its way from the inbox into a case
            for item in sorted(home.inbox.iterdir()) if home.inbox.is_dir() else ():
                if _is_whole(item):
                    archive.add(item)
                else:
                    archive.left_out += 1
            archive.add(home.set_aside)
        for path in sorted(home.root.iterdir()):
            if path not in {home.inbox, home.set_aside, *_secrets(home)}:
                archive.add(path)
        tip = office.register.tip()
        archive.add_whole(BUNDLE, _bundle(home, tip, scratch))
        manifest = archive.end(_manifest(office, HOME, tip.entry.sequence, began.isoformat()))
    _read_back(file, out.digest.hexdigest())
    outside = file.stat().st_dev != home.register.stat().st_dev
    copies_elsewhere.note(office, Way.BACKUP, str(file.parent), manifest.entries, outside=outside)
    return BackedUp(file=file, size=file.stat().st_size, manifest=manifest)


def back_up_keys(office: Office, target: Path, recipient: str | None = None) -> BackedUp:
    """Write the keys of the home into a new file; after the home, so that no case in that lacks its key.

    Args:
        recipient: Whoever has its private half alone can open the file (age, X25519); None: everybody can.

    Raises:
        RefusedError, RegisterError: as ``back_up``.
        MalformedError: ``recipient`` is none.
    """
    home, file = office.home, _file_of(office, target, KEYS, sealed=recipient is not None)
    began, held = office.now(), io.BytesIO()
    with storing(f"The backup {file}"):
        archive = _Archive(home, held, everything=True)
        with office.taking_in():  # no other key is put in the place of the one that wraps those of cases
            for path in (home.root / KEYS, *_secrets(home)):
                archive.add(path)
        entries = office.register.tip().entry.sequence
        manifest = archive.end(_manifest(office, KEYS, entries, began.isoformat()))
        data = seal_for(recipient, held.getvalue()) if recipient else held.getvalue()
        with disk.filling(file) as out:
            out.write(data)
    _read_back(file, hashlib.sha256(data).hexdigest())
    return BackedUp(file=file, size=len(data), manifest=manifest)


def _manifest(office: Office, kind: str, entries: int, began: str) -> Manifest:
    fingerprint, release = office.register.fingerprint(), version("equipoise")
    return Manifest(kind=kind, register=fingerprint, entries=entries, time=began, release=release)


def _file_of(office: Office, target: Path, kind: str, *, sealed: bool = False) -> Path:
    """Return the file to be written; one in a folder is named by the moment.

    Raises:
        RefusedError: it is there, or in the home.
        MalformedError: its folder is not there.
    """
    name = f"equipoise-{office.now():%Y%m%dT%H%M%SZ}{ENDINGS[kind]}{'.age' if sealed else ''}"
    file = (target / name if target.is_dir() else target).absolute()
    if file.resolve().is_relative_to(office.home.root.resolve()):
        raise RefusedError(f"{file} is in the home itself; a backup belongs elsewhere.")
    if os.path.lexists(file):
        raise RefusedError(f"{file} is there already, and no backup is written over.")
    if not file.parent.is_dir():
        raise MalformedError(str(target), Fault(path="", problem="there is no such folder"))
    for left in file.parent.glob(".equipoise-*.part"):  # by a kill, of a backup of another moment
        with suppress(OSError):
            if time.time() - left.lstat().st_mtime > _A_DAY:
                left.unlink()
    return file


def _read_back(file: Path, digest: str) -> None:
    """Compare what stands on the disk with what was written; a file that differs goes.

    Raises:
        RegisterError: it differs, or cannot be read.
    """
    with storing(f"The backup {file}"), file.open("rb") as opened:
        os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)  # from the disk, not from memory
        found = hashlib.file_digest(opened, "sha256").hexdigest()
        if found != digest:
            file.unlink()
    if found != digest:
        raise RegisterError(
            f"The backup {file} was read back otherwise than it was written, and is gone again: "
            "look after that disk, and back up to another."
        )


def _bundle(home: Home, tip: Recorded, scratch: str) -> Path:
    """Write the register into a file; again where packs were rolled up in that moment."""
    file = home.state / scratch / BUNDLE
    for _ in range(_ATTEMPTS - 1):
        with suppress(RegisterError):
            write_bundle(home.register, tip.id, file)
            return file
    write_bundle(home.register, tip.id, file)
    return file


def _secrets(home: Home) -> list[Path]:
    """Return the files beside ``keys/`` that let somebody in: to single sign-on, the mailbox, the relay."""
    named = [_named_in(home.sign_on, "secret")]
    named += [_named_in(home.mail_file, "password", table=table) for table in ("receive", "send")]
    paths = {home.root / name for name in named if name and "/" not in name}
    return [path for path in sorted(paths) if path.is_file()]


def _named_in(settings: Path, key: str, *, table: str = "") -> str:
    """Return what settings say under a key; empty where they say nothing that can be read."""
    try:
        given = toml_of(settings.read_text(encoding="utf-8"))
        return str((given.get(table, {}) if table else given).get(key, ""))
    except (OSError, ValueError, AttributeError):
        return ""


def _is_whole(item: Path) -> bool:
    """Tell whether something in the inbox has arrived: for some seconds nothing in it has changed."""
    with suppress(FileNotFoundError):
        times = [each.lstat().st_mtime for each in (item, *item.rglob("*"))]
        return time.time() - max(times) >= REST
    return False


class _Digested(io.RawIOBase):
    """A file that is written from its beginning to its end, and the digest of what was written."""

    def __init__(self, file: BinaryIO) -> None:
        self.digest = hashlib.sha256()
        self._file = file

    def write(self, data: Buffer, /) -> int:
        self.digest.update(data)
        return self._file.write(data)

    def tell(self) -> int:
        return self._file.tell()


class _Archive:
    """A backup that is being written.

    Args:
        everything: Whether nothing is left out, as of the keys.
    """

    def __init__(self, home: Home, out: io.IOBase, *, everything: bool = False) -> None:
        self.left_out = 0
        self._home = home
        self._everything = everything
        self._tar = tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - ended by `end`
        self._digests: dict[str, str] = {}

    def add(self, path: Path) -> None:
        """Add a file, or a folder with all that belongs into a backup; what goes meanwhile is passed over."""
        name = path.relative_to(self._home.root).as_posix()
        if not self._everything and LEFT_OUT.fullmatch(name):
            return
        try:
            found = path.lstat()
            if stat.S_ISDIR(found.st_mode):
                self._add_folder(path, name, found)
            elif stat.S_ISREG(found.st_mode):
                data = _content(path, self._home)
                self._put(name, io.BytesIO(data), len(data), found.st_mtime, hashlib.sha256(data).hexdigest())
            else:
                self.left_out += 1
        except FileNotFoundError:
            return

    def _add_folder(self, path: Path, name: str, found: os.stat_result) -> None:
        info = tarfile.TarInfo(name)
        info.type, info.mode, info.mtime = tarfile.DIRTYPE, 0o700, found.st_mtime
        self._tar.addfile(info)
        for each in sorted(path.iterdir()):
            self.add(each)

    def add_whole(self, name: str, path: Path) -> None:
        """Add a file that may be too large to be held in memory."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            self._put(name, file, path.stat().st_size, path.stat().st_mtime, digest)

    def _put(self, name: str, file: IO[bytes], size: int, changed: float, digest: str) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, changed
        self._tar.addfile(info, file)
        self._digests[name] = digest

    def end(self, manifest: Manifest) -> Manifest:
        """Write last what the backup says of itself; return it."""
        whole = replace(manifest, files=self._digests, left_out=self.left_out)
        data = json.dumps(asdict(whole), indent=1).encode()
        self._put(MANIFEST, io.BytesIO(data), len(data), time.time(), "")
        self._tar.close()
        return whole


def _content(path: Path, home: Home) -> bytes:
    """Return the content of a file; of one of SQLite as it stands between two changes."""
    if path.suffix != ".sqlite":
        return path.read_bytes()
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=60)) as there:
        held = sqlite3.connect(":memory:")
        with closing(held):
            there.backup(held)
            if path == home.desk:
                for table in OF_THE_MOMENT:
                    with suppress(sqlite3.OperationalError):  # one of an earlier release
                        held.execute(f"delete from {table}")  # noqa: S608 - a name of ours
                held.commit()
                held.execute("vacuum")  # what was deleted is not in it either
            return held.serialize()

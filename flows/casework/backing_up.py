"""Backups of a home, taken while it is worked in: a folder for each, and the keys in a file elsewhere.

What is copied first may be older than what is copied later, and never newer: the inbox before the register,
so that no request is in neither; the register before the keys, so that no case in it lacks its key.

A backup is a folder with the files of the home, and the register in files of `git bundle`; last comes
``backup.json``, which names each with its SHA-256 and which the service signs. What stands in the backup
before it is linked and not copied, so each is whole, can be removed alone, and takes what is new; of the
register only what came since is written, and small files of that are rolled up as they become many. All is
read from the disk again, what was linked before it is linked.
"""

from __future__ import annotations

import glob
import hashlib
import io
import os
import re
import shutil
import sqlite3
import stat
import tarfile
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.casework import backup_manifest, copies_elsewhere
from flows.casework.backup_manifest import (
    ENDINGS,
    HOME,
    KEYS,
    MANIFEST,
    OF_HOME,
    SIGNATURE,
    Manifest,
    Said,
    bundle_of,
    up_to,
)
from flows.casework.copies_elsewhere import Way
from flows.domain.errors import Fault, MalformedError, RefusedError, RegisterError
from flows.domain.text_file import toml_of
from flows.register.handing_out import write_bundle
from flows.settings import Settings
from flows.sources.item import REST, storing
from flows.vault.keys import seal_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import FileIO

    from flows.casework.office import Office
    from flows.home import Home
    from flows.register.line import Recorded

LEFT_OUT: Final = re.compile(
    r"register\.git|keys|allowed_signers|\.demo|state/(catalogue.*|repeats\.sqlite.*|tree|papers"
    r"|looked|looked-ahead\.json|prefect|proposals|mended|restoring\.json.*|inbox-looked|up\.json|[^/]*\.(lock|sock)|[^/]*\.log(\.\d+)?"
    r"|[^/]*\.sqlite-(wal|shm|journal))|(.*/)?\.[^/]*\.part"
)
"""What no backup has as a file: the register, of which there is a bundle; the keys, which have a file of
their own; what is made anew; what is of the moment or the machine. Whatever else is in a home is in it."""
OF_THE_MOMENT: Final = ("sessions", "sign_ins", "challenges", "invitations", "rates")
"""Tables of the desk's file that are empty in a backup: nobody is let in by what ended since."""
_ATTEMPTS: Final = 3
COPYING: Final = "Copying"
OF_REGISTER: Final = "Writing the register"
READING_BACK: Final = "Reading back"
_A_DAY: Final = 86_400
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """A backup that was made.

    Attributes:
        file: The folder of a home, or the file of its keys.
        size: Bytes.
        new: How many of them are in no backup before it.
    """

    file: Path
    size: int
    new: int
    manifest: Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """The backup of the same home that was made last, in the same place."""

    folder: Path
    manifest: Manifest


def _silent(_what: str, _done: int, _all: int) -> None:
    pass


def back_up(office: Office, target: Path, tell: Callable[[str, int, int], None] = _silent) -> BackedUp:
    """Write the home without its keys into a new folder, or into one with a name of its own in a folder.

    Args:
        tell: Told what is being done, and how much of how much of it is.

    Raises:
        RefusedError: there is such a folder.
        RegisterError: the disk or git did not allow it, or the disk has something else than was written.
    """
    home, place = office.home, _place_of(office, target, HOME)
    began, before = office.now(), _before(office, place.parent)
    with storing(f"The backup {place}"), _filling(place) as fresh:
        tree = _Tree(home, fresh, before, tell)
        with office.taking_in():  # nothing is on its way from the inbox into a case
            for item in sorted(home.inbox.iterdir()) if home.inbox.is_dir() else ():
                if _is_whole(item):
                    tree.add(item)
                else:
                    tree.left_out += 1
            tree.add(home.set_aside)
        for path in sorted(home.root.iterdir()):
            if path not in {home.inbox, home.set_aside, *_secrets(home)}:
                tree.add(path)
        tip = office.register.tip()
        tree.add_line(office, tip)
        manifest = _manifest(office, HOME, tip, began.isoformat())
        manifest = tree.end(replace(manifest, files=tree.files, left_out=tree.left_out), office, place)
        size = sum(each.stat().st_size for each in fresh.rglob("*") if each.is_file())
    outside = place.stat().st_dev != home.register.stat().st_dev
    copies_elsewhere.note(office, Way.BACKUP, str(place.parent), manifest.entries, outside=outside)
    return BackedUp(file=place, size=size, new=tree.new, manifest=manifest)


def back_up_keys(office: Office, target: Path, recipient: str | None = None) -> BackedUp:
    """Write the keys of the home into a new file; after the home, so that no case in that lacks its key.

    Args:
        recipient: Whoever has its private half alone can open the file (age, X25519); None: everybody can.

    Raises:
        RefusedError, RegisterError: as ``back_up``.
        MalformedError: ``recipient`` is none.
    """
    home, file = office.home, _place_of(office, target, KEYS, sealed=recipient is not None)
    began, held = office.now(), io.BytesIO()
    with storing(f"The backup {file}"):
        archive = _Archive(home, held)
        with office.taking_in():  # no other key is put in the place of the one that wraps those of cases
            for path in (home.root / KEYS, *_secrets(home)):
                archive.add(path)
        manifest = _manifest(office, KEYS, office.register.tip(), began.isoformat())
        manifest = archive.end(replace(manifest, files=archive.files), office)
        data = seal_for(recipient, held.getvalue()) if recipient else held.getvalue()
        with disk.filling(file) as out:
            out.write(data)
        if _digest(file) != hashlib.sha256(data).hexdigest():
            file.unlink()
            raise _read_otherwise(file)
    return BackedUp(file=file, size=len(data), new=len(data), manifest=manifest)


def _manifest(office: Office, kind: str, tip: Recorded, began: str) -> Manifest:
    return Manifest(
        kind=kind,
        register=office.register.fingerprint(),
        entries=tip.entry.sequence,
        newest=tip.id,
        time=began,
        release=version("equipoise"),
    )


def _place_of(office: Office, target: Path, kind: str, *, sealed: bool = False) -> Path:
    """Return what is to be written; in a folder it is named by the moment.

    Raises:
        RefusedError: it is there, or in the home.
        MalformedError: its folder is not there.
    """
    name = f"equipoise-{office.now():%Y%m%dT%H%M%SZ}{ENDINGS[kind]}{'.age' if sealed else ''}"
    inside = target.is_dir() and not (target / MANIFEST).exists()
    place = (target / name if inside else target).absolute()
    if place.resolve().is_relative_to(office.home.root.resolve()):
        raise RefusedError(f"{place} is in the home itself; a backup belongs elsewhere.")
    if os.path.lexists(place):
        raise _there_already(place)
    if not place.parent.is_dir():
        raise MalformedError(str(target), Fault(path="", problem="there is no such folder"))
    for pattern in (".equipoise-*.part", f".{glob.escape(place.name)}.*.part"):
        for left in place.parent.glob(pattern):  # by a kill
            with suppress(OSError):
                if time.time() - left.lstat().st_mtime > _A_DAY:
                    disk.discard(left)
    return place


def _there_already(place: Path) -> RefusedError:
    what = "is a backup itself" if (place / MANIFEST).exists() else "is there already"
    return RefusedError(
        f"{place} {what}, and no backup is written over; name a folder of backups, or what is not there yet."
    )


def _no_key(name: str) -> RefusedError:
    return RefusedError(
        f"The keys were not backed up: {name} in the home is no file and no folder, and leads to none."
    )


@contextmanager
def _filling(place: Path) -> Iterator[Path]:
    """Give a new folder to be filled, which stands at ``place`` once the block ends well.

    Another home may be backed up there in the same second: neither fills the other's.
    """
    fresh = disk.beside(place)
    fresh.mkdir(mode=0o700)
    try:
        yield fresh
        if os.path.lexists(place):
            raise _there_already(place)
        fresh.rename(place)
        disk.sync(place.parent)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _before(office: Office, folder: Path) -> _Before | None:
    """Return the newest backup in a folder that this home signed; None where there is none."""
    for path in sorted(folder.glob("equipoise-*Z"), reverse=True):
        with suppress(OSError, ValueError):
            data, armoured = backup_manifest.read_manifest(path)
            manifest = backup_manifest.parse(data, HOME)
            backup_manifest.check_signed(manifest, data, armoured, office.home.register)
            return _Before(folder=path, manifest=manifest)
    return None


def _digest(path: Path) -> str:
    """Return the SHA-256 of a plain file, read from its disk and not from memory."""
    with disk.opened_plain(path) as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy(content: io.BytesIO | FileIO, path: Path) -> str:
    """Write a file that nobody else can read, and return its SHA-256; the caller makes it durable."""
    digest = hashlib.sha256()
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600), "wb") as file:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def _read_otherwise(place: Path) -> RegisterError:
    return RegisterError(
        f"The backup {place} was read back otherwise than it was written, and is gone again: "
        "look after that disk, and back up to another."
    )


def _written(write: Callable[[], None]) -> None:
    """Have git write a file of the register; again where packs were rolled up in that moment."""
    for _ in range(_ATTEMPTS - 1):
        with suppress(RegisterError):
            return write()
    return write()


def _secrets(home: Home) -> list[Path]:
    """Return the files beside ``keys/`` that let somebody in.

    That is to single sign-on, the mailbox, the relay, or to the numbers of the installation.
    """
    named = [_named_in(home.sign_on, "secret")]
    named += [_named_in(home.mail_file, "password", table=table) for table in ("receive", "send")]
    with suppress(MalformedError):
        named.append(Settings(home).text("metrics.token"))
    paths = {home.root / name for name in named if name and "/" not in name}
    return [path for path in sorted(paths) if path.is_file()]


def _named_in(settings: Path, key: str, *, table: str = "") -> str:
    """Return what settings say under a key; empty where they say nothing that can be read."""
    try:
        given = toml_of(settings.read_bytes(), settings.name)
        return str((given.get(table, {}) if table else given).get(key, ""))
    except (OSError, MalformedError, AttributeError):
        return ""


def _is_whole(item: Path) -> bool:
    """Tell whether something in the inbox has arrived: for some seconds nothing in it has changed."""
    with suppress(FileNotFoundError):
        times = [each.lstat().st_mtime for each in (item, *item.rglob("*"))]
        return time.time() - max(times) >= REST
    return False


class _Tree:
    """A backup of a home that is being written.

    Attributes:
        files: What was put into it, as its manifest says.
        left_out: How many things were no plain files.
        new: Bytes that were written and not linked.
    """

    def __init__(
        self,
        home: Home,
        place: Path,
        before: _Before | None,
        tell: Callable[[str, int, int], None],
    ) -> None:
        self.files: dict[str, Said] = {}
        self.left_out = 0
        self.new = 0
        self._tell = tell
        self._all = _count(home, home.root)
        self._home = home
        self._place = place
        self._before = before
        self._copied: list[str] = []

    def add(self, path: Path) -> None:
        """Add a file, or a folder with all that belongs into a backup; what goes meanwhile is passed over."""
        name = path.relative_to(self._home.root).as_posix()
        if LEFT_OUT.fullmatch(name):
            return
        try:
            found = path.lstat()
            if stat.S_ISDIR(found.st_mode):
                for each in sorted(path.iterdir()):
                    self.add(each)
            elif stat.S_ISREG(found.st_mode):
                with _content(path, self._home) as content:
                    self._put(OF_HOME + name, found.st_mtime_ns, content)
            else:
                self.left_out += 1
        except FileNotFoundError:
            return

    def _put(self, name: str, changed: int, content: io.BytesIO | FileIO) -> None:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
        if not self._take_over(name, digest):
            content.seek(0)
            digest = _copy(content, self._target(name))  # it may have changed meanwhile
            self._copied.append(name)
        self._say(name, digest, changed)
        self._tell(COPYING, len(self.files), max(len(self.files), self._all))

    def _say(self, name: str, digest: str, changed: int) -> None:
        self.files[name] = Said(digest, changed, (self._place / name).stat().st_size)

    def _target(self, name: str) -> Path:
        target = self._place / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return target

    def _take_over(self, name: str, digest: str) -> bool:
        """Link a file of the backup before, if on the disk it is the same."""
        if self._before is None:
            return False
        source = self._before.folder / name
        try:
            if _digest(source) != digest:
                return False
        except OSError:
            return False
        target = self._target(name)
        try:
            os.link(source, target, follow_symlinks=False)
        except OSError:  # the file system has no links, or no more of this file
            shutil.copyfile(source, target)
            self._copied.append(name)
        return True

    def add_line(self, office: Office, tip: Recorded) -> None:
        """Add the register up to an entry: what the backup before has of it, and what came since."""
        self._tell(OF_REGISTER, 0, 1)
        kept = self._kept_of_line(office, tip)
        for name in kept:
            if self._before:
                said = self._before.manifest.files[name]
                self._say(name, said.sha256, said.changed)
        done = up_to(kept[-1]) if kept else 0
        if done < tip.entry.sequence:
            name = bundle_of(tip.entry.sequence, tip.id)
            file = self._target(name)
            after = kept[-1].rpartition("-")[2].removesuffix(".bundle") if kept else None
            _written(lambda: write_bundle(self._home.register, tip.id, file, after))
            file.chmod(0o600)
            with file.open("rb") as written:
                digest = hashlib.file_digest(written, "sha256").hexdigest()
            self._say(name, digest, file.stat().st_mtime_ns)
            self._copied.append(name)

    def _kept_of_line(self, office: Office, tip: Recorded) -> list[str]:
        """Take over the files of the register that are kept, and return them.

        What came since is written with the files at the end that have less than twice as many entries, so
        that there are few of them however many backups are made.
        """
        if self._before is None:
            return []
        said = self._before.manifest
        newer = office.register.since(said.entries)
        if said.newest != (newer[0].entry.parent if newer else tip.id):
            return []  # the register does not go on from there
        kept = said.bundles
        sizes = [up_to(name) - (up_to(kept[at - 1]) if at else 0) for at, name in enumerate(kept)]
        while kept and sizes[-1] < 2 * (tip.entry.sequence - up_to(kept[-1])):
            kept.pop()
            sizes.pop()
        for at, name in enumerate(kept):
            if not self._take_over(name, said.files[name].sha256):
                return kept[:at]  # it is damaged there
        return kept

    def end(self, manifest: Manifest, office: Office, place: Path) -> Manifest:
        """Write last what the backup says of itself, and read all from the disk that was written.

        Raises:
            RegisterError: the disk has something else.
        """
        digests = {name: self.files[name].sha256 for name in self._copied}
        for name, data in zip((MANIFEST, SIGNATURE), manifest.signed(office.service), strict=True):
            digests[name] = _copy(io.BytesIO(data), self._place / name)
        os.sync()
        for done, (name, digest) in enumerate(digests.items()):
            self._tell(READING_BACK, done, len(digests))
            if _digest(self._place / name) != digest:
                raise _read_otherwise(place)
            self.new += (self._place / name).stat().st_size
        return manifest


def _count(home: Home, folder: Path) -> int:
    """Return how many files a folder of the home has for a backup, or had a moment ago."""
    count = 0
    with suppress(FileNotFoundError), os.scandir(folder) as found:
        for each in found:
            if LEFT_OUT.fullmatch(Path(each.path).relative_to(home.root).as_posix()):
                continue
            inside = each.is_dir(follow_symlinks=False)
            count += _count(home, Path(each.path)) if inside else each.is_file(follow_symlinks=False)
    return count


class _Archive:
    """A backup of keys that is being written, of which nothing is left out.

    Attributes:
        files: As of ``_Tree``.
    """

    def __init__(self, home: Home, out: io.BytesIO) -> None:
        self.files: dict[str, Said] = {}
        self._home = home
        self._tar = tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - ended by `end`

    def add(self, path: Path) -> None:
        """Add a file, or a folder with everything in it; what goes meanwhile is passed over.

        Keys may lie on another disk: a link leads to what is added.

        Raises:
            RefusedError: there is something else, or a link that leads nowhere.
        """
        name = path.relative_to(self._home.root).as_posix()
        try:
            found = path.stat()
            if stat.S_ISDIR(found.st_mode):
                for each in sorted(path.iterdir()):
                    self.add(each)
            elif stat.S_ISREG(found.st_mode):
                data = path.read_bytes()
                self._put(name, data)
                self.files[name] = Said(hashlib.sha256(data).hexdigest(), found.st_mtime_ns, len(data))
            else:
                raise _no_key(name)
        except FileNotFoundError:
            if path.is_symlink():
                raise _no_key(name) from None

    def _put(self, name: str, data: bytes) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = len(data), 0o600, time.time()
        self._tar.addfile(info, io.BytesIO(data))

    def end(self, manifest: Manifest, office: Office) -> Manifest:
        """Write last what the backup says of itself, with the service's signature; return it."""
        for name, data in zip((MANIFEST, SIGNATURE), manifest.signed(office.service), strict=True):
            self._put(name, data)
        self._tar.close()
        return manifest


def _content(path: Path, home: Home) -> io.BytesIO | FileIO:
    """Open the content of a file; of one that the home keeps by SQLite, as it stands between two changes.

    Whatever else has such a name, as something that came with a request, is a file like another.

    Raises:
        RegisterError: a file of the home cannot be read by SQLite.
    """
    if path.suffix != ".sqlite" or path.parent != home.state:
        return disk.opened_plain(path)
    try:
        return io.BytesIO(_settled(path, home))
    except sqlite3.Error as error:
        raise RegisterError(
            f"{path} cannot be backed up ({error}): `equipoise doctor` tells what is wrong with it."
        ) from error


def _settled(path: Path, home: Home) -> bytes:
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

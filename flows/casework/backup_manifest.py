"""What a backup says of itself, signed by the service: of which register it is, and every file it has.

The signature is OpenSSH's, so that ``ssh-keygen -Y verify`` reads it too; whose it has to be, the register's
own policy says. So nobody who has the disk of the backups alone can make a restore take what the home did
not write.
"""

from __future__ import annotations

import json
import re
from contextlib import closing
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from flows import disk
from flows.domain.errors import PitError, UnfitSignatureError
from flows.domain.policy import SERVICE
from flows.foreign import object_of
from flows.register import signature
from flows.register.line import Line
from flows.register.objects import is_id
from flows.register.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path

    from flows.register.signature import FileSigner

FORM: Final = 3
_WITHOUT_SIZES: Final = 2
"""The form of before, which is read too."""
MANIFEST: Final = "backup.json"
SIGNATURE: Final = "backup.json.sig"
HOME: Final = "home"
KEYS: Final = "keys"
ENDINGS: Final = {HOME: "", KEYS: ".keys.tar"}
OF_HOME: Final = "home/"
"""Below this in a backup stand the files of a home, at their own places."""

_BUNDLE: Final = re.compile(r"register/(\d{12})-([0-9a-f]{40})\.bundle", re.ASCII)
_NAME: Final = re.compile(r"(?!\.{1,2}(/|$))[^/\0]+(/(?!\.{1,2}(/|$))[^/\0]+)*")
_DIGEST: Final = re.compile("[0-9a-f]{64}")
_MOST: Final = 1 << 28
_SIGNED: Final = 1 << 16


class Said(NamedTuple):
    """What a backup says of a file.

    Attributes:
        changed: When, in nanoseconds since 1970.
        size: Bytes; None where an earlier release made the backup.
    """

    sha256: str
    changed: int
    size: int | None = None

    def check_size(self, size: int) -> None:
        """Check that a file is as large as it was, before a byte of it is read.

        Raises:
            DamagedError: it is not.
        """
        if self.size not in {None, size}:
            raise DamagedError("a file in it is damaged")

    def check(self, sha256: str) -> None:
        """Check that a file is what was written.

        Raises:
            DamagedError: it is not.
        """
        if self.sha256 != sha256:
            raise DamagedError("a file in it is damaged")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself.

    Attributes:
        kind: Of the home without its keys, or of the keys.
        register: The fingerprint of the register.
        entries: How many it had when the backup was made.
        newest: The id of the last of them.
        time: When it began, UTC, ISO 8601.
        release: Of the software that made it.
        left_out: How many things were no plain files, or were still arriving in the inbox.
        files: What it says of each file.
    """

    form: int = FORM
    kind: str
    register: str
    entries: int
    newest: str
    time: str
    release: str
    left_out: int = 0
    files: dict[str, Said] = field(default_factory=dict)

    def signed(self, service: FileSigner) -> tuple[bytes, bytes]:
        """Return it as it is written, and the service's signature on that."""
        data = json.dumps(asdict(self), indent=1).encode()
        return data, service.sign(data, signature.BACKUP).encode()

    @property
    def bundles(self) -> list[str]:
        """The files that have the register, each the entries after those of the one before."""
        return sorted(name for name in self.files if name.startswith("register/"))

    @property
    def began(self) -> datetime:
        """When it began."""
        return datetime.fromisoformat(self.time)

    @property
    def size(self) -> int:
        """Bytes of all its files; 0 where an earlier release made it."""
        return sum(each.size or 0 for each in self.files.values())


class DamagedError(ValueError):
    """A backup is not as the home wrote it; the sentence says what is wrong."""


def bundle_of(sequence: int, id_: str) -> str:
    """Return the name of the file with the entries up to one."""
    return f"register/{sequence:012}-{id_}.bundle"


def up_to(bundle: str) -> int:
    """Return the number of the last entry in such a file."""
    return int(bundle[len("register/") :][:12])


def read_manifest(folder: Path) -> tuple[bytes, bytes]:
    """Return what a backup of a home says of itself, and the signature on that; nothing is verified.

    Raises:
        OSError: it is not there.
    """
    return disk.read_plain(folder / MANIFEST, _MOST), disk.read_plain(folder / SIGNATURE, _SIGNED)


def parse(data: bytes, kind: str) -> Manifest:
    """Return what a backup says of itself; whether that is true, ``check_signed`` says.

    Raises:
        DamagedError: it is no backup of that kind.
    """
    try:
        row = object_of(data)
        form, of = row.get("form"), row.get("kind")
    except ValueError:
        raise DamagedError("it is no backup") from None
    if form not in (FORM, _WITHOUT_SIZES) or row.keys() != {each.name for each in fields(Manifest)}:
        raise DamagedError("another release made it, in another form")
    if of != kind:
        raise DamagedError(f"it is a backup of the {of}, where one of the {kind} belongs")
    if not _is_formed(row):
        raise DamagedError("what it says of itself is malformed")
    files = {name: Said(*each) for name, each in row["files"].items()}
    if not all(_NAME.fullmatch(name) for name in files):
        raise DamagedError("it has a name that leads elsewhere")
    found = Manifest(**{**row, "files": files})
    if kind == HOME and (
        not all(name.startswith(OF_HOME) or _BUNDLE.fullmatch(name) for name in files)
        or found.bundles[-1:] != [bundle_of(found.entries, found.newest)]
    ):
        raise DamagedError("what it says of itself is malformed")
    return found


def _is_formed(row: dict[str, Any]) -> bool:
    texts, numbers = ("register", "newest", "time", "release"), ("entries", "left_out")
    return (
        all(isinstance(row[each], str) for each in texts)
        and all(isinstance(row[each], int) and 0 <= row[each] < 1 << 39 for each in numbers)
        and is_id(row["newest"])
        and _is_moment(row["time"])
        and isinstance(row["files"], dict)
        and all(_is_file(each, row["form"]) for each in row["files"].values())
    )


def _is_moment(said: str) -> bool:
    try:
        return datetime.fromisoformat(said).tzinfo is not None
    except ValueError:
        return False


def _is_file(said: object, form: int) -> bool:
    match said:
        case [str(digest), int(_)] if form == _WITHOUT_SIZES:
            return _DIGEST.fullmatch(digest) is not None
        case [str(digest), int(_), int(size)] if form == FORM:
            return _DIGEST.fullmatch(digest) is not None and size >= 0
        case _:
            return False


def check_signed(manifest: Manifest, data: bytes, armoured: bytes, repository: Path) -> None:
    """Check that the service of a register signed what a backup says of itself.

    It has to be the key by the policy of the entry to which the backup goes, or where the register does not
    go so far, by that of the newest.

    Raises:
        DamagedError: it is of another register, or the service did not sign it.
    """
    with closing(Repository(repository)) as opened:
        line, tip = Line(opened), str(opened.tip())
        at = manifest.newest if opened.objects.read(manifest.newest) else tip
        try:
            policy = line.policy_at(at)
            reached = line.entry(at).entry.sequence
            founding = line.founding(tip)
        except PitError:
            raise DamagedError("the register in it cannot be read") from None
    if manifest.register != founding:
        raise DamagedError("it is of another register")
    try:
        signed = signature.verify(armoured.decode(errors="replace"), data, signature.BACKUP)
    except UnfitSignatureError:
        raise DamagedError("its signature does not fit") from None
    if signed.public not in policy.people[SERVICE].keys or (
        at == manifest.newest and reached != manifest.entries
    ):
        raise DamagedError("the service of its register did not sign it")

"""A key for each case, wrapped by the authority's key-encryption key, outside git.

What a case seals is read through its key alone: destroying the key erases it, and the register, which
has only the sealed bytes, still verifies. The form is age (X25519).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyrage

from flows import disk
from flows.domain.errors import Fault, MalformedError, RegisterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Set as AbstractSet

    from flows.vault.wrapping import Wrapping

_SUFFIX: Final = ".age"
_ORPHANS: Final = "orphans"
_ANOTHER: Final = (
    "Another key-encryption key was put in the place of the one that this process has: end it and start it "
    "again."
)


class Vault:
    """The case keys in one folder.

    Args:
        folder: One file for each case key, named by its public recipient.
        wrapping: The key-encryption key.
        current: Tells whether it is still the one in force.
    """

    def __init__(self, folder: Path, wrapping: Wrapping, current: Callable[[], bool] = lambda: True) -> None:
        self._folder = folder
        self._wrapping = wrapping
        self._current = current

    def create(self) -> str:
        """Make a case key, durably, and return its public recipient.

        Raises:
            RegisterError: another key-encryption key was put in the place of this one.
        """
        if not self._current():
            raise RegisterError(_ANOTHER)
        identity = pyrage.x25519.Identity.generate()
        recipient = str(identity.to_public())
        disk.create(self._path(recipient), seal(self._wrapping.recipient, str(identity).encode()))
        return recipient

    def seal(self, recipient: str, content: bytes) -> bytes:
        """Return ``content`` readable by the case key ``recipient`` alone; never twice the same."""
        return seal(recipient, content)

    def check(self, recipient: str, sealed: bytes) -> None:
        """Check that what was sealed to ``recipient`` can be opened.

        Raises:
            RegisterError: it cannot.
        """
        self.unseal(recipient, sealed)

    def unseal(self, recipient: str, sealed: bytes) -> bytes:
        """Return what was sealed to ``recipient``.

        Raises:
            RegisterError: the key is not in the vault, or does not open it.
        """
        try:
            wrapped = self._path(recipient).read_bytes()
            identity = pyrage.x25519.Identity.from_str(self._wrapping.unwrap(wrapped).decode())
            content: bytes = pyrage.decrypt(sealed, [identity])
        except (OSError, ValueError, pyrage.DecryptError, pyrage.IdentityError) as error:
            lost = f"The case key {recipient} is missing or does not fit; restore it from a copy."
            raise RegisterError(lost if self._current() else _ANOTHER) from error
        return content

    def destroy(self, recipient: str) -> None:
        """Destroy a case key, wherever it lies here: what was sealed to it is opened by nobody any more."""
        for path in places_of(self._folder, recipient):
            disk.destroy(path)

    def digest(self, content: bytes) -> bytes:
        """Return a digest that only the authority can compute: HMAC with SHA-256, 32 bytes (RFC 2104)."""
        return self._wrapping.digest(content)

    def recipients(self) -> set[str]:
        """Return the names of the keys that are here."""
        # As strings, as below.
        return _named(os.listdir(self._folder)) if self._folder.is_dir() else set()  # noqa: PTH208 - as below

    def sweep(self, known: AbstractSet[str]) -> int:
        """Put keys that no case names out of the way, in ``orphans/``; return how many.

        An opening that was cut off leaves one. They are kept, for a register restored from an older
        copy lacks cases whose keys must not be lost with it.

        To be called only while no opening is under way.
        """
        orphans = self.recipients() - known
        if orphans:
            (self._folder / _ORPHANS).mkdir(mode=0o700, exist_ok=True)
        for recipient in orphans:
            self._path(recipient).rename(self._folder / _ORPHANS / f"{recipient}{_SUFFIX}")
        return len(orphans)

    def _path(self, recipient: str) -> Path:
        return places_of(self._folder, recipient)[-1]


def seal(recipient: str, content: bytes) -> bytes:
    """Return ``content`` readable by the case key ``recipient`` alone; it takes no key to seal."""
    sealed: bytes = pyrage.encrypt(content, [pyrage.x25519.Recipient.from_str(recipient)])
    return sealed


def places_of(folder: Path, recipient: str) -> tuple[Path, Path]:
    """Return where a case key may lie in a folder: where it was put out of the way, and where it belongs."""
    # The name comes from a statement: it must not lead out of the folder.
    if not recipient.isalnum():
        raise ValueError("not a recipient")
    name = f"{recipient}{_SUFFIX}"
    return folder / _ORPHANS / name, folder / name


def keys_in(folder: Path) -> set[str]:
    """Return the names of all case keys in a folder, those that were put out of the way included.

    Raises:
        OSError: the folder cannot be read; none are there where it is not.
    """

    def refuse(error: OSError) -> None:
        # Else a folder that cannot be read would be one without keys.
        if not isinstance(error, FileNotFoundError):
            raise error

    # Of strings: a path for each of 100,000 keys takes a second.
    return _named(name for _, _, names in os.walk(folder, onerror=refuse) for name in names)


def rewrap(folder: Path, key: Wrapping) -> tuple[int, list[str]]:
    """Have every case key in a folder wrapped anew, one after the other, durably.

    Args:
        key: Unwraps what is there, and wraps from now on.

    Returns:
        How many there are, and the names of those that it does not unwrap, which stay as they are.
    """
    unfit: list[str] = []
    there = sorted(keys_in(folder))
    for recipient in there:
        for path in filter(Path.exists, places_of(folder, recipient)):
            try:
                text = key.unwrap(path.read_bytes())
            except ValueError:
                unfit.append(recipient)
            else:
                disk.write(path, seal(key.recipient, text), mode=0o600)
    return len(there) - len(unfit), unfit


def _named(files: Iterable[str]) -> set[str]:
    return {name.removesuffix(_SUFFIX) for name in files if name.endswith(_SUFFIX)}


def seal_for(recipient: str, content: bytes) -> bytes:
    """Return ``content`` as whoever has the private half of ``recipient`` alone can read it (age, X25519).

    Raises:
        MalformedError: it is no recipient.
    """
    try:
        sealed: bytes = pyrage.encrypt(content, [pyrage.x25519.Recipient.from_str(recipient.strip())])
    except pyrage.RecipientError as error:
        problem = "a recipient of age begins with age1; `age-keygen` makes one"
        raise MalformedError("the recipient", Fault(path="", problem=problem)) from error
    return sealed


def open_with(identity: Path, sealed: bytes) -> bytes:
    """Return what was sealed for the recipient whose private half stands in a file.

    Raises:
        MalformedError: the file has none, or it does not open this.
    """
    try:
        lines = identity.read_text(encoding="utf-8-sig").splitlines()
        secret = next((line.strip() for line in lines if line.startswith("AGE-SECRET-KEY-")), "")
        content: bytes = pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(secret)])
    except (OSError, ValueError, pyrage.IdentityError, pyrage.DecryptError) as error:
        problem = "there is no private key of age in it that opens the backup"
        raise MalformedError(str(identity), Fault(path="", problem=problem)) from error
    return content


def create_wrapping_key(path: Path) -> None:
    """Make the key-encryption key in ``path``, readable by its owner alone.

    Raises:
        FileExistsError: there is one already.
    """
    disk.create(path, f"{pyrage.x25519.Identity.generate()}\n".encode())

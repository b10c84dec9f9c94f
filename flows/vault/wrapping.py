"""The key-encryption key, in whichever form it is kept, and what opens it.

It stands in a file as it is; or encrypted with a passphrase, in age's own form for that (scrypt); or
encrypted with a key that stays in a device (PKCS#11), which asks for its PIN. Whoever opens one of the
latter two is a person, or what a person set up: an agent that was given the passphrase answers first, then a
file that the environment names, then a person at a terminal. An argument of a command never does.
"""

from __future__ import annotations

import fcntl
import getpass
import hashlib
import hmac
import json
import os
import pwd
import sys
import threading
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import pyrage

from flows import disk
from flows.domain.english import listing
from flows.domain.errors import Fault, MalformedError, RegisterError, VaultShutError
from flows.foreign import object_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAMED: Final = "EQUIPOISE_VAULT_PASSPHRASE_FILE"
"""Names a file that has the passphrase, or the PIN of a device; ``/dev/fd/3`` is an open descriptor."""
CREDENTIAL: Final = "equipoise-vault"
"""The name of systemd's credential that has it, in ``$CREDENTIALS_DIRECTORY``."""
SHORTEST: Final = 12
"""Characters of a passphrase."""
_FOR_DIGESTS: Final = b"equipoise: digests of what is sealed"
"""Derives a key of its own from the key-encryption key, so that there is no further one to keep."""
_DIGESTS: Final = "# digests: "
"""Begins the line of the key of digests, where it is not derived any more: a remark to age's programs."""
_UNFINISHED: Final = "the keys of cases are being wrapped by it"
_AGE: Final = b"age-encryption.org/"
_LONGEST: Final = 64 << 10
_IV: Final = 16


class Wrapping(Protocol):
    """What wraps the case keys, wherever it is."""

    @property
    def recipient(self) -> str:
        """Its public half."""

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return a case key that it wraps.

        Raises:
            ValueError: it wraps no such key.
            RegisterError: it does not answer any more.
        """

    def digest(self, content: bytes) -> bytes:
        """Return a digest that only the authority can compute: HMAC with SHA-256, 32 bytes (RFC 2104)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Where the key is that encrypts the key-encryption key.

    Attributes:
        module: The library of the device (PKCS#11).
        token: Its label.
        key: The label of an AES key that stays in it.
    """

    module: str
    token: str
    key: str


class Opened:
    """The key-encryption key in memory; while another is put in its place, that one and the one before it.

    The key of digests is derived from the first that the home had, and stays: by digests it is known what
    was taken in before.
    """

    def __init__(self, text: str) -> None:
        """Take it as it is written.

        Raises:
            ValueError, pyrage.IdentityError: it is none.
        """
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        digests = [line.removeprefix(_DIGESTS) for line in lines if line.startswith(_DIGESTS)]
        keys = [line for line in lines if not line.startswith(_DIGESTS)]
        if len(keys) not in {1, 2} or len(digests) > 1 or len(keys) > 1 + len(digests):
            raise ValueError("not one key")
        self._identities = [pyrage.x25519.Identity.from_str(line) for line in keys]
        self._moved = bool(digests)
        self._digests = (
            bytes.fromhex(digests[0])
            if digests
            else hmac.digest(str(self._identities[0]).encode(), _FOR_DIGESTS, "sha256")
        )

    @property
    def recipient(self) -> str:
        """Its public half."""
        return str(self._identities[0].to_public())

    @property
    def two(self) -> bool:
        """Whether another is being put in its place, and both are here."""
        return len(self._identities) > 1

    @property
    def text(self) -> bytes:
        """It, as it is written."""
        return self._written(*self._identities, moved=self._moved)

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return a case key that it wraps, as ``Wrapping`` has it."""
        try:
            key: bytes = pyrage.decrypt(wrapped, self._identities)
        except pyrage.DecryptError as error:
            raise ValueError("another key wraps it, or none") from error
        return key

    def digest(self, content: bytes) -> bytes:
        """Return a digest, as ``Wrapping`` has it."""
        return hmac.digest(self._digests, content, "sha256")

    def followed(self) -> Opened:
        """Return another, new key with this one beside it."""
        return Opened(self._written(pyrage.x25519.Identity.generate(), self._identities[0]).decode())

    def alone(self) -> Opened:
        """Return the newer of two keys without the other."""
        return Opened(self._written(self._identities[0]).decode())

    def _written(self, *keys: object, moved: bool = True) -> bytes:
        digests = [f"{_DIGESTS}{self._digests.hex()}"] if moved else []
        return "".join(f"{line}\n" for line in (*keys, *digests)).encode()


def form_of(place: Path) -> str:
    """Return in which form the key-encryption key is kept: ``file``, ``passphrase`` or ``device``.

    Raises:
        RegisterError: it is not there.
    """
    data = _read(place)
    return "passphrase" if data.startswith(_AGE) else "device" if data.startswith(b"{") else "file"


def unlocked(place: Path, log: Path) -> Opened:
    """Return the key-encryption key, asking whoever can open it; once for each process.

    Args:
        log: Where it is noted that it was opened, before it is.

    Raises:
        VaultShutError: nobody is there to open it, or what they gave does not.
        RegisterError: the file is not there, or unfit.
    """
    data = _read(place)
    with _LOCK:
        if data not in _OPENED:
            _OPENED[data] = _unlocked(place, data, log)
        return _OPENED[data]


_LOCK: Final = threading.Lock()
_OPENED: Final[dict[bytes, Opened]] = {}


def _unlocked(place: Path, data: bytes, log: Path) -> Opened:
    if form_of(place) == "file":
        return _parsed(place, data)
    secret, whence = _secret()
    text = _decrypted(place, data, secret, whence)
    note(log, form_of(place), whence)
    return _parsed(place, text)


def _decrypted(place: Path, data: bytes, secret: str, whence: str) -> bytes:
    if not data.startswith(_AGE):
        return _by_device(*_device_of(place, data), secret, whence)
    try:
        text: bytes = pyrage.passphrase.decrypt(data, secret)
    except pyrage.DecryptError as error:
        # age refuses what would take this machine long, as it measures then; on a busy one that may be any.
        if str(error).startswith("Excessive work"):
            raise VaultShutError(
                f"The passphrase {whence} was not tried: age finds this machine too slow or too busy to open "
                "the vault; try again once it has less to do."
            ) from None
        raise VaultShutError(f"The passphrase {whence} does not open the vault.") from None
    return text


def _parsed(place: Path, data: bytes) -> Opened:
    try:
        return Opened(data.decode("utf-8-sig"))
    except (ValueError, pyrage.IdentityError) as error:
        raise _unfit(place) from error


def _read(place: Path) -> bytes:
    try:
        return disk.read_plain(place, _LONGEST)
    except OSError as error:
        raise _unfit(place) from error


def _unfit(place: Path) -> RegisterError:
    return RegisterError(f"The key-encryption key {place} cannot be read; restore it from a copy.")


_SHUT: Final = (
    "The vault is shut, so that nothing sealed is read and no request is taken in: no agent answers, and "
    "no passphrase is at hand; `equipoise vault agent` opens it."
)
_NO_PIN: Final = (
    "The PIN of the device is not at hand: call this at a terminal, which asks for it, or have "
    f"{NAMED} name a file with it."
)


def _secret(without: str = _SHUT) -> tuple[str, str]:
    """Return the passphrase or PIN, and where it came from, to follow the word.

    Args:
        without: What is said where there is none.

    Raises:
        VaultShutError: there is none.
    """
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    named = os.environ.get(NAMED)
    path = Path(named) if named else Path(folder) / CREDENTIAL if folder else None
    if path and (named or path.exists()):
        try:
            return path.read_text(encoding="utf-8").rstrip("\r\n"), f"in {path}"
        except (OSError, ValueError):
            raise VaultShutError(f"The passphrase of the vault cannot be read from {path}.") from None
    # Not from a thread: there nobody waits for a question.
    if threading.current_thread() is threading.main_thread() and sys.stdin.isatty() and sys.stderr.isatty():
        return getpass.getpass("Passphrase of the vault, or PIN: "), "that was typed"
    raise VaultShutError(without)


def keep(place: Path, opened: Opened, *, passphrase: str | None = None, device: Device | None = None) -> None:
    """Keep the key-encryption key in another form, durably; a kill leaves the one or the other.

    Args:
        passphrase: That opens it from now on.
        device: That does, with the PIN that is asked for; without either the key stands there as it is.

    Raises:
        MalformedError: the passphrase is too short.
        VaultShutError: the device cannot be used, and why; or its PIN is not at hand.
    """
    data = opened.text
    if passphrase is not None:
        if len(passphrase) < SHORTEST:
            problem = f"it has fewer than {SHORTEST} characters; several words are better than signs"
            raise MalformedError("the passphrase", Fault(path="", problem=problem))
        data = pyrage.passphrase.encrypt(data, passphrase)
    elif device is not None:
        _token_of(device)  # what is missing is told before a PIN is asked for
        data = _for_device(device, data, *_secret(_NO_PIN))
    _put(place, data)


def _for_device(device: Device, data: bytes, secret: str, whence: str) -> bytes:
    wrapped = _to_device(device, data, secret, whence)
    return json.dumps({**asdict(device), "wrapped": wrapped.hex()}, indent=2).encode() + b"\n"


def _put(place: Path, data: bytes) -> None:
    old = os.open(place, os.O_WRONLY | os.O_CLOEXEC)
    try:
        size = os.fstat(old).st_size
        disk.write(place, data, mode=0o600)
        # What stood there had no other name, and might have been the key itself.
        os.pwrite(old, bytes(size), 0)
        os.fsync(old)
    finally:
        os.close(old)


# Another key in its place -------------------------------------------------------------------------


def rotate(place: Path, log: Path, rewrap: Callable[[Wrapping], None]) -> None:
    """Put another key in the place of this one, in the form in which this one is kept.

    Until every case key is wrapped by the new one, both stand there: whatever cuts this off, what stands
    there opens every case key, and doing it again finishes it.

    Args:
        log: Where it is noted before it is done, as an opening is.
        rewrap: Has every case key wrapped by the key it is given.

    Raises:
        VaultShutError, RegisterError: as ``unlocked``.
    """
    data, form = _read(place), form_of(place)
    secret, whence = ("", "as it stands") if form == "file" else _secret()
    opened = _parsed(place, data if form == "file" else _decrypted(place, data, secret, whence))
    note(log, form, f"{whence}, to put another key in its place")

    def put(key: Opened) -> None:
        text = key.text
        if form == "passphrase":
            text = pyrage.passphrase.encrypt(text, secret)
        elif form == "device":
            text = _for_device(_device_of(place, data)[0], text, secret, whence)
        _put(place, text)

    if not opened.two:
        opened = opened.followed()
        put(opened)
    disk.write(mark_of(place), f"{opened.recipient}\n{_UNFINISHED}\n".encode(), mode=0o600)
    rewrap(opened)
    put(opened.alone())
    disk.write(mark_of(place), f"{opened.recipient}\n".encode(), mode=0o600)


def mark_of(place: Path) -> Path:
    """Return where the public half of the key stands, once another was put in the place of the first."""
    return place.with_name(f"{place.name}.pub")


def is_current(place: Path, recipient: str) -> bool:
    """Tell whether a key that somebody has in memory is still the one that wraps case keys."""
    return _marked(place)[:1] in ([], [recipient])


def is_unfinished(place: Path) -> bool:
    """Tell whether another key was being put in the place of this one, and that was cut off."""
    return _UNFINISHED in _marked(place)


def _marked(place: Path) -> list[str]:
    try:
        return mark_of(place).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


# A device -----------------------------------------------------------------------------------------


def _device_of(place: Path, data: bytes) -> tuple[Device, bytes]:
    """Return the device that a file names, and what only its key opens."""
    try:
        said = object_of(data)
        wrapped = bytes.fromhex(said.pop("wrapped"))
        if not all(isinstance(each, str) for each in said.values()):
            raise _unfit(place)
        return Device(**said), wrapped
    except (ValueError, TypeError, KeyError) as error:
        raise _unfit(place) from error


def _by_device(device: Device, wrapped: bytes, pin: str, whence: str) -> bytes:
    with _key_in(device, pin, whence) as key:
        text: bytes = key.decrypt(wrapped[_IV:], mechanism_param=wrapped[:_IV])
        return text


def _to_device(device: Device, data: bytes, pin: str, whence: str) -> bytes:
    iv = os.urandom(_IV)
    with _key_in(device, pin, whence) as key:
        wrapped: bytes = key.encrypt(data, mechanism_param=iv)
        if key.decrypt(wrapped, mechanism_param=iv) != data:
            raise VaultShutError(f"The device {device.token} does not give back what it encrypted.")
    return iv + wrapped


@contextmanager
def _key_in(device: Device, pin: str, whence: str) -> Iterator[Any]:
    """Give the AES key in a device, which encrypts in CBC with padding; the identity has its own checksum."""
    token = _token_of(device)
    import pkcs11  # noqa: PLC0415 - an extra, for those who have a device

    try:
        with token.open(user_pin=pin) as session:
            yield session.get_key(object_class=pkcs11.ObjectClass.SECRET_KEY, label=device.key)
    except pkcs11.NoSuchKey:
        raise _unusable(device, f"it has no AES key {device.key}") from None
    except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange):
        raise _unusable(device, f"it does not take the PIN {whence}") from None
    except (pkcs11.PKCS11Error, RuntimeError) as error:
        what = f"it says {type(error).__name__} to its key {device.key} and the PIN {whence}"
        raise _unusable(device, what) from None


def _token_of(device: Device) -> Any:  # noqa: ANN401 - of an extra
    """Return the token of a device, which takes no PIN.

    Raises:
        VaultShutError: the software, the library or the token is missing.
    """
    try:
        import pkcs11  # noqa: PLC0415 - an extra, for those who have a device
    except ImportError:
        raise VaultShutError(
            "A key in a device needs more software: pip install 'equipoise[token]'."
        ) from None
    try:
        library = pkcs11.lib(device.module)
    except (pkcs11.PKCS11Error, RuntimeError):
        missing = "/" in device.module and not Path(device.module).exists()
        what = "there is no file" if missing else "no library of a device can be loaded from"
        raise _unusable(device, f"{what} {device.module}") from None
    try:
        return library.get_token(token_label=device.token)
    except pkcs11.NoSuchToken:
        there = sorted({token.label for token in library.get_tokens()} - {""})
        found = f"its tokens are {listing(there)}" if there else "it finds none"
        what = f"{device.module} finds no token of that label; {found}"
        raise _unusable(device, what) from None
    except (pkcs11.PKCS11Error, RuntimeError) as error:
        raise _unusable(device, f"{device.module} says {type(error).__name__} to its label") from None


def _unusable(device: Device, why: str) -> VaultShutError:
    return VaultShutError(f"The device {device.token} cannot be used: {why}.")


# That it was opened -------------------------------------------------------------------------------


def note(log: Path, form: str, whence: str) -> None:
    """Note durably that the vault was opened: each line has the SHA-256 of the one before.

    Raises:
        RegisterError: it cannot be noted, and so is not opened.
    """
    try:
        descriptor = os.open(log, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "rb+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            whole, _, torn = file.read().rpartition(b"\n")
            if torn:  # by a kill, before anything was opened
                file.truncate(len(whole) + bool(whole))
            last = whole.rpartition(b"\n")[2]
            said = {
                "account": _account(),
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "before": hashlib.sha256(last).hexdigest() if last else None,
                "by": f"{form} {whence}",
                "process": os.getpid(),
            }
            file.write(json.dumps(said).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise RegisterError(
            f"That the vault is opened cannot be noted in {log}; so it stays shut."
        ) from error


def _account() -> str:
    # Not by the environment, which says what whoever set it wants.
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())

"""The folders of one installation, its clock, and the environment: read here and nowhere else."""

from __future__ import annotations

import glob
import os
import secrets
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.domain.errors import RefusedError, RegisterError
from flows.domain.local_day import local_day
from flows.registrar.address import Address

if TYPE_CHECKING:
    from collections.abc import Iterator

HOME_VARIABLE: Final = "EQUIPOISE_HOME"
_REGISTRAR_FILES: Final = ("EQUIPOISE_REGISTRAR_CA", "EQUIPOISE_REGISTRAR_CERT", "EQUIPOISE_REGISTRAR_KEY")
REGISTRAR_VARIABLE: Final = "EQUIPOISE_REGISTRAR"
"""Where a registrar answers, for whoever has no register; with ``_CA``, ``_CERT`` and ``_KEY`` over https."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one installation.

    Attributes:
        registrar: Who writes the register, where it is not this home's own.
    """

    root: Path
    registrar: Address | None = None

    @property
    def folders(self) -> tuple[tuple[Path, int], ...]:
        """Those that every home has, beside the register, each with its mode."""
        common = (self.inbox, self.set_aside, self.published, self.notices, self.state)
        secret = (self.officers, self.case_keys, self.service.parent, self.authority)
        # Drafts and requests are for their owner alone.
        return ((self.root, 0o700), *((each, 0o777) for each in common), *((each, 0o700) for each in secret))

    def make_folders(self) -> None:
        """Make those that are missing."""
        for folder, mode in self.folders:
            folder.mkdir(parents=True, mode=mode, exist_ok=True)

    @property
    def register(self) -> Path:
        """The bare repository."""
        return self.root / "register.git"

    @property
    def own_register(self) -> Path:
        """The bare repository, for what is done where it is.

        Raises:
            RegisterError: there is none here.
        """
        if self.register.is_dir():
            return self.register
        if self.registrar:
            self.check_here()
        raise RegisterError(f"There is no register at {self.register}; `equipoise init` makes one.")

    def check_here(self) -> None:
        """Check that the home itself is here, for what is done to it.

        Raises:
            RegisterError: it is where a registrar is.
        """
        if self.registrar and not self.register.is_dir():
            raise RegisterError(
                f"This works on the home itself, which is where the registrar at {self.registrar.text} is; "
                f"call it there, without {REGISTRAR_VARIABLE}."
            )

    @property
    def inbox(self) -> Path:
        """Where requests are put."""
        return self.root / "inbox"

    @property
    def set_aside(self) -> Path:
        """Where what cannot be taken in waits for a person."""
        return self.root / "set-aside"

    @property
    def published(self) -> Path:
        """Copies of the published papers."""
        return self.root / "published"

    @property
    def letters(self) -> Path:
        """The authority's own templates of letters; none where it has ours alone."""
        return self.root / "templates" / "letters"

    @property
    def notices(self) -> Path:
        """Messages to people."""
        return self.root / "notices"

    @property
    def officers(self) -> Path:
        """Private keys made here for officers."""
        return self.root / "keys" / "officers"

    @property
    def service(self) -> Path:
        """The service's private key."""
        return self.root / "keys" / "service" / "signing"

    @property
    def next_service(self) -> Path:
        """The private key that the service is to sign with; empty but while its key is changed."""
        return self.root / "keys" / "service" / "signing.next"

    @property
    def wrapping(self) -> Path:
        """The key-encryption key."""
        return self.root / "keys" / "service" / "wrapping"

    @property
    def vault_agent(self) -> Path:
        """Where an agent answers that has the key-encryption key."""
        return self.state / "vault.sock"

    @property
    def vault_opened(self) -> Path:
        """When the vault was opened, and how: JSON, one line each, which names the one before."""
        return self.root / "vault-opened.jsonl"

    @property
    def authority(self) -> Path:
        """What the authority signs its papers with; empty where it does not."""
        return self.root / "keys" / "authority"

    @property
    def case_keys(self) -> Path:
        """The vault."""
        return self.root / "keys" / "cases"

    @property
    def state(self) -> Path:
        """What can be made anew: the catalogue, the outbox, Prefect's own."""
        return self.root / "state"

    @property
    def proposals(self) -> Path:
        """What waits for a signature that is made elsewhere."""
        return self.state / "proposals"

    @property
    def consents(self) -> Path:
        """Changes of the policy that wait for another administrator."""
        return self.state / "consents"

    @property
    def looked(self) -> Path:
        """What the checks said of the cases that were last shown."""
        return self.state / "looked"

    @property
    def looked_ahead(self) -> Path:
        """Which cases the checks looked at for those who will open them, and at which entry."""
        return self.state / "looked-ahead.json"

    @property
    def laid_out(self) -> Path:
        """Papers that were laid out for people who look at them."""
        return self.state / "papers"

    @property
    def inbox_looked(self) -> Path:
        """Touched whenever the inbox was looked at."""
        return self.state / "inbox-looked"

    @property
    def catalogue(self) -> Path:
        """What the register has, as it is looked up."""
        return self.state / "catalogue.sqlite"

    @property
    def desk(self) -> Path:
        """What the desk keeps beside the register: who is signed in, and what they read."""
        return self.state / "desk.sqlite"

    @property
    def desk_log(self) -> Path:
        """Which pages of the desk were asked for: JSON, one line each."""
        return self.state / "desk.log"

    @property
    def sign_on(self) -> Path:
        """Who lets people into the desk beside their own keys; not there where nobody does."""
        return self.root / "sign-on.toml"

    @property
    def witnesses(self) -> Path:
        """Whom the nightly audit asks to cosign its checkpoint; not there where nobody is asked."""
        return self.root / "witnesses.toml"

    @property
    def mail_file(self) -> Path:
        """Where mail comes from and goes to; not there where it does neither."""
        return self.root / "mail.toml"

    @property
    def correspondence(self) -> Path:
        """Messages of cases that wait for a person, a folder for each case; sealed."""
        return self.root / "correspondence"

    @property
    def being_sent(self) -> Path:
        """Letters that were handed to the relay and are not recorded as sent yet; sealed."""
        return self.root / "being-sent"

    @property
    def mail_memory(self) -> Path:
        """The keyed digests of the messages that were taken in."""
        return self.state / "mail.sqlite"

    @property
    def mail_journal(self) -> Path:
        """What became of each message, and which letters did not go; a list for people."""
        return self.state / "mail-journal.sqlite"

    @property
    def mail_looked(self) -> Path:
        """Touched whenever the mailbox was looked at."""
        return self.state / "mail-looked"

    @property
    def repeats(self) -> Path:
        """The keyed digests of what was asked, by which the same request is known again."""
        return self.state / "repeats.sqlite"

    @property
    def lookups(self) -> Path:
        """When an applicant was looked for, by whom and why: JSON, one line each."""
        return self.root / "look-ups.jsonl"

    @property
    def checkpoints(self) -> Path:
        """The signed heads that audits wrote; copy them elsewhere."""
        return self.state / "checkpoints"

    @property
    def tree(self) -> Path:
        """The hashes of the Merkle tree over the register's entries."""
        return self.state / "tree"

    @property
    def mended(self) -> Path:
        """What was put out of the way by mending, for whoever wants to look at it."""
        return self.state / "mended"

    @property
    def audits(self) -> Path:
        """When the register was audited here, and what was found: JSON, one line each."""
        return self.state / "audits.jsonl"

    @property
    def handed_out(self) -> Path:
        """Where checkpoints and copies of the register went: JSON, one line each."""
        return self.state / "handed-out.jsonl"

    @property
    def log(self) -> Path:
        """What failed in a running ``up``."""
        return self.state / "equipoise.log"

    @property
    def prefect(self) -> Path:
        """Prefect's folder."""
        return self.state / "prefect"

    @property
    def address(self) -> Path:
        """Where a running ``up`` says how to reach it; locked while it runs."""
        return self.state / "up.json"

    @property
    def writer(self) -> Path:
        """Locked by the one that writes the register while it runs: a registrar, or ``up``."""
        return self.state / "registrar.lock"

    @property
    def peers(self) -> Path:
        """Who may ask the registrar; not there where that is its own account alone."""
        return self.root / "registrar.toml"

    @property
    def socket(self) -> Path:
        """Where the registrar answers on this machine, unless it is told otherwise."""
        return self.state / "registrar.sock"

    @property
    def allowed_signers(self) -> Path:
        """Every key that ever was good, for ssh-keygen and git."""
        return self.root / "allowed_signers"


_MAKING: Final = ".making"
"""Locked while a home is made."""


@contextmanager
def fresh(home: Home) -> Iterator[Home]:
    """Give a home with its folders and nothing in them, which takes its place when the block ends well.

    Raises:
        RefusedError: something is there already.
    """
    if os.path.lexists(home.root) and not _is_empty(home.root):
        raise RefusedError(f"{home.root} is not an empty folder; a home is made in a new one.")
    disk.close_to_others()
    home.root.parent.mkdir(parents=True, exist_ok=True)
    _sweep(home.root)
    made = Home(home.root.with_name(f".{home.root.name}.{secrets.token_hex(4)}.part"))
    made.root.mkdir()
    try:
        # A file and not the folder: whoever writes a file into that locks it too, and would wait for itself.
        with disk.locked(made.root / _MAKING):
            made.make_folders()
            yield made
            disk.move(made.root, home.root)
            (home.root / _MAKING).unlink()
            disk.sync(home.root)
    finally:
        shutil.rmtree(made.root, ignore_errors=True)
        _sweep(home.root)  # again: where git outlives for a moment the command that was killed, it writes on


def _sweep(root: Path) -> None:
    """Delete what was left by a kill while a home was made, with its keys; what somebody makes now stays."""
    for left in root.parent.glob(f".{glob.escape(root.name)}.*.part"):
        with suppress(OSError):
            if not disk.is_locked(left / _MAKING):
                shutil.rmtree(left)


def _is_empty(root: Path) -> bool:
    return root.is_dir() and not root.is_symlink() and not any(root.iterdir())


def find_home(given: Path | None = None) -> Home:
    """Return the home given, else ``$EQUIPOISE_HOME``, else ``./equipoise``."""
    root = given or Path(os.environ.get(HOME_VARIABLE) or "equipoise")
    return Home(root.absolute(), find_registrar())


def find_registrar() -> Address | None:
    """Return the registrar that the environment names; None where the home has its own register."""
    text = os.environ.get(REGISTRAR_VARIABLE)
    files = (os.environ.get(name) for name in _REGISTRAR_FILES)
    authority, certificate, key = (Path(file).absolute() if file else None for file in files)
    return Address(text=text, authority=authority, certificate=certificate, key=key) if text else None


def home_environment(home: Home) -> dict[str, str]:
    """Return what the environment says of a home, by whole paths, good in whichever folder one stands."""
    address = home.registrar
    files = (address.authority, address.certificate, address.key) if address else ()
    named = {name: str(file) for name, file in zip(_REGISTRAR_FILES, files, strict=False) if file}
    return {HOME_VARIABLE: str(home.root), **named}


def agent_socket() -> str | None:
    """Return where ssh-agent listens, None where none is announced."""
    return os.environ.get("SSH_AUTH_SOCK")


def now() -> datetime:
    """Return the time of acts: UTC, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def today() -> date:
    """Return the local day."""
    return local_day(now())

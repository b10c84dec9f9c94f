"""An open home: the register and what stands around it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Self

from flows import disk
from flows import home as times
from flows.casework import catching_up
from flows.catalogue.file import Catalogue
from flows.catalogue.rows import Described
from flows.domain.documents import ASSESSMENT, REQUEST
from flows.domain.errors import MalformedError, NotEntitledError, PitError, RegisterError
from flows.domain.local_day import local_day
from flows.domain.policy import SERVICE
from flows.home import REGISTRAR_VARIABLE, Home, find_home
from flows.register import signature
from flows.register.store import OwnRegister

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from datetime import date, datetime

    from flows.casework.publishing import Copies, RemoteCopies
    from flows.document.signing.credential import Credential
    from flows.domain.case import Case
    from flows.domain.clock import Clock
    from flows.domain.filed import Behind
    from flows.domain.policy import Policy
    from flows.domain.procedure import Stage
    from flows.domain.working_days import Calendar
    from flows.engine.wakener import Wakener
    from flows.notices.outbox import Outbox
    from flows.notices.remote import RemoteOutbox
    from flows.register.dossier import Dossier
    from flows.register.register import Register
    from flows.register.signature import FileSigner, Signer
    from flows.registrar.address import Address
    from flows.registrar.connection import Connection
    from flows.sources.parse import Naming
    from flows.sources.repeats import Repeats
    from flows.vault.keys import Vault
    from flows.vault.remote import RemoteVault


_THERE: Final = "{what} where the registrar is; do this there."


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What the machine did to one case.

    Attributes:
        what: In a few words; empty where there was nothing left to do.
    """

    reference: str
    what: str = ""


class Office:
    """An open home: the register and what stands around it; close it when done.

    Args:
        reading: Opens it without the service's key, which a copy made for reading does not have.
        clock: Tells the time of acts: UTC, whole seconds.
        tell: Told how many cases are read of how many, when the catalogue is made anew.
        serving: Whether the process goes on, so that nobody has to wait until ``up`` is woken after an act,
            nor until a catalogue that is far behind has caught up.
        patience: Seconds for which a registrar that does not answer is asked again; None for the usual.
    """

    def __init__(
        self,
        home: Home,
        *,
        reading: bool = False,
        clock: Callable[[], datetime] | None = None,
        tell: Callable[[int, int], object] | None = None,
        serving: bool = False,
        patience: float | None = None,
    ) -> None:
        self.home = home
        self._clock = clock
        self._serving = serving
        self._kept: tuple[Policy, Clock] | None = None
        self._registrar = _connected(home.registrar, patience) if home.registrar else None
        self._catalogue: Catalogue
        self.register: Register
        if self._registrar:
            self._open_elsewhere(self._registrar)
            return
        own = home.own_register
        self._catalogue = Catalogue(
            home.catalogue,
            describe,
            tell,
            clock=self._clock_of_tip,
            elsewhere=(lambda: catching_up.begin(home.root, self._catch_up)) if serving else None,
        )
        self._own = OwnRegister(own, self._catalogue, None if reading else self.service)
        self.register = self._own
        if not reading:
            with suppress(PitError):  # whoever asks the register is told
                self.take_next_key()

    def _open_elsewhere(self, registrar: Connection) -> None:
        from flows.catalogue.remote import RemoteCatalogue  # noqa: PLC0415 - where one is asked alone
        from flows.register.remote import RemoteRegister  # noqa: PLC0415 - as above

        self.home.state.mkdir(parents=True, exist_ok=True)
        self._catalogue = RemoteCatalogue(registrar)
        self.register = RemoteRegister(registrar)

    @property
    def catalogue(self) -> Catalogue:
        """What answers without a case being opened, up to the newest entry."""
        self.register.catch_up()
        return self._catalogue

    @property
    def behind(self) -> Behind | None:
        """How far the catalogue was behind at any time since ``look_anew``; None where it was whole."""
        return self._catalogue.was_behind

    def look_anew(self) -> None:
        """Begin to look at what is there now, and forget how that was before."""
        self._catalogue.was_behind = None

    def _catch_up(self) -> None:
        with Office(self.home, clock=self._clock) as another:  # an office is used by one thread at a time
            another.register.catch_up()

    def _clock_of_tip(self) -> Clock | None:
        try:
            return self.clock(self.register.policy_of_tip())
        except PitError:  # whoever asks by the policy is told
            return None

    @cached_property
    def outbox(self) -> Outbox | RemoteOutbox:
        """Where notices are told, each once."""
        if self._registrar:
            from flows.notices.remote import RemoteOutbox  # noqa: PLC0415 - for who is told alone

            return RemoteOutbox(self._registrar)
        from flows.notices.folder import Folder  # noqa: PLC0415 - for who is told alone
        from flows.notices.outbox import Outbox  # noqa: PLC0415 - as above

        return Outbox(Folder(self.home.notices), self.home.state / "outbox.sqlite")

    @cached_property
    def service(self) -> FileSigner:
        """What signs for the machine.

        Raises:
            RegisterError: its key is not there, or unfit.
        """
        if self._registrar and not self.home.service.exists():
            raise RegisterError(_THERE.format(what="The service's key is"))
        try:
            return signature.load(self.home.service)
        except (NotEntitledError, MalformedError) as error:
            raise RegisterError(
                f"The service's key {self.home.service} is missing or unfit; restore it from a copy."
            ) from error

    @property
    def machine(self) -> Signer:
        """What signs the machine's acts: the service's key, or where that is not here the registrar."""
        if self._registrar is None or self.home.service.exists():
            return self.service
        from flows.register.remote import RegistrarSigns  # noqa: PLC0415 - where one is asked alone

        return RegistrarSigns()

    def take_next_key(self) -> None:
        """Put the service's new key in the place of the old, if there is one and the register lists it.

        Raises:
            RegisterError, TamperedError: the register cannot be asked.
            MalformedError: the new key is unfit.
        """
        following = self.home.next_service
        if self._registrar or not following.exists():
            return
        listed = self.register.policy().people[SERVICE].keys
        if signature.load(following).public not in listed:
            return
        for ending in (".pub", ""):  # the private key last: while it is here, this is done again
            with suppress(FileNotFoundError):
                path = following.with_name(following.name + ending)
                path.replace(self.home.service.with_name(self.home.service.name + ending))
        disk.sync(following.parent)
        del self.service
        self._own.serve(self.service)

    @cached_property
    def vault(self) -> Vault:
        """The case keys.

        Raises:
            RegisterError: the key-encryption key is not there, or unfit.
            VaultShutError: nobody opened it.
        """
        from flows.vault import agent, wrapping  # noqa: PLC0415 - for what is sealed alone
        from flows.vault.keys import Vault  # noqa: PLC0415 - as above

        home = self.home
        if self.keys_elsewhere:
            raise RegisterError(_THERE.format(what="The case keys are"))
        asked = agent.reach(home.vault_agent) if wrapping.form_of(home.wrapping) != "file" else None
        key = asked or wrapping.unlocked(home.wrapping, home.vault_opened)
        return Vault(home.case_keys, key, lambda: wrapping.is_current(home.wrapping, key.recipient))

    def open_vault(self) -> None:
        """Open the vault for all that this process does from now on, while somebody can be asked.

        Raises:
            RegisterError, VaultShutError: as ``vault``.
        """
        _ = self.sealing

    @property
    def keys_elsewhere(self) -> Connection | None:
        """The registrar, where it has the case keys and this home has not."""
        return None if self.home.wrapping.exists() else self._registrar

    @cached_property
    def sealing(self) -> Vault | RemoteVault:
        """What seals to the key of a case, and opens what is sealed."""
        if self.keys_elsewhere is None:
            return self.vault
        from flows.vault.remote import RemoteVault  # noqa: PLC0415 - where one is asked alone

        return RemoteVault(self.keys_elsewhere)

    def naming(self, dossier: Dossier) -> Naming | None:
        """Return who tells whether texts name the applicant of a case; None where the request is opened."""
        return _Naming(self.keys_elsewhere, dossier.case.reference) if self.keys_elsewhere else None

    def named_as_recorded(self, dossier: Dossier) -> list[str] | None:
        """Return which texts of a test name the applicant; None where the request is opened for that."""
        if self.keys_elsewhere is None:
            return None
        reference, acts = dossier.case.reference, len(dossier.statements)
        return self.keys_elsewhere.ask("named-as-recorded", list[str], reference=reference, acts=acts)

    @cached_property
    def copies(self) -> Copies | RemoteCopies:
        """The copies of the published papers."""
        from flows.casework import publishing  # noqa: PLC0415 - papers, for those who publish

        return publishing.RemoteCopies(self, self._registrar) if self._registrar else publishing.Copies(self)

    @cached_property
    def credential(self) -> Credential | None:
        """What the authority signs its papers with; None where it does not.

        Raises:
            MalformedError: its settings, certificates or key are unfit.
            RefusedError: others on this machine can read its key.
        """
        if not (self.home.authority / "signing.toml").exists():
            return None
        from flows.document.signing import credential  # noqa: PLC0415 - a second, for those who sign

        return credential.load(self.home.authority)

    @cached_property
    def repeats(self) -> Repeats:
        """What was asked in each case, by which the same request is known again."""
        from flows.sources.repeats import Repeats  # noqa: PLC0415 - for the intake alone

        return Repeats(self.home.repeats, self.vault.digest)

    def now(self) -> datetime:
        """Return the time of acts: UTC, whole seconds."""
        return (self._clock or times.now)()

    def today(self) -> date:
        """Return the authority's local day."""
        return local_day(self.now())

    def wake(self, stage: Stage) -> None:
        """Ask a running ``up`` for the flow that a case at ``stage`` waits for."""
        from flows.engine import waking  # noqa: PLC0415 - HTTP, for an act alone

        if self._serving:
            self._wakener.tell(stage)
        else:
            waking.wake(self.home, stage)

    @cached_property
    def _wakener(self) -> Wakener:
        from flows.engine.wakener import Wakener  # noqa: PLC0415 - where others act through this process

        return Wakener(self.home)

    def calendar(self, policy: Policy) -> Calendar:
        """Return the days that were known when this software was made, and those a policy adds."""
        from flows.sources import bank_holidays  # noqa: PLC0415 - for a due date alone

        known, number = bank_holidays.calendar(), len(policy.holidays)
        added = f"{number or 'no'} {'day' if number == 1 else 'days'} added by version {policy.version}"
        source = f"{known.source}; {added} of the register's policy"
        return replace(known.adding(policy.holidays, source), closures=policy.closures)

    def clock(self, policy: Policy) -> Clock:
        """Return the clock of today under a policy."""
        from flows.domain.clock import Clock  # noqa: PLC0415 - as above

        today, kept = self.today(), self._kept
        if kept is None or kept[0] is not policy or kept[1].today != today:
            made = Clock(self.calendar(policy), policy.holidays, today, policy.rules.body)
            kept = self._kept = policy, made
        return kept[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close everything."""
        if "outbox" in self.__dict__:
            self.outbox.close()
        if "repeats" in self.__dict__:
            self.repeats.close()
        self.register.close()

    def taking_in(self) -> AbstractContextManager[None]:
        """Hold the inbox: one intake at a time, whatever starts it."""
        return disk.locked(self.home.state / "intake.lock")


class _Naming:
    """A registrar that tells whether texts name the applicant of a case."""

    def __init__(self, registrar: Connection, reference: str) -> None:
        self._registrar = registrar
        self._reference = reference

    def named_in(self, texts: Mapping[str, str]) -> list[str]:
        """Return the paths of the texts that tell who the applicant is."""
        return self._registrar.ask("named-in", list[str], reference=self._reference, texts=dict(texts))


def _connected(address: Address, patience: float | None) -> Connection:
    from flows.registrar.connection import Connection  # noqa: PLC0415 - where one is asked alone

    address.check(REGISTRAR_VARIABLE)
    return Connection(address, patience=patience)


def open_office(
    home: Home | None = None,
    *,
    reading: bool = False,
    tell: Callable[[int, int], object] | None = None,
    patience: float | None = None,
) -> Office:
    """Open the home that the environment names, or the one given."""
    disk.close_to_others()
    return Office(home or find_home(), reading=reading, tell=tell, patience=patience)


def catalogue_of(home: Home, tell: Callable[[int, int], object] | None = None) -> Catalogue:
    """Open the catalogue of a home."""
    return Catalogue(home.catalogue, describe, tell)


def describe(case: Case, document: str, read: Callable[[str], bytes]) -> Described:
    """Return what the files of a document say.

    Raises:
        MalformedError: the request is not in the form the register writes.
    """
    from flows.domain.request_file import parse_request_file  # noqa: PLC0415 - for a text that is new alone

    kind = case.document(document).kind
    texts = {
        path: read(path).decode(errors="replace") for path in (REQUEST, *kind.files) if path in case.files
    }
    request = parse_request_file(texts[REQUEST])
    return Described(
        subject=request.subject,
        summary=request.summary or "",
        text=texts.get(kind.text, ""),
        provisions=_relied(texts[ASSESSMENT]) if kind.checked and ASSESSMENT in texts else frozenset(),
    )


def _relied(assessment: str) -> frozenset[str]:
    from flows.sources import strict_yaml  # noqa: PLC0415 - as above

    try:
        content: Any = strict_yaml.scan(assessment.encode(), ASSESSMENT).content
        exemptions = [each for part in content["parts"] for each in part.get("exemptions", ())]
        return frozenset(
            cited for each in exemptions for cited in (each["provision"], *each.get("limbs", ()))
        )
    except (MalformedError, LookupError, TypeError, AttributeError):
        return frozenset()

"""An open home: the register and what stands around it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

from flows import disk
from flows import home as times
from flows.domain.errors import MalformedError, NotEntitledError, RegisterError
from flows.domain.provisions import provisions
from flows.engine import waking
from flows.home import Home, find_home
from flows.notices.outbox import Outbox
from flows.register import signature
from flows.register.store import Register
from flows.sources import bank_holidays
from flows.vault.keys import Vault

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import date, datetime

    from flows.document.signing.credential import Credential
    from flows.domain.deadline import Timetable
    from flows.domain.procedure import Stage
    from flows.domain.working_days import Calendar
    from flows.register.signature import FileSigner


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
    """

    def __init__(
        self, home: Home, *, reading: bool = False, clock: Callable[[], datetime] | None = None
    ) -> None:
        if not home.register.is_dir():
            raise RegisterError(f"There is no register at {home.register}; `equipoise init` makes one.")
        self.home = home
        self._clock = clock
        self.register = Register(home.register, home.index, None if reading else self.service)
        self.outbox = Outbox(home.notices, home.state / "outbox.sqlite")

    @cached_property
    def service(self) -> FileSigner:
        """What signs for the machine.

        Raises:
            RegisterError: its key is not there, or unfit.
        """
        try:
            return signature.load(self.home.service)
        except (NotEntitledError, MalformedError) as error:
            raise RegisterError(
                f"The service's key {self.home.service} is missing or unfit; restore it from a copy."
            ) from error

    @cached_property
    def vault(self) -> Vault:
        """The case keys.

        Raises:
            RegisterError: the key-encryption key is not there, or unfit.
        """
        return Vault(self.home.case_keys, self.home.wrapping)

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

    def now(self) -> datetime:
        """Return the time of acts: UTC, whole seconds."""
        return (self._clock or times.now)()

    def today(self) -> date:
        """Return the authority's local day."""
        return times.local_day(self.now())

    def wake(self, stage: Stage) -> None:
        """Ask a running ``up`` for the flow that a case at ``stage`` waits for."""
        waking.wake(self.home, stage)

    def calendar(self) -> Calendar:
        """Return the bank holidays of the software's data and those the policy adds."""
        known, policy = bank_holidays.calendar(), self.register.policy()
        number = len(policy.holidays)
        added = f"{number or 'no'} {'day' if number == 1 else 'days'} added by version {policy.version}"
        return known.adding(policy.holidays, f"{known.source}; {added} of the register's policy")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close everything."""
        self.outbox.close()
        self.register.close()

    def taking_in(self) -> AbstractContextManager[None]:
        """Hold the inbox: one intake at a time, whatever starts it."""
        return disk.locked(self.home.state / "intake.lock")


def open_office(home: Home | None = None, *, reading: bool = False) -> Office:
    """Open the home that the environment names, or the one given."""
    return Office(home or find_home(), reading=reading)


def timetable() -> Timetable:
    """Return how long the Act allows, and whose bank holidays it leaves out."""
    return provisions().clock

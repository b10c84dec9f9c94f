"""Where everything is put together: settings in, implementations and the clock out.

The only reader of the environment, and the one table of schedules.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self
from zoneinfo import ZoneInfo

from flows.domain.errors import MalformedError, NotEntitledError, RegisterError
from flows.domain.provisions import provisions
from flows.domain.working_days import date_of_receipt
from flows.notices.outbox import Outbox
from flows.register import signature
from flows.register.store import Register
from flows.sources import bank_holidays
from flows.vault.keys import Vault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.document.signing.credential import Credential
    from flows.domain.deadline import Timetable
    from flows.domain.working_days import Calendar
    from flows.register.signature import FileSigner

HOME_VARIABLE: Final = "EQUIPOISE_HOME"

LOCAL: Final = ZoneInfo("Europe/London")
"""In which dates of receipt and deadlines are reckoned."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one installation."""

    root: Path

    @property
    def register(self) -> Path:
        """The bare repository."""
        return self.root / "register.git"

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
    def wrapping(self) -> Path:
        """The key-encryption key."""
        return self.root / "keys" / "service" / "wrapping"

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
        """What can be made anew: the index, the outbox, Prefect's own."""
        return self.root / "state"

    @property
    def index(self) -> Path:
        """The index of the register."""
        return self.state / "index.sqlite"

    @property
    def checkpoints(self) -> Path:
        """The signed heads that audits wrote; copy them elsewhere."""
        return self.state / "checkpoints"

    @property
    def prefect(self) -> Path:
        """Prefect's folder."""
        return self.state / "prefect"

    @property
    def address(self) -> Path:
        """Where a running ``up`` says how to reach it; locked while it runs."""
        return self.state / "up.json"

    @property
    def allowed_signers(self) -> Path:
        """Every key that ever was good, for ssh-keygen and git."""
        return self.root / "allowed_signers"


def find_home(given: Path | None = None) -> Home:
    """Return the home given, else ``$EQUIPOISE_HOME``, else ``./equipoise``."""
    return Home((given or Path(os.environ.get(HOME_VARIABLE) or "equipoise")).absolute())


def agent_socket() -> str | None:
    """Return where ssh-agent listens, None where none is announced."""
    return os.environ.get("SSH_AUTH_SOCK")


def now() -> datetime:
    """Return the time of acts: UTC, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def timetable() -> Timetable:
    """Return how long the Act allows, and whose bank holidays it leaves out."""
    return provisions().clock


def today() -> date:
    """Return the local day."""
    return local_day(now())


def local_day(moment: datetime) -> date:
    """Return the local day of a moment."""
    return date_of_receipt(moment, LOCAL)


class House:
    """An open home: the register and what stands around it; close it when done.

    Args:
        reading: Opens it without the service's key, which a copy made for reading does not have.
    """

    def __init__(self, home: Home, *, reading: bool = False) -> None:
        if not home.register.is_dir():
            raise RegisterError(f"There is no register at {home.register}; `equipoise init` makes one.")
        self.home = home
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

    @contextmanager
    def taking_in(self) -> Iterator[None]:
        """Hold the inbox: one intake at a time, whatever starts it."""
        self.home.state.mkdir(parents=True, exist_ok=True)
        path = self.home.state / "intake.lock"
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def open_house(home: Home | None = None, *, reading: bool = False) -> House:
    """Open the home that the environment names, or the one given."""
    return House(home or find_home(), reading=reading)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When one flow runs.

    Attributes:
        flow: Its name, and its deployment's.
        entrypoint: File and function, as Prefect has them.
        cron: A fixed hour, local; None for every tick.
    """

    flow: str
    entrypoint: str
    cron: str | None = None


TICK_SECONDS: Final = 15

SCHEDULES: Final = (
    Schedule(flow="intake", entrypoint="flows/intake.py:intake"),
    Schedule(flow="drafting", entrypoint="flows/drafting.py:drafting"),
    Schedule(flow="legal-review", entrypoint="flows/legal_review.py:legal_review"),
    Schedule(flow="balancing", entrypoint="flows/balancing.py:balancing"),
    Schedule(flow="publication", entrypoint="flows/publication.py:publication"),
    Schedule(flow="auditing", entrypoint="flows/auditing.py:auditing", cron="0 2 * * *"),
)
"""Every flow, each one run at a time; a run that would collide is cancelled, not queued."""


def prefect_settings(home: Home, *, ui: bool = False) -> dict[str, str]:
    """Return the environment in which Prefect is imported, in this process and in its server.

    Everything of Prefect's stands in the home, its server listens on loopback, nobody outside is told
    anything, no text is kept, and no second server starts behind our back.
    """
    place = home.prefect
    return {
        "DO_NOT_TRACK": "1",
        "PREFECT_HOME": str(place),
        "PREFECT_PROFILES_PATH": str(place / "profiles.toml"),
        "PREFECT_LOGGING_CONFIG_PATH": str(place / "logging.yml"),
        "PREFECT_MEMO_STORE_PATH": str(place / "memo_store.toml"),
        "PREFECT_RESULTS_LOCAL_STORAGE_PATH": str(place / "storage"),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{place}/prefect.db",
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_UI_ENABLED": _switch(on=ui),
        **dict.fromkeys(_PREFECT_OFF, _switch(on=False)),
        **_PREFECT_CHOICES,
    }


def set_prefect_environment(home: Home, url: str) -> None:
    """Make this process's Prefect, not yet imported, the one of ``home``, its server at ``url``."""
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        del os.environ[name]
    os.environ.update(prefect_settings(home))
    os.environ["PREFECT_API_URL"] = url
    os.environ[HOME_VARIABLE] = str(home.root)


def server_environment(home: Home, *, ui: bool) -> dict[str, str]:
    """Return the whole environment of the server's process."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return {**kept, **prefect_settings(home, ui=ui)}


def _switch(*, on: bool) -> str:
    return "true" if on else "false"


_PREFECT_OFF: Final = (
    # nobody is told
    "PREFECT_SERVER_ANALYTICS_ENABLED",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT",
    "PREFECT_PLUGINS_ENABLED",
    # no second server, no question which version this one has
    "PREFECT_SERVER_EPHEMERAL_ENABLED",
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED",
    # no text is kept
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT",
    "PREFECT_TASKS_DEFAULT_PERSIST_RESULT",
    "PREFECT_LOGGING_LOG_PRINTS",
    "PREFECT_LOGGING_TO_API_ENABLED",
    "PREFECT_LOGGING_COLORS",
    # services of the server that nothing here uses
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED",
    "PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED",
    "PREFECT_SERVER_EVENTS_STREAM_OUT_ENABLED",
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED",
    "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_ENABLED",
    "PREFECT_SERVER_SERVICES_CLEANUP_RECONCILER_ENABLED",
    "PREFECT_SERVER_SERVICES_FOREMAN_ENABLED",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED",
)

_PREFECT_CHOICES: Final = {
    "PREFECT_TASKS_DEFAULT_NO_CACHE": "true",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",  # tracebacks may hold text; runs are told by their artifacts
    "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_SERVICES_REPOSSESSOR_ENABLED": "true",
    "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "true",
    "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "30",
    "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_SCHEDULED_TIME": "PT1M",
    "PREFECT_SERVER_SERVICES_SCHEDULER_MAX_RUNS": "60",  # a tick of one second, for two loops
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    # runs older than two days are pruned, hourly: an empty one takes some 5 KB, and there are many
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": "172800",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS": "3600",
}

"""When each flow runs, and the settings under which Prefect is imported and its server runs."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.home import home_environment
from flows.settings import OWN_VARIABLE

if TYPE_CHECKING:
    from flows.home import Home


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When one flow runs.

    Attributes:
        flow: Its name, and its deployment's.
        cron: A fixed hour, local; None for one that runs whenever something waits for it.
        arrives: Whether what it waits for comes from outside, so that no act tells of it.
        at_once: How many runs there may be on a work pool, of different workers.
    """

    flow: str
    cron: str | None = None
    arrives: bool = False
    at_once: int = 1

    @property
    def entrypoint(self) -> str:
        """Module and function, as Prefect has them: imported from what is installed, not from a folder."""
        name = self.flow.replace("-", "_")
        return f"flows.{name}.{name}"


TICK_SECONDS: Final = 15
"""After which a running ``up`` looks at what nothing announces: a day that comes near, a run that failed."""
AT_LATEST_SECONDS: Final = 3600
"""After which each flow runs by its schedule in a running ``up``, if something waits for it even then."""
DESK_PORT: Final = 8420
"""Where the desk answers on one machine."""

AUDITED_AT: Final = 2
"""The hour of the nightly audit, local."""

SCHEDULES: Final = (
    Schedule(flow="mail", arrives=True),
    Schedule(flow="intake", arrives=True),
    Schedule(flow="drafting"),
    Schedule(flow="checking"),
    Schedule(flow="legal-review"),
    Schedule(flow="balancing"),
    Schedule(flow="publication", at_once=4),
    Schedule(flow="reminding"),
    Schedule(flow="auditing", cron=f"0 {AUDITED_AT} * * *"),
)
"""Every flow; a run that would be one too many is cancelled, not queued. In ``up`` each has one at a time."""


PAPER_TAG: Final = "equipoise-paper"
"""By which Prefect can limit how many papers are laid out at once, on all workers together."""


def prefect_settings(home: Home, *, ui: bool = False) -> dict[str, str]:
    """Return the environment in which Prefect is imported, in this process and in its server.

    Everything of Prefect's stands in the home, its server listens on loopback and answers those alone who
    know the home's password, nobody outside is told anything, no text is kept, and no second server starts
    behind our back.
    """
    place = home.prefect
    who = account(home)
    return {
        OWN_VARIABLE: "1",
        "PREFECT_API_AUTH_STRING": who,
        "PREFECT_SERVER_API_AUTH_STRING": who,
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": "http://127.0.0.1",  # by default any site may ask
        "PREFECT_HOME": str(place),
        "PREFECT_PROFILES_PATH": str(place / "profiles.toml"),
        "PREFECT_LOGGING_CONFIG_PATH": str(place / "logging.yml"),
        "PREFECT_MEMO_STORE_PATH": str(place / "memo_store.toml"),
        "PREFECT_RESULTS_LOCAL_STORAGE_PATH": str(place / "storage"),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{place}/prefect.db",
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_UI_ENABLED": str(ui).lower(),
        # By default in the installation, where the service may not write.
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(place / "pages"),
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",  # what failed is told by `failures`
        **RUN_SETTINGS,
        **dict.fromkeys(_SERVER_OFF, "false"),
        **_SERVER_CHOICES,
    }


def account(home: Home) -> str:
    """Return the name and password with which the home's Prefect server is asked, joined by a colon."""
    return f"equipoise:{password(home)}"


def password(home: Home) -> str:
    """Return the password of the home's Prefect server, chosen at random when it is first needed.

    Whoever may ask the server has it run any code as the service, and every account of a machine reaches
    what listens on loopback.
    """
    path = home.prefect / "password"
    if not path.exists():
        home.prefect.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Two processes may start at once: the one that comes second takes the first one's.
        with tempfile.NamedTemporaryFile(dir=home.prefect) as fresh, suppress(FileExistsError):
            fresh.write(secrets.token_urlsafe(32).encode())
            fresh.flush()
            os.link(fresh.name, path)
    return path.read_text(encoding="ascii")


def set_prefect_environment(home: Home, url: str) -> None:
    """Make this process's Prefect, not yet imported, the one of ``home``, its server at ``url``."""
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        del os.environ[name]
    os.environ.update(prefect_settings(home))
    os.environ["PREFECT_API_URL"] = url
    os.environ.update(home_environment(home))


def server_environment(home: Home, *, ui: bool) -> dict[str, str]:
    """Return the whole environment of the server's process."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return {**kept, **prefect_settings(home, ui=ui)}


RUN_SETTINGS: Final = {
    **dict.fromkeys(
        (
            # nobody is told
            "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY",
            "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS",
            "PREFECT_PLUGINS_ENABLED",
            # no second server, no question which version this one has
            "PREFECT_SERVER_EPHEMERAL_ENABLED",
            "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED",
            # no text is kept
            "PREFECT_RESULTS_PERSIST_BY_DEFAULT",
            "PREFECT_TASKS_DEFAULT_PERSIST_RESULT",
            "PREFECT_LOGGING_LOG_PRINTS",
            "PREFECT_LOGGING_COLORS",
        ),
        "false",
    ),
    "DO_NOT_TRACK": "1",
    "PREFECT_TASKS_DEFAULT_NO_CACHE": "true",
    # references and durations; what fails, fails with an error of ours, which holds no text of a case
    "PREFECT_LOGGING_TO_API_ENABLED": "true",
    "PREFECT_LOGGING_LEVEL": "INFO",
    "PYTHONSAFEPATH": "1",  # nothing is imported from the folder in which a process happens to start
}
"""What every process needs that runs a flow, wherever it runs."""

_SERVER_OFF: Final = (
    # nobody is told
    "PREFECT_SERVER_ANALYTICS_ENABLED",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT",
    # services of the server that nothing here uses
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START",
    "PREFECT_SERVER_MEMOIZE_BLOCK_AUTO_REGISTRATION",  # it would import every collection to tell whether to
    "PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED",
    "PREFECT_SERVER_EVENTS_STREAM_OUT_ENABLED",
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED",
    "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_ENABLED",
    "PREFECT_SERVER_SERVICES_CLEANUP_RECONCILER_ENABLED",
    "PREFECT_SERVER_SERVICES_FOREMAN_ENABLED",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED",
)

_SERVER_CHOICES: Final = {
    "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_SERVICES_REPOSSESSOR_ENABLED": "true",
    "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "true",
    # the next run is an hour away; a schedule that somebody changed is seen within a minute
    "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "600",
    "PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS": "60",
    "PREFECT_SERVER_SERVICES_REPOSSESSOR_LOOP_SECONDS": "60",
    # what happened, for a week, so that it can be read, and automations can notify
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "true",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "true",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    # runs older than two days are pruned, hourly: an empty one takes some 5 KB, and there are many
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": "172800",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS": "3600",
}

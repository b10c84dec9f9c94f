"""One Prefect server and one home of the demo for a whole run of the tests, shared by pytest's workers.

The server is started only if a test asks for ``prefect_server``, by the process that started the tests: with
xdist that is the controller, as soon as a worker has collected such a test. Prefect reads its settings
when it is imported, so they stand in the environment before anything is collected.
"""

from __future__ import annotations

import gc
import math
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import places
import pytest
import worlds
from hypothesis import settings

from flows.engine.settings import prefect_settings
from flows.home import Home

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.engine.server import Server  # noqa: F401 - for the key below

settings.register_profile("patient", deadline=None)  # that the machine is busy is no fault
settings.load_profile("patient")

_UMASK: Final = os.umask(0o022)
os.umask(_UMASK)
_PLACE: Final = pytest.StashKey[Home]()
_STARTED: Final = pytest.StashKey["Server"]()
_FIXTURE: Final = "prefect_server"
_START_SECONDS: Final = 180
_UNTIL: Final = pytest.StashKey[float]()
_OUT_OF_TIME: Final = "not begun: the time is used up"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--minutes", type=float, default=math.inf, help="begin no test after so many minutes")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_UNTIL] = time.monotonic() + 60 * config.getoption("--minutes")
    given = getattr(config, "workerinput", None)
    config.stash[_PLACE] = home = Home(Path(given["prefect"]) if given else places.begin())
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        del os.environ[name]
    os.environ.update(prefect_settings(home))
    home.prefect.mkdir(parents=True, exist_ok=True)  # Prefect warns of a folder that it cannot make
    # No test asks anybody elsewhere: what asks need not read whom the world trusts, each time for 20 ms.
    nobody = home.root / "nobody"
    nobody.mkdir(exist_ok=True)
    os.environ.pop("SSL_CERT_FILE", None)
    os.environ["SSL_CERT_DIR"] = str(nobody)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if time.monotonic() > item.config.stash[_UNTIL]:
        pytest.skip(_OUT_OF_TIME)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.getreports("skipped")
    for report in (each for each in skipped if _OUT_OF_TIME in str(each.longrepr)):
        terminalreporter.write_line(f"{_OUT_OF_TIME}: {report.nodeid}")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["prefect"] = str(node.config.stash[_PLACE].root)


def pytest_collection_finish(session: pytest.Session) -> None:
    gc.freeze()  # what was collected stays to the end: nobody need look through it for what does not
    if any(_FIXTURE in getattr(item, "fixturenames", ()) for item in session.items):
        (session.config.stash[_PLACE].root / "wanted").touch()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any) -> None:
    if (node.config.stash[_PLACE].root / "wanted").exists():
        _start(node.config)


def pytest_unconfigure(config: pytest.Config) -> None:
    started = config.stash.get(_STARTED, None)
    if started:
        started.stop()
    if not hasattr(config, "workerinput"):
        shutil.rmtree(config.stash[_PLACE].root, ignore_errors=True)


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """A command closes to others what its process makes from then on; here another test comes next."""
    yield
    os.umask(_UMASK)


@pytest.fixture(scope="session")
def prefect_server(pytestconfig: pytest.Config) -> Iterator[Home]:
    """The home of the shared server, which runs; this process's Prefect talks to it."""
    if not hasattr(pytestconfig, "workerinput"):
        _start(pytestconfig)
    from prefect.context import refresh_global_settings_context  # noqa: PLC0415 - a second, for its users alone

    from flows.engine import here as engine  # noqa: PLC0415 - as above

    home = pytestconfig.stash[_PLACE]
    os.environ["PREFECT_API_URL"] = _url(home)
    refresh_global_settings_context()
    engine.quieten()
    yield home
    engine.drain()  # before the server goes, or this process hangs at its end


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a register of everything, as `equipoise demo` leaves it; not to be written to.

    What the demo said is in its file ``told``.
    """
    return Home(worlds.once(tmp_path_factory, "demo", _play))


def _play(place: Path) -> None:
    play = [str(Path(sys.executable).with_name("equipoise")), "demo", "--keep", str(place)]
    played = subprocess.run(play, capture_output=True, text=True, check=False, timeout=300)
    assert (played.returncode, played.stderr) == (0, "")
    (place / "told").write_text(played.stdout, encoding="utf-8")
    worlds.pack(place / "register.git")


def _start(config: pytest.Config) -> None:
    if _STARTED in config.stash:
        return
    from flows.engine import server  # noqa: PLC0415 - for those who start it alone

    home = config.stash[_PLACE]
    measuring = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("COVERAGE_")}
    started = config.stash[_STARTED] = server.start(
        home
    )  # not measured: that slows it, and is Prefect's code
    os.environ.update(measuring)
    threading.Thread(target=_announce, args=(home, started.url), daemon=True).start()


def _announce(home: Home, url: str) -> None:
    """Say where the server answers, once it does and its database, unused, was kept for other servers."""
    from flows.engine import server  # noqa: PLC0415 - as above

    while not server.answers(url):
        time.sleep(0.05)
    used, kept = home.prefect / "prefect.db", home.root / "fresh.db"
    with closing(sqlite3.connect(used)) as made, closing(sqlite3.connect(kept)) as fresh:
        made.backup(fresh)
    part = home.root / ".url.part"
    part.write_text(url)
    part.replace(home.root / "url")


def _url(home: Home) -> str:
    """Return where the server answers, once it does."""
    from flows.engine import server  # noqa: PLC0415 - as above

    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        if (home.root / "url").exists():
            url = (home.root / "url").read_text()
            if server.answers(url):
                return url
        time.sleep(0.05)
    pytest.fail(f"the Prefect server does not answer; see {home.prefect}/server.log")

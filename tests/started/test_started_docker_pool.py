"""A work pool of type docker, by the words at the head of its file: Prefect's own worker, at a real socket.

podman answers as Docker does. It sees `/srv/equipoise` of a machine of its own, so that nothing is written
where a home may be. Prefect's server is started as the page says, on PostgreSQL.
"""

from __future__ import annotations

import os
import re
import resource
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import docker
import postgresql
import pytest
from booted import ROOT
from engine import Engine, why_not

from flows.engine.deployment import POOLS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from docker.models.containers import Container

_PASSWORD: Final = "one-of-a-test"  # noqa: S105 - of what ends with the test
_HOST: Final = "127.0.0.1"
_IMAGE: Final = "equipoise:0.1.0"
_PLACE: Final = "/srv/equipoise"
_PREFECT: Final = Path(sys.executable).with_name("prefect")
_SEES: Final = (
    'mount -t tmpfs none /srv && mkdir /srv/equipoise && mount --bind "$1" /srv/equipoise && '
    'shift && exec "$@"'
)
_CASE: Final = "1146A/22"


@pytest.fixture
def engine() -> Iterator[Engine]:
    missing = [name for name in postgresql.NEEDED if not postgresql.found(name)]
    if lacking := why_not() or ("not here: " + ", ".join(missing) if missing else ""):
        pytest.skip(lacking)
    with closing(Engine()) as made:
        yield made


def until(met: Callable[[], object], seconds: float, what: Callable[[], str]) -> None:
    began = time.monotonic()
    while not met():
        assert time.monotonic() - began < seconds, what()
        time.sleep(0.5)


@contextmanager
def started(words: Sequence[str | Path], environment: Mapping[str, str], said: Path) -> Iterator[None]:
    with said.open("wb") as file:
        process = subprocess.Popen(
            [*words], env={**environment}, stdin=subprocess.DEVNULL, stdout=file, stderr=file
        )
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def limits(place: Path) -> dict[str, str]:
    """Have containers take no more open files than this machine gives."""
    files = min(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    file = place / "containers.conf"
    file.write_text(f'[containers]\ndefault_ulimits = ["nofile={files}:{files}", "nproc=4096:4096"]\n')
    return {"CONTAINERS_CONF": str(file)}


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind((_HOST, 0))
        port: int = taken.getsockname()[1]
        return port


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - ours
            return bool(answer.status == 200)
    except OSError:
        return False


class Machine:
    """A machine with Docker, a home and people, who have their commands run in containers."""

    def __init__(self, socket: Path, home: Path, asks: Mapping[str, str]) -> None:
        self.docker = docker.DockerClient(base_url=f"unix://{socket}", timeout=600)
        self.home = home
        self._asks = {**asks}

    def do(self, *words: str) -> str:
        said: bytes = self.docker.containers.run(
            _IMAGE,
            [*words],
            remove=True,
            network_mode="host",
            environment=self._asks,
            volumes=[f"{_PLACE}:{_PLACE}"],
        )
        return said.decode()

    def running(self) -> list[Container]:
        """Return the containers of runs that have a process."""
        found: list[Container] = self.docker.containers.list(
            filters={"label": "io.prefect.flow-run-id", "status": "running"}, ignore_removed=True
        )
        return found


@pytest.mark.exhaustive
def test_a_request_comes_to_its_paper_by_containers_that_may_do_nothing_else(engine: Engine) -> None:
    engine.build(f"localhost/{_IMAGE}")
    place, home = engine.place, engine.place / "home"
    place.chmod(0o711)  # PostgreSQL runs as somebody else
    home.mkdir()
    os.chown(home, 10001, 10001)
    listens, port, data = place / "docker.sock", free_port(), free_port()
    url = f"http://{_HOST}:{port}/api"
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    account, database, start = said_of_a_server(data)
    asks = {"PREFECT_API_URL": url, "PREFECT_API_AUTH_STRING": account}
    kept["PREFECT_HOME"] = str(place / "prefect")
    mine = {**kept, **asks, "DOCKER_HOST": f"unix://{listens}", "PREFECT_WORKER_QUERY_SECONDS": "2"}
    sees: list[str | Path] = ["unshare", "-m", "sh", "-c", _SEES, "sh", home]
    serving = ["system", "service", "--time", "0", f"unix://{listens}"]
    with (
        started([*sees, *engine.words, *serving], {**kept, **limits(place)}, place / "daemon.log"),
        a_database(place, data),
        started([*start, "--port", str(port)], {**kept, **database}, place / "server.log"),
    ):
        until(lambda: answers(f"{url}/health"), 180, (place / "server.log").read_text)
        until(listens.exists, 180, (place / "daemon.log").read_text)
        machine = Machine(listens, home / "home", asks)
        found_the_home(machine)
        deploy(mine)
        with started([_PREFECT, "worker", "start", "--pool", "equipoise"], mine, place / "worker.log"):
            publish_the_case(machine, (place / "worker.log").read_text)
        until(lambda: not machine.running(), 120, (place / "worker.log").read_text)
        assert "passes" in machine.do("audit")
        assert machine.docker.containers.list(all=True) == []
        machine.docker.close()
    assert {path.stat().st_uid for path in home.rglob("*")} == {10001}
    assert [path.name for path in home.iterdir()] == ["home"]


def said_of_a_server(port: int) -> tuple[str, dict[str, str], list[str | Path]]:
    """Return the account, the environment and the command of the one server of the page."""
    page = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    block = page.partition("\nA Prefect server of its own")[2].partition("```sh\n")[2].partition("```")[0]
    *exports, command = block.strip().splitlines()
    words = [word for line in exports for word in shlex.split(line.removeprefix("export "))]
    said = dict(word.split("=", 1) for word in words)
    name, address = "PREFECT_SERVER_DATABASE_CONNECTION_URL", ":PASSWORD@db.example.gov.uk/"
    assert address in said[name]
    said[name] = said[name].replace(address, f":{_PASSWORD}@{_HOST}:{port}/")
    program, *start = command.split()
    assert program == _PREFECT.name
    return said["PREFECT_SERVER_API_AUTH_STRING"], said, [_PREFECT, *start]


@contextmanager
def a_database(place: Path, port: int) -> Iterator[None]:
    """Run PostgreSQL with the role and the database of the page."""
    page = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    statements = re.findall(r"`(create (?:role|database) [^`]+)`", page)
    assert len(statements) == 2
    options = (f"listen_addresses={_HOST}", f"port={port}")
    log = place / "postgres.log"
    with started(postgresql.words_of(place / "postgres", _PASSWORD, *options), {**os.environ}, log):
        until(lambda: "ready to accept connections" in log.read_text(), 120, log.read_text)
        for each in statements:
            postgresql.ask(each.replace("…", _PASSWORD), _HOST, port, _PASSWORD)
        yield


def found_the_home(machine: Machine) -> None:
    machine.do("init", "--authority", "West Midlands Police", "--body", "other")
    for role in ("foi-officer", "legal-reviewer", "sign-off-officer"):
        machine.do("officer", "add", role, "--role", role, "--as", "administrator")


def deploy(environment: Mapping[str, str]) -> None:
    """Do what the head of the file says."""
    (pool,) = (each for each in POOLS if each.kind == "docker")
    lines = (ROOT / "deploy" / pool.file).read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line.startswith("#   prefect "):
            words = line.removeprefix("#   prefect ").split()
            done = subprocess.run(
                [_PREFECT, *words], cwd=ROOT, env={**environment}, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr


def publish_the_case(machine: Machine, said: Callable[[], str]) -> None:
    """Put a request in and take it to its paper, looking at what the worker starts meanwhile."""
    confined: list[tuple[bool, str]] = []

    def reached(met: Callable[[], object]) -> Callable[[], object]:
        def look() -> object:
            for each in machine.running():
                with suppress(OSError):  # it has ended meanwhile
                    status = Path(f"/proc/{each.attrs['State']['Pid']}/status").read_text()
                    confined.append((each.attrs["HostConfig"]["ReadonlyRootfs"], status))
            return met()

        return look

    fresh = machine.home / ".new"
    shutil.copytree(ROOT / "cases/1146A-22", fresh)
    for path in (fresh, *fresh.rglob("*")):
        os.chown(path, 10001, 10001)
    fresh.rename(machine.home / "inbox" / "new")
    until(reached(lambda: "drafting" in machine.do("queue")), 600, said)
    machine.do("submit", _CASE, "--version", "1", "--as", "foi-officer")
    notices = machine.home / "notices"
    until(reached(lambda: [*notices.glob("*legal-review*")]), 600, said)
    for gate, who in (("legal-review", "legal-reviewer"), ("balancing", "sign-off-officer")):
        machine.do("approve", _CASE, "--gate", gate, "--version", "1", "--as", who)
    until(reached((machine.home / "published/1146A-22.pdf").exists), 600, said)
    assert confined
    for cannot_be_written, status in confined:
        assert cannot_be_written
        assert "Uid:\t10001\t10001\t10001\t10001" in status
        assert "CapBnd:\t0000000000000000" in status
        assert "NoNewPrivs:\t1" in status

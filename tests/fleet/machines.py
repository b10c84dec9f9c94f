"""Machines on one machine: each a network namespace, joined by a bridge, whose processes can be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from postgresql import found

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_PORT_OF_THE_BRIDGE: Final = "bridge"
_RESTART_SECONDS: Final = 5.0
"""After which what ended is started again, as the units of systemd say."""
_LOCAL: Final = ("PREFECT_", "EQUIPOISE_", "SSL_CERT_FILE")


def why_not() -> str:
    """Return what is missing here for machines of one's own; empty where nothing is."""
    if os.geteuid() != 0:
        return "root alone makes network namespaces"
    missing = [
        name
        for name in ("ip", "nsenter", "setpriv", "redis-server", "nginx", "initdb", "psql")
        if not found(name)
    ]
    if missing:
        return f"not here: {', '.join(missing)}"
    name = f"eqp-try-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False)
    if made.returncode != 0:
        return "no network namespace can be made here"
    subprocess.run(["ip", "netns", "del", name], check=True)
    return ""


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Network:
    """A bridge with machines on it; close it when done."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._hub = f"eqp-{os.getpid()}-hub"
        self.machines: dict[str, Machine] = {}
        _ip("netns", "add", self._hub)
        _ip("-n", self._hub, "link", "add", _PORT_OF_THE_BRIDGE, "type", "bridge")
        _ip("-n", self._hub, "link", "set", _PORT_OF_THE_BRIDGE, "up")

    def machine(self, name: str) -> Machine:
        """Make a machine."""
        number = len(self.machines) + 1
        namespace, address, port = f"eqp-{os.getpid()}-{name}", f"10.77.0.{number}", f"port{number}"
        _ip("netns", "add", namespace)
        _ip("-n", self._hub, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", namespace)
        _ip("-n", self._hub, "link", "set", port, "master", _PORT_OF_THE_BRIDGE, "up")
        _ip("-n", namespace, "address", "add", f"{address}/24", "dev", "eth0")
        _ip("-n", namespace, "link", "set", "eth0", "up")
        _ip("-n", namespace, "link", "set", "lo", "up")
        folder = self.place / name
        folder.mkdir()
        folder.chmod(0o755)  # PostgreSQL runs as somebody else
        machine = self.machines[name] = Machine(
            name=name, namespace=namespace, address=address, folder=folder
        )
        return machine

    def close(self) -> None:
        """End every process of every machine, and take the machines away."""
        for machine in self.machines.values():
            machine.leave_dead()
        for machine in self.machines.values():
            machine.kill()
            for unit in machine.units.values():
                unit.process.wait()
            _ip("netns", "del", machine.namespace)
        _ip("netns", "del", self._hub)


@dataclass
class Unit:
    """A process that is started again when it ended, as systemd does."""

    words: Sequence[str | Path]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes]
    starts: int = 1


@dataclass
class Machine:
    """One machine.

    Attributes:
        folder: What is its own of the disk.
    """

    name: str
    namespace: str
    address: str
    folder: Path
    units: dict[str, Unit] = field(default_factory=dict)
    _watched: threading.Event = field(default_factory=threading.Event)
    _watching: threading.Thread | None = None

    def call(self, words: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> str:
        """Run a command to its end; return what it said."""
        done = subprocess.run(
            self.inside(words),
            env=self.environment_with(environment or {}),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def start(
        self, unit: str, words: Sequence[str | Path], environment: Mapping[str, str] | None = None
    ) -> None:
        """Start a process, which is started again whenever it ends."""
        given = self.environment_with(environment or {})
        self.units[unit] = Unit(words, given, self._spawn(unit, words, given))
        if self._watching is None:
            self._watching = threading.Thread(target=self._watch, daemon=True)
            self._watching.start()

    def said(self, unit: str) -> str:
        """Return what a process wrote."""
        return (self.folder / f"{unit}.out").read_text(errors="replace")

    def processes(self) -> list[int]:
        """Return every process of the machine."""
        asked = subprocess.run(
            ["ip", "netns", "pids", self.namespace], capture_output=True, text=True, check=True
        )
        return [int(line) for line in asked.stdout.split()]

    def kill(self) -> None:
        """Kill every process of the machine at once, as a failure of its power does."""
        while found := self.processes():
            for pid in found:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            for unit in self.units.values():
                unit.process.poll()
            time.sleep(0.05)

    def kill_unit(self, unit: str) -> None:
        """Kill one process, and those of its group."""
        with suppress(ProcessLookupError):
            os.killpg(self.units[unit].process.pid, signal.SIGKILL)

    def cut(self) -> None:
        """Take the machine from the network."""
        _ip("-n", self.namespace, "link", "set", "eth0", "down")

    def join(self) -> None:
        """Put it back."""
        _ip("-n", self.namespace, "link", "set", "eth0", "up")

    def leave_dead(self) -> None:
        """Start nothing again from now on."""
        self._watched.set()
        if self._watching:
            self._watching.join()

    def _watch(self) -> None:
        while not self._watched.wait(0.2):
            for name, unit in self.units.items():
                if unit.process.poll() is not None:
                    if self._watched.wait(_RESTART_SECONDS):
                        return
                    unit.process = self._spawn(name, unit.words, unit.environment)
                    unit.starts += 1

    def _spawn(
        self, unit: str, words: Sequence[str | Path], environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        with (self.folder / f"{unit}.out").open("ab") as said:
            return subprocess.Popen(
                self.inside(words),
                env=environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    def inside(self, words: Sequence[str | Path]) -> list[str]:
        """Return the call of a program on this machine."""
        return ["nsenter", f"--net=/run/netns/{self.namespace}", "--", *map(str, words)]

    def environment_with(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return the whole environment of a program on this machine."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_LOCAL)}
        return {**kept, "HOME": str(self.folder), "PREFECT_HOME": str(self.folder / "prefect"), **given}

"""A machine of one's own: systemd as the first process of a Debian that is made for it, by systemd-nspawn.

It has its own processes, mounts, network (loopback alone) and tree of control groups, so it starts units as
any machine does. What stands in the way of that on the machine around it is hidden from it: control groups
of the first version, and a `/run` on the disk.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT: Final = Path(__file__).resolve().parents[2]
MAIL: Final = 'address = "foi@northshire.example"\n'
"""Of `mail.toml`."""
LETTER: Final = """From: A Sample <a.sample@post.example>
To: foi@northshire.example
Subject: Patrol plans
Message-ID: <one@post.example>

Please send me the patrol plan of last year.
"""
_NEEDED: Final = ("mmdebstrap", "systemd-nspawn", "unshare", "nsenter", "ip")
_PACKAGES: Final = (
    "systemd-sysv,dbus,ca-certificates,curl,git,openssh-client,python3,python3-venv,sudo,tzdata"
)
_HIDDEN: Final = (
    "mount -t tmpfs none /run && umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && "
    'exec systemd-nspawn --quiet --register=no --keep-unit --private-network --boot -D "$1"'
)
_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def why_not() -> str:
    """Return what is missing here to start a machine; empty where nothing is."""
    if os.geteuid() != 0:
        return "root alone starts a machine"
    missing = [name for name in _NEEDED if not shutil.which(name)]
    if missing:
        return f"not here: {', '.join(missing)}"
    if not [*(ROOT / "build" / "wheels").glob("equipoise-*.whl")]:
        return "`make wheels` was not called"
    return ""


def copy_wheels(target: Path) -> None:
    """Put `build/wheels` into a folder, with the wheel of Equipoise as the checkout is now."""
    wheels = target / "build" / "wheels"
    shutil.copytree(ROOT / "build" / "wheels", wheels, ignore=shutil.ignore_patterns("equipoise-*.whl"))
    told = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(wheels), str(ROOT)]
    subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", *told], check=True)


class Booted:
    """A machine that runs, with the wheels and `deploy/` of the checkout in `/root`; close it when done.

    Args:
        place: An empty folder, on a disk on which programs may be started.
        name: What it is called.
        packages: Which of Debian's it has besides; a unit that one brings is started.
        hosts: Lines of its `/etc/hosts`.
    """

    def __init__(
        self, place: Path, name: str = "machine", packages: Sequence[str] = (), hosts: str = ""
    ) -> None:
        self.root = place / name
        told = ["mmdebstrap", "--mode=root", "--variant=minbase", "--quiet"]
        told.append(f"--include={','.join([_PACKAGES, *packages])}")
        subprocess.run([*told, "bookworm", self.root], check=True, timeout=600)
        (self.root / "etc/hosts").write_text(f"127.0.0.1 localhost {name}\n{hosts}")
        (self.root / "etc/hostname").write_text(f"{name}\n")
        for each in ("deploy", "cases"):
            shutil.copytree(ROOT / each, self.root / "root" / each)
        copy_wheels(self.root / "root")
        with (place / f"{name}.log").open("wb") as console:
            self._process = subprocess.Popen(
                ["unshare", "-m", "--propagation", "private", "sh", "-c", _HIDDEN, "sh", self.root],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
            )
        self.until("systemctl is-system-running | grep -Eq 'running|degraded'", 60, "it does not start")

    def close(self) -> None:
        """Put the machine off."""
        self.ask("systemctl poweroff")
        try:
            self._process.wait(60)
        finally:
            self._process.kill()
            self._process.wait()

    @property
    def leader(self) -> str:
        """Its first process, by the number that it has outside."""
        (number,) = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        return number

    def ask(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a script of the shell as root in the machine, from `/root`."""
        inside = [
            "nsenter",
            "-t",
            self.leader,
            "-m",
            "-u",
            "-i",
            "-n",
            "-p",
            "-C",
            "-W",
            "/root",
            "env",
            "-i",
        ]
        words = [*inside, f"PATH={_PATH}", "HOME=/root", "LANG=C.UTF-8", "sh", "-c", script]
        return subprocess.run(words, capture_output=True, text=True, check=False, timeout=600)

    def do(self, script: str) -> str:
        """Run a script that has to succeed, line for line; return what it prints."""
        said = self.ask(f"set -e\n{script}")
        assert said.returncode == 0, f"{script}\n{said.stdout}\n{said.stderr}"
        return said.stdout.strip()

    def until(self, script: str, seconds: float, what: str) -> None:
        """Wait until a script succeeds."""
        began = time.monotonic()
        while not self._answers(script):
            assert time.monotonic() - began < seconds, what
            time.sleep(1)

    def _answers(self, script: str) -> bool:
        try:
            return self.ask(script).returncode == 0
        except ValueError:  # it has no first process yet
            return False


def join(one: Booted, other: Booted) -> None:
    """Put a cable between two machines, as 10.0.0.5 and 10.0.0.6."""
    ends = [["eth0", "netns", each.leader] for each in (one, other)]
    peer = ["type", "veth", "peer", "name", *ends[1]]
    subprocess.run(["ip", "link", "add", *ends[0], *peer], check=True)
    for each, address in ((one, "10.0.0.5/24"), (other, "10.0.0.6/24")):
        inside = ["nsenter", "-t", each.leader, "-n", "ip"]
        subprocess.run([*inside, "address", "add", address, "dev", "eth0"], check=True)
        subprocess.run([*inside, "link", "set", "eth0", "up"], check=True)


def words_of_the_head(unit: str, what: str = "#   ") -> list[str]:
    """Return the indented lines at the head of a unit in `deploy/systemd/`, as they are to be typed."""
    head = (ROOT / "deploy/systemd" / unit).read_text(encoding="utf-8").partition("\n[Unit]")[0]
    return re.findall(rf"^{what}(.+)$", head, re.MULTILINE)


def words_of_the_page(after: str, has: str = "") -> str:
    """Return the first block of commands on the operations page after some words, that has others."""
    page = (ROOT / "docs/operating.md").read_text(encoding="utf-8").partition(after)[2]
    blocks = re.findall(r"^ *```sh\n(.*?)```", page, re.MULTILINE | re.DOTALL)
    block = next(each for each in blocks if has in each)
    return "\n".join(line.strip() for line in block.splitlines())


def words_of_installing() -> str:
    """Return the commands of the second way in on the operations page."""
    return words_of_the_page("2. For a service")

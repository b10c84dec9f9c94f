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
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
_NEEDED: Final = ("mmdebstrap", "systemd-nspawn", "unshare", "nsenter")
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
    """

    def __init__(self, place: Path) -> None:
        self.root = place / "machine"
        told = ["mmdebstrap", "--mode=root", "--variant=minbase", "--quiet", f"--include={_PACKAGES}"]
        subprocess.run([*told, "bookworm", self.root], check=True, timeout=600)
        (self.root / "etc/hosts").write_text("127.0.0.1 localhost machine\n")
        (self.root / "etc/hostname").write_text("machine\n")
        for name in ("deploy", "cases"):
            shutil.copytree(ROOT / name, self.root / "root" / name)
        copy_wheels(self.root / "root")
        with (place / "console.log").open("wb") as console:
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

    def ask(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a script of the shell as root in the machine, from `/root`."""
        (leader,) = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        inside = ["nsenter", "-t", leader, "-m", "-u", "-i", "-n", "-p", "-C", "-W", "/root", "env", "-i"]
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


def words_of_the_head(unit: str, what: str = "#   ") -> list[str]:
    """Return the indented lines at the head of a unit in `deploy/systemd/`, as they are to be typed."""
    head = (ROOT / "deploy/systemd" / unit).read_text(encoding="utf-8").partition("\n[Unit]")[0]
    return re.findall(rf"^{what}(.+)$", head, re.MULTILINE)


def words_of_installing() -> str:
    """Return the commands of the second way in on the operations page."""
    page = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    block = page.partition("2. For a service")[2].partition("```sh\n")[2].partition("```")[0]
    return "\n".join(line.strip() for line in block.splitlines())

"""One authority of several that share a Prefect server: what is deployed for it, and its worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flows.engine import authorities
from flows.engine.deployment import files
from flows.engine.settings import RUN_SETTINGS
from flows.home import HOME_VARIABLE
from flows.settings import OWN_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.home import Home

PREFECT: Final = Path(sys.executable).with_name("prefect")
_STARTED: Final = 300
"""Seconds until a worker takes runs, on a busy machine."""


def environment(**more: str) -> dict[str, str]:
    """Return that of a machine on which somebody set where the server is, and nothing else."""
    left_out = {*RUN_SETTINGS, OWN_VARIABLE}
    return {**{name: value for name, value in os.environ.items() if name not in left_out}, **more}


@dataclass
class Authority:
    """One of several: its home, what is deployed for it, and the worker that carries that out.

    Attributes:
        folder: For its files of deployment, and for what its worker says.
    """

    name: str
    home: Home
    folder: Path

    @property
    def pool(self) -> str:
        return authorities.pool(self.name)

    def deploy(self) -> None:
        """Give the commands at the head of its file."""
        (self.home.root / "settings.toml").write_text(f'authority = "{self.name}"\n')
        for name, text in files(self.name).items():
            path = self.folder / "deploy" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        text = files(self.name)[f"{self.name}/prefect.yaml"]
        for line in text.splitlines():
            if line.startswith("#   "):
                words = line.removeprefix("#   ").split()
                done = subprocess.run(
                    [PREFECT, *words[1:]],
                    cwd=self.folder,
                    env=environment(),
                    capture_output=True,
                    text=True,
                    check=False,
                    timeout=180,
                )
                assert done.returncode == 0, done.stdout + done.stderr

    @contextmanager
    def worker(self) -> Iterator[Path]:
        """Run its worker for as long as the block lasts; give the file of what that says."""
        said = self.folder / "worker.out"
        home = {HOME_VARIABLE: str(self.home.root), "PREFECT_WORKER_QUERY_SECONDS": "1"}
        with said.open("ab") as file:
            process = subprocess.Popen(
                [PREFECT, "worker", "start", "--type", "equipoise", "--pool", self.pool],
                cwd=self.folder,
                env=environment(**home),
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        try:
            until = time.monotonic() + _STARTED
            while b"started!" not in said.read_bytes():
                assert time.monotonic() < until, "the worker does not start"
                time.sleep(0.1)
            yield said
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(30)

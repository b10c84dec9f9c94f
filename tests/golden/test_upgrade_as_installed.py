"""An earlier version, built from its commit and installed, is upgraded by the words of the page, and back.

What was released is known by its row in the list of releases: the earlier one gets its row here, as
`make release` would have given it one, and the present one another number.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT: Final = Path(__file__).parents[2]
BEFORE: Final = "525202769deebcd8f79c47e70e4517cfc17cb6e5"
"""The last version whose backups do not say how large their files are."""
PAGE: Final = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
STEPS: Final = PAGE.partition("\n## Upgrading\n")[2].partition("\n## ")[0]
PEOPLE: Final = ("foi-officer", "legal-reviewer", "sign-off-officer")
STAGES: Final = ("drafting", "legal review", "sign-off", "publication", "published", "sent")
"""Of `R/1`, `R/2` and so on, as the earlier version leaves them."""
_NOT_OF_IT: Final = shutil.ignore_patterns(".*", "build", "tests", "docs", "__pycache__")
_DIGESTS: Final = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from flows.document.files import renderer_digest as one, template_digest as other; "
    "print(one(), other())"
)


def commit_is_here() -> bool:
    asked = ["git", "-C", str(ROOT), "cat-file", "-e", BEFORE]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


class Installed:
    """A version in an environment of its own, with the packages of this one.

    Attributes:
        home: What its commands are about.
    """

    def __init__(self, place: Path) -> None:
        self.home = place / "home"
        self._bin = place / "venv" / "bin"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", place / "venv"], check=True)
        (site,) = (place / "venv").glob("lib/python*/site-packages")
        (site / "packages.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
        self.environment = {name: value for name, value in os.environ.items() if not _ours(name)}
        self.environment |= {"EQUIPOISE_HOME": str(self.home), "EQUIPOISE_DESK_PORT": str(_free_port())}

    def install(self, wheel: Path) -> None:
        """By the words of the page, with the `pip` of here."""
        (words,) = re.findall(r"bin/pip (install --no-index --no-deps) build/wheels/equipoise", PAGE)
        pip: list[str | Path] = [
            sys.executable,
            "-m",
            "pip",
            "--python",
            self._bin / "python",
            "-q",
            *words.split(),
        ]
        subprocess.run([*pip, wheel], check=True, capture_output=True)

    def ask(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        call = [self._bin / "equipoise", *words]
        return subprocess.run(
            call, env=self.environment, capture_output=True, text=True, check=False, cwd="/", timeout=600
        )

    def do(self, *words: str | Path) -> str:
        done = self.ask(*words)
        assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def stages(self) -> list[str]:
        """Return where every case is that waits, as the queue tells, without what is added in brackets."""
        return re.findall(r"^R/\d .* \d  ([a-z -]+?)(?: \(.+\))?$", self.do("queue"), re.MULTILINE)

    @contextmanager
    def up(self) -> Iterator[None]:
        """Run `up` for as long as the block lasts."""
        with (self.home.parent / "up.log").open("ab") as said:
            process = subprocess.Popen(
                [self._bin / "equipoise", "up"], env=self.environment, stdout=said, stderr=said, cwd="/"
            )
        try:
            yield
        finally:
            process.terminate()
            process.wait(120)


def _ours(name: str) -> bool:
    return name.startswith(("EQUIPOISE_", "PREFECT_", "PYTHON"))


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def until(met: Callable[[], object]) -> None:
    began = time.monotonic()
    while not met():
        assert time.monotonic() - began < 300
        time.sleep(1)


def wheel_of(source: Path, place: Path) -> Path:
    told: list[str | Path] = ["wheel", "-q", "--no-deps", "--no-build-isolation", "-w", place, source]
    subprocess.run([sys.executable, "-m", "pip", *told], check=True, capture_output=True)
    (wheel,) = place.glob("*.whl")
    return wheel


def wheels(place: Path) -> tuple[Path, Path]:
    """Build the earlier version as it was, and the present one as the next release after it."""
    earlier, present = place / "earlier", place / "present"
    earlier.mkdir()
    packed = subprocess.run(["git", "-C", ROOT, "archive", BEFORE], check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", earlier], input=packed, check=True)
    shutil.copytree(ROOT, present, ignore=_NOT_OF_IT)
    shutil.copytree(ROOT / "cases", present / "cases", dirs_exist_ok=True)
    told: list[str | Path] = [sys.executable, "-P", "-c", _DIGESTS, earlier]
    made = subprocess.run(told, check=True, capture_output=True, text=True).stdout.split()
    with (present / "flows/document/releases.toml").open("a") as listed:
        listed.write('\n[[release]]\nversion = "0.1.0"\nrenderer = "{}"\ntemplates = "{}"\n'.format(*made))
    project = present / "pyproject.toml"
    text = project.read_text(encoding="utf-8")
    project.write_text(re.sub(r'(?m)^version = ".*"$', 'version = "99.0.0"', text, count=1), encoding="utf-8")
    return wheel_of(earlier, place / "wheel-earlier"), wheel_of(present, place / "wheel-present")


def drop_requests(inbox: Path, place: Path) -> None:
    """Put in one request for each stage, each by somebody else in other words, so that none is a repeat."""
    for number in range(1, len(STAGES) + 1):
        folder = place / f"new-{number}"
        shutil.copytree(ROOT / "cases/1146A-22", folder)
        for path in folder.iterdir():
            text = path.read_text(encoding="utf-8").replace("1146A/22", f"R/{number}")
            text = text.replace("Sample Applicant", f"{chr(64 + number)}. Sample")
            text = text.replace("sample.applicant@", f"{chr(96 + number)}.sample@")
            text = text.replace("the following under", f"what stands in list {number}, under")
            path.write_text(text, encoding="utf-8")
        folder.rename(inbox / folder.name)


def make_home(then: Installed, place: Path) -> None:
    """Make a home by the earlier version, with a case at each stage."""
    then.do("init", "--authority", "West Midlands Police", "--body", "other")
    for person in PEOPLE:
        then.do("officer", "add", person, "--role", person, "--as", "administrator")
    with then.up():
        drop_requests(then.home / "inbox", place)
        until(lambda: then.stages() == ["drafting"] * len(STAGES))
        for number in range(2, 7):
            then.do("submit", f"R/{number}", "--version", "1", "--as", "foi-officer")
        for number in range(3, 7):
            approve(then, number, "legal-review", "legal-reviewer")
        for number in (5, 6):
            approve(then, number, "balancing", "sign-off-officer")
            until((then.home / f"published/R-{number}.pdf").exists)
        day = subprocess.run(["date", "+%F"], env={"TZ": "Europe/London"}, check=True, capture_output=True)
        sent = ["--on", day.stdout.decode().strip(), "--by", "email", "--reason", "It is a test."]
        then.do("sent", "R/6", *sent, "--as", "foi-officer")
    approve(then, 4, "balancing", "sign-off-officer")


def approve(version: Installed, number: int, gate: str, who: str) -> None:
    version.do("approve", f"R/{number}", "--gate", gate, "--version", "1", "--as", who)


@pytest.mark.exhaustive
@pytest.mark.skipif(not commit_is_here(), reason="the history of the repository is not here")
def test_an_installed_version_is_upgraded_with_cases_at_every_stage_and_gone_back_from(
    tmp_path: Path,
) -> None:
    earlier, present = wheels(tmp_path)
    version, home = Installed(tmp_path), tmp_path / "home"
    version.install(earlier)
    make_home(version, tmp_path)
    left = version.stages()
    assert left == [*STAGES[:5]]

    for name in ("backups", "keys"):
        (tmp_path / name).mkdir(mode=0o700)
    version.do("backup", tmp_path / "backups", "--with-keys", tmp_path / "keys")
    kept = tmp_path / "checkpoint.txt"
    kept.write_text(version.do("checkpoint"))
    version.install(present)
    assert "99.0.0" in version.do("--version")
    assert "`equipoise doctor --mend`" in STEPS
    assert "Nothing is wrong" in version.do("doctor", "--mend")
    assert "`equipoise audit --checkpoint FILE`" in STEPS
    assert "The register passes its audit." in version.do("audit", "--checkpoint", kept)
    assert version.stages() == left

    # Nothing is recorded yet: back, and up again.
    version.install(earlier)
    assert "Nothing is wrong" in version.do("doctor", "--mend")
    version.do("audit", "--checkpoint", kept)
    assert version.stages() == left
    version.install(present)
    version.do("doctor", "--mend")

    with version.up():
        until((home / "published/R-4.pdf").exists)
        version.do("submit", "R/1", "--version", "1", "--as", "foi-officer")
        approve(version, 2, "legal-review", "legal-reviewer")
        approve(version, 3, "balancing", "sign-off-officer")
        until((home / "published/R-3.pdf").exists)
    version.do("audit", "--checkpoint", kept)
    version.do("doctor")
    later = tmp_path / "later.txt"
    later.write_text(version.do("checkpoint"))

    # Now something is: the way back is the backup.
    version.install(earlier)
    assert "E_RENDERER" in version.ask("audit").stdout
    away = home.rename(tmp_path / "away")
    ((backup,), (keys,)) = ([*(tmp_path / name).iterdir()] for name in ("backups", "keys"))
    assert "equipoise restore BACKUP --keys KEYS --checkpoint FILE\n" in STEPS
    restore = ("restore", backup, "--keys", keys, "--checkpoint", kept)
    refused = version.ask(*restore, "--register", away / "register.git")
    assert (refused.returncode, home.exists()) == (1, False)
    assert "E_RENDERER" in refused.stderr
    assert "The register passes its audit." in version.do(*restore)
    assert version.stages() == left
    with version.up():
        until((home / "published/R-4.pdf").exists)
    version.do("audit", "--checkpoint", kept)
    assert version.ask("audit", "--checkpoint", later).returncode == 4  # and whoever has a later one is told

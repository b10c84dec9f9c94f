"""A register copied, or pushed to, after it was verified: what fails its audit never becomes the branch.

What comes lies in a repository of our own beside the copy until it was audited: linked to the objects that
are there, with the new ones added. It passes if the audit finds nothing, the entries that were there before
among its entries, and only then are objects and branch taken over.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.domain.errors import Fault, MalformedError, RefusedError, RegisterError
from flows.register.audit import AUDITING, FOLLOWING, audit, head_of_line
from flows.register.handing_out import lent
from flows.register.objects import is_id
from flows.register.packs import GIT, environment
from flows.register.repository import BRANCH, HEAD, NOWHERE, Repository, branch_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from flows.register.register import Register
    from flows.register.report import Brought, Report, Verdict

_OBJECT: Final = re.compile(r"[0-9a-f]{2}/[0-9a-f]{38}|pack/pack-[0-9a-f]{40}\.(pack|rev|idx)")
_FETCH: Final = (
    "fetch",
    "-q",
    "--no-tags",
    "--no-auto-gc",
    "--no-write-fetch-head",
    "--update-head-ok",
    "--no-recurse-submodules",
)
_HERE: Final = "file://"
_MARKS: Final = (b"# v2 git bundle\n", b"# v3 git bundle\n")
"""How a file of `git bundle` begins (gitformat-bundle)."""
_LONGEST_MARK: Final = max(map(len, _MARKS))
_SECONDS: Final = 3_600
FETCHING: Final = "Fetching"
FOLLOWING_COPY: Final = "Following the copy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """By what is verified what comes.

    Attributes:
        check_brought: As the audit takes it.
        pin: The fingerprint the register must have; None where none was given.
        now: UTC.
        processes: By how many, as the audit takes it.
        tell: Told what is being done, and how much of how much of it is.
    """

    check_brought: Callable[[Brought], Verdict]
    pin: str | None
    now: datetime
    processes: int = 1
    tell: Callable[[str, int, int], None] = lambda _what, _done, _all: None

    def verify(self, candidate: Path, before: Path) -> Report:
        """Return what an audit of ``candidate`` finds, which has to go on from the repository ``before``.

        Raises:
            TamperedError: the entries before cannot be followed to the first.
        """
        return audit(
            candidate,
            check_brought=self.check_brought,
            pin=self.pin,
            now=self.now,
            remembered=head_of_line(before, partial(self.tell, FOLLOWING_COPY)),
            processes=self.processes,
            progress=partial(self.tell, AUDITING),
            following=partial(self.tell, FOLLOWING),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirrored:
    """What mirroring did.

    Attributes:
        report: Of the audit of what came.
        moved: Whether the copy was moved on to it.
    """

    report: Report
    moved: bool


def mirror(source: str, folder: Path, verifier: Verifier) -> Mirrored:
    """Fetch a register into the copy at ``folder``, and move that on if it goes on and passes its audit.

    Args:
        source: A folder, or whatever else git fetches from.
        folder: Made where it is not there.

    Raises:
        RegisterError: nothing could be fetched.
    """
    if folder.exists() and not (folder / "objects").is_dir() and any(folder.iterdir()):
        raise MalformedError(str(folder), Fault(path="", problem="it has something else than a register"))
    folder.mkdir(parents=True, exist_ok=True)
    with (
        closing(Repository.create(folder)) as copy,
        copy.locked(),
        # Beside the copy and not in it, which has nothing that no register has.
        _candidate([folder / "objects"], folder.absolute().parent) as candidate,
    ):
        verifier.tell(FETCHING, 0, 1)
        _fetch(source, candidate)
        old, new = copy.tip(), branch_of(candidate)
        report = verifier.verify(candidate, folder)
        moved = report.passes and new != old
        if moved and new:
            _take_over(candidate / "objects", folder / "objects")
            copy.advance(new, old)
    return Mirrored(report=report, moved=moved)


def take(sources: Iterable[str], folder: Path) -> None:
    """Fetch a register into a new repository at ``folder``, as it is: whoever takes it audits it next.

    Args:
        sources: Each has what comes after the one before, as files of `git bundle` do.

    Raises:
        RegisterError: nothing could be fetched.
    """
    with (
        closing(Repository.create(folder)) as taken,
        taken.locked(),
        _candidate([], folder.absolute().parent) as candidate,
    ):
        for source in sources:
            _fetch(source, candidate)
        _take_over(candidate / "objects", folder / "objects")
        taken.advance(str(branch_of(candidate)), None)


@contextmanager
def brought(register: Register, place: Path) -> Iterator[Path]:
    """Hold a repository with all that a register hands out, in a folder of ``place``: to be audited there.

    git names every object by what it is, so what was sent wrongly is missing; whatever else is wrong with
    it, the audit says.

    Raises:
        RegisterError: it hands nothing out, or what is no pack.
    """
    with _candidate([], place) as candidate:
        after, more = None, True
        while more:
            packed, after, more = register.pack(after)
            if packed:
                _unpack(packed, candidate)
            elif more:
                raise RegisterError("The register is not handed out whole.")
        if not is_id(after or ""):
            raise RegisterError("The register has no entry that could be handed out.")
        (candidate / BRANCH).write_text(f"{after}\n", encoding="ascii")
        yield candidate


def _unpack(packed: bytes, candidate: Path) -> None:
    try:
        subprocess.run(  # noqa: S603 - fixed arguments
            [*GIT, "index-pack", "--stdin"],
            cwd=candidate,
            env=environment(candidate),
            input=packed,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise RegisterError("git cannot read what the register was handed out as.") from error


def check_push(lines: list[str], repository: Path, quarantine: Path | None, verifier: Verifier) -> Report:
    """Return what an audit finds of what is pushed and still in git's quarantine (githooks, pre-receive).

    Args:
        lines: As git hands them to the hook: old, new and ref.
        repository: That is pushed to.
        quarantine: Where git keeps the objects that came; None where none came.

    Raises:
        RefusedError: something else than the register's branch is pushed, or it is deleted.
    """
    pushed = [line.split(" ") for line in lines]
    if [each[2:] for each in pushed] != [[BRANCH]] or not is_id(pushed[0][1]) or pushed[0][1] == NOWHERE:
        raise RefusedError(f"Only {BRANCH} is pushed to a register, and it is never deleted.")
    if quarantine is None:
        raise RefusedError("git has nothing in quarantine; it takes git 2.11 or later.")
    with _candidate([repository / "objects", quarantine], quarantine) as candidate:
        (candidate / BRANCH).write_text(f"{pushed[0][1]}\n", encoding="ascii")
        return verifier.verify(candidate, repository)


@contextmanager
def _candidate(stores: list[Path], place: Path) -> Iterator[Path]:
    """Hold a repository that has the objects of some others, in a folder of the same file system."""
    with TemporaryDirectory(prefix=".incoming-", dir=place) as name:
        made = Path(name)
        (made / BRANCH).parent.mkdir(parents=True)
        (made / "objects" / "pack").mkdir(parents=True)
        (made / "HEAD").write_text(HEAD, encoding="ascii")
        for store in stores:
            for _ in _linked(store, made / "objects"):
                pass
        yield made


def _fetch(source: str, candidate: Path) -> None:
    there = _on_this_machine(source)
    if there is None:
        # Nor does anything else lead git to what is here.
        _run_fetch(source, source, candidate, "-c", "protocol.file.allow=never")
    elif _beginning(there).startswith(_MARKS):
        _run_fetch(source, str(there), candidate)
    elif branch_of(there) is None:
        raise RegisterError(f"There is no register at {source}.")
    else:
        # Its objects and branch, and none of its settings.
        with lent(there) as (own, _):
            _run_fetch(source, str(own), candidate)


def _on_this_machine(source: str) -> Path | None:
    """Return what a source names on this machine, as git tells it apart; None for one elsewhere.

    git would look for a name with an ending too, and be led by a file to a register elsewhere, and take
    either with all its settings.
    """
    path = source.removeprefix(_HERE)
    is_elsewhere = ":" in path.partition("/")[0]
    return Path(path).resolve() if path != source or not is_elsewhere or Path(path).exists() else None


def _beginning(path: Path) -> bytes:
    """Return how a file begins; nothing of what is no plain file."""
    try:
        with disk.opened_plain(path) as file:
            return file.read(_LONGEST_MARK)
    except OSError:
        return b""


def _run_fetch(source: str, place: str, candidate: Path, *more: str) -> None:
    """Fetch from where ``source`` is to be found; what failed is said of the name that somebody gave."""
    variables = environment(candidate) | {"GIT_TERMINAL_PROMPT": "0"}
    settings = ("-c", "transfer.fsckObjects=true", "-c", "safe.directory=*", "-c", "gc.auto=0", *more)
    try:
        subprocess.run(  # noqa: S603 - the place comes after --, and is no option
            [*GIT, *settings, *_FETCH, "--", place, f"+{BRANCH}:{BRANCH}"],
            cwd=candidate,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=True,
            timeout=_SECONDS,
        )
    except subprocess.CalledProcessError as error:
        raise RegisterError(
            f"git could not fetch a register from {source}: {_why(error.stderr.decode(errors='replace'))}."
        ) from error
    except (OSError, subprocess.SubprocessError) as error:
        raise RegisterError(f"git could not fetch a register from {source}.") from error


def _why(said: str) -> str:
    """Return the line in which git, or ssh, says what failed; what follows it is advice."""
    lines = [line for line in said.splitlines() if line and not line.lower().startswith(("warning", "hint"))]
    return lines[0].removeprefix("fatal: ").rstrip(".") if lines else "it does not say why"


def _take_over(came: Path, objects: Path) -> None:
    """Put objects that came among those of a copy, durably."""
    touched = {objects}
    for path in _linked(came, objects):
        with path.open("rb") as file:
            os.fsync(file.fileno())
        touched.add(path.parent)
    for folder in touched:
        disk.sync(folder)


def _linked(store: Path, objects: Path) -> Iterator[Path]:
    """Link the objects of one folder into another, a pack before its index; yield what was new there."""
    names = (path.relative_to(store) for path in store.glob("*/*") if not path.is_symlink())
    for name in sorted(filter(_is_object, names), key=lambda name: (name.suffix == ".idx", name)):
        target = objects / name
        if target.exists():
            continue
        target.parent.mkdir(exist_ok=True)
        try:
            os.link(store / name, target)
        except OSError:  # another file system, or one without links
            shutil.copyfile(store / name, target)
        yield target


def _is_object(name: Path) -> bool:
    return _OBJECT.fullmatch(name.as_posix()) is not None

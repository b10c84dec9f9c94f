"""The register handed out to be read elsewhere: as one file, or to `git fetch`; it is never written by this.

git runs in an empty repository of our own with one branch, which is linked to the objects of the register
and to nothing else there, as where packs are read: no configuration or hook of the register has a say.
"""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from flows.domain.errors import RegisterError
from flows.register.objects import is_id
from flows.register.packs import GIT, environment, own_repository
from flows.register.repository import BRANCH, branch_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_SECONDS: Final = 300
_SECONDS_OF_ALL: Final = 6 * 3_600
"""For a file of the whole register, which a machine writes for itself; nobody waits at a page."""
_ENTRIES: Final = 512
"""That are handed out at once."""
_PACKED: Final = 64 << 20
"""Bytes of them; one entry alone may be more."""
_GIT: Final = (*GIT, "-c", "pack.threads=1", "-c", "uploadpack.allowFilter=false")
_ID: Final = 20
"""Bytes of an id."""
_LINES: Final[dict[Path, _Line]] = {}
ADVERTISED: Final = b"001e# service=git-upload-pack\n0000"
"""What stands before the list of branches where that is asked for by HTTP (gitprotocol-http)."""


def bundle(repository: Path) -> bytes:
    """Return the whole register as one file that `git clone` reads."""
    with lent(repository) as (own, variables):
        _git(["bundle", "create", "-q", "all.bundle", "HEAD", BRANCH], own, variables)
        return (own / "all.bundle").read_bytes()


def write_bundle(repository: Path, tip: str, file: Path, after: str | None = None) -> None:
    """Write the register up to the entry of the id ``tip`` into a new file that `git fetch` reads.

    Args:
        after: The id of an entry before: only what comes after that is written.
    """
    with lent(repository, tip) as (own, variables):
        call = [
            "bundle",
            "create",
            "-q",
            str(file.absolute()),
            "HEAD",
            BRANCH,
            *([f"^{after}"] if after else []),
        ]
        _git(call, own, variables, seconds=_SECONDS_OF_ALL)


def branches(repository: Path, *, second: bool) -> bytes:
    """Return what `git fetch` is told first.

    Args:
        second: Whether whoever asks speaks the second form of the protocol.
    """
    with lent(repository) as (own, variables):
        call = ["upload-pack", "--stateless-rpc", "--advertise-refs", str(own)]
        return ADVERTISED + _git(call, own, {**variables, **_form(second=second)})


def fetched(repository: Path, asked: bytes, *, second: bool) -> bytes:
    """Return what `git fetch` asks for; it can ask for reading alone."""
    with lent(repository) as (own, variables):
        call = ["upload-pack", "--stateless-rpc", "--strict", str(own)]
        return _git(call, own, {**variables, **_form(second=second)}, asked)


def pack(repository: Path, after: str | None) -> tuple[bytes, str, bool]:
    """Return some entries as git packs them, the id of the last, and whether there are more.

    Args:
        after: The id of the entry after which they are; None for the first.

    Raises:
        RegisterError: there is no such entry.
    """
    if after is not None and not is_id(after):
        raise RegisterError("There is no such entry in the register.")
    with lent(repository) as (own, variables):
        line = _line(repository, own, variables)
        begins = line.after(after) if after else 0
        left = len(line) - begins
        if not left:
            return b"", after or "", False
        some = _ENTRIES
        while True:
            taken = min(some, left)
            upto = line.id(begins + taken - 1)
            asked = f"{upto}\n{f'^{after}' if after else ''}\n".encode()
            packed = _git(["pack-objects", "--revs", "--stdout", "-q"], own, variables, asked)
            if len(packed) <= _PACKED or some == 1:
                return packed, upto, taken != left
            some = max(1, some // 8)


class _Line:
    """The ids of the entries of a register in their order: 20 bytes for each, 20 MB for a million."""

    def __init__(self, raw: bytes = b"") -> None:
        self._raw = raw

    def __len__(self) -> int:
        return len(self._raw) // _ID

    def id(self, place: int) -> str:
        return self._raw[place * _ID : (place + 1) * _ID].hex()

    def after(self, id_: str) -> int:
        """Return the place after an entry.

        Raises:
            RegisterError: there is none of this id.
        """
        sought, at = bytes.fromhex(id_), -1
        while (at := self._raw.find(sought, at + 1)) % _ID:
            if at < 0:
                raise RegisterError("There is no such entry in the register.")
        return at // _ID + 1

    def grown(self, tip: str, own: Path, variables: Mapping[str, str]) -> _Line:
        """Return the line up to ``tip``, for which git is asked what came since alone."""
        last = self.id(len(self) - 1) if self._raw else ""
        if last == tip:
            return self
        call = ["rev-list", "--first-parent", "--reverse", "--parents", tip, *([f"^{last}"] if last else [])]
        rows: list[list[str]] = []
        try:
            rows = [row.split() for row in _git(call, own, variables).decode().splitlines()]
        except RegisterError:
            if not last:
                raise
        if last and [row[1:] for row in rows[:1]] != [[last]]:
            # The register was put back, or another is in its place: what was known is of no use.
            return _Line().grown(tip, own, variables)
        return _Line(self._raw + bytes.fromhex("".join(row[0] for row in rows)))


def _line(repository: Path, own: Path, variables: Mapping[str, str]) -> _Line:
    """Return the line of a register; of one that was handed out before, git is asked for what is new alone.

    Whoever copies a register asks for one pack after another: were the whole line listed for each, a million
    entries would be listed two thousand times.
    """
    tip = (own / BRANCH).read_text(encoding="ascii").strip()
    line = _LINES.get(repository, _Line()).grown(tip, own, variables)
    _LINES.clear()  # a process has one register; those of tests come and go
    _LINES[repository] = line
    return line


def _form(*, second: bool) -> dict[str, str]:
    return {"GIT_PROTOCOL": "version=2" if second else ""}


@contextmanager
def lent(repository: Path, tip: str | None = None) -> Iterator[tuple[Path, Mapping[str, str]]]:
    """Hold a repository of our own with the register's objects and its branch, or that up to ``tip``."""
    tip, objects = tip or branch_of(repository), repository.absolute() / "objects"
    if tip is None or not is_id(tip):
        raise RegisterError("The register has no entry that could be handed out.")
    with own_repository(objects, (each.name for each in objects.iterdir())) as own:
        (own / BRANCH).parent.mkdir(parents=True, exist_ok=True)
        (own / BRANCH).write_text(f"{tip}\n", encoding="ascii")
        yield own, environment(own)


def _git(
    call: Sequence[str],
    own: Path,
    variables: Mapping[str, str],
    asked: bytes = b"",
    *,
    seconds: int = _SECONDS,
) -> bytes:
    try:
        # What is called is fixed, and what was sent goes to its standard input alone.
        done = subprocess.run(  # noqa: S603 - fixed arguments
            [*_GIT, *call],
            cwd=own,
            env=variables,
            input=asked,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=True,
            timeout=seconds,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise RegisterError("git could not hand out the register.") from error
    return done.stdout

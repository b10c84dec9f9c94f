"""The power goes: what was not synced by then is lost, or half there, and still nothing is between."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import pytest
from faults import Call, traceable
from scenarios import SCENARIOS, entries
from test_faults import check, leftovers, put_back, ready

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from zygote import Zygote

    from flows.home import Home

pytestmark = traceable

LOSSES: Final = ("all", "data", "half of the data", "names")
"""What of the unsynced a disk loses; names are those in folders."""


@dataclass(eq=False)
class Thing:
    """A file or a link, as it is and as it was synced; or a folder."""

    data: bytearray | None = None
    synced: bytes = b""
    link: bool = False


@dataclass
class Disk:
    """What a home has after some calls, over what it had before: None where something is gone."""

    before: Path
    now: dict[str, Thing | None] = field(default_factory=dict)
    synced: dict[str, Thing | None] = field(default_factory=dict)

    def thing(self, path: str) -> Thing | None:
        if path not in self.now:
            there = self.before / path
            found = None
            if there.is_symlink():
                found = Thing(bytearray(os.fsencode(there.readlink())), link=True)
            elif there.is_dir():
                found = Thing()
            elif there.exists():
                found = Thing(bytearray(there.read_bytes()), there.read_bytes())
            self.now[path] = self.synced[path] = found
        return self.now[path]

    def take(self, call: Call) -> None:
        path, name = call.paths[0], call.name.removesuffix("at").removesuffix("at2")
        found = self.thing(path)
        if name in {"open", "creat"}:
            if call.flags & os.O_CREAT and found is None:
                self.now[path] = Thing(bytearray())
            elif call.flags & os.O_TRUNC and found:
                found.data = bytearray()
        elif name in {"write", "pwrite64", "ftruncate"} and found and found.data is not None:
            _write(found.data, call)
        elif name in {"fsync", "fdatasync"}:
            self._sync(path)
        elif name == "rename":
            self._rename(path, call.paths[1])
        elif name in {"unlink", "rmdir"}:
            self.now[path] = None
        elif name == "mkdir" and found is None:
            self.now[path] = Thing()
        elif name == "symlink":
            self.now[path] = Thing(bytearray(call.data), bytes(call.data), link=True)

    def _rename(self, old: str, new: str) -> None:
        below = [path.relative_to(self.before) for path in (self.before / old).rglob("*")]
        moved = {old, *map(str, below), *(path for path in self.now if path.startswith(f"{old}/"))}
        for path in sorted(moved):
            target = new + path[len(old) :]
            self.thing(target)
            self.now[target], self.now[path] = self.thing(path), None
            if path != old:  # what stands in a folder goes with it, whatever is known of its name
                self.synced[target] = self.synced[path]

    def _sync(self, path: str) -> None:
        found = self.thing(path)
        if found and found.data is not None:
            found.synced = bytes(found.data)
        else:
            for each in [*self.now]:
                if str(PurePosixPath(each).parent) in {path, "." if path == "" else path}:
                    self.synced[each] = self.now[each]

    def left(self, loss: str) -> dict[str, Thing | bytes | None]:
        """Return what is there after the power went, by path."""
        names = self.synced if loss in {"all", "names"} else self.now
        return {path: _kept(thing, loss) for path, thing in sorted(names.items())}


def _write(data: bytearray, call: Call) -> None:
    place = len(data) if call.place < 0 else call.place
    data.extend(bytes(max(0, place - len(data))))
    if call.name == "ftruncate":
        del data[place:]
    else:
        data[place : place + len(call.data)] = call.data


def _kept(thing: Thing | None, loss: str) -> Thing | bytes | None:
    if thing is None or thing.data is None or thing.link:
        return thing
    data = bytes(thing.data)
    if loss in {"all", "data"}:
        return thing.synced
    if loss == "half of the data" and data != thing.synced:
        return data[: len(data) // 2]
    return data


def materialise(before: Home, home: Home, calls: Sequence[Call], loss: str) -> None:
    """Make of a home what the power leaves of it that goes after these calls."""
    put_back(before, home)
    disk = Disk(before.root)
    for call in calls:
        disk.take(call)
    for path, kept in disk.left(loss).items():
        target = home.root / path
        if target.is_dir() and not target.is_symlink():
            if kept is None:
                shutil.rmtree(target)
            continue
        if isinstance(kept, bytes) and target.is_file() and target.read_bytes() == kept:
            continue  # with the mode it has
        if not target.parent.is_dir():
            continue  # its folder's name was lost
        target.unlink(missing_ok=True)
        if kept is None or path.endswith("-shm"):
            continue  # what SQLite keeps in memory
        if isinstance(kept, bytes):
            target.write_bytes(kept)
            target.chmod(0o600)
        elif kept.link and kept.data is not None:
            target.symlink_to(kept.data.decode())
        else:
            target.mkdir()


@pytest.mark.parametrize(
    ("name", "loss", "every"),
    [
        ("an act", "all", 40),
        *(
            pytest.param(name, loss, 120 if name == "a publication" else 40, marks=pytest.mark.exhaustive)
            for name in SCENARIOS
            for loss in LOSSES
        ),
    ],
)
def test_a_power_cut_leaves_what_was_done_or_what_was_before(
    *,
    name: str,
    loss: str,
    every: int,
    home: Home,
    zygote: Zygote,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    before = ready(tmp_path_factory, name)
    first = entries(before)
    put_back(before, home)
    whole = zygote.run(name, home, keep_data=True)
    clean = leftovers(home)
    cuts = [*range(0, len(whole.calls), every), len(whole.calls)]
    after = False
    for cut in cuts:
        materialise(before, home, whole.calls[:cut], loss)
        after = check(name, home, first, clean)
    print(f"{name}, {loss} lost: {len(cuts)} cuts, none between")  # noqa: T201 - the figures
    # What was told as done is there, whatever was lost.
    assert after == bool(SCENARIOS[name].entries)

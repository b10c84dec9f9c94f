"""One act, durable: beside the bare floor, beside plain git, and as the register grows."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from figures import Row, at_least, at_most, ms, timed, typical
from floors import new_objects, write_act
from offices import WRITER, open_staffed
from packed_register import take_next
from work_tree import WorkTree

from flows.domain.documents import ASSESSMENT, DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from offices import Staffed

_BESIDE_THE_FLOOR: Final = 60
_COMMITS: Final = ((1_000, 20), (20_000, 12), (1_000_000, 4))
"""How many commits of git's are timed in a register of up to so many cases: it takes seconds for one."""
_AS_PLAIN_GIT: Final = {10_000: 12.0, 100_000: 80.0}


@dataclass
class _Sample:
    """What acts took in one register.

    Attributes:
        before: The entry on which they were done.
        waiting: Cases that wait for their first draft, which is the act that is measured.
    """

    office: Staffed
    before: str
    waiting: Iterator[str]
    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)


def run(place: Path, registers: Mapping[int, Path], waiting: Mapping[int, Sequence[str]]) -> Iterator[Row]:
    """Yield the rows; whatever is compared takes turns, so that other load on the machine hits both.

    Args:
        registers: The folder of each, by its number of cases.
        waiting: The references of its cases that are open.
    """
    with ExitStack() as stack:
        samples = {
            size: _sample(stack.enter_context(open_staffed(folder)), waiting[size])
            for size, folder in registers.items()
        }
        for _ in range(_BESIDE_THE_FLOOR):
            for size, sample in samples.items():
                _take_turns(sample, place / f"floor-{size}")
        yield from _beside_the_floor(samples)
        for size, sample in samples.items():
            yield _beside_git(place / f"tree-{size}", sample, size)


def _sample(office: Staffed, waiting: Sequence[str]) -> _Sample:
    spread = (waiting[number * len(waiting) // 100] for number in range(100))
    return _Sample(office, office.register.tip().id, spread)


def _take_turns(sample: _Sample, floor: Path) -> None:
    register = sample.office.register
    before = register.tip().id
    sample.ours.append(timed(take_next, sample.office, next(sample.waiting))[0])
    objects = new_objects(sample.office.home.register, register.tip().id, before)
    key = Ed25519PrivateKey.generate()
    sample.bare.append(timed(write_act, floor, objects, key)[0])


def _beside_the_floor(samples: Mapping[int, _Sample]) -> Iterator[Row]:
    ours = {size: typical(sample.ours) for size, sample in samples.items()}
    for size, sample in samples.items():
        bare = typical(sample.bare)
        what = f"act, {size:,} cases: rate ÷ rate of the bare floor"
        yield at_least(0.5, bare / ours[size], what, ms(ours[size]), ms(bare))
    small, large = min(samples), max(samples)
    what = f"act, {large:,} cases: time ÷ time at {small:,} cases"
    yield at_most(1.3, ours[large] / ours[small], what, ms(ours[large]), ms(ours[small]))


def _beside_git(folder: Path, sample: _Sample, size: int) -> Row:
    key = sample.office.home.officers / WRITER
    tree = WorkTree(folder, sample.office.home.register, sample.before, key)
    ours, gits = [], []
    for _ in range(next(number for up_to, number in _COMMITS if size <= up_to)):
        reference = next(sample.waiting)
        ours.append(timed(take_next, sample.office, reference)[0])
        gits.append(timed(tree.commit, _files(sample.office, reference))[0])
    mine, git = typical(ours), typical(gits)
    what = f"act, {size:,} cases: rate ÷ rate of durable git commit -S"
    goal = _AS_PLAIN_GIT.get(size)
    if goal is None:
        return Row(what=what, ours=ms(mine), beside=ms(git), ratio=git / mine)
    return at_least(goal, git / mine, what, ms(mine), ms(git))


def _files(office: Staffed, reference: str) -> dict[str, bytes]:
    """Return the files that the newest act of a case wrote, as they stand in the work tree."""
    dossier = office.register.dossier(reference)
    said = dossier.statements[-1]
    written = (ASSESSMENT, DOCUMENT, said.path, said.signature_path)
    return {f"{dossier.chain.folder}/{path}": dossier.read(path) for path in written}

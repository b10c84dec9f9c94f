"""The audit: beside reading, hashing and verifying the same objects, and beside git's own verification."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import TYPE_CHECKING, Any, Final

from figures import Row, at_least, at_most, ms, spent, timed
from floors import Signature, every_object, read_and_verify
from offices import open_staffed

from flows.register.audit import Verdict, audit
from flows.register.entry import without_signature
from flows.register.roster import allowed_signers
from flows.register.sharing import WORTH_A_PROCESS, processors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from offices import Staffed

    from flows.register.audit import Report
    from flows.register.line import Recorded
    from flows.register.register import Register

ACTS: Final = 5
"""Of each case."""
_SAMPLE: Final = 60
_TURNS: Final = 2


def run(folder: Path) -> Iterator[Row]:
    """Yield the rows for the register in ``folder``; of two turns each the quicker counts."""
    with open_staffed(folder) as office:
        entries = office.register.since(0)
        signed = list(_signed(office.register, entries))
        ids = every_object(office.home.register)
        ours, floor = [], []
        for _ in range(_TURNS):
            floor.append(spent(read_and_verify, office.home.register, ids, signed)[0])
            ours.append(spent(_audit, office.home.register)[0])
        processes = processors()
        if min(processes, len(entries) // WORTH_A_PROCESS) > 1:
            alone, together = (timed(_audit, office.home.register, each)[0] for each in (1, processes))
            what = f"audit of {len(entries):,} acts on {processes} processors: time ÷ on one"
            yield at_most(1.3 / processes, together / alone, what, ms(together), ms(alone))
        what = f"audit of {len(entries):,} acts: CPU time ÷ that of the floor"
        yield at_most(2, min(ours) / min(floor), what, ms(min(ours)), ms(min(floor)))
        gits = _verify_commit(office, entries, folder)
        what = "audit: CPU time of git verify-commit (sampled) ÷ ours"
        yield at_least(50, gits / min(ours), what, ms(min(ours)), ms(gits))


def run_growing(folders: Mapping[int, Path]) -> Iterator[Row]:
    """Yield what an act costs as a register grows, and how much memory the audit takes, beside the smallest.

    Args:
        folders: Homes by how many cases their registers have, the smallest first.
    """
    (_, smallest), *larger = [(size, _apart(folder)) for size, folder in folders.items()]
    for size, took in larger:
        what = f"audit of {took['entries']:,} acts of {size:,} cases"
        each, beside = (told["seconds"] / told["entries"] for told in (took, smallest))
        yield at_most(
            1.3, each / beside, f"{what}: CPU time of an act ÷ at the smallest", ms(each), ms(beside)
        )
        yield at_most(
            2,
            took["peak"] / smallest["peak"],
            f"{what}: memory ÷ at the smallest",
            f"{took['peak'] >> 10} MiB",
            f"{smallest['peak'] >> 10} MiB",
        )


def _apart(folder: Path) -> dict[str, Any]:
    """Return what an audit in a process of its own says of itself."""
    done = subprocess.run([sys.executable, __file__, folder], check=True, capture_output=True, text=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _audit(repository: Path, processes: int = 1) -> Report:
    report = audit(repository, check_brought=lambda _: Verdict(passes=True, sentence=""), processes=processes)
    assert report.passes, report.findings
    return report


def _signed(register: Register, entries: Iterable[Recorded]) -> Iterator[Signature]:
    """Yield both signatures of every act."""
    dossiers = cache(register.dossier)
    for recorded in entries:
        payload, armoured = without_signature(register.raw(recorded.id))
        assert armoured is not None
        yield Signature.of(armoured.encode(), payload)
        dossier, path = dossiers(recorded.entry.case), f"acts/{recorded.entry.act}.json"
        yield Signature.of(dossier.read(f"{path}.sig"), dossier.read(path))


def _verify_commit(office: Staffed, entries: Sequence[Recorded], folder: Path) -> float:
    """Return how long git would take to verify every entry, one after another."""
    signers = folder / "signers"
    signers.write_text(allowed_signers(office.register.policies()))
    known = f"gpg.ssh.allowedSignersFile={signers}"
    command = ["git", "-C", str(office.home.register), "-c", known, "verify-commit"]
    some = [recorded.id for recorded in entries[:: len(entries) // _SAMPLE]]
    return spent(_start, [*command, *some])[0] / len(some) * len(entries)


def _start(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    seconds, audited = spent(_audit, Path(sys.argv[1]) / "register.git")
    peak = getrusage(RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": seconds, "entries": audited.entries, "peak": peak}))  # noqa: T201 - to the caller

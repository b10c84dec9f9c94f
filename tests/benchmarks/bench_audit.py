"""The audit: beside reading, hashing and verifying the same objects, and beside git's own verification."""

from __future__ import annotations

import subprocess
from functools import cache
from typing import TYPE_CHECKING, Final

from figures import Row, at_least, at_most, ms, spent
from floors import Signature, every_object, read_and_verify
from offices import open_staffed

from flows.register.audit import PaperVerdict, audit
from flows.register.entry import without_signature
from flows.register.roster import allowed_signers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from offices import Staffed

    from flows.register.audit import Report
    from flows.register.line import Recorded
    from flows.register.store import Register

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
        what = f"audit of {len(entries):,} acts: CPU time ÷ that of the floor"
        yield at_most(2.5, min(ours) / min(floor), what, ms(min(ours)), ms(min(floor)))
        gits = _verify_commit(office, entries, folder)
        what = "audit: CPU time of git verify-commit (sampled) ÷ ours"
        yield at_least(50, gits / min(ours), what, ms(min(ours)), ms(gits))


def _audit(repository: Path) -> Report:
    report = audit(repository, check_paper=lambda _: PaperVerdict(passes=True, sentence=""))
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

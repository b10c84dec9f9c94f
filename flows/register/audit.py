"""The audit: whether a register passes, from nothing but its objects.

For every entry, oldest first, ``examine`` checks that:

1. the commit is in the register's one form, in sequence, on the entry before, signed by the service;
2. its tree differs from the one before in one folder, the case's own;
3. its statement follows the chain of its case, is signed by a key its actor had under the policy in
   force before it, and lists every file of the folder;
4. the procedure allows the act: the same ``decide`` that judged it when it was appended;
5. what is published is the approved text.

Then the whole is compared with what came from outside. Findings are data. It fails closed: what cannot
be read is a finding, and there is no off-switch.
"""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.domain.english import listing
from flows.domain.errors import TamperedError
from flows.register.checkpoint import head_of
from flows.register.entry import LONGEST_DELAY
from flows.register.evidence import Evidence
from flows.register.examine import Examiner
from flows.register.graph import shown_elsewhere
from flows.register.merkle import Tree
from flows.register.outside import compare_with_outside
from flows.register.packs import Objects
from flows.register.reading import parse_commit
from flows.register.report import Brought, FoundError, PaperVerdict, Report
from flows.register.shape import shape, tip_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from flows.register.checkpoint import Checkpoint
    from flows.register.note import NoteKey
    from flows.register.report import Suspected

__all__ = ["Brought", "PaperVerdict", "Report", "audit"]

_AT_ONCE: Final = 64
"""Entries whose objects are read at once."""
_SKEW: Final = 5 * 60
"""Seconds by which clocks that are set by a server may differ."""


@dataclass(frozen=True, slots=True)
class _Head:
    """One entry: its id, and the SHA-256 of the raw commit."""

    id: str
    sha256: str


def audit(
    repository: Path,
    *,
    check_paper: Callable[[Brought], PaperVerdict],
    pin: str | None = None,
    checkpoint: str | None = None,
    witnesses: Collection[NoteKey] = (),
    remembered: Checkpoint | None = None,
    keys: Collection[str] | None = None,
    now: datetime | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Report:
    """Return what an audit of ``repository`` finds.

    Args:
        repository: Any bare repository, a mirror included; nothing is written there.
        check_paper: Looks into a text that an act brought or put forward, and compares a published paper with
            the one that was approved.
        pin: The fingerprint the register must have, from outside.
        checkpoint: A note the register must contain, from outside.
        witnesses: Whose cosignatures on the note are looked for.
        remembered: What an earlier audit validated, as ``Report.checkpoint`` had it.
        keys: The names of the case keys that are there, from outside; None where nobody looked.
        now: UTC; with it, an entry dated in the future is found.
        progress: Told how many entries of how many are done.

    Raises:
        RegisterError: there is no repository there.
    """
    report = Report()
    with closing(Objects(repository)) as objects:
        objects.list_loose()
        evidence = Evidence(objects)
        for found in shape(repository):
            report.take(found)
        try:
            line = _walk(evidence, tip_of(repository))
        except FoundError as error:
            report.take(error.finding)
            report.not_established.append("what the entries say, for they cannot be followed to the first")
            report.sort()
            return report
        for found in shown_elsewhere(repository, [head.id for head in line], evidence):
            report.take(found)
        examiner = _examine(evidence, line, report, check_paper, progress)
    tree = _tree_of(line)
    report.root = tree.root().hex()
    ahead = examiner.committed - now.timestamp() if now else 0
    if ahead > LONGEST_DELAY:
        report.add("E_CLOCK", f"entry {len(line)}", "The newest entry is dated in the future.")
    elif ahead > _SKEW:
        told = f"it is dated {ahead / 60:.0f} minutes ahead of this machine's clock; one of the two is wrong"
        report.remarks.append(f"entry {len(line)}: {told}.")
    _compare_keys(report, examiner.erased, keys)
    _compare_pin(report, pin)
    compare_with_outside(
        report,
        tree,
        examiner.authority.service_keys,
        note=checkpoint,
        witnesses=witnesses,
        remembered=remembered,
    )
    report.sort()
    return report


def head_of_line(repository: Path) -> Checkpoint | None:
    """Return what a checkpoint of all entries of a repository would say; None where it has none.

    Raises:
        TamperedError: they cannot be followed to the first.
    """
    tip = tip_of(repository)
    if tip is None:
        return None
    with closing(Objects(repository)) as objects:
        evidence = Evidence(objects)
        try:
            line = _walk(evidence, tip)
            entry, _, _ = parse_commit(evidence.read(tip, "commit", "the newest entry"), "the newest entry")
        except FoundError as error:
            found = error.finding
            raise TamperedError(
                f"{repository} fails its audit at {found.place} with {found.code}."
            ) from error
    return head_of(_tree_of(line), entry.register, line[-1].sha256)


def _tree_of(line: Sequence[_Head]) -> Tree:
    tree = Tree()
    tree.extend(bytes.fromhex(head.sha256) for head in line)
    return tree


def _walk(evidence: Evidence, tip: str | None) -> list[_Head]:
    """Return all entries, oldest first."""
    if tip is None:
        raise FoundError("E_REF", "refs/heads/main", "The branch main does not name an entry.")
    line: list[_Head] = []
    id_: str | None = tip
    while id_:
        raw = evidence.read(id_, "commit", f"commit {id_}")
        line.append(_Head(id_, hashlib.sha256(raw).hexdigest()))
        headers = raw.partition(b"\n\n")[0].split(b"\n")
        parents = [header[7:] for header in headers if header.startswith(b"parent ")]
        if len(parents) > 1:
            raise FoundError(
                "E_PARENTS", f"commit {id_}", "An entry has two parents; the register is one line."
            )
        id_ = parents[0].decode("ascii", "replace") if parents else None
    return line[::-1]


def _examine(
    evidence: Evidence,
    line: Sequence[_Head],
    report: Report,
    check_paper: Callable[[Brought], PaperVerdict],
    progress: Callable[[int, int], None],
) -> Examiner:
    """Examine every entry, and report what is found."""
    examiner = Examiner(evidence, check_paper)
    for done, head in enumerate(line):
        progress(done, len(line))
        if done % _AT_ONCE == 0:
            examiner.look_ahead([each.id for each in line[done : done + _AT_ONCE]])
        try:
            examiner.examine(head.id)
        except FoundError as found:
            report.take(found.finding)
    authority = examiner.authority
    report.entries, report.cases, report.head = len(line), examiner.cases, line[-1].sha256
    report.overrides, report.accepted = tuple(examiner.overrides), authority.accepted
    report.attested = tuple(examiner.attested)
    report.erased = tuple(reference for reference, _ in examiner.erased.values())
    if authority.policy:
        report.register, report.authority = authority.policy.register, authority.policy.authority
    report.administrators, report.suspects = tuple(authority.administrators), tuple(authority.suspected())
    report.fingerprint = authority.fingerprint
    report.remarks += [*examiner.remarks, *authority.remarks, *map(_in_words, report.suspects)]
    report.unexamined, report.papers = examiner.unexamined, tuple(examiner.papers)
    report.not_established += [*examiner.not_established, *filter(None, [examiner.unseen()])]
    return examiner


def _in_words(suspected: Suspected) -> str:
    resting = listing(map(str, suspected.entries))
    what = f"on it rest the entries {resting}" if resting else "nothing rests on it"
    return (
        f"The key {suspected.key[:12]} of {suspected.person} counts as suspect since entry "
        f"{suspected.since}: {what}."
    )


def _compare_keys(
    report: Report, erased: Mapping[str, tuple[str, str]], keys: Collection[str] | None
) -> None:
    if erased and keys is None:
        report.not_established.append(
            "whether the keys of the cases that were erased are gone: nobody looked at the keys of a home"
        )
    for key, (reference, place) in erased.items():
        if key in (keys or ()):
            report.add("E_KEY_KEPT", place, f"{reference} was erased here, and its key is there.")


def _compare_pin(report: Report, pin: str | None) -> None:
    if pin is None:
        report.not_established.append(
            "that this is the authority's register: no fingerprint was given to compare (--pin)"
        )
    elif pin != report.fingerprint:
        report.add("E_PIN", "entry 1", "The register's fingerprint is not the one given.")

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
from typing import TYPE_CHECKING, Final

from flows.domain.english import listing
from flows.domain.errors import TamperedError
from flows.register.checkpoint import head_of
from flows.register.entry import LONGEST_DELAY
from flows.register.evidence import Evidence
from flows.register.graph import shown_elsewhere
from flows.register.merkle import Tree
from flows.register.openings import read_openings
from flows.register.outside import compare_with_outside
from flows.register.packs import Objects, clear_left_behind
from flows.register.reading import parse_commit
from flows.register.report import KEPT, Brought, FoundError, Report, Verdict
from flows.register.resuming import forget
from flows.register.shape import shape, tip_of
from flows.register.sharing import Line, Task, Told, examine

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from flows.register.checkpoint import Checkpoint, Stated
    from flows.register.examine import Examiner
    from flows.register.note import NoteKey
    from flows.register.openings import Openings
    from flows.register.report import Suspected

__all__ = ["Brought", "Report", "Verdict", "audit"]

FOLLOWING: Final = "Following the line"
AUDITING: Final = "Auditing"
"""What an audit does first, and then, for those who are shown how far it is."""
_OFTEN: Final = 256
"""Entries that are followed until it is shown again how many there are."""
_SKEW: Final = 5 * 60
"""Seconds by which clocks that are set by a server may differ."""
_SHA256: Final = 32
"""Bytes of a digest."""


def audit(
    repository: Path,
    *,
    check_brought: Callable[[Brought], Verdict],
    pin: str | None = None,
    checkpoint: str | None = None,
    witnesses: Collection[NoteKey] = (),
    remembered: Checkpoint | None = None,
    stated: Stated | None = None,
    looked_into: Checkpoint | None = None,
    keys: Callable[[], Collection[str]] | None = None,
    openings: Path | None = None,
    now: datetime | None = None,
    processes: int = 1,
    keep_at: Path | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    following: Callable[[int, int], None] = lambda _done, _all: None,
) -> Report:
    """Return what an audit of ``repository`` finds.

    Args:
        repository: Any bare repository, a mirror included; nothing is written there.
        check_brought: Looks into a text that an act brought or put forward, and compares a published paper
            with the one that was approved.
        pin: The fingerprint the register must have, from outside.
        checkpoint: A note the register must contain, from outside.
        witnesses: Whose cosignatures on the note are looked for.
        remembered: What an earlier audit validated, as ``Report.checkpoint`` had it.
        stated: What a paper states that somebody kept.
        looked_into: Up to where an earlier audit looked into what acts brought, and passed. If the register
            goes on from there, this is not done again; every entry is followed, verified and hashed
            all the same.
        keys: Looks, from outside, for the names of the case keys that are there: once the line was read, so
            that a key is gone if its case was erased before. None where nobody looks.
        openings: The log of the vault's openings, which a checkpoint says where it ended; None where nobody
            looked. One that is not there has no line.
        now: UTC; with it, an entry dated in the future is found.
        processes: By how many the entries may be examined at once, where they are many; see ``processors``.
        keep_at: Beside this file it is kept how far the audit came, so that one that was cut off goes on from
            there; see ``resuming``.
        progress: Told how many entries of how many are done.
        following: Told before that how many were followed back, of how many by what the newest says.

    Raises:
        RegisterError: there is no repository there.
    """
    report = Report()
    clear_left_behind()
    with closing(Objects(repository)) as objects:
        objects.list_loose()
        evidence = Evidence(objects)
        for found in shape(repository):
            report.take(found)
        try:
            line = _walk(evidence, tip_of(repository), following, shared=processes > 1)
        except FoundError as error:
            report.take(error.finding)
            report.not_established.append("what the entries say, for they cannot be followed to the first")
            report.sort()
            return report
        for found in shown_elsewhere(repository, line.ids, evidence):
            report.take(found)
        tree, head = _tree_of(line), line.digests[-_SHA256:]
        line.digests.clear()  # the tree has a hash of each
        before = looked_into.sequence if looked_into and looked_into.is_of(tree) else 0
        task = Task(
            repository=repository,
            line=line,
            tree=tree,
            check_brought=check_brought,
            looked_into=before,
            keep_at=keep_at,
        )
        examiner, seen = examine(task, evidence, processes, progress)
    _tell(report, examiner, seen)
    report.entries, report.head = len(line), head.hex()
    if before:
        report.not_established.append(
            f"whether the texts, submissions and papers up to entry {before} are right: an earlier "
            "audit looked into them, and this one did not"
        )
    report.root = tree.root().hex()
    ahead = examiner.committed - now.timestamp() if now else 0
    if ahead > LONGEST_DELAY:
        report.add("E_CLOCK", f"entry {len(line)}", "The newest entry is dated in the future.")
    elif ahead > _SKEW:
        told = f"it is dated {ahead / 60:.0f} minutes ahead of this machine's clock; one of the two is wrong"
        report.remarks.append(f"entry {len(line)}: {told}.")
    _compare_keys(report, {key: rest for key, *rest in examiner.erased}, keys() if keys else None)
    _compare_pin(report, pin)
    compare_with_outside(
        report,
        tree,
        examiner.authority.service_keys,
        note=checkpoint,
        witnesses=witnesses,
        remembered=remembered,
        stated=stated,
        openings=_read_openings(report, openings),
    )
    report.sort()
    if keep_at:
        forget(keep_at)
    return report


def head_of_line(
    repository: Path, following: Callable[[int, int], None] = lambda _done, _all: None
) -> Checkpoint | None:
    """Return what a checkpoint of all entries of a repository would say; None where it has none.

    Args:
        following: As of ``audit``.

    Raises:
        TamperedError: they cannot be followed to the first.
    """
    tip = tip_of(repository)
    if tip is None:
        return None
    with closing(Objects(repository)) as objects:
        evidence = Evidence(objects)
        try:
            line = _walk(evidence, tip, following)
            entry, _, _ = parse_commit(evidence.read(tip, "commit", "the newest entry"), "the newest entry")
        except FoundError as error:
            found = error.finding
            raise TamperedError(
                f"{repository} fails its audit at {found.place} with {found.code}."
            ) from error
    return head_of(_tree_of(line), entry.register, line.digests[-_SHA256:].hex())


def _tree_of(line: Line) -> Tree:
    tree = Tree()
    tree.extend(bytes(line.digests[at : at + _SHA256]) for at in range(0, len(line.digests), _SHA256))
    return tree


def _walk(
    evidence: Evidence, tip: str | None, following: Callable[[int, int], None], *, shared: bool = False
) -> Line:
    """Return all entries; with whose share each is, if they are to be shared out."""
    if tip is None:
        raise FoundError("E_REF", "refs/heads/main", "The branch main does not name an entry.")
    line, total = Line(), 0
    id_: str | None = tip
    while id_:
        raw = evidence.read(id_, "commit", f"commit {id_}")
        total = total or _said_by(raw)
        if not len(line) % _OFTEN:
            following(len(line), max(total, len(line)))
        line.put_before(id_, hashlib.sha256(raw).digest(), raw if shared else None)
        headers = raw.partition(b"\n\n")[0].split(b"\n")
        parents = [header[7:] for header in headers if header.startswith(b"parent ")]
        if len(parents) > 1:
            raise FoundError(
                "E_PARENTS", f"commit {id_}", "An entry has two parents; the register is one line."
            )
        id_ = parents[0].decode("ascii", "replace") if parents else None
    line.turn_round()
    following(len(line), len(line))
    return line


def _said_by(raw: bytes) -> int:
    """Return how many entries there are by what the newest says; nothing rests on it."""
    try:
        return parse_commit(raw, "")[0].sequence
    except FoundError:
        return 1


def _tell(report: Report, examiner: Examiner, told: Told) -> None:
    """Report what was found in the entries, and what an auditor should know of them."""
    for _, found in told.findings:
        report.take(found)
    for code, count in told.counts.items():
        report.counts[code] += max(count - KEPT, 0)
    authority = examiner.authority
    report.cases = examiner.met
    report.overrides, report.accepted = tuple(examiner.overrides), authority.accepted
    report.attested = tuple(examiner.attested)
    report.erased = tuple(reference for _, reference, _ in examiner.erased)
    if authority.policy:
        report.register, report.authority = authority.policy.register, authority.policy.authority
    report.administrators, report.suspects = tuple(authority.administrators), tuple(authority.suspected())
    report.fingerprint = authority.fingerprint
    report.remarks += [*examiner.remarks, *authority.remarks, *authority.resting.copies()]
    report.remarks += map(_in_words, report.suspects)
    report.unexamined, report.papers = examiner.unexamined, tuple(examiner.papers)
    report.not_established += [
        *(sentence for _, sentence in examiner.left),
        *filter(None, [examiner.unseen()]),
    ]


def _in_words(suspected: Suspected) -> str:
    resting = listing(map(str, suspected.entries))
    what = f"on it rest the entries {resting}" if resting else "nothing rests on it"
    return (
        f"The key {suspected.key[:12]} of {suspected.person} counts as suspect since entry "
        f"{suspected.since}: {what}."
    )


def _read_openings(report: Report, log: Path | None) -> Openings | None:
    if log is None:
        return None
    try:
        openings = read_openings(log)
    except OSError:
        report.add("E_OPENINGS", "opening 1", "The log of the vault's openings cannot be read.")
        return None
    report.vault = openings.end
    return openings


def _compare_keys(report: Report, erased: Mapping[str, Sequence[str]], keys: Collection[str] | None) -> None:
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

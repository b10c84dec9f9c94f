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
from flows.register.examine import Examiner
from flows.register.graph import shown_elsewhere
from flows.register.merkle import Tree
from flows.register.outside import compare_with_outside
from flows.register.packs import Objects
from flows.register.reading import parse_commit
from flows.register.report import Brought, FoundError, Report, Verdict
from flows.register.shape import shape, tip_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from flows.register.checkpoint import Checkpoint, Stated
    from flows.register.note import NoteKey
    from flows.register.report import Suspected

__all__ = ["Brought", "Report", "Verdict", "audit"]

_AT_ONCE: Final = 64
"""Entries whose objects are read at once."""
_SKEW: Final = 5 * 60
"""Seconds by which clocks that are set by a server may differ."""


_ID: Final = 20
_SHA256: Final = 32
"""Bytes of an object's id, and of a digest."""


class _Line:
    """All entries, oldest first: of each its id, and the SHA-256 of the raw commit."""

    def __init__(self, ids: bytes, digests: bytes) -> None:
        self._ids, self._digests = ids, digests

    def __len__(self) -> int:
        return len(self._ids) // _ID

    def ids(self, start: int = 0, stop: int | None = None) -> list[str]:
        """Return the ids of some entries; the first has the index 0."""
        stop = len(self) if stop is None else min(stop, len(self))
        return [self._ids[at * _ID : (at + 1) * _ID].hex() for at in range(start, stop)]

    def digests(self) -> Iterator[bytes]:
        """Yield the SHA-256 of each."""
        return (self._digests[at : at + _SHA256] for at in range(0, len(self._digests), _SHA256))

    @property
    def head(self) -> str:
        """SHA-256 of the newest."""
        return self._digests[-_SHA256:].hex()


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
    keys: Collection[str] | None = None,
    now: datetime | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
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
        for found in shown_elsewhere(repository, line.ids(), evidence):
            report.take(found)
        tree = _tree_of(line)
        before = looked_into.sequence if looked_into and looked_into.is_of(tree) else 0
        examiner = Examiner(evidence, check_brought, looked_into=before, tree=tree)
        _examine(examiner, line, report, progress)
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
    _compare_keys(report, examiner.erased, keys)
    _compare_pin(report, pin)
    compare_with_outside(
        report,
        tree,
        examiner.authority.service_keys,
        note=checkpoint,
        witnesses=witnesses,
        remembered=remembered,
        stated=stated,
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
    return head_of(_tree_of(line), entry.register, line.head)


def _tree_of(line: _Line) -> Tree:
    tree = Tree()
    tree.extend(line.digests())
    return tree


def _walk(evidence: Evidence, tip: str | None) -> _Line:
    """Return all entries."""
    if tip is None:
        raise FoundError("E_REF", "refs/heads/main", "The branch main does not name an entry.")
    ids, digests = bytearray(), bytearray()
    id_: str | None = tip
    while id_:
        raw = evidence.read(id_, "commit", f"commit {id_}")
        # From the newest on: what is turned round at the end is turned round here.
        ids += bytes.fromhex(id_)[::-1]
        digests += hashlib.sha256(raw).digest()[::-1]
        headers = raw.partition(b"\n\n")[0].split(b"\n")
        parents = [header[7:] for header in headers if header.startswith(b"parent ")]
        if len(parents) > 1:
            raise FoundError(
                "E_PARENTS", f"commit {id_}", "An entry has two parents; the register is one line."
            )
        id_ = parents[0].decode("ascii", "replace") if parents else None
    return _Line(bytes(ids[::-1]), bytes(digests[::-1]))


def _examine(examiner: Examiner, line: _Line, report: Report, progress: Callable[[int, int], None]) -> None:
    """Examine every entry, and report what is found."""
    for done in range(0, len(line), _AT_ONCE):
        ids = line.ids(done, done + _AT_ONCE)
        examiner.look_ahead(ids)
        for number, id_ in enumerate(ids, start=done):
            progress(number, len(line))
            try:
                examiner.examine(id_)
            except FoundError as found:
                report.take(found.finding)
    authority = examiner.authority
    report.entries, report.cases, report.head = len(line), examiner.cases, line.head
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

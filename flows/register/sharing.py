"""The examination of all entries, by one process or by several at once that share the cases out.

Each process follows the policy, on which all rests, and examines the entries of its own cases; of those
between it takes over where the line stands after them. What they tell is put in the order of the entries,
so that it is what one process would have told. Where that cannot be, as when a process ended early, nothing
that they told counts, and one examines everything.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from array import array
from collections import Counter
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from itertools import islice, pairwise, takewhile
from mmap import mmap
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

from flows.domain.reference import identity
from flows.register.evidence import Evidence
from flows.register.examine import Examiner
from flows.register.packs import Objects
from flows.register.reading import parse_commit
from flows.register.report import KEPT, FoundError
from flows.register.resuming import LISTS, Safe
from flows.register.statement import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from pathlib import Path

    from flows.domain.finding import Finding
    from flows.register.authority import Resting
    from flows.register.merkle import Tree
    from flows.register.report import Brought, Verdict

_ID: Final = 20
_AT_ONCE: Final = 64
"""Entries whose objects are read at once."""
_EVERYBODYS: Final = 255
"""The share of what each process examines."""
_SHARES: Final = 240
WORTH_A_PROCESS: Final = 1_000
"""Entries; some two seconds of work."""
_MOST: Final = 8
_UNTIL_COLLECTED: Final = 50_000
"""Objects more than before; of Python itself it is 700."""
_PAUSE: Final = 0.2
"""Seconds until progress is shown again while others go on."""
_SECONDS: Final = 30
"""Until a process that was told to stop is ended."""


class Line:
    """All entries, oldest first, in few bytes each; they are put in from the newest on.

    Attributes:
        digests: The SHA-256 of each raw commit.
    """

    def __init__(self) -> None:
        self._ids, self.digests = bytearray(), bytearray()
        self._shares, self._committed = bytearray(), array("Q")

    def __len__(self) -> int:
        return len(self._ids) // _ID

    def put_before(self, id_: str, digest: bytes, raw: bytes | None) -> None:
        """Put in the entry before those that are there.

        Args:
            raw: With it, whose share it is becomes known.
        """
        # What is turned round at the end is turned round here.
        self._ids += bytes.fromhex(id_)[::-1]
        self.digests += digest[::-1]
        if raw is not None:
            share, committed = _share_of(raw)
            self._shares.append(share)
            self._committed.append(committed)

    def turn_round(self) -> None:
        """Put the oldest first, once all are there."""
        for each in (self._ids, self.digests, self._shares, self._committed):
            each.reverse()

    def ids(self, start: int = 0, stop: int | None = None) -> list[str]:
        """Return the ids of some entries; the first has the index 0."""
        stop = len(self) if stop is None else min(stop, len(self))
        return [self.id(at) for at in range(start, stop)]

    def with_before(self, at: int) -> tuple[str | None, str]:
        """Return the id of the entry before one, None for the first, and its own."""
        if at == 0:
            return None, self.id(0)
        return self.id(at - 1), self.id(at)

    @property
    def newest(self) -> str:
        """Id of the newest entry."""
        return self.id(len(self) - 1)

    def is_everybodys(self, at: int) -> bool:
        """Tell whether each process examines an entry, by its index."""
        return self._shares[at] == _EVERYBODYS

    def id(self, at: int) -> str:
        """Return the id of an entry, by its index."""
        return self._ids[at * _ID : (at + 1) * _ID].hex()

    def of_share(self, share: int, processes: int) -> Iterator[int]:
        """Yield the indices of the entries that one of some processes examines."""
        if processes == 1:
            yield from range(len(self))
            return
        own = {_EVERYBODYS, *range(share, _SHARES, processes)}
        yield from (at for at, each in enumerate(self._shares) if each in own)

    def newest_time(self, start: int, stop: int) -> int:
        """Return the latest time at which some entries were written, by themselves; 0 where none says."""
        return max(self._committed[start:stop], default=0)


def _share_of(raw: bytes) -> tuple[int, int]:
    """Return whose share an entry is, and when it says that it was written."""
    try:
        entry, _, _ = parse_commit(raw, "")
    except FoundError:
        return 0, 0
    case = identity(entry.case)
    return _EVERYBODYS if case == POLICY else crc32(case.encode()) % _SHARES, entry.committed


@dataclass(kw_only=True)
class Told:
    """What one process tells of its share.

    Attributes:
        findings: With the number of the entry; of one kind the first hundred.
        counts: Of findings by code.
        entries: For each list of the examiner, of which entry each item in it is.
    """

    findings: list[tuple[int, Finding]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    entries: dict[str, array[int]] = field(default_factory=lambda: {each: array("Q") for each in LISTS})

    def take(self, at: int, found: Finding) -> None:
        """Take a finding on the entry with the index ``at``."""
        self.counts[found.code] += 1
        if self.counts[found.code] <= KEPT:
            self.findings.append((at, found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is examined, and by what.

    Attributes:
        check_brought, looked_into: As the audit takes them; the latter a number of entries.
        keep_at: Beside which file it is kept how far the audit came; None for nowhere.
    """

    repository: Path
    line: Line
    tree: Tree
    check_brought: Callable[[Brought], Verdict]
    looked_into: int
    keep_at: Path | None = None

    def safe(self, share: int, processes: int) -> Safe | None:
        """Return the safe points of one process; None where none are kept."""
        if self.keep_at is None:
            return None
        bound = f"{version('equipoise')} {self.looked_into} {share}/{processes}"
        return Safe(self.keep_at, bound, self.tree, share)

    def examiner(self, evidence: Evidence) -> Examiner:
        """Return an examiner at the start of the line."""
        return Examiner(evidence, self.check_brought, looked_into=self.looked_into, tree=self.tree)


def examine(
    task: Task, evidence: Evidence, processes: int, progress: Callable[[int, int], None]
) -> tuple[Examiner, Told]:
    """Examine every entry; return who did, and what was found, both as one process would have left them."""
    processes = min(processes, _MOST, len(task.line) // WORTH_A_PROCESS)
    with _seldom_collected():
        if processes > 1 and (done := _examine_together(task, evidence, processes, progress)):
            return done
        total = len(task.line)
        return _examine_share(task, evidence, 0, 1, lambda number: progress(number, total))


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Have Python look for objects that name each other less often: an audit makes few and keeps many.

    Where other threads run, which share the setting, it stays.
    """
    before = gc.get_threshold()
    alone = threading.active_count() == 1
    if alone:
        gc.set_threshold(_UNTIL_COLLECTED, *before[1:])
    try:
        yield
    finally:
        if alone:
            gc.set_threshold(*before)


def processors() -> int:
    """Return how many processors an audit may use: one where a process cannot be split in two safely."""
    if sys.platform != "linux" or len(os.listdir("/proc/self/task")) > 1:  # noqa: PTH208 - names alone
        return 1  # a thread may hold a lock that nobody would give back in a forked process
    return len(os.sched_getaffinity(0))


def _examine_share(
    task: Task, evidence: Evidence, share: int, processes: int, tell: Callable[[int], None]
) -> tuple[Examiner, Told]:
    line, safe = task.line, task.safe(share, processes)
    examiner, told, next_ = _begun(task, evidence, safe)
    done = sum(1 for _ in takewhile(lambda at: at < next_, line.of_share(share, processes)))
    own = islice(line.of_share(share, processes), done, None)
    while batch := [*islice(own, _AT_ONCE)]:
        if safe and next_ and not told.counts:
            safe.keep(examiner, next_, told.entries)
        pairs = [line.with_before(at) for at in batch]
        examiner.look_ahead(pairs)
        for at, (before, id_) in zip(batch, pairs, strict=True):
            tell(done)
            if before and next_ < at:
                examiner.pass_over(before, at, line.newest_time(next_, at))
            _examine_one(examiner, id_, at, told, tells=not share or not line.is_everybodys(at))
            next_, done = at + 1, done + 1
    if next_ < len(line):
        examiner.pass_over(line.newest, len(line), line.newest_time(next_, len(line)))
    return examiner, told


def _begun(task: Task, evidence: Evidence, safe: Safe | None) -> tuple[Examiner, Told, int]:
    """Return an examiner where it is to begin, with what is told so far; at the start, or at a safe point."""
    examiner = task.examiner(evidence)
    resumed = safe.resume(examiner, task.line.id) if safe else None
    if resumed is None:
        return task.examiner(evidence), Told(), 0
    examiner.pass_over(task.line.id(resumed.at - 1), resumed.at, resumed.committed)
    return examiner, Told(entries=resumed.entries), resumed.at


def _examine_one(examiner: Examiner, id_: str, at: int, told: Told, *, tells: bool) -> None:
    """Examine one entry, and keep what is to be told of it if this process tells."""
    lists: list[list[Any]] = [getattr(examiner, name) for name in LISTS]
    before = [*map(len, lists)]
    try:
        examiner.examine(id_)
    except FoundError as error:
        if tells:
            told.take(at, error.finding)
    if before == [*map(len, lists)]:
        return  # of most entries nothing is to be told
    for name, each, known in zip(LISTS, lists, before, strict=True):
        if tells:
            told.entries[name].extend([at] * (len(each) - known))
        else:
            del each[known:]


# Several at once ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    """What a process sends back: what it tells, and what has to be compared with that of others."""

    told: Told
    lists: dict[str, list[Any]]
    cases: int
    unexamined: Counter[str]
    rules: dict[int, tuple[int, int]]
    sealed: Sequence[tuple[str, str]]
    resting: Resting


class _StoppedError(Exception):
    """The others have stopped, or are no more."""


def _examine_together(
    task: Task, evidence: Evidence, processes: int, progress: Callable[[int, int], None]
) -> tuple[Examiner, Told] | None:
    """Examine every entry by some processes; return None where one has to do it instead."""
    context, total = multiprocessing.get_context("fork"), len(task.line)
    # How many entries each has done; and first, whether all are to stop.
    board: memoryview[int] = memoryview(mmap(-1, 8 * (processes + 1))).cast("Q")
    readers: list[Connection] = []
    others: list[Any] = []

    def show(done: int) -> None:
        board[1] = done
        progress(min(sum(board[1:]), total - 1), total)

    try:
        for share in range(1, processes):
            reader, writer = context.Pipe(duplex=False)
            readers.append(reader)
            work = partial(_work, task, readers=readers, writer=writer, board=board, parent=os.getpid())
            others.append(context.Process(target=work, args=(share, processes), daemon=True))
            others[-1].start()
            writer.close()
        examiner, told = _examine_share(task, evidence, 0, processes, show)
        return _joined(examiner, told, [_received(reader, lambda: show(board[1])) for reader in readers])
    except (EOFError, OSError):
        return None
    finally:
        board[0] = 1
        for each in others:
            each.join(_SECONDS)
            each.kill()
        for reader in readers:
            reader.close()


def _received(reader: Connection, show: Callable[[], None]) -> _Share:
    while not reader.poll(_PAUSE):
        show()
    share: _Share = reader.recv()
    return share


def _work(
    task: Task,
    share: int,
    processes: int,
    *,
    board: memoryview[int],
    parent: int,
    readers: Sequence[Connection],
    writer: Connection,
) -> None:
    """Examine one share and send back what is to be told.

    Args:
        board, parent: Where a process looks whether it is to stop.
        readers: The other ends of pipes, which this process is not to hold open.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process is interrupted, and stops this one
    for each in readers:
        each.close()

    def tell(done: int) -> None:
        board[share + 1] = done
        if board[0] or (done % _AT_ONCE == 0 and os.getppid() != parent):
            raise _StoppedError

    # Whatever stops it: without its word one process examines everything, and meets the same.
    with suppress(Exception), closing(Objects(task.repository)) as objects:
        objects.list_loose()
        examiner, told = _examine_share(task, Evidence(objects), share, processes, tell)
        writer.send(
            _Share(
                told=told,
                lists={name: getattr(examiner, name) for name in LISTS},
                cases=examiner.met,
                unexamined=examiner.unexamined,
                rules=examiner.rules,
                sealed=examiner.cases.sealed(),
                resting=examiner.authority.resting,
            )
        )


def _joined(examiner: Examiner, told: Told, shares: Sequence[_Share]) -> tuple[Examiner, Told] | None:
    """Return the first process's examiner, and what it told, with what the others told put in.

    None where one act goes against another of a case that another process examined: only one that examines
    both knows which of the two is found.
    """
    sealed = (pair for share in shares for pair in share.sealed)
    if any(examiner.cases.sealed_first(recipient, case) != case for recipient, case in sealed):
        return None
    if not _rise([examiner.rules, *(each.rules for each in shares)]):
        return None
    every = [(told, {name: getattr(examiner, name) for name in LISTS})]
    every += [(share.told, share.lists) for share in shares]
    for name in LISTS:
        items = [pair for each, lists in every for pair in zip(each.entries[name], lists[name], strict=True)]
        getattr(examiner, name)[:] = [item for _, item in sorted(items, key=_entry)]
    examiner.keep_the_first()
    for share in shares:
        examiner.elsewhere += share.cases
        examiner.unexamined += share.unexamined
        examiner.authority.resting.join(share.resting)
    findings = sorted((pair for each, _ in every for pair in each.findings), key=_entry)
    return examiner, Told(findings=findings, counts=sum((each.counts for each, _ in every), Counter()))


def _entry(pair: tuple[int, Any]) -> int:
    return pair[0]


def _rise(every: Sequence[dict[int, tuple[int, int]]]) -> bool:
    """Tell whether no version of the rules was named after a newer one.

    Args:
        every: Of each process, the first and last entry that named a version.
    """
    spans: dict[int, tuple[int, int]] = {}
    for rules, (first, last) in (pair for each in every for pair in each.items()):
        known = spans.get(rules, (first, last))
        spans[rules] = min(first, known[0]), max(last, known[1])
    in_order = [span for _, span in sorted(spans.items())]
    return all(last < first for (_, last), (first, _) in pairwise(in_order))

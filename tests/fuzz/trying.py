"""Trying one parser on many inputs, in a process of its own, within bounds."""

from __future__ import annotations

import faulthandler
import hashlib
import mmap
import resource
import signal
import time
import zipfile
import zlib
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from forked import forked
from mutating import MOST, changed
from parsers import PARSERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import FrameType

    from parsers import Parser

CORPUS: Final = Path(__file__).parent / "corpus"
_SECONDS: Final = 20
"""For one input, by the clock of a machine that has other work."""
_MEMORY: Final = 1 << 30
"""Bytes that a parser may take beside what the process has."""
_NOT_OF_THE_GRAMMAR: Final = (
    ValueError,
    LookupError,
    TypeError,
    RecursionError,
    zlib.error,
    zipfile.BadZipFile,
)
"""What a good input that was kept is met with by a mutator that knows another form."""
_TOLD: Final = 5
"""Findings of one parser that are told, one of each kind."""


class TooSlowError(BaseException):
    """One input takes too long; no parser catches this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An input that a parser met with something else than an error of ours."""

    what: str
    data: bytes


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of one parser."""

    name: str
    inputs: int = 0
    read: int = 0
    refused: int = 0
    seconds: float = 0
    slowest: float = 0
    found: list[Found] = field(default_factory=list)

    @property
    def row(self) -> str:
        """As a row of a table in Markdown."""
        return (
            f"| {self.name} | {self.inputs} | {self.read} | {self.refused} | {self.seconds:.0f} "
            f"| {self.slowest:.2f} | {len(self.found)} |"
        )


def share_out(parsers: Mapping[str, Parser], inputs: int) -> dict[str, int]:
    """Return how many inputs each parser gets; slow ones fewer."""
    every = sum(each.share for each in parsers.values())
    counts = {name: max(1, int(inputs * each.share / every)) for name, each in parsers.items()}
    counts[max(parsers, key=lambda name: parsers[name].share)] += max(0, inputs - sum(counts.values()))
    return counts


def inputs_of(name: str, count: int, seed: str) -> Iterator[bytes]:
    """Yield inputs for a parser: first good ones and those kept, then spoilt ones."""
    parser = PARSERS[name]
    seeds = [each for each in parser.seeds() if len(each) <= MOST]
    known = [path.read_bytes() for path in sorted((CORPUS / _folder(name)).glob("*"))]
    yield from (seeds + known)[:count]
    every = seeds + known
    for number in range(count - len(every)):
        random = Random(f"{seed}/{name}/{number}")  # noqa: S311 - to be had again, not secret
        spoil = random.choice((changed, *parser.spoil))
        good = random.choice(every)
        try:
            yield spoil(good, random, every)[:MOST]
        except _NOT_OF_THE_GRAMMAR:
            yield changed(good, random, every)


def kept(name: str, data: bytes) -> Path:
    """Keep an input among those with which every run begins; return where."""
    path = CORPUS / _folder(name) / hashlib.sha256(data).hexdigest()[:12]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def _folder(name: str) -> str:
    return "".join(each if each.isalnum() else "-" for each in name)


def try_one(parser: Parser, data: bytes) -> bool:
    """Return whether an input is read; False where it is refused by an error of ours.

    Raises:
        Exception: whatever else the parser met it with.
    """
    try:
        parser.read(data)
    except parser.ours as error:
        # A subclass of ValueError that says nothing of ours is one that a library let out.
        if (
            isinstance(error, UnicodeError)
            and UnicodeError not in parser.ours
            and ValueError not in parser.ours
        ):
            raise
        return False
    return True


def try_parser(name: str, count: int, seed: str = "1") -> Outcome:
    """Try a parser on that many inputs; what ends the process is found, too."""
    PARSERS[name].seeds()  # what several are given is made once, and not by a child for itself
    shared = mmap.mmap(-1, MOST * 8 + 8)
    if outcome := forked(lambda: _bounded(name, count, seed, shared)):
        return outcome
    size = int.from_bytes(shared[:8], "big")
    ended = Found(what="the process ended", data=shared[8 : 8 + size])
    return Outcome(name=name, inputs=count, found=[ended])


def _bounded(name: str, count: int, seed: str, shared: mmap.mmap) -> Outcome:
    inputs = inputs_of(name, count, seed)
    first = next(inputs)
    taken = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + _MEMORY,) * 2)
    signal.signal(signal.SIGALRM, _too_slow)
    return _tried(name, chain([first], inputs), shared)


def _tried(name: str, inputs: Iterator[bytes], shared: mmap.mmap) -> Outcome:
    outcome, kinds = Outcome(name=name), set[str]()
    parser, began = PARSERS[name], time.monotonic()
    for data in inputs:
        outcome.inputs += 1
        shared[: 8 + len(data)] = len(data).to_bytes(8, "big") + data
        start = time.monotonic()
        signal.setitimer(signal.ITIMER_REAL, _SECONDS)
        faulthandler.dump_traceback_later(3 * _SECONDS, exit=True)  # where C code hangs
        try:
            if try_one(parser, data):
                outcome.read += 1
            else:
                outcome.refused += 1
        except (Exception, TooSlowError) as error:  # noqa: BLE001 - that is what is looked for
            kind = f"{type(error).__name__} at {_place(error)}"
            if kind not in kinds and len(kinds) < _TOLD:
                kinds.add(kind)
                outcome.found.append(Found(what=f"{kind}: {error}"[:300], data=data))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        outcome.slowest = max(outcome.slowest, time.monotonic() - start)
    faulthandler.cancel_dump_traceback_later()
    outcome.seconds = time.monotonic() - began
    return outcome


def _place(error: BaseException) -> str:
    trace, place = error.__traceback__, "?"
    while trace:
        if "/flows/" in trace.tb_frame.f_code.co_filename:
            place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlowError(f"more than {_SECONDS} seconds")

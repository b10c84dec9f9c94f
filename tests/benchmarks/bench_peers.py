"""The paper beside its peers: WeasyPrint, Typst, fpdf2 and ReportLab used plainly, for the same content.

Each engine has a process of its own, loads its fonts once where it can, and is warm before it is measured.
They take turns, each round the other way round, and no two turns have the same paper. Time is processor
time, of all threads; a ratio is the median of those of each round, which other load falls on alike.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import page
from engine_process import EngineProcess
from figures import Row, at_least, at_most, ms, typical
from sample_content import TITLE, another, for_peers, of_pages, page_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from engine_process import Turn

    from flows.document.blocks import Block

_PROFILES: Final = ("ua1", "2a")
_WARM: Final = 3
"""How many papers an engine renders before it is measured."""
_FLAT: Final = 1.05
"""The most that memory may have grown by, from a tenth of the papers to all of them."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """What renders papers, in the module ``engine_…``.

    Attributes:
        module: Its name there.
        name: Its name in the table, with what it writes.
        share: Of the papers of the long run, which part it renders; the slow ones do not render all.
        goal: How many times longer than ours it is to take, at least.
    """

    module: str
    name: str
    share: float = 1
    goal: float | None = None


_OURS: Final = Engine(module="ours", name="ours")
_PLAIN: Final = Engine(module="plain", name="untagged ReportLab")
_PEERS: Final = (
    Engine(module="weasyprint", name=f"WeasyPrint {version('weasyprint')} pdf/ua-1", share=0.3, goal=3),
    Engine(module="typst", name=f"Typst {version('typst')} ua-1 and a-2a", goal=1),
    Engine(module="fpdf2", name=f"fpdf2 {version('fpdf2')} untagged", share=0.3),
)
_OTHERS: Final = (_PLAIN, *_PEERS)
_ENGINES: Final = (_OURS, *_OTHERS)


@dataclass
class Record:
    """What an engine's turns came to, in their order.

    Attributes:
        pdf: The first paper.
        resident: The process's memory after each paper, bytes.
        peak: The most memory it ever had, bytes.
    """

    pdf: bytes = b""
    seconds: list[float] = field(default_factory=list)
    resident: list[int] = field(default_factory=list)
    peak: int = 0

    def take(self, turn: Turn) -> None:
        self.pdf = self.pdf or turn.pdf
        self.seconds.append(turn.seconds)
        self.resident.append(turn.resident)
        self.peak = turn.peak


def run(*, small: bool) -> Iterator[Row]:
    """Yield rows for papers of two pages, among them a thousand in one process, and for ten pages."""
    papers = 20 if small else 1_000
    two = _take_turns(of_pages(2), {engine: int(papers * engine.share) for engine in _ENGINES})
    yield from _rows(2, two)
    yield _flat(two[_OURS], papers)
    yield from (_long_run(two, engine, papers) for engine in _OTHERS)
    ten = _take_turns(of_pages(10), dict.fromkeys(_ENGINES, 3 if small else 20))
    yield from _rows(10, ten)


def _take_turns(blocks: Sequence[Block], papers: Mapping[Engine, int]) -> dict[Engine, Record]:
    """Return what each engine took for so many papers, one of each engine after the other."""
    records = {engine: Record() for engine in papers}
    with ExitStack() as stack:
        processes = {engine: stack.enter_context(EngineProcess(engine.module)) for engine in papers}
        for number in range(-_WARM, max(papers.values())):
            retold = another(blocks, number % 10_000)
            parts = for_peers(retold)
            for engine, process in [*processes.items()][:: 1 if number % 2 else -1]:
                if number < papers[engine]:
                    turn = process.render(retold if engine is _OURS else parts, TITLE)
                    if number >= 0:
                        records[engine].take(turn)
    return records


# Rows ----------------------------------------------------------------------------------------------


def _rows(pages: int, records: Mapping[Engine, Record]) -> Iterator[Row]:
    # Only the turns that all took, so that load on the machine falls on all.
    common = min(len(record.seconds) for record in records.values())
    seconds = {engine: record.seconds[:common] for engine, record in records.items()}
    yield from (_time(pages, seconds, engine) for engine in _OTHERS)
    yield from (_files(pages, records[_OURS], records[engine], engine) for engine in _OTHERS)


def _time(pages: int, seconds: Mapping[Engine, Sequence[float]], engine: Engine) -> Row:
    ours, plain, took = (typical(seconds[each]) for each in (_OURS, _PLAIN, engine))
    ratio = typical(b / a for a, b in zip(seconds[_OURS], seconds[engine], strict=True))
    what = f"PDF of {pages} pages, CPU time"
    if engine is _PLAIN:
        return at_most(1.5, 1 / ratio, f"{what}: ours ÷ {engine.name}", ms(ours), ms(plain))
    what += f": {engine.name} ÷ ours"
    beside = f"{ms(took)} = {took / plain:.1f} times {_PLAIN.name}"
    if engine.goal is None:
        return Row(what=what, ours=ms(ours), beside=beside, ratio=ratio)
    return at_least(engine.goal, ratio, what, ms(ours), beside)


def _files(pages: int, ours: Record, peer: Record, engine: Engine) -> Row:
    return Row(
        what=f"PDF of {pages} pages, pages, file, peak memory, profiles: beside {engine.name}",
        ours=_file(ours),
        beside=_file(peer),
    )


def _file(record: Record) -> str:
    size = f"{page_count(record.pdf)} p., {len(record.pdf) / 1000:.0f} KB, {record.peak / 1e6:.0f} MB"
    return ", ".join([size, *(_profile(record.pdf, profile) for profile in _PROFILES)])


def _profile(pdf: bytes, profile: str) -> str:
    rules = {failure.rule_id for failure in page.validate_pdf_bytes(pdf, profile=profile).failures}
    return f"{profile} breaks {len(rules)}" if rules else f"{profile} passed"


def _flat(ours: Record, papers: int) -> Row:
    first, last = (ours.resident[count - 1] for count in (papers // 10, papers))
    what = f"{papers:,} papers of 2 pages in one process: memory after all ÷ after {papers // 10}"
    return at_most(_FLAT, last / first, what, f"{last / 1e6:.1f} MB", f"{first / 1e6:.1f} MB")


def _long_run(records: Mapping[Engine, Record], engine: Engine, papers: int) -> Row:
    ours, peer = records[_OURS], records[engine]
    shown = [papers // 10, papers * 3 // 10, papers]
    counts = ", ".join(f"{count:,}" for count in shown)
    return Row(
        what=f"{papers:,} papers of 2 pages in one process, memory after {counts}: {engine.name} ÷ ours",
        ours=_long(ours, shown),
        beside=_long(peer, shown),
        ratio=_whole(peer, papers) / _whole(ours, papers),
    )


def _long(record: Record, shown: Sequence[int]) -> str:
    taken, papers = len(record.seconds), shown[-1]
    took = f"{_whole(record, papers):.1f} s"
    took += "" if taken == papers else f" scaled up from {taken} papers"
    memory = ", ".join(f"{record.resident[count - 1] / 1e6:.0f}" for count in shown if count <= taken)
    return f"{took}; {memory} MB"


def _whole(record: Record, papers: int) -> float:
    """Return the seconds for all ``papers``, scaled up if it did not render all."""
    return sum(record.seconds) * papers / len(record.seconds)

"""The checks: an assessment of twenty parts linted, beside reading the same file, and memory over many."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from resource import RUSAGE_SELF, getrusage
from typing import TYPE_CHECKING, Final

from figures import Row, at_most, ms, spent, typical

from flows.casework import texts
from flows.domain.assessment import Assessment, Request
from flows.domain.checks.ruleset import RULES, check
from flows.domain.clock import Clock
from flows.domain.events import Events
from flows.files import folder
from flows.sources.bank_holidays import calendar
from flows.sources.parse import parse_assessment, parse_request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flows.domain.checks.rule import Draft

_PARTS: Final = 20
_TURNS: Final = 5
_MANY: Final = 500
_TODAY: Final = date(2026, 11, 2)


def run() -> Iterator[Row]:
    """Yield the rows."""
    samples = sorted((folder("cases")).glob("*/assessment.yaml"))
    reading = typical(spent(_read_all, samples)[0] for _ in range(_TURNS))
    request, assessments = _read_all(samples)
    parts = [part for assessment in assessments for part in assessment.parts]
    of_samples, long = (
        _draft(request, Assessment(reference=request.reference, parts=tuple(some)))
        for some in (parts, (parts * _PARTS)[:_PARTS])
    )

    short = typical(spent(check, _afresh(of_samples))[0] for _ in range(_TURNS))
    what = f"{len(RULES)} rules over the {len(parts)} parts of the samples, beside reading their files"
    yield Row(what=what, ours=ms(short), beside=ms(reading), ratio=short / reading)
    linted = typical(spent(check, _afresh(long))[0] for _ in range(_TURNS))
    per_part = (linted / _PARTS) / (short / len(parts))
    what = f"an assessment of {_PARTS} parts linted; a part of it beside a part of the samples"
    yield at_most(1.5, per_part, what, ms(linted), ms(short / len(parts)))
    yield _memory(of_samples)


def _memory(draft: Draft) -> Row:
    early, late = (_peak_after(draft, lints) for lints in (_MANY // 10, _MANY))
    what = f"peak memory after {_MANY + _MANY // 10} lints beside that after {_MANY // 10}"
    return at_most(1.05, late / early, what, f"{late / 1024:.1f} MiB", f"{early / 1024:.1f} MiB")


def _peak_after(draft: Draft, lints: int) -> int:
    """Return the most memory this process ever had, in KiB, after so many lints more."""
    for _ in range(lints):
        check(_afresh(draft))
    return getrusage(RUSAGE_SELF).ru_maxrss


def _afresh(draft: Draft) -> Draft:
    """Return the draft without what it has read of itself before."""
    return replace(draft)


def _read_all(samples: list[Path]) -> tuple[Request, list[Assessment]]:
    arrived = parse_request(samples[0].with_name("request.yaml").read_bytes(), rules=texts.RULES)
    assessments = [parse_assessment(path.read_bytes(), rules=texts.RULES) for path in samples]
    return arrived.request(assessments[0].reference), assessments


def _draft(request: Request, assessment: Assessment) -> Draft:
    due = Clock(calendar(), (), _TODAY).answer(Events(received=request.received), request.regime).due
    return texts.draft(request, assessment, today=_TODAY, due=due, named=())

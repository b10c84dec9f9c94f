"""What is asked of a large register: a case's history, the queue, and the catalogue made anew."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Final

from figures import Row, at_most, ms, spent, timed, took, typical
from offices import WRITER, open_staffed
from packed_register import take_next

from flows.casework import applicants, views
from flows.domain.procedure import Stage
from flows.sources.applicant import applicant
from flows.sources.lookup import kept_of, sought_by
from flows.sources.repeats import Asked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from offices import Staffed

_ACTS: Final = 5
_TURNS: Final = 5


def run_catalogue(folder: Path, cases: int) -> Iterator[Row]:
    """Yield the time to make the catalogue anew; it is there afterwards."""
    with open_staffed(folder) as office:
        yield took(f"catalogue of {cases:,} cases made anew", timed(office.register.catch_up)[0])


def run(folder: Path, cases: int, waiting: Sequence[str]) -> Iterator[Row]:
    """Yield the other rows.

    Args:
        waiting: The references of the cases that are open.
    """
    reference = waiting[len(waiting) // 2]
    with open_staffed(folder) as office:
        while office.register.dossier(reference).case.stage() is not Stage.PUBLICATION:
            take_next(office, reference)
        path = office.register.dossier(reference).chain.folder
    histories = [_history(folder, reference) for _ in range(_TURNS)]
    what = f"history of a case of {_ACTS} acts among {cases:,}"
    yield took(what, typical(histories), goal=0.050)
    command = ["git", "-C", str(folder / "register.git"), "log", "--format=%H", "main", "--", path]
    seconds, listed = timed(subprocess.run, command, check=True, capture_output=True)
    assert len(listed.stdout.split()) == _ACTS
    yield took("the same by git log -- FOLDER", seconds)
    with open_staffed(folder) as office:
        queue = [spent(views.queue, office.office, everything=False) for _ in range(_TURNS + 1)][1:]
        what = f"queue of {len(queue[0][1]):,} open among {cases:,}, by urgency: CPU time"
        yield took(what, typical(seconds for seconds, _ in queue), goal=0.050)
        yield _deadlines(office, cases)


def run_lookup(registers: Mapping[int, Path]) -> Iterator[Row]:
    """Yield how long a look for an applicant takes that finds nobody, beside one among fewer cases."""
    looks = {cases: _look(folder, cases) for cases, folder in registers.items()}
    for cases, (look, alone) in looks.items():
        yield took(f"a look for an applicant among {cases:,} cases that finds nobody", look, goal=1.0)
        yield took("the same, of the file of digests alone", alone)
    (few, (before, _)), (many, (after, _)) = [*looks.items()][-2:]
    what = f"a look among {many:,} cases beside one among {few:,}, for each case"
    yield at_most(2, after / many / (before / few), what, ms(after), ms(before))


def _look(folder: Path, cases: int) -> tuple[float, float]:
    with open_staffed(folder) as office:
        recipients = office.catalogue.recipients()
        office.home.case_keys.mkdir(exist_ok=True)
        for recipient in recipients:  # a key that is never opened
            (office.home.case_keys / f"{recipient}.age").touch()
        repeats = office.office.repeats
        repeats.remember(
            Asked(recipient, reference, reference, kept_of(applicant(f"A{number} Surname{number % 5_000}")))
            for number, (recipient, reference) in enumerate(recipients.items())
        )
        sought = sought_by("B1 Surname7")
        looks = [
            spent(applicants.cases_of, office.office, office.officers[WRITER], "B1 Surname7", "They rang.")
            for _ in range(_TURNS + 1)
        ][1:]
        assert len(recipients) == cases
        assert not any(found.cases or found.unread for _, found in looks)
        alone = typical(spent(repeats.asked_by, sought)[0] for _ in range(_TURNS))
        return typical(seconds for seconds, _ in looks), alone


def _deadlines(office: Staffed, cases: int) -> Row:
    """Return how long the due dates of every case take, beside the same cases without them."""
    told = [timed(views.queue, office.office, everything=True) for _ in range(_TURNS)]
    assert len(told[0][1]) == cases
    assert all(each.clock.due for each in told[0][1])
    ours = typical(seconds for seconds, _ in told)
    floor = typical(timed(_without_deadlines, office)[0] for _ in range(_TURNS))
    what = f"deadlines of {cases:,} cases"
    return at_most(3, ours / floor, what, ms(ours), f"{ms(floor)} listed without")


def _without_deadlines(office: Staffed) -> list[dict[str, str]]:
    return [
        {"reference": row.reference, "stage": row.stage, "received": row.received}
        for row in office.catalogue.cases()
    ]


def _history(folder: Path, reference: str) -> float:
    """Return how long a history takes that is the first thing asked of a register just opened."""
    with open_staffed(folder) as office:
        seconds, entries = timed(lambda: office.register.dossier(reference).entries)
    assert len(entries) == _ACTS
    return seconds

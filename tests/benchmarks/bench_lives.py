"""Cases with long lives: what people ask, and an act, as cases grow in number and a case in acts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from figures import Row, at_most, ms, spent, typical
from offices import open_staffed
from packed_register import build, references, take_next

from flows.casework import views

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ACTS: Final = 40
_FEW: Final = 10
_LONG: Final = 60
_TURNS: Final = 9


def run(place: Path, cases: int) -> Iterator[Row]:
    """Yield the rows: each beside the same with ten cases of as many acts."""
    few, many = (_asked(place / f"lives-{number}", number) for number in (_FEW, cases))
    for what, seconds in many.items():
        ratio = seconds / few[what]
        beside = f"{ms(few[what])} with {_FEW}"
        yield Row(
            what=f"{what}, {cases:,} cases of {ACTS} acts", ours=ms(seconds), beside=beside, ratio=ratio
        )
    yield _statement(place / f"lives-{_FEW}")


def _asked(folder: Path, cases: int) -> dict[str, float]:
    """Return what each costs, in processor time of this process and those it starts."""
    build(folder, cases, acts=ACTS, returning=True)
    reference = references(cases)[cases // 2]
    with open_staffed(folder) as office:
        office.register.catch_up()
        found: dict[str, list[float]] = {"queue": [], "show": [], "an act": []}
        for _ in range(_TURNS):
            found["queue"].append(spent(views.queue, office.office, everything=False)[0])
            found["show"].append(
                spent(lambda: views.show(office.office, office.register.dossier(reference)))[0]
            )
            found["an act"].append(spent(partial(take_next, office, reference, returning=True))[0])
    return {what: typical(seconds) for what, seconds in found.items()}


def _statement(folder: Path) -> Row:
    """Return how large the sixtieth statement of a case is beside its sixth of the same kind."""
    reference = references(_FEW)[0]
    with open_staffed(folder) as office:
        while (dossier := office.register.dossier(reference)).case.acts < _LONG:
            take_next(office, reference, returning=True)
        # Both return the version.
        sixth, last = (len(dossier.statements[number - 1].to_bytes()) for number in (6, _LONG))
    return at_most(
        1.1, last / sixth, f"statement {_LONG} of a case beside its sixth", f"{last} B", f"{sixth} B"
    )

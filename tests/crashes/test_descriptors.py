"""A shortage of descriptors: nothing is found by it that is not so, and all goes on once it has passed."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
from contextlib import closing
from itertools import product
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, an_officer
from forked import forked
from test_faults import ready

from flows.casework import acts
from flows.casework.acts import Wish
from flows.casework.auditing import audit_register
from flows.desk.web.offices import Offices
from flows.domain.acts import STEP_ASIDE
from flows.domain.errors import ShortageError
from flows.register.objects import LooseStore, object_id
from flows.register.repository import Repository
from flows.register.stop import stopped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flows.home import Home

PASSING = (ShortageError, OSError, sqlite3.Error)
"""What a shortage may be met with; whoever asked is told, and tries again."""


def shortages(most: int) -> Iterator[int]:
    """Let this process have no more descriptors than it has, then one more, and so on; then all again."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.open(os.devnull, os.O_RDONLY)
    os.close(free)
    try:
        for more in range(most):
            resource.setrlimit(resource.RLIMIT_NOFILE, (free + more, hard))
            yield more
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_loose_object_is_not_taken_for_damaged_where_it_cannot_be_opened(tmp_path: Path) -> None:
    def tried() -> list[str]:
        with closing(LooseStore(tmp_path)) as store:
            id_ = object_id("blob", b"x")
            store.write({id_: ("blob", b"x")})
            found = []
            for _ in shortages(2):
                try:
                    found.append(str(store.read(id_)))
                except ShortageError as error:
                    found.append(error.why)
            return found

    assert forked(tried) == ["Too many open files", "('blob', b'x')"]


def went_on(home: Home, *, at_work: bool, most: int) -> tuple[list[int], list[str]]:
    """Return at which shortages nothing could be done, and what was wrong once they had passed.

    Args:
        at_work: Whether the office was open before.
    """
    offices, refused, wrong = Offices(home), [], []
    if at_work:
        with offices.one() as (office, _):
            audit_register(office)
    for more in shortages(most):
        try:
            with offices.one() as (office, _):
                audit_register(office)
        except PASSING:
            refused.append(more)
        except Exception as error:  # noqa: BLE001 - told to the test
            wrong.append(f"{more}: {error!r}")
    with offices.one() as (office, _):
        wish = Wish(kind=STEP_ASIDE, reference=CASE, reason="A friend asked.")
        acts.act(office, an_officer(home, "foi-officer"), wish)
        audit_register(office)
    if stopped(home.register):
        wrong.append("it was stopped")
    return refused, wrong


@pytest.mark.parametrize(
    ("packed", "at_work", "most"),
    [
        (False, True, 6),
        *(pytest.param(*each, 24, marks=pytest.mark.exhaustive) for each in product((True, False), repeat=2)),
    ],
)
def test_an_audit_short_of_descriptors_finds_nothing_and_work_goes_on_after_it(
    *, packed: bool, at_work: bool, most: int, home: Home, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shutil.copytree(ready(tmp_path_factory, "an act").root, home.root, symlinks=True)
    if packed:
        with closing(Repository(home.register)) as repository:
            repository.objects.pack()

    refused, wrong = forked(lambda: went_on(home, at_work=at_work, most=most)) or ([], ["no word"])

    assert not wrong, "\n".join(wrong)
    assert refused[:1] == [0]

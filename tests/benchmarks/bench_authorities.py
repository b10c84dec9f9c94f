"""Whether an authority waits for another on the same Prefect server, to which many requests came at once.

Each has its home, its work pool and its worker. Of the one, the time is taken from the instant at which a
file is moved in whole to that at which its case is open, while the other is at rest, and while that takes a
burst in and drafts it. A run is asked for with the file, as the clock does once a minute, so that neither
figure has the wait for the clock.
"""

from __future__ import annotations

import os
import time
from statistics import median
from typing import TYPE_CHECKING, Final
from unittest.mock import patch

import click
from authorities import Authority
from bench_reaction import move_in
from desk_builders import found_home
from figures import at_most

from flows.casework.office import open_office
from flows.domain.procedure import Stage
from flows.engine import server, waking
from flows.engine.settings import prefect_settings
from flows.home import Home
from flows.settings import OWN_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from figures import Row

    from flows.casework.office import Office

_GOAL: Final = 1.5
_AT_MOST: Final = 180.0
"""Seconds for one case: where a worker stands still, that ends the benchmark."""
_LOOK: Final = 0.05
_DRAFTED: Final = 10.0
"""Seconds for a draft; the run for it is refused where another has not ended, and the clock asks again."""
_REST: Final = 3.0
"""Seconds in which the process of a run ends."""


def run(place: Path, *, burst: int, times: int) -> Iterator[Row]:
    """Yield the row.

    Args:
        burst: How many requests come to the other at once, and again when these are drafted.
        times: How many cases are timed at rest, and as many in the burst.
    """
    root = place / "authorities"
    hosting = Home(root / "server")
    with (
        server.running(hosting) as started,
        patch.dict(os.environ, {**prefect_settings(hosting), "PREFECT_API_URL": started.url}),
    ):
        del os.environ[OWN_VARIABLE]  # it is not the server of one home
        north, south = (_deployed(root / name, name) for name in ("northshire", "southshire"))
        with north.worker(), south.worker():
            yield _row(north, south, burst=burst, times=times)


def _deployed(folder: Path, name: str) -> Authority:
    authority = Authority(name, Home(folder / "home"), folder)
    found_home(authority.home.root)
    authority.deploy()
    _say(f"{name} is deployed")
    return authority


def _row(north: Authority, south: Authority, *, burst: int, times: int) -> Row:
    with open_office(north.home) as other, open_office(south.home) as office:
        alone = [_opened(office, f"A/{each}") for each in range(times)]
        during: list[float] = []
        came = 0
        while len(during) < times:
            if not _waiting(other):
                for each in range(came, came + burst):
                    move_in(north.home, f"N/{each}")
                came += burst
                _ask(north.home, "intake")
                _until(lambda: _waiting(other) < burst or other.catalogue.ready(Stage.RECEIVED))  # it began
            _ask(north.home, "drafting")  # else what its worker is not told of waits for the clock
            during.append(_opened(office, f"D/{len(during)}"))
    quiet, loud = median(alone), median(during)
    return at_most(
        _GOAL,
        loud / quiet,
        f"a file moved in whole → case, while another authority on the server takes in {came:,} requests, "
        f"{burst} at once",
        f"p50 {loud:.2f} s, max {max(during):.2f} s, of {len(during)}",
        f"p50 {quiet:.2f} s, max {max(alone):.2f} s, of {len(alone)}, with that at rest",
    )


def _opened(office: Office, reference: str) -> float:
    """Return the seconds until a file is a case; then let the worker end what it does."""
    began = time.monotonic()
    move_in(office.home, reference)
    _ask(office.home, "intake")
    _until(lambda: office.register.find(reference))
    took = time.monotonic() - began
    _say(f"{reference}: {took:.2f} s")
    while _waiting(office) and time.monotonic() < began + took + _DRAFTED:
        time.sleep(_LOOK)
    time.sleep(_REST)
    return took


def _ask(home: Home, flow: str) -> None:
    there = waking.elsewhere(home)
    assert there
    assert there.ask(flow, None, within=_AT_MOST)


def _waiting(office: Office) -> int:
    """Return how many requests wait to be taken in, or for their first draft."""
    office.register.catch_up()
    return len([*office.home.inbox.iterdir()]) + len(office.catalogue.ready(Stage.RECEIVED))


def _until(met: Callable[[], object]) -> None:
    until = time.monotonic() + _AT_MOST
    while not met():
        if time.monotonic() > until:
            raise TimeoutError("a worker did not react")
        time.sleep(_LOOK)


def _say(what: str) -> None:
    click.echo(f"authorities: {what}", err=True)

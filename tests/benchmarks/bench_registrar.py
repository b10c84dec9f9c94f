"""Acts recorded through a registrar by one, two and four clients at once, beside the same on the spot.

Each client is a process with an office of its own, which looks each case up, proposes, and appends: over the
socket, and over TLS. All take turns, so that other load on the machine hits each.
"""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import count
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final

from figures import Row, at_least
from offices import open_staffed
from packed_register import build, next_act, references
from registrars import Certifier, running

from flows.casework.office import Office
from flows.home import Home

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from flows.registrar.address import Address

_CLIENTS: Final = (1, 2, 4)
_TURNS: Final = 3
_AS_LOCAL: Final = 0.5


def run(place: Path, *, cases: int, acts: int) -> Iterator[Row]:
    """Yield the rows.

    Args:
        acts: How many are recorded in a turn of each kind.
    """
    home = Home(place / "registrar" / "home")
    build(home.root, cases)
    take = _shares(references(cases), acts)
    rates: dict[tuple[str, int], list[float]] = {}
    certifier = Certifier(place / "registrar")
    home.peers.write_text('[certificates]\n"worker" = "worker"\n')
    with running(home, certifier) as registrar, ProcessPoolExecutor(4, get_context("spawn")) as pool:
        over_tls = certifier.address(registrar.over_tls, "worker")
        for _ in range(_TURNS):
            rates.setdefault(("local", 1), []).append(_local(home.root, next(take)))
            for clients in _CLIENTS:
                for way, address in (("socket", registrar.socket), ("TLS", over_tls)):
                    shares = _dealt(next(take), clients)
                    rates.setdefault((way, clients), []).append(_at_once(pool, place, address, shares))
    typical = {each: statistics.median(found) for each, found in rates.items()}
    local = typical.pop(("local", 1))
    for (way, clients), rate in typical.items():
        who = f"{clients} client{'s' if clients > 1 else ''}"
        what = f"acts a second through a registrar, {who} over {way}: rate ÷ local rate"
        yield at_least(_AS_LOCAL, rate / local, what, f"{rate:.1f}", f"{local:.1f}")


def _shares(every: Sequence[str], acts: int) -> Iterator[list[str]]:
    return (list(every[start : start + acts]) for start in count(0, acts))


def _dealt(share: list[str], clients: int) -> list[list[str]]:
    return [share[number::clients] for number in range(clients)]


def _local(root: Path, share: list[str]) -> float:
    with open_staffed(root) as staffed:
        _draft(staffed.office, share[:1])
        began = time.perf_counter()
        _draft(staffed.office, share[1:])
        return (len(share) - 1) / (time.perf_counter() - began)


def _at_once(pool: ProcessPoolExecutor, place: Path, address: Address, shares: list[list[str]]) -> float:
    asked = [
        pool.submit(_timed, place / f"client-{number}", address, share) for number, share in enumerate(shares)
    ]
    ends = [each.result() for each in asked]
    began, ended, done = (
        min(each[0] for each in ends),
        max(each[1] for each in ends),
        sum(each[2] for each in ends),
    )
    return done / (ended - began)


def _timed(root: Path, address: Address, share: list[str]) -> tuple[float, float, int]:
    """Draft a share of cases; return when that began and ended, but for the first, and how many."""
    root.mkdir(exist_ok=True)
    with Office(Home(root, address)) as office:
        _draft(office, share[:1])  # whoever works all day has connected
        began = time.time()
        _draft(office, share[1:])
        return began, time.time(), len(share) - 1


def _draft(office: Office, share: list[str]) -> None:
    """Have the first drafts of cases recorded, as a worker does."""
    register = office.register
    for reference in share:
        at = datetime.fromtimestamp(max(register.tip().entry.committed, int(time.time())), UTC)
        act, changes = next_act(register.dossier(reference).case, reference, at, register.policy().version)
        register.record(act, changes, office.machine if office.home.registrar else office.service)

"""Acts a second with one, two and four workers, beside one machine that does it all."""

from __future__ import annotations

import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from installation import ADDRESS, BIN, PEOPLE, Installation, make_maildir, make_staffed
from story import deliver, people, people_who

from flows.casework.office import Office, open_office
from flows.domain.errors import PitError
from flows.home import Home

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WORKERS: Final = (1, 2, 4)
_WITHIN: Final = 1200.0


def measure(place: Path, cases: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Return the acts a second, from the first act on a batch of requests to the last."""
    found = {"one machine": _alone(place / "alone", cases, say)}
    (place / "many").mkdir()
    (place / "many").chmod(0o755)  # whatever the mask is: PostgreSQL runs as somebody else
    installation = Installation(place / "many")
    office = people(installation, cases * len(WORKERS))
    try:
        for turn, workers in enumerate(WORKERS):
            while len(installation.workers) < workers:
                installation.add_worker()
            deliver(installation.place / "mail", cases, turn * cases)
            found[f"{workers} workers"] = _rate(installation.open, cases, turn * cases)
            say(f"{workers} workers: {found[f'{workers} workers']}")
    finally:
        office.kill()
        office.wait()
        installation.close()
    return {"cases": cases, "acts a second": found, "wrong": []}


def _alone(place: Path, cases: int, say: Callable[[str], None]) -> float:
    home = Home(place / "home")
    place.mkdir()
    make_staffed(home, lambda _: home.officers)
    make_maildir(place / "mail")
    home.root.joinpath("mail.toml").write_text(f'{ADDRESS}\n[receive]\nmaildir = "{place / "mail"}"\n')
    given = {person: {"home": str(home.root)} for person in PEOPLE}
    with (place / "up.out").open("wb") as said:
        up = subprocess.Popen(
            [BIN / "equipoise", "up", "--home", home.root, "--port", "8499"], stdout=said, stderr=said
        )
        office = subprocess.Popen(people_who(given, cases), stdout=said, stderr=said)
    try:
        deliver(place / "mail", cases)
        rate = _rate(lambda: open_office(home), cases, 0)
        say(f"one machine: {rate}")
        return rate
    finally:
        for process in (office, up):
            process.terminate()
            process.wait(60)


def _rate(opened: Callable[[], Office], cases: int, done: int) -> float:
    """Return the acts a second, from the first until so many more cases are published."""
    began, until = None, time.monotonic() + _WITHIN
    with opened() as office:
        before = office.register.tip().entry.sequence
    while time.monotonic() < until:
        time.sleep(0.5)
        with suppress(PitError), opened() as office:
            rows, entries = office.catalogue.cases(), office.register.tip().entry.sequence
            if began is None and entries > before:
                began, before = time.monotonic(), entries
            if sum(row.stage == "published" for row in rows) == done + cases:
                assert began
                return round((entries - before) / (time.monotonic() - began), 2)
    raise AssertionError("not all were published")

"""How soon a running ``up`` has done what files, mail and acts ask for, and what it takes with nothing to do.

From the instant at which a file is there, a message is delivered or an act is recorded, to that at which
the case is opened, or the reviewers' notice is written. One at a time; other load is in the figures.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from desk_builders import CASE, EXAMPLE, found_home
from figures import Row
from mail_shapes import mail

from flows.casework import acts
from flows.casework.acts import Officer, Wish
from flows.casework.office import Office, open_office
from flows.domain.acts import OPEN, SUBMIT
from flows.domain.documents import TEST
from flows.domain.procedure import Stage
from flows.domain.reference import slug
from flows.home import Home
from flows.register import signature
from flows.sources.copying import let_rest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EQUIPOISE: Final = Path(sys.executable).with_name("equipoise")
_GOAL: Final = 2.0
_AT_MOST: Final = 120.0
_LOOK: Final = 0.01
_TICK: Final = os.sysconf("SC_CLK_TCK")


def run(place: Path, *, times: int, idle: float) -> Iterator[Row]:
    """Yield the rows.

    Args:
        times: How often each is done.
        idle: Seconds for which nothing is done.
    """
    home = Home(place / "reaction" / "home")
    found_home(home.root)
    mailbox = home.root / "mailbox"
    for folder in ("tmp", "new", "cur"):
        (mailbox / folder).mkdir(parents=True)
    home.mail_file.write_text('address = "foi@northshire.example"\n[receive]\nmaildir = "mailbox"\n')
    with _up(home) as process, open_office(home) as office:
        writer = Officer(id="foi-officer", signer=signature.load(home.officers / "foi-officer"))

        def row(what: str, react: Callable[[int], float], rest: float = 0.0) -> Row:
            return _row(what, [_reaction(process.pid, office, react, each) for each in range(times)], rest)

        yield row("a file moved in whole → case", lambda number: _moved(office, number))
        yield row(
            "a file written there → case, of which it rests 5 s", lambda number: _written(office, number), 5.0
        )
        yield row("a message delivered → case", lambda number: _mailed(office, number))
        yield row(
            "an act recorded → notice to who comes next",
            lambda number: _submitted(office, writer, f"M/{number}"),
        )
        time.sleep(20)
        before = _spent(process.pid)
        time.sleep(idle)
        share = (_spent(process.pid) - before) / idle * 100
        what = f"share of a core that up takes with nothing to do, over {idle:.0f} s"
        yield Row(what=what, ours=f"{share:.2f} %", goal="≤ 1 %", reached=share <= 1)


def _reaction(pid: int, office: Office, react: Callable[[int], float], number: int) -> tuple[float, float]:
    """Return the seconds of one reaction, and those of the processor that ``up`` and its server took."""
    _settled(office)
    before = _spent(pid)
    return react(number), _spent(pid) - before


def _row(what: str, measured: list[tuple[float, float]], rest: float) -> Row:
    found, spent = zip(*measured, strict=True)
    typical, most = statistics.median(found), max(found)
    ours = f"p50 {typical:.2f} s, max {most:.2f} s, {statistics.median(spent):.2f} CPU s, of {len(found)}"
    goal = _GOAL + rest
    return Row(what=f"reaction: {what}", ours=ours, goal=f"max ≤ {goal:g} s", reached=most <= goal)


@contextmanager
def _up(home: Home) -> Iterator[subprocess.Popen[bytes]]:
    with home.root.with_name("up.out").open("ab") as said:
        process = subprocess.Popen(
            [EQUIPOISE, "up", "--port", "8429", "--home", home.root], stdout=said, stderr=said
        )
    try:
        _until(lambda: home.address.exists() and '"pid"' in home.address.read_text())
        _until(home.audits.exists)  # the audit that was missed is made up for
        time.sleep(5)
        yield process
    finally:
        process.terminate()
        process.wait(60)


def _until(met: Callable[[], object]) -> float:
    began = time.monotonic()
    while not met():
        if time.monotonic() - began > _AT_MOST:
            raise TimeoutError("up did not react")
        time.sleep(_LOOK)
    return time.monotonic() - began


def _settled(office: Office) -> None:
    """Let what the last case asked for be done, so that each is told from rest."""
    _until(lambda: not office.catalogue.ready(Stage.RECEIVED))
    time.sleep(1.5)


def _request(reference: str) -> str:
    text = (EXAMPLE / "request.yaml").read_text().replace(CASE, reference)
    return text.replace("Please answer", f"{reference}: please answer")


def _assessment(reference: str) -> str:
    return (EXAMPLE / "assessment.yaml").read_text().replace(CASE, reference)


def move_in(home: Home, reference: str) -> None:
    """Move a request with its assessment into the inbox, whole at once."""
    fresh = home.root / slug(reference)
    fresh.mkdir()
    (fresh / "request.yaml").write_text(_request(reference))
    (fresh / "assessment.yaml").write_text(_assessment(reference))
    let_rest(fresh)
    shutil.move(fresh, home.inbox)


def _moved(office: Office, number: int) -> float:
    move_in(office.home, f"M/{number}")
    return _until(lambda: office.register.find(f"M/{number}"))


def _written(office: Office, number: int) -> float:
    (office.home.inbox / f"W-{number}.yaml").write_text(_request(f"W/{number}"))
    return _until(lambda: office.register.find(f"W/{number}"))


def _mailed(office: Office, number: int) -> float:
    before = office.register.tip().entry.sequence
    raw = mail(f"Please send me plan {number}.", Message_ID=f"<{number}@x.example>")
    there = office.home.root / "mailbox" / "tmp" / f"{time.time():.0f}.M{number}.host"
    there.write_bytes(raw)
    there.rename(there.parents[1] / "new" / there.name)
    return _until(
        lambda: any(each.entry.act.endswith(f"-{OPEN.name}") for each in office.register.since(before))
    )


def _submitted(office: Office, writer: Officer, reference: str) -> float:
    acts.act(office, writer, Wish(kind=SUBMIT, reference=reference, document=TEST.name, version=1))
    return _until(lambda: [*office.home.notices.glob(f"{slug(reference)}-*legal-review*")])


def _spent(pid: int) -> float:
    """Return the seconds of the processor that a process and its children took."""
    return sum(
        sum(map(int, (Path("/proc") / each / "stat").read_text().rpartition(")")[2].split()[11:13])) / _TICK
        for each in (str(pid), *_children(pid))
    )


def _children(pid: int) -> list[str]:
    found = (Path("/proc") / str(pid) / "task").glob("*/children")
    children: list[str] = []
    for path in found:
        with suppress(FileNotFoundError):  # the thread has ended meanwhile
            children += path.read_text().split()
    return children

"""The desk under twenty people: each page in the process and over HTTP, its memory, no act lost or twice."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx
from figures import Row, ms, took, typical
from offices import LAWYER, OWNER, WRITER, open_staffed
from packed_register import take_next

from flows.desk.web import serving, sessions
from flows.desk.web.app import application
from flows.desk.web.store import Store
from flows.domain.procedure import Stage
from flows.domain.reference import slug
from flows.home import Home
from flows.register import signature

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PEOPLE: Final = 20
_GOAL: Final = 0.100
"""Seconds within which 95 of 100 pages are there."""
_TURNS: Final = 25
_PAUSE: Final = 2.0
"""Seconds for which somebody reads a page, on average."""
_DECIDING: Final = 0.15
"""How often a lawyer decides rather than reads."""


@dataclass(kw_only=True)
class _Told:
    """What the people saw."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    decided: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def run(folder: Path, cases: int, waiting: Sequence[str], *, seconds: float) -> Iterator[Row]:
    """Yield the rows.

    Args:
        waiting: The references of the cases that are open.
        seconds: For how long the people work.
    """
    home = Home(folder)
    at_gate = [*waiting[: min(len(waiting), 400)]]
    with open_staffed(folder) as office:
        for reference in at_gate:
            found = office.register.dossier(reference)
            while found.case.stage() not in {Stage.LEGAL_REVIEW, Stage.BALANCING, Stage.PUBLICATION}:
                take_next(office, reference)
                found = office.register.dossier(reference)
        before = office.register.tip().entry.sequence
    yield from _in_process(home, cases, waiting)
    told = _Told()
    with serving.running(home, port=0) as running:
        _await(running)
        crowd = _Crowd(home=home, at=running.address, until=time.monotonic() + seconds, told=told)
        largest = crowd.work(at_gate, running.process.pid)
    yield from _over_http(told, cases)
    yield Row(what="desk, memory at most", ours=f"{largest >> 20} MiB")
    with open_staffed(folder) as office:
        after = office.register.tip().entry.sequence
    lost = after - before - len(told.decided)
    yield Row(
        what=f"acts of {PEOPLE} people at once: recorded and not told, or told and not recorded",
        ours=str(lost),
        beside=f"{len(told.decided)} decided, {len(told.failed)} answers failed",
        goal="0",
        reached=lost == 0 and not told.failed and len(told.decided) == len({*told.decided}),
    )


def _pages(reference: str) -> dict[str, str]:
    case = slug(reference)
    return {
        "waiting": "/",
        "find by words": "/cases?words=gait+recognition",
        "find by provision": "/cases?provision=31(1)&stage=legal-review",
        "find by reference": f"/cases?reference={case[:8]}",
        "case": f"/cases/{case}",
        "changes": f"/cases/{case}/changes",
        "decide": f"/cases/{case}/decide/test",
        "register": "/register",
        "me": "/me",
    }


def _in_process(home: Home, cases: int, waiting: Sequence[str]) -> Iterator[Row]:
    """Yield how long each page takes in the process, one after the other, nobody else there."""
    secret, _ = _entered(home, LAWYER)

    async def ask() -> dict[str, list[float]]:
        app = application(home)
        found: dict[str, list[float]] = defaultdict(list)
        transport = httpx.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(
                transport=transport, base_url="http://localhost", cookies={"desk": secret}
            ) as client,
        ):
            for turn in range(_TURNS + 2):
                for what, path in _pages(waiting[turn]).items():
                    began = time.perf_counter()
                    answer = await client.get(path)
                    if turn > 1:  # the first ones open the offices
                        found[what].append(time.perf_counter() - began)
                    assert answer.status_code in {200, 303}, (what, answer.status_code)
        return found

    for what, seconds in asyncio.run(ask()).items():
        yield took(f"desk, {what}, among {cases:,}: 95th of 100 in the process", _p95(seconds), goal=_GOAL)


def _over_http(told: _Told, cases: int) -> Iterator[Row]:
    """Yield how long each page took while twenty people read, searched and decided."""
    for what, taken in sorted(told.seconds.items()):
        row = took(
            f"desk, {what}, {PEOPLE} people among {cases:,}: 95th of 100 over HTTP", _p95(taken), goal=_GOAL
        )
        yield replace(row, beside=f"{len(taken)} pages, median {ms(typical(taken))}")


def _await(running: serving.Running) -> None:
    for _ in range(600):
        with suppress(httpx.HTTPError):
            if httpx.get(f"{running.address}/health").is_success:
                return
        time.sleep(0.1)


@dataclass(kw_only=True)
class _Crowd:
    """Twenty people who read, search and decide until a time."""

    home: Home
    at: str
    until: float
    told: _Told

    def work(self, at_gate: Sequence[str], process: int) -> int:
        """Let them work; return how many bytes the desk had in memory at most."""
        people = [
            threading.Thread(target=self._one, args=(number, at_gate[number::PEOPLE]))
            for number in range(PEOPLE)
        ]
        for each in people:
            each.start()
        largest = 0
        while any(each.is_alive() for each in people):
            largest = max(largest, _memory(process))
            time.sleep(0.5)
        return largest

    def _one(self, number: int, cases: Sequence[str]) -> None:
        chance = random.Random(number)  # noqa: S311 - no secret
        person, mine = (LAWYER, WRITER, LAWYER, OWNER)[number % 4], [*cases]
        key = signature.load(self.home.officers / person)
        secret, token = _entered(self.home, person)
        headers = {"Origin": self.at}
        with httpx.Client(base_url=self.at, cookies={"desk": secret}, headers=headers, timeout=60) as client:
            asking = _Asking(client=client, token=token, told=self.told)
            while time.monotonic() < self.until:
                time.sleep(chance.expovariate(1 / _PAUSE))
                if person == LAWYER and mine and chance.random() < _DECIDING:
                    asking.decide(mine.pop(), key)
                else:
                    pages = _pages(chance.choice(cases))
                    what = chance.choice([each for each in pages if each != "decide"])
                    asking.ask(what, "GET", pages[what])


@dataclass(kw_only=True)
class _Asking:
    """One person's browser."""

    client: httpx.Client
    token: str
    told: _Told

    def ask(self, what: str, method: str, path: str, **form: str) -> httpx.Response:
        began = time.perf_counter()
        data = {"token": self.token, **form} if method == "POST" else None
        answer = self.client.request(method, path, data=data)
        self.told.seconds[what].append(time.perf_counter() - began)
        if answer.is_error:
            self.told.failed.append(f"{what}: {answer.status_code}")
        return answer

    def decide(self, reference: str, key: signature.FileSigner) -> None:
        """Approve a case at legal review, where it stands there."""
        page = f"/cases/{slug(reference)}/decide/test"
        if "decision-approve" not in self.ask("decide", "GET", page).text:
            return
        form = {"decision": "approve", "gate": "legal-review", "version": "1"}
        there = self.ask("decide: check", "POST", page, **form).headers.get("location", "")
        self.ask("sign", "GET", there)
        content = self.client.get(f"{there}/statement").content
        signed = key.sign(content, signature.STATEMENT)
        if self.ask("sign: record", "POST", there, signature=signed).is_redirect:
            self.told.decided.append(reference)


def _entered(home: Home, person: str) -> tuple[str, str]:
    """Return the cookie of somebody who signed in, and what their forms bring."""
    store = Store(home.desk)
    secret = sessions.begin(store, person, "key")
    session = sessions.find(store, secret)
    store.close()
    assert session
    return secret, session.token


def _p95(seconds: Sequence[float]) -> float:
    return sorted(seconds)[len(seconds) * 95 // 100]


def _memory(process: int) -> int:
    """Return how many bytes a process has in memory."""
    with suppress(OSError):
        return int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1]) * 4096
    return 0

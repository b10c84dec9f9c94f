"""The desk under twenty people: each page in the process and over HTTP, its memory, no act lost or twice."""

from __future__ import annotations

import asyncio
import os
import random
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx
from figures import Row, ms, spent, took, typical
from offices import LAWYER, open_staffed
from packed_register import take_next

from flows.casework import acts, looking
from flows.casework.acts import Officer
from flows.desk.web import serving, sessions
from flows.desk.web.app import application
from flows.desk.web.store import Store
from flows.domain.policy import Person
from flows.domain.procedure import Role, Stage
from flows.domain.reference import slug
from flows.home import Home
from flows.register import signature

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from offices import Staffed

PEOPLE: Final = 20
_GOAL: Final = 0.100
"""Seconds within which 95 of 100 pages are there."""
_TURNS: Final = 25
_PAUSE: Final = 2.0
"""Seconds for which somebody reads a page, on average."""
_DECIDING: Final = 0.15
"""How often a lawyer decides rather than reads."""
_SHARES: Final = PEOPLE // 4
"""In which the cases are dealt out to pairs of lawyers."""
_CONTESTED: Final = 0.25
"""How often somebody decides on a case that their colleague has before them too."""
_REFUSED: Final = frozenset({409, 422})


@dataclass(kw_only=True)
class _Told:
    """What the people saw."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    decided: list[str] = field(default_factory=list)
    second: int = 0
    failed: list[str] = field(default_factory=list)


def run(folder: Path, cases: int, waiting: Sequence[str], *, seconds: float) -> Iterator[Row]:
    """Yield the rows.

    Args:
        waiting: The references of the cases that are open.
        seconds: For how long the people work.
    """
    home = Home(folder)
    at_gate = [*waiting[: min(len(waiting), 400)]]
    people = _people()
    with open_staffed(folder) as office:
        _admit(office, people)
        for reference in at_gate:
            found = office.register.dossier(reference)
            while found.case.stage() is not Stage.LEGAL_REVIEW:
                take_next(office, reference)
                found = office.register.dossier(reference)
        before = office.register.tip().entry.sequence
        yield _checked(office, len(at_gate))
    alone = _in_process(home, at_gate)
    for what, taken in alone.items():
        row = took(
            f"desk, {what}, among {cases:,}: 95th of 100 in the process", _p95([*taken.wall]), goal=_GOAL
        )
        yield replace(row, beside=f"{ms(typical(taken.processor))} of the processor, median")
    told = _Told()
    with serving.running(home, port=0) as running:
        _await(running)
        crowd = _Crowd(home=home, at=running.address, until=time.monotonic() + seconds, told=told)
        by_desk, by_people = _used(running.process.pid), time.process_time()
        largest = crowd.work(people, at_gate, running.process.pid)
        by_desk, by_people = _used(running.process.pid) - by_desk, time.process_time() - by_people
    yield from _over_http(told, cases, alone)
    yield Row(
        what=f"desk, processor time over {seconds:.0f} s of {len(people)} people",
        ours=f"{by_desk:.1f} s",
        beside=f"{by_people:.1f} s by the people, on the same {os.cpu_count()} cores",
        ratio=by_desk / by_people,
    )
    yield Row(what="desk, memory at most", ours=f"{largest >> 20} MiB")
    with open_staffed(folder) as office:
        recorded = [each.entry for each in office.register.since(before)]
    yield _compared(told, [each.case for each in recorded if each.act.endswith("-approve")], len(recorded))


def _compared(told: _Told, approved: Sequence[str], recorded: int) -> Row:
    """Return whether the register has every decision once that somebody was told of, and no other."""
    lost, unknown = {*told.decided} - {*approved}, recorded - len(told.decided)
    return Row(
        what=f"acts of {PEOPLE} people at once, each sent twice: lost, doubled, or recorded and not told",
        ours=f"{len(lost)}, {len(approved) - len({*approved})}, {unknown}",
        beside=f"{len(told.decided)} decided, {told.second} came second, {len(told.failed)} answers failed",
        goal="0, 0, 0",
        reached=not (lost or unknown or told.failed) and sorted(told.decided) == sorted(approved),
    )


def _people() -> dict[str, Role]:
    """Return twenty people: ten lawyers, of whom two share their cases, and five of the others each."""
    roles = (Role.LEGAL_REVIEWER, Role.FOI_OFFICER, Role.LEGAL_REVIEWER, Role.SIGN_OFF_OFFICER)
    return {f"person-{number}": roles[number % 4] for number in range(PEOPLE)}


def _admit(office: Staffed, people: Mapping[str, Role]) -> None:
    administrator = Officer(id="administrator", signer=signature.load(office.home.officers / "administrator"))
    for person, role in people.items():
        key = signature.generate(office.home.officers / person)
        listed = Person(id=person, roles=frozenset({role}), keys=(key,))
        acts.add_officer(office.office, administrator, listed)


def _checked(office: Staffed, cases: int) -> Row:
    """Return how long the checks take that a flow makes before somebody opens a case."""
    taken, _ = spent(looking.look_ahead, office.office)
    return Row(what="checks made ahead, each test: CPU time", ours=ms(taken / cases))


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


@dataclass(kw_only=True)
class _Taken:
    """Seconds that one kind of page took, each time it was asked for."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


def _in_process(home: Home, waiting: Sequence[str]) -> dict[str, _Taken]:
    """Return how long each page takes in the process, one after the other, nobody else there."""
    secret, _ = _entered(home, LAWYER)

    async def ask() -> dict[str, _Taken]:
        app = application(home)
        found: dict[str, _Taken] = defaultdict(_Taken)
        transport = httpx.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(
                transport=transport, base_url="http://localhost", cookies={"desk": secret}
            ) as client,
        ):
            for turn in range(_TURNS + 2):
                for what, path in _pages(waiting[turn]).items():
                    began, used = time.perf_counter(), time.process_time()
                    answer = await client.get(path)
                    if turn > 1:  # the first ones open the offices
                        found[what].wall.append(time.perf_counter() - began)
                        found[what].processor.append(time.process_time() - used)
                    assert answer.status_code in {200, 303}, (what, answer.status_code)
        return found

    return asyncio.run(ask())


def _over_http(told: _Told, cases: int, alone: Mapping[str, _Taken]) -> Iterator[Row]:
    """Yield how long each page took while twenty people read, searched and decided."""
    for what, taken in sorted(told.seconds.items()):
        row = took(
            f"desk, {what}, {PEOPLE} people among {cases:,}: 95th of 100 over HTTP", _p95(taken), goal=_GOAL
        )
        yield replace(
            row,
            beside=f"{len(taken)} pages, median {ms(typical(taken))}",
            # By how much they wait for each other and for HTTP.
            ratio=_p95(taken) / _p95(alone[what].wall) if what in alone else None,
        )


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

    def work(self, people: Mapping[str, Role], at_gate: Sequence[str], process: int) -> int:
        """Let them work; return how many bytes the desk had in memory at most."""
        shares = [[*at_gate[number::_SHARES]] for number in range(_SHARES)]
        threads = [
            threading.Thread(target=self._one, args=(number, person, role, shares[number // 4], at_gate))
            for number, (person, role) in enumerate(people.items())
        ]
        for each in threads:
            each.start()
        largest = 0
        while any(each.is_alive() for each in threads):
            largest = max(largest, _memory(process))
            time.sleep(0.5)
        return largest

    def _one(self, number: int, person: str, role: Role, mine: list[str], cases: Sequence[str]) -> None:
        chance = random.Random(number)  # noqa: S311 - no secret
        key = signature.load(self.home.officers / person)
        secret, token = _entered(self.home, person)
        headers = {"Origin": self.at}
        with httpx.Client(base_url=self.at, cookies={"desk": secret}, headers=headers, timeout=60) as client:
            asking = _Asking(client=client, token=token, told=self.told)
            while time.monotonic() < self.until:
                time.sleep(chance.expovariate(1 / _PAUSE))
                with suppress(_NoAnswerError):
                    if role is Role.LEGAL_REVIEWER and mine and chance.random() < _DECIDING:
                        # Every fourth is left for the colleague, who then decides on it too.
                        asking.decide(mine[-1] if chance.random() < _CONTESTED else mine.pop(), key)
                    else:
                        pages = _pages(chance.choice(cases))
                        what = chance.choice([each for each in pages if each != "decide"])
                        asking.ask(what, "GET", pages[what])


class _NoAnswerError(Exception):
    """The desk did not answer."""


@dataclass(kw_only=True)
class _Asking:
    """One person's browser."""

    client: httpx.Client
    token: str
    told: _Told

    def ask(self, what: str, method: str, path: str, **form: str) -> httpx.Response:
        began = time.perf_counter()
        data = {"token": self.token, **form} if method == "POST" else None
        try:
            answer = self.client.request(method, path, data=data)
        except httpx.HTTPError as error:
            self.told.failed.append(f"{what}: {type(error).__name__}")
            raise _NoAnswerError from error
        self.told.seconds[what].append(time.perf_counter() - began)
        # A decision that somebody else took meanwhile is refused.
        if answer.is_error and not (what.startswith(("decide:", "sign")) and answer.status_code in _REFUSED):
            self.told.failed.append(f"{what}: {answer.status_code}")
        return answer

    def decide(self, reference: str, key: signature.FileSigner) -> None:
        """Approve a case at legal review, where it stands there, with a double click."""
        page = f"/cases/{slug(reference)}/decide/test"
        if "decision-approve" not in self.ask("decide", "GET", page).text:
            return
        form = {"decision": "approve", "gate": "legal-review", "version": "1"}
        there = self.ask("decide: check", "POST", page, **form).headers.get("location", "")
        if not there:
            self.told.second += 1
            return
        self.ask("sign", "GET", there)
        content = self.client.get(f"{there}/statement").content
        signed = key.sign(content, signature.STATEMENT)
        record = partial(self.ask, "sign: record", "POST", there, signature=signed)
        with ThreadPoolExecutor(2) as hands:
            answers = [hands.submit(record) for _ in range(2)]
        if any(each.result().is_redirect for each in answers):
            self.told.decided.append(reference)
        else:
            self.told.second += 1


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


def _used(process: int) -> float:
    """Return the seconds of processor time that a process and its children took so far."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            words = stat.read_text("ascii").rpartition(")")[2].split()
            if str(process) in {stat.parent.name, words[1]}:
                ticks += int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _memory(process: int) -> int:
    """Return how many bytes a process has in memory."""
    with suppress(OSError):
        return int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1]) * 4096
    return 0

"""One run: so many requests by mail, to their published papers, with parts that fail in the middle."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from installation import BIN, PEOPLE, Installation

from flows.casework.office import open_office
from flows.domain.documents import SEALED_REQUEST
from flows.domain.errors import PitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CUT_SECONDS: Final = 20.0
_FREE_SECONDS: Final = 180.0
"""After which a place that a killed run held has to be free again."""
_MARK: Final = re.compile(rb"request mark-([0-9]+)-of-")


@dataclass(frozen=True, kw_only=True)
class Story:
    """What is to happen.

    Attributes:
        calm: Whether nothing fails.
        minutes: After which it is given up.
    """

    cases: int
    workers: int
    calm: bool = False
    minutes: float = 60


def play(place: Path, story: Story, say: Callable[[str], None]) -> dict[str, Any]:
    """Return what was seen; what is wrong stands under ``wrong``."""
    installation = Installation(place)
    office: subprocess.Popen[bytes] | None = None
    try:
        say("the servers and the registrar run")
        deliver(place / "mail", story.cases)
        began = time.monotonic()
        for _ in range(story.workers):
            installation.add_worker()
        office = people(installation, story.cases)
        watched = _Watched(installation, story, say, began)
        failures: list[str] = [] if story.calm else [*_fail(installation, story, watched, say)]
        watched.wait(lambda stages: stages["published"] == story.cases)
        seconds = time.monotonic() - began
        say(f"all published after {seconds:.0f} s")
        wrong = [*_inspect(installation, story, say)]
        if office.wait(60) != 0:
            wrong.append("the people of the office failed")
        return {
            "cases": story.cases,
            "workers": story.workers,
            "seconds": round(seconds),
            "reached": watched.reached,
            "entries": _entries(installation),
            "acts a second": round(_entries(installation) / seconds, 2),
            "failures": failures,
            "runs": _runs(installation),
            "places": _places(installation),
            "started": {
                f"{machine.name}/{name}": unit.starts
                for machine in installation.network.machines.values()
                for name, unit in machine.units.items()
            },
            "wrong": wrong,
        }
    finally:
        if office and office.poll() is None:
            office.kill()
        installation.close()


def deliver(maildir: Path, count: int, first: int = 0) -> None:
    """Put requests into a Maildir, as a mail system does, numbered from ``first``."""
    now = datetime.now(UTC)
    for number in range(first, first + count):
        message = EmailMessage(policy=SMTP)
        message["From"] = f"Applicant {number} <applicant-{number}@post.example>"
        message["To"] = "foi@northshire.example"
        message["Subject"] = f"Plans of patrol {number}"
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{number}.{int(now.timestamp())}@post.example>"
        message.set_content(
            f"Please send me the plan of patrol {number}; this is request mark-{number}-of-all.\n"
        )
        name = f"{int(now.timestamp())}.M{number}.post"
        (maildir / "tmp" / name).write_bytes(message.as_bytes())
        (maildir / "tmp" / name).rename(maildir / "new" / name)


def people(installation: Installation, cases: int) -> subprocess.Popen[bytes]:
    office = installation.office_machine
    given = {
        person: {"home": str(installation.place / person), **installation.address(person)}
        for person in PEOPLE
    }
    words = people_who(given, cases)
    with (office.folder / "people.out").open("wb") as said:
        return subprocess.Popen(
            office.inside(words),
            env=office.environment_with({}),
            stdout=said,
            stderr=said,
            stdin=subprocess.DEVNULL,
        )


def people_who(given: dict[str, dict[str, str]], cases: int) -> list[str | Path]:
    """Return the call of the program that the people are, who act until so many cases are signed off."""
    told = json.dumps({"people": given, "cases": cases})
    return [sys.executable, Path(__file__).with_name("office_people.py"), told]


class _Watched:
    """Where the cases stand, seen once a second over the registrar's socket.

    Attributes:
        reached: Seconds until all cases had got to each stage, or beyond.
    """

    def __init__(
        self, installation: Installation, story: Story, say: Callable[[str], None], began: float
    ) -> None:
        self._installation = installation
        self._story = story
        self._say = say
        self._began = began
        self._told = 0.0
        self.reached: dict[str, int] = {}
        self.stages: Counter[str] = Counter()

    def wait(self, met: Callable[[Counter[str]], bool]) -> None:
        until = self._began + self._story.minutes * 60
        while not met(self.stages):
            assert time.monotonic() < until, f"given up: {dict(self.stages)}"
            time.sleep(1)
            with suppress(PitError), self._installation.open() as office:
                self.stages = Counter(row.stage for row in office.catalogue.cases())
            self._note()

    def _note(self) -> None:
        order = ["received", "drafting", "legal-review", "balancing", "publication", "published"]
        now = time.monotonic()
        for number, stage in enumerate(order):
            there = sum(self.stages[each] for each in order[number:])
            if there == self._story.cases:
                self.reached.setdefault(stage, round(now - self._began))
        if now - self._told > 15:
            self._told = now
            self._say(str(dict(self.stages)))


def _fail(
    installation: Installation, story: Story, watched: _Watched, say: Callable[[str], None]
) -> Iterator[str]:
    """Kill and cut, each when so much is published; yield what was done."""

    def when(share: float, what: str) -> str:
        watched.wait(lambda stages: stages["published"] >= max(1, round(share * story.cases)))
        told = f"{what}, with {watched.stages['published']} of {story.cases} published"
        say(told)
        return told

    first, last = installation.workers[0], installation.workers[-1]
    yield when(0.1, f"{first.name} killed")
    first.kill()
    yield when(0.25, "api-1 killed")
    installation.machine("api-1").kill()
    yield when(0.4, "the registrar killed")
    installation.machine("registrar").kill_unit("registrar")
    yield when(0.55, f"the network of {last.name} cut for {_CUT_SECONDS:.0f} s")
    last.cut()
    joining = threading.Timer(_CUT_SECONDS, last.join)
    joining.start()
    watched.wait(lambda _: not joining.is_alive())


def _entries(installation: Installation) -> int:
    with installation.open() as office:
        return office.register.tip().entry.sequence


def _inspect(installation: Installation, story: Story, say: Callable[[str], None]) -> Iterator[str]:
    """Yield what is wrong: a request lost or there twice, an act done twice, an audit that fails."""
    marks: Counter[int] = Counter()
    acts: Counter[str] = Counter()
    with open_office(installation.home) as office:
        references = [row.reference for row in office.catalogue.cases()]
        for reference in references:
            dossier = office.register.dossier(reference)
            sealed = office.vault.unseal(dossier.case.recipient, dossier.read(SEALED_REQUEST))
            marks.update({int(found) for found in _MARK.findall(sealed)})
            acts.update(f"{each.act.kind.name}" for each in dossier.statements)
    say(f"acts: {dict(acts)}")
    if len(references) != len(set(references)) or len(references) != story.cases:
        yield f"{len(references)} cases, {len(set(references))} references"
    if marks != Counter(range(story.cases)):
        doubled, lost = marks - Counter(range(story.cases)), Counter(range(story.cases)) - marks
        yield f"requests lost: {[*lost]}; doubled: {[*doubled]}"
    expected = {"open": 1, "draft": 2, "submit": 1, "approve": 2, "publish": 1}
    if acts != Counter({kind: each * story.cases for kind, each in expected.items()}):
        yield f"other acts than one of each: {dict(acts)}"
    copies = [path.name for path in installation.home.published.iterdir() if path.suffix == ".pdf"]
    if len(copies) != story.cases:
        yield f"{len(copies)} published copies"
    for place, what in (
        (installation.home.inbox, "inbox"),
        (installation.home.set_aside, "set aside"),
        (installation.place / "mail" / "new", "mailbox"),
    ):
        if left := [*place.iterdir()]:
            yield f"{len(left)} left in the {what}"
    audited = subprocess.run(
        [BIN / "equipoise", "audit", "--home", installation.home.root],
        capture_output=True,
        text=True,
        check=False,
    )
    say(audited.stdout.strip().splitlines()[-1] if audited.stdout else audited.stderr)
    if audited.returncode != 0:
        yield f"the audit: {audited.stdout}{audited.stderr}"


def _runs(installation: Installation) -> dict[str, int]:
    """Return how many runs of each flow ended, or stand, in which state; without what is only planned."""
    flows = {row["id"]: row["name"] for row in installation.ask("/flows/filter", {})}
    found: Counter[str] = Counter()
    states = ["PENDING", "RUNNING", "COMPLETED", "FAILED", "CRASHED", "CANCELLED", "CANCELLING"]
    which = {"state": {"type": {"any_": states}}}
    offset = 0
    while rows := installation.ask("/flow_runs/filter", {"flow_runs": which, "limit": 200, "offset": offset}):
        offset += len(rows)
        found.update(f"{flows[row['flow_id']]} {row['state_name']}" for row in rows)
    return dict(sorted(found.items()))


def _places(installation: Installation) -> dict[str, int]:
    """Return how many of the places that tags limit are taken, once those of dead runs are free again."""
    until = time.monotonic() + _FREE_SECONDS
    while True:
        limits = installation.ask("/v2/concurrency_limits/filter", {})
        taken = {
            row["name"].removeprefix("tag:"): row["active_slots"]
            for row in limits
            if row["name"].startswith("tag:")
        }
        if not any(taken.values()) or time.monotonic() > until:
            return taken
        time.sleep(5)

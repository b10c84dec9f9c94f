"""A home with its officers, what people put into its inbox, and the flows run on it."""

from __future__ import annotations

import base64
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import pytest
import yaml
from letter_texts import a_refusal
from worlds import pack

from flows import home as flows_home
from flows.casework import acts, drafts, requests
from flows.casework import papers as paper
from flows.casework.acts import Officer, Wish
from flows.casework.office import Office, open_office
from flows.casework.requests import NextReferences
from flows.desk.making import make_home
from flows.domain.acts import APPROVE, CLOSE, RETURN, SUBMIT
from flows.domain.documents import DOCUMENTS, RESPONSE, TEST
from flows.domain.edition import latest
from flows.domain.policy import Person, Rules
from flows.domain.procedure import Role, Stage
from flows.engine import here as engine
from flows.engine.settings import RUN_SETTINGS, SCHEDULES, password
from flows.files import folder
from flows.home import Home
from flows.register import signature
from flows.register.audit import Report, audit
from flows.sources.item import look

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prefect.client.schemas.objects import State

    from flows.domain.acts import Kind

FOUNDED: Final = datetime(2022, 1, 4, 9, 0, tzinfo=UTC)
TODAY: Final = datetime(2022, 9, 8, 10, 0, tzinfo=UTC)
"""A Thursday, five working days after the requests of the tests were received."""

RECEIVED: Final = "2022-09-01"
"""Falls due on 30 September 2022; the last five working days begin on 23 September."""

PEOPLE: Final[Mapping[str, frozenset[Role]]] = {
    "foi-officer": frozenset({Role.FOI_OFFICER, Role.LEGAL_REVIEWER}),
    "legal-reviewer": frozenset({Role.LEGAL_REVIEWER, Role.SIGN_OFF_OFFICER}),
    "sign-off-officer": frozenset({Role.SIGN_OFF_OFFICER}),
}
"""The first writes, the second reviews, the third signs off; the first two could do more, had they not."""

DECIDERS: Final = {Stage.LEGAL_REVIEW: "legal-reviewer", Stage.BALANCING: "sign-off-officer"}
PAPER: Final = TEST.published("A-1")[0]
MANIFEST: Final = TEST.published("A-1")[1]

_EXAMPLE: Final = "4593_26"
_ENDED: Final = ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"]


class Clock:
    """What the flows and the acts take for now."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, time: datetime) -> None:
        self.time = time
        monkeypatch.setattr(flows_home, "now", lambda: self.time)


class Town:
    """An authority's home, and everything people and the machine do in it; close it when done."""

    def __init__(self, home: Home) -> None:
        self.home = home

    @cached_property
    def office(self) -> Office:
        return open_office(self.home)

    def close(self) -> None:
        """Close the home; whoever asks for it again finds it opened anew."""
        office = self.__dict__.pop("office", None)
        if office is not None:
            office.close()

    def put(self, name: str, request: str, assessment: str | None = None) -> Path:
        """Put a folder into the inbox, whole at once, as a careful person would."""
        fresh = self.home.inbox / f"{name}.part"
        fresh.mkdir()
        (fresh / "request.yaml").write_text(request, encoding="utf-8")
        if assessment is not None:
            (fresh / "assessment.yaml").write_text(assessment, encoding="utf-8")
        return rested(fresh).rename(self.home.inbox / name)

    def put_case(self, reference: str, **changes: Any) -> Path:
        """Put a request with its assessment into the inbox."""
        return self.put(slug_of(reference), a_request(reference, **changes), an_assessment(reference))

    def run(self, flow: str, only: list[str] | None = None) -> Run:
        """Run a flow as the engine does; return what came of it."""
        schedule = next(row for row in SCHEDULES if row.flow == flow)
        parameters = {} if only is None else {"only": only}
        return Run(cast("State[Any]", engine.load(schedule)(**parameters, return_state=True)))

    def opened(self, *references: str, **changes: Any) -> None:
        """Open cases with their assessments, as the intake does but without Prefect."""
        for reference in references:
            item = look(self.put_case(reference, **changes), now=time.time())
            assert item is not None
            requests.open_case(self.office, requests.read_item(item, NextReferences(self.office)))

    def drafted(self, *references: str, **changes: Any) -> None:
        """Bring cases to drafting, with a first draft, as the flows do but without Prefect."""
        self.opened(*references, **changes)
        for reference in references:
            drafts.write_first_draft(self.office, reference)

    def submit(self, reference: str, version: int = 1) -> None:
        self.act("foi-officer", SUBMIT, reference, version=version)

    def approve(self, reference: str, gate: Stage, version: int = 1, *, document: str = TEST.name) -> None:
        self.act(DECIDERS[gate], APPROVE, reference, document=document, gate=gate, version=version)

    def return_(self, reference: str, gate: Stage, version: int = 1) -> None:
        reason = "Weigh the delay too."
        self.act(DECIDERS[gate], RETURN, reference, gate=gate, version=version, reason=reason)

    def sign_off(self, *references: str) -> None:
        """Bring drafted cases to publication."""
        for reference in references:
            self.submit(reference)
            self.approve(reference, Stage.LEGAL_REVIEW)
            self.approve(reference, Stage.BALANCING)

    def close_case(self, reference: str) -> None:
        self.act("foi-officer", CLOSE, reference, document="", facts={"ground": "withdrawn"})

    def answer(self, *references: str, text: str | None = None) -> None:
        """Write a response in cases, and submit it."""
        for reference in references:
            letter = text or a_refusal(reference, self.office.today())
            drafts.draft(
                self.office, self.officer("foi-officer"), reference, letter.encode(), document=RESPONSE.name
            )
            self.act("foi-officer", SUBMIT, reference, document=RESPONSE.name)

    def act(self, person: str, kind: Kind, reference: str, *, document: str = TEST.name, **more: Any) -> None:
        wish = Wish(kind=kind, reference=reference, document=document, **more)
        acts.act(self.office, self.officer(person), wish)

    def amend_policy(self) -> None:
        """Change the policy, by which every act is judged that is being recorded."""
        id_ = f"person-{self.office.register.policy().version}"
        public = signature.generate(self.home.officers / id_)
        person = Person(id=id_, roles=frozenset({Role.AUDITOR}), keys=(public,))
        acts.add_officer(self.office, self.officer("administrator"), person)

    def damage(self, reference: str, path: str) -> None:
        """Lose the object of one file of a case, as a failing disk would."""
        place = f"main:{self.office.register.dossier(reference).case.folder}/{path}"
        rev_parse = ["git", "-C", str(self.home.register), "rev-parse", place]
        found = subprocess.run(rev_parse, capture_output=True, text=True, check=True)
        id_ = found.stdout.strip()
        (self.home.register / "objects" / id_[:2] / id_[2:]).unlink()

    def officer(self, person: str) -> Officer:
        return Officer(id=person, signer=signature.load(self.home.officers / person))

    def stages(self) -> dict[str, str]:
        """Where every document stands, by what it is called."""
        return {
            DOCUMENTS[row.document].named(row.reference): row.stage for row in self.office.catalogue.cases()
        }

    def read(self, reference: str, path: str) -> bytes:
        return self.office.register.dossier(reference).read(path)

    def entries(self) -> int:
        return self.office.register.tip().entry.sequence

    def notices(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in sorted(self.home.notices.iterdir())}

    def inbox(self) -> set[str]:
        return {path.name for path in self.home.inbox.iterdir()}

    def set_aside(self) -> set[str]:
        return {path.name for path in self.home.set_aside.iterdir()}

    def audited(self) -> Report:
        """Audit the register; what is found is in the log of the test."""
        report = audit(
            self.home.register,
            check_brought=paper.check,
            pin=self.office.register.fingerprint(),
            now=datetime.now(UTC),
        )
        for each in report.findings:
            logging.getLogger(__name__).warning("The audit finds %s", each)
        return report

    def orphan_keys(self) -> set[str]:
        known = {row.recipient for row in self.office.catalogue.cases()}
        return {path.stem for path in self.home.case_keys.glob("*.age")} - known

    def everything(self) -> dict[str, bytes]:
        """Every file of the home but Prefect's, and the locks and memories of SQLite."""
        return {
            str(path.relative_to(self.home.root)): path.read_bytes()
            for path in sorted(self.home.root.rglob("*"))
            if path.is_file() and not path.is_relative_to(self.home.state)
        }


@dataclass(frozen=True)
class Run:
    """One run of a flow, as this process and as the server knows it."""

    state: State[Any]

    @property
    def completed(self) -> bool:
        return self.state.is_completed()

    @property
    def states(self) -> list[State[Any]]:
        return cast("list[State[Any]]", self.state.result(raise_on_failure=False))

    @property
    def failures(self) -> list[BaseException]:
        return [state.result(raise_on_failure=False) for state in self.states if not state.is_completed()]

    @property
    def id(self) -> str:
        return str(self.state.state_details.flow_run_id)

    def artifacts(self) -> list[str]:
        """The text of every artifact the run left."""
        found = ask("/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [self.id]}}})
        return [row["data"] for row in found]

    def tasks(self) -> list[tuple[str, str, int]]:
        """Name, state and number of runs of every task run, by name, once the server has them."""
        engine.drain()
        wanted = len(self.states)
        where = {"flow_runs": {"id": {"any_": [self.id]}}, "task_runs": {"state": {"type": {"any_": _ENDED}}}}
        until = time.monotonic() + 60
        while len(found := ask("/task_runs/filter", where)) < wanted:
            assert time.monotonic() < until, "the task runs are not recorded"
            time.sleep(0.05)
        return sorted((row["name"], row["state_type"], row["run_count"]) for row in found)


PASSWORDS: Final[dict[str, str]] = {}
"""Of the servers of homes, by their address."""


def _credentials(url: str | None) -> str:
    who = f"equipoise:{PASSWORDS[url]}" if url else os.environ["PREFECT_API_AUTH_STRING"]
    return base64.b64encode(who.encode()).decode()


def ask(path: str, body: object, url: str | None = None, *, method: str = "POST") -> Any:
    """Return what the Prefect server answers."""
    request = urllib.request.Request(  # noqa: S310 - loopback
        (url or os.environ["PREFECT_API_URL"]) + path,
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": f"Basic {_credentials(url)}"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - as above
        return json.loads(answer.read() or "null")


def rested(item: Path) -> Path:
    """Let an hour have passed since an item was put in; return it."""
    for path in (*item.glob("*"), item):
        os.utime(path, (time.time() - 3600,) * 2, follow_symlinks=False)
    return item


def slug_of(reference: str) -> str:
    return reference.replace("/", "-")


def a_request(reference: str | None = None, **changes: Any) -> str:
    """Return the text of a request.yaml that can be taken in."""
    content: dict[str, Any] = {
        "authority": "Northshire Police",
        "received": RECEIVED,
        "subject": "Patrol plan of the rural crime team",
        "applicant": {"name": "Sample Applicant", "email": "sample.applicant@example.org"},
        # Two requests in the same words are the same, whatever their references.
        "text": f"Please send me the patrol plan ({reference or changes.get('subject')}).\n",
        "summary": "The patrol plan of the rural crime team.\n",
    }
    if reference:
        content = {"reference": reference, **content}
    content |= changes
    text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    return text


def an_assessment(reference: str) -> str:
    """Return the text of an assessment.yaml that can be submitted."""
    text = (folder("cases") / _EXAMPLE / "assessment.yaml").read_text(encoding="utf-8")
    return text.replace(f"reference: {_EXAMPLE}", f"reference: {reference}", 1)


def found_home(root: Path) -> None:
    """Make a home with its officers."""
    home = Home(root)
    rules = Rules(
        edition=latest(),
        gates={TEST.name: "full", RESPONSE.name: "two-person"},
        threshold=1,
        reference_pattern="FOI-{year}-{number:04}",
        chase_within=5,
    )
    with pytest.MonkeyPatch.context() as monkeypatch:
        Clock(monkeypatch, FOUNDED)
        make_home(home, authority="Northshire Police", administrator="administrator", rules=rules)
        _authorise(home)
    pack(home.register)


def _authorise(home: Home) -> None:
    with open_office(home) as office:
        administrator = Officer(id="administrator", signer=signature.load(home.officers / "administrator"))
        for person, roles in PEOPLE.items():
            public = signature.generate(home.officers / person)
            acts.add_officer(office, administrator, Person(id=person, roles=roles, keys=(public,)))


def copied(original: Home, root: Path) -> Town:
    shutil.copytree(original.root, root)
    return Town(Home(root))


def command(home: Home, *words: str, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run ``equipoise`` as a person does."""
    call: list[str | Path] = [*before, EQUIPOISE, *words, "--home", home.root]
    return subprocess.run(call, capture_output=True, text=True, check=False, timeout=300)


WITHIN_RIGHTS: Final = () if os.geteuid() else ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Before a command: what rights a file has hold for root too."""

EQUIPOISE: Final = Path(sys.executable).with_name("equipoise")


def processes_of(home: Home) -> list[int]:
    """Return the processes that were started on a home, whoever their parent is now."""
    return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _is_of(pid, home)]  # noqa: PTH208


def _is_of(pid: int, home: Home) -> bool:
    place = Path("/proc") / str(pid)
    try:
        started_with = (place / "environ").read_bytes() + (place / "cmdline").read_bytes()
    except OSError:
        return False
    return pid != os.getpid() and os.fsencode(home.root) in started_with


class Up:
    """A running ``equipoise up``."""

    def __init__(self, home: Home, *options: str, cwd: Path | None = None) -> None:
        self.home = home
        self.said = home.root.with_name("up.out")
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(
                [EQUIPOISE, "up", *options, "--home", home.root],
                stdout=said,
                stderr=said,
                stdin=subprocess.DEVNULL,
                cwd=cwd,
                env={name: value for name, value in os.environ.items() if name not in RUN_SETTINGS},
                start_new_session=True,
            )

    def wait(self) -> str:
        """Return the address of Prefect's API, once everything runs."""
        until = time.monotonic() + 180
        while time.monotonic() < until:
            assert self.process.poll() is None, self.said.read_text()
            if self.home.address.exists() and f'"pid": {self.process.pid}}}' in (
                text := self.home.address.read_text()
            ):
                url: str = json.loads(text)["url"]
                PASSWORDS[url] = password(self.home)
                return url
            time.sleep(0.05)
        raise AssertionError("equipoise up did not start")

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(60)


@contextmanager
def up(home: Home, *options: str, cwd: Path | None = None) -> Iterator[Up]:
    """Run ``equipoise up`` for as long as the block lasts, unless the block ends it."""
    running = Up(home, *options, cwd=cwd)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.end(signal.SIGTERM)


def eventually(met: Any, seconds: float, what: str) -> float:
    """Wait until ``met()``; return the seconds it took."""
    began = time.monotonic()
    while not met():
        assert time.monotonic() - began < seconds, what
        time.sleep(0.1)
    return time.monotonic() - began

"""A home with its people and a case, and the command line called as a person would."""

from __future__ import annotations

import hashlib
import json
import logging
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from click.testing import CliRunner
from worlds import pack

from flows import home as flows_home
from flows.casework import acts, drafts, publishing, requests
from flows.casework import papers as paper
from flows.casework.acts import Officer, Wish
from flows.casework.office import Office, open_office
from flows.desk.cli.main import main
from flows.desk.making import make_home
from flows.domain.act import Act
from flows.domain.acts import SUBMIT
from flows.domain.documents import RESPONSE, TEST
from flows.domain.edition import latest
from flows.domain.policy import SERVICE, Person, Rules
from flows.domain.procedure import Role
from flows.files import folder
from flows.home import Home
from flows.register import signature
from flows.register.audit import audit
from flows.sources.item import REST, look

if TYPE_CHECKING:
    from click.testing import Result

    from flows.domain.acts import Kind
    from flows.register.signature import Signer

EQUIPOISE: Final = Path(sys.executable).with_name("equipoise")
CASES: Final = folder("cases")
EXAMPLE: Final = CASES / "1146A-22"
CASE: Final = "1146A/22"
RULES: Final = Rules(
    edition=latest(),
    gates={TEST.name: "full", RESPONSE.name: "two-person"},
    threshold=1,
    reference_pattern="FOI-{year}-{number:04}",
    chase_within=5,
    body="other",
)
PEOPLE: Final = {
    "foi-officer": {Role.FOI_OFFICER},
    "legal-reviewer": {Role.LEGAL_REVIEWER},
    "sign-off-officer": {Role.SIGN_OFF_OFFICER},
    "all-three-roles": {Role.FOI_OFFICER, Role.LEGAL_REVIEWER, Role.SIGN_OFF_OFFICER},
    "both-gates": {Role.LEGAL_REVIEWER, Role.SIGN_OFF_OFFICER},
}


class Desk:
    """One home, and the commands on it."""

    def __init__(self, home: Home) -> None:
        self.home = home

    def __call__(self, *words: str | Path, **options: Any) -> Result:
        """Run a command; whatever happens, no exception but an exit may leave it."""
        call = [*map(str, words)]
        end = call.index("--") if "--" in call else len(call)
        call[end:end] = ["--home", str(self.home.root)]
        result = CliRunner().invoke(main, call, prog_name="equipoise", **options)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    def done(self, *words: str | Path, **options: Any) -> str:
        """Run a command that is to succeed; return what it printed."""
        result = self(*words, **options)
        assert (result.exit_code, result.stderr) == (0, ""), result.output
        return result.stdout

    def told(self, *words: str | Path) -> Any:
        """Run a command with ``--json``; return the one object it printed."""
        value = json.loads(self.done(*words, "--json"))
        assert isinstance(value, dict)
        return value

    def refused(self, *words: str | Path, **options: Any) -> tuple[int, str]:
        """Run a command that is to be refused and to change nothing; return exit code and sentence."""
        before = everything(self.home)
        result = self(*words, **options)
        assert everything(self.home) == before
        assert result.stdout == ""
        assert result.stderr.endswith("\n")
        assert result.stderr.count("\n") == 1
        return result.exit_code, result.stderr.removesuffix("\n")

    def submit(self, version: int = 1, person: str = "foi-officer") -> None:
        self.done("submit", CASE, "--version", str(version), "--as", person)

    def approve(self, gate: str, person: str, version: int = 1) -> None:
        self.done("approve", CASE, "--gate", gate, "--version", str(version), "--as", person)

    def return_(self, gate: str = "legal-review", person: str = "legal-reviewer", version: int = 1) -> None:
        words = ("--version", str(version), "--as", person, "--reason", "Weigh the delay too.")
        self.done("return", CASE, "--gate", gate, *words)

    def draft(self, path: Path, person: str = "foi-officer") -> None:
        self.done("draft", CASE, path, "--as", person)

    def document(self, reference: str, document: str) -> dict[str, Any]:
        """Return what is shown of a document; version 0 where there is none yet."""
        documents = self.told("show", reference)["documents"]
        return next((each for each in documents if each["document"] == document), {"version": 0})

    def stage(self, document: str = TEST.name) -> str:
        documents = self.told("show", CASE)["documents"]
        return next(str(each["stage"]) for each in documents if each["document"] == document)


def everything(home: Home) -> dict[str, str]:
    """Return a digest of every file of a home, what can be made anew left out."""
    return {
        str(path.relative_to(home.root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in home.root.rglob("*")
        if path.is_file() and home.state not in path.parents
    }


def passes_audit(home: Home) -> bool:
    """Tell whether the register still passes its audit; what is found is in the log of the test."""
    report = audit(home.register, check_brought=paper.check)
    for each in report.findings:
        logging.getLogger(__name__).warning("The audit finds %s", each)
    return report.passes


def found_home(root: Path, rules: Rules = RULES) -> None:
    """Make a home with its officers and one case in drafting, as the flows do but without Prefect."""
    home = Home(root)
    make_home(home, authority="West Midlands Police", administrator="administrator", rules=rules)
    with open_office(home) as office:
        administrator = an_officer(home, "administrator")
        for person, roles in PEOPLE.items():
            public = signature.generate(home.officers / person)
            acts.add_officer(office, administrator, Person(id=person, roles=frozenset(roles), keys=(public,)))
        open_case(office, (EXAMPLE / "request.yaml").read_bytes(), (EXAMPLE / "assessment.yaml").read_bytes())
        drafts.write_first_draft(office, CASE)
    pack(home.register)


def open_case(office: Office, data: bytes, assessment: bytes | None = None) -> str:
    """Open the case of a request that was put into the inbox."""
    item = office.home.inbox / "item"
    item.mkdir()
    (item / "request.yaml").write_bytes(data)
    if assessment is not None:
        (item / "assessment.yaml").write_bytes(assessment)
    found = look(item, now=time.time() + REST)
    assert found is not None
    arrival = requests.read_item(found, requests.NextReferences(office))
    return requests.open_case(office, arrival).reference


def another_case(home: Home, reference: str, received: str) -> None:
    """Open a case like the example, of another reference, received on another day."""
    data = (EXAMPLE / "request.yaml").read_text().replace(CASE, reference).replace("2022-11-07", received)
    data = data.replace(
        "Please answer by e-mail.", f"Please answer {reference} by e-mail."
    )  # in words of its own
    with open_office(home) as office:
        open_case(office, data.encode())


def publish_now(home: Home, document: str = TEST.name) -> None:
    """Publish the example as the flow does, but without Prefect."""
    with open_office(home) as office:
        publishing.publish(office, CASE, document)


def by_service(office: Office, kind: Kind, reference: str, **facts: Any) -> Act:
    """Return an act of the machine."""
    policy = office.register.policy().version
    return Act(
        kind=kind,
        case=reference,
        actor=SERVICE,
        role=Role.SERVICE,
        time=flows_home.now(),
        policy=policy,
        **facts,
    )


def a_submission(version: int = 1) -> Wish:
    return Wish(kind=SUBMIT, reference=CASE, document=TEST.name, version=version)


def an_officer(home: Home, person: str) -> Officer:
    return Officer(id=person, signer=a_signer(home, person))


def a_signer(home: Home, person: str) -> Signer:
    return signature.load(home.officers / person)


def run(*words: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run ``equipoise`` in a process of its own."""
    return subprocess.run(
        [EQUIPOISE, *words], capture_output=True, text=True, check=False, timeout=300, **options
    )

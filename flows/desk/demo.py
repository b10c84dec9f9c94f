"""The whole story on the example cases: every part real, through the functions that people use."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flows import home as flows_home
from flows.casework import acts
from flows.casework import papers as paper
from flows.casework.acts import Officer
from flows.casework.office import open_office
from flows.desk.cli.keeping import CHASE_WITHIN, make_home
from flows.desk.cli.terminal import heading
from flows.domain.errors import RefusedError, RegisterError, TamperedError
from flows.domain.policy import Person, Rules
from flows.domain.procedure import Role, Stage
from flows.domain.reference import slug
from flows.engine import here as engine
from flows.files import folder
from flows.home import Home
from flows.register import signature
from flows.register.audit import Report, audit
from flows.sources import copying

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.casework.office import Office
    from flows.engine.here import Engine

AUTHORITY: Final = "Sample Authority"
_RETURNED: Final = "1146A/22"
_PEOPLE: Final = {
    "foi-officer": Role.FOI_OFFICER,
    "legal-reviewer": Role.LEGAL_REVIEWER,
    "sign-off-officer": Role.SIGN_OFF_OFFICER,
}


Say = Callable[[str], object]


def play(keep: Path | None, *, say: Say) -> dict[str, Any]:
    """Play the story in ``keep``, or in a folder that is removed afterwards; return how it ended.

    Args:
        say: Told each step as it is done.

    Raises:
        RefusedError: ``keep`` holds something that is not an earlier demo.
        TamperedError: the audit at the end found something.
    """
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="equipoise-demo-") as place:
            return {"home": None, **_play(Home(Path(place) / "demo"), say)}
    home = Home(keep.absolute())
    if os.path.lexists(home.root):
        if not (home.root / ".demo").is_file():
            raise RefusedError(f"{home.root} is there and is no earlier demo; name another folder.")
        shutil.rmtree(home.root)
    ended = _play(home, say)
    for line in ("", heading("What to open next"), *(f"  {step}" for step in _next_steps(home))):
        say(line)
    return {"home": str(home.root), **ended}


def _play(home: Home, say: Say) -> dict[str, Any]:
    rules = Rules(
        gates={"test": "full"},
        threshold=1,
        reference_pattern="FOI-{year}-{number:04}",
        chase_within=CHASE_WITHIN,
    )
    make_home(home, authority=AUTHORITY, administrator="administrator", rules=rules)
    (home.root / ".demo").touch()
    from flows.document.signing import throwaway  # noqa: PLC0415 - a second, for the demo alone

    throwaway.make(home.authority, AUTHORITY, flows_home.now())
    with engine.running(home) as running, open_office(home) as office:
        people = _authorise(office)
        say(f"A register was founded, and {len(people)} people were authorised.")
        _take_in(office, running, say)
        for reference in office.register.ready(Stage.DRAFTING):
            _decide(office, running, reference, people, say)
        _run(running, "publication")
        published = office.register.ready(Stage.PUBLISHED)
        for reference in published:
            say(f"{reference}: published as {slug(reference)}.pdf, signed with a throw-away certificate.")
        _run(running, "auditing")
        report = _audit(office)
        say(f"The audit read {report.entries} entries of {report.cases} cases: the register holds.")
        return {"cases": published, "entries": report.entries, "holds": report.holds}


def _authorise(office: Office) -> dict[str, Officer]:
    administrator = _officer(office, "administrator")
    for person, role in _PEOPLE.items():
        public = signature.generate(office.home.officers / person)
        acts.add_officer(office, administrator, Person(id=person, roles=frozenset({role}), keys=(public,)))
    return {person: _officer(office, person) for person in _PEOPLE}


def _run(running: Engine, flow: str) -> None:
    if not running.run(flow):
        raise RegisterError(f"The {flow} flow failed; its task runs say why.")


def _officer(office: Office, person: str) -> Officer:
    return Officer(id=person, signer=signature.load(office.home.officers / person))


def _take_in(office: Office, running: Engine, say: Say) -> None:
    copying.copy_in(folder("cases"), office.home.inbox)
    _run(running, "intake")
    _run(running, "drafting")
    for row in office.register.cases():
        say(f"{row.reference}: taken in from the inbox; the first draft is written.")


def _decide(office: Office, running: Engine, reference: str, people: dict[str, Officer], say: Say) -> None:
    writer, lawyer, owner = people.values()
    acts.submit(office, writer, reference, 1)
    _run(running, "legal-review")
    version = 1
    if reference == _RETURNED:
        story = folder("cases") / ".story" / slug(reference)
        reason = (story / "return-reason.txt").read_text(encoding="utf-8")
        acts.return_(office, lawyer, reference, gate=Stage.LEGAL_REVIEW, version=1, reason=reason)
        say(f"{reference}: version 1 returned by the legal reviewer, with a reason.")
        acts.draft(office, writer, reference, (story / "assessment.yaml").read_bytes())
        version = 2
        acts.submit(office, writer, reference, version)
        _run(running, "legal-review")
        say(f"{reference}: version 2 drafted and submitted.")
    acts.approve(office, lawyer, reference, gate=Stage.LEGAL_REVIEW, version=version)
    _run(running, "balancing")
    acts.approve(office, owner, reference, gate=Stage.BALANCING, version=version)
    say(f"{reference}: version {version} approved by the legal reviewer and the sign-off officer.")


def _audit(office: Office) -> Report:
    newest = max(office.home.checkpoints.glob("*.txt"))
    report = audit(
        office.home.register,
        check_paper=paper.check,
        pin=office.register.fingerprint(),
        checkpoint=newest.read_text(encoding="ascii"),
    )
    if not report.holds:
        raise TamperedError(f"The register does not hold: {report.findings[0].sentence}")
    return report


def _next_steps(home: Home) -> Iterator[str]:
    place, command = home.root, sys.argv[0]
    yield f"{place}/published/1146A-22.pdf"
    yield f"git -C {place}/register.git log main"
    yield f"{command} history 1146A/22 --home {place}"
    yield f"{command} diff 1146A/22 --home {place}"
    yield f"{command} verify {place}/published/1146A-22.pdf --home {place}"
    yield f"{command} audit {place}/register.git"

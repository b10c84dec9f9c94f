"""The whole story on the example cases: every part real, through the functions that people use."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flows import home as flows_home
from flows.casework import acts, drafts
from flows.casework import papers as paper
from flows.casework.acts import Officer, Wish
from flows.casework.office import open_office
from flows.desk.cli.terminal import heading
from flows.desk.making import CHASE_WITHIN, make_home
from flows.domain.acts import APPROVE, RETURN, SUBMIT
from flows.domain.documents import RESPONSE, TEST
from flows.domain.edition import latest
from flows.domain.errors import RefusedError, RegisterError, TamperedError
from flows.domain.policy import Person, Rules
from flows.domain.procedure import Role, Stage
from flows.domain.reference import slug
from flows.engine import here as engine
from flows.engine.settings import DESK_PORT
from flows.files import folder
from flows.home import Home
from flows.register import signature
from flows.register.audit import Report, audit
from flows.sources import copying

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.casework.office import Office
    from flows.domain.acts import Kind

AUTHORITY: Final = "Sample Authority"
AUTHORITIES: Final = f"{AUTHORITY}; West Midlands Police; Northshire Police; Heddlu Dyffryn-yr-Ŵyn Police"
"""The example cases are of several, which share the register."""
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
        RefusedError: ``keep`` has something that is not an earlier demo.
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
    for line in ("", heading("What you can do next"), *(f"  {step}" for step in _next_steps(home))):
        say(line)
    return {"home": str(home.root), **ended}


def _play(home: Home, say: Say) -> dict[str, Any]:
    rules = Rules(
        edition=latest(),
        gates={TEST.name: "full", RESPONSE.name: "two-person"},
        threshold=1,
        reference_pattern="FOI-{year}-{number:04}",
        chase_within=CHASE_WITHIN,
        body="other",
        desk=(f"http://localhost:{DESK_PORT}",),
    )
    make_home(home, authority=AUTHORITIES, administrator="administrator", rules=rules)
    (home.root / ".demo").touch()
    from flows.document.signing import throwaway  # noqa: PLC0415 - a second, for the demo alone

    throwaway.make(home.authority, AUTHORITY, flows_home.now())
    with engine.running(home), open_office(home) as office:
        people = _authorise(office)
        say(f"A register was founded, and {len(people)} people were authorised.")
        _take_in(office, say)
        for reference, _ in office.catalogue.ready(Stage.DRAFTING):
            _decide(office, reference, people, say)
        _run("publication")
        published = [reference for reference, _ in office.catalogue.ready(Stage.PUBLISHED)]
        for reference in published:
            say(f"{reference}: published as {slug(reference)}.pdf, signed with a throw-away certificate.")
        _run("auditing")
        report = _audit(office)
        say(
            f"The audit read {report.entries} entries of {report.cases} cases: the register passes its audit."
        )
        return {"cases": published, "entries": report.entries, "passes": report.passes}


def _authorise(office: Office) -> dict[str, Officer]:
    administrator = officer_of(office, "administrator")
    for person, role in _PEOPLE.items():
        public = signature.generate(office.home.officers / person)
        acts.add_officer(office, administrator, Person(id=person, roles=frozenset({role}), keys=(public,)))
    return {person: officer_of(office, person) for person in _PEOPLE}


def _run(flow: str) -> None:
    if not engine.run_flow(flow):
        raise RegisterError(f"The {flow} flow failed; the line above says why.")


def officer_of(office: Office, person: str) -> Officer:
    """Return one of the sample's people, with their key."""
    return Officer(id=person, signer=signature.load(office.home.officers / person))


def _take_in(office: Office, say: Say) -> None:
    copying.copy_in(folder("cases"), office.home.inbox)
    _run("intake")
    _run("drafting")
    for row in office.catalogue.cases():
        say(f"{row.reference}: taken in from the inbox; the first draft is written.")


def _decide(office: Office, reference: str, people: dict[str, Officer], say: Say) -> None:
    writer, lawyer, owner = people.values()
    version = 1
    act(office, writer, SUBMIT, reference, version)
    _run("legal-review")
    if reference == _RETURNED:
        story = folder("cases") / ".story" / slug(reference)
        reason = (story / "return-reason.txt").read_text(encoding="utf-8")
        act(office, lawyer, RETURN, reference, version, gate=Stage.LEGAL_REVIEW, reason=reason)
        say(f"{reference}: version 1 returned by the legal reviewer, with a reason.")
        drafts.draft(office, writer, reference, (story / "assessment.yaml").read_bytes())
        version = 2
        act(office, writer, SUBMIT, reference, version)
        _run("legal-review")
        say(f"{reference}: version 2 drafted and submitted.")
    act(office, lawyer, APPROVE, reference, version, gate=Stage.LEGAL_REVIEW)
    _run("balancing")
    act(office, owner, APPROVE, reference, version, gate=Stage.BALANCING)
    say(f"{reference}: version {version} approved by the legal reviewer and the sign-off officer.")


def act(
    office: Office,
    officer: Officer,
    kind: Kind,
    reference: str,
    version: int | None = None,
    *,
    gate: Stage | None = None,
    reason: str | None = None,
) -> None:
    """Take an act on the test of a case, on its current version where none is named."""
    wish = Wish(kind=kind, reference=reference, document=TEST.name, version=version, gate=gate, reason=reason)
    acts.act(office, officer, wish)


def _audit(office: Office) -> Report:
    newest = max(office.home.checkpoints.glob("*.txt"))
    report = audit(
        office.home.register,
        check_brought=paper.check,
        pin=office.register.fingerprint(),
        checkpoint=newest.read_text(encoding="utf-8"),
    )
    if not report.passes:
        raise TamperedError(f"The register fails its audit: {report.findings[0].sentence}")
    return report


def _next_steps(home: Home) -> Iterator[str]:
    """Yield what a person can do next, each with its call."""
    place, command = shlex.quote(str(home.root)), f"{shlex.quote(sys.argv[0])} "
    for what, call in (
        ("Read a paper", f"{place}/published/1146A-22.pdf"),
        ("See who did what", f"{command}history 1146A/22 --home {place}"),
        ("See what a return changed", f"{command}diff 1146A/22 --home {place}"),
        ("See what is left to do", f"{command}queue --home {place}"),
        ("Do it", f"{command}show 1146A/22 --home {place}"),
        ("Check that a paper is genuine", f"{command}verify {place}/published/1146A-22.pdf --home {place}"),
        ("Look at the audit trail with git alone", f"git -C {place}/register.git log main"),
        ("Audit it", f"{command}audit --home {place}"),
        (
            "Make a register of your own",
            f'{command}init --authority "Your Authority" --body other --home equipoise',
        ),
    ):
        yield from (f"{what}:", f"  {call}")

"""Makes the golden register: a whole one, small, with every kind of act in it, and what is so of it.

``python -m tests.golden.make`` writes ``register.bundle`` and ``expected.json`` anew, with new keys. None
of the private ones is kept: an audit needs none. It is to be made again only for another format, which
there should never be: a register that passed its audit once passes it for ever.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PIL import Image

from flows.casework import acts, drafts, publishing, requests
from flows.casework.acts import Officer, Wish
from flows.casework.auditing import audit_register
from flows.casework.office import Office, open_office
from flows.casework.papers import check
from flows.desk.making import make_home
from flows.domain.acts import APPROVE, CLOSE, OVERRIDE, RETURN, SENT, SUBMIT
from flows.domain.documents import RESPONSE, TEST
from flows.domain.policy import Person, Rules
from flows.domain.procedure import Role, Stage
from flows.domain.theme import Crest, Theme
from flows.domain.working_days import Holiday
from flows.home import Home
from flows.register import signature
from flows.register.audit import audit
from flows.register.statement import POLICY
from flows.sources.item import REST, look

if TYPE_CHECKING:
    from flows.domain.acts import Kind
    from flows.register.audit import Report

GOLDEN: Final = Path(__file__).parent
BUNDLE: Final = GOLDEN / "register.bundle"
EXPECTED: Final = GOLDEN / "expected.json"

_PEOPLE: Final = {
    "foi-officer": Role.FOI_OFFICER,
    "second-foi-officer": Role.FOI_OFFICER,
    "legal-reviewer": Role.LEGAL_REVIEWER,
    "sign-off-officer": Role.SIGN_OFF_OFFICER,
}
_GAMES: Final = Holiday(
    date=date(2027, 6, 14), name="Games", nations=("Scotland",), source="Edinburgh Gazette, 6 February 2026"
)
_REQUEST: Final = """\
reference: G/1
authority: Sample Authority
received: 2026-11-02
subject: Times of patrols in one park
applicant:
  name: Sample Applicant
  email: sample.applicant@example.org
text: |
  Please send me the times of patrols in Mill Park in June 2026. My reference is G/1.
summary: |
  The times of patrols in Mill Park in June 2026.
"""
_ASSESSMENT: Final = """\
reference: G/1
parts:
  - information: the times of patrols in Mill Park in June 2026
    duty: disclose
    exemptions:
      - provision: "31(1)"
        limbs: ["31(1)(a)"]
        likelihood: would-be-likely
        applies: |
          Section 31(1)(a) exempts information if its disclosure would, or would be likely to, prejudice the
          prevention or detection of crime. The times show when nobody is near.
        favouring:
          - text: |
              Those who live beside Mill Park have an interest in knowing whether it is patrolled at night.
            weight: moderate
        against:
          - text: |
              The patrols keep to the same hours each month, so that whoever takes lead from the roof of the
              pavilion would be likely to come in between.
            weight: significant
        balance: |
          Whether the park is patrolled is of moderate weight, and is met in part by the number of patrols,
          which we give below. That the hours would be used by those who took lead twice in May weighs more.
          In all the circumstances of the case, the public interest in maintaining the exemption in section
          31(1)(a) outweighs the public interest in disclosing the information.
        outcome: withhold
    harm: |
      Lead was taken from the pavilion on 4 and 19 May 2026, both times within an hour after a patrol. The
      hours in June are the same as in May.
    outcome: withhold
    answer: |
      There were 41 patrols in Mill Park in June 2026.
"""
_LETTER: Final = """\
You asked for the times of patrols in Mill Park in June 2026. There were 41 patrols.
"""


class Story:
    """What is told in one home."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._folder = office.home.officers

    def tell(self) -> None:
        """Tell a case to its end, with its response; one that is withdrawn; and one that waits."""
        self._policy()
        self._open("G/1")
        self._to_the_first_approval("G/1")
        self._returned_and_overridden("G/1")
        self._letter("G/1")
        self._act("foi-officer", SENT, "G/1", facts={"on": self._office.today().isoformat(), "by": "post"})
        acts.revoke_officer(self._office, self._officer("administrator"), "second-foi-officer")
        self._open("G/2", with_assessment=True)
        self._act("foi-officer", CLOSE, "G/2", document="", facts={"ground": "withdrawn"})
        self._open("G/3", with_assessment=True)
        self._act("foi-officer", SUBMIT, "G/3")

    def _policy(self) -> None:
        administrator = self._officer("administrator")
        for person, role in _PEOPLE.items():
            public = signature.generate(self._folder / person)
            added = Person(id=person, roles=frozenset({role}), keys=(public,))
            acts.add_officer(self._office, administrator, added)
        slip = replace(_GAMES, date=date(2027, 6, 15))
        acts.add_holiday(self._office, administrator, slip)
        acts.remove_holiday(self._office, administrator, slip.date)
        acts.add_holiday(self._office, administrator, _GAMES)
        crest = io.BytesIO()
        Image.new("RGB", (8, 8), "#004d40").save(crest, "PNG")
        drawn = Crest(image=crest.getvalue(), words="Crest of Sample Authority", height=8)
        acts.change_desk(self._office, administrator, ["https://foi.example.gov.uk"])
        acts.change_theme(self._office, administrator, Theme(accent="#004d40", crest=drawn))

    def _open(self, reference: str, *, with_assessment: bool = False) -> None:
        place = self._office.home.inbox / "item"
        place.mkdir()
        (place / "request.yaml").write_text(_REQUEST.replace("G/1", reference), encoding="utf-8")
        if with_assessment:
            (place / "assessment.yaml").write_bytes(_assessment(reference))
        item = look(place, now=time.time() + REST)
        assert item is not None
        requests.open_case(self._office, requests.read_item(item, requests.NextReferences(self._office)))
        drafts.write_first_draft(self._office, reference)

    def _to_the_first_approval(self, reference: str) -> None:
        drafts.draft(self._office, self._officer("foi-officer"), reference, _assessment(reference))
        self._act("second-foi-officer", SUBMIT, reference)
        self._decide("legal-reviewer", RETURN, reference, Stage.LEGAL_REVIEW, reason="Weigh the delay too.")

    def _returned_and_overridden(self, reference: str) -> None:
        one_sided = re.sub(rb" +against:\n.*?(?= +balance:)", b"", _assessment(reference), flags=re.DOTALL)
        drafts.draft(self._office, self._officer("foi-officer"), reference, one_sided)
        stopping = {"finding": "F01", "place": "parts[0].exemptions[0].against"}
        why = "What speaks against it stands in the balance."
        self._act("sign-off-officer", OVERRIDE, reference, facts=stopping, reason=why)
        self._act("second-foi-officer", SUBMIT, reference)
        self._decide("legal-reviewer", APPROVE, reference, Stage.LEGAL_REVIEW, reason="Sound in law.")
        self._decide("sign-off-officer", APPROVE, reference, Stage.BALANCING)
        publishing.publish(self._office, reference)

    def _letter(self, reference: str) -> None:
        name, gate = RESPONSE.name, Stage.BALANCING
        for text in (_LETTER, f"{_LETTER}\nYou may ask for a review.\n"):
            writer = self._officer("foi-officer")
            drafts.draft(self._office, writer, reference, text.encode(), document=name)
            self._act("second-foi-officer", SUBMIT, reference, document=name)
            if text == _LETTER:
                self._decide(
                    "sign-off-officer", RETURN, reference, gate, document=name, reason="Of a review?"
                )
        self._decide("sign-off-officer", APPROVE, reference, gate, document=name)
        publishing.publish(self._office, reference, name)

    def _decide(self, person: str, kind: Kind, reference: str, gate: Stage, **facts: Any) -> None:
        self._act(person, kind, reference, gate=gate, **facts)

    def _act(
        self, person: str, kind: Kind, reference: str, *, document: str = TEST.name, **facts: Any
    ) -> None:
        wish = Wish(kind=kind, reference=reference, document=document, **facts)
        acts.act(self._office, self._officer(person), wish)

    def _officer(self, person: str) -> Officer:
        return Officer(id=person, signer=signature.load(self._folder / person))


def _assessment(reference: str) -> bytes:
    return _ASSESSMENT.replace("G/1", reference).encode()


def told(report: Report) -> dict[str, Any]:
    """Return what an audit says, without what goes by the tools that made a paper and those at hand."""
    return {
        "entries": report.entries,
        "cases": report.cases,
        "overrides": len(report.overrides),
        "register": report.register,
        "fingerprint": report.fingerprint,
        "head": report.head,
        "findings": [f"{each.code} {each.place}" for each in report.findings],
        "remarks": [each for each in report.remarks if not re.search("toolchain|this software makes", each)],
        "not established": [each for each in report.not_established if not each.startswith("whether the ")],
    }


def history(repository: Path) -> list[str]:
    """Return the line of entries as plain git shows it, oldest first."""
    command = ["git", "-C", str(repository), "log", "--reverse", "--format=%an: %s", "refs/heads/main"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def stand(office: Office) -> dict[str, list[str]]:
    """Return where each document stands, by case."""
    return {
        f"{row.reference} {row.document}": [row.stage, f"version {row.version}", f"round {row.round}"]
        for row in office.catalogue.cases()
    }


def kinds(office: Office) -> list[str]:
    """Name the kinds of act that are in the register, in the order of the alphabet."""
    references = (POLICY, *(row.reference for row in office.catalogue.cases()))
    dossiers = (office.register.dossier(each) for each in references)
    return sorted({said.act.kind.name for dossier in dossiers for said in dossier.statements})


def expected(home: Home, checkpoint: str) -> dict[str, Any]:
    """Return what is so of a home's register, and the checkpoint that its service signed."""
    with open_office(home, reading=True) as office:
        pin = office.register.fingerprint()
        return {
            "audit": told(audit(home.register, check_brought=check, pin=pin, checkpoint=checkpoint)),
            "acts": kinds(office),
            "checkpoint": checkpoint,
            "history": history(home.register),
            "documents": stand(office),
        }


def unpack(home: Home) -> dict[str, Any]:
    """Put the golden register into a home that has nothing; return what is so of it."""
    command = ["git", "clone", "-q", "--bare", str(BUNDLE), str(home.register)]
    subprocess.run(command, check=True, capture_output=True)
    whole: dict[str, Any] = json.loads(EXPECTED.read_text(encoding="utf-8"))
    return whole


def make() -> None:
    """Tell the story, and keep the register and what is so of it."""
    rules = Rules(
        edition=1,
        gates={TEST.name: "full", RESPONSE.name: "two-person"},
        threshold=1,
        reference_pattern="FOI-{year}-{number:04}",
        chase_within=5,
        body="other",
    )
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        make_home(home, authority="Sample Authority", administrator="administrator", rules=rules)
        with open_office(home) as office:
            Story(office).tell()
            audit_register(office)
        (note,) = home.checkpoints.glob("*.txt")
        whole = expected(home, note.read_text(encoding="ascii"))
        command = ["git", "-C", str(home.register), "bundle", "create", "--quiet", str(BUNDLE)]
        subprocess.run([*command, "HEAD", "refs/heads/main"], check=True)
    text = json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    EXPECTED.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    make()

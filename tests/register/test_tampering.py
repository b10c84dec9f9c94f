"""What the audit says to an attacker who knows the register's form as well as its authors.

Each attack works on its own copy of a register, with every hash, link and signature made anew that
the attacker can make; what is asserted is every code the audit finds. `pytest -s` prints the table.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import subprocess
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from attacker import Attacker, Odd, Step
from authenticator import ORIGIN, EdSecurityKey, Passkey, SecurityKey, as_a_device_has_it
from register_builders import (
    ISSUER,
    PEOPLE,
    SEALED,
    Office,
    audited,
    bytes_of,
    copied,
    forged,
    key_of,
    opening,
    paper_of,
    request_of,
    unpack,
    weak_key,
)
from sampling import spread

from flows.document.releases import texts_made_with
from flows.domain.acts import (
    ADD_OFFICER,
    ADOPT_EDITION,
    CHANGE_APPROVALS,
    CHANGE_ATTESTED,
    CHANGE_AUTHORITY,
    CHANGE_BODY,
    CHANGE_DESK,
    CHANGE_PATTERN,
    CHANGE_RECOVERY,
    CHANGE_REMINDERS,
    CHANGE_SERVICE_KEY,
    CHANGE_THRESHOLD,
    CORRECT_DAY,
    FOUND,
    RECOVER,
    RESUME,
    RETURN,
    REVOKE_OFFICER,
    SENT,
    SUSPECT_KEY,
)
from flows.domain.acts.drafting import MADE_WITH
from flows.domain.acts.policy import (
    CONSENT,
    PROPOSED_BY,
    RECOVERY,
    add_officer,
    change_approvals,
    change_authority,
    change_body,
    change_pattern,
    change_recovery,
    change_reminders,
    change_service_key,
    change_threshold,
    revoke_officer,
    suspect_key,
)
from flows.domain.attested import Attesting
from flows.domain.checks import VERSION
from flows.domain.documents import ASSESSMENT, DOCUMENT, REQUEST, RESPONSE, SEALED_REQUEST, TEST
from flows.domain.edition import latest
from flows.domain.policy import SERVICE, Person, Recovery, fingerprint
from flows.domain.procedure import Role, Stage
from flows.register import canonical, signature
from flows.register.checkpoint import Checkpoint, write_checkpoint
from flows.register.consent import Consent
from flows.register.kinds import CURVE, SK_ECDSA
from flows.register.merkle import hash_children
from flows.register.note import Note, SignatureLine, key_id, sign_note
from flows.register.openings import read_openings
from flows.register.roster import ROSTER, RULES, write_policy
from flows.register.signature import CHECKPOINT
from flows.register.sshsig import on_one_line, string
from flows.register.statement import POLICY, Link, mark
from flows.register.webauthn import PRESENT, VERIFIED
from flows.vault.shares import combine, split
from flows.vault.wrapping import note as note_opening

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flows.domain.act import Act
    from flows.domain.acts import Kind
    from flows.domain.documents import DocumentKind
    from flows.domain.policy import Policy
    from flows.register.openings import End

DONE = "1146A/22"
"""Told to its end: 5 is legal-reviewer's return of version 2, 8 and 9 approve version 3, 10 publishes it."""
SHORT = "B/1"
"""Told to its end in six acts."""
WAITING = "C/1"
"""At legal review, after three acts."""
EIGHTH = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
"""A point of order 8, which test_points.py finds too."""


@dataclass
class Scene:
    """A register under attack.

    Attributes:
        given: What the auditor has from outside.
    """

    office: Office
    given: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return self.office.path

    def attacker(self, *holding: str) -> Attacker:
        """Return an insider who holds the service's key and those named."""
        return Attacker(self.path, {name: self.office.signers[name] for name in (SERVICE, *holding)})

    def git(self, *arguments: str) -> str:
        command = ["git", "-c", "user.name=m", "-c", "user.email=m", "-C", str(self.path), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def tip(self) -> str:
        return self.office.register.tip().id

    def loose(self, id_: str) -> Path:
        unpack(self.path)
        return self.path / "objects" / id_[:2] / id_[2:]

    def last_of(self, case: str) -> Link:
        link = self.office.register.dossier(case).chain.last
        assert link
        return link

    def document_id(self) -> str:
        return self.git("rev-parse", f"main:cases/2026/11/02/C-1/{DOCUMENT}").strip()


OTHER: Final = hashlib.sha256(b"other").hexdigest()
ATTACKS: Final[dict[str, tuple[Callable[[Scene], None], tuple[str, ...]]]] = {}


def attack(name: str, *expected: str) -> Callable[[Callable[[Scene], None]], Callable[[Scene], None]]:
    def enter(act: Callable[[Scene], None]) -> Callable[[Scene], None]:
        assert name not in ATTACKS
        ATTACKS[name] = (act, expected)
        return act

    return enter


def approval_of(scene: Scene, attacker: Attacker, who: str, **changes: Any) -> Step:
    """Return an approval of the waiting case, to be signed with the key of ``who``."""
    act = scene.office.approval(WAITING, "legal-reviewer", Stage.LEGAL_REVIEW)
    like = attacker.of(WAITING)[-1]
    step = attacker.another(like)
    step.said = replace(step.said, act=replace(act, actor=who, **changes))
    step.committed = int(act.time.timestamp())
    attacker.steps.append(step)
    return step


def amendment(scene: Scene, attacker: Attacker, files: dict[str, bytes], **changes: Any) -> Step:
    """Return a change of the policy at the end of the line, as if administrator added outsider."""
    version = scene.office.register.policy().version
    facts = {
        "kind": ADD_OFFICER,
        "policy": version,
        "version": version + 1,
        "time": scene.office.time(),
        "details": {"person": "outsider"},
    }
    step = attacker.another(attacker.of(POLICY)[-1], **(facts | changes))
    step.changes = {f"{POLICY}/{name}": content for name, content in files.items()}
    step.committed = int(scene.office.time().timestamp())
    attacker.steps.append(step)
    return step


def with_outsider(scene: Scene) -> dict[str, bytes]:
    outsider = Person(
        id="outsider",
        roles=frozenset({Role.ADMINISTRATOR, Role.SIGN_OFF_OFFICER}),
        keys=(scene.office.signers["outsider"].public,),
    )
    return write_policy(add_officer(scene.office.register.policy(), outsider))


# What was decided on


@attack("a document is changed after its approval", "E_SHA256")
def _(scene: Scene) -> None:
    a = scene.attacker()
    step = a.step(SHORT, "0006-publish")
    step.changes[f"{step.folder}/{DOCUMENT}"] = b"softer words\n"
    step.keep = frozenset({"files"})
    a.together()


@attack("a document is changed after its approval, and listed anew", "E_STALE_APPROVAL")
def _(scene: Scene) -> None:
    a = scene.attacker()
    step = a.step(SHORT, "0006-publish")
    step.changes[f"{step.folder}/{DOCUMENT}"] = b"softer words\n"
    step.changes[f"{step.folder}/test/B-1.pdf"] = paper_of(b"softer words\n")
    a.together()


@attack("a document is changed before its approval, under the approver's signature", "E_SIGNATURE")
def _(scene: Scene) -> None:
    a = scene.attacker("foi.officer.2", "foi-officer")
    step = a.step(SHORT, "0002-draft")
    step.changes[f"{step.folder}/{DOCUMENT}"] = b"softer words\n"
    publish = a.step(SHORT, "0006-publish")
    publish.changes[f"{step.folder}/test/B-1.pdf"] = paper_of(b"softer words\n")
    a.together()


@attack("an approval is of other bytes than the case holds", "E_STALE_APPROVAL")
def _(scene: Scene) -> None:
    a = scene.attacker("legal-reviewer")
    step = approval_of(scene, a, "legal-reviewer")
    step.act(details={**step.said.act.details, DOCUMENT: hashlib.sha256(b"other").hexdigest()})
    a.together()


@attack("an approval is copied from another case", "E_REPLAY_CASE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    copy = replace(a.step(SHORT, "0004-approve"), folder=a.of(WAITING)[-1].folder, changes={})
    copy.keep = frozenset({"number", "previous", "files", "key"})
    copy.entry = {"case": WAITING, "subject": f"legal-review: approve {WAITING} version 1"}
    copy.committed = int(scene.office.time().timestamp())
    a.steps.append(copy)
    copy.entry["authored"] = copy.committed
    a.together()


@attack("an approval is copied from another case and made to name this one", "E_SIGNATURE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    step = approval_of(scene, a, "legal-reviewer")
    step.armoured = a.step(SHORT, "0004-approve").armoured
    a.together()


@attack("an approval is copied from another register", "E_REPLAY_REGISTER")
def _(scene: Scene) -> None:
    a = scene.attacker("legal-reviewer")
    step = approval_of(scene, a, "legal-reviewer")
    step.said = replace(step.said, register="0" * 32)
    step.entry = {"register": a.steps[0].said.register}
    a.together()


def approved_returned_drafted(scene: Scene) -> Attacker:
    """Let the waiting case be approved, returned, and put forward again as version 2."""
    office = scene.office
    office.approve(WAITING, "legal-reviewer", Stage.LEGAL_REVIEW)
    office.return_(WAITING, "sign-off-officer", Stage.BALANCING)
    office.draft(WAITING, "foi-officer", text="another")
    office.submit(WAITING)
    return scene.attacker("legal-reviewer")


@attack("the approval of an earlier version is put behind a later one", "E_TREE")
def _(scene: Scene) -> None:
    a = approved_returned_drafted(scene)
    step = replace(a.step(WAITING, "0004-approve"))
    step.keep = frozenset({"number", "previous", "files", "key"})
    step.committed = a.steps[-1].committed
    a.steps.append(step)
    a.together()


@attack("the approval of an earlier version is signed again for a later one", "E_REPLAY_VERSION")
def _(scene: Scene) -> None:
    a = approved_returned_drafted(scene)
    step = replace(a.step(WAITING, "0004-approve"))
    step.committed = a.steps[-1].committed
    a.steps.append(step)
    a.together()


@attack("a version that was drafted after a return lacks its text", "E_ACT")
def _(scene: Scene) -> None:
    approved_returned_drafted(scene)
    a = scene.attacker("foi-officer", "foi.officer.2")
    step = next(each for each in a.of(WAITING) if each.said.label == "0006-draft")
    del step.changes[f"{step.folder}/{DOCUMENT}"]
    step.removed = {f"{step.folder}/{DOCUMENT}"}
    a.together()


@attack("a paper is published of another text", "E_PDF")
def _(scene: Scene) -> None:
    a = scene.attacker()
    step = a.step(SHORT, "0006-publish")
    step.changes[f"{step.folder}/test/B-1.pdf"] = paper_of(b"softer words\n")
    a.together()


def paper_stating(scene: Scene, a: Attacker, entries: int, *, root: str = "") -> None:
    """Let a paper state of some entries that their root is ``root``, or what it is."""
    step, register = a.step(SHORT, "0006-publish"), scene.office.register
    root = root or register.tree().root(entries).hex()
    told = {"checkpoint": f"equipoise/{register.policy().register} {entries} {root}"}
    step.changes[f"{step.folder}/test/B-1.json"] = json.dumps(told).encode()
    step.act(details={"entries": str(entries)})


@attack("nothing but a paper that states the root of the entries before it")
def _(scene: Scene) -> None:
    a = scene.attacker()
    paper_stating(scene, a, 7)
    a.together()


@attack("the entries are written anew of which a paper states the root", "E_STATED")
def _(scene: Scene) -> None:
    a = scene.attacker()
    paper_stating(scene, a, 7)
    for step in a.steps[1:]:
        step.committed += 60
    a.together()


@attack("a paper states another root than that of the entries before it", "E_STATED")
def _(scene: Scene) -> None:
    a = scene.attacker()
    paper_stating(scene, a, 7, root="0" * 64)
    a.together()


@attack("a paper states a root, and its publication says of no entries", "E_STATED")
def _(scene: Scene) -> None:
    a = scene.attacker()
    paper_stating(scene, a, 7)
    a.step(SHORT, "0006-publish").act(details={})
    a.together()


@attack("a paper states more entries than there were before it", "E_STATED")
def _(scene: Scene) -> None:
    a = scene.attacker()
    paper_stating(scene, a, a.steps.index(a.step(SHORT, "0006-publish")) + 1)
    a.together()


@attack("a paper states a root over more entries than any register has", "E_STATED")
def _(scene: Scene) -> None:
    # Over leaves that are not there a careless reader hashes nothing, and anybody knows what comes out.
    a = scene.attacker()
    paper_stating(scene, a, 3 << 30, root=hash_children(b"", b"").hex())
    a.together()


@attack("a publication states a number of entries that is none", "E_ACT")
def _(scene: Scene) -> None:
    a = scene.attacker()
    paper_stating(scene, a, 7)
    a.step(SHORT, "0006-publish").act(details={"entries": "007"})
    a.together()


for _name, _number in {"of another script": "\u0667", "and a line more": "7\n", "of nothing": "0"}.items():

    @attack(f"a publication states a number of entries in digits {_name}", "E_ACT")
    def _(scene: Scene, number: str = _number) -> None:
        a = scene.attacker()
        paper_stating(scene, a, 7)
        a.step(SHORT, "0006-publish").act(details={"entries": number})
        a.together()


@attack("a publication states no entries as a number, and its paper states nothing", "E_ACT")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.step(SHORT, "0006-publish").act(details={"entries": "0"})
    a.together()


@attack("a paper states the root of another register", "E_STATED")
def _(scene: Scene) -> None:
    a = scene.attacker()
    paper_stating(scene, a, 7)
    step = a.step(SHORT, "0006-publish")
    path = f"{step.folder}/test/B-1.json"
    own = scene.office.register.policy().register.encode()
    step.changes[path] = step.changes[path].replace(own, b"0" * 32)  # type: ignore[union-attr]
    a.together()


@attack("a paper states a root twice, the right one first", "E_STATED")
def _(scene: Scene) -> None:
    a = scene.attacker()
    paper_stating(scene, a, 7)
    step = a.step(SHORT, "0006-publish")
    path = f"{step.folder}/test/B-1.json"
    step.changes[path] = step.changes[path].replace(b"}", b', "checkpoint": "none"}')  # type: ignore[union-attr]
    a.together()


@attack("a publication has no manifest", "E_TREE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    step = a.step(SHORT, "0006-publish")
    del step.changes[f"{step.folder}/test/B-1.json"]
    step.keep = frozenset({"files"})
    a.together()


@attack("an approval does not say of what", "E_ACT")
def _(scene: Scene) -> None:
    scene.office.approve(WAITING, "legal-reviewer", Stage.LEGAL_REVIEW)
    a = scene.attacker("sign-off-officer")
    approval_of(scene, a, "sign-off-officer", gate=Stage.BALANCING, role=Role.SIGN_OFF_OFFICER, details={})
    a.together()


# Of which document


def with_a_response(scene: Scene, *, approved: bool = False) -> None:
    """Bring the response of the waiting case to its sign-off, beside the test at legal review."""
    office = scene.office
    office.draft(WAITING, "foi-officer", document=RESPONSE.name)
    office.submit(WAITING, document=RESPONSE.name)
    if approved:
        office.approve(WAITING, "legal-reviewer", Stage.LEGAL_REVIEW)
        office.approve(WAITING, "sign-off-officer", Stage.BALANCING)


def signed_off(scene: Scene, a: Attacker, **changes: Any) -> Step:
    """Return a sign-off of the waiting case's response, about to be made by whoever may."""
    act = scene.office.approval(WAITING, "sign-off-officer", Stage.BALANCING, document=RESPONSE.name)
    step = a.another(a.of(WAITING)[-1])
    step.said = replace(step.said, act=replace(act, **changes))
    step.committed = int(act.time.timestamp())
    a.steps.append(step)
    return step


@attack("the sign-off of the test is passed off as that of the response", "E_SIGNATURE")
def _(scene: Scene) -> None:
    with_a_response(scene, approved=True)
    a = scene.attacker()
    signed_off(scene, a).armoured = a.of(WAITING)[-2].armoured
    a.together()


@attack("a statement about the test is recorded as one about the response", "E_ENTRY")
def _(scene: Scene) -> None:
    with_a_response(scene, approved=True)
    a = scene.attacker()
    a.steps[-1].entry = {"subject": f"balancing: approve {WAITING} response version 1"}
    a.together()


@attack("a statement about the test is recorded again as one about the response", "E_PREVIOUS")
def _(scene: Scene) -> None:
    with_a_response(scene, approved=True)
    a = scene.attacker()
    copy = replace(a.steps[-1], keep=frozenset({"number", "previous", "files", "key"}))
    copy.edit_statement = lambda data: data.replace(b'"document": "test"', b'"document": "response"')
    copy.entry = {
        "act": "0007-approve",
        "subject": f"balancing: approve {WAITING} response version 1",
    }
    a.steps.append(copy)
    a.together()


@attack("the response is signed off on the bytes of the test", "E_ACT")
def _(scene: Scene) -> None:
    with_a_response(scene)
    a = scene.attacker("sign-off-officer")
    files = scene.office.case(WAITING).files
    signed_off(scene, a, details={path: files[path].sha256 for path in TEST.decided_on})
    a.together()


@attack("the response is signed off on other bytes than the case has", "E_STALE_APPROVAL")
def _(scene: Scene) -> None:
    with_a_response(scene)
    a = scene.attacker("sign-off-officer")
    step = signed_off(scene, a)
    step.act(details={**step.said.act.details, RESPONSE.text: OTHER})
    a.together()


@attack("the response is signed off by its writer", "E_SOD")
def _(scene: Scene) -> None:
    scene.office.authorise(
        replace(
            scene.office.person("foi-officer"), roles=frozenset({Role.FOI_OFFICER, Role.SIGN_OFF_OFFICER})
        )
    )
    with_a_response(scene)
    a = scene.attacker("foi-officer")
    signed_off(scene, a, actor="foi-officer")
    a.together()


@attack("the response is signed off at a gate that only the test passes", "E_STAGE")
def _(scene: Scene) -> None:
    with_a_response(scene)
    a = scene.attacker("legal-reviewer")
    signed_off(scene, a, actor="legal-reviewer", role=Role.LEGAL_REVIEWER, gate=Stage.LEGAL_REVIEW)
    a.together()


def response_published(scene: Scene) -> Attacker:
    """Let the service publish the response of the waiting case, whoever has approved it or not."""
    a = scene.attacker()
    step = a.another(
        a.step(SHORT, "0006-publish"),
        case=WAITING,
        document=RESPONSE.name,
        version=scene.office.case(WAITING).document(RESPONSE.name).version,
        time=scene.office.time(),
    )
    step.folder = a.of(WAITING)[-1].folder
    step.committed = int(scene.office.time().timestamp())
    paper = paper_of(scene.office.register.dossier(WAITING).read(RESPONSE.text))
    pdf, manifest = RESPONSE.published("C-1")
    step.changes = {f"{step.folder}/{pdf}": paper, f"{step.folder}/{manifest}": b"{}\n"}
    a.steps.append(step)
    return a


@attack("a response is published without an approval", "E_STAGE")
def _(scene: Scene) -> None:
    with_a_response(scene)
    response_published(scene).together()


@attack("a response is published on the approvals of the test", "E_STAGE")
def _(scene: Scene) -> None:
    with_a_response(scene, approved=True)
    response_published(scene).together()


@attack("a response is published that nobody submitted, beside a published test", "E_STAGE")
def _(scene: Scene) -> None:
    scene.office.draft(WAITING, "foi-officer", document=RESPONSE.name)
    scene.office.approve(WAITING, "legal-reviewer", Stage.LEGAL_REVIEW)
    scene.office.approve(WAITING, "sign-off-officer", Stage.BALANCING)
    scene.office.publish(WAITING)
    response_published(scene).together()


@attack("a response is published in the paper of the test", "E_ACT")
def _(scene: Scene) -> None:
    with_a_response(scene)
    scene.office.approve(WAITING, "sign-off-officer", Stage.BALANCING, document=RESPONSE.name)
    a = response_published(scene)
    step = a.steps[-1]
    step.changes = {path.replace("/response/", "/test/"): data for path, data in step.changes.items()}
    a.together()


@attack("a response is published of another text", "E_PDF")
def _(scene: Scene) -> None:
    with_a_response(scene)
    scene.office.approve(WAITING, "sign-off-officer", Stage.BALANCING, document=RESPONSE.name)
    a = response_published(scene)
    a.steps[-1].changes[f"{a.steps[-1].folder}/response/C-1.pdf"] = paper_of(b"softer words\n")
    a.together()


@attack("a draft of the response writes the test anew", "E_ACT")
def _(scene: Scene) -> None:
    scene.office.draft(WAITING, "foi-officer", document=RESPONSE.name)
    a = scene.attacker("foi-officer")
    a.steps[-1].changes[f"{a.steps[-1].folder}/{DOCUMENT}"] = b"softer words\n"
    a.together()


# What was submitted


def submission_of(scene: Scene, document: DocumentKind, **details: str | None) -> None:
    """Submit a document of the waiting case with other facts than the software would find."""
    office = scene.office
    if document is TEST:
        office.return_(WAITING, "legal-reviewer", Stage.LEGAL_REVIEW)
    else:
        office.draft(WAITING, "foi-officer", document=document.name)
    a = scene.attacker("foi.officer.2")
    act = office.submission(WAITING, "foi.officer.2", document=document.name)
    facts = {**act.details, **details}
    step = a.another(a.of(WAITING)[-1])
    step.said = replace(
        step.said, act=replace(act, details={name: fact for name, fact in facts.items() if fact})
    )
    step.committed = int(act.time.timestamp())
    a.steps.append(step)
    a.together()


for gates in ("balancing", "legal-review", "balancing legal-review", "legal-review legal-review balancing"):

    @attack(f"a test is submitted for {gates!r}", "E_ACT")
    def _(scene: Scene, gates: str = gates) -> None:
        submission_of(scene, TEST, gates=gates)


@attack("a submission does not say which approvals it needs", "E_ACT")
def _(scene: Scene) -> None:
    submission_of(scene, TEST, gates=None)


@attack("a submission needs an approval that there is not", "E_ACT")
def _(scene: Scene) -> None:
    submission_of(scene, TEST, gates="publication")


@attack("a submission needs an approval that goes by the name of what every object has", "E_ACT")
def _(scene: Scene) -> None:
    submission_of(scene, TEST, gates="constructor")


@attack("a response is submitted for the approvals of a test", "E_ACT")
def _(scene: Scene) -> None:
    submission_of(scene, RESPONSE, gates="legal-review balancing")


@attack("a submission names rules that nobody knows", "E_CHECKS")
def _(scene: Scene) -> None:
    submission_of(scene, TEST, rules="999999")


@attack("a submission names no rules", "E_CHECKS")
def _(scene: Scene) -> None:
    submission_of(scene, TEST, rules=None)


@attack("a submission names rules in words", "E_CHECKS")
def _(scene: Scene) -> None:
    submission_of(scene, TEST, rules="one")


@attack("a response, on which no rules are run, is submitted with some", "E_CHECKS")
def _(scene: Scene) -> None:
    submission_of(scene, RESPONSE, rules=VERSION)


@attack("a submission does not say what made its text", "E_ACT")
def _(scene: Scene) -> None:
    submission_of(scene, TEST, **{MADE_WITH: None})


@attack("a submission says in words what made its text", "E_ACT")
def _(scene: Scene) -> None:
    submission_of(scene, TEST, **{MADE_WITH: "the software at hand"})


_HASHES: Final = " ".join(f"{name}={OTHER}" for name in ("renderer", "templates", "wording"))
for _name, _made in {
    "with a line more": f"equipoise=0.1.0 {_HASHES}\n",
    "with a digest in capitals": f"equipoise=0.1.0 {_HASHES.replace(OTHER, OTHER.upper())}",
    "with digits of another script": f"equipoise=\u0660.1.0 {_HASHES}",
    "with two spaces between": f"equipoise=0.1.0  {_HASHES}",
    "with more parts than there can be": f"equipoise=0.1.0 {_HASHES}{' font=1' * 9}",
    "without the digest of its words": f"equipoise=0.1.0 {_HASHES.rpartition(' ')[0]}",
}.items():

    @attack(f"a submission says what made its text {_name}", "E_ACT")
    def _(scene: Scene, made: str = _made) -> None:
        submission_of(scene, TEST, **{MADE_WITH: made})


@attack("a response, which is made of nothing, is submitted with what made it", "E_ACT")
def _(scene: Scene) -> None:
    submission_of(scene, RESPONSE, **{MADE_WITH: texts_made_with()})


@attack("a submission tells of a finding that stops it", "E_CHECKS")
def _(scene: Scene) -> None:
    submission_of(scene, TEST, findings="X06 block parts[0]")


# Who decided


@attack("a drafter approves their own draft", "E_SOD")
def _(scene: Scene) -> None:
    office = scene.office
    office.return_(WAITING, "legal-reviewer", Stage.LEGAL_REVIEW)
    office.draft(WAITING, "foi-officer", text="hers")
    office.submit(WAITING)
    a = scene.attacker("foi-officer")
    approval_of(scene, a, "foi-officer")
    a.together()


@attack("a drafter approves with a second key of their own", "E_SOD")
def _(scene: Scene) -> None:
    office = scene.office
    office.return_(WAITING, "legal-reviewer", Stage.LEGAL_REVIEW)
    office.draft(WAITING, "foi-officer", text="hers")
    office.submit(WAITING)
    a = scene.attacker("foi-officer-second-key")
    approval_of(scene, a, "foi-officer").signed_as = "foi-officer-second-key"
    a.together()


@attack("someone who only submitted approves", "E_SOD")
def _(scene: Scene) -> None:
    a = scene.attacker("foi.officer.2")
    approval_of(scene, a, "foi.officer.2")
    a.together()


@attack("one person passes both gates", "E_SOD")
def _(scene: Scene) -> None:
    scene.office.approve(WAITING, "legal-reviewer", Stage.LEGAL_REVIEW)
    a = scene.attacker("legal-reviewer")
    approval_of(scene, a, "legal-reviewer", gate=Stage.BALANCING, role=Role.SIGN_OFF_OFFICER)
    a.together()


@attack("the service's key signs an approval in a reviewer's name", "E_ROLE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    approval_of(scene, a, "legal-reviewer").signed_as = SERVICE
    a.together()


@attack("the service approves in its own name", "E_ROLE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    approval_of(scene, a, SERVICE, role=Role.SERVICE)
    a.together()


@attack("someone approves without the role", "E_ROLE")
def _(scene: Scene) -> None:
    a = scene.attacker("sign-off-officer")
    approval_of(scene, a, "sign-off-officer")
    a.together()


@attack("a colleague's key signs an approval", "E_IDENTITY")
def _(scene: Scene) -> None:
    a = scene.attacker("sign-off-officer")
    approval_of(scene, a, "legal-reviewer").signed_as = "sign-off-officer"
    a.together()


@attack("a key not on the list signs an approval", "E_UNKNOWN_KEY")
def _(scene: Scene) -> None:
    a = scene.attacker("outsider")
    approval_of(scene, a, "legal-reviewer").signed_as = "outsider"
    a.together()


@attack("someone not on the list approves", "E_UNKNOWN_KEY")
def _(scene: Scene) -> None:
    a = scene.attacker("outsider")
    approval_of(scene, a, "outsider")
    a.together()


@attack("a revoked key signs an approval", "E_KEY_EXPIRED")
def _(scene: Scene) -> None:
    scene.office.revoke("legal-reviewer")
    a = scene.attacker("legal-reviewer")
    approval_of(scene, a, "legal-reviewer")
    a.together()


@attack("a signature made for an entry stands under an approval", "E_SIGNATURE")
def _(scene: Scene) -> None:
    a = scene.attacker("legal-reviewer")
    approval_of(scene, a, "legal-reviewer").namespace = signature.ENTRY
    a.together()


@attack("an approval names another author than the person who acted", "E_IDENTITY")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.step(SHORT, "0004-approve").entry = {"author": "sign-off-officer"}
    a.together()


# Attested by a sign-in


def attest(scene: Scene, act: Act, *, by: str = SERVICE) -> Step:
    """Record an act at the end of the line, signed by the service's key or another."""
    a = scene.attacker(*({by} - {SERVICE}))
    step = a.another(a.of(act.case)[-1])
    step.said = replace(step.said, act=act)
    step.signed_as, step.committed = by, int(act.time.timestamp())
    a.steps.append(step)
    a.together()
    return step


@attack("the service attests an act, and the policy names none that it may", "E_ATTESTED")
def _(scene: Scene) -> None:
    attest(scene, scene.office.assignment(WAITING))


@attack("the service attests an act of another kind than the policy names", "E_ATTESTED")
def _(scene: Scene) -> None:
    scene.office.let_attest("draft", "submit")
    attest(scene, scene.office.assignment(WAITING))


@attack("the service attests an approval", "E_ATTESTED")
def _(scene: Scene) -> None:
    scene.office.let_attest("assign", accounts={"legal-reviewer": scene.office.account("legal-reviewer")})
    approval = scene.office.approval(WAITING, "legal-reviewer", Stage.LEGAL_REVIEW)
    attest(scene, replace(approval, attested=scene.office.signed_in("legal-reviewer")))


@attack("an act is attested by a sign-in of sixteen minutes before", "E_ATTESTED")
def _(scene: Scene) -> None:
    scene.office.let_attest("assign")
    before = scene.office.time() - timedelta(minutes=16)
    attest(scene, scene.office.assignment(WAITING, attested=scene.office.signed_in("foi-officer", at=before)))


@attack("an act is attested by a sign-in that came after it", "E_ATTESTED")
def _(scene: Scene) -> None:
    scene.office.let_attest("assign")
    after = scene.office.time() + timedelta(minutes=2)
    attest(scene, scene.office.assignment(WAITING, attested=scene.office.signed_in("foi-officer", at=after)))


@attack("an act is attested of somebody of whom the policy names no account", "E_ATTESTED")
def _(scene: Scene) -> None:
    scene.office.let_attest("assign")
    attest(scene, scene.office.assignment(WAITING, "foi.officer.2"))


@attack("an act is attested by a colleague's account", "E_ATTESTED")
def _(scene: Scene) -> None:
    scene.office.let_attest("assign")
    attest(scene, scene.office.assignment(WAITING, attested=scene.office.signed_in("foi.officer.2")))


@attack("an act is attested by another provider than the policy names", "E_ATTESTED")
def _(scene: Scene) -> None:
    scene.office.let_attest("assign")
    elsewhere = scene.office.signed_in("foi-officer", issuer="https://login.example.com")
    attest(scene, scene.office.assignment(WAITING, attested=elsewhere))


@attack("an act is attested of somebody who has not its role", "E_ROLE")
def _(scene: Scene) -> None:
    scene.office.let_attest("assign", accounts={"administrator": scene.office.account("administrator")})
    attest(scene, scene.office.assignment(WAITING, "administrator"))


@attack("what a sign-in attests is presented as signed by its actor", "E_ROLE")
def _(scene: Scene) -> None:
    scene.office.let_attest("assign")
    attest(scene, scene.office.assignment(WAITING, attested=None))


@attack("what its actor signed is presented as attested by a sign-in", "E_KEY_CLASS")
def _(scene: Scene) -> None:
    scene.office.let_attest("assign")
    attest(scene, scene.office.assignment(WAITING), by="foi-officer")


@attack("a colleague signs what is presented as attested by a sign-in", "E_KEY_CLASS")
def _(scene: Scene) -> None:
    scene.office.let_attest("assign")
    attest(scene, scene.office.assignment(WAITING), by="foi.officer.2")


@attack("the fact of a sign-in is out of form", "E_STATEMENT")
def _(scene: Scene) -> None:
    scene.office.let_attest("assign")
    a = scene.attacker()
    step = a.another(a.of(WAITING)[-1])
    step.said = replace(step.said, act=scene.office.assignment(WAITING))
    step.signed_as, step.committed = SERVICE, int(step.said.act.time.timestamp())
    step.edit_statement = lambda data: data.replace(b"mfa,pwd", b"pwd,mfa")
    a.steps.append(step)
    a.together()


@attack("a submission is attested of a letter that needs no approval", "E_ATTESTED")
def _(scene: Scene) -> None:
    office = scene.office
    office.let_attest("submit")
    office.draft(WAITING, "foi-officer", document="clarification")
    submission = office.submission(WAITING, "foi-officer", document="clarification", gates="none")
    attest(scene, replace(submission, attested=scene.office.signed_in("foi-officer")))


@attack("a change of the policy is attested", "E_ATTESTED")
def _(scene: Scene) -> None:
    office = scene.office
    office.let_attest("assign", accounts={"administrator": office.account("administrator")})
    a = scene.attacker("administrator")
    step = amendment(scene, a, with_outsider(scene), attested=office.signed_in("administrator"))
    step.signed_as = SERVICE
    a.together()


UNFIT: Final[dict[str, dict[str, Any]]] = {
    "an approval": {"kinds": ("approve",)},
    "a change of the policy": {"kinds": ("change-desk",)},
    "nobody's acts": {"accounts": {}},
    "the acts of somebody who is not on the list": {"accounts": {"outsider": "0" * 64}},
    "the acts of what every object has": {"accounts": {"constructor": "0" * 64}},
    "acts by two people's one account": {"accounts": {"foi-officer": "0" * 64, "foi.officer.2": "0" * 64}},
}
for what, changes in UNFIT.items():

    @attack(f"an administrator lets a sign-in attest {what}", "E_POLICY")
    def _(scene: Scene, changes: dict[str, Any] = changes) -> None:
        policy = scene.office.register.policy()
        attesting = Attesting(issuer=ISSUER, kinds=("assign",), accounts={"foi-officer": "1" * 64})
        rules = replace(policy.rules, attested=replace(attesting, **changes))
        a = scene.attacker("administrator")
        files = write_policy(replace(policy, version=policy.version + 1, rules=rules))
        amendment(scene, a, files, kind=CHANGE_ATTESTED, details={})
        a.together()


# With what kind of key


class Forger:
    """Signs without any private key, for a public key of small order, what happens to fit."""

    def __init__(self, public: str) -> None:
        self.public = public

    def sign(self, message: bytes, namespace: bytes) -> str:
        return forged(self.public, message, namespace)[0]


def approval_by(scene: Scene, key: Any, *, origins: tuple[str, ...] = (ORIGIN,)) -> Attacker:
    """Return a forger of lee's approval by a key of another kind, which is on the list, at a desk."""
    scene.office.set_desk(*origins)
    scene.office.give("legal-reviewer", key)
    a = scene.attacker()
    a.keys = {**a.keys, "legal-reviewer": key}
    approval_of(scene, a, "legal-reviewer")
    return a


for name, key in {
    "a passkey": Passkey(),
    "a security key": EdSecurityKey(),
    "one with ECDSA": SecurityKey(),
}.items():

    @attack(f"nothing is wrong with an approval by {name}")
    def _(scene: Scene, key: Any = key) -> None:
        approval_by(scene, key).together()


def passkey_with(**changes: Any) -> Passkey:
    key = Passkey()
    for name, value in changes.items():
        setattr(key, name, value)
    return key


for name, key in {
    "with nobody verified at the device": passkey_with(flags=PRESENT),
    "with nobody present": passkey_with(flags=VERIFIED),
    "on a sibling's page": passkey_with(origin="https://x.foi.example.gov.uk"),
    "in a frame": passkey_with(framed=True),
    "with the higher s": passkey_with(high=True),
    "in a browser that writes in another order": passkey_with(reordered=True),
    "with a wider RP id": Passkey("example.gov.uk"),
}.items():

    @attack(f"a passkey is used {name}", "E_SIGNATURE")
    def _(scene: Scene, key: Passkey = key) -> None:
        approval_by(scene, key).together()


@attack("a passkey is used at a desk of before", "E_SIGNATURE")
def _(scene: Scene) -> None:
    scene.office.set_desk(ORIGIN)
    approval_by(scene, Passkey(), origins=("https://desk.example.gov.uk",)).together()


@attack("a passkey is used at a desk that comes after", "E_SIGNATURE")
def _(scene: Scene) -> None:
    key = Passkey()
    scene.office.give("legal-reviewer", key)
    a = scene.attacker("administrator")
    a.keys = {**a.keys, "legal-reviewer": key}
    approval_of(scene, a, "legal-reviewer")
    desk_set(scene, a, ORIGIN, version=7)
    a.together()


@attack("a passkey's signature of another approval stands under one", "E_SIGNATURE")
def _(scene: Scene) -> None:
    a = approval_by(scene, key := Passkey())
    a.keys = {SERVICE: a.keys[SERVICE]}
    a.steps[-1].armoured = key.sign(a.step(SHORT, "0004-approve").said.to_bytes(), signature.STATEMENT)
    a.together()


@attack("a security key signs with nobody's touch", "E_SIGNATURE")
def _(scene: Scene) -> None:
    key = EdSecurityKey()
    key.flags = 0
    approval_by(scene, key).together()


@attack("a passkey that is not on the list signs an approval", "E_UNKNOWN_KEY")
def _(scene: Scene) -> None:
    scene.office.set_desk(ORIGIN)
    a = scene.attacker()
    a.keys = {**a.keys, "legal-reviewer": Passkey()}
    approval_of(scene, a, "legal-reviewer")
    a.together()


@attack("a colleague's passkey signs an approval", "E_IDENTITY")
def _(scene: Scene) -> None:
    scene.office.set_desk(ORIGIN)
    scene.office.give("sign-off-officer", key := Passkey())
    a = scene.attacker()
    a.keys = {**a.keys, "sign-off-officer": key}
    approval_of(scene, a, "legal-reviewer").signed_as = "sign-off-officer"
    a.together()


@attack("a revoked passkey signs an approval", "E_KEY_EXPIRED")
def _(scene: Scene) -> None:
    scene.office.set_desk(ORIGIN)
    scene.office.give("legal-reviewer", key := Passkey())
    scene.office.revoke("legal-reviewer")
    a = scene.attacker()
    a.keys = {**a.keys, "legal-reviewer": key}
    approval_of(scene, a, "legal-reviewer")
    a.together()


for name, key in {"security key": EdSecurityKey(), "passkey": Passkey()}.items():

    @attack(f"a person's {name} signs an entry", "E_IDENTITY" if name == "security key" else "E_SIGNATURE")
    def _(scene: Scene, key: Any = key) -> None:
        scene.office.set_desk(ORIGIN)
        scene.office.give("legal-reviewer", key)
        a = scene.attacker()
        a.keys = {**a.keys, "legal-reviewer": key}
        a.steps[-1].entry_key = "legal-reviewer"
        a.together()

    @attack(f"the service is given a {name}", "E_POLICY")
    def _(scene: Scene, key: Any = key) -> None:
        a = scene.attacker("administrator")
        policy = scene.office.register.policy()
        service = replace(policy.people[SERVICE], keys=(key.public,))
        after = replace(policy, version=6, people={**policy.people, SERVICE: service})
        amendment(scene, a, write_policy(after))
        a.together()


for order, point in {1: "01" + "00" * 31, 2: "ec" + "ff" * 30 + "7f", 4: "00" * 32, 8: EIGHTH}.items():

    @attack(f"nobody's private key signs, for a key of order {order}", "E_WEAK_KEY", "E_POLICY")
    def _(scene: Scene, point: str = point) -> None:
        # Whoever holds the service's key, and an administrator who lists what they are given.
        a, key = scene.attacker("administrator"), weak_key(bytes.fromhex(point))
        bo = replace(scene.office.register.policy().people["sign-off-officer"], keys=(key,))
        policy = scene.office.register.policy()
        files = write_policy(replace(policy, version=6, people={**policy.people, "sign-off-officer": bo}))
        amendment(scene, a, files).act(details={"person": "sign-off-officer"})
        a.keys = {**a.keys, "sign-off-officer": Forger(key)}
        approval_of(scene, a, "sign-off-officer", policy=6)
        a.together()


@attack("an approval is forged for a key of small order that is not on the list", "E_SIGNATURE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.keys = {**a.keys, "legal-reviewer": Forger(weak_key(bytes(32)))}
    approval_of(scene, a, "legal-reviewer")
    a.together()


def desk_set(scene: Scene, attacker: Attacker, *origins: Any, version: int = 6, **changes: Any) -> Step:
    """Return a change of where passkeys sign, whatever the rules say of it."""
    policy = scene.office.register.policy()
    after = replace(policy, version=version, rules=replace(policy.rules, desk=origins))
    files = write_policy(after)
    step = amendment(scene, attacker, files)
    step.act(**{"kind": CHANGE_DESK, "details": {}, "policy": version - 1, "version": version} | changes)
    return step


for origins in (("http://foi.example.gov.uk",), (7,)):

    @attack(f"passkeys are let sign at {origins}", "E_POLICY")
    def _(scene: Scene, origins: Any = origins) -> None:
        a = scene.attacker("administrator")
        desk_set(scene, a, *origins)
        a.together()


@attack("passkeys are let sign elsewhere by somebody who is no administrator", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("foi-officer")
    desk_set(scene, a, ORIGIN, actor="foi-officer")
    a.together()


@attack("passkeys are let sign elsewhere beside a change of the list", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    desk_set(scene, a, ORIGIN, kind=ADD_OFFICER, details={"person": "sign-off-officer"})
    a.together()


@attack("the list is changed beside where passkeys sign", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    step = desk_set(scene, a, ORIGIN)
    step.changes[f"{POLICY}/{ROSTER}"] = with_outsider(scene)[ROSTER]
    a.together()


def suspected(scene: Scene, attacker: Attacker, mark: str) -> None:
    """Make a key of the lawyer suspect."""
    after = suspect_key(scene.office.register.policy(), "legal-reviewer", mark)
    step = amendment(scene, attacker, write_policy(after))
    details = {"person": "legal-reviewer", "key": mark, "since": "1"}
    step.act(kind=SUSPECT_KEY, details=details, reason="The computer was lost.")


@attack("a key is made suspect that nobody ever had", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    suspected(scene, a, "0" * 64)
    a.together()


@attack("a key that was made suspect is listed again", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    before = scene.office.register.policy()
    (key,) = before.people["legal-reviewer"].keys
    suspected(scene, a, fingerprint(key))
    step = amendment(scene, a, write_policy(replace(before, version=7)))
    step.act(details={"person": "legal-reviewer"}, reason=None, policy=6, version=7)
    a.together()


def resumed(scene: Scene, attacker: Attacker, **changes: Any) -> None:
    """Let the register be written again, whatever the act says of it."""
    policy = scene.office.register.policy()
    step = amendment(scene, attacker, write_policy(replace(policy, version=6)))
    step.act(
        kind=RESUME,
        **{"details": {"findings": "E_POLICY at entry 28, policy"}, "reason": "No matter."} | changes,
    )
    attacker.together()


@attack("the register is let be written again by somebody who is no administrator", "E_POLICY")
def _(scene: Scene) -> None:
    resumed(scene, scene.attacker("foi-officer"), actor="foi-officer")


@attack("the register is let be written again in an administrator's name", "E_SIGNATURE")
def _(scene: Scene) -> None:
    resumed(scene, scene.attacker())


@attack("the register is let be written again without a reason", "E_POLICY")
def _(scene: Scene) -> None:
    resumed(scene, scene.attacker("administrator"), reason=" ")


@attack("the register is let be written again beside a change of the list", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    policy = scene.office.register.policy()
    people = {id_: person for id_, person in policy.people.items() if id_ != "sign-off-officer"}
    step = amendment(scene, a, write_policy(replace(policy, version=6, people=people)))
    step.act(kind=RESUME, details={"findings": ""}, reason="No matter.")
    a.together()


# In what order


@attack("a case is published without its sign-off", "E_STAGE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.steps.remove(a.step(SHORT, "0005-approve"))
    a.together()


@attack("a case is published at a gate named in the act", "E_ACT")
def _(scene: Scene) -> None:
    a = scene.attacker()
    publish = a.another(
        a.step(SHORT, "0006-publish"), case=WAITING, gate=Stage.LEGAL_REVIEW, time=scene.office.time()
    )
    publish.folder = a.of(WAITING)[-1].folder
    publish.committed = int(scene.office.time().timestamp())
    publish.changes = {f"{publish.folder}/test/C-1.pdf": b"%PDF"}
    a.steps.append(publish)
    a.together()


def day_put_right(scene: Scene, *, person: str = "sign-off-officer", **facts: str) -> None:
    """Let the published case be recorded as sent, and that day be put right a day later."""
    office = scene.office
    known = office.person("foi-officer")
    office.authorise(replace(known, roles=known.roles | {Role.SIGN_OFF_OFFICER}))
    sent = office.act(SENT, SHORT, "foi-officer", Role.FOI_OFFICER, document=TEST.name, version=1)
    sent = replace(sent, details={"on": "2026-11-02", "by": "post"})
    office.register.record(sent, {}, office.signers["foi-officer"])
    number = str(office.case(SHORT).acts)
    a = scene.attacker(person)
    step = a.another(a.of(SHORT)[-1])
    act = office.act(
        *(CORRECT_DAY, SHORT, person, Role.SIGN_OFF_OFFICER),
        details={"was": "2026-11-02", "on": "2026-11-03", "act": number, **facts},
        reason="The postmark says so.",
        time=office.time() + timedelta(hours=23),
    )
    step.said = replace(step.said, act=act)
    step.committed = int(act.time.timestamp())
    a.steps.append(step)
    a.together()


def test_a_day_is_put_right_by_somebody_else_and_an_auditor_is_told(scene: Scene) -> None:
    day_put_right(scene)

    report = audited(scene.path)

    assert not report.findings
    (told,) = (each for each in report.remarks if "act 7" in each)
    assert "put right the day of act 7: it is 3 November 2026, and not 2 November 2026. " in told


@attack("whoever recorded a day puts it right", "E_SOD")
def _(scene: Scene) -> None:
    day_put_right(scene, person="foi-officer")


@attack("a day is put right that the act does not state", "E_ACT")
def _(scene: Scene) -> None:
    day_put_right(scene, was="2026-11-01")


@attack("a day is put right of an act that states none", "E_ACT")
def _(scene: Scene) -> None:
    day_put_right(scene, act="6")


@attack("a day is put right to what it was", "E_ACT")
def _(scene: Scene) -> None:
    day_put_right(scene, on="2026-11-02")


@attack("an act is of a document nobody knows", "E_STATEMENT")
def _(scene: Scene) -> None:
    a = scene.attacker("legal-reviewer")
    approval_of(scene, a, "legal-reviewer", document="letter")
    a.together()


for inherited in ("constructor", "toString", "__proto__"):

    @attack(f"an act goes by the name of what every object has, {inherited}", "E_STATEMENT")
    def _(scene: Scene, inherited: str = inherited) -> None:
        a = scene.attacker("legal-reviewer")
        approval_of(scene, a, "legal-reviewer")
        a.steps[-1].edit_statement = lambda data: data.replace(b'"approve"', f'"{inherited}"'.encode())
        a.together()


@attack("an act on the policy is taken on a case", "E_ACT")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    approval_of(scene, a, "administrator", kind=ADD_OFFICER, role=Role.ADMINISTRATOR, gate=None)
    a.together()


@attack("a case is returned without a reason", "E_REASON")
def _(scene: Scene) -> None:
    a = scene.attacker("legal-reviewer")
    approval_of(scene, a, "legal-reviewer", kind=RETURN, details={}, reason=" ")
    a.together()


for _what, _character in {
    "an escape": "\x1b",
    "a turn of direction": "\u202e",
    "a tag": "\U000e0041",
}.items():

    @attack(f"a reason has {_what} in it", "E_ACT")
    def _(scene: Scene, character: str = _character) -> None:
        act = scene.office.returning(WAITING, "legal-reviewer", Stage.LEGAL_REVIEW)
        a = scene.attacker("legal-reviewer")
        step = approval_of(scene, a, "legal-reviewer")
        step.said = replace(step.said, act=replace(act, reason=f"Weigh{character}the delay too."))
        a.together()


@attack("the authority has a name that nobody sees whole", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    for step in a.of(POLICY):
        roster = step.changes[f"{POLICY}/{ROSTER}"]
        assert isinstance(roster, bytes)
        step.changes[f"{POLICY}/{ROSTER}"] = roster.replace(b"West ", "West\u200b".encode())
    a.together()


@attack("an act is replayed under a key of its own", "E_KEY")
def _(scene: Scene) -> None:
    a = scene.attacker("legal-reviewer")
    step = approval_of(scene, a, "legal-reviewer")
    step.said = replace(step.said, key="approve/anew")
    step.keep = frozenset({"key"})
    a.together()


def bind_to(scene: Scene, link: Link | None) -> None:
    """Approve the waiting case, in a statement that is bound to another than the last."""
    a = scene.attacker("legal-reviewer")
    step = approval_of(scene, a, "legal-reviewer")
    step.said = replace(step.said, previous=link)
    step.keep = frozenset({"previous"})
    a.together()


@attack("a statement is put behind another than it was made for", "E_PREVIOUS")
def _(scene: Scene) -> None:
    bind_to(scene, replace(scene.last_of(WAITING), statement=OTHER))


@attack("a statement names another signature of the one before it", "E_PREVIOUS")
def _(scene: Scene) -> None:
    bind_to(scene, replace(scene.last_of(WAITING), signature=OTHER))


@attack("a statement skips a number", "E_PREVIOUS")
def _(scene: Scene) -> None:
    a = scene.attacker("legal-reviewer")
    step = approval_of(scene, a, "legal-reviewer")
    step.said = replace(step.said, number=5)
    step.keep = frozenset({"number"})
    a.together()


@attack("a statement says that it is the first, and is not", "E_PREVIOUS")
def _(scene: Scene) -> None:
    bind_to(scene, None)


@attack("a draft is signed again with the writer's other key, under those who built on it", "E_PREVIOUS")
def _(scene: Scene) -> None:
    a = scene.attacker("foi-officer-second-key")
    a.step(DONE, "0003-draft").signed_as = "foi-officer-second-key"
    a.step(DONE, "0004-submit").keep = frozenset({"previous"})
    a.together()


@attack("an act is dropped from the middle of a case", "E_SIGNATURE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.steps.remove(a.step(DONE, "0005-return"))
    a.together()


@attack("two approvals are swapped, with both keys in hand", "E_STAGE")
def _(scene: Scene) -> None:
    a = scene.attacker("legal-reviewer", "sign-off-officer")
    first, second = a.step(SHORT, "0004-approve"), a.step(SHORT, "0005-approve")
    at = a.steps.index(first)
    a.steps[at : at + 2] = [second, first]
    first.committed = second.committed
    a.together()


@attack("two acts of different cases are swapped", "E_CLOCK")
def _(scene: Scene) -> None:
    a = scene.attacker()
    at = a.steps.index(a.step(SHORT, "0001-open"))
    a.steps[at - 1 : at + 1] = a.steps[at : at - 2 : -1]
    a.together()


@attack("a statement claims a policy no longer in force", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("legal-reviewer")
    approval_of(scene, a, "legal-reviewer", policy=4)
    a.together()


# Who may


@attack("the list is replaced without an administrator", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("foi-officer")
    amendment(scene, a, with_outsider(scene), actor="foi-officer")
    a.together()


@attack("the list is replaced by the service", "E_ROLE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    amendment(scene, a, with_outsider(scene)).signed_as = SERVICE
    a.together()


@attack("the list is changed in more than the administrator signed for", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    amendment(scene, a, with_outsider(scene)).act(details={"person": "sign-off-officer"})
    a.together()


@attack("the rules are loosened beside a change of the list", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    files = with_outsider(scene)
    files[RULES] = files[RULES].replace(b'"full"', b'"two-person"')
    amendment(scene, a, files)
    a.together()


def listing(scene: Scene, attacker: Attacker, *keys: str, person: str = "outsider") -> None:
    """List somebody with some keys, whatever they are."""
    policy = scene.office.register.policy()
    roles = policy.people[person].roles if person in policy.people else frozenset({Role.AUDITOR})
    new = Person(id=person, roles=roles, keys=keys)
    after = replace(policy, version=policy.version + 1, people={**policy.people, person: new})
    amendment(scene, attacker, write_policy(after)).act(details={"person": person}, reason=None)


@attack("a key that somebody has is listed for another", "E_OWNER")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    listing(scene, a, scene.office.signers["legal-reviewer"].public)
    a.together()


@attack("a key that somebody has is listed for another as a security key", "E_OWNER")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    listing(scene, a, as_a_device_has_it(scene.office.signers["legal-reviewer"].public))
    a.together()


@attack("a passkey of somebody taken off the list is given to another for another host", "E_OWNER")
def _(scene: Scene) -> None:
    passkey = Passkey()
    scene.office.give("sign-off-officer", passkey)
    scene.office.revoke("sign-off-officer")
    a = scene.attacker("administrator")
    listing(scene, a, as_a_device_has_it(passkey.public, b"other.example.gov.uk"))
    a.together()


@attack("a key that was made suspect is listed again as a security key", "E_POLICY")
def _(scene: Scene) -> None:
    (key,) = scene.office.register.policy().people["legal-reviewer"].keys
    after = suspect_key(scene.office.register.policy(), "legal-reviewer", fingerprint(key))
    act = scene.office.act(SUSPECT_KEY, POLICY, "administrator", Role.ADMINISTRATOR, version=after.version)
    facts = {"person": "legal-reviewer", "key": fingerprint(key), "since": "1"}
    act = replace(act, details=facts, reason="The computer was lost.")
    scene.office.register.record(act, write_policy(after), scene.office.signers["administrator"])
    a = scene.attacker("administrator")
    listing(scene, a, as_a_device_has_it(key), person="legal-reviewer")
    a.together()


@attack("somebody is listed without a key", "E_NO_KEY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    listing(scene, a)
    a.together()


_X: Final = bytes.fromhex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296")
"""Of the generator of P-256, SEC 2, 2.4.2."""
for what, form in {
    "no point of P-256": b"\x04" + _X + _X,
    "the point of P-256 at infinity": b"\0",
    "a compressed point of P-256": b"\x03" + _X,
}.items():

    @attack(f"somebody is listed with {what}", "E_WEAK_KEY")
    def _(scene: Scene, form: bytes = form) -> None:
        a = scene.attacker("administrator")
        blob = string(SK_ECDSA) + string(CURVE) + string(form) + string(b"ssh:")
        listing(scene, a, f"{SK_ECDSA.decode()} {b64encode(blob).decode()}")
        a.together()


@attack("somebody is listed with a point of Ed25519 written in a second way", "E_WEAK_KEY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    listing(scene, a, weak_key((2**255 - 19 + 3).to_bytes(32, "little")))
    a.together()


@attack("a key of somebody taken off the list is given to another", "E_OWNER")
def _(scene: Scene) -> None:
    gone = scene.office.person("foi.officer.2")
    scene.office.revoke(gone.id)
    a = scene.attacker("administrator")
    after = add_officer(scene.office.register.policy(), replace(gone, id="outsider"))
    amendment(scene, a, write_policy(after))
    a.together()


@attack("other approvals than an act states are changed beside", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    loosened = change_approvals(scene.office.register.policy(), "test", "two-person")
    facts = {"document": "cost", "approvals": "full"}
    both = replace(change_approvals(loosened, **facts), version=loosened.version)
    amendment(scene, a, write_policy(both), kind=CHANGE_APPROVALS, details=facts)
    a.together()


@attack("one person is to decide on a test", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    policy = scene.office.register.policy()
    rules = replace(policy.rules, gates={**policy.rules.gates, "test": "one-person"})
    facts = {"document": "test", "approvals": "one-person"}
    files = write_policy(replace(policy, version=policy.version + 1, rules=rules))
    amendment(scene, a, files, kind=CHANGE_APPROVALS, details=facts)
    a.together()


@attack("people are reminded on another day than the act states", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    files = write_policy(change_reminders(scene.office.register.policy(), 0))
    amendment(scene, a, files, kind=CHANGE_REMINDERS, details={"days": "9"})
    a.together()


@attack("the authority gets another name than the act states", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    files = write_policy(change_authority(scene.office.register.policy(), "Northshire Council"))
    amendment(scene, a, files, kind=CHANGE_AUTHORITY, details={"authority": "Southshire Council"})
    a.together()


@attack("somebody is listed while the authority gets another name", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    named = scene.office.person("foi-officer")
    more = add_officer(
        scene.office.register.policy(),
        replace(named, id="new", keys=(scene.office.signers["outsider"].public,)),
    )
    files = write_policy(replace(more, authority="Northshire Council"))
    amendment(scene, a, files, kind=CHANGE_AUTHORITY, details={"authority": "Northshire Council"})
    a.together()


@attack("references are made otherwise than the act states", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    files = write_policy(change_pattern(scene.office.register.policy(), "{number}"))
    amendment(scene, a, files, kind=CHANGE_PATTERN, details={"pattern": "IG/{number}"})
    a.together()


# The service's key


NEW: Final = "outsider"
"""Whose key the service is given: it is nobody's before."""


@attack("the founding is of another register than its policy", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    a.steps[0].said = replace(a.steps[0].said, register="f" * 32)
    a.together()


@attack("an administrator founds the register again, with other people", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    amendment(scene, a, with_outsider(scene), kind=FOUND, details={})
    a.together()


def service_changed(scene: Scene, attacker: Attacker, **changes: Any) -> Step:
    """Return a change of the service's key by administrator."""
    key = scene.office.signers[NEW].public
    attacker.keys = {**attacker.keys, NEW: scene.office.signers[NEW]}
    facts = {
        "kind": CHANGE_SERVICE_KEY,
        "details": {"key": fingerprint(key)},
        "reason": "The machine was replaced.",
    }
    files = write_policy(change_service_key(scene.office.register.policy(), key))
    return amendment(scene, attacker, files, **(facts | changes))


@attack("the service's key is changed, and it goes on with the new one")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator", "legal-reviewer")
    service_changed(scene, a)
    approval_of(scene, a, "legal-reviewer", policy=6).entry_key = NEW
    a.together()


@attack("the service's old key signs an entry after it was changed", "E_UNKNOWN_KEY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator", "legal-reviewer")
    service_changed(scene, a)
    approval_of(scene, a, "legal-reviewer", policy=6)
    a.together()


@attack("the new key of the service signs the change by which it comes", "E_UNKNOWN_KEY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    service_changed(scene, a).entry_key = NEW
    a.together()


@attack("the service's key is changed by whoever has it", "E_ROLE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    service_changed(scene, a).signed_as = SERVICE
    a.together()


@attack("the service is given another key than the act names", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    service_changed(scene, a, details={"key": "0" * 64})
    a.together()


@attack("the service is given a key beside its own", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    step = service_changed(scene, a)
    policy = scene.office.register.policy()
    keys = (*policy.people[SERVICE].keys, scene.office.signers[NEW].public)
    service = replace(policy.people[SERVICE], keys=keys)
    files = write_policy(replace(policy, version=6, people={**policy.people, SERVICE: service}))
    step.changes = {f"{POLICY}/{name}": content for name, content in files.items()}
    a.together()


@attack("the service is given a person's key", "E_OWNER")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    key = scene.office.signers["legal-reviewer"].public
    policy = scene.office.register.policy()
    people = {**policy.people, SERVICE: replace(policy.people[SERVICE], keys=(key,))}
    amendment(
        scene,
        a,
        write_policy(replace(policy, version=6, people=people)),
        kind=CHANGE_SERVICE_KEY,
        details={"key": fingerprint(key)},
        reason="The machine was replaced.",
    )
    a.together()


@attack("somebody is authorised beside a change of the service's key", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    step = service_changed(scene, a)
    policy = change_service_key(scene.office.register.policy(), scene.office.signers[NEW].public)
    more = replace(policy.people["legal-reviewer"], roles=frozenset({Role.ADMINISTRATOR}))
    files = write_policy(replace(policy, people={**policy.people, "legal-reviewer": more}))
    step.changes = {f"{POLICY}/{name}": content for name, content in files.items()}
    a.together()


@attack("the service's key is changed without a reason", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    service_changed(scene, a, reason=None)
    a.together()


# Two administrators


SECOND: Final = "foi.officer.2"
"""An administrator too, where a change of the policy takes two."""


def takes_two(scene: Scene) -> None:
    """Let a change of the policy take two administrators, of whom there are then two."""
    more = scene.office.person(SECOND)
    scene.office.authorise(replace(more, roles=more.roles | {Role.ADMINISTRATOR}))
    after = change_threshold(scene.office.register.policy(), 2)
    scene.office.amend(CHANGE_THRESHOLD, after, administrators="2")


def agreed_change(
    scene: Scene,
    attacker: Attacker,
    *,
    by: str = SECOND,
    signer: Any = None,
    namespace: bytes = signature.CONSENT,
    register: str = "",
    written: Callable[[str], str] = on_one_line,
    listed: Person | None = None,
    **agreed: Any,
) -> Step:
    """Return a change of the kind of authority by administrator, to which another agreed.

    Args:
        by: Who is said to have agreed.
        signer: What signs for them, if not their own key.
        listed: Who is listed instead.
        agreed: What they agreed to otherwise than is recorded.
    """
    facts = {"kind": CHANGE_BODY, "details": {"body": "school"}, "reason": None}
    files = write_policy(change_body(scene.office.register.policy(), "school"))
    if listed:
        facts = {"kind": ADD_OFFICER, "details": {"person": listed.id}, "reason": None}
        files = write_policy(add_officer(scene.office.register.policy(), listed))
    step = amendment(scene, attacker, files, **facts)
    act = replace(step.said.act, actor=by, files={name: mark(content) for name, content in files.items()})
    consent = Consent(register=register or step.said.register, act=replace(act, **agreed))
    armoured = (signer or scene.office.signers[by]).sign(consent.to_bytes(), namespace)
    step.act(details={**step.said.act.details, PROPOSED_BY: by, CONSENT: written(armoured)})
    return step


def two(name: str, *expected: str) -> Callable[..., Any]:
    """Enter an attack by the administrator alone, where a change takes two."""

    def enter(act: Callable[[Scene, Attacker], None]) -> None:
        @attack(f"with two administrators asked for, {name}", *expected)
        def _(scene: Scene) -> None:
            takes_two(scene)
            attacker = scene.attacker("administrator")
            act(scene, attacker)
            attacker.together()

    return enter


@two("a change has the consent of the other")
def _(scene: Scene, a: Attacker) -> None:
    agreed_change(scene, a)


@two("a change is made by one alone", "E_CONSENT")
def _(scene: Scene, a: Attacker) -> None:
    agreed_change(scene, a).act(details={"body": "school"})


@two("one alone asks for one again", "E_CONSENT")
def _(scene: Scene, a: Attacker) -> None:
    files = write_policy(change_threshold(scene.office.register.policy(), 1))
    amendment(scene, a, files, kind=CHANGE_THRESHOLD, details={"administrators": "1"})


@two("a change lacks the name of who agreed", "E_CONSENT")
def _(scene: Scene, a: Attacker) -> None:
    step = agreed_change(scene, a)
    step.act(details={name: fact for name, fact in step.said.act.details.items() if name != PROPOSED_BY})


@two("a change lacks the signature of who agreed", "E_CONSENT")
def _(scene: Scene, a: Attacker) -> None:
    step = agreed_change(scene, a)
    step.act(details={name: fact for name, fact in step.said.act.details.items() if name != CONSENT})


@two("one person agrees with themself", "E_CONSENT")
def _(scene: Scene, a: Attacker) -> None:
    agreed_change(scene, a, by="administrator")


@two("one person agrees in the name of the other", "E_CONSENT")
def _(scene: Scene, a: Attacker) -> None:
    agreed_change(scene, a, signer=scene.office.signers["administrator"])


@two("somebody agrees who is no administrator", "E_CONSENT")
def _(scene: Scene, a: Attacker) -> None:
    agreed_change(scene, a, by="legal-reviewer")


@two("somebody agrees who is on no list", "E_CONSENT")
def _(scene: Scene, a: Attacker) -> None:
    agreed_change(scene, a, by="outsider")


@two("the service agrees", "E_CONSENT")
def _(scene: Scene, a: Attacker) -> None:
    agreed_change(scene, a, by=SERVICE)


@two("a consent is for another register", "E_CONSENT")
def _(scene: Scene, a: Attacker) -> None:
    agreed_change(scene, a, register="0" * 32)


@two("a consent is for another version of the policy", "E_CONSENT")
def _(scene: Scene, a: Attacker) -> None:
    agreed_change(scene, a, policy=scene.office.register.policy().version - 1)


@two("a consent is for another kind of act", "E_CONSENT")
def _(scene: Scene, a: Attacker) -> None:
    agreed_change(scene, a, kind=RESUME)


@two("a consent is for other details", "E_CONSENT")
def _(scene: Scene, a: Attacker) -> None:
    agreed_change(scene, a, details={"body": "other"})


@two("a consent is for other files", "E_CONSENT")
def _(scene: Scene, a: Attacker) -> None:
    agreed_change(scene, a, files={RULES: mark(b"{}\n")})


@two("a consent is for another reason", "E_CONSENT")
def _(scene: Scene, a: Attacker) -> None:
    agreed_change(scene, a, reason="As agreed.")


@two("a consent is signed as a statement is", "E_CONSENT")
def _(scene: Scene, a: Attacker) -> None:
    agreed_change(scene, a, namespace=signature.STATEMENT)


@two("a consent is written in a second way", "E_CONSENT")
def _(scene: Scene, a: Attacker) -> None:
    agreed_change(scene, a, written=lambda armoured: f"{on_one_line(armoured)}\n")


@two("a consent is of noise", "E_CONSENT")
def _(scene: Scene, a: Attacker) -> None:
    agreed_change(scene, a, written=lambda _: "as agreed")


@two("an administrator agrees with a key that the change itself lists", "E_CONSENT")
def _(scene: Scene, a: Attacker) -> None:
    new = scene.office.signers["outsider"]
    other = scene.office.register.policy().people[SECOND]
    agreed_change(scene, a, signer=new, listed=replace(other, keys=(*other.keys, new.public)))


@two("somebody agrees whom the change itself makes an administrator", "E_CONSENT")
def _(scene: Scene, a: Attacker) -> None:
    new = scene.office.signers["outsider"]
    roles = frozenset({Role.ADMINISTRATOR})
    agreed_change(scene, a, by="outsider", listed=Person(id="outsider", roles=roles, keys=(new.public,)))


@two("a change to which another agreed is recorded with a key that it lists", "E_UNKNOWN_KEY")
def _(scene: Scene, a: Attacker) -> None:
    a.keys = {**a.keys, "outsider": scene.office.signers["outsider"]}
    mine = scene.office.register.policy().people["administrator"]
    keys = (*mine.keys, scene.office.signers["outsider"].public)
    agreed_change(scene, a, listed=replace(mine, keys=keys)).signed_as = "outsider"


@attack("an administrator agrees who was taken off the list", "E_CONSENT")
def _(scene: Scene) -> None:
    third = agreed_to_a_third(scene)
    after = revoke_officer(scene.office.register.policy(), third.id)
    recorded_by_two(scene, REVOKE_OFFICER, after, scene.office.signers[SECOND], person=third.id)
    a = scene.attacker("administrator")
    agreed_change(scene, a, by=third.id, signer=scene.office.signers["outsider"])
    a.together()


@attack("somebody agrees who is no administrator any more", "E_CONSENT")
def _(scene: Scene) -> None:
    third = agreed_to_a_third(scene)
    less = replace(third, roles=frozenset({Role.FOI_OFFICER}))
    after = add_officer(scene.office.register.policy(), less)
    recorded_by_two(scene, ADD_OFFICER, after, scene.office.signers[SECOND], person=third.id)
    a = scene.attacker("administrator")
    agreed_change(scene, a, by=third.id, signer=scene.office.signers["outsider"])
    a.together()


def agreed_to_a_third(scene: Scene) -> Person:
    """Let two administrators list a third, whose key is the outsider's."""
    takes_two(scene)
    keys = (scene.office.signers["outsider"].public,)
    third = Person(id="third", roles=frozenset({Role.ADMINISTRATOR}), keys=keys)
    after = add_officer(scene.office.register.policy(), third)
    recorded_by_two(scene, ADD_OFFICER, after, scene.office.signers[SECOND], person=third.id)
    return third


@attack("a change carries a consent where the policy takes one administrator", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    agreed_change(scene, a, by="legal-reviewer")
    a.together()


@attack("a change is to take two administrators of whom there is one", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    policy = scene.office.register.policy()
    files = write_policy(replace(policy, version=6, rules=replace(policy.rules, threshold=2)))
    amendment(scene, a, files, kind=CHANGE_THRESHOLD, details={"administrators": "2"})
    a.together()


@attack("a consent is signed with a key that was taken off the list", "E_CONSENT")
def _(scene: Scene) -> None:
    takes_two(scene)
    old = scene.office.signers[SECOND]
    scene.office.signers[SECOND] = scene.office.signers["outsider"]
    other = scene.office.person(SECOND)
    with_other = replace(other, roles=other.roles | {Role.ADMINISTRATOR})
    recorded_by_two(scene, ADD_OFFICER, add_officer(scene.office.register.policy(), with_other), old)
    a = scene.attacker("administrator")
    agreed_change(scene, a, signer=old)
    a.together()


@attack("a consent is signed with a key that was made suspect", "E_CONSENT")
def _(scene: Scene) -> None:
    takes_two(scene)
    old, new = scene.office.signers[SECOND], scene.office.signers["outsider"]
    both = replace(scene.office.person(SECOND, "outsider"), roles=PEOPLE[SECOND] | {Role.ADMINISTRATOR})
    recorded_by_two(scene, ADD_OFFICER, add_officer(scene.office.register.policy(), both), old)
    lost = fingerprint(old.public)
    after = suspect_key(scene.office.register.policy(), SECOND, lost)
    recorded_by_two(scene, SUSPECT_KEY, after, new, reason="The computer was lost.", key=lost, since="1")
    a = scene.attacker("administrator")
    agreed_change(scene, a, signer=old)
    a.together()


def recorded_by_two(
    scene: Scene,
    kind: Kind,
    after: Policy,
    signer: Any,
    *,
    reason: str | None = None,
    **facts: str,
) -> None:
    """Record a change as it is done in earnest: agreed to by one, recorded by the other."""
    office, files = scene.office, write_policy(after)
    act = office.act(kind, POLICY, SECOND, Role.ADMINISTRATOR, version=after.version, reason=reason)
    act = replace(act, details={"person": SECOND, **facts})
    consent = office.register.agreeable(act, files)
    armoured = signer.sign(consent.to_bytes(), signature.CONSENT)
    final = consent.recorded_by("administrator", armoured, office.time())
    office.register.record(final, files, office.signers["administrator"])


@attack("an edition of the procedure is adopted that nobody knows", "E_POLICY")
def _(scene: Scene) -> None:
    policy = scene.office.register.policy()
    files = write_policy(replace(policy, version=6, rules=replace(policy.rules, edition=latest() + 1)))
    a = scene.attacker("administrator")
    step = amendment(scene, a, files, kind=ADOPT_EDITION)
    step.act(details={"edition": str(latest() + 1)})
    a.together()


@attack("the edition in force is adopted again", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    files = write_policy(replace(scene.office.register.policy(), version=6))
    amendment(scene, a, files, kind=ADOPT_EDITION).act(details={"edition": str(latest())})
    a.together()


@attack("the rules no longer name approvals for the response", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    files = with_outsider(scene)
    files[RULES] = files[RULES].replace(b'    "response": "two-person",\n', b"")
    amendment(scene, a, files)
    a.together()


@attack("an administrator's key is replaced under the new key's own signature", "E_UNKNOWN_KEY")
def _(scene: Scene) -> None:
    a = scene.attacker("outsider")
    policy = scene.office.register.policy()
    keys = (scene.office.signers["outsider"].public,)
    after = add_officer(policy, replace(policy.people["administrator"], keys=keys))
    amendment(scene, a, write_policy(after), details={"person": "administrator"}).signed_as = "outsider"
    a.together()


@attack("a role is taken by whoever has it only by the change itself", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("foi-officer")
    policy = scene.office.register.policy()
    person = policy.people["foi-officer"]
    after = add_officer(policy, replace(person, roles=person.roles | {Role.ADMINISTRATOR}))
    amendment(scene, a, write_policy(after), actor="foi-officer", details={"person": "foi-officer"})
    a.together()


@attack("an older list is applied again", "E_POLICY_ROLLBACK")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    amendment(scene, a, write_policy(scene.office.register.policies()[2]))
    a.together()


@attack("a list is not in the register's form", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    amendment(scene, a, {ROSTER: b"{}\n"})
    a.together()


@attack("a change of the list is replayed under a key of its own", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    step = amendment(scene, a, with_outsider(scene))
    step.said = replace(step.said, key="add-officer/anew")
    step.keep = frozenset({"key"})
    a.together()


@attack("a file of its own is listed beside the policy", "E_TREE")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    amendment(scene, a, {**with_outsider(scene), "more.json": b"{}\n"})
    a.together()


@attack("a list stands without its rules", "E_TREE")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    amendment(scene, a, with_outsider(scene)).removed = {f"{POLICY}/{RULES}"}
    a.steps[-1].changes.pop(f"{POLICY}/{RULES}")
    a.together()


# A recovery key


def recoverable(scene: Scene) -> Recovery:
    """Let a recovery key be in force, whose shares the attacker has put together."""
    scene.office.signers[RECOVERS] = signature.from_seed(bytes(range(32)))
    recovery = Recovery(key=scene.office.signers[RECOVERS].public, needed=3, shares=5)
    scene.office.amend(CHANGE_RECOVERY, change_recovery(scene.office.register.policy(), recovery))
    return recovery


RECOVERS: Final = "the recovery key"


def named(
    scene: Scene,
    attacker: Attacker,
    person: Person | None = None,
    *,
    signer: Any = None,
    namespace: bytes = signature.RECOVERY,
    register: str = "",
    written: Callable[[str], str] = on_one_line,
    **agreed: Any,
) -> Step:
    """Return the act by which the outsider records that the recovery key names them.

    Args:
        person: Who is listed then.
        signer: What signs for the trustees, if not the recovery key.
        agreed: What that signed otherwise than is recorded.
    """
    outsider = scene.office.signers["outsider"]
    attacker.keys = {**attacker.keys, "outsider": outsider}
    roles = frozenset({Role.ADMINISTRATOR})
    person = person or Person(id="outsider", roles=roles, keys=(outsider.public,))
    policy = scene.office.register.policy()
    people = {**policy.people, person.id: person}
    files = write_policy(replace(policy, version=policy.version + 1, people=people))
    facts: dict[str, Any] = {"details": {"person": person.id}, "reason": "The last key was lost."}
    step = amendment(scene, attacker, files, kind=RECOVER, actor=person.id, **facts)
    step.signed_as = "outsider"
    act = replace(step.said.act, files={name: mark(content) for name, content in files.items()})
    consent = Consent(register=register or step.said.register, act=replace(act, **agreed))
    armoured = (signer or scene.office.signers[RECOVERS]).sign(consent.to_bytes(), namespace)
    step.act(details={**step.said.act.details, RECOVERY: written(armoured)})
    return step


def by_shares(name: str, *expected: str) -> Callable[..., Any]:
    """Enter an attack on a register that has a recovery key."""

    def enter(act: Callable[[Scene, Attacker], None]) -> None:
        @attack(f"with a recovery key, {name}", *expected)
        def _(scene: Scene) -> None:
            recoverable(scene)
            attacker = scene.attacker("administrator")
            act(scene, attacker)
            attacker.together()

    return enter


@by_shares("shares name an administrator")
def _(scene: Scene, a: Attacker) -> None:
    named(scene, a)


@by_shares("somebody names themself without it", "E_RECOVERY")
def _(scene: Scene, a: Attacker) -> None:
    named(scene, a).act(details={"person": "outsider"})


@by_shares("somebody names themself with their own key", "E_RECOVERY")
def _(scene: Scene, a: Attacker) -> None:
    named(scene, a, signer=scene.office.signers["outsider"])


@by_shares("an administrator names another in its place", "E_RECOVERY")
def _(scene: Scene, a: Attacker) -> None:
    named(scene, a, signer=scene.office.signers["administrator"])


@by_shares("too few shares are put together", "E_RECOVERY")
def _(scene: Scene, a: Attacker) -> None:
    shares = split(bytes(range(32)), bytes(5), 3, 5)
    named(scene, a, signer=signature.from_seed(combine(shares[:2])))


@by_shares("its signature is for another register", "E_RECOVERY")
def _(scene: Scene, a: Attacker) -> None:
    named(scene, a, register="0" * 32)


@by_shares("its signature is used again for another version of the policy", "E_RECOVERY")
def _(scene: Scene, a: Attacker) -> None:
    named(scene, a, policy=scene.office.register.policy().version - 1)


@by_shares("its signature is for another kind of act", "E_RECOVERY")
def _(scene: Scene, a: Attacker) -> None:
    named(scene, a, kind=ADD_OFFICER)


@by_shares("its signature is for another person", "E_RECOVERY")
def _(scene: Scene, a: Attacker) -> None:
    named(scene, a, details={"person": "second"}, actor="second")


@by_shares("its signature is for the same person with another key", "E_RECOVERY")
def _(scene: Scene, a: Attacker) -> None:
    named(scene, a, files={ROSTER: mark(b"{}\n")})


@by_shares("its signature is for another reason", "E_RECOVERY")
def _(scene: Scene, a: Attacker) -> None:
    named(scene, a, reason="Another.")


@by_shares("its signature is one of a consent", "E_RECOVERY")
def _(scene: Scene, a: Attacker) -> None:
    named(scene, a, namespace=signature.CONSENT)


@by_shares("its signature is written in a second way", "E_RECOVERY")
def _(scene: Scene, a: Attacker) -> None:
    named(scene, a, written=lambda armoured: f"{on_one_line(armoured)}\n")


@by_shares("it names somebody who is on the list", "E_RECOVERY")
def _(scene: Scene, a: Attacker) -> None:
    lawyer = scene.office.register.policy().people["legal-reviewer"]
    keys = (scene.office.signers["outsider"].public,)
    named(scene, a, replace(lawyer, roles=frozenset({Role.ADMINISTRATOR}), keys=keys))


@by_shares("it names an administrator who decides on cases too", "E_RECOVERY")
def _(scene: Scene, a: Attacker) -> None:
    roles = frozenset({Role.ADMINISTRATOR, Role.SIGN_OFF_OFFICER})
    keys = (scene.office.signers["outsider"].public,)
    named(scene, a, Person(id="outsider", roles=roles, keys=keys))


@by_shares("it names somebody with a key that another has", "E_IDENTITY")
def _(scene: Scene, a: Attacker) -> None:
    keys = (scene.office.signers["legal-reviewer"].public,)
    step = named(scene, a, Person(id="outsider", roles=frozenset({Role.ADMINISTRATOR}), keys=keys))
    a.keys = {**a.keys, "outsider": scene.office.signers["legal-reviewer"]}
    step.signed_as = "outsider"


@by_shares("it names somebody with a key that another had", "E_OWNER")
def _(scene: Scene, a: Attacker) -> None:
    outsider = scene.office.signers["outsider"]
    lawyer = scene.office.register.policy().people["legal-reviewer"]
    scene.office.authorise(replace(lawyer, keys=(*lawyer.keys, outsider.public)))
    scene.office.authorise(lawyer)
    a.steps = scene.attacker().steps
    named(scene, a)


@by_shares("more is changed than whom it names", "E_POLICY")
def _(scene: Scene, a: Attacker) -> None:
    step = named(scene, a)
    policy = scene.office.register.policy()
    outsider = scene.office.signers["outsider"].public
    person = Person(id="outsider", roles=frozenset({Role.ADMINISTRATOR}), keys=(outsider,))
    without = {id_: each for id_, each in policy.people.items() if id_ != "legal-reviewer"}
    files = write_policy(replace(policy, version=policy.version + 1, people={**without, "outsider": person}))
    step.changes = {f"{POLICY}/{name}": content for name, content in files.items()}


@by_shares("somebody is named without a reason", "E_POLICY")
def _(scene: Scene, a: Attacker) -> None:
    named(scene, a).act(reason=None)


@by_shares("whom it names is not who takes the act", "E_POLICY")
def _(scene: Scene, a: Attacker) -> None:
    step = named(scene, a)
    step.act(details={**step.said.act.details, "person": "second"})


@by_shares("an administrator signs for whom it names", "E_IDENTITY")
def _(scene: Scene, a: Attacker) -> None:
    named(scene, a).signed_as = "administrator"


@by_shares("it signs an act of an administrator itself", "E_UNKNOWN_KEY")
def _(scene: Scene, a: Attacker) -> None:
    a.keys = {**a.keys, RECOVERS: scene.office.signers[RECOVERS]}
    amendment(scene, a, with_outsider(scene)).signed_as = RECOVERS


@by_shares("it signs a consent", "E_POLICY")
def _(scene: Scene, a: Attacker) -> None:
    agreed_change(scene, a, by="administrator", signer=scene.office.signers[RECOVERS])


@by_shares("it signs an entry", "E_UNKNOWN_KEY")
def _(scene: Scene, a: Attacker) -> None:
    a.keys = {**a.keys, RECOVERS: scene.office.signers[RECOVERS]}
    a.steps[-1].entry_key = RECOVERS


@by_shares("it is made by its key another key", "E_UNKNOWN_KEY")
def _(scene: Scene, a: Attacker) -> None:
    a.keys = {**a.keys, RECOVERS: scene.office.signers[RECOVERS]}
    policy = scene.office.register.policy()
    files = write_policy(
        replace(policy, version=policy.version + 1, rules=replace(policy.rules, recovery=None))
    )
    amendment(scene, a, files, kind=CHANGE_RECOVERY, details={}).signed_as = RECOVERS


@attack("shares of a recovery key that was replaced name an administrator", "E_RECOVERY")
def _(scene: Scene) -> None:
    recovery = recoverable(scene)
    other = replace(recovery, key=signature.from_seed(bytes(32)).public)
    scene.office.amend(CHANGE_RECOVERY, change_recovery(scene.office.register.policy(), other))
    a = scene.attacker()
    named(scene, a)
    a.together()


@attack("shares of a recovery key that was taken away name an administrator", "E_RECOVERY")
def _(scene: Scene) -> None:
    recoverable(scene)
    scene.office.amend(CHANGE_RECOVERY, change_recovery(scene.office.register.policy(), None))
    a = scene.attacker()
    named(scene, a)
    a.together()


@attack("shares of a recovery key that the act itself lists name an administrator", "E_RECOVERY")
def _(scene: Scene) -> None:
    scene.office.signers[RECOVERS] = signature.from_seed(bytes(32))
    a = scene.attacker()
    step = named(scene, a)
    data = step.changes[f"{POLICY}/{RULES}"]
    listed = Recovery(key=scene.office.signers[RECOVERS].public, needed=3, shares=5)
    assert isinstance(data, bytes)
    rules = json.loads(data) | {"recovery": asdict(listed)}
    step.changes[f"{POLICY}/{RULES}"] = canonical.dump(rules)
    a.together()


@attack("two administrators are asked for, and shares name one")
def _(scene: Scene) -> None:
    recoverable(scene)
    takes_two(scene)
    a = scene.attacker()
    named(scene, a)
    a.together()


def recovery_changed(scene: Scene, attacker: Attacker, **changes: Any) -> Step:
    """Return a change of the recovery key to one of this form."""
    policy = scene.office.register.policy()
    whole = {"key": signature.from_seed(bytes(32)).public, "needed": 3, "shares": 5}
    files = write_policy(replace(policy, version=policy.version + 1))
    rules = json.loads(files[RULES]) | {"recovery": {**whole, **changes}}
    return amendment(
        scene, attacker, {**files, RULES: canonical.dump(rules)}, kind=CHANGE_RECOVERY, details={}
    )


for says, code, changed in (
    ("is one person's share", "E_POLICY", {"needed": 1}),
    ("takes more shares than there are", "E_POLICY", {"needed": 6}),
    ("has a number that is none", "E_POLICY", {"shares": "5"}),
    ("has more shares than a recovery key can", "E_POLICY", {"shares": 17}),
    ("has another field", "E_POLICY", {"since": "7"}),
    ("is one of a device", "E_POLICY", {"key": SecurityKey().public}),
    ("is of small order", "E_WEAK_KEY", {"key": weak_key(bytes.fromhex(EIGHTH))}),
):

    @attack(f"a recovery key is listed that {says}", code)
    def _(scene: Scene, changed: dict[str, Any] = changed) -> None:
        a = scene.attacker("administrator")
        recovery_changed(scene, a, **changed)
        a.together()


@attack("a recovery key is listed that is a person's own", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    recovery_changed(scene, a, key=scene.office.signers["legal-reviewer"].public)
    a.together()


@attack("with two administrators asked for, one alone makes a recovery key", "E_CONSENT")
def _(scene: Scene) -> None:
    takes_two(scene)
    a = scene.attacker("administrator")
    recovery_changed(scene, a)
    a.together()


@attack("a recovery key is changed beside another rule", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    policy = scene.office.register.policy()
    recovery = Recovery(key=signature.from_seed(bytes(32)).public, needed=3, shares=5)
    after = replace(policy, version=6, rules=replace(policy.rules, recovery=recovery, chase_within=9))
    amendment(scene, a, write_policy(after), kind=CHANGE_RECOVERY, details={})
    a.together()


# The entry


@attack("an entry is not signed", "E_UNSIGNED")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.step(SHORT, "0004-approve").entry_key = None
    a.together()


@attack("an entry is signed by a person", "E_IDENTITY")
def _(scene: Scene) -> None:
    a = scene.attacker("legal-reviewer")
    a.step(SHORT, "0004-approve").entry_key = "legal-reviewer"
    a.together()


@attack("an entry is signed by a key not on the list", "E_UNKNOWN_KEY")
def _(scene: Scene) -> None:
    a = scene.attacker("outsider")
    a.step(SHORT, "0004-approve").entry_key = "outsider"
    a.together()


@attack("an entry is altered under its signature", "E_SIGNATURE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    step = a.steps[-1]
    step.edit_raw = lambda raw: raw.replace(
        f"service> {step.committed}".encode(), b"service> %d" % (step.committed + 1)
    ).replace(
        f"committer service <service@{step.said.register}> {step.committed}".encode(),
        f"committer service <service@{step.said.register}> {step.committed + 1}".encode(),
    )
    a.together()


def two_signatures(raw: bytes) -> bytes:
    head, _, body = raw.partition(b"\n\n")
    start = head.index(b"\ngpgsig ")
    return head + head[start:] + b"\n\n" + body


@attack("an entry has two signatures", "E_HEADERS")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.steps[-1].edit_raw = two_signatures
    a.together()


@attack("an entry has a signature of another kind beside its own", "E_HEADERS")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.steps[-1].edit_payload = lambda data: data.replace(b"\n\n", b"\ngpgsig-sha256 x\n\n", 1)
    a.together()


@attack("an entry names two trees", "E_HEADERS")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.steps[-1].edit_payload = lambda data: data[:46] + data
    a.together()


@attack("an entry has a header of its own", "E_HEADERS")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.steps[-1].edit_payload = lambda data: data.replace(b"\n\n", b"\nencoding latin-1\n\n", 1)
    a.together()


@attack("an entry has two parents", "E_PARENTS")
def _(scene: Scene) -> None:
    first = scene.git("rev-list", "--max-parents=0", "main").strip().encode()
    a = scene.attacker()
    a.steps[-1].edit_payload = lambda data: data.replace(b"\nauthor", b"\nparent %s\nauthor" % first)
    a.together()


@attack("a trailer is put into an entry", "E_PARSE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.steps[-1].edit_payload = lambda data: data + b"Approved-by: sign-off-officer\n"
    a.together()


@attack("a line break is put into an entry's sentence", "E_PARSE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.steps[-1].entry = {"subject": "drafting: submit\n\nSequence: 1"}
    a.together()


@attack("a trailer is given twice", "E_PARSE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.steps[-1].edit_payload = lambda data: data.replace(b"\nPolicy: 5", b"\nPolicy: 5\nPolicy: 6")
    a.together()


@attack("an entry says something else than its statement", "E_ENTRY")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.steps[-1].entry = {"subject": "drafting: submit C/1 version 2"}
    a.together()


@attack("an entry gives another statement's digest", "E_SHA256")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.steps[-1].entry = {"statement": "0" * 64}
    a.together()


@attack("an entry skips a number", "E_SEQ")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.steps[-1].entry = {"sequence": len(a.steps) + 1}
    a.together()


@attack("an entry is put behind another than the SHA-256 in it names", "E_PREVIOUS_ENTRY")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.steps[-1].entry = {"previous_entry": "0" * 64}
    a.together()


@attack("an entry names another as the case's last", "E_ENTRY")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.steps[-1].entry = {"case_previous": "0" * 40}
    a.together()


@attack("the clock is turned back", "E_CLOCK")
def _(scene: Scene) -> None:
    a = scene.attacker("foi.officer.2")
    step = a.steps[-1]
    step.act(time=step.said.act.time - timedelta(hours=1))
    step.committed -= 3600
    a.together()


@attack("an act is dated a week before its entry", "E_CLOCK")
def _(scene: Scene) -> None:
    a = scene.attacker("foi.officer.2")
    a.steps[-1].act(time=a.steps[-1].said.act.time - timedelta(days=7))
    a.together()


@attack("an act is dated after its entry", "E_CLOCK")
def _(scene: Scene) -> None:
    a = scene.attacker("foi.officer.2")
    a.steps[-1].act(time=a.steps[-1].said.act.time + timedelta(minutes=5))
    a.together()


@attack("the newest entries are dated in the future", "E_CLOCK")
def _(scene: Scene) -> None:
    scene.given["now"] = scene.office.time() - timedelta(days=3)


@attack("a statement has a key of its JSON twice", "E_STATEMENT")
def _(scene: Scene) -> None:
    a = scene.attacker("foi.officer.2")
    a.steps[-1].edit_statement = lambda data: data.replace(
        b'"reason": null', b'"reason": "x",\n  "reason": null'
    )
    a.together()


@attack("a statement has a field of its own", "E_STATEMENT")
def _(scene: Scene) -> None:
    a = scene.attacker("foi.officer.2")
    a.steps[-1].edit_statement = lambda data: data.replace(b'"act"', b'"aaa": 1,\n  "act"')
    a.together()


@attack("an entry names a statement that is not there", "E_TREE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.steps[-1].entry = {"act": "0004-approve"}
    a.together()


@attack("a statement's signature is missing", "E_TREE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    step = a.steps[-1]
    whole = a.listing()
    del whole[f"{step.folder}/{step.said.signature_path}"]
    step.entry = {"tree": a.folder_of(whole)}
    a.together()


@attack("an entry takes its case away and does nothing else", "E_TREE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    whole = a.listing()
    folder = a.steps[-1].folder
    less = {path: content for path, content in whole.items() if not path.startswith(folder)}
    a.steps[-1].entry = {"tree": a.folder_of(less)}
    a.together()


@attack("an entry puts a file in the place of its case", "E_TREE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    whole = a.listing()
    folder = a.steps[-1].folder
    less = {path: content for path, content in whole.items() if not path.startswith(folder)}
    a.steps[-1].entry = {"tree": a.folder_of({**less, folder: b"closed\n"})}
    a.together()


# The tree


@attack("a case is removed from the tree", "E_TREE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.steps[-1].removed = {a.of(SHORT)[0].folder}
    a.together()


@attack("a file no statement lists lies in a case", "E_TREE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.steps[-1].changes[f"{a.steps[-1].folder}/note.md"] = b"?"
    a.steps[-1].keep = frozenset({"files"})
    a.together()


@attack("a file of its own is listed for a case", "E_ACT")
def _(scene: Scene) -> None:
    a = scene.attacker("foi.officer.2")
    a.steps[-1].changes[f"{a.steps[-1].folder}/note.md"] = b"?"
    a.together()


@attack("a file lies at the root", "E_TREE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.steps[-1].changes["README"] = b"?"
    a.together()


@attack("a file lies at the root from the first entry on", "E_TREE", "E_PREVIOUS", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.steps[0].changes["README"] = b"?"
    a.together()


@attack("a file lies between the dates", "E_TREE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.steps[-1].changes["cases/2026/README"] = b"?"
    a.together()


@attack("a file that a statement lists is gone", "E_TREE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.steps[-1].removed = {f"{a.steps[-1].folder}/{DOCUMENT}"}
    a.steps[-1].keep = frozenset({"files"})
    a.together()


RECORD: Final = "acts/0002-draft.json"


def with_records(scene: Scene, changes: dict[str, bytes], *, without: str = "") -> None:
    """Let the newest act of the waiting case leave other records of acts than there were."""
    a = scene.attacker("foi.officer.2")
    folder = a.steps[-1].folder
    a.steps[-1].changes |= {f"{folder}/{path}": content for path, content in changes.items()}
    a.steps[-1].removed = {f"{folder}/{without}"} if without else set()
    a.together()


@attack("an earlier statement is altered in the folder", "E_TREE")
def _(scene: Scene) -> None:
    data = scene.office.register.dossier(WAITING).read(RECORD)
    with_records(scene, {RECORD: data.replace(b'"role": "service"', b'"role": "auditor"')})


@attack("an earlier signature is altered in the folder", "E_TREE")
def _(scene: Scene) -> None:
    with_records(scene, {f"{RECORD}.sig": b"x"})


@attack("an earlier statement is replaced by another of the same chain", "E_TREE")
def _(scene: Scene) -> None:
    with_records(scene, {RECORD: scene.office.register.dossier(WAITING).read("acts/0001-open.json")})


@attack("an earlier statement is gone from the folder", "E_TREE")
def _(scene: Scene) -> None:
    with_records(scene, {}, without=RECORD)


@attack("an earlier signature is gone from the folder", "E_TREE")
def _(scene: Scene) -> None:
    with_records(scene, {}, without=f"{RECORD}.sig")


@attack("a record of an act that never was stands in the folder", "E_TREE")
def _(scene: Scene) -> None:
    with_records(scene, {"acts/0009-approve.json": b"{}\n", "acts/0009-approve.json.sig": b"x"})


@attack("an earlier record is given another name in the folder", "E_TREE")
def _(scene: Scene) -> None:
    data = scene.office.register.dossier(WAITING).read(RECORD)
    with_records(scene, {"acts/0002-approve.json": data}, without=RECORD)


@attack("a statement lists the records of acts among its files", "E_TREE")
def _(scene: Scene) -> None:
    a = scene.attacker("foi.officer.2")
    data = scene.office.register.dossier(WAITING).read(RECORD)
    a.steps[-1].act(files={**a.steps[-1].said.act.files, RECORD: mark(data)})
    a.steps[-1].keep = frozenset({"files"})
    a.together()


@attack("an entry names a statement of which there is a signature alone", "E_TREE")
def _(scene: Scene) -> None:
    a = scene.attacker("foi.officer.2")
    a.steps[-1].changes[f"{a.steps[-1].folder}/acts/0009-approve.json.sig"] = b"x"
    a.steps[-1].entry = {"act": "0009-approve"}
    a.together()


@attack("the policy goes on in a folder beside its own", "E_TREE")
def _(scene: Scene) -> None:
    a = scene.attacker("administrator")
    there, last = a.listing(), a.of(POLICY)[-1]
    step = amendment(scene, a, with_outsider(scene))
    link = Link(statement=mark(last.said.to_bytes()).sha256, signature=mark(last.armoured.encode()).sha256)
    step.said = replace(step.said, number=last.said.number + 1, previous=link)
    step.keep = frozenset({"number", "previous"})
    step.entry = {"case_previous": scene.git("log", "-1", "--format=%H", "main", "--", POLICY).strip()}
    files = {path: content for path, content in there.items() if path.startswith(POLICY)} | step.changes
    step.folder = f"{POLICY}-2"
    step.changes = {path.replace(POLICY, step.folder, 1): content for path, content in files.items()}
    a.together()


@attack("a folder with nothing in it stands in a case", "E_TREE")
def _(scene: Scene) -> None:
    a = scene.attacker("foi.officer.2")
    a.steps[-1].changes[f"{a.steps[-1].folder}/agreed"] = Odd(b"40000", id=a.store("tree", b""))
    a.together()


@attack("folders are nested in a case without end", "E_TREE")
def _(scene: Scene) -> None:
    a = scene.attacker("foi.officer.2")
    tree = a.store("tree", b"")
    for _ in range(1_500):
        tree = a.store("tree", b"40000 x\0" + bytes.fromhex(tree))
    a.steps[-1].changes[f"{a.steps[-1].folder}/deep"] = Odd(b"40000", id=tree)
    a.together()


@pytest.fixture
def scene(told: Path, tmp_path: Path) -> Any:
    with copied(told, tmp_path) as office:
        yield Scene(office)


for mode, what in {b"120000": "a symlink", b"100755": "a program"}.items():

    @attack(f"a document is turned into {what}", "E_TREE")
    def _(scene: Scene, mode: bytes = mode) -> None:
        a = scene.attacker()
        a.steps[-1].changes[f"{a.steps[-1].folder}/{DOCUMENT}"] = Odd(mode, b"/etc/passwd")
        a.steps[-1].keep = frozenset({"files"})
        a.together()


@attack("a document is turned into another repository", "E_TREE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.steps[-1].changes[f"{a.steps[-1].folder}/{DOCUMENT}"] = Odd(b"160000", id=scene.tip())
    a.steps[-1].keep = frozenset({"files"})
    a.together()


for trick in ("..", ".git", ".GIT", "-rf", "a b", "naïve", "a\u200b"):

    @attack(f"a file is named {trick!r}", "E_PATH")
    def _(scene: Scene, trick: str = trick) -> None:
        a = scene.attacker("foi.officer.2")
        a.steps[-1].changes[f"{a.steps[-1].folder}/{trick}"] = b"?"
        a.together()


def opened_again(
    scene: Scene,
    case: str,
    folder: str,
    *,
    received: str,
    details: dict[str, str] | None = None,
    files: dict[str, bytes] | None = None,
) -> None:
    a = scene.attacker()
    first = a.step(WAITING, "0001-open")
    step = a.another(
        first,
        case=case,
        time=scene.office.time(),
        details=details or opening(received, "age1other"),
    )
    step.folder = folder
    wrote = request_of(case, received) | (files or {})
    step.changes = {f"{folder}/{path}": content for path, content in wrote.items()}
    step.committed = int(scene.office.time().timestamp())
    a.steps.append(step)
    a.together()


def opened_with(scene: Scene, **files: bytes) -> None:
    """Open another case, with other content in one of its files."""
    folder = "cases/2026/10/30/D-1"
    opened_again(scene, "D/1", folder, received="2026-10-30", files=files)


STANZA = b"-> X25519 " + b"a" * 43 + b"\n" + b"b" * 43 + b"\n"
for _what, _sealed in {
    "in clear": b"Please tell me how many there are.\n",
    "in nothing but a header": SEALED[:-40],
    "to a password": SEALED.replace(STANZA, b"-> scrypt " + b"a" * 22 + b" 18\n" + b"b" * 43 + b"\n"),
    "to a second key": SEALED.replace(STANZA, STANZA * 2),
    "to a second key of another kind": SEALED.replace(
        STANZA, STANZA + STANZA.replace(b"X25519", b"ssh-ed25519")
    ),
    "to no key": SEALED.replace(STANZA, b""),
}.items():

    @attack(f"a request is kept {_what}", "E_CONTENT")
    def _(scene: Scene, sealed: bytes = _sealed) -> None:
        opened_with(scene, **{SEALED_REQUEST: sealed})


@attack("a request is sealed to the key of another case", "E_CONTENT")
def _(scene: Scene) -> None:
    details = opening("2026-10-30", key_of(DONE))
    opened_again(scene, "D/1", "cases/2026/10/30/D-1", received="2026-10-30", details=details)


@attack("a case is opened with the request of another", "E_CONTENT")
def _(scene: Scene) -> None:
    opened_with(scene, **{REQUEST: request_of(DONE, "2026-10-30")[REQUEST]})


@attack("a case is opened with a request of another day", "E_CONTENT")
def _(scene: Scene) -> None:
    opened_with(scene, **{REQUEST: request_of("D/1", "2026-11-02")[REQUEST]})


for _what, _written in {
    "nothing": b"",
    "noise": b"\xff\xfe",
    "a letter": b"Dear Sir, how many are there?\n",
    "another form, of another case": f"Reference: {DONE}\nBy: post\n\nS.\n".encode(),
}.items():

    @attack(f"a case is opened with {_what} for a request", "E_CONTENT")
    def _(scene: Scene, written: bytes = _written) -> None:
        opened_with(scene, **{REQUEST: written})


for _c in ("\0", "\x1b", "\u202e", "\u200b", "\ufeff", "\U000e0041"):

    @attack(f"a request in clear has U+{ord(_c):04X}", "E_CONTENT")
    def _(scene: Scene, c: str = _c) -> None:
        written = request_of("D/1", "2026-10-30")[REQUEST].decode().replace("S\n", f"{c}S\n")
        opened_with(scene, **{REQUEST: written.encode()})

    @attack(f"an assessment has U+{ord(_c):04X}", "E_CONTENT")
    def _(scene: Scene, c: str = _c) -> None:
        opened_with(scene, **{ASSESSMENT: f"reference: D/1\n# {c} a comment\n".encode()})


@attack("an assessment is no text", "E_CONTENT")
def _(scene: Scene) -> None:
    opened_with(scene, **{ASSESSMENT: b"%PDF-1.7\n\xff"})


@attack("a text is no text", "E_CONTENT")
def _(scene: Scene) -> None:
    a = scene.attacker("foi-officer", "foi.officer.2", "legal-reviewer")
    step = a.step(WAITING, "0002-draft")
    step.changes[f"{step.folder}/{DOCUMENT}"] = b"caf\xe9\n"
    a.together()


for _day in ("1899-12-31", "2004-12-31", "2026-11-09", "2999-01-01"):

    @attack(f"a case is opened as received on {_day}", "E_ACT")
    def _(scene: Scene, day: str = _day) -> None:
        opened_again(scene, "D/1", f"cases/{day.replace('-', '/')}/D-1", received=day)


@attack("a case is opened twice", "E_DUPLICATE")
def _(scene: Scene) -> None:
    opened_again(scene, WAITING, "cases/2026/10/30/C-1", received="2026-10-30")


@attack("a case is opened twice, spelt in small letters", "E_DUPLICATE")
def _(scene: Scene) -> None:
    opened_again(scene, "c/1", "cases/2026/10/30/c-1", received="2026-10-30")


@attack("a case is opened twice, spelt with a hyphen", "E_DUPLICATE")
def _(scene: Scene) -> None:
    opened_again(scene, "C-1", "cases/2026/10/30/C-1", received="2026-10-30")


@attack("an act names its case in another spelling", "E_REPLAY_CASE")
def _(scene: Scene) -> None:
    a = scene.attacker("legal-reviewer")
    approval_of(scene, a, "legal-reviewer", case="c/1")
    a.together()


@attack("a case lies in a folder of another date than its receipt", "E_PATH")
def _(scene: Scene) -> None:
    opened_again(scene, "D/1", "cases/2026/11/09/D-1", received="2026-10-30")


@attack("an act is recorded in another folder than its case's", "E_TREE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    step = a.steps[-1]
    old, step.folder = step.folder, "cases/2026/10/30/C-1"
    for other in a.of(WAITING)[:-1]:
        step.changes |= {path.replace(old, step.folder): content for path, content in other.changes.items()}
    step.keep = frozenset({"number", "previous", "files", "key"})
    step.entry = {"case_previous": scene.office.register.dossier(WAITING).entries[-2].id}
    a.together()


@attack("a case lies in another case's folder name", "E_PATH")
def _(scene: Scene) -> None:
    opened_again(scene, "D/1", "cases/2026/10/30/E-1", received="2026-10-30")


@attack("a case is opened under an Act that nobody knows", "E_ACT")
def _(scene: Scene) -> None:
    details = {**opening("2026-10-30"), "regime": "magna-carta"}
    opened_again(scene, "D/1", "cases/2026/10/30/D-1", received="2026-10-30", details=details)


@attack("a case is opened under no Act", "E_ACT")
def _(scene: Scene) -> None:
    details = {name: fact for name, fact in opening("2026-10-30").items() if name != "regime"}
    opened_again(scene, "D/1", "cases/2026/10/30/D-1", received="2026-10-30", details=details)


@attack("a case has a reference no authority can give", "E_ACT")
def _(scene: Scene) -> None:
    opened_again(scene, "D D/1", "cases/2026/10/30/D-D-1", received="2026-10-30")


# From outside


@attack("the newest entries are cut off", "E_ROLLBACK")
def _(scene: Scene) -> None:
    scene.given["checkpoint"] = scene.office.checkpoint()
    a = scene.attacker()
    a.steps = a.steps[:-3]
    a.together()


@attack("the line is rewritten by the service itself", "E_FORK")
def _(scene: Scene) -> None:
    scene.given["checkpoint"] = scene.office.checkpoint()
    a = scene.attacker()
    for step in a.steps[10:]:
        step.committed += 1
    a.together()


@attack("a whole case is taken out and another put in", "E_FORK")
def _(scene: Scene) -> None:
    scene.given["checkpoint"] = scene.office.checkpoint()
    a = scene.attacker()
    a.steps = [step for step in a.steps if step not in a.of(SHORT)]
    a.together()
    with Office(scene.office.folder) as office:
        office.story("Z/1")


@attack("a checkpoint has another root than its entries have", "E_FORK")
def _(scene: Scene) -> None:
    head = replace(scene.office.head(), root="0" * 64)
    scene.given["checkpoint"] = write_checkpoint(head, scene.office.signers[SERVICE])


@attack("a checkpoint names another newest entry than its root is over", "E_FORK")
def _(scene: Scene) -> None:
    head = replace(scene.office.head(), head="0" * 64)
    scene.given["checkpoint"] = write_checkpoint(head, scene.office.signers[SERVICE])


@attack("the line is rewritten behind a checkpoint of the earlier form", "E_FORK")
def _(scene: Scene) -> None:
    text = replace(scene.office.head(), root=None).text()
    signed = scene.office.signers[SERVICE].sign(text.encode(), CHECKPOINT)
    scene.given["checkpoint"] = f"{text}\n{signed}"
    a = scene.attacker()
    for step in a.steps[10:]:
        step.committed += 1
    a.together()


@attack("the register is another than the one pinned", "E_PIN")
def _(scene: Scene) -> None:
    scene.given["pin"] = scene.office.register.fingerprint()
    a = scene.attacker("administrator", "foi-officer", "foi.officer.2", "legal-reviewer", "sign-off-officer")
    a.steps[0].act(time=a.steps[0].said.act.time - timedelta(seconds=1))
    a.together()


@attack("a checkpoint is signed by another key", "E_CHECKPOINT")
def _(scene: Scene) -> None:
    head = Checkpoint(
        register=scene.office.register.policy().register, sequence=24, head="0" * 64, root="0" * 64
    )
    scene.given["checkpoint"] = write_checkpoint(head, scene.office.signers["outsider"])


@attack("a checkpoint is of another register", "E_CHECKPOINT")
def _(scene: Scene) -> None:
    head = Checkpoint(register="0" * 32, sequence=24, head="0" * 64, root="0" * 64)
    scene.given["checkpoint"] = write_checkpoint(head, scene.office.signers[SERVICE])


@attack("a checkpoint is altered", "E_CHECKPOINT")
def _(scene: Scene) -> None:
    scene.given["checkpoint"] = scene.office.checkpoint().replace("\n24\n", "\n23\n")


# The log of the vault's openings


def opened(scene: Scene, vault: Callable[[End], str] = "vault {0.number} sha256:{0.sha256}\n".format) -> Path:
    """Note three openings, and give a checkpoint that says so; return the log."""
    log = scene.given["openings"] = scene.office.folder / "vault-opened.jsonl"
    for whence in ("that was typed", "in /run/words", "that was typed"):
        note_opening(log, "passphrase", whence)
    end = read_openings(log).end
    assert end
    text = scene.office.head().text() + vault(end)
    origin, service = text.partition("\n")[0], scene.office.signers[SERVICE]
    by_ssh = SignatureLine(
        name=origin,
        key=key_id(origin, b"\xff" + CHECKPOINT + service.point),
        signature=b64decode(on_one_line(service.sign(text.encode(), CHECKPOINT))),
    )
    scene.given["checkpoint"] = str(Note(text=text, lines=(sign_note(text, origin, service), by_ssh)))
    return log


def lines_of(log: Path) -> list[bytes]:
    return log.read_bytes().splitlines(keepends=True)


@attack("the newest openings of the vault are cut off", "E_OPENINGS")
def _(scene: Scene) -> None:
    log = opened(scene)
    log.write_bytes(b"".join(lines_of(log)[:-1]))


@attack("the end of the newest opening of the vault is cut off", "E_OPENINGS")
def _(scene: Scene) -> None:
    log = opened(scene)
    log.write_bytes(log.read_bytes()[:-1])


@attack("the log of the vault's openings is deleted", "E_OPENINGS")
def _(scene: Scene) -> None:
    opened(scene).unlink()


@attack("the log of the vault's openings is begun anew, and has more lines than before", "E_OPENINGS")
def _(scene: Scene) -> None:
    log = opened(scene)
    log.unlink()
    for _ in range(4):
        note_opening(log, "passphrase", "in /run/other")


@attack("an opening of the vault is changed, and the lines after it made anew", "E_OPENINGS")
def _(scene: Scene) -> None:
    log = opened(scene)
    kept = lines_of(log)[:1]
    log.write_bytes(b"".join(kept))
    for whence in ("that was typed", "that was typed"):
        note_opening(log, "passphrase", whence)


@attack("an opening of the vault is taken out from between", "E_OPENINGS")
def _(scene: Scene) -> None:
    log = opened(scene)
    first, _, third = lines_of(log)
    log.write_bytes(first + third)


@attack("an opening of the vault is changed, which no checkpoint knows of", "E_OPENINGS")
def _(scene: Scene) -> None:
    log = opened(scene)
    note_opening(log, "passphrase", "in /run/words")
    note_opening(log, "passphrase", "in /run/words")
    lines = lines_of(log)
    log.write_bytes(b"".join([*lines[:3], lines[3].replace(b"words", b"other"), lines[4]]))


@attack("brackets without an end follow the openings of the vault", "E_OPENINGS")
def _(scene: Scene) -> None:
    log = opened(scene)
    log.write_bytes(log.read_bytes() + b"[" * 100_000 + b"\n")


@attack("noise follows the openings of the vault", "E_OPENINGS")
def _(scene: Scene) -> None:
    log = opened(scene)
    log.write_bytes(log.read_bytes() + b"noise\n")


@attack("a checkpoint knows of more openings of the vault than there ever were", "E_OPENINGS")
def _(scene: Scene) -> None:
    opened(scene, "vault 999999999999 sha256:{0.sha256}\n".format)


for _name, _line in {
    "has two lines on the vault": "vault {0.number} sha256:{0.sha256}\n" * 2,
    "has a line on the vault without an end": "vault {0.number}\n",
    "has a line on the vault without an opening": "vault 0 sha256:{0.sha256}\n",
    "has a line on the vault with a number too long": "vault 1000000000000 sha256:{0.sha256}\n",
    "has a line on the vault with a number written otherwise": "vault 03 sha256:{0.sha256}\n",
    "has a line of another name in the place of that on the vault": "safe {0.number} sha256:{0.sha256}\n",
    "has a line more behind that on the vault": "vault {0.number} sha256:{0.sha256}\nsafe\n",
}.items():

    @attack(f"a checkpoint {_name}", "E_CHECKPOINT")
    def _(scene: Scene, line: str = _line) -> None:
        opened(scene, line.format)


@attack("a checkpoint's word on the vault is altered", "E_CHECKPOINT")
def _(scene: Scene) -> None:
    opened(scene)
    scene.given["checkpoint"] = scene.given["checkpoint"].replace("vault 3 ", "vault 2 ")


@attack("a checkpoint's word on the vault is taken out", "E_CHECKPOINT")
def _(scene: Scene) -> None:
    opened(scene)
    note = scene.given["checkpoint"]
    scene.given["checkpoint"] = re.sub("vault .*\n", "", note)


# The repository


@attack("a loose blob is overwritten with another's content", "E_OBJECT")
def _(scene: Scene) -> None:
    other = scene.attacker().store("blob", b"softer words\n")
    target = scene.loose(scene.document_id())
    target.chmod(0o644)
    target.write_bytes(scene.loose(other).read_bytes())
    scene.loose(other).unlink()


@attack("a loose blob is overwritten with noise", "E_OBJECT")
def _(scene: Scene) -> None:
    target = scene.loose(scene.document_id())
    target.chmod(0o644)
    target.write_bytes(b"noise")


@attack("a pack's index leads to another object", "E_OBJECT")
def _(scene: Scene) -> None:
    document = scene.document_id()
    other = scene.git("rev-parse", "main:cases/2026/11/02/B-1/test/document.md").strip()
    scene.git("repack", "-a", "-d", "-q")
    (index,) = (scene.path / "objects" / "pack").glob("*.idx")
    index.chmod(0o644)
    index.write_bytes(swapped(index.read_bytes(), document, other))


@attack("a pack is altered", "E_OBJECT")
def _(scene: Scene) -> None:
    scene.git("repack", "-a", "-d", "-q")
    (pack,) = (scene.path / "objects" / "pack").glob("*.pack")
    rows = scene.git("verify-pack", "-v", str(pack.with_suffix(".idx"))).splitlines()
    row = next(row.split() for row in rows if row.startswith(scene.document_id()))
    at, size = int(row[4]), int(row[3])
    data = bytearray(pack.read_bytes())
    data[at + size - 3] ^= 0xFF
    pack.chmod(0o644)
    pack.write_bytes(bytes(data))


def swapped(index: bytes, one: str, other: str) -> bytes:
    """Return a pack's index (version 2) with the places of two objects swapped, its checksum redone."""
    count = struct.unpack_from(">I", index, 8 + 255 * 4)[0]
    names = 8 + 256 * 4
    offsets = names + count * 24
    ids = [index[names + 20 * i : names + 20 * i + 20].hex() for i in range(count)]
    data = bytearray(index)
    i, j = (offsets + 4 * ids.index(id_) for id_ in (one, other))
    data[i : i + 4], data[j : j + 4] = data[j : j + 4], data[i : i + 4]
    return bytes(data[:-20]) + hashlib.sha1(data[:-20], usedforsecurity=False).digest()


@attack("an object is missing", "E_MISSING")
def _(scene: Scene) -> None:
    scene.loose(scene.document_id()).unlink()


@attack("an entry is missing", "E_MISSING")
def _(scene: Scene) -> None:
    scene.loose(scene.git("rev-parse", "main~3").strip()).unlink()


@attack("the branch names an entry that is not there", "E_MISSING")
def _(scene: Scene) -> None:
    (scene.path / "refs/heads/main").write_text("1" * 40 + "\n")


@attack("the branch names a file", "E_OBJECT")
def _(scene: Scene) -> None:
    (scene.path / "refs/heads/main").write_text(scene.document_id() + "\n")


@attack("the branch is empty", "E_REF")
def _(scene: Scene) -> None:
    (scene.path / "refs/heads/main").write_text("")


@attack("the branch is gone", "E_REF")
def _(scene: Scene) -> None:
    (scene.path / "refs/heads/main").unlink()


@attack("an entry is replaced in passing", "E_REPLACE")
def _(scene: Scene) -> None:
    scene.git("update-ref", f"refs/replace/{scene.tip()}", "main~1")


@attack("grafts show another history", "E_GRAFT")
def _(scene: Scene) -> None:
    (scene.path / "info").mkdir(exist_ok=True)
    (scene.path / "info/grafts").write_text(f"{scene.tip()}\n")


@attack("a shallow mark cuts the history off", "E_SHALLOW")
def _(scene: Scene) -> None:
    (scene.path / "shallow").write_text(f"{scene.tip()}\n")


@attack("objects come from elsewhere", "E_ALTERNATES")
def _(scene: Scene) -> None:
    (scene.path / "objects/info").mkdir(exist_ok=True)
    (scene.path / "objects/info/alternates").write_text("/tmp/elsewhere\n")  # noqa: S108 - never read


@attack("a note says somebody approved", "E_REF")
def _(scene: Scene) -> None:
    scene.git("notes", "add", "-m", "Approved-by: sign-off-officer", "main")


@attack("a tag has the branch's name", "E_REF")
def _(scene: Scene) -> None:
    scene.git("tag", "main", "main~1")


@attack("a file beside HEAD has the branch's name", "E_REF")
def _(scene: Scene) -> None:
    (scene.path / "main").write_text(f"{scene.tip()}\n")


@attack("another branch is packed away", "E_REF")
def _(scene: Scene) -> None:
    scene.git("branch", "other", "main~1")
    scene.git("pack-refs", "--all")


@attack("HEAD leads elsewhere", "E_REF")
def _(scene: Scene) -> None:
    scene.git("symbolic-ref", "HEAD", "refs/heads/other")


@attack("the configuration brings its own checker of signatures", "E_CONFIG")
def _(scene: Scene) -> None:
    scene.git("config", "gpg.ssh.program", "/bin/true")


@attack("the configuration includes another", "E_CONFIG")
def _(scene: Scene) -> None:
    scene.git("config", "include.path", "elsewhere")


@pytest.mark.parametrize("name", spread(ATTACKS, every=12))
def test_an_attack_is_found(name: str, scene: Scene) -> None:
    act, expected = ATTACKS[name]
    act(scene)
    before = bytes_of(scene.path)

    report = audited(scene.path, **scene.given)
    found = list(dict.fromkeys(each.code for each in report.findings))

    print(f"{name} → {', '.join(found)}")  # noqa: T201 - the table, for pytest -s
    assert found == list(expected)
    assert report.accepted == ()
    assert bytes_of(scene.path) == before

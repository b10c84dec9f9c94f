"""What the audit says to an attacker who knows the register's form as well as its authors.

Each attack works on its own copy of a register, with every hash, link and signature made anew that
the attacker can make; what is asserted is every code the audit finds. `pytest -s` prints the table.
"""

from __future__ import annotations

import hashlib
import struct
import subprocess
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from attacker import Attacker, Odd, Step
from authenticator import ORIGIN, EdSecurityKey, Passkey, SecurityKey
from register_builders import (
    Office,
    bytes_of,
    codes,
    copied,
    forged,
    paper_of,
    request_of,
    unpack,
    weak_key,
)

from flows.domain.amendment import add_officer
from flows.domain.policy import SERVICE, Person
from flows.domain.procedure import DOCUMENT, ActKind, Role, Stage
from flows.register import signature
from flows.register.checkpoint import Checkpoint, write_checkpoint
from flows.register.roster import ROSTER, RULES, write_policy
from flows.register.statement import POLICY
from flows.register.webauthn import PRESENT, VERIFIED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DONE = "1146A/22"
"""Told to its end: 5 is lee's return of version 2, 8 and 9 approve version 3, 10 publishes it."""
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

    def document_id(self) -> str:
        return self.git("rev-parse", f"main:cases/2026/11/02/C-1/{DOCUMENT}").strip()


ATTACKS: Final[dict[str, tuple[Callable[[Scene], None], tuple[str, ...]]]] = {}


def attack(name: str, *expected: str) -> Callable[[Callable[[Scene], None]], Callable[[Scene], None]]:
    def enter(act: Callable[[Scene], None]) -> Callable[[Scene], None]:
        assert name not in ATTACKS
        ATTACKS[name] = (act, expected)
        return act

    return enter


def approval_of(scene: Scene, attacker: Attacker, who: str, **changes: Any) -> Step:
    """Return an approval of the waiting case, to be signed with the key of ``who``."""
    act = scene.office.approval(WAITING, "lee", Stage.LEGAL_REVIEW)
    like = attacker.of(WAITING)[-1]
    step = attacker.another(like)
    step.said = replace(step.said, act=replace(act, actor=who, **changes))
    step.committed = int(act.time.timestamp())
    attacker.steps.append(step)
    return step


def amendment(scene: Scene, attacker: Attacker, files: dict[str, bytes], **changes: Any) -> Step:
    """Return a change of the policy at the end of the line, as if ada added mallory."""
    step = attacker.another(
        attacker.of(POLICY)[-1],
        policy=5,
        version=6,
        time=scene.office.time(),
        details={"person": "mallory"},
        **changes,
    )
    step.changes = {f"{POLICY}/{name}": content for name, content in files.items()}
    step.committed = int(scene.office.time().timestamp())
    attacker.steps.append(step)
    return step


def with_mallory(scene: Scene) -> dict[str, bytes]:
    mallory = Person(
        id="mallory",
        roles=frozenset({Role.ADMINISTRATOR, Role.SIGN_OFF_OFFICER}),
        keys=(scene.office.signers["mallory"].public,),
    )
    return write_policy(add_officer(scene.office.register.policy(), mallory))


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
    step.changes[f"{step.folder}/published/B-1.pdf"] = paper_of(b"softer words\n")
    a.together()


@attack("a document is changed before its approval, under the approver's signature", "E_SIGNATURE")
def _(scene: Scene) -> None:
    a = scene.attacker("sam", "wren")
    step = a.step(SHORT, "0002-draft")
    step.changes[f"{step.folder}/{DOCUMENT}"] = b"softer words\n"
    publish = a.step(SHORT, "0006-publish")
    publish.changes[f"{step.folder}/published/B-1.pdf"] = paper_of(b"softer words\n")
    a.together()


@attack("an approval is of other bytes than the case holds", "E_STALE_APPROVAL")
def _(scene: Scene) -> None:
    a = scene.attacker("lee")
    step = approval_of(scene, a, "lee")
    step.act(details={**step.said.act.details, DOCUMENT: hashlib.sha256(b"other").hexdigest()})
    a.together()


@attack("an approval is copied from another case", "E_REPLAY_CASE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    copy = replace(a.step(SHORT, "0004-approve"), folder=a.of(WAITING)[-1].folder, changes={})
    copy.keep = frozenset({"number", "previous", "records", "files", "key"})
    copy.entry = {"case": WAITING, "subject": f"legal-review: approve {WAITING} version 1"}
    copy.committed = int(scene.office.time().timestamp())
    a.steps.append(copy)
    copy.entry["authored"] = copy.committed
    a.together()


@attack("an approval is copied from another case and made to name this one", "E_SIGNATURE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    step = approval_of(scene, a, "lee")
    step.armoured = a.step(SHORT, "0004-approve").armoured
    a.together()


@attack("an approval is copied from another register", "E_REPLAY_REGISTER")
def _(scene: Scene) -> None:
    a = scene.attacker("lee")
    step = approval_of(scene, a, "lee")
    step.said = replace(step.said, register="0" * 32)
    step.entry = {"register": a.steps[0].said.register}
    a.together()


def approved_returned_drafted(scene: Scene) -> Attacker:
    """Let the waiting case be approved, returned, and put forward again as version 2."""
    office = scene.office
    office.approve(WAITING, "lee", Stage.LEGAL_REVIEW)
    office.return_(WAITING, "bo", Stage.BALANCING)
    office.draft(WAITING, "wren", text="another")
    office.submit(WAITING)
    return scene.attacker("lee")


@attack("the approval of an earlier version is put behind a later one", "E_TREE")
def _(scene: Scene) -> None:
    a = approved_returned_drafted(scene)
    step = replace(a.step(WAITING, "0004-approve"))
    step.keep = frozenset({"number", "previous", "records", "files", "key"})
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


@attack("a paper is published of another text", "E_PDF")
def _(scene: Scene) -> None:
    a = scene.attacker()
    step = a.step(SHORT, "0006-publish")
    step.changes[f"{step.folder}/published/B-1.pdf"] = paper_of(b"softer words\n")
    a.together()


@attack("a publication has no manifest", "E_TREE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    step = a.step(SHORT, "0006-publish")
    del step.changes[f"{step.folder}/published/B-1.json"]
    step.keep = frozenset({"files"})
    a.together()


@attack("an approval does not say of what", "E_ACT")
def _(scene: Scene) -> None:
    scene.office.approve(WAITING, "lee", Stage.LEGAL_REVIEW)
    a = scene.attacker("bo")
    approval_of(scene, a, "bo", gate=Stage.BALANCING, role=Role.SIGN_OFF_OFFICER, details={})
    a.together()


# Who decided


@attack("a drafter approves their own draft", "E_SOD")
def _(scene: Scene) -> None:
    office = scene.office
    office.return_(WAITING, "lee", Stage.LEGAL_REVIEW)
    office.draft(WAITING, "wren", text="hers")
    office.submit(WAITING)
    a = scene.attacker("wren")
    approval_of(scene, a, "wren")
    a.together()


@attack("a drafter approves with a second key of their own", "E_SOD")
def _(scene: Scene) -> None:
    office = scene.office
    office.return_(WAITING, "lee", Stage.LEGAL_REVIEW)
    office.draft(WAITING, "wren", text="hers")
    office.submit(WAITING)
    a = scene.attacker("wren-second")
    approval_of(scene, a, "wren").signed_as = "wren-second"
    a.together()


@attack("someone who only submitted approves", "E_SOD")
def _(scene: Scene) -> None:
    a = scene.attacker("sam")
    approval_of(scene, a, "sam")
    a.together()


@attack("one person passes both gates", "E_SOD")
def _(scene: Scene) -> None:
    scene.office.approve(WAITING, "lee", Stage.LEGAL_REVIEW)
    a = scene.attacker("lee")
    approval_of(scene, a, "lee", gate=Stage.BALANCING, role=Role.SIGN_OFF_OFFICER)
    a.together()


@attack("the service's key signs an approval in a reviewer's name", "E_ROLE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    approval_of(scene, a, "lee").signed_as = SERVICE
    a.together()


@attack("the service approves in its own name", "E_ROLE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    approval_of(scene, a, SERVICE, role=Role.SERVICE)
    a.together()


@attack("someone approves without the role", "E_ROLE")
def _(scene: Scene) -> None:
    a = scene.attacker("bo")
    approval_of(scene, a, "bo")
    a.together()


@attack("a colleague's key signs an approval", "E_IDENTITY")
def _(scene: Scene) -> None:
    a = scene.attacker("bo")
    approval_of(scene, a, "lee").signed_as = "bo"
    a.together()


@attack("a key not on the list signs an approval", "E_UNKNOWN_KEY")
def _(scene: Scene) -> None:
    a = scene.attacker("mallory")
    approval_of(scene, a, "lee").signed_as = "mallory"
    a.together()


@attack("someone not on the list approves", "E_UNKNOWN_KEY")
def _(scene: Scene) -> None:
    a = scene.attacker("mallory")
    approval_of(scene, a, "mallory")
    a.together()


@attack("a revoked key signs an approval", "E_KEY_EXPIRED")
def _(scene: Scene) -> None:
    scene.office.revoke("lee")
    a = scene.attacker("lee")
    approval_of(scene, a, "lee")
    a.together()


@attack("a signature made for an entry stands under an approval", "E_SIGNATURE")
def _(scene: Scene) -> None:
    a = scene.attacker("lee")
    approval_of(scene, a, "lee").namespace = signature.ENTRY
    a.together()


@attack("an approval names another author than the person who acted", "E_IDENTITY")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.step(SHORT, "0004-approve").entry = {"author": "bo"}
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
    scene.office.give("lee", key)
    a = scene.attacker()
    a.keys = {**a.keys, "lee": key}
    approval_of(scene, a, "lee")
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
    scene.office.give("lee", key)
    a = scene.attacker("ada")
    a.keys = {**a.keys, "lee": key}
    approval_of(scene, a, "lee")
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
    a.keys = {**a.keys, "lee": Passkey()}
    approval_of(scene, a, "lee")
    a.together()


@attack("a colleague's passkey signs an approval", "E_IDENTITY")
def _(scene: Scene) -> None:
    scene.office.set_desk(ORIGIN)
    scene.office.give("bo", key := Passkey())
    a = scene.attacker()
    a.keys = {**a.keys, "bo": key}
    approval_of(scene, a, "lee").signed_as = "bo"
    a.together()


@attack("a revoked passkey signs an approval", "E_KEY_EXPIRED")
def _(scene: Scene) -> None:
    scene.office.set_desk(ORIGIN)
    scene.office.give("lee", key := Passkey())
    scene.office.revoke("lee")
    a = scene.attacker()
    a.keys = {**a.keys, "lee": key}
    approval_of(scene, a, "lee")
    a.together()


for name, key in {"security key": EdSecurityKey(), "passkey": Passkey()}.items():

    @attack(f"a person's {name} signs an entry", "E_IDENTITY" if name == "security key" else "E_SIGNATURE")
    def _(scene: Scene, key: Any = key) -> None:
        scene.office.set_desk(ORIGIN)
        scene.office.give("lee", key)
        a = scene.attacker()
        a.keys = {**a.keys, "lee": key}
        a.steps[-1].entry_key = "lee"
        a.together()

    @attack(f"the service is given a {name}", "E_POLICY")
    def _(scene: Scene, key: Any = key) -> None:
        a = scene.attacker("ada")
        policy = scene.office.register.policy()
        service = replace(policy.people[SERVICE], keys=(key.public,))
        after = replace(policy, version=6, people={**policy.people, SERVICE: service})
        amendment(scene, a, write_policy(after))
        a.together()


for order, point in {1: "01" + "00" * 31, 2: "ec" + "ff" * 30 + "7f", 4: "00" * 32, 8: EIGHTH}.items():

    @attack(f"nobody's private key signs, for a key of order {order}", "E_WEAK_KEY", "E_POLICY")
    def _(scene: Scene, point: str = point) -> None:
        # Whoever holds the service's key, and an administrator who lists what they are given.
        a, key = scene.attacker("ada"), weak_key(bytes.fromhex(point))
        bo = replace(scene.office.register.policy().people["bo"], keys=(key,))
        policy = scene.office.register.policy()
        files = write_policy(replace(policy, version=6, people={**policy.people, "bo": bo}))
        amendment(scene, a, files).act(details={"person": "bo"})
        a.keys = {**a.keys, "bo": Forger(key)}
        approval_of(scene, a, "bo", policy=6)
        a.together()


@attack("an approval is forged for a key of small order that is not on the list", "E_SIGNATURE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.keys = {**a.keys, "lee": Forger(weak_key(bytes(32)))}
    approval_of(scene, a, "lee")
    a.together()


def desk_set(scene: Scene, attacker: Attacker, *origins: Any, version: int = 6, **changes: Any) -> Step:
    """Return a change of where passkeys sign, whatever the rules say of it."""
    policy = scene.office.register.policy()
    after = replace(policy, version=version, rules=replace(policy.rules, desk=origins))
    files = write_policy(after)
    step = amendment(scene, attacker, files)
    step.act(
        **{"kind": ActKind.CHANGE_DESK, "details": {}, "policy": version - 1, "version": version} | changes
    )
    return step


for origins in (("http://foi.example.gov.uk",), (7,)):

    @attack(f"passkeys are let sign at {origins}", "E_POLICY")
    def _(scene: Scene, origins: Any = origins) -> None:
        a = scene.attacker("ada")
        desk_set(scene, a, *origins)
        a.together()


@attack("passkeys are let sign elsewhere by somebody who is no administrator", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("wren")
    desk_set(scene, a, ORIGIN, actor="wren")
    a.together()


@attack("passkeys are let sign elsewhere beside a change of the list", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("ada")
    desk_set(scene, a, ORIGIN, kind=ActKind.ADD_OFFICER, details={"person": "bo"})
    a.together()


@attack("the list is changed beside where passkeys sign", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("ada")
    step = desk_set(scene, a, ORIGIN)
    step.changes[f"{POLICY}/{ROSTER}"] = with_mallory(scene)[ROSTER]
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
    publish.changes = {f"{publish.folder}/published/C-1.pdf": b"%PDF"}
    a.steps.append(publish)
    a.together()


@attack("an act is of a document nobody knows", "E_ACT")
def _(scene: Scene) -> None:
    a = scene.attacker("lee")
    approval_of(scene, a, "lee", document="letter")
    a.together()


@attack("an act on the policy is taken on a case", "E_ACT")
def _(scene: Scene) -> None:
    a = scene.attacker("ada")
    approval_of(scene, a, "ada", kind=ActKind.ADD_OFFICER, role=Role.ADMINISTRATOR, gate=None)
    a.together()


@attack("a case is returned without a reason", "E_REASON")
def _(scene: Scene) -> None:
    a = scene.attacker("lee")
    approval_of(scene, a, "lee", kind=ActKind.RETURN, details={}, reason=" ")
    a.together()


@attack("an act is replayed under a key of its own", "E_KEY")
def _(scene: Scene) -> None:
    a = scene.attacker("lee")
    step = approval_of(scene, a, "lee")
    step.said = replace(step.said, key="approve/anew")
    step.keep = frozenset({"key"})
    a.together()


@attack("a statement is put behind another than it was made for", "E_PREVIOUS")
def _(scene: Scene) -> None:
    a = scene.attacker("lee")
    step = approval_of(scene, a, "lee")
    step.said = replace(step.said, previous=hashlib.sha256(b"other").hexdigest())
    step.keep = frozenset({"previous"})
    a.together()


@attack("an act is dropped from the middle of a case", "E_SIGNATURE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.steps.remove(a.step(DONE, "0005-return"))
    a.together()


@attack("two approvals are swapped, with both keys in hand", "E_STAGE")
def _(scene: Scene) -> None:
    a = scene.attacker("lee", "bo")
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
    a = scene.attacker("lee")
    approval_of(scene, a, "lee", policy=4)
    a.together()


# Who may


@attack("the list is replaced without an administrator", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("wren")
    amendment(scene, a, with_mallory(scene), actor="wren")
    a.together()


@attack("the list is replaced by the service", "E_ROLE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    amendment(scene, a, with_mallory(scene)).signed_as = SERVICE
    a.together()


@attack("the list is changed in more than the administrator signed for", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("ada")
    amendment(scene, a, with_mallory(scene)).act(details={"person": "bo"})
    a.together()


@attack("the rules are loosened beside a change of the list", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("ada")
    files = with_mallory(scene)
    files[RULES] = files[RULES].replace(b'"full"', b'"two-person"')
    amendment(scene, a, files)
    a.together()


@attack("an older list is applied again", "E_POLICY_ROLLBACK")
def _(scene: Scene) -> None:
    a = scene.attacker("ada")
    amendment(scene, a, write_policy(scene.office.register.policies()[2]))
    a.together()


@attack("a list is not in the register's form", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("ada")
    amendment(scene, a, {ROSTER: b"{}\n"})
    a.together()


@attack("a change of the list is replayed under a key of its own", "E_POLICY")
def _(scene: Scene) -> None:
    a = scene.attacker("ada")
    step = amendment(scene, a, with_mallory(scene))
    step.said = replace(step.said, key="add-officer/anew")
    step.keep = frozenset({"key"})
    a.together()


@attack("a list stands without its rules", "E_TREE")
def _(scene: Scene) -> None:
    a = scene.attacker("ada")
    amendment(scene, a, with_mallory(scene)).removed = {f"{POLICY}/{RULES}"}
    a.steps[-1].changes.pop(f"{POLICY}/{RULES}")
    a.together()


# The entry


@attack("an entry is not signed", "E_UNSIGNED")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.step(SHORT, "0004-approve").entry_key = None
    a.together()


@attack("an entry is signed by a person", "E_IDENTITY")
def _(scene: Scene) -> None:
    a = scene.attacker("lee")
    a.step(SHORT, "0004-approve").entry_key = "lee"
    a.together()


@attack("an entry is signed by a key not on the list", "E_UNKNOWN_KEY")
def _(scene: Scene) -> None:
    a = scene.attacker("mallory")
    a.step(SHORT, "0004-approve").entry_key = "mallory"
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
    a.steps[-1].edit_payload = lambda data: data + b"Approved-by: bo\n"
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
    a = scene.attacker("sam")
    step = a.steps[-1]
    step.act(time=step.said.act.time - timedelta(hours=1))
    step.committed -= 3600
    a.together()


@attack("an act is dated a week before its entry", "E_CLOCK")
def _(scene: Scene) -> None:
    a = scene.attacker("sam")
    a.steps[-1].act(time=a.steps[-1].said.act.time - timedelta(days=7))
    a.together()


@attack("an act is dated after its entry", "E_CLOCK")
def _(scene: Scene) -> None:
    a = scene.attacker("sam")
    a.steps[-1].act(time=a.steps[-1].said.act.time + timedelta(minutes=5))
    a.together()


@attack("the newest entries are dated in the future", "E_CLOCK")
def _(scene: Scene) -> None:
    scene.given["now"] = scene.office.time() - timedelta(days=3)


@attack("a statement has a key of its JSON twice", "E_STATEMENT")
def _(scene: Scene) -> None:
    a = scene.attacker("sam")
    a.steps[-1].edit_statement = lambda data: data.replace(
        b'"reason": null', b'"reason": "x",\n  "reason": null'
    )
    a.together()


@attack("a statement has a field of its own", "E_STATEMENT")
def _(scene: Scene) -> None:
    a = scene.attacker("sam")
    a.steps[-1].edit_statement = lambda data: data.replace(b'"act"', b'"aaa": 1,\n  "act"')
    a.together()


@attack("a statement's signature is missing", "E_TREE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    a.steps[-1].entry = {"act": "0004-approve"}
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
    a = scene.attacker("sam")
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


@attack("an earlier statement is altered in the tree", "E_TREE")
def _(scene: Scene) -> None:
    a = scene.attacker("sam")
    folder = a.steps[-1].folder
    a.steps[-1].changes[f"{folder}/acts/0002-draft.json.sig"] = b"x"
    a.steps[-1].said = replace(a.steps[-1].said, records={})
    a.steps[-1].keep = frozenset({"records"})
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
        a = scene.attacker("sam")
        a.steps[-1].changes[f"{a.steps[-1].folder}/{trick}"] = b"?"
        a.together()


def opened_again(scene: Scene, case: str, folder: str, *, received: str) -> None:
    a = scene.attacker()
    first = a.step(WAITING, "0001-open")
    step = a.another(
        first,
        case=case,
        time=scene.office.time(),
        details={"received": received, "recipient": "age1other"},
    )
    step.folder = folder
    step.changes = {f"{folder}/{path}": content for path, content in request_of(case).items()}
    step.committed = int(scene.office.time().timestamp())
    a.steps.append(step)
    a.together()


@attack("a case is opened twice", "E_DUPLICATE")
def _(scene: Scene) -> None:
    opened_again(scene, WAITING, "cases/2026/11/03/C-1", received="2026-11-03")


@attack("a case is opened twice, spelt in small letters", "E_DUPLICATE")
def _(scene: Scene) -> None:
    opened_again(scene, "c/1", "cases/2026/11/03/c-1", received="2026-11-03")


@attack("a case is opened twice, spelt with a hyphen", "E_DUPLICATE")
def _(scene: Scene) -> None:
    opened_again(scene, "C-1", "cases/2026/11/03/C-1", received="2026-11-03")


@attack("an act names its case in another spelling", "E_REPLAY_CASE")
def _(scene: Scene) -> None:
    a = scene.attacker("lee")
    approval_of(scene, a, "lee", case="c/1")
    a.together()


@attack("a case lies in a folder of another date than its receipt", "E_PATH")
def _(scene: Scene) -> None:
    opened_again(scene, "D/1", "cases/2026/11/09/D-1", received="2026-11-03")


@attack("an act is recorded in another folder than its case's", "E_TREE")
def _(scene: Scene) -> None:
    a = scene.attacker()
    step = a.steps[-1]
    old, step.folder = step.folder, "cases/2026/11/03/C-1"
    for other in a.of(WAITING)[:-1]:
        step.changes |= {path.replace(old, step.folder): content for path, content in other.changes.items()}
    step.keep = frozenset({"number", "previous", "records", "files", "key"})
    step.entry = {"case_previous": scene.office.register.history(WAITING)[-2].id}
    a.together()


@attack("a case lies in another case's folder name", "E_PATH")
def _(scene: Scene) -> None:
    opened_again(scene, "D/1", "cases/2026/11/03/E-1", received="2026-11-03")


@attack("a case has a reference no authority can give", "E_ACT")
def _(scene: Scene) -> None:
    opened_again(scene, "D D/1", "cases/2026/11/03/D-D-1", received="2026-11-03")


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


@attack("the register is another than the one pinned", "E_PIN")
def _(scene: Scene) -> None:
    scene.given["pin"] = scene.office.register.fingerprint()
    a = scene.attacker("ada", "wren", "sam", "lee", "bo")
    a.steps[0].act(time=a.steps[0].said.act.time - timedelta(seconds=1))
    a.together()


@attack("a checkpoint is signed by another key", "E_CHECKPOINT")
def _(scene: Scene) -> None:
    head = Checkpoint(register=scene.office.register.policy().register, sequence=24, head="0" * 64)
    scene.given["checkpoint"] = write_checkpoint(head, scene.office.signers["mallory"])


@attack("a checkpoint is of another register", "E_CHECKPOINT")
def _(scene: Scene) -> None:
    head = Checkpoint(register="0" * 32, sequence=24, head="0" * 64)
    scene.given["checkpoint"] = write_checkpoint(head, scene.office.signers[SERVICE])


@attack("a checkpoint is altered", "E_CHECKPOINT")
def _(scene: Scene) -> None:
    scene.given["checkpoint"] = scene.office.checkpoint().replace("\n24\n", "\n23\n")


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
    other = scene.git("rev-parse", "main:cases/2026/11/02/B-1/document.md").strip()
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
    scene.git("notes", "add", "-m", "Approved-by: bo", "main")


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


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_found(name: str, scene: Scene) -> None:
    act, expected = ATTACKS[name]
    act(scene)
    before = bytes_of(scene.path)

    found = codes(scene.path, **scene.given)

    print(f"{name} → {', '.join(found)}")  # noqa: T201 - the table, for pytest -s
    assert found == list(expected)
    assert bytes_of(scene.path) == before

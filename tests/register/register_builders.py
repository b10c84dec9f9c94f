"""A founded register with its officers, and the acts of a case in one line each."""

from __future__ import annotations

import base64
import hashlib
import itertools
import shutil
import subprocess
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from flows.domain.act import Act
from flows.domain.amendment import add_officer, change_desk, revoke_officer
from flows.domain.policy import SERVICE, Person, Rules
from flows.domain.procedure import (
    ASSESSMENT,
    DECIDED_ON,
    DOCUMENT,
    REQUEST,
    ROLE_AT,
    SEALED_REQUEST,
    ActKind,
    Role,
    Stage,
)
from flows.domain.reference import slug
from flows.register import signature
from flows.register.audit import PaperVerdict, Published, Report, audit
from flows.register.checkpoint import Checkpoint, write_checkpoint
from flows.register.founding import found
from flows.register.roster import write_policy
from flows.register.sshsig import armour, string, to_be_signed
from flows.register.statement import POLICY
from flows.register.store import Register

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from flows.domain.policy import Policy
    from flows.register.line import Recorded
    from flows.register.signature import FileSigner

FOUNDED: Final = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
RULES: Final = Rules(
    gates={"test": "full"}, threshold=1, reference_pattern="FOI-{year}-{number:04}", chase_within=5
)

PEOPLE: Final[Mapping[str, frozenset[Role]]] = {
    "ada": frozenset({Role.ADMINISTRATOR}),
    "wren": frozenset({Role.FOI_OFFICER, Role.LEGAL_REVIEWER}),
    "sam": frozenset({Role.FOI_OFFICER, Role.LEGAL_REVIEWER}),
    "lee": frozenset({Role.LEGAL_REVIEWER, Role.SIGN_OFF_OFFICER}),
    "bo": frozenset({Role.SIGN_OFF_OFFICER}),
}
"""Everyone on the list: wren drafts, sam submits, lee reviews, bo signs off; several could do more."""

NAMES: Final = (*PEOPLE, SERVICE, "wren-second", "mallory")
"""Everyone who has a key; wren's second is on the list, mallory's is not."""


class Office:
    """An open register and the keys of everyone, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "register.git"
        self.index = folder / "index.sqlite"
        self.signers: dict[str, Any] = {name: signature.load(folder / "keys" / name) for name in NAMES}
        """What signs for everyone; a test may give somebody another kind of key."""
        self.register = Register(self.path, self.index, self.signers[SERVICE])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.register.close()

    def time(self) -> datetime:
        """Return a minute after the newest entry."""
        last = self.register.tip().entry.committed
        return datetime.fromtimestamp(last, UTC) + timedelta(minutes=1)

    def act(self, kind: ActKind, case: str, actor: str, role: Role, **facts: Any) -> Act:
        policy = self.register.policy().version
        act = Act(kind=kind, case=case, actor=actor, role=role, time=self.time(), policy=policy)
        return replace(act, **facts)

    def open(self, case: str, *, received: str = "2026-11-02") -> Recorded:
        act = self.act(ActKind.OPEN, case, SERVICE, Role.SERVICE)
        act = replace(act, details={"received": received, "recipient": "age1example"})
        return self.register.record(act, request_of(case), self.signers[SERVICE])

    def draft(self, case: str, who: str = SERVICE, *, text: str = "first") -> Recorded:
        version = self.register.case(case).version + 1
        role = Role.SERVICE if who == SERVICE else Role.FOI_OFFICER
        act = self.act(ActKind.DRAFT, case, who, role, version=version)
        return self.register.record(act, draft_of(case, text), self.signers[who])

    def submission(self, case: str, who: str, *, version: int) -> Act:
        return self.act(ActKind.SUBMIT, case, who, Role.FOI_OFFICER, version=version, details={"rules": "1"})

    def submit(self, case: str, who: str = "sam") -> Recorded:
        version = self.register.case(case).version
        act = self.submission(case, who, version=version)
        return self.register.record(act, {}, self.signers[who])

    def approval(self, case: str, who: str, gate: Stage) -> Act:
        now = self.register.case(case)
        read = {path: now.files[path].sha256 for path in DECIDED_ON}
        return self.act(
            ActKind.APPROVE, case, who, ROLE_AT[gate], gate=gate, version=now.version, details=read
        )

    def approve(self, case: str, who: str, gate: Stage) -> Recorded:
        return self.register.record(self.approval(case, who, gate), {}, self.signers[who])

    def return_(self, case: str, who: str, gate: Stage, reason: str = "Weigh the delay too.") -> Recorded:
        version = self.register.case(case).version
        act = self.act(ActKind.RETURN, case, who, ROLE_AT[gate], gate=gate, version=version, reason=reason)
        return self.register.record(act, {}, self.signers[who])

    def publish(self, case: str) -> Recorded:
        version = self.register.case(case).version
        act = self.act(ActKind.PUBLISH, case, SERVICE, Role.SERVICE, version=version)
        paper = paper_of(self.register.read(case, DOCUMENT))
        name = slug(case)
        changes = {f"published/{name}.pdf": paper, f"published/{name}.json": b"{}\n"}
        return self.register.record(act, changes, self.signers[SERVICE])

    def story(self, case: str) -> None:
        """Take a case from its opening to its publication."""
        self.open(case)
        self.draft(case)
        self.submit(case)
        self.approve(case, "lee", Stage.LEGAL_REVIEW)
        self.approve(case, "bo", Stage.BALANCING)
        self.publish(case)

    def longer_story(self, case: str) -> None:
        """The same, with a return and with drafts by a person."""
        self.open(case)
        self.draft(case)
        self.draft(case, "wren", text="second")
        self.submit(case)
        self.return_(case, "lee", Stage.LEGAL_REVIEW)
        self.draft(case, "wren", text="third")
        self.submit(case)
        self.approve(case, "lee", Stage.LEGAL_REVIEW)
        self.approve(case, "bo", Stage.BALANCING)
        self.publish(case)

    def amend(self, kind: ActKind, person: str, after: Policy) -> Recorded:
        act = self.act(kind, POLICY, "ada", Role.ADMINISTRATOR)
        act = replace(act, version=after.version, details={"person": person})
        return self.register.record(act, write_policy(after), self.signers["ada"])

    def authorise(self, person: Person) -> Recorded:
        return self.amend(ActKind.ADD_OFFICER, person.id, add_officer(self.register.policy(), person))

    def revoke(self, person: str) -> Recorded:
        return self.amend(ActKind.REVOKE_OFFICER, person, revoke_officer(self.register.policy(), person))

    def set_desk(self, *origins: str) -> Recorded:
        """Let passkeys sign at ``origins``."""
        after = change_desk(self.register.policy(), origins)
        act = self.act(ActKind.CHANGE_DESK, POLICY, "ada", Role.ADMINISTRATOR, version=after.version)
        return self.register.record(act, write_policy(after), self.signers["ada"])

    def checkpoint(self) -> str:
        tip = self.register.tip()
        head = hashlib.sha256(self.register.raw(tip.id)).hexdigest()
        checkpoint = Checkpoint(register=tip.entry.register, sequence=tip.entry.sequence, head=head)
        return write_checkpoint(checkpoint, self.signers[SERVICE])

    def give(self, name: str, *keys: Any) -> Recorded:
        """List other keys for a person, who signs with the first."""
        person = Person(id=name, roles=PEOPLE[name], keys=tuple(key.public for key in keys))
        recorded = self.authorise(person)
        self.signers[name] = keys[0]
        return recorded

    def person(self, name: str, *more_keys: str) -> Person:
        keys = (name, *more_keys)
        return Person(id=name, roles=PEOPLE[name], keys=tuple(self.signers[key].public for key in keys))


def request_of(case: str) -> dict[str, bytes]:
    return {REQUEST: f"# {case}\n".encode(), SEALED_REQUEST: b"sealed\n"}


def draft_of(case: str, text: str) -> dict[str, bytes]:
    return {ASSESSMENT: f"reference: {case}\n# {text}\n".encode(), DOCUMENT: f"# {case}, {text}\n".encode()}


def paper_of(document: bytes) -> bytes:
    return b"%PDF of " + hashlib.sha256(document).hexdigest().encode()


def check_paper(published: Published) -> PaperVerdict:
    """Stand in for the real check: the paper names the text it was made of."""
    pdf = published.read(f"published/{slug(published.case.reference)}.pdf")
    holds = pdf == paper_of(published.read(DOCUMENT))
    return PaperVerdict(holds=holds, sentence="" if holds else "The paper is not of the approved text.")


def audited(path: Path, **given: Any) -> Report:
    return audit(path, check_paper=check_paper, **given)


def codes(path: Path, **given: Any) -> list[str]:
    """Return the distinct codes an audit finds, in the order found."""
    return list(dict.fromkeys(found.code for found in audited(path, **given).findings))


def found_office(folder: Path) -> None:
    """Found a register in ``folder`` and put everyone on its list."""
    for name in NAMES:
        signature.generate(folder / "keys" / name)
    signers = {name: signature.load(folder / "keys" / name) for name in NAMES}
    found(
        folder / "register.git",
        folder / "index.sqlite",
        authority="West Midlands Police",
        administrator="ada",
        rules=RULES,
        signer=signers["ada"],
        service=signers[SERVICE],
        time=FOUNDED,
    )
    with Office(folder) as office:
        office.authorise(office.person("wren", "wren-second"))
        for name in ("sam", "lee", "bo"):
            office.authorise(office.person(name))


@contextmanager
def copied(original: Path, folder: Path) -> Iterator[Office]:
    """Open a copy of an office in ``folder``."""
    shutil.copytree(original, folder, dirs_exist_ok=True)
    with Office(folder) as office:
        yield office


def unpack(repository: Path) -> None:
    """Make every packed object loose."""
    for packed in [*(repository / "objects" / "pack").glob("*.pack")]:
        aside = packed.rename(repository.parent / packed.name)
        for left in packed.parent.glob(f"{packed.stem}.*"):
            left.unlink()
        with aside.open("rb") as data:
            subprocess.run(["git", "-C", str(repository), "unpack-objects", "-q"], stdin=data, check=True)
        aside.unlink()


@dataclass(frozen=True)
class Bytes:
    """Every file below a folder with its bytes, to be compared."""

    files: dict[str, bytes]


def bytes_of(folder: Path) -> Bytes:
    return Bytes(
        {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    )


def signer(folder: Path, name: str) -> FileSigner:
    return signature.load(folder / "keys" / name)


def weak_key(point: bytes) -> str:
    """Return an Ed25519 key of any 32 bytes, as it would be listed."""
    return f"ssh-ed25519 {base64.b64encode(string(b'ssh-ed25519') + string(point)).decode()}"


def forged(public: str, message: bytes, namespace: bytes = signature.STATEMENT) -> tuple[str, bytes]:
    """Return a signature made with no private key for a key of small order, and what it is over.

    Of a signature (R, s) it is asked that s times the base point be R and h times the key. With s of 0
    and R a point of small order that is so for one message in as many as the order is, so the message gets
    a number at its end.
    """
    blob = base64.b64decode(public.split()[1])
    for number in itertools.count():
        numbered = message + b"%d" % number if number else message
        for r in (blob[-32:], b"\1" + bytes(31)):
            raw = r + bytes(32)
            with suppress(InvalidSignature):
                key = Ed25519PublicKey.from_public_bytes(blob[-32:])
                key.verify(raw, to_be_signed(numbered, namespace))
                return armour(blob, namespace, string(b"ssh-ed25519") + string(raw)), numbered
    raise AssertionError

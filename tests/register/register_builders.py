"""A founded register with its officers, and the acts of a case in one line each."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import os
import shutil
import subprocess
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from flows.casework.office import describe
from flows.catalogue.file import Catalogue
from flows.document.releases import texts_made_with
from flows.domain.act import Act
from flows.domain.acts import (
    ACTS,
    ADD_OFFICER,
    APPROVE,
    ASSIGN,
    CHANGE_ATTESTED,
    CHANGE_DESK,
    DRAFT,
    OPEN,
    PUBLISH,
    RETURN,
    REVOKE_OFFICER,
    SUBMIT,
    Kind,
)
from flows.domain.acts.drafting import MADE_WITH
from flows.domain.acts.policy import add_officer, change_attested, change_desk, revoke_officer
from flows.domain.attested import Attested, Attesting, account_of
from flows.domain.checks import VERSION
from flows.domain.documents import ASSESSMENT, DOCUMENTS, REQUEST, RESPONSE, SEALED_REQUEST, TEST
from flows.domain.edition import gates_for, latest
from flows.domain.policy import SERVICE, Person, Rules
from flows.domain.procedure import ROLE_AT, Role, Stage
from flows.domain.reference import slug
from flows.register import signature
from flows.register.audit import Brought, Report, Verdict, audit
from flows.register.checkpoint import Checkpoint, head_of, write_checkpoint
from flows.register.founding import found
from flows.register.roster import write_policy
from flows.register.sshsig import armour, string, to_be_signed
from flows.register.statement import POLICY
from flows.register.store import OwnRegister

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from flows.domain.case import Case
    from flows.domain.policy import Policy
    from flows.register.line import Recorded
    from flows.register.signature import FileSigner

FOUNDED: Final = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
RULES: Final = Rules(
    edition=latest(),
    gates={"test": "full", "response": "two-person"},
    threshold=1,
    reference_pattern="FOI-{year}-{number:04}",
    chase_within=5,
)

PEOPLE: Final[Mapping[str, frozenset[Role]]] = {
    "administrator": frozenset({Role.ADMINISTRATOR}),
    "foi-officer": frozenset({Role.FOI_OFFICER, Role.LEGAL_REVIEWER}),
    "foi.officer.2": frozenset({Role.FOI_OFFICER, Role.LEGAL_REVIEWER}),
    "legal-reviewer": frozenset({Role.LEGAL_REVIEWER, Role.SIGN_OFF_OFFICER}),
    "sign-off-officer": frozenset({Role.SIGN_OFF_OFFICER}),
}
"""Everyone on the list: the first FOI officer drafts, the second submits; several could do more."""

ISSUER: Final = "https://login.example.gov.uk/tenant"
"""Where people sign in."""

ODD: Final[tuple[Any, ...]] = (
    *(None, True, 0, -1, 10**30, "", "x", "policy", "..", "é", "\0", "\x1b[2J", [], {}, ["x"], {"x": "y"}),
    [[]],
)
"""What nobody would write in any field."""

NAMES: Final = (*PEOPLE, SERVICE, "foi-officer-second-key", "outsider")
"""Everyone who has a key; the FOI officer's second is on the list, the outsider's is not."""


class Opened(OwnRegister):
    """An open register with its catalogue at hand."""

    def __init__(self, path: Path, catalogue: Path, service: FileSigner | None = None) -> None:
        self._kept = Catalogue(catalogue, describe)
        super().__init__(path, self._kept, service)

    @property
    def catalogue(self) -> Catalogue:
        self.catch_up()
        return self._kept


class Office:
    """An open register and the keys of everyone, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "register.git"
        self.index = folder / "catalogue.sqlite"
        self.signers: dict[str, Any] = {name: signature.load(folder / "keys" / name) for name in NAMES}
        """What signs for everyone; a test may give somebody another kind of key."""
        self.register = Opened(self.path, self.index, self.signers[SERVICE])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.register.close()

    def time(self) -> datetime:
        """Return a minute after the newest entry."""
        last = self.register.tip().entry.committed
        return datetime.fromtimestamp(last, UTC) + timedelta(minutes=1)

    def act(self, kind: Kind, case: str, actor: str, role: Role, **facts: Any) -> Act:
        policy = self.register.policy().version
        act = Act(kind=kind, case=case, actor=actor, role=role, time=self.time(), policy=policy)
        return replace(act, **facts)

    def case(self, reference: str) -> Case:
        return self.register.dossier(reference).case

    def open(self, case: str, *, received: str = "2026-11-02") -> Recorded:
        act = self.act(OPEN, case, SERVICE, Role.SERVICE, details=opening(received, key_of(case)))
        return self.register.record(act, request_of(case, received), self.signers[SERVICE])

    def drafting(self, case: str, who: str, *, document: str = TEST.name, version: int | None = None) -> Act:
        role = Role.SERVICE if who == SERVICE else Role.FOI_OFFICER
        version = version or self.case(case).document(document).version + 1
        return self.act(DRAFT, case, who, role, document=document, version=version)

    def draft(
        self, case: str, who: str = SERVICE, *, text: str = "first", document: str = TEST.name
    ) -> Recorded:
        act = self.drafting(case, who, document=document)
        return self.register.record(act, draft_of(case, text, document), self.signers[who])

    def submission(self, case: str, who: str, *, document: str = TEST.name, **facts: str) -> Act:
        gates = " ".join(gates_for(self.register.policy(), document))
        rules = {"rules": VERSION, MADE_WITH: texts_made_with()} if DOCUMENTS[document].checked else {}
        return self.act(
            SUBMIT,
            case,
            who,
            Role.FOI_OFFICER,
            document=document,
            version=self.case(case).document(document).version,
            details={"gates": gates, **rules, **facts},
        )

    def submit(self, case: str, who: str = "foi.officer.2", *, document: str = TEST.name) -> Recorded:
        return self.register.record(self.submission(case, who, document=document), {}, self.signers[who])

    def approval(self, case: str, who: str, gate: Stage, *, document: str = TEST.name) -> Act:
        now = self.case(case)
        read = {path: now.files[path].sha256 for path in DOCUMENTS[document].decided_on}
        return self._at_gate(APPROVE, now, who, gate, document=document, details=read)

    def approve(self, case: str, who: str, gate: Stage, *, document: str = TEST.name) -> Recorded:
        return self.register.record(self.approval(case, who, gate, document=document), {}, self.signers[who])

    def returning(
        self,
        case: str,
        who: str,
        gate: Stage,
        reason: str = "Weigh the delay too.",
        document: str = TEST.name,
    ) -> Act:
        return self._at_gate(RETURN, self.case(case), who, gate, document=document, reason=reason)

    def return_(self, case: str, who: str, gate: Stage, reason: str = "Weigh the delay too.") -> Recorded:
        return self.register.record(self.returning(case, who, gate, reason), {}, self.signers[who])

    def _at_gate(self, kind: Kind, case: Case, who: str, gate: Stage, document: str, **facts: Any) -> Act:
        version = case.document(document).version
        facts |= {"document": document, "version": version, "gate": gate}
        return self.act(kind, case.reference, who, ROLE_AT[gate], **facts)

    def publish(self, case: str, *, document: str = TEST.name) -> Recorded:
        dossier, kind = self.register.dossier(case), DOCUMENTS[document]
        version = dossier.case.document(document).version
        act = self.act(PUBLISH, case, SERVICE, Role.SERVICE, document=document, version=version)
        pdf, manifest = kind.published(slug(case))
        changes = {pdf: paper_of(dossier.read(kind.text)), manifest: b"{}\n"}
        return self.register.record(act, changes, self.signers[SERVICE])

    def story(self, case: str) -> None:
        """Take a case from its opening to its publication."""
        self.open(case)
        self.draft(case)
        self.submit(case)
        self.approve(case, "legal-reviewer", Stage.LEGAL_REVIEW)
        self.approve(case, "sign-off-officer", Stage.BALANCING)
        self.publish(case)

    def longer_story(self, case: str) -> None:
        """The same, with a return and with drafts by a person."""
        self.open(case)
        self.draft(case)
        self.draft(case, "foi-officer", text="second")
        self.submit(case)
        self.return_(case, "legal-reviewer", Stage.LEGAL_REVIEW)
        self.draft(case, "foi-officer", text="third")
        self.submit(case)
        self.approve(case, "legal-reviewer", Stage.LEGAL_REVIEW)
        self.approve(case, "sign-off-officer", Stage.BALANCING)
        self.publish(case)

    def letter(self, case: str) -> None:
        """Take the response of an open case from its first draft to its publication."""
        self.draft(case, "foi-officer", document=RESPONSE.name)
        self.submit(case, document=RESPONSE.name)
        self.approve(case, "sign-off-officer", Stage.BALANCING, document=RESPONSE.name)
        self.publish(case, document=RESPONSE.name)

    def amend(self, kind: Kind, after: Policy, **details: str) -> Recorded:
        act = self.act(kind, POLICY, "administrator", Role.ADMINISTRATOR)
        act = replace(act, version=after.version, details=details)
        return self.register.record(act, write_policy(after), self.signers["administrator"])

    def authorise(self, person: Person) -> Recorded:
        return self.amend(ADD_OFFICER, add_officer(self.register.policy(), person), person=person.id)

    def revoke(self, person: str) -> Recorded:
        return self.amend(REVOKE_OFFICER, revoke_officer(self.register.policy(), person), person=person)

    def set_desk(self, *origins: str) -> Recorded:
        """Let passkeys sign at ``origins``."""
        return self.amend(CHANGE_DESK, change_desk(self.register.policy(), origins))

    def let_attest(self, *kinds: str, **changes: Any) -> Recorded:
        """Let a sign-in attest some acts of the first FOI officer."""
        accounts = {"foi-officer": self.account("foi-officer")}
        attesting = replace(Attesting(issuer=ISSUER, kinds=kinds, accounts=accounts), **changes)
        return self.amend(CHANGE_ATTESTED, change_attested(self.register.policy(), attesting, ACTS))

    def account(self, person: str) -> str:
        return account_of(self.register.policy().register, ISSUER, f"object of {person}")

    def signed_in(self, person: str, **changes: Any) -> Attested:
        """Return a sign-in of somebody, a minute after the newest entry."""
        said = Attested(issuer=ISSUER, account=self.account(person), at=self.time(), methods=("mfa", "pwd"))
        return replace(said, **changes)

    def assignment(self, case: str, who: str = "foi-officer", **facts: Any) -> Act:
        """Return that somebody gives a case to the second FOI officer, which a sign-in attests."""
        facts = {"details": {"person": "foi.officer.2"}, "attested": self.signed_in(who)} | facts
        return self.act(ASSIGN, case, who, Role.FOI_OFFICER, **facts)

    def checkpoint(self) -> str:
        return write_checkpoint(self.head(), self.signers[SERVICE])

    def head(self) -> Checkpoint:
        tip = self.register.tip()
        head = hashlib.sha256(self.register.raw(tip.id)).hexdigest()
        return head_of(self.register.tree(), tip.entry.register, head)

    def give(self, name: str, *keys: Any) -> Recorded:
        """List other keys for a person, who signs with the first."""
        person = Person(id=name, roles=PEOPLE[name], keys=tuple(key.public for key in keys))
        recorded = self.authorise(person)
        self.signers[name] = keys[0]
        return recorded

    def person(self, name: str, *more_keys: str) -> Person:
        keys = (name, *more_keys)
        return Person(id=name, roles=PEOPLE[name], keys=tuple(self.signers[key].public for key in keys))


SEALED: Final = (
    b"age-encryption.org/v1\n-> X25519 "
    + b"\n".join((b"a" * 43, b"b" * 43, b"-> x-grease y-> z", b"", b"--- " + b"c" * 43, b""))
    + bytes(40)
)
"""In the form of what is sealed; there is nothing in it. Some that are sealed have such an arrow."""


def request_of(case: str, received: str = "2026-11-02") -> dict[str, bytes]:
    request = f"Reference: {case}\nAuthority: A\nReceived: {received}\nSubject: S\n\nNot summarised.\n"
    return {REQUEST: request.encode(), SEALED_REQUEST: SEALED}


def key_of(case: str) -> str:
    """Return the name of a case's key."""
    return f"age1{hashlib.sha256(case.encode()).hexdigest()}"


def opening(received: str = "2026-11-02", recipient: str = "age1example") -> dict[str, str]:
    return {"received": received, "recipient": recipient, "regime": "foia"}


def draft_of(case: str, text: str, document: str = TEST.name) -> dict[str, bytes]:
    title = DOCUMENTS[document].named(case)
    return {
        path: f"reference: {case}\n# {text}\n".encode()
        if path == ASSESSMENT
        else f"# {title}, {text}\n".encode()
        for path in DOCUMENTS[document].files
    }


def paper_of(text: bytes) -> bytes:
    return b"%PDF of " + hashlib.sha256(text).hexdigest().encode()


def check_brought(published: Brought) -> Verdict:
    """Stand in for the real check: the paper names the text it was made of."""
    if published.act.kind != PUBLISH:
        return Verdict(passes=True)
    kind = DOCUMENTS[published.act.document]
    pdf, manifest = kind.published(slug(published.case.reference))
    if json.loads(published.read(manifest)).get("checkpoint", "") != str(published.stated or ""):
        return Verdict(passes=False, code="E_STATED", sentence="The paper states another checkpoint.")
    same = published.read(pdf) == paper_of(published.read(kind.text))
    return Verdict(passes=same, sentence="" if same else "The paper is not of the approved text.")


def audited(path: Path, **given: Any) -> Report:
    return audit(path, check_brought=check_brought, **given)


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
        Catalogue(folder / "catalogue.sqlite", describe),
        authority="West Midlands Police",
        administrator="administrator",
        rules=RULES,
        signer=signers["administrator"],
        service=signers[SERVICE],
        time=FOUNDED,
    )
    with Office(folder) as office:
        office.authorise(office.person("foi-officer", "foi-officer-second-key"))
        for name in ("foi.officer.2", "legal-reviewer", "sign-off-officer"):
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
    found = {}
    for here, _, names in os.walk(folder):
        for name in names:
            path = f"{here}/{name}"
            with open(path, "rb") as data:  # noqa: PTH123 - a path for each of so many takes longer than to read
                found[path] = data.read()
    return Bytes(found)


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


def places(value: Any) -> Iterator[tuple[str | int, ...]]:
    """Yield every place within a value of JSON, by the keys that lead there."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield (key,)
        yield from ((key, *place) for place in places(below))


def value_at(whole: Any, place: tuple[str | int, ...]) -> Any:
    for key in place:
        whole = whole[key]
    return whole


def with_value(whole: Any, place: tuple[str | int, ...], value: object) -> Any:
    """Return a copy of a value of JSON with another one at that place."""
    if not place:
        return value
    copy = whole.copy()
    copy[place[0]] = with_value(whole[place[0]], place[1:], value)
    return copy

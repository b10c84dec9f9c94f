"""A register of any size, written straight into one pack: valid in every byte, signatures included.

To append 100,000 acts durably would take a quarter of an hour. The register's own functions make the
objects here; only the way to the disk is another.
"""

from __future__ import annotations

import gc
import hashlib
import random
import subprocess
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Final

from offices import LAWYER, OWNER, WRITER, Staffed, found_office, open_staffed

from flows import home as flows_home
from flows.casework import texts
from flows.document.releases import texts_made_with
from flows.domain.act import Act
from flows.domain.acts import APPROVE, CLOSE, DRAFT, OPEN, RETURN, SUBMIT
from flows.domain.acts.drafting import MADE_WITH
from flows.domain.assessment import FOIA
from flows.domain.checks import VERSION
from flows.domain.decide import decide, idempotency_key
from flows.domain.documents import ASSESSMENT, DOCUMENT, REQUEST, SEALED_REQUEST, TEST
from flows.domain.english import in_full
from flows.domain.local_day import local_day
from flows.domain.policy import SERVICE
from flows.domain.procedure import ROLE_AT, Role, Stage
from flows.files import folder as sample_folder
from flows.register import signature
from flows.register.chain import Chain
from flows.register.entry import entry_for, seconds, with_signature
from flows.register.objects import Node, Tree, object_id, write_tree
from flows.register.statement import Statement, mark
from flows.sources.parse import parse_request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from flows.domain.case import Case

_A_DAY: Final = 28
"""Requests received on one day: some 10,000 a year, so that 100,000 cases take ten years."""
_UNDER_WAY: Final = 30 * _A_DAY
_FIRST_DAY: Final = date(2016, 1, 1)
_KINDS: Final = {"commit": 1, "tree": 2, "blob": 3}
_SAMPLE: Final = "1146A-22"
_AGE_HEADER: Final = b"\n".join(
    (b"age-encryption.org/v1", b"-> X25519 " + b"a" * 43, b"b" * 43, b"--- " + b"c" * 43, b"")
)
"""In the form of C2SP age, version 1, to one key; there is nothing in it."""


def references(cases: int) -> list[str]:
    return [f"FOI-{number:06}" for number in range(cases)]


def received_on(reference: str) -> date:
    return _FIRST_DAY + timedelta(int(reference[4:]) // _A_DAY)


def left_open(cases: int, waiting: int | None = None) -> list[str]:
    """Return the references of the ``waiting`` that ``build`` leaves open, spread over all ``cases``."""
    left = cases if waiting is None else waiting
    return [
        reference
        for number, reference in enumerate(references(cases))
        if number * left // cases < (number + 1) * left // cases
    ]


def build(
    folder: Path, cases: int, acts: int = 1, waiting: int | None = None, *, returning: bool = False
) -> None:
    """Make a register in ``folder`` with as many ``cases``, each taken through as many ``acts``.

    Args:
        waiting: How many are left open; the others are closed. All of them where it is None.
        returning: Whether every submission is returned, so that a case never ends.
    """
    # Each entry is a second after the one before, and the last of them has to be past for people to go on.
    found_office(folder, at=flows_home.now() - timedelta(seconds=(cases * (acts + 1)) + 3_600))
    with open_staffed(folder) as office:
        line = _PackedLine(office)
        gc.disable()  # nothing here is garbage, and there are millions of it
        left = {*left_open(cases, waiting)}
        try:
            for wave in _waves(references(cases)):
                for _ in range(acts):
                    for reference in wave:
                        line.take_next(reference, returning=returning)
                for reference in wave:
                    if reference not in left:
                        line.take_next(reference, close=True)
        finally:
            gc.enable()
        line.close()
    # It reflects the founding alone; how long it takes to make anew is one of the figures.
    office.home.catalogue.unlink()


def _waves(every: list[str]) -> Iterator[list[str]]:
    """Yield the cases that are under way at once: those of some weeks."""
    return (every[start : start + _UNDER_WAY] for start in range(0, len(every), _UNDER_WAY))


def next_act(
    case: Case | None, reference: str, at: datetime, policy: int, *, returning: bool = False
) -> tuple[Act, dict[str, bytes]]:
    """Return what usually happens next to a case, and the files that changes."""
    said = partial(Act, case=reference, time=at, policy=policy)
    if case is None:
        details = {
            "received": received_on(reference).isoformat(),
            "recipient": f"age1{reference.lower().replace('-', ''):0>58}",
            "regime": FOIA,
        }
        opening = said(kind=OPEN, actor=SERVICE, role=Role.SERVICE, details=details)
        return opening, {name: _texts(reference)[name] for name in (REQUEST, SEALED_REQUEST)}
    said = partial(said, document=TEST.name, version=case.test.version)
    match case.stage():
        case Stage.RECEIVED:
            draft = said(kind=DRAFT, actor=SERVICE, role=Role.SERVICE, version=1)
            return draft, {name: _texts(reference)[name] for name in (ASSESSMENT, DOCUMENT)}
        case Stage.DRAFTING:
            gates = f"{Stage.LEGAL_REVIEW} {Stage.BALANCING}"
            checked = {
                "gates": gates,
                "rules": VERSION,
                "findings": "N01 warn parts[0].denying",
                MADE_WITH: texts_made_with(),
            }
            submission = said(
                kind=SUBMIT,
                actor=WRITER,
                role=Role.FOI_OFFICER,
                details=checked,
            )
            return submission, {}
        case Stage.LEGAL_REVIEW as gate if returning:
            role = ROLE_AT[gate]
            return said(kind=RETURN, actor=LAWYER, role=role, gate=gate, reason="Weigh both sides."), {}
        case Stage.LEGAL_REVIEW | Stage.BALANCING as gate:
            approval = said(
                kind=APPROVE,
                actor=LAWYER if gate is Stage.LEGAL_REVIEW else OWNER,
                role=ROLE_AT[gate],
                gate=gate,
                details={path: case.files[path].sha256 for path in TEST.decided_on},
            )
            return approval, {}
        case _:
            raise ValueError(case.stage())


def take_next(office: Staffed, reference: str, *, returning: bool = False) -> None:
    """Have the next act of a case recorded by the register itself."""
    at = datetime.fromtimestamp(office.register.tip().entry.committed + 1, UTC)
    found = office.register.find(reference)
    case, policy = found.case if found else None, office.register.policy().version
    act, changes = next_act(case, reference, at, policy, returning=returning)
    office.register.record(act, changes, office.signers[act.actor])


@cache
def _sample() -> dict[str, bytes]:
    folder = sample_folder("cases") / _SAMPLE
    arrived = parse_request((folder / "request.yaml").read_bytes(), rules=texts.RULES)
    data = (folder / "assessment.yaml").read_bytes()
    request = arrived.request(arrived.reference or "")
    assessment = texts.read_assessment(data, request.reference)
    # By the words of the days on which the acts are taken, which are the last.
    return texts.version_files(request, assessment, data, on=local_day(flows_home.now()), body=None)


def _texts(reference: str) -> dict[str, bytes]:
    """Return the files of the sample case as those of another case."""
    received = received_on(reference)
    changed = (
        (b"1146A/22", reference.encode()),
        (b"2022-11-07", received.isoformat().encode()),
        (b"7 November 2022", in_full(received).encode()),
    )
    texts = dict(_sample())
    for there, here in changed:
        texts = {name: data.replace(there, here) for name, data in texts.items()}
    # As large as a sealed request of the sample's size, and as little to be compressed.
    body = random.Random(reference).randbytes(1_000)  # noqa: S311 - no secret
    return texts | {SEALED_REQUEST: _AGE_HEADER + body}


class _PackedLine:
    """The line of entries, continued in memory from where a register stands, into a pack."""

    def __init__(self, office: Staffed) -> None:
        self._office = office
        self._policy = office.register.policy()
        newest = office.register.tip()
        self._tip, self._last = newest.id, newest.entry
        self._head = mark(office.register.raw(newest.id)).sha256
        policy = _git(office.home.register, "rev-parse", "main:policy")
        self._trees: dict[str, Tree] = {"": {"policy": Node(folder=True, id=policy)}}
        self._cases: dict[str, tuple[Chain, str | None]] = {}
        self._pack = _Pack(office.home.register)

    def take_next(self, reference: str, *, close: bool = False, returning: bool = False) -> None:
        """Record the next act of a case, or its closing."""
        chain, before = self._cases.get(reference, (Chain(), None))
        at = datetime.fromtimestamp(self._last.committed + 1, UTC)
        act, changes = next_act(chain.case, reference, at, self._policy.version, returning=returning)
        if close:
            changes, details = {}, {"ground": "withdrawn"}
            act = replace(
                act, kind=CLOSE, actor=WRITER, role=Role.FOI_OFFICER, document="", version=0, details=details
            )
        marks = {path: mark(content) for path, content in changes.items()}
        act = replace(act, files={**chain.files, **marks})
        case = decide(chain.case, act, self._policy)
        statement = Statement(
            register=self._policy.register,
            number=chain.number + 1,
            previous=chain.last,
            key=idempotency_key(act, chain.case),
            act=act,
        )
        data = statement.to_bytes()
        armoured = self._office.signers[act.actor].sign(data, signature.STATEMENT).encode()
        own = {statement.path: data, statement.signature_path: armoured}
        self._append(statement, case.folder, {**changes, **own}, before)
        after = chain.then(statement, data, armoured, folder=case.folder, case=case)
        self._cases[reference] = (after, self._tip)

    def close(self) -> None:
        """Finish the pack and move the branch."""
        self._pack.close()
        _git(self._office.home.register, "update-ref", "refs/heads/main", self._tip)

    def _append(
        self, statement: Statement, folder: str, files: Mapping[str, bytes], before: str | None
    ) -> None:
        self._last = entry_for(
            statement,
            digest=mark(files[statement.path]).sha256,
            tree=self._put(folder, files),
            parent=self._tip,
            previous_entry=self._head,
            case_previous=before,
            sequence=self._last.sequence + 1,
            committed=seconds(statement.act.time),
        )
        payload = self._last.to_bytes()
        raw = with_signature(payload, self._office.signers[SERVICE].sign(payload, signature.ENTRY))
        self._tip, self._head = self._pack.add("commit", raw), mark(raw).sha256

    def _put(self, folder: str, files: Mapping[str, bytes]) -> str:
        """Return the id of the root once ``files`` are in ``folder``."""
        for path, content in files.items():
            inner, _, name = f"{folder}/{path}".rpartition("/")
            self._trees.setdefault(inner, {})[name] = Node(folder=False, id=self._pack.add("blob", content))
        for path in {f"{folder}/{path}".rpartition("/")[0] for path in files} - {folder}:
            self._link(path)
        path = folder
        while path:
            path = self._link(path)
        return self._pack.add("tree", write_tree(self._trees[""]))

    def _link(self, path: str) -> str:
        """Write a folder, put it into the one above, and return that one."""
        id_ = self._pack.add("tree", write_tree(self._trees[path]))
        above, _, name = path.rpartition("/")
        self._trees.setdefault(above, {})[name] = Node(folder=True, id=id_)
        return above


class _Pack:
    """A pack as it is written: version 2, no deltas (gitformat-pack)."""

    def __init__(self, repository: Path) -> None:
        self._repository = repository
        self._path = repository / "objects" / "pack" / "building.pack"
        self._file = self._path.open("w+b")
        self._file.write(bytes(12))
        self._written: set[str] = set()

    def add(self, kind: str, content: bytes) -> str:
        """Write one object unless it is there; return its id."""
        id_ = object_id(kind, content)
        if id_ not in self._written:
            self._written.add(id_)
            self._file.write(_header(_KINDS[kind], len(content)) + zlib.compress(content, 1))
        return id_

    def close(self) -> None:
        """Write what stands at both ends, and have git make the index."""
        self._file.seek(0)
        self._file.write(b"PACK" + (2).to_bytes(4, "big") + len(self._written).to_bytes(4, "big"))
        self._file.seek(0)
        digest = hashlib.file_digest(self._file, partial(hashlib.sha1, usedforsecurity=False)).digest()
        self._file.write(digest)
        self._file.close()
        name = self._path.with_name(f"pack-{digest.hex()}.pack")
        self._path.rename(name)
        _git(self._repository, "index-pack", str(name))


def _header(kind: int, size: int) -> bytes:
    first, size = kind << 4 | size & 15, size >> 4
    parts = [first]
    while size:
        parts.append(size & 127)
        size >>= 7
    return bytes([*(part | 128 for part in parts[:-1]), parts[-1]])


def _git(repository: Path, *command: str) -> str:
    done = subprocess.run(["git", "-C", repository, *command], check=True, capture_output=True, text=True)
    return done.stdout.strip()

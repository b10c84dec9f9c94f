"""The register: what is asked of it, and the one way to write it.

An act is appended in two steps, because its actor may sign elsewhere and what they sign depends on
their case alone:

1. ``propose`` binds the act to its case and lets ``decide`` refuse it.
2. ``append`` takes the lock and catches the index up; finds the act done already, or its case moved;
   else checks that the service wrote the newest entry, writes the objects, moves the branch by
   compare-and-swap, and releases the lock.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self
from unicodedata import normalize

from flows.domain.amendment import check_amendment
from flows.domain.decision import decide, idempotency_key
from flows.domain.errors import (
    Fault,
    MalformedError,
    NotEntitledError,
    RegisterError,
    RegisterMovedError,
    TamperedError,
    UnknownCaseError,
)
from flows.domain.policy import SERVICE
from flows.domain.reference import identity, slug
from flows.register import entry as entries
from flows.register import signature
from flows.register.chain import Chain
from flows.register.entry import LONGEST_DELAY, entry_for, seconds
from flows.register.evidence import Evidence
from flows.register.examine import Examiner, check_newest
from flows.register.index import Index, Row
from flows.register.line import Line, Recorded
from flows.register.objects import Node, Tree, object_id, write_tree
from flows.register.report import FoundError, PaperVerdict
from flows.register.repository import Repository
from flows.register.roster import parse_policy
from flows.register.statement import POLICY, Statement, mark
from flows.register.statement import parse as parse_statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from flows.domain.act import Act
    from flows.domain.case import Case
    from flows.domain.policy import Policy
    from flows.domain.procedure import Stage
    from flows.register.signature import FileSigner, Signer

_Objects = dict[str, tuple[str, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An act bound to its case, ready to be signed.

    Attributes:
        changes: Files of the folder that the act creates or changes.
        policy: By which the actor is judged.
        case: As the act leaves it; None for the policy.
    """

    statement: Statement
    folder: str
    changes: Mapping[str, bytes]
    policy: Policy
    case: Case | None

    def signed_by(self, signer: Signer) -> str:
        """Return the signer's signature on the statement."""
        return signer.sign(self.statement.to_bytes(), signature.STATEMENT)


class Register:
    """One open register, used by one thread at a time; close it when done.

    Args:
        path: The bare repository.
        index: The SQLite file of its index, outside the repository.
        service: Signs the entries; None opens the register for reading alone.
    """

    def __init__(self, path: Path, index: Path, service: FileSigner | None = None) -> None:
        self._repository = Repository(path)
        self._index = Index(index)
        self._service = service
        self._line = Line(self._repository)
        self._verified: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End git and close the index."""
        self._repository.close()
        self._index.close()

    def policy(self, version: int | None = None) -> Policy:
        """Return the policy in force, or that ``version`` of it."""
        return self._line.policy(version or self._known(POLICY).last_number)

    def policies(self) -> list[Policy]:
        """Return every policy there was, oldest first."""
        return [self._line.policy(version) for version in range(1, self._known(POLICY).last_number + 1)]

    def fingerprint(self) -> str:
        """Return what an auditor pins: the SHA-256 of the statement that founded the register."""
        *_, first = self._line.case_back_from(self._known(POLICY).last_entry)
        return first.entry.statement

    def ready(self, stage: Stage) -> list[str]:
        """Return the references of the cases at ``stage``, oldest receipt first."""
        self._catch_up()
        return self._index.at(stage)

    def recipients(self) -> set[str]:
        """Return the names of the keys to which cases are sealed."""
        self._catch_up()
        return self._index.recipients()

    def cases(self) -> list[Row]:
        """Return what the index knows of every case, oldest receipt first."""
        self._catch_up()
        return self._index.all()

    def find(self, reference: str) -> Case | None:
        """Return the case of that reference, or of one that counts as the same; None without."""
        row = self._row(reference)
        return self._chain(row).case if row else None

    def case(self, reference: str) -> Case:
        """Return a case as it stands.

        Raises:
            UnknownCaseError: there is none.
        """
        case = self.find(reference)
        if case is None:
            raise UnknownCaseError(reference)
        return case

    def statements(self, reference: str) -> list[Statement]:
        """Return a case's statements, oldest first."""
        row = self._known(reference)
        return self._line.statements(row.last_entry, row.folder)

    def history(self, reference: str) -> list[Recorded]:
        """Return a case's entries, oldest first, found by their trailers."""
        return [*self._line.case_back_from(self._known(reference).last_entry)][::-1]

    def read(self, reference: str, path: str, *, at: str | None = None) -> bytes:
        """Return a file of a case's folder, now or as the entry with id ``at`` left it.

        Raises:
            RegisterError: there is no such file.
        """
        row = self._known(reference)
        return self._line.read(at or row.last_entry, f"{row.folder}/{path}")

    def verify_case(self, reference: str) -> None:
        """Check what the register says of a case, and of those who acted, as an audit checks it.

        Raises:
            TamperedError: it does not hold, or the service did not write the newest entry.
            RegisterError: the register was opened for reading.
        """
        self._check_tip(self._check_service(self.policy()))
        examiner = Examiner(Evidence(self._repository.objects), lambda _: PaperVerdict(holds=True))
        entries_ = [*self.history(POLICY), *self.history(reference)]
        for recorded in sorted(entries_, key=lambda each: each.entry.sequence):
            try:
                examiner.examine_apart(recorded.id)
            except FoundError as found:
                raise TamperedError(
                    f"{reference} fails its audit at {found.finding.place} with {found.finding.code}; "
                    "run `equipoise audit`."
                ) from found

    def tip(self) -> Recorded:
        """Return the newest entry."""
        return self._line.entry(self._tip())

    def since(self, sequence: int) -> list[Recorded]:
        """Return the entries after the one of that sequence, oldest first."""
        newer = itertools.takewhile(
            lambda recorded: recorded.entry.sequence > sequence, self._line.back_from(self._tip())
        )
        return [*newer][::-1]

    def raw(self, id_: str) -> bytes:
        """Return an entry's bytes as git keeps them."""
        return self._line.raw(id_)

    def propose(self, act: Act, changes: Mapping[str, bytes], *, seen: int | None = None) -> Proposal:
        """Return ``act`` bound to its case; its ``files`` are filled in here.

        Args:
            act: What somebody wishes to do.
            changes: The files it writes, by path in the folder.
            seen: How many acts the case had when it was looked at, if the act rests on that.

        Raises:
            RefusedError: the procedure says no.
            RegisterMovedError: the policy is no longer the one the act names, or the case has changed
                since it was looked at.
            MalformedError: the act, or the policy it makes, cannot be written down.
        """
        row = self._row(act.case)
        chain = self._chain(row) if row else Chain()
        marks = {path: mark(content) for path, content in changes.items()}
        act = _in_nfc(replace(act, files={**chain.files, **marks}))
        key = idempotency_key(act, chain.case)
        if seen not in {None, chain.number} and not chain.under(key):
            raise RegisterMovedError(act.case)
        # An act done before is not judged again; ``append`` finds it.
        policy = self.policy() if chain.under(key) else self._judging(act, changes)
        case, folder = chain.case, POLICY if act.case == POLICY else chain.folder
        if act.case != POLICY and not chain.under(key):
            case = decide(chain.case, act, policy)
            folder = case.folder
        statement = Statement(
            register=policy.register,
            number=chain.number + 1,
            previous=chain.last,
            key=key,
            act=act,
            records=chain.records,
        )
        _check_form(statement)
        return Proposal(statement=statement, folder=folder, changes=changes, policy=policy, case=case)

    def append(self, proposal: Proposal, armoured: str, *, now: int) -> Recorded:
        """Record a signed act, durably; an act done before is found and not repeated.

        Args:
            proposal: As ``propose`` returned it.
            armoured: The actor's signature on the statement.
            now: Seconds since 1970 UTC, for the entry.

        Raises:
            RegisterMovedError: the case, or the policy, changed since it was proposed.
            UnfitSignatureError: the signature does not count, whoever made it.
            NotEntitledError: it is not by a key of the actor.
            RegisterError: the clock or the service's key is not fit to write an entry.
            TamperedError: the service did not write the newest entry.
        """
        statement = proposal.statement
        with self._repository.locked():
            row = self._row(statement.act.case)
            chain = self._chain(row) if row else Chain()
            done = chain.under(statement.key)
            if done and row:
                return self._done_before(row, done)
            if (statement.previous, statement.act.policy) != (chain.last, self._version_in_force()):
                raise RegisterMovedError(statement.act.case)
            # Judged again under the lock, so that nothing is recorded that was only claimed to be judged.
            proposal = self._judged_again(proposal)
            _check_signature(proposal, armoured)
            recorded = self._write(proposal, armoured.encode(), row, now)
            data = statement.to_bytes()
            after = chain.then(statement, data, armoured.encode(), folder=proposal.folder, case=proposal.case)
            self._line.keep(recorded.id, after)
            self._catch_up()
            self._repository.pack_when_due()
        return recorded

    def record(
        self, act: Act, changes: Mapping[str, bytes], signer: Signer, *, seen: int | None = None
    ) -> Recorded:
        """Propose, sign and append in one go, for a signer at hand.

        Raises:
            RefusedError: the procedure says no.
            RegisterMovedError: as ``append``; read again and retry.
        """
        proposal = self.propose(act, changes, seen=seen)
        return self.append(proposal, proposal.signed_by(signer), now=seconds(act.time))

    def _judged_again(self, proposal: Proposal) -> Proposal:
        """Return the proposal as it is made now, which has to be the one that was signed."""
        again = self.propose(proposal.statement.act, proposal.changes)
        if again.statement != proposal.statement:
            raise RegisterMovedError(proposal.statement.act.case)
        return again

    def _write(self, proposal: Proposal, armoured: bytes, row: Row | None, now: int) -> Recorded:
        service = self._check_service(proposal.policy)
        self._check_tip(service)
        statement = proposal.statement
        data = statement.to_bytes()
        files = {**proposal.changes, statement.path: data, statement.signature_path: armoured}
        tip = self._repository.tip()
        last = self._line.entry(tip).entry if tip else None
        committed = max(now, last.committed if last else 0)
        _check_clock(seconds(statement.act.time), now, committed)
        objects: _Objects = {}
        tree = self._put(
            self._line.root(tip) if tip else {},
            {f"{proposal.folder}/{path}": content for path, content in files.items()},
            objects,
        )
        entry = entry_for(
            statement,
            digest=mark(data).sha256,
            tree=tree,
            parent=tip,
            previous_entry=mark(self.raw(tip)).sha256 if tip else None,
            case_previous=row.last_entry if row else None,
            sequence=last.sequence + 1 if last else 1,
            committed=committed,
        )
        payload = entry.to_bytes()
        raw = entries.with_signature(payload, service.sign(payload, signature.ENTRY))
        id_ = _add(objects, "commit", raw)
        self._repository.write(objects)
        self._repository.advance(id_, tip)
        self._verified = id_
        return Recorded(id=id_, entry=entry)

    def _check_service(self, policy: Policy) -> FileSigner:
        if self._service is None:
            raise RegisterError("This register was opened for reading; to write takes the service key.")
        if self._service.public not in policy.people[SERVICE].keys:
            raise RegisterError(
                "The service's key is not the one the register lists; restore it from a copy."
            )
        return self._service

    def _check_tip(self, service: FileSigner) -> None:
        """Check that the service wrote the newest entry; before that, it had checked the one below."""
        tip = self._repository.tip()
        if tip is None or tip == self._verified:
            return
        try:
            check_newest(Evidence(self._repository.objects), tip, service.public)
        except FoundError as found:
            raise TamperedError(
                f"The newest entry is none that this service wrote ({found.finding.code}), so nothing is "
                "added to it; run `equipoise audit`."
            ) from found
        self._verified = tip

    def _put(self, tree: Tree, files: Mapping[str, bytes], objects: _Objects) -> str:
        """Return the id of ``tree`` with ``files`` in it, having added what that takes to ``objects``."""
        tree = dict(tree)
        below: dict[str, dict[str, bytes]] = {}
        for path, content in files.items():
            name, _, rest = path.partition("/")
            if rest:
                below.setdefault(name, {})[rest] = content
            else:
                tree[name] = Node(folder=False, id=_add(objects, "blob", content))
        for name, inner in below.items():
            old = tree.get(name)
            base = self._line.tree(old.id if old else None)
            tree[name] = Node(folder=True, id=self._put(base, inner, objects))
        return _add(objects, "tree", write_tree(tree))

    def _done_before(self, row: Row, done: Statement) -> Recorded:
        for recorded in self._line.case_back_from(row.last_entry):
            if recorded.entry.act == done.label:
                return replace(recorded, new=False)
        raise TamperedError(f"The history of {row.reference} lacks {done.label}; run `equipoise audit`.")

    def _tip(self) -> str:
        tip = self._repository.tip()
        if tip is None:
            raise RegisterError("The register is empty; `equipoise init` founds one.")
        return tip

    def _row(self, reference: str) -> Row | None:
        self._catch_up()
        return self._index.find(identity(reference))

    def _known(self, reference: str) -> Row:
        row = self._row(reference)
        if row is None:
            if reference == POLICY:
                raise RegisterError("The register was not founded; `equipoise init` founds one.")
            raise UnknownCaseError(reference)
        return row

    def _chain(self, row: Row) -> Chain:
        return self._line.chain(row.last_entry, row.folder, at=self._tip())

    def _judging(self, act: Act, changes: Mapping[str, bytes]) -> Policy:
        """Return the policy that judges ``act``: the one in force, or for the founding the first itself."""
        founding = act.case == POLICY and not self._version_in_force()
        before = None if founding else self.policy()
        if act.policy != (before.version if before else 0):
            raise RegisterMovedError(act.case)
        if before and act.case != POLICY:
            return before
        try:
            after = parse_policy(changes)
        except ValueError as error:
            raise MalformedError("policy", Fault(path="", problem=str(error))) from error
        check_amendment(before, act, after)
        return before or after

    def _version_in_force(self) -> int:
        authority = self._row(POLICY)
        return authority.last_number if authority else 0

    def _catch_up(self) -> None:
        self._index.catch_up(self._repository.tip, self._rows_since)
        self._follow_policy({})

    def _rows_since(self, tip: str, indexed: str | None) -> tuple[bool, Iterable[Row]]:
        newest: dict[str, Recorded] = {}
        known = False
        for recorded in self._line.back_from(tip):
            known = recorded.id == indexed
            if known:
                break
            newest.setdefault(identity(recorded.entry.case), recorded)
        self._follow_policy(newest)
        folders = {} if known else self._line.folders(tip)
        return known, (self._row_of(recorded, tip, folders) for recorded in newest.values())

    def _follow_policy(self, newest: Mapping[str, Recorded]) -> None:
        """Tell the line where the policy's newest entry is, from ``newest`` or else from the index."""
        indexed = self._index.find(POLICY)
        if POLICY in newest:
            self._line.policy_head = newest[POLICY].id
        elif indexed:
            self._line.policy_head = indexed.last_entry

    def _row_of(self, recorded: Recorded, tip: str, folders: Mapping[str, str]) -> Row:
        entry = recorded.entry
        number = int(entry.act.partition("-")[0])
        row = None if folders else self._index.find(identity(entry.case))
        known = row.folder if row else folders.get(slug(entry.case))
        folder = known or self._line.changed_folder(recorded)
        case = self._line.chain(recorded.id, folder, at=tip).case
        return Row(
            identity=identity(entry.case),
            reference=entry.case,
            folder=folder,
            stage=case.stage if case else POLICY,
            version=case.version if case else number,
            round=case.round if case else 0,
            received=case.received.isoformat() if case else "",
            recipient=case.recipient if case else "",
            last_entry=recorded.id,
            last_number=number,
        )


def _in_nfc(act: Act) -> Act:
    """Return ``act`` with its words in the one form the register keeps, whatever keyboard they came from."""
    details = {name: normalize("NFC", value) for name, value in act.details.items()}
    return replace(act, reason=act.reason and normalize("NFC", act.reason), details=details)


def _check_form(statement: Statement) -> None:
    # What could be written and not read again would shut the case for good.
    try:
        good = parse_statement(statement.to_bytes()) == statement
    except ValueError:
        good = False
    if not good:
        raise MalformedError(
            f"{statement.act.kind} of {statement.act.case}",
            Fault(path="", problem="a text cannot be recorded, or the time is no whole second"),
        )


def _check_clock(acted: int, now: int, committed: int) -> None:
    if not acted <= now <= committed <= acted + LONGEST_DELAY:
        raise RegisterError(
            "The clock, the newest entry and the act lie too far apart: set the clock right, or act again."
        )


def _check_signature(proposal: Proposal, armoured: str) -> None:
    act, policy = proposal.statement.act, proposal.policy
    person = policy.require(act.actor, act.role, act=act.kind)
    data, origins = proposal.statement.to_bytes(), policy.rules.desk
    if signature.verify(armoured, data, signature.STATEMENT, origins=origins).public not in person.keys:
        raise NotEntitledError(act.actor, act=act.kind, needed=f"a signature by a key of {act.actor}")


def _add(objects: _Objects, kind: str, content: bytes) -> str:
    id_ = object_id(kind, content)
    objects[id_] = (kind, content)
    return id_

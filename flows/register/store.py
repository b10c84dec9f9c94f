"""A register of one's own: the one way to write it.

``append`` takes the lock and catches the catalogue up; checks that the service wrote the newest
entry; finds the act done already, or its case moved; else writes the objects, moves the branch by
compare-and-swap, and releases the lock.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Final

from flows import tracing
from flows.domain.acts import RESUME
from flows.domain.english import in_full
from flows.domain.errors import CatchingUpError, NotEntitledError, RegisterError, RegisterMovedError
from flows.domain.filed import Changes, Filed, Reached, Standing
from flows.domain.local_day import local_day
from flows.domain.policy import SERVICE
from flows.domain.reference import identity, slug
from flows.register import entry as entries
from flows.register import handing_out, signature, stop
from flows.register.chain import Chain
from flows.register.entry import LONGEST_DELAY, entry_for, seconds
from flows.register.examine import sets_the_clock_right
from flows.register.line import Recorded
from flows.register.objects import Node, is_id, object_id, write_tree
from flows.register.objects import Tree as Folder
from flows.register.register import Register
from flows.register.repository import Repository
from flows.register.statement import POLICY, mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from flows.domain.filed import Catalogue
    from flows.domain.policy import Policy
    from flows.register.register import Proposal
    from flows.register.signature import FileSigner
    from flows.register.statement import Statement

_Objects = dict[str, tuple[str, bytes]]
_Changed = tuple[str, str, int]
"""The reference of a case, the id of its newest entry, and the number of its newest act."""
_READ_AT_ONCE: Final = 32
"""Cases whose acts and texts are read at once, of some twenty files each."""


class OwnRegister(Register):
    """A register in a repository of this machine.

    Args:
        path: The bare repository.
        catalogue: Remembers where each case is filed; told of every entry.
        service: Signs the entries; None opens the register for reading alone.
    """

    _repository: Repository
    _catalogue: Catalogue

    def __init__(self, path: Path, catalogue: Catalogue, service: FileSigner | None = None) -> None:
        super().__init__(Repository(path), catalogue)
        self._service = service

    def stopped(self) -> str | None:
        """Return the sentence with which writing was stopped; None where it is not."""
        return stop.stopped(self._repository.path)

    def bundle(self) -> bytes:
        """Return the whole register as one file that `git clone` reads."""
        return handing_out.bundle(self._repository.path)

    def pack(self, after: str | None) -> tuple[bytes, str, bool]:
        """Return some entries as git packs them, the id of the last, and whether there are more."""
        return handing_out.pack(self._repository.path, after)

    def branches(self, *, second: bool) -> bytes:
        """Return what `git fetch` is told first; ``second`` form of its protocol or the first."""
        return handing_out.branches(self._repository.path, second=second)

    def fetched(self, asked: bytes, *, second: bool) -> bytes:
        """Return what `git fetch` asks for."""
        return handing_out.fetched(self._repository.path, asked, second=second)

    def objects(self, ids: Iterable[str]) -> list[tuple[str, bytes]]:
        """Return kind and content of those of some objects that are there."""
        return [found for id_ in ids if is_id(id_) and (found := self._repository.objects.read(id_))]

    def records(self, entry: str, folder: str) -> list[tuple[str, bytes]]:
        """Return kind and content of an entry, of the folders that lead to ``folder``, and of its files."""
        if not is_id(entry):
            return []
        ids = [entry, self._line.entry(entry).entry.tree]
        for name in folder.split("/"):
            node = self._line.tree(ids[-1]).get(name)
            if node is None or not node.folder:
                return self.objects(ids)
            ids.append(node.id)
        return self.objects([*ids, *(node.id for node in self._line.tree(ids[-1]).values())])

    def filed(self, reference: str) -> Filed | None:
        """Return where a case is filed, or one that counts as the same; None without."""
        return self._filed(reference)

    def serve(self, service: FileSigner) -> None:
        """Let another key of the service sign the entries."""
        self._service = service

    @property
    def knows_service(self) -> bool:
        """Whether the service's key is at hand."""
        return self._service is not None

    def check_tip(self) -> None:
        """Check that the service whose key is here wrote the newest entry.

        Raises:
            TamperedError: it did not.
            RegisterError: its key is not here, or not listed.
        """
        self._check_service(self.policy())
        super().check_tip()

    def append(self, proposal: Proposal, armoured: str, *, now: int) -> Recorded:
        """Record a signed act under the lock."""
        return self.take(proposal.statement, proposal.changes, armoured, now=now)

    def take(
        self, statement: Statement, changes: Mapping[str, bytes], armoured: str, *, now: int
    ) -> Recorded:
        """Record a statement that was proposed here or elsewhere, with the files it changes.

        Raises:
            PitError: as ``append``; or the procedure says no.
        """
        stated = statement.act
        with (
            tracing.span("append", case=stated.case, document=stated.document, act=stated.kind.name) as doing,
            self._repository.locked(),
        ):
            self._check_whole()
            filed = self._filed(statement.act.case)
            policy = self._in_force()
            if policy:
                # Before anything is taken for done: what stands there might be signed by nobody.
                self._check_service(policy)
                self._check_tip(policy)
            chain = self._chain(filed) if filed else Chain()
            done = chain.under(statement.key)
            if done and filed:
                if stated.kind == RESUME:
                    self.lift_decided()
                return replace(self._dossier(filed).entry_of(done), new=False)
            in_force = policy.version if policy else 0
            if (statement.previous, statement.act.policy) != (chain.last, in_force):
                raise RegisterMovedError(statement.act.case)
            # Judged again under the lock, so that nothing is recorded that was only claimed to be judged.
            proposal = self._bind(statement.act, changes, chain, policy)
            if proposal.statement != statement:
                raise RegisterMovedError(statement.act.case)
            check_signature(proposal, armoured)
            recorded = self._write(proposal, armoured.encode(), filed, now)
            data = statement.to_bytes()
            after = chain.then(statement, data, armoured.encode(), folder=proposal.folder, case=proposal.case)
            self._line.keep(recorded.id, after)
            doing.tell(entry=recorded.entry.sequence)
            self.catch_up()
            if statement.act.kind == RESUME:
                stop.lift(self._repository.path)
            self._repository.pack_when_due()
        return recorded

    def lift_decided(self) -> bool:
        """Lift a stop on which an administrator decided since, which a kill left; tell whether that was."""
        last = self.dossier(POLICY).statements[-1].act
        since = stop.stopped_since(self._repository.path)
        decided = last.kind == RESUME and since is not None and since < last.time
        if decided:
            stop.lift(self._repository.path)
        return decided

    def _write(self, proposal: Proposal, armoured: bytes, filed: Filed | None, now: int) -> Recorded:
        service = self._check_service(proposal.policy)
        statement = proposal.statement
        data = statement.to_bytes()
        files = {**proposal.changes, statement.path: data, statement.signature_path: armoured}
        tip = self._repository.tip()
        last = self._line.entry(tip).entry if tip else None
        committed = max(now, last.committed) if last else now
        if last and sets_the_clock_right(statement.act, last.sequence, last.committed, now):
            committed = now
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
            case_previous=filed.last_entry if filed else None,
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
                "The service's key is not the one the register lists. If it was changed, end what runs and "
                "start it again; else restore the key from a copy."
            )
        return self._service

    def _put(self, tree: Folder, files: Mapping[str, bytes], objects: _Objects) -> str:
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

    # What the catalogue is told -------------------------------------------------------------------

    def _catch_up(self) -> None:
        self._catalogue.catch_up(self)

    def _filed(self, reference: str) -> Filed | None:
        self.catch_up()
        filed, tip = self._catalogue.filed(identity(reference)), self._repository.tip()
        if filed is None and self._catalogue.behind:
            raise CatchingUpError
        if filed is None and tip and self._line.has_case(tip, identity(reference)):
            # A row of the catalogue is gone: what stands in the register counts.
            self._catalogue.distrust()
            self._check_whole()
            return self._catalogue.filed(identity(reference))
        return filed

    def newest(self) -> str | None:
        """Return the id of the newest entry; None while there is none."""
        return self._repository.tip()

    def length(self) -> int:
        """Return how many entries there are."""
        tip = self._repository.tip()
        return self._line.entry(tip).entry.sequence if tip else 0

    def changes(self, since: Reached | None) -> Changes | None:
        """Return what changed since an entry, or ever; None where that entry is none of this line."""
        tip, reached, known = self._repository.tip(), None, since is None
        changed: dict[str, _Changed] = {}
        told: dict[str, dict[int, int]] = {}
        for recorded in self._line.back_from(tip):
            entry = recorded.entry
            reached = reached or Reached(entry=recorded.id, sequence=entry.sequence)
            if since and entry.sequence <= since.sequence:
                known = recorded.id == since.entry
                break
            number = int(entry.act.partition("-")[0])
            case = identity(entry.case)
            changed.setdefault(case, (entry.case, recorded.id, number))
            told.setdefault(case, {})[number] = entry.sequence
        if not known:
            return None
        folders = {} if since or not tip else self._line.folders(tip)
        if POLICY in changed:  # first, as everything else is asked by it
            changed = {POLICY: changed[POLICY], **changed}
        standings = (
            replace(self._standing(*each, tip, folders), entries=told[case])
            for case, each in self._in_groups(changed, tip, folders)
            if tip
        )
        return Changes(reached=reached, count=len(changed), standings=standings)

    def _in_groups(
        self, changed: Mapping[str, _Changed], tip: str | None, folders: Mapping[str, str]
    ) -> Iterator[tuple[str, _Changed]]:
        """Yield what changed; where all is read anew, what a group of cases has is read at once."""
        rest = iter(changed.items())
        while group := [*islice(rest, _READ_AT_ONCE)]:
            if tip and folders:
                there = [folders.get(slug(reference), "") for _, (reference, _, _) in group]
                self._line.read_ahead(tip, filter(None, there), [id_ for _, (_, id_, _) in group])
            yield from group

    def _standing(
        self, reference: str, id_: str, number: int, tip: str, folders: Mapping[str, str]
    ) -> Standing:
        filed = None if folders else self._catalogue.filed(identity(reference))
        folder = filed.folder if filed else folders.get(slug(reference))
        folder = folder or self._line.changed_folder(self._line.entry(id_))
        chain = self._line.chain(id_, folder, at=tip)
        return Standing(
            filed=Filed(reference=reference, folder=folder, last_entry=id_, last_number=number),
            case=chain.case,
            acts=tuple(statement.act for _, statement in chain.statements),
            entries={},
            read=lambda path: self._line.read(tip, f"{folder}/{path}"),
        )


def _check_clock(acted: int, now: int, committed: int) -> None:
    if committed > now + LONGEST_DELAY:
        ahead = datetime.fromtimestamp(committed, UTC)
        raise RegisterError(
            f"The newest entry is dated {in_full(local_day(ahead))}, more than a day ahead of this machine's "
            "clock: correct the clock if it is slow; if it was ahead then, an administrator says so with "
            "`equipoise resume`."
        )
    if acted > now:
        raise RegisterError(
            "The act is dated ahead of the clock of the machine that records it: correct the clock of the "
            "machine on which it was signed, and sign again."
        )
    if not now <= committed <= acted + LONGEST_DELAY:
        raise RegisterError(
            "The act was signed more than a day before it is recorded: correct the clock of the machine on "
            "which it was signed if that is slow, and sign again."
        )


def check_signature(proposal: Proposal, armoured: str) -> None:
    """Check that a key of the person who acts signed, or the service's what is attested.

    Raises:
        UnfitSignatureError: the signature does not count.
        NotEntitledError: it is by another's key, or they may not act so.
    """
    act, policy = proposal.statement.act, proposal.policy
    policy.require(act.actor, act.role, verb=act.kind.verb)
    data, origins = proposal.statement.to_bytes(), policy.rules.desk
    signed, owner = signature.verify(armoured, data, signature.STATEMENT, origins=origins), act.signed_for
    if signed.public not in policy.people[owner].keys:
        raise NotEntitledError(act.actor, verb=act.kind.verb, needed=f"a signature by a key of {owner}")


def _add(objects: _Objects, kind: str, content: bytes) -> str:
    id_ = object_id(kind, content)
    objects[id_] = (kind, content)
    return id_

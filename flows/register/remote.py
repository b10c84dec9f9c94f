"""A register that a registrar elsewhere writes, read and acted on from here.

What it sends is not believed: an object has the name that its bytes give it, the line, the chains and the
policy are followed by the very code that follows one's own, and an entry that was added is the service's.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.domain.errors import TamperedError
from flows.domain.filed import Behind, Filed  # noqa: TC001 - read from what comes
from flows.domain.policy import SERVICE
from flows.register import entry as entries
from flows.register.authority import signer_of
from flows.register.line import Recorded
from flows.register.objects import object_id
from flows.register.register import Register
from flows.register.report import FoundError
from flows.register.repository import content_of
from flows.register.statement import POLICY, mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from flows.register.register import Proposal
    from flows.registrar.connection import Connection

_KEPT_SIZE: Final = 64 << 20
"""Bytes of objects that are kept, since they are asked for again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """Where the register stands.

    Attributes:
        tip: Id of the newest entry; None while there is none.
        policy: Where the policy is filed; None before the register is founded.
        behind: How far the registrar's catalogue is behind; None where it is whole.
        stopped: The sentence with which writing was stopped; None where it is not.
    """

    tip: str | None
    policy: Filed | None
    behind: Behind | None
    stopped: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where the register stands, and where a case is filed in it; None without."""

    stands: Stands
    filed: Filed | None


class RegistrarSigns:
    """Signs for the machine where its key is not: the registrar does, once it has judged the act."""

    def sign(self, message: bytes, namespace: bytes) -> str:  # noqa: ARG002 - a signer's
        """Return no signature."""
        return ""


class RemoteObjects:
    """The objects of a registrar's repository, hashed as they come; those asked for last are kept."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._kept: OrderedDict[str, tuple[str, bytes]] = OrderedDict()
        self._size = 0

    def read(self, id_: str) -> tuple[str, bytes] | None:
        """Return an object's kind and content, None if there is no such object.

        Raises:
            TamperedError: what came does not have this id.
        """
        if id_ not in self._kept:
            self.read_ahead([id_])
        found = self._kept.get(id_)
        if found:
            self._kept.move_to_end(id_)
        return found

    def read_ahead(self, ids: Iterable[str]) -> None:
        """Have objects sent at once."""
        if wanted := [id_ for id_ in dict.fromkeys(ids) if id_ not in self._kept]:
            came = self.keep(self._connection.ask("objects", list[tuple[str, bytes]], ids=wanted))
            if came - {*wanted}:
                raise TamperedError("The registrar sent another object than was asked for.")

    def keep(self, came: Sequence[tuple[str, bytes]]) -> set[str]:
        """Keep what came under the names that its bytes give it; return these."""
        named = {object_id(kind, content): (kind, content) for kind, content in came}
        for id_, found in named.items():
            if id_ not in self._kept:
                self._kept[id_] = found
                self._size += len(found[1])
        while self._size > _KEPT_SIZE and len(self._kept) > len(named):
            self._size -= len(self._kept.popitem(last=False)[1][1])
        return {*named}


class RemoteRepository:
    """What is read of a registrar's repository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.objects = RemoteObjects(connection)
        self.stands = Stands(tip=None, policy=None, behind=None, stopped=None)

    def tip(self) -> str | None:
        """Return the id of the newest entry, as the registrar said last; None while there is none."""
        return self.stands.tip

    def read(self, id_: str, kind: str) -> bytes:
        """Return the content of an object."""
        return content_of(self.objects.read(id_), id_, kind)

    def read_ahead(self, entry: str, folder: str) -> None:
        """Have the records in a folder sent at once, with the folders that lead there."""
        self.objects.keep(
            self._connection.ask("records", list[tuple[str, bytes]], entry=entry, folder=folder)
        )

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class _Filing:
    """Where the registrar says that cases are filed."""

    def __init__(self, repository: RemoteRepository, connection: Connection) -> None:
        self._repository = repository
        self._connection = connection

    @property
    def behind(self) -> Behind | None:
        return self._repository.stands.behind

    def look(self) -> None:
        self._repository.stands = self._connection.ask("stands", Stands)

    def filed(self, identity: str) -> Filed | None:
        if identity == POLICY:
            return self._repository.stands.policy
        found = self._connection.ask("filed", Found, reference=identity)
        self._repository.stands = found.stands
        return found.filed

    def close(self) -> None:
        """Nothing: the connection is the repository's."""


class RemoteRegister(Register):
    """A register behind a connection."""

    _repository: RemoteRepository
    _catalogue: _Filing

    def __init__(self, connection: Connection) -> None:
        repository = RemoteRepository(connection)
        super().__init__(repository, _Filing(repository, connection))
        self._connection = connection

    def append(self, proposal: Proposal, armoured: str, *, now: int) -> Recorded:  # noqa: ARG002 - its clock counts
        """Have a signed act recorded."""
        data = proposal.statement.to_bytes()
        raw, new = self._connection.ask(
            "append", tuple[bytes, bool], statement=data, changes=dict(proposal.changes), signature=armoured
        )
        return self._checked(raw, proposal, mark(data).sha256, new=new)

    def _checked(self, raw: bytes, proposal: Proposal, digest: str, *, new: bool) -> Recorded:
        """Return the entry, having checked that it records the statement, or an act done before."""
        try:
            payload, armoured = entries.without_signature(raw)
            entry = entries.parse(payload)
            signer = signer_of(payload, armoured, "the entry")
        except (ValueError, FoundError) as error:
            raise TamperedError("The registrar's entry is not in the register's form.") from error
        known = proposal.policy.people[SERVICE].keys
        its_own = entry.statement == digest and signer in known
        if (new and not its_own) or entry.case != proposal.statement.act.case:
            raise TamperedError("The registrar's entry does not record what was signed.")
        return Recorded(id=object_id("commit", raw), entry=entry, new=new)

    def stopped(self) -> str | None:
        """Return the sentence with which writing was stopped; None where it is not."""
        self.catch_up()
        return self._repository.stands.stopped

    def lift_decided(self) -> bool:
        """Have a stop lifted on which an administrator decided since; tell whether that was."""
        return self._connection.ask("lift-decided", bool)

    def tip(self) -> Recorded:
        """Return the newest entry."""
        self.catch_up()
        return super().tip()

    def since(self, sequence: int) -> list[Recorded]:
        """Return the entries after the one of that sequence, oldest first."""
        self.catch_up()
        return super().since(sequence)

    def cases(self) -> frozenset[str]:
        """Return what each case goes by."""
        self.catch_up()
        return super().cases()

    def bundle(self) -> bytes:
        """Return the whole register as one file that `git clone` reads."""
        return self._connection.ask("bundle", bytes)

    def pack(self, after: str | None) -> tuple[bytes, str, bool]:
        """Return some entries as git packs them, the id of the last, and whether there are more."""
        return self._connection.ask("pack", tuple[bytes, str, bool], after=after)

    def branches(self, *, second: bool) -> bytes:
        """Return what `git fetch` is told first."""
        return self._connection.ask("branches", bytes, second=second)

    def fetched(self, asked: bytes, *, second: bool) -> bytes:
        """Return what `git fetch` asks for."""
        return self._connection.ask("fetched", bytes, sent=asked, second=second)

    def _catch_up(self) -> None:
        self._catalogue.look()

    def _filed(self, reference: str) -> Filed | None:
        if reference == POLICY:
            self.catch_up()
            return self._repository.stands.policy
        filed = self._catalogue.filed(reference)
        self._note_policy()
        return filed

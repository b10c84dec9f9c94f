"""The line of entries, read: what stands in the register at any entry of it.

For the service's own use: objects are hashed when read, but who was entitled to what was judged when the
act was appended, and is the audit's business, not this file's.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from flows.domain.decide import after
from flows.domain.errors import PitError, RegisterError, TamperedError
from flows.register import entry as entries
from flows.register.chain import Chain
from flows.register.objects import Node, Tree, parse_tree
from flows.register.roster import FILES, parse_policy
from flows.register.statement import POLICY, mark
from flows.register.statement import parse as parse_statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flows.domain.case import Case
    from flows.domain.policy import Policy
    from flows.register.entry import Entry
    from flows.register.repository import Readable
    from flows.register.statement import Statement

_CHAINS_KEPT = 1_024
_ENTRIES_KEPT: Final = 256
_FOLDERS_KEPT: Final = 256
_TOLD_BY: Final = (".json", ".sig", ".md", ".yaml")
"""How the files end by which the catalogue is told of a case; others are sealed, or large."""
_DAY_DEPTH = "cases/year/month/day".count("/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An entry of the register.

    Attributes:
        id: Of the commit, 40 lower-case hex digits.
        new: False where the act had been done before and nothing was added.
    """

    id: str
    entry: Entry
    new: bool = True


class Line:
    """The entries of one repository.

    Attributes:
        policy_head: Id of the newest entry of the policy, once known; set by the register.
    """

    def __init__(self, repository: Readable) -> None:
        self._repository = repository
        self._policies: dict[int, Policy] = {}
        self._policy_at: tuple[str, Policy] | None = None
        self._chains: dict[str, Chain] = {}
        self._cases: dict[str, frozenset[str]] = {}
        self._entries = lru_cache(_ENTRIES_KEPT)(self._parsed_entry)
        self._folders = lru_cache(_FOLDERS_KEPT)(self._parsed_folder)
        self.policy_head: str | None = None

    def entry(self, id_: str) -> Recorded:
        """Return one entry.

        Raises:
            TamperedError: it is not in the register's form.
        """
        return self._entries(id_)

    def _parsed_entry(self, id_: str) -> Recorded:
        try:
            payload, _ = entries.without_signature(self.raw(id_))
            return Recorded(id=id_, entry=entries.parse(payload))
        except ValueError as error:
            raise TamperedError(
                f"Entry {id_} is not in the register's form; run `equipoise audit`."
            ) from error

    def raw(self, id_: str) -> bytes:
        """Return an entry's bytes as git keeps them, its signature included."""
        return self._repository.read(id_, "commit")

    def back_from(self, id_: str | None) -> Iterator[Recorded]:
        """Yield every entry from ``id_`` to the first."""
        while id_:
            recorded = self.entry(id_)
            yield recorded
            id_ = recorded.entry.parent

    def case_back_from(self, id_: str | None) -> Iterator[Recorded]:
        """Yield a case's entries from ``id_`` to its first, by their trailers."""
        while id_:
            recorded = self.entry(id_)
            yield recorded
            id_ = recorded.entry.case_previous

    def tree(self, node: str | None) -> Tree:
        """Return a folder by the id of its object, not to be changed; an empty one for None."""
        return self._folders(node) if node else {}

    def _parsed_folder(self, node: str) -> Tree:
        try:
            return parse_tree(self._repository.read(node, "tree"))
        except ValueError as error:
            raise TamperedError(
                f"Folder {node} is not in the register's form; run `equipoise audit`."
            ) from error

    def root(self, id_: str) -> Tree:
        """Return everything as the entry ``id_`` left it."""
        return self.tree(self.entry(id_).entry.tree)

    def node(self, id_: str, path: str) -> Node | None:
        """Return what stands at ``path`` as the entry ``id_`` left it, None if nothing does."""
        node = Node(folder=True, id=self.entry(id_).entry.tree)
        for name in path.split("/"):
            found = self.tree(node.id).get(name) if node.folder else None
            if found is None:
                return None
            node = found
        return node

    def read(self, id_: str, path: str) -> bytes:
        """Return a file as the entry ``id_`` left it.

        Raises:
            RegisterError: there is none.
        """
        node = self.node(id_, path)
        if node is None or node.folder:
            raise RegisterError(f"The register has no {path} at entry {id_}.")
        return self._repository.read(node.id, "blob")

    def changed_folder(self, recorded: Recorded) -> str:
        """Return the case folder an entry changed, by comparing its tree with the one before."""
        if recorded.entry.case == POLICY:
            return POLICY
        parent = recorded.entry.parent
        before = self.entry(parent).entry.tree if parent else None
        after: str = recorded.entry.tree
        names: list[str] = []
        while len(names) < len(("cases", "year", "month", "day", "slug")):
            old, new = self.tree(before), self.tree(after)
            changed = [name for name, node in new.items() if old.get(name) != node]
            if len(changed) != 1:
                raise TamperedError(f"Entry {recorded.id} changes more than one case; run `equipoise audit`.")
            names += changed
            was = old.get(changed[0])
            before, after = was.id if was else None, new[changed[0]].id
        return "/".join(names)

    def has_case(self, id_: str, identity: str) -> bool:
        """Tell whether the entry ``id_`` left a folder of a case, whatever its day of receipt."""
        return any(identity in cases for cases in self._by_month(id_))

    def cases(self, id_: str) -> frozenset[str]:
        """Return the identity of every case of which the entry ``id_`` left a folder."""
        return frozenset().union(*self._by_month(id_))

    def _by_month(self, id_: str) -> Iterable[frozenset[str]]:
        top = self.node(id_, "cases")
        months = self._below(self._below({top.id} if top else set()))
        self._cases = {month: self._cases.get(month) or self._cases_of(month) for month in months}
        return self._cases.values()

    def _cases_of(self, month: str) -> frozenset[str]:
        return frozenset(name.lower() for day in self._below({month}) for name in self.tree(day))

    def _below(self, folders: set[str]) -> set[str]:
        """Return the ids of all that stands in folders; what is there twice is looked into once."""
        return {node.id for folder in folders for node in self.tree(folder).values()}

    def folders(self, id_: str) -> dict[str, str]:
        """Return the folder of every case as the entry ``id_`` left them, by its last name."""
        found = {POLICY: POLICY}
        open_ = [("cases", self.node(id_, "cases"))]
        seen: set[str | None] = set()
        for path, node in open_:
            if node and node.id in seen:
                # No two dates have the same cases; what says so can be without end.
                raise TamperedError(f"Folder {path} is there twice; run `equipoise audit`.")
            seen.add(node.id if node else None)
            inner = self.tree(node.id if node else None)
            if path.count("/") == _DAY_DEPTH:
                found |= {name: f"{path}/{name}" for name in inner}
            else:
                open_ += [(f"{path}/{name}", below) for name, below in inner.items()]
        return found

    def read_ahead(self, id_: str, folders: Iterable[str], entries_: Iterable[str]) -> None:
        """Have the acts and texts of some cases, as the entry ``id_`` left them, read at once.

        What is wrong with one is found when it is read.

        Args:
            entries_: The newest of each.
        """
        ahead = self._repository.objects.read_ahead
        with suppress(PitError):
            found = [node.id for folder in folders if (node := self.node(id_, folder)) and node.folder]
            ahead(found)
            for case in [*found]:
                found += [node.id for node in self.tree(case).values() if node.folder]
            ahead(found)
            rows = (row for folder in found for row in self.tree(folder).items())
            files = (node.id for name, node in rows if not node.folder and name.endswith(_TOLD_BY))
            ahead((*entries_, *files))

    def chain(self, id_: str, folder: str, *, at: str) -> Chain:
        """Return the chain in ``folder``, which the case's newest entry ``id_`` left.

        Args:
            at: The newest entry of all: there the folder is the same, and those above it are known.
        """
        chain = self._chains.get(id_)
        if chain is None:
            chain = self._read_chain(at, folder)
            newest = self.entry(id_).entry.statement
            if not chain.last or chain.last.statement != newest:  # somebody has appended to the case since
                chain = self._read_chain(id_, folder)
            self.keep(id_, chain)
        return chain

    def _read_chain(self, at: str, folder: str) -> Chain:
        chain = Chain()
        for statement, data, armoured in self._signed(at, folder):
            case = self._followed(chain, statement)
            chain = chain.then(statement, data, armoured, folder=folder, case=case)
        return chain

    def keep(self, id_: str, chain: Chain) -> None:
        """Remember the chain that the entry ``id_`` left."""
        if len(self._chains) >= _CHAINS_KEPT:
            del self._chains[next(iter(self._chains))]
        self._chains[id_] = chain

    def policy(self, version: int) -> Policy:
        """Return one version of the policy; the others are not looked at."""
        if version not in self._policies:
            made = (
                each for each in self.case_back_from(self.policy_head) if each.entry.policy + 1 == version
            )
            recorded = next(made, None)
            if recorded is None:
                raise TamperedError(f"The register has no policy {version}; run `equipoise audit`.")
            self._policies[version] = self._parsed(recorded.id)
        return self._policies[version]

    def policy_at(self, id_: str) -> Policy:
        """Return the policy as the entry ``id_`` left it, without knowing which entry changed it last."""
        node = self.node(id_, POLICY)
        if node is None:
            raise RegisterError("The register was not founded; `equipoise init` founds one.")
        if self._policy_at is None or self._policy_at[0] != node.id:
            self._policy_at = node.id, self._parsed(id_)
        return self._policy_at[1]

    def founding(self, id_: str) -> str:
        """Return what an auditor pins, as the entry ``id_`` left it: the SHA-256 of the first statement.

        Raises:
            RegisterError: there is none.
        """
        first = next(self._signed(id_, POLICY), None)
        if first is None:
            raise RegisterError("The register was not founded; `equipoise init` founds one.")
        return mark(first[1]).sha256

    def _parsed(self, id_: str) -> Policy:
        try:
            return parse_policy({name: self.read(id_, f"{POLICY}/{name}") for name in FILES})
        except ValueError as error:
            raise TamperedError(
                f"The policy in entry {id_} is out of form: {error}; run `equipoise audit`."
            ) from error

    def _followed(self, chain: Chain, statement: Statement) -> Case | None:
        """Return the case as an act leaves it that was judged when it was appended."""
        if statement.act.case == POLICY:
            return None
        try:
            return after(chain.case, statement.act)
        except (LookupError, ValueError, AttributeError) as error:
            raise TamperedError(
                f"{statement.label} of {statement.act.case} is recorded, yet the procedure does not allow "
                "it; run `equipoise audit`."
            ) from error

    def _signed(self, id_: str, folder: str) -> Iterator[tuple[Statement, bytes, bytes]]:
        self._repository.read_ahead(id_, f"{folder}/acts")
        acts = self.node(id_, f"{folder}/acts")
        tree = self.tree(acts.id if acts else None)
        names = [name for name in tree if name.endswith(".json")]
        for name in sorted(names, key=lambda name: (len(name.partition("-")[0]), name)):
            data = self._repository.read(tree[name].id, "blob")
            try:
                armoured = self._repository.read(tree[f"{name}.sig"].id, "blob")
                yield parse_statement(data), data, armoured
            except (ValueError, KeyError) as error:
                raise TamperedError(
                    f"Statement {folder}/acts/{name} is not in the register's form; run `equipoise audit`."
                ) from error

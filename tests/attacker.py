"""Someone who can write to the repository and knows the register's form as well as its authors.

They take the line of entries apart into acts, change what they like, and put it together again:
listings, digests, links, trees and trailers made anew, and every statement and entry signed for
which they hold a key. What they cannot sign keeps the signature it had.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from flows.domain.decide import decide, idempotency_key
from flows.domain.errors import PitError, UnfitSignatureError
from flows.domain.policy import SERVICE
from flows.register import entry as entries
from flows.register import signature, statement
from flows.register.entry import entry_for
from flows.register.line import Line
from flows.register.objects import object_id
from flows.register.repository import BRANCH, Repository
from flows.register.roster import FILES, parse_policy
from flows.register.statement import POLICY, RECORDS, Link, Statement, mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from flows.domain.case import Case
    from flows.domain.policy import Policy
    from flows.register.signature import Signer

FILE = b"100644"


@dataclass(frozen=True)
class Odd:
    """Something else than a plain file: its mode and content, or the id it points at."""

    mode: bytes
    content: bytes = b""
    id: str | None = None


Content = bytes | Odd


def as_it_is(data: bytes) -> bytes:
    return data


@dataclass
class Step:
    """One entry taken apart.

    Attributes:
        said: The statement; number, previous, files and key are made anew.
        armoured: The signature it had.
        changes: Full paths of what it adds, its statement and signature left out.
        removed: Full paths of what it takes away.
        signed_as: Whose key signs the statement, if not the actor's.
        namespace: In which it signs.
        entry_key: Whose key signs the entry.
        keep: Fields of the statement that are not made anew.
        edit_statement: Applied to the statement's bytes before they are signed.
        entry: Fields of the entry that replace the true ones.
        edit_payload: Applied to the commit before it is signed.
        edit_raw: Applied to the commit after.
    """

    said: Statement
    armoured: str
    folder: str
    committed: int
    changes: dict[str, Content]
    removed: set[str] = field(default_factory=set)
    signed_as: str | None = None
    namespace: bytes = signature.STATEMENT
    entry_key: str | None = SERVICE
    keep: frozenset[str] = frozenset()
    edit_statement: Callable[[bytes], bytes] = as_it_is
    entry: dict[str, Any] = field(default_factory=dict)
    edit_payload: Callable[[bytes], bytes] = as_it_is
    edit_raw: Callable[[bytes], bytes] = as_it_is

    def act(self, **changes: Any) -> None:
        """Change the act this step records."""
        self.said = replace(self.said, act=replace(self.said.act, **changes))


@dataclass
class _Chain:
    number: int = 0
    last: Link | None = None
    entry: str | None = None
    case: Case | None = None


class Attacker:
    """Takes a repository apart, and puts it together again."""

    def __init__(self, repository: Path, keys: Mapping[str, Signer]) -> None:
        self.repository = repository
        self.keys = keys
        """The private keys the attacker holds, by name."""
        self.origins: tuple[str, ...] = ()
        """Where passkeys may have signed."""
        self.steps = _apart(repository)
        self._stored: dict[tuple[str, bytes], str] = {}

    def step(self, case: str, act: str) -> Step:
        """Return the step of one act, as ``0004-approve`` of ``C/1``."""
        return next(s for s in self.steps if s.said.act.case == case and s.said.label == act)

    def of(self, case: str) -> list[Step]:
        return [step for step in self.steps if step.said.act.case == case]

    def listing(self) -> dict[str, Content]:
        """Return every file that stands in the register, by its full path."""
        whole: dict[str, Content] = {}
        for step in self.steps:
            own = f"{step.folder}/{step.said.path}"
            whole |= {**step.changes, own: step.said.to_bytes(), f"{own}.sig": step.armoured.encode()}
        return whole

    def folder_of(self, files: Mapping[str, Content]) -> str:
        """Write a folder with these files; return its id."""
        return self._write_tree(files)

    def after(self, step: Step, new: Step) -> Step:
        self.steps.insert(self.steps.index(step) + 1, new)
        return new

    def another(self, like: Step, **changes: Any) -> Step:
        """Return a step like one there is, its act changed."""
        new = replace(like, changes={}, removed=set(), entry={}, keep=frozenset())
        new.act(**changes)
        return new

    def together(self) -> None:
        """Write the line anew and move the branch to it."""
        tip: str | None = None
        previous_entry: str | None = None
        tree: dict[str, Content] = {}
        chains: dict[str, _Chain] = {}
        policies: dict[int, Policy] = {}
        for number, step in enumerate(self.steps, start=1):
            chain = chains.setdefault(step.folder, _Chain())
            for path in step.removed:
                tree = {p: c for p, c in tree.items() if p != path and not p.startswith(path + "/")}
            tree.update(step.changes)
            said = self._linked(step, chain, tree)
            data = step.edit_statement(said.to_bytes())
            armoured = self._signed(step, data)
            tree[f"{step.folder}/{said.path}"] = data
            tree[f"{step.folder}/{said.signature_path}"] = armoured.encode()
            entry = entry_for(
                said,
                digest=hashlib.sha256(data).hexdigest(),
                tree=self._write_tree(tree),
                parent=tip,
                previous_entry=previous_entry,
                case_previous=chain.entry,
                sequence=number,
                committed=step.committed,
            )
            payload = step.edit_payload(replace(entry, **step.entry).to_bytes())
            raw = payload
            if step.entry_key:
                armoured_entry = self.keys[step.entry_key].sign(payload, signature.ENTRY)
                raw = entries.with_signature(payload, armoured_entry)
            raw = step.edit_raw(raw)
            tip = self.store("commit", raw)
            previous_entry = hashlib.sha256(raw).hexdigest()
            chains[step.folder] = _Chain(
                number=said.number,
                last=Link(statement=mark(data).sha256, signature=mark(armoured.encode()).sha256),
                entry=tip,
                case=_decided(chain, said, policies),
            )
            if step.folder == POLICY:
                _learn(tree, policies)
        (self.repository / BRANCH).parent.mkdir(parents=True, exist_ok=True)
        (self.repository / BRANCH).write_text(f"{tip}\n")

    def store(self, kind: str, content: bytes) -> str:
        """Write a loose object, the first time it is asked for."""
        id_ = self._stored.get((kind, content))
        if id_ is None:
            id_ = self._stored[kind, content] = object_id(kind, content)
            folder = f"{self.repository}/objects/{id_[:2]}"
            with suppress(FileExistsError):
                os.mkdir(folder)  # noqa: PTH102 - a path for each of so many would take longer than to write
            with suppress(FileExistsError), open(f"{folder}/{id_[2:]}", "xb") as loose:  # noqa: PTH123 - as above
                loose.write(zlib.compress(b"%s %d\0%s" % (kind.encode(), len(content), content), 1))
        return id_

    def _linked(self, step: Step, chain: _Chain, tree: Mapping[str, Content]) -> Statement:
        prefix = f"{step.folder}/"
        listed = {
            path.removeprefix(prefix): mark(content)
            for path, content in tree.items()
            if path.startswith(prefix) and isinstance(content, bytes)
        }
        act = step.said.act
        if "files" not in step.keep:
            act = replace(act, files={path: m for path, m in listed.items() if not path.startswith(RECORDS)})
        said = replace(step.said, act=act, number=chain.number + 1, previous=chain.last)
        said = replace(said, key=idempotency_key(act, chain.case))
        kept = {name: getattr(step.said, name) for name in step.keep - {"files"}}
        return replace(said, **kept)

    def _signed(self, step: Step, data: bytes) -> str:
        name = step.signed_as or step.said.act.actor
        try:
            signature.verify(step.armoured, data, signature.STATEMENT, origins=self.origins)
        except UnfitSignatureError:
            pass
        else:
            if step.signed_as is None and step.namespace == signature.STATEMENT:
                return step.armoured
        if name not in self.keys:
            return step.armoured
        return self.keys[name].sign(data, step.namespace)

    def _write_tree(self, files: Mapping[str, Content]) -> str:
        here: list[tuple[bytes, bytes, bytes, str]] = []
        below: dict[str, dict[str, Content]] = {}
        for path, content in files.items():
            name, _, rest = path.partition("/")
            if rest:
                below.setdefault(name, {})[rest] = content
                continue
            odd = content if isinstance(content, Odd) else Odd(FILE, content)
            here.append((name.encode(), name.encode(), odd.mode, odd.id or self.store("blob", odd.content)))
        for name, inner in below.items():
            here.append((f"{name}/".encode(), name.encode(), b"40000", self._write_tree(inner)))
        return self.store(
            "tree",
            b"".join(b"%s %s\0%s" % (mode, name, bytes.fromhex(id_)) for _, name, mode, id_ in sorted(here)),
        )


_TAKEN_APART: dict[str, tuple[Step, ...]] = {}
"""By the id of the newest entry: most attacks begin with the same line."""


def _apart(path: Path) -> list[Step]:
    repository = Repository(path)
    try:
        tip = repository.tip() or ""
        steps = _TAKEN_APART.get(tip) or _TAKEN_APART.setdefault(tip, tuple(_taken_apart(repository)))
    finally:
        repository.close()
    return [replace(step, changes={**step.changes}, removed=set(), entry={}) for step in steps]


def _taken_apart(repository: Repository) -> Iterable[Step]:
    line = Line(repository)
    recorded = [*line.back_from(repository.tip())][::-1]
    before: dict[str, str] = {}
    for found in recorded:
        files = _files(line, found.entry.tree)
        folder = line.changed_folder(found)
        base = f"{folder}/acts/{found.entry.act}.json"
        own = {base, f"{base}.sig"}
        yield Step(
            said=statement.parse(repository.read(files[base], "blob")),
            armoured=repository.read(files[f"{base}.sig"], "blob").decode(),
            folder=folder,
            committed=found.entry.committed,
            changes={
                path: repository.read(id_, "blob")
                for path, id_ in files.items()
                if before.get(path) != id_ and path not in own
            },
        )
        before = files


def _files(line: Line, tree: str, prefix: str = "") -> dict[str, str]:
    files: dict[str, str] = {}
    for name, node in line.tree(tree).items():
        if node.folder:
            files |= _files(line, node.id, f"{prefix}{name}/")
        else:
            files[prefix + name] = node.id
    return files


def _decided(chain: _Chain, said: Statement, policies: Mapping[int, Policy]) -> Case | None:
    # Only to give later acts the key their place would give them.
    if said.act.case == POLICY:
        return None
    try:
        return decide(chain.case, said.act, policies[max(policies)])
    except (PitError, ValueError):
        return chain.case


def _learn(tree: Mapping[str, Content], policies: dict[int, Policy]) -> None:
    there = {name: content for name in FILES if isinstance(content := tree.get(f"{POLICY}/{name}"), bytes)}
    with suppress(ValueError):
        policy = parse_policy(there)
        policies[policy.version] = policy

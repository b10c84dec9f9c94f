"""Every parser that reads what an attacker may write: what it is tried on, and what it may answer with."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tomllib
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from asn1crypto import tsp
from authenticator import ORIGIN, EdSecurityKey, Passkey, SecurityKey
from joserfc import jwt
from joserfc.jwk import RSAKey
from mutating import (
    changed,
    within_base64,
    within_bundle,
    within_json,
    within_streams,
    within_zip,
    within_zlib,
)
from pyhanko.sign.timestamps import TimeStamper

from flows.casework import proof, texts, witnesses
from flows.casework.evidence_pack import archive, carry
from flows.casework.letterhead_file import letterhead_of
from flows.casework.papers import check
from flows.casework.provider import Provider
from flows.casework.stated import read_stated
from flows.desk.web import sign_on
from flows.document import publication
from flows.document.blocks import parse_document
from flows.document.crest import crest_faults, redrawn
from flows.document.inspection.paper import named_reference, read_paper
from flows.document.markdown import normalise
from flows.document.signing import pades
from flows.document.signing.credential import Roots, certificates_in
from flows.document.theme_file import theme_of
from flows.domain.acts import OPEN
from flows.domain.documents import REQUEST
from flows.domain.errors import (
    MalformedError,
    NotCosignedError,
    PitError,
    RefusedError,
    RegisterError,
    TamperedError,
    UnfitSignatureError,
)
from flows.domain.policy import parse_origin, parse_person
from flows.domain.reference import parse_reference
from flows.domain.request_file import parse_request_file
from flows.domain.theme import Crest
from flows.home import Home
from flows.register import (
    canonical,
    consent,
    graph,
    handing_out,
    merkle,
    mirror,
    passkey,
    roster,
    signature,
    statement,
)
from flows.register.checkpoint import parse_checkpoint
from flows.register.content import check_content
from flows.register.entry import without_signature
from flows.register.evidence import Evidence
from flows.register.extract import extract
from flows.register.kinds import parse_key, parse_public
from flows.register.note import (
    NoteKey,
    SignatureType,
    cosign,
    parse_lines,
    parse_note,
    parse_note_key,
    when_cosigned,
)
from flows.register.objects import LooseStore, has_tricky_name, object_id, parse_tree
from flows.register.packs import Objects
from flows.register.reading import parse_commit
from flows.register.report import FoundError
from flows.register.repository import Repository, branch_of, packed_refs
from flows.register.shape import shape
from flows.register.signature import CONSENT, STATEMENT, FileSigner
from flows.register.webauthn import unurl64
from flows.register.witness import Witness
from flows.release.kinds import look as look_for_hidden
from flows.sources.item import look as look_at_item
from flows.sources.parse import parse_assessment, parse_records, parse_request
from flows.sources.strict_yaml import scan
from flows.sources.yaml_edit import edited
from flows.vault.keys import Vault
from flows.vault.wrapping import unlocked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from random import Random

    Mutator = Callable[[bytes, Random, Sequence[bytes]], bytes]

ROOT: Final = Path(__file__).parents[2]
NOW: Final = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parser:
    """One parser.

    Attributes:
        seeds: Returns good inputs.
        read: Reads one input.
        ours: With what it may refuse.
        share: How many inputs of all it gets, beside the others.
        spoil: How inputs are spoilt, beside anywhere.
    """

    seeds: Callable[[], Sequence[bytes]]
    read: Callable[[bytes], object]
    ours: tuple[type[BaseException], ...]
    share: float
    spoil: tuple[Mutator, ...] = ()


PARSERS: Final[dict[str, Parser]] = {}


def parser(
    name: str,
    seeds: Callable[[], Sequence[bytes]],
    *ours: type[BaseException],
    share: float,
    spoil: tuple[Mutator, ...] = (),
) -> Callable[[Callable[[bytes], object]], Callable[[bytes], object]]:
    """Enter a parser in the table."""

    def enter(read: Callable[[bytes], object]) -> Callable[[bytes], object]:
        assert name not in PARSERS
        PARSERS[name] = Parser(seeds=seeds, read=read, ours=ours, share=share, spoil=spoil)
        return read

    return enter


# What is spoilt -----------------------------------------------------------------------------------


_SCRATCH: Final = TemporaryDirectory(prefix="equipoise-fuzz-")


def scratch() -> Path:
    """Return a folder of this run."""
    return Path(_SCRATCH.name)


@cache
def golden() -> Path:
    """Return the golden register, unpacked."""
    folder = scratch() / "golden.git"
    bundle = ROOT / "tests/golden/register.bundle"
    subprocess.run(["git", "clone", "--quiet", "--bare", str(bundle), str(folder)], check=True)
    return folder


def _git(*arguments: str, given: bytes = b"") -> bytes:
    command = ["git", "-C", str(golden()), *arguments]
    return subprocess.run(command, input=given, check=True, capture_output=True).stdout


@cache
def objects(kind: str) -> tuple[bytes, ...]:
    """Return some objects of the golden register of one kind."""
    rows = _git("cat-file", "--batch-all-objects", "--batch-check").decode().splitlines()
    ids = [row.split()[0] for row in rows if row.split()[1] == kind]
    return tuple(_git("cat-file", kind, id_) for id_ in ids[:: max(1, len(ids) // 40)])


@cache
def files(ending: str, under: str = "cases") -> tuple[bytes, ...]:
    """Return the files of the golden register with that ending, some of them."""
    names = _git("ls-tree", "-r", "--name-only", "main", under).decode().splitlines()
    found = [name for name in names if name.endswith(ending)]
    return tuple(_git("show", f"main:{name}") for name in found[:: max(1, len(found) // 20)])


def _policy() -> tuple[bytes, ...]:
    return tuple(_git("show", f"main:policy/{name}") for name in roster.FILES)


@cache
def signer() -> FileSigner:
    """Return a signer with a key of this run."""
    signature.generate(scratch() / "key")
    return signature.load(scratch() / "key")


@cache
def _signatures() -> tuple[bytes, ...]:
    devices = (signer(), EdSecurityKey(), SecurityKey(), Passkey())
    return tuple(each.sign(b"said", STATEMENT).encode() for each in devices)


def _keys() -> tuple[bytes, ...]:
    return tuple(
        each.encode()
        for each in (signer().public, EdSecurityKey().public, SecurityKey().public, Passkey().public)
    )


def _cases(name: str) -> Callable[[], tuple[bytes, ...]]:
    return lambda: tuple(path.read_bytes() for path in sorted((ROOT / "cases").glob(f"*/{name}")))


def _examples(module: str, name: str) -> Callable[[], Any]:
    """Return a function of the tests of another folder that makes a good file."""

    def made() -> Any:
        sys.path.append(str(ROOT / "tests/release"))
        return getattr(importlib.import_module(module), name)

    return made


# The register -------------------------------------------------------------------------------------


@parser("canonical JSON", lambda: (*_policy(), *files(".json")), ValueError, share=40, spoil=(within_json,))
def _(data: bytes) -> None:
    canonical.load(data)


@parser(
    "statement",
    lambda: files(".json", "cases") + files(".json", "policy/acts"),
    ValueError,
    share=40,
    spoil=(within_json,),
)
def _(data: bytes) -> None:
    said = statement.parse(data)
    assert said.to_bytes() == data


@parser("entry", lambda: objects("commit"), FoundError, share=50, spoil=(within_base64,))
def _(data: bytes) -> None:
    entry, payload, _ = parse_commit(data, "entry 1")
    assert entry.to_bytes() == payload


@parser("header of a signature", lambda: objects("commit"), ValueError, share=10)
def _(data: bytes) -> None:
    without_signature(data)


@parser("tree", lambda: objects("tree"), ValueError, share=40)
def _(data: bytes) -> None:
    has_tricky_name(data)
    parse_tree(data)


@parser("signature", _signatures, UnfitSignatureError, share=40, spoil=(within_base64, within_base64))
def _(data: bytes) -> None:
    signature.verify(data.decode("ascii", "replace"), b"said", STATEMENT, origins=(ORIGIN,))


@parser("public key", _keys, MalformedError, share=40, spoil=(within_base64, within_base64))
def _(data: bytes) -> None:
    parse_public(data.decode("utf-8", "replace"))


@parser("listed key", _keys, ValueError, share=20, spoil=(within_base64,))
def _(data: bytes) -> None:
    parse_key(data.decode("utf-8", "replace"))


_SEPARATOR: Final = b"\0\0part\0\0"
_POLICY_FILES: Final = roster.FILES


def _whole_policy() -> tuple[bytes, ...]:
    return (_SEPARATOR.join(_policy()),)


def _one_of_policy(data: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    parts = data.split(_SEPARATOR)
    at = random.randrange(len(parts))
    parts[at] = random.choice((within_json, within_base64, changed))(parts[at], random, parts)
    return _SEPARATOR.join(parts)


@parser("policy", _whole_policy, ValueError, share=40, spoil=(_one_of_policy,) * 4)
def _(data: bytes) -> None:
    parts = data.split(_SEPARATOR)
    roster.parse_policy(dict(zip(_POLICY_FILES, parts, strict=False)))


@cache
def _consents() -> tuple[bytes, ...]:
    parsed = [statement.parse(each) for each in files(".json", "policy/acts")]
    return tuple(consent.Consent(register=each.register, act=each.act).to_bytes() for each in parsed)


@parser("consent", _consents, ValueError, share=30, spoil=(within_json,))
def _(data: bytes) -> None:
    consent.parse(data, NOW)


@cache
def _asked() -> tuple[Passkey, str, str]:
    key = Passkey()
    challenge = passkey.challenge(b"said", CONSENT)
    return key, key.made(challenge), key.assertion(challenge)


@parser(
    "passkey that was made",
    lambda: (_asked()[1].encode(),),
    PitError,
    share=30,
    spoil=(within_json, within_base64),
)
def _(data: bytes) -> None:
    asked = unurl64(passkey.challenge(b"said", CONSENT))
    passkey.enrolled(data.decode("utf-8", "replace"), asked, origins=(ORIGIN,))


@parser(
    "passkey's answer",
    lambda: (_asked()[2].encode(),),
    PitError,
    share=30,
    spoil=(within_json, within_base64),
)
def _(data: bytes) -> None:
    passkey.signed(data.decode("utf-8", "replace"), _asked()[0].public, b"said", CONSENT, origins=(ORIGIN,))


@cache
def witness() -> Witness:
    """Return a witness that knows the log of the golden register's notes, as if the key were ours."""
    made = Witness.create(scratch() / "witness", "witness.example.org/foi")
    made.trust(parse_note_key(_log_key()))
    return made


@cache
def _tree() -> merkle.Tree:
    tree = merkle.Tree()
    tree.extend(bytes([number]) * 32 for number in range(9))
    return tree


def _log_key() -> str:
    from flows.register.checkpoint import log_key  # noqa: PLC0415 - beside its use

    return str(log_key("a" * 32, signer().public))


@cache
def _notes() -> tuple[bytes, ...]:
    from flows.register.checkpoint import head_of, write_checkpoint  # noqa: PLC0415 - beside its use

    note = write_checkpoint(head_of(_tree(), "a" * 32, "08" * 32), signer())
    golden_note = json.loads((ROOT / "tests/golden/expected.json").read_text(encoding="utf-8"))["checkpoint"]
    return note.encode(), golden_note.encode()


@parser("checkpoint", _notes, ValueError, share=40, spoil=(within_base64,))
def _(data: bytes) -> None:
    parse_checkpoint(data.decode("utf-8", "replace"))


@parser("note and its cosignatures", _notes, ValueError, share=20, spoil=(within_base64,))
def _(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    note = parse_note(text)
    when_cosigned(note, parse_note_key(_log_key()))


@parser(
    "lines of witnesses",
    lambda: tuple(each.partition(b"\n\n")[2] for each in _notes()),
    ValueError,
    share=20,
    spoil=(within_base64,),
)
def _(data: bytes) -> None:
    parse_lines(data.decode("utf-8", "replace"))


@parser("key of a note", lambda: (_log_key().encode(),), ValueError, share=20, spoil=(within_base64,))
def _(data: bytes) -> None:
    parse_note_key(data.decode("utf-8", "replace"))


@cache
def _requests_to_cosign() -> tuple[bytes, ...]:
    from base64 import b64encode  # noqa: PLC0415 - beside its use

    proof_ = "".join(f"{b64encode(each).decode()}\n" for each in _tree().consistency(5, 9))
    note = _notes()[0].decode()
    return f"old 0\n\n{note}".encode(), f"old 5\n{proof_}\n{note}".encode()


@parser("request to a witness", _requests_to_cosign, NotCosignedError, share=6, spoil=(within_base64,))
def _(data: bytes) -> None:
    witness().add(data.decode("utf-8", "replace"), NOW)


@parser("proof", lambda: (b"".join(_tree().consistency(5, 9)), b"".join(_tree().inclusion(3, 9))), share=30)
def _(data: bytes) -> None:
    path = [data[at : at + 32] for at in range(0, len(data), 32)]
    for old, size in ((5, 9), (8, 9), (0, 9), (9, 9), (10, 9)):
        root, older = _tree().root(9), _tree().root(min(old, 9))
        good = path == _tree().consistency(old, size) if 0 <= old <= size else False
        assert merkle.proves_consistency(old, older, size, root, path) is good
    merkle.proves_inclusion(b"\3" * 32, 3, 9, path, _tree().root(9))


@parser("what a case's files are", lambda: files("request.md") + files(".age"), FoundError, share=30)
def _(data: bytes) -> None:
    said = next(each for each in map(statement.parse, files(".json")) if each.act.kind == OPEN)
    for path in (REQUEST, "sealed/0001-open.age"):
        check_content(said.act, {path: data}, "entry 1")


@parser("request.md", lambda: files("request.md"), MalformedError, share=30)
def _(data: bytes) -> None:
    parse_request_file(data.decode("utf-8", "replace"))


@cache
def _repository() -> Path:
    folder = scratch() / "own.git"
    Repository.create(folder).close()
    (folder / "objects/info").mkdir()
    return folder


def _in_repository(name: str) -> Callable[[bytes], Path]:
    def put(data: bytes) -> Path:
        (_repository() / name).write_bytes(data)
        return _repository()

    return put


@parser(
    "settings of a repository",
    lambda: ((golden() / "config").read_bytes(), (_repository() / "config").read_bytes()),
    share=10,
)
def _(data: bytes) -> None:
    list(shape(_in_repository("config")(data)))


@parser("list of packed refs", lambda: ((golden() / "packed-refs").read_bytes(),), share=10)
def _(data: bytes) -> None:
    repository = _in_repository("packed-refs")(data)
    packed_refs(repository)
    branch_of(repository)
    list(shape(repository))


@parser("branch", lambda: (b"a" * 40 + b"\n",), share=5)
def _(data: bytes) -> None:
    repository = _in_repository("HEAD")(data)
    branch_of(repository)
    list(shape(repository))


@cache
def _line() -> tuple[str, ...]:
    return tuple(_git("rev-list", "--reverse", "main").decode().split())


@cache
def _evidence() -> Evidence:
    return Evidence(Objects(golden()))


@cache
def _graphs() -> tuple[bytes, ...]:
    _git("commit-graph", "write", "--reachable")
    return ((golden() / "objects/info/commit-graph").read_bytes(),)


@parser("commit-graph", _graphs, share=8)
def _(data: bytes) -> None:
    # Not among the golden register's own: plain git believes it, and dies of some.
    repository = _in_repository("objects/info/commit-graph")(data)
    list(graph.shown_elsewhere(repository, _line, _evidence()))


@cache
def _loose() -> LooseStore:
    (scratch() / "loose/aa").mkdir(parents=True)
    return LooseStore(scratch() / "loose")


def _packed_objects() -> tuple[bytes, ...]:
    return tuple(
        zlib.compress(f"{kind} {len(each)}\0".encode() + each, 1)
        for kind in ("commit", "tree", "blob")
        for each in objects(kind)[:5]
    )


@parser("loose object", _packed_objects, TamperedError, share=20, spoil=(within_zlib,))
def _(data: bytes) -> None:
    (_loose().folder / "aa" / ("a" * 38)).write_bytes(data)
    _loose().read("a" * 40)


@cache
def _pack() -> tuple[Path, bytes, bytes, str]:
    (index,) = (golden() / "objects/pack").glob("*.idx")
    pack = index.with_suffix(".pack")
    return index, index.read_bytes(), pack.read_bytes(), _line()[3]


def _packs() -> tuple[bytes, ...]:
    _, index, pack, _ = _pack()
    return index, pack


@parser("pack and its index", _packs, RegisterError, TamperedError, share=2)
def _(data: bytes) -> None:
    # The first bytes say which of the two it is; git reads both, in a process of its own.
    _, index, pack, id_ = _pack()
    folder = scratch() / "packs.git/objects/pack"
    folder.mkdir(parents=True, exist_ok=True)
    is_index = data[:4] == index[:4]
    for name, content in {"idx": data if is_index else index, "pack": pack if is_index else data}.items():
        (folder / f"pack-{'a' * 40}.{name}").write_bytes(content)
    found = Objects(scratch() / "packs.git")
    try:
        for each in (id_, object_id("blob", b""), _line()[-1]):
            read = found.read(each)
            assert read is None or object_id(*read) == each
    finally:
        found.close()


# What the second reader reads, which shares nothing with the above ---------------------------------


@cache
def second() -> Any:
    """Return docs/second_audit.py as a module."""
    spec = importlib.util.spec_from_file_location("second_audit_to_spoil", ROOT / "docs/second_audit.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    # Every signature fits, so that what is spoilt gets past it to what reads it.
    module.keygen = lambda *_: True  # type: ignore[attr-defined] # of another program
    return module


class _Said:
    """The objects of a register, of which one is another: what the second reader asks git for."""

    def __init__(self, id_: str, kind: str, data: bytes) -> None:
        self._id, self._kind, self._data = id_, kind, data

    def read(self, id_: str, kind: str) -> bytes:
        if (id_, kind) == (self._id, self._kind):
            return self._data
        there = _objects_of_line().get(id_)
        if there is None or there[0] != kind:
            raise second().FailError("E_MISSING", "It is not there.")
        return there[1]

    def has(self, id_: str) -> bool:
        return id_ == self._id or id_ in _objects_of_line()


@cache
def _objects_of_line() -> dict[str, tuple[str, bytes]]:
    whole, at, found = _git("cat-file", "--batch-all-objects", "--batch"), 0, {}
    while at < len(whole):
        end = whole.index(b"\n", at)
        id_, kind, size = whole[at:end].decode().split()
        at = end + 1 + int(size) + 1
        found[id_] = (kind, whole[end + 1 : at - 1])
    return found


def _of_second(name: str) -> str:
    return f"second reader: {name}"


@parser(_of_second("entry"), lambda: objects("commit"), ValueError, share=30, spoil=(within_base64,))
def _(data: bytes) -> None:
    with _refusing():
        second().parse_entry("a" * 40, data)


@contextmanager
def _refusing() -> Iterator[None]:
    """Let the second reader's own error count as one of ours."""
    try:
        yield
    except second().FailError as error:
        raise ValueError from error


@parser(_of_second("signature"), _signatures, ValueError, share=30, spoil=(within_base64, within_base64))
def _(data: bytes) -> None:
    with _refusing():
        found = second().parse_signature(data.decode("ascii", "replace"))
        second().sound(found.public)


@parser(_of_second("listed key"), _keys, share=20, spoil=(within_base64, within_base64))
def _(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    if second().sound(text):
        second().point(text)


@parser(_of_second("policy"), _whole_policy, ValueError, share=1, spoil=(_one_of_policy,) * 4)
def _(data: bytes) -> None:
    parts = data.split(_SEPARATOR)
    parts += [b""] * (len(_POLICY_FILES) - len(parts))
    register = json.loads(_policy()[_POLICY_FILES.index("roster.json")])["register"]
    with _refusing():
        second().parse_policy(dict(zip(_POLICY_FILES, parts, strict=False)), register)


@parser(
    _of_second("statement"),
    lambda: files(".json", "cases") + files(".json", "policy/acts"),
    ValueError,
    share=20,
    spoil=(within_json,),
)
def _(data: bytes) -> None:
    with _refusing():
        second().Audit._form(second().unjson(data, "E_STATEMENT"))


@parser(_of_second("tree"), lambda: objects("tree"), ValueError, share=20)
def _(data: bytes) -> None:
    with _refusing():
        second().Audit(_Said("a" * 40, "tree", data))._files("a" * 40)


@parser(_of_second("request.md"), lambda: files("request.md"), ValueError, share=10)
def _(data: bytes) -> None:
    said = {"act": "open", "case": "G/1", "details": {"received": "2026-11-02", "regime": "foia"}}
    with _refusing():
        second().check_request(said, data.decode("utf-8", "replace"))
    second().is_sealed(data)


@parser(_of_second("checkpoint"), _notes, share=4, spoil=(within_base64,))
def _(data: bytes) -> None:
    audit = second().Audit(_Said("", "", b""))
    audit.register, audit.heads = "a" * 32, [f"{number:02x}" * 32 for number in range(9)]
    audit.owners = {signer().public: "service"}
    second().checkpoint_of(audit, data.decode("utf-8", "replace"))


@parser(_of_second("files of a repository"), lambda: ((golden() / "packed-refs").read_bytes(),), share=10)
def _(data: bytes) -> None:
    for name in ("packed-refs", "HEAD", "config"):
        repository = _in_repository(name)(data)
        second().shape(repository)
        second().tip_of(repository)


@cache
def _acts_of_line() -> tuple[bytes, ...]:
    """Return blobs and folders of the line, each after its id: any one is spoilt where it stands."""
    kept = ("blob", "tree")
    return tuple(
        f"{id_} {kind}\n".encode() + data
        for id_, (kind, data) in _objects_of_line().items()
        if kind in kept and len(data) < 1 << 14
    )


@parser(_of_second("a whole line with one object spoilt"), _acts_of_line, share=1)
def _(data: bytes) -> None:
    head, _, content = data.partition(b"\n")
    id_, _, kind = head.decode("ascii", "replace").partition(" ")
    audit = second().Audit(_Said(id_, kind, content))
    audit.read(_line()[-1])


# Evidence packs, bundles, and what git asks --------------------------------------------------------


@cache
def _evidence_pack() -> tuple[bytes, ...]:
    made = carry(_taken(_line()[-1], {}), None)
    return (archive({name: data for name, data in made.items() if name != "case.html"}, NOW),)


class _Spoilt:
    """A register of which the newest entry, or what that leads to, is another; each under its own name."""

    def __init__(self, tip: str, more: dict[str, tuple[str, bytes]]) -> None:
        self._tip, self._more = tip, more

    def tip(self) -> str:
        return self._tip

    def read(self, id_: str, kind: str) -> bytes:
        found = self._more.get(id_) or _objects_of_line().get(id_)
        if found is None or found[0] != kind:
            raise RegisterError("An object is missing.")
        return found[1]


@cache
def _folder_of(name: str) -> str:
    listed = _git("ls-tree", "-r", "-d", "--name-only", "main").decode().split("\n")
    return next(path for path in listed if path.endswith(f"/{name}"))


def _taken(tip: str, more: dict[str, tuple[str, bytes]]) -> Any:
    return extract(_Spoilt(tip, more), "G/3", _folder_of("G-3"))  # type: ignore[arg-type] # what it asks


@parser("case taken out", lambda: objects("commit") + objects("tree"), RegisterError, ValueError, share=1)
def _(data: bytes) -> None:
    kind = "commit" if data.startswith(b"tree ") and b"\0" not in data[:64] else "tree"
    made = {object_id(kind, data): (kind, data)}
    tip = object_id(kind, data)
    if kind == "tree":
        newest = _objects_of_line()[_line()[-1]][1]
        commit = b"tree " + tip.encode() + newest[45:]
        tip = object_id("commit", commit)
        made[tip] = ("commit", commit)
    carry(_taken(tip, made), None)


@parser(_of_second("evidence pack"), _evidence_pack, share=0.1, spoil=(within_zip,) * 4)
def _(data: bytes) -> None:
    pack = scratch() / "pack.zip"
    pack.write_bytes(data)
    second().run(pack)


@cache
def _bundles() -> tuple[bytes, ...]:
    copy = scratch() / "short.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", str(golden()), str(copy)], check=True)
    for call in (["update-ref", "refs/heads/main", _line()[3]], ["bundle", "create", "-q", "all", "main"]):
        subprocess.run(["git", *call], cwd=copy, check=True)
    return ((copy / "all").read_bytes(),)


@parser("bundle", _bundles, PitError, share=0.05, spoil=(within_bundle,) * 4)
def _(data: bytes) -> None:
    bundle, copy = scratch() / "all.bundle", scratch() / "copy.git"
    bundle.write_bytes(data)
    shutil.rmtree(copy, ignore_errors=True)
    mirror.mirror(str(bundle), copy, mirror.Verifier(check_brought=check, pin=None, now=NOW))


_WANTS: Final = b"0014command=fetch0001000dofs-delta0032want %s\n0009done\n0000"


@parser(
    "what git fetch asks",
    lambda: (_WANTS % _line()[-1].encode(), b"0014command=ls-refs\n0000"),
    RegisterError,
    share=0.3,
)
def _(data: bytes) -> None:
    handing_out.fetched(golden(), data, second=True)
    handing_out.fetched(golden(), data, second=False)


# What witnesses say, and what names them -----------------------------------------------------------


@parser(
    "answer of a witness",
    lambda: (str(cosign(_notes()[0].decode().partition("\n\n")[0] + "\n", "w", signer(), NOW)).encode(),),
    share=20,
    spoil=(within_base64,),
)
def _(data: bytes) -> None:
    key = NoteKey(name="w", type=SignatureType.COSIGNATURE, public=signer().point)
    for status in (200, 409):
        answer = witnesses.Answer(status=status, body=data.decode("utf-8", "replace"))
        witnesses.size_in(answer)
        witnesses.cosignature_in(answer, parse_note(_notes()[0].decode()), key)


def _named_witness() -> tuple[bytes, ...]:
    key = NoteKey(name="w", type=SignatureType.COSIGNATURE, public=signer().point)
    return (f'[[witness]]\naddress = "https://w.example"\nkey = "{key}"\n'.encode(),)


@parser("witnesses.toml", _named_witness, MalformedError, share=10, spoil=(within_base64,))
def _(data: bytes) -> None:
    home = Home(scratch())
    home.witnesses.write_bytes(data)
    witnesses.read_witnesses(home)


# What people hand in ------------------------------------------------------------------------------


@parser("request.yaml", _cases("request.yaml"), MalformedError, share=6)
def _(data: bytes) -> None:
    parse_request(data, rules=texts.RULES)


@parser("assessment.yaml", _cases("assessment.yaml"), MalformedError, share=3)
def _(data: bytes) -> None:
    parse_assessment(data, rules=texts.RULES)


_RECORDS: Final = b"""\
reference: 1146A/22
records:
- number: 1
  description: a patrol plan
  pages: 3
  status: released
  file: plan.pdf
- number: 2
  description: a note of a meeting
  pages: 2
  status: withheld
  exemptions:
  - pages: 1-2
    provision: 31(1)(a)
"""


@parser("records.yaml", lambda: (_RECORDS,), MalformedError, share=6)
def _(data: bytes) -> None:
    parse_records(data, rules=texts.RULES)


@parser(
    "strict YAML",
    lambda: (*_cases("request.yaml")(), *_cases("assessment.yaml")(), _RECORDS),
    MalformedError,
    share=10,
)
def _(data: bytes) -> None:
    scan(data, "file.yaml")


@parser("YAML that is edited", lambda: (_RECORDS, *_cases("request.yaml")()), MalformedError, share=4)
def _(data: bytes) -> None:
    found = scan(data, "file.yaml")
    if isinstance(found.content, dict) and not found.faults:
        edited(data.decode(), {**found.content, "title": "another"})


@cache
def _inbox() -> Path:
    folder = scratch() / "inbox/item"
    folder.mkdir(parents=True)
    return folder


@parser("item of the inbox", lambda: (*_cases("request.yaml")(), b"1146A/22\n"), MalformedError, share=6)
def _(data: bytes) -> None:
    for name in ("request.yaml", ".reference"):
        path = _inbox() / name
        path.write_bytes(data)
        os.utime(path, (0, 0))
    look_at_item(_inbox(), now=NOW.timestamp())


@parser("document.md", lambda: files("document.md") + files("response.md"), MalformedError, share=6)
def _(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    normalise(text)
    parse_document(text)


def _word_of(data: bytes) -> str:
    return data.decode("utf-8", "replace")


@parser(
    "reference, person and origin",
    lambda: (b"1146A/22", b"foi-officer", b"https://foi.example.gov.uk", b"2022-11-07"),
    MalformedError,
    share=20,
)
def _(data: bytes) -> None:
    refused = []
    for read in (parse_reference, parse_person, parse_origin):
        try:
            read(_word_of(data))
        except MalformedError as error:
            refused.append(error)
    if refused:
        raise refused[0]


_THEME: Final = b"""\
accent = "#1d4f91"
size = 11
signatory = "Head of Information"
[marking]
draft = "DRAFT"
published = ""
"""
_LETTERS: Final = (
    b'address = ["1 High Street", "Anytown"]\nemail = "foi@example.gov.uk"\ntelephone = "0300 1"\n'
)


def _toml(data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode())
    except (ValueError, RecursionError):
        return {}


@parser("theme", lambda: (_THEME,), MalformedError, share=4)
def _(data: bytes) -> None:
    theme_of(_toml(data), "theme.toml", lambda _: b"")


@parser("letterhead", lambda: (_LETTERS,), MalformedError, share=4)
def _(data: bytes) -> None:
    letterhead_of(_toml(data), "letters.toml")


@parser("crest", lambda: (_examples("other_files", "picture")()("PNG"),), MalformedError, share=6)
def _(data: bytes) -> None:
    list(crest_faults(Crest(image=redrawn(data), words="Arms", height=18)))


@cache
def _sealed() -> tuple[Any, bytes, str]:
    from flows.vault import keys  # noqa: PLC0415 - beside its use

    keys.create_wrapping_key(scratch() / "wrapping.key")
    key = unlocked(scratch() / "wrapping.key", scratch() / "opened.jsonl")
    vault = Vault(scratch() / "keys", key)
    recipient = vault.create()
    return vault, vault.seal(recipient, b"the request"), recipient


@parser("sealed file", lambda: (_sealed()[1],), RegisterError, share=6)
def _(data: bytes) -> None:
    vault, _, recipient = _sealed()
    vault.unseal(recipient, data)


# Papers and files to be released --------------------------------------------------------------------


def _small_pdf() -> bytes:
    made: bytes = _examples("other_files", "pdf")()()
    return made


@cache
def _papers() -> tuple[bytes, ...]:
    return files(".pdf")[:2]


@parser(
    "what a paper says", lambda: (*_papers(), _small_pdf()), MalformedError, share=3, spoil=(within_streams,)
)
def _(data: bytes) -> None:
    read_paper(data)


@parser(
    "what a paper states of the register",
    lambda: (_small_pdf(), b'<meta name="equipoise-checkpoint" content="equipoise/0 1 2">', *_papers()),
    share=3,
    spoil=(within_streams,),
)
def _(data: bytes) -> None:
    read_stated(data)


@parser("reference in a paper", lambda: (_small_pdf(), *_papers()), share=6, spoil=(within_streams,) * 3)
def _(data: bytes) -> None:
    named_reference(data)


@parser("digest of a paper", _papers, share=4)
def _(data: bytes) -> None:
    publication.content_digest(data)


@parser(
    "manifest", lambda: files("-22.json") + files("G-1.json"), MalformedError, share=20, spoil=(within_json,)
)
def _(data: bytes) -> None:
    publication._read_manifest(data)


@cache
def _signed_papers() -> tuple[bytes, ...]:
    import signing_office  # noqa: PLC0415 - a second, for signed papers alone

    from flows.document.signing.pades import sign  # noqa: PLC0415 - as above

    credential = signing_office.a_credential(scratch() / "credential")
    return (sign(_papers()[0], credential, signing_office.NOW),)


@parser("signed paper", _signed_papers, share=4, spoil=(within_streams,))
def _(data: bytes) -> None:
    assert not proof.weighed(data, None, Roots(papers=()), NOW, looked_up=False).passes


@cache
def _certificates() -> tuple[bytes, ...]:
    from flows.document.signing import throwaway  # noqa: PLC0415 - as above

    throwaway.make(scratch() / "roots", "Sample Authority", NOW)
    return tuple(each.read_bytes() for each in (scratch() / "roots").glob("*.pem"))


@parser("certificates", _certificates, MalformedError, share=10, spoil=(within_base64,))
def _(data: bytes) -> None:
    certificates_in(data, "roots.pem")


class _Answering(TimeStamper):
    """A time-stamp authority that answers what it is told."""

    def __init__(self, answer: bytes) -> None:
        super().__init__(include_nonce=False)  # type: ignore[no-untyped-call] # pyHanko has no types
        self._answer = answer

    async def async_request_tsa_response(self, req: Any) -> Any:  # noqa: ARG002 - as pyHanko asks
        return tsp.TimeStampResp.load(self._answer)


@cache
def _stamping() -> tuple[Any, bytes]:
    import signing_office  # noqa: PLC0415 - as above

    good, _ = signing_office.a_stamper()
    digest = hashlib.sha256(b"note").digest()
    _, asked = _Answering(b"").request_cms(digest, "sha256")  # type: ignore[no-untyped-call] # as above
    return signing_office.a_credential(scratch() / "stamping"), good.request_tsa_response(asked).dump()


@parser("answer of a time-stamp authority", lambda: (_stamping()[1],), RefusedError, share=8)
def _(data: bytes) -> None:
    pades.stamp(b"note", _stamping()[0], stamper=_Answering(data))


@cache
def _identity() -> tuple[dict[str, Any], bytes]:
    key = RSAKey.generate_key(2048, parameters={"kid": "1", "use": "sig"})
    claims = {
        "iss": "https://id.example.org",
        "aud": "desk",
        "sub": "a",
        "nonce": "n",
        "exp": 2**33,
        "iat": 1,
    }
    return {"keys": [key.as_dict(private=False)]}, jwt.encode(
        {"alg": "RS256", "kid": "1"}, claims, key
    ).encode()


@parser(
    "identity token", lambda: (_identity()[1],), RefusedError, share=4, spoil=(within_base64, within_base64)
)
def _(data: bytes) -> None:
    known = Provider(issuer="https://id.example.org", client="desk", secret="", claim="sub", people={})
    sign_on._claims(known, data.decode("utf-8", "replace"), _identity()[0], "n")


@parser(
    "keys of a provider",
    lambda: (json.dumps(_identity()[0]).encode(),),
    RefusedError,
    share=4,
    spoil=(within_json, within_base64),
)
def _(data: bytes) -> None:
    try:
        keys = json.loads(data)
    except (ValueError, RecursionError):
        return
    if isinstance(keys, dict):
        known = Provider(issuer="https://id.example.org", client="desk", secret="", claim="sub", people={})
        sign_on._claims(known, _identity()[1].decode(), keys, "n")


@parser(
    "lines of a push", lambda: (f"{'0' * 40} {'a' * 40} refs/heads/main".encode(),), RefusedError, share=10
)
def _(data: bytes) -> None:
    verifier = mirror.Verifier(check_brought=check, pin=None, now=NOW)
    mirror.check_push(data.decode("utf-8", "replace").splitlines(), golden(), None, verifier)


def _hidden(name: str, seeds: Callable[[], Sequence[bytes]], share: float, *spoil: Mutator) -> None:
    @parser(f"release check of {name}", seeds, share=share, spoil=spoil)
    def _(data: bytes) -> None:
        look_for_hidden(f"file.{name}", data, frozenset())


_hidden("pdf", lambda: (_small_pdf(),), 8, within_streams)
_hidden("docx", lambda: (_examples("office_files", "word")()(),), 8, within_zip, within_zip)
_hidden("xlsx", lambda: (_examples("office_files", "book")()(),), 8, within_zip, within_zip)
_hidden("odt", lambda: (_examples("office_files", "open_document")()(),), 8, within_zip, within_zip)
_hidden("png", lambda: (_examples("other_files", "picture")()("PNG"),), 8)
_hidden(
    "jpg",
    lambda: (
        _examples("other_files", "picture")()("JPEG"),
        _examples("other_files", "with_exif_thumbnail")()(),
    ),
    8,
)
_hidden("tif", lambda: (_examples("other_files", "picture")()("TIFF"),), 8)
_hidden("eml", lambda: (_examples("other_files", "mail")()("Subject: Plans", "From: a@example.org"),), 4)
_hidden("csv", lambda: (b"place,count\nMill Park,3\n", b"a;b\r\n=1+1;2\r\n"), 4)
_hidden("txt", lambda: (b"The patrols begin at nine.\n",), 4)

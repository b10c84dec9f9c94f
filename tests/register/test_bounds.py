"""Registers that are large, deep or without end: what they cost whoever reads one is bounded.

Each is audited, and opened by the service, in a process of its own with little memory and little time.
"""

from __future__ import annotations

import hashlib
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from register_builders import audited
from sampling import spread
from test_shape import BRANCH, everything, git, instead, put

from flows.register.objects import LARGEST, LooseStore, object_id

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS: Final = 120
MEMORY: Final = 700 << 20
_MEBIBYTE: Final = 1 << 20
"""Bytes; half of it is the program and what it maps."""
READS: Final = """
import json, resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
sys.path.insert(0, {tests!r})
from register_builders import Opened, audited
from flows.domain.errors import PitError
path = Path({path!r})
report = audited(path)
try:
    with Opened(path, path.with_name("anew.sqlite")) as register:
        register.catalogue.cases()
        opened = "opened"
        register.extract(register.dossier("C/1"))
        opened = "opened, and a pack made"
except PitError as error:
    opened = str(error)
print(json.dumps([report.counts, opened]))
"""
HUGE: Final[dict[str, tuple[Callable[[Path], object], str]]] = {}


def huge(name: str, code: str) -> Callable[[Callable[[Path], object]], Callable[[Path], object]]:
    def enter(make: Callable[[Path], object]) -> Callable[[Path], object]:
        assert name not in HUGE
        HUGE[name] = (make, code)
        return make

    return enter


def store(path: Path, kind: str, content: bytes) -> str:
    id_ = object_id(kind, content)
    place = path / "objects" / id_[:2] / id_[2:]
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(zlib.compress(b"%s %d\0%s" % (kind.encode(), len(content), content), 1))
    return id_


def zeros(before: bytes, size: int) -> bytes:
    """Return some bytes and ``size`` zeros, whole mebibytes of them, as zlib packs them."""
    packer = zlib.compressobj(9)
    packed = [packer.compress(before + bytes(_MEBIBYTE)) + packer.flush(zlib.Z_FULL_FLUSH)]
    # After a full flush the same bytes pack to the same again: a gigabyte is not packed to try one.
    again = packer.compress(bytes(_MEBIBYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    packed += [again] * (size // _MEBIBYTE - 1)
    end = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS).flush()
    first = zlib.adler32(before)
    low, high = first & 0xFFFF, first >> 16
    sum_ = (high + low * size) % 65_521 << 16 | low  # RFC 1950: what a zero adds
    return b"".join(packed) + end + struct.pack(">I", sum_)


def bomb(path: Path, kind: str, size: int) -> str:
    """Write an object of ``size`` zeros, a thousandth of it on the disk; return a name it might have."""
    id_ = f"{len(kind)}{'b' * 39}"
    place = path / "objects" / id_[:2] / id_[2:]
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(zeros(b"%s %d\0" % (kind.encode(), size), size))
    return id_


def point(path: Path, id_: str) -> None:
    put(path / BRANCH, f"{id_}\n")


def raw_entry(path: Path) -> bytes:
    command = ["git", "-C", str(path), "cat-file", "commit", "main"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def entry_on(path: Path, tree: str) -> None:
    """Let the branch name a commit like its newest, on another tree."""
    raw = raw_entry(path)
    parent = git(path, "rev-parse", "main").encode()
    before = raw.partition(b"\nparent ")[2][:40]
    raw = raw.replace(raw[5:45], tree.encode(), 1).replace(before, parent, 1)
    point(path, store(path, "commit", raw))


def tree_of(*rows: tuple[str, str, str]) -> bytes:
    in_order = sorted(rows, key=lambda row: row[1] + "/" * (row[0] == "40000"))
    return b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(id_) for mode, name, id_ in in_order)


def wide(path: Path, width: int, below: str, mode: str = "40000") -> str:
    return store(path, "tree", tree_of(*((mode, f"n{number:06}", below) for number in range(width))))


@huge("folders expand to a thousand times a thousand, four deep", "E_TREE")
def _bomb_of_folders(path: Path) -> None:
    id_ = store(path, "blob", b"x")
    id_ = wide(path, 1000, id_, "100644")
    for _ in range(4):
        id_ = wide(path, 1000, id_)
    entry_on(path, store(path, "tree", tree_of(("40000", "cases", id_))))


@huge("the folder of a case expands to more files than there can be", "E_TREE")
def _bomb_in_a_case(path: Path) -> None:
    inner = wide(path, 20_000, store(path, "blob", b"x"), "100644")
    id_ = wide(path, 20_000, inner)
    for name in ("C-9", "09", "11", "2026", "cases"):
        id_ = store(path, "tree", tree_of(("40000", name, id_)))
    entry_on(path, id_)


@huge("folders lie five thousand deep", "E_TREE")
def _deep(path: Path) -> None:
    id_ = store(path, "blob", b"x")
    id_ = store(path, "tree", tree_of(("100644", "x", id_)))
    for _ in range(5_000):
        id_ = store(path, "tree", tree_of(("40000", "x", id_)))
    entry_on(path, store(path, "tree", tree_of(("40000", "cases", id_))))


for _kind in LARGEST:
    HUGE[f"a {_kind} unpacks to a gigabyte"] = (
        lambda path, kind=_kind: point(path, bomb(path, kind, 1 << 30)),  # type: ignore[misc]
        "E_OBJECT",
    )


@huge("a packed commit unpacks to a gigabyte", "E_OBJECT")
def _packed_bomb(path: Path) -> None:
    size, kind = 1 << 30, 1
    head, rest = [kind << 4 | size & 15], size >> 4
    while rest:
        head[-1] |= 128
        head.append(rest & 127)
        rest >>= 7
    body = zeros(b"", size)
    data = b"PACK" + struct.pack(">II", 2, 1) + bytes(head) + body
    data += hashlib.sha1(data, usedforsecurity=False).digest()
    id_ = "b" * 40
    fan = struct.pack(">256I", *(int(first >= 0xBB) for first in range(256)))
    index = (
        b"\xfftOc\0\0\0\2" + fan + bytes.fromhex(id_) + struct.pack(">II", zlib.crc32(bytes(head) + body), 12)
    )
    index += data[-20:]
    index += hashlib.sha1(index, usedforsecurity=False).digest()
    name = path / "objects/pack" / f"pack-{data[-20:].hex()}"
    name.with_suffix(".pack").write_bytes(data)
    name.with_suffix(".idx").write_bytes(index)
    point(path, id_)


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(8 << 30)


for _place, _code in {
    "huge": "E_FILE",
    "HEAD": "E_REF",
    "config": "E_CONFIG",
    "packed-refs": "E_REF",
    BRANCH: "E_REF",
    "objects/info/commit-graph": "E_CONFIG",
    f"objects/bb/{38 * 'b'}": "E_OBJECT",
}.items():

    @huge(f"{_place} has eight gigabytes", _code)
    def _sparse(path: Path, place: str = _place) -> None:
        instead(path / place, sparse)
        if place.startswith("objects/bb"):
            point(path, "b" * 40)


@huge("a pipe lies among the packs", "E_FILE")
def _pipe_in_packs(path: Path) -> None:
    for ending in ("pack", "idx"):
        os.mkfifo(path / "objects/pack" / f"pack-{'1' * 40}.{ending}")


@huge("a pipe is the branch", "E_FILE")
def _pipe_as_branch(path: Path) -> None:
    instead(path / BRANCH, os.mkfifo)


@huge("a pipe is the newest entry", "E_OBJECT")
def _pipe_as_entry(path: Path) -> None:
    instead(path / "objects" / "bb" / ("b" * 38), os.mkfifo)
    point(path, "b" * 40)


@huge("there are a hundred thousand packed refs", "E_REF")
def _many_refs(path: Path) -> None:
    rows = "".join(f"{'1' * 40} refs/heads/b{number}\n" for number in range(100_000))
    put(path / "packed-refs", f"# pack-refs with: peeled fully-peeled sorted \n{rows}")


@huge("a statement is a hundred megabytes long", "E_STATEMENT")
def _long_statement(path: Path) -> None:
    entry = git(path, "cat-file", "commit", "main")
    act = entry.partition("\nAct: ")[2].partition("\n")[0]
    here = "cases/2026/11/02/C-1"
    blob = store(path, "blob", b'{"x": "' + b"x" * (100 << 20) + b'"}\n')
    names = [*here.split("/"), "acts"]
    row = ("100644", f"{act}.json", blob)
    for depth in range(len(names), -1, -1):
        at = "/".join(names[:depth])
        listed = git(path, "ls-tree", f"main:{at}" if at else "main").splitlines()
        rows = [
            (mode.lstrip("0"), name, id_) for mode, _, id_, name in (line.split(None, 3) for line in listed)
        ]
        id_ = store(path, "tree", tree_of(*(each for each in rows if each[1] != row[1]), row))
        row = ("40000", names[depth - 1], id_)
    raw = raw_entry(path)
    point(path, store(path, "commit", raw.replace(raw[5:45], row[2].encode(), 1)))


@pytest.mark.parametrize("name", spread(HUGE, every=4))
def test_what_is_too_large_is_found_within_little_memory_and_time(name: str, register: Path) -> None:
    make, code = HUGE[name]
    make(register)
    before = everything(register)

    script = READS.format(memory=MEMORY, tests=str(Path(__file__).parent), path=str(register))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=SECONDS, check=False
    )

    assert done.returncode == 0, done.stderr[-2000:]
    print(f"{name} → {done.stdout.strip()}")  # noqa: T201 - the table, for pytest -s
    assert f'"{code}"' in done.stdout
    assert everything(register) == before


def test_an_object_of_the_largest_size_is_read_and_one_byte_more_is_not(tmp_path: Path) -> None:
    objects = LooseStore(tmp_path)
    for kind in ("commit", "tree"):
        for more in (0, 1):
            content = b"x" * (LARGEST[kind] + more)
            (tmp_path / "objects").mkdir(exist_ok=True)
            id_ = store(tmp_path, kind, content)
            found = LooseStore(tmp_path / "objects")
            if more:
                with pytest.raises(Exception, match="not what its name says"):
                    found.read(id_)
            else:
                assert found.read(id_) == (kind, content)
    objects.close()


def test_what_is_unpacked_is_what_was_said_and_nothing_follows_it(tmp_path: Path) -> None:
    (tmp_path / "objects/aa").mkdir(parents=True)
    place = tmp_path / "objects/aa" / ("a" * 38)
    good = zlib.compress(b"blob 3\0abc")
    for data in (
        *(b"", good[:-1], good + b"x", zlib.compress(b"blob 2\0abc"), zlib.compress(b"blob 4\0abc")),
        *(zlib.compress(b"blob 0\0abc"), zlib.compress(b"blob -1\0abc"), zlib.compress(b"blob\0abc")),
        *(zlib.compress(b"x" * 100), zlib.compress(b"tag 3\0abc"), zlib.compress(b"blob 3\0"), good),
    ):
        place.write_bytes(data)
        with pytest.raises(Exception, match="not what its name says"):
            LooseStore(tmp_path / "objects").read("a" * 40)


def test_junk_hides_no_forged_act(register: Path) -> None:
    for number in range(120):
        put(register / f"refs/heads/junk{number}")
        put(register / f"junk{number}")
    raw = git(register, "cat-file", "commit", "main")
    point(register, store(register, "commit", f"{raw.replace('Policy: ', 'Policy: 1', 1)}\n".encode()))

    report = audited(register)

    assert report.findings[0].place == "entry 24, C/1"
    assert report.counts["E_REF"] == report.counts["E_FILE"] == 120
    assert report.more == {"E_REF": 20, "E_FILE": 20}

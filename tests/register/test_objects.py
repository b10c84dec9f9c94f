"""Objects: their form, and storage that believes no name."""

from __future__ import annotations

import hashlib
import itertools
import string
import struct
import subprocess
import zlib
from contextlib import closing
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.domain.errors import RegisterError, TamperedError
from flows.register import packs
from flows.register.objects import (
    LooseStore,
    Node,
    has_tricky_name,
    is_id,
    object_id,
    parse_tree,
    write_tree,
)
from flows.register.packs import BatchReader, Objects

if TYPE_CHECKING:
    from pathlib import Path

ID = "ab" * 20


@pytest.mark.parametrize("text", ["", "main", ID[1:], f"{ID}a", ID.upper(), f"{ID}\n"])
def test_what_is_no_name_of_an_object_is_none(text: str) -> None:
    assert is_id(ID)
    assert not is_id(text)


def test_an_object_that_git_says_is_larger_than_any_is_not_read() -> None:
    git = BatchReader(BytesIO(), BytesIO(f"{ID} blob 999999999999\n".encode()))

    with pytest.raises(RegisterError, match="larger than any"):
        git.read(ID)


nodes = st.builds(Node, folder=st.booleans(), id=st.text("0123456789abcdef", min_size=40, max_size=40))
names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True)


@given(st.dictionaries(names, nodes))
def test_a_folder_is_read_as_it_was_written(tree: dict[str, Node]) -> None:
    assert parse_tree(write_tree(tree)) == tree


def test_git_reads_our_folders_and_gives_them_our_names(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path)], check=True)
    store = LooseStore(tmp_path / "objects")
    blob = object_id("blob", b"x\n")
    inner = write_tree({"z": Node(folder=False, id=blob)})
    # git sorts a folder as if its name ended in a slash.
    names = ("a", "a.b", "a-b", "a0")
    content = write_tree(
        {
            name: Node(folder=name == "a", id=object_id("tree", inner) if name == "a" else blob)
            for name in names
        }
    )
    store.write(
        {
            blob: ("blob", b"x\n"),
            object_id("tree", inner): ("tree", inner),
            object_id("tree", content): ("tree", content),
        }
    )

    command = ["git", "-C", str(tmp_path), "ls-tree", "--name-only", object_id("tree", content)]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert listed == ["a-b", "a.b", "a", "a0"]
    subprocess.run(["git", "-C", str(tmp_path), "fsck", "--strict"], check=True, capture_output=True)


def row(mode: bytes, name: bytes) -> bytes:
    return mode + b" " + name + b"\0" + bytes(20)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(row(b"100644", b"b") + row(b"100644", b"a"), id="out of order"),
        pytest.param(row(b"100644", b"a") * 2, id="one name twice"),
        pytest.param(row(b"100644", b"a") + row(b"40000", b"a"), id="one name of a file and of a folder"),
        pytest.param(row(b"100755", b"a"), id="a program"),
        pytest.param(row(b"120000", b"a"), id="a symlink"),
        pytest.param(row(b"160000", b"a"), id="another repository"),
        pytest.param(row(b"040000", b"a"), id="a mode with a leading nought"),
        pytest.param(row(b"100644", b"a")[:-1], id="cut off"),
        pytest.param(row(b"100644", b"a") + b"x", id="with more behind"),
    ],
)
def test_a_folder_in_another_form_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="out of form"):
        parse_tree(content)
    assert not has_tricky_name(content)


@pytest.mark.parametrize(
    "name", [b"..", b".", b".git", b"a/b", b"-a", "é".encode(), b"\xff", b"a b", b"a\nb"]
)
def test_a_name_no_file_of_a_register_has_is_refused(name: bytes) -> None:
    content = row(b"100644", name)

    with pytest.raises(ValueError, match="out of form"):
        parse_tree(content)
    assert has_tricky_name(content)


def test_an_object_is_kept_and_found(tmp_path: Path) -> None:
    store = LooseStore(tmp_path)
    id_ = object_id("blob", b"x")

    assert store.read(id_) is None
    store.write({id_: ("blob", b"x")})
    store.write({id_: ("blob", b"x")})

    assert store.read(id_) == ("blob", b"x")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [id_[2:]]
    assert (tmp_path / id_[:2] / id_[2:]).stat().st_mode & 0o777 == 0o444


def test_what_a_killed_writer_left_is_overwritten(tmp_path: Path) -> None:
    store = LooseStore(tmp_path)
    id_ = object_id("blob", b"x")
    for pid in range(5):
        (tmp_path / f"tmp_obj_{pid}_{id_}").write_bytes(b"half")

    store.write({id_: ("blob", b"x")})

    assert store.read(id_) == ("blob", b"x")


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"noise",
        zlib.compress(b"blob 1\0y"),
        zlib.compress(b"blob 2\0x"),
        zlib.compress(b"tree 1\0x"),
        zlib.compress(b"blob"),
        zlib.compress(b"blob one\0x"),
    ],
    ids=repr,
)
def test_an_object_that_is_not_what_its_name_says_is_never_handed_out(stored: bytes, tmp_path: Path) -> None:
    store = LooseStore(tmp_path)
    id_ = object_id("blob", b"x")
    (tmp_path / id_[:2]).mkdir()
    (tmp_path / id_[:2] / id_[2:]).write_bytes(stored)

    with pytest.raises(TamperedError, match="is not what"):
        store.read(id_)
    with pytest.raises(TamperedError, match="is not what"):
        store.write({id_: ("blob", b"x")})


def test_two_contents_never_share_a_name(tmp_path: Path) -> None:
    store = LooseStore(tmp_path)
    id_ = object_id("blob", b"x")
    store.write({id_: ("blob", b"x")})

    with pytest.raises(TamperedError, match="another content"):
        store.write({id_: ("blob", b"y")})


@pytest.mark.parametrize("name", ["", "HEAD", "ab", ID[:39], ID + "\n", ID.upper(), f"{ID}^{{tree}}", "../x"])
def test_only_a_whole_name_is_looked_up(name: str, tmp_path: Path) -> None:
    assert LooseStore(tmp_path).read(name) is None
    assert BatchReader(BytesIO(), BytesIO()).read(name) is None


def test_loose_objects_are_counted_from_one_folder(tmp_path: Path) -> None:
    assert LooseStore(tmp_path).count() == 0
    (tmp_path / "17").mkdir()
    for name in string.ascii_lowercase[:3]:
        (tmp_path / "17" / name).touch()
    assert LooseStore(tmp_path).count() == 3 * 256


def test_git_that_has_gone_away_is_noticed() -> None:
    closed = BytesIO()
    closed.close()

    with pytest.raises(RegisterError, match="stopped answering"):
        BatchReader(closed, BytesIO()).read(ID)
    with pytest.raises(RegisterError, match="stopped answering"):
        BatchReader(BytesIO(), BytesIO(b"")).read(ID)


def test_what_git_hands_out_is_hashed_again() -> None:
    good = object_id("blob", b"x")

    assert BatchReader(BytesIO(), BytesIO(f"{good} blob 1\nx\n".encode())).read(good) == ("blob", b"x")
    with pytest.raises(TamperedError, match="is not what"):
        BatchReader(BytesIO(), BytesIO(f"{good} blob 1\ny\n".encode())).read(good)


def _pack(folder: Path, rows: list[tuple[str, bytes]]) -> None:
    """Write a pack and its index: what stands in the pack of each object, by its id."""
    data, places = bytearray(b"PACK" + struct.pack(">II", 2, len(rows))), []
    for id_, row in rows:
        places.append((bytes.fromhex(id_), zlib.crc32(row), len(data)))
        data += row
    data += hashlib.sha1(data, usedforsecurity=False).digest()
    places.sort()
    fan = [sum(each[0][0] <= first for each in places) for first in range(256)]
    index = b"\xfftOc\0\0\0\2" + struct.pack(">256I", *fan) + b"".join(each[0] for each in places)
    index += b"".join(struct.pack(">I", each[column]) for column in (1, 2) for each in places) + data[-20:]
    index += hashlib.sha1(index, usedforsecurity=False).digest()
    name = folder / f"pack-{data[-20:].hex()}"
    name.with_suffix(".pack").write_bytes(data)
    name.with_suffix(".idx").write_bytes(index)


def _seven_bits(number: int) -> bytes:
    parts = [number >> shift & 127 for shift in range(0, 7 * 5, 7)]
    return bytes(part | 128 for part in parts[:-1]) + bytes(parts[-1:])


def _row(kind: int, size: int, content: bytes) -> bytes:
    return bytes([kind << 4 | size & 15 | 128]) + _seven_bits(size >> 4) + content


@pytest.mark.exhaustive
def test_no_object_keeps_git_busy_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "_BUSY", 1)
    size, times = 15 << 20, 8_000  # more than a hundred gigabytes to copy, from two hundred kilobytes
    wanted, other = object_id("blob", b"\0"), object_id("blob", b"another")
    same = _seven_bits(size) * 2 + b"\xf0" + (size - 1).to_bytes(3, "little") + b"\x90\x01"
    first = _seven_bits(size) + _seven_bits(1) + b"\x90\x01"
    names = [hashlib.sha1(b"%d" % number, usedforsecurity=False).hexdigest() for number in range(times)]
    rows = [(names[0], _row(3, size, zlib.compress(bytes(size))))]
    for before, name in itertools.pairwise([*names, wanted]):
        step = first if name == wanted else same
        rows.append((name, _row(7, len(step), bytes.fromhex(before) + zlib.compress(step))))
    rows.append((other, _row(3, 7, zlib.compress(b"another"))))
    (tmp_path / "objects" / "pack").mkdir(parents=True)
    _pack(tmp_path / "objects" / "pack", rows)
    with closing(Objects(tmp_path)) as objects:
        with pytest.raises(RegisterError, match="stopped answering"):
            objects.read(wanted)
        assert objects.read(other) == ("blob", b"another")


def test_one_wrong_answer_leaves_those_asked_for_with_it() -> None:
    first, second = (object_id("blob", content) for content in (b"x", b"y"))
    reader = BatchReader(BytesIO(), BytesIO(f"{first} blob 1\nz\n{second} blob 1\ny\n".encode()))

    reader.ask([first, second])
    with pytest.raises(TamperedError, match="is not what"):
        reader.answer(first)
    assert reader.answer(second) == ("blob", b"y")


@pytest.mark.parametrize("taken", [0, 1, 3_000], ids=["nothing", "the first line", "half of it"])
def test_who_was_cut_off_while_reading_reads_everything_afterwards(taken: int, tmp_path: Path) -> None:
    contents = [f"number {number}".encode() * 1_000 for number in range(3)]
    ids = [object_id("blob", content) for content in contents]
    (tmp_path / "objects" / "pack").mkdir(parents=True)
    with closing(Objects(tmp_path)) as objects:
        objects.write({id_: ("blob", content) for id_, content in zip(ids, contents, strict=True)})
        objects.pack()
        git = objects._batch()
        git.ask(ids[:1])
        if taken:
            git._out.readline()
            git._out.read(taken - 1)

        assert [objects.read(id_) for id_ in ids] == [("blob", content) for content in contents]


def test_what_came_after_the_listing_is_found_though_it_is_packed_between_two_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = object_id("blob", b"x")
    (tmp_path / "objects" / "pack").mkdir(parents=True)
    with closing(Objects(tmp_path)) as objects, closing(Objects(tmp_path)) as writer:
        objects.list_loose()
        writer.write({id_: ("blob", b"x")})
        look = LooseStore.read

        def late(store: LooseStore, wanted: str) -> tuple[str, bytes] | None:
            writer.pack()
            return look(store, wanted)

        monkeypatch.setattr(LooseStore, "read", late)
        assert objects.read(id_) == ("blob", b"x")


def test_what_is_read_ahead_is_what_is_read(tmp_path: Path) -> None:
    contents = [f"number {number}".encode() * 1_000 for number in range(40)]
    ids = [object_id("blob", content) for content in contents]
    (tmp_path / "objects" / "pack").mkdir(parents=True)
    with closing(Objects(tmp_path)) as objects:
        objects.write({id_: ("blob", content) for id_, content in zip(ids, contents, strict=True)})
        objects.pack()
        objects.list_loose()
        objects.read_ahead([ids[0], "no name", ID, *ids])

        assert objects.read(ID) is None
        assert [objects.read(id_) for id_ in reversed(ids)] == [("blob", each) for each in reversed(contents)]

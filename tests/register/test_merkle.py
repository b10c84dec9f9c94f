"""The Merkle tree of RFC 6962, held against its published vectors and against its definition."""

from __future__ import annotations

import hashlib
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.register.merkle import Tree, hash_children, hash_leaf, proves_consistency, proves_inclusion

PUBLISHED = [
    bytes.fromhex(leaf)
    for leaf in (
        *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""The leaves of the tests of the authors of RFC 6962."""
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
MOST = 130
LEAVES = [hashlib.sha256(bytes([number])).digest() for number in range(MOST)]


def tree_of(leaves: list[bytes]) -> Tree:
    tree = Tree()
    tree.extend(leaves)
    return tree


# The definition in RFC 6962, 2.1, word for word: D[start:end] is LEAVES[start:end] -----------------


def split(size: int) -> int:
    power = 1
    while power * 2 < size:
        power *= 2
    return power


@cache
def root_of(start: int, end: int) -> bytes:
    if end - start < 2:
        return hash_leaf(LEAVES[start]) if start < end else hashlib.sha256(b"").digest()
    k = start + split(end - start)
    return hash_children(root_of(start, k), root_of(k, end))


def path_of(m: int, start: int, end: int) -> list[bytes]:
    if end - start == 1:
        return []
    k = split(end - start)
    if m < k:
        return [*path_of(m, start, start + k), root_of(start + k, end)]
    return [*path_of(m - k, start + k, end), root_of(start, start + k)]


def proof_of(m: int, start: int, end: int, *, whole: bool = True) -> list[bytes]:
    if m == end - start:
        return [] if whole else [root_of(start, end)]
    k = split(end - start)
    if m <= k:
        return [*proof_of(m, start, start + k, whole=whole), root_of(start + k, end)]
    return [*proof_of(m - k, start + k, end, whole=False), root_of(start, start + k)]


# What is published ---------------------------------------------------------------------------------


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_the_published_ones(size: int) -> None:
    assert tree_of(PUBLISHED[:size]).root().hex() == ROOTS[size]
    assert tree_of(PUBLISHED).root(size).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_the_proofs_of_inclusion_are_the_published_ones(index: int, size: int) -> None:
    path = tree_of(PUBLISHED).inclusion(index, size)

    assert [each.hex() for each in path] == INCLUSION[index, size]
    assert proves_inclusion(PUBLISHED[index], index, size, path, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old", "size"), CONSISTENCY)
def test_the_proofs_of_consistency_are_the_published_ones(old: int, size: int) -> None:
    path = tree_of(PUBLISHED).consistency(old, size)

    assert [each.hex() for each in path] == CONSISTENCY[old, size]
    roots = (bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[size]))
    assert proves_consistency(old, roots[0], size, roots[1], path)


# Every tree up to 130 leaves -------------------------------------------------------------------------


def test_every_tree_and_every_proof_is_as_defined() -> None:
    tree = tree_of(LEAVES)

    assert [tree.root(size) for size in range(MOST + 1)] == [root_of(0, size) for size in range(MOST + 1)]
    for size in range(1, MOST + 1):
        for each in range(size):
            assert tree.inclusion(each, size) == path_of(each, 0, size)
            assert tree.consistency(each + 1, size) == proof_of(each + 1, 0, size)


def test_every_proof_proves_what_it_is_of_and_nothing_else() -> None:
    tree = tree_of(LEAVES)
    roots = [tree.root(size) for size in range(MOST + 1)]
    for size in range(1, MOST + 1):
        for each in range(size):
            path = tree.inclusion(each, size)
            assert proves_inclusion(LEAVES[each], each, size, path, roots[size])
            assert not proves_inclusion(LEAVES[each - 1], each, size, path, roots[size]) or size == 1
            assert not proves_inclusion(LEAVES[each], each ^ 1, size, path, roots[size]) or size == 1
            old = each + 1
            path = tree.consistency(old, size)
            assert proves_consistency(old, roots[old], size, roots[size], path)
            assert not proves_consistency(old, roots[old - 1], size, roots[size], path)
            assert not proves_consistency(old, roots[old], size, roots[size - 1], path)


@given(size=st.integers(1, MOST), data=st.data())
def test_no_changed_proof_proves_anything(size: int, data: st.DataObject) -> None:
    tree, index = tree_of(LEAVES[:size]), data.draw(st.integers(0, size - 1))
    old = index + 1
    hash_, root = st.binary(min_size=32, max_size=32), tree.root()

    def changed(path: list[bytes]) -> list[bytes]:
        at = data.draw(st.integers(0, len(path)))
        ways = [[*path[:at], data.draw(hash_), *path[at:]]]
        ways += (
            [[*path[:at], *path[at + 1 :]], [*path[:at], path[at][::-1], *path[at + 1 :]]]
            if path[at:]
            else []
        )
        return data.draw(st.sampled_from(ways))

    assert not proves_inclusion(LEAVES[index], index, size, changed(tree.inclusion(index, size)), root)
    assert not proves_consistency(old, tree.root(old), size, root, changed(tree.consistency(old, size)))


def test_no_proof_is_of_a_leaf_that_is_none_or_of_a_tree_that_shrank() -> None:
    tree = tree_of(LEAVES[:5])

    assert not proves_inclusion(LEAVES[0], -1, 1, [], tree.root(1))
    assert not proves_inclusion(LEAVES[0], 1, 1, [], tree.root(1))
    # As many hashes as it takes to reach that root, and fewer than a tree of that size has.
    assert not proves_inclusion(LEAVES[0], 0, 2, [], tree.root(1))
    assert not proves_consistency(2, tree.root(2), 5, tree.root(4), tree.consistency(2, 4))
    assert not proves_consistency(5, tree.root(5), 4, tree.root(4), [])
    assert not proves_consistency(3, tree.root(3), 5, tree.root(5), [])
    assert proves_consistency(0, b"", 5, tree.root(5), [])


# How it is kept -------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", range(0, MOST + 1, 13))
def test_a_tree_goes_on_from_what_was_kept(size: int) -> None:
    tree = Tree(bytes(tree_of(LEAVES[:size]).nodes))

    assert tree.size == size
    tree.extend(LEAVES[size:])
    assert (tree.nodes, tree.root()) == (tree_of(LEAVES).nodes, root_of(0, MOST))


def test_what_is_kept_grows_by_two_hashes_an_entry() -> None:
    tree = tree_of(LEAVES)

    assert len(tree.nodes) == 32 * (2 * MOST - MOST.bit_count())

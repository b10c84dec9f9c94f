"""The Merkle tree of RFC 6962 over the register's entries: its root, and the two proofs.

A root stands for all entries up to a number of them. That an entry is among those, and that a longer
register goes on where a shorter one ended, is proven by some twenty hashes of a million entries.

Leaves are numbered from 0, so entry 1 is leaf 0. What is hashed for a leaf is the SHA-256 of the raw
entry, 32 bytes: what the next entry names as ``Previous-Entry``.
"""

from __future__ import annotations

import hashlib
from itertools import takewhile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SIZE: Final = 32
EMPTY: Final = hashlib.sha256(b"").digest()
"""The root over no leaf at all."""


def hash_leaf(data: bytes) -> bytes:
    """Return the hash of a leaf (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def hash_children(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node (RFC 6962, 2.1); the byte before keeps it from passing for a leaf's."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows: every hash of a whole subtree, each after those below it.

    An append adds two hashes on average and changes none, so a file that is only ever added to can
    keep them; and the subtree of ``2**level`` leaves that ends with leaf ``i`` stands at a place that
    can be told: ``2 * i`` hashes come before the leaf, less one for each of the nodes yet to be whole.

    Args:
        kept: The hashes as ``nodes`` of an earlier one has them.
    """

    def __init__(self, kept: bytes = b"") -> None:
        self.size = _leaves(len(kept) // _SIZE)
        self.nodes = bytearray(kept)

    def append(self, leaf: bytes) -> None:
        """Add a leaf: the SHA-256 of an entry."""
        hash_ = hash_leaf(leaf)
        self.nodes += hash_
        # One carry for each subtree that is whole now, as in adding one to a binary number.
        for level in takewhile(lambda level: self.size >> level & 1, range(self.size.bit_length())):
            hash_ = hash_children(self._subtree(level, (self.size >> level) - 1), hash_)
            self.nodes += hash_
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaves."""
        for leaf in leaves:
            self.append(leaf)

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the first ``size`` leaves, or over all (MTH of RFC 6962, 2.1)."""
        size = self.size if size is None else size
        return self._hash(0, size) if size else EMPTY

    def leaf(self, index: int) -> bytes:
        """Return the hash of a leaf."""
        return self._subtree(0, index)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the proof that a leaf is among the first ``size`` (PATH of RFC 6962, 2.1.1)."""
        start, end, path = 0, size, []
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self._hash(middle, end))
                end = middle
            else:
                path.append(self._hash(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, old: int, size: int) -> list[bytes]:
        """Return the proof that the first ``size`` leaves begin with the first ``old`` (2.1.2)."""
        if not old:
            return []  # every tree begins with none
        start, end, path = 0, size, []
        while end != old:
            middle = start + _split(end - start)
            if old <= middle:
                path.append(self._hash(middle, end))
                end = middle
            else:
                path.append(self._hash(start, middle))
                start = middle
        if start:  # else it is the older root itself, which whoever checks has
            path.append(self._hash(start, end))
        return path[::-1]

    def _hash(self, start: int, end: int) -> bytes:
        size = end - start
        if size & (size - 1) == 0:
            level = size.bit_length() - 1
            return self._subtree(level, start >> level)
        middle = start + _split(size)
        return hash_children(self._hash(start, middle), self._hash(middle, end))

    def _subtree(self, level: int, index: int) -> bytes:
        last = ((index + 1) << level) - 1
        at = (_before(last) + level) * _SIZE
        return bytes(self.nodes[at : at + _SIZE])


def proves_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Tell whether ``path`` proves that ``leaf`` is the one numbered ``index`` of ``size`` under ``root``.

    As RFC 9162, 2.1.3.2, has it.
    """
    if not 0 <= index < size:
        return False
    at, last, hash_ = index, size - 1, hash_leaf(leaf)
    for each in path:
        if not last:
            return False
        if at & 1 or at == last:
            hash_ = hash_children(each, hash_)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            hash_ = hash_children(hash_, each)
        at, last = at >> 1, last >> 1
    return not last and hash_ == root


def proves_consistency(old: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Tell whether ``path`` proves that the tree of ``size`` leaves begins with the one of ``old``.

    As RFC 9162, 2.1.4.2, has it.
    """
    if not 0 < old < size:
        # With none nothing is claimed, and a tree begins with itself.
        return not path and (old == 0 or (old == size and old_root == root))
    path = [old_root, *path] if old & (old - 1) == 0 else path
    if not path:
        return False
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    older = newer = path[0]
    for each in path[1:]:
        if not last:
            return False
        if at & 1 or at == last:
            older, newer = hash_children(each, older), hash_children(each, newer)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            newer = hash_children(newer, each)
        at, last = at >> 1, last >> 1
    return not last and (older, newer) == (old_root, root)


def _split(size: int) -> int:
    """Return how many leaves are to the left: the largest power of two below ``size``."""
    return 1 << ((size - 1).bit_length() - 1)


def _before(leaf: int) -> int:
    """Return how many hashes come before those that ``leaf`` adds."""
    return 2 * leaf - leaf.bit_count()


def _leaves(hashes: int) -> int:
    """Return how many leaves a tree of as many hashes has."""
    size = hashes // 2
    while _before(size) < hashes:
        size += 1
    return size

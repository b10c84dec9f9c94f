"""The bare floors: the same objects, durability and signatures by the plainest code there is."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SIGNATURES_OF_AN_ACT: Final = 2


@dataclass(frozen=True)
class GitObject:
    """One object of a repository."""

    id: str
    kind: str
    content: bytes


@dataclass(frozen=True)
class Signature:
    """An Ed25519 signature, as it is when all wrapping is off."""

    key: Ed25519PublicKey
    raw: bytes
    message: bytes

    @classmethod
    def of(cls, armoured: bytes, message: bytes) -> Signature:
        """Return the signature in an SSHSIG over ``message`` (OpenSSH, PROTOCOL.sshsig)."""
        blob = base64.b64decode(b"".join(armoured.split(b"\n")[1:-2]))
        digest = hashlib.sha512(message).digest()
        signed = blob[:6] + blob[65:-87] + len(digest).to_bytes(4, "big") + digest
        return cls(Ed25519PublicKey.from_public_bytes(blob[33:65]), blob[-64:], signed)


def new_objects(repository: Path, after: str, before: str) -> list[GitObject]:
    """Return what the entry ``after`` added to a register."""
    listed = _git(repository, "rev-list", "--objects", "--no-object-names", after, f"^{before}")
    answer = BytesIO(_git(repository, "cat-file", "--batch", said=listed))
    objects = []
    while header := answer.readline().decode().split():
        id_, kind, size = header
        objects.append(GitObject(id_, kind, answer.read(int(size) + 1)[:-1]))
    return objects


def write_act(folder: Path, objects: Iterable[GitObject], key: Ed25519PrivateKey) -> None:
    """Write the objects of one act, sign twice, and move a branch, all of it durable."""
    touched = set()
    for each in objects:
        data = b"%s %d\0%s" % (each.kind.encode(), len(each.content), each.content)
        id_ = hashlib.sha1(data, usedforsecurity=False).hexdigest()
        inner = folder / "objects" / id_[:2]
        if not inner.is_dir():
            inner.mkdir(parents=True)
            touched.add(inner.parent)
        touched.add(inner)
        _write(inner / id_[2:], zlib.compress(data, 1))
    for changed in touched:
        _sync(changed)
    for _ in range(SIGNATURES_OF_AN_ACT):
        key.sign(hashlib.sha512(data).digest())
    _write(folder / "main", id_.encode())
    _sync(folder)


def read_and_verify(repository: Path, ids: Iterable[str], signed: Iterable[Signature]) -> None:
    """Read and hash objects through one ``git cat-file --batch``, and verify signatures."""
    with subprocess.Popen(
        ["git", "-C", repository, "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as git:
        assert git.stdin is not None
        assert git.stdout is not None
        for id_ in ids:
            git.stdin.write(id_.encode() + b"\n")
            git.stdin.flush()
            _, kind, size = git.stdout.readline().split()
            content = git.stdout.read(int(size) + 1)[:-1]
            data = b"%s %s\0%s" % (kind, size, content)
            assert hashlib.sha1(data, usedforsecurity=False).hexdigest() == id_
    for each in signed:
        each.key.verify(each.raw, each.message)


def every_object(repository: Path) -> Sequence[str]:
    """Return the ids of all objects of the branch, oldest entry first."""
    listed = _git(repository, "rev-list", "--objects", "--no-object-names", "--reverse", "main")
    return listed.decode().split()


def _write(target: Path, data: bytes) -> None:
    fresh = f"{target}.part"
    descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o444)
    os.write(descriptor, data)
    os.fsync(descriptor)
    os.close(descriptor)
    os.rename(fresh, target)  # noqa: PTH104 - the plain call


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def _git(repository: Path, *command: str, said: bytes = b"") -> bytes:
    done = subprocess.run(["git", "-C", repository, *command], check=True, capture_output=True, input=said)
    return done.stdout

"""A witness: what it signs, what it refuses, and that it never signs two histories of one log."""

from __future__ import annotations

import asyncio
import base64
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from flows import disk
from flows.desk.witness_service import application
from flows.domain.errors import MalformedError, NotCosignedError, RegisterError
from flows.register import signature
from flows.register.merkle import Tree
from flows.register.note import (
    Note,
    NoteKey,
    SignatureType,
    is_signed,
    parse_lines,
    parse_note,
    sign_note,
    when_cosigned,
)
from flows.register.witness import MOST_BYTES, Witness

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flows.register.signature import FileSigner

LOG = "log.example/1"
NOW = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
LEAVES = [bytes([number]) * 32 for number in range(40)]
OTHERS = [*LEAVES[:5], *(bytes([number]) * 32 for number in range(200, 235))]
"""Another history that parts from the first after five entries."""


def tree_of(leaves: list[bytes]) -> Tree:
    tree = Tree()
    tree.extend(leaves)
    return tree


TREE, FORK = tree_of(LEAVES), tree_of(OTHERS)


@pytest.fixture(scope="module")
def signers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FileSigner]:
    folder = tmp_path_factory.mktemp("keys")
    for name in ("log", "other"):
        signature.generate(folder / name)
    return {name: signature.load(folder / name) for name in ("log", "other")}


@pytest.fixture
def witness(tmp_path: Path, signers: dict[str, FileSigner]) -> Witness:
    made = Witness.create(tmp_path / "witness", "witness.example/w")
    made.trust(NoteKey(name=LOG, type=SignatureType.TEXT, public=signers["log"].point))
    return made


def text_of(tree: Tree, size: int, origin: str = LOG) -> str:
    return f"{origin}\n{size}\n{base64.b64encode(tree.root(size)).decode()}\n"


def asked(
    old: int, size: int, signer: FileSigner, *, tree: Tree = TREE, text: str | None = None, by: str = LOG
) -> str:
    """What a log asks: that its checkpoint of ``size`` goes on from one of ``old``."""
    text = text or text_of(tree, size)
    proof = "".join(f"{base64.b64encode(each).decode()}\n" for each in tree.consistency(min(old, size), size))
    return f"old {old}\n{proof}\n{Note(text=text, lines=(sign_note(text, by, signer),))}"


def refused(witness: Witness, request: str) -> tuple[int, int | None]:
    before = witness.newest(LOG)
    with pytest.raises(NotCosignedError) as told:
        witness.add(request, NOW)
    assert witness.newest(LOG) == before
    return told.value.status, told.value.size


def test_a_witness_signs_every_checkpoint_that_goes_on_from_the_last(
    witness: Witness, signers: dict[str, FileSigner]
) -> None:
    old = 0
    for number, size in enumerate((1, 2, 5, 5, 8, 33)):
        now = NOW + timedelta(hours=number)
        lines = parse_lines(witness.add(asked(old, size, signers["log"]), now))
        note = parse_note(witness.newest(LOG) or "")

        assert when_cosigned(Note(text=text_of(TREE, size), lines=lines), witness.key) == now
        assert note.text == text_of(TREE, size)
        assert when_cosigned(note, witness.key) == now
        old = size


def after_eight(witness: Witness, signers: dict[str, FileSigner]) -> None:
    witness.add(asked(0, 8, signers["log"]), NOW)


REFUSED: dict[str, tuple[Callable[[dict[str, Any]], str], tuple[int, int | None]]] = {
    "a smaller size": (lambda s: asked(5, 5, s["log"]), (409, 8)),
    "a smaller size that claims to go on": (lambda s: asked(8, 5, s["log"]), (400, None)),
    "an old size that is not the newest": (lambda s: asked(5, 12, s["log"]), (409, 8)),
    "an old size of nothing, when there is something": (lambda s: asked(0, 12, s["log"]), (409, 8)),
    "another root at the same size": (lambda s: asked(8, 8, s["log"], tree=FORK), (409, 8)),
    "another history, with its own proof": (lambda s: asked(8, 12, s["log"], tree=FORK), (422, None)),
    "no proof": (
        lambda s: asked(8, 12, s["log"]).replace(asked(8, 12, s["log"]).partition("\n\n")[0], "old 8"),
        (422, None),
    ),
    "a proof with one hash of another": (
        lambda s: asked(8, 12, s["log"]).replace("\n", f"\n{'A' * 43}=\n", 1),
        (422, None),
    ),
    "a proof where nothing grew": (
        lambda s: asked(8, 8, s["log"]).replace("\n", f"\n{'A' * 43}=\n", 1),
        (422, None),
    ),
    "an unknown log": (
        lambda s: asked(0, 8, s["log"], text=text_of(TREE, 8, "log.example/2"), by="log.example/2"),
        (404, None),
    ),
    "a key of another": (lambda s: asked(8, 12, s["other"]), (403, None)),
    "a signature in another's name": (lambda s: asked(8, 12, s["log"], by="log.example/2"), (403, None)),
    "a changed size": (lambda s: asked(8, 12, s["log"]).replace("\n12\n", "\n13\n"), (403, None)),
    "no request": (lambda _: "a letter\n", (400, None)),
    "an old size in another form": (
        lambda s: asked(8, 12, s["log"]).replace("old 8", "old 08"),
        (400, None),
    ),
    "an old size that is none": (lambda s: asked(8, 12, s["log"]).replace("old 8", "old -8"), (400, None)),
    "too long a proof": (
        lambda s: asked(8, 12, s["log"]).replace("\n", "\n" + f"{'A' * 43}=\n" * 64, 1),
        (400, None),
    ),
    "a hash out of form": (lambda s: asked(8, 12, s["log"]).replace("old 8\n", "old 8\nAAAA\n"), (400, None)),
    "a note with a size out of form": (
        lambda s: asked(8, 12, s["log"], text=text_of(TREE, 12).replace("\n12\n", "\n012\n")),
        (400, None),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_witness_refuses(name: str, witness: Witness, signers: dict[str, FileSigner]) -> None:
    make, told = REFUSED[name]
    after_eight(witness, signers)

    assert refused(witness, make(signers)) == told
    witness.add(asked(8, 12, signers["log"]), NOW)  # and goes on with who is honest


def test_lines_of_others_under_a_checkpoint_are_passed_over(
    witness: Witness, signers: dict[str, FileSigner]
) -> None:
    request = asked(0, 8, signers["log"]) + str(sign_note("x\n", "somebody.example", signers["other"]))

    assert witness.add(request, NOW).startswith("— witness.example/w ")


def test_lines_beyond_the_third_are_cosigned_as_they_are(
    witness: Witness, signers: dict[str, FileSigner]
) -> None:
    text = f"{text_of(TREE, 8)}newest sha256:{'0' * 64}\n"
    lines = parse_lines(witness.add(asked(0, 8, signers["log"], text=text), NOW))

    assert when_cosigned(Note(text=text, lines=lines), witness.key) == NOW


def test_a_log_may_take_another_key_and_logs_do_not_touch_each_other(
    witness: Witness, signers: dict[str, FileSigner]
) -> None:
    after_eight(witness, signers)
    for name in (LOG, "log.example/2", LOG):
        witness.trust(NoteKey(name=name, type=SignatureType.TEXT, public=signers["other"].point))
    second = text_of(FORK, 12, "log.example/2")

    witness.add(asked(0, 12, signers["other"], tree=FORK, text=second, by="log.example/2"), NOW)
    witness.add(asked(8, 12, signers["other"]), NOW)

    assert parse_note(witness.newest("log.example/2") or "").text == second
    assert parse_note(witness.newest(LOG) or "").text == text_of(TREE, 12)


def test_a_witness_signs_one_of_two_histories_asked_at_the_same_moment(
    witness: Witness, signers: dict[str, FileSigner]
) -> None:
    witness.add(asked(0, 5, signers["log"]), NOW)
    signed: list[str] = []
    told: list[int] = []

    def ask(tree: Tree, size: int) -> None:
        try:
            signed.append(witness.add(asked(5, size, signers["log"], tree=tree), NOW))
        except NotCosignedError as error:
            told.append(error.status)

    threads = [
        threading.Thread(target=ask, args=(tree, size)) for size in range(6, 14) for tree in (TREE, FORK)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert (len(signed), told) == (1, [409] * 15)


def test_a_checkpoint_is_on_the_disk_before_it_is_signed_for(
    witness: Witness, signers: dict[str, FileSigner], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    after_eight(witness, signers)
    with monkeypatch.context() as patched:
        patched.setattr(disk, "write", full)
        with pytest.raises(OSError, match="No space"):
            witness.add(asked(8, 12, signers["log"]), NOW)

    assert parse_note(witness.newest(LOG) or "").text == text_of(TREE, 8)


def test_there_is_one_witness_in_a_folder(witness: Witness, tmp_path: Path) -> None:
    with pytest.raises(MalformedError, match="already"):
        Witness.create(tmp_path / "witness", "witness.example/v")
    with pytest.raises(RegisterError, match="There is no witness"):
        Witness(tmp_path / "none")
    for name in ("", "two words", "a+b", "a\nb"):
        with pytest.raises(MalformedError, match="no space"):
            Witness.create(tmp_path / "other", name)
    assert Witness(tmp_path / "witness").key == witness.key


# Over HTTP -------------------------------------------------------------------------------------------


def posted(witness: Witness, body: bytes, method: str = "POST") -> httpx.Response:
    """What the service answers, asked in this process."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=application(witness))
        async with httpx.AsyncClient(transport=transport, base_url="http://witness.example") as client:
            return await client.request(method, "/add-checkpoint", content=body)

    return asyncio.run(ask())


def test_the_service_answers_with_the_cosignature(witness: Witness, signers: dict[str, FileSigner]) -> None:
    answer = posted(witness, asked(0, 8, signers["log"]).encode())
    note = Note(text=text_of(TREE, 8), lines=parse_lines(answer.text))

    assert (answer.status_code, answer.text[-1]) == (200, "\n")
    assert when_cosigned(note, witness.key)
    assert not is_signed(note, NoteKey(name=LOG, type=SignatureType.TEXT, public=signers["log"].point))


@pytest.mark.parametrize("name", REFUSED)
def test_the_service_refuses_with_the_status_of_the_specification(
    name: str, witness: Witness, signers: dict[str, FileSigner]
) -> None:
    make, (status, size) = REFUSED[name]
    after_eight(witness, signers)

    answer = posted(witness, make(signers).encode())

    assert answer.status_code == status
    if size is not None:
        assert (answer.text, answer.headers["content-type"]) == ("8\n", "text/x.tlog.size")


@pytest.mark.parametrize(
    ("body", "status"), [(b"\xff\xfe", 400), (b"old 0\n\n" + b"x" * MOST_BYTES, 413)], ids=["bytes", "size"]
)
def test_the_service_takes_no_bytes_that_are_no_request(body: bytes, status: int, witness: Witness) -> None:
    assert posted(witness, body).status_code == status
    assert posted(witness, b"", "GET").status_code == 405

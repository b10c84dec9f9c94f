"""The commands by which others get what they keep of the register, and by which an auditor remembers."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
import pytest
from signing_office import a_stamper, time_stamping

from flows.casework.office import open_office
from flows.document.signing import credential, throwaway
from flows.register import signature
from flows.register.checkpoint import parse_checkpoint, parse_text
from flows.register.merkle import proves_consistency, proves_inclusion
from flows.register.note import NoteKey, SignatureType, cosign, is_signed, parse_note, parse_note_key
from flows.register.repository import BRANCH

if TYPE_CHECKING:
    from pathlib import Path

    from desk_builders import Desk

ENTRIES = 8


def hashes(lines: list[str]) -> list[bytes]:
    return [base64.b64decode(line, validate=True) for line in lines]


def heads_of(desk: Desk) -> list[bytes]:
    """The SHA-256 of every raw entry, oldest first."""
    with open_office(desk.home, reading=True) as office:
        register = office.register
        return [hashlib.sha256(register.raw(each.id)).digest() for each in register.since(0)]


def cut_back(desk: Desk) -> None:
    with open_office(desk.home, reading=True) as office:
        before = office.register.tip().entry.parent
    (desk.home.register / BRANCH).write_text(f"{before}\n")


def test_a_checkpoint_is_signed_once_for_each_state_and_kept(desk: Desk, tmp_path: Path) -> None:
    first = desk.done("checkpoint")
    assert desk.done("checkpoint", "--out", tmp_path / "note") == f"Written: {tmp_path / 'note'}.\n"
    desk.submit()
    told = desk.told("checkpoint")

    checkpoint, public = parse_checkpoint(first)
    assert (checkpoint.sequence, (tmp_path / "note").read_text(encoding="utf-8")) == (ENTRIES, first)
    key = parse_note_key(desk.done("checkpoint", "--verifier-key"))
    assert is_signed(parse_note(first), key)
    assert parse_checkpoint(told["text"])[0].sequence == ENTRIES + 1
    assert parse_checkpoint(told["text"])[1] == public
    assert {path.name for path in desk.home.checkpoints.iterdir()} == {"000000008.txt", "000000009.txt"}
    assert desk("audit", "--checkpoint", tmp_path / "note").exit_code == 0


def test_an_entry_is_proven_to_be_among_those_of_the_checkpoint(desk: Desk) -> None:
    for number, head in enumerate(heads_of(desk)):
        first, index, *rest = desk.done("checkpoint", "--prove", str(number + 1)).split("\n")
        path, note = rest[: rest.index("")], "\n".join(rest[rest.index("") + 1 :])
        checkpoint, _ = parse_checkpoint(note)

        assert (first, index) == ("c2sp.org/tlog-proof@v1", f"index {number}")
        root = bytes.fromhex(checkpoint.root or "")
        assert proves_inclusion(head, number, checkpoint.sequence, hashes(path), root)


def test_a_checkpoint_is_proven_to_go_on_from_an_earlier_one(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "old").write_text(desk.done("checkpoint"), encoding="utf-8")
    desk.submit()
    first, *rest = desk.done("checkpoint", "--since", tmp_path / "old").split("\n")
    path, note = rest[: rest.index("")], "\n".join(rest[rest.index("") + 1 :])
    old, new = parse_checkpoint((tmp_path / "old").read_text())[0], parse_checkpoint(note)[0]

    assert (first, new.sequence) == (f"old {ENTRIES}", ENTRIES + 1)
    roots = [bytes.fromhex(each.root or "") for each in (old, new)]
    assert proves_consistency(ENTRIES, roots[0], ENTRIES + 1, roots[1], hashes(path))
    assert desk.done("checkpoint", "--since", str(ENTRIES)).startswith(f"old {ENTRIES}\n{path[0]}\n")
    assert desk.done("checkpoint", "--since", "0").startswith("old 0\n\nequipoise/")


@pytest.mark.parametrize("words", [("--prove", "9"), ("--prove", "0"), ("--since", "9")])
def test_of_what_there_is_not_nothing_is_proven(words: tuple[str, str], desk: Desk) -> None:
    code, sentence = desk.refused("checkpoint", *words)

    assert (code, "8" in sentence) == (1, True)


def test_one_thing_is_asked_at_a_time(untouched: Desk, tmp_path: Path) -> None:
    (tmp_path / "none").write_text("a letter")

    assert untouched.refused("checkpoint", "--prove", "1", "--since", "0")[0] == 2
    assert untouched.refused("checkpoint", "--since", tmp_path / "none")[0] == 2


def test_a_register_that_was_cut_back_gets_no_checkpoint(desk: Desk) -> None:
    desk.done("checkpoint")
    cut_back(desk)

    code, sentence = desk.refused("checkpoint")

    assert (code, "does not go on from its checkpoint of entry 8" in sentence) == (4, True)
    assert [path.name for path in desk.home.checkpoints.iterdir()] == ["000000008.txt"]


@pytest.mark.parametrize("spoil", [b"", b"\0", b"torn" * 40], ids=["emptied", "a nought", "other bytes"])
def test_a_tree_that_the_disk_spoilt_is_made_anew(spoil: bytes, desk: Desk) -> None:
    desk.done("checkpoint")
    kept = desk.home.tree.read_bytes()
    desk.home.tree.write_bytes(spoil + kept[len(spoil) :] if spoil else b"")
    desk.submit()

    root = parse_checkpoint(desk.done("checkpoint"))[0].root

    assert root == desk.told("audit")["root"]
    assert desk.home.tree.read_bytes()[:480] == kept[:480]


def test_a_checkpoint_of_the_earlier_form_is_followed_by_one_of_today(desk: Desk) -> None:
    head = parse_checkpoint(desk.done("checkpoint"))[0]
    signer = signature.load(desk.home.service)
    text = f"{head.origin}\n8\n{base64.b64encode(bytes.fromhex(head.head)).decode()}\n"
    (path,) = desk.home.checkpoints.iterdir()
    path.write_text(f"{text}\n{signer.sign(text.encode(), signature.CHECKPOINT)}")

    assert desk("audit").exit_code == 0
    assert parse_checkpoint(desk.done("checkpoint"))[0] == head


def test_what_a_witness_answered_is_kept_with_the_checkpoint_and_told_by_the_audit(
    desk: Desk, tmp_path: Path
) -> None:
    signature.generate(tmp_path / "witness")
    witness = signature.load(tmp_path / "witness")
    key = NoteKey(name="witness.example/w", type=SignatureType.COSIGNATURE, public=witness.point)
    (tmp_path / "key").write_text(f"{key}\n")
    text = parse_note(desk.done("checkpoint")).text
    line = cosign(text, key.name, witness, datetime(2026, 11, 26, 14, 30, tzinfo=UTC))
    (tmp_path / "answer").write_text(str(line), encoding="utf-8")
    (tmp_path / "letter").write_text("Dear authority,\n")

    assert desk.done("checkpoint", "--add", tmp_path / "answer") == (
        "Added: 1 cosignature, by witness.example/w.\n"
    )
    assert desk.done("checkpoint", "--add", tmp_path / "answer") == "Added: 0 cosignatures.\n"
    assert desk.refused("checkpoint", "--add", tmp_path / "letter")[0] == 2
    (kept,) = desk.home.checkpoints.iterdir()
    assert kept.read_text(encoding="utf-8").endswith(str(line))
    for words in (("--witness", tmp_path / "key"), ("--witness", str(key))):
        said = desk.done("audit", "--checkpoint", kept, *words)
        assert "Cosigned     witness.example/w saw it grow to entry 8, on 26 Nov 2026 14:30\n" in said
    assert desk.refused("audit", "--witness", "w+00000000+AAAA")[0] == 2


def test_a_register_and_a_witness_work_by_files_and_over_http(
    desk: Desk, tmp_path: Path, free_port: int
) -> None:
    """A whole round by each way, as two machines would do it."""
    folder, key, asked, answer = (tmp_path / name for name in ("witness", "key", "asked", "answer"))
    name = "witness.example/w"
    (tmp_path / "witness.key").write_text(desk.done("witness", "init", folder, "--name", name))
    assert desk.done("witness", "key", folder) == (tmp_path / "witness.key").read_text()
    key.write_text(desk.done("checkpoint", "--verifier-key"))
    assert desk.done("witness", "trust", folder, key).startswith("Taken on: equipoise/")

    desk.done("checkpoint", "--since", "0", "--out", asked)
    desk.done("witness", "cosign", folder, asked, "--out", answer)
    assert desk.done("checkpoint", "--add", answer) == f"Added: 1 cosignature, by {name}.\n"
    code, sentence = desk.refused("witness", "cosign", folder, asked)
    assert (code, sentence) == (1, "The newest checkpoint is of 8, not 0.")

    desk.submit()
    desk.done("checkpoint", "--since", "8", "--out", asked)
    main = "from flows.desk.cli.main import main; main()"
    serving = [sys.executable, "-c", main, "witness", "serve", str(folder)]
    with subprocess.Popen([*serving, "--port", str(free_port)], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            address = process.stdout.readline().split()[4].removesuffix(",")
            answered = post_when_it_answers(address, asked.read_bytes())
        finally:
            process.terminate()
    answer.write_text(answered, encoding="utf-8")
    desk.done("checkpoint", "--add", answer)

    newest = desk.home.checkpoints / "000000009.txt"
    said = desk.done("audit", "--checkpoint", newest, "--witness", tmp_path / "witness.key")
    assert f"Cosigned     {name} saw it grow to entry 9, on " in said
    origin = parse_note(newest.read_text(encoding="utf-8")).text.partition("\n")[0]
    assert (
        parse_note(desk.done("witness", "newest", folder, origin)).text
        == parse_note(newest.read_text(encoding="utf-8")).text
    )


def post_when_it_answers(address: str, body: bytes) -> str:
    until = time.monotonic() + 60
    while True:
        try:
            return httpx.post(address, content=body).raise_for_status().text
        except httpx.ConnectError:
            assert time.monotonic() < until
            time.sleep(0.1)


def test_a_checkpoint_is_stamped_by_the_authoritys_time_stamp_authority(desk: Desk, tmp_path: Path) -> None:
    assert desk.refused("checkpoint", "--stamp", tmp_path / "token") == (
        1,
        "The authority signs no papers, so it names nobody who stamps a time.",
    )
    throwaway.make(desk.home.authority, "Northshire Council", datetime.now(UTC))
    assert "time-stamp in signing.toml" in desk.refused("checkpoint", "--stamp", tmp_path / "token")[1]
    stamper, pem = a_stamper(datetime.now(UTC))
    (tmp_path / "roots.pem").write_bytes(pem)
    settings = desk.home.authority / credential.SETTINGS
    with time_stamping(stamper) as address:
        settings.write_text(f'{settings.read_text()}time-stamp = "{address}"\n')
        desk.done("checkpoint", "--stamp", tmp_path / "token", "--out", tmp_path / "note")
    (tmp_path / "other").write_bytes((tmp_path / "note").read_bytes() + b"\n")
    assert "does not answer" in desk.refused("checkpoint", "--stamp", tmp_path / "token")[1]

    verify = ["openssl", "ts", "-verify", "-token_in", "-in", "token", "-CAfile", "roots.pem", "-data"]
    for name, good in (("note", True), ("other", False)):
        done = subprocess.run([*verify, name], cwd=tmp_path, capture_output=True, check=False)
        assert (done.returncode == 0) is good, done.stderr


def test_an_audit_that_could_not_note_what_it_validates_is_not_begun(desk: Desk, tmp_path: Path) -> None:
    assert "there is no such folder" in desk.refused("audit", "--remember", tmp_path / "no" / "noted")[1]


def test_an_audit_remembers_and_the_next_finds_what_was_cut_off(desk: Desk, tmp_path: Path) -> None:
    noted = tmp_path / "noted"
    first = desk.done("audit", "--remember", noted)
    assert f"Remembered   {noted}\n" in first
    assert parse_text(noted.read_text()).sequence == ENTRIES
    desk.submit()
    assert "completeness" not in desk.done("audit", "--remember", noted).replace("completeness after", "")
    before = noted.read_text()

    cut_back(desk)
    result = desk("audit", "--remember", noted)

    assert (result.exit_code, noted.read_text()) == (4, before)
    assert result.stdout.startswith("E_REMEMBERED at entry 9\n")
    (tmp_path / "letter").write_text("a letter")
    assert desk.refused("audit", "--remember", tmp_path / "letter")[0] == 2


def test_an_audit_goes_on_from_what_the_last_one_looked_into(desk: Desk, tmp_path: Path) -> None:
    noted = tmp_path / "noted"
    assert "--remember FILE is needed" in desk.refused("audit", "--onward")[1]
    assert "an earlier audit looked into" not in desk.done("audit", "--remember", noted, "--onward")
    desk.submit()

    said = " ".join(desk.done("audit", "--remember", noted, "--onward").split())

    assert f"up to entry {ENTRIES} are right: an earlier audit looked into them" in said
    assert parse_text(noted.read_text()).sequence == ENTRIES + 1

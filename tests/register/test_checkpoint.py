"""Checkpoints."""

from __future__ import annotations

import base64
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from flows.register import signature
from flows.register.checkpoint import (
    Checkpoint,
    for_ssh_keygen,
    log_key,
    newest_checkpoint,
    parse_checkpoint,
    write_checkpoint,
)
from flows.register.note import Note, SignatureLine, is_signed, key_id, parse_note, sign_note
from flows.register.roster import allowed_signers
from flows.register.signature import CHECKPOINT, STATEMENT
from flows.register.sshsig import on_one_line, tidied

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from register_builders import Office

    from flows.register.signature import FileSigner

digests = st.text("0123456789abcdef", min_size=64, max_size=64)
heads = st.builds(
    Checkpoint,
    register=st.text("0123456789abcdef", min_size=32, max_size=32),
    sequence=st.integers(1, 10**12 - 1),
    head=digests,
    root=digests,
)
HEAD = Checkpoint(register="ab" * 16, sequence=42, head="cd" * 32, root="ef" * 32)
EARLIER = replace(HEAD, root=None)
"""In the earlier form, which is read and no more written."""


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> FileSigner:
    path = tmp_path_factory.mktemp("key") / "service"
    signature.generate(path)
    return signature.load(path)


@given(head=heads)
def test_a_checkpoint_is_read_as_it_was_written(signer: FileSigner, head: Checkpoint) -> None:
    assert parse_checkpoint(write_checkpoint(head, signer)) == (head, signer.public)


@pytest.mark.parametrize("head", [HEAD, EARLIER], ids=["note", "earlier"])
@given(data=st.data())
def test_any_changed_byte_is_refused(head: Checkpoint, signer: FileSigner, data: st.DataObject) -> None:
    good = written(head, signer)
    at = data.draw(st.integers(0, len(good) - 1))
    character = data.draw(st.characters(max_codepoint=127).filter(lambda c: c != good[at]))
    changed = good[:at] + character + good[at + 1 :]
    assume(tidied(changed) != good)  # an end of line or a blank that mail might have put there

    with pytest.raises(ValueError, match=r"."):
        parse_checkpoint(changed)


@pytest.mark.parametrize("sign", ["\x1e", "\x0b", "\x0c", "\x85", "\u2028"])
def test_no_sign_but_an_end_of_line_passes_for_one(signer: FileSigner, sign: str) -> None:
    for head in (HEAD, EARLIER):
        with pytest.raises(ValueError, match=r"."):
            parse_checkpoint(written(head, signer).replace("\n", sign, 2))


@pytest.mark.parametrize(
    "change",
    [lambda note: note.replace("\n", "\r\n"), "\ufeff{}".format, lambda note: note.replace("\n", " \n")],
    ids=["CRLF", "BOM", "blanks"],
)
def test_what_mail_and_editors_change_is_no_part_of_it(
    change: Callable[[str], str], signer: FileSigner
) -> None:
    for head in (HEAD, EARLIER):
        assert parse_checkpoint(change(written(head, signer))) == (head, signer.public)


@pytest.mark.parametrize("torn", [0, 1, 60, 200, -2])
def test_the_newest_that_can_be_read_is_found_beside_torn_ones(
    torn: int, signer: FileSigner, tmp_path: Path
) -> None:
    notes = [write_checkpoint(replace(HEAD, sequence=sequence), signer) for sequence in (2, 3, 4)]
    (tmp_path / "000000002.txt").write_text(notes[0])
    (tmp_path / "000000003.txt").write_text(notes[1])
    (tmp_path / "000000004.txt").write_text(notes[2][:torn])
    (tmp_path / "000000005.txt").mkdir()
    (tmp_path / "000000006.txt").write_bytes(b"\xff")

    assert newest_checkpoint(tmp_path) == (notes[1], [f"00000000{number}.txt" for number in (6, 5, 4)])
    assert newest_checkpoint(tmp_path / "none") == (None, [])


def signed(text: str, signer: FileSigner, namespace: bytes = CHECKPOINT) -> str:
    """A text with both signatures, or as the earlier form has it with OpenSSH's alone."""
    armoured = signer.sign(text.encode(), namespace)
    if "\nnewest " not in text:
        return f"{text}\n{armoured}"
    name = text.partition("\n")[0]
    key = key_id(name, b"\xff" + CHECKPOINT + signer.point)
    by_ssh = SignatureLine(name=name, key=key, signature=base64.b64decode(on_one_line(armoured)))
    return str(Note(text=text, lines=(sign_note(text, name, signer), by_ssh)))


def written(head: Checkpoint, signer: FileSigner) -> str:
    return signed(head.text(), signer)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("\n42\n", "\n042\n", id="a leading nought"),
        pytest.param("\n42\n", "\n0\n", id="no entry"),
        pytest.param("\n42\n", "\n\u0664\u0662\n", id="digits of another script"),
        pytest.param("7+8=", "7+9=", id="a root written in another way"),
        pytest.param("equipoise/", "Equipoise/", id="another origin"),
        pytest.param("7+8=\n", "7+8=\nmore\n", id="a line more"),
        pytest.param("sha256:cd", "sha256:CD", id="a digest written in another way"),
    ],
)
def test_a_note_in_another_form_is_refused_though_signed(old: str, new: str, signer: FileSigner) -> None:
    assert old in HEAD.text()
    assert parse_checkpoint(signed(HEAD.text(), signer)) == (HEAD, signer.public)

    with pytest.raises(ValueError, match="not a checkpoint"):
        parse_checkpoint(signed(HEAD.text().replace(old, new), signer))


def test_what_is_written_is_signed_as_notes_are_and_as_openssh_signs(signer: FileSigner) -> None:
    note = write_checkpoint(HEAD, signer)

    assert note == written(HEAD, signer)
    assert is_signed(parse_note(note), log_key(HEAD.register, signer.public))


@pytest.mark.parametrize("line", [0, 1])
def test_a_note_with_one_of_its_two_signatures_is_refused(line: int, signer: FileSigner) -> None:
    note = parse_note(write_checkpoint(HEAD, signer))

    with pytest.raises(ValueError, match=r"not (a checkpoint|signed as a note)"):
        parse_checkpoint(str(replace(note, lines=note.lines[line : line + 1])))


def test_the_two_signatures_are_by_one_key(signer: FileSigner, tmp_path: Path) -> None:
    signature.generate(tmp_path / "other")
    other = parse_note(write_checkpoint(HEAD, signature.load(tmp_path / "other")))
    note = parse_note(write_checkpoint(HEAD, signer))

    for lines in (note.lines[:1] + other.lines[1:], other.lines[:1] + note.lines[1:]):
        with pytest.raises(ValueError, match="not signed as a note"):
            parse_checkpoint(str(replace(note, lines=lines)))


def test_the_signature_of_an_earlier_checkpoint_is_none_on_a_note(signer: FileSigner) -> None:
    earlier = written(EARLIER, signer).partition("\n\n")[2]

    with pytest.raises(ValueError, match="does not fit"):
        parse_checkpoint(f"{HEAD.text()}\n{earlier}")


def test_signatures_by_others_are_left_alone(signer: FileSigner) -> None:
    note = write_checkpoint(HEAD, signer) + "— witness.example/w AAAAAAEC\n"

    assert parse_checkpoint(note) == (HEAD, signer.public)


def test_a_signature_for_something_else_is_refused(signer: FileSigner) -> None:
    with pytest.raises(ValueError, match="another purpose"):
        parse_checkpoint(signed(HEAD.text(), signer, STATEMENT))


def test_ssh_keygen_verifies_a_checkpoint(office: Office, tmp_path: Path) -> None:
    text, armoured = for_ssh_keygen(office.checkpoint())
    (tmp_path / "allowed").write_text(allowed_signers(office.register.policies()))
    (tmp_path / "sig").write_text(armoured)

    subprocess.run(
        [
            *("ssh-keygen", "-Y", "verify", "-f", str(tmp_path / "allowed"), "-I", "service"),
            *("-n", "equipoise-checkpoint-v1", "-s", str(tmp_path / "sig")),
        ],
        input=text.encode(),
        check=True,
        capture_output=True,
    )

"""Signed notes, and what witnesses put under them."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from flows.register import signature
from flows.register.note import (
    Note,
    NoteKey,
    SignatureLine,
    SignatureType,
    cosign,
    is_signed,
    parse_line,
    parse_note,
    parse_note_key,
    sign_note,
    when_cosigned,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flows.register.signature import FileSigner

PUBLISHED = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNX"
    "gKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
PUBLISHED_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
"""The example of the library of the Go project, whose notes these are."""
TEXT = "log.example/1\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
WHEN = datetime(2026, 11, 26, 14, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> FileSigner:
    path = tmp_path_factory.mktemp("key") / "key"
    signature.generate(path)
    return signature.load(path)


def key(signer: FileSigner, name: str, type_: SignatureType) -> NoteKey:
    return NoteKey(name=name, type=type_, public=signer.point)


def test_the_published_note_is_signed_by_the_published_key() -> None:
    note, by = parse_note(PUBLISHED), parse_note_key(PUBLISHED_KEY)

    assert is_signed(note, by)
    assert (str(note), str(by), by.name) == (PUBLISHED, PUBLISHED_KEY, "PeterNeumann")


def test_the_published_note_with_another_word_is_signed_by_nobody() -> None:
    with pytest.raises(ValueError, match="PeterNeumann does not fit"):
        is_signed(parse_note(PUBLISHED.replace("think", "thank")), parse_note_key(PUBLISHED_KEY))


def test_a_note_is_signed_by_who_signed_it_and_by_nobody_else(signer: FileSigner) -> None:
    note = Note(text=TEXT, lines=(sign_note(TEXT, "log.example/1", signer),))

    assert is_signed(parse_note(str(note)), key(signer, "log.example/1", SignatureType.TEXT))
    assert not is_signed(note, key(signer, "log.example/2", SignatureType.TEXT))
    assert not is_signed(note, key(signer, "log.example/1", SignatureType.COSIGNATURE))


def test_a_text_may_have_empty_lines() -> None:
    text = "one\n\ntwo\n"
    line = SignatureLine(name="a", key=b"1234", signature=b"5")

    assert parse_note(str(Note(text=text, lines=(line,)))) == Note(text=text, lines=(line,))


def test_a_cosignature_says_when_and_of_which_text(signer: FileSigner) -> None:
    by = key(signer, "witness.example/w", SignatureType.COSIGNATURE)
    line = cosign(TEXT, by.name, signer, WHEN)
    note = Note(text=TEXT, lines=(line,))

    assert when_cosigned(parse_note(str(note)), by) == WHEN
    assert when_cosigned(note, replace(by, name="witness.example/v")) is None
    assert when_cosigned(replace(note, lines=()), by) is None
    # The form of C2SP's tlog-cosignature, version 1, to the byte.
    at = int(WHEN.timestamp())
    signed = f"cosignature/v1\ntime {at}\n{TEXT}".encode()
    assert line.signature == at.to_bytes(8, "big") + signer.sign_plain(signed)


@pytest.mark.parametrize(
    "change",
    [
        lambda note: replace(note, text=note.text.replace("\n7\n", "\n8\n")),
        lambda note: replace(
            note, lines=(replace(note.lines[0], signature=b"\0" * 8 + note.lines[0].signature[8:]),)
        ),
        lambda note: replace(note, lines=(replace(note.lines[0], signature=note.lines[0].signature[:-1]),)),
        lambda note: replace(note, lines=(replace(note.lines[0], signature=b"1"),)),
        lambda note: replace(note, lines=(*note.lines, replace(note.lines[0], signature=b"\xff" * 72))),
    ],
    ids=["another text", "another time", "cut off", "hardly begun", "a second that is none"],
)
def test_a_cosignature_that_does_not_fit_is_told(change: Callable[[Note], Note], signer: FileSigner) -> None:
    by = key(signer, "witness.example/w", SignatureType.COSIGNATURE)
    note = Note(text=TEXT, lines=(cosign(TEXT, by.name, signer, WHEN),))

    with pytest.raises(ValueError, match="does not fit"):
        when_cosigned(change(note), by)


def test_a_cosignature_at_a_time_that_no_clock_shows_is_told(signer: FileSigner) -> None:
    seconds, as_witness = 2**63, key(signer, "witness.example", SignatureType.COSIGNATURE)
    signed = signer.sign_plain(f"cosignature/v1\ntime {seconds}\n{TEXT}".encode())
    line = SignatureLine(
        name=as_witness.name, key=as_witness.id, signature=seconds.to_bytes(8, "big") + signed
    )

    with pytest.raises(ValueError, match="no clock"):
        when_cosigned(Note(text=TEXT, lines=(line,)), as_witness)


def test_a_cosignature_is_no_signature_of_the_log(signer: FileSigner) -> None:
    line = cosign(TEXT, "log.example/1", signer, WHEN)
    as_log = key(signer, "log.example/1", SignatureType.TEXT)
    forged = SignatureLine(name=line.name, key=as_log.id, signature=line.signature[8:])

    with pytest.raises(ValueError, match="does not fit"):
        is_signed(Note(text=TEXT, lines=(forged,)), as_log)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no signature\n",
        "— name AAAAAAEC\n",
        "text\n\n",
        "text\n\n- name AAAAAAEC\n",
        "text\n\n— name\n",
        "text\n\n— two names AAAAAAEC\n",
        "text\n\n— na+me AAAAAAEC\n",
        "text\n\n— name AAAAAA==\n",
        "text\n\n— name AAAAAAED=\n",
        "text\n\n— name AAAAAAEC AAAA\n",
        "a\ttab\n\n— name AAAAAAEC\n",
        "an \x1b escape\n\n— name AAAAAAEC\n",
        "x" * 70_000 + "\n\n— name AAAAAAEC\n",
    ],
)
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_note(text)


def test_the_line_of_a_signature_has_one_form() -> None:
    assert str(parse_line("— name AAAAAAE=")) == "— name AAAAAAE=\n"
    with pytest.raises(ValueError, match="not the line"):
        parse_line("— name AAAAAAF=")  # the same bytes, written in another way


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        PUBLISHED_KEY.replace("c74f20a3", "c74f20a4"),
        PUBLISHED_KEY.replace("PeterNeumann", "PeterNewmann"),
        PUBLISHED_KEY.replace("TW", "TA"),
        PUBLISHED_KEY[:-4],
        PUBLISHED_KEY.replace("+ARpc", "+BRpc"),
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_note_key(text)


def test_a_key_for_which_anybody_can_sign_is_refused() -> None:
    weak = NoteKey(name="w", type=SignatureType.COSIGNATURE, public=b"\x01" + bytes(31))

    with pytest.raises(ValueError, match="small order"):
        parse_note_key(str(weak))


def test_a_key_is_handed_over_on_one_line(signer: FileSigner, tmp_path: Path) -> None:
    by = key(signer, "witness.example/w", SignatureType.COSIGNATURE)
    (tmp_path / "key").write_text(f"{by}\n")

    assert parse_note_key((tmp_path / "key").read_text()) == by
    assert base64.b64decode(str(by).split("+", 2)[2])[0] == 4

"""Entries, to the byte."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.register import entry as entries
from flows.register.entry import Entry

ARMOURED = "-----BEGIN SSH SIGNATURE-----\nU1NI\n-----END SSH SIGNATURE-----\n"

sha1 = st.text("0123456789abcdef", min_size=40, max_size=40)
sha256 = st.text("0123456789abcdef", min_size=64, max_size=64)
lines = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1)
values = st.builds(
    Entry,
    tree=sha1,
    parent=st.none() | sha1,
    register=st.text("0123456789abcdef", min_size=32, max_size=32),
    author=st.from_regex(r"[a-z0-9.-]+", fullmatch=True),
    authored=st.integers(0, 10**10),
    committed=st.integers(0, 10**10),
    subject=lines,
    sequence=st.integers(1),
    case=lines,
    act=lines,
    statement=sha256,
    previous_entry=st.none() | sha256,
    case_previous=st.none() | sha1,
    policy=st.integers(0),
)


def an_entry(**changes: Any) -> Entry:
    return replace(
        Entry(
            tree="a" * 40,
            parent="b" * 40,
            register="c" * 32,
            author="legal-reviewer",
            authored=1_793_610_000,
            committed=1_793_610_001,
            subject="legal-review: approve 1146A/22 version 2",
            sequence=42,
            case="1146A/22",
            act="0004-approve",
            statement="d" * 64,
            previous_entry="e" * 64,
            case_previous="f" * 40,
            policy=3,
        ),
        **changes,
    )


@given(values)
def test_an_entry_is_read_as_it_was_written(entry: Entry) -> None:
    assert entries.parse(entry.to_bytes()) == entry


@given(st.data())
def test_no_two_commits_are_one_entry(data: st.DataObject) -> None:
    good = an_entry().to_bytes()
    at = data.draw(st.integers(0, len(good) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != good[at]))
    try:
        read = entries.parse(good[:at] + bytes([byte]) + good[at + 1 :])
    except ValueError:
        return
    assert read != an_entry()


def test_the_message_is_a_sentence_and_trailers_in_fixed_order() -> None:
    assert an_entry().to_bytes().decode().partition("\n\n")[2] == (
        "legal-review: approve 1146A/22 version 2\n"
        "\n"
        "Sequence: 42\n"
        "Case: 1146A/22\n"
        "Act: 0004-approve\n"
        f"Statement: sha256:{'d' * 64}\n"
        f"Previous-Entry: sha256:{'e' * 64}\n"
        f"Case-Previous: {'f' * 40}\n"
        "Policy: 3\n"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"Sequence: 42", b"Sequence: 042", id="a leading nought"),
        pytest.param(b"Sequence: 42", b"Sequence: +42", id="a sign"),
        pytest.param(b"Statement: sha256:", b"Statement: ", id="a digest without its kind"),
        pytest.param(b"\nPolicy: 3", b"", id="a trailer too few"),
        pytest.param(b"\nPolicy: 3\n", b"\nPolicy: 3\nPolicy: 3\n", id="a trailer twice"),
        pytest.param(b"+0000", b"+0100", id="another time zone"),
        pytest.param(b"<legal-reviewer@", b"<sign-off-officer@", id="an author of two names"),
        pytest.param(b"<service@cccc", b"<service@dddd", id="a committer of another register"),
        pytest.param(b"legal-review", "légal".encode(), id="a letter beyond ASCII"),
    ],
)
def test_another_form_is_refused(old: bytes, new: bytes) -> None:
    good = an_entry().to_bytes()
    assert old in good

    with pytest.raises(ValueError, match="not an entry"):
        entries.parse(good.replace(old, new, 1))


def test_a_signature_goes_in_and_comes_out_again() -> None:
    payload = an_entry().to_bytes()

    assert entries.without_signature(entries.with_signature(payload, ARMOURED)) == (payload, ARMOURED)
    assert entries.without_signature(payload) == (payload, None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"\n\nlegal", b"\nencoding x\n\nlegal", id="a header after the signature"),
        pytest.param(b"\n U1NI", b"\nU1NI", id="a line not indented"),
        pytest.param(b"U1NI", "é".encode(), id="a letter beyond ASCII"),
    ],
)
def test_a_signature_out_of_form_is_refused(old: bytes, new: bytes) -> None:
    raw = entries.with_signature(an_entry().to_bytes(), ARMOURED)
    assert old in raw

    with pytest.raises(ValueError, match=r"."):
        entries.without_signature(raw.replace(old, new, 1))

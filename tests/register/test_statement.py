"""Statements, to the byte."""

from __future__ import annotations

import json
import string
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.domain.act import Act, FileMark
from flows.domain.acts import ACTS, APPROVE
from flows.domain.documents import DOCUMENT, DOCUMENTS
from flows.domain.procedure import Role, Stage
from flows.register import canonical, statement
from flows.register.statement import FORMAT, Link, Statement, mark

words = st.text(string.ascii_letters + 'éß€ \n"\\', max_size=20)
digests = st.text("0123456789abcdef", min_size=64, max_size=64)
marks = st.builds(FileMark, size=st.integers(0, 10**9), sha256=digests)
names = st.text(string.ascii_lowercase + ".-", min_size=1, max_size=12)
links = st.builds(Link, statement=digests, signature=digests)
acts = st.builds(
    Act,
    kind=st.sampled_from([*ACTS.values()]),
    case=words,
    actor=words,
    role=st.sampled_from(Role),
    time=st.datetimes(datetime(1000, 1, 1), datetime(9999, 1, 1)).map(  # noqa: DTZ001 - UTC is put in
        lambda time: time.replace(microsecond=0, tzinfo=UTC)
    ),
    policy=st.integers(0),
    version=st.integers(0),
    document=st.sampled_from(["", *DOCUMENTS]),
    gate=st.none() | st.sampled_from(Stage),
    reason=st.none() | words,
    details=st.dictionaries(words, words, max_size=3),
    files=st.dictionaries(names, marks, max_size=3),
)
statements = st.builds(
    Statement,
    register=words,
    number=st.integers(1),
    previous=st.none() | links,
    key=words,
    act=acts,
)


def a_statement(**changes: Any) -> Statement:
    act = Act(
        kind=APPROVE,
        case="1146A/22",
        actor="legal-reviewer",
        role=Role.LEGAL_REVIEWER,
        time=datetime(2026, 11, 2, 9, 0, tzinfo=UTC),
        policy=5,
        version=2,
        gate=Stage.LEGAL_REVIEW,
        document="test",
        details={DOCUMENT: "0" * 64},
        files={DOCUMENT: mark(b"x")},
    )
    whole = Statement(
        register="ab" * 16,
        number=4,
        previous=Link(statement="cd" * 32, signature="ef" * 32),
        key="approve/1146A-22/test/v2/r0/legal-review/legal-reviewer",
        act=act,
    )
    return replace(whole, **changes)


@given(statements)
def test_a_statement_is_read_as_it_was_written(said: Statement) -> None:
    assert statement.parse(said.to_bytes()) == said


@given(st.data())
def test_no_two_texts_are_one_statement(data: st.DataObject) -> None:
    good = a_statement().to_bytes()
    at = data.draw(st.integers(0, len(good) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != good[at]))
    try:
        read = statement.parse(good[:at] + bytes([byte]) + good[at + 1 :])
    except ValueError:
        return
    assert read != a_statement()


def test_it_stands_under_its_number_and_act() -> None:
    said = a_statement()

    assert (said.label, said.path, said.signature_path) == (
        "0004-approve",
        "acts/0004-approve.json",
        "acts/0004-approve.json.sig",
    )


def test_an_act_on_no_document_and_a_first_one_say_null() -> None:
    whole = a_statement()
    bare = replace(whole, previous=None, act=replace(whole.act, document=""))

    raw = json.loads(bare.to_bytes())

    assert (raw["document"], raw["previous"], raw["format"]) == (None, None, FORMAT)
    assert statement.parse(bare.to_bytes()) == bare


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 2},
        {"format": True},
        {"act": "approved"},
        {"act": []},
        {"actor": None},
        {"case": 7},
        {"details": []},
        {"details": {"a": 1}},
        {"files": {}},
        {"files": ["document.md"]},
        {"files": [{"path": "a", "size": 1}]},
        {"files": [{"path": "a", "size": "1", "sha256": "0" * 64}]},
        {"files": [{"path": "a", "size": 1, "sha256": "0" * 63}]},
        {"files": [{"path": "a", "size": 1, "sha256": "A" * 64}]},
        {"files": [{"path": 1, "size": 1, "sha256": "0" * 64}]},
        {"files": [{"path": [], "size": 1, "sha256": "0" * 64}]},
        {"files": [{"path": "a", "size": 1, "sha256": "0" * 64}] * 2},
        {"gate": "review"},
        {"number": True},
        {"number": "4"},
        {"previous": "none"},
        {"previous": 1},
        {"previous": False},
        {"previous": {}},
        {"previous": "ab" * 32},
        {"previous": {"statement": "ab" * 32}},
        {"previous": {"statement": "ab" * 32, "signature": None}},
        {"previous": {"statement": "ab" * 32, "signature": "AB" * 32}},
        {"previous": {"statement": "ab" * 32, "signature": "cd" * 32, "entry": "ef" * 32}},
        {"reason": 1},
        {"role": "clerk"},
        {"time": "2026-11-02T09:00:00+00:00"},
        {"time": "2026-11-02 09:00:00Z"},
        {"time": 1},
        {"verdict": "approve"},
        {"document": ""},
        {"document": 1},
        {"document": "letter"},
        {"document": ["test"]},
        {"document": ...},
        {"version": None},
        {"extra": 1},
        {"key": ...},
    ],
    ids=str,
)
def test_a_field_of_another_form_is_refused(changes: dict[str, Any]) -> None:
    raw = {**json.loads(a_statement().to_bytes()), **changes}
    raw = {name: value for name, value in raw.items() if value is not ...}

    with pytest.raises(ValueError, match=r"."):
        statement.parse(canonical.dump(raw))

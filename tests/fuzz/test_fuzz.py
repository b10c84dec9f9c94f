"""Whatever an attacker writes is read, or refused by an error of ours; and what is not would be noticed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from parsers import PARSERS, Parser
from trying import inputs_of, share_out, try_one, try_parser

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.filterwarnings("ignore::Warning:joserfc")
@pytest.mark.parametrize("name", PARSERS)
def test_an_input_is_read_or_refused_by_an_error_of_ours(name: str) -> None:
    for data in inputs_of(name, 12, "ordinary"):
        try_one(PARSERS[name], data)


@pytest.mark.exhaustive
@pytest.mark.filterwarnings("ignore::Warning:joserfc")
@pytest.mark.parametrize("name", PARSERS)
def test_many_inputs_are_read_or_refused_within_bounds_of_time_and_memory(name: str) -> None:
    count = share_out(PARSERS, 20_000)[name]

    outcome = try_parser(name, count)

    assert outcome.inputs == count
    assert outcome.found == []


def test_every_parser_is_tried_on_something_good() -> None:
    assert [name for name, parser in PARSERS.items() if not parser.seeds()] == []


def end(_data: bytes) -> None:
    os._exit(1)


def fill_the_memory(_data: bytes) -> None:
    bytearray(2 << 30)


def let_out(data: bytes) -> None:
    {b"good": 1}[data]


@pytest.mark.parametrize(
    ("read", "what"),
    [(end, "the process ended"), (fill_the_memory, "MemoryError"), (let_out, "KeyError")],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_what_a_parser_lets_out_is_found(
    read: Callable[[bytes], object], what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Parser(seeds=lambda: (b"good",), read=read, ours=(ValueError,), share=1)
    monkeypatch.setitem(PARSERS, "broken", broken)

    [found] = try_parser("broken", 20).found

    assert found.what.startswith(what)

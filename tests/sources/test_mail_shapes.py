from __future__ import annotations

import random

import pytest
from mail_shapes import CASE, KNOWN, SHAPES, Shape, mail, mark
from sampling import sampled

from flows.sources.mail.judging import case_of_token, judge, token_of
from flows.sources.mail.message import read_message


@pytest.mark.parametrize("shape", SHAPES, ids=[shape.name for shape in SHAPES])
def test_each_shape_of_mail_is_read_and_judged_as_it_has_to_be(shape: Shape) -> None:
    message = read_message(shape.raw)
    judged = judge(message, KNOWN)

    assert (judged.what, judged.case) == (shape.what, shape.case)
    assert shape.text in message.text
    assert bool(shape.text) == bool(message.text)
    assert message.told == shape.told
    assert tuple(each.kind for each in message.attached) == shape.attached
    assert message.name == shape.who


def test_there_are_a_hundred_shapes_and_no_two_of_one_name() -> None:
    assert len({shape.name for shape in SHAPES}) == len(SHAPES) >= 100


@pytest.mark.parametrize("seed", sampled(range(400), 8))
def test_a_message_damaged_anywhere_is_still_read(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeated by its seed
    raw = bytearray(chance.choice([shape.raw for shape in SHAPES if len(shape.raw) < 10_000]))
    for _ in range(chance.randrange(1, 20)):
        at = chance.randrange(len(raw) + 1)
        raw[at : at + chance.randrange(8)] = chance.choice(
            [b"", b"\n", b"\0", b"--b1", b"=?", b"\xff\xfe", b"<", b";"]
        )

    message = read_message(bytes(raw))

    assert message.text.isprintable() or "\n" in message.text
    assert "\n" not in message.name + message.subject


@pytest.mark.parametrize("about", ["", "response.1", "clarification.12"])
def test_a_token_leads_to_its_case_and_no_other_text_does(about: str) -> None:
    token = token_of(CASE, about, mark)

    assert case_of_token(f"foi+{token.upper()}@x.example", mark) == CASE
    assert case_of_token(token, lambda data: mark(data + b"another key")) is None
    for at in range(len(token)):
        if token[at] != ".":
            other = token[:at] + ("b" if token[at] == "a" else "a") + token[at + 1 :]
            assert case_of_token(other, mark) != CASE


def test_the_same_message_by_two_ways_says_the_same() -> None:
    once = read_message(mail(b"Words", "Received: from a by b"))
    twice = read_message(mail(b"Words", "Received: from c by d", "Received: from a by b"))

    assert (once.id, once.content) == (twice.id, twice.content)
    assert once.content != read_message(mail(b"Other words")).content

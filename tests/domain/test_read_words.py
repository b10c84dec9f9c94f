"""What is read of a Markdown text, and where it is written."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.document.markdown import normalise
from flows.document.syntax import MOST_MARKS, MOST_NOTES
from flows.domain.checks.leaks import leak_of
from flows.domain.checks.plain_text import read, spans
from flows.domain.checks.words import Passage
from flows.domain.errors import MalformedError


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Words as they are.", "Words as they are."),
        ("", ""),
        ("h**ol**d *it*, __all__ of _it_", "hold it, all of it"),
        ("snake_case, a\\*b, a\\b", "snake case, a b, a b"),
        ("h[ol]{lang=cy}d, [it](https://a.b/c_(d)), [so](<https://a.b/)>)", "hold, it, so"),
        ("[a [b]{lang=cy} c](mailto:a@b.c)", "a b c"),
        ("[2020] EWHC 1, \\[x\\](y), [x] (y), a] b", "[2020] EWHC 1, [x](y), [x] (y), a] b"),
        ("[a](b c) [a](b", "[a](b c) [a](b"),
        ("&#104;&#x6F;ld &amp; &nbsp;x &none; &#35", "hold &  x &none; &#35"),
        ("see <https://a.b/^[c> now", "see https://a.b/^[c now"),
        ("ho^[A [note](https://a.b).]ld^[More.]", "hold\n|\nA note.\n|\nMore."),
        ("a\\^[b] a\\\\^[b]", "a^[b] a \n|\nb"),
        ("never ^[ends", "never ^[ends"),
        ("never ^[ends\n\nnor] begins", "never ^[ends\n\nnor] begins"),
    ],
)
def test_what_is_read_has_no_mark_up(source: str, text: str) -> None:
    assert read(source).text == text


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("One\nline.", ["One\nline."]),
        ("One.\n\nTwo.", ["One.", "Two."]),
        ("A:\n- b\n* c\n1. d", ["A:", "b", "c", "d"]),
        ("A\n**b** c\n-d\n2022.5", ["A\nb c\n-d\n2022.5"]),
        ("a | b\n| c", ["a ", "b", "c"]),
        ("a^[b] c", ["a c", "b"]),
        # A list, or a sentence with a bullet in a note: it is read both ways.
        ("a^[b\n- c] d", ["a^[b", "c] d", "a d", "b", "c"]),
    ],
)
def test_blocks_cells_and_notes_are_read_apart(source: str, parts: list[str]) -> None:
    reading = read(source)

    assert [reading.text[start:end] for start, end in reading.parts] == parts


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("They **hold** it", "hold"),
        ("They h**ol**d it", "h**ol**d"),
        ("They &#104;ol&#100; it", "&#104;ol&#100;"),
        ("They ho^[See.]ld it", "ho^[See.]ld"),
        ("a^[They [hold]{lang=cy} it] b", "hold"),
    ],
)
def test_what_is_found_is_shown_where_it_is_written(source: str, written: str) -> None:
    ((start, end),) = spans(re.compile("hold"), source)

    assert source[start:end] == written


_ASSERTED = (
    "We hold records of it.",
    "An answer would harm, and we have withheld the rest.",
    "The information is held by the unit.",
    "Nothing was found, and the names were redacted.",
)
_AROUND = (("**", "**"), ("*", "*"), ("[", "]{lang=cy}"), ("[", "](https://example.org/a_(b))"))
_places = st.integers(0, 200)
_wraps = st.lists(st.tuples(_places, _places, st.sampled_from(_AROUND)), max_size=6)
_changes = st.lists(st.tuples(_places, st.sampled_from(["&#{};", "^[A note.]", "&#x{:x};"])), max_size=4)


@given(st.sampled_from(_ASSERTED), _wraps, _changes)
def test_mark_up_around_or_inside_words_hides_nothing(
    plain: str, wraps: list[tuple[int, int, tuple[str, str]]], changes: list[tuple[int, str]]
) -> None:
    signs, before, after = [*plain], [""] * len(plain), [""] * len(plain)
    for one, other, (opens, closes) in wraps:
        first, last = sorted((one % len(plain), other % len(plain)))
        before[first] += opens
        after[last] = closes + after[last]
    for place, change in changes:
        at = place % len(plain)
        if change.startswith("&"):
            signs[at] = change.format(ord(plain[at]))
        elif at + 1 < len(plain):
            after[at] += change
    source, written = "", []
    for opens, sign, closes in zip(before, signs, after, strict=True):
        written.append((len(source + opens), len(source + opens + sign)))
        source += opens + sign + closes

    (sentence,) = Passage("harm", plain).sentences
    known = leak_of(sentence)
    marked = [(leak, each) for each in Passage("harm", source).sentences if (leak := leak_of(each))]

    assert known is not None
    ((leak, found_in),) = marked
    start, end = known.found.span()
    assert (leak.kind, leak.asserts, leak.in_doubt) == (known.kind, known.asserts, known.in_doubt)
    assert found_in.span(leak.found) == (written[start][0], written[end - 1][1])


@given(st.text(alphabet="ab ^[](){}|\\*_`&#;<>:\n-1.", max_size=60))
def test_whatever_is_read_is_written_somewhere(source: str) -> None:
    passage = Passage("harm", source)

    for sentence in passage.sentences:
        start, end = sentence.trimmed
        assert 0 <= start < end <= len(source)
    for at in range(len(passage.plain)):
        start, end = passage.span(at, at + 1)
        assert 0 <= start <= end <= len(source)


@pytest.mark.exhaustive
@pytest.mark.parametrize("unit", ["^[", "^[ [ ", "[a](", "[[a]", "](", "]{", "a^[b\n- ", "\n["])
def test_a_text_full_of_brackets_is_read_in_a_pass(unit: str) -> None:
    source = unit * 20_000

    assert len(read(source).text) <= 3 * len(source)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("^[" * (MOST_NOTES + 1), f"has more than {MOST_NOTES} notes"),
        ("a^[b] " * (MOST_NOTES + 1), f"has more than {MOST_NOTES} notes"),
        ("[a](" * MOST_MARKS, f"has more than {MOST_MARKS} signs of mark-up"),
        ("- a\n" * (MOST_MARKS + 1), f"has more than {MOST_MARKS} signs of mark-up"),
    ],
    ids=["openings of notes", "notes", "openings of links", "lines"],
)
def test_a_text_with_too_much_mark_up_is_refused_at_once(text: str, what: str) -> None:
    with pytest.raises(MalformedError, match=what):
        normalise(text)


def test_a_text_with_as_many_notes_as_may_be_is_read() -> None:
    text = "a^[b] " * MOST_NOTES

    assert normalise(text) == f"{text.strip()}\n"

"""What the strict reader takes, and how it tells of what it does not."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from growth import costs_at_most
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.domain.errors import Fault, MalformedError
from flows.sources import strict_yaml
from flows.sources.strict_yaml import MOST_BYTES, MOST_FAULTS, MOST_VALUES, YamlText, scan

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS = frozenset({"a", "b", "c", "parts"})
PARSERS = [yaml.BaseLoader, strict_yaml.LOADER]


@pytest.fixture(params=PARSERS, ids=["Python's parser", "libyaml"], autouse=True)
def _each_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_yaml, "LOADER", request.param)


def load(data: bytes, keys: frozenset[str] = frozenset()) -> YamlText:
    """Return what a text says, if nothing at all is wrong with it."""
    document = scan(data, "a.yaml", keys)
    if document.faults:
        raise MalformedError("a.yaml", *document.faults)
    return document


def looked_through(data: bytes) -> None:
    with suppress(MalformedError):
        load(data, KEYS)


def faults_in(text: str | bytes) -> tuple[Fault, ...]:
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(MalformedError) as caught:
        load(data, KEYS)
    assert caught.value.source == "a.yaml"
    return caught.value.faults


@pytest.mark.parametrize(
    "scalar", ["4593_14", "yes", "2022-11-07", "1e3", "0x1F", "12:30:45", ".inf", "true", "<<", "="]
)
def test_every_plain_scalar_stays_text(scalar: str) -> None:
    assert load(f"a: {scalar}\n".encode()).content == {"a": scalar}


@pytest.mark.parametrize("scalar", ["", '""', "''"])
def test_a_value_left_empty_is_empty_text(scalar: str) -> None:
    assert load(f"a: {scalar}\n".encode()).content == {"a": ""}


def test_a_quoted_null_is_a_word() -> None:
    assert load(b"a: 'null'\n").content == {"a": "null"}


def test_the_mark_that_notepad_writes_is_passed_over() -> None:
    assert load(b"\xef\xbb\xbfa: b\r\n").content == {"a": "b"}


@pytest.mark.parametrize("sign", ["\x85", "\u2028", "\u2029", "\ufeff"])
@pytest.mark.parametrize("text", ["a: |\n  b{}c\nb: x\n", "a: b{}c\nb: x\n", 'a: "b{}c"\nb: x\n'])
def test_a_mark_within_a_line_ends_none(text: str, sign: str) -> None:
    document = load(text.format(sign).encode())

    assert document.content == {"a": f"b{sign}c" + "\n" * ("|" in text), "b": "x"}
    assert document.lines["b",] == text.count("\n")


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("a: Yes\n", "Yes"),
        ("a: No. 4471\n", "No. 4471"),
        ("a: 1.0\n", "1.0"),
        ("a: 'Null'\n", "Null"),
        ("a: Nullity\n", "Nullity"),
        ("a: contract#4471\n", "contract#4471"),
        ('a: "contract #4471"\n', "contract #4471"),
        ("a: |\n  contract\n  #4471\n", "contract\n#4471\n"),
        ("a: ~ 40 flights\n", "~ 40 flights"),
        ("a: it's 5% & more, [sic]\n", "it's 5% & more, [sic]"),
        ("a: the log of\n  drone flights\n", "the log of drone flights"),
        ("a: >\n  the log of\n  31(1) flights\n", "the log of 31(1) flights\n"),
        ("a: 'one\n\n\n  two'\n", "one\n\ntwo"),
        ("a: 'one:\n\n  - two'\n", "one:\n- two"),
        ("# what follows\na: b\n# the end\n", "b"),
        ("a:\n# what follows\n - b\n", ["b"]),
        ("a: b   \r\n\r\n", "b"),
        ("a: b\rb: c\r", "b"),
    ],
)
def test_words_are_read_as_they_are_written(text: str, content: Any) -> None:
    assert load(text.encode()).content["a"] == content  # type: ignore[call-overload,index] # keys are read


COMMENT = "is a comment, and would be lost"
ON = "run"
"""That one line is run on from another."""


@pytest.mark.parametrize(
    ("text", "says", "line"),
    [
        ("a: the log #4471\n", COMMENT, 1),
        ('a: "the log" #4471\n', COMMENT, 1),
        ("a:\n- x\n- the log # 4471\n", COMMENT, 3),
        ("a: #4471\nb: c\n", COMMENT, 1),
        ("a:\n- #4471 x\n- b\n", COMMENT, 2),
        ("a: | # 4471\n  b\n", COMMENT, 1),
        ("a: [b, # c\n  d]\n", COMMENT, 1),
        ("a: b\n  # 4471\nc: d\n", COMMENT, 2),
        ("a: |\n    b\n  # 4471\nc: d\n", COMMENT, 3),
        ("a:\n  # 4471\n  b\n", COMMENT, 2),
        ("a: b\n#4471 flights\nc: d\n", COMMENT, 2),
        ("a: b\n  # 4471", COMMENT, 2),
        ("a: >\n  b\n\n  c\n", ON, 4),
        ("a: >-\n  b\n  - c\n", ON, 3),
        ("a: >\n  b:\n    c\n", ON, 3),
        ("a: >\n  b\n  (a) c\n", ON, 3),
        ("a: b\n\n  c\n", ON, 3),
        ("a: b\n  - c\n", ON, 2),
        ("a: b\n  2. c\n", ON, 2),
        ('a: "b\n\n  c"\n', ON, 3),
        ("a: 'b\n  * c'\n", ON, 2),
        ('a: "b\\\n  c"\n', ON, 2),
        ("a: Null\n", "say nothing", 1),
        ("a:\n- ~\n", "say nothing", 2),
        ("a: b\n\tc: d\n", "a tab", 2),
        ("a: |\n\tb\n", "a tab", 2),
        ("a:\n-\tb\n", "a tab", 2),
        ("a:\u00a0b\nc: d\n", "no-break space", 1),
        ("a: b\n\u00a0\u00a0c: d\n", "no-break space", 2),
        ("a:\n-\u00a0b\n", "no-break space", 2),
        ('a:\n- "Open" b\n', "begins with a quotation mark", 2),
        ("a:\n- x\n- 'Tis b\n- c's\n", "begins with a quotation mark", 3),
        ('a: "Open": b\n', "begins with a quotation mark", 1),
        ("a: [Red] b\nc: d\n", "begins with [ or {", 1),
        ("a:\n- {name} b\n", "begins with [ or {", 2),
        ("a:\n- [open\nb: c\n", "is not closed", 2),
        *[(f"x: y\na: {sign}b c\n", f"begins with {sign}", 2) for sign in "%@`"],
        *[(f"x: y\na: {sign} b\n", f"begins with {sign}", 2) for sign in "*&,]}?|>-"],
        ("a:\n- ? b\n", "begins with ?", 2),
        ("a: b\n c: d\n", "a colon and a space", 2),
        ("a:b\nc: d\n", "a space is missing after the colon", 1),
        ("a: b\nc:d\ne: f\n", "a space is missing after the colon", 2),
        ("a: |\n    b\n  c\nd: e\n", "further left than the text", 3),
        ("a: |\n  b\nc d\ne: f\n", "further left than the text", 3),
    ],
)
def test_what_would_be_lost_or_misread_is_a_fault_with_its_cause_and_line(
    text: str, says: str, line: int
) -> None:
    (fault,) = faults_in(text)

    assert says in fault.problem
    assert fault.problem.endswith(f"(line {line})")


@pytest.mark.exhaustive
def test_a_line_of_comment_costs_the_same_among_many_as_among_few() -> None:
    few, many = (b"a: b\n" + b"#\n" * lines for lines in (50_000, 400_000))

    # Eight times the lines; whoever looked back over them at each would take 64 times as long.
    assert costs_at_most(24, load, few, many)


def test_lines_are_those_of_the_keys() -> None:
    document = load(b"a: 1\nb:\n  - x\n  - c: |\n      y\n")

    assert document.lines == {
        (): 1,
        ("a",): 1,
        ("b",): 2,
        ("b", 0): 3,
        ("b", 1): 4,
        ("b", 1, "c"): 4,
    }


@pytest.mark.parametrize(
    ("text", "path", "says", "line"),
    [
        ("", "", "empty", 1),
        ("a: 1\nb: 2\na: 3\n", "a", "stands twice, first on line 1", 3),
        ("a: &x 1\n", "a", "an anchor", 1),
        ("a: 1\nb: *x\n", "b", "an alias", 2),
        ("a: !!python/object:os.system x\n", "a", "a tag", 1),
        ("a: ! x\n", "a", "a tag", 1),
        ("&x a: 1\n", "", "an anchor", 1),
        ("a: 1\n---\nb: 2\n", "", "second document", 2),
        ("? [x]\n: 1\n", "", "a key is a word", 1),
        ("a:\n- b: 'x\n", "", "never closed", 2),
        ("a: b: c\n", "", "a colon and a space", 1),
        ("a:\n\t- b\n", "", "a tab", 2),
        ("a: [1\n", "", "is not closed", None),
        ("a: [\n", "", "is not closed", None),
        ("a:\n  - b\n c: d\n", "", "does not fit", 3),
        ("a:\n- **bold** text\n", "", "begins with *", 2),
        ('a: "C:\\q"\n', "", "a backslash", 1),
        ("a: !x!y z\n", "", "begins with !", 1),
        ("%YAML 3.0\n---\na: 1\n", "", "begins with %", 1),
        ("a: 1\nb: \x07\n", "", "control character", 2),
        ("parts:\n- " + "[" * 9 + "]" * 9, "parts[0]" + "[0]" * 6, "8 levels", 2),
        (b"a: 1\nb: caf\xe9\n", "", "save it as UTF-8", 2),
        ("a: 1\n".encode("utf-16"), "", "save it as UTF-8", 1),
        (b"a: " + b"x" * MOST_BYTES, "", "over 1 MiB", None),
    ],
)
def test_it_is_a_fault(text: str | bytes, path: str, says: str, line: int | None) -> None:
    (fault,) = faults_in(text)

    assert fault.path == path
    assert says in fault.problem
    assert line is None or fault.problem.endswith(f"(line {line})")


def test_every_fault_is_told_at_once() -> None:
    faults = faults_in("a: &x 1\na: 2\nb: *x\nparts:\n- c: !y z\nc: 'open\n")

    assert [fault.path for fault in faults] == ["a", "a", "b", "parts[0].c", ""]


def test_half_a_character_is_a_fault() -> None:
    assert faults_in('a: "\\uD800"\n')


def test_a_key_that_is_not_known_is_not_repeated() -> None:
    (fault,) = faults_in("Jane Sample wrote:\n  a: &x 1\n")

    assert fault == Fault(
        path="",
        problem="an anchor (&) is not read; write the text out; "
        "text that begins with this sign needs quotes (line 2)",
    )


def test_a_flood_of_faults_is_cut_short() -> None:
    assert len(faults_in("a: [" + "!x y, " * 100_000 + "]")) == MOST_FAULTS + 1


@pytest.mark.parametrize(
    "text",
    [
        b"a: " + b"x" * 5_000_000,
        b"[" * 1_000_000,
        b"{a: " * 250_000,
        b"- " * 500_000,
        b"? " * 500_000,
        b"-\n" * 500_000,
        b"a: &a [x,x]\n" + b"".join(b"b%d: &b%d [*a,*a,*a,*a]\n" % (i, i) for i in range(30_000)),
    ],
    ids=["5 MB", "lists", "keys", "dashes", "question marks", "empty values", "a billion laughs"],
)
def test_an_attack_costs_no_more_to_refuse_than_a_file_costs_to_read(text: bytes) -> None:
    honest = b"a:\n" + b"".join(b"- word %d\n" % number for number in range(MOST_VALUES // 16))
    assert load(honest, KEYS).content
    assert faults_in(text)
    assert costs_at_most(24, looked_through, honest, text)


SIGNS = [
    *['"', "'", "#", " #", " # x", "- ", "* ", ": ", ":", "\n", "\n\n", "\n ", "\n    ", "\n      # x\n"],
    *["[", "]", "{", "}", "|\n", ">\n", ">-\n", "|2\n", "&", "!", "%", "@", "`", "~", "null", "?", ", "],
    *["\u2028", "\u00a0"],
]
TYPED = (
    "a: the log of\n  drone flights\n"
    "b:\n  - film people\n  - c: |\n      who may\n      be seen\n    a: 'at all'\n"
)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(TYPED)), st.sampled_from(SIGNS)), max_size=4))
def test_no_word_of_a_file_that_is_taken_is_lost(signs: list[tuple[int, str]]) -> None:
    text = TYPED
    for at, sign in signs:
        text = text[:at] + sign + text[at:]
    with suppress(MalformedError):
        read = iter("".join(_letters(load(text.encode(), KEYS).content)))
        typed = re.sub(r"[|>]2?-?(?=\s*\n)", "", re.sub(r"^ *#(?![0-9]).*$", "", text, flags=re.MULTILINE))
        assert all(letter in read for letter in typed if letter.isalnum()), text


def _letters(content: Any) -> Iterator[str]:
    match content:
        case str():
            yield content
        case list():
            yield from (letters for each in content for letters in _letters(each))
        case _:
            yield from (f"{key}{''.join(_letters(value))}" for key, value in content.items())


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
documents = st.recursive(
    words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=12,
)


@given(documents, st.booleans())
def test_a_good_document_reads_as_pyyaml_reads_it(document: Any, flow: bool) -> None:  # noqa: FBT001
    text = yaml.safe_dump(document, allow_unicode=True, default_flow_style=flow, width=60)
    with suppress(MalformedError):  # deeper than eight levels, or a sign that YAML refuses
        assert load(text.encode()).content == yaml.load(
            text,
            Loader=yaml.BaseLoader,  # noqa: S506  builds text only
        )


@given(st.binary() | st.text(alphabet="ab:-[]{}&*!|>%@`'\"\\#?,~ \n\t\x00\u2028").map(str.encode))
def test_bytes_of_any_kind_are_read_or_malformed(data: bytes) -> None:
    with suppress(MalformedError):
        load(data)

"""Content is data: what is allowed, and that nothing in it can become structure."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flows.document.blocks import (
    MAX_LISTS,
    Block,
    Emphasis,
    Heading,
    Inline,
    Link,
    List,
    Note,
    Paragraph,
    Passage,
    Strong,
    Table,
    Text,
    parse_document,
    parse_prose,
)
from flows.document.blocks import (
    words as all_words,
)
from flows.document.characters import printable
from flows.document.markdown import escape, normalise, plain_faults, prose_faults, write_markdown
from flows.domain.errors import MalformedError

ZERO_WIDTH = (
    "character U+200B (ZERO WIDTH SPACE) at line 1, column 1: not a character the paper can print; remove it"
)
BACKWARDS = (
    "character U+202E (RIGHT-TO-LEFT OVERRIDE) at line 2, column 4: not a character the paper can print"
)
STRANGE_HOST = (
    "line 1 has a link that has more than a host before its path, as a name and @; write https://host/path"
)
MEANINGFUL = "\\`*_{}[]()<>#+-.!|~&;:=\"'/^% 1a\u00a0"
any_text = st.text(st.sampled_from(sorted(printable())), max_size=60).filter(
    lambda text: not plain_faults(text)
)
hostile_text = st.text(st.sampled_from(MEANINGFUL), max_size=25)
SIGN = "\\{"
OUT_OF_PLACE = (
    f"line 1 has curly brackets out of place; write [words]{{lang=cy}}, or {SIGN} for the sign itself"
)
words = st.one_of(any_text, hostile_text)
hostile_prose = st.text(st.sampled_from(f"{MEANINGFUL}\n\n  "), max_size=120)


@settings(deadline=None, max_examples=60)
@given(words)
def test_plain_text_comes_back_as_it_was(text: str) -> None:
    paragraphs = () if not text.strip() else (Paragraph((Text(text.strip()),)),)

    assert parse_document(escape(text)) == paragraphs


@settings(deadline=None, max_examples=60)
@given(words, words)
def test_plain_text_means_nothing_inside_a_line(text: str, after: str) -> None:
    expected = f"Sent to {text.strip()}: {after.strip()}".strip()

    assert parse_document(f"Sent to {escape(text)}: {escape(after)}") == (Paragraph((Text(expected),)),)


@settings(deadline=None, max_examples=60)
@given(words.filter(str.strip))
def test_plain_text_means_nothing_in_a_heading_or_in_bold(text: str) -> None:
    document = f"# {escape(text)}\n\n- **{escape(text)}**\n\nAfter"
    inside = Text(text.strip())

    assert parse_document(document) == (
        Heading(level=1, inlines=(inside,)),
        List(ordered=False, items=((Paragraph((Strong((inside,)),)),),)),
        Paragraph((Text("After"),)),
    )


@settings(deadline=None, max_examples=60)
@given(hostile_prose)
def test_content_that_is_fit_reads_back_as_the_same_blocks(text: str) -> None:
    if not prose_faults(text):
        assert parse_prose(normalise(text)) == parse_prose(text)
        assert normalise(normalise(text)) == normalise(text)


@settings(deadline=None, max_examples=60)
@given(hostile_prose)
def test_content_never_leaves_its_list_item(text: str) -> None:
    if not prose_faults(text):
        inside = normalise(text).replace("\n", "\n  ")
        document = parse_document(f"## Before\n\n- First\n\n  {inside}\n\n- Last\n\n## After\n")
        content = parse_prose(text)

        assert document == (
            Heading(level=2, inlines=(Text("Before"),)),
            List(
                ordered=False,
                items=((Paragraph((Text("First"),)), *content), (Paragraph((Text("Last"),)),)),
            ),
            Heading(level=2, inlines=(Text("After"),)),
        )


hostile = st.text(st.sampled_from("ab*_[](){}^!\\&<|1.#%="), min_size=1, max_size=8)


def _inlines(*, noted: bool) -> st.SearchStrategy[Inline]:
    text = hostile.map(Text)
    passage = text.map(lambda inside: Passage(lang="cy-GB", inlines=(inside,)))
    return st.one_of(
        text,
        text.map(lambda inside: Strong((inside,))),
        text.map(lambda inside: Emphasis((inside,))),
        passage,
        passage.map(lambda inside: Passage(lang="fr", inlines=(Strong(inside.inlines), Text(" x")))),
        st.one_of(text, passage).map(
            lambda inside: Link(
                href="https://example.org/a_(b)?c=1&d=2", inlines=(inside, Strong((Text("x"),)))
            )
        ),
        *([text.map(lambda inside: Note((inside, Text(" y"))))] if noted else []),
    )


def _spaced(inlines: list[Inline]) -> tuple[Inline, ...]:
    """Part inlines by words, since neighbours of one kind are one; a note and a bracket may touch text."""
    joined: list[Inline] = [Text("x ")]
    for inline in inlines:
        match inline:
            case Text():
                _add(joined, f" {inline.text} ")
            case Note():
                # A text that is one with its neighbour reads back as one.
                joined.append(Note((Text(_said(inline)),)))
            case Link() | Passage():
                joined.append(inline)
                _add(joined, "!^[x] ")
            case _:
                joined.append(inline)
                _add(joined, " x ")
        if not isinstance(inline, Text):
            _add(joined, " x!" if isinstance(inline, Note) else " x ")
    last = joined[-1]
    return (*joined[:-1], Text(last.text.rstrip())) if isinstance(last, Text) else tuple(joined)


def _add(joined: list[Inline], text: str) -> None:
    before = joined[-1]
    if isinstance(before, Text):
        joined[-1] = Text(before.text + text)
    else:
        joined.append(Text(text))


def _said(note: Note) -> str:
    return "".join(all_words([Paragraph(note.inlines)]))


lines = st.lists(_inlines(noted=False), max_size=4).map(_spaced)
noted_lines = st.lists(_inlines(noted=True), max_size=4).map(_spaced)
paragraphs = noted_lines.map(Paragraph)
tables = st.integers(1, 4).flatmap(
    lambda columns: st.builds(
        Table,
        header=st.tuples(*[lines] * columns),
        rows=st.lists(st.tuples(*[noted_lines] * columns), max_size=3).map(tuple),
        alignments=st.tuples(*[st.sampled_from([None, "left", "center", "right"])] * columns),
    )
)
blocks: st.SearchStrategy[Block] = st.recursive(
    st.one_of(paragraphs, tables),
    lambda inside: st.builds(
        List,
        ordered=st.just(value=False) | st.just(value=True),
        items=st.lists(st.lists(inside, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3).map(
            tuple
        ),
    ),
    max_leaves=5,
)


def depth(block: Block) -> int:
    """Return how deep lists nest in ``block``."""
    return 1 + max(depth(each) for item in block.items for each in item) if isinstance(block, List) else 0


@pytest.mark.exhaustive
@settings(deadline=None, max_examples=60)
@given(st.lists(blocks, max_size=4).map(tuple))
def test_blocks_written_as_markdown_are_read_as_the_same_blocks(document: tuple[Block, ...]) -> None:
    assume(max(map(depth, document), default=0) <= MAX_LISTS)

    # An ordered list that stands in no other is the paragraphs of a paper.
    told = tuple(
        replace(block, of_paragraphs=block.ordered) if isinstance(block, List) else block
        for block in document
    )
    assert parse_document(write_markdown(told)) == told


@settings(deadline=None, max_examples=60)
@given(hostile, st.sampled_from(["!", "^", "[", "]", "\\", "{", ""]), st.sampled_from([Passage, Link, Note]))
def test_what_ends_a_text_makes_nothing_of_what_follows(
    inside: str, sign: str, kind: type[Passage | Link | Note]
) -> None:
    inlines = (Text(inside),)
    following: Inline = (
        Passage(lang="cy", inlines=inlines)
        if kind is Passage
        else Link(href="https://a.uk/", inlines=inlines)
        if kind is Link
        else Note(inlines)
    )
    block = Paragraph((Text(f"x{sign}"), following, Text(f"{sign}{{a")))

    assert parse_document(write_markdown((block,))) == (block,)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("one\n\n# two", "line 3 has a heading; use bold text or leave it out"),
        ("one\n===", "line 1 has a heading; use bold text or leave it out"),
        ("> one", "line 1 is a block quotation; put the words in quotation marks"),
        ("`one`", "line 1 has code between backticks; leave the backticks out"),
        ("```\none\n```", "line 1 starts a block of code; leave its fence out"),
        ("one\n\n    two", "line 3 is indented like code; remove the spaces at its start"),
        ("a\n\n---", "line 3 is a rule across the page; leave it out"),
        ("a <b>b</b>", "line 1 has HTML; leave it out, or write \\< for the sign itself"),
        ("<div>", "line 1 has HTML; leave it out, or write \\< for the sign itself"),
        ("![a](https://b.uk)", "line 1 has an image; describe in words what it shows"),
        ("a\n[b]\n\n[b]: https://c.uk", "line 4 defines a link; write the link where it is used"),
        (
            "[a](javascript:alert)",
            "line 1 has a link that does not start with http, https or mailto; write the whole address",
        ),
        ("[a](https://)", "line 1 has a link that leads nowhere; check its address"),
        ("[a](https://foi.gov.uk@evil.example)", STRANGE_HOST),
        ("<https://name:word@evil.example/x>", STRANGE_HOST),
        ("[a](https://foi.gov.uk\\@evil.example)", STRANGE_HOST),
        ("[a](https://evil.example%2f.gov.uk/)", STRANGE_HOST),
        ('[a](https://b.uk "c")', "line 1 has a link with a title; leave the title out"),
        ("- a\n-", "line 2 has an empty list item; write it or remove it"),
        ("| a |\n| - |\n| b | c |", "line 3 has more cells than the table has columns; remove some"),
        (
            "one\ntwo\u202e",
            BACKWARDS,
        ),
        (
            "&#x200b;a",
            ZERO_WIDTH,
        ),
        ("caf\u0065\u0301", "line 1 is not in composed form (Unicode NFC); type its accents again"),
        *[
            (text, OUT_OF_PLACE)
            for text in (
                "[a](https://b.uk){lang=cy}",
                "[a]{lang=cy}{lang=fr}",
                "[a]{lang=}",
                "[a]{lang = cy}",
                "[a] {lang=cy}",
                "[a]{lang=cy",
                "a {#b}",
                "a^[b]{lang=cy}",
                "![a](https://b.uk){.c}",
            )
        ],
        *[
            (text, "line 1 has curly brackets with something else than a language; write {lang=cy}")
            for text in ("[a]{.b}", "[a]{#b}", "[a]{lang=cy .b}", "[a]{onclick=b}", "[a]{}", "[a]{href=cy}")
        ],
        *[
            (text, "line 2 has a passage in no language; write its tag as in {lang=cy} or {lang=fr-CA}")
            for text in ("x\n[a]{lang=c}", "x\n[a]{lang=welsh}", f"x\n[a]{{lang=cy-{'x' * 40}}}")
        ],
        ("{lang=cy}\na", f"line 1 is in curly brackets; leave it out, or write {SIGN} for the sign itself"),
        ("[a]{% why %lang=cy}", "line 1 has a remark in curly brackets; leave it out"),
        ("[ ]{lang=cy}", "line 1 has a passage without words; write them or remove it"),
        ("a^[ ]", "line 1 has a note without words; write them or remove it"),
        ("a\nb[^1]", "line 2 refers to a note; write its words where it is called for, as ^[The words.]"),
        ("a\n\n[^1]: b", "line 3 defines a note; write its words where it is called for, as ^[The words.]"),
        ("a^[b\n^[c]]", "line 2 has a note inside a note; make one note of the two"),
        ("[a^[b]](https://c.uk)", "line 1 has a note inside a link; put it after the link"),
        ("|a^[b]|\n|-|", "line 1 has a note in the header of a table; put it into the text"),
        ("a^[b\nc]\n`d`", "line 3 has code between backticks; leave the backticks out"),
        ("[[a](https://b.uk)]{lang=cy}", None),
        (
            "[[[a](https://b.uk)]{lang=cy}](https://c.uk)",
            "line 1 has a link inside a link; end the first one before",
        ),
        ("**a**[**b**](https://c.uk)**d**" + "*e*", None),
    ],
)
def test_a_fault_names_its_place_and_what_would_be_right(text: str, fault: str | None) -> None:
    assert (fault in prose_faults(text)) if fault else True


def test_every_fault_of_a_text_is_named_at_once() -> None:
    assert len(prose_faults("# a\n\n> b\n\n`c`")) == 3


@pytest.mark.parametrize(
    "character",
    [
        "\x00",
        "\t",
        "\r",
        "\x85",
        "\u00ad",
        "\u200b",
        "\u200d",
        "\u2028",
        "\u2066",
        "\ufeff",
        "\ue000",
        "\u2713",
    ],
    ids=lambda character: f"U+{ord(character):04X}",
)
def test_what_cannot_be_seen_or_printed_is_refused_everywhere(character: str) -> None:
    assert prose_faults(f"a{character}b")
    assert plain_faults(f"a{character}b")


@pytest.mark.parametrize("text", ["Tŷ\u2019r Heddlu, Ŵyn ŵ ŷ Ŷ", "£5 \u2013 “ok” §31(1)(a)… 50%", "a\u00a0b"])
def test_what_officials_write_is_fit(text: str) -> None:
    assert prose_faults(text) == []
    assert plain_faults(text) == []


def test_a_plain_field_has_one_line() -> None:
    assert plain_faults("one\n") == []
    assert plain_faults("one\ntwo") == ["has more than one line; write it on one"]


def test_ordinary_writing_is_left_as_it_is() -> None:
    text = "See [2025] UKSC 27, 4593_14, a < b & c; 5 * 3 (e.g. 1.5).\n"

    assert normalise(text) == text.replace("*", "\\*")


def test_lists_tables_links_and_emphasis_are_kept() -> None:
    text = (
        "A *b* **c *d*** [e](https://f.uk/g_h)\n\n- one\n- two\n  3. nested\n\n* other list\n\n"
        "| a | b |\n|:-:|--:|\n| 1 \\| 2 | |\n"
    )

    assert parse_prose(text) == (
        Paragraph(
            (
                Text("A "),
                Emphasis((Text("b"),)),
                Text(" "),
                Strong((Text("c "), Emphasis((Text("d"),)))),
                Text(" "),
                Link(href="https://f.uk/g_h", inlines=(Text("e"),)),
            )
        ),
        List(
            ordered=False,
            items=(
                (Paragraph((Text("one"),)),),
                (
                    Paragraph((Text("two 3. nested"),)),  # a numbered list breaks no line but from 1
                ),
            ),
        ),
        List(ordered=False, items=((Paragraph((Text("other list"),)),),)),
        Table(
            header=((Text("a"),), (Text("b"),)),
            rows=(((Text("1 | 2"),), ()),),
            alignments=("center", "right"),
        ),
    )


@pytest.mark.parametrize(
    "tag", ["cy", "CY", "fr-CA", "zh-yue-Hant-HK", "de-1996", "en-GB-oxendict", "cy-x-north"]
)
def test_a_passage_is_in_any_language_that_has_a_tag(tag: str) -> None:
    assert parse_prose(f"In [tŷ *ŵyn*]{{lang={tag}}}.") == (
        Paragraph(
            (
                Text("In "),
                Passage(lang=tag, inlines=(Text("tŷ "), Emphasis((Text("ŵyn"),)))),
                Text("."),
            )
        ),
    )
    assert normalise(f'[ty]{{ lang="{tag}" }}') == f"[ty]{{lang={tag}}}\n"


def test_links_are_outermost_and_inside_them_what_reaches_furthest() -> None:
    read = parse_prose("***[[a](https://b.uk) c]{lang=cy}*** and [[d]{lang=cy} e](https://f.uk)")

    stressed = tuple(
        Strong((Emphasis((Passage(lang="cy", inlines=(Text(text),)),)),)) for text in ("a", " c")
    )
    assert read == (
        Paragraph(
            (
                Link(href="https://b.uk", inlines=stressed[:1]),
                stressed[1],
                Text(" and "),
                Link(href="https://f.uk", inlines=(Passage(lang="cy", inlines=(Text("d"),)), Text(" e"))),
            )
        ),
    )


@pytest.mark.parametrize(
    "text",
    [
        "**[Caerdydd]{lang=cy} (Cardiff Bay)**",
        "**Cardiff, [Caerdydd]{lang=cy}**",
        "*[R]{lang=cy} v [X]{lang=cy}*",
        "[Mae **hyn** yn *dda*]{lang=cy}",
        "*a **b** c*",
    ],
)
def test_what_is_partly_stressed_or_partly_in_another_language_stays_as_it_is_written(text: str) -> None:
    assert normalise(text) == f"{text}\n"


def test_a_bold_first_cell_in_another_language_heads_its_row() -> None:
    [table] = parse_prose("| a | b |\n|---|---|\n| **[Caerdydd]{lang=cy}** | 1 |")

    assert isinstance(table, Table)
    assert table.heads_rows


def test_the_inner_of_two_passages_has_its_own_language() -> None:
    assert normalise("[a [b]{lang=fr} c]{lang=cy}") == "[a]{lang=cy} [b]{lang=fr} [c]{lang=cy}\n"


def test_a_note_stands_where_it_is_called_for_without_the_dress_of_its_neighbours() -> None:
    read = parse_prose("**a^[b [c](https://d.uk) &amp; *e* \\[f\\]] g**\n\n| x |\n|---|\n| y^[z] |")

    assert read == (
        Paragraph(
            (
                Strong((Text("a"),)),
                Note(
                    (
                        Text("b "),
                        Link(href="https://d.uk", inlines=(Text("c"),)),
                        Text(" & "),
                        Emphasis((Text("e"),)),
                        Text(" [f]"),
                    )
                ),
                Text(" "),
                Strong((Text("g"),)),
            )
        ),
        Table(
            header=((Text("x"),),),
            rows=(((Text("y"), Note((Text("z"),))),),),
            alignments=(None,),
        ),
    )


def test_a_note_in_a_heading_is_refused() -> None:
    with pytest.raises(MalformedError, match="has a note in a heading; put it into the text"):
        parse_document("# a^[b]")


def test_the_words_of_notes_and_passages_are_words_of_the_text() -> None:
    assert [*all_words(parse_prose("a^[Jo [Bloggs]{lang=cy}] b"))] == ["a", "Jo ", "Bloggs", " b"]
    assert prose_faults("a^[b&#x200b;]") == [ZERO_WIDTH.replace("line 1, column 1", "line 2, column 2")]


def test_lists_nest_four_deep_and_no_deeper() -> None:
    assert prose_faults("- a\n  - b\n    - c\n      - d") == []
    assert prose_faults("- a\n  - b\n    - c\n      - d\n        - e") == [
        "line 5 nests lists more than 4 deep; flatten them"
    ]


def test_a_thousand_nested_marks_are_no_trouble() -> None:
    prose_faults("*a **b " * 3000 + "c** d*" * 3000)
    prose_faults("[" * 3000)
    prose_faults("^[" * 500 + "]" * 500)
    prose_faults("[" * 500 + "a" + "]{lang=cy}" * 500)
    prose_faults("]{" * 2000)
    assert prose_faults("> " * 500 + "a")

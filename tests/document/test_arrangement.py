"""How a paper is arranged out of its text: its notes, its contents, what follows."""

from __future__ import annotations

import pytest
from sample_papers import a_record

from flows.document.arrangement import CONTENTS, LONG, NOTES, arrange, go_on, listed
from flows.document.blocks import (
    Block,
    Contents,
    Emphasis,
    Entry,
    Heading,
    Link,
    List,
    Note,
    NoteMark,
    Notes,
    Paragraph,
    Passage,
    Strong,
    Table,
    Text,
    parse_document,
)
from flows.document.blocks import words as words_of
from flows.document.publication import paper_blocks
from flows.document.record import TITLE, opening, record_blocks


def paragraph(*texts: str) -> Paragraph:
    return Paragraph(tuple(Text(text) for text in texts))


def heading(text: str, level: int = 2) -> Heading:
    return Heading(level=level, inlines=(Text(text),))


def entry(text: str, *inner: str) -> Entry:
    return Entry(inlines=(Text(text),), entries=tuple(entry(each) for each in inner))


def words(count: int) -> Paragraph:
    return paragraph("word " * count)


def a_long_text(*, count: int = LONG, headings: int = 5) -> tuple[Block, ...]:
    """Return a text of just so many words and headings."""
    title, opening = Heading(level=1, inlines=(Text("Title"),)), paragraph("Opening")
    chapters = [heading(f"Chapter{number}", 2 + (number % 2)) for number in range(headings)]
    rest = count - 2 - headings
    return (title, opening, *chapters, words(rest))


# Notes


def test_a_text_without_notes_stays_as_it_is() -> None:
    text = parse_document("# Title\n\nA [b]{lang=cy} c.\n")

    assert arrange(text) == text


def test_notes_are_numbered_as_they_are_read_and_stand_after_the_text() -> None:
    text = parse_document(
        "A^[one].\n\n- b^[two *2*]\n  - c^[three]\n\n| d |\n|---|\n| **e**^[four]^[five] |\n\n**f^[six]**\n"
    )

    *body, title, notes = arrange(text)

    assert body == [
        Paragraph((Text("A"), NoteMark(1), Text("."))),
        List(
            ordered=False,
            items=(
                (
                    Paragraph((Text("b"), NoteMark(2))),
                    List(ordered=False, items=((Paragraph((Text("c"), NoteMark(3))),),)),
                ),
            ),
        ),
        Table(
            header=((Text("d"),),),
            rows=(((Strong((Text("e"),)), NoteMark(4), NoteMark(5)),),),
            alignments=(None,),
        ),
        Paragraph((Strong((Text("f"),)), NoteMark(6))),
    ]
    assert title == NOTES
    assert notes == Notes(
        notes=(
            (Text("one"),),
            (Text("two "), Emphasis((Text("2"),))),
            *((Text(each),) for each in ("three", "four", "five", "six")),
        )
    )


def test_a_note_is_numbered_wherever_it_stands() -> None:
    inside = Link(
        href="https://a.uk", inlines=(Passage(lang="cy", inlines=(Strong((Note((Text("n"),)),)),)),)
    )

    (paragraph, _, _) = arrange((Paragraph((inside,)),))

    assert paragraph == Paragraph(
        (Link(href="https://a.uk", inlines=(Passage(lang="cy", inlines=(Strong((NoteMark(1),)),)),)),)
    )


def test_a_first_column_heads_its_rows_whatever_notes_it_calls_for() -> None:
    (table, *_) = arrange(parse_document("| a | b |\n|---|---|\n| **c**^[d] | e |\n"))

    assert isinstance(table, Table)
    assert table.heads_rows


# Contents


def test_a_long_text_has_its_contents_after_its_first_section() -> None:
    text = a_long_text(count=LONG + 1)

    assert arrange(text) == (
        *text[:4],
        CONTENTS,
        Contents(entries=(entry("Chapter2", "Chapter3"), entry("Chapter4"))),
        *text[4:],
    )


@pytest.mark.parametrize(
    "text",
    [
        a_long_text(),
        a_long_text(count=2 * LONG, headings=4),
        (*[heading(f"Deep {number}", 3) for number in range(9)], words(LONG)),
        (*[heading(f"Deeper {number}", 4) for number in range(9)], words(LONG)),
        (heading("Decision"), *[heading(f"Deep {number}", 3) for number in range(9)], words(LONG)),
    ],
    ids=["not a word too many", "few headings", "no section", "headings too deep", "one section"],
)
def test_other_texts_have_none(text: tuple[Block, ...]) -> None:
    assert arrange(text) == text


def test_the_words_of_notes_count_too() -> None:
    text = (*a_long_text(), Paragraph((Text("a"), Note((Text("b"),)))))

    assert CONTENTS in arrange(text)


def test_entries_are_headings_without_links_and_stress_in_their_language() -> None:
    inlines = (
        Strong((Text("On "),)),
        Link(href="https://a.uk", inlines=(Passage(lang="cy", inlines=(Emphasis((Text("tŷ"),)),)),)),
    )
    text = (*a_long_text(count=LONG), Heading(level=2, inlines=inlines))

    contents = next(block for block in arrange(text) if isinstance(block, Contents))

    assert contents.entries[-1] == Entry(inlines=(Text("On "), Passage(lang="cy", inlines=(Text("tŷ"),))))


def test_headings_before_the_second_section_and_deeper_ones_are_not_listed() -> None:
    text = (heading("Before", 3), *a_long_text(count=LONG), heading("Deep", 4))
    arranged = arrange(text)

    said = [arranged[at] for at in listed(arranged)]
    assert said == [heading("Chapter2", 2), heading("Chapter3", 3), heading("Chapter4", 2)]


def test_headings_in_a_list_are_not_listed() -> None:
    inner = List(ordered=False, items=((heading("Inside"),),))
    arranged = arrange((*a_long_text(count=LONG + 1), inner))

    assert len(listed(arranged)) == 3


# What follows


def test_the_contents_lead_to_what_follows_the_text_too() -> None:
    text = (*a_long_text(), Paragraph((Text("a"), Note((Text("b"),)))))
    paper = go_on(arrange(text), record_blocks(a_record()))

    contents = next(block for block in paper if isinstance(block, Contents))
    assert [each.inlines for each in contents.entries[-2:]] == [(Text("Notes"),), (Text(TITLE),)]
    assert [block for block in paper if isinstance(block, Heading)][-2:] == [NOTES, heading(TITLE)]


def test_the_record_alone_makes_no_text_long() -> None:
    text = a_long_text()

    assert go_on(arrange(text), record_blocks(a_record())) == (*text, *record_blocks(a_record()))


def test_the_blocks_of_a_paper_are_arranged() -> None:
    paper = paper_blocks("# Title\n\nA^[b].\n", a_record())

    assert paper[1:2] == opening(a_record())
    assert paper[2:5] == (
        Paragraph((Text("A"), NoteMark(1), Text("."))),
        NOTES,
        Notes(notes=((Text("b"),),)),
    )


def test_a_paper_says_first_when_it_was_decided_and_by_whom_it_is_issued_if_the_authority_chose() -> None:
    record = a_record(signatory="the Head of Governance")
    (_, first, *_) = paper_blocks("# Title\n\nA.\n", record)

    assert "".join(words_of([first])) == (
        "Decided on 2 December 2022. Issued for West Midlands Police by the Head of Governance. Version 2, "
        "published on 5 December 2022. The record at the end says who decided in which role, and how to "
        "check this paper."
    )
    assert "Issued" not in "".join(words_of(paper_blocks("# Title\n\nA.\n", a_record())))

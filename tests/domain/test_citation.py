"""Citations: as files have them, as people write them, and where they stand in prose."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from growth import costs_at_most
from hypothesis import example, given
from hypothesis import strategies as st
from sampling import sampled

from flows.domain.citation import (
    MOST_IN_A_RANGE,
    PATTERN,
    FoundCitation,
    find_citations,
    format_citations,
    parse_citations,
)
from flows.domain.errors import MalformedError
from flows.domain.provisions import provisions

AS_PEOPLE_WRITE = {
    "31(1)(a)": ("31(1)(a)",),
    "s31(3)": ("31(3)",),
    "s 31(1)(a)&(b)": ("31(1)(a)", "31(1)(b)"),
    "Section 24 (2)": ("24(2)",),
    "31(1)(a)-(c)": ("31(1)(a)", "31(1)(b)", "31(1)(c)"),
    "s.31(1)(g) to (i)": ("31(1)(g)", "31(1)(h)", "31(1)(i)"),
    "31(1)(g)-(i)": ("31(1)(g)", "31(1)(h)", "31(1)(i)"),
    "ss 23(5) and 24(2)": ("23(5)", "24(2)"),
    "Ss. 23(5) & 24(2)": ("23(5)", "24(2)"),
    "section 23(5) and section 24(2)": ("23(5)", "24(2)"),
    "sections 31(1)(a), (b) and (d)": ("31(1)(a)", "31(1)(b)", "31(1)(d)"),
    "sections 31(1)(a), (b), and (d)": ("31(1)(a)", "31(1)(b)", "31(1)(d)"),
    "Section 36(2)(b)(i)\u2013(ii)": ("36(2)(b)(i)", "36(2)(b)(ii)"),
    "36(2)(b)(i)-(iii)": ("36(2)(b)(i)", "36(2)(b)(ii)", "36(2)(b)(iii)"),
    "36(2)(b)(i) and (ii), and (c)": ("36(2)(b)(i)", "36(2)(b)(ii)", "36(2)(c)"),
    "30(2)(a)(i), (b)": ("30(2)(a)(i)", "30(2)(b)"),
    "36(2)(a)(i) and (b)(ii)": ("36(2)(a)(i)", "36(2)(b)(ii)"),
    "s40(5B)(a)": ("40(5B)(a)",),
    "s40(5b)(a)": ("40(5B)(a)",),
    "s 22a(1)": ("22A(1)",),
    "40(5A)-(5B)": ("40(5A)", "40(5B)"),
    "sec. 31 (3) FOIA": ("31(3)",),
    "section 31(3) of the Act": ("31(3)",),
    "section 31(3) of the Freedom of Information Act 2000 (FOIA)": ("31(3)",),
    "section 23(5) of the Act and section 24(2) of the Act": ("23(5)", "24(2)"),
    "regulation 12(5)(b)": ("12(5)(b)",),
    "reg 12(4)(e)": ("12(4)(e)",),
    "regulations 12(4)(d) and (e) of the EIR": ("12(4)(d)", "12(4)(e)"),
    "37(1)(aa)-(ad)": ("37(1)(aa)", "37(1)(ab)", "37(1)(ac)", "37(1)(ad)"),
    "31(1) to (3)": ("31(1)", "31(2)", "31(3)"),
    "31(1)(a) and (3)": ("31(1)(a)", "31(3)"),
    "s31(1)(a)-s31(1)(c)": ("31(1)(a)", "31(1)(b)", "31(1)(c)"),
    "31(1)(a)-(c), (e) and 38(1)(a)": ("31(1)(a)", "31(1)(b)", "31(1)(c)", "31(1)(e)", "38(1)(a)"),
    "23(5)/24(2)": ("23(5)", "24(2)"),
    "31(1)(A)": ("31(1)(a)",),
    "30(b)(i) and (ii)": ("30(b)(i)", "30(b)(ii)"),
    "sections 26 to 29": ("26", "27", "28", "29"),
    "section\u00a031\n(3)": ("31(3)",),
    "12": ("12",),
}


@pytest.mark.parametrize(("written", "citations"), AS_PEOPLE_WRITE.items(), ids=AS_PEOPLE_WRITE.keys())
def test_what_people_write_is_read(written: str, citations: tuple[str, ...]) -> None:
    assert parse_citations(written) == citations


NOT_CLEAR = "which provisions lie in this range is not clear"
NOT_A_CITATION = "write a provision as"
REFUSED = {
    "": NOT_A_CITATION,
    "the section": NOT_A_CITATION,
    "(b)": NOT_A_CITATION,
    "s31(3) Law": NOT_A_CITATION,
    "31(3)(4)": NOT_A_CITATION,
    "31(1)(a)(i)(b)": NOT_A_CITATION,
    "31(1)(a) and": NOT_A_CITATION,
    "31(1)(abcde)": NOT_A_CITATION,
    "0(1)": NOT_A_CITATION,
    "2026(1)": NOT_A_CITATION,
    "31(100)": NOT_A_CITATION,
    "३१(1)": NOT_A_CITATION,
    "31(1)(a)-(ab)": NOT_CLEAR,
    "37(1)(ab)-(b)": NOT_CLEAR,
    "31(1)(ii)-(iv)": NOT_CLEAR,
    "40(5)-(5B)": NOT_CLEAR,
    "40(4)-(5B)": NOT_CLEAR,
    "22-22A": NOT_CLEAR,
    "31(1)(a)-(3)": NOT_CLEAR,
    "23(5)-24(2)": NOT_CLEAR,
    "36(2)(a)(i)-(b)(ii)": NOT_CLEAR,
    "31(1)(a)-(c)-(e)": NOT_CLEAR,
    "31(1)-31(a)": NOT_CLEAR,
    "31-(3)": "what a bracket here belongs to is not clear",
    "31(1) and (a)": "what a bracket here belongs to is not clear",
    "30(b) and (1)": "what a bracket here belongs to is not clear",
    "31(1)(c)-(a)": "a range ends after it begins",
    "31(1)(a)-(a)": "a range ends after it begins",
    "36(2)(b)(iii)-(i)": "a range ends after it begins",
    "1-999": f"a range has at most {MOST_IN_A_RANGE} provisions",
}


@pytest.mark.parametrize(("written", "why"), REFUSED.items(), ids=[each or "nothing" for each in REFUSED])
def test_what_cannot_be_known_is_refused_with_what_would_be_right(written: str, why: str) -> None:
    with pytest.raises(MalformedError) as refused:
        parse_citations(written)

    (fault,) = refused.value.faults
    assert fault.problem.startswith(why)
    assert str(refused.value) == f"citation: {fault.problem}."


def test_a_whole_alphabet_is_a_range() -> None:
    assert len(parse_citations("31(1)(a)-(z)")) == MOST_IN_A_RANGE


TOKENS = st.sampled_from(
    [*"0123456789abivxzABZ()()()-\u2013&,;/. \n", "section ", "ss ", "31", "(1)", "(a)", "(i)", " and ",
     " to ", " of the Act", " FOIA", "(5B)", "Ⅳ", "²", "\u017f", "\u00a0", "İ"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(TOKENS, max_size=30).map("".join)))
@example("s" * 10_000)
@example("31" + "(1)" * 5_000)
@example("31(1)(a)" + ", (b)" * 5_000)
@example("section" + " " * 10_000 + "31(3)")
def test_every_text_is_citations_or_a_sentence_about_what_would_be_right(text: str) -> None:
    try:
        citations = parse_citations(text)
    except MalformedError:
        return
    assert citations
    assert all(re.fullmatch(PATTERN, citation) for citation in citations)


# One settled form

SETTLED = {
    ("31(1)(a)",): "section 31(1)(a)",
    ("31(1)(a)", "31(1)(b)"): "section 31(1)(a) and (b)",
    ("31(1)(a)", "31(1)(b)", "31(1)(d)"): "section 31(1)(a), (b) and (d)",
    ("23(5)", "24(2)"): "sections 23(5) and 24(2)",
    ("31(1)(a)", "31(1)(b)", "38(1)(b)"): "sections 31(1)(a) and (b) and 38(1)(b)",
    ("31(1)", "31(3)"): "section 31(1) and (3)",
    ("36(2)(b)(i)", "36(2)(b)(ii)"): "section 36(2)(b)(i) and (ii)",
    ("36(2)(b)(i)", "36(2)(c)"): "sections 36(2)(b)(i) and 36(2)(c)",
    ("40(5B)(a)",): "section 40(5B)(a)",
    ("12", "14"): "sections 12 and 14",
    # What would be read as something else is written out.
    ("31(1)", "31(a)"): "sections 31(1) and 31(a)",
    ("31(1)(a)(z)", "31(1)(a)(b)"): "sections 31(1)(a)(z) and 31(1)(a)(b)",
}


@pytest.mark.parametrize(("citations", "phrase"), SETTLED.items(), ids=SETTLED.values())
def test_citations_have_one_written_form(citations: tuple[str, ...], phrase: str) -> None:
    assert format_citations(citations) == phrase


def test_a_regulation_is_cited_as_one() -> None:
    assert format_citations(["12(5)(a)"], unit="regulation") == "regulation 12(5)(a)"
    assert format_citations(["12(5)(a)", "13(1)"], unit="regulation") == "regulations 12(5)(a) and 13(1)"


def test_only_the_canonical_form_is_written() -> None:
    with pytest.raises(ValueError, match="canonical"):
        format_citations(["s31(3)"])


canonical = st.one_of(
    st.from_regex(PATTERN, fullmatch=True),
    st.sampled_from([*provisions().titles()]),
    # Neighbours, so that the short forms are met with.
    st.builds(
        lambda section, subsection, letter, roman: f"{section}{subsection}{letter}{roman}",
        st.sampled_from(["31", "36", "22A"]),
        st.sampled_from(["", "(1)", "(2)", "(5A)"]),
        st.sampled_from(["", "(a)", "(b)", "(i)", "(aa)"]),
        st.sampled_from(["", "(i)", "(ii)", "(v)", "(a)", "(zz)"]),
    ),
)


@given(st.lists(canonical, min_size=1, max_size=6), st.sampled_from(["section", "regulation"]))
def test_what_is_written_is_read_back(citations: list[str], unit: str) -> None:
    assert parse_citations(format_citations(citations, unit=unit)) == tuple(citations)


gap = st.sampled_from(["", " ", "  ", "\u00a0", "\n"])
dash = st.sampled_from(["-", "\u2013", " to ", " - ", "\u2014"])
joint = st.sampled_from([",", ", ", " and ", "&", " & ", ", and ", "; ", " or ", "/"])
bracket = st.one_of(
    st.integers(1, 12).map(str),
    st.sampled_from([*"abcdefghi", "aa", "ab", "ii", "iii", "iv", "5A", "5b", "B"]),
)


@st.composite
def written(draw: st.DrawFn) -> str:
    """Draw a reference as somebody may write it, right or wrong."""
    text = draw(st.sampled_from(["", "s", "s.", "ss ", "Section ", "sections ", "reg. ", "regulation "]))
    for number in range(draw(st.integers(1, 4))):
        if number:
            text += draw(st.one_of(joint, dash))
        if not number or draw(st.booleans()):
            text += draw(st.sampled_from(["", "section "])) if number else ""
            text += draw(st.sampled_from(["21", "31", "36", "22A", "40"]))
        for one in draw(st.lists(bracket, max_size=3)):
            text += f"{draw(gap)}({one})"
    return text + draw(st.sampled_from(["", " FOIA", " of the Act", ", Freedom of Information Act 2000"]))


@given(written())
def test_reading_the_settled_form_of_what_was_read_changes_nothing(text: str) -> None:
    try:
        citations = parse_citations(text)
    except MalformedError:
        return
    assert parse_citations(format_citations(citations)) == citations
    assert format_citations(parse_citations(format_citations(citations))) == format_citations(citations)


# In prose


def found_in(text: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(text[found.start : found.end], found.citations) for found in find_citations(text)]


IN_PROSE = {
    "We rely on section 24(2) and section 31(3).": [
        ("section 24(2)", ("24(2)",)),
        ("section 31(3)", ("31(3)",)),
    ],
    "Sections 23(5) and 24(2) of the Act apply.": [("Sections 23(5) and 24(2)", ("23(5)", "24(2)"))],
    "S.31 (3), by virtue of s31(1)(a)&(b)": [
        ("S.31 (3)", ("31(3)",)),
        ("s31(1)(a)&(b)", ("31(1)(a)", "31(1)(b)")),
    ],
    "the exemption (31(1)(a)) is engaged": [("31(1)(a)", ("31(1)(a)",))],
    "31(1)(a)-(c), which": [("31(1)(a)-(c)", ("31(1)(a)", "31(1)(b)", "31(1)(c)"))],
    "under section 40 it": [("section 40", ("40",))],
    "Section 31 (3) (Law enforcement)": [("Section 31 (3)", ("31(3)",))],
    "section 31(3) (NCND)": [("section 31(3)", ("31(3)",))],
    "regulation 12(5)(b) of the EIR": [("regulation 12(5)(b)", ("12(5)(b)",))],
    "sections 12 and 14 apply": [("sections 12 and 14", ("12", "14"))],
    "sections 23(5) and 24 hours later": [("sections 23(5)", ("23(5)",))],
    "section 31(3) and 24(2) too": [("section 31(3) and 24(2)", ("31(3)", "24(2)"))],
    "section 31(3) and 24 officers": [("section 31(3)", ("31(3)",))],
    "section 31(3), 24 of them": [("section 31(3)", ("31(3)",))],
    "(1) section 24(2), (2) section 31(3)": [
        ("section 24(2)", ("24(2)",)),
        ("section 31(3)", ("31(3)",)),
    ],
    "37(1)(a)-(ab)": [("37(1)(a)", ("37(1)(a)",))],
    "**Section 24(2)**, [s.31(3)](https://example.org)": [
        ("Section 24(2)", ("24(2)",)),
        ("s.31(3)", ("31(3)",)),
    ],
    "section 31(3) of Part II of the Act": [("section 31(3)", ("31(3)",))],
    "section 31(3) of FOIA, as the Public Order Act": [("section 31(3)", ("31(3)",))],
    "Freedom of Information Act 2000, section 31(3)": [("section 31(3)", ("31(3)",))],
    "Under the Act section 31(3) applies": [("section 31(3)", ("31(3)",))],
    "the Equality Act 2010, and section 31(3)": [("section 31(3)", ("31(3)",))],
    "as the Equality Act 2010, section 31(3) FOIA": [("section 31(3)", ("31(3)",))],
    "in 2022 s.31(3) applied": [("s.31(3)", ("31(3)",))],
    "(see 30(2)(a)(iii))": [("30(2)(a)(iii)", ("30(2)(a)(iii)",))],
    "30(b)(i) of the Scottish Act": [],
    "a mother: 30(b)(i).": [("30(b)(i)", ("30(b)(i)",))],
}


@pytest.mark.parametrize(("text", "found"), IN_PROSE.items(), ids=IN_PROSE.keys())
def test_references_are_found_in_prose(text: str, found: list[tuple[str, tuple[str, ...]]]) -> None:
    assert found_in(text) == found


def test_a_reference_is_found_with_its_place() -> None:
    (found,) = find_citations("See ss 23(5) and 24(2).")

    assert found == FoundCitation(citations=("23(5)", "24(2)"), start=4, end=22)


@pytest.mark.parametrize(
    "text",
    [
        "page 31 (3)",
        "page 31(3)",
        "pp. 31(3)",
        "2026 (1)",
        "2026(1)",
        "[2025] UKSC 27",
        "at 10:31(1)",
        "£31(1)",
        "1,031(3)",
        "1.31(1)",
        "on 31 (Monday)",
        "31(see below)",
        "12 officers",
        "31(1",
        "24/7",
        "31/12/2025(1)",
        "1146A/22(1)",
        "question 3(a)",
        "3(a) Please say how many",
        "Article 6(1)(f) of the UK GDPR",
        "Articles 6(1)(f) and 9(2)(g)",
        "paragraph 5(2) of Schedule 1",
        "section 45(1)(a) of the Data Protection Act 2018",
        "section 26 of RIPA",
        "s.17(1) PACE",
        "the Public Order Act 1986, s.5",
        "under PACE s.17(1)",
        "section 3 of this report",
        "section 3.2",
        "the 1990s 31 people",
        "the force's 31 officers",
        "took 5 s 31 times",
        "in 10 secs 31 went by",
        "classes 31(see)",
        "section 1999",
        "sections",
        "",
    ],
)
def test_what_is_no_reference_of_ours_is_left_alone(text: str) -> None:
    assert found_in(text) == []


@given(written(), st.sampled_from(["", "We cite ", "Under "]), st.sampled_from(["", ".", " here"]))
def test_what_is_found_lies_in_the_text_in_order_and_is_canonical(text: str, before: str, after: str) -> None:
    whole = before + text + after
    at = 0
    for found in find_citations(whole):
        assert at <= found.start < found.end <= len(whole)
        assert found.citations
        assert all(re.fullmatch(PATTERN, citation) for citation in found.citations)
        at = found.end


@given(st.lists(canonical, min_size=1, max_size=4))
def test_the_settled_form_is_found_whole(citations: list[str]) -> None:
    phrase = format_citations(citations)
    if re.search(r"\([a-z]{3,4}\)", phrase):
        return  # no Act has such a bracket, prose has many
    assert found_in(f"We cite {phrase}.") == [(phrase, tuple(citations))]


@given(st.one_of(st.text(), st.lists(TOKENS, max_size=60).map("".join)))
def test_prose_of_any_kind_is_searched_to_its_end(text: str) -> None:
    for found in find_citations(text):
        assert 0 <= found.start < found.end <= len(text)


@pytest.mark.parametrize(
    "piece",
    sampled(["section ", "s", "31", "31(", "31(1)(a), ", "section 31 (1) ", " ", "(a)-(b)", "31(1) of the A ",
             "ss.", "s 31 of the Aa", "Section 1-", "page "], first=4),
)  # fmt: skip
def test_a_text_ten_times_as_long_takes_about_ten_times_as_long(piece: str) -> None:
    short, long = (piece * (size // len(piece)) for size in (20_000, 200_000))

    assert costs_at_most(40, read_as_both, short, long)


def read_as_both(text: str) -> None:
    list(find_citations(text))
    with suppress(MalformedError):
        parse_citations(text)

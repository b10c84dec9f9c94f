"""What people type: it is printed as typed, or refused with its line and what to type."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.document.blocks import List, parse_prose, words
from flows.document.markdown import normalise, plain_faults, prose_faults, write_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flows.document.blocks import Block

NUMBER, BRACKET = "comes; number the items on", "for its number, and would be printed as"
BULLET, ITEM = "begins with the bullet of a word processor", "begins like an item of a list"
NO_ITEM, PLACE = "is no item of a list as it stands", "belongs to no item; indent it by"
BREAK, BLANK = "asks for a line break", "has a no-break space alone"
BOLD, ITALICS, WITHIN = "that is no bold", "that is no italics", "has bold or italics within a word"
LINK, ADDRESS = "has a broken link", "has an address with * or _ in it"
ROW, UNDER, DRAWN = "looks like a row of a table", "stands right under a table", "draws a table"
STRUCK, PATH = "has ~~", "has a path"
SIGN, AMOUNT = "which would be printed as a bullet", "begins with - before a number"
GOES_ON, REFERENCE = "goes on from the line before", ";, which would be printed as"
CHARACTER = "not a character the paper can print"

REFUSED = [
    # Numbers that Markdown would change
    ("1. Yes.\n2. None.\n4. We withhold it.", 3, NUMBER),
    ("1. a\n1. b", 2, NUMBER),
    ("3. a\n5. b", 2, NUMBER),
    ("1. a\n\n3. b", 3, NUMBER),
    ("1. a\n2. b\n1. c", 3, NUMBER),
    ("- x\n  1. a\n  3. b", 3, NUMBER),
    ("01. a", 1, NUMBER),
    ("1) a\n2) b", 1, BRACKET),
    ("Text:\n\n4) a", 3, BRACKET),
    ("1. a\n   1) b", 2, BRACKET),
    # Items that Markdown would run together
    ("We weighed:\n(a) the drones;\n(b) the burglars.", 2, ITEM),
    ("a) the drones\nb) the burglars", 2, ITEM),
    ("(i) the drones\n(ii) the burglars\n(iii) both", 2, ITEM),
    ("They are:\niv. the fourth", 2, ITEM),
    ("They are these.\n2. The second.", 2, ITEM),
    ("1.The drones\n2.The burglars", 2, ITEM),
    ("1 \u2013 drones\n2 \u2013 burglars", 2, ITEM),
    ("Q1. Yes.\nQ2. No.", 2, ITEM),
    ("Question 1: yes\nQuestion 2: no", 2, ITEM),
    ("- x:\n  (a) y;\n  (b) z.", 2, ITEM),
    ("We weighed:\n\u2013 the drones;", 2, ITEM),
    ("\u2014 the drones\n\u2014 the burglars", 2, ITEM),
    ("-the drones\n-the burglars", 2, ITEM),
    ("1/ drones\n2/ burglars", 2, ITEM),
    ("(a)drones\n(b)burglars", 2, ITEM),
    ("1.1 drones\n1.2 burglars", 2, ITEM),
    ("No. 1 is\nNo. 2 is not", 2, ITEM),
    ("\u2013drones\n\u2013burglars", 2, ITEM),
    ("[1] drones\n[2] burglars", 2, ITEM),
    ("We weighed:\n-- the drones", 2, ITEM),
    # Bullets
    ("We weighed:\n\u2192 the drones", 2, ITEM),
    ("\u00bb the drones\n\u00bb the burglars", 2, ITEM),
    *[(f"We weighed:\n{sign} the drones;", 2, BULLET) for sign in "\u2022\u00b7o"],
    ("\u2022the drones", 1, BULLET),
    ("\u00a7\u00a0the drones", 1, BULLET),
    ("- x\n\n  \u2022 y", 3, BULLET),
    ("1. drones\n   \u2022 marked", 2, BULLET),
    ("\uf0b7 the drones", 1, CHARACTER),
    ("\u2022\tthe drones", 1, CHARACTER),
    # Places
    ("1. drones\n  - marked\n  - unmarked\n2. burglars", 2, PLACE),
    ("- a\n - b", 2, PLACE),
    ("1. a\n  2. b", 2, PLACE),
    ("10. a\n   - b", 2, PLACE),
    ("1. a\n\n  more of a", 3, PLACE),
    ("- a\n\n | x |\n |---|", 3, PLACE),
    ("- a\n       - b", 2, NO_ITEM),
    ("text\n-\u00a0b", 2, NO_ITEM),
    ("1. a:\n         2. b", 2, ITEM),
    # Ends of lines
    ("Wycliffe House  \nWater Lane", 1, BREAK),
    ("Wycliffe House\\\nWater Lane", 1, BREAK),
    ("- one  \n  two", 1, BREAK),
    ("**one  \ntwo**", 1, BREAK),
    ("one\n\u00a0\ntwo", 2, BLANK),
    # Signs that would become bullets
    ("+ 5% of the budget", 1, SIGN),
    ("Costs rose.\n+ 5% of the budget", 2, SIGN),
    ("+ drones\n+ burglars", 1, SIGN),
    ("- a\n\n  + 44 1632 960000", 3, SIGN),
    ("* In 2022 prices.", 1, SIGN),
    ("- \u00a35 a day\n\n  * In 2022 prices.", 3, SIGN),
    ("* one\n* two\n\nMore.\n\n* In 2022 prices.", 6, SIGN),
    ("| a | b |\n|---|---|\n| 1* | 2 |\n\n* To the nearest pound.", 5, SIGN),
    ("- 5% of the budget", 1, AMOUNT),
    ("The change is\n- \u00a340 a year", 2, AMOUNT),
    ("The force flew\n- as it had said - in May.", 2, GOES_ON),
    ("Yes.\n\nThe number is\n1. That is few.", 4, GOES_ON),
    # References of HTML
    ("Fish &amp; chips", 1, REFERENCE),
    ("The &lt;name&gt; was", 1, REFERENCE),
    ("one\ntwo &#169; 2022", 2, REFERENCE),
    ("| a | b |\n|---|---|\n| &copy; | &#xA9; |", 3, REFERENCE),
    ("See [it](https://a.uk/?b=1&amp;c=2).", 1, REFERENCE),
    ("A note.^[In pounds,&nbsp;net.]", 1, REFERENCE),
    ("**one\n&copy; two**", 2, REFERENCE),
    # Bold, italics and links
    ("**Section 31(1)(a):**the harm is real.", 1, BOLD),
    ("**Section 31 the harm", 1, BOLD),
    ("x\n** Section 31** the harm", 2, BOLD),
    ("**Section 31\u00a0** the harm", 1, BOLD),
    ("__Section 31:__the harm", 1, BOLD),
    ("| a | b |\n|---|---|\n| **x | y |", 3, BOLD),
    ("**Section 31* the harm", 1, BOLD),
    ("*Section 31** the harm", 1, BOLD),
    ("**one\n\ntwo**", 3, BOLD),
    ("*the drones;\n*the burglars.", 1, ITALICS),
    ("*Section 31 the harm", 1, ITALICS),
    ("(*Section 31 the harm)", 1, ITALICS),
    ("_Section 31:_the harm", 1, ITALICS),
    ("5*3*2 makes 30", 1, WITHIN),
    ("the un*fit*ness", 1, WITHIN),
    ("See [the log](https://www.example.org/drone log).", 1, LINK),
    ("See [the log] (https://www.example.org).", 1, LINK),
    ("See (the log)[https://www.example.org].", 1, LINK),
    ("See [the log][1].", 1, LINK),
    ("See [](https://a.uk).", 1, "has a link without words"),
    ("x\nSee [the log](https://a.uk/(b.", 2, LINK),
    ("See https://a.uk/_b_/c", 1, ADDRESS),
    ("It is ~~struck~~.", 1, STRUCK),
    ("Look in \\\\server\\share.", 1, PATH),
    # Tables
    ("| a | b |\n| 1 | 2 |", 1, ROW),
    ("| a | b |\n|---|\n| 1 | 2 |", 1, ROW),
    ("It says:\n| a | b |\n| 1 | 2 |", 2, ROW),
    ("| a | b |\n|---|---|\n| 1 | 2 |\nWe weighed them.", 4, UNDER),
    ("+---+---+\n| a | b |", 1, DRAWN),
    # What has no place in a line
    ("a\u2028b", 1, CHARACTER),
    ("a\u2009b", 1, CHARACTER),
    ("x\ta", 1, CHARACTER),
]


@pytest.mark.parametrize(("text", "line", "says"), REFUSED)
def test_what_would_not_be_printed_as_typed_is_refused(text: str, line: int, says: str) -> None:
    faults = prose_faults(text)

    assert any(f"line {line}" in fault and says in fault for fault in faults), faults


@pytest.mark.parametrize(("text", "says"), [(text, says) for text, _, says in REFUSED if says != CHARACTER])
def test_what_was_taken_in_before_is_still_read(text: str, says: str) -> None:
    assert parse_prose(text), says


PIECES = [
    *["drones", "31(1)", "a", "2022", "x_y", "so:", "and;", " ", " ", " ", " ", "\n", "\n\n", "\n- "],
    *["\n1. ", "\n2. ", "\n3) ", "\n(a) ", "\n   - ", "\n  - ", "\n    ", "*", "**", "_", "__", "["],
    *["](https://a.uk)", "]", "(", ")", "|", "\n| ", "\n|---|---|\n", "`", "~~", "\n> ", "\n# ", "\\"],
    *["  \n", "&", "<b>", "^[", "!", "\u2022 ", "{"],
]


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(PIECES), min_size=2, max_size=20).map("".join))
def test_no_letter_of_a_text_that_is_taken_is_lost_and_no_number_of_a_list_changed(text: str) -> None:
    if not prose_faults(text):
        read = iter("".join(_read(parse_prose(text))))
        typed = text.replace("](https://a.uk)", "]")
        assert all(letter in read for letter in typed if letter.isalnum())


def _read(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, List):
            for number, item in enumerate(block.items, block.start):
                yield str(number) if block.ordered else ""
                yield from _read(item)
        else:
            yield from words([block])


PRINTED = [
    "3. a\n4. b\n5. c",
    "1. Yes.\n\nThen:\n\n2. None.",
    "0. a\n1. b",
    "9. a\n10. b\n11. c",
    " 9. a\n10. b",
    "- a\n  - b\n  - c\n- d",
    "1. a\n   - b\n   - c\n2. d",
    "1. a\n\n   more of a\n\n2. b",
    "- a\n\nText after it.",
    "- a\n  and more of it",
    "We weighed:\n- the drones",
    "**The harm**\n- the drones\n",
    "- the drones",
    "- 5 drones\n- 6 burglars",
    "* 5 drones\n* 6 burglars",
    "* drones\n  * with cameras\n* burglars",
    "We weighed\n- drones\n- burglars",
    "- the\n  - drones",
    "AT&T, R&D; M&S &unknown; &notone; & so on",
    "See [it](https://a.uk/?b=1&copy=2).",
    "- - a\n  - b",
    "(a) the drones;\n\n(b) the burglars.",
    "Section 31(1)\n(a) and (b) are engaged.",
    "in limbs (a) and\n(b) of section 31",
    "The year was\n2022. The force flew.",
    "the total of section\n31. That is so",
    "It was R\nv. Smith",
    "The log \u2013 which is long \u2013 shows\n\u2013 as said \u2013 the hours",
    "it cost 24\n\u2014 no more \u2014 pounds",
    "o'clock and so on",
    "\u00a7 31(1)(a) applies",
    "\u00a731 applies",
    "-5 degrees in the\n-wet and windy- north",
    "The log* shows it.",
    "It flew.\n1.5 metres high it went",
    "5 * 3 = 15 and 5*3",
    "4593_14 and a_b_c",
    "Signed: ________.",
    "**31(1)**(a) and *R (X) v Y*, **the Act**\u2019s",
    "See <https://a.uk/_b_/c> or [it](https://a.uk/b%20c).",
    "See [2025] UKSC 27, [sic] (as it was).",
    "C:\\temp and and\\or",
    "| a | b |\n|---|---|\n| 1 | |\n| 2 | 3 |\n\nAfter.",
    "x | y",
    "one space at the end \nof a line",
    "two at the end of the text  ",
    "A line.\nAnother line. Mr\nA. Clerk",
    "Price: \u00a35.\n#4471 is the contract",
    "https://a.uk/b_c_d is it",
]


@pytest.mark.parametrize("text", PRINTED)
def test_what_is_typed_well_is_printed(text: str) -> None:
    assert prose_faults(text) == []
    assert parse_prose(normalise(text)) == parse_prose(text)


@pytest.mark.parametrize("text", PRINTED)
def test_what_this_software_wrote_is_fit_to_be_typed(text: str) -> None:
    assert prose_faults(write_markdown(parse_prose(text))) == []


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a \\* b", "a * b"),
        ("a \\*\\*b c\\*\\*", "a **b c**"),
        ("\\[a](b)", "[a](b)"),
        ("1\\. a\n2\\. b", "1. a 2. b"),
        ("\\\\\\\\server\\share", "\\\\server\\share"),
        ("\\&amp;", "&amp;"),
        ("\\&#169;", "&#169;"),
        ("\\+ 5% and\n\\- 5%", "+ 5% and - 5%"),
        ("\\* In 2022 prices", "* In 2022 prices"),
    ],
)
def test_a_sign_after_a_backslash_is_printed_for_itself(text: str, read: str) -> None:
    assert "".join(words(parse_prose(text))) == read
    assert prose_faults(text) == []


@pytest.mark.parametrize("text", ["**the log**", "the [log](https://a.uk)"])
def test_plain_text_has_no_mark_up(text: str) -> None:
    assert plain_faults(text) == ["is plain text, which has neither bold nor links; write the words alone"]

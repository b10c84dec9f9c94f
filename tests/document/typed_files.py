"""Assessments as people type them, drawn: in every style of YAML, with every habit of a word processor."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from hypothesis import strategies as st

WORDS: Final = (
    *("drones", "film", "people", "the", "log", "shows", "when", "no", "drone", "flies", "burglars", "hours"),
    *("crime", "would", "be", "likely", "to", "choose", "them", "31(1)(a)", "24(2)", "\u00a35,000", "50%"),
    *("2022", "Ŵyn", "tŷ", "\u2018so\u2019", "it's", "e.g.", "1.5", "Yes", "No", "and/or", "well-known"),
)
tame = st.lists(st.sampled_from(WORDS), min_size=2, max_size=7).map(" ".join)
"""Words that mean nothing to a reader of YAML or of Markdown, wherever they stand."""


def _lines(*forms: str) -> st.SearchStrategy[str]:
    """Return lines of which each has words in place of its ``{}``."""
    return st.tuples(*[tame] * len(forms)).map(
        lambda words: "\n".join(form.format(each) for form, each in zip(forms, words, strict=True))
    )


TAME: Final = (
    tame,
    _lines("{}", "{}"),
    _lines("{}.", "", "{}."),
    _lines("- {}", "- {}"),
    _lines("{}:", "", "1. {}", "2. {}"),
    _lines("3. {}", "4. {}"),
    _lines("- {}", "  - {}", "- {}"),
    _lines("1. {}", "   - {}", "2. {}"),
    _lines("**{}**", "*{}* it is"),
    _lines("{} [it](https://www.example.org/a) is"),
    _lines("| x | y |\n|---|---|\n| {} | z |"),
    _lines("(a) {}", "", "(b) {}"),
)
HABITS: Final = (
    # Numbers, letters and brackets
    _lines("1. {}", "2. {}", "4. {}"),
    _lines("1. {}", "1. {}"),
    _lines("1) {}", "2) {}"),
    _lines("{}:", "(a) {};", "(b) {}."),
    _lines("{}:", "a) {}", "b) {}"),
    _lines("(i) {}", "(ii) {}", "(iii) {}"),
    _lines("{}.", "iv. {}", "v. {}"),
    _lines("Q1. {}", "Q2. {}"),
    _lines("1.{}", "2.{}"),
    _lines("{}", "7. {}"),
    # Bullets, nesting, ends of lines
    *(
        _lines("{}:", f"{sign} {{}}", f"{sign} {{}}")
        for sign in ("\u2022", "\u00b7", "\u2013", "o", "\u00a7")
    ),
    _lines("\u2022\t{}", "\u2022\t{}"),
    _lines("-\u00a0{}", "-\u00a0{}"),
    _lines("1. {}", "  - {}", "2. {}"),
    _lines("- {}", " - {}"),
    _lines("- {}", "      - {}"),
    _lines("- {}", "", "  {}", "", "   {}"),
    _lines("{}  ", "{}"),
    _lines("{}\\", "{}"),
    _lines("{} ", "{}"),
    _lines("{}", "\u00a0", "{}"),
    _lines("{0}\u00a0{0}"),
    _lines("{}", "- {}"),
    # Bold, links, tables, signs
    _lines("**{}:**it is"),
    _lines("**{}"),
    _lines("** {} **"),
    _lines("*{}", "{}"),
    _lines("_{}:_it"),
    _lines("[{}](https://www.example.org/a b)"),
    _lines("[{}] (https://www.example.org)"),
    _lines("[{}][1]"),
    _lines("5*3*2 {}"),
    _lines("{} a*b*c"),
    _lines("{} \\\\server\\share"),
    _lines("{} C:\\new"),
    _lines("{} C:\\new\\old"),
    _lines("{} C:\\_x"),
    _lines("| x | y |", "| {} | z |"),
    _lines("| x | y |", "|---|---|", "| {} | z |", "{}"),
    _lines("~~{0}~~ {0}"),
    _lines("{} <b>it</b>"),
    _lines("`{}`"),
    _lines("> {}", "> {}"),
    _lines("# {}"),
    _lines("{}", "----"),
    _lines("    {}"),
    # What YAML has a use for
    _lines("{0} #4471 {0}"),
    _lines("# {}", "{}"),
    _lines("#4471 {}"),
    _lines("{}", "#4471 {}"),
    _lines("{0}: {0}"),
    _lines('"{}" it is'),
    _lines("'{}' it is"),
    _lines("'Tis {}"),
    *(_lines(f"{sign}{{}} it") for sign in ("[", "{{", "*", "&", "!", "%", "@", "|", ">", "- ", "? ", ", ")),
    _lines("[{}] it"),
    _lines("~"),
    _lines("Null"),
    _lines("No"),
    _lines("1.0"),
    _lines("2022-11-07"),
    _lines("\t{}"),
    _lines("{}\tit"),
    *(_lines(f"{{}}{sign}it") for sign in ("\u2028", "\u2029", "\x85", "\u200b", "\ufeff", "\u00ad", "\x0b")),
    # Placeholders: a check stops them, later
    _lines("[DN: {}]"),
    _lines("{} ________"),
    _lines("{{{{name}}}} {}"),
)
styles = st.sampled_from(["|", "|", "|-", ">", ">-", "plain", "'", '"'])
"""``|`` is what people are told to use."""


@dataclass(frozen=True)
class TypedFile:
    """What somebody typed: the file, and the text of each field as they meant it to be read."""

    data: bytes
    texts: tuple[str, ...]


@st.composite
def typed_files(draw: st.DrawFn) -> TypedFile:
    """Return an assessment with at most three habits in it."""
    odd = set(draw(st.lists(st.integers(0, 6), max_size=2)))
    texts, kinds = [], []
    for number in range(7):
        text = draw(st.one_of(*HABITS) if number in odd else tame if number in _PLAIN else st.one_of(*TAME))
        if number in odd and number not in _PLAIN and draw(st.booleans()):
            text = f"{draw(tame)}\n\n{text}\n\n{draw(tame)}"
        texts.append(text)
        kinds.append(draw(styles) if number in odd or "\n" not in text else "|")
    lines = _FORM.format(*map(_typed, texts, kinds, (4, 8, 12, 12, 4, 4, 4)))
    ends = draw(st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"]))
    mark = draw(st.sampled_from(["", "", "", "\ufeff"]))
    return TypedFile(f"{mark}{lines}".replace("\n", ends).encode(), tuple(texts))


_PLAIN: Final = (0, 3)
"""The fields of one line."""
_FORM: Final = """\
reference: T/1
parts:
  - information: {0}
    duty: disclose
    exemptions:
      - provision: "31(1)"
        limbs: ["31(1)(a)"]
        applies: {1}
        favouring:
          - text: {2}
            weight: {3}
    harm: {4}
    balance: {5}
    outcome: withhold
    answer: {6}
"""


def _typed(text: str, style: str, indent: int) -> str:
    """Return a text in a style of YAML, as somebody types it who knows no rule of the style."""
    margin = " " * (indent + 2)
    if style[0] in "|>":
        return style + "".join(f"\n{margin}{line}" if line else "\n" for line in text.split("\n"))
    quote = "" if style == "plain" else style
    return f"\n{margin}".join((quote + text + quote).split("\n"))


_LINK: Final = re.compile(r"\[([^\]]*)\]\(https?://\S*\)")
_WORD: Final = re.compile(r"[(\[]*[^\W_]+[)\]]*")


def words_of(text: str) -> list[str]:
    """Return the words of a text as it was typed, numbers and their brackets too, without marks."""
    return _WORD.findall(re.sub(r"[*_~`\u200b\ufeff\u00ad]+", "", _LINK.sub(r"\1", text)))

"""Papers of every shape, the same ones each time: a number makes one."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Final

from flows.document.arrangement import CHAPTER, is_long, with_contents, with_notes
from flows.document.blocks import Block, Heading, parse_document
from flows.document.imprint import Imprint
from flows.document.markdown import write_markdown
from flows.document.pdf import render_pdf
from flows.domain.theme import Theme

_WORDS: Final = (
    *("harm", "the", "public", "interest", "in", "disclosure", "Heddlu", "ŵyn", "ŷd", "(b)", "31(1)(a)"),
    *("co-operation", "and/or", "£5,000", "“quoted”", "it\u2019s", "\u2013", "a", "of", "would", "BT", "EMC"),
    r"\\",
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogoch",
)
_ADDRESSES: Final = (
    "https://ico.org.uk/make-a-complaint",
    "https://www.example.org/" + "part-of-a-path/" * 12,
    "mailto:foi@example.org",
)


_LANGUAGES: Final = ("cy", "fr-CA", "gd")


class _Writer:
    def __init__(self, number: int) -> None:
        self._random = random.Random(number)  # noqa: S311 - variety, not secrecy

    def words(self, most: int = 12) -> str:
        return " ".join(self._random.choice(_WORDS) for _ in range(self._random.randint(1, most)))

    def line(self, most: int = 60) -> str:
        pieces = [self._piece() for _ in range(self._random.randint(1, max(1, most // 10)))]
        return f"Text {' '.join(pieces)} end."

    def _piece(self) -> str:
        words, few = self.words(), self.words(3)
        address, lang = self._random.choice(_ADDRESSES), self._random.choice(_LANGUAGES)
        forms = (
            *[words] * 4,
            f"**{words}**",
            f"*{words}*",
            f"[{words}]({address})",
            f"[**{words}** {few}]({address})",
            f"[{words}]{{lang={lang}}}",
            f"[[{words}]{{lang={lang}}} {few}]({address})",
            f"{few}^[{words} [**{few}**]{{lang={lang}}}] {few}",
        )
        return self._random.choice(forms)

    def items(self, depth: int = 1) -> str:
        sign = self._random.choice(["-", "7."])
        lines = []
        for _ in range(self._random.randint(1, 4)):
            lines.append(f"{sign} {self.line(30)}")
            indent = " " * (len(sign) + 1)
            if depth < 3 and self._random.random() < 0.3:
                lines += [
                    "",
                    *(f"{indent}{each}" if each else "" for each in self.items(depth + 1).split("\n")),
                ]
            if self._random.random() < 0.2:
                lines += ["", f"{indent}{self.line(20)}"]
        return "\n".join(lines)

    def table(self) -> str:
        columns, bold = self._random.randint(1, 4), self._random.random() < 0.4
        rows = []
        for _ in range(self._random.randint(0, 25)):
            cells = [self.line(20) if self._random.random() < 0.9 else "" for _ in range(columns)]
            rows.append([f"**{self.words(3)}**" if bold else cells[0], *cells[1:]])
        lines = [[self.words(2) for _ in range(columns)], ["---"] * columns, *rows]
        return "\n".join(f"| {' | '.join(each)} |" for each in lines)

    def document(self) -> str:
        blocks = [f"# {self.words(6)}"]
        for _ in range(self._random.randint(2, 14)):
            match self._random.randrange(10):
                case 0 | 1 | 2:
                    blocks.append(f"{'#' * self._random.randint(2, 5)} {self.words(6)}")
                case 3 | 4:
                    blocks.append(self.items())
                case 5:
                    blocks.append(self.table())
                case 6:
                    blocks.append(self.line(600))
                case _:
                    blocks.append(self.line())
        return "\n\n".join(blocks)


def varied_text(number: int) -> tuple[Block, ...]:
    """Return the blocks of the text of paper ``number``."""
    return parse_document(write_markdown(parse_document(_Writer(number).document())))


def varied(number: int) -> tuple[Block, ...]:
    """Return the blocks of paper ``number``, arranged; every fourth has its contents, long or not."""
    text = with_notes(varied_text(number))
    chapters = sum(isinstance(block, Heading) and block.level == CHAPTER for block in text)
    return with_contents(text) if chapters > 1 and (number % 4 == 0 or is_long(text)) else text


def rendered(blocks: tuple[Block, ...], *, draft: bool = False, size: int = 12) -> bytes:
    """Return them as a paper."""
    imprint = Imprint(
        title="Public interest test: 1146A/22",
        authority="West Midlands Police",
        reference="1146A/22",
        version=2,
        draft=draft,
        theme=Theme(size=size),
    )
    return render_pdf(blocks, imprint, dated=datetime(2022, 12, 5, 10, 30, tzinfo=UTC))

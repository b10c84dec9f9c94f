"""Typst, tagged as PDF/UA-1 and PDF/A-2a at once.

All words stand in the source as strings, which Typst prints as they are: in its markup they could be
taken for marks, and it would change their quotation marks.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from parts import (
    AFTER,
    AUTHORITY,
    CELL,
    FONTS,
    FOOT,
    HEADS,
    INDENT,
    LEADING,
    REFERENCE,
    SIDE,
    SIZE,
    SMALL,
    TOP,
    Grid,
    Heading,
    Items,
    Paragraph,
)
from typst import Compiler

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from parts import Head, Part, Run


def render(parts: Sequence[Part], title: str) -> bytes:
    source = f"#set document(title: {_string(title)})\n{_style(title)}\n{_flow(parts)}\n"
    pdf = _compiler().compile(source.encode(), format="pdf", pdf_standards=["ua-1", "a-2a"])
    assert isinstance(pdf, bytes)
    return pdf


@cache
def _compiler() -> Compiler:
    """Return the compiler, which reads the fonts once."""
    return Compiler(font_paths=[str(FONTS)], ignore_system_fonts=True)


def _style(title: str) -> str:
    small = f"text({SMALL}pt)"
    number = 'Page #counter(page).display("1 of 1", both: true)'
    between = f"spacing: {LEADING - SIZE + AFTER}pt"
    return "\n".join(
        [
            f'#set page("a4", margin: (x: {SIDE}mm, top: {TOP}mm, bottom: {FOOT}mm),',
            f"  header: {small}[{_code(AUTHORITY)} #h(1fr) {_code(REFERENCE)}],",
            f"  footer: context {small}[{_code(title)} #h(1fr) {number}])",
            '#set text(font: "Lato", lang: "en", region: "GB", top-edge: 1em, bottom-edge: "baseline",',
            f"  size: {SIZE}pt)",
            f"#set par(leading: {LEADING - SIZE}pt, {between})",
            *(_head(level, head) for level, head in HEADS.items()),
            f"#set list(body-indent: 0.6em, indent: {INDENT / 2}pt, {between})",
            f"#set enum(body-indent: 0.6em, indent: {INDENT / 2}pt, {between})",
            '#set table(stroke: (bottom: .5pt + rgb("#9aa3ad")), inset: 5pt)',
            f"#show table: set text({CELL}pt)",
        ]
    )


def _head(level: int, head: Head) -> str:
    """Return the rules of a heading; Typst keeps it with what follows."""
    which = f"#show heading.where(level: {level})"
    between = LEADING - SIZE
    above, below = between + AFTER + head.before, between + head.after
    return f"{which}: set text({head.size}pt)\n{which}: set block(above: {above}pt, below: {below}pt)"


def _flow(parts: Iterable[Part]) -> str:
    return "\n\n".join(map(_element, parts))


def _element(part: Part) -> str:
    match part:
        case Heading(level=level, runs=runs):
            return f"#heading(level: {level})[{_inline(runs)}]"
        case Paragraph(runs=runs):
            return _inline(runs)
        case Items(items=items, start=start):
            call = "list(" if start is None else f"enum(start: {start}, "
            return f"#{call}{', '.join(f'[{_flow(item)}]' for item in items)})"
        case Grid(rows=all_rows):
            head, *rows = all_rows
            columns = ", ".join(["auto"] * len(head))
            body = "".join(f"{_cells(row)}, " for row in rows)
            return f"#table(columns: ({columns}), table.header({_cells(head)}), {body})"


def _cells(row: Iterable[Sequence[Run]]) -> str:
    return ", ".join(f"[{_inline(cell)}]" for cell in row)


def _inline(runs: Iterable[Run]) -> str:
    return "".join(map(_dressed, runs))


def _dressed(run: Run) -> str:
    text = _code(run.text)
    text = f"#emph[{text}];" if run.italic else text
    text = f"#strong[{text}];" if run.bold else text
    return f"#link({_string(run.href)})[{text}];" if run.href else text


def _code(text: str) -> str:
    """Return ``text`` as a string within markup; the semicolon ends it, whatever follows."""
    return f"#{_string(text)};"


def _string(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

"""WeasyPrint, tagged as PDF/UA-1: it writes that or PDF/A, not both in one file."""

from __future__ import annotations

from functools import cache
from html import escape
from typing import TYPE_CHECKING, Final

from parts import (
    AFTER,
    AUTHORITY,
    CELL,
    FACES,
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
from weasyprint import CSS, HTML  # type: ignore[import-untyped]  # the library has no types
from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]  # as above

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parts import Head, Part, Run


def render(parts: Sequence[Part], title: str) -> bytes:
    fonts, style = _style()
    page = f'<html lang="en-GB"><head><title>{escape(title)}</title></head><body>{_flow(parts)}</body></html>'
    pdf: bytes = HTML(string=page).write_pdf(stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1")
    return pdf


@cache
def _style() -> tuple[FontConfiguration, CSS]:
    """Return the fonts and the style sheet, which are read once."""
    fonts = FontConfiguration()
    return fonts, CSS(string=_CSS, font_config=fonts)


def _face(name: str, *, bold: bool, italic: bool) -> str:
    weight, style = "bold" if bold else "normal", "italic" if italic else "normal"
    source = f"src: url({(FONTS / name).as_uri()})"
    return f"@font-face {{ font-family: Paper; font-weight: {weight}; font-style: {style}; {source} }}"


def _head(level: int, head: Head) -> str:
    font = f"font: bold {head.size}pt/{head.leading}pt Paper"
    return f"h{level} {{ {font}; margin: {head.before}pt 0 {head.after}pt; break-after: avoid }}"


_CSS: Final = "\n".join(
    [
        *(_face(name, bold=bold, italic=italic) for (bold, italic), name in FACES.items()),
        f"@page {{ size: A4; margin: {TOP}mm {SIDE}mm {FOOT}mm; font: {SMALL}pt Paper;",
        f'@top-left {{ content: "{AUTHORITY}" }} @top-right {{ content: "{REFERENCE}" }}',
        "@bottom-left { content: string(title) }",
        '@bottom-right { content: "Page " counter(page) " of " counter(pages) } }',
        f"body {{ margin: 0; font: {SIZE}pt/{LEADING}pt Paper }}",
        f"p, ul, ol, table, li {{ margin: 0 0 {AFTER}pt }}",
        "title { string-set: title content() }",
        *(_head(level, head) for level, head in HEADS.items()),
        f"ul, ol {{ padding-left: {INDENT}pt }}",
        f"table {{ border-collapse: collapse; font-size: {CELL}pt }}",
        "th, td { padding: 4pt 5pt; text-align: left; vertical-align: top }",
        "th, td { border-bottom: .5pt solid #9aa3ad }",
    ]
)


def _flow(parts: Sequence[Part]) -> str:
    return "\n".join(map(_element, parts))


def _element(part: Part) -> str:
    match part:
        case Heading(level=level, runs=runs):
            return f"<h{level}>{_inline(runs)}</h{level}>"
        case Paragraph(runs=runs):
            return f"<p>{_inline(runs)}</p>"
        case Items(items=items, start=start):
            name, first = ("ul", "") if start is None else ("ol", f' start="{start}"')
            return f"<{name}{first}>{''.join(map(_item, items))}</{name}>"
        case Grid(rows=all_rows, heads=heads):
            head, *rows = all_rows
            columns = "".join(f'<th scope="col">{_inline(cell)}</th>' for cell in head)
            body = "".join(f"<tr>{_cells(row, heads=heads)}</tr>" for row in rows)
            return f"<table><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>"


def _item(item: Sequence[Part]) -> str:
    match item:
        case [Paragraph(runs=runs)]:
            # As a paragraph it would break a rule of PDF/UA-1, which items of two paragraphs cannot help.
            return f"<li>{_inline(runs)}</li>"
        case _:
            return f"<li>{_flow(item)}</li>"


def _cells(row: Sequence[Sequence[Run]], *, heads: bool) -> str:
    first, *rest = map(_inline, row)
    opening = f'<th scope="row">{first}</th>' if heads else f"<td>{first}</td>"
    return opening + "".join(f"<td>{cell}</td>" for cell in rest)


def _inline(runs: Sequence[Run]) -> str:
    return "".join(map(_dressed, runs))


def _dressed(run: Run) -> str:
    text = escape(run.text)
    text = f"<em>{text}</em>" if run.italic else text
    text = f"<strong>{text}</strong>" if run.bold else text
    return f'<a href="{escape(run.href)}">{text}</a>' if run.href else text

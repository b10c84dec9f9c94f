"""The paper as a page in a real browser: what people with every need, screen and setting meet."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import pytest
from browsers import chromium
from drawn_papers import an_adversarial_paper
from sample_papers import DAY, LAW, a_crest, a_record, a_request, a_withheld_part, an_assessment, tool
from sampling import sampled
from test_html import page
from test_pdf import rendered
from test_tagged_paper import CASES, a_case

from flows.document.blocks import Block, List, Table, words
from flows.document.publication import paper_blocks
from flows.document.text import write_document
from flows.domain.theme import HOUSE_STYLE, Theme

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

PHONE: Final[Any] = {"width": 320, "height": 256}
"""What is left of a screen of 1280 by 1024 at 400 % (WCAG 2.2, 1.4.10)."""
DESK: Final[Any] = {"width": 1280, "height": 900}
TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RECORD: Final = a_record()


A_LONG_TEXT: Final = "# Public interest test: 1146A/22\n\nOur decision.\n\n" + "\n".join(
    f"## Part {part}\n\n[Comisiynydd y Gymraeg]{{lang=cy}} was asked^[By letter of {part} May 2026, which "
    f"[the register](https://example.org/{part}) lists.].\n\n### Why\n\n{'A reason of weight. ' * 100}\n"
    for part in range(1, 10)
)
"""With passages in Welsh, notes, and contents."""


@cache
def the_paper(name: str) -> tuple[Block, ...]:
    """Return a paper by name: a sample case, one with its record, one at its worst."""
    match name:
        case "published":
            document = write_document(a_request(), an_assessment(a_withheld_part()), LAW, on=DAY)
            return paper_blocks(document, RECORD)
        case "draft" | "themed":
            return a_case(CASES[name == "themed"])
        case "long":
            return paper_blocks(A_LONG_TEXT, RECORD)
        case "worst":
            worst = an_adversarial_paper(chapters=1)
            twice = next(block for block in worst if isinstance(block, Table))
            return (*worst, twice, twice)
        case _:
            return a_case(name)


PAPERS: Final = ("long", "worst", "published", "draft", "themed", *CASES)
"""By name; the long one comes first, since it has of everything: contents, notes, Welsh, tables, a record."""
THEME: Final = Theme(accent="#004d40", size=14, published_marking="PUBLIC RECORD", crest=a_crest())
DRESS: Final[dict[str, dict[str, Any]]] = {"draft": {"draft": True}, "themed": {"theme": THEME}}
MARKING: Final = {"draft": "DRAFT, not a decision. OFFICIAL-SENSITIVE", "themed": "PUBLIC RECORD"}


every_paper: Final = pytest.mark.parametrize("name", sampled(PAPERS))
worst_paper: Final = pytest.mark.parametrize(
    "name", sampled(sorted(PAPERS, key=lambda each: each != "worst"))
)
written_paper: Final = pytest.mark.parametrize("name", sampled(each for each in PAPERS if each != "worst"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """One browser for all tests, and a folder of the papers as files: that is how they are handed on."""

    browser: Browser
    tab: Page
    folder: Path

    @contextmanager
    def opened(self, name: str, *, viewport: Any = None, **media: Any) -> Iterator[Page]:
        """Open a paper in the tab that all tests share."""
        self.tab.set_viewport_size(viewport or DESK)
        self.tab.emulate_media(**AS_USUAL | media)
        self.tab.goto(self.path(name).as_uri())
        yield self.tab

    @contextmanager
    def apart(self, path: Path, **settings: Any) -> Iterator[Page]:
        """Open a file in a tab of its own."""
        context = self.browser.new_context(**{"viewport": DESK} | settings)
        try:
            tab = context.new_page()
            tab.goto(path.as_uri())
            yield tab
        finally:
            context.close()

    def path(self, name: str) -> Path:
        found = self.folder / f"{name}.html"
        if not found.exists():
            found.write_text(page(the_paper(name), **DRESS.get(name, {})), encoding="utf-8")
        return found


AS_USUAL: Final[dict[str, Any]] = {
    "media": "null",
    "color_scheme": "light",
    "forced_colors": "none",
    "contrast": "no-preference",
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("pages")
    with chromium() as browser:
        yield Office(browser=browser, tab=browser.new_page(), folder=folder)


# What a checker says


LOOKED_AT: Final = {
    "color-contrast": "it cannot see what is scrolled out of a table's region; every word is measured below",
    "th-has-data-cells": "a table that was written without rows has none",
}
"""What axe leaves a person to judge, and the judgement."""


def faults(tab: Page, *but: str) -> list[tuple[str, str, str]]:
    """Return what axe finds wrong, or leaves a person to look at: rule, first element, how many.

    Left out are the rules of ``but``.
    """
    tab.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations", "incomplete"]}
    found = tab.evaluate("options => axe.run(options)", options)
    assert len(found["passes"]) > 15
    return [
        (each["id"], each["nodes"][0]["html"][:120], f"{len(each['nodes'])} elements")
        for each in (
            *found["violations"],
            *(each for each in found["incomplete"] if each["id"] not in LOOKED_AT),
        )
        if each["id"] not in but
    ]


@pytest.mark.exhaustive
@every_paper
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_the_checker_finds_nothing_and_leaves_nothing_to_look_at(
    office: Office, name: str, viewport: Any
) -> None:
    # At its worst a paper has a link and the mark of a note side by side, and no sentence around them.
    but = ["target-size"] if name == "worst" else []
    with office.opened(name, viewport=viewport) as tab:
        assert faults(tab, *but) == []


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("good", "bad", "rule"),
    sampled(
        [
            ("color: #4d4d4d", "color: #999", "color-contrast"),
            ('lang="en-GB"', "", "html-has-lang"),
            (' tabindex="0"', ' style="height: 9rem"', "scrollable-region-focusable"),
            ('<th scope="col">Value</th>', '<th scope="col"></th>', "empty-table-header"),
            ("<main>", "<div>", "landmark-one-main"),
            ("<h3>", "<h5>", "heading-order"),
            ('<section class="draft" aria-label="Marking">', "<section>", "region"),
        ]
    ),
)
def test_the_checker_sees_what_is_wrong(
    office: Office, tmp_path: Path, good: str, bad: str, rule: str
) -> None:
    right = page(the_paper("published"), draft=True)
    (tmp_path / "wrong.html").write_text(right.replace(good, bad), encoding="utf-8")

    assert good in right
    with office.apart(tmp_path / "wrong.html", viewport=PHONE) as tab:
        assert rule in {code for code, *_ in faults(tab)}


@every_paper
def test_a_page_is_found_and_walked_by_its_landmarks_and_headings(office: Office, name: str) -> None:
    with office.opened(name) as tab:
        levels = [int(tag[1]) for tag in tab.eval_on_selector_all(":is(h1,h2,h3,h4,h5,h6)", ALL_NAMES)]

        assert tab.get_attribute("html", "lang") == "en-GB"
        assert tab.title().endswith("Public interest test: 1146A/22 - West Midlands Police")
        assert [tab.get_by_role(role).count() for role in ("banner", "main", "contentinfo")] == [1, 1, 1]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(level <= before + 1 for before, level in pairwise(levels))


ALL_NAMES: Final = "all => all.map(each => each.tagName)"


# Where the page comes from: itself alone

HOSTILE: Final = """
<script>document.title = "ran"</script>
<script src="{at}/script.js"></script>
<link rel="stylesheet" href="{at}/style.css">
<link rel="icon" href="{at}/icon.png">
<style>@import url("{at}/import.css"); main {{ background: url("{at}/background.png"); }}</style>
<img src="{at}/picture.png" onerror="document.title = 'ran'">
<video src="{at}/film.webm" poster="{at}/poster.png"></video>
<iframe src="{at}/frame.html"></iframe>
<object data="{at}/object.svg"></object>
<a id="run" href="javascript:void(document.title = 'ran')">run</a>
<form action="{at}/form"><button id="send">send</button></form>
</main>
"""
"""What nobody could put into a page, were it there all the same."""


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """Give the address of a server on loopback, and what it was asked for."""
    asked: list[str] = []

    class Listening(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listening)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("guarded", [True, False], ids=["as it is", "without its policy"])
def test_nothing_is_fetched_and_nothing_runs_because_of_the_pages_policy(
    office: Office, tmp_path: Path, *, guarded: bool
) -> None:
    path = tmp_path / "hostile.html"
    with listening() as (address, asked):
        path.write_text(page().replace("</main>", HOSTILE.format(at=address)), encoding="utf-8")
        with office.apart(path, bypass_csp=not guarded) as tab:
            tab.click("#run")
            ran = tab.title() == "ran"
            tab.evaluate("document.forms[0].submit()")
            tab.wait_for_timeout(300)

    assert ran is not guarded
    if guarded:
        assert asked == []
    else:
        assert {f"/{each}" for each in ("script.js", "style.css", "import.css", "picture.png", "form?")} <= {
            *asked
        }


@every_paper
def test_the_page_asks_for_nothing(office: Office, name: str) -> None:
    asked: list[str] = []
    with office.opened("draft") as tab:
        tab.on("request", ask := lambda request: asked.append(request.url))
        tab.goto(office.path(name).as_uri())
        tab.remove_listener("request", ask)

    assert asked == [office.path(name).as_uri()]


# Every screen and every setting

MEASURE: Final = """() => {
  const wide = document.documentElement.clientWidth, faults = [], lines = [];
  const name = node => node.parentElement.tagName + ": " + node.data.trim().slice(0, 40);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  if (document.documentElement.scrollWidth > wide) faults.push("the page scrolls sideways");
  while (walker.nextNode()) {
    const node = walker.currentNode, range = document.createRange();
    if (!node.data.trim()) continue;
    const region = node.parentElement.closest(".table");
    range.selectNodeContents(node);
    const drawn = [...range.getClientRects()].filter(each => each.width && each.height);
    if (!drawn.length) faults.push("not drawn: " + name(node));
    for (const each of drawn) {
      const scrolls = region && getComputedStyle(region).overflowX === "auto";
      const left = region ? region.getBoundingClientRect().left - region.scrollLeft : 0;
      const right = region ? left + (scrolls ? region.scrollWidth : region.clientWidth) : wide;
      if (each.left < left - 1 || each.right > right + 1) faults.push("out of reach: " + name(node));
      lines.push([each, node]);
    }
  }
  lines.sort((one, other) => one[0].top - other[0].top);
  lines.forEach(([one, node], at) => {
    for (let next = at + 1; next < lines.length && lines[next][0].top < one.bottom - 3; next++) {
      const other = lines[next][0];
      if (Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1)
        faults.push("drawn over: " + name(node) + " by " + name(lines[next][1]));
    }
  });
  return [...new Set(faults)].slice(0, 9);
}"""
"""What of the text is cut off, drawn over other text, or only reached by scrolling the page sideways."""

SPACING: Final = """
* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-bottom: 2em !important; }
"""
"""What readers may set, and lose nothing (WCAG 2.2, 1.4.12)."""


WIDTHS: Final = {"400 %": 320, "telephone": 375, "200 %": 640, "desk": 1280}


@every_paper
@pytest.mark.parametrize(
    ("style", "screens"),
    sampled(
        [
            (" ", ("400 %", "desk")),
            (SPACING, ("400 %", "desk")),
            (" ", tuple(WIDTHS)),
            (SPACING, tuple(WIDTHS)),
        ],
        first=2,
    ),
    ids=["at two widths", "spaced out at two widths", "as it is", "spaced out"],
)
def test_nothing_is_lost_on_any_screen(
    office: Office, name: str, style: str, screens: tuple[str, ...]
) -> None:
    with office.opened(name) as tab:
        tab.add_style_tag(content=style)
        for screen in screens:
            width = WIDTHS[screen]
            tab.set_viewport_size({"width": width, "height": 600})

            assert (screen, tab.evaluate(MEASURE)) == (screen, [])


@pytest.mark.parametrize(
    ("style", "fault"),
    sampled(
        [
            ("main { width: 30rem !important; max-width: none !important; }", "the page scrolls sideways"),
            (".table { overflow: hidden !important; width: 5rem; } table { width: 90rem; }", "out of reach"),
            ("h2 { margin-bottom: -2rem !important; }", "drawn over"),
            ("h2 { display: none; }", "not drawn"),
            ("p { line-height: .8 !important; }", "drawn over"),
        ]
    ),
)
def test_what_would_be_lost_is_noticed(office: Office, style: str, fault: str) -> None:
    with office.opened("published", viewport=PHONE) as tab:
        tab.add_style_tag(content=style)

        assert fault in " ".join(tab.evaluate(MEASURE))


@written_paper
def test_whoever_prefers_larger_letters_gets_them(office: Office, name: str) -> None:
    with office.apart(office.path(name), viewport={"width": 640, "height": 480}) as tab:
        session = tab.context.new_cdp_session(tab)
        session.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 32}})
        tab.reload()
        small = {size for size, _ in tab.evaluate(STYLES, "fontSize") if float(size.removesuffix("px")) < 26}

        assert small == set()
        assert tab.evaluate(MEASURE) == []


@worst_paper
def test_a_wide_table_is_scrolled_by_itself_and_with_the_keyboard(office: Office, name: str) -> None:
    with office.opened(name, viewport=PHONE) as tab:
        regions = tab.locator(".table")
        wide = [each for each in regions.all() if each.evaluate("it => it.scrollWidth > it.clientWidth")]
        for region in wide[:5]:
            region.focus()
            tab.keyboard.press("ArrowRight")
            tab.wait_for_function("it => it.scrollLeft > 0", arg=region.element_handle())

    assert wide or name != "worst"


@every_paper
def test_the_keyboard_reaches_everything_in_its_order_and_shows_where_it_is(
    office: Office, name: str
) -> None:
    with office.opened(name) as tab:
        wanted = tab.locator("a, .table").count()
        for number in range(min(wanted, 60)):
            tab.keyboard.press("Tab")
            at, style, width, colour = tab.evaluate(FOCUSED)

            assert (at, style) == (number, "solid")
            assert float(width.removesuffix("px")) >= 2
            assert contrast(colour, "rgb(255, 255, 255)") >= 3


FOCUSED: Final = """() => {
  const it = document.activeElement, style = getComputedStyle(it);
  const at = [...document.querySelectorAll("a, .table")].indexOf(it);
  return [at, style.outlineStyle, style.outlineWidth, style.outlineColor];
}"""


@pytest.mark.parametrize("element", ["a", ".table"])
def test_focus_is_drawn(office: Office, element: str) -> None:
    with office.opened("published") as tab:
        it = tab.locator(element).first
        it.scroll_into_view_if_needed()
        before = tab.screenshot()
        it.focus()

        assert tab.screenshot() != before


BROKEN: Final = r"""() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, range = document.createRange();
    for (const word of node.data.matchAll(/(?<=^|\s)(\p{L}{2,20}|[\d.]+(\(\w+\))+)(?=[\s,.]|$)/gu)) {
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[1].length);
      if (new Set([...range.getClientRects()].map(each => each.top)).size > 1) found.push(word[1]);
    }
  }
  return found;
}"""
"""Words and sections of an Act that stand on two lines."""


@worst_paper
def test_neither_a_word_nor_a_section_is_parted_on_a_telephone(office: Office, name: str) -> None:
    with office.opened(name, viewport=PHONE) as tab:
        assert tab.evaluate(BROKEN) == []


@pytest.mark.parametrize(
    ("style", "parted"),
    sampled(
        [
            ("table { overflow-wrap: anywhere !important; } th { min-width: 0 !important; }", "Register"),
            (
                ".whole { white-space: normal !important; } p { width: 3rem; overflow-wrap: normal; }",
                "1(1)(b)",
            ),
        ]
    ),
)
def test_what_would_be_parted_is_noticed(office: Office, style: str, parted: str) -> None:
    with office.opened("published", viewport=PHONE) as tab:
        tab.add_style_tag(content=style)

        assert parted in tab.evaluate(BROKEN)


# Colours

STYLES: Final = r"""property => {
  const found = new Map(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const solid = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/^rgba.*, 0\)$/.test(colour)) return colour;
    }
    return "none";
  };
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim()) continue;
    const value = getComputedStyle(element)[property];
    found.set(value + solid(element), [value, solid(element)]);
  }
  return [...found.values()];
}"""
"""Each value of a property that words have, with the colour behind them."""


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [float(each) for each in re.findall(r"[\d.]+", colour)]
    assert colour.startswith("rgb"), colour
    assert [*parts[3:], 1.0][0] == 1.0, colour
    red, green, blue = (
        each / 255 / 12.92 if each <= 0.04045 * 255 else ((each / 255 + 0.055) / 1.055) ** 2.4
        for each in parts[:3]
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("name", sampled(["draft", "themed", "published"]))
@pytest.mark.parametrize(
    "media",
    [
        {},
        {"media": "print"},
        {"color_scheme": "dark"},
        {"forced_colors": "active", "color_scheme": "dark"},
        {"forced_colors": "active", "color_scheme": "light"},
        {"contrast": "more"},
    ],
    ids=str,
)
def test_every_word_stands_out(office: Office, name: str, media: Any) -> None:
    with office.opened(name, **media) as tab:
        pairs = tab.evaluate(STYLES, "color")

        assert pairs
        assert {pair: ratio for pair in map(tuple, pairs) if (ratio := contrast(*pair)) < 7} == {}


# Words


def heard(pdf: bytes, folder: Path) -> str:
    """Return what the tags of a PDF have read aloud, a line to each block, without the signs of lists."""
    path = folder / "heard.pdf"
    path.write_bytes(pdf)
    said, kind = "", ""
    for line in tool("pdfinfo", "-struct-text", path).splitlines():
        if element := re.fullmatch(r" *(\w+)(?: <[\w-]+>)?(?: \((block|inline)\))?:?", line):
            if kind == "TOCI":  # the page of an entry is for paper
                said = re.sub(r" \d+$", "", said)
            kind = element[1] if element[2] != "inline" else kind
            said += "\n" if element[2] != "inline" else ""
        elif (words := re.fullmatch(r' +"(.*)"', line)) and kind != "Lbl":
            said += words[1]
    return said


@every_paper
def test_the_page_has_the_words_of_the_pdf(office: Office, name: str, tmp_path: Path) -> None:
    with office.opened(name) as tab:
        # The way back from a note is for a page alone: a PDF leads back by the note's number.
        tab.eval_on_selector_all("[role=doc-backlink]", "all => all.forEach(each => each.remove())")
        seen = tab.inner_text("main")

    assert "".join(seen.split()) == "".join("".join(numbered_words(the_paper(name))).split())
    read = heard(rendered(the_paper(name), **DRESS.get(name, {})), tmp_path)
    assert "".join(seen.split()) == "".join(read.split())
    if name != "worst":  # there poppler parts words, or joins them, where inlines meet
        assert seen.split() == read.split()


def numbered_words(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield every piece of text with the numbers of the paragraphs, in reading order."""
    for block in blocks:
        if isinstance(block, List) and block.of_paragraphs:
            for number, item in enumerate(block.items, block.start):
                yield f"{number}."
                yield from words(item)
        else:
            yield from words([block])


# Paper

LINKED: Final = """() => {
  document.querySelectorAll("[role=doc-backlink]").forEach(each => each.remove());
  for (const each of document.querySelectorAll("a[href^=http]"))
    each.append(` (${each.getAttribute("href")})`);
  return document.body.innerText;
}"""
"""What is read on paper, where no link can be followed."""


@written_paper
def test_a_printed_page_has_all_words_and_says_on_each_sheet_what_it_is(
    office: Office, name: str, tmp_path: Path
) -> None:
    with office.opened(name) as tab:
        # What hangs beside the lines is drawn before them: numbers of items, and of paragraphs.
        tab.add_style_tag(
            content="li::marker { content: none !important; } .number { float: none !important; }"
        )
        (tmp_path / "printed.pdf").write_bytes(tab.pdf(prefer_css_page_size=True))
        seen = tab.evaluate(LINKED)
    marking = MARKING.get(name, "")
    *sheets, rest = tool("pdftotext", "-raw", tmp_path / "printed.pdf", "-").split("\f")
    foots = [f"Page {number} of {len(sheets)}" for number in range(1, len(sheets) + 1)]
    whose = "West Midlands Police, 1146A/22"
    beside = {marking, whose, *foots, *(f"{whose} {foot}" for foot in foots)}
    text = [line for sheet in sheets for line in sheet.splitlines() if line not in beside]

    assert len(sheets) > 1
    assert rest == ""
    assert [foot in sheet for foot, sheet in zip(foots, sheets, strict=True)] == [True] * len(sheets)
    assert [marking in sheet and whose in sheet for sheet in sheets] == [True] * len(sheets)
    assert "".join("".join(text).split()) == "".join(seen.replace(marking, "").split())


@pytest.mark.exhaustive
def test_a_marking_of_any_characters_is_printed_as_it_is(office: Office, tmp_path: Path) -> None:
    marking = "</style> \"A\" \\22 'b' & {c}; */"
    theme = replace(HOUSE_STYLE, draft_marking=marking)
    (tmp_path / "marked.html").write_text(page(draft=True, theme=theme), encoding="utf-8")
    with office.apart(tmp_path / "marked.html") as tab:
        (tmp_path / "printed.pdf").write_bytes(tab.pdf(prefer_css_page_size=True))
    *sheets, _ = tool("pdftotext", "-raw", tmp_path / "printed.pdf", "-").split("\f")

    assert [sheet.count(marking) for sheet in sheets] == [2, *[1] * (len(sheets) - 1)]


@pytest.mark.exhaustive
@pytest.mark.parametrize(("name", "size"), [("themed", THEME.size), ("published", HOUSE_STYLE.size)])
def test_a_printed_pages_letters_are_of_the_size_of_the_pdf(name: str, size: int, office: Office) -> None:
    with office.opened(name, media="print") as tab:
        body, cell, least = (
            min(float(size.removesuffix("px")) * 0.75 for size in tab.eval_on_selector_all(those, SIZES))
            for those in ("main > p", "td", "body *")
        )

    assert body == pytest.approx(size, abs=0.1)
    assert cell == pytest.approx(size / 1.125, abs=0.1)
    assert least >= 9


SIZES: Final = "all => all.map(each => getComputedStyle(each).fontSize)"

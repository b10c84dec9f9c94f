"""The same text gives the same bytes, anywhere; another text gives another identifier, always."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import sysconfig
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from drawn_papers import a_drawn_paper
from hypothesis import example, given, settings
from hypothesis import strategies as st
from making import made
from PIL import Image
from sample_papers import tool
from sampling import sampled
from tagged_files import INK, LAYOUT, a_canvas, opened, saved
from test_pdf import heading, paragraph, rendered
from test_tagged_paper import CASES, a_case

from flows.document import fonts
from flows.document.blocks import (
    Emphasis,
    Heading,
    Link,
    List,
    Notes,
    Paragraph,
    Passage,
    Strong,
    Table,
    Text,
)
from flows.document.publication import content_digest
from flows.document.tagged.canvas import Face
from flows.document.tagged.flow import Run, TaggedParagraph
from flows.document.tagged.structure import Element, Structure
from flows.domain.theme import Crest, Theme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flows.document.blocks import Block

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]


# The same text, the same bytes

OTHERWISE: Final = {
    **dict.fromkeys(("shapeChecking", "pageCompression", "ttfAsciiReadable", "overlapAttachedSpace"), "0"),
    **dict.fromkeys(("longTableOptimize", "listWrapOnFakeWidth", "reserveTTFNotdef", "useA85"), "0"),
    **dict.fromkeys(("allowShortTableRows", "allowTableBoundsErrors", "ignoreContainerActions"), "0"),
    **dict.fromkeys(("invariant", "pdfComments", "pdfMultiLine", "platypus_link_underline", "wrapA85"), "1"),
    **dict.fromkeys(("showBoundary", "autoConvertEncoding", "uriWasteReduce", "embeddedHyphenation"), "1"),
    **dict.fromkeys(("defaultImageCaching", "autoGenerateMissingTTFName", "std14Embed"), "1"),
    "canvas_basefontname": "Courier",
    "canvas_baseColor": "red",
    "decimalSymbol": ",",
    "defaultEncoding": "MacRomanEncoding",
    "defaultGraphicsFontName": "Courier",
    "defaultPageSize": "LETTER",
    "defCWRF": "0.5",
    "documentLang": "fr-FR",
    "imageReaderFlags": "-1",
    "paraFontSizeHeightOffset": "0",
    "spaceShrinkage": "0.5",
    "strikeWidth": "3",
    "trustedSchemes": "gopher",
    "underlineWidth": "3",
}
"""ReportLab's settings as they are not by default, where they could have a say in a paper."""


def variations(folder: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """Yield pythons, and the surroundings they are run in."""
    home = folder / "home"
    home.mkdir()
    (home / ".reportlab_settings").write_text("invariant = 0\nuseA85 = 1\nttfAsciiReadable = 0\n")
    here = Path(sys.executable)
    welsh = "cy_GB.utf8" if "cy_GB.utf8" in tool("locale", "-a").split() else "C.UTF-8"
    otherwise = {"HOME": str(home), **{f"RL_{k}": v for k, v in OTHERWISE.items()}}
    yield (
        here,
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONOPTIMIZE": "2", **otherwise},
    )
    yield (
        another_environment(folder / "venv"),
        {"PYTHONHASHSEED": "2", "TZ": "America/St_Johns", "LC_ALL": welsh, "SOURCE_DATE_EPOCH": "1"},
    )
    yield here, {"TZ": "Pacific/Apia", **otherwise}


def another_environment(folder: Path) -> Path:
    """Return the python of a fresh virtual environment, which sees the packages of this one."""
    tool(sys.executable, "-m", "venv", "--without-pip", folder)
    fresh = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    (fresh / "packages.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    return folder / "bin" / "python"


def making(python: Path, surroundings: dict[str, str], folder: Path) -> subprocess.Popen[str]:
    """Start making the papers in another process, in ``folder``."""
    folder.mkdir()
    code = f"import sys; sys.path[:0] = {[str(HERE), str(ROOT)]}; import making; making.tell()"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LC_", "TZ"))}
    return subprocess.Popen(
        [python, "-c", code], env=kept | surroundings, cwd=folder, text=True, stdout=subprocess.PIPE
    )


@pytest.mark.exhaustive
@pytest.mark.parametrize("count", sampled([1, 3]))
def test_no_surroundings_change_a_byte(count: int, tmp_path: Path) -> None:
    started = [
        making(python, surroundings, tmp_path / str(number))
        for number, (python, surroundings) in enumerate(islice(variations(tmp_path), count))
    ]
    told = [each.communicate()[0] for each in started]

    assert [json.loads(each) for each in told] == [made()] * count


@pytest.mark.exhaustive
def test_an_installation_of_the_locked_packages_makes_the_same_bytes(tmp_path: Path) -> None:
    tool(sys.executable, "-m", "venv", tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    install = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps")
    tool(*install, "--require-hashes", "-r", ROOT / "requirements.lock")
    tool(*install, "--no-build-isolation", ROOT)
    (tmp_path / "tests").mkdir()
    for name in ("making.py", "sample_papers.py", "drawn_papers.py"):
        (tmp_path / "tests" / name).write_bytes((HERE / name).read_bytes())
    code = f"import sys; sys.path[:0] = [{str(tmp_path / 'tests')!r}]; import making; making.tell()"

    assert json.loads(tool(python, "-I", "-c", code)) == made()


@pytest.fixture
def _many_switches() -> Iterator[None]:
    """Let threads take turns a thousand times as often as they do."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(usual / 1000)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("_many_switches")
def test_threads_make_the_same_bytes_whatever_they_make_between() -> None:
    papers = [
        PAPER,
        *(with_block(1, link("https://a.uk/", f"{'other ' * number}words")) for number in (1, 40)),
    ]
    alone = [rendered(each, draft=True) for each in papers]

    def five(thread: int) -> list[bool]:
        turns = [(thread + turn) % len(papers) for turn in range(5)]
        return [rendered(papers[turn], draft=True) == alone[turn] for turn in turns]

    with ThreadPoolExecutor(4) as pool:
        assert [*pool.map(five, range(4))] == [[True] * 5] * 4


def test_the_time_zone_of_a_date_changes_nothing() -> None:
    there = datetime(2022, 12, 5, 10, 30, tzinfo=UTC).astimezone(timezone(timedelta(hours=13)))

    assert rendered(dated=there) == rendered()


# Another text, another identifier


def identifiers(pdf: bytes) -> tuple[bytes, bytes]:
    """Return which document a file says it is, and which content."""
    document, content = opened(pdf).trailer.ID
    return bytes(document), bytes(content)


def table(*cells: str, alignment: Any = None) -> Table:
    return Table(
        header=((Text("h"),), (Text("i"),)),
        rows=(tuple((Text(each),) for each in cells),),
        alignments=(None, alignment),
    )


def link(href: str, text: str = "here") -> Paragraph:
    return Paragraph((Link(href=href, inlines=(Text(text),)),))


def items(*texts: str, **changes: Any) -> List:
    return replace(List(ordered=True, items=tuple((paragraph(each),) for each in texts)), **changes)


PAPER: Final = (
    heading("Title", 1),
    paragraph("Some words of the text"),
    link("https://a.uk/"),
    items("one", "two"),
    table("x", "y"),
    Paragraph((Strong((Text("a"),)), Text(" b"))),
    heading("Outer"),
    paragraph("A last word"),
)


def with_block(at: int, block: Block) -> tuple[Block, ...]:
    return (*PAPER[:at], block, *PAPER[at + 1 :])


OTHERS: Final[dict[str, tuple[Block, ...]]] = {
    "a letter": with_block(1, paragraph("Some wards of the text")),
    "a capital": with_block(1, paragraph("some words of the text")),
    "a dash": with_block(4, table("x", "y\u2013")),
    "where a link leads": with_block(2, link("https://b.uk/")),
    "what a link says": with_block(2, link("https://a.uk/", "there")),
    "no link": with_block(2, paragraph("here")),
    "a number": with_block(3, items("one", "two", start=2)),
    "no numbers": with_block(3, items("one", "two", ordered=False)),
    "items in another order": with_block(3, items("two", "one")),
    "two lists": (*PAPER[:3], items("one"), items("two", start=2), *PAPER[4:]),
    "a cell": with_block(4, table("x", "z")),
    "cells in another order": with_block(4, table("y", "x")),
    "how a cell stands": with_block(4, table("x", "y", alignment="right")),
    "emphasis": with_block(5, Paragraph((Emphasis((Text("a"),)), Text(" b")))),
    "no emphasis": with_block(5, paragraph("a b")),
    "a heading's level": with_block(6, heading("Outer", 3)),
    "a heading of no level": with_block(6, paragraph("Outer")),
    "a block more": (*PAPER, paragraph("more")),
    "a block less": PAPER[:-1],
    "blocks in another order": (*PAPER[:6], PAPER[7], PAPER[6]),
    "two paragraphs": (*PAPER[:7], paragraph("A last"), paragraph("word")),
}

FACTS: Final[dict[str, dict[str, Any]]] = {
    "title": {"title": "Another title"},
    "version": {"version": 4},
    "draft": {"draft": True},
    "a second later": {"dated": datetime(2022, 12, 5, 10, 30, 1, tzinfo=UTC)},
}


@cache
def usual() -> tuple[bytes, bytes]:
    return identifiers(rendered(PAPER))


def test_a_paper_made_again_says_that_it_is_the_same() -> None:
    assert identifiers(rendered(PAPER)) == usual()


@pytest.mark.parametrize("other", OTHERS)
def test_whatever_the_text_changes_the_identifier_changes(other: str) -> None:
    document, content = identifiers(rendered(OTHERS[other]))

    assert document == usual()[0]
    assert content != usual()[1]


@pytest.mark.parametrize("other", FACTS)
def test_another_version_is_the_same_document_with_another_content(other: str) -> None:
    document, content = identifiers(rendered(PAPER, **FACTS[other]))

    assert document == usual()[0]
    assert content != usual()[1]


@pytest.mark.parametrize("fact", [{"reference": "1146B/22"}, {"authority": "Northshire Police"}], ids=str)
def test_another_case_is_another_document(fact: dict[str, str]) -> None:
    document, content = identifiers(rendered(PAPER, **fact))

    assert document != usual()[0]
    assert content != usual()[1]


def test_the_changes_differ_among_themselves_too() -> None:
    papers = [rendered(each) for each in OTHERS.values()]
    papers += [rendered(PAPER, **each) for each in FACTS.values()]

    assert len({identifiers(each)[1] for each in papers}) == len(papers)
    assert len({content_digest(each) for each in papers}) == len(papers)


def file(font: str = fonts.REGULAR, **changes: str) -> bytes:
    """Return a file of one word, made with the tagging layer alone."""
    structure = Structure()
    canvas = a_canvas(structure, **changes)
    word = Run("words", Face(font, 10, INK), Element("P", structure.root).leaf())
    drawn = TaggedParagraph([word], LAYOUT)
    drawn.wrapOn(canvas, 200, 200)
    drawn.drawOn(canvas, 0, 100)
    return saved(canvas)


@pytest.mark.parametrize("font", [fonts.ITALIC, fonts.BOLD])
def test_other_letters_of_the_same_words_are_another_content(font: str) -> None:
    assert identifiers(file(font))[0] == identifiers(file())[0]
    assert identifiers(file(font))[1] != identifiers(file())[1]


@pytest.mark.parametrize("fact", ["title", "author", "subject", "creator", "lang"])
def test_what_a_file_says_about_itself_is_of_its_content(fact: str) -> None:
    assert identifiers(file()) == identifiers(file())
    assert identifiers(file(**{fact: "cy"}))[1] != identifiers(file())[1]


def crested(grey: int = 90, **changes: Any) -> Theme:
    target = io.BytesIO()
    Image.new("RGB", (300, 200), (grey, 90, 90)).save(target, "PNG")
    return Theme(crest=replace(Crest(image=target.getvalue(), words="Crest of the Force"), **changes))


LOOKS: Final = {
    "house style": Theme(),
    "colour": Theme(accent="#123456"),
    "size": Theme(size=14),
    "marking": Theme(published_marking="OFFICIAL"),
    "crest": crested(),
    "another crest": crested(91),
    "a taller crest": crested(height=20),
    "other words for the crest": crested(words="Badge of the Force"),
}


def test_every_look_is_another_content_of_the_same_document() -> None:
    found = {name: identifiers(rendered(PAPER, theme=theme)) for name, theme in LOOKS.items()}

    assert {document for document, _ in found.values()} == {usual()[0]}
    assert {name: [*found.values()].count(each) for name, each in found.items()} == dict.fromkeys(LOOKS, 1)


@pytest.mark.exhaustive
@given(st.integers(0, 10_000), st.integers(0, 10_000))
@example(8, 8)
@settings(max_examples=8, deadline=None)
def test_two_papers_have_one_identifier_only_if_they_say_the_same(one: int, other: int) -> None:
    files = [rendered(a_drawn_paper(each), draft=True) for each in (one, other)]

    assert (files[0] == files[1]) is (a_drawn_paper(one) == a_drawn_paper(other))
    assert (identifiers(files[0]) == identifiers(files[1])) is (files[0] == files[1])


@given(st.integers(0, 10_000), st.data())
@settings(max_examples=12, deadline=None)
def test_one_letter_anywhere_makes_another_identifier(seed: int, data: st.DataObject) -> None:
    paper = a_drawn_paper(seed)
    texts = [each for each in every_text(paper) if each.text.strip()]
    chosen = data.draw(st.sampled_from(range(len(texts))))
    at = data.draw(st.sampled_from([at for at, sign in enumerate(texts[chosen].text) if sign != " "]))
    sign = "q" if texts[chosen].text[at] != "q" else "z"
    other = changed(paper, texts[chosen], Text(texts[chosen].text[:at] + sign + texts[chosen].text[at + 1 :]))

    assert other != paper
    assert identifiers(rendered(other, draft=True))[1] != identifiers(rendered(paper, draft=True))[1]


def every_text(node: Any) -> Iterator[Text]:
    if isinstance(node, Text):
        yield node
    elif isinstance(node, tuple):
        for each in node:
            yield from every_text(each)
    elif isinstance(node, Heading | Paragraph | Strong | Emphasis | Link | Passage):
        yield from every_text(node.inlines)
    elif isinstance(node, Notes):
        yield from every_text(node.notes)
    elif isinstance(node, List):
        yield from every_text(node.items)
    elif isinstance(node, Table):
        yield from every_text((node.header, node.rows))


def changed(node: Any, one: Text, other: Text) -> Any:
    """Return ``node`` with ``other`` where the very ``one`` stood."""
    if node is one:
        return other
    if isinstance(node, tuple):
        return tuple(changed(each, one, other) for each in node)
    names = {
        Heading: ("inlines",),
        Paragraph: ("inlines",),
        Strong: ("inlines",),
        Emphasis: ("inlines",),
        Link: ("inlines",),
        Passage: ("inlines",),
        Notes: ("notes",),
        List: ("items",),
        Table: ("header", "rows"),
    }.get(type(node), ())
    return (
        replace(node, **{each: changed(getattr(node, each), one, other) for each in names}) if names else node
    )


# Another compressor


def _at(level: int, wbits: int = 15, strategy: int = zlib.Z_DEFAULT_STRATEGY) -> Callable[[bytes], bytes]:
    def compress(data: bytes) -> bytes:
        compressor = zlib.compressobj(level, wbits=wbits, strategy=strategy)
        return compressor.compress(data) + compressor.flush()

    return compress


COMPRESSORS: Final = {
    "not at all": _at(0),
    "fastest": _at(1),
    "best": _at(9),
    "another window": _at(6, wbits=10),
    "letters alone": _at(6, strategy=zlib.Z_HUFFMAN_ONLY),
}


@pytest.mark.parametrize("how", sampled(COMPRESSORS))
def test_another_compressor_changes_neither_identifier_nor_content(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    alike = rendered(a_case(CASES[0]))
    monkeypatch.setattr(zlib, "compress", COMPRESSORS[how])
    other = rendered(a_case(CASES[0]))

    assert other != alike
    assert content_digest(other) == content_digest(alike)
    assert identifiers(other) == identifiers(alike)


@pytest.mark.parametrize("how", sampled(COMPRESSORS))
def test_a_change_under_another_compressor_is_a_change(how: str) -> None:
    pdf = rendered(a_case(CASES[0]))
    streams = [match.start() for match in re.finditer(rb"/FlateDecode", pdf)]

    assert len(streams) > 5
    assert content_digest(rewritten(pdf, COMPRESSORS[how])) == content_digest(pdf)
    for number in range(len(streams)):
        spoilt = rewritten(pdf, COMPRESSORS[how], spoil=number)

        assert opened(spoilt).trailer
        assert content_digest(spoilt) != content_digest(pdf)


def rewritten(pdf: bytes, compress: Callable[[bytes], bytes], spoil: int = -1) -> bytes:
    """Return ``pdf`` with its streams compressed again, one of them with another byte in its middle."""
    table = pdf.rindex(b"xref\n0 ")
    starts = sorted(int(found[1]) for found in re.finditer(rb"(\d{10}) \d{5} n", pdf[table:]))
    out, moved, number = pdf[: starts[0]], {}, 0
    for start, end in zip(starts, [*starts[1:], table], strict=True):
        moved[start] = len(out)
        raw = pdf[start:end]
        opening = re.search(rb"stream\r?\n", raw)
        if opening and b"/FlateDecode" in raw[: opening.start()]:
            length = int(re.findall(rb"/Length (\d+)", raw[: opening.start()])[0])
            inside = bytearray(zlib.decompress(raw[opening.end() : opening.end() + length]))
            inside[len(inside) // 2] ^= number == spoil
            again = compress(bytes(inside))
            head = raw[: opening.end()].replace(b"/Length %d" % length, b"/Length %d" % len(again))
            raw = head + again + raw[opening.end() + length :]
            number += 1
        out += raw
    tail = re.sub(rb"(\d{10})( \d{5} n)", lambda m: b"%010d" % moved[int(m[1])] + m[2], pdf[table:])
    return out + re.sub(rb"startxref\n\d+", b"startxref\n%d" % len(out), tail)

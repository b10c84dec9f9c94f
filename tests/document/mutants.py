"""Papers that are as they should be, and many copies of them with one defect each.

One is short; another is long, so that it has a contents list, and has notes and passages in Welsh; the
third is the short one with a crest.

Run as a program, it prints who catches what: the comparison with the text, and the two conformance
profiles of the checker.
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Operator, String
from sample_papers import a_crest

from flows.document.arrangement import arrange
from flows.document.blocks import Block, parse_document
from flows.document.imprint import Imprint
from flows.document.inspection import examine
from flows.document.inspection.conformance import conformance
from flows.document.inspection.paper import read_paper
from flows.document.pdf import render_pdf
from flows.domain.theme import HOUSE_STYLE, Theme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flows.domain.finding import Finding

DOCUMENT: Final = f"""\
# Public interest test: 1146A/22

**Covert use of gait recognition**

We withhold the patrol plan; the harm *would be likely* to occur, as we say below. {"Words follow. " * 30}

## Our decision

See [the guidance](https://ico.org.uk/guide) and [section 31](https://www.legislation.gov.uk/31) of the Act.

A second paragraph, of its own.

### Factors favouring disclosure

1. These count:

   1. The public could judge the law.
   2. Trust would grow:

      - among those who are watched,
      - among those who watch.

   3. Money would be saved.

### Factors against disclosure

- Counter-measures are cheap.
- Officers could be harmed.

## How the factors weigh

| Factor | Weight | Reason |
|---|---|---|
| **Trust** | moderate | much is known already |
| **Safety** | heavy | lives are at stake |
| **Cost** | slight | sums are small |

{"A long paragraph fills the page. " * 120}

## How to complain

Write to [the Commissioner](https://ico.org.uk/make-a-complaint) within three months.
"""


MORE: Final = "More words. " * 90
LONG_DOCUMENT: Final = f"""\
# Public interest test: 1146A/22

**Covert use of gait recognition**

## Summary

The plan is withheld.

## Our decision

The Commissioner, [Comisiynydd y Gymraeg]{{lang=cy}} in Welsh, was told^[On 5 May 2022, in Welsh.] of it.

We withhold the plan^[As section 31 of the Act allows.] and [y cynllun hwn]{{lang=cy}} *alone*. {MORE}

It is the only plan^[There was another one in [Caerdydd]{{lang=cy}} until 2019.] that we hold.

## Part 1: the plan

### Evidence of harm

{"A long paragraph fills the page with its many words. " * 160}

### Balancing test

{"Another paragraph fills the page with no fewer words. " * 120}

## Part 2: [y cynllun arall]{{lang=cy}}

### Evidence of harm

{"A third one fills the page with its many words. " * 70}

## How to complain

Write to [the Commissioner](https://ico.org.uk/make-a-complaint) within three months.
"""


@cache
def blocks(document: str = DOCUMENT) -> tuple[Block, ...]:
    """Return what a paper should say."""
    return arrange(parse_document(document))


@cache
def good(document: str = DOCUMENT, *, crested: bool = False) -> bytes:
    """Return a paper as it should be."""
    imprint = Imprint(
        title="Public interest test: 1146A/22",
        authority="West Midlands Police",
        reference="1146A/22",
        version=1,
        theme=Theme(crest=a_crest()) if crested else HOUSE_STYLE,
    )
    return render_pdf(blocks(document), imprint, dated=datetime(2022, 12, 5, 10, 30, tzinfo=UTC))


def by_comparison(pdf: bytes, document: str = DOCUMENT) -> list[Finding]:
    """Return what is found without the conformance checker."""
    return [*examine(read_paper(pdf), blocks(document))]


@cache
def found(name: str) -> tuple[Finding, ...]:
    """Return what is found of a defect without the conformance checker."""
    return tuple(by_comparison(mutant(name), LONG_DOCUMENT if name in OF_LONG else DOCUMENT))


# Tools ------------------------------------------------------------------------------------------


class Bench:
    """A copy of a good paper, opened to be spoilt."""

    def __init__(self, document: str = DOCUMENT, *, crested: bool = False) -> None:
        self.pdf = pikepdf.open(io.BytesIO(good(document, crested=crested)))

    def spoilt(self) -> bytes:
        target = io.BytesIO()
        self.pdf.save(target)
        return target.getvalue()

    @property
    def tree(self) -> Any:
        return self.pdf.Root.StructTreeRoot

    @property
    def root(self) -> Any:
        """The Document."""
        return kids(self.tree)[0]

    def all(self, *kinds: str) -> list[Any]:
        """Return the elements of some kinds, in reading order."""
        return [each for each in walk(self.tree) if str(each.S)[1:] in kinds]

    def one(self, kind: str, at: int = 0) -> Any:
        return self.all(kind)[at]

    def top(self, at: int) -> Any:
        return kids(self.root)[at]

    def page(self, at: int = 0) -> pikepdf.Page:
        return self.pdf.pages[at]

    def content(self, at: int = 0) -> list[Any]:
        return [*pikepdf.parse_content_stream(self.page(at))]

    def draw(self, instructions: list[Any], at: int = 0) -> None:
        self.page(at).obj.Contents = self.pdf.make_stream(pikepdf.unparse_content_stream(instructions))

    def marked(self, mcid: int, at: int = 0) -> tuple[int, int]:
        """Return where the marked content of a page begins and ends."""
        instructions = self.content(at)
        start = next(n for n, each in enumerate(instructions) if _mcid(each) == mcid)
        end = next(n for n in range(start, len(instructions)) if str(instructions[n].operator) == "EMC")
        return start, end

    def parents(self) -> Any:
        return self.tree.ParentTree.Nums[1]

    def bookmark(self, at: int) -> Any:
        return list(_outline(self.pdf.Root.Outlines))[at]

    def new(self, kind: str, parent: Any, **facts: Any) -> Any:
        return self.pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name(f"/{kind}"), P=parent, **facts))


def kids(element: Any) -> list[Any]:
    """Return what an element holds."""
    held = element.get("/K")
    return [] if held is None else [*held] if isinstance(held, Array) else [held]


def set_kids(element: Any, held: list[Any]) -> None:
    element.K = Array(held)


def walk(element: Any) -> Iterator[Any]:
    """Yield the elements below one, in reading order."""
    for kid in kids(element):
        if isinstance(kid, Dictionary) and "/S" in kid:
            yield kid
            yield from walk(kid)


def drop(element: Any) -> None:
    """Take an element out of its parent."""
    set_kids(element.P, [kid for kid in kids(element.P) if not _same(kid, element)])


def move(element: Any, parent: Any, at: int) -> None:
    drop(element)
    held = kids(parent)
    held.insert(at, element)
    set_kids(parent, held)
    element.P = parent


def swap(one: Any, other: Any) -> None:
    """Exchange two kids of one parent."""
    parent = one.P
    set_kids(
        parent,
        [other if _same(kid, one) else one if _same(kid, other) else kid for kid in kids(parent)],
    )


def mcids(element: Any) -> list[int]:
    """Return the numbers of the marked content in an element, inner ones too."""
    found = [int(kid) for kid in kids(element) if isinstance(kid, int)]
    return found + [mcid for each in walk(element) for mcid in kids(each) if isinstance(mcid, int)]


def _same(one: Any, other: Any) -> bool:
    return isinstance(one, Dictionary) and one.objgen == other.objgen and one.objgen != (0, 0)


def _mcid(instruction: Any) -> int | None:
    if str(instruction.operator) != "BDC" or not isinstance(instruction.operands[1], Dictionary):
        return None
    found = instruction.operands[1].get("/MCID")
    return None if found is None else int(found)


def _outline(parent: Any) -> Iterator[Any]:
    entry = parent.get("/First")
    while entry is not None:
        yield entry
        yield from _outline(entry)
        entry = entry.get("/Next")


def _instruction(operator: str, *operands: Any) -> Any:
    return pikepdf.ContentStreamInstruction(list(operands), Operator(operator))


# Defects ----------------------------------------------------------------------------------------

DEFECTS: dict[str, Callable[[Bench], None]] = {}


def defect(spoil: Callable[[Bench], None]) -> Callable[[Bench], None]:
    """Enter a defect in the table, under its name in words."""
    DEFECTS[spoil.__name__.replace("_", " ")] = spoil
    return spoil


OF_LONG: set[str] = set()
"""The names of the defects of the long paper."""


def defect_of_long(spoil: Callable[[Bench], None]) -> Callable[[Bench], None]:
    """Enter a defect of the long paper."""
    OF_LONG.add(spoil.__name__.replace("_", " "))
    return defect(spoil)


OF_CRESTED: set[str] = set()
"""The names of the defects of the paper with a crest."""


def defect_of_crested(spoil: Callable[[Bench], None]) -> Callable[[Bench], None]:
    """Enter a defect of the paper with a crest."""
    OF_CRESTED.add(spoil.__name__.replace("_", " "))
    return defect(spoil)


@cache
def mutant(name: str) -> bytes:
    """Return a good paper with one defect."""
    bench = Bench(LONG_DOCUMENT if name in OF_LONG else DOCUMENT, crested=name in OF_CRESTED)
    DEFECTS[name](bench)
    return bench.spoilt()


def the_second_paragraph(bench: Bench) -> Any:
    """Return a paragraph of the first page that is one piece."""
    return next(p for p in bench.all("P") if isinstance(p.get("/K"), int) and _same(p.P, bench.root))


@defect
def two_paragraphs_swapped(bench: Bench) -> None:
    one, other = [each for each in kids(bench.root) if each.S == "/P"][1:3]
    swap(one, other)


@defect
def a_paragraph_out_of_the_tree(bench: Bench) -> None:
    drop(the_second_paragraph(bench))


@defect
def a_paragraph_gone_altogether(bench: Bench) -> None:
    paragraph = the_second_paragraph(bench)
    start, end = bench.marked(mcids(paragraph)[0])
    content = bench.content()
    bench.draw(content[: start + 1] + content[end:])


@defect
def body_text_as_artifact(bench: Bench) -> None:
    paragraph = the_second_paragraph(bench)
    start, _ = bench.marked(mcids(paragraph)[0])
    content = bench.content()
    content[start] = _instruction("BDC", Name.Artifact, Dictionary(Type=Name.Pagination))
    bench.draw(content)
    drop(paragraph)


@defect
def body_text_without_any_mark(bench: Bench) -> None:
    paragraph = the_second_paragraph(bench)
    start, end = bench.marked(mcids(paragraph)[0])
    content = bench.content()
    bench.draw(content[:start] + content[start + 1 : end] + content[end + 1 :])
    drop(paragraph)


@defect
def words_printed_amid_the_text_that_nobody_hears(bench: Bench) -> None:
    content = bench.content()
    show = next(each for each in content if str(each.operator) == "Tf" and float(each.operands[1]) < 12)
    drawn = next(each for each in reversed(content) if str(each.operator) == "Tj")
    content += [
        _instruction("BMC", Name.Artifact),
        _instruction("BT"),
        show,
        _instruction("Tm", 1, 0, 0, 1, 80, 500),
        drawn,
        _instruction("ET"),
        _instruction("EMC"),
    ]
    bench.draw(content)


@defect
def a_paragraph_split_in_two(bench: Bench) -> None:
    strong = bench.one("Em").P
    held = kids(strong)
    more = bench.new("P", bench.root, Pg=strong.Pg, K=Array(held[2:]))
    set_kids(strong, held[:2])
    for mcid in held[2:]:
        bench.parents()[int(mcid)] = more
    at = next(n for n, each in enumerate(kids(bench.root)) if _same(each, strong))
    set_kids(bench.root, [*kids(bench.root)[: at + 1], more, *kids(bench.root)[at + 1 :]])


@defect
def two_paragraphs_in_one_element(bench: Bench) -> None:
    one, other = [each for each in kids(bench.root) if each.S == "/P"][2:4]
    set_kids(one, kids(one) + kids(other))
    for mcid in mcids(other):
        bench.parents()[mcid] = one
    drop(other)


@defect
def word_breaks_lost_at_line_ends(bench: Bench) -> None:
    space = _space_code(bench)
    content = [
        _instruction("Tj", String(bytes(each.operands[0]).removesuffix(space)))
        if str(each.operator) == "Tj"
        else each
        for each in bench.content()
    ]
    bench.draw(content)


@defect
def a_word_torn_apart(bench: Bench) -> None:
    space, content = _space_code(bench), bench.content()
    start, _ = bench.marked(mcids(bench.one("H2"))[0])
    at = next(n for n in range(start, len(content)) if str(content[n].operator) == "Tj")
    drawn = bytes(content[at].operands[0])
    content[at] = _instruction("Tj", String(drawn[:2] + space + drawn[2:]))
    bench.draw(content)


def _space_code(bench: Bench) -> bytes:
    """Return the code of the space in the face of the body: nothing is printed more often."""
    drawn = b"".join(bytes(each.operands[0]) for each in bench.content() if str(each.operator) == "Tj")
    return bytes([max(set(drawn), key=drawn.count)])


@defect
def a_glyph_said_to_be_another(bench: Bench) -> None:
    for font in bench.page().obj.Resources.Font.values():
        table = font.ToUnicode.read_bytes()
        font.ToUnicode.write(table.replace(b"<0061>", b"<006F>").replace(b"<61>", b"<6F>"))


@defect
def words_that_lie_in_place_of_the_content(bench: Bench) -> None:
    the_second_paragraph(bench).ActualText = String("We disclose everything.")


@defect
def one_elements_words_given_to_another(bench: Bench) -> None:
    one, other = [each for each in kids(bench.root) if each.S == "/H3"]
    one.K, other.K = other.K, one.K
    _mend_parents(bench)


def _mend_parents(bench: Bench) -> None:
    """Make the way back fit the tree: the defect is then in the reading alone."""
    numbers = bench.tree.ParentTree.Nums
    rows = {int(numbers[at]): numbers[at + 1] for at in range(0, len(numbers), 2)}
    for page in bench.pdf.pages:
        row = rows[int(page.obj.StructParents)]
        for element in walk(bench.tree):
            for kid in kids(element):
                if isinstance(kid, int) and _same(element.get("/Pg"), page.obj):
                    row[kid] = element


@defect
def the_order_of_elements_turned_round(bench: Bench) -> None:
    set_kids(bench.root, kids(bench.root)[::-1])


@defect
def the_page_drawn_in_another_order(bench: Bench) -> None:
    content = bench.content()
    starts = [n for n, each in enumerate(content) if str(each.operator) == "q"]
    first, second, third = starts[-4], starts[-3], starts[-2]
    bench.draw(content[:first] + content[second:third] + content[first:second] + content[third:])


@defect
def a_wrong_role(bench: Bench) -> None:
    the_second_paragraph(bench).S = Name.Note


@defect
def a_heading_of_another_level(bench: Bench) -> None:
    bench.all("H2")[-1].S = Name.H3


@defect
def a_heading_that_is_a_paragraph(bench: Bench) -> None:
    bench.all("H3")[0].S = Name.P


@defect
def a_role_map_that_misleads(bench: Bench) -> None:
    the_second_paragraph(bench).S = Name.Note
    bench.tree.RoleMap = Dictionary(Strong=Name.Span, Em=Name.Span, Note=Name.H4)


@defect
def stress_that_is_not_tagged(bench: Bench) -> None:
    bench.one("Em").S = Name.Span


@defect
def stress_of_another_strength(bench: Bench) -> None:
    bench.one("Em").S = Name.Strong


@defect
def an_empty_element(bench: Bench) -> None:
    set_kids(bench.root, [*kids(bench.root), bench.new("P", bench.root)])


@defect
def an_element_at_two_places(bench: Bench) -> None:
    set_kids(bench.root, [*kids(bench.root), the_second_paragraph(bench)])


@defect
def an_element_with_another_parent(bench: Bench) -> None:
    the_second_paragraph(bench).P = bench.one("LBody")


@defect
def content_held_by_two_elements(bench: Bench) -> None:
    paragraph = the_second_paragraph(bench)
    more = bench.new("P", bench.root, Pg=paragraph.Pg, K=mcids(paragraph)[0])
    set_kids(bench.root, [*kids(bench.root), more])


@defect
def a_number_used_twice_on_a_page(bench: Bench) -> None:
    content = bench.content()
    starts = [n for n, each in enumerate(content) if _mcid(each) is not None]
    one, other = starts[3], starts[4]
    content[other] = _instruction("BDC", content[other].operands[0], Dictionary(MCID=_mcid(content[one])))
    bench.draw(content)


@defect
def marked_content_left_open(bench: Bench) -> None:
    content = bench.content()
    at = max(n for n, each in enumerate(content) if str(each.operator) == "EMC")
    bench.draw(content[:at] + content[at + 1 :])


@defect
def a_wrong_way_back(bench: Bench) -> None:
    row = bench.parents()
    row[3], row[4] = row[4], row[3]


@defect
def no_way_back_from_a_page(bench: Bench) -> None:
    del bench.page(1).obj["/StructParents"]


@defect
def no_way_back_from_a_link(bench: Bench) -> None:
    del _link(bench, 0)["/StructParent"]


# Links


def _link(bench: Bench, at: int) -> Any:
    """Return the annotation of a link."""
    return next(kid.Obj for kid in kids(bench.one("Link", at)) if isinstance(kid, Dictionary))


@defect
def crossed_links(bench: Bench) -> None:
    one, other = _link(bench, 0), _link(bench, 1)
    one.A, other.A = other.A, one.A


@defect
def crossed_areas_of_links(bench: Bench) -> None:
    one, other = _link(bench, 0), _link(bench, 1)
    one.Rect, other.Rect = other.Rect, one.Rect


@defect
def a_link_that_leads_elsewhere(bench: Bench) -> None:
    _link(bench, 0).A.URI = String("https://example.org/guidance")


@defect
def a_link_without_anything_to_follow(bench: Bench) -> None:
    link = bench.one("Link")
    set_kids(link, [kid for kid in kids(link) if isinstance(kid, int)])


@defect
def a_link_without_its_own_words(bench: Bench) -> None:
    link = bench.one("Link")
    words = [kid for kid in kids(link) if isinstance(kid, int)]
    set_kids(link, [kid for kid in kids(link) if not isinstance(kid, int)])
    paragraph = link.P
    at = next(n for n, kid in enumerate(kids(paragraph)) if _same(kid, link))
    set_kids(paragraph, [*kids(paragraph)[:at], *words, *kids(paragraph)[at:]])
    for mcid in words:
        bench.parents()[int(mcid)] = paragraph


@defect
def a_link_read_before_its_paragraph(bench: Bench) -> None:
    link = bench.one("Link")
    move(link, link.P, 0)


@defect
def a_link_without_a_description(bench: Bench) -> None:
    del _link(bench, 0)["/Contents"]


@defect
def a_link_taken_off_the_page(bench: Bench) -> None:
    annotations = bench.page().obj.Annots
    gone = _link(bench, 0).objgen
    bench.page().obj.Annots = Array([each for each in annotations if each.objgen != gone])


# Lists


@defect
def a_list_item_moved(bench: Bench) -> None:
    items = [each for each in kids(bench.one("L")) if each.S == "/LI"]
    swap(items[0], items[2])


@defect
def a_list_item_in_another_list(bench: Bench) -> None:
    move(kids(bench.all("L")[-1])[0], bench.all("L")[0], 0)


@defect
def a_missing_label(bench: Bench) -> None:
    drop(bench.one("Lbl"))


@defect
def an_inner_list_taken_out(bench: Bench) -> None:
    inner = bench.all("L")[1]
    at = next(n for n, kid in enumerate(kids(bench.root)) if _same(kid, bench.all("L")[0]))
    move(inner, bench.root, at + 1)


@defect
def a_numbered_list_said_to_have_bullets(bench: Bench) -> None:
    bench.one("L").A = Dictionary(O=Name.List, ListNumbering=Name.Disc)


# Tables


@defect
def a_header_cell_turned_into_a_plain_one(bench: Bench) -> None:
    bench.one("TH").S = Name.TD
    del bench.one("TD")["/A"]


@defect
def a_plain_cell_turned_into_a_header(bench: Bench) -> None:
    cell = bench.one("TD")
    cell.S, cell.A = Name.TH, Dictionary(O=Name.Table, Scope=Name.Row)


@defect
def a_header_that_heads_the_wrong_way(bench: Bench) -> None:
    bench.one("TH").A = Dictionary(O=Name.Table, Scope=Name.Row)


@defect
def a_header_that_heads_nothing(bench: Bench) -> None:
    del bench.one("TH")["/A"]


@defect
def merged_cells(bench: Bench) -> None:
    one, other = kids(bench.all("TR")[1])[1:3]
    set_kids(one, kids(one) + kids(other))
    drop(other)
    _mend_parents(bench)


@defect
def a_cell_that_claims_two_columns(bench: Bench) -> None:
    one, other = kids(bench.all("TR")[1])[1:3]
    set_kids(one, kids(one) + kids(other))
    one.A = Dictionary(O=Name.Table, ColSpan=2)
    drop(other)
    _mend_parents(bench)


@defect
def two_cells_exchanged(bench: Bench) -> None:
    one, other = kids(bench.all("TR")[1])[1:3]
    swap(one, other)


@defect
def a_row_dropped(bench: Bench) -> None:
    drop(bench.all("TR")[2])


@defect
def two_rows_exchanged(bench: Bench) -> None:
    swap(bench.all("TR")[1], bench.all("TR")[2])


@defect
def headers_named_of_another_column(bench: Bench) -> None:
    heads = bench.all("TH")[:3]
    for number, head in enumerate(heads):
        head.ID = String(f"head-{number}")
    bench.tree.IDTree = Dictionary(Names=Array([x for h in heads for x in (h.ID, h)]))
    bench.one("TD").A = Dictionary(O=Name.Table, Headers=Array([String("head-0")]))


# The whole


@defect
def not_marked_as_tagged(bench: Bench) -> None:
    del bench.pdf.Root["/MarkInfo"]


@defect
def no_tag_tree(bench: Bench) -> None:
    del bench.pdf.Root["/StructTreeRoot"]


@defect
def another_language(bench: Bench) -> None:
    bench.pdf.Root.Lang = String("fr-FR")


@defect
def no_language(bench: Bench) -> None:
    del bench.pdf.Root["/Lang"]


@defect
def a_passage_said_to_be_in_another_language(bench: Bench) -> None:
    the_second_paragraph(bench).Lang = String("cy")


@defect
def a_bookmark_that_leads_to_another_page(bench: Bench) -> None:
    entry, other = bench.bookmark(-1), bench.bookmark(0)
    for key in ("/Dest", "/A"):
        if key in other:
            entry[key] = other[key]


@defect
def a_bookmark_that_leads_to_another_heading(bench: Bench) -> None:
    entry, other = bench.bookmark(1), bench.bookmark(3)
    for key in ("/Dest", "/A"):
        if key in other:
            entry[key] = other[key]


@defect
def a_bookmark_with_other_words(bench: Bench) -> None:
    bench.bookmark(1).Title = String("Our refusal")


@defect
def words_heard_that_nobody_sees(bench: Bench) -> None:
    content = bench.content()
    start, end = bench.marked(mcids(the_second_paragraph(bench))[0])
    hidden = [_instruction("Tr", 3), *content[start + 1 : end], _instruction("Tr", 0)]
    bench.draw(content[: start + 1] + hidden + content[end:])


@defect
def words_heard_that_stand_off_the_page(bench: Bench) -> None:
    content = bench.content()
    start, _ = bench.marked(mcids(the_second_paragraph(bench))[0])
    at = max(n for n in range(start) if str(content[n].operator) == "cm")
    content[at] = _instruction("cm", 1, 0, 0, 1, -2000, 0)
    bench.draw(content)


@defect
def pages_in_another_order(bench: Bench) -> None:
    pages = bench.pdf.Root.Pages.Kids
    pages[0], pages[1] = pages[1], pages[0]


@defect
def a_page_that_nobody_hears(bench: Bench) -> None:
    bench.pdf.pages.append(bench.page())
    extra = bench.page(-1).obj
    del extra["/StructParents"], extra["/Annots"]
    content = bench.content()
    face = next(each for each in content if str(each.operator) == "Tf")
    drawn = next(each for each in content if str(each.operator) == "Tj")
    place = _instruction("Tm", 1, 0, 0, 1, 80, 500)
    text = [_instruction("BT"), face, place, drawn, _instruction("ET")]
    bench.draw([_instruction("BMC", Name.Artifact), *text, _instruction("EMC")], -1)


@defect
def a_bookmark_missing(bench: Bench) -> None:
    gone = bench.bookmark(-1)
    before = gone.Prev
    del before["/Next"]
    gone.Parent.Last = before


# Passages in another language


@defect_of_long
def a_passage_said_to_be_in_a_third_language(bench: Bench) -> None:
    _of_text(bench).Lang = String("fr")


def _of_text(bench: Bench) -> Any:
    """Return a passage amid a paragraph."""
    return next(each for each in bench.all("Span") if "/Lang" in each and each.P.S == "/P")


@defect_of_long
def a_passage_without_its_language(bench: Bench) -> None:
    del _of_text(bench)["/Lang"]


@defect_of_long
def a_language_given_to_more_words_than_are_in_it(bench: Bench) -> None:
    passage = _of_text(bench)
    passage.P.Lang = passage.Lang
    del passage["/Lang"]


@defect_of_long
def a_language_given_to_the_words_beside_it(bench: Bench) -> None:
    passage = _of_text(bench)
    held = kids(passage.P)
    at = next(n for n, kid in enumerate(held) if _same(kid, passage))
    other = bench.new("Span", passage.P, Pg=passage.P.Pg, K=held[at + 1], Lang=String("cy"))
    set_kids(passage.P, [*held[: at + 1], other, *held[at + 2 :]])
    del passage["/Lang"]
    _mend_parents(bench)


@defect_of_long
def an_entry_of_the_contents_without_its_language(bench: Bench) -> None:
    del next(each for each in bench.all("Span") if each.P.S == "/Link")["/Lang"]


@defect_of_long
def a_list_of_contents_in_another_language(bench: Bench) -> None:
    bench.one("TOC").Lang = String("cy")


@defect_of_long
def a_label_in_another_language(bench: Bench) -> None:
    bench.one("Lbl").Lang = String("cy")


# Notes


def _marks(bench: Bench) -> list[Any]:
    return [each for each in bench.all("Reference") if each.P.S != "/TOCI"]


def _area(element: Any) -> Any:
    """Return the first annotation in an element."""
    inside = (kid for each in (element, *walk(element)) for kid in kids(each))
    return next(kid.Obj for kid in inside if isinstance(kid, Dictionary) and "/Obj" in kid)


def _exchange(one: Any, other: Any) -> None:
    one.A, other.A = other.A, one.A


@defect_of_long
def a_mark_that_leads_to_another_note(bench: Bench) -> None:
    marks = _marks(bench)
    _area(marks[0]).A = _area(marks[1]).A


@defect_of_long
def marks_that_lead_to_each_others_notes(bench: Bench) -> None:
    marks = _marks(bench)
    _exchange(_area(marks[1]), _area(marks[2]))


@defect_of_long
def a_note_that_leads_back_to_another_mark(bench: Bench) -> None:
    labels = bench.all("Lbl")
    _exchange(_area(labels[1]), _area(labels[2]))


@defect_of_long
def a_mark_that_leads_to_another_page(bench: Bench) -> None:
    _area(_marks(bench)[0]).A.D[0] = bench.page(1).obj


@defect_of_long
def a_mark_that_leads_out_of_the_paper(bench: Bench) -> None:
    _area(_marks(bench)[0]).A = Dictionary(S=Name.URI, URI=String("https://example.org/"))


@defect_of_long
def a_mark_that_leads_nowhere(bench: Bench) -> None:
    del _area(_marks(bench)[0])["/A"]


@defect_of_long
def a_mark_that_does_not_say_what_it_is(bench: Bench) -> None:
    del _area(_marks(bench)[0])["/Contents"]


@defect_of_long
def marks_that_say_they_are_each_other(bench: Bench) -> None:
    one, other = (_area(each) for each in _marks(bench)[:2])
    one.Contents, other.Contents = other.Contents, one.Contents


@defect_of_long
def a_way_back_that_says_it_is_anothers(bench: Bench) -> None:
    one, other = (_area(each) for each in bench.all("Lbl")[:2])
    one.Contents = other.Contents


@defect_of_long
def a_mark_that_nobody_hears(bench: Bench) -> None:
    mark = _marks(bench)[0]
    content = bench.content()
    start, _ = bench.marked(mcids(mark)[0])
    content[start] = _instruction("BMC", Name.Artifact)
    bench.draw(content)
    gone = _area(mark).objgen
    drop(mark)
    bench.page().obj.Annots = Array([each for each in bench.page().obj.Annots if each.objgen != gone])


@defect_of_long
def a_mark_that_is_no_reference(bench: Bench) -> None:
    _marks(bench)[0].S = Name.Span


@defect_of_long
def a_note_without_its_identifier(bench: Bench) -> None:
    del bench.one("Note")["/ID"]


@defect_of_long
def two_notes_of_one_identifier(bench: Bench) -> None:
    one, other = bench.all("Note")[:2]
    other.ID = one.ID


@defect_of_long
def two_notes_exchanged(bench: Bench) -> None:
    swap(*bench.all("Note")[:2])


@defect_of_long
def the_words_of_two_notes_exchanged(bench: Bench) -> None:
    one, other = (kids(each)[1] for each in bench.all("Note")[:2])
    one.K, other.K = other.K, one.K
    _mend_parents(bench)


@defect_of_long
def the_numbers_of_two_notes_exchanged(bench: Bench) -> None:
    one, other = (kids(each)[0] for each in bench.all("Note")[:2])
    held = kids(one)[0], kids(other)[0]
    set_kids(one, [held[1]])
    set_kids(other, [held[0]])
    held[0].P, held[1].P = other, one


@defect_of_long
def a_note_out_of_the_tree(bench: Bench) -> None:
    drop(bench.all("Note")[1])


@defect_of_long
def a_note_that_is_a_division(bench: Bench) -> None:
    bench.one("Note").S = Name.Div


@defect_of_long
def a_note_without_its_number(bench: Bench) -> None:
    drop(bench.one("Lbl"))


# Contents


def _told(bench: Bench, at: int) -> int:
    """Return the number of the marked content that holds the page number of an entry."""
    return mcids(kids(bench.all("TOCI")[at])[0])[-1]


@defect_of_long
def page_numbers_of_two_entries_exchanged(bench: Bench) -> None:
    content = bench.content()
    shown = []
    for at in (0, -1):
        start, _ = bench.marked(_told(bench, at))
        shown.append(next(n for n in range(start, len(content)) if str(content[n].operator) == "Tj"))
    content[shown[0]], content[shown[1]] = content[shown[1]], content[shown[0]]
    bench.draw(content)


@defect_of_long
def a_page_number_that_nobody_hears(bench: Bench) -> None:
    content, mcid = bench.content(), _told(bench, 0)
    start, _ = bench.marked(mcid)
    content[start] = _instruction("BMC", Name.Artifact)
    bench.draw(content)
    link = next(each for each in walk(bench.one("TOCI")) if each.S == "/Link")
    set_kids(link, [kid for kid in kids(link) if not (isinstance(kid, int) and kid == mcid)])


@defect_of_long
def an_entry_of_the_contents_dropped(bench: Bench) -> None:
    drop(bench.all("TOCI")[0])


@defect_of_long
def two_entries_of_the_contents_exchanged(bench: Bench) -> None:
    swap(*kids(bench.one("TOC"))[:2])


@defect_of_long
def inner_entries_on_the_level_of_the_others(bench: Bench) -> None:
    inner = bench.all("TOC")[1]
    outer = bench.all("TOC")[0]
    moved = kids(inner)
    drop(inner)
    for each in moved:
        each.P = outer
    set_kids(outer, [*kids(outer)[:2], *moved, *kids(outer)[2:]])


@defect_of_long
def contents_that_are_a_list_of_another_kind(bench: Bench) -> None:
    bench.one("TOC").S = Name.L


@defect_of_long
def an_entry_that_leads_to_the_heading_beside_its_own(bench: Bench) -> None:
    areas = _areas(bench)
    for each in areas[1]:
        each.A = areas[2][0].A


def _areas(bench: Bench) -> list[list[Any]]:
    """Return the annotations of each entry of the contents."""
    links = [each for each in bench.all("Link") if each.P.P.S == "/TOCI"]
    return [
        [kid.Obj for kid in kids(each) if isinstance(kid, Dictionary) and "/Obj" in kid] for each in links
    ]


@defect_of_long
def an_entry_that_leads_to_another_page(bench: Bench) -> None:
    for each in _areas(bench)[0]:
        each.A.D[0] = bench.page(1).obj


@defect_of_long
def an_entry_that_leads_to_a_heading_of_the_same_name(bench: Bench) -> None:
    areas = _areas(bench)
    same = [at for at, each in enumerate(areas) if "Evidence" in str(each[0].Contents)]
    for each in areas[same[0]]:
        each.A = areas[same[1]][0].A


@defect_of_long
def an_entry_of_which_a_part_leads_elsewhere(bench: Bench) -> None:
    areas = _areas(bench)
    areas[1][-1].A = areas[0][0].A


@defect_of_long
def an_entry_that_leads_to_a_page_and_no_place_on_it(bench: Bench) -> None:
    for each in _areas(bench)[0]:
        each.A = Dictionary(S=Name.GoTo, D=Array([each.A.D[0], Name.Fit]))


@defect_of_long
def an_entry_that_says_it_is_another(bench: Bench) -> None:
    areas = _areas(bench)
    areas[0][-1].Contents = areas[1][0].Contents


@defect_of_long
def an_entry_without_anything_to_follow(bench: Bench) -> None:
    areas = _areas(bench)[0]
    gone = {each.objgen for each in areas}
    link = next(each for each in walk(bench.one("TOCI")) if each.S == "/Link")
    set_kids(link, [kid for kid in kids(link) if isinstance(kid, int)])
    bench.page().obj.Annots = Array([each for each in bench.page().obj.Annots if each.objgen not in gone])


# What breaks no rule


def _draw_around(bench: Bench, before: list[Any], after: list[Any]) -> None:
    """Put something before and after what the second paragraph draws."""
    content = bench.content()
    start, end = bench.marked(mcids(the_second_paragraph(bench))[0])
    bench.draw(content[: start + 1] + before + content[start + 1 : end] + after + content[end:])


@defect
def a_mark_inside_a_mark(bench: Bench) -> None:
    _draw_around(bench, [_instruction("BMC", Name.Span)], [_instruction("EMC")])


@defect_of_long
def an_index_that_names_other_notes(bench: Bench) -> None:
    names = bench.tree.IDTree.Names
    names[1], names[3] = names[3], names[1]


@defect_of_long
def no_index_of_the_notes(bench: Bench) -> None:
    del bench.tree["/IDTree"]


@defect
def another_title_in_the_properties(bench: Bench) -> None:
    bench.pdf.docinfo["/Title"] = "We hold it"


@defect
def another_title_wherever_it_is_told(bench: Bench) -> None:
    with bench.pdf.open_metadata() as told:
        told["dc:title"] = "We hold it"
    bench.pdf.docinfo["/Title"] = "We hold it"


@defect
def another_author_wherever_it_is_told(bench: Bench) -> None:
    with bench.pdf.open_metadata() as told:
        told["dc:creator"] = ["Dyfed-Powys Police"]
    bench.pdf.docinfo["/Author"] = "Dyfed-Powys Police"


@defect
def other_words_in_the_head_of_each_page(bench: Bench) -> None:
    for at in range(len(bench.pdf.pages)):
        inside, content = False, bench.content(at)
        for n, each in enumerate(content):
            if str(each.operator) == "BDC":
                inside = each.operands[0] == Name.Artifact
            elif str(each.operator) in {"Tj", "TJ"} and inside:
                shown = each.operands[0] if str(each.operator) == "TJ" else [each.operands[0]]
                words = b"".join(bytes(part) for part in shown if isinstance(part, String))
                content[n] = _instruction("Tj", String(words[::-1]))
        bench.draw(content, at)


@defect
def a_link_described_by_other_words(bench: Bench) -> None:
    _link(bench, 0).Contents = String("Confirm here that we hold it")


def _redrawn(bench: Bench, operator: str, *operands: Any) -> None:
    """Give the operators of that name in the second paragraph other operands."""
    content = bench.content()
    start, end = bench.marked(mcids(the_second_paragraph(bench))[0])
    for at in range(start, end):
        if str(content[at].operator) == operator:
            first = content[at].operands[: 1 if operator == "Tf" else 0]
            content[at] = _instruction(operator, *first, *operands)
    bench.draw(content)


def _dot(bench: Bench) -> Any:
    """Return a picture of one dot."""
    return bench.pdf.make_stream(
        b"\xff\xff\xff",
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=1,
        Height=1,
        ColorSpace=Name.DeviceRGB,
        BitsPerComponent=8,
    )


def _decorate(bench: Bench, *drawn: Any) -> None:
    """Draw something more on the first page, as decoration."""
    bench.draw(
        [
            *bench.content(),
            *(_instruction("BMC", Name.Artifact), _instruction("q")),
            *drawn,
            *(_instruction("Q"), _instruction("EMC")),
        ]
    )


_WHITE: Final = (1, 1, 1)


@defect
def white_words(bench: Bench) -> None:
    _redrawn(bench, "rg", *_WHITE)


@defect
def pale_words(bench: Bench) -> None:
    _redrawn(bench, "rg", 0.6, 0.6, 0.6)


@defect
def words_of_no_colour_in_another_space(bench: Bench) -> None:
    _draw_around(bench, [_instruction("g", 1)], [])


@defect
def tiny_words(bench: Bench) -> None:
    _redrawn(bench, "Tf", 0.01)


@defect
def words_made_tiny_by_the_page(bench: Bench) -> None:
    content = bench.content()
    start, _ = bench.marked(mcids(the_second_paragraph(bench))[0])
    at = max(n for n in range(start) if str(content[n].operator) == "cm")
    content[at] = _instruction("cm", 0.1, 0, 0, 0.1, 80, 400)
    bench.draw(content)


@defect
def words_without_any_width(bench: Bench) -> None:
    _draw_around(bench, [_instruction("Tz", 0.001)], [_instruction("Tz", 100)])


@defect
def words_cut_away(bench: Bench) -> None:
    path = [_instruction("re", 0, 0, 1, 1), _instruction("W"), _instruction("n")]
    _draw_around(bench, [_instruction("q"), *path], [_instruction("Q")])


@defect
def words_under_a_white_box(bench: Bench) -> None:
    box = (_instruction("rg", *_WHITE), _instruction("re", 0, 0, 600, 600), _instruction("f"))
    _decorate(bench, *box)


@defect
def words_under_a_broad_white_line(bench: Bench) -> None:
    line = (_instruction("m", 0, 400), _instruction("l", 600, 400), _instruction("S"))
    _decorate(bench, _instruction("RG", *_WHITE), _instruction("w", 500), *line)


@defect
def words_under_a_picture(bench: Bench) -> None:
    bench.page().obj.Resources.XObject = Dictionary(Dot=_dot(bench))
    _decorate(bench, _instruction("cm", 500, 0, 0, 500, 0, 0), _instruction("Do", Name.Dot))


@defect
def words_that_are_transparent(bench: Bench) -> None:
    clear = Dictionary(Type=Name.ExtGState, ca=0, CA=0)
    bench.page().obj.Resources.ExtGState = Dictionary(G0=clear)
    _draw_around(bench, [_instruction("gs", Name.G0)], [])


@defect_of_crested
def a_picture_that_is_not_drawn(bench: Bench) -> None:
    bench.draw([each for each in bench.content() if str(each.operator) != "Do"])


@defect_of_crested
def a_picture_that_is_said_to_be_elsewhere(bench: Bench) -> None:
    bench.one("Figure").A.BBox = Array([0, 0, 1, 1])


@defect_of_crested
def a_picture_as_large_as_the_page(bench: Bench) -> None:
    content = bench.content()
    at = next(n for n, each in enumerate(content) if str(each.operator) == "Do")
    place = max(n for n in range(at) if str(content[n].operator) == "cm")
    content[place] = _instruction("cm", 400, 0, 0, 700, 0, -600)
    bench.draw(content)
    bench.one("Figure").A.BBox = Array([76.535, 148.346, 476.535, 848.346])


@defect
def an_outline_that_is_closed(bench: Bench) -> None:
    bench.pdf.Root.Outlines.Count = 0


def table() -> Iterator[tuple[str, list[str], bool, bool]]:
    """Yield for each defect the codes of our findings, and whether each profile notices."""
    for name in DEFECTS:
        pdf = mutant(name)
        codes = [*dict.fromkeys(each.code for each in found(name))]
        rules = [each.place for each in conformance(pdf)]
        yield name, codes, any("UA" in rule for rule in rules), any("PDF/A" in rule for rule in rules)


def main() -> None:
    """Print the table, in Markdown."""
    rows = [*table()]
    lines = ["| defect | this comparison | ua1 | 2a |", "|---|---|---|---|"]
    for name, codes, ua1, a2a in rows:
        lines.append(f"| {name} | {', '.join(codes) or 'no'} | {_word(ua1)} | {_word(a2a)} |")
    ours, ua1s, a2as = (sum(bool(row[at]) for row in rows) for at in (1, 2, 3))
    lines.append(f"| of {len(rows)} | {ours} | {ua1s} | {a2as} |")
    sys.stdout.write("\n".join([*lines, ""]))


def _word(noticed: bool) -> str:  # noqa: FBT001 - a cell of the table
    return "yes" if noticed else "no"


if __name__ == "__main__":
    main()

"""Blocks as one self-contained HTML page, made to be read by everyone on anything."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from flows.document.arrangement import listed
from flows.document.blocks import Heading, plain_text, words
from flows.document.crest import data_address
from flows.document.files import environment
from flows.domain.theme import HOUSE_STYLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jinja2 import Template

    from flows.document.blocks import Block
    from flows.domain.theme import Theme


def render_html(
    blocks: Sequence[Block],
    *,
    title: str,
    authority: str,
    reference: str,
    version: int,
    draft: bool = False,
    lang: str = "en-GB",
    theme: Theme = HOUSE_STYLE,
) -> str:
    """Return ``blocks`` as a page with one first-level heading and nothing from elsewhere.

    ``title`` becomes that heading where the blocks do not open with one.
    """
    return _page().render(
        blocks=blocks,
        anchors=_anchors(blocks),
        titled=bool(blocks) and isinstance(blocks[0], Heading) and blocks[0].level == 1,
        title=title,
        authority=authority,
        reference=reference,
        version=version,
        draft=draft,
        lang=lang,
        accent=theme.accent,
        size=theme.size,
        marking=theme.draft_marking if draft else theme.published_marking,
        crest=theme.crest and {"address": data_address(theme.crest), "words": theme.crest.words},
    )


def _anchors(blocks: Sequence[Block]) -> Mapping[int, str]:
    """Return the id of each heading that the contents lead to, by its place; from its words, and its own."""
    anchors: dict[int, str] = {}
    taken: set[str] = set()
    for at, heading in ((at, blocks[at]) for at in listed(blocks)):
        # The prefix keeps them apart from the ids of notes and marks.
        slug = "-".join(["section", *re.findall(r"\w+", " ".join(words([heading])).lower())])
        number = 1
        while (anchor := slug if number == 1 else f"{slug}-{number}") in taken:
            number += 1
        taken.add(anchor)
        anchors[at] = anchor
    return anchors


@cache
def _page() -> Template:
    page = environment(escape=True)
    page.tests["of_kind"] = lambda node, kind: type(node).__name__ == kind
    page.filters["words"] = plain_text
    return page.get_template("document/page.html.j2")

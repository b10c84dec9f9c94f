"""Blocks as one self-contained HTML page, made to be read by everyone on anything."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from flows.document.arrangement import listed
from flows.document.blocks import Heading, plain_text, words
from flows.document.crest import data_address
from flows.document.ties import bound
from flows.files import templates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jinja2 import Environment

    from flows.document.blocks import Block
    from flows.document.imprint import Imprint


def render_html(blocks: Sequence[Block], imprint: Imprint) -> str:
    """Return ``blocks`` as a page with one first-level heading and nothing from elsewhere.

    The imprint's title becomes that heading where the blocks do not open with one.
    """
    crest = imprint.theme.crest
    return (
        _environment()
        .get_template("document/page.html.j2")
        .render(
            blocks=blocks,
            anchors=_anchors(blocks),
            titled=bool(blocks) and isinstance(blocks[0], Heading) and blocks[0].level == 1,
            imprint=imprint,
            crest=crest and {"address": data_address(crest), "words": crest.words},
        )
    )


def render_body(blocks: Sequence[Block]) -> str:
    """Return ``blocks`` alone, to stand in a page that has a first-level heading of its own."""
    return (
        _environment().get_template("document/body.html.j2").render(blocks=blocks, anchors=_anchors(blocks))
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
def _environment() -> Environment:
    made = templates(escape=True)
    made.tests["of_kind"] = lambda node, kind: type(node).__name__ == kind
    made.tests["digest"] = re.compile("[0-9a-f]{32,}").fullmatch
    made.filters |= {"words": plain_text, "bound": bound}
    return made

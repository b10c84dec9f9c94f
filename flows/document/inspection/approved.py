"""Whether a PDF says an approved text, by its words alone: what needs none of the software that made it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.document.arrangement import with_notes
from flows.document.inspection.paper import read_paper
from flows.document.inspection.units import units_of_blocks, units_of_tree
from flows.document.publication import check_layout
from flows.domain.errors import MalformedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.document.blocks import Block


def says_otherwise(pdf: bytes, blocks: Sequence[Block], root: str = "") -> str | None:
    """Return in what a paper is none of an approved text, None where its words are there, in order.

    What else it says, and how it looks, is not looked at.

    Args:
        pdf: The file.
        blocks: The text.
        root: What the paper has to state of the register, after the text; empty for nothing.
    """
    try:
        check_layout(pdf)
        read = [unit.squeezed for unit in units_of_tree(read_paper(pdf).root)]
    except (MalformedError, ValueError):
        return "The file is no PDF that any release of this software could have made."
    there, at = "".join(read), 0
    for unit in units_of_blocks(with_notes(blocks)):
        found = there.find(unit.squeezed, at)
        if found < 0:
            return f"The paper lacks words of the approved text, from its {unit.place} on."
        at = found + len(unit.squeezed)
    if there.find(root, at) < 0:
        return "The paper does not state the checkpoint that its manifest states."
    return None

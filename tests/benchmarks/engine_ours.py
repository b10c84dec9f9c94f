"""Ours: tagged and archival."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from parts import AUTHORITY, REFERENCE

from flows.document.imprint import Imprint
from flows.document.pdf import render_pdf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.document.blocks import Block

_DATED: Final = datetime(2026, 11, 2, 9, tzinfo=UTC)


def render(blocks: Sequence[Block], title: str) -> bytes:
    imprint = Imprint(title=title, authority=AUTHORITY, reference=REFERENCE, version=1)
    return render_pdf(blocks, imprint, dated=_DATED)

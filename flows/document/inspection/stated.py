"""What a paper states of the register before it, read out of the file: of a PDF, or of a page of HTML."""

from __future__ import annotations

import html
import re
from itertools import pairwise
from typing import Final

from flows.document.inspection.paper import read_paper
from flows.document.inspection.units import units_of_tree
from flows.document.record import ENTRIES, REGISTER, ROOT
from flows.domain.errors import MalformedError

_META: Final = re.compile(rb'<meta name="equipoise-checkpoint" content="([^"<>]{1,200})">')
_MOST: Final = 16 << 10
"""Bytes of a page within which its head says it."""


def stated_in(file: bytes) -> str:
    """Return origin, number of entries and root as a paper states them; empty where it states none.

    Whether they are in form, `parse_stated` says.
    """
    if not file.startswith(b"%PDF-"):
        found = _META.search(file, 0, _MOST)
        return html.unescape(found[1].decode("utf-8", "replace")) if found else ""
    try:
        units = [unit.words for unit in units_of_tree(read_paper(file).root)]
    except (MalformedError, ValueError):
        return ""
    # The last of each name: the record comes after the text, whatever tables that has.
    rows = {name: value.replace(" ", "") for name, value in pairwise(units)}
    values = [rows.get(name, "") for name in (REGISTER, ENTRIES, ROOT)]
    return f"equipoise/{values[0]} {values[1].replace(',', '')} {values[2]}" if all(values) else ""

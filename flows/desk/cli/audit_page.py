"""What an audit found as one page: for whoever reads the report, and has no terminal. It runs no script."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from itertools import groupby
from typing import TYPE_CHECKING, Any

from flows.desk.cli.terminal import counted, moment
from flows.domain.characters import visible
from flows.files import folder, templates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What an audit was made of, and what from outside it was compared with.

    Attributes:
        repository: Where the register was read.
        checkpoint: Which was compared, in words.
        pin: The fingerprint; empty for none.
        remembered: The file of an earlier audit; empty for none.
        made: When, UTC.
    """

    repository: str
    checkpoint: str
    pin: str
    remembered: str
    made: datetime


def audit_page(facts: Mapping[str, Any], compared: Compared) -> bytes:
    """Return the page.

    Args:
        facts: What the audit found, as it is printed in JSON.
    """
    made = templates(escape=True)
    # A hostile register says what it likes: nothing of it is mark-up, and no character goes unseen.
    made.finalize = lambda value: visible(value) if type(value) is str else value
    style = (folder("templates") / "evidence" / "page.css").read_text(encoding="utf-8")
    page = made.get_template("audit/report.html.j2").render(
        {**facts, "findings": [*_by_kind(facts["findings"])]},
        counts=_counts(facts),
        total=sum(_counts(facts).values()),
        repository=compared.repository,
        checkpoint=compared.checkpoint,
        pin=compared.pin,
        remembered=compared.remembered,
        made=compared.made,
        software=version("equipoise"),
        style=style,
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        counted=counted,
        moment=moment,
        told=_told,
    )
    return page.encode()


def _by_kind(findings: Sequence[Mapping[str, str]]) -> Iterator[tuple[str, list[tuple[str, str, list[str]]]]]:
    """Yield the findings of each kind, with the places where they say the same."""
    for code, some in groupby(findings, key=lambda each: each["code"]):
        told: dict[tuple[str, str], list[str]] = {}
        for each in some:
            told.setdefault((each["sentence"], each["mend"]), []).append(each["place"])
        yield code, [(*said, places) for said, places in told.items()]


def _counts(facts: Mapping[str, Any]) -> dict[str, int]:
    found: dict[str, int] = dict(facts["more"])
    for each in facts["findings"]:
        found[each["code"]] = found.get(each["code"], 0) + 1
    return found


def _told(value: object) -> str:
    """Return a fact of a row as people read it."""
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "none"
    return "still" if value is None else str(value)

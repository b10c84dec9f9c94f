"""The auditor's report as one page: the same facts as in JSON, and nothing of a register is mark-up there."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from audit_reports import COMPARED, full_report
from desk_builders import everything
from test_checking import cut_back

from flows.desk.cli.audit_page import audit_page
from flows.desk.cli.checking import audit_json
from flows.domain.characters import visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from desk_builders import Desk

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 1234567 * 7654321 }}\u202e\x1b[31m&lt;"


def leaves(value: Any) -> Iterator[str]:
    """Yield every fact of a report that is a text or a number."""
    if isinstance(value, dict):
        for each in value.values():
            yield from leaves(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from leaves(each)
    elif isinstance(value, (str, int)) and not isinstance(value, bool):
        yield str(value)


def text_of(page: bytes) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", page.decode().partition("<main>")[2]))


def test_the_page_has_every_fact_of_the_report_in_json() -> None:
    facts = audit_json(full_report("Some words")) | {"complete_to": 7, "stopped": "Nothing is recorded."}
    text = text_of(audit_page(facts, COMPARED)).casefold()
    said = {*leaves({name: value for name, value in facts.items() if name != "more"})} - {"block"}
    assert [each for each in said if each.casefold() not in text] == []
    assert "e_fork, 1 place" in text
    assert "e_role, 103 places" in text
    assert "and 3 more of this kind" in text
    assert text.index("e_fork") < text.index("e_role")
    assert "it vouches up to entry 7; 2 entries came after." in text
    assert "30 nov 2026 12:00" in text


def test_nothing_that_a_register_says_is_mark_up_on_the_page() -> None:
    facts = audit_json(full_report(HOSTILE)) | {"complete_to": 0, "stopped": HOSTILE}
    page = audit_page(facts, replace(COMPARED, repository=HOSTILE, checkpoint=HOSTILE))
    tags = {*re.findall(rb"<([a-z0-9]+)", page)}
    assert tags.isdisjoint({b"script", b"img", b"iframe", b"link", b"object"})
    assert b"9449772114007" not in page
    assert not {*page.decode()} & {"\u202e", "\x1b"}
    assert (
        page.decode().count(
            html.escape(visible(HOSTILE)).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
        )
        > 9
    )
    assert re.search(
        rb"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style", page
    )


def test_the_command_writes_it_beside_what_it_prints(desk: Desk, tmp_path: Path) -> None:
    cut_back(desk)
    before, file = everything(desk.home), tmp_path / "report.html"
    result = desk("audit", "--html", file, "--json")
    assert result.exit_code == 4
    facts, page = json.loads(result.stdout), text_of(file.read_bytes())
    assert [each for each in leaves(facts["findings"]) if each not in page] == ["block"]
    assert facts["stopped"] in page
    assert facts["administrators"] == [{"person": "administrator", "since": 1, "until": None}]
    assert (facts["compared_to"], facts["complete_to"]) == (0, 0)
    assert everything(desk.home) == before


def test_up_to_which_entry_it_is_whole_says_only_what_comes_from_outside(desk: Desk, tmp_path: Path) -> None:
    note, noted = tmp_path / "note.txt", tmp_path / "noted.txt"
    desk.done("checkpoint", "--out", note)
    size = desk.told("audit")["entries"]
    desk.submit()
    own = desk.told("audit")
    assert (own["compared_to"], own["complete_to"]) == (size, 0)
    outside = desk.told("audit", "--checkpoint", note, "--remember", noted, "--html", tmp_path / "a.html")
    assert (outside["compared_to"], outside["complete_to"]) == (size, size)
    page = text_of((tmp_path / "a.html").read_bytes())
    assert f"up to entry {size} of {size + 1}, by what was given from outside" in page
    assert f"It vouches up to entry {size}; 1 entry came after." in page
    again = desk.told("audit", "--remember", noted)
    assert (again["compared_to"], again["complete_to"]) == (size + 1, size + 1)


def test_who_administered_is_told_from_which_entry_to_which(desk: Desk) -> None:
    size = desk.told("audit")["entries"]
    desk.done("officer", "add", "second", "--role", "administrator", "--as", "administrator")
    desk.done("officer", "revoke", "administrator", "--as", "second")
    assert desk.told("audit")["administrators"] == [
        {"person": "administrator", "since": 1, "until": size + 2},
        {"person": "second", "since": size + 1, "until": None},
    ]

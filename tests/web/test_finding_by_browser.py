"""Finding cases: by what their lists say, by an address that can be kept, and by who asked."""

from __future__ import annotations

import csv
import io
import json
import re
from html import unescape
from typing import TYPE_CHECKING

import httpx
import pytest
from desk_builders import CASE, another_case, passes_audit

from flows.casework import finding
from flows.casework.office import open_office
from flows.catalogue.search import Sought
from flows.desk.web import sessions
from flows.desk.web.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from desk_builders import Desk
    from web_builders import Person

    from flows.home import Home


def _client(home: Home, at: str, person: str = "foi-officer") -> httpx.Client:
    store = Store(home.desk)
    secret = sessions.begin(store, person, "key")
    store.close()
    return httpx.Client(base_url=at, cookies={"desk": secret}, headers={"Origin": at})


@pytest.mark.exhaustive
def test_a_case_is_found_narrowed_and_opened(person: Callable[..., Person], home: Home) -> None:
    for number in range(60):
        another_case(home, f"FOI-2026-{number:04}", "2026-11-02")
    officer = person("foi-officer", viewport={"width": 360, "height": 800})
    officer.follows("Find")
    officer.page.get_by_label("Words").fill('gait" OR <script>alert(1)</script>')
    officer.presses("Find")
    assert "Nothing was found." in officer.words
    officer.page.get_by_label("Words").fill("gait")
    officer.presses("Find")
    assert "61 documents" in officer.words
    officer.follows("Next page")
    assert "Page 2 of 2" in officer.words
    assert officer.page.locator("tbody tr").count() == 11
    officer.follows("legal review (1)")
    assert "1 document" in officer.words
    assert officer.page.evaluate("document.documentElement.scrollWidth") <= 360
    officer.follows(CASE)
    assert officer.heading.startswith(CASE)
    officer.goes("/cases?reference=1146a")
    assert officer.heading.startswith(CASE)
    officer.goes("/cases?reference=foi-2026-00&stage=legal-review")
    officer.follows("Without the stage “legal review”")
    assert "60 documents" in officer.words


def test_what_is_found_is_to_be_had_as_a_table_and_as_json(home: Home, at: str) -> None:
    with _client(home, at) as client:
        rows = [*csv.DictReader(io.StringIO(client.get("/cases.csv?words=gait").text.removeprefix("\ufeff")))]
        assert [(row["reference"], row["due"]) for row in rows] == [(CASE, "2022-12-06")]
        found = json.loads(client.get("/cases.json?words=gait").text)
        assert found["found"]["rows"][0]["reference"] == CASE
        wrong = client.get("/cases?received_from=yesterday")
        assert (wrong.status_code, "write the date as 2022-11-07" in wrong.text) == (422, True)


def test_no_cell_of_a_table_is_a_formula() -> None:
    """Nor is what a spreadsheet that parts cells otherwise takes for one, nor in the width of Japanese."""
    cells = {
        "=1+1": "'=1+1",
        "@x": "'@x",
        " =1+1": "' =1+1",
        "\t=1+1": "'\t'=1+1",
        "\uff1d1+1": "'\uff1d1+1",
        "Plans;=1+1": "Plans;'=1+1",
        "Plans|\u00a0-1": "Plans|'\u00a0-1",
        "a\n+1": "a\n'+1",
        "a=b; and 3 - 2, -1": "a=b; and 3 - 2, -1",
    }
    assert {each: finding._cell(each) for each in cells} == cells


def test_each_filter_finds_what_it_says(home: Home) -> None:
    another_case(home, "FOI-2026-0001", "2026-11-02")
    with open_office(home) as office:
        clock = office.clock(office.register.policy())

        def found(**asked: object) -> list[str]:
            sought = Sought(**asked)  # type: ignore[arg-type] # of its fields
            rows = office.catalogue.page(sought, clock, most=9)
            told = office.catalogue.told_apart(sought, clock, most=9)
            assert office.catalogue.those([id_ for id_, *_ in told]) == rows
            return [row.reference for row in rows]

        day = clock.today.replace(year=2023, month=1, day=1)
        assert found() == ["FOI-2026-0001", CASE]
        assert found(reference="foi/2026") == ["FOI-2026-0001"]
        assert found(received_from=day) == ["FOI-2026-0001"]
        assert found(received_to=day) == [CASE]
        assert found(due_from=day) == ["FOI-2026-0001"]
        assert found(due_to=day) == [CASE]
        assert found(late=True) == [CASE]
        assert found(document="response") == []


@pytest.mark.exhaustive
def test_an_applicant_is_looked_for_once_it_is_on_record_that_their_case_is_opened(
    person: Callable[..., Person], command: Desk, home: Home
) -> None:
    officer = person("foi-officer")
    officer.goes("/applicant")
    officer.page.get_by_label("Name, e-mail address or telephone").fill("Sample Applicant")
    officer.presses("Look")
    assert "There is a problem" in officer.words
    assert not home.lookups.exists()
    _look(officer)
    officer.presses("Sign with the key of the sample")
    assert command.told("history", CASE)["entries"][-1]["act"] == "read-request"
    officer.goes("/applicant")
    _look(officer)
    assert "1 case is on record as opened by you today." in officer.words
    assert "Sample Applicant" not in home.lookups.read_text() + home.desk_log.read_text()
    assert len(home.lookups.read_text().splitlines()) == 2
    assert passes_audit(home)


def _look(officer: Person) -> None:
    officer.page.get_by_label("Name, e-mail address or telephone").fill("Sample Applicant")
    officer.page.get_by_label("Reason").fill("A complaint came by telephone.")
    officer.presses("Look")


def test_a_long_list_is_gone_through_to_its_end(home: Home, at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        another_case(home, f"FOI-2026-{number:04}", f"2026-11-0{number + 1}")
    monkeypatch.setattr(finding, "MOST", 3)
    monkeypatch.setattr(finding, "PAGE", 2)
    found: list[str] = []
    with _client(home, at) as client:
        there = "/cases?words=gait"
        for _ in range(20):
            text = client.get(there).text
            found += re.findall(r'<th scope="row"><a href="[^"]*">([^<]+)', text)
            following = re.search('href="([^"]*)">(?:Next page|Go on with)', text)
            if following is None:
                break
            there = unescape(following[1])
    assert [*dict.fromkeys(found)] == [*(f"FOI-2026-{number:04}" for number in reversed(range(6))), CASE]

"""What is due for erasure, told on the desk with what keeps the others; nothing is done about it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, another_case
from web_builders import SignedIn

from flows import home as flows_home
from flows.casework import keeping
from flows.casework.keeping import due_for_erasure, retention
from flows.casework.office import open_office

if TYPE_CHECKING:
    from datetime import date

    from desk_builders import Desk

    from flows.home import Home

BY = ("--as", "administrator")


def words(someone: SignedIn) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", someone.client.get("/retention").text))


def count_and_list(home: Home, day: date | None, hours: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how many cases are due so many hours after a day begins, as counted and as listed."""
    assert day is not None
    moment = datetime.combine(day, time(), UTC) + timedelta(hours=hours)
    monkeypatch.setattr(flows_home, "now", lambda: moment)
    with open_office(home) as office:
        counted = retention(office).due
        assert counted == len(due_for_erasure(office))
    return counted


@pytest.mark.exhaustive
def test_what_is_due_is_told_with_what_keeps_the_others(
    home: Home, command: Desk, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    another_case(home, "R/2", "2022-11-08")
    command.done("close", CASE, "--ground", "withdrawn", "--as", "foi-officer")
    someone, reader = SignedIn(home, at, "administrator"), SignedIn(home, at, "foi-officer")
    assert "The rules do not say how long a case is kept, so none is due." in words(someone)
    assert "Say how long a case is kept" in words(someone)
    assert "Say how long a case is kept" not in words(reader)
    command.done("retention", "set", "1", *BY)
    page = words(someone)
    assert "A case is kept for 1 month after it ended." in page
    assert "Due 0 cases" in page
    assert re.search(rf"{CASE} \d+ \w+ \d{{4}} It is kept until ", page)
    assert re.search("R/2 not known: it runs [A-Z]", page)
    later = flows_home.now() + timedelta(days=40)
    monkeypatch.setattr(flows_home, "now", lambda: later)
    page = words(someone)
    assert "Due 1 case due Kept for now 1 case" in page
    assert "Nobody proposed it yet." in page
    assert "equipoise erase REFERENCE" in page
    assert "equipoise erase REFERENCE" not in words(reader)
    assert '<a href="/cases/1146A-22">' in reader.client.get("/retention").text
    assert '<a href="/cases/' not in someone.client.get("/retention").text
    command.done("officer", "add", "second", "--role", "administrator", *BY)
    command.done("erase", CASE, "--ground", "Schedule 4.2", *BY)
    assert "Administrator proposed it, and another administrator has to confirm it." in words(reader)
    told = reader.client.get("/retention.json").json()
    assert (told["months"], told["due"], told["count"]) == (1, 1, 2)
    # The same as the command's, in pages.
    monkeypatch.setattr(keeping, "PAGE", 1)
    with open_office(home) as office:
        pages = [retention(office, number) for number in (1, 2, 99)]
        every = due_for_erasure(office, everything=True)
    assert [each.page for each in pages] == [1, 2, 2]
    assert (*pages[0].rows, *pages[1].rows) == every
    assert {count_and_list(home, every[0].since, hours, monkeypatch) for hours in range(-30, 31)} == {0, 1}
    for each in (someone, reader):
        each.close()

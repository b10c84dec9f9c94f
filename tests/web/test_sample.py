"""The desk that a newcomer opens: two commands to a page, and something on it for everybody."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from desk_builders import passes_audit
from web_builders import Person, serving

from flows.casework.near import near
from flows.casework.office import open_office
from flows.casework.waiting import Next, buckets
from flows.desk import sample
from flows.home import Home

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Request


@pytest.fixture
def filled(demo_home: Home, tmp_path: Path) -> Home:
    shutil.copytree(demo_home.root, tmp_path / "home")
    home = Home(tmp_path / "home")
    sample.fill(home)
    return home


@pytest.mark.exhaustive
def test_everybody_finds_something_to_do(filled: Home) -> None:
    with open_office(filled) as office:
        policy = office.register.policy()
        found = {
            person: {each.next for each in buckets(office, person, policy)}
            for person in ("foi-officer", "legal-reviewer", "sign-off-officer")
        }
        sequence = office.register.tip().entry.sequence
        alike = near(office, "FOI-2026-0177", "Locks and alarms of the depots")
    assert {each.reference: each.provisions for each in alike} == {
        "1146A/22": ("31(1)(a)",),
        "4593_26": ("31(1)", "31(1)(a)"),
        "FOI/2026/0173": ("31(1)", "31(1)(a)"),
    }
    assert found["foi-officer"] >= {Next.RETURNED, Next.DRAFT, Next.SEND, Next.OVERDUE, Next.OTHERS}
    assert Next.DECIDE in found["legal-reviewer"]
    assert Next.DECIDE in found["sign-off-officer"]
    assert len([*filled.set_aside.iterdir()]) == 1
    assert passes_audit(filled)

    sample.fill(filled)
    with open_office(filled) as office:
        assert office.register.tip().entry.sequence == sequence


def test_from_signing_in_to_a_recorded_approval_takes_five_steps(filled: Home, browser: Browser) -> None:
    with serving(filled) as at:
        newcomer, opened = Person(browser, at), 0

        def count(request: Request) -> None:
            nonlocal opened
            opened += request.is_navigation_request() and not request.redirected_from

        newcomer.goes("/")
        newcomer.page.on("request", count)
        newcomer.presses("Sign in as sign-off-officer")
        newcomer.page.get_by_role("region").or_(newcomer.page.locator("#main")).first.wait_for()
        newcomer.page.locator("#decide + table a").first.click()
        newcomer.page.get_by_label("Approve it as it stands").check()
        newcomer.presses("Check and sign")
        newcomer.presses("Sign with the key of the sample")
        assert "Recorded" in newcomer.words
        assert opened == 4  # beside the choice itself, which opens no page
        assert newcomer.problems == []
        newcomer.context.close()
    assert passes_audit(filled)

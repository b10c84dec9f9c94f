"""A desk on a machine without the register shows the same pages: it asks a registrar."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from registrars import straight
from web_builders import SignedIn, serving

from flows.home import Home

if TYPE_CHECKING:
    from pathlib import Path

PAGES = {
    "foi-officer": (
        "/",
        "/cases",
        "/cases.csv",
        "/cases?words=covert",
        "/cases/1146A-22",
        "/cases/1146A-22/draft",
        "/inbox",
        "/mail",
        "/cases/1146A-22/mail",
    ),
    "legal-reviewer": (
        *("/cases/1146A-22/changes", "/cases/1146A-22/paper", "/cases/1146A-22/decide/test", "/me"),
        *("/cases/1146A-22/act", "/cases/1146A-22/request", "/register/9", "/register/case/1146A-22"),
        "/register",
    ),
    "administrator": ("/people", "/people/foi-officer", "/policy", "/retention", "/register/allowed_signers"),
}
VARIES = r"[0-9a-f]{32,}|[\w-]{43,}|\d\d:\d\d"


def words_of(home: Home) -> dict[tuple[str, str], tuple[int, str]]:
    """Return what each page says."""
    home.state.mkdir(parents=True, exist_ok=True)
    found: dict[tuple[str, str], tuple[int, str]] = {}
    with serving(home) as at:
        for person, pages in PAGES.items():
            someone = SignedIn(home, at, person)
            for page in pages:
                answer = someone.client.get(page)
                found[person, page] = answer.status_code, re.sub(VARIES, "…", answer.text)
            someone.close()
    return found


@pytest.mark.exhaustive
def test_a_desk_that_asks_a_registrar_shows_what_one_with_the_register_does(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home.root / ".demo").unlink()
    here = words_of(home)
    with straight(home, monkeypatch) as address:
        there = words_of(Home(tmp_path / "far", address))

    assert {status for status, _ in here.values()} == {200}
    assert there == here

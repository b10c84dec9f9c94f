"""Words that would be code in a page, in every field that keeps them: they are shown as words."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

import httpx
import pytest
from desk_builders import CASE, CASES, Desk, open_case
from markupsafe import Markup
from web_builders import serving

from flows.casework.office import open_office
from flows.desk.web import sessions
from flows.desk.web.render import environment
from flows.desk.web.routes import ROUTES
from flows.desk.web.store import Store
from flows.home import Home

if TYPE_CHECKING:
    from pathlib import Path

CODE: Final = "<x-canary onload=alert(1)>'\"`{{7*7}}${7*7}</title></textarea></script><b>"
"""Opens an element, ends those it might stand in, and asks a template to reckon."""
PEOPLE: Final = ("foi-officer", "legal-reviewer", "sign-off-officer", "administrator", "all-three-roles")


def planted(home: Home) -> list[str]:
    """Put the words wherever they are taken; return where that was."""
    desk, taken = Desk(home), []
    request = (CASES / "4593_26" / "request.yaml").read_text(encoding="utf-8")
    request = request.replace("Northshire Police", "West Midlands Police")
    for field in ("Patrol plan of the rural crime team", "The patrol plan of the rural crime team"):
        hostile = request.replace(field, f"{field} {CODE.replace(chr(39), '')}", 1)
        hostile = hostile.replace("subject: Patrol", "subject: |-\n  Patrol")
        with open_office(home) as office:
            try:
                open_case(office, hostile.encode())
            except Exception:  # noqa: BLE001 - refused: then it stands nowhere
                shutil.rmtree(home.inbox / "item")
            else:
                taken.append("subject" if "Patrol" in field else "summary")
                break
    calls = {
        "reason of a return": (
            *("return", CASE, "--gate", "legal-review", "--version", "1"),
            *("--as", "legal-reviewer", "--reason", CODE),
        ),
        "reason of stepping aside": ("step-aside", CASE, "--as", "both-gates", "--reason", CODE),
        "holiday": (
            *("holiday", "add", "2027-06-04", "--nation", "england-and-wales"),
            *("--as", "administrator", "--source", CODE, "--name", CODE),
        ),
    }
    taken += [what for what, call in calls.items() if desk(*call).exit_code == 0]
    aside = home.set_aside / "item"
    aside.mkdir(parents=True)
    (aside / "request.yaml").write_text("subject: x\n", encoding="utf-8")
    (aside / "WHY.txt").write_text(CODE, encoding="utf-8")
    return [*taken, "why something was set aside"]


@pytest.fixture
def hostile(submitted: Home, tmp_path: Path) -> Home:
    shutil.copytree(submitted.root, tmp_path / "home")
    home = Home(tmp_path / "home")
    assert len(planted(home)) >= 3
    return home


@pytest.mark.exhaustive
def test_no_page_takes_words_for_code(hostile: Home) -> None:
    there = {
        "case": "1146A-22",
        "document": "test",
        "digest": "0" * 64,
        "name": "desk.css",
        "entry": "1",
        "version": "1",
    }
    store = Store(hostile.desk)
    shown = set()
    with serving(hostile) as at:
        for person in PEOPLE:
            secret = sessions.begin(store, person, "key")
            with httpx.Client(base_url=at, cookies={"desk": secret}, follow_redirects=True) as client:
                for row in ROUTES:
                    if row.method != "GET" or row.open_to is None:
                        continue
                    path = row.path.format_map(
                        {**there, **dict.fromkeys(_names(row.path) - there.keys(), "1")}
                    )
                    for address in (path, f"{path}?{_asked()}"):
                        answer = client.get(address)
                        text = answer.text if "html" in answer.headers["content-type"] else ""
                        assert "<x-canary" not in text, address
                        assert "49" not in text.partition("x-canary")[2][:80], address
                        shown |= {address} if "x-canary" in text else set()
    store.close()
    assert "/cases/1146A-22" in shown


def _names(path: str) -> set[str]:
    return {part.partition("}")[0].partition(":")[0] for part in path.split("{")[1:]}


def _asked() -> str:
    """Return hostile words for whatever a page may be asked with."""
    names = (
        "words",
        "reference",
        "document",
        "from",
        "to",
        "next",
        "done",
        "person",
        "stage",
        "provision",
        "kind",
    )
    return str(httpx.QueryParams(dict.fromkeys(names, CODE)))


def test_what_nobody_would_see_on_a_page_is_shown() -> None:
    page = environment("en").from_string(
        "{{ words }} {{ mark }} {{ _('Case %(case)s', case=words) }} {{ number }}"
    )

    shown = page.render(words="a\u202eb\u200b\x1b<", mark=Markup("<b>"), number=7)

    assert shown == "a\ufffdb\ufffd\ufffd&lt; <b> Case a\ufffdb\ufffd\ufffd&lt; 7"

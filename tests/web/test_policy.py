"""The policy by the page: each matter is changed by an act, shown as a difference before it is signed."""

from __future__ import annotations

import re
from contextlib import closing
from html import unescape
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import pytest
from desk_builders import passes_audit
from PIL import Image
from web_builders import SignedIn

from flows.casework.amendments import digits
from flows.casework.office import open_office
from flows.document.crest import redrawn

if TYPE_CHECKING:
    import httpx
    from desk_builders import Desk

    from flows.domain.policy import Policy
    from flows.home import Home

THEME: Final = {"accent": "#00452b", "size": "14", "drafts": "OFFICIAL", "published": "", "signatory": ""}
LETTERS: Final = {
    "addressee": "To whoever asked",
    "greeting": "Dear all",
    "closing": "Yours",
    "contact": "a@b.example",
}

CHANGES: Final = {
    "holiday": (
        {"date": "2027-06-14", "name": "Day of rest", "nation": "Scotland", "source": "Gazette 1"},
        "14 June 2027: Day of rest, in Scotland (Gazette 1)",
    ),
    "no-holiday": ({"date": "2027-06-14"}, "14 June 2027: Day of rest"),
    "body": ({"body": "school"}, "school"),
    "closure": (
        {"first": "2027-02-15", "last": "2027-02-19", "name": "Half term"},
        "15 February 2027 to 19 February 2027: Half term",
    ),
    "no-closure": ({"first": "2027-02-15"}, "15 February 2027 to 19 February 2027: Half term"),
    "theme": (THEME, "#00452b"),
    "letters": ({**LETTERS, "address": "1 Street\nTown"}, "1 Street"),
    "desk": ({"origins": "https://foi.example.gov.uk\nhttps://b.example.gov.uk"}, "https://b.example.gov.uk"),
    "retention": ({"months": "36"}, "36"),
    "approvals": ({"document": "cost", "approvals": "full"}, "refusal on cost: legal review, then sign-off"),
    "pattern": ({"pattern": "IG/{year}/{number}"}, "IG/{year}/{number}"),
    "reminders": ({"days": "9"}, "9"),
    "authority": ({"authority": "Northshire Council"}, "Northshire Council"),
}
"""In this order: what is sent for each matter, and what the page of the signature says of it."""

REFUSED: Final = {
    "holiday": ({"date": "14/6/2027", "name": "x", "source": "y"}, "a day as 2026-06-15"),
    "no-holiday": ({"date": "2027-01-05"}, "No bank holiday"),
    "closure": ({"first": "2027-02-15", "last": "2027-02-19", "name": "x"}, "for a school alone"),
    "no-closure": ({"first": "soon"}, "a day as 2026-06-15"),
    "body": ({"body": "kingdom"}, "one of those listed"),
    "theme": ({**THEME, "accent": "#ffffff"}, "contrast"),
    "letters": ({**LETTERS, "greeting": ""}, "1 to 80 characters"),
    "desk": ({"origins": "https://127.0.0.1"}, "the desk's address"),
    "retention": ({"months": "many"}, "months"),
    "approvals": ({"document": "test", "approvals": "one-person"}, "one person is too few"),
    "pattern": ({"pattern": "FOI"}, "{number} once"),
    "reminders": ({"days": "61"}, "from 0 to 60"),
    "authority": ({"authority": "**Council**"}, "plain text"),
    "administrators": ({"administrators": "2"}, "fewer than 2 administrators"),
    "edition": ({}, "so already"),
}


@pytest.mark.exhaustive
def test_every_matter_is_changed_by_a_signed_act_shown_as_a_difference(home: Home, at: str) -> None:
    with closing(SignedIn(home, at, "administrator")) as administrator:
        for matter, (form, shown) in CHANGES.items():
            page = sends(administrator, f"/policy/{matter}", form)
            assert page.url.path.startswith("/sign/"), unescape(page.text)
            changed = re.findall(r"<(?:ins|del)>.*?</span>(.*?)</(?:ins|del)>", unescape(page.text))
            assert any(shown in line for line in changed), matter
            assert all("role " not in line for line in changed)
            done = sends(administrator, page.url.path, {"with": "sample"})
            assert "Recorded. Version" in done.text
    policy = in_force(home)
    assert (policy.rules.body, policy.rules.retention, policy.holidays) == ("school", 36, ())
    assert policy.closures == ()
    assert (policy.theme.accent, policy.theme.size) == ("#00452b", 14)
    assert policy.letterhead.address == ("1 Street", "Town")
    assert passes_audit(home)


def test_what_cannot_be_is_refused_with_what_was_typed(home: Home, at: str) -> None:
    before = in_force(home)
    with closing(SignedIn(home, at, "administrator")) as administrator:
        for matter, (form, sentence) in REFUSED.items():
            page = sends(administrator, f"/policy/{matter}", form)
            assert page.status_code == 422, matter
            assert sentence in unescape(page.text), matter
        assert 'value="#ffffff"' in sends(administrator, "/policy/theme", REFUSED["theme"][0]).text
    assert in_force(home) == before


def test_a_crest_is_kept_where_none_is_sent(home: Home, at: str) -> None:
    drawn = BytesIO()
    Image.new("RGB", (400, 300), "navy").save(drawn, "PNG")
    picture = drawn.getvalue()
    with closing(SignedIn(home, at, "administrator")) as administrator:
        words = {**THEME, "words": "Crest of the council", "height": "18"}
        page = sends(administrator, "/policy/theme", words, crest=("crest.png", picture, "image/png"))
        sends(administrator, page.url.path, {"with": "sample"})
        kept = in_force(home).theme.crest
        assert kept
        assert kept.image == redrawn(picture)
        page = sends(administrator, "/policy/theme", {**words, "size": "16"})
        sends(administrator, page.url.path, {"with": "sample"})
        assert (in_force(home).theme.crest, in_force(home).theme.size) == (kept, 16)
        page = sends(administrator, "/policy/theme", {**words, "without-crest": "yes"})
        sends(administrator, page.url.path, {"with": "sample"})
        assert in_force(home).theme.crest is None


def sends(someone: SignedIn, path: str, form: Any, **files: Any) -> httpx.Response:
    someone.client.follow_redirects = True
    headers = {"Origin": str(someone.client.base_url).rstrip("/")}
    data = {"token": someone.token, **form}
    return someone.client.post(path, headers=headers, data=data, files=files or None)


def in_force(home: Home) -> Policy:
    with open_office(home, reading=True) as office:
        return office.register.policy()


def test_an_auditor_reads_what_the_policy_says(home: Home, at: str, command: Desk) -> None:
    command.done("body", "set", "school", "--as", "administrator")
    with closing(SignedIn(home, at, "legal-reviewer")) as reader:
        told = reader.client.get("/policy.json").json()
        assert told["matters"]["Kind of authority"] == ["school"]
        assert "Check and sign" not in reader.client.get("/policy").text


def test_a_key_is_made_suspect_by_the_page(home: Home, at: str) -> None:
    (key,) = in_force(home).people["foi-officer"].keys
    with closing(SignedIn(home, at, "administrator")) as administrator:
        form = {"key": digits(key), "since": "5", "reason": "The computer was lost."}
        refused = sends(administrator, "/people/foi-officer/suspect", {**form, "since": "some"})
        assert (refused.status_code, "by its number" in refused.text) == (422, True)
        page = sends(administrator, "/people/foi-officer/suspect", form)
        assert "made a key of foi-officer suspect since entry 5" in page.text
        done = sends(administrator, page.url.path, {"with": "sample"})
        assert all(each in done.text for each in ("Suspect keys", digits(key), "The computer was lost."))
    assert in_force(home).people["foi-officer"].keys == ()
    assert passes_audit(home)

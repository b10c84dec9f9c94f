"""A register is founded by the page, and its people come by the page: nothing else is used but passkeys."""

from __future__ import annotations

import re
import subprocess
from html import unescape
from typing import TYPE_CHECKING, Final

import httpx
import pytest
from desk_builders import Desk, passes_audit
from web_builders import (
    Founding,
    KeyMaker,
    Person,
    enrols,
    enters,
    founds,
    invites,
    lists,
    makes_two_passkeys,
    serving,
)

from flows.casework.office import open_office
from flows.casework.recovering import check
from flows.desk.web.language import words_of
from flows.domain.errors import RecoveryError
from flows.domain.procedure import Role
from flows.home import Home
from flows.register import signature
from flows.register.kinds import Kind, parse_key
from flows.vault.shares import parse_shares

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from flows.register.signature import FileSigner
    from flows.vault.shares import Share

ROLES: Final = {"case.officer": "FOI officer", "lawyer": "legal reviewer", "head": "sign-off officer"}


@pytest.fixture
def founding(tmp_path: Path) -> Founding:
    return Founding(Home(tmp_path / "home"))


@pytest.mark.exhaustive
def test_a_register_is_founded_three_people_come_and_one_goes(browser: Browser, founding: Founding) -> None:
    first = Person(browser, founding.origin)
    fingerprint = founds(first, founding.path)
    assert founding.ended.wait(20)
    assert founding.refused == ""
    command = Desk(founding.home)
    assert command("audit", "--pin", fingerprint).exit_code == 0
    assert command.told("desk", "show")["desk"] == [{"origin": founding.origin, "rp-id": "localhost"}]

    with serving(founding.home, founding.port) as at:
        assert at == founding.origin
        enters(first)
        people = {}
        for name, role in ROLES.items():
            people[name] = Person(browser, at)
            lists(first, name, enrols(people[name], invites(first, name, role)))
            enters(people[name])
        first.goes("/people/lawyer")
        first.presses("Revoke lawyer")
        first.presses("Sign with your passkey")
        first.page.get_by_text("Recorded. Version").wait_for()
        people["lawyer"].goes("/")
        assert people["lawyer"].heading == "Sign in"
        first.goes("/people/administrator")
        first.presses("Revoke administrator")
        first.page.get_by_text("administrator is the last administrator").wait_for()

    with open_office(founding.home, reading=True) as office:
        listed = office.register.policy().people
    kinds = {name: [parse_key(key).kind for key in listed[name].keys] for name in ("case.officer", "head")}
    assert kinds == {name: [Kind.PASSKEY, Kind.PASSKEY] for name in ("case.officer", "head")}
    assert "lawyer" not in listed
    assert passes_audit(founding.home)
    for someone in (first, *people.values()):
        assert someone.problems == []
        someone.context.close()


def test_what_is_wrong_is_asked_again_and_nothing_is_founded(founding: Founding) -> None:
    good = {"authority": "A Council", "body": "other", "approvals": "full", "pattern": "FOI-{year}-{number}"}
    good["administrator"] = "administrator"
    with httpx.Client(
        base_url=founding.origin, headers={"Origin": founding.origin}, follow_redirects=True
    ) as client:
        for change, sentence in (
            ({"authority": " "}, "1 to 200 characters"),
            ({"body": "kingdom"}, "Choose what kind of authority"),
            ({"approvals": "one-person"}, "Choose which approvals"),
            ({"administrator": "service"}, "not &#39;service&#39;"),
            ({"pattern": "no"}, "number"),
            ({"second": "administrator"}, "Each administrator is named once"),
            ({"third": "A B"}, "A B"),
            ({"needed": "3", "shares": ""}, "Say how many shares are needed"),
            ({"needed": "1", "shares": "3"}, "Say how many shares are needed"),
            ({"needed": "4", "shares": "3"}, "Say how many shares are needed"),
            ({"needed": "2", "shares": "17"}, "Say how many shares are needed"),
            ({"needed": "x", "shares": "3"}, "Say how many shares are needed"),
        ):
            answer = client.post(founding.path, data={**good, **change})
            assert (answer.status_code, sentence in answer.text) == (422, True), answer.text
        client.post(founding.path, data=good)
        assert "Make a key first" in client.post(f"{founding.path}/hand-in", data={"token": ""}).text
        client.post(f"{founding.path}/sign", data={"signature": "none"})
    assert not founding.home.root.exists()
    assert not founding.ended.is_set()


def _makes_a_key(maker: KeyMaker, file: Path) -> FileSigner:
    """Make a key file for whose turn it is, and prove it."""
    assert maker.pastes(signature.generate(file)).is_success
    signer = signature.load(file)
    made = signer.sign(maker.statement, signature.ENROLMENT)
    assert maker.sends("prove", challenge=maker.field("challenge"), signature=made).is_success
    return signer


@pytest.mark.exhaustive
def test_two_administrators_found_a_register_of_which_every_change_takes_both(
    founding: Founding, tmp_path: Path
) -> None:
    good = {"authority": "A Council", "body": "other", "approvals": "full", "pattern": "FOI-{year}-{number}"}
    names = {"administrator": "first", "second": "second", "third": "third"}
    with KeyMaker(founding.origin, founding.path, **good, **names) as maker:
        assert "Administrator 1 of 3: first sits here now" in maker.answer.text
        signer = _makes_a_key(maker, tmp_path / "first")
        maker.sends("hand-in")
        assert "Administrator 2 of 3: second sits here now" in maker.answer.text
        assert "That key is on the list already" in maker.pastes(signer.public).text
        _makes_a_key(maker, tmp_path / "second")
        assert "Administrator 3 of 3" in maker.sends("hand-in").text
        assert "first founds the register of A Council." in maker.sends("without").text
        assert "2 administrators" in maker.answer.text
        found = re.search('<pre id="statement">(.*?)</pre>', maker.answer.text, re.DOTALL)
        assert found
        made = signer.sign(unescape(found[1]).encode(), signature.STATEMENT)
        page = maker.sends("sign", signature=made).text
        assert "The register is founded" in page
        assert "only administrator" not in page
    assert founding.ended.wait(20)
    with open_office(founding.home, reading=True) as office:
        policy = office.register.policy()
    assert policy.holders(Role.ADMINISTRATOR) == {"first", "second"}
    assert policy.rules.threshold == 2
    assert passes_audit(founding.home)


def with_shares(maker: KeyMaker, file: Path) -> FileSigner:
    """Make the key of the one administrator, and come to the shares."""
    signer = _makes_a_key(maker, file)
    maker.sends("hand-in")
    return signer


def shares_on(page: str) -> list[Share]:
    found = re.findall("<pre>(.*?)</pre>", page, re.DOTALL)
    return parse_shares("\n".join(found), "the page") if found else []


def signs(maker: KeyMaker, signer: FileSigner) -> str:
    found = re.search('<pre id="statement">(.*?)</pre>', maker.answer.text, re.DOTALL)
    assert found
    made = signer.sign(unescape(found[1]).encode(), signature.STATEMENT)
    return maker.sends("sign", signature=made).text


def test_shares_are_shown_once_and_are_of_the_key_in_force(founding: Founding, tmp_path: Path) -> None:
    asked = {"authority": "A Council", "body": "other", "approvals": "full", "pattern": "FOI-{year}-{number}"}
    asked |= {"administrator": "first", "needed": "2", "shares": "3"}
    with KeyMaker(founding.origin, founding.path, **asked) as maker:
        signer = with_shares(maker, tmp_path / "first")
        assert maker.http.get("/sign-in").status_code == 404
        given_up = shares_on(maker.answer.text)
        assert maker.answer.headers["Cache-Control"] == "no-store"
        assert [share.number for share in given_up] == [1, 2, 3]
        assert shares_on(maker.http.get(founding.path).text) == []
        assert "cannot be shown again" in maker.http.get(founding.path).text
        maker.sends("sign", signature="none")
        assert not founding.ended.is_set()

        handed = shares_on(maker.sends("shares", anew="yes").text)
        assert {share.made_with for share in handed}.isdisjoint(share.made_with for share in given_up)
        assert "Say that every share is printed" in maker.sends("kept", **{"with": "shares"}).text
        page = maker.sends("kept", printed="yes").text
        assert "2 of 3 shares name a new administrator" in page
        assert "There are no shares to be made" in maker.sends("shares", anew="yes").text
        assert "The register is founded" in signs(maker, signer)
        too_soon = maker.http.get("/sign-in?next=/people")  # before the desk is there
        assert "The desk starts" in too_soon.text
        assert int(too_soon.headers["Refresh"]) > 0
    assert founding.ended.wait(20)

    with open_office(founding.home, reading=True) as office:
        key = office.register.policy().rules.recovery
    assert key
    assert (key.needed, key.shares) == (2, 3)
    assert check(key, handed[1:])
    with pytest.raises(RecoveryError, match="not of the recovery key in force"):
        check(key, given_up[1:])
    lines = [line.encode() for share in (*handed, *given_up) for line in share.lines()]
    kept = b"".join(path.read_bytes() for path in founding.home.root.rglob("*") if path.is_file())
    assert not [line for line in lines if line in kept or line.replace(b" ", b"") in kept]
    assert passes_audit(founding.home)


@pytest.mark.exhaustive
def test_shares_that_were_asked_for_can_be_left_out_again(founding: Founding, tmp_path: Path) -> None:
    asked = {"authority": "A Council", "body": "other", "approvals": "full", "pattern": "FOI-{year}-{number}"}
    asked |= {"administrator": "first", "needed": "2", "shares": "3"}
    with KeyMaker(founding.origin, founding.path, **asked) as maker:
        assert "There are no shares to be made" in maker.sends("kept", printed="yes").text
        signer = with_shares(maker, tmp_path / "first")
        assert "no shares" in maker.sends("kept", **{"with": "none"}).text
        assert "The register is founded" in signs(maker, signer)
    assert founding.ended.wait(20)
    with open_office(founding.home, reading=True) as office:
        assert office.register.policy().rules.recovery is None


@pytest.mark.exhaustive
def test_a_register_is_founded_with_shares_that_name_another_administrator(
    browser: Browser, founding: Founding, tmp_path: Path
) -> None:
    first = Person(browser, founding.origin)
    first.goes(founding.path)
    first.page.get_by_label("How many shares name an administrator").fill("2")
    first.page.get_by_label("How many shares there are").fill("3")
    first.page.get_by_label("The authority", exact=True).fill("Northshire Council")
    first.page.get_by_label("None of those below").check()
    first.presses("Go on")
    makes_two_passkeys(first)
    first.presses("Go on")
    first.page.get_by_role("heading", name="Print the shares").wait_for()
    for number, path in enumerate(shares := [tmp_path / f"share-{each}.txt" for each in (1, 2, 3)]):
        path.write_text(first.page.locator(".share").nth(number).inner_text())
    paper = tmp_path / "shares.pdf"
    paper.write_bytes(first.page.pdf())
    sheets = subprocess.run(["pdftotext", "-layout", paper, "-"], check=True, capture_output=True, text=True)
    assert [
        [share.number for share in parse_shares(sheet, "the sheet")]
        for sheet in sheets.stdout.split("\f")
        if "Recovery share" in sheet
    ] == [[1], [2], [3]]
    assert "Make them anew" not in sheets.stdout
    first.presses("Go on")  # the browser asks for the tick first
    assert first.heading == "Print the shares"
    first.page.get_by_label("Every share is on paper").check()
    first.presses("Go on")
    first.page.get_by_text("2 of 3 shares name a new administrator").wait_for()
    first.page.go_back()
    assert first.page.locator(".share").count() == 0
    first.goes(founding.path)
    first.presses("Sign with your passkey")
    first.page.get_by_role("heading", name="The register is founded").wait_for()
    assert first.problems == []
    first.context.close()
    assert founding.ended.wait(20)

    command = Desk(founding.home)
    assert "is whole" in command.done("recovery", "check", shares[1])
    key = tmp_path / "new"
    signature.generate(key)
    named = ("recovery", "use", shares[0], shares[2], "--as", "new.administrator", "--key", key)
    command.done(*named, "--reason", "The key was lost.")
    with open_office(founding.home, reading=True) as office:
        assert "new.administrator" in office.register.policy().holders(Role.ADMINISTRATOR)
    assert passes_audit(founding.home)


def test_the_founding_speaks_welsh_too(founding: Founding) -> None:
    with httpx.Client(
        base_url=founding.origin, headers={"Origin": founding.origin}, follow_redirects=True
    ) as client:
        assert 'lang="en"' in client.get(founding.path).text
        page = client.post("/language", data={"language": "cy", "next": founding.path}).text
        assert '<html lang="cy">' in page
        assert words_of("cy").gettext("More administrators, who are here with you") in page
        sentence = client.get("/found/another")
        assert sentence.text == words_of("cy").gettext("This page is not there, or it is not for you.")
        assert sentence.headers["Content-Language"] == "cy"
        assert sentence.text != "This page is not there, or it is not for you."


REFUSED: Final = {
    "another link": ("/found/x", {}, 404),
    "another host": ("", {"Host": "foi.example.gov.uk"}, 421),
    "through a proxy": ("", {"X-Forwarded-For": "192.0.2.1"}, 403),
}


def test_nobody_else_reaches_the_page(founding: Founding) -> None:
    for name, (path, headers, status) in REFUSED.items():
        answer = httpx.get(founding.origin + (path or founding.path), headers=headers)
        assert answer.status_code == status, name
    for origin in ({"Origin": "http://evil.localhost"}, {"Sec-Fetch-Site": "cross-site"}, {}):
        assert httpx.post(founding.link, data={"authority": "A"}, headers=origin).status_code == 403

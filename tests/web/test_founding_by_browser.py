"""A register is founded by the page, and its people come by the page: nothing else is used but passkeys."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Final

import httpx
import pytest
from desk_builders import Desk, passes_audit
from web_builders import Founding, KeyMaker, Person, enrols, enters, founds, invites, lists, serving

from flows.casework.office import open_office
from flows.desk.web.language import words_of
from flows.domain.procedure import Role
from flows.home import Home
from flows.register import signature
from flows.register.kinds import Kind, parse_key

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from flows.register.signature import FileSigner

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

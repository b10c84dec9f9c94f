"""Entering by the authority's own sign-in: a real provider, and what it must not get away with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest
from hostile_json import HOSTILE
from joserfc.jwk import RSAKey
from provider import CLIENT, SECRET, Provider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from web_builders import Person

    from flows.home import Home


@pytest.fixture
def provider(home: Home) -> Iterator[Provider]:
    with Provider() as provider:
        names(home, issuer=provider.issuer)
        (home.root / "secret").write_text(SECRET, encoding="utf-8")
        yield provider


def names(home: Home, **changes: str) -> None:
    given = {"issuer": "", "client": CLIENT, "secret": "secret", "claim": "oid"} | changes
    lines = [f"{name} = {json.dumps(value)}" for name, value in given.items()]
    lines += ["[people]", 'foi-officer = "object-7"', 'gone = "object-8"', 'service = "object-9"']
    home.sign_on.write_text("\n".join(lines), encoding="utf-8")


def comes(at: str, **options: Any) -> httpx.Response:
    with httpx.Client(base_url=at, follow_redirects=True, **options) as client:
        return client.get("/sign-in/on?next=/me")


def test_somebody_enters_by_their_account_and_acts_with_their_own_key(
    provider: Provider, person: Callable[..., Person]
) -> None:
    officer = person()
    officer.goes("/me")
    officer.follows("Sign in with your account")
    officer.page.get_by_role("heading", name="foi-officer").wait_for()
    assert officer.page.url == f"{officer.desk}/me"
    assert "by your authority's sign-in" in officer.words
    assert provider.asked == {}


@pytest.mark.usefixtures("provider")
def test_nobody_elses_coming_back_keeps_somebody_out_whose_sign_in_is_waited_for(
    person: Callable[..., Person], at: str
) -> None:
    officer = person()
    asked = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    with httpx.Client(base_url=at, headers=asked) as led:  # as windows are that another page opens
        answers = [led.get("/sign-in/on/back?state=x").status_code for _ in range(25)]
        assert answers[-1] == 429
        led.get("/sign-in/on")  # and a sign-in that was begun elsewhere is another's
        assert led.get("/sign-in/on/back?state=x").status_code == 429
    officer.goes("/me")
    officer.follows("Sign in with your account")
    officer.page.get_by_role("heading", name="foi-officer").wait_for()


FAULTS: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "another issuer": ({"claims": {"iss": "https://other.example"}}, "cannot be verified"),
    "another audience": ({"claims": {"aud": "another"}}, "cannot be verified"),
    "expired": ({"claims": {"exp": 1}}, "cannot be verified"),
    "no end": ({"claims": {"exp": None}}, "cannot be verified"),
    "another's answer": ({"claims": {"nonce": "another"}}, "cannot be verified"),
    "no nonce": ({"claims": {"nonce": None}}, "cannot be verified"),
    "another key": ({"signer": RSAKey.generate_key(2048, parameters={"kid": "1"})}, "cannot be verified"),
    "somebody unknown": ({"claims": {"oid": "object-1"}}, "this desk does not"),
    "nobody": ({"claims": {"oid": None}}, "this desk does not"),
    "somebody not on the list": ({"claims": {"oid": "object-8"}}, "not on the list"),
    "the service": ({"claims": {"oid": "object-9"}}, "not on the list"),
    "called otherwise": ({"metadata": {"issuer": "https://other.example"}}, "calls itself otherwise"),
    "keys elsewhere": ({"metadata": {"jwks_uri": "http://localhost:1/keys"}}, "another host"),
    "token elsewhere": ({"metadata": {"token_endpoint": "http://127.0.0.1:1/"}}, "another host"),
    "a page elsewhere": ({"metadata": {"authorization_endpoint": "javascript:alert(1)"}}, "another host"),
    "moved": ({"moved": "/openid-configuration"}, "does not answer"),
    "moved keys": ({"moved": "/keys"}, "does not answer"),
    "endless": ({"padding": 300_000}, "does not answer"),
}


NO_JSON: Final[dict[str, tuple[dict[str, Any], str]]] = {
    f"{name} for {page}": ({"raw": {page: HOSTILE[name]}}, "does not answer")
    for page in ("openid-configuration", "keys", "token")
    for name in ("nested lists, whole", "a list of pairs")
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("faults", [FAULTS, NO_JSON], ids=["what it says", "no JSON"])
def test_what_a_provider_says_wrongly_lets_nobody_in(
    faults: dict[str, tuple[dict[str, Any], str]], provider: Provider, at: str
) -> None:
    for name, (changes, sentence) in faults.items():
        before = {each: getattr(provider, each) for each in changes}
        for each, value in changes.items():
            setattr(provider, each, value)
        answer = comes(at, headers={"X-Test": name})
        for each, value in before.items():
            setattr(provider, each, value)
        assert (answer.status_code, sentence in answer.text) == (422, True), (name, answer.text)
    assert comes(at).url.path == "/me"


@pytest.mark.usefixtures("provider")
def test_a_sign_in_that_was_begun_in_another_browser_lets_nobody_in(at: str) -> None:
    with httpx.Client(base_url=at) as thief:
        provided = httpx.get(thief.get("/sign-in/on").headers["Location"])
        back = provided.headers["Location"].removeprefix(at)
        with httpx.Client(base_url=at) as victim:
            assert "begun in another browser" in victim.get(back).text
        # And what was brought once is good no more.
        assert "too old, or was used" in thief.get(back).text


@pytest.mark.parametrize("issuer", ["http://login.example", "https://u:p@a.example", "ftp://localhost", ""])
def test_an_issuer_is_asked_over_https(home: Home, at: str, issuer: str) -> None:
    (home.root / "secret").write_text(SECRET, encoding="utf-8")
    names(home, issuer=issuer)
    answer = comes(at)
    assert (answer.status_code, "sign-on.toml: issuer: an address over https is needed" in answer.text) == (
        422,
        True,
    )


def test_without_its_file_there_is_no_such_page(at: str) -> None:
    assert comes(at).status_code == 404
    assert "Sign in with your account" not in httpx.get(f"{at}/sign-in").text

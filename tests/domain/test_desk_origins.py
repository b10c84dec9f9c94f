"""Where passkeys sign: what can be a desk's address, and who chooses it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest
from domain_builders import ADMINISTRATOR, WRITER, a_policy, an_act, some_rules

from flows.domain.acts import CHANGE_DESK
from flows.domain.acts.policy import change_desk, check_amendment
from flows.domain.errors import MalformedError, NotEntitledError, PitError, RefusedError
from flows.domain.policy import Policy, host_of, parse_origin

ORIGIN: Final = "https://foi.example.gov.uk"
OTHER: Final = "https://desk.example.gov.uk:8443"


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (ORIGIN, "foi.example.gov.uk"),
        (OTHER, "desk.example.gov.uk"),
        ("https://intranet", "intranet"),
        ("https://xn--9b8h.example", "xn--9b8h.example"),
        ("https://localhost:8443", "localhost"),
        ("http://localhost", "localhost"),
        ("http://localhost:8000", "localhost"),
        (f"https://{'a' * 63}.example", f"{'a' * 63}.example"),
    ],
)
def test_an_origin_is_read_and_its_host_is_the_rp_id(origin: str, host: str) -> None:
    assert parse_origin(origin) == origin
    assert host_of(origin) == host


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "foi.example.gov.uk",
        "https://",
        f"{ORIGIN}/",
        f"{ORIGIN}/desk",
        f"{ORIGIN}:443",
        f"{ORIGIN}:0",
        f"{ORIGIN}:08443",
        f"{ORIGIN}:65536",
        f"{ORIGIN}:",
        f"{ORIGIN}\n",
        f" {ORIGIN}",
        f"{ORIGIN}.",
        f'{ORIGIN}"',
        "https://user@foi.example.gov.uk",
        "https://user:8000@foi.example.gov.uk",
        "https://Foi.example.gov.uk",
        "HTTPS://foi.example.gov.uk",
        "https://fôi.example.gov.uk",
        "https://foi_example.gov.uk",
        "https://-foi.example.gov.uk",
        "https://*.example.gov.uk",
        "https://10.0.0.1",
        "https://0x7f.1",
        "https://[::1]",
        f"https://{'a' * 64}.example",
        "https://" + "a." * 124 + "example",
        "http://foi.example.gov.uk",
        "http://localhost:80",
        "http://localhost.example:8000",
        "http://127.0.0.1:8000",
        "ftp://localhost",
        "file:///desk",
    ],
)
def test_what_can_be_no_desks_origin_is_refused(text: str) -> None:
    with pytest.raises(MalformedError, match="up to the host and port is needed"):
        parse_origin(text)


def at(*origins: str, **changes: Any) -> Policy:
    return replace(a_policy(version=2), rules=replace(some_rules(**changes), desk=origins))


def a_choice(**changes: Any) -> Any:
    return an_act(CHANGE_DESK, **changes)


def test_an_administrator_chooses_where_passkeys_sign() -> None:
    after = change_desk(a_policy(), [ORIGIN, OTHER, ORIGIN])

    assert after == at(OTHER, ORIGIN)
    check_amendment(a_policy(), a_choice(), after)
    nowhere = change_desk(after, ())
    assert (nowhere.rules, nowhere.version) == (a_policy().rules, 3)
    check_amendment(after, a_choice(policy=2, version=3), nowhere)


def test_the_same_choice_is_not_made_again() -> None:
    with pytest.raises(RefusedError, match="where passkeys sign already"):
        change_desk(at(OTHER, ORIGIN), [ORIGIN, OTHER])


def test_an_address_of_no_desk_is_not_chosen() -> None:
    with pytest.raises(MalformedError, match="up to the host and port"):
        change_desk(a_policy(), [ORIGIN, "https://foi.example.gov.uk/desk"])


_WRONG: dict[str, tuple[dict[str, Any], Policy, type[PitError]]] = {
    "by an officer": ({"actor": WRITER}, at(ORIGIN), NotEntitledError),
    "of nothing": ({}, a_policy(version=2), RefusedError),
    "of no desk's address": ({}, at("http://foi.example.gov.uk"), MalformedError),
    "with a fact too many": ({"details": {"person": ADMINISTRATOR}}, at(ORIGIN), MalformedError),
    "beside other rules": ({}, at(ORIGIN, gates="two-person"), MalformedError),
    "of another version": ({}, replace(at(ORIGIN), version=3), MalformedError),
    "out of order": ({}, at(ORIGIN, OTHER), MalformedError),
}


@pytest.mark.parametrize(("changes", "after", "refusal"), _WRONG.values(), ids=_WRONG.keys())
def test_a_choice_of_desk_does_not_hold(
    changes: dict[str, Any], after: Policy, refusal: type[PitError]
) -> None:
    with pytest.raises(refusal):
        check_amendment(a_policy(), a_choice(**changes), after)

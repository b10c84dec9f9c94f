"""To whom a letter goes: one address in its head, whatever a name or an address was made to look like."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from random import Random
from typing import Final

import pytest

from flows.notices.relay import is_address, mailbox

ADDRESS: Final = "jane@example.org"
NAMES: Final = {
    "Jane Doe": "Jane Doe",
    "Müller, Jürgen": "Müller Jürgen",
    "O'Brien-Smith Jr.": "O'Brien-Smith Jr.",
    "Jäne Döe <other@evil.example>": "Jäne Döe other evil.example",
    "=?utf-8?q?a=2C_b=40evil=2Eexample?=": "utf-8 q a 2C_b 40evil 2Eexample",
    'Jäne "x" (c) d@evil.example, f': "Jäne x c d evil.example f",
    "other@evil.example, Jane": "other evil.example Jane",
    "Jane\r\nBcc: other@evil.example": "Jane Bcc other evil.example",
    "Jane\u202e\u200b\0 Doe": "Jane Doe",
    "undisclosed: other@evil.example;": "undisclosed other evil.example",
    "": "",
    ",;<>": "",
    ".<Jäne>": "Jäne",
}


def read(name: str) -> list[tuple[str, str]]:
    """Return whom somebody reads in the head of a message to a name and ``ADDRESS``."""
    message = EmailMessage(policy=SMTP)
    message["To"] = mailbox(name, ADDRESS)
    message.set_content("Words.")
    there = message_from_bytes(message.as_bytes(), policy=default)["To"]
    return [(each.display_name, each.addr_spec) for each in there.addresses]


@pytest.mark.parametrize("name", NAMES)
def test_no_name_adds_an_address_or_takes_the_place_of_one(name: str) -> None:
    assert read(name) == [(NAMES[name], ADDRESS)]


def test_no_name_made_at_random_is_read_as_an_address() -> None:
    random = Random(5)  # noqa: S311 - to be had again
    pieces = [
        *"<>()[]:;@\\,\"=?_.-' ",
        "=?utf-8?q?=3C?=",
        "a@evil.example",
        "ü",
        "é\u0301",
        "x" * 70,
        "\r\n",
        "\u202e",
    ]
    for _ in range(300):
        name = "".join(random.choices(pieces, k=random.randint(1, 12)))

        assert [address for _, address in read(name)] == [ADDRESS], name


@pytest.mark.parametrize(
    "text",
    [
        "jane@example.org, other@evil.example",
        "jane@example.org other@evil.example",
        "jane@example.org> SIZE=1",
        "jane@example.org\nBcc: other@evil.example",
        "<jane@example.org>",
        "Jane <jane@example.org>",
        "@evil.example:jane@example.org",
        "friends: jane@example.org, other@evil.example;",
        "jane@example.org (other@evil.example)",
        '"jane@example.org, other"@evil.example',
        "j\u0430ne@example.org",
        "jane@ex\u0430mple.org",
        "jane@example.org\u202e",
        "jane@example",
        "jane@@example.org",
        "jane@-example.org",
        ".jane@example.org",
        "jane@[127.0.0.1]",
        f"{'j' * 65}@example.org",
        f"jane@{'e' * 64}.org",
        f"jane@{'e.' * 130}org",
        "",
    ],
)
def test_what_is_not_one_plain_address_is_none(text: str) -> None:
    assert not is_address(text)


@pytest.mark.parametrize("text", [ADDRESS, "o'brien+foi@mail.example.co.uk", "j.d@xn--mnchen-3ya.example"])
def test_a_plain_address_is_one(text: str) -> None:
    assert is_address(text)

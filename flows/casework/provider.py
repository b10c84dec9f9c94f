"""The authority's own provider of OpenID Connect, where its people sign in.

``sign-on.toml`` in the home has all of it:

    issuer = "https://login.example.gov.uk/tenant"
    client = "the desk's id at the provider"
    secret = "sign-on.secret"          a file beside this one
    claim = "oid"                      which claim of the identity token names a person; "sub" if left out
    [people]
    legal-reviewer = "what that claim says of them"
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from flows.domain.attested import account_of
from flows.domain.errors import Fault, MalformedError, RefusedError
from flows.domain.text_file import toml_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from flows.home import Home

_FIELDS: Final = frozenset({"issuer", "client", "secret", "claim", "people"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Where people of the authority sign in, and who they are here.

    Attributes:
        people: Ids of people of the policy, by what the claim says of them.
    """

    issuer: str
    client: str
    secret: str = field(repr=False)
    claim: str
    people: Mapping[str, str]


def provider(home: Home) -> Provider | None:
    """Return the provider that a home names; None where it names none.

    Raises:
        MalformedError: the file does not say what is needed.
    """
    if not home.sign_on.is_file():
        return None
    try:
        given = toml_of(home.sign_on.read_text("utf-8"))
        secret = home.sign_on.with_name(str(given["secret"])).read_text("utf-8").strip()
        return _read(given, secret)
    except (OSError, KeyError, AttributeError, ValueError):
        problem = "it does not say what single sign-on needs; docs/operating.md has the form"
        raise MalformedError(home.sign_on.name, Fault(path="", problem=problem)) from None


def _read(given: Mapping[str, Any], secret: str) -> Provider:
    people = {str(subject): str(person) for person, subject in given["people"].items()}
    if not given.keys() <= _FIELDS or len(people) != len(given["people"]):
        raise ValueError("a field that is unknown, or a subject of two people")
    return Provider(
        issuer=_checked(str(given["issuer"]).rstrip("/")),
        client=str(given["client"]),
        secret=secret,
        claim=str(given.get("claim", "sub")),
        people=people,
    )


def _checked(url: str) -> str:
    parts = urlsplit(url)
    on_this_machine = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1"}
    if not (parts.scheme == "https" or on_this_machine) or parts.username or not parts.hostname:
        raise ValueError("an address over https is needed")
    return url


def accounts_of(known: Provider, register: str, people: Collection[str]) -> dict[str, str]:
    """Return what stands in a register for the accounts of people.

    Raises:
        RefusedError: the home names no account of one of them.
    """
    subjects = {person: subject for subject, person in known.people.items()}
    if unknown := sorted({*people} - subjects.keys()):
        raise RefusedError(f"sign-on.toml names no account of {unknown[0]}.")
    return {person: account_of(register, known.issuer, subjects[person]) for person in people}

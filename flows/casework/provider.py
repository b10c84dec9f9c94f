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
from typing import TYPE_CHECKING, Final
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
        given = toml_of(home.sign_on.read_bytes(), home.sign_on.name)
    except OSError as error:
        raise _malformed("", f"it cannot be read ({error.strerror})") from None
    if given.keys() - _FIELDS:
        # Which it is may be a secret that slipped, and is not repeated.
        raise _malformed("", f"a key is not known; those that are: {', '.join(sorted(_FIELDS))}")
    return Provider(
        issuer=_issuer(given.get("issuer")),
        client=_text("client", given.get("client")),
        secret=_secret(home, given.get("secret")),
        claim=_text("claim", given.get("claim", "sub")),
        people=_people(given.get("people", {})),
    )


def _malformed(path: str, problem: str) -> MalformedError:
    return MalformedError("sign-on.toml", Fault(path=path, problem=problem))


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise _malformed(name, f'a text is needed, as {name} = "…"')
    return value


def _issuer(value: object) -> str:
    parts = urlsplit(value if isinstance(value, str) else "")
    on_this_machine = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1"}
    if not (parts.scheme == "https" or on_this_machine) or parts.username or not parts.hostname:
        raise _malformed("issuer", "an address over https is needed, as https://login.example.gov.uk/tenant")
    return str(value).rstrip("/")


def _secret(home: Home, value: object) -> str:
    try:
        return home.sign_on.with_name(_text("secret", value)).read_text("utf-8").strip()
    except (OSError, ValueError):
        raise _malformed("secret", "the name of a file beside it is needed, which can be read") from None


def _people(given: object) -> dict[str, str]:
    if not isinstance(given, dict) or not all(isinstance(each, str) and each for each in given.values()):
        raise _malformed("people", 'an id and what the claim says of each person are needed, as anne = "…"')
    people = {subject: person for person, subject in given.items()}
    if len(people) != len(given):
        raise _malformed("people", "two of them have the same account; each needs one of their own")
    return people


def accounts_of(known: Provider, register: str, people: Collection[str]) -> dict[str, str]:
    """Return what stands in a register for the accounts of people.

    Raises:
        RefusedError: the home names no account of one of them.
    """
    subjects = {person: subject for subject, person in known.people.items()}
    if unknown := sorted({*people} - subjects.keys()):
        raise RefusedError(f"sign-on.toml names no account of {unknown[0]}.")
    return {person: account_of(register, known.issuer, subjects[person]) for person in people}

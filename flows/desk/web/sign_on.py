"""Single sign-on: entering the desk by the authority's own provider of OpenID Connect.

It lets somebody *enter* and read. What is done is signed by their own key, as everybody's; what the policy
names, and nothing else, may be attested by a sign-in, ``flows.domain.attested``.

Only the issuer's own host is asked, over https, without following it elsewhere, for five seconds and 256 KiB;
a provider on this machine may be asked over http, which is for trials. Authorisation code with PKCE
(RFC 7636); the identity token by OpenID Connect Core 1.0, 3.1.3.7.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode, urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from flows.domain.attested import ISSUER, Attested, account_of, words_of
from flows.domain.errors import RefusedError
from flows.fetching import fetch
from flows.foreign import object_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flows.casework.provider import Provider
    from flows.desk.web.store import Store

_PURPOSE: Final = "sign-on"
_WITHIN: Final = 5
"""Seconds for an answer of the provider."""
_MOST: Final = 256 * 1024
"""Bytes of one."""
_ALGORITHMS: Final = ["RS256", "PS256", "ES256"]
_LEEWAY: Final = 60
"""Seconds by which clocks may differ."""
_LATEST: Final = 1 << 35
"""Seconds since 1970: a moment that a calendar has."""
_ADDRESSES: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOn:
    """Somebody who signed in.

    Attributes:
        next: The page that they wanted.
        said: What the provider says of that sign-in; None where it does not say when it was.
    """

    person: str
    next: str
    said: Attested | None


def begin(store: Store, known: Provider, back: str, next_: str, *, anew: bool = False) -> tuple[str, str]:
    """Return where somebody signs in, and what their browser is to keep meanwhile.

    Args:
        back: The address at the desk to which the provider sends them.
        next_: The page that they wanted.
        anew: Whether they have to prove who they are now, though they had signed in.

    Raises:
        RefusedError: the provider does not answer as it has to.
    """
    state, nonce, verifier, kept = (secrets.token_urlsafe(32) for _ in range(4))
    content = {"state": state, "nonce": nonce, "verifier": verifier, "next": next_, "kept": _digest(kept)}
    name = store.put_challenge(_PURPOSE, json.dumps(content).encode())
    asked = {
        "response_type": "code",
        "client_id": known.client,
        "redirect_uri": back,
        "scope": "openid",
        "state": f"{name}.{state}",
        "nonce": nonce,
        "code_challenge": create_s256_code_challenge(verifier),
        "code_challenge_method": "S256",
        # Core 1.0, 3.1.2.1: with max_age the provider says in auth_time when that was.
        **({"prompt": "login", "max_age": "0"} if anew else {}),
    }
    return f"{_metadata(known)['authorization_endpoint']}?{urlencode(asked)}", kept


def is_begun(store: Store, asked: Mapping[str, str], kept: str) -> bool:
    """Tell whether the sign-in that a browser comes back from was begun in it, and waits.

    Args:
        asked, kept: As of ``finish``.
    """
    content = store.challenge(_PURPOSE, asked.get("state", "").partition(".")[0])
    return content is not None and _is_kept(json.loads(content), kept)


def finish(
    store: Store, known: Provider, back: str, asked: Mapping[str, str], kept: str, *, register: str
) -> SignedOn:
    """Return who signed in, and the page that they wanted.

    Args:
        register: The register's id, for which the account is written down.
        asked: What the provider had the browser bring.
        kept: What that browser kept.

    Raises:
        RefusedError: they did not sign in, or it is not known as whom.
    """
    name, _, state = asked.get("state", "").partition(".")
    content = json.loads(store.take_challenge(_PURPOSE, name))
    same = hmac.compare_digest(content["state"].encode(), state.encode())
    if not same or not _is_kept(content, kept):
        raise RefusedError("This sign-in was begun in another browser; begin it again.")
    if "code" not in asked:
        raise RefusedError("Your authority's sign-in did not let you in.")
    metadata = _metadata(known)
    form = {
        "grant_type": "authorization_code",
        "code": asked["code"],
        "redirect_uri": back,
        "code_verifier": content["verifier"],
    }
    token = str(_fetch(known, metadata["token_endpoint"], form).get("id_token", ""))
    claims = _claims(known, token, _fetch(known, metadata["jwks_uri"]), content["nonce"])
    subject = str(claims.get(known.claim, ""))
    person = known.people.get(subject)
    if person is None:
        raise RefusedError("Your authority knows you, and this desk does not; ask an administrator.")
    said = _said(claims, known.issuer, account_of(register, known.issuer, subject))
    return SignedOn(person=person, next=str(content["next"]), said=said)


def _said(claims: Mapping[str, Any], issuer: str, account: str) -> Attested | None:
    when = claims.get("auth_time")
    if type(when) is not int or not 0 <= when < _LATEST or not ISSUER.fullmatch(issuer):
        return None
    return Attested(
        issuer=issuer,
        account=account,
        at=datetime.fromtimestamp(when, UTC),
        methods=words_of(claims.get("amr")),
        level="".join(words_of(claims.get("acr"))[:1]),
    )


def _claims(known: Provider, token: str, keys: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
    """Return what the identity token claims, once it is verified."""
    options = {
        "iss": {"essential": True, "value": known.issuer},
        "aud": {"essential": True, "value": known.client},
        "exp": {"essential": True},
        "nonce": {"essential": True, "value": nonce},
    }
    try:
        read = jwt.decode(token, KeySet.import_key_set(dict(keys)), algorithms=_ALGORITHMS)  # type: ignore[arg-type] # of any kind
        claims = CodeIDToken(read.claims, read.header, options, {"nonce": nonce, "client_id": known.client})
        claims.validate(leeway=_LEEWAY)
    except (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError):
        raise RefusedError("What your authority's sign-in says of you cannot be verified.") from None
    return dict(claims)


def _metadata(known: Provider) -> Mapping[str, str]:
    """Return where the provider answers, all of it at the issuer's own host."""
    found = _fetch(known, f"{known.issuer}/.well-known/openid-configuration")
    if str(found.get("issuer", "")).rstrip("/") != known.issuer:
        raise RefusedError("Your authority's sign-in calls itself otherwise than this desk was told.")
    addresses = {name: str(found.get(name, "")) for name in _ADDRESSES}
    for url in addresses.values():
        _check_host(known, url)
    return addresses


def _fetch(known: Provider, url: str, form: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    """Return the JSON at an address of the issuer's host."""
    _check_host(known, url)
    headers, data = {"Accept": "application/json"}, None
    if form is not None:
        who = f"{quote(known.client, safe='')}:{quote(known.secret, safe='')}"  # RFC 6749, 2.3.1
        data = urlencode(form).encode()
        headers["Authorization"] = f"Basic {base64.b64encode(who.encode()).decode()}"
    try:
        answer = fetch(url, data, headers, within=_WITHIN, most=_MOST, proxies=False)
        if answer.status == HTTPStatus.OK:
            return object_of(answer.body)
    except (OSError, ValueError):
        pass
    raise RefusedError("Your authority's sign-in does not answer as it has to; use your own key.")


def _check_host(known: Provider, url: str) -> None:
    here, there = urlsplit(known.issuer), urlsplit(url)
    if (there.scheme, there.netloc) != (here.scheme, here.netloc):
        raise RefusedError("Your authority's sign-in leads to another host than the one this desk was told.")


def _is_kept(content: Mapping[str, str], kept: str) -> bool:
    return hmac.compare_digest(content["kept"].encode(), _digest(kept).encode())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

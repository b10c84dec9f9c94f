"""What every answer of the desk forbids a browser, and what is refused before a page is asked.

1. The Host has to be one of the desk's own: a foreign name that leads to this machine reaches nothing.
2. No page of another place has anything of the desk as a part of itself, or fetched ahead: it can lead here,
   and no more.
3. Whatever changes something has to come from a page of this very origin (Fetch Metadata, else Origin), and
   bring the token of its session besides.
4. No page stands in a frame, runs a script of another place or one written into it, or tells others where it
   was.
"""

from __future__ import annotations

import hmac
import re
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final

from flows.domain.policy import host_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from starlette.datastructures import Headers

    from flows.desk.web.sessions import Session

CONTENTS: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""What a page may load, and from where (CSP)."""

HEADERS: Final = {
    "Content-Security-Policy": CONTENTS,
    # Same-origin: without a referrer a browser says Origin: null of a form.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), "
    "geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}

FRAMED: Final = "frame-ancestors 'self'"
"""Of what may stand in a frame of the desk itself (CSP)."""

PAPER: Final = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    f"{FRAMED}; sandbox allow-same-origin"
)
"""Of a paper as a page: it runs nothing, and stands in a frame of this desk alone (CSP)."""

SAFE: Final = frozenset({"GET", "HEAD"})
_FORWARDED: Final = (
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
    "via",
)
_NETWORK: Final = 64
"""Bits of an address of version 6 that tell whose it is."""
_THIS_MACHINE: Final = re.compile("localhost(?::[0-9]{1,5})?")
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})


def headers_of(policy: str) -> dict[str, str]:
    """Return the headers of an answer whose contents have a policy of their own; none where it is empty."""
    framed = {"X-Frame-Options": "SAMEORIGIN"} if FRAMED in policy else {}
    return {"Content-Security-Policy": policy, **framed} if policy else {}


def origin_of(host: str, origins: Collection[str]) -> str | None:
    """Return the desk's origin that a Host header means; None where it is none of the desk's.

    Args:
        origins: The desk's, by the policy in force.
    """
    for origin in origins:
        if origin.partition("://")[2] == host:
            return origin
    # On the machine itself, before anybody said where the desk is.
    return f"http://{host}" if _THIS_MACHINE.fullmatch(host) else None


def is_from_here(headers: Mapping[str, str], origin: str) -> bool:
    """Tell whether a request that changes something comes from a page of the desk."""
    site = headers.get("sec-fetch-site")
    return site == "same-origin" if site else headers.get("origin") == origin


def came_from_here(headers: Mapping[str, str]) -> bool:
    """Tell whether nothing but a page of the desk can have led here, as far as a browser says it."""
    return headers.get("sec-fetch-site", "same-origin") == "same-origin"


def led_from_elsewhere(headers: Mapping[str, str]) -> bool:
    """Tell whether a page of another place had a browser ask, as far as a browser says it."""
    return headers.get("sec-fetch-site") in {"cross-site", "same-site"}


def is_part_of_another(headers: Mapping[str, str]) -> bool:
    """Tell whether a page of another place wants something as a part of itself, as a picture or a frame.

    It would not be shown or told it; but it could ask so often that nobody at that address may sign in.
    """
    opens = (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")) == ("navigate", "document")
    return led_from_elsewhere(headers) and not opens


def is_fetched_ahead(headers: Mapping[str, str]) -> bool:
    """Tell whether a browser fetches a page before anybody wants to see it.

    A page of another place can have it do so without a click, and it then says of itself that nobody led it
    here (``Sec-Fetch-Site: none``), so that it would count as the person's own asking.
    """
    return "sec-purpose" in headers or "prefetch" in {headers.get("purpose"), headers.get("x-moz")}


def has_token(session: Session, token: str) -> bool:
    """Tell whether a form was made for this session."""
    return hmac.compare_digest(session.token.encode(), token.encode())


def counted_as(headers: Headers, peer: str) -> str:
    """Return under what it is counted how often somebody asks who is not signed in.

    Behind a proxy on this machine all have one address: one of them who asks too often would keep all others
    from signing in. So the address counts that the proxy says last, which nobody before it can choose. It is
    believed for this alone; a network that somebody has to themself, of version 6, counts as one.
    """
    said = headers.getlist("x-forwarded-for")
    if peer not in _LOOPBACK or not said:
        return peer
    try:
        address = ip_address(said[-1].rpartition(",")[2].strip())
    except ValueError:
        return peer
    return str(ip_network((address, min(_NETWORK, address.max_prefixlen)), strict=False))


def is_at_this_machine(headers: Mapping[str, str], peer: str, origin: str) -> bool:
    """Tell whether whoever asks sits at this machine, with no proxy between."""
    return (
        peer in _LOOPBACK
        and host_of(origin) == "localhost"
        and not any(name in headers for name in _FORWARDED)
    )

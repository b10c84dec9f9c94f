"""Asking a browser for a person's passkey, and telling which one answered."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final

from flows.domain.errors import Fault, MalformedError, UnfitSignatureError
from flows.domain.policy import host_of
from flows.foreign import object_of
from flows.register import passkey
from flows.register.kinds import SK_ECDSA
from flows.register.webauthn import url64

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from flows.desk.web.store import Store
    from flows.domain.policy import Policy

_PREFIX: Final = f"{SK_ECDSA.decode()} "
_MINUTES: Final = 5


def of(policy: Policy, person: str) -> list[str]:
    """Return the passkeys of a person, as they are listed."""
    known = policy.people.get(person)
    return [key for key in known.keys if key.startswith(_PREFIX)] if known else []


def request(store: Store, challenge: str, origin: str, keys: Sequence[str]) -> str:
    """Return what the page asks of ``navigator.credentials.get``, as JSON.

    Args:
        challenge: In base64url.
        keys: One of which is to answer; none for whichever the browser offers.
    """
    ids = _ids(store, keys)
    # Where one of them is not known here, the browser offers what it has.
    return asked(challenge, origin, ids if len(ids) == len(keys) else [])


def asked(challenge: str, origin: str, ids: Sequence[str]) -> str:
    """Return the same for passkeys whose ids are known; none for whichever the browser offers."""
    options: dict[str, Any] = {
        "challenge": challenge,
        "rpId": host_of(origin),
        "userVerification": "required",
        "timeout": _MINUTES * 60_000,
    }
    if ids:
        options["allowCredentials"] = [{"type": "public-key", "id": each} for each in ids]
    return json.dumps(options)


def creation(
    store: Store,
    asked: bytes,
    origin: str,
    *,
    person: str,
    authority: str,
    ids: Iterable[str],
    keys: Iterable[str],
) -> str:
    """Return what the page asks of ``navigator.credentials.create``, as JSON (WebAuthn, level 3, 5.4).

    Args:
        asked: The challenge.
        ids: By which browsers find passkeys that the person made just now.
        keys: Those that are listed; none of all these is made a second time on one device.
    """
    known = [*ids, *_ids(store, keys)]
    return json.dumps(
        {
            "challenge": url64(asked),
            "rp": {"id": host_of(origin), "name": authority},
            "user": {"id": url64(person.encode()), "name": person, "displayName": person},
            "pubKeyCredParams": [{"type": "public-key", "alg": passkey.ES256}],
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": True,
                "userVerification": "required",
            },
            "excludeCredentials": [{"type": "public-key", "id": each} for each in known],
            "attestation": "none",
            "timeout": _MINUTES * 60_000,
        }
    )


def signed(
    store: Store,
    answer: str,
    keys: Collection[str],
    message: bytes,
    namespace: bytes,
    *,
    origins: Collection[str],
) -> tuple[str, str]:
    """Return the armoured signature that a browser made, and the key it is by.

    Args:
        keys: One of which has to be it.

    Raises:
        MalformedError: the answer is not in the form of WebAuthn.
        UnfitSignatureError: it is by none of them, or does not count.
    """
    id_ = _id_of(answer)
    known = [public for (public,) in store.ask("select public from passkeys where id = ?", id_)]
    last = UnfitSignatureError("This passkey is none of yours on the list of authorised people.")
    for public in [key for key in keys if key in known] or [*keys]:
        try:
            armoured, synced = passkey.signed(answer, public, message, namespace, origins=origins)
        except UnfitSignatureError as error:
            last = error
        else:
            remember(store, public, id_, synced=synced)
            return armoured, public
    raise last


def remember(store: Store, public: str, id_: str, *, synced: bool) -> None:
    """Remember by which id a browser finds a passkey, that it was used, and what its device said of it."""
    now = time.time()
    store.ask(
        "insert into passkeys values (?, ?, ?, ?, ?) "
        "on conflict (public) do update set used = excluded.used, synced = excluded.synced",
        *(public, id_, int(synced), now, now),
    )


def _ids(store: Store, keys: Iterable[str]) -> list[str]:
    return [id_ for key in keys for (id_,) in store.ask("select id from passkeys where public = ?", key)]


def _id_of(answer: str) -> str:
    try:
        return str(object_of(answer)["id"])
    except (ValueError, LookupError, TypeError):
        problem = "the browser's answer is not in the form of WebAuthn; open the page again"
        raise MalformedError("passkey", Fault(path="", problem=problem)) from None

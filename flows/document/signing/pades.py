"""Puts the authority's signature on a paper, and renews it.

The paper comes with an empty field for it, so nothing is added that a reader of the tag tree would
stumble over, and its own bytes stay the beginning of the signed file: whoever has that can cut the
signature off and have what the register has. What is written, and how, stands in ``update``.
"""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pyhanko.sign.general import SigningError
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper, TimestampRequestError

from flows.document.signing import update
from flows.document.signing.examination import UNREADABLE, Trust, examine
from flows.document.signing.material import gather
from flows.domain.errors import RefusedError

if TYPE_CHECKING:
    from asn1crypto.cms import ContentInfo
    from asn1crypto.tsp import TimeStampReq, TimeStampResp

    from flows.document.signing.credential import Credential
    from flows.document.signing.update import File, Update

FIELD: Final = "Publication"
"""The name of the field that a paper brings along."""
_PATIENCE: Final = 20
"""How long a time-stamp authority may take, seconds."""
_DIGEST: Final = "sha256"
_ROOM: Final = 4096
"""What a signature takes beside its certificates, at most, bytes; RSA of 8192 bits has 1024."""
_STAMP_ROOM: Final = 12288
"""What a time-stamp takes at most, bytes: authorities send three certificates with it."""
_SILENT: Final = "The time-stamp authority does not answer"


def sign(pdf: bytes, credential: Credential, time: datetime, *, stamper: TimeStamper | None = None) -> bytes:
    """Return ``pdf`` with the authority's signature after it: PAdES B-B, or B-T with a time-stamp.

    Args:
        pdf: A paper with an empty signature field.
        credential: What signs.
        time: Of the signature, with a time zone, as the signature itself will claim it.
        stamper: The time-stamp authority; by default the one that the credential names.

    Raises:
        RefusedError: the paper has no such field, or token or time-stamp authority do not answer.
    """
    stamper = _stamper(credential, stamper)
    own = sum(len(each.dump()) for each in credential.certificates)
    facts = update.Signing(
        time=time.astimezone(UTC).replace(microsecond=0),
        reason=credential.reason,
        location=credential.location,
        room=own + _ROOM + (_STAMP_ROOM if stamper else 0),
    )
    try:
        empty = update.opened(pdf).signing(facts)
        return empty.filled(_signed(empty, credential, stamper)).whole
    except TimestampRequestError:
        raise RefusedError(
            f"{_SILENT}; the paper is registered, and is signed and laid out by a later run."
        ) from None
    except (SigningError, ValueError) as error:
        raise RefusedError(
            f"The paper could not be signed ({type(error).__name__}); look at keys/authority."
        ) from None


def _signed(empty: Update, credential: Credential, stamper: TimeStamper | None) -> bytes:
    """Return the signature over an update, DER."""
    digest = hashlib.new(_DIGEST, empty.signed).digest()
    with credential.signer() as signer:
        made = asyncio.run(signer.async_sign(digest, _DIGEST, use_pades=True, timestamper=stamper))
    return bytes(made.dump())


def renew(pdf: bytes, paper: bytes, credential: Credential, *, stamper: TimeStamper | None = None) -> bytes:
    """Return a signed paper with what shows later that its signature was good.

    That is the certificates and what is known of their withdrawal (PAdES B-LT), fetched from where the
    certificates say; then a time-stamp on the whole file (B-LTA), where a time-stamp authority is named.

    Args:
        pdf: A paper that the authority signed, ``paper`` with the signature after it.
        paper: As it was registered.
        credential: Names the roots and the time-stamp authority; its key is not used.
        stamper: The time-stamp authority; by default the one that the credential names.

    Raises:
        RefusedError: it bears no good signature of the authority, or somebody does not answer.
    """
    stamper = _stamper(credential, stamper)
    file = _signed_file(paper, pdf)
    facts = update.Renewal(material=gather(file, credential), room=_STAMP_ROOM if stamper else 0)
    renewed = file.renewing(facts)
    if stamper:
        renewed = _stamped(renewed, stamper)
    _check(file.with_update(renewed), credential)
    return renewed.whole


def stamp(data: bytes, credential: Credential, *, stamper: TimeStamper | None = None) -> bytes:
    """Return a time-stamp on ``data``, DER: the token of RFC 3161, as `openssl ts` reads it.

    Args:
        credential: Names the time-stamp authority; its key is not used.
        stamper: The time-stamp authority; by default the one that the credential names.

    Raises:
        RefusedError: none is named, or it does not answer.
    """
    stamper = _stamper(credential, stamper)
    if stamper is None:
        raise RefusedError("No time-stamp authority is named: time-stamp in signing.toml names one.")
    try:
        made = asyncio.run(stamper.async_timestamp(hashlib.new(_DIGEST, data).digest(), _DIGEST))
    except TimestampRequestError:
        raise RefusedError(f"{_SILENT}; nothing is stamped.") from None
    return bytes(made.dump())


def _stamped(empty: Update, stamper: TimeStamper) -> Update:
    digest = hashlib.new(_DIGEST, empty.signed).digest()
    try:
        return empty.filled(asyncio.run(stamper.async_timestamp(digest, _DIGEST)).dump())
    except TimestampRequestError:
        raise RefusedError(f"{_SILENT}; the paper stays as it is.") from None


def _check(file: File, credential: Credential) -> None:
    """Refuse what a renewal does not keep verifiable."""
    signature = examine(file, credential.all_roots, datetime.now(UTC))
    if signature is None or not signature.intact or signature.trust is not Trust.TRUSTED:
        raise RefusedError("The signature on the paper is not good, or not the authority's; sign it anew.")
    if signature.stamp is None and not any(signature.renewals):
        raise RefusedError("The paper has no time-stamp, so a renewal needs one: time-stamp in signing.toml.")


def _signed_file(paper: bytes, pdf: bytes) -> File:
    try:
        file = update.read(paper, pdf)
    except ValueError:
        raise RefusedError(
            "More than a signature was added to the paper; lay it out and sign it anew."
        ) from None
    if not file.updates:
        raise RefusedError("The paper is not signed; only a signature can be renewed.")
    return file


def _stamper(credential: Credential, given: TimeStamper | None = None) -> TimeStamper | None:
    if given is None and credential.time_stamp:
        given = HTTPTimeStamper(credential.time_stamp, timeout=_PATIENCE)
    return _Heard(given) if given else None


class _Heard(TimeStamper):
    """A time-stamp authority; an answer that nobody can read is none."""

    def __init__(self, authority: TimeStamper) -> None:
        super().__init__(include_nonce=authority.include_nonce)  # type: ignore[no-untyped-call] # pyHanko's
        self._authority = authority

    async def async_request_tsa_response(self, req: TimeStampReq) -> TimeStampResp:
        return await self._authority.async_request_tsa_response(req)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> ContentInfo:
        try:
            return await super().async_timestamp(message_digest, md_algorithm)
        except UNREADABLE as error:
            raise TimestampRequestError(type(error).__name__) from None

"""What the signature on a paper shows, each thing as a fact of its own.

Nothing is fetched. A renewed paper is looked at from its newest time-stamp inwards: each shows that what
it stands on was there at its time, so that is when the certificates of the one before have to be good.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from asn1crypto.cms import (
    CMSAttribute,
    ContentInfo,
    IssuerAndSerialNumber,
    SignedData,
    SignerIdentifier,
    SignerInfo,
)
from asn1crypto.crl import CertificateList
from asn1crypto.ocsp import OCSPResponse
from asn1crypto.x509 import Certificate
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import async_validate_detached_cms
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, FreshnessReqType, RevocationCheckingPolicy

from flows.document.signing.credential import named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from flows.document.inspection.values import Raw
    from flows.document.signing.credential import Roots
    from flows.document.signing.update import File, Material, Update

# What it has to say about a certificate is asked for below; nobody wants its traceback on a screen.
logging.getLogger("pyhanko").addHandler(logging.NullHandler())
logging.getLogger("pyhanko_certvalidator").addHandler(logging.NullHandler())


def _policy(mode: str) -> CertRevTrustPolicy:
    """Return how what is known of withdrawals is judged: it may be of any time.

    Whoever renewed the paper fetched it then. It tells of a withdrawal with its day, so that what is of
    later still tells what was so before.
    """
    return CertRevTrustPolicy(
        RevocationCheckingPolicy.from_legacy(mode),
        freshness=timedelta(days=36500),
        freshness_req_type=FreshnessReqType.MAX_DIFF_REVOCATION_VALIDATION,
    )


_REQUIRED: Final = _policy("require")
_WHERE_THERE: Final = _policy("soft-fail")
UNREADABLE: Final = (
    *(SigningError, SignatureValidationError, ValueError, TypeError, LookupError, AttributeError),
    *(AssertionError, RecursionError, NotImplementedError),
)
"""What the libraries meet a damaged signature with: whatever error its bytes lead to."""


class Trust(StrEnum):
    """What vouches for a certificate."""

    TRUSTED = "trusted"
    """A root that we were given."""
    FOREIGN = "foreign"
    """None of the roots that we were given."""
    EXPIRED = "expired"
    """A root that we were given, but not at the time that counts."""
    WITHDRAWN = "withdrawn"
    """A root that we were given, before the certificate was withdrawn."""
    UNFIT = "unfit"
    """A root that we were given, for something else than this."""
    NOT_ESTABLISHED = "not-established"
    """We were given no root."""


class Level(StrEnum):
    """How long a signature can be verified (EN 319 142-1)."""

    BASIC = "B-B"
    """Until its certificate expires."""
    TIMED = "B-T"
    """Until that of its time-stamp expires, for who knows that nothing was withdrawn."""
    LONG_TERM = "B-LT"
    """Until that of its time-stamp expires."""
    ARCHIVAL = "B-LTA"
    """Until that of the time-stamp on the whole file expires, and longer if renewed again before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A time-stamp.

    Attributes:
        time: UTC.
        authority: Who says so.
        intact: Whether it is on this very signature or file, and unchanged.
        until: When its certificate expires, UTC.
    """

    time: datetime
    authority: str
    intact: bool
    trust: Trust
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A signature on a paper.

    Attributes:
        intact: Whether the file is what was signed, from its first byte to the end of the signature.
        signer: Whose certificate it is.
        issuer: Who vouches for that.
        trust: Whether we know who that is.
        root: The name of the root that we trust; empty for none.
        until: When the certificate expires, UTC.
        claimed: When the signer says it was.
        stamp: What a time-stamp authority says; None for none.
        renewals: The time-stamp of each renewal, the first first; None where it has none.
        known: Whether what was added shows that no certificate had been withdrawn.
    """

    intact: bool
    signer: str
    issuer: str
    trust: Trust
    root: str
    until: datetime
    claimed: datetime
    stamp: Stamp | None
    renewals: tuple[Stamp | None, ...] = ()
    known: bool = False

    @property
    def level(self) -> Level:
        """How long it can be verified."""
        if any(self.renewals):
            return Level.ARCHIVAL
        if self.renewals:
            return Level.LONG_TERM
        return Level.TIMED if self.stamp else Level.BASIC


def examine(file: File, roots: Roots, now: datetime) -> Signature | None:
    """Return what the signature on a paper shows; None where it cannot be read.

    Args:
        file: A paper with a signature, in the one form.
        roots: The certificates that we trust; none where we were given none.
        now: When we look, with a time zone.
    """
    try:
        return asyncio.run(_examined(file, roots, now))
    except UNREADABLE:
        return None


async def _examined(file: File, roots: Roots, now: datetime) -> Signature:
    signed, *renewed = file.updates
    material, moment = _Known(file.material), now
    stamps: list[Stamp | None] = []
    for update in reversed(renewed):
        stamp = await _on_file(update, material, roots, moment) if update.contents else None
        stamps.insert(0, stamp)
        moment = _proven(stamp, moment)
    status, known = await _on_paper(signed, material, roots, moment)
    stamp = _stamp(status.timestamp_validity, roots) if status.timestamp_validity else None
    if _proven(stamp, moment) != moment:
        status, known = await _on_paper(signed, material, roots, _proven(stamp, moment))
    return Signature(
        intact=bool(status.intact and status.valid and _is_plain(signed.contents)),
        signer=named(status.signing_cert.subject),
        issuer=named(status.signing_cert.issuer),
        trust=_trust(status, roots.papers),
        root=_root(status),
        until=status.signing_cert.not_valid_after,
        claimed=file.claimed,
        stamp=stamp,
        renewals=tuple(stamps),
        known=known,
    )


def _proven(stamp: Stamp | None, moment: datetime) -> datetime:
    """Return when what is under a time-stamp was there: by then, if we trust it, else ``moment``."""
    return stamp.time if stamp and stamp.intact and stamp.trust is Trust.TRUSTED else moment


class _Known:
    """What a file brings to verify its certificates with."""

    def __init__(self, material: Material) -> None:
        self._certificates = [Certificate.load(each, strict=True) for each in material.certificates]
        self._responses = [OCSPResponse.load(each, strict=True) for each in material.responses]
        self._lists = [CertificateList.load(each, strict=True) for each in material.lists]

    def context(self, roots: Sequence[Certificate], moment: datetime, *, strict: bool) -> ValidationContext:
        """Return what a certificate is validated in; ``strict`` asks that nothing was withdrawn."""
        return ValidationContext(
            trust_roots=[*roots],
            other_certs=self._certificates,
            ocsps=self._responses,
            crls=self._lists,
            allow_fetching=False,
            moment=moment,
            revinfo_policy=_REQUIRED if strict else _WHERE_THERE,
        )


async def _on_paper(update: Update, material: _Known, roots: Roots, moment: datetime) -> tuple[Raw, bool]:
    """Return what the signature shows at ``moment``, and whether it is known that nothing was withdrawn."""
    signed = _signed_data(update.contents)

    async def status(*, strict: bool) -> Any:  # noqa: ANN401 - pyHanko's own
        return await async_validate_detached_cms(
            update.signed,
            signed,
            material.context(roots.papers, moment, strict=strict),
            material.context((*roots.papers, *roots.stamps), moment, strict=False),
        )

    found = await status(strict=True)
    if found.trusted:
        return found, True
    return await status(strict=False), False


async def _on_file(update: Update, material: _Known, roots: Roots, moment: datetime) -> Stamp:
    """Return what a time-stamp on a whole file shows at ``moment``."""

    def imprint(algorithm: str) -> bytes:
        return hashlib.new(algorithm, update.signed).digest()

    signed = _signed_data(update.contents)
    context = material.context((*roots.papers, *roots.stamps), moment, strict=False)
    told = await validate_tst_signed_data(signed, context, imprint)
    return _stamp(TimestampSignatureStatus(**told), roots)


def _is_plain(contents: bytes) -> bool:
    """Tell whether a signature has the one form that ours have, to the last byte.

    Much of it no signature covers: how many attributes it has after itself, how its algorithms are told.
    """
    signed = _signed_data(contents)
    [info], certificates = signed["signer_infos"], [each.chosen for each in signed["certificates"]]
    if any(
        each["signature_algorithm"].dump() != each["tbs_certificate"]["signature"].dump()
        for each in certificates
    ):
        return False  # told twice, and signed once (RFC 5280, 4.1.1.2)
    serial = info["sid"].chosen["serial_number"].native
    own = next(each for each in certificates if each.serial_number == serial)
    named = IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number})
    kept = ("digest_algorithm", "signed_attrs", "signature_algorithm", "signature")
    again = {
        "version": "v1",
        "sid": SignerIdentifier("issuer_and_serial_number", named),
        **{name: info[name] for name in kept},
    }
    if info["unsigned_attrs"]:
        [[stamp]] = [each["values"] for each in info["unsigned_attrs"]]
        again["unsigned_attrs"] = [CMSAttribute({"type": "signature_time_stamp_token", "values": [stamp]})]
    plain = SignedData(
        {
            "version": "v1",
            "digest_algorithms": [info["digest_algorithm"]],
            "encap_content_info": {"content_type": "data"},
            "certificates": signed["certificates"],
            "signer_infos": [SignerInfo(again)],
        }
    )
    return bool(ContentInfo({"content_type": "signed_data", "content": plain}).dump() == contents)


def _signed_data(contents: bytes) -> Raw:
    return ContentInfo.load(contents, strict=True)["content"]


def _stamp(found: TimestampSignatureStatus, roots: Roots) -> Stamp:
    return Stamp(
        time=found.timestamp,
        authority=named(found.signing_cert.subject),
        intact=bool(found.intact and found.valid),
        trust=_trust(found, (*roots.papers, *roots.stamps)),
        until=found.signing_cert.not_valid_after,
    )


def _trust(status: Raw, roots: Sequence[Certificate]) -> Trust:
    if not roots:
        return Trust.NOT_ESTABLISHED
    if status.validation_path is not None and status.trust_problem_indic is None:
        return Trust.TRUSTED
    certificate = status.signing_cert
    if certificate.self_signed != "no" and certificate.dump() not in {each.dump() for each in roots}:
        return Trust.FOREIGN
    return _TROUBLE.get(status.trust_problem_indic, Trust.UNFIT)


_TROUBLE: Final = {
    AdESIndeterminate.OUT_OF_BOUNDS_NO_POE: Trust.EXPIRED,
    AdESIndeterminate.EXPIRED: Trust.EXPIRED,
    AdESIndeterminate.NOT_YET_VALID: Trust.EXPIRED,
    AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED: Trust.EXPIRED,
    AdESIndeterminate.REVOKED_NO_POE: Trust.WITHDRAWN,
    AdESIndeterminate.REVOKED_CA_NO_POE: Trust.WITHDRAWN,
    AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND: Trust.FOREIGN,
    AdESIndeterminate.CERTIFICATE_CHAIN_GENERAL_FAILURE: Trust.FOREIGN,
    AdESIndeterminate.NO_SIGNING_CERTIFICATE_FOUND: Trust.FOREIGN,
}


def _root(status: Raw) -> str:
    path = status.validation_path
    return (
        named(path.trust_anchor.authority.name)
        if path is not None and status.trust_problem_indic is None
        else ""
    )

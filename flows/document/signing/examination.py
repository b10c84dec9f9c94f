"""What the signature on a paper shows, each thing as a fact of its own; nothing is fetched from anywhere."""

from __future__ import annotations

import io
import logging
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from asn1crypto.parser import peek
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError, ValidationInfoReadingError
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from flows.domain.errors import Fault, MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from asn1crypto.x509 import Certificate
    from pyhanko.sign.validation.status import PdfSignatureStatus, TimestampSignatureStatus

    from flows.document.inspection.values import Raw

_END: Final = re.compile(rb"startxref\r?\n\d+\r?\n%%EOF\r?\n?")


# What it has to say about a certificate is asked for below; nobody wants its traceback on a screen.
logging.getLogger("pyhanko").addHandler(logging.NullHandler())
logging.getLogger("pyhanko_certvalidator").addHandler(logging.NullHandler())


class Trust(StrEnum):
    """What vouches for a certificate."""

    TRUSTED = "trusted"
    """A root that we were given."""
    FOREIGN = "foreign"
    """None of the roots that we were given."""
    EXPIRED = "expired"
    """A root that we were given, but not at the time that counts."""
    UNFIT = "unfit"
    """A root that we were given, for something else than this."""
    NOT_ESTABLISHED = "not-established"
    """We were given no root."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A time-stamp.

    Attributes:
        time: UTC.
        authority: Who says so.
        intact: Whether it is on this very signature, and unchanged.
    """

    time: datetime
    authority: str
    intact: bool
    trust: Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A signature on a paper.

    Attributes:
        intact: Whether the file is what was signed, from its first byte to its last.
        signer: Whose certificate it is.
        issuer: Who vouches for that.
        trust: Whether we know who that is.
        root: The name of the root that we trust; empty for none.
        until: When the certificate expires, UTC.
        claimed: When the signer says it was; None where nothing is said.
        stamp: What a time-stamp authority says; None for none.
        sole: Whether it is the only one.
    """

    intact: bool
    signer: str
    issuer: str
    trust: Trust
    root: str
    until: datetime
    claimed: datetime | None
    stamp: Stamp | None
    sole: bool = True


def examine(
    pdf: bytes, roots: Sequence[Certificate], now: datetime, *, source: str = "the PDF"
) -> Signature | None:
    """Return what the signature on ``pdf`` shows; None where it has none.

    Args:
        pdf: The file.
        roots: The certificates that we trust; none where we were given none.
        now: When we look, with a time zone.
        source: What the file is called, for errors.

    Raises:
        MalformedError: it is no PDF, or what stands in the field is no signature.
    """
    try:
        found = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
        if not found:
            return None
        status = _status(found[0], roots, now)
        stamp = _stamp(status.timestamp_validity, roots)
        if stamp and stamp.intact and stamp.trust is Trust.TRUSTED and not status.trusted:
            # The signature was there at that time, so that is when its certificate has to be good.
            status = _status(found[0], roots, stamp.time)
    except (
        *(PdfError, SigningError, SignatureValidationError, ValidationInfoReadingError),
        *(ValueError, TypeError, LookupError, AttributeError, AssertionError, RecursionError),
    ) as error:
        # pyHanko meets a damaged file with whatever error its bytes lead to.
        problem = f"its signature cannot be read ({type(error).__name__})"
        raise MalformedError(source, Fault(path="", problem=problem)) from None
    whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    # What is left of the place kept for the signature is covered by nothing, and has to be empty.
    padding = found[0].pkcs7_content[peek(found[0].pkcs7_content) :]
    return Signature(
        intact=bool(status.intact and status.valid and whole and status.docmdp_ok and not any(padding)),
        signer=_named(status.signing_cert.subject),
        issuer=_named(status.signing_cert.issuer),
        trust=_trust(status, roots),
        root=_root(status),
        until=status.signing_cert.not_valid_after,
        claimed=status.signer_reported_dt,
        stamp=stamp,
        sole=len(found) == 1,
    )


def _status(signature: Raw, roots: Sequence[Certificate], moment: datetime) -> PdfSignatureStatus:
    def context() -> ValidationContext:
        return ValidationContext(
            trust_roots=[*roots], allow_fetching=False, moment=moment, revocation_mode="soft-fail"
        )

    return validate_pdf_signature(signature, context(), context())


def _stamp(found: TimestampSignatureStatus | None, roots: Sequence[Certificate]) -> Stamp | None:
    if found is None:
        return None
    return Stamp(
        time=found.timestamp,
        authority=_named(found.signing_cert.subject),
        intact=bool(found.intact and found.valid),
        trust=_trust(found, roots),
    )


def _trust(status: Raw, roots: Sequence[Certificate]) -> Trust:
    if not roots:
        return Trust.NOT_ESTABLISHED
    if status.validation_path is not None and status.trust_problem_indic is None:
        return Trust.TRUSTED
    certificate = status.signing_cert
    if certificate.self_signed != "no" and certificate.dump() not in {each.dump() for each in roots}:
        return Trust.FOREIGN
    match status.trust_problem_indic:
        case (
            AdESIndeterminate.OUT_OF_BOUNDS_NO_POE
            | AdESIndeterminate.EXPIRED
            | AdESIndeterminate.NOT_YET_VALID
            | AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED
        ):
            return Trust.EXPIRED
        case (
            AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND
            | AdESIndeterminate.CERTIFICATE_CHAIN_GENERAL_FAILURE
            | AdESIndeterminate.NO_SIGNING_CERTIFICATE_FOUND
        ):
            return Trust.FOREIGN
        case _:
            return Trust.UNFIT


def _root(status: Raw) -> str:
    path = status.validation_path
    return (
        _named(path.trust_anchor.authority.name)
        if path is not None and status.trust_problem_indic is None
        else ""
    )


def _named(name: Raw) -> str:
    """Return what a certificate calls somebody: ``Information Rights, Northshire Police``."""
    known = name.native
    parts = [known.get("common_name"), known.get("organization_name")]
    return ", ".join(dict.fromkeys(str(each) for each in parts if each)) or str(name.human_friendly)


# The paper under the signature ------------------------------------------------------------------


def beginnings(pdf: bytes) -> Iterator[bytes]:
    """Yield what the file may have been before something was added to it, the shortest first.

    The last is the file itself.
    """
    for match in _END.finditer(pdf):
        yield pdf[: match.end()]
    if not pdf.endswith(b"%%EOF\n"):
        yield pdf

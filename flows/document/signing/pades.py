"""Puts the authority's signature on a paper.

The paper comes with an empty field for it, so nothing is added that a reader of the tag tree would
stumble over, and its own bytes stay the beginning of the signed file: whoever has that can cut the
signature off and hold what the register holds.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError

from flows.domain.errors import RefusedError

if TYPE_CHECKING:
    from datetime import datetime

    from pyhanko.sign.timestamps import TimeStamper

    from flows.document.signing.credential import Credential

FIELD: Final = "Publication"
"""The name of the field that a paper brings along."""
_PATIENCE: Final = 20
"""How long a time-stamp authority may take, seconds."""


class _Writer(IncrementalPdfFileWriter):
    def _update_meta(self) -> None:
        """Leave the metadata alone.

        pyHanko would write the XMP anew without what PDF/A asks of it, and set another date.
        """

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """Stay with the paper's own version: PDF/A-2 and PDF/UA-1 are of 1.7, and pyHanko would say 2.0."""


class _Signer(PdfSigner):
    """A signer that takes the time from its caller."""

    def __init__(self, *arguments: Any, time: datetime, **options: Any) -> None:  # noqa: ANN401 - pyHanko's own
        super().__init__(*arguments, **options)
        self._time = time

    def init_signing_session(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - as above
        session = super().init_signing_session(*arguments, **options)
        session.system_time = self._time
        return session


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
    if stamper is None and credential.time_stamp:
        stamper = HTTPTimeStamper(credential.time_stamp, timeout=_PATIENCE)
    facts = PdfSignatureMetadata(
        field_name=FIELD,
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        reason=credential.reason or None,
        location=credential.location or None,
    )
    try:
        with credential.signer() as signer:
            writer = _Writer(io.BytesIO(pdf))
            signed = _Signer(facts, signer=signer, timestamper=stamper, time=time).sign_pdf(
                writer, existing_fields_only=True
            )
    except TimestampRequestError:
        raise RefusedError(
            "The time-stamp authority does not answer; the paper is registered, and is signed and laid "
            "out by a later run."
        ) from None
    except (SigningError, PdfError) as error:
        raise RefusedError(
            f"The paper could not be signed ({type(error).__name__}); look at keys/authority."
        ) from None
    whole: bytes = signed.getvalue()
    if not whole.startswith(pdf):
        message = "a signature that changed what it signs"
        raise ValueError(message)
    return whole

"""What shows later that the certificates of a paper were good: fetched from where each says.

A certificate names who knows whether it was withdrawn, by a list (CRL) or on request (OCSP). That may be
gone when the certificate has expired, so what they say now is kept in the file.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from asn1crypto.cms import ContentInfo
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, PathError, RevokedError, ValidationError
from pyhanko_certvalidator.fetchers.requests_fetchers import RequestsFetcherBackend

from flows.document.signing.update import Material
from flows.domain.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flows.document.signing.credential import Credential
    from flows.document.signing.update import File

_PATIENCE: Final = 20
"""How long somebody who is asked may take, seconds."""


def gather(file: File, credential: Credential) -> Material:
    """Return what is known of every certificate on a file, beside what it brings already.

    Raises:
        RefusedError: a certificate leads to no root that the authority trusts, was withdrawn, or names
            somebody who does not answer.
    """
    roots = (*credential.roots, *credential.stamp_roots)
    context = ValidationContext(
        trust_roots=[*roots],
        allow_fetching=True,
        revocation_mode="hard-fail",
        fetcher_backend=RequestsFetcherBackend(per_request_timeout=_PATIENCE),
    )
    try:
        used = asyncio.run(_walked(file, context))
    except PathBuildingError:
        raise RefusedError(
            "A certificate on the paper leads to no root that the authority names in keys/authority; that of "
            "the time-stamp authority is time-stamp-root in signing.toml."
        ) from None
    except (PathError, ValidationError) as error:
        raise RefusedError(
            f"Whether a certificate on the paper was withdrawn could not be learned ({type(error).__name__})."
        ) from None
    there = file.material
    return Material(
        certificates=_beside(there.certificates, used),
        responses=_beside(there.responses, context.ocsps),
        lists=_beside(there.lists, context.crls),
    )


async def _walked(file: File, context: ValidationContext) -> list[Any]:
    """Validate every certificate that signed something on a file; return those on the ways to the roots."""
    used: list[Any] = []
    for signed in _signed(file):
        certificates = extract_certificate_info(signed)
        validator = CertificateValidator(
            certificates.signer_cert,
            intermediate_certs=certificates.other_certs,
            validation_context=context,
        )
        try:
            path = await validator.async_validate_usage(set())  # type: ignore[no-untyped-call] # the library's own
        except RevokedError as error:
            # It may have signed before it was withdrawn; whoever looks at the whole will see.
            path = error.original_path
        used += path.iter_certs(include_root=False)
    return used


def _signed(file: File) -> Iterator[Any]:
    """Yield the signature and every time-stamp on a file."""
    for update in file.updates:
        if update.contents:
            content = ContentInfo.load(update.contents)["content"]
            yield content
            yield from extract_tst_data_iter(content["signer_infos"][0], signed=False)


def _beside(there: tuple[bytes, ...], found: Iterable[Any]) -> tuple[bytes, ...]:
    return tuple(each for each in dict.fromkeys(one.dump() for one in found) if each not in there)

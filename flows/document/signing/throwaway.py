"""An authority made on the spot, for the demo and the tests: its root's key is gone at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from flows import disk
from flows.document.signing.credential import SETTINGS

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

CERTIFICATE: Final = "certificate.pem"
KEY: Final = "key.pem"
_LONGEST_NAME: Final = 64
"""What X.509 allows a name (RFC 5280, A.1)."""

_DAYS: Final = 3650
_SETTINGS: Final = f"""\
# A throw-away authority, made for the demo: nobody vouches for it.
certificate = "{CERTIFICATE}"
key = "{KEY}"
"""


def make(folder: Path, authority: str, time: datetime, *, days: int = _DAYS) -> None:
    """Write a new credential of ``authority`` into ``folder``, good from ``time`` for ``days``."""
    root, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    above = _name(authority, "Throw-away root")
    until = time + timedelta(days=days)
    certificates = (
        _certificate(_name(authority, authority), own, (above, root), (time, until)),
        _certificate(above, root, (above, root), (time, until)),
    )
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    key = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    disk.write(folder / KEY, key, mode=0o600)
    chain = b"".join(each.public_bytes(Encoding.PEM) for each in certificates)
    (folder / CERTIFICATE).write_bytes(chain)
    (folder / SETTINGS).write_text(_SETTINGS, encoding="utf-8")


def _name(authority: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "GB"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, authority[:_LONGEST_NAME]),
            x509.NameAttribute(NameOID.COMMON_NAME, common[:_LONGEST_NAME]),
        ]
    )


def _certificate(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    above: tuple[x509.Name, ec.EllipticCurvePrivateKey],
    good: tuple[datetime, datetime],
) -> x509.Certificate:
    issuer, by = above
    root = subject == issuer
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(good[0])
        .not_valid_after(good[1])
        .add_extension(x509.BasicConstraints(ca=root, path_length=0 if root else None), critical=True)
        .add_extension(_usage(root=root), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        .sign(by, hashes.SHA256())
    )


def _usage(*, root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not root,
        content_commitment=not root,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=root,
        crl_sign=root,
        encipher_only=False,
        decipher_only=False,
    )

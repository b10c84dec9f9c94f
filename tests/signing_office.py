"""An authority's credential in every form, and a time-stamp authority, all made on the spot."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from loopback import answering_on_loopback
from pyhanko.keys.internal import (
    translate_pyca_cryptography_cert_to_asn1,
    translate_pyca_cryptography_key_to_asn1,
)
from pyhanko.sign.timestamps import DummyTimeStamper

from flows.document.signing import credential, throwaway, update
from flows.document.signing.examination import examine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flows.document.signing.credential import Credential, Roots
    from flows.document.signing.examination import Signature

NOW: Final = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AUTHORITY: Final = "West Midlands Police"
PASSPHRASE: Final = "correct horse battery"  # noqa: S105 - of a key that exists for one test


def a_credential(folder: Path, *, days: int = 3650, more: str = "", since: datetime = NOW) -> Credential:
    """Make a credential in ``folder``, with ``more`` settings."""
    throwaway.make(folder, AUTHORITY, since, days=days)
    settings = folder / credential.SETTINGS
    settings.write_text(settings.read_text() + more)
    return loaded(folder)


def self_made(folder: Path, name: str) -> Credential:
    """Make a credential that vouches for itself, as anybody can."""
    key = ec.generate_private_key(ec.SECP256R1())
    return _kept(folder, key, [_certificate(name, key, name, key)])


def a_servers(folder: Path) -> Credential:
    """Make a credential of a certificate that was issued for something else than signing."""
    root, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    above = _certificate("A root", root, "A root", root, ca=True)
    return _kept(folder, key, [_certificate("www.example.org", key, "A root", root, signs=False), above])


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    by: ec.EllipticCurvePrivateKey,
    *,
    ca: bool = False,
    signs: bool = True,
) -> x509.Certificate:
    subject, above = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, n)]) for n in (name, issuer))
    usage = x509.KeyUsage(
        digital_signature=signs,
        content_commitment=signs,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=not signs,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(above)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(by, hashes.SHA256())
    )


def _kept(folder: Path, key: ec.EllipticCurvePrivateKey, chain: list[x509.Certificate]) -> Credential:
    folder.mkdir(parents=True)
    path = folder / throwaway.KEY
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    pem = b"".join(each.public_bytes(Encoding.PEM) for each in chain)
    (folder / throwaway.CERTIFICATE).write_bytes(pem)
    settle(folder, f'certificate = "{throwaway.CERTIFICATE}"\nkey = "{throwaway.KEY}"\n')
    return loaded(folder)


def only_signed(paper: bytes, whole: bytes) -> bool:
    """Tell whether ``whole`` is ``paper``, or adds to it what signing adds and nothing else."""
    try:
        update.read(paper, whole)
    except ValueError:
        return False
    return True


def examined(paper: bytes, whole: bytes, roots: Roots, at: datetime) -> Signature | None:
    """Return what the signature on a paper shows; None where it cannot be read, or is more than one."""
    return examine(update.read(paper, whole), roots, at) if only_signed(paper, whole) else None


def loaded(folder: Path) -> Credential:
    found = credential.load(folder)
    assert found is not None
    return found


def settle(folder: Path, text: str) -> None:
    (folder / credential.SETTINGS).write_text(text)


def keep_passphrase(folder: Path, text: str = PASSPHRASE) -> None:
    secret = folder / "passphrase"
    secret.touch(mode=0o600)
    secret.write_text(f"{text}\n")


def as_pkcs12(folder: Path) -> None:
    """Put a credential that was made as PEM into one file with a passphrase, its chain in any order."""
    key = load_pem_private_key((folder / throwaway.KEY).read_bytes(), None)
    own, *above = x509.load_pem_x509_certificates((folder / throwaway.CERTIFICATE).read_bytes())
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    data = pkcs12.serialize_key_and_certificates(
        b"credential", key, own, above, BestAvailableEncryption(PASSPHRASE.encode())
    )
    bundle = folder / "certificate.p12"
    bundle.touch(mode=0o600)
    bundle.write_bytes(data)
    (folder / throwaway.KEY).unlink()
    (folder / throwaway.CERTIFICATE).unlink()
    keep_passphrase(folder)
    settle(folder, 'pkcs12 = "certificate.p12"\npassphrase = "passphrase"\n')


def with_passphrase(folder: Path) -> None:
    """Encrypt the key of a credential that was made as PEM."""
    path = folder / throwaway.KEY
    key = load_pem_private_key(path.read_bytes(), None)
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSPHRASE.encode()))
    )
    keep_passphrase(folder)
    settings = folder / credential.SETTINGS
    settings.write_text(f'{settings.read_text()}passphrase = "passphrase"\n')


def a_stamper(at: datetime = NOW) -> tuple[DummyTimeStamper, bytes]:
    """Return a time-stamp authority whose clock stands, and its certificate in PEM."""
    key = rsa.generate_private_key(65537, 2048)  # pyHanko's stamper knows no other kind
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sample time-stamp authority")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=36500))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, hashes.SHA256())
    )
    stamper = DummyTimeStamper(
        tsa_cert=translate_pyca_cryptography_cert_to_asn1(certificate),
        tsa_key=translate_pyca_cryptography_key_to_asn1(key),
        fixed_dt=at,
    )
    return stamper, certificate.public_bytes(Encoding.PEM)


@contextmanager
def time_stamping(stamper: DummyTimeStamper) -> Iterator[str]:
    """Let a time-stamp authority answer on loopback (RFC 3161); give its address."""

    def reply(_: str, asked: bytes) -> tuple[str, bytes]:
        answer: bytes = stamper.request_tsa_response(tsp.TimeStampReq.load(asked)).dump()
        return "application/timestamp-reply", answer

    with answering_on_loopback(reply) as address:
        yield f"{address}/"

"""Authorities that say of their certificates whether they were withdrawn, and one that stamps the time.

All are made on the spot, and answer on loopback: lists (CRL) and single answers (OCSP), and time-stamps.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from loopback import answering_on_loopback
from pyhanko.keys.internal import (
    translate_pyca_cryptography_cert_to_asn1,
    translate_pyca_cryptography_key_to_asn1,
)
from pyhanko.sign.timestamps import DummyTimeStamper

from flows.document.signing import credential, throwaway
from flows.document.signing.credential import Roots

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flows.document.signing.credential import Credential

NOW: Final = datetime.now(UTC).replace(microsecond=0)
"""What is fetched is judged by the clock of the machine."""
YEARS: Final = timedelta(days=365)


@dataclass(kw_only=True)
class Root:
    """One that issues certificates, and says which it withdrew.

    Attributes:
        address: Where it answers.
        withdrawn: When each was, by serial number.
        lists: Those it gave, by what it had withdrawn: one and the same until there is another.
    """

    name: str
    address: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    withdrawn: dict[int, datetime] = field(default_factory=dict)
    lists: dict[frozenset[int], bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.certificate = self.issue(self.name, self.key, years=30, ca=True)

    def issue(self, name: str, key: Any, *, years: int, ca: bool = False, **more: Any) -> x509.Certificate:
        """Return a certificate; its withdrawal is told by list, and with ``asked`` on request."""
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name(self.name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=1))
            .not_valid_after(NOW + years * YEARS)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(_usage(ca=ca), critical=True)
        )
        if more.get("stamps"):
            purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(purpose, critical=True)
        if more.get("asked"):
            place = x509.UniformResourceIdentifier(f"{self.address}/ocsp")
            access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)
            builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
        elif not ca:
            place = x509.UniformResourceIdentifier(f"{self.address}/{self.name[0]}.crl")
            point = x509.DistributionPoint([place], None, None, None)
            builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def list_(self) -> bytes:
        known = frozenset(self.withdrawn)
        if known not in self.lists:
            self.lists[known] = self._list()
        return self.lists[known]

    def _list(self) -> bytes:
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(_name(self.name))
            .last_update(NOW - timedelta(hours=1))
            .next_update(NOW + timedelta(days=7))
        )
        for serial, when in self.withdrawn.items():
            row = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(when)
            builder = builder.add_revoked_certificate(row.build())
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def answer(self, asked: bytes, issued: dict[int, x509.Certificate]) -> bytes:
        serial = ocsp.load_der_ocsp_request(asked).serial_number
        when = self.withdrawn.get(serial)
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=issued[serial],
            issuer=self.certificate,
            algorithm=hashes.SHA256(),
            cert_status=ocsp.OCSPCertStatus.REVOKED if when else ocsp.OCSPCertStatus.GOOD,
            this_update=NOW - timedelta(hours=1),
            next_update=NOW + timedelta(days=7),
            revocation_time=when,
            revocation_reason=None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self.certificate)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)


@dataclass(kw_only=True)
class Authorities:
    """The root above an authority, and the one above whoever stamps the time.

    Attributes:
        folder: Where the authority's credential is.
        own: The authority's certificate.
        stamps: That of the time-stamp authority.
        clock: When it says it is.
    """

    folder: Path
    papers: Root
    times: Root
    own: x509.Certificate
    stamps: x509.Certificate
    key: rsa.RSAPrivateKey
    clock: datetime = NOW

    @property
    def credential(self) -> Credential:
        found = credential.load(self.folder)
        assert found is not None
        return found

    @property
    def roots(self) -> Roots:
        papers, times = (
            (translate_pyca_cryptography_cert_to_asn1(each.certificate),)
            for each in (self.papers, self.times)
        )
        return Roots(papers=papers, stamps=times)

    @property
    def pem(self) -> bytes:
        """Both roots, as a person would name them."""
        roots = (self.papers.certificate, self.times.certificate)
        return b"".join(each.public_bytes(Encoding.PEM) for each in roots)

    def issued_by_another(self) -> x509.Certificate:
        """Let somebody between the root and the authority issue its certificate; return that one's own."""
        between = Root(name="Papers between", address=self.papers.address)
        between.certificate = self.papers.issue(between.name, between.key, years=20, ca=True)
        key = load_pem_private_key((self.folder / throwaway.KEY).read_bytes(), None)
        self.own = between.issue("Sample Authority", key, years=3)
        chain = (self.own, between.certificate, self.papers.certificate)
        pem = b"".join(each.public_bytes(Encoding.PEM) for each in chain)
        (self.folder / throwaway.CERTIFICATE).write_bytes(pem)
        return between.certificate

    def stamp(self, asked: bytes) -> bytes:
        stamper = DummyTimeStamper(
            tsa_cert=translate_pyca_cryptography_cert_to_asn1(self.stamps),
            tsa_key=translate_pyca_cryptography_key_to_asn1(self.key),
            fixed_dt=self.clock,
        )
        return bytes(stamper.request_tsa_response(tsp.TimeStampReq.load(asked)).dump())

    def reply(self, path: str, asked: bytes) -> bytes:
        """Return what is answered at an address."""
        if path == "/ocsp":
            return self.papers.answer(asked, {self.own.serial_number: self.own})
        if path == "/tsa":
            return self.stamp(asked)
        return {"/P.crl": self.papers, "/T.crl": self.times}[path].list_()


@contextmanager
def answering(folder: Path, *, asked: bool = False, years: int = 3) -> Iterator[Authorities]:
    """Make an authority's credential in ``folder``, and let everybody it names answer."""
    there: list[Authorities] = []

    def reply(path: str, asked: bytes) -> tuple[str, bytes]:
        kinds = {"/tsa": "application/timestamp-reply", "/ocsp": "application/ocsp-response"}
        return kinds.get(path, "application/pkix-crl"), there[0].reply(path, asked)

    with answering_on_loopback(reply) as address:
        there.append(_made(folder, address, asked=asked, years=years))
        yield there[0]


def _made(folder: Path, address: str, *, asked: bool, years: int) -> Authorities:
    papers, times = Root(name="Papers' root", address=address), Root(name="Times' root", address=address)
    key, stamping = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)
    own = papers.issue("Sample Authority", key, years=years, asked=asked)
    stamps = times.issue("Sample time-stamps", stamping, years=10, stamps=True)
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    secret = folder / throwaway.KEY
    secret.touch(mode=0o600)
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    chain = b"".join(each.public_bytes(Encoding.PEM) for each in (own, papers.certificate))
    (folder / throwaway.CERTIFICATE).write_bytes(chain)
    (folder / "tsa-root.pem").write_bytes(times.certificate.public_bytes(Encoding.PEM))
    (folder / credential.SETTINGS).write_text(
        f'certificate = "{throwaway.CERTIFICATE}"\nkey = "{throwaway.KEY}"\n'
        f'time-stamp = "{address}/tsa"\ntime-stamp-root = "tsa-root.pem"\n'
    )
    return Authorities(folder=folder, papers=papers, times=times, own=own, stamps=stamps, key=stamping)


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=not ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )

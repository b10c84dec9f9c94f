"""A registrar in a process of its own, certificates by which it is asked, and offices that ask it."""

from __future__ import annotations

import ipaddress
import json
import signal
import subprocess
import sys
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyrage
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from desk_builders import CASE, EXAMPLE

from flows.casework import texts
from flows.casework.office import Office
from flows.desk.registrar.application import Application, Offices
from flows.desk.registrar.peers import Part, Peer
from flows.domain.act import Act
from flows.domain.acts import OPEN
from flows.domain.documents import REQUEST, SEALED_REQUEST
from flows.domain.policy import SERVICE
from flows.domain.procedure import Role
from flows.domain.request_file import write_request
from flows.home import Home
from flows.register.remote import RegistrarSigns
from flows.registrar import refusal
from flows.registrar.address import Address
from flows.registrar.connection import Connection
from flows.sources.parse import parse_request
from flows.tracing import CARRIER
from flows.vault.keys import seal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import pytest

    from flows.register.line import Recorded

EQUIPOISE: Final = Path(sys.executable).with_name("equipoise")


class Certifier:
    """A certificate authority of one test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.authority = folder / "ca.pem"
        self.authority.write_bytes(self._certificate("A test CA", key=self._key, ca=True))

    def certify(
        self, *names: str, address: str = "127.0.0.1", ended: bool = False, file: str = ""
    ) -> tuple[Path, Path]:
        """Return the files of a certificate for whoever goes by ``names``, at an address, and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate, private = (self.folder / f"{file or names[0]}.{each}" for each in ("pem", "key"))
        certificate.write_bytes(self._certificate(*names, key=key, address=address, ended=ended))
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return certificate, private

    def revoked(self, *files: str, ended: bool = False) -> bytes:
        """Return the list of the revoked, with the certificates of some files on it, as PEM."""
        now = datetime.now(UTC)
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(x509.load_pem_x509_certificate(self.authority.read_bytes()).subject)
            .last_update(now - timedelta(days=2))
            .next_update(now + timedelta(days=-1 if ended else 2))
        )
        for file in files:
            number = x509.load_pem_x509_certificate((self.folder / f"{file}.pem").read_bytes()).serial_number
            made = made.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(number).revocation_date(now).build()
            )
        return made.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM)

    def address(self, url: str, name: str) -> Address:
        certificate, key = self.certify(name)
        return Address(text=url, authority=self.authority, certificate=certificate, key=key)

    def _certificate(
        self,
        *names: str,
        key: ec.EllipticCurvePrivateKey,
        ca: bool = False,
        address: str = "127.0.0.1",
        ended: bool = False,
    ) -> bytes:
        subject, issuer = (
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each) for each in those])
            for those in (names, ("A test CA",))
        )
        now = datetime.now(UTC) - timedelta(days=10 * ended)
        here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        usage = x509.KeyUsage(
            digital_signature=not ca,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=ca,
            crl_sign=ca,
            encipher_only=False,
            decipher_only=False,
        )
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(here, critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
            .sign(self._key, hashes.SHA256())
        )
        return made.public_bytes(Encoding.PEM)


@dataclass(frozen=True)
class Running:
    """A registrar that was started.

    Attributes:
        over_tls: Where it answers over the network; empty where it does not.
    """

    process: subprocess.Popen[str]
    socket: Address
    over_tls: str = ""

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self._ended()

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self._ended()

    def _ended(self) -> int:
        assert self.process.stdout is not None
        self.process.stdout.close()
        return self.process.wait(60)


def start(home: Home, certifier: Certifier | None = None, *options: str | Path) -> Running:
    """Start the registrar of a home; return once it answers."""
    path = home.root.with_name("r.sock")  # a short one: the system takes some hundred characters
    call: list[str | Path] = [EQUIPOISE, "registrar", "--home", home.root, "--socket", path, *options]
    if certifier:
        certificate, key = certifier.certify("registrar")
        call += ["--listen", "127.0.0.1:0", "--ca", certifier.authority, "--cert", certificate, "--key", key]
    with home.root.with_name("registrar.err").open("ab") as told:
        process = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=told, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, home.root.with_name("registrar.err").read_text()
    _, _, url = line.partition(". Stop")[0].partition(" and ")
    return Running(process, Address(text=f"unix:{path}"), url)


@contextmanager
def running(home: Home, certifier: Certifier | None = None, *options: str | Path) -> Iterator[Running]:
    """Run the registrar of a home for as long as the block lasts."""
    started = start(home, certifier, *options)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.end()


def elsewhere(root: Path, registrar: Address) -> Office:
    """Open an office that has nothing but the address of a registrar."""
    root.mkdir(exist_ok=True)
    return Office(Home(root, registrar))


@contextmanager
def straight(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Address]:
    """Have the registrar of a home answer in this process, with no network between."""
    offices = Offices(home)
    application = Application(offices)

    def asked(_: Connection, what: str, body: bytes, carried: Mapping[str, str]) -> tuple[int, bytes]:
        # In a context of its own: nothing but what is sent is known there.
        peer = Peer(part=Part.OWN)
        return Context().run(application._answered, what, peer, body, carried.get(CARRIER, ""))

    monkeypatch.setattr(Connection, "_asked", asked)
    try:
        yield Address(text="unix:/nowhere")
    finally:
        offices.close()


@contextmanager
def asking(home: Home) -> Iterator[Callable[..., Any]]:
    """Ask the table of what may be asked of a registrar, as any peer."""
    offices = Offices(home)
    application = Application(offices)

    def ask(peer: Peer, name: str, **given: object) -> Any:
        status, answer = application._answered(name, peer, json.dumps(given).encode())
        if status != HTTPStatus.OK:
            raise refusal.read(json.loads(answer))
        return json.loads(answer)

    try:
        yield ask
    finally:
        offices.close()


def opening(office: Office, reference: str) -> tuple[Act, dict[str, bytes]]:
    """Return the opening of a case like the example's, sealed to a key that nobody has."""
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    text = (EXAMPLE / "request.yaml").read_text().replace(CASE, reference)
    request = parse_request(text.encode(), rules=texts.RULES).request(reference)
    act = Act(
        kind=OPEN,
        case=reference,
        actor=SERVICE,
        role=Role.SERVICE,
        time=office.now(),
        policy=office.register.policy().version,
        details={
            "received": request.received.isoformat(),
            "recipient": recipient,
            "regime": request.regime,
        },
    )
    return act, {REQUEST: write_request(request).encode(), SEALED_REQUEST: seal(recipient, text.encode())}


def open_cases(root: Path, registrar: Address, references: Iterable[str]) -> list[Recorded]:
    """Open cases one after another, as another machine would, whatever becomes of the registrar meanwhile."""
    done: list[Recorded] = []
    with elsewhere(root, registrar) as office:
        for reference in references:
            act, files = opening(office, reference)
            done.append(office.register.record(act, files, RegistrarSigns()))
    return done

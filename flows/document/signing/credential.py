"""What the authority signs its papers with: a key and its certificates, as ``signing.toml`` describes them.

    certificate = "certificate.pem"        the certificate, then those above it, in PEM
    key = "key.pem"                        its private key
or
    pkcs12 = "certificate.p12"                    both in one file
or
    certificate = "certificate.pem"
    [token]                                the key stays in a device
    module = "/usr/lib/softhsm/libsofthsm2.so"
    label = "Northshire Police"            of the token
    key = "signing"                           label of the key on it

and for each, where it is wanted
    passphrase = "passphrase"              a file with the passphrase of the key, or the PIN of the token
    time-stamp = "https://tsa.example"     where a time-stamp authority answers (RFC 3161)
    time-stamp-root = "tsa-root.pem"       the root above its certificate, for time-stamps alone
    reason, location                       what the signature says of itself
"""

from __future__ import annotations

import stat
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12
from cryptography.x509 import load_pem_x509_certificates
from pyhanko.keys.internal import (
    translate_pyca_cryptography_cert_to_asn1,
    translate_pyca_cryptography_key_to_asn1,
)
from pyhanko.sign.signers import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from flows.domain.errors import Fault, MalformedError, RefusedError
from flows.domain.text_file import toml_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from asn1crypto import x509
    from asn1crypto.keys import PrivateKeyInfo
    from cryptography.x509 import Certificate
    from pyhanko.sign.signers import Signer

SETTINGS: Final = "signing.toml"
SETTINGS_KNOWN: Final = frozenset(
    {
        *("certificate", "key", "pkcs12", "passphrase", "token"),
        *("time-stamp", "time-stamp-root", "reason", "location"),
    }
)
_TOKEN_KEYS: Final = frozenset({"module", "label", "key"})
_FORMS: Final = (
    frozenset({"certificate", "key"}),
    frozenset({"pkcs12"}),
    frozenset({"certificate", "token"}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A key that stays in a device (PKCS#11).

    Attributes:
        module: The maker's library.
        label: Of the token.
        key: Label of the key on it.
    """

    module: str
    label: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Roots:
    """The certificates that are trusted to vouch for others.

    Attributes:
        papers: For those who sign papers; and for time-stamps.
        stamps: For time-stamps alone.
    """

    papers: tuple[x509.Certificate, ...] = ()
    stamps: tuple[x509.Certificate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Credential:
    """What the authority signs with; never shown, and never handed to Prefect.

    Attributes:
        certificates: The authority's own first, then those above it, the root last.
        key: The private key; None where a token keeps it.
        time_stamp: Where a time-stamp authority answers; None for none.
        stamp_roots: Who is trusted to vouch for time-stamps, beside the roots above the authority.
        reason: What the signature says it is for; empty for nothing.
        location: Where it says it was made; empty for nothing.
    """

    certificates: tuple[x509.Certificate, ...]
    key: PrivateKeyInfo | None
    token: Token | None
    pin: str | None
    time_stamp: str | None
    stamp_roots: tuple[x509.Certificate, ...]
    reason: str
    location: str

    @property
    def roots(self) -> tuple[x509.Certificate, ...]:
        """The certificates that nobody above vouches for."""
        return only_roots(self.certificates)

    @property
    def name(self) -> str:
        """In whose name papers are signed, as `verify` tells it."""
        return named(self.certificates[0].subject)

    @property
    def all_roots(self) -> Roots:
        """Those, and the ones for time-stamps."""
        return Roots(papers=self.roots, stamps=self.stamp_roots)

    @contextmanager
    def signer(self) -> Iterator[Signer]:
        """Hold what signs, for as long as the block lasts.

        Raises:
            RefusedError: the token does not answer, or has no such key.
        """
        chain = SimpleCertificateStore()  # type: ignore[no-untyped-call] # the library leaves it out
        chain.register_multiple(self.certificates[1:])
        if self.key is not None:
            yield SimpleSigner(
                signing_cert=self.certificates[0],
                signing_key=self.key,
                cert_registry=chain,
                embed_roots=False,  # who verifies has it, or does not trust it
            )
        elif self.token is not None:
            with _session(self.token, self.pin) as session:
                from pyhanko.sign.pkcs11 import PKCS11Signer  # noqa: PLC0415 - an extra, see _session

                yield PKCS11Signer(
                    session,
                    signing_cert=self.certificates[0],
                    ca_chain=self.certificates[1:],
                    key_label=self.token.key,
                    embed_roots=False,
                    use_raw_mechanism=True,  # every token can sign a digest; not all can make one
                )


@contextmanager
def _session(token: Token, pin: str | None) -> Iterator[Any]:
    try:
        import pkcs11  # noqa: PLC0415 - an extra, for those who have a token
        from pyhanko.config.pkcs11 import TokenCriteria  # noqa: PLC0415 - as above
        from pyhanko.sign.pkcs11 import open_pkcs11_session  # noqa: PLC0415 - as above
    except ImportError:
        raise RefusedError("A key in a token needs more software: pip install 'equipoise[token]'.") from None
    try:
        with open_pkcs11_session(
            token.module, token_criteria=TokenCriteria(label=token.label), user_pin=pin
        ) as session:
            yield session
    except pkcs11.PKCS11Error as error:
        raise RefusedError(
            f"The token {token.label} does not sign ({type(error).__name__}); look at its module, label, "
            "key and PIN."
        ) from None


def load(folder: Path) -> Credential | None:
    """Return the credential that ``folder`` describes; None where it has no ``signing.toml``.

    Raises:
        MalformedError: the settings, a certificate or a key cannot be read, or do not fit each other.
        RefusedError: others on this machine can read a secret.
    """
    path = folder / SETTINGS
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _malformed(path, f"it cannot be read ({type(error).__name__})") from None
    return _credential(folder, _settings(path, data))


def roots(folder: Path) -> Roots:
    """Return the roots that ``folder`` names, for which no key is read where it can be helped.

    Raises:
        MalformedError, RefusedError: as ``load``.
    """
    path = folder / SETTINGS
    if not path.is_file():
        return Roots()
    found = _settings(path, path.read_bytes())
    if "certificate" in found:
        path = folder / found["certificate"]
        own = only_roots(certificates_in(_bytes(path), str(path)))
    else:
        credential = load(folder)
        own = credential.roots if credential else ()
    return Roots(papers=own, stamps=_stamp_roots(folder, found))


def _stamp_roots(folder: Path, found: Mapping[str, Any]) -> tuple[x509.Certificate, ...]:
    if "time-stamp-root" not in found:
        return ()
    path = folder / found["time-stamp-root"]
    return certificates_in(_bytes(path), str(path))


def named(name: Any) -> str:  # noqa: ANN401 - asn1crypto's
    """Return what a certificate calls somebody: ``Information Rights, Northshire Police``."""
    known = name.native
    parts = [known.get("common_name"), known.get("organization_name")]
    return ", ".join(dict.fromkeys(str(each) for each in parts if each)) or str(name.human_friendly)


def only_roots(certificates: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Return those that nobody above vouches for."""
    return tuple(each for each in certificates if each.self_signed != "no")


def _settings(path: Path, data: bytes) -> dict[str, Any]:
    found = toml_of(data, str(path))
    wrong = [*faults(found)]
    if wrong:
        raise MalformedError(str(path), *wrong)
    return found


def faults(found: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with the settings of a credential."""
    for name, value in found.items():
        if name not in SETTINGS_KNOWN:
            yield Fault(path=name, problem="it is not a setting; the settings are in docs/papers.md")
        elif name != "token" and not (isinstance(value, str) and value.strip()):
            yield Fault(path=name, problem="a text is needed")
    if frozenset(found) & {"certificate", "key", "pkcs12", "token"} not in _FORMS:
        problem = "it needs either certificate and key, or pkcs12, or certificate and [token]"
        yield Fault(path="", problem=problem)
    token = found.get("token", {})
    if "token" in found and (
        not isinstance(token, dict)
        or token.keys() != _TOKEN_KEYS
        or not all(isinstance(value, str) and value for value in token.values())
    ):
        yield Fault(path="token", problem="it needs the texts module, label and key, and nothing else")
    address = found.get("time-stamp")
    if isinstance(address, str) and urlsplit(address).scheme not in {"http", "https"}:
        yield Fault(path="time-stamp", problem="an address that starts with https or http is needed")


def _credential(folder: Path, found: Mapping[str, Any]) -> Credential:
    secret = _secret(folder / found["passphrase"]).strip() if "passphrase" in found else None
    key: PrivateKeyInfo | None = None
    if "pkcs12" in found:
        key, certificates = _from_pkcs12(folder / found["pkcs12"], secret)
    else:
        path = folder / found["certificate"]
        certificates = _pem(_bytes(path), str(path))
        if "key" in found:
            key = _key(folder / found["key"], secret, certificates[0])
    token = Token(**found["token"]) if "token" in found else None
    return Credential(
        certificates=tuple(map(translate_pyca_cryptography_cert_to_asn1, certificates)),
        key=key,
        token=token,
        pin=secret.decode("utf-8", "replace") if token and secret else None,
        time_stamp=found.get("time-stamp"),
        stamp_roots=_stamp_roots(folder, found),
        reason=found.get("reason", ""),
        location=found.get("location", ""),
    )


def _secret(path: Path) -> bytes:
    """Return a file that is for its owner alone."""
    data = _bytes(path)
    if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise RefusedError(f"{path} is open to others on this machine; close it first: chmod 600 {path}")
    return data


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _malformed(path, f"it cannot be read ({error.strerror})") from None


def certificates_in(data: bytes, source: str) -> tuple[x509.Certificate, ...]:
    """Return the certificates of a PEM file.

    Raises:
        MalformedError: it has none.
    """
    return tuple(map(translate_pyca_cryptography_cert_to_asn1, _pem(data, source)))


def _pem(data: bytes, source: str) -> Sequence[Certificate]:
    try:
        return load_pem_x509_certificates(data)
    except ValueError:
        raise MalformedError(source, Fault(path="", problem="it has no certificate in PEM")) from None


def _key(path: Path, passphrase: bytes | None, certificate: Certificate) -> PrivateKeyInfo:
    data = _secret(path)
    try:
        key = load_pem_private_key(data, passphrase)
    except (ValueError, TypeError):
        # What the library says of it might hold some of it.
        raise _malformed(path, "it is no private key in PEM, or its passphrase is another") from None
    return _fitting(path, key, certificate)


def _from_pkcs12(path: Path, passphrase: bytes | None) -> tuple[PrivateKeyInfo, Sequence[Certificate]]:
    data = _secret(path)
    try:
        key, certificate, more = pkcs12.load_key_and_certificates(data, passphrase)
    except (ValueError, TypeError):
        raise _malformed(path, "it is no PKCS#12 file, or its passphrase is another") from None
    if key is None or certificate is None:
        raise _malformed(path, "it lacks the private key or its certificate")
    return _fitting(path, key, certificate), _in_order(certificate, more)


def _in_order(certificate: Certificate, more: Sequence[Certificate]) -> list[Certificate]:
    """Return a chain from the certificate upwards; a PKCS#12 file keeps no order."""
    chain, rest = [certificate], [*more]
    while above := next((each for each in rest if each.subject == chain[-1].issuer), None):
        rest.remove(above)
        chain.append(above)
    return chain


def _fitting(path: Path, key: object, certificate: Certificate) -> PrivateKeyInfo:
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise _malformed(path, "its kind cannot sign here; take RSA, or an elliptic curve of NIST's")
    if key.public_key() != certificate.public_key():
        raise _malformed(path, "it is not the key of the first certificate")
    return translate_pyca_cryptography_key_to_asn1(key)


def _malformed(path: Path, problem: str) -> MalformedError:
    return MalformedError(str(path), Fault(path="", problem=problem))

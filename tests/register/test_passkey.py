"""From a browser's answer to a line for the list and to a signature: answers recorded, and made here."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest
from authenticator import ORIGIN, Passkey
from browser import RECORDED
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from test_kinds import ssh_keygen_takes

from flows.domain.errors import MalformedError, RefusedError, UnfitSignatureError
from flows.register import passkey, signature
from flows.register.kinds import Kind, Signed, parse_key
from flows.register.passkey import challenge, enrolled, signed
from flows.register.signature import STATEMENT
from flows.register.webauthn import MAY_BE_COPIED, PRESENT, VERIFIED, unurl64, url64

if TYPE_CHECKING:
    from pathlib import Path

SAID: Final = b"what was said\n"
DESK: Final = {ORIGIN}
ASKED: Final = b"asked by the desk"


# As a real browser answered


@dataclass(frozen=True)
class Recorded:
    """What a browser answered; browser.py made it."""

    kept: dict[str, Any]

    @property
    def desk(self) -> set[str]:
        return {self.kept["origin"]}

    @property
    def statement(self) -> bytes:
        return str(self.kept["statement"]).encode()

    def passkey(self) -> passkey.Passkey:
        return enrolled(json.dumps(self.kept["made"]), unurl64(self.kept["asked"]), origins=self.desk)

    def answer(self, name: str) -> str:
        return json.dumps(self.kept["answers"][name])

    def signed(self, name: str, **changes: Any) -> str:
        given = {"message": self.statement, "namespace": STATEMENT, "origins": self.desk} | changes
        return signed(self.answer(name), self.passkey().public, **given)[0]


@pytest.fixture(scope="module")
def recorded() -> Recorded:
    return Recorded(json.loads(RECORDED.read_text(encoding="utf-8")))


def test_a_recorded_answer_becomes_a_key_and_a_signature_that_ssh_keygen_takes(
    recorded: Recorded, tmp_path: Path
) -> None:
    made = recorded.passkey()
    armoured = recorded.signed("good")

    assert (made.id, made.synced) == (recorded.kept["made"]["id"], False)
    assert signature.verify(armoured, recorded.statement, STATEMENT, origins=recorded.desk) == Signed(
        public=made.public, kind=Kind.PASSKEY, origin=recorded.kept["origin"], counter=2
    )
    assert ssh_keygen_takes(tmp_path, made.public, armoured, recorded.statement)


@pytest.mark.parametrize(
    ("name", "changes", "sentence"),
    [
        ("nobody verified", {}, "did not verify who used it"),
        ("another page", {}, "a page that is not the desk's"),
        ("good", {"origins": {"http://localhost:8766"}}, "a page that is not the desk's"),
        ("good", {"origins": ()}, "names no desk"),
        ("framed", {}, "within a page of another site"),
        ("good", {"message": b"another"}, "something else than this statement"),
        ("good", {"namespace": b"git"}, "something else than this statement"),
    ],
)
def test_a_recorded_answer_that_does_not_count_is_refused(
    name: str, changes: dict[str, Any], sentence: str, recorded: Recorded
) -> None:
    with pytest.raises(UnfitSignatureError, match=sentence):
        recorded.signed(name, **changes)


@pytest.mark.parametrize("name", ["Ed25519", "RS256"])
def test_a_recorded_passkey_of_another_algorithm_is_refused(name: str, recorded: Recorded) -> None:
    answer = json.dumps(recorded.kept["made by other algorithms"][name])

    with pytest.raises(RefusedError, match="with a phone or a security key instead"):
        enrolled(answer, unurl64(recorded.kept["asked"]), origins=recorded.desk)


# Enrolment


def test_a_passkey_that_was_made_becomes_the_line_of_its_key() -> None:
    key = Passkey()

    made = enrolled(key.made(url64(ASKED)), ASKED, origins=DESK)

    id_ = url64(hashlib.sha256(key.blob).digest())
    assert made == passkey.Passkey(id=id_, public=key.public, synced=True)
    key.flags &= ~MAY_BE_COPIED
    assert not enrolled(key.made(url64(ASKED)), ASKED, origins=DESK).synced
    assert parse_key(made.public).kind is Kind.PASSKEY


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"flags": PRESENT}, "did not verify who used it"),
        ({"flags": VERIFIED}, "Nobody was present"),
        ({"origin": "https://x.foi.example.gov.uk"}, "a page that is not the desk's"),
        ({"application": b"example.gov.uk"}, "another RP id"),
        ({"framed": True}, "within a page of another site"),
        ({"client": {"challenge": "another"}}, "made for another request"),
        ({"client": {"type": "webauthn.get"}}, "use another passkey"),
        ({"reordered": True}, "use another passkey"),
    ],
    ids=str,
)
def test_a_passkey_made_otherwise_than_asked_is_refused(changes: dict[str, Any], sentence: str) -> None:
    key = Passkey()
    for name, value in changes.items():
        setattr(key, name, value)

    with pytest.raises(UnfitSignatureError, match=sentence):
        enrolled(key.made(url64(ASKED)), ASKED, origins=DESK)


def test_without_a_desk_no_passkey_is_made() -> None:
    with pytest.raises(UnfitSignatureError, match="names no desk"):
        enrolled(Passkey().made(url64(ASKED)), ASKED, origins=())


OTHER_CURVE: Final = url64(
    generate_private_key(SECP384R1())
    .public_key()
    .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"publicKey": OTHER_CURVE}, id="another curve"),
        {"publicKey": "AAAA"},
        {"publicKey": 7},
        {"publicKey": "MCowBQYDK2VwAyEAHDuQX8oKklhb78j2HQfPorowZGIVD0X0JZTnfNqtIN8"},
        {"authenticatorData": ""},
        {"authenticatorData": "+/+/"},
        {"clientDataJSON": url64(b"[]")},
        {"clientDataJSON": url64(b'{"origin":7}')},
        {"clientDataJSON": None},
    ],
    ids=str,
)
def test_an_enrolment_out_of_form_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedError, match="not in the form of WebAuthn"):
        enrolled(Passkey().made(url64(ASKED), **changes), ASKED, origins=DESK)


# Signing


def test_an_answer_becomes_the_signature_with_the_lower_s(tmp_path: Path) -> None:
    key = Passkey()
    key.high = True
    asked = challenge(SAID, STATEMENT)

    armoured, synced = signed(key.assertion(asked), key.public, SAID, STATEMENT, origins=DESK)

    assert synced
    assert signature.verify(armoured, SAID, STATEMENT, origins=DESK).public == key.public
    assert ssh_keygen_takes(tmp_path, key.public, armoured, SAID)


def test_an_answer_by_another_passkey_than_was_asked_does_not_fit() -> None:
    answer = Passkey().assertion(challenge(SAID, STATEMENT))

    with pytest.raises(UnfitSignatureError, match="does not fit"):
        signed(answer, Passkey().public, SAID, STATEMENT, origins=DESK)


def test_an_answer_for_a_security_key_on_the_list_is_none() -> None:
    key = Passkey("ssh:")

    with pytest.raises(UnfitSignatureError, match="by this security key"):
        signed(key.assertion(challenge(SAID, STATEMENT)), key.public, SAID, STATEMENT, origins=DESK)


def dss(*numbers: bytes) -> str:
    """Return two numbers in DER, whatever they are."""
    body = b"".join(b"\2%c%s" % (len(number), number) for number in numbers)
    return url64(b"\x30%c%s" % (len(body), body))


@pytest.mark.parametrize(
    "changes",
    [
        {"signature": "AAAA"},
        {"signature": dss(b"\1", b"\x80")},
        {"signature": dss(b"\x80", b"\1")},
        {"signature": dss(b"\1", b"\x7f" * 33)},
        {"signature": dss(b"\0", b"\0")},
        {"authenticatorData": ""},
        {"authenticatorData": url64(bytes(36))},
        {"clientDataJSON": url64(b"[" * 100_000)},
        {"clientDataJSON": url64(b'{"origin":"\\ud800"}')},
        {"clientDataJSON": "%"},
    ],
    ids=lambda changes: str(changes)[:60],
)
def test_an_answer_out_of_form_is_refused(changes: dict[str, Any]) -> None:
    key = Passkey()
    answer = json.loads(key.assertion(challenge(SAID, STATEMENT)))
    answer["response"] |= changes

    with pytest.raises((MalformedError, UnfitSignatureError)):
        signed(json.dumps(answer), key.public, SAID, STATEMENT, origins=DESK)


@pytest.mark.parametrize("answer", ["", "{", "[]", "null", "{}", '{"response": {}}', "[" * 100_000], ids=repr)
def test_what_is_no_answer_is_refused(answer: str) -> None:
    with pytest.raises(MalformedError, match="not in the form of WebAuthn"):
        signed(answer, Passkey().public, SAID, STATEMENT, origins=DESK)
    with pytest.raises(MalformedError, match="not in the form of WebAuthn"):
        enrolled(answer, ASKED, origins=DESK)


def test_the_challenge_is_the_whole_block_that_sshsig_signs() -> None:
    block = base64.urlsafe_b64decode(challenge(SAID, STATEMENT) + "==")

    assert (block[:6], len(block)) == (b"SSHSIG", 108)

"""Keys of every kind: what counts as a signature by each, here and for ssh-keygen."""

from __future__ import annotations

import base64
import subprocess
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pytest
from authenticator import ORIGIN, RP_ID, EdSecurityKey, Passkey, SecurityKey
from hypothesis import given
from hypothesis import strategies as st

from flows.domain.errors import MalformedError, UnfitSignatureError
from flows.register import signature
from flows.register.kinds import CURVE, SK_ECDSA, Kind, Signed, parse_key, parse_public
from flows.register.signature import ENTRY, STATEMENT
from flows.register.sshsig import Reader, armour, mpint, parse_armour, string, to_be_signed
from flows.register.webauthn import ATTESTED, EXTENDED, MAY_BE_COPIED, PRESENT, VERIFIED, url64

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SAID: Final = b"what was said\n"
DESK: Final = {"https://other.example.gov.uk", ORIGIN}


def ssh_keygen_takes(folder: Path, public: str, armoured: str, message: bytes = SAID) -> bool:
    (folder / "sig").write_text(armoured)
    (folder / "allowed").write_text(f'legal-reviewer namespaces="{STATEMENT.decode()}" {public}\n')
    done = subprocess.run(
        [
            *("ssh-keygen", "-Y", "verify", "-f", str(folder / "allowed"), "-I", "legal-reviewer"),
            *("-n", STATEMENT.decode(), "-s", str(folder / "sig")),
        ],
        input=message,
        check=False,
        capture_output=True,
    )
    assert (done.returncode == 0) == done.stdout.startswith(b"Good")
    return done.returncode == 0


def a_security_key(**changes: Any) -> EdSecurityKey:
    return with_(EdSecurityKey(), **changes)


_Key = TypeVar("_Key", bound=EdSecurityKey)


def with_(key: _Key, **changes: Any) -> _Key:
    for name, value in changes.items():
        setattr(key, name, value)
    return key


GOOD: Final[dict[str, tuple[EdSecurityKey, dict[str, Any]]]] = {
    "a security key with Ed25519": (EdSecurityKey(), {}),
    "one that knows its owner": (a_security_key(flags=PRESENT | VERIFIED), {}),
    "one that counts": (a_security_key(counter=7), {"counter": 7}),
    "one made for another application": (EdSecurityKey("ssh:foi"), {}),
    "a security key with ECDSA": (SecurityKey(), {}),
    "one that does not choose between its two signatures": (with_(SecurityKey(), high=True), {}),
    "a passkey": (Passkey(), {"synced": True}),
    "one of one device": (with_(Passkey(), flags=PRESENT | VERIFIED, counter=9), {"counter": 9}),
    "one in a browser of level 1": (with_(Passkey(), framed=None), {"synced": True}),
    "one in a browser that says more": (
        with_(Passkey(), client={"more": "do not compare"}),
        {"synced": True},
    ),
    "one whose device adds to its data": (
        with_(Passkey(), flags=PRESENT | VERIFIED | EXTENDED, extensions=b"\xa0"),
        {},
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_signature_tells_what_signed_and_ssh_keygen_takes_it(name: str, tmp_path: Path) -> None:
    key, told = GOOD[name]
    armoured = key.sign(SAID, STATEMENT)

    is_passkey = isinstance(key, Passkey)
    assert signature.verify(armoured, SAID, STATEMENT, origins=DESK) == Signed(
        public=key.public,
        kind=Kind.PASSKEY if is_passkey else Kind.SECURITY_KEY,
        origin=ORIGIN if is_passkey else "",
        **told,
    )
    assert ssh_keygen_takes(tmp_path, key.public, armoured)


FORM: Final = "does not verify; use another passkey"
REFUSED: Final[dict[str, tuple[EdSecurityKey, str, bool]]] = {
    "a security key that nobody touched": (a_security_key(flags=VERIFIED), "was not touched", True),
    "one with ECDSA that nobody touched": (with_(SecurityKey(), flags=0), "was not touched", True),
    "a passkey with nobody present": (with_(Passkey(), flags=VERIFIED), "Nobody was present", True),
    "a passkey with nobody verified": (
        with_(Passkey(), flags=PRESENT | MAY_BE_COPIED),
        "did not verify who used it",
        True,
    ),
    "a page of a sibling": (
        with_(Passkey(), origin="https://x.foi.example.gov.uk"),
        "page that is not",
        True,
    ),
    "a page of the parent": (with_(Passkey(), origin="https://example.gov.uk"), "page that is not", True),
    "another port": (with_(Passkey(), origin=f"{ORIGIN}:8443"), "page that is not", True),
    "another scheme": (with_(Passkey(), origin=f"http://{RP_ID}"), "page that is not", True),
    "an RP id of the parent": (Passkey("example.gov.uk"), "another RP id", True),
    "the RP id of another of the desk's hosts": (Passkey("other.example.gov.uk"), "another RP id", True),
    "a page in a frame": (with_(Passkey(), framed=True), "within a page of another site", True),
    "a page in a frame, said by its top": (
        with_(Passkey(), client={"topOrigin": "https://evil.example"}),
        "within a page of another site",
        True,
    ),
    "the higher s": (with_(Passkey(), high=True), "the higher s", True),
    "client data in another order": (with_(Passkey(), reordered=True), FORM, False),
    "client data of an enrolment": (with_(Passkey(), client={"type": "webauthn.create"}), FORM, False),
    "an origin that ends the text early": (with_(Passkey(), origin=f'{ORIGIN}","a":"'), FORM, False),
    "data of an enrolment": (with_(Passkey(), flags=PRESENT | VERIFIED | ATTESTED), "in the form", False),
    "additions that no flag tells of": (with_(Passkey(), extensions=b"\xa0"), "in the form", False),
    "a flag of additions without any": (
        with_(Passkey(), flags=PRESENT | VERIFIED | EXTENDED),
        "in the form",
        False,
    ),
}
"""By what is wrong: the key, what the refusal says, and whether ssh-keygen takes the signature."""


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_count_is_refused_with_its_sentence(name: str, tmp_path: Path) -> None:
    key, sentence, taken = REFUSED[name]
    armoured = key.sign(SAID, STATEMENT)

    with pytest.raises(UnfitSignatureError, match=sentence):
        signature.verify(armoured, SAID, STATEMENT, origins=DESK)
    assert ssh_keygen_takes(tmp_path, key.public, armoured) == taken


def test_without_a_desk_no_passkey_signs() -> None:
    with pytest.raises(UnfitSignatureError, match="names no desk"):
        signature.verify(Passkey().sign(SAID, STATEMENT), SAID, STATEMENT)


@pytest.mark.parametrize("key", [EdSecurityKey(), SecurityKey(), Passkey()], ids=["ed", "ec", "passkey"])
def test_a_signature_on_another_statement_does_not_count(key: EdSecurityKey, tmp_path: Path) -> None:
    armoured = key.sign(SAID, STATEMENT)

    sentence = "something else than this statement" if isinstance(key, Passkey) else "does not fit"
    with pytest.raises(UnfitSignatureError, match=sentence):
        signature.verify(armoured, b"another", STATEMENT, origins=DESK)
    with pytest.raises(UnfitSignatureError, match="another purpose"):
        signature.verify(armoured, SAID, ENTRY, origins=DESK)
    assert not ssh_keygen_takes(tmp_path, key.public, armoured, b"another")


def test_a_passkey_that_signed_in_another_namespace_signed_something_else() -> None:
    key = Passkey()
    armoured = key.packed(key.client_data("webauthn.get", url64(to_be_signed(SAID, b"other"))), STATEMENT)

    with pytest.raises(UnfitSignatureError, match="something else than this statement"):
        signature.verify(armoured, SAID, STATEMENT, origins=DESK)


@pytest.mark.parametrize(
    "client", [b"", b"[]", b"{", b"[" * 100_000, b"\xff", b'{"challenge": 1}', b"null"], ids=repr
)
def test_client_data_that_are_none_are_refused(client: bytes) -> None:
    with pytest.raises(UnfitSignatureError, match=r"use another passkey|something else"):
        signature.verify(Passkey().packed(client, STATEMENT), SAID, STATEMENT, origins=DESK)


def test_client_data_that_only_begin_well_are_refused() -> None:
    key = Passkey()
    client = key.client_data("webauthn.get", url64(to_be_signed(SAID, STATEMENT)))
    for cut in (client[:-1], client + b"}", client.replace(b"false", b"true") + b"}"):
        with pytest.raises(UnfitSignatureError, match="use another passkey"):
            signature.verify(key.packed(cut, STATEMENT), SAID, STATEMENT, origins=DESK)


def test_a_passkey_does_not_sign_in_the_form_of_a_security_key_nor_the_reverse() -> None:
    # Taken by ssh-keygen: to it the two are one type of key.
    passkey, key = Passkey(), SecurityKey()

    with pytest.raises(UnfitSignatureError, match="by this passkey"):
        signature.verify(SecurityKey.sign(passkey, SAID, STATEMENT), SAID, STATEMENT, origins=DESK)
    with pytest.raises(UnfitSignatureError, match="by this security key"):
        signature.verify(Passkey.sign(disguised(key), SAID, STATEMENT), SAID, STATEMENT, origins=DESK)


def disguised(key: SecurityKey) -> Passkey:
    passkey = Passkey()
    passkey.__dict__ |= {name: key.__dict__[name] for name in ("_ec", "application", "blob", "public")}
    return passkey


MADE: Final = [key.sign(SAID, STATEMENT) for key in (EdSecurityKey(), SecurityKey(), Passkey())]


@given(data=st.data())
@pytest.mark.parametrize("made", MADE, ids=["ed", "ec", "passkey"])
def test_any_changed_byte_within_a_signature_is_refused(made: str, data: st.DataObject) -> None:
    blob, good = parse_armour(made, STATEMENT)
    at = data.draw(st.integers(0, len(good) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != good[at]))

    with pytest.raises(UnfitSignatureError):
        signature.verify(
            armour(blob, STATEMENT, good[:at] + bytes([byte]) + good[at + 1 :]),
            SAID,
            STATEMENT,
            origins=DESK,
        )


@pytest.mark.parametrize(
    "edit",
    [
        lambda made: made + b"\0",
        lambda made: made[:-1],
        lambda made: made[:0],
        lambda made: string(b"ssh-rsa") + made[4 + len(SK_ECDSA) :],
        lambda made: with_numbers(made, lambda r, s: mpint(r) + string(b"\0" + s.to_bytes(32, "big"))),
        lambda made: with_numbers(made, lambda r, s: mpint(r) + string(s.to_bytes(40, "big"))),
        lambda made: with_numbers(made, lambda r, _: mpint(r) + mpint(0)),
        lambda made: with_numbers(made, lambda r, s: mpint(r) + mpint(s) + mpint(s)),
        lambda made: with_numbers(made, lambda r, s: mpint(r + P256_ORDER) + mpint(s)),
    ],
    ids=[
        "longer",
        "shorter",
        "none",
        "of another type",
        "a number with a byte more",
        "a number with many",
        "a number of nought",
        "three numbers",
        "a number beyond the order",
    ],
)
def test_a_signature_out_of_form_is_refused(edit: Callable[[bytes], bytes]) -> None:
    key = SecurityKey()
    blob, good = parse_armour(key.sign(SAID, STATEMENT), STATEMENT)

    with pytest.raises(UnfitSignatureError):
        signature.verify(armour(blob, STATEMENT, edit(good)), SAID, STATEMENT)


P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def with_numbers(made: bytes, write: Callable[[int, int], bytes]) -> bytes:
    reader = Reader(made)
    type_, numbers, rest = reader.string(), Reader(reader.string()), reader.take(5)
    return string(type_) + string(write(numbers.mpint(), numbers.mpint())) + rest


# Public keys


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (EdSecurityKey(), Kind.SECURITY_KEY),
        (SecurityKey("ssh:foi"), Kind.SECURITY_KEY),
        (Passkey(), Kind.PASSKEY),
        (Passkey("localhost"), Kind.PASSKEY),
    ],
)
def test_a_public_key_is_read_without_its_comment(key: EdSecurityKey, kind: Kind) -> None:
    assert parse_public(f"{key.public} lee at her desk\n") == key.public
    assert parse_key(key.public).kind is kind
    assert parse_key(key.public).application == key.application.decode()


ED: Final = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN47L08RAb5segys41K7wvFLLJT5Z6yFUTIZAdXkiuf9"


def edited(public: str, edit: Callable[[bytes], bytes]) -> str:
    type_, written = public.split()
    return f"{type_} {base64.b64encode(edit(base64.b64decode(written))).decode()}"


def applied_to(application: bytes, blob: bytes) -> bytes:
    return blob.replace(APPLIED, string(application))


SK: Final = SecurityKey()
APPLIED: Final = string(b"ssh:")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ssh-ed25519",
        "ssh-ed25519 AAAA",
        "ssh-ed25519 !",
        "ssh-ed25519 é",
        ED.replace("ssh-ed25519 ", "ssh-rsa "),
        ED + "AAAA",
        f"cert-authority {ED}",
        f"{ED}\nmore",
        f"{ED}\n{ED}",
        edited(ED, lambda blob: string(b"ssh-ed448") + blob[15:]),
        edited(ED, lambda blob: blob + b"\0"),
        edited(ED, lambda blob: blob[:15] + string(blob[19:-1])),
        edited(ED, lambda blob: blob[:15] + string(blob[19:] + b"\0")),
        edited(SK.public, lambda blob: blob[: -len(APPLIED)]),
        edited(SK.public, lambda blob: blob + b"\0"),
        edited(SK.public, lambda blob: blob.replace(string(CURVE), string(b"nistp384"))),
        *(
            edited(SK.public, partial(applied_to, other))
            for other in (
                b"",
                b"foi example",
                b"FOI.example.gov.uk",
                b"10.0.0.1",
                b"https://a.b",
                b"a_b.c",
                b"\xff",
            )
        ),
        SK.public.rstrip("=") + ("=" if SK.public.endswith("==") else "A==="),
        edited(EdSecurityKey("ssh:").public, lambda blob: blob.replace(APPLIED, string(b"a.example"))),
        edited(SK.public, lambda blob: string(b"ecdsa-sha2-nistp256") + blob[4 + len(SK_ECDSA) : -8]),
        edited(SK.public, lambda blob: string(b"ecdsa-sha2-nistp256") + blob[4 + len(SK_ECDSA) : -8]).replace(
            SK_ECDSA.decode(), "ecdsa-sha2-nistp256"
        ),
    ],
)
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(MalformedError, match="id_ed25519"):
        parse_public(text)


def test_one_key_has_one_text() -> None:
    # Of the last character two bits are left over, and libraries do not look at them.
    key = EdSecurityKey("ssh:foi")
    type_, written = key.public.split()
    assert written.endswith("=")
    at = written.index("=") - 1
    for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/":
        other = written[:at] + last + written[at + 1 :]
        if other != written and base64.b64decode(other) == key.blob:
            with pytest.raises(MalformedError):
                parse_public(f"{type_} {other}")


@given(number=st.integers(0, 2**300))
def test_a_number_is_read_as_it_was_written(number: int) -> None:
    reader = Reader(mpint(number))

    assert reader.mpint() == number
    reader.end()

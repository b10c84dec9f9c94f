"""Signatures: made here and by OpenSSH, verified here and by OpenSSH."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from authenticator import Passkey
from hypothesis import given
from hypothesis import strategies as st

from flows.domain.errors import MalformedError, NotEntitledError, UnfitSignatureError
from flows.register import signature
from flows.register.kinds import Kind, Signed
from flows.register.signature import ENTRY, STATEMENT
from flows.register.sshsig import tidied

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flows.register.signature import FileSigner


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("key") / "legal-reviewer"
    signature.generate(path)
    return path


@pytest.fixture(scope="module")
def signer(key: Path) -> FileSigner:
    return signature.load(key)


@given(message=st.binary(max_size=200))
def test_a_signature_tells_whose_key_made_it(signer: FileSigner, message: bytes) -> None:
    assert signature.verify(signer.sign(message, STATEMENT), message, STATEMENT) == Signed(
        public=signer.public, kind=Kind.ED25519
    )


@given(data=st.data())
def test_any_changed_byte_of_a_signature_is_refused(signer: FileSigner, data: st.DataObject) -> None:
    good = signer.sign(b"said", STATEMENT)
    at = data.draw(st.integers(0, len(good) - 1))
    character = data.draw(st.characters(max_codepoint=127).filter(lambda c: c != good[at]))

    with pytest.raises(UnfitSignatureError):
        signature.verify(good[:at] + character + good[at + 1 :], b"said", STATEMENT)


@given(data=st.data())
def test_any_changed_byte_of_the_message_is_refused(signer: FileSigner, data: st.DataObject) -> None:
    message = b"what was said"
    at = data.draw(st.integers(0, len(message) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != message[at]))

    with pytest.raises(UnfitSignatureError, match="does not fit"):
        signature.verify(
            signer.sign(message, STATEMENT), message[:at] + bytes([byte]) + message[at + 1 :], STATEMENT
        )


def test_a_signature_on_a_statement_is_none_on_an_entry(signer: FileSigner) -> None:
    with pytest.raises(UnfitSignatureError, match="another purpose than git"):
        signature.verify(signer.sign(b"said", STATEMENT), b"said", ENTRY)


@pytest.mark.parametrize(
    "armoured",
    [
        "",
        "-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n",
        "-----BEGIN SSH SIGNATURE-----\n!!!!\n-----END SSH SIGNATURE-----\n",
        "-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAf//\n-----END SSH SIGNATURE-----\n",
        "-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAf////8AAAA=\n-----END SSH SIGNATURE-----\n",
    ],
)
def test_what_is_no_signature_is_refused(armoured: str) -> None:
    with pytest.raises(UnfitSignatureError, match="not a whole SSH signature"):
        signature.verify(armoured, b"said", STATEMENT)


def test_ssh_keygen_accepts_our_signature(signer: FileSigner, tmp_path: Path) -> None:
    (tmp_path / "sig").write_text(signer.sign(b"said", STATEMENT))
    (tmp_path / "allowed").write_text(f"legal-reviewer {signer.public}\n")

    subprocess.run(
        [
            *("ssh-keygen", "-Y", "verify", "-f", str(tmp_path / "allowed"), "-I", "legal-reviewer"),
            *("-n", STATEMENT.decode(), "-s", str(tmp_path / "sig")),
        ],
        input=b"said",
        check=True,
        capture_output=True,
    )


def test_we_accept_a_signature_by_ssh_keygen(key: Path, signer: FileSigner) -> None:
    made = subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-q", "-f", str(key), "-n", STATEMENT.decode()],
        input=b"said",
        check=True,
        capture_output=True,
    ).stdout.decode()

    assert signature.verify(made, b"said", STATEMENT).public == signer.public
    assert made == signer.sign(b"said", STATEMENT)


@pytest.fixture
def agent_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    address = str(tmp_path_factory.mktemp("a") / "s")
    process = subprocess.Popen(["ssh-agent", "-D", "-a", address], stdout=subprocess.DEVNULL)
    while not os.path.exists(address):  # noqa: PTH110 - a socket's address is text
        assert process.poll() is None
    yield address
    process.terminate()
    process.wait()


def test_a_key_in_ssh_agent_signs(key: Path, signer: FileSigner, agent_socket: str) -> None:
    asked = signature.agent((signer.public,), agent_socket)
    with pytest.raises(NotEntitledError, match="ssh-agent"):
        asked.sign(b"said", STATEMENT)
    subprocess.run(["ssh-add", "-q", str(key)], env={**os.environ, "SSH_AUTH_SOCK": agent_socket}, check=True)

    assert asked.sign(b"said", STATEMENT) == signer.sign(b"said", STATEMENT)


def test_signing_through_an_agent_needs_one(signer: FileSigner, tmp_path: Path) -> None:
    with pytest.raises(NotEntitledError, match="SSH_AUTH_SOCK"):
        signature.agent((signer.public,), None)
    with pytest.raises(NotEntitledError, match="ssh-agent"):
        signature.agent((signer.public,), str(tmp_path / "none")).sign(b"said", STATEMENT)


@contextmanager
def answering(address: Path, answer: bytes) -> Iterator[None]:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(address))
        server.listen()

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield
        thread.join()


@pytest.mark.parametrize(
    "answer", [b"", b"\0\0\0\1\5", b"\0\0\0\1\x0e", b"\0\0\0\5\x0e\xff\xff\xff\xff"], ids=repr
)
def test_an_agent_that_answers_nonsense_has_not_signed(
    answer: bytes, signer: FileSigner, tmp_path_factory: pytest.TempPathFactory
) -> None:
    address = tmp_path_factory.mktemp("a") / "s"
    with answering(address, answer), pytest.raises(NotEntitledError, match="ssh-agent"):
        signature.agent((signer.public,), str(address)).sign(b"said", STATEMENT)


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    public = signature.generate(tmp_path / "keys" / "legal-reviewer")

    assert stat.S_IMODE((tmp_path / "keys" / "legal-reviewer").stat().st_mode) == 0o600
    assert (tmp_path / "keys" / "legal-reviewer.pub").read_text() == public + "\n"
    assert signature.load(tmp_path / "keys" / "legal-reviewer").public == public
    with pytest.raises(FileExistsError):
        signature.generate(tmp_path / "keys" / "legal-reviewer")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_key_that_an_editor_saved_signs_all_the_same(mark: bytes, tmp_path: Path) -> None:
    public = signature.generate(tmp_path / "key")
    saved = (tmp_path / "key").read_bytes().replace(b"\n", b"\r\n")
    (tmp_path / "key").write_bytes(mark + saved)

    assert signature.load(tmp_path / "key").public == public


def test_a_key_that_is_not_there_cannot_sign(tmp_path: Path) -> None:
    with pytest.raises(NotEntitledError, match="private key"):
        signature.load(tmp_path / "none")


@pytest.mark.parametrize(
    "options",
    [("-t", "ecdsa", "-N", ""), ("-t", "ed25519", "-N", "secret")],
    ids=["another type", "a passphrase"],
)
def test_a_key_we_cannot_use_is_refused(options: tuple[str, ...], tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-f", str(tmp_path / "key"), *options], check=True)

    with pytest.raises(MalformedError, match="ed25519"):
        signature.load(tmp_path / "key")


def test_what_is_no_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("nothing")

    with pytest.raises(MalformedError, match="ed25519"):
        signature.load(tmp_path / "key")


def test_an_agent_signs_with_the_one_of_a_persons_keys_that_it_has(
    key: Path, signer: FileSigner, agent_socket: str, tmp_path: Path
) -> None:
    subprocess.run(["ssh-add", "-q", str(key)], env={**os.environ, "SSH_AUTH_SOCK": agent_socket}, check=True)
    other = signature.generate(tmp_path / "other")

    made = signature.agent((other, Passkey().public, signer.public), agent_socket).sign(b"said", STATEMENT)

    assert made == signer.sign(b"said", STATEMENT)


@pytest.mark.parametrize("before", ["", " \n", "\r\n"])
@pytest.mark.parametrize("end", ["", "\n", "\r\n\r\n"])
def test_a_pasted_signature_is_put_in_its_form_again(before: str, end: str, signer: FileSigner) -> None:
    good = signer.sign(b"said", STATEMENT)

    pasted = before + good.removesuffix("\n").replace("\n", " \r\n") + end

    assert tidied(pasted) == good

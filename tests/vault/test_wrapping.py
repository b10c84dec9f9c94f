"""The key-encryption key in each of its forms, and the agent that has it."""

from __future__ import annotations

import errno
import json
import os
import threading
from typing import TYPE_CHECKING, Any, Final

import pyrage
import pytest
from age_files import encrypted
from softhsm import MODULE, make_token

from flows import disk
from flows.domain.errors import MalformedError, RefusedError, RegisterError, VaultShutError
from flows.vault import agent, wrapping
from flows.vault.keys import Vault, create_wrapping_key
from flows.vault.wrapping import Device, Opened

if TYPE_CHECKING:
    from pathlib import Path

WORDS: Final = "correct horse battery staple"


@pytest.fixture(autouse=True)
def nobody_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start with nothing opened, and nothing in the environment that opens it."""
    monkeypatch.delenv(wrapping.NAMED, raising=False)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    wrapping._OPENED.clear()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    create_wrapping_key(tmp_path / "wrapping")
    return tmp_path / "wrapping"


def unlock(place: Path) -> Opened:
    wrapping._OPENED.clear()
    return wrapping.unlocked(place, place.with_name("opened.jsonl"))


def test_a_passphrase_opens_what_another_program_encrypted_and_that_is_noted(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.write_bytes(encrypted(place.read_bytes(), WORDS))
    assert wrapping.form_of(place) == "passphrase"
    with pytest.raises(VaultShutError, match="equipoise vault agent"):
        unlock(place)
    words = place.with_name("words")
    monkeypatch.setenv(wrapping.NAMED, str(words))
    words.write_text(f"{WORDS}, and more\n")
    with pytest.raises(VaultShutError, match="does not open the vault"):
        unlock(place)
    assert not place.with_name("opened.jsonl").exists()

    words.write_text(f"{WORDS}\n")
    key = unlock(place)

    assert wrapping.unlocked(place, place.with_name("opened.jsonl")) is key
    (said,) = map(json.loads, place.with_name("opened.jsonl").read_text().splitlines())
    assert (said["before"], said["by"]) == (None, f"passphrase in {words}")
    assert WORDS not in place.with_name("opened.jsonl").read_text()


@pytest.mark.exhaustive
def test_a_passphrase_opens_what_was_encrypted_with_it(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = unlock(place)
    wrapping.keep(place, key, passphrase=WORDS)

    assert wrapping.form_of(place) == "passphrase"
    assert key.text.strip() not in place.read_bytes()
    with pytest.raises(VaultShutError, match="equipoise vault agent"):
        unlock(place)
    place.with_name("words").write_text(f"{WORDS}\n")
    monkeypatch.setenv(wrapping.NAMED, str(place.with_name("words")))
    assert unlock(place).text == key.text


@pytest.mark.exhaustive
def test_a_passphrase_comes_from_a_descriptor_or_a_credential_and_a_wrong_one_opens_nothing(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = unlock(place)
    wrapping.keep(place, key, passphrase=WORDS)
    reading, writing = os.pipe()
    os.write(writing, WORDS.encode())
    os.close(writing)
    monkeypatch.setenv(wrapping.NAMED, f"/dev/fd/{reading}")
    assert unlock(place).text == key.text
    os.close(reading)

    monkeypatch.delenv(wrapping.NAMED)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / wrapping.CREDENTIAL).write_text(WORDS)
    assert unlock(place).text == key.text
    (tmp_path / wrapping.CREDENTIAL).write_text("another passphrase")
    with pytest.raises(VaultShutError, match=f"{wrapping.CREDENTIAL} does not open the vault"):
        unlock(place)
    monkeypatch.setenv(wrapping.NAMED, str(tmp_path / "nowhere"))
    with pytest.raises(VaultShutError, match="cannot be read"):
        unlock(place)


def test_a_short_passphrase_is_refused_and_the_key_stays_as_it_was(place: Path) -> None:
    before = place.read_bytes()

    with pytest.raises(MalformedError, match="fewer than 12"):
        wrapping.keep(place, unlock(place), passphrase="short")  # noqa: S106 - none

    assert place.read_bytes() == before


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_change_that_is_cut_off_leaves_one_form_or_the_other(
    place: Path, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    key = unlock(place)
    place.write_bytes(b"\xef\xbb\xbf" + key.text)  # which is read, and written otherwise
    before = place.read_bytes()
    monkeypatch.setattr(*((disk, "write") if cut == "before" else (os, "pwrite")), fail)

    with pytest.raises(OSError, match="space"):
        wrapping.keep(place, key)

    assert place.read_bytes() == (before if cut == "before" else key.text)
    assert unlock(place).text == key.text


def test_what_stood_in_the_file_is_written_over(place: Path) -> None:
    key = unlock(place)
    with place.open("rb") as before:
        wrapping.keep(place, key)
        assert before.read() == bytes(len(key.text))
    assert place.stat().st_mode & 0o777 == 0o600


def test_it_is_not_opened_where_that_cannot_be_noted(place: Path, tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="stays shut"):
        wrapping.note(tmp_path / "nowhere" / "opened.jsonl", "passphrase", "that was typed")
    assert unlock(place).text == place.read_bytes()


def test_a_line_that_is_changed_or_taken_out_is_noticed(tmp_path: Path) -> None:
    log = tmp_path / "opened.jsonl"
    assert wrapping.broken(log) is None
    for whence in ("that was typed", "in /run/words", "that was typed"):
        wrapping.note(log, "passphrase", whence)
    lines = log.read_bytes().splitlines(keepends=True)
    assert wrapping.broken(log) is None

    for spoilt, where in (
        ([lines[0], lines[2]], 2),
        (lines[1:], 1),
        ([lines[0].replace(b"typed", b"given"), *lines[1:]], 2),
        ([*lines, b"noise\n"], 4),
    ):
        log.write_bytes(b"".join(spoilt))
        assert wrapping.broken(log) == where


@pytest.mark.parametrize(
    "text", ['{"module": "x"}', '{"module": 1, "wrapped": "zz"}', "{", "age-encryption.org/v1"]
)
def test_a_file_that_is_of_no_form_is_said_to_be_none(
    place: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    place.write_text(text)
    place.with_name("words").write_text(WORDS)
    monkeypatch.setenv(wrapping.NAMED, str(place.with_name("words")))

    with pytest.raises(RegisterError):
        unlock(place)


# The agent ----------------------------------------------------------------------------------------


@pytest.fixture
def listening(place: Path, tmp_path: Path) -> tuple[Path, Opened]:
    """An agent with the key, at a place whose path is longer than an address may be."""
    folder = tmp_path / ("a" * 80) / ("b" * 80)
    folder.mkdir(parents=True)
    key, ready = unlock(place), threading.Event()
    serving = threading.Thread(target=agent.serve, args=(folder / "vault.sock", key, ready.set), daemon=True)
    serving.start()
    assert ready.wait(30)
    return folder / "vault.sock", key


def test_an_agent_unwraps_and_makes_digests_and_gives_the_key_to_nobody(
    listening: tuple[Path, Opened], tmp_path: Path
) -> None:
    place, key = listening
    asked = agent.reach(place)
    assert asked
    through, directly = (Vault(tmp_path / "cases", each) for each in (asked, key))
    recipient = through.create()

    assert directly.unseal(recipient, through.seal(recipient, b"the request")) == b"the request"
    assert through.unseal(recipient, directly.seal(recipient, b"the request")) == b"the request"
    assert asked.digest(b"words") == key.digest(b"words")
    for what in (b"k", b"x", b"+"):
        with pytest.raises(ValueError, match="says no"):
            agent.ask(place, what, b"")
    with pytest.raises(RegisterError, match="does not fit"):
        through.unseal(directly.create(), b"noise")
    assert place.stat().st_mode & 0o777 == 0o600


def test_noise_does_not_end_an_agent_and_a_second_one_is_refused(listening: tuple[Path, Opened]) -> None:
    place, key = listening
    for noise in (b"", b"p", b"p\xff\xff\xff\xff", b"u\x00\x00\x00\x05ab"):
        with agent._at(place) as address, agent._socket() as connection:
            connection.connect(address)
            connection.sendall(noise)

    with pytest.raises(RefusedError, match="answers already"):
        agent.serve(place, key, lambda: None)
    assert agent.reach(place)


def test_what_an_agent_left_behind_answers_nobody(tmp_path: Path) -> None:
    with agent._socket() as left, agent._at(tmp_path / "vault.sock") as address:
        left.bind(address)

    assert agent.reach(tmp_path / "vault.sock") is None
    assert agent.reach(tmp_path / "nowhere" / "vault.sock") is None
    with pytest.raises(RegisterError, match="start it again"):
        agent.Asked("age1", tmp_path / "vault.sock").digest(b"")


# A device -----------------------------------------------------------------------------------------


@pytest.fixture
def device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Device:
    """A token of SoftHSM with an AES key that does not leave it."""
    import pkcs11  # noqa: PLC0415 - for who has a device alone

    make_token(tmp_path, "foi", monkeypatch)
    library = pkcs11.lib(str(MODULE))
    with library.get_token(token_label="foi").open(user_pin="1234", rw=True) as session:  # noqa: S106 - of a test
        session.generate_key(pkcs11.KeyType.AES, 256, label="equipoise", store=True)
    return Device(module=str(MODULE), token="foi", key="equipoise")  # noqa: S106 - a label


def test_a_device_opens_it_with_its_pin_alone(
    place: Path, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, pin = unlock(place), place.with_name("pin")
    with pytest.raises(VaultShutError):
        wrapping.keep(place, key, device=device)
    monkeypatch.setenv(wrapping.NAMED, str(pin))
    pin.write_text("1234")
    wrapping.keep(place, key, device=device)

    assert wrapping.form_of(place) == "device"
    assert key.text.strip() not in place.read_bytes()
    assert unlock(place).text == key.text
    assert "device in" in place.with_name("opened.jsonl").read_text()
    said: dict[str, Any] = json.loads(place.read_text())
    for changes in ({"token": "other"}, {"key": "other"}, {"module": "/nowhere.so"}):
        place.write_text(json.dumps({**said, **changes}))
        with pytest.raises(VaultShutError, match="does not open the vault"):
            unlock(place)
    place.write_text(json.dumps(said))
    pin.write_text("9999")
    with pytest.raises(VaultShutError, match="at the PIN in"):
        unlock(place)
    pin.write_text("1234")
    wrapping.keep(place, unlock(place))
    assert pyrage.x25519.Identity.from_str(place.read_text().strip())

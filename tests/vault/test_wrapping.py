"""The key-encryption key in each of its forms, and the agent that has it."""

from __future__ import annotations

import errno
import json
import os
import shutil
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pyrage
import pytest
from age_files import encrypted
from softhsm import MODULE, make_token

from flows import disk
from flows.domain.errors import MalformedError, RefusedError, RegisterError, VaultShutError
from flows.register.openings import Openings, read_openings
from flows.vault import agent, wrapping
from flows.vault.keys import Vault, create_wrapping_key, places_of, rewrap
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
    assert read_openings(log) == Openings()
    for whence in ("that was typed", "in /run/words", "that was typed"):
        wrapping.note(log, "passphrase", whence)
    lines = log.read_bytes().splitlines(keepends=True)
    assert (read_openings(log).broken, len(read_openings(log).digests)) == (None, 3)

    for spoilt, where in (
        ([lines[0], lines[2]], 2),
        (lines[1:], 1),
        ([lines[0].replace(b"typed", b"given"), *lines[1:]], 2),
        ([*lines, b"noise\n"], 4),
    ):
        log.write_bytes(b"".join(spoilt))
        assert read_openings(log).broken == where


def test_a_line_that_a_kill_cut_off_is_written_over(tmp_path: Path) -> None:
    log = tmp_path / "opened.jsonl"
    for torn in (b'{"account": "r', b'{"at'):
        log.write_bytes((log.read_bytes() if log.exists() else b"") + torn)
        wrapping.note(log, "passphrase", "that was typed")

    assert b'"r{' not in log.read_bytes()
    assert (read_openings(log).broken, len(read_openings(log).digests)) == (None, 2)


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


# Another key in its place -------------------------------------------------------------------------


@pytest.fixture
def sealed(place: Path, tmp_path: Path) -> dict[str, bytes]:
    """What was sealed to three case keys, one of which was put out of the way."""
    vault = Vault(tmp_path / "cases", unlock(place))
    made = [vault.create() for _ in range(3)]
    vault.sweep({*made[1:]})
    return {recipient: vault.seal(recipient, recipient.encode()) for recipient in made}


def rotate(place: Path) -> tuple[int, list[str]]:
    done: list[tuple[int, list[str]]] = []
    wrapping.rotate(
        place,
        place.with_name("opened.jsonl"),
        lambda key: done.append(rewrap(place.with_name("cases"), key)),
    )
    return done[0]


def check_everything_opens(place: Path, sealed: dict[str, bytes]) -> None:
    key = unlock(place)
    for recipient, content in sealed.items():
        wrapped = next(path for path in places_of(place.with_name("cases"), recipient) if path.exists())
        identity = pyrage.x25519.Identity.from_str(key.unwrap(wrapped.read_bytes()).decode())
        assert pyrage.decrypt(content, [identity]) == recipient.encode()


@pytest.mark.parametrize("form", ["file", pytest.param("passphrase", marks=pytest.mark.exhaustive)])
def test_another_key_in_the_same_form_wraps_every_case_key_and_the_one_before_none(
    place: Path, sealed: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    before = unlock(place)
    if form == "passphrase":
        place.write_bytes(encrypted(before.text, WORDS))
        place.with_name("words").write_text(WORDS)
        monkeypatch.setenv(wrapping.NAMED, str(place.with_name("words")))

    assert rotate(place) == (3, [])

    after = unlock(place)
    check_everything_opens(place, sealed)
    assert (wrapping.form_of(place), after.two) == (form, False)
    assert after.recipient != before.recipient
    assert after.digest(b"a message") == before.digest(b"a message")
    for path in place.with_name("cases").rglob("*.age"):
        with pytest.raises(ValueError, match="another key"):
            before.unwrap(path.read_bytes())
    noted = place.with_name("opened.jsonl").read_text()
    assert "to put another key in its place" in noted.splitlines()[0]
    rotate(place)
    check_everything_opens(place, sealed)
    assert unlock(place).digest(b"a message") == before.digest(b"a message")


def test_a_rotation_opens_everything_wherever_it_is_cut_off_and_is_finished_by_the_next(
    place: Path, sealed: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    done, write = 0, disk.write
    first = {path: path.read_bytes() for path in (place, *place.with_name("cases").rglob("*.age"))}

    def failing(at: int, *, after: bool) -> None:
        def fail(*given: Any, **named: Any) -> None:
            nonlocal done
            done += 1
            if done != at or after:
                write(*given, **named)
            if done == at:
                raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(disk, "write", fail)

    failing(0, after=False)
    rotate(place)
    # The key twice, what says which it is twice, and each case key.
    assert done == 2 + 2 + len(sealed)
    for at, after in [(at, after) for at in range(1, done + 1) for after in (False, True)]:
        monkeypatch.setattr(disk, "write", write)
        wrapping.mark_of(place).unlink(missing_ok=True)
        for path, data in first.items():
            path.write_bytes(data)
        done = 0
        failing(at, after=after)
        with pytest.raises(OSError, match="space"):
            rotate(place)
        check_everything_opens(place, sealed)

        monkeypatch.setattr(disk, "write", write)
        rotate(place)
        check_everything_opens(place, sealed)
        assert not wrapping.is_unfinished(place)
        assert not unlock(place).two


def test_who_has_the_key_of_before_makes_no_case_key_that_the_new_one_does_not_open(
    place: Path, sealed: dict[str, bytes], tmp_path: Path
) -> None:
    key = unlock(place)
    vault = Vault(tmp_path / "cases", key, lambda: wrapping.is_current(place, key.recipient))
    recipient, content = next(iter(reversed(sealed.items())))
    rotate(place)

    with pytest.raises(RegisterError, match="start it again"):
        vault.create()
    with pytest.raises(RegisterError, match="start it again"):
        vault.unseal(recipient, content)
    assert len([*(tmp_path / "cases").rglob("*.age")]) == len(sealed)


def test_a_case_key_that_nothing_opens_is_named_and_left_as_it_is(
    place: Path, sealed: dict[str, bytes], tmp_path: Path
) -> None:
    recipient = [*sealed][-1]
    path = tmp_path / "cases" / f"{recipient}.age"
    path.write_bytes(b"noise")

    assert rotate(place) == (2, [recipient])
    assert path.read_bytes() == b"noise"


def test_a_folder_that_cannot_be_read_is_none_without_case_keys(
    place: Path, sealed: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as short:
        short.setattr(os, "scandir", fail)
        with pytest.raises(OSError, match="open files"):
            rotate(place)

    check_everything_opens(place, sealed)
    assert unlock(place).two


@pytest.mark.parametrize(
    "text", ["", "{0}\n{0}\n{0}\n", "{0}\n{0}\n", "# digests: zz\n{0}\n", "# digests: 00\n", "{0}\nx\n"]
)
def test_a_file_with_more_or_other_than_a_key_is_none(place: Path, text: str) -> None:
    place.write_text(text.format(place.read_text().strip()))

    with pytest.raises(RegisterError, match="cannot be read"):
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


_UNUSABLE: Final[tuple[tuple[dict[str, str], str], ...]] = (
    ({"token": "other"}, f"{MODULE} finds no token of that label; its tokens are foi"),
    ({"token": "x" * 40}, f"{MODULE} finds no token of that label; its tokens are foi"),
    ({"key": "other"}, "it has no AES key other"),
    ({"module": "/nowhere.so"}, "there is no file /nowhere.so"),
    ({"module": "nowhere.so"}, "no library of a device can be loaded from nowhere.so"),
    ({"module": __file__}, f"no library of a device can be loaded from {__file__}"),
)
"""What may be wrong with the names of a device, and what is said of it."""


def test_what_is_missing_of_a_device_is_told_before_a_pin_is_asked_for(
    place: Path, device: Device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pkcs11  # noqa: PLC0415 - for who has a device alone

    before, key = place.read_bytes(), unlock(place)
    for changes, told in _UNUSABLE:
        if "key" not in changes:  # which keys there are only the PIN tells
            with pytest.raises(VaultShutError) as caught:
                wrapping.keep(place, key, device=replace(device, **changes))
            assert str(caught.value).endswith(f"cannot be used: {told}.")
    assert place.read_bytes() == before
    make_token(tmp_path, "foi", monkeypatch)
    with pytest.raises(VaultShutError, match="says MultipleTokensReturned to its label"):
        wrapping.keep(place, key, device=device)
    shutil.rmtree(tmp_path / "tokens")
    (tmp_path / "tokens").mkdir()
    pkcs11.lib(device.module).reinitialize()
    with pytest.raises(VaultShutError, match="finds no token of that label; it finds none"):
        wrapping.keep(place, key, device=device)


def test_a_device_opens_it_with_its_pin_alone(
    place: Path, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, pin = unlock(place), place.with_name("pin")
    with pytest.raises(VaultShutError, match="The PIN of the device is not at hand: call this at a terminal"):
        wrapping.keep(place, key, device=device)
    monkeypatch.setenv(wrapping.NAMED, str(pin))
    pin.write_text("1234")
    wrapping.keep(place, key, device=device)

    assert wrapping.form_of(place) == "device"
    assert key.text.strip() not in place.read_bytes()
    assert unlock(place).text == key.text
    assert "device in" in place.with_name("opened.jsonl").read_text()
    said: dict[str, Any] = json.loads(place.read_text())
    for changes, told in _UNUSABLE:
        place.write_text(json.dumps({**said, **changes}))
        with pytest.raises(VaultShutError) as caught:
            unlock(place)
        assert str(caught.value) == f"The device {changes.get('token', 'foi')} cannot be used: {told}."
    place.write_text(json.dumps(said))
    for wrong in ("9999", "x" * 300):
        pin.write_text(wrong)
        with pytest.raises(
            VaultShutError, match=r"foi cannot be used: it (does not take|says \w+ .*) the PIN in"
        ):
            unlock(place)
    pin.write_text("1234")
    rotate(place)
    assert wrapping.form_of(place) == "device"
    assert unlock(place).recipient != key.recipient
    place.write_text(json.dumps(said))
    wrapping.keep(place, unlock(place))
    assert pyrage.x25519.Identity.from_str(place.read_text().strip())

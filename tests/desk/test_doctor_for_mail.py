"""The doctor looks at mail: the settings, the servers, and letters whose sending was cut off."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from desk_builders import CASE, Desk, everything
from mail_servers import PASSWORD, USER, dovecot, needs_dovecot, needs_postfix, postfix

from flows.casework import acts, sending
from flows.casework.office import open_office
from flows.home import Home
from flows.notices import relay
from flows.register import signature

if TYPE_CHECKING:
    from pathlib import Path

ADDRESS = 'address = "foi@northshire.example"\n'
NOWHERE = '[send]\nsmtp = "localhost:1"\n'
WELL = "Nothing is wrong with this home.\n"


@pytest.fixture
def ready(published: Home, tmp_path: Path) -> Desk:
    """The command line on a home with a published paper, which is well."""
    shutil.copytree(published.root, tmp_path / "home")
    desk = Desk(Home(tmp_path / "home"))
    desk.home.root.chmod(0o700)
    desk.done("doctor", "--mend")
    return desk


def settle(desk: Desk, text: str) -> None:
    (desk.home.root / "mail.toml").write_text(ADDRESS + text)


def told(desk: Desk) -> list[dict[str, Any]]:
    result = desk("doctor", "--json")
    assert (result.exit_code, result.stderr) == (1, "")
    found: list[dict[str, Any]] = json.loads(result.stdout)["ailments"]
    return found


def test_settings_that_are_wrong_are_told_without_what_stands_there(ready: Desk) -> None:
    settle(ready, 'pasword = "Zephyrine"\n')

    (ailment,) = told(ready)

    assert (ailment["place"], ailment["mendable"]) == ("mail.toml", False)
    assert ailment["what"].startswith("a key is not known; those that are: address, desk, people,")
    assert "Zephyrine" not in str(ailment)


def test_a_password_that_others_can_read_is_closed_to_them(ready: Desk) -> None:
    settle(
        ready,
        '[receive]\nmaildir = "mailbox"\n[send]\nsmtp = "localhost:1"\nuser = "u"\npassword = "secret"\n',
    )
    for folder in ("new", "cur"):
        (ready.home.root / "mailbox" / folder).mkdir(parents=True)
    secret = ready.home.root / "secret"
    secret.write_text("word\n")
    secret.chmod(0o644)

    assert {"secret", "mail.toml"} == {each["place"] for each in told(ready)}
    result = ready("doctor", "--mend")

    assert secret.stat().st_mode & 0o777 == 0o600
    assert "secret: Other accounts of this machine can read it. Mended:" in result.stdout
    assert "The relay localhost does not answer" in result.stdout


def test_a_maildir_that_is_not_there_is_told(ready: Desk) -> None:
    settle(ready, '[receive]\nmaildir = "mailbox"\n')
    (ailment,) = told(ready)
    assert "it has no folder new" in ailment["what"]
    assert "Name the one that the mail system fills" in ailment["remedy"]


def test_servers_that_do_not_answer_are_told(ready: Desk) -> None:
    (ready.home.root / "secret").write_text("word\n")
    (ready.home.root / "secret").chmod(0o600)
    settle(ready, f'[receive]\nimap = "localhost:1"\nuser = "u"\npassword = "secret"\n{NOWHERE}')
    before = everything(ready.home)

    assert [each["what"] for each in told(ready)] == [
        "The mail server localhost does not answer: Connection refused.",
        "The relay localhost does not answer: Connection refused; nothing was sent.",
    ]
    assert everything(ready.home) == before


@pytest.mark.exhaustive
@needs_dovecot
@needs_postfix
def test_servers_that_answer_are_well_and_one_that_refuses_is_told(ready: Desk) -> None:
    secret = ready.home.root / "secret"
    with dovecot() as mailbox, postfix("a@post.example") as letters:
        settle(
            ready,
            f'[receive]\nimap = "localhost:{mailbox.port}"\nuser = "{USER}"\npassword = "secret"\n'
            f'certificates = "{mailbox.certificates}"\n'
            f'[send]\nsmtp = "localhost:{letters.port}"\ncertificates = "{letters.certificates}"\n',
        )
        secret.write_text(PASSWORD)
        secret.chmod(0o600)
        assert ready.done("doctor") == WELL

        secret.write_text("wrong")
        (ailment,) = told(ready)
        assert "does not let the account of mail.toml in" in ailment["what"]

        secret.write_text(PASSWORD)
        text = (ready.home.root / "mail.toml").read_text()
        (ready.home.root / "mail.toml").write_text(text.replace(str(letters.certificates), "nowhere.pem"))
        (ailment,) = told(ready)
        assert "The certificates could not be read: No such file" in ailment["what"]


class KilledError(BaseException):
    """A kill, as far as a test can stage one."""


def die(*_: object, **__: object) -> None:
    raise KilledError


def send(desk: Desk) -> None:
    with open_office(desk.home) as office:
        officer = acts.Officer(id="foi-officer", signer=signature.load(desk.home.officers / "foi-officer"))
        sending.send(office, officer, CASE, "test", facts={}, reason="Slow.")


def test_letters_whose_sending_was_cut_off_are_told_and_what_is_recorded_is_mended(
    ready: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(ready, NOWHERE)
    monkeypatch.setattr(relay, "greet", lambda **_: None)
    monkeypatch.setattr(relay, "submit", die)
    with pytest.raises(KilledError):
        send(ready)
    (note,) = ready.home.being_sent.glob("*.age")
    unknown = note.read_bytes()
    (ailment,) = told(ready)
    assert (ailment["place"], ailment["mendable"]) == (f"being-sent/{note.name}", False)
    assert f"Sending this letter of {CASE} was cut off" in ailment["what"]
    assert "@northshire.example" in ailment["remedy"]

    note.unlink()
    monkeypatch.setattr(relay, "submit", lambda *_, **__: None)
    with monkeypatch.context() as patched:
        patched.setattr(acts, "append", die)
        with pytest.raises(KilledError):
            send(ready)
    (ailment,) = told(ready)
    assert f"The relay took this letter of {CASE}" in ailment["what"]
    assert f"`equipoise sent {CASE} --send`" in ailment["remedy"]

    send(ready)
    assert ready.done("doctor") == WELL
    note.write_bytes(unknown)
    note.chmod(0o600)
    (ailment,) = told(ready)
    assert (ailment["mendable"], "its note is still there" in ailment["what"]) == (True, True)
    assert ready.done("doctor", "--mend").endswith("Everything was mended.\n")
    assert not note.exists()

    note.write_bytes(b"damaged")
    note.with_name("nobody-version-1.age").write_bytes(unknown)
    for each in ready.home.being_sent.glob("*.age"):
        each.chmod(0o600)
    assert [each["mendable"] for each in told(ready)] == [True, False]

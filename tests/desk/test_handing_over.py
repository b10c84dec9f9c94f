"""Mail and requests that come elsewhere: handed to the registrar, once, whatever is cut or killed."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import canaries
import mail_servers
import pytest
import registrars
from desk_builders import CASE, Desk, passes_audit
from mail_shapes import mail
from registrars import Certifier, elsewhere, running, start, straight
from sampling import sampled

from flows.casework import handing_over
from flows.casework import mail as mailing
from flows.casework.office import open_office
from flows.casework.taking_in import taking_in
from flows.domain.errors import NotEntitledError, RefusedError
from flows.home import HOME_VARIABLE, REGISTRAR_VARIABLE, Home
from flows.sources import inbox
from flows.sources.mail.judging import token_of
from flows.sources.mail.mailbox import ASIDE, TAKEN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flows.casework.office import Office

PEERS = """
[certificates]
"gateway" = "gateway"
"worker" = "worker"
"""
JUDGED_BY = 'address = "foi@northshire.example"\n'
MAILBOX = f'{JUDGED_BY}[receive]\nmaildir = "mailbox"\n'
REQUEST = """\
received: 2022-11-07
authority: West Midlands Police
subject: Plans of {0}
applicant:
  name: Alex Morgan
  email: alex.morgan@example.org
text: |
  Please send me the plans of {0}.
"""


@pytest.fixture
def gateway(desk: Desk, tmp_path: Path) -> Path:
    """The folder of another machine, with a mailbox."""
    desk.home.mail_file.write_text(JUDGED_BY)
    desk.home.peers.write_text(PEERS)
    far = tmp_path / "gateway"
    for folder in ("tmp", "new", "cur"):
        (far / "mailbox" / folder).mkdir(parents=True)
    (far / "mail.toml").write_text(MAILBOX)
    return far


def deliver(far: Path, raw: bytes, number: int = 1) -> None:
    (far / "mailbox" / "new" / f"1646222400.M{number}.host").write_bytes(raw)


def in_folder(far: Path, folder: str) -> int:
    return len([*(far / "mailbox" / f".{folder}").glob("cur/*")])


def put(far: Path, name: str, about: str) -> Path:
    """Put a request into the inbox of another machine, a while ago."""
    item = far / "inbox" / name
    item.mkdir(parents=True)
    (item / "request.yaml").write_text(REQUEST.format(about))
    for each in (item / "request.yaml", item):
        os.utime(each, (1_700_000_000, 1_700_000_000))
    return item


def hand_over(office: Office) -> list[str]:
    registrar = office.keys_elsewhere
    assert registrar
    waiting = inbox.waiting(office.home.inbox)
    return [done.what for path in waiting if (done := handing_over.hand_over(path, office, registrar))]


def take_in(office: Office) -> list[str]:
    """Take in what stands in the inbox, as the flow does; return what became of each."""
    told = []
    with taking_in(office) as requests:
        for tag in requests.begin():
            seen = requests.look(tag)
            if seen:
                done = requests.open(tag, seen.reference) if seen.reference else requests.set_aside(tag)
                told.append(done.what)
        requests.end()
    return told


def cases(desk: Desk) -> int:
    with open_office(desk.home) as office:
        return len(office.catalogue.references()) - 1  # the example


@pytest.mark.exhaustive
def test_a_gateway_hands_mail_over_and_a_worker_takes_it_in_over_tls_and_neither_keeps_anything(
    desk: Desk, gateway: Path, tmp_path: Path
) -> None:
    deliver(gateway, mail(canaries.WORDS, From=f"{canaries.NAME} <{canaries.ADDRESS}>"))
    deliver(gateway, mail("Away.", "Auto-Submitted: auto-replied", Message_ID="<2@x.example>"), 2)
    with open_office(desk.home) as office:
        token = token_of(CASE, "clarification.1", office.vault.digest)
    deliver(gateway, mail("The north.", f"In-Reply-To: <{token}@northshire.example>"), 3)
    put(gateway, "posted", "the patrols")
    certifier = Certifier(tmp_path)
    with running(desk.home, certifier) as registrar:
        with elsewhere(gateway, certifier.address(registrar.over_tls, "gateway")) as office:
            taken = mailing.take_in(office)
            assert [(str(each.judged.what), each.judged.case) for each in taken] == [
                ("request", ""),
                ("auto-reply", ""),
                ("reply", CASE),
            ]
            assert hand_over(office) == ["handed over"]
            for asked in ("stands", "items"):
                with pytest.raises(NotEntitledError, match="gateway may not ask that"):
                    office.keys_elsewhere.ask(asked, object)  # type: ignore[union-attr]
        with elsewhere(tmp_path / "worker", certifier.address(registrar.over_tls, "worker")) as office:
            assert take_in(office) == ["opened", "opened"]
            assert take_in(office) == []

    assert (in_folder(gateway, TAKEN), in_folder(gateway, ASIDE)) == (2, 1)
    assert cases(desk) == 2
    assert len(desk.told("mail", "waiting", CASE)["messages"]) == 1
    assert len([*desk.home.set_aside.iterdir()]) == 1
    assert {name.name.rsplit("-", 1)[0][:14] for name in desk.home.notices.iterdir()} >= {"1146A-22-messa"}
    assert passes_audit(desk.home)
    kept = {
        path.relative_to(gateway).parts[0]
        for path in gateway.rglob("*")
        if path.is_file() and "mailbox" not in path.parts
    }
    assert kept == {"mail.toml", "state"}
    for machine in (gateway / "state", tmp_path / "worker"):
        for path in machine.rglob("*"):
            assert path.is_dir() or not canaries.holds_canary(path.read_bytes()), path


@mail_servers.needs_dovecot
@pytest.mark.exhaustive
def test_a_gateway_hands_over_once_what_it_fetches_from_a_mail_server(
    desk: Desk, gateway: Path, tmp_path: Path
) -> None:
    certifier = Certifier(tmp_path)
    with mail_servers.dovecot() as server, running(desk.home, certifier) as registrar:
        mail_servers.set_receiving(gateway, server)
        mail_servers.put(server, mail(canaries.WORDS, From=f"{canaries.NAME} <{canaries.ADDRESS}>"), 1)
        mail_servers.put(server, mail("Win!", "Precedence: bulk", Message_ID="<2@x.example>"), 2)
        with elsewhere(gateway, certifier.address(registrar.over_tls, "gateway")) as office:
            assert [str(each.judged.what) for each in mailing.take_in(office)] == ["request", "list"]
            assert mailing.take_in(office) == []
        with elsewhere(tmp_path / "worker", certifier.address(registrar.over_tls, "worker")) as office:
            assert take_in(office) == ["opened"]
        folders = {folder: len(mail_servers.in_folder(server, folder)) for folder in (TAKEN, ASIDE)}
    assert folders == {TAKEN: 1, ASIDE: 1}
    assert cases(desk) == 1
    assert passes_audit(desk.home)
    for machine in (gateway, tmp_path / "worker"):
        for path in machine.rglob("*"):
            assert path.is_dir() or not canaries.holds_canary(path.read_bytes()), path


def test_what_was_handed_over_twice_is_one_request_and_a_second_copy_is_known_again(
    desk: Desk, gateway: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = put(gateway, "first", "the patrols")
    with straight(desk.home, monkeypatch) as address, elsewhere(gateway, address) as office:
        with monkeypatch.context() as patched:
            patched.setattr("flows.sources.item.Item.remove", lambda _: True)  # as if killed before
            assert hand_over(office) == ["handed over"]
        assert take_in(office) == ["opened"]
        item.rename(item.with_name("again-under-another-name"))
        assert hand_over(office) == ["handed over before"]
        assert take_in(office) == []
        assert inbox.waiting(office.home.inbox) == []
        put(gateway, "copy", "the patrols")
        assert hand_over(office) == ["handed over"]
        assert take_in(office) == ["set aside"]
    assert cases(desk) == 1


def test_what_cannot_be_handed_over_is_said_and_stays(
    desk: Desk, gateway: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(gateway, mail("Please send me the plan."))
    link = put(gateway, "link", "the patrols") / "request.yaml"
    link.unlink()
    link.symlink_to("/etc/passwd")
    os.utime(link, (1_700_000_000, 1_700_000_000), follow_symlinks=False)
    os.utime(link.parent, (1_700_000_000, 1_700_000_000))
    desk.home.mail_file.unlink()
    with straight(desk.home, monkeypatch) as address, elsewhere(gateway, address) as office:
        with pytest.raises(RefusedError, match=r"home has no mail\.toml"):
            mailing.take_in(office)
        assert len([*(gateway / "mailbox" / "new").iterdir()]) == 1
        assert hand_over(office) == ["set aside on this machine"]
        assert "this is a link" in next(office.home.set_aside.glob("*/WHY.txt")).read_text()
        for name in ("../x", "", ".x", "a/b", "n" * 300):
            named = {"attachments": [(name, b"x")], "once": "x", "request": b"x", "assessment": None}
            with pytest.raises(Exception, match="this name cannot be kept"):
                office.keys_elsewhere.ask("hand-over", bool, handed=named)  # type: ignore[union-attr]
    assert inbox.waiting(desk.home.inbox) == []


class Cutting:
    """Passes bytes to a port, and cuts a connection as the answer to what was sent comes: some times."""

    def __init__(self, port: int, cuts: int) -> None:
        self._port, self.left = port, cuts
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._all: list[threading.Thread] = []
        self._do(self._serve)

    def end(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        for each in self._all:
            each.join(20)
        self._listener.close()

    def _do(self, what: Callable[..., None], *given: Any) -> None:
        self._all.append(threading.Thread(target=what, args=given))
        self._all[-1].start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                self._do(self._pass, self._listener.accept()[0])

    def _pass(self, near: socket.socket) -> None:
        with near, socket.create_connection(("127.0.0.1", self._port)) as far, suppress(OSError):
            sent = 0
            while True:
                for each in select.select([near, far], [], [])[0]:
                    data = each.recv(65_536)
                    if each is far and sent > 6_000 and self.left:  # the message went through
                        self.left -= 1
                        return
                    if not data:
                        return
                    sent += len(data) if each is near else 0
                    (far if each is near else near).sendall(data)


@pytest.mark.exhaustive
def test_a_connection_cut_before_the_answer_opens_no_second_case(
    desk: Desk, gateway: Path, tmp_path: Path
) -> None:
    deliver(gateway, mail("Please send me the plan. " * 400))
    certifier = Certifier(tmp_path)
    with running(desk.home, certifier) as registrar:
        between = Cutting(int(registrar.over_tls.rpartition(":")[2]), cuts=3)
        address = certifier.address(f"https://127.0.0.1:{between.port}", "gateway")
        with elsewhere(gateway, address) as office:
            (taken,) = mailing.take_in(office)
        between.end()
        assert (taken.again, between.left) == (True, 0)
        assert in_folder(gateway, TAKEN) == 1
        with elsewhere(tmp_path / "worker", certifier.address(registrar.over_tls, "worker")) as worker:
            assert take_in(worker) == ["opened"]
    assert cases(desk) == 1


DEADLY = """\
#!{python}
import os, signal, sys
from flows.casework import handing_over, mail
from flows.register.repository import Repository
from flows.sources.item import Item
from flows.sources.mail.mailbox import Maildir
from flows.sources.mail.memory import Memory
from flows.desk.cli.main import main

owner, name = {owner}, {name!r}
method = getattr(owner, name)
def deadly(*args, **given):
    if os.path.exists({once!r}):
        return method(*args, **given)
    open({once!r}, "w").close()
    if {after}:
        method(*args, **given)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(owner, name, deadly)
sys.exit(main())
"""
"""The command, which kills itself at a point of its first run."""

AT_THE_REGISTRAR = {
    "after the case is in the register": ("Repository", "advance", True),
    "before the message is remembered": ("Memory", "remember", False),
    "after the message is remembered": ("Memory", "remember", True),
    "after its item is made plain": ("mail", "_plain", True),
    "before the case is in the register": ("Repository", "advance", False),
    "before the item is deleted": ("Item", "remove", False),
}
AT_THE_GATEWAY = {
    "before the message is moved": ("Maildir", "put_by", False),
    "after the message is moved": ("Maildir", "put_by", True),
}


def deadly(place: Path, at: tuple[str, str, bool]) -> Path:
    """Write a command that is killed at a point."""
    owner, name, after = at
    command = place / "deadly"
    given = {"owner": owner, "name": name, "after": after, "once": str(place / "was-killed")}
    command.write_text(DEADLY.format(python=sys.executable, **given))
    command.chmod(0o755)
    return command


@pytest.mark.parametrize("at", sampled(AT_THE_REGISTRAR, 0))
def test_a_registrar_killed_at_any_point_takes_each_message_in_once(
    at: str, desk: Desk, gateway: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        deliver(gateway, mail(f"Plan {number}, please.", Message_ID=f"<{number}@x.example>"), number)
    alive: list[registrars.Running] = []
    monkeypatch.setattr(registrars, "EQUIPOISE", deadly(tmp_path, AT_THE_REGISTRAR[at]))
    first = start(desk.home)

    def start_again() -> None:
        first.process.wait(60)
        alive.append(start(desk.home))

    again = threading.Thread(target=start_again)
    again.start()
    with elsewhere(gateway, first.socket) as office:
        assert len(mailing.take_in(office)) == 2
        until = time.monotonic() + 60
        while cases(desk) < 2 and time.monotonic() < until:
            take_in(office)
    again.join()
    assert first.process.returncode == -signal.SIGKILL
    (second,) = alive
    assert second.end() == 0
    assert first.process.stdout
    first.process.stdout.close()

    assert cases(desk) == 2
    assert inbox.waiting(desk.home.inbox) == []
    assert [*desk.home.set_aside.iterdir()] == []
    assert [path.name for path in desk.home.inbox.iterdir()] == []
    assert in_folder(gateway, TAKEN) == 2
    assert passes_audit(desk.home)


@pytest.mark.parametrize("at", sampled(AT_THE_GATEWAY, 0))
def test_a_gateway_killed_at_any_point_hands_each_message_over_once(
    at: str, desk: Desk, gateway: Path, tmp_path: Path
) -> None:
    for number in range(2):
        deliver(gateway, mail(f"Plan {number}, please.", Message_ID=f"<{number}@x.example>"), number)
    command = deadly(tmp_path, AT_THE_GATEWAY[at])
    with running(desk.home) as registrar:
        given = {**os.environ, HOME_VARIABLE: str(gateway), REGISTRAR_VARIABLE: registrar.socket.text}
        ends = [
            subprocess.run([command, "mail", "fetch"], env=given, check=False, capture_output=True).returncode
            for _ in range(2)
        ]
        assert ends == [-signal.SIGKILL, 0]
        with elsewhere(gateway, registrar.socket) as office:
            assert take_in(office) == ["opened", "opened"]
    assert cases(desk) == 2
    assert in_folder(gateway, TAKEN) == 2


def test_the_command_hands_over_what_it_is_given_and_says_so(
    desk: Desk, gateway: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = put(gateway, "posted", "the patrols")
    letter = gateway / "letter.yaml"
    letter.write_text(REQUEST.format("the stations"))
    far = Desk(Home(gateway))
    with straight(desk.home, monkeypatch) as address:
        monkeypatch.setenv(REGISTRAR_VARIABLE, address.text)
        assert far.done("intake", letter) == "Handed 2 requests over to the registrar.\n"
        assert far.told("intake") == {"arriving": 0, "failed": False, "handed": 0, "set_aside": []}
        link = gateway / "link.yaml"
        link.symlink_to("letter.yaml")
        assert far("intake", link).exit_code == 1
        (gateway / "inbox" / "new.yaml").write_text("x")
        assert "1 item is still arriving" in far.done("intake")
    assert (letter.exists(), item.exists()) == (True, False)
    assert len(inbox.waiting(desk.home.inbox)) == 2

"""Whoever is taken out, revoked or ended is out of a running registrar, also on a connection that is open."""

from __future__ import annotations

import socket
import ssl
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from registrars import Certifier, Running, running
from test_hostile_askers import LAST, head, until_closed

from flows.desk.registrar import certificates
from flows.desk.registrar.certificates import Certificates, OverTls
from flows.domain.errors import PitError
from flows.register.remote import Stands
from flows.registrar.address import Address
from flows.registrar.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from desk_builders import Desk

NAMED = """
[certificates]
"worker-1" = "worker"
"worker-2" = "worker"
"""


class Asking:
    """Two machines that ask over TLS, each by a connection that stays open and by new ones."""

    def __init__(self, registrar: Running, certifier: Certifier) -> None:
        self.registrar, self.certifier = registrar, certifier
        self.names = ("worker-1", "worker-2")
        self.addresses = {name: certifier.address(registrar.over_tls, name) for name in self.names}
        self.open = {name: Connection(each, patience=0.5) for name, each in self.addresses.items()}

    def answers(self, name: str) -> set[str]:
        """Return what a machine is told, in as many ways as it asks."""
        said = {_told(self.open[name])}
        with closing(Connection(self.addresses[name], patience=0.5)) as new:
            said.add(_told(new))
        return said


def _told(connection: Connection) -> str:
    try:
        connection.ask("stands", Stands)
    except PitError as error:
        return str(error)
    return "answered"


ANSWERED = {"answered"}


@pytest.fixture
def asking(desk: Desk, tmp_path: Path) -> Iterator[Asking]:
    desk.home.peers.write_text(NAMED)
    certifier = Certifier(tmp_path)
    put(tmp_path / "revoked.pem", certifier.revoked())
    with running(desk.home, certifier, "--crl", tmp_path / "revoked.pem") as registrar:
        both = Asking(registrar, certifier)
        assert [both.answers(name) for name in both.names] == [ANSWERED, ANSWERED]
        yield both
        for each in both.open.values():
            each.close()


def put(path: Path, content: bytes | str) -> None:
    """Put a file in place whole, as whoever keeps it does."""
    beside = path.with_suffix(".new")
    beside.write_bytes(content.encode() if isinstance(content, str) else content)
    beside.replace(path)


def test_whoever_is_taken_out_of_the_list_is_out_with_their_next_question(desk: Desk, asking: Asking) -> None:
    home = desk.home
    own = Connection(asking.registrar.socket)

    put(home.peers, NAMED.replace('"worker-1"', '"somebody else"'))
    (said,) = asking.answers("worker-1")
    assert "whoever is not named in registrar.toml may not" in said
    assert asking.answers("worker-2") == ANSWERED

    # Another part has its own bounds at once.
    put(home.peers, NAMED.replace('"worker-2" = "worker"', '"worker-2" = "gateway"'))
    (said,) = asking.answers("worker-2")
    assert said.startswith("gateway may not")

    # Nobody knows whom a file names that is out of form, and none that is gone names anybody.
    for spoilt in ("[certificates", '[certificates]\n"worker-1" = "root"\n', "\xff"):
        put(home.peers, spoilt.encode("latin-1"))
        for name in asking.names:
            (said,) = asking.answers(name)
            assert "not named" in said
        assert _told(own) == "answered"
    home.peers.unlink()
    assert "not named" in asking.answers("worker-1").pop()
    put(home.peers, NAMED)
    assert [asking.answers(name) for name in asking.names] == [ANSWERED, ANSWERED]
    own.close()
    told = home.log.read_text()
    assert "registrar: registrar.toml: it is not TOML (line 1)" in told
    assert "registrar: registrar.toml: certificates.worker-1: write" in told


@pytest.mark.exhaustive
def test_whoever_is_revoked_or_certified_by_nobody_any_more_is_out_with_their_next_question(
    asking: Asking, tmp_path: Path
) -> None:
    revoked, authority = tmp_path / "revoked.pem", asking.certifier.authority
    put(revoked, asking.certifier.revoked("worker-1"))
    (said,) = asking.answers("worker-1")
    assert "look whether it runs and takes this machine's certificate" in said
    assert asking.answers("worker-2") == ANSWERED

    (tmp_path / "other").mkdir()
    other, whole = Certifier(tmp_path / "other"), authority.read_bytes()
    put(revoked, asking.certifier.revoked() + other.revoked())
    put(authority, other.authority.read_bytes())
    assert ANSWERED.isdisjoint(asking.answers("worker-2"))
    put(authority, whole)
    assert [asking.answers(name) for name in asking.names] == [ANSWERED, ANSWERED]


@pytest.mark.exhaustive
def test_a_list_of_the_revoked_that_says_nothing_of_them_lets_nobody_in(
    asking: Asking, tmp_path: Path
) -> None:
    revoked = tmp_path / "revoked.pem"
    (tmp_path / "other").mkdir()
    other = Certifier(tmp_path / "other")
    for spoilt in (b"none\n", other.revoked(), asking.certifier.revoked(ended=True), b""):
        put(revoked, spoilt)
        assert ANSWERED.isdisjoint(asking.answers("worker-1"))
    revoked.unlink()
    assert ANSWERED.isdisjoint(asking.answers("worker-1"))
    put(revoked, asking.certifier.revoked())
    assert asking.answers("worker-1") == ANSWERED


@pytest.mark.exhaustive
def test_a_certificate_of_the_registrar_that_is_renewed_is_taken_up_while_it_runs(
    asking: Asking, tmp_path: Path
) -> None:
    before = (tmp_path / "registrar.pem").read_bytes()
    asking.certifier.certify("registrar", file="renewed")
    for kind in ("key", "pem"):
        (tmp_path / f"renewed.{kind}").replace(tmp_path / f"registrar.{kind}")

    host, port = Address(text=asking.registrar.over_tls).host
    assert [asking.answers(name) for name in asking.names] == [ANSWERED, ANSWERED]
    assert _shown(asking, host, port) == (tmp_path / "registrar.pem").read_bytes() != before


def _shown(asking: Asking, host: str, port: int) -> bytes:
    context = ssl.create_default_context(cafile=asking.certifier.authority)
    context.load_cert_chain(*asking.certifier.certify("worker-1", file="again"))
    with (
        socket.create_connection((host, port), timeout=60) as plain,
        context.wrap_socket(plain, server_hostname=host) as shown,
    ):
        return ssl.DER_cert_to_PEM_cert(shown.getpeercert(binary_form=True) or b"").encode()


def test_a_certificate_is_shown_again_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have ended meanwhile, or the list of the revoked."""
    certifier = Certifier(tmp_path)
    certificate, key = certifier.certify("registrar")
    files = OverTls(host="", port=0, authority=certifier.authority, certificate=certificate, key=key)

    kept = Certificates.of(files)
    assert kept.now() is kept.now()
    monkeypatch.setattr(certificates, "_KEPT", 0.0)
    over = Certificates.of(files)
    first = over.now()
    assert over.now() is not first


@pytest.mark.exhaustive
def test_whoever_is_taken_out_while_they_send_is_out_before_it_is_judged(desk: Desk, asking: Asking) -> None:
    host, port = Address(text=asking.registrar.over_tls).host
    context = ssl.create_default_context(cafile=asking.certifier.authority)
    context.load_cert_chain(*asking.certifier.certify("worker-1", file="slow"))
    with (
        socket.create_connection((host, port), timeout=60) as plain,
        context.wrap_socket(plain, server_hostname=host) as sending,
    ):
        sending.sendall(head("stands", LAST))
        with closing(Connection(asking.addresses["worker-2"])) as other:
            other.ask("stands", Stands)  # the head was read by then
        put(desk.home.peers, NAMED.replace("worker-1", "worker-3"))
        sending.sendall(b"{}")
        assert b"not named in registrar.toml" in until_closed(sending)

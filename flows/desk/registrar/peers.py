"""Who asks a registrar: known by the account of the machine, or by a certificate, and named in its home."""

from __future__ import annotations

import os
import pwd
import socket
import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from flows.domain.errors import Fault, MalformedError
from flows.domain.policy import parse_person
from flows.domain.text_file import toml_of
from flows.engine import failures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flows.home import Home

_CREDENTIALS: Final = struct.Struct("3i")
_OFFICER: Final = "officer:"
_TABLES: Final = ("accounts", "certificates")


class Part(StrEnum):
    """What somebody is to a registrar."""

    OWN = "own"
    """The registrar's own account, which has the home."""
    WORKER = "worker"
    """Runs flows: renders, checks, and does what the machine does."""
    DESK = "desk"
    """Serves pages to people who are signed in there."""
    OFFICER = "officer"
    """One person."""
    GATEWAY = "gateway"
    """Hands over what came by mail or in a folder, and may ask nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Who asks.

    Attributes:
        person: An officer's id; empty for whoever is none.
    """

    part: Part
    person: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """Everybody who may ask, by account of the machine and by the common name of a certificate."""

    accounts: Mapping[str, Peer]
    certificates: Mapping[str, Peer]

    def of_account(self, uid: int) -> Peer | None:
        """Return who an account is."""
        if uid == os.geteuid():
            return Peer(part=Part.OWN)
        try:
            name = pwd.getpwuid(uid).pw_name
        except KeyError:
            name = ""
        return self.accounts.get(name) or self.accounts.get(str(uid))

    def of_certificate(self, certificate: Mapping[str, Any]) -> Peer | None:
        """Return who a certificate is of that was verified, as ``ssl`` gives it."""
        names = [
            value for part in certificate.get("subject", ()) for key, value in part if key == "commonName"
        ]
        return self.certificates.get(names[0]) if len(names) == 1 else None


class Named:
    """Who may ask, as the file says now: whoever is taken out of it is out with their next question.

    Raises:
        MalformedError: the file is not in its form as it is first read.
    """

    def __init__(self, home: Home) -> None:
        self._home, self._peers = home, read_peers(home)
        self._content: bytes | None = None

    def now(self) -> Peers:
        """Return them; where the file is not in its form nobody is named until it is."""
        try:
            content = _content(self._home)
            if content != self._content:
                self._peers, self._content = _peers(self._home, content), content
        except MalformedError as error:
            failures.tell("registrar", str(error))
            self._peers, self._content = Peers(accounts={}, certificates={}), None
        return self._peers


def read_peers(home: Home) -> Peers:
    """Return who may ask the registrar of a home.

    Raises:
        MalformedError: the file is not in its form.
    """
    return _peers(home, _content(home))


def _content(home: Home) -> bytes:
    try:
        return home.peers.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise _unfit(home, "", f"it cannot be read ({error.strerror})") from None


def _peers(home: Home, said: bytes) -> Peers:
    content = toml_of(said, home.peers.name)
    if unknown := sorted(content.keys() - set(_TABLES)):
        raise _unfit(home, unknown[0], "there is no such table; those that are: [accounts], [certificates]")
    for table in _TABLES:
        if not isinstance(content.get(table, {}), dict):
            raise _unfit(home, table, f"a table is needed: [{table}]")
    accounts, certificates = (
        {name: _peer(home, f"{table}.{name}", text) for name, text in content.get(table, {}).items()}
        for table in _TABLES
    )
    return Peers(accounts=accounts, certificates=certificates)


def _peer(home: Home, where: str, text: object) -> Peer:
    if text in (Part.WORKER, Part.DESK, Part.GATEWAY):  # whatever type it is of
        return Peer(part=Part(str(text)))
    if not (isinstance(text, str) and text.startswith(_OFFICER)):
        raise _unfit(home, where, 'write "worker", "desk", "gateway", or "officer:" and an id')
    person = text.removeprefix(_OFFICER)
    try:
        parse_person(person)
    except MalformedError as error:
        raise _unfit(home, where, error.faults[0].problem) from None
    return Peer(part=Part.OFFICER, person=person)


def _unfit(home: Home, where: str, problem: str) -> MalformedError:
    return MalformedError(home.peers.name, Fault(path=where, problem=problem))


def account_of(connected: socket.socket) -> int:
    """Return the account of whoever connected to a socket of this machine, as the kernel says."""
    said = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return int(_CREDENTIALS.unpack(said)[1])

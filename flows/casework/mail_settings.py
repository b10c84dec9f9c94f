"""Where the authority's mail comes from and goes to: ``mail.toml`` in the home.

No secret stands in it: a password is in a file beside it, or a credential of systemd of the same name.
"""

from __future__ import annotations

import os
import re
import ssl
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from flows.domain.errors import Fault, MalformedError
from flows.domain.text_file import toml_of
from flows.notices import relay
from flows.sources.mail.mailbox import ASIDE, TAKEN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flows.home import Home

_ADDRESS: Final = re.compile(r"[A-Za-z0-9._+{}-]{1,64}@[A-Za-z0-9.-]{1,200}")
_FOLDER: Final = re.compile(r"[A-Za-z0-9 ._/&+-]{1,80}")
_IMAPS: Final = 993
_SUBMISSION: Final = 587
_SMTPS: Final = 465
_LAST_PORT: Final = 65_535
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server, and who asks it.

    Attributes:
        tls: ``tls`` from the first byte, ``starttls``, or ``none``, which is for this machine alone.
        user: Empty where it lets anybody in.
        authority: The file of the certificates by which it is known; None for those of the system.
    """

    host: str
    port: int
    tls: str
    user: str = ""
    password: str = field(default="", repr=False)
    authority: Path | None = None

    def context(self) -> ssl.SSLContext:
        """Return how TLS is spoken: the server's certificate and name are verified, always."""
        return ssl.create_default_context(cafile=str(self.authority) if self.authority else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """What ``mail.toml`` says.

    Attributes:
        address: The authority's address, from which letters go.
        reply: To which answers go, with ``{token}`` for what stands for the case; the address without it.
        imap: Where mail arrives; None where it arrives in a Maildir, or not at all.
        folders: Of the mailbox: where mail arrives, goes once it was taken in, and once it was set aside.
        lists: Ids of mailing lists by which the authority shares its mailbox.
        spam: The line of a head by which the mail system calls a message unwanted, and how it begins.
        relay: Through whom letters go; None where they are sent in another way.
        people: Addresses of people who are told by mail, by their ids.
        desk: The address of the desk; empty where there is none.
    """

    address: str
    reply: str
    imap: Server | None
    maildir: Path | None
    folders: tuple[str, str, str]
    lists: frozenset[str]
    spam: tuple[str, str] | None
    relay: Server | None
    people: Mapping[str, str]
    desk: str

    @property
    def own(self) -> frozenset[str]:
        """The authority's own addresses, lower case."""
        return frozenset({self.address.lower()})

    def send(self, raw: bytes, *, sender: str, recipient: str) -> None:
        """Hand a message to the relay.

        Raises:
            RefusedError, RegisterError: as ``relay.submit``.
        """
        server = self.relay
        assert server is not None  # noqa: S101 - whoever sends looks at it before
        relay.submit(
            raw,
            sender=sender,
            recipient=recipient,
            host=server.host,
            port=server.port,
            tls=server.tls,
            context=server.context(),
            user=server.user,
            password=server.password,
        )

    def greet_relay(self) -> None:
        """Ask the relay whether it would take a message.

        Raises:
            RegisterError: as ``relay.greet``.
        """
        server = self.relay
        assert server is not None  # noqa: S101 - as above
        relay.greet(
            host=server.host,
            port=server.port,
            tls=server.tls,
            context=server.context(),
            user=server.user,
            password=server.password,
        )


def mail_settings(home: Home) -> MailSettings | None:
    """Return the settings of a home; None where it has none.

    Raises:
        MalformedError: the file does not say what is needed, with what is wrong.
    """
    if not home.mail_file.is_file():
        return None
    try:
        given = toml_of(home.mail_file.read_bytes(), home.mail_file.name)
    except OSError as error:
        raise _malformed("", f"it cannot be read ({error.strerror})") from None
    return _Reading(home, given).settings()


def password_files(home: Home) -> list[Path]:
    """Return the files beside the settings that they name for passwords, whatever else is wrong with them."""
    try:
        given = toml_of(home.mail_file.read_bytes(), home.mail_file.name)
    except (OSError, MalformedError):
        return []
    tables = (given.get(name) for name in ("receive", "send"))
    names = {table.get("password") for table in tables if isinstance(table, dict)}
    plain = sorted(name for name in names if isinstance(name, str) and name and Path(name).name == name)
    return [path for name in plain if (path := home.root / name).is_file()]


def _malformed(path: str, problem: str) -> MalformedError:
    return MalformedError("mail.toml", Fault(path=path, problem=problem))


class _Reading:
    """Reads the settings; each key that is not known is refused."""

    def __init__(self, home: Home, given: Mapping[str, Any]) -> None:
        self._home, self._given = home, given

    def settings(self) -> MailSettings:
        self._known(self._given, "", {"address", "reply", "receive", "send", "people", "desk"})
        address = self._text(self._given, "address", _ADDRESS, "an address is needed, as foi@example.gov.uk")
        reply = self._text(self._given, "reply", _ADDRESS, "an address with {token} in it is needed", address)
        receive = self._table("receive")
        keys = {
            "imap",
            "maildir",
            "user",
            "password",
            "certificates",
            "folder",
            "taken",
            "aside",
            "lists",
            "spam",
        }
        self._known(receive, "receive.", keys)
        if ("imap" in receive) is ("maildir" in receive) and receive:
            raise _malformed("receive", "either imap or maildir is needed")
        send = self._table("send")
        self._known(send, "send.", {"smtp", "tls", "user", "password", "certificates"})
        return MailSettings(
            address=address,
            reply=reply,
            imap=self._server(receive, "receive", "imap", "tls") if "imap" in receive else None,
            maildir=self._home.root / str(receive["maildir"]) if "maildir" in receive else None,
            folders=(
                self._text(receive, "folder", _FOLDER, "the name of a folder is needed", "INBOX"),
                self._text(receive, "taken", _FOLDER, "the name of a folder is needed", TAKEN),
                self._text(receive, "aside", _FOLDER, "the name of a folder is needed", ASIDE),
            ),
            lists=frozenset(str(each).lower() for each in receive.get("lists", ())),
            spam=self._spam(receive),
            relay=self._server(send, "send", "smtp", str(send.get("tls", "starttls"))) if send else None,
            people=self._people(),
            desk=self._desk(),
        )

    def _table(self, name: str) -> Mapping[str, Any]:
        table = self._given.get(name, {})
        if not isinstance(table, dict):
            raise _malformed(name, f"a table is needed: [{name}]")
        return table

    @staticmethod
    def _known(table: Mapping[str, Any], where: str, keys: set[str]) -> None:
        if unknown := sorted(table.keys() - keys):
            # The name of a key may be a secret that slipped: it is not repeated.
            meant = [near for each in unknown for near in get_close_matches(each, sorted(keys), n=1)]
            count = "a key is" if len(unknown) == 1 else f"{len(unknown)} keys are"
            perhaps = f" ({meant[0]} is meant, perhaps)" if meant else ""
            raise _malformed(
                where.rstrip("."), f"{count} not known{perhaps}; those that are: {', '.join(sorted(keys))}"
            )

    @staticmethod
    def _text(
        table: Mapping[str, Any], key: str, form: re.Pattern[str], right: str, default: str | None = None
    ) -> str:
        value = table.get(key, default)
        if not isinstance(value, str) or not form.fullmatch(value):
            raise _malformed(key, right)
        return value

    def _server(self, table: Mapping[str, Any], where: str, key: str, tls: str) -> Server:
        usual = {"tls": _IMAPS if key == "imap" else _SMTPS}.get(tls, _SUBMISSION)
        host, port = _host_and_port(f"{where}.{key}", str(table.get(key, "")), usual)
        if tls not in {"tls", "starttls", "none"} or (tls == "none" and host not in _LOOPBACK):
            raise _malformed(
                f"{where}.tls", "write tls or starttls; none is for a server on this machine alone"
            )
        user = str(table.get("user", ""))
        certificates = table.get("certificates")
        return Server(
            host=host,
            port=port,
            tls=tls,
            user=user,
            password=self._password(f"{where}.password", str(table.get("password", ""))) if user else "",
            authority=self._home.root / str(certificates) if certificates else None,
        )

    def _password(self, where: str, name: str) -> str:
        """Return the password in a file beside the settings, or in the credential of that name."""
        given = os.environ.get("CREDENTIALS_DIRECTORY")
        for folder in (*([Path(given)] if given else []), self._home.root):
            path = folder / name
            if name and Path(name).name == name and path.is_file():
                if folder == self._home.root and path.stat().st_mode & 0o077:
                    raise _malformed(where, "others on this machine can read that file; close it to them")
                return path.read_text("utf-8").rstrip("\r\n")
        raise _malformed(
            where, "the name of a file beside mail.toml, or of a credential of systemd, is needed"
        )

    @staticmethod
    def _spam(table: Mapping[str, Any]) -> tuple[str, str] | None:
        if "spam" not in table:
            return None
        name, colon, begins = str(table["spam"]).partition(":")
        if not colon or not re.fullmatch(r"[A-Za-z0-9-]{1,60}", name.strip()) or not begins.strip():
            raise _malformed("receive.spam", "a line of a head is needed, as X-Spam-Flag: YES")
        return name.strip().lower(), begins.strip()

    def _people(self) -> Mapping[str, str]:
        people = self._table("people")
        for each in people.values():
            if not isinstance(each, str) or not _ADDRESS.fullmatch(each):
                raise _malformed("people", "an id and an address for each person are needed")
        return people

    def _desk(self) -> str:
        desk = str(self._given.get("desk", "")).rstrip("/")
        if desk and urlsplit(desk).scheme not in {"https", "http"}:
            raise _malformed("desk", "the address of the desk is needed, as https://foi.example.gov.uk")
        return desk


def _host_and_port(where: str, text: str, usual: int) -> tuple[str, int]:
    host, _, port = text.rpartition(":") if re.search(r":\d+\Z", text) else (text, "", str(usual))
    if not re.fullmatch(r"[A-Za-z0-9.:-]{1,253}", host) or not 0 < int(port) <= _LAST_PORT:
        raise _malformed(
            where, "the name of a server is needed, and its port where it has another than is usual"
        )
    return host.strip("[]"), int(port)

"""Real servers of mail on loopback, for as long as a block lasts: Dovecot and Postfix, as Debian has them."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

USER: Final = "foi@northshire.example"
PASSWORD: Final = "pass word of the tests"  # noqa: S105 - of a server that lives for a test
_ATTEMPTS: Final = 3
_WITHIN: Final = 15.0

needs_dovecot = pytest.mark.skipif(os.geteuid() != 0, reason="root alone starts Dovecot")
needs_postfix = pytest.mark.skipif(os.geteuid() != 0, reason="root alone starts Postfix")


@dataclass(frozen=True, kw_only=True)
class Running:
    """A server.

    Attributes:
        place: Its folder.
        certificates: The file of the certificate by which it is known.
        mail: The folder of what it was given.
    """

    port: int
    place: Path
    certificates: Path
    mail: Path


@contextmanager
def _place() -> Iterator[Path]:
    """Give a folder that other accounts may enter, and a certificate for localhost in it."""
    place, mask = (
        Path(tempfile.mkdtemp(prefix="mail-", dir="/tmp")),
        os.umask(0o022),
    )  # ours is closed to them
    try:
        place.chmod(0o755)
        command = [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ed25519",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
        ]
        command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out", "cert.pem"]
        subprocess.run(command, cwd=place, check=True, capture_output=True)
        yield place
    finally:
        os.umask(mask)
        shutil.rmtree(place)


@cache
def _someone() -> pwd.struct_passwd:
    return pwd.getpwnam("mail")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _answers(port: int) -> bool:
    until = time.monotonic() + _WITHIN
    while time.monotonic() < until:
        with socket.socket() as there:
            if there.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.05)
    return False


def _greets(port: int) -> bool:
    until = time.monotonic() + _WITHIN
    while time.monotonic() < until:
        with suppress(OSError, smtplib.SMTPException), smtplib.SMTP("127.0.0.1", port, timeout=5) as server:
            server.ehlo()
            return True
        time.sleep(0.1)
    return False


_DOVECOT: Final = """
base_dir = {place}/run
state_dir = {place}/state
log_path = {place}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{place}/cert.pem
ssl_key = <{place}/key.pem
mail_location = maildir:{place}/mail
first_valid_uid = 1
first_valid_gid = 1
{more}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {place}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={place}/home
}}
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
"""


@contextmanager
def dovecot(*, without: str = "") -> Iterator[Running]:
    """Run an IMAP server with one empty mailbox.

    Args:
        without: Extensions that it does not say it has, as ``MOVE UIDPLUS``.
    """
    more = ""
    if without:
        said = "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE LITERAL+"
        more = f"protocol imap {{\n  imap_capability = {said}\n}}\n"
    with _place() as place:
        someone = _someone()
        (place / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
        (place / "users").chmod(0o644)
        for folder in ("mail", "home"):
            (place / folder).mkdir()
            os.chown(place / folder, someone.pw_uid, someone.pw_gid)
        for _ in range(_ATTEMPTS):
            port = _free_port()
            given = {"place": place, "uid": someone.pw_uid, "gid": someone.pw_gid, "port": port, "more": more}
            (place / "dovecot.conf").write_text(_DOVECOT.format(**given))
            command = ["/usr/sbin/dovecot", "-F", "-c", str(place / "dovecot.conf")]
            server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                if server.poll() is None and _answers(port):
                    certificates = place / "cert.pem"
                    yield Running(port=port, place=place, certificates=certificates, mail=place / "mail")
                    return
            finally:
                server.terminate()
                server.wait()
        raise RuntimeError(f"Dovecot does not start: {sorted(place.iterdir())}")


def set_receiving(
    root: Path, server: Running, *, password: str = PASSWORD, host: str = "localhost", known: bool = True
) -> None:
    """Write the settings of mail for a home or a gateway that fetches from Dovecot."""
    secret = root / "mail.password"
    secret.write_text(f"{password}\n")
    secret.chmod(0o600)
    certificates = f'certificates = "{server.certificates}"' if known else ""
    (root / "mail.toml").write_text(
        f'address = "{USER}"\n[receive]\nimap = "{host}:{server.port}"\nuser = "{USER}"\n'
        f'password = "mail.password"\n{certificates}\n'
    )


def put(server: Running, raw: bytes, number: int = 1, received: int = 1_646_222_400) -> None:
    """Deliver a message into the mailbox of Dovecot, as a mail system does."""
    someone = _someone()
    for folder in ("tmp", "new", "cur"):
        (server.mail / folder).mkdir(exist_ok=True)
        os.chown(server.mail / folder, someone.pw_uid, someone.pw_gid)
    path = server.mail / "tmp" / f"{received}.M{number}.host"
    path.write_bytes(raw)
    os.chown(path, someone.pw_uid, someone.pw_gid)
    os.utime(path, (received, received))
    path.rename(server.mail / "new" / path.name)


def in_folder(server: Running, folder: str) -> list[str]:
    """Return the messages that Dovecot has in one folder of the mailbox."""
    found = (server.mail / f".{folder}").glob("*/*")
    return [path.name for path in found if path.parent.name in {"cur", "new"}]


_MAIN: Final = """
compatibility_level = 3.6
queue_directory = {place}/queue
data_directory = {place}/data
maillog_file = {place}/log
maillog_file_prefixes = {place}
myhostname = localhost
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
virtual_mailbox_domains = post.example example.org
virtual_mailbox_base = {place}/mail
virtual_mailbox_maps = texthash:{place}/boxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
smtpd_tls_cert_file = {place}/cert.pem
smtpd_tls_key_file = {place}/key.pem
smtpd_tls_security_level = encrypt
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = {refusing} reject_unlisted_recipient, permit_mynetworks, reject
message_size_limit = 50000000
service_throttle_time = 1s
smtpd_error_sleep_time = 0
"""
_MASTER: Final = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
tlsmgr unix - - n 1000? 1 tlsmgr
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
"""


@contextmanager
def postfix(*boxes: str, refusing: str = "") -> Iterator[Running]:
    """Run an SMTP server that takes mail for these addresses of post.example, after STARTTLS.

    Args:
        refusing: What it says to every recipient, as ``defer,``.
    """
    with _place() as place:
        someone = _someone()
        for folder in ("queue", "data", "mail"):
            (place / folder).mkdir()
        _queue(place / "queue")
        os.chown(place / "data", pwd.getpwnam("postfix").pw_uid, -1)
        os.chown(place / "mail", someone.pw_uid, someone.pw_gid)
        (place / "boxes").write_text("".join(f"{box} {box.partition('@')[0]}/\n" for box in boxes))
        for _ in range(_ATTEMPTS):
            port = _free_port()
            given = {"place": place, "uid": someone.pw_uid, "gid": someone.pw_gid, "refusing": refusing}
            (place / "main.cf").write_text(_MAIN.format(**given))
            (place / "master.cf").write_text(_MASTER.format(port=port))
            # The master itself, of a group of its own: the script around it takes five seconds.
            command = ["/usr/lib/postfix/sbin/master", "-c", str(place), "-d"]
            server = subprocess.Popen(
                command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            try:
                if server.poll() is None and _answers(port) and _greets(port):
                    certificates = place / "cert.pem"
                    yield Running(port=port, place=place, certificates=certificates, mail=place / "mail")
                    return
            finally:
                server.terminate()
                server.wait()
        raise RuntimeError(f"Postfix does not start: {sorted(place.iterdir())}")


def _queue(folder: Path) -> None:
    """Make what Postfix has in its queue, each for its owner."""
    owner, group = pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postdrop").gr_gid
    own = (
        "active",
        "bounce",
        "corrupt",
        "defer",
        "deferred",
        "flush",
        "hold",
        "incoming",
        "private",
        "saved",
    )
    for name, mode, of in (
        *((each, 0o700, -1) for each in (*own, "trace")),
        *(("maildrop", 0o730, group), ("public", 0o710, group)),
    ):
        (folder / name).mkdir(mode=mode)
        os.chown(folder / name, owner, of)
        (folder / name).chmod(mode)
    (folder / "pid").mkdir()


def delivered(server: Running, box: str, wanted: int = 1) -> list[bytes]:
    """Return the messages in a box of Postfix, once there are so many."""
    until = time.monotonic() + _WITHIN
    while True:
        found = sorted((server.mail / box / "new").glob("*"))
        if len(found) >= wanted or time.monotonic() > until:
            return [path.read_bytes() for path in found]
        time.sleep(0.05)

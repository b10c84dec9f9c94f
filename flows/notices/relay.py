"""Handing a message to the authority's relay: SMTP (RFC 5321), over TLS that is verified.

The relay signs it (DKIM), keeps trying where the other side does not answer, and reports what failed.
"""

from __future__ import annotations

import re
import smtplib
from contextlib import suppress
from email.utils import formataddr
from typing import TYPE_CHECKING, Final

from flows.domain.characters import INSTEAD, visible
from flows.domain.errors import RefusedError, RegisterError

if TYPE_CHECKING:
    import ssl

TIMEOUT: Final = 30.0
"""Seconds to wait for each answer."""
_FOR_GOOD: Final = 500
_SPECIAL: Final = re.compile(rf'[()<>\[\]:;@\\,"=?{INSTEAD}\s]+')
"""What in a name may be read as another address, or as an encoded word (RFC 5322, 3.2.3; RFC 2047, 2)."""
_NAME: Final = 200
"""Characters of a name that go with an address."""
_ATOMS: Final = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(rf"(?=.{{1,64}}@.{{1,253}}\Z){_ATOMS}(?:\.{_ATOMS})*@{_LABEL}(?:\.{_LABEL})+")
"""One address as every relay takes it (RFC 5321, 4.1.2), without quotes or comments."""


class UncertainError(RegisterError):
    """The relay ended the talk after it had the message, and did not say whether it took it."""


def is_address(text: str) -> bool:
    """Tell whether a text is one address, and nothing that a relay or a reader could take for more."""
    return bool(_ADDRESS.fullmatch(text))


def mailbox(name: str, address: str) -> str:
    """Return a name with an address, as they stand in the head of a message.

    What headers have a meaning for is left out of the name: Python 3.11 writes some names so that others read
    an address in them.
    """
    plain = _SPECIAL.sub(" ", visible(name, lines=False))[:_NAME]
    return formataddr((" ".join(plain.split()).lstrip(". "), address))


def submit(
    raw: bytes,
    *,
    sender: str,
    recipient: str,
    host: str,
    port: int,
    tls: str,
    context: ssl.SSLContext,
    user: str = "",
    password: str = "",
) -> None:
    """Hand a message over; on return the relay is answerable for it.

    Raises:
        RefusedError: the relay refuses it for good, the recipient or what is sent.
        RegisterError: it does not answer, or cannot take it now: nothing was sent, and it can be tried again.
        UncertainError: nobody knows whether it was taken.
    """
    server = _reached(host, port, tls, context)
    try:
        _introduced(server, tls, context, user, password)
        _answered(server.mail(sender, ["BODY=8BITMIME"] if server.has_extn("8bitmime") else []), "the sender")
        _answered(server.rcpt(recipient), "the applicant's address")
    except (OSError, smtplib.SMTPException) as error:
        raise RegisterError(f"The relay {host} does not take it: {_kind(error)}; nothing was sent.") from None
    else:
        _answered(_given(server, raw), "the message")
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()


def greet(*, host: str, port: int, tls: str, context: ssl.SSLContext, user: str, password: str) -> None:
    """Ask the relay whether it would take a message, and give it none.

    Raises:
        RegisterError: it does not answer, or does not let us in.
    """
    server = _reached(host, port, tls, context)
    try:
        _introduced(server, tls, context, user, password)
    except (OSError, smtplib.SMTPException) as error:
        raise RegisterError(f"The relay {host} does not let us in: {_kind(error)}.") from None
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()


def _reached(host: str, port: int, tls: str, context: ssl.SSLContext) -> smtplib.SMTP:
    try:
        return _connected(host, port, tls, context)
    except (OSError, smtplib.SMTPException) as error:
        raise RegisterError(f"The relay {host} does not answer: {_kind(error)}; nothing was sent.") from None


def _connected(host: str, port: int, tls: str, context: ssl.SSLContext) -> smtplib.SMTP:
    if tls == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=context)
    return smtplib.SMTP(host, port, timeout=TIMEOUT)


def _introduced(server: smtplib.SMTP, tls: str, context: ssl.SSLContext, user: str, password: str) -> None:
    if tls == "starttls":
        server.starttls(context=context)
    server.ehlo_or_helo_if_needed()
    if user:
        server.login(user, password)


def _given(server: smtplib.SMTP, raw: bytes) -> tuple[int, bytes]:
    try:
        return server.data(raw)
    except smtplib.SMTPDataError as error:  # it did not want to have it at all
        return error.smtp_code, b""
    except (OSError, smtplib.SMTPException) as error:
        raise UncertainError(
            f"The relay ended the talk before it said whether it took the message: {_kind(error)}."
        ) from None


def _answered(answer: tuple[int, bytes], what: str) -> None:
    """Check what the relay said; its words may have an address in them, and are not repeated."""
    code = answer[0]
    if code >= _FOR_GOOD:
        raise RefusedError(f"The relay refuses {what} for good ({code}); nothing was sent.")
    if code // 100 != 2:  # noqa: PLR2004 - RFC 5321, section 4.2.1
        raise RegisterError(
            f"The relay cannot take {what} now ({code}); nothing was sent, so try again later."
        )


def _kind(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or type(error).__name__

"""Telling people by mail that something waits: a reference and a link, and not a word of what it is about.

What is told stands in the notice, which whoever may reads in the home or on the desk.
"""

from __future__ import annotations

import hashlib
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

from flows.casework.mail_settings import mail_settings
from flows.domain.errors import RefusedError
from flows.notices.outbox import Outbox

if TYPE_CHECKING:
    from flows.casework.mail_settings import MailSettings
    from flows.casework.office import Office

_SUBJECT: Final = "Equipoise: something waits for you"


def waits(office: Office) -> bool:
    """Tell whether somebody is to be told by mail."""
    settings, memory = mail_settings(office.home), _memory(office)
    return bool(settings and settings.relay and memory and memory.unmailed())


def _memory(office: Office) -> Outbox | None:
    """Return the memory of notices; None for a worker, whose registrar has it and tells people."""
    return office.outbox if isinstance(office.outbox, Outbox) else None


def tell(office: Office) -> int:
    """Tell each person whose address is known of each notice to them, once; return how many were sent.

    What the relay cannot take now is told at the next call. What it refuses for good is passed over, since
    the notice stands in the home all the same.

    Raises:
        RegisterError: the relay does not answer, or cannot take it now.
    """
    settings, memory, sent = mail_settings(office.home), _memory(office), 0
    if settings is None or settings.relay is None or memory is None:
        return sent
    for number, person, name in memory.unmailed():
        if address := settings.people.get(person):
            try:
                _send(office, settings, address, (number, name))
                sent += 1
            except RefusedError:
                pass
        memory.mailed(number)
    return sent


def _send(office: Office, settings: MailSettings, address: str, notice: tuple[int, str]) -> None:
    number, name = notice
    digest = hashlib.sha256(f"{number}\0{name}\0{address}".encode()).hexdigest()
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = settings.address, address, _SUBJECT
    message["Date"] = format_datetime(office.now())
    message["Message-ID"] = f"<notice-{digest[:32]}@{settings.address.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: so that nobody's machine answers
    link = f"\n\n{settings.desk}/me" if settings.desk else ""
    message.set_content(f"A notice to you is filed as {name}.{link}\n")
    settings.send(message.as_bytes(), sender=settings.address, recipient=address)

"""What is wrong with the authority's mail: its settings, its servers, and letters that were being sent."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.casework.ailment import Ailment
from flows.casework.mail_settings import mail_settings, password_files
from flows.domain.errors import MalformedError, PitError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from flows.casework.office import Office
    from flows.home import Home

_SETTINGS: Final = "mail.toml"
_NO_MAIL: Final = "Put that right, by docs/mail.md; until then no mail is taken in, and none is sent."


def told_of(error: MalformedError) -> str:
    """Return what is wrong with a file, without its name, which stands before it."""
    return str(error).removeprefix(f"{error.source}: ")


def secrets(home: Home) -> Iterator[Path]:
    """Yield what is of mail and for the home's account alone."""
    yield from password_files(home)
    yield home.mail_memory
    yield home.mail_journal
    yield from home.being_sent.glob("*.age") if home.being_sent.is_dir() else ()


def settings(home: Home) -> Iterator[Ailment]:
    """Find what is wrong with the settings, and a Maildir that is none."""
    try:
        found = mail_settings(home)
    except MalformedError as error:
        yield Ailment(place=_SETTINGS, what=told_of(error), remedy=_NO_MAIL)
        return
    if found is None or found.maildir is None:
        return
    if lacking := [name for name in ("new", "cur") if not (found.maildir / name).is_dir()]:
        yield Ailment(
            place=_SETTINGS,
            what=f"receive.maildir: the Maildir is not there, or is none; it has no folder {lacking[0]}.",
            remedy="Name the one that the mail system fills; until then no mail is taken in.",
        )


def servers(home: Home) -> Iterator[Ailment]:
    """Ask the mail server and the relay of the settings whether they are there."""
    try:
        found = mail_settings(home)
    except MalformedError:
        return  # that is told by itself
    if found and found.imap:
        from flows.casework import mail  # noqa: PLC0415 - what reads mail, where there is a mailbox alone

        try:
            with mail.opened(found) as mailbox:
                next(mailbox.waiting(), None)
        except (PitError, OSError) as error:
            remedy = (
                "See to the server, its certificate, the account or the folder; mail waits there meanwhile."
            )
            yield Ailment(place=_SETTINGS, what=_told(error), remedy=remedy)
    if found and found.relay:
        try:
            found.greet_relay()
        except (PitError, OSError) as error:
            remedy = "See to the relay, its certificate or the account; until then no letter goes by mail."
            yield Ailment(place=_SETTINGS, what=_told(error), remedy=remedy)


def _told(error: PitError | OSError) -> str:
    return (
        str(error)
        if isinstance(error, PitError)
        else f"The certificates could not be read: {error.strerror}."
    )


def being_sent(office: Office) -> Iterator[Ailment]:
    """Find letters that are being sent by no run any more."""
    from flows.casework import sending  # noqa: PLC0415 - letters, where one is being sent alone

    home = office.home
    if not any(home.being_sent.glob("*.age")) or disk.is_locked(home.state / sending.LOCK):
        return
    for each in sending.being_sent(office):
        place = f"being-sent/{each.path.name}"
        if each.recorded:
            yield Ailment(
                place=place,
                what=f"This letter of {each.reference} is recorded as sent, and its note is still there.",
                remedy="The note is deleted; the letter is kept in the case.",
                mend=partial(each.path.unlink, missing_ok=True),
            )
        elif each.at is None:
            yield Ailment(
                place=place,
                what="This note of a letter that was being sent cannot be read.",
                remedy="Look in the relay's log whether it went; record it if it did, and delete the note.",
            )
        elif each.taken:
            yield Ailment(
                place=place,
                what=f"The relay took this letter of {each.reference}, {_when(each.at)}; it is not recorded.",
                remedy=f"Send it once more, by `equipoise {each.kind} {each.reference} --send` or at the "
                "desk: that records it, and sends nothing.",
            )
        else:
            yield Ailment(
                place=place,
                what=f"Sending this letter of {each.reference} was cut off, {_when(each.at)}; nobody knows "
                "whether it went.",
                remedy=f"Look in the relay's log for the message {each.id}; if it went, record it with --on "
                "and --by email, and if not, send it with --send-again.",
            )


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"

"""Mail: take in what is in the authority's mailbox, each message once."""

from __future__ import annotations

import time
from typing import Final

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows.casework import mail as mailing
from flows.casework.office import Done, Office, open_office
from flows.engine.tasks import guarded, report

_EVERY: Final = 60.0
"""Seconds between two looks at a server."""
_MAILBOX: Final = "the mailbox"


@flow(name="mail")
@guarded
def mail() -> list[State[Done]]:
    """Take in the messages of the mailbox: requests go to the inbox, answers to their cases."""
    with open_office() as office:
        return report("mail", [(_MAILBOX, take_in(office, return_state=True))])


def waiting(office: Office) -> list[str]:
    """Return what is to be looked at."""
    return [_MAILBOX] if mailing.waits(office, now=time.time(), every=_EVERY) else []


@task(task_run_name="mail")
@guarded
def take_in(office: Office) -> Done:
    """Take in every message that waits."""
    return Done(reference=_MAILBOX, what=mailing.summed_up(mailing.take_in(office)))

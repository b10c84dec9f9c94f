"""Mail: take in what is in the authority's mailbox, each message once."""

from __future__ import annotations

import time
from typing import Final

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows.casework import mail as mailing
from flows.casework import mailing_notices
from flows.casework.office import Done, Office
from flows.engine import waking
from flows.engine.limits import FLOWS
from flows.engine.tasks import Run, at_time, guarded, office_for, report

_EVERY: Final = 60.0
"""Seconds between two looks at a server."""
_MAILBOX: Final = "the mailbox"
_NOTICES: Final = "notices by mail"


@flow(name="mail", flow_run_name=at_time("mail"), timeout_seconds=FLOWS["mail"].seconds)
@guarded
def mail(authority: str = "") -> list[State[Done]]:
    """Take in the messages of the mailbox, and tell people by mail of the notices to them.

    Args:
        authority: Whose run it is, where several authorities share the server; the deployment names it.
    """
    with office_for(authority) as office:
        runs: list[Run] = []
        if mailing.waits(office, now=time.time(), every=_EVERY):
            runs.append(Run(_MAILBOX, take_in(office, return_state=True)))
            waking.ask_workers(office.home, "intake")
        if mailing_notices.waits(office):
            runs.append(Run(_NOTICES, tell(office, return_state=True)))
        return report("mail", runs, office)


def waiting(office: Office) -> list[str]:
    """Return what is to be looked at."""
    notices = [_NOTICES] if mailing_notices.waits(office) else []
    arrived = mailing.has_arrived(office, now=time.time(), every=_EVERY)
    return [*([_MAILBOX] if arrived else []), *notices]


@task(task_run_name="mail")
@guarded
def take_in(office: Office) -> Done:
    """Take in every message that waits."""
    return Done(reference=_MAILBOX, what=mailing.summed_up(mailing.take_in(office)))


@task(task_run_name="mail-notices")
@guarded
def tell(office: Office) -> Done:
    """Tell people by mail that there are notices to them."""
    sent = mailing_notices.tell(office)
    return Done(reference=_NOTICES, what=f"{sent} sent" if sent else "")

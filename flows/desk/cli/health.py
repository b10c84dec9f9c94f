"""The command that says how the installation is."""

from __future__ import annotations

import sys
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Final

import click

from flows.casework import health as casework
from flows.desk.cli.terminal import NO, at_home, example, moment, open_office, print_json, print_rows
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.home import Home

_UNASKED: Final = "flows-unasked"
_NO_FLOW: Final = (
    "No flow can be asked for at the Prefect server that PREFECT_API_URL names; `equipoise doctor` tells why."
)


@click.command(epilog=example("equipoise health", "equipoise health --json"))
@at_home
def health(*, home: Home, as_json: bool) -> None:
    """Say how the installation is: writing, the last audit, what waits, what is late, the last backup."""
    with open_office(home, reading=True) as office:
        found = _with_prefect(casework.health(office, Settings(home)), home)
    if as_json:
        print_json(asdict(found))
    else:
        waiting = ", ".join(f"{count} {stage}" for stage, count in found.documents.items() if count)
        print_rows(
            [
                ("Entries", f"{found.entries}, the newest of {moment(found.newest)}"),
                ("Audited", _audited(found)),
                ("Waiting", waiting or "nothing"),
                ("Overdue", str(found.overdue)),
                ("Inbox", f"{found.inbox}; set aside {found.set_aside}"),
                ("Backup", moment(found.backed_up) if found.backed_up else "none"),
            ]
        )
        for each in found.troubles:
            click.secho({**casework.TROUBLES, _UNASKED: _NO_FLOW}[each], fg="red")
        if found.well:
            click.echo("All is well.")
    if not found.well:
        sys.exit(NO)


def _with_prefect(found: casework.Health, home: Home) -> casework.Health:
    """Add whether the Prefect server that the environment names runs the flows.

    It is asked here alone: what is asked every few seconds of a desk must not wait for another machine.
    """
    from flows.engine import waking  # noqa: PLC0415 - HTTP, for who asks alone

    there = waking.elsewhere(home)
    if there and there.trouble():
        return replace(found, well=False, troubles=(*found.troubles, _UNASKED))
    return found


def _audited(found: casework.Health) -> str:
    if found.audited is None:
        return "no nightly audit yet"
    return f"{moment(found.audited)}, {'passed' if found.passed else 'failed'}"

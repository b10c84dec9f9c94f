"""Commands on the desk: at which address people sign with a passkey."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flows.casework import acts
from flows.desk.cli.terminal import (
    Commands,
    example,
    open_office,
    print_json,
    print_rows,
    tell_policy,
    with_home,
)
from flows.desk.cli.terminal import acts as acting
from flows.domain.policy import host_of

if TYPE_CHECKING:
    from flows.casework.acts import Officer
    from flows.casework.office import Office
    from flows.home import Home


@click.group(cls=Commands)
def desk() -> None:
    """Choose where people sign with a passkey."""


@desk.command("show", epilog=example("equipoise desk show"))
@with_home
def show(*, home: Home, as_json: bool) -> None:
    """Print the addresses at which passkeys sign."""
    with open_office(home, reading=True) as office:
        policy = office.register.policy()
    if as_json:
        rows = [{"origin": origin, "rp-id": host_of(origin)} for origin in policy.rules.desk]
        print_json({"policy": policy.version, "desk": rows})
    elif policy.rules.desk:
        print_rows([(origin, host_of(origin)) for origin in policy.rules.desk], head=("Address", "RP id"))
    else:
        click.echo("There is no desk; no passkey can sign.")


@desk.command(
    "set", epilog=example("equipoise desk set --origin https://foi.example.gov.uk --as administrator")
)
@click.option(
    "--origin",
    "origins",
    metavar="URL",
    multiple=True,
    required=True,
    help="Its address up to the host and port; may be repeated. It replaces those there were.",
)
@acting
def set_(origins: tuple[str, ...], *, office: Office, officer: Officer, as_json: bool) -> None:
    """Let passkeys sign at these addresses, from now on, and nowhere else."""
    _change(office, officer, origins, "Passkeys sign there from now on.", as_json=as_json)


@desk.command("remove", epilog=example("equipoise desk remove --as administrator"))
@acting
def remove(*, office: Office, officer: Officer, as_json: bool) -> None:
    """Let no passkey sign any more; what was signed stands."""
    _change(office, officer, (), "No passkey can sign from now on.", as_json=as_json)


def _change(office: Office, officer: Officer, origins: tuple[str, ...], done: str, *, as_json: bool) -> None:
    recorded = acts.change_desk(office, officer, origins)
    if recorded is None:
        done = "It is so already; nothing was recorded."
    tell_policy(office, done, new=recorded is not None, as_json=as_json)

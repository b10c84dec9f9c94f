"""Commands on the desk: at which address people sign with a passkey; the desk alone."""

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
    shown,
    tell_policy,
    with_home,
)
from flows.desk.cli.terminal import acts as acting
from flows.domain.errors import RegisterError
from flows.domain.policy import host_of
from flows.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.casework.acts import Officer
    from flows.casework.office import Office
    from flows.home import Home


@click.group(cls=Commands)
def desk() -> None:
    """Choose where people sign with a passkey; serve the desk alone."""


@desk.command("serve", epilog=example("equipoise desk serve --port 8420"))
@click.option(
    "--port",
    metavar="PORT",
    type=click.IntRange(1, 65_535),
    help="Where it answers, on this machine alone. Else the setting desk.port, 8420.",
)
@with_home
def serve(port: int | None, *, home: Home, as_json: bool) -> None:
    """Serve the desk alone, until Ctrl-C: where a registrar writes, and Prefect runs elsewhere."""
    from flows.desk.web import serving  # noqa: PLC0415 - for those who serve pages alone

    with open_office(home) as office:  # there is a register, and it can be read
        try:
            office.open_vault()
        except RegisterError as error:  # what needs nothing sealed goes on
            click.echo(shown(str(error), lines=False), err=True)
    serving.serve_at(home, port or Settings(home).number("desk.port"), say=_says(as_json=as_json))


def _says(*, as_json: bool) -> Callable[[str], None]:
    def say(address: str) -> None:
        if as_json:
            print_json({"desk": address})
        else:
            click.echo(f"The desk answers at {address}. Stop with Ctrl-C.")

    return say


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

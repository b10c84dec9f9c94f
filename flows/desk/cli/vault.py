"""Commands on the key-encryption key: how it is kept, and who opens it."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from flows.casework import rotating
from flows.casework.office import open_office
from flows.desk.cli.terminal import (
    Commands,
    at_register,
    counted,
    example,
    print_json,
    print_rows,
    read_text,
    shown,
)
from flows.domain.errors import RefusedError
from flows.register.openings import read_openings
from flows.vault import agent as agents
from flows.vault import wrapping
from flows.vault.wrapping import Device

if TYPE_CHECKING:
    from flows.home import Home

_KEPT: Final = {
    "file": "in a file as it is: whoever can read the home's files can open what is sealed",
    "passphrase": "encrypted with a passphrase",
    "device": "encrypted with a key that stays in a device",
}


@click.group(cls=Commands)
def vault() -> None:
    """Choose how the key that opens what is sealed is kept, and open it."""


@vault.command("status", epilog=example("equipoise vault status"))
@at_register
def status(*, home: Home, as_json: bool) -> None:
    """Print how the key is kept, whether an agent has it, and how often it was opened."""
    form, answers = wrapping.form_of(home.wrapping), agents.reach(home.vault_agent) is not None
    log = home.vault_opened
    openings = read_openings(log)
    times = len(openings.digests)
    if as_json:
        print_json({"form": form, "agent": answers, "opened": times, "broken": openings.broken})
        return
    print_rows(
        [
            ("Kept", _KEPT[form]),
            ("Agent", "answers" if answers else "none answers"),
            ("Opened", f"{times} times, as {log.name} tells"),
        ]
    )


@vault.command("agent", epilog=example("equipoise vault agent"))
@at_register
def agent(*, home: Home, as_json: bool) -> None:
    """Ask for the passphrase or PIN, and unwrap case keys for this home's account until Ctrl-C.

    The key stays in the memory of this process; what runs here asks it, and is given case keys alone.
    """
    if wrapping.form_of(home.wrapping) == "file":
        raise RefusedError("The key stands in a file as it is, so that nothing has to be opened.")
    key = wrapping.unlocked(home.wrapping, home.vault_opened)
    signal.signal(signal.SIGTERM, _end)

    def ready() -> None:
        if as_json:
            print_json({"agent": str(home.vault_agent)})
        else:
            click.echo("The vault is open. Stop with Ctrl-C, and it is shut.")
        sys.stdout.flush()

    agents.serve(home.vault_agent, key, ready)


def _end(*_: object) -> None:
    sys.exit(0)


@vault.command("passphrase", epilog=example("equipoise vault passphrase"))
@click.option(
    "--new",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A file that has the new passphrase; without it, it is asked for, twice.",
)
@at_register
def passphrase(new: Path | None, *, home: Home, as_json: bool) -> None:
    """Keep the key encrypted with a passphrase, or with another one, from now on."""
    words = read_text(new).rstrip("\r\n") if new else _asked()
    _keep(home, "The key is encrypted with the passphrase.", as_json=as_json, passphrase=words)


def _asked() -> str:
    if not sys.stdin.isatty():
        raise click.UsageError(
            "There is no terminal to ask at: --new FILE names a file with the new passphrase."
        )
    words: str = click.prompt("The new passphrase", hide_input=True, confirmation_prompt=True, err=True)
    return words


@vault.command(
    "device",
    epilog=example(
        "equipoise vault device --module /usr/lib/softhsm/libsofthsm2.so \\\n  --token foi --label equipoise"
    ),
)
@click.option("--module", required=True, metavar="FILE", help="The library of the device (PKCS#11).")
@click.option("--token", required=True, metavar="LABEL", help="The label of the device's token.")
@click.option("--label", required=True, metavar="LABEL", help="The label of the AES key in it.")
@at_register
def device(module: str, token: str, label: str, *, home: Home, as_json: bool) -> None:
    """Keep the key encrypted with an AES key that stays in a device, whose PIN is asked for."""
    chosen = Device(module=module, token=token, key=label)
    _keep(home, "The key is encrypted with the device's.", as_json=as_json, device=chosen)


@vault.command("file", epilog=example("equipoise vault file"))
@at_register
def file(*, home: Home, as_json: bool) -> None:
    """Keep the key in a file as it is, so that nobody has to open it."""
    _keep(home, "The key stands in its file as it is.", as_json=as_json)


@vault.command("rotate", epilog=example("equipoise vault rotate"))
@at_register
def rotate(*, home: Home, as_json: bool) -> None:
    """Put a new key in the place of this one, in the same form, and have it wrap every case key.

    What runs on the home and has the key in its memory, as up or an agent, is ended before.
    """
    with open_office(home) as office:
        done = rotating.rotate(office)
    if as_json:
        print_json({"form": wrapping.form_of(home.wrapping), "keys": done.keys, "unfit": list(done.unfit)})
        return
    click.echo(
        f"A new key wraps {counted(done.keys, 'case key')}. "
        "Copies of before open what is in them as they did: destroy them."
    )
    for each in done.unfit:
        click.echo(shown(f"The case key {each} is opened by no key here, and was left as it is."))


def _keep(home: Home, done: str, *, as_json: bool, **how: Any) -> None:  # noqa: ANN401 - as ``keep`` has it
    wrapping.keep(home.wrapping, wrapping.unlocked(home.wrapping, home.vault_opened), **how)
    if as_json:
        print_json({"form": wrapping.form_of(home.wrapping)})
    else:
        click.echo(f"{done} Copies of the file of before open what is sealed as they did: destroy them.")

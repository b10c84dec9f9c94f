"""Commands on letters: what they say of the authority, and the authority's own templates."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.casework import acts
from flows.casework.letterhead_file import read_letterhead, write_letterhead
from flows.casework.letters import check_own
from flows.desk.cli.terminal import (
    Commands,
    example,
    open_office,
    print_json,
    shown,
    tell_policy,
    with_home,
)
from flows.desk.cli.terminal import acts as acting
from flows.domain.english import listing

if TYPE_CHECKING:
    from flows.casework.acts import Officer
    from flows.casework.office import Office
    from flows.home import Home


@click.group(cls=Commands)
def letters() -> None:
    """Choose what letters say of the authority; try its own templates."""


@letters.command("show", epilog=example("equipoise letters show > letters.toml"))
@with_home
def show(*, home: Home, as_json: bool) -> None:
    """Print what letters say of the authority, as a letters file."""
    with open_office(home, reading=True) as office:
        policy = office.register.policy()
    if as_json:
        print_json({"policy": policy.version, "letters": asdict(policy.letterhead)})
    else:
        click.echo(shown(write_letterhead(policy.letterhead)), nl=False)


@letters.command("set", epilog=example("equipoise letters set letters.toml --as administrator"))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@acting
def set_(file: Path, *, office: Office, officer: Officer, as_json: bool) -> None:
    """Let letters say what FILE does, from now on; what is published stays as it is."""
    recorded = acts.change_letters(office, officer, read_letterhead(file))
    done = "Letters say this from now on."
    if recorded is None:
        done = "Letters say this already; nothing was recorded."
    tell_policy(office, done, new=recorded is not None, as_json=as_json)


@letters.command("check", epilog=example("equipoise letters check"))
@with_home
def check(*, home: Home, as_json: bool) -> None:
    """Try the authority's own templates of letters on sample cases."""
    with open_office(home, reading=True) as office:
        own = check_own(office.home.letters)
    if as_json:
        print_json({"templates": list(own)})
    elif own:
        click.echo(f"Each letter can be begun with {listing(own)} in the place of ours.")
    else:
        click.echo(f"There are no templates in {home.letters}; letters are begun with ours.")

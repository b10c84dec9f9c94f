"""The command that lists the settings: what each is, where that came from, and what it does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from flows.desk.cli.terminal import NO, example, heading, print_json, print_rows, shown, with_home
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.home import Home


@click.command(epilog=example("equipoise settings", "equipoise settings --json"))
@with_home
def settings(*, home: Home, as_json: bool) -> None:
    """List the settings: what each is, where that came from, and what it does."""
    found = Settings(home)
    # Where it is, a command was told or found out; the table has what the environment says.
    values = {each.setting.name: str(each.value) for each in found.given} | {"home": str(home.root)}
    strange = [*found.strange()]
    if as_json:
        rows = [
            {
                "name": each.setting.name,
                "value": values[each.setting.name],
                "source": each.source,
                "variable": each.setting.variable,
                "what": each.setting.what,
            }
            for each in found.given
        ]
        print_json({"settings": rows, "strange": strange})
    else:
        for each in found.given:
            name = each.setting.name
            click.echo(heading(shown(f"{name} = {values[name]}", lines=False)))
            print_rows(
                [("from", each.source), ("variable", each.setting.variable), ("what", each.setting.what)]
            )
        for sentence in strange:
            click.secho(shown(sentence), fg="yellow")
    if strange:
        sys.exit(NO)

"""The command that says what is wrong with a home, and mends what is safe."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

import click

from flows.casework import doctor as casework
from flows.casework.ailment import shown_as_row
from flows.desk.cli.checking import Progress
from flows.desk.cli.terminal import NO, at_home, counted, example, print_json, shown

if TYPE_CHECKING:
    from flows.home import Home


@click.command(epilog=example("equipoise doctor", "equipoise doctor --mend"))
@click.option("--mend", is_flag=True, help="Mend what is safe to mend; the rest is told.")
@at_home
def doctor(*, mend: bool, home: Home, as_json: bool) -> None:
    """Say what is wrong with a home after a kill, a full disk or a restored copy, and mend what is safe."""
    with Progress() as progress:
        tell = partial(progress.show, casework.READING)
        mended, left = casework.mend(home, tell=tell) if mend else ([], casework.examine(home, tell=tell))
    if as_json:
        rows = [shown_as_row(each, mended=True) for each in mended] + [
            shown_as_row(each, mended=False) for each in left
        ]
        print_json({"home": str(home.root), "ailments": rows})
    else:
        for each in mended:
            click.echo(shown(f"{each.place}: {each.what} Mended: {each.remedy}", lines=False))
        for each in left:
            how = f"`equipoise doctor --mend`: {each.remedy}" if each.mend and not mend else each.remedy
            click.echo(shown(f"{each.place}: {each.what} {how}", lines=False))
        if not left:
            click.echo("Everything was mended." if mended else "Nothing is wrong with this home.")
        else:
            click.echo(f"Not well yet: {counted(len(left), 'thing')}.")
    if left:
        sys.exit(NO)

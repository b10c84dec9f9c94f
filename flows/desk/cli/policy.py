"""Commands on the rules: what they say, what changes them, and what waits for another administrator."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from flows.casework import acts, amendments, consents
from flows.desk.cli.terminal import (
    Commands,
    example,
    moment,
    open_office,
    print_json,
    print_rows,
    shown,
    tell_policy,
    with_home,
)
from flows.desk.cli.terminal import acts as acting
from flows.domain.policy import THRESHOLDS

if TYPE_CHECKING:
    from flows.casework.acts import Officer
    from flows.casework.amendments import Proposed
    from flows.casework.office import Office
    from flows.home import Home


@click.group(cls=Commands)
def policy() -> None:
    """See and change the rules; confirm what another administrator proposed."""


@policy.command("show", epilog=example("equipoise policy show"))
@with_home
def show(*, home: Home, as_json: bool) -> None:
    """Print everything that the policy says."""
    with open_office(home, reading=True) as office:
        in_force = office.register.policy()
    matters = amendments.matters(in_force)
    if as_json:
        print_json({"policy": in_force.version, "matters": matters})
    else:
        said = {name: [*filter(None, lines)] for name, lines in matters.items()}
        print_rows([(name, shown("; ".join(lines))) for name, lines in said.items() if lines])


@policy.command("administrators", epilog=example("equipoise policy administrators 2 --as administrator"))
@click.argument("number", metavar="NUMBER", type=click.Choice([*map(str, THRESHOLDS)]))
@acting
def administrators(number: str, *, office: Office, officer: Officer, as_json: bool) -> None:
    """Set how many administrators a change of the policy takes: one, or two.

    With two, one proposes and another confirms. Have three before you ask for two: then one who is away, or
    has lost a key, stops nothing.
    """
    recorded = acts.change_threshold(office, officer, int(number))
    done = f"A change of the policy takes {'two administrators' if number == '2' else 'one administrator'}."
    if recorded is None:
        done = f"{done.removesuffix('.')} already; nothing was recorded."
    tell_policy(office, done, new=recorded is not None, as_json=as_json)


@policy.command("waiting", epilog=example("equipoise policy waiting"))
@with_home
def waiting(*, home: Home, as_json: bool) -> None:
    """Show each change that waits for another administrator, and what it would change."""
    with open_office(home, reading=True) as office:
        changes = amendments.waiting(office)
    if as_json:
        print_json({"changes": [*map(asdict, changes)]})
    elif not changes:
        click.echo("No change of the policy waits for another administrator.")
    for each in () if as_json else changes:
        _print_change(each)


def _print_change(each: Proposed) -> None:
    click.echo(f"{each.name}\n  {moment(each.since)}: {each.by} proposed this: {shown(each.sentence)}.")
    if each.reason:
        click.echo(f"  {shown(each.reason, lines=False)}")
    for change in each.changes:
        click.echo(f"  {change.what}")
        for sign, lines in (("-", change.removed), ("+", change.added)):
            for line in filter(None, lines):
                click.echo(f"    {sign} {shown(line, lines=False)}")


@policy.command("confirm", epilog=example("equipoise policy confirm NAME --as second.administrator"))
@click.argument("name", metavar="NAME")
@acting
def confirm(name: str, *, office: Office, officer: Officer, as_json: bool) -> None:
    """Record the change NAME, which another administrator proposed; `equipoise policy waiting` shows it.

    What waits besides falls away with it: it was proposed for the policy of before.
    """
    acts.confirm_change(office, officer, name)
    tell_policy(office, "The change is recorded.", new=True, as_json=as_json)


@policy.command("decline", epilog=example("equipoise policy decline NAME --as second.administrator"))
@click.argument("name", metavar="NAME")
@acting
def decline(name: str, *, office: Office, officer: Officer, as_json: bool) -> None:
    """Take the change NAME away, which was proposed; whoever proposed it may do that too."""
    consents.decline(office, officer.id, name)
    tell_policy(office, "The change is declined; nothing was recorded.", new=False, as_json=as_json)

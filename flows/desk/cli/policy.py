"""Commands on the rules: what they say, what changes them, and what waits for another administrator."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from flows.casework import acts, amendments, consents
from flows.desk.cli.terminal import (
    WORDS,
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
from flows.desk.making import parse_authority
from flows.domain.acts import ACTS
from flows.domain.attested import attestable
from flows.domain.documents import DOCUMENTS
from flows.domain.edition import EDITIONS, latest
from flows.domain.english import listing
from flows.domain.policy import EARLIEST_REMINDER, THRESHOLDS
from flows.sources.references import check_pattern

if TYPE_CHECKING:
    from flows.casework.acts import Officer
    from flows.casework.amendments import Proposed
    from flows.casework.office import Office
    from flows.home import Home
    from flows.register.line import Recorded


def _open(name: str) -> bool:
    return attestable(ACTS[name])


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
    words = "two administrators" if number == "2" else "one administrator"
    _tell(office, recorded, f"A change of the policy takes {words}", as_json=as_json)


@policy.command("approvals", epilog=example("equipoise policy approvals cost full --as administrator"))
@click.argument("document", metavar="DOCUMENT", type=click.Choice([*DOCUMENTS]))
@click.argument("approvals", metavar="APPROVALS", type=click.Choice([*EDITIONS[latest()].gates]))
@acting
def approvals(document: str, approvals: str, *, office: Office, officer: Officer, as_json: bool) -> None:
    """Set which approvals a DOCUMENT needs: full, two-person, or for letters one-person.

    full is legal review and then sign-off, two-person is sign-off alone, one-person is none. What was
    submitted before passes the approvals of then.
    """
    recorded = acts.change_approvals(office, officer, document, approvals)
    _tell(office, recorded, f"A {document} needs the approvals {approvals} from now on", as_json=as_json)


@policy.command(
    "service-key",
    epilog=example('equipoise policy service-key --reason "The machine was replaced." --as administrator'),
)
@click.option("--reason", required=True, **WORDS, help="Why; name nobody.")
@acting
def service_key(reason: str, *, office: Office, officer: Officer, as_json: bool) -> None:
    """Have a new key made for the service; it signs with it from the next entry on.

    Run this on the machine that has the service's key; what runs there has to be started again after it. If
    the old key was stolen, have it made suspect next: equipoise officer suspect service. Tell witnesses and
    whoever verifies checkpoints the new key.
    """
    recorded = acts.change_service_key(office, officer, reason=reason)
    _tell(office, recorded, "The service has a new key and signs with it from now on", as_json=as_json)


@policy.command(
    "attested",
    epilog=example(
        "equipoise policy attested draft submit --person foi-officer --as administrator",
        "equipoise policy attested --as administrator",
    ),
)
@click.argument("kinds", metavar="[ACT]...", nargs=-1, type=click.Choice(sorted(filter(_open, ACTS))))
@click.option("--person", "people", metavar="PERSON", multiple=True, help="Whose; may be repeated.")
@acting
def attested(
    kinds: tuple[str, ...], people: tuple[str, ...], *, office: Office, officer: Officer, as_json: bool
) -> None:
    """Set which acts a sign-in may attest, and whose; without an ACT, none.

    Whoever enters the desk by single sign-on may then have the service sign these for them. Their statements
    say so, and every audit counts them. No decision, and no change of the policy, is ever attested.
    """
    recorded = acts.change_attested(office, officer, kinds, people)
    done = f"A sign-in may attest {listing(sorted({*kinds}))}" if kinds else "A sign-in attests nothing"
    _tell(office, recorded, f"{done} from now on", as_json=as_json)


@policy.command(
    "pattern", epilog=example('equipoise policy pattern "FOI-{year}-{number:04}" --as administrator')
)
@click.argument("pattern", metavar="PATTERN")
@acting
def pattern(pattern: str, *, office: Office, officer: Officer, as_json: bool) -> None:
    """Set how the next reference is made; those that were given stay."""
    recorded = acts.change_pattern(office, officer, check_pattern(pattern))
    _tell(office, recorded, f"The next reference is made as {pattern}", as_json=as_json)


@policy.command("reminders", epilog=example("equipoise policy reminders 5 --as administrator"))
@click.argument("days", metavar="DAYS", type=click.IntRange(0, EARLIEST_REMINDER))
@acting
def reminders(days: int, *, office: Office, officer: Officer, as_json: bool) -> None:
    """Set how many working DAYS before a day is due people are reminded of it."""
    recorded = acts.change_reminders(office, officer, days)
    _tell(office, recorded, f"People are reminded {days} working days before", as_json=as_json)


@policy.command(
    "authority", epilog=example('equipoise policy authority "Northshire Council" --as administrator')
)
@click.argument("name", metavar="NAME")
@acting
def authority(name: str, *, office: Office, officer: Officer, as_json: bool) -> None:
    """Give the authority another NAME; several that share a register stand with semicolons between.

    What was written before stays as it is, and requests that name the authority otherwise are set aside.
    """
    name = parse_authority(name, "NAME")
    recorded = acts.change_authority(office, officer, name)
    _tell(office, recorded, f"The authority is {name} from now on", as_json=as_json)


def _tell(office: Office, recorded: Recorded | None, done: str, *, as_json: bool) -> None:
    sentence = f"{done}." if recorded else "It is so already; nothing was recorded."
    tell_policy(office, sentence, new=recorded is not None, as_json=as_json)


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

"""The mail of the authority: taking it in, and what waits in cases for a person."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.desk.cli.terminal import (
    WORDS,
    Commands,
    day,
    example,
    open_office,
    print_json,
    print_rows,
    shown,
    with_home,
    write_file,
)
from flows.desk.cli.terminal import acts as acting
from flows.domain.local_day import local_day

if TYPE_CHECKING:
    from flows.casework.acts import Officer
    from flows.casework.correspondence import Letter
    from flows.casework.mail import Taken
    from flows.casework.office import Office
    from flows.home import Home


@click.group(cls=Commands)
def mail() -> None:
    """Take the mail in, and see the messages of cases that wait for a person."""


@mail.command(epilog=example("equipoise mail fetch"))
@with_home
def fetch(*, home: Home, as_json: bool) -> None:
    """Take in now what is in the mailbox that mail.toml names; a running up does so by itself."""
    from flows.casework import mail as mailing  # noqa: PLC0415 - what reads mail, for this alone

    with open_office(home) as office:
        taken = mailing.take_in(office)
    if as_json:
        print_json({"messages": [_became(each) for each in taken]})
        return
    click.echo(f"{mailing.summed_up(taken) or 'No message waits'}.")


def _became(taken: Taken) -> dict[str, object]:
    return {
        "tag": taken.tag,
        "what": taken.judged.what,
        "reference": taken.judged.case or None,
        "why": taken.judged.why or None,
        "again": taken.again,
    }


@mail.command(epilog=example("equipoise mail waiting", "equipoise mail waiting 1146A/22"))
@click.argument("reference", metavar="[REF]", required=False)
@with_home
def waiting(reference: str | None, *, home: Home, as_json: bool) -> None:
    """List the messages that came in cases and wait for a person, of one case or of all."""
    from flows.casework import correspondence  # noqa: PLC0415 - as above

    with open_office(home, reading=True) as office:
        found = correspondence.waiting_in(office, reference)
    if as_json:
        print_json({"messages": [_row(each) for each in found]})
    elif found:
        print_rows(
            [(each.reference, each.tag, day(local_day(each.received)), str(each.what)) for each in found],
            head=("case", "message", "received", "what it is"),
        )
    else:
        click.echo("No message waits.")


def _row(letter: Letter) -> dict[str, object]:
    return {
        "reference": letter.reference,
        "tag": letter.tag,
        "received": letter.received.isoformat(),
        "what": letter.what,
        "size": letter.size,
    }


@mail.command(
    epilog=example(
        'equipoise mail read 0123456789abcdef --reason "To see what is answered." --as foi-officer',
        "equipoise mail read 0123456789abcdef --out answer.eml --as foi-officer",
    )
)
@click.argument("tag", metavar="MESSAGE")
@click.option("--reason", **WORDS, help="Why you open it; required the first time in its case.")
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write the message as it was received to a new FILE that only you can read.",
)
@acting
def read(
    tag: str, reason: str | None, out: Path | None, *, office: Office, officer: Officer, as_json: bool
) -> None:
    """Read a message that waits, once it is on record that you open what is sealed in its case."""
    from flows.casework import correspondence, sealed  # noqa: PLC0415 - as above
    from flows.sources.mail.message import TOLD, read_message  # noqa: PLC0415 - as above

    letter = correspondence.letter_of(office, tag)
    sealed.open_sealed(office, officer, letter.reference, reason)
    raw = correspondence.unsealed(office, letter)
    message = read_message(raw)
    written = write_file(out, raw, fresh=True, mode=0o600) if out else None
    told = [TOLD[each] for each in sorted(message.told)]
    if as_json:
        said = {"from": message.sender, "subject": message.subject, "text": message.text, "told": told}
        print_json({**_row(letter), **said, "attached": len(message.attached), "file": written})
        return
    if written:
        click.echo(f"Wrote {shown(written)}.")
        return
    click.echo(f"From:    {shown(message.name)} <{shown(message.sender)}>")
    click.echo(f"Subject: {shown(message.subject)}\n")
    click.echo(shown(message.text))
    for each in (*told, *(f"with it came: {one.kind}, {one.size} bytes" for one in message.attached)):
        click.echo(f"\n({each})")


@mail.command(epilog=example("equipoise mail done 0123456789abcdef --as foi-officer"))
@click.argument("tag", metavar="MESSAGE")
@acting
def done(tag: str, *, office: Office, officer: Officer, as_json: bool) -> None:
    """Put a message by that was read and needs no act; it stays sealed in the home."""
    from flows.casework import correspondence  # noqa: PLC0415 - as above

    letter = correspondence.dealt_with(office, officer.id, tag)
    if as_json:
        print_json(_row(letter))
    else:
        click.echo(f"The message {letter.tag} of {letter.reference} was put by.")

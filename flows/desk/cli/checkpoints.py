"""The command that hands out what others keep of the register: checkpoints and proofs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.casework import checkpoints, copies_elsewhere
from flows.desk.cli.terminal import (
    counted,
    example,
    open_office,
    print_json,
    read_text,
    shown,
    with_home,
    write_file,
)
from flows.domain.errors import Fault, MalformedError
from flows.domain.policy import SERVICE
from flows.register.checkpoint import log_key, newest_checkpoint, parse_checkpoint

if TYPE_CHECKING:
    from flows.casework.office import Office
    from flows.home import Home


@click.command(
    epilog=example(
        "equipoise checkpoint --out /mnt/elsewhere/checkpoint.txt",
        "equipoise checkpoint --prove 20 --out entry-20.tlog-proof",
        "equipoise checkpoint --since 0 --out for-the-witness.txt",
        "equipoise checkpoint --add what-the-witness-answered.txt",
    )
)
@click.option("--prove", type=int, metavar="ENTRY", help="Prove that the entry of that number is in it.")
@click.option(
    "--since",
    metavar="N|FILE",
    help="Prove that it goes on from a checkpoint of N entries, or that in FILE: what a witness is asked.",
)
@click.option(
    "--add",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Add the cosignatures that a witness answered.",
)
@click.option("--verifier-key", is_flag=True, help="Print the service's key as a witness needs it.")
@click.option(
    "--stamp",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Have its time stamped by the authority's time-stamp authority; write the token to FILE.",
)
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Write it there.")
@with_home
def checkpoint(
    prove: int | None,
    since: str | None,
    add: Path | None,
    stamp: Path | None,
    out: Path | None,
    *,
    verifier_key: bool,
    home: Home,
    as_json: bool,
) -> None:
    """Print the newest checkpoint, to be kept elsewhere; sign one if the register has grown.

    A checkpoint says how many entries there are and stands for all of them; it tells nothing of any case.
    Whoever kept one can tell a register that was cut off, or written anew.
    """
    if sum(each not in {None, False} for each in (prove, since, add, stamp, verifier_key)) > 1:
        raise click.UsageError("One of --prove, --since, --add, --stamp and --verifier-key")
    with open_office(home) as office:
        added: list[str] = []
        if verifier_key:
            text = _key(office)
        elif prove is not None:
            text = checkpoints.proof_of(office, prove)
        elif since is not None:
            text = checkpoints.since(office, _size(since))
        elif stamp is not None:
            text, token = checkpoints.stamp(office)
            write_file(stamp, token)
        elif add is not None:
            text, added = checkpoints.add_cosignatures(office, read_text(add))
        else:
            text = _current(office)
        written = _write(office, out, text) if out else None
    if as_json:
        print_json({"text": text, "file": written, "added": added})
    elif add is not None:
        by = "".join(f", by {name}" for name in added)
        click.echo(shown(f"Added: {counted(len(added), 'cosignature')}{by}."))
    elif written:
        click.echo(f"Written: {written}.")
    else:
        click.echo(shown(text), nl=False)


def _write(office: Office, out: Path, text: str) -> str:
    """Write what was asked for, and note where the newest checkpoint went, if that is in it."""
    written = write_file(out, text.encode())
    note, _ = newest_checkpoint(office.home.checkpoints)
    if note and text.endswith(note):
        copies_elsewhere.note_file(office, out, parse_checkpoint(note)[0].sequence)
    return written


def _current(office: Office) -> str:
    """Return the newest checkpoint; of a registrar's home it is taken by whoever the certificate names."""
    return checkpoints.take(office, "") if office.keys_elsewhere else checkpoints.current(office)


def _key(office: Office) -> str:
    policy = office.register.policy()
    return "".join(f"{log_key(policy.register, key)}\n" for key in policy.people[SERVICE].keys)


def _size(since: str) -> int:
    """Return of how many entries the checkpoint is that is named by its number or its file."""
    if since.isascii() and since.isdigit():
        return int(since)
    try:
        return parse_checkpoint(read_text(Path(since)))[0].sequence
    except ValueError:
        raise MalformedError(since, Fault(path="", problem="it is no checkpoint, and no number")) from None

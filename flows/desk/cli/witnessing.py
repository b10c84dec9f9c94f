"""The commands of a witness, who runs them on a machine of their own and needs no home."""

from __future__ import annotations

from pathlib import Path

import click

from flows import home as flows_home
from flows.desk.cli.terminal import (
    Commands,
    example,
    print_json,
    prints,
    read_text,
    shown,
    write_file,
)
from flows.domain.errors import Fault, MalformedError
from flows.register.note import parse_note_key
from flows.register.witness import Witness

_folder = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))


@click.group(cls=Commands)
def witness() -> None:
    """Witness the registers of others: sign a checkpoint that goes on from the last one seen."""


@witness.command(epilog=example("equipoise witness init /srv/witness --name witness.example.org/foi"))
@_folder
@click.option("--name", required=True, metavar="NAME", help="As an address is written, without https://.")
@prints
def init(folder: Path, name: str, *, as_json: bool) -> None:
    """Make a witness with a key of its own; print the key for auditors."""
    _tell_key(Witness.create(folder, name), as_json=as_json)


@witness.command(epilog=example("equipoise witness key /srv/witness > witness.key"))
@_folder
@prints
def key(folder: Path, *, as_json: bool) -> None:
    """Print the witness's key, by which an audit knows what it cosigned."""
    _tell_key(Witness(folder), as_json=as_json)


@witness.command(epilog=example("equipoise witness trust /srv/witness service.key"))
@_folder
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@prints
def trust(folder: Path, file: Path, *, as_json: bool) -> None:
    """Take a register on: FILE has what `equipoise checkpoint --verifier-key` printed there.

    Compare the key by another way than the one it came, as any key. A register whose service takes a new
    key is taken on again with that.
    """
    try:
        keys = [parse_note_key(line) for line in read_text(file).splitlines()]
    except ValueError as error:
        raise MalformedError(str(file), Fault(path="", problem=str(error))) from None
    here = Witness(folder)
    for each in keys:
        here.trust(each)
    names = [*dict.fromkeys(each.name for each in keys)]
    if as_json:
        print_json({"logs": names})
    else:
        click.echo(shown(f"Taken on: {', '.join(names)}."))


@witness.command(epilog=example("equipoise witness cosign /srv/witness for-the-witness.txt --out answer.txt"))
@_folder
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Write the answer there.")
@prints
def cosign(folder: Path, file: Path, out: Path | None, *, as_json: bool) -> None:
    """Sign the checkpoint in FILE if it goes on: what `equipoise checkpoint --since` printed."""
    line = Witness(folder).add(read_text(file), flows_home.now())
    written = write_file(out, line.encode()) if out else None
    if as_json:
        print_json({"cosignature": line, "file": written})
    else:
        click.echo(f"Written: {written}." if written else shown(line.removesuffix("\n")))


@witness.command(epilog=example("equipoise witness newest /srv/witness equipoise/b150a6af12…"))
@_folder
@click.argument("origin", metavar="ORIGIN")
@prints
def newest(folder: Path, origin: str, *, as_json: bool) -> None:
    """Print the newest checkpoint of a register that was cosigned."""
    note = Witness(folder).newest(origin) or ""
    if as_json:
        print_json({"checkpoint": note})
    else:
        click.echo(shown(note), nl=False)


@witness.command(epilog=example("equipoise witness serve /srv/witness --port 8430"))
@_folder
@click.option(
    "--port",
    metavar="PORT",
    type=click.IntRange(1, 65535),
    default=8430,
    show_default=True,
    help="Where it answers, on this machine alone.",
)
@prints
def serve(folder: Path, port: int, *, as_json: bool) -> None:
    """Answer POST /add-checkpoint over HTTP, on this machine alone, until Ctrl-C."""
    from flows.desk.witness_service import server  # noqa: PLC0415 - for who serves alone

    running = server(Witness(folder), port)
    address = f"http://127.0.0.1:{port}/add-checkpoint"
    if as_json:
        print_json({"address": address})
    else:
        click.echo(f"The witness answers at {address}, until Ctrl-C.")
    running.run()


def _tell_key(here: Witness, *, as_json: bool) -> None:
    if as_json:
        print_json({"name": here.name, "key": str(here.key)})
    else:
        click.echo(here.key)

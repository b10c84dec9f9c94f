"""The registrar, as a command."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from flows.casework.taking_over import take_over
from flows.desk.cli.terminal import at_home, counted, example, print_json, with_home

if TYPE_CHECKING:
    from flows.desk.registrar.certificates import OverTls
    from flows.home import Home

_LISTEN: Final = re.compile(r"\[?([0-9A-Za-z.:-]+?)\]?:(\d{1,5})")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(epilog=example("equipoise registrar --socket /run/equipoise/registrar.sock"))
@click.option(
    "--socket",
    "path",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="Where it answers on this machine; state/registrar.sock in the home if left out.",
)
@click.option("--listen", metavar="HOST:PORT", help="Where it answers over TLS too, with the three files.")
@click.option("--ca", metavar="FILE", type=_FILE, help="Who certifies those who may ask, PEM.")
@click.option("--cert", metavar="FILE", type=_FILE, help="Its own certificate, PEM.")
@click.option("--key", metavar="FILE", type=_FILE, help="The private key of that, PEM.")
@click.option(
    "--crl",
    metavar="FILE",
    type=_FILE,
    help="Which certificates are revoked: a list of each who certifies, PEM.",
)
@click.option("--push", "copy", metavar="COPY", help="Where git pushes every act to, after it was recorded.")
@at_home
def registrar(path: Path | None, copy: str | None, *, home: Home, as_json: bool, **tls: Any) -> None:  # noqa: ANN401 - click's
    """Write the register for workers, desks and officers elsewhere, until Ctrl-C."""
    from flows.desk.registrar.serving import serve  # noqa: PLC0415 - for who serves alone

    def say(where: str) -> None:
        if as_json:
            print_json({"registrar": where})
        else:
            click.echo(f"The registrar answers at {where}. Stop with Ctrl-C.")

    own = replace(home, registrar=None)
    serve(own, (path or own.socket).absolute(), _over_tls(**tls), copy, say=say)


def _over_tls(
    listen: str | None, ca: Path | None, cert: Path | None, key: Path | None, crl: Path | None
) -> OverTls | None:
    from flows.desk.registrar.certificates import OverTls  # noqa: PLC0415 - as above

    if not (listen or ca or cert or key or crl):
        return None
    found = _LISTEN.fullmatch(listen or "")
    if not (found and ca and cert and key):
        raise click.UsageError("--listen HOST:PORT, --ca, --cert and --key go together.")
    return OverTls(host=found[1], port=int(found[2]), authority=ca, certificate=cert, key=key, revoked=crl)


@click.command(epilog=example("equipoise promote /srv/equipoise/copy.git"))
@click.argument("copy", type=click.Path(path_type=Path))
@with_home
def promote(copy: Path, *, home: Home, as_json: bool) -> None:
    """Take a register over from COPY, to which another registrar pushed: from now on it is refused there.

    The copy takes no push any more. It is audited, and becomes this home's register if it passes and the
    service's key is here; then `equipoise registrar` writes it.
    """
    from flows.desk.cli.checking import Progress  # noqa: PLC0415 - for who takes over alone

    with Progress() as progress:
        done = take_over(replace(home, registrar=None), copy, progress.show)
    if as_json:
        print_json({"entries": done.entries, "newest": done.newest})
    else:
        click.echo(f"Taken over: {counted(done.entries, 'entry', 'entries')}, the newest {done.newest}.")
        click.echo("The copy takes nothing more. `equipoise doctor` says what is missing here.")

"""Commands on a recovery key: made in shares for trustees, checked, and used where no other key is left."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows import home as flows_home
from flows.casework import acts, recovering
from flows.desk.cli.terminal import (
    MOST_BYTES,
    WORDS,
    Commands,
    example,
    open_office,
    print_json,
    private_key,
    read_text,
    tell_policy,
    with_home,
)
from flows.desk.cli.terminal import acts as acting
from flows.domain.errors import RefusedError
from flows.domain.local_day import local_day
from flows.domain.policy import FEWEST_SHARES, MOST_SHARES, parse_person
from flows.domain.text_file import text_of
from flows.register import signature
from flows.vault.shares import parse_shares

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.casework.acts import Officer
    from flows.casework.office import Office
    from flows.domain.policy import Recovery
    from flows.home import Home
    from flows.vault.shares import Share

SHARES_TO = "Where to write the shares, a file for each trustee: a new folder outside the home."


class SharesNeeded(click.ParamType[tuple[int, int]]):
    """How many shares are needed of how many, as ``3 of 5``."""

    name = "shares"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002 - click's form
        """Return what stands for it in the help."""
        return "NUMBERS"

    def convert(
        self,
        value: str | tuple[int, int],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[int, int]:
        """Return both numbers."""
        if isinstance(value, tuple):
            return value
        found = re.fullmatch(r"\s*([0-9]{1,2})\s*of\s*([0-9]{1,2})\s*", value)
        needed, shares = map(int, found.groups()) if found else (0, 0)
        if not FEWEST_SHARES <= needed <= shares <= MOST_SHARES:
            self.fail(
                f"write it as '3 of 5': {FEWEST_SHARES} or more are needed, of {MOST_SHARES} at most.",
                param,
                ctx,
            )
        return needed, shares


@dataclass(frozen=True, kw_only=True)
class Handed:
    """What was made, if anything was asked for."""

    recovery: Recovery | None = None
    paths: list[Path] = field(default_factory=list)


@contextmanager
def shares_for(
    numbers: tuple[int, int] | None, folder: Path | None, home: Home, authority: str
) -> Iterator[Handed]:
    """Make a recovery key and write its shares, if numbers are given.

    Raises:
        RefusedError: there is no folder for them, or one that will not do.
    """
    if numbers is None or folder is None:
        if numbers or folder:
            raise RefusedError("Shares need both: how many of how many, and a folder for them, --shares-to.")
        yield Handed()
        return
    made = recovering.make(*numbers)
    with recovering.handed_out(made, folder, home, authority, local_day(flows_home.now())) as paths:
        yield Handed(recovery=made.recovery, paths=paths)


def tell_shares(made: Handed, *, as_json: bool = False) -> None:
    """Say where the shares are and what becomes of them, to people."""
    if made.recovery is None or as_json:
        return
    for path in made.paths:
        click.echo(f"A share is in {path}.")
    click.echo(
        "Print each on its own, give each to another person, and destroy the files: the home keeps none."
    )


@click.group(cls=Commands)
def recovery() -> None:
    """Have a lost last key of an administrator made good by shares that trustees keep."""


@recovery.command(
    "set",
    epilog=example('equipoise recovery set "3 of 5" --shares-to /media/stick/shares --as administrator'),
)
@click.argument("numbers", metavar="NUMBERS", type=SharesNeeded())
@click.option("--shares-to", metavar="FOLDER", required=True, type=click.Path(path_type=Path), help=SHARES_TO)
@acting
def set_(
    numbers: tuple[int, int], shares_to: Path, *, office: Office, officer: Officer, as_json: bool
) -> None:
    """Make a recovery key in shares, some of which name a new administrator, in the place of any before.

    NUMBERS says how many of how many, as '3 of 5'. Shares of before are good for nothing from then on. Where
    a change takes two administrators, the new shares are good once the other confirms.
    """
    authority = office.register.policy().authority
    with shares_for(numbers, shares_to, office.home, authority) as made:
        try:
            recorded = acts.change_recovery(office, officer, made.recovery)
        except (acts.ProposedError, acts.UnconfirmedError):
            tell_shares(made, as_json=as_json)
            raise
    tell_shares(made, as_json=as_json)
    done = "{} of {} shares name a new administrator from now on.".format(*numbers)
    tell_policy(office, done, new=recorded is not None, as_json=as_json)


@recovery.command("remove", epilog=example("equipoise recovery remove --as administrator"))
@acting
def remove(*, office: Office, officer: Officer, as_json: bool) -> None:
    """Let no share name an administrator any more."""
    recorded = acts.change_recovery(office, officer, None)
    done = "No share names an administrator from now on."
    if recorded is None:
        done = "There is no recovery key; nothing was recorded."
    tell_policy(office, done, new=recorded is not None, as_json=as_json)


_FILES = click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))


@recovery.command("check", epilog=example("equipoise recovery check recovery-share-2.txt"))
@_FILES
@with_home
def check(files: tuple[Path, ...], *, home: Home, as_json: bool) -> None:
    """Check that shares are whole and of the recovery key in force; - reads from standard input.

    One is enough. With as many as are needed, it is tried whether they make the key; nothing is recorded.
    """
    shares = _read(files)
    with open_office(home, reading=True) as office:
        key = office.register.policy().rules.recovery
    makes = recovering.check(key, shares) is not None
    needed = key.needed if key else 0
    if as_json:
        print_json({"shares": [share.number for share in shares], "needed": needed, "makes": makes})
        return
    for share in shares:
        click.echo(f"Share {share.number} is whole, and of the recovery key in force.")
    if makes:
        click.echo("Together they make the recovery key.")
    else:
        click.echo(f"It takes {needed} to use the key.")


@recovery.command(
    "use",
    epilog=example(
        "equipoise recovery use share-1.txt share-3.txt share-4.txt --as new.administrator \\\n"
        '  --reason "The last administrator left, and their key was destroyed."'
    ),
)
@_FILES
@click.option(
    "--as", "person", required=True, metavar="PERSON", help="The new administrator: an id not on the list."
)
@click.option(
    "--key",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Their private key; else keys/officers/PERSON of the home, made where there is none.",
)
@click.option("--reason", required=True, **WORDS, help="Why; name nobody.")
@with_home
def use(
    files: tuple[Path, ...], person: str, key: Path | None, reason: str, *, home: Home, as_json: bool
) -> None:
    """Name a new administrator by shares, where no key of one is left; - reads from standard input.

    Do it with the trustees there, on a machine of theirs that has a copy of the home, or on this one. The
    key is put together for this one act; have the shares made anew afterwards.
    """
    shares, id_ = _read(files), parse_person(person)
    with open_office(home) as office:
        key_of_all = recovering.put_together(office.register.policy().rules.recovery, shares)
        path = key or home.officers / id_
        if key is None and not path.exists():
            signature.generate(path)
        signer = private_key(path, id_, named=key is not None)
        recovering.recover(office, id_, signer=signer, recovery=key_of_all, reason=reason)
        done = f"{id_} is an administrator from now on, with the key {path}. Have the shares made anew."
        tell_policy(office, done, new=True, as_json=as_json)


def _read(files: tuple[Path, ...]) -> list[Share]:
    return [share for path in files for share in parse_shares(*_text(path))]


def _text(path: Path) -> tuple[str, str]:
    if str(path) == "-":
        return text_of(sys.stdin.buffer.read(MOST_BYTES), "standard input"), "standard input"
    return read_text(path), str(path)

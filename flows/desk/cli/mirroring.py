"""The commands that keep copies of a register elsewhere, each verified before it moves on."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import click

from flows import home as flows_home
from flows.casework import papers as paper
from flows.desk.cli.checking import Progress, audit_json, fingerprint, tell_audit
from flows.desk.cli.terminal import FAILS_ITS_AUDIT, NO, counted, example, print_json, prints
from flows.domain.errors import RefusedError
from flows.register.mirror import Verifier, check_push
from flows.register.mirror import mirror as mirror_register
from flows.register.sharing import processors

_pin = click.option(
    "--pin", metavar="FINGERPRINT", help="The register's fingerprint, as published elsewhere."
)


@click.command(
    epilog=example(
        "equipoise mirror https://foi.example.gov.uk/register.git /srv/copies/register.git",
    )
)
@click.argument("source")
@click.argument("copy", type=click.Path(path_type=Path))
@_pin
@prints
def mirror(source: str, copy: Path, pin: str | None, *, as_json: bool) -> None:
    """Keep a copy of a register that moves on only to what passes its audit and goes on from it.

    SOURCE is a folder or an address, as git fetches from. What comes is audited beside the copy. If it
    fails, or was cut off or written anew, the copy stays as it was: then it is the evidence.
    """
    with Progress() as progress:
        done = mirror_register(source, copy, replace(_verifier(pin), tell=progress.show))
    entries = counted(done.report.entries, "entry", "entries")
    if as_json:
        print_json({"moved": done.moved, **audit_json(done.report)})
    elif done.report.passes:
        click.echo(f"Moved on: {entries}." if done.moved else f"Nothing new: {entries}.")
    else:
        tell_audit(done.report, "none")
        click.secho("The copy stays as it was.", fg="red")
    if not done.report.passes:
        sys.exit(FAILS_ITS_AUDIT)


@click.command(
    "pre-receive",
    epilog=example(
        "equipoise pre-receive --pin 29c28f1df83c91964389f790660b6e8d6a377284cd41464d4450efc27d429fbf"
    ),
)
@_pin
@prints
def pre_receive(pin: str | None, *, as_json: bool) -> None:
    """As the pre-receive hook of a git server: let in what passes its audit and goes on from what is there.

    git hands it what is pushed, and keeps the objects in quarantine until it ends. What is refused is not
    kept.
    """
    repository, quarantine = (os.environ.get(name) for name in ("GIT_DIR", "GIT_QUARANTINE_PATH"))
    if not repository:
        raise RefusedError("This is called by git, as the hook pre-receive of a repository; see its help.")
    lines = sys.stdin.read().splitlines()
    came = Path(quarantine) if quarantine else None
    report = check_push(lines, Path(repository), came, _verifier(pin))
    if as_json:
        print_json(audit_json(report))
    for finding in [] if as_json else report.findings:
        click.echo(f"{finding.code} at {finding.place}: {finding.sentence}", err=True)
    if not report.passes:
        sys.exit(NO)


def _verifier(pin: str | None) -> Verifier:
    pinned = fingerprint(pin) if pin is not None else None
    return Verifier(check_brought=paper.check, pin=pinned, now=flows_home.now(), processes=processors())

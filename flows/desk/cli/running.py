"""Commands that run flows: everything on its schedule, or one stage now."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.casework.office import open_office
from flows.desk import demo as story
from flows.desk.cli.terminal import NO, counted, example, print_json, prints, shown, speaks
from flows.domain.errors import Fault, MalformedError, WrongStageError
from flows.domain.procedure import ActKind, Stage
from flows.domain.reference import parse_reference, slug
from flows.engine import here as engine
from flows.engine import settings
from flows.sources import copying, inbox

if TYPE_CHECKING:
    from flows.casework.office import Office
    from flows.home import Home


@click.command(epilog=example("equipoise up --every 60"))
@click.option(
    "--every",
    default=settings.TICK_SECONDS,
    show_default=True,
    metavar="SECONDS",
    type=click.IntRange(min=1),
    help="How often each flow looks for work.",
)
@speaks
def up(every: int, *, home: Home, as_json: bool) -> None:
    """Run the Prefect server and every flow on its schedule, until Ctrl-C."""
    with open_office(home):
        pass  # there is a register, and it can be read
    from flows.engine.up import run  # noqa: PLC0415 - Prefect takes a second to import

    def say(url: str) -> None:
        if as_json:
            print_json({"url": url})
        else:
            click.echo(f"Equipoise is up. Prefect: {url}  Stop with Ctrl-C.")

    run(home, every=every, say=say)


@click.command(epilog=example("equipoise intake new-request.yaml"))
@click.argument("path", type=click.Path(path_type=Path), required=False)
@speaks
def intake(path: Path | None, *, home: Home, as_json: bool) -> None:
    """Take requests in now, first drafts included: those in the inbox, or a copy of those at PATH."""
    with open_office(home) as office:
        if path is not None:
            _check_there(path)
            copying.copy_in(path, home.inbox)
        there = _names(home.set_aside)
        before = office.register.tip().entry.sequence
        waits = bool(inbox.waiting(home.inbox) or office.register.ready(Stage.RECEIVED))
        held = not waits or _run(home, ["intake", "drafting"])
        opened = _since(office, before, ActKind.OPEN)
    aside = sorted(_names(home.set_aside) - there)
    arriving = len(inbox.waiting(home.inbox)) if held else 0
    if as_json:
        print_json({"cases": opened, "set_aside": aside, "arriving": arriving, "failed": not held})
    else:
        for reference in opened:
            click.echo(f"Opened {reference}.")
        for name in aside:
            why = home.set_aside / name / "WHY.txt"
            click.secho(shown(f"Set aside {name}: {why} says why."), fg="yellow")
        if arriving:
            items = counted(arriving, "item is", "items are")
            click.echo(f"{items} still arriving: open for writing, or changed some seconds ago.")
        elif held and not opened and not aside:
            click.echo("Nothing new.")
    _end(held=held, answer=not aside)


@click.command(epilog=example("equipoise publish 1146A/22"))
@click.argument("references", metavar="[REF]…", nargs=-1)
@speaks
def publish(references: tuple[str, ...], *, home: Home, as_json: bool) -> None:
    """Publish what is signed off: everything, or the cases named."""
    with open_office(home) as office:
        only = [_signed_off(office, parse_reference(reference)) for reference in references]
        before = office.register.tip().entry.sequence
        waits = bool(office.register.ready(Stage.PUBLICATION))
        held = not waits or _run(home, ["publication"], only or None)
        published = _since(office, before, ActKind.PUBLISH)
    if as_json:
        print_json({"cases": published, "failed": not held})
    else:
        for reference in published:
            click.echo(f"Published {reference}: {home.published / slug(reference)}.pdf")
        if held and not published:
            click.echo("Nothing to publish.")
    _end(held=held, answer=True)


@click.command(epilog=example("equipoise demo --keep build/demo"))
@click.option(
    "--keep", metavar="DIR", type=click.Path(path_type=Path), help="Keep the home of the story here."
)
@prints
def demo(keep: Path | None, *, as_json: bool) -> None:
    """Play the whole story on the example cases, with every part real."""
    if as_json:
        print_json(story.play(keep, say=lambda _: None))
    else:
        story.play(keep, say=click.echo)


def _check_there(path: Path) -> None:
    try:
        path.lstat()
    except OSError as error:
        problem = f"it cannot be read ({error.strerror}); name a request, or a folder of them"
        raise MalformedError(str(path), Fault(path="", problem=problem)) from None


def _run(home: Home, flows: list[str], only: list[str] | None = None) -> bool:
    if sys.stderr.isatty():
        click.echo("Running Prefect, which takes some seconds…", err=True)
    told: list[str] = []
    held = engine.run(home, flows, only, tell=told.append)
    for sentence in told or ([] if held else ["A flow failed; its runs in Prefect say why."]):
        click.secho(sentence, err=True, fg="red")
    return held


def _end(*, held: bool, answer: bool) -> None:
    if not (held and answer):
        sys.exit(NO)


def _signed_off(office: Office, reference: str) -> str:
    case = office.register.case(reference)
    if case.stage not in {Stage.PUBLICATION, Stage.PUBLISHED, Stage.SENT}:
        raise WrongStageError(case.reference, act="publish", needed=Stage.PUBLICATION, found=case.stage)
    return case.reference


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def _since(office: Office, sequence: int, kind: ActKind) -> list[str]:
    return [
        recorded.entry.case
        for recorded in office.register.since(sequence)
        if recorded.entry.act.endswith(f"-{kind}")
    ]

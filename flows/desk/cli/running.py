"""Commands that run flows: everything on its schedule, or one stage now."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from flows.desk import demo as story
from flows.desk import sample
from flows.desk.cli.terminal import (
    NO,
    counted,
    example,
    open_office,
    print_json,
    prints,
    references_argument,
    shown,
    with_home,
)
from flows.domain.acts import OPEN, PUBLISH, Kind
from flows.domain.documents import DOCUMENTS
from flows.domain.errors import Fault, MalformedError, PitError, RegisterError, WrongStageError
from flows.domain.procedure import Stage
from flows.domain.reference import parse_reference
from flows.engine import here as engine
from flows.engine import settings, waking
from flows.engine.settings import DESK_PORT as PORT
from flows.home import Home
from flows.settings import Settings
from flows.sources import copying, inbox
from flows.sources.item import tag_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flows.casework.office import Office
    from flows.desk.cli.checking import Progress
    from flows.domain.act import Act
    from flows.registrar.connection import Connection

_SEVERAL: Final = 2
"""From how many on it is shown how far a run is."""
_LOOK_SECONDS: Final = 0.5


@click.command(epilog=example("equipoise up --every 60"))
@click.option(
    "--every",
    metavar="SECONDS",
    type=click.IntRange(min=1),
    help="How often it is looked what waits that nothing announced, and what failed is tried again; "
    "else the setting up.every, 15.",
)
@click.option(
    "--port",
    metavar="PORT",
    type=click.IntRange(1, 65_535),
    help="Where the desk answers, on this machine alone; another one if that is taken. Else the setting "
    "desk.port, 8420.",
)
@click.option(
    "--found",
    is_flag=True,
    help="Where there is no register yet: found one by the page first, behind a link.",
)
@with_home
def up(every: int | None, port: int | None, *, found: bool, home: Home, as_json: bool) -> None:
    """Run the desk, the Prefect server and every flow on its schedule, until Ctrl-C."""
    said = Settings(home)
    every, port = every or said.number("up.every"), port or said.number("desk.port")
    if found and not home.register.exists():
        port = _found(home, port, as_json=as_json)
    with open_office(home) as office:  # there is a register, and it can be read
        try:
            office.open_vault()
        except RegisterError as error:  # what needs nothing sealed goes on
            click.echo(shown(str(error), lines=False), err=True)
    _run_up(home, every, port, as_json=as_json)


def _found(home: Home, port: int, *, as_json: bool) -> int:
    """Have a register founded by the page, where there is none; return the port at which its desk is."""
    from flows.desk.web.founding import found_by_page  # noqa: PLC0415 - for the first start alone
    from flows.engine.server import listening  # noqa: PLC0415 - as above

    def say(url: str) -> None:
        if as_json:
            print_json({"found": url})
        else:
            click.echo(f"There is no register at {home.root} yet. Found one at {url}")
            click.echo("The link is for you alone: whoever opens it becomes the first administrator.")

    with listening(port) as listener:
        port = int(listener.getsockname()[1])
        found_by_page(home, listener, say)
    return port


def _run_up(home: Home, every: int, port: int, *, as_json: bool, opened: bool = False) -> None:
    from flows.desk.web import serving  # noqa: PLC0415 - for those who serve pages alone
    from flows.engine.up import run  # noqa: PLC0415 - Prefect takes a second to import

    environment = dict(os.environ)
    with serving.running(home, port=port) as running:
        desk = running.address

        def say(url: str) -> None:
            if as_json:
                print_json({"desk": desk, "url": url})
            else:
                click.echo(f"Equipoise is up. Desk: {desk}  Prefect: {url}  Stop with Ctrl-C.")
            if opened:
                click.launch(desk)

        anew = run(home, every=every, say=say)
    if anew:  # in the process's place, as a thread that hangs cannot be ended; its locks are gone with it
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)  # noqa: S606 - ourselves


@click.command(epilog=example("equipoise intake new-request.yaml"))
@click.argument("path", type=click.Path(path_type=Path), required=False)
@with_home
def intake(path: Path | None, *, home: Home, as_json: bool) -> None:
    """Take requests in now, first drafts included: those in the inbox, or a copy of those at PATH.

    Where a registrar is asked they are handed over to it, and nothing of them is kept here.
    """
    with open_office(home) as office:
        if path is not None:
            _check_there(path)
            home.inbox.mkdir(parents=True, exist_ok=True)
            copying.copy_in(path, home.inbox)
        there = _names(home.set_aside)
        if office.keys_elsewhere:
            handed, held = _hand_over(office, office.keys_elsewhere)
            _say_handed(home, handed, there, held=held, as_json=as_json)
            return
        before = office.register.tip().entry.sequence
        waits = bool(inbox.waiting(home.inbox) or office.catalogue.ready(Stage.RECEIVED))
        if waits:
            office.open_vault()
        batch = _Batch("Taking in", inbox.waiting(home.inbox), as_json=as_json)
        held = not waits or _run(home, ["intake", "drafting"], batch=batch)
        opened = [act.case for act in _since(office, before, OPEN)]
    aside = sorted(_names(home.set_aside) - there)
    arriving = len(inbox.waiting(home.inbox)) if held else 0
    if as_json:
        print_json({"cases": opened, "set_aside": aside, "arriving": arriving, "failed": not held})
    else:
        for reference in opened:
            click.echo(f"Opened {reference}.")
        _say_left(home, aside, arriving)
        if held and not (opened or aside or arriving):
            click.echo("Nothing new.")
    _end(held=held, answer=not aside)


@click.command(epilog=example("equipoise publish 1146A/22"))
@references_argument
@with_home
def publish(references: tuple[str, ...], *, home: Home, as_json: bool) -> None:
    """Publish what is signed off: everything, or the cases named."""
    with open_office(home) as office:
        only = [_signed_off(office, parse_reference(reference)) for reference in references]
        before = office.register.tip().entry.sequence
        ready = office.catalogue.ready(Stage.PUBLICATION)
        papers_to_be = [
            home.published / f"{DOCUMENTS[document].slug(reference)}.pdf"
            for reference, document in ready
            if not only or reference in only
        ]
        batch = _Batch("Publishing", papers_to_be, as_json=as_json)
        held = not ready or _run(home, ["publication"], only or None, batch=batch)
        published = _since(office, before, PUBLISH)
    papers = {
        DOCUMENTS[act.document].named(act.case): home.published
        / f"{DOCUMENTS[act.document].slug(act.case)}.pdf"
        for act in published
    }
    if as_json:
        print_json({"papers": papers, "failed": not held})
    else:
        for named, paper in sorted(papers.items()):  # they are published in no order
            click.echo(f"Published {named}: {paper}")
        if held and not published:
            click.echo("Nothing to publish.")
    _end(held=held, answer=True)


@click.command(epilog=example("equipoise demo --keep build/demo"))
@click.option(
    "--keep", metavar="DIR", type=click.Path(path_type=Path), help="Keep the home of the story here."
)
@click.option(
    "--open",
    "opened",
    is_flag=True,
    help="With --keep: play it there unless that was done, run it until Ctrl-C, and open its desk.",
)
@prints
def demo(keep: Path | None, *, opened: bool, as_json: bool) -> None:
    """Play the whole story on the example cases, with every part real."""
    if opened:
        if keep is None:
            raise click.UsageError("--open goes with --keep, which says where the sample is.")
        if not (keep / ".demo").is_file():
            story.play(keep, say=lambda _: None if as_json else click.echo)
        sample.fill(Home(keep.absolute()))
        _run_up(Home(keep.absolute()), settings.TICK_SECONDS, PORT, as_json=as_json, opened=True)
    elif as_json:
        print_json(story.play(keep, say=lambda _: None))
    else:
        story.play(keep, say=click.echo)


def _hand_over(office: Office, registrar: Connection) -> tuple[int, bool]:
    """Hand what is in the inbox here over; return how much, and whether all that has arrived was taken.

    The one that cannot be handed over holds up no other.
    """
    from flows.casework import handing_over  # noqa: PLC0415 - where a registrar is asked alone

    handed, failed = 0, False
    office.home.inbox.mkdir(parents=True, exist_ok=True)
    with office.taking_in():
        for path in inbox.waiting(office.home.inbox):
            try:
                done = handing_over.hand_over(path, office, registrar)
                handed += done is not None and done.handed
            except PitError as error:
                failed = True
                click.secho(shown(f"Item {tag_of(path)}: {error}"), err=True)
    if handed:
        waking.ask_workers(office.home, "intake")
    return handed, not failed


def _say_handed(home: Home, handed: int, there: set[str], *, held: bool, as_json: bool) -> None:
    aside = sorted(_names(home.set_aside) - there)
    arriving = len(inbox.waiting(home.inbox)) if held else 0
    if as_json:
        print_json({"handed": handed, "set_aside": aside, "arriving": arriving, "failed": not held})
    else:
        if handed:
            click.echo(f"Handed {counted(handed, 'request', 'requests')} over to the registrar.")
        _say_left(home, aside, arriving)
        if held and not (handed or aside or arriving):
            click.echo("Nothing new.")
    _end(held=held, answer=not aside)


def _say_left(home: Home, aside: Sequence[str], arriving: int) -> None:
    for name in aside:
        why = home.set_aside / name / "WHY.txt"
        click.secho(shown(f"Set aside {name}: {why} says why."), fg="yellow")
    if arriving:
        items = counted(arriving, "item is", "items are")
        click.echo(f"{items} still arriving: open for writing, or changed some seconds ago.")


def _check_there(path: Path) -> None:
    try:
        path.lstat()
    except OSError as error:
        problem = f"it cannot be read ({error.strerror}); name a request, or a folder of them"
        raise MalformedError(str(path), Fault(path="", problem=problem)) from None


def _run(home: Home, flows: list[str], only: list[str] | None = None, *, batch: _Batch) -> bool:
    if sys.stderr.isatty() and not batch.silent:
        click.echo("Running Prefect, which takes some seconds…", err=True)
    with batch.shown():
        return engine.run(home, flows, only)


class _Batch:
    """What a run works through, wherever it runs: a file of each comes, goes or changes when it is done.

    Args:
        label: What is done to each.
        paths: A file, or where one will be, of each.
    """

    def __init__(self, label: str, paths: Sequence[Path], *, as_json: bool) -> None:
        self.silent = as_json
        self._label = label
        self._before = {path: _stamp(path) for path in paths}

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show on a terminal how many of several are done, for as long as the block lasts."""
        if self.silent or len(self._before) < _SEVERAL or not sys.stderr.isatty():
            yield
            return
        ended = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(ended,), daemon=True)
        watcher.start()
        try:
            yield
        finally:
            ended.set()
            watcher.join()

    def _watch(self, ended: threading.Event) -> None:
        from flows.desk.cli.checking import Progress  # noqa: PLC0415 - on a terminal alone

        with Progress() as progress:
            while not ended.wait(_LOOK_SECONDS):
                self._show(progress)
            self._show(progress)

    def _show(self, progress: Progress) -> None:
        done = sum(_stamp(path) != was for path, was in self._before.items())
        if done:
            progress.show(self._label, done, len(self._before))


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _end(*, held: bool, answer: bool) -> None:
    if not (held and answer):
        sys.exit(NO)


def _signed_off(office: Office, reference: str) -> str:
    case = office.register.dossier(reference).case
    there = {case.stage(name) for name in case.documents}
    if not there & {Stage.PUBLICATION, Stage.PUBLISHED, Stage.SENT}:
        raise WrongStageError(case.reference, passive=PUBLISH.passive, stage=case.stage())
    return case.reference


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def _since(office: Office, sequence: int, kind: Kind) -> list[Act]:
    """Return the acts of one kind after the entry of a sequence, oldest first."""
    found: list[Act] = []
    for recorded in office.register.since(sequence):
        if recorded.entry.act.endswith(f"-{kind.name}"):
            dossier = office.register.dossier(recorded.entry.case)
            found += (said.act for said in dossier.statements if dossier.entry_of(said) == recorded)
    return found

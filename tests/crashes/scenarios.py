"""What is done to a home while faults happen: each with the home before it, and how many entries it adds."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest
from click.testing import CliRunner
from desk_builders import CASE, EXAMPLE, Desk, another_case

from flows import home as flows_home
from flows.casework import auditing, checkpoints, publishing, requests
from flows.casework.office import Office, open_office
from flows.casework.requests import NextReferences
from flows.desk.cli.main import main
from flows.domain.errors import MalformedError, PitError
from flows.domain.procedure import Stage
from flows.register import stop
from flows.register.audit import audit
from flows.register.report import Verdict
from flows.register.repository import Repository
from flows.sources import inbox
from flows.sources.item import LONG_REST, look
from flows.vault.keys import keys_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from flows.home import Home

NOW: Final = flows_home.now()
LATER: Final = NOW.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=41)
"""The same in every process of a run, whenever it began: their clocks are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One thing that is done.

    Attributes:
        before: Makes the home ready for it.
        work: Does it; False where it was refused in a sentence.
        entries: How many it adds to the register.
    """

    before: Callable[[Home], object]
    work: Callable[[Home], bool]
    entries: int = 1


def command(*words: str) -> Callable[[Home], bool]:
    """Return what gives a command; whatever happens, it ends in a sentence."""

    def work(home: Home) -> bool:
        result = CliRunner().invoke(main, [*words, "--home", str(home.root)], prog_name="equipoise")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert (result.exit_code == 0) == (not result.stderr), result.output
        assert "Traceback" not in result.output
        return result.exit_code == 0

    return work


def by_machine(do: Callable[[Office], object]) -> Callable[[Home], bool]:
    """Return what a flow does; as a flow, it fails on an error of ours, of the disk or of SQLite."""

    def work(home: Home) -> bool:
        try:
            with open_office(home) as office:
                do(office)
        except (PitError, OSError, sqlite3.Error):
            return False
        return True

    return work


def take_in(office: Office) -> None:
    """Look at the inbox, as the intake does."""
    with office.taking_in():
        office.register.check_not_stopped()
        office.vault.sweep(office.catalogue.recipients().keys())
        requests.catch_up(office)
        references = NextReferences(office)
        for path in inbox.waiting(office.home.inbox):
            item = look(path, now=time.time() + LONG_REST)
            if item is None:
                continue
            try:
                arrival = requests.read_item(item, references)
            except MalformedError as error:
                requests.set_aside(office, path, requests.faults_of(error))
                continue
            requests.open_case(office, arrival)


def put(home: Home, *, reference: str | None = "R/9", fit: bool = True, attached: bool = False) -> None:
    text = (EXAMPLE / "request.yaml").read_text().replace("2022-11-07", "2022-11-09")
    text = text.replace(f"reference: {CASE}\n", f"reference: {reference}\n" if reference else "")
    text = text.replace("Please answer by e-mail.", "Please answer R/9 by e-mail.")
    if not fit:
        text = text.replace("subject:", "subjects:")
    if not (reference or attached):
        (home.inbox / "letter.yaml").write_text(text)
        return
    item = home.inbox / "item"
    item.mkdir()
    (item / "request.yaml").write_text(text)
    if attached:
        (item / "attachments").mkdir()
        (item / "attachments" / "map.txt").write_text("Here.\n")


def sign_off(home: Home) -> None:
    desk = Desk(home)
    desk.submit()
    desk.approve("legal-review", "legal-reviewer")
    desk.approve("balancing", "sign-off-officer")


def grown(home: Home) -> None:
    """Let the register have grown since its last checkpoint."""
    by_machine(checkpoints.current)(home)
    Desk(home).submit()


def unknown(home: Home) -> None:
    """Lose the catalogue."""
    for path in home.state.glob("catalogue*"):
        path.unlink()


def erasing(home: Home) -> None:
    desk = Desk(home)
    another_case(home, "R/2", "2022-11-08")
    desk.done("show", CASE)
    desk.done("close", CASE, "--ground", "withdrawn", "--as", "foi-officer")
    first = ("--as", "administrator")
    with dated(LATER):
        desk.done("officer", "add", "second.administrator", "--role", "administrator", *first)
        desk.done("retention", "set", "1", *first)
        desk.done("erase", CASE, "--ground", "Schedule 4.2", *first)


def confirm(home: Home) -> bool:
    with dated(LATER):
        return command("confirm-erasure", CASE, "--as", "second.administrator")(home)


def stopped(home: Home) -> None:
    """Let an audit have found something."""
    found = auditing.Audited(time=NOW, entries=8, findings=("E_MISSING entry 8",))
    auditing._keep(home, found)
    stop.stop(home.register, "Nothing is recorded: the audit found something.")
    # An act has whole seconds: one in the second of the stop counts as before it.
    os.utime(home.root / "writing-stopped.txt", (NOW.timestamp() - 60,) * 2)


def resume(home: Home) -> bool:
    try:
        if stop.stopped(home.register) is None:
            return True
    except OSError:
        return False
    return command("resume", "--reason", "Restored.", "--as", "administrator")(home)


def publish(office: Office) -> None:
    """Publish, as the flow does."""
    for each in office.catalogue.ready(Stage.PUBLICATION):
        publishing.publish(office, *each)
    for each in publishing.copies_missing(office):
        publishing.lay_out_again(office, *each)


def pack(office: Office) -> None:
    """Pack the register, as an act does once many objects are loose."""
    with closing(Repository(office.home.register)) as repository, repository.locked():
        repository.objects.pack()


@contextmanager
def dated(now: datetime) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(flows_home, "now", lambda: now)
        yield


SCENARIOS: Final = {
    "an act": Scenario(
        before=lambda _: None, work=command("submit", CASE, "--version", "1", "--as", "foi-officer")
    ),
    "an opening": Scenario(before=lambda home: put(home, attached=True), work=by_machine(take_in)),
    "a lone request without a reference": Scenario(
        before=lambda home: put(home, reference=None), work=by_machine(take_in)
    ),
    "setting aside": Scenario(before=lambda home: put(home, fit=False), work=by_machine(take_in), entries=0),
    "a publication": Scenario(before=sign_off, work=by_machine(publish)),
    "a checkpoint": Scenario(before=grown, work=by_machine(checkpoints.current), entries=0),
    "an audit at night": Scenario(before=grown, work=by_machine(auditing.audit_register), entries=0),
    "the catalogue made anew": Scenario(before=unknown, work=command("queue"), entries=0),
    "authorising a person": Scenario(
        before=lambda _: None,
        work=command("officer", "add", "new.officer", "--role", "auditor", "--as", "administrator"),
    ),
    "an erasure": Scenario(before=erasing, work=confirm),
    "resuming": Scenario(before=stopped, work=resume),
    "another key for the vault": Scenario(
        before=lambda home: another_case(home, "R/2", "2022-11-08"),
        work=command("vault", "rotate"),
        entries=0,
    ),
    "packing": Scenario(before=sign_off, work=by_machine(pack), entries=0),
}


FOUNDED_AT: Final = "at/office"
"""Where, in the folder of a scenario that founds one, a home is made."""
FOUNDING: Final = {
    "founding": Scenario(
        before=lambda _: None,
        work=lambda place: command(
            "init", *("--authority", "A Council", "--administrator", "administrator", "--body", "other")
        )(flows_home.Home(place.root / FOUNDED_AT)),
    )
}
"""What has no home before it."""


def entries(home: Home) -> int:
    with open_office(home, reading=True) as office:
        return office.register.tip().entry.sequence


def names(home: Home) -> set[str]:
    """The files of a home; an object of the register by what it is, however it is stored."""
    found = {str(path.relative_to(home.root)) for path in home.root.rglob("*") if not path.is_dir()}
    found = {each for each in found if not each.endswith("-journal")}  # SQLite takes it up, or leaves it
    return {each for each in found if not each.startswith(("state/catalogue-", "register.git/objects/"))} | {
        each for each in found if "tmp" in each
    }


def unopened(home: Home) -> list[str]:
    """Return the case keys that nothing opens."""
    with open_office(home, reading=True) as office:
        vault = office.vault
        found = []
        for recipient in sorted(vault.recipients()):
            try:
                vault.check(recipient, vault.seal(recipient, b"a request"))
            except PitError:
                found.append(recipient)
        return found


def audited(home: Home) -> list[str]:
    report = audit(
        home.register,
        check_brought=lambda _: Verdict(passes=True),
        now=LATER,
        keys=partial(keys_in, home.case_keys),
    )
    return [*report.named]

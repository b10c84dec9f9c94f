"""Commands that check: the register, a draft, the form of a file."""

from __future__ import annotations

import re
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import click

from flows import disk
from flows import home as flows_home
from flows.casework import acts as casework
from flows.casework import papers as paper
from flows.casework import published_files, texts
from flows.casework.requests import check_received
from flows.casework.stated import is_paper, read_stated
from flows.desk.cli.audit_page import Compared, audit_page
from flows.desk.cli.papers import MOST_BYTES
from flows.desk.cli.telling import check_rows, rows, tell_findings, tell_lines
from flows.desk.cli.terminal import (
    FAILS_ITS_AUDIT,
    NO,
    WORDS,
    acts,
    counted,
    example,
    heading,
    moment,
    open_office,
    print_json,
    print_rows,
    prints,
    read_file,
    read_text,
    with_home,
    write_file,
)
from flows.domain.checks import VERSION
from flows.domain.checks.rule import Draft
from flows.domain.checks.ruleset import check
from flows.domain.clock import Clock
from flows.domain.english import listing
from flows.domain.errors import Fault, MalformedError
from flows.domain.events import Events
from flows.domain.finding import blocking
from flows.domain.policy import BODIES
from flows.domain.text_file import text_of
from flows.register.audit import AUDITING, FOLLOWING, Report
from flows.register.audit import audit as audit_register
from flows.register.checkpoint import newest_checkpoint, parse_text
from flows.register.note import parse_note_key
from flows.register.sharing import processors
from flows.register.stop import stopped
from flows.sources.bank_holidays import calendar
from flows.sources.parse import check_reference, parse_assessment, parse_request
from flows.sources.schema import json_schema
from flows.vault.keys import keys_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flows.casework.acts import Officer
    from flows.casework.office import Office
    from flows.home import Home
    from flows.register.checkpoint import Checkpoint, Stated
    from flows.register.note import NoteKey
    from flows.register.report import Witnessed

_MOST_PLACES = 10
_FINGERPRINT = re.compile("[0-9a-f]{64}")


@click.command(
    epilog=example(
        "equipoise audit",
        "equipoise audit /mnt/copy/register.git --checkpoint 000000120.txt \\\n"
        "  --pin 29c28f1df83c91964389f790660b6e8d6a377284cd41464d4450efc27d429fbf",
    )
)
@click.argument("repository", type=click.Path(path_type=Path), required=False)
@click.option("--pin", metavar="FINGERPRINT", help="The register's fingerprint, as published elsewhere.")
@click.option(
    "--checkpoint",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A checkpoint kept elsewhere, or a published paper, which states one; for the home's own register, "
    "else its newest.",
)
@click.option(
    "--witness",
    "witnesses",
    metavar="KEY|FILE",
    multiple=True,
    help="A witness's key, whose cosignature on the checkpoint is looked for; may be given again.",
)
@click.option(
    "--openings",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The log of the vault's openings, vault-opened.jsonl; for the home's own register, else its own.",
)
@click.option(
    "--remember",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Compare with what the last audit noted in FILE; note there what this one validates.",
)
@click.option(
    "--html",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write the report to FILE too, as one page to read or print; it runs no script.",
)
@click.option(
    "--onward",
    is_flag=True,
    help="With --remember: look only into texts, submissions and papers that came since. It takes a fraction "
    "of the time; audit the whole now and then, and after each upgrade.",
)
@with_home
def audit(
    repository: Path | None,
    pin: str | None,
    checkpoint: Path | None,
    witnesses: tuple[str, ...],
    remember: Path | None,
    *,
    openings: Path | None,
    html: Path | None,
    onward: bool,
    home: Home,
    as_json: bool,
) -> None:
    """Verify a register from its objects alone; by default the home's own.

    Where the home is elsewhere its registrar hands every object out, and the audit is made here, on a copy
    that is deleted again: what an audited machine says of itself is no audit.
    """
    if onward and not remember:
        raise click.UsageError("--onward goes on from what an audit noted: --remember FILE is needed.")
    mine = repository is None and checkpoint is None
    own, _ = newest_checkpoint(home.checkpoints) if mine else (None, [])
    note, stated = _from_outside(checkpoint) if checkpoint else (own, None)
    pin = fingerprint(pin) if pin is not None else None
    before = _remembered(remember) if remember else None
    with ExitStack() as stack:
        progress = stack.enter_context(Progress())
        there = stack.enter_context(_handed_out(home, progress)) if repository is None else None
        report = audit_register(
            repository or there or home.own_register,
            check_brought=paper.check,
            pin=pin,
            checkpoint=note,
            witnesses=tuple(map(_note_key, witnesses)),
            remembered=before,
            stated=stated,
            looked_into=before if onward else None,
            keys=None if repository or there else partial(keys_in, home.case_keys),
            openings=_openings(openings, None if repository or there else home.vault_opened),
            now=flows_home.now(),
            processes=processors(),
            keep_at=remember,
            progress=partial(progress.show, AUDITING),
            following=partial(progress.show, FOLLOWING),
        )
    stop = _stopped_there(home) if there else stopped(repository or home.register)
    where = home.registrar.text if there and home.registrar else str(repository or home.register)
    if repository is None and not there:
        published_files.compare(home.published, report)
        report.sort()
    if own:
        report.not_established.append(
            "that whoever runs this machine left no act out: the checkpoint is the home's own (--checkpoint)"
        )
    # The home's own checkpoint vouches for nothing against whoever has the home.
    complete_to = report.compared_to if not own else before.sequence if before and report.passes else 0
    facts = audit_json(report) | {"complete_to": complete_to, "stopped": stop}
    compared = str(checkpoint or ("the newest of this home" if own else "none"))
    if html:
        made = Compared(
            repository=where,
            checkpoint=compared,
            pin=pin or "",
            remembered=str(remember or ""),
            made=flows_home.now(),
        )
        write_file(html, audit_page(facts, made))
    if as_json:
        print_json(facts)
    else:
        tell_audit(report, compared, remember)
        if stop:
            tell_lines(stop)
    if not report.passes:
        sys.exit(FAILS_ITS_AUDIT)
    if remember:
        disk.write(remember, report.checkpoint.text().encode())


@contextmanager
def _handed_out(home: Home, progress: Progress) -> Iterator[Path | None]:
    """Hold a copy of the register that a registrar elsewhere hands out; None where the home is here."""
    if home.registrar is None or home.register.is_dir():
        yield None
        return
    from flows.register.mirror import FETCHING, brought  # noqa: PLC0415 - where a registrar is asked alone

    progress.show(FETCHING, 0, 1)
    with open_office(home) as office, brought(office.register, home.state) as repository:
        yield repository


def _openings(given: Path | None, own: Path | None) -> Path | None:
    """Return where the log of the vault's openings is: the one given, else the home's own; None for neither.

    Raises:
        MalformedError: there is none where one was named.
    """
    if given and not given.is_file():
        raise MalformedError("--openings", Fault(path="", problem=f"there is no file {given}"))
    return given or own


def _stopped_there(home: Home) -> str | None:
    with open_office(home) as office:
        return office.register.stopped()


@click.command(
    epilog=example('equipoise resume --reason "Restored from the copy of 5 March" --as administrator')
)
@click.option("--reason", required=True, **WORDS, help="Why; it is recorded.")
@acts
def resume(reason: str, *, office: Office, officer: Officer, as_json: bool) -> None:
    """Let the register be written again that an audit stopped, with the reason."""
    casework.resume(office, officer, reason)
    sequence = office.register.tip().entry.sequence
    if as_json:
        print_json({"sequence": sequence})
    else:
        click.echo(f"Recorded as entry {sequence}; the register is written again.")


@click.command(epilog=example("equipoise lint assessment.yaml --request request.yaml"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--request", metavar="FILE", type=click.Path(path_type=Path), help="The request it answers.")
@click.option("--body", type=click.Choice(BODIES), help="What kind of authority decides.")
@prints
def lint(file: Path, request: Path | None, body: str | None, *, as_json: bool) -> None:
    """Check an assessment before it is submitted."""
    assessment = parse_assessment(read_file(file), rules=texts.RULES, source=str(file))
    draft = Draft(assessment=assessment, today=flows_home.today(), body=body)
    if request is not None:
        draft = _with_request(draft, request, str(file))
    findings = check(draft)
    if as_json:
        print_json({"rules": VERSION, "findings": check_rows(findings)})
    else:
        tell_findings(findings, draft.words)
    if blocking(findings):
        sys.exit(NO)


def _with_request(draft: Draft, request: Path, source: str) -> Draft:
    arrived = parse_request(read_file(request), rules=texts.RULES, source=str(request))
    check_received(arrived, flows_home.today(), str(request))
    check_reference(draft.assessment, arrived.reference or draft.assessment.reference, source=source)
    asked = arrived.request(draft.assessment.reference)
    looked_at = texts.draft(
        asked,
        draft.assessment,
        today=flows_home.today(),
        due=Clock(calendar(), (), flows_home.today(), draft.body)
        .answer(Events(received=asked.received), asked.regime)
        .last,
        body=draft.body,
    )
    return replace(looked_at, named=texts.named(arrived, asked, draft.assessment, looked_at.made or ""))


@click.command(epilog=example("equipoise schema assessment > assessment.schema.json"))
@click.argument("name", type=click.Choice(["request", "assessment"]))
@prints
def schema(name: Literal["request", "assessment"], *, as_json: bool) -> None:  # noqa: ARG001 - it is JSON anyhow
    """Print the JSON Schema of request.yaml or assessment.yaml."""
    print_json(json_schema(name))


class Progress:
    """A bar on a terminal for each thing that is done after another, and nothing elsewhere."""

    def __init__(self) -> None:
        self._label = ""
        self._bar: Any = None
        self._shown = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.finish()
            self._bar.render_progress()
            self._bar.render_finish()
            self._bar = None

    def show(self, label: str, done: int, total: int) -> None:
        """Show how much is done of what."""
        if not sys.stderr.isatty():
            return
        if self._bar is None or label != self._label:
            self._end()
            self._bar = click.progressbar(length=total, label=label, show_pos=True, file=sys.stderr)
            self._bar.render_progress()  # it can take a while until there is more to show
            self._label, self._shown = label, 0
        self._bar.length = total
        self._bar.update(done - self._shown)
        self._shown = done


def fingerprint(text: str) -> str:
    """Return the fingerprint that somebody typed.

    Raises:
        MalformedError: it is none.
    """
    pin = text.strip().lower().removeprefix("sha256:")
    if not _FINGERPRINT.fullmatch(pin):
        raise MalformedError("--pin", Fault(path="", problem="a fingerprint has 64 hexadecimal digits"))
    return pin


def _from_outside(path: Path) -> tuple[str | None, Stated | None]:
    """Return the checkpoint in a file, or what the paper in it states.

    Raises:
        MalformedError: it is a paper that states nothing.
    """
    data = read_file(path, most=MOST_BYTES)
    if not is_paper(data):
        return text_of(data, str(path)), None
    if stated := read_stated(data):
        return None, stated
    raise MalformedError(str(path), Fault(path="", problem="the paper states no checkpoint"))


def _note_key(given: str) -> NoteKey:
    text = given if "+" in given else read_text(Path(given))
    try:
        return parse_note_key(text)
    except ValueError as error:
        raise MalformedError("--witness", Fault(path="", problem=str(error))) from None


def _remembered(path: Path) -> Checkpoint | None:
    """Return what an earlier audit noted in a file; None where there is none yet."""
    if not path.parent.is_dir():
        problem = "there is no such folder; make it, as the audit notes there what it validates"
        raise MalformedError(str(path.parent), Fault(path="", problem=problem))
    if not path.exists():
        return None
    try:
        return parse_text(read_text(path))
    except ValueError:
        problem = "it is not what an audit noted; name a file that is not there to begin one"
        raise MalformedError(str(path), Fault(path="", problem=problem)) from None


def tell_audit(report: Report, checkpoint: str, remember: Path | None = None) -> None:
    """Print what an audit found, and what it was compared with."""
    for (code, sentence, mend), alike in groupby(report.findings, key=attrgetter("code", "sentence", "mend")):
        places = [finding.place for finding in alike]
        for place in places[:_MOST_PLACES]:
            click.secho(f"{code} at {place}", fg="red")
        if further := len(places[_MOST_PLACES:]):
            click.secho(f"{code} at {further} more; --json lists them", fg="red")
        tell_lines(sentence, mend)
    for code, further in report.more.items():
        click.secho(f"{code} at {further:,} more beside these", fg="red")
    _tell_list("Remarks", report.remarks)
    _tell_list("Not established", report.not_established)
    print_rows(
        [
            ("Read", f"{counted(report.entries, 'entry', 'entries')}, {counted(report.cases, 'case')}"),
            ("Overridden", counted(len(report.overrides), "finding of the checks", "findings of the checks")),
            ("Attested", counted(len(report.attested), "act by a sign-in", "acts by a sign-in")),
            *([("Erased", counted(len(report.erased), "case"))] if report.erased else []),
            *([("Not examined", _unexamined(report))] if report.unexamined else []),
            ("Fingerprint", report.fingerprint or "unknown"),
            ("Checkpoint", checkpoint),
            *(("Cosigned", _seen(each)) for each in report.witnessed),
            *([("Remembered", str(remember))] if remember and report.passes else []),
        ]
    )
    if report.passes:
        click.echo(heading("The register passes its audit."))
    else:
        found = counted(report.counts.total(), "finding")
        click.secho(f"The register fails its audit: {found}.", fg="red", bold=True)


def _unexamined(report: Report) -> str:
    return listing([counted(count, kind) for kind, count in sorted(report.unexamined.items())])


def _seen(each: Witnessed) -> str:
    return f"{each.name} saw it grow to entry {each.sequence}, on {moment(each.time)}"


def _tell_list(title: str, sentences: Iterable[str]) -> None:
    for number, sentence in enumerate(sentences):
        if not number:
            click.echo(heading(title))
        tell_lines(sentence)


def audit_json(report: Report) -> dict[str, Any]:
    """Return what an audit found, as it is printed in JSON."""
    return {
        "passes": report.passes,
        "register": report.register,
        "authority": report.authority,
        "fingerprint": report.fingerprint,
        "entries": report.entries,
        "cases": report.cases,
        "overrides": [asdict(each) for each in report.overrides],
        "attested": [asdict(each) for each in report.attested],
        "erased": report.erased,
        "administrators": [asdict(each) for each in report.administrators],
        "suspects": [asdict(each) for each in report.suspects],
        "compared_to": report.compared_to,
        "head": report.head,
        "root": report.root,
        "witnessed": [asdict(each) for each in report.witnessed],
        "findings": rows(report.findings),
        "more": report.more,
        "remarks": report.remarks,
        "not_established": report.not_established,
        "not_examined": report.unexamined,
    }

"""Commands by which a person reads: what waits, a case, its history, its text."""

from __future__ import annotations

from datetime import date, datetime
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows import home as flows_home
from flows.casework import views
from flows.casework.checking import draft_of
from flows.casework.office import open_office
from flows.desk.cli.telling import check_rows, tell_findings
from flows.desk.cli.terminal import (
    day,
    example,
    heading,
    print_json,
    print_rows,
    shown,
    speaks,
    wrapped,
    write_file,
)
from flows.domain.checks.ruleset import VERSION, check
from flows.domain.errors import RefusedError
from flows.domain.procedure import ROLE_AT, Stage
from flows.domain.reference import parse_reference
from flows.domain.working_days import in_full

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.casework.office import Office
    from flows.domain.checks.rule import Draft
    from flows.home import Home

_reference = click.argument("reference", metavar="REF")


@click.command(epilog=example("equipoise queue --all"))
@click.option("--all", "everything", is_flag=True, help="Those that are finished too.")
@speaks
def queue(*, everything: bool, home: Home, as_json: bool) -> None:
    """List the cases that wait, the most urgent first."""
    with open_office(home, reading=True) as office:
        rows = views.queue(office, everything=everything)
    if as_json:
        print_json({"cases": rows})
        return
    if not rows:
        click.echo("There is no case." if everything else "No case waits.")
        return
    print_rows(
        [
            (
                row["reference"],
                _date(row["received"]),
                _date(row["due"]),
                _left(row),
                str(row["version"]),
                views.STAGES[Stage(row["stage"])],
            )
            for row in rows
        ],
        head=("Reference", "Received", "Due", "Days left", "Version", "Stage"),
        right=frozenset({1, 2, 3, 4}),
        alarming=frozenset(number for number, row in enumerate(rows) if row["overdue"]),
    )
    notes = [f"{row['reference']}: {_moved(row)}" for row in rows if row["moved_from"]]
    if notes:
        click.echo()
    for note in notes:
        click.echo("\n".join(wrapped(shown(note), then="  ")))


@click.command(epilog=example("equipoise show 1146A/22"))
@_reference
@speaks
def show(reference: str, *, home: Home, as_json: bool) -> None:
    """Show where a case stands, who may decide, and what to do next."""
    with open_office(home, reading=True) as office:
        facts = views.show(office, parse_reference(reference))
        draft = _looked_at(office, facts)
        found = check(draft) if draft else ()
    overridden = {(each["finding"], each["place"]) for each in facts["overrides"]}
    if as_json:
        print_json({**facts, "findings": check_rows(found, overridden)})
    else:
        print_rows([*_facts(facts)])
        if draft:
            click.echo(f"\n{heading(f'Checks, by rules {VERSION}')}")
            tell_findings(found, draft.words, overridden)
        if facts["next"]:
            click.echo(f"\n{heading('Next')}\n  {facts['next']}")


@click.command(epilog=example("equipoise history 1146A/22"))
@_reference
@speaks
def history(reference: str, *, home: Home, as_json: bool) -> None:
    """List everything that was done to a case, oldest first."""
    with open_office(home, reading=True) as office:
        case = office.register.case(parse_reference(reference))
        entries = views.history(office, reference)
    if as_json:
        print_json({"reference": case.reference, "entries": entries})
        return
    print_rows(
        [
            (
                str(row["sequence"]),
                _local(row["time"]),
                row["actor"],
                f"{row['what']}:\n{row['reason']}" if row["reason"] else row["what"],
            )
            for row in entries
        ],
        head=("Entry", "When", "Who", "What was done"),
        right=frozenset({0, 1}),
    )


@click.command(epilog=example("equipoise diff 1146A/22 1 2"))
@_reference
@click.argument("old", type=click.IntRange(min=1), required=False)
@click.argument("new", type=click.IntRange(min=1), required=False)
@speaks
def diff(reference: str, old: int | None, new: int | None, *, home: Home, as_json: bool) -> None:
    """Compare the text of two versions; by default the current one with the one before."""
    with open_office(home, reading=True) as office:
        case = office.register.case(parse_reference(reference))
        new = new or case.version
        if old is None and new == 1:
            raise RefusedError(f"{case.reference} has one version so far; there is none to compare it with.")
        old = old or new - 1
        before, after = (views.text(office, case.reference, number) for number in (old, new))
    lines = list(
        unified_diff(before.splitlines(), after.splitlines(), f"version {old}", f"version {new}", lineterm="")
    )
    if as_json:
        print_json({"reference": case.reference, "old": old, "new": new, "lines": lines})
        return
    for line in lines:
        click.secho(shown(line), fg={"+": "green", "-": "red"}.get(line[:1]))
    if not lines:
        click.echo(f"Versions {old} and {new} have the same text.")


@click.command(epilog=example("equipoise document 1146A/22 --pdf 1146A-22.pdf"))
@_reference
@click.option(
    "--version", metavar="N", type=click.IntRange(min=1), help="Which version; by default the current one."
)
@click.option(
    "--pdf",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write the paper as PDF, over what is there.",
)
@click.option(
    "--html", metavar="FILE", type=click.Path(path_type=Path), help="Write the paper as a page of HTML."
)
@speaks
def document(
    reference: str, version: int | None, pdf: Path | None, html: Path | None, *, home: Home, as_json: bool
) -> None:
    """Print the text of a version, or write it as PDF or HTML; what is not published is marked DRAFT."""
    with open_office(home, reading=True) as office:
        case = office.register.case(parse_reference(reference))
        number = version or case.version
        if pdf is None and html is None:
            text = views.text(office, case.reference, number)
            if as_json:
                print_json({"reference": case.reference, "version": number, "text": text})
            else:
                click.echo(shown(text), nl=False)
            return
        made = views.papers(office, case.reference, number)
    written = [
        write_file(path, content) for path, content in ((pdf, made.pdf), (html, made.html.encode())) if path
    ]
    if as_json:
        print_json({"reference": case.reference, "version": number, "files": written})
    else:
        click.echo("".join(f"Written: {path}\n" for path in written), nl=False)


def _looked_at(office: Office, facts: dict[str, Any]) -> Draft | None:
    """Return the draft to be checked, None where no decision on its words lies ahead."""
    if not facts["version"] or Stage(facts["stage"]) not in {Stage.DRAFTING, *ROLE_AT}:
        return None
    return draft_of(office, office.register.case(facts["reference"]), reading=True)


def _facts(facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is known of a case in the order in which an official asks for it."""
    stage = Stage(facts["stage"])
    yield "Case", facts["reference"]
    yield "Subject", facts["subject"]
    yield "Received", _date(facts["received"])
    yield "Due", " ".join(filter(None, (_date(facts["due"]), _standing(facts))))
    if facts["moved_from"]:
        yield "Moved", f"It is {_moved(facts)}"
    yield "Stage", f"The case {views.STANDS[stage]}."
    yield "Version", str(facts["version"]) if facts["version"] else "none yet"
    if not facts["summarised"]:
        yield "Summary", "What was asked is not summarised yet; it has to be before submission."
    if facts["writers"]:
        yield "Written by", ", ".join(facts["writers"])
    for given in facts["approvals"]:
        approval = views.APPROVALS[Stage(given["gate"])]
        who = f"version {given['version']} at {approval} by {given['person']}"
        yield "Approved", f"{who}, {_local(given['time'])}"
    if stage in ROLE_AT:
        nobody = f"nobody; authorise another {ROLE_AT[stage].replace('-', ' ')}"
        yield "May decide", ", ".join(facts["may_decide"]) or nobody
    yield "Folder", facts["folder"]


def _left(row: dict[str, Any]) -> str:
    if row["overdue"]:
        return "overdue"
    return "" if row["days_left"] is None else str(row["days_left"])


def _standing(facts: dict[str, Any]) -> str:
    if facts["overdue"]:
        return "(overdue)"
    left = facts["days_left"]
    return "" if left is None else f"({left} working day{'' if left == 1 else 's'} left)"


def _moved(facts: dict[str, Any]) -> str:
    """Return how a day proclaimed since moved the deadline, and why, to follow the reference."""
    due, was = (in_full(date.fromisoformat(facts[name])) for name in ("due", "moved_from"))
    return f"due {due}, was {was}: {' '.join(facts['because'])}"


def _date(iso: str | None) -> str:
    return day(date.fromisoformat(iso)) if iso else "not known"


def _local(utc: str) -> str:
    time = datetime.fromisoformat(utc).astimezone(flows_home.LOCAL)
    return f"{day(time)} {time:%H:%M}"

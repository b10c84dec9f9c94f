"""Commands by which a person acts on a case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.casework import acts, views
from flows.casework.checking import draft_of
from flows.desk.cli.telling import check_rows, tell_findings
from flows.desk.cli.terminal import acts as acting
from flows.desk.cli.terminal import day, example, print_json, read_file
from flows.domain.checks.ruleset import check
from flows.domain.errors import Fault, MalformedError
from flows.domain.procedure import CHANNELS, GROUNDS, ROLE_AT, Stage
from flows.domain.reference import parse_reference

if TYPE_CHECKING:
    from datetime import datetime

    from flows.casework.acts import Officer
    from flows.casework.office import Office
    from flows.register.line import Recorded

_gate = click.option(
    "--gate",
    required=True,
    type=click.Choice([str(gate) for gate in ROLE_AT]),
    help="Which approval: legal review, or the sign-off of the public interest test.",
)
_version = click.option(
    "--version", metavar="N", required=True, type=click.IntRange(min=1), help="The version you have read."
)
_reference = click.argument("reference", metavar="REF")


@click.command(epilog=example("equipoise draft 1146A/22 assessment.yaml --as foi-officer"))
@_reference
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--summary",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A file with what was asked, fit to publish.",
)
@acting
def draft(
    reference: str, file: Path, summary: Path | None, *, office: Office, officer: Officer, as_json: bool
) -> None:
    """Record FILE as the next version of the assessment."""
    text = _text(summary) if summary else None
    recorded = acts.draft(
        office, officer, parse_reference(reference), read_file(file), text, source=str(file)
    )
    version = office.register.case(reference).version
    sentence = f"Recorded as version {version}."
    if recorded is None:
        sentence = f"Version {version} already says this; nothing was recorded."
    checked = draft_of(office, office.register.case(reference))
    found = check(checked)
    _say(office, reference, sentence, recorded, as_json=as_json, findings=check_rows(found))
    if not as_json:
        tell_findings(found, checked.words)


@click.command(epilog=example("equipoise submit 1146A/22 --version 2 --as foi-officer"))
@_reference
@_version
@acting
def submit(reference: str, version: int, *, office: Office, officer: Officer, as_json: bool) -> None:
    """Put the current version before the first approval."""
    recorded = acts.submit(office, officer, parse_reference(reference), version)
    _say(office, reference, f"Version {version} is submitted.", recorded, as_json=as_json)


@click.command(
    epilog=example(
        "equipoise override 1146A/22 --finding X06 --place 'parts[0].exemptions[1]' --version 2 \\\n"
        '  --reason "The two stand for different records." --as sign-off-officer'
    )
)
@_reference
@click.option("--finding", metavar="ID", required=True, help="The finding that stops the submission.")
@click.option(
    "--place",
    "path",
    metavar="PATH",
    default="",
    help="Where it stands in the assessment, as `show` gives it.",
)
@_version
@click.option("--reason", default="", help="Why it need not stop the submission; required.")
@acting
def override(
    reference: str,
    finding: str,
    path: str,
    version: int,
    reason: str,
    *,
    office: Office,
    officer: Officer,
    as_json: bool,
) -> None:
    """Let a version be submitted in spite of a finding of the checks, with the reason."""
    recorded = acts.override(
        office,
        officer,
        parse_reference(reference),
        finding=finding.upper(),
        place=path,
        version=version,
        reason=reason,
    )
    _say(
        office,
        reference,
        f"{finding.upper()} no longer stops version {version}.",
        recorded,
        as_json=as_json,
    )


@click.command(
    epilog=example("equipoise approve 1146A/22 --gate legal-review --version 2 --as legal-reviewer")
)
@_reference
@_gate
@_version
@click.option("--comment", help="Kept with the approval.")
@acting
def approve(
    reference: str,
    gate: str,
    version: int,
    comment: str | None,
    *,
    office: Office,
    officer: Officer,
    as_json: bool,
) -> None:
    """Approve a version: at legal review, or at the sign-off of the public interest test."""
    recorded = acts.approve(
        office,
        officer,
        parse_reference(reference),
        gate=acts.check_gate(reference, gate),
        version=version,
        comment=comment,
    )
    _say(
        office,
        reference,
        f"Version {version} is approved at {views.APPROVALS[Stage(gate)]}.",
        recorded,
        as_json=as_json,
    )


@click.command(
    "return",
    epilog=example(
        "equipoise return 1146A/22 --gate balancing --version 2 \\\n"
        '  --reason "Weigh the delay too." --as sign-off-officer'
    ),
)
@_reference
@_gate
@_version
@click.option("--reason", default="", help="Why it goes back; required.")
@acting
def return_(
    reference: str, gate: str, version: int, reason: str, *, office: Office, officer: Officer, as_json: bool
) -> None:
    """Send a version back to drafting, with the reason."""
    recorded = acts.return_(
        office,
        officer,
        parse_reference(reference),
        gate=acts.check_gate(reference, gate),
        version=version,
        reason=reason,
    )
    _say(office, reference, f"Version {version} is returned to drafting.", recorded, as_json=as_json)


@click.command(epilog=example("equipoise sent 1146A/22 --on 2022-12-05 --by email --as foi-officer"))
@_reference
@click.option(
    "--on", required=True, metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="The day it was sent."
)
@click.option("--by", required=True, type=click.Choice(sorted(CHANNELS)), help="How it was sent.")
@acting
def sent(reference: str, on: datetime, by: str, *, office: Office, officer: Officer, as_json: bool) -> None:
    """Record that the published paper was sent."""
    recorded = acts.sent(office, officer, parse_reference(reference), on=on.date(), by=by)
    _say(office, reference, f"Recorded as sent on {day(on)} by {by}.", recorded, as_json=as_json)


@click.command(epilog=example("equipoise close 1146A/22 --ground withdrawn --as foi-officer"))
@_reference
@click.option("--ground", required=True, type=click.Choice(sorted(GROUNDS)), help="Why it ends here.")
@acting
def close(reference: str, ground: str, *, office: Office, officer: Officer, as_json: bool) -> None:
    """Close a case without a published test."""
    recorded = acts.close(office, officer, parse_reference(reference), ground=ground)
    _say(office, reference, f"Closed as {ground}.", recorded, as_json=as_json)


def _say(
    office: Office,
    reference: str,
    sentence: str,
    recorded: Recorded | None,
    *,
    as_json: bool,
    **more: Any,  # noqa: ANN401 - whatever JSON holds
) -> None:
    case = office.register.case(reference)
    if recorded is not None and not recorded.new:
        sentence = "This was done before; nothing was recorded."
    if as_json:
        print_json(
            {
                "reference": case.reference,
                "stage": case.stage,
                "version": case.version,
                "entry": recorded.id if recorded else None,
                "sequence": recorded.entry.sequence if recorded else None,
                "new": recorded is not None and recorded.new,
                **more,
            }
        )
        return
    click.echo(f"{case.reference}: {sentence} The case {views.STANDS[case.stage]}.")


def _text(path: Path) -> str:
    try:
        return read_file(path).decode()
    except UnicodeDecodeError:
        raise MalformedError(str(path), Fault(path="", problem="it is not text in UTF-8")) from None

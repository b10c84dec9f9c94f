"""The command on files that are to be released."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.desk.cli.telling import rows, tell_lines
from flows.desk.cli.terminal import NO, counted, example, heading, print_json, prints, read_file, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.domain.finding import Finding


@click.command(
    "release-check",
    epilog=example(
        "equipoise release-check minutes.pdf figures.xlsx",
        'equipoise release-check letter.docx --own "West Midlands Police"',
    ),
)
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--own", metavar="NAME", multiple=True, help="A name that may stand as author: the authority's."
)
@prints
def release_check(files: tuple[Path, ...], own: tuple[str, ...], *, as_json: bool) -> None:
    """Look for what is hidden in files before they are released.

    What is seen on a page or in a picture, somebody has to look at.
    """
    from flows.release import look_through  # noqa: PLC0415 - help needs none of it
    from flows.release.kinds import MOST_BYTES  # noqa: PLC0415 - as above

    found = {file: look_through(file.name, read_file(file, most=MOST_BYTES), own=own) for file in files}
    if as_json:
        print_json(
            {
                "files": [
                    {"file": str(f), "passes": not each, "findings": rows(each)} for f, each in found.items()
                ]
            }
        )
    else:
        for file, findings in found.items():
            _tell(file, findings)
    if any(found.values()):
        sys.exit(NO)


def _tell(file: Path, findings: Sequence[Finding]) -> None:
    click.echo(
        heading(shown(f"{file}: {counted(len(findings), 'finding') if findings else 'nothing found'}"))
    )
    told: set[str] = set()
    for finding in findings:
        click.secho(f"{finding.code} in {shown(finding.place)}", fg="red")
        tell_lines(finding.sentence, *({finding.mend} - told))
        told.add(finding.mend)

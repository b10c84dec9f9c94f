"""Opening what is sealed in a case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.casework import sealed as sealed_files
from flows.desk.cli.terminal import (
    WORDS,
    example,
    heading,
    print_json,
    print_rows,
    reference_argument,
    shown,
    write_file,
)
from flows.desk.cli.terminal import acts as acting
from flows.domain.errors import Fault, MalformedError
from flows.domain.reference import parse_reference

if TYPE_CHECKING:
    from flows.casework.acts import Officer
    from flows.casework.office import Office
    from flows.casework.sealed import Opened


@click.command(
    epilog=example(
        'equipoise request 1146A/22 --reason "To draft the answer." --as foi-officer',
        "equipoise request 1146A/22 --sealed 7 --out evidence.pdf --as legal-reviewer",
    )
)
@reference_argument
@click.option("--reason", **WORDS, help="Why you open it; required the first time.")
@click.option(
    "--sealed",
    "number",
    metavar="N",
    type=click.IntRange(min=1),
    help="Open what came with the act of this number in place of the request.",
)
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write it to a new FILE that only you can read.",
)
@acting
def request(
    reference: str,
    reason: str | None,
    number: int | None,
    out: Path | None,
    *,
    office: Office,
    officer: Officer,
    as_json: bool,
) -> None:
    """Open the request as it arrived, or what else is kept sealed in a case; that you do is on record.

    It is recorded once for each person and case, with the reason, before anything is shown. It has the
    applicant's name and address: do not leave it about.
    """
    opened = sealed_files.open_sealed(office, officer, parse_reference(reference), reason, number=number)
    text = None if out else _text_of(opened)
    written = write_file(out, opened.content, fresh=True, mode=0o600) if out else None
    if as_json:
        print_json(
            {
                "reference": opened.case.reference,
                "number": number,
                "text": text,
                "file": written,
                "recorded": opened.new,
                "sealed": [
                    {"number": each.number, "person": each.actor, "what": each.what, "size": each.size}
                    for each in opened.kept
                ],
            }
        )
        return
    click.echo(f"Wrote {shown(written)}." if written else shown(text or ""))
    if opened.kept and number is None:
        click.echo(f"\n{heading('Kept sealed beside it')}")
        print_rows(
            [(str(each.number), f"{each.actor} {each.what}", f"{each.size:,}") for each in opened.kept],
            head=("Number", "What it came with", "Bytes"),
            right=frozenset({0, 2}),
        )


def _text_of(opened: Opened) -> str:
    try:
        return opened.content.decode()
    except UnicodeDecodeError:
        problem = "it is no text, and cannot be printed; write it with --out FILE"
        raise MalformedError(
            f"What is sealed in {opened.case.reference}", Fault(path="", problem=problem)
        ) from None

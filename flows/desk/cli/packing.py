"""The command that hands a case to somebody outside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.casework.evidence_pack import make_pack, script_hash
from flows.desk.cli.terminal import (
    counted,
    example,
    open_office,
    print_json,
    reference_argument,
    with_home,
    write_file,
)

if TYPE_CHECKING:
    from flows.home import Home


@click.command("evidence-pack", epilog=example("equipoise evidence-pack 1146A/22 1146A-22-evidence.zip"))
@reference_argument
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@with_home
def evidence_pack(reference: str, file: Path, *, home: Home, as_json: bool) -> None:
    """Write a case as a ZIP archive that can be verified without this software.

    It has every version, decision, paper and letter, each with its signature; a page, case.html, that
    verifies itself in a browser, offline; and a README on checking with plain git and OpenSSH. What is
    sealed is not in it. A case that fails its audit is not packed.
    """
    with open_office(home, reading=True) as office:
        made = make_pack(office, reference)
    written = write_file(file, made.data)
    if as_json:
        print_json(
            {
                "file": written,
                "files": made.files,
                "entries": made.entries,
                "checkpoint": made.checkpoint,
                "script": f"sha256-{script_hash()}",
            }
        )
        return
    covered = f"with the checkpoint of entry {made.checkpoint}" if made.checkpoint else "without a checkpoint"
    click.echo(f"Written: {written}, {counted(made.files, 'file')}, at entry {made.entries}, {covered}.")
    click.echo(f"The script of its page has the SHA-256 {script_hash()}, in base64.")

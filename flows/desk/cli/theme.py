"""Commands on how papers look: what the authority chose, a look at another choice, and choosing it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows import home as flows_home
from flows.casework import acts, texts
from flows.desk.cli.terminal import (
    Commands,
    example,
    open_office,
    print_json,
    shown,
    tell_policy,
    with_home,
    write_file,
)
from flows.desk.cli.terminal import acts as acting
from flows.document.arrangement import arrange
from flows.document.blocks import parse_document
from flows.document.imprint import Imprint
from flows.document.pdf import render_pdf
from flows.document.theme_file import read_theme, write_theme
from flows.domain.documents import DOCUMENT
from flows.domain.errors import RefusedError
from flows.files import folder
from flows.sources.parse import parse_request

if TYPE_CHECKING:
    from flows.casework.acts import Officer
    from flows.casework.office import Office
    from flows.domain.theme import Theme
    from flows.home import Home

_file = click.argument("file", metavar="FILE", type=click.Path(path_type=Path))


@click.group(cls=Commands)
def theme() -> None:
    """Choose how papers look: colour, size of the text, markings, crest."""


@theme.command("show", epilog=example("equipoise theme show --crest crest.png > theme.toml"))
@click.option(
    "--crest", metavar="FILE", type=click.Path(path_type=Path), help="Write the crest to FILE, a PNG."
)
@with_home
def show(crest: Path | None, *, home: Home, as_json: bool) -> None:
    """Print the theme in force, as a theme file."""
    with open_office(home, reading=True) as office:
        policy = office.register.policy()
    if crest is not None:
        if policy.theme.crest is None:
            raise RefusedError("There is no crest.")
        write_file(crest, policy.theme.crest.image)
    if as_json:
        print_json({"policy": policy.version, "theme": _as_json(policy.theme)})
    else:
        click.echo(shown(write_theme(policy.theme)), nl=False)


def _as_json(chosen: Theme) -> dict[str, Any]:
    crest = chosen.crest
    return {
        "accent": chosen.accent,
        "size": chosen.size,
        "signatory": chosen.signatory,
        "marking": {"drafts": chosen.draft_marking, "published": chosen.published_marking},
        "crest": crest and {"words": crest.words, "height": crest.height, "bytes": len(crest.image)},
    }


@theme.command("preview", epilog=example("equipoise theme preview theme.toml preview.pdf --draft"))
@_file
@click.argument("pdf", metavar="PDF", type=click.Path(path_type=Path))
@click.option("--draft", is_flag=True, help="As a draft looks.")
@with_home
def preview(file: Path, pdf: Path, *, draft: bool, home: Home, as_json: bool) -> None:  # noqa: ARG001 - every command has a home
    """Write an example paper as it would look with the theme in FILE; nothing is recorded."""
    chosen = read_theme(file)
    write_file(pdf, _example(chosen, draft=draft))
    if as_json:
        print_json({"theme": _as_json(chosen), "files": [str(pdf)]})
    else:
        click.echo(f"Written: {pdf}")


def _example(chosen: Theme, *, draft: bool) -> bytes:
    item = folder("cases") / "1146A-22"
    request = parse_request((item / "request.yaml").read_bytes(), rules=texts.RULES).request("1146A/22")
    data = (item / "assessment.yaml").read_bytes()
    assessment = texts.read_assessment(data, request.reference)
    files = texts.version_files(request, assessment, data, on=flows_home.today(), body=None)
    imprint = Imprint(
        title=f"Public interest test {request.reference}: {request.subject}",
        authority=request.authority,
        reference=request.reference,
        version=1,
        draft=draft,
        theme=chosen,
    )
    return render_pdf(arrange(parse_document(files[DOCUMENT].decode())), imprint, dated=flows_home.now())


@theme.command("set", epilog=example("equipoise theme set theme.toml --as administrator"))
@_file
@acting
def set_(file: Path, *, office: Office, officer: Officer, as_json: bool) -> None:
    """Let papers look as FILE says, from now on; what is published stays as it is."""
    recorded = acts.change_theme(office, officer, read_theme(file))
    done = "New papers look like this from now on."
    if recorded is None:
        done = "Papers look like this already; nothing was recorded."
    tell_policy(office, done, new=recorded is not None, as_json=as_json)

"""Where the files that are not code stand: templates and example cases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jinja2 import Environment

_HERE: Final = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """Return the folder ``name``: beside ``flows/`` in a checkout, inside it when installed.

    Raises:
        FileNotFoundError: neither is there; the installation is broken.
    """
    installed, checkout = _HERE / "_files" / name, _HERE.parent / name
    for place in (installed, checkout):
        if place.is_dir():
            return place
    message = f"no folder {name!r} at {installed} or {checkout}"
    raise FileNotFoundError(message)


def templates(*, escape: bool) -> Environment:
    """Return a fresh environment over the templates; ``escape`` for HTML, not for Markdown or plain text.

    What is put in is data: only files of the folder are ever read as template code.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - for those who write

    return Environment(
        loader=FileSystemLoader(folder("templates")),
        undefined=StrictUndefined,
        autoescape=escape,  # noqa: S701 - off for Markdown and plain text, which have no mark-up of HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )

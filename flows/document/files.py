"""The document room's templates, and the Jinja environments that read them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from flows.files import folder


def templates() -> Path:
    """Return the folder of all templates; this room's own stand in ``document/`` there."""
    return folder("templates")


def environment(*, escape: bool) -> Environment:
    """Return a fresh environment over the templates; ``escape`` for HTML, not for Markdown.

    What is put in is data: only files of the folder are ever read as template code.
    """
    return Environment(
        loader=FileSystemLoader(templates()),
        undefined=StrictUndefined,
        autoescape=escape,  # noqa: S701 - off for Markdown alone, whose filters escape
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def renderer_digest() -> str:
    """Return the SHA-256 of the code that decides the bytes of a paper, 64 lower-case hex digits.

    A release may set a line otherwise; what signs papers and what inspects them has no say in it.
    """
    room = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted([*room.glob("*.py"), *room.glob("tagged/*.py")]):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(room)} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


@cache
def template_digest() -> str:
    """Return the SHA-256 of this room's templates, names and contents, 64 lower-case hex digits."""
    digest = hashlib.sha256()
    for path in sorted((templates() / "document").glob("*.j2")):
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()

"""What decides the bytes of a paper, and the words of a text: code, templates, and the law as data."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flows.domain import assessment, citation, english, provisions, standing
from flows.files import folder


@cache
def renderer_digest() -> str:
    """Return the SHA-256 of the code that decides the bytes of a paper, 64 lower-case hex digits.

    A release may set a line, or write a date, otherwise; what signs papers and what inspects them has no
    say in it.
    """
    room, words = Path(__file__).parent, Path(english.__file__)
    digest = hashlib.sha256()
    for path in sorted([*room.glob("*.py"), *room.glob("tagged/*.py"), words]):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(room.parent)} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


@cache
def template_digest() -> str:
    """Return the SHA-256 of this room's templates, names and contents, 64 lower-case hex digits."""
    digest = hashlib.sha256()
    for path in sorted((folder("templates") / "document").glob("*.j2")):
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


@cache
def wording_digest() -> str:
    """Return the SHA-256 of what else decides the words of a text: the law, and how it is cited, as hex."""
    digest = hashlib.sha256()
    code = [Path(str(module.__file__)) for module in (assessment, citation, provisions, standing)]
    for path in [*code, *sorted((code[0].parent / "law").glob("*.toml"))]:
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()

"""The catalogue of the desk in Welsh, brought up to the words that its templates have.

    python -m tests.web.catalogue

puts in what is new, without a translation, and takes out what is gone.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from flows.casework.working import SUBJECTS
from flows.desk.web.fields import ENDS, PARTS, Many, Row
from flows.desk.web.navigation import PAGES
from flows.files import folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.desk.web.fields import Spec

PLACE: Final = folder("templates") / "desk" / "languages" / "cy.po"
_OPTIONS: Final = {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true"}
FORMS: Final = "nplurals=2; plural=(n != 1);"
"""After a number Welsh has the singular, whatever the number: two forms, which read the same, are enough."""


def messages() -> Iterator[str | tuple[str, str]]:
    """Yield every text of the pages; with its plural, where it has one."""
    for path in sorted((folder("templates") / "desk").glob("*.j2")):
        with path.open("rb") as file:
            for _, called, message, _ in babel_extract(file, ("_", "gettext", "ngettext"), (), _OPTIONS):
                if message is None:  # what is known at run time alone: see below
                    continue
                texts = [message] if isinstance(message, str) else [each for each in message if each]
                yield (texts[0], texts[1]) if called == "ngettext" else texts[0]
    yield from (name for _, name, _ in PAGES)
    yield from _of_fields(PARTS)
    yield from ENDS.values()
    yield from (name for name, _ in SUBJECTS)


def _of_fields(spec: Spec) -> Iterator[str]:
    """Yield every text of the form of an assessment."""
    yield spec.label
    if isinstance(spec, Row):
        yield from filter(None, (spec.hint, *(words for _, words in spec.choices)))
        return
    if isinstance(spec, Many):
        yield spec.one
    for row in spec.rows:
        yield from _of_fields(row)


def brought_up(text: bytes) -> bytes:
    """Return the catalogue with every text of the pages and no other."""
    known = read_po(io.BytesIO(text))
    made = Catalog()
    for message in messages():
        id_ = message if isinstance(message, str) else message[0]
        found = known.get(id_)
        made.add(message, string=found.string if found and found.id == message else "")
    written = io.BytesIO()
    write_po(written, made, width=110, sort_output=True, omit_header=True)
    head = (
        'msgid ""\nmsgstr ""\n"Language: cy\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        f'"Plural-Forms: {FORMS}\\n"\n\n'
    )
    return head.encode() + written.getvalue().strip() + b"\n"


if __name__ == "__main__":
    PLACE.write_bytes(brought_up(PLACE.read_bytes()))

"""The catalogue of the desk in Welsh, brought up to the words that its pages have.

    python -m tests.web.catalogue

puts in what is new, without a translation, takes out what is gone, writes into docs/desk.md how many have
their Welsh, and names those that have none.
"""

from __future__ import annotations

import ast
import io
import re
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final, cast

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from flows.casework.amendments import NAMES
from flows.casework.working import SUBJECTS
from flows.desk import web
from flows.desk.web.fields import ENDS, PARTS, Many, Row
from flows.desk.web.navigation import PAGES
from flows.desk.web.pages.acting import HERE, fields_of, what_of
from flows.desk.web.pages.case import title_of
from flows.domain.clock import WAITS
from flows.domain.documents import DOCUMENTS
from flows.domain.letterhead import Letterhead
from flows.domain.owed import OWED
from flows.domain.policy import Rules
from flows.domain.procedure import APPROVALS, CALLED, STAGES, STANDS
from flows.domain.provisions import provisions
from flows.domain.theme import Theme
from flows.domain.working_days import NATIONS
from flows.files import folder
from flows.register.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from babel.messages.catalog import Message

    from flows.desk.web.fields import Spec
    from flows.desk.web.visit import Visit

PLACE: Final = folder("templates") / "desk" / "languages" / "cy.po"
DOCS: Final = Path(__file__).parents[2] / "docs" / "desk.md"
WEB: Final = Path(web.__file__).parent
_REFUSES: Final = re.compile(r"Error$|^super\(\).__init__$|^_(shown|asked)$")
_STATED: Final = re.compile(r"(?<=\n)Of [\d,]+ texts of the pages, [\d,]+ have their Welsh\.(?=\n)")
_OPTIONS: Final = {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true"}
_WELSH: Final = Catalog(locale="cy")
"""Its plural forms: numbers after which Welsh changes the noun: 0, 1, 2, 3 and 6, and all others (CLDR)."""
PLACEHOLDER: Final = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}")


def messages() -> Iterator[str | tuple[str, str]]:
    """Yield every text of the pages; with its plural, where it has one."""
    for path in sorted((folder("templates") / "desk").glob("*.j2")):
        with path.open("rb") as file:
            for _, called, message, _ in babel_extract(file, ("_", "gettext", "ngettext"), (), _OPTIONS):
                assert message, f"{path.name}: a variable is translated by the filter, which escapes it"
                texts = [message] if isinstance(message, str) else [each for each in message if each]
                yield (texts[0], texts[1]) if called == "ngettext" else texts[0]
    yield from filter(None, _known_at_run_time())


def _known_at_run_time() -> Iterator[str]:
    """Yield what a template has in a variable, and translates by the filter of that name."""
    yield from (name for _, name, _ in PAGES)
    yield from _of_fields(PARTS)
    yield from ENDS.values()
    yield from (name for name, _ in SUBJECTS)
    yield from ("to withhold", "to neither confirm nor deny")
    for named in (STAGES, STANDS, APPROVALS, CALLED, OWED, WAITS, provisions().authorities):
        yield from named.values()
    for document in DOCUMENTS.values():
        yield from (document.title, document.called)
    yield from Kind
    yield from _of_acts()
    yield from _of_policy()
    yield from _refusals()


def _refusals() -> Iterator[str]:
    """Yield every sentence, known beforehand, with which the desk itself refuses something."""
    for path in sorted(WEB.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            said = [each.value for each in _handed_on(node) if isinstance(each, ast.Constant)]
            yield from (each for each in said if isinstance(each, str) and each.endswith("."))
    yield from ("this is needed", "choose a file")  # to follow what a field asks for


def _handed_on(node: ast.AST) -> Sequence[ast.expr | None]:
    """Return what a call that refuses is given, or what a constant stands for."""
    if isinstance(node, ast.AnnAssign):
        return node.value.values if isinstance(node.value, ast.Dict) else [node.value]
    return node.args if isinstance(node, ast.Call) and _REFUSES.search(ast.unparse(node.func)) else []


def _of_fields(spec: Spec) -> Iterator[str]:
    """Yield every text of the form of an assessment."""
    yield spec.label
    if isinstance(spec, Row):
        yield from (spec.hint, *(words for _, words in spec.choices))
        return
    if isinstance(spec, Many):
        yield spec.one
    for row in spec.rows:
        yield from _of_fields(row)


def _of_acts() -> Iterator[str]:
    """Yield every text of the pages of the acts."""
    nobody = cast("Visit", SimpleNamespace(policy=SimpleNamespace(people={})))
    for kind in HERE:
        yield from (title_of(kind), what_of(kind))
        for field in fields_of(kind, nobody):
            yield from (field.label, field.hint, *(words for _, words in field.choices))


def _of_policy() -> Iterator[str]:
    """Yield the names of what a policy says."""
    yield from ("Authority", "The service", "Bank holidays added", "When the school has no session")
    yield from NATIONS
    yield from (NAMES[each.name] for each in fields(Rules))
    for what, kind in {"Papers": Theme, "Letters": Letterhead}.items():
        yield from (f"{what}: {each.name.replace('_', ' ')}" for each in fields(kind))


def catalogue(text: bytes) -> list[Message]:
    """Return the texts of a catalogue with their Welsh."""
    return [each for each in read_po(io.BytesIO(text)) if each.id]


def strings(message: Message) -> tuple[str, ...]:
    """Return the Welsh of a text in all of its forms."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def brought_up(text: bytes) -> bytes:
    """Return the catalogue with every text of the pages and no other; what stands at its head stays."""
    known = read_po(io.BytesIO(text))
    made = Catalog(locale="cy")
    for message in messages():
        id_ = message if isinstance(message, str) else message[0]
        found = known.get(id_)
        made.add(message, string=found.string if found and found.id == message else "")
    written = io.BytesIO()
    write_po(written, made, width=110, sort_output=True, omit_header=True)
    head = (
        'msgid ""\nmsgstr ""\n"Language: cy\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        f'"Plural-Forms: {_WELSH.plural_forms}\\n"\n\n'
    )
    return text.partition(b'msgid ""')[0] + head.encode() + written.getvalue().strip() + b"\n"


def missing(text: bytes) -> list[str]:
    """Return the texts that have no Welsh, or not in all of its forms."""
    return [str(each.id) for each in catalogue(text) if not all(strings(each))]


def faults(text: bytes) -> Iterator[str]:
    """Yield what is wrong with a translation that is there: a form or placeholder that it lacks or adds."""
    for message in catalogue(text):
        told = strings(message)
        if not any(told):
            continue
        forms = _WELSH.num_plurals if message.pluralizable else 1
        if len(told) != forms or not all(told):
            yield f"{message.id}: it has not all of its {forms} forms"
        asked = message.id if isinstance(message.id, str) else message.id[1]
        for each in filter(None, told):
            if sorted(PLACEHOLDER.findall(each)) != sorted(PLACEHOLDER.findall(asked)):
                yield f"{each}: it has other placeholders than {asked}"


def glossary(text: bytes) -> dict[str, list[str]]:
    """Return the words of the glossary at the head of a catalogue, by the English term."""
    head = text.decode().partition('msgid ""')[0]
    return {
        term: words.split(", ") for term, words in re.findall(r"^# ([a-z -]+) = (.+)$", head, re.MULTILINE)
    }


_MUTATED: Final = {
    "c": ("g", "ngh", "ch"),
    "p": ("b", "mh", "ph"),
    "t": ("d", "nh", "th"),
    "g": ("", "ng"),
    "b": ("f", "m"),
    "d": ("dd", "n"),
    "ll": ("l",),
    "m": ("f",),
    "rh": ("r",),
}
"""What becomes of the first letter of a word: softened, nasal and aspirate."""


def _forms(words: str) -> Iterator[str]:
    """Yield words as they are, and mutated."""
    yield words
    first = next((each for each in sorted(_MUTATED, key=len, reverse=True) if words.startswith(each)), "")
    yield from (f"{each}{words.removeprefix(first)}" for each in _MUTATED.get(first, ()))
    if words[0] in "aeiouwy":
        yield f"h{words}"


def other_words(text: bytes) -> Iterator[str]:
    """Yield every text that has a term of the glossary, and whose Welsh has not the word for it."""
    known = glossary(text)
    terms = re.compile(rf"(?<![\w.-])({'|'.join(sorted(known, key=len, reverse=True))})s?(?![\w-]|\.\w)")
    for message in catalogue(text):
        asked = message.id if isinstance(message.id, str) else message.id[0]
        for term in terms.findall(re.sub(r"`.*?`|%\(\w+\)", "", asked).lower()):
            right = "|".join(re.escape(form) for words in known[term] for form in _forms(words))
            if not all(re.search(rf"\b({right})", each.lower()) for each in strings(message) if each):
                yield f"{message.id}: {term} is {' or '.join(known[term])}"


def stated(text: bytes) -> str:
    """Return how far the catalogue is, as docs/desk.md says it."""
    count, lacking = len(catalogue(text)), len(missing(text))
    return f"Of {count:,} texts of the pages, {count - lacking:,} have their Welsh."


def told(docs: str, text: bytes) -> str:
    """Return the page of the desk with how far the catalogue is."""
    return _STATED.sub(stated(text), docs)


def main() -> None:
    text = brought_up(PLACE.read_bytes())
    PLACE.write_bytes(text)
    DOCS.write_text(told(DOCS.read_text(), text))
    print(stated(text), *missing(text), *faults(text), *other_words(text), sep="\n")  # noqa: T201 - what it is called for


if __name__ == "__main__":
    main()

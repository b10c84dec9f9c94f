"""Pages as HTML, and the same for a program as JSON."""

from __future__ import annotations

import json
import re
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup, escape

from flows.desk.web.form import nearest, place_in_words
from flows.desk.web.language import LANGUAGES, a_day, words_of
from flows.desk.web.navigation import navigation
from flows.domain.characters import visible
from flows.domain.clock import WAITS
from flows.domain.documents import DOCUMENTS
from flows.domain.local_day import local_day, local_time
from flows.domain.owed import OWED
from flows.domain.procedure import APPROVALS, CALLED, STAGES, STANDS
from flows.domain.reference import slug
from flows.files import templates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment

    from flows.desk.web.visit import Page, Visit


_TEXTS: Final = 4_096
"""That are kept in a language."""


def render(page: Page, visit: Visit) -> bytes:
    """Return a page as HTML."""
    language = visit.language
    shared = {
        "view": page.view,
        "visit": visit,
        "language": language,
        "navigation": navigation(visit),
        "form_token": visit.session.token if visit.session else "",
    }
    text = environment(language).get_template(f"desk/{page.template}").render({**shared, **page.more})
    return text.encode()


def make_ready(language: str) -> None:
    """Compile every page, for which otherwise the first who ask for each would wait."""
    made = environment(language)
    for name in made.list_templates(filter_func=lambda name: name.startswith("desk/")):
        if name.endswith(".j2"):
            made.get_template(name)


def as_json(view: Any) -> bytes:  # noqa: ANN401 - whatever a page shows
    """Return what a page shows as JSON."""
    return json.dumps(_plain(view), ensure_ascii=False, indent=1).encode()


def _plain(value: Any) -> Any:  # noqa: ANN401 - as above
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(each) for each in (sorted(value) if isinstance(value, (set, frozenset)) else value)]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


@cache
def environment(language: str) -> Environment:
    """Return what makes pages of templates, in a language."""
    made = templates(escape=True)
    made.finalize = _seen
    words = words_of(language)

    # As Jinja's own extension has them, which would make each text anew in every row of a list.
    @lru_cache(_TEXTS)
    def plain(text: str) -> Markup:
        return _with_commands(Markup(words.gettext(text))) % {}  # noqa: S704 - our own text

    def shown(values: Mapping[str, object]) -> dict[str, object]:
        return {name: _seen(value) for name, value in values.items()}

    def said(text: str, **values: object) -> Markup:
        if not values:
            return plain(text)
        return _with_commands(Markup(words.gettext(text))) % shown(values)  # noqa: S704 - as above

    def counted(one: str, more: str, num: int, **values: object) -> Markup:
        return Markup(words.ngettext(one, more, num)) % {"num": num, **shown(values)}  # noqa: S704 - as above

    def day(value: date | None) -> str:
        return a_day(value, language, short=True) if value else ""

    def translated(text: str) -> str:
        """Return what is known at run time alone; gettext answers nothing with the head of the catalogue."""
        return words.gettext(text) if text else ""

    english = "" if language == LANGUAGES[0] else Markup(' lang="en"')
    made.filters |= {
        "day": day,
        "in_full": partial(a_day, language=language, short=False),
        "moment": lambda when: f"{day(local_day(when))}, {local_time(when):%H:%M}",
        "role": lambda role: words.gettext(CALLED[role]),
        "translated": translated,
        "slug": slug,
        "sentence": _sentence,
        "as_read": partial(_HEADING.sub, ""),
        "field_of": nearest,
        "place": partial(place_in_words, said=words.gettext),
        "with_commands": _with_commands,
        "commentable": partial(_commentable, language=language),
    }
    made.globals |= {
        "_": said,
        "ngettext": counted,
        "STAGES": STAGES,
        "STANDS": STANDS,
        "APPROVALS": APPROVALS,
        "DOCUMENTS": DOCUMENTS,
        "OWED": OWED,
        "WAITS": WAITS,
        # WCAG 2.2, 3.1.2: what stays in English on a page in Welsh says so.
        "in_english": english,
        "said_in": lambda text: english if translated(text) == text else "",
    }
    return made


def _seen(value: object) -> object:
    """Return what a page puts in, with each character made visible that nobody would see there."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


_COMMAND: Final = re.compile("`([^`]+)`")
"""A command in a sentence, as a terminal shows it."""


def _with_commands(sentence: str) -> Markup:
    """Return a sentence as HTML in which each command stands as code, and not between back-ticks."""
    return Markup(_COMMAND.sub(r"<code>\1</code>", str(escape(_seen(sentence)))))  # noqa: S704 - escaped


def _sentence(problem: str) -> str:
    """Return what is wrong as a sentence; the line of a file, which a form does not have, is left out."""
    words = re.sub(r" \(line \d+\)\Z", "", problem)
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith('.') else '.'}"


_HEADING: Final = re.compile(r"^#{1,6}(?: |$)", re.MULTILINE)
"""What says in Markdown that a line is a heading."""
_NUMBERED: Final = re.compile(r'<div class="numbered" id="paragraph-(\d+)">')


def _commentable(
    text: str, form: str, comment: str, on: str, counts: Mapping[int, int], *, language: str
) -> Markup:
    """Return the HTML of a text with a button at each numbered paragraph, to comment on it.

    Args:
        form: That the button sends, so that what is written there is kept.
        comment: What the button says, and ``on`` what besides to those who do not see where it stands.
        counts: How many comments there are on a paragraph.
        language: Of the button, for the text may have another.
    """

    def linked(found: re.Match[str]) -> str:
        count = f" ({counts[number]})" if (number := int(found[1])) in counts else ""
        words = f'{escape(comment)}<span class="hidden"> {escape(on)} {number}</span>{count}'
        sends = f'type="submit" form="{form}" name="comment" value="{number}" data-comment'
        return f'{found[0]}<button class="link comment no-print" lang="{language}" {sends}>{words}</button>'

    return Markup(_NUMBERED.sub(linked, text))  # noqa: S704 - the text is HTML of ours

"""The languages in which the pages speak: English as it is written, Welsh by a catalogue (gettext).

What the register states, what the checks say and why an act is refused stays in English: those are sentences
of the record.
"""

from __future__ import annotations

import gettext
import io
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from flows.files import folder

if TYPE_CHECKING:
    from datetime import date

LANGUAGES: Final = ("en", "cy")


@cache
def words_of(language: str) -> gettext.NullTranslations:
    """Return what translates the words of the pages; what the catalogue lacks stays in English."""
    place = folder("templates") / "desk" / "languages" / f"{language}.po"
    if language == LANGUAGES[0]:
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - for Welsh alone
    from babel.messages.pofile import read_po  # noqa: PLC0415 - as above

    made = io.BytesIO()
    with place.open("rb") as file:
        write_mo(made, read_po(file))
    made.seek(0)
    return gettext.GNUTranslations(made)


@lru_cache(4_096)
def a_day(value: date, language: str, *, short: bool) -> str:
    """Return a day as people read it: ``7 November 2022``, or ``7 Nov 2022``."""
    from babel.dates import format_date  # noqa: PLC0415 - a tenth of a second, for pages alone

    return format_date(
        value, "d MMM y" if short else "d MMMM y", locale="en_GB" if language == "en" else language
    )

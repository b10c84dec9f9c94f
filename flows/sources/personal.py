"""Whether the applicant's name or e-mail stands where it must not.

Both are folded before they are compared: NFKC, case, white space, the several signs for one hyphen
or apostrophe, invisible signs and Markdown's emphasis. A text is looked at as it is written, as it is
read without mark-up, and as its links lead. An e-mail address counts wherever it stands.
A name counts as whole words: as it was given, without its title, without middle names, and surname
first. A name of one word counts from three letters on, and with a capital alone: an applicant may be
called Liberty, or Mind. A surname alone does not count: too many are ordinary words. What is found is
for a person to judge, so a match too many is the lesser harm.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from flows.domain.checks.words import unmarked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_EMAIL: Final = re.compile(r"[^\s<>(),;:\"]+@[^\s<>(),;:\"]+")
_ALIKE: Final = {
    **str.maketrans("\u2018\u2019\u02bc\u2010\u2011\u2012\u2013", "'''----"),
    **dict.fromkeys(map(ord, "*_`\\")),
}
_TITLE: Final = re.compile(
    r"(mr|mrs|ms|miss|mx|dr|prof|professor|sir|dame|lord|lady|rev|reverend|cllr|councillor)\.?"
)
_SHORTEST: Final = 3
_NEVER: Final = "(?!)"


def personal_details_in(terms: Sequence[str], texts: Mapping[str, str]) -> list[str]:
    """Return the paths of the texts that contain one of the applicant's terms.

    Args:
        terms: Names and e-mail addresses.
        texts: What is to stand in clear, by path.
    """
    names = _Names(terms)
    return [path for path, text in texts.items() if any(map(names.stand_in, _forms(text)))]


def _forms(text: str) -> set[str]:
    """Return a text as it is written, as its Markdown is read, and as its links lead."""
    return {_alike(form) for form in {text, unmarked(text), unquote(unescape(text))}}


class _Names:
    """Names and e-mail addresses, ready to be looked for all at once."""

    def __init__(self, terms: Sequence[str]) -> None:
        mails = {_alike(mail).casefold() for term in terms for mail in _EMAIL.findall(term)}
        folded = (_alike(_EMAIL.sub(" ", term)).casefold().strip(' <>()"') for term in terms)
        names = {name for each in folded for name in _names(each)}
        whole = {name for name in names if " " in name}
        anyhow = [*map(re.escape, mails), *([_as_words(whole)] if whole else [])]
        self._anyhow = re.compile("|".join(anyhow) or _NEVER)
        # Of each place only where a name begins is looked at, so that none hides another within it.
        self._capital = re.compile(_as_words(names - whole) if names - whole else _NEVER, re.IGNORECASE)

    def stand_in(self, text: str) -> bool:
        return bool(self._anyhow.search(text.casefold())) or any(
            text[found.start()].isupper() for found in self._capital.finditer(text)
        )


def _as_words(names: Iterable[str]) -> str:
    """Return a pattern that matches, with no width, where one of ``names`` begins as whole words."""
    return rf"(?<!\w)(?=(?:{'|'.join(map(re.escape, names))})(?!\w))"


def _names(name: str) -> set[str]:
    given = name.split()
    words = [word for word in given if not _TITLE.fullmatch(word)] or given
    if len(words) == 1:
        return {words[0]} if len(words[0]) >= _SHORTEST else set()
    if not words:
        return set()
    forms = {name, " ".join(words)}
    first, last = words[0], words[-1]
    if min(len(first.rstrip(".")), len(last)) > 1:  # "A. Person" must not become "a person"
        forms |= {f"{first} {last}", f"{last} {first}", f"{last}, {first}"}
    return forms


def _alike(text: str) -> str:
    """Return a text with what looks alike made the same, its capitals kept."""
    alike = unicodedata.normalize("NFKC", text)
    invisible = (ord(sign) for sign in {*alike} if unicodedata.category(sign) == "Cf")
    return " ".join(alike.translate({**_ALIKE, **dict.fromkeys(invisible)}).split())

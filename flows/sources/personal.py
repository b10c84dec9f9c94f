"""Whether the applicant's name or e-mail stands where it must not.

Both are folded before they are compared: NFKC, case, white space, the several signs for one hyphen
or apostrophe, invisible signs and Markdown's emphasis. An e-mail address counts wherever it stands.
A name counts as whole words: as it was given, without its title, without middle names, and surname
first. A name of one word counts from three letters on. A surname alone does not count: too many are
ordinary words. What is found is for a person to judge, so a match too many is the lesser harm.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_EMAIL: Final = re.compile(r"[^\s<>(),;:\"]+@[^\s<>(),;:\"]+")
_EMPHASIS: Final = dict.fromkeys(map(ord, "*_`\\"))
_ALIKE: Final = str.maketrans("\u2018\u2019\u02bc\u2010\u2011\u2012\u2013", "'''----")
_TITLE: Final = re.compile(
    r"(mr|mrs|ms|miss|mx|dr|prof|professor|sir|dame|lord|lady|rev|reverend|cllr|councillor)\.?"
)
_SHORTEST: Final = 3


def personal_details_in(terms: Sequence[str], texts: Mapping[str, str]) -> list[str]:
    """Return the paths of the texts that contain one of the applicant's terms.

    Args:
        terms: Names and e-mail addresses.
        texts: What is to stand in clear, by path.
    """
    patterns = [re.compile(pattern) for term in terms for pattern in _patterns(term)]
    folded = {path: _folded(text) for path, text in texts.items()}
    return [path for path in folded if any(one.search(folded[path]) for one in patterns)]


def _patterns(term: str) -> Iterator[str]:
    for address in _EMAIL.findall(term):
        yield re.escape(_folded(address))
    for name in _names(_folded(_EMAIL.sub(" ", term)).strip(' <>()"')):
        yield rf"(?<!\w){re.escape(name)}(?!\w)"


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


def _folded(text: str) -> str:
    alike = unicodedata.normalize("NFKC", text).translate(_ALIKE).translate(_EMPHASIS).casefold()
    visible = "".join(sign for sign in alike if unicodedata.category(sign) != "Cf")
    return " ".join(visible.split())

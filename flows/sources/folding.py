# ruff: noqa: RUF001  letters that look alike are what this is about
"""Text as it is compared: what looks alike made the same, its capitals and line ends kept."""

from __future__ import annotations

import re
import string
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Final

from hunspell import Hunspell

_MORE: Final = re.compile(
    r"armour|behaviour|centre|favour|fibre|grey|harbour|honour|kerb|labour|mould|neighbour|odour|parlour|plough"
    r"|rigour|rumour|saviour|storey|theatre|tyre|valour|vapour|vigour"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:sept|nov|dec)ember|october|january|february"
    r"|march|april|may|june|july|august|christmas|easter|lent"
    r"|english|welsh|scots|scottish|irish|british|french|german|dutch|norman|roman|christian"
)
"""Words that the dictionary spells as Americans do, or with a capital, and that are names too."""
_NAMES_RATHER: Final = frozenset({"angstrom", "begum", "khan", "muller", "rani", "shah"})
"""Words of the dictionary that are more often names in these islands."""
_UNSEEN: Final = frozenset({"Cf", "Mn", "Me"})
"""Categories that leave nothing: what is invisible, and the accents that NFKD parted from their letters."""
_PLAIN: Final = frozenset(string.printable) - frozenset("*_`\\")
_ALIKE: Final = {
    **dict(zip("\u2018\u2019\u02bc\u02b9\u2032", "'''''", strict=True)),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
    **dict.fromkeys("*_`\\\u115f\u1160\u2800", ""),
    # Letters that no accent parts from.
    **dict(zip("øØłŁđĐıħĦðÐ", "oOlLdDihHdD", strict=True)),
    "ß": "ss",
    "æ": "ae",
    "Æ": "Ae",
    "œ": "oe",
    "Œ": "Oe",
    "þ": "th",
    "Þ": "Th",
    # Letters of Cyrillic and Greek that nobody tells from Latin ones.
    **dict(zip("асеорхуіјѕԁһԛԝӏ", "aceopxyijsdhqwl", strict=True)),
    **dict(zip("АВСЕНІЈКМОРЅТХУԚԜ", "ABCEHIJKMOPSTXYQW", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονρ", "ABEZHIKMNOPTYXovp", strict=True)),
}


def folded(text: str) -> str:
    """Return a text by NFKD and without accents, mark-up, what cannot be seen and what looks alike."""
    text = unicodedata.normalize("NFKD", text)
    for sign in {*text} - _PLAIN:  # few are strange, so this is quicker than to translate all
        if sign in _ALIKE or unicodedata.category(sign) in _UNSEEN:
            text = text.replace(sign, _ALIKE.get(sign, ""))
    return text


@cache
def _dictionary() -> Hunspell:
    return Hunspell("en_US")


@cache
def _given() -> frozenset[str]:
    text = (files("flows.sources") / "names_and_places.txt").read_text(encoding="ascii")
    return frozenset(re.sub(r"(?m)^#.*", "", text).split())


@cache
def _families() -> dict[str, list[tuple[bool, frozenset[str]]]]:
    """Return the families that each name is of, and whether all of one are spellings of one name."""
    known: dict[str, list[tuple[bool, frozenset[str]]]] = {}
    text = (files("flows.sources") / "short_forms.txt").read_text(encoding="ascii")
    for line in re.sub(r"(?m)^#.*\n", "", text).splitlines():
        family = frozenset(line.removeprefix("= ").split())
        for name in family:
            known.setdefault(name, []).append((line.startswith("="), family))
    return known


def short_forms(name: str) -> frozenset[str]:
    """Return what a folded given name is called and spelt like otherwise, in small letters, and itself."""
    own = name.lower()
    return frozenset({own}).union(*(family for _, family in _families().get(own, ())))


def spellings(name: str) -> frozenset[str]:
    """Return how a folded name is spelt too, as a surname may be, in small letters, and itself."""
    own = name.lower()
    spelt = {f"mc{own[3:]}"} if re.match(r"mac[^aeikmh]", own) else set()
    spelt |= {f"mac{own[2:]}"} if re.match(r"mc\w{3}", own) else set()
    return frozenset({own, *spelt}).union(*(family for spelt, family in _families().get(own, ()) if spelt))


@cache
def is_word(name: str) -> bool:
    """Tell whether a folded word is an English one, whatever its case and its ending."""
    lower = name.lower()
    if _MORE.fullmatch(lower):
        return True
    return lower.isascii() and lower not in _NAMES_RATHER and _dictionary().spell(lower)


def is_given(name: str) -> bool:
    """Tell whether a folded word is a common given name, or a place of these islands."""
    return name.capitalize() in _given()


def is_common(name: str) -> bool:
    """Tell whether a folded word is an English one, a common given name or a place of these islands."""
    return is_word(name) or is_given(name)

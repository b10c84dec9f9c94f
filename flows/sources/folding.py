# ruff: noqa: RUF001  letters that look alike are what this is about
"""Text as it is compared: what looks alike made the same, its capitals and line ends kept."""

from __future__ import annotations

import re
import string
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Final

_ENDINGS: Final = (
    *("ations", "ation", "ments", "ment", "iness", "ness", "iest", "est", "able", "less", "ful"),
    *("ings", "ing", "ies", "ied", "ily", "ed", "ly", "es", "s"),
)
"""Of words that are not in the dictionary, as long as the word before the ending is."""
_MORE: Final = """
armour behaviour centre favour fibre grey harbour honour kerb labour mould neighbour odour parlour plough
rigour rumour saviour storey theatre tyre valour vapour vigour
monday tuesday wednesday thursday friday saturday sunday
january february march april may june july august september october november december
english welsh scots scottish irish british french german dutch norman roman christian
christmas easter lent
"""
"""Words that the dictionary spells as Americans do, or with a capital, and that are names too."""
_NAMES_RATHER: Final = frozenset({"angstrom", "begum", "khan", "rani", "shah"})
"""Words of the dictionary that are more often names in these islands."""
_SHORTEST_STEM: Final = 3
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
def _words() -> frozenset[str]:
    """Return the English words of the dictionary, which has names with a capital and we leave out."""
    dictionary = files("spylls.hunspell") / "data" / "en" / "en_US.dic"
    entries = (line.partition("/")[0] for line in dictionary.read_text(encoding="utf-8").split("\n"))
    return frozenset({*filter(str.islower, entries), *_MORE.split()} - _NAMES_RATHER)


@cache
def _given() -> frozenset[str]:
    text = (files("flows.sources") / "names_and_places.txt").read_text(encoding="ascii")
    return frozenset(re.sub(r"(?m)^#.*", "", text).split())


def is_word(name: str) -> bool:
    """Tell whether a folded word is an English one, whatever its case and its ending."""
    lower = name.lower()
    return lower in _words() or any(
        not _words().isdisjoint(_stems(lower, ending)) for ending in _ENDINGS if lower.endswith(ending)
    )


def _stems(word: str, ending: str) -> set[str]:
    """Return what a word may have been before the ending; nothing under three letters."""
    stem = word.removesuffix(ending)
    if len(stem) < _SHORTEST_STEM or (ending == "s" and stem[-1] == "s"):
        return set()
    if ending == "s":
        return {stem}
    if ending == "es":
        return {stem} if stem.endswith(("s", "x", "z", "ch", "sh", "o")) else set()
    doubled = stem[-1] == stem[-2] and ending in {"ed", "est", "ing", "ings"}
    return {stem, f"{stem}e", f"{stem}y", stem[:-1] if doubled else stem}


def is_given(name: str) -> bool:
    """Tell whether a folded word is a common given name, or a place of these islands."""
    return name.capitalize() in _given()


def is_common(name: str) -> bool:
    """Tell whether a folded word is an English one, a common given name or a place of these islands."""
    return is_word(name) or is_given(name)

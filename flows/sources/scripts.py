# ruff: noqa: RUF001  letters of other scripts are what this is about
"""Names in Cyrillic, Greek and Arabic letters, and how they are written in Latin ones.

No way of writing them in Latin letters is the only one, so a word becomes a pattern of all that are usual
in passports, libraries and newspapers. Arabic writes no short vowels: what stands between two consonants
is open there, so that a word tells less.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_LETTERS: Final = (
    # Cyrillic: Russian, Ukrainian, Belarusian, Bulgarian, Serbian and Macedonian.
    "а=a б=b в=v|w|ff?|u г=g|h|gh ґ=g д=d е=e|ye|ie|je ё=e|yo|io|jo|o|ye є=ye|ie|e|je ж=zh|j|z з=z|s "
    "и=i|y і=i|y ї=i|yi|ji|ii й=y|i|j| к=k|c л=l м=m н=n о=o п=p р=r с=s|ss т=t у=u|ou|oo ф=f|ph "
    "х=kh|h|ch|x ц=ts|tz|c ч=ch|tch|c ш=sh|sch|s щ=shch|sch|sht|sh ъ=|a ы=y|i ь=|'|y|i э=e "
    "ю=yu|iu|ju|u я=ya|ia|ja|a ў=u|w ј=j|y љ=lj|ly њ=nj|ny ћ=c|ch ђ=dj|đ џ=dz|dzh ѓ=gj|g ќ=kj|k ѕ=dz "
    # Greek; the pairs of letters that make one sound come first.
    "ου=ou|u|oo αυ=av|af|au ευ=ev|ef|eu μπ=b|mp|mb ντ=nt|d|nd γκ=g|gk|ng γγ=ng|gg τζ=tz|j γι=gi|yi|y "
    "γε=ge|ye α=a β=v|b γ=g|y|gh δ=d|dh ε=e ζ=z η=i|e|y θ=th ι=i|y κ=k|c λ=l μ=m ν=n ξ=x|ks ο=o π=p "
    "ρ=r|rh σ=s|ss ς=s τ=t υ=y|u|i φ=f|ph χ=ch|h|kh|x ψ=ps ω=o|w "
    # Arabic, with the letters that Persian and Urdu add.
    "ا=a|aa|e|i|u|o أ=a|u|o|e إ=i|e|a آ=a|aa ب=b ت=t ث=th|s ج=j|g|dj ح=h خ=kh|h د=d ذ=dh|z|th ر=r ز=z "
    "س=s|c ش=sh|ch ص=s ض=d|dh|z ط=t ظ=z|dh ع=|a|aa|e|i|o|u غ=gh|g ف=f|ph ق=q|k|g ك=k|c ل=l م=m ن=n "
    "ه=h| و=w|v|u|ou|oo|o ي=y|i|ee|ie|ei|ai|e|iy|j ى=a ة=a|ah|at|eh?| ء= ؤ=u|o ئ=|e|i پ=p چ=ch|tch "
    "ژ=zh|j گ=g ک=k|c ی=i|y|ee|e|ie ں=n ے=e|ay ہ=h| "
)
_LATIN: Final = dict(each.split("=", 1) for each in _LETTERS.split())
_FIRST: Final = {letter: forms.partition("|")[0] for letter, forms in _LATIN.items()}
_OTHER: Final = re.compile(r"[\u0370-\u052f\u0600-\u06ff\u1f00-\u1fff]")
_WORD: Final = re.compile(r"[\u0370-\u052f\u0600-\u06ff\u1f00-\u1fff\u0300-\u036f]+")
_LONGEST: Final = 40
"""Letters of a name."""
_ARABIC: Final = re.compile(r"[\u0600-\u06ff]")
_ARTICLE: Final = "\u0627\u0644"
"""The Arabic "al-" before a name."""


def is_arabic(word: str) -> bool:
    """Tell whether a word is in Arabic letters, and so tells less."""
    return _ARABIC.search(word) is not None


def words_in(text: str) -> list[str]:
    """Return the words of a text in these scripts."""
    return _WORD.findall(unicodedata.normalize("NFC", text))


def rewritten(text: str, rewrite: Callable[[str], str]) -> str:
    """Return a text with each word of these scripts as ``rewrite`` has it."""
    if not _OTHER.search(text):
        return text
    return _WORD.sub(lambda found: rewrite(found[0]), unicodedata.normalize("NFC", text))


def latin(text: str) -> str:
    """Return a text with each word of these scripts as it is first written in Latin, with a capital."""
    return rewritten(text, _first_form)


def _first_form(word: str) -> str:
    return "".join(_FIRST[letter] for letter in _letters(word) if letter in _FIRST).capitalize()


@lru_cache(maxsize=4096)
def romanised(word: str) -> re.Pattern[str] | None:
    """Return what a word of these scripts may be in small Latin letters; None where it can be no name."""
    letters = _letters(word)
    if not 0 < len(letters) <= _LONGEST or any(letter not in _LATIN for letter in letters):
        return None
    if is_arabic(word):
        article = r"(?:[aeu][lrsnztd]h?)?" if unicodedata.normalize("NFC", word).startswith(_ARTICLE) else ""
        return re.compile(article + "[aeiou]?".join(rf"(?:{_LATIN[letter]}){{1,2}}" for letter in letters))
    return re.compile("".join(rf"(?:{_LATIN[letter]})" for letter in letters))


def _letters(word: str) -> list[str]:
    """Return the letters of a word, without accents that are no part of them; some are pairs."""
    lower = unicodedata.normalize("NFC", word).lower()
    plain = "".join(sign if sign in _LATIN else unicodedata.normalize("NFKD", sign)[0] for sign in lower)
    plain = "".join(sign for sign in plain if unicodedata.category(sign) not in {"Mn", "Lm"})
    if is_arabic(plain):
        plain = plain.removeprefix(_ARTICLE) or plain
    return re.findall("|".join(sorted(_LATIN, key=len, reverse=True)) + "|.", plain)

"""Who asked, as far as the sealed request tells: names taken apart, and where the applicant can be reached.

Everything here is folded, and only ever searched for: it stands in no message, log or representation.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from flows.sources.folding import folded, is_common
from flows.sources.scripts import latin, words_in

if TYPE_CHECKING:
    from collections.abc import Iterator


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_EMAIL: Final = re.compile(r"[^\s<>(),;:\"\[\]@]{1,64}@[^\s<>(),;:\"\[\]@]{1,254}\w")
_TELEPHONE: Final = re.compile(r"(?<![\w+])\+?\(?\d[\d ().\-/]{7,24}\d(?!\w)")
_POSTCODE: Final = re.compile(
    r"(?<!\w)([A-Z]{1,2}[0-9][A-Z0-9]?)[\s-]{0,3}([0-9][A-Z]{2})(?!\w)", re.IGNORECASE
)
STREETS: Final = {
    "street": "st", "road": "rd", "avenue": "ave?", "lane": "ln", "close": "cl", "drive": "dr", "court": "ct",
    "crescent": "cres", "place": "pl", "square": "sq", "terrace": "terr?", "gardens": "gdns", "grove": "gr",
    "way": "way", "row": "row", "walk": "wlk", "hill": "hill", "park": "pk", "mews": "mews", "rise": "rise",
    "view": "view", "green": "grn", "gate": "gate", "parade": "pde", "quay": "quay", "wharf": "wharf",
}  # fmt: skip
"""What streets are called, and how that is written short."""
_STREET: Final = rf"(?:{'|'.join(f'{long}|{short}' for long, short in STREETS.items())})"
_NUMBER: Final = r"\d{1,4}\s?[A-Za-z]?(?:\s*-\s*\d{1,4}[A-Za-z]?)?"
_NUMBERED: Final = re.compile(
    rf"(?<![\w-])({_NUMBER})[\s,]+((?:[A-Za-z'.-]+\s+){{1,4}}?{_STREET})(?![\w'])", re.IGNORECASE
)
_LINE: Final = re.compile(rf"\s*({_NUMBER})\s+([^\W\d][\w' -]{{2,}})")
_DWELLING: Final = re.compile(
    r"(?:flat|apartment|apt|unit|studio|maisonette|room|suite|plot)\.?\s+(?:no\.?\s*)?[a-z]?\d{0,4}[a-z]?",
    re.IGNORECASE,
)
_ON_STREET: Final = re.compile(rf"[A-Za-z'. -]+\s{_STREET}\.?", re.IGNORECASE)

_CLOSING: Final = re.compile(
    r"^[^\w\n]*+(?:yours (?:faithfully|sincerely|truly)|(?:kind(?:est)?|best|warm) (?:regards|wishes)|regards"
    r"|(?:many |with )?thanks|thank you|diolch|yr eiddoch)\b[^\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
_OWN: Final = re.compile(
    r"^[^\n]*\bmy\b[^\n]{0,40}\b(?:address|telephone|phone|mobile|number|e-?mail)\b[^\n]*$"
    r"|^[^\w\n]*+(?:tel|telephone|phone|mobile|mob|e-?mail|address)\b\W{0,20}:[^\n]*$",
    re.IGNORECASE | re.MULTILINE,
)

_LONGEST: Final = 4_000
_LONGEST_NAME: Final = 400
"""Characters that are looked at: what is longer is no name, and would be long to search for."""
_MOST_WORDS: Final = 2
"""Of what stands before or after a comma in a name with its surname first."""
_MOST_INITIALS: Final = 3
TITLES: Final = _listed(
    "mr mrs ms miss mx dr prof professor sir dame lord lady baroness rev revd reverend cllr councillor "
    "master madam mister messrs doctor herr frau mme"
)
_GLUED: Final = re.compile(
    r"(?<!\w)(?P<title>(?i:mrs?|ms|miss|mx|dr|prof|professor|sir|dame|lord|lady|revd?|cllr))"
    r"(?:[.\-/]+\s*(?=\w)|(?=[A-Z][a-z']))"
)
"""A title and what follows it without a space."""
_LETTERS_AFTER: Final = _listed(
    "mp ms msp mla td qc kc obe mbe cbe kbe dbe bem cmg qpm kpm phd dphil mphil md mba ba bsc ma msc llb llm "
    "hons pgce frsa frs frcs frcp mrcp fca aca ceng frics mrics rgn jp esq jr sr ii iii"
)
PARTICLES: Final = _listed(
    "de del della der den van von la le du di da dos das bin ibn binti al el ap ab ferch ni nic ui o mac "
    "mc st ter ten zu"
)
"""Of a surname, in small letters; they are none by themselves."""
_NOBODY: Final = re.compile(
    r"anonymous|anon|unknown|unnamed|unspecified|none|nil|null|n/?[ak]|tb[ac]|applicant|requester|requestor|withheld"
    r"|redacted|resident|(?:name-)?(?:not|un)-?(?:given|known|stated|provided|supplied|disclosed|specified|available)"
    r"|no-name(?:-(?:given|known|stated|provided|supplied))?|(?:name|identity)-(?:withheld|redacted|unknown)"
    r"|(?:a-)?(?:member-of-(?:the-)?public|private-(?:individual|person|citizen))"
)
_BODIES: Final = _listed(
    "ltd limited plc llp llc inc cic cio council association society trust group news newspaper "
    "newspapers times gazette herald telegraph guardian observer campaign union university college "
    "charity foundation friends federation institute network solicitors media press party committee "
    "research watch international action alliance coalition forum project partnership consultants "
    "consulting company corporation agency residents against uk"
)
_LEGAL_FORM: Final = re.compile(r"\s+(?:ltd|limited|plc|llp|llc|inc|cic|cio)\.?$", re.IGNORECASE)
_JOINS: Final = re.compile(
    r"\s+(?:and|&|on behalf of|obo|c/o|for|from|at|via|of)\s+(?:the\s+)?|\s*[;/|&()<>\"\[\]]\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Person:
    """A name, taken apart.

    Attributes:
        title: As ``mrs``; empty without.
        given: Given names or their initials, without full stops.
        surname: Its words; those of a double surname, and a particle, are words of their own.
    """

    title: str = ""
    given: tuple[str, ...] = ()
    surname: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Applicant:
    """What identifies whoever asked.

    Attributes:
        people: Those whose names are given.
        phrases: Names that count as a whole, as those of bodies.
        emails: Addresses.
        telephones: Digits, with the country's where that is another; a 0 first where they were led by one.
        postcodes: In two halves.
        houses: The number, or the house, and the street.
        written: Words of the name in another script, each after its Latin form.
        authority: Words of the name of the authority that was asked, in small letters; they tell of nobody.
    """

    people: tuple[Person, ...] = ()
    phrases: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    telephones: tuple[str, ...] = ()
    postcodes: tuple[tuple[str, str], ...] = ()
    houses: tuple[tuple[str, str], ...] = ()
    written: tuple[tuple[str, str], ...] = ()
    authority: frozenset[str] = frozenset()


def applicant(
    name: str,
    *,
    email: str | None = None,
    telephone: str | None = None,
    address: str | None = None,
    text: str = "",
    authority: str = "",
) -> Applicant:
    """Return what is known of whoever asked.

    Args:
        name: As the request gives it.
        email: The same, as the others.
        telephone: In any form.
        address: In lines, or parted by commas.
        text: The request; of it only what speaks of the applicant, and what follows its closing words.
        authority: That was asked.
    """
    own = _of_the_applicant(folded(text))[:_LONGEST]
    stated = folded(address or "")[:_LONGEST]
    reached = "\n".join((folded(email or "")[:_LONGEST], folded(telephone or "")[:_LONGEST], stated, own))
    written = words_in(name[:_LONGEST_NAME])
    names = [_apart(folded(each)[:_LONGEST_NAME]) for each in (name, _spelt_out(name), latin(name))]
    persons = {person: None for each in names for person in _people(_EMAIL.sub(" ", each))}
    return Applicant(
        people=tuple(persons),
        phrases=tuple({phrase: None for each in names for phrase in _phrases(_EMAIL.sub(" ", each))}),
        emails=tuple(dict.fromkeys(_EMAIL.findall(f"{names[0]}\n{reached}"))),
        telephones=tuple(dict.fromkeys(map(_national, _TELEPHONE.findall(reached)))),
        postcodes=tuple(dict.fromkeys(_POSTCODE.findall(reached))),
        houses=tuple(dict.fromkeys([*_houses(stated), *_NUMBERED.findall(own)])),
        written=tuple((latin(word), word) for word in dict.fromkeys(written)),
        authority=frozenset(re.findall(r"\w+", folded(authority).lower())),
    )


def _of_the_applicant(text: str) -> str:
    closings = [*_CLOSING.finditer(text)]
    after = text[closings[-1].end() :] if closings else ""
    return "\n".join([*(found[0] for found in _OWN.finditer(text)), after])


def _spelt_out(name: str) -> str:
    return re.sub("[äöüÄÖÜ]", lambda found: f"{folded(found[0])}e", unicodedata.normalize("NFC", name))


def _national(number: str) -> str:
    digits = re.sub(r"\D", "", number)
    led = number.lstrip().startswith("+") or digits.startswith("0")
    abroad = not digits.startswith("0") or digits.startswith("00")
    digits = digits.removeprefix("00")
    return ("0" if led else "") + (digits.removeprefix("44") if led and abroad else digits).removeprefix("0")


def _houses(address: str) -> Iterator[tuple[str, str]]:
    numbered = [*_NUMBERED.findall(address)]
    lines = [line.strip() for line in re.split(r"[,\n]", address) if line.strip()]
    numbered += [found.groups() for line in lines if (found := _LINE.match(line))]
    yield from numbered
    for house, street in pairwise(lines):
        # A flat in a house that has a name, or such a house on a street without numbers.
        if _DWELLING.fullmatch(house) or (not numbered and _ON_STREET.fullmatch(street)):
            yield house, street


# Names ------------------------------------------------------------------------------------------------


def is_nobody(name: str) -> bool:
    """Tell whether a folded name stands for one that is not known."""
    words = re.sub(r"[^\w/ ]", " ", name.lower()).split()
    plain = "-".join(words).removeprefix("the-")
    return len(plain) == 1 or not plain or _NOBODY.fullmatch(plain) is not None


def _phrases(name: str) -> Iterator[str]:
    """Yield the names that count as a whole: those of bodies, and of whoever has one name only."""
    if is_nobody(name):
        return
    of_a_body = _is_body(name)
    if of_a_body:
        yield _without_form(name)
    for piece in _JOINS.split(name):
        words = _words(piece)
        if is_nobody(piece) or _titled(words):
            continue
        if len(words) == 1:
            if words[0].lower() not in _BODIES and (not of_a_body or piece.isupper()):
                yield _without_form(piece)
        elif _is_body(piece):
            yield _without_form(piece)


def _without_form(name: str) -> str:
    plain = re.sub(r"^the\s+", "", name.strip(" ,.-"), flags=re.IGNORECASE)
    return _LEGAL_FORM.sub("", re.sub(r"\s*\([^)]*\)", "", plain)).strip(" ,.-")


def _is_body(name: str) -> bool:
    words = {word.lower().strip(".,") for word in name.split()}
    return bool(words & _BODIES) or re.match(r"the\s", name.strip(), re.IGNORECASE) is not None


def _people(name: str) -> Iterator[Person]:
    if is_nobody(name):
        return
    pieces = [piece for piece in _JOINS.split(name) if piece.strip()]
    pieces = [piece for piece in pieces[: 1 if _is_body(name) else None] if not _is_body(piece)]
    alone: list[str] = []  # "Jo" of "Jo and Sam Public"
    for piece in pieces:
        words = _words(piece)
        before, _, after = piece.partition(",")
        if after.strip() and max(len(_words(after)), len(_words(before))) <= _MOST_WORDS:  # surname first
            yield from _person([*_words(after), *_words(before)], surname=len(_words(before)))
            if len(_words(before)) == 1:
                continue
            words = _words(before)
        if len(words) == 1 and not _titled(words):
            alone += words
            continue
        for person in _person(words):
            yield person
            yield from (Person(given=(each,), surname=person.surname) for each in alone)
        alone = []


def _words(piece: str) -> list[str]:
    words = re.findall(r"[\w'.-]+", piece)
    words = [word for word in words if re.search(r"\w", word)]
    while len(words) > 1 and _ends_in_letters(words):
        words.pop()
    return words


def _ends_in_letters(words: list[str]) -> bool:
    """Tell whether a name ends in letters that stand after it; the "Ma" of "Wei Ma" is a surname."""
    last = words[-1].replace(".", "")
    surname = last.istitle() and len(last) == len(words) - _titled(words) == _MOST_WORDS
    return last.lower() in _LETTERS_AFTER and not surname


def name_words(name: str) -> list[str]:
    """Return the words of a name, folded, without titles and the letters after it."""
    words = _words(re.sub(r"[(),]", " ", titles_apart(folded(name)[:_LONGEST_NAME])))
    return [word for word in words if word.lower().strip(".") not in TITLES] or words


def contact_of(email: str | None, telephone: str | None, address: str | None) -> str:
    """Return the first way in which the applicant can be reached, in one form; empty without any."""
    if found := _EMAIL.search(folded(email or "")):
        return found[0].lower()
    if found := _TELEPHONE.search(folded(telephone or "")):
        return _national(found[0])
    return re.sub(r"\W", "", folded(address or "")).lower()


def _apart(name: str) -> str:
    """Return a name with a space after a title or an initial that is written in one with it."""
    return re.sub(r"(?<![^\W\d_]{2})\.(?=[^\W\d_]{2})", ". ", titles_apart(name))


def titles_apart(name: str) -> str:
    """Return a text with a space after each title that is written in one with a name, as in "MrPublic"."""
    return _GLUED.sub(r"\g<title> ", name)


def _titled(words: list[str]) -> bool:
    return bool(words) and words[0].lower().strip(".") in TITLES


def _person(words: list[str], *, surname: int = 1) -> Iterator[Person]:
    title = ""
    while _titled(words):
        title, words = words[0].lower().strip("."), words[1:]
    if not words or (len(words) == 1 and not title):
        return
    at = len(words) - surname
    while at > 1 and words[at - 1].lower() in PARTICLES:
        at -= 1
    given = tuple(part for word in words[:at] for part in _initials_apart(word))
    last = tuple(part for word in words[at:] for part in word.strip(".").split("-") if part)
    if last and (any(len(part) > 1 for part in last) or title or any(len(part) > 1 for part in given)):
        yield Person(title=title, given=given, surname=last)


def _initials_apart(word: str) -> Iterator[str]:
    """Yield a given name; of initials each, as of "J.B." or "JB"."""
    plain = word.replace(".", "")
    if len(plain) <= _MOST_INITIALS and plain.isupper() and not is_common(plain):
        yield from plain
    elif plain:
        yield plain.strip("-")

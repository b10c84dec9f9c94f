"""Whether a text tells who asked: by name, e-mail, telephone or postal address, however it is written.

Both sides are folded before they are compared, and a text is looked at as it is written, as it is read
without mark-up, as its links lead, and as it is where no line parts a word.

A **name that is no ordinary word** counts by itself, but not as what a judge, a case, a street or an
inquiry is called. One that is **ordinary**, as Young, Field or Thomas, counts only beside what makes a name
of it: a title, a given name or its initial, before it or after a comma. Where all of it is ordinary words,
as in Will Young, it counts with its capitals, or where the text speaks of somebody who asks. What stands
between is decided against the applicant's name: it is more easily written otherwise than taken back.
"""

from __future__ import annotations

import re
from calendar import month_name
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from flows.domain.checks.words import unmarked
from flows.sources.applicant import PARTICLES, STREETS, TITLES, titles_apart
from flows.sources.folding import folded, is_common, is_given, is_word, short_forms, spellings
from flows.sources.scripts import is_arabic, latin, rewritten, romanised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from flows.sources.applicant import Applicant, Person

_NEAR: Final = 80
"""Characters before and after a name that are looked at."""
_SHORTEST: Final = 3
"""Letters from which a name counts by itself."""
_LETTERS: Final = re.compile("[A-Za-z]+")
_IN_REFERENCES: Final = frozenset(
    {
        *(
            "foi",
            "foia",
            "foisa",
            "eir",
            "rfi",
            "sar",
            "dpa",
            "ref",
            "case",
            "request",
            "review",
            "complaint",
        ),
        *(
            "complaint",
            "appeal",
            "test",
            "letter",
            "mail",
            "post",
            "web",
            *(name.lower() for name in month_name[1:]),
        ),
    }
)
"""What stands in references and is somebody's surname too."""
_SHORT: Final = 2
"""Letters of a name of which that is so only as it is written: with one capital."""
_TOKEN: Final = re.compile(r"(?P<article>(?i:[ae][lrsnztd]h?)[\s-])?(?P<name>[A-Z](?:[\w']*[^\W_])?)")
"""A name in Latin letters, with the Arabic article."""
_BROKEN: Final = re.compile(r"(?<=\w)-[ \t]*\n[ \t]*(?=\w)")

_INITIALS: Final = r"(?P<initials>(?:[A-Z]\.?[\s-]?){1,4})?"
_TITLED: Final = re.compile(
    r"(?<![\w.])(?:(?i:mr|mrs|(?<!\d)(?<!\d\s)ms|mx|dr|prof|cllr|rev|revd|messrs|herr|frau|mme)\.?"
    r"|(?P<long>Miss|Mister|Master|Madam|Professor|Doctor|Reverend|Councillor"
    rf"|MISS|MISTER|MASTER|MADAM|PROFESSOR|DOCTOR|REVEREND|COUNCILLOR))\s*{_INITIALS}\Z"
)
_HONOURED: Final = re.compile(rf"(?<!\w)(?P<long>(?i:sir|dame|lord|lady|baroness))\s+{_INITIALS}\Z")
"""Others than the applicant have these titles, unless the applicant's name was given with one."""
_HONOURS: Final = frozenset({"sir", "dame", "lord", "lady", "baroness"})
_INITIALLED: Final = re.compile(
    r"(?<![\w.&/])(?P<initials>(?:[A-Z]\.[\s-]{0,2}|[A-Z][\s-]){1,4}|[A-Z]{2,3}\s+)\Z"
)
_NO_INITIALS: Final = re.compile("PC|DC|DS|DI|PS|SC|UK|HM|EU|US|GP|QC|KC|MP|TV|IT|HR|AI|ID|II|IV")
_LABEL: Final = re.compile(
    r"\b(?i:annex|appendix|part|schedule|section|class|category|table|grade|group|unit|block|plan|zone|option"
    r"|type|level|tier|band|form|item|wing|route|lot|phase|exhibit|vitamin|hepatitis)\s+\Z"
)
"""After which a letter numbers something."""
_GIVEN_BEFORE: Final = re.compile(r"(?:[^\W\d][\w'-]*\.?\s*){1,3}\Z")
_INITIALS_AFTER: Final = re.compile(
    r"\s*,\s*(?P<initials>(?:[A-Z]\.\s*+)++(?![A-Z][a-z])|[A-Z]{1,3}(?=\s*(?:\Z|[;)\]]|\n\s*\n)))"
)
_GIVEN_AFTER: Final = re.compile(
    r"(?:(?P<comma>\s*[,(]\s*)(?:(?i:mr|mrs|ms|miss|dr|prof)\.?\s+)?|\s+)(?P<given>[^\W\d][\w'-]*)"
)
_STARTS: Final = re.compile(r"(?:\A|[.!?:|#>\u2022\"\u201c(]|\n[ \t]*(?:[-+]|\d+[.)])?)\s*\Z")
_NEXT_NAME: Final = re.compile(r"\s+[A-Z][a-z]")
_ASKS: Final = re.compile(
    r"'s?(?!\w)|s'|\s+(?:(?:has|have|had)\s+)?(?:asked|requested|wrote|asks|writes|seeks|sought)\b"
)
_ASKED: Final = re.compile(
    r"\b(?i:(?:asked|requested|made|sent|written|signed|complaint|request|letter)\s+(?:by|from|of)|dear)\s+\Z"
)
_OTHERWISE_BEFORE: Final = re.compile(
    r"(?:\b(?:Justice|Judge|Recorder|Lord|Lady|Sir|Dame|Baroness)\s+|\s(?:v|vs)\.?\s+|\bR\s*\(\s*|\bSt\.?\s+)\Z"
)
_OTHERWISE_AFTER: Final = re.compile(
    r"\s+(?:(?:J|JJ|LJ|JSC|MR|CJ)\b|(?:v|vs)\.?\s|&|(?:Review|Inquiry|Report|Committee|Commission|Principles"
    r"|Judgment|Act|Foundation|Trust|House|Hall|School|College|Hospital|Library|Centre|Building|Bridge|Ltd"
    rf"|Limited|plc|LLP|Sons|Bros|{'|'.join(street.capitalize() for street in STREETS)})\b)"
)
"""What is called after a judge, a party, a place, an inquiry or a firm of the name."""


def named_in(applicant: Applicant, texts: Mapping[str, str]) -> list[str]:
    """Return the paths of the texts that tell who the applicant is.

    Args:
        texts: What is to stand in clear, by path.
    """
    search = _search(applicant)
    return [
        path
        for path, text in texts.items()
        if (path == "reference" and _names_in_reference(applicant, text))
        or any(map(search.finds, _forms(text, search.in_latin)))
    ]


def _names_in_reference(applicant: Applicant, reference: str) -> bool:
    """Tell whether one piece of a reference is somebody's surname, with or without a given name.

    No words of English stand in a reference, so that an ordinary surname counts there by itself.
    """
    pieces = {each.lower() for each in _LETTERS.findall(reference)} - _IN_REFERENCES
    return any(not pieces.isdisjoint(_run_together(person)) for person in applicant.people)


def _run_together(person: Person) -> Iterator[str]:
    surname = "".join(person.surname).lower()
    if len(surname) < _SHORTEST:
        return
    yield surname
    for given in (each.lower() for each in person.given if each):
        for before in (given, given[0]):
            yield from (f"{before}{surname}", f"{surname}{before}")


def _forms(text: str, in_latin: Callable[[str], str]) -> set[str]:
    """Return a text as it is written, as its Markdown is read, as its links lead, and without hyphenation.

    Args:
        in_latin: Returns a text with names of another script as the applicant's is written in Latin.
    """
    read = {text, unmarked(text), unquote(unescape(text))}
    forms = {folded(form) for form in read | set(map(in_latin, read))}
    forms |= {_BROKEN.sub("", form) for form in forms}
    return forms | {titles_apart(form) for form in forms}


class _Search:
    """What is looked for, made ready once for many texts."""

    def __init__(self, applicant: Applicant) -> None:
        self._names: list[_Name | _Whole] = [
            *(_Name(person, applicant.authority) for person in applicant.people),
            *(_Whole(phrase) for phrase in applicant.phrases if phrase),
        ]
        self._own = [
            word.lower()
            for person in applicant.people
            for word in (*person.given, *person.surname)
            if len(word) > 1 and word.lower() not in PARTICLES
        ]
        self._written = [
            (form, pattern, is_arabic(word))
            for form, word in applicant.written
            if form and (pattern := romanised(word))
        ]
        self._telephones = [(number, re.compile(_telephone(number))) for number in applicant.telephones]
        self._details = [
            (anchor.lower(), re.compile(pattern, re.IGNORECASE)) for anchor, pattern in _details(applicant)
        ]

    def in_latin(self, text: str) -> str:
        """Return a text with what may be the applicant's name in Latin, if either is in another script."""
        text = rewritten(text, self._own_in_latin)
        return self._from_latin(text) if self._written else text

    def _own_in_latin(self, word: str) -> str:
        form = romanised(word)
        own = next((own for own in self._own if form and form.fullmatch(own)), None)
        return own.capitalize() if own else latin(word)

    def _from_latin(self, text: str) -> str:
        """Replace what a name that was given in another script may be in Latin by its first form."""
        tokens = [*_TOKEN.finditer(text)]
        forms = [self._first_form(token) for token in tokens]
        parts, end = [], 0
        for at, (token, (form, tells)) in enumerate(zip(tokens, forms, strict=True)):
            beside = {other for other, _ in forms[max(0, at - 1) : at + 2]} - {form, ""}
            if form and (
                tells or beside or _TITLED.search(text[max(0, token.start() - _NEAR) : token.start()])
            ):
                parts += [text[end : token.start()], form]
                end = token.end()
        return "".join([*parts, text[end:]])

    def _first_form(self, token: re.Match[str]) -> tuple[str, bool]:
        """Return the Latin form of the part that a word may be of the name, and whether it tells alone."""
        word = re.sub(r"[^\w]", "", token["article"] or "") + token["name"]
        for form, pattern, arabic in self._written:
            if pattern.fullmatch(re.sub("'", "", word).lower()):
                return form, not arabic or bool(token["article"])
        return "", False

    def finds(self, text: str) -> bool:
        """Tell whether a folded text has any of it."""
        lower = text.lower()
        digits = re.sub(r"\D", "", text) if self._telephones else ""
        return (
            any(anchor in lower and pattern.search(text) for anchor, pattern in self._details)
            or any(number.lstrip("0") in digits and form.search(text) for number, form in self._telephones)
            or any(name.anchored(lower) and name.stands_in(text) for name in self._names)
        )


_search = lru_cache(maxsize=8)(_Search)


# Where the applicant can be reached ---------------------------------------------------------------------


def _details(applicant: Applicant) -> Iterator[tuple[str, str]]:
    """Yield patterns, each with what has to be in a text for it to match."""
    for email in applicant.emails:
        for pattern in _email(email):
            yield email.partition("@")[0].partition("+")[0], pattern
    for outward, inward in applicant.postcodes:
        yield inward, rf"(?<!\w){outward}[\s-]{{0,3}}{inward}(?!\w)"
    for house, street in applicant.houses:
        pattern = rf"(?<!\w){_loosely(house)}[\s,]{{1,3}}(?:(?:in|on|at)\s+)?{_street(street)}(?!\w)"
        yield re.findall(r"\w+", house)[0], pattern


def _telephone(number: str) -> str:
    between = r"[\s().\-/]{0,3}"
    lead = rf"(?:(?:\+|00){between}(?:44{between})?(?:\(?0{between})?|\(?0{between})"
    may = "" if number.startswith("0") else "?"
    return rf"(?<![\d+]){lead}{may}{between.join(number.removeprefix('0'))}(?!\d)"


def _email(email: str) -> Iterator[str]:
    local, _, domain = email.partition("@")
    yield rf"(?<![\w.+-]){re.escape(local)}\s?(?:@|[(\[]\s?at\s?[)\]]|\sat\s)\s?{re.escape(domain)}(?![\w])"
    for alone in {local, local.partition("+")[0]}:
        # A mailbox called after what it is for, or after a word, tells of nobody without its domain.
        if len(alone) > _SHORTEST and not is_common(alone):
            yield rf"(?<![\w.+-]){re.escape(alone)}(?![\w+-]|\.\w)"


def _loosely(words: str) -> str:
    """Return a pattern for words whose spaces, hyphens, full stops and apostrophes may be others."""
    parts = re.findall(r"\d+|[^\W\d]+|[^\w\s]", words)
    pattern = ""
    for part in parts:
        if part in "'.":
            pattern += rf"{re.escape(part)}?"
        elif part == "-":
            pattern += r"\s*-?\s*"
        else:
            pattern += (r"\s*" if pattern and pattern[-1] != "?" else "") + re.escape(part)
    return pattern


def _street(street: str) -> str:
    *first, last = street.lower().rstrip(".").split()
    for long, short in STREETS.items():
        if re.fullmatch(f"{long}|{short}", last):
            last = f"(?:{long}|{short})"
            break
    else:
        last = _loosely(last)
    saint = ["(?:st|saint)\\.?" if word.rstrip(".") in {"st", "saint"} else _loosely(word) for word in first]
    return r"\s+".join([*saint, last])


# Names --------------------------------------------------------------------------------------------------


def _is_proper(word: str) -> bool:
    """Tell whether a word has a capital, or is of a script that has none."""
    return word != word.lower() or word == word.upper()


def _parts(name: str) -> list[str]:
    return re.findall(r"[^\W\d_](?:[\w']*\w)?", name)


def _are(kind: Callable[[str], bool], name: str) -> bool:
    return all(map(kind, _parts(name)))


def _anchor(name: str) -> str:
    return max(re.split(r"[^\w]", name.lower()), key=len)


def _whole_words(names: Iterable[str]) -> re.Pattern[str] | None:
    forms = sorted({_spaced(name) for name in names}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?:s(?='))?(?!\w)", re.IGNORECASE) if forms else None


def _spaced(name: str) -> str:
    """Return a pattern for a name whose words a space, a hyphen or nothing may part."""
    if len(name) <= _SHORT:  # not of "O'Neill", "Li-ion"
        return rf"(?<!-){re.escape(name)}(?!['-]\w\w)"
    return r"[\s-]*".join(re.escape(part).replace("'", r"'?\s?") for part in re.split(r"[\s-]+", name))


def _counts_alone(before: str, name: str, after: str) -> bool:
    """Tell whether a name that is no ordinary word, or only partly, tells of the applicant by itself."""
    enough = len(name) > _SHORTEST or (len(name) == _SHORTEST and _is_proper(name))
    # "Ng", but neither the "NG" of a postcode nor the "Wu" of somebody else's "Wu Lan".
    enough = enough or (len(name) == _SHORT and name.istitle() and not _NEXT_NAME.match(after))
    return enough and not _OTHERWISE_BEFORE.search(before) and not _OTHERWISE_AFTER.match(after)


def _goes_on(name: str, after: str) -> bool:
    """Tell whether a name seems to be only the first of somebody else's, or of something."""
    if len(name) == 1:
        return bool(re.match(r"\.?\s+[A-Z][a-z]|\.[A-Z]", after))
    return bool(_NEXT_NAME.match(after)) and not name.isupper()


def _in_one(person: Person) -> Iterator[str]:
    """Yield patterns of a name without spaces; one of ordinary words, as Rose Wood, needs both capitals."""
    surname = "".join(person.surname)
    if len(surname) == 1:
        return
    for title in TITLES:
        if not is_common(title + surname):
            yield rf"(?i:(?<!\w){title}{re.escape(surname)}(?:s')?(?!\w))"
    for given in (each for each in person.given if len(each) > 1):
        for one, other in ((given, surname), (surname, given)):
            if is_word(given) and _are(is_word, surname):
                yield rf"(?<!\w){re.escape(one.capitalize())}\.?{re.escape(other.capitalize())}(?!\w)"
            else:
                yield rf"(?i:(?<!\w){re.escape(one)}\.?{re.escape(other)}(?!\w))"
    if len(surname) > _SHORTEST:
        for initial in {word[0] for word in person.given}:
            yield from (
                rf"(?i:(?<!\w){re.escape(name)}(?!\w))"
                for name in (initial + surname, surname + initial)
                if not is_common(name)
            )


def _letters(initials: str) -> str:
    return re.sub(r"[^A-Z]", "", initials)


class _Name:
    """A person's name: its words are looked for, and then what stands beside them."""

    def __init__(self, person: Person, authority: frozenset[str]) -> None:
        self._authority = authority
        surname = [word for word in person.surname if len(word) > 1 and word.lower() not in PARTICLES]
        surname = surname or [person.surname[-1]]
        self._titled = [_TITLED, *([_HONOURED] if person.title in _HONOURS else [])]
        self._given = {part.lower() for word in person.given for part in (word, *word.split("-")) if part}
        self._initials = {word[0].upper() for word in self._given}
        self._surname = _whole_words([" ".join(person.surname), *surname])
        spelt = {each for word in surname for each in spellings(word)} - {word.lower() for word in surname}
        self._spelt = _whole_words(spelt)
        others = [word for word in self._given if len(word) > 1 and not is_given(word)]
        self._other = _whole_words(others)
        self._anchors = {_anchor(word) for word in (*surname, *others, *spelt)}
        self._in_one = re.compile("|".join(_in_one(person)) or "(?!)")

    def anchored(self, lower: str) -> bool:
        """Tell whether a text in small letters may have the name: most have not, which is quickly seen."""
        return any(anchor in lower for anchor in self._anchors)

    def stands_in(self, text: str) -> bool:
        """Tell whether a folded text names the person."""
        return (
            any(self._is_meant(*_around(found)) for found in _found(self._surname, text))
            or any(self._is_other(*_around(found)) for found in _found(self._other, text))
            or any(self._is_spelt(*_around(found)) for found in _found(self._spelt, text))
            or bool(self._in_one.search(text))
        )

    def _is_ordinary(self, name: str) -> bool:
        return len(name) == 1 or _are(lambda word: is_common(word) or word.lower() in self._authority, name)

    def _is_meant(self, before: str, name: str, after: str) -> bool:
        return (
            self._has_title(before, name, after)
            or self._has_given_before(before, name, after)
            or self._has_initials_before(before, name, after)
            or self._has_given_after(name, after)
            or self._is_alone(before, name, after)
        )

    def _is_other(self, before: str, name: str, after: str) -> bool:
        """Tell whether a given name that is no common one is meant: it may be the surname, or half of it."""
        alone = len(name) > _SHORT and _is_proper(name) and _counts_alone(before, name, after)
        alone = alone and not self._is_ordinary(name) and not _goes_on(name, after)
        return alone or self._has_title(before, name, after)

    def _is_spelt(self, before: str, name: str, after: str) -> bool:
        """Tell whether a surname that is spelt otherwise is meant: it is by itself never."""
        return not _goes_on(name, after) and (
            self._has_title(before, name, after)
            or self._has_given_before(before, name, after)
            or self._has_initials_before(before, name, after)
            or self._has_given_after(name, after)
        )

    def _has_title(self, before: str, name: str, after: str) -> bool:
        found = next(filter(None, (title.search(before) for title in self._titled)), None)
        if found is None or (found["long"] and not _is_proper(name)):
            return False
        if (self._is_ordinary(name) or len(name) <= _SHORT) and _goes_on(name, after):  # "Mr Young Smith"
            return False
        return not found["initials"] or self._fits(found["initials"])

    def _fits(self, initials: str) -> bool:
        return not self._initials or _letters(initials)[0] in self._initials

    def _is_own(self, given: str) -> bool:
        given = given.lower().rstrip(".")
        return any(
            own == given
            or (min(len(own), len(given)) > 1 and (own.startswith(given) or given.startswith(own)))
            # Of one whose initial is known any given name may be the applicant's, but not "Justice".
            or (len(own) == 1 and given.startswith(own) and not (is_word(given) and not is_given(given)))
            or given in short_forms(own)
            for own in self._given
        )

    def _has_given_before(self, before: str, name: str, after: str) -> bool:
        found = _GIVEN_BEFORE.search(before)
        between: list[str] = []
        for given in reversed(re.findall(r"[^\W\d][\w'-]*\.?", found[0])) if found else ():
            if len(given.rstrip(".")) > 1 and self._is_own(given):
                return self._are_one(before, given, between, name, after)
            if not given[0].isupper():
                break
            between.append(given)
        return False

    def _are_one(self, before: str, given: str, between: list[str], name: str, after: str) -> bool:
        if not is_word(given) or not _are(is_word, name):
            return _is_proper(given) or given.lower() in self._given
        if any(len(each.rstrip(".")) > 1 for each in between):
            return False
        if _is_proper(given) and _is_proper(name):
            return not _goes_on(name, after)
        start = before.rfind(given)
        return given.lower() in self._given and bool(_ASKS.match(after) or _ASKED.search(before[:start]))

    def _has_initials_before(self, before: str, name: str, after: str) -> bool:
        found = _INITIALLED.search(before)
        if found is None or len(name) == 1 or not _is_proper(name) or not self._fits(found["initials"]):
            return False
        letters, ahead = _letters(found["initials"]), before[: found.start()]
        if len(letters) == 1 and _LABEL.search(ahead):
            return False
        if "." in found["initials"]:
            return True
        if _NO_INITIALS.fullmatch(found["initials"].strip()) or _goes_on(name, after):
            return False
        return letters != "I" and not (letters == "A" and _STARTS.search(ahead))  # the pronoun, the article

    def _has_given_after(self, name: str, after: str) -> bool:
        if not _is_proper(name):
            return False
        if (found := _INITIALS_AFTER.match(after)) and self._initials and self._fits(found["initials"]):
            return True
        found = _GIVEN_AFTER.match(after)
        if found is None or len(found["given"]) == 1 or not self._is_own(found["given"]):
            return False
        if not (is_word(found["given"]) and _are(is_word, name)):
            return _is_proper(found["given"])
        goes_on = _goes_on(found["given"], after[found.end() :])
        return bool(found["comma"]) and _is_proper(found["given"]) and not goes_on

    def _is_alone(self, before: str, name: str, after: str) -> bool:
        if self._is_ordinary(name):
            return "-" in name and all(map(_is_proper, _parts(name)))
        found = _GIVEN_BEFORE.search(before)
        given = re.findall(r"[^\W\d][\w'-]*", found[0])[-1] if found else ""
        known = is_given(given) or len(short_forms(given)) > 1
        if given[:1].isupper() and known and not self._is_own(given):  # John, not Jane, Edwards
            return False
        return _counts_alone(before, name, after)


class _Whole:
    """A name that counts as a whole: a body's, or the only one that somebody has."""

    def __init__(self, phrase: str) -> None:
        words = [r"(?:and|&)" if word.lower() in {"and", "&"} else _spaced(word) for word in phrase.split()]
        pattern = r"\s+".join(words)
        self._pattern = re.compile(rf"(?<!\w){pattern}(?:s(?='))?(?!\w)", re.IGNORECASE)
        self._is_one = len(words) == 1
        self._anchor = _anchor(phrase)

    def anchored(self, lower: str) -> bool:
        """Tell whether a text in small letters may have the name."""
        return self._anchor in lower

    def stands_in(self, text: str) -> bool:
        """Tell whether a folded text has the name."""
        return any(self._is_meant(*_around(found)) for found in self._pattern.finditer(text))

    def _is_meant(self, before: str, name: str, after: str) -> bool:
        if not self._is_one:
            parts = _parts(name)
            return not _are(is_word, name) or (_is_proper(parts[0]) and _is_proper(parts[-1]))
        if not is_common(name):
            return _counts_alone(before, name, after)
        starts = _STARTS.search(before) and not _ASKS.match(after)
        return len(name) >= _SHORTEST and _is_proper(name) and not starts and not _goes_on(name, after)


def _found(pattern: re.Pattern[str] | None, text: str) -> Iterator[re.Match[str]]:
    return pattern.finditer(text) if pattern else iter(())


def _around(found: re.Match[str]) -> tuple[str, str, str]:
    """Return what stands before a name, the name, and what stands after it."""
    text, (start, end) = found.string, found.span()
    return text[max(0, start - _NEAR) : start], found[0], text[end : end + _NEAR]

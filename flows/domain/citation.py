"""Citations: the one form of files, ``31(1)(a)``, and the many forms in which people write them.

A citation is a section, or a regulation, and its brackets: at most one with a number, then at most two
with letters, of which the second holds small roman numerals as a rule. Three functions: one reads a
written reference, one writes the settled form, one finds the references in running prose. None knows
which provisions there are; that is for ``provisions``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NoReturn

from flows.domain.english import MONTHS, listing
from flows.domain.errors import Fault, MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PATTERN: Final = r"[1-9][0-9]{0,2}[A-Z]{0,2}(\([1-9][0-9]?[A-Z]{0,2}\))?(\([a-z]{1,4}\)){0,2}"
"""The canonical form, and the only one in files."""

MOST_IN_A_RANGE: Final = 26
"""As many as there are letters."""

_FORM: Final = "write a provision as 31(1), 31(1)(a) or 40(5B)(a), and several as 31(1)(a) and (b)"
_WRITE_OUT: Final = (
    "which provisions lie in this range is not clear; write out each, as 31(1)(a) and 31(1)(b)"
)
_BACKWARDS: Final = (
    "a range ends after it begins; put its ends the other way round, or write out each provision"
)
_TOO_LONG: Final = f"a range has at most {MOST_IN_A_RANGE} provisions; write out those that are meant"
_WHOSE: Final = "what a bracket here belongs to is not clear; write that provision out, as 31(1)(b)"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCitation:
    """One reference in a text.

    Attributes:
        citations: What it cites, in canonical form; several for ``sections 23(5) and 24(2)``.
        start: Where it begins, its ``section`` included.
        end: Where it has ended; the name of an Act that follows is not part of it.
    """

    citations: tuple[str, ...]
    start: int
    end: int


def parse_citations(text: str) -> tuple[str, ...]:
    """Return the canonical citations in one written reference, in its order.

    Args:
        text: ``s 31(1)(a)&(b)``, ``Sections 23(5) and 24(2) of the Act``, ``31(1)(g) to (i)``.

    Raises:
        MalformedError: it is no reference, or what it cites cannot be known from it.
    """
    plain = " ".join(text.split())
    reader = _Reader(plain, prose=False)
    reader.skip(_INTRODUCED)
    cited = reader.reference()
    if reader.at < len(plain):
        _refuse(_FORM)
    return tuple(map(str, cited))


def format_citations(citations: Sequence[str], *, unit: str = "section") -> str:
    """Return citations as a phrase: ``section 31(1)(a) and (b)``, ``sections 23(5) and 24(2)``.

    Args:
        citations: At least one, in canonical form.
        unit: ``section``, or ``regulation`` where a statutory instrument is cited.
    """
    entries = _entries(citations)
    return f"{unit}{'s' if len(entries) > 1 else ''} {listing(map(listing, entries))}"


def find_citations(text: str) -> Iterator[FoundCitation]:
    """Yield every reference in running prose, in its order.

    A reference is introduced by ``section``, ``s``, ``regulation`` or the like, or stands bare with a
    bracket right after its number, ``31(1)(a)``. References to another Act are left out as far as the words
    after them tell.
    """
    at = 0
    while start := _START.search(text, at):
        at = start.end()
        reader = _Reader(text, at=at, prose=True, many=bool(start["many"]), tight=start["unit"] is None)
        try:
            cited = reader.reference()
        except MalformedError:
            at = max(at, start.start() + 1)
            continue
        at = reader.at
        if _is_one(text, start, reader.at, cited):
            yield FoundCitation(
                citations=tuple(map(str, cited)),
                start=start.start(),
                end=reader.at,
            )


def _refuse(problem: str) -> NoReturn:
    raise MalformedError("citation", Fault(path="", problem=problem))


# One citation, taken apart


@dataclass(frozen=True, slots=True)
class _Cited:
    """A citation; without its section it is the rest of one, as ``(b)`` in ``31(1)(a) and (b)``."""

    section: str
    brackets: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.section + "".join(f"({bracket})" for bracket in self.brackets)

    def stem(self) -> str:
        """Return it without its last bracket."""
        return str(replace(self, brackets=self.brackets[:-1]))

    def level(self) -> int:
        """Return how many of its brackets hold letters."""
        return sum(map(str.isalpha, self.brackets))


def _cited(citation: str) -> _Cited:
    if not re.fullmatch(PATTERN, citation):
        raise ValueError("a citation in canonical form is wanted")
    section, *brackets = citation.replace(")", "").split("(")
    return _Cited(section, tuple(brackets))


def _fits(brackets: Sequence[str]) -> bool:
    """Tell whether these brackets can follow a section, all together and in this order."""
    letters = brackets[1:] if brackets and not brackets[0].isalpha() else brackets
    return all(map(str.isalpha, letters)) and len(letters) <= _LEVELS_OF_LETTERS


_LEVELS_OF_LETTERS: Final = 2


def _completed(rest: _Cited, before: _Cited) -> _Cited:
    """Return the citation whose rest is written, ``(b)`` after ``31(1)(a)`` being ``31(1)(b)``.

    Raises:
        MalformedError: it is not clear which bracket it takes the place of.
    """
    first = rest.brackets[0]
    level = before.level()
    keep = len(before.brackets) - level
    if not first.isalpha():
        keep = 0 if keep else -1
    elif level == _LEVELS_OF_LETTERS and len(rest.brackets) == 1:
        # "36(2)(b)(i) and (ii)", but "36(2)(b)(i) and (c)".
        if before.brackets[-1] not in _ROMANS:
            _refuse(_WHOSE)
        keep += first in _ROMANS
    elif not level:
        keep = -1
    if keep < 0:
        _refuse(_WHOSE)
    return _Cited(before.section, (*before.brackets[:keep], *rest.brackets))


# Ranges


def _roman(number: int) -> str:
    tens, ones = divmod(number, 10)
    return "x" * tens + ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")[ones]


_ROMANS: Final = {_roman(number): number for number in range(1, 18)}
_NUMBERED: Final = re.compile(r"([0-9]+)([A-Z]*)")


def _between(first: _Cited, last: _Cited) -> list[_Cited]:
    """Return the citations of a range, its ends included; both ends are complete.

    Raises:
        MalformedError: what lies between cannot be known, or is too much.
    """
    if not (first.brackets or last.brackets):
        return [_Cited(member) for member in _members(first.section, last.section, deep=False)]
    if first.stem() != last.stem() or len(first.brackets) != len(last.brackets):
        _refuse(_WRITE_OUT)
    deep = first.level() == _LEVELS_OF_LETTERS
    return [
        replace(first, brackets=(*first.brackets[:-1], member))
        for member in _members(first.brackets[-1], last.brackets[-1], deep=deep)
    ]


def _members(first: str, last: str, *, deep: bool) -> list[str]:
    """Return what lies between two brackets; ``deep`` where roman numerals are the rule."""
    if first[0].isdigit() and last[0].isdigit():
        return _numbers(first, last)
    if not (first.isalpha() and last.isalpha()):
        _refuse(_WRITE_OUT)
    alike = first[:-1] == last[:-1]
    if first in _ROMANS and last in _ROMANS and (deep or not alike):
        return [_roman(number) for number in _count(_ROMANS[first], _ROMANS[last])]
    if not alike or (first in _ROMANS and last in _ROMANS and len(first) > 1):
        # "(a) to (ab)"; or "(ii) to (iv)" where letters are the rule.
        _refuse(_WRITE_OUT)
    return _letters(first, last)


def _numbers(first: str, last: str) -> list[str]:
    """Return ``1, 2, 3``, or ``5A, 5B``; whether 5A lies between 5 and 6 no text tells."""
    (low, begins), (high, ends) = (_numbered(each) for each in (first, last))
    if not begins and not ends:
        return [str(number) for number in _count(low, high)]
    if low != high or not begins or begins[:-1] != ends[:-1]:
        _refuse(_WRITE_OUT)
    return [f"{low}{letters}" for letters in _letters(begins, ends)]


def _numbered(text: str) -> tuple[int, str]:
    found = _NUMBERED.fullmatch(text)
    assert found is not None  # noqa: S101 - the reader lets nothing else through
    return int(found[1]), found[2]


def _letters(first: str, last: str) -> list[str]:
    return [first[:-1] + chr(code) for code in _count(ord(first[-1]), ord(last[-1]))]


def _count(low: int, high: int) -> range:
    if high <= low:
        _refuse(_BACKWARDS)
    if high - low >= MOST_IN_A_RANGE:
        _refuse(_TOO_LONG)
    return range(low, high + 1)


# Writing


def _entries(citations: Sequence[str]) -> list[list[str]]:
    """Return the entries of a phrase, each a citation and those that need only their last bracket."""
    entries: list[list[str]] = []
    before = None
    for cited in map(_cited, citations):
        if before and cited.stem() == before.stem() and _reads_back(cited, before):
            entries[-1].append(f"({cited.brackets[-1]})")
        else:
            entries.append([str(cited)])
        before = cited
    return entries


def _reads_back(cited: _Cited, before: _Cited) -> bool:
    """Tell whether the last bracket alone, after ``before``, would be read as this citation."""
    if not cited.brackets:
        return False
    try:
        return _completed(_Cited("", cited.brackets[-1:]), before) == cited
    except MalformedError:
        return False


# Reading

_GAP: Final = r"\s{0,8}"  # bounded, so that no text is read twice over
_ONE: Final = r"section|sect?\.?|s\.?|regulation|reg\.?"
_MANY: Final = r"sections|secs\.?|ss\.?|regulations|regs\.?"
_INTRODUCED: Final = re.compile(rf"(?:{_MANY}|{_ONE}){_GAP}(?=[1-9])", re.IGNORECASE)
_SECTION: Final = re.compile(r"([1-9][0-9]{0,2}(?:[A-Z]{1,2}|[a-z])?)(?![A-Za-z0-9])")
_NO_SECTION: Final = re.compile(r"[.:][0-9]|,[0-9]{3}(?![0-9(])|%|/[0-9]{1,2}/")
"""What follows a number in a time, a date, a sum or the heading of a report."""
_SUBSECTION: Final = r"[1-9][0-9]?(?:[A-Z]{1,2}|[a-z])?"
_ROMAN: Final = r"[ivxIVX]{1,4}"
_BRACKET: Final = re.compile(rf"{_GAP}\( ?({_SUBSECTION}|[a-z]{{1,4}}|[A-Z]|{_ROMAN}) ?\)")
_BRACKET_IN_PROSE: Final = re.compile(rf"{_GAP}\(({_SUBSECTION}|[A-Za-z]|{_ROMAN})\)|\(([a-z]{{2}})\)")
_BRACKET_TIGHT: Final = re.compile(rf"\(({_SUBSECTION}|[A-Za-z]|{_ROMAN}|[a-z]{{2}})\)")
_AND: Final = re.compile(
    rf"{_GAP}(?:[,;]{_GAP}(?:(?:and/or|and|or)\b{_GAP}|&{_GAP})?|(?:and/or|and|or)\b{_GAP}|[&/+]{_GAP})",
    re.IGNORECASE,
)
_TO: Final = re.compile(rf"{_GAP}(?:[-\u2010-\u2015\u2212]|(?:to|through)\b){_GAP}", re.IGNORECASE)
_OUR_ACT: Final = (
    r"(?:(?:the|that|this|the same|the said)\s{1,8})?"
    r"(?:Part\s{1,8}(?:II|2)\s{1,8}of\s{1,8}the\s{1,8})?"
    r"(?:FOIA|FOISA|FOI\s{1,8}Act|Freedom\s{1,8}of\s{1,8}Information\s{1,8}(?:\(Scotland\)\s{1,8})?Act"
    r"|EIRs?|EI\(S\)Rs?|Environmental\s{1,8}Information\s{1,8}(?:\(Scotland\)\s{1,8})?Regulations"
    r"|(?:200[02]\s{1,8})?Act|Regulations)(?:\s{1,8}200[024])?(?!\w)"
)
_OF_OUR_ACT: Final = re.compile(
    rf"{_GAP}(?:,{_GAP})?(?:(?:of|under|in)\s{{1,8}})?{_OUR_ACT}"
    rf"(?:{_GAP}\((?:the\s{{1,8}})?[\"'\u2018\u201c]?(?:FOIA|FOISA|EIRs?|Act)[\"'\u2019\u201d]?\))?",
    re.IGNORECASE,
)


class _Reader:
    """Reads one reference from a text, from where it begins.

    Args:
        prose: Stop where the reference ends, instead of refusing what cannot be read.
        many: In prose, whether a bare number may follow: ``sections 12 and 14``.
        tight: In prose, whether brackets must stand right after what they belong to.
    """

    def __init__(
        self, text: str, *, prose: bool, at: int = 0, many: bool = True, tight: bool = False
    ) -> None:
        self.text = text
        self.at = at
        self._prose = prose
        self._many = many
        self._bracket = _BRACKET if not prose else _BRACKET_TIGHT if tight else _BRACKET_IN_PROSE

    def skip(self, pattern: re.Pattern[str]) -> bool:
        """Go past a pattern if it stands here."""
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return found is not None

    def reference(self) -> list[_Cited]:
        """Return what is cited from here on, at least one.

        Raises:
            MalformedError: nothing is, or, outside prose, what follows cannot be read.
        """
        cited = [self._whole()]
        ranged = False
        while True:
            if not self._prose:
                self.skip(_OF_OUR_ACT)
            end = self.at
            try:
                if self.skip(_TO):
                    cited += self._rest_of_range(cited[-1], ranged=ranged)
                    ranged = True
                elif self.skip(_AND):
                    cited.append(self._next(cited[-1]))
                    ranged = False
                else:
                    return cited
            except MalformedError:
                if not self._prose:
                    raise
                self.at = end
                return cited

    def _rest_of_range(self, first: _Cited, *, ranged: bool) -> list[_Cited]:
        last = self._next(first)
        if ranged:
            _refuse(_WRITE_OUT)
        return _between(first, last)[1:]

    def _next(self, before: _Cited) -> _Cited:
        """Return the next citation, whose first part may be left to the one before it."""
        if not self._prose:
            self.skip(_INTRODUCED)
        cited = self._item()
        if cited.section:
            if self._prose and not cited.brackets and not (self._many and self._is_no_measure()):
                _refuse(_FORM)
            return cited
        if self._prose and _NUMBERED_POINT.match(self.text, self.at):
            _refuse(_FORM)
        return _completed(cited, before)

    def _is_no_measure(self) -> bool:
        return not _MEASURED.match(self.text, self.at)

    def _whole(self) -> _Cited:
        cited = self._item()
        if not cited.section:
            _refuse(_FORM)
        return cited

    def _item(self) -> _Cited:
        """Return a section with its brackets, or brackets alone."""
        section = ""
        if found := _SECTION.match(self.text, self.at):
            if self._prose and _NO_SECTION.match(self.text, found.end()):
                _refuse(_FORM)
            section = found[1].upper()
            self.at = found.end()
        brackets: list[str] = []
        while found := self._bracket.match(self.text, self.at):
            one = found[found.lastindex or 1]
            one = one.upper() if one[0].isdigit() else one.lower()
            if not _fits([*brackets, one]):
                break
            brackets.append(one)
            self.at = found.end()
        if not (section or brackets):
            _refuse(_FORM)
        return _Cited(section, tuple(brackets))


# Finding

_START: Final = re.compile(
    rf"(?<![\w\u2019'])(?P<unit>(?P<many>{_MANY})|{_ONE}){_GAP}(?=[1-9])"
    r"|(?<![\w£$€.:/#\u2019'-])(?<![0-9],)(?=[1-9][0-9]{0,2}[A-Z]{0,2}\()",
    re.IGNORECASE,
)
_NUMBERED_POINT: Final = re.compile(rf"\s{{1,8}}(?:{_MANY}|{_ONE}){_GAP}[1-9]", re.IGNORECASE)
"""After a bracket that counts points, ``(1) section 24(2), (2) section 31(3)``."""
_MEASURED: Final = re.compile(
    r"\s{1,8}(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|working|officers?|people|persons?|"
    rf"pages?|per|times|{'|'.join(MONTHS)})\b",
    re.IGNORECASE,
)
_ACRONYMS: Final = r"(?:DPA|GDPR|PACE|RIPA|IPA|HRA|POCA|PHA|CPR|OSA|SOCPA)"
_PAGE: Final = re.compile(
    r"(?:\b(?:pages?|pp?|para(?:graph)?s?|articles?|arts?|schedules?|sch|annex|appendix|tables?|figures?|fig|"
    r"questions?|q|items?|rules?|clauses?|chapters?|parts?|notes?|footnotes?|vol(?:ume)?|no|numbers?|orders?|"
    rf"principles?|conditions?|points?|lines?|{_ACRONYMS})\b\.?|[\u00a7#])\s{{0,3}}\Z",
    re.IGNORECASE,
)
"""What a number stands after that is no section of ours."""
_ANY_OF: Final = re.compile(r"\s{1,8}of\s{1,8}")
_ANOTHER_ACT: Final = re.compile(
    rf"(?:(?:the|that|this)\s{{1,8}})?(?:(?:UK\s)?{_ACRONYMS}\b|(?:the\s{{1,8}})?[A-Z]{{2,6}}\b"
    r"|[A-Z][^.;:!?\n]{0,100}?\b(?:Act|Order|Regulations?|Rules|Code|Convention|Directive|Measure)\b)"
)
_ACRONYM: Final = re.compile(rf"\s{{1,8}}(?:UK\s)?{_ACRONYMS}\b")
_AFTER_ANOTHER_ACT: Final = re.compile(
    r"(?:(?<!Information )(?<!\(Scotland\) )(?<!FOI )(?<!2000 )(?<![Tt]he )(?<![Tt]hat )(?<![Tt]his )\bAct"
    rf"|\b{_ACRONYMS})(?:\s[12][0-9]{{3}})?,?\s\Z"
)
"""``Public Order Act 1986, s.5``"""
_SHORT: Final = re.compile(r"s(?!ection)", re.IGNORECASE)
_SECONDS: Final = re.compile(r"[0-9]\s?\Z")
_LOOK_BACK: Final = 32


def _is_one(text: str, start: re.Match[str], end: int, cited: Sequence[_Cited]) -> bool:
    """Tell whether what was read is a reference to a provision of ours."""
    before = text[max(0, start.start() - _LOOK_BACK) : start.start()]
    first = cited[0]
    bracketed = bool(first.brackets)
    if start["unit"] is None:
        # "3(a)" counts a question of the request; "30(b)" is a section.
        counts = len(first.section) == 1 and bracketed and first.brackets[0].isalpha()
        stands = bracketed and not counts and not _PAGE.search(before)
    else:
        stands = bracketed or not (_SHORT.match(start["unit"]) and _SECONDS.search(before))
    elsewhere = _is_elsewhere(text, end, bracketed=bracketed)
    return stands and not (_AFTER_ANOTHER_ACT.search(before) if elsewhere is None else elsewhere)


def _is_elsewhere(text: str, end: int, *, bracketed: bool) -> bool | None:
    """Tell whether the words after a reference name another Act, or another document; None if neither."""
    if _OF_OUR_ACT.match(text, end):
        return False
    of = _ANY_OF.match(text, end)
    if of is None:
        return True if _ACRONYM.match(text, end) else None
    return not bracketed or _ANOTHER_ACT.match(text, of.end()) is not None

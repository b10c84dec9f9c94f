"""What a section is called: by its own title, and by the kind of exemption it is."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cache
from typing import TYPE_CHECKING, Final

from flows.domain.checks.rule import Draft, Noticed, rule
from flows.domain.checks.words import phrase
from flows.domain.finding import Severity
from flows.domain.provisions import section_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flows.domain.checks.words import Passage, Sentence
    from flows.domain.provisions import Basis, Provision, Provisions

_BEFORE: Final = 120
"""Characters before a citation in which its title may stand."""


@rule("X02", Severity.BLOCK, citation="FOIA s.17(1)(b)")
def names_by_its_own_title(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """A section is named by its own title, not by that of another.

    The title may be the Act's or what people say for it; and of several sections that stand in a row each
    title may belong to any.
    """
    names = _names(law)
    after, before = _patterns(tuple(names))
    for passage in draft.passages:
        for cited in passage.cited:
            named = {section_of(citation) for citation in cited.citations}
            found = after.match(passage.plain, cited.end) or before.search(
                passage.plain, max(0, cited.start - _BEFORE), cited.start
            )
            if not found or _goes_on(passage.plain, cited.start, found):
                continue
            titles = _whole(re.split(_BETWEEN, found[found.lastgroup or 0]), names)
            alien = next((each for each in titles if names[each].isdisjoint(named)), None)
            if alien and (found.lastgroup in _SURE or " " in alien):
                yield Noticed(
                    severity=Severity.BLOCK if found.lastgroup in _SURE and " " in alien else Severity.WARN,
                    place=passage.place,
                    span=passage.span(min(cited.start, found.start()), max(cited.end, found.end())),
                    sentence=f"Section {' or '.join(sorted(named))} is named by the title of section "
                    f"{' or '.join(sorted(names[alien]))}.",
                    mend="Find out which of the two is meant, and put the other right.",
                )


def _names(law: Provisions) -> Mapping[str, frozenset[str]]:
    """Return the sections that each title is one of, in small letters and also without its “etc”."""
    names: dict[str, frozenset[str]] = {}
    for provision in law.all:
        for name in (provision.title, *provision.also_called):
            for title in {_normal(name), _normal(name.removesuffix(", etc"))}:
                names[title] = names.get(title, frozenset()) | {section_of(provision.citation)}
    return names


def _normal(title: str) -> str:
    return " ".join(title.split()).lower().replace(" & ", " and ")


def _goes_on(text: str, start: int, found: re.Match[str]) -> bool:
    """Tell whether a sentence's own words follow, and no title: small letters that are no heading's."""
    heads_a_line = not text[:start].rpartition("\n")[2].strip()
    return found.lastgroup == "listed" and found["listed"][0].islower() and not heads_a_line


_BETWEEN: Final = r",\s+and\s+|,\s+|\s+and\s+"
_SURE: Final = frozenset({"bracketed", "plain", "listed", "exempting", "kind"})
"""The ways to put a title that are nothing but one; in the others the words may be the sentence's own."""


def _whole(pieces: list[str], names: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """Yield the titles of a list that was parted at every “and”, those with an “and” of their own whole."""
    at = 0
    while at < len(pieces):
        for end in range(len(pieces), at, -1):
            title = _normal(" and ".join(pieces[at:end]))
            if title in names or title.replace(" and ", ", ", 1) in names:
                yield title if title in names else title.replace(" and ", ", ", 1)
                at = end
                break
        else:
            at += 1


@cache
def _patterns(titles: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what names a section after its citation, and before it.

    After it a title stands in brackets, after a dash or a colon, or with a capital; where more follows,
    the words may be the sentence's own, as in “under section 31(1)(a) national security plays no part”.
    """
    words = [re.escape(each).replace(r"\ ", r"\s+").replace("and", "(?:and|&)") for each in titles]
    longest_first = sorted(words, key=len, reverse=True)
    one = f"(?:{'|'.join(longest_first)})"
    capital = f"(?:{'|'.join(f'{word[0].upper()}(?i:{word[1:]})' for word in longest_first)})"
    more = rf"(?:(?:{_BETWEEN})(?i:{one}))*"
    end = (
        r"(?=\s{0,4}(?:\Z|\n\s*\n|[).,;:\u2013\u2014\u2019\u201d\"'-])"
        r"|\s{1,4}(?:(?:and|or)\s+(?:s|[1-9])|exemption))"
    )
    dash = r"(?:\s{0,4}[:\u2013\u2014]|\s{1,4}-)\s{1,4}[\u201c\u2018\"']?"
    after = re.compile(
        rf"\s{{0,4}}\(\s{{0,4}}(?P<bracketed>(?i:{one}){more}){end}"
        rf"|{dash}(?P<listed>(?i:{one}){more}){end}"
        rf"|\s{{0,4}}[\u201c\u2018\"']?(?P<plain>{capital}{more}){end}"
        rf"|,\s{{1,4}}(?:the\s{{1,4}})?(?P<between>(?i:{one}){more})(?=\s{{0,4}}[,.;]|\s{{1,4}}exemption\b)"
    )
    joined = r"\s{0,4}[,(:\u2013\u2014-]?\s{0,4}(?:(?:in|at|under|of|by|from)\s{1,4})?(?:the\s{1,4})?\Z"
    before = re.compile(
        rf"\b(?P<exempting>(?i:{one}))\s+(?:exemption|exclusion)s?{joined}"
        rf"|\b(?:exemption|exclusion)s?\s+(?:for|about|on|relating\s+to)\s+(?P<kind>(?i:{one})){joined}"
        rf"|(?:\A|[.\n]\s{{0,4}})(?P<begins>{capital})(?:\s{{0,4}}[,(:\u2013\u2014]|\s+under)\s{{0,4}}\Z"
    )
    return after, before


_KINDS: Final = phrase(
    r"\b(?P<prejudice>prejudice[- ]?based)\b"
    r"|\b(?P<class>class[- ]?based|class (?:qualified |absolute )?exemption)\b"
    r"|\b(?P<absolute>absolute)\b(?=(?:,? (?:and )?(?:class|prejudice)[- ]based)?(?: exemptions?)?\s*"
    r"(?:[.,;:)]|\Z| (?:and|or|but|so|in|at|under)\b)| exemptions?\b)"
    r"|\b(?P<qualified>qualified)\b(?! (?:person|opinion|lawyer|solicitor|officer|staff|privilege)s?\b)"
)
"""What kind of exemption a text calls a section."""
_FILLED: Final = (
    r"(?:\W|\b(?:a|an|and|both|also|therefore|thus|each|all|only|qualified|absolute|exemptions?|which|that|"
    r"prejudice|class|based)\b){0,24}"
)
_CALLED: Final = phrase(rf"\A(?:[^.;:]{{0,120}}\b(?:is|are|being|as)\b)?{_FILLED}\Z")
"""What stands between a citation and what it is called."""
_CALLED_BEFORE: Final = phrase(
    r"\A[\w -]{0,24}?(?: exemptions?)?(?:,| (?:in|at|under|of|such as|like|:))?\s*(?:both )?\Z"
)
"""What stands between what a section is called and its citation, where that follows."""
_NOT_CALLED: Final = phrase(
    r"\b(?:not|no|nor|never|neither|than|rather|unlike|if|whether|unless|longer)\b|n['\u2019]t\b"
)
_CONTRAST: Final = phrase(
    r"\b(?:unlike|not|as opposed to|in contrast to|contrary to|compared (?:with|to)) (?:in )?\Z"
)
_JOINED: Final = re.compile(r"\s*(?:,|and|or|,\s*and|&)\s*\Z")
_WRONG: Final = {"prejudice": {"class", "necessity", "endangerment"}, "class": {"prejudice", "endangerment"}}
"""The bases that are not what a text calls them."""


@rule("X13", Severity.WARN, citation="FOIA Part II, ICO guidance on section 38")
def is_called_what_it_is(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """An exemption is called prejudice-based, class-based, absolute or qualified only where it is."""
    for passage in draft.passages:
        for sentence in passage.sentences if passage.cited else ():
            for found in _KINDS.finditer(sentence.text):
                kind = found.lastgroup or ""
                for citation in _said_of(passage, sentence, found):
                    if instead := _instead(kind, citation, law):
                        yield Noticed(
                            place=passage.place,
                            span=sentence.span(found),
                            sentence=f"{citation} is called {_CALLS.get(kind, kind)}; {instead}.",
                            mend="Say what it is, and put the test it needs.",
                        )


_CALLS: Final = {"prejudice": "prejudice-based", "class": "class-based"}


def _said_of(passage: Passage, sentence: Sentence, kind: re.Match[str]) -> list[str]:
    """Return the citations of which a sentence says what kind they are, before it or after it."""
    before = bisect_right(passage.cited, sentence.start + kind.start(), key=lambda cited: cited.end)
    first = bisect_left(passage.cited, sentence.start, key=lambda cited: cited.start)
    if before > first:
        nearest = passage.cited[before - 1]
        between = sentence.text[nearest.end - sentence.start : kind.start()]
        first = _first_joined(passage, sentence, before - 1)
        start = passage.cited[first].start - sentence.start
        leading = sentence.text[max(0, start - 24) : start]
        if _NOT_CALLED.search(between) or _CONTRAST.search(leading):
            return []
        if _CALLED.search(between):
            return [each for cited in passage.cited[first:before] for each in cited.citations]
    if before < len(passage.cited):
        after = passage.cited[before]
        between = sentence.text[kind.end() : max(after.start - sentence.start, kind.end())]
        leading = sentence.text[: kind.start()]
        if _CALLED_BEFORE.search(between) and not _NOT_CALLED.search(leading):
            return list(after.citations) if after.start < sentence.start + len(sentence.text) else []
    return []


def _first_joined(passage: Passage, sentence: Sentence, at: int) -> int:
    """Return where a list of citations begins that ends at ``at``: “section 24 and section 31”."""
    while at and passage.cited[at - 1].start >= sentence.start:
        if not _JOINED.match(passage.plain[passage.cited[at - 1].end : passage.cited[at].start]):
            break
        at -= 1
    return at


def _instead(kind: str, citation: str, law: Provisions) -> str | None:
    """Return what a provision, a limb or a section is, where it is not of this kind; None if it may be."""
    provision = law.get(citation)
    found = (provision,) if provision else law.of_section(citation)
    if kind in {"absolute", "qualified"}:
        if any(map(_it_depends, found)) or {each.absolute for each in found} != {kind != "absolute"}:
            return None
        return "it is qualified" if kind == "absolute" else "it is absolute, and has no balance"
    bases = _bases(citation, provision, found)
    if not bases or any(basis.name not in _WRONG[kind] for basis in bases):
        return None
    return f"its test is another: {'; '.join(sorted(basis.words for basis in bases))}"


def _it_depends(provision: Provision) -> bool:
    """Tell whether section 2(3) names a provision in some cases only, or practice takes it for named."""
    return provision.absolute_when is not None or bool(provision.balance_optional)


def _bases(citation: str, provision: Provision | None, found: tuple[Provision, ...]) -> set[Basis]:
    """Return what a provision or a limb rests on; of a whole section, all that its provisions do."""
    if provision and citation in provision.limbs:
        return {provision.basis_of(citation)}
    return {each.basis_of(limb) for each in found for limb in (each.citation, *each.limbs)}

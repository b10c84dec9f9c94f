"""The text as a whole: written out, of this request, and readable where it is published."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from flows.domain.assessment import texts
from flows.domain.checks.placeholders import placeholders
from flows.domain.checks.plain_text import spans
from flows.domain.checks.rule import PRACTICE, Draft, Input, Noticed, rule
from flows.domain.checks.words import phrase, unmarked
from flows.domain.english import MONTHS
from flows.domain.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.checks.words import Passage
    from flows.domain.provisions import Provisions

_LEVELS: Final = ("Low", "Moderate", "Substantial", "Severe", "Critical")
"""The values that the terrorism threat level has."""
_THREAT_LEVEL: Final = phrase(r"\bthreat levels?\b")
_OF_TERRORISM: Final = phrase(
    r"\bterroris\w*"
    r"|\bMI5\b"
    r"|\bnational\b"
    r"|\bUnited Kingdom\b"
    r"|\bUK\b"
    r"|\bSecurity Service\b"
)
_LEVEL: Final = phrase(rf"\b(?:{'|'.join(_LEVELS)})\b")
_DAY: Final = rf"([0-9]{{1,2}})(?:st|nd|rd|th)? ({'|'.join(MONTHS)}),? ([0-9]{{4}})\b"
_AS_AT: Final = phrase(rf"\bas (?:at|of|on) {_DAY}")
_ON: Final = phrase(rf"\b(?:on|at) {_DAY}")
_MI5: Final = re.compile(r"https?://(?:www\.)?mi5\.gov\.uk\b", re.IGNORECASE)
_AGE: Final = timedelta(days=30)
"""A threat level that is older may have changed since."""


@rule("S01", Severity.WARN, citation=PRACTICE)
def dates_the_threat_level(draft: Draft, _: Provisions) -> Iterator[Noticed]:
    """A terrorism threat level has its value, a date no older than 30 days, and a link to MI5."""
    named = [(passage, found) for passage in draft.passages for found in _threat_level(passage)]
    # Where one text states it in full, the others may speak of it in passing.
    full = [(passage, found) for passage, found in named if not list(_missing(passage))]
    for passage, found in full or named[:1]:
        for said, mend in _missing(passage):
            yield Noticed(place=passage.place, span=passage.span(*found.span()), sentence=said, mend=mend)
        yield from _out_of_date(passage, draft.today)


def _threat_level(passage: Passage) -> Iterator[re.Match[str]]:
    found = _THREAT_LEVEL.search(passage.plain)
    if found and _OF_TERRORISM.search(passage.plain):
        yield found


def _missing(passage: Passage) -> Iterator[tuple[str, str]]:
    if not _LEVEL.search(passage.plain):
        yield "The threat level is named without its value.", f"Say which it is: {', '.join(_LEVELS)}."
    if _stated_on(passage) is None:
        yield "The threat level has no date.", "Say as at which day it is, as in: As at 1 May 2026."
    if not _MI5.search(passage.raw):
        yield (
            "The threat level has no link to where it is published.",
            "Link to www.mi5.gov.uk/threat-levels.",
        )


def _stated_on(passage: Passage) -> tuple[date, tuple[int, int]] | None:
    for pattern in (_AS_AT, _ON):
        for found in pattern.finditer(passage.plain):
            day, month, year = found.groups()
            try:
                when = date(int(year), MONTHS.index(month.capitalize()) + 1, int(day))
            except ValueError:
                continue
            return when, passage.span(*found.span())
    return None


def _out_of_date(passage: Passage, today: date | None) -> Iterator[Noticed]:
    stated = _stated_on(passage)
    if stated is None:
        return
    when, span = stated
    if today is None:
        yield Noticed(place=passage.place, sentence="", mend="", lacks=Input.TODAY)
    elif not timedelta(0) <= today - when <= _AGE:
        yield Noticed(
            place=passage.place,
            span=span,
            sentence="The threat level is that of a day to come."
            if today < when
            else f"The threat level is more than {_AGE.days} days old.",
            mend="Look it up again, and give the day on which you did.",
        )


_LINK: Final = re.compile(r"https?://[^\s()<>\"\]]+", re.IGNORECASE)
_MOVED: Final = {
    "app.college.police.uk": "www.college.police.uk/app",
    "www.app.college.police.uk": "www.college.police.uk/app",
}
"""Hosts that have moved, and where to."""


@rule("S02", Severity.INFO, citation=PRACTICE)
def links_to_what_is_there(draft: Draft, _: Provisions) -> Iterator[Noticed]:
    """Links lead to where things are now, by https."""
    for passage in draft.passages:
        for found in _LINK.finditer(passage.raw):
            scheme, rest = found[0].lower().split("://", 1)
            moved = _MOVED.get(rest.partition("/")[0])
            if moved or scheme == "http":
                yield Noticed(
                    place=passage.place,
                    span=found.span(),
                    sentence="The link leads to a place that has moved."
                    if moved
                    else "The link goes by plain http.",
                    mend=f"Look for the page under {moved}." if moved else "Write https, and try the link.",
                )


_ELLIPSIS: Final = re.compile(r"\[\s*(?:\.{3}|\u2026)\s*\\?\]")
"""What may stand for words to come, or be a quotation cut short."""
_ABBREVIATION: Final = re.compile(r"(?<![\w/&.\-])(?<!\bv\s)([A-Z]{2,6})s?(?![\w/&\-]| +v\b)")
"""The names of the parties to a case, as in X v Y, are left alone."""
_SHOUTED: Final = re.compile(r"\b[A-Z]{2,}(?:[ ]+[A-Z]{2,})+\b")
"""Capitals beside capitals: a heading or an emphasis, not an abbreviation."""
_NUMERAL: Final = re.compile(r"[IVXLC]+\Z")
_KNOWN: Final = frozenset(
    re.findall(
        r"\w+",
        "AAC AM BBC BST CCTV CEO CPS DC DCI DI DNA DS EIR EU EWCA EWHC FAQ FOI FOIA FTT GB GCHQ GDPR GMT "
        "GP GPS GRC HM HMRC ICO ID IT KC LPP MI MOD MP NATO NCND NHS NI OK PC PDF PIT PM PS QC SMS SMT TV UK "
        "UKFTT UKHL UKSC UKUT UN URL US USA UTC VAT",
    )
)
"""Everyone knows them, or they stand in citations."""
_ACTS: Final = re.compile(
    r"\b((?:[A-Z][\w\-\u2019']{0,40}+\s+){1,4}?(?:Police|Constabulary|Council))\s+(?:can\s+neither|will\s+neither|"
    r"neither\s+confirms?|holds?\b|does\s+(?:not\s+)?hold\b|do\s+not\s+hold\b|withholds?\b|cannot\s+confirm|"
    r"has\s+decided)"
)
"""An authority that does what only the one that was asked can do."""


@rule("S03", Severity.BLOCK, citation=PRACTICE)
def is_written_out(draft: Draft, _: Provisions) -> Iterator[Noticed]:
    """No placeholder is left, abbreviations are explained, and no other authority stands in for this."""
    blank = set()
    for place, text in _everything(draft):
        if placeholder := next(placeholders(text), None):
            blank.add(place)
            yield Noticed(
                place=place,
                span=placeholder,
                sentence="A placeholder stands where text should be.",
                mend="Put the text in its place.",
            )
        elif ellipsis := next(spans(_ELLIPSIS, text), None):
            yield Noticed(
                severity=Severity.WARN,
                place=place,
                span=ellipsis,
                sentence="Dots in brackets stand where words may be missing.",
                mend="Put the words in their place, unless this is a quotation cut short.",
            )
    written = [passage for passage in draft.passages if passage.place not in blank]
    yield from _unexplained(written, draft)
    for passage in written:
        yield from _of_another(passage, draft)


def _everything(draft: Draft) -> Iterator[tuple[str, str]]:
    yield from texts(draft.assessment)
    if draft.request:
        yield from texts(draft.request, "request")


def _unexplained(passages: list[Passage], draft: Draft) -> Iterator[Noticed]:
    whole = "\n".join(unmarked(text) for _, text in _everything(draft))
    said = set(_KNOWN) | {short for found in _IN_BRACKETS.findall(whole) for short in found}
    initials = _initials(whole)
    for passage in passages:
        quiet = _SHOUTED.sub(lambda words: " " * len(words[0]), passage.plain)
        for found in _ABBREVIATION.finditer(quiet):
            short = found[1]
            if short not in said and not _NUMERAL.match(short) and short not in initials:
                yield Noticed(
                    severity=Severity.WARN,
                    place=passage.place,
                    span=passage.span(*found.span()),
                    sentence="An abbreviation is nowhere explained.",
                    mend="Write it out where it first stands, with the abbreviation in brackets.",
                )
            said.add(short)


_IN_BRACKETS: Final = re.compile(
    r"\([\"\u201c]?(?:the\s+)?([A-Z]{2,6})s?[\"\u201d]?\)"
    r"|\b([A-Z]{2,6})s?\s+\("
)
"""An abbreviation in brackets after what it stands for, or the other way round."""
_NAME: Final = re.compile(r"[^\W\d_][\w\u2019'\-]*")
_SMALL: Final = frozenset({"of", "the", "and", "for", "in", "on", "to", "a", "with"})


def _initials(text: str) -> str:
    """Return the initials of words with a capital, runs of them apart; small words do not end a run."""
    initials = []
    for found in _NAME.finditer(text):
        word = found[0]
        if word not in _SMALL:
            initials.append(word[0] if word[0].isupper() and not word.isupper() else " ")
    return "".join(initials)


def _of_another(passage: Passage, draft: Draft) -> Iterator[Noticed]:
    for found in _ACTS.finditer(passage.plain):
        if draft.request is None:
            yield Noticed(place=passage.place, sentence="", mend="", lacks=Input.REQUEST)
            return
        name = " ".join(found[1].split()).removeprefix("The ").casefold()
        authority = draft.request.authority.casefold()
        if name not in authority and authority not in name:
            yield Noticed(
                severity=Severity.WARN,
                place=passage.place,
                span=passage.span(*found.span(1)),
                sentence="Another authority stands where the one that was asked should.",
                mend="Write the name of the authority that was asked, or say why the other one is spoken of.",
            )


_TITLE: Final = re.compile(r"\A\s*#[ \t]+([^\n]*)")


@rule("S06", Severity.BLOCK, citation=PRACTICE, needs=(Input.REQUEST,))
def is_of_the_request(draft: Draft, _: Provisions) -> Iterator[Noticed]:
    """The assessment has the reference of the request, and so has the title of its text."""
    if draft.request is None:
        return
    reference = draft.request.reference
    if draft.assessment.reference != reference:
        yield Noticed(
            place="reference",
            sentence="The reference is not that of the request.",
            mend=f"Write {reference}, if this is the assessment of that request.",
            final=True,
        )
    if draft.document is not None:
        title = _TITLE.match(draft.document)
        if not title or not _names(reference, title[1]):
            yield Noticed(
                place="document",
                span=title.span(1) if title else None,
                sentence="The title does not have the reference of the request.",
                mend=f"Write {reference} in the title.",
            )


def _names(reference: str, title: str) -> bool:
    plain = title.replace("\\", "")
    return re.search(rf"(?<![\w/.\-]){re.escape(reference)}(?![\w/\-])", plain) is not None


_LONG: Final = 60
"""Words; who reads a longer sentence aloud runs out of breath."""
_SLIPS: Final = (
    (
        phrase(r"\b(?:the|a|best|good|common|usual|normal|current|working|police|in) practise\b"),
        "“Practise” is the verb.",
        "Write practice.",
    ),
    (phrase(r"\b(?:a|the|driving|television) license\b"), "“License” is the verb.", "Write licence."),
    (
        phrase(r"\b(?:would|could|should|might|must) of\b(?! course\b)"),
        "“Of” stands for “have”.",
        "Write have.",
    ),
    (phrase(r"\b(?:an|adverse|negative) affect\b"), "“Affect” is the verb.", "Write effect."),
    (phrase(r"\b(?:the the|of of|to to|and and|is is|in in)\b"), "A word stands twice.", "Take out one."),
    (phrase(r"\bpublics interest\b"), "An apostrophe is missing.", "Write public's interest."),
)
"""Slips of the pen: the words, what is so, and what to do."""


@rule("S07", Severity.INFO, citation=PRACTICE)
def reads_well(draft: Draft, _: Provisions) -> Iterator[Noticed]:
    """Sentences can be read in one breath, and are free of slips of the pen.

    One finding for each text.
    """
    for passage in draft.passages:
        for noticed in _unreadable(passage):
            yield noticed
            break


def _unreadable(passage: Passage) -> Iterator[Noticed]:
    for sentence in passage.sentences:
        for pattern, said, mend in _SLIPS:
            if found := pattern.search(sentence.text):
                yield Noticed(place=passage.place, span=sentence.span(found), sentence=said, mend=mend)
    for sentence in passage.sentences:
        words = len(sentence.text.split())
        if words > _LONG:
            yield Noticed(
                place=passage.place,
                span=sentence.trimmed,
                sentence=f"A sentence has {words} words.",
                mend="Make two or more of it.",
            )


@rule("S08", Severity.BLOCK, citation=PRACTICE, needs=(Input.REQUEST,))
def says_what_was_asked(draft: Draft, _: Provisions) -> Iterator[Noticed]:
    """The request has a summary fit to publish."""
    if draft.request and not (draft.request.summary or "").strip():
        yield Noticed(
            place="request.summary",
            sentence="The request has no summary fit to publish.",
            mend="Write in the request's summary what was asked, without saying who asked.",
        )


@rule("S09", Severity.BLOCK, citation=PRACTICE, needs=(Input.DOCUMENT, Input.MADE))
def is_what_is_made_of_it(draft: Draft, _: Provisions) -> Iterator[Noticed]:
    """The text that people read is the one made of its assessment."""
    if draft.document != draft.made:
        yield Noticed(
            place="document",
            sentence="The text is not the one made of its assessment, as after a change of the templates.",
            mend="Draft the version again; its text is then made anew.",
            final=True,
        )

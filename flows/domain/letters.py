"""What a letter has to state, kind by kind, and what it must not give away.

Each row is something that a section asks for, or good practice does, and how it is told in a text: by form,
never by meaning. Where nothing is noticed that is no proof; what is missing is told with where it comes from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Final

from flows.domain.assessment import REFUSALS, Exemption, Outcome
from flows.domain.checks.leaks import leak_of
from flows.domain.checks.neither import BOTH_AT_ONCE, CAVEAT, THE_REST, other_test_in
from flows.domain.checks.placeholders import placeholders
from flows.domain.checks.rule import PRACTICE
from flows.domain.checks.words import Passage, content_words, phrase, unquoted
from flows.domain.documents import (
    CLARIFICATION,
    COST,
    DOCUMENTS,
    EXTENSION,
    FEES,
    RESPONSE,
    REVIEW,
    SCHEDULE,
    TEST,
    TRANSFER,
    VEXATIOUS,
)
from flows.domain.english import MONTHS, in_full
from flows.domain.finding import Finding, Severity
from flows.domain.outcome import said_outcome
from flows.domain.provisions import provisions, section_of
from flows.domain.standing import standing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from flows.domain.assessment import Part
    from flows.domain.checks.words import Sentence
    from flows.domain.documents import DocumentKind
    from flows.domain.provisions import Provisions, Regulator

_BLANK: Final = re.compile(r"\[[^\[\]\n]{1,300}\](?![({])")
PLACE: Final = "document"
"""Of a finding in a letter: the text itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a case beside its letters.

    Attributes:
        today: The local day on which the letter is looked at.
        body: The kind of authority; None where it is not known.
        parts: Of the test; empty where none was begun.
        contact: Where the authority is asked for a review; empty where it chose nothing.
        scheduled: What the schedule of records exempts something under; None where there is no schedule.
        answered: The exemptions that the response cites; None where there is no response.
    """

    reference: str
    authority: str
    regime: str
    today: date
    body: str | None = None
    parts: tuple[Part, ...] = ()
    contact: str = ""
    scheduled: frozenset[str] | None = None
    answered: frozenset[str] | None = None

    @property
    def law(self) -> Provisions:
        """The Act under which the request was made."""
        return provisions(self.regime)

    @property
    def regulator(self) -> Regulator:
        """Who hears a complaint that is made today."""
        return self.law.regulator(self.today)

    @property
    def refused(self) -> tuple[Part, ...]:
        """The parts of which section 17 wants notice to be given."""
        return tuple(part for part in self.parts if part.outcome in REFUSALS)

    @property
    def silent(self) -> tuple[Part, ...]:
        """The parts that neither confirm nor deny."""
        return tuple(part for part in self.parts if part.outcome is Outcome.MAINTAIN)

    def relied(self, part: Part) -> tuple[str, ...]:
        """Return the citations that a part is refused under."""
        return standing(part, self.law, self.body).kept


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A letter as it is read.

    Attributes:
        text: In Markdown.
    """

    kind: DocumentKind
    text: str
    known: Known

    @cached_property
    def passage(self) -> Passage:
        """The text with its sentences and citations; what is left blank says nothing."""
        return Passage(PLACE, _BLANK.sub(_blanked, self.text))

    @cached_property
    def words(self) -> str:
        """What is read of it; what it quotes is blank."""
        return unquoted(self.passage.plain)

    @cached_property
    def cited(self) -> frozenset[str]:
        """The citations in it, and the provisions that these are limbs of."""
        found = {each for cited in self.passage.cited for each in cited.citations}
        return frozenset(found | {self.known.law.whole(each) for each in found})

    @property
    def exemptions(self) -> frozenset[str]:
        """Those of the citations that are exemptions, FOIA Part II."""
        return frozenset(each for each in self.cited if self.known.law.get(each))

    @property
    def refuses(self) -> bool:
        """Whether it is a notice of a refusal, FOIA s.17(1) or (5), of which s.17(7) asks more."""
        by_kind = self.kind in (EXTENSION, COST, VEXATIOUS)
        return by_kind or (self.kind == RESPONSE and bool(self.known.refused or self.exemptions))

    @property
    def sections(self) -> frozenset[str]:
        """The sections that it cites."""
        return frozenset(map(section_of, self.cited))

    def says(self, *patterns: re.Pattern[str]) -> bool:
        """Tell whether its words match each of the patterns somewhere."""
        return all(pattern.search(self.words) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing that letters of some kinds state.

    Attributes:
        code: As ``L05``; a code is never given to another demand.
        citation: The section that asks for it, or ``PRACTICE``.
        asks: What it is, as a noun phrase.
        missing: Yields what is missing: to follow "the letter does not say", one for each.
    """

    code: str
    kinds: Collection[DocumentKind]
    citation: str
    asks: str
    missing: Callable[[Letter], Iterator[str]]
    mend: str
    severity: Severity = Severity.BLOCK


def look_through(letter: Letter) -> tuple[Finding, ...]:
    """Return what is left blank in a letter, what it does not state and has to, and what it gives away."""
    missing = (
        Finding(
            code=demand.code,
            severity=demand.severity,
            place=PLACE,
            sentence=f"The letter does not say {lacking}.",
            mend=demand.mend,
            citation=demand.citation,
        )
        for demand in DEMANDS
        if letter.kind in demand.kinds
        for lacking in demand.missing(letter)
    )
    found = (_blanks, _strangers, _hints, _other_tests, _one_sided, _alone, _mismatches)
    return (*missing, *(each for look in found for each in look(letter)))


def _blanks(letter: Letter) -> Iterator[Finding]:
    for start, end in dict.fromkeys(placeholders(letter.text)):
        yield Finding(
            code="S03",
            severity=Severity.BLOCK,
            place=PLACE,
            span=(start, end),
            sentence=f"A placeholder stands in line {letter.text.count(chr(10), 0, start) + 1}.",
            mend="Put the text in its place.",
            citation=PRACTICE,
        )


# What is looked for ---------------------------------------------------------------------------------

_DATE: Final = re.compile(rf"(?<!\d)([1-9]|[12][0-9]|3[01])\s({'|'.join(MONTHS)})\s(20[0-9]{{2}})(?!\d)")
_AMOUNT: Final = re.compile(
    r"\u00a3\s?(?=[0-9.,]*[1-9])(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]{2})?(?![0-9])"
)
_HOURS: Final = phrase(r"\b[1-9][0-9]{0,4}(?:\.[0-9]+)? (?:working )?hours\b")

_LIMITS: Final = frozenset({"\u00a3450", "\u00a3600", "\u00a325", "18 hours"})
"""What says of a cost what it may be, and not what it is estimated at."""

_WANTS: Final = phrase(
    r"\?|\b(?:please|(?:could|can|would) you|we need|we ask you|tell us|let us know)\b[^.?]{0,80}\b(?:which|"
    r"what|who|when|where|whether|how|say|tell|state|name|give|describe|specify|explain|clarify|"
    r"narrow|provide|send|list|identify|indicate)\b"
)
_THREE_MONTHS: Final = phrase(r"\b(?:three|3) (?:calendar )?months\b")
_UNDECIDED: Final = phrase(
    r"\bno (?:final )?decision has (?:yet )?been (?:reached|made|taken)\b"
    r"|\b(?:have|has) not (?:yet )?(?:reached|made|taken|come to) (?:an?|any|our|its|the) (?:final )?"
    r"(?:decision|conclusion|view)\b|\b(?:have|has) (?:not yet decided|yet to decide)\b"
    r"|\bdecision (?:has|is) (?:still |yet )?to be (?:made|reached|taken)\b"
    r"|\bdecision has not (?:yet )?been (?:made|reached|taken)\b"
)
_ADVICE: Final = phrase(
    r"\b(?:within (?:the|that|this) (?:appropriate |cost )?limit|narrow\w*|refin\w*|reduc\w*|limit (?:it|your"
    r" request) to|shorter period|fewer|advi[cs]e|assist\w*)\b"
)
_NOT_HELD: Final = phrase(
    r"\b(?:(?:do|does|did) not (?:hold|have)|don['\u2019]t (?:hold|have)|not held"
    r"|(?:holds?|have|has) no(?:ne|thing)?|no (?:\w+ )?information (?:\w+ )?held)\b"
)
_ELSEWHERE: Final = phrase(
    r"\b(?:may|might|believe|think|likely|understand)\b[^.]{0,120}\b(?:hold|holds|held|has|have)\b"
    r"|\b(?:passed|transferred|sent|forwarded|referred|direct\w*|redirect\w*|apply|write|made) "
    r"(?:\w+ ){0,6}?(?:to|on)\b|\b(?:contact|ask|approach) (?!us\b)\w+"
)
_OUTCOME: Final = phrase(
    r"\b(?:uph(?:o|e)ld(?:s|ing)?|overturn(?:s|ed|ing)?|revers(?:e|es|ed)|agree[sd]?|chang(?:e|es|ed)"
    r"|set aside|partly|in part)\b"
)
_REVIEW: Final = phrase(
    r"\b(?:internal review|complaints? procedure|procedure for (?:dealing with )?complaints|(?:ask|asking|"
    r"request) (?:us )?(?:for|that) (?:an?|our) (?:\w+ )?(?:review|decision be reviewed)"
    r"|review of (?:the|this|our|that) (?:decision|handling|answer))\b"
)
_RIGHT: Final = phrase(r"\bright\b|\b(?:may|can) (?:apply|complain)\b|\bentitled\b")
_HERE: Final = r"annex\w*|enclos\w*|attach\w*|beside|with this letter|set out|below"
_REASONS: Final = phrase(
    rf"\b(?:public interest|test)\b[^.]{{0,240}}\b(?:outweighs?|favours?|says why|{_HERE})\b"
    rf"|\b(?:{_HERE})\b[^.]{{0,240}}\bpublic interest\b"
)
_STANCES: Final = {
    Outcome.MAINTAIN: (
        "neither confirm nor deny",
        phrase(
            r"\b(?:neither|not|cannot|nor) confirm\w* (?:n?or) den(?:y|ies|ied|ying)\b"
            r"|\bduty to confirm or deny (?:does not|is excluded)\b"
        ),
    ),
    Outcome.WITHHOLD: (
        "withhold information",
        phrase(
            r"\b(?:withh(?:o|e)ld\w*|refus\w+|exempt\b"
            r"|(?:not|cannot) (?:\w+ )?(?:disclos\w*|releas\w*|provid\w*|give))\b"
        ),
    ),
    Outcome.PARTLY: (
        "withhold a part of the information",
        phrase(r"\b(?:withh(?:o|e)ld\w*|redact\w*|refus\w+|exempt from|remov(?:e|ed)|left out)\b"),
    ),
    Outcome.DISCLOSE: (
        "give information",
        phrase(
            r"\b(?:enclos\w*|attach\w*|disclos(?:e|es|ed|ing)|provid(?:e|es|ed|ing)|giv(?:e|es|en|ing)|suppl(?:y|ied|ies)|"
            r"send(?:ing)?|sent|set out|below|follows?|releas\w*|publish\w*|annex\w*|here)\b"
        ),
    ),
    Outcome.NOT_HELD: ("do not hold information", _NOT_HELD),
    Outcome.CONFIRM_OR_DENY: ("say whether you hold information", phrase(r"\bh(?:o|e)ld\w*\b")),
}
"""What a letter has to say of a part by its outcome, to follow "that you", and how it is told."""


def _lacks(what: str, *patterns: re.Pattern[str]) -> Callable[[Letter], Iterator[str]]:
    def missing(letter: Letter) -> Iterator[str]:
        if not letter.says(*patterns):
            yield what

    return missing


def _cites(section: str, what: str) -> Callable[[Letter], Iterator[str]]:
    def missing(letter: Letter) -> Iterator[str]:
        if section not in letter.sections:
            yield what

    return missing


def _reference(letter: Letter) -> Iterator[str]:
    found = re.escape(letter.known.reference)
    if not re.search(rf"(?<![\w/-]){found}(?![\w/-])", letter.words):
        yield "the reference of the request"


def _procedure(letter: Letter) -> Iterator[str]:
    if not letter.refuses:
        return
    if not letter.says(_REVIEW):
        yield "how to ask for an internal review, nor that there is no such procedure"
    elif letter.known.contact and letter.known.contact not in letter.words:
        yield "where to ask for an internal review, as the authority's letters have it"


def _right_to_apply(letter: Letter) -> Iterator[str]:
    if not (letter.refuses or letter.kind == REVIEW):
        return
    regulator = letter.known.regulator
    there = re.search(rf"\b{re.escape(regulator.name)}(?!\w)", " ".join(letter.words.split()))
    if not there or not (regulator.right in letter.sections or letter.says(_RIGHT)):
        yield f"that there is a right to apply to the {regulator.name} under section {regulator.right}"


def _stances(letter: Letter) -> Iterator[str]:
    parts = letter.known.parts
    if not parts and not any(letter.says(pattern) for _, pattern in _STANCES.values()):
        yield "what is given, refused or not held"
    for outcome in dict.fromkeys(part.outcome for part in parts if not _is_told(part, letter)):
        yield f"that you {_STANCES[outcome][0]}, as the test does"


def _is_told(part: Part, letter: Letter) -> bool:
    """Tell whether a sentence says how a part was decided; of several, one that is about it."""
    before, pattern = None, _STANCES[part.outcome][1]
    for sentence in letter.passage.sentences:
        about = len(letter.known.parts) == 1 or any(
            _nearness(each, [part], letter) for each in (sentence, before) if each
        )
        if about and pattern.search(unquoted(sentence.text)):
            return True
        before = sentence
    return False


def _exemptions(letter: Letter) -> Iterator[str]:
    known = letter.known
    relied = dict.fromkeys(known.law.whole(each) for part in known.refused for each in known.relied(part))
    for citation in relied:
        if citation not in letter.cited:
            yield f"that {known.law.act.unit} {citation} is relied on, as the test does"


def _reasons(letter: Letter) -> Iterator[str]:
    known = letter.known
    weighed = any(standing(part, known.law, known.body).sides for part in known.refused)
    if weighed and not letter.says(_REASONS):
        yield "why the public interest favours it, nor that the test is annexed"


def _unknown_outcome(letter: Letter) -> Iterator[str]:
    # Where nothing like an outcome is said, that is told already.
    if letter.says(_OUTCOME) and said_outcome(letter) is None:
        yield "in words that are known which outcome it is, so that none on record can be held against it"


def _caveat(letter: Letter) -> Iterator[str]:
    if letter.known.silent and not letter.says(CAVEAT):
        yield "that it should not be taken as indicating that information is or is not held"


def _qualified(letter: Letter) -> Iterator[str]:
    law, body = letter.known.law, letter.known.body
    cited = (each for found in letter.passage.cited for each in found.citations if law.get(each))
    if not any(law.wants_balance(Exemption(provision=each), authority=body) for each in cited):
        yield "which qualified exemption the public interest is still weighed for"


def _estimate(letter: Letter) -> Iterator[str]:
    if not any(when > letter.known.today for when in _days(letter.words)):
        yield f"by which day after today, {in_full(letter.known.today)}, you expect to decide"


def _days(text: str) -> Iterator[date]:
    for day, month, year in _DATE.findall(text):
        try:
            yield date(int(year), MONTHS.index(month) + 1, int(day))
        except ValueError:  # 31 February
            continue


def _cost(letter: Letter) -> Iterator[str]:
    found = {*_AMOUNT.findall(letter.words), *_HOURS.findall(letter.words)}
    if not {" ".join(each.removesuffix(".00").split()) for each in found} - _LIMITS:
        yield "the estimate, in hours or in pounds, beside the limit"


_LETTERS: Final = tuple(kind for kind in DOCUMENTS.values() if kind != TEST)
_NOTICES: Final = (RESPONSE, EXTENSION, COST, VEXATIOUS)


DEMANDS: Final = (
    Demand(
        "L01",
        _LETTERS,
        PRACTICE,
        "the reference of the request",
        _reference,
        "Quote it as the authority writes it.",
    ),
    Demand(
        "L02",
        _NOTICES,
        "FOIA s.17(7)(a)",
        "how to ask for an internal review, or that there is none; as the authority\u2019s letters have it",
        _procedure,
        "Take the paragraph from the starting text.",
    ),
    Demand(
        "L03",
        (*_NOTICES, REVIEW),
        "FOIA s.17(7)(b), s.50",
        "the regulator, by its name on the day, and the right to apply to it",
        _right_to_apply,
        "Name the regulator as it is called today, and the right.",
    ),
    Demand(
        "L04",
        (RESPONSE,),
        "FOIA s.1(1), s.17(1)(a)",
        "of each part what the test decided: given, withheld, in part, not held, neither",
        _stances,
        "Say it of the part that it is about.",
    ),
    Demand(
        "L05",
        (RESPONSE,),
        "FOIA s.17(1)(b)",
        "each exemption that the test relies on, to the subsection",
        _exemptions,
        "Cite it to the subsection.",
    ),
    Demand(
        "L06",
        (RESPONSE,),
        "FOIA s.17(3)",
        "why the public interest favours it, or that the test is annexed",
        _reasons,
        "Give the reasons, or annex the test and say so.",
    ),
    Demand(
        "L07",
        (RESPONSE,),
        PRACTICE,
        "that it is no sign of what is held, where it neither confirms nor denies",
        _caveat,
        "Say it once.",
        Severity.WARN,
    ),
    Demand(
        "L10",
        (EXTENSION,),
        "FOIA s.10(3), s.17(1)(b)",
        "a qualified exemption",
        _qualified,
        "Cite it to the subsection; more time is for the public interest alone.",
    ),
    Demand(
        "L11",
        (EXTENSION,),
        "FOIA s.17(2)",
        "that no decision has been reached",
        _lacks("that no decision has been reached", _UNDECIDED),
        "Say so in those words.",
    ),
    Demand(
        "L12",
        (EXTENSION,),
        "FOIA s.17(2)",
        "a day after today by which to decide",
        _estimate,
        "Give the day in full, as 7 November 2022.",
    ),
    Demand(
        "L13",
        (FEES,),
        "FOIA s.9(1)",
        "the amount",
        _lacks("the amount of the fee", _AMOUNT),
        "Give it in figures, as \u00a327.50.",
    ),
    Demand(
        "L14",
        (FEES,),
        "FOIA s.9(2)",
        "the three months",
        _lacks("that the fee is to be paid within three months", _THREE_MONTHS),
        "Say so, and from which day they count.",
    ),
    Demand(
        "L15",
        (CLARIFICATION,),
        "FOIA s.1(3)",
        "what else is needed, as a question",
        _lacks("what else you need to know", _WANTS),
        "Ask for it in a question.",
    ),
    Demand(
        "L16",
        (COST,),
        "FOIA s.17(5)",
        "section 12",
        _cites("12", "that section 12 is relied on"),
        "Cite section 12(1), or 12(2) where finding out alone costs too much.",
    ),
    Demand(
        "L17",
        (COST,),
        "FOIA s.12(1)",
        "the estimate, in hours or pounds",
        _cost,
        "Give it with how it was made.",
    ),
    Demand(
        "L18",
        (COST,),
        "FOIA s.16(1)",
        "how the request could be brought within the limit",
        _lacks("how the request could be brought within the limit", _ADVICE),
        "Say what could be given within the limit, or that nothing could.",
    ),
    Demand(
        "L19",
        (VEXATIOUS,),
        "FOIA s.17(5)",
        "section 14",
        _cites("14", "that section 14 is relied on"),
        "Cite section 14(1) for a vexatious request, 14(2) for a repeated one.",
    ),
    Demand(
        "L20",
        (TRANSFER,),
        "FOIA s.1(1)(a)",
        "that the information is not held",
        _lacks("that the information is not held", _NOT_HELD),
        "Say so; what is held is answered.",
    ),
    Demand(
        "L21",
        (TRANSFER,),
        "FOIA s.16(1)",
        "who may hold it, or to whom it was passed",
        _lacks("who may hold it, or to whom the request was passed", _ELSEWHERE),
        "Name the authority, and how to reach it.",
    ),
    Demand(
        "L22",
        (REVIEW,),
        PRACTICE,
        "whether the decision is upheld",
        _lacks("whether the decision is upheld", _OUTCOME),
        "Say that it is upheld, upheld in part, or overturned.",
    ),
    Demand(
        "L26",
        (REVIEW,),
        PRACTICE,
        "in words that are known which of the three it is, to hold the outcome on record against",
        _unknown_outcome,
        "Say that the decision is upheld, upheld in part, or overturned.",
        Severity.WARN,
    ),
)
"""What letters state."""


# Whether the schedule of records and the answer say the same ----------------------------------------

_MISMATCH: Final = "L24"


def _mismatches(letter: Letter) -> Iterator[Finding]:
    """Yield each exemption that the schedule of records has and the answer has not, or the other way."""
    known = letter.known
    ours = {*map(known.law.whole, letter.exemptions)}
    if letter.kind == SCHEDULE and known.silent and known.silent == known.parts:
        yield _mismatch("The test neither confirms nor denies, and a schedule says that there are records.")
    elif letter.kind == SCHEDULE:
        yield from _differences(letter, known.answered, ours)
    elif letter.kind == RESPONSE and known.scheduled is not None:
        yield from _differences(letter, frozenset(ours), known.scheduled)


def _differences(
    letter: Letter, answered: frozenset[str] | None, scheduled: Collection[str]
) -> Iterator[Finding]:
    known = letter.known
    of_parts = {
        known.law.whole(citation): number
        for number, part in enumerate(known.parts, start=1)
        if part.outcome in {Outcome.WITHHOLD, Outcome.PARTLY}
        for citation in known.relied(part)
    }
    silent = {known.law.whole(each) for part in known.silent for each in known.relied(part)}
    # The test says what is relied on; where there is none, the response does.
    relied = {*of_parts} if known.parts else (None if answered is None else answered)
    if relied is None:
        return
    answer = "part of the test" if known.parts else "response"
    for citation in sorted({*scheduled} - relied):
        kept = " but to neither confirm nor deny" if citation in silent else ""
        yield _mismatch(
            f"The schedule has section {citation}, on which no {answer} relies{kept}.",
            _line(letter, citation),
        )
    for citation in sorted(relied - {*scheduled}):
        which = f"part {of_parts[citation]} of the test" if known.parts else "the response"
        yield _mismatch(f"The schedule has no record under section {citation}, on which {which} relies.")


def _line(letter: Letter, citation: str) -> tuple[int, int] | None:
    """Return where a letter cites a provision, or a limb of it; None where it does not."""
    for found in letter.passage.cited:
        if citation in map(letter.known.law.whole, found.citations):
            return letter.passage.span(found.start, found.end)
    return None


def _mismatch(sentence: str, span: tuple[int, int] | None = None) -> Finding:
    return Finding(
        code=_MISMATCH,
        severity=Severity.BLOCK,
        place=PLACE,
        span=span,
        sentence=sentence,
        mend="Make the schedule and the answer say the same.",
        citation="FOIA s.17(1)(b)",
    )


# What is so no more ---------------------------------------------------------------------------------

_OUTDATED: Final = "L23"
_SHORT: Final = 60


def outdated(letter: Letter, then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what a letter states that was so when its version was written, and is so no more.

    Args:
        then: Facts of the case when the version was written, each under what it is.
        now: The same today.
    """
    words = " ".join(letter.words.split())
    for what, was in then.items():
        read = " ".join(Passage(PLACE, was).plain.split())
        # Not 1 August in 11 August.
        stands = re.search(rf"(?<!\w){re.escape(read)}(?!\w)", words)
        if not read or not stands or was in now.values():
            continue
        named, instead = (read if len(read) < _SHORT else "what was then chosen"), now.get(what, "")
        yield Finding(
            code=_OUTDATED,
            severity=Severity.BLOCK,
            place=PLACE,
            sentence=f"The letter gives {named} as {what}, "
            + (f"which is {instead} now." if instead and len(instead) < _SHORT else "which is so no more."),
            mend="Draft the letter again with what is so now.",
            citation=PRACTICE,
        )


# What gives away ------------------------------------------------------------------------------------

_STRANGER: Final = "L08"
_HINT: Final = "L09"
_OTHER_TEST: Final = "L25"
_GENERAL: Final = content_words(
    "information record document data material request question part hold held copy"
)
"""Words that tell no part from another."""
_BY_NAME: Final = 5
"""What an exemption or a question of a part counts for beside a word of it."""


def _strangers(letter: Letter) -> Iterator[Finding]:
    """Yield the exemptions that a response names and no part of its test does."""
    known = letter.known
    if letter.kind != RESPONSE or not known.parts:
        return
    cited = {each for part in known.parts for e in part.exemptions for each in (e.provision, *e.limbs)}
    ours = cited | {known.law.whole(each) for each in cited}
    # Beside parts that all neither confirm nor deny, an exemption from disclosure says that there is some.
    grave = Severity.BLOCK if known.silent == known.parts else Severity.WARN
    for citation in sorted(each for each in letter.exemptions if known.law.whole(each) not in ours):
        yield Finding(
            code=_STRANGER,
            severity=grave,
            place=PLACE,
            sentence=f"The letter cites section {citation}, on which no part of the test relies.",
            mend="Leave it out, or write the test so.",
            citation="FOIA s.17(1)(b)",
        )


def _hints(letter: Letter) -> Iterator[Finding]:
    """Yield what a letter says that gives away what its test neither confirms nor denies."""
    known = letter.known
    for sentence in letter.passage.sentences if known.silent else ():
        leak = leak_of(replace(sentence, text=_FORMULA_AND.sub(_blanked, sentence.text)), known.authority)
        if leak is None or _is_of_another_part(sentence, letter):
            continue
        certain = leak.asserts and not leak.in_doubt
        yield Finding(
            code=_HINT,
            severity=Severity.BLOCK if certain else Severity.WARN,
            place=PLACE,
            span=sentence.span(leak.found),
            sentence="The test neither confirms nor denies, and the letter "
            f"{'says' if certain else 'may say'} what is held, in words like {leak.kind}.",
            mend="Leave it out, or name in the same sentence the other part that it is about.",
            citation="FOIA s.1(1)(a), s.2(1)",
        )


def _other_tests(letter: Letter) -> Iterator[Finding]:
    """Yield where a letter weighs disclosure, as if there were something, for what it does not confirm."""
    known = letter.known
    grave = Severity.BLOCK if known.silent == known.parts else Severity.WARN
    for sentence in letter.passage.sentences if known.silent else ():
        found = other_test_in(sentence, Outcome.MAINTAIN)
        if found and not _is_of_another_part(sentence, letter):
            yield Finding(
                code=_OTHER_TEST,
                severity=grave,
                place=PLACE,
                span=sentence.span(found),
                sentence="The test neither confirms nor denies, and the letter speaks of the public interest "
                "in disclosing information.",
                mend="Speak of confirming or denying, or name in the same sentence the other part.",
                citation="FOIA s.2(1)(b), s.2(2)(b)",
            )


# What neither confirming nor denying leaves unsaid ---------------------------------------------------

_WOULD: Final = phrase(r"\b(?:would|could|might|may|will|were to)\b")
_ANSWERS: Final = {
    "confirmation": phrase(
        r"\b(?:confirm(?:ing|ation|ed|s)?|(?:we|it) (?:do|does|hold|holds|have|has) (?:hold |have )?"
        r"(?:it|this|some|information|such)\b|(?:is|was|were|are) held|positive)\b"
    ),
    "denial": phrase(
        r"\b(?:den(?:y|ying|ial|ies|ied)|(?:do|does|did) not|don['\u2019]t|(?:nothing|none|no \w+) (?:is|was|"
        r"were|are) held|not held|negative|there (?:is|are|was|were) (?:none|nothing|no))\b"
    ),
}
"""How a letter speaks of each of the two answers."""
_EITHER: Final = phrase(
    r"\b(?:either|whichever|each|any) (?:of the two |possible )?(?:answer|reply|response|way)\b"
    r"|\bwhichever (?:is|was|were|may be) \w+|\bwhether or not\b"
)
_OF_THE_APPLICANT: Final = phrase(
    r"\byou(?:r complaint)? (?:say|said|argue|think|thought|believe|wrote|maintain)\w*\b"
)
_PERFORMED: Final = phrase(
    r"(?<!\bif\s)\b(?:we|I) (?:(?:can|do|am|are able to|hereby) )?confirm (?:that|receipt)\b"
    r"|\bplease confirm\b"
)
"""What a letter confirms, or asks to be confirmed, of something else."""
_LIES_BESIDE: Final = phrase(
    r"\b(?:test|assessment|reasons)\b[^.]{0,160}\b(?:annex\w*|enclos\w*|attach\w*|beside)\b"
    r"|\b(?:annex\w*|enclos\w*|attach\w*|beside)\b[^.]{0,160}\b(?:test|assessment|reasons)\b"
    r"|\A\W*it is (?:annexed|enclosed|attached)\b"
)
_NEITHER: Final = _STANCES[Outcome.MAINTAIN][1]


def _is_silent(letter: Letter) -> bool:
    """Tell whether a letter neither confirms nor denies something: by its test, else by its words."""
    return bool(letter.known.silent) or (not letter.known.parts and letter.says(_NEITHER))


def _one_sided(letter: Letter) -> Iterator[Finding]:
    """Yield each of the two answers of which a letter does not say what it would reveal.

    A response leaves both to the test that lies beside it, and a review to the response that it upholds.
    """
    if letter.kind not in (RESPONSE, REVIEW) or not _is_silent(letter):
        return
    said = {answer for sentence in letter.passage.sentences for answer in _revealing(sentence, letter)}
    if not said and (letter.kind == REVIEW or letter.says(_LIES_BESIDE)):
        return
    for answer in _ANSWERS.keys() - said:
        yield Finding(
            code="N01",
            severity=Severity.WARN,
            place=PLACE,
            sentence="The letter neither confirms nor denies, and does not say what a "
            f"{answer} would reveal.",
            mend="Say what each of the two answers would reveal, or leave both to the test and annex it.",
            citation="ICO guidance on neither confirming nor denying",
        )


def _revealing(sentence: Sentence, letter: Letter) -> Iterator[str]:
    """Yield the answers of which a sentence says what they would do."""
    text = unquoted(sentence.text)
    for other in (_NEITHER, BOTH_AT_ONCE, _PERFORMED):
        text = other.sub(" ", text)
    if _OF_THE_APPLICANT.search(text) or _is_of_another_part(sentence, letter):
        return
    if _EITHER.search(text):
        yield from _ANSWERS
    elif _WOULD.search(text):
        yield from (answer for answer, pattern in _ANSWERS.items() if pattern.search(text))


_DEALT_WITH: Final = phrase(
    r"\b(?:enclos|attach|disclos|provid|releas|publish|suppl|withh)\w+\b|\b(?:we|I) (?:\w+ )?(?:give|send)\b"
    r"|\bwere (?:given|sent)\b|\btables?\b|\bexempt from\b|\bthere (?:is|are|was|were) (?:no |[0-9])"
    r"|\bon (?:part|question)s? [0-9]"
)
"""How a letter deals with what it does not refuse to confirm or deny."""


def _alone(letter: Letter) -> Iterator[Finding]:
    """Yield where a response neither confirms nor denies other information, and says nothing of the rest."""
    known = letter.known
    if letter.kind != RESPONSE or not _is_silent(letter) or known.silent != known.parts:
        return
    silent = [each for each in letter.passage.sentences if _NEITHER.search(unquoted(each.text))]
    others = any(THE_REST.search(unquoted(each.text)) for each in silent)
    others = others or (len(known.parts) == 1 and bool(THE_REST.search(known.parts[0].information)))
    if others and not any(_deals(each) for each in letter.passage.sentences if each not in silent):
        yield Finding(
            code="N05",
            severity=Severity.WARN,
            place=PLACE,
            sentence="The letter neither confirms nor denies other information, and says nothing of "
            "the rest.",
            mend="Say what is given, withheld or not held of what it is other than.",
            citation="FOIA s.1(1), s.17(1)",
        )


def _deals(sentence: Sentence) -> bool:
    text = CAVEAT.sub(" ", unquoted(sentence.text))
    return bool(_DEALT_WITH.search(text) or _NOT_HELD.search(text)) and not _LIES_BESIDE.search(text)


_FORMULA_AND: Final = phrase(r"\bneither confirm nor deny and (?!whether\b|that\b|if\b)")
"""What follows is governed by it no more."""


def _blanked(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _is_of_another_part(sentence: Sentence, letter: Letter) -> bool:
    """Tell whether a sentence is rather about a part that is answered than about one that is not."""
    silent = letter.known.silent
    spoken = [part for part in letter.known.parts if part not in silent]
    return _nearness(sentence, spoken, letter) > _nearness(sentence, silent, letter)


def _nearness(sentence: Sentence, parts: Collection[Part], letter: Letter) -> int:
    """Return how much a sentence has in common with the nearest of some parts."""
    known = letter.known
    said = content_words(sentence.text) - _GENERAL
    found = sentence.passage.cited_in(sentence)
    cited = {known.law.whole(each) for cited in found for each in cited.citations}
    asked = {int(number) for found in _QUESTIONS.findall(sentence.text) for number in _NUMBER.findall(found)}

    def nearness(part: Part) -> int:
        relied = set(map(known.law.whole, known.relied(part)))
        by_name = bool(cited & relied) + bool(asked & {*part.questions})
        return len(said & content_words(part.information)) + _BY_NAME * by_name

    return max(map(nearness, parts), default=0)


_QUESTIONS: Final = phrase(r"\bquestions? ((?:[0-9]{1,2}(?:, | and |, and )?)+)")
_NUMBER: Final = re.compile(r"[0-9]+")

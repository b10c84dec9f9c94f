"""What gives away whether information is held: assertions, and words that read as if it were."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from flows.domain.checks.words import one_of, phrase, unquoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from flows.domain.checks.words import Sentence

    _Kind = tuple[str, re.Pattern[str]]


@dataclass(frozen=True, kw_only=True)
class Leak:
    """Words that give something away.

    Attributes:
        kind: As ``“we hold”``, never words of the case.
        asserts: They state it; other words only read as if it were so.
        in_doubt: The sentence spoke of a possibility before, which may have ended.
    """

    kind: str
    found: re.Match[str]
    asserts: bool
    in_doubt: bool = False


_THINGS: Final = (
    r"(?:information|records?|documents?|data|material|recordings?|files?|logs?|e-?mails?|copies|reports?)"
)
_US: Final = r"(?:we|(?:the|this|our) (?:force|authority|council|department|constabulary|trust|organisation))"
_BETWEEN: Final = r"(?:(?!that\b|which\b|if\b|it\b)\w+ ){0,2}?"
"""Words between a thing and what is said of it, unless another clause begins."""

_ASSERTIONS: Final[tuple[_Kind, ...]] = (
    # "we hold that …" and "we hold the view" say nothing of information, and "information that an
    # authority holds" nothing of this one.
    (
        "“we hold”",
        phrase(
            rf"(?<!\bthat\s)(?<!\bwhich\s)(?<!\bwhat\s)\b{_US} (?:also |currently )?(?:(?:do|does) not "
            r")?holds?\b(?! or (?:do|does) not\b)(?! (?:that|to)\b| (?:the|a|no|this) (?:\w+ )?(?:view|"
            r"opinion|position|belief|balance)\b)",
        ),
    ),
    ("“is held”", phrase(rf"\b{_THINGS} {_BETWEEN}(?:is|are|was|were) (?:not )?held\b")),
    (
        "“is withheld”",
        phrase(
            r"(?<!\banswer\s)(?<!\breply\s)\b(?:is|are|was|were|been|being) (?:\w+ )?withheld\b"
            rf"|\b{_US} (?:have |has )?(?:withheld|withholds?)\b(?! (?:an |any |our )?(?:answer|reply)\b)",
        ),
    ),
    (
        "“was found”",
        phrase(
            rf"\b(?:{_THINGS}|nothing|none) (?:\w+ ){{0,3}}?(?:was|were|has been|have been) (?:found|"
            r"located|identified|retrieved)\b"
            rf"|\b{_US} (?:have |has )?(?:found|located|identified|retrieved) (?:\w+ ){{0,3}}?{_THINGS}\b",
        ),
    ),
    (
        "“we confirm that”",
        phrase(
            rf"\b{_US} (?:can |do |does |hereby |are able to |is able to )?(?:confirms?|deny|denies) "
            r"(?:that|we|the (?:force|authority|council)|it (?:is|was))\b(?! (?:no inference|this|these|"
            r"your|our|the (?:request|review|decision|response|exemptions?))\b)"
        ),
    ),
    (
        "“redacted”",
        phrase(r"\bredact(?:ed|ions?)\b(?! (?:\w+ )?(?:would|could|cannot|can|may|might|is not|does not)\b)"),
    ),
    (
        "“we have no record”",
        phrase(
            rf"\b{_US} (?:have|has|had|keeps?|kept) no (?:\w+ )?(?:records?|recordings?|documents?|files?|"
            r"logs?)\b"
            rf"|\bthere (?:is|are|was|were) no (?:such )?(?:{_THINGS}) held\b"
        ),
    ),
    (
        "“the documents contain”",
        phrase(
            r"\b(?:the|these|those|our) (?:\w+ )?(?:documents?|records?|recordings?|files?|logs?|e-?mails?) "
            r"(?:also )?contain(?:s|ed)?\b"
        ),
    ),
)
"""What asserts that information is held, or is not: kind of words, and the words."""

_THESE: Final = r"(?:the|this|that|these|those|our)"
_BE: Final = r"(?:is|are|was|were|has been|have been)"
_BY_US: Final = r"(?:us|(?:the|this|our) (?:force|authority|council|department|constabulary|officers))"
_AUXILIARY: Final = one_of(
    "have has had do does did been also already since currently still now never not first only stopped "
    "ceased began started"
)
_USED: Final = one_of(
    "use uses used using deploy deploys deployed deploying trialled trialling tested testing piloted "
    "bought purchased procured acquired installed own owns owned possess possesses possessed flew watched "
    "tried commissioned destroyed watching monitored monitoring recorded operated retain retains retained"
)
_OF_THE_WRITING: Final = one_of(
    "view word words term terms phrase sense test tests guidance wording formula level approach exemption "
    "exemptions section discretion power powers tactics range variety argument arguments reason reasons "
    "factor factors"
)
"""What a writer uses: “we use the word” gives nothing away."""
_KEPT: Final = one_of(
    "recording recordings footage record records document documents file files log logs e-mails emails "
    "database "
    "evaluation deployment deployments purchase contract supplier suppliers trial pilot results operation "
    "surveillance exercise flight flights investigation authorisation"
)
"""What there is if it is spoken of as known: “the recordings were”."""
_INDICATIVE: Final = (
    r"(?:is|are|was|were|has|have|had|will|began|started|ended|ran|lasted|took place|led|resulted|cost|"
    r"includes?|included|shows?|showed|targeted|used|dates?|names?|belongs?)"
)
_MEANS: Final = one_of("technology technique equipment system device method software tool capability tactic")
_HINTS: Final[tuple[_Kind, ...]] = (
    (
        "“disclosure of the information”",
        phrase(
            r"\b(?:disclos(?:ure|ing)|releas(?:e|ing)|publi(?:cation|shing)|withhold(?:ing)?|providing|"
            rf"communicating) (?:of )?(?:all (?:of )?|some (?:of )?|most of )?{_THESE} (?:\w+ )?{_THINGS}\b"
        ),
    ),
    (
        "“the exempt information”",
        phrase(
            rf"\b{_THESE} (?:exempt|withheld|excluded|sensitive|remaining) {_THINGS}\b"
            rf"|\bthe (?:rest|remainder) of {_THESE} (?:\w+ )?{_THINGS}\b"
            rf"|\b(?:some|part|parts|much|most|all) of {_THESE} (?:\w+ )?{_THINGS}\b"
            rf"|\bthe only (?:\w+ )?{_THINGS}\b"
        ),
    ),
    (
        "“the information contains”",
        phrase(
            rf"\b(?!this (?:document|report)\b)(?!the data (?:protection|shows?)\b){_THESE} (?:requested "
            rf")?(?:{_THINGS}|details|figures) (?:(?:requested|sought|you (?:seek|ask for|asked for|"
            r"requested)) )?(?:also |mainly )?(?:(?:contain|show|relate|concern|include|comprise|consist|"
            r"describe|detail|identif|reveal|name|list|date|belong)(?:s|es|ed|ies|ied)?|(?:is|are|was|were|"
            r"has|have|had|comes?|came)\b(?! (?:\w+ )?(?:requested|sought|asked|described|summarised|set "
            r"out|neither)))\b"
        ),
    ),
    (
        "“as the report says”",
        phrase(
            r"\bas (?:the|this|our) (?:\w+ )?(?:report|log|document|record|recording|file|register|contract|"
            r"e-?mail)s? (?:says?|shows?|states?|notes?|records?|sets? out|makes? clear|confirms?)\b"
        ),
    ),
    (
        "“the existence of the information”",
        phrase(rf"\bthe existence of {_THESE} (?:\w+ )?{_THINGS}\b"),
    ),
    (
        "“no such information exists”",
        phrase(
            rf"\b(?:no|the|such|these|those) (?:\w+ )?{_THINGS} (?:do not |does not |did not )?exist(?:s|"
            r"ed)?\b"
            r"|\bthere (?:is|are|was|were) no (?:such )?(?:records?|recordings?|documents?|files?|logs?)\b"
            rf"|\b{_US} (?:have|has) no (?:such |relevant )?(?:information|data|material)\b(?! (?:to|that|"
            r"as to|on how|about how|suggest\w*)\b)"
        ),
    ),
    (
        "“our use of”",
        phrase(
            r"\b(?:our|(?:the|this) (?:force|authority|council|department|constabulary)['\u2019]s) (?:own |"
            r"covert |open |current |existing |recent |past |limited |continued |successful |planned "
            r"){0,2}(?:use|uses|deployments?|trials?|pilots?|purchases?|contracts?|suppliers?|equipment|"
            r"operations?|recordings?|logs?|documents|files|footage|database|drones?|cameras|software|"
            r"holdings?|searches|search)\b(?!,? if any\b| of (?:this|the (?:word|term|phrase|exemption|"
            r"exclusion)|section|public|resources|powers)\b)"
        ),
    ),
    (
        "“the operation was”",
        phrase(
            rf"\b(?!this (?:document|report)\b)(?:the|these|those|this|our) (?:[\w'\u2019]+ )?{_KEPT} "
            rf"(?:(?:with|between|from) (?:the )?\w+ )?{_INDICATIVE}\b"
            r"|\b(?:went live|trained in (?:its|the|their) use)\b"
            rf"|\b(?:the|this|our|it) (?:\w+ )?(?:{_MEANS} )?(?:{_BE}|had been) (?:first |once )?(?:tried|"
            r"introduced|bought|purchased|installed|withdrawn)\b"
        ),
    ),
    (
        "“it is held”",
        phrase(
            r"\b(?:it|this|they|these) (?:is|are) (?:not )?held\b(?! that\b| by the courts?\b)"
            r"|\bthere (?:is|was) nothing to (?:disclose|release|withhold|redact|report)\b"
            r"|\b(?:nothing|none)(?: \w+){0,4}? (?:has|have|had) (?:ever )?been (?:bought|used|tried|"
            r"deployed|purchased|recorded)\b"
            rf"|\b{_US} (?:have |has )?never had\b(?! (?:regard|reason|cause)\b)"
        ),
    ),
    (
        "“we cannot release it”",
        phrase(
            r"\b(?:cannot|will not|unable to|not able to|decided to|decided not to|refuse to|decline to) "
            r"(?:be )?(?:releas(?:e|ing)|provid(?:e|ing)|disclos(?:e|ing)|supply(?:ing)?|send(?:ing)?|"
            rf"withhold(?:ing)?) (?:you )?(?:with )?(?:it|them|copies|details|{_THESE})\b(?! (?:public|"
            r"world|answer|confirmation|denial|applicant|reasons?)\b)"
            r"|\b(?:names?|details|parts|passages|pages) (?:was|were|has been|have been) (?:removed|"
            r"deleted|blanked|obscured|left out)\b"
        ),
    ),
    (
        "“the number is”",
        phrase(
            r"\bthe (?:total |exact |actual )?(?:number|figure|total|amount) (?:is|are|was|were|stands at|"
            r"came to)\b"
            r"|\bthe (?:total |exact |actual )?(?:numbers?|figures?|cost|amount|spending|expenditure|"
            r"budget) (?:of (?!(?:police )?forces|people|requests|factors)(?:\w+ ){1,5}?)?(?:is|are|was|"
            r"were|has been|stands at|came to|amounts to) (?:about |only |over |under |nearly "
            r")?(?:£?[0-9]+(?:,[0-9]{3})*|nil\b|zero\b|none\b)"
            r"|\bcost (?:us |the force )?(?:about |over |under )?£[0-9]+(?:,[0-9]{3})*"
        ),
    ),
    (
        "“we used”",
        phrase(
            rf"(?<!\bthat\s)\b{_US} (?:{_AUXILIARY} ){{0,4}}{_USED}\b(?! to\b| (?:here )?(?:(?:the|this|"
            rf"that|a|an|our|its|in|it in) )?(?:\w+ )?{_OF_THE_WRITING}\b|\s*[\u201c\"\u2018])"
        ),
    ),
    (
        "“is in use”",
        phrase(
            r"\b(?:technolog(?:y|ies)|techniques?|equipment|systems?|devices?|methods?|software|drones?|"
            rf"tools?|it) (?:\w+ )?{_BE} (?:not |never |now |currently |already |still |also |being )*(?:in "
            rf"use|in service|deployed|trialled|used by {_BY_US})\b"
            rf"|\b(?:used|deployed|operated|owned|bought|purchased|trialled|flown) by {_BY_US}\b"
            r"|\bofficers (?:have |had )?(?:used|deployed|watched|flew|tested|trialled)\b"
            r"|\b(?:in use|used|deployed|trialled) since\b"
            r"|\bremains? in use\b"
            r"|\bthere (?:was|were|has been|have been) (?:an?|one|two|several|[0-9]+) (?:\w+ "
            r")?(?:deployments?|trials?|flights?|operations?|purchases?|pilots?)\b"
            r"|\b(?:was|were) (?:bought|purchased|procured) (?:in|from|for)\b"
            r"|\bno (?:such )?(?:use|trials?|deployments?|flights?|operations?|evaluations?|purchases?) "
            r"(?:has|have|was|were|took)\b"
            r"|\b(?:led to|resulted in) (?:\w+ )?(?:[0-9]+|several|many|two|three) (?:\w+ )?(?:arrests?|"
            r"convictions?|charges?)\b"
            r"|\b(?:used|deployed|flown|trialled) (?:on )?(?:\w+ )?(?:once|twice|(?:[0-9]+|several|two|"
            r"three|four|many) (?:times|occasions))\b"
            r"|\b(?:since|when|after|before|until) (?:it|they|the (?:\w+ )?(?:technology|system|equipment|"
            r"software|trial|device)) (?:was|were) (?:first )?(?:bought|purchased|introduced|installed|"
            r"deployed|trialled|withdrawn|used)\b"
        ),
    ),
    (
        "“already released”",
        phrase(
            r"\b(?:has|have) (?:already|previously) been (?:partly |partially )?(?:disclosed|released|"
            r"supplied|provided)\b"
            r"|\b(?:already|previously) (?:disclosed|released|supplied|provided|confirmed) (?:in part|by "
            r"us|to you)\b"
            r"|\b(?:disclosed|released|supplied) in part\b"
            rf"|\b{_US} (?:have |has )?(?:already|previously) (?:disclosed|released|supplied|provided|"
            r"confirmed)\b"
        ),
    ),
    (
        "“we have searched”",
        phrase(
            rf"\b{_US} (?:have |has )?(?:carried out|made|conducted|completed) (?:\w+ "
            r"){0,2}?search(?:es)?\b"
            rf"|\b{_US} (?:have |has )?searched\b"
            r"|\b(?:a|the) (?:\w+ )?search (?:of|was|has been|found|showed|returned)\b"
            r"|\bsearches (?:were|have been) (?:made|carried out|conducted)\b"
        ),
    ),
    (
        "“the applicant is right”",
        phrase(
            r"\b(?:(?:applicant|requester) is|you are) (?:\w+ )?(?:right|correct|wrong|mistaken)\b(?! to\b)"
            rf"|\bfact that {_US} (?:do not |does not )?(?:holds?|uses?|owns?)\b"
        ),
    ),
    (
        "“is enclosed”",
        phrase(
            rf"\b(?:copy|table|list|{_THINGS}) {_BE} (?:attached|enclosed|annexed|sent)\b"
            rf"|\b(?:attached|enclosed) (?:copy|table|list|{_THINGS})\b"
        ),
    ),
)
"""What reads as if information were held: often careless words, and at times meant otherwise."""

_SUPPOSED: Final = phrase(
    r"\b(?:if|whether|whatever|whichever|(?:statement|answer|claim|belief|rumour)s? that|for (?:example|"
    r"instance)|to (?:state|say|claim|declare|admit)|were (?:it|there|we|the)|would|could|might|may|should|"
    r"unless|when|where|wherever|suppos\w+|assum\w+|presum\w+|hypothe\w+|possib\w+|as though|regardless|"
    r"irrespective|confirm\w*|den(?:y|ies|ied|ying|ial|ials)|suggest\w*|indicat\w*|impl(?:y|ies|ied|ying)|"
    r"infer\w*|conclude\w*|neither|either|any|told|right|duty)\b"
    r"|\b(?:not|nor|never|no) (?:\w+ ){0,4}?(?:mean\w*|say\w*|statement|admission|evidence|sign|proof|"
    r"proves?|reveals?|shows?|tells?)\b",
)
"""What makes a sentence speak of a possibility; it counts where it stands before the words noticed."""
_REASON: Final = phrase(r";|\b(?:because|but|although|though)\b")
"""Where a possibility may end, and what is so begins."""
_OTHERWISE: Final = phrase(
    r"\b(?:not|rather than|instead of|as opposed to|distinct from|different from|separate from|unlike|nor|"
    r"interest in|interest in the|sections?|the Act)\b"
)
"""Before a hint: a sentence that tells the two tests apart, or what the law says; N04 reads the rest."""


def leak_of(sentence: Sentence, authority: str | None = None) -> Leak | None:
    """Return what a sentence gives away: its first assertion, or else its first hint.

    Args:
        authority: Whose name stands for "we".
    """
    text = unquoted(sentence.text)
    if authority:
        text = _named(authority).sub(lambda name: "we".ljust(len(name[0])), text)
    before = _Before(text)
    return _first(text, _ASSERTIONS, before.is_supposed) or _first(text, _HINTS, before.is_told_apart)


@cache
def _named(authority: str) -> re.Pattern[str]:
    return phrase(rf"\b{' '.join(map(re.escape, authority.split()))}(?!\w)")


def _first(text: str, kinds: Iterable[_Kind], doubt: Callable[[int], bool | None]) -> Leak | None:
    found = [
        Leak(kind=kind, found=words, asserts=kinds is _ASSERTIONS, in_doubt=in_doubt)
        for kind, pattern in kinds
        for words in pattern.finditer(text)
        if (in_doubt := doubt(words.start())) is not None
    ]
    return min(found, key=lambda leak: (leak.in_doubt, leak.found.start()), default=None)


class _Before:
    """What stands before each place of a sentence, found once."""

    def __init__(self, text: str) -> None:
        self._supposed = [found.span() for found in _SUPPOSED.finditer(text)]
        self._reasons = [found.end() for found in _REASON.finditer(text)]
        self._otherwise = _OTHERWISE.search(text)

    def is_supposed(self, at: int) -> bool | None:
        """Return whether it is in doubt that what stands there is so; None where it is a supposition."""
        ended = bisect_right(self._supposed, at, key=itemgetter(1))
        if not ended:
            return False
        reasons = bisect_right(self._reasons, at)
        since = self._reasons[reasons - 1] if reasons else 0
        return None if self._supposed[ended - 1][0] >= since else True

    def is_told_apart(self, at: int) -> bool | None:
        """Return False where a hint is one; None where it is supposed, or the two tests are told apart."""
        apart = self._otherwise is not None and self._otherwise.end() <= at
        return None if apart or self.is_supposed(at) is not False else False

"""What an answer says beside the decision: a refusal in words has the duties of one, section 17(1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flows.domain.assessment import REFUSALS, Outcome
from flows.domain.checks.leaks import in_our_voice
from flows.domain.checks.rule import Draft, Noticed, rule
from flows.domain.checks.words import one_of, phrase, unquoted
from flows.domain.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flows.domain.assessment import Part
    from flows.domain.checks.words import Passage, Sentence
    from flows.domain.provisions import Provisions


@rule("X20", Severity.BLOCK, citation="FOIA s.17(1)(b)")
def refuses_in_no_answer(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """The answer of a part that refuses nothing withholds nothing in words, and no answer hints at NCND.

    A refusal needs its exemption and its reasons, wherever it is written. An answer may speak of what another
    part refuses.
    """
    for place, part in draft.parts():
        for passage in draft.under(f"{place}.answer"):
            for sentence in passage.sentences:
                yield from _refusal(draft, law, part, passage, sentence)


def _refusal(
    draft: Draft, law: Provisions, part: Part, passage: Passage, sentence: Sentence
) -> Iterator[Noticed]:
    text = in_our_voice(unquoted(sentence.text), draft.request.authority if draft.request else None)
    for patterns in _against(part, text):
        found = _first(patterns[True], text)
        if patterns is _REFUSALS:
            found = found or _applies(passage, sentence, text, law)
        words = found or _first(patterns[False], text)
        if words is None:
            continue
        outcomes = {Outcome.MAINTAIN} if patterns is _STANCES else REFUSALS - {Outcome.MAINTAIN}
        elsewhere = any(each is not part and each.outcome in outcomes for each in draft.assessment.parts)
        if elsewhere and _OTHER_PART.search(text):
            continue
        in_doubt = not found or elsewhere or _DOUBT.search(text)
        yield Noticed(
            severity=Severity.WARN if in_doubt else None,
            place=passage.place,
            span=sentence.span(words),
            sentence=_SAID[patterns is _STANCES],
            mend="Make a part of what is refused, with its exemption, its reasons and its outcome; or take "
            "the words out.",
        )
        return


_SAID: Final = {
    True: "The answer reads as if something is neither confirmed nor denied, and its part does not.",
    False: "The answer reads as if something were withheld, and its part refuses nothing.",
}


def _against(part: Part, text: str) -> Iterator[Mapping[bool, tuple[re.Pattern[str], ...]]]:
    """Yield the words that go against a part's outcome; nothing is refused that is not there."""
    if part.outcome is not Outcome.MAINTAIN:
        yield _STANCES
    if part.outcome not in REFUSALS and not _NOT_THERE.search(text):
        yield _REFUSALS


# What it may say

_WE: Final = (
    r"(?:we(?:['\u2019](?:re|ve|ll))?|I|(?:the|this|our) (?:force|authority|council|department|constabulary"
    r"|trust|organisation|office))"
)
_NOW: Final = one_of(
    "have has must do does also therefore now still currently are is am being been had to decided chosen "
    "however accordingly hereby will shall partly already"
)
_INFORMATION: Final = (
    r"(?:information|data|names?|details?|figures?|documents?|records?|reports?|cop(?:y|ies)|address(?:es)?"
    r"|locations?|pages?|paragraphs?|passages?|columns?|rows?|cells?|entries|annex(?:es)?|appendi(?:x|ces)|maps?"
    r"|parts?|rest|remainder|some|others?|contents?|e-?mails?|attachments?|minutes|material)"
)
_IT: Final = r"(?:it|them|these|those|this|that|anything)"
_GIVE: Final = r"(?:releas|provid|suppl|giv|shar|send|publish|communicat|nam)(?:e|ing|ed|y|ying|ied|en)?"
_DISCLOSE: Final = r"(?:disclos|releas)(?:e|ing|ed)"
_ON: Final = r"(?:(?!\b(?:and|but|because|as|since|which|that)\b)[^.;:,]){0,60}?"
"""On in one clause."""
_OF_IT: Final = rf"{_ON}\b(?:{_INFORMATION}|{_IT})\b"
_REFUSE: Final = (
    r"(?:refus(?:e|es|ed|ing)|declin(?:e|ed|ing)) "
    rf"(?:(?:your|this|that|the|to answer) {_ON}(?:requests?|questions?|parts?|points?)|question|part"
    rf"|to {_DISCLOSE}|to {_GIVE}{_OF_IT})"
)
_WITHHOLD: Final = (
    r"(?:withh(?:olds?|olding|eld)|redact(?:s|ed|ing)?)\b(?! (?:\w+ ){0,3}?(?:nothing|none|no|any|neither|pay"
    r"|rent|payments?|funding|money|grants?|consent|permission|licences?|benefits?|deposits?|support)\b)"
)
_REMOVE: Final = (
    r"(?:remov(?:ed|ing)|omitt(?:ed|ing)|(?:black|blank|mask|edit|cross)(?:ed|ing) out|tak(?:en|ing) out"
    r"|blotted out|cut out|struck (?:out|through)|obscur(?:ed|ing)|mask(?:ed|ing))"
)
_KEPT_BACK: Final = rf"(?:h(?:eld|olding) back|le(?:ft|aving) out|{_REMOVE})"
_CANNOT: Final = (
    r"(?:cannot|can ?not|can['\u2019]t|(?:are|am|is) (?:unable|not able|not prepared|not willing|unwilling"
    r"|not(?= \w+ing\b))"
    r"|(?:will not|won['\u2019]t)"
    r"|do not (?:intend|propose|wish)|does not (?:intend|propose)|decided not|chosen not)"
    r" (?:to )?(?:be (?:able to )?)?"
)
_SECTION: Final = r"sections? (?:2[1-9]|3[0-9]|4[0-4])(?![0-9])(?! of the (?!Act\b|Freedom|FOI))"


def _phrases(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(phrase(pattern) for pattern in patterns)


_REFUSALS: Final = {
    True: _phrases(
        rf"\b{_WE} (?:{_NOW} ){{0,4}}(?:{_WITHHOLD}(?:{_OF_IT}|{_ON}\b{_SECTION})|{_REFUSE})",
        rf"\b{_WE} (?:{_NOW} ){{0,3}}{_CANNOT}{_DISCLOSE}{_OF_IT}",
        rf"\b{_WE} (?:{_NOW} ){{0,3}}(?:rely(?:ing)?|relies|appl(?:y|ying|ies|ied)|claim(?:ing)?"
        rf"|invok(?:e|ing)) (?:on )?(?:(?:the|an|this) exemptions?(?! from (?!disclos))|{_SECTION})",
        rf"\b{_INFORMATION}\b{_ON}\b(?:is|are|has been|have been|remains?|must be) (?:{_NOW} )?(?:being )?"
        r"(?:withheld|redacted)\b(?! from (?:the|an?) (?!public|disclos|request))",
        rf"\b(?:is|are) (?:{_NOW} )?exempt (?:from (?:disclosure|release)|under (?:the Act|{_SECTION})"
        r"|by virtue of)\b",
        rf"\b{_INFORMATION}\b[^.;:]{{0,80}}?\b(?:will not|won['\u2019]t|cannot|can['\u2019]t|can not"
        rf"|is not to|are not to|is not being|are not being|must not) (?:be )?{_DISCLOSE}\b",
        r"\b(?:questions?|parts?|requests?|points?) (?:\w+ ){0,4}?(?:is|are|has been|have been|must be) "
        rf"(?:{_NOW} )?refused\b",
        r"\b(?:a|the|this) (?:\w+ )?redacted (?:cop(?:y|ies)|versions?|form|document)\b"
        r"(?! (?:\w+ ){0,5}?(?:was|were|had|each)\b)"
        r"|\b(?:has|have|with|made|contains?|includes?) (?:\w+ ){0,2}?redactions?\b"
        r"|\bredactions? (?:\w+ ){0,2}?(?:have been|has been|were|are) (?:made|applied)\b",
        r"\A\W*(?:withheld|redacted|exempt)\b(?! (?:from (?!disclos|release)))",
        r"\b(?:acts?|serves?|stands?) as (?:a|our|the) (?:\w+ )?(?:refusal notice|notice of refusal)\b"
        r"|\bthis is (?:a|our) (?:refusal notice|notice of refusal)\b",
    ),
    False: _phrases(
        rf"\b{_WE} (?:{_NOW} ){{0,4}}(?:{_KEPT_BACK}{_OF_IT}|{_WITHHOLD})",
        rf"\b{_WE} (?:{_NOW} ){{0,2}}(?:left|held|taken|blanked|edited) {_OF_IT}{_ON} (?:out|back)\b",
        rf"\b{_WE} (?:{_NOW} ){{0,3}}(?:\w+ed (?:\w+ ){{0,3}}?(?:and|but) )?{_CANNOT}{_GIVE}{_OF_IT}",
        r"\b(?:is|are|has been|have been) (?:\w+ )?(?:being )?(?:(?:black|blank|mask)ed out|redacted"
        r"|obscured)\b",
        rf"\b{_INFORMATION}\b{_ON}\b(?:is|are|has been|have been) (?:{_NOW} )?(?:being )?{_KEPT_BACK}\b",
        rf"\b{_INFORMATION}\b[^.;:]{{0,80}}?\b(?:will not|cannot|can not|must not) be {_GIVE}\b",
        rf"\bnot in the public interest (?:for us )?to (?:{_DISCLOSE}|{_GIVE})\b",
        rf"\b{_INFORMATION}\b{_ON}\b(?:is|are|has|have) not (?:been )?"
        rf"(?:attached|enclosed|included|{_GIVE}|{_DISCLOSE})\b",
        rf"\b(?:under|by virtue of|pursuant to|in (?:line|accordance) with|because of|due to) (?:the )?"
        rf"(?:exemptions? (?:at|in|under) )?{_SECTION}",
        r"\bexceed(?:s|ing)? the (?:\w+ )?limit\b|\bcost limit\b|\b(?:refusal notice|notice of refusal)\b",
    ),
}
"""Words of a refusal, plain ones under True: what is done now, by the authority, with information."""
_STANCES: Final = {
    True: _phrases(
        rf"\b(?:{_WE}|can|will|must|would|shall) (?:\w+ ){{0,3}}?neither confirm(?:s|ing)? "
        r"n?or den(?:y|ies|ying)\b",
        rf"\b{_WE} (?:\w+ ){{0,2}}?(?:cannot|can not|will not|do not|are unable to|are not obliged to) "
        r"(?:either )?confirm or deny\b",
        r"\bduty to confirm or deny (?:\w+ ){0,3}?(?:does not|is excluded|is disapplied)\b",
        r"\bshould not be (?:taken|read|seen|understood) [^.;]{0,80}?\b(?:is or is not|does or does not"
        r"|do or do not) (?:\w+ ){0,2}?(?:held|hold|exist)\b",
        r"\b(?:is|are) neither confirmed nor denied\b",
    ),
    False: _phrases(
        rf"\b{_WE} (?:\w+ ){{0,2}}?(?:cannot|can not|will not|would not|do not|decline to|refuse to) "
        r"(?:say|tell|confirm|state|comment|disclose)(?: you)? (?:on )?(?:whether|if)\b",
    ),
}
"""Words by which the authority neither confirms nor denies, plain ones under True."""
_DISOWNED: Final = phrase(
    r"\b(?:no|not|never|nothing|none|no longer|without|rather than|instead of|nor|considered|considering|if|"
    r"unless|had|when|whether(?! \w+(?: \w+)? (?:is|are) held\b)|where|how|policy"
    r"|other (?:forces|authorities|bodies)|unredacted)\b"
)
"""Before the words noticed: they are denied, or of what might be, or of others."""
_NOT_THERE: Final = phrase(
    r"\b(?:not|never|none (?:was|were|is|are)|no (?:such )?(?:records?|information|data|figures)) "
    r"(?:\w+ ){0,2}?(?:held|hold|collected|collect|recorded|record|kept|keep|exist|known|created|made)\b"
)
_DOUBT: Final = phrase(r"\b(?:would|could|might|may|polic(?:y|ies)|procedures?|guidance)\b")
"""The sentence may be about what might be refused, or about rules for that."""
_OTHER_PART: Final = phrase(
    r"\b(?:part|question) (?:[0-9]+|one|two|three|four|five|six)\b"
    r"|\b(?:other|another|first|second|third|fourth|next|last) (?:part|question)s?\b"
)
_RELIES: Final = _phrases(r"\b(?:appl(?:y|ies)|(?:is|are) engaged|exempts?|protects?)\b")
_ANOTHER_ACT: Final = phrase(
    r"\bof the (?!Act\b|Freedom|FOI|request)(?:\w+ ){1,5}?Act\b|\bAct (?:19|20)\d\d\b"
)


_BETWEEN_CLAUSES: Final = re.compile(r"[;:,]|\bbut\b|\band\b")
_FAR: Final = 200


def _first(patterns: tuple[re.Pattern[str], ...], text: str) -> re.Match[str] | None:
    """Return the first words that one of the patterns notices and that are not disowned."""
    found = (words for pattern in patterns for words in pattern.finditer(text))
    meant = [words for words in found if not _DISOWNED.search(_clause(text, words.start()))]
    return min(meant, key=lambda words: words.start(), default=None)


def _clause(text: str, end: int) -> str:
    """Return what stands before a place in its own clause, of a long one the end."""
    return _BETWEEN_CLAUSES.split(text[max(0, end - _FAR) : end])[-1]


def _applies(passage: Passage, sentence: Sentence, text: str, law: Provisions) -> re.Match[str] | None:
    """Return the words by which an exemption of the Act is said to apply."""
    cited = (each for found in passage.cited_in(sentence) for each in found.citations)
    ours = not _ANOTHER_ACT.search(text) and any(law.of_section(each) for each in cited)
    return _first(_RELIES, text) if ours else None

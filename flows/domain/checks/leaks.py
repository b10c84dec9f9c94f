"""What gives away whether information is held: assertions, and words that read as if it were.

A small grammar: who (the authority) and what (records, means, operations), and then what is said of
them. It knows forms of words, not their meaning: where it notices nothing, that is no proof.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
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
        in_doubt: The sentence may speak of a possibility, of what anyone holds, or of what is published.
    """

    kind: str
    found: re.Match[str]
    asserts: bool
    in_doubt: bool = False


# Who

_BODY: Final = one_of(
    "force authority council department constabulary trust organisation directorate bureau branch"
)
_US: Final = rf"(?:we|I|(?:the|this|our) {_BODY})"
_BY_US: Final = rf"(?:us|(?:the|this|our) {_BODY}|our officers)"
_OUR: Final = rf"(?:our|(?:the|this) {_BODY}['\u2019]s)"
_AUXILIARY: Final = one_of(
    "have has had do does did been also already since currently still now never not first only stopped "
    "ceased began started can hereby"
)

# What

_THINGS: Final = (
    r"(?:information|records?|documents?|data(?! protection\b)|material|recordings?|footage|files?|logs?|"
    r"e-?mails?|copies|copy|reports?|correspondence|spreadsheets?|authorisations?|contracts?|agreements?|"
    r"polic(?:y|ies)|devices?|equipment|drones?|figures|statistics|details|images?|photographs?|"
    r"intelligence|lists?|plans?|licen[cs]es?|passages|pages|entries|extracts|registers?|complaints?|"
    r"allegations?|referrals?)"
)
_MEANS: Final = (
    r"(?:technolog(?:y|ies)|techniques?|equipment|systems?|devices?|methods?|software|tools?|drones?|"
    r"cameras?|catchers?|scanners?|aircraft|capabilit(?:y|ies)|tactics?|means)"
)
_DOINGS: Final = (
    r"(?:evaluation|deployments?|purchases?|suppliers?|trials?|pilots?|results|operations?|surveillance|"
    r"exercise|flights?|investigation|inquir(?:y|ies)|enquir(?:y|ies)|database)"
)
_THESE: Final = r"(?:the|this|that|these|those|our)"
_BE: Final = r"(?:is|are|was|were|has been|have been|had been)"
_ADVERBS: Final = one_of("not also never now no longer already currently indeed still being therefore both")
_WITHIN: Final = (
    r"(?:(?!(?:that|which|who|whom|if|it|whether|where|when|and|or|nor|but|because|as|would|could|so|is|"
    r"to (?:be|have|do|say|confirm)|are|was|were)\b)[\w'\u2019-]+ )"
)
"""A word between a thing and what is said of it: another clause does not begin with it."""
_NOT_ABOUT: Final = r"(?!(?:about|against|at|before|by|during|for|in|into|on|over|under|with)\b)"
_END: Final = r"(?=\s*(?:[.,;:!?)]|\Z)| (?:but|and|in|on|at|of|for|than|about|though|beyond|elsewhere)\b)"
"""What follows a word that stands for a thing, or an answer, by itself."""

# What is said of it

_USED: Final = one_of(
    "use uses used using deploy deploys deployed deploying trialled trialling tested testing piloted "
    "bought purchased procured acquired installed own owns owned possess possesses possessed flew watched "
    "tried commissioned destroyed watching monitored monitoring recorded operate operates operated retain "
    "retains retained"
)
_OF_THE_WRITING: Final = one_of(
    "view word words term terms phrase sense test tests guidance wording formula level approach exemption "
    "exemptions section discretion power powers tactics range variety argument arguments reason reasons "
    "factor factors"
)
"""What a writer uses: “we use the word” gives nothing away."""
_NOT_THE_WRITING: Final = (
    rf"(?! to\b| (?:here )?(?:(?:the|this|that|a|an|our|its|in|it in) )?(?:\w+ )?{_OF_THE_WRITING}\b|"
    r"\s*[\u201c\"\u2018])"
)
_GOT: Final = r"(?:found|located|identified|retrieved|traced|recovered)"
_SHOWS: Final = (
    r"(?:contain|show|record|mention|relate|concern|include|comprise|consist|describe|detail|remain|identif|reveal|name|"
    r"list|date|belong|run|last|end|start|target|cost)(?:s|es|ed|ies|ied)?|(?:is|are|was|were|has|have|had|"
    r"comes?|came|will|began|ran|led|took|formed)"
)
_NOT_OF_THE_REQUEST: Final = (
    r"(?! (?:\w+ )?(?:requested|sought|asked|described|summarised|set out|neither|entitled)\b)"
)
_NOT_THIS_PAPER: Final = r"(?!this (?:document|report|exercise)\b)(?!the data (?:protection|shows?)\b)"
_WE_CONFIRM: Final = (
    rf"(?:(?<!\bwhen\s)(?<!\bwhere\s)(?<!\bwhich\s)\b{_US} (?:(?:can|do|does|have|has|hereby|also|now|"
    r"already|previously|(?:am|are|is) able to) ){0,2}(?:confirm(?:s|ed)?|deny|denies|denied)|\bit (?:is|"
    r"can be) confirmed)\b"
)

_PERFORMED: Final = phrase(_WE_CONFIRM)
_CONFIRMED: Final = phrase(
    rf"{_WE_CONFIRM}(?:(?!\b(?:whether|if|nor|or|would|could|meetings?)\b)[^.;]){{0,120}}?\b(?:holds?|held|"
    rf"deploy(?:s|ed)|in use|(?:own|possess)(?:s|es|ed)?|tried|trialled|purchased|bought|(?:located|used?|"
    rf"uses){_NOT_THE_WRITING})\b"
)
_UNTRUE: Final = phrase(
    r"\b(?:denials?|(?:denying|deny) (?:it|this|that)) (?:would|could|will) (?:(?:therefore|simply"
    r"|plainly) )?"
    r"(?:be (?:an? )?(?:untrue|false|lie|untruth|falsehood|dishonest|incorrect|inaccurate|untruthful)|"
    r"not be (?:true|right|accurate|honest|truthful))\b(?! (?:if|where|were|should|whenever|in)\b)"
)
_ASSERTIONS: Final[tuple[_Kind, ...]] = (
    ("“we confirm that”", _CONFIRMED),
    ("“a denial would be untrue”", _UNTRUE),
    (
        # What is held follows, and is information: "we hold the view" and "what the force holds" say
        # nothing of it.
        "“we hold”",
        phrase(
            rf"\b{_US} (?:{_AUXILIARY} ){{0,3}}(?:hold|holds|held)"
            rf"(?! or (?:do|does) not\b)\b(?= (?:{_NOT_ABOUT}{_WITHIN}){{0,5}}?{_THINGS}\b"
            rf"| (?:no )?(?:it|them|nothing|none|more|some|any|both|neither|one|two|three|[0-9]+)\b{_END})"
            rf"|\b{_US} (?:am|is|are|was|were) (?:{_ADVERBS} ){{0,2}}in possession of\b"
        ),
    ),
    (
        "“is held”",
        phrase(
            rf"\b(?:{_THINGS} {_WITHIN}{{0,6}}?|{_THINGS} (?:(?:requested|sought|(?:that )?you \w+"
            rf"(?: \w+){{0,2}}) )?){_BE} (?:{_ADVERBS} ){{0,3}}held\b(?! (?:to|that)\b)"
            rf"|\bno {_WITHIN}{{0,2}}?{_THINGS} held\b"
        ),
    ),
    (
        "“is withheld”",
        phrase(
            rf"\b(?:{_THINGS}|it|this|these|they|rest|remainder|parts?) {_WITHIN}{{0,6}}?{_BE} "
            rf"(?:{_ADVERBS} ){{0,2}}withheld\b"
            rf"|\b{_US} (?:have |has )?(?:withheld|withholds?)\b(?! (?:an |any |our )?(?:answer|reply)\b)"
        ),
    ),
    (
        "“was found”",
        phrase(
            rf"\b(?:nothing|none|no trace|{_THINGS}) {_WITHIN}{{0,6}}?(?:was|were|has been|have been|could "
            rf"be|can be) (?:not )?{_GOT}\b(?! to\b)"
            rf"|\b{_US} (?:have |has )?{_GOT} {_WITHIN}{{0,3}}?{_THINGS}\b"
            rf"|\b(?:search(?:es)?|enquir(?:y|ies)|checks?) {_WITHIN}{{0,5}}?(?:found|located|identified|"
            rf"returned|(?:failed to|did not|has not|have not) (?:{_GOT}|find|locate|identify|return)|"
            rf"brought back|produced|yielded) {_WITHIN}{{0,4}}?(?:{_THINGS}|nothing|trace|results?)\b"
        ),
    ),
    (
        "“redacted”",
        phrase(
            rf"\b{_BE} (?:{_ADVERBS} |partly |partially |heavily )?redacted\b|\bwith (?:\w+ )?redactions?\b"
            r"|\bredacted (?:cop(?:y|ies)|versions?|form)\b"
        ),
    ),
    (
        "“we have no record”",
        phrase(
            rf"\b{_US} (?:have|has|had|keeps?|kept) no (?:(?:such|relevant|other|further) )?(?:records?|"
            r"recordings?|documents?|files?|logs?|trace)\b(?! (?:polic|keep|manage|centre))"
        ),
    ),
    (
        "“the documents contain”",
        phrase(
            r"\b(?:the|these|those|our) (?:\w+ )?(?:documents?|records?|recordings?|files?|logs?|e-?mails?) "
            r"(?:also )?contain(?:s|ed)?\b(?! in\b)"
        ),
    ),
)
"""What asserts that information is held, or is not: kind of words, and the words."""

_HELD: Final = phrase(
    rf"(?<!\bwhat\s)(?<!\bmuch\s)\b{_THINGS}(?: (?:requested|sought|described|in question))?"
    rf"(?:,? (?:that|which) {_BE})?(?: {_ADVERBS})? (?:held|withheld|redacted|retained|recorded)\b"
    r"(?! (?:to|that|against|accountable|responsible|by (?:public|other|most|all))\b)"
    rf"|\b(?:held|withheld|redacted|retained) {_THINGS}\b"
    r"|\A\W*what (?:is|was) (?:held|withheld)\b"
    rf"|\A\W*what {_US} (?:do )?(?:holds?|withholds?|(?:have|has) (?:found|withheld))\b"
    rf"|\b(?:number|count|total) of (?:\w+ ){{1,3}}?(?:held|recorded|withheld) {_BE}\b"
)
_MONTHS: Final = one_of(
    "January February March April May June July August September October November December"
)
_PUT_TOGETHER: Final = r"(?:(?!(?:public|published|annual|inspection|national)\b)[\w-]+ ){0,2}?"
_THERE: Final = phrase(
    rf"\bthere (?:is|are|was|were|have been|has been) (?:now |also |already |indeed |currently )?(?:an?|some|"
    r"one|two|three|four|five|six|seven|eight|nine|ten|[0-9]+|several|many|various|a number of) "
    rf"{_PUT_TOGETHER}(?!plans?\b|details\b|equipment\b|polic|means\b){_THINGS}\b"
    rf"(?! (?:to|that|in (?!(?:(?:early|late) )?(?:{_MONTHS}|20[0-9]{{2}})))\b)"
    rf"|\b{_THINGS} (?:[\w'\u2019-]+ ){{0,3}}?{_BE} (?:{_ADVERBS} )?on (?:our |the )?(?:files?|records?)\b"
    rf"|(?<!\bany\s)(?<!\bevery\s)\b(?:{_THINGS}|letters?|calls?|statements?|tip-offs?) (?:that |which "
    rf")?{_US} "
    rf"(?:{_AUXILIARY} )?(?:received|investigated|upheld|recorded|opened|obtained|took|gathered)\b"
)
_FINDS: Final = phrase(
    r"\b(?:the|this|that|these|those|our) (?!published\b|annual\b|inspection\b)(?:\w+ )?(?:reports?|"
    r"e-?mails?|files?|correspondence|reviews?|memos?|minutes|statements?|complaints?|allegations?) "
    r"(?:also |all |both )?(?:concludes?|concluded|recommends?|recommended|criticises?|criticised|finds?|"
    r"found|alleges?|alleged|accuses?|accused|raises?|raised|explains?|explained|quotes?|quoted)\b"
)
_HINTS: Final[tuple[_Kind, ...]] = (
    ("“the information held”", _HELD),
    ("“there are files”", _THERE),
    ("“the report concludes”", _FINDS),
    (
        "“officers are looking into it”",
        phrase(
            rf"\b(?:{_US}|officers|staff|detectives|inspectors|our \w+ (?:team|unit)) (?:are|is|were|was|"
            rf"have been|has been) (?:{_ADVERBS} |actively ){{0,2}}(?:investigating|looking into|"
            r"inquiring into|enquiring into)\b"
            r"|(?<!\bwho\s)(?<!\bthat\s)(?<!\bwhich\s)\b(?:(?:is|are) (?:\w+ )?being|was|were|has been|"
            r"have been) (?:investigated|looked into|inquired into|interviewed)\b(?! by (?!us\b|officers))"
            rf"|\b{_THESE} (?:\w+ )?(?:investigation|inquiry|enquiry|complaints?|allegations?|referrals?) "
            r"(?:into|about|against|by|of|from) (?:[\w'\u2019-]+ ){1,5}?(?:has|have|had|is|are|was|were|"
            r"remains?|began|continues?)\b"
        ),
    ),
    (
        "“disclosure of the information”",
        phrase(
            r"\b(?:disclos(?:ure|e|ed|ing)|releas(?:e|ed|ing)|publi(?:cation|shing)|withhold(?:ing)?|"
            rf"providing|communicating|revealing) (?:of )?(?:all (?:of )?|some (?:of )?|most of )?{_THESE} "
            rf"(?:\w+ )?(?:{_THINGS}|(?:dates|times|locations) of {_THESE} {_DOINGS})\b"
            rf"|\bif (?:disclosed|released|published), {_THESE} (?:\w+ )?{_THINGS}\b"
            r"|\b(?:cannot|will not|unable to|not able to|decided to|decided not to|refuse to|decline to) "
            r"(?:be )?(?:releas(?:e|ing)|provid(?:e|ing)|disclos(?:e|ing)|supply(?:ing)?|send(?:ing)?|"
            r"withhold(?:ing)?|redact(?:ing)?) (?:you )?(?:with )?"
            rf"(?:it|them|copies|details|{_THESE})\b"
            r"(?! (?:public|world|answer|confirmation|denial|applicant|reasons?)\b)"
            r"|\b(?:cannot|can) be (?:released|disclosed|supplied|provided)\b"
            r"|\bredact(?:ed|ions?)\b(?! (?:\w+ )?(?:would|could|cannot|can|may|might|is not|does not)\b)"
        ),
    ),
    (
        "“already released”",
        phrase(
            r"\b(?:has|have) (?:already|previously) been (?:partly |partially )?(?:disclosed|released|"
            r"supplied|provided)\b"
            r"|\b(?:already |previously )?(?:disclosed|released|supplied|provided) in part\b"
            rf"|\b{_US} (?:have |has )?(?:already|previously) (?:disclosed|released|supplied|provided|"
            r"confirmed)\b"
            rf"|\b(?:table|names|{_THINGS}) {_BE} (?:attached|enclosed|annexed|sent|removed|deleted|blanked|"
            r"left out)\b"
            rf"|\b(?:attached|enclosed) (?:table|{_THINGS})\b"
        ),
    ),
    (
        "“the exempt information”",
        phrase(
            rf"\b{_THESE} (?:exempt|excluded|sensitive|remaining) {_THINGS}\b"
            rf"|\b(?:rest|remainder|some|parts?|much|most|all) (?:of )?{_THESE} (?:\w+ )?{_THINGS}\b"
            rf"|\b{_THINGS} (?:caught|captured|covered) by (?:your|the|this) (?:request|question|part)\b"
            rf"|\b{_THESE} (?:\w+ )?{_THINGS} {_US} (?:{_AUXILIARY} )?(?:hold|holds|held)\b"
            rf"|\b{_THINGS} (?:that|which) {_US} (?:{_AUXILIARY} )?(?:hold|holds|held)\b"
        ),
    ),
    (
        "“the information contains”",
        phrase(
            rf"\b{_NOT_THIS_PAPER}(?!that (?:the|\w+s)\b){_THESE} (?:[\w'\u2019]+ )?(?:{_THINGS}|{_DOINGS}) "
            r"(?:(?:requested|sought|described|in question|concerned|(?:that |which )?you (?:have )?\w+"
            rf"(?: for)?|(?:with|between|from) (?:the )?\w+) )?(?:also |mainly )?(?:{_SHOWS})\b"
            rf"{_NOT_OF_THE_REQUEST}"
            rf"|\b{_THINGS} you (?:seek|requested|(?:have )?asked for) {_BE}\b{_NOT_OF_THE_REQUEST}"
            rf"|\b(?:particulars|{_THINGS}) {_WITHIN}{{0,4}}?(?:is|are) contained (?:with)?in\b"
            r"|\bas (?:the|this|our) (?:\w+ )?(?:record|register|report|log|document|file|contract)s? "
            r"(?:says?|shows?|states?|notes?|records?|sets? out|makes? clear|confirms?)\b"
        ),
    ),
    (
        "“no such information exists”",
        phrase(
            rf"\bthe existence of {_THESE} (?:\w+ )?{_THINGS}\b"
            rf"|\b(?:no|the|such|these|those) (?:\w+ )?{_THINGS} (?:do not |does not |did not )?exist(?:s|"
            r"ed)?\b"
            rf"|\bthere (?:is|are|was|were) no (?:such )?(?!details\b|plans?\b|reports?\b){_THINGS}\b(?! "
            r"(?:to|that|on|in)\b)"
            rf"|\b{_US} (?:have|has) no (?:such |relevant )?(?:information|data|material)\b(?! (?:to|that|"
            r"as to|on how|about how|suggest\w*)\b)"
            r"|\bno trace\b|\bnothing (?:\w+ ){0,3}?exist(?:s|ed)\b"
            r"|\bthere (?:is|was) nothing to (?:disclose|release|withhold|redact|report)\b"
            r"|\b(?:nothing|none)(?: \w+){0,4}? (?:has|have|had) (?:ever )?been (?:bought|used|tried|"
            r"deployed|purchased|recorded)\b"
        ),
    ),
    (
        "“it is held”",
        phrase(
            r"\b(?:it|this|they|these) (?:is|are) (?:not )?held\b(?! that\b| by the courts?\b)"
            r"|\b(?:was|were|has been|have been) (?:since )?(?:weeded|wiped|destroyed|shredded)\b"
            r"|\b(?:is|are|was|were) marked (?:(?:as|top) )?(?:secret|official|confidential|restricted)\b"
        ),
    ),
    (
        "“having read the information”",
        phrase(
            r"\b(?:located|reviewed|considered|examined|read|viewed|watched|received?|receives|suppl(?:y|ies|"
            rf"ied)|obtained?|share[sd]?) {_THESE} (?:(?:contents?|copy) of {_THESE} )?(?:\w+ )?{_THINGS}\b"
            rf"|\b(?:provided|supplied|sent) us with {_WITHIN}{{0,3}}?{_THINGS}\b"
            r"|\b(?:considered|gone through|reviewed) line by line\b"
            r"|\b(?:carried out|made|conducted|completed|undertook|undertaken) (?:\w+ ){0,2}?search(?:es)?\b"
            rf"|\b{_US} (?:have |has )?searched\b"
            r"|\b(?:an?|the) (?:\w+ )?search (?:of|was|has been|found|showed|returned)\b"
            r"|\bsearches (?:were|have been) (?:made|carried out|conducted)\b"
            r"|\bcame (?:back|up) (?:blank|empty|negative)\b"
            rf"|\benquiries (?:with|of) {_WITHIN}{{1,5}}?(?:established|showed|revealed|confirmed|found)\b"
        ),
    ),
    (
        "“the answer is yes”",
        phrase(
            r"\b(?:answer|response|reply) (?:(?:to|for|on) (?:\(?[\w'\u2019]+\)? ){1,4})?(?:is|was) (?:a )?"
            rf"(?:yes|no|nil|none|zero|[0-9]+)\b{_END}"
            r"|\b(?:answer|response)(?: to (?:question|part) \w+)?\s*[:,-]\s*(?:yes|no|nil|none|zero|[0-9]+)"
            rf"\b{_END}"
            r"|\bnil (?:returns?|results?|response)\b|\bnegative results?\b"
            r"|\b(?:(?:applicant|requester) is|you are) (?:\w+ )?(?:right|correct|wrong|mistaken)\b(?! to\b)"
            rf"|\bfact that {_US} (?:do not |does not )?(?:holds?|uses?|owns?)\b"
            r"|\bthe (?:total |exact |actual )?(?:number|figure|total|amount) (?:is|are|was|were|stands at|"
            r"came to)\b"
            r"|\bthe (?:total |exact |actual )?(?:numbers?|figures?|cost|amount|spending|expenditure|"
            r"budget) (?:of (?!(?:police )?forces|people|requests|factors)(?:\w+ ){1,5}?)?(?:is|are|was|"
            r"were|has been|stands at|came to|amounts to) (?:about |only |over |under |nearly "
            r")?(?:£?[0-9]+(?:,[0-9]{3})*|nil\b|zero\b|none\b)"
            r"|\bcost (?:us |the force )?(?:about |over |under )?£[0-9]+(?:,[0-9]{3})*"
        ),
    ),
    (
        "“the person you name is”",
        phrase(
            r"\bthe (?:\w+ )?(?:individual|person|man|woman|informant|source|subject|officer)s? (?:you|named|"
            r"referred|concerned|in question|of your|involved)\b(?: [\w'\u2019]+){0,5}? (?:is|are|was|were|"
            r"has|have|had|remains?)\b(?! (?:entitled|asked)\b)"
            r"|\bthe supplier(?:['\u2019]s \w+)? (?:is|was|has|had|asked)\b"
            rf"|\b{_BE} (?:{_ADVERBS} |well )?known to (?:the police|us|{_BY_US}|officers)\b"
            r"|\b(?:is|are|was|were|remains?) (?:still |currently |now )?(?:under|(?:the )?subject "
            r"(?:to|of)) (?:an? |the |our )?(?:\w+ ){0,2}?(?:investigation|inquiry|operation|surveillance)\b"
            r"|\bforms? part of (?:an?|the|our) (?:\w+ ){0,3}?(?:case|evidence|investigation|operation|"
            r"prosecution|inquiry)\b"
            r"|\boperation (?-i:[A-Z])\w+ (?:is|was|remains|has|ran|ended|began)\b"
        ),
    ),
    (
        "“we used”",
        phrase(
            rf"(?<!\bthat\s)\b{_US} (?:{_AUXILIARY} ){{0,4}}{_USED}\b{_NOT_THE_WRITING}"
            rf"|\b(?:{_US}|our \w+ unit|(?:our )?officers) (?:{_AUXILIARY} ){{0,3}}(?:have|has|had) "
            rf"(?!\w+ed\b){_WITHIN}{{0,5}}?{_MEANS}\b(?! of\b)"
            rf"|\bofficers (?:have |had )?(?:{_AUXILIARY} )?(?:access to {_THESE} {_MEANS}|used|deployed|"
            r"watched|flew|tested|trialled)\b"
            rf"|\b{_US} (?:{_AUXILIARY} ){{0,3}}(?:keeps?|kept|maintains?|(?:have|has) in (?:our|its) "
            rf"possession) {_WITHIN}{{0,5}}?{_THINGS}\b"
            rf"|\b{_US} (?:am|is|are) aware of (?:no|one|two|three|several|[0-9]+)\b"
            rf"|\b{_US} (?:have |has )?never had\b(?! (?:regard|reason|cause)\b)"
            r"|\b(?:trained (?:in (?:its|the|their) use|to (?:use|operate|fly) (?:it|them|the|this|these))|"
            r"went live)\b"
            rf"|\b{_OUR} (?:own |covert |open |current |existing |recent |past |limited |continued |"
            rf"successful |planned ){{0,2}}(?:uses?|{_THINGS}|holdings?|search(?:es)?|relationship|cameras|"
            rf"software|{_DOINGS})\b(?!,? if any\b| of (?:this|the (?:word|term|phrase|exemption|exclusion)|"
            r"section|public|resources|powers)\b)"
        ),
    ),
    (
        "“is in use”",
        phrase(
            rf"\b(?:{_MEANS}|it) (?:\w+ )?{_BE} (?:{_ADVERBS} )*(?:in use|in service)\b|\bremains? in use\b"
            r"|(?<!\bofficers\s)\b(?:was|were|has been|have been|had been) (?:\w+ )?(?:trialled|deployed|"
            r"flown|piloted|bought|purchased|procured|installed|withdrawn from use)\b(?! against\b)"
            rf"|\b(?:{_MEANS}|it|this) (?:\w+ )?{_BE} (?:{_ADVERBS} |first |once )*(?:tried|introduced|"
            r"withdrawn|deployed|trialled)\b"
            rf"|\b(?:used|deployed|operated|owned|bought|purchased|trialled|flown) (?:since\b|by {_BY_US}\b)"
            r"|\bthere (?:was|were|has been|have been) (?:an?|one|two|three|four|several|[0-9]+) (?:\w+ )?"
            rf"{_DOINGS}\b"
            rf"|\bno (?:such )?(?:use|{_DOINGS}) (?:has|have|was|were|took)\b"
        ),
    ),
)
"""What reads as if information were held: often careless words, and at times meant otherwise."""

# In what mood

_SUPPOSED: Final = phrase(
    r"\A\W*(?:were|had|should)\b(?! (?:it|this|that) (?:helps?|assists?|be of)\b)"
    r"|\b(?:if(?! (?:it|this|that) (?:helps?|assists?|is of)\b)|whether|whatever|whichever|regardless|"
    r"irrespective|neither|either|as though|suppos\w+|assum\w+|presum\w+|hypothe\w+|confirm\w*|"
    r"den(?:y|ies|ied|ying|ials?)|suggest\w*|indicat\w*|"
    r"impl(?:y|ies|ied|ying)|infer\w*|were (?:it|there|we|an?|the)|an? (?:yes|no)|"
    r"(?:event|case) (?:that|where)|(?:answers?|responses?|repl(?:y|ies)|statements?|claims?|beliefs?|"
    r"rumours?|told|said|knew|(?<!\bto\s)(?<!\bshould\s)know(?:s|ing)?|be(?:come)? (?:known|clear|aware|"
    r"apparent)|learn\w*|concludes?|possible|conceivable) that|"
    r"(?<!\bwe\s)(?:believ\w+|think\w*|thought|alleg\w+|argu\w+|contend\w*|suspect\w*|assert\w*) that|"
    r"(?<!\bright\sto\s)(?<!\bfair\sto\s)(?<!\bable\sto\s)(?:say(?:ing)?|stat(?:e|ing)|claim(?:ing)?|"
    r"declar(?:e|ing)|admit(?:ting)?|reply(?:ing)?)|"
    r"(?:ask(?:s|ed|ing)?|request(?:s|ed)?|seek(?:s|ing)?|sought) (?:about|what|which|how|for (?:all|any|"
    r"every|information))|"
    rf"where(?= (?:\w+ )?{_THINGS} (?:is|are)\b)|"
    r"(?:tell|show|reveal|disclos|establish|mean|prov)(?:s|e|es|ing)? (?:\w+ ){0,3}?that)\b"
    r"|\b(?:not|nor|never|no) (?:\w+ ){0,4}?(?:mean\w*|say\w*|statement|admission|evidence|sign|proof|"
    r"proves?|reveals?|shows?|tells?)\b",
)
"""What governs the words noticed where it stands before them: they are what might be said, or be so."""
_DOUBTFUL: Final = phrase(
    r"\b(?:would|could|might|(?-i:may)|should|unless|when|where|wherever|possib\w+|any|told|right|duty|for "
    r"(?:example|instance)|(?:at|by|from|in|on) which)\b"
)
"""What makes a sentence speak of a possibility, often another one: an assertion stays in doubt."""
_REASON: Final = phrase(rf";|\b(?:because|but|although|though|whilst|however)\b|, and (?={_US}\b)")
"""Where a possibility may end, and what is so begins."""
_OF_OTHERS: Final = phrase(
    r"\b(?:tribunals?|courts?|commissioners?|inquiry|appeals?|authorities|bodies|police service|police "
    r"forces|the police|national archives|home office|college of policing|dvla|parliament|published|"
    r"publication scheme|public domain|website|kew|(?:every|each|other|most|many|all) (?:police )?forces?|"
    r"policing purposes?|law enforcement purposes?|securely|personal data|by law|public records?)\b"
)
"""Who else may hold it, or in what general sense anyone does."""
_OTHERWISE: Final = phrase(
    r"\b(?:not|rather than|instead of|as opposed to|distinct from|different from|separate from|unlike|nor|"
    r"interest in|interest in the|sections?|the Act|(?:courts?|tribunals?|commissioners?|judges?) \w+ that)\b"
)
"""Before a hint: a sentence that tells the two tests apart, or what the law says; N04 reads the rest."""


def leak_of(sentence: Sentence, authority: str | None = None) -> Leak | None:
    """Return what a sentence gives away: its first assertion, or else its first hint.

    Args:
        authority: Whose name, and whose initials, stand for "we".
    """
    return _leak_in(sentence.text, authority)


@lru_cache(maxsize=4_096)  # the sentences of templates stand in every paper
def _leak_in(sentence: str, authority: str | None) -> Leak | None:
    text = in_our_voice(unquoted(sentence), authority)
    mood = _Mood(text)
    return _first(text, _ASSERTIONS, mood.of_assertion) or _first(text, _HINTS, mood.of_hint)


_THE_ONES_HELD: Final = phrase(
    rf"(?:\A\W*|\b(?:and|of|in|from) )(?:the|its|their) (?:(?!of\b)\w+ ){{0,2}}?(?!information\b"
    rf"|data\b){_THINGS} "
    rf"(?:(?:that|which) )?{_US} (?:{_AUXILIARY} )?(?:hold|holds|held|has|have|keeps?|kept|received)\b"
)


def held_in(sentence: Sentence, authority: str) -> re.Match[str] | None:
    """Return the words of a summary of what was asked that say for the authority that it is held."""
    text = in_our_voice(unquoted(sentence.text), authority)
    leak = _first(text, _ASSERTIONS, _Mood(text).of_assertion)
    return leak.found if leak and not leak.in_doubt else _THE_ONES_HELD.search(text)


def in_our_voice(text: str, authority: str | None) -> str:
    """Return a text with "we" or "our" for the authority's name, each character where it was."""
    return _named(authority).sub(_as_we, text) if authority else text


@cache
def _named(authority: str) -> re.Pattern[str]:
    words = authority.split()
    initials = "".join(word[0] for word in words if word[0].isupper())
    short = rf"|(?-i:{re.escape(initials)})" if len(initials) > 1 else ""
    return phrase(rf"\b(?:{' '.join(map(re.escape, words))}{short})(?P<own>['\u2019]s)?(?!\w)")


def _as_we(name: re.Match[str]) -> str:
    return ("our" if name["own"] else "we").ljust(len(name[0]))


def _first(text: str, kinds: Iterable[_Kind], mood: Callable[[re.Match[str]], bool | None]) -> Leak | None:
    found = [
        Leak(kind=kind, found=words, asserts=kinds is _ASSERTIONS, in_doubt=in_doubt)
        for kind, pattern in kinds
        for words in pattern.finditer(text)
        if (in_doubt := mood(words)) is not None
    ]
    return min(found, key=lambda leak: (leak.in_doubt, leak.found.start()), default=None)


class _Mood:
    """In what mood a sentence speaks at each of its places.

    Each question is answered with whether it is in doubt that what stands there is so; None where it is
    a supposition.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _supposed(self) -> list[tuple[int, int]]:
        # "We confirm that …" supposes nothing, as "a confirmation that …" does.
        text = _PERFORMED.sub(lambda found: " " * len(found[0]), self._text)
        return [found.span() for found in _SUPPOSED.finditer(text)]

    @cached_property
    def _doubtful(self) -> list[int]:
        return [found.start() for found in _DOUBTFUL.finditer(self._text)]

    @cached_property
    def _reasons(self) -> list[int]:
        return [found.end() for found in _REASON.finditer(self._text)]

    @cached_property
    def _of_others(self) -> bool:
        return _OF_OTHERS.search(self._text) is not None

    @cached_property
    def _otherwise(self) -> re.Match[str] | None:
        return _OTHERWISE.search(self._text)

    def of_assertion(self, words: re.Match[str]) -> bool | None:
        at = words.start()
        supposed = self._is_supposed(at)
        if supposed is None or words.re is _CONFIRMED:
            return supposed
        return supposed or words.re is _UNTRUE or self._of_others or self._is_doubtful(at)

    def of_hint(self, words: re.Match[str]) -> bool | None:
        if words.re in {_HELD, _THERE, _FINDS} and self._of_others:
            return None
        # "That" may be the end of a supposition: "a response that information is held".
        at = words.start() + len("that") * words[0].lower().startswith("that ")
        apart = self._otherwise is not None and self._otherwise.end() <= at
        return None if apart or self._is_doubtful(at) or self._is_supposed(at) is not False else False

    def _is_supposed(self, at: int) -> bool | None:
        before = bisect_right(self._supposed, at, key=itemgetter(1))
        if not before:
            return False
        return None if self._supposed[before - 1][0] >= self._since(at) else True

    def _is_doubtful(self, at: int) -> bool:
        before = bisect_left(self._doubtful, at)
        return before > 0 and self._doubtful[before - 1] >= self._since(at)

    def _since(self, at: int) -> int:
        reasons = bisect_right(self._reasons, at)
        return self._reasons[reasons - 1] if reasons else 0

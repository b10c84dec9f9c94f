"""Factors: both sides are there, each of its own subject, with its reason and weight."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import chain
from math import ceil
from typing import TYPE_CHECKING, Final

from flows.domain.assessment import Duty
from flows.domain.checks.rule import PRACTICE, Draft, Noticed, rule
from flows.domain.checks.words import Passage, content_words, phrase, says_nothing
from flows.domain.english import listing
from flows.domain.finding import Severity
from flows.domain.provisions import section_of

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from flows.domain.assessment import Factor
    from flows.domain.provisions import Provisions

_DOING: Final = {Duty.DISCLOSE: "disclosure", Duty.CONFIRM_OR_DENY: "confirming or denying"}
_SIDES: Final = ("favouring", "against")


@rule("F01", Severity.BLOCK, citation="FOIA s.2(1)(b), s.2(2)(b)")
def has_both_sides(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """Each qualified exemption has at least one factor favouring and one against."""
    for place, part, exemption, _ in draft.qualified(law):
        for side in _SIDES:
            if all(says_nothing(factor.text) for factor in getattr(exemption, side)):
                yield Noticed(
                    place=f"{place}.{side}",
                    sentence=f"{exemption.provision} has no factor {side} {_DOING[part.duty]}.",
                    mend="Write at least one that belongs to this subject.",
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A factor and its text as a passage.

    Attributes:
        citation: Of its exemption, as the part relies on it.
        of: The provision that is, whichever limb was cited.
    """

    factor: Factor
    passage: Passage
    side: str
    duty: Duty
    citation: str
    of: str

    @property
    def place(self) -> str:
        """Where the factor stands; its text stands below."""
        return self.passage.place.removesuffix(".text")


def _factors(draft: Draft, law: Provisions) -> Iterator[_Placed]:
    for place, part, exemption in draft.exemptions():
        provision = law.get(exemption.provision)
        passages = {passage.place: passage for passage in draft.under(place)}
        for side in _SIDES:
            for at, factor in enumerate(getattr(exemption, side)):
                yield _Placed(
                    factor=factor,
                    passage=passages[f"{place}.{side}[{at}].text"],
                    side=side,
                    duty=part.duty,
                    citation=exemption.provision,
                    of=provision.citation if provision else exemption.provision,
                )


_TO_REFUSE: Final = (
    r"(?:non-disclosure|withholding|refus(?:al|ing)|maintaining (?:the )?(?:exemption|exclusion)s?|"
    r"(?:the )?(?:exemption|exclusion)s?|sections? [0-9]\w*|(?:neither|not) (?:confirming|confirmation|"
    r"disclosing))"
)
_TO_ANSWER: Final = (
    r"(?:disclosure|disclosing|releas(?:e|ing)|publi(?:cation|shing)|confirm(?:ing|ation)|deny(?:ing)|denial|"
    r"an answer|answering)"
)
_HEADING: Final = phrase(
    r"\A\W*(?:public interest|(?:public interest )?(?:factors?|considerations?|arguments?|reasons?))"
    r"(?: (?:(?P<favouring>favouring|in favour of|for|supporting|in)|(?P<against>against|opposing))) "
    rf"(?:(?P<refuse>{_TO_REFUSE})|(?P<answer>{_TO_ANSWER}))"
    r"(?:[^.:\n]{0,60}(?:[:\n\u2013\u2014]|\Z)|(?:\([0-9a-z]+\))*\.(?=\s))"
)
"""A heading that was written into a factor; the paper puts one of its own above."""
_OF_DUTY: Final = {
    Duty.DISCLOSE: phrase(r"\b(?:confirm|deny|denial)"),
    Duty.CONFIRM_OR_DENY: phrase(r"\b(?:non-)?disclos|\breleas|\bwithhold|\bpubli(?:cation|shing)"),
}
"""The words of a heading that are about the other duty."""
_SUBJECT: Final = (
    r"\b(?:disclosure|disclosing|release|releasing|publication|publishing|(?:an|the|either|any) answer|"
    r"(?:a )?confirmation|(?:a )?denial|answering|confirming|denying|to (?:confirm|deny|disclose|answer))"
    r"(?: \w+){0,6}? "
)
_CRIMINALS: Final = r"(?:criminals?|offenders?|terrorists?|(?:anyone|those|people|persons) who)"
_HARMS: Final = phrase(
    _SUBJECT + r"would (?:be likely to )?(?:(?:seriously|severely|greatly|significantly|also|therefore) )?"
    r"(?:prejudice|harm|damage|undermine|compromise|hinder|hamper|impede|endanger|jeopardise|frustrate|weaken"
    r"|(?:put|place|leave) (?:[\w'\u2019]+ ){1,6}?(?:at risk|in danger)"
    rf"|(?:assist|help|enable|allow) (?:\w+ ){{0,2}}{_CRIMINALS}"
    r"|(?:assist|help|enable|allow|let|lead) (?:[\w'\u2019-]+ ){1,4}?(?:to )?(?:undercut|outbid|evade"
    r"|exploit|intimidate"
    r"|harass|retaliate|tamper))\b"
)
"""What argues against an answer."""
_SERVES: Final = phrase(
    rf"(?:{_SUBJECT}|\A\W*(?:it|this|that|doing so) )"
    r"would (?:be likely to )?(?:(?:also|therefore|greatly|significantly) )?"
    r"(?:(?:promote|increase|enhance|improve|further|strengthen|inform|better inform|aid|assist|"
    r"contribute to|demonstrate|provide|ensure|support|lead to|add to) (?:[\w,\u2019'-]+ ){0,5}?"
    r"(?:transparency|openness|accountability|scrutiny|reassurance|"
    r"(?:public|proper|(?:better )?informed) debate|"
    r"public(?:['\u2019]s)? (?:confidence|trust|understanding|awareness))"
    r"|(?:allow|enable|let|help) (?:the |members of the )?"
    r"(?:public|people|residents|citizens|taxpayers|voters|households|parents|pupils|patients|tenants|families"
    r"|ratepayers|council tax payers|communities|electors|local people|service users|journalists"
    r"|everyone|anyone) "
    r"(?:to )?(?:judge|see|scrutinise|understand|hold (?!talks|meetings)|assess|debate|test)"
    r"|(?:build|restore|rebuild) (?:[\w'\u2019-]+ ){0,3}?(?:trust|confidence))\b"
)
"""What argues for one."""
_GRANTED: Final = phrase(
    r"\b(?:although|though|while|whilst|whereas|even|if|whether|unless|however|not|little|hardly|falsely|"
    r"despite|but|only)\b"
)
"""What makes a sentence grant a point of the other side, or deny it."""
_GRANTED_GOOD: Final = phrase(
    r"\b(?:although|though|while|whilst|whereas|even|if|unless|however|not|little|hardly|falsely|despite|but|"
    r"only)\b"
)
"""The same of what is good, which may be to see whether something is so."""


@rule("F02", Severity.WARN, citation="FOIA s.2(1)(b), s.2(2)(b)")
def stands_on_its_side(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """A factor stands on the side it argues for, and under no heading of the other side or the other duty.

    One favouring an answer does not describe its harm, nor one against its good.
    """
    for placed in _factors(draft, law):
        if found := _HEADING.search(placed.passage.plain):
            yield from _wrong_heading(placed, found)
            continue
        doing = _DOING[placed.duty]
        pattern, granted, what = (
            (_HARMS, _GRANTED, f"the harm of {doing}")
            if placed.side == "favouring"
            else (_SERVES, _GRANTED_GOOD, f"the good of {doing}")
        )
        if span := _first(placed.passage, pattern, unless=granted):
            yield Noticed(
                place=placed.passage.place,
                span=span,
                sentence=f"A factor {placed.side} {doing} tells of {what}.",
                mend="Move it to the other side, or say what makes it an argument for this one.",
            )


def _wrong_heading(placed: _Placed, heading: re.Match[str]) -> Iterator[Noticed]:
    doing = _DOING[placed.duty]
    for_answer = (heading["favouring"] is None) == (heading["answer"] is None)
    wrong = None
    if for_answer != (placed.side == "favouring"):
        wrong = "is headed as one of the other side"
    elif _OF_DUTY[placed.duty].search(heading[0]):
        wrong = "has a heading of the other duty"
    if wrong:
        yield Noticed(
            place=placed.passage.place,
            span=placed.passage.span(*heading.span()),
            sentence=f"A factor {placed.side} {doing} {wrong}.",
            mend="Take the heading out, since the paper has its own; and see that the factor is on its side.",
        )


def _first(
    passage: Passage, pattern: re.Pattern[str], *, unless: re.Pattern[str], nor: re.Pattern[str] | None = None
) -> tuple[int, int] | None:
    """Return where a pattern stands first, in a sentence without what makes it harmless."""
    for sentence in passage.sentences:
        found = pattern.search(sentence.text)
        if found and not unless.search(sentence.text) and not (nor and nor.search(sentence.text)):
            return sentence.span(found)
    return None


_PERSON: Final = r"(?:applicant|requester|requestor|person (?:who (?:asks|asked|made the request)|asking))"
_MEDIA: Final = r"(?:media|press|newspapers?|journalists?|tabloids?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Irrelevant:
    """What is no argument.

    Attributes:
        save_for: The sections of which it may be one all the same.
        unless: What in its sentence makes it part of the harm, as where public money is what thieves want.
    """

    name: str
    words: re.Pattern[str]
    save_for: frozenset[str] = frozenset()
    unless: re.Pattern[str] | None = None


_NO_HARM: Final = (
    _Irrelevant(
        name="the cost of an answer, or the resources it takes",
        words=phrase(
            r"\b(?:answering|redacting|collating|(?:dealing|complying) with (?:the|this|your) request|"
            r"(?:preparing|extracting|compiling) (?:the|this|these|them) [^.;]{0,30}?for (?:release"
            r"|disclosure|"
            r"publication))\b[^.;]{0,60}?\bwould (?:\w+ ){0,2}?(?:cost|take|require|need|occupy|"
            r"mean|tie up) (?:\w+ ){0,6}?(?:hours|days|weeks|time|staff|officers?|money|pounds|resources|"
            r"effort|work)\b"
            r"|\bhours?\b[^.;]{0,40}?\b(?:better|otherwise) (?:be )?(?:spent|used|devoted)\b"
            r"|\b(?:take|taking|pull|pulling) (?:\w+ )?(?:staff|officers) (?:away )?from\b"
            r"|\b(?:cost|expense) of (?:answering|redacting|collating)\b"
        ),
        save_for=frozenset({"36"}),
    ),
    _Irrelevant(
        name="the cost of an answer, or the resources it takes",
        words=phrase(
            r"\b(?:costs?|expense|work|effort|burden|time) (?:\w+ ){0,3}?(?:of|in|to|for) "
            r"(?:answer|comply|respond|retriev|locat|extract|redact|provid|process|deal)\w*"
            r"|\b(?:strain|drain|burden|impact|pressure|demand)s? (?:up)?on "
            r"(?:\w+ ){0,3}?(?:resources|budgets?|departments?|authority|council|force|staff|officers)\b"
            r"|\b(?:staff|officer|police) time\b|\bdivert\w* (?:\w+ ){0,3}?(?:resources|staff)\b"
            r"|\bincur\w* (?:\w+ ){0,2}?(?:costs?|expense)\b"
            r"|\b(?:in(?:effective|efficient)|effective|efficient|poor|good) use of (?:\w+ ){0,2}?resources\b"
            r"|\bwaste of (?:\w+ ){0,2}?(?:money|resources|time)\b"
            r"|\b(?:public (?:money|funds|resources|expenditure)|taxpayers?|public purse)\b"
            r"|\b(?:limited|scarce|stretched) resources\b|\baway from (?:\w+ ){0,3}?(?:duties|duty|work)\b"
        ),
        save_for=frozenset({"22", "22A", "29", "33", "36", "43"}),
        unless=phrase(r"\b(?:fraud\w*|thieves|theft|stolen|steal\w*|launder\w*|eva(?:ders?|sion))\b"),
    ),
    _Irrelevant(
        name="embarrassment, or the standing of the authority",
        words=phrase(
            r"\bembarrass\w*"
            r"|\breputation of (?:the |this )?(?:force|police|council|authority|department|trust)\b"
            r"|\b(?:adverse|bad|negative|unwelcome) (?:publicity|press|coverage|headlines)\b"
        ),
        save_for=frozenset({"27", "37", "43"}),
    ),
    _Irrelevant(
        name="who asked, or why",
        words=phrase(
            rf"\b(?:motiv\w+|intentions?|identity|agenda|occupation) of (?:the |this )?{_PERSON}\b"
            rf"|\b{_PERSON}['\u2019]s? (?:\w+ )?(?:motiv\w+|intentions?|identity|agenda|occupation)\b"
            rf"|\bthe {_PERSON} (?:is a|works (?:for|as)|(?:only )?(?:wishes|wants|intends) to|has an? )\b"
        ),
        save_for=frozenset({"40"}),
    ),
    _Irrelevant(
        name="that people might misunderstand or misuse what they learn",
        words=phrase(
            r"\b(?:misunderst\w+|misinterpret\w*|misconstru\w+|misrepresent\w*|taken out of context|"
            r"sensationali[sz]\w*|confus(?:e|es|ing) (?:the )?(?:public|readers?|people))\b"
            r"|\b(?:would|could|might|may) be misleading\b"
            rf"|\bmisus\w+ by (?:the |some )?{_MEDIA}\b"
            rf"|\b{_MEDIA} (?:\w+ ){{0,3}}?(?:misus\w+|exploit\w*|speculat\w+)\b"
        ),
    ),
)
"""What is no harm of an answer, in a factor against or where the harm is told."""
_WHO_ASKED: Final = tuple(each for each in _NO_HARM if each.name == "who asked, or why")
"""What does not count in a balance either: an answer is one to everybody."""
_OF_OTHERS: Final = (
    _Irrelevant(
        name="personal data",
        words=phrase(r"\b(?:personal (?:data|information|details)|privacy|data protection)\b"),
        save_for=frozenset({"38", "40", "44"}),
    ),
    _Irrelevant(
        name="commercial interests",
        words=phrase(
            r"\b(?:commercial (?:interests?|sensitiv\w+|harm)|commercially|trade secrets?|bidders?|"
            r"competitors?|competitive (?:position|advantage|edge)|bargaining position)\b"
        ),
        save_for=frozenset({"27", "29", "33", "36", "41", "43"}),
        unless=phrase(r"\b(?:fraud\w*|corrupt\w*|collu\w+|rig(?:ging|ged)|cartels?)\b"),
    ),
    _Irrelevant(
        name="law enforcement",
        words=phrase(
            r"\b(?:prevention|detection)(?: (?:or|and) (?:prevention|detection))? of crime\b"
            r"|\blaw enforcement\b"
            r"|\b(?:apprehension|prosecution)(?: (?:or|and) (?:apprehension|prosecution))? of offenders\b"
        ),
        save_for=frozenset({"23", "24", "30", "31"}),
    ),
    _Irrelevant(
        name="national security",
        words=phrase(r"\bnational security\b"),
        save_for=frozenset({"23", "24", "26", "27"}),
    ),
    _Irrelevant(
        name="relations with other states",
        words=phrase(
            r"\b(?:international|diplomatic) relations\b"
            r"|\brelations (?:\w+ ){0,4}?(?:with|between) (?:\w+ ){0,3}?(?:states?|countr(?:y|ies)|"
            r"governments?|nations?)\b"
        ),
        save_for=frozenset({"23", "24", "26", "27", "28"}),
    ),
    _Irrelevant(
        name="free and frank advice",
        words=phrase(
            r"\b(?:free and frank|frank and candid|(?:safe|thinking) space|frankness|"
            r"(?:chilling effect on|advice (?:of|from|by)) (?:\w+ ){0,3}?(?:officials|advice|ministers))\b"
        ),
        save_for=frozenset({"27", "28", "33", "35", "36", "42"}),
    ),
    _Irrelevant(
        name="health and safety",
        words=phrase(
            r"\b(?:(?:physical|mental) (?:health|safety)|health and safety|endanger\w*|distress|harassment|"
            r"safety of (?:\w+ )?(?:staff|individuals?|people|persons?|public|person))\b"
        ),
        save_for=frozenset({"24", "26", "30", "31", "38", "40"}),
    ),
    _Irrelevant(
        name="legal professional privilege",
        words=phrase(
            r"\b(?:legal(?:ly)? (?:professional )?privileged?|(?:is|are) privileged|lawyers? and clients?|"
            r"clients? and lawyers?)\b"
        ),
        save_for=frozenset({"30", "32", "42"}),
    ),
)
"""An interest that another exemption protects, with the sections whose harm it may be part of.

An offence endangers people, and a state's secrets are kept from its enemies and its partners.
"""
_SET_ASIDE: Final = phrase(r"\b(?:no|not|nor|irrelevant|disregard\w*|left aside|set aside|without regard)\b")


@rule("F03", Severity.WARN, citation="FOIA s.2; ICO guidance on the public interest test")
def belongs_to_the_exemption(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """A factor against, and the harm told, belong to the interest the exemption protects.

    It is not cost, embarrassment, who asked, what others may make of it, or an interest of another exemption.
    """
    for placed in _factors(draft, law):
        if placed.side == "against":
            yield from _irrelevant(placed.passage, (placed.citation,), (*_NO_HARM, *_OF_OTHERS))
    for passage, relied_on in _harms(draft):
        yield from _irrelevant(passage, relied_on, _NO_HARM)
    for place, part, exemption, _ in draft.balances():
        relied = (exemption,) if exemption else part.exemptions
        relied_on = tuple(dict.fromkeys(each.provision for each in relied))
        for passage in draft.under(place) if relied_on else ():
            yield from _irrelevant(passage, relied_on, _WHO_ASKED)


def _harms(draft: Draft) -> Iterator[tuple[Passage, tuple[str, ...]]]:
    """Yield the texts under ``harm``, each with what it is the harm of."""
    for place, part in draft.parts():
        if relied_on := tuple(dict.fromkeys(each.provision for each in part.exemptions)):
            for passage in draft.under(f"{place}.harm"):
                yield passage, relied_on
    for place, _, exemption in draft.exemptions():
        for passage in draft.under(f"{place}.harm"):
            yield passage, (exemption.provision,)


def _irrelevant(
    passage: Passage, relied_on: tuple[str, ...], kinds: tuple[_Irrelevant, ...]
) -> Iterator[Noticed]:
    sections = frozenset(map(section_of, relied_on))
    told = set[str]()
    for kind in kinds:
        if kind.name in told or not sections.isdisjoint(kind.save_for):
            continue
        if span := _first(passage, kind.words, unless=_SET_ASIDE, nor=kind.unless):
            told.add(kind.name)
            yield Noticed(
                place=passage.place,
                span=span,
                sentence=f"{kind.name[0].upper()}{kind.name[1:]}: this is not what {listing(relied_on)} "
                f"protect{'s' if len(relied_on) == 1 else ''}.",
                mend="Take it out, or say how it bears on the interest that the exemption protects.",
            )


_OPENNESS: Final = content_words(
    "open openness transparent transparency accountable accountability account informed informing "
    "awareness aware understand understanding trust confidence reassure reassurance scrutiny debate "
    "money funds spent spending purse taxpayers resources"
)
"""What is said in favour of any answer on any subject; of these one has to be there."""
_ANY_SUBJECT: Final = _OPENNESS | content_words(
    "public publicly interest interests information disclosure disclosing disclose disclosed release "
    "releasing released confirm confirming confirmation deny denying denial answer answering question "
    "request requests requested held hold police policing force forces service services constabulary "
    "authority authorities council department officers government organisation body show shows showing "
    "demonstrate demonstrates demonstrating provide provides providing provided allow allows allowing "
    "enable enables give gives giving lead leading help helps ensure ensuring promote promotes "
    "promoting increase increases improve improves enhance enhances encourage better greater general "
    "generally wider good quality well properly proper appropriately appropriate effective effectively "
    "efficiently efficient use used using way ways how people community communities citizens "
    "individuals members society local matter matters issue issues decision decisions make making "
    "process processes know knowing knowledge learn see believe right rights act acting actions role "
    "work working would can will order fact regard regarding relation concerning subject available take "
    "taken part participate discussion discussions important importance factor favour favours carry "
    "honest honesty build builds building serve serves served recognised recognise satisfy curiosity "
    "carried duty duties responsible responsibly committed commitment being view views"
)
_OWN_WORDS: Final = 3
_OWN_SHARE: Final = 0.4
"""With fewer words of its own, or a smaller share of them, a factor belongs to any subject."""


@rule("F04", Severity.WARN, citation="ICO guidance on the public interest test")
def belongs_to_the_subject(draft: Draft, _: Provisions) -> Iterator[Noticed]:
    """The factors favouring an answer belong to its subject, not to any subject whatever.

    Not all of them are openness, public money and a better informed public.
    """
    ours = content_words(draft.request.authority) if draft.request else frozenset()
    for place, part, exemption in draft.exemptions():
        if exemption.favouring and all(_is_stock(factor.text, ours) for factor in exemption.favouring):
            yield Noticed(
                place=f"{place}.favouring",
                sentence=f"Every factor favouring {_DOING[part.duty]} would fit any subject.",
                mend="Write what speaks for an answer about this subject.",
            )


def _is_stock(text: str, ours: frozenset[str]) -> bool:
    """Tell whether a text would fit any subject; ``ours`` are the words of the authority's name."""
    words = content_words(text) - ours
    own = len(words - _ANY_SUBJECT)
    return not words.isdisjoint(_OPENNESS) and (own < _OWN_WORDS or own < _OWN_SHARE * len(words))


_ALIKE: Final = 0.8
_ALIKE_ON_BOTH_SIDES: Final = 0.7
"""What argues on both sides has a word or two of its own on each, as “show” and “tell”."""
_ENOUGH: Final = 5
_ENOUGH_ON_BOTH_SIDES: Final = 2
"""With fewer words, two factors may be alike by chance."""


@rule("F05", Severity.WARN, citation="ICO guidance on the public interest test")
def does_not_repeat_itself(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """Each exemption has factors of its own, not those of another, and neither side those of the other."""
    placed = list(_factors(draft, law))
    for side in _SIDES:
        for earlier, later in _alike([each for each in placed if each.side == side]):
            yield Noticed(
                place=later.passage.place,
                sentence=f"This factor under {later.citation} says the same as one under {earlier.citation}, "
                f"{earlier.place}.",
                mend="Say under each exemption what belongs to the interest it protects.",
            )
    for favouring, against in _on_both_sides(placed):
        yield Noticed(
            place=against.passage.place,
            sentence=f"This factor against says the same as one favouring an answer, {favouring.place}.",
            mend="Say what good would come of it on one side, and what harm on the other.",
        )


_SHOWN: Final = content_words(
    "show shows reveal reveals tell tells disclose disclosed disclosure answer learn know known become public"
)
"""What an answer does, whichever side it is said on."""


def _on_both_sides(placed: list[_Placed]) -> Iterator[tuple[_Placed, _Placed]]:
    """Yield each factor against with the first one favouring that says the same."""
    favouring = [each for each in placed if each.side == "favouring"]
    for against in placed:
        words = against.passage.content - _SHOWN
        if against.side == "favouring" or len(words) < _ENOUGH_ON_BOTH_SIDES:
            continue
        for each in favouring:
            same_part = each.place.partition(".")[0] == against.place.partition(".")[0]
            if same_part and _likeness(each.passage.content - _SHOWN, words) >= _ALIKE_ON_BOTH_SIDES:
                yield each, against
                break


def _alike(factors: list[_Placed]) -> Iterator[tuple[_Placed, _Placed]]:
    """Yield each factor that says what an earlier one says under another provision, with that one.

    Two sets of which four fifths are shared have one in common among the rarest few words of each: only
    those are compared.
    """
    often = Counter(chain.from_iterable(each.passage.content for each in factors))
    holding: defaultdict[str, list[_Placed]] = defaultdict(list)
    for later in factors:
        words = later.passage.content
        if len(words) < _ENOUGH:
            continue
        rarest = sorted(words, key=lambda word: (often[word], word))[
            : len(words) - ceil(_ALIKE * len(words)) + 1
        ]
        candidates = {earlier.place: earlier for word in rarest for earlier in holding[word]}
        for earlier in candidates.values():
            if earlier.of != later.of and _likeness(earlier.passage.content, words) > _ALIKE:
                yield earlier, later
                break
        for word in rarest:
            holding[word].append(later)


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


_REASON: Final = phrase(
    r"\b(?:because|since|so that|as a result|therefore|thus|hence|for this reason|which would|which means|"
    r"by (?:\w+ing|which)|if|when|where|until|even|without)\b|;|:|\u2014|\u2013"
)
_SHORT: Final = 8
"""A factor with fewer words that carry content says no reason, unless one of the words above is there."""


@rule("F06", Severity.WARN, citation=PRACTICE)
def has_weight_or_reason(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """Each factor has a weight or a reason."""
    for placed in _factors(draft, law):
        weighed = (placed.factor.weight or "").strip()
        if weighed or len(placed.passage.content) >= _SHORT or _REASON.search(placed.passage.plain):
            continue
        yield Noticed(
            place=placed.passage.place,
            sentence=f"A factor {placed.side} {_DOING[placed.duty]} has neither a weight nor a reason.",
            mend="Say why it counts, and for how much.",
        )

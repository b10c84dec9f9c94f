"""Why an exemption applies: a refusal rests on one, and each says what its kind asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.domain.assessment import REFUSALS, Outcome
from flows.domain.checks.rule import Draft, Noticed, rule
from flows.domain.checks.words import content_words, phrase, says_nothing
from flows.domain.citation import find_citations
from flows.domain.finding import Severity
from flows.domain.provisions import Ask
from flows.domain.standing import carries

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

    from flows.domain.assessment import Exemption, Part
    from flows.domain.provisions import Provision, Provisions


@rule("X16", Severity.BLOCK, citation="FOIA s.17(1)(b)")
def rests_on_an_exemption(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """Every part that refuses rests on an exemption, and none refuses what its part gives or does not hold.

    What is not held is exempt from nothing, section 1(1)(b); nor can a part say that it is not held and
    neither confirm nor deny it. That information would be exempt if it were held may be said in the answer.
    """
    for place, part in draft.parts():
        if part.outcome in REFUSALS and not any(carries(part, law)):
            yield Noticed(
                place=f"{place}.exemptions",
                sentence="This part refuses, and no exemption carries that: each is given up by its own "
                "outcome, stands in the alternative to what is not cited, or is no exemption of the Act."
                if part.exemptions
                else "This part refuses, and names no exemption.",
                mend="Name the exemption that is relied on, or change the outcome.",
                final=True,
            )
        if part.outcome is Outcome.NOT_HELD and part.exemptions:
            yield Noticed(
                place=f"{place}.exemptions",
                sentence="This part says that the information is not held, and names an exemption for it.",
                mend="Take the exemption out, or change the outcome; make two parts of what is held and "
                "what is not.",
            )
    for place, part, exemption in draft.exemptions():
        if exemption.outcome is Outcome.NOT_HELD and part.outcome is not Outcome.NOT_HELD:
            yield Noticed(
                place=f"{place}.outcome",
                sentence=f"{exemption.provision} is maintained or given up; that nothing is held is no "
                "outcome of an exemption.",
                mend="Put right its outcome, or make a part of its own of what is not held.",
            )
        if exemption.outcome in REFUSALS and part.outcome not in REFUSALS:
            yield Noticed(
                place=f"{place}.outcome",
                sentence=f"{exemption.provision} is maintained by its own outcome; the part refuses nothing.",
                mend="Put right the one or the other.",
            )


@rule("X17", Severity.BLOCK, citation="FOIA s.17(1)(c)")
def says_why_it_applies(draft: Draft, law: Provisions) -> Iterator[Noticed]:
    """Each exemption that is relied on says why it applies, and what an exemption of its kind rests on.

    Section 21 where the information can be had; 22 that publication was intended before, and why it is
    reasonable to wait; 36 by which paragraph somebody is the qualified person, and what was put to them; 40
    the principle, and the legitimate interests weighed; 41 from whom it came, and why a breach is actionable;
    44 what prohibits disclosure.
    """
    for place, part, exemption, provision in draft.known(law):
        relied = part.outcome in REFUSALS and exemption in tuple(carries(part, law))
        if not relied or provision.duty is not part.duty:
            continue
        absolute = law.is_absolute(exemption, authority=draft.body)
        if all(says_nothing(text or "") for text in _reasons(part, exemption, absolute=absolute)):
            yield Noticed(
                place=place,
                sentence=f"{exemption.provision} has no reasons: nothing says why it applies.",
                mend="Write under applies why it does. Where that would itself disclose what is exempt, "
                "write that section 17(4) is relied on.",
            )
            continue
        yield from _filled_with_nothing(draft, place, exemption)
        yield from _says_only_that_it_is_so(draft, place, exemption)
        empty = _fits_anything(part, exemption, provision, law)
        if empty:
            yield Noticed(
                severity=Severity.WARN,
                place=f"{place}.applies",
                sentence=f"What is said of {exemption.provision} would fit any information: it repeats the "
                "Act, refers to what stands elsewhere, or says only that there would be harm.",
                mend="Say what it is in this information, or in an answer, that the exemption fits.",
            )
        yield from _unsaid(draft, place, exemption, provision, empty=empty)


def _reasons(part: Part, exemption: Exemption, *, absolute: bool) -> tuple[str | None, ...]:
    """Return the texts that may say why an exemption applies.

    What the exemptions of a part share is about harm, and no absolute exemption but section 34 rests on that.
    """
    own = (
        *(exemption.applies, exemption.harm, exemption.where, exemption.legitimate_interests),
        exemption.enactment,
        exemption.confidence.actionable if exemption.confidence else None,
        exemption.publication.reasonable if exemption.publication else None,
    )
    return own if absolute else (*own, part.harm, part.confirming, part.denying)


def _filled_with_nothing(draft: Draft, place: str, exemption: Exemption) -> Iterator[Noticed]:
    """Notice a key that is there and says nothing, which the paper would print; F01 speaks of factors."""
    for passage in draft.under(place):
        if says_nothing(passage.plain) and not passage.place.startswith(
            (f"{place}.favour", f"{place}.against")
        ):
            yield Noticed(
                place=passage.place,
                sentence=f"What is written here of {exemption.provision} says nothing, and would be printed.",
                mend="Write what is asked for, or leave the key out.",
            )


def _says_only_that_it_is_so(draft: Draft, place: str, exemption: Exemption) -> Iterator[Noticed]:
    """Notice a key that repeats what is asked under it: that a breach is actionable, or a wait reasonable.

    Of confidence it is also noticed where it was imparted by nobody else, section 41(1)(a).
    """
    for passage in draft.under(place):
        stock = _STOCK.get(passage.place.removeprefix(place))
        if stock is None or says_nothing(passage.plain):
            continue
        if passage.place.endswith(".source"):
            wrong = _OURSELVES.fullmatch(passage.plain.strip()) is not None
            said = f"{exemption.provision} is for what was obtained from another person."
            mend = "Say from whom it was obtained, or rely on another exemption."
        else:
            wrong = not passage.content - _OF_ANY_REASON - stock
            said = f"What is written here of {exemption.provision} says only that it is so."
            mend = "Say what it is in this information that makes it so."
        if wrong:
            yield Noticed(severity=Severity.WARN, place=passage.place, sentence=said, mend=mend)


_OURSELVES: Final = phrase(
    r"(?:us|we|ourselves|(?:the|this|our) (?:own )?(?:council|force|authority|department|constabulary"
    r"|trust|school|"
    r"ministry|organisation)(?: itself)?|internal(?:ly)?(?: \w+)?)"
)
_STOCK: Final = {
    ".confidence.actionable": content_words(
        "actionable actionably action breach breaches confidence confidential confidentiality sue sued claim "
        "court law legal"
    ),
    ".confidence.source": frozenset[str](),
    ".publication.reasonable": content_words("reasonable wait waiting publication published await intended"),
    ".legitimate-interests": content_words(
        "legitimate interests weighed balanced rights freedoms data subject override overrides overridden "
        "outweigh outweighs outweighed"
    ),
    ".opinion.put": content_words("qualified opinion submission put given shown"),
    ".where": content_words("internet online web website websites search google elsewhere place"),
}
"""The keys under which a reason or a fact is given, with the words that only name what is asked there."""


_OF_ANY_REASON: Final = content_words(
    # of the procedure
    "section act exempt exemption information applies apply applied engaged engage relied rely relying "
    "reliance withheld withhold disclosure disclose disclosing request requested because therefore reason "
    "authority public would likely prejudice required purpose purposes within falls fall virtue arise "
    "duty confirm deny confirming denying confirmation denial held hold subject absolute qualified class "
    "covered here case see above below none applicable relates related relating constitute constitutes "
    "contain contains party parties date future already available "
    # of harm, whatever it be
    "sensitive sensitivity sensitivities prejudicial detrimental detriment harm harmful damage damaging "
    "adverse adversely negative effect impact consequence risk danger dangerous concern problem issue "
    "cause result lead serious significant real substantial actual severe considerable potential possible "
    "undermine undermining jeopardise jeopardising compromise compromising causing unhelpful helpful "
    "confidential private operational operationally commercially politically important importance "
    # of opinion
    "consider considered considerations believe believing think view opinion position agree satisfied "
    "decide deciding decision conclude concluding appropriate inappropriate suitable unsuitable necessary "
    "needs require requiring right wrong correct proper reasonable reasonably sufficient order clear "
    "clearly obvious obviously evident self explanatory justify justified justification certain merit "
    "deem squarely good valid strong cogent compelling wise unwise irresponsible inadvisable undesirable "
    "unfortunate unwelcome problematic delicate difficult inconvenient speak speaks favour lie lies "
    "interest domain protect protection legal team advise advised recommend usual usually normal normally "
    "standard routine routinely always never ever practice policy policies custom entire entirely "
    "entirety whole "
    # of whoever decides, and what they are for
    "force council trust department body organisation function functions work job able exercise effective "
    "effectively efficient conduct duties suffer affect affected person persons "
    # of giving, and of this or any other information
    "release releasing give provide providing supply share sharing publish make making refuse refusing "
    "unable cannot people something anything anyone nature kind type content detail material document "
    "record data instance matter time point present current "
    # of what stands elsewhere, and for emphasis
    "yes wording highly upon design designed seek seeks extremely very particularly ongoing "
    "explain mention state stating set out outline outlining describe describing discuss refer referring "
    "please previous previously earlier before following first second same similar likewise again ground "
    "argument test balance balancing paper paragraph notice letter response answer full fully in know"
)
"""Words in which a reason is given, and which are none."""


def _fits_anything(part: Part, exemption: Exemption, provision: Provision, law: Provisions) -> bool:
    """Tell whether ``applies`` says nothing of this information; it does not where there is none.

    To name the information is no reason where the Act asks for harm; where it asks for a class, it may be.
    """
    applies = exemption.applies or ""
    said = content_words(applies) - _OF_ANY_REASON - _of_the_act(provision, law)
    named = content_words(part.information) if provision.basis.harm else frozenset[str]()
    # Section 17(4): what would itself disclose what is exempt need not be stated.
    kept_back = any("17(4)" in cited.citations for cited in find_citations(applies))
    return bool(applies) and said <= named and not kept_back


def _of_the_act(provision: Provision, law: Provisions) -> frozenset[str]:
    family = [provision, *(known for each in provision.protects if (known := law.get(each)))]
    family += [known for each in [provision.ncnd] if each and (known := law.get(each))]
    texts = (
        text
        for each in family
        for text in (
            *(each.title, *each.also_called, *each.limbs.values()),
            *(each.trigger, each.note, each.basis.words),
        )
        if text
    )
    return content_words(" ".join(texts))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fact:
    """How one thing that is asked for may be said.

    Attributes:
        given: Under its key.
        words: In the words of a text.
        unsaid: What to say where it is neither; the citation comes before it.
        mend: What to do.
        advice: Whether the exemption stands without it.
    """

    given: Callable[[Exemption], object]
    words: re.Pattern[str]
    unsaid: str
    mend: str
    advice: bool = False


_NO_ENACTMENT: Final = phrase(
    r"\b(?:polic(?:y|ies)|procedures?|guidance|guidelines|practices?|promises?|undertakings?|retention "
    r"schedule|"
    r"contracts?|Freedom of Information Act)\b(?! (?:Act|Order|Regulations?))"
)
"""What prohibits no disclosure within section 44, and may be written under its key."""
_IN_THE_LETTER: Final = (
    r"|\b(?:in|with|by) (?:the|our|this|that) (?:\w+ ){0,2}?(?:letter|e-?mail|covering note)\b"
)
"""Where the letter says it, the test need not."""


def _words(pattern: str) -> re.Pattern[str]:
    return phrase(pattern + _IN_THE_LETTER)


_FACTS: Final = {
    Ask.WHERE: _Fact(
        given=lambda exemption: exemption.where,
        words=_words(
            r"https?://|\bwww\.|\b(?:web(?: )?sites?|web(?: )?pages?|online|publication scheme|"
            r"librar(?:y|ies)|record office|register|registry|portal|intranet|gazette|annual report|"
            r"page \d+|downloaded|"
            r"shops?|gov\.uk|(?:sent|given) to you)\b"
            r"|\b(?:available|accessible|found|obtained|bought|had|seen|viewed|read|inspected|published) "
            r"(?:at|from|on|in|under|through)\b"
        ),
        unsaid="does not say where the information can be had",
        mend="Say where under where, with a link or an address; or say under applies that the letter does.",
    ),
    Ask.INTENTION: _Fact(
        given=lambda exemption: exemption.publication,
        words=_words(
            r"\b(?:already|before|prior to|when|at the time)\b[^.]{0,80}\brequest\w*\b"
            r"|\brequest\w*\b[^.]{0,80}\b(?:already|before|prior|intend\w*|intention|plan\w*|decided)\b"
            r"|\b(?:has|have|had|was|were) (?:long |already |always )?(?:been )?"
            r"(?:intended|planned|scheduled|due|decided|settled|taken|made|agreed|fixed|set)\b"
            r"|\b(?:settled|existing|long-standing) (?:intention|plan)\b"
            r"|\bsince (?:\w+ ){0,2}?(?:19|20)\d\d\b"
        ),
        unsaid="does not say that publication was intended before the request",
        mend="Give under publication the day from which it was intended; or say under applies that the "
        "letter does.",
    ),
    Ask.REASONABLE: _Fact(
        given=lambda exemption: exemption.publication,
        words=_words(
            r"\b(?:(?:un)?reasonabl|sensibl|(?:un)?fair|premature|incomplete|mislead|complete|audited|"
            r"simultaneous|orderly)\w*|\b(?:at the same time|to (?:all|everyone) at once|"
            r"(?:be|been|being) checked)\b"
        ),
        unsaid="does not say why it is reasonable to wait for the publication",
        mend="Say why under publication, as reasonable.",
    ),
    Ask.PRINCIPLE: _Fact(
        given=lambda exemption: exemption.principle,
        words=_words(
            r"\b(?:first|second|third|data protection) principles?\b|\bprinciples? of\b|\b(?:un)?lawful\w*|"
            r"\b(?:un)?fair(?:ly|ness)?\b|\bArticles? (?:5|6|9|10)\b|\bexpect(?:s|ation|ations)?\b"
        ),
        unsaid="does not say which data protection principle would be contravened",
        mend="Name it under principle, as: lawfulness, fairness and transparency.",
    ),
    Ask.INTERESTS: _Fact(
        given=lambda exemption: exemption.legitimate_interests,
        words=_words(
            r"\blegitimate interests?\b|\bpublic['\u2019]s interest\b|\b(?:un)?necess(?:ary|ity)\b"
            r"|\bArticles? (?:6|9|10)\b|"
            r"\bspecial categor(?:y|ies)\b|\bcriminal offence data\b"
        ),
        unsaid="does not weigh the legitimate interests in disclosure",
        mend="Weigh them under legitimate-interests: which they are, whether disclosure is necessary for "
        "them, and what stands against them.",
    ),
    Ask.SOURCE: _Fact(
        given=lambda exemption: exemption.confidence,
        words=_words(
            r"\b(?:supplied|provided|obtained|received|given|shared|sent|communicated|entrusted|imparted|"
            r"submitted|came|comes|made)\b[^.]{0,60}?\b(?:by|from|to us by|to us from) "
            r"(?!another person|any other person|third part)\w+"
            r"|\b(?:wrote|told|sent|gave|supplied|submitted)(?: \w+)? (?:to )?us\b"
        ),
        unsaid="does not say from whom the information was obtained",
        mend="Say it under confidence, as source; a description will do where a name would itself be exempt.",
    ),
    Ask.ACTIONABLE: _Fact(
        given=lambda exemption: exemption.confidence,
        words=_words(
            r"\b(?:sue|sued|agreement|on the footing|claims?|bring (?:an )?action|take us to court|damages|"
            r"injunction|detriment\w*|quality of confidence|(?:duty|obligation|duties|"
            r"obligations) of confiden\w+|(?:express|implied) terms?|in circumstances)\b"
        ),
        unsaid="does not say why somebody could sue for the breach of confidence",
        mend="Say it under confidence, as actionable: that the information has the quality of confidence, in "
        "what circumstances it was imparted, and what detriment would come of it.",
    ),
    Ask.ENACTMENT: _Fact(
        given=lambda exemption: exemption.enactment and not _NO_ENACTMENT.search(exemption.enactment),
        words=_words(
            r"(?<!\bInformation\s)\b(?:Act|Order|Regulations?|Rules|Measure) (?:\(\w+(?: \w+)?\) )?"
            r"(?:19|20)\d\d\b"
            r"|\b(?:sections? (?!44\b)|(?:regulation|article|rule|part)s? )\d+"
            r"|\b(?!the\b|this\b|that\b|an\b|information\b)\w+ Act\b"
            r"|\b(?:GDPR|courts?|judge|injunction|tribunal|Convention|Treaty)\b"
        ),
        unsaid="does not say what prohibits the disclosure",
        mend="Name it under enactment: the section and the Act, the obligation, or the order of the court.",
    ),
    Ask.PARAGRAPH: _Fact(
        given=lambda exemption: exemption.opinion and exemption.opinion.paragraph,
        words=_words(r"\b36\(5\)\([a-z]{1,2}\)"),
        unsaid="does not say by which paragraph of section 36(5) somebody is the qualified person",
        mend="Give the paragraph under opinion, as 36(5)(o) for an authority that is named in none before.",
        advice=True,
    ),
    Ask.PUT: _Fact(
        given=lambda exemption: exemption.opinion and exemption.opinion.put,
        words=_words(
            r"\b(?:put to|submission|briefing|shown|(?:was|were) (?:given|provided|supplied) with|"
            r"(?:saw|read|considered) (?:the|a|all))\b"
        ),
        unsaid="does not say what was put to the qualified person",
        mend="Say under opinion, as put, what they were shown, and the arguments on both sides.",
        advice=True,
    ),
    Ask.CERTIFICATE: _Fact(
        given=lambda exemption: exemption.certificate,
        words=_words(r"\bcertificates?\b"),
        unsaid="stands without a certificate, which would settle that it applies",
        mend="Record the certificate, or say under applies why there is none.",
        advice=True,
    ),
}


def _unsaid(
    draft: Draft, place: str, exemption: Exemption, provision: Provision, *, empty: bool
) -> Iterator[Noticed]:
    """Notice what is asked for and said neither under its key nor in words.

    Words can say it in ways that nobody thought of, so it stops only where there are none of their own.
    """
    of_part = place.partition(".")[0]
    texts = [passage.raw for at in (place, f"{of_part}.answer") for passage in draft.under(at)]
    for ask in provision.asks:
        fact = _FACTS[ask]
        if not _is_asked(ask, exemption) or fact.given(exemption) or any(map(fact.words.search, texts)):
            continue
        yield Noticed(
            severity=Severity.BLOCK if empty and not fact.advice else Severity.WARN,
            place=place,
            sentence=f"{exemption.provision} {fact.unsaid}.",
            mend=fact.mend,
        )


def turns_on_principles(exemption: Exemption) -> bool:
    """Tell whether an exemption of section 40 does: the first condition, and 40(5B)(a); the others do not."""
    limbs = [each for each in (exemption.provision, *exemption.limbs) if each.startswith("40(5B)(")]
    others = limbs and not any(limb.startswith("40(5B)(a)") for limb in limbs)
    return exemption.condition in {None, "first"} and not others


def _is_asked(ask: Ask, exemption: Exemption) -> bool:
    if ask in {Ask.PRINCIPLE, Ask.INTERESTS}:
        return turns_on_principles(exemption)
    if ask in {Ask.PARAGRAPH, Ask.PUT}:
        return exemption.opinion is not None  # X11 speaks of one that is missing
    return True

"""What the law and good practice say of an assessment: one small rule for each finding.

A rule is a pure function. It speaks in words of its own, never in those of the case, since findings
reach logs. What lacks its input is *not run*, which is not the same as passed. Codes begin with X for
exemptions, F for factors, N for neither confirming nor denying, S for the text, P for procedure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flows.domain.assessment import Duty, Outcome, texts
from flows.domain.finding import Finding, Severity
from flows.domain.provisions import provisions, section_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from flows.domain.assessment import Assessment, Balance, Exemption, Part, Request
    from flows.domain.provisions import Provision, Provisions

    Rule = Callable[[Assessment, Request | None, Provisions], Iterator[Finding]]


def check(assessment: Assessment, request: Request | None = None) -> tuple[Finding, ...]:
    """Return what the rules notice, in their order and in that of the text.

    Args:
        assessment: Whatever its state.
        request: As far as it stands in clear; without it some rules do not run.
    """
    law = provisions()
    return tuple(finding for rule in RULES for finding in rule(assessment, request, law))


def blocking(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that stop a submission."""
    return tuple(finding for finding in findings if finding.severity is Severity.BLOCK)


# Exemptions


def cites_what_exists(assessment: Assessment, request: Request | None, law: Provisions) -> Iterator[Finding]:
    """X01: everything cited exists, and was in force when the request was received."""
    if request is None:
        yield Finding(
            code="X01",
            severity=Severity.INFO,
            place="",
            sentence=f"Without the request the Act as revised to {law.act.revised_to} was applied.",
            mend="Give the request, so that the law at its date of receipt is applied.",
        )
    for place, citation in _citations(assessment):
        if law.get(citation) is None:
            yield _unknown(place, citation, law)
    for place, exemption in _exemptions(assessment):
        for at, purpose in texts(exemption.purposes, f"{place}.purposes"):
            if purpose not in law.purposes:
                yield _no_purpose(at, purpose, law)
    for place, exemption in _exemptions(assessment):
        yield from _not_in_force(f"{place}.provision", exemption, request, law)


def _citations(assessment: Assessment) -> Iterator[tuple[str, str]]:
    for place, exemption in _exemptions(assessment):
        yield f"{place}.provision", exemption.provision
        yield from texts(exemption.limbs, f"{place}.limbs")
        if exemption.in_the_alternative_to:
            yield f"{place}.in-the-alternative-to", exemption.in_the_alternative_to
    for place, _, balance in _balances(assessment):
        yield from texts(balance.of, f"{place}.of")


def _unknown(place: str, citation: str, law: Provisions) -> Finding:
    """Return what to say of a citation that the table lacks.

    The table does not have the paragraphs of every subsection. Where it has none, or has the one
    above, a finer citation may well exist: then this is for a person to look up.
    """
    above, found = citation, None
    while found is None and above.endswith(")"):
        above = above[: above.rindex("(")]
        found = law.get(above)
    if found and (above in found.limbs or not found.limbs):
        return Finding(
            code="X01",
            severity=Severity.WARN,
            place=place,
            sentence=f"{citation} is not in our table of the Act, though {above} is.",
            mend=f"Look it up in the Act, or cite {above}.",
        )
    return Finding(
        code="X01",
        severity=Severity.BLOCK,
        place=place,
        sentence=f"There is no exemption {citation} in Part II of the Act.",
        mend=_instead(citation, law),
    )


def _no_purpose(place: str, citation: str, law: Provisions) -> Finding:
    return Finding(
        code="X01",
        severity=Severity.BLOCK,
        place=place,
        sentence=f"There is no purpose {citation} in section 31(2) of the Act.",
        mend=f"Cite one of {', '.join(law.purposes)}.",
    )


def _instead(citation: str, law: Provisions) -> str:
    section = section_of(citation)
    for other in law.not_exemptions:
        if other.citation == section:
            return f"Take it out. Section {section}: {other.reason}"
    known = [provision.citation for provision in law.of_section(citation)]
    if not known:
        return "Cite a subsection of sections 21 to 44."
    return f"Cite a subsection of section {section} that exists, with its limbs: {', '.join(known)}."


def _not_in_force(
    place: str, exemption: Exemption, request: Request | None, law: Provisions
) -> Iterator[Finding]:
    # A warning: the table is not complete for requests received before 25 May 2018.
    newest = law.get(exemption.provision)
    on = request.received if request else law.act.revised_to
    if newest is None or law.get(exemption.provision, on) is not None:
        return
    instead = (
        f"Cite {' or '.join(newest.replaced_by)}." if newest.replaced_by else "Look up the Act as it was."
    )
    yield Finding(
        code="X01",
        severity=Severity.WARN,
        place=place,
        sentence=f"{exemption.provision}, as our table has it, was not in force on {on}.",
        mend=instead,
    )


def fits_the_duty(assessment: Assessment, _: Request | None, law: Provisions) -> Iterator[Finding]:
    """X03: what is cited is about the part's own duty: disclosing, or confirming or denying."""
    for index, part in enumerate(assessment.parts):
        for place, exemption, provision in _known(part, index, law):
            if provision.duty is not part.duty:
                yield Finding(
                    code="X03",
                    severity=Severity.BLOCK,
                    place=f"{place}.provision",
                    sentence=_unfit(exemption.provision, part.duty),
                    mend=_counterpart(provision),
                )


def _unfit(citation: str, duty: Duty) -> str:
    if duty is Duty.DISCLOSE:
        return f"{citation} is about confirming or denying; this part is about disclosure."
    return f"{citation} is about disclosure; this part neither confirms nor denies."


def _counterpart(provision: Provision) -> str:
    if provision.duty is Duty.CONFIRM_OR_DENY:
        return f"Cite {' or '.join(provision.protects)}, or change the part's duty to confirm-or-deny."
    if provision.ncnd:
        return f"Cite {provision.ncnd}, or change the part's duty to disclose."
    return f"{provision.citation} has no exclusion of the duty to confirm or deny: rely on another exemption."


def balances_what_is_qualified(
    assessment: Assessment, _: Request | None, law: Provisions
) -> Iterator[Finding]:
    """X05: an absolute exemption has no balance and no factors; every qualified one has its balance."""
    for index, part in enumerate(assessment.parts):
        alone = all(law.is_absolute(exemption) for _, exemption, _ in _known(part, index, law))
        for place, exemption, provision in _known(part, index, law):
            named, covered = _weighed(part, exemption, provision, law)
            if law.is_absolute(exemption):
                if named or (alone and part.balance) or exemption.favouring or exemption.against:
                    yield _absolute_yet_weighed(place, exemption)
            elif not (covered or provision.balance_optional):
                yield _qualified_without_balance(place, exemption, provision)


def _weighed(part: Part, exemption: Exemption, provision: Provision, law: Provisions) -> tuple[bool, bool]:
    """Return whether a balance names the exemption, and whether one covers it, by name or not."""
    named = exemption.balance is not None
    for balance in filter(None, (part.balance, *(each.balance for each in part.exemptions))):
        named = named or any(law.get(citation) is provision for citation in balance.of)
    return named, named or (part.balance is not None and not part.balance.of)


def _absolute_yet_weighed(place: str, exemption: Exemption) -> Finding:
    return Finding(
        code="X05",
        severity=Severity.BLOCK,
        place=place,
        sentence=f"{exemption.provision} is absolute here, so there is nothing to weigh; yet it is weighed.",
        mend="Take out its factors and its balance, and name in the balance of the part what else it weighs.",
    )


def _qualified_without_balance(place: str, exemption: Exemption, provision: Provision) -> Finding:
    when = provision.absolute_when
    unnamed = (when and when.condition and exemption.condition is None) or (
        when and when.limb and not exemption.limbs and exemption.provision == provision.citation
    )
    what = "condition" if when and when.condition else "limb"
    return Finding(
        code="X05",
        severity=Severity.BLOCK,
        place=place,
        sentence=f"{exemption.provision} is qualified, and no balance of its own or of its part covers it.",
        mend="Write its balance, here or for the whole part."
        + (f" Or name the {what}: with some it is absolute." if unnamed else ""),
    )


# Factors


def has_both_sides(assessment: Assessment, _: Request | None, law: Provisions) -> Iterator[Finding]:
    """F01: each qualified exemption has a factor favouring and one against."""
    for index, part in enumerate(assessment.parts):
        for place, exemption, provision in _known(part, index, law):
            if law.is_absolute(exemption) or provision.balance_optional:
                continue
            for side in ("favouring", "against"):
                if not getattr(exemption, side):
                    yield Finding(
                        code="F01",
                        severity=Severity.BLOCK,
                        place=f"{place}.{side}",
                        sentence=f"{exemption.provision} has no factor {side} {_DOING[part.duty]}.",
                        mend="Write at least one that belongs to this subject.",
                    )


_DOING: Final = {Duty.DISCLOSE: "disclosure", Duty.CONFIRM_OR_DENY: "confirming or denying"}


# Neither confirming nor denying

_BOTH_AT_ONCE: Final = re.compile(
    r"\bconfirm(ing|ation|ed|s)?\s+(n?or|and)\s+(a\s+)?(den(y|ying|ial|ied|ies))\b", re.IGNORECASE
)
_CONFIRMING: Final = re.compile(r"\bconfirm(ing|ation|ed)\b|\bif we confirm\b", re.IGNORECASE)
_DENYING: Final = re.compile(r"\b(denial|denying|denied)\b|\bif we den(y|ied)\b", re.IGNORECASE)


def treats_both_answers(assessment: Assessment, _: Request | None, __: Provisions) -> Iterator[Finding]:
    """N01: neither confirming nor denying takes a look at what each would reveal."""
    for index, part in enumerate(assessment.parts):
        if part.outcome is not Outcome.MAINTAIN:
            continue
        prose = _BOTH_AT_ONCE.sub(" ", " ".join(_flat(text) for _, text in texts(part)))
        for field, word, said in (
            ("confirming", "confirmation", part.confirming or _CONFIRMING.search(prose)),
            ("denying", "denial", part.denying or _DENYING.search(prose)),
        ):
            if not said:
                yield Finding(
                    code="N01",
                    severity=Severity.WARN,
                    place=f"parts[{index}].{field}",
                    sentence=f"The part does not say what a {word} would reveal.",
                    mend=f"Write it under {field}, so that it is clear why the answer would be the same "
                    "whichever is true.",
                )


_THINGS: Final = (
    r"(?:information|records?|documents?|data|material|recordings?|files?|logs?|e-?mails?|copies|reports?)"
)
_US: Final = r"(?:we|(?:the|this|our) (?:force|authority|council|department|constabulary|trust|organisation))"
_LEAKS: Final = (
    # "we hold that …" and "we hold the view" say nothing of information, and "information that an
    # authority holds" nothing of this one.
    (
        "“we hold”",
        re.compile(
            rf"(?<!\bthat )(?<!\bwhich )(?<!\bwhat )\b{_US} (?:also |currently )?(?:(?:do|does) not )?"
            r"holds?\b"
            r"(?! (?:that|to)\b| (?:the|a|no|this) (?:\w+ )?(?:view|opinion|position|belief|balance)\b)",
            re.IGNORECASE,
        ),
    ),
    (
        "“is held”",
        re.compile(
            rf"\b{_THINGS} (?:\w+ ){{0,2}}?(?:is|are|was|were) (?:not )?held\b",
            re.IGNORECASE,
        ),
    ),
    (
        "“is withheld”",
        re.compile(
            r"\b(?:is|are|was|were|been|being) (?:\w+ )?withheld\b"
            rf"|\b{_US} (?:have |has )?(?:withheld|withholds?)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "“was found”",
        re.compile(
            rf"\b(?:{_THINGS}|nothing|none) (?:\w+ ){{0,3}}?(?:was|were|has been|have been) "
            rf"(?:found|located|identified|retrieved)\b"
            rf"|\b{_US} (?:have |has )?(?:found|located|identified|retrieved) (?:\w+ ){{0,3}}?{_THINGS}\b",
            re.IGNORECASE,
        ),
    ),
    (
        "“we confirm that”",
        re.compile(r"\bwe (?:can |do |hereby |are able to )?(?:confirm|deny) that\b", re.IGNORECASE),
    ),
    ("“redacted”", re.compile(r"\bredact(?:ed|ions?)\b", re.IGNORECASE)),
)
"""What asserts that information is held, or is not."""
_SUPPOSED: Final = re.compile(
    r"\b(?:if|whether|were (?:it|there|we|the)|would|could|might|may|should|unless|when|where|wherever|"
    r"suppos\w+|assum\w+|hypothe\w+|"
    r"confirm\w*|den(?:y|ies|ied|ying|ial|ials)|suggest\w*|indicat\w*|impl(?:y|ies|ied|ying)|infer\w*|conclude\w*|"
    r"neither|either|any|told|right|duty)\b",
    re.IGNORECASE,
)
"""What makes a sentence speak of a possibility; it counts where it stands before the words noticed."""
_SENTENCE: Final = re.compile(r"(?<=\w\w[.!?])[\")\u201d\u2019]?\s+(?=[A-Z\"(\u201c\u2018])")
_BLOCK: Final = re.compile(r"\n\s*\n|\n\s*(?:[-*+]|\d+[.)]|\|)\s*")
_EMPHASIS: Final = re.compile(r"[*_`\\]+")


def asserts_nothing(assessment: Assessment, _: Request | None, __: Provisions) -> Iterator[Finding]:
    """N02: a part that neither confirms nor denies asserts nothing about what is held."""
    for index, part in enumerate(assessment.parts):
        if part.outcome is not Outcome.MAINTAIN:
            continue
        for place, text in texts(part, f"parts[{index}]"):
            if leaks := [words for words, pattern in _LEAKS if _asserts(pattern, text)]:
                # Under these two keys a writer plays a possibility through, at times in plain tenses.
                supposed = place.endswith((".confirming", ".denying"))
                yield Finding(
                    code="N02",
                    severity=Severity.WARN if supposed else Severity.BLOCK,
                    place=place,
                    sentence=f"The text asserts something about information held, in words like {leaks[0]}.",
                    mend="Say what an answer would reveal if there were information, and if there were none.",
                )


def _asserts(pattern: re.Pattern[str], text: str) -> bool:
    return any(
        not _SUPPOSED.search(sentence[: found.start()])
        for sentence in _sentences(text)
        for found in pattern.finditer(sentence)
    )


def _sentences(text: str) -> Iterator[str]:
    for block in _BLOCK.split(text):
        yield from _SENTENCE.split(_flat(block))


def _flat(text: str) -> str:
    return " ".join(_EMPHASIS.sub("", text).split())


# The text as a whole, and the procedure

_PLACEHOLDER: Final = re.compile(
    r"\\?\[\s*(?i:to be (?:written|added|completed|confirmed|drafted|inserted)\b|insert\b|tb[cda]\b|"
    r"(?:[Xx]{2,}|\.{3}|…|\?+|_+)\s*\\?\])"
    r"|\bINSERT\b|\bX{3,}\b|\bTB[CDA]\b"
)


def is_written_out(assessment: Assessment, request: Request | None, _: Provisions) -> Iterator[Finding]:
    """S03: no placeholder is left."""
    found = [*texts(assessment), *(texts(request, "request") if request else ())]
    for place, text in found:
        if _PLACEHOLDER.search(text):
            yield Finding(
                code="S03",
                severity=Severity.BLOCK,
                place=place,
                sentence="A placeholder stands where text should be.",
                mend="Put the text in its place.",
            )


def is_of_the_request(assessment: Assessment, request: Request | None, _: Provisions) -> Iterator[Finding]:
    """S06: the assessment is of this request."""
    if request is None:
        yield _not_run("S06", "reference", "the references")
    elif assessment.reference != request.reference:
        yield Finding(
            code="S06",
            severity=Severity.BLOCK,
            place="reference",
            sentence="The reference is not that of the request.",
            mend=f"Write {request.reference}, if this is the assessment of that request.",
        )


def says_what_was_asked(_: Assessment, request: Request | None, __: Provisions) -> Iterator[Finding]:
    """P03: a summary of the request, fit to publish, is there."""
    if request is None:
        yield _not_run("P03", "request.summary", "the summary")
    elif not (request.summary or "").strip():
        yield Finding(
            code="P03",
            severity=Severity.BLOCK,
            place="request.summary",
            sentence="The request has no summary fit to publish.",
            mend="Write in the request's summary what was asked, without saying who asked.",
        )


def _not_run(code: str, place: str, what: str) -> Finding:
    return Finding(
        code=code,
        severity=Severity.NOT_RUN,
        place=place,
        sentence=f"Without the request {what} could not be looked at.",
        mend="Give the request too.",
    )


def _exemptions(assessment: Assessment) -> Iterator[tuple[str, Exemption]]:
    for index, part in enumerate(assessment.parts):
        for position, exemption in enumerate(part.exemptions):
            yield f"parts[{index}].exemptions[{position}]", exemption


def _balances(assessment: Assessment) -> Iterator[tuple[str, Part | Exemption, Balance]]:
    for index, part in enumerate(assessment.parts):
        if part.balance:
            yield f"parts[{index}].balance", part, part.balance
    for place, exemption in _exemptions(assessment):
        if exemption.balance:
            yield f"{place}.balance", exemption, exemption.balance


def _known(part: Part, index: int, law: Provisions) -> Iterator[tuple[str, Exemption, Provision]]:
    """Yield the exemptions of a part whose provision exists; X01 speaks of the others."""
    for position, exemption in enumerate(part.exemptions):
        provision = law.get(exemption.provision)
        if provision is not None:
            yield f"parts[{index}].exemptions[{position}]", exemption, provision


RULES: Final[tuple[Rule, ...]] = (
    cites_what_exists,
    fits_the_duty,
    balances_what_is_qualified,
    has_both_sides,
    treats_both_answers,
    asserts_nothing,
    is_written_out,
    is_of_the_request,
    says_what_was_asked,
)

"""Neither confirming nor denying: nothing in the text gives away whether information is held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flows.domain.assessment import Outcome
from flows.domain.checks.leaks import held_in, leak_of
from flows.domain.checks.plain_text import spans
from flows.domain.checks.rule import PRACTICE, Draft, Input, Noticed, rule
from flows.domain.checks.words import Passage, phrase, unmarked, unquoted
from flows.domain.finding import Severity

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from flows.domain.assessment import Request
    from flows.domain.checks.words import Sentence
    from flows.domain.provisions import Provisions

BOTH_AT_ONCE: Final = phrase(r"\bconfirm(?:ing|ation|ed|s)? (?:n?or|and) (?:a )?den(?:y|ying|ial|ied|ies)\b")
_CONFIRMING: Final = phrase(r"\bconfirm(?:ing|ation|ed)\b|\bif we confirm\b")
_DENYING: Final = phrase(r"\b(?:denial|denying|denied)\b|\bif we den(?:y|ied)\b")


@rule("N01", Severity.WARN, citation="ICO guidance on neither confirming nor denying")
def treats_both_answers(draft: Draft, _: Provisions) -> Iterator[Noticed]:
    """A part that neither confirms nor denies says what each of the two answers would reveal."""
    for place, part in draft.parts():
        if part.outcome is not Outcome.MAINTAIN:
            continue
        prose = BOTH_AT_ONCE.sub(" ", " ".join(passage.plain for passage in draft.under(place)))
        for field, word, said in (
            ("confirming", "confirmation", part.confirming or _CONFIRMING.search(prose)),
            ("denying", "denial", part.denying or _DENYING.search(prose)),
        ):
            if not said:
                yield Noticed(
                    place=f"{place}.{field}",
                    sentence=f"The part does not say what a {word} would reveal.",
                    mend=f"Write it under {field}, so that it is clear why the answer would be the same "
                    "whichever is true.",
                )


@rule("N02", Severity.BLOCK, citation="FOIA s.1(1)(a), s.2(1)")
def asserts_nothing(draft: Draft, _: Provisions) -> Iterator[Noticed]:
    """A part that neither confirms nor denies asserts nothing about what is held.

    Nor does the summary of what was asked, which stands above it.
    """
    places = [place for place, part in draft.parts() if part.outcome is Outcome.MAINTAIN]
    for place in places:
        for passage in draft.under(place):
            yield from _leaks(passage, draft.request.authority if draft.request else None)
    if places and draft.request:
        yield from _told_in_asking(draft.request)


def _told_in_asking(request: Request) -> Iterator[Noticed]:
    """Notice where a subject or summary says for the authority what is held.

    A request speaks of “information held” in its own ways: only a warning, of what is plain.
    """
    for place, text in (("request.subject", request.subject), ("request.summary", request.summary or "")):
        for sentence in Passage(place, text).sentences:
            if found := held_in(sentence, request.authority):
                yield Noticed(
                    severity=Severity.WARN,
                    place=place,
                    span=sentence.span(found),
                    sentence="What was asked is told as if information were held.",
                    mend="Say only what was asked: “any reports on …”, “whether …”.",
                )


def _leaks(passage: Passage, authority: str | None) -> Iterator[Noticed]:
    # Under these two keys a writer plays a possibility through, at times in plain tenses.
    supposed = passage.place.endswith((".confirming", ".denying"))
    for sentence in passage.sentences:
        leak = leak_of(sentence, authority)
        if leak is None or (supposed and not leak.asserts):
            continue
        in_doubt = supposed or leak.in_doubt
        yield Noticed(
            severity=Severity.BLOCK if leak.asserts and not in_doubt else Severity.WARN,
            place=passage.place,
            span=sentence.span(leak.found),
            sentence=_SAID[leak.asserts, in_doubt].format(leak.kind),
            mend=_MEND[leak.asserts],
        )


_SAID: Final = {
    (True, False): "The text asserts something about information held, in words like {}.",
    (True, True): "The text may assert something about information held, in words like {}.",
    (False, False): "The text reads as if information were held, in words like {}.",
}
_MEND: Final = {
    True: "Say what an answer would reveal if there were information, and if there were none.",
    False: "Speak of an answer, of confirming or of denying, and of information only as possibly held.",
}


CAVEAT: Final = phrase(
    r"\bshould not be (?:taken|read|understood|construed|seen) (?:as|to)\b[^.]{0,80}?\b(?:is or is not|does "
    r"or does not|do or do not|are or are not|whether or not)\b"
)
"""What a text says that gives nothing away: its reasons are no sign of an answer."""


@rule("N03", Severity.WARN, citation=PRACTICE, needs=(Input.DOCUMENT,))
def says_it_gives_nothing_away(draft: Draft, _: Provisions) -> Iterator[Noticed]:
    """The text says that its reasons are no sign of whether information is held.

    It says so once for each part that neither confirms nor denies.
    """
    wanted = sum(part.outcome is Outcome.MAINTAIN for part in draft.assessment.parts)
    there = len(CAVEAT.findall(unmarked(draft.document or "")))
    if there < wanted:
        yield Noticed(
            place="document",
            sentence=f"Of the parts {wanted} neither confirm nor deny; {there} say that this is no sign of "
            "what is held.",
            mend="Say in each that it should not be taken as indicating that information is or is not held.",
        )


_OF_DISCLOSURE: Final = phrase(
    r"\bpublic interest (?:in|lies in|favours) (?:the )?(?:disclos(?:ure|ing)|releas(?:e|ing)|publi(?:shing|"
    r"cation)|withholding|non-disclosure)\b(?! (?:of )?whether\b)"
    r"|\b(?:factors|considerations|arguments|reasons) (?:favouring|for|in favour of|against) (?:disclosure|"
    r"non-disclosure|release|releasing|withholding)\b"
)
"""The test of section 2(2)(b), in a part that is about section 2(1)(b)."""
_OF_CONFIRMING: Final = phrase(
    r"\bconfirm(?:ing|ation|s)? (?:n?or|and) (?:a )?den(?:y|ying|ial|ies)\b"
    r"|\bexclusion of the duty\b"
)
"""The reverse."""
_OTHER_PART: Final = phrase(
    r"\b(?:part|question) (?:[0-9]|one|two|three|four|five)\b"
    r"|\b(?:other|another|first|second|third|fourth) (?:part|question)s?\b"
)


@rule("N04", Severity.WARN, citation="FOIA s.2(1)(b), s.2(2)(b)")
def speaks_of_its_own_test(draft: Draft, _: Provisions) -> Iterator[Noticed]:
    """Each part speaks of its own public interest test, and not of that of the other duty."""
    for place, part in draft.parts():
        other = _TESTS_OF_THE_OTHER.get(part.outcome)
        for passage in draft.under(place) if other else ():
            if passage.place in (f"{place}.answer", f"{place}.information"):
                continue
            for sentence in passage.sentences:
                yield from _other_test(passage, sentence, part.outcome)


def _other_test(passage: Passage, sentence: Sentence, outcome: Outcome) -> Iterator[Noticed]:
    _, said, mend = _TESTS_OF_THE_OTHER[outcome]
    if found := other_test_in(sentence, outcome):
        yield Noticed(place=passage.place, span=sentence.span(found), sentence=said, mend=mend)


def other_test_in(sentence: Sentence, outcome: Outcome) -> re.Match[str] | None:
    """Return the words of a sentence that weigh for the other duty than a part of that outcome is about."""
    pattern, text = _TESTS_OF_THE_OTHER[outcome][0], unquoted(sentence.text)
    found = pattern.search(text)
    if found and (_NOT_THIS_TEST.search(text, 0, found.start()) or _OTHER_PART.search(text)):
        return None
    return found


_NOT_THIS_TEST: Final = phrase(
    r"\b(?:not|rather than|instead of|as opposed to|distinct from|different from|separate from|unlike|nor|"
    r"whether)\b"
)
_TESTS_OF_THE_OTHER: Final = {
    Outcome.MAINTAIN: (
        _OF_DISCLOSURE,
        "The part neither confirms nor denies, and speaks of the public interest in disclosing information.",
        "Weigh confirming or denying: the public interest in disclosing whether information is held.",
    ),
} | dict.fromkeys(
    (Outcome.WITHHOLD, Outcome.PARTLY),
    (
        _OF_CONFIRMING,
        "The part withholds information, and speaks of confirming or denying.",
        "Weigh disclosure: the public interest in disclosing the information.",
    ),
)

THE_REST: Final = phrase(
    r"\b(?:any|all|the) (?:other|further|additional|remaining) (?:\w+ )?(?:information|data|material|"
    r"records?|documents?)\b"
    r"|\banything (?:else|further)\b"
)
"""What is left once something else has been dealt with."""


@rule("N05", Severity.WARN, citation="FOIA s.1(1), s.17(1)")
def has_a_part_for_the_rest(draft: Draft, _: Provisions) -> Iterator[Noticed]:
    """“Any other information” has a part beside it that deals with the rest."""
    if len(draft.assessment.parts) > 1:
        return
    for place, part in draft.parts():
        found = next(spans(THE_REST, part.information), None)
        if part.outcome is Outcome.MAINTAIN and found:
            yield Noticed(
                place=f"{place}.information",
                span=found,
                sentence="The part is about other information, and no part deals with what it is other than.",
                mend="Add that part, or make sure that the letter deals with it and says so.",
            )

"""What the audit asks of a text that was brought and of a submission, beside signatures and procedure.

What can be established is: that an assessment is one, of its case; that its words stand in the text that
people approved, and no others where the submission names the software at hand as what made it; that a
submission told of all that stops one. What this software cannot know is said.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from flows.casework import texts
from flows.document.arrangement import without_marks
from flows.document.blocks import Paragraph, Text, parse_document, parse_prose, words
from flows.document.releases import release_of, running, texts_made_with
from flows.domain.acts.drafting import MADE_WITH
from flows.domain.assessment import texts as texts_of
from flows.domain.checks import VERSION
from flows.domain.checks.rule import Draft
from flows.domain.checks.ruleset import check as check_content
from flows.domain.documents import ASSESSMENT, DOCUMENT, DOCUMENTS, REQUEST
from flows.domain.errors import MalformedError
from flows.domain.finding import Severity, blocking
from flows.domain.local_day import local_day
from flows.domain.noted import read_noted
from flows.domain.reference import identity
from flows.domain.request_file import parse_request_file
from flows.register.report import Verdict
from flows.sources.strict_yaml import scan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flows.document.blocks import Block
    from flows.domain.assessment import Assessment, Request
    from flows.register.report import Brought

_PASSES: Final = Verdict(passes=True)
_PLAIN: Final = frozenset({"authority", "subject", "information"})
_PROSE: Final = frozenset({"summary", "applies", "harm", "text", "confirming", "denying", "answer"})
"""The texts of a request and an assessment that all templates there were print as they stand."""


def check_assessment(brought: Brought) -> Verdict:
    """Check that what came beside a request is an assessment of it, where anything came."""
    return _PASSES if ASSESSMENT not in brought.act.files else _unread(brought) or _PASSES


def check_text(brought: Brought) -> Verdict:
    """Check that the text of a draft can be read, and is made of its assessment where it has one."""
    document = DOCUMENTS[brought.act.document]
    text = brought.read(document.text).decode()
    made = _made_here(brought) if document.checked else None
    if made == text:
        return _PASSES  # what the software makes can be read
    try:
        parse_document(text)
    except MalformedError:
        return _not("The text is none that a paper could have.")
    if not document.checked:
        return _PASSES
    return _unread(brought) or _otherwise(brought, made, text)


def check_submission(brought: Brought) -> Verdict:
    """Check that a submission told of everything that stops one, and that its text is what it says made it.

    Only the rules of the same version can find that it did not: another version may well find more, and
    what it finds is told.
    """
    if not DOCUMENTS[brought.act.document].checked:
        return _PASSES
    details = brought.act.details
    try:
        looked_at = _looked_at(brought)
    except MalformedError:
        return _unknown("its files cannot be read by this software")
    noted = read_noted(details.get("findings", ""))
    told = {(each.code, each.place) for each in noted if each.severity is Severity.BLOCK}
    left_out = sorted(
        f"{each.code} at {each.place or 'the whole text'}"
        for each in blocking(check_content(looked_at))
        # Templates change, and what was made otherwise then is looked into where it was brought.
        if each.code != "S09" and (each.final or (each.code, each.place) not in told)
    )
    if details["rules"] == VERSION and left_out:
        sentence = f"The version was submitted in spite of {', '.join(left_out)}, which nothing allowed"
        return Verdict(passes=False, code="E_CHECKS", sentence=sentence)
    said = _as_it_says(brought, looked_at)
    if not said.passes or details["rules"] == VERSION:
        return said
    then = f"its rules are {details['rules']}, and not {VERSION} as here"
    would = f"; by these {', '.join(left_out)} would stop it" if left_out else ""
    return _unknown("; ".join(filter(None, (then + would, said.sentence))))


def _as_it_says(brought: Brought, looked_at: Draft) -> Verdict:
    """Check that the text is what the software makes of it that the submission names, where it names any."""
    named = brought.act.details.get(MADE_WITH)
    if named is None:
        return _PASSES
    release = release_of(dict(part.split("=", 1) for part in named.split(" ")))
    if release is None:
        sentence = (
            "The submission names software that is no release known here, so its text is not made again."
        )
        return Verdict(passes=False, code="E_RENDERER", sentence=sentence)
    request = looked_at.request or _request(brought)
    day = local_day(brought.act.time)
    try:
        made = texts.make_text(request, looked_at.assessment, on=day, body=looked_at.body)
    except MalformedError:
        return _unknown("this software can make no text of its files")
    if made == looked_at.document:
        return _PASSES
    if named == texts_made_with():
        return _not("The text is not what the software makes of its assessment that the submission names.")
    which = "other versions of its parts" if release == running() else release.name
    return _unknown(f"its text was made with {which}, and only audited with that can it be compared")


def _looked_at(brought: Brought) -> Draft:
    request, assessment = _request(brought), _assessment(brought)
    text = brought.read(DOCUMENT).decode()
    return Draft(
        assessment=assessment,
        request=replace(request, received=brought.case.life.events.received),
        document=text,
        made=text,
        today=local_day(brought.act.time),
        body=brought.policy.rules.body,
    )


def _unread(brought: Brought) -> Verdict | None:
    """Return what is said of an assessment that this software cannot read; None where it can."""
    try:
        _assessment(brought)
    except MalformedError:
        pass
    else:
        return None
    try:
        content = scan(brought.read(ASSESSMENT), ASSESSMENT, typed=False).content
    except MalformedError:
        return _not("The assessment is none: it cannot be read as one text of YAML.")
    named = content.get("reference") if isinstance(content, dict) else None
    if not isinstance(named, str) or identity(named) != identity(brought.case.reference):
        return _not("The assessment is none of this case.")
    return _unknown("its assessment is not in a form that this software reads")


def _made_here(brought: Brought) -> str | None:
    """Return what this software makes of a request and an assessment; None where it can make nothing."""
    try:
        request, assessment = _request(brought), _assessment(brought)
        return texts.make_text(
            request, assessment, on=local_day(brought.act.time), body=brought.policy.rules.body
        )
    except MalformedError:
        return None


def _otherwise(brought: Brought, made: str | None, text: str) -> Verdict:
    """Say what a text lacks that is otherwise than this software makes it of its request and assessment."""
    if made is None:
        return _unknown("this software can make none of its files")
    request, assessment = _request(brought), _assessment(brought)
    there, here = _Said(parse_document(text)), _Said(parse_document(made))
    lacking = [
        path
        for path, some in [*texts_of(request, "request"), *texts_of(assessment)]
        if any(here.has(said) and not there.has(said) for said in _pieces(path, some))
    ]
    if lacking:
        return _not(f"The text lacks words of its assessment: {', '.join(lacking)}.")
    return _unknown("it has the words, and is not what the templates of this software make of them")


class _Said:
    """What a text says, whatever its layout: its letters and digits in one, and where its links lead."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.letters = _letters("".join(words(without_marks(blocks))))
        self.links = frozenset(texts.links(blocks))

    def has(self, piece: _Said) -> bool:
        """Tell whether a piece of text is in this one."""
        return piece.letters in self.letters and piece.links <= self.links


def _pieces(path: str, some: str) -> Iterator[_Said]:
    """Yield what a text that is printed as it stands says, block by block; nothing for another text."""
    name = path.rpartition(".")[2]
    if name in _PLAIN:
        yield _Said([Paragraph((Text(some),))])
    elif name in _PROSE:
        yield from (_Said([block]) for block in parse_prose(some))


def _letters(text: str) -> str:
    """Return the letters and digits of a text: what no other layout changes."""
    return "".join(c for c in text.casefold() if c.isalnum())


def _request(brought: Brought) -> Request:
    return parse_request_file(brought.read(REQUEST).decode())


def _assessment(brought: Brought) -> Assessment:
    return _read_assessment(brought.read(ASSESSMENT), brought.case.reference)


@lru_cache(maxsize=64)  # a draft's is asked for twice, and again by a submission that follows soon
def _read_assessment(data: bytes, reference: str) -> Assessment:
    return texts.read_assessment(data, reference, rules=texts.RECORDED)


def _not(sentence: str) -> Verdict:
    return Verdict(passes=False, code="E_CONTENT", sentence=sentence)


def _unknown(sentence: str) -> Verdict:
    return Verdict(passes=True, established=False, sentence=sentence)

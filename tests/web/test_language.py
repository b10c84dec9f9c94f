"""The desk in Welsh: by its catalogue, which has every text of the pages."""

from __future__ import annotations

import html
import re
from contextlib import closing
from datetime import date
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import httpx
import pytest
from catalogue import DOCS, PLACE, brought_up, catalogue, faults, missing, other_words, stated, strings, told
from web_builders import SignedIn

from flows.desk.web.language import words_of
from flows.desk.web.render import environment
from flows.domain.clock import Due
from flows.domain.owed import Duty

if TYPE_CHECKING:
    from collections.abc import Callable

    from desk_builders import Desk
    from web_builders import Person

    from flows.home import Home

HEAD = PLACE.read_bytes().partition(b"\n\n")[0]
ENGLISH = re.compile(
    r"(?<![\w-])(?:an|and|are|be|by|for|from|has|have|in|is|it|its|not|of|on|or|that|the|this|to|was|what|when|who|with|you)(?![\w-])",
    re.IGNORECASE,
)
"""Words without which hardly an English sentence does, and which Welsh has not."""
WELSH = {each for message in catalogue(PLACE.read_bytes()) for each in strings(message) if each != message.id}
OWN = {str(each.id) for each in catalogue(PLACE.read_bytes()) if each.id not in strings(each)}
"""What pages say in English, and in Welsh by another word."""


def is_english(words: str) -> bool:
    return bool(ENGLISH.search(words)) or any(
        each.strip(" ,.:") in OWN for each in (words, *words.split(","))
    )


def test_the_catalogue_has_every_text_of_the_pages_and_no_other() -> None:
    text = PLACE.read_bytes()
    assert brought_up(text) == text, "python -m tests.web.catalogue brings it up"


def test_every_translation_has_all_of_its_forms_and_placeholders() -> None:
    assert list(faults(PLACE.read_bytes())) == []


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ('msgid "In %(place)s"\nmsgstr "Yma"', "Yma: it has other placeholders than In %(place)s"),
        (
            'msgid "In %(place)s"\nmsgstr "Yn %(plas)s"',
            "Yn %(plas)s: it has other placeholders than In %(place)s",
        ),
        ('msgid "Here"\nmsgstr "Yn %(place)s"', "Yn %(place)s: it has other placeholders than Here"),
        ('msgid "All %%"\nmsgstr "Pob un"', "Pob un: it has other placeholders than All %%"),
        (
            'msgid "%(num)d day"\nmsgid_plural "%(num)d days"\nmsgstr[0] "%(num)d dydd"\nmsgstr[5] ""',
            "('%(num)d day', '%(num)d days'): it has not all of its 6 forms",
        ),
    ],
    ids=[
        "a placeholder lost",
        "a placeholder misspelt",
        "a placeholder too many",
        "a lost per cent",
        "forms lost",
    ],
)
def test_a_translation_that_would_break_a_page_is_found(entry: str, fault: str) -> None:
    assert list(faults(b"%s\n\n%s\n" % (HEAD, entry.encode()))) == [fault]


def test_a_text_without_its_welsh_is_named() -> None:
    text = b'%s\n\nmsgid "Here"\nmsgstr ""\n\nmsgid "There"\nmsgstr "Yno"\n' % HEAD
    assert missing(text) == ["Here"]
    assert stated(text) == "Of 2 texts of the pages, 1 have their Welsh."


def test_a_term_of_the_glossary_is_always_the_same_word() -> None:
    assert list(other_words(PLACE.read_bytes())) == []


def test_another_word_for_a_term_of_the_glossary_is_found() -> None:
    good = b'msgid "An exemption in your request"\nmsgstr "Eithriad yn eich cais"\n'
    assert list(other_words(b"%s\n\n%s" % (HEAD, good.replace(b"Eithriad", b"Esemptiad")))) == [
        "An exemption in your request: exemption is eithriad"
    ]
    assert list(other_words(b"%s\n\n%s" % (HEAD, good.replace(b"yn eich cais", b"dy gais")))) == []


def test_after_a_number_stands_the_noun_as_welsh_has_it() -> None:
    words = words_of("cy")
    counted = [
        words.ngettext("%(num)d entry", "%(num)d entries", number) for number in (0, 1, 2, 3, 4, 6, 12)
    ]
    assert [each.removeprefix("%(num)d ") for each in counted] == [
        *("cofnod", "cofnod", "gofnod", "chofnod", "cofnod", "chofnod", "cofnod"),
    ]


def test_the_page_of_docs_says_how_many_texts_have_their_welsh() -> None:
    text, docs = PLACE.read_bytes(), DOCS.read_text()
    assert stated(text) in docs
    assert told(docs, text) == docs, "python -m tests.web.catalogue writes it"


@pytest.mark.exhaustive
def test_a_reader_chooses_welsh_and_keeps_it(person: Callable[..., Person]) -> None:
    reader = person("legal-reviewer")
    reader.presses("Cymraeg")
    assert reader.heading == "Yn aros"
    assert reader.page.locator("html").get_attribute("lang") == "cy"
    assert "6 Rhag" in reader.words  # a day of December
    reader.goes("/me")
    assert "Lle'r ydych wedi mewngofnodi" in reader.words
    reader.presses("English")
    assert "Where you are signed in" in reader.words


def test_a_sign_for_a_hundredth_is_written_once_in_either_language(at: str) -> None:
    for language in ("en", "cy"):
        page = httpx.get(f"{at}/accessibility", cookies={"language": language}).text
        assert ("200 %" in page, "%%" in page) == (True, False)


VOID = {"meta", "link", "input", "br", "hr", "img"}
SAID = (
    "aria-label",
    "title",
    "data-name",
    "alt",
    "placeholder",
    "data-cancelled",
    "data-same",
    "data-unable",
)


@pytest.mark.parametrize(
    ("waits_for", "said"),
    [
        (
            (Duty.CLARIFICATION, date(2026, 3, 3)),
            "Nid oes dyddiad cau tra disgwylir yr eglurhad y gofynnwyd amdano ar 3 Mawrth 2026",
        ),
        (
            (Duty.FEE, date(2026, 8, 12)),
            "Nid oes dyddiad cau tra bo'r hysbysiad ffioedd, 12 Awst 2026, heb ei dalu",
        ),
        ((Duty.PAPER, None), "Nid oes dyddiad cau o dan y Ddeddf, gan fod y cais wedi'i ateb"),
    ],
    ids=["a clarification", "a fee", "a paper"],
)
def test_why_nothing_is_due_is_said_in_welsh(waits_for: tuple[Duty, date | None], said: str) -> None:
    macros = (
        environment("cy").get_template("desk/parts.html.j2").make_module({"language": "cy", "form_token": ""})
    )
    assert html.unescape(macros.due(Due(waits_for=waits_for))) == said  # type: ignore[attr-defined] # of the template


CASE = "/cases/1146A-22"
WRITTEN = re.compile(
    r"Covert use of ear, vein and gait recognition|Weigh the delay too\.|^(?:administrator|auditor) ?$"
)
"""What people wrote, in the language of their choice: the subject of the case, the reason of a return.

The ids of people are there too, since some are called as their role.
"""
PAGES = {
    "": ["/sign-in", "/accessibility"],
    "legal-reviewer": [
        *(
            "/",
            "/cases?words=plan",
            "/cases?words=nowhere",
            "/register",
            "/register/3",
            "/register/9999",
            "/me",
        ),
        *(
            f"{CASE}{page}"
            for page in ("", "/decide/test", "/decide/test/comment?paragraph=1", "/changes", "/paper")
        ),
    ],
    "foi-officer": [
        *(
            CASE,
            f"{CASE}/draft",
            f"{CASE}/draft?document=response",
            f"{CASE}/draft/start",
            f"{CASE}/act",
            "/inbox",
        ),
        *(
            f"{CASE}/act?act={act}"
            for act in ("close", "extend/extension", "read-request", "records", "submit/test")
        ),
        *("/applicant", f"{CASE}/request"),
    ],
    "administrator": ["/people", "/people/legal-reviewer", "/policy"],
}


@pytest.mark.parametrize("who", PAGES)
def test_a_page_in_welsh_has_no_english_but_what_is_marked_as_english(
    home: Home, at: str, command: Desk, who: str
) -> None:
    paths = [*PAGES[who]]
    with closing(SignedIn(home, at, who or "auditor")) as visitor:
        if who == "foi-officer":
            command.return_()  # so that there is a draft to go on with
        if who == "legal-reviewer":
            decided = {"version": "1", "gate": "legal-review", "decision": "approve"}
            paths.append(visitor.sends(f"{CASE}/decide/test", {"Origin": at}, **decided).headers["location"])
        if not who:
            visitor.client.cookies.clear()
        visitor.client.cookies.set("language", "cy")
        pages = {path: _Said(visitor.client.get(path).text) for path in paths}
    assert {path for path, page in pages.items() if page.language != "cy"} == set()
    found = {
        path: [each for each in page.words if is_english(WRITTEN.sub("", each))]
        for path, page in pages.items()
    }
    assert {path: words for path, words in found.items() if words} == {}
    marked = {path: [each for each in page.english if each.strip() in WELSH] for path, page in pages.items()}
    assert {path: words for path, words in marked.items() if words} == {}, "Welsh is marked as English"


def test_what_the_desk_refuses_is_said_in_welsh_and_what_an_act_refuses_in_english(
    home: Home, at: str
) -> None:
    with closing(SignedIn(home, at, "legal-reviewer")) as visitor:
        visitor.client.cookies.set("language", "cy")
        unsaid = {"version": "1", "gate": "legal-review"}
        asked = visitor.sends(f"{CASE}/decide/test", {"Origin": at}, **unsaid)
        returned = visitor.sends(f"{CASE}/decide/test", {"Origin": at}, **unsaid, decision="return")
        empty = visitor.sends(f"{CASE}/act", {"Origin": at}, act="step-aside")
    assert (asked.status_code, returned.status_code, empty.status_code) == (422, 422, 422)
    assert "Rheswm: mae angen hyn." in "".join(_Said(empty.text).words)
    assert "Dewiswch a ydych yn cymeradwyo" in "".join(_Said(asked.text).words)
    assert any("reason" in each for each in _Said(returned.text).english)


class _Said(HTMLParser):
    """What a page says, its attributes too, apart from what it marks as English."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.english: list[str] = []
        self.language: str | None = None
        self._open: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "html":
            self.language = named.get("lang")
        if tag not in VOID:
            within = {"en": True, "cy": False}.get(named.get("lang") or "", self._apart)
            self._open.append((tag, within or tag in {"pre", "script"}))
        if not self._apart:
            self.words += [value for name in SAID if (value := named.get(name))]

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        (self.english if self._apart else self.words).append(data)

    @property
    def _apart(self) -> bool:
        return bool(self._open) and self._open[-1][1]

"""Every act that has no page of its own: chosen, asked for by its row, signed, recorded."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest
from desk_builders import CASE, CASES, passes_audit
from letter_texts import a_letter
from web_builders import SignedIn, cookie_of

from flows.casework.office import open_office
from flows.desk.web import forms
from flows.desk.web.forms import UnfitFieldError
from flows.desk.web.pages.acting import choices
from flows.desk.web.visit import Visit
from flows.domain.acts import ACTS, On, Reason
from flows.domain.documents import TEST

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desk_builders import Desk
    from web_builders import Person

    from flows.domain.acts import Kind
    from flows.home import Home

_THERE = "/cases/1146A-22"
_SIGN = "Sign with the key of the sample"


@pytest.mark.exhaustive
def test_an_act_with_a_file_is_chosen_and_its_file_is_kept_sealed(
    person: Callable[..., Person], command: Desk, home: Home, tmp_path: Path
) -> None:
    officer, evidence = person("foi-officer"), tmp_path / "search.txt"
    evidence.write_text("What was searched: XYZZY-42.")
    officer.goes(_THERE)
    officer.follows("Other acts")
    officer.page.get_by_label("Put evidence before the deciders").check()
    officer.presses("Continue")
    officer.presses("Check and sign")
    assert "What it is evidence of: this is needed." in officer.words
    officer.page.get_by_label("a search").check()
    assert officer.page.get_by_text("There is a problem").is_visible()
    officer.page.get_by_label("File to be kept sealed").set_input_files(evidence)
    officer.presses("Check and sign")
    officer.presses(_SIGN)
    assert command.told("history", CASE)["entries"][-1]["act"] == "evidence"
    assert passes_audit(home)
    assert not any(b"XYZZY" in path.read_bytes() for path in home.root.rglob("*") if path.is_file())


@pytest.mark.exhaustive
def test_who_opens_a_request_is_on_record_before_it_is_shown(
    person: Callable[..., Person], command: Desk
) -> None:
    reviewer = person("legal-reviewer")
    reviewer.goes(f"{_THERE}/request")
    assert "Please answer by e-mail" not in reviewer.words
    reviewer.follows("Open it, with a reason")
    reviewer.page.get_by_label("Reason").fill("To judge the harm.")
    reviewer.presses("Check and sign")
    reviewer.presses(_SIGN)
    assert command.told("history", CASE)["entries"][-1]["act"] == "read-request"
    reviewer.follows("As it arrived")
    reviewer.presses("Show it now")
    assert "Please answer by e-mail" in reviewer.words


@pytest.mark.exhaustive
@pytest.mark.parametrize("phone", [False, True])
def test_what_cannot_be_done_is_listed_with_why(person: Callable[..., Person], *, phone: bool) -> None:
    size = {"width": 360, "height": 700} if phone else {"width": 1280, "height": 900}
    officer = person("foi-officer", viewport=size)
    officer.goes(f"{_THERE}/act")
    officer.page.get_by_text("What you cannot do now, and why").click()
    assert "1146A/22 cannot be corrected: it is at legal review." in officer.words
    assert "foi-officer may not reopen: that needs the role sign-off-officer." in officer.words
    width = officer.page.evaluate("document.documentElement.scrollWidth")
    assert width <= size["width"]


def test_every_act_on_a_document_is_done_to_the_version_that_its_page_showed_and_to_no_other(
    home: Home, at: str, command: Desk, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.md"
    letter.write_text(a_letter("extension", CASE, date(2022, 12, 1)), encoding="utf-8")
    command.done("draft", CASE, letter, "--document", "extension", "--as", "foi-officer")
    before, tried = command.told("history", CASE), set()
    for person in ("foi-officer", "sign-off-officer"):
        someone = SignedIn(home, at, person)
        with open_office(home, reading=True) as office:
            visit: Any = SimpleNamespace(person=person, policy=office.register.policy())
            case = office.register.dossier(CASE).case
            acts = [
                each
                for each in choices(case, visit)
                if each.document and case.document(each.document).version
            ]
        for each in acts:
            page = someone.client.get(f"{_THERE}/act?act={each.id}").text
            assert ('name="version" value="1"' in page) is not bool(each.why_not), each.id
            for version in ("", "0", "2"):
                form = {"act": each.id, "version": version, "reason": "Because.", "fact-on": "2022-12-01"}
                answer = someone.sends(f"{_THERE}/act", {"Origin": at}, **form)
                assert (answer.status_code, "is at version 1, not" in answer.text) == (422, True), each.id
            tried |= set() if each.why_not else {each.act}
        someone.close()
    assert {"submit", "withdraw-draft"} <= tried
    assert command.told("history", CASE) == before


_GOOD: Final = {
    "DATE": "2022-11-07",
    "PERSON": "legal-reviewer",
    "ID": "X06",
    "PATH": "parts[0]",
    "POUNDS": "450.00",
    "CITATIONS": "31(1)(a)",
    "REF": "1147/22",
    "ground": "Schedule 4.2",
    "THEIR-REF": "IC-123456-A1B2",
    "NUMBER": "3",
}


@pytest.mark.parametrize("kind", [kind for kind in ACTS.values() if kind.on is not On.POLICY], ids=str)
def test_a_form_has_a_field_for_whatever_a_row_asks_and_makes_the_act_of_it(kind: Kind) -> None:
    facts = {
        fact.name: fact.choices[0] if fact.choices else _GOOD.get(fact.metavar) or _GOOD[fact.name]
        for fact in kind.asked
    }
    document = kind.document or (TEST.name if kind.on is On.DOCUMENT else "")
    form = {f"fact-{name}": [text] for name, text in facts.items()} | {"reason": ["Because."]}
    visit = _a_visit(form, {"file": b"sealed"})
    wish = forms.wish_of(kind, "1146A/22", document, visit)
    assert wish.facts == facts
    assert wish.reason == (None if kind.reason is Reason.NONE else "Because.")
    assert wish.sealed == (None if kind.seals is Reason.NONE else b"sealed")
    for field in forms.fields_of(kind, visit):
        if field.needed:
            empty = _a_visit({**form, field.name: [" "]}, {"file": b"" if field.form == "file" else b"x"})
            with pytest.raises(UnfitFieldError) as refused:
                forms.wish_of(kind, "1146A/22", document, empty)
            assert forms.field_of(refused.value) == field.name


def _a_visit(form: dict[str, list[str]], files: dict[str, bytes]) -> Visit:
    nothing: Any = SimpleNamespace(people={})
    return Visit(
        path={},
        asked={},
        form=form,
        files=files,
        uploads=(),
        office=nothing,
        store=nothing,
        policy=nothing,
        session=None,
        roles=frozenset(),
        origin="",
        peer="",
        counted="",
        sample=False,
        language="en",
        here="",
    )


def test_what_has_to_be_mended_is_to_be_written_before_it_is_submitted(
    home: Home, at: str, command: Desk, tmp_path: Path
) -> None:
    def next_() -> str:
        return str(httpx.get(f"{at}{_THERE}.json", cookies=cookies).json()["next"][1])

    cookies = {"desk": cookie_of(home, "foi-officer")}
    good = (CASES / ".story" / "1146A-22" / "assessment.yaml").read_text()
    command.return_()
    told = [next_()]  # the version that was returned
    for text in (good, good.replace("people", "[To be written: who]", 1)):
        (tmp_path / "assessment.yaml").write_text(text)
        command.draft(tmp_path / "assessment.yaml")
        told.append(next_())

    assert told == ["Write", "Submit", "Write"]


def test_beside_a_letter_the_test_is_to_be_written_and_a_letter_is_not_called_decided(
    home: Home, at: str, command: Desk, tmp_path: Path
) -> None:
    cookies = {"desk": cookie_of(home, "foi-officer")}
    command.return_()
    blank, letter = tmp_path / "blank.md", tmp_path / "letter.md"
    blank.write_text(f"Of {CASE}: please tell us [To be written].")
    letter.write_text(f"Of {CASE}: please tell us which year you mean.")
    told = []
    for words in (("draft", CASE, blank), ("draft", CASE, letter), ("submit", CASE, "--version", "2")):
        command.done(*words, "--document", "clarification", "--as", "foi-officer")
        page = httpx.get(f"{at}{_THERE}.json?document=clarification", cookies=cookies).json()
        told.append(page["next"])
    html = httpx.get(f"{at}{_THERE}?document=clarification", cookies=cookies).text

    assert told == [
        [f"{_THERE}/draft?document=clarification", "Write", "request for clarification"],
        [f"{_THERE}/act?act=submit/clarification", "Submit", "request for clarification"],
        [f"{_THERE}/draft?document=test", "Write", ""],
    ]
    assert "Letters are checked when they are submitted." in html


def test_a_command_in_a_sentence_stands_as_code(home: Home, at: str) -> None:
    cookies = {"desk": cookie_of(home, "foi-officer")}
    pages = [httpx.get(f"{at}{path}", cookies=cookies).text for path in (f"{_THERE}/act", "/register")]
    pages.append(httpx.get(f"{at}/inbox", cookies={**cookies, "language": "cy"}).text)

    assert "record it first with <code>equipoise complained</code>." in pages[0]
    assert "<code>equipoise audit</code>" in pages[1]
    assert "<code>equipoise up</code>" in pages[2]
    assert not any("`" in page for page in pages)

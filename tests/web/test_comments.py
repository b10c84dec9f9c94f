"""What a reviewer says of passages: theirs alone until a return carries it, then in the register for good."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pytest
from desk_builders import CASE, CASES, passes_audit
from hostile import CORPUS, brought
from web_builders import SignedIn

from flows.casework.reviewing import Comment, composed
from flows.register import signature

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx
    from desk_builders import Desk

    from flows.home import Home

DECIDE: Final = "/cases/1146A-22/decide/test"
COMMENT: Final = f"{DECIDE}/comment"
DRAFT: Final = "/cases/1146A-22/draft"
WORDS: Final = "well known from published research"


@pytest.fixture
def reviewer(home: Home, at: str) -> Iterator[SignedIn]:
    someone = SignedIn(home, at, "legal-reviewer")
    yield someone
    someone.close()


def _post(someone: SignedIn, path: str, **form: Any) -> httpx.Response:
    return someone.sends(path, {"Sec-Fetch-Site": "same-origin"}, **{"version": "1", **form})


def _returns(reviewer: SignedIn, home: Home, reason: str = "") -> None:
    form = {"decision": "return", "version": "1", "gate": "legal-review", "reason": reason}
    signing = _post(reviewer, DECIDE, **form).headers["location"]
    content = reviewer.client.get(f"{signing}/statement").content
    made = signature.load(home.officers / "legal-reviewer").sign(content, signature.STATEMENT)
    assert _post(reviewer, signing, signature=made).status_code == 303


def test_a_reason_carries_comments_in_the_order_of_the_text() -> None:
    comments = [
        Comment(paragraph=9, quote="a b", said="", instead="c"),
        Comment(paragraph=2, quote="", said="Two\nlines.", instead=""),
        Comment(paragraph=0, quote="", said="All.", instead=""),
    ]
    told = "The whole text:\nAll.\n\nParagraph 2:\nTwo\nlines.\n\nParagraph 9, “a b”:\nInstead: “c”"
    assert composed(" Why. ", comments) == f"Why.\n\n{told}"
    assert composed("", comments) == told


REFUSED: Final = {
    "nothing said": {"paragraph": "9", "quote": WORDS},
    "words that do not stand there": {"paragraph": "9", "quote": "never written", "said": "x"},
    "words of another paragraph": {"paragraph": "9", "quote": "We neither confirm nor deny", "said": "x"},
    "a paragraph that is not there": {"paragraph": "999", "said": "x"},
    "the name of who asked": {"paragraph": "9", "said": "Sample Applicant will not like it."},
    "what nobody would see": {"paragraph": "9", "said": "a\u202eb"},
    "too much": {"paragraph": "9", "said": "x" * 10_001},
}


def test_what_no_return_could_carry_is_told_when_it_is_written(reviewer: SignedIn) -> None:
    for what, form in REFUSED.items():
        answer = _post(reviewer, COMMENT, **form)
        assert answer.status_code in {404, 422}, what
        if answer.status_code == 422:
            assert "There is a problem" in answer.text
    assert reviewer.client.get(f"{DECIDE}.json").json()["comments"] == {}
    assert reviewer.client.get(f"{COMMENT}?paragraph=999").status_code == 404


def test_comments_are_changed_removed_and_theirs_alone(reviewer: SignedIn, home: Home, at: str) -> None:
    other, writer = SignedIn(home, at, "both-gates"), SignedIn(home, at, "foi-officer")
    _post(reviewer, COMMENT, paragraph="9", quote=WORDS, said="Canary.", instead="known")
    ((id_, _),) = reviewer.client.get(f"{DECIDE}.json").json()["comments"].items()
    assert 'value="9"' in reviewer.client.get(f"{COMMENT}?comment={id_}").text
    for someone in (other, writer):
        for path in (DECIDE, f"{DECIDE}.json", f"{COMMENT}?comment={id_}", DRAFT):
            assert "Canary" not in someone.client.get(path).text
    _post(other, DECIDE, remove=id_)
    _post(other, COMMENT, comment=id_, paragraph="9", said="Not mine.")
    assert [*reviewer.client.get(f"{DECIDE}.json").json()["comments"]] == [id_]
    _post(reviewer, COMMENT, comment=id_, paragraph="9", quote=WORDS, said="Changed.")
    ((id_, comment),) = reviewer.client.get(f"{DECIDE}.json").json()["comments"].items()
    assert comment == {"paragraph": 9, "quote": WORDS, "said": "Changed.", "instead": ""}
    _post(reviewer, DECIDE, remove=id_)
    assert reviewer.client.get(f"{DECIDE}.json").json()["comments"] == {}
    other.close()
    writer.close()


def test_what_was_chosen_and_written_is_kept_for_its_writer_while_they_comment(
    reviewer: SignedIn, command: Desk, home: Home, at: str
) -> None:
    form = {"decision": "return", "version": "1", "gate": "legal-review", "reason": "Canary of a reason."}
    assert _post(reviewer, DECIDE, **form, comment="9").headers["location"] == f"{COMMENT}?paragraph=9"
    _post(reviewer, COMMENT, paragraph="9", quote=WORDS, said="Said.")
    (id_,) = reviewer.client.get(f"{DECIDE}.json").json()["comments"]
    shown = reviewer.client.get(DECIDE).text
    assert "Canary of a reason." in shown
    assert 'value="return" checked' in shown
    form["reason"] = "Another reason."
    assert _post(reviewer, DECIDE, **form, change=id_).headers["location"] == f"{COMMENT}?comment={id_}"
    _post(reviewer, DECIDE, **form, remove=id_)
    assert reviewer.client.get(f"{DECIDE}.json").json()["comments"] == {}
    assert "Another reason." in reviewer.client.get(DECIDE).text
    other = SignedIn(home, at, "all-three-roles")
    assert "Another reason." not in other.client.get(DECIDE).text
    other.close()
    _post(reviewer, DECIDE, **form)  # and where somebody goes back from what they were to sign
    assert "Another reason." in reviewer.client.get(DECIDE).text
    command.return_()
    command.done("submit", CASE, "--version", "1", "--as", "foi-officer")
    assert "Another reason." in reviewer.client.get(DECIDE).text
    command.approve("legal-review", "both-gates")
    owner = SignedIn(home, at, "both-gates")
    assert "Another reason." not in owner.client.get(DECIDE).text + reviewer.client.get(DECIDE).text
    owner.close()


def test_no_comment_brings_mark_up_to_any_page(
    reviewer: SignedIn, command: Desk, home: Home, at: str
) -> None:
    kept = 0
    for value in CORPUS:
        answer = _post(reviewer, COMMENT, paragraph="9", quote=WORDS, said=value, instead=value)
        assert (answer.status_code in {303, 422}, brought(answer.text)) == (True, [])
        kept += answer.status_code == 303
    assert kept > 5
    shown = reviewer.client.get(DECIDE)
    assert (shown.status_code, brought(shown.text)) == (200, [])
    _returns(reviewer, home)
    writer = SignedIn(home, at, "foi-officer")
    for path in (DRAFT, f"{DRAFT}?as=yaml", "/cases/1146A-22"):
        answer = writer.client.get(path)
        assert (answer.status_code, brought(answer.text)) == (200, []), path
    assert writer.client.get(DRAFT).text.count("Dealt with") == kept
    reason = command.told("history", CASE)["entries"][-1]["reason"]
    assert reason.count("Paragraph 9, “well known from published research”:\n") == kept
    assert passes_audit(home)
    writer.close()


def test_only_what_the_register_has_of_a_return_is_shown_to_the_writer(
    reviewer: SignedIn, home: Home, at: str
) -> None:
    _post(reviewer, COMMENT, paragraph="9", quote=WORDS, said="Carried.", instead="known")
    form = {"decision": "return", "version": "1", "gate": "legal-review", "reason": "Why."}
    signing = _post(reviewer, DECIDE, **form).headers["location"]
    _post(reviewer, COMMENT, paragraph="9", said="Too late.")  # between the proposal and the signature
    content = reviewer.client.get(f"{signing}/statement").content
    made = signature.load(home.officers / "legal-reviewer").sign(content, signature.STATEMENT)
    assert _post(reviewer, signing, signature=made).status_code == 303
    writer, other = SignedIn(home, at, "foi-officer"), SignedIn(home, at, "all-three-roles")
    told = writer.client.get(f"{DRAFT}.json").json()["returned"]
    assert (told["by"], told["reason"]) == ("legal-reviewer", "Why.")
    ((id_, comment),) = told["comments"]
    assert comment["said"] == "Carried."
    # What is dealt with is the writer's own to say.
    digest = re.findall(r'name="digest" value="(\w+)"', writer.client.get(DRAFT).text)[0]
    _post(writer, DRAFT, digest=digest, told=id_, done=id_, do="save")
    ticked = f'name="done" value="{id_}" checked'
    assert ticked in writer.client.get(DRAFT).text
    assert ticked not in other.client.get(DRAFT).text
    _post(writer, DRAFT, digest=digest, told=id_, do="save")
    assert ticked not in writer.client.get(DRAFT).text
    for someone in (writer, other):
        someone.close()


def test_suggested_words_are_put_where_the_others_stand_once(reviewer: SignedIn, home: Home, at: str) -> None:
    _post(reviewer, COMMENT, paragraph="9", quote=WORDS, instead="known from research")
    _returns(reviewer, home)
    writer = SignedIn(home, at, "foi-officer")
    page = writer.client.get(DRAFT).text
    digest = re.findall(r'name="digest" value="(\w+)"', page)[0]
    do = re.findall(r'value="(instead \w+)"', page)[0]
    assert _post(writer, DRAFT, digest=digest, do="instead none").status_code == 404
    assert _post(writer, DRAFT, digest=digest, do=do).status_code == 303
    text = writer.client.get(f"{DRAFT}.json").json()["text"]
    assert "That these features can be used at all is known from research." in text
    digest = re.findall(r'name="digest" value="(\w+)"', writer.client.get(DRAFT).text)[0]
    again = _post(writer, DRAFT, digest=digest, do=do)
    assert again.status_code == 422
    assert "put the others in by hand" in again.text
    writer.close()


@pytest.mark.exhaustive
def test_nothing_that_was_said_or_chosen_of_a_version_is_kept_of_another(
    reviewer: SignedIn, command: Desk
) -> None:
    command.return_(person="both-gates")
    command.draft(CASES / ".story" / "1146A-22" / "assessment.yaml")
    command.submit(2)
    late = _post(reviewer, COMMENT, paragraph="9", said="Too thin.")  # from a page of version 1
    assert (late.status_code, "is at version 2, not 1" in late.text) == (422, True)
    assert 'name="version" value="2"' in late.text
    chosen = _post(reviewer, DECIDE, decision="approve", gate="legal-review", reason="As I read it.")
    assert (chosen.status_code, "is at version 2, not 1" in chosen.text) == (422, True)
    page = reviewer.client.get(DECIDE).text
    assert ("Too thin." in page, "As I read it." in page, " checked" in page) == (False, False, False)


def test_a_number_that_is_none_of_a_page_is_as_one_that_is_not_there(home: Home, at: str) -> None:
    reader, writer = SignedIn(home, at, "legal-reviewer"), SignedIn(home, at, "foi-officer")
    act = {"act": "read-request", "reason": "To answer."}
    signing = _post(writer, "/cases/1146A-22/act", **act).headers["location"]
    content = writer.client.get(f"{signing}/statement").content
    made = signature.load(home.officers / "foi-officer").sign(content, signature.STATEMENT)
    assert _post(writer, signing, signature=made).status_code == 303
    for number in ("9" * 5_000, "x", "\u0663"):
        assert reader.client.get(COMMENT, params={"paragraph": number}).status_code == 200
        assert _post(writer, "/cases/1146A-22/request", number=number).status_code == 404
    reader.close()
    writer.close()

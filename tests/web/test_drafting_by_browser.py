"""A document is written on the page: begun, filled in, checked, recorded; and by two people at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, EXAMPLE, passes_audit
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desk_builders import Desk
    from web_builders import Person

    from flows.home import Home

DRAFT = "/cases/1146A-22/draft"


@pytest.fixture
def drafting(command: Desk) -> Desk:
    """The command line on a home whose case was returned to drafting."""
    command.return_()
    return command


def _fills_in_everything(writer: Person) -> None:
    """Put words in the place of every blank, and choose where a choice is asked for."""
    for field in writer.page.locator("#draft textarea, #draft input[type=text]").all():
        value = field.input_value()
        if "[To be written" in value:
            field.fill(re.sub(r"\[To be written: [^\]]*\]", "the words of the writer", value))


@pytest.mark.exhaustive
def test_a_test_is_begun_recorded_returned_with_suggestions_mended_and_recorded_again(
    person: Callable[..., Person], drafting: Desk, home: Home
) -> None:
    writer = person("foi-officer")
    _begins_and_fills_in(writer)
    _is_checked_as_it_is_written(writer)
    _records(writer, 2)
    assert drafting.document(CASE, "test")["version"] == 2
    assert "A third factor." in drafting.done("document", CASE)
    writer.goes(DRAFT)
    assert "This is version 2 as it is recorded." in writer.words
    writer.presses("Record as version 3")
    assert "Version 2 says this already; there is nothing to record." in writer.words
    drafting.submit(2)
    _returns_with_suggestions(person("both-gates"))
    reason = drafting.told("history", CASE)["entries"][-1]["reason"]
    assert reason.startswith("Nearly there.\n\nThe whole text:\nShorter, please.\n\nParagraph ")
    assert "“A third factor.”:\nSay which.\nInstead: “A third and last factor.”" in reason
    _mends_as_suggested(writer)
    _records(writer, 3)
    assert "A third and last factor." in drafting.done("document", CASE)
    assert passes_audit(home)


@pytest.mark.exhaustive
def test_a_label_goes_with_the_version_that_is_recorded_next(
    person: Callable[..., Person], drafting: Desk
) -> None:
    writer = person("foi-officer")
    writer.goes(DRAFT)
    label = writer.page.get_by_label("Label of the case")
    label.fill("What Sample Applicant asked")
    writer.presses("Record as version 2")
    assert "There is a problem" in writer.words
    assert label.input_value() == "What Sample Applicant asked"
    label.fill("Ways of recognising people")
    _records(writer, 2)
    assert drafting.told("show", CASE)["subject"] == "Ways of recognising people"


def _records(writer: Person, version: int) -> None:
    writer.presses(f"Record as version {version}")
    writer.presses("Sign with the key of the sample")


def _begins_and_fills_in(writer: Person) -> None:
    writer.goes(DRAFT)
    writer.follows("Begin from exemptions")
    writer.page.get_by_label("31(1) Law enforcement, to withhold").check()
    writer.page.get_by_text("Which interests of 31(1)", exact=True).click()
    writer.page.get_by_label("31(1)(a): the prevention or detection of crime").first.check()
    writer.presses("Begin the text")
    writer.presses("Check")
    problems = writer.page.locator("#problems")
    unready = writer.page.frame_locator("iframe").locator("main").inner_text()
    assert "part 1, exemption 1: How likely the harm is: Write" in unready
    assert "have to be mended" in problems.inner_text()
    problems.get_by_role("link", name="Choose what applies under “How likely the harm is”.").click()
    assert writer.page.url.endswith("#parts-0-exemptions-0-likelihood")
    writer.page.get_by_label("It would be likely to: a real and significant risk").check()
    writer.page.locator("#parts-0-outcome").get_by_label("Withhold it").check()
    _fills_in_everything(writer)


def _is_checked_as_it_is_written(writer: Person) -> None:
    problems = writer.page.locator("#problems")
    writer.presses("Add a factor against")
    third = writer.page.locator("#parts-0-exemptions-0-against textarea").last
    third.fill("A third <b>factor</b>\n\nof **two** paragraphs.")
    writer.presses("Check")
    assert "Line 1 has HTML" in problems.inner_text()
    third.fill("A third factor.")
    # What is written is kept and checked by itself, and the paper follows.
    paper = writer.page.frame_locator("[data-paper]")
    paper.get_by_text("A third factor.").wait_for()
    assert "DRAFT, not a decision" in paper.locator("body").inner_text()
    assert "It can be recorded" in problems.inner_text() or "Nothing stops it" in problems.inner_text()
    writer.page.reload()
    assert third.input_value() == "A third factor."


def _mends_as_suggested(writer: Person) -> None:
    writer.goes(DRAFT)
    assert "both-gates returned version 2" in writer.words
    assert "Nearly there." in writer.words
    third = writer.page.locator("#parts-0-exemptions-0-against textarea").last
    beside = writer.page.locator("#parts-0-exemptions-0-against fieldset.factor").last
    assert "Say which." in beside.inner_text()
    beside.get_by_role("button", name="Put these words in").click()
    writer.page.wait_for_load_state()
    assert third.input_value() == "A third and last factor."
    assert beside.get_by_label("Dealt with").is_checked()
    writer.page.locator("#returned").get_by_label("Dealt with").check()
    writer.page.get_by_text("Saved for you alone, and checked.").wait_for()
    writer.page.reload()
    assert writer.page.get_by_label("Dealt with").count() == 2
    assert all(each.is_checked() for each in writer.page.get_by_label("Dealt with").all())


def _returns_with_suggestions(reviewer: Person) -> None:
    reviewer.goes("/cases/1146A-22/decide/test")
    reviewer.page.get_by_label("Return it to be mended").check()
    reviewer.page.get_by_label("Reason or comment").fill("Nearly there.")
    paragraph = reviewer.page.locator(".numbered", has_text="A third factor.")
    paragraph.get_by_text("A third factor.").select_text()
    paragraph.get_by_role("button").click()
    expect(reviewer.page.get_by_label("Words you mean")).to_have_value(
        re.compile(r"A third factor\."), timeout=60_000
    )
    reviewer.page.get_by_label("Words you mean").fill("A fourth factor.")
    reviewer.presses("Keep the comment")
    assert "There is a problem" in reviewer.words
    assert "write a comment, or the words you suggest" in reviewer.words
    reviewer.page.get_by_label("Comment", exact=True).fill("Say which.")
    reviewer.presses("Keep the comment")
    assert "these words do not stand in the paragraph" in reviewer.words
    reviewer.page.get_by_label("Words you mean").fill("A third factor.")
    reviewer.page.get_by_label("Words you suggest instead").fill("A third and last factor.")
    reviewer.presses("Keep the comment")
    assert "(1)" in paragraph.get_by_role("button").inner_text()
    reviewer.presses("Comment on the whole text")
    reviewer.page.get_by_label("Comment", exact=True).fill("Shorter, please.")
    reviewer.presses("Keep the comment")
    assert "It carries your 2 comments" in reviewer.words
    # What was chosen and written before they commented is still there, and nobody else's.
    assert reviewer.page.get_by_label("Return it to be mended").is_checked()
    assert reviewer.page.get_by_label("Reason or comment").input_value() == "Nearly there."
    reviewer.presses("Check and sign")
    reviewer.presses("Sign with the key of the sample")


@pytest.mark.exhaustive
def test_everything_can_be_written_without_script(person: Callable[..., Person], drafting: Desk) -> None:
    writer = person(java_script_enabled=False)
    writer.enters_sample("foi-officer")
    writer.goes(DRAFT)
    writer.presses("Add a part")
    writer.page.locator("#parts-1-information").fill("the plan")
    writer.page.locator("#parts-1-exemptions-new").select_option("43(2)")
    writer.page.locator("#parts-1").get_by_role("button", name="Add the exemption").click()
    writer.page.wait_for_load_state()
    assert writer.page.locator("#parts-1-information").input_value() == "the plan"
    assert "[To be written" in writer.page.locator("#parts-1-exemptions-0-applies").input_value()
    writer.page.locator("#parts-1").get_by_role("button", name="Add a factor in favour").click()
    writer.page.wait_for_load_state()
    factors = writer.page.locator("#parts-1-exemptions-0-favouring textarea")
    assert factors.last.input_value() == ""
    writer.presses("Remove part 2")
    assert writer.page.locator("#parts-1").count() == 0
    writer.presses("Bring the text from before back")
    assert writer.page.locator("#parts-1-information").input_value() == "the plan"
    # The text is the same, whichever way it is looked at; what the form does not show stays in it.
    writer.presses("Write it as YAML")
    text = writer.page.locator("#text")
    text.fill(
        text.input_value().replace(
            'information: "the plan"', 'information: "the plan"\n    # By hand.\n    oddity: x'
        )
    )
    writer.presses("Check")
    assert "There is no such key here" in writer.page.locator("#problems").inner_text()
    writer.presses("Fill it in as a form")
    assert "they stay as they are in the YAML: parts[1].oddity" in writer.words
    writer.page.locator("#parts-1-information").fill("the other plan")
    writer.presses("Write it as YAML")
    assert 'information: "the other plan"\n    # By hand.\n    oddity: x' in text.input_value()
    text.fill("parts: [")
    writer.presses("Save")
    writer.goes(DRAFT)
    assert "This text cannot be shown as a form" in writer.words
    writer.presses("Discard my changes")
    assert writer.page.locator("#parts-0-information").count() == 1
    assert drafting.document(CASE, "test")["version"] == 1


@pytest.mark.exhaustive
def test_a_letter_is_written_as_text_and_stands_in_the_paper(
    person: Callable[..., Person], drafting: Desk
) -> None:
    writer = person("foi-officer")
    writer.goes(f"{DRAFT}?document=extension")
    text = writer.page.locator("#text")
    assert "[To be written" in text.input_value()
    text.fill("We need longer.\n\n- **And** why.\n")
    writer.page.frame_locator("[data-paper]").get_by_text("We need longer.").wait_for()
    assert "stop" in writer.page.locator("#problems").inner_text()
    writer.presses("Record as version 1")
    writer.presses("Sign with the key of the sample")
    assert drafting.document(CASE, "extension")["version"] == 1


@pytest.mark.exhaustive
def test_two_people_who_write_at_once_lose_nothing(
    person: Callable[..., Person], drafting: Desk, tmp_path: Path
) -> None:
    first, second = (
        person("foi-officer", java_script_enabled=False),
        person("all-three-roles", java_script_enabled=False),
    )
    for each in (first, second):
        each.goes(DRAFT)
    assert "foi-officer opened this 0 minutes ago." in second.words
    answer, harm = "parts-0-answer", "parts-0-harm"
    first.page.locator(f"#{answer}").fill("The answer of the first.")
    first.page.locator("#parts-0-exemptions-0-favouring-0-weight").fill("great")
    first.presses("Save")
    theirs = (EXAMPLE / "assessment.yaml").read_text("utf-8")
    theirs = theirs.replace("This paper concerns", "This paper still concerns")
    theirs = theirs.replace("Covert recognition is of use", "Covert recognition is useful")
    (tmp_path / "assessment.yaml").write_text(theirs, "utf-8")
    drafting.draft(tmp_path / "assessment.yaml", person="all-three-roles")
    first.presses("Record as version 2")
    assert first.heading.endswith("Version 2 came between")
    assert "all-three-roles recorded version 2" in first.words
    first.presses("Make one text of them")
    assert "Choose for each place whose words stand there." in first.words
    # Where only one changed something, theirs is proposed; both changed the answer.
    place = first.page.locator("fieldset", has=first.page.get_by_text("part 1: What is given or explained"))
    place.get_by_label("Yours").check()
    first.presses("Make one text of them")
    assert first.page.locator(f"#{answer}").input_value() == "The answer of the first."
    assert first.page.locator(f"#{harm}").input_value().startswith("Covert recognition is useful")
    assert first.page.locator("#parts-0-exemptions-0-favouring-0-weight").input_value() == "great"
    first.presses("Record as version 3")
    first.presses("Sign with the key of the sample")
    assert drafting.document(CASE, "test")["version"] == 3


@pytest.mark.exhaustive
@pytest.mark.usefixtures("drafting")
def test_what_is_sent_from_a_page_that_is_no_longer_the_newest_is_shown_again(
    person: Callable[..., Person],
) -> None:
    writer = person("foi-officer", java_script_enabled=False)
    writer.goes(DRAFT)
    other = writer.context.new_page()
    other.goto(f"{writer.desk}{DRAFT}")
    other.locator("#parts-0-answer").fill("In the other window.")
    other.get_by_role("button", name="Save", exact=True).first.click()
    writer.page.locator("#parts-0-harm").fill("In this one.")
    writer.presses("Save")
    assert writer.heading == "Changed in another window"
    assert writer.page.get_by_label("parts[0].harm").input_value() == "In this one."
    writer.follows("Go to the text as it is now")
    assert writer.page.locator("#parts-0-answer").input_value() == "In the other window."

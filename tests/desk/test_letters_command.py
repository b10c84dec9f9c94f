"""letters: what letters say of the authority, chosen by an administrator, and its own templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, Desk, passes_audit, publish_now
from letter_texts import a_letter

from flows import home as flows_home

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = """\
address = []
contact = ""
addressee = "The applicant"
greeting = "Dear applicant"
closing = "Yours faithfully"
signatory = ""
review = ""
"""
CHOSEN = """\
address = ["1 Sample Street", "Sampleton"]
contact = "foi@sample.example"
addressee = "The applicant"
greeting = "Dear requester"
closing = "With kind regards"
signatory = "Head of Governance"
review = "You may ask for an internal review.\\n\\nWrite to foi@sample.example."
"""
AS_ADMINISTRATOR = ("--as", "administrator")


@pytest.fixture
def chosen(tmp_path: Path) -> Path:
    """A letters file."""
    (tmp_path / "letters.toml").write_text(CHOSEN, encoding="utf-8")
    return tmp_path / "letters.toml"


def test_what_letters_say_is_chosen_by_a_signed_act_and_shown(desk: Desk, chosen: Path) -> None:
    assert desk.done("letters", "show") == PLAIN
    assert desk.done("letters", "set", chosen, *AS_ADMINISTRATOR) == (
        "Letters say this from now on. The policy is at version 7.\n"
    )
    assert desk.done("letters", "show") == CHOSEN
    assert desk.told("letters", "show")["letters"]["address"] == ["1 Sample Street", "Sampleton"]
    assert desk.done("letters", "set", chosen, *AS_ADMINISTRATOR) == (
        "Letters say this already; nothing was recorded. The policy is at version 7.\n"
    )
    assert passes_audit(desk.home)


def test_letters_begin_and_end_as_the_authority_chose(desk: Desk, chosen: Path) -> None:
    desk.done("letters", "set", chosen, *AS_ADMINISTRATOR)
    text = desk.done("draft", CASE, "--document", "cost", "--start")

    assert text.startswith("Dear requester\n")
    assert "\n\nYou may ask for an internal review.\n\nWrite to foi@sample.example.\n\n" in text
    assert text.endswith("\n\nWith kind regards\n\nHead of Governance, West Midlands Police\n")


def test_a_letter_goes_out_under_what_the_authority_chose_when_it_was_published(
    desk: Desk, chosen: Path, tmp_path: Path
) -> None:
    of_it = ("--document", "fees")
    desk.done("letters", "set", chosen, *AS_ADMINISTRATOR)
    (tmp_path / "fees.md").write_text(a_letter("fees", CASE, flows_home.today()))
    desk.done("draft", CASE, tmp_path / "fees.md", *of_it, "--as", "foi-officer")
    desk.done("submit", CASE, *of_it, "--version", "1", "--as", "foi-officer")
    publish_now(desk.home, "fees")
    chosen.write_text("", encoding="utf-8")
    desk.done("letters", "set", chosen, *AS_ADMINISTRATOR)

    desk.done("document", CASE, *of_it, "--html", tmp_path / "fees.html")
    page = (tmp_path / "fees.html").read_text(encoding="utf-8")
    assert "West Midlands Police, 1 Sample Street, Sampleton, foi@sample.example" in page
    assert "Fees notice submitted, which needs no approval" in page
    paper = desk.home.published / "1146A-22-fees.pdf"
    assert desk.told("pdf-check", paper)["findings"] == []
    assert desk.told("pdf-check", paper, "--source", tmp_path / "fees.md")["findings"] == []
    assert passes_audit(desk.home)


@pytest.mark.parametrize(
    ("line", "code", "problem"),
    [
        ('adress = ["x"]', 2, "letters.toml: adress: is unknown; known are address, contact"),
        ('address = "x"', 2, "letters.toml: address: a list of lines is needed"),
        ("address = [1]", 2, "letters.toml: address: a list of lines is needed"),
        ('address = ["a", "a", "a", "a", "a", "a", "a"]', 2, "letters.toml: address: 6 lines are the most"),
        ('address = [""]', 2, "letters.toml: address[0]: 1 to 80 characters are needed"),
        ("greeting = 5", 2, "letters.toml: greeting: text is needed"),
        ('greeting = ""', 2, "letters.toml: greeting: 1 to 80 characters are needed"),
        (
            'closing = "a\\u202eb"',
            2,
            "letters.toml: closing: one line of characters that can be seen is needed",
        ),
        ('review = "# Reviews"', 2, "letters.toml: review: "),
        ('review = "See <b>this"', 2, "letters.toml: review: "),
        ("greeting", 2, "letters.toml: it is not TOML"),
    ],
)
def test_what_no_letter_may_say_is_refused(
    line: str, code: int, problem: str, desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "letters.toml").write_text(line, encoding="utf-8")
    refused = desk.refused("letters", "set", tmp_path / "letters.toml", *AS_ADMINISTRATOR)

    assert (refused[0], refused[1].startswith(problem)) == (code, True), refused[1]


def test_only_an_administrator_chooses_what_letters_say(desk: Desk, chosen: Path) -> None:
    assert desk.refused("letters", "set", chosen, "--as", "foi-officer") == (
        1,
        "foi-officer may not change what letters say of the authority: that needs the role administrator.",
    )


def test_an_authoritys_own_templates_are_tried(desk: Desk) -> None:
    own = desk.home.letters
    assert desk.done("letters", "check") == (
        f"There are no templates in {own}; letters are begun with ours.\n"
    )
    own.mkdir(parents=True)
    (own / "fees.md.j2").write_text("{{ greeting }}\n\nPay for {{ reference }}.\n")
    (own / "transfer.md.j2").write_text("{{ greeting }}\n\nWe do not hold it.\n")

    assert desk.done("letters", "check") == (
        "Each letter can be begun with fees.md.j2 and transfer.md.j2 in the place of ours.\n"
    )
    assert desk.done("draft", CASE, "--document", "fees", "--start") == (
        f"Dear applicant\n\nPay for {CASE}.\n"
    )
    assert desk.done("draft", CASE, "--document", "transfer", "--start") == (
        "Dear applicant\n\nWe do not hold it.\n"
    )
    (own / "fees.md.j2").write_text("{{ applicant }}\n")
    for call in (("letters", "check"), ("draft", CASE, "--document", "cost", "--start")):
        code, said = desk.refused(*call)
        assert (code, said) == (
            2,
            "fees.md.j2: 'applicant' is undefined; docs/letters.md lists what a template may name.",
        )

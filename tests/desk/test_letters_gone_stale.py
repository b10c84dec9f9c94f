"""A letter is looked at again when it is published: what it states may have ceased to be so."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from desk_builders import Desk, another_case, passes_audit
from letter_texts import a_letter

from flows import home as flows_home
from flows.casework import publishing
from flows.casework.office import open_office
from flows.domain.english import in_full
from flows.domain.errors import IncompleteError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CASE = "R/1"
TODAY = flows_home.today()
RECEIVED = TODAY - timedelta(days=7)
EARLIER = RECEIVED - timedelta(days=4)
OFFICER = ("--as", "foi-officer")
OF_IT = (CASE, "--document", "extension", "--version", "1")


def receipt_corrected(desk: Desk, _: Path) -> None:
    to = ("--received", EARLIER.isoformat())
    desk.done("correct-receipt", CASE, *to, "--reason", "It lay in a mailbox.", *OFFICER)
    desk.done("confirm-receipt", CASE, *to, "--as", "sign-off-officer")


def contact_changed(desk: Desk, folder: Path) -> None:
    (folder / "letters.toml").write_text('contact = "new@sample.example"\n')
    desk.done("letters", "set", folder / "letters.toml", "--as", "administrator")


@pytest.fixture
def signed_off(desk: Desk, tmp_path: Path) -> Desk:
    """A home with a notice of more time that is signed off."""
    (tmp_path / "letters.toml").write_text('contact = "foi@sample.example"\n')
    desk.done("letters", "set", tmp_path / "letters.toml", "--as", "administrator")
    another_case(desk.home, CASE, RECEIVED.isoformat())
    text = a_letter("extension", CASE, TODAY)
    text = text.replace("Thank you for", f"We received it on {in_full(RECEIVED)}. Thank you for")
    (tmp_path / "letter.md").write_text(text)
    desk.done("draft", CASE, tmp_path / "letter.md", "--document", "extension", *OFFICER)
    desk.done("submit", *OF_IT, *OFFICER)
    desk.done("approve", *OF_IT, "--gate", "balancing", "--as", "sign-off-officer")
    return desk


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            receipt_corrected,
            f"as the day of receipt, which is {in_full(EARLIER)} now (L23, good practice).",
        ),
        (contact_changed, "where to ask for an internal review, as the authority's letters have it"),
    ],
    ids=["the day of receipt", "the contact"],
)
def test_a_letter_that_became_false_is_not_published_and_can_be_taken_back(
    signed_off: Desk, tmp_path: Path, change: Callable[[Desk, Path], None], told: str
) -> None:
    change(signed_off, tmp_path)

    with (
        open_office(signed_off.home) as office,
        pytest.raises(IncompleteError, match=f"^{CASE} cannot be published yet: ") as refused,
    ):
        publishing.publish(office, CASE, "extension")
    assert told in str(refused.value)
    assert signed_off.document(CASE, "extension")["stage"] == "publication"

    [notice] = signed_off.home.notices.glob("*unpublished*")
    words = notice.read_text()
    assert words.startswith("To: all-three-roles, both-gates, foi-officer, sign-off-officer\n")
    assert (told in words, "equipoise take-back R/1 --document extension --version 1" in words) == (
        True,
        True,
    )
    notice.unlink()
    with open_office(signed_off.home) as office, pytest.raises(IncompleteError):
        publishing.publish(office, CASE, "extension")
    assert not notice.exists(), "it is told once"

    signed_off.done("take-back", *OF_IT, "--reason", "A day has moved.", *OFFICER)

    assert signed_off.document(CASE, "extension")["stage"] == "drafting"
    assert "took back version 1 of the notice of more time" in " ".join(
        signed_off.done("history", CASE).split()
    )
    assert passes_audit(signed_off.home)


def test_a_letter_of_which_all_is_still_so_is_published(signed_off: Desk) -> None:
    with open_office(signed_off.home) as office:
        assert publishing.publish(office, CASE, "extension").what == "version 1 published"


def test_a_letter_is_begun_with_the_day_of_receipt_as_it_was_put_right(
    signed_off: Desk, tmp_path: Path
) -> None:
    receipt_corrected(signed_off, tmp_path)

    begun = " ".join(signed_off.done("draft", CASE, "--document", "fees", "--start").split())

    assert f"which we received on {in_full(EARLIER)}." in begun

"""A lost last key of an administrator is made good by shares, by nothing else, and on record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest
from desk_builders import Desk, passes_audit

from flows.home import Home

if TYPE_CHECKING:
    from pathlib import Path

FIRST: Final = ("--as", "administrator")
NEW: Final = ("--as", "new.administrator", "--reason", "The last key was lost.")
INIT: Final = ("init", "--authority", "Northshire Police", "--body", "other")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A home that was made with a recovery key, three of whose five shares are needed."""
    made = Desk(Home(tmp_path / "home"))
    said = made.done(*INIT, "--recovery-shares", "3 of 5", "--shares-to", tmp_path / "shares")
    assert "the home keeps none" in said
    return made


def shares(folder: Path, *numbers: int) -> list[Path]:
    return [folder / f"recovery-share-{number}.txt" for number in numbers]


def test_three_of_five_name_an_administrator_where_no_key_is_left_and_every_audit_says_so(
    desk: Desk, tmp_path: Path
) -> None:
    kept = tmp_path / "shares"
    (desk.home.officers / "administrator").unlink()
    few = desk.refused("recovery", "use", *shares(kept, 1, 4), *NEW)
    assert (few[0], "It takes 3 shares" in few[1]) == (1, True)
    assert not (desk.home.officers / "new.administrator").exists()

    said = desk.done("recovery", "use", *shares(kept, 1, 4, 5), *NEW)

    assert said.startswith("new.administrator is an administrator from now on")
    assert passes_audit(desk.home)
    named = "the recovery key named new.administrator an administrator: The last key was lost."
    assert desk.told("audit")["remarks"] == [f"entry 2, policy: {named}"]
    desk.done("officer", "add", "administrator", "--role", "administrator", "--as", "new.administrator")


def test_a_page_says_what_it_is_and_no_share_stays_in_the_home(desk: Desk, tmp_path: Path) -> None:
    page = shares(tmp_path / "shares", 2)[0].read_text()
    lines = re.findall(r"^ +(\w{4} \w{4} \w{4})$", page, re.MULTILINE)
    kept = b"".join(path.read_bytes() for path in desk.home.root.rglob("*") if path.is_file())

    assert page.startswith("RECOVERY SHARE 2 OF 5\n")
    assert "Any 3 of the 5 shares" in page
    assert len(lines) == 6
    assert lines[1].encode() not in kept
    assert desk.done("recovery", "check", *shares(tmp_path / "shares", 2)).startswith("Share 2 is whole")
    whole = desk.done(
        "recovery",
        "check",
        "-",
        input="\n".join(each.read_text() for each in shares(tmp_path / "shares", 1, 2, 3)),
    )
    assert whole.endswith("Together they make the recovery key.\n")


def test_shares_of_before_are_good_for_nothing_once_there_are_new_ones_or_none(
    desk: Desk, tmp_path: Path
) -> None:
    desk.done("recovery", "set", "2 of 3", "--shares-to", tmp_path / "new", *FIRST)

    old = desk.refused("recovery", "use", *shares(tmp_path / "shares", 1, 2, 3), *NEW)
    assert "not of the recovery key in force" in old[1]
    assert "of another" in desk.refused("recovery", "check", *shares(tmp_path / "shares", 1))[1]
    desk.done("recovery", "remove", *FIRST)
    none = desk.refused("recovery", "use", *shares(tmp_path / "new", 1, 2), *NEW)
    assert "no recovery key" in none[1]
    assert passes_audit(desk.home)


def test_used_shares_name_a_second_administrator_but_nobody_who_is_on_the_list(
    desk: Desk, tmp_path: Path
) -> None:
    three = shares(tmp_path / "shares", 1, 2, 3)
    desk.done("recovery", "use", *three, *NEW)

    again = desk.refused("recovery", "use", *three, *NEW)
    theirs = desk.refused("recovery", "use", *three, *FIRST, *NEW[2:])
    other = desk.done("recovery", "use", *three, "--as", "second", *NEW[2:])

    assert "on the list already" in again[1]
    assert "on the list already" in theirs[1]
    assert other.startswith("second is an administrator")


def test_with_two_administrators_new_shares_wait_and_both_lost_keys_are_made_good(tmp_path: Path) -> None:
    desk = Desk(Home(tmp_path / "home"))
    desk.done(*INIT, "--administrator", "administrator", "--administrator", "second")
    name = desk.told("recovery", "set", "2 of 2", "--shares-to", tmp_path / "shares", *FIRST)["proposed"]
    both = shares(tmp_path / "shares", 1, 2)
    assert "no recovery key" in desk.refused("recovery", "check", *both)[1]
    desk.done("policy", "confirm", name, "--as", "second")
    for lost in ("administrator", "second"):
        (desk.home.officers / lost).unlink()

    for person in ("third", "fourth"):
        desk.done("recovery", "use", *both, "--as", person, *NEW[2:])
    name = desk.told("retention", "set", "36", "--as", "third")["proposed"]
    desk.done("policy", "confirm", name, "--as", "fourth")

    assert passes_audit(desk.home)


@pytest.mark.parametrize("numbers", ["1 of 3", "4 of 3", "2 of 17", "three of five", "2", ""])
def test_shares_are_so_many_of_so_many(tmp_path: Path, numbers: str) -> None:
    desk = Desk(Home(tmp_path / "home"))

    code, said = desk.refused(*INIT, "--recovery-shares", numbers, "--shares-to", tmp_path / "shares")

    assert (code, "write it as '3 of 5'" in said) == (2, True), said
    assert not desk.home.root.exists()


def test_a_refused_change_leaves_no_share_and_the_home_takes_none(desk: Desk, tmp_path: Path) -> None:
    desk.done("officer", "add", "foi-officer", "--role", "foi-officer", *FIRST)
    by = ("--as", "foi-officer")

    assert (
        "role administrator"
        in desk.refused("recovery", "set", "2 of 3", "--shares-to", tmp_path / "new", *by)[1]
    )
    assert not [*(tmp_path / "new").iterdir()]
    for folder in (desk.home.root, desk.home.root / "keys" / "shares"):
        assert "keeps no share" in desk.refused("recovery", "set", "2 of 3", "--shares-to", folder, *FIRST)[1]
    there = desk.refused("recovery", "set", "2 of 3", "--shares-to", tmp_path / "shares", *FIRST)
    assert "There is a share at" in there[1]
    assert "Share 1 is whole" in desk.done("recovery", "check", *shares(tmp_path / "shares", 1))
    neither = Desk(Home(tmp_path / "other")).refused(*INIT, "--recovery-shares", "2 of 3")
    assert "--shares-to" in neither[1]

"""A change of the policy that takes two administrators: one proposes it, another sees it and confirms it."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from desk_builders import Desk, passes_audit

from flows.home import Home

if TYPE_CHECKING:
    from pathlib import Path

FIRST: Final = ("--as", "administrator")
SECOND: Final = ("--as", "second")
INIT: Final = ("--administrator", "administrator", "--administrator", "second")
PROPOSAL: Final = ("body", "set", "school", *FIRST)


@pytest.fixture
def two(tmp_path: Path) -> Desk:
    """A home whose policy takes two administrators to change."""
    desk = Desk(Home(tmp_path / "home"))
    words = ("--authority", "Northshire Police", "--body", "other", *INIT)
    assert "The key of second is" in desk.done("init", *words)
    return desk


def version(desk: Desk) -> int:
    return int(desk.told("policy", "show")["policy"])


def proposed(desk: Desk, *words: str | Path) -> str:
    """Propose a change; return its name, with nothing recorded."""
    before = version(desk)
    name = desk.told(*words)["proposed"]
    assert version(desk) == before
    return str(name)


def test_one_proposes_another_sees_the_difference_and_confirms(two: Desk) -> None:
    said = two.done(*PROPOSAL)
    (waits,) = two.told("policy", "waiting")["changes"]
    shown = two.done("policy", "waiting")
    confirmed = two.done("policy", "confirm", waits["name"], *SECOND)

    assert "Nothing is recorded yet" in said
    assert f"equipoise policy confirm {waits['name']} --as PERSON" in said
    assert (waits["by"], waits["changes"]) == (
        "administrator",
        [
            {
                "what": "Kind of authority",
                "removed": ["none of those with rules of their own"],
                "added": ["school"],
            }
        ],
    )
    assert "  Kind of authority\n    - none of those with rules of their own\n    + school\n" in shown
    assert confirmed == "The change is recorded. The policy is at version 2.\n"
    assert two.told("body", "show")["body"] == "school"
    assert two.done("policy", "waiting") == "No change of the policy waits for another administrator.\n"
    assert passes_audit(two.home)


def test_each_is_signed_elsewhere_in_its_own_namespace(two: Desk, tmp_path: Path) -> None:
    consent, statement = tmp_path / "consent.json", tmp_path / "statement.json"
    told = two.told(*PROPOSAL, "--propose", consent)
    assert told["namespace"] == "equipoise-consent-v1"
    assert two.told("policy", "waiting")["changes"] == []

    name = two.told("append", consent, signed(two, consent, "administrator", told["namespace"]))["proposed"]
    told = two.told("policy", "confirm", name, *SECOND, "--propose", statement)
    said = two.done("append", statement, signed(two, statement, "second", told["namespace"]))

    assert told["namespace"] == "equipoise-act-v1"
    assert said == "second changed the kind of authority to school. The policy is at version 2.\n"
    assert passes_audit(two.home)


def signed(desk: Desk, content: Path, person: str, namespace: str) -> Path:
    key = desk.home.officers / person
    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", key, content], check=True)
    return content.with_name(f"{content.name}.sig")


@pytest.mark.parametrize(
    ("namespace", "person", "sentence"),
    [
        ("equipoise-act-v1", "administrator", "made for another purpose than equipoise-consent-v1"),
        ("equipoise-consent-v1", "second", "signed with a key that is not theirs"),
    ],
)
def test_a_consent_signed_elsewhere_otherwise_is_none(
    two: Desk, tmp_path: Path, namespace: str, person: str, sentence: str
) -> None:
    consent = tmp_path / "consent.json"
    two.done(*PROPOSAL, "--propose", consent)

    code, said = two.refused("append", consent, signed(two, consent, person, namespace))

    assert (code, sentence in said) == (1, True), said
    assert two.told("policy", "waiting")["changes"] == []


def test_nobody_confirms_their_own(two: Desk) -> None:
    name = proposed(two, *PROPOSAL)

    code, said = two.refused("policy", "confirm", name, *FIRST)

    assert (code, said) == (1, "administrator proposed this change; another administrator has to confirm it.")


def test_what_is_declined_or_taken_back_waits_no_more(two: Desk) -> None:
    for who in (SECOND, FIRST):
        name = proposed(two, *PROPOSAL)
        two.done("policy", "decline", name, *who)
        assert "No such change waits" in two.refused("policy", "confirm", name, *SECOND)[1]
    assert version(two) == 1


def test_with_the_next_change_the_others_fall_away(two: Desk) -> None:
    one, other = proposed(two, *PROPOSAL), proposed(two, "retention", "set", "36", *SECOND)
    assert len(two.told("policy", "waiting")["changes"]) == 2

    two.done("policy", "confirm", one, *SECOND)

    assert two.told("policy", "waiting")["changes"] == []
    assert "the policy changed since" in two.refused("policy", "confirm", other, *FIRST)[1]
    proposed(two, "retention", "set", "36", *SECOND)
    assert len([*two.home.consents.iterdir()]) == 1


def test_nobody_but_an_administrator_confirms_or_declines(two: Desk) -> None:
    name = proposed(two, "officer", "add", "foi-officer", "--role", "foi-officer", *FIRST)
    assert (two.home.officers / "foi-officer").is_file()
    two.done("policy", "confirm", name, *SECOND)
    name = proposed(two, *PROPOSAL)

    for verb in ("confirm", "decline"):
        assert "needs the role administrator" in two.refused("policy", verb, name, "--as", "foi-officer")[1]
    two.done("policy", "confirm", name, *SECOND)


def test_one_alone_asks_for_two_and_only_two_for_one_again(two: Desk) -> None:
    lowered = proposed(two, "policy", "administrators", "1", *FIRST)
    two.done("policy", "confirm", lowered, *SECOND)
    assert "already" in two.done("policy", "administrators", "1", *FIRST)
    assert two.done(*PROPOSAL).startswith("The kind of authority is school")
    two.done("policy", "administrators", "2", *SECOND)
    assert "Nothing is recorded yet" in two.done("retention", "set", "36", *SECOND)
    assert passes_audit(two.home)


def test_two_are_not_asked_for_where_there_is_one(tmp_path: Path) -> None:
    desk = Desk(Home(tmp_path / "home"))
    words = ("--authority", "Northshire Police", "--body", "other")
    code, said = desk.refused("init", *words, *INIT[:2], *INIT[:2])
    assert (code, "is named once" in said) == (1, True)
    desk.done("init", *words)

    code, said = desk.refused("policy", "administrators", "2", *FIRST)

    assert (code, "fewer than 2 administrators with a key" in said) == (1, True)


def test_a_change_that_was_put_in_the_place_of_another_is_not_confirmed(two: Desk) -> None:
    looked_at, other = proposed(two, *PROPOSAL), proposed(two, "retention", "set", "36", *FIRST)
    files = [two.home.consents / f"{name}.json" for name in (looked_at, other)]
    files[1].rename(files[0])

    assert "No such change waits" in two.refused("policy", "confirm", looked_at, *SECOND)[1]


def test_files_that_were_swapped_behind_a_signature_are_not_recorded(two: Desk) -> None:
    looked_at, other = proposed(two, *PROPOSAL), proposed(two, "retention", "set", "36", *FIRST)
    kept, more = (json.loads((two.home.consents / f"{each}.json").read_text()) for each in (looked_at, other))
    (two.home.consents / f"{looked_at}.json").write_text(json.dumps({**kept, "files": more["files"]}))

    assert two.refused("policy", "confirm", looked_at, *SECOND)[0] == 2
    assert version(two) == 1

"""Another key for the service: by the command, finished at any start, and suspect where it was stolen."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, passes_audit

from flows.casework.office import open_office
from flows.domain.policy import SERVICE, fingerprint
from flows.register import signature

if TYPE_CHECKING:
    from desk_builders import Desk

WORDS = ("policy", "service-key", "--reason", "The machine was replaced.", "--as", "administrator")


def in_force(desk: Desk) -> str:
    with open_office(desk.home) as office:
        (key,) = office.register.policy().people[SERVICE].keys
        assert office.service.public == key
    return key


def test_it_signs_from_the_next_entry_on_and_what_rests_on_a_stolen_one_is_listed(desk: Desk) -> None:
    old = in_force(desk)
    first = desk.told("history", CASE)["entries"][-1]["sequence"]

    assert "has a new key and signs with it from now on" in desk.done(*WORDS)

    assert in_force(desk) != old
    assert signature.load(desk.home.service).public == in_force(desk)
    assert desk.home.service.with_name("signing.pub").read_text().split()[1] == in_force(desk).split()[1]
    assert not list(desk.home.service.parent.glob("*.next*"))
    desk.submit()
    assert passes_audit(desk.home)
    changed = desk.told("history", CASE)["entries"][-1]["sequence"] - 1

    mark = fingerprint(old)
    stolen = ("officer", "suspect", "service", "--fingerprint", mark[:12], "--since", str(first))
    desk.done(*stolen, "--reason", "It was stolen.", "--as", "administrator")

    (suspect,) = desk.told("audit")["suspects"]
    resting = [*range(first, changed + 1)]
    assert suspect == {"person": SERVICE, "key": mark, "since": first, "entries": resting}


def test_the_key_with_which_it_signs_is_not_made_suspect_before_there_is_another(desk: Desk) -> None:
    mark = fingerprint(in_force(desk))
    stolen = ("officer", "suspect", "service", "--fingerprint", mark[:12], "--since", "1")

    code, sentence = desk.refused(*stolen, "--reason", "It was stolen.", "--as", "administrator")

    assert (code, "give it another with `equipoise policy service-key` first" in sentence) == (1, True)


@pytest.mark.parametrize("left", ["both files", "the private file"])
def test_a_change_that_was_cut_short_is_finished_by_the_next_command(left: str, desk: Desk) -> None:
    keys = desk.home.service.parent
    before = {path.name: path.read_bytes() for path in keys.iterdir() if path.is_file()}
    desk.done(*WORDS)
    new = {path.name: path.read_bytes() for path in keys.glob("signing*")}
    # As it was when the act was recorded, and nothing or little had been put in its place.
    shutil.move(keys / "signing", keys / "signing.next")
    (keys / "signing").write_bytes(before["signing"])
    if left == "both files":
        shutil.move(keys / "signing.pub", keys / "signing.next.pub")
        (keys / "signing.pub").write_bytes(before["signing.pub"])

    desk.submit()

    assert {name: (keys / name).read_bytes() for name in new} == new
    assert passes_audit(desk.home)


def test_a_change_that_was_not_recorded_leaves_the_key_as_it_is(desk: Desk) -> None:
    old = in_force(desk)
    signature.generate(desk.home.next_service)

    desk.submit()

    assert in_force(desk) == old
    assert signature.load(desk.home.service).public == old


def test_whoever_stole_the_old_key_adds_nothing_that_is_built_upon(desk: Desk) -> None:
    stolen = desk.home.service.read_bytes()
    desk.done(*WORDS)
    desk.home.service.write_bytes(stolen)

    code, sentence = desk.refused("submit", CASE, "--version", "1", "--as", "foi-officer")

    assert code
    assert "The service's key is not the one the register lists" in sentence

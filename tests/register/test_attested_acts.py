"""What a sign-in attests, in a register: written, counted, and told apart from what its actor signed."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from register_builders import audited
from test_evidence_pack import Reading, browser, by_page, by_second, taken_from  # noqa: F401 - a fixture
from test_second_audit import ROOT, second
from test_tampering import WAITING, Scene, scene  # noqa: F401 - a fixture

from flows.catalogue.search import Entries
from flows.domain.acts import ACTS, On
from flows.domain.attested import attestable
from flows.domain.errors import AttestedError, NotEntitledError, RegisterMovedError
from flows.domain.policy import SERVICE
from flows.register.report import ByService

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page


def test_it_passes_where_the_policy_lets_it_and_every_reader_counts_it(
    scene: Scene,  # noqa: F811
    browser: Page,  # noqa: F811
    tmp_path: Path,
) -> None:
    office = scene.office
    office.let_attest("assign", "draft")
    service = office.signers[SERVICE]
    recorded = office.register.record(office.assignment(WAITING), {}, service)
    again = office.register.record(office.assignment(WAITING), {}, service)

    report = audited(scene.path)
    assert (report.named, report.attested) == (
        [],
        (
            ByService(
                entry=recorded.entry.sequence,
                case=WAITING,
                act="assign",
                person="foi-officer",
            ),
        ),
    )
    assert second.run(scene.path) == []
    assert (again.new, again.entry.sequence) == (False, recorded.entry.sequence)
    assert recorded.entry.author == "foi-officer"
    (listed,) = office.register.catalogue.entries(Entries(attested="yes"), most=9)
    assert (listed.sequence, listed.attested, listed.person) == (recorded.entry.sequence, True, "foi-officer")
    assert not any(each.attested for each in office.register.catalogue.entries(Entries(), most=1, skip=1))

    taken = taken_from(scene.path, WAITING)
    assert by_second(taken, None, tmp_path) == by_page(taken, None, browser, tmp_path) == Reading((), 0)
    page = browser.inner_text("#case")
    assert f"1: entry {recorded.entry.sequence}" in page
    assert page.count("Attested by sign-in, not signed by their own key.") == 1


def test_a_register_that_attests_nothing_says_so(scene: Scene, browser: Page, tmp_path: Path) -> None:  # noqa: F811
    by_page(taken_from(scene.path, WAITING), None, browser, tmp_path)

    assert audited(scene.path).attested == ()
    assert "Attested by sign-in, not signed\nnone" in browser.inner_text("#case").replace("\t", "\n")


def test_it_is_written_by_the_services_key_alone_and_only_where_the_policy_lets_it(
    scene: Scene,  # noqa: F811
) -> None:
    office, before = scene.office, scene.office.register.tip().entry.sequence
    register, keys = office.register, office.signers

    with pytest.raises(AttestedError, match="does not let a sign-in attest"):
        register.record(office.assignment(WAITING), {}, keys[SERVICE])
    office.let_attest("assign")
    for key in ("foi-officer", "foi.officer.2", "outsider"):
        with pytest.raises(NotEntitledError, match="a signature by a key of service"):
            register.record(office.assignment(WAITING), {}, keys[key])
    with pytest.raises(NotEntitledError, match="a signature by a key of foi-officer"):
        register.record(office.assignment(WAITING, attested=None), {}, keys[SERVICE])
    assert register.tip().entry.sequence == before + 1

    # What was let is no more once the policy is another.
    proposal = register.propose(office.assignment(WAITING), {})
    office.let_attest("draft")
    with pytest.raises(RegisterMovedError):
        register.append(proposal, proposal.signed_by(keys[SERVICE]), now=int(office.time().timestamp()))
    with pytest.raises(AttestedError):
        register.record(office.assignment(WAITING), {}, keys[SERVICE])


def test_whoever_leaves_the_list_attests_nothing_though_the_policy_still_names_their_account(
    scene: Scene,  # noqa: F811
) -> None:
    office = scene.office
    office.let_attest("assign")
    office.revoke("foi-officer")

    assert "foi-officer" in (office.register.policy().rules.attested or replace).accounts  # type: ignore[union-attr]
    with pytest.raises(NotEntitledError, match="the list of authorised people"):
        office.register.record(office.assignment(WAITING), {}, office.signers[SERVICE])
    assert audited(scene.path).passes
    assert second.run(scene.path) == []


@pytest.mark.exhaustive
def test_all_readers_and_the_page_of_the_format_name_the_same_acts_that_take_ones_own_key() -> None:
    own = {name for name, kind in ACTS.items() if kind.on is not On.POLICY and not attestable(kind)}
    script = (ROOT / "templates/evidence/verify.js").read_text(encoding="utf-8")
    page = (ROOT / "docs/register.md").read_text(encoding="utf-8")
    listed = script.partition("const OWN_KEY = new Set([")[2].partition("]")[0]
    told = page.partition("It names none of ")[2].partition(", and no act on the policy")[0]

    assert own == second.OWN_KEY
    assert {*re.findall(r'"([a-z-]+)"', listed)} == own
    assert {*re.findall(r"`([a-z-]+)`", told)} == own

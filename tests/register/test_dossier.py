"""A case looked up once: its entries, its files as any act left them, its newest statement of a kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attacker import Attacker
from register_builders import Office, Opened, draft_of, request_of

from flows.domain.acts import APPROVE, DRAFT, PUBLISH, RETURN, SUBMIT
from flows.domain.documents import DOCUMENT, REQUEST, RESPONSE, TEST
from flows.domain.errors import RegisterError, TamperedError
from flows.domain.policy import SERVICE
from flows.domain.procedure import Stage
from flows.register import line
from flows.register import register as asked
from flows.register.statement import POLICY, RECORDS

if TYPE_CHECKING:
    from collections.abc import Callable

TOLD = "1146A/22"
"""Told to its end: 5 returns version 2, 8 and 9 approve version 3, 10 publishes it."""


def test_each_statement_has_the_entry_that_recorded_it(busy_office: Office) -> None:
    dossier = busy_office.register.dossier(TOLD)

    assert [recorded.entry.act for recorded in dossier.entries] == [said.label for said in dossier.statements]
    for said, (digest, _) in zip(dossier.statements, dossier.chain.statements, strict=True):
        recorded = dossier.entry_of(said)
        assert recorded == busy_office.register._line.entry(recorded.id)
        assert (recorded.entry.statement, recorded.entry.case) == (digest, TOLD)
    assert dossier.entries[-1].id == dossier.newest


def test_a_file_is_read_as_any_act_left_it(busy_office: Office) -> None:
    dossier = busy_office.register.dossier(TOLD)
    opened, first, second, *_, third = dossier.statements[:6]

    assert dossier.read(DOCUMENT) == dossier.read(DOCUMENT, at=third) == draft_of(TOLD, "third")[DOCUMENT]
    assert dossier.read(DOCUMENT, at=second) == draft_of(TOLD, "second")[DOCUMENT]
    assert dossier.read(DOCUMENT, at=first) == draft_of(TOLD, "first")[DOCUMENT]
    assert dossier.read(REQUEST, at=opened) == request_of(TOLD)[REQUEST]
    with pytest.raises(RegisterError, match="has no"):
        dossier.read(DOCUMENT, at=opened)


def test_a_dossier_stays_as_it_was_looked_at(office: Office) -> None:
    office.open(TOLD)
    before = office.register.dossier(TOLD)
    office.draft(TOLD)

    assert [said.label for said in before.statements] == ["0001-open"]
    assert before.case.stage() is Stage.RECEIVED
    with pytest.raises(RegisterError, match="has no"):
        before.read(DOCUMENT)


def test_the_newest_statement_of_a_kind_is_found_by_its_document_and_its_version(busy_office: Office) -> None:
    office = busy_office
    office.draft("C/1", "foi-officer", document=RESPONSE.name)
    office.submit("C/1", document=RESPONSE.name)
    told, two = office.register.dossier(TOLD), office.register.dossier("C/1")

    def number(dossier: Any, *kinds: Any, **which: Any) -> int | None:
        found = dossier.last(*kinds, **which)
        return found.number if found else None

    assert number(told, DRAFT, document=TEST.name) == 6
    assert number(told, DRAFT, document=TEST.name, version=2) == 3
    assert number(told, DRAFT, document=TEST.name, version=4) is None
    assert number(told, APPROVE, RETURN, document=TEST.name) == 9
    assert number(told, APPROVE, RETURN, document=TEST.name, version=2) == 5
    assert number(told, PUBLISH, document=RESPONSE.name) is None
    assert number(two, SUBMIT, document=TEST.name) == 3
    assert number(two, SUBMIT, document=RESPONSE.name) == 5


def test_the_policy_is_looked_up_like_a_case_and_is_none(office: Office) -> None:
    dossier = office.register.dossier(POLICY)

    assert [said.label for said in dossier.statements][:2] == ["0001-found", "0002-add-officer"]
    assert len(dossier.entries) == 5
    with pytest.raises(TamperedError, match="equipoise audit"):
        _ = dossier.case


@pytest.mark.parametrize("forged", ["another case's", "none"])
def test_entries_that_are_not_those_of_the_acts_are_told(forged: str, busy_office: Office) -> None:
    a = Attacker(busy_office.path, {name: busy_office.signers[name] for name in (SERVICE, "foi.officer.2")})
    other = busy_office.register.dossier("B/1").newest
    a.steps[-1].entry = {"case_previous": None if forged == "none" else other}
    a.together()

    with Opened(busy_office.path, busy_office.folder / "anew.sqlite") as register:
        dossier = register.dossier("C/1")
        assert dossier.case.stage() is Stage.LEGAL_REVIEW
        with pytest.raises(TamperedError, match="are not those of its acts; run `equipoise audit`"):
            dossier.entry_of(dossier.statements[0])


# What it costs


def counted(monkeypatch: pytest.MonkeyPatch, place: Any, name: str) -> list[object]:
    """Count the calls of a function where it is used."""
    calls: list[object] = []
    call: Callable[..., Any] = getattr(place, name)

    def counting(*arguments: Any) -> Any:
        calls.append(arguments)
        return call(*arguments)

    monkeypatch.setattr(place, name, counting)
    return calls


def test_to_look_a_case_up_parses_the_policy_in_force_alone_and_judges_nothing(
    busy_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy_office.revoke("foi.officer.2")
    parsed = counted(monkeypatch, line, "parse_policy")
    decided = counted(monkeypatch, asked, "decide")

    with Opened(busy_office.path, busy_office.folder / "anew.sqlite") as register:
        rows = register.catalogue.cases()
        assert parsed == []
        assert [register.dossier(row.reference).case.acts for row in rows] == [10, 6, 3]
        assert register.policy().version == 6
    assert (len(parsed), len(decided)) == (1, 0)


def test_an_act_is_judged_when_it_is_proposed_and_when_it_is_appended_and_no_more(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.open(TOLD)
    office.draft(TOLD)
    decided = counted(monkeypatch, asked, "decide")
    parsed = counted(monkeypatch, line, "parse_policy")
    with Opened(office.path, office.index, office.signers[SERVICE]) as register:
        office.register, before = register, office.register
        office.submit(TOLD)
        office.return_(TOLD, "legal-reviewer", Stage.LEGAL_REVIEW)
        office.draft(TOLD, "foi-officer", text="second")
        office.letter(TOLD)
        assert len(decided) == 2 * (3 + 4)
        office.register = before
    assert len(parsed) == 1


def test_an_act_done_before_is_judged_no_more(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.open(TOLD)
    decided = counted(monkeypatch, asked, "decide")

    assert not office.open(TOLD).new
    assert decided == []


def test_the_statement_of_the_sixtieth_act_is_no_longer_than_that_of_the_sixth(office: Office) -> None:
    office.open(TOLD)
    office.draft(TOLD)
    for number in range(3, 61):
        office.draft(TOLD, "foi-officer", text=f"{number:02}")

    statements = office.register.dossier(TOLD).statements
    sixth, sixtieth = statements[5], statements[59]

    # A digit more in the act's number, in the version, and in the key that has the version in it.
    assert len(sixtieth.to_bytes()) == len(sixth.to_bytes()) + 3
    for said in statements:
        assert not [path for path in said.act.files if path.startswith(RECORDS)]

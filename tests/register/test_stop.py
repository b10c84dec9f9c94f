"""While writing is stopped nothing is recorded but the act that lets it go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from register_builders import audited

from flows.domain.acts import RESUME
from flows.domain.acts.policy import resume
from flows.domain.errors import RefusedError
from flows.domain.procedure import Role
from flows.register.roster import write_policy
from flows.register.statement import POLICY
from flows.register.stop import lift, stop, stopped

if TYPE_CHECKING:
    from collections.abc import Callable

    from register_builders import Office

    from flows.domain.act import Act

WHY = "Nothing is recorded: the register failed its audit."


def a_decision(office: Office, findings: str = "E_ROLLBACK at entry 7") -> tuple[Act, dict[str, bytes]]:
    after = resume(office.register.policy())
    act = office.act(
        RESUME,
        POLICY,
        "administrator",
        Role.ADMINISTRATOR,
        version=after.version,
        reason="The copy had no more.",
        details={"findings": findings},
    )
    return act, dict(write_policy(after))


def test_no_act_is_proposed_or_recorded_on_a_case_or_on_the_policy(office: Office) -> None:
    office.open("A/1")
    office.draft("A/1")
    proposal = office.register.propose(office.submission("A/1", "foi.officer.2"), {})
    before = office.register.tip()
    stop(office.path, WHY)

    attempts: tuple[Callable[[], object], ...] = (
        lambda: office.submit("A/1"),
        lambda: office.open("B/1"),
        lambda: office.revoke("sign-off-officer"),
        lambda: office.register.append(
            proposal,
            proposal.signed_by(office.signers["foi.officer.2"]),
            now=int(office.time().timestamp()),
        ),
    )
    for attempt in attempts:
        with pytest.raises(RefusedError, match=r"^Nothing is recorded: the register failed its audit\.$"):
            attempt()

    assert office.register.tip() == before
    assert office.register.dossier("A/1").case.test.version == 1


def test_what_was_done_before_is_still_found(office: Office) -> None:
    office.open("A/1")
    office.draft("A/1")
    act = office.submission("A/1", "foi.officer.2")
    first = office.register.record(act, {}, office.signers["foi.officer.2"])
    stop(office.path, WHY)

    again = office.register.record(act, {}, office.signers["foi.officer.2"])

    assert (again.id, again.new) == (first.id, False)


def test_a_decision_is_recorded_and_lets_writing_go_on(office: Office) -> None:
    stop(office.path, WHY)
    act, changes = a_decision(office)

    office.register.record(act, changes, office.signers["administrator"])

    assert stopped(office.path) is None
    office.open("A/1")
    report = audited(office.path)
    assert report.passes
    assert report.accepted == ("E_ROLLBACK at entry 7",)


def test_an_empty_file_stops_writing_too(office: Office) -> None:
    stop(office.path, "")

    with pytest.raises(RefusedError, match=r"^Nothing is recorded until an administrator decides"):
        office.open("A/1")

    lift(office.path)
    office.open("A/1")


@pytest.mark.parametrize(
    ("known", "found", "undecided"),
    [
        (("E_PDF at entry 6",), ["E_PDF at entry 6"], []),
        (
            ("E_PDF at entry 6",),
            ["E_PDF at entry 7", "E_SOD at entry 6"],
            ["E_PDF at entry 7", "E_SOD at entry 6"],
        ),
        (("E_ROLLBACK at entry 7",), ["E_FORK at entry 7"], []),
        (("E_ROLLBACK at entry 7",), ["E_FORK at entry 8"], ["E_FORK at entry 8"]),
        ((), ["E_PDF at entry 6"], ["E_PDF at entry 6"]),
        (("",), ["E_PDF at entry 6"], ["E_PDF at entry 6"]),
    ],
)
def test_only_what_was_decided_on_stops_nothing(
    office: Office, known: Any, found: list[str], undecided: list[str]
) -> None:
    report = audited(office.path)
    report.accepted = known
    for each in found:
        code, _, place = each.partition(" at ")
        report.add(code, place, "Something is found.")

    assert report.undecided == undecided

"""While writing is stopped nothing is recorded but the act that lets it go on."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from attacker import Attacker
from register_builders import audited, codes, draft_of
from test_second_audit import second

from flows.domain.acts import RESUME
from flows.domain.acts.policy import resume
from flows.domain.errors import RefusedError, RegisterError
from flows.domain.policy import SERVICE
from flows.domain.procedure import Role
from flows.register.entry import AHEAD
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


def test_a_decision_lifts_what_a_kill_left_of_the_stop_before_it_and_no_later_one(office: Office) -> None:
    act, changes = a_decision(office)
    proposal = office.register.propose(act, changes)
    signed = proposal.signed_by(office.signers["administrator"])
    now = int(act.time.timestamp())

    def lifted(seconds: int, lift: Callable[[], object]) -> bool:
        stop(office.path, WHY)
        os.utime(office.path.with_name("writing-stopped.txt"), (now + seconds,) * 2)
        lift()
        return stopped(office.path) is None

    assert not lifted(-60, office.register.lift_decided)
    first = office.register.append(proposal, signed, now=now)
    for again in (office.register.lift_decided, lambda: office.register.append(proposal, signed, now=now)):
        assert lifted(-1, again)
        assert not lifted(0, again)
        assert not lifted(60, again)
    assert office.register.tip().id == first.id


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


def by_the_second(office: Office) -> list[str]:
    return [code for _, code, _ in second.run(office.path, now=office.time())]


def a_clock_set_right(office: Office, ahead: timedelta) -> str:
    """Record an act by a clock that was ahead, and let an administrator go on by one that is right."""
    office.open("A/1")
    right = office.time()
    act = replace(office.drafting("A/1", SERVICE), time=right + ahead)
    office.register.record(act, draft_of("A/1", "first"), office.signers[SERVICE])
    findings = AHEAD.format(office.register.tip().entry.sequence)
    act, files = a_decision(office, findings)
    office.register.record(replace(act, time=right), files, office.signers["administrator"])
    return findings


def test_time_goes_back_where_an_administrator_says_that_a_clock_was_ahead(office: Office) -> None:
    a_clock_set_right(office, timedelta(days=300))
    office.submit("A/1")

    report = audited(office.path, now=office.time())
    last = office.register.tip().entry.sequence

    assert report.findings == []
    assert (
        f"entry {last - 1}: a clock was ahead; the entries from {last - 2} on are dated later than they "
        in (" ".join(report.remarks))
    )
    assert by_the_second(office) == []


@pytest.mark.parametrize(
    "findings",
    ["E_ROLLBACK at entry 7", "E_CLOCK at entry 1", "E_CLOCK at entry 88", "E_CLOCK at entry 8 more"],
)
def test_time_goes_back_for_no_other_reason(findings: str, office: Office) -> None:
    a_clock_set_right(office, timedelta(days=300))
    attacker = Attacker(office.path, {name: office.signers[name] for name in (SERVICE, "administrator")})
    attacker.steps[-1].act(details={"findings": findings})
    attacker.together()

    assert codes(office.path) == ["E_CLOCK"]
    assert by_the_second(office) == ["E_CLOCK"]


def test_time_does_not_go_back_by_less_than_a_day(office: Office) -> None:
    a_clock_set_right(office, timedelta(hours=20))

    line = office.register.since(0)
    assert line[-1].entry.committed == line[-2].entry.committed
    assert audited(office.path).findings == []


def test_nothing_is_recorded_by_a_clock_set_right_until_somebody_says_so(office: Office) -> None:
    office.open("A/1")
    right = office.time()
    act = replace(office.drafting("A/1", SERVICE), time=right + timedelta(days=2))
    office.register.record(act, draft_of("A/1", "first"), office.signers[SERVICE])
    act = replace(office.submission("A/1", "foi.officer.2"), time=right)

    with pytest.raises(RegisterError, match=r"more than a day ahead .* `equipoise resume`"):
        office.register.record(act, {}, office.signers["foi.officer.2"])

"""Two administrators: what the register records, and what it refuses to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from register_builders import PEOPLE, Office, audited

from flows.domain.acts import CHANGE_BODY, CHANGE_THRESHOLD
from flows.domain.acts.policy import change_body, change_threshold
from flows.domain.errors import ConsentError, RegisterMovedError
from flows.domain.procedure import Role
from flows.register import signature
from flows.register.consent import Consent, check_signed, parse
from flows.register.roster import allowed_signers, write_policy
from flows.register.statement import POLICY

if TYPE_CHECKING:
    from flows.domain.act import Act

FIRST: Final = "foi.officer.2"
"""The administrator who proposes; the other is ``administrator``."""


def takes_two(office: Office) -> None:
    office.authorise(replace(office.person(FIRST), roles=PEOPLE[FIRST] | {Role.ADMINISTRATOR}))
    office.amend(CHANGE_THRESHOLD, change_threshold(office.register.policy(), 2), administrators="2")


def proposal(office: Office) -> tuple[Act, dict[str, bytes]]:
    after = change_body(office.register.policy(), "school")
    act = office.act(CHANGE_BODY, POLICY, FIRST, Role.ADMINISTRATOR, version=after.version)
    return replace(act, details={"body": "school"}), write_policy(after)


def confirmed(office: Office, consent: Consent, signer: Any, namespace: bytes = signature.CONSENT) -> Act:
    armoured = signer.sign(consent.to_bytes(), namespace)
    return consent.recorded_by("administrator", armoured, office.time())


def test_a_consent_is_recorded_with_the_change_and_passes_the_audit(office: Office) -> None:
    takes_two(office)
    act, files = proposal(office)
    consent = office.register.agreeable(act, files)

    recorded = confirmed(office, consent, office.signers[FIRST])
    office.register.record(recorded, files, office.signers["administrator"])

    assert office.register.policy().rules.body == "school"
    assert parse(consent.to_bytes(), act.time) == consent
    assert audited(office.path).passes


@pytest.mark.parametrize(
    ("signer", "namespace"),
    [("outsider", signature.CONSENT), ("administrator", signature.CONSENT), (FIRST, signature.STATEMENT)],
    ids=["a stranger's key", "one's own key", "a signature on a statement"],
)
def test_nothing_is_recorded_with_a_consent_that_was_not_signed_for_it(
    office: Office, signer: str, namespace: bytes
) -> None:
    takes_two(office)
    act, files = proposal(office)
    consent = office.register.agreeable(act, files)
    before = office.register.tip()
    recorded = confirmed(office, consent, office.signers[signer], namespace)

    with pytest.raises(ConsentError):
        office.register.record(recorded, files, office.signers["administrator"])

    assert office.register.tip() == before


def test_a_consent_is_good_for_one_version_of_the_policy(office: Office) -> None:
    takes_two(office)
    act, files = proposal(office)
    recorded = confirmed(office, office.register.agreeable(act, files), office.signers[FIRST])
    office.register.record(recorded, files, office.signers["administrator"])

    again = replace(recorded, policy=recorded.version, version=recorded.version + 1, time=office.time())
    after = change_body(office.register.policy(), "other")
    with pytest.raises(RegisterMovedError):
        office.register.agreeable(act, files)
    with pytest.raises(ConsentError, match="not signed for this change"):
        office.register.record(
            replace(again, details={**again.details, "body": "other"}),
            write_policy(after),
            office.signers["administrator"],
        )


def test_whoever_is_revoked_agrees_to_nothing(office: Office) -> None:
    takes_two(office)
    act, files = proposal(office)
    consent = office.register.agreeable(act, files)
    armoured = office.signers[FIRST].sign(consent.to_bytes(), signature.CONSENT)
    policy = office.register.policy()
    without = replace(policy, people={id_: each for id_, each in policy.people.items() if id_ != FIRST})

    check_signed(consent, armoured, policy)
    with pytest.raises(ConsentError, match="a key that is not theirs"):
        check_signed(consent, armoured, without)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.replace(b'"policy": 7', b'"policy": "7"'),
        lambda data: data.replace(b'"format": 1', b'"format": 2'),
        lambda data: data.replace(b'"change-body"', b'"change-minds"'),
        lambda data: data.replace(b'  "reason": null,\n', b""),
        lambda data: data + b"\n",
        lambda data: data.replace(b"{\n", b'{\n  "a": 1,\n', 1),
        lambda _: b"",
    ],
    ids=[
        "a number as text",
        "another format",
        "no act",
        "a field lacks",
        "a line",
        "another field",
        "nothing",
    ],
)
def test_what_is_no_consent_is_not_read(office: Office, spoil: Any) -> None:
    takes_two(office)
    act, files = proposal(office)
    data = office.register.agreeable(act, files).to_bytes()
    spoilt = spoil(data)
    assert spoilt != data

    with pytest.raises(ValueError, match=r"form|missing|Extra|Expecting"):
        parse(spoilt, act.time)


def test_administrators_alone_are_listed_as_good_for_consents_and_only_where_two_are_asked_for(
    office: Office,
) -> None:
    assert "equipoise-consent-v1" not in allowed_signers(office.register.policies())
    takes_two(office)

    lines = [line for line in allowed_signers(office.register.policies()).splitlines() if "consent" in line]

    assert sorted(line.split()[0] for line in lines) == ["administrator", FIRST]

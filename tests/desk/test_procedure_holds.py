"""What the procedure forbids is refused at the desk: a sentence, an exit code, and nothing written."""

from __future__ import annotations

import pytest
from desk_builders import CASE, CASES, Desk, an_officer, by_service, everything, holds

from flows import home as flows_home
from flows.casework.office import open_office
from flows.domain.act import Act
from flows.domain.errors import PitError, RefusedError, WrongStageError
from flows.domain.procedure import DECIDED_ON, ActKind, Role, Stage


def at_legal_review(desk: Desk) -> None:
    desk.submit()


def at_sign_off(desk: Desk) -> None:
    desk.submit()
    desk.approve("legal-review", "max")


def written_by_jo(desk: Desk) -> None:
    desk.submit(person="jo")


def at_second_version(desk: Desk) -> None:
    desk.submit()
    desk.return_()
    desk.draft(CASES / ".story" / "1146A-22" / "assessment.yaml")
    desk.submit(version=2)


def as_it_is(desk: Desk) -> None:
    assert desk.stage() == "drafting"


REFUSALS = {
    "a writer approves": (
        written_by_jo,
        ("approve", CASE, "--gate", "legal-review", "--version", "1", "--as", "jo"),
        "jo wrote or submitted a version of 1146A/22, so another person has to decide at this stage.",
    ),
    "one person at both gates": (
        at_sign_off,
        ("approve", CASE, "--gate", "balancing", "--version", "1", "--as", "max"),
        "max already approved version 1 of 1146A/22, so another person has to decide at this stage.",
    ),
    "an older version is approved": (
        at_second_version,
        ("approve", CASE, "--gate", "legal-review", "--version", "1", "--as", "lee"),
        "1146A/22 is at version 2, not 1; read version 2 and act on that.",
    ),
    "publication without any approval": (
        as_it_is,
        ("publish", CASE),
        "1146A/22 is at drafting; to publish needs it at publication.",
    ),
    "publication with one approval": (
        at_sign_off,
        ("publish", CASE),
        "1146A/22 is at balancing; to publish needs it at publication.",
    ),
    "a return without a reason": (
        at_legal_review,
        ("return", CASE, "--gate", "legal-review", "--version", "1", "--as", "lee"),
        "Say why 1146A/22 goes back to drafting: a return needs a reason.",
    ),
    "a return with a reason of spaces": (
        at_legal_review,
        ("return", CASE, "--gate", "legal-review", "--version", "1", "--as", "lee", "--reason", " \n "),
        "Say why 1146A/22 goes back to drafting: a return needs a reason.",
    ),
    "the sign-off before legal review": (
        at_legal_review,
        ("approve", CASE, "--gate", "balancing", "--version", "1", "--as", "sam"),
        "1146A/22 is at legal-review; to approve needs it at balancing.",
    ),
    "an approval in the wrong role": (
        at_legal_review,
        ("approve", CASE, "--gate", "legal-review", "--version", "1", "--as", "sam"),
        "sam may not approve: that needs the role legal-reviewer.",
    ),
    "an approval by a stranger": (
        at_legal_review,
        ("approve", CASE, "--gate", "legal-review", "--version", "1", "--as", "eve", "--key", "{sam}"),
        "eve may not approve: that needs a person on the list of authorised people.",
    ),
    "an approval with another person's key": (
        at_legal_review,
        ("approve", CASE, "--gate", "legal-review", "--version", "1", "--as", "lee", "--key", "{sam}"),
        "lee may not approve: that needs a signature by a key of lee.",
    ),
    "a draft while others decide": (
        at_legal_review,
        ("draft", CASE, "{second}", "--as", "wren"),
        "1146A/22 is at legal-review; to draft needs it at drafting.",
    ),
    "sending what is not published": (
        as_it_is,
        ("sent", CASE, "--on", "2022-12-05", "--by", "email", "--as", "wren"),
        "1146A/22 is at drafting; to record as sent needs it at published.",
    ),
    "a case nobody opened": (
        as_it_is,
        ("submit", "9999Z/99", "--version", "1", "--as", "wren"),
        "The register holds no case 9999Z/99; `equipoise queue` lists those it holds.",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_the_desk_refuses(name: str, desk: Desk, second_draft: object) -> None:
    prepare, words, sentence = REFUSALS[name]
    prepare(desk)
    places = {"sam": desk.home.officers / "sam", "second": second_draft}

    assert desk.refused(*(word.format(**places) for word in words)) == (1, sentence)


@pytest.mark.parametrize("approvals", [0, 1])
def test_a_publication_forged_before_both_approvals_is_refused_by_the_register(
    approvals: int, desk: Desk
) -> None:
    (as_it_is, at_sign_off)[approvals](desk)
    before = everything(desk.home)

    with open_office(desk.home) as office:
        forged = by_service(office, ActKind.PUBLISH, CASE, version=1)
        files = {"published/1146A-22.pdf": b"%PDF-1.7", "published/1146A-22.json": b"{}"}
        with pytest.raises(WrongStageError, match=r"to publish needs it at publication\.$"):
            office.register.record(forged, files, office.service)

    assert everything(desk.home) == before


def test_no_officer_can_publish_even_what_is_signed_off(desk: Desk) -> None:
    at_sign_off(desk)
    desk.approve("balancing", "sam")

    with open_office(desk.home) as office:
        sam = an_officer(desk.home, "sam")
        act = Act(
            kind=ActKind.PUBLISH,
            case=CASE,
            actor="sam",
            role=Role.SIGN_OFF_OFFICER,
            time=flows_home.now(),
            policy=office.register.policy().version,
            version=1,
        )
        with pytest.raises(RefusedError, match="that needs the service itself"):
            office.register.record(act, {"published/1146A-22.pdf": b"%PDF-1.7"}, sam.signer)


def test_an_approval_forged_with_the_services_key_is_refused(desk: Desk) -> None:
    desk.submit()
    before = everything(desk.home)
    with open_office(desk.home) as office:
        read = {path: office.register.case(CASE).files[path].sha256 for path in DECIDED_ON}
        for actor, role in (("lee", Role.LEGAL_REVIEWER), ("service", Role.SERVICE)):
            act = Act(
                kind=ActKind.APPROVE,
                case=CASE,
                actor=actor,
                role=role,
                time=flows_home.now(),
                policy=office.register.policy().version,
                version=1,
                gate=Stage.LEGAL_REVIEW,
                details=read,
            )
            with pytest.raises(PitError, match="may not approve"):
                office.register.record(act, {}, office.service)

    assert everything(desk.home) == before


def test_the_whole_way_with_three_people_ends_at_publication_and_passes_the_audit(desk: Desk) -> None:
    desk.submit()
    desk.approve("legal-review", "lee")
    desk.approve("balancing", "sam")

    assert desk.stage() == "publication"
    assert holds(desk.home)

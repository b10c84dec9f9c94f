"""What the procedure forbids is refused at the desk: a sentence, an exit code, and nothing written."""

from __future__ import annotations

import pytest
from desk_builders import CASE, CASES, Desk, a_signer, by_service, everything, passes_audit

from flows import home as flows_home
from flows.casework.office import open_office
from flows.domain.act import Act
from flows.domain.acts import APPROVE, PUBLISH
from flows.domain.documents import TEST
from flows.domain.errors import PitError, RefusedError, WrongStageError
from flows.domain.procedure import Role, Stage
from flows.domain.reference import slug


def at_legal_review(desk: Desk) -> None:
    desk.submit()


def at_sign_off(desk: Desk) -> None:
    desk.submit()
    desk.approve("legal-review", "both-gates")


def written_by_one_of_all_roles(desk: Desk) -> None:
    desk.submit(person="all-three-roles")


def at_second_version(desk: Desk) -> None:
    desk.submit()
    desk.return_()
    desk.draft(CASES / ".story" / "1146A-22" / "assessment.yaml")
    desk.submit(version=2)


def as_it_is(desk: Desk) -> None:
    assert desk.stage() == "drafting"


REFUSALS = {
    "a writer approves": (
        written_by_one_of_all_roles,
        ("approve", CASE, "--gate", "legal-review", "--version", "1", "--as", "all-three-roles"),
        "all-three-roles wrote or submitted a version of 1146A/22, so another person has to approve.",
    ),
    "one person at both gates": (
        at_sign_off,
        ("approve", CASE, "--gate", "balancing", "--version", "1", "--as", "both-gates"),
        "both-gates already approved version 1 of 1146A/22, so another person has to approve.",
    ),
    "an older version is approved": (
        at_second_version,
        ("approve", CASE, "--gate", "legal-review", "--version", "1", "--as", "legal-reviewer"),
        "1146A/22 is at version 2, not 1; read version 2 and act on that.",
    ),
    "an act that several roles may take, by somebody with none of them": (
        as_it_is,
        ("assign", CASE, "--person", "legal-reviewer", "--as", "administrator"),
        "administrator may not assign: that needs the role foi-officer, legal-reviewer or sign-off-officer.",
    ),
    "publication without any approval": (
        as_it_is,
        ("publish", CASE),
        "1146A/22 cannot be published: it is in drafting.",
    ),
    "publication with one approval": (
        at_sign_off,
        ("publish", CASE),
        "1146A/22 cannot be published: it is at sign-off.",
    ),
    "a return without a reason": (
        at_legal_review,
        ("return", CASE, "--gate", "legal-review", "--version", "1", "--as", "legal-reviewer"),
        "1146A/22: say why; to return a version takes a reason.",
    ),
    "a return with a reason of spaces": (
        at_legal_review,
        (
            "return",
            CASE,
            "--gate",
            "legal-review",
            "--version",
            "1",
            "--as",
            "legal-reviewer",
            "--reason",
            " \n ",
        ),
        "1146A/22: say why; to return a version takes a reason.",
    ),
    "the sign-off before legal review": (
        at_legal_review,
        ("approve", CASE, "--gate", "balancing", "--version", "1", "--as", "sign-off-officer"),
        "1146A/22 cannot be approved at sign-off: it is at legal review.",
    ),
    "an approval in the wrong role": (
        at_legal_review,
        ("approve", CASE, "--gate", "legal-review", "--version", "1", "--as", "sign-off-officer"),
        "sign-off-officer may not approve: that needs the role legal-reviewer.",
    ),
    "an approval by a stranger": (
        at_legal_review,
        (
            "approve",
            CASE,
            "--gate",
            "legal-review",
            "--version",
            "1",
            "--as",
            "stranger",
            "--key",
            "{sign_off_key}",
        ),
        "stranger may not approve: that needs a person on the list of authorised people.",
    ),
    "an approval with another person's key": (
        at_legal_review,
        (
            "approve",
            CASE,
            "--gate",
            "legal-review",
            "--version",
            "1",
            "--as",
            "legal-reviewer",
            "--key",
            "{sign_off_key}",
        ),
        "legal-reviewer may not approve: that needs a signature by a key of legal-reviewer.",
    ),
    "a draft while others decide": (
        at_legal_review,
        ("draft", CASE, "{second}", "--as", "foi-officer"),
        "1146A/22 cannot be drafted again: it is at legal review.",
    ),
    "sending what is not published": (
        as_it_is,
        ("sent", CASE, "--on", "2022-12-05", "--by", "email", "--as", "foi-officer"),
        "1146A/22 cannot be recorded as sent: it is in drafting.",
    ),
    "a case nobody opened": (
        as_it_is,
        ("submit", "9999Z/99", "--version", "1", "--as", "foi-officer"),
        "There is no case 9999Z/99 in the register; `equipoise queue --all` lists every case.",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_the_desk_refuses(name: str, desk: Desk, second_draft: object) -> None:
    prepare, words, sentence = REFUSALS[name]
    prepare(desk)
    places = {"sign_off_key": desk.home.officers / "sign-off-officer", "second": second_draft}

    assert desk.refused(*(word.format(**places) for word in words)) == (1, sentence)


@pytest.mark.parametrize("approvals", [0, 1])
def test_a_publication_forged_before_both_approvals_is_refused_by_the_register(
    approvals: int, desk: Desk
) -> None:
    (as_it_is, at_sign_off)[approvals](desk)
    before = everything(desk.home)

    with open_office(desk.home) as office:
        forged = by_service(office, PUBLISH, CASE, document=TEST.name, version=1)
        files = dict(zip(TEST.published(slug(CASE)), (b"%PDF-1.7", b"{}"), strict=True))
        with pytest.raises(WrongStageError, match="cannot be published: it is "):
            office.register.record(forged, files, office.service)

    assert everything(desk.home) == before


def test_no_officer_can_publish_even_what_is_signed_off(desk: Desk) -> None:
    at_sign_off(desk)
    desk.approve("balancing", "sign-off-officer")

    with open_office(desk.home) as office:
        signer = a_signer(desk.home, "sign-off-officer")
        act = Act(
            kind=PUBLISH,
            case=CASE,
            actor="sign-off-officer",
            role=Role.SIGN_OFF_OFFICER,
            time=flows_home.now(),
            policy=office.register.policy().version,
            document=TEST.name,
            version=1,
        )
        with pytest.raises(RefusedError, match="that needs the service itself"):
            office.register.record(act, {TEST.published(slug(CASE))[0]: b"%PDF-1.7"}, signer)


def test_an_approval_forged_with_the_services_key_is_refused(desk: Desk) -> None:
    desk.submit()
    before = everything(desk.home)
    with open_office(desk.home) as office:
        files = office.register.dossier(CASE).case.files
        read = {path: files[path].sha256 for path in TEST.decided_on}
        for actor, role in (("legal-reviewer", Role.LEGAL_REVIEWER), ("service", Role.SERVICE)):
            act = Act(
                kind=APPROVE,
                case=CASE,
                actor=actor,
                role=role,
                time=flows_home.now(),
                policy=office.register.policy().version,
                document=TEST.name,
                version=1,
                gate=Stage.LEGAL_REVIEW,
                details=read,
            )
            with pytest.raises(PitError, match="may not approve"):
                office.register.record(act, {}, office.service)

    assert everything(desk.home) == before


def test_the_whole_way_with_three_people_ends_at_publication_and_passes_the_audit(desk: Desk) -> None:
    desk.submit()
    desk.approve("legal-review", "legal-reviewer")
    desk.approve("balancing", "sign-off-officer")

    assert desk.stage() == "publication"
    assert passes_audit(desk.home)

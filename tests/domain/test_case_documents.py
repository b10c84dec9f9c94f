"""The documents of one case: each has its versions, its gates, its writers and its approvals."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from domain_builders import (
    LETTER,
    MANY_HATS,
    NOON,
    OWNER,
    PDF,
    WRITER,
    a_case,
    a_document,
    a_mark,
    a_person,
    a_policy,
    a_response,
    an_act,
    an_act_by,
    an_approval,
    digests,
    the_files,
)

from flows.domain.acts import APPROVE, CLOSE, DRAFT, PUBLISH, RETURN, SENT, SUBMIT
from flows.domain.case import Approval, Document, Paper
from flows.domain.decide import decide, may_decide
from flows.domain.documents import DOCUMENT, REQUEST, RESPONSE
from flows.domain.errors import (
    MalformedError,
    NotEntitledError,
    RefusedError,
    SamePersonError,
    StaleContentError,
    StaleVersionError,
    WrongStageError,
)
from flows.domain.policy import SERVICE
from flows.domain.procedure import Role, Stage

if TYPE_CHECKING:
    from flows.domain.act import Act, FileMark
    from flows.domain.case import Case

WITH_LETTER = the_files() | {LETTER: a_mark("letter")}
ON_RESPONSE: dict[str, Any] = {"document": "response", "files": WITH_LETTER}
SIGNS_OFF: dict[str, Any] = ON_RESPONSE | {
    "gate": Stage.BALANCING,
    "actor": OWNER,
    "role": Role.SIGN_OFF_OFFICER,
    "details": digests(WITH_LETTER, "response"),
}


def two_documents(response: Document | None = None, **changes: Any) -> Case:
    """A test at legal review, a response at sign-off, both written by the writer."""
    return a_case(response or a_response(), **{"files": WITH_LETTER} | changes)


def an_approval_by(person: str, case: Case, document: str) -> Act:
    return an_act_by(person, APPROVE, case, a_policy(), document)


def test_a_response_is_begun_by_a_person_and_passes_gates_of_its_own() -> None:
    case, policy = a_case(), a_policy()
    test = case.test
    stages = [case.stage("response")]
    for kind, person in [
        (DRAFT, WRITER),
        (SUBMIT, WRITER),
        (APPROVE, OWNER),
        (PUBLISH, SERVICE),
        (SENT, WRITER),
    ]:
        case = decide(case, an_act_by(person, kind, case, policy, "response"), policy)
        stages.append(case.stage("response"))

    assert stages == [
        Stage.RECEIVED,
        Stage.DRAFTING,
        Stage.BALANCING,
        Stage.PUBLICATION,
        Stage.PUBLISHED,
        Stage.SENT,
    ]
    approved = Approval(
        gate=Stage.BALANCING, person=OWNER, role=Role.SIGN_OFF_OFFICER, version=1, round=0, act=6, at=NOON
    )
    assert case.documents == {
        "test": test,
        "response": Document(
            name="response",
            stage=Stage.SENT,
            version=1,
            gates=(Stage.BALANCING,),
            approvals=(approved,),
            paper=Paper(
                version=1, at=NOON, files={LETTER: case.files[LETTER]}, approvals=(approved,), sent=True
            ),
            since=NOON,
            changed=NOON,
        ),
    }
    assert (case.acts, case.stage()) == (8, Stage.LEGAL_REVIEW)


def test_the_service_does_not_begin_a_response() -> None:
    with pytest.raises(NotEntitledError, match="write the first version of the response"):
        decide(a_case(), an_act_by(SERVICE, DRAFT, a_case(), a_policy(), "response"), a_policy())


def test_what_is_done_to_one_document_leaves_the_other_as_it_is() -> None:
    before = two_documents()
    after = decide(before, an_approval_by(OWNER, before, "response"), a_policy())
    returned = an_act(RETURN, **ON_RESPONSE | {"document": "test"})

    assert (after.stage("response"), after.stage("test")) == (Stage.PUBLICATION, Stage.LEGAL_REVIEW)
    assert after.test == before.test
    assert decide(after, returned, a_policy()).document("response") == after.document("response")


def test_a_version_is_one_of_its_own_document() -> None:
    case = two_documents(version=3)
    decide(case, an_act(**SIGNS_OFF), a_policy())

    with pytest.raises(StaleVersionError, match="The response of 1146A/22 is at version 1, not 3"):
        decide(case, an_act(**SIGNS_OFF | {"version": 3}), a_policy())


def test_an_approval_names_the_bytes_of_its_own_document() -> None:
    case = two_documents()

    with pytest.raises(MalformedError, match="and nothing else"):
        decide(case, an_act(**SIGNS_OFF | {"details": digests(WITH_LETTER, "test")}), a_policy())
    other = digests(WITH_LETTER | {LETTER: a_mark("unread")}, "response")
    with pytest.raises(StaleContentError, match=f"{LETTER} of 1146A/22 has changed"):
        decide(case, an_act(**SIGNS_OFF | {"details": other}), a_policy())


@pytest.mark.parametrize("changed", [{LETTER: a_mark("another")}, {DOCUMENT: a_mark("another")}])
def test_a_draft_of_one_document_leaves_the_text_of_the_other_alone(changed: dict[str, FileMark]) -> None:
    case = two_documents(a_response(stage=Stage.DRAFTING), stage=Stage.DRAFTING)
    document = "test" if LETTER in changed else "response"
    draft = an_act_by(WRITER, DRAFT, case, a_policy(), document)

    with pytest.raises(MalformedError, match="to draft leaves this file as it is"):
        decide(case, replace(draft, files={**draft.files, **changed}), a_policy())


# Writers and approvals of one do not count for the other


@pytest.mark.parametrize(("written", "decided"), [("test", "response"), ("response", "test")])
def test_whoever_wrote_one_document_may_decide_on_the_other(written: str, decided: str) -> None:
    gates = {"stage": Stage.BALANCING, "gates": (Stage.BALANCING,)}
    nobodys, own = {"writers": frozenset({WRITER})}, {"writers": frozenset({MANY_HATS})}
    test = a_document("test", **gates | (own if written == "test" else nobodys))
    response = a_document("response", **gates | (own if written == "response" else nobodys))
    case = replace(two_documents(response), documents={"test": test, "response": response})

    after = decide(case, an_approval_by(MANY_HATS, case, decided), a_policy())

    assert after.stage(decided) is Stage.PUBLICATION
    with pytest.raises(SamePersonError, match="wrote or submitted"):
        decide(case, an_approval_by(MANY_HATS, case, written), a_policy())
    assert may_decide(case, a_policy(), decided) == {OWNER, MANY_HATS}
    assert may_decide(case, a_policy(), written) == {OWNER}


def test_an_approval_of_one_document_does_not_count_for_the_other() -> None:
    reviewed = an_approval(person=MANY_HATS)
    case = two_documents(stage=Stage.BALANCING, approvals=(reviewed,))

    after = decide(case, an_approval_by(MANY_HATS, case, "response"), a_policy())

    assert (after.stage("response"), after.stage("test")) == (Stage.PUBLICATION, Stage.BALANCING)
    assert [each.gate for each in after.document("response").approvals] == [Stage.BALANCING]
    assert after.test.approvals == (reviewed,)
    with pytest.raises(SamePersonError, match="already approved version 1 of 1146A/22,"):
        decide(after, an_approval_by(MANY_HATS, after, "test"), a_policy())


# Except where a person would decide on their own words


def summarised_by(person: str, before: Case) -> Case:
    """The case once a person has drafted the test, with another summary of the request."""
    draft = an_act_by(person, DRAFT, before, a_policy(), text=f"of {person}")
    summary = {REQUEST: a_mark(f"summary of {person}")}
    return decide(before, replace(draft, files={**draft.files, **summary}), a_policy())


def test_nobody_decides_on_a_response_to_a_request_that_they_summarised() -> None:
    drafting = two_documents(a_response(stage=Stage.DRAFTING), stage=Stage.DRAFTING)
    summarised = summarised_by(MANY_HATS, drafting)
    case = decide(summarised, an_act_by(WRITER, SUBMIT, summarised, a_policy(), "response"), a_policy())

    with pytest.raises(
        SamePersonError, match=f"{MANY_HATS} wrote words of the response of 1146A/22, so another"
    ):
        decide(case, an_approval_by(MANY_HATS, case, "response"), a_policy())
    assert may_decide(case, a_policy(), "response") == {OWNER}


def test_whose_summary_is_no_longer_there_may_decide() -> None:
    drafting = two_documents(a_response(stage=Stage.DRAFTING), stage=Stage.DRAFTING)
    case = summarised_by(WRITER, summarised_by(MANY_HATS, drafting))
    case = decide(case, an_act_by(WRITER, SUBMIT, case, a_policy(), "response"), a_policy())

    after = decide(case, an_approval_by(MANY_HATS, case, "response"), a_policy())

    assert after.stage("response") is Stage.PUBLICATION


def test_nobody_decides_on_their_own_bytes_whoever_put_them_there() -> None:
    drafting = two_documents(a_response(stage=Stage.DRAFTING), stage=Stage.DRAFTING)
    theirs = summarised_by(MANY_HATS, drafting)
    copied = an_act_by(WRITER, DRAFT, theirs, a_policy(), "response")
    copied = replace(copied, files={**copied.files, LETTER: theirs.files[DOCUMENT]})
    # Their summary is gone; what is left of their words is the letter.
    case = summarised_by(WRITER, decide(theirs, copied, a_policy()))
    case = decide(case, an_act_by(WRITER, SUBMIT, case, a_policy(), "response"), a_policy())

    with pytest.raises(SamePersonError, match="wrote words of the response of 1146A/22"):
        decide(case, an_approval_by(MANY_HATS, case, "response"), a_policy())


def test_the_first_draft_of_the_service_makes_nobody_an_author() -> None:
    received = a_case(stage=Stage.RECEIVED, version=0, gates=(), writers=frozenset(), files=the_files(0))

    drafted = decide(received, an_act_by(SERVICE, DRAFT, received, a_policy()), a_policy())

    assert drafted.authors == {}
    assert drafted.words_of("test") == {SERVICE}


@pytest.mark.parametrize("stage", [Stage.LEGAL_REVIEW, Stage.BALANCING, Stage.PUBLICATION])
def test_the_request_does_not_change_under_a_decision_on_the_other_document(stage: Stage) -> None:
    case = two_documents(a_response(stage=stage), stage=Stage.DRAFTING)

    with pytest.raises(RefusedError, match=r"request.md cannot change now: the response of 1146A/22 is "):
        summarised_by(WRITER, case)
    again = decide(case, an_act_by(WRITER, DRAFT, case, a_policy()), a_policy())
    assert again.test.version == 2


@pytest.mark.parametrize("stage", [Stage.DRAFTING, Stage.PUBLISHED, Stage.SENT])
def test_the_request_is_summarised_anew_where_nothing_is_being_decided(stage: Stage) -> None:
    case = two_documents(a_response(stage=stage), stage=Stage.DRAFTING)

    assert summarised_by(WRITER, case).files[REQUEST] == a_mark(f"summary of {WRITER}")


# An act on the case looks at every document


@pytest.mark.parametrize("done", [Stage.PUBLISHED, Stage.SENT])
@pytest.mark.parametrize("document", ["test", "response"])
def test_a_case_with_one_document_published_is_not_closed(document: str, done: Stage) -> None:
    case = two_documents().with_document(document, stage=done)

    with pytest.raises(WrongStageError, match=r"1146A/22.* cannot be closed"):
        decide(case, an_act(CLOSE, files=WITH_LETTER), a_policy())


def test_closing_a_case_closes_all_of_its_documents() -> None:
    before = two_documents()

    closed = decide(before, an_act(CLOSE, files=WITH_LETTER), a_policy())

    assert (closed.stage("test"), closed.stage("response")) == (Stage.CLOSED, Stage.CLOSED)
    assert closed.documents == before.documents
    for document in ("test", "response"):
        approval = an_approval_by(OWNER, before, document)
        with pytest.raises(WrongStageError, match="is closed"):
            decide(closed, replace(approval, gate=Stage.BALANCING, role=Role.SIGN_OFF_OFFICER), a_policy())
    with pytest.raises(WrongStageError, match="is closed"):
        decide(closed, an_act_by(WRITER, DRAFT, before, a_policy(), "response"), a_policy())


def test_a_response_goes_out_by_its_own_paper() -> None:
    case = two_documents(a_response(stage=Stage.PUBLICATION))
    paper, _ = RESPONSE.published("1146A-22")
    publication = an_act(PUBLISH, document="response", files=WITH_LETTER | {paper: a_mark("pdf")})

    assert decide(case, publication, a_policy()).stage("response") is Stage.PUBLISHED
    with pytest.raises(MalformedError, match=f"{PDF}: to publish leaves this file as it is"):
        decide(case, replace(publication, files=WITH_LETTER | {PDF: a_mark("pdf")}), a_policy())


def test_people_of_two_roles_may_sign_off_a_response_where_they_reviewed_the_test() -> None:
    policy = a_policy(
        a_person(WRITER, Role.FOI_OFFICER), a_person(MANY_HATS, Role.LEGAL_REVIEWER, Role.SIGN_OFF_OFFICER)
    )
    case = two_documents()
    for document in ("test", "response"):
        case = decide(case, an_act_by(MANY_HATS, APPROVE, case, policy, document), policy)

    assert (case.stage("test"), case.stage("response")) == (Stage.BALANCING, Stage.PUBLICATION)

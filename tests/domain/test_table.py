"""The table of acts: every row has what is made of it."""

from __future__ import annotations

import re
import string
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from domain_builders import BY_US, an_act

from flows.domain.acts import (
    ACTS,
    ADD_CLOSURE,
    ADD_HOLIDAY,
    ADD_OFFICER,
    ADOPT_EDITION,
    APPEALED,
    APPROVE,
    ASK_CLARIFICATION,
    ASSIGN,
    CHANGE_APPROVALS,
    CHANGE_ATTESTED,
    CHANGE_AUTHORITY,
    CHANGE_BODY,
    CHANGE_DESK,
    CHANGE_LETTERS,
    CHANGE_PATTERN,
    CHANGE_RECOVERY,
    CHANGE_REMINDERS,
    CHANGE_RETENTION,
    CHANGE_SERVICE_KEY,
    CHANGE_THEME,
    CHANGE_THRESHOLD,
    CLARIFIED,
    CLOSE,
    COMPLAINED,
    COMPLAINT_CLOSED,
    COMPLIED,
    CONFIRM_ERASURE,
    CONFIRM_RECEIPT,
    CONSULT,
    CONSULTED,
    CORRECT,
    CORRECT_DAY,
    CORRECT_RECEIPT,
    DAY_SPECIFIED,
    DECIDED,
    DRAFT,
    ERASE,
    EVIDENCE,
    EXTEND,
    FEE_PAID,
    FEES_NOTICE,
    FOUND,
    INFORMATION_NOTICE,
    LOG,
    NOTICE,
    OPEN,
    OVERRIDE,
    PUBLISH,
    READ_REQUEST,
    RECORDS,
    RECOVER,
    REMOVE_CLOSURE,
    REMOVE_HOLIDAY,
    REOPEN,
    RESUME,
    RETURN,
    REVIEW_ASKED,
    REVIEW_DECIDED,
    REVOKE_OFFICER,
    SENT,
    STEP_ASIDE,
    SUBMIT,
    SUSPECT_KEY,
    TAKE_BACK,
    WITHDRAW_DRAFT,
    Kind,
    On,
    Reason,
)
from flows.domain.acts.kind import Fact, a_choice, in_words, the_day
from flows.domain.procedure import ROLE_AT, Role, Stage

if TYPE_CHECKING:
    from flows.domain.act import Act

KINDS = [*ACTS.values()]
COMMANDS = [kind for kind in KINDS if kind.help]
FACTS = [(kind, fact) for kind in KINDS for fact in kind.facts]

# Of each fact a text that is good, and some that are not.
_A_MESSAGE = ("0123456789abcdef" * 4, ("", "0123", "0123456789ABCDEF" * 4, "foi@northshire.example"))
_DAYS = ("2022-11-28", ("", "20221128", "2022-11-31", "2022-W48-1", " 2022-11-28", "28 November 2022"))
_PEOPLE = ("second.foi-officer", ("", "Officer", "an officer", "-officer", "x" * 41, "officer\n"))
_TEXTS: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("open", "received"): _DAYS,
    ("publish", "signed-as"): (
        "Information Rights, Northshire Police",
        ("", " x", "x ", "a\nb", "a\x1b[1m", "x" * 201),
    ),
    ("publish", "entries"): ("1234", ("", "0", "012", "1,234", "-1", "x", "1\n", "1" * 13, "\u0661")),
    ("open", "recipient"): ("age1example", ("", "age1 example", "é", "x" * 101)),
    ("open", "attachments"): (
        "PDF, 12345 bytes; text, 7 bytes",
        ("", "PDF", "PDF, 0 bytes", "PDF, 7 bytes, text, 7 bytes", "Jo.pdf, 7 bytes"),
    ),
    ("open", "regime"): ("foia", ("", "FOIA", "magna-carta")),
    ("override", "finding"): ("X06", ("", "x06", "X6", "all", "X06\n")),
    ("override", "place"): ("parts[0].exemptions[1]", ("Parts", "part one", "x" * 121, "a\nb")),
    ("submit", "gates"): (
        "legal-review balancing",
        ("", " balancing", "legal-review  balancing", "BALANCING"),
    ),
    ("submit", "rules"): ("1", ("", "0", "01", "one", "1\n", "\u0661")),
    ("submit", "findings"): ("N01 warn", ("",)),
    ("submit", "made-with"): (
        BY_US,
        (
            *("", "Equipoise 0.1.0", f"{BY_US}\n", f"{BY_US} ", f" {BY_US}", BY_US.replace(" ", "  ")),
            *(BY_US.replace("0" * 64, "0" * 63, 1), BY_US.replace("0" * 64, "F" * 64), f"{BY_US} a=b c"),
            *(BY_US.replace("templates", "template"), f"{BY_US} jinja2=\u0663", BY_US + " a=1" * 8),
        ),
    ),
    ("sent", "message"): _A_MESSAGE,
    ("ask-clarification", "message"): _A_MESSAGE,
    ("fees-notice", "message"): _A_MESSAGE,
    ("extend", "message"): _A_MESSAGE,
    ("review-decided", "message"): _A_MESSAGE,
    ("sent", "on"): _DAYS,
    ("sent", "due"): _DAYS,
    ("resume", "findings"): ("E_ROLLBACK at entry 7", ("", "é", "a\nb")),
    ("change-service-key", "key"): ("0" * 64, ("", "0" * 63, "0" * 65, "A" * 64, "g" * 64)),
    ("suspect-key", "person"): _PEOPLE,
    ("suspect-key", "key"): ("0" * 64, ("", "0" * 63, "0" * 65, "A" * 64, "g" * 64)),
    ("suspect-key", "since"): ("7", ("", "0", "07", "x", "7\n")),
    ("sent", "by"): ("email", ("", "pigeon", "Email")),
    ("assign", "person"): _PEOPLE,
    ("correct-receipt", "received"): _DAYS,
    ("confirm-receipt", "received"): _DAYS,
    ("ask-clarification", "on"): _DAYS,
    ("ask-clarification", "by"): ("post", ("", "pigeon", "Post")),
    ("clarified", "on"): _DAYS,
    ("fees-notice", "on"): _DAYS,
    ("fees-notice", "by"): ("post", ("", "pigeon", "Post")),
    ("fees-notice", "amount"): ("75.50", ("", "£80", "080", "80.5", "80.505", "1,000", "\u0667\u0665")),
    ("fee-paid", "on"): _DAYS,
    ("day-specified", "until"): _DAYS,
    ("day-specified", "on"): _DAYS,
    ("day-specified", "ground"): ("information-abroad", ("", "overseas", "busy")),
    ("extend", "on"): _DAYS,
    ("extend", "by"): ("post", ("", "pigeon", "Post")),
    ("extend", "until"): _DAYS,
    ("extend", "exemptions"): (
        "31(1)(a), 43(2)",
        ("", "31(1)(a) and 43(2)", "s31", "31(1)(a),43(2)"),
    ),
    ("evidence", "kind"): ("harm", ("", "Harm", "rumour")),
    ("consult", "whom"): ("third-party", ("", "Third-party", "a neighbour")),
    ("consult", "on"): _DAYS,
    ("consulted", "whom"): ("security-body", ("", "mi5")),
    ("consulted", "on"): _DAYS,
    ("sent", "records"): ("1, 3", ("", "1,3", "one", "0001")),
    ("records", "records"): (
        "1 released, 2 redacted, 3 withheld",
        ("", "1 given", "1 Released", "0 released"),
    ),
    ("close", "ground"): ("withdrawn", ("", "bored", "Withdrawn", "cost limit")),
    ("close", "original"): ("1147A/22", ("", "a reference", "-1147", "x" * 41)),
    ("add-officer", "person"): _PEOPLE,
    ("revoke-officer", "person"): _PEOPLE,
    ("recover", "person"): _PEOPLE,
    ("add-holiday", "date"): _DAYS,
    ("remove-holiday", "date"): _DAYS,
    ("add-closure", "first"): _DAYS,
    ("add-closure", "last"): _DAYS,
    ("remove-closure", "first"): _DAYS,
    ("change-body", "body"): ("school", ("", "School", "parish")),
    ("adopt-edition", "edition"): ("2", ("", "0", "02", "next", "2.0")),
}

_REFERENCES = ("IC-123456-A1B2", ("", "ic-9", "IC 9", "-9", "I" * 41))
_TEXTS |= {
    ("erase", "ground"): ("Schedule 4.2, requests answered", ("", " x", "x ", "a\nb", "a\x1b[1m", "x" * 201)),
    ("change-approvals", "document"): ("cost", ("", "letter", "Cost", "../x")),
    ("change-approvals", "approvals"): ("two-person", ("", "none", "three-person")),
    ("change-pattern", "pattern"): (
        "FOI-{year}-{number:04}",
        (
            "",
            "IG",
            "{number}{number}",
            "{year}{year}{number}",
            "{number:x}",
            "{other}{number}",
            "a b{number}",
        ),
    ),
    ("change-reminders", "days"): ("60", ("", "-1", "05", "61", "five")),
    ("change-authority", "authority"): (
        "Northshire Council; Northshire Fire Authority",
        ("", " Council", "Council ", "A\nB", "A\x1b[2J", "A\u2028B", "x" * 201),
    ),
    ("change-threshold", "administrators"): ("2", ("", "0", "3", "two")),
    ("change-retention", "months"): ("36", ("", "036", "1201", "three")),
    ("withdraw-draft", "stands"): ("2", ("", "0", "02", "two")),
    ("log", "entry"): ("listed", ("", "Listed", "maybe")),
    ("review-asked", "on"): _DAYS,
    ("review-decided", "on"): _DAYS,
    ("review-decided", "by"): ("email", ("", "pigeon", "Email")),
    ("review-decided", "outcome"): ("partly-upheld", ("", "partly upheld", "lost")),
    ("correct-day", "was"): _DAYS,
    ("correct-day", "on"): _DAYS,
    ("correct-day", "act"): ("3", ("", "0", "03", "three", "3\n", "1234567")),
    ("correct-day", "due"): _DAYS,
    ("complained", "regulator"): _REFERENCES,
    ("complained", "on"): _DAYS,
    ("complaint-closed", "regulator"): _REFERENCES,
    ("complaint-closed", "on"): _DAYS,
    ("complaint-closed", "why"): ("settled", ("", "upheld", "Settled")),
    ("notice", "regulator"): _REFERENCES,
    ("notice", "on"): _DAYS,
    ("notice", "outcome"): ("not-upheld", ("", "lost")),
    ("notice", "steps"): _DAYS,
    ("information-notice", "regulator"): _REFERENCES,
    ("information-notice", "on"): _DAYS,
    ("information-notice", "due"): _DAYS,
    ("complied", "duty"): ("steps", ("", "answer", "review")),
    ("complied", "reference"): _REFERENCES,
    ("complied", "on"): _DAYS,
    ("appealed", "by"): ("authority", ("", "regulator")),
    ("appealed", "tribunal"): _REFERENCES,
    ("appealed", "on"): _DAYS,
    ("decided", "tribunal"): _REFERENCES,
    ("decided", "on"): _DAYS,
    ("decided", "outcome"): ("partly-allowed", ("", "won")),
    ("decided", "steps"): _DAYS,
}
AFTERWARDS = {
    REOPEN,
    READ_REQUEST,
    *(ERASE, CONFIRM_ERASURE),
    *(
        LOG,
        REVIEW_ASKED,
        COMPLAINED,
        COMPLAINT_CLOSED,
        NOTICE,
        INFORMATION_NOTICE,
        COMPLIED,
        APPEALED,
        DECIDED,
        CORRECT_DAY,
    ),
}
"""What may be done to a case that is closed."""

_SUBJECTS = {
    OPEN: "intake: open 1146A/22",
    CORRECT_RECEIPT: "receipt: correct that of 1146A/22",
    CONFIRM_RECEIPT: "receipt: confirm that of 1146A/22",
    READ_REQUEST: "reading: open the request of 1146A/22",
    STEP_ASIDE: "assigning: step aside from 1146A/22",
    ASK_CLARIFICATION: "clarification: ask about 1146A/22",
    CLARIFIED: "clarification: take the answer to 1146A/22",
    FEES_NOTICE: "fees: give notice on 1146A/22",
    FEE_PAID: "fees: take the fee for 1146A/22",
    DAY_SPECIFIED: "clock: take the day specified for 1146A/22",
    RECORDS: "records: schedule those of 1146A/22",
    EVIDENCE: "evidence: keep it in 1146A/22",
    CONSULT: "consultation: ask about 1146A/22",
    CONSULTED: "consultation: take the answer to 1146A/22",
    EXTEND: "extension: take more time for 1146A/22",
    ASSIGN: "assigning: assign 1146A/22 to second.foi-officer",
    DRAFT: "drafting: draft 1146A/22 version 2",
    OVERRIDE: "drafting: override X06 in 1146A/22 version 1",
    SUBMIT: "drafting: submit 1146A/22 version 1",
    APPROVE: "legal-review: approve 1146A/22 version 1",
    RETURN: "legal-review: return 1146A/22 version 1",
    TAKE_BACK: "drafting: take back 1146A/22 version 1",
    PUBLISH: "publication: publish 1146A/22 version 1",
    SENT: "sending: record 1146A/22 version 1 as sent",
    CLOSE: "closing: close 1146A/22 as withdrawn",
    CORRECT: "drafting: correct 1146A/22 version 1",
    REOPEN: "drafting: reopen 1146A/22 version 1",
    WITHDRAW_DRAFT: "drafting: withdraw the draft of 1146A/22 version 1",
    ERASE: "erasure: propose that of 1146A/22",
    CONFIRM_ERASURE: "erasure: erase 1146A/22",
    CHANGE_APPROVALS: "policy: let the cost need the approvals two-person",
    CHANGE_PATTERN: "policy: change how references are made",
    CHANGE_REMINDERS: "policy: remind people 60 working days before",
    CHANGE_AUTHORITY: "policy: change the name of the authority",
    CHANGE_THRESHOLD: "policy: set how many administrators a change takes to 2",
    CHANGE_RECOVERY: "policy: change the recovery key",
    RECOVER: "policy: name second.foi-officer an administrator by the recovery key",
    CHANGE_RETENTION: "policy: keep cases for 36 months",
    LOG: "log: enter 1146A/22 as listed",
    REVIEW_ASKED: "review: take the request for one of 1146A/22",
    REVIEW_DECIDED: "review: decide that of 1146A/22",
    CORRECT_DAY: "days: put right that of act 3 of 1146A/22",
    COMPLAINED: "complaint: take that about 1146A/22",
    NOTICE: "complaint: take the decision notice on 1146A/22",
    COMPLAINT_CLOSED: "complaint: end that about 1146A/22",
    INFORMATION_NOTICE: "complaint: take the information notice on 1146A/22",
    COMPLIED: "complaint: comply in 1146A/22",
    APPEALED: "appeal: take that on 1146A/22",
    DECIDED: "appeal: take the decision on 1146A/22",
    FOUND: "policy: found the register",
    ADD_OFFICER: "policy: authorise second.foi-officer",
    REVOKE_OFFICER: "policy: revoke second.foi-officer",
    ADD_HOLIDAY: "policy: add the bank holiday 2022-11-28",
    REMOVE_HOLIDAY: "policy: remove the bank holiday 2022-11-28",
    ADD_CLOSURE: "policy: state that there is no session from 2022-11-28 to 2022-11-28",
    REMOVE_CLOSURE: "policy: take back that there is no session from 2022-11-28 on",
    CHANGE_THEME: "policy: change how papers look",
    CHANGE_LETTERS: "policy: change what letters say of the authority",
    SUSPECT_KEY: "policy: suspect a key of second.foi-officer since entry 7",
    CHANGE_SERVICE_KEY: "policy: change the key of the service",
    RESUME: "policy: let the register be written again",
    CHANGE_DESK: "policy: change where passkeys sign",
    CHANGE_ATTESTED: "policy: change what a sign-in attests",
    CHANGE_BODY: "policy: change the kind of authority to school",
    ADOPT_EDITION: "policy: adopt edition 2 of the procedure",
}


def stated(kind: Kind) -> Act:
    """An act of a kind with every fact that it can state."""
    return an_act(kind, details={fact.name: _TEXTS[kind.name, fact.name][0] for fact in kind.facts})


def fields_of(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def sentences_of(kind: Kind) -> list[str]:
    return [sentence for sentence in (kind.subject, kind.done, kind.told) if sentence]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_row_has_the_words_it_is_told_in(kind: Kind) -> None:
    assert ACTS[kind.name] is kind
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.name), "it stands in file names, trailers and commands"
    assert kind.verb
    assert kind.done
    # An entry's message is printable ASCII, and begins with where in the procedure it stands.
    assert re.fullmatch(r"[ -~]+", kind.subject)
    assert ": " in kind.subject
    assert kind.passive or kind.on is On.POLICY, "a refusal says what cannot be done to a case"


@pytest.mark.parametrize("kind", COMMANDS, ids=str)
def test_the_row_of_a_command_has_the_words_of_its_help(kind: Kind) -> None:
    assert kind.help.endswith(".")
    assert kind.told.endswith(".")
    assert kind.example.startswith(f"equipoise {kind.name} ")
    assert all(fact.help.endswith(".") for fact in kind.asked)
    assert all(f"--{fact.name} " in kind.example for fact in kind.asked if fact.needed)
    assert ("--version " in kind.example) == kind.names_version
    assert ("--gate " in kind.example) == kind.at_gate
    assert bool(kind.reason_help) == (kind.reason is not Reason.NONE)
    assert ("--reason " in kind.example) == (kind.reason is Reason.MUST)
    assert Role.SERVICE not in kind.roles, "the machine has no use for a command"


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_what_a_row_asks_for_can_be_met(kind: Kind) -> None:
    of_document = (
        *(kind.at_gate, kind.names_version, kind.names_files),
        *(kind.no_writer, kind.no_second_gate, kind.no_overrider),
    )
    assert kind.on is On.DOCUMENT or not any(of_document), "only a document has versions, gates and writers"
    assert kind.roles
    assert kind.roles == {*ROLE_AT.values()} if kind.at_gate else kind.roles <= {*Role}
    assert not kind.at_gate or kind.at == {*ROLE_AT}
    assert (Stage.CLOSED in kind.at) == (kind in AFTERWARDS)
    assert bool(kind.at) == (kind.on is not On.POLICY and kind != OPEN), "or it could never be taken"
    assert bool(kind.amend) == bool(kind.changes) == (kind.on is On.POLICY)
    assert len({fact.name for fact in kind.facts}) == len(kind.facts)


def test_two_rows_are_the_same_if_their_names_are() -> None:
    assert replace(SUBMIT, roles=frozenset({Role.AUDITOR})) == SUBMIT
    assert replace(SUBMIT, name="hand-in") != SUBMIT
    assert len({*KINDS, replace(SUBMIT, verb="hand in")}) == len(KINDS)
    assert SUBMIT != "submit"


def test_every_fact_is_tried_here() -> None:
    assert {(kind.name, fact.name) for kind, fact in FACTS} == _TEXTS.keys()


@pytest.mark.parametrize(("kind", "fact"), FACTS, ids=lambda each: getattr(each, "name", ""))
def test_a_fact_takes_what_is_right_and_says_what_would_be(kind: Kind, fact: Fact) -> None:
    good, wrong = _TEXTS[kind.name, fact.name]

    assert fact.fault(good) is None
    assert fact.tidy(good) == good
    assert fact.shown(good)
    for text in wrong:
        problem = fact.fault(text)
        assert problem, text
        assert not text or text not in problem, "what was typed is not repeated"


@pytest.mark.parametrize(("kind", "fact"), FACTS, ids=lambda each: getattr(each, "name", ""))
def test_whatever_a_person_may_choose_is_right(kind: Kind, fact: Fact) -> None:
    assert all(fact.fault(choice) is None for choice in fact.choices), kind
    assert not fact.choices or _TEXTS[kind.name, fact.name][0] in fact.choices


def test_a_choice_says_what_there_is_to_choose_from() -> None:
    fact = a_choice("by", {"post", "email"}, "How it was sent.")

    assert fact.choices == ("email", "post")
    assert fact.fault("pigeon") == "one of email, post is needed"


def test_a_finding_may_be_typed_in_small_letters() -> None:
    finding = OVERRIDE.facts[0]

    assert finding.tidy("x06") == "X06"


def test_a_day_that_is_none_is_no_day() -> None:
    with pytest.raises(ValueError, match="soon"):
        the_day("soon")


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_every_sentence_of_a_row_can_be_said(kind: Kind) -> None:
    act = stated(kind)

    for sentence in sentences_of(kind):
        for plain in (True, False):
            words = in_words(sentence, act, plain=plain)
            assert words.isprintable()
            assert not set("{}") & {*words}
            assert "  " not in words
            assert not words.endswith(" ")


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_what_is_said_of_an_act_leaves_no_fact_out_that_it_has_a_place_for(kind: Kind) -> None:
    for sentence in sentences_of(kind):
        for name in fields_of(sentence) & {fact.name for fact in kind.facts}:
            assert stated(kind).details[name] in in_words(sentence, stated(kind), plain=False)


@pytest.mark.parametrize(("kind", "subject"), _SUBJECTS.items(), ids=str)
def test_an_entry_says_in_a_line_what_was_done(kind: Kind, subject: str) -> None:
    assert in_words(kind.subject, stated(kind), plain=False) == subject


def test_every_kind_has_its_subject_here() -> None:
    assert _SUBJECTS.keys() == {*KINDS}


def test_people_read_a_gate_and_a_day_in_words_and_a_statement_has_them_as_they_are() -> None:
    sent, approved = stated(SENT), stated(APPROVE)

    assert "on 28 November 2022 by email" in in_words(SENT.done, sent)
    assert "on 2022-11-28 by email" in in_words(SENT.done, sent, plain=False)
    assert "at legal review" in in_words(APPROVE.done, approved)
    assert "at legal-review" in in_words(APPROVE.done, approved, plain=False)


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind.on is On.DOCUMENT and not kind.document], ids=str
)
def test_an_entry_says_which_document_it_is_about(kind: Kind) -> None:
    on_response = replace(stated(kind), document="response")

    assert "1146A/22 response version " in in_words(kind.subject, on_response, plain=False)


def test_a_fact_that_was_left_out_leaves_no_trace() -> None:
    assert in_words("{finding} at {place}.", an_act(OVERRIDE, details={"finding": "X06"})) == "X06 at ."

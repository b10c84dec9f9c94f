"""Requests and assessments as people write them, right and wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sample_files import ASSESSMENT, REQUEST

from flows.domain.assessment import (
    Assessment,
    Balance,
    Certificate,
    Duty,
    Exemption,
    Factor,
    Likelihood,
    Mode,
    Opinion,
    Outcome,
    Part,
    Request,
)
from flows.domain.errors import Fault, MalformedError
from flows.sources.applicant import applicant
from flows.sources.parse import (
    ArrivedRequest,
    TextRules,
    check_reference,
    parse_assessment,
    parse_request,
)

CASES = sorted((Path(__file__).parents[2] / "cases").glob("*/*.yaml"))


def faults_of_request(text: str, rules: TextRules) -> tuple[Fault, ...]:
    with pytest.raises(MalformedError) as caught:
        parse_request(text.encode(), rules=rules)
    return caught.value.faults


def faults_of_assessment(text: str, rules: TextRules) -> tuple[Fault, ...]:
    with pytest.raises(MalformedError) as caught:
        parse_assessment(text.encode(), rules=rules)
    return caught.value.faults


def changed(text: str, old: str, new: str) -> str:
    assert text.count(old) >= 1
    return text.replace(old, new, 1)


def test_a_request_is_read(rules: TextRules) -> None:
    assert parse_request(REQUEST.encode(), rules=rules) == ArrivedRequest(
        reference="1146A/22",
        authority="West Midlands Police",
        received=date(2022, 11, 7),
        subject="Covert use of ear, vein and gait recognition",
        summary="What is held on these technologies.",
        applicant=applicant(
            "Jane Q. Sample",
            email="jane.sample@example.org",
            text="Dear Sir, what do you hold?\n",
            authority="West Midlands Police",
        ),
        gist="jane q sample\nwhat do you hold",
    )


def test_what_stands_in_clear_is_the_request(rules: TextRules) -> None:
    arrived = parse_request(REQUEST.encode(), rules=rules)

    assert arrived.request("1146A/22") == Request(
        reference="1146A/22",
        authority="West Midlands Police",
        received=date(2022, 11, 7),
        subject="Covert use of ear, vein and gait recognition",
        summary="What is held on these technologies.",
    )


def test_a_request_without_a_reference_takes_the_one_it_is_given(rules: TextRules) -> None:
    arrived = parse_request(changed(REQUEST, "reference: 1146A/22\n", "").encode(), rules=rules)

    assert arrived.reference is None
    assert arrived.request("FOI-2022-0001").reference == "FOI-2022-0001"


def test_a_request_may_say_which_act_it_was_made_under(rules: TextRules) -> None:
    named = changed(REQUEST, "received:", "regime: foia\nreceived:")
    wrong = changed(REQUEST, "received:", "regime: foi\nreceived:")

    assert parse_request(named.encode(), rules=rules) == parse_request(REQUEST.encode(), rules=rules)
    assert parse_request(named.encode(), rules=rules).request("1146A/22").regime == "foia"
    assert faults_of_request(wrong, rules) == (Fault(path="regime", problem="write 'foia' (line 3)"),)


def test_a_request_keeps_its_own_reference(rules: TextRules) -> None:
    with pytest.raises(ValueError, match="of its own"):
        parse_request(REQUEST.encode(), rules=rules).request("1146A/23")


def test_the_applicant_is_not_shown_with_what_arrived(rules: TextRules) -> None:
    assert "Sample" not in repr(parse_request(REQUEST.encode(), rules=rules))


def test_a_request_by_letter_has_no_email(rules: TextRules) -> None:
    text = changed(REQUEST, ", email: jane.sample@example.org", "")

    assert parse_request(text.encode(), rules=rules).applicant.emails == ()


def test_a_request_may_say_where_else_the_applicant_can_be_reached(rules: TextRules) -> None:
    more = "{name: Jane Q. Sample, telephone: 07700 900123, address: '12 Acacia Avenue, AB1 2CD'"
    text = changed(REQUEST, "{name: Jane Q. Sample", more)
    arrived = parse_request(text.encode(), rules=rules)

    assert arrived.named_in({"a": "+44 7700 900 123", "b": "12 acacia ave", "c": "the log"}) == ["a", "b"]


def test_an_assessment_is_read(rules: TextRules) -> None:
    exemption = Exemption(
        provision="24(2)",
        applies="It is engaged.",
        limbs=("31(1)(a)",),
        purposes=("31(2)(b)",),
        likelihood=Likelihood.WOULD,
        harm="Harm of its own.",
        favouring=(Factor(text="Openness."), Factor(text="Trust.", weight="some")),
        against=(Factor(text="Safety."),),
        balance=Balance(text="The balance favours it."),
        outcome=Outcome.MAINTAIN,
        in_the_alternative_to="23(1)",
        condition="first",
        opinion=Opinion(
            by="The Minister",
            authority="s36(5)(o)",
            date=date(2022, 11, 20),
            would="would prejudice",
        ),
        certificate=Certificate(signed_by="A Minister", date=date(2022, 11, 21)),
    )
    part = Part(
        information="any other information on covert use of these technologies",
        duty=Duty.CONFIRM_OR_DENY,
        outcome=Outcome.MAINTAIN,
        exemptions=(exemption,),
        questions=(1, 2),
        harm="Shared *harm*.",
        confirming="Confirming would reveal tactics.",
        denying="Denying would reveal gaps.",
        balance=Balance(text="Together they outweigh.", mode=Mode.CUMULATIVE, of=("24(2)",)),
        answer="Nothing is given.",
    )
    assert parse_assessment(ASSESSMENT.encode(), rules=rules) == Assessment(
        reference="1146A/22", parts=(part,)
    )


def test_a_part_needs_no_more_than_it_must_have(rules: TextRules) -> None:
    text = (
        "reference: 4593_14\nparts: [{information: all, duty: disclose, exemptions: [], outcome: disclose}]\n"
    )
    part = Part(information="all", duty=Duty.DISCLOSE, outcome=Outcome.DISCLOSE)

    assert parse_assessment(text.encode(), rules=rules) == Assessment(reference="4593_14", parts=(part,))


@pytest.mark.parametrize(
    ("old", "new", "path", "problem"),
    [
        ("subject:", "subjct:", "", "there is no such key here; write 'subject', if that is meant"),
        ("subject:", "zzz:", "", "there is no such key here; the keys are reference, repeat-of, authority,"),
        ("email:", "e-mail:", "applicant", "write 'email', if that is meant"),
        ("authority: West Midlands Police\n", "", "authority", "this key is missing (The public"),
        ("2022-11-07", "7/11/2022", "received", "write the date as 2022-11-07"),
        ("2022-11-07", "20221107", "received", "write the date as 2022-11-07"),
        ("2022-11-07", "2022-11-07T10:00", "received", "write the date as 2022-11-07"),
        ("2022-11-07", "2022-02-30", "received", "the calendar has no such day"),
        ("2022-11-07", "[2022]", "received", "write the date as 2022-11-07"),
        ("West Midlands Police", "", "authority", "this is empty"),
        ("West Midlands Police", "'  '", "authority", "this is empty"),
        ("West Midlands Police", "[a]", "authority", "write text here, not a list"),
        ("West Midlands Police", "{a: b}", "authority", "a colon and a space make a key"),
        ("reference: 1146A/22", "reference: ../x", "reference", "a reference has up to 40"),
        ("Jane Q. Sample", "", "applicant.name", "this is empty"),
        ("{name: Jane Q. Sample, email: jane.sample@example.org}", "J.", "applicant", "keys with"),
    ],
)  # fmt: skip
def test_a_request_is_at_fault(old: str, new: str, path: str, problem: str, rules: TextRules) -> None:
    faults = faults_of_request(changed(REQUEST, old, new), rules)
    found = [fault for fault in faults if fault.path == path and problem in fault.problem]

    assert found, faults
    assert not any("Jane" in fault.problem for fault in faults)


@pytest.mark.parametrize(
    ("old", "new", "path", "problem"),
    [
        ("    harm: |", "    harms: |", "parts[0]", "write 'harm', if that is meant"),
        ("in-the-alternative-to", "in_the_alternative_to", "parts[0].exemptions[0]",
         "write 'in-the-alternative-to'"),
        ("signed-by", "signed", "parts[0].exemptions[0].certificate.signed-by", "missing (Who"),
        ("    duty: confirm-or-deny\n", "", "parts[0].duty", "this key is missing"),
        ("duty: confirm-or-deny", "duty: ncnd", "parts[0].duty",
         "write 'confirm-or-deny' or 'disclose'"),
        ("    outcome: maintain\n    answer", "    outcome: withhold\n    answer",
         "parts[0].outcome", "for the duty confirm-or-deny, write 'maintain' or 'confirm-or-deny'"),
        ("        outcome: maintain", "        outcome: disclose",
         "parts[0].exemptions[0].outcome", "for the duty confirm-or-deny, write 'maintain' or"),
        ("duty: confirm-or-deny", "duty: disclose", "parts[0].outcome",
         "for the duty disclose, write 'withhold', 'partly', 'disclose' or 'not-held'"),
        ("likelihood: would", "likelihood: likely", "parts[0].exemptions[0].likelihood",
         "write 'would' or 'would-be-likely'"),
        ("condition: first", "condition: fourth", "parts[0].exemptions[0].condition",
         "write 'first', 'second' or 'third'"),
        ("condition: first", "condition: [first]", "parts[0].exemptions[0].condition",
         "write 'first', 'second' or 'third'"),
        ('provision: "24(2)"', "provision: s24(2)", "parts[0].exemptions[0].provision", "write 24(2)"),
        ('provision: "24(2)"', "provision: Section 24 (2) FOIA", "parts[0].exemptions[0].provision",
         "write 24(2)"),
        ('provision: "24(2)"', "provision: national security", "parts[0].exemptions[0].provision",
         "write the provision as 31(1), 31(1)(a) or 40(5B)(a)"),
        ('["31(1)(a)"]', '["31(1)(a)-(c)"]', "parts[0].exemptions[0].limbs[0]",
         "write 31(1)(a), and each of the others by itself"),
        ('["31(1)(a)"]', "[31 1 a]", "parts[0].exemptions[0].limbs[0]", "write the provision as"),
        ('["31(1)(a)"]', "31(1)(a)", "parts[0].exemptions[0].limbs", "write a list here"),
        ("text: Trust.", "txt: Trust.", "parts[0].exemptions[0].favouring[1]", "write 'text', if"),
        ("weight: some", "weight: ", "parts[0].exemptions[0].favouring[1].weight", "is empty"),
        ("- Openness.", "- ''", "parts[0].exemptions[0].favouring[0]", "is empty"),
        ("- Openness.", "- [a]", "parts[0].exemptions[0].favouring[0]", "write text here"),
        ("mode: cumulative", "mode: both", "parts[0].balance.mode",
         "write 'independent' or 'cumulative'"),
        ("      mode: cumulative\n", "", "parts[0].balance.mode", "this key is missing"),
        ("[1, 2]", "[1, 2, 1]", "parts[0].questions", "question 1 is listed twice"),
        ("[1, 2]", "[1, two]", "parts[0].questions[1]", "write the number of a question"),
        ("[1, 2]", "[1, 1_0]", "parts[0].questions[1]", "write the number of a question"),
        ("[1, 2]", "[0]", "parts[0].questions[0]", "write the number of a question"),
        ("date: 2022-11-20", "date: 2022-11-31", "parts[0].exemptions[0].opinion.date", "no such"),
        ("reference: 1146A/22", "reference: ", "reference", "this is empty"),
    ],
)  # fmt: skip
def test_an_assessment_is_at_fault(old: str, new: str, path: str, problem: str, rules: TextRules) -> None:
    faults = faults_of_assessment(changed(ASSESSMENT, old, new), rules)
    found = [fault for fault in faults if fault.path == path and problem in fault.problem]

    assert found, faults


def test_a_comment_of_an_assessment_has_no_character_that_nobody_sees(rules: TextRules) -> None:
    saved = "\ufeff#\tFor later\r\n" + ASSESSMENT.replace("\n", "\r\n")
    hidden = saved.replace("For later", "For \u202elater")

    assert parse_assessment(saved.encode(), rules=rules).parts
    assert parse_assessment(hidden.encode(), rules=replace(rules, typed=False)).parts
    assert [fault.problem for fault in faults_of_assessment(hidden, rules)] == [
        "it has U+202E (RIGHT-TO-LEFT OVERRIDE), which nobody would see; remove it (line 1)"
    ]


def test_an_assessment_has_a_part(rules: TextRules) -> None:
    assert faults_of_assessment("reference: A1\nparts: []\n", rules) == (
        Fault(path="parts", problem="write at least one item after a dash (line 2)"),
    )


@pytest.mark.parametrize("text", ["just words", "- a\n- b\n", "''"])
def test_a_file_without_keys_is_at_fault(text: str, rules: TextRules) -> None:
    assert faults_of_request(text, rules) == (
        Fault(path="", problem="write keys with values here, as 'key: value', one on a line (line 1)"),
    )


def test_every_fault_of_both_kinds_is_told_at_once_and_in_order(rules: TextRules) -> None:
    text = changed(REQUEST, "2022-11-07", "yesterday").replace("subject:", "sub:")
    text = changed(text, "authority: West", "authority: &x West")

    assert [fault.path for fault in faults_of_request(text, rules)] == [
        "authority", "subject", "received", "",
    ]  # fmt: skip


def test_each_fault_names_its_line(rules: TextRules) -> None:
    (fault,) = faults_of_request(changed(REQUEST, "2022-11-07", "yesterday"), rules)

    assert fault == Fault(path="received", problem="write the date as 2022-11-07: year, month, day (line 3)")


def test_a_request_out_of_its_indentation_is_not_repeated(rules: TextRules) -> None:
    text = changed(REQUEST, "  Dear Sir, what do you hold?", "Dear Sir: My secret question?")

    for fault in faults_of_request(text, rules):
        assert "Dear" not in str(fault)
        assert "secret" not in str(fault)


def test_a_flood_of_faults_is_cut_short(rules: TextRules) -> None:
    text = REQUEST + "".join(f"x{number}: y\n" for number in range(1000))
    faults = faults_of_request(text, rules)

    assert len(faults) == 51
    assert faults[-1] == Fault(path="", problem="950 faults more; mend these first")


def _shouting(text: str) -> list[str]:
    return ["it shouts", "it is loud"] if text.isupper() and text.isalpha() else []


def test_the_rules_hold_for_what_stands_in_clear() -> None:
    rules = TextRules(plain=_shouting, prose=_shouting)
    text = changed(REQUEST, "West Midlands Police", "POLICE")
    text = changed(text, "What is held on these technologies.", "ALL")

    assert faults_of_request(text, rules) == (
        Fault(path="authority", problem="it shouts (line 2)"),
        Fault(path="authority", problem="it is loud (line 2)"),
        Fault(path="summary", problem="it shouts (line 8)"),
        Fault(path="summary", problem="it is loud (line 8)"),
    )


def test_the_rules_do_not_hold_for_what_is_sealed() -> None:
    rules = TextRules(plain=_shouting, prose=_shouting)
    text = changed(REQUEST, "Dear Sir, what do you hold?", "WHAT DO YOU HOLD?")
    text = changed(text, "Jane Q. Sample", "JANE")

    assert parse_request(text.encode(), rules=rules).named_in({"a": "Jane asked"}) == ["a"]


def test_an_assessment_of_another_request_is_malformed(rules: TextRules) -> None:
    assessment = parse_assessment(ASSESSMENT.encode(), rules=rules)

    check_reference(assessment, "1146A/22")
    with pytest.raises(MalformedError, match="write 1146a-22"):
        check_reference(assessment, "1146a-22")


@pytest.mark.parametrize("path", CASES, ids=[f"{path.parent.name}/{path.stem}" for path in CASES])
def test_each_sample_case_parses(path: Path, rules: TextRules) -> None:
    parse = parse_request if path.name.startswith("request") else parse_assessment

    assert parse(path.read_bytes(), rules=rules) is not None


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("- Openness.", "- Openness: it is.", ("favouring[0]", "a colon and a space make a key", 15)),
        ("- Openness.", "- Openness:\n              it.", ("favouring[0]", "a colon and a space", 15)),
        ("Harm of its own.", "\n          Harm: of its own.", ("harm", "a colon and a space", 14)),
        ("Harm of its own.", "{of its own, more}", ("harm", "a colon and a space", 13)),
        ("Trust., weight", "Trust, and so on, weight", ("favouring[1]", "read as a key", 16)),
        ("- Openness.", "- txt: Openness.", ("favouring[0]", "write 'text'", 15)),
        ("- Openness.", "- [Openness]", ("favouring[0]", "write text here", 15)),
    ],
)
def test_a_text_that_became_keys_is_one_fault_with_its_cause(
    old: str, new: str, told: tuple[str, str, int], rules: TextRules
) -> None:
    path, says, line = told
    faults = faults_of_assessment(changed(ASSESSMENT, old, new), rules)
    (fault,) = (fault for fault in faults if "missing" not in fault.problem)

    assert fault.path == f"parts[0].exemptions[0].{path}"
    assert says in fault.problem
    assert fault.problem.endswith(f"(line {line})")
    assert len(faults) == 1 + ("txt" in new)


def test_one_fault_within_a_part_is_no_fault_of_the_list_of_parts(rules: TextRules) -> None:
    text = changed(ASSESSMENT, "duty: confirm-or-deny", "duty: confirm")

    assert [fault.path for fault in faults_of_assessment(text, rules)] == ["parts[0].duty"]
    assert [fault.path for fault in faults_of_assessment("reference: T/1\nparts: []\n", rules)] == ["parts"]


def test_a_fault_within_a_text_has_the_line_of_the_file(rules: TextRules) -> None:
    marked = replace(rules, prose=lambda text: ["line 2 is wrong"] if "wrong" in text else [])
    text = changed(ASSESSMENT, "It is engaged.", "It is engaged.\n          So wrong.")

    assert faults_of_assessment(text, marked) == (
        Fault(path="parts[0].exemptions[0].applies", problem="line 2 is wrong (line 10)"),
    )


@pytest.mark.parametrize("style", [">", "'", "plain"])
def test_a_text_that_is_sealed_may_be_folded(style: str, rules: TextRules) -> None:
    quote = "'" if style == "'" else ""
    folded = f"text: {quote or '>' * (style == '>')}\n  Dear Sir,\n\n  what do you hold?{quote}"
    text = changed(REQUEST, "text: |\n  Dear Sir, what do you hold?", folded)

    assert parse_request(text.encode(), rules=rules).summary
    printed = changed(REQUEST, "summary: |\n  What is held", "summary: >\n  What\n\n  is held")
    assert [fault.path for fault in faults_of_request(printed, rules)] == ["summary"]


def test_accents_apart_from_their_letters_are_read_as_one(rules: TextRules) -> None:
    parted = changed(REQUEST, "West Midlands", "Heddlu Dyffryn-yr-W\u0302yn").encode()

    assert parse_request(parted, rules=rules).authority == "Heddlu Dyffryn-yr-\u0174yn Police"


@pytest.mark.parametrize(
    ("text", "old", "path"),
    [
        (ASSESSMENT, "use of these technologies", "parts[0].information"),
        (ASSESSMENT, "weight: some", "parts[0].exemptions[0].favouring[1].weight"),
        (ASSESSMENT, "The Minister", "parts[0].exemptions[0].opinion.by"),
        (ASSESSMENT, "s36(5)(o)", "parts[0].exemptions[0].opinion.authority"),
        (ASSESSMENT, "would: would prejudice", "parts[0].exemptions[0].opinion.would"),
        (ASSESSMENT, "A Minister", "parts[0].exemptions[0].certificate.signed-by"),
        (REQUEST, "West Midlands Police", "authority"),
    ],
)
@pytest.mark.parametrize("stop", [".", ";", "?", "\u2026", ". "])
def test_what_goes_into_a_sentence_ends_with_no_stop(
    text: str, old: str, path: str, stop: str, rules: TextRules
) -> None:
    faults = (faults_of_request if text is REQUEST else faults_of_assessment)(
        changed(text, old, old + stop), rules
    )

    assert [(fault.path, fault.problem.partition(" (")[0]) for fault in faults] == [
        (path, f"goes into a sentence of the paper; leave out the {stop.strip()} at its end")
    ]


def test_a_label_may_end_with_a_stop(rules: TextRules) -> None:
    assert parse_request(changed(REQUEST, "recognition", "recognition.").encode(), rules=rules).subject


@pytest.mark.parametrize("key", ["harm", "confirming", "denying", "balance"])
def test_what_no_paper_prints_without_an_exemption_is_refused(key: str, rules: TextRules) -> None:
    bare = (
        "reference: A/1\nparts:\n  - information: the log\n    duty: disclose\n    exemptions: []\n"
        f"    outcome: disclose\n    answer: It is here.\n    {key}: The words.\n"
    )

    (fault,) = faults_of_assessment(bare, rules)

    assert fault.path == f"parts[0].{key}"
    assert "is printed of exemptions alone" in fault.problem
    assert parse_assessment(bare.encode(), rules=replace(rules, typed=False)).parts[0].exemptions == ()


def test_what_was_taken_in_before_is_read_as_it_was_then(rules: TextRules) -> None:
    recorded = replace(rules, typed=False)
    text = changed(REQUEST, "recognition", "recognition # 4471").replace("text: |", "text: >")
    text = changed(text, "West Midlands Police", "West Midlands Police.")
    text = changed(text, "what do you hold?", "what do you hold?\n\n  And since when?")

    assert {fault.path for fault in faults_of_request(text, rules)} == {"subject", "authority"}
    taken = parse_request(text.encode(), rules=recorded)
    assert (taken.subject, taken.authority) == (
        "Covert use of ear, vein and gait recognition",
        "West Midlands Police.",
    )

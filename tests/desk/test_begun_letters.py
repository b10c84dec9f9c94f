"""What a letter is begun with: our templates, an authority's own, and a case as data."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.casework.letters import Beginning, begin, check_own
from flows.document.blocks import List, Paragraph, Table, parse_document, plain_text
from flows.domain.assessment import Balance, Duty, Exemption, Factor, Outcome, Part
from flows.domain.checks.placeholders import placeholders
from flows.domain.documents import DOCUMENTS, TEST
from flows.domain.errors import MalformedError
from flows.domain.letters import Known, Letter, look_through

if TYPE_CHECKING:
    from pathlib import Path

KINDS = sorted(DOCUMENTS.keys() - {TEST.name})
_FACTORS: dict[str, Any] = {
    "favouring": (Factor(text="It would inform."),),
    "against": (Factor(text="It would harm."),),
}


def a_part(outcome: Outcome, information: str, *provisions: str) -> Part:
    return Part(
        information=information,
        duty=Duty.CONFIRM_OR_DENY if outcome is Outcome.MAINTAIN else Duty.DISCLOSE,
        outcome=outcome,
        exemptions=tuple(Exemption(provision=each, applies="It does.", **_FACTORS) for each in provisions),
        balance=Balance(text="Weighed.") if provisions else None,
    )


PARTS = (
    a_part(Outcome.DISCLOSE, "the cost of fuel"),
    a_part(Outcome.WITHHOLD, "the patrol plan", "31(1)"),
    a_part(Outcome.NOT_HELD, "the cost of the hangar"),
    a_part(Outcome.MAINTAIN, "any use of drones over the site", "31(3)"),
)
KNOWN = Known(
    reference="1146A/22", authority="Sample Police", regime="foia", today=date(2026, 11, 2), parts=PARTS
)
CASE = Beginning(
    known=KNOWN,
    subject="Drones",
    received=date(2026, 10, 5),
    summary="What they cost, and:\n\n- the plan",
    due=date(2026, 11, 2),
    longest=date(2026, 11, 30),
)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The folder of an authority's own templates, empty yet."""
    folder = tmp_path / "templates" / "letters"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("parts", [(), PARTS, PARTS[3:]], ids=["no test", "mixed", "silent"])
def test_a_begun_letter_lacks_only_what_a_person_has_to_fill_in(
    kind: str, parts: tuple[Part, ...], own: Path
) -> None:
    known = replace(KNOWN, parts=parts)
    text = begin(kind, replace(CASE, known=known), own)
    found = {each.code for each in look_through(Letter(kind=DOCUMENTS[kind], text=text, known=known))}

    assert "1146A/22" in text
    assert "5 October 2026" in text
    # That nothing is held is never said beside what is neither confirmed nor denied.
    unfilled = {"S03", "L04", "L10", "L12", "L13", "L16", "L17", "L19", "L22"} | (
        {"transfer": {"L09"}, "schedule": {"L24"}}.get(kind, set())
    )
    assert found <= unfilled
    assert bool([*placeholders(text)]) is ("S03" in found)


def test_a_response_tells_each_part_as_the_test_decided_it(own: Path) -> None:
    *_, given_, withheld, not_held, silent = [
        line for line in begin("response", CASE, own).splitlines() if line.startswith("- We ")
    ]

    assert given_.startswith("- We give the cost of fuel: [To be written: ")
    assert withheld == "- We withhold the patrol plan, relying on section 31(1) of the Act."
    assert not_held == "- We do not hold the cost of the hangar."
    assert silent == (
        "- We neither confirm nor deny that we hold any use of drones over the site, relying on section "
        "31(3) of the Act. This should not be taken as indicating that information is or is not held."
    )


def test_a_response_that_neither_confirms_nor_denies_leaves_nothing_to_fill_in(own: Path) -> None:
    known = replace(KNOWN, parts=PARTS[3:])
    text = begin("response", replace(CASE, known=known), own)

    assert look_through(Letter(kind=DOCUMENTS["response"], text=text, known=known)) == ()


@given(st.text("#*-|[]()<>{}%_`~!1.\\ \nab=", max_size=40))
def test_no_words_of_a_case_become_structure_or_template_code(words: str) -> None:
    from pathlib import Path  # noqa: PLC0415 - hypothesis and a folder of pytest do not go together

    line = " ".join(f"x{words}x".split())
    part = replace(PARTS[2], information=line)
    case = replace(CASE, summary="Plain.", known=replace(KNOWN, authority=line, parts=(part,)))
    blocks = parse_document(begin("response", case, Path("/nowhere/letters")))

    assert all(isinstance(block, Paragraph) for block in blocks)
    assert [plain_text(block.inlines) for block in blocks if isinstance(block, Paragraph)][-1] == line


def test_a_summary_is_markdown_of_its_own_and_no_more(own: Path) -> None:
    blocks = parse_document(begin("fees", CASE, own))

    assert [type(block) for block in blocks].count(List) == 1
    assert Table not in map(type, blocks)


OWN_FEES = """\
{{ greeting }}

Before we answer {{ reference }} there is {{ blank("the amount") }} to pay, within three months.

{% include "letters/closing.md.j2" %}
"""


def test_an_authoritys_own_templates_stand_before_ours(own: Path) -> None:
    (own / "fees.md.j2").write_text(OWN_FEES)
    (own / "closing.md.j2").write_text("With kind regards\n\nThe {{ authority }}\n")

    assert begin("fees", CASE, own) == (
        "Dear applicant\n\nBefore we answer 1146A/22 there is [To be written: the amount] to pay, within "
        "three months.\n\nWith kind regards\n\nThe Sample Police\n"
    )
    assert begin("cost", CASE, own).endswith("\n\nWith kind regards\n\nThe Sample Police\n")
    assert check_own(own) == ("closing.md.j2", "fees.md.j2")


@pytest.mark.parametrize(
    ("name", "template", "problem"),
    [
        (
            "fees.md.j2",
            "{{ refrence }}",
            "'refrence' is undefined; docs/letters.md lists what a template may name",
        ),
        ("fees.md.j2", "{% if due %}{{ regulator.nme }}{% endif %}", "has no attribute 'nme'"),
        ("fees.md.j2", "{% for part in parts %}{{ part.secret }}{% endfor %}", "has no attribute 'secret'"),
        ("fees.md.j2", "{% if %}", "line 1: Expected an expression"),
        ("closing.md.j2", "Yours\n{% endfor %}", "line 2: "),
        ("fees.md.j2", '{% include "letters/nothing.md.j2" %}', "TemplateNotFound"),
        ("fees.md.j2", '{% include "../../../etc/passwd" %}', "TemplateNotFound"),
        ("fees.md.j2", "{{ ''.__class__.__mro__ }}", "SecurityError"),
        ("fees.md.j2", "{{ day.__globals__ }}", "SecurityError"),
        ("fees.md.j2", "{{ parts.append(1) }}", "SecurityError"),
        ("fees.md.j2", "{{ 1 + reference }}", "TypeError"),
        ("fees.md.j2", "# {{ reference }}", "heading"),
        ("fees.md.j2", "<b>{{ reference }}</b>", "HTML"),
        ("letter.md.j2", "Dear applicant", "no letter has such a template"),
    ],
)
def test_a_template_that_makes_no_letter_is_refused_whichever_letter_is_begun(
    name: str, template: str, problem: str, own: Path
) -> None:
    (own / name).write_text(template)

    with pytest.raises(MalformedError) as refused:
        begin("cost", CASE, own)
    assert str(refused.value).startswith(name)
    assert problem in str(refused.value)


def test_what_a_template_says_of_a_case_stays_out_of_the_refusal(own: Path) -> None:
    (own / "fees.md.j2").write_text("{{ {}[subject] }}")

    with pytest.raises(MalformedError) as refused:
        begin("fees", replace(CASE, subject="secret"), own)
    assert "secret" not in str(refused.value)

"""The page of acts has every act of the table, with everything that its row says."""

from __future__ import annotations

import re
import shlex

import pytest
from console_blocks import DOCS

from flows.domain.acts import ACTS, Kind, On, Reason
from flows.domain.procedure import STAGES

PAGE = (DOCS / "acts.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
each_act = pytest.mark.parametrize("kind", ACTS.values(), ids=str)


def test_every_act_has_its_section_and_its_row_in_order() -> None:
    assert [*SECTIONS] == [*ACTS]
    assert re.findall(r"^\| \[(\S+)\]\(#\S+\)", PAGE, re.MULTILINE) == [*ACTS]


@each_act
def test_a_section_has_every_fact_that_the_statement_states(kind: Kind) -> None:
    rows = re.findall(
        r"^\| `(\S+)`(?:, where there is one)? \| (.+) \| (.+) \|$", SECTIONS[kind.name], re.MULTILINE
    )

    assert [name for name, *_ in rows] == [fact.name for fact in kind.facts]
    assert all(told.strip() for row in rows for told in row)
    assert ("the SHA-256 of what was read" in SECTIONS[kind.name]) is kind.names_files


@each_act
def test_a_section_says_where_it_may_be_taken_what_it_needs_and_how_it_is_called(kind: Kind) -> None:
    text = SECTIONS[kind.name]
    where = re.split(", | and ", "".join(re.findall(r"^- Where: (.+)\.$", text, re.MULTILINE)))

    assert {stage for stage, words in STAGES.items() if words in where} == set(kind.at)
    assert ("must say why: `--reason`" in text) is (kind.reason is Reason.MUST)
    assert ("may say why: `--reason`" in text) is (kind.reason is Reason.MAY)
    assert ("- Not by a writer" in text) is kind.no_writer
    assert ("at another gate" in text) is kind.no_second_gate
    assert ("overrode a finding" in text.split("In the history")[0]) is kind.no_overrider
    assert ("of the policy" in text) is (kind.on is On.POLICY)
    assert kind.done in text
    assert kind.subject in text
    if kind.example:
        (shown,) = re.findall(r"```sh\n(.+?)```", text, re.DOTALL)
        assert shlex.split(shown.replace("\\\n", ""))[:2] == ["equipoise", kind.name]

"""The page on the register's format, compared with the code that writes and audits it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from console_blocks import DOCS, ROOT

from flows.domain.acts import ACTS
from flows.domain.acts.policy import add_holiday
from flows.domain.characters import UNSEEN
from flows.domain.procedure import Role
from flows.register import entry as entries
from flows.register import signature
from flows.register.checkpoint import parse_checkpoint
from flows.register.roster import FILES, parse_policy
from flows.register.statement import mark
from flows.register.statement import parse as parse_statement

if TYPE_CHECKING:
    from flows.domain.policy import Policy

_PAGE = (DOCS / "register.md").read_text(encoding="utf-8")


def example(name: str) -> bytes:
    """Return one of the examples on the page."""
    found = re.search(rf"<!-- example: {name} -->\n```\w+\n(.*?)```", _PAGE, re.DOTALL)
    assert found is not None, name
    return found[1].encode()


def rows_after(heading: str) -> list[str]:
    """Return the first column of the first table after a heading or caption."""
    rest = _PAGE.split(heading, 1)[1]
    table = re.search(r"(?:^\|.*\n)+", rest, re.MULTILINE)
    assert table is not None, heading
    return re.findall(r"^\| `([^`]+)` \|", table[0], re.MULTILINE)


def the_policy() -> Policy:
    return parse_policy({name: example(name.removesuffix(".json")) for name in FILES})


def test_the_statement_shown_is_one_and_its_fields_are_the_ones_described() -> None:
    data = example("statement")

    assert parse_statement(data).to_bytes() == data
    assert rows_after("<!-- example: statement -->") == sorted(json.loads(data))


def test_the_acts_described_are_the_acts_there_are() -> None:
    row = re.search(r"^\| `act` \| (.+) \|$", _PAGE, re.MULTILINE)

    assert row is not None
    assert set(re.findall(r"`([a-z-]+)`", row[1])) == set(ACTS)


def test_the_signature_shown_is_the_actors_on_the_statement_shown() -> None:
    said = parse_statement(example("statement"))
    policy = the_policy()

    public = signature.verify(
        example("signature").decode(), example("statement"), namespace_of("a statement")
    ).public

    assert public in policy.require(said.act.actor, said.act.role, verb="sign").keys


def test_the_calendar_and_the_theme_shown_are_parts_of_the_policy_shown() -> None:
    policy = the_policy()

    [day] = policy.holidays
    assert add_holiday(replace(policy, version=policy.version - 1, holidays=()), day) == policy


def test_the_entry_shown_is_the_one_of_the_statement_shown() -> None:
    said = parse_statement(example("statement"))
    payload, armoured = entries.without_signature(example("entry"))
    entry = entries.parse(payload)
    policy = the_policy()

    assert entry == entries.entry_for(
        said,
        digest=mark(example("statement")).sha256,
        tree=entry.tree,
        parent=entry.parent,
        previous_entry=entry.previous_entry,
        case_previous=entry.case_previous,
        sequence=entry.sequence,
        committed=entry.committed,
    )
    assert armoured is not None
    public = signature.verify(armoured, payload, namespace_of("an entry")).public
    assert {p.id for p in policy.people.values() if public in p.keys} == {Role.SERVICE}


def test_the_trailers_described_are_those_of_the_entry_shown_in_their_order() -> None:
    *_, trailers = example("entry").decode().rstrip("\n").split("\n\n")

    assert rows_after("<!-- example: entry -->") == [line.split(": ")[0] for line in trailers.splitlines()]


def test_the_policy_shown_is_the_one_in_force_when_the_statement_was_made() -> None:
    said = parse_statement(example("statement"))
    policy = the_policy()

    assert (policy.version, policy.register) == (said.act.policy, said.register)


def test_the_checkpoint_shown_is_by_the_same_register() -> None:
    policy = the_policy()
    checkpoint, public = parse_checkpoint(example("checkpoint").decode())

    assert checkpoint.register == policy.register
    assert public in policy.people[Role.SERVICE].keys
    assert namespace_of("a checkpoint") == signature.CHECKPOINT


def test_every_code_the_audit_can_give_is_in_the_table_and_no_other() -> None:
    sources = (ROOT / "flows" / "register").glob("*.py")
    given = {code for path in sources for code in re.findall(r'"(E_[A-Z0-9_]+)"', path.read_text("utf-8"))}

    assert rows_after("## What an audit finds") == sorted(given)


def namespace_of(what: str) -> bytes:
    """Return the namespace that the page gives for signatures on something."""
    row = re.search(rf"^\| {what} \|.*\| `([a-z0-9-]+)` \|$", _PAGE, re.MULTILINE)
    assert row is not None, what
    return row[1].encode()


def test_the_page_lists_every_character_that_nobody_sees() -> None:
    page = (ROOT / "docs/register.md").read_text(encoding="utf-8")
    listed = page.partition("In hexadecimal these are ")[2].partition(", and the last two of every plane")[0]
    ranges = [each.strip("`").split("\u2013") for each in listed.split(", ")]
    told = {c for each in ranges for c in range(int(each[0], 16), int(each[-1], 16) + 1)}
    told |= {plane << 16 | last for plane in range(17) for last in (0xFFFE, 0xFFFF)}

    assert told == {c for first, last in UNSEEN for c in range(first, last + 1)} - {ord("\n")}

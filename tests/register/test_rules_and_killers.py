"""Every rule of verification has a test that fails without it; the page that lists them is put on trial."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

import pytest
from rules import FILES, PAGE, ROOT, all_rules, page_of, rows_of, rules_of, without, without_a_test
from test_shape import PLANTED
from test_tampering import ATTACKS

if TYPE_CHECKING:
    from collections.abc import Mapping

LEFT: Final = 0
"""Rules for which no test is known yet that fails without them: there are to be fewer, never more."""
OF_TABLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "test_an_attack_is_found": ATTACKS,
    "test_what_no_register_has_is_found": PLANTED,
}


def is_there(killer: str) -> bool:
    """Tell whether the tests have one of this name; of the tables of attacks, whether the attack is there."""
    file, _, name = killer.partition("::")
    function, _, row = name.removesuffix("]").partition("[")
    table = next((each for start, each in OF_TABLES.items() if function.startswith(start)), None)
    text = (ROOT / "tests" / file).read_text(encoding="utf-8")
    return f"def {function}(" in text and (table is None or row in table)


def test_every_rule_has_a_row_with_a_test_that_is_there() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rules, rows = all_rules(), rows_of(page)

    missing = [rule.id for rule in rules if rule.id not in rows]
    assert not missing, "run `python -m tests.register.rules`, and give each a test"
    assert len(without_a_test(rows)) <= LEFT
    assert page_of(rules, rows) == page
    assert [each for each in rows.values() if "::" in each and not is_there(each)] == []
    assert rows.keys() == {rule.id for rule in rules}


def test_a_rule_of_each_kind_is_switched_off_where_it_stands() -> None:
    for file in FILES:
        for rule in rules_of(file)[::40]:
            assert without(rule).co_filename == str(ROOT / file)


@pytest.mark.exhaustive
def test_every_test_that_is_named_is_collected_with_its_row() -> None:
    named = {each for each in rows_of(PAGE.read_text(encoding="utf-8")).values() if "::" in each}
    files = sorted({f"tests/{each.partition('::')[0]}" for each in named})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *files]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert named - {line.removeprefix("tests/") for line in done.stdout.splitlines()} == set()


@pytest.mark.exhaustive
def test_without_a_rule_the_test_that_is_named_fails() -> None:
    command = [sys.executable, "-m", "tests.register.rules", "--again", "40"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    told = re.search(r"(\d+) rules were switched off; of (\d+)", done.stdout)
    assert told, done.stderr[-2_000:]
    assert (int(told[1]) >= 40, told[2], done.returncode) == (True, "0", 0)

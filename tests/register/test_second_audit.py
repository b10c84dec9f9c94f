"""What a second implementation says, written from the format's page alone, beside what the audit says.

Every world and attack of the other files here, as far as a register is what is attacked. Where the two
say something else, `EXPLAINED` has what the second says and why. `pytest -s` prints the table.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from register_builders import audited
from test_hostile import TRAPS, Trap, lossy, trapped  # noqa: F401 - fixtures
from test_tampering import ATTACKS, Scene, scene  # noqa: F401 - a fixture

from flows.domain.acts import ACTS

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT: Final = Path(__file__).parents[2]
SCRIPT: Final = ROOT / "docs/second_audit.py"


def _loaded() -> Any:
    spec = importlib.util.spec_from_file_location("second_audit", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


second: Final = _loaded()


def test_the_second_knows_every_act_and_its_sentence() -> None:
    of_the_second = {
        **{name: sentence for name, (_, sentence) in second.DONE_BY.items()},
        **{name: sentence for name, (sentence, _) in second.POLICY_ACTS.items()},
    }

    assert of_the_second == {name: kind.subject for name, kind in ACTS.items()}


_PAPER: Final = "The page leaves open how a paper is made of its text; that takes the program."
_ITS_OWN_LIST: Final = "The entry is the one that lists the key: to the second it is not known before."
EXPLAINED: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "a paper is published of another text": ((), _PAPER),
    "a response is published of another text": ((), _PAPER),
    "a document is changed before its approval, under the approver's signature": (
        ("E_SIGNATURE", "E_STAGE"),
        "To the second, approvals of other words are none, so the publication lacks them too.",
    ),
    "a statement about the test is recorded again as one about the response": (
        ("E_TREE",),
        "The statement overwrites the one of before: the second looks at the folder first.",
    ),
    "a person's security key signs an entry": (("E_UNKNOWN_KEY",), _ITS_OWN_LIST),
    "a person's passkey signs an entry": (("E_UNKNOWN_KEY",), _ITS_OWN_LIST),
    "an act is dropped from the middle of a case": (
        ("E_SIGNATURE", "E_REPLAY_VERSION"),
        "Both find the broken signatures; to the second a later version besides follows none.",
    ),
    "a file lies at the root from the first entry on": (
        ("E_TREE",),
        "The second says the same of every entry, and draws no conclusion from the first.",
    ),
    "a loose blob is overwritten with noise": (
        ("E_MISSING",),
        "git, by which the second reads, calls an object missing that it cannot unpack.",
    ),
}
EVERY_RUN: Final = 20
"""Every so many'th attack is tried in every run, the others in the exhaustive one."""


def in_some_runs(names: Iterable[str]) -> list[Any]:
    return [
        pytest.param(name, marks=[pytest.mark.exhaustive] if number % EVERY_RUN else [])
        for number, name in enumerate(names)
    ]


def said(findings: Iterable[tuple[int, str, str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for _, code, _ in findings))


def entry_of(place: str) -> int:
    """Return the number of the entry that an audit's finding is at; 0 where it is at none."""
    word, _, rest = place.partition(" ")
    number = rest.partition(",")[0]
    return int(number) if word == "entry" and number.isdigit() else 0


@pytest.mark.parametrize("name", in_some_runs(ATTACKS))
def test_both_say_the_same_of_an_attack_or_it_is_explained(name: str, scene: Scene) -> None:  # noqa: F811
    act, expected = ATTACKS[name]
    act(scene)

    first = audited(scene.path, **scene.given).findings
    other = second.run(scene.path, **scene.given)

    print(f"| {name} | {', '.join(expected)} | {', '.join(said(other)) or 'passes'} |")  # noqa: T201
    codes, _why = EXPLAINED.get(name, (expected, ""))
    assert said(other) == codes
    if codes and not first[0].place.startswith("commit "):  # from which the audit could read no further
        assert other[0][0] == entry_of(first[0].place)


def test_every_explained_difference_is_of_an_attack_and_is_one() -> None:
    assert all(ATTACKS[name][1] != codes for name, (codes, _) in EXPLAINED.items())


def test_both_pass_a_register_with_cases_told_to_the_end(told: Path) -> None:
    assert not audited(told / "register.git").findings
    assert second.run(told / "register.git") == []


def test_the_second_passes_the_register_of_the_golden_tests(tmp_path: Path) -> None:
    copy = tmp_path / "golden.git"
    bundle = ROOT / "tests/golden/register.bundle"
    subprocess.run(["git", "clone", "--quiet", "--bare", str(bundle), str(copy)], check=True)

    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(copy)], capture_output=True, text=True, check=False
    )

    assert done.stdout.startswith("It passes.\n")
    assert done.returncode == 0


@pytest.mark.parametrize("name", in_some_runs(TRAPS))
def test_the_second_runs_no_program_that_a_register_brings_along(name: str, trapped: Trap) -> None:  # noqa: F811
    arrange, _ = TRAPS[name]
    arrange(trapped)

    other = second.run(trapped.path)

    assert "E_MISSING" in said(other)
    assert not trapped.mark.exists()

"""What a second implementation says, written from the format's page alone, beside what the audit says.

Every world and attack of the other files here, as far as a register is what is attacked. Where the two
say something else, `EXPLAINED` has what the second says and why. `pytest -s` prints the table.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from register_builders import audited
from sampling import spread
from test_bounds import HUGE, MEMORY, SECONDS
from test_hostile import TRAPS, Trap, lossy, trapped  # noqa: F401 - fixtures
from test_shape import PLANTED
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
    "the founding is of another register than its policy": (
        ("E_POLICY", "E_REPLAY_REGISTER"),
        "The second compares every statement with the founding's register, the audit with its policy's.",
    ),
    "a version that was drafted after a return lacks its text": (
        ("E_ACT", "E_REPLAY_VERSION"),
        "To the second that draft is none, so the submission besides is of a version that there is not.",
    ),
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
EVERY_RUN: Final = 40
"""Every so many'th attack is tried in every run, the others in the exhaustive one."""


def said(findings: Iterable[tuple[int, str, str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for _, code, _ in findings))


def entry_of(place: str) -> int:
    """Return the number of the entry that an audit's finding is at; 0 where it is at none."""
    word, _, rest = place.partition(" ")
    number = rest.partition(",")[0]
    return int(number) if word == "entry" and number.isdigit() else 0


@pytest.mark.parametrize("name", spread(ATTACKS, EVERY_RUN))
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


@pytest.mark.parametrize("name", spread(TRAPS, EVERY_RUN))
def test_the_second_runs_no_program_that_a_register_brings_along(name: str, trapped: Trap) -> None:  # noqa: F811
    arrange, _ = TRAPS[name]
    arrange(trapped)

    other = second.run(trapped.path)

    # Where objects may come from elsewhere it reads none, and sees none missing.
    elsewhere = (trapped.path / "objects/info/alternates").exists()
    assert ("E_ALTERNATES" if elsewhere else "E_MISSING") in said(other)
    assert not trapped.mark.exists()


# What is planted beside the objects, and what is large or without end

LEFT_OPEN: Final = re.compile(
    r"the configuration (sets (?!extensions|include|gpg)|has the line ).*"
    r"|there is (?!objects/info/(http-)?alternates|hooks/|\.git|commondir|info/(attributes|grafts)|refs/)"
    r"(?!shallow)\S*|there is \.gitattributes"
    r"|the packed branch is none of this line|the packed refs name the branch twice"
    r"|a file beside HEAD is a ref of a name of its own"
    r"|.* is edited in the commit-graph|the commit-graph (?!\S*/).*"
    r"|(huge|objects/info/commit-graph) has eight gigabytes"
)
"""What is beside the evidence and the second reader does not look at: names, settings, the commit-graph."""
_BOUNDED: Final = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
sys.argv = [{script!r}, {path!r}]
runpy.run_path({script!r}, run_name="__main__")
"""


@pytest.mark.parametrize("name", spread(PLANTED, every=40))
def test_the_second_finds_what_is_planted_or_leaves_that_open(name: str, register: Path) -> None:
    plant, code = PLANTED[name]
    plant(register)

    found = said(second.run(register))

    print(f"| {name} | {code} | {', '.join(found) or 'left open'} |")  # noqa: T201 - the table
    assert bool(found) is not bool(LEFT_OPEN.fullmatch(name))
    # Where a link, a pipe or a device stands no file is opened, and it says no more.
    assert found in {(), (code,), ("E_FILE",)}


@pytest.mark.parametrize("name", spread(HUGE, every=10))
def test_the_second_takes_little_memory_and_time_for_what_is_too_large(name: str, register: Path) -> None:
    make, _ = HUGE[name]
    make(register)

    script = _BOUNDED.format(memory=MEMORY, script=str(SCRIPT), path=str(register))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=SECONDS, check=False
    )

    assert done.stderr == ""
    assert done.stdout.count("\n") < 2 * second.TOLD
    assert done.returncode == (0 if LEFT_OPEN.fullmatch(name) else 4)


@pytest.mark.parametrize("content", [b"", b"PK", b"\0" * 100, b"%PDF-1.7\n"])
def test_the_second_says_of_what_is_no_register_that_it_fails(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(content)

    assert said(second.run(tmp_path / "file")) == ("E_PARSE",)
    assert said(second.run(tmp_path)) == ("E_REF",)

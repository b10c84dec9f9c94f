"""Files as an office has typed them, at the command line: what is told, once, with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from flows.desk.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

REQUEST = """\
reference: T/1
authority: West Midlands Police
received: 2026-11-20
subject: Use of drones at events
applicant:
  name: Sample Applicant
text: |
  Please send the log of drone flights.
summary: |
  The log of drone flights.
"""
ASSESSMENT = """\
reference: T/1
parts:
  - information: the log of drone flights
    duty: disclose
    exemptions:
      - provision: "31(1)"
        limbs: ["31(1)(a)"]
        likelihood: would-be-likely
        applies: |
          Section 31(1)(a) is engaged, because a log of drone flights would be likely to help a burglar.
        favouring:
          - text: |
              Drone flights film people, who have an interest in knowing when drone flights are made.
            weight: moderate
        against:
          - text: |
              Burglars who know the times of drone flights would be likely to avoid them.
            weight: significant
    harm: |
      A log of drone flights shows when no drone flies. Burglars would be likely to choose those hours.
    balance: |
      Accountability for drone flights weighs moderately. The ease with which burglars avoid them weighs more.
      In all the circumstances of the case, the public interest in maintaining the exemption outweighs the
      public interest in disclosing the information.
    outcome: withhold
"""
HARM = "those hours.\n"
ABOUT = "the log of drone flights\n    duty"
FACTOR = """\
          - text: |
              Drone flights film people, who have an interest in knowing when drone flights are made.
            weight: moderate
"""


def linted(folder: Path, old: str, new: str) -> tuple[int, str]:
    """Return the exit code and what is said of the assessment with one thing changed."""
    assert ASSESSMENT.count(old) == 1
    (folder / "request.yaml").write_text(REQUEST)
    (folder / "assessment.yaml").write_bytes(ASSESSMENT.replace(old, new).encode())
    called = ["lint", str(folder / "assessment.yaml"), "--request", str(folder / "request.yaml")]
    done = CliRunner().invoke(main, called)
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "drone flights\n    duty",
            "drone flights #4471\n    duty",
            ("parts[0].information", "is a comment", 3),
        ),
        (
            HARM,
            f"{HARM}\n      1. Yes.\n      2. None.\n      4. No.\n",
            ("parts[0].harm", "number 4 where 3", 24),
        ),
        (
            HARM,
            f"{HARM}\n      They are:\n      \u2022 drones\n",
            ("parts[0].harm", "write - and a space", 23),
        ),
        (HARM, f"{HARM}\n      Water Lane  \n      Wilmslow\n", ("parts[0].harm", "a line break", 22)),
        ("harm: |\n", "harm: >\n      It is.\n\n", ("parts[0].harm", "write | in place of >", 22)),
        (HARM, f"{HARM}\n      **Section 31:**the harm.\n", ("parts[0].harm", "that is no bold", 22)),
        (HARM, f"{HARM}\n      [it](https://a.uk/b c)\n", ("parts[0].harm", "a broken link", 22)),
        (ABOUT, ABOUT.replace("\n", ".\n", 1), ("parts[0].information", "leave out the .", 3)),
        (
            "weight: moderate",
            "weight: Moderate.",
            ("parts[0].exemptions[0].favouring[0].weight", "leave out the .", 14),
        ),
        ("harm: |\n      A log", "harm: |\n      A\tlog", ("parts[0].harm", "use spaces", 20)),
        (
            FACTOR,
            "          - Accountability: people have an interest.\n",
            ("parts[0].exemptions[0].favouring[0]", "a colon and a space make a key", 12),
        ),
        ("    duty", "\tduty", ("", "a tab stands", 4)),
        (
            HARM,
            f"{HARM}\n      1. drones\n        - marked\n      2. both\n",
            ("parts[0].harm", "indent it by 3", 23),
        ),
        (FACTOR, '          - "Openness" is a factor.\n', ("", "begins with a quotation mark", 12)),
        (HARM, f"{HARM}\n      a\u2028b\n", ("parts[0].harm", "U+2028", 22)),
        (ABOUT, "Null\n    duty", ("parts[0].information", "say nothing in YAML", 3)),
    ],
)
def test_one_fault_is_told_once_with_its_field_and_line(
    old: str, new: str, told: tuple[str, str, int], tmp_path: Path
) -> None:
    path, says, line = told
    code, said = linted(tmp_path, old, new)

    assert code == 2
    assert f"assessment.yaml: {path}{': ' if path else ''}" in said
    assert says in said
    assert said.endswith(f"(line {line}).\n")


@pytest.mark.parametrize(
    "placeholder", ["It was on dd/mm/yyyy.", "By {{name}}.", "Signed: ________.", "[DN: legal to check]"]
)
def test_a_placeholder_stops_a_submission(placeholder: str, tmp_path: Path) -> None:
    code, said = linted(tmp_path, HARM, f"{HARM}\n      {placeholder}\n")

    assert code == 1
    assert "S03 parts[0].harm" in said


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n", "\r\n"),
        ("reference: T/1\n", "\ufeffreference: T/1\n"),
        (HARM, f"{HARM}\n      So it is. \n"),
        (ABOUT, '"the log of drone flights, contract #4471"\n    duty'),
        (HARM, f"{HARM}\n      1. drones\n         - marked\n      2. both\n"),
        (FACTOR, "          - Openness is in the interest of\n            people who are filmed.\n"),
        ("    harm", "    # The harm.\n    harm"),
    ],
)
def test_what_is_typed_well_is_taken(old: str, new: str, tmp_path: Path) -> None:
    (tmp_path / "request.yaml").write_text(REQUEST)
    (tmp_path / "assessment.yaml").write_bytes(ASSESSMENT.replace(old, new).encode())

    called = ["lint", str(tmp_path / "assessment.yaml"), "--request", str(tmp_path / "request.yaml")]
    assert CliRunner().invoke(main, called).exit_code == 0


def test_a_sealed_text_may_hold_what_a_web_page_gave_it(tmp_path: Path) -> None:
    (tmp_path / "request.yaml").write_bytes(REQUEST.replace("send the", "send\u2028the\x85\ufeff").encode())
    (tmp_path / "assessment.yaml").write_text(ASSESSMENT)

    called = ["lint", str(tmp_path / "assessment.yaml"), "--request", str(tmp_path / "request.yaml")]
    assert CliRunner().invoke(main, called).exit_code == 0

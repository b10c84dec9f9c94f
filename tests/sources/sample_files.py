"""Files that are right, for a test to change one thing in; and another user to read them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REQUEST = """\
reference: 1146A/22
authority: West Midlands Police
received: 2022-11-07
subject: Covert use of ear, vein and gait recognition
applicant: {name: Jane Q. Sample, email: jane.sample@example.org}
text: |
  Dear Sir, what do you hold?
summary: |
  What is held on these technologies.
"""

ASSESSMENT = """\
reference: 1146A/22
parts:
  - information: any other information on covert use of these technologies
    questions: [1, 2]
    duty: confirm-or-deny
    exemptions:
      - provision: "24(2)"
        applies: |
          It is engaged.
        limbs: ["31(1)(a)"]
        purposes: ["31(2)(b)"]
        likelihood: would
        harm: Harm of its own.
        favouring:
          - Openness.
          - {text: Trust., weight: some}
        against: [Safety.]
        balance: |
          The balance favours it.
        outcome: maintain
        in-the-alternative-to: "23(1)"
        condition: first
        opinion: {by: The Minister, authority: s36(5)(o), date: 2022-11-20, would: would prejudice}
        certificate: {signed-by: A Minister, date: 2022-11-21}
    harm: |
      Shared *harm*.
    confirming: Confirming would reveal tactics.
    denying: Denying would reveal gaps.
    balance:
      mode: cumulative
      of: ["24(2)"]
      text: |
        Together they outweigh.
    outcome: maintain
    answer: |
      Nothing is given.
"""

NOBODY = 65534


def as_another_user(act: Callable[[], str], folder: Path) -> str:
    """Return what ``act`` says to a child that stands in ``folder`` and is not root."""
    end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.chdir(folder)
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            said = act()
        except BaseException as error:  # noqa: BLE001 - it must not go on as a second pytest
            said = repr(error)
        os.write(write_end, said.encode())
        os._exit(0)
    os.close(write_end)
    with os.fdopen(end) as file:
        said = file.read()
    os.waitpid(child, 0)
    return said

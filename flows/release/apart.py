"""Looking through a file in a process of its own, with bounds on its memory and time.

A file is made by somebody who may want the program to fail. Whatever it does to a library, the process that
asked goes on, and a process that did not come to an end is a finding.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

from flows.release.noticing import THE_FILE, finding

if TYPE_CHECKING:
    from collections.abc import Collection

    from flows.domain.finding import Finding

MOST_MEMORY: Final = 3 << 29
"""Bytes."""
MOST_SECONDS: Final = 120
"""Of a processor; of a clock, twice as many."""


def look_through(name: str, data: bytes, *, own: Collection[str] = ()) -> tuple[Finding, ...]:
    """Return what is hidden in a file that is to be released; nothing, if none of it was found.

    Each finding stops the release and has its code in ``MEANINGS``. No sentence has words of the file. It is
    neither rendered nor executed, and nothing is fetched. What cannot be read safely is a finding,
    ``HIDDEN_UNREAD``. What is seen, on a page or in a picture, a person has to look at.

    Args:
        name: Of the file; its ending says what it has to be.
        data: The file.
        own: Names that may stand in its properties as author or organisation, such as the authority's.
    """
    head = json.dumps({"name": name, "own": sorted(own)}).encode() + b"\n"
    command = [sys.executable, "-P", "-m", "flows.release"]  # nothing of the folder where one stands
    try:
        done = subprocess.run(  # noqa: S603 - no word of it comes from outside
            command, input=head + data, capture_output=True, check=True, timeout=2 * MOST_SECONDS
        )
        return tuple(_finding(row) for row in json.loads(done.stdout))
    except (subprocess.SubprocessError, ValueError):
        return (finding("HIDDEN_UNREAD", THE_FILE, "It could not be looked through to its end."),)


def _finding(row: dict[str, Any]) -> Finding:
    return finding(row["code"], row["place"], row["sentence"])

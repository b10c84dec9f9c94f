"""One of several writers: ``python writer.py HOME NUMBER SECONDS``, with the tests' folders in the path.

It takes cases of its own from the inbox to sign-off, and tries every step of cases that all writers share;
for each act that it recorded it prints the case and the act.
"""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from desk_builders import CASE, EXAMPLE, an_officer
from scenarios import take_in

from flows.casework import acts, drafts
from flows.casework.acts import Wish
from flows.casework.office import open_office
from flows.domain.acts import APPROVE, SUBMIT
from flows.domain.documents import TEST
from flows.domain.errors import RefusedError, RegisterError, RegisterMovedError
from flows.domain.procedure import Stage
from flows.home import Home

if TYPE_CHECKING:
    from flows.casework.office import Office

STEPS: Final = (
    ("foi-officer", SUBMIT, None),
    ("legal-reviewer", APPROVE, Stage.LEGAL_REVIEW),
    ("sign-off-officer", APPROVE, Stage.BALANCING),
)


def put(home: Home, reference: str, number: str) -> None:
    """Put a request and its assessment into the inbox, unless another writer did."""
    fresh = home.inbox / f".{reference}-{number}.part"
    fresh.mkdir()
    for name in ("request.yaml", "assessment.yaml"):
        text = (EXAMPLE / name).read_text().replace(f"reference: {CASE}", f"reference: {reference}")
        (fresh / name).write_text(text.replace("Please answer by", f"Please answer {reference} by"))
    try:
        fresh.rename(home.inbox / reference)
    except OSError:
        for path in fresh.iterdir():
            path.unlink()
        fresh.rmdir()


def decide(office: Office, reference: str) -> None:
    """Take a case as far as it goes; what another writer did first is found done, or refused."""
    for person, kind, gate in STEPS:
        wish = Wish(kind=kind, reference=reference, document=TEST.name, version=1, gate=gate)
        with suppress(RefusedError, RegisterMovedError):
            done = acts.act(office, an_officer(office.home, person), wish).recorded
            if done.new:
                print(reference, done.entry.act, flush=True)  # noqa: T201 - how it answers


def main() -> None:
    home, number, until = Home(Path(sys.argv[1])), sys.argv[2], time.monotonic() + float(sys.argv[3])
    with open_office(home) as office:
        for turn in count():
            for reference in (f"all-{turn}", f"own-{number}-{turn}"):
                if time.monotonic() > until:
                    return
                if office.register.find(reference) is None:
                    put(home, reference, number)
                with suppress(RefusedError, RegisterMovedError):
                    take_in(office)
                with suppress(RefusedError, RegisterMovedError, RegisterError):
                    drafts.write_first_draft(office, reference)
                decide(office, reference)


if __name__ == "__main__":
    main()

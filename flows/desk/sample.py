"""The sample's desk, full of cases: what a newcomer finds to read, decide, mend and send.

The story of the demo ends with everything published. These requests came since, so that there is something to
do at each stage; the days of receipt are counted back from today.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flows.casework import drafts, requests
from flows.casework.office import open_office
from flows.desk.demo import act, officer_of
from flows.domain.acts import APPROVE, RETURN, SUBMIT
from flows.domain.errors import MalformedError
from flows.domain.procedure import Stage
from flows.files import folder
from flows.sources import copying, inbox
from flows.sources.item import look

if TYPE_CHECKING:
    from datetime import date

    from flows.casework.office import Office
    from flows.home import Home

_CAME: Final = {"late": 32, "soon": 24, "advice": 20, "locks": 15, "cleaning": 12, "new": 2, "elsewhere": 1}
"""How many days ago each request came."""
_MARK: Final = "The desk is full.\n"


def fill(home: Home) -> None:
    """Let a few requests come, and go as far as each of them does; nothing where that was done before."""
    mark = home.root / ".demo"
    if mark.read_text(encoding="utf-8"):
        return
    with open_office(home) as office, office.taking_in():
        taken = _take_in(office, office.today())
        for name in ("cleaning", "locks", "advice"):
            _drafted(office, taken[name], name)
        for name in ("locks", "advice"):
            _begun(office, taken[name], name)
    mark.write_text(_MARK, encoding="utf-8")


def _take_in(office: Office, today: date) -> dict[str, str]:
    """Take the requests in, or set them aside; return the reference of each case by its name."""
    taken: dict[str, str] = {}
    references = requests.NextReferences(office)
    with tempfile.TemporaryDirectory(prefix="equipoise-sample-") as place:
        for name, days in _CAME.items():
            there = Path(place) / name
            shutil.copytree(folder("cases") / ".story" / "waiting" / name, there)
            request = there / "request.yaml"
            received = (today - timedelta(days=days)).isoformat()
            request.write_text(request.read_text("utf-8").replace("{received}", received), encoding="utf-8")
            for beside in (each for each in there.iterdir() if each != request):
                beside.unlink()
            copying.copy_in(there, office.home.inbox)
    for path in inbox.waiting(office.home.inbox):
        try:
            item = look(path, now=time.time())
            if item is None:
                continue
            arrival = requests.read_item(item, references)
        except MalformedError as error:
            requests.set_aside(office, path, requests.faults_of(error))
            continue
        reference = requests.open_case(office, arrival).reference
        drafts.write_first_draft(office, reference)
        taken[path.name] = reference
    return taken


def _drafted(office: Office, reference: str, name: str) -> None:
    text = (folder("cases") / ".story" / "waiting" / name / "assessment.yaml").read_text(encoding="utf-8")
    writer = officer_of(office, "foi-officer")
    drafts.draft(office, writer, reference, text.replace("{reference}", reference).encode())
    act(office, writer, SUBMIT, reference)


def _begun(office: Office, reference: str, name: str) -> None:
    """Approve a case at legal review, or return it where a reason lies beside it."""
    reason = folder("cases") / ".story" / "waiting" / name / "return-reason.txt"
    text = reason.read_text(encoding="utf-8") if reason.exists() else None
    lawyer = officer_of(office, "legal-reviewer")
    act(office, lawyer, RETURN if text else APPROVE, reference, gate=Stage.LEGAL_REVIEW, reason=text)

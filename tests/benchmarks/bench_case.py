"""A case's machine time through Prefect, beside its bare parts: the same functions, called.

A batch goes from the inbox to its published papers. What people do between the stages is done by their
own functions and not counted; neither is the server's start. A stage ends when the server's database
holds the final state of every task.
"""

from __future__ import annotations

import os
import time
from functools import partial
from typing import TYPE_CHECKING, Final

from figures import Row, at_most, ms, timed
from offices import LAWYER, OWNER, WRITER, found_office, open_staffed

from flows.casework import acts, asking, drafts, publishing, requests
from flows.casework.acts import Wish
from flows.casework.office import open_office
from flows.domain.acts import APPROVE, SUBMIT
from flows.domain.procedure import Stage
from flows.engine import here as engine
from flows.engine.settings import SCHEDULES
from flows.files import folder as sample_folder
from flows.home import Home
from flows.sources import inbox
from flows.sources.item import look

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flows.casework.office import Office

_FLOWS: Final = ("intake", "drafting", "legal-review", "balancing", "publication")
_WORK: Final[dict[str, tuple[Stage, Callable[[Office, str], object]]]] = {
    "drafting": (Stage.RECEIVED, drafts.write_first_draft),
    "legal-review": (Stage.LEGAL_REVIEW, partial(asking.ask, gate=Stage.LEGAL_REVIEW)),
    "balancing": (Stage.BALANCING, partial(asking.ask, gate=Stage.BALANCING)),
    "publication": (Stage.PUBLICATION, publishing.publish),
}
_REFERENCES: Final = ("1146A/22", "4593_26", "FOI/2026/0173")
_FINAL: Final = {"task_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}


def run(place: Path, cases: int) -> Iterator[Row]:
    """Yield one row for each stage, and one for the whole."""
    through = _through_prefect(place / "prefect", cases)
    bare = _bare(place / "bare", cases)
    for flow in _FLOWS:
        yield Row(
            what=f"{flow}, a case's share of {cases}: time ÷ bare time",
            ours=ms(through[flow] / cases),
            beside=ms(bare[flow] / cases),
            ratio=through[flow] / bare[flow],
        )
    whole, parts = sum(through.values()) / cases, sum(bare.values()) / cases
    what = f"a case through Prefect, batch of {cases}: time ÷ bare parts"
    yield at_most(2, whole / parts, what, ms(whole), ms(parts))


def _through_prefect(folder: Path, cases: int) -> dict[str, float]:
    seconds = {}
    found_office(folder)
    _fill_inbox(Home(folder), cases)
    with engine.running(Home(folder)):
        for row in SCHEDULES:
            engine.load(row)  # what importing takes is a process's, not a case's
        for number, flow in enumerate(_FLOWS, start=1):
            seconds[flow], _ = timed(_run, flow, number * cases)
            _let_people_act(folder, flow)
    _check(folder, cases)
    return seconds


def _run(flow: str, tasks: int) -> None:
    from prefect.client.orchestration import get_client  # noqa: PLC0415 - once its environment is set

    assert engine.run_flow(flow)
    with get_client(sync_client=True) as client:
        while client.request("POST", "/task_runs/count", json=_FINAL).json() < tasks:
            time.sleep(0.02)


def _bare(folder: Path, cases: int) -> dict[str, float]:
    seconds = {}
    found_office(folder)
    _fill_inbox(Home(folder), cases)
    for flow in _FLOWS:
        seconds[flow], _ = timed(_call, folder, flow)
        _let_people_act(folder, flow)
    _check(folder, cases)
    return seconds


def _call(folder: Path, flow: str) -> None:
    """Do what a flow does, without Prefect."""
    with open_office(Home(folder)) as opened:
        if flow == "intake":
            opened.vault.sweep(opened.catalogue.recipients().keys())
            references = requests.NextReferences(opened)
            for path in inbox.waiting(opened.home.inbox):
                item = look(path, now=time.time())
                assert item is not None
                requests.open_case(opened, requests.read_item(item, references))
            return
        stage, one = _WORK[flow]
        for reference, _ in opened.catalogue.ready(stage):
            one(opened, reference)


def _let_people_act(folder: Path, flow: str) -> None:
    with open_staffed(folder) as office:
        opened, people = office.office, office.officers
        match flow:
            case "drafting":
                for reference, document in opened.catalogue.ready(Stage.DRAFTING):
                    wish = Wish(kind=SUBMIT, reference=reference, document=document, version=1)
                    acts.act(opened, people[WRITER], wish)
            case "legal-review" | "balancing":
                gate = Stage(flow)
                decider = people[LAWYER if gate is Stage.LEGAL_REVIEW else OWNER]
                for reference, document in opened.catalogue.ready(gate):
                    wish = Wish(kind=APPROVE, reference=reference, document=document, version=1, gate=gate)
                    acts.act(opened, decider, wish)
            case _:
                pass


def _fill_inbox(home: Home, cases: int) -> None:
    """Put the sample cases into the inbox, by turns and each under a reference of its own."""
    samples = sorted(sample_folder("cases").glob("[!.]*"))
    for number in range(cases):
        item = home.inbox / f"{number:04}"
        item.mkdir()
        for path in samples[number % len(samples)].glob("*.yaml"):
            text = path.read_text(encoding="utf-8")
            for reference in _REFERENCES:
                text = text.replace(reference, f"B-{number:04}")
            if path.name == "request.yaml":  # or it would be known for the same again
                text = text.replace("text: |\n", f"text: |\n  Of my requests this is number {number}.\n")
            (item / path.name).write_text(text, encoding="utf-8")
        for path in (*item.iterdir(), item):
            os.utime(path, (0, 0))  # as if it had lain there


def _check(folder: Path, cases: int) -> None:
    with open_staffed(folder) as office:
        assert len(office.catalogue.ready(Stage.PUBLISHED)) == cases

"""Publication: make the PDF of every case that is signed off, and register it.

The paper is the approved text and a short record of the decisions. What is registered is its PDF, which
anybody can make again. What is laid out is the same PDF with the authority's signature after it, where
the authority has one, and beside it the same words as a page of HTML. It leaves the building only when a
person records that it was sent.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows import wiring
from flows.domain.act import Act
from flows.domain.policy import SERVICE
from flows.domain.procedure import DOCUMENT, REQUEST, ActKind, Role, Stage
from flows.domain.reference import slug
from flows.paper import Basis, basis_of
from flows.register.statement import mark
from flows.running import ATTEMPTS_AFTER_A_LOST_RACE, Done, guarded, lost_the_race, report
from flows.wiring import House

if TYPE_CHECKING:
    from pathlib import Path


@flow(name="publication")
@guarded
def publication(only: list[str] | None = None) -> list[State[Done]]:
    """Publish every case that is signed off, or ``only`` those named."""
    with wiring.open_house() as house:
        ready = house.register.ready(Stage.PUBLICATION)
        references = ready if only is None else [reference for reference in ready if reference in only]
        states = [publish(reference, house, return_state=True) for reference in references]
        missing = copies_missing(house)
        states += [lay_out_again(reference, house, return_state=True) for reference in missing]
        return report("publication", [*references, *missing], states)


@task(
    task_run_name="publication-{reference}",
    retries=ATTEMPTS_AFTER_A_LOST_RACE,
    retry_condition_fn=lost_the_race,
)
@guarded
def publish(reference: str, house: House) -> Done:
    """Publish one case."""
    register = house.register
    case = register.case(reference)
    if case.stage is not Stage.PUBLICATION:
        return Done(reference=reference)
    time, policy = wiring.now(), register.policy()
    made = Basis(
        request=register.read(reference, REQUEST),
        document=register.read(reference, DOCUMENT),
        statements=[(mark(said.to_bytes()).sha256, said) for said in register.statements(reference)],
        time=time,
        fingerprint=register.fingerprint(),
        theme=policy.theme,
    ).publication()
    name = slug(reference)
    act = Act(
        kind=ActKind.PUBLISH,
        case=reference,
        actor=SERVICE,
        role=Role.SERVICE,
        time=time,
        policy=policy.version,
        version=case.version,
    )
    changes = {f"published/{name}.pdf": made.pdf, f"published/{name}.json": made.manifest}
    register.record(act, changes, house.service)
    lay_out_both(name, signed(made.pdf, house), made.html, house)
    return Done(reference=reference, what=f"version {case.version} published")


def signed(pdf: bytes, house: House) -> bytes:
    """Return a paper as it is laid out: with the authority's signature, where it can sign.

    Raises:
        RefusedError: the token of the key or the time-stamp authority does not answer. The paper is in the
            register by then; the next run signs it and lays it out.
    """
    if house.credential is None:
        return pdf
    from flows.document.signing.pades import sign  # noqa: PLC0415 - a second, for those who sign

    return sign(pdf, house.credential, wiring.now())


def lay_out_both(name: str, pdf: bytes, html: str, house: House) -> None:
    """Put a published paper where people look for it, as PDF and as the page that people link to."""
    lay_out(house.home.published, f"{name}.html", html.encode())
    lay_out(house.home.published, f"{name}.pdf", pdf)


def lay_out(folder: Path, name: str, content: bytes) -> None:
    """Write one file, durably, so that nobody sees half of it."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f".{name}.part"
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, folder / name)  # noqa: PTH105 - one step, whatever stands there


def copies_missing(house: House) -> list[str]:
    """Return the published cases of which the folder lacks the PDF or the page, as after a kill."""
    there = _laid_out(house.home.published)
    published = [
        reference for stage in (Stage.PUBLISHED, Stage.SENT) for reference in house.register.ready(stage)
    ]
    return [
        reference
        for reference in published
        if not {f"{slug(reference)}.pdf", f"{slug(reference)}.html"} <= there
    ]


def _laid_out(folder: Path) -> set[str]:
    """Return the names of what stands in the folder with something in it."""
    if not folder.is_dir():
        return set()
    with os.scandir(folder) as files:
        return {file.name for file in files if file.is_file() and file.stat().st_size}


@task(task_run_name="publication-copy-{reference}")
@guarded
def lay_out_again(reference: str, house: House) -> Done:
    """Lay out again what the register holds and the folder lacks, and leave alone what is there."""
    name, folder = slug(reference), house.home.published
    there = _laid_out(folder)
    made: dict[str, bytes] = {}
    if f"{name}.html" not in there:
        published = [s for s in house.register.statements(reference) if s.act.kind is ActKind.PUBLISH][-1]
        made[f"{name}.html"] = basis_of(house.register, published).rendering().html.encode()
    if f"{name}.pdf" not in there:
        registered = house.register.read(reference, f"published/{name}.pdf")
        made[f"{name}.pdf"] = signed(registered, house)
    for each, content in made.items():
        lay_out(folder, each, content)
    return Done(reference=reference, what="the missing copy was laid out again")

"""Publishing: the paper of what is signed off is registered, then laid out for people.

The paper is the approved text and a short record of the decisions. What is registered is its PDF, which
anybody can make again. What is laid out is the same PDF with the authority's signature after it, where
the authority has one, and beside it the same words as a page of HTML. It leaves the building only when a
person records that it was sent.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from flows import disk
from flows.casework.acts import by_service
from flows.casework.office import Done
from flows.casework.papers import Basis, basis_of
from flows.domain.procedure import DOCUMENT, REQUEST, ActKind, Stage
from flows.domain.reference import slug
from flows.register.statement import mark

if TYPE_CHECKING:
    from pathlib import Path

    from flows.casework.office import Office


def publish(office: Office, reference: str) -> Done:
    """Publish one case, if it is signed off."""
    register = office.register
    case = register.case(reference)
    if case.stage is not Stage.PUBLICATION:
        return Done(reference=reference)
    # What is published is signed with the authority's name: nothing is believed that only stands there.
    register.verify_case(reference)
    time, policy = office.now(), register.policy()
    made = Basis(
        request=register.read(reference, REQUEST),
        document=register.read(reference, DOCUMENT),
        statements=[(mark(said.to_bytes()).sha256, said) for said in register.statements(reference)],
        time=time,
        fingerprint=register.fingerprint(),
        theme=policy.theme,
    ).publication()
    name = slug(reference)
    files = {f"published/{name}.pdf": made.pdf, f"published/{name}.json": made.manifest}
    by_service(office, ActKind.PUBLISH, reference, files, version=case.version, time=time)
    pdf = signed(office, made.pdf)
    lay_out(office.home.published, f"{name}.html", made.html.encode())
    lay_out(office.home.published, f"{name}.pdf", pdf)
    return Done(reference=reference, what=f"version {case.version} published")


def signed(office: Office, pdf: bytes) -> bytes:
    """Return a paper as it is laid out: with the authority's signature, where it can sign.

    Raises:
        RefusedError: the token of the key or the time-stamp authority does not answer. The paper is in the
            register by then; the next run signs it and lays it out.
    """
    if office.credential is None:
        return pdf
    from flows.document.signing.pades import sign  # noqa: PLC0415 - a second, for those who sign

    return sign(pdf, office.credential, office.now())


def copies_missing(office: Office) -> list[str]:
    """Return the published cases of which the folder lacks the PDF or the page, as after a kill."""
    there = _laid_out(office.home.published)
    published = [
        reference for stage in (Stage.PUBLISHED, Stage.SENT) for reference in office.register.ready(stage)
    ]
    return [
        reference
        for reference in published
        if not {f"{slug(reference)}.pdf", f"{slug(reference)}.html"} <= there
    ]


def lay_out_again(office: Office, reference: str) -> Done:
    """Lay out again what the register has and the folder lacks, and leave alone what is there."""
    name, folder, register = slug(reference), office.home.published, office.register
    register.verify_case(reference)
    there = _laid_out(folder)
    made: dict[str, bytes] = {}
    if f"{name}.html" not in there:
        published = [s for s in register.statements(reference) if s.act.kind is ActKind.PUBLISH][-1]
        made[f"{name}.html"] = basis_of(register, published).rendering().html.encode()
    if f"{name}.pdf" not in there:
        made[f"{name}.pdf"] = signed(office, register.read(reference, f"published/{name}.pdf"))
    for each, content in made.items():
        lay_out(folder, each, content)
    return Done(reference=reference, what="the missing copy was laid out again")


def lay_out(folder: Path, name: str, content: bytes) -> None:
    """Write one file, durably, so that nobody sees half of it."""
    folder.mkdir(parents=True, exist_ok=True)
    disk.write(folder / name, content)


def _laid_out(folder: Path) -> set[str]:
    """Return the names of what stands in the folder with something in it."""
    if not folder.is_dir():
        return set()
    with os.scandir(folder) as files:
        return {file.name for file in files if file.is_file() and file.stat().st_size}

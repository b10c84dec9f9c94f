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
from flows.casework import acts, checking, checkpoints
from flows.casework.office import Done
from flows.casework.papers import Basis, basis_of
from flows.domain.acts import PUBLISH, TAKE_BACK
from flows.domain.acts.publishing import ENTRIES, SIGNED_AS
from flows.domain.documents import DOCUMENTS, REQUEST, TEST
from flows.domain.edition import edition_of
from flows.domain.errors import IncompleteError, RefusedError
from flows.domain.procedure import Stage
from flows.domain.reference import slug
from flows.notices.notice import Unpublished, write_notice

if TYPE_CHECKING:
    from pathlib import Path

    from flows.casework.office import Office
    from flows.register.dossier import Dossier
    from flows.register.statement import Statement


def publish(office: Office, reference: str, document: str = TEST.name) -> Done:
    """Publish a document of a case, if it is signed off.

    Raises:
        IncompleteError: a letter states what is so no more, or lacks what it has to state today.
        UnfitPaperError: the paper fails its checks.
        TamperedError: the register does not go on from its newest checkpoint.
    """
    register = office.register
    dossier = register.dossier(reference)
    if dossier.case.stage(document) is not Stage.PUBLICATION:
        return Done(reference=reference)
    # What is published is signed with the authority's name: nothing is believed that only stands there.
    register.verify_case(reference)
    time, policy, kind = office.now(), dossier.policy, DOCUMENTS[document]
    if not kind.checked:
        # What a letter states may have ceased to be so since somebody approved it.
        try:
            checking.check_letter(office, dossier, document, verb="published")
        except IncompleteError as error:
            _tell_of(office, dossier, document, error)
            raise
    signed_as = office.credential.name if office.credential else ""
    # Whoever keeps the paper keeps this of the register, which neither its keeper nor the service can change.
    before, _ = checkpoints.going_on(office)
    made = Basis(
        document=document,
        request=dossier.read(REQUEST),
        text=dossier.read(kind.text),
        statements=dossier.chain.statements,
        time=time,
        fingerprint=register.fingerprint(),
        theme=policy.theme,
        letterhead=policy.letterhead,
        signed_as=signed_as,
        entries=before.size,
        root=before.root().hex(),
    ).publication()
    pdf, manifest = kind.published(slug(reference))
    version = dossier.case.document(document).version
    if earlier := dossier.case.document(document).paper:
        _put_by(office.home.published, kind.slug(reference), earlier.version)
    acts.by_service(
        office,
        PUBLISH,
        reference,
        {pdf: made.pdf, manifest: made.manifest},
        document=document,
        version=version,
        time=time,
        details={ENTRIES: str(before.size)} | ({SIGNED_AS: signed_as} if signed_as else {}),
    )
    name, laid_out = kind.slug(reference), signed(office, made.pdf, signed_as)
    office.home.published.mkdir(parents=True, exist_ok=True)
    disk.write(office.home.published / f"{name}.html", made.html.encode())
    disk.write(office.home.published / f"{name}.pdf", laid_out)
    return Done(reference=reference, what=f"version {version} published")


def _tell_of(office: Office, dossier: Dossier, document: str, error: IncompleteError) -> None:
    """Tell those who may take a letter back why it cannot be published, once."""
    case, policy, roles = dossier.case, dossier.policy, edition_of(dossier.policy).row(TAKE_BACK).roles
    stands = case.document(document)
    about = Unpublished(
        reference=case.reference, document=document, version=stands.version, round=stands.round
    )
    if not office.outbox.has_told(about):
        people = frozenset[str]().union(*map(policy.holders, roles)) - case.life.aside
        office.outbox.tell(write_notice(about, people, why=str(error), roles=sorted(roles)))


def _signed_as(publication: Statement | None) -> str:
    """Return in whose name a paper says that it is signed; empty where it does not."""
    return publication.act.details.get(SIGNED_AS, "") if publication else ""


def _put_by(folder: Path, name: str, version: int) -> None:
    """Put the copies of an earlier version by, under their names, since the page leads to its PDF by name.

    What is cut off after this lacks its copy, and is laid out again.
    """
    there = [folder / f"{name}.{ending}" for ending in ("pdf", "html")]
    aside = folder / "earlier" / f"{name}-version-{version}"
    for path in there:
        if path.is_file():
            aside.mkdir(parents=True, exist_ok=True)
            path.replace(aside / path.name)


def signed(office: Office, pdf: bytes, signed_as: str) -> bytes:
    """Return a paper as it is laid out: with the authority's signature, where it can sign.

    Raises:
        RefusedError: the paper says that it is signed in a name (``signed_as``) of which there is no
            certificate; or the token of the key or the time-stamp authority does not answer. The paper is in
            the register by then; the next run signs it and lays it out.
    """
    if signed_as and (office.credential is None or office.credential.name != signed_as):
        raise RefusedError(
            f"The paper says that it is signed in the name of {signed_as}, so that it is laid out once "
            f"{office.home.authority} has a certificate in that name."
        )
    if office.credential is None:
        return pdf
    from flows.document.signing.pades import sign  # noqa: PLC0415 - a second, for those who sign

    return sign(pdf, office.credential, office.now())


def sign_again(office: Office, reference: str, document: str = TEST.name, *, renew: bool = False) -> Done:
    """Sign a paper that was laid out before there was a certificate, or renew the signature on one.

    The register stays as it is; what is laid out is the paper of the newest publication.

    Raises:
        RefusedError: there is no certificate, no such copy, or not the paper; or somebody does not answer.
    """
    from flows.document.signing import pades  # noqa: PLC0415 - a second, for those who sign

    if office.credential is None:
        raise RefusedError("There is no certificate to sign with; docs/papers.md says where it belongs.")
    office.register.verify_case(reference)
    kind, dossier = DOCUMENTS[document], office.register.dossier(reference)
    path = office.home.published / f"{kind.slug(reference)}.pdf"
    newest = dossier.last(PUBLISH, document=document)
    if newest is None or not path.is_file():
        raise RefusedError(f"{kind.named(reference)} has no paper in {office.home.published}.")
    paper, there = dossier.read(kind.published(slug(reference))[0]), path.read_bytes()
    if renew:
        made = pades.renew(there, paper, office.credential)
    elif there == paper:
        made = signed(office, paper, _signed_as(newest))
    elif there.startswith(paper):
        return Done(reference=reference)
    else:
        raise RefusedError(f"{path} is not the paper in the register; remove it, and it is laid out again.")
    disk.write(path, made)
    return Done(reference=reference, what="renewed" if renew else "signed")


def copies_missing(office: Office) -> list[tuple[str, str]]:
    """Return the published documents of which the folder lacks the PDF or the page, as after a kill."""
    there = _laid_out(office.home.published)
    return [
        (reference, document)
        for reference, document in published(office)
        if not {f"{DOCUMENTS[document].slug(reference)}.{ending}" for ending in ("pdf", "html")} <= there
    ]


def published(office: Office) -> list[tuple[str, str]]:
    """Return every document that was published: its case, and its kind."""
    return [each for stage in (Stage.PUBLISHED, Stage.SENT) for each in office.catalogue.ready(stage)]


def lay_out_again(office: Office, reference: str, document: str = TEST.name) -> Done:
    """Lay out again what the register has and the folder lacks, and leave alone what is there."""
    name, folder = DOCUMENTS[document].slug(reference), office.home.published
    office.register.verify_case(reference)
    dossier = office.register.dossier(reference)
    there = _laid_out(folder)
    made: dict[str, bytes] = {}
    newest = dossier.last(PUBLISH, document=document)
    if newest and f"{name}.html" not in there:
        made[f"{name}.html"] = basis_of(office.register, dossier, newest).rendering().html.encode()
    if f"{name}.pdf" not in there:
        pdf, _ = DOCUMENTS[document].published(slug(reference))
        made[f"{name}.pdf"] = signed(office, dossier.read(pdf), _signed_as(newest))
    folder.mkdir(parents=True, exist_ok=True)
    for each, content in made.items():
        disk.write(folder / each, content)
    return Done(reference=reference, what="the missing copy was laid out again")


def _laid_out(folder: Path) -> set[str]:
    """Return the names of the plain files in the folder with something in them."""
    if not folder.is_dir():
        return set()
    with os.scandir(folder) as files:
        return {file.name for file in files if file.is_file(follow_symlinks=False) and file.stat().st_size}

"""Publishing: the paper of what is signed off is registered, then laid out for people.

The paper is the approved text and a short record of the decisions. What is registered is its PDF, which
anybody can make again. What is laid out is the same PDF with the authority's signature after it, where
the authority has one, and beside it the same words as a page of HTML. It leaves the building only when a
person records that it was sent.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from flows import disk, tracing
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
from flows.foreign import object_of
from flows.notices.notice import Unpublished, write_notice

if TYPE_CHECKING:
    from pathlib import Path

    from flows.casework.office import Office
    from flows.document.publication import Publication
    from flows.register.dossier import Dossier
    from flows.register.statement import Statement
    from flows.registrar.connection import Connection


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
    signed_as = office.copies.signed_as
    # Whoever keeps the paper keeps this of the register, which neither its keeper nor the service can change.
    entries, root = office.copies.stated()
    basis = Basis(
        document=document,
        request=dossier.read(REQUEST),
        text=dossier.read(kind.text),
        statements=dossier.chain.statements,
        time=time,
        fingerprint=register.fingerprint(),
        theme=policy.theme,
        letterhead=policy.letterhead,
        signed_as=signed_as,
        entries=entries,
        root=root,
    )
    with tracing.span("make-paper", case=reference, document=document):
        made = basis.publication()
    pdf, manifest = kind.published(slug(reference))
    version = dossier.case.document(document).version
    office.copies.put_by(dossier, document)
    recorded = acts.by_service(
        office,
        PUBLISH,
        reference,
        {pdf: made.pdf, manifest: made.manifest},
        document=document,
        version=version,
        time=time,
        details={ENTRIES: str(entries)} | ({SIGNED_AS: signed_as} if signed_as else {}),
    )
    if not recorded.new:
        # Another worker was quicker, or the answer to this one was lost: what counts is what was recorded.
        office.copies.lay_out_again(reference, document)
        return Done(reference=reference)
    office.copies.lay_out(reference, document, made)
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


class Copies:
    """The copies of published papers in a home, signed with the authority's own certificate if it has one."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._folder = office.home.published

    @property
    def signed_as(self) -> str:
        """In whose name they are signed; empty where they are not."""
        return self._office.credential.name if self._office.credential else ""

    def stated(self) -> tuple[int, str]:
        """Return what a paper states of the register: how many entries there are, and the root over them.

        Raises:
            TamperedError: the register does not go on from its newest checkpoint.
        """
        before, _ = checkpoints.going_on(self._office)
        return before.size, before.root().hex()

    def put_by(self, dossier: Dossier, document: str) -> None:
        """Put the copies of the version by that the next one takes the place of."""
        if earlier := dossier.case.document(document).paper:
            _put_by(self._folder, DOCUMENTS[document].slug(dossier.case.reference), earlier.version)

    def lay_out(self, reference: str, document: str, made: Publication) -> None:
        """Lay out what was published, signed."""
        name, laid_out = DOCUMENTS[document].slug(reference), signed(self._office, made.pdf, self.signed_as)
        self._folder.mkdir(parents=True, exist_ok=True)
        disk.write(self._folder / f"{name}.html", made.html.encode())
        disk.write(self._folder / f"{name}.pdf", laid_out)

    def lay_out_again(self, reference: str, document: str) -> None:
        """Lay out what the register has and the folder lacks, and leave alone what is there."""
        _lay_out_again(self._office, reference, document)

    def missing(self) -> list[tuple[str, str]]:
        """Return the published documents of which the folder lacks the PDF or the page, as after a kill."""
        there = _laid_out(self._folder)
        return [
            (reference, document)
            for reference, document in published(self._office)
            if not {f"{DOCUMENTS[document].slug(reference)}.{ending}" for ending in ("pdf", "html")} <= there
        ]


class RemoteCopies:
    """The copies that a registrar lays out: of what is in its register, signed there; the page is brought."""

    def __init__(self, office: Office, connection: Connection) -> None:
        self._office = office
        self._connection = connection

    @property
    def signed_as(self) -> str:
        """In whose name they are signed; empty where they are not."""
        return self._connection.ask("signed-as", str)

    def stated(self) -> tuple[int, str]:
        """Return what a paper states of the register."""
        return self._connection.ask("stated", tuple[int, str])

    def put_by(self, dossier: Dossier, document: str) -> None:
        """Have the copies of the version put by that the next one takes the place of."""
        self._connection.ask("put-by", bool, reference=dossier.case.reference, document=document)

    def lay_out(self, reference: str, document: str, made: Publication) -> None:
        """Have what was published laid out, signed."""
        self._connection.ask("lay-out", bool, reference=reference, document=document, page=made.html)

    def lay_out_again(self, reference: str, document: str) -> None:
        """Have laid out what the register has and the folder lacks."""
        dossier = self._office.register.dossier(reference)
        if newest := dossier.last(PUBLISH, document=document):
            made = basis_of(self._office.register, dossier, newest).rendering()
            self.lay_out(reference, document, made)

    def missing(self) -> list[tuple[str, str]]:
        """Return the published documents of which the folder lacks a copy."""
        return self._connection.ask("copies-missing", list[tuple[str, str]])


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
    """Return the published documents of which there is no copy, as after a kill."""
    return office.copies.missing()


def published(office: Office) -> list[tuple[str, str]]:
    """Return every document that was published: its case, and its kind."""
    return [each for stage in (Stage.PUBLISHED, Stage.SENT) for each in office.catalogue.ready(stage)]


def lay_out_again(office: Office, reference: str, document: str = TEST.name) -> Done:
    """Lay out again what the register has and is given out nowhere."""
    office.copies.lay_out_again(reference, document)
    return Done(reference=reference, what="the missing copy was laid out again")


def lay_out_brought(office: Office, reference: str, document: str, page: str) -> None:
    """Lay out the paper in the register, and the page that was brought with it, where there is no copy.

    Raises:
        RefusedError: nothing was published, or the page is not that of the paper.
    """
    dossier = office.register.dossier(reference)
    newest, kind = dossier.last(PUBLISH, document=document), DOCUMENTS[document]
    pdf, manifest = kind.published(slug(reference))
    told = object_of(dossier.read(manifest)) if newest else {}
    if told.get("html", {}).get("sha256") != hashlib.sha256(page.encode()).hexdigest():
        raise RefusedError(f"{kind.named(reference)} was not published with this page.")
    made = {f"{kind.slug(reference)}.html": page.encode()}
    if f"{kind.slug(reference)}.pdf" not in _laid_out(office.home.published):
        made[f"{kind.slug(reference)}.pdf"] = signed(office, dossier.read(pdf), _signed_as(newest))
    office.home.published.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        disk.write(office.home.published / name, content)


def _lay_out_again(office: Office, reference: str, document: str) -> None:
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


def _laid_out(folder: Path) -> set[str]:
    """Return the names of the plain files in the folder with something in them."""
    if not folder.is_dir():
        return set()
    with os.scandir(folder) as files:
        return {file.name for file in files if file.is_file(follow_symlinks=False) and file.stat().st_size}

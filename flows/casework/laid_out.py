"""Papers laid out for people who look at them: made once for what they rest on, and kept for some days."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.casework import views
from flows.casework.looking import software
from flows.domain.acts import DRAFT, PUBLISH
from flows.domain.documents import DOCUMENTS
from flows.domain.reference import slug

if TYPE_CHECKING:
    from pathlib import Path

    from flows.casework.office import Office
    from flows.register.dossier import Dossier
    from flows.register.statement import Statement

_KEPT: Final = 7 * 86_400
"""Seconds for which what was laid out is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A version laid out.

    Attributes:
        manifest: Of what is published; empty of a draft.
    """

    html: bytes
    pdf: bytes
    manifest: bytes


def published_as(dossier: Dossier, document: str, version: int) -> Statement | None:
    """Return the publication of a version; None where it was not published."""
    return dossier.last(PUBLISH, document=document, version=version)


def lay_out(office: Office, dossier: Dossier, document: str, version: int) -> Laid:
    """Return a version as people get it: the published paper, else a draft that says it is one.

    Raises:
        RefusedError: there is no such version.
    """
    published = published_as(dossier, document, version)
    rests_on = published or dossier.last(DRAFT, document=document, version=version)
    entry = dossier.entry_of(rests_on).id if rests_on else ""
    key = hashlib.sha256(repr((dossier.case.reference, entry, software())).encode()).hexdigest()
    html, pdf = (office.home.laid_out / f"{key}.{ending}" for ending in ("html", "pdf"))
    if not (entry and html.is_file() and pdf.is_file()):
        made = views.papers(office, dossier, document, version)
        _keep({pdf: made.pdf, html: made.html.encode()})
    manifest = b""
    if published:
        _, path = DOCUMENTS[document].published(slug(dossier.case.reference))
        manifest = dossier.read(path, at=published)
    return Laid(html=html.read_bytes(), pdf=pdf.read_bytes(), manifest=manifest)


def copy_of(office: Office, dossier: Dossier, document: str, version: int) -> bytes | None:
    """Return the file that is given out, with its signature where it has one; None where it is not there."""
    if published_as(dossier, document, version) is None or version != _newest(dossier, document):
        return None
    path = office.home.published / f"{DOCUMENTS[document].slug(dossier.case.reference)}.pdf"
    return path.read_bytes() if path.is_file() else None


def _newest(dossier: Dossier, document: str) -> int:
    newest = dossier.last(PUBLISH, document=document)
    return newest.act.version if newest else 0


def _keep(files: dict[Path, bytes]) -> None:
    folder = next(iter(files)).parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.stat().st_mtime < time.time() - _KEPT:
            old.unlink(missing_ok=True)
    for path, content in files.items():
        disk.write(path, content, mode=0o600)

"""One case to hand to somebody who has neither git nor this software, and need not trust us.

The pack is a ZIP archive: the case to read, the objects that prove it, and a page that verifies itself.
Of the same case at the same entry, with the same checkpoint, it is the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from flows.casework import papers, views
from flows.casework.checkpoints import tree_of
from flows.domain.acts import OVERRIDE, SUBMIT
from flows.domain.errors import TamperedError
from flows.domain.reference import parse_reference
from flows.files import folder, templates
from flows.register.checkpoint import for_ssh_keygen, newest_checkpoint, parse_checkpoint
from flows.register.roster import allowed_signers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flows.casework.office import Office
    from flows.register.dossier import Dossier
    from flows.register.extract import Extract

_OLDEST_OF_ZIP: Final = (1980, 1, 1, 0, 0, 0)
"""No file of a ZIP archive is older; that of each file is the entry's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A pack.

    Attributes:
        data: The ZIP archive.
        files: How many it has.
        entries: How many the register had.
        checkpoint: How many entries its checkpoint has; None where it has none.
    """

    data: bytes
    files: int
    entries: int
    checkpoint: int | None


def make_pack(office: Office, reference: str) -> Packed:
    """Return the pack of a case as it stands.

    Raises:
        UnknownCaseError: there is no such case.
        TamperedError: what was done to it, or to the policy, or a paper of it, fails its audit: of that no
            pack is made.
    """
    register = office.register
    dossier = register.dossier(parse_reference(reference))
    register.verify_case(dossier.case.reference, papers.check, tree_of(office, keep=False))
    taken = register.extract(dossier)
    note, _ = newest_checkpoint(office.home.checkpoints)
    newest = register.tip().entry
    size = parse_checkpoint(note)[0].sequence if note else 0
    if size > newest.sequence:
        raise TamperedError("The register has fewer entries than its checkpoint; run `equipoise audit`.")
    files = carry(taken, note)
    files |= {
        "allowed_signers": allowed_signers(register.policies()).encode("ascii"),
        "timeline.txt": "".join(_timeline(dossier)).encode(),
        "findings.txt": "".join(_findings(dossier)).encode(),
        "README.txt": _readme(office, dossier, taken, note).encode(),
    }
    data = archive(files, datetime.fromtimestamp(newest.committed, UTC))
    return Packed(data=data, files=len(files), entries=newest.sequence, checkpoint=size or None)


def carry(taken: Extract, note: str | None) -> dict[str, bytes]:
    """Return what a pack has of an extract: the files to read, the objects, and the page."""
    files = {f"files/{path}": data for path, data in taken.files.items()}
    files |= {f"versions/{path}": data for path, data in taken.drafts.items()}
    files |= {
        "case.html": page(taken, note).encode(),
        "objects.pack": taken.pack(),
        "main": f"{taken.main}\n".encode(),
        "case": f"{taken.case}\n".encode(),
    }
    if note:
        text, signed = for_ssh_keygen(note)
        files |= {
            "checkpoint": note.encode(),
            "checkpoint.text": text.encode(),
            "checkpoint.sig": signed.encode(),
        }
    return files


def archive(files: Mapping[str, bytes], when: datetime) -> bytes:
    """Return files as a ZIP archive, in the order of their names, all of the same time."""
    whole = io.BytesIO()
    stamp = max(when.timetuple()[:6], _OLDEST_OF_ZIP)
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, (*stamp,))
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            made.writestr(info, files[name])
    return whole.getvalue()


def page(taken: Extract, note: str | None) -> str:
    """Return the page that verifies itself."""
    data = {
        "case": taken.case,
        "main": taken.main,
        "checkpoint": note or "",
        "objects": [[kind, base64.b64encode(data).decode()] for kind, data in taken.objects.values()],
    }
    script, style = _source("verify.js"), _source("page.css")
    made = templates(escape=True).get_template("evidence/page.html.j2")
    return made.render(
        reference=taken.case,
        script=script,
        style=style,
        script_hash=hashed(script),
        style_hash=hashed(style),
        data=json.dumps(data).replace("<", "\\u003c"),  # so that nothing in it ends the element
    )


def script_hash() -> str:
    """Return the SHA-256 of the page's script in base64, as the page's own policy names it."""
    return hashed(_source("verify.js"))


def hashed(source: str) -> str:
    """Return what a Content-Security-Policy allows ``source`` by (CSP Level 3, section 2.3.1)."""
    return base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


def _source(name: str) -> str:
    return (folder("templates") / "evidence" / name).read_text(encoding="utf-8")


def _readme(office: Office, dossier: Dossier, taken: Extract, note: str | None) -> str:
    """Return how the pack is checked by hand."""
    register, at = office.register, dossier.chain.folder
    line = register.since(0)
    return (
        templates(escape=False)
        .get_template("evidence/README.txt.j2")
        .render(
            reference=taken.case,
            authority=dossier.policy.authority,
            main=taken.main,
            folder=at,
            entries=len(line),
            subjects=[each.entry.subject for each in reversed(line)],
            statements=[(f"{at}/{said.path}", said.act.signed_for, said.act) for said in dossier.statements],
            attested=any(said.act.attested for said in dossier.statements),
            checkpoint=note,
            fingerprint=register.fingerprint(),
            script_hash=script_hash(),
        )
    )


def _timeline(dossier: Dossier) -> Iterator[str]:
    for line in views.history(dossier):
        yield f"Entry {line.sequence}, {line.time:%Y-%m-%d %H:%M} UTC: {line.actor} {line.what}.\n"
        if line.reason:
            yield "".join(f"    {each}\n" for each in line.reason.splitlines())


def _findings(dossier: Dossier) -> Iterator[str]:
    found = False
    for said in dossier.statements:
        act = said.act
        told = act.details.get("findings", "") if act.kind is SUBMIT else ""
        for line in told.splitlines():
            yield f"Act {said.number}, submission of version {act.version} of the {act.document}: {line}\n"
        if act.kind is OVERRIDE:
            what = " ".join(filter(None, (act.details["finding"], act.details.get("place"))))
            yield f"Act {said.number}, {act.actor} overrode {what} in version {act.version}: {act.reason}\n"
        found |= bool(told) or act.kind is OVERRIDE
    if not found:
        yield "No submission states a finding, and none was overridden.\n"

"""What the checks say of the test of a case today, kept for as long as nothing changes that they look at.

To look anew takes as long as all the rest of `show`: the text is made again and the request unsealed. What
is kept is shown alone. Whoever submits is told what the checks say then.
"""

from __future__ import annotations

import hashlib
import json
import sys
import sysconfig
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import disk
from flows.casework.office import Done
from flows.domain.acts import RETURN, SUBMIT
from flows.domain.acts.drafting import stopping
from flows.domain.documents import ASSESSMENT, DOCUMENT, REQUEST, SEALED_REQUEST, TEST
from flows.domain.errors import PitError, RegisterError, VaultShutError
from flows.domain.finding import Finding, Severity
from flows.domain.procedure import ROLE_AT, Stage
from flows.domain.reference import slug
from flows.files import folder
from flows.foreign import object_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flows.casework.office import Office
    from flows.register.dossier import Dossier


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What the checks say.

    Attributes:
        words: The texts of which they mean some words, by their places.
    """

    findings: tuple[Finding, ...]
    words: Mapping[str, str]


def look(office: Office, dossier: Dossier) -> Looked | None:
    """Return what the checks say of the test; None where no decision on its words lies ahead.

    Where the case's key is not there, the rule that needs it is not run.

    Raises:
        MalformedError: the assessment in the register cannot be read.
    """
    if not dossier.case.test.version or dossier.case.stage() not in {Stage.DRAFTING, *ROLE_AT}:
        return None
    place, key = office.home.looked / f"{slug(dossier.case.reference)}.json", _key(office, dossier)
    with suppress(OSError, ValueError, LookupError, TypeError, AttributeError):
        kept = object_of(place.read_bytes())
        if kept["key"] == key:
            return Looked(findings=tuple(map(_finding, kept["findings"])), words=kept["words"])
    looked = _looked_anew(office, dossier)
    # Where midnight or a change of the software came in between, it is not known what was looked at.
    if _key(office, dossier) == key and not _is_shut(office):
        told = {"key": key, "findings": [*map(asdict, looked.findings)], "words": looked.words}
        with suppress(OSError):  # a home made for reading alone
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            disk.write(place, json.dumps(told).encode(), mode=0o600)
    return looked


def _is_shut(office: Office) -> bool:
    """Tell whether what is sealed could not be read, but can once somebody opens the vault."""
    try:
        office.open_vault()
    except VaultShutError:
        return True
    except RegisterError:
        return False
    return False


def look_or_say(office: Office, dossier: Dossier) -> tuple[Looked | None, str]:
    """Return the same, and a sentence that says why the checks cannot be made; empty where they can."""
    try:
        return look(office, dossier), ""
    except PitError as error:
        return None, str(error)


def has_to_be_mended(office: Office, dossier: Dossier, document: str, looked: Looked | None) -> bool:
    """Tell whether a draft would be refused as it stands, or was returned and is the same still.

    Args:
        looked: What the checks say of the test; None where nobody looked. A letter is looked through here.
    """
    if document == TEST.name:
        if looked and stopping(dossier.case, document, looked.findings):
            return True
    elif _stops(office, dossier, document):
        return True
    said = dossier.last(RETURN, SUBMIT, document=document)
    version = dossier.case.document(document).version
    return said is not None and (said.act.kind, said.act.version) == (RETURN, version)


def _stops(office: Office, dossier: Dossier, letter: str) -> bool:
    from flows.casework import checking  # noqa: PLC0415 - the rules and the text, for a draft of a letter alone

    try:
        checking.check_letter(office, dossier, letter)
    except PitError:
        return True
    return False


def unlooked(office: Office) -> list[str]:
    """Return the cases on which a decision lies ahead and at which nobody looked as they are today."""
    return _unlooked(office, _ahead(office))


def look_ahead(office: Office) -> Done:
    """Look at those cases, so that whoever opens one finds what the checks say."""
    key, ahead = _same_for_all(office), _ahead(office)
    found = _unlooked(office, ahead)
    for reference in found:
        with suppress(PitError):  # whoever opens it is told
            look(office, office.register.dossier(reference))
    told = {"key": key, "at": ahead}
    disk.write(office.home.looked_ahead, json.dumps(told).encode(), mode=0o600)
    return Done(reference="tests", what=f"looked at {len(found)}" if found else "")


def _ahead(office: Office) -> dict[str, str]:
    """Return the newest entry of each case on whose test a decision lies ahead."""
    rows = (row for stage in (Stage.DRAFTING, *ROLE_AT) for row in office.catalogue.at(stage))
    return {row.reference: row.last_entry for row in rows if row.document == TEST.name}


def _unlooked(office: Office, ahead: Mapping[str, str]) -> list[str]:
    known: dict[str, str] = {}
    with suppress(OSError, ValueError, LookupError, TypeError, AttributeError):
        kept = object_of(office.home.looked_ahead.read_bytes())
        known = dict(kept["at"]) if kept["key"] == _same_for_all(office) else known
    return [reference for reference, entry in ahead.items() if known.get(reference) != entry]


def _same_for_all(office: Office) -> str:
    policy = office.register.policy()
    known = (office.today(), policy.register, policy.version, sys.version, software())
    return hashlib.sha256(repr(known).encode()).hexdigest()


def _looked_anew(office: Office, dossier: Dossier) -> Looked:
    from flows.casework.checking import draft_of  # noqa: PLC0415 - the text and the vault, for a draft alone
    from flows.domain.checks.ruleset import check  # noqa: PLC0415 - the rules, as above

    draft = draft_of(office, dossier, reading=True)
    found = check(draft)
    words = {each.place: draft.words[each.place] for each in found if each.span and each.place in draft.words}
    return Looked(findings=found, words=words)


def _finding(kept: dict[str, Any]) -> Finding:
    span = kept["span"] and tuple(kept["span"])
    return Finding(**{**kept, "severity": Severity(kept["severity"]), "span": span})


def _key(office: Office, dossier: Dossier) -> str:
    """Return a digest of everything on which the findings depend."""
    case, policy, newest = dossier.case, dossier.policy, dossier.newest
    files = (dossier.line.node(newest, f"{case.folder}/{path}") for path in _READ)
    keys = (office.home.wrapping, office.home.case_keys / f"{case.recipient}.age")
    known = (
        *(office.today(), policy.register, policy.version, policy.rules, sys.version),
        *(policy.holidays, policy.closures),
        *(case.reference, case.received, case.recipient, case.regime, case.life.events),
        *files,
        *map(_mark, keys),
        software(),
    )
    return hashlib.sha256(repr(known).encode()).hexdigest()


_READ = (REQUEST, SEALED_REQUEST, ASSESSMENT, DOCUMENT)


@cache
def software() -> str:
    """Return a digest that changes with any file of the software, and with what is installed beside it.

    Asked once: a process works with what it began with.
    """
    return hashlib.sha256(repr([*_software()]).encode()).hexdigest()


def _software() -> Iterator[object]:
    for root in (Path(__file__).parents[1], folder("templates")):
        for path in sorted(root.rglob("*")):
            if path.suffix != ".pyc" and path.name != "__pycache__":
                yield path, _mark(path)
    yield _mark(Path(sysconfig.get_path("purelib")))


def _mark(path: Path) -> object:
    try:
        found = path.stat()
    except OSError as error:
        return error.errno
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns

"""The people of an office, each with a key and a certificate: they write, review and sign off what waits.

Started with a JSON object as its one argument: the folder of each person by their id, how the registrar is
asked by each, if it is, and how many cases there are to be. It ends when all of them are signed off.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from flows.casework import acts, drafts
from flows.casework.acts import Officer, Wish
from flows.casework.office import Office
from flows.domain.acts import APPROVE, SUBMIT
from flows.domain.documents import TEST
from flows.domain.errors import PitError
from flows.domain.procedure import Stage
from flows.files import folder
from flows.home import Home
from flows.register import signature
from flows.registrar.address import Address

if TYPE_CHECKING:
    from flows.catalogue.rows import Row

_EXAMPLE: Final = "4593_26"
_LOOK_SECONDS: Final = 1.0
_PAST: Final = frozenset({Stage.PUBLICATION, Stage.PUBLISHED})
_GATES: Final = {"legal-reviewer": Stage.LEGAL_REVIEW, "sign-off-officer": Stage.BALANCING}


def _assessment(reference: str) -> bytes:
    text = (folder("cases") / _EXAMPLE / "assessment.yaml").read_text(encoding="utf-8")
    return text.replace(f"reference: {_EXAMPLE}", f"reference: {reference}", 1).encode()


def _act(office: Office, officer: Officer, row: Row) -> None:
    if officer.id == "foi-officer" and row.stage == Stage.DRAFTING:
        version = row.version
        if version == 1:  # what the machine began
            drafts.draft(office, officer, row.reference, _assessment(row.reference), "The patrol plan.\n")
            version = 2
        wish = Wish(kind=SUBMIT, reference=row.reference, document=TEST.name, version=version)
        acts.act(office, officer, wish)
    gate = _GATES.get(officer.id)
    if gate and row.stage == gate:
        wish = Wish(kind=APPROVE, reference=row.reference, document=TEST.name, gate=gate, version=row.version)
        acts.act(office, officer, wish)


def _work(person: str, given: dict[str, Any], cases: int) -> None:
    root = Path(given["home"])
    address = None
    if "EQUIPOISE_REGISTRAR" in given:
        address = Address(
            text=given["EQUIPOISE_REGISTRAR"],
            authority=Path(given["EQUIPOISE_REGISTRAR_CA"]),
            certificate=Path(given["EQUIPOISE_REGISTRAR_CERT"]),
            key=Path(given["EQUIPOISE_REGISTRAR_KEY"]),
        )
    officer = Officer(id=person, signer=signature.load(root / "keys" / "officers" / person))
    with Office(Home(root, address)) as office:
        while True:
            try:
                rows = office.catalogue.cases()
                for row in rows:
                    _act(office, officer, row)
                if len(rows) == cases and all(row.stage in _PAST for row in rows):
                    return
            except PitError as error:
                print(f"{time.strftime('%H:%M:%S')} {person}: {error}", flush=True)  # noqa: T201 - kept
            time.sleep(_LOOK_SECONDS)


def main() -> None:
    given = json.loads(sys.argv[1])
    threads = [
        threading.Thread(target=_work, args=(person, how, given["cases"]))
        for person, how in given["people"].items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()

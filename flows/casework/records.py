"""Scheduling the records that were found: what is given is looked through, sealed, and listed in a letter."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from flows.casework import acts, checking, drafts, texts
from flows.casework.acts import Wish
from flows.casework.sealed import archive
from flows.domain.acts import DRAFT
from flows.domain.acts.records import RECORDS
from flows.domain.decide import refusals
from flows.domain.documents import SCHEDULE
from flows.domain.edition import documents_of
from flows.domain.errors import Fault, MalformedError
from flows.domain.provisions import provisions
from flows.domain.records import LIST, record_faults
from flows.release import look_through
from flows.sources.parse import check_reference, parse_records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.casework.acts import Officer, Taken
    from flows.casework.drafts import Drafted
    from flows.casework.office import Office
    from flows.domain.records import Records

_MOST_BYTES: Final = 64 << 20
"""Of all the files that are given."""
_MOST_FAULTS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """Records that are scheduled.

    Attributes:
        schedule: The version of the letter that lists them; None where the rules know no such letter.
    """

    taken: Taken
    schedule: Drafted | None


def schedule(
    office: Office,
    officer: Officer,
    reference: str,
    data: bytes,
    read: Callable[[str], bytes],
    *,
    source: str = LIST,
) -> Scheduled:
    """Record which records were found and what becomes of each, and draft the schedule that lists them.

    Args:
        data: The list, as people write it.
        read: Returns the file of a name in it.

    Raises:
        MalformedError: with every fault of the list, or what is hidden in a file that is to be given.
        RefusedError: the procedure says no.
    """
    dossier = office.register.dossier(reference)
    case, policy = dossier.case, dossier.policy
    found = parse_records(data, rules=texts.RULES, source=source)
    check_reference(found, case.reference, source=source)
    if faults := [*record_faults(found, provisions(case.regime), case.life.events.received)]:
        raise MalformedError(source, *faults)
    described = {f"records[{at}].description": each.description for at, each in enumerate(found.records)}
    if named := checking.applicant(office, dossier).named_in(described):
        raise MalformedError(source, *texts.personal_faults(named))
    listed = SCHEDULE.name in documents_of(policy)
    barred = [*refusals(case, RECORDS, officer.id, policy)]
    barred += refusals(case, DRAFT, officer.id, policy, document=SCHEDULE.name) if listed else []
    for refusal in barred:
        raise refusal
    files = {each.file: read(each.file) for each in found.records if each.file}
    own = frozenset(each.strip() for each in policy.authority.split(";"))
    if faults := [*_hidden(found, files, own)]:
        raise MalformedError(source, *faults[:_MOST_FAULTS])
    facts, before = {"records": found.stated}, case.stated.get(RECORDS.name)
    if (
        listed
        and officer.signer is None
        and (before is not None and (before.actor, before.details) == (officer.id, facts))
    ):
        # Of two acts that are signed elsewhere the first is there; what remains is the schedule.
        _listed(office, officer, reference, found)
    wish = Wish(
        kind=RECORDS,
        reference=reference,
        facts=facts,
        sealed=_archive(found, data, files),
    )
    taken = acts.act(office, officer, wish, on=dossier)
    return Scheduled(taken=taken, schedule=_listed(office, officer, reference, found) if listed else None)


def _hidden(found: Records, files: Mapping[str, bytes], own: frozenset[str]) -> Iterator[Fault]:
    if sum(map(len, files.values())) > _MOST_BYTES:
        yield Fault(path="records", problem=f"their files are larger than {_MOST_BYTES >> 20} MiB together")
        return
    for at, record in enumerate(found.records):
        for each in look_through(record.file, files[record.file], own=own) if record.file else ():
            problem = f"{each.sentence.rstrip('.')} ({each.code} at {each.place}); {each.mend.rstrip('.')}"
            yield Fault(path=f"records[{at}].file", problem=problem)


def _archive(found: Records, data: bytes, files: Mapping[str, bytes]) -> bytes:
    """Return the list and the files by their numbers: the names that people gave them go nowhere."""
    numbered = [
        (f"{each.number:03}{PurePath(each.file).suffix.lower()}", files[each.file])
        for each in found.records
        if each.file
    ]
    return archive([(LIST, data), *numbered])


def _listed(office: Office, officer: Officer, reference: str, found: Records) -> Drafted:
    text = drafts.begin_letter(office, reference, SCHEDULE.name, records=found.records)
    return drafts.draft(office, officer, reference, text.encode(), document=SCHEDULE.name)

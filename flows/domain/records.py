"""The records that were found for a request: what becomes of each, and which pages are exempt and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from flows.domain.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from flows.domain.provisions import Provisions


LIST: Final = "records.yaml"
"""What the list of the records is called, beside those that are given."""


class Status(StrEnum):
    """What becomes of a record."""

    RELEASED = "released"
    REDACTED = "redacted"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exempt:
    """Pages of a record, from the first to the last, that an exemption covers in whole or in part."""

    pages: tuple[int, int]
    provision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record.

    Attributes:
        description: Fit to publish.
        pages: How many it has.
        file: The name of the file that is given; None for one that is withheld.
    """

    number: int
    description: str
    pages: int
    status: Status
    file: str | None
    exemptions: tuple[Exempt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Every record that was found for a request."""

    reference: str
    records: tuple[Record, ...]

    @property
    def stated(self) -> str:
        """The same as an act states it: ``1 released, 2 withheld``."""
        return ", ".join(f"{each.number} {each.status}" for each in self.records)


def given(stated: str) -> str:
    """Return the numbers of the records that are given, of what an act states; empty where none is."""
    found = (each.split(" ") for each in stated.split(", "))
    return ", ".join(number for number, status in found if status != Status.WITHHELD)


def record_faults(found: Records, law: Provisions, on: date) -> Iterator[Fault]:
    """Yield what is wrong with a schedule beyond its form.

    Args:
        on: The day of receipt, for the wording of the Act then in force.
    """
    times = Counter(each.number for each in found.records)
    files = Counter(each.file for each in found.records if each.file)
    for index, record in enumerate(found.records):
        place = f"records[{index}]"
        if times[record.number] > 1:
            yield Fault(path=f"{place}.number", problem="another record has this number")
        if record.file and files[record.file] > 1:
            yield Fault(path=f"{place}.file", problem="another record has this file")
        yield from _status_faults(place, record)
        for at, exempt in enumerate(record.exemptions):
            first, last = exempt.pages
            if not 1 <= first <= last <= record.pages:
                problem = f"pages of this record are 1 to {record.pages}, the first before the last"
                yield Fault(path=f"{place}.exemptions[{at}].pages", problem=problem)
            if law.get(exempt.provision, on) is None:
                problem = "this is no exemption that can be relied on; name its subsection"
                yield Fault(path=f"{place}.exemptions[{at}].provision", problem=problem)


def _status_faults(place: str, record: Record) -> Iterator[Fault]:
    if (record.file is None) != (record.status is Status.WITHHELD):
        problem = "a record that is withheld has no file" if record.file else "name the file that is given"
        yield Fault(path=f"{place}.file", problem=problem)
    if bool(record.exemptions) == (record.status is Status.RELEASED):
        problem = (
            "a record that is released whole has no exemption"
            if record.exemptions
            else "say which pages are exempt, and by which subsection"
        )
        yield Fault(path=f"{place}.exemptions", problem=problem)
    covered = {page for each in record.exemptions for page in range(each.pages[0], each.pages[1] + 1)}
    if (
        record.status is Status.WITHHELD
        and record.exemptions
        and not covered >= {*range(1, record.pages + 1)}
    ):
        problem = f"it is withheld whole, so an exemption is needed for each of its {record.pages} pages"
        yield Fault(path=f"{place}.exemptions", problem=problem)

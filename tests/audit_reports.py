"""A report of an audit that has something of everything."""

from __future__ import annotations

from datetime import UTC, datetime

from flows.desk.cli.audit_page import Compared
from flows.register.report import Administered, ByService, Overridden, Report, Suspected, Witnessed

MADE = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
COMPARED = Compared(repository="copy.git", checkpoint="none", pin="", remembered="", made=MADE)


def full_report(words: str) -> Report:
    """Return a report that has something of everything, in whose texts stand some words."""
    report = Report(
        entries=9,
        cases=2,
        overrides=(
            Overridden(entry=5, case=words, version=1, finding="X06", place=words, person=words),
            Overridden(entry=6, case="B/2", version=2, finding="X07", place="", person="owner"),
        ),
        attested=(ByService(entry=8, case=words, act="assign", person=words),),
        erased=(words,),
        register="a" * 32,
        authority=words,
        fingerprint="b" * 64,
        administrators=(Administered(person=words, since=1, until=4), Administered(person="two", since=3)),
        suspects=(Suspected(person=words, key="c" * 64, since=4, entries=(4, 7)),),
        compared_to=7,
        head="d" * 64,
        root="e" * 64,
        witnessed=[Witnessed(name=words, sequence=7, time=MADE)],
        remarks=[f"entry 3: {words}"],
        not_established=[f"that {words} is so"],
    )
    for number in range(103):
        report.add("E_ROLE", f"entry {number} {words}", f"Somebody {words} did it.")
    report.add("E_FORK", "entry 7", "The entry is not the one the checkpoint was made of.")
    report.sort()
    return report

"""Auditing the home's own register: what each audit found, the stop after one that failed, the checkpoint.

A register that fails its audit is not written any more until an administrator decides (``acts.resume``).
What they decided to go on in spite of is found again by every audit, and stops nothing.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from importlib.metadata import version
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final

from flows import disk
from flows.casework import checkpoints, erasing, kept_lines, papers, published_files, witnesses
from flows.casework.office import Done
from flows.domain.english import in_full, listing
from flows.domain.errors import PitError, RefusedError, TamperedError
from flows.domain.local_day import local_day, local_time
from flows.domain.procedure import Role
from flows.engine.settings import AUDITED_AT
from flows.notices.notice import AuditFailed, WitnessSilent, write_notice
from flows.register.audit import audit
from flows.register.checkpoint import newest_checkpoint, parse_checkpoint, parse_text
from flows.register.report import Report
from flows.register.stop import stop, stopped
from flows.vault.keys import keys_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from flows.casework.office import Office
    from flows.home import Home
    from flows.register.checkpoint import Checkpoint

_MOST_KEPT: Final = 1_000
_ELSEWHERE: Final = (
    "The register is not on this machine, so it was not audited; have the worker of the queue home run where "
    "it is, and no other worker take from that queue."
)
UNAUDITED: Final = (
    "Nothing is recorded: the home was restored, and its audit has not ended. Where that was cut off, call "
    "the same `equipoise restore` again: it goes on."
)
"""With what writing is stopped in a home that is restored: its restore audits it, and nobody beside it."""
NIGHTS: Final = 3
"""Without a cosignature of a witness, before somebody is told."""
# From one weekly run to the next, with some hours for a run that began late.
_LATELY: Final = timedelta(days=6, hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """One audit of the register, as the home keeps it.

    Attributes:
        time: UTC.
        entries: How many there were.
        findings: Code and place of each; none for an audit that passed.
        whole: Whether every text, submission and paper was looked into, and not the latest alone.
        release: Of the software.
        validated: What passed, in the form of a checkpoint without signatures; empty where it failed.
        uncosigned: The witnesses that were asked and cosigned nothing.
    """

    time: datetime
    entries: int
    findings: tuple[str, ...]
    whole: bool = True
    release: str = ""
    validated: str = ""
    uncosigned: tuple[str, ...] = ()


def audit_register(office: Office) -> Done:
    """Audit the register against its newest checkpoint; write the next if it passes and has grown.

    What acts brought is looked into once: what an audit of this home and this release passed is followed
    and hashed again the next night, and looked into again after a week.

    Raises:
        TamperedError: it fails. From then on nothing is recorded.
        RefusedError: the register is elsewhere; that nothing is here says nothing of it. Or its restore has
            not ended, and audits it.
    """
    if office.home.registrar and not office.home.register.is_dir():
        raise RefusedError(_ELSEWHERE)
    if stopped(office.home.register) == UNAUDITED:
        raise RefusedError(UNAUDITED)
    # Where that cannot be, the audit finds the key, or what is wrong with the register.
    with suppress(PitError), office.taking_in():
        erasing.finish(office)
    audits = _audits(office.home)
    looked_into = _validated(audits) if _looked_into_lately(audits, office.now()) else None
    newest, unreadable = newest_checkpoint(office.home.checkpoints)
    found = _audited(office, newest, looked_into)
    if found.undecided:
        # The machine may have been short of something for a moment; what stops all work is looked at twice.
        found = _audited(office, newest, looked_into)
    kept = parse_checkpoint(newest)[0] if newest else None
    if kept and kept.root == found.root:
        found.vault = kept.vault  # one text for each number of entries: that is what witnesses cosigned
    asked = witnesses.ask(office, found) if not found.undecided else witnesses.Asked()
    findings = tuple(found.named)
    undecided = found.undecided
    if undecided:
        first = f"{undecided[0]}{f' and {len(undecided) - 1} more' if undecided[1:] else ''}"
        stop(
            office.home.register,
            f"Nothing is recorded: the register failed its audit of {in_full(office.today())} with {first}; "
            "`equipoise audit` tells more, and an administrator decides with `equipoise resume`.",
        )
    audited = Audited(
        time=office.now(),
        entries=found.entries,
        findings=findings,
        whole=looked_into is None,
        release=version("equipoise"),
        validated=found.checkpoint.text() if found.passes else "",
        uncosigned=asked.silent,
    )
    _keep(office.home, audited)
    if undecided:
        _tell(office, findings)
        raise TamperedError(
            f"The register fails its audit with {first}. Nothing more is recorded until an administrator "
            "decides; `equipoise audit` tells more."
        )
    _tell_of_silence(office)
    beside = Report(papers=found.papers)
    published_files.compare(office.home.published, beside)
    if beside.findings:
        # The register is not in question, so it is written on.
        _tell(office, tuple(beside.named))
    told = [*beside.named, *(f"checkpoint {name} cannot be read and was passed over" for name in unreadable)]
    path = checkpoints.path_of(office.home, found.entries)
    if path.name in unreadable or not path.exists():
        checkpoints.keep(office, found.checkpoint)
        known = f", but for {found.counts.total()} findings that were decided on" if found.findings else ""
        told.append(f"{found.entries} entries pass the audit{known}; checkpoint {path.name} written")
    if asked.lines:
        checkpoints.keep_cosigned(office, found.checkpoint, asked.lines)
        told.append(f"cosigned by {listing([line.name for line in asked.lines])}")
    told += asked.remarks
    return Done(reference="register", what="; ".join(told))


def _audited(office: Office, newest: str | None, looked_into: Checkpoint | None) -> Report:
    return audit(
        office.home.register,
        check_brought=papers.check,
        now=office.now(),
        checkpoint=newest,
        looked_into=looked_into,
        keys=partial(keys_in, office.home.case_keys),
        openings=office.home.vault_opened,
    )


def note_restored(home: Home, report: Report, now: datetime) -> None:
    """Keep what the audit of a restored register found, on which an administrator may decide."""
    findings, validated = tuple(report.named), report.checkpoint.text() if report.passes else ""
    audited = Audited(
        time=now,
        entries=report.entries,
        findings=findings,
        release=version("equipoise"),
        validated=validated,
    )
    _keep(home, audited)


def last_audit(home: Home) -> Audited | None:
    """Return the newest audit of the home's register; None while there is none."""
    return next(iter(_audits(home)[-1:]), None)


def silent_witnesses(home: Home) -> dict[str, datetime]:
    """Return the witnesses that cosigned nothing for some nights, each with the first audit that met none."""
    audits = _audits(home)[::-1]
    found = {name: _since(name, audits) for name in (audits[0].uncosigned if audits else ())}
    return {name: nights[-1] for name, nights in found.items() if len({*map(local_day, nights)}) >= NIGHTS}


def _since(witness: str, audits: Iterable[Audited]) -> list[datetime]:
    """Return when the audits were, the newest first, since which a witness cosigned nothing."""
    return [each.time for each in takewhile(lambda each: witness in each.uncosigned, audits)]


def _tell_of_silence(office: Office) -> None:
    for name, since in silent_witnesses(office.home).items():
        silent = WitnessSilent(witness=name, since=local_day(since), nights=NIGHTS)
        if not office.outbox.has_told(silent):
            office.outbox.tell(write_notice(silent, office.register.policy().holders(Role.ADMINISTRATOR)))


def missed(office: Office) -> bool:
    """Tell whether the register was not audited when it last should have been, as when nothing ran then."""
    if not office.home.register.is_dir():
        return False  # it is another's, who audits it
    if stopped(office.home.register) == UNAUDITED:
        return False
    now = local_time(office.now())
    due = now.replace(hour=AUDITED_AT, minute=0, second=0, microsecond=0)
    last = last_audit(office.home)
    return last is None or last.time < (due if due <= now else due - timedelta(days=1))


def _tell(office: Office, findings: tuple[str, ...]) -> None:
    failed = AuditFailed(on=office.today(), findings=findings)
    if not office.outbox.has_told(failed):
        office.outbox.tell(write_notice(failed, _told(office)))


def _validated(audits: Sequence[Audited]) -> Checkpoint | None:
    """Return what the last audit that passed validated."""
    for each in reversed(audits):
        with suppress(ValueError):  # where a disk spoilt it, the one before counts
            if each.validated:
                return parse_text(each.validated)
    return None


def _looked_into_lately(audits: Iterable[Audited], now: datetime) -> bool:
    """Tell whether this release looked into everything within the week, and it passed."""
    release = version("equipoise")
    return any(
        each.whole and each.validated and each.release == release and now - each.time < _LATELY
        for each in audits
    )


def _keep(home: Home, audited: Audited) -> None:
    with disk.locked(home.state / "audits.lock"):
        rows, lost = _read(home)
        _write(home, [*rows, audited], lost)


def lost_lines(home: Home) -> int:
    """Return how many lines of the audits of a home cannot be read."""
    return _read(home)[1]


def mend(home: Home) -> None:
    """Leave the audits that can be read, and put the file aside as it was."""
    with disk.locked(home.state / "audits.lock"):
        _write(home, *_read(home))


def _write(home: Home, audits: Sequence[Audited], lost: int) -> None:
    rows = (asdict(each) | {"time": each.time.isoformat()} for each in audits[-_MOST_KEPT:])
    kept_lines.write(home.audits, rows, home.mended, lost=lost)


def _audits(home: Home) -> list[Audited]:
    """Return the audits of a home, oldest first, as far as they can be read."""
    return _read(home)[0]


def _read(home: Home) -> tuple[list[Audited], int]:
    return kept_lines.read(home.audits, _row)


def _row(row: dict[str, Any]) -> Audited:
    lists = {name: _texts(row.get(name, [])) for name in ("findings", "uncosigned")}
    _texts([row.get(name, "") for name in ("release", "validated")])
    time = datetime.fromisoformat(row["time"])
    if type(row["entries"]) is not int or type(row.get("whole", True)) is not bool or time.tzinfo is None:
        raise ValueError("no audit")
    return Audited(**{**row, **lists, "time": time})


def _texts(given: object) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise TypeError("no list of texts")
    return tuple(given)


def _told(office: Office) -> set[str]:
    """Return who is told of a failed audit."""
    try:
        policy = office.register.policy()
    except PitError:
        return set()  # the policy itself may be what cannot be read
    return {*policy.holders(Role.ADMINISTRATOR), *policy.holders(Role.AUDITOR)}

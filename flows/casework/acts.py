"""What people do, one function per act.

Each reads the case, states the act, lets the procedure judge it, has it signed by the person's own
key, and appends it. Nothing else changes: what follows from an act is a flow's business.
"""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from flows import disk
from flows.casework import papers as paper
from flows.casework.checking import arrived, findings
from flows.document.markdown import prose_faults
from flows.domain.act import Act
from flows.domain.amendment import add_holiday as with_holiday
from flows.domain.amendment import add_officer as with_officer
from flows.domain.amendment import change_desk as with_desk
from flows.domain.amendment import change_theme as with_theme
from flows.domain.amendment import remove_holiday as without_holiday
from flows.domain.amendment import revoke_officer as without_officer
from flows.domain.checks.ruleset import VERSION, blocking
from flows.domain.errors import (
    Fault,
    IncompleteError,
    MalformedError,
    MissingReasonError,
    RefusedError,
    RegisterMovedError,
    WrongStageError,
)
from flows.domain.noted import note
from flows.domain.policy import SERVICE, Person, Proclaimed, parse_person
from flows.domain.procedure import (
    ASSESSMENT,
    DECIDED_ON,
    DOCUMENT,
    REQUEST,
    ROLE_AT,
    ActKind,
    Role,
    Stage,
)
from flows.domain.request_file import parse_request_file
from flows.home import local_day
from flows.register.roster import allowed_signers, write_policy
from flows.register.statement import POLICY
from flows.sources.parse import personal_details_in

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import date, datetime

    from flows.casework.office import Office
    from flows.domain.case import Case
    from flows.domain.finding import Finding
    from flows.domain.policy import Policy
    from flows.domain.theme import Theme
    from flows.domain.working_days import Holiday
    from flows.register.line import Recorded
    from flows.register.signature import Signer

_ATTEMPTS: Final = 5

LONGEST_REASON: Final = 10_000
"""Characters of a reason or a comment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """Who acts, and what signs for them."""

    id: str
    signer: Signer


def draft(
    office: Office,
    officer: Officer,
    reference: str,
    data: bytes,
    summary: str | None = None,
    *,
    source: str = ASSESSMENT,
) -> Recorded | None:
    """Record a new version of the assessment; None where nothing would change.

    Args:
        data: The assessment as written.
        summary: What was asked, fit to publish; None leaves it as it is.
        source: What faults of the assessment are told of.

    Raises:
        MalformedError: with every fault of the assessment.
    """
    _check_entitled(office, officer, Role.FOI_OFFICER, ActKind.DRAFT)
    case = office.register.case(reference)
    request = parse_request_file(office.register.read(reference, REQUEST).decode())
    request = replace(request, reference=case.reference, received=case.received)
    if summary is not None:
        request = replace(request, summary=_summary(summary))
    assessment = paper.read_assessment(data, case.reference, source=source)
    as_arrived = arrived(office, case)
    personal = paper.personal_details(as_arrived, request, assessment)
    if personal:
        raise MalformedError(source, *paper.personal_faults(personal))
    files = paper.version_files(request, assessment, data)
    if paper.personal_details_read(as_arrived, files[DOCUMENT].decode()):
        raise MalformedError(source, *paper.personal_faults(["the text made of it"]))
    if case.version and all(office.register.read(reference, path) == files[path] for path in files):
        return None
    return _record(
        office, officer, ActKind.DRAFT, reference, Role.FOI_OFFICER, files=files, version=case.version + 1
    )


def submit(office: Office, officer: Officer, reference: str, version: int) -> Recorded:
    """Put the current version before the first gate.

    Raises:
        IncompleteError: a check found what stops it.
    """
    _check_entitled(office, officer, Role.FOI_OFFICER, ActKind.SUBMIT)

    def checked(case: Case) -> Mapping[str, str]:
        if case.stage is not Stage.DRAFTING or case.version != version:
            return {"rules": VERSION}  # done before, or to be refused
        found = findings(office, case)
        _check_nothing_stops(case, found)
        noted = note(found)
        return {"rules": VERSION, "findings": noted} if noted else {"rules": VERSION}

    return _record(
        office, officer, ActKind.SUBMIT, reference, Role.FOI_OFFICER, version=version, details=checked
    )


def override(
    office: Office, officer: Officer, reference: str, *, finding: str, place: str, version: int, reason: str
) -> Recorded:
    """Let a version be submitted in spite of a finding, with the reason.

    Raises:
        RefusedError: there is no such finding, or it is not one that can be overridden.
    """
    _check_entitled(office, officer, Role.SIGN_OFF_OFFICER, ActKind.OVERRIDE)
    case = office.register.case(reference)
    if not reason.strip():
        raise MissingReasonError(case.reference, act=ActKind.OVERRIDE)

    def checked(case: Case) -> Mapping[str, str]:
        if case.stage is Stage.DRAFTING and case.version == version:
            _check_overridable(case, findings(office, case), finding, place)
        return {"finding": finding, "place": place}

    return _record(
        office,
        officer,
        ActKind.OVERRIDE,
        reference,
        Role.SIGN_OFF_OFFICER,
        version=version,
        reason=_reason(office, case, reason),
        details=checked,
    )


def _check_nothing_stops(case: Case, found: Iterable[Finding]) -> None:
    overridden = {(each.finding, each.place) for each in case.overrides}
    stopping = [each for each in blocking(found) if each.final or (each.code, each.place) not in overridden]
    if stopping:
        first = stopping[0]
        raise IncompleteError(
            case.reference, blocking=len(stopping), first=f"{first.sentence} ({first.code} at {first.place})"
        )


def _check_overridable(case: Case, found: Iterable[Finding], finding: str, place: str) -> None:
    named = [each for each in blocking(found) if (each.code, each.place) == (finding, place)]
    if not named:
        raise RefusedError(
            f"No finding {finding} at {place or 'the whole text'} stops version {case.version} of "
            f"{case.reference}; `equipoise show {case.reference}` lists those that do."
        )
    if any(each.final for each in named):
        raise RefusedError(
            f"{finding} is not a matter of opinion and cannot be overridden; the text has to be mended."
        )


def approve(
    office: Office, officer: Officer, reference: str, *, gate: Stage, version: int, comment: str | None = None
) -> Recorded:
    """Approve a version at a gate, by the digests of what it consists of."""
    case = office.register.case(reference)
    read = {path: case.files[path].sha256 for path in DECIDED_ON if path in case.files}
    return _record(
        office,
        officer,
        ActKind.APPROVE,
        reference,
        ROLE_AT[gate],
        gate=gate,
        version=version,
        reason=_reason(office, case, comment),
        details=read,
    )


def return_(
    office: Office, officer: Officer, reference: str, *, gate: Stage, version: int, reason: str
) -> Recorded:
    """Send a version back to drafting, with the reason."""
    return _record(
        office,
        officer,
        ActKind.RETURN,
        reference,
        ROLE_AT[gate],
        gate=gate,
        version=version,
        reason=_reason(office, office.register.case(reference), reason),
    )


def sent(office: Office, officer: Officer, reference: str, *, on: date, by: str) -> Recorded:
    """Record that the published paper was sent; the statutory clock stops on that day."""
    case = office.register.case(reference)
    details = {"on": on.isoformat(), "by": by}
    return _record(
        office, officer, ActKind.SENT, reference, Role.FOI_OFFICER, version=case.version, details=details
    )


def close(office: Office, officer: Officer, reference: str, *, ground: str) -> Recorded:
    """Close a case without a published test."""
    case = office.register.case(reference)
    return _record(
        office,
        officer,
        ActKind.CLOSE,
        reference,
        Role.FOI_OFFICER,
        version=case.version,
        details={"ground": ground},
    )


def add_officer(office: Office, administrator: Officer, person: Person) -> Recorded | None:
    """Authorise a person, or give one other roles or keys; None where nothing would change."""
    parse_person(person.id)
    _check_entitled(office, administrator, Role.ADMINISTRATOR, ActKind.ADD_OFFICER)
    if office.register.policy().people.get(person.id) == person:
        return None
    return _amend(
        office,
        administrator,
        ActKind.ADD_OFFICER,
        {"person": person.id},
        lambda policy, _: with_officer(policy, person),
    )


def revoke_officer(office: Office, administrator: Officer, person: str) -> Recorded:
    """Take a person off the list; what they did before stands."""
    parse_person(person)
    return _amend(
        office,
        administrator,
        ActKind.REVOKE_OFFICER,
        {"person": person},
        lambda policy, _: without_officer(policy, person),
    )


def add_holiday(office: Office, administrator: Officer, holiday: Holiday) -> Recorded | None:
    """Add a bank holiday in those of its nations where it is not known; None where that is none."""
    _check_entitled(office, administrator, Role.ADMINISTRATOR, ActKind.ADD_HOLIDAY)
    known = office.calendar().nations_with(holiday.date)
    nations = tuple(nation for nation in holiday.nations if nation not in known)
    if not nations:
        return None

    def added(policy: Policy, today: date) -> Policy:
        return with_holiday(
            policy,
            Proclaimed(
                date=holiday.date,
                name=unicodedata.normalize("NFC", holiday.name.strip()),
                nations=nations,
                source=unicodedata.normalize("NFC", holiday.source.strip()),
                added=today,
            ),
        )

    details = {"date": holiday.date.isoformat()}
    return _amend(office, administrator, ActKind.ADD_HOLIDAY, details, added)


def remove_holiday(office: Office, administrator: Officer, when: date) -> Recorded:
    """Take the bank holidays back that were added for a day."""
    return _amend(
        office,
        administrator,
        ActKind.REMOVE_HOLIDAY,
        {"date": when.isoformat()},
        lambda policy, _: without_holiday(policy, when),
    )


def change_theme(office: Office, administrator: Officer, theme: Theme) -> Recorded | None:
    """Let papers look as ``theme`` says; None where they do already. What is published stays as it is."""
    _check_entitled(office, administrator, Role.ADMINISTRATOR, ActKind.CHANGE_THEME)
    if office.register.policy().theme == theme:
        return None
    return _amend(
        office,
        administrator,
        ActKind.CHANGE_THEME,
        {},
        lambda policy, _: with_theme(policy, theme),
    )


def change_desk(office: Office, administrator: Officer, origins: Collection[str]) -> Recorded | None:
    """Let passkeys sign at ``origins`` and nowhere else; None where they do already."""
    _check_entitled(office, administrator, Role.ADMINISTRATOR, ActKind.CHANGE_DESK)
    if set(office.register.policy().rules.desk) == set(origins):
        return None
    return _amend(
        office,
        administrator,
        ActKind.CHANGE_DESK,
        {},
        lambda policy, _: with_desk(policy, origins),
    )


def by_service(
    office: Office,
    kind: ActKind,
    reference: str,
    files: Mapping[str, bytes],
    *,
    time: datetime | None = None,
    **facts: Any,  # noqa: ANN401 - those of an act
) -> Recorded:
    """Record what the machine does."""
    act = Act(
        kind=kind,
        case=reference,
        actor=SERVICE,
        role=Role.SERVICE,
        time=time or office.now(),
        policy=office.register.policy().version,
        **facts,
    )
    return office.register.record(act, files, office.service)


def write_allowed_signers(office: Office) -> None:
    """Export every key that ever was good, for ssh-keygen and git."""
    disk.write(office.home.allowed_signers, allowed_signers(office.register.policies()).encode())


def check_gate(reference: str, gate: str) -> Stage:
    """Return the gate of that name.

    Raises:
        WrongStageError: it is a stage that takes no decisions.
    """
    stage = Stage(gate)
    if stage not in ROLE_AT:
        raise WrongStageError(reference, act="decide", needed=" or ".join(ROLE_AT), found=gate)
    return stage


def _amend(
    office: Office,
    administrator: Officer,
    kind: ActKind,
    details: Mapping[str, str],
    change: Callable[[Policy, date], Policy],
) -> Recorded:
    def attempt() -> Recorded:
        _check_entitled(office, administrator, Role.ADMINISTRATOR, kind)
        time = office.now()
        after = change(office.register.policy(), local_day(time))
        act = Act(
            kind=kind,
            case=POLICY,
            actor=administrator.id,
            role=Role.ADMINISTRATOR,
            time=time,
            policy=after.version - 1,
            version=after.version,
            details=details,
        )
        return office.register.record(act, write_policy(after), administrator.signer)

    recorded = _until_recorded(attempt)
    write_allowed_signers(office)
    return recorded


def _record(
    office: Office,
    officer: Officer,
    kind: ActKind,
    reference: str,
    role: Role,
    *,
    files: Mapping[str, bytes] | None = None,
    version: int,
    gate: Stage | None = None,
    reason: str | None = None,
    details: Mapping[str, str] | Callable[[Case], Mapping[str, str]] | None = None,
) -> Recorded:
    """Record an act; where its ``details`` are found by looking at the case, on that very case alone."""

    def attempt() -> Recorded:
        _check_entitled(office, officer, role, kind)
        case = office.register.case(reference)
        act = Act(
            kind=kind,
            case=case.reference,
            actor=officer.id,
            role=role,
            time=office.now(),
            policy=office.register.policy().version,
            version=version,
            gate=gate,
            reason=reason,
            details=(details(case) if callable(details) else details) or {},
        )
        seen = case.acts if callable(details) else None
        return office.register.record(act, files or {}, officer.signer, seen=seen)

    recorded = _until_recorded(attempt)
    if recorded.new:
        office.wake(office.register.case(reference).stage)
    return recorded


def _until_recorded(attempt: Callable[[], Recorded]) -> Recorded:
    """Try again as long as somebody else writes first, but not for ever."""
    for _ in range(_ATTEMPTS - 1):
        with suppress(RegisterMovedError):
            return attempt()
    return attempt()


def _check_entitled(office: Office, officer: Officer, role: Role, act: ActKind) -> None:
    # The register judges every new act; this refuses also what would be nothing new.
    office.register.policy().require(officer.id, role, act=act)


def _reason(office: Office, case: Case, text: str | None) -> str | None:
    if text is None or not text.strip():
        return None
    text = unicodedata.normalize("NFC", text.strip().replace("\r\n", "\n"))
    if len(text) > LONGEST_REASON:
        problem = f"it has {len(text):,} characters; {LONGEST_REASON:,} are the most"
        raise MalformedError("reason", Fault(path="", problem=problem))
    for unseen in {c for c in text if not (c.isprintable() or c == "\n" or unicodedata.category(c) == "Zs")}:
        name = unicodedata.name(unseen, "a control or unassigned character")
        problem = f"it holds U+{ord(unseen):04X} ({name}), which nobody would see; remove it"
        raise MalformedError("reason", Fault(path="", problem=problem))
    if personal_details_in(arrived(office, case).applicant_terms, {"reason": text}):
        raise MalformedError("reason", *paper.personal_faults([""]))
    return text


def _summary(text: str) -> str:
    text = unicodedata.normalize("NFC", text.strip())
    if not text:
        raise MalformedError("summary", Fault(path="", problem="it has no words"))
    faults = prose_faults(text)
    if faults:
        raise MalformedError("summary", *(Fault(path="", problem=fault) for fault in faults))
    return text

"""Acting: what somebody wishes to do is proposed, signed, and appended; then the next flow is woken.

The signature may be made elsewhere: ``propose`` gives the statement to be signed, ``append`` takes the
signature. ``act`` does both for a signer at hand, and again where somebody else wrote first. Whatever an
act's statement states that no person is asked for is found here, by looking at the case.
"""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from flows import disk, tracing
from flows.casework import consents
from flows.domain.act import Act
from flows.domain.acts import (
    ACTS,
    ADD_CLOSURE,
    ADD_HOLIDAY,
    ADD_OFFICER,
    ADOPT_EDITION,
    APPROVE,
    ASK_CLARIFICATION,
    CHANGE_APPROVALS,
    CHANGE_ATTESTED,
    CHANGE_AUTHORITY,
    CHANGE_BODY,
    CHANGE_DESK,
    CHANGE_LETTERS,
    CHANGE_PATTERN,
    CHANGE_RECOVERY,
    CHANGE_REMINDERS,
    CHANGE_RETENTION,
    CHANGE_SERVICE_KEY,
    CHANGE_THEME,
    CHANGE_THRESHOLD,
    CLARIFIED,
    CLOSE,
    CONFIRM_ERASURE,
    CONFIRM_RECEIPT,
    CORRECT_DAY,
    DAY_SPECIFIED,
    EXTEND,
    FEE_PAID,
    FEES_NOTICE,
    OVERRIDE,
    PUBLISH,
    REMOVE_CLOSURE,
    REMOVE_HOLIDAY,
    RESUME,
    REVIEW_DECIDED,
    REVOKE_OFFICER,
    SENT,
    SUBMIT,
    SUSPECT_KEY,
    WITHDRAW_DRAFT,
    Reason,
)
from flows.domain.acts import policy as amending
from flows.domain.acts.days import days_on_record
from flows.domain.acts.drafting import MADE_WITH, WHOLE, gates_text, is_overridden, stopping
from flows.domain.acts.publishing import records_with
from flows.domain.acts.withdrawing import STANDS, stood
from flows.domain.attested import Attesting
from flows.domain.characters import is_mark, named, visible
from flows.domain.checks import VERSION
from flows.domain.documents import DOCUMENTS, TEST, sealed_with
from flows.domain.edition import edition_of, gates_for
from flows.domain.english import in_full, listing
from flows.domain.errors import (
    Fault,
    IncompleteError,
    MalformedError,
    MissingReasonError,
    PitError,
    RefusedError,
    RegisterMovedError,
    UnchangedError,
    UnknownCaseError,
)
from flows.domain.finding import blocking
from flows.domain.local_day import local_day
from flows.domain.noted import note
from flows.domain.policy import SERVICE, Proclaimed, fingerprint, parse_person
from flows.domain.procedure import ROLE_AT, Role, Stage
from flows.domain.working_days import Closure
from flows.register import signature
from flows.register.entry import AHEAD, LONGEST_DELAY, seconds
from flows.register.roster import allowed_signers, owners, write_policy
from flows.register.signature import CONSENT
from flows.register.statement import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import date, datetime

    from flows.casework.office import Office
    from flows.domain.acts import Kind
    from flows.domain.case import Case
    from flows.domain.finding import Finding
    from flows.domain.letterhead import Letterhead
    from flows.domain.policy import Person, Policy, Recovery
    from flows.domain.theme import Theme
    from flows.domain.working_days import Holiday
    from flows.register.consent import Consent
    from flows.register.dossier import Dossier
    from flows.register.line import Recorded
    from flows.register.register import Proposal
    from flows.register.signature import Signer

T = TypeVar("T")

_ATTEMPTS: Final = 5
_FEWEST_DIGITS: Final = 12
"""Of a fingerprint, in hex, that tell one key from another."""
_ON_THE_CLOCK: Final = frozenset(
    {ASK_CLARIFICATION, CLARIFIED, FEES_NOTICE, FEE_PAID, EXTEND, DAY_SPECIFIED, CONFIRM_RECEIPT}
)
"""Acts that move the clock of a case."""

LONGEST_REASON: Final = 10_000
"""Characters of a reason or a comment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """Who acts, and what signs for them.

    Attributes:
        signer: None where the key is not at hand: what it is to sign is kept, and signed elsewhere.
    """

    id: str
    signer: Signer | None


class ProposedError(PitError):
    """Not a failure: the act waits for a signature that is made elsewhere.

    Attributes:
        proposal: What is to be kept until then, ``proposals.keep``.
    """

    def __init__(self, proposal: Proposal | Consent) -> None:
        self.proposal = proposal
        super().__init__("The act is proposed, and not recorded yet.")


class UnconfirmedError(PitError):
    """Not a failure: a change of the policy waits for another administrator.

    Attributes:
        name: By which it is confirmed.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__("The change is proposed, and not recorded yet: another administrator confirms it.")


class Sealed(bytes):
    """A file that was sealed to the key of its case already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wishes to do to a case.

    Attributes:
        document: The kind of document; empty for an act on the case.
        version: The version they have read, or, of a draft, the one it makes; None for the current one.
        facts: What they state, by name.
        files: What they write, by path in the case's folder.
        sealed: A file that is kept with the act, and sealed to the case's key for that; None without.
    """

    kind: Kind
    reference: str
    document: str = ""
    version: int | None = None
    gate: Stage | None = None
    reason: str | None = None
    facts: Mapping[str, str] | None = None
    files: Mapping[str, bytes] | None = None
    sealed: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An act that is in the register.

    Attributes:
        act: As it was stated.
        case: As it then stands.
    """

    act: Act
    recorded: Recorded
    case: Case


def act(office: Office, officer: Officer, wish: Wish, *, on: Dossier | None = None) -> Taken:
    """Take an act on a case: propose it, sign it, append it.

    Args:
        on: The case, where it was looked at already.

    Raises:
        RefusedError: the procedure says no.
        MalformedError: a fact or a text of it cannot be recorded.
    """

    def attempt(on: Dossier | None = None) -> Taken:
        proposal = propose(office, officer.id, wish, on=on)
        return append(office, proposal, _signature_of(officer, proposal))

    with tracing.span(f"act {wish.kind.name}"):
        with suppress(RegisterMovedError):
            return attempt(on)
        return until_recorded(attempt)


def propose(office: Office, person: str, wish: Wish, *, on: Dossier | None = None) -> Proposal:
    """Return an act bound to its case: the statement that the person is to sign.

    Raises:
        RefusedError, MalformedError: as ``act``.
    """
    dossier = on or office.register.dossier(wish.reference)
    policy, kind = dossier.policy, wish.kind
    at_gate = ROLE_AT[wish.gate] if kind.at_gate and wish.gate else None
    role = at_gate or _role(policy, kind, person)
    # The register judges every new act; this refuses also what would be nothing new.
    policy.require(person, *([at_gate] if at_gate else kind.roles), verb=kind.verb)
    if kind.reason is Reason.MUST and not (wish.reason or "").strip():
        raise MissingReasonError(dossier.case.said(wish.document), verb=kind.verb)
    stated = Act(
        kind=kind,
        case=dossier.case.reference,
        actor=person,
        role=role,
        time=office.now(),
        policy=policy.version,
        document=wish.document,
        version=_version(dossier.case, wish),
        gate=wish.gate,
        reason=as_reason(office, dossier, wish.reason),
        details={**_facts(office, dossier, wish.facts or {}), **_found_out(office, dossier, wish)},
    )
    files = {**(wish.files or {}), **_sealed(office, dossier, wish), **_restored(dossier, wish)}
    proposal = office.register.propose(stated, files, on=dossier)
    if kind in _ON_THE_CLOCK and proposal.case and proposal.case != dossier.case:
        from flows.casework import timing  # noqa: PLC0415 - the law and the calendar, for these acts alone

        timing.check(office, dossier, stated, proposal.case)
    if kind == REVIEW_DECIDED and proposal.case and proposal.case != dossier.case:
        from flows.casework import checking  # noqa: PLC0415 - for a letter alone

        checking.check_outcome(office, dossier, stated.details["outcome"])
    return proposal


def _sealed(office: Office, dossier: Dossier, wish: Wish) -> Mapping[str, bytes]:
    """Return the file that is kept with an act, sealed, so that its words are nowhere in clear."""
    if wish.sealed is None:
        return {}
    case = dossier.case
    path = sealed_with(case.acts + 1, wish.kind.name)
    if isinstance(wish.sealed, Sealed):
        return {path: bytes(wish.sealed)}
    return {path: office.sealing.seal(case.recipient, wish.sealed)}


def _restored(dossier: Dossier, wish: Wish) -> Mapping[str, bytes]:
    """Return the files of the version that stands again once what was drafted after it is withdrawn."""
    published = dossier.last(PUBLISH, document=wish.document) if wish.kind == WITHDRAW_DRAFT else None
    if published is None:
        return {}
    return {path: dossier.read(path, at=published) for path in stood(dossier.case, wish.document)}


def append(office: Office, proposal: Proposal, armoured: str) -> Taken:
    """Append a proposal with its signature, made here or elsewhere, and wake the flow that comes next.

    Raises:
        RegisterMovedError: somebody wrote first; what is to be signed is now another statement.
        NotEntitledError: the signature is not by a key of the person who acts.
    """
    recorded = office.register.append(proposal, armoured, now=seconds(office.now()))
    stated = proposal.statement.act
    if stated.kind == CONFIRM_ERASURE:
        from flows.casework import erasing  # noqa: PLC0415 - the sources and the vault, for this act alone

        with office.taking_in():
            erasing.finish(office)
    case = (recorded.new and proposal.case) or office.register.dossier(stated.case).case
    if recorded.new:
        office.wake(case.stage(stated.document or TEST.name))
    return Taken(act=stated, recorded=recorded, case=case)


def _signature_of(officer: Officer, proposal: Proposal) -> str:
    if officer.signer is None:
        raise ProposedError(proposal)
    return proposal.signed_by(officer.signer)


def by_service(
    office: Office,
    kind: Kind,
    reference: str,
    files: Mapping[str, bytes],
    *,
    time: datetime | None = None,
    **facts: Any,  # noqa: ANN401 - those of an act
) -> Recorded:
    """Record what the machine does."""
    stated = Act(
        kind=kind,
        case=reference,
        actor=SERVICE,
        role=Role.SERVICE,
        time=time or office.now(),
        policy=office.register.policy().version,
        **facts,
    )
    return office.register.record(stated, files, office.machine)


def _version(case: Case, wish: Wish) -> int:
    if wish.version is not None:
        return wish.version
    return case.document(wish.document).version if wish.document else 0


def _role(policy: Policy, kind: Kind, person: str) -> Role:
    """Return the role in which a person acts: one that they have, where there is a choice."""
    known = policy.people.get(person)
    open_to = sorted(kind.roles - {Role.SERVICE}) or [Role.SERVICE]
    return next((role for role in open_to if known and role in known.roles), open_to[0])


# What a statement states that nobody is asked for ---------------------------------------------------


def _check_letter_still_right(office: Office, dossier: Dossier, wish: Wish) -> None:
    """Check a letter against its case as that is now: since it was submitted the test may have moved on."""
    case, document = dossier.case, wish.document
    is_letter = document in DOCUMENTS and not DOCUMENTS[document].checked
    current = case.document(document).version == _version(case, wish)
    if is_letter and current and case.stage(document) is wish.gate:
        from flows.casework import checking  # noqa: PLC0415 - for a letter alone

        checking.check_letter(office, dossier, document, verb="approved")


def _found_out(office: Office, dossier: Dossier, wish: Wish) -> Mapping[str, str]:
    case = dossier.case
    if wish.kind == APPROVE:
        _check_letter_still_right(office, dossier, wish)
        read = DOCUMENTS[wish.document].decided_on if wish.document in DOCUMENTS else ()
        return {path: case.files[path].sha256 for path in read if path in case.files}
    if wish.kind in {SUBMIT, OVERRIDE}:
        return _checks(office, dossier, wish)
    facts = wish.facts or {}
    if wish.kind == WITHDRAW_DRAFT:
        paper = case.document(wish.document).paper
        return {STANDS: str(paper.version)} if paper else {}
    if wish.kind == SENT:
        from flows.casework import timing  # noqa: PLC0415 - the law and the calendar, for these acts alone

        numbers = records_with(case, wish.document) if wish.document in DOCUMENTS else ""
        going = {"records": numbers} if numbers else {}
        return {**timing.late(office, dossier, wish.document, facts), **going}
    if wish.kind == CORRECT_DAY:
        return _whose_day(office, dossier, wish)
    original = facts.get("original")
    if wish.kind == CLOSE and original and office.register.find(original) is None:
        raise UnknownCaseError(original)
    return {}


def _whose_day(office: Office, dossier: Dossier, wish: Wish) -> Mapping[str, str]:
    """Return which act states the day that is put right, and when an answer was due that comes out late."""
    case, facts = dossier.case, wish.facts or {}
    found = [each for each in case.life.dated if each.on.isoformat() == facts.get("was")]
    if "act" in facts:
        found = [each for each in found if str(each.act) == facts["act"]]
    said = case.stated.get(CORRECT_DAY.name)
    if not found and said and all(said.details.get(name) == text for name, text in facts.items()):
        return said.details  # it was put right, and this is the same again
    if not case.life.dated:
        return {}
    if len(found) != 1:
        how = "say which of them with --act" if found else "name the wrong day as it is there"
        raise RefusedError(f"On record of {case.reference} are {days_on_record(case)}; {how}.")
    from flows.casework import timing  # noqa: PLC0415 - the law and the calendar, for these acts alone

    one = found[0]
    due = timing.missed(office, dossier, facts.get("on", "")) if one.answers else {}
    return {"act": str(one.act), **due}


def _checks(office: Office, dossier: Dossier, wish: Wish) -> Mapping[str, str]:
    """Run the checks on what is submitted, or freed from a finding, and return what is recorded of them."""
    case = dossier.case
    # What was done before, or is to be refused, need not be checked again.
    current = case.document(wish.document).version == _version(case, wish)
    known = wish.document in DOCUMENTS
    checked = known and DOCUMENTS[wish.document].checked
    drafted = known and current and case.stage(wish.document) is Stage.DRAFTING
    to_check = drafted and checked
    found: tuple[Finding, ...] = ()
    if drafted:
        from flows.casework import checking  # noqa: PLC0415 - the rules and the text, for these acts alone

        if checked:
            found = checking.findings(office, dossier)
        elif wish.kind == SUBMIT:
            checking.check_letter(office, dossier, wish.document)
    if wish.kind == OVERRIDE:
        if to_check:
            _check_overridable(case, found, wish)
        return {}
    _check_nothing_stops(case, wish.document, found)
    noted = note(found)
    return {
        "gates": gates_text(gates_for(dossier.policy, wish.document)),
        **({"rules": VERSION} if checked else {}),
        **_made_with(dossier.policy, checked=checked),
        **({"findings": noted} if noted else {}),
    }


def _made_with(policy: Policy, *, checked: bool) -> Mapping[str, str]:
    """Return what made the text that is submitted: the checks compared it with what is made here."""
    if not checked or edition_of(policy).nameless:
        return {}
    from flows.document.releases import texts_made_with  # noqa: PLC0415 - the law, for this act alone

    return {MADE_WITH: texts_made_with()}


def _check_nothing_stops(case: Case, document: str, found: Iterable[Finding]) -> None:
    if left := stopping(case, document, found):
        code, place, sentence = left[0].code, left[0].place or WHOLE, left[0].sentence
        first = f"{sentence.rstrip('.')} ({code} at {place})."
        raise IncompleteError(case.reference, blocking=len(left), first=first)


def _check_overridable(case: Case, found: Iterable[Finding], wish: Wish) -> None:
    facts = wish.facts or {}
    finding, place = facts.get("finding", ""), facts.get("place", "")
    of_code = [
        each
        for each in blocking(found)
        if each.code == finding
        and (each.place == place or not is_overridden(case, wish.document, finding, each.place))
    ]
    named = [each for each in of_code if each.place == place]
    stops = f"stops version {_version(case, wish)} of {case.reference}"
    if not of_code:
        raise RefusedError(
            f"No finding {finding} {stops}; `equipoise show {case.reference}` lists those that do."
        )
    if any(each.final for each in named or of_code):
        raise RefusedError(
            f"{finding} is not a matter of opinion and cannot be overridden; the text has to be mended."
        )
    if not named:
        places = listing(dict.fromkeys(each.place or WHOLE for each in of_code))
        raise RefusedError(
            f"{finding} {stops} at {places}, and not at {place or WHOLE}; name one such place."
        )


def as_reason(office: Office, dossier: Dossier, text: str | None) -> str | None:
    """Return a reason or a comment as the register keeps it; None for none.

    Raises:
        MalformedError: it is too long, has what nobody would see, or tells who asked.
    """
    text = tidy_reason(text or "")
    _check_names_nobody(office, dossier, {"reason": text} if text else {})
    return text or None


def _facts(office: Office, dossier: Dossier, facts: Mapping[str, str]) -> Mapping[str, str]:
    """Return what is stated; what has several words may tell who asked, as a reason may."""
    _check_names_nobody(office, dossier, {name: text for name, text in facts.items() if " " in text})
    return facts


def _check_names_nobody(office: Office, dossier: Dossier, said: Mapping[str, str]) -> None:
    if not said:
        return
    from flows.casework import checking, texts  # noqa: PLC0415 - for an act with words alone

    for name in checking.applicant(office, dossier).named_in(said):
        raise MalformedError(name, *texts.personal_faults([""]))


def tidy_reason(text: str) -> str:
    """Return a reason as the register keeps it."""
    text = unicodedata.normalize("NFC", text.strip().replace("\r\n", "\n"))
    if len(text) > LONGEST_REASON:
        problem = f"it has {len(text):,} characters; {LONGEST_REASON:,} are the most"
        raise MalformedError("reason", Fault(path="", problem=problem))
    for strange in {c for c, shown in zip(text, visible(text), strict=True) if c != shown}:
        why = "where no mark can be read" if is_mark(strange) else "which nobody would see"
        problem = f"it has {named(strange)}, {why}; remove it"
        raise MalformedError("reason", Fault(path="", problem=problem))
    return text


# Acts on the policy ---------------------------------------------------------------------------------


def add_officer(office: Office, administrator: Officer, person: Person) -> Recorded | None:
    """Authorise a person, or give one other roles or keys; None where nothing would change."""
    parse_person(person.id)
    return _amend(
        office,
        administrator,
        ADD_OFFICER,
        {"person": person.id},
        lambda policy, _: amending.add_officer(policy, person),
    )


def revoke_officer(office: Office, administrator: Officer, person: str) -> Recorded | None:
    """Take a person off the list; what they did before stands."""
    parse_person(person)
    details = {"person": person}
    return _amend(
        office,
        administrator,
        REVOKE_OFFICER,
        details,
        lambda policy, _: amending.revoke_officer(policy, person),
    )


def add_holiday(office: Office, administrator: Officer, holiday: Holiday) -> Recorded | None:
    """Add a bank holiday in those of its nations where it is not known; None where that is none."""
    known = office.calendar(office.register.policy()).nations_with(holiday.date)
    nations = tuple(nation for nation in holiday.nations if nation not in known)

    def added(policy: Policy, today: date) -> Policy:
        if not nations:
            raise UnchangedError(f"{in_full(holiday.date)} is known as a bank holiday already.")
        day = Proclaimed(
            date=holiday.date,
            name=_tidy(holiday.name),
            nations=nations,
            source=_tidy(holiday.source),
            added=today,
        )
        return amending.add_holiday(policy, day)

    details = {"date": holiday.date.isoformat()}
    return _amend(office, administrator, ADD_HOLIDAY, details, added)


def remove_holiday(office: Office, administrator: Officer, when: date) -> Recorded | None:
    """Take the bank holidays back that were added for a day."""
    details = {"date": when.isoformat()}
    return _amend(
        office,
        administrator,
        REMOVE_HOLIDAY,
        details,
        lambda policy, _: amending.remove_holiday(policy, when),
    )


def add_closure(
    office: Office, administrator: Officer, first: date, last: date, name: str
) -> Recorded | None:
    """State that there is no session at the school from one day to another."""

    def added(policy: Policy, today: date) -> Policy:
        closure = Closure(first=first, last=last, name=_tidy(name), added=today)
        return amending.add_closure(policy, closure)

    details = {"first": first.isoformat(), "last": last.isoformat()}
    return _amend(office, administrator, ADD_CLOSURE, details, added)


def remove_closure(office: Office, administrator: Officer, first: date) -> Recorded | None:
    """Take back that there is no session, of the time that begins on a day."""
    details = {"first": first.isoformat()}
    return _amend(
        office,
        administrator,
        REMOVE_CLOSURE,
        details,
        lambda policy, _: amending.remove_closure(policy, first),
    )


def _tidy(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip())


def change_theme(office: Office, administrator: Officer, theme: Theme) -> Recorded | None:
    """Let papers look as ``theme`` says; None where they do already. What is published stays as it is."""
    return _amend(
        office,
        administrator,
        CHANGE_THEME,
        {},
        lambda policy, _: amending.change_theme(policy, theme),
    )


def change_letters(office: Office, administrator: Officer, letterhead: Letterhead) -> Recorded | None:
    """Let letters say of the authority what ``letterhead`` does; None where they do already."""
    return _amend(
        office,
        administrator,
        CHANGE_LETTERS,
        {},
        lambda policy, _: amending.change_letters(policy, letterhead),
    )


def change_desk(office: Office, administrator: Officer, origins: Collection[str]) -> Recorded | None:
    """Let passkeys sign at ``origins`` and nowhere else; None where they do already."""
    return _amend(
        office,
        administrator,
        CHANGE_DESK,
        {},
        lambda policy, _: amending.change_desk(policy, origins),
    )


def change_attested(
    office: Office, administrator: Officer, kinds: Collection[str], people: Collection[str]
) -> Recorded | None:
    """Let a sign-in attest acts of some kinds of some people, or with no kind nothing; None where it is so.

    Raises:
        RefusedError: this home has no single sign-on, or no account of one of them.
    """
    from flows.casework import provider  # noqa: PLC0415 - for this act alone

    known = provider.provider(office.home) if kinds else None
    if kinds and known is None:
        raise RefusedError("This home has no single sign-on: sign-on.toml would name the provider.")
    attesting = None
    if known:
        accounts = provider.accounts_of(known, office.register.policy().register, people)
        attesting = Attesting(issuer=known.issuer, kinds=tuple(sorted({*kinds})), accounts=accounts)
    return _amend(
        office,
        administrator,
        CHANGE_ATTESTED,
        {},
        lambda policy, _: amending.change_attested(policy, attesting, ACTS),
    )


def change_body(office: Office, administrator: Officer, body: str) -> Recorded | None:
    """State what kind of authority it is; None where that is stated already."""
    return _amend(
        office,
        administrator,
        CHANGE_BODY,
        {"body": body},
        lambda policy, _: amending.change_body(policy, body),
    )


def change_retention(office: Office, administrator: Officer, months: int) -> Recorded | None:
    """State for how many months a case is kept; None where that is stated already."""
    return _amend(
        office,
        administrator,
        CHANGE_RETENTION,
        {"months": str(months)},
        lambda policy, _: amending.change_retention(policy, months),
    )


def adopt_edition(office: Office, administrator: Officer, edition: int) -> Recorded | None:
    """Let acts be judged by another edition of the procedure; None where they are already."""
    return _amend(
        office,
        administrator,
        ADOPT_EDITION,
        {"edition": str(edition)},
        lambda policy, _: amending.adopt_edition(policy, edition),
    )


def change_approvals(
    office: Office, administrator: Officer, document: str, approvals: str
) -> Recorded | None:
    """Set the approvals that a kind of document needs; None where it needs these already."""
    return _amend(
        office,
        administrator,
        CHANGE_APPROVALS,
        {"document": document, "approvals": approvals},
        lambda policy, _: amending.change_approvals(policy, document, approvals),
    )


def change_pattern(office: Office, administrator: Officer, pattern: str) -> Recorded | None:
    """Set how the next reference is made; None where it is made so already."""
    return _amend(
        office,
        administrator,
        CHANGE_PATTERN,
        {"pattern": pattern},
        lambda policy, _: amending.change_pattern(policy, pattern),
    )


def change_reminders(office: Office, administrator: Officer, days: int) -> Recorded | None:
    """Set how many working days before a day is due people are reminded; None where that is so already."""
    return _amend(
        office,
        administrator,
        CHANGE_REMINDERS,
        {"days": str(days)},
        lambda policy, _: amending.change_reminders(policy, days),
    )


def change_authority(office: Office, administrator: Officer, authority: str) -> Recorded | None:
    """Give the authority another name; None where it has that name. What was written before stays."""
    return _amend(
        office,
        administrator,
        CHANGE_AUTHORITY,
        {"authority": authority},
        lambda policy, _: amending.change_authority(policy, authority),
    )


def change_threshold(office: Office, administrator: Officer, threshold: int) -> Recorded | None:
    """Set how many administrators a change of the policy takes; None where it takes so many already."""
    return _amend(
        office,
        administrator,
        CHANGE_THRESHOLD,
        {"administrators": str(threshold)},
        lambda policy, _: amending.change_threshold(policy, threshold),
    )


def change_recovery(office: Office, administrator: Officer, recovery: Recovery | None) -> Recorded | None:
    """Let a recovery key be in force, in the place of one there is, or none; None where it is so."""
    return _amend(
        office,
        administrator,
        CHANGE_RECOVERY,
        {},
        lambda policy, _: amending.change_recovery(policy, recovery),
    )


def change_service_key(office: Office, administrator: Officer, *, reason: str) -> Recorded | None:
    """Have a new key made for the service, with which it signs from the next entry on.

    It is put in the place of the old one, which is gone then: here, or by whoever opens the home next.

    Raises:
        UnconfirmedError: it is signed, and takes another administrator.
    """
    path = office.home.next_service
    if not path.exists():
        signature.generate(path)
    key = signature.load(path).public
    recorded = _amend(
        office,
        administrator,
        CHANGE_SERVICE_KEY,
        {"key": fingerprint(key)},
        lambda policy, _: amending.change_service_key(policy, key),
        reason=tidy_reason(reason),
    )
    office.take_next_key()
    return recorded


def suspect_key(
    office: Office, administrator: Officer, person: str, digits: str, *, since: int, reason: str
) -> Recorded | None:
    """Let a key sign no more, and have what rests on it since an entry listed by every audit.

    Args:
        digits: The first of its fingerprint, twelve or more.

    Raises:
        RefusedError: the person never had such a key, or has several; or there is no such entry.
    """
    if person != SERVICE:
        parse_person(person)
    wanted = "".join(digits.split()).lower()
    former = owners(office.register.policies())
    marks = {fingerprint(key) for key, owner in former.items() if owner == person}
    found = [mark for mark in marks if mark.startswith(wanted)] if len(wanted) >= _FEWEST_DIGITS else []
    if len(found) != 1:
        raise RefusedError(
            f"{person} never had one key whose fingerprint begins so; {_FEWEST_DIGITS} hex digits or more "
            "are needed, as `equipoise officer list --json` and the desk's page of people have them."
        )
    if since > office.register.tip().entry.sequence:
        raise RefusedError(f"There is no entry {since} yet.")
    known = amending.suspects(said.act for said in office.register.dossier(POLICY).statements)

    def suspected(policy: Policy, _: date) -> Policy:
        if known.get(found[0]) == since:
            raise UnchangedError(f"That key is suspect since entry {since} already.")
        return amending.suspect_key(policy, person, found[0])

    details = {"person": person, "key": found[0], "since": str(since)}
    return _amend(
        office,
        administrator,
        SUSPECT_KEY,
        details,
        suspected,
        reason=tidy_reason(reason),
    )


def resume(office: Office, administrator: Officer, reason: str) -> Recorded | None:
    """Let the register be written again, in spite of what the last audit found, or of entries dated ahead.

    Raises:
        RefusedError: nothing stopped it, no audit found anything on which to decide, or there is no reason.
    """
    from flows.casework import oversight  # noqa: PLC0415 - the audit, for this act alone

    tip, is_stopped = office.register.tip().entry, office.register.stopped()
    if is_stopped and office.register.lift_decided():
        return None  # an administrator decided, and was cut off then
    newest = oversight.kept_beside(office).audit if is_stopped else None
    findings = newest.findings if newest else ()
    if tip.committed > seconds(office.now()) + LONGEST_DELAY:
        findings = tuple(dict.fromkeys((*findings, AHEAD.format(tip.sequence))))
    elif not is_stopped:
        raise RefusedError("Writing was not stopped; there is nothing to resume.")
    elif not findings:
        raise RefusedError(
            "There is nothing to decide on, since the last audit that is kept found nothing and never wrote "
            f"writing-stopped.txt, which says: {is_stopped} Where that names no way on, see to what it says, "
            "and delete it once `equipoise audit` passes."
        )
    return _amend(
        office,
        administrator,
        RESUME,
        {"findings": "; ".join(findings)},
        lambda policy, _: amending.resume(policy),
        reason=tidy_reason(reason),
    )


def _amend(
    office: Office,
    administrator: Officer,
    kind: Kind,
    details: Mapping[str, str],
    change: Callable[[Policy, date], Policy],
    *,
    reason: str | None = None,
) -> Recorded | None:
    """Change the policy; None where nothing would change.

    Raises:
        UnconfirmedError: it is signed, and takes another administrator.
    """

    def attempt() -> Recorded | None:
        time, before = office.now(), office.register.policy()
        before.require(administrator.id, Role.ADMINISTRATOR, verb=kind.verb)
        try:
            after = change(before, local_day(time))
        except UnchangedError:
            write_allowed_signers(office)  # what recorded the change may have been cut off before
            return None
        stated = Act(
            kind=kind,
            case=POLICY,
            actor=administrator.id,
            role=Role.ADMINISTRATOR,
            time=time,
            policy=before.version,
            version=after.version,
            reason=reason,
            details=details,
        )
        if amending.takes_two(before):
            consent = office.register.agreeable(stated, write_policy(after))
            if administrator.signer is None:
                raise ProposedError(consent)
            armoured = administrator.signer.sign(consent.to_bytes(), CONSENT)
            raise UnconfirmedError(consents.keep(office, consent, armoured))
        proposal = office.register.propose(stated, write_policy(after))
        return append_amendment(office, proposal, _signature_of(administrator, proposal))

    return until_recorded(attempt)


def confirm_change(office: Office, administrator: Officer, name: str) -> Recorded:
    """Record a change of the policy that another administrator proposed.

    Raises:
        RefusedError: no such change waits, or it is their own.
        MalformedError: it depends on the day, and was proposed on another.
    """
    found, before = consents.find(office, name), office.register.policy()
    before.require(administrator.id, Role.ADMINISTRATOR, verb=found.consent.act.kind.verb)
    act = found.consent.recorded_by(administrator.id, found.armoured, office.now())
    proposal = office.register.propose(act, found.files)
    return append_amendment(office, proposal, _signature_of(administrator, proposal))


def append_amendment(office: Office, proposal: Proposal, armoured: str) -> Recorded:
    """Append a proposal on the policy with its signature, made here or elsewhere.

    Raises:
        RegisterMovedError, NotEntitledError: as ``append``.
    """
    recorded = office.register.append(proposal, armoured, now=seconds(office.now()))
    write_allowed_signers(office)
    return recorded


def write_allowed_signers(office: Office) -> None:
    """Export every key that ever was good, for ssh-keygen and git."""
    disk.write(office.home.allowed_signers, allowed_signers(office.register.policies()).encode("ascii"))


def until_recorded(attempt: Callable[[], T]) -> T:
    """Try again as long as somebody else writes first, but not for ever.

    Raises:
        RegisterMovedError: somebody did each time.
    """
    for _ in range(_ATTEMPTS - 1):
        with suppress(RegisterMovedError):
            return attempt()
    return attempt()

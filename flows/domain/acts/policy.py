"""Acts on the policy: who may act, which days are bank holidays, how papers look."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from flows.domain.acts.kind import Fact, Kind, On, Reason, a_choice, a_day, a_person, a_text, the_day
from flows.domain.attested import ACCOUNT, ISSUER, against_attested, attestable
from flows.domain.characters import is_line, unseen_fault
from flows.domain.documents import DOCUMENTS, RESPONSE, TEST
from flows.domain.edition import EDITIONS, ONE_PERSON, documents_of, edition_of, latest
from flows.domain.english import in_full
from flows.domain.errors import (
    ConsentError,
    Fault,
    KeylessError,
    KeyOwnerError,
    MalformedError,
    MissingReasonError,
    NotEntitledError,
    RecoveryError,
    RefusedError,
    UnchangedError,
)
from flows.domain.letterhead import letterhead_faults
from flows.domain.policy import (
    BODIES,
    EARLIEST_REMINDER,
    LONGEST_RETENTION,
    SERVICE,
    THRESHOLDS,
    fingerprint,
    one_of,
    parse_origin,
    parse_person,
)
from flows.domain.procedure import Role
from flows.domain.theme import theme_faults
from flows.domain.working_days import NATIONS, named_in_the_act, where

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from flows.domain.act import Act
    from flows.domain.attested import Attesting
    from flows.domain.letterhead import Letterhead
    from flows.domain.policy import Person, Policy, Proclaimed, Recovery, Rules
    from flows.domain.theme import Theme
    from flows.domain.working_days import Closure

LONGEST_NAME: Final = 120
"""Characters of the name of a bank holiday, or of a time without a session."""
LONGEST_SOURCE: Final = 300
"""Characters of where it was proclaimed."""

PROPOSED_BY: Final = "proposed-by"
"""The fact that names the administrator who proposed what another records."""
CONSENT: Final = "consent"
"""The fact that is their signature on it, as an SSHSIG in base64 on one line."""
RECOVERY: Final = "recovery"
"""The fact that is the recovery key's signature on whom it names, written as a consent is."""

_RIGHT_OF_ACCESS: Final = date(2005, 1, 1)
_AHEAD: Final = timedelta(days=5 * 366)
"""A day further ahead is a slip of the pen."""
_SCHOOL: Final = "school"
_SATURDAY: Final = 5


def add_officer(policy: Policy, person: Person) -> Policy:
    """Return the next policy, with ``person`` added or given other roles and keys.

    Raises:
        KeyOwnerError: a key is somebody else's already.
        KeylessError: the person would have none.
        UnchangedError: the person has these roles and keys already.
        RefusedError: the person would have no role or the service's, or the last administrator would be
            gone.
        MalformedError: the id is no person's.
    """
    parse_person(person.id)
    if policy.people.get(person.id) == person:
        raise UnchangedError(f"{person.id} already has these roles and keys.")
    if not person.roles or Role.SERVICE in person.roles:
        raise RefusedError(f"{person.id} needs at least one role, and not the role of the service.")
    for other in policy.people.values():
        if other.id != person.id and set(other.keys) & set(person.keys):
            raise KeyOwnerError(f"That key belongs to {other.id}; each person needs a key of their own.")
    if not edition_of(policy).keyless:
        _check_keys(person)
    return _next(policy, {**policy.people, person.id: person}, changed=person.id)


def _check_keys(person: Person) -> None:
    if not person.keys:
        raise KeylessError(f"{person.id} would have no key; whoever is listed needs one of their own.")


def revoke_officer(policy: Policy, person: str) -> Policy:
    """Return the next policy, without ``person``.

    Raises:
        RefusedError: nobody of that id, the service, or the last administrator.
    """
    if person not in policy.people or person == SERVICE:
        raise RefusedError(f"{person} is not on the list of authorised people.")
    return _next(policy, {id_: p for id_, p in policy.people.items() if id_ != person}, changed=person)


def add_holiday(policy: Policy, day: Proclaimed) -> Policy:
    """Return the next policy, with ``day`` among the bank holidays it adds.

    Raises:
        RefusedError: the policy has added it for one of these nations already.
        MalformedError: it cannot be a bank holiday, or its words cannot stand in the register; with
            every fault.
    """
    faults = tuple(_faults_of(day))
    if faults:
        raise MalformedError("bank holiday", *faults)
    known = [
        nation
        for other in policy.holidays
        if other.date == day.date
        for nation in set(other.nations) & {*day.nations}
    ]
    if known:
        raise RefusedError(f"{in_full(day.date)} was added as a bank holiday {where(sorted(known))} already.")
    holidays = sorted((*policy.holidays, day), key=lambda each: (each.date, each.nations))
    return replace(policy, version=policy.version + 1, holidays=tuple(holidays))


def remove_holiday(policy: Policy, when: date) -> Policy:
    """Return the next policy, without the bank holidays added for ``when``.

    Raises:
        RefusedError: there is none.
    """
    left = tuple(day for day in policy.holidays if day.date != when)
    if left == policy.holidays:
        raise RefusedError(
            f"No bank holiday on {in_full(when)} was added; those of the software's data stay."
        )
    return replace(policy, version=policy.version + 1, holidays=left)


def add_closure(policy: Policy, closure: Closure) -> Policy:
    """Return the next policy, with a time in which there is no session at the school.

    Raises:
        RefusedError: the authority is no school, or has stated one of these days already.
        MalformedError: its days or its name cannot stand in the register; with every fault.
    """
    # SI 2004/3364, regulation 3: of all kinds of authority, days without a session matter to schools alone.
    if policy.rules.body != _SCHOOL:
        raise RefusedError(
            "Days without a session are left out for a school alone; if it is one, state that first with "
            "`equipoise body set school`."
        )
    if faults := (*_faults_of_closure(closure), *_faults_in("name", closure.name, LONGEST_NAME)):
        raise MalformedError("closure", *faults)
    for other in policy.closures:
        if closure.first <= other.last and other.first <= closure.last:
            raise RefusedError(f"That there is no session, {other.words}, was stated already.")
    closures = sorted((*policy.closures, closure), key=lambda each: each.first)
    return replace(policy, version=policy.version + 1, closures=tuple(closures))


def remove_closure(policy: Policy, first: date) -> Policy:
    """Return the next policy, without the time without a session that begins on ``first``.

    Raises:
        RefusedError: there is none.
    """
    left = tuple(each for each in policy.closures if each.first != first)
    if left == policy.closures:
        raise RefusedError(f"No time without a session that begins on {in_full(first)} was stated.")
    return replace(policy, version=policy.version + 1, closures=left)


def change_theme(policy: Policy, theme: Theme) -> Policy:
    """Return the next policy, under which papers look as ``theme`` says.

    Raises:
        UnchangedError: they look so already.
        MalformedError: no paper may look so; with every fault.
    """
    if faults := tuple(theme_faults(theme)):
        raise MalformedError("theme", *faults)
    if theme == policy.theme:
        raise UnchangedError("Papers look like this already.")
    return replace(policy, version=policy.version + 1, theme=theme)


def change_letters(policy: Policy, letterhead: Letterhead) -> Policy:
    """Return the next policy, under which letters say of the authority what ``letterhead`` does.

    Raises:
        UnchangedError: they say so already.
        MalformedError: no letter may say so; with every fault.
    """
    if faults := tuple(letterhead_faults(letterhead)):
        raise MalformedError("letters", *faults)
    if letterhead == policy.letterhead:
        raise UnchangedError("Letters say so already.")
    return replace(policy, version=policy.version + 1, letterhead=letterhead)


def change_desk(policy: Policy, origins: Collection[str]) -> Policy:
    """Return the next policy, under which passkeys sign at ``origins`` and nowhere else.

    Raises:
        UnchangedError: they do so already.
        MalformedError: one of them can be no desk's.
    """
    desk = tuple(sorted({parse_origin(origin) for origin in origins}))
    if desk == policy.rules.desk:
        raise UnchangedError("That is where passkeys sign already.")
    return _with_rules(policy, replace(policy.rules, desk=desk))


def change_attested(policy: Policy, attested: Attesting | None, kinds: Mapping[str, Kind]) -> Policy:
    """Return the next policy, under which a sign-in attests what ``attested`` says and nothing else.

    Args:
        kinds: The table of acts.

    Raises:
        UnchangedError: it does so already.
        MalformedError: it names an act that none attests, nobody, somebody who is not on the list, or what
            can be no provider or account; with every fault.
    """
    if attested and (faults := tuple(_faults_of_attesting(policy, attested, kinds))):
        raise MalformedError("attested", *faults)
    if attested == policy.rules.attested:
        raise UnchangedError("That is what a sign-in attests already.")
    return _with_rules(policy, replace(policy.rules, attested=attested))


def _faults_of_attesting(policy: Policy, attested: Attesting, kinds: Mapping[str, Kind]) -> Iterator[Fault]:
    open_to = [name for name, kind in kinds.items() if attestable(kind)]
    if not attested.kinds or list(attested.kinds) != sorted({*attested.kinds} & {*open_to}):
        problem = f"some of these are needed, in order and each once: {', '.join(sorted(open_to))}"
        yield Fault(path="kinds", problem=problem)
    if not ISSUER.fullmatch(attested.issuer):
        yield Fault(path="issuer", problem="the address of one provider is needed, in up to 200 characters")
    if not attested.accounts:
        yield Fault(path="accounts", problem="the account of one person or more is needed")
    for person, account in attested.accounts.items():
        if person not in policy.people or person == SERVICE:
            yield Fault(path="accounts", problem=f"{person} is not on the list of authorised people")
        if not ACCOUNT.fullmatch(account):
            yield Fault(path="accounts", problem=f"64 hex digits are needed for the account of {person}")
    if len({*attested.accounts.values()}) != len(attested.accounts):
        yield Fault(path="accounts", problem="an account is one person's")


def change_body(policy: Policy, body: str) -> Policy:
    """Return the next policy, under which the authority is of another kind.

    Raises:
        UnchangedError: it is of this kind already.
    """
    if body == policy.rules.body:
        raise UnchangedError("That is the kind of authority already.")
    return _with_rules(policy, replace(policy.rules, body=body))


def change_retention(policy: Policy, months: int) -> Policy:
    """Return the next policy, under which a case is kept for so many months after it ended.

    Raises:
        UnchangedError: it is kept for so long already.
    """
    if months == policy.rules.retention:
        raise UnchangedError("That is how long cases are kept already.")
    return _with_rules(policy, replace(policy.rules, retention=months))


def change_approvals(policy: Policy, document: str, approvals: str) -> Policy:
    """Return the next policy, under which a kind of document needs other approvals.

    What was submitted before passes the approvals that its submission names.

    Raises:
        UnchangedError: it needs these already.
        RefusedError: the edition in force does not have them, or one person would decide on a test or a
            response.
    """
    if approvals not in edition_of(policy).gates:
        raise RefusedError(
            f"Edition {policy.rules.edition} of the procedure has no approvals called {approvals}."
        )
    if approvals == ONE_PERSON and document in {TEST.name, RESPONSE.name}:
        raise RefusedError(
            f"A {document} is decided on by somebody who did not write it; one person is too few."
        )
    if documents_of(policy).get(document) == approvals:
        raise UnchangedError("These are the approvals that it needs already.")
    return _with_rules(policy, replace(policy.rules, gates={**policy.rules.gates, document: approvals}))


def change_pattern(policy: Policy, pattern: str) -> Policy:
    """Return the next policy, under which the next reference is made by another pattern.

    Raises:
        UnchangedError: it is made so already.
    """
    if pattern == policy.rules.reference_pattern:
        raise UnchangedError("References are made like this already.")
    return _with_rules(policy, replace(policy.rules, reference_pattern=pattern))


def change_reminders(policy: Policy, days: int) -> Policy:
    """Return the next policy, under which people are reminded so many working days before a day is due.

    Raises:
        UnchangedError: they are reminded then already.
    """
    if days == policy.rules.chase_within:
        raise UnchangedError("That is when people are reminded already.")
    return _with_rules(policy, replace(policy.rules, chase_within=days))


def change_authority(policy: Policy, authority: str) -> Policy:
    """Return the next policy, under which the authority has another name; what was written under one stays.

    Raises:
        UnchangedError: it has this name already.
    """
    if authority == policy.authority:
        raise UnchangedError("That is the authority's name already.")
    return replace(policy, version=policy.version + 1, authority=authority)


def change_threshold(policy: Policy, threshold: int) -> Policy:
    """Return the next policy, a change of which takes so many administrators.

    Raises:
        UnchangedError: it does already.
        RefusedError: there are not so many who could sign.
    """
    if threshold == policy.rules.threshold:
        raise UnchangedError("A change of the policy takes so many administrators already.")
    return _enough(_with_rules(policy, replace(policy.rules, threshold=threshold)), "There are")


def change_recovery(policy: Policy, recovery: Recovery | None) -> Policy:
    """Return the next policy, under which ``recovery`` names a new administrator, or nothing does.

    Raises:
        UnchangedError: it is so already.
    """
    if recovery == policy.rules.recovery:
        raise UnchangedError("The recovery key is that already, or there is none already.")
    return _with_rules(policy, replace(policy.rules, recovery=recovery))


def recover(policy: Policy, person: Person) -> Policy:
    """Return the next policy, with ``person`` as one more administrator, whom the recovery key names.

    Raises:
        RecoveryError: there is no such key, the person is on the list already, or would be more or less than
            an administrator.
        KeylessError: they would have no key.
        MalformedError: the id is no person's.
    """
    parse_person(person.id)
    if policy.rules.recovery is None:
        raise RecoveryError("This register has no recovery key; only an administrator changes its policy.")
    # So shares put nobody in the place of somebody who decides.
    if person.id in policy.people:
        raise RecoveryError(f"{person.id} is on the list already; shares name somebody who is not.")
    if person.roles != {Role.ADMINISTRATOR}:
        raise RecoveryError(f"Shares make {person.id} an administrator, and nothing else.")
    _check_keys(person)
    return replace(policy, version=policy.version + 1, people={**policy.people, person.id: person})


def change_service_key(policy: Policy, key: str) -> Policy:
    """Return the next policy, under which the service signs with ``key`` and no other.

    The entry of this act is signed with the key before it. Whether the key was somebody's is for the
    register to say.

    Raises:
        UnchangedError: it signs with this one already.
    """
    service = policy.people[SERVICE]
    if service.keys == (key,):
        raise UnchangedError("The service signs with this key already.")
    return _next(policy, {**policy.people, SERVICE: replace(service, keys=(key,))}, changed=SERVICE)


def suspect_key(policy: Policy, person: str, mark: str) -> Policy:
    """Return the next policy, in which a key that is not to be trusted any more is on no list.

    Args:
        person: Whose key it is, or was: who is revoked may have signed before.
        mark: Its fingerprint.

    Raises:
        RefusedError: it is the key of somebody else, or no administrator would have a key left, or the
            service none.
    """
    for other in policy.people.values():
        if other.id != person and mark in map(fingerprint, other.keys):
            raise RefusedError(f"That key is {other.id}'s, not {person}'s.")
    known = policy.people.get(person)
    if known is None:
        return replace(policy, version=policy.version + 1)
    left = replace(known, keys=tuple(key for key in known.keys if fingerprint(key) != mark))
    if person == SERVICE and not left.keys:
        raise RefusedError(
            "The service signs with that key; give it another with `equipoise policy service-key` first."
        )
    after = _next(policy, {**policy.people, person: left}, changed=person)
    if not after.signing_administrators:
        raise RefusedError(
            f"{person} has the last key of an administrator; list another before this one is suspected."
        )
    return after


def suspects(acts: Iterable[Act]) -> dict[str, int]:
    """Return the fingerprint of every key that acts on the policy made suspect, and since which entry."""
    return {
        act.details["key"]: int(act.details["since"]) for act in acts if act.kind.name == SUSPECT_KEY.name
    }


def check_suspect(act: Act, former: Iterable[str]) -> None:
    """Check that a key which an act makes suspect was somebody's.

    Args:
        former: Every key that was ever listed.

    Raises:
        RefusedError: nobody ever had it.
    """
    if act.kind == SUSPECT_KEY and act.details["key"] not in map(fingerprint, former):
        raise RefusedError("No key of that fingerprint was ever on the list.")


def resume(policy: Policy) -> Policy:
    """Return the next policy after a decision to go on, which changes nothing else."""
    return replace(policy, version=policy.version + 1)


def check_amendment(before: Policy | None, act: Act, after: Policy) -> None:
    """Check that ``act``, judged by the policy before it, leads to ``after``.

    Whether the signature fits by which another administrator agreed is for the register to say.

    Raises:
        NotEntitledError: the actor is no administrator under the policy before.
        ConsentError: the policy before asks for two, and the act names no other who agreed.
        RecoveryError: it names an administrator without the recovery key's signature, or as that may not.
        RefusedError: the policy before does not allow the change, or the reason it needs is missing.
        MalformedError: the policy after is not what the act makes of the one before.
    """
    check_proposal(before, act, after)
    if act.kind == RECOVER:
        if RECOVERY not in act.details:
            raise RecoveryError(f"Nothing shows that shares named {act.actor} an administrator.")
    elif before and takes_two(before):
        _check_agreed(before, act)


def judge_of(before: Policy | None, act: Act, after: Policy) -> Policy:
    """Return the policy that lists whoever signs an act on it: the one before.

    But the founding is signed by whom it lists first, and an auditor pins its fingerprint; and whom the
    recovery key names signs with the key that is listed then, beside the signature of that key.
    """
    return after if before is None or act.kind == RECOVER else before


def takes_two(policy: Policy) -> bool:
    """Tell whether a change of ``policy`` takes two administrators."""
    return policy.rules.threshold > 1


def _check_agreed(before: Policy, act: Act) -> None:
    first = act.details.get(PROPOSED_BY)
    if first is None or CONSENT not in act.details:
        raise ConsentError(
            "A change of the policy takes two administrators here; one proposes it and another confirms it."
        )
    if first == act.actor:
        raise ConsentError(f"{first} proposed this change; another administrator has to confirm it.")
    if first not in before.holders(Role.ADMINISTRATOR):
        raise ConsentError(f"{first} agreed to this change, and is no administrator.")


def check_proposal(before: Policy | None, act: Act, after: Policy) -> None:
    """Check all of a change of the policy but that another administrator agreed to it.

    Raises:
        NotEntitledError, RefusedError, MalformedError: as ``check_amendment``.
    """
    judge = before or after
    if judge.rules.edition not in EDITIONS:
        raise _unlike(act)
    kind = edition_of(judge).row(act.kind)
    if kind.amend is None:
        raise _unlike(act)
    # The only administrator that the policy before need not list is whom its recovery key names.
    _check_actor(act, kind, judge_of(before, act, after))
    # The facts of the row and no others, and nothing that only an act on a document has.
    stated = {fact.name for fact in kind.facts}
    wrong = any(fact.fault(act.details.get(fact.name, "")) for fact in kind.facts)
    more = {PROPOSED_BY, CONSENT} if before and takes_two(before) else set()
    more = {RECOVERY} if kind == RECOVER else more
    if wrong or act.details.keys() - more != stated or (act.gate, act.document) != (None, ""):
        raise _unlike(act)
    if kind.reason is Reason.MUST and not (act.reason or "").strip():
        raise MissingReasonError("the register", verb=kind.verb)
    if kind.reason is Reason.NONE and act.reason is not None:
        raise _unlike(act)
    stated_texts = (act.reason or "", *act.details.values())
    if not edition_of(judge).unseen and (problem := unseen_fault(stated_texts)):
        raise MalformedError(f"{act.kind} of the policy", Fault(path="", problem=problem))
    in_force = before.version if before else 0
    if (act.policy, act.version, after.version) != (in_force, in_force + 1, in_force + 1):
        raise _unlike(act)
    if (before is None) != (kind == FOUND) or after != kind.amend(judge, act, after):
        raise _unlike(act)


def _check_actor(act: Act, kind: Kind, judge: Policy) -> None:
    if act.role not in kind.roles:
        raise NotEntitledError(act.actor, verb=kind.verb, needed=one_of(kind.roles))
    judge.require(act.actor, act.role, verb=kind.verb)
    for error in against_attested(act, judge):
        raise error


def _founded(_: Policy, act: Act, after: Policy) -> Policy:
    """Return the first policy, which is whatever the founding states, so far as it makes sense."""
    added = after.holidays or after.closures
    if added or any(theme_faults(after.theme)) or any(letterhead_faults(after.letterhead)):
        raise _unlike(act)
    for person in () if edition_of(after).keyless else after.people.values():
        _check_keys(person)
    return after


def _officer_added(before: Policy, act: Act, after: Policy) -> Policy:
    person = after.people.get(act.details["person"])
    if person is None:
        raise _unlike(act)
    return add_officer(before, person)


def _recovered(before: Policy, act: Act, after: Policy) -> Policy:
    if act.details["person"] != act.actor:
        raise _unlike(act)
    return recover(before, after.people[act.actor])


def _service_changed(before: Policy, act: Act, after: Policy) -> Policy:
    keys = after.people[SERVICE].keys
    if [*map(fingerprint, keys)] != [act.details["key"]]:
        raise _unlike(act)
    return change_service_key(before, keys[0])


def _attesting_changed(before: Policy, _: Act, after: Policy) -> Policy:
    from flows.domain.acts import ACTS  # noqa: PLC0415 - the table, which has this row too

    return change_attested(before, after.rules.attested, ACTS)


def adopt_edition(policy: Policy, edition: int) -> Policy:
    """Return the next policy, under which acts are judged by another edition of the procedure.

    Raises:
        UnchangedError: it is in force already.
        RefusedError: this software does not know it, or it is no later one.
    """
    in_force = policy.rules.edition
    if edition == in_force and edition in EDITIONS:
        raise UnchangedError(f"Edition {in_force} of the procedure is in force already.")
    if edition not in EDITIONS or edition <= in_force:
        later = " or ".join(str(each) for each in sorted(EDITIONS) if each > in_force)
        only = f"only edition {later} can follow" if later else "this software knows no later one"
        raise RefusedError(f"Edition {in_force} of the procedure is in force, and {only}.")
    return _with_rules(policy, replace(policy.rules, edition=edition))


def _added(before: Policy, act: Act, after: Policy) -> Proclaimed:
    new = [day for day in after.holidays if day not in before.holidays]
    if len(new) != 1 or new[0].date != the_day(act.details["date"]):
        raise _unlike(act)
    _check_added(before, act, new[0].added)
    return new[0]


def _closed(before: Policy, act: Act, after: Policy) -> Closure:
    new = [each for each in after.closures if each not in before.closures]
    if [(each.first, each.last) for each in new] != [
        tuple(the_day(act.details[at]) for at in ("first", "last"))
    ]:
        raise _unlike(act)
    _check_added(before, act, new[0].added)
    return new[0]


def _check_added(before: Policy, act: Act, added: date) -> None:
    if added not in edition_of(before).days(act.time):
        # Which cases it moves goes by this day, so it is not the administrator's to choose.
        raise MalformedError(
            f"{act.kind} of the policy",
            Fault(path="calendar.json", problem="the day on which it was added is not the day of the act"),
        )


def _faults_of(day: Proclaimed) -> Iterator[Fault]:
    if day.date < _RIGHT_OF_ACCESS or day.date - day.added > _AHEAD:
        problem = f"a day from {_RIGHT_OF_ACCESS} to five years ahead is needed, not {day.date}"
        yield Fault(path="date", problem=problem)
    elif day.date.weekday() >= _SATURDAY:
        problem = f"{in_full(day.date)} is a {day.date:%A} and does not count anyhow; a weekday is needed"
        yield Fault(path="date", problem=problem)
    elif named_in_the_act(day.date):
        problem = f"{in_full(day.date)} is {named_in_the_act(day.date)} and does not count anyhow"
        yield Fault(path="date", problem=problem)
    if not day.nations or day.nations != tuple(nation for nation in NATIONS if nation in day.nations):
        yield Fault(path="nation", problem=f"one or more of {', '.join(NATIONS)} are needed, each once")
    yield from _faults_in("name", day.name, LONGEST_NAME)
    yield from _faults_in("source", day.source, LONGEST_SOURCE)


def _faults_of_closure(closure: Closure) -> Iterator[Fault]:
    if closure.last < closure.first:
        problem = f"{closure.last} is before {closure.first}, its first day; a day from then on is needed"
        yield Fault(path="last", problem=problem)
    for path, when in (("first", closure.first), ("last", closure.last)):
        if when < _RIGHT_OF_ACCESS or when - closure.added > _AHEAD:
            problem = f"a day from {_RIGHT_OF_ACCESS} to five years ahead is needed, not {when}"
            yield Fault(path=path, problem=problem)


def _faults_in(path: str, text: str, longest: int) -> Iterator[Fault]:
    if not text or text != text.strip() or len(text) > longest:
        yield Fault(path=path, problem=f"1 to {longest} characters are needed, without space around them")
    if not is_line(text):
        problem = "one line of characters that can be seen is needed"
        yield Fault(path=path, problem=problem)


def _next(policy: Policy, people: dict[str, Person], *, changed: str) -> Policy:
    after = replace(policy, version=policy.version + 1, people=people)
    if not after.holders(Role.ADMINISTRATOR):
        raise RefusedError(f"{changed} is the last administrator; add another before changing this one.")
    return _enough(after, f"Without {changed} there are")


def _enough(after: Policy, there_are: str) -> Policy:
    if takes_two(after) and len(after.signing_administrators) < after.rules.threshold:
        raise RefusedError(
            f"{there_are} fewer than {after.rules.threshold} administrators with a key, and so many a change "
            "of the policy would take; add another first."
        )
    return after


def _with_rules(policy: Policy, rules: Rules) -> Policy:
    return replace(policy, version=policy.version + 1, rules=rules)


def _unlike(act: Act) -> MalformedError:
    return MalformedError(
        f"{act.kind} of the policy",
        Fault(
            path=act.kind.changes,
            problem="it is not what this act makes of the policy before it",
        ),
    )


def _row(
    name: str,
    amend: Callable[[Policy, Act, Policy], Policy],
    facts: tuple[Fact, ...] = (),
    *,
    changes: str,
    verb: str,
    subject: str,
    done: str,
    reason: Reason = Reason.NONE,
) -> Kind:
    return Kind(
        name=name,
        on=On.POLICY,
        roles=frozenset({Role.ADMINISTRATOR}),
        facts=facts,
        amend=amend,
        changes=changes,
        chosen=_written,
        own_key=True,
        reason=reason,
        verb=verb,
        subject=f"policy: {subject}",
        done=done,
    )


def _written(act: Act) -> Mapping[str, str]:
    return {path: mark.sha256 for path, mark in act.files.items()}


_PERSON: Final = (a_person("person", "Who it is about."),)
_DATE: Final = (a_day("date", "The day of the bank holiday."),)

FOUND: Final = _row(
    "found",
    _founded,
    changes="roster.json",
    verb="found the register",
    subject="found the register",
    done="founded the register",
)
ADD_OFFICER: Final = _row(
    "add-officer",
    _officer_added,
    _PERSON,
    changes="roster.json",
    verb="authorise people",
    subject="authorise {person}",
    done="authorised {person}",
)
REVOKE_OFFICER: Final = _row(
    "revoke-officer",
    lambda before, act, _: revoke_officer(before, act.details["person"]),
    _PERSON,
    changes="roster.json",
    verb="revoke people",
    subject="revoke {person}",
    done="revoked {person}",
)
ADD_HOLIDAY: Final = _row(
    "add-holiday",
    lambda before, act, after: add_holiday(before, _added(before, act, after)),
    _DATE,
    changes="calendar.json",
    verb="add bank holidays",
    subject="add the bank holiday {date}",
    done="added the bank holiday {date}",
)
REMOVE_HOLIDAY: Final = _row(
    "remove-holiday",
    lambda before, act, _: remove_holiday(before, the_day(act.details["date"])),
    _DATE,
    changes="calendar.json",
    verb="remove bank holidays",
    subject="remove the bank holiday {date}",
    done="removed the bank holiday {date}",
)
_FIRST: Final = a_day("first", "Its first day.")
ADD_CLOSURE: Final = _row(
    "add-closure",
    lambda before, act, after: add_closure(before, _closed(before, act, after)),
    (_FIRST, a_day("last", "Its last day.")),
    changes="calendar.json",
    verb="state when the school has no session",
    subject="state that there is no session from {first} to {last}",
    done="stated that there is no session from {first} to {last}",
)
REMOVE_CLOSURE: Final = _row(
    "remove-closure",
    lambda before, act, _: remove_closure(before, the_day(act.details["first"])),
    (_FIRST,),
    changes="calendar.json",
    verb="take back when the school has no session",
    subject="take back that there is no session from {first} on",
    done="took back that there is no session from {first} on",
)
CHANGE_THEME: Final = _row(
    "change-theme",
    lambda before, _act, after: change_theme(before, after.theme),
    changes="theme.json",
    verb="change how papers look",
    subject="change how papers look",
    done="changed how papers look",
)
CHANGE_LETTERS: Final = _row(
    "change-letters",
    lambda before, _act, after: change_letters(before, after.letterhead),
    changes="rules.json",
    verb="change what letters say of the authority",
    subject="change what letters say of the authority",
    done="changed what letters say of the authority",
)
CHANGE_DESK: Final = _row(
    "change-desk",
    lambda before, _act, after: change_desk(before, after.rules.desk),
    changes="rules.json",
    verb="change where passkeys sign",
    subject="change where passkeys sign",
    done="changed where passkeys sign",
)
CHANGE_ATTESTED: Final = _row(
    "change-attested",
    _attesting_changed,
    changes="rules.json",
    verb="change what a sign-in attests",
    subject="change what a sign-in attests",
    done="changed what a sign-in attests",
)
CHANGE_BODY: Final = _row(
    "change-body",
    lambda before, act, _: change_body(before, act.details["body"]),
    (a_choice("body", BODIES, "What kind of authority it is."),),
    changes="rules.json",
    verb="change the kind of authority",
    subject="change the kind of authority to {body}",
    done="changed the kind of authority to {body}",
)
CHANGE_RETENTION: Final = _row(
    "change-retention",
    lambda before, act, _: change_retention(before, int(act.details["months"])),
    (
        a_text(
            "months",
            r"[1-9]\d{0,2}|1[01]\d\d|1200",
            f"a number of months from 1 to {LONGEST_RETENTION} is needed",
            "How many months a case is kept after it ended.",
        ),
    ),
    changes="rules.json",
    verb="change how long cases are kept",
    subject="keep cases for {months} months",
    done="set {months} months for which a case is kept after it ended",
)
CHANGE_APPROVALS: Final = _row(
    "change-approvals",
    lambda before, act, _: change_approvals(before, act.details["document"], act.details["approvals"]),
    (
        a_choice("document", DOCUMENTS, "Which kind of document."),
        a_choice("approvals", EDITIONS[latest()].gates, "Which approvals it needs."),
    ),
    changes="rules.json",
    verb="change which approvals a document needs",
    subject="let the {document} need the approvals {approvals}",
    done="set the approvals that the {document} needs to {approvals}",
)
CHANGE_PATTERN: Final = _row(
    "change-pattern",
    lambda before, act, _: change_pattern(before, act.details["pattern"]),
    (
        a_text(
            "pattern",
            r"(?=.{1,60}$)(?!.*\{year\}.*\{year\})([A-Za-z0-9._/-]|\{year\})*"
            r"\{number(:0?[1-9])?\}([A-Za-z0-9._/-]|\{year\})*",
            "write it as FOI-{year}-{number:04}: {number} once, {year} at most once",
            "How the next reference is made.",
        ),
    ),
    changes="rules.json",
    verb="change how references are made",
    subject="change how references are made",
    done="changed how references are made",
)
CHANGE_REMINDERS: Final = _row(
    "change-reminders",
    lambda before, act, _: change_reminders(before, int(act.details["days"])),
    (
        a_text(
            "days",
            r"0|[1-9]|[1-5]\d|60",
            f"a number of working days from 0 to {EARLIEST_REMINDER} is needed",
            "How many working days before a day is due people are reminded.",
        ),
    ),
    changes="rules.json",
    verb="change when people are reminded",
    subject="remind people {days} working days before",
    done="set the working days before a day is due at which people are reminded to {days}",
)
CHANGE_AUTHORITY: Final = _row(
    "change-authority",
    lambda before, act, _: change_authority(before, act.details["authority"]),
    (
        a_text(
            "authority",
            r"(?=.{1,200}$)\S[^\x00-\x1f\x7f-\x9f\u2028\u2029]*(?<!\s)",
            "a name of 1 to 200 characters in one line is needed, without space around it",
            "The authority's name, as it names itself.",
        ),
    ),
    changes="roster.json",
    verb="change the name of the authority",
    subject="change the name of the authority",
    done="changed the name of the authority to {authority}",
)
CHANGE_THRESHOLD: Final = _row(
    "change-threshold",
    lambda before, act, _: change_threshold(before, int(act.details["administrators"])),
    (a_choice("administrators", tuple(map(str, THRESHOLDS)), "How many administrators a change takes."),),
    changes="rules.json",
    verb="change how many administrators a change takes",
    subject="set how many administrators a change takes to {administrators}",
    done="set how many administrators a change of the policy takes to {administrators}",
)
CHANGE_RECOVERY: Final = _row(
    "change-recovery",
    lambda before, _act, after: change_recovery(before, after.rules.recovery),
    changes="rules.json",
    verb="change the recovery key",
    subject="change the recovery key",
    done="changed the recovery key",
)
RECOVER: Final = _row(
    "recover",
    _recovered,
    _PERSON,
    changes="roster.json",
    reason=Reason.MUST,
    verb="be named an administrator by the recovery key",
    subject="name {person} an administrator by the recovery key",
    done="was named an administrator by the recovery key",
)
_KEY: Final = a_text(
    "key", r"[0-9a-f]{64}", "the fingerprint of a key is needed, 64 hex digits", "Which key."
)
CHANGE_SERVICE_KEY: Final = _row(
    "change-service-key",
    _service_changed,
    (_KEY,),
    changes="roster.json",
    reason=Reason.MUST,
    verb="change the service's key",
    subject="change the key of the service",
    done="changed the service's key",
)
SUSPECT_KEY: Final = _row(
    "suspect-key",
    lambda before, act, _: suspect_key(before, act.details["person"], act.details["key"]),
    (
        *_PERSON,
        _KEY,
        a_text("since", r"[1-9][0-9]{0,8}", "the number of an entry is needed", "Since which entry."),
    ),
    changes="roster.json",
    reason=Reason.MUST,
    verb="make a key suspect",
    subject="suspect a key of {person} since entry {since}",
    done="made a key of {person} suspect since entry {since}",
)
RESUME: Final = _row(
    "resume",
    lambda before, _act, _after: resume(before),
    (a_text("findings", r"[ -~]{1,10000}", "what the audit had found"),),
    changes="roster.json",
    reason=Reason.MUST,
    verb="let the register be written again",
    subject="let the register be written again",
    done="let the register be written again in spite of {findings}",
)
ADOPT_EDITION: Final = _row(
    "adopt-edition",
    lambda before, act, _: adopt_edition(before, int(act.details["edition"])),
    (a_text("edition", r"[1-9][0-9]{0,3}", "the number of an edition is needed", "The edition."),),
    changes="rules.json",
    verb="adopt another edition of the procedure",
    subject="adopt edition {edition} of the procedure",
    done="adopted edition {edition} of the procedure",
)

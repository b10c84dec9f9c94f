"""The policy as files: people, rules, added bank holidays, and how papers look."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from flows.domain.acts.policy import takes_two
from flows.domain.attested import Attesting
from flows.domain.characters import unseen_fault
from flows.domain.documents import DOCUMENTS, RESPONSE, TEST
from flows.domain.edition import EDITIONS, ONE_PERSON, edition_of
from flows.domain.errors import KeyOwnerError, MalformedError, RefusedError
from flows.domain.letterhead import PLAIN, Letterhead
from flows.domain.policy import (
    BODIES,
    FEWEST_SHARES,
    LONGEST_RETENTION,
    MOST_SHARES,
    SERVICE,
    THRESHOLDS,
    Person,
    Policy,
    Proclaimed,
    Recovery,
    Rules,
    fingerprint,
    parse_origin,
    parse_person,
)
from flows.domain.procedure import Role
from flows.domain.theme import Crest, Theme
from flows.domain.working_days import Closure
from flows.register import canonical
from flows.register.canonical import integer, text
from flows.register.kinds import Kind, parse_key, point_of
from flows.register.signature import BACKUP, CHECKPOINT, CONSENT, ENTRY, RECOVERY, STATEMENT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

ROSTER: Final = "roster.json"
RULES: Final = "rules.json"
CALENDAR: Final = "calendar.json"
THEME: Final = "theme.json"
FILES: Final = (ROSTER, RULES, CALENDAR, THEME)
_FORMAT: Final = 1


def write_policy(policy: Policy) -> dict[str, bytes]:
    """Return the files of ``policy``, by name."""
    people = [
        {"id": person.id, "keys": list(person.keys), "roles": sorted(person.roles)}
        for _, person in sorted(policy.people.items())
    ]
    rules = policy.rules
    head = policy.letterhead
    letters = {**asdict(head), "address": list(head.address)} if head != PLAIN else None
    attested = rules.attested
    chosen = {
        "attested": attested and {**asdict(attested), "kinds": list(attested.kinds)},
        "body": rules.body,
        "desk": list(rules.desk),
        "letters": letters,
        "recovery": rules.recovery and asdict(rules.recovery),
        "retention": rules.retention,
    }
    return {
        ROSTER: canonical.dump(
            {
                "authority": policy.authority,
                "format": _FORMAT,
                "people": people,
                "register": policy.register,
                "version": policy.version,
            }
        ),
        RULES: canonical.dump(
            {
                **{name: value for name, value in chosen.items() if value},
                "chase-within": rules.chase_within,
                "edition": rules.edition,
                "format": _FORMAT,
                "gates": dict(rules.gates),
                "reference-pattern": rules.reference_pattern,
                "threshold": rules.threshold,
                "version": policy.version,
            }
        ),
        CALENDAR: canonical.dump(
            {
                **({"closures": [*map(_write_closure, policy.closures)]} if policy.closures else {}),
                "format": _FORMAT,
                "holidays": [_row(day) for day in policy.holidays],
                "version": policy.version,
            }
        ),
        THEME: _write_theme(policy.theme, policy.version),
    }


def _row(day: Proclaimed) -> dict[str, Any]:
    return {
        "added": day.added.isoformat(),
        "date": day.date.isoformat(),
        "name": day.name,
        "nations": list(day.nations),
        "source": day.source,
    }


def _write_closure(closure: Closure) -> dict[str, str]:
    days = {"added": closure.added, "first": closure.first, "last": closure.last}
    return {**{name: when.isoformat() for name, when in days.items()}, "name": closure.name}


def _write_theme(theme: Theme, version: int) -> bytes:
    # Written out in full: should the house style change, the papers of before do not.
    return canonical.dump(
        {
            "accent": theme.accent,
            "crest": _write_crest(theme.crest) if theme.crest else None,
            "draft-marking": theme.draft_marking,
            "format": _FORMAT,
            "published-marking": theme.published_marking,
            **({"signatory": theme.signatory} if theme.signatory else {}),
            "size": theme.size,
            "version": version,
        }
    )


def _write_crest(crest: Crest) -> dict[str, Any]:
    image = b64encode(crest.image).decode()
    return {"height": crest.height, "image": image, "words": crest.words}


def parse_policy(files: Mapping[str, bytes]) -> Policy:
    """Return the policy in its files, by name.

    Raises:
        WeakKeyError: signatures by one of the keys would prove nothing.
        ValueError: they are not exactly what ``write_policy`` writes, or make no sense.
    """
    try:
        raw, raw_rules = canonical.load(files[ROSTER]), canonical.load(files[RULES])
        raw_calendar, raw_theme = canonical.load(files[CALENDAR]), canonical.load(files[THEME])
        policy = Policy(
            version=integer(raw["version"]),
            register=text(raw["register"]),
            authority=text(raw["authority"]),
            people={person.id: person for person in map(_person, raw["people"])},
            rules=_rules(raw_rules),
            holidays=tuple(map(_proclaimed, raw_calendar["holidays"])),
            closures=tuple(map(_closure, raw_calendar.get("closures", ()))),
            theme=_theme(raw_theme),
            letterhead=_letterhead(raw_rules["letters"]) if "letters" in raw_rules else PLAIN,
        )
        written = write_policy(policy)
    except (KeyError, TypeError, AttributeError, MalformedError) as error:
        raise ValueError("a field is missing or has the wrong form") from error
    if written != files:
        raise ValueError("not in the register's form")
    _check(policy)
    _check_rules(policy.rules)
    if not edition_of(policy).unseen and (problem := unseen_in(files)):
        raise ValueError(problem)
    return policy


def unseen_in(files: Mapping[str, bytes]) -> str | None:
    """Return what is wrong with a text of a policy that has a character nobody sees; None if none has."""
    return unseen_fault(_texts([canonical.load(data) for data in files.values()]))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _person(row: dict[str, Any]) -> Person:
    return Person(
        id=text(row["id"]),
        roles=frozenset(map(Role, row["roles"])),
        keys=tuple(parse_key(text(key)).text for key in row["keys"]),
    )


def _rules(raw: dict[str, Any]) -> Rules:
    return Rules(
        edition=integer(raw["edition"]),
        gates={document: text(gates) for document, gates in raw["gates"].items()},
        threshold=integer(raw["threshold"]),
        reference_pattern=text(raw["reference-pattern"]),
        chase_within=integer(raw["chase-within"]),
        body=text(raw["body"]) if "body" in raw else None,
        retention=integer(raw["retention"]) if "retention" in raw else None,
        desk=tuple(parse_origin(text(origin)) for origin in raw.get("desk", ())),
        attested=_attesting(raw["attested"]) if "attested" in raw else None,
        recovery=_recovery(raw["recovery"]) if "recovery" in raw else None,
    )


def _recovery(raw: dict[str, Any]) -> Recovery:
    key = parse_key(text(raw["key"])).text
    return Recovery(key=key, needed=integer(raw["needed"]), shares=integer(raw["shares"]))


def _attesting(raw: dict[str, Any]) -> Attesting:
    return Attesting(
        issuer=text(raw["issuer"]),
        kinds=tuple(map(text, raw["kinds"])),
        accounts={text(person): text(account) for person, account in raw["accounts"].items()},
    )


def _letterhead(raw: dict[str, Any]) -> Letterhead:
    plain = {name: text(value) for name, value in raw.items() if name != "address"}
    return Letterhead(address=tuple(map(text, raw["address"])), **plain)


def _proclaimed(row: dict[str, Any]) -> Proclaimed:
    return Proclaimed(
        date=date.fromisoformat(row["date"]),
        name=text(row["name"]),
        nations=tuple(map(text, row["nations"])),
        source=text(row["source"]),
        added=date.fromisoformat(row["added"]),
    )


def _closure(row: dict[str, Any]) -> Closure:
    days = {name: date.fromisoformat(row[name]) for name in ("first", "last", "added")}
    return Closure(**days, name=text(row["name"]))


def _theme(raw: dict[str, Any]) -> Theme:
    return Theme(
        accent=text(raw["accent"]),
        size=integer(raw["size"]),
        draft_marking=text(raw["draft-marking"]),
        published_marking=text(raw["published-marking"]),
        crest=_crest(raw["crest"]) if raw["crest"] else None,
        signatory=text(raw["signatory"]) if "signatory" in raw else "",
    )


def _crest(raw: dict[str, Any]) -> Crest:
    return Crest(image=b64decode(raw["image"]), words=text(raw["words"]), height=integer(raw["height"]))


def _check(policy: Policy) -> None:
    if any(len({*person.keys}) != len(person.keys) for person in policy.people.values()):
        raise ValueError("a key is listed twice")
    if {p.id for p in policy.people.values() if Role.SERVICE in p.roles} != {SERVICE}:
        raise ValueError("the service is not one of the people")
    if policy.people[SERVICE].roles != {Role.SERVICE}:
        raise ValueError("the service has a person's role")
    if {parse_key(key).kind for key in policy.people[SERVICE].keys} != {Kind.ED25519}:
        raise ValueError("the service signs with another key than an Ed25519 key")
    if not policy.holders(Role.ADMINISTRATOR):
        raise ValueError("nobody is an administrator")
    if policy.rules.threshold > 1 and len(policy.signing_administrators) < policy.rules.threshold:
        raise ValueError("fewer administrators have a key than a change of the policy takes")
    if policy.rules.recovery:
        _check_recovery(policy.rules.recovery, policy)
    for id_ in policy.people.keys() - {SERVICE}:
        try:
            parse_person(id_)
        except MalformedError as error:
            raise ValueError("a person's id has the wrong form") from error


def _check_recovery(recovery: Recovery, policy: Policy) -> None:
    if not FEWEST_SHARES <= recovery.needed <= recovery.shares <= MOST_SHARES:
        raise ValueError("the recovery key has no such number of shares")
    if parse_key(recovery.key).kind != Kind.ED25519:
        raise ValueError("the recovery key is another key than an Ed25519 key")
    if point_of(recovery.key) in {point_of(key) for each in policy.people.values() for key in each.keys}:
        raise ValueError("the recovery key is somebody's own")


def _check_rules(rules: Rules) -> None:
    edition = EDITIONS.get(rules.edition)
    if edition is None:
        raise ValueError("the rules name an edition of the procedure this version does not know")
    if not rules.gates.keys() <= DOCUMENTS.keys() or not {*rules.gates.values()} <= edition.gates.keys():
        raise ValueError("the rules name a document or approvals this version does not know")
    if {*map(rules.gates.get, (TEST.name, RESPONSE.name))} & {ONE_PERSON}:
        raise ValueError("the rules let one person decide on a test or a response")
    if TEST.name not in rules.gates or rules.threshold not in THRESHOLDS:
        raise ValueError("the rules lack the test's approvals or name a threshold this version does not know")
    if rules.body not in {None, *BODIES}:
        raise ValueError("the rules name a kind of authority this version does not know")
    if rules.retention is not None and not 1 <= rules.retention <= LONGEST_RETENTION:
        raise ValueError("the rules name no time for which a case can be kept")
    if list(rules.desk) != sorted(set(rules.desk)):
        raise ValueError("the origins of the desk are not in order, or not each once")


def owners(policies: Iterable[Policy]) -> dict[str, str]:
    """Return every key that ever was good, and whose it was."""
    return {key: person.id for each in policies for person in each.people.values() for key in person.keys}


def check_owners(former: Mapping[str, str], policy: Policy, suspect: Collection[str] = ()) -> None:
    """Check that nobody is given a key that is or was somebody else's: persons are counted by id.

    A key is known by its point: the same one written as a security key's or for another host is no other.

    Args:
        former: Every key that ever was good, and whose it was.
        suspect: The fingerprints of those that were made suspect.

    Raises:
        KeyOwnerError: somebody is.
        RefusedError: a key is listed that was made suspect.
    """
    known = {point_of(key): owner for key, owner in former.items()}
    doubted = {point_of(key) for key in former if suspect and fingerprint(key) in suspect}
    for person in policy.people.values():
        for point in map(point_of, person.keys):
            owner = known.setdefault(point, person.id)
            if owner != person.id:
                raise KeyOwnerError(f"That key was {owner}'s; {person.id} needs a key of their own.")
            if point in doubted:
                raise RefusedError(f"A key of {person.id} was made suspect; they need another.")


def allowed_signers(policies: Iterable[Policy]) -> str:
    """Return an OpenSSH allowed_signers file of every key that ever was good.

    A person's key is good for statements alone, an administrator's also for their consent where a change of
    the policy takes two; the service's for entries, checkpoints and backups too, the recovery key for naming
    an administrator. The file proves that a known key signed; who was entitled only the audit says.
    """
    policies = [*policies]
    lines = {
        f'{person.id} namespaces="{_namespaces(person, policy)}" {key}'
        for policy in policies
        for person in policy.people.values()
        for key in person.keys
    }
    recovery = (each.rules.recovery for each in policies)
    lines |= {f'recovery namespaces="{RECOVERY.decode()}" {each.key}' for each in recovery if each}
    return "".join(line + "\n" for line in sorted(lines))


def _namespaces(person: Person, policy: Policy) -> str:
    agrees = takes_two(policy) and Role.ADMINISTRATOR in person.roles
    more = (ENTRY, CHECKPOINT, BACKUP) if person.id == SERVICE else (CONSENT,) if agrees else ()
    own = (STATEMENT, *more)
    return ",".join(namespace.decode() for namespace in own)

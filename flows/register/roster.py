"""The policy as files: people, rules, added bank holidays, and how papers look."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from flows.domain.errors import MalformedError
from flows.domain.policy import BODIES, SERVICE, Person, Policy, Proclaimed, Rules, parse_origin, parse_person
from flows.domain.procedure import GATES, Role
from flows.domain.theme import HOUSE_STYLE, Crest, Theme
from flows.register import canonical
from flows.register.kinds import Kind, parse_key
from flows.register.signature import CHECKPOINT, ENTRY, STATEMENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROSTER: Final = "roster.json"
RULES: Final = "rules.json"
CALENDAR: Final = "calendar.json"
THEME: Final = "theme.json"
LATER: Final = (CALENDAR, THEME)
"""Registers founded before there were such files lack them until their policy changes."""
FILES: Final = (ROSTER, RULES, *LATER)
_FORMAT: Final = 1


def write_policy(policy: Policy) -> dict[str, bytes]:
    """Return the files of ``policy``, by name."""
    people = [
        {"id": person.id, "keys": list(person.keys), "roles": sorted(person.roles)}
        for _, person in sorted(policy.people.items())
    ]
    rules = policy.rules
    chosen = {name: value for name, value in (("body", rules.body), ("desk", list(rules.desk))) if value}
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
                **chosen,
                "chase-within": rules.chase_within,
                "format": _FORMAT,
                "gates": dict(rules.gates),
                "reference-pattern": rules.reference_pattern,
                "threshold": rules.threshold,
                "version": policy.version,
            }
        ),
        CALENDAR: canonical.dump(
            {
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


def _write_theme(theme: Theme, version: int) -> bytes:
    # Written out in full: should the house style change, the papers of before do not.
    return canonical.dump(
        {
            "accent": theme.accent,
            "crest": _write_crest(theme.crest) if theme.crest else None,
            "draft-marking": theme.draft_marking,
            "format": _FORMAT,
            "published-marking": theme.published_marking,
            "size": theme.size,
            "version": version,
        }
    )


def _write_crest(crest: Crest) -> dict[str, Any]:
    image = b64encode(crest.image).decode()
    return {"height": crest.height, "image": image, "words": crest.words}


def parse_policy(files: Mapping[str, bytes]) -> Policy:
    """Return the policy in its files, by name; without a calendar it adds no holidays.

    Raises:
        WeakKeyError: signatures by one of the keys would prove nothing.
        ValueError: they are not exactly what ``write_policy`` writes, or make no sense.
    """
    try:
        raw, raw_rules = canonical.load(files[ROSTER]), canonical.load(files[RULES])
        raw_calendar = canonical.load(files[CALENDAR]) if CALENDAR in files else {"holidays": []}
        policy = Policy(
            version=raw["version"],
            register=raw["register"],
            authority=raw["authority"],
            people={row["id"]: _person(row) for row in raw["people"]},
            rules=Rules(
                gates=raw_rules["gates"],
                threshold=raw_rules["threshold"],
                reference_pattern=raw_rules["reference-pattern"],
                chase_within=raw_rules["chase-within"],
                body=raw_rules.get("body"),
                desk=tuple(parse_origin(origin) for origin in raw_rules.get("desk", ())),
            ),
            holidays=tuple(_proclaimed(row) for row in raw_calendar["holidays"]),
            theme=_theme(canonical.load(files[THEME])) if THEME in files else HOUSE_STYLE,
        )
        written = write_policy(policy)
    except (KeyError, TypeError, AttributeError, MalformedError) as error:
        raise ValueError("a field is missing or has the wrong form") from error
    lacking = {name: written[name] for name in LATER if name not in files}
    if written != {**files, **lacking}:
        raise ValueError("not in the register's form")
    _check(policy)
    _check_rules(policy.rules)
    return policy


def _person(row: dict[str, Any]) -> Person:
    return Person(
        id=row["id"],
        roles=frozenset(map(Role, row["roles"])),
        keys=tuple(parse_key(key).text for key in row["keys"]),
    )


def _proclaimed(row: dict[str, Any]) -> Proclaimed:
    return Proclaimed(
        date=date.fromisoformat(row["date"]),
        name=row["name"],
        nations=tuple(row["nations"]),
        source=row["source"],
        added=date.fromisoformat(row["added"]),
    )


def _theme(raw: dict[str, Any]) -> Theme:
    crest = raw["crest"]
    texts = [
        raw["accent"],
        raw["draft-marking"],
        raw["published-marking"],
        *([crest["words"]] if crest else []),
    ]
    numbers = [raw["size"], *([crest["height"]] if crest else [])]
    if {type(text) for text in texts} != {str} or {type(number) for number in numbers} != {int}:
        raise ValueError("a value of the theme has another type")
    return Theme(
        accent=raw["accent"],
        size=raw["size"],
        draft_marking=raw["draft-marking"],
        published_marking=raw["published-marking"],
        crest=Crest(image=b64decode(crest["image"]), words=crest["words"], height=crest["height"])
        if crest
        else None,
    )


def _check(policy: Policy) -> None:
    keys = [key for person in policy.people.values() for key in person.keys]
    if len(set(keys)) != len(keys):
        raise ValueError("a key belongs to two people")
    if {p.id for p in policy.people.values() if Role.SERVICE in p.roles} != {SERVICE}:
        raise ValueError("the service is not one of the people")
    if policy.people[SERVICE].roles != {Role.SERVICE}:
        raise ValueError("the service has a person's role")
    if {parse_key(key).kind for key in policy.people[SERVICE].keys} != {Kind.ED25519}:
        raise ValueError("the service signs with another key than an Ed25519 key")
    if not policy.holders(Role.ADMINISTRATOR):
        raise ValueError("nobody is an administrator")
    for id_ in policy.people.keys() - {SERVICE}:
        try:
            parse_person(id_)
        except MalformedError as error:
            raise ValueError("a person's id has the wrong form") from error


def _check_rules(rules: Rules) -> None:
    if any(path not in GATES for path in rules.gates.values()) or rules.threshold != 1:
        raise ValueError("the rules name approvals or a threshold this version does not know")
    if rules.body not in {None, *BODIES}:
        raise ValueError("the rules name a kind of authority this version does not know")
    if list(rules.desk) != sorted(set(rules.desk)):
        raise ValueError("the origins of the desk are not in order, or not each once")


def allowed_signers(policies: Iterable[Policy]) -> str:
    """Return an OpenSSH allowed_signers file of every key that ever was good.

    A person's key is good for statements alone; the service's for entries and checkpoints too. The
    file proves that a known key signed; who was entitled only the audit says.
    """
    lines = {
        f'{person.id} namespaces="{_namespaces(person)}" {key}'
        for policy in policies
        for person in policy.people.values()
        for key in person.keys
    }
    return "".join(line + "\n" for line in sorted(lines))


def _namespaces(person: Person) -> str:
    own = (STATEMENT, ENTRY, CHECKPOINT) if person.id == SERVICE else (STATEMENT,)
    return ",".join(namespace.decode() for namespace in own)

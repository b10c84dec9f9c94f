"""The policy as files."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from authenticator import ORIGIN, EdSecurityKey, Passkey, SecurityKey, as_a_device_has_it
from register_builders import ODD, places, value_at, weak_key, with_value

from flows.domain.edition import latest
from flows.domain.errors import KeyOwnerError, RefusedError
from flows.domain.letterhead import Letterhead
from flows.domain.policy import SERVICE, Policy, Proclaimed, fingerprint
from flows.domain.theme import Crest, Theme
from flows.register import canonical
from flows.register.points import WeakKeyError
from flows.register.roster import (
    CALENDAR,
    FILES,
    ROSTER,
    RULES,
    THEME,
    allowed_signers,
    check_owners,
    owners,
    parse_policy,
    write_policy,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from register_builders import Office


def test_a_policy_is_read_as_it_was_written(office: Office) -> None:
    for policy in office.register.policies():
        files = write_policy(policy)

        assert parse_policy(files) == policy


GAMES = Proclaimed(
    date=date(2026, 6, 15),
    name="Games",
    nations=("Scotland",),
    source="Edinburgh Gazette, 6 February 2026",
    added=date(2026, 2, 5),
)


def test_the_bank_holidays_are_read_as_they_were_written(office: Office) -> None:
    policy = replace(office.register.policy(), holidays=(GAMES,))
    files = write_policy(policy)

    assert parse_policy(files) == policy
    assert json.loads(files[CALENDAR])["holidays"] == [
        {
            "added": "2026-02-05",
            "date": "2026-06-15",
            "name": "Games",
            "nations": ["Scotland"],
            "source": "Edinburgh Gazette, 6 February 2026",
        }
    ]


def test_a_theme_is_written_and_read_again_with_its_crest(office: Office) -> None:
    crest = Crest(image=bytes(range(256)), words="Crest of Sample Council", height=20)
    policy = replace(
        office.register.policy(),
        theme=Theme(accent="#004d40", size=14, published_marking="PUBLIC", crest=crest),
    )

    assert parse_policy(write_policy(policy)) == policy


def test_the_rules_say_which_edition_of_the_procedure_is_in_force(office: Office) -> None:
    rules = json.loads(write_policy(office.register.policy())[RULES])

    assert rules == {
        "chase-within": 5,
        "edition": latest(),
        "format": 1,
        "gates": {"response": "two-person", "test": "full"},
        "reference-pattern": "FOI-{year}-{number:04}",
        "threshold": 1,
        "version": 5,
    }


def test_what_letters_say_stands_in_the_rules_where_it_was_chosen(office: Office) -> None:
    before = office.register.policy()
    head = Letterhead(address=("1 Sample Street",), review="Write to us.\n\nOr call.")
    after = replace(before, letterhead=head)

    assert "letters" not in json.loads(write_policy(before)[RULES])
    assert json.loads(write_policy(after)[RULES])["letters"]["address"] == ["1 Sample Street"]
    assert parse_policy(write_policy(after)) == after


@pytest.mark.parametrize(
    "edit",
    [
        lambda r: r.update(letters={}),
        lambda r: r.update(letters=None),
        lambda r: r["letters"].update(address="1 Sample Street"),
        lambda r: r["letters"].update(address=[1]),
        lambda r: r["letters"].update(greeting=1),
        lambda r: r["letters"].update(more="x"),
        lambda r: r["letters"].pop("greeting"),
    ],
)
def test_what_letters_say_is_read_in_its_one_form(edit: Callable[[Any], Any], office: Office) -> None:
    files = write_policy(
        replace(office.register.policy(), letterhead=Letterhead(contact="foi@sample.example"))
    )
    files[RULES] = edited(files[RULES], edit)

    with pytest.raises(ValueError, match=r"."):
        parse_policy(files)


@pytest.mark.parametrize("name", FILES)
def test_a_policy_without_one_of_its_files_is_none(name: str, office: Office) -> None:
    files = write_policy(office.register.policy())
    del files[name]

    with pytest.raises(ValueError, match="missing"):
        parse_policy(files)


def edited(data: bytes, edit: Callable[[Any], Any]) -> bytes:
    value = json.loads(data)
    edit(value)
    return canonical.dump(value)


def person(roster: Any, id_: str) -> Any:
    return next(row for row in roster["people"] if row["id"] == id_)


@pytest.mark.parametrize(
    ("name", "edit"),
    [
        pytest.param(ROSTER, lambda r: r.pop("people"), id="a field is missing"),
        pytest.param(ROSTER, lambda r: r.update(more=1), id="a field too many"),
        pytest.param(ROSTER, lambda r: r.update(format=2), id="another format"),
        pytest.param(ROSTER, lambda r: r["people"].reverse(), id="people out of order"),
        pytest.param(ROSTER, lambda r: r["people"].append(r["people"][0]), id="a person twice"),
        pytest.param(
            ROSTER, lambda r: person(r, "sign-off-officer")["roles"].append("clerk"), id="an unknown role"
        ),
        pytest.param(
            ROSTER,
            lambda r: person(r, "sign-off-officer").update(keys=["ssh-rsa AAAA"]),
            id="another kind of key",
        ),
        pytest.param(
            ROSTER,
            lambda r: person(r, "sign-off-officer").update(keys=person(r, "sign-off-officer")["keys"] * 2),
            id="a key listed twice",
        ),
        pytest.param(
            ROSTER, lambda r: person(r, "sign-off-officer").update(id="bo_"), id="an id of another form"
        ),
        pytest.param(ROSTER, lambda r: person(r, "service").update(roles=["auditor"]), id="no service"),
        pytest.param(
            ROSTER,
            lambda r: person(r, "sign-off-officer")["roles"].insert(0, "service"),
            id="a person as the service",
        ),
        pytest.param(
            ROSTER, lambda r: person(r, "service")["roles"].insert(0, "auditor"), id="the service as a person"
        ),
        pytest.param(
            ROSTER, lambda r: person(r, "administrator").update(roles=["auditor"]), id="no administrator"
        ),
        pytest.param(RULES, lambda r: r["gates"].update(test="none"), id="an unknown way through"),
        pytest.param(RULES, lambda r: r["gates"].update(letter="full"), id="an unknown document"),
        pytest.param(RULES, lambda r: r["gates"].pop("test"), id="no way through for the test"),
        pytest.param(RULES, lambda r: r.update(edition=latest() + 1), id="an edition not yet there"),
        pytest.param(RULES, lambda r: r.update(edition=0), id="an edition that never was"),
        pytest.param(RULES, lambda r: r.pop("edition"), id="no edition"),
        pytest.param(RULES, lambda r: r.update(body="parish"), id="an unknown kind of authority"),
        pytest.param(RULES, lambda r: r.update(threshold=2), id="a threshold beyond us"),
        pytest.param(RULES, lambda r: r.update(version=9), id="rules of another version"),
        pytest.param(RULES, lambda r: r.update(desk=[]), id="a desk without an origin"),
        pytest.param(RULES, lambda r: r.update(desk=None), id="no desk, and said"),
        pytest.param(RULES, lambda r: r.update(desk="https://a.example"), id="an origin and no list"),
        pytest.param(RULES, lambda r: r.update(desk=[7]), id="an origin that is a number"),
        pytest.param(RULES, lambda r: r.update(desk={"https://a.example": 1}), id="a mapping of origins"),
        pytest.param(RULES, lambda r: r.update(desk=["https://a.example/"]), id="an origin with a path"),
        pytest.param(
            RULES,
            lambda r: r.update(desk=["https://b.example", "https://a.example"]),
            id="origins out of order",
        ),
        pytest.param(RULES, lambda r: r.update(desk=["https://a.example"] * 2), id="an origin twice"),
        pytest.param(
            ROSTER,
            lambda r: person(r, "service").update(keys=[EdSecurityKey().public]),
            id="a service's touch",
        ),
        pytest.param(
            ROSTER, lambda r: person(r, "service").update(keys=[Passkey().public]), id="a service's passkey"
        ),
        pytest.param(ROSTER, lambda r: person(r, "service").update(keys=[]), id="a service without a key"),
        pytest.param(
            ROSTER,
            lambda r: person(r, "sign-off-officer")["keys"].append(
                person(r, "sign-off-officer")["keys"][0] + " bo"
            ),
            id="a comment",
        ),
        pytest.param(
            ROSTER, lambda r: person(r, "sign-off-officer").update(keys=[[]]), id="a key that is a list"
        ),
        pytest.param(
            ROSTER, lambda r: person(r, "sign-off-officer").update(keys=[7]), id="a key that is a number"
        ),
        pytest.param(CALENDAR, lambda c: c.pop("holidays"), id="no list of holidays"),
        pytest.param(CALENDAR, lambda c: c.update(version=9), id="a calendar of another version"),
        pytest.param(CALENDAR, lambda c: c.update(holidays=["Games"]), id="a holiday that is a name"),
        pytest.param(CALENDAR, lambda c: c["holidays"][0].pop("source"), id="a holiday without a source"),
        pytest.param(CALENDAR, lambda c: c["holidays"][0].update(more=1), id="a holiday with more"),
        pytest.param(CALENDAR, lambda c: c["holidays"][0].update(date="20260615"), id="a date otherwise"),
        pytest.param(CALENDAR, lambda c: c["holidays"][0].update(date=20260615), id="a date as a number"),
        pytest.param(CALENDAR, lambda c: c["holidays"][0].update(added="soon"), id="no date at all"),
        pytest.param(THEME, lambda t: t.pop("size"), id="no size"),
        pytest.param(THEME, lambda t: t.update(more=1), id="a theme with more"),
        pytest.param(THEME, lambda t: t.update(version=9), id="a theme of another version"),
        pytest.param(THEME, lambda t: t.update(crest="crest.png"), id="a crest by its name"),
        pytest.param(
            THEME, lambda t: t.update(crest={"height": 18, "image": "%", "words": "x"}), id="no base64"
        ),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(
    name: str, edit: Callable[[Any], Any], office: Office
) -> None:
    files = write_policy(replace(office.register.policy(), holidays=(GAMES,)))
    files[name] = edited(files[name], edit)

    with pytest.raises(ValueError, match=r"."):
        parse_policy(files)


@pytest.mark.parametrize(
    "point", [bytes(32), b"\1" + bytes(31), b"\xed" + b"\xff" * 30 + b"\x7f"], ids=bytes.hex
)
@pytest.mark.parametrize("who", ["sign-off-officer", SERVICE, "administrator"])
def test_a_policy_with_a_key_that_anybody_can_sign_for_is_refused(
    who: str, point: bytes, office: Office
) -> None:
    policy = office.register.policy()
    weak = replace(policy.people[who], keys=(*policy.people[who].keys, weak_key(point)))

    with pytest.raises(WeakKeyError):
        parse_policy(write_policy(replace(policy, people={**policy.people, who: weak})))


def test_a_key_is_one_persons_however_it_is_written(office: Office) -> None:
    policy = office.register.policy()
    first, other = policy.people["legal-reviewer"], policy.people["sign-off-officer"]
    (key,) = first.keys
    for again in (key, as_a_device_has_it(key)):
        shared = replace(policy, people={**policy.people, other.id: replace(other, keys=(again,))})
        alone = replace(shared, people={id_: each for id_, each in shared.people.items() if id_ != first.id})
        for former, after in (({}, shared), (owners([policy]), alone)):
            with pytest.raises(KeyOwnerError, match=f"That key was {first.id}'s"):
                check_owners(former, after)
        own = replace(policy, people={**policy.people, first.id: replace(first, keys=(again,))})
        check_owners(owners([policy]), own)
        with pytest.raises(RefusedError, match="was made suspect"):
            check_owners(owners([policy]), own, {fingerprint(key)})


def test_keys_of_every_kind_and_a_desk_are_read_as_they_were_written(office: Office) -> None:
    policy = office.register.policy()
    bo = replace(
        policy.people["sign-off-officer"],
        keys=(EdSecurityKey().public, Passkey().public, SecurityKey().public),
    )
    policy = replace(
        policy, people={**policy.people, "sign-off-officer": bo}, rules=replace(policy.rules, desk=(ORIGIN,))
    )
    files = write_policy(policy)

    assert parse_policy(files) == policy
    assert json.loads(files[RULES])["desk"] == [ORIGIN]


def the_fullest(office: Office) -> Policy:
    """Return a policy with a value in every field."""
    policy = office.register.policy()
    crest = Crest(image=bytes(range(256)), words="Crest", height=20)
    rules = replace(policy.rules, body="other", desk=(ORIGIN,))
    return replace(policy, rules=rules, holidays=(GAMES,), theme=Theme(crest=crest))


@pytest.mark.parametrize(
    ("name", "edit", "why"),
    [
        (RULES, lambda r: r.update(threshold=0), "a threshold this version does not know"),
        (RULES, lambda r: r["gates"].update(test="one-person"), "let one person decide"),
        (RULES, lambda r: r.update(retention=-1), "no time for which a case can be kept"),
        (RULES, lambda r: r.update(body="parish"), "a kind of authority"),
        (
            ROSTER,
            lambda r: person(r, "sign-off-officer").update(id="sign-off_officer"),
            "id has the wrong form",
        ),
    ],
    ids=["threshold", "one person", "retention", "body", "id"],
)
def test_why_a_policy_makes_no_sense_is_said(
    name: str, edit: Callable[[Any], Any], why: str, office: Office
) -> None:
    files = write_policy(office.register.policy())
    files[name] = edited(files[name], edit)

    with pytest.raises(ValueError, match=why):
        parse_policy(files)


@pytest.mark.parametrize("name", FILES)
def test_no_odd_value_anywhere_breaks_the_reader_off(name: str, office: Office) -> None:
    files = write_policy(the_fullest(office))
    assert parse_policy(files) == the_fullest(office)
    whole = json.loads(files[name])

    taken = []
    for place in places(whole):
        for value in ODD:
            odd = canonical.dump(with_value(whole, place, value))
            try:
                policy = parse_policy({**files, name: odd})
            except ValueError:
                continue
            assert write_policy(policy)[name] == odd
            taken.append((place, value))

    assert [each for each in taken if type(each[1]) is not type(value_at(whole, each[0]))] == (
        [(("crest",), None)] if name == THEME else []
    )


def test_a_persons_key_is_good_for_statements_alone(office: Office) -> None:
    rows = dict(
        line.split(" ", 1)
        for line in allowed_signers(office.register.policies()).splitlines()
        if "foi-officer" not in line
    )

    assert (
        rows["sign-off-officer"]
        == f'namespaces="equipoise-act-v1" {office.signers["sign-off-officer"].public}'
    )
    spaces = "equipoise-act-v1,git,equipoise-checkpoint-v1,equipoise-backup-v1"
    assert rows["service"] == f'namespaces="{spaces}" {office.signers["service"].public}'


def test_the_list_of_signers_keeps_every_key_that_ever_was_good(office: Office) -> None:
    office.revoke("legal-reviewer")

    lines = allowed_signers(office.register.policies()).splitlines()

    assert sum(line.startswith("foi-officer ") for line in lines) == 2
    assert any(office.signers["legal-reviewer"].public in line for line in lines)
    assert not any(office.signers["outsider"].public in line for line in lines)

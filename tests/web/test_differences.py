"""Nothing that an act on the policy changes is left out of what is shown before it is signed."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest
from desk_builders import RULES

from flows.casework.amendments import difference, matters
from flows.domain.attested import Attesting
from flows.domain.letterhead import Letterhead
from flows.domain.policy import SERVICE, Person, Policy, Proclaimed, Recovery, Rules
from flows.domain.procedure import Role
from flows.domain.theme import Crest, Theme
from flows.domain.working_days import Closure
from flows.register import signature

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY: Final = date(2027, 6, 14)
OTHER: Final[dict[str, Any]] = {
    "authority": "Another",
    "holidays": (Proclaimed(date=DAY, name="Day", nations=("Scotland",), source="Gazette", added=DAY),),
    "closures": (Closure(first=DAY, last=DAY, name="Half-term", added=DAY),),
    "edition": 1,
    "gates": {"test": "two-person", "response": "two-person"},
    "threshold": 2,
    "reference_pattern": "X-{number}",
    "chase_within": 9,
    "body": "school",
    "retention": 24,
    "recovery": Recovery(key=f"ssh-ed25519 {68 * 'A'}", needed=3, shares=5),
    "desk": ("https://foi.example.gov.uk",),
    "attested": Attesting(issuer="https://a.example", kinds=("assign",), accounts={"b": "0" * 64}),
    "accent": "#00452b",
    "size": 14,
    "draft_marking": "DRAFT",
    "published_marking": "OFFICIAL",
    "crest": Crest(image=b"PNG", words="Crest"),
    "address": ("1 Street",),
    "contact": "a@b.example",
    "addressee": "Whoever asked",
    "greeting": "Dear all",
    "closing": "Yours",
    "signatory": "the Head of Governance",
    "review": "Write to us.",
}
"""Something else for every field; a field that is new fails until it is here, and shown."""


def a_policy(keys: tuple[str, ...] = ()) -> Policy:
    people = {
        "administrator": Person(id="administrator", roles=frozenset({Role.ADMINISTRATOR}), keys=keys),
        SERVICE: Person(id=SERVICE, roles=frozenset({Role.SERVICE}), keys=()),
    }
    return Policy(version=1, register="0" * 32, authority="A", people=people, rules=RULES)


PLACES: Final[dict[type, Callable[..., Policy]]] = {
    Policy: replace,
    Rules: lambda policy, **change: replace(policy, rules=replace(policy.rules, **change)),
    Theme: lambda policy, **change: replace(policy, theme=replace(policy.theme, **change)),
    Letterhead: lambda policy, **change: replace(policy, letterhead=replace(policy.letterhead, **change)),
}
WHOLE: Final = frozenset({"version", "register", "people", "rules", "theme", "letterhead"})


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, field.name) for kind in PLACES for field in fields(kind) if field.name not in WHOLE],
)
def test_every_field_of_the_policy_is_shown_where_it_changes(kind: type, name: str) -> None:
    before = a_policy()
    after = PLACES[kind](before, **{name: OTHER[name]})
    changed, *others = difference(before, after)
    assert changed.added or changed.removed
    # An edition brings approvals with it.
    assert [each.what for each in others] == (["Approvals"] if name == "edition" else [])
    assert list(difference(after, after)) == []


def test_a_key_is_shown_by_the_digits_that_are_read_out(tmp_path: Path) -> None:
    public = signature.generate(tmp_path / "key")
    before, after = a_policy(), a_policy((public,))
    (changed,) = difference(before, after)
    assert (changed.what, changed.removed) == ("administrator", ())
    (line,) = changed.added
    assert line.startswith("Ed25519 key ")
    assert len(line.removeprefix("Ed25519 key ").replace(" ", "")) == 12
    assert matters(after)["administrator"] == ("role: administrator", line)

"""Making a home: its folders, the service's keys and the register, whole or not at all."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flows import home as flows_home
from flows.casework.office import catalogue_of
from flows.document.markdown import plain_faults
from flows.domain.documents import RESPONSE, TEST
from flows.domain.edition import latest
from flows.domain.errors import Fault, MalformedError, RefusedError
from flows.domain.policy import Person, Rules
from flows.domain.procedure import Role
from flows.register import signature
from flows.register.founding import found
from flows.sources.references import check_pattern
from flows.vault.keys import create_wrapping_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flows.home import Home

CHASE_WITHIN: Final = 5
"""Working days, in a new register."""
PATTERN: Final = "FOI-{year}-{number:04}"
"""How references are made, in a new register."""
_LONGEST_NAME: Final = 200


def first_rules(approvals: str, pattern: str, body: str, *, desk: tuple[str, ...] = ()) -> Rules:
    """Return the rules of a new register.

    Raises:
        MalformedError: no reference can be made by the pattern.
    """
    return Rules(
        edition=latest(),
        gates={TEST.name: approvals, RESPONSE.name: "two-person"},
        threshold=1,
        reference_pattern=check_pattern(pattern),
        chase_within=CHASE_WITHIN,
        body=body,
        desk=desk,
    )


def parse_authority(text: str, source: str) -> str:
    """Return the name of an authority.

    Raises:
        MalformedError: it cannot stand in a paper.
    """
    name = text.strip()
    problems = plain_faults(name)
    if not name or len(name) > _LONGEST_NAME:
        problems.append(f"a name of 1 to {_LONGEST_NAME} characters is needed")
    if problems:
        raise MalformedError(source, *(Fault(path="", problem=problem) for problem in problems))
    return name


def make_home(
    home: Home, *, authority: str, administrator: str, rules: Rules, others: Sequence[str] = ()
) -> None:
    """Make a home whole, or not at all, with a key file for its first administrator.

    Args:
        others: More administrators, with a key file each; a change of the policy then takes two of them all.

    Raises:
        RefusedError: something is there already, or one of them is named twice.
    """
    if len({administrator, *others}) <= len(others):
        raise RefusedError("Each administrator is named once; a change that takes two needs two persons.")
    with fresh_home(home) as fresh:
        keys = {person: signature.generate(fresh.officers / person) for person in (administrator, *others)}
        found(
            fresh.register,
            catalogue_of(fresh),
            authority=authority,
            administrator=administrator,
            rules=replace(rules, threshold=2) if others else rules,
            others=tuple(_administrator(person, keys[person]) for person in others),
            signer=signature.load(fresh.officers / administrator),
            service=signature.load(fresh.service),
            time=flows_home.now(),
        )


def _administrator(person: str, public: str) -> Person:
    return Person(id=person, roles=frozenset({Role.ADMINISTRATOR}), keys=(public,))


@contextmanager
def fresh_home(home: Home) -> Iterator[Home]:
    """Give a home with new keys of the service, which takes its place when the block ends well.

    Raises:
        RefusedError: something is there already.
    """
    with flows_home.fresh(home) as made:
        create_wrapping_key(made.wrapping)
        signature.generate(made.service)
        yield made

"""Founding a register: its id, its first administrator, its service, its first entry."""

from __future__ import annotations

import secrets
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from flows.domain.act import Act
from flows.domain.acts import FOUND
from flows.domain.errors import RegisterError
from flows.domain.policy import SERVICE, Person, Policy, Rules
from flows.domain.procedure import Role
from flows.register.entry import seconds
from flows.register.repository import Repository
from flows.register.roster import write_policy
from flows.register.statement import POLICY
from flows.register.store import OwnRegister

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from flows.domain.filed import Catalogue
    from flows.register.line import Recorded
    from flows.register.register import Proposal, Register
    from flows.register.signature import FileSigner


def found(
    path: Path,
    catalogue: Catalogue,
    *,
    authority: str,
    administrator: str,
    rules: Rules,
    signer: FileSigner,
    service: FileSigner,
    time: datetime,
    others: tuple[Person, ...] = (),
) -> Recorded:
    """Make the repository at ``path`` and record its founding; one cut off is taken up again.

    Args:
        administrator: Id of the first administrator, whose ``signer`` signs the founding.
        service: Signs the entry, and every entry after it.
        others: More administrators, for rules that ask for two.

    Raises:
        RegisterError: a register was founded there before.
    """
    policy = first_policy(authority, administrator, (signer.public,), rules, service)
    policy = replace(policy, people={**policy.people, **{person.id: person for person in others}})
    with founding(path, catalogue, policy, service, time) as (register, proposal):
        return register.append(proposal, proposal.signed_by(signer), now=seconds(time))


def first_policy(
    authority: str, administrator: str, keys: tuple[str, ...], rules: Rules, service: FileSigner
) -> Policy:
    """Return the policy of a new register, which gets its id here."""
    return Policy(
        version=1,
        register=secrets.token_hex(16),
        authority=authority,
        people={
            administrator: Person(id=administrator, roles=frozenset({Role.ADMINISTRATOR}), keys=keys),
            SERVICE: Person(id=SERVICE, roles=frozenset({Role.SERVICE}), keys=(service.public,)),
        },
        rules=rules,
    )


@contextmanager
def founding(
    path: Path,
    catalogue: Catalogue,
    policy: Policy,
    service: FileSigner,
    time: datetime,
) -> Iterator[tuple[Register, Proposal]]:
    """Give a register at ``path``, and its founding for the first administrator of ``policy`` to sign.

    Raises:
        RegisterError: a register was founded there before.
    """
    administrator = next(id_ for id_ in policy.people if id_ in policy.holders(Role.ADMINISTRATOR))
    act = Act(
        kind=FOUND,
        case=POLICY,
        actor=administrator,
        role=Role.ADMINISTRATOR,
        time=time,
        policy=0,
        version=policy.version,
    )
    with closing(Repository.create(path)) as repository:
        if repository.tip() is not None:
            raise RegisterError(f"There is a register at {path} already.")
    with OwnRegister(path, catalogue, service) as register:
        yield register, register.propose(act, write_policy(policy))

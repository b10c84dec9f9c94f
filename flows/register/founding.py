"""Founding a register: its id, its first administrator, its service, its first entry."""

from __future__ import annotations

import secrets
from contextlib import closing
from typing import TYPE_CHECKING

from flows.domain.act import Act
from flows.domain.acts import FOUND
from flows.domain.errors import RegisterError
from flows.domain.policy import SERVICE, Person, Policy, Rules
from flows.domain.procedure import Role
from flows.register.repository import Repository
from flows.register.roster import write_policy
from flows.register.statement import POLICY
from flows.register.store import Register

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from flows.domain.filed import Catalogue
    from flows.register.line import Recorded
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
) -> Recorded:
    """Make the repository at ``path`` and record its founding; one cut off is taken up again.

    Args:
        administrator: Id of the first administrator, whose ``signer`` signs the founding.
        service: Signs the entry, and every entry after it.

    Raises:
        RegisterError: a register was founded there before.
    """
    policy = Policy(
        version=1,
        register=secrets.token_hex(16),
        authority=authority,
        people={
            administrator: Person(
                id=administrator, roles=frozenset({Role.ADMINISTRATOR}), keys=(signer.public,)
            ),
            SERVICE: Person(id=SERVICE, roles=frozenset({Role.SERVICE}), keys=(service.public,)),
        },
        rules=rules,
    )
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
    with Register(path, catalogue, service) as register:
        return register.record(act, write_policy(policy), signer)

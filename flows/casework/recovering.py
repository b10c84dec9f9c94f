"""A recovery key: made in shares for trustees, and put together from them to name a new administrator."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.casework.acts import append_amendment, tidy_reason
from flows.domain.act import Act
from flows.domain.acts import RECOVER
from flows.domain.acts import policy as amending
from flows.domain.english import in_full
from flows.domain.errors import MalformedError, RecoveryError, RefusedError
from flows.domain.policy import Person, Recovery, fingerprint
from flows.domain.procedure import Role
from flows.register import signature
from flows.register.roster import write_policy
from flows.register.statement import POLICY
from flows.vault.shares import SECRET, Share, combine, set_of, split

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from flows.casework.office import Office
    from flows.home import Home
    from flows.register.line import Recorded
    from flows.register.signature import FileSigner

_PAGE: Final = """\
RECOVERY SHARE {number} OF {shares}

Authority:     {authority}
Recovery key:  {key}
Made on:       {day}

{lines}

Any {needed} of the {shares} shares together name a new administrator of this authority's
register of FOI cases, where no administrator has a key any more. They do nothing
else, and that they were used is on record. Fewer than {needed} tell nothing.

Keep this on paper, where neither the machine nor the other trustees can reach it.
Nobody but you has it, and it cannot be made again: if it is lost or seen, tell an
administrator, who can have all shares made anew.

Check a copy that you typed:  equipoise recovery check FILE
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A recovery key that was made, of which nobody has the private half."""

    recovery: Recovery
    shares: Sequence[Share]


def make(needed: int, shares: int) -> Made:
    """Make a recovery key in shares; its private half is forgotten on return.

    Python cannot wipe memory: what else runs as the same user could have read it meanwhile.
    """
    secret = secrets.token_bytes(SECRET)
    key = signature.from_seed(secret).public
    recovery = Recovery(key=key, needed=needed, shares=shares)
    return Made(recovery=recovery, shares=split(secret, set_of(key), needed, shares))


@contextmanager
def handed_out(made: Made, folder: Path, home: Home, authority: str, day: date) -> Iterator[list[Path]]:
    """Write each share to a file of its own in ``folder``; they go again where what follows is refused.

    Raises:
        RefusedError: the folder is in the home, or has shares already.
    """
    if folder.absolute().resolve().is_relative_to(home.root.resolve()):
        raise RefusedError(
            "The home keeps no share: name a folder outside it, on what the trustees are given."
        )
    paths = [folder / f"recovery-share-{share.number}.txt" for share in made.shares]
    written: list[Path] = []
    try:
        for share, path in zip(made.shares, paths, strict=True):
            _write(path, _page(made, share, authority, day))
            written.append(path)
        yield paths
    except (MalformedError, RefusedError):  # nothing was recorded
        for path in written:
            disk.destroy(path)
        raise


def _write(path: Path, page: str) -> None:
    try:
        disk.create(path, page.encode())
    except FileExistsError:
        raise RefusedError(f"There is a share at {path} already; name a folder without one.") from None


def _page(made: Made, share: Share, authority: str, day: date) -> str:
    recovery = made.recovery
    return _PAGE.format(
        number=share.number,
        shares=recovery.shares,
        needed=recovery.needed,
        authority=authority,
        key=fingerprint(recovery.key),
        day=in_full(day),
        lines="\n".join(f"    {line}" for line in share.lines()),
    )


def check(recovery: Recovery | None, shares: Sequence[Share]) -> FileSigner | None:
    """Return the recovery key that the shares make; None where they fit it, and are too few.

    Raises:
        RecoveryError: they are not of the key in force, or one is there twice.
    """
    if recovery is None:
        raise RecoveryError("This register has no recovery key, so that no share is good for anything.")
    for share in shares:
        if share.made_with != set_of(recovery.key):
            raise RecoveryError(f"Share {share.number} is not of the recovery key in force, but of another.")
    if len({share.number for share in shares}) < len(shares):
        raise RecoveryError("A share is there twice.")
    if len(shares) < recovery.needed:
        return None
    signer = signature.from_seed(combine(shares))
    if signer.public != recovery.key:
        raise RecoveryError("These shares do not make the recovery key; one of them was altered.")
    return signer


def put_together(recovery: Recovery | None, shares: Sequence[Share]) -> FileSigner:
    """Return the recovery key that the shares make.

    Raises:
        RecoveryError: they are too few, or are not of the key in force.
    """
    signer = check(recovery, shares)
    if signer is None:
        needed = recovery.needed if recovery else 0
        raise RecoveryError(f"It takes {needed} shares to name an administrator; {len(shares)} are there.")
    return signer


def recover(
    office: Office, person: str, *, signer: FileSigner, recovery: FileSigner, reason: str
) -> Recorded:
    """Record that the recovery key names an administrator, who signs the act with the key they are to have.

    Raises:
        RecoveryError: it may not name them, or is not the one in force.
    """
    before = office.register.policy()
    named = Person(id=person, roles=frozenset({Role.ADMINISTRATOR}), keys=(signer.public,))
    files = write_policy(amending.recover(before, named))
    act = Act(
        kind=RECOVER,
        case=POLICY,
        actor=person,
        role=Role.ADMINISTRATOR,
        time=office.now(),
        policy=before.version,
        version=before.version + 1,
        reason=tidy_reason(reason),
        details={"person": person},
    )
    consent = office.register.agreeable(act, files)
    stated = consent.recovered(recovery.sign(consent.to_bytes(), signature.RECOVERY))
    proposal = office.register.propose(stated, files)
    return append_amendment(office, proposal, proposal.signed_by(signer))

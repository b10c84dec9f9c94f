"""Another key in the place of the one that wraps the case keys, as when that may have been copied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.casework.sole_writer import sole_writer
from flows.domain.errors import RefusedError, RegisterError
from flows.vault import agent, wrapping
from flows.vault.keys import rewrap

if TYPE_CHECKING:
    from flows.casework.office import Office
    from flows.vault.wrapping import Wrapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What was done.

    Attributes:
        keys: How many case keys the new key wraps.
        unfit: Those that no key here unwraps, which were left as they are.
    """

    keys: int
    unfit: tuple[str, ...]


def rotate(office: Office) -> Rotated:
    """Put another key-encryption key in the place of this one, and have it wrap every case key.

    Raises:
        RefusedError: ``up``, a registrar or an agent has the key in its memory.
        VaultShutError, RegisterError: the key is not here, or nobody opens it.
    """
    home = office.home
    if office.keys_elsewhere:
        raise RegisterError("The case keys are with the registrar; rotate the key there.")
    with sole_writer(home), office.taking_in():
        if agent.reach(home.vault_agent):
            raise RefusedError(
                "An agent has the key in its memory: end it, rotate the key, and start the agent again."
            )
        done: list[Rotated] = []

        def each(key: Wrapping) -> None:
            keys, unfit = rewrap(home.case_keys, key)
            done.append(Rotated(keys=keys, unfit=tuple(unfit)))

        wrapping.rotate(home.wrapping, home.vault_opened, each)
    return done[0]

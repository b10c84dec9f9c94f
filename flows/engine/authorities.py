"""Several authorities on one Prefect server: what has the name of one there, and who works for which.

An authority that has a server to itself needs no name: nothing has one then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flows.domain.errors import RefusedError
from flows.engine.settings import PAPER_TAG, SCHEDULES
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.engine.settings import Schedule
    from flows.home import Home

TAG: Final = "equipoise"
"""What every deployment has, and so every run."""

_ANOTHERS: Final = "The run is not for {own}, whose worker this is; nothing was done."
_NOBODYS: Final = (
    "The run is for an authority by name, and EQUIPOISE_AUTHORITY says none here; nothing was done."
)


def own(home: Home) -> str:
    """Return the name of the authority of a home, or of the worker that has this home; empty without one."""
    return Settings(home).text("authority")


def pool(authority: str) -> str:
    """Return the name of the work pool of an authority."""
    return _joined("equipoise", authority)


def deployment(flow: str, authority: str) -> str:
    """Return the name of the deployment of a flow for an authority."""
    return _joined(authority, flow)


def rows(authority: str) -> dict[str, Schedule]:
    """Return every flow by the name of its deployment for an authority."""
    return {deployment(row.flow, authority): row for row in SCHEDULES}


def tags(authority: str) -> list[str]:
    """Return what marks the deployments and runs of an authority."""
    return [TAG, pool(authority)] if authority else [TAG]


def paper(authority: str) -> str:
    """Return what marks a task that lays a paper out, so that a limit of one authority holds up no other."""
    return _joined(PAPER_TAG, authority)


def artifact(flow: str, authority: str) -> str:
    """Return the key of what a flow leaves to read: what has one key stands on one page."""
    return _joined(flow, authority)


def parameters(authority: str) -> dict[str, str]:
    """Return what a run is told, for ``check``."""
    return {"authority": authority} if authority else {}


def check(authority: str, home: Home) -> None:
    """Do nothing where a run is for the authority that works here.

    Raises:
        RefusedError: it is for another one, or for none by name where this one has a name.
    """
    here = own(home)
    if authority != here:  # what the run says is not repeated: anybody may have written it
        raise RefusedError(_ANOTHERS.format(own=here) if here else _NOBODYS)


def _joined(*parts: str) -> str:
    return "-".join(filter(None, parts))

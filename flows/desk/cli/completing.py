"""What a shell completes while somebody types: references and people, from what the last command left.

Nothing is made anew for it, and what fails is kept quiet: no shell could show it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Final

from click.shell_completion import CompletionItem

from flows.casework.office import catalogue_of
from flows.domain.errors import PitError
from flows.domain.reference import identity
from flows.home import find_home

if TYPE_CHECKING:
    import click

    from flows.home import Home

_MOST: Final = 100
_FAILS: Final = (PitError, OSError, sqlite3.Error)


def references(ctx: click.Context, begun: str) -> list[CompletionItem]:
    """Return the references of cases that begin so, whichever way they are written."""
    with suppress(*_FAILS), closing(catalogue_of(_home(ctx))) as catalogue:
        if catalogue.open_as_it_is():
            return [CompletionItem(each) for each in catalogue.beginning_with(identity(begun), most=_MOST)]
    return []


def people(ctx: click.Context, begun: str) -> list[CompletionItem]:
    """Return those who begin so and whose keys lie in the home."""
    with suppress(*_FAILS):
        keys = sorted(key.name for key in _home(ctx).officers.iterdir() if not key.suffix)
        return [CompletionItem(name) for name in keys if name.startswith(begun)]
    return []


def _home(ctx: click.Context) -> Home:
    return find_home(ctx.params.get("home_folder"))

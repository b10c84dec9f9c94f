"""The list of what became of mail, and of letters that did not go, open for a while."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from flows.domain.errors import RegisterError
from flows.sources.mail.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flows.casework.office import Office


@contextmanager
def journal_of(office: Office) -> Iterator[Journal]:
    """Hold the list open.

    Raises:
        RegisterError: it cannot be opened, read or written; `equipoise doctor --mend` puts it away.
    """
    office.home.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with Journal(office.home.mail_journal) as journal:
            yield journal
    except sqlite3.Error:
        raise RegisterError(
            "The list of mail cannot be read; `equipoise doctor --mend` puts it away."
        ) from None


def noted(office: Office, note: Callable[[Journal], None]) -> None:
    """Note something in the list; where that cannot be, mail comes and goes all the same."""
    with suppress(RegisterError), journal_of(office) as journal:
        note(journal)

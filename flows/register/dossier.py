"""A dossier: one case as its newest entry left it, looked up once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from flows.domain.acts import CORRECT, PUBLISH, REOPEN, WITHDRAW_DRAFT
from flows.domain.errors import TamperedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flows.domain.acts import Kind
    from flows.domain.case import Case
    from flows.domain.policy import Policy
    from flows.register.chain import Chain
    from flows.register.line import Line, Recorded
    from flows.register.statement import Statement


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """What there is of one case, or of the policy.

    Attributes:
        chain: Its statements, and what they lead to.
        newest: Id of its newest entry.
        policy: In force when it was looked up.
    """

    chain: Chain
    newest: str
    policy: Policy
    line: Line

    @property
    def case(self) -> Case:
        """The case; not to be asked of the policy, which is none."""
        if self.chain.case is None:
            raise TamperedError("What was opened as a case is none; run `equipoise audit`.")
        return self.chain.case

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Oldest first."""
        return tuple(statement for _, statement in self.chain.statements)

    @cached_property
    def entries(self) -> tuple[Recorded, ...]:
        """The entries of the statements, oldest first, found by their trailers.

        Raises:
            TamperedError: they are those of other statements.
        """
        found = tuple(self.line.case_back_from(self.newest))[::-1]
        if [each.entry.statement for each in found] != [digest for digest, _ in self.chain.statements]:
            raise TamperedError(
                f"The entries of {self.chain.folder} are not those of its acts; run `equipoise audit`."
            )
        return found

    def entry_of(self, statement: Statement) -> Recorded:
        """Return the entry that recorded a statement."""
        return self.entries[statement.number - 1]

    def read(self, path: str, *, at: Statement | None = None) -> bytes:
        """Return a file of the folder, now or as the act of ``at`` left it.

        Raises:
            RegisterError: there is no such file.
        """
        entry = self.entry_of(at).id if at else self.newest
        return self.line.read(entry, f"{self.chain.folder}/{path}")

    def last(self, *kinds: Kind, document: str, version: int | None = None) -> Statement | None:
        """Return the newest statement of one of some kinds on a document; None without.

        Args:
            version: Of the document; None for any.
        """
        return next(
            (
                said
                for said in reversed(self.statements)
                if said.act.kind in kinds
                and said.act.document == document
                and version in {None, said.act.version}
            ),
            None,
        )


def replaced(statements: Iterable[Statement], document: str) -> Statement | None:
    """Return the publication that the next version of a document takes the place of; None for none.

    A further letter of a kind that recurs stands beside the one before, unless that is being corrected.
    """
    newest: Statement | None = None
    begun_anew = False
    for said in statements:
        if said.act.document != document:
            continue
        newest = said if said.act.kind == PUBLISH else newest
        if said.act.kind in {PUBLISH, CORRECT, REOPEN, WITHDRAW_DRAFT}:
            begun_anew = said.act.kind in {CORRECT, REOPEN}
    return newest if begun_anew else None

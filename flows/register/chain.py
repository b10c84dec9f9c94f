"""A chain: the signed statements of one case, or of the policy, and what they lead to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.register.statement import Link, mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flows.domain.act import FileMark
    from flows.domain.case import Case
    from flows.register.statement import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A chain as it stands.

    Attributes:
        folder: Where it is kept; empty while there is none.
        case: None for the policy, and before a case is opened.
        statements: Oldest first, each with its SHA-256.
        last: What the next statement is bound to; None while there is none.
    """

    folder: str = ""
    case: Case | None = None
    statements: tuple[tuple[str, Statement], ...] = ()
    last: Link | None = None

    @property
    def number(self) -> int:
        """Number of the newest statement; 0 while there is none."""
        return self.statements[-1][1].number if self.statements else 0

    @property
    def files(self) -> Mapping[str, FileMark]:
        """The folder without the records of acts."""
        return self.statements[-1][1].act.files if self.statements else {}

    def under(self, key: str) -> Statement | None:
        """Return the statement with that idempotency key."""
        return next((said for _, said in self.statements if said.key == key), None)

    def then(
        self, statement: Statement, data: bytes, armoured: bytes, *, folder: str, case: Case | None
    ) -> Chain:
        """Return the chain with one more statement, its bytes and its signature."""
        last = Link(statement=mark(data).sha256, signature=mark(armoured).sha256)
        statements = *self.statements, (last.statement, statement)
        return Chain(folder=folder, case=case, statements=statements, last=last)

"""A chain: the signed statements of one case, or of the policy, and what they lead to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flows.register.statement import mark

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
        records: The files of the acts.
    """

    folder: str = ""
    case: Case | None = None
    statements: tuple[tuple[str, Statement], ...] = ()
    records: Mapping[str, FileMark] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """Number of the newest statement; 0 while there is none."""
        return self.statements[-1][1].number if self.statements else 0

    @property
    def last(self) -> str | None:
        """SHA-256 of the newest statement."""
        return self.statements[-1][0] if self.statements else None

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
        written = mark(data)
        return Chain(
            folder=folder,
            case=case,
            statements=(*self.statements, (written.sha256, statement)),
            records={
                **statement.records,
                statement.path: written,
                statement.signature_path: mark(armoured),
            },
        )

"""What a published paper says beyond its text: when it was decided, first; last, the record of who decided.

The text is older than its approvals, so that it cannot say when they were given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.document.blocks import Heading, Paragraph, Strong, Table, Text
from flows.domain.english import in_full
from flows.domain.local_day import local_day
from flows.domain.procedure import Role, Stage

if TYPE_CHECKING:
    from datetime import date, datetime

    from flows.document.blocks import Block, Inline


TITLE: Final = "Record of this decision"
REGISTER, ENTRIES, ROOT = "Register", "Entries before this paper", "Root"
"""The rows from which what a paper states of the register is read again."""

# Here and not where they are used: a paper names the code of this folder as what it was made with, and
# other words than those of an earlier paper are not to look like another text.
DECIDED: Final = {
    Stage.DRAFTING: "{} submitted, which needs no approval",
    Stage.LEGAL_REVIEW: "Legal review approved",
    Stage.BALANCING: "{} signed off",
}
"""What was decided, of a kind of document: at a gate, or where it was drafted if there is none."""
ROLES: Final = {
    Role.FOI_OFFICER: "FOI officer",
    Role.LEGAL_REVIEWER: "Legal reviewer",
    Role.SIGN_OFF_OFFICER: "Sign-off officer",
}
"""In which role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What publication takes from earlier signed statements.

    Attributes:
        kind: What the paper is headed with: "Public interest test".
        decisions: What was decided, in which role and on which day:
            ("Legal review approved", "legal reviewer", date). No names.
        signed_off: SHA-256 of the sign-off statement, 64 lower-case hex digits.
        published: UTC.
        register: The register's id.
        fingerprint: What an auditor pins, SHA-256 of the register's first statement.
        signatory: By whom the paper is issued, by office; empty where it does not say.
        signed_as: In whose name it is signed before it is given out; empty where nobody knew.
        sender: Of a letter: the authority and where it is; empty for a paper that is none.
        addressee: Of a letter: to whom it is, without a name.
        replaces: The version that it takes the place of, and its day; None where it takes that of none.
        entries: How many entries the register had before it; 0 where the paper states none.
        root: Of the Merkle tree over those (RFC 6962), 64 lower-case hex digits; empty where it states none.
    """

    kind: str
    authority: str
    reference: str
    subject: str
    version: int
    decisions: tuple[tuple[str, str, date], ...]
    signed_off: str
    published: datetime
    register: str
    fingerprint: str
    signatory: str = ""
    signed_as: str = ""
    sender: str = ""
    addressee: str = ""
    replaces: tuple[int, date] | None = None
    entries: int = 0
    root: str = ""


def opening(record: Record) -> tuple[Paragraph, ...]:
    """Return the lines below the title.

    Of a letter: from whom and to whom it is, its day and its reference. Else the day of the decision, the
    version, and where to check both.
    """
    if record.addressee:
        said = (record.sender, record.addressee, in_full(local_day(record.published)), record.reference)
        lines = tuple(
            Paragraph((Strong((Text(label),)), Text(f" {words}")))
            for label, words in zip(_OF_A_LETTER, said, strict=True)
        )
        return (*lines, _paragraph(replaced)) if (replaced := _replaced(record)) else lines
    return (_decided(record),)


def _decided(record: Record) -> Paragraph:
    decided = in_full(record.decisions[-1][2])
    issued = f" Issued for {record.authority} by {record.signatory}." if record.signatory else ""
    return Paragraph(
        (
            Strong((Text(f"{_DECIDED_ON}{decided}."),)),
            Text(
                f"{issued} Version {record.version}, published on {in_full(local_day(record.published))}."
                f"{f' {replaced}' if (replaced := _replaced(record)) else ''} "
                "The record at the end says who decided in which role, and how to check this paper."
            ),
        )
    )


def _replaced(record: Record) -> str:
    if record.replaces is None:
        return ""
    version, on = record.replaces
    return f"{_REPLACES}{version}, published on {in_full(on)}."


_DECIDED_ON: Final = "Decided on "
_REPLACES: Final = "This replaces version "
_OF_A_LETTER: Final = ("From:", "To:", "Date:", "Our reference:")


def is_opening(words: str) -> bool:
    """Return whether these are the words of such a line, where nobody knows the record."""
    return words.startswith((_DECIDED_ON, _REPLACES, *_OF_A_LETTER))


def record_blocks(record: Record) -> tuple[Block, ...]:
    """Return the section "Record of this decision". It never has the hash of its own paper."""
    return (
        Heading(level=2, inlines=(Text(TITLE),)),
        _paragraph(
            f"This is version {record.version} of the {record.kind.lower()} {record.reference}, "
            f"published on {in_full(local_day(record.published))}. These decisions were made on its text:"
        ),
        _decisions(record),
        _paragraph(
            "The authority keeps a register in which each decision is a signed record. To check this "
            "paper, ask for the register\u2019s entries on it, and verify them with the command ",
            Strong((Text("equipoise audit"),)),
            Text("; the command "),
            Strong((Text("equipoise verify"),)),
            Text(" checks the file."),
        ),
        _paragraph(_signature(record)),
        *([_remembers(record)] if record.entries else []),
        _paragraph(
            "Sign-off and fingerprint are SHA-256 digests of signed records. These values are compared:"
        ),
        _particulars(record),
    )


def _signature(record: Record) -> str:
    """Return what is true of a copy that is signed and of the one in the register, which is not yet."""
    if not record.signed_as:
        return (
            "The PDF has a place for the authority\u2019s electronic signature: a reader of PDFs that checks "
            "signatures shows whether it is signed, by whom, and that nothing was changed since."
        )
    return (
        f"The PDF is given out with an electronic signature in the name of {record.signed_as}. A reader of "
        "PDFs that checks signatures shows it, and that nothing was changed since. Only the copy in the "
        "register is without it: the same file, before it was signed."
    )


def _remembers(record: Record) -> Paragraph:
    """Return what makes the paper a memory of the register that its keeper does not hold."""
    start = " ".join(record.root[at : at + 4] for at in range(0, 12, 4))
    before = "the entry" if record.entries == 1 else f"all {record.entries:,} entries"
    return Paragraph(
        (
            Strong((Text(f"Register of {record.authority} at entry {record.entries:,}: {start}."),)),
            Text(
                f" These are the first digits of the root, which stands for {before} before this paper. "
                "If one of them is changed or left out later, the register no longer gives the same root, "
                "and whoever kept this paper can show it."
            ),
        )
    )


def _paragraph(text: str, *more: Text | Strong) -> Paragraph:
    return Paragraph((Text(text), *more))


def _decisions(record: Record) -> Table:
    return _table(
        ("Decision", "Role", "Date"),
        *((label, role, in_full(on)) for label, role, on in record.decisions),
    )


def _particulars(record: Record) -> Table:
    return _table(
        ("To check", "Value"),
        ("Sign-off", record.signed_off),
        (REGISTER, record.register),
        ("Fingerprint", record.fingerprint),
        *([(ENTRIES, f"{record.entries:,}"), (ROOT, record.root)] if record.entries else []),
    )


def _table(*rows: tuple[str, ...]) -> Table:
    """Return a table whose first column heads its rows."""
    header, *body = [tuple((Text(words),) for words in row) for row in rows]
    headed: list[tuple[tuple[Inline, ...], ...]] = [((Strong(first),), *rest) for first, *rest in body]
    return Table(header=header, rows=tuple(headed), alignments=(None,) * len(header))

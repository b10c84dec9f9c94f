"""What an audit says: findings, as data, and what it could not establish."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from flows.domain import errors
from flows.domain.characters import visible
from flows.domain.finding import Finding, Severity
from flows.register.checkpoint import Checkpoint, Stated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from flows.domain.act import Act, FileMark
    from flows.domain.case import Case
    from flows.domain.policy import Policy
    from flows.register.openings import End
    from flows.register.statement import Statement

REFUSALS: Final[Mapping[type[errors.PitError], str]] = {
    errors.SamePersonError: "E_SOD",
    errors.AttestedError: "E_ATTESTED",
    errors.NotEntitledError: "E_ROLE",
    errors.WrongStageError: "E_STAGE",
    errors.UnknownCaseError: "E_STAGE",
    errors.ErasedError: "E_STAGE",
    errors.StaleVersionError: "E_REPLAY_VERSION",
    errors.StaleContentError: "E_STALE_APPROVAL",
    errors.MissingReasonError: "E_REASON",
    errors.IncompleteError: "E_CHECKS",
    errors.KnownReferenceError: "E_DUPLICATE",
}
"""What ``decide`` says, as a code; anything else it says is E_ACT."""

_MEND: Final = {
    "E_SOD": "Have an independent person review the decision; it does not count as made.",
    "E_ROLE": "Find out how the act came into the register; it does not count as made.",
    "E_IDENTITY": "Ask the person named whether they took this act, and the key's owner why they did.",
    "E_ATTESTED": "Ask the person named whether they took this act; it does not count as made.",
    "E_KEY_CLASS": "Ask whoever has that key why they signed it; the act does not count as made.",
    "E_RECOVERY": "Ask the trustees whether their shares were used; whom it names does not count as named.",
    "E_CONSENT": "Ask the administrator named whether they agreed; the change does not count as made.",
    "E_UNKNOWN_KEY": "Find out whose key this is; the act does not count as made.",
    "E_OWNER": "Find out who gave the key and who added it; have both persons make keys of their own.",
    "E_NO_KEY": "Have the person make a key, and list it; they can be shown to have done nothing without.",
    "E_WEAK_KEY": "Find out who gave the key and who added it; nothing signed with it counts.",
    "E_KEY_EXPIRED": "Treat the act as not made; the key had been taken off the list before it.",
    "E_CHECKS": "Have the version checked and decided on afresh; it should not have been submitted.",
    "E_PDF": "Withdraw the published paper and publish the approved text again.",
    "E_PUBLISHED": "Find out who wrote there, and remove it; the next publication lays out what is due.",
    "E_RENDERER": "Find out what made it: audit with a later release if one did; else draft, approve and "
    "publish it again with a release.",
    "E_KEY_KEPT": "Run `equipoise intake`, which destroys it; destroy it in the copies of the keys too.",
    "E_ROLLBACK": "Entries are missing: restore the register from a copy that has the checkpoint's entry.",
    "E_FORK": "Two histories exist: compare this register with the copy the checkpoint came from.",
    "E_STATED": "Compare the register with copies kept elsewhere, and the paper with what verify says of it.",
    "E_CHECKPOINT": "Look whether the right file was given, and whole: a checkpoint of this register, "
    "as it was printed. If it was, somebody altered the register, or what was kept.",
    "E_OPENINGS": "Find out who changed it. Whoever read what is sealed in a case is in the register.",
    "E_REMEMBERED": "Compare this register with the copy that was audited then; one of the two was altered.",
}
KEPT: Final = 100
"""Findings of one kind that are told one by one, and of what cannot be known."""
_WHOLE: Final = frozenset({"E_FORK", "E_PIN", "E_REMEMBERED", "E_ROLLBACK", "E_STATED"})
"""What is about the register as a whole."""
_BESIDE: Final = frozenset(
    {
        *("E_ALTERNATES", "E_CONFIG", "E_FILE", "E_GRAFT", "E_OPENINGS", "E_PUBLISHED", "E_REF", "E_REPLACE"),
        "E_SHALLOW",
    }
)
"""What is beside the evidence, in the repository or the home: it misleads git or people, not the audit."""
_MEND_ELSE: Final = (
    "Treat the register as altered from this entry on; compare it with a copy kept elsewhere and restore it."
)


def finding(code: str, place: str, sentence: str, mend: str | None = None) -> Finding:
    """Return a finding; whatever a tampered register put into it cannot steer a terminal."""
    return Finding(
        code=code,
        severity=Severity.BLOCK,
        place=printable(place),
        sentence=printable(sentence),
        mend=mend or _MEND.get(code, _MEND_ELSE),
    )


class FoundError(Exception):
    """Carries a finding up to where one entry's examination ends; never leaves the register."""

    def __init__(self, code: str, place: str, sentence: str) -> None:
        super().__init__(code)
        self.finding = finding(code, place, sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What a check is given of an act that brought a text, put one forward or published a paper.

    Attributes:
        case: As the act left it.
        act: The act.
        policy: In force before it.
        statements: The case's statements up to that of the act, oldest first, with their SHA-256.
        read: Returns a file of the case's folder as the act left it.
        fingerprint: The register's.
        followed: Whether an earlier audit looked into it: then only what goes with a paper is asked for.
        stated: What a paper has to state of the register before it, by the entries as they are; None for
            nothing.
    """

    case: Case
    act: Act
    policy: Policy
    statements: tuple[tuple[str, Statement], ...]
    read: Callable[[str], bytes]
    fingerprint: str
    followed: bool = False
    stated: Stated | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What such a check says.

    Attributes:
        passes: False where what the act brought is not what it should be.
        established: False where that cannot be known here, as with another toolchain than the one
            that made a paper.
        sentence: What an auditor should know; empty where there is nothing to say.
        code: What the finding is called where it does not pass.
        page: SHA-256 of the page that was made with a paper; empty where nothing says.
        again: Whether the software at hand would make the same page.
    """

    passes: bool
    established: bool = True
    sentence: str = ""
    code: str = "E_PDF"
    page: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A paper that was published.

    Attributes:
        name: Of its files, without an ending.
        version: Of the document.
        pdf: The paper.
        page, again: As the verdict on it has them.
    """

    name: str
    version: int
    pdf: FileMark
    page: str
    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Overridden:
    """A finding of the checks that a sign-off officer overrode.

    The reason stays in the register: what an audit says goes to logs, and reasons are people's own words.

    Attributes:
        entry: Number of the entry in which they did.
        finding: Its code, as ``X06``.
        place: Where in the assessment it stands; empty for the whole text.
    """

    entry: int
    case: str
    version: int
    finding: str
    place: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ByService:
    """An act that a sign-in attests: the service signed it, and not the person.

    Attributes:
        entry: Number of the entry.
        act: Its name.
    """

    entry: int
    case: str
    act: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """A witness's word that it saw the register grow to an entry, and never otherwise.

    Attributes:
        name: Of the witness.
        sequence: How many entries there were.
        time: When it said so, by its own clock, UTC.
    """

    name: str
    sequence: int
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Administered:
    """Somebody who could change who acts, and the rules.

    Attributes:
        since: Number of the entry by which they came to be an administrator.
        until: Of that by which they ceased to be one; None while they are.
    """

    person: str
    since: int
    until: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspected:
    """A key that was made suspect, and what rests on it.

    Attributes:
        key: SHA-256 of it, as the register names it.
        since: From which entry on it is doubted.
        entries: Those since then that it signed, by number.
    """

    person: str
    key: str
    since: int
    entries: tuple[int, ...]


@dataclass(kw_only=True)
class Report:
    """What an audit found.

    Attributes:
        entries: How many entries the register has.
        cases: How many cases were read.
        overrides: The findings of the checks that were overridden, oldest first.
        papers: Every paper that was published, oldest first.
        attested: What a sign-in attests and its actor did not sign, oldest first.
        erased: The cases of which what was sealed was erased, oldest first.
        register: The register's id.
        authority: What the authority calls itself; empty where that cannot be read.
        fingerprint: SHA-256 of the statement that founded the register.
        administrators: Who administered it, and from which entry to which, oldest first.
        suspects: The keys that were made suspect, and signed something ever.
        compared_to: The entry up to which a checkpoint or an earlier audit vouches that none is missing; 0
            for none.
        head: SHA-256 of the newest raw entry.
        root: Of the Merkle tree over all entries.
        vault: Where the log of the vault's openings ends; None where nobody looked, or nothing was noted.
        witnessed: Which witnesses cosigned the checkpoint from outside.
        findings: What fails, the gravest first and by kind; of one kind the first hundred.
        counts: How many there are of each kind, by code.
        accepted: Those in spite of which an administrator decided last to go on, as ``named`` has them.
        remarks: What passes, yet an auditor should know.
        not_established: What cannot be known without something from outside.
        unexamined: Of how many requests, texts, submissions and papers that is so; of each kind the first
            hundred are told.
    """

    entries: int = 0
    cases: int = 0
    overrides: tuple[Overridden, ...] = ()
    papers: tuple[Printed, ...] = ()
    attested: tuple[ByService, ...] = ()
    erased: tuple[str, ...] = ()
    register: str = ""
    authority: str = ""
    fingerprint: str = ""
    administrators: tuple[Administered, ...] = ()
    suspects: tuple[Suspected, ...] = ()
    compared_to: int = 0
    head: str = ""
    root: str = ""
    vault: End | None = None
    witnessed: list[Witnessed] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    accepted: tuple[str, ...] = ()
    remarks: list[str] = field(default_factory=list)
    not_established: list[str] = field(default_factory=list)
    unexamined: Counter[str] = field(default_factory=Counter)

    @property
    def passes(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def more(self) -> dict[str, int]:
        """How many findings there are beside those told one by one, by code."""
        return {code: count - KEPT for code, count in self.counts.items() if count > KEPT}

    @property
    def named(self) -> list[str]:
        """Every finding in short: ``E_ROLLBACK at entry 7``."""
        listed = [f"{found.code} at {found.place}" for found in self.findings]
        return [*listed, *(f"{code} at {count} more" for code, count in self.more.items())]

    @property
    def checkpoint(self) -> Checkpoint:
        """What was audited, to be remembered where it passes."""
        return Checkpoint(
            register=self.register,
            sequence=self.entries,
            head=self.head,
            root=self.root,
            vault=self.vault,
        )

    @property
    def undecided(self) -> list[str]:
        """The findings in spite of which nobody decided to go on."""
        accepted = {_matter(each) for each in self.accepted}
        return [each for each in self.named if _matter(each) not in accepted]

    def add(self, code: str, place: str, sentence: str) -> None:
        """Add a finding."""
        self.take(finding(code, place, sentence))

    def take(self, found: Finding) -> None:
        """Add a finding that was made before."""
        self.counts[found.code] += 1
        if self.counts[found.code] <= KEPT:
            self.findings.append(found)

    def sort(self) -> None:
        """Put the gravest first, and those of one kind beside each other."""
        kinds = [*dict.fromkeys(found.code for found in self.findings)]
        self.findings.sort(
            key=lambda found: (found.code in _BESIDE, found.code not in _WHOLE, kinds.index(found.code))
        )


def _matter(name: str) -> str:
    # Entries that are missing are a fork as soon as others stand in their place: one matter, decided once.
    return name.replace("E_ROLLBACK", "E_FORK")


def printable(text: str) -> str:
    """Return ``text`` with what could steer a terminal made visible."""
    return visible(text, lines=False)

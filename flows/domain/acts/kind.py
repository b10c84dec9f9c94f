"""A kind of act: one row of the table, from which everything about it is made.

Whether it may be taken and every reason why not, the facts that its statement states, the files it
writes, its command with its options and help, its line in the history, the subject of its entry, its row
in the documentation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from flows.domain.documents import DOCUMENTS, TEST, came_with
from flows.domain.english import in_full
from flows.domain.errors import Fault, MalformedError
from flows.domain.procedure import APPROVALS, Role, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from flows.domain.act import Act
    from flows.domain.case import Case
    from flows.domain.errors import PitError, RefusedError
    from flows.domain.policy import Policy

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PERSON: Final = re.compile(r"[a-z0-9]([a-z0-9.-]{0,38}[a-z0-9])?")


class On(StrEnum):
    """What an act is done to."""

    CASE = "case"
    DOCUMENT = "document"
    POLICY = "policy"


class Reason(StrEnum):
    """Whether whoever acts says why, or hands in a file that is kept sealed."""

    NONE = "none"
    MAY = "may"
    MUST = "must"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A fact that a statement states under ``name``.

    Attributes:
        fault: Returns what would be right, for a text that is not; None for one that is.
        needed: Whether it has to be there.
        help: What a person is asked for; empty where the software finds the fact out by itself.
        choices: What a person may choose from; none where anything in its form will do.
        metavar: What stands for it in a call.
        tidy: Makes of what a person typed the one form of it.
        shown: Makes of it what people read.
    """

    name: str
    fault: Callable[[str], str | None]
    needed: bool = True
    help: str = ""
    choices: tuple[str, ...] = ()
    metavar: str = "TEXT"
    tidy: Callable[[str], str] = str
    shown: Callable[[str], str] = str


def a_day(name: str, help_: str = "") -> Fact:
    """Return a fact that is a day, in the one form of ISO 8601 with hyphens."""
    return Fact(
        name=name,
        fault=_day_fault,
        help=help_,
        metavar="DATE",
        shown=lambda text: in_full(date.fromisoformat(text)),
    )


def a_choice(name: str, choices: Collection[str], help_: str) -> Fact:
    """Return a fact that is one of a closed set."""
    known = tuple(sorted(choices))

    def fault(text: str) -> str | None:
        return None if text in known else f"one of {', '.join(known)} is needed"

    return Fact(name=name, fault=fault, help=help_, choices=known, shown=lambda text: text.replace("-", " "))


def a_person(name: str, help_: str = "") -> Fact:
    """Return a fact that is the id of a person."""
    return Fact(name=name, fault=_person_fault, help=help_, metavar="PERSON")


def a_text(
    name: str,
    pattern: str,
    right: str,
    help_: str = "",
    *,
    needed: bool = True,
    metavar: str = "TEXT",
    tidy: Callable[[str], str] = str,
) -> Fact:
    """Return a fact in the form of a regular expression; ``right`` says what would be right."""
    form = re.compile(pattern)

    def fault(text: str) -> str | None:
        return None if form.fullmatch(text) else right

    return Fact(name=name, fault=fault, help=help_, needed=needed, metavar=metavar, tidy=tidy)


def the_day(text: str) -> date:
    """Return the day that a fact states.

    Raises:
        ValueError: it states none.
    """
    if _day_fault(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def malformed(act: Act, path: str, problem: str) -> MalformedError:
    """Return that an act is not in its form: where, from the act on, as ``details.on``, and what would be."""
    return MalformedError(f"{act.kind} of {act.case}", Fault(path=path, problem=problem))


def _day_fault(text: str) -> str | None:
    try:
        # fromisoformat reads other forms too; one day is to have one form.
        good = date.fromisoformat(text).isoformat() == text
    except ValueError:
        good = False
    if good:
        return None
    form = "write the date as 2022-11-07"
    return f"the calendar has no such day; {form}" if _DAY.fullmatch(text) else form


def _person_fault(text: str) -> str | None:
    return None if _PERSON.fullmatch(text) else "the id of a person is needed"


def _nothing_against(_case: Case, _act: Act, _policy: Policy) -> Iterable[PitError]:
    return ()


def _nothing_bars(_case: Case, _document: str, _person: str) -> Iterable[RefusedError]:
    return ()


def _nothing_waived(_case: Case, _document: str, _policy: Policy) -> bool:
    return False


def _no_change(case: Case, _act: Act) -> Case:
    return case


def _never_again(_case: Case) -> bool:
    return False


def _no_files(_act: Act) -> Collection[str]:
    return ()


def _asked_facts(act: Act) -> Mapping[str, str]:
    return {fact.name: act.details[fact.name] for fact in act.kind.asked if fact.name in act.details}


def by_its_file(act: Act) -> Mapping[str, str]:
    """Return the facts of an act, and what came with it: another file is another act."""
    files = ((came_with(path), mark.sha256) for path, mark in act.files.items())
    return {
        **act.details,
        **{str(came[0]): sha256 for came, sha256 in files if came and came[1] == act.kind.name},
    }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kind:
    """One kind of act; two are the same if their names are.

    Attributes:
        name: In statements, file names and commands.
        on: What it is done to.
        document: The one kind of document it is done to; empty where it may be any.
        roles: In which it may be taken; at a gate, that of the gate alone.
        at: Stages at which it may be taken: of its document, or of every document of its case.
        at_gate: Whether it is a decision at a gate.
        facts: What its statement states.
        names_version: Whether whoever acts names the version they have read.
        names_files: Whether its statement names each file it was made on, with its SHA-256.
        reason: Whether whoever acts says why.
        seals: Whether they hand in a file that is kept with the act, sealed to the case's key.
        no_writer: Whether nobody may take it on a version, or on words, of their own.
        no_second_gate: Whether nobody may take it who approved the version at another gate.
        no_overrider: Whether nobody may take it who overrode a finding of the version.
        own_key: Whether its actor's own key alone can sign it, so that no sign-in attests it.
        writes: Which files of the case's folder it may create or change.
        bars: What else keeps a person from it, whatever they would state: of a case, the name of the
            document, and the person.
        waives: Whether that keeps nobody from it as things are, because nobody would be left.
        against: What else speaks against an act that is stated, beside what follows from this row.
        after: The case as it leaves it.
        amend: For an act on the policy: the policy it makes of the one before; what it adds is found in
            the one after.
        changes: For an act on the policy: the file in which the change stands.
        chosen: What tells two acts apart that one actor takes at one position.
        again: For an act on the case: whether the case is ready for another, so that one with the same facts
            as the last is no repetition of it.
        verb, passive: ``approve``, ``approved``: in refusals.
        subject: The sentence of its entry; see ``in_words`` for what may stand in this and the next two.
        done: What was done, to follow the person who did it.
        told: What the command says once it is done.
        help, example, reason_help, seals_help: Of the command.
    """

    name: str
    on: On
    document: str = ""
    roles: frozenset[Role]
    at: frozenset[Stage] = frozenset()
    at_gate: bool = False
    facts: tuple[Fact, ...] = ()
    names_version: bool = False
    names_files: bool = False
    reason: Reason = Reason.NONE
    seals: Reason = Reason.NONE
    no_writer: bool = False
    no_second_gate: bool = False
    no_overrider: bool = False
    own_key: bool = False
    writes: Callable[[Act], Collection[str]] = _no_files
    bars: Callable[[Case, str, str], Iterable[RefusedError]] = _nothing_bars
    waives: Callable[[Case, str, Policy], bool] = _nothing_waived
    against: Callable[[Case, Act, Policy], Iterable[PitError]] = _nothing_against
    after: Callable[[Case, Act], Case] = _no_change
    amend: Callable[[Policy, Act, Policy], Policy] | None = None
    changes: str = ""
    chosen: Callable[[Act], Mapping[str, str]] = _asked_facts
    again: Callable[[Case], bool] = _never_again
    verb: str
    passive: str = ""
    subject: str
    done: str
    told: str = ""
    help: str = ""
    example: str = ""
    reason_help: str = ""
    seals_help: str = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Kind) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"<{self.name}>"

    def __str__(self) -> str:
        return self.name

    @property
    def asked(self) -> tuple[Fact, ...]:
        """The facts a person is asked for."""
        return tuple(fact for fact in self.facts if fact.help)


def in_words(sentence: str, act: Act, *, plain: bool = True) -> str:
    """Return one of a kind's sentences with the facts of an act put in, each for its name in braces.

    Beside these, ``{case}``, ``{version}`` and ``{gate}``; ``{what}``, the case or a document of it; and
    ``{of}``, " of the response" after a version that is not of the test.

    Args:
        plain: Whether a gate and a day are called what people call them, or stand as in the statement.
    """
    kind = DOCUMENTS.get(act.document)

    def words_of(fact: Fact) -> str:
        text = act.details.get(fact.name, "")
        return fact.shown(text) if plain and text else text

    return sentence.format_map(
        {
            **{fact.name: words_of(fact) for fact in act.kind.facts},
            "case": act.case,
            "what": kind.named(act.case) if kind else act.case,
            "of": f" of the {kind.short}" if kind and kind.name != TEST.name else "",
            "version": act.version,
            "gate": (APPROVALS[act.gate] if plain else act.gate) if act.gate else "",
        }
    )

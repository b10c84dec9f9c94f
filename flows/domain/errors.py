"""Everything this system raises on purpose.

PitError
├── RefusedError             the procedure says no; nothing was written
│   ├── UnknownCaseError     no case of that reference
│   ├── WrongStageError      the case stands elsewhere
│   ├── StaleVersionError    a version that is no longer current
│   ├── StaleContentError    bytes that are no longer current
│   ├── SameTextError        a draft that changes nothing
│   ├── WrongDateError       a day on which this cannot have been
│   ├── NotEntitledError     the person lacks the role or the key
│   ├── UnfitSignatureError  a signature that does not count
│   ├── SamePersonError      separation of duties
│   ├── AttestedError        a sign-in that does not stand for a signature
│   ├── MissingReasonError   a return or an override without its reason
│   ├── IncompleteError      the draft is not fit to be submitted
│   ├── UnfitPaperError      the paper fails its checks, and is not published
│   ├── ErasedError          the case was erased
│   └── KnownReferenceError  the reference is taken by other content
├── MalformedError           text from outside we cannot read; carries every fault
├── RegisterError            the register is absent or cannot be read or written
│   └── RegisterMovedError   someone wrote first; read again and retry
├── TamperedError            the register fails its audit; never caught, never retried
└── UnexpectedError          a fault of the program, without the words it came with

A message is one sentence an officer can act on, built by the class from facts. No text
of a case stands in a message: Prefect and the logs keep messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from traceback import walk_tb
from typing import TYPE_CHECKING

from flows.domain.english import begun, in_full
from flows.domain.procedure import STANDS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from flows.domain.procedure import Stage


class PitError(Exception):
    """Base of every error raised on purpose."""

    def __reduce__(self) -> tuple[object, ...]:
        # Prefect may carry an error between processes. Rebuild it from its sentence:
        # the default would call __init__, which wants the facts.
        return _revive, (type(self), self.args, self.__dict__)


def _revive(kind: type[PitError], args: tuple[object, ...], state: dict[str, object]) -> PitError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class RefusedError(PitError):
    """The procedure does not allow what was asked. Nothing was written."""


class UnknownCaseError(RefusedError):
    """No case of that reference is in the register; ``alike`` are references that may have been meant."""

    def __init__(self, reference: str, *, alike: Sequence[str] = ()) -> None:
        self.reference = reference
        instead = (
            f"did you mean {' or '.join(alike)}?" if alike else "`equipoise queue --all` lists every case."
        )
        super().__init__(f"There is no case {reference} in the register; {instead}")


class CatchingUpError(PitError):
    """What the register has is still being read, so not everything can be looked up, and nothing recorded."""

    def __init__(self) -> None:
        super().__init__(
            "The lists of cases are being made anew, so this cannot be looked up or recorded yet, and "
            "nothing was recorded; try again in a few minutes."
        )


class WrongStageError(RefusedError):
    """An act meant for one stage met a document standing at another; ``which`` says what stands there."""

    def __init__(self, reference: str, *, passive: str, stage: Stage, which: str = "it") -> None:
        super().__init__(f"{begun(reference)} cannot be {passive}: {which} {STANDS[stage]}.")


class StaleVersionError(RefusedError):
    """An act names a version that is not the current one."""

    def __init__(self, reference: str, *, current: int, named: int) -> None:
        super().__init__(
            f"{begun(reference)} is at version {current}, not {named}; "
            f"read version {current} and act on that."
        )


class StaleContentError(RefusedError):
    """An approval was made on other bytes than those of the case now."""

    def __init__(self, reference: str, path: str) -> None:
        super().__init__(f"{path} of {reference} has changed since it was read; read it again first.")


class SameTextError(RefusedError):
    """A draft has the text of the current version."""

    def __init__(self, reference: str, *, current: int) -> None:
        super().__init__(f"Version {current} of {reference} has this text already; nothing was recorded.")


class WrongDateError(RefusedError):
    """A sending is dated before the publication, or in the future."""

    def __init__(self, reference: str, *, first: date, last: date) -> None:
        super().__init__(
            f"{begun(reference)} was published on {in_full(first)}: "
            f"it cannot have been sent before then, nor after today, {in_full(last)}."
        )


class NotEntitledError(RefusedError):
    """A person may not do this: unknown, revoked, without the role, or without the key."""

    def __init__(self, person: str, *, verb: str, needed: str) -> None:
        super().__init__(f"{person} may not {verb}: that needs {needed}.")


class UnfitSignatureError(RefusedError):
    """A signature does not count, whoever made it; the sentence says why."""


class SamePersonError(RefusedError):
    """One person would take two parts that the procedure keeps apart."""

    def __init__(self, reference: str, person: str, *, earlier: str, verb: str) -> None:
        super().__init__(f"{person} {earlier} {reference}, so another person has to {verb}.")


class AttestedError(RefusedError):
    """A sign-in cannot attest this act, or not this sign-in; the sentence says why."""


class KeyOwnerError(RefusedError):
    """A key is, or was, another person's: persons are counted by id, so a key is one person's for ever."""


class UnchangedError(RefusedError):
    """The rules are so already: an act would change nothing."""


class KeylessError(RefusedError):
    """A person would be listed without a key, and could be shown to have done nothing."""


class ConsentError(RefusedError):
    """A change of the policy takes two administrators, and no other agreed to this one."""


class RecoveryError(RefusedError):
    """A new administrator is named by shares that do not do so, or otherwise than shares may."""


class MissingReasonError(RefusedError):
    """A case was sent back, a finding overridden or a stop lifted, without saying why."""

    def __init__(self, reference: str, *, verb: str) -> None:
        super().__init__(f"{begun(reference)}: say why; to {verb} takes a reason.")


class IncompleteError(RefusedError):
    """The draft has what stops its submission, or an approval or publication of it since."""

    def __init__(self, reference: str, *, blocking: int, first: str, verb: str = "submitted") -> None:
        more = f" `equipoise show {reference}` lists {blocking - 1} more." if blocking > 1 else ""
        super().__init__(f"{reference} cannot be {verb} yet: {first}{more}")


class UnfitPaperError(RefusedError):
    """The PDF made for publication fails its checks."""

    def __init__(self, reference: str, *, findings: int, first: str) -> None:
        more = f" and {findings - 1} more" if findings > 1 else ""
        super().__init__(
            f"{reference} is not published: its PDF fails the checks, {first}{more}; "
            "`equipoise pdf-check` lists them for a paper made with `equipoise document --pdf`."
        )


class ErasedError(RefusedError):
    """What was sealed in the case was erased, and nothing more is done to it."""

    def __init__(self, reference: str, *, on: date) -> None:
        super().__init__(
            f"{reference} was erased on {in_full(on)}: nobody can open what was sealed in it, and nothing "
            "more is recorded of it."
        )


class KnownReferenceError(RefusedError):
    """The reference belongs to a case with other content."""

    def __init__(self, reference: str) -> None:
        super().__init__(
            f"{reference} is already a case with other content; give the new request a reference of its own."
        )


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Fault:
    """One thing wrong with a text from outside.

    Attributes:
        path: Where, as in ``parts[0].exemptions[1].provision``; empty for the whole text.
        problem: What is wrong and what would be right, as a sentence without its full stop.
    """

    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}" if self.path else self.problem


class MalformedError(PitError):
    """A text from outside does not have the shape it should.

    Attributes:
        source: What was read, as the reader named it ("assessment.yaml").
        faults: Everything found wrong, in the order of the text.
    """

    def __init__(self, source: str, *faults: Fault) -> None:
        self.source = source
        self.faults = faults
        super().__init__(f"{source}: " + "; ".join(map(str, faults)) + ".")


class NotCosignedError(RefusedError):
    """A witness does not sign a checkpoint.

    Attributes:
        status: What an answer in HTTP says (c2sp.org/tlog-witness).
        size: Of the newest checkpoint it signed, where the one it was given goes on from another.
    """

    def __init__(self, status: int, sentence: str, *, size: int | None = None) -> None:
        self.status = status
        self.size = size
        super().__init__(sentence)


class RegisterError(PitError):
    """The register is absent, or could not be read or written."""


class ShortageError(PitError):
    """The system gave this process nothing more to read with, so nothing is known of what it would have read.

    It is no sign of damage: whoever judges what is there, judges nothing by it.
    """

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"The system gives this process no more to work with: {why}; try again later.")


class VaultShutError(RegisterError):
    """What is sealed cannot be opened before a person opens the vault."""


class RegisterMovedError(RegisterError):
    """Someone else wrote first. Safe to read again and retry."""

    def __init__(self, reference: str) -> None:
        what = f"The {reference}" if reference == "policy" else reference
        super().__init__(f"{what} changed before this was recorded: look at it again, and sign again.")


class CutOffError(RegisterError):
    """A step of a run took longer than it may.

    Args:
        seconds: That it may take.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"It was cut off after {seconds:g} seconds; the next run takes it up again.")


class TamperedError(PitError):
    """What was recorded is not what was signed, or does not follow from what came before."""


class UnexpectedError(PitError):
    """A fault of the program, told without the words it came with, which may be a case's."""

    @classmethod
    def of(cls, error: Exception) -> UnexpectedError:
        """Return what is told of ``error``."""
        *_, (frame, line) = walk_tb(error.__traceback__)
        return cls(type(error).__name__, f"{Path(frame.f_code.co_filename).name}:{line}")

    def __init__(self, kind: str, place: str) -> None:
        super().__init__(
            f"The program failed with {kind} at {place}; nothing was half done. Please report it."
        )

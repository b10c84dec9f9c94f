"""An error keeps what it says, wherever it is carried."""

from __future__ import annotations

import copy
import pickle
from datetime import date

import pytest

from flows.domain import errors
from flows.domain.errors import Fault, MalformedError, PitError
from flows.domain.procedure import Stage

_FAULT = Fault(path="parts[0].harm", problem="this is empty; write the text")

ONE_OF_EACH = [
    errors.RefusedError("No."),
    errors.UnknownCaseError("1146A/22"),
    errors.WrongStageError("1146A/22", passive="approved", stage=Stage.DRAFTING),
    errors.StaleVersionError("1146A/22", current=2, named=1),
    errors.StaleContentError("1146A/22", "document.md"),
    errors.SameTextError("1146A/22", current=1),
    errors.WrongDateError("1146A/22", first=date(2022, 11, 28), last=date(2022, 11, 29)),
    errors.NotEntitledError("foi-officer", verb="approve", needed="the role legal-reviewer"),
    errors.SamePersonError("1146A/22", "foi-officer", earlier="wrote", verb="approve"),
    errors.MissingReasonError("1146A/22", verb="return"),
    errors.IncompleteError("1146A/22", blocking=1, first="31(9) does not exist."),
    errors.AttestedError("The policy does not say that the account that signed in is foi-officer's."),
    errors.KeyOwnerError("That key was foi-officer's; new-name needs a key of their own."),
    errors.UnchangedError("Papers look like this already."),
    errors.KeylessError("new-name would have no key; whoever is listed needs one of their own."),
    errors.ConsentError("sign-off-officer agreed to this change, and is no administrator."),
    errors.VaultShutError("The vault is shut: no agent answers, and no passphrase is at hand."),
    errors.RecoveryError("new-name is on the list already; shares name somebody who is not."),
    errors.NotCosignedError(409, "The checkpoint goes on from another size.", size=4),
    errors.UnfitSignatureError("The signature does not fit what it stands beside."),
    errors.UnfitPaperError("1146A/22", findings=2, first="PDF_ORDER at page 1"),
    errors.ErasedError("1146A/22", on=date(2026, 1, 5)),
    errors.KnownReferenceError("1146A/22"),
    errors.MalformedError("assessment.yaml", _FAULT, Fault(path="", problem="it is too long")),
    errors.RegisterError("The register is absent."),
    errors.CatchingUpError(),
    errors.ShortageError("Too many open files"),
    errors.RegisterMovedError("1146A/22"),
    errors.CutOffError(180),
    errors.TamperedError("Entry 3 does not hold."),
    errors.UnexpectedError("KeyError", "flows/intake.py:12"),
]


def _kinds(kind: type[PitError]) -> set[type[PitError]]:
    return {kind}.union(*(_kinds(below) for below in kind.__subclasses__()))


def test_there_is_one_of_each() -> None:
    ours = {kind for kind in _kinds(PitError) if kind.__module__ == errors.__name__}

    assert {type(error) for error in ONE_OF_EACH} == ours - {PitError}


@pytest.mark.parametrize("error", ONE_OF_EACH, ids=lambda error: type(error).__name__)
def test_an_error_is_carried_between_processes_with_its_sentence_and_facts(error: PitError) -> None:
    error.add_note("while approving")

    for carried in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):  # noqa: S301
        assert type(carried) is type(error)
        assert str(carried) == str(error)
        assert carried.args == error.args
        assert vars(carried) == vars(error)


@pytest.mark.parametrize("error", ONE_OF_EACH, ids=lambda error: type(error).__name__)
def test_an_error_is_one_line_that_ends_like_a_sentence(error: PitError) -> None:
    assert "\n" not in str(error)
    assert str(error).endswith(".")
    assert not str(error).endswith("..")


def test_a_malformed_text_tells_every_fault_with_its_path() -> None:
    error = MalformedError("assessment.yaml", _FAULT, Fault(path="", problem="it is too long"))

    assert error.faults == (_FAULT, Fault(path="", problem="it is too long"))
    assert str(error) == ("assessment.yaml: parts[0].harm: this is empty; write the text; it is too long.")


def test_an_incomplete_draft_tells_how_much_more_there_is() -> None:
    error = errors.IncompleteError("1146A/22", blocking=3, first="31(9) does not exist.")

    assert "2 more" in str(error)

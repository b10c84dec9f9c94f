"""Auditing: the register is verified, and a checkpoint is written when it has grown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from flows import home as flows_home
from flows.casework import papers as paper
from flows.domain.errors import TamperedError
from flows.domain.procedure import DOCUMENT
from flows.register.audit import audit
from flows.register.checkpoint import newest_checkpoint

if TYPE_CHECKING:
    from flow_builders import Town


def checkpoints(town: Town) -> list[str]:
    folder = town.home.checkpoints
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_register_that_holds_gets_a_checkpoint(town: Town) -> None:
    town.drafted("A/1")

    run = town.run("auditing")

    assert run.completed
    assert checkpoints(town) == ["000000006.txt"]
    assert run.artifacts() == [
        "| case | what happened |\n|---|---|\n| register | 6 entries hold; checkpoint 000000006.txt written |"
    ]
    assert run.tasks() == [("auditing", "COMPLETED", 1)]
    note = (town.home.checkpoints / "000000006.txt").read_text()
    assert audit(town.home.register, check_paper=paper.check, checkpoint=note, now=flows_home.now()).holds


def test_a_register_that_has_not_grown_gets_no_second_checkpoint(town: Town) -> None:
    town.run("auditing")

    run = town.run("auditing")

    assert run.completed
    assert checkpoints(town) == ["000000004.txt"]
    assert run.artifacts() == []


@pytest.mark.parametrize("left", ["", "equipoise/", "\0" * 400])
def test_a_torn_checkpoint_is_told_and_written_again(left: str, town: Town) -> None:
    town.run("auditing")
    town.drafted("A/1")
    town.run("auditing")
    (town.home.checkpoints / "000000006.txt").write_text(left)

    run = town.run("auditing")

    assert run.completed
    torn = "checkpoint 000000006.txt cannot be read and was passed over"
    (artifact,) = run.artifacts()
    assert artifact.endswith(f"| register | {torn}; 6 entries hold; checkpoint 000000006.txt written |")
    assert checkpoints(town) == ["000000004.txt", "000000006.txt"]
    assert newest_checkpoint(town.home.checkpoints)[1] == []


def test_a_register_that_was_cut_back_is_found_though_the_newest_checkpoint_is_torn(town: Town) -> None:
    head = town.home.register / "refs" / "heads" / "main"
    earlier = head.read_text()
    town.drafted("A/1")
    town.run("auditing")
    town.close()
    head.write_text(earlier)
    (town.home.checkpoints / "000000009.txt").touch()

    assert not town.run("auditing").completed


def test_a_register_that_does_not_hold_fails_the_audit_and_gets_no_checkpoint(town: Town) -> None:
    town.drafted("A/1")
    town.run("auditing")
    town.submit("A/1")
    town.damage("A/1", DOCUMENT)

    run = town.run("auditing")

    assert not run.completed
    assert [type(error) for error in run.failures] == [TamperedError]
    assert run.tasks() == [("auditing", "FAILED", 1)]
    assert checkpoints(town) == ["000000006.txt"]
    (artifact,) = run.artifacts()
    assert "| register | failed: The register does not hold: " in artifact


def test_a_register_cut_back_behind_its_checkpoint_fails_the_audit(town: Town) -> None:
    head = town.home.register / "refs" / "heads" / "main"
    earlier = head.read_text()
    town.drafted("A/1")
    town.run("auditing")
    town.close()
    head.write_text(earlier)

    run = town.run("auditing")

    assert not run.completed
    assert checkpoints(town) == ["000000006.txt"]

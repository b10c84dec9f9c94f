"""Publication: the paper of every case that is signed off."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from flows import publication
from flows.domain.procedure import DOCUMENT, Stage
from flows.wiring import open_house

if TYPE_CHECKING:
    import pytest
    from flow_builders import Town


def test_what_is_signed_off_is_published(town: Town) -> None:
    town.drafted("A/1", "A/2")
    town.sign_off("A/1")

    run = town.run("publication")

    assert run.completed
    assert town.stages() == {"A/1": "published", "A/2": "drafting"}
    paper = (town.home.published / "A-1.pdf").read_bytes()
    assert paper.startswith(b"%PDF-")
    assert paper == town.house.register.read("A/1", "published/A-1.pdf")
    assert run.artifacts() == ["| case | what happened |\n|---|---|\n| A/1 | version 1 published |"]
    assert run.tasks() == [("publication-A/1", "COMPLETED", 1)]
    assert town.audited().holds


def test_a_case_that_cannot_be_published_holds_up_no_other(town: Town) -> None:
    town.drafted("A/1", "A/2", "A/3")
    town.sign_off("A/1", "A/2", "A/3")
    town.damage("A/2", DOCUMENT)

    run = town.run("publication")

    assert not run.completed
    assert town.stages() == {"A/1": "published", "A/2": "publication", "A/3": "published"}
    assert run.tasks() == [
        ("publication-A/1", "COMPLETED", 1),
        ("publication-A/2", "FAILED", 1),
        ("publication-A/3", "COMPLETED", 1),
    ]
    (artifact,) = run.artifacts()
    assert "| A/2 | failed: Object " in artifact


def test_naming_a_case_does_not_make_it_ready_for_publication(town: Town) -> None:
    town.drafted("A/1", "A/2", "A/3")
    town.submit("A/1")
    town.approve("A/1", Stage.LEGAL_REVIEW)
    town.sign_off("A/2", "A/3")

    run = town.run("publication", only=["A/1", "A/2", "unknown"])

    assert [name for name, *_ in run.tasks()] == ["publication-A/2"]
    assert town.stages() == {"A/1": "balancing", "A/2": "published", "A/3": "publication"}
    assert {path.name for path in town.home.published.iterdir()} == {"A-2.pdf"}


def test_a_paper_that_a_kill_kept_from_the_folder_is_laid_out_by_the_next_run(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.drafted("A/1")
    town.sign_off("A/1")
    town.close()
    child = os.fork()
    if child == 0:  # pragma: no cover  the child never comes back to be measured
        monkeypatch.setattr(publication, "lay_out", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        with open_house(town.home) as house:
            publication.publish.fn("A/1", house)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert town.stages() == {"A/1": "published"}
    assert list(town.home.published.iterdir()) == []

    run = town.run("publication")

    assert run.completed
    paper = town.house.register.read("A/1", "published/A-1.pdf")
    assert (town.home.published / "A-1.pdf").read_bytes() == paper
    assert run.artifacts() == [
        "| case | what happened |\n|---|---|\n| A/1 | the missing copy was laid out again |"
    ]
    assert run.tasks() == [("publication-copy-A/1", "COMPLETED", 1)]


def test_a_copy_that_cannot_be_laid_out_again_holds_up_no_other(town: Town) -> None:
    town.drafted("A/1", "A/2", "A/3")
    town.sign_off("A/1", "A/2")
    town.run("publication")
    town.sign_off("A/3")
    for paper in town.home.published.iterdir():
        paper.unlink()
    town.damage("A/1", "published/A-1.pdf")

    run = town.run("publication")

    assert {path.name for path in town.home.published.iterdir()} == {"A-2.pdf", "A-3.pdf"}
    assert run.tasks() == [
        ("publication-A/3", "COMPLETED", 1),
        ("publication-copy-A/1", "FAILED", 1),
        ("publication-copy-A/2", "COMPLETED", 1),
    ]

"""Publication: the paper of every case that is signed off."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import re
import signal
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from canaries import kept_in, objects_of, unpacked
from flow_builders import MANIFEST, PAPER, command
from registrars import elsewhere, straight

from flows import home as flows_home
from flows.casework import acts, publishing
from flows.casework.office import open_office
from flows.casework.papers import basis_of
from flows.document import inspection
from flows.document import publication as document_publication
from flows.document.blocks import words
from flows.document.pdf import render_pdf
from flows.document.signing import credential, throwaway, update
from flows.document.signing.examination import Trust, examine
from flows.domain.acts import PUBLISH, SENT
from flows.domain.documents import DOCUMENT, RESPONSE, TEST
from flows.domain.errors import TamperedError
from flows.domain.procedure import Stage
from flows.engine import here as engine
from flows.register import signature, store
from flows.register.store import OwnRegister

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flow_builders import Clock, Town

    from flows.casework.office import Office
    from flows.document.blocks import Block
    from flows.document.imprint import Imprint
    from flows.home import Home
    from flows.register.line import Recorded


def both(*names: str) -> set[str]:
    """Return the names of the papers and of their pages."""
    return {f"{name}.{form}" for name in names for form in ("pdf", "html")}


def test_what_is_signed_off_is_published(town: Town) -> None:
    town.drafted("A/1", "A/2")
    town.sign_off("A/1")

    run = town.run("publication")

    assert run.completed
    assert town.stages() == {"A/1": "published", "A/2": "drafting"}
    paper = (town.home.published / "A-1.pdf").read_bytes()
    assert paper.startswith(b"%PDF-")
    assert paper == town.read("A/1", PAPER)
    page = (town.home.published / "A-1.html").read_bytes()
    manifest = json.loads(town.read("A/1", MANIFEST))
    assert hashlib.sha256(page).hexdigest() == manifest["html"]["sha256"]
    assert run.artifacts() == ["| case | what happened |\n|---|---|\n| A/1 | version 1 published |"]
    assert run.tasks() == [("publication-A/1", "COMPLETED", 1)]
    assert town.audited().passes


@pytest.mark.exhaustive
def test_late_on_a_summer_evening_every_day_on_paper_is_the_local_one(town: Town, clock: Clock) -> None:
    clock.time = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)  # half past midnight on 1 July
    town.drafted("A/1", received="2026-07-01")
    town.sign_off("A/1")

    town.run("publication")

    with open_office(town.home, reading=True) as office:
        dossier = office.register.dossier("A/1")
        paper = " ".join(words(basis_of(office.register, dossier, dossier.statements[-1]).blocks()))
    page = re.sub("<[^>]+>", "", (town.home.published / "A-1.html").read_text(encoding="utf-8"))
    for told in (paper, page):
        assert "published on 1 July 2026" in told
        assert told.count("1 July 2026") >= 3
        assert "30 June 2026" not in told
    assert "1 Jul 2026 00:30" in command(town.home, "history", "A/1").stdout
    town.act("foi-officer", SENT, "A/1", facts={"on": "2026-07-01", "by": "post"})


@pytest.mark.exhaustive
def test_a_response_is_published_beside_its_test_and_each_when_it_is_signed_off(town: Town) -> None:
    town.drafted("A/1")
    town.answer("A/1")
    town.approve("A/1", Stage.BALANCING, document=RESPONSE.name)

    run = town.run("publication")

    assert run.tasks() == [("publication-A/1 response", "COMPLETED", 1)]
    assert run.artifacts() == ["| case | what happened |\n|---|---|\n| A/1 response | version 1 published |"]
    assert town.stages() == {"A/1": "drafting", "A/1 response": "published"}
    assert {path.name for path in town.home.published.iterdir()} == both("A-1-response")
    laid_out = (town.home.published / "A-1-response.pdf").read_bytes()
    assert laid_out == town.read("A/1", RESPONSE.published("A-1")[0])

    town.sign_off("A/1")
    assert town.run("publication").tasks() == [("publication-A/1", "COMPLETED", 1)]
    assert {path.name for path in town.home.published.iterdir()} == both("A-1", "A-1-response")
    assert town.audited().passes


@pytest.mark.exhaustive
def test_the_papers_of_a_case_are_published_in_the_order_of_its_documents(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(random, "sample", lambda of, size: of[::-1][:size])
    town.drafted("A/1", "A/2")
    for reference in ("A/1", "A/2"):
        town.answer(reference)
        town.approve(reference, Stage.BALANCING, document=RESPONSE.name)
        town.sign_off(reference)

    town.run("publication")

    for reference in ("A/1", "A/2"):
        said = [each.act for each in town.office.register.dossier(reference).statements]
        published = [act.document for act in said if act.kind == PUBLISH]
        assert published == [TEST.name, RESPONSE.name]


@pytest.mark.exhaustive
def test_a_copy_of_a_response_that_is_missing_is_laid_out_again(town: Town) -> None:
    town.drafted("A/1")
    town.answer("A/1")
    town.approve("A/1", Stage.BALANCING, document=RESPONSE.name)
    town.sign_off("A/1")
    town.run("publication")
    before = town.everything()
    for name in both("A-1-response"):
        (town.home.published / name).unlink()

    run = town.run("publication")

    assert run.tasks() == [("publication-copy-A/1 response", "COMPLETED", 1)]
    assert run.artifacts()[0].endswith("| A/1 response | the missing copy was laid out again |")
    assert town.everything() == before


@pytest.mark.exhaustive
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
    assert "| A/2 | failed: A/2 fails its audit at entry " in artifact


@contextmanager
def without_keys(town: Town, folder: Path) -> Iterator[None]:
    """Let somebody act who can write to the register, and has nobody's key."""
    signature.generate(folder / "mallory")
    mallory = signature.load(folder / "mallory")
    town.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signature, "load", lambda _: mallory)
        patch.setattr(store, "check_signature", lambda *_: None)
        patch.setattr(OwnRegister, "_check_service", lambda *_: mallory)
        patch.setattr(OwnRegister, "_check_tip", lambda *_: None)
        patch.setattr(OwnRegister, "verify_case", lambda *_: None)
        yield
        town.close()


@pytest.mark.parametrize("gone_on", [False, True])
def test_what_somebody_without_a_key_signed_off_is_not_published(
    town: Town, tmp_path: Path, *, gone_on: bool
) -> None:
    town.drafted("A/1")
    with without_keys(town, tmp_path):
        town.sign_off("A/1")
    if gone_on:  # as a service did that believed its newest entry
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(OwnRegister, "_check_tip", lambda *_: None)
            town.drafted("A/2")
    entries = town.entries()
    assert town.stages()["A/1"] == "publication"

    run = town.run("publication")

    assert [type(failure) for failure in run.failures] == [TamperedError]
    assert "`equipoise audit`" in run.artifacts()[0]
    assert town.entries() == entries
    assert [*town.home.published.iterdir()] == []


def test_what_somebody_without_a_key_published_is_not_laid_out(town: Town, tmp_path: Path) -> None:
    town.drafted("A/1")
    with without_keys(town, tmp_path):
        town.sign_off("A/1")
        publishing.publish(town.office, "A/1")
    for laid_out in town.home.published.iterdir():
        laid_out.unlink()
    assert town.stages() == {"A/1": "published"}

    run = town.run("publication")

    assert [type(failure) for failure in run.failures] == [TamperedError]
    assert [*town.home.published.iterdir()] == []


@pytest.mark.exhaustive
def test_naming_a_case_does_not_make_it_ready_for_publication(town: Town) -> None:
    town.drafted("A/1", "A/2", "A/3")
    town.submit("A/1")
    town.approve("A/1", Stage.LEGAL_REVIEW)
    town.sign_off("A/2", "A/3")

    run = town.run("publication", only=["A/1", "A/2"])

    assert [name for name, *_ in run.tasks()] == ["publication-A/2"]
    assert town.stages() == {"A/1": "balancing", "A/2": "published", "A/3": "publication"}
    assert {path.name for path in town.home.published.iterdir()} == both("A-2")


@pytest.mark.exhaustive
def test_a_paper_that_a_kill_kept_from_the_folder_is_laid_out_by_the_next_run(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.drafted("A/1")
    town.sign_off("A/1")
    town.close()
    child = os.fork()
    if child == 0:
        try:
            # The checker of conformance has threads of its own, which a fork leaves behind: it would wait.
            monkeypatch.setattr(inspection, "conformance", lambda _: ())
            monkeypatch.setattr(publishing, "signed", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
            with open_office(town.home) as office:
                publishing.publish(office, "A/1")
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert town.stages() == {"A/1": "published"}
    assert list(town.home.published.iterdir()) == []

    run = town.run("publication")

    assert run.completed
    paper = town.read("A/1", PAPER)
    assert (town.home.published / "A-1.pdf").read_bytes() == paper
    assert run.artifacts() == [
        "| case | what happened |\n|---|---|\n| A/1 | the missing copy was laid out again |"
    ]
    assert run.tasks() == [("publication-copy-A/1", "COMPLETED", 1)]


@pytest.mark.exhaustive
def test_a_copy_that_cannot_be_laid_out_again_holds_up_no_other(town: Town) -> None:
    town.drafted("A/1", "A/2", "A/3")
    town.sign_off("A/1", "A/2")
    town.run("publication")
    town.sign_off("A/3")
    for paper in town.home.published.iterdir():
        paper.unlink()
    town.damage("A/1", PAPER)

    run = town.run("publication")

    assert {path.name for path in town.home.published.iterdir()} == both("A-2", "A-3")
    assert run.tasks() == [
        ("publication-A/3", "COMPLETED", 1),
        ("publication-copy-A/1", "FAILED", 1),
        ("publication-copy-A/2", "COMPLETED", 1),
    ]


def test_a_paper_that_fails_its_checks_is_not_published(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.drafted("A/1", "A/2")
    town.sign_off("A/1", "A/2")

    def without_its_end(blocks: tuple[Block, ...], imprint: Imprint, *, dated: datetime) -> bytes:
        return render_pdf(blocks[:-1] if imprint.reference == "A/1" else blocks, imprint, dated=dated)

    monkeypatch.setattr(document_publication, "render_pdf", without_its_end)

    run = town.run("publication")

    assert town.stages() == {"A/1": "publication", "A/2": "published"}
    assert {path.name for path in town.home.published.iterdir()} == both("A-2")
    (artifact,) = run.artifacts()
    assert (
        "| A/1 | failed: A/1 is not published: its PDF fails the checks, PDF_MISSING at paragraph "
        in artifact
    )
    monkeypatch.undo()
    with open_office(town.home) as office:
        publishing.publish(office, "A/1")
    assert town.stages() == {"A/1": "published", "A/2": "published"}


# The authority's signature ------------------------------------------------------------------------


def a_credential(town: Town, more: str = "") -> bytes:
    """Give a home a credential; return its private key."""
    throwaway.make(town.home.authority, "Northshire Police", flows_home.now())
    settings = town.home.authority / "signing.toml"
    settings.write_text(settings.read_text() + more)
    town.close()
    return (town.home.authority / throwaway.KEY).read_bytes()


def test_what_is_laid_out_is_signed_and_what_is_registered_can_be_made_again(town: Town) -> None:
    a_credential(town)
    town.drafted("A/1")
    town.sign_off("A/1")

    assert town.run("publication").completed

    laid_out = (town.home.published / "A-1.pdf").read_bytes()
    registered = town.read("A/1", PAPER)
    assert laid_out.startswith(registered)
    file = update.read(registered, laid_out)
    signature = examine(file, credential.roots(town.home.authority), flows_home.now())
    assert signature is not None
    assert signature.intact
    assert (signature.signer, signature.trust) == ("Northshire Police", Trust.TRUSTED)
    assert signature.claimed == flows_home.now()
    assert update.read(registered, registered).updates == ()
    assert town.audited().passes


def test_a_paper_says_whether_it_is_given_out_signed_and_is_never_given_out_otherwise(town: Town) -> None:
    """The register's copy says it of the one that is given out, and is told apart from it."""
    town.drafted("A/1", "A/2")
    town.sign_off("A/1")
    assert town.run("publication").completed
    a_credential(town)
    town.sign_off("A/2")
    assert town.run("publication").completed

    without, with_ = (
        (town.home.published / f"{name}.html").read_text(encoding="utf-8") for name in ("A-1", "A-2")
    )
    assert "shows whether it is signed, by whom" in without
    assert "electronic signature in the name of" not in without
    assert "with an electronic signature in the name of Northshire Police." in with_
    assert "Only the copy in the register is without it" in with_
    assert town.audited().passes

    for name in ("A-1", "A-2"):
        (town.home.published / f"{name}.pdf").unlink()
    (town.home.authority / "signing.toml").unlink()
    town.close()
    run = town.run("publication")
    (artifact,) = run.artifacts()
    assert "says that it is signed in the name of Northshire Police" in artifact
    assert {each.name for each in town.home.published.iterdir()} == {*both("A-1"), "A-2.html"}


@pytest.mark.exhaustive
def test_a_paper_that_could_not_be_signed_is_registered_and_laid_out_by_a_later_run(town: Town) -> None:
    a_credential(town, 'time-stamp = "http://127.0.0.1:9/"\n')
    town.drafted("A/1")
    town.sign_off("A/1")

    run = town.run("publication")

    assert run.tasks() == [("publication-A/1", "FAILED", 1), ("publication-copy-A/1", "FAILED", 1)]
    assert town.stages() == {"A/1": "published"}
    assert list(town.home.published.iterdir()) == []
    (artifact,) = run.artifacts()
    assert "The time-stamp authority does not answer" in artifact

    settings = town.home.authority / "signing.toml"
    settings.write_text("\n".join(settings.read_text().splitlines()[:-1]))
    town.close()
    assert town.run("publication").completed
    laid_out = (town.home.published / "A-1.pdf").read_bytes()
    assert laid_out.startswith(town.read("A/1", PAPER))
    assert b"/ByteRange" in laid_out


@pytest.mark.exhaustive
def test_the_authoritys_key_is_kept_nowhere_but_in_its_folder(
    town: Town, prefect_server: Home, capfd: pytest.CaptureFixture[str]
) -> None:
    pem = a_credential(town)
    town.drafted("A/1", "A/2")
    town.sign_off("A/1", "A/2")
    town.run("publication")
    (town.home.authority / throwaway.KEY).write_bytes(pem[:-60] + pem[-30:])  # unfit: it is told of
    town.close()
    (town.home.published / "A-1.pdf").unlink()
    assert not town.run("publication").completed
    engine.drain()

    secret = base64.b64decode(b"".join(pem.splitlines()[1:-1]))
    # The private number alone, and the lines of the file as they are written.
    wanted = [secret[36:68], *pem.splitlines()[1:-1]]
    kept = [
        *kept_in(prefect_server.prefect),
        *((str(path), path.read_bytes()) for path in town.home.root.rglob("*") if _is_outside(path, town)),
    ]
    kept += objects_of(town.home.register)
    said = capfd.readouterr()
    kept += [("standard output", said.out.encode()), ("standard error", said.err.encode())]
    found = [where for where, data in kept if any(w in layer for layer in unpacked(data) for w in wanted)]
    assert found == []


def _is_outside(path: Path, town: Town) -> bool:
    return path.is_file() and town.home.authority not in path.parents


@pytest.mark.exhaustive
def test_what_another_worker_published_meanwhile_is_laid_out_as_that_one_made_it(
    resting: Town, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town, by_service = resting, acts.by_service
    town.drafted("A/1")
    town.sign_off("A/1")
    with straight(town.home, monkeypatch) as address, elsewhere(tmp_path / "worker", address) as worker:

        def outrun(office: Office, *given: Any, **facts: Any) -> Recorded:
            if office is worker:
                clock.time += timedelta(minutes=1)  # so that the two papers differ
                assert publishing.publish(town.office, "A/1").what == "version 1 published"
            return by_service(office, *given, **facts)

        monkeypatch.setattr(acts, "by_service", outrun)
        done = publishing.publish(worker, "A/1")

    assert done.what == ""
    assert town.stages() == {"A/1": "published"}
    page = (town.home.published / "A-1.html").read_bytes()
    assert hashlib.sha256(page).hexdigest() == json.loads(town.read("A/1", MANIFEST))["html"]["sha256"]
    assert town.audited().passes

"""A register of format 1 that passed its audit once: every later version of the software passes it too."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from make import BUNDLE, EXPECTED, expected, told, unpack

from flows.casework.office import Office, open_office
from flows.casework.papers import check
from flows.casework.proof import prove
from flows.domain.acts import ACTS, PUBLISH
from flows.domain.documents import RESPONSE, TEST
from flows.domain.errors import TamperedError
from flows.home import Home
from flows.register import entry as entries
from flows.register.audit import audit
from flows.register.repository import BRANCH
from flows.register.statement import FORMAT, POLICY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flows.register.line import Recorded
    from flows.register.register import Register

WHEN = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that has the golden register and nothing else."""
    home = Home(tmp_path / "home")
    unpack(home)
    return home


@pytest.fixture
def office(home: Home) -> Iterator[Office]:
    with open_office(home, reading=True) as office:
        yield office


@pytest.fixture
def register(office: Office) -> Register:
    return office.register


def git(home: Home, *arguments: str, given: bytes = b"") -> bytes:
    command = ["git", "-C", str(home.register), *arguments]
    return subprocess.run(command, input=given, check=True, capture_output=True).stdout


def test_its_audit_says_today_what_it_said_when_it_was_made(home: Home) -> None:
    was = json.loads(EXPECTED.read_text(encoding="utf-8"))

    assert expected(home, was["checkpoint"]) == was
    assert was["audit"]["findings"] == was["audit"]["remarks"] == []
    assert BUNDLE.stat().st_size < 500_000


def without_its_signature(home: Home, register: Register, recorded: Recorded) -> None:
    """Let the register end with an entry from which the service's signature is taken away."""
    payload, _ = entries.without_signature(register.raw(recorded.id))
    id_ = git(home, "hash-object", "-t", "commit", "-w", "--stdin", given=payload)
    (home.register / BRANCH).write_bytes(id_)


def test_one_signature_that_is_taken_away_changes_what_is_said(home: Home, register: Register) -> None:
    without_its_signature(home, register, register.tip())

    was = json.loads(EXPECTED.read_text(encoding="utf-8"))
    given = {"pin": register.fingerprint(), "checkpoint": was["checkpoint"]}
    changed = told(audit(home.register, check_brought=check, **given))

    found = [f"{code} entry {was['audit']['entries']}" for code in ("E_FORK", "E_UNSIGNED")]
    found.append("E_REF packed-refs")  # which still names the entry with its signature
    assert changed == {**was["audit"], "head": changed["head"], "findings": found}
    assert changed["head"] != was["audit"]["head"]


def test_every_kind_of_act_that_there_was_is_in_it(office: Office) -> None:
    register, references = office.register, {row.reference for row in office.catalogue.cases()}
    acts = [said.act for each in (POLICY, *references) for said in register.dossier(each).statements]

    # There was one edition, and nobody could adopt another. Acts that were added later need not be in it.
    kinds = json.loads(EXPECTED.read_text(encoding="utf-8"))["acts"]
    assert {act.kind.name for act in acts} == {*kinds} <= ACTS.keys()
    assert {act.document for act in acts} == {TEST.name, RESPONSE.name, ""}
    assert len(acts) == register.tip().entry.sequence


def test_it_is_of_the_format_that_is_written_today(register: Register) -> None:
    for reference in (POLICY, "G/1"):
        dossier = register.dossier(reference)
        for said in dossier.statements:
            data = dossier.read(said.path)
            assert said.to_bytes() == data
            assert json.loads(data)["format"] == FORMAT == 1


def test_no_private_key_is_in_it(home: Home) -> None:
    names = git(home, "cat-file", "--batch-check=%(objectname)", "--batch-all-objects")
    whole = git(home, "cat-file", "--batch", given=names)

    assert whole.count(b"ssh-ed25519 ") > 5
    for secret in (b"PRIVATE KEY", b"AGE-SECRET-KEY", b"applicant@example.org"):
        assert secret not in whole


def test_its_published_papers_are_vouched_for(home: Home, register: Register) -> None:
    for document in (TEST, RESPONSE):
        pdf, _ = document.published("G-1")
        paper = register.dossier("G/1").read(pdf)

        proof = prove(paper, home, None, source="paper.pdf", roots_source="", now=WHEN)

        assert proof.passes
        assert proof.origin
        assert proof.origin.named == document.named("G/1")


def test_a_paper_in_an_entry_that_nobody_signed_is_not_vouched_for(home: Home, register: Register) -> None:
    dossier = register.dossier("G/1")
    published = dossier.last(PUBLISH, document=TEST.name)
    assert published
    paper = dossier.read(TEST.published("G-1")[0])
    without_its_signature(home, register, dossier.entry_of(published))

    with pytest.raises(TamperedError, match=r"G/1 fails its audit at .*E_UNSIGNED"):
        prove(paper, home, None, source="paper.pdf", roots_source="", now=WHEN)

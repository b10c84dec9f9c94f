"""pdf-check and verify: a paper as a file, and what the register knows of it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, Desk
from sample_authorities import answering

from flows import home as flows_home
from flows.casework.proof import prove
from flows.desk.cli.papers import facts
from flows.document.publication import publish
from flows.document.record import Record
from flows.document.signing import throwaway, update
from flows.domain.documents import TEST
from flows.home import Home

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def laid_out(played: Desk, tmp_path: Path) -> Path:
    """A copy of a paper that the demo published."""
    shutil.copy(played.home.published / "1146A-22.pdf", tmp_path / "paper.pdf")
    return tmp_path / "paper.pdf"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Desk:
    """A place where there is no register."""
    return Desk(Home(tmp_path / "nothing"))


def text_of(desk: Desk, tmp_path: Path, version: int = 2) -> Path:
    path = tmp_path / "document.md"
    path.write_text(desk.done("document", CASE, "--version", str(version)), encoding="utf-8")
    return path


# pdf-check


def test_a_published_paper_is_compared_with_the_register(played: Desk, laid_out: Path) -> None:
    said = played.done("pdf-check", laid_out)
    told = played.told("pdf-check", laid_out)

    assert said.endswith("\nNothing found.\n")
    assert "with version 2 of 1146A/22 in the register" in said
    assert told["compared_with"] == "version 2 of 1146A/22 in the register"
    assert (told["profiles"], told["findings"]) == (["PDF/UA-1", "PDF/A-2a"], [])
    assert told["passes"]
    assert told["checker"].startswith("page-validation ")


def test_a_paper_is_compared_with_the_text_that_is_named(
    played: Desk, elsewhere: Desk, laid_out: Path, tmp_path: Path
) -> None:
    text = text_of(played, tmp_path)

    assert elsewhere.told("pdf-check", laid_out, "--source", text)["findings"] == []

    text.write_text(text.read_text().replace("recognition, relying", "recollection, relying", 1))
    assert json.loads(elsewhere("pdf-check", laid_out, "--source", text, "--json").stdout)["passes"] is False
    result = elsewhere("pdf-check", laid_out, "--source", text)
    assert result.exit_code == 1
    assert result.stdout.startswith("PDF_WORDS at paragraph 1\n")
    assert "recollection" in result.stdout
    assert result.stdout.endswith("\n1 finding.\n")


def test_the_text_of_another_version_is_not_the_papers(played: Desk, laid_out: Path, tmp_path: Path) -> None:
    result = played("pdf-check", laid_out, "--source", text_of(played, tmp_path, version=1))

    assert result.exit_code == 1
    assert "PDF_" in result.stdout


def test_without_a_text_it_says_that_it_compared_none(elsewhere: Desk, laid_out: Path) -> None:
    said = elsewhere.done("pdf-check", laid_out)

    assert "with no text: name it with --source" in said
    assert elsewhere.told("pdf-check", laid_out)["compared_with"] is None


def test_a_draft_is_compared_with_its_text(played: Desk, elsewhere: Desk, tmp_path: Path) -> None:
    played.done("document", CASE, "--version", "1", "--pdf", tmp_path / "draft.pdf")
    text = text_of(played, tmp_path, version=1)

    assert elsewhere.told("pdf-check", tmp_path / "draft.pdf", "--source", text)["findings"] == []


@pytest.mark.exhaustive
def test_a_long_paper_is_compared_with_its_text_though_its_contents_lead_to_the_record(
    elsewhere: Desk, tmp_path: Path
) -> None:
    record = Record(
        kind=TEST.title,
        authority="West Midlands Police",
        reference="1146A/22",
        subject="Gait recognition",
        version=1,
        decisions=(("Legal review approved", "legal reviewer", date(2022, 11, 30)),),
        signed_off="ab" * 32,
        published=datetime(2022, 12, 5, 10, 30, tzinfo=UTC),
        register="0f" * 16,
        fingerprint="cd" * 32,
    )
    sections = [
        f"## Section {number}\n\n{'Some more words^[A note.], and others. ' * 80}{'Words. ' * 200}\n"
        for number in range(5)
    ]
    text = tmp_path / "document.md"
    text.write_text("\n".join(["# Title\n", *sections]), encoding="utf-8")
    (tmp_path / "long.pdf").write_bytes(publish(text.read_text(), record).pdf)

    assert elsewhere.told("pdf-check", tmp_path / "long.pdf", "--source", text)["findings"] == []

    text.write_text(text.read_text().replace("Section 3", "Section 33"))
    found = elsewhere("pdf-check", tmp_path / "long.pdf", "--source", text)
    assert (found.exit_code, found.stdout.count("PDF_WORDS at block")) == (1, 2)


@pytest.mark.parametrize("command", ["pdf-check", "verify"])
def test_what_is_no_pdf_is_malformed(elsewhere: Desk, tmp_path: Path, command: str) -> None:
    (tmp_path / "paper.pdf").write_text("words")

    code, said = elsewhere.refused(command, tmp_path / "paper.pdf")
    assert (code, "paper.pdf: i" in said) == (2, True)
    code, said = elsewhere.refused(command, tmp_path / "missing.pdf")
    assert (code, "cannot be read" in said) == (2, True)


def test_a_text_that_is_none_is_malformed(elsewhere: Desk, laid_out: Path, tmp_path: Path) -> None:
    (tmp_path / "document.md").write_bytes(b"\xff")

    code, said = elsewhere.refused("pdf-check", laid_out, "--source", tmp_path / "document.md")

    assert (code, said) == (2, f"{tmp_path}/document.md: is not UTF-8 text; save it as UTF-8 (line 1).")


# verify


def test_a_paper_as_it_was_laid_out_passes_fact_by_fact(played: Desk, laid_out: Path) -> None:
    told = played.told("verify", laid_out)

    assert (told["passes"], told["against"]) == (True, [])
    assert told["signature"]["intact"]
    assert told["signature"]["signer"] == "Sample Authority"
    assert (told["signature"]["trust"], told["signature"]["root"]) == (
        "trusted",
        "Throw-away root, Sample Authority",
    )
    claimed, published = (
        datetime.fromisoformat(when) for when in (told["time"]["claimed"], told["register"]["published"])
    )
    assert published <= claimed < published + timedelta(minutes=5)
    assert told["time"]["stamp"] is None
    assert told["register"]["registered"]
    assert told["register"]["untouched"]
    assert (told["register"]["reference"], told["register"]["act"]) == (CASE, "0009-publish")
    assert told["register"]["checkpoint"] == 25
    assert told["version"] == {
        "version": 2,
        "current": True,
        "superseded_by": None,
        "superseded_on": None,
    }


def test_it_is_told_in_words_too(played: Desk, laid_out: Path) -> None:
    said = played.done("verify", laid_out)

    assert "Signature    intact" in said
    assert "vouched for by Throw-away root, Sample Authority" in said
    assert "0009-publish of 1146A/22" in said
    assert "nothing but the signature" in said
    assert "2, which stands published" in said
    assert said.endswith("It is genuine, as far as can be established here.\n")


def test_the_registered_paper_passes_without_a_signature(played: Desk, tmp_path: Path) -> None:
    played.done("document", CASE, "--pdf", tmp_path / "paper.pdf")
    told = played.told("verify", tmp_path / "paper.pdf")

    assert told["passes"]
    assert told["signature"] is None
    assert told["register"]["untouched"]
    said = played.done("verify", tmp_path / "paper.pdf")
    assert "Signature    none in the one form that papers have; the paper says that it is given out" in said
    assert "nothing: it is the registered file" in said


def test_one_flipped_byte_is_told(played: Desk, laid_out: Path) -> None:
    whole = bytearray(laid_out.read_bytes())
    whole[len(whole) // 3] ^= 1
    laid_out.write_bytes(whole)

    result = played("verify", laid_out)

    assert result.exit_code == 1
    assert "BROKEN" in result.stdout
    assert "NOT in the register" in result.stdout
    assert result.stdout.endswith("Something speaks against it: signature, register.\n")


def test_a_paper_of_nobody_known_is_told_from_one_that_is_altered(
    played: Desk, laid_out: Path, tmp_path: Path
) -> None:
    throwaway.make(tmp_path / "forger", "Sample Authority", flows_home.now())
    root = tmp_path / "forger" / throwaway.CERTIFICATE

    result = played("verify", laid_out, "--ca", root)

    assert result.exit_code == 1
    assert "NOT vouched for by a root you trust" in result.stdout
    assert "intact" in result.stdout
    assert result.stdout.endswith("Something speaks against it: trust.\n")


def test_a_signature_that_cannot_be_read_is_broken(played: Desk, laid_out: Path) -> None:
    whole = laid_out.read_bytes()
    paper = next(update.beginnings(whole))
    [signed] = update.read(paper, whole).updates
    assert isinstance(signed.facts, update.Signing)
    laid_out.write_bytes(update.opened(paper).signing(signed.facts).filled(b"\x04\x01x").whole)

    result = played("verify", laid_out)

    assert result.exit_code == 1
    assert "Signature    BROKEN: it cannot be read" in result.stdout
    assert result.stdout.endswith("Something speaks against it: signature.\n")


def test_without_a_register_the_signature_speaks_alone(played: Desk, elsewhere: Desk, laid_out: Path) -> None:
    root = played.home.authority / throwaway.CERTIFICATE
    told = elsewhere.told("verify", laid_out, "--ca", root)

    assert told["passes"]
    assert told["register"] == {"registered": None, "untouched": None}
    assert "there is no register here" in elsewhere.done("verify", laid_out, "--ca", root)


def test_where_nothing_can_be_established_the_answer_is_no(elsewhere: Desk, laid_out: Path) -> None:
    result = elsewhere("verify", laid_out)

    assert result.exit_code == 1
    assert "not established: name the root you trust with --ca" in result.stdout
    assert result.stdout.endswith("Nothing could be established.\n")


def test_something_slipped_in_under_the_signature_is_told(played: Desk, laid_out: Path) -> None:
    laid_out.write_bytes(laid_out.read_bytes() + b"\n% more\n")

    result = played("verify", laid_out)

    assert result.exit_code == 1
    assert "MORE than a signature" in result.stdout
    assert result.stdout.endswith("Something speaks against it: content.\n")


def test_a_paper_that_was_superseded_is_told(played: Desk, laid_out: Path) -> None:
    proof = prove(
        laid_out.read_bytes(), played.home, None, source="paper", roots_source="", now=flows_home.now()
    )
    assert proof.origin is not None
    later = replace(proof, origin=replace(proof.origin, current=3, replaced=date(2022, 12, 12)))

    assert (proof.passes, later.passes) == (True, False)
    assert [*later.against] == ["version"]
    assert ("Version", "2, SUPERSEDED by version 3, published on 12 December 2022") in [*facts(later)]


def test_a_file_of_certificates_that_holds_none_is_malformed(
    played: Desk, laid_out: Path, tmp_path: Path
) -> None:
    (tmp_path / "root.pem").write_text("words")

    code, said = played.refused("verify", laid_out, "--ca", tmp_path / "root.pem")

    assert (code, said) == (2, f"{tmp_path}/root.pem: it has no certificate in PEM.")


# sign


def test_a_paper_that_was_laid_out_before_there_was_a_certificate_is_signed(story: Desk) -> None:
    path = story.home.published / "1146A-22.pdf"
    paper = next(update.beginnings(path.read_bytes()))
    path.write_bytes(paper)

    assert story.told("sign", CASE) == {"papers": {CASE: "signed"}}
    assert path.read_bytes().startswith(paper)
    assert story.told("verify", path)["signature"]["level"] == "B-B"
    assert story.done("sign") == "Nothing to sign.\n"


def test_a_signature_is_renewed_and_verified_from_the_file_alone(story: Desk) -> None:
    path = story.home.published / "1146A-22.pdf"
    path.write_bytes(next(update.beginnings(path.read_bytes())))
    with answering(story.home.authority) as authorities:
        story.done("sign", CASE)
        assert story.done("sign", CASE, "--renew") == f"{CASE}: renewed.\n"
    told = story.told("verify", path)

    assert (told["passes"], told["signature"]["level"], told["signature"]["withdrawn"]) == (
        True,
        "B-LTA",
        False,
    )
    assert [each["authority"] for each in told["time"]["renewals"]] == ["Sample time-stamps"]
    said = story.done("verify", path)
    assert "The certificate was not withdrawn: what was added to the file shows it." in said
    assert "nothing but the signature and what keeps it verifiable" in said
    assert "PAdES B-LTA: verifiable until the certificate of the newest time-stamp expires" in said
    authorities.folder.rename(authorities.folder.with_name("gone"))
    assert "not established: name the root you trust with --ca" in story.done("verify", path)


def test_what_cannot_be_signed_is_refused(story: Desk) -> None:
    path = story.home.published / "1146A-22.pdf"

    assert story.refused("sign", "1/1") == (1, "1/1 has no paper that is published.")
    code, said = story.refused("sign", CASE, "--renew")
    assert (code, "has no time-stamp, so a renewal needs one" in said) == (1, True)
    path.write_bytes(path.read_bytes()[1:])
    code, said = story.refused("sign", CASE)
    assert (code, "is not the paper in the register" in said) == (1, True)
    path.unlink()
    code, said = story.refused("sign", CASE)
    assert (code, f"{CASE} has no paper in" in said) == (1, True)
    (story.home.authority / "signing.toml").unlink()
    assert "There is no certificate to sign with" in story.refused("sign", CASE)[1]

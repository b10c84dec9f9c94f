"""What is sealed over a whole life by command is neither kept in clear, nor printed, nor left behind.

The applicant, their request and its attachments, their clarifications, evidence, what others said, and the
records that are given with the names people gave them. Each may stand in the file in which a person hands it
in, in the call in which they type it, in what `equipoise request` opens for a person, and in sealed files,
which nobody reads without a key. No letter has one: whoever drafts one that names the applicant is refused.
"""

from __future__ import annotations

import tempfile
import time
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from canaries import (
    ADDRESS,
    EVIDENCE,
    NAME,
    RECORD,
    RECORD_NAME,
    WORDS,
    holds_canary,
    kept_in,
    objects_of,
)
from desk_builders import CASES, passes_audit
from letter_texts import a_letter
from test_whole_life import (
    CASE,
    OWNER,
    WRITER,
    Authority,
    clarified_twice,
    complained_of_and_ordered,
    corrected_and_superseded,
    extended_on_day_twenty,
    returned_once_and_sent,
    reviewed_by_somebody_else,
)

from flows.casework import drafts, requests
from flows.casework.office import open_office
from flows.sources.item import ATTACHMENTS, LONG_REST, look

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

PRIVATE = ("The cameras by the river.", "Please look again.")
"""What the life hands in to be kept sealed."""
SAID = f"{NAME} of {ADDRESS} asks {WORDS}."
BY = ("--as", WRITER)
OTHER = "R/2"
"""A case in which records are given."""


class Watched(Authority):
    """An authority of which everything is kept that a command prints, but what it opens for a person."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.printed: list[tuple[str, bytes]] = []
        super().__init__(folder, monkeypatch)

    def __call__(self, *words: str | Path, **options: Any) -> Result:
        result = super().__call__(*words, **options)
        said = result.stderr if words[0] == "request" else result.output
        for word in map(str, words):  # what somebody typed may be told back to them
            said = said.replace(word, "")
        self.printed.append((f"printed by {words[0]}, call {len(self.printed)}", said.encode()))
        return result

    def file(self, words: str) -> Path:
        return super().file(f"{words} {SAID}" if words in PRIVATE else words)

    def bad(self, *words: str | Path) -> None:
        """Run a command that is to be refused."""
        assert self(*words).exit_code in {1, 2}


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    passing = tmp_path / "passing"
    passing.mkdir()
    monkeypatch.setenv("TMPDIR", str(passing))
    monkeypatch.setattr(tempfile, "tempdir", str(passing))
    return Watched(tmp_path, monkeypatch)


def taken_in(watched: Watched, received: str) -> None:
    """Take the request in as the inbox does, with its first draft and what came with it."""
    sample = CASES / "1146A-22"
    item = watched.home.inbox / NAME
    (item / ATTACHMENTS).mkdir(parents=True)
    request = (sample / "request.yaml").read_text()
    for known, other in (
        ("1146A/22", CASE),
        ("2022-11-07", received),
        ("Sample Applicant", NAME),
        ("sample.applicant@example.org", ADDRESS),
        ("Please answer", f"And {WORDS}. Please answer"),
    ):
        assert known in request
        request = request.replace(known, other)
    (item / "request.yaml").write_text(request)
    (item / "assessment.yaml").write_text((sample / "assessment.yaml").read_text().replace("1146A/22", CASE))
    (item / ATTACHMENTS / f"{NAME}.pdf").write_bytes(EVIDENCE)
    found = look(item, now=time.time() + LONG_REST + 5)
    assert found
    with open_office(watched.home) as office:
        requests.open_case(office, requests.read_item(found, requests.NextReferences(office)))
        drafts.write_first_draft(office, CASE)


def evidence_and_others(watched: Watched, folder: Path) -> None:
    sealed = folder / f"{NAME}.pdf"
    sealed.write_bytes(EVIDENCE)
    watched.done("evidence", CASE, "--kind", "harm", "--file", sealed, *BY)
    asked = ("--whom", "third-party", "--on", watched.day, "--file", sealed, *BY)
    watched.done("consult", CASE, *asked)
    watched.done("consulted", CASE, *asked)
    out = ("--out", folder / "opened", "--reason", "To draft.", *BY)
    watched.done("request", CASE, "--sealed", "1", *out)
    watched.done("request", CASE, *BY)
    watched.bad("evidence", CASE, "--kind", NAME, "--file", sealed, *BY)
    watched.bad("evidence", CASE, "--kind", "harm", "--file", folder / "absent" / f"{NAME}.pdf", *BY)
    watched.bad("consulted", CASE, *asked)
    watched.bad("request", CASE, "--sealed", "99", *BY)


def records_by_name(watched: Watched, folder: Path) -> None:
    watched.receive(watched.day, OTHER, bare=True)
    given = folder / f"{RECORD_NAME}.txt"
    listed = folder / "records.yaml"
    words = (
        f"reference: {OTHER}\nrecords:\n  - number: 1\n    description: inspection\n    pages: 1\n"
        f"    status: released\n    file: {given.name}\n"
    )
    for bad, content in (
        (words, RECORD + b"\0"),
        (words.replace("number: 1", f"number: {ADDRESS}"), RECORD),
        (f"{words}    {WORDS}: {NAME}\n", RECORD),
        (words.replace("released", NAME), RECORD),
    ):
        listed.write_text(bad)
        given.write_bytes(content)
        watched.bad("records", OTHER, listed, *BY)
    listed.write_text(words)
    given.write_bytes(RECORD)
    watched.done("records", OTHER, listed, *BY)
    watched.bad("release-check", _hiding(folder))
    watched.done("release-check", given)


def _hiding(folder: Path) -> Path:
    path = folder / f"{RECORD_NAME}.csv"
    path.write_bytes(b"a,b\n=HYPERLINK(" + RECORD.strip() + b"),\xe2\x80\xae\n")
    return path


def looked_up(watched: Watched) -> None:
    why = ("--reason", "They rang.", *BY)
    for words in (NAME, ADDRESS):
        found = watched.told("find", "--applicant", words, *why)["cases"]
        assert [each["reference"] for each in found] == [CASE]
    assert watched.told("find", "--applicant", "Obadiah Nobody", *why)["cases"] == []
    watched.bad("find", "--applicant", NAME, "--reason", f"{NAME} rang.", *BY)
    watched.bad("find", "--applicant", NAME, "--reason", "So.", "--as", "administrator")
    watched.done("find", WORDS)


def letters_that_name(watched: Watched, folder: Path) -> None:
    """Hand in letters and tests with what may not stand in them."""
    words = a_letter("response", CASE, date.fromisoformat(watched.day))
    of_it = ("--document", "response", *BY)
    path = folder / "bad.md"
    for said in (f"Dear {NAME}", f"Write to {ADDRESS}."):
        path.write_text(f"{words}\n{said}\n")
        watched.bad("draft", CASE, path, *of_it)
    path.write_text(f"reference: {CASE}\n{WORDS}: [{NAME}\n")
    watched.bad("draft", CASE, path, *BY)
    watched.bad("lint", path)
    version = ("--gate", "balancing", "--version", "1", "--as", OWNER)
    watched.bad("return", CASE, "--reason", f"Ask {NAME}.", *version)
    watched.bad("return", CASE, "--reason", f"Ask {ADDRESS}.", *version)


def live(watched: Watched, tmp_path: Path) -> None:
    """One case over its whole life, with everything that is kept sealed handed in."""
    watched.on("2026-05-05")
    taken_in(watched, "2026-05-04")
    clarified_twice(watched)
    evidence_and_others(watched, tmp_path)
    letters_that_name(watched, tmp_path)
    extended_on_day_twenty(watched)
    returned_once_and_sent(watched)
    looked_up(watched)
    reviewed_by_somebody_else(watched)
    complained_of_and_ordered(watched)
    corrected_and_superseded(watched)
    records_by_name(watched, tmp_path)
    for command in ("show", "history", "deadline"):
        watched.done(command, CASE)
    for case, document in ((CASE, "response"), (CASE, "extension"), (OTHER, "schedule")):
        watched.done("document", case, "--document", document)
    watched.done("queue", "--all")
    watched.done("audit")
    assert passes_audit(watched.home)


@pytest.mark.exhaustive
def test_what_is_sealed_over_a_whole_life_stands_nowhere_else(
    watched: Watched, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    live(watched, tmp_path)

    # It was all there to be found.
    assert holds_canary((tmp_path / "opened").read_bytes())
    assert holds_canary(watched("request", CASE, *BY).stdout.encode())

    said = capfd.readouterr()
    kept = [
        *kept_in(watched.home.root),
        *kept_in(tmp_path / "passing"),
        *objects_of(watched.home.register),
        *watched.printed,
        ("standard output", said.out.encode()),
        ("standard error", said.err.encode()),
        ("the log", caplog.text.encode()),
    ]
    assert sorted({where for where, data in kept if holds_canary(data)}) == []
    assert [*(tmp_path / "passing").rglob("*")] == []
    papers = {path.name for path in watched.home.published.rglob("*.pdf")}
    assert {"L-1.pdf", "L-1-response.pdf", "L-1-review.pdf", "L-1-extension.pdf"} <= papers

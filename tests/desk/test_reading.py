"""What is shown of the register: the home that the demo leaves, looked at from every side."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest
from desk_builders import CASE, CASES, EQUIPOISE, EXAMPLE, Desk, everything, open_case, run

from flows import disk
from flows import home as flows_home
from flows.casework.office import open_office
from flows.desk.cli import running
from flows.domain.checks import VERSION
from flows.register.statement import POLICY

if TYPE_CHECKING:
    from pathlib import Path

PAPERS = {"1146A/22": 2, "4593_26": 1, "FOI/2026/0173": 1}


def git(desk: Desk, *words: str) -> str:
    """Run plain git on the register, with the exported list of keys."""
    options = (
        *("-c", f"gpg.ssh.allowedSignersFile={desk.home.allowed_signers}"),
        *("-c", "gpg.format=ssh", "-C", str(desk.home.register)),
    )
    return subprocess.run(["git", *options, *words], check=True, capture_output=True, text=True).stdout


def text_of(paper: Path) -> str:
    return subprocess.run(["pdftotext", paper, "-"], check=True, capture_output=True, text=True).stdout


def test_the_demo_tells_the_story_and_what_to_open_next(played: Desk) -> None:
    told = (played.home.root / "told").read_text()

    assert told.startswith("A register was founded, and 3 people were authorised.\n")
    assert "1146A/22: version 1 returned by the legal reviewer, with a reason.\n" in told
    assert "The audit read 25 entries of 3 cases: the register passes its audit.\n" in told
    assert f"  {played.home.published}/1146A-22.pdf\n" in told
    assert "\x1b" not in told


@pytest.mark.exhaustive
def test_a_folder_that_is_no_earlier_demo_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")

    done = run("demo", "--keep", tmp_path)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{tmp_path} is there and is no earlier demo; name another folder.\n"
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_what_is_published_waits_to_be_sent(played: Desk) -> None:
    cases = played.told("queue")["cases"]

    assert [(row["reference"], row["stage"], row["version"]) for row in cases] == [
        (reference, "published", version) for reference, version in PAPERS.items()
    ]
    assert cases == played.told("queue", "--all")["cases"]
    assert cases[0].keys() == {
        "reference",
        "document",
        "subject",
        "stage",
        "version",
        "received",
        "since",
        "duty",
        "due",
        "waits",
        "days_left",
        "overdue",
        "moved_from",
        "because",
        "advice",
    }


def test_the_queue_is_in_columns(played: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    head, first, *_ = played.done("queue", "--all").splitlines()

    assert head == "Reference         Received          Due  Days left  Version  Stage"
    assert first == "1146A/22        7 Nov 2022   6 Dec 2022    overdue        2  published (not sent)"


ALL_THREE: Final = ["1146A/22", "4593_26", "FOI/2026/0173"]


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        (["gait", "ear"], ["1146A/22"]),
        (["1146a/22"], ["1146A/22"]),
        (["rural", "crime", "--stage", "published"], ["4593_26"]),
        (["rural", "crime", "--stage", "drafting"], []),
        (["--provision", "section 31(1)(a)"], ALL_THREE),
        (["--provision", "24(2)", "--person", "legal-reviewer"], ["1146A/22"]),
        (["--person", "administrator"], []),
        (["there", "is", "no", "such", "word", "as", "zyzzyva"], []),
    ],
    ids=["words", "a reference", "at its stage", "at no other", "a limb", "a person", "nobody", "no word"],
)
def test_cases_are_found(sought: list[str], found: list[str], played: Desk) -> None:
    assert [each["reference"] for each in played.told("find", *sought)["cases"]] == found


def test_what_is_found_is_in_columns(played: Desk) -> None:
    assert played.done("find", "gait").splitlines() == [
        "Reference    Received         Due  Stage                 Subject",
        "1146A/22   7 Nov 2022  6 Dec 2022  published (not sent)  Covert use of ear, vein and gait",
        "                                                         recognition",
    ]
    assert played.done("find", "zyzzyva") == "Nothing was found.\n"


@pytest.mark.parametrize(
    ("sought", "told"),
    [
        ([], "Say what is looked for: words, or one of the options; "),
        (["--provision", "24(2) and 31(3)"], "one provision is looked for at a time; "),
        (["--provision", "thirty-one"], "write a provision as 31(1)"),
        (["--stage", "nowhere"], "'nowhere' is not one of 'received'"),
    ],
    ids=["nothing", "two provisions", "no provision", "no stage"],
)
def test_what_is_looked_for_has_to_be_said(sought: list[str], told: str, played: Desk) -> None:
    code, sentence = played.refused("find", *sought)

    assert code == 2
    assert told in sentence


def test_a_case_is_shown_with_what_to_do_next(played: Desk, desk: Desk) -> None:
    assert played.done("show", CASE).endswith(
        "\nNext\n  equipoise sent 1146A/22 --on DATE --by email --as foi-officer\n"
    )
    (test,) = played.told("show", CASE)["documents"]
    assert (test["document"], test["approvals"][1]["person"]) == ("test", "sign-off-officer")
    shown = desk.done("show", CASE)
    assert "Stage       The test is in drafting.\n" in shown
    assert shown.endswith("\n  equipoise submit 1146A/22 --version 1 --as PERSON\n")
    desk.submit()
    assert "May decide  all-three-roles, both-gates, legal-reviewer\n" in desk.done("show", CASE)
    for person in ("all-three-roles", "both-gates"):
        desk.done("officer", "revoke", person, "--as", "administrator")
    (test,) = desk.told("show", CASE)["documents"]
    assert test["next"].endswith("--gate legal-review --as legal-reviewer")
    desk.done("officer", "revoke", "legal-reviewer", "--as", "administrator")
    assert "May decide  nobody; authorise another legal reviewer\n" in desk.done("show", CASE)


def test_of_a_version_that_was_returned_the_next_step_is_to_write_another(desk: Desk) -> None:
    desk.submit()
    desk.return_()

    assert desk.done("show", CASE).endswith("\nNext\n  equipoise draft 1146A/22 FILE --as PERSON\n")


def test_a_case_is_shown_by_any_reference_that_counts_as_the_same(played: Desk) -> None:
    for words in (("show",), ("history",), ("diff",), ("document",)):
        assert played.told(*words, "1146a-22") == played.told(*words, CASE)
        assert played.told(*words, "1146a-22")["reference"] == CASE


def test_the_history_is_told_in_words(played: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    text = played.done("history", CASE)
    entries = played.told("history", CASE)["entries"]

    assert [(row["actor"], row["what"]) for row in entries] == [
        ("service", "opened the case"),
        ("service", "wrote version 1"),
        ("foi-officer", f"submitted version 1 (5 warnings by rules {VERSION})"),
        ("legal-reviewer", "returned version 1 at legal review"),
        ("foi-officer", "wrote version 2"),
        ("foi-officer", f"submitted version 2 (4 warnings by rules {VERSION})"),
        ("legal-reviewer", "approved version 2 at legal review"),
        ("sign-off-officer", "approved version 2 at sign-off"),
        ("service", "published version 2"),
    ]
    reason = (CASES / ".story" / "1146A-22" / "return-reason.txt").read_text().strip()
    assert entries[3]["reason"] == reason
    assert reason.split()[-1] in text
    assert max(map(len, text.splitlines())) <= 100


def test_the_versions_are_compared(played: Desk) -> None:
    told = played.told("diff", CASE)

    assert (told["old"], told["new"]) == (1, 2)
    assert told["changes"][0]["section"] == "Section 24(2) (National security)"
    assert [each["change"] for each in told["changes"][0]["words"]] == ["same", "removed", "added"]
    text = played.done("diff", CASE)
    assert "of the [-statement.-] {+statement, whichever way\nthe statement went.+}" in text
    assert "{+### What denying would reveal" in text
    assert text.count("Section 24(2) (National security)") == 1
    assert played.done("diff", CASE, "2", "2") == "Versions 2 and 2 have the same text.\n"
    assert played.refused("diff", "4593_26") == (
        1,
        "4593_26 has one version so far; there is none to compare it with.",
    )


@pytest.mark.parametrize("reference", PAPERS)
def test_a_published_paper_is_what_the_register_holds_and_then_its_signature(
    reference: str, played: Desk, tmp_path: Path
) -> None:
    paper = played.home.published / f"{reference.replace('/', '-')}.pdf"

    said = played.done("document", reference, "--pdf", tmp_path / "again.pdf")

    assert said == f"Written: {tmp_path}/again.pdf\n"
    registered, signed = (tmp_path / "again.pdf").read_bytes(), paper.read_bytes()
    assert signed.startswith(registered)
    assert b"/ByteRange" in signed[len(registered) :]
    assert "DRAFT" not in text_of(paper)


def test_what_is_not_published_is_marked_as_a_draft(played: Desk, tmp_path: Path) -> None:
    pdf, html = tmp_path / "one.pdf", tmp_path / "one.html"

    told = played.told("document", CASE, "--version", "1", "--pdf", pdf, "--html", html)

    assert told == {"reference": CASE, "version": 1, "files": [str(pdf), str(html)]}
    assert "DRAFT" in text_of(pdf).upper()
    assert "DRAFT" in html.read_text().upper()
    played.done("document", CASE, "--html", html)
    assert "DRAFT" not in html.read_text()


def test_a_paper_that_cannot_be_written_is_told_of(played: Desk, tmp_path: Path) -> None:
    assert played.refused("document", CASE, "--pdf", tmp_path / "no" / "x.pdf") == (
        2,
        f"{tmp_path}/no/x.pdf: it cannot be written (No such file or directory).",
    )


def test_the_paper_has_its_parts_in_the_order_of_the_design(played: Desk) -> None:
    lines = text_of(played.home.published / "1146A-22.pdf").splitlines()
    order = [
        "Public interest test 1146A/22: Covert",
        "Our decision",
        "What this paper covers",
        "Applicable exemptions",
        "Evidence of harm",
        "Public interest test",
        "Balancing test",
        "Outcome",
        "How to complain",
        "Record of this decision",
    ]

    places = [lines.index(heading) for heading in order]
    assert places == sorted(places)
    record = " ".join(" ".join(lines[places[-1] :]).split())
    assert "Legal review approved Legal reviewer" in record
    assert "Public interest test signed off Sign-off officer" in record


@pytest.mark.exhaustive
def test_the_audit_holds_against_fingerprint_and_checkpoint_from_elsewhere(
    played: Desk, tmp_path: Path
) -> None:
    note = max(played.home.checkpoints.glob("*.txt"))
    fingerprint = played.told("audit")["fingerprint"]
    words = ("audit", played.home.register, "--pin", f"sha256:{fingerprint}", "--checkpoint", note)

    told = played.told(*words)

    assert (told["passes"], told["entries"], told["cases"]) == (True, 25, 3)
    assert told["findings"] == []
    assert told["not_established"] == ["that no published text names its applicant: the requests are sealed"]
    assert played.done(*words).endswith("The register passes its audit.\n")
    mirror = tmp_path / "mirror.git"
    subprocess.run(["git", "clone", "-q", "--mirror", played.home.register, mirror], check=True)
    assert played.told("audit", mirror, *words[2:])["head"] == told["head"]


def test_git_itself_finds_every_entry_signed_and_every_object_sound(played: Desk) -> None:
    entries = git(played, "rev-list", "main").split()

    assert len(entries) == 25
    for entry in entries:
        git(played, "verify-commit", entry)
    assert git(played, "fsck", "--full", "--strict", "--no-dangling") == ""


def test_ssh_keygen_itself_finds_every_statement_signed_by_its_actor(played: Desk, tmp_path: Path) -> None:
    listed = git(played, "ls-tree", "-r", "--name-only", "main").splitlines()
    statements = [path for path in listed if re.search(r"/acts/\d+-[a-z-]+\.json$", path)]

    assert len(statements) == 25
    for path in statements:
        data = git(played, "show", f"main:{path}")
        (tmp_path / "sig").write_text(git(played, "show", f"main:{path}.sig"))
        allowed = ("-f", played.home.allowed_signers, "-I", json.loads(data)["actor"])
        subprocess.run(
            ["ssh-keygen", "-Y", "verify", *allowed, "-n", "equipoise-act-v1", "-s", tmp_path / "sig"],
            input=data,
            text=True,
            check=True,
            capture_output=True,
        )


def test_git_log_reads_as_the_audit_trail(played: Desk) -> None:
    log = git(played, "log", "--reverse", "--format=%an: %s", "main").splitlines()

    assert log[:5] == [
        "administrator: policy: found the register",
        "administrator: policy: authorise foi-officer",
        "administrator: policy: authorise legal-reviewer",
        "administrator: policy: authorise sign-off-officer",
        "service: intake: open 1146A/22",
    ]
    assert "legal-reviewer: legal-review: return 1146A/22 version 1" in log
    assert log[-1].startswith("service: publication: publish ")
    sequences = git(
        played, "log", "--reverse", "--format=%(trailers:key=Sequence,valueonly,separator=)", "main"
    )
    assert sequences.split() == [str(number) for number in range(1, 26)]
    entries = played.told("history", CASE)["entries"]
    assert git(played, "log", "--reverse", "--format=%s", "main", "--", "cases/2022").splitlines() == [
        row["subject"] for row in entries
    ]
    assert POLICY in log[0]


def test_reading_changes_nothing(played: Desk) -> None:
    before = everything(played.home)

    for words in (("queue",), ("show", CASE), ("history", CASE), ("document", CASE), ("audit",)):
        played.done(*words)

    assert everything(played.home) == before


def test_a_case_without_a_draft_says_what_it_waits_for(desk: Desk) -> None:
    request = (
        (EXAMPLE / "request.yaml").read_text().replace("1146A/22", "B/1").replace("2022-11-07", "2060-01-04")
    ).replace("Please answer", "Please do answer")
    with pytest.MonkeyPatch.context() as then, open_office(desk.home) as office:
        then.setattr(flows_home, "now", lambda: datetime(2060, 1, 4, 12, tzinfo=UTC))
        open_case(office, request.encode())

    assert desk.refused("document", "B/1") == (
        1,
        "B/1 has no text yet: its first draft is written by `equipoise intake`.",
    )
    assert desk.done("show", "B/1").splitlines()[3:6] == [
        "Due       not known",
        "Stage     The test waits for its first draft.",
        "Version   none yet",
    ]
    assert [each["next"] for each in desk.told("show", "B/1")["documents"]] == ["equipoise intake"]


def on_a_terminal(*words: str | Path, columns: int) -> str:
    """Return what a command writes to a terminal."""
    ours, theirs = pty.openpty()
    environment: dict[str, Any] = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm"}
    process = subprocess.Popen(
        [EQUIPOISE, *words], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    read = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        read += piece
    os.close(ours)
    assert process.wait() == 0
    return read.decode()


@pytest.mark.exhaustive
def test_on_a_terminal_there_are_colour_and_progress(played: Desk) -> None:
    home = ("--home", played.home.root)

    assert "\x1b[31m1146A/22" in on_a_terminal("queue", *home, columns=80)
    assert "Auditing" in on_a_terminal("audit", *home, columns=80)


@pytest.mark.exhaustive
def test_a_batch_is_counted_on_a_terminal_and_told_of_in_one_object_as_json(
    desk: Desk, tmp_path: Path
) -> None:
    def several(first: int) -> Path:
        folder = tmp_path / f"from-{first}"
        folder.mkdir()
        for number in range(first, first + 3):
            text = (EXAMPLE / "request.yaml").read_text().replace(CASE, f"B/{number}")
            text = text.replace("Please answer by e-mail.", f"Please answer B/{number} by e-mail.")
            (folder / f"{number}.yaml").write_text(text)
        return folder

    home = ("--home", desk.home.root)
    shown = on_a_terminal("intake", several(1), *home, columns=80)
    assert "Taking in" in shown
    assert "3/3" in shown
    assert json.loads(on_a_terminal("intake", several(4), *home, "--json", columns=80))["cases"]
    piped = run("intake", several(7), *home)
    assert (piped.stderr, piped.stdout.count("Opened B/")) == ("", 3)


def test_of_a_batch_that_ended_early_what_is_done_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file of each goes, comes or changes when it is done, as an item of the inbox or a paper does."""
    goes, changes, comes, stays = (tmp_path / name for name in ("goes", "changes", "comes", "stays"))
    for path in (goes, changes, stays):
        path.write_text("before")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    with running._Batch("Publishing", [goes, changes, comes, stays], as_json=False).shown():
        goes.unlink()
        disk.write(changes, b"after")
        comes.write_text("new")

    shown = capsys.readouterr().err
    assert "3/4" in shown
    assert "4/4" not in shown

"""What others wrote cannot steer the terminal of whoever reads it, nor look like a line of ours."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from desk_builders import CASE, Desk

from flows.desk.cli.terminal import columns, wrapped
from flows.domain.characters import visible
from flows.register.note import NoteKey, SignatureType
from flows.register.witness import Witness

if TYPE_CHECKING:
    from pathlib import Path

    from flows.home import Home

STEERING: Final = "X\x1b[2J\x1b]0;t\x07\u202e\u009b1m"
ROW: Final = "   11  28 Nov 2026 10:00  legal-reviewer  approved version 1 at legal review"
"""As a line of a history looks."""


def steers(said: str) -> bool:
    """Tell whether anything steers a terminal but what makes our own words bold or red."""
    for ours in ("\x1b[0m", "\x1b[1m", "\x1b[31m"):
        said = said.replace(ours, "")
    return visible(said) != said


def hostile_pdf(paper: Path) -> bytes:
    """Return a paper whose every element has a name that steers, and another parent than its own."""
    with pikepdf.open(paper) as pdf:
        for each in pdf.objects:
            if isinstance(each, pikepdf.Dictionary) and "/S" in each and "/P" in each:
                each.S, each.P = pikepdf.Name(f"/{STEERING}"), pdf.Root.StructTreeRoot
        made = io.BytesIO()
        pdf.save(made)
    return made.getvalue()


def test_no_file_that_somebody_sent_steers_a_terminal(published: Home, tmp_path: Path) -> None:
    desk = Desk(published)
    pdf, keys = tmp_path / "paper.pdf", tmp_path / "log.key"
    pdf.write_bytes(hostile_pdf(next(published.published.rglob("*.pdf"))))
    public = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    named = NoteKey(name=STEERING, type=SignatureType.TEXT, public=public)
    Witness.create(tmp_path / "witness", "w")
    keys.write_text(f"{named}\n", encoding="utf-8")

    for words in (
        ("pdf-check", pdf),
        ("verify", pdf),
        ("release-check", pdf),
        ("witness", "trust", tmp_path / "witness", keys),
    ):
        result = desk(*words, color=True)  # as on a terminal: elsewhere click takes out what would steer it
        assert not steers(result.output), words
    assert "Taken on: X\ufffd[2J" in result.output


@pytest.mark.parametrize("space", ["\u00a0", "\u2003", "\u3000", "\u2800"])
def test_no_word_of_others_begins_where_lines_of_ours_begin(
    space: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    filling = "\u4e00" * (100 - 42) if space == "\u3000" else "x" * (100 - 42)
    pretended = filling + ROW.replace(" ", space)
    desk.submit()
    words = ("--gate", "legal-review", "--version", "1", "--as", "legal-reviewer", "--reason", pretended)
    done = desk("return", CASE, *words)
    if space == "\u2800":  # nobody sees it, so it is no reason
        assert (done.exit_code, "U+2800" in done.stderr) == (2, True)
        return
    assert done.exit_code == 0, done.stderr

    lines = desk.done("history", CASE).splitlines()

    assert max(map(columns, lines)) <= 100
    after = lines[next(at for at, line in enumerate(lines) if "returned" in line) + 1 :]
    assert {line[:42] for line in after} == {" " * 42}


def test_a_word_of_ascii_is_left_whole_and_every_other_one_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert [*wrapped(f"a {'f' * 64} b", first="- ", then="  ")] == ["- a", f"  {'f' * 64}", "  b"]
    wide = "\u4e00"
    assert [*wrapped(wide * 50, first="- ", then="  ")] == [f"- {wide * 29}", f"  {wide * 21}"]
    assert [*wrapped("  a  b\n\n" + " " * 90 + "c", first="- ", then="  ")] == ["-   a  b", "", "  c"]

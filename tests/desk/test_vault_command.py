"""The vault shut and opened: what stops, what goes on, and what is said of it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from age_files import encrypted
from desk_builders import CASE, Desk, passes_audit

from flows.casework.auditing import audit_register, last_audit
from flows.casework.office import open_office
from flows.casework.sole_writer import sole_writer
from flows.domain.errors import TamperedError
from flows.register.note import parse_note
from flows.vault import agent, wrapping

WORDS: Final = "correct horse battery staple"
READING: Final = ("request", CASE, "--as", "foi-officer", "--reason", "To draft.")


@pytest.fixture
def shut(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A home whose key is encrypted with a passphrase, in the form that `vault passphrase` writes."""
    monkeypatch.delenv(wrapping.NAMED, raising=False)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    desk.home.wrapping.write_bytes(encrypted(desk.home.wrapping.read_bytes(), WORDS))
    wrapping._OPENED.clear()
    return desk


def test_a_shut_vault_stops_what_needs_the_request_and_nothing_else(shut: Desk) -> None:
    code, said = shut.refused(*READING)

    assert (code, said.startswith("The vault is shut, so that nothing sealed is read")) == (3, True)
    assert shut.refused("submit", CASE, "--version", "1", "--as", "foi-officer")[0] == 3
    assert passes_audit(shut.home)
    assert shut.told("vault", "status") == {"form": "passphrase", "agent": False, "opened": 0, "broken": None}
    told = shut("doctor", "--json")
    (ailment,) = json.loads(told.stdout)["ailments"]
    assert (ailment["place"], ailment["what"]) == ("keys/service/wrapping", said)


def test_a_passphrase_at_hand_opens_it_and_approvals_go_on_without(
    shut: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "words").write_text(WORDS)
    monkeypatch.setenv(wrapping.NAMED, str(tmp_path / "words"))
    shut.submit()
    assert "ear" in shut.done(*READING)
    monkeypatch.delenv(wrapping.NAMED)
    wrapping._OPENED.clear()

    shut.approve("legal-review", "legal-reviewer")

    assert shut.stage() == "balancing"
    assert shut.refused(*READING)[0] == 3
    assert shut.told("vault", "status")["opened"] == 1
    shut.home.vault_opened.write_text(shut.home.vault_opened.read_text().replace("null", '"x"'))
    assert "vault-opened.jsonl" in [
        each["place"] for each in json.loads(shut("doctor", "--json").stdout)["ailments"]
    ]


def test_a_machine_that_is_too_slow_for_it_is_told_from_a_wrong_passphrase(
    shut: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "words").write_text(WORDS)
    monkeypatch.setenv(wrapping.NAMED, str(tmp_path / "words"))
    kept = shut.home.wrapping.read_bytes()
    shut.home.wrapping.write_bytes(re.sub(rb"(-> scrypt \S+ )\d+", rb"\g<1>40", kept, count=1))

    code, sentence = shut.refused(*READING)

    assert (code, "was not tried: age finds this machine too slow" in sentence) == (3, True)


def test_an_agent_opens_it_until_it_ends(shut: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "words").write_text(WORDS)
    monkeypatch.setenv(wrapping.NAMED, str(tmp_path / "words"))
    command: list[str | Path] = [
        Path(sys.executable).with_name("equipoise"),
        "vault",
        "agent",
        "--home",
        str(shut.home.root),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout
            assert running.stdout.readline().startswith("The vault is open")
            monkeypatch.delenv(wrapping.NAMED)
            assert shut.told("vault", "status")["agent"]
            assert "ear" in shut.done(*READING)
        finally:
            running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 0

    assert not shut.home.vault_agent.exists()
    assert shut.refused(*READING)[0] == 3


@pytest.mark.exhaustive
def test_the_key_goes_from_one_form_to_another_and_what_is_sealed_is_read_as_before(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = desk.home.wrapping.read_bytes()
    read = desk.done(*READING)
    for name, words in (("one", WORDS), ("two", f"{WORDS} anew")):
        (tmp_path / name).write_text(f"{words}\n")
    assert "is as it is" not in desk.done("vault", "passphrase", "--new", tmp_path / "one")
    monkeypatch.setenv(wrapping.NAMED, str(tmp_path / "one"))
    desk.done("vault", "passphrase", "--new", tmp_path / "two")
    wrapping._OPENED.clear()

    assert "The passphrase in" in desk.refused(*READING)[1]
    monkeypatch.setenv(wrapping.NAMED, str(tmp_path / "two"))
    assert desk.done(*READING) == read
    assert "as it is" in desk.done("vault", "file")
    assert desk.home.wrapping.read_bytes() == before
    assert "nothing has to be opened" in desk.refused("vault", "agent")[1]


def test_another_key_is_put_in_its_place_and_what_is_sealed_is_read_as_before(desk: Desk) -> None:
    before, read = desk.home.wrapping.read_bytes(), desk.done(*READING)

    assert "A new key wraps 1 case key." in desk.done("vault", "rotate")

    assert before.strip() not in desk.home.wrapping.read_bytes()
    assert desk.done(*READING) == read
    assert desk.told("vault", "rotate") == {"form": "file", "keys": 1, "unfit": []}
    assert desk.told("vault", "status")["opened"] == 2
    assert passes_audit(desk.home)
    assert desk.told("doctor")["ailments"] == []
    wrapping.mark_of(desk.home.wrapping).write_text(f"age1\n{wrapping._UNFINISHED}\n")
    (ailment,) = json.loads(desk("doctor", "--json").stdout)["ailments"]
    assert ailment["remedy"] == "`equipoise vault rotate` finishes it."


def test_no_other_key_is_put_in_its_place_while_something_has_it_in_its_memory(
    shut: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shut.home.wrapping.read_bytes()
    with sole_writer(shut.home):
        assert "end that" in shut.refused("vault", "rotate")[1]
    with monkeypatch.context() as listening:
        listening.setattr(agent, "reach", lambda _: object())
        assert "start the agent again" in shut.refused("vault", "rotate")[1]
    assert shut.refused("vault", "rotate")[0] == 3  # nobody opens it

    assert shut.home.wrapping.read_bytes() == before


def night(desk: Desk) -> str:
    with open_office(desk.home) as office:
        return audit_register(office).what


@pytest.mark.parametrize("cut", ["cut off", pytest.param("deleted", marks=pytest.mark.exhaustive)])
def test_a_log_of_openings_that_was_cut_off_stops_writing_until_somebody_decides(
    shut: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    (tmp_path / "words").write_text(WORDS)
    monkeypatch.setenv(wrapping.NAMED, str(tmp_path / "words"))
    log = shut.home.vault_opened
    for _ in range(2):
        shut.done(*READING)
        wrapping._OPENED.clear()
    night(shut)
    note = shut.done("checkpoint")
    assert "\nvault 2 sha256:" in note
    (tmp_path / "note").write_text(note)
    shut.submit()
    assert "vault 3 " in shut.done("checkpoint")
    wrapping._OPENED.clear()
    wrapping.note(log, "passphrase", "that was typed")
    again = shut.done("checkpoint")
    assert "vault 3 " in again  # nothing was recorded since
    night(shut)
    audited = last_audit(shut.home)
    assert audited
    assert audited.validated == parse_note(again).text  # which is what a witness is asked to cosign again
    assert passes_audit(shut.home)

    kept = log.read_bytes().splitlines(keepends=True)
    log.unlink() if cut == "deleted" else log.write_bytes(kept[0])

    outside = shut("audit", "--checkpoint", str(tmp_path / "note"), "--json")
    (found,) = json.loads(outside.stdout)["findings"]
    has = "has 1 line" if cut == "cut off" else "is empty or gone"
    assert (found["code"], found["sentence"]) == (
        "E_OPENINGS",
        f"The log of the vault's openings {has}; it had 2.",
    )
    copied = ("audit", str(shut.home.register), "--checkpoint", str(tmp_path / "note"))
    assert "--openings" in shut.done(*copied)
    (tmp_path / "log").write_bytes(b"".join(kept))
    assert "was taken" not in shut.done(*copied, "--openings", str(tmp_path / "log"))
    assert "there is no file" in shut.refused(*copied, "--openings", str(tmp_path / "none"))[1]
    (ailment,) = json.loads(shut("doctor", "--json").stdout)["ailments"]
    assert ailment["what"].endswith("; it had 3, as the checkpoint of entry 10 says.")
    shut.approve("legal-review", "legal-reviewer")
    assert "So no checkpoint is signed" in shut.refused("checkpoint")[1]
    with pytest.raises(TamperedError, match="E_OPENINGS at entry 10"):
        night(shut)
    shut.done("resume", "--reason", "The disk was lost.", "--as", "administrator")
    assert "12 entries pass the audit, but for 1 finding" in night(shut)
    assert f"vault {2 if cut == 'cut off' else 1} " in shut.done("checkpoint")  # one was opened since
    assert passes_audit(shut.home)

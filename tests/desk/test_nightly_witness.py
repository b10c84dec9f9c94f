"""The nightly audit asks witnesses: what they cosign is kept, what they saw otherwise stops all writing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from desk_builders import Desk, another_case
from loopback import answering_on_loopback
from sampling import sampled

from flows import home as flows_home
from flows.casework.auditing import audit_register, last_audit
from flows.casework.office import open_office
from flows.casework.witnesses import read_witnesses
from flows.domain.english import in_full
from flows.domain.errors import MalformedError, TamperedError
from flows.domain.local_day import local_day
from flows.home import Home
from flows.register.note import parse_note, parse_note_key, when_cosigned
from flows.register.stop import stopped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "witness.example/w"
KEY = f"{NAME}+83755ab3+BOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs"


def night(desk: Desk) -> str:
    """Audit as the machine does at night; return what is told of it."""
    with open_office(desk.home) as office:
        return audit_register(office).what


def name_witness(desk: Desk, address: str, key: str) -> None:
    text = f'[[witness]]\naddress = "{address}"\nkey = "{key}"\n'
    desk.home.witnesses.write_text(text, encoding="utf-8")


def moved(desk: Desk, folder: Path) -> Desk:
    """Return a copy of a home, as it is now."""
    shutil.copytree(desk.home.root, folder)
    return Desk(Home(folder))


@pytest.fixture
def serving(desk: Desk, tmp_path: Path, free_port: int) -> Iterator[tuple[str, str]]:
    """A witness in a process of its own, which took the register on; its address and key."""
    folder, key = tmp_path / "witness", tmp_path / "service.key"
    own = desk.done("witness", "init", folder, "--name", NAME).strip()
    key.write_text(desk.done("checkpoint", "--verifier-key"))
    desk.done("witness", "trust", folder, key)
    main = "from flows.desk.cli.main import main; main()"
    command = [sys.executable, "-c", main, "witness", "serve", str(folder), "--port", str(free_port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().split()[4].removesuffix(","), own
        finally:
            process.terminate()


def cosigned(desk: Desk, entries: int, key: str) -> bool:
    note = (desk.home.checkpoints / f"{entries:09}.txt").read_text(encoding="utf-8")
    return when_cosigned(parse_note(note), parse_note_key(key)) is not None


def until_it_answers(desk: Desk) -> str:
    for _ in range(600):
        said = night(desk)
        if "does not answer" not in said:
            return said
    raise AssertionError(said)


def test_a_register_that_a_witness_saw_longer_or_other_is_found_by_the_next_nightly_audit(
    desk: Desk, serving: tuple[str, str], tmp_path: Path
) -> None:
    address, key = serving
    name_witness(desk, address, key)

    assert until_it_answers(desk).endswith(f"cosigned by {NAME}")
    assert cosigned(desk, 8, key)
    size = (desk.home.checkpoints / "000000008.txt").stat().st_size
    assert night(desk) == f"cosigned by {NAME}"  # it is asked each night, and its word takes no more room
    assert (desk.home.checkpoints / "000000008.txt").stat().st_size == size

    earlier = moved(desk, tmp_path / "earlier")
    other = moved(desk, tmp_path / "other")
    desk.submit()
    assert night(desk) == f"9 entries pass the audit; checkpoint 000000009.txt written; cosigned by {NAME}"
    assert cosigned(desk, 9, key)

    # What remembers the last entry in the home was set back with it: the witness alone knows.
    with pytest.raises(TamperedError, match="fails its audit with E_ROLLBACK at entry 9"):
        night(earlier)
    assert stopped(earlier.home.register)
    found = last_audit(earlier.home)
    assert found
    assert (found.findings, found.validated) == (("E_ROLLBACK at entry 9",), "")
    (notice,) = [each for each in earlier.home.notices.rglob("*") if each.is_file()]
    assert "E_ROLLBACK at entry 9" in notice.read_text()
    earlier.done("resume", "--reason", "Restored.", "--as", "administrator")
    said = night(earlier)  # it has nine entries again, and another ninth
    assert said.startswith("9 entries pass the audit, but for 1 findings that were decided on; ")
    assert not cosigned(earlier, 9, key)

    # Another act than the submission, which within the same second would be the same entry.
    another_case(other.home, "R/2", "2022-11-08")
    with pytest.raises(TamperedError, match="fails its audit with E_FORK at entry 9"):
        night(other)
    assert not (other.home.checkpoints / "000000010.txt").exists()
    shutil.rmtree(desk.home.checkpoints)  # a home that lost what it knew is told by the witness
    desk.return_()
    assert night(desk).endswith(f"cosigned by {NAME}")
    assert cosigned(desk, 10, key)


ANSWERS = {
    "a word": (b"hello\n", "answers with what is no cosignature of its own"),
    "nothing": (b"", "answers with what is no cosignature of its own"),
    "noise": (b"\xff" * 100, "answers with what is no cosignature of its own"),
    "a cosignature of another's": (
        b"\xe2\x80\x94 other.example AAAAAAAA\n",
        "answers with what is no cosignature of its own",
    ),
    "more than any answer": (b"x" * 70_000, "does not answer"),
}


@pytest.mark.parametrize("name", sampled(ANSWERS, 1))
def test_what_a_witness_says_that_is_none_is_told_and_stops_nothing(name: str, desk: Desk) -> None:
    answer, told = ANSWERS[name]
    asked: list[tuple[str, bytes]] = []

    def reply(path: str, body: bytes) -> tuple[str, bytes]:
        asked.append((path, body))
        return "text/plain", answer

    with answering_on_loopback(reply) as address:
        name_witness(desk, f"{address}/foi", KEY)
        assert night(desk).endswith(f"checkpoint 000000008.txt written; witness {NAME} {told}")

    # Nothing leaves but the checkpoint, and the proof that it goes on.
    ((path, body),) = asked
    note = (desk.home.checkpoints / "000000008.txt").read_text(encoding="utf-8")
    assert (path, body.decode()) == ("/foi/add-checkpoint", f"old 0\n\n{note}")
    assert parse_note(note).lines[2:] == ()
    assert not stopped(desk.home.register)


def test_a_witness_that_cannot_be_reached_is_told_and_stops_nothing(desk: Desk, free_port: int) -> None:
    name_witness(desk, f"http://127.0.0.1:{free_port}", KEY)

    assert night(desk).endswith(f"witness {NAME} does not answer")
    desk.submit()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "witness = 1\n",
        "[[witness]]\n",
        f'[[witness]]\naddress = "http://witness.example"\nkey = "{KEY}"\n',
        f'[[witness]]\naddress = "file:///etc/passwd"\nkey = "{KEY}"\n',
        f'[[witness]]\naddress = "https://a:b@witness.example"\nkey = "{KEY}"\n',
        f'[[witness]]\naddress = "https://witness.example"\nkey = "{KEY[:-4]}AAAA"\n',
        f'[[witness]]\naddress = "https://witness.example"\nkey = "{KEY}"\nmore = 1\n',
        f'[[witness]]\naddress = "https://witness.example"\nkey = "{KEY}"\n' * 2,
        "\0",
    ],
)
def test_settings_that_name_no_witness_are_refused(text: str, tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.witnesses.write_text(text, encoding="utf-8")

    with pytest.raises(
        MalformedError, match=r"^witnesses\.toml: it (does not say where witnesses are|is not TOML)"
    ):
        read_witnesses(home)


def test_settings_that_name_no_witness_are_told_and_stop_nothing(desk: Desk) -> None:
    desk.home.witnesses.write_text("witness = 1\n", encoding="utf-8")

    assert night(desk).endswith(
        "witnesses.toml: it does not say where witnesses are and which keys they have, so no witness was "
        "asked"
    )


@pytest.mark.exhaustive
def test_a_witness_that_is_silent_for_three_nights_is_told_of_once_until_it_is_back(
    desk: Desk, serving: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, key = serving
    first = flows_home.now()

    def at_night(number: int, where: str) -> list[str]:
        monkeypatch.setattr(flows_home, "now", lambda: first + timedelta(days=number))
        name_witness(desk, where, key)
        until_it_answers(desk) if where == address else night(desk)
        return [each.read_text() for each in sorted(desk.home.notices.rglob("*")) if each.is_file()]

    nowhere = "http://127.0.0.1:1/w"
    for number in (0, 1):
        assert at_night(number, nowhere) == []
        assert at_night(number, nowhere) == []  # another audit of that night is none of the next
        assert desk.told("health")["troubles"] == []

    (notice,) = at_night(2, nowhere)
    assert notice.startswith("To: administrator\nAbout: a witness of the register\n")
    assert f"{NAME} cosigned no checkpoint since the audit of {in_full(local_day(first))}" in notice
    assert json.loads(desk("health", "--json").stdout)["troubles"] == ["witness-silent"]
    assert len(at_night(3, nowhere)) == 1

    assert len(at_night(4, address)) == 1
    assert desk.told("health")["troubles"] == []
    for number in (5, 6):
        assert len(at_night(number, nowhere)) == 1
    assert len(at_night(7, nowhere)) == 2


def test_a_file_of_witnesses_that_cannot_be_read_is_told_of_as_a_silent_one(desk: Desk) -> None:
    desk.home.witnesses.write_text("[[witness]]\n")
    night(desk)
    found = last_audit(desk.home)

    assert found
    assert found.uncosigned == ("witnesses.toml",)

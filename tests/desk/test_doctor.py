"""The doctor: what is wrong with a home is told, what is safe is mended, and a sound home is well."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import zlib
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pytest
from desk_builders import CASE, EXAMPLE, Desk, everything, open_case, passes_audit
from sampling import sampled

from flows import home as flows_home
from flows.casework.office import open_office
from flows.home import Home

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW: Final = flows_home.now()
OLD: Final = (1_000_000_000, 1_000_000_000)


def left(path: Path) -> None:
    """Leave something behind, long ago."""
    path.write_bytes(b"half")
    os.utime(path, OLD)


def loose(desk: Desk) -> Path:
    """Return an object that is packed and loose."""
    desk.submit()
    pack_with = ["git", "-C", str(desk.home.register), "repack", "-a", "-q"]
    subprocess.run(pack_with, check=True)
    return next(path for path in desk.home.register.glob("objects/[0-9a-f][0-9a-f]/*"))


def damage(desk: Desk) -> None:
    path = loose(desk)
    path.chmod(0o600)
    path.write_bytes(zlib.compress(b"blob 3\0bad"))


def forget_a_case(desk: Desk) -> None:
    desk.done("queue")
    with closing(sqlite3.connect(desk.home.catalogue)) as db, db:
        db.execute("pragma foreign_keys = off")
        db.execute("delete from documents where reference = ?", (CASE,))


def clear(desk: Desk, name: str) -> None:
    with closing(sqlite3.connect(desk.home.state / name)) as db:
        db.execute("create table if not exists t (x)")
        db.commit()
    path = desk.home.state / name
    path.write_bytes(path.read_bytes()[:100] + b"\xff" * 4096)


def away(desk: Desk) -> None:
    keys = desk.home.case_keys
    (keys / "orphans").mkdir(mode=0o700)
    for key in keys.glob("*.age"):
        key.rename(keys / "orphans" / key.name)


def empty_the_branch(desk: Desk) -> None:
    (desk.home.register / "refs/heads/main").write_bytes(b"")


MENDED: Final[dict[str, tuple[Callable[[Desk], object], str, str]]] = {
    "a loose twin is damaged": (damage, "register.git/objects/", "a sound one is packed"),
    "a case is gone from the catalogue": (forget_a_case, "state/catalogue.sqlite", "other cases"),
    "the branch is empty": (empty_the_branch, "refs/heads/main", "names no entry"),
    "a folder is missing": (lambda desk: shutil.rmtree(desk.home.notices), "notices", "missing"),
    "the home is open": (lambda desk: desk.home.root.chmod(0o755), "home", "Other accounts"),
    "a key is open": (
        lambda desk: (desk.home.officers / "foi-officer").chmod(0o644),
        "keys/officers/foi-officer",
        "Other accounts",
    ),
    "a writer was cut off": (lambda desk: left(desk.home.root / ".allowed_signers.part"), ".part", "cut off"),
    "an object was cut off": (
        lambda desk: left(desk.home.register / "objects/tmp_obj_1_2"),
        "objects/tmp_obj_1_2",
        "cut off",
    ),
    "git was cut off": (
        lambda desk: left(desk.home.register / "packed-refs.lock"),
        "packed-refs.lock",
        "cut off",
    ),
    "the branch is locked": (
        lambda desk: left(desk.home.register / "refs/heads/main.lock"),
        "main.lock",
        "cut off",
    ),
    "a copy made by git": (
        lambda desk: (desk.home.register / "config").write_text("[core]\n\tbare = true\n"),
        "register.git/config",
        "lacks settings",
    ),
    "half a key": (lambda desk: left(desk.home.officers / "new.officer"), "new.officer", "half a key"),
    "a pair lacks its public half": (
        lambda desk: (desk.home.officers / "foi-officer.pub").unlink(),
        "keys/officers/foi-officer",
        "public half",
    ),
    "the memory of requests is damaged": (
        lambda desk: clear(desk, "repeats.sqlite"),
        "state/repeats.sqlite",
        "damaged",
    ),
    "the memory of notices is damaged": (
        lambda desk: clear(desk, "outbox.sqlite"),
        "state/outbox.sqlite",
        "damaged",
    ),
    "the memory of mail is damaged": (
        lambda desk: clear(desk, "mail.sqlite"),
        "state/mail.sqlite",
        "damaged",
    ),
    "the desk's file is damaged": (lambda desk: clear(desk, "desk.sqlite"), "state/desk.sqlite", "damaged"),
    "a key was put out of the way": (away, "keys/cases/orphans/", "out of the way"),
    "the list of signers is lost": (
        lambda desk: desk.home.allowed_signers.unlink(),
        "allowed_signers",
        "list",
    ),
    "the list of signers is old": (
        lambda desk: desk.home.allowed_signers.write_text("nobody\n"),
        "allowed_signers",
        "list",
    ),
}


@pytest.fixture
def well(desk: Desk) -> Desk:
    """A home that is well, with the list of signers that `init` leaves."""
    desk.home.root.chmod(0o700)
    desk.done("doctor", "--mend")
    return desk


def test_all_that_is_safe_to_mend_is_mended_in_one_go(well: Desk) -> None:
    for break_, _, _ in MENDED.values():
        break_(well)
    said = well("doctor").stdout
    assert "Not well yet:" in said

    mended = well.done("doctor", "--mend")

    assert [ailment for ailment, (_, place, _) in MENDED.items() if place not in said + mended] == []
    assert well.done("doctor") == "Nothing is wrong with this home.\n"
    assert passes_audit(well.home)
    assert CASE in well.done("queue")


@pytest.mark.exhaustive
@pytest.mark.parametrize("ailment", MENDED)
def test_what_is_safe_to_mend_is_told_first_and_mended_when_asked(ailment: str, well: Desk) -> None:
    break_, place, what = MENDED[ailment]
    break_(well)
    before = everything(well.home)

    told = well("doctor", "--json")
    assert told.exit_code == 1
    assert everything(well.home) == before
    line = next(line for line in well("doctor").stdout.splitlines() if place in line and what in line)
    assert "`equipoise doctor --mend`" in line

    assert well.done("doctor", "--mend").endswith("Everything was mended.\n")
    assert well.done("doctor") == "Nothing is wrong with this home.\n"
    assert passes_audit(well.home)
    assert CASE in well.done("queue")


def empty_an_object(desk: Desk) -> None:
    desk.submit()
    path = next(path for path in desk.home.register.glob("objects/[0-9a-f][0-9a-f]/*"))
    path.chmod(0o600)
    path.write_bytes(b"")


def plant_a_hook(desk: Desk) -> None:
    (desk.home.register / "hooks").mkdir()
    (desk.home.register / "hooks/update").touch()


def lose_the_keys(desk: Desk) -> None:
    for key in desk.home.case_keys.glob("*.age"):
        key.unlink()


LEFT: Final[dict[str, tuple[Callable[[Desk], object], str]]] = {
    "a hook": (
        plant_a_hook,
        "Run `equipoise audit`",
    ),
    "a key of a case": (
        lose_the_keys,
        "cannot be opened. Restore it from a copy.",
    ),
    "the service's key": (lambda desk: desk.home.service.unlink(), "nothing can be recorded"),
    "an object": (empty_an_object, "The object is damaged. Restore it from a copy."),
    "single sign-on": (
        lambda desk: desk.home.sign_on.write_text('issuer = "https://a.example"\n'),
        'sign-on.toml: client: a text is needed, as client = "…". Put that right, by docs/operating.md;',
    ),
    "witnesses": (
        lambda desk: desk.home.witnesses.write_text("[[witness]]\nkey = \n"),
        "witnesses.toml: it is not TOML (line 2). Put that right, by docs/outside-memory.md;",
    ),
    "settings": (
        lambda desk: (desk.home.root / "settings.toml").write_text("[up]\nevery = 0\n"),
        "settings.toml: up.every: a whole number from 1 to 86400 is needed. Put that right,",
    ),
}


@pytest.mark.parametrize("ailment", sampled(LEFT))
def test_what_people_have_to_mend_is_told_and_left_as_it_is(ailment: str, well: Desk) -> None:
    break_, remedy = LEFT[ailment]
    break_(well)
    before = everything(well.home)

    result = well("doctor", "--mend")

    assert (result.exit_code, result.stderr) == (1, "")
    assert remedy in result.stdout
    assert everything(well.home) == before


def test_a_home_that_was_played_is_well(played: Desk) -> None:
    assert played.done("doctor") == "Nothing is wrong with this home.\n"
    assert played.told("doctor") == {"home": str(played.home.root), "ailments": []}


def test_a_home_restored_from_copies_is_well_once_it_is_mended(well: Desk, tmp_path: Path) -> None:
    restored = Desk(Home(tmp_path / "restored"))
    clone = ["git", "clone", "--quiet", "--bare", "--no-local"]
    subprocess.run([*clone, well.home.register, restored.home.register], check=True)
    shutil.copytree(well.home.officers.parent, restored.home.officers.parent)

    result = restored("doctor", "--mend")

    assert (result.exit_code, result.stderr) == (0, "")
    assert (restored.home.register / "config").read_text() == (well.home.register / "config").read_text()
    restored.submit()
    assert passes_audit(restored.home)


def test_a_clock_that_was_ahead_stops_nobody_for_long(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows_home, "now", lambda: NOW + timedelta(days=300))
    desk.submit()
    monkeypatch.setattr(flows_home, "now", lambda: NOW + timedelta(hours=1))
    words = ("approve", CASE, "--gate", "legal-review", "--version", "1", "--as", "legal-reviewer")
    code, sentence = desk.refused(*words)
    assert (code, "`equipoise resume`" in sentence) == (3, True)
    assert "E_CLOCK" in desk("audit").stdout
    assert "ahead of this machine's clock" in desk("doctor").stdout

    assert desk.refused("resume", "--reason", "The battery.", "--as", "foi-officer")[0] == 1
    desk.done("resume", "--reason", "The clock's battery was dead.", "--as", "administrator")

    desk.done(*words)
    assert "entry 10: a clock was ahead; the entries from 9 on are dated later" in desk.done("audit")
    assert desk.refused("resume", "--reason", "Again.", "--as", "administrator")[0] == 1


def test_a_case_whose_row_is_gone_is_not_opened_twice(desk: Desk) -> None:
    forget_a_case(desk)
    with open_office(desk.home) as office:
        before = office.register.tip().entry.sequence
        data = (EXAMPLE / "request.yaml").read_bytes().replace(b"2022-11-07", b"2022-11-08")
        open_case(office, data)
        assert office.register.tip().entry.sequence == before
    assert CASE in desk.done("show", CASE)
    assert passes_audit(desk.home)

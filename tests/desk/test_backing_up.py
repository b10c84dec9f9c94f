"""A backup is taken while acts are recorded; a home is made again from it, audited, and goes on."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import re
import resource
import shutil
import subprocess
import tarfile
import threading
import time
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyrage
import pytest
from desk_builders import (
    CASE,
    PEOPLE,
    Desk,
    an_officer,
    another_case,
    everything,
    found_home,
    passes_audit,
)
from sampling import sampled

from flows import disk
from flows import home as flows_home
from flows.casework import acts, auditing, copies_elsewhere, restoring
from flows.casework.acts import Wish
from flows.casework.backing_up import LEFT_OUT, OF_THE_MOMENT
from flows.casework.backing_up import _Tree as Tree
from flows.casework.copies_elsewhere import Way
from flows.casework.office import open_office
from flows.desk.web.store import SCHEMA, Store
from flows.domain.acts import ASSIGN
from flows.domain.errors import RegisterError
from flows.domain.reference import identity
from flows.home import Home
from flows.register import signature
from flows.register.statement import POLICY
from flows.vault.keys import keys_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

NOW: Final = flows_home.now()
AFTER_RETENTION: Final = NOW + timedelta(days=40)
FIRST, SECOND = ("--as", "administrator"), ("--as", "second.administrator")
OLD: Final = time.time() - 60


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Where backups are kept: two places, for the home and its keys."""
    for name in ("homes", "keys"):
        (tmp_path / name).mkdir()
    return tmp_path


def taken(desk: Desk, kept: Path, *more: str) -> tuple[Path, Path]:
    """Back a home up with its keys."""
    made = desk.told("backup", kept / "homes", "--with-keys", kept / "keys", *more)
    return kept / "homes" / made["home"]["file"], kept / "keys" / made["keys"]["file"]


def elsewhere(kept: Path) -> Desk:
    """An empty machine."""
    return Desk(Home(kept / "machine" / "home"))


def restored(kept: Path, home: Path, keys: Path, *more: str | Path) -> tuple[Desk, dict[str, Any]]:
    new = elsewhere(kept)
    return new, new.told("restore", home, "--keys", keys, *more)


def outside(desk: Desk, kept: Path) -> Path:
    """A checkpoint that somebody else kept."""
    note = kept / "checkpoint.txt"
    note.unlink(missing_ok=True)
    desk.done("checkpoint", "--out", note)
    return note


def test_a_backup_under_load_restored_elsewhere_passes_the_audit_against_an_outside_checkpoint(
    desk: Desk, kept: Path
) -> None:
    another_case(desk.home, "R/2", "2022-11-08")
    note = outside(desk, kept)
    under_way, stop = threading.Event(), threading.Event()

    def work() -> None:
        with open_office(desk.home) as office:
            people = [person for person in PEOPLE if person != "legal-reviewer"]
            while not stop.is_set():
                person = people[office.register.tip().entry.sequence % len(people)]
                wish = Wish(kind=ASSIGN, reference="R/2", facts={"person": person})
                acts.act(office, an_officer(desk.home, "foi-officer"), wish)
                under_way.set()

    writer = threading.Thread(target=work)
    writer.start()
    try:
        assert under_way.wait(30)
        home, keys = taken(desk, kept)
    finally:
        stop.set()
        writer.join()
    with open_office(desk.home) as office:
        last = office.register.tip().entry.sequence
    shutil.rmtree(desk.home.root)

    new, said = restored(kept, home, keys, "--checkpoint", note)

    assert said["audit"]["passes"]
    assert said["audit"]["entries"] < last
    assert said["ailments"] == []
    assert said["compared"] == str(note)
    new.submit()
    new.done("request", CASE, "--reason", "To draft it.", "--as", "foi-officer")
    assert passes_audit(new.home)


SECRETS = ("sign-on.secret", "mail.password", "metrics.token")


def test_what_stands_in_a_home_is_in_its_backup_and_comes_back_closed_to_others(
    published: Home, tmp_path: Path, kept: Path
) -> None:
    shutil.copytree(published.root, tmp_path / "home")
    desk = Desk(Home(tmp_path / "home"))
    desk.done("checkpoint")
    (desk.home.set_aside / "item").mkdir()
    (desk.home.set_aside / "item" / "WHY.txt").write_text("It lacks a reference.\n")
    (desk.home.inbox / "arriving.yaml").write_text("reference: A/1\n")
    (desk.home.root / "sign-on.toml").write_text(
        'issuer = "https://login.example"\nclient = "c"\nsecret = "sign-on.secret"\n'
    )
    (desk.home.root / "sign-on.secret").write_text("s\n")
    (desk.home.root / "mail.toml").write_text(
        'address = "foi@northshire.example"\n[receive]\nimap = "localhost:1"\nuser = "foi"\n'
        'password = "mail.password"\n'
    )
    (desk.home.root / "mail.password").write_text("s\n")
    (desk.home.root / "settings.toml").write_text('[metrics]\ntoken = "metrics.token"\n')
    (desk.home.root / "metrics.token").write_text("s\n")
    (desk.home.state / "what-a-later-release-keeps.json").write_text("{}\n")
    with closing(Store(desk.home.desk)) as store:
        store.ask("insert into sessions values ('i', 'foi-officer', 'h', 0, 0)")
        store.ask("insert into ticks values ('foi-officer', 'c')")

    home, keys = taken(desk, kept)
    before = everything(desk.home)
    shutil.rmtree(desk.home.root)
    new, _ = restored(kept, home, keys)

    left_out = {"inbox/arriving.yaml"}
    register = re.compile(r"register\.git/")
    assert {path: digest for path, digest in everything(new.home).items() if not register.match(path)} == {
        path: digest for path, digest in before.items() if path not in left_out and not register.match(path)
    } | {"allowed_signers": everything(new.home)["allowed_signers"]}
    assert (new.home.state / "what-a-later-release-keeps.json").is_file()
    assert [*new.home.checkpoints.iterdir()]
    with closing(Store(new.home.desk)) as store:
        assert store.ask("select * from sessions") == []
        assert store.ask("select * from ticks") == [("foi-officer", "c")]
    assert [path for path in new.home.root.rglob("*") if path.stat().st_mode & 0o077] == []
    names = {str(path.relative_to(home / "home")) for path in (home / "home").rglob("*")}
    assert not [name for name in names if name.startswith("keys") or name in SECRETS]
    assert [path for path in (home, *home.rglob("*")) if path.stat().st_mode & 0o077] == []
    (line, _) = new("doctor").stdout.splitlines()
    assert line.startswith("mail.toml: The mail server localhost does not answer: Connection refused.")


@pytest.mark.exhaustive
def test_the_key_of_an_erased_case_does_not_come_back_from_an_older_backup(
    desk: Desk, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.done("close", CASE, "--ground", "withdrawn", "--as", "foi-officer")
    noted = "insert into openings values (?, 'test', 'foi-officer', 0)"
    with closing(Store(desk.home.desk)) as store:
        store.ask(noted, identity(CASE))
    home, keys = taken(desk, kept)
    with open_office(desk.home, reading=True) as office:
        recipient = office.register.dossier(CASE).case.recipient
    monkeypatch.setattr(flows_home, "now", lambda: AFTER_RETENTION)
    desk.done("officer", "add", "second.administrator", "--role", "administrator", *FIRST)
    desk.done("retention", "set", "1", *FIRST)
    desk.done("erase", CASE, "--ground", "Schedule 4.2", *FIRST)
    desk.done("confirm-erasure", CASE, *SECOND)
    copy, note = kept / "copy.git", outside(desk, kept)
    desk.done("mirror", desk.home.register, copy)
    later = kept / "later.keys.tar"
    desk.done("backup", kept / "later", "--with-keys", kept / "homes" / later.name)
    shutil.rmtree(desk.home.root)

    # Of the backup alone nobody can know; the checkpoint tells that it is too old, and nothing is recorded.
    old = Desk(Home(kept / "old" / "home"))
    told = old("restore", home, "--keys", keys, "--checkpoint", note)
    assert told.exit_code == 4
    assert "E_ROLLBACK" in told.stdout
    assert recipient in keys_in(old.home.case_keys)
    assert "E_ROLLBACK" in (old.home.root / "writing-stopped.txt").read_text()
    assert "failed its audit" in old.refused("retention", "set", "3", *FIRST)[1]
    old.done("resume", "--reason", "It is lost.", *FIRST)
    with open_office(old.home, reading=True) as office:
        decided = office.register.dossier(POLICY).statements[-1].act
    assert decided.details["findings"].startswith("E_ROLLBACK ")
    with open_office(old.home) as office:  # at night
        auditing.audit_register(office)
    old.done("retention", "set", "3", *FIRST)

    # With a copy of the register that went on, the erasure is carried out.
    new, said = restored(kept, home, keys, "--register", copy, "--checkpoint", note)
    assert said["erased"] == 1
    assert said["audit"]["passes"]
    assert recipient not in keys_in(new.home.case_keys)
    with closing(Store(new.home.desk)) as store:
        assert store.ask("select * from openings") == []
    assert "was erased" in new("request", CASE, "--reason", "R.", "--as", "foi-officer").stderr

    # The same where the keys are newer than the rest.
    shutil.rmtree(new.home.root)
    new, said = restored(kept, home, kept / "homes" / later.name, "--register", copy)
    assert said["erased"] == 0
    with closing(Store(new.home.desk)) as store:
        assert store.ask("select * from openings") == []


def one_of(backup: Path, pattern: str) -> Path:
    return min(backup.glob(pattern))


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def said(backup: Path) -> dict[str, Any]:
    value = json.loads((backup / "backup.json").read_text())
    assert isinstance(value, dict)
    return value


def say(backup: Path, **otherwise: Any) -> None:
    """Write into a backup what it says of itself, without the service's key."""
    (backup / "backup.json").write_text(json.dumps(said(backup) | otherwise))


def change(backup: Path) -> None:
    """Change a file, and what the backup says of it."""
    file = one_of(backup, "home/notices/*")
    flip(file)
    name = file.relative_to(backup).as_posix()
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    say(backup, files=said(backup)["files"] | {name: [digest, 0, file.stat().st_size]})


def lead_out(backup: Path) -> None:
    (backup.parent / "outside").write_text("x")
    say(backup, files=said(backup)["files"] | {"home/../../outside": ["0" * 64, 0, 1]})


def link(backup: Path) -> None:
    file = one_of(backup, "home/notices/*")
    (backup.parent / "outside").write_bytes(file.read_bytes())
    file.unlink()
    file.symlink_to(backup.parent / "outside")


def link_folder(backup: Path) -> None:
    (backup / "home" / "notices").rename(backup.parent / "outside")
    (backup / "home" / "notices").symlink_to(backup.parent / "outside")


def sign_again(backup: Path, key: Path) -> None:
    """Sign what the backup says with another key than the service's."""
    data = (backup / "backup.json").read_bytes()
    armoured = signature.load(key).sign(data, signature.BACKUP)
    (backup / "backup.json.sig").write_text(armoured)


def sign_otherwise(backup: Path, key: Path) -> None:
    """Have the service sign the same words for another purpose."""
    armoured = signature.load(key).sign((backup / "backup.json").read_bytes(), signature.CHECKPOINT)
    (backup / "backup.json.sig").write_text(armoured)


def make_huge(backup: Path, size: int = 1 << 28) -> None:
    """Make a file far larger, of which the disk of the backup has hardly anything."""
    os.truncate(one_of(backup, "home/notices/*"), size)


def make_too_huge(backup: Path) -> None:
    """Make a file larger than any disk, and say so."""
    make_huge(backup, 1 << 50)
    files = said(backup)["files"]
    name = one_of(backup, "home/notices/*").relative_to(backup).as_posix()
    say(backup, files=files | {name: [*files[name][:2], 1 << 50]})


def without_sizes(backup: Path, key: Path) -> None:
    """Make of a backup one that the release before made: it says of no file how large it is."""
    files = {name: each[:2] for name, each in said(backup)["files"].items()}
    say(backup, form=2, files=files)
    sign_again(backup, key)


def make_huge_without_sizes(backup: Path, key: Path) -> None:
    without_sizes(backup, key)
    make_huge(backup)


@contextmanager
def little_written() -> Iterator[None]:
    """Let this process write no file of more than some megabytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 25, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


DAMAGED: Final[dict[str, tuple[Callable[[Path, Desk], object], str]]] = {
    "cut off": (lambda backup, _: (backup / "backup.json.sig").unlink(), "cut off"),
    "a bit of a file": (lambda backup, _: flip(one_of(backup, "home/notices/*")), "a file in it is damaged"),
    "a bit of the register": (
        lambda backup, _: flip(one_of(backup, "register/*")),
        "a file in it is damaged",
    ),
    "a file of no end": (lambda backup, _: make_huge(backup), "a file in it is damaged"),
    "a file of no end, of a backup of before": (
        lambda backup, desk: make_huge_without_sizes(backup, desk.home.service),
        "a file in it is damaged",
    ),
    "no manifest": (lambda backup, _: (backup / "backup.json").write_bytes(b"x" * 20_000), "is no backup"),
    "a file changed and what is said of it": (lambda backup, _: change(backup), "does not fit"),
    "a file missing": (lambda backup, _: one_of(backup, "home/notices/*").unlink(), "lacks 1 of the files"),
    "a file added": (lambda backup, _: (backup / "home" / "mail.toml").write_text(""), "other files than"),
    "leads out": (lambda backup, _: lead_out(backup), "leads elsewhere"),
    "has a link": (lambda backup, _: link(backup), "something else than files"),
    "has a link to a folder": (lambda backup, _: link_folder(backup), "something else than files"),
    "an officer's signature": (
        lambda backup, desk: sign_again(backup, desk.home.officers / "administrator"),
        "did not sign it",
    ),
    "a signature on something else": (
        lambda backup, desk: sign_otherwise(backup, desk.home.service),
        "does not fit",
    ),
    "of another time": (lambda backup, _: say(backup, time="2030-01-01T00:00:00+00:00"), "does not fit"),
    "of no time": (lambda backup, _: say(backup, time="yesterday"), "malformed"),
    "of a time nowhere": (lambda backup, _: say(backup, time="2030-01-01T00:00:00"), "malformed"),
    "of fewer entries": (lambda backup, _: say(backup, entries=1), "malformed"),
    "of another register": (lambda backup, _: say(backup, register="0" * 64), "of another register"),
}


@pytest.mark.parametrize("damage", sampled(DAMAGED))
def test_a_backup_that_the_home_did_not_write_so_makes_no_home(damage: str, desk: Desk, kept: Path) -> None:
    (desk.home.notices / "a.txt").write_text("Somebody is to decide.\n")
    home, _ = taken(desk, kept)
    break_, sentence = DAMAGED[damage]
    break_(home, desk)
    new = elsewhere(kept)

    with little_written():
        result = new("restore", home)

    assert (result.exit_code, sentence in result.stderr) == (2, True), result.output
    assert result.stderr.count("\n") == 1
    assert [*new.home.root.parent.glob("*")] == []


def test_what_there_is_no_room_for_is_refused_before_anything_is_written(desk: Desk, kept: Path) -> None:
    (desk.home.notices / "a.txt").write_text("Somebody is to decide.\n")
    home, _ = taken(desk, kept)
    make_too_huge(home)
    new = elsewhere(kept)

    result = new("restore", home)

    assert (result.exit_code, "has room for" in result.stderr) == (1, True), result.output
    assert [*new.home.root.parent.iterdir()] == []


def test_a_backup_of_the_release_before_is_restored_and_gone_on_from(desk: Desk, kept: Path) -> None:
    (desk.home.notices / "a.txt").write_text("Somebody is to decide.\n")
    first, keys = taken(desk, kept)
    without_sizes(first, desk.home.service)
    signed = (first / "backup.json").read_bytes()

    def before(member: tarfile.TarInfo, data: bytes) -> tuple[tarfile.TarInfo, bytes]:
        nonlocal signed
        if member.name == "backup.json":
            value = json.loads(data)
            files = {name: each[:2] for name, each in value["files"].items()}
            data = signed = json.dumps(value | {"form": 2, "files": files}).encode()
        elif member.name == "backup.json.sig":
            data = signature.load(desk.home.service).sign(signed, signature.BACKUP).encode()
        return member, data

    rewrite(keys, before)
    new, _ = restored(kept, first, keys)
    assert (new.home.notices / "a.txt").read_text() == "Somebody is to decide.\n"

    desk.submit()
    second = kept / "homes" / "equipoise-29990101T000000Z"
    desk.done("backup", second)
    files = said(second)["files"]
    assert {name: each[2] for name, each in files.items()} == {
        name: (second / name).stat().st_size for name in files
    }
    linked = one_of(second, "home/notices/*")
    assert linked.stat().st_ino == one_of(first, "home/notices/*").stat().st_ino


def test_a_manifest_of_before_fits_no_later_backup(desk: Desk, kept: Path) -> None:
    desk.done("backup", kept / "homes" / "first")
    desk.submit()
    desk.done("backup", kept / "homes" / "second")
    first, second = kept / "homes" / "first", kept / "homes" / "second"
    for name in ("backup.json", "backup.json.sig"):
        shutil.copy(first / name, second / name)
    new = elsewhere(kept)

    assert "it lacks 1 of the files that it had" in new("restore", second).stderr
    assert not new.home.root.exists()


def test_a_backup_is_of_the_register_that_is_named_from_outside(desk: Desk, kept: Path) -> None:
    home, keys = taken(desk, kept)
    new = elsewhere(kept)

    result = new("restore", home, "--keys", keys, "--pin", "0" * 64)

    assert (result.exit_code, "of another register than --pin names" in result.stderr) == (2, True)
    assert not new.home.root.exists()


def rewrite(file: Path, change: Callable[[tarfile.TarInfo, bytes], tuple[tarfile.TarInfo, bytes]]) -> None:
    """Write a backup of keys again with its members changed."""
    fresh = file.with_name("fresh.tar")
    with tarfile.open(file) as old, tarfile.open(fresh, "w") as new:
        for member in old.getmembers():
            held = old.extractfile(member)
            assert held
            info, data = change(member, held.read())
            info.size = len(data)
            new.addfile(info, io.BytesIO(data))
    fresh.replace(file)


def another_key(member: tarfile.TarInfo, data: bytes) -> tuple[tarfile.TarInfo, bytes]:
    return member, b"another" if member.name == "keys/service/signing" else data


def another_name(member: tarfile.TarInfo, data: bytes) -> tuple[tarfile.TarInfo, bytes]:
    if member.name == "keys/service/signing":
        member.name = "../signing"
    return member, data


def another_moment(member: tarfile.TarInfo, data: bytes) -> tuple[tarfile.TarInfo, bytes]:
    return member, data.replace(b'"time": "20', b'"time": "19') if member.name == "backup.json" else data


def endless_key(member: tarfile.TarInfo, data: bytes) -> tuple[tarfile.TarInfo, bytes]:
    return member, bytes(1 << 26) if member.name == "keys/service/signing" else data


CHANGED_KEYS: Final[dict[Callable[[tarfile.TarInfo, bytes], tuple[tarfile.TarInfo, bytes]], str]] = {
    another_key: "a file in it is damaged",
    endless_key: "a file in it is damaged",
    another_name: "other files than were written",
    another_moment: "does not fit",
}


@pytest.mark.parametrize("change", CHANGED_KEYS)
def test_keys_that_the_home_did_not_write_make_no_home(
    change: Callable[[tarfile.TarInfo, bytes], tuple[tarfile.TarInfo, bytes]], desk: Desk, kept: Path
) -> None:
    home, keys = taken(desk, kept)
    rewrite(keys, change)
    new = elsewhere(kept)

    with little_written():
        result = new("restore", home, "--keys", keys)

    assert (result.exit_code, CHANGED_KEYS[change] in result.stderr) == (2, True), result.output
    assert [*new.home.root.parent.iterdir()] == []


def test_a_backup_of_keys_without_end_is_not_read(desk: Desk, kept: Path) -> None:
    home, keys = taken(desk, kept)
    os.truncate(keys, 1 << 40)
    new = elsewhere(kept)

    result = new("restore", home, "--keys", keys)

    assert (result.exit_code, "larger than any backup of keys" in result.stderr) == (2, True)


def test_keys_of_another_home_are_refused(desk: Desk, kept: Path, tmp_path: Path) -> None:
    home, _ = taken(desk, kept)
    found_home(tmp_path / "another")
    another = Desk(Home(tmp_path / "another"))
    another.done("backup", tmp_path / "b", "--with-keys", tmp_path / "keys" / "k.tar")
    new = elsewhere(kept)

    result = new("restore", home, "--keys", tmp_path / "keys" / "k.tar")

    assert (result.exit_code, "it is of another register" in result.stderr) == (2, True), result.output
    assert not new.home.root.exists()


def test_the_service_signs_in_the_form_that_openssh_reads(desk: Desk, kept: Path) -> None:
    home, _ = taken(desk, kept)
    call = ["ssh-keygen", "-Y", "verify", "-f", str(desk.home.allowed_signers), "-I", "service"]
    call += ["-n", "equipoise-backup-v1", "-s", str(home / "backup.json.sig")]

    with (home / "backup.json").open("rb") as data:
        done = subprocess.run(call, stdin=data, check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


def test_a_backup_takes_what_is_new_and_each_is_restored_alone(desk: Desk, kept: Path) -> None:
    (desk.home.notices / "a.txt").write_text("Somebody is to decide.\n")
    (desk.home.notices / "b.txt").write_text("Somebody is to decide soon.\n")
    homes, made, entries = kept / "homes", [], []
    for number in range(6):
        if number:
            desk.done("assign", CASE, "--person", PERSONS[number % 2], "--as", "foi-officer")
        told = desk.told("backup", homes / f"equipoise-2026030{number}T020000Z")
        made.append(Path(told["home"]["file"]))
        entries.append(told["home"]["entries"])
        if number == 2:
            (desk.home.notices / "b.txt").write_text("That was decided.\n")
    with_keys = kept / "keys" / "k.tar"
    desk.done("backup", kept / "homes" / "last", "--with-keys", with_keys)

    assert (made[0] / "home/notices/a.txt").samefile(made[5] / "home/notices/a.txt")
    assert not (made[2] / "home/notices/b.txt").samefile(made[3] / "home/notices/b.txt")
    assert one_of(made[0], "register/*").samefile(one_of(made[5], "register/*"))
    bundles = [len([*(each / "register").iterdir()]) for each in made]
    assert bundles == [1, 2, 2, 3, 2, 3]  # what came since is rolled up, so there are few
    for each in (made[1], made[4]):
        shutil.rmtree(each)
    for number in (0, 2, 3, 5):
        new = Desk(Home(kept / f"machine-{number}" / "home"))
        said = new.told("restore", made[number], "--keys", with_keys)
        assert (said["audit"]["passes"], said["audit"]["entries"]) == (True, entries[number])
    assert (kept / "machine-5/home/notices/b.txt").read_text() == "That was decided.\n"
    assert (kept / "machine-0/home/notices/b.txt").read_text() == "Somebody is to decide soon.\n"


PERSONS: Final = ("both-gates", "foi-officer")


def pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


@pytest.mark.parametrize("spoil", [flip, Path.unlink, pipe])
@pytest.mark.parametrize("where", ["home/notices/a.txt", "register"])
def test_what_the_disk_lost_of_a_backup_before_is_copied_again(
    where: str, spoil: Callable[[Path], None], desk: Desk, kept: Path
) -> None:
    (desk.home.notices / "a.txt").write_text("Somebody is to decide.\n")
    first = kept / "homes" / "equipoise-20260301T020000Z"
    desk.done("backup", first)
    spoil(one_of(first, "register/*") if where == "register" else first / where)

    home, keys = taken(desk, kept)

    new, said = restored(kept, home, keys)
    assert said["audit"]["passes"]
    assert (new.home.notices / "a.txt").read_text() == "Somebody is to decide.\n"


NAMED_AS_DATABASES: Final = {
    "none": b"Minutes of the board, exported.\n",
    "cut off": b"SQLite format 3\0",
    "empty": b"",
}


@pytest.mark.parametrize("content", NAMED_AS_DATABASES.values(), ids=[*NAMED_AS_DATABASES])
def test_what_came_under_the_name_of_a_database_is_a_file_like_another(
    content: bytes, desk: Desk, kept: Path
) -> None:
    folders = [desk.home.set_aside / "item" / "attachments", desk.home.inbox / "item", desk.home.notices]
    names = ("data.sqlite", "data.sqlite-wal", "data.sqlite-journal")
    files = [folder / name for folder in folders for name in names]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    for path in (desk.home.inbox / "item", *(desk.home.inbox / "item").iterdir()):
        os.utime(path, (OLD, OLD))

    home, keys = taken(desk, kept)

    new, _ = restored(kept, home, keys)
    assert [(new.home.root / file.relative_to(desk.home.root)).read_bytes() for file in files] == [
        content
    ] * len(files)


def test_a_database_of_the_home_that_is_damaged_is_named(desk: Desk, kept: Path) -> None:
    (desk.home.state / "outbox.sqlite").write_bytes(b"none")

    code, sentence = desk.refused("backup", kept / "homes")

    assert (code, [*(kept / "homes").iterdir()]) == (3, [])
    assert sentence == (
        f"{desk.home.state / 'outbox.sqlite'} cannot be backed up (file is not a database): "
        "`equipoise doctor` tells what is wrong with it."
    )


@pytest.mark.parametrize("what", ["keys", "keys/service", "keys/service/wrapping"])
def test_keys_that_lie_on_another_disk_are_in_their_backup(what: str, desk: Desk, kept: Path) -> None:
    (desk.home.root / what).rename(kept / "elsewhere")
    (desk.home.root / what).symlink_to(kept / "elsewhere")

    home, keys = taken(desk, kept)

    new, said = restored(kept, home, keys)
    assert said["ailments"] == []
    assert new.home.wrapping.read_bytes() == desk.home.wrapping.read_bytes()
    assert not (new.home.root / what).is_symlink()


def link_to_a_pipe(path: Path) -> None:
    os.mkfifo(path.with_name("pipe"))
    path.symlink_to("pipe")


NO_KEYS: Final[dict[str, Callable[[Path], None]]] = {
    "a link that leads nowhere": lambda path: path.symlink_to("nothing"),
    "a link to a pipe": link_to_a_pipe,
    "a pipe": os.mkfifo,
}


@pytest.mark.parametrize("make", NO_KEYS.values(), ids=[*NO_KEYS])
def test_no_backup_of_keys_is_written_that_lacks_one(
    make: Callable[[Path], None], desk: Desk, kept: Path
) -> None:
    make(desk.home.officers / "a.key")

    result = desk("backup", kept / "homes", "--with-keys", kept / "keys")

    assert result.exit_code == 1
    assert result.stderr == (
        "The keys were not backed up: keys/officers/a.key in the home is no file and no folder, "
        "and leads to none.\n"
    )
    assert [*(kept / "keys").iterdir()] == []


def test_two_homes_backed_up_in_one_second_into_one_folder_spoil_nothing(
    desk: Desk, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(desk.home.root, kept / "other", symlinks=True)
    (kept / "other" / "notices" / "another.txt").write_text("Of the other home.\n")
    other, place = Desk(Home(kept / "other")), kept / "homes" / "equipoise-20260301T020000Z"
    add = Tree.add_line

    def meanwhile(tree: Tree, *given: Any) -> None:
        """Have the other home backed up, whole, while the first is being written."""
        monkeypatch.setattr(Tree, "add_line", add)
        other.done("backup", place)
        add(tree, *given)

    monkeypatch.setattr(Tree, "add_line", meanwhile)
    code, sentence = desk.refused("backup", place)

    assert code == 1
    assert sentence.startswith(f"{place} is a backup itself, and no backup is written over; name a folder of")
    assert [*(kept / "homes").iterdir()] == [place]
    new = elsewhere(kept)
    assert new("restore", place).stdout.startswith("Restored: ")
    assert (new.home.notices / "another.txt").is_file()


def test_a_backup_that_fails_takes_nothing_away_of_another_under_the_same_name(
    desk: Desk, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk.home.notices / "a.txt").write_text("Somebody is to decide.\n")
    shutil.copytree(desk.home.root, kept / "other", symlinks=True)
    other, place = Desk(Home(kept / "other")), kept / "homes" / "equipoise-20260301T020000Z"
    add = Tree.add_line

    def failing(*_: Any) -> None:
        monkeypatch.setattr(Tree, "add_line", add)
        raise RegisterError("The disk is full.")

    def meanwhile(tree: Tree, *given: Any) -> None:
        monkeypatch.setattr(Tree, "add_line", failing)
        assert other.refused("backup", place) == (3, "The disk is full.")
        add(tree, *given)

    monkeypatch.setattr(Tree, "add_line", meanwhile)
    desk.done("backup", place)

    told = elsewhere(kept)("restore", place).stdout.splitlines()[0]
    assert re.fullmatch(r"Restored: .*, from a backup of \d+ \w{3} \d{4} \d\d:\d\d\.", told)


def test_where_the_register_was_set_back_it_is_written_whole(desk: Desk, kept: Path) -> None:
    shutil.copytree(desk.home.root, kept / "before", symlinks=True)
    desk.submit()
    desk.done("backup", kept / "homes" / "equipoise-20260301T020000Z")
    before = Desk(Home(kept / "before"))
    before.done("assign", CASE, "--person", "foi-officer", "--as", "foi-officer")

    home, keys = taken(before, kept)

    assert restored(kept, home, keys)[1]["audit"]["passes"]
    assert len([*(home / "register").iterdir()]) == 1


def test_nothing_is_taken_over_of_the_register_that_this_home_did_not_sign(desk: Desk, kept: Path) -> None:
    first = kept / "homes" / "equipoise-20260301T020000Z"
    desk.done("backup", first)
    file = one_of(first, "register/*")
    file.write_bytes(b"something else")
    name = file.relative_to(first).as_posix()
    say(first, files=said(first)["files"] | {name: [hashlib.sha256(file.read_bytes()).hexdigest(), 0]})

    home, keys = taken(desk, kept)

    assert restored(kept, home, keys)[1]["audit"]["passes"]


def test_where_there_are_no_links_a_backup_is_copied(
    desk: Desk, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.done("backup", kept / "homes" / "equipoise-20260301T020000Z")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", refuse)
        home, keys = taken(desk, kept)

    assert {path.stat().st_nlink for path in home.rglob("*") if path.is_file()} == {1}
    assert restored(kept, home, keys)[1]["audit"]["passes"]


def test_what_cannot_be_backed_up_or_restored_is_refused_and_leaves_nothing(desk: Desk, kept: Path) -> None:
    home, keys = taken(desk, kept)
    assert "is a backup itself" in desk.refused("backup", home)[1]
    assert "in the home itself" in desk.refused("backup", desk.home.root / "b.tar")[1]
    assert "no such folder" in desk.refused("backup", kept / "none" / "b.tar")[1]
    # Of names that are not there yet, each would be made in the folder of both.
    for target, keys_to, folder in (("homes", "homes/k.tar", kept / "homes"), ("a", "b", kept)):
        together = desk("backup", kept / target, "--with-keys", kept / keys_to).stderr
        assert f"The backup and its keys would both lie in {folder}: " in together
    assert "not an empty folder" in desk.refused("restore", home)[1]
    new = elsewhere(kept)
    assert "is no backup" in new("restore", keys).stderr
    assert "is no backup" in new("restore", home, "--keys", home).stderr
    assert f"{home}x: there is no such file or folder." in new("restore", f"{home}x").stderr
    assert "keysx: there is no such file" in new("restore", home, "--keys", f"{kept}/keysx").stderr
    assert "is no backup" in new("restore", home, "--keys", home / "backup.json").stderr
    assert not new.home.root.exists()
    assert [*(kept / "homes").iterdir()] == [home]


def test_a_restore_onto_a_full_disk_says_so_and_blames_no_backup(
    desk: Desk, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk.home.notices / "a.txt").write_text("Somebody is to decide.\n")
    home, _ = taken(desk, kept)
    monkeypatch.setattr(restoring, "_put", full)
    new = elsewhere(kept)

    assert "or put at its place (No space left on device)." in new("restore", home).stderr
    assert not new.home.root.exists()


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.exhaustive
def test_keys_sealed_for_a_recipient_are_opened_by_its_private_half_alone(desk: Desk, kept: Path) -> None:
    mine, another = (pyrage.x25519.Identity.generate() for _ in range(2))
    for name, key in (("mine", mine), ("another", another)):
        (kept / name).write_text(f"# made today\n{key}\n")
    home, keys = taken(desk, kept, "--seal-for", str(mine.to_public()))
    assert desk.home.wrapping.read_bytes().strip() not in keys.read_bytes()
    new = elsewhere(kept)
    assert "it is sealed" in new("restore", home, "--keys", keys).stderr
    assert "no private key" in new("restore", home, "--keys", keys, "--identity", kept / "another").stderr
    assert not new.home.root.exists()

    new, said = restored(kept, home, keys, "--identity", kept / "mine")

    assert (said["with_keys"], said["audit"]["passes"]) == (True, True)
    new.submit()


def test_a_home_restored_without_its_keys_says_what_is_missing(desk: Desk, kept: Path) -> None:
    home, _ = taken(desk, kept)
    new = elsewhere(kept)

    result = new("restore", home)

    assert result.exit_code == 1
    assert "keys/service/signing: The key is missing" in result.stdout
    assert "--keys names their backup" in result.stdout


@pytest.mark.exhaustive
def test_a_register_that_was_stopped_is_stopped_when_it_is_restored(desk: Desk, kept: Path) -> None:
    (desk.home.root / "writing-stopped.txt").write_text("Nothing is recorded: wait.\n")
    home, keys = taken(desk, kept)

    new, _ = restored(kept, home, keys)

    assert "Nothing is recorded: wait." in new("submit", CASE, "--version", "1", "--as", "foi-officer").stderr


MOMENTS: Final = ("20260301T020000Z", "20260302T020000Z", "20260303T020000Z", "20260304T020000Z")


@pytest.fixture
def crowded(desk: Desk, kept: Path) -> Path:
    """A folder with four backups of a home and their keys, and what is like them and none of them."""
    home, keys = taken(desk, kept)
    for moment in MOMENTS:
        shutil.copytree(home, home.parent / f"equipoise-{moment}")
        shutil.copy(keys, keys.parent / f"equipoise-{moment}.keys.tar")
    home.rename(kept / "one")
    keys.replace(kept / "one.keys.tar")
    return kept


def others(folder: Path, kept: Path) -> set[str]:
    """Put beside backups what is never removed; return the names."""
    shutil.copytree(kept / "one", folder / "before-the-upgrade")
    shutil.copytree(kept / "one", folder / "equipoise-20260101T020000Z.old")
    shutil.copy(kept / "one.keys.tar", folder / "equipoise-20260101T020001Z")  # of another kind
    shutil.copy(kept / "one.keys.tar", folder / "equipoise-20260101T020002Z.keys.tar.age")
    (folder / "equipoise-20260101T020003Z").symlink_to(kept / "one")
    os.mkfifo(folder / "equipoise-20260101T020004Z")
    (folder / "equipoise-20260101T020005Z").write_bytes(b"x" * 20_000)
    (folder / "equipoise-20260101T020006Z").mkdir()
    of_another = folder / "equipoise-20260101T020007Z"
    shutil.copytree(kept / "one", of_another)
    say(of_another, register="0" * 64)
    return {path.name for path in folder.iterdir() if not re.search("2026030", path.name)}


def test_the_newest_stay_and_nothing_goes_but_older_backups_of_this_home(desk: Desk, crowded: Path) -> None:
    homes, keys = crowded / "homes", crowded / "keys"
    beside = others(homes, crowded)

    said = desk.told("backup", homes, "--with-keys", keys, "--keep", "3")

    new = [Path(said[each]["file"]).name for each in ("home", "keys")]
    stay = MOMENTS[2:]
    assert {path.name for path in homes.iterdir()} - beside == {new[0], *(f"equipoise-{m}" for m in stay)}
    assert {path.name for path in keys.iterdir()} == {new[1], *(f"equipoise-{m}.keys.tar" for m in stay)}
    gone = [homes / f"equipoise-{m}" for m in MOMENTS[:2]] + [
        keys / f"equipoise-{m}.keys.tar" for m in MOMENTS[:2]
    ]
    assert said["removed"] == [str(path) for path in gone]


def test_where_clocks_were_wrong_the_new_backup_stays(desk: Desk, kept: Path) -> None:
    home, _ = taken(desk, kept)
    home.rename(home.with_name("equipoise-29990101T000000Z"))
    told = desk("backup", home.parent, "--keep", "1")
    (left,) = home.parent.iterdir()
    assert str(left) in told.stdout.splitlines()[0]
    assert "Removed: " in told.stdout


def backups(kept: Path) -> dict[Path, bytes]:
    found = (path for where in ("homes", "keys") for path in (kept / where).rglob("*"))
    return {path: path.read_bytes() for path in found if path.is_file()}


def spoilt(pattern: str, desk: Desk, kept: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Back up to a disk that has something else, after a moment, than was written.

    Args:
        pattern: Of the file in the backup of the home; empty for the backup of the keys.
    """
    filling = disk.filling

    @contextmanager
    def spoiling(path: Path) -> Iterator[BinaryIO]:
        with filling(path) as file:
            yield file
        flip(path)

    def spoil() -> None:
        found = (kept / "homes").glob(f".*.part/{pattern}")
        flip(next(path for path in found if path.stat().st_nlink == 1))  # what is not of a backup before

    with monkeypatch.context() as patch:
        if pattern:
            patch.setattr(os, "sync", spoil)
        else:
            patch.setattr(disk, "filling", spoiling)
        return desk("backup", kept / "homes", "--with-keys", kept / "keys", "--keep", "1")


SPOILT: Final = ("register/*", "backup.json", "backup.json.sig", "home/notices/*", "")


@pytest.mark.parametrize("pattern", SPOILT)
def test_after_a_backup_that_failed_nothing_is_removed(
    pattern: str, desk: Desk, crowded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.submit()
    (desk.home.notices / "a.txt").write_text("Somebody is to decide.\n")
    before = backups(crowded)
    known = copies_elsewhere.known(desk.home)

    bad = spoilt(pattern, desk, crowded, monkeypatch)
    assert (bad.exit_code, "read back otherwise than it was written" in bad.stderr) == (3, True), bad.output
    if pattern:
        assert copies_elsewhere.known(desk.home) == known  # it counts for nothing
    without_keys = desk("backup", crowded / "homes", "--with-keys", crowded / "none" / "k.tar", "--keep", "1")
    assert without_keys.exit_code != 0

    assert backups(crowded).items() >= before.items()


def test_how_many_are_kept_is_a_number_and_of_a_folder(desk: Desk, kept: Path) -> None:
    for bad in ("0", "-1", "many", "1.5"):
        told = desk("backup", kept / "homes", "--keep", bad)
        assert (told.exit_code, "--keep" in told.stderr) == (2, True)
    told = desk("backup", kept / "home.tar", "--keep", "3")
    assert (told.exit_code, "TARGET names a folder" in told.stderr) == (2, True)
    assert [*(kept / "homes").iterdir()] == []
    assert not (kept / "home.tar").exists()


def test_the_home_remembers_when_it_was_backed_up_last(desk: Desk, kept: Path) -> None:
    home, _ = taken(desk, kept)

    (row,) = (each for each in copies_elsewhere.known(desk.home) if each.way is Way.BACKUP)

    with open_office(desk.home) as office:
        assert (row.place, row.entries) == (str(home.parent), office.register.tip().entry.sequence)


def test_what_no_backup_has_is_named_as_it_stands_in_a_home() -> None:
    tables = re.findall(r"create table if not exists (\w+)", SCHEMA)
    assert set(OF_THE_MOMENT) <= set(tables)
    home = Home(flows_home.find_home().root)
    anew = (home.register, home.catalogue, home.tree, home.repeats, home.prefect, home.address, home.looked)
    for path in (*anew, home.looked_ahead, home.laid_out, home.log, home.allowed_signers):
        assert LEFT_OUT.fullmatch(str(path.relative_to(home.root)))
    for name in ("catalogue-0123abcd.sqlite", "desk.sqlite-wal", "outbox.sqlite-journal"):
        assert LEFT_OUT.fullmatch(f"state/{name}")
    matter = (home.desk, home.checkpoints, home.audits, home.handed_out, home.lookups, home.sign_on)
    for path in (*matter, home.inbox, home.set_aside, home.published, home.letters, home.consents):
        assert not LEFT_OUT.fullmatch(str(path.relative_to(home.root)))

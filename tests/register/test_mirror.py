"""Copies that move on only to what was verified: fetched by a mirror."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest
from attacker import Attacker
from register_builders import Office, audited, check_brought

from flows.domain.errors import MalformedError, RefusedError, RegisterError
from flows.domain.policy import SERVICE
from flows.register import sharing
from flows.register.mirror import Mirrored, Verifier, _linked, brought, check_push, mirror, take
from flows.register.repository import BRANCH, branch_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


LATE = datetime(2100, 1, 1, tzinfo=UTC)
"""After every entry of the tests."""


def mirrored(office: Office, copy: Path, pin: str | None = None, processes: int = 1) -> Mirrored:
    verifier = Verifier(check_brought=check_brought, pin=pin, now=LATE, processes=processes)
    return mirror(str(office.path), copy, verifier)


def codes(done: Mirrored) -> list[str]:
    return [*dict.fromkeys(each.code for each in done.report.findings)]


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def git(*arguments: str, where: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    command = ["git", "-c", "user.name=m", "-c", "user.email=m", "-C", str(where), *arguments]
    return subprocess.run(command, check=check, capture_output=True, text=True)


# What may be tried: each on a world in which the copy has the first 24 entries ----------------------


def cut_off(office: Office) -> None:
    attacker = Attacker(office.path, {SERVICE: office.signers[SERVICE]})
    attacker.steps = attacker.steps[:-3]
    attacker.together()


def rewritten(office: Office) -> None:
    attacker = Attacker(office.path, {SERVICE: office.signers[SERVICE]})
    for step in attacker.steps[10:]:
        step.committed += 1
    attacker.together()


def forged(office: Office) -> None:
    """An entry by somebody who has no key: what stands there last, once more under another message."""
    tree = git("rev-parse", "main^{tree}", where=office.path).stdout.strip()
    id_ = git("commit-tree", tree, "-p", "main", "-m", "balancing: approve", where=office.path).stdout.strip()
    (office.path / BRANCH).write_text(f"{id_}\n")


ATTACKS: dict[str, tuple[Callable[[Office], None], str]] = {
    "cut off": (cut_off, "E_REMEMBERED"),
    "rewritten": (rewritten, "E_REMEMBERED"),
    "forged": (forged, "E_PARSE"),
}


# A mirror --------------------------------------------------------------------------------------------


def test_a_mirror_is_made_and_moves_on_as_the_register_grows(busy_office: Office, tmp_path: Path) -> None:
    copy, pin = tmp_path / "copies" / "register.git", busy_office.register.fingerprint()
    first = mirrored(busy_office, copy, pin)
    again = mirrored(busy_office, copy, pin)
    busy_office.open("G/1")
    grown = mirrored(busy_office, copy, pin)

    assert [each.moved for each in (first, again, grown)] == [True, False, True]
    assert [each.report.entries for each in (first, again, grown)] == [24, 24, 25]
    assert branch_of(copy) == branch_of(busy_office.path)
    assert audited(copy, pin=pin).passes
    git("fsck", "--full", "--strict", where=copy)
    assert [path.name for path in copy.parent.iterdir()] == ["register.git"]


@pytest.mark.parametrize("name", ATTACKS)
def test_a_mirror_stays_as_it_was(name: str, busy_office: Office, tmp_path: Path) -> None:
    copy = tmp_path / "copies" / "register.git"
    mirrored(busy_office, copy)
    before = everything(copy)
    attack, code = ATTACKS[name]
    attack(busy_office)

    done = mirrored(busy_office, copy)

    assert (done.moved, code in codes(done)) == (False, True)
    assert everything(copy) == before
    assert [path.name for path in copy.parent.iterdir()] == ["register.git"]


def test_several_processes_verify_what_comes_as_one_does(
    busy_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "WORTH_A_PROCESS", 1)
    together: list[Any] = []
    examine = sharing._examine_together

    def examined(*given: Any) -> Any:
        together.append(examine(*given))
        return together[-1]

    monkeypatch.setattr(sharing, "_examine_together", examined)
    first = mirrored(busy_office, tmp_path / "copy", processes=2)
    forged(busy_office)
    again = mirrored(busy_office, tmp_path / "copy", processes=2)

    assert all(together)
    assert len(together) == 2
    assert (first.moved, again.moved, codes(again)) == (True, False, ["E_PARSE"])


def test_a_mirror_takes_no_other_register_than_the_one_pinned(busy_office: Office, tmp_path: Path) -> None:
    done = mirrored(busy_office, tmp_path / "copy", "0" * 64)

    assert (done.moved, codes(done), branch_of(tmp_path / "copy")) == (False, ["E_PIN"], None)


ZERO, ONE = "0" * 40, "1" * 40


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [f"{ZERO} {ONE} refs/heads/other"],
        [f"{ZERO} {ONE} refs/heads/main", f"{ZERO} {ONE} refs/heads/other"],
        [f"{ONE} {ZERO} refs/heads/main"],
        [f"{ONE} main refs/heads/main"],
    ],
    ids=["nothing", "another branch", "another beside it", "a deletion", "no entry"],
)
def test_only_the_branch_is_pushed_and_never_deleted(lines: list[str], tmp_path: Path) -> None:
    verifier = Verifier(check_brought=check_brought, pin=None, now=LATE)

    with pytest.raises(RefusedError, match="Only refs/heads/main"):
        check_push(lines, tmp_path, tmp_path, verifier)
    with pytest.raises(RefusedError, match="nothing in quarantine"):
        check_push([f"{ZERO} {ONE} refs/heads/main"], tmp_path, None, verifier)


def test_of_a_folder_of_objects_nothing_else_is_taken_along(tmp_path: Path) -> None:
    for name in ("pack/canary", "aa/canary", "info/alternates", f"aa/{'1' * 38}"):
        (tmp_path / "store" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "store" / name).touch()
    (tmp_path / "objects").mkdir()

    assert [path.name for path in _linked(tmp_path / "store", tmp_path / "objects")] == ["1" * 38]


def test_a_mirror_is_of_a_register_and_lies_in_a_folder_of_its_own(
    busy_office: Office, tmp_path: Path
) -> None:
    verifier = Verifier(check_brought=check_brought, pin=None, now=LATE)
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "letter").touch()

    with pytest.raises(MalformedError, match="something else than a register"):
        mirror(str(busy_office.path), tmp_path / "letters", verifier)
    with pytest.raises(RegisterError, match="git could not fetch"):
        mirror("ext::sh -c touch% canary", tmp_path / "copy", verifier)
    for source in (str(tmp_path / "none"), "--upload-pack=touch canary", str(tmp_path / "letters")):
        with pytest.raises(RegisterError, match=f"^There is no register at {source}[.]$"):
            mirror(source, tmp_path / "copy", verifier)
    assert not [*tmp_path.rglob("canary")]


def lying_in_wait(office: Office, folder: Path) -> dict[str, Path | str]:
    """Return names that git takes for a register with settings of its own, which nobody could read."""
    register = folder / "theirs.git"
    shutil.copytree(office.path, register)
    (register / "config").write_text("no settings\n")
    bundle, other = folder / "all.bundle", folder / "work"
    bundle.write_text(f"gitdir: {register}\n")
    other.mkdir()
    (other / ".git").write_text(f"gitdir: {register}\n")
    (folder / "named.bundle").write_text("# v2 git bundle\n\n")
    return {
        "without its ending": folder / "theirs",
        "a file that leads to it": bundle,
        "a folder with such a file": other,
        "that, by an address": f"file://{other}",
        "a file that has nothing": folder / "named.bundle",
        "nothing": folder / "none",
    }


def test_no_settings_of_a_register_on_this_machine_have_a_say_however_it_is_named(
    busy_office: Office, tmp_path: Path
) -> None:
    verifier = Verifier(check_brought=check_brought, pin=None, now=LATE)
    for name, source in lying_in_wait(busy_office, tmp_path).items():
        with pytest.raises(RegisterError) as refused:
            mirror(str(source), tmp_path / "copy", verifier)
        assert "config" not in str(refused.value), name  # where git says that it cannot read it
        with pytest.raises(RegisterError):
            take([str(source)], tmp_path / "taken")
    for number, named in enumerate([str(tmp_path / "theirs.git"), f"file://{tmp_path}/theirs.git"]):
        assert mirror(named, tmp_path / f"copy-{number}", verifier).moved
    subprocess.run(
        ["git", "--git-dir", busy_office.path, "bundle", "create", "-q", tmp_path / "whole", "HEAD", BRANCH],
        check=True,
    )
    assert mirror(str(tmp_path / "whole"), tmp_path / "of a bundle", verifier).moved


# What a registrar elsewhere hands out ---------------------------------------------------------------


class Handing:
    """A registrar that answers each time with the next of some packs, whatever is asked."""

    def __init__(self, *answers: tuple[bytes, str, bool]) -> None:
        self._answers = [*answers]

    def pack(self, _: str | None) -> tuple[bytes, str, bool]:
        return self._answers.pop(0)


_WRONG: Final = {
    "nothing": ([(b"", "", False)], "no entry"),
    "no name of an entry": ([(b"", "../../../tmp/x", False)], "no entry"),
    "nothing more, and says that there is": (
        [(b"", "0" * 40, True), (b"", "0" * 40, False)],
        "not handed out whole",
    ),
    "noise": ([(b"noise", "0" * 40, False)], "git cannot read"),
}


@pytest.mark.parametrize("name", _WRONG)
def test_what_is_not_handed_out_whole_is_not_audited(name: str, tmp_path: Path) -> None:
    answers, told = _WRONG[name]

    with pytest.raises(RegisterError, match=told), brought(Handing(*answers), tmp_path):  # type: ignore[arg-type] # what it asks
        pytest.fail("it was held for an audit")

    assert [*tmp_path.iterdir()] == []

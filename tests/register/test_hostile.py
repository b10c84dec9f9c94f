"""Repositories that try to be more than bytes: whatever they bring along is not taken up.

Each arrangement comes with a command of plain git that falls for it, so that no check here is idle.
"""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from register_builders import Office, Opened, audited, codes, copied, unpack
from worlds import pack

from flows.domain.documents import DOCUMENT
from flows.domain.errors import RegisterError
from flows.register import repository
from flows.register.repository import BRANCH

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FOLDER: Final = "cases/2026/11/02/C-1"
EVERY_HOOK: Final = (
    *("reference-transaction", "pre-auto-gc", "post-update", "update", "pre-receive", "post-receive"),
    *("post-index-change", "post-rewrite", "fsmonitor-watchman", "proc-receive", "pre-commit", "post-commit"),
)


class Trap:
    """A register in which something lies in wait: it is packed, and the document of C/1 is gone.

    Attributes:
        program: Leaves a mark when it is run.
        missing: Id of the object that is gone.
        lost: The object, kept elsewhere.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "register.git"
        self.mark = folder / "mark"
        self.program = folder / "program"
        self.program.write_text(f"#!/bin/sh\necho run >> {self.mark}\nexit 1\n")
        self.program.chmod(0o755)
        (self.lost,) = folder.glob("lost-*")
        self.missing = self.lost.name.removeprefix("lost-")

    def git(self, *arguments: str) -> str:
        """Run plain git on the register, as a person would who knows no better."""
        command = ["git", "-C", str(self.path), *arguments]
        return subprocess.run(command, check=False, capture_output=True, text=True).stdout

    def restore(self, repository: Path | None = None) -> None:
        """Put the object back, or into another repository."""
        place = (repository or self.path) / "objects" / self.missing[:2]
        place.mkdir(exist_ok=True)
        shutil.copy(self.lost, place / self.missing[2:])

    def settings(self, *lines: str, file: str = "config") -> None:
        with (self.path / file).open("a") as config:
            config.write("\n".join(("", *lines, "")))

    def elsewhere(self) -> Path:
        """Make another repository, in which there is nothing."""
        subprocess.run(["git", "init", "-q", "--bare", str(self.folder / "other.git")], check=True)
        return self.folder / "other.git"

    def hooks(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name in EVERY_HOOK:
            shutil.copy(self.program, folder / name)


TRAPS: Final[dict[str, tuple[Callable[[Trap], None], tuple[str, ...]]]] = {}
"""What is arranged, and the command of plain git that runs the program; `?` is an object nobody has."""

READS: Final = ("cat-file", "-p", "?")
MOVES: Final = ("update-ref", "refs/heads/other", "main")


def trap(name: str, *command: str) -> Callable[[Callable[[Trap], None]], None]:
    def enter(arrange: Callable[[Trap], None]) -> None:
        assert name not in TRAPS
        TRAPS[name] = (arrange, command)

    return enter


def promised(*lines: str) -> tuple[str, ...]:
    return (
        *("[core]", "repositoryFormatVersion = 1", "[extensions]", "partialClone = origin"),
        *('[remote "origin"]', "promisor = true", *lines),
    )


def by_ssh(trap: Trap) -> tuple[str, ...]:
    return promised("url = ssh://nowhere.invalid/r", "[core]", f"sshCommand = {trap.program}")


@trap("a missing object is promised by a remote that is reached with a program", *READS)
def _(trap: Trap) -> None:
    trap.settings(*by_ssh(trap))


@trap("a missing object is promised by a remote whose packer is a program", *READS)
def _(trap: Trap) -> None:
    trap.settings(*promised(f"url = {trap.path}", f"uploadpack = {trap.program}"))


@trap("a missing object is promised by a program", *READS)
def _(trap: Trap) -> None:
    trap.settings(*promised(f"url = ext::{trap.program}"), '[protocol "ext"]', "allow = always")


@trap("the configuration includes another", *READS)
def _(trap: Trap) -> None:
    trap.settings(*by_ssh(trap), file="elsewhere")
    trap.settings("[include]", "path = elsewhere")


@trap("the configuration includes another where it lies", *READS)
def _(trap: Trap) -> None:
    trap.settings(*by_ssh(trap), file="elsewhere")
    trap.settings('[includeIf "gitdir:**"]', "path = elsewhere")


@trap("the configuration is continued in that of a work tree", *READS)
def _(trap: Trap) -> None:
    trap.settings("[core]", "repositoryFormatVersion = 1", "[extensions]", "worktreeConfig = true")
    trap.settings(*by_ssh(trap), file="config.worktree")


@trap("the repository says that its configuration is another's", *READS)
def _(trap: Trap) -> None:
    other = trap.elsewhere()
    with (other / "config").open("a") as config:
        config.write("\n".join(("", *by_ssh(trap), "")))
    (trap.path / "commondir").write_text(f"{other}\n")


@trap("there are hooks", *MOVES)
def _(trap: Trap) -> None:
    trap.hooks(trap.path / "hooks")


@trap("there are hooks elsewhere", *MOVES)
def _(trap: Trap) -> None:
    trap.hooks(trap.folder / "hooks")
    trap.settings("[core]", f"hooksPath = {trap.folder}/hooks")


@trap("a program watches the files", "--work-tree=..", "status")
def _(trap: Trap) -> None:
    trap.settings("[core]", "bare = false", f"fsmonitor = {trap.program}")


@trap("a program shows files otherwise", "show", f"main:{FOLDER}/request.md", "--textconv")
def _(trap: Trap) -> None:
    (trap.path / "info").mkdir(exist_ok=True)
    (trap.path / "info/attributes").write_text("* diff=other\n")
    trap.settings('[diff "other"]', f"textconv = {trap.program}")


@trap("a program filters files", "cat-file", "--filters", f"main:{FOLDER}/request.md")
def _(trap: Trap) -> None:
    (trap.path / "info").mkdir(exist_ok=True)
    (trap.path / "info/attributes").write_text("* filter=other\n")
    trap.settings('[filter "other"]', f"smudge = {trap.program}", "required = true")


@trap("a program lists what objects from elsewhere reach", "receive-pack", ".")
def _(trap: Trap) -> None:
    other = trap.elsewhere()
    (trap.path / "objects/info").mkdir(exist_ok=True)
    (trap.path / "objects/info/alternates").write_text(f"{other}/objects\n")
    trap.settings("[core]", f"alternateRefsCommand = {trap.program}")


@trap("a program verifies signatures", "verify-commit", "main")
def _(trap: Trap) -> None:
    trap.settings('[gpg "ssh"]', f"program = {trap.program}", "allowedSignersFile = /dev/null")


@trap("a command of git's is another", "repack-all")
def _(trap: Trap) -> None:
    trap.settings("[alias]", f"repack-all = !{trap.program}")


@pytest.fixture(scope="module")
def lossy(told: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register as in ``Trap``."""
    folder = tmp_path_factory.mktemp("lossy")
    with copied(told, folder) as office:
        path = office.path
        node = office.register._line.node(office.register.tip().id, f"{FOLDER}/{DOCUMENT}")
    assert node
    unpack(path)
    loose = [file.parent.name + file.name for file in (path / "objects").glob("??/*")]
    (path / "objects" / node.id[:2] / node.id[2:]).rename(folder / f"lost-{node.id}")
    kept = "\n".join(id_ for id_ in loose if id_ != node.id)
    for command in (["pack-objects", "-q", str(path / "objects/pack/pack")], ["prune-packed", "-q"]):
        subprocess.run(
            ["git", "-C", str(path), *command], input=kept.encode(), check=True, capture_output=True
        )
    return folder


@pytest.fixture
def trapped(lossy: Path, tmp_path: Path) -> Trap:
    shutil.copytree(lossy, tmp_path, dirs_exist_ok=True)
    return Trap(tmp_path)


@pytest.mark.parametrize("name", TRAPS)
def test_a_program_that_a_register_brings_along_is_never_run(
    name: str, trapped: Trap, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrange, command = TRAPS[name]
    arrange(trapped)

    # reading
    with Opened(trapped.path, trapped.folder / "anew.sqlite") as register:
        assert [row.reference for row in register.catalogue.cases()] == ["1146A/22", "B/1", "C/1"]
        with pytest.raises(RegisterError, match=f"{trapped.missing} is missing"):
            register.dossier("C/1").read(DOCUMENT)
    found = {each.code for each in audited(trapped.path).findings}
    assert not trapped.mark.exists()
    # writing, the packing included
    trapped.restore()
    monkeypatch.setattr(repository, "_LOOSE_BEFORE_PACKING", 0)
    with Office(trapped.folder) as office:
        office.open("D/1")
        office.register.verify_case("C/1")
    assert [*(trapped.path / "objects").glob("??/*")] == []
    assert not trapped.mark.exists()
    # found by the audit, since plain git does fall for it
    assert found - {"E_ALTERNATES", "E_FILE"} == {"E_CONFIG", "E_MISSING"}
    trapped.git(*(part.replace("?", "1" * 40) for part in command))
    assert trapped.mark.exists()


def test_objects_from_elsewhere_are_not_taken_up(trapped: Trap, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = trapped.folder / "elsewhere.git"
    shutil.copytree(trapped.path, elsewhere)
    trapped.restore(elsewhere)
    (trapped.path / "objects/info").mkdir(exist_ok=True)
    (trapped.path / "objects/info/alternates").write_text(f"{elsewhere}/objects\n")
    assert trapped.git("cat-file", "-t", trapped.missing) == "blob\n"

    with (
        Opened(trapped.path, trapped.folder / "anew.sqlite") as register,
        pytest.raises(RegisterError, match=f"{trapped.missing} is missing"),
    ):
        register.dossier("C/1").read(DOCUMENT)
    assert codes(trapped.path) == ["E_MISSING", "E_ALTERNATES"]

    # Packing neither brings them in, nor takes what is here for superfluous because it is there too.
    monkeypatch.setattr(repository, "_LOOSE_BEFORE_PACKING", 0)
    with Office(trapped.folder) as office:
        office.open("D/1")
    assert codes(trapped.path) == ["E_MISSING", "E_ALTERNATES"]
    trapped.restore()
    with Office(trapped.folder) as office:
        office.open("D/2")
    shutil.rmtree(elsewhere)
    assert [*(trapped.path / "objects").glob("??/*")] == []
    assert codes(trapped.path) == ["E_ALTERNATES"]


def test_a_replacement_is_not_taken_up(trapped: Trap) -> None:
    trapped.restore()
    other = trapped.git("rev-parse", f"main:cases/2026/11/02/B-1/{DOCUMENT}").strip()
    for id_, by in {"main": "main~1", trapped.missing: other}.items():
        trapped.git("replace", id_, by)
    (trapped.path / "info").mkdir(exist_ok=True)
    (trapped.path / "info/grafts").write_text(trapped.git("rev-parse", "main~3"))
    assert trapped.git("show", f"main:{FOLDER}/{DOCUMENT}") == "# B/1, first\n"

    with Opened(trapped.path, trapped.folder / "anew.sqlite") as register:
        assert register.dossier("C/1").read(DOCUMENT) == b"# C/1, first\n"
        assert register.tip().entry.sequence == len(register.since(0)) == 24


@pytest.mark.parametrize(
    "name",
    [
        *("HEAD.lock", f"{BRANCH}.lock", "packed-refs.lock", "config.lock", "index.lock", "shallow.lock"),
        *("logs/HEAD.lock", f"logs/{BRANCH}.lock", "gc.pid", "gc.pid.lock"),
        *("objects/info/commit-graph.lock", "objects/info/commit-graphs/commit-graph-chain.lock"),
        *("objects/info/alternates.lock", "objects/pack/multi-pack-index.lock", "objects/maintenance.lock"),
    ],
)
def test_a_lock_that_a_killed_git_left_stops_no_act(
    name: str, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "_LOCK_WAIT", 0.05)
    monkeypatch.setattr(repository, "_LOOSE_BEFORE_PACKING", 0)
    lock = office.path / name
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()

    office.open("D/1")
    office.draft("D/1")

    assert codes(office.path) == []
    assert [*(office.path / "objects").glob("??/*")] == []


def test_the_log_of_the_branch_is_gits_own(office: Office) -> None:
    office.story("D/1")

    shown = office.path / "logs" / BRANCH
    shown.write_text("".join(shown.read_text().splitlines(keepends=True)[-6:]))
    command = ["git", "-C", str(office.path), "log", "-g", "--format=%H %gn %ge", "main"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    history = [found.id for found in office.register.dossier("D/1").entries]
    assert listed == [f"{id_} service service" for id_ in reversed(history)]


@pytest.mark.parametrize("way", ["linked", "a folder", "closed"])
def test_a_log_that_cannot_be_written_stops_no_act(way: str, office: Office, tmp_path: Path) -> None:
    log, outside = office.path / "logs" / BRANCH, tmp_path / "outside"
    outside.write_text("")
    log.unlink()
    if way == "linked":
        log.symlink_to(outside)
    elif way == "a folder":
        log.mkdir()
    else:
        shutil.rmtree(office.path / "logs")
        (office.path / "logs").write_text("")

    office.open("D/1")

    assert outside.read_text() == ""
    assert codes(office.path) == ([] if way == "a folder" else ["E_FILE"])


def test_git_of_our_own_leaves_nothing_behind(
    told: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "t"))
    (tmp_path / "t").mkdir()
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr(repository, "_LOOSE_BEFORE_PACKING", 0)

    with copied(told, tmp_path / "o") as office:
        office.open("D/1")
        office.register.dossier("C/1").read(DOCUMENT)
    audited(tmp_path / "o/register.git")

    assert [*(tmp_path / "t").iterdir()] == []


def test_packing_rolls_up_what_is_small_and_loses_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "_LOOSE_BEFORE_PACKING", 0)
    pack(office.path)
    kept = office.path / "objects/pack"
    (next(kept.glob("*.pack"))).with_suffix(".keep").touch()
    before = {path.name for path in kept.glob("*.pack")}

    for number in range(3):
        office.story(f"D/{number}")

    after = {path.name for path in kept.glob("*.pack")}
    assert before < after
    assert len(after) < 12
    assert codes(office.path) == []
    command = ["git", "-C", str(office.path), "fsck", "--full", "--strict"]
    assert subprocess.run(command, check=True, capture_output=True).stdout == b""

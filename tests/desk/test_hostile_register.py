"""A home whose register was written to by somebody else: whatever is called, no program of theirs is run.

A canary stands in every place where git would run one: settings, hooks, attributes, other repositories,
and the environment of whoever calls. One object is taken away, so that git would fetch it.
"""

from __future__ import annotations

import shutil
import stat
import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from desk_builders import CASE, CASES, Desk, open_case

from flows.casework.office import open_office
from flows.domain.documents import DOCUMENT
from flows.register import repository

if TYPE_CHECKING:
    from pathlib import Path

HOOKS: Final = (
    *("reference-transaction", "pre-auto-gc", "post-update", "update", "pre-receive", "post-receive"),
    *(
        "post-index-change",
        "post-rewrite",
        "fsmonitor-watchman",
        "proc-receive",
        "pre-commit",
        "post-checkout",
    ),
)
SETTINGS: Final = """
[core]
    repositoryFormatVersion = 1
    sshCommand = {canary}
    fsmonitor = {canary}
    hooksPath = {hooks}
    pager = {canary}
    editor = {canary}
    askPass = {canary}
    gitProxy = {canary}
    alternateRefsCommand = {canary}
    attributesFile = {attributes}
[extensions]
    partialClone = origin
[remote "origin"]
    promisor = true
    url = ssh://nowhere.invalid/r
    uploadpack = {canary}
    vcs = ext
[uploadpack]
    packObjectsHook = {canary}
[credential]
    helper = {canary}
[diff]
    external = {canary}
[diff "x"]
    textconv = {canary}
    command = {canary}
[filter "x"]
    smudge = {canary}
    clean = {canary}
    process = {canary}
    required = true
[merge "x"]
    driver = {canary}
[gpg]
    program = {canary}
[gpg "ssh"]
    program = {canary}
    defaultKeyCommand = {canary}
[gc]
    recentObjectsHook = {canary}
[alias]
    cat-file = !{canary}
    repack = !{canary}
[include]
    path = elsewhere
[includeIf "gitdir:**"]
    path = elsewhere
[protocol "ext"]
    allow = always
[trace2]
    eventTarget = {traced}
"""
ATTRIBUTES: Final = "* diff=x filter=x merge=x\n"


class Waylaid:
    """A home in whose register everything lies in wait."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.desk, self.folder = desk, folder
        self.mark, self.traced = folder / "mark", folder / "traced"
        self.canary = self.program(folder / "canary")
        self.elsewhere = folder / "elsewhere.git"
        subprocess.run(["git", "init", "-q", "--bare", str(self.elsewhere)], check=True)
        (folder / "attributes").write_text(ATTRIBUTES)
        for hooks in (self.register / "hooks", self.elsewhere / "hooks", folder / "hooks"):
            for name in HOOKS:
                self.program(hooks / name)
        for name in (
            "git",
            "git-cat-file",
            "git-repack",
            "git-pack-objects",
            "git-upload-pack",
            "git-bundle",
        ):
            self.program(folder / "bin" / name)

    @property
    def register(self) -> Path:
        return self.desk.home.register

    def program(self, path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\necho $0 >> {self.mark}\nexit 1\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def settings(self) -> str:
        return SETTINGS.format(
            canary=self.canary,
            hooks=self.folder / "hooks",
            attributes=self.folder / "attributes",
            traced=self.traced,
        )

    def plant(self) -> None:
        """Put the canary into every place of the register itself."""
        there = self.register
        for name in ("config", "config.worktree"):
            with (there / name).open("a") as config:
                config.write(self.settings())
        # What is included includes no more, or git would give up before it ran anything.
        (there / "elsewhere").write_text(self.settings().partition("[include]")[0])
        for name in ("info/attributes", ".gitattributes"):
            (there / name).parent.mkdir(exist_ok=True)
            (there / name).write_text(ATTRIBUTES)
        (there / "commondir").write_text(f"{self.elsewhere}\n")
        (there / "gitdir").write_text(f"{self.elsewhere}\n")
        (there / ".git").write_text(f"gitdir: {self.elsewhere}\n")
        (there / "objects/info").mkdir(exist_ok=True)
        for name in ("alternates", "http-alternates"):
            (there / "objects/info" / name).write_text(f"{self.elsewhere}/objects\n")
        (self.elsewhere / "config").write_text(self.settings())
        for pack in [*(there / "objects/pack").glob("*.pack")]:
            pack.with_suffix(".promisor").touch()

    def environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put it into the environment of whoever calls, too."""
        (self.folder / "gitconfig").write_text(self.settings())
        (self.folder / ".gitconfig").write_text(self.settings())
        (self.folder / "graft").write_text("")
        programs = (
            *("GIT_SSH_COMMAND", "GIT_SSH", "GIT_PROXY_COMMAND", "GIT_ASKPASS", "GIT_EDITOR", "GIT_PAGER"),
            *("GIT_EXTERNAL_DIFF", "GIT_SEQUENCE_EDITOR", "SSH_ASKPASS", "PAGER", "EDITOR", "VISUAL"),
        )
        places = {
            "GIT_EXEC_PATH": self.folder / "bin",
            "GIT_DIR": self.elsewhere,
            "GIT_COMMON_DIR": self.elsewhere,
            "GIT_WORK_TREE": self.folder,
            "GIT_OBJECT_DIRECTORY": self.elsewhere / "objects",
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": self.elsewhere / "objects",
            "GIT_CONFIG": self.folder / "gitconfig",
            "GIT_CONFIG_GLOBAL": self.folder / "gitconfig",
            "GIT_CONFIG_SYSTEM": self.folder / "gitconfig",
            "GIT_TEMPLATE_DIR": self.elsewhere,
            "GIT_GRAFT_FILE": self.folder / "graft",
            "GIT_SHALLOW_FILE": self.folder / "graft",
            "GIT_INDEX_FILE": self.folder / "index",
            "GIT_TRACE": self.traced,
            "GIT_TRACE2_EVENT": self.traced,
            "HOME": self.folder,
            "XDG_CONFIG_HOME": self.folder,
            "GIT_CONFIG_KEY_0": "core.sshCommand",
            "GIT_CONFIG_VALUE_0": self.canary,
            "GIT_CONFIG_COUNT": 1,
            "GIT_CONFIG_PARAMETERS": f"'core.sshCommand'='{self.canary}'",
            "GIT_NAMESPACE": "other",
            "GIT_REPLACE_REF_BASE": "refs/heads/",
            "GIT_ALLOC_LIMIT": 1,
            "GIT_PROTOCOL": "version=9",
            "GIT_ALLOW_PROTOCOL": "ext:ssh:file",
        }
        for name, value in {**dict.fromkeys(programs, self.canary), **places}.items():
            monkeypatch.setenv(name, str(value))

    def lose(self, path: str) -> None:
        """Take one object away, as for git to fetch it."""
        git = ["git", "-C", str(self.register)]
        id_ = subprocess.run(
            [*git, "rev-parse", f"main:{path}"], check=True, capture_output=True, text=True
        ).stdout.strip()
        for packed in [*(self.register / "objects/pack").glob("*.pack")]:
            aside = packed.rename(self.folder / packed.name)
            for left in packed.parent.glob(f"{packed.stem}.*"):
                left.unlink()
            with aside.open("rb") as data:
                subprocess.run([*git, "unpack-objects", "-q"], stdin=data, check=True)
        (self.register / "objects" / id_[:2] / id_[2:]).unlink()

    @property
    def ran(self) -> str:
        traced = self.traced.read_text() if self.traced.exists() else ""
        return (self.mark.read_text() if self.mark.exists() else "") + traced


@pytest.fixture
def waylaid(story: Desk, tmp_path: Path) -> Waylaid:
    (tmp_path / "by").mkdir()
    return Waylaid(story, tmp_path / "by")


def commands(waylaid: Waylaid) -> list[tuple[str, ...]]:
    """Return every command that reads the register, as a call."""
    paper = next(waylaid.desk.home.root.rglob("published/*.pdf"), None)
    assert paper
    pack = waylaid.folder / "case.zip"
    pack.unlink(missing_ok=True)
    return [
        ("audit",),
        ("document", CASE),
        ("verify", str(paper)),
        ("evidence-pack", CASE, str(pack)),
        ("history", CASE),
        ("show", CASE),
        ("audit", str(waylaid.register)),
        ("queue",),
        ("find", "drone"),
        ("diff", CASE),
        ("deadline", CASE),
        ("officer", "list"),
        ("holiday", "list"),
        ("theme", "show"),
        ("desk", "show"),
        ("letters", "show"),
    ]


def read(waylaid: Waylaid, *, expected: set[int], only: int | None = None) -> None:
    for words in commands(waylaid)[:only]:
        result = waylaid.desk(*words)
        allowed = {4} if words[0] == "audit" else expected
        assert result.exit_code in allowed, (words, result.output)
        assert waylaid.ran == "", words


def test_no_command_runs_what_lies_in_wait(
    waylaid: Waylaid, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = waylaid.desk.home
    waylaid.plant()
    with monkeypatch.context() as patch:
        waylaid.environment(patch)
        shutil.rmtree(home.state)  # the catalogue is made anew
        read(waylaid, expected={0})
        # handed out, and taken in
        with open_office(home) as office:
            (tmp_path / "all.bundle").write_bytes(office.register.bundle())
            told = office.register.branches(second=True)
            assert b"version 2" in told
        # the next act of the service, packing included
        patch.setattr(repository, "_LOOSE_BEFORE_PACKING", 0)
        patch.delenv("GIT_ALLOC_LIMIT")  # GitPython asks git for its version as it is loaded
        with open_office(home) as office:
            data = (CASES / "1146A-22/request.yaml").read_bytes().replace(b"1146A/22", b"9/22")
            open_case(office, data.replace(b"Please", b"Kindly"))
        assert [*(home.register / "objects").glob("??/*")] == []
        assert not waylaid.mark.exists()
    clone = tmp_path / "clone.git"
    subprocess.run(["git", "clone", "-q", "--mirror", str(tmp_path / "all.bundle"), str(clone)], check=True)


@pytest.mark.exhaustive
def test_no_command_fetches_what_is_missing(waylaid: Waylaid, monkeypatch: pytest.MonkeyPatch) -> None:
    waylaid.lose(f"cases/2022/11/07/1146A-22/{DOCUMENT}")
    waylaid.plant()
    waylaid.environment(monkeypatch)
    shutil.rmtree(waylaid.desk.home.state)

    read(waylaid, expected={0, 1, 3, 4}, only=8)


def test_plain_git_does_run_it(waylaid: Waylaid) -> None:
    waylaid.lose(f"cases/2022/11/07/1146A-22/{DOCUMENT}")
    waylaid.plant()
    (waylaid.register / "commondir").unlink()  # with it plain git takes the other repository for this one

    done = subprocess.run(
        ["git", "--git-dir", str(waylaid.register), "update-ref", "refs/heads/other", "main"],
        check=False,
        capture_output=True,
        text=True,
    )

    assert "hooks/reference-transaction" in waylaid.ran, done.stderr

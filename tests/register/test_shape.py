"""A repository with something in it that no register has: each is found, whatever plain git makes of it."""

from __future__ import annotations

import os
import shutil
import socket
import struct
import subprocess
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from register_builders import audited, codes, copied
from sampling import spread

from flows.register.graph import shown_elsewhere
from flows.register.shape import _all_below

if TYPE_CHECKING:
    from collections.abc import Callable

PLANTED: Final[dict[str, tuple[Callable[[Path], object], str]]] = {}
"""What is planted in a register that passes, and the code under which it is found."""
BRANCH: Final = "refs/heads/main"


def planted(name: str, code: str) -> Callable[[Callable[[Path], object]], None]:
    def enter(plant: Callable[[Path], object]) -> None:
        assert name not in PLANTED
        PLANTED[name] = (plant, code)

    return enter


def git(path: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=m", "-c", "user.email=m", "-C", str(path), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def put(path: Path, text: str = "x\n") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def instead(path: Path, make: Callable[[Path], object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    make(path)


def loose(path: Path) -> Path:
    """Return where an object lies that is loose."""
    id_ = git(path, "hash-object", "-w", "-t", "blob", "/dev/null")
    return path / "objects" / id_[:2] / id_[2:]


def listen(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the name of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def put_instead(path: Path, place: str, make: Callable[[Path], object]) -> None:
    instead(path / place, make)


def put_at(path: Path, name: str) -> None:
    put(path / name)


def set_to(path: Path, name: str, value: str) -> None:
    git(path, "config", "--file", str(path / "config"), name, value)


def add_line(path: Path, line: str) -> None:
    put(path / "config", f"{(path / 'config').read_text()}{line}\n")


KINDS: Final[dict[str, Callable[[Path], object]]] = {
    "a pipe": os.mkfifo,
    "a socket": listen,
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
    "a link to what never ends": lambda path: path.symlink_to("/dev/zero"),
}
PLACES: Final[dict[str, str]] = {
    "HEAD": "E_REF",
    "config": "E_CONFIG",
    "config.worktree": "E_CONFIG",
    "packed-refs": "E_REF",
    "hooks/update": "E_CONFIG",
    "hooks/update.sample": "E_FILE",
    "info/exclude": "E_FILE",
    "register.lock": "E_FILE",
    "refs/heads/other": "E_REF",
    "refs/replace": "E_REF",
    "logs": "E_FILE",
    "logs/HEAD": "E_FILE",
    "objects/00": "E_FILE",
    f"objects/00/{38 * '0'}": "E_FILE",
    f"objects/pack/pack-{40 * '0'}.keep": "E_FILE",
    "objects/info": "E_FILE",
    "objects/info/commit-graph": "E_CONFIG",
    "elsewhere": "E_FILE",
}
for _place, _code in PLACES.items():
    for _kind, _make in KINDS.items():
        PLANTED[f"{_kind} stands at {_place}"] = (
            partial(put_instead, place=_place, make=_make),
            _code,
        )

SETTINGS: Final = (
    *("core.sshCommand=x", "core.fsmonitor=x", "core.hooksPath=x", "core.pager=x", "core.editor=x"),
    *("core.gitProxy=x", "core.askPass=x", "core.attributesFile=x", "core.excludesFile=x", "core.worktree=x"),
    *(
        "core.alternateRefsCommand=x",
        "core.alternateRefsPrefixes=x",
        "core.notesRef=x",
        "core.logOutputEncoding=x",
    ),
    *(
        "core.quotePath=false",
        "core.commitGraph=true",
        "core.multiPackIndex=true",
        "core.useReplaceRefs=true",
    ),
    *("core.bare=false", "core.logAllRefUpdates=false", "core.repositoryFormatVersion=1", "core.fsync=none"),
    *("credential.helper=x", "credential.https://x.helper=x", "diff.x.textconv=x", "diff.x.command=x"),
    *("diff.external=x", "diff.renames=true", "filter.x.smudge=x", "filter.x.clean=x", "filter.x.process=x"),
    *(
        "merge.x.driver=x",
        "uploadpack.packObjectsHook=x",
        "uploadpack.hideRefs=x",
        "receive.procReceiveRefs=x",
    ),
    *("extensions.partialClone=origin", "extensions.worktreeConfig=true", "extensions.objectFormat=sha1"),
    *("remote.origin.promisor=true", "remote.origin.uploadpack=x", "remote.origin.receivepack=x"),
    *("remote.origin.vcs=x", "remote.origin.proxy=x", "remote.origin.url=ext::x", "url.x.insteadOf=y"),
    *("include.path=x", "includeIf.gitdir:**.path=x", "alias.log=!x", "pager.log=x", "pretty.oneline=x"),
    *("format.pretty=x", "gpg.program=x", "gpg.ssh.program=x", "gpg.ssh.allowedSignersFile=x"),
    *("gpg.ssh.defaultKeyCommand=x", "log.mailmap=true", "log.showSignature=false", "log.follow=true"),
    *(
        "mailmap.file=x",
        "mailmap.blob=x",
        "notes.displayRef=x",
        "sequence.editor=x",
        "interactive.diffFilter=x",
    ),
    *(
        "gc.pruneExpire=now",
        "gc.auto=1",
        "gc.reflogExpire=now",
        "gc.recentObjectsHook=x",
        "maintenance.auto=true",
    ),
    *("receive.denyDeletes=false", "receive.denyNonFastForwards=false", "receive.fsckObjects=false"),
    *("receive.fsck.duplicateEntries=ignore", "fsck.skipList=x", "transfer.hideRefs=refs/heads"),
    *("protocol.ext.allow=always", "http.proxy=x", "http.sslVerify=false", "ssh.variant=x", "grep.x=y"),
    *("submodule.x.update=!x", "trailer.x.cmd=x", "tar.x.command=x", "web.browser=x", "browser.x.cmd=x"),
    *("man.x.cmd=x", "difftool.x.cmd=x", "mergetool.x.cmd=x", "sendemail.x=y", "safe.directory=*"),
    *(
        "branch.main.rebase=true",
        "branch.main.description=x",
        "remote.pushDefault=x",
        "i18n.logOutputEncoding=x",
    ),
)
for _setting in SETTINGS:
    _name, _equals, _value = _setting.partition("=")
    PLANTED[f"the configuration sets {_setting}"] = (
        partial(set_to, name=_name, value=_value),
        "E_CONFIG",
    )
for _line in ("[core] sshCommand = x", "\ufeff[core]", "[co\0re]", "[core", "x = y", '[core "x"]y=\\'):
    PLANTED[f"the configuration has the line {_line!r}"] = (
        partial(add_line, line=_line),
        "E_CONFIG",
    )

NAMES: Final = (
    *("gitdir", "modules/x/config", "worktrees/x/gitdir", "rr-cache/x", "svn/x", "index", "MERGE_MSG"),
    *(
        "info/sparse-checkout",
        "info/x",
        "objects/pack/multi-pack-index",
        f"objects/pack/pack-{40 * '0'}.promisor",
    ),
    *(
        "objects/pack/x.pack",
        "objects/pack/multi-pack-index.d/x",
        "objects/info/commit-graphs/commit-graph-chain",
    ),
    *("objects/00/x", f"objects/0/{39 * '0'}", f"objects/AA/{38 * '0'}", "objects/x", "objects/00/00/x"),
    *("logs/x", "lfs/x", "config.d/x", ".gitattributes", ".mailmap"),
    *(
        "gitk.cache",
        "packed-refs.new",
        "HEAD~1",
        "main.lock",
        "objects/info/x",
        "rebase-merge/x",
        "reftable/x",
    ),
)
for _path in NAMES:
    PLANTED[f"there is {_path}"] = (
        partial(put_at, name=_path),
        "E_FILE",
    )
for _path, _code in {
    ".git/config": "E_CONFIG",
    ".git": "E_CONFIG",
    "commondir": "E_CONFIG",
    "info/attributes": "E_CONFIG",
    "info/grafts": "E_GRAFT",
    "shallow": "E_SHALLOW",
    "objects/info/alternates": "E_ALTERNATES",
    "objects/info/http-alternates": "E_ALTERNATES",
    "hooks/reference-transaction": "E_CONFIG",
    "hooks/x/y": "E_CONFIG",
    "refs/heads/other": "E_REF",
    "refs/heads/other.lock": "E_REF",
    "refs/heads/main.lock.lock": "E_REF",
    "refs/main": "E_REF",
    "refs/tags/v1": "E_REF",
    "refs/notes/commits": "E_REF",
    "refs/remotes/origin/HEAD": "E_REF",
    "refs/heads/evil/main.lock": "E_REF",
    f"refs/replace/{40 * '1'}": "E_REPLACE",
    f"refs/replace/{40 * '1'}.lock": "E_REPLACE",
}.items():
    PLANTED[f"there is {_path}"] = (partial(put_at, name=_path), _code)


@planted("the branch is linked elsewhere", "E_FILE")
def _plant_1(path: Path) -> None:
    shutil.copy(path / BRANCH, path.parent / "main")
    instead(path / BRANCH, lambda branch: branch.symlink_to(path.parent / "main"))


@planted("the folder of branches is linked elsewhere", "E_FILE")
def _plant_2(path: Path) -> None:
    (path / "refs/heads").rename(path.parent / "heads")
    (path / "refs/heads").symlink_to(path.parent / "heads")


@planted("the folder of objects is linked elsewhere", "E_FILE")
def _plant_3(path: Path) -> None:
    (path / "objects").rename(path.parent / "objects")
    (path / "objects").symlink_to(path.parent / "objects")


@planted("a loose object is linked elsewhere", "E_FILE")
def _plant_4(path: Path) -> None:
    there = loose(path).rename(path.parent / "there")
    loose(path).unlink()
    (path / "objects" / "e6" / "9de29bb2d1d6434b8b29ae775ad8c2e48c5391").symlink_to(there)


@planted("HEAD is linked to the branch", "E_REF")
def _plant_5(path: Path) -> None:
    instead(path / "HEAD", lambda head: head.symlink_to(BRANCH))


@planted("the packed branch is none of this line", "E_REF")
def _plant_6(path: Path) -> None:
    put(path / "packed-refs", f"{'1' * 40} {BRANCH}\n")


@planted("the packed refs name the branch twice", "E_REF")
def _plant_7(path: Path) -> None:
    tip = git(path, "rev-parse", "main")
    put(path / "packed-refs", f"{git(path, 'rev-parse', 'main~1')} {BRANCH}\n{tip} {BRANCH}\n")


@planted("a file beside HEAD is a ref of a name of its own", "E_REF")
def _plant_8(path: Path) -> None:
    put(path / "refs-heads-main", git(path, "rev-parse", "main~2") + "\n")


def graph_of(path: Path) -> Path:
    git(path, "-c", "commitGraph.generationVersion=2", "commit-graph", "write", "--reachable")
    found = path / "objects/info/commit-graph"
    found.chmod(0o644)
    return found


def edited(path: Path, part: bytes, at: int, data: bytes) -> None:
    """Change what the commit-graph says in one of its parts."""
    graph = graph_of(path)
    whole = bytearray(graph.read_bytes())
    (start,) = struct.unpack_from(">Q", whole, whole.index(part) + 4)
    where = slice(start + at, start + at + len(data))
    if whole[where] == data:  # by chance of its id the founding stands first, which has no parent
        data = bytes([*data[:-1], data[-1] ^ 1])
    whole[where] = data
    graph.write_bytes(whole)


def at_the_start(path: Path, at: int, data: bytes) -> None:
    """Change what the commit-graph says before its parts."""
    graph = graph_of(path)
    whole = bytearray(graph.read_bytes())
    whole[at : at + len(data)] = data
    graph.write_bytes(whole)


for _what, _part, _at, _data in (
    ("a tree", b"CDAT", 0, b"\1" * 20),
    ("a parent", b"CDAT", 20, b"\x70\0\0\0"),
    ("a second parent", b"CDAT", 24, b"\0\0\0\0"),
    ("a height and a time", b"CDAT", 28, b"\0\0\0\4\0\0\0\0"),
    ("an offset", b"GDA2", 0, b"\0\0\0\7"),
    ("a count", b"OIDF", 0, b"\0\0\0\7"),
    ("a name", b"OIDL", 0, b"\0" * 20),
):
    PLANTED[f"{_what} is edited in the commit-graph"] = (
        partial(edited, part=_part, at=_at, data=_data),
        "E_CONFIG",
    )


for _what, _at, _data in (
    ("is of a later version", 4, b"\2"),
    ("names its entries by another hash", 5, b"\2"),
    ("builds on another", 7, b"\1"),
    ("has a part twice", 8 + 12 * 3, b"CDAT"),
    ("lacks the names of its entries", 8 + 12, b"OIDX"),
):
    PLANTED[f"the commit-graph {_what}"] = (partial(at_the_start, at=_at, data=_data), "E_CONFIG")


@planted("the commit-graph has a part of nothing before the true one of that name", "E_CONFIG")
def _plant_twice(path: Path) -> None:
    graph = graph_of(path)
    whole = graph.read_bytes()
    end = 8 + 12 * (whole[6] + 1)
    rows = [(name, at + 12) for name, at in struct.iter_unpack(">4sQ", whole[8:end])]
    table = b"".join(struct.pack(">4sQ", *row) for row in [(b"CDAT", rows[0][1]), *rows])
    graph.write_bytes(whole[:6] + bytes([whole[6] + 1]) + whole[7:8] + table + whole[end:])


@planted("the commit-graph has filters of changed paths", "E_CONFIG")
def _plant_9(path: Path) -> None:
    git(path, "commit-graph", "write", "--reachable", "--changed-paths")


@planted("the commit-graph is noise", "E_CONFIG")
def _plant_10(path: Path) -> None:
    put(path / "objects/info/commit-graph", "CGPH")


def everything(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Return the kind, the size and the time of change of everything there."""
    found = {}
    for path in [folder, *folder.rglob("*")]:
        stat = path.lstat()
        found[str(path)] = (stat.st_mode, stat.st_size, stat.st_mtime_ns)
    return found


@pytest.mark.parametrize("name", spread(PLANTED, every=16))
def test_what_no_register_has_is_found_and_left_as_it_is(name: str, register: Path) -> None:
    plant, code = PLANTED[name]
    plant(register)
    before = everything(register)

    assert code in codes(register)
    assert everything(register) == before


@pytest.mark.parametrize(
    ("plant", "sentence"),
    [
        (
            PLANTED["the packed branch is none of this line"][0],
            "The list of packed refs has a main that is no entry of this line.",
        ),
        (
            PLANTED["the packed refs name the branch twice"][0],
            "The list of packed refs names main more than once.",
        ),
        (lambda path: (path / "packed-refs").mkdir(), "The list of packed refs cannot be read."),
    ],
    ids=["another line", "twice", "a folder"],
)
def test_what_is_wrong_with_the_packed_refs_is_said(
    plant: Callable[[Path], object], sentence: str, register: Path
) -> None:
    plant(register)

    assert sentence in [each.sentence for each in audited(register).findings]


def test_a_graph_over_what_is_no_entry_is_none_of_this_line(register: Path) -> None:
    graph_of(register)
    line = git(register, "rev-list", "--reverse", "main").split()

    class Noise:
        def read(self, *_: object) -> bytes:
            return b"noise"

    [found] = shown_elsewhere(register, lambda: line, Noise())  # type: ignore[arg-type] # all it is asked for

    assert found.code == "E_CONFIG"


def test_a_folder_that_git_takes_away_meanwhile_is_passed_over(register: Path) -> None:
    folder = loose(register).parent
    name = f"objects/{folder.name}"
    everywhere = (found.path for found in _all_below(register))
    seen = [*takewhile(lambda path: path != name, everywhere), name]
    shutil.rmtree(folder)
    seen += everywhere

    assert sorted(seen) == sorted([name, *(found.path for found in _all_below(register))])


def test_every_register_and_its_copies_have_nothing_of_it(told: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.git"
    command = ["git", "clone", "-q", "--mirror", "--no-local", str(told / "register.git"), str(copy)]
    subprocess.run(command, check=True)
    assert codes(copy) == []
    for arguments in (
        ["gc", "-q"],
        ["-c", "commitGraph.generationVersion=1", "commit-graph", "write", "--reachable"],
        ["pack-refs", "--all"],
        ["fetch", "-q", "origin"],
        ["fsck", "--full", "--strict"],
    ):
        git(copy, *arguments)
        assert codes(copy) == []


def test_an_older_packed_branch_and_graph_are_those_of_a_register_that_grew(
    told: Path, tmp_path: Path
) -> None:
    with copied(told, tmp_path) as office:
        git(office.path, "gc", "-q")
        office.story("D/1")
        assert codes(office.path) == []

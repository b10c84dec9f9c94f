"""What about a repository itself would mislead plain git: anything that no register has.

The audit is not misled by it; whoever looks with ``git log`` would be. What is allowed is listed here, and
all else is found: a list of what is dangerous is never complete.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.register.objects import is_id, read_plain
from flows.register.report import finding
from flows.register.repository import (
    BRANCH,
    HEAD,
    LARGEST_LIST,
    LOCK,
    PACKED,
    SETTINGS,
    branch_of,
    packed_refs,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flows.domain.finding import Finding

_FORBIDDEN: Final = {
    "info/grafts": ("E_GRAFT", "grafts, which show another history than the one recorded"),
    "shallow": ("E_SHALLOW", "a shallow mark, which cuts the history off"),
    "objects/info/alternates": ("E_ALTERNATES", "alternates, which fetch objects from elsewhere"),
    "objects/info/http-alternates": ("E_ALTERNATES", "alternates, which fetch objects from elsewhere"),
    "info/attributes": ("E_CONFIG", "attributes, by which plain git shows files otherwise"),
    "commondir": ("E_CONFIG", "a link to another repository, which plain git takes for this one"),
    ".git": ("E_CONFIG", "another repository within, which plain git takes for this one"),
}
_SETTINGS_FILES: Final = ("config", "config.worktree")
_FOLDERS: Final = re.compile(
    r"branches|hooks|info|logs|(logs/)?refs(/[^/]+)*"
    r"|objects|objects/([0-9a-f]{2}|pack|info|info/commit-graphs|tmp_objdir-.+)"
)
"""Below `refs` git leaves empty folders behind; each file there is a ref, and may have a log."""
_FILES: Final = re.compile(
    rf"HEAD|config|config\.worktree|description|{LOCK}|{PACKED}|FETCH_HEAD|ORIG_HEAD|{BRANCH}"
    r"|hooks/.+\.sample|info/(exclude|refs)|logs/HEAD|logs/refs/.+|gc\.(pid|log)"
    r"|objects/([0-9a-f]{2}|pack)/\.?tmp[_-].+|objects/tmp_.+|objects/[0-9a-f]{2}/[0-9a-f]{38}"
    r"|objects/pack/pack-[0-9a-f]{40}\.(pack|idx|rev|bitmap|keep|mtimes)|objects/info/(packs|commit-graph)"
    # what a git that was killed leaves locked
    rf"|((logs/)?(HEAD|{BRANCH})|{PACKED}|config|index|shallow|gc\.pid|objects/maintenance"
    r"|objects/pack/multi-pack-index"
    r"|objects/info/(alternates|commit-graph|commit-graphs/commit-graph-chain))\.lock"
)
_ALLOWED: Final = {
    **{
        f"{section}.{name}".lower(): {value}
        for section, rows in SETTINGS.items()
        for name, value in rows.items()
    },
    "core.filemode": {"true", "false"},
    # what a clone brings along, and what git notes of a file system
    **dict.fromkeys(("remote.url", "remote.fetch", "remote.tagopt", "remote.mirror"), None),
    **dict.fromkeys(("branch.remote", "branch.merge"), None),
    **dict.fromkeys(("core.ignorecase", "core.precomposeunicode", "core.symlinks"), None),
    "core.sharedrepository": None,
}
"""Each with the values it may have, None for any; every other may name a program or show another history."""
_WITH_BRANCH: Final = frozenset({"refs", "refs/heads"})
_SECTION: Final = re.compile(r'\s*\[\s*([a-z0-9.-]+)(?:\s+"(?:[^"\\]|\\.)*")?\s*\]')
_KEY: Final = re.compile(r"\s*([a-z0-9-]+)\s*(?:=\s*([^#;]*))?")
_PROGRAM: Final = re.compile(r"\s*\"?\s*[a-z0-9+.-]*::")
_LARGEST: Final = 1 << 16
"""Bytes of a file at the root that is looked into."""


def tip_of(repository: Path) -> str | None:
    """Return what the branch file says; None where there is no well-formed branch."""
    text = branch_of(repository)
    return text if text and is_id(text) else None


def shape(repository: Path) -> Iterator[Finding]:
    """Yield what about the repository itself would mislead plain git."""
    for found in _all_below(repository):
        yield from _of_file(repository, found)
    yield from _of_packed(repository)
    if _text(repository / "HEAD") != HEAD:
        mend = f"Run `git symbolic-ref HEAD {BRANCH}`."
        yield finding("E_REF", "HEAD", "HEAD leads elsewhere than to main.", mend)
    for name in _SETTINGS_FILES:
        for setting in _unknown(_text(repository / name)):
            yield finding(
                "E_CONFIG",
                name,
                f"The repository's configuration sets {setting}, with which plain git can be misled.",
                "Remove the setting; this audit ignored it.",
            )


@dataclass(frozen=True, slots=True)
class _Found:
    path: str
    folder: bool
    plain: bool


def _all_below(repository: Path) -> Iterator[_Found]:
    """Yield everything in the repository; folders that no register has are not looked into."""
    waiting = [""]
    while waiting:
        here = waiting.pop()
        try:
            listing = os.scandir(repository / here)
        except FileNotFoundError:
            if not here:
                raise
            continue  # git took it away once it had packed all that was in it
        with listing as listed:
            each = [
                _Found(
                    f"{here}{entry.name}",
                    folder=entry.is_dir(follow_symlinks=False),
                    plain=entry.is_file(follow_symlinks=False),
                )
                for entry in listed
            ]
        yield from sorted(each, key=lambda found: found.path)
        waiting += [f"{found.path}/" for found in each if found.folder and _FOLDERS.fullmatch(found.path)]


def _of_file(repository: Path, found: _Found) -> Iterator[Finding]:
    known = _FOLDERS if found.folder else _FILES
    path, belongs = found.path, known.fullmatch(found.path)
    if forbidden := _FORBIDDEN.get(path):
        code, what = forbidden
        yield finding(code, path, f"The repository has {what}.", "Remove it and ask who put it there.")
    elif belongs and not (found.folder or found.plain):
        sentence = "This is a link, a pipe or a device where a register has a plain file or folder."
        yield finding("E_FILE", path, sentence, "Put the file or folder in its place, or a copy of it.")
    elif belongs:
        return
    elif not found.folder and (path in _WITH_BRANCH or (path[:5] != "refs/" and _FOLDERS.fullmatch(path))):
        sentence = "This is a file or a link where a register has a folder."
        yield finding("E_FILE", path, sentence, "Put the folder in its place, or a copy of it.")
    elif path.startswith("refs/") or (found.plain and "/" not in path and _is_ref(repository / path)):
        yield _ref(path)
    elif path.startswith("hooks/"):
        yield finding(
            "E_CONFIG",
            path,
            "The repository has a hook, a program that plain git runs.",
            "Remove it and ask who put it there; this audit did not run it.",
        )
    else:
        sentence = f"The repository has a {'folder' if found.folder else 'file'} that no register has."
        yield finding("E_FILE", path, sentence, "Remove it and ask who put it there.")


def _of_packed(repository: Path) -> Iterator[Finding]:
    refs = [ref for ref, _ in packed_refs(repository)]
    for ref in sorted({*refs} - {BRANCH}):
        yield _ref(ref)
    if refs.count(BRANCH) > 1:
        yield finding("E_REF", PACKED, "The list of packed refs names main more than once.")
    try:
        read_plain(repository / PACKED, LARGEST_LIST)
    except FileNotFoundError:
        return
    except OSError:
        yield finding("E_REF", PACKED, "The list of packed refs cannot be read.", "Remove it.")


def _ref(ref: str) -> Finding:
    return finding(
        "E_REPLACE" if ref.startswith("refs/replace/") else "E_REF",
        ref,
        "The repository has a ref that no register has.",
        f"Delete it; only {BRANCH} belongs here.",
    )


def settings_of(repository: Path) -> dict[str, str]:
    """Return what a repository's own configuration sets."""
    return dict(_settings(_text(repository / "config")))


def _settings(text: str) -> Iterator[tuple[str, str]]:
    """Yield each setting and its value, in lower case; a line not understood is a setting of its own."""
    section = ""
    for line in text.split("\n"):
        rest = line.lower()
        while header := _SECTION.match(rest):
            section, rest = header[1].partition(".")[0], rest[header.end() :]
        if not rest.strip() or rest.strip()[0] in "#;":
            continue
        key = _KEY.fullmatch(rest.partition("#")[0].partition(";")[0])
        setting = f"{section}.{key[1]}" if key else rest.strip()
        yield setting, ((key and key[2]) or "true").strip().strip('"')


def _unknown(text: str) -> Iterator[str]:
    """Yield what a register's configuration does not have."""
    for setting, value in _settings(text):
        if setting not in _ALLOWED:
            yield setting
        elif (allowed := _ALLOWED[setting]) is not None and value not in {each.lower() for each in allowed}:
            yield f"{setting} to another value than a register has"
        elif value.endswith("\\") or _PROGRAM.match(value):
            yield f"{setting} to what may be a program"


def _is_ref(path: Path) -> bool:
    # `git log main` looks for a file `main` here before it looks under refs/.
    text = _text(path).strip()
    return text.startswith("ref:") or is_id(text[:40])


def _text(path: Path) -> str:
    try:
        return read_plain(path, _LARGEST).decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    except OSError:
        return "unreadable"

"""What about a repository itself would mislead plain git: refs, files and settings no register has.

The audit is not misled by them; whoever looks with ``git log`` would be.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flows.register.objects import is_id
from flows.register.report import finding
from flows.register.repository import BRANCH, HEAD, SETTINGS, branch_of, packed_refs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flows.domain.finding import Finding

_FORBIDDEN_FILES: Final = {
    "info/grafts": ("E_GRAFT", "grafts, which show another history than the one recorded"),
    "shallow": ("E_SHALLOW", "a shallow mark, which cuts the history off"),
    "objects/info/alternates": ("E_ALTERNATES", "alternates, which fetch objects from elsewhere"),
    "objects/info/http-alternates": ("E_ALTERNATES", "alternates, which fetch objects from elsewhere"),
    "info/attributes": ("E_CONFIG", "attributes, by which plain git shows files otherwise"),
    "commondir": ("E_CONFIG", "a link to another repository, which plain git takes for this one"),
    ".git": ("E_CONFIG", "another repository within, which plain git takes for this one"),
}
_SETTINGS_FILES: Final = ("config", "config.worktree")
_SETTINGS: Final = frozenset(
    {f"{section}.{name}".lower() for section, settings in SETTINGS.items() for name in settings}
    # what a clone brings along, and what git notes of a file system
    | {"remote.url", "remote.fetch", "remote.tagopt", "remote.mirror", "branch.remote", "branch.merge"}
    | {"core.ignorecase", "core.precomposeunicode", "core.symlinks", "core.sharedrepository"}
)
"""Every other may name a program to run, or show another history."""
_SECTION: Final = re.compile(r'\s*\[\s*([a-z0-9.-]+)(?:\s+"(?:[^"\\]|\\.)*")?\s*\]')
_KEY: Final = re.compile(r"\s*([a-z0-9-]+)")

_NOT_REFS: Final = frozenset({"HEAD", "FETCH_HEAD", "ORIG_HEAD", "packed-refs", "shallow"})
"""Files at the root that name commits, looked at elsewhere or git's own notes."""


def tip_of(repository: Path) -> str | None:
    """Return what the branch file says; None where there is no well-formed branch."""
    text = branch_of(repository)
    return text if text and is_id(text) else None


def shape(repository: Path) -> Iterator[Finding]:
    """Yield what about the repository itself would mislead plain git."""
    for path, (code, what) in _FORBIDDEN_FILES.items():
        if (repository / path).exists():
            yield finding(code, path, f"The repository has {what}.", "Remove it and ask who put it there.")
    for ref in sorted({*_loose(repository), *packed_refs(repository), *_at_the_root(repository)} - {BRANCH}):
        yield finding(
            "E_REPLACE" if ref.startswith("refs/replace/") else "E_REF",
            ref,
            "The repository has a ref that no register has.",
            f"Delete it; only {BRANCH} belongs here.",
        )
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
    for hook in sorted((repository / "hooks").glob("*")):
        if hook.suffix != ".sample":
            yield finding(
                "E_CONFIG",
                f"hooks/{hook.name}",
                "The repository has a hook, a program that plain git runs.",
                "Remove it and ask who put it there; this audit did not run it.",
            )


def _unknown(text: str) -> Iterator[str]:
    """Yield what a register's configuration does not have; a line that is not understood is such."""
    section = ""
    for line in text.lower().split("\n"):
        rest = line
        while header := _SECTION.match(rest):
            section, rest = header[1].partition(".")[0], rest[header.end() :]
        setting = f"{section}.{key[1]}" if (key := _KEY.match(rest)) else rest.strip()
        if setting and setting[0] not in "#;" and setting not in _SETTINGS:
            yield setting


def _loose(repository: Path) -> Iterator[str]:
    for path in (repository / "refs").rglob("*"):
        if path.is_symlink() or (path.is_file() and path.suffix != ".lock"):
            yield str(path.relative_to(repository))


def _at_the_root(repository: Path) -> Iterator[str]:
    # `git log main` looks for a file `main` here before it looks under refs/.
    for path in repository.iterdir():
        if path.name not in _NOT_REFS and path.is_file():
            text = _text(path).strip()
            if text.startswith("ref:") or is_id(text[:40]):
                yield path.name


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""

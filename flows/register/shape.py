"""What about a repository itself would mislead plain git: refs, files and settings no register has.

The audit is not misled by them; whoever looks with ``git log`` would be.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flows.register.objects import is_id
from flows.register.report import finding
from flows.register.repository import BRANCH

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flows.domain.finding import Finding

_FORBIDDEN_FILES: Final = {
    "info/grafts": ("E_GRAFT", "grafts, which show another history than the one recorded"),
    "shallow": ("E_SHALLOW", "a shallow mark, which cuts the history off"),
    "objects/info/alternates": ("E_ALTERNATES", "alternates, which fetch objects from elsewhere"),
}
_SETTINGS_FILES: Final = ("config", "config.worktree")
_FORBIDDEN_SECTIONS: Final = frozenset({"include", "includeif", "mailmap"})
_FORBIDDEN_KEYS: Final = frozenset({"program", "allowedsignersfile", "worktree", "hookspath"})
_SECTION: Final = re.compile(r'\s*\[\s*([a-z0-9.-]+)(?:\s+"(?:[^"\\]|\\.)*")?\s*\]')
_KEY: Final = re.compile(r"\s*([a-z0-9-]+)")

_HEAD: Final = "HEAD"
_NOT_REFS: Final = frozenset({_HEAD, "FETCH_HEAD", "ORIG_HEAD", "packed-refs", "shallow"})
"""Files at the root that name commits, looked at elsewhere or git's own notes."""


def tip_of(repository: Path) -> str | None:
    """Return what the branch file says; None where there is no well-formed branch."""
    path = repository / BRANCH
    text = _text(path).removesuffix("\n") if path.is_file() else _packed(repository).get(BRANCH, "")
    return text if is_id(text) else None


def shape(repository: Path) -> Iterator[Finding]:
    """Yield what about the repository itself would mislead plain git."""
    for path, (code, what) in _FORBIDDEN_FILES.items():
        if (repository / path).exists():
            yield finding(code, path, f"The repository has {what}.", "Remove it and ask who put it there.")
    for ref in sorted({*_loose(repository), *_packed(repository), *_at_the_root(repository)} - {BRANCH}):
        yield finding(
            "E_REPLACE" if ref.startswith("refs/replace/") else "E_REF",
            ref,
            "The repository has a ref that no register has.",
            f"Delete it; only {BRANCH} belongs here.",
        )
    if _text(repository / _HEAD).strip() != f"ref: {BRANCH}":
        yield finding(
            "E_REF", _HEAD, "HEAD leads elsewhere than to main.", f"Run `git symbolic-ref HEAD {BRANCH}`."
        )
    for name in _SETTINGS_FILES:
        for setting in _misleading(_text(repository / name)):
            yield finding(
                "E_CONFIG",
                name,
                f"The repository's configuration sets {setting}, with which plain git can be misled.",
                "Remove the setting; this audit ignored it.",
            )


def _misleading(text: str) -> Iterator[str]:
    section = ""
    for line in text.lower().splitlines():
        rest = line
        while header := _SECTION.match(rest):
            section, rest = header[1].partition(".")[0], rest[header.end() :]
        key = _KEY.match(rest)
        if key and (section in _FORBIDDEN_SECTIONS or key[1] in _FORBIDDEN_KEYS):
            yield f"{section}.{key[1]}"


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


def _packed(repository: Path) -> dict[str, str]:
    lines = _text(repository / "packed-refs").splitlines()
    rows = (line.split(" ") for line in lines if line and line[0] not in "#^")
    return {row[1]: row[0] for row in rows if len(row) > 1}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""

"""What the list of releases lacks, and the row of the version at hand: ``make release``.

A paper names the software that made it, and the audit knows none but that of the list; so a release
without its row would make every paper of its own a finding for the next one.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from flows.document.releases import RELEASES, Release, running

CHECKOUT: Final = Path(__file__).resolve().parent.parent
_LIST: Final = "flows/document/releases.toml"
_TELL: Final = (
    "import json; from flows.document.files import renderer_digest, template_digest; "
    "print(json.dumps([renderer_digest(), template_digest()]))"
)


def missing(checkout: Path, listed: tuple[Release, ...]) -> list[str]:
    """Return the tags of versions in a repository, ``v0.1.0``, whose software the list does not name."""
    tags = _git(checkout, "tag", "--list", "v[0-9]*").decode().split()
    known = {(each.version, each.renderer, each.templates) for each in listed if each.build is None}
    return [tag for tag in tags if (tag.removeprefix("v"), *_digests(checkout, tag)) not in known]


def _digests(checkout: Path, tag: str) -> tuple[str, str]:
    """Return what the software of a tag says of itself."""
    with TemporaryDirectory() as folder:
        packed = _git(checkout, "archive", tag, "flows", "templates")
        subprocess.run(["tar", "-x", "-C", folder], input=packed, check=True)
        command = [sys.executable, "-c", _TELL]
        told = subprocess.run(
            command, cwd=folder, env={"PYTHONPATH": folder}, check=True, capture_output=True
        )
    renderer, templates = json.loads(told.stdout)
    return renderer, templates


def _git(checkout: Path, *words: str) -> bytes:
    return subprocess.run(["git", "-C", str(checkout), *words], check=True, capture_output=True).stdout


def row(release: Release) -> str:
    """Return the row of a release, as the list has it."""
    facts = ("version", "renderer", "templates")
    return "\n[[release]]\n" + "".join(f'{name} = "{getattr(release, name)}"\n' for name in facts)


def add(path: Path) -> str:
    """Add the version at hand to the list at ``path``, if it is not there; return what was done.

    Raises:
        SystemExit: the list has the version with other software: give it another number.
    """
    text, here = path.read_text(encoding="utf-8"), running()
    listed = [Release(**each) for each in tomllib.loads(text)["release"]]
    there = next((each for each in listed if each.version == here.version and each.build is None), None)
    if there == here:
        return f"{here.name} is in the list."
    if there is not None:
        raise SystemExit(f"{here.name} was other software; give this one another version in pyproject.toml.")
    path.write_text(text + row(here), encoding="utf-8")
    return f"{here.name} was added to {_LIST}; commit it, then tag v{here.version}."


if __name__ == "__main__":
    print(add(RELEASES))  # noqa: T201 - what make shows

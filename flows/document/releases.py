"""Which software papers and texts may have been made with: that of each release, and the one that runs."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flows.document.files import renderer_digest, template_digest, wording_digest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

RELEASES: Final = Path(__file__).with_name("releases.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One row of ``releases.toml``, whose head explains the fields."""

    version: str
    renderer: str
    templates: str
    build: date | None = None

    @property
    def name(self) -> str:
        """As people call it."""
        return f"Equipoise {self.version}" + (f", as built on {self.build}" if self.build else "")


@cache
def releases() -> tuple[Release, ...]:
    """Return every release, the oldest first."""
    found = tomllib.loads(RELEASES.read_text(encoding="utf-8"))
    return tuple(Release(**row) for row in found["release"])


def installed(package: str) -> str:
    """Return the version of a package at hand."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


@cache
def running() -> Release:
    """Return the software that runs, which is a release once its row stands in the list."""
    return Release(version=installed("equipoise"), renderer=renderer_digest(), templates=template_digest())


def release_of(made_with: Mapping[str, str]) -> Release | None:
    """Return the software that a manifest names; None where there never was such a release."""
    named = tuple(made_with.get(name) for name in ("equipoise", "renderer", "templates"))
    known = (running(), *releases())
    return next((each for each in known if (each.version, each.renderer, each.templates) == named), None)


@cache
def texts_made_with() -> str:
    """Return what decides the words of a text here, in the one line that a submission states of it."""
    here = running()
    packages = ("jinja2", "markdown-it-py", "mdit-py-plugins")
    named = {
        "equipoise": here.version,
        "renderer": here.renderer,
        "templates": here.templates,
        "wording": wording_digest(),
        **{package: installed(package) for package in packages},
    }
    return " ".join(f"{name}={value.replace(' ', '-')}" for name, value in named.items())

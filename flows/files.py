"""Where the files that are not code stand: templates and example cases."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """Return the folder ``name``: beside ``flows/`` in a checkout, inside it when installed.

    Raises:
        FileNotFoundError: neither is there; the installation is broken.
    """
    installed, checkout = _HERE / "_files" / name, _HERE.parent / name
    for place in (installed, checkout):
        if place.is_dir():
            return place
    message = f"no folder {name!r} at {installed} or {checkout}"
    raise FileNotFoundError(message)

"""A token made of software, in place of a device: SoftHSM, which `make tools` fetches."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pkcs11

if TYPE_CHECKING:
    import pytest

_PLACES: Final = ("/usr/lib/softhsm", "/usr/lib64/softhsm", "/usr/local/lib/softhsm", "/usr/lib64/pkcs11")
MODULE: Final = next(
    (path for place in _PLACES if (path := Path(place) / "libsofthsm2.so").exists()),
    Path(_PLACES[0]) / "libsofthsm2.so",
)
"""The library through which the token is asked."""


def make_token(folder: Path, label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a token whose PIN is 1234; what the test starts finds it by its label."""
    (folder / "tokens").mkdir(exist_ok=True)
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
    pins = ("--so-pin", "4321", "--pin", "1234")
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", label, *pins], check=True, capture_output=True
    )
    # A process that met the library with another test's tokens would go on with those.
    pkcs11.lib(str(MODULE)).reinitialize()

"""The wheel: what somebody installs who has no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent

LOOK = """
import sys
from pathlib import Path
import flows.files
assert not Path(flows.files.__file__).is_relative_to(sys.argv[1]), "the checkout was imported"
from flows.document.text import skeleton
from flows.domain.provisions import provisions
print(sorted(p.name for p in flows.files.folder("cases").iterdir() if p.is_dir()))
print(flows.files.folder("templates").parent.name, provisions().get("31(3)") is not None)
from flows.casework.starting import starting_words
print("31(3)" in starting_words("foia"))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("wheel")
    built = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)]
    subprocess.run(built, cwd=CHECKOUT, check=True, capture_output=True)
    (wheel,) = place.glob("*.whl")
    target = place / "site"
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(target), str(wheel)]
    subprocess.run(pip, check=True, capture_output=True)
    return target


@pytest.mark.exhaustive
def test_the_wheel_carries_templates_cases_and_the_law(installed: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    said = subprocess.run(
        [sys.executable, "-c", LOOK, str(CHECKOUT)],
        cwd=installed,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )

    assert said.stdout.splitlines() == [
        "['.story', '1146A-22', '4593_26', 'FOI-2026-0173']",
        "_files True",
        "True",
    ]


def test_the_installed_package_is_typed(installed: Path) -> None:
    assert (installed / "flows" / "py.typed").is_file()

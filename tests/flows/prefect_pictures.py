"""Pictures of Prefect's pages as `equipoise up` fills them, for the page on operating.

python -m tests.flows.prefect_pictures

makes them anew, from the sample: a run with its log, and the events.
"""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

# The tests are no package; their modules find each other by name.
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))

from browsers import chromium
from flow_builders import EQUIPOISE, ask, command, eventually, up
from PIL import Image

from flows.desk import sample
from flows.engine.settings import account
from flows.home import Home

PLACE: Final = Path(__file__).parents[2] / "docs" / "prefect"
ACT: Final = (
    "approve",
    "FOI-2026-0175",
    "--gate",
    "legal-review",
    "--version",
    "2",
    "--as",
    "legal-reviewer",
)
FIRST: Final = "balancing FOI-2026-0177"
RUN: Final = "balancing FOI-2026-0175"
"""What is done at the start, and what the act leads to."""


def take(home: Home, url: str) -> None:
    """Write the pictures of the pages of a running ``up``."""
    eventually(lambda: _found(url, FIRST), 60, "nothing was done at the start")
    done = command(home, *ACT)
    assert done.returncode == 0, done.stderr
    eventually(lambda: _found(url, RUN), 60, "the act woke no flow")
    time.sleep(10)  # the log and the events come later
    (run,) = _found(url, RUN)
    known = base64.b64encode(account(home).encode()).decode()
    PLACE.mkdir(exist_ok=True)
    pages = {
        "run": f"/runs/flow-run/{run['id']}",
        "events": "/events",
    }
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 1280, "height": 860})
        context.add_init_script(f"localStorage.setItem('prefect-password', {json.dumps(known)})")
        for name, path in pages.items():
            page = context.new_page()
            page.goto(url.removesuffix("/api") + path)
            page.get_by_text("Event Feed").first.wait_for(timeout=60_000)
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(2000)
            shot = Image.open(io.BytesIO(page.screenshot()))
            shot.convert("RGB").quantize(48).save(PLACE / f"{name}.png", optimize=True)


def _found(url: str, name: str) -> list[Any]:
    named = {"flow_runs": {"name": {"any_": [name]}, "state": {"type": {"any_": ["COMPLETED"]}}}}
    found: list[Any] = ask("/flow_runs/filter", named, url)
    return found


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="equipoise-pictures-") as folder:
        home = Home(Path(folder) / "home")
        subprocess.run([EQUIPOISE, "demo", "--keep", home.root], check=True, capture_output=True)
        sample.fill(home)
        with up(home) as running:
            take(home, running.wait())


if __name__ == "__main__":
    main()

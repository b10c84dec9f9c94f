"""Pictures of every page of the desk, for its page in docs/.

    python -m tests.web.pictures

makes them anew, from the sample, at the width of a screen and at that of a phone.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

# The tests are no package; their modules find each other by name.
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))

from browsers import chromium
from PIL import Image
from web_builders import (
    Founding,
    Person,
    cookie_of,
    fill_with_mail,
    makes_two_passkeys,
    serving,
    states_authority,
)

from flows.desk import sample
from flows.home import Home

PLACE: Final = Path(__file__).parents[2] / "docs" / "desk"
SIZES: Final = {1280: 900, 360: 720}
CASE: Final = "FOI-2026-0177"
PAGES: Final = {
    "sign-in": ("", "/sign-in"),
    "waiting": ("sign-off-officer", "/"),
    "find": ("legal-reviewer", "/cases?words=depots"),
    "case": ("sign-off-officer", f"/cases/{CASE}"),
    "changes": ("foi-officer", "/cases/FOI-2026-0174/changes?from=1&to=2"),
    "decide": ("sign-off-officer", f"/cases/{CASE}/decide/test"),
    "check-and-sign": ("sign-off-officer", f"/cases/{CASE}/decide/test"),
    "draft": ("foi-officer", "/cases/FOI-2026-0174/draft"),
    "paper": ("legal-reviewer", "/cases/1146A-22/paper"),
    "other-acts": ("foi-officer", f"/cases/{CASE}/act"),
    "inbox": ("foi-officer", "/inbox"),
    "mail": ("foi-officer", "/mail"),
    "case-mail": ("foi-officer", "/cases/1146A-22/mail"),
    "send": ("foi-officer", "/cases/1146A-22/send/test"),
    "register": ("legal-reviewer", "/register"),
    "people": ("administrator", "/people"),
    "policy": ("administrator", "/policy"),
    "me": ("legal-reviewer", "/me"),
}
"""What is shown: as whom, and where."""
FOUNDING: Final = ("founding", "shares")
"""What is shown before there is a register."""


def take(home: Home, at: str, place: Path) -> None:
    """Write the pictures of the desk of a home."""
    place.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for width, height in SIZES.items():
            for name, (who, path) in PAGES.items():
                someone = Person(browser, at, viewport={"width": width, "height": height})
                if who:  # as often as by its page nobody may sign in within a minute
                    someone.context.add_cookies([{"name": "desk", "value": cookie_of(home, who), "url": at}])
                someone.goes(path)
                if name == "check-and-sign":
                    someone.page.get_by_label("Approve it as it stands").check()
                    someone.presses("Check and sign")
                someone.page.wait_for_load_state("networkidle")
                _keep(someone, place / f"{name}-{width}.png")
                someone.context.close()


def take_founding(place: Path, found: Path) -> None:
    """Write the pictures of the pages that found a register, which is not founded then."""
    with chromium() as browser:
        for width, height in SIZES.items():
            founding = Founding(Home(found / str(width)))
            first = Person(browser, founding.origin, viewport={"width": width, "height": height})
            first.goes(founding.path)
            _keep(first, place / f"founding-{width}.png")
            states_authority(first, founding.path, shares=(2, 3))
            makes_two_passkeys(first)
            first.presses("Go on")
            first.page.get_by_role("heading", name="Print the shares").wait_for()
            _keep(first, place / f"shares-{width}.png")
            first.context.close()


def _keep(someone: Person, path: Path) -> None:
    someone.page.wait_for_load_state("networkidle")
    shot = Image.open(io.BytesIO(someone.page.screenshot()))
    # Few colours are enough, and a quarter of the size.
    shot.convert("RGB").quantize(48).save(path, optimize=True)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="equipoise-pictures-") as folder:
        home = Home(Path(folder) / "home")
        call = [str(Path(sys.executable).with_name("equipoise")), "demo", "--keep", str(home.root)]
        subprocess.run(call, check=True, capture_output=True)
        sample.fill(home)
        fill_with_mail(home)
        shutil.rmtree(PLACE, ignore_errors=True)
        with serving(home) as at:
            take(home, at, PLACE)
        take_founding(PLACE, Path(folder))


if __name__ == "__main__":
    main()

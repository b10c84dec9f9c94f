"""Many machines on one: requests that come by mail, published by workers elsewhere, while parts are killed.

python -m tests.fleet --cases 500
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

# The tests are no package; their modules find each other by name.
sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

import click
from machines import why_not
from rates import measure
from story import Story, play

if TYPE_CHECKING:
    from collections.abc import Iterator


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fleet", description=__doc__)
    parser.add_argument("--cases", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--calm", action="store_true", help="kill and cut nothing")
    parser.add_argument("--rates", action="store_true", help="measure acts a second with 1, 2 and 4 workers")
    parser.add_argument("--keep", type=Path, help="where to leave everything; a new folder")
    parser.add_argument("--minutes", type=float, default=60)
    given = parser.parse_args()
    if why := why_not():
        raise SystemExit(why)
    with _place(given.keep) as place:
        place.chmod(0o755)  # PostgreSQL runs as somebody else
        began = time.monotonic()

        def say(what: str) -> None:
            load = os.getloadavg()[0]
            click.echo(f"[{time.monotonic() - began:5.0f} s, load {load:4.1f}] {what}", err=True)

        if given.rates:
            click.echo(json.dumps(measure(place, given.cases, say), indent=1))
            return
        story = Story(cases=given.cases, workers=given.workers, calm=given.calm, minutes=given.minutes)
        result = play(place, story, say)
        click.echo(json.dumps(result, indent=1, default=str))
    raise SystemExit(0 if not result["wrong"] else 1)


@contextmanager
def _place(keep: Path | None) -> Iterator[Path]:
    if keep:
        keep.mkdir(parents=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="equipoise-fleet-") as place:
        yield Path(place)


if __name__ == "__main__":
    main()

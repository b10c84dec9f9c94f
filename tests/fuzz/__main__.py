"""Inputs by the million for every parser that reads what an attacker may write.

`python -m tests.fuzz --inputs 1000000` shares them out; each parser has a process of its own, with bounds of
time for one input and of memory. Whatever is refused otherwise than by an error of ours is told with its
input, which is kept in tests/fuzz/corpus/, where every later run begins.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path[:0] = [
    str(Path(__file__).parent),
    *(str(Path(__file__).parents[1] / name) for name in ("", "register", "release")),
]

from parsers import PARSERS  # noqa: E402 - as above
from trying import CORPUS, Outcome, kept, share_out, try_parser  # noqa: E402 - as tests find each other


def main() -> int:
    """Try the parsers, and print a table in Markdown."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--inputs", type=int, default=100_000)
    arguments.add_argument("--seed", default="1")
    arguments.add_argument("--only", default="", help="parsers with this in their name")
    options = arguments.parse_args()
    chosen = {name: each for name, each in PARSERS.items() if options.only in name}
    outcomes: list[Outcome] = []
    say = sys.stdout.write
    say("| parser | inputs | read | refused | seconds | slowest | found |\n|---|---|---|---|---|---|---|\n")
    for name, count in share_out(chosen, options.inputs).items():
        outcome = try_parser(name, count, options.seed)
        outcomes.append(outcome)
        say(f"{outcome.row}\n")
        for found in outcome.found:
            sys.stderr.write(f"{name}: {found.what}: {kept(name, found.data).relative_to(CORPUS)}\n")
        sys.stdout.flush()
    every, found_in_all = (sum(each.inputs for each in outcomes), sum(len(each.found) for each in outcomes))
    say(f"| all | {every} | | | | | {found_in_all} |\n")
    return any(each.found for each in outcomes)


if __name__ == "__main__":
    sys.exit(main())

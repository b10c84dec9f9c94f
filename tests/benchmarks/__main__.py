"""``make bench``: the figures of the design, each beside its peer or floor, as ratios in one run.

Nothing is deleted before the end: ext4 makes new files slowly where many were just removed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

# The tests are no package; their modules find each other by name.
sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

import bench_acts
import bench_audit
import bench_authorities
import bench_backup
import bench_case
import bench_checks
import bench_desk
import bench_lives
import bench_paper
import bench_peers
import bench_reaction
import bench_registrar
import bench_scale
import click
from figures import table
from packed_register import build, left_open

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from figures import Row

PARTS = (
    "checks",
    "paper",
    "peers",
    "audit",
    "acts",
    "scale",
    "desk",
    "lives",
    "case",
    "registrar",
    "reaction",
    "backup",
    "authorities",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)}; all by default")
    parser.add_argument("--small", action="store_true", help="a hundredth of everything, to try it out")
    given = parser.parse_args()
    rows: list[Row] = []
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="equipoise-bench-") as place:
        for row in _rows(Path(place), given.parts or PARTS, small=given.small):
            rows.append(row)
            click.echo(f"[{time.monotonic() - began:4.0f} s] {table([row]).splitlines()[-1]}", err=True)
        loads = ", ".join(f"{load:.1f}" for load in os.getloadavg())
        click.echo(
            f"\n{table(rows)}\n\nLoad average over 1, 5 and 15 minutes: {loads}; {os.cpu_count()} cores"
        )


def _rows(place: Path, parts: Sequence[str], *, small: bool) -> Iterator[Row]:
    if "checks" in parts:
        yield from bench_checks.run()
    if "paper" in parts:
        yield from bench_paper.run()
    if "peers" in parts:
        yield from bench_peers.run(small=small)
    if "audit" in parts:
        sizes = (20, 60) if small else (200, 2_000, 20_000)
        registers = {size: place / f"audit-{size}" for size in sizes}
        for size, folder in registers.items():
            build(folder, cases=size, acts=bench_audit.ACTS)
        for folder in registers.values():
            yield from bench_audit.run(folder)
        yield from bench_audit.run_growing(registers)
    if {"acts", "scale", "desk"} & {*parts}:
        yield from _growing(place, parts, (100, 300, 1_000) if small else (100, 10_000, 100_000))
    yield from _rows_of_cases(place, parts, small=small)


def _rows_of_cases(place: Path, parts: Sequence[str], *, small: bool) -> Iterator[Row]:
    if "lives" in parts:
        yield from bench_lives.run(place, cases=20 if small else 10_000)
    if "case" in parts:
        yield from bench_case.run(place, cases=6 if small else 200)
    if "registrar" in parts:
        yield from bench_registrar.run(place, cases=300 if small else 2_000, acts=10 if small else 60)
    if "reaction" in parts:
        yield from bench_reaction.run(place, times=3 if small else 20, idle=20 if small else 600)
    if "backup" in parts:
        yield from bench_backup.run(place, cases=200 if small else 20_000)
    if "authorities" in parts:
        yield from bench_authorities.run(place, burst=10 if small else 100, times=2 if small else 6)


def _growing(place: Path, parts: Sequence[str], sizes: tuple[int, ...]) -> Iterator[Row]:
    """Yield what is measured on registers of several sizes."""
    if {*parts} & {"acts", "scale", "desk"} == {"desk"}:
        sizes = sizes[-1:]
    registers = {size: place / f"register-{size}" for size in sizes}
    # Of the largest most are closed, as in an authority's tenth year.
    waiting = {size: size if size < sizes[-1] else size * 3 // 100 for size in sizes}
    for size, folder in registers.items():
        build(folder, size, waiting=waiting[size])
    open_ = {size: left_open(size, waiting[size]) for size in sizes}
    yield from bench_scale.run_catalogue(registers[sizes[-1]], sizes[-1])
    if "acts" in parts:
        yield from bench_acts.run(place, registers, open_)
    if "scale" in parts:
        yield from bench_scale.run(registers[sizes[-1]], sizes[-1], open_[sizes[-1]])
        yield from bench_scale.run_lookup({size: registers[size] for size in sizes[-2:]})
    if "desk" in parts:
        seconds = 10 if sizes[-1] < 10_000 else 60
        yield from bench_desk.run(registers[sizes[-1]], sizes[-1], open_[sizes[-1]], seconds=seconds)


if __name__ == "__main__":
    main()

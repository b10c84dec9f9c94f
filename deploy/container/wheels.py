"""Fetch what an installation needs, and nothing of what developing takes, into build/wheels: `make wheels`.

What is fetched has one of the hashes of requirements.lock. Beside it stands the part of the lock that was
used, as runtime.lock, and the wheel of Equipoise itself; a container is built from these without a registry.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
WHEELS = ROOT / "build" / "wheels"
EXTRAS = frozenset({"traces"})
"""What every installation gets; arguments name more."""
PYTHONS = ("3.11.0", "3.13.0")
"""The oldest Python that is meant, and one that is newer than any marker of the lock."""


def needed(package: str, extras: frozenset[str] = frozenset(), seen: set[str] | None = None) -> set[str]:
    """Return the names of what a package needs on one of the Pythons, and what that needs in turn."""
    found = set() if seen is None else seen
    try:
        lines = requires(package) or []
    except PackageNotFoundError:  # it is for another Python than this one, and needs nothing
        return found
    for each in map(Requirement, lines):
        marker = each.marker
        if marker and not any(
            marker.evaluate({"extra": extra, "python_version": full[:4], "python_full_version": full})
            for extra in (*extras, "")
            for full in PYTHONS
        ):
            continue
        key = f"{canonicalize_name(each.name)}[{','.join(sorted(each.extras))}]"
        if key not in found:
            found.add(key)
            needed(each.name, frozenset(each.extras), found)
    return found


def runtime_lock(lock: str, names: set[str]) -> str:
    """Return the rows of a lock that are about these packages, each with its hashes."""
    bare = {name.partition("[")[0] for name in names}
    rows = re.findall(r"^([A-Za-z0-9._-]+)((?:\[[^\]]*\])?==.*(?:\\\n\s+--hash=\S+\s*)+)", lock, re.MULTILINE)
    return "".join(f"{name}{rest.rstrip()}\n" for name, rest in rows if canonicalize_name(name) in bare)


def main() -> None:
    """Fetch everything anew."""
    shutil.rmtree(WHEELS, ignore_errors=True)
    WHEELS.mkdir(parents=True)
    lock, fetched = WHEELS / "runtime.lock", WHEELS / "fetched.lock"
    lock.write_text(
        runtime_lock(
            (ROOT / "requirements.lock").read_text(), needed("equipoise", EXTRAS.union(sys.argv[1:]))
        )
    )
    # Debian's Python may be older or newer than this one: what either needs is fetched.
    fetched.write_text(re.sub(r" ; python_full_version [^\\\n]*", " ", lock.read_text()))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    fetch = ("download", "--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(fetched))
    own = ("wheel", "--no-deps", "--no-build-isolation", str(ROOT))
    for call in ((*fetch, "-d"), (*own, "-w")):
        subprocess.run([*pip, *call, str(WHEELS)], check=True)  # noqa: S603 - ourselves
    fetched.unlink()


if __name__ == "__main__":
    main()

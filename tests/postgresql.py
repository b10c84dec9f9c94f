"""Programs of this machine, and PostgreSQL with its data in a folder of a test."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NEEDED: Final = ("initdb", "postgres", "psql", "setpriv")
_AS_POSTGRES: Final = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups")


def found(name: str) -> str | None:
    """Return the path of a program, also of one for administrators or of a version of PostgreSQL."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return shutil.which(name, path=":".join([os.environ.get("PATH", ""), "/usr/sbin", *map(str, versions)]))


def words_of(folder: Path, password: str, *options: str) -> list[str | Path]:
    """Make a server's data, and return how it is started.

    Args:
        folder: It is made here, in one that the account `postgres` can enter.
        password: Of the role `postgres`, which is asked for by every way.
        options: Settings of the server, as `port=5432`.
    """
    folder.mkdir()
    shutil.chown(folder, "postgres")
    file = folder.with_name("password")
    file.write_text(f"{password}\n")
    file.chmod(0o644)
    making: list[str | Path] = ["-D", folder, "-A", "scram-sha-256", "--pwfile", file]
    call([*_AS_POSTGRES, found("initdb") or "", *making])
    told = [word for each in (f"unix_socket_directories={folder}", *options) for word in ("-c", each)]
    return [*_AS_POSTGRES, found("postgres") or "", "-D", folder, *told]


def ask(statement: str, address: str, port: int, password: str) -> None:
    """Have the role `postgres` say something to a server that runs."""
    words = [found("psql") or "", "-h", address, "-p", str(port), "-U", "postgres", "postgres"]
    call([*words, "-c", statement], {"PGPASSWORD": password})


def outside() -> dict[str, str]:
    """Return the environment without what the other tests tell a Prefect of theirs, as to have no pages."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}


def call(words: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> str:
    """Call a program outside any home, and return what it prints; it has to succeed."""
    done = subprocess.run(
        list(map(str, words)),
        env={**outside(), **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd="/",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout

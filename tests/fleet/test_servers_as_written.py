"""Several Prefect servers, set up word for word as docs/operating.md and the files of deploy/ say."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from contextlib import ExitStack, closing, contextmanager, suppress
from http.client import HTTPSConnection
from pathlib import Path
from typing import TYPE_CHECKING, Final

import postgresql
import pytest
from browsers import chromium
from playwright.sync_api import TimeoutError as TooLateError
from postgresql import call, found, outside
from registrars import Certifier

from flows.engine.settings import SCHEDULES
from flows.files import folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

BIN: Final = Path(sys.executable).parent
DEPLOY: Final = folder("deploy")
PAGE: Final = (DEPLOY.parent / "docs" / "operating.md").read_text(encoding="utf-8")
NEEDED: Final = (*postgresql.NEEDED, "redis-server", "nginx")
MISSING: Final = [name for name in NEEDED if not found(name)]
PASSWORD: Final = "one-of-a-test"  # noqa: S105 - of what ends with the test
PROXY: Final = "127.0.77.3"
SERVERS: Final = ("127.0.77.1", "127.0.77.2")
DATA: Final = "127.0.77.4"


def section(heading: str) -> str:
    """Return what stands on the page below a heading, up to the next."""
    _, _, after = PAGE.partition(f"\n{heading}\n")
    assert after, heading
    return re.split(r"\n#+ ", after)[0]


def block_with(text: str, words: str) -> list[str]:
    """Return the lines of the one block of a shell that has some words."""
    (block,) = (
        each for each in re.findall(r"^ *```sh\n(.*?)```", text, re.MULTILINE | re.DOTALL) if words in each
    )
    return [line.strip() for line in block.splitlines() if line.strip()]


def replaced(text: str, *pairs: tuple[str, object]) -> str:
    for there, here in pairs:
        assert there in text, there
        text = text.replace(there, str(here))
    return text


def unit(name: str) -> list[str]:
    """Return what a unit starts, with the program of here."""
    text = (DEPLOY / "systemd" / name).read_text(encoding="utf-8")
    program, *words = shlex.split(re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)[0])
    return [str(BIN / Path(program).name), *words]


@contextmanager
def started(
    words: Sequence[str | Path], said: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    with said.open("wb") as out:
        process = subprocess.Popen(
            list(map(str, words)), env={**outside(), **(environment or {})}, stdout=out, stderr=out, cwd="/"
        )
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(30)
        process.kill()
        process.wait()


def until(there: Callable[[], object], what: str) -> None:
    end = time.monotonic() + 240
    while not there():
        assert time.monotonic() < end, what
        time.sleep(0.2)


@contextmanager
def data(place: Path, steps: str) -> Iterator[None]:
    """Run PostgreSQL with the role and database of the first step, and Redis as the second asks."""
    options = (f"listen_addresses={DATA}", "port=55432")
    words = postgresql.words_of(place / "postgres", PASSWORD, *options)
    redis: list[str | Path] = [
        found("redis-server") or "",
        "--bind",
        DATA,
        "--port",
        "56379",
        "--dir",
        place,
        "--save",
        "",
    ]
    (asked,) = re.findall(r"with a password and `(appendonly) (yes)`", steps)
    redis += ["--requirepass", PASSWORD, f"--{asked[0]}", asked[1]]
    with (
        started(words, place / "postgres.log"),
        started(redis, place / "redis.log"),
    ):
        logs = [place / "postgres.log", place / "redis.log"]
        ready = "eady to accept connections"
        until(lambda: all(ready in each.read_text(errors="replace") for each in logs), "no data")
        statements = re.findall(r"`(create [^`]+)`", steps.partition("\n2. ")[0])
        assert len(statements) == 2
        for each in statements:
            postgresql.ask(each.replace("…", PASSWORD), DATA, 55432, PASSWORD)
        yield


def proxy(place: Path, certifier: Certifier) -> list[str | Path]:
    """Return how nginx is started with the file of deploy/ that has the names of here."""
    certificate, key = certifier.certify("prefect", address=PROXY)
    text = replaced(
        (DEPLOY / "prefect-servers" / "nginx.conf").read_text(encoding="utf-8"),
        ("listen 443 ssl", f"listen {PROXY}:58443 ssl"),
        ("/etc/nginx/tls/tls.crt", certificate),
        ("/etc/nginx/tls/tls.key", key),
        ("api-1.example.gov.uk", SERVERS[0]),
        ("api-2.example.gov.uk", SERVERS[1]),
        ("prefect.example.gov.uk", PROXY),
    )
    (place / "servers.conf").write_text(text)
    temporary = "".join(
        f"{each}_temp_path {place}/{each};\n" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (place / "nginx.conf").write_text(
        f"pid {place}/pid;\nerror_log {place}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log {place}/access.log;\n{temporary}include {place}/servers.conf;\n}}\n"
    )
    return [found("nginx") or "", "-c", place / "nginx.conf", "-g", "daemon off;"]


@pytest.mark.exhaustive
@pytest.mark.skipif(bool(MISSING) or os.geteuid() != 0, reason=f"as root, with {MISSING or NEEDED}")
def test_several_servers_are_set_up_by_the_commands_of_the_page_and_one_may_be_lost() -> None:
    steps, pools = section("#### Several Prefect servers"), section("### On a Prefect work pool")
    # Another account has to be able to enter it, which the folders of a run do not allow.
    place = Path(tempfile.mkdtemp(prefix="equipoise-servers-", dir="/var/tmp"))
    place.chmod(0o755)
    certifier = Certifier(place)
    with ExitStack() as running:
        running.callback(shutil.rmtree, place, ignore_errors=True)
        running.enter_context(data(place, steps))
        text = replaced(
            (DEPLOY / "prefect-servers" / "server.env").read_text(encoding="utf-8"),
            ("prefect:PASSWORD@db.example.gov.uk:5432", f"prefect:{PASSWORD}@{DATA}:55432"),
            (":PASSWORD@redis.example.gov.uk:6379", f":{PASSWORD}@{DATA}:56379"),
            ("A-LONG-PASSWORD", PASSWORD),
        )
        server = dict(re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE)) | {
            "PREFECT_HOME": str(place / "prefect")
        }
        (upgrade,) = re.findall(r"`(prefect server database upgrade[^`]*)`", steps)
        call([BIN / upgrade.split()[0], *upgrade.split()[1:]], server)
        servers = []
        for address in SERVERS:
            words = [address if each == "0.0.0.0" else each for each in unit("equipoise-prefect-api.service")]  # noqa: S104 - as the unit has it
            assert address in words
            servers.append(running.enter_context(started(words, place / f"{address}.log", server)))
        services = unit("equipoise-prefect-services.service")
        running.enter_context(started(services, place / "services.log", server))
        running.enter_context(started(proxy(place, certifier), place / "nginx.log"))

        client = dict(line.split("=", 1) for line in block_with(steps, "PREFECT_API_URL="))
        client = {
            "PREFECT_API_URL": replaced(
                client["PREFECT_API_URL"], ("prefect.example.gov.uk", f"{PROXY}:58443")
            ),
            "PREFECT_API_AUTH_STRING": replaced(
                client["PREFECT_API_AUTH_STRING"], ("A-LONG-PASSWORD", PASSWORD)
            ),
            "SSL_CERT_FILE": str(certifier.authority),
            "PREFECT_HOME": str(place / "client"),
        }

        def healthy() -> bool:
            context = ssl.create_default_context(cafile=certifier.authority)
            with suppress(OSError), closing(HTTPSConnection(PROXY, 58443, context=context)) as asking:
                asking.request("GET", "/api/ready", headers=_who())
                with asking.getresponse() as answer:
                    return answer.status == 200
            return False

        until(healthy, "nginx leads to no server")
        given = block_with(pools, "prefect work-pool create")
        commands = [line for line in given if line.startswith("prefect ")]
        assert len(commands) == 3
        for each in commands:
            program, *words = each.replace("deploy/", f"{DEPLOY}/").split()
            call([BIN / program, *words], client)
        assert "legal-review" in read_in_a_browser("/deployments")
        servers[0].kill()
        servers[0].wait()
        listed = call([BIN / "prefect", "deployment", "ls"], client | {"COLUMNS": "200"})
        assert {row.flow for row in SCHEDULES} <= {*re.findall(r"[a-z-]+", listed)}
        refused = subprocess.run(
            [BIN / "prefect", "deployment", "ls"],
            env={**outside(), **client, "PREFECT_API_AUTH_STRING": "equipoise:another"},
            capture_output=True,
            check=False,
        )
        assert refused.returncode != 0


_LOADS: Final = 3
"""How often somebody loads a page of which a part did not come, as on a machine that is busy."""


def read_in_a_browser(page: str) -> str:
    """Return what somebody reads on Prefect's pages who goes to the one address, once there is all of it."""
    account = b64encode(f"equipoise:{PASSWORD}".encode()).decode()
    with chromium() as browser:
        context = browser.new_context(ignore_https_errors=True)
        context.add_init_script(f"localStorage.setItem('prefect-password', {json.dumps(account)})")
        opened = context.new_page()
        for _ in range(_LOADS):
            with suppress(TooLateError):
                opened.goto(f"https://{PROXY}:58443{page}")
                opened.get_by_text("auditing").first.wait_for(timeout=60_000)
                break
        return opened.inner_text("body")


def _who() -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'equipoise:{PASSWORD}'.encode()).decode()}"}

"""An installation on many machines, set up as docs/operating.md says: each part on a machine of its own.

PostgreSQL and Redis, two API servers of Prefect behind nginx, the process of Prefect's services, the
registrar with the home, workers without one, and the office in which people act.
"""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import sys
import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from desk_builders import RULES
from machines import Machine, Network
from postgresql import found
from registrars import Certifier, elsewhere

from flows.casework import acts
from flows.casework.acts import Officer
from flows.casework.office import open_office
from flows.desk.making import make_home
from flows.domain.policy import Person
from flows.domain.procedure import Role
from flows.engine.deployment import POOL
from flows.engine.settings import PAPER_TAG
from flows.files import folder as part_of
from flows.home import Home
from flows.register import signature
from flows.registrar.address import Address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flows.casework.office import Office

BIN: Final = Path(sys.executable).parent
PEOPLE: Final[Mapping[str, frozenset[Role]]] = {
    "foi-officer": frozenset({Role.FOI_OFFICER}),
    "legal-reviewer": frozenset({Role.LEGAL_REVIEWER}),
    "sign-off-officer": frozenset({Role.SIGN_OFF_OFFICER}),
}
_PASSWORD: Final = secrets.token_urlsafe(16)
ADDRESS: Final = 'address = "foi@northshire.example"\n'
_AS_POSTGRES: Final = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups")
_ASK: Final = """
import json, os, sys, urllib.request, base64
given = json.load(sys.stdin)
who = base64.b64encode(os.environ["PREFECT_API_AUTH_STRING"].encode()).decode()
data = None if given["body"] is None else json.dumps(given["body"]).encode()
call = urllib.request.Request(os.environ["PREFECT_API_URL"] + given["path"], data,
    {"Content-Type": "application/json", "Authorization": "Basic " + who}, method=given["method"])
sys.stdout.write(urllib.request.urlopen(call, timeout=30).read().decode())
"""


class Installation:
    """Everything but the workers runs once it is made; close it when done.

    Attributes:
        home: The registrar's, on a disk of which the others know nothing.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self.network = Network(place)
        (place / "certificates").mkdir()
        self.certifier = Certifier(place / "certificates")
        self.home = Home(place / "home")
        self.api_password = f"equipoise:{_PASSWORD}"
        self.workers: list[Machine] = []
        try:
            self._start()
        except BaseException:
            self.network.close()
            raise

    def close(self) -> None:
        """End it."""
        self.network.close()

    def machine(self, name: str) -> Machine:
        """Return a machine."""
        return self.network.machines[name]

    def _start(self) -> None:
        self._start_data()
        servers = [self.network.machine(name) for name in ("api-1", "api-2")]
        proxy = self.network.machine("proxy")
        self.url = f"https://{proxy.address}/api"
        services = self.network.machine("services")
        services.call([BIN / "prefect", "server", "database", "upgrade", "-y"], self._server_environment)
        for server in servers:
            words = ["server", "start", "--host", server.address, "--port", "4200", "--no-services"]
            server.start("api", [BIN / "prefect", *words], self._server_environment)
        services.start("services", [BIN / "prefect", "server", "services", "start"], self._server_environment)
        self._start_proxy(proxy, servers)
        self._make_home()
        self.office_machine = self.network.machine("office")
        self._until_prefect_answers()
        self._deploy()
        self._start_registrar()

    def _start_data(self) -> None:
        machine = self.network.machine("data")
        data = machine.folder / "postgres"
        data.mkdir()
        subprocess.run(["chown", "postgres", data], check=True)
        postgres = [*_AS_POSTGRES, found("initdb") or "", "-D", data, "-A", "trust", "-U", "prefect"]
        subprocess.run(list(map(str, postgres)), check=True, capture_output=True, cwd=data)
        (data / "pg_hba.conf").write_text("host all all 10.77.0.0/24 trust\nlocal all all trust\n")
        options = [
            f"listen_addresses={machine.address}",
            f"unix_socket_directories={data}",
            "max_connections=200",
        ]
        words: list[str | Path] = [*_AS_POSTGRES, found("postgres") or "", "-D", data]
        machine.start("postgres", [*words, *(word for each in options for word in ("-c", each))])
        redis = ["--bind", machine.address, "--requirepass", _PASSWORD, "--save", "", "--appendonly", "yes"]
        machine.start("redis", [found("redis-server") or "", *redis, "--dir", machine.folder])
        _until(lambda: "ready to accept connections" in machine.said("postgres"), 60, "no PostgreSQL")
        _until(lambda: "Ready to accept connections" in machine.said("redis"), 60, "no Redis")
        machine.call(
            ["psql", "-h", machine.address, "-U", "prefect", "postgres", "-c", "create database prefect"]
        )

    @cached_property
    def _server_environment(self) -> dict[str, str]:
        """What the file in deploy/ says, with the addresses of here."""
        text = (part_of("deploy") / "prefect-servers" / "server.env").read_text(encoding="utf-8")
        data = self.machine("data").address
        for there, here in (
            ("prefect:PASSWORD@db.example.gov.uk", f"prefect:{_PASSWORD}@{data}"),
            (":PASSWORD@redis.example.gov.uk", f":{_PASSWORD}@{data}"),
            ("equipoise:A-LONG-PASSWORD", self.api_password),
        ):
            assert there in text
            text = text.replace(there, here)
        return dict(re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE))

    def _start_proxy(self, proxy: Machine, servers: list[Machine]) -> None:
        text = (part_of("deploy") / "prefect-servers" / "nginx.conf").read_text(encoding="utf-8")
        certificate, key = self.certifier.certify("prefect", address=proxy.address)
        for there, here in (
            ("/etc/nginx/tls/tls.crt", certificate),
            ("/etc/nginx/tls/tls.key", key),
            ("api-1.example.gov.uk", servers[0].address),
            ("api-2.example.gov.uk", servers[1].address),
            ("prefect.example.gov.uk", proxy.address),
        ):
            assert there in text
            text = text.replace(there, str(here))
        place = proxy.folder
        (place / "servers.conf").write_text(text)
        whole = f"pid {place}/pid;\nerror_log {place}/error.log;\nevents {{}}\n"
        whole += f"http {{\naccess_log {place}/access.log;\n"
        whole += "".join(
            f"{name}_temp_path {place}/{name};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (place / "nginx.conf").write_text(f"{whole}include {place}/servers.conf;\n}}\n")
        proxy.start("nginx", [found("nginx") or "", "-c", place / "nginx.conf", "-g", "daemon off;"])

    @property
    def client_environment(self) -> dict[str, str]:
        """What whoever asks Prefect is told."""
        return {
            "PREFECT_API_URL": self.url,
            "PREFECT_API_AUTH_STRING": self.api_password,
            "SSL_CERT_FILE": str(self.certifier.authority),
        }

    def ask(self, path: str, body: object = None, method: str = "POST") -> Any:
        """Return what Prefect answers to the office."""
        machine = self.office_machine
        done = subprocess.run(
            machine.inside([sys.executable, "-c", _ASK]),
            env=machine.environment_with(self.client_environment),
            input=json.dumps({"path": path, "body": body, "method": method}),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout or "null")

    def _until_prefect_answers(self) -> None:
        def answers() -> bool:
            try:
                return bool(self.ask("/health", method="GET"))
            except AssertionError:
                return False

        _until(answers, 120, "Prefect does not answer")

    def _deploy(self) -> None:
        """As docs/operating.md says."""
        office, deploy = self.office_machine, part_of("deploy")
        for words in (
            ["work-pool", "create", POOL, "--type", "process"],
            ["--no-prompt", "deploy", "--all", "--prefect-file", deploy / "prefect.yaml"],
            ["automation", "create", "--from-file", deploy / "automations.yaml"],
            ["concurrency-limit", "create", PAPER_TAG, "4"],
        ):
            office.call([BIN / "prefect", *words], self.client_environment)

    def _make_home(self) -> None:
        make_staffed(self.home, lambda person: self.place / person / "keys" / "officers")
        make_maildir(self.place / "mail")
        self.home.root.joinpath("mail.toml").write_text(ADDRESS)
        names = {f"worker {number}": "worker" for number in range(1, 9)}
        names |= {person: f"officer:{person}" for person in PEOPLE}
        rows = "".join(f'"{name}" = "{part}"\n' for name, part in names.items())
        self.home.peers.write_text(f"[certificates]\n{rows}")

    @property
    def socket(self) -> Address:
        """Where the registrar answers its own account."""
        return Address(text=f"unix:{self.machine('registrar').folder}/registrar.sock")

    def _start_registrar(self) -> None:
        machine = self.network.machine("registrar")
        certificate, key = self.certifier.certify("registrar", address=machine.address)
        self.registrar_url = f"https://{machine.address}:8430"
        words: list[str | Path] = [BIN / "equipoise", "registrar", "--home", self.home.root]
        words += ["--socket", machine.folder / "registrar.sock", "--listen", f"{machine.address}:8430"]
        words += ["--ca", self.certifier.authority, "--cert", certificate, "--key", key]
        machine.start("registrar", words, self.client_environment)

    def address(self, name: str) -> dict[str, str]:
        """Return how somebody asks the registrar over the network."""
        certificate, key = self.certifier.certify(name)
        return {
            "EQUIPOISE_REGISTRAR": self.registrar_url,
            "EQUIPOISE_REGISTRAR_CA": str(self.certifier.authority),
            "EQUIPOISE_REGISTRAR_CERT": str(certificate),
            "EQUIPOISE_REGISTRAR_KEY": str(key),
        }

    def add_worker(self) -> Machine:
        """Start one more worker, on a machine of its own, which has neither register nor key."""
        number = len(self.workers) + 1
        machine = self.network.machine(f"worker-{number}")
        home = machine.folder / "home"
        home.mkdir(mode=0o700)
        (home / "mail.toml").write_text(f'{ADDRESS}\n[receive]\nmaildir = "{self.place / "mail"}"\n')
        environment = {
            **self.client_environment,
            **self.address(f"worker {number}"),
            "EQUIPOISE_HOME": str(home),
        }
        words = ["worker", "start", "--pool", POOL, "--name", machine.name]
        machine.start("worker", [BIN / "prefect", *words], environment)
        self.workers.append(machine)
        return machine

    def open(self) -> Office:
        """Open an office that asks the registrar over its socket, as its own account; close it when done."""
        return elsewhere(self.place / "watch", self.socket)


def make_staffed(home: Home, keys: Callable[[str], Path]) -> None:
    """Make a home with its people, whose keys are kept where ``keys`` says."""
    make_home(home, authority="Northshire Police", administrator="administrator", rules=RULES)
    with open_office(home) as office:
        administrator = Officer(id="administrator", signer=signature.load(home.officers / "administrator"))
        for person, roles in PEOPLE.items():
            keys(person).mkdir(parents=True, exist_ok=True)
            public = signature.generate(keys(person) / person)
            acts.add_officer(office, administrator, Person(id=person, roles=roles, keys=(public,)))


def make_maildir(maildir: Path) -> None:
    """Make a Maildir."""
    for name in ("new", "cur", "tmp"):
        (maildir / name).mkdir(parents=True)


def _until(met: Any, seconds: float, what: str) -> None:
    until = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < until, what
        time.sleep(0.2)

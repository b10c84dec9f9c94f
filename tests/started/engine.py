"""A container engine with a store of its own, and pods that it runs as a manifest of Kubernetes asks.

What a node does of a pod is done here: the account, the root that nobody writes, no capability, secrets as
the links that a node makes of them, volumes that belong to the group, limits of memory, and the probes.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from booted import ROOT, copy_wheels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DOOR: Final = "docker.io/library/nginx:stable"
DATABASE: Final = "docker.io/library/postgres:17-bookworm"
_START_OF_A_DATABASE: Final = """#!/bin/sh
# What the image of PostgreSQL does by the same variables: it makes the database where there is none.
set -eu
export PATH=/usr/lib/postgresql/15/bin:$PATH
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  printf %s "$POSTGRES_PASSWORD" > /tmp/password
  initdb -D "$PGDATA" --username="$POSTGRES_USER" --pwfile=/tmp/password $POSTGRES_INITDB_ARGS
  rm /tmp/password
  echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
  pg_ctl -D "$PGDATA" -o "-c listen_addresses=" -w start
  createdb --username="$POSTGRES_USER" "$POSTGRES_DB"
  pg_ctl -D "$PGDATA" -w stop
fi
exec postgres -D "$PGDATA" -c listen_addresses='*'
"""
_BASE: Final = ROOT / "build" / "image" / "debian.tar"
_NEEDED: Final = ("podman", "mmdebstrap", "curl", "nsenter")
_CONTAINERFILE: Final = "deploy/container/Containerfile"


def why_not() -> str:
    """Return what is missing here to build the image and run it; empty where nothing is."""
    if os.geteuid() != 0:
        return "root alone has containers with accounts of others"
    missing = [name for name in _NEEDED if not shutil.which(name)]
    if not _runtime():
        missing.append("runc or crun")
    if missing:
        return f"not here: {', '.join(missing)}"
    if not _BASE.is_file() or not [*(ROOT / "build" / "wheels").glob("equipoise-*.whl")]:
        return "`make base wheels` was not called"
    return ""


def _runtime() -> str | None:
    """Return what starts containers; runc first, which takes control groups of the first version as well."""
    return shutil.which("runc", path="/usr/sbin:/usr/bin") or shutil.which("crun")


class Engine:
    """An engine; close it when done.

    Attributes:
        place: All that is its own of the disk; its name is short, as the engine wants.
        words: How it is called, before what it is to do.
    """

    def __init__(self) -> None:
        self.place = place = Path(tempfile.mkdtemp(prefix="eqp-", dir="/var/tmp"))
        self._store = place / "store"
        self.words: list[str | Path] = ["podman", "--log-level", "error", "--root", self._store]
        self.words += ["--runroot", place / "run", "--runtime", str(_runtime())]

    def close(self) -> None:
        self.ask("rm", "--all", "--force", "--depend", "--time", "0")
        subprocess.run(["umount", self._store / "overlay"], capture_output=True, check=False)
        for _ in range(10):  # what ends a container may still be taking its mounts away
            shutil.rmtree(self.place, ignore_errors=True)
            if not self.place.exists():
                return
            time.sleep(1)

    def ask(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*self.words, *words], capture_output=True, text=True, check=False, timeout=900)

    def do(self, *words: str | Path) -> str:
        said = self.ask(*words)
        assert said.returncode == 0, f"{words}\n{said.stdout}\n{said.stderr}"
        return said.stdout.strip()

    def build(self, image: str) -> None:
        """Build the image as the operations page says, with the wheel of the checkout as it is now."""
        context = self.place / "context"
        copy_wheels(context)
        (context / "build/image").mkdir()
        shutil.copyfile(_BASE, context / "build/image/debian.tar")
        shutil.copytree(ROOT / "deploy", context / "deploy")
        self.do(
            "build",
            "--network",
            "none",
            "--timestamp",
            "0",
            "-f",
            context / _CONTAINERFILE,
            "-t",
            image,
            context,
        )

    def make_door(self) -> None:
        """Make an image with nginx of Debian, under the name of the one that the manifests take."""
        self._make_from_debian(DOOR, "nginx-light", [])

    def make_database(self) -> None:
        """Make one with PostgreSQL of Debian, which starts as the one that the manifests take does."""
        start = self.place / "start"
        start.write_text(_START_OF_A_DATABASE)
        start.chmod(0o755)
        hooks = [
            "groupadd --root $1 --gid 999 postgres && useradd --root $1 --uid 999 --gid 999 postgres",
            f"cp {start} $1/usr/local/bin/docker-entrypoint.sh",
        ]
        # The account comes first, or Debian gives it a number of its own.
        words = [f"--essential-hook={hooks[0]}", *(f"--customize-hook={each}" for each in hooks[1:])]
        self._make_from_debian(DATABASE, "postgresql-15", words, 'ENTRYPOINT ["docker-entrypoint.sh"]')

    def _make_from_debian(self, name: str, packages: str, words: Sequence[str], *changes: str) -> None:
        told = ["mmdebstrap", "--mode=root", "--variant=minbase", "--quiet", f"--include={packages}"]
        file = self.place / "made.tar"
        subprocess.run([*told, *words, "bookworm", file], check=True, timeout=900)
        self.do("import", *(word for each in changes for word in ("--change", each)), file, name)


class Street:
    """A network on which every pod has an address, and lets through what the policies say.

    Attributes:
        addresses: Of each house, by its name.
    """

    def __init__(self) -> None:
        self._hub = f"eqs-{os.getpid()}"
        self.addresses: dict[str, str] = {}
        _ip("netns", "add", self._hub)
        _ip("-n", self._hub, "link", "add", "hub", "type", "bridge")
        _ip("-n", self._hub, "link", "set", "hub", "up")

    def close(self) -> None:
        for name in [*map(self.namespace, self.addresses), self._hub]:
            _ip("netns", "del", name)

    def namespace(self, name: str) -> str:
        return f"{self._hub}-{name}"

    def add(self, name: str) -> None:
        """Add a house."""
        space, number = self.namespace(name), len(self.addresses) + 1
        self.addresses[name] = f"10.78.0.{number}"
        _ip("netns", "add", space)
        peer = ["type", "veth", "peer", "name", "eth0", "netns", space]
        _ip("-n", self._hub, "link", "add", f"port{number}", *peer)
        _ip("-n", self._hub, "link", "set", f"port{number}", "master", "hub", "up")
        _ip("-n", space, "address", "add", f"{self.addresses[name]}/24", "dev", "eth0")
        for link in ("lo", "eth0"):
            _ip("-n", space, "link", "set", link, "up")

    def inside(self, name: str, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run a program of this machine where a house is."""
        call = ["ip", "netns", "exec", self.namespace(name), *words]
        return subprocess.run(call, capture_output=True, text=True, check=False, timeout=300)

    def enforce(
        self, name: str, labels: Mapping[str, str], policies: Sequence[Any], labelled: Mapping[str, Any]
    ) -> None:
        """Let a house be reached, and reach others, as the policies about its labels say.

        Args:
            labelled: The labels of every house, those of its namespace among them.
        """
        about = [each for each in policies if _selects(each["podSelector"], labels)]
        lines: dict[str, list[str]] = {}
        for way, direction, peers in (("in", "Ingress", "from"), ("out", "Egress", "to")):
            if not any(direction in each["policyTypes"] for each in about):
                continue
            rules = [rule for each in about for rule in each.get(direction.lower(), [])]
            link, end = ("iif", "saddr") if way == "in" else ("oif", "daddr")
            lines[way] = [f"type filter hook {way}put priority 0; policy drop; {link} lo accept"]
            lines[way].append("ct state established,related accept")
            for rule in rules:
                for port in rule["ports"]:
                    what = f"{port['protocol'].lower()} dport {port['port']} accept"
                    lines[way] += [
                        f"ip {end} {self.addresses[each]} {what}"
                        for each, its in labelled.items()
                        if not rule.get(peers) or any(_is_peer(peer, its) for peer in rule[peers])
                    ]
        chains = "".join("\n".join([f"chain goes_{way} {{", *said, "}\n"]) for way, said in lines.items())
        told = ["nft", "-f", "-"]
        space = ["ip", "netns", "exec", self.namespace(name)]
        subprocess.run([*space, *told], input=f"table inet policies {{\n{chains}}}\n", text=True, check=True)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def _selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    wanted: Mapping[str, str] = selector.get("matchLabels", {})
    return wanted.items() <= labels.items()


def _is_peer(peer: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    return all(_selects(selector, labels) for selector in peer.values())


class Pod:
    """A pod of a manifest.

    Args:
        given: What secrets and maps have, by name: files with their content.
        claims: The volumes that stay, by the name of the claim.
        name: What its containers are called by, before their own names.
        network: The namespace that it has; one of its own with nothing but loopback where it is left out.
        hosts: A file with the addresses of the others.
    """

    def __init__(
        self,
        engine: Engine,
        spec: Mapping[str, Any],
        given: Mapping[str, Mapping[str, str]],
        claims: Mapping[str, Path],
        *,
        name: str = "",
        network: str = "",
        hosts: Path | None = None,
    ) -> None:
        self._engine = engine
        self.spec = spec
        self._group = spec["securityContext"]["fsGroup"]
        self._given = given
        self._name = name
        self._network = f"ns:/run/netns/{network}" if network else "none"
        self._hosts = hosts
        self._place = engine.place / "volumes" / name
        self._place.mkdir(exist_ok=True, parents=True)
        self._volumes = {
            each["name"]: claims[each["persistentVolumeClaim"]["claimName"]]
            if "persistentVolumeClaim" in each
            else self._volume(each)
            for each in spec["volumes"]
        } | dict(claims)
        for claim in claims.values():
            self._give_to_the_group(claim)
        self.names: list[str] = []

    def _volume(self, said: Mapping[str, Any]) -> Path:
        folder = self._place / str(said["name"])
        if folder.is_dir():
            return folder
        folder.mkdir()
        if "emptyDir" in said:
            folder.chmod(0o777)
            self._give_to_the_group(folder)
            return folder
        mode, name = (
            (said["secret"].get("defaultMode", 0o644), said["secret"]["secretName"])
            if "secret" in said
            else (0o644, said["configMap"]["name"])
        )
        # A node writes them into a folder of their own, and swaps that by a link.
        (folder / "..2026").mkdir()
        (folder / "..data").symlink_to("..2026")
        for file, content in self._given[name].items():
            there = folder / "..2026" / file
            there.write_text(content)
            os.chown(there, 0, self._group)
            there.chmod(mode)
            (folder / file).symlink_to(f"..data/{file}")
        return folder

    def _give_to_the_group(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        os.chown(folder, 0, self._group)
        folder.chmod((folder.stat().st_mode & 0o7777) | 0o2770)

    def words(self, container: Mapping[str, Any]) -> list[str | Path]:
        """Return how the engine is told to make a container, up to its image."""
        safe, all_ = container["securityContext"], self.spec["securityContext"]
        files = min(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
        words: list[str | Path] = [
            *("--user", f"{all_['runAsUser']}:{all_['runAsGroup']}", "--group-add", str(all_["fsGroup"])),
            *("--ulimit", f"nofile=1024:{files}", "--ulimit", "nproc=4096:4096"),
            *("--memory", container["resources"]["limits"]["memory"].lower().removesuffix("i")),
            *(f"--cap-drop={each}" for each in safe["capabilities"]["drop"]),
        ]
        words += ["--read-only", "--read-only-tmpfs=false"] if safe["readOnlyRootFilesystem"] else []
        words += [] if safe["allowPrivilegeEscalation"] else ["--security-opt", "no-new-privileges"]
        for each in container.get("env", []):
            key = each.get("valueFrom", {}).get("secretKeyRef")
            value = self._given[key["name"]][key["key"]] if key else each["value"]
            words += ["--env", f"{each['name']}={value}"]
        words += ["--volume", f"{self._hosts}:/etc/hosts:ro"] if self._hosts else []
        for each in container["volumeMounts"]:
            source = self._volumes[each["name"]] / each.get("subPath", "")
            how = "ro" if each.get("readOnly") else "rw"
            words += ["--volume", f"{source.resolve()}:{each['mountPath']}:{how}"]
        if "command" in container:
            words += ["--entrypoint", json.dumps(container["command"])]
        return words

    def run(self, args: Sequence[str]) -> str:
        """Run the image of the first container once, with other words, where the pod would run."""
        first = self.spec["containers"][0]
        return self._engine.do("run", "--rm", "--network", "none", *self.words(first), first["image"], *args)

    def start(self) -> None:
        for each in self.spec["containers"]:
            network = f"container:{self.names[0]}" if self.names else self._network
            words = [*self.words(each), each["image"], *each.get("args", [])]
            name = f"{self._name}{each['name']}"
            how = ["--detach", "--restart", "always", "--name", name, "--network", network]
            self._engine.do("run", *how, *words)
            self.names.append(name)

    def is_ready(self, probe: str) -> bool:
        """Ask as a probe asks, every container that has it; true where all answer."""
        with_it = [each for each in self.spec["containers"] if probe in each]
        assert with_it, f"nothing has a {probe}"
        return all(self._answers(each, each[probe]) for each in with_it)

    def _answers(self, container: Mapping[str, Any], probe: Mapping[str, Any]) -> bool:
        if "exec" in probe:
            name = f"{self._name}{container['name']}"
            return self._engine.ask("exec", name, *probe["exec"]["command"]).returncode == 0
        ports = {each["name"]: each["containerPort"] for each in container.get("ports", [])}
        asked = probe.get("httpGet") or probe["tcpSocket"]
        port = ports.get(asked["port"], asked["port"])
        if "tcpSocket" in probe:  # curl says 52 or 56 of who hangs up, and 7 of who is not there
            return self._beside(["curl", "-s", f"telnet://127.0.0.1:{port}", "-m", "1"]).returncode != 7
        url = f"{asked.get('scheme', 'HTTP').lower()}://127.0.0.1:{port}{asked['path']}"
        return self.curl(url).startswith("2")

    def _beside(self, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        pid = self._engine.do("inspect", "--format", "{{.State.Pid}}", self.names[0])
        call = ["nsenter", "-t", pid, "-n", *words]
        return subprocess.run(call, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    def curl(self, url: str, *words: str) -> str:
        """Return the status with which an address in the pod answers, from beside it."""
        return self._beside(["curl", "-sk", "-o", os.devnull, "-w", "%{http_code}", *words, url]).stdout

    def stop(self) -> dict[str, int]:
        """End the pod by SIGTERM, as long as it may take; return with which code each container ended."""
        grace = str(self.spec["terminationGracePeriodSeconds"])
        for name in reversed(self.names):
            self._engine.do("stop", "--time", grace, name)
        code = "{{.State.ExitCode}}"
        return {name: int(self._engine.do("inspect", "--format", code, name)) for name in self.names}

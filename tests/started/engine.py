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
    """

    def __init__(self) -> None:
        self.place = place = Path(tempfile.mkdtemp(prefix="eqp-", dir="/var/tmp"))
        self._store = place / "store"
        self._words: list[str | Path] = ["podman", "--log-level", "error", "--root", self._store]
        self._words += ["--runroot", place / "run", "--runtime", str(_runtime())]

    def close(self) -> None:
        self.ask("rm", "--all", "--force", "--depend", "--time", "0")
        subprocess.run(["umount", self._store / "overlay"], capture_output=True, check=False)
        for _ in range(10):  # what ends a container may still be taking its mounts away
            shutil.rmtree(self.place, ignore_errors=True)
            if not self.place.exists():
                return
            time.sleep(1)

    def ask(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._words, *words], capture_output=True, text=True, check=False, timeout=900
        )

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
        told = [
            "mmdebstrap",
            "--mode=root",
            "--variant=minbase",
            "--quiet",
            "--include=nginx-light",
            "bookworm",
        ]
        subprocess.run([*told, self.place / "door.tar"], check=True, timeout=600)
        self.do("import", self.place / "door.tar", DOOR)


class Pod:
    """A pod of a manifest.

    Args:
        given: What secrets and maps have, by name: files with their content.
        claims: The volumes that stay, by the name of the claim.
    """

    def __init__(
        self,
        engine: Engine,
        spec: Mapping[str, Any],
        given: Mapping[str, Mapping[str, str]],
        claims: Mapping[str, Path],
    ) -> None:
        self._engine = engine
        self.spec = spec
        self._group = spec["securityContext"]["fsGroup"]
        self._given = given
        self._place = engine.place / "volumes"
        self._place.mkdir(exist_ok=True)
        self._volumes = dict(claims) | {each["name"]: self._volume(each) for each in spec["volumes"]}
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
            words += ["--env", f"{each['name']}={each['value']}"]
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
            network = f"container:{self.names[0]}" if self.names else "none"
            words = [*self.words(each), each["image"], *each.get("args", [])]
            self._engine.do("run", "--detach", "--name", each["name"], "--network", network, *words)
            self.names.append(each["name"])

    def is_ready(self, probe: str) -> bool:
        """Ask as a probe asks, every container that has it; true where all answer."""
        with_it = [each for each in self.spec["containers"] if probe in each]
        assert with_it, f"nothing has a {probe}"
        return all(self._answers(each, each[probe]["httpGet"]) for each in with_it)

    def _answers(self, container: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
        ports = {each["name"]: each["containerPort"] for each in container["ports"]}
        url = f"{asked['scheme'].lower()}://127.0.0.1:{ports[asked['port']]}{asked['path']}"
        return self.curl(url).startswith("2")

    def curl(self, url: str, *words: str) -> str:
        """Return the status with which an address in the pod answers, from beside it."""
        pid = self._engine.do("inspect", "--format", "{{.State.Pid}}", self.names[0])
        ask = ["curl", "-sk", "-o", os.devnull, "-w", "%{http_code}", *words, url]
        return subprocess.run(
            ["nsenter", "-t", pid, "-n", *ask], capture_output=True, text=True, check=False
        ).stdout

    def stop(self) -> dict[str, int]:
        """End the pod by SIGTERM, as long as it may take; return with which code each container ended."""
        grace = str(self.spec["terminationGracePeriodSeconds"])
        for name in reversed(self.names):
            self._engine.do("stop", "--time", grace, name)
        code = "{{.State.ExitCode}}"
        return {name: int(self._engine.do("inspect", "--format", code, name)) for name in self.names}

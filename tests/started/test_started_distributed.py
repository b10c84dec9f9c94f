"""`distributed.yaml` of Kubernetes: its pods on a network that lets through what its policies say.

No cluster is here. Each workload is started as a node would start its pod, each policy is told to the
kernel's own filter where the pod's network is, and the names of services are lines of `/etc/hosts`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml
from booted import LETTER, MAIL, ROOT, words_of_the_page
from engine import Engine, Pod, Street, why_not

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_TOKEN: Final = "0123456789abcdef0123456789abcdef"  # noqa: S105 - of this test alone
_PASSWORD: Final = "one-of-a-test"  # noqa: S105 - as above
_NAME: Final = "foi.example.gov.uk"
_CASE: Final = "FOI-2026-0001"
_PREFECT: Final = Path(sys.executable).with_name("prefect")
_OF_THE_CLUSTER: Final = ("ingress", "monitoring", "stranger")
_PODS: Final = ("registrar", "worker-1", "worker-2", "prefect", "postgres")


@pytest.fixture
def engine() -> Iterator[Engine]:
    lacking = why_not() or ", ".join(name for name in ("ip", "nft") if not shutil.which(name, path=_SBIN))
    if lacking:
        pytest.skip(lacking)
    with closing(Engine()) as made:
        yield made


@pytest.fixture
def street() -> Iterator[Street]:
    with closing(Street()) as made:
        for name in (*_PODS, *_OF_THE_CLUSTER):
            made.add(name)
        yield made


_SBIN: Final = "/usr/sbin:/usr/bin:/sbin:/bin"


def manifests() -> dict[tuple[str, str], Any]:
    text = (ROOT / "deploy/kubernetes/distributed.yaml").read_text(encoding="utf-8")
    return {(each["kind"], each["metadata"]["name"]): each for each in yaml.safe_load_all(text)}


def until(met: Callable[[], object], seconds: float, what: str) -> None:
    began = time.monotonic()
    while not met():
        assert time.monotonic() - began < seconds, what
        time.sleep(1)


def certificates(place: Path) -> Path:
    """Return a folder with what the page makes, for the names that the head of the manifest says."""
    place.mkdir()
    block = words_of_the_page("#### Certificates").replace("registrar.example.gov.uk", "registrar")
    block = block.replace("me.", "worker.").replace("laptop 23", "worker")
    subprocess.run(["sh", "-ec", block], cwd=place, check=True, capture_output=True)
    tls = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={_NAME}"]
    subprocess.run(
        [*tls, "-keyout", "tls.key", "-out", "tls.crt"], cwd=place, check=True, capture_output=True
    )
    return place


def given(files: Path) -> dict[str, dict[str, str]]:
    """Return the secrets and maps that the head of the manifest has somebody make."""

    def those(*names: str) -> dict[str, str]:
        return {name: (files / name).read_text(encoding="utf-8") for name in names}

    return {
        "equipoise-tls": those("tls.crt", "tls.key"),
        "equipoise-secrets": {"metrics.token": _TOKEN},
        "equipoise-door": {"nginx.conf": (ROOT / "deploy/container/nginx.conf").read_text(encoding="utf-8")},
        "registrar-tls": those("ca.pem", "registrar.pem", "registrar.key"),
        "worker-tls": those("ca.pem", "worker.pem", "worker.key"),
        "worker-mail": {"mail.toml": f'{MAIL}[receive]\nmaildir = "/tmp/mail"\n'},
        "prefect-secrets": {
            "postgres-password": _PASSWORD,
            "database-url": f"postgresql+asyncpg://prefect:{_PASSWORD}@postgres/prefect",
            "auth-string": f"equipoise:{_PASSWORD}",
        },
    }


def pod_of(manifest: Mapping[str, Any]) -> dict[str, Any]:
    spec = manifest["spec"].get("jobTemplate", manifest)["spec"]
    pod: dict[str, Any] = spec["template"]["spec"] if "template" in spec else spec
    return pod


def labels(manifest: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = manifest["spec"]["template"]["metadata"]["labels"]
    return found


@pytest.mark.exhaustive
def test_a_request_comes_through_the_pods_to_its_paper_within_the_policies(
    engine: Engine, street: Street
) -> None:
    said = manifests()
    engine.build("localhost/equipoise:0.1.0")
    engine.make_door()
    engine.make_database()
    hosts = engine.place / "hosts"
    hosts.write_text(
        "127.0.0.1 localhost\n" + "".join(f"{at} {name}\n" for name, at in street.addresses.items())
    )
    workloads = {
        "registrar": said["StatefulSet", "registrar"],
        "worker-1": said["Deployment", "worker"],
        "worker-2": said["Deployment", "worker"],
        "prefect": said["Deployment", "prefect"],
        "postgres": said["StatefulSet", "postgres"],
    }
    enforce(street, workloads, [each["spec"] for (kind, _), each in said.items() if kind == "NetworkPolicy"])
    secrets = given(certificates(engine.place / "certificates"))
    claims = {name: engine.place / "claims" / name for name in ("home", "backups", "key-backups", "data")}
    for each in claims.values():
        each.mkdir(parents=True)

    def pod(name: str, spec: Mapping[str, Any], *names: str) -> Pod:
        own = {each: claims[each] for each in names}
        return Pod(engine, spec, secrets, own, name=f"{name}-", network=street.namespace(name), hosts=hosts)

    found_the_home(engine, secrets, claims["home"])
    (database,) = said["StatefulSet", "postgres"]["spec"]["volumeClaimTemplates"]
    pods = {
        name: pod(
            name,
            pod_of(each),
            *([database["metadata"]["name"]] if name == "postgres" else ["home"] * (name == "registrar")),
        )
        for name, each in workloads.items()
    }
    for name in ("postgres", "prefect", "registrar", "worker-1", "worker-2"):
        pods[name].start()
        if name == "prefect":
            ready(pods["postgres"], "readinessProbe")
            ready(pods["prefect"], "startupProbe", "readinessProbe", "livenessProbe")
            deploy_the_flows(street)
    for name in ("worker-1", "worker-2"):
        ready(pods[name], "livenessProbe")
    ready(pods["registrar"], "startupProbe", "readinessProbe", "livenessProbe")

    for name in ("worker-1", "worker-2"):
        write_a_letter(engine.place / "volumes" / f"{name}-" / "tmp")
    publish_the_case(engine, claims["home"] / "home")
    check_who_is_let_through(street)
    backup = said["CronJob", "backup"]
    alone = Pod(
        engine,
        pod_of(backup),
        secrets,
        {name: claims[name] for name in ("home", "backups", "key-backups")},
        name="backup-",
    )
    alone.run(pod_of(backup)["containers"][0]["args"])
    assert [len([*claims[name].iterdir()]) for name in ("backups", "key-backups")] == [1, 1]
    for name in ("worker-1", "worker-2", "registrar"):
        ended = pods[name].stop()
        assert {*ended.values()} == {0}, ended
    found_the_home(engine, secrets, claims["home"], "audit")
    found_the_home(engine, secrets, claims["home"], "doctor")


def enforce(street: Street, workloads: Mapping[str, Any], policies: list[Any]) -> None:
    labelled = {name: labels(each) for name, each in workloads.items()}
    around = {name: {"kubernetes.io/metadata.name": name} for name in _OF_THE_CLUSTER}
    for name in workloads:
        street.enforce(name, labelled[name], policies, labelled | around)


def found_the_home(engine: Engine, secrets: Mapping[str, Any], home: Path, *words: str) -> None:
    """Make the home, or ask something of it, in the pod of `found.yaml` with the names of this manifest."""
    text = (ROOT / "deploy/kubernetes/found.yaml").read_text(encoding="utf-8")
    spec = yaml.safe_load(text.replace("home-equipoise-0", "home"))["spec"]
    pod = Pod(engine, spec, secrets, {"home": home}, name="found-")
    pod.run(words or spec["containers"][0]["args"])
    if words:
        return
    pod.run(["desk", "set", "--origin", f"https://{_NAME}", "--as", "administrator"])
    for role in ("foi-officer", "legal-reviewer", "sign-off-officer"):
        pod.run(["officer", "add", role, "--role", role, "--as", "administrator"])
    for name, file in {"registrar.toml": '[certificates]\nworker = "worker"\n', "mail.toml": MAIL}.items():
        (home / "home" / name).write_text(file)
        os.chown(home / "home" / name, 10001, 10001)
        (home / "home" / name).chmod(0o600)


def ready(pod: Pod, *probes: str) -> None:
    for probe in probes:
        until(partial(pod.is_ready, probe), 240, f"{pod.names}: the {probe} is not answered")


def deploy_the_flows(street: Street) -> None:
    """Through the port of the pod, as `kubectl port-forward` leads to it, by the words of the page."""
    asked = [f"PREFECT_API_AUTH_STRING=equipoise:{_PASSWORD}", "PREFECT_API_URL=http://127.0.0.1:4200/api"]
    for line in words_of_the_page("### On a Prefect work pool", "work-pool create").splitlines():
        if line.startswith("prefect "):
            words = line.replace("deploy/", f"{ROOT}/deploy/").split()
            done = street.inside("prefect", ["env", *asked, str(_PREFECT), *words[1:]])
            assert done.returncode == 0, done.stdout + done.stderr


def write_a_letter(tmp: Path) -> None:
    for name in ("new", "cur", "tmp"):
        (tmp / "mail" / name).mkdir(parents=True)
    (tmp / "mail/new/one").write_text(LETTER)
    for path in (tmp / "mail", *(tmp / "mail").rglob("*")):
        os.chown(path, 10001, 10001)


def publish_the_case(engine: Engine, home: Path) -> None:
    """Take it to its paper, by the commands in the container of the desk, which ask the registrar."""
    ask = ("exec", "registrar-desk", "equipoise")
    text = (ROOT / "cases/4593_26/assessment.yaml").read_text(encoding="utf-8")
    (home.parent / "assessment.yaml").write_text(text.replace("reference: 4593_26", f"reference: {_CASE}", 1))
    (home.parent / "summary").write_text("The patrol plan.\n")
    until(lambda: "drafting" in engine.ask(*ask, "queue").stdout, 300, "no first draft")
    files = ["/srv/equipoise/assessment.yaml", "--summary", "/srv/equipoise/summary"]
    engine.do(*ask, "draft", _CASE, *files, "--subject", "The patrol plan", "--as", "foi-officer")
    engine.do(*ask, "submit", _CASE, "--version", "2", "--as", "foi-officer")
    until(lambda: [*(home / "notices").glob("*legal-review*")], 300, "nobody was told")
    for gate, who in (("legal-review", "legal-reviewer"), ("balancing", "sign-off-officer")):
        engine.do(*ask, "approve", _CASE, "--gate", gate, "--version", "2", "--as", who)
    until((home / f"published/{_CASE}.pdf").exists, 300, "no paper")


def check_who_is_let_through(street: Street) -> None:
    def reached(asking: str, asked: str, port: int) -> bool:
        words = ["curl", "-sk", "-m", "3", f"telnet://{street.addresses[asked]}:{port}"]
        # 28 is the time that is over, with or without a connection; the line says which.
        done = street.inside(asking, [*words, "-w", "%{time_connect}", "-o", os.devnull])
        return float(done.stdout or 0) > 0

    for asked, port in (("registrar", 8443), ("registrar", 8430), ("prefect", 4200), ("postgres", 5432)):
        assert not reached("stranger", asked, port), (asked, port)
    assert reached("ingress", "registrar", 8443)
    assert not reached("ingress", "registrar", 8430)
    assert reached("worker-1", "registrar", 8430)
    assert not reached("worker-1", "registrar", 8443)
    assert not reached("worker-1", "postgres", 5432)
    assert reached("prefect", "postgres", 5432)

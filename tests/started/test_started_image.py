"""The image built by an engine of containers, and started as `equipoise.yaml` of Kubernetes asks nodes to."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml
from booted import ROOT
from engine import Engine, Pod, why_not

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME: Final = "foi.example.gov.uk"
_TOKEN: Final = "0123456789abcdef0123456789abcdef"  # noqa: S105 - of this test alone
_IMAGE: Final = "localhost/equipoise:0.1.0"


@pytest.fixture
def engine() -> Iterator[Engine]:
    if lacking := why_not():
        pytest.skip(lacking)
    made = Engine()
    try:
        yield made
    finally:
        made.close()


def certificate(place: Path) -> dict[str, str]:
    """Return a certificate that is its own authority, under the names of a secret of Kubernetes."""
    key, file = place / "tls.key", place / "tls.crt"
    told = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
    subprocess.run([*told, "-keyout", key, "-out", file], check=True, capture_output=True)
    return {each.name: each.read_text() for each in (key, file)}


def stateful() -> dict[str, Any]:
    manifest = (ROOT / "deploy/kubernetes/equipoise.yaml").read_text(encoding="utf-8")
    found = {each["kind"]: each for each in yaml.safe_load_all(manifest)}
    spec: dict[str, Any] = found["StatefulSet"]["spec"]
    return spec


def until(met: Any, seconds: float, what: str) -> None:
    began = time.monotonic()
    while not met():
        assert time.monotonic() - began < seconds, what
        time.sleep(1)


@pytest.mark.exhaustive
def test_a_pod_of_the_image_answers_its_probes_publishes_a_case_and_ends_well(engine: Engine) -> None:
    engine.build(_IMAGE)
    engine.make_door()
    state, home = stateful(), engine.place / "home"
    (claim,) = state["volumeClaimTemplates"]
    given = {
        "equipoise-tls": certificate(engine.place),
        "equipoise-secrets": {"metrics.token": _TOKEN},
        "equipoise-door": {"nginx.conf": (ROOT / "deploy/container/nginx.conf").read_text(encoding="utf-8")},
    }
    pod = Pod(engine, state["template"]["spec"], given, {claim["metadata"]["name"]: home})
    pod.run(["init", "--authority", "West Midlands Police", "--body", "other"])
    pod.run(["desk", "set", "--origin", f"https://{NAME}", "--as", "administrator"])
    for role in ("foi-officer", "legal-reviewer", "sign-off-officer"):
        pod.run(["officer", "add", role, "--role", role, "--as", "administrator"])

    pod.start()

    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        until(lambda probe=probe: pod.is_ready(probe), 120, f"the {probe} is not answered")
    check_it_is_confined(engine)
    metrics = f"https://{NAME}/metrics"
    here = ("--connect-to", "::127.0.0.1:8443")
    assert pod.curl(metrics, *here) == "404"
    assert pod.curl(metrics, *here, "-H", f"Authorization: Bearer {_TOKEN}") == "200"
    assert pod.curl(f"https://{NAME}/sign-in", *here) == "200"
    publish_a_case(engine, home / "home")
    assert pod.stop() == {"equipoise": 0, "door": 0}
    pod.run(["audit"])
    pod.run(["doctor"])


def check_it_is_confined(engine: Engine) -> None:
    for container in ("equipoise", "door"):
        for place in ("/", "/etc", "/usr"):
            assert engine.ask("exec", container, "touch", f"{place}/written").returncode != 0, (
                container,
                place,
            )
    assert engine.do("exec", "equipoise", "id", "-u") == "10001"
    status = engine.do("exec", "equipoise", "cat", "/proc/1/status")
    assert "CapBnd:\t0000000000000000" in status
    assert "NoNewPrivs:\t1" in status
    assert "Seccomp:\t2" in status


def publish_a_case(engine: Engine, home: Path) -> None:
    """Take a request in and a case through to its paper, as people would by the commands in the container."""
    ask = ("exec", "equipoise", "equipoise")
    fresh = home.parent / "new"
    shutil.copytree(ROOT / "cases/1146A-22", fresh)
    for path in (fresh, *fresh.rglob("*")):
        os.chown(path, 10001, 10001)
    fresh.rename(home / "inbox" / "new")
    until(lambda: "drafting" in engine.do(*ask, "queue"), 120, "no first draft")
    engine.do(*ask, "submit", "1146A/22", "--version", "1", "--as", "foi-officer")
    until(lambda: [*(home / "notices").glob("*legal-review*")], 120, "nobody was told")
    for gate, who in (("legal-review", "legal-reviewer"), ("balancing", "sign-off-officer")):
        engine.do(*ask, "approve", "1146A/22", "--gate", gate, "--version", "1", "--as", who)
    until((home / "published/1146A-22.pdf").exists, 120, "no paper")

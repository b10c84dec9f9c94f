"""The manifests of deploy/kubernetes/ are what Kubernetes takes, and say what the program has."""

from __future__ import annotations

import ast
import asyncio
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

import kubernetes_validate
import pytest
import yaml
from click.testing import CliRunner
from opentelemetry.exporter.otlp.proto.http.trace_exporter import DEFAULT_ENDPOINT
from prefect.client.schemas.objects import Flow, FlowRun
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, PREFECT_HOME, temporary_settings
from prefect_kubernetes.settings import KubernetesSettings
from prefect_kubernetes.worker import KubernetesWorker, KubernetesWorkerJobConfiguration

from flows.casework.mail_settings import mail_settings
from flows.desk.cli.keeping import init
from flows.desk.cli.main import main
from flows.desk.web.routes import ROUTES
from flows.document.signing.credential import faults
from flows.engine.deployment import AT_HOME, POOL
from flows.engine.server import PORT
from flows.engine.settings import DESK_PORT, RUN_SETTINGS
from flows.files import folder
from flows.home import Home
from flows.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEPLOY: Final = folder("deploy")
KUBERNETES: Final = "1.37"
FILES: Final = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
DOOR: Final = (DEPLOY / "container" / "nginx.conf").read_text(encoding="utf-8")
IMAGE: Final = (DEPLOY / "container" / "Containerfile").read_text(encoding="utf-8")


@cache
def said(file: Path) -> list[dict[str, Any]]:
    return [*yaml.safe_load_all(file.read_text(encoding="utf-8"))]


SPREAD: Final = said(DEPLOY / "kubernetes" / "distributed.yaml")
JOBS: Final = said(DEPLOY / "kubernetes" / "jobs.yaml")


SECRET: Final = "equipoise:one-of-a-test"  # noqa: S105 - of this test alone
"""What a run asks Prefect with."""


def submitted(flow: str) -> dict[str, Any]:
    """Return the job that Prefect's own worker makes of a run, told what it is told in `jobs.yaml`."""
    file = yaml.safe_load((DEPLOY / "prefect-kubernetes.yaml").read_text(encoding="utf-8"))
    (deployed,) = (each for each in file["deployments"] if each["name"] == flow)
    template = json.loads((DEPLOY / "kubernetes" / "job.json").read_text(encoding="utf-8"))
    ((_, _, pod),) = pods_of(JOBS)
    (own,) = pod["containers"]
    told = {each["name"]: each.get("value", SECRET) for each in own["env"]}

    async def make() -> dict[str, Any]:
        worker = KubernetesWorker(work_pool_name=POOL)
        job = await KubernetesWorkerJobConfiguration.from_template_and_values(
            base_job_template=template, values=deployed["work_pool"]["job_variables"]
        )
        run = FlowRun(id=uuid4(), flow_id=uuid4(), name="intake A/1", deployment_id=uuid4())
        job.prepare_for_flow_run(run, flow=Flow(name=flow, labels={}))
        settings = KubernetesSettings().worker
        assert settings.api_auth_string_secret_name
        assert settings.api_auth_string_secret_key
        await worker._replace_env_variable_with_secret(
            env_variable_name="PREFECT_API_AUTH_STRING",
            configuration=job,
            secret_name=settings.api_auth_string_secret_name,
            secret_key=settings.api_auth_string_secret_key,
        )
        manifest: dict[str, Any] = job.job_manifest
        return manifest

    asks = {
        PREFECT_API_URL: told["PREFECT_API_URL"],
        PREFECT_API_AUTH_STRING: SECRET,
        PREFECT_HOME: told["PREFECT_HOME"],
    }
    with pytest.MonkeyPatch.context() as patch, temporary_settings(asks):
        for name, value in told.items():
            patch.setenv(name, value)
        return asyncio.run(make())


def pods_of(manifests: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield the name of each workload, the labels of its pods, and what they are."""
    for each in manifests:
        spec = each.get("spec", {})
        template = spec.get("jobTemplate", {}).get("spec", spec).get("template")
        template = each if each["kind"] == "Pod" else template
        if template:
            yield each["metadata"]["name"], template["metadata"]["labels"], template["spec"]


def containers() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for name, _, pod in pods_of(SPREAD):
        for each in pod["containers"]:
            yield f"{name}: {each['name']}", each, pod


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_kubernetes_takes_every_manifest(file: Path) -> None:
    for each in said(file):
        kubernetes_validate.validate(each, KUBERNETES, strict=True)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_nothing_may_do_more_than_it_has_to(file: Path) -> None:
    for name, _, pod in pods_of(said(file)):
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["enableServiceLinks"] is False, name
        assert pod["securityContext"]["runAsNonRoot"], name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        there = {each["name"] for each in pod["volumes"]} | {
            claim["metadata"]["name"]
            for each in said(file)
            if each["metadata"]["name"] == name
            for claim in each.get("spec", {}).get("volumeClaimTemplates", [])
        }
        for each in pod["containers"]:
            safe = each["securityContext"]
            assert (safe["readOnlyRootFilesystem"], safe["allowPrivilegeEscalation"]) == (True, False)
            assert safe["capabilities"] == {"drop": ["ALL"]}
            assert "memory" in each["resources"]["limits"]
            assert {mount["name"] for mount in each["volumeMounts"]} <= there


def test_what_a_container_starts_is_a_command_with_settings_that_there_are(tmp_path: Path) -> None:
    for where, each, _ in containers():
        if not each["image"].startswith("equipoise:"):
            continue
        given = {one["name"]: one.get("value", "") for one in each["env"]}
        assert [*Settings(Home(tmp_path), given).strange()] == [], where
        if "command" not in each:
            words = each["args"]
            commands = [word for word in words if not word.startswith("-")]
            help_ = CliRunner().invoke(main, [*commands[:2], "--help"]).output
            for option in (word.split("=")[0] for word in words if word.startswith("--")):
                assert option in help_, where
            assert help_.startswith("Usage: "), where
        elif each["command"][1] == "worker":
            assert each["command"][:6] == ["prefect", "worker", "start", "--pool", POOL, "--work-queue"]
            assert each["command"][6] == (AT_HOME if where.startswith("registrar") else "default")
        folders = [mount["mountPath"] for mount in each["volumeMounts"]]
        files = {name: value for name, value in given.items() if not name.endswith("_URL")}
        for path in (value for value in files.values() if value.startswith("/")):
            assert any(Path(path).is_relative_to(mounted) for mounted in folders), (where, path)
    assert f"USER {10001}:{10001}" in IMAGE


def test_the_home_is_made_in_the_volume_of_the_pod_that_then_has_it() -> None:
    (_, _, pod), *_ = pods_of(said(DEPLOY / "kubernetes" / "found.yaml"))
    (makes,) = pod["containers"]
    (state,) = (
        each for each in said(DEPLOY / "kubernetes" / "equipoise.yaml") if each["kind"] == "StatefulSet"
    )
    has = next(
        each for each in state["spec"]["template"]["spec"]["containers"] if each["name"] == "equipoise"
    )

    assert init.make_context("equipoise init", makes["args"][1:]).params["body"] == "other"
    (claim,) = state["spec"]["volumeClaimTemplates"]
    volumes = {
        each["name"]: each.get("persistentVolumeClaim", {}).get("claimName") for each in pod["volumes"]
    }
    assert volumes["home"] == f"{claim['metadata']['name']}-{state['metadata']['name']}-0"
    assert pod["securityContext"] == state["spec"]["template"]["spec"]["securityContext"]
    assert makes["image"] == has["image"]
    assert [one for one in has["env"] if one["name"] == "EQUIPOISE_HOME"] == makes["env"]
    assert {"name": "home", "mountPath": "/srv/equipoise"} in [*makes["volumeMounts"]]
    assert {"name": "home", "mountPath": "/srv/equipoise"} in [*has["volumeMounts"]]


def test_every_secret_and_map_that_is_named_is_made_by_the_words_at_the_head() -> None:
    head = (DEPLOY / "kubernetes" / "distributed.yaml").read_text("utf-8").partition("apiVersion")[0]
    made = set(re.findall(r"create (?:secret \w+|configmap) (\S+)", head))
    named: set[str] = set()
    for _, _, pod in pods_of(SPREAD):
        named |= {each["secret"]["secretName"] for each in pod["volumes"] if "secret" in each}
        named |= {each["configMap"]["name"] for each in pod["volumes"] if "configMap" in each}
        for each in pod["containers"]:
            for one in each.get("env", []):
                if "valueFrom" in one:
                    key = one["valueFrom"]["secretKeyRef"]
                    named.add(key["name"])
                    assert f"--from-literal={key['key']}=" in head
    assert named == made
    claimed = {
        each["persistentVolumeClaim"]["claimName"]
        for _, _, pod in pods_of(SPREAD)
        for each in pod["volumes"]
        if "persistentVolumeClaim" in each
    }
    assert claimed == {each["metadata"]["name"] for each in SPREAD if each["kind"] == "PersistentVolumeClaim"}


def test_whoever_is_asked_listens_there_and_whoever_asks_is_let_through() -> None:
    labels = {name: label for name, label, _ in pods_of(SPREAD)}
    ports = {
        name: {
            each["name"]: each["containerPort"] for one in pod["containers"] for each in one.get("ports", [])
        }
        for name, _, pod in pods_of(SPREAD)
    }
    by_label = {tuple(label.items()): name for name, label in labels.items()}
    services = {each["metadata"]["name"]: each["spec"] for each in SPREAD if each["kind"] == "Service"}
    serves: dict[str, tuple[str, int]] = {}
    for name, spec in services.items():
        pod = by_label[tuple(spec["selector"].items())]
        (port,) = spec["ports"]
        serves[f"{name}:{port['port']}"] = pod, ports[pod][port["targetPort"]]
    policies = {each["metadata"]["name"]: each["spec"] for each in SPREAD if each["kind"] == "NetworkPolicy"}
    asks = [
        (where.partition(":")[0], serves[f"{host}:{port}"])
        for where, each, _ in containers()
        for one in each.get("env", [])
        for host, port in re.findall(r"https?://(\w+):(\d+)", one.get("value", ""))
    ]
    assert {("worker", ("registrar", 8430)), ("worker", ("prefect", 4200))} < set(asks)
    for asking, (asked, port) in [*asks, ("prefect", serves["postgres:5432"])]:
        peer = {"podSelector": {"matchLabels": labels[asking]}}
        goes_in = [each for each in policies[asked]["ingress"] if peer in each["from"]]
        assert any(one["port"] == port for each in goes_in for one in each["ports"]), (asking, asked)
        peer = {"podSelector": {"matchLabels": labels[asked]}}
        goes_out = [each for each in policies[asking]["egress"] if peer in each.get("to", [])]
        assert any(one["port"] == port for each in goes_out for one in each["ports"]), (asking, asked)
    assert policies["nothing"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_one_writes_beside_the_desk_and_the_backup_is_taken_where_the_home_is() -> None:
    found = {each["metadata"]["name"]: each["spec"] for each in SPREAD if "template" in str(each.get("spec"))}
    assert found["registrar"]["replicas"] == 1
    backup = found["backup"]["jobTemplate"]["spec"]["template"]["spec"]
    (near,) = backup["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert near["topologyKey"] == "kubernetes.io/hostname"
    assert near["labelSelector"]["matchLabels"] == found["registrar"]["template"]["metadata"]["labels"]
    assert f"listen {8443} ssl" in DOOR
    assert f"127.0.0.1:{DESK_PORT}" in DOOR
    assert "/health" in {route.path for route in ROUTES if route.open_to is None}


@pytest.mark.parametrize("flow", ["mail", "publication"])
def test_the_job_of_a_run_is_one_that_kubernetes_takes_within_the_policies_of_a_worker(flow: str) -> None:
    job = submitted(flow)
    pod, labels = job["spec"]["template"]["spec"], job["spec"]["template"]["metadata"]["labels"]
    for each in ("parallelism", "completions"):  # which Prefect wants in the pod too, and no cluster takes
        assert pod.pop(each) == job["spec"][each] == 1
    kubernetes_validate.validate(job, KUBERNETES, strict=True)
    ((_, as_labelled, worker),) = (each for each in pods_of(SPREAD) if each[0] == "worker")
    (run,), (works,) = pod["containers"], worker["containers"]

    assert job["metadata"]["namespace"] == SPREAD[0]["metadata"]["name"]
    assert as_labelled.items() <= labels.items()
    assert (pod["restartPolicy"], job["spec"]["backoffLimit"]) == ("Never", 0)
    for key in ("automountServiceAccountToken", "enableServiceLinks", "securityContext", "volumes"):
        assert pod[key] == worker[key]
    for key in ("securityContext", "resources", "volumeMounts", "image"):
        assert run[key] == works[key]
    # The image's own entrance would take these for words of its own.
    assert [*run["command"], *run["args"]] == ["/usr/bin/env", "prefect", "flow-run", "execute"]
    assert SECRET not in str(job)
    environment = {each["name"]: each for each in run["env"]}
    assert len(environment) == len(run["env"])
    for each in works["env"]:
        assert environment[each["name"]] == each
    assert {name: environment[name]["value"] for name in RUN_SETTINGS} == RUN_SETTINGS


def test_what_makes_jobs_has_leave_for_no_more_and_reaches_what_it_asks() -> None:
    found = {each["kind"]: each for each in JOBS}
    ((name, labels, pod),) = pods_of(JOBS)
    policies = {each["metadata"]["name"]: each["spec"] for each in JOBS if each["kind"] == "NetworkPolicy"}

    for rule in found["Role"]["rules"]:
        assert rule["resources"] == ["jobs"] or {*rule["verbs"]} == {"get", "list", "watch"}
    assert "secrets" not in str(found["Role"])
    assert found["RoleBinding"]["roleRef"]["name"] == found["Role"]["metadata"]["name"]
    (subject,) = found["RoleBinding"]["subjects"]
    assert subject["name"] == found["ServiceAccount"]["metadata"]["name"] == pod["serviceAccountName"]
    assert policies[name]["podSelector"] == {"matchLabels": labels}
    assert goes_out(policies[name]) == {"prefect": {PORT}, "": {443, 6443}}
    (comes_in,) = policies["prefect-from-job-worker"]["ingress"]
    assert comes_in["from"] == [{"podSelector": {"matchLabels": labels}}]


def test_the_audit_goes_where_the_words_at_the_head_have_it_taken() -> None:
    head = (DEPLOY / "kubernetes" / "jobs.yaml").read_text("utf-8").partition("apiVersion")[0]
    (patch,) = (json.loads(each)[0] for each in re.findall(r"-p '(.+)'", head))
    file = yaml.safe_load((DEPLOY / "prefect-kubernetes.yaml").read_text(encoding="utf-8"))
    pools = {each["name"]: each["work_pool"] for each in file["deployments"]}
    there: Any = next(
        each for each in SPREAD if (each["kind"], each["metadata"]["name"]) == ("StatefulSet", "registrar")
    )
    *way, last = patch["path"].strip("/").split("/")
    for each in way:
        there = there[int(each)] if each.isdigit() else there[each]

    assert there[3:4] == ["--pool"]
    assert (there[int(last)], patch["value"]) == (POOL, pools["auditing"]["name"])
    assert there[6] == pools["auditing"]["work_queue_name"]
    assert {each["name"] for name, each in pools.items() if name != "auditing"} == {POOL}


CLIENTS: Final = re.compile(
    r"(http\.client|urllib\.request|imaplib|smtplib|ftplib|telnetlib|requests|httpx|aiohttp|asyncio\.streams"
    r"|pyhanko\.sign\.timestamps|pyhanko_certvalidator\.fetchers|opentelemetry\.exporter)\b"
)
"""What somebody elsewhere can be asked with."""
ASKING: Final = {
    "document/signing/material.py",  # lists of revoked certificates, where a certificate says
    "document/signing/pades.py",  # time-stamps
    "engine/server.py",  # a server of its own, on loopback
    "fetching.py",  # sign-in, witnesses, Prefect
    "notices/relay.py",
    "registrar/connection.py",
    "sources/mail/mailbox.py",
    "tracing.py",
}
WELL_KNOWN: Final = {"http": 80, "https": 443}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.exhaustive
def test_nothing_asks_anybody_elsewhere_that_the_policies_were_not_written_for() -> None:
    root = folder("flows")
    found = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if any(CLIENTS.match(name) for name in imported(path))
    }
    assert found == ASKING


def web() -> set[int]:
    """Return the ports of the schemes by which a time-stamp authority may be named; the others take fewer."""
    schemes = {"http", "https", "ftp", "ldap", "file"}
    refused = {
        scheme
        for scheme in schemes
        if "time-stamp" in {each.path for each in faults({"time-stamp": f"{scheme}://tsa.example"})}
    }
    return {WELL_KNOWN[scheme] for scheme in schemes - refused}


def mail_ports(tmp_path: Path) -> tuple[set[int], set[int]]:
    """Return the ports of a mailbox and of a relay, where `mail.toml` names none, whatever it says of TLS."""
    home, box, relay = Home(tmp_path), set[int](), set[int]()
    for tls in ("tls", "starttls"):
        lines = ['address = "foi@northshire.example"', "[receive]", 'imap = "imap.northshire.example"']
        lines += ['user = "foi"', 'password = "mail.password"', "[send]"]
        lines += ['smtp = "relay.northshire.example"', f'tls = "{tls}"']
        home.mail_file.write_text("\n".join(lines), encoding="utf-8")
        (tmp_path / "mail.password").touch(0o600)
        settings = mail_settings(home)
        assert settings
        assert settings.imap
        assert settings.relay
        box.add(settings.imap.port)
        relay.add(settings.relay.port)
    return box, relay


def goes_out(policy: Mapping[str, Any]) -> dict[str, set[int]]:
    """Return the ports that a policy lets through, by where to: a namespace, a pod, or anywhere."""
    found: dict[str, set[int]] = {}
    for rule in policy["egress"]:
        (peer,) = rule.get("to", [{}])
        labels = [value for selector in peer.values() for value in selector["matchLabels"].values()]
        assert {each["protocol"] for each in rule["ports"]} <= {"TCP", "UDP"}
        found.setdefault("".join(labels), set()).update(each["port"] for each in rule["ports"])
    return found


def test_the_policies_let_through_what_the_program_may_ask_and_nothing_else(tmp_path: Path) -> None:
    box, relay = mail_ports(tmp_path)
    traces = urlsplit(DEFAULT_ENDPOINT).port
    assert traces
    prefect = {"prefect": {PORT}}
    watched = {"monitoring": {traces}}
    (alone,) = (
        each["spec"]
        for each in said(DEPLOY / "kubernetes" / "equipoise.yaml")
        if each["kind"] == "NetworkPolicy"
    )
    spread = {each["metadata"]["name"]: each["spec"] for each in SPREAD if each["kind"] == "NetworkPolicy"}

    assert goes_out(alone) == {**watched, "kube-system": {53}, "": {*box, *relay, *web()}}
    assert goes_out(spread["registrar"]) == {**watched, **prefect, "": {*relay, *web()}}
    assert goes_out(spread["worker"]) == {**watched, **prefect, "registrar": {8430}, "": box}
    assert goes_out(spread["prefect"]) == {"postgres": {5432}}
    assert goes_out(spread["names"]) == {"kube-system": {53}}
    assert {*spread} == {"nothing", "names", "registrar", "worker", "prefect", "postgres"}

"""The units, the container and the manifests in deploy/ say what the program understands, and agree."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import pytest
import yaml
from prefect.client.schemas.objects import FlowRun
from prefect_docker.worker import DockerWorkerJobConfiguration

from flows.desk.cli.backing_up import backup
from flows.desk.cli.desk import desk
from flows.desk.cli.main import COMMANDS
from flows.desk.cli.registrar import registrar
from flows.desk.web.routes import ROUTES
from flows.engine import authorities
from flows.engine.deployment import AT_HOME, POOL
from flows.engine.settings import DESK_PORT
from flows.engine.worker import EquipoiseWorker
from flows.files import folder
from flows.home import Home
from flows.settings import TABLE, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEPLOY: Final = folder("deploy")
PAGE: Final = (DEPLOY.parent / "docs" / "operating.md").read_text(encoding="utf-8")
UNITS: Final = sorted((DEPLOY / "systemd").glob("*.service"))
AUTHORITY: Final = "northshire"
FILES: Final = sorted(
    path for path in DEPLOY.rglob("*") if path.is_file() and path.parent.name != "__pycache__"
)
systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")


def read(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def manifests() -> dict[str, Any]:
    return {each["kind"]: each for each in yaml.safe_load_all(read("kubernetes/equipoise.yaml"))}


def compose(name: str = "compose") -> Any:
    return yaml.safe_load(read(f"container/{name}.yaml"))


def read_unit(path: Path) -> str:
    """Return the text of a unit; of one for several authorities, as it is for one of them."""
    return path.read_text(encoding="utf-8").replace("%i", AUTHORITY)


def lines_of(unit: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^([A-Z]\w+)=(.*)$", read_unit(unit), re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


@systemd
def test_systemd_finds_no_fault_with_a_unit_and_calls_each_well_protected(tmp_path: Path) -> None:
    for path in (DEPLOY / "systemd").glob("equipoise*"):
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", path.read_text("utf-8"), flags=re.MULTILINE)
        (tmp_path / path.name.replace("@.", f"@{AUTHORITY}.")).write_text(text, encoding="utf-8")
    units = [str(path) for ending in ("service", "timer") for path in sorted(tmp_path.glob(f"*.{ending}"))]

    verified = subprocess.run(
        ["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False
    )
    assert (verified.returncode, verified.stderr) == (0, "")
    # systemd's own scale, on which 10 is no protection; a unit that says nothing has 9.6.
    ask = ["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=15"]
    for unit in sorted(tmp_path.glob("*.service")):
        judged = subprocess.run([*ask, str(unit)], capture_output=True, text=True, check=False)
        assert judged.returncode == 0, judged.stdout.splitlines()[-1]


def test_what_a_unit_starts_is_a_command_by_an_account_that_is_made_for_it() -> None:
    accounts = re.findall(r"^u +(\S+)", read("systemd/equipoise.sysusers.conf"), re.MULTILINE)
    (job,) = (
        each
        for each in yaml.safe_load_all(read("kubernetes/distributed.yaml"))
        if each["kind"] == "CronJob" and each["metadata"]["name"] == "backup"
    )
    backups = [job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["args"]]
    backups.append(compose()["services"]["backup"]["command"])
    for unit in UNITS:
        said = lines_of(unit)
        program, *words = shlex.split(said["ExecStart"][0])
        if Path(program).name == "equipoise":
            assert words[0] in COMMANDS
            if words[0] == "backup":
                backups.append(words)
        else:
            assert Path(program).name == "prefect"
            assert words[:2] in (["worker", "start"], ["server", "start"], ["server", "services"])
            own = AUTHORITY if "@" in unit.name else ""
            if own:  # starts nothing for another, and has the home: it serves every queue
                accounts.append(authorities.pool(own))  # as its head says
                assert words[2:] == ["--type", EquipoiseWorker.type, "--pool", authorities.pool(own)]
            assert words[0] == "server" or own or words[2:5] == ["--pool", POOL, "--work-queue"]
            assert words[0] == "server" or own or words[5] in {AT_HOME, "default"}
            # Prefect ends with 0 after what it took for the end, too, and nobody would start it again.
            assert said["Restart"] == ["always"]
        assert said["User"][0] in accounts
    beside = lines_of(DEPLOY / "systemd" / "equipoise-desk.service")
    asks = dict(line.split("=", 1) for line in beside["Environment"])["EQUIPOISE_REGISTRAR"]
    (writer,) = lines_of(DEPLOY / "systemd" / "equipoise-registrar.service")["ExecStart"]
    assert writer.endswith(f" --socket {asks.removeprefix('unix:')}")
    for words in backups:  # each as the command takes it, and a disk that does not fill
        assert backup.make_context("equipoise backup", words[1:]).params["keep"] > 1
    for timer in (DEPLOY / "systemd").glob("*.timer"):
        assert timer.with_suffix(".service") in UNITS


def environments() -> Iterator[tuple[str, Mapping[str, str]]]:
    for unit in UNITS:
        yield unit.name, dict(line.split("=", 1) for line in lines_of(unit).get("Environment", []))
    for file in ("compose", "compose.registrar"):
        for name, service in compose(file)["services"].items():
            yield f"{file}: {name}", service.get("environment", {})
    (pod,) = (each["spec"]["template"]["spec"] for each in [manifests()["StatefulSet"]])
    for each in pod["containers"]:
        yield f"pod: {each['name']}", {one["name"]: one["value"] for one in each.get("env", [])}
    pairs = re.findall(r"^ +(EQUIPOISE_\w+)=(\S+)", read("container/Containerfile"), re.MULTILINE)
    yield "Containerfile", dict(pairs)


def test_every_variable_that_deploy_sets_is_a_setting_with_a_value_that_it_takes(tmp_path: Path) -> None:
    seen = 0
    for where, said in environments():
        settings = Settings(Home(tmp_path), said)  # refuses a value that cannot be
        assert [*settings.strange()] == [], where
        seen += len(said)
    assert seen > 10
    named = {name for path in FILES for name in re.findall(r"\bEQUIPOISE_[A-Z_]+\b", path.read_text("utf-8"))}
    assert named - {each.variable for each in TABLE} == {"EQUIPOISE_PORT"}  # of which a comment warns


def test_the_manifests_agree_with_each_other_the_door_and_the_image() -> None:
    found, door = manifests(), read("container/nginx.conf")
    state, service, network = (found[kind] for kind in ("StatefulSet", "Service", "NetworkPolicy"))
    pod = state["spec"]["template"]["spec"]
    by_name = {each["name"]: each for each in pod["containers"]}
    (port,) = by_name["door"]["ports"]
    assert f"listen {port['containerPort']} ssl" in door
    assert [each["targetPort"] for each in service["spec"]["ports"]] == [port["name"]]
    assert network["spec"]["ingress"][0]["ports"] == [{"protocol": "TCP", "port": port["containerPort"]}]
    assert service["spec"]["selector"] == state["spec"]["template"]["metadata"]["labels"]
    assert state["spec"]["selector"]["matchLabels"] == service["spec"]["selector"]
    # One writer; and no variables of the cluster that look like settings.
    assert (state["spec"]["replicas"], pod["enableServiceLinks"]) == (1, False)
    for name in ("startupProbe", "readinessProbe", "livenessProbe"):
        asks = by_name["door"][name]["httpGet"]
        assert (asks["port"], asks["scheme"]) == (port["name"], "HTTPS")
        assert f"location = {asks['path']} " in door
    there = {each["name"] for each in pod["volumes"]} | {
        each["metadata"]["name"] for each in state["spec"]["volumeClaimTemplates"]
    }
    for each in pod["containers"]:
        assert {mount["name"] for mount in each["volumeMounts"]} <= there
        safe = each["securityContext"]
        assert (safe["readOnlyRootFilesystem"], safe["allowPrivilegeEscalation"]) == (True, False)
        assert safe["capabilities"] == {"drop": ["ALL"]}
    user = pod["securityContext"]["runAsUser"]
    assert f"USER {user}:{user}" in read("container/Containerfile")
    env = {one["name"]: one["value"] for one in by_name["equipoise"]["env"]}
    mounts = {each["name"]: each["mountPath"] for each in by_name["equipoise"]["volumeMounts"]}
    assert env["CREDENTIALS_DIRECTORY"] == mounts["secrets"]
    assert Path(env["EQUIPOISE_HOME"]).parent == Path(mounts["home"])
    assert {each["metadata"]["namespace"] for kind, each in found.items() if kind != "Namespace"} == {
        found["Namespace"]["metadata"]["name"]
    }


def test_the_door_leads_to_the_desk_by_paths_that_the_desk_has() -> None:
    door, open_paths = read("container/nginx.conf"), {route.path for route in ROUTES if route.open_to is None}

    assert set(re.findall(r"http://127\.0\.0\.1:(\d+)", door)) == {str(DESK_PORT)}
    assert set(re.findall(r"location = (\S+)", door)) <= open_paths


def test_compose_shares_the_network_of_the_desk_and_names_what_is_there() -> None:
    said = compose()
    desk, door = said["services"]["equipoise"], said["services"]["door"]

    assert door["network_mode"] == "service:equipoise"
    assert (DEPLOY / "container" / desk["build"]["context"] / desk["build"]["dockerfile"]).is_file()
    assert set(desk["secrets"]) <= said["secrets"].keys()
    assert desk["environment"]["EQUIPOISE_METRICS_TOKEN"] in desk["secrets"]
    (published,) = desk["ports"]
    assert f"listen {published.partition(':')[2]} ssl" in read("container/nginx.conf")
    for each in said["services"].values():
        assert (each["read_only"], each["cap_drop"]) == (True, ["ALL"])


def test_compose_backs_up_into_two_places_without_a_network() -> None:
    said = compose()["services"]["backup"]

    assert (said["network_mode"], said["profiles"]) == ("none", ["backup"])
    mounted = dict(reversed(each.split(":")[:2]) for each in said["volumes"])
    places = [said["environment"][name] for name in ("EQUIPOISE_BACKUP_FOLDER", "EQUIPOISE_BACKUP_KEYS")]
    assert len({mounted[each] for each in places}) == 2
    assert mounted["/srv/equipoise"] == "home"
    # Which every engine takes; without its profile podman-compose knows no such service.
    (words,) = re.findall(r"^#   podman compose (.* backup)$", read("container/compose.yaml"), re.MULTILINE)
    assert words == f"--profile {said['profiles'][0]} run --rm backup"


def test_compose_with_a_registrar_starts_what_there_is_where_each_reaches_the_other(tmp_path: Path) -> None:
    base, more = compose()["services"], compose("compose.registrar")
    services = more["services"]
    writes = services["equipoise"]

    tls, words = "/etc/equipoise/tls", [*writes["command"]]
    for name in ("ca.pem", "tls.crt", "tls.key"):
        (tmp_path / name).touch()
    words = [each.replace(tls, str(tmp_path)) for each in words]
    asked = registrar.make_context("equipoise registrar", words[1:]).params
    assert words[0] in COMMANDS
    assert asked["path"] == Path("/run/equipoise/registrar.sock")
    (published,) = writes["ports"]
    assert asked["listen"].endswith(f":{published.partition(':')[2]}")
    under = [each.split(":")[1] for each in writes["volumes"]]
    assert {asked[name].parent for name in ("ca", "cert", "key")} == {tmp_path}
    assert {tls, str(asked["path"].parent)} == {*under}
    assert services["desk"]["command"][0] == desk.name
    assert services["desk"]["command"][1] in desk.commands
    assert (services["worker"]["command"][:2], services["prefect"]["command"][:2]) == (
        ["worker", "start"],
        ["server", "start"],
    )
    host, port = (services["prefect"]["command"][at] for at in (3, 5))
    for name in ("equipoise", "desk", "worker"):
        assert services[name]["environment"]["PREFECT_API_URL"] == f"http://{host}:{port}/api"
    for name in ("desk", "worker"):
        assert services[name]["environment"]["EQUIPOISE_REGISTRAR"] == f"unix:{asked['path']}"
        assert {"home:/srv/equipoise", "run:/run/equipoise"} <= {*services[name]["volumes"]}
    for name, each in services.items():
        whole = base.get(name, {}) | each
        assert name == "equipoise" or each["network_mode"] == "service:equipoise"
        assert (whole["read_only"], whole["cap_drop"]) == (True, ["ALL"])
        named = {volume.split(":")[0] for volume in each["volumes"] if not volume.startswith(".")}
        assert named <= {*more["volumes"], *compose()["volumes"]}
    folder_of_deploy = (DEPLOY / "container" / "..").resolve()
    for path in re.findall(r"/deploy/(\S+)", read("container/compose.registrar.yaml")):
        assert (folder_of_deploy / path).is_file()


def test_the_image_installs_all_that_the_program_needs_by_hash_and_nothing_of_developing() -> None:
    spec = spec_from_file_location("wheels", DEPLOY / "container" / "wheels.py")
    assert spec
    assert spec.loader
    wheels = module_from_spec(spec)
    spec.loader.exec_module(wheels)
    lock = (DEPLOY.parent / "requirements.lock").read_text(encoding="utf-8")

    made = wheels.runtime_lock(lock, wheels.needed("equipoise"))

    names = set(re.findall(r"^([A-Za-z0-9._-]+)", made, re.MULTILINE))
    # The last is for a Python that is older than any that runs the tests: Debian 12 has one.
    assert {"prefect", "pyrage", "lxml", "prometheus-client", "async-timeout"} <= names
    assert names & {"pytest", "playwright", "mypy", "typst", "weasyprint"} == set()
    assert len(re.findall(r"^[A-Za-z0-9._-]+(?:\[.*\])?==.*\\\n +--hash=sha256:", made, re.MULTILINE)) == len(
        names
    )
    said = read("container/Containerfile")
    assert "--no-index" in said
    assert "--require-hashes" in said


def test_an_image_of_which_a_step_failed_is_not_built(tmp_path: Path) -> None:
    words = read("container/Containerfile").replace("\\\n", "")
    (command,) = re.findall(r"^RUN (.*)$", words, re.MULTILINE)

    nothing_found = subprocess.run(
        ["/bin/sh", "-c", command], env={"PATH": str(tmp_path)}, capture_output=True, check=False
    )
    assert nothing_found.returncode != 0


def prefect_servers() -> dict[str, dict[str, str]]:
    """Return what each API server of Prefect is told, by where that stands."""
    said: dict[str, tuple[dict[str, str], list[str]]] = {}
    for unit in UNITS:
        environment = dict(line.split("=", 1) for line in lines_of(unit)["Environment"])
        if "/etc/equipoise/prefect.env" in lines_of(unit).get("EnvironmentFile", ()):
            environment |= several_servers()
        said[unit.name] = environment, shlex.split(lines_of(unit)["ExecStart"][0])
    for name, service in compose("compose.registrar")["services"].items():
        words = [*service.get("entrypoint", []), *service["command"]]
        said[f"compose: {name}"] = service.get("environment", {}), words
    for each in yaml.safe_load_all(read("kubernetes/distributed.yaml")):
        for one in each.get("spec", {}).get("template", {}).get("spec", {}).get("containers", []):
            environment = {row["name"]: row.get("value", "") for row in one.get("env", [])}
            said[f"pod: {one['name']}"] = environment, one.get("command", [])
    servers = {name: told for name, (told, words) in said.items() if words[1:3] == ["server", "start"]}
    assert len(servers) == 3
    return servers


def several_servers() -> dict[str, str]:
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", read("prefect-servers/server.env"), re.MULTILINE))


def test_prefects_pages_are_made_where_its_server_may_write() -> None:
    for name, told in prefect_servers().items():
        pages = told["PREFECT_SERVER_UI_STATIC_DIRECTORY"]
        assert Path(pages).is_relative_to(told["PREFECT_HOME"]), name


def test_prefects_pages_ask_where_they_are_read_and_runs_do_not_stay_for_ever() -> None:
    (by_hand,) = re.findall(r"^```sh\n([^`]*)prefect server start ", PAGE, re.MULTILINE)
    given = dict(re.findall(r"(PREFECT_[A-Z_]+)=(\S+)", by_hand))

    for name, told in {**prefect_servers(), "the page": given}.items():
        said = {
            setting: told.get(f"PREFECT_SERVER_{setting}")
            for setting in (
                "UI_API_URL",
                "SERVICES_DB_VACUUM_ENABLED",
                "SERVICES_DB_VACUUM_RETENTION_PERIOD",
            )
        }
        assert said == {
            "UI_API_URL": "/api",
            "SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
            "SERVICES_DB_VACUUM_RETENTION_PERIOD": "172800",
        }, name


@pytest.mark.exhaustive
def test_a_setting_of_several_prefect_servers_is_one_that_prefect_has_with_a_value_that_it_takes() -> None:
    script = (
        "import os\nfrom prefect.settings import get_current_settings\n"
        "from prefect_redis.cleanup_queue import RedisWorkerCleanupQueueSettings as Queue\n"
        "from prefect_redis.client import RedisMessagingSettings as Messaging\n"
        "known = get_current_settings().to_environment_variables(exclude_unset=True, include_secrets=True)\n"
        "for name, made in (('messaging', Messaging()), ('worker_cleanup_queue', Queue())):\n"
        "    known |= {f'PREFECT_REDIS_{name}_URL'.upper(): made.url} if made.url else {}\n"
        "print('\\n'.join(known))\n"
    )
    said = several_servers()
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    asked = subprocess.run(
        [sys.executable, "-c", script], env={**kept, **said}, capture_output=True, text=True, check=True
    )
    assert said.keys() - set(asked.stdout.split()) == {"DO_NOT_TRACK"}


def test_a_container_of_a_docker_pool_starts_the_run_confined_where_the_image_has_its_home() -> None:
    file = yaml.safe_load(read("prefect-docker.yaml"))
    image = read("container/Containerfile")

    for each in file["deployments"]:
        values = each["work_pool"]["job_variables"]
        job = DockerWorkerJobConfiguration(**values)
        job.prepare_for_flow_run(FlowRun(flow_id=uuid4(), name="intake"))
        given = job.container_create_kwargs or {}

        # Prefect leaves those out that it has a field for; and the image's entrance takes words of its own.
        assert given.keys() & DockerWorkerJobConfiguration.model_fields.keys() == set()
        assert [*given["entrypoint"], job.command] == ["/usr/bin/env", "prefect flow-run execute"]
        assert (given["read_only"], given["cap_drop"]) == (True, ["ALL"])
        assert given["security_opt"] == ["no-new-privileges:true"]
        assert f"EQUIPOISE_HOME={job.env['EQUIPOISE_HOME']} " in image
        assert any(Path(job.env["PREFECT_HOME"]).is_relative_to(place) for place in given["tmpfs"])
        (volume,) = job.volumes
        assert f"VOLUME {volume.partition(':')[2]}\n" in image

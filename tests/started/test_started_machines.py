"""The units of `deploy/systemd/` on two machines, as the pages and their heads say, from mail to a paper.

One has the register: the registrar, the desk and the worker beside it. The other has what Prefect takes,
a worker that asks the registrar over TLS, and three people with keys and certificates of their own.
"""

from __future__ import annotations

import re
import shutil
from contextlib import closing
from typing import TYPE_CHECKING, Final

import pytest
from booted import (
    LETTER,
    MAIL,
    ROOT,
    Booted,
    join,
    why_not,
    words_of_installing,
    words_of_the_head,
    words_of_the_page,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOME: Final = "/var/lib/equipoise/home"
ASK: Final = f"sudo -u equipoise EQUIPOISE_HOME={HOME} equipoise"
PEOPLE: Final = {
    "foi-officer": "laptop 23",
    "legal-reviewer": "laptop 24",
    "sign-off-officer": "laptop 25",
}
MAILED: Final = "FOI-2026-0001"
DROPPED: Final = "1146A/22"
PASSWORD: Final = "one-of-a-test"  # noqa: S105 - of what ends with the test
_REGISTER: Final = "10.0.0.5 registrar.example.gov.uk\n10.0.0.6 prefect.example.gov.uk\n"
_DATA: Final = "127.0.0.1 db.example.gov.uk redis.example.gov.uk api-1.example.gov.uk api-2.example.gov.uk\n"
_SYSTEMS_OWN: Final = "/usr/local/share/ca-certificates/equipoise.crt"


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[tuple[Booted, Booted]]:
    if lacking := why_not():
        pytest.skip(lacking)
    if not [*(ROOT / "build/wheels").glob("prefect_redis-*.whl")]:
        pytest.skip("`make wheels EXTRAS=servers` was not called")
    data = ("postgresql", "redis-server", "nginx-light")
    with (
        closing(Booted(tmp_path, "registrar", hosts=_REGISTER)) as registrar,
        closing(Booted(tmp_path, "elsewhere", data, _REGISTER + _DATA)) as elsewhere,
    ):
        join(registrar, elsewhere)
        yield registrar, elsewhere


def typed(unit: str, has: str = "") -> str:
    """Return the commands at the head of a unit up to one that has some words."""
    lines = words_of_the_head(unit)
    upto = next((at for at, line in enumerate(lines) if has and has in line), len(lines))
    return "\n".join(lines[:upto])


def write(machine: Booted, path: str, text: str, mode: str = "600") -> None:
    machine.do(f"install -D -m {mode} /dev/stdin {path} <<'END'\n{text.rstrip()}\nEND\n")


def carry(one: Booted, other: Booted, *names: str) -> None:
    """Take files of `/root` from a machine to the other, as somebody with a stick does."""
    for name in names:
        there = other.root / "root" / name
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(one.root / "root" / name, there)


@pytest.mark.exhaustive
def test_a_request_by_mail_elsewhere_comes_through_the_registrar_to_its_paper(
    machines: tuple[Booted, Booted],
) -> None:
    registrar, elsewhere = machines
    for machine in machines:
        machine.do(words_of_installing())
        machine.do("chmod 755 /root\n" + "cd deploy/systemd\n" + typed("equipoise.service", "install -d"))
    certify(elsewhere)
    carry(
        elsewhere,
        registrar,
        *(f"certificates/{name}" for name in ("ca.pem", "registrar.pem", "registrar.key")),
    )
    start_prefect(elsewhere)
    found_and_start(registrar, elsewhere)
    start_a_worker(elsewhere)

    elsewhere.do(
        f"cat > letter <<'END'\n{LETTER}END\n"
        "install -o equipoise-worker -m 600 letter /var/lib/equipoise-worker/mail/new/one"
    )
    take_to_its_paper(registrar, elsewhere, MAILED, mailed=True)
    check_the_audit_is_made_where_the_register_is(registrar, elsewhere)

    elsewhere.do("systemctl stop equipoise-worker")
    assert elsewhere.do("systemctl show -p Result --value equipoise-worker") == "success"
    registrar.do("systemctl enable --now equipoise-worker")  # by its account of this machine
    begin_anew_after_a_kill(registrar)
    registrar.do(
        "cp -r cases/1146A-22 /var/lib/equipoise/new && chown -R equipoise /var/lib/equipoise/new\n"
        f"mv /var/lib/equipoise/new {HOME}/inbox/new"
    )
    take_to_its_paper(registrar, elsewhere, DROPPED, mailed=False)
    registrar.do(
        "systemctl stop equipoise-registrar equipoise-desk equipoise-worker equipoise-worker-at-home"
    )
    registrar.do(f"{ASK} audit\n{ASK} doctor")
    for machine in machines:
        assert machine.do("systemctl --failed --no-legend --plain") == ""


def certify(machine: Booted) -> None:
    """Make certificates by the words of the page; each is what the strictest reader takes."""
    block = words_of_the_page("#### Certificates")
    again = block.splitlines()[-2:]
    lines = [block]
    for file, name in {"worker": "worker-1", **PEOPLE, "prefect": "prefect"}.items():
        lines += [line.replace("me.", f"{file}.").replace("laptop 23", name) for line in again]
    lines[-1] = lines[-1].replace("usual", "names")
    lines.insert(-2, "{ cat usual; echo subjectAltName=DNS:prefect.example.gov.uk; } > names")
    made = " ".join(f"{name}.pem" for name in ("registrar", "me", "worker", "prefect", *PEOPLE))
    script = "\n".join(lines)
    machine.do(
        f"mkdir certificates && cd certificates\n{script}\nopenssl verify -x509_strict -CAfile ca.pem {made}"
    )


def start_prefect(machine: Booted) -> None:
    """Set the servers of Prefect up by the steps of the page, with what this Debian has as its data."""
    page = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    steps = page.partition("#### Several Prefect servers")[2].partition("\n#")[0]
    told = " ".join(f'-c "{each}"' for each in re.findall(r"`(create [^`]+)`", steps)).replace("…", PASSWORD)
    server = (ROOT / "deploy/prefect-servers/server.env").read_text(encoding="utf-8")
    machine.do(
        f"cd / && sudo -u postgres psql -q {told}\n"
        f"printf 'requirepass {PASSWORD}\\nappendonly yes\\n' >> /etc/redis/redis.conf\n"
        "systemctl restart redis-server"
    )
    write(
        machine,
        "/etc/equipoise/prefect.env",
        server.replace("A-LONG-PASSWORD", PASSWORD).replace("PASSWORD@", f"{PASSWORD}@"),
    )
    machine.do(words_of_the_page("#### Several Prefect servers", "database upgrade"))
    machine.do(
        "cd certificates && install -d /etc/nginx/tls\n"
        "cp prefect.pem /etc/nginx/tls/tls.crt && cp prefect.key /etc/nginx/tls/tls.key\n"
        "cp ../deploy/prefect-servers/nginx.conf /etc/nginx/conf.d/equipoise-prefect.conf\n"
        f"systemctl reload nginx && cp ca.pem {_SYSTEMS_OWN} && update-ca-certificates\n"
        "systemctl enable --now equipoise-prefect-api.service equipoise-prefect-services.service"
    )
    write(machine, "/etc/equipoise/worker.env", worker_env())
    ready = f"curl -sf -u equipoise:{PASSWORD} https://prefect.example.gov.uk/api/ready"
    machine.until(ready, 120, "Prefect does not answer")
    given = words_of_the_page("### On a Prefect work pool", "work-pool create")
    machine.do(
        "\n".join([as_client(), *(each for each in given.splitlines() if each.startswith("prefect "))])
    )


def worker_env() -> str:
    return words_of_the_page("#### Several Prefect servers", "SSL_CERT_FILE").replace(
        "A-LONG-PASSWORD", PASSWORD
    )


def as_client() -> str:
    return "\n".join(f"export {line}" for line in worker_env().splitlines())


def found_and_start(registrar: Booted, elsewhere: Booted) -> None:
    """Make the home, and start all that stands beside it, by the heads of the units."""
    registrar.do(
        f"cd deploy/systemd\n{typed('equipoise.service', 'enable --now')}".replace(
            "…", "--authority 'West Midlands Police' --body other"
        )
    )
    for person in PEOPLE:
        elsewhere.do(
            f"useradd -m {person}\n"
            f"sudo -u {person} ssh-keygen -q -t ed25519 -N '' -f /home/{person}/signing\n"
            f"cp /home/{person}/signing.pub {person}.pub\ncd certificates\n"
            f"install -o {person} -m 600 {person}.pem {person}.key /home/{person}/"
        )
        carry(elsewhere, registrar, f"{person}.pub")
        how = f"--role {person} --public-key /root/{person}.pub --as administrator"
        registrar.do(f"chmod 644 {person}.pub\n{ASK} officer add {person} {how}")
    rows = "".join(f'"{name}" = "officer:{person}"\n' for person, name in PEOPLE.items())
    write(
        registrar,
        f"{HOME}/registrar.toml",
        f'[accounts]\nequipoise-worker = "worker"\n[certificates]\n"worker-1" = "worker"\n{rows}',
    )
    write(registrar, f"{HOME}/mail.toml", MAIL)
    registrar.do(f"chown equipoise {HOME}/registrar.toml {HOME}/mail.toml")
    write(registrar, "/etc/equipoise/worker.env", worker_env())
    drop_in = "\n".join(words_of_the_head("equipoise-registrar.service", "#   (?=\\[|ExecStart|  )"))
    write(registrar, "/root/certificates/listen.conf", drop_in, "644")
    registrar.do(
        f"cd certificates && cp ca.pem {_SYSTEMS_OWN} && update-ca-certificates\n"
        + typed("equipoise-registrar.service", "[Service]")
        + "\nsystemctl enable --now equipoise-worker-at-home"
    )
    registrar.until("curl -sf http://localhost:8420/health", 120, "the desk does not answer")


def start_a_worker(machine: Booted) -> None:
    lines = words_of_the_head("equipoise-worker.service")
    environment = "".join(f"{line}\n" for line in lines if line.startswith("EQUIPOISE_"))
    script = "\n".join(line for line in lines if not line.startswith("EQUIPOISE_"))
    machine.do(f"cd certificates\n{script}")
    write(machine, "/etc/equipoise/worker.env", f"{worker_env()}\n{environment}")
    place = "/var/lib/equipoise-worker"
    write(machine, f"{place}/home/mail.toml", f'{MAIL}[receive]\nmaildir = "{place}/mail"\n')
    machine.do(
        f"cd {place} && chown equipoise-worker home/mail.toml\n"
        "sudo -u equipoise-worker mkdir -p mail/new mail/cur mail/tmp\n"
        "systemctl enable --now equipoise-worker"
    )


def by(person: str, words: str) -> str:
    """Return how somebody calls a command on their own machine, which has nothing but what is their own."""
    own = f"/home/{person}"
    asked = "EQUIPOISE_REGISTRAR=https://registrar.example.gov.uk:8430"
    asked += " EQUIPOISE_REGISTRAR_CA=/etc/equipoise/ca.pem"
    asked += f" EQUIPOISE_REGISTRAR_CERT={own}/{person}.pem EQUIPOISE_REGISTRAR_KEY={own}/{person}.key"
    return f"sudo -u {person} env -C {own} {asked} equipoise {words}"


def take_to_its_paper(registrar: Booted, elsewhere: Booted, reference: str, *, mailed: bool) -> None:
    elsewhere.until(f"{by('foi-officer', 'queue')} | grep -q '{reference}.*drafting'", 240, "no first draft")

    def act(person: str, words: str) -> None:
        elsewhere.do(by(person, f"{words} --as {person} --key /home/{person}/signing"))

    filed, version = reference.replace("/", "-"), 1
    if mailed:  # whoever asked by mail wrote no assessment, and no summary
        elsewhere.do(
            f"sed 's/^reference: 4593_26/reference: {reference}/' cases/4593_26/assessment.yaml"
            " > /assessment.yaml\n"
            "echo 'The patrol plan.' > /summary"
        )
        act(
            "foi-officer",
            f"draft {reference} /assessment.yaml --subject 'The patrol plan' --summary /summary",
        )
        version = 2
    act("foi-officer", f"submit {reference} --version {version}")
    registrar.until(f"ls {HOME}/notices | grep -q '{filed}.*legal-review'", 240, "nobody was told")
    for gate, person in (("legal-review", "legal-reviewer"), ("balancing", "sign-off-officer")):
        act(person, f"approve {reference} --gate {gate} --version {version}")
    registrar.until(f"test -s {HOME}/published/{filed}.pdf", 240, "no paper")


def check_the_audit_is_made_where_the_register_is(registrar: Booted, elsewhere: Booted) -> None:
    elsewhere.do(f"{as_client()}\nprefect deployment run auditing/auditing")
    registrar.until(f"ls {HOME}/state/checkpoints | grep -q txt", 120, "no audit")
    assert "passed" in registrar.do(f"{ASK} health | grep Audited")


def begin_anew_after_a_kill(machine: Booted) -> None:
    machine.do("kill -9 $(systemctl show -p MainPID --value equipoise-registrar)")
    machine.until(
        'test "$(systemctl show -p NRestarts --value equipoise-registrar)" = 1 '
        "&& curl -sf http://localhost:8420/health",
        60,
        "it does not start again",
    )

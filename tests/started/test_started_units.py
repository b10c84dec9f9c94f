"""The units of `deploy/systemd/` started by systemd, under all their protections, as the pages say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from booted import Booted, why_not, words_of_installing, words_of_the_head

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOME: Final = "/var/lib/equipoise/home"
ASK: Final = f"sudo -u equipoise EQUIPOISE_HOME={HOME} equipoise"
REFERENCE: Final = "1146A/22"
_AUTHORITY: Final = "--authority 'West Midlands Police' --body other"
_SETTINGS: Final = """[metrics]
token = "metrics.token"

[backup]
folder = "/srv/backups"
keys = "/srv/keys"
"""
_PREFECT: Final = "http://127.0.0.1:4200"


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Booted]:
    if lacking := why_not():
        pytest.skip(lacking)
    booted = Booted(tmp_path)
    try:
        yield booted
    finally:
        booted.close()


def install(machine: Booted) -> None:
    """Install and found by the words of the operations page and of the unit, and by no others."""
    machine.do(words_of_installing())
    typed = "\n".join(words_of_the_head("equipoise.service"))
    machine.do(f"cd deploy/systemd\n{typed.replace('…', _AUTHORITY)}")


def processes_of(machine: Booted, unit: str) -> str:
    return machine.do(f"systemctl show -p MainPID --value {unit}")


@pytest.mark.exhaustive
def test_a_home_lives_under_systemd_from_a_request_to_its_paper_and_a_backup(machine: Booted) -> None:
    install(machine)
    answers = "curl -sf http://localhost:8420/health"
    machine.until(answers, 120, "the desk does not answer")
    check_it_is_protected(machine)
    check_a_case_is_published(machine)
    check_it_starts_again(machine, answers)
    check_secrets_come_as_credentials(machine, answers)
    check_the_timer_backs_up(machine)
    machine.do("systemctl stop equipoise")
    assert machine.do("systemctl show -p Result --value equipoise") == "success"
    machine.do(f"{ASK} audit")
    assert machine.do("systemctl --failed --no-legend --plain") == ""


def check_it_is_protected(machine: Booted) -> None:
    pid = processes_of(machine, "equipoise")
    status = machine.do(f"cat /proc/{pid}/status")
    assert "NoNewPrivs:\t1" in status
    assert "Seccomp:\t2" in status
    assert "CapBnd:\t0000000000000000" in status
    inside = f"nsenter -t {pid} -m"
    for place in ("/etc", "/opt/equipoise", "/var/lib", "/usr"):
        assert machine.ask(f"{inside} touch {place}/written").returncode != 0, place
    machine.do(f"{inside} touch /var/lib/equipoise/written && rm /var/lib/equipoise/written")
    assert machine.do(f"{inside} ls /root") == ""
    # Prefect's pages are there too, though nothing can be written where it is installed.
    machine.do(f'curl -sf -u "equipoise:$(cat {HOME}/state/prefect/password)" {_PREFECT}/ >/dev/null')


def check_a_case_is_published(machine: Booted) -> None:
    for role in ("foi-officer", "legal-reviewer", "sign-off-officer"):
        machine.do(f"{ASK} officer add {role} --role {role} --as administrator")
    machine.do(
        "cp -r cases/1146A-22 /var/lib/equipoise/new && chown -R equipoise /var/lib/equipoise/new\n"
        f"mv /var/lib/equipoise/new {HOME}/inbox/new"
    )
    machine.until(f"{ASK} queue | grep -q drafting", 120, "no first draft")
    machine.do(f"{ASK} submit {REFERENCE} --version 1 --as foi-officer")
    machine.until(f"ls {HOME}/notices | grep -q legal-review", 60, "nobody was told")
    for gate, who in (("legal-review", "legal-reviewer"), ("balancing", "sign-off-officer")):
        machine.do(f"{ASK} approve {REFERENCE} --gate {gate} --version 1 --as {who}")
    machine.until(f"test -s {HOME}/published/1146A-22.pdf", 120, "no paper")


def check_it_starts_again(machine: Booted, answers: str) -> None:
    before = processes_of(machine, "equipoise")
    machine.do(f"kill -9 {before}")
    again = 'test "$(systemctl show -p NRestarts --value equipoise)" = 1'
    machine.until(f"{again} && systemctl is-active -q equipoise && {answers}", 60, "it does not start again")
    assert processes_of(machine, "equipoise") != before


def check_secrets_come_as_credentials(machine: Booted, answers: str) -> None:
    machine.do(
        "install -d -m 700 /etc/credstore\n"
        "printf %s 0123456789abcdef0123456789abcdef > /etc/credstore/metrics.token\n"
        f"sudo -u equipoise tee {HOME}/settings.toml <<'END'\n{_SETTINGS}END\n"
        "systemctl restart equipoise"
    )
    machine.until(answers, 60, "the desk does not answer")
    metrics = (
        "curl -s -o /dev/null -w '%{http_code}' -H 'X-Forwarded-For: 10.0.0.1' http://localhost:8420/metrics"
    )
    assert machine.do(metrics) == "404"
    assert machine.do(f"{metrics} -H 'Authorization: Bearer 0123456789abcdef0123456789abcdef'") == "200"


def check_the_timer_backs_up(machine: Booted) -> None:
    assert machine.ask("systemctl start equipoise-backup").returncode != 0  # it may not write there yet
    places = "\n".join(words_of_the_head("equipoise-backup.service"))
    assert "ReadWritePaths=/srv/backups /srv/keys" in places
    soon = "[Timer]\nOnCalendar=\nOnCalendar=*:*:0/10\nRandomizedDelaySec=0"
    for unit, text in (("service", places), ("timer", soon)):
        folder = f"/etc/systemd/system/equipoise-backup.{unit}.d"
        machine.do(f"install -d {folder}\ncat > {folder}/here.conf <<'END'\n{text}\nEND\n")
    machine.do(
        "install -d -m 700 -o equipoise /srv/backups /srv/keys\n"
        "systemctl daemon-reload\nsystemctl restart equipoise-backup.timer"
    )
    machine.until('test -n "$(ls /srv/backups)" && test -n "$(ls /srv/keys)"', 60, "nothing was backed up")
    machine.do("systemctl stop equipoise-backup.timer")
    machine.until("! systemctl is-active -q equipoise-backup", 60, "the backup does not end")
    assert machine.do("systemctl show -p Result --value equipoise-backup") == "success"

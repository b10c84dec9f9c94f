"""The register on the desk: what an auditor sees, takes along and clones, and that nothing is taken in."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import time
import zipfile
from typing import TYPE_CHECKING

import httpx
import pytest
from desk_builders import CASE, an_officer
from web_builders import SignedIn

from flows.casework import oversight, papers
from flows.casework.acts import add_officer
from flows.casework.office import open_office
from flows.domain.policy import Person as Known
from flows.domain.procedure import Role
from flows.register import signature
from flows.register.audit import audit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desk_builders import Desk
    from web_builders import Person

    from flows.home import Home


@pytest.fixture
def auditor(person: Callable[..., Person], home: Home) -> Person:
    with open_office(home) as office:
        public = signature.generate(home.officers / "auditor")
        known = Known(id="auditor", roles=frozenset({Role.AUDITOR}), keys=(public,))
        add_officer(office, an_officer(home, "administrator"), known)
    return person("auditor")


def _git(place: Path, *call: str) -> subprocess.CompletedProcess[bytes]:
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
    return subprocess.run(
        ["git", *call], cwd=place, env=os.environ | own, check=False, capture_output=True, timeout=60
    )


def _password(auditor: Person) -> str:
    auditor.goes("/register")
    auditor.presses("Make a password for a day")
    return auditor.page.locator("#password").inner_text()


@pytest.mark.exhaustive
def test_an_auditor_clones_the_register_and_checks_an_entry_by_the_commands_of_its_page(
    auditor: Person, home: Home, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    # What stands in the repository itself is not taken up.
    with (home.register / "config").open("a") as file:
        file.write(f'[uploadpack]\n\tpackObjectsHook = "touch {run}; exit 1"\n\thideRefs = refs\n')
    password = _password(auditor)
    address = auditor.desk.replace("//", f"//auditor:{password}@") + "/register.git"
    done = _git(tmp_path, "clone", "-q", "--mirror", address, "register.git")
    assert done.returncode == 0, done.stderr
    assert not run.exists()
    assert audit(tmp_path / "register.git", check_brought=papers.check).passes
    auditor.goes("/register")
    assert re.search("The whole register up to entry 10, taken along by auditor, ", auditor.words)
    auditor.goes("/register?kind=submit")
    auditor.follows("9")
    assert "Good The signature was checked now" in auditor.words
    with auditor.page.expect_download() as loading:
        auditor.goes("/register")
        auditor.follows("Every key that ever was good (allowed_signers)")
    loading.value.save_as(tmp_path / "allowed_signers")
    auditor.goes("/register/9")
    commands = auditor.page.locator("pre").first.text_content() or ""
    said = subprocess.run(["sh", "-ec", commands], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert 'Good "equipoise-act-v1" signature for foi-officer' in said.stdout
    assert said.stdout.endswith("1\n")
    pushed = _git(tmp_path / "register.git", "push", "-q", address, "refs/heads/main:refs/heads/other")
    assert pushed.returncode != 0
    with httpx.Client(base_url=auditor.desk, auth=("auditor", password)) as client:
        assert client.get("/register.git/info/refs?service=git-receive-pack").status_code == 403
        assert client.post("/register.git/git-receive-pack").status_code == 404
        assert client.get("/register.git/info/refs?service=git-upload-pack").status_code == 200


def test_a_clone_needs_a_password_of_an_auditor_and_of_today(auditor: Person, home: Home) -> None:
    password = _password(auditor)
    where = "/register.git/info/refs?service=git-upload-pack"
    with httpx.Client(base_url=auditor.desk) as client:
        for person, word in [
            ("auditor", password[:-1]),
            ("auditor", ""),
            ("foi-officer", password),
            ("", ""),
        ]:
            answer = client.get(where, auth=(person, word))
            assert (answer.status_code, "WWW-Authenticate" in answer.headers) == (401, True)
        for wrong in ("Basic !", "Basic", f"Bearer {password}", "Basic /w=="):
            assert client.get(where, headers={"Authorization": wrong}).status_code == 401
        assert client.get(where, auth=("auditor", password)).status_code == 200
        with open_office(home) as office:
            keys = office.register.policy().people["auditor"].keys
            known = Known(id="auditor", roles=frozenset({Role.FOI_OFFICER}), keys=keys)
            add_officer(office, an_officer(home, "administrator"), known)
        assert client.get(where, auth=("auditor", password)).status_code == 401
    assert password.encode() not in home.desk.read_bytes() + home.desk_log.read_bytes()


@pytest.mark.exhaustive
def test_the_whole_and_one_case_are_taken_along_as_files(auditor: Person, tmp_path: Path) -> None:
    request = auditor.context.request
    (tmp_path / "register.bundle").write_bytes(request.get(f"{auditor.desk}/register/all.bundle").body())
    done = _git(tmp_path, "clone", "-q", "--mirror", "register.bundle", "copy.git")
    assert done.returncode == 0, done.stderr
    assert audit(tmp_path / "copy.git", check_brought=papers.check).passes
    packed = request.get(f"{auditor.desk}/register/case/1146A-22").body()
    with zipfile.ZipFile(io.BytesIO(packed)) as files:
        names = files.namelist()
        (submitted,) = (name for name in names if name.endswith("acts/0003-submit.json"))
        assert {"allowed_signers", "case.html", "objects.pack", f"{submitted}.sig"} <= {*names}
        assert json.loads(files.read(submitted))["case"] == CASE


@pytest.mark.exhaustive
def test_findings_stand_first_and_an_old_audit_is_warned_of(auditor: Person, home: Home) -> None:
    auditor.goes("/register")
    assert "The register was not audited here yet." in auditor.words
    row = {"time": "2022-11-07T03:00:00+00:00", "entries": 7, "findings": ["E_MISSING <b>x</b>"]}
    home.audits.write_text(f"{json.dumps(row)}\n")
    auditor.goes("/register")
    assert re.match(r"Register\s+The register fails its audit\s+E_MISSING <b>x</b>", auditor.words)
    assert "The last audit is older than a day." in auditor.words


def test_where_checkpoints_and_copies_went_is_told_and_what_stayed_on_the_disk_vouches_for_nothing(
    home: Home, command: Desk, at: str, tmp_path: Path
) -> None:
    someone = SignedIn(home, at, "legal-reviewer")

    def page() -> str:
        return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", someone.client.get("/register").text))

    assert "Checkpoint none yet Kept elsewhere not established anywhere outside" in page()
    command.done("checkpoint", "--out", tmp_path / "note")
    assert "Checkpoint of 9 entries" in page()
    assert "not established anywhere outside Whoever" in page()
    assert re.search(rf"Checkpoint of entry 9, in {tmp_path}/note, [^C]* on the disk of the register", page())
    (written,) = home.checkpoints.iterdir()
    old = time.time() - 3 * 86_400 - 60
    os.utime(written, (old, old))
    assert ", 3 days ago" in page()
    key, folder = tmp_path / "service", tmp_path / "witness"
    command.done("witness", "init", folder, "--name", "witness.example.org/foi")
    command.done("checkpoint", "--verifier-key", "--out", key)
    command.done("witness", "trust", folder, key)
    command.done("checkpoint", "--since", "0", "--out", tmp_path / "asked")
    command.done("witness", "cosign", folder, tmp_path / "asked", "--out", tmp_path / "answered")
    command.done("checkpoint", "--add", tmp_path / "answered")
    assert (
        "Kept elsewhere up to entry 9 Checkpoint of entry 9, cosigned by the witness witness.example"
        in page()
    )
    assert ", 3 days ago" in page()
    command.done("policy", "reminders", "3", "--as", "administrator")
    assert "3 days ago; 1 entry since older than a day" in page()
    assert "up to entry 9; 1 entry since" in page()
    taken = someone.client.get("/register/checkpoint")
    assert taken.text.split("\n")[1] == "10"
    assert "up to entry 10 Checkpoint of entry 10, taken along by legal-reviewer" in page()
    told = someone.client.get("/register.json").json()["register"]
    assert [(each["way"], each["outside"]) for each in told["handed_out"]] == [
        ("taken", True),
        ("cosigned", True),
        ("file", False),
        ("file", False),
    ]
    assert (told["outside"], told["overdue"], told["checkpoint"]) == (10, False, 10)
    someone.close()


def test_an_entry_whose_signature_is_another_ones_is_told(home: Home) -> None:
    with open_office(home) as office:
        found, other = oversight.entry(office, 9), oversight.entry(office, 8)
        assert found is not None
        assert other is not None
        assert (found.fault, bool(found.key)) == ("", True)
        said = office.register.dossier(CASE).statements[2]
        key, fault = oversight.checked(office, said, found.statement.encode(), other.signature.encode())
        assert (key, bool(fault)) == ("", True)
        assert oversight.entry(office, 10) is None
        assert oversight.entry(office, 0) is None

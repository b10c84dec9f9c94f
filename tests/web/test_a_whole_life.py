"""From no register to an answer that is sent, by the pages of `equipoise up` alone; then all is audited."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from desk_builders import EQUIPOISE, EXAMPLE, Desk
from web_builders import Person, enrols, enters, founds, invites, lists

from flows.engine.settings import RUN_SETTINGS
from flows.files import folder
from flows.home import Home

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Locator

ROLES: Final = {"case.officer": "FOI officer", "lawyer": "legal reviewer", "head": "sign-off officer"}
SECOND: Final = folder("docs") / "second_audit.py"
PATIENCE: Final = 180.0
"""Seconds until a flow has done its part, on a busy machine."""


@contextmanager
def started(home: Home) -> Iterator[subprocess.Popen[str]]:
    """Run `equipoise up` where nothing is yet; give its process, whose lines are JSON."""
    call = [
        str(EQUIPOISE),
        "up",
        "--found",
        "--every",
        "1",
        "--port",
        "8431",
        "--json",
        "--home",
        str(home.root),
    ]
    kept = {name: value for name, value in os.environ.items() if name not in RUN_SETTINGS}
    with subprocess.Popen(call, stdout=subprocess.PIPE, text=True, env=kept, start_new_session=True) as up:
        try:
            yield up
        finally:
            up.send_signal(signal.SIGTERM)


def told(up: subprocess.Popen[str]) -> dict[str, str]:
    """Return the next object that `up` prints."""
    assert up.stdout
    text = ""
    for line in up.stdout:
        text += line
        if line.rstrip() == "}":
            break
    found: dict[str, str] = json.loads(text)
    return found


@pytest.mark.exhaustive
def test_a_register_is_founded_and_a_request_answered_by_the_pages_alone(
    browser: Browser, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home")
    with started(home) as up:
        origin, _, secret = told(up)["found"].partition("/found/")
        administrator = Person(browser, origin)
        fingerprint = founds(administrator, f"/found/{secret}")
        assert told(up)["desk"] == origin
        enters(administrator)
        officer, lawyer, head = (comes(browser, administrator, name) for name in ROLES)
        case = takes_in(officer, tmp_path)
        drafts(officer, case)
        returns_with_two_suggestions(lawyer)
        mends(officer, case)
        approves(lawyer, case, "legal review")
        approves(head, case, "sign-off")
        is_published(officer, case)
        sends(officer, case)
        packed = downloads_evidence(officer, case)
        for someone in (administrator, officer, lawyer, head):
            assert someone.problems == []
    passes_every_look(home, fingerprint, packed)
    page = browser.new_page()
    with zipfile.ZipFile(packed) as files:
        page.goto(Path(files.extract("case.html", tmp_path)).as_uri())
    page.locator("html[data-done=passes]").wait_for(state="attached")


def comes(browser: Browser, administrator: Person, name: str) -> Person:
    """Let somebody come: invited, enrolled with two passkeys, listed once their digits were heard."""
    someone = Person(browser, administrator.desk)
    digits = enrols(someone, invites(administrator, name, ROLES[name]))
    assert len(digits) == 2
    lists(administrator, name, digits)
    enters(someone)
    return someone


def takes_in(officer: Person, place: Path) -> str:
    """Put a request into the inbox and wait until it is a case; return its address."""
    text = (EXAMPLE / "request.yaml").read_text("utf-8").replace("reference: 1146A/22\n", "")
    text = text.replace("West Midlands Police", "Northshire Council")
    text = re.sub(r"received: \S+", f"received: {datetime.now(UTC).date()}", text)
    (place / "letter.yaml").write_text(text, "utf-8")
    officer.follows("Inbox")
    officer.page.get_by_label("Files of one request").set_input_files(place / "letter.yaml")
    officer.presses("Put it in the inbox")
    comes_to_be(officer, "/", lambda: row_of(officer, "draft").count() == 1)
    row_of(officer, "draft").first.click()
    officer.page.wait_for_load_state()
    return officer.page.url.removeprefix(officer.desk).partition("?")[0]


def row_of(someone: Person, bucket: str) -> Locator:
    """Return the links of the cases that stand under a heading of what waits."""
    return someone.page.locator(f"h2#{bucket} + table th a")


def comes_to_be(someone: Person, path: str, met: Callable[[], bool]) -> None:
    """Look at a page again and again until what a flow does is done."""
    until = time.monotonic() + PATIENCE
    while True:
        someone.goes(path)
        if met():
            return
        assert time.monotonic() < until, someone.words
        time.sleep(1)


def drafts(officer: Person, case: str) -> None:
    """Write the test from its exemption on, record it, and submit it."""
    officer.goes(f"{case}/draft/start")
    officer.page.get_by_label("31(1) Law enforcement, to withhold").check()
    officer.page.get_by_text("Which interests of 31(1)", exact=True).click()
    officer.page.get_by_label("31(1)(a): the prevention or detection of crime").first.check()
    officer.presses("Begin the text")
    officer.page.get_by_label("It would be likely to: a real and significant risk").check()
    officer.page.locator("#parts-0-outcome").get_by_label("Withhold it").check()
    for field in officer.page.locator("#draft textarea, #draft input[type=text]").all():
        value = field.input_value()
        if "[To be written" in value:
            field.fill(re.sub(r"\[To be written: [^\]]*\]", "the words of the writer", value))
    for side, words in zip(("favour", "against"), SUGGESTED, strict=True):
        officer.presses(f"Add a factor {'in favour' if side == 'favour' else side}")
        factors = officer.page.locator(
            f"#parts-0-exemptions-0-{side.replace('favour', 'favouring')} textarea"
        )
        factors.last.fill(words)
    records_and_submits(officer, case)


def records_and_submits(officer: Person, case: str) -> None:
    officer.page.get_by_role("button", name=re.compile("Record as version")).first.click()
    signs(officer)
    officer.goes(case)
    officer.follows("Submit")
    officer.presses("Check and sign")
    signs(officer)


def signs(someone: Person) -> None:
    someone.presses("Sign with your passkey")
    someone.page.get_by_role("heading", name="Recorded").wait_for()


SUGGESTED: Final = {
    "It would show the public how the force is equipped.": "It would tell the public what is used.",
    "Offenders would avoid it.": "Offenders would be likely to avoid it.",
}


def returns_with_two_suggestions(lawyer: Person) -> None:
    lawyer.goes("/")
    row_of(lawyer, "decide").first.click()
    lawyer.page.wait_for_load_state()
    for words, instead in SUGGESTED.items():
        paragraph = lawyer.page.locator(".numbered", has_text=words)
        paragraph.get_by_role("button").click()
        lawyer.page.get_by_label("Words you mean").fill(words)
        lawyer.page.get_by_label("Words you suggest instead").fill(instead)
        lawyer.presses("Keep the comment")
    lawyer.page.get_by_label("Return it to be mended").check()
    assert "It carries your 2 comments" in lawyer.words
    lawyer.page.get_by_label("Reason or comment").fill("Nearly there.")
    lawyer.presses("Check and sign")
    signs(lawyer)


def mends(officer: Person, case: str) -> None:
    officer.goes("/")
    row_of(officer, "returned").first.click()
    officer.page.wait_for_load_state()
    officer.goes(f"{case}/draft")
    for _ in SUGGESTED:
        officer.presses("Put these words in")
    done = officer.page.get_by_label("Dealt with").all()
    assert [each.is_checked() for each in done] == [True, True]
    records_and_submits(officer, case)


def approves(someone: Person, case: str, gate: str) -> None:
    someone.goes("/")
    row_of(someone, "decide").first.click()
    someone.page.wait_for_load_state()
    assert someone.heading.endswith(f"Decide at {gate}")
    assert someone.page.url.startswith(f"{someone.desk}{case}/")
    assert all(words in someone.words for words in SUGGESTED.values())
    someone.page.get_by_label("Approve it as it stands").check()
    someone.presses("Check and sign")
    assert "approved version 3" in someone.words
    signs(someone)


def is_published(officer: Person, case: str) -> None:
    comes_to_be(officer, f"{case}/paper", lambda: "Published" in officer.words)
    officer.goes(f"{case}/paper?verify=yes")
    assert "It is genuine" in officer.words


def sends(officer: Person, case: str) -> None:
    officer.goes("/")
    row_of(officer, "send").first.click()
    officer.page.wait_for_load_state()
    officer.goes(f"{case}/act?act=sent/test")
    officer.page.get_by_label("The day it was sent").fill(str(datetime.now(UTC).date()))
    officer.page.get_by_label("email").check()
    officer.presses("Check and sign")
    signs(officer)
    assert "sent" in officer.words


def downloads_evidence(officer: Person, case: str) -> Path:
    officer.goes(case)
    with officer.page.expect_download() as loading:
        officer.page.get_by_role("link", name="Take its evidence along").click()
    return loading.value.path()


def passes_every_look(home: Home, fingerprint: str, packed: Path) -> None:
    """Look at what is there with `ssh-keygen`, with the audit, and with the second implementation."""
    assert Desk(home)("audit", "--pin", fingerprint).exit_code == 0
    for path in (home.register, packed):
        second = [sys.executable, str(SECOND), str(path), "--pin", fingerprint]
        said = subprocess.run(second, capture_output=True, text=True, check=False)
        assert said.stdout.startswith("It passes."), said.stdout + said.stderr
    taken = [
        json.loads(content)["act"] for content, made in statements(home) if openssh_takes(home, content, made)
    ]
    assert len(taken) == len(statements(home))
    assert [taken.count(act) for act in ("return", "approve", "submit", "sent")] == [1, 2, 2, 1]
    approved = [
        json.loads(each)["actor"] for each, _ in statements(home) if json.loads(each)["act"] == "approve"
    ]
    assert approved == ["lawyer", "head"]


def statements(home: Home) -> list[tuple[bytes, bytes]]:
    """Return what the register has of every act: its statement and its signature, in order."""

    def told(*words: str) -> bytes:
        return subprocess.run(["git", "-C", home.register, *words], check=True, capture_output=True).stdout

    paths = told("ls-tree", "-r", "--name-only", "refs/heads/main").decode().split()
    signed = sorted(path for path in paths if f"{path}.sig" in paths)
    return [(told("show", f"main:{path}"), told("show", f"main:{path}.sig")) for path in signed]


def openssh_takes(home: Home, content: bytes, made: bytes) -> bool:
    """Tell whether `ssh-keygen` finds a statement signed by whom it names, as docs/register.md has it."""
    (sig := home.root.with_name("statement.sig")).write_bytes(made)
    verify = ["ssh-keygen", "-Y", "verify", "-f", home.allowed_signers, "-I", json.loads(content)["actor"]]
    verify += ["-n", "equipoise-act-v1", "-s", sig]
    said = subprocess.run(verify, input=content, capture_output=True, check=False)
    return said.stdout.startswith(b'Good "equipoise-act-v1"')

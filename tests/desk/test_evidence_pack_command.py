"""The pack of the sample's case, as its command writes it and as somebody outside checks it."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import zipfile
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import pytest
import worlds
from browsers import offline
from desk_builders import CASE, Desk

from flows.casework.auditing import audit_register
from flows.casework.evidence_pack import script_hash
from flows.casework.office import open_office
from flows.home import Home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory, published: Home, tmp_path: Path) -> Desk:
    """A home with the sample's case published and a checkpoint."""

    def examine(root: Path) -> None:
        shutil.copytree(published.root, root)
        with open_office(Home(root)) as office:
            audit_register(office)

    shutil.copytree(worlds.once(tmp_path_factory, "evidence-pack", examine), tmp_path / "home")
    return Desk(Home(tmp_path / "home"))


@pytest.fixture
def pack(desk: Desk, tmp_path: Path) -> Path:
    """The folder into which the pack of the case was unpacked."""
    desk.done("evidence-pack", CASE, tmp_path / "pack.zip")
    with zipfile.ZipFile(tmp_path / "pack.zip") as packed:
        packed.extractall(tmp_path / "pack")
    return tmp_path / "pack"


def test_the_command_says_what_it_wrote_and_writes_the_same_again(desk: Desk, tmp_path: Path) -> None:
    printed = desk.done("evidence-pack", CASE, tmp_path / "one.zip")
    desk.done("evidence-pack", CASE, tmp_path / "two.zip")

    assert f"Written: {tmp_path}/one.zip" in printed.replace("\n", "")
    assert "with the checkpoint of entry" in printed
    assert script_hash() in printed
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_a_case_that_fails_its_audit_is_not_packed(desk: Desk, tmp_path: Path) -> None:
    branch = desk.home.register / "refs/heads/main"
    command = ["git", "-C", str(desk.home.register), "-c", "user.name=m", "-c", "user.email=m"]
    made = subprocess.run(
        [*command, "commit-tree", "-m", "forged", "-p", "main", "main^{tree}"],
        check=True,
        capture_output=True,
        text=True,
    )
    branch.write_text(made.stdout)

    refused = desk("evidence-pack", CASE, tmp_path / "pack.zip")

    assert refused.exit_code == 4
    assert not (tmp_path / "pack.zip").exists()


def test_a_case_that_is_not_there_is_refused_and_nothing_is_written(desk: Desk, tmp_path: Path) -> None:
    refused = desk("evidence-pack", "9999/99", tmp_path / "pack.zip")

    assert refused.exit_code == 1
    assert not (tmp_path / "pack.zip").exists()


def test_a_pack_has_no_key_and_nothing_of_the_applicant(desk: Desk, pack: Path) -> None:
    whole = b"".join(file.read_bytes() for file in pack.rglob("*") if file.is_file())
    sealed = subprocess.run(
        ["git", "-C", str(desk.home.register), "show", "main:cases/2022/11/07/1146A-22/request.age"],
        check=True,
        capture_output=True,
    ).stdout

    assert b"PRIVATE KEY" not in whole
    assert b"AGE-SECRET-KEY" not in whole
    assert sealed[:60] not in whole
    assert (pack / "findings.txt").read_text().strip()
    assert "sign-off-officer approved version 1" in (pack / "timeline.txt").read_text()


def commands_of(readme: str) -> list[tuple[str, list[str]]]:
    """Return each command of the README, with the lines it is said to print."""
    found: list[tuple[str, list[str]]] = []
    going = False
    for line in readme.splitlines():
        if line.startswith("    $ "):
            found.append((line.removeprefix("    $ "), []))
            going = True
        elif line.startswith("    ") and going:
            found[-1][1].append(line[4:])
        else:
            going = False
    return found


def test_the_readme_is_followed_to_the_letter_with_git_and_openssh_alone(pack: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("git", "ssh-keygen"):
        (tools / tool).symlink_to(shutil.which(tool) or tool)
    commands = commands_of((pack / "README.txt").read_text(encoding="utf-8"))
    script = "".join(f"echo @{number}\n{line}\n" for number, (line, _) in enumerate(commands))

    done = subprocess.run(
        ["/bin/sh", "-c", script],
        cwd=pack,
        env={"PATH": str(tools), "HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )

    printed = re.split(r"^@\d+\n", done.stdout, flags=re.MULTILINE)[1:]
    assert len(printed) == len(commands) > 12
    for (line, expected), came in zip(commands, printed, strict=True):
        lines = came.splitlines()
        assert len(lines) == len(expected), f"{line}\n{came}"
        for one, other in zip(expected, lines, strict=True):
            assert re.fullmatch(re.escape(one).replace("…", ".*"), other), f"{line}\n{came}"


@pytest.mark.exhaustive
def test_by_the_readme_a_changed_text_and_a_changed_statement_are_found(pack: Path) -> None:
    text = next(pack.glob("files/cases/*/*/*/*/test/document.md"))
    text.write_bytes(text.read_bytes().replace(b"the", b"the,", 1))
    said = next(pack.glob("files/cases/*/*/*/*/acts/0004-approve.json"))
    said.write_bytes(said.read_bytes().replace(b"test", b"best", 1))

    done = subprocess.run(
        ["/bin/sh", "-c", "\n".join(line for line, _ in commands_of((pack / "README.txt").read_text()))],
        cwd=pack,
        env={"PATH": os.environ["PATH"], "HOME": str(pack)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert re.search(r"test/document\.md is another", done.stdout)
    assert re.search(r"0004-approve\.json is another", done.stdout)
    assert "Could not verify signature" in done.stdout + done.stderr


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    with offline() as page:
        yield page


def opened(browser: Page, pack: Path) -> Page:
    browser.goto((pack / "case.html").as_uri())
    browser.wait_for_selector("html[data-done]", state="attached")
    return browser


@pytest.mark.exhaustive
def test_the_page_is_green_offline_and_shows_the_case_to_everybody(
    browser: Page, pack: Path, tmp_path: Path
) -> None:
    asked: list[str] = []
    browser.on("request", lambda request: asked.append(request.url))

    page = opened(browser, pack)

    assert page.inner_text("#verdict h2") == "Green: everything here is as it was signed"
    assert "1146A/22 version 1" in page.inner_text("#case")
    assert re.search(r"Checkpoint\s+of entry \d+, signed by the service", page.inner_text("#case"))
    assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []
    with page.expect_download() as coming:
        page.click("text=test/1146A-22.pdf")
    paper = next(pack.glob("files/cases/*/*/*/*/test/1146A-22.pdf"))
    assert coming.value.path().read_bytes() == paper.read_bytes()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for size in ((1100, 1000), (320, 600)):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            assert found_by_axe(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.screenshot(path=tmp_path / "page.png", full_page=True)


def found_by_axe(page: Page) -> list[Any]:
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    options = {"runOnly": {"type": "tag", "values": list(TAGS)}}
    return list(page.evaluate("options => axe.run(options)", options)["violations"])


@pytest.mark.exhaustive
def test_a_changed_comma_turns_the_page_red_and_it_says_where(browser: Page, pack: Path) -> None:
    text = next(pack.glob("files/cases/*/*/*/*/test/document.md")).read_bytes()
    changed = text.replace(b",", b";", 1)
    page = (pack / "case.html").read_text(encoding="utf-8")
    one, other = (base64.b64encode(each).decode() for each in (text, changed))
    assert one in page
    (pack / "case.html").write_text(page.replace(one, other), encoding="utf-8")

    opened(browser, pack)

    assert browser.get_attribute("html", "data-done") == "fails"
    assert browser.inner_text("#verdict h2").startswith("Red")
    assert re.match(
        r"Entry \d+: test/document\.md is not here, or was altered\.", browser.inner_text("#verdict li")
    )


@pytest.mark.exhaustive
def test_a_changed_script_is_not_run_by_the_page(browser: Page, pack: Path) -> None:
    page = (pack / "case.html").read_text(encoding="utf-8")
    assert "green = !findings.length" in page
    (pack / "case.html").write_text(page.replace("green = !findings.length", "green = true"))

    browser.goto((pack / "case.html").as_uri())

    assert browser.inner_text("#verdict h2") == "Not verified yet"

"""What holds of every page: its links lead somewhere, and it names no machine."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from console_blocks import DOCS, ROOT

from flows.desk.cli.main import main
from flows.engine.settings import SCHEDULES, TICK_SECONDS
from flows.home import Home

if TYPE_CHECKING:
    from pathlib import Path

PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
SOURCES = [
    *(page for page in PAGES if page.parent.name != "decisions" and page.name != "CHANGELOG.md"),
    *sorted([*ROOT.glob("templates/**/*.j2"), *ROOT.glob("flows/**/*.py"), ROOT / "Makefile"]),
]
"""What names files of the project as they are; a decision and the change log name them as they were."""
pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@pages
def test_every_link_of_a_page_leads_to_a_file_and_a_heading_that_are_there(page: Path) -> None:
    lost = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            lost.append(target)

    assert lost == []


def test_every_file_of_the_project_that_is_named_is_there() -> None:
    lost = [
        (str(source.relative_to(ROOT)), name)
        for source in SOURCES
        for name in named_in(source)
        if not any(ROOT.glob(name))
    ]
    assert lost == []


def named_in(source: Path) -> set[str]:
    text = source.read_text(encoding="utf-8")
    named = re.findall(r"(?<![\w./-])(?:flows|tests|docs|templates|deploy)/[\w./*-]*\w", text)
    if source.suffix == ".j2":
        named += re.findall(r"(?<![\w./-])[\w-]+\.md(?![\w.])", text)
    return set(named)


@pages
def test_a_page_names_no_path_of_a_machine_and_no_registry(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert re.findall(r"/(?:work|tmp|root|home)/\S*|\S*(?:pypi|pythonhosted)\.org\S*", text) == []


@pages
def test_every_equipoise_command_on_a_page_is_one_there_is(page: Path) -> None:
    named = set(re.findall(r"(?:\$ |`|^)equipoise ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE))

    assert named <= main.commands.keys()


@pytest.mark.parametrize("page", sorted(DOCS.glob("decisions/*.md")), ids=lambda page: page.stem)
def test_a_decision_has_its_context_and_its_consequences_and_is_short(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert text.startswith(f"# {page.name[:4]} ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert len(text.splitlines()) <= 80


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(page.name[:4]) for page in sorted(DOCS.glob("decisions/*.md"))]

    assert numbers == [*range(1, len(numbers) + 1)]


def test_every_dependency_has_its_reason_written_down() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[^A-Za-z0-9-]", line, maxsplit=1)[0] for line in wanted}
    table = (DOCS / "decisions" / "0006-dependencies.md").read_text(encoding="utf-8")
    rows = [line.split(" | ")[0] for line in table.splitlines() if line.startswith("| `")]

    assert {name for row in rows for name in re.findall(r"`([^`]+)`", row)} == names


def test_the_lock_names_no_host() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")

    assert (
        re.findall(r"^.*(?:https?://|--index-url|--find-links|--trusted-host).*$", lock, re.MULTILINE) == []
    )


def test_the_schedules_of_the_operating_page_are_those_of_the_table() -> None:
    page = (DOCS / "operating.md").read_text(encoding="utf-8")
    table = page.split("| flow | when | what it does |")[1].split("\n\n")[0]
    rows = re.findall(r"^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \| (.+?) \|", table, re.MULTILINE)
    shown = {name: when for names, when in rows for name in re.findall(r"`([a-z-]+)`", names)}

    assert shown.keys() == {row.flow for row in SCHEDULES}
    hours = {name: when for name, when in shown.items() if when.startswith("at ")}
    assert hours == {row.flow: when_of(row.cron) for row in SCHEDULES if row.cron}
    assert f"at the latest after {TICK_SECONDS} seconds" in page


def test_the_databases_that_the_pages_name_are_those_of_the_home() -> None:
    home = Home(ROOT)
    named = {name for page in PAGES for name in re.findall(r"`state/([a-z]+\.sqlite)`", page.read_text())}

    known = {home.catalogue, home.desk, home.repeats, home.mail_memory}
    assert named == {*(path.name for path in known), "outbox.sqlite"}


def test_the_exit_codes_of_the_pages_are_those_of_the_help() -> None:
    page = (DOCS / "operating.md").read_text(encoding="utf-8")
    told = " ".join(CliRunner().invoke(main, ["--help"]).output.split())

    rows = re.findall(r"^\| (\d) \| (.+?) \|", page, re.MULTILINE)
    assert [code for code, _ in rows] == ["0", "1", "2", "3", "4"]
    for code, meaning in rows:
        assert f"{code} {meaning}" in told


def test_the_example_cases_described_are_those_there_are() -> None:
    page, _, _ = (DOCS / "cases.md").read_text(encoding="utf-8").partition("\n## ")
    folders = {path.name for path in (ROOT / "cases").iterdir() if not path.name.startswith(".")}

    assert set(re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)) == folders
    for name in re.findall(r"`(cases/\.story/[^`]+/)`", page):
        assert {path.name for path in (ROOT / name).iterdir()} == {"assessment.yaml", "return-reason.txt"}


def anchors(page: Path) -> set[str]:
    """Return what the headings of a page can be linked by."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}


def when_of(cron: str) -> str:
    """Return a schedule in words."""
    minute, hour, *_ = cron.split()
    return f"at {int(hour):02}:{int(minute):02}, London time"

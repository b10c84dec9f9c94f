"""A home whose cases stand at every stage, its desk, and a browser."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
import worlds
from browsers import chromium
from desk_builders import Desk, found_home
from web_builders import Person, serving

from flows.home import Home

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser


def _submitted(root: Path) -> None:
    found_home(root)
    (root / ".demo").touch()
    Desk(Home(root)).submit()


_OPEN: Final = ExitStack()
_BROWSERS: Final[list[Browser]] = []


@pytest.fixture
def browser() -> Browser:
    """The one browser of these tests, which is started when the first of them asks for it."""
    if not _BROWSERS:
        _BROWSERS.append(_OPEN.enter_context(chromium()))
    return _BROWSERS[0]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Iterator[None]:
    """Close the browser before tests of another folder.

    Its loop runs in this thread, where Prefect's client would take itself for asynchronous.
    """
    yield
    if nextitem is None or Path(__file__).parent not in nextitem.path.parents:
        _BROWSERS.clear()
        _OPEN.close()


@pytest.fixture(scope="session")
def submitted(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A sample's home with its officers and one case at legal review; not to be written to."""
    return Home(worlds.once(tmp_path_factory, "web-submitted", _submitted))


@pytest.fixture
def home(submitted: Home, tmp_path: Path) -> Home:
    shutil.copytree(submitted.root, tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture
def at(home: Home) -> Iterator[str]:
    """The address of the desk of ``home``."""
    with serving(home) as address:
        yield address


@pytest.fixture
def command(home: Home) -> Desk:
    """The command line on the same home."""
    return Desk(home)


@pytest.fixture
def person(browser: Browser, at: str) -> Iterator[Callable[..., Person]]:
    """Somebody at the desk: ``person("legal-reviewer")`` signed in as one of the sample's people."""
    people: list[Person] = []

    def comes(name: str = "", **options: object) -> Person:
        someone = Person(browser, at, **options)
        people.append(someone)
        if name:
            someone.enters_sample(name)
        return someone

    yield comes
    for someone in people:
        assert someone.problems == []
        someone.context.close()

"""Pages are there at once while the catalogue catches up: with what is known, and what is not is said."""

from __future__ import annotations

import re
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from desk_builders import CASE, an_officer
from web_builders import SignedIn, serving

from flows.casework.acts import change_reminders
from flows.casework.office import Office
from flows.catalogue import file, rows
from flows.domain.errors import CatchingUpError, RegisterError
from flows.domain.filed import Behind
from flows.register.repository import BRANCH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from desk_builders import Desk

    from flows.home import Home


class Pace:
    """Lets the cases be written down only once it is told to."""

    def __init__(self, write: Callable[..., None]) -> None:
        self.came, self.go, self.problem = threading.Event(), threading.Event(), ""
        self._write = write

    def __call__(self, db: Any, standing: Any, describe: Any) -> None:
        if standing.case or self.problem:
            self.came.set()
            assert self.go.wait(20)
        if self.problem:
            raise RegisterError(self.problem)
        self._write(db, standing, describe)


@pytest.fixture
def pace(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pace]:
    made = Pace(rows.write)
    monkeypatch.setattr(file, "_AT_ONCE", 0)
    monkeypatch.setattr(file, "_SHOWN_EVERY", 2)
    monkeypatch.setattr(file, "write", made)
    yield made
    made.go.set()


def words(someone: SignedIn, path: str = "/") -> tuple[int, str]:
    answer = someone.client.get(path)
    return answer.status_code, re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", answer.text))


def until_whole(someone: SignedIn) -> str:
    deadline = time.monotonic() + 60
    while "until they are whole" in (found := words(someone)[1].lower()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def test_pages_are_made_of_what_is_there_while_all_is_read_anew_and_nothing_is_recorded(
    home: Home, pace: Pace
) -> None:
    home.catalogue.unlink()
    with serving(home) as at:
        someone = SignedIn(home, at, "legal-reviewer")
        status, found = words(someone)
        assert status == 200
        assert "The lists are being made anew" in found
        assert "Nothing waits for you" not in found
        assert pace.came.wait(20)
        assert "the newest cases first: 1 of 2 are in them. Until they are whole nothing" in words(someone)[1]
        behind = someone.client.get("/index.json").json()["behind"]
        assert behind == {"entry": 0, "newest": 9, "done": 1, "count": 2}
        for path in ("/cases/1146A-22", "/cases/no-such-case"):  # nobody is told which of them is there
            status, found = words(someone, path)
            assert (status, "cannot be looked up or recorded yet" in found) == (503, True)
        assert words(someone, "/people")[0] == 200
        assert words(someone, "/register")[0] == 200
        with Office(home, serving=True) as office:
            administrator = an_officer(home, "administrator")
            with pytest.raises(CatchingUpError):
                change_reminders(office, administrator, 4)
            behind = [office.behind]
            pace.go.set()
            assert CASE.lower() in until_whole(someone)
            # What a page read before may be old: it says so, though all is whole by its end.
            for anew in (False, True):
                if anew:
                    office.look_anew()
                office.register.policy()
                behind.append(office.behind)
            assert [each is None for each in behind] == [False, False, True]
        assert words(someone, "/cases/1146A-22")[0] == 200
        someone.close()


def test_lists_that_are_far_behind_say_as_at_which_entry_they_are(
    home: Home, command: Desk, pace: Pace
) -> None:
    before = home.catalogue.resolve().read_bytes()
    pace.go.set()
    command.approve("legal-review", "legal-reviewer")
    home.catalogue.resolve().write_bytes(before)
    for each in home.catalogue.parent.glob("catalogue-*.sqlite-*"):
        each.unlink()
    pace.go.clear()
    with serving(home) as at:
        someone = SignedIn(home, at, "sign-off-officer")
        status, found = words(someone)
        assert (status, "As at entry 9 of 10: the lists are catching up." in found) == (200, True)
        assert "Version 1 is at legal review." in words(someone, "/cases/1146A-22")[1]
        pace.go.set()
        assert "decide" in until_whole(someone)
        someone.close()


def test_lists_of_a_line_that_was_cut_off_and_went_on_otherwise_are_made_anew_behind_the_pages(
    home: Home, command: Desk, pace: Pace
) -> None:
    pace.go.set()
    branch = home.own_register / BRANCH
    before = branch.read_bytes()
    command.approve("legal-review", "legal-reviewer")
    of_this_line = home.catalogue.resolve().read_bytes()
    branch.write_bytes(before)
    command.return_()
    home.catalogue.resolve().write_bytes(of_this_line)
    for each in home.catalogue.parent.glob("catalogue-*.sqlite-*"):
        each.unlink()
    pace.go.clear()
    with Office(home, serving=True) as office:  # first, as a desk that waits would not be there at all
        office.register.policy()
        assert office.behind == Behind(entry=0, newest=10)
    with serving(home) as at:
        someone = SignedIn(home, at, "foi-officer")
        status, found = words(someone)
        assert (status, "The lists are being made anew" in found) == (200, True)
        assert pace.came.wait(20)
        pace.go.set()
        assert CASE.lower() in until_whole(someone)
        assert "returned" in words(someone, "/cases/1146A-22")[1].lower()
        someone.close()


def test_a_failure_to_make_them_is_told_and_they_are_tried_again(
    home: Home, pace: Pace, caplog: pytest.LogCaptureFixture
) -> None:
    home.catalogue.unlink()
    pace.problem = "The disk is gone."
    pace.go.set()
    with serving(home) as at:
        someone = SignedIn(home, at, "legal-reviewer")
        deadline = time.monotonic() + 60
        while (told := words(someone))[0] == 200 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert told[0] == 503
        # A page that was begun before they failed says why; later ones are not begun, and the log says it.
        if told[1] == "The desk cannot answer now.":
            assert "The disk is gone." in caplog.text
        else:
            assert "The disk is gone." in told[1]
        pace.problem = ""
        while words(someone)[0] != 200 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert CASE.lower() in until_whole(someone)
        someone.close()

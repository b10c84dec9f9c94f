"""Nothing is taken in by halves, and no byte that came later is lost."""

from __future__ import annotations

import mmap
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sample_files import ASSESSMENT, REQUEST, as_another_user

from flows.domain.errors import RegisterError
from flows.sources.inbox import waiting
from flows.sources.item import LONG_REST, REST, Item, look, tag_of

if TYPE_CHECKING:
    from collections.abc import Callable

HOUR = 3600


def put(inbox: Path, name: str) -> Path:
    """Put in an item of which ``name`` is a file; return that file."""
    if "/" in name:
        (inbox / "one").mkdir()
        (inbox / "one" / "request.yaml").write_text(REQUEST)
        (inbox / "one" / "assessment.yaml").write_text(ASSESSMENT)
    else:
        (inbox / name).write_text(REQUEST)
    return inbox / name


@pytest.fixture
def lone(tmp_path: Path) -> Path:
    return put(tmp_path, "one.yaml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return put(tmp_path, "one/request.yaml").parent


def later(path: Path, seconds: float = HOUR) -> Item | None:
    """Return the item at a path as it is found so many seconds from now."""
    return look(path, now=time.time() + seconds)


def found(path: Path, seconds: float = HOUR) -> Item:
    item = later(path, seconds)
    assert item is not None
    return item


def only(inbox: Path) -> Item:
    (path,) = waiting(inbox)
    return found(path)


def test_a_file_that_somebody_writes_is_not_read_however_long_they_pause(lone: Path) -> None:
    with lone.open("a") as file:
        assert later(lone) is None
        file.write("# slow\n")
        file.flush()
        assert later(lone) is None

    assert found(lone).request.endswith(b"# slow\n")


@pytest.mark.parametrize("name", ["request.yaml", "assessment.yaml"])
def test_a_folder_waits_for_whoever_writes_a_file_of_it(name: str, folder: Path) -> None:
    with (folder / name).open("a"):
        assert later(folder) is None

    assert later(folder) is not None


def test_a_file_that_is_mapped_for_writing_is_not_read(lone: Path) -> None:
    with lone.open("r+b") as file:
        mapped = mmap.mmap(file.fileno(), 0)
    assert later(lone) is None
    mapped.close()

    assert later(lone) is not None


def test_a_file_that_others_only_read_is_read(lone: Path) -> None:
    with lone.open():
        assert later(lone) is not None


def test_what_has_just_changed_is_not_read(lone: Path, folder: Path) -> None:
    for path in (lone, folder):
        assert later(path, 0) is None
        assert later(path, REST - 1) is None
        assert later(path, REST + 1) is not None


@pytest.mark.parametrize("name", ["", "request.yaml", "assessment.yaml", ".assessment.yaml.Xy12"])
def test_a_folder_waits_until_everything_in_it_rests(name: str, folder: Path) -> None:
    (folder / ".assessment.yaml.Xy12").touch()
    for path in (*folder.iterdir(), folder):
        os.utime(path, (0, 0))
    assert later(folder, 0) is not None
    os.utime(folder / name)

    assert later(folder, 0) is None


def test_a_copy_of_a_folder_is_read_when_the_last_file_is_there(tmp_path: Path) -> None:
    one = tmp_path / "one"
    one.mkdir()
    assert later(one, 0) is None  # no fault yet: the request may come
    (one / "request.yaml").write_text(REQUEST)
    assert later(one, 0) is None
    (one / "assessment.yaml").write_text(ASSESSMENT)
    assert later(one, 0) is None

    assert found(one).assessment == ASSESSMENT.encode()


def test_a_time_in_the_future_keeps_nothing_waiting(lone: Path) -> None:
    os.utime(lone, (time.time() + HOUR,) * 2)

    assert later(lone, 0) is None  # the system knows that this was just now
    assert later(lone, REST + 1) is not None


def test_another_users_file_rests_for_longer(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    lone = put(inbox, "one.yaml")

    def told(seconds: float) -> str:
        return "read" if later(Path(lone.name), seconds) else "not yet"

    if os.geteuid():
        pytest.skip("only root can become another user")
    assert as_another_user(lambda: told(LONG_REST - 1), inbox) == "not yet"
    assert as_another_user(lambda: told(LONG_REST + 1), inbox) == "read"


def append(path: Path) -> None:
    with path.open("a") as file:
        file.write("# more\n")


def rewrite(path: Path) -> None:
    path.write_text(REQUEST[::-1])


def replace(path: Path) -> None:
    path.with_suffix(".new").write_text(REQUEST + "# new\n")
    path.with_suffix(".new").rename(path)


def as_it_is_opened(path: Path, act: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ``act`` come between the look at a path and its opening."""
    plain = os.open

    def late(name: str | Path, *rest: Any, **options: Any) -> int:
        if Path(name).name == path.name:
            act(path)
        return plain(name, *rest, **options)

    monkeypatch.setattr(os, "open", late)


@pytest.mark.parametrize("change", [append, replace, Path.unlink])
@pytest.mark.parametrize("name", ["one.yaml", "one/request.yaml"])
def test_what_changes_as_it_is_opened_is_left_for_later(
    name: str, change: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = put(tmp_path, name)
    as_it_is_opened(file, change, monkeypatch)

    assert later(tmp_path / name.partition("/")[0]) is None


@pytest.mark.parametrize("name", ["one.yaml", "one/request.yaml", "one"])
def test_a_link_put_in_the_place_of_something_is_not_followed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, name if name != "one" else "one/request.yaml")

    def link(path: Path) -> None:
        path.rename(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere")

    as_it_is_opened(tmp_path / name, link, monkeypatch)

    with pytest.raises(RegisterError):
        later(tmp_path / name.partition("/")[0])


@pytest.mark.parametrize("change", [append, rewrite, replace])
@pytest.mark.parametrize("name", ["one.yaml", "one/request.yaml", "one/assessment.yaml"])
def test_what_was_written_after_the_reading_stays(
    name: str, change: Callable[[Path], None], tmp_path: Path
) -> None:
    file = put(tmp_path, name)
    item = only(tmp_path)
    change(file)
    written = file.read_bytes()

    assert not item.remove()
    after = only(tmp_path)
    assert written in {after.request, after.assessment}
    assert after.path.name.startswith("again-")
    assert after.remove()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["one.yaml", "one/request.yaml", "one/assessment.yaml"])
def test_what_is_still_to_be_written_stays(name: str, tmp_path: Path) -> None:
    file = put(tmp_path, name)
    item = only(tmp_path)
    with file.open("a") as writer:
        assert not item.remove()
        assert waiting(tmp_path)
        writer.write("# the rest\n")

    after = only(tmp_path)
    assert b"# the rest\n" in after.request + (after.assessment or b"")


@pytest.mark.parametrize("name", ["assessment.yaml", "other.docx", "assessment.yaml.part"])
def test_what_came_into_the_folder_after_the_reading_stays(name: str, folder: Path) -> None:
    (folder / "assessment.yaml").unlink()
    item = found(folder)
    (folder / name).write_text(ASSESSMENT)

    assert not item.remove()
    (again,) = folder.parent.iterdir()
    assert (again / name).read_text() == ASSESSMENT
    assert (again / "request.yaml").read_text() == REQUEST


def test_a_name_that_is_taken_again_gets_a_number(tmp_path: Path) -> None:
    for _ in range(2):
        item = found(put(tmp_path, "one.yaml"))
        append(item.path)
        assert not item.remove()

    name = f"again-{tag_of(item.path)}"
    assert [path.name for path in waiting(tmp_path)] == [f"{name}-2.yaml", f"{name}.yaml"]


def test_what_was_only_touched_goes(lone: Path) -> None:
    item = found(lone)
    lone.touch()

    assert item.remove()
    assert list(lone.parent.iterdir()) == []

"""What the inbox takes as an item, and what becomes of it."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sample_files import ASSESSMENT, REQUEST, as_another_user

from flows.domain.errors import MalformedError, RefusedError, RegisterError
from flows.sources.aside import set_aside, set_aside_assessment
from flows.sources.copying import copy_in
from flows.sources.inbox import assign_reference, assigned_reference, waiting
from flows.sources.item import Item, look, tag_of
from flows.sources.strict_yaml import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

WHY = ["received: write the date as 2022-11-07 (line 3)", "there is no such key here"]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


@pytest.fixture
def aside(tmp_path: Path) -> Path:
    return tmp_path / "set-aside"


def put_file(inbox: Path, name: str = "one.yaml", text: str = REQUEST) -> Item:
    (inbox / name).write_text(text)
    return only(inbox)


def put_folder(inbox: Path, name: str = "one", **files: str) -> Item:
    (inbox / name).mkdir()
    for stem, text in ({"request": REQUEST} | files).items():
        (inbox / name / f"{stem}.yaml").write_text(text)
    return only(inbox)


def at_rest(path: Path) -> Item | None:
    """Return the item at a path, long after everything there was written."""
    return look(path, now=time.time() + 3600)


def items(inbox: Path) -> list[Item]:
    return [item for path in waiting(inbox) if (item := at_rest(path))]


def only(inbox: Path) -> Item:
    (item,) = items(inbox)
    return item


def tree(folder: Path) -> dict[str, str]:
    """Return every file below a folder with its text."""
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_lone_file_is_a_request(inbox: Path) -> None:
    item = put_file(inbox)

    assert item == Item(path=inbox / "one.yaml", request=REQUEST.encode())


def test_a_folder_is_a_request_with_its_assessment(inbox: Path) -> None:
    item = put_folder(inbox, assessment=ASSESSMENT)

    assert item == Item(path=inbox / "one", request=REQUEST.encode(), assessment=ASSESSMENT.encode())


def test_a_folder_may_have_no_assessment(inbox: Path) -> None:
    assert put_folder(inbox).assessment is None


def test_items_come_by_name(inbox: Path) -> None:
    for name in ["c.yaml", "a.yml", "b.YAML"]:
        (inbox / name).write_text(REQUEST)

    assert [item.path.name for item in items(inbox)] == ["a.yml", "b.YAML", "c.yaml"]


def test_what_is_hidden_or_still_arriving_is_left_alone(inbox: Path) -> None:
    for name in [".hidden.yaml", "one.yaml.part"]:
        (inbox / name).write_text(REQUEST)
    for name in [".folder", "two.part"]:
        (inbox / name).mkdir()
    (inbox / "arriving").mkdir()
    (inbox / "arriving" / "request.yaml.part").write_text(REQUEST)
    before = tree(inbox)

    assert items(inbox) == []
    assert tree(inbox) == before


def test_a_name_stands_in_no_log(inbox: Path) -> None:
    item = put_file(inbox, "Jane Sample.yaml")

    assert tag_of(item.path) == hashlib.sha256(b"Jane Sample.yaml").hexdigest()[:12]
    assert repr(item) == f"Item({tag_of(item.path)})"


def _folder_with(inbox: Path, name: str) -> Path:
    (inbox / "one").mkdir()
    (inbox / "one" / "request.yaml").write_text(REQUEST)
    return inbox / "one" / name


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "a Word file": (lambda inbox: (inbox / "a.docx").write_text("x"), "this is no request"),
    "a folder without a request": (lambda inbox: (inbox / "a").mkdir(), "this file is missing"),
    "another file in a folder": (
        lambda inbox: _folder_with(inbox, "Jane.docx").write_text("x"), "take 1 out"),
    "a folder in a folder": (
        lambda inbox: _folder_with(inbox, "more").mkdir(), "take 1 out"),
    "a link": (lambda inbox: (inbox / "a.yaml").symlink_to("/etc/passwd"), "this is a link"),
    "a link to a folder": (lambda inbox: (inbox / "a").symlink_to("/etc"), "this is a link"),
    "a link in a folder": (
        lambda inbox: _folder_with(inbox, "assessment.yaml").symlink_to("/etc/passwd"), "a link"),
    "a link to itself": (lambda inbox: (inbox / "a").symlink_to("a"), "this is a link"),
    "a socket": (lambda inbox: os.mknod(inbox / "a.yaml", stat.S_IFSOCK | 0o600), "not a file of text"),
    "bytes that are no text for a name": (
        lambda inbox: (inbox / os.fsdecode(b"\xff.docx")).write_text("x"), "this is no request"),
    "a pipe": (lambda inbox: os.mkfifo(inbox / "a.yaml"), "not a file of text"),
    "a folder for a file": (
        lambda inbox: _folder_with(inbox, "assessment.yaml").mkdir(), "not a file of text"),
    "5 MB": (lambda inbox: (inbox / "a.yaml").write_text("x" * 5_000_000), "over 1 MiB"),
    "5 MB of assessment": (
        lambda inbox: _folder_with(inbox, "assessment.yaml").write_text("x" * 5_000_000),
        "over 1 MiB"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_an_item_is_bad_unread(kind: str, inbox: Path, aside: Path) -> None:
    make, says = BAD[kind]
    make(inbox)
    (path,) = waiting(inbox)
    with pytest.raises(MalformedError, match=says) as caught:
        at_rest(path)
    assert "Jane" not in str(caught.value)

    target = set_aside(path, aside, [str(fault) for fault in caught.value.faults])
    assert waiting(inbox) == []
    assert says in (target / "WHY.txt").read_text().replace("\n     ", " ")


LITTER = (
    *("Thumbs.db", "ehthumbs.db", "Desktop.ini", "~$request.yaml", "~WRL0003.tmp", "$RECYCLE.BIN"),
    *("System Volume Information", "request.yaml:Zone.Identifier", ".DS_Store", "._request.yaml"),
    *("Icon\r", "Icon\uf00d", ".Spotlight-V100", ".~lock.request.yaml#"),
)


def test_what_systems_leave_lying_about_is_passed_over(inbox: Path) -> None:
    put_folder(inbox)
    for folder in (inbox, inbox / "one"):
        for name in LITTER:
            (folder / name).write_text("x")
        (folder / "__MACOSX").mkdir()
        (folder / "__MACOSX" / "._request.yaml").write_text("x")

    assert only(inbox).remove()
    assert waiting(inbox) == []


def test_a_file_of_1_mib_is_read(inbox: Path) -> None:
    assert len(put_file(inbox, text="x" * MOST_BYTES).request) == MOST_BYTES


def test_what_is_gone_is_no_item(inbox: Path) -> None:
    assert at_rest(inbox / "one.yaml") is None


CLOSED: dict[str, tuple[str, int]] = {
    "a file": ("one.yaml", 0),
    "a folder": ("one", 0),
    "a folder that can be listed and not entered": ("one", 0o444),
    "a folder that can be entered and not listed": ("one", 0o111),
    "a request in its folder": ("one/request.yaml", 0),
    "an assessment in its folder": ("one/assessment.yaml", 0),
}


@pytest.mark.parametrize("kind", CLOSED)
def test_what_may_not_be_read_is_told_and_holds_up_nothing(kind: str, inbox: Path) -> None:
    name, mode = CLOSED[kind]
    if name == "one.yaml":
        put_file(inbox)
    else:
        put_folder(inbox, assessment=ASSESSMENT)
    for good in ("a.yaml", "z.yaml"):
        (inbox / good).write_text(REQUEST)
    (inbox / name).chmod(mode)

    def told() -> str:
        return "; ".join(f"{path.name}: {_outcome(path)}" for path in waiting(Path()))

    assert as_another_user(told, inbox) == (
        f"a.yaml: read; {name.partition('/')[0]}: the item: the service may not read this, or something "
        "in it; let it, or put in a copy.; z.yaml: read"
    )
    (inbox / name).chmod(0o755)


def _outcome(path: Path) -> str:
    try:
        return "read" if at_rest(path) else "nothing"
    except (MalformedError, RegisterError) as error:
        return str(error)


def test_what_cannot_even_be_looked_at_is_told_and_holds_up_nothing(inbox: Path) -> None:
    while (left := 3900 - len(str(inbox))) > 1:  # 4,095 bytes are the most that a path may have
        inbox /= "x" * min(200, left - 1)
        inbox.mkdir()
    there = os.open(inbox, os.O_DIRECTORY)
    for name in ("a.yaml", "n" * 250 + ".yaml", "z.yaml"):
        with os.fdopen(os.open(name, os.O_CREAT | os.O_WRONLY, dir_fd=there), "w") as file:
            file.write(REQUEST)
    os.close(there)
    short, long, _ = paths = waiting(inbox)

    assert len(str(short)) < 4096 < len(str(long))
    too_long = f"The inbox item {tag_of(long)} could not be read or moved: File name too long."
    assert [_outcome(path) for path in paths] == ["read", too_long, "read"]


def test_a_failing_disk_is_told_without_a_name(inbox: Path, aside: Path) -> None:
    aside.write_text("no folder")
    item = put_file(inbox, "Jane.yaml")

    with pytest.raises(RegisterError, match=f"The inbox item {tag_of(item.path)} could not be") as caught:
        set_aside(item.path, aside, WHY)
    assert "Jane" not in str(caught.value)


def test_an_absent_inbox_is_told(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="The inbox could not be read"):
        items(tmp_path / "none")


def test_one_item_or_a_folder_of_them_is_copied_and_need_not_rest(inbox: Path, tmp_path: Path) -> None:
    put_folder(inbox, assessment=ASSESSMENT)
    (inbox / "two.yaml").write_text(REQUEST)
    for name in (".hidden.yaml", "three.part"):
        (inbox / name).write_text(REQUEST)
    other = tmp_path / "other"
    other.mkdir()

    assert [copy_in(inbox, other), copy_in(inbox / "one", other), copy_in(inbox / "two.yaml", other)] == [
        2,
        1,
        1,
    ]
    found = [look(path, now=time.time()) for path in waiting(other)]
    assert [item.path.name for item in found if item] == ["one", "one-2", "two-2.yaml", "two.yaml"]
    assert [item.assessment is None for item in found if item] == [False, False, True, True]
    with pytest.raises(RegisterError):
        copy_in(inbox / "three.yaml", other)


@pytest.mark.parametrize("other", ["notes.txt", "keys/service/wrapping", "assessments/one.yaml"])
def test_a_folder_with_something_else_in_it_is_copied_not_even_in_part(other: str, tmp_path: Path) -> None:
    folder, there = tmp_path / "folder", tmp_path / "other"
    (folder / "a").mkdir(parents=True)
    (folder / "a/request.yaml").write_text(REQUEST)
    (folder / other).parent.mkdir(parents=True, exist_ok=True)
    (folder / other).write_text(REQUEST)
    there.mkdir()
    with pytest.raises(RefusedError, match=r"is no request: .*Nothing was taken in"):
        copy_in(folder, there)
    assert waiting(there) == []


def test_a_copy_that_was_killed_is_cleared_away_by_the_next(inbox: Path, tmp_path: Path) -> None:
    item = put_file(inbox)
    other = tmp_path / "other"
    (other / ".copying").mkdir(parents=True)

    copy_in(item.path, other)
    assert [path.name for path in other.iterdir()] == ["one.yaml"]


@pytest.mark.parametrize("put", [put_file, put_folder])
def test_an_item_taken_in_is_deleted(put: Callable[[Path], Item], inbox: Path) -> None:
    item = put(inbox)

    assert item.remove()
    assert list(inbox.iterdir()) == []
    assert item.remove()


def test_an_item_that_has_changed_is_not_deleted(inbox: Path) -> None:
    item = put_folder(inbox)
    (inbox / "one" / "assessment.yaml").write_text(ASSESSMENT)

    assert not item.remove()
    assert only(inbox).assessment == ASSESSMENT.encode()


def test_a_bad_file_is_set_aside_with_its_reasons(inbox: Path, aside: Path) -> None:
    target = set_aside(put_file(inbox).path, aside, WHY)

    assert target == aside / "one.yaml"
    assert (target / "one.yaml").read_text() == REQUEST
    assert (
        (target / "WHY.txt").read_text()
        == """\
This was set aside: it could not be taken in, and nothing of it is in the register. If
it is a request, the time for answering runs from the day of its receipt all the same.

What is wrong, where, and what would be right:

  1. received: write the date as 2022-11-07 (line 3)

  2. there is no such key here

To send it again:

  Mend the file that lies beside this WHY.txt, then move that file, without the folder,
  back into the inbox.
"""
    )
    assert items(inbox) == []


def test_a_bad_folder_is_set_aside_whole(inbox: Path, aside: Path) -> None:
    target = set_aside(put_folder(inbox, assessment=ASSESSMENT).path, aside, WHY)

    assert sorted(tree(aside)) == ["one/WHY.txt", "one/assessment.yaml", "one/request.yaml"]
    assert "move the folder back" in (target / "WHY.txt").read_text().replace("\n  ", " ")


def test_what_is_set_aside_is_closed_to_other_accounts_and_what_it_links_to_is_not(
    inbox: Path, aside: Path, tmp_path: Path
) -> None:
    item = put_folder(inbox, assessment=ASSESSMENT)
    (tmp_path / "elsewhere").touch(0o644)
    (item.path / "link").symlink_to(tmp_path / "elsewhere")
    for path in (item.path, item.path / "request.yaml"):
        path.chmod(0o755)

    target = set_aside(item.path, aside, WHY)

    assert stat.S_IMODE(target.stat().st_mode) == 0o700
    closed = [path for path in target.iterdir() if path.is_file() and not path.is_symlink()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in closed} == {0o600}
    assert stat.S_IMODE((tmp_path / "elsewhere").stat().st_mode) == 0o644


def test_a_folder_moved_back_is_an_item_again(inbox: Path, aside: Path) -> None:
    set_aside(put_folder(inbox).path, aside, WHY).rename(inbox / "one")

    assert only(inbox).request == REQUEST.encode()


def test_an_item_set_aside_gives_its_reference_back(inbox: Path, aside: Path) -> None:
    set_aside(assign_reference(put_file(inbox), "FOI-2022-0001").path, aside, WHY).rename(inbox / "one")

    assert assigned_reference(only(inbox).path) is None


@pytest.mark.parametrize("put", [put_file, put_folder])
def test_a_name_already_taken_gets_a_number(put: Callable[[Path], Item], inbox: Path, aside: Path) -> None:
    targets = [set_aside(put(inbox).path, aside, WHY) for _ in range(3)]
    suffix = ".yaml" if put is put_file else ""

    assert [target.name for target in targets] == [f"one{number}{suffix}" for number in ("", "-2", "-3")]


def test_a_name_as_long_as_linux_allows_is_set_aside_twice(inbox: Path, aside: Path) -> None:
    name = "x" * 250 + ".yaml"
    targets = [set_aside(put_file(inbox, name).path, aside, WHY) for _ in range(2)]

    assert all((target / name).read_text() == REQUEST for target in targets)


def test_an_assessment_is_set_aside_alone_and_once(inbox: Path, aside: Path) -> None:
    item = put_folder(inbox, assessment=ASSESSMENT)
    target = set_aside_assessment(item, aside, WHY)

    assert set_aside_assessment(item, aside, WHY) == target
    assert sorted(tree(aside)) == ["one/WHY.txt", "one/assessment.yaml"]
    assert "equipoise draft" in (target / "WHY.txt").read_text()
    assert only(inbox) == item


def test_another_bad_assessment_has_a_folder_of_its_own(inbox: Path, aside: Path) -> None:
    item = put_folder(inbox, assessment=ASSESSMENT)
    targets = [set_aside_assessment(item, aside, why) for why in (WHY, WHY[:1])]

    assert [target.name for target in targets] == ["one", "one-2"]


def test_a_lone_file_that_is_given_a_reference_becomes_a_folder(inbox: Path) -> None:
    item = assign_reference(put_file(inbox), "FOI-2022-0001")

    assert item.path == inbox / "one"
    assert tree(inbox) == {"one/.reference": "FOI-2022-0001\n", "one/request.yaml": REQUEST}
    assert assigned_reference(only(inbox).path) == "FOI-2022-0001"
    assert item.remove()
    assert items(inbox) == []


def test_a_folder_is_given_a_reference(inbox: Path) -> None:
    item = put_folder(inbox)
    assert assigned_reference(item.path) is None

    assert assign_reference(item, "FOI-2022-0001") == item
    assert assigned_reference(item.path) == "FOI-2022-0001"
    assert only(inbox) == item


def test_a_folder_of_the_stem_is_another_item(inbox: Path) -> None:
    put_folder(inbox, "one")
    (inbox / "one.yaml").write_text(REQUEST)
    item = assign_reference(items(inbox)[1], "FOI-2022-0002")

    assert item.path == inbox / "one-2"
    assert [assigned_reference(path) for path in waiting(inbox)] == [None, "FOI-2022-0002"]


def test_a_stem_that_is_left_alone_gets_a_number(inbox: Path) -> None:
    assert assign_reference(put_file(inbox, "a.part.yaml"), "FOI-2022-0002").path == inbox / "a.part-2"


@pytest.mark.parametrize("text", ["", "../x\n", "\x00\n", "\udcff\n"])
def test_what_is_no_assignment_counts_for_nothing(text: str, inbox: Path) -> None:
    item = put_folder(inbox)
    (inbox / "one" / ".reference").write_bytes(os.fsencode(text))
    assert assigned_reference(item.path) is None

    assert assigned_reference(assign_reference(item, "FOI-2022-0001").path) == "FOI-2022-0001"


def test_a_lone_file_has_no_reference_assigned(inbox: Path) -> None:
    assert assigned_reference(put_file(inbox).path) is None


def test_what_is_no_reference_is_not_assigned(inbox: Path) -> None:
    with pytest.raises(MalformedError):
        assign_reference(put_file(inbox), "../x")

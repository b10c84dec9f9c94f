"""What the inbox takes as an item, and what becomes of it."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest
from sample_files import ASSESSMENT, REQUEST

from flows.domain.errors import MalformedError, RegisterError
from flows.sources.inbox import (
    Item,
    assign_reference,
    assigned_reference,
    items,
    items_at,
    set_aside,
    set_aside_assessment,
)
from flows.sources.strict_yaml import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

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

    assert item.request_bytes() == REQUEST.encode()
    assert item.assessment_bytes() is None


def test_a_folder_is_a_request_with_its_assessment(inbox: Path) -> None:
    item = put_folder(inbox, assessment=ASSESSMENT)

    assert item.request_bytes() == REQUEST.encode()
    assert item.assessment_bytes() == ASSESSMENT.encode()


def test_a_folder_may_have_no_assessment(inbox: Path) -> None:
    assert put_folder(inbox).assessment_bytes() is None


def test_items_come_by_name(inbox: Path) -> None:
    for name in ["c.yaml", "a.yml", "b.YAML"]:
        (inbox / name).write_text(REQUEST)

    assert [item.name for item in items(inbox)] == ["a.yml", "b.YAML", "c.yaml"]


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

    assert item.tag == hashlib.sha256(b"Jane Sample.yaml").hexdigest()[:12]
    assert repr(item) == f"Item({item.tag})"


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
    item = only(inbox)
    with pytest.raises(MalformedError, match=says) as caught:
        item.request_bytes()
    assert "Jane" not in str(caught.value)

    target = set_aside(item, aside, [str(fault) for fault in caught.value.faults])
    assert items(inbox) == []
    assert says in (target / "WHY.txt").read_text().replace("\n     ", " ")


def test_a_link_put_in_the_place_of_a_file_is_not_followed(inbox: Path) -> None:
    item = put_folder(inbox)
    (inbox / "one" / "request.yaml").unlink()
    (inbox / "one" / "request.yaml").symlink_to("/etc/passwd")

    with pytest.raises(MalformedError, match="this is a link"):
        item.request_bytes()


def test_a_link_put_in_the_place_of_a_folder_is_not_followed(inbox: Path, tmp_path: Path) -> None:
    item = put_folder(inbox)
    (inbox / "one").rename(tmp_path / "elsewhere")
    (inbox / "one").symlink_to(tmp_path / "elsewhere")

    with pytest.raises((MalformedError, RegisterError)):
        item.request_bytes()


def test_a_file_of_1_mib_is_read(inbox: Path) -> None:
    assert len(put_file(inbox, text="x" * MOST_BYTES).request_bytes()) == MOST_BYTES


def test_an_item_that_is_gone_is_told_by_its_tag(inbox: Path) -> None:
    item = put_file(inbox, "Jane.yaml")
    item.path.unlink()

    with pytest.raises(RegisterError, match=f"The inbox item {item.tag} could not be read") as caught:
        item.request_bytes()
    assert "Jane" not in str(caught.value)


def test_an_absent_inbox_is_told(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="The inbox could not be read"):
        items(tmp_path / "none")


def test_one_item_or_a_folder_of_them_may_be_named(inbox: Path) -> None:
    put_folder(inbox)
    (inbox / "two.yaml").write_text(REQUEST)

    assert [item.name for item in items_at(inbox)] == ["one", "two.yaml"]
    assert [item.name for item in items_at(inbox / "one")] == ["one"]
    assert [item.name for item in items_at(inbox / "two.yaml")] == ["two.yaml"]
    with pytest.raises(RegisterError):
        items_at(inbox / "three.yaml")


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
    assert only(inbox).assessment_bytes() == ASSESSMENT.encode()


def test_a_bad_file_is_set_aside_with_its_reasons(inbox: Path, aside: Path) -> None:
    target = set_aside(put_file(inbox), aside, WHY)

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
    target = set_aside(put_folder(inbox, assessment=ASSESSMENT), aside, WHY)

    assert sorted(tree(aside)) == ["one/WHY.txt", "one/assessment.yaml", "one/request.yaml"]
    assert "move the folder back" in (target / "WHY.txt").read_text().replace("\n  ", " ")


def test_a_folder_moved_back_is_an_item_again(inbox: Path, aside: Path) -> None:
    set_aside(put_folder(inbox), aside, WHY).rename(inbox / "one")

    assert only(inbox).request_bytes() == REQUEST.encode()


def test_an_item_set_aside_gives_its_reference_back(inbox: Path, aside: Path) -> None:
    set_aside(assign_reference(put_file(inbox), "FOI-2022-0001"), aside, WHY).rename(inbox / "one")

    assert assigned_reference(only(inbox)) is None


@pytest.mark.parametrize("put", [put_file, put_folder])
def test_a_name_already_taken_gets_a_number(put: Callable[[Path], Item], inbox: Path, aside: Path) -> None:
    targets = [set_aside(put(inbox), aside, WHY) for _ in range(3)]
    name = targets[0].name

    assert [target.name for target in targets] == [name, f"{name}-2", f"{name}-3"]


def test_a_name_as_long_as_linux_allows_is_set_aside_twice(inbox: Path, aside: Path) -> None:
    name = "x" * 250 + ".yaml"
    targets = [set_aside(put_file(inbox, name), aside, WHY) for _ in range(2)]

    assert all((target / name).read_text() == REQUEST for target in targets)


def test_an_assessment_is_set_aside_alone_and_once(inbox: Path, aside: Path) -> None:
    item = put_folder(inbox, assessment=ASSESSMENT)
    target = set_aside_assessment(item, aside, WHY)

    assert set_aside_assessment(item, aside, WHY) == target
    assert sorted(tree(aside)) == ["one/WHY.txt", "one/assessment.yaml"]
    assert "equipoise draft" in (target / "WHY.txt").read_text()
    assert item.request_bytes() == REQUEST.encode()


def test_another_bad_assessment_has_a_folder_of_its_own(inbox: Path, aside: Path) -> None:
    item = put_folder(inbox, assessment=ASSESSMENT)
    targets = [set_aside_assessment(item, aside, why) for why in (WHY, WHY[:1])]

    assert [target.name for target in targets] == ["one", "one-2"]


def test_a_lone_file_that_is_given_a_reference_becomes_a_folder(inbox: Path) -> None:
    item = assign_reference(put_file(inbox), "FOI-2022-0001")

    assert item.path == inbox / "one"
    assert tree(inbox) == {"one/.reference": "FOI-2022-0001\n", "one/request.yaml": REQUEST}
    assert assigned_reference(only(inbox)) == "FOI-2022-0001"
    assert item.remove()
    assert items(inbox) == []


def test_a_folder_is_given_a_reference_once(inbox: Path) -> None:
    item = put_folder(inbox)
    assert assigned_reference(item) is None

    item = assign_reference(assign_reference(item, "FOI-2022-0001"), "FOI-2022-0002")
    assert assigned_reference(item) == "FOI-2022-0001"
    assert item.request_bytes() == REQUEST.encode()


def test_a_folder_of_the_stem_is_another_item(inbox: Path) -> None:
    put_folder(inbox, "one")
    (inbox / "one.yaml").write_text(REQUEST)
    item = assign_reference(items(inbox)[1], "FOI-2022-0002")

    assert item.path == inbox / "one-2"
    assert [assigned_reference(each) for each in items(inbox)] == [None, "FOI-2022-0002"]


@pytest.mark.parametrize("text", ["", "FOI-2022-0009", "../x\n", "\x00\n"])
def test_half_an_assignment_counts_for_nothing(text: str, inbox: Path) -> None:
    item = put_folder(inbox)
    (inbox / "one" / ".reference").write_text(text)
    assert assigned_reference(item) is None

    assert assigned_reference(assign_reference(item, "FOI-2022-0001")) == "FOI-2022-0001"


def test_a_lone_file_has_no_reference_assigned(inbox: Path) -> None:
    assert assigned_reference(put_file(inbox)) is None


def test_what_is_no_reference_is_not_assigned(inbox: Path) -> None:
    with pytest.raises(MalformedError):
        assign_reference(put_file(inbox), "../x")

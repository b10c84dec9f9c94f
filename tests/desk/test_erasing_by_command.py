"""Two administrators erase what is sealed in a case: nothing opens it any more, and all still verifies."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, EXAMPLE, Desk, another_case, open_case, passes_audit

from flows import disk
from flows import home as flows_home
from flows.casework import erasing, papers, requests
from flows.casework.office import open_office
from flows.desk.web.store import Store
from flows.domain.english import in_full
from flows.domain.errors import RegisterError
from flows.domain.local_day import local_day
from flows.register.audit import audit
from flows.vault.keys import keys_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = flows_home.now()
LATER = NOW + timedelta(days=40)
GROUND = ("--ground", "Schedule 4.2, requests answered")
FIRST, SECOND = ("--as", "administrator"), ("--as", "second.administrator")
GONE = f"{CASE} was erased on {in_full(local_day(LATER))}: nobody can open what was sealed in it"


@pytest.fixture
def ended(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A home in which a case was closed 40 days ago, with what was sealed in it, and another one runs."""
    another_case(desk.home, "R/2", "2022-11-08")
    desk.done("show", CASE)  # keeps what the checks said
    (tmp_path / "harm.txt").write_text("Ask Sample Applicant.")
    desk.done("evidence", CASE, "--kind", "harm", "--file", tmp_path / "harm.txt", "--as", "foi-officer")
    desk.done("close", CASE, "--ground", "withdrawn", "--as", "foi-officer")
    monkeypatch.setattr(flows_home, "now", lambda: LATER)
    return desk


@pytest.fixture
def due(ended: Desk) -> Desk:
    ended.done("officer", "add", "second.administrator", "--role", "administrator", *FIRST)
    ended.done("retention", "set", "1", *FIRST)
    return ended


def key_of(desk: Desk) -> Path:
    with open_office(desk.home, reading=True) as office:
        return desk.home.case_keys / f"{office.register.dossier(CASE).case.recipient}.age"


def erased(desk: Desk) -> Desk:
    desk.done("erase", CASE, *GROUND, *FIRST)
    assert desk.done("confirm-erasure", CASE, *SECOND) == (
        f"{CASE}: What was sealed in it is erased: nobody can open it any more. The case is closed.\n"
    )
    return desk


def intake(desk: Desk) -> None:
    """What the intake does before it looks at the inbox."""
    with open_office(desk.home) as office, office.taking_in():
        requests.catch_up(office)


def test_a_case_is_erased_by_a_second_administrator_once_the_rules_say_how_long_it_is_kept(
    ended: Desk,
) -> None:
    asks = ("erase", CASE, *GROUND)
    assert "`equipoise retention set MONTHS`" in ended.refused(*asks, *FIRST)[1]
    assert ended.done("retention", "show").startswith("How long a case is kept is not stated")
    ended.done("retention", "set", "2", *FIRST)
    assert ended.done("retention", "show") == "2 months\n"
    assert "already" in ended.done("retention", "set", "2", *FIRST)
    assert f"{CASE} is kept until" in ended.refused(*asks, *FIRST)[1]
    assert "What is sealed in it is kept until" in " ".join(ended.done("show", CASE).split())
    ended.done("retention", "set", "1", *FIRST)
    assert "A second administrator has to confirm" in ended.refused(*asks, *FIRST)[1]
    ended.done("officer", "add", "second.administrator", "--role", "administrator", *FIRST)
    assert "needs the role administrator" in ended.refused(*asks, "--as", "foi-officer")[1]

    assert "waits for another administrator" in ended.done(*asks, *FIRST)
    assert key_of(ended).exists()
    assert "proposed to erase" in ended.refused("confirm-erasure", CASE, *FIRST)[1]
    ended.done("confirm-erasure", CASE, *SECOND)
    assert not key_of(ended).exists()


def test_nothing_opens_it_any_more_and_everything_still_verifies(due: Desk, tmp_path: Path) -> None:
    looks = ("find", "--applicant", "Sample Applicant", "--reason", "She rang.", "--as", "foi-officer")
    assert len(due.told(*looks)["cases"]) == 2
    looked = due.home.looked / "1146A-22.json"
    assert looked.exists()
    papers = sorted(due.home.published.iterdir())

    erased(due)

    for words in (
        ("request", CASE, "--reason", "To look.", "--as", "foi-officer"),
        ("request", CASE, "--sealed", "3", "--reason", "To look.", "--as", "foi-officer"),
        ("draft", CASE, EXAMPLE / "assessment.yaml", "--as", "foi-officer"),
        ("evidence", CASE, "--kind", "harm", "--file", tmp_path / "harm.txt", "--as", "foi-officer"),
        ("reopen", CASE, "--reason", "More was found.", "--as", "sign-off-officer"),
        ("assign", CASE, "--person", "foi-officer", "--as", "foi-officer"),
        ("erase", CASE, "--ground", "Schedule 5", *FIRST),
    ):
        assert GONE in due.refused(*words)[1], words
    assert [each["reference"] for each in due.told(*looks)["cases"]] == ["R/2"]
    assert not looked.exists()
    assert due.told("audit")["erased"] == [CASE]
    assert "Erased" in due.done("audit")
    assert f"erased on {in_full(local_day(LATER))}." in " ".join(due.done("show", CASE).split())
    history = " ".join(due.done("history", CASE).split())
    assert "proposed to erase what is sealed in the case, by Schedule 4.2, requests answered" in history
    assert "second.administrator erased what was sealed in the case" in history
    assert due.done("confirm-erasure", CASE, *SECOND).startswith(f"{CASE}: This was done before")
    assert sorted(due.home.published.iterdir()) == papers
    assert "not established" not in due.done("document", CASE).casefold()
    copy = tmp_path / "copy.git"
    shutil.copytree(due.home.register, copy)
    told = due.told("audit", copy)
    assert told["passes"]
    assert any("nobody looked at the keys" in each for each in told["not_established"])


def test_what_was_set_aside_of_it_goes_with_it_and_nothing_else(due: Desk) -> None:
    request = (EXAMPLE / "request.yaml").read_text()
    kept = {
        "the same bytes": request,
        "the reference in a file that cannot be read": f'reference: "{CASE.lower()}"\napplicant: [\n',
        "the same in other words of its form": request.replace("reference: 1146A/22\n", ""),
    }
    others = {"another": request.replace(CASE, "R/9").replace("Please answer", "Please, R/9, answer")}
    for name, text in (kept | others).items():
        folder = due.home.set_aside / name
        folder.mkdir(parents=True)
        (folder / "request.yaml").write_text(text)
        (folder / "WHY.txt").write_text("Why.")

    erased(due)

    assert [path.name for path in due.home.set_aside.iterdir()] == ["another"]


def test_what_was_written_on_the_desk_about_it_goes_with_it_and_nothing_else(due: Desk) -> None:
    store = Store(due.home.desk)
    for id_, said in (("1146a-22", "Mention Jo Canary."), ("r-2", "Mention Jo Other.")):
        store.ask(
            "insert into copies values ('foi-officer', ?, 'test', 1, ?, ?, ?, 0)", id_, said, said, said
        )
        values = ("foi-officer", id_, said, said, said)
        store.ask("insert into comments values (?2, ?1, ?2, 'test', 1, 1, ?3, ?4, ?5, 0)", *values)
        store.ask("insert into openings values (?, 'test', 'foi-officer', 0)", id_)
        store.ask("insert into seen values ('foi-officer', ?, 'test', 1, 1, 0)", id_)

    erased(due)  # with the desk running

    kept = [store.ask(f"select identity from {name}") for name in ("copies", "comments", "openings", "seen")]  # noqa: S608 - ours
    store.close()
    assert kept == [[("r-2",)]] * 4
    written = b"".join(path.read_bytes() for path in due.home.state.glob("desk.sqlite*"))
    assert b"Jo Canary" not in written
    assert b"Jo Other" in written


def test_a_key_that_comes_back_from_a_copy_is_found_and_destroyed_again(due: Desk) -> None:
    key = key_of(due)
    copy = key.read_bytes()
    erased(due)

    for place in (key, key.parent / "orphans" / key.name):
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(copy)
        assert GONE in due.refused("request", CASE, "--reason", "To look.", "--as", "foi-officer")[1]
        assert "its key is still there" in " ".join(due.done("show", CASE).split())
        result = due("audit")
        assert (result.exit_code, "E_KEY_KEPT at entry" in result.output) == (4, True)

        intake(due)

        assert keys_in(due.home.case_keys) & {key.stem} == set()
        assert due.told("audit")["passes"]


def test_a_key_that_goes_while_an_audit_goes_on_is_none_that_was_kept(due: Desk) -> None:
    key = key_of(due)
    copy = key.read_bytes()
    erased(due)
    key.write_bytes(copy)  # as it is there until the erasure is at its end

    report = audit(
        due.home.register,
        check_brought=papers.check,
        now=LATER,
        keys=partial(keys_in, due.home.case_keys),
        following=lambda *_: key.unlink(missing_ok=True),
    )

    assert report.passes, report.named


def _after_the_act(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "finish", _killed)


def _before_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.vault.keys.Vault.destroy", _killed)


def _before_it_is_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    destroy = disk.destroy

    def cut_off(path: Path) -> None:
        if path.suffix == ".age" and path.exists():
            path.write_bytes(bytes(path.stat().st_size))
            _killed()
        destroy(path)

    monkeypatch.setattr(disk, "destroy", cut_off)


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.exhaustive
@pytest.mark.parametrize("kill", [_after_the_act, _before_the_key, _before_it_is_deleted])
def test_an_erasure_that_was_cut_off_is_finished_by_what_runs_next(
    kill: Callable[[pytest.MonkeyPatch], None], due: Desk
) -> None:
    due.done("erase", CASE, *GROUND, *FIRST)
    with pytest.MonkeyPatch.context() as patch:
        kill(patch)
        due("confirm-erasure", CASE, *SECOND)
    assert key_of(due).exists()
    assert "its key is still there" in " ".join(due.done("show", CASE).split())
    assert due("audit").exit_code == 4

    intake(due)

    assert not key_of(due).exists()
    assert due.told("audit")["passes"]
    with open_office(due.home) as office:
        assert office.repeats.known() == {*office.catalogue.recipients()} - {key_of(due).stem}


def test_a_disk_that_says_no_is_told_and_the_key_is_still_found(due: Desk) -> None:
    due.done("erase", CASE, *GROUND, *FIRST)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(disk, "destroy", _no)
        result = due("confirm-erasure", CASE, *SECOND)

    assert result.exit_code == 3
    assert "could not all be destroyed: Read-only file system; the next intake tries again" in " ".join(
        result.stderr.split()
    )
    with open_office(due.home) as office, pytest.MonkeyPatch.context() as patch, office.taking_in():
        patch.setattr(disk, "destroy", _no)
        with pytest.raises(RegisterError, match="could not all be destroyed"):
            erasing.finish(office)
    due.done("confirm-erasure", CASE, *SECOND)
    assert not key_of(due).exists()


def _no(_path: Path) -> None:
    raise OSError(30, "Read-only file system")


def test_a_request_that_comes_again_under_its_reference_is_set_aside(due: Desk) -> None:
    erased(due)

    with open_office(due.home) as office:
        assert open_case(office, (EXAMPLE / "request.yaml").read_bytes()) == CASE

    (aside,) = due.home.set_aside.iterdir()
    assert "this reference is a case already" in " ".join((aside / "WHY.txt").read_text().split())
    assert passes_audit(due.home)


def test_what_is_due_for_erasure_is_listed_with_its_day_and_what_keeps_the_others(due: Desk) -> None:
    listed = due.told("retention", "due", "--all")["cases"]

    assert [(each["reference"], each["due"]) for each in listed] == [(CASE, True), ("R/2", False)]
    assert listed[1] == {
        "reference": "R/2",
        "since": None,
        "due": False,
        "why": "it was neither answered nor closed",
    }
    since = date.fromisoformat(listed[0]["since"])
    assert due.done("retention", "due") == (
        f"Due for erasure: 1 case.\n  {CASE}: due since {in_full(since)}; nobody proposed it yet\n"
    )
    # The list says what the act then allows, to the day.
    due.done("erase", CASE, *GROUND, *FIRST)
    waits = "administrator proposed it, and another administrator has to confirm it"
    assert due.told("retention", "due")["cases"] == [{**listed[0], "why": waits}]
    due.done("confirm-erasure", CASE, *SECOND)
    assert due.told("retention", "due")["cases"] == []
    assert [each["reference"] for each in due.told("retention", "due", "--all")["cases"]] == ["R/2"]


def test_a_case_is_due_on_the_day_after_the_last_for_which_it_is_kept(
    due: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = date.fromisoformat(due.told("retention", "due")["cases"][0]["since"])
    last = since - timedelta(days=1)
    assert f"is kept until {in_full(last)}." in due.done("show", CASE)

    told = {}
    for day in (last, since):
        monkeypatch.setattr(flows_home, "now", lambda day=day: datetime.combine(day, time(12), UTC))
        told[day] = due.told("retention", "due", "--all")["cases"]

    assert [(each["reference"], each["due"]) for each in told[last]] == [(CASE, False), ("R/2", False)]
    assert told[last][0]["why"] == f"it is kept until {in_full(last)}"
    assert told[since][0]["due"]
    assert due.told("retention", "due")["cases"] == told[since][:1]


def test_a_case_that_was_opened_again_is_kept(due: Desk) -> None:
    due.done("reopen", CASE, "--reason", "More was found.", "--as", "sign-off-officer")

    assert due.told("retention", "due")["cases"] == []
    kept = {each["reference"]: each["why"] for each in due.told("retention", "due", "--all")["cases"]}
    assert kept[CASE] == "it was neither answered nor closed"


def test_nothing_is_due_as_long_as_no_rule_says_how_long_a_case_is_kept(ended: Desk) -> None:
    told = ended.refused("retention", "due")[1]

    assert "The rules do not say how long a case is kept, so none is due" in told

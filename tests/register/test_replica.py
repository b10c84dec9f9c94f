"""A register is pushed to a copy, forward only; whoever takes the copy over fences off who wrote before."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, Desk, a_submission, an_officer
from desk_builders import found_home as found_home_of_desk
from worlds import once

from flows.casework import acts
from flows.casework.acts import Wish
from flows.casework.office import open_office
from flows.casework.taking_over import take_over
from flows.desk.registrar.replication import Replication
from flows.domain.acts import APPROVE
from flows.domain.documents import TEST
from flows.domain.errors import RefusedError, RegisterError, TamperedError
from flows.domain.procedure import Stage
from flows.home import Home
from flows.register import replica
from flows.register.replica import Pushed, fence, push
from flows.register.repository import BRANCH, branch_of
from flows.register.stop import stopped

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Home:
    shutil.copytree(once(tmp_path_factory, "desk", found_home_of_desk), tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    made = tmp_path / "copy.git"
    subprocess.run(["git", "init", "-q", "--bare", made], check=True)
    return made


def submit(home: Home) -> None:
    with open_office(home) as office:
        acts.act(office, an_officer(home, "foi-officer"), a_submission())


def approve(home: Home, gate: Stage = Stage.LEGAL_REVIEW, person: str = "legal-reviewer") -> None:
    wish = Wish(kind=APPROVE, reference=CASE, document=TEST.name, version=1, gate=gate)
    with open_office(home) as office:
        acts.act(office, an_officer(home, person), wish)


def standby_of(home: Home) -> Home:
    """A machine with the keys, and no register."""
    other = Home(home.root.with_name("standby"))
    shutil.copytree(home.root / "keys", other.root / "keys")
    return other


def test_a_copy_follows_and_once_it_is_taken_over_whoever_wrote_before_stops(home: Home, copy: Path) -> None:
    replication = Replication(home.register, str(copy))
    replication.start()
    assert branch_of(copy) == branch_of(home.register)
    submit(home)
    assert replication.state() == {"copy": "behind"}
    replication.tell()
    replication.end()
    assert replication.state() == {"copy": "done"}
    assert branch_of(copy) == branch_of(home.register)

    standby = standby_of(home)
    assert take_over(standby, copy).newest == branch_of(home.register)
    assert take_over(standby, copy).entries == 9
    before = branch_of(copy)
    approve(home)  # nobody has told it yet
    with pytest.raises(RefusedError, match="another registrar writes the register now"):
        Replication(home.register, str(copy)).start()
    assert branch_of(copy) == before
    assert "another registrar writes" in (stopped(home.register) or "")
    with pytest.raises(RefusedError, match="another registrar writes"):
        approve(home, Stage.BALANCING, "sign-off-officer")
    approve(standby)
    assert Desk(standby).stage() == "balancing"


def test_a_push_that_was_under_way_when_the_copy_was_fenced_moves_nothing(home: Home, copy: Path) -> None:
    push(home.register, str(copy))
    before = branch_of(copy)
    fence(copy)
    (copy / "config").write_text((copy / "config").read_text().replace(replica._FENCE, ""))  # read by then
    submit(home)

    assert push(home.register, str(copy)) is Pushed.REFUSED
    assert branch_of(copy) == before


@pytest.mark.exhaustive
def test_a_copy_to_which_a_push_does_not_end_is_not_fenced(
    home: Home, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(home.register, str(copy))
    (copy / f"{BRANCH}.lock").touch()
    monkeypatch.setattr(replica, "_UNDER_WAY", 0.1)

    with pytest.raises(RefusedError, match="does not end, or was killed"):
        fence(copy)
    with pytest.raises(RefusedError, match="no copy of a register"):
        fence(home.root)


@pytest.mark.exhaustive
def test_a_copy_that_goes_on_otherwise_refuses_and_one_out_of_reach_does_not(home: Home, copy: Path) -> None:
    push(home.register, str(copy))
    other = Home(home.root.with_name("other"))
    shutil.copytree(home.root, other.root)
    submit(other)
    assert push(other.register, str(copy)) is Pushed.DONE
    with open_office(home) as office:
        acts.act(office, an_officer(home, "all-three-roles"), a_submission())

    assert push(home.register, str(copy)) is Pushed.REFUSED
    assert push(home.register, str(copy.with_name("nowhere.git"))) is Pushed.UNREACHED
    assert stopped(home.register) is None
    with pytest.raises(RegisterError, match="cannot be reached"):
        Replication(home.register, str(copy.with_name("nowhere.git"))).start()
    with pytest.raises(TamperedError, match="fails its audit"):
        take_over(home, copy)  # it has an entry that the copy has not


def test_where_there_is_no_copy_nothing_is_made_of_it(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="There is no copy of a register"):
        take_over(Home(tmp_path / "standby"), tmp_path / "nowhere.git")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.exhaustive
def test_a_register_is_not_taken_over_where_its_service_key_is_not(home: Home, copy: Path) -> None:
    push(home.register, str(copy))
    standby = standby_of(home)
    standby.service.unlink()

    with pytest.raises(RegisterError, match="service's key"):
        take_over(standby, copy)

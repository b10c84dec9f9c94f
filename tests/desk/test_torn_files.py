"""What a power cut, a disk or an editor did to a small file of a home stops nothing, and is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest
from desk_builders import Desk, a_submission
from hostile_json import HOSTILE
from loopback import answering_on_loopback
from sampling import sampled

from flows.casework import arrivals, auditing, consents, copies_elsewhere, proposals
from flows.casework.acts import propose
from flows.casework.copies_elsewhere import Way
from flows.casework.looking import look
from flows.casework.office import open_office
from flows.domain.errors import RegisterError
from flows.engine.announcing import announce
from flows.engine.waking import Prefect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WRONG: Final = {
    "time": 1,
    "way": [],
    "place": {},
    "entries": "x",
    "outside": 1,
    "findings": 7,
    "item": [],
    "uncosigned": "w",
    "validated": 1,
}


def before_it(line: bytes) -> Callable[[bytes], bytes]:
    return lambda data: line.replace(b"\n", b" ") + b"\n" + data


SPOILT: Final[dict[str, Callable[[bytes], bytes]]] = {
    "half of the last line is lost": lambda data: data + data[: len(data) // 2].rstrip(b"\n")[:-3],
    "NULs at the end": lambda data: data + bytes(512),
    "NULs within": lambda data: bytes(512) + b"\n" + data,
    "a time that is none": lambda data: data + data.replace(b'"time": "20', b'"time": "xx'),
    "a time in no zone": lambda data: data + data.replace(b"+00:00", b""),
    "a field more": lambda data: data + data.replace(b'"entries"', b'"more": 1, "entries"'),
    "values of other types": lambda data: data + json.dumps(WRONG).encode() + b"\n",
    "a number of entries that is none": lambda data: data + data.replace(b'"entries": ', b'"entries": 0.'),
    "an object of nothing": lambda data: b"{}\n" + data,
    **{name: before_it(line) for name, line in HOSTILE.items() if line},
}


@pytest.fixture
def kept(desk: Desk, tmp_path: Path) -> Desk:
    """A home with an audit and a backup behind it."""
    with open_office(desk.home) as office:
        auditing.audit_register(office)
    desk.done("backup", tmp_path / "backup")
    assert json.loads(desk("health", "--json").stdout)["troubles"] == []
    return desk


@pytest.mark.parametrize("name", sampled(SPOILT, 1))
def test_a_line_that_is_lost_is_told_and_stops_nothing(name: str, kept: Desk, tmp_path: Path) -> None:
    home = kept.home
    sound = {path: path.read_bytes() for path in (home.audits, home.handed_out)}
    for path, data in sound.items():
        path.write_bytes(SPOILT[name](data))
        assert json.loads(kept("health", "--json").stdout)["troubles"] == ["state-damaged"]
        said = kept("doctor").stdout
        assert f"state/{path.name}: 1 of its lines cannot be read" in said
        assert kept.done("doctor", "--mend").endswith("Everything was mended.\n")
        assert path.read_bytes() == data
        assert json.loads(kept("health", "--json").stdout)["troubles"] == []
        assert SPOILT[name](data) in [each.read_bytes() for each in home.mended.iterdir()]
        path.write_bytes(SPOILT[name](data))

    # What writes into the file goes on from what can be read of it.
    kept.done("backup", tmp_path / "second")
    with open_office(home) as office:
        auditing.audit_register(office)
    assert json.loads(kept("health", "--json").stdout)["troubles"] == []
    assert [auditing._audits(home)[0], *copies_elsewhere.known(home)[1:]]
    assert len(auditing._audits(home)) == 2
    assert {each.way for each in copies_elsewhere.known(home)} >= {Way.BACKUP}


def test_a_file_of_which_all_is_lost_is_red_and_not_green(kept: Desk) -> None:
    for data in (bytes(4096), b"\xff" * 100):
        kept.home.audits.write_bytes(data)
        assert json.loads(kept("health", "--json").stdout)["troubles"] == ["state-damaged"]


def test_what_an_audit_validated_and_a_disk_spoilt_counts_as_the_one_before(kept: Desk) -> None:
    data = kept.home.audits.read_bytes()
    kept.home.audits.write_bytes(data + data.replace(b'"validated": "', b'"validated": "no '))
    with open_office(kept.home) as office:
        assert auditing._validated(auditing._audits(kept.home))
        assert auditing.audit_register(office).reference == "register"


def test_a_name_of_a_file_that_is_no_text_is_noted_and_read_again(kept: Desk, tmp_path: Path) -> None:
    place = tmp_path / "back\udcffup"
    place.mkdir()
    kept.done("backup", place)
    assert copies_elsewhere.lost_lines(kept.home) == 0


@pytest.mark.parametrize("name", sampled(HOSTILE, 1))
def test_what_is_remembered_and_lost_is_made_anew_or_told(name: str, desk: Desk) -> None:
    home, data = desk.home, HOSTILE[name]
    home.lookups.write_bytes(data + b'\n{"item": "1", "person": "foi-officer"}\n')
    with open_office(home) as office:
        assert arrivals._was_read(office, "foi-officer", "1")

        dossier = office.register.dossier("1146A/22")
        found = look(office, dossier)
        for path in home.looked.iterdir():
            path.write_bytes(data)
        assert look(office, dossier) == found

        kept = proposals.keep(office, propose(office, "foi-officer", a_submission()))
        (path,) = home.proposals.iterdir()
        path.write_bytes(data)
        assert proposals.find(office, path.stem) is None
        assert kept.act.actor == "foi-officer"

        home.consents.mkdir()
        (home.consents / "a.json").write_bytes(data)
        with pytest.raises(RegisterError, match=r"a\.json is damaged: delete it"):
            consents._kept(office)

        with answering_on_loopback(lambda *_: ("application/json", b"")) as url:
            announced = home.prefect / "announced.json"
            announced.parent.mkdir(parents=True, exist_ok=True)
            announced.write_bytes(data)
            announce(office, Prefect(url=url, authorization=""))
            assert json.loads(announced.read_bytes()) == {"entry": 8}

"""The settings: one table, a file in the home and the environment; what it does not know is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from desk_builders import Desk

from flows.domain.errors import MalformedError
from flows.engine.settings import DESK_PORT, TICK_SECONDS
from flows.home import Home
from flows.settings import OWN_VARIABLE, TABLE, Settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")


def test_a_setting_is_what_the_environment_says_else_the_file_else_the_default(home: Home) -> None:
    (home.root / "settings.toml").write_text("[up]\nevery = 30\n[desk]\nport = 9000\n")

    found = {each.setting.name: (each.value, each.source) for each in Settings(home, {}).given}
    other = Settings(home, {"EQUIPOISE_UP_EVERY": "45", "EQUIPOISE_DESK_PORT": ""})

    assert found["up.every"] == (30, "file")
    assert found["desk.port"] == (9000, "file")
    assert found["log.form"] == ("text", "default")
    assert other.number("up.every") == 45
    assert other.number("desk.port") == 8420
    assert (Settings(Home(home.root / "none"), {}).number("up.every")) == TICK_SECONDS
    assert (Settings(Home(home.root / "none"), {}).number("desk.port")) == DESK_PORT


WRONG: Final = {
    "[up]\nevry = 1\n": "up.evry: there is no such setting; up.every is meant, perhaps",
    "colour = 1\n": "colour: there is no such setting",
    "[up]\nevery = 0\n": "up.every: a whole number from 1 to 86400 is needed",
    "[up]\nevery = true\n": "up.every: a text or a whole number is needed",
    "[desk]\nport = 70000\n": "desk.port: a whole number from 1 to 65535 is needed",
    '[log]\nform = "xml"\n': "log.form: one of text, json is needed",
    '[backup]\nfolder = "b"\n': "backup.folder: a path from the root is needed",
    '[backup]\nseal-for = "x"\n': "backup.seal-for: a recipient of age is needed",
    '[metrics]\ntoken = "../x"\n': "metrics.token: the name of a file in the home",
    'home = "/srv"\n': "home: this is said by the environment alone, as EQUIPOISE_HOME",
    "[up]\nevery = 1\n[desk\n": "settings.toml: it is not TOML (line 3)",
    "[up]\nevery = 1\n[desk]\nport = ": "settings.toml: it is not TOML (line 4)",
    f"up = {9_000 * '['}": "it is nested too deeply",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_the_file_says_wrongly_is_refused_with_what_would_be_right(text: str, home: Home) -> None:
    (home.root / "settings.toml").write_text(text)

    with pytest.raises(MalformedError) as caught:
        Settings(home, {})

    assert WRONG[text] in str(caught.value)
    assert "settings.toml" in str(caught.value)


def test_a_variable_that_is_wrong_is_refused_by_its_name(home: Home) -> None:
    with pytest.raises(MalformedError, match=r"EQUIPOISE_UP_EVERY: up\.every: a whole number"):
        Settings(home, {"EQUIPOISE_UP_EVERY": "often"})


def test_the_settings_are_listed_with_where_they_came_from_and_no_secret(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home.root / "settings.toml").write_text('[metrics]\ntoken = "token"\n')
    (home.root / "token").write_text("zeppelin")
    desk = Desk(home)

    shown, told = desk.done("settings"), desk.told("settings")

    assert [each["name"] for each in told["settings"]] == [each.name for each in TABLE]
    assert "metrics.token = token\n" in shown
    assert "zeppelin" not in f"{shown}{told}"
    assert str(home.root) in shown
    monkeypatch.setenv(OWN_VARIABLE, "1")
    assert desk("settings").exit_code == 0
    monkeypatch.setenv("EQUIPOISE_HOM", "x")
    result = desk("settings")
    assert result.exit_code == 1
    assert "EQUIPOISE_HOM is no setting; EQUIPOISE_HOME is meant, perhaps." in result.stdout


def test_a_secret_is_read_from_a_closed_file_or_a_credential(home: Home, tmp_path: Path) -> None:
    said = {"EQUIPOISE_METRICS_TOKEN": "token"}
    with pytest.raises(MalformedError, match="there is no file token"):
        Settings(home, said).secret("metrics.token")
    token = home.root / "token"
    token.write_text("s1\n")
    token.chmod(0o644)
    with pytest.raises(MalformedError, match="others on this machine can read"):
        Settings(home, said).secret("metrics.token")
    token.chmod(0o600)
    assert Settings(home, said).secret("metrics.token") == "s1"
    (tmp_path / "token").write_text("s2\n")
    assert Settings(home, {**said, "CREDENTIALS_DIRECTORY": str(tmp_path)}).secret("metrics.token") == "s2"
    assert Settings(home, {}).secret("metrics.token") == ""


def test_a_backup_goes_where_the_settings_say(desk: Desk, tmp_path: Path) -> None:
    assert "backup.folder" in desk("backup").stderr
    text = f'[backup]\nfolder = "{tmp_path}/homes"\nkeys = "{tmp_path}/keys"\n'
    (desk.home.root / "settings.toml").write_text(text)
    for name, setting in (("homes", "backup.folder"), ("keys", "backup.keys")):  # as of a disk not mounted
        sentence = f"{setting}: {tmp_path / name}: there is no such folder; make it, or mount its disk."
        assert desk.refused("backup") == (2, sentence)
        (tmp_path / name).mkdir()

    made = desk.told("backup")

    assert [str(path) for path in (tmp_path / "homes").iterdir()] == [made["home"]["file"]]
    assert [str(path) for path in (tmp_path / "keys").iterdir()] == [made["keys"]["file"]]

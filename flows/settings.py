"""The settings of one installation: one table, one file in the home, and the environment.

What a command is told by an option counts first, then the environment, then ``settings.toml``, then the
default. No setting is a secret: a secret stands in a file, or in a credential of systemd, that one names.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flows.domain.errors import Fault, MalformedError
from flows.domain.text_file import toml_of
from flows.home import HOME_VARIABLE, REGISTRAR_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from flows.home import Home

_FILE: Final = "settings.toml"
_PREFIX: Final = "EQUIPOISE_"
OWN_VARIABLE: Final = f"{_PREFIX}OWN_PREFECT"
"""No setting: set where ``$PREFECT_API_URL`` names a server that we started, here or in a parent."""
_NAMED: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}")
_SHORT: Final = re.compile(r"[a-z][a-z0-9]{0,29}")
_OTHERS: Final = 0o077


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One row of the table.

    Attributes:
        name: As in the file: its table, a dot, its key.
        what: What it does, as a sentence.
        read: Reads it; whatever is wrong with it is a ``ValueError`` with what would be right.
        default: In words, where it is no value.
        in_file: Whether the file can say it; what says where the home is cannot stand in it.
    """

    name: str
    what: str
    read: Callable[[str], str | int]
    default: str | int = ""
    in_file: bool = True

    @property
    def variable(self) -> str:
        """Its variable of the environment."""
        return f"{_PREFIX}{re.sub('[.-]', '_', self.name).upper()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a setting is, and where that came from: ``environment``, ``file`` or ``default``."""

    setting: Setting
    value: str | int
    source: str


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
            raise ValueError(f"a whole number from {least} to {most} is needed")
        return int(text)

    return read


def _one_of(*values: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in values:
            raise ValueError(f"one of {', '.join(values)} is needed")
        return text

    return read


def _short_name(text: str) -> str:
    if not _SHORT.fullmatch(text):
        raise ValueError("a name of 1 to 30 small letters and digits is needed, which begins with a letter")
    return text


def _folder(text: str) -> str:
    if not Path(text).is_absolute():
        raise ValueError("a path from the root is needed, as /srv/backups")
    return text


def _file_beside(text: str) -> str:
    if not _NAMED.fullmatch(text):
        raise ValueError("the name of a file in the home, or of a credential of systemd, is needed")
    return text


def _recipient(text: str) -> str:
    if not re.fullmatch("age1[0-9a-z]{20,100}", text):
        raise ValueError("a recipient of age is needed, which begins with age1")
    return text


TABLE: Final = (
    Setting(
        name="home",
        what="The folder of the installation, where a command is not given --home.",
        read=str,
        default="./equipoise",
        in_file=False,
    ),
    Setting(
        name="authority",
        what="The short name by which the authority is known on a Prefect server that several share, as "
        "northshire. Without it the server is the authority's own.",
        read=_short_name,
    ),
    Setting(
        name="registrar",
        what="The registrar that writes the register: unix: and the path of its socket, or https:// with its "
        "host and port. Without it the home has a register of its own.",
        read=str,
        in_file=False,
    ),
    Setting(
        name="registrar.ca",
        what="The file of the certificates by which the registrar is known.",
        read=str,
        in_file=False,
    ),
    Setting(
        name="registrar.cert",
        what="The file of this machine's certificate, for the registrar.",
        read=str,
        in_file=False,
    ),
    Setting(
        name="registrar.key",
        what="The file of the private key of that certificate.",
        read=str,
        in_file=False,
    ),
    Setting(
        name="vault.passphrase-file",
        what="The file with the passphrase that opens the vault, or the PIN of its device; /dev/fd/3 is an "
        "open descriptor.",
        read=str,
        in_file=False,
    ),
    Setting(
        name="up.every",
        what="Seconds from one look for work to the next, for `up` without --every.",
        read=_number(1, 86_400),
        default=15,
    ),
    Setting(
        name="desk.port",
        what="The port at which the desk answers on this machine, for `up` without --port.",
        read=_number(1, 65_535),
        default=8420,
    ),
    Setting(
        name="log.form",
        what="How `up` writes its log: text, or json for one JSON object a line.",
        read=_one_of("text", "json"),
        default="text",
    ),
    Setting(
        name="metrics.token",
        what="The file in the home, or the credential of systemd, with the token by which /health/state "
        "and /metrics answer from elsewhere too. Without it they answer this machine alone.",
        read=_file_beside,
    ),
    Setting(
        name="backup.folder",
        what="Where `backup` writes the home when it is not told where.",
        read=_folder,
    ),
    Setting(
        name="backup.keys",
        what="Where `backup` writes the keys then; another place. Without it they are not written.",
        read=_folder,
    ),
    Setting(
        name="backup.seal-for",
        what="For whom it seals the keys then: a recipient of age, whose private half is kept offline.",
        read=_recipient,
    ),
    Setting(
        name="backup.hours",
        what="After how many hours without a backup /health says so; 0 for never.",
        read=_number(0, 10_000),
        default=0,
    ),
)
_BY_NAME: Final = {each.name: each for each in TABLE}

assert _BY_NAME["home"].variable == HOME_VARIABLE  # noqa: S101 - read by `home`, told here
assert _BY_NAME["registrar"].variable == REGISTRAR_VARIABLE  # noqa: S101 - as above


class Settings:
    """The settings of a home.

    Raises:
        MalformedError: the file or a variable says what cannot be, with what would be right.
    """

    def __init__(self, home: Home, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment
        self._home = home
        self._file = _read_file(home.root / _FILE)
        self.given = tuple(map(self._given, TABLE))
        self._values = {each.setting.name: each.value for each in self.given}

    def text(self, name: str) -> str:
        """Return a setting; empty where it has no value."""
        return str(self._values[name])

    def number(self, name: str) -> int:
        """Return a setting that is a number."""
        return int(self._values[name])

    def secret(self, name: str) -> str:
        """Return what stands in the file, or the credential, that a setting names; empty where it has none.

        Raises:
            MalformedError: it is not there, is empty, or others on this machine can read it.
        """
        named = self.text(name)
        if not named:
            return ""
        credentials = self._environment.get("CREDENTIALS_DIRECTORY")
        for folder in (*([Path(credentials)] if credentials else []), self._home.root):
            path = folder / named
            if not path.is_file():
                continue
            if folder == self._home.root and path.stat().st_mode & _OTHERS:
                raise _malformed(name, f"others on this machine can read {path}; close it to them")
            if text := path.read_text(encoding="utf-8").strip():
                return text
        raise _malformed(name, f"there is no file {named} in the home with something in it")

    def strange(self) -> Iterator[str]:
        """Yield a sentence for each variable that looks like a setting and is none."""
        variables = [each.variable for each in TABLE]
        for name in sorted(self._environment):
            if name.startswith(_PREFIX) and name not in {*variables, OWN_VARIABLE}:
                yield f"{name} is no setting{_meant(name, variables)}."

    def _given(self, setting: Setting) -> Given:
        if setting.variable in self._environment:
            text, source = self._environment[setting.variable], "environment"
        elif setting.name in self._file:
            text, source = self._file[setting.name], "file"
        else:
            return Given(setting=setting, value=setting.default, source="default")
        try:
            return Given(
                setting=setting, value=setting.read(text) if text else setting.default, source=source
            )
        except ValueError as error:
            where = setting.variable if source == "environment" else _FILE
            raise MalformedError(where, Fault(path=setting.name, problem=str(error))) from None


def _read_file(path: Path) -> dict[str, str]:
    """Return what the file says, by the names of the table."""
    try:
        content = toml_of(path.read_bytes(), _FILE)
    except (FileNotFoundError, NotADirectoryError):
        return {}  # whatever opens the home says what is wrong with it
    except OSError as error:
        raise _malformed("", f"it cannot be read ({error.strerror})") from None
    found: dict[str, str] = {}
    for table, rows in content.items():
        for key, value in rows.items() if isinstance(rows, dict) else [("", rows)]:
            name = f"{table}.{key}".removesuffix(".")
            setting = _BY_NAME.get(name)
            if setting is None:
                raise _malformed(name, f"there is no such setting{_meant(name, _BY_NAME)}")
            if not setting.in_file:
                raise _malformed(name, f"this is said by the environment alone, as {setting.variable}")
            if isinstance(value, bool) or not isinstance(value, str | int):
                raise _malformed(name, "a text or a whole number is needed")
            found[name] = str(value)
    return found


def _meant(name: str, names: Iterable[str]) -> str:
    close = get_close_matches(name, list(names), n=1)
    return f"; {close[0]} is meant, perhaps" if close else ""


def _malformed(path: str, problem: str) -> MalformedError:
    return MalformedError(_FILE, Fault(path=path, problem=problem))

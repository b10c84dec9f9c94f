"""How the command line speaks: its exit codes, its errors, its JSON, its tables, and who acts.

Exit: 0 done, 1 the answer is no, 2 the call or a file is malformed, 3 the register is absent or
unavailable, 4 the register fails its audit.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
import os
import re
import shlex
import shutil
import stat
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unicodedata import east_asian_width

import click

from flows import home as flows_home
from flows.domain.characters import in_json, is_mark, visible
from flows.domain.difference import Change
from flows.domain.english import only_date
from flows.domain.errors import (
    Fault,
    MalformedError,
    NotEntitledError,
    PitError,
    RefusedError,
    TamperedError,
    UnexpectedError,
    UnknownCaseError,
)
from flows.domain.local_day import local_day, local_time
from flows.domain.policy import parse_person
from flows.domain.procedure import STAGES
from flows.domain.text_file import text_of
from flows.home import Home, find_home

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from click.shell_completion import CompletionItem

    from flows.casework.acts import Officer
    from flows.casework.office import Office
    from flows.casework.proposals import Kept
    from flows.domain.difference import Words
    from flows.register.signature import FileSigner

NO: Final = 1
MALFORMED: Final = 2
UNAVAILABLE: Final = 3
FAILS_ITS_AUDIT: Final = 4

_EXIT: Final = ((RefusedError, NO), (MalformedError, MALFORMED), (TamperedError, FAILS_ITS_AUDIT))
"""What each kind of error exits with; every other one means that the register is unavailable."""

MOST_BYTES: Final = 1 << 20
"""What a file named on the command line may have, where nothing else is said."""

_WIDEST: Final = 100
_NARROWEST: Final = 60
_ROOM: Final = 20
"""Columns that are left for the last column of a table, however wide the others are."""


class CommandError(click.ClickException):
    """A refusal or a failure on its way to standard error: one sentence and an exit code.

    Attributes:
        as_json: Whether it is said as one JSON object.
    """

    def __init__(self, text: str, exit_code: int) -> None:
        super().__init__(text)
        self.exit_code = exit_code  # type: ignore[misc] # click declares it on the class
        self.as_json = False

    def show(self, file: Any = None) -> None:  # noqa: ANN401 - click's signature
        """Print the sentence, red on a terminal."""
        if self.as_json:
            print_json({"error": self.message, "exit": self.exit_code}, err=True)
        else:
            click.secho(shown(self.message), err=True, file=file, color=_colours(), fg="red")


def _colours() -> bool | None:
    """Return False where nobody wants colours, by the convention of https://no-color.org; else None."""
    return False if os.environ.get("NO_COLOR") else None


@dataclass(frozen=True, slots=True)
class Later:
    """A command that is imported once it is asked for, so that help comes at once.

    Attributes:
        help: Its first sentence.
        load: Returns it.
    """

    help: str
    load: Callable[[], click.Command]


class Commands(click.Group):
    """Commands in the order of a case's life, whose failures become one sentence and an exit code."""

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - click's signature
        later: Mapping[str, Later] | None = None,
        headings: Mapping[str, str] | None = None,
        **kwargs: Any,  # noqa: ANN401 - click's signature
    ) -> None:
        super().__init__(*args, **kwargs)
        self._later = later or {}
        # What stands above a command and those that follow it, by the command's name.
        self._headings = headings or {}
        for name, each in self._later.items():  # what stands for them in lists
            self.add_command(click.Command(name, help=each.help))

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands in the order in which they were added."""
        return [*self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported now."""
        later = self._later.get(cmd_name)
        return later.load() if later else super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write what each command does, in whole sentences."""
        rows: dict[str, list[tuple[str, str]]] = {}
        heading = "Commands"
        for name, command in self.commands.items():
            heading = self._headings.get(name, heading)
            first = (command.help or "").partition("\n\n")[0]
            rows.setdefault(heading, []).append((name, " ".join(first.split())))
        widest = max(map(len, self.commands))
        for heading, listed in rows.items():
            with formatter.section(heading):
                # One column for all, whichever names a part has.
                formatter.write_dl([(name.ljust(widest), text) for name, text in listed])

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - click's signature
    ) -> click.Context:
        """Read the call."""
        as_json = "--json" in args  # known before the call is read, which may be what fails
        with _in_sentences(as_json=as_json):
            _write_anything()
            context = super().make_context(info_name, args, parent, **{"color": _colours(), **extra})
        context.meta[_SAID_AS_JSON] = as_json
        return context

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Run the command that was asked for."""
        with _in_sentences(as_json=ctx.meta[_SAID_AS_JSON]):
            return super().invoke(ctx)


_SAID_AS_JSON: Final = f"{__name__}.as_json"


@contextmanager
def _in_sentences(*, as_json: bool) -> Iterator[None]:
    try:
        with _sentences():
            yield
    except CommandError as error:
        error.as_json = as_json
        raise


_NO_NUMBER: Final = re.compile("is not a valid integer( range)?")
"""Click's words for what is no number."""


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except PitError as error:
        raise _sentence(error) from error
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "equipoise"
        said = _NO_NUMBER.sub("is no whole number", error.format_message())
        # Click ends some with a question of its own: "Did you mean '--home'?".
        text = (
            f"{said.rstrip('.')}{' ' if said.endswith('?') else '; '}`{where} --help` shows how it is called."
        )
        raise CommandError(" ".join(text.split()), MALFORMED) from error
    except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
        raise
    except OSError as error:
        place = error.filename or "Something"
        raise CommandError(
            f"{place} could not be read or written: {error.strerror or type(error).__name__}.", UNAVAILABLE
        ) from error
    except Exception as error:
        if type(error).__module__ == "sqlite3":
            raise CommandError(
                f"The catalogue of the register could not be read or written: {error}.", UNAVAILABLE
            ) from error
        raise _sentence(UnexpectedError.of(error)) from error


def _sentence(error: PitError) -> CommandError:
    code = next((code for kind, code in _EXIT if isinstance(error, kind)), UNAVAILABLE)
    if isinstance(error, MalformedError) and len(error.faults) > 1:
        faults = "".join(f"\n  {shown(str(fault), lines=False)}" for fault in error.faults)
        return CommandError(
            f"{shown(error.source, lines=False)} has {len(error.faults)} faults:{faults}", code
        )
    return CommandError(shown(str(error), lines=False), code)


def _write_anything() -> None:
    if sys.stdout is None:  # closed: what was done would be told to nobody, and look as if nothing was
        raise CommandError(
            "Standard output is closed, so nothing was done; send it to /dev/null where nobody reads it.",
            MALFORMED,
        )
    # A name of a file may hold bytes that are no text, and a terminal may lack a character.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def shown(text: str, *, lines: bool = True) -> str:
    """Return ``text`` with what could steer a terminal, or turn its words around, made visible."""
    return visible(text, lines=lines)


def print_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's
    """Print the version and exit, if it is asked for."""
    if value:
        from importlib.metadata import version  # noqa: PLC0415 - a twentieth of a second, for this alone

        click.echo(f"equipoise, version {version('equipoise')}")
        ctx.exit()


# Options ----------------------------------------------------------------------------------------


class StageChoice(click.Choice[str]):
    """A stage by its name, or by what lists and sentences call it: ``balancing``, or sign-off."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401 - click's signature
        """Return its name."""
        names = {words: str(stage) for stage, words in STAGES.items()}
        return super().convert(names.get(str(value), value), param, ctx)


class _Reference(click.ParamType[str]):
    """A case's reference, which a shell completes."""

    name = "reference"

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG002 - click's signature
        incomplete: str,
    ) -> list[CompletionItem]:
        """Return the references that begin so."""
        from flows.desk.cli.completing import references  # noqa: PLC0415 - for a shell that asks alone

        return references(ctx, incomplete)


def _people(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from flows.desk.cli.completing import people  # noqa: PLC0415 - as above

    return people(ctx, incomplete)


reference_argument: Final = click.argument("reference", metavar="REF", type=_Reference())
references_argument: Final = click.argument("references", metavar="[REF]…", nargs=-1, type=_Reference())


def example(*calls: str) -> str:
    """Return what stands under a command's help: how it is called."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for call in calls for line in call.split("\n"))


_home = click.option(
    "--home",
    "home_folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The home; else $EQUIPOISE_HOME, else ./equipoise.",
)
_no_home = click.option("--home", hidden=True, expose_value=False, type=click.Path(path_type=Path))
_as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")


def with_home(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options ``--home`` and ``--json``; it is handed ``home`` and ``as_json``."""

    @_as_json
    @_home
    @functools.wraps(command)
    def wrapped(*args: Any, home_folder: Path | None, **kwargs: Any) -> None:  # noqa: ANN401 - whatever it takes
        command(*args, home=find_home(home_folder), **kwargs)

    return wrapped


def at_home(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the same, for what is done to the home itself, and never through a registrar."""

    @functools.wraps(command)
    def checked(*args: Any, home: Home, **kwargs: Any) -> None:  # noqa: ANN401 - whatever it takes
        home.check_here()
        command(*args, home=home, **kwargs)

    return with_home(checked)


def at_register(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the same, for what is done to a home that has to be there, with its register."""

    @functools.wraps(command)
    def checked(*args: Any, home: Home, **kwargs: Any) -> None:  # noqa: ANN401 - whatever it takes
        _ = home.own_register
        command(*args, home=home, **kwargs)

    return at_home(checked)


def prints(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that needs no home the option ``--json``; it is handed ``as_json``.

    It takes ``--home`` as every command does, and leaves it alone.
    """
    return _as_json(_no_home(command))


def acts(command: Callable[..., None], *, always: bool = True) -> Callable[..., None]:
    """Give a command ``--as`` and ``--key``; it is handed ``office`` and ``officer``.

    Args:
        always: Where it does not act always, it need not be told who acts: then ``officer`` is None.
    """

    @click.option(
        "--as",
        "person",
        required=always,
        metavar="PERSON",
        shell_complete=_people,
        help="Who acts: an id of the authorised people.",
    )
    @click.option(
        "--key",
        metavar="FILE|agent",
        help="The private key, or agent; else keys/officers/PERSON of the home.",
    )
    @click.option(
        "--propose",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Sign elsewhere: write what is to be signed to FILE, and record nothing yet.",
    )
    @with_home
    @functools.wraps(command)
    def wrapped(
        *args: Any,  # noqa: ANN401 - whatever it takes
        home: Home,
        person: str | None,
        key: str | None,
        propose: Path | None,
        **kwargs: Any,  # noqa: ANN401 - as above
    ) -> None:
        from flows.casework.acts import (  # noqa: PLC0415 - help needs no register
            Officer,
            ProposedError,
            UnconfirmedError,
        )

        with open_office(home, reading=person is None) as office:
            acting = None
            if person is not None:
                proposing = Officer(id=parse_person(person), signer=None) if propose else None
                acting = proposing or officer(office, person, key)
            try:
                command(*args, office=office, officer=acting, **kwargs)
            except ProposedError as proposed:
                from flows.casework import proposals  # noqa: PLC0415 - for who signs elsewhere alone

                kept = proposals.keep(office, proposed.proposal)
                _tell_proposed(kept, propose or Path(), as_json=kwargs["as_json"])
            except UnconfirmedError as unconfirmed:
                tell_unconfirmed(unconfirmed.name, as_json=kwargs["as_json"])

    return wrapped


def tell_unconfirmed(name: str, *, as_json: bool) -> None:
    """Say that another administrator has to confirm a change, and how."""
    if as_json:
        print_json({"proposed": name})
        return
    click.echo("Nothing is recorded yet: a change of the policy takes two administrators. Another one looks")
    click.echo("at it with `equipoise policy waiting`, and confirms it:")
    click.echo(f"  equipoise policy confirm {name} --as PERSON")


def _tell_proposed(kept: Kept, path: Path, *, as_json: bool) -> None:
    """Write what is to be signed, and say how it is signed and appended."""
    write_file(path, kept.content)
    digest, namespace = hashlib.sha256(kept.content).hexdigest(), kept.namespace.decode()
    if as_json:
        print_json({"statement": str(path), "sha256": digest, "namespace": namespace})
        return
    click.echo(f"Nothing is recorded yet. What is to be signed is in {path}, SHA-256 {digest}.")
    click.echo("Read it, sign it within 24 hours, and append it:")
    name = shlex.quote(str(path))
    click.echo(f"  ssh-keygen -Y sign -n {namespace} -f KEY {name}")
    click.echo(f"  equipoise append {name} {shlex.quote(f'{path}.sig')}")


def officer(office: Office, person: str, key: str | None) -> Officer:
    """Return who acts, with what signs for them.

    Raises:
        RefusedError: there is no key of theirs at hand, or others can read it.
        MalformedError: what was named is no key.
    """
    from flows.casework.acts import Officer  # noqa: PLC0415 - as above
    from flows.register import signature  # noqa: PLC0415 - as above

    parse_person(person)
    if key == "agent":
        known = office.register.policy().people.get(person)
        if known is None or not known.keys:
            raise _nobody(person, office)
        return Officer(id=person, signer=signature.agent(known.keys, flows_home.agent_socket()))
    path = Path(key) if key else office.home.officers / person
    if not (key or path.exists() or office.register.policy().people.get(person)):
        raise _nobody(person, office)
    return Officer(id=person, signer=private_key(path, person, named=bool(key)))


def private_key(path: Path, person: str, *, named: bool) -> FileSigner:
    """Return the private key in a file; ``named`` is whether somebody named the file.

    Raises:
        RefusedError, MalformedError: as ``officer``.
    """
    from flows.register import signature  # noqa: PLC0415 - help needs no register

    _check_key(path, person, named=named)
    return signature.load(path)


def _nobody(person: str, office: Office) -> NotEntitledError:
    meant = get_close_matches(person, sorted(office.register.policy().people), n=1)
    needed = "a person on the list of authorised people"
    return NotEntitledError(
        person, verb="act", needed=f"{needed}; {meant[0]} is meant, perhaps" if meant else needed
    )


def _check_key(path: Path, person: str, *, named: bool) -> None:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        if named:
            raise _unreadable(path, error) from None
        raise RefusedError(
            f"There is no private key of {person} at {path}; name it with --key FILE or --key agent."
        ) from None
    if not stat.S_ISREG(mode):
        raise MalformedError(str(path), Fault(path="", problem="it is not a file"))
    if stat.S_IMODE(mode) & (stat.S_IRWXG | stat.S_IRWXO):
        # Who else could sign with it, nobody could tell from a signature.
        raise RefusedError(
            f"The key {path} is open to others on this machine; close it first: chmod 600 {path}"
        )


@contextmanager
def open_office(home: Home, *, reading: bool = False) -> Iterator[Office]:
    """Open a home; on a terminal a bar shows how far its catalogue is, where that is made anew."""
    from flows.casework.office import open_office as open_  # noqa: PLC0415 - help needs no register

    bar: Any = None

    def tell(done: int, count: int) -> None:
        nonlocal bar
        bar = bar or click.progressbar(length=count, label="Reading every case", file=sys.stderr)
        if done % 100 == 0 or done == count:
            bar.update(done - bar.pos)
        if done == count:
            bar.render_finish()

    with open_(home, reading=reading, tell=tell if sys.stderr.isatty() else None) as office:
        try:
            yield office
        except UnknownCaseError as error:
            from flows.casework.finding import alike  # noqa: PLC0415 - for who mistyped alone

            raise UnknownCaseError(error.reference, alike=alike(office.catalogue, error.reference)) from error


# Files, and what is printed -----------------------------------------------------------------------


def read_file(path: Path, *, most: int = MOST_BYTES) -> bytes:
    """Return what a file named on the command line has, which may have ``most`` bytes.

    Raises:
        MalformedError: it cannot be read, or is too large to be what was meant.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise _unreadable(path, error) from None
    if len(data) > most:
        raise MalformedError(str(path), Fault(path="", problem=f"it is larger than {most >> 20} MiB"))
    return data


def read_text(path: Path) -> str:
    """Return the text of a file named on the command line, whatever it was saved with.

    Raises:
        MalformedError: it cannot be read, is too large, or is none.
    """
    return text_of(read_file(path), str(path))


class TypedWords(click.ParamType[str]):
    """Somebody's own words: as they stand, or from a file or standard input.

    What stands in a command is in the list of processes, which every account of the machine can read.
    """

    name = "words"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002
        """Return the words; ``@FILE`` and ``@-`` say where they are, ``@@`` begins with the sign itself."""
        if not value.startswith("@") or value.startswith("@@"):
            return value.removeprefix("@")
        if value != "@-":
            return read_text(Path(value[1:])).strip()
        return text_of(sys.stdin.buffer.read(MOST_BYTES), "standard input").strip()


WORDS: Final[dict[str, Any]] = {"type": TypedWords(), "metavar": "TEXT|@FILE|@-"}
"""What every option has in which somebody says something of a person or a case."""


def write_file(path: Path, content: bytes, *, fresh: bool = False, mode: int = 0o666) -> str:
    """Write a file named on the command line, over what is there unless ``fresh``; return its name.

    Args:
        mode: Who may read a new file, as far as the umask lets them.

    Raises:
        MalformedError: it cannot be written, or is there and should not be.
    """
    try:
        with open(path, "xb" if fresh else "wb", opener=functools.partial(os.open, mode=mode)) as file:
            file.write(content)
    except OSError as error:
        problem = f"it cannot be written ({error.strerror})"
        if isinstance(error, FileExistsError):
            problem = "it is there already, and is not written over; name another file"
        raise MalformedError(str(path), Fault(path="", problem=problem)) from None
    return str(path)


def _unreadable(path: Path, error: OSError) -> MalformedError:
    return MalformedError(str(path), Fault(path="", problem=f"it cannot be read ({error.strerror})"))


def print_json(value: object, *, err: bool = False) -> None:
    """Print one JSON object on standard output, or on standard error."""
    click.echo(in_json(json.dumps(value, ensure_ascii=False, indent=2, default=_plain)), err=err)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return sorted(value) if isinstance(value, frozenset) else str(value)


def tell_policy(office: Office, sentence: str, *, new: bool, as_json: bool, **more: object) -> None:
    """Print what was done to the policy, and at which version it is."""
    version = office.register.policy().version
    if as_json:
        print_json({"policy": version, "new": new, **more})
    else:
        click.echo(f"{sentence} The policy is at version {version}.")


def heading(text: str) -> str:
    """Return ``text`` in bold; click drops it where the output is no terminal."""
    return click.style(text, bold=True)


def day(when: date) -> str:
    """Return a date as people write it, ``7 Nov 2022``."""
    return f"{only_date(when).day} {when:%b %Y}"


def moment(when: datetime, clock: str = "%H:%M") -> str:
    """Return a moment as clocks here show it, ``7 Nov 2022 14:05``."""
    return f"{day(local_day(when))} {local_time(when):{clock}}"


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with what it counts: ``1 entry``, ``2 entries``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def print_rows(
    rows: Sequence[Sequence[str]],
    *,
    head: Sequence[str] | None = None,
    right: frozenset[int] = frozenset(),
    alarming: frozenset[int] = frozenset(),
    err: bool = False,
) -> None:
    """Print rows in columns, the last one wrapped to the width of the terminal.

    Args:
        head: Names of the columns.
        right: Columns that are set to the right.
        alarming: Rows in red.
        err: On standard error.
    """
    rows = [[shown(cell) for cell in row] for row in rows]
    every = [*rows, head] if head else rows
    widths = [max(len(row[at]) for row in every) for at in range(len(every[0]) - 1)]
    if head:
        click.echo(heading(_laid_out(head, widths, right)), err=err)
    for number, row in enumerate(rows):
        click.secho(_laid_out(row, widths, right), fg="red" if number in alarming else None, err=err)


def _laid_out(row: Sequence[str], widths: Sequence[int], right: frozenset[int]) -> str:
    cells = [
        cell.rjust(width) if at in right else cell.ljust(width)
        for at, (cell, width) in enumerate(zip(row, widths, strict=False))
    ]
    before = "".join(f"{cell}  " for cell in cells)
    return "\n".join(wrapped(row[-1], first=before, then=" " * len(before))).rstrip()


_MARKS: Final = {
    Change.SAME: ("", "", None),
    Change.REMOVED: ("[-", "-]", "red"),
    Change.ADDED: ("{+", "+}", "green"),
}


def marked(words: Iterable[Words]) -> Iterator[str]:
    """Yield lines of the width of the terminal in which what went and what came is marked, and coloured."""
    width, line, used = _width(), "", 0
    for each in words:
        opens, closes, colour = _MARKS[each.change]
        # Line ends at the edges stay outside the marks; one that is all there is needs none.
        said = re.sub(r"(?s)\A(\n*)(.+?)(\n*)\Z", rf"\1{opens}\2{closes}\3", shown(each.text))
        for text in re.findall(r"\n+|[^ \n]+", said):
            if used and (text[0] == "\n" or used + 1 + len(text) > width):
                yield line
                line, used = "", 0
            if text[0] != "\n":
                line += (" " if used else "") + click.style(text, fg=colour)
                used += len(text) + (used > 0)
    yield line


def _width() -> int:
    return max(min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST), _NARROWEST)


def wrapped(text: str, *, first: str = "", then: str = "") -> Iterator[str]:
    """Yield the lines of ``text``, each wrapped to the width of the terminal, with what stands before.

    No line is wider: a terminal would go on with it where our own lines begin. A word of ASCII alone is left
    whole all the same, as a digest to be copied: it has nothing in it that looks like a space.
    """
    width = max(_width(), columns(first) + _ROOM, columns(then) + _ROOM)
    for line in text.split("\n"):
        yield from _folded(line, width, first, then) or [first.rstrip()]
        first = then


def _folded(line: str, width: int, first: str, then: str) -> list[str]:
    lines, at, begun = [first], columns(first), False
    for spaces, word in re.findall("( *)([^ ]+)", line):
        for number, part in enumerate(_parts(word, width - max(columns(first), columns(then)))):
            gap = "" if number else spaces
            if at + len(gap) + columns(part) > width:
                if begun:
                    lines.append(then)
                    at = columns(then)
                gap = ""
            lines[-1] += gap + part
            at, begun = at + len(gap) + columns(part), True
    return lines if begun else []


def _parts(word: str, width: int) -> list[str]:
    """Return a word in parts that are no wider, where it is not of ASCII."""
    if word.isascii() or columns(word) <= width:
        return [word]
    parts = [""]
    for c in word:
        if columns(parts[-1] + c) > width:
            parts.append("")
        parts[-1] += c
    return parts


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(0 if is_mark(c) else 2 if east_asian_width(c) in {"W", "F"} else 1 for c in text)

"""Calls as nobody should make them: one sentence, the right exit code, nothing written, never a traceback."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import click
import pytest
from click.testing import CliRunner
from desk_builders import CASE, EQUIPOISE, EXAMPLE, Desk, everything, run

from flows.casework import views
from flows.desk.cli.main import COMMANDS as LATER
from flows.desk.cli.main import HEADINGS, main
from flows.desk.cli.terminal import shown, wrapped
from flows.domain.errors import RegisterError, TamperedError
from flows.files import folder as part_of
from flows.home import Home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def commands(group: click.Group = main, path: str = "equipoise") -> Iterator[tuple[str, click.Command]]:
    with click.Context(group) as context:
        names = group.list_commands(context)
        found = {name: group.get_command(context, name) for name in names}
    for name, command in found.items():
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


COMMANDS = dict(commands())


def test_every_heading_of_the_list_stands_above_the_command_it_is_for() -> None:
    lines = CliRunner().invoke(main, ["--help"]).output.splitlines()

    for name, heading in HEADINGS.items():
        assert lines[lines.index(f"{heading}:") + 1].split()[0] == name
    assert "Commands:" not in lines


@pytest.mark.parametrize("path", COMMANDS)
def test_the_example_of_each_command_is_a_call_it_takes(path: str) -> None:
    command = COMMANDS[path]
    _, _, text = (command.epilog or "").partition("Example:\n")
    calls = text.replace("\\\n", " ").splitlines()

    assert calls
    for call in calls:
        words = shlex.split(call.partition(" > ")[0])
        assert " ".join(words).startswith(path)
        command.make_context(path, words[len(path.split()) :])


def test_every_call_that_a_sentence_names_is_one() -> None:
    """As in a refusal that says with what to mend it."""
    wrong = []
    for folder, form in (("flows", "*.py"), ("templates", "*.j2"), ("deploy", "*.y*ml")):
        for file in sorted(part_of(folder).rglob(form)):
            for call in re.findall(r"`(equipoise [^`\n]*)`", file.read_text(encoding="utf-8")):
                words = [word for word in call.split() if not word.startswith("{")]
                path = " ".join([*words, ""])
                found = next((each for each in COMMANDS if path.startswith(f"{each} ")), None)
                options = {word for word in words if word.startswith("--")}
                known = {name for each in COMMANDS[found].params for name in each.opts} if found else set()
                is_group = any(each.startswith(path) for each in COMMANDS)
                is_any = call.startswith("equipoise {")
                if not (options <= {*known, "--help"} if found else is_group or is_any):
                    wrong.append((file.name, call))
    assert wrong == []


@pytest.mark.parametrize("path", COMMANDS)
def test_what_stands_for_an_argument_can_be_quoted_in_a_refusal(path: str) -> None:
    command = COMMANDS[path]
    with click.Context(command) as context:
        names = [each.make_metavar(context) for each in command.params if isinstance(each, click.Argument)]

    assert not [name for name in names if "'" in name]


@pytest.mark.parametrize(
    ("mistyped", "meant"),
    [
        ("1146A/2", CASE),
        ("1146B-22", CASE),
        ("1164A/22", CASE),
        ("9999/99", None),
        ("x", None),
    ],
)
def test_a_reference_that_is_mistyped_gets_the_nearest_as_a_suggestion(
    mistyped: str, meant: str | None, untouched: Desk
) -> None:
    instead = f"did you mean {meant}?" if meant else "`equipoise queue --all` lists every case."

    assert untouched.refused("show", mistyped) == (
        1,
        f"There is no case {mistyped} in the register; {instead}",
    )


@pytest.mark.parametrize(
    ("words", "exit_code", "says"),
    [
        (("show", "9999/99"), 1, "There is no case 9999/99 in the register;"),
        (("show", "--unheard-of"), 2, "No such option '--unheard-of';"),
        (("deadline", "2022-13-01"), 2, "the calendar has no such day as 2022-13-01;"),
        (("deadline", "7/11/2022"), 2, "a date is needed, as in 2026-06-12"),
        (("ssubmit",), 2, "Did you mean 'submit'? `equipoise --help` shows how it is called."),
        (("officer", "add"), 2, "Missing argument 'ID'"),
        (("show", "..\u202e"), 2, "a reference has up to 40 letters"),
    ],
)
def test_under_json_a_refusal_is_one_json_object_on_standard_error(
    words: tuple[str, ...], exit_code: int, says: str, untouched: Desk
) -> None:
    refused = untouched(*words, "--json")

    told = json.loads(refused.stderr)
    assert (refused.exit_code, refused.stdout) == (exit_code, "")
    assert told.keys() == {"error", "exit"}
    assert told["exit"] == exit_code
    assert says in told["error"]


_GO_ON: Final = frozenset({"demo", "up", "registrar", "desk serve", "vault agent", "witness serve"})
"""What runs until Ctrl-C, or the whole story."""


@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize("there", [False, True])
def test_under_json_every_command_says_one_object_where_there_is_no_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, there: bool, given: bool
) -> None:
    monkeypatch.chdir(tmp_path)  # for what a command is to make
    home = tmp_path / "home"
    if there:
        home.touch()  # a file in its place
    for path, command in COMMANDS.items():
        name = path.removeprefix("equipoise ")
        if name in _GO_ON:
            continue
        words = [*name.split(), *(_made_up(command) if given else ()), "--json", "--home", str(home)]
        result = CliRunner().invoke(main, words, prog_name="equipoise", input="")
        assert isinstance(result.exception, SystemExit | None), path
        told, refused = result.stdout, result.stderr
        assert bool(told) != bool(refused), path
        assert isinstance(json.loads(told or refused), dict), path
        if refused:
            assert json.loads(refused).keys() == {"error", "exit"}, path
            assert json.loads(refused)["exit"] == result.exit_code != 0, path
    assert home.is_file() == there


@pytest.mark.parametrize("words", [("queue",), ("show", "9999/99")], ids=" ".join)
def test_whoever_wants_no_colours_gets_none(
    words: tuple[str, ...], untouched: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "")  # as if it were not set
    assert "\x1b[" in untouched(*words, color=True).output
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in untouched(*words, color=True).output


def test_a_stage_is_taken_by_what_lists_call_it_too(untouched: Desk) -> None:
    assert untouched.done("find", "--stage", "sign-off") == untouched.done("find", "--stage", "balancing")
    refused = untouched.refused("approve", CASE, "--gate", "legal review", "--version", "1", "--as", "nobody")
    assert refused[1].startswith("nobody may not act: ")


_OF_A_HOME: Final = ("letters check", "vault status", "vault agent", "vault file", "vault rotate")
"""What looks at files of a home alone, and none of them is there without it."""


@pytest.mark.parametrize("call", _OF_A_HOME)
def test_what_looks_at_files_of_a_home_says_that_there_is_none(call: str, tmp_path: Path) -> None:
    home = tmp_path / "none"
    result = CliRunner().invoke(main, [*call.split(), "--home", str(home)], prog_name="equipoise")

    sentence = f"There is no register at {home / 'register.git'}; `equipoise init` makes one.\n"
    assert (result.exit_code, result.stderr) == (3, sentence)
    assert not home.exists()


def _made_up(command: click.Command) -> Iterator[str]:
    """Yield something for whatever a command needs."""
    for each in command.params:
        if each.required:
            choices = each.type.choices if isinstance(each.type, click.Choice) else ["2022-11-07"]
            if isinstance(each, click.Option):
                yield each.opts[0]
            yield str(choices[0])


@pytest.mark.parametrize("key", [(), ("--key", "agent")])
def test_whoever_is_not_on_the_list_is_told_that_and_not_of_keys(
    key: tuple[str, ...], untouched: Desk
) -> None:
    words = ("approve", CASE, "--version", "1", "--gate", "balancing", "--as", "nobody", *key)

    assert untouched.refused(*words) == (
        1,
        "nobody may not act: that needs a person on the list of authorised people.",
    )


def test_whoever_mistypes_a_person_is_told_who_may_be_meant(untouched: Desk) -> None:
    words = ("approve", CASE, "--version", "1", "--gate", "balancing", "--as", "sign-of-officer")

    code, sentence = untouched.refused(*words)

    assert (code, sentence.partition(": ")[0]) == (1, "sign-of-officer may not act")
    assert sentence.endswith(" on the list of authorised people; sign-off-officer is meant, perhaps.")


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_takes_json_and_a_home(path: str) -> None:
    options = {name for parameter in COMMANDS[path].params for name in parameter.opts}

    assert {"--json", "--home"} <= options


@pytest.mark.parametrize("path", COMMANDS)
def test_no_option_of_a_command_stands_in_the_way_of_another(path: str) -> None:
    options = [name for parameter in COMMANDS[path].params for name in parameter.opts]
    names = [parameter.name for parameter in COMMANDS[path].params if parameter.expose_value]

    assert (len(options), len(names)) == (len({*options}), len({*names}))


@pytest.mark.parametrize("name", LATER)
def test_what_help_says_of_a_command_is_its_own_first_sentence(name: str) -> None:
    loaded = LATER[name].load()

    assert (loaded.name, " ".join((loaded.help or "").partition("\n\n")[0].split())) == (
        name,
        LATER[name].help,
    )


GROUPS = sorted({path.split()[1] for path in COMMANDS if len(path.split()) > 2})


@pytest.mark.parametrize("group", GROUPS)
def test_help_of_a_group_says_what_each_command_does_in_whole_sentences(group: str) -> None:
    text = "".join(CliRunner().invoke(main, [group, "--help"], prog_name="equipoise").stdout.split())

    for path, command in COMMANDS.items():
        if path.startswith(f"equipoise {group} "):
            first = "".join((command.help or "").partition("\n\n")[0].split())
            assert f"{command.name}{first}" in text


@pytest.mark.parametrize("path", COMMANDS)
def test_help_calls_what_an_option_takes_by_a_name_of_its_own(path: str) -> None:
    text = CliRunner().invoke(main, [*path.split()[1:], "--help"], prog_name="equipoise").stdout

    assert "INTEGER" not in text


def test_help_lists_the_commands_in_the_order_of_a_cases_life_and_in_whole_sentences() -> None:
    text = CliRunner().invoke(main, ["--help"], prog_name="equipoise").stdout

    places = [
        text.index(f"\n  {name} ") for name in ("init", "intake", "draft", "approve", "publish", "sent")
    ]
    assert places == sorted(places)
    assert "…" not in text
    assert "..." not in text.partition("Commands:")[2]
    assert "  4  the register fails its audit" in text


UNFIT_REFERENCE = (
    "reference: a reference has up to 40 letters, digits and . _ / - , starts with a letter or digit, "
    "has no '..' or '//', no '/', '.' or -response at its end, and is not the word policy."
)
REFERENCES = [
    "--help",
    "../x",
    ";rm",
    "A\nB",
    "A" * 41,
    "",
    "policy",
    "a/Response",
    "a//b",
    "\u202eA",
    "A/..",
    "A\x00B",
]


@pytest.mark.parametrize("reference", REFERENCES, ids=ascii)
@pytest.mark.parametrize("command", ["show", "publish", "submit"])
def test_a_hostile_reference_is_malformed_and_not_repeated(
    command: str, reference: str, untouched: Desk
) -> None:
    words = ("--version", "1", "--as", "foi-officer") if command == "submit" else ()

    code, sentence = untouched.refused(command, *words, "--", reference)

    assert (code, sentence) == (
        2,
        UNFIT_REFERENCE,
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("show",), "Missing argument 'REF'; `equipoise show --help` shows"),
        (("show", "--al", "A"), "No such option '--al'."),
        (("shew", "A"), "No such command 'shew'."),
        (("officer", "ad"), "No such command 'ad'."),
        (
            ("submit", CASE, "--as", "foi-officer"),
            "Missing option '--version'; `equipoise submit --help` shows how it is called.",
        ),
        (
            ("approve", CASE, "--gate", "drafting", "--version", "1", "--as", "legal-reviewer"),
            "Invalid value for '--gate': 'drafting' is not one of 'legal-review', 'balancing';",
        ),
        (
            ("approve", CASE, "--gate", "balancing", "--document", "letter", "--version", "1", "--as", "x"),
            "Invalid value for '--document': 'letter' is not one of 'test', 'response', 'clarification', ",
        ),
        (
            ("sent", CASE, "--on", "5 May", "--by", "email", "--as", "foi-officer"),
            "Invalid value for '--on': write the date as 2022-11-07;",
        ),
        (("retention", "set", "x"), "Invalid value for 'MONTHS': 'x' is no whole number;"),
        (("vault", "passphrase"), "There is no terminal to ask at: --new FILE names a file with the new"),
        (
            ("sent", CASE, "--on", "2022-02-30", "--by", "email", "--as", "foi-officer"),
            "Invalid value for '--on': the calendar has no such day; write the date as 2022-11-07;",
        ),
    ],
    ids=lambda given: given[0] if isinstance(given, tuple) else "",
)
def test_a_malformed_call_is_one_sentence_that_points_to_help(
    words: tuple[str, ...], sentence: str, untouched: Desk
) -> None:
    code, said = untouched.refused(*words)

    assert code == 2
    assert said.startswith(sentence)
    assert said.endswith(" --help` shows how it is called.")


@pytest.mark.parametrize("version", ["0", "-1", "x", "1.5", ""])
def test_a_version_is_a_whole_number_from_one(version: str, untouched: Desk) -> None:
    assert untouched.refused("submit", CASE, f"--version={version}", "--as", "foi-officer")[0] == 2


@pytest.mark.parametrize(
    "words", [("diff", CASE), ("diff", CASE, "1", "2"), ("document", CASE, "--version", "9")]
)
def test_a_version_that_is_not_there_is_refused(words: tuple[str, ...], desk: Desk) -> None:
    code, sentence = desk.refused(*words)

    assert code == 1
    assert "version" in sentence


@pytest.mark.parametrize("kind", ["absent", "folder", "binary", "huge"])
@pytest.mark.parametrize(
    "words",
    [
        ("draft", CASE, "{file}", "--as", "foi-officer"),
        ("lint", "{file}"),
        ("lint", str(EXAMPLE / "assessment.yaml"), "--request", "{file}"),
        ("submit", CASE, "--version", "1", "--as", "foi-officer", "--key", "{file}"),
        ("officer", "add", "auditor", "--role", "auditor", "--public-key", "{file}", "--as", "administrator"),
    ],
    ids=["draft", "lint", "request", "key", "public key"],
)
def test_a_file_that_is_not_what_was_meant_is_malformed(
    kind: str, words: tuple[str, ...], desk: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "given"
    match kind:
        case "folder":
            file.mkdir(mode=0o700)
        case "binary":
            file.write_bytes(bytes(range(256)))
        case "huge":
            file.write_bytes(b"#" * (2 << 20))
        case _:
            pass
    if file.exists():
        file.chmod(0o700)
    before = everything(desk.home)

    result = desk(*(word.format(file=file) for word in words))

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(str(file))
    assert everything(desk.home) == before


def test_a_file_may_come_through_a_pipe() -> None:
    with (EXAMPLE / "assessment.yaml").open("rb") as file:
        done = run("lint", "/dev/stdin", stdin=file)

    assert (done.returncode, done.stderr) == (0, "")


# Keys -------------------------------------------------------------------------------------------


def a_key(path: Path, *words: str) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-f", path, *words], check=True, stdin=subprocess.DEVNULL)
    return path


@pytest.mark.parametrize(
    "words", [("-t", "ecdsa", "-N", ""), ("-t", "ed25519", "-N", "secret")], ids=["ecdsa", "passphrase"]
)
def test_a_key_that_cannot_sign_here_is_malformed(words: tuple[str, ...], desk: Desk, tmp_path: Path) -> None:
    key = a_key(tmp_path / "key", *words)

    code, sentence = desk.refused("submit", CASE, "--version", "1", "--as", "foi-officer", "--key", key)

    assert code == 2
    assert sentence.startswith(
        f"{key}: an OpenSSH private key of type ed25519 without a passphrase is needed"
    )


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o620])
def test_a_key_that_others_could_use_is_refused(mode: int, desk: Desk) -> None:
    key = desk.home.officers / "foi-officer"
    key.chmod(mode)

    assert desk.refused("submit", CASE, "--version", "1", "--as", "foi-officer") == (
        1,
        f"The key {key} is open to others on this machine; close it first: chmod 600 {key}",
    )


def test_a_person_whose_key_is_not_here_is_told_where_it_was_looked_for(desk: Desk) -> None:
    (desk.home.officers / "foi-officer").unlink()

    code, sentence = desk.refused("submit", CASE, "--version", "1", "--as", "foi-officer")

    assert code == 1
    assert sentence.startswith(
        f"There is no private key of foi-officer at {desk.home.officers / 'foi-officer'}; name it"
    )


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A running ssh-agent; where it listens."""
    address = str(tmp_path / "agent")
    process = subprocess.Popen(["ssh-agent", "-D", "-a", address], stdout=subprocess.DEVNULL)
    while not os.path.exists(address):  # noqa: PTH110 - a socket
        assert process.poll() is None
    monkeypatch.setenv("SSH_AUTH_SOCK", address)
    yield address
    process.send_signal(signal.SIGTERM)
    process.wait()


def test_a_person_signs_through_ssh_agent(desk: Desk, agent: str) -> None:
    assert agent
    words = ("submit", CASE, "--version", "1", "--as", "foi-officer", "--key", "agent")
    assert desk.refused(*words)[0] == 1  # the agent does not hold the key yet
    subprocess.run(["ssh-add", "-q", desk.home.officers / "foi-officer"], check=True)
    (desk.home.officers / "foi-officer").unlink()

    desk.done(*words)

    assert desk.stage() == "legal-review"
    assert desk.told("audit")["passes"] is True


def test_without_an_agent_a_person_is_told_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("submit", CASE, "--version", "1", "--key", "agent", "--as")
    monkeypatch.setenv("SSH_AUTH_SOCK", str(desk.home.root / "no-agent"))
    assert desk.refused(*words, "foi-officer")[0] == 1
    monkeypatch.delenv("SSH_AUTH_SOCK")
    assert desk.refused(*words, "foi-officer") == (
        1,
        "the caller may not sign: that needs a running ssh-agent ($SSH_AUTH_SOCK is not set).",
    )
    assert desk.refused(*words, "stranger") == (
        1,
        "stranger may not act: that needs a person on the list of authorised people.",
    )


# Homes ------------------------------------------------------------------------------------------

ON_A_HOME: list[tuple[str, ...]] = [
    ("queue",),
    ("show", CASE),
    ("history", CASE),
    ("diff", CASE),
    ("document", CASE),
    ("submit", CASE, "--version", "1", "--as", "foi-officer"),
    ("publish", CASE),
    ("intake",),
    ("up",),
    ("audit",),
    ("officer", "list"),
]


@pytest.mark.parametrize("kind", ["absent", "file", "empty"])
@pytest.mark.parametrize("words", ON_A_HOME, ids=lambda words: words[0])
def test_a_home_that_is_none_is_told_of_and_left_alone(
    words: tuple[str, ...], kind: str, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home")
    if kind == "file":
        home.root.write_text("a letter")
    elif kind == "empty":
        home.root.mkdir()

    code, sentence = Desk(home).refused(*words)

    assert code == 3
    assert str(home.register) in sentence
    assert len(list(tmp_path.rglob("*"))) == (0 if kind == "absent" else 1)


def test_a_home_may_come_from_the_environment_or_stand_where_one_is(founded: Home, tmp_path: Path) -> None:
    shutil.copytree(founded.root, tmp_path / "equipoise")
    environment = {name: value for name, value in os.environ.items() if name != "EQUIPOISE_HOME"}

    here = run("queue", cwd=tmp_path, env=environment)
    named = run("queue", cwd="/", env={**environment, "EQUIPOISE_HOME": str(tmp_path / "equipoise")})

    assert here.returncode == named.returncode == 0
    assert here.stdout == named.stdout
    assert CASE in here.stdout


@pytest.mark.parametrize(
    ("failure", "code", "sentence"),
    [
        (
            PermissionError(13, "Permission denied", "/x/y"),
            3,
            "/x/y could not be read or written: Permission denied.",
        ),
        (
            OSError(28, "No space left on device"),
            3,
            "Something could not be read or written: No space left on device.",
        ),
        (RegisterError("The register is away."), 3, "The register is away."),
        (TamperedError("Entry 3 does not hold."), 4, "Entry 3 does not hold."),
        (KeyError("text of a case"), 3, "The program failed with KeyError at test_calls.py"),
    ],
    ids=["permission", "disk", "register", "tampered", "fault"],
)
def test_a_failure_is_a_sentence_and_never_a_traceback(
    failure: Exception, code: int, sentence: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr(views, "queue", failing)

    got, said = desk.refused("queue")

    assert got == code
    assert said.startswith(sentence)
    assert "text of a case" not in said


def test_an_index_that_cannot_be_written_is_told_of(desk: Desk) -> None:
    shutil.rmtree(desk.home.state)
    desk.home.state.write_text("in the way")

    code, sentence = desk.refused("queue")

    assert code == 3
    assert str(desk.home.state) in sentence


def test_a_read_only_home_refuses_an_act_in_a_sentence(desk: Desk) -> None:
    before = everything(desk.home)
    for folder, _, files in os.walk(desk.home.root):
        os.chmod(folder, 0o555)  # noqa: PTH101, S103 - so that another user can look in
        for name in files:
            os.chmod(f"{folder}/{name}", 0o444)  # noqa: PTH101 - as above
    script = (
        "import os, sys; from flows.desk.cli.main import main;\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "main(sys.argv[1:])"
    )
    if os.getuid() == 0:  # whom no mode keeps out, so the script becomes nobody
        for parent in [desk.home.root, *desk.home.root.parents][:-2]:
            parent.chmod(parent.stat().st_mode | 0o055)

    for words in (("queue",), ("submit", CASE, "--version", "1", "--as", "foi-officer")):
        done = subprocess.run(
            [sys.executable, "-c", script, *words, "--home", desk.home.root],
            capture_output=True,
            text=True,
            check=False,
            env={name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")},
        )
        assert "Traceback" not in done.stderr
        assert done.returncode in {1, 3}
        assert done.stderr.count("\n") == 1

    assert everything(desk.home) == before


# What is printed --------------------------------------------------------------------------------


def test_nothing_printed_steers_a_terminal() -> None:
    assert shown("a\x1b[31m\u202e\u200b\n\u00a0b") == "a\ufffd[31m\ufffd\ufffd\n\u00a0b"
    assert shown("a\nb", lines=False) == "a\ufffdb"


def test_a_named_file_is_repeated_without_its_control_characters(desk: Desk) -> None:
    _, sentence = desk.refused("lint", "no\x1b[31m\nfile")

    assert sentence == "no\ufffd[31m\ufffdfile: it cannot be read (No such file or directory)."


def test_lines_are_wrapped_to_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for columns, longest in (("80", 80), ("100", 100), ("300", 100), ("20", 60)):
        monkeypatch.setenv("COLUMNS", columns)
        assert max(map(len, wrapped("words " * 60))) <= longest


def test_colour_is_for_terminals_alone(desk: Desk) -> None:
    assert "\x1b" not in desk.done("queue")
    assert "\x1b[1m" in desk.done("queue", color=True)
    assert "\x1b[31m" in desk("show", "Z/9", color=True).stderr


def test_a_name_that_is_no_text_does_not_stop_the_answer(desk: Desk) -> None:
    name = os.fsdecode(bytes(desk.home.root) + b"/\xff.html")

    done = run("document", CASE, "--html", name, "--json", "--home", desk.home.root)

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["files"] == [name]


def test_an_answer_cut_short_by_its_reader_is_no_failure(desk: Desk) -> None:
    words = [str(EQUIPOISE), "document", CASE, "--home", str(desk.home.root)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()

        assert b"Traceback" not in process.stderr.read()


def test_what_could_tell_nobody_what_it_did_does_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    call = f'"$0" init --authority "Northshire Council" --body other --home "{home}" >&-'

    done = subprocess.run(["sh", "-c", call, str(EQUIPOISE)], capture_output=True, text=True, check=False)

    assert (done.returncode, home.exists()) == (2, False)
    assert done.stderr.startswith("Standard output is closed, so nothing was done;")

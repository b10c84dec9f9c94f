"""Sessions shown in Markdown, run as they stand: ```console blocks with ``$ command`` and what it prints.

In the expected lines ``…`` stands for whatever differs between runs, within a line; a line that is
nothing else stands for any number of lines. ``exit=1`` after ``console`` is the exit code expected.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"

_BLOCK = re.compile(r"^```console(?: exit=(?P<exit>\d))?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = "__done__"


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command and what the page says it prints."""

    line: str
    expected: tuple[str, ...]
    exit_code: int


def commands_of(page: Path) -> list[Command]:
    """Return the commands of a page, in order."""
    found: list[Command] = []
    for block in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        head, *rest = block["body"].rstrip("\n").split("\n")
        assert head.startswith("$ "), f"{page.name}: a block starts with a command: {head}"
        lines, expected = [head[2:]], [list[str]()]
        for line in rest:
            if line.startswith("$ "):
                lines.append(line[2:])
                expected.append([])
            else:
                expected[-1].append(line)
        found += [
            Command(line=line, expected=tuple(shown), exit_code=int(block["exit"] or 0))
            for line, shown in zip(lines, expected, strict=True)
        ]
    return found


class Shell:
    """One shell that stays, so that a variable set by one command is there for the next."""

    def __init__(self, folder: Path) -> None:
        # A server that other tests started is none of whoever reads the page.
        of_tests = ("EQUIPOISE", "PREFECT")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(of_tests)}
        environment |= {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "CHECKOUT": str(ROOT),
            "COLUMNS": "120",  # so that no line of the output is wrapped
            "LC_ALL": "C.UTF-8",
        }
        self._process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )

    def run(self, line: str) -> tuple[list[str], int]:
        """Return what a command printed, both streams together, and its exit code."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\nprintf '\\n{_MARK} %s\\n' $?\n")
        self._process.stdin.flush()
        printed: list[str] = []
        for text in self._process.stdout:
            if text.startswith(_MARK):
                if printed and not printed[-1]:
                    printed.pop()  # the newline before the mark
                return printed, int(text.split()[1])
            printed.append(text.rstrip("\n"))
        raise AssertionError(f"the shell ended at: {line}")

    def close(self) -> None:
        """End the shell."""
        self._process.communicate()


def run_page(page: Path, shell: Shell) -> int:
    """Run every command of a page, comparing as it goes; return how many there were."""
    commands = commands_of(page)
    for command in commands:
        printed, exit_code = shell.run(command.line)
        shown = "\n".join(["", f"$ {command.line}", *printed])
        assert exit_code == command.exit_code, f"{page.name}: ended with {exit_code}:{shown}"
        wanted = "\n".join(command.expected)
        assert matches(command.expected, printed), f"{page.name} shows:\n{wanted}\n\nbut it was:{shown}"
    return len(commands)


def matches(expected: tuple[str, ...], printed: list[str]) -> bool:
    """Tell whether what was printed is what the page shows; runs of spaces count as one."""
    pattern = "".join(
        r"(?:[^\n]*\n)*" if line == "…" else r"[^\n]*".join(map(_spaced, line.split("…"))) + r" ?\n"
        for line in expected
    )
    return re.fullmatch(pattern, "".join(f"{_narrow(line)}\n" for line in printed)) is not None


def _spaced(text: str) -> str:
    return re.escape(_narrow(text))


def _narrow(text: str) -> str:
    return re.sub(r" +", " ", text)

"""The text of a file as somebody's editor saved it: one way to read whatever a person hands in."""

from __future__ import annotations

import codecs
import re
import tomllib
from typing import Any, Final

from flows.domain.errors import Fault, MalformedError

_LINE_END: Final = re.compile("\r*\n|\r")
_TOML_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)\Z")
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def text_of(data: bytes, source: str) -> str:
    r"""Return the text, with ``\n`` at the ends of lines and without a byte-order mark.

    Neither the mark that Notepad writes first nor what Windows ends lines with is content.

    Raises:
        MalformedError: it is not in UTF-8; says what to do, and in which line.
    """
    if data.startswith(_UTF_16):
        problem = "is in UTF-16, which Notepad calls Unicode; save it as UTF-8 (line 1)"
        raise MalformedError(source, Fault(path="", problem=problem))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = len(_LINE_END.findall(data[: error.start].decode("latin-1"))) + 1
        problem = f"is not UTF-8 text; save it as UTF-8 (line {line})"
        raise MalformedError(source, Fault(path="", problem=problem)) from None
    return _with_one_line_end(text)


def toml_of(data: bytes, source: str) -> dict[str, Any]:
    """Return what a file in TOML says.

    Raises:
        MalformedError: it is none, or nested deeper than anybody would; says in which line.
    """
    text = text_of(data, source)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # Of its sentence the place alone: the rest may quote what is in the file.
        place = _TOML_LINE.search(str(error))
        line = int(place[1]) if place else text.rstrip().count("\n") + 1
        problem = f"it is not TOML (line {line})"
    except RecursionError:
        problem = "it is not TOML that anybody would write: it is nested too deeply"
    raise MalformedError(source, Fault(path="", problem=problem))


def typed(text: str) -> str:
    """Return a text as kept from somebody's editor without the mark, tabs and line ends of editors."""
    return _with_one_line_end(text.removeprefix("\ufeff")).replace("\t", " ")


def _with_one_line_end(text: str) -> str:
    return _LINE_END.sub("\n", text) if "\r" in text else text

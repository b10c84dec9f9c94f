"""Bytes of a message to text: transfer encodings, character sets, encoded words, flowed lines.

Whatever was declared, something is returned; what was damaged, or is not known, is told.
"""

from __future__ import annotations

import binascii
import codecs
import quopri
import re
from typing import Final

from flows.domain.characters import visible

_LIKE: Final = {
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "x-sjis": "shift_jis",
    "x-gbk": "gbk",
    "x-euc-jp": "euc_jp",
    "x-mac-roman": "mac_roman",
    "x-macroman": "mac_roman",
    "macintosh": "mac_roman",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "utf-8mb4": "utf-8",
    "cp-850": "cp850",
    # As browsers have it: what is declared as these is the Windows set in practice.
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
}
_NO_TEXT: Final = frozenset(
    {"unicode_escape", "raw_unicode_escape", "undefined", "idna", "punycode", "utf-7"}
)
"""Codecs of Python that are no character set of mail, and one that hides what it says."""
_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/=]")
_NOT_QUOTED: Final = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*\r?\n|[ \t]*\Z)")
_QUARTER: Final = 4
_ONE_WORD: Final = r"=\?([^?\s]{1,80})\?([bBqQ])\?([^?\n]{0,2000})\?="
_WORD: Final = re.compile(_ONE_WORD)
_WORDS: Final = re.compile(rf"{_ONE_WORD}(?:[ \t\r\n]*{_ONE_WORD})*")
_NAMELESS: Final = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\U000e0000-\U000e0fff]")
"""What has no width, and is left out where a reading copy is made."""


def undone(body: bytes, encoding: str) -> tuple[bytes, bool]:
    """Return the content of a body under its Content-Transfer-Encoding, and whether it was damaged."""
    match encoding.strip().lower():
        case "base64":
            return _from_base64(body)
        case "quoted-printable":
            return quopri.decodestring(body), bool(
                re.search(rb"=(?![0-9A-Fa-f]{2}|[ \t]*\r?\n|[ \t]*\Z)", body)
            )
        case "" | "7bit" | "8bit" | "binary":
            return body, False
        case _:
            return body, True


def _from_base64(body: bytes) -> tuple[bytes, bool]:
    lines = body.translate(None, b" \t\r\n")
    kept = _NOT_BASE64.sub(b"", lines)
    digits, _, _ = kept.partition(b"=")
    over = len(digits) % _QUARTER
    whole = digits[:-1] if over == 1 else digits
    damaged = over == 1 or len(kept) != len(lines) or len(kept) % _QUARTER != 0
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % _QUARTER)), damaged


def decoded(data: bytes, charset: str) -> tuple[str, bool]:
    """Return what ``data`` says in a character set, and whether that had to be guessed.

    Where none is declared, or the one that is wrong or unknown, UTF-8 is tried, and then Windows-1252.
    """
    declared = charset.strip().strip("\"'").lower()
    name = _LIKE.get(declared, declared)
    tried = [] if name in {"", "cp1252"} else [name]
    for each in (*tried, "utf-8"):
        text = _strictly(data, each)
        if text is not None:
            return text, bool(tried) and each != name and _codec(each) != _codec(name)
    text = data.decode("cp1252", "replace")
    return text, bool(tried) or declared in {"us-ascii", "ascii", ""}


def _codec(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except (LookupError, ValueError):  # the second for a name with a NUL
        return ""


def _strictly(data: bytes, name: str) -> str | None:
    known = _codec(name)
    if not known or known in _NO_TEXT or known.replace("-", "_") in _NO_TEXT:
        return None
    try:
        return data.decode(known)
    except (UnicodeError, LookupError):  # the second for a codec that is not of text
        return None


def words_of(header: str) -> str:
    """Return a header as its reader sees it, in one line: encoded words (RFC 2047) decoded, folds undone."""
    raw = header.encode("utf-8", "surrogateescape")
    plain = raw.decode() if _strictly(raw, "utf-8") is not None else raw.decode("cp1252", "replace")
    return one_line(_WORDS.sub(_words, plain))


def _words(found: re.Match[str]) -> str:
    """Return what a row of encoded words says; a character may be parted between two of one set."""
    said: list[tuple[str, bytes]] = []
    for charset, how, words in _WORD.findall(found[0]):
        name, data = charset.partition("*")[0].lower(), words.encode("ascii", "replace")
        data = _from_base64(data)[0] if how in "bB" else quopri.decodestring(data, header=True)
        if said and said[-1][0] == name:
            said[-1] = (name, said[-1][1] + data)
        else:
            said.append((name, data))
    return "".join(decoded(data, name)[0] for name, data in said)


def one_line(text: str) -> str:
    """Return ``text`` in one line in which nothing is hidden and nothing turns the direction of the words."""
    return " ".join(visible(_NAMELESS.sub("", " ".join(text.split()))).split())


def in_lines(text: str) -> str:
    """Return ``text`` with line feeds alone, in which nothing is hidden."""
    lines = re.sub("\r\n?|[\x85\u2028\u2029\x0b\x0c]", "\n", text.replace("\0", "")).split("\n")
    return "\n".join(visible(_NAMELESS.sub("", line.expandtabs(4))).rstrip() for line in lines).strip("\n")


def unflowed(text: str, *, without_space: bool) -> str:
    """Return text in which soft line breaks are undone, RFC 3676.

    Args:
        without_space: Whether the space before each of them was put there, ``delsp=yes``.
    """
    lines: list[tuple[int, list[str]]] = []
    open_ = False
    for line in text.replace("\r\n", "\n").split("\n"):
        quoted = len(line) - len(line.lstrip(">"))
        words = line[quoted:].removeprefix(" ")
        goes_on = open_ and lines[-1][0] == quoted and words != "-- "
        open_ = words.endswith(" ") and words != "-- "
        piece = words[:-1] if open_ and without_space else words
        if goes_on:
            lines[-1][1].append(piece)
        else:
            lines.append((quoted, [piece]))
    joined = ((quoted, "".join(pieces)) for quoted, pieces in lines)
    return "\n".join(f"{'>' * quoted}{' ' if quoted and words else ''}{words}" for quoted, words in joined)

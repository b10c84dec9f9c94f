"""Which files are looked through, by the endings of their names, and by whom."""

from __future__ import annotations

from importlib import import_module
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, NamedTuple

from flows.domain.errors import MalformedError
from flows.release.noticing import THE_FILE, finding, unread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flows.domain.finding import Finding

MOST_BYTES: Final = 128 << 20
MOST_FINDINGS: Final = 200
_OFFICE_BEFORE_2007: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = (b"PK\x03\x04",)
_UNREADABLE: Final = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError)
"""What the libraries meet a damaged file with, where nobody foresaw it: whatever error its bytes lead to."""


class _Kind(NamedTuple):
    """How files of one ending begin, and what looks through them; it is imported once it is needed."""

    begins: tuple[bytes, ...]
    module: str
    name: str
    more: dict[str, str] = {}  # noqa: RUF012 - never changed

    def look(self, data: bytes, own: frozenset[str]) -> Iterator[Finding]:
        found: Callable[..., Iterator[Finding]] = getattr(
            import_module(f"flows.release.{self.module}"), self.name
        )
        return found(data, own, **self.more)


_JPEG: Final = _Kind((b"\xff\xd8\xff",), "pictures", "look_at_picture")
_TIFF: Final = _Kind((b"II*\0", b"MM\0*"), "pictures", "look_at_picture")
_WORD: Final = _Kind(_ZIP, "word", "look_at_word")
_SHEETS: Final = _Kind(_ZIP, "sheets", "look_at_sheets")
_TEXT: Final = _Kind((), "plain", "look_at_text")
_TABLE: Final = _Kind((), "plain", "look_at_table")
KINDS: Final = {
    ".pdf": _Kind((b"%PDF-",), "pdf", "look_at_pdf"),
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".png": _Kind((b"\x89PNG\r\n\x1a\n",), "pictures", "look_at_picture"),
    ".tif": _TIFF,
    ".tiff": _TIFF,
    ".webp": _Kind((b"RIFF",), "pictures", "look_at_picture"),
    ".docx": _WORD,
    ".docm": _WORD,
    ".xlsx": _SHEETS,
    ".xlsm": _SHEETS,
    ".odt": _Kind(_ZIP, "opendocument", "look_at_opendocument", {"kind": "text"}),
    ".ods": _Kind(_ZIP, "opendocument", "look_at_opendocument", {"kind": "spreadsheet"}),
    ".csv": _TABLE,
    ".tsv": _TABLE,
    ".txt": _TEXT,
    ".eml": _Kind((), "plain", "look_at_mail"),
}
"""Every ending of a name that is looked through."""


def look(name: str, data: bytes, own: frozenset[str]) -> tuple[Finding, ...]:
    """Return what is hidden in a file, in this process; what cannot be read is a finding of its own."""
    found: dict[Finding, None] = {}
    try:
        kind = _kind(name, data)
        for each in islice(kind.look(data, own), 100 * MOST_FINDINGS):
            found[each] = None
            if len(found) >= MOST_FINDINGS:
                break
    except MalformedError as error:
        sentence = f"{'; '.join(fault.problem for fault in error.faults)}."
        found[finding("HIDDEN_UNREAD", error.source, sentence)] = None
    except _UNREADABLE:
        found[
            finding("HIDDEN_UNREAD", THE_FILE, "It is damaged: it cannot be looked through to its end.")
        ] = None
    return tuple(found)


def _kind(name: str, data: bytes) -> _Kind:
    kind = KINDS.get(PurePosixPath(name).suffix.casefold())
    if kind is None:
        raise unread("It is of a kind that is not looked through")
    if not data or len(data) > MOST_BYTES:
        raise unread("It is empty" if not data else "It is larger than is looked through")
    if data.startswith(_OFFICE_BEFORE_2007):
        raise unread("It is protected with a password, or in a form of Office from before 2007")
    if kind.begins and not data.startswith(kind.begins):
        raise unread("Its content is not what its name says")
    return kind


__all__ = ["KINDS", "THE_FILE", "look"]

"""A ZIP archive from outside, every byte of it accounted for."""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from flows.release.markup import MOST_BYTES
from flows.release.noticing import THE_FILE, finding, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.finding import Finding

_MOST_ENTRIES: Final = 5000
_MOST_IN_ALL: Final = 512 << 20
_LOCAL: Final = 30
"""Bytes of the record before each entry, without what varies: APPNOTE 4.3.7."""
_END: Final = 22
"""Bytes of the record at the end: APPNOTE 4.3.16."""
_DESCRIPTORS: Final = (0, 12, 16, 20, 24)
_ENCRYPTED: Final = 0x1
_MOST_EXTRA: Final = 64
"""Bytes other than zeros beside an entry: times and sizes take fewer, and Office pads with zeros."""


class Archive:
    """The entries of a ZIP archive by their names.

    Raises:
        MalformedError: It cannot be read, is encrypted, has two entries of one name, or unpacks to more than
            is looked through.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        try:
            self._zip = ZipFile(BytesIO(data))
        except (BadZipFile, ValueError, NotImplementedError, EOFError):
            raise unread("It is damaged: its archive cannot be read") from None
        entries = self._zip.infolist()
        if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > _MOST_IN_ALL:
            raise unread("It unpacks to more than is looked through")
        if len({entry.filename.casefold() for entry in entries}) < len(entries):
            raise unread("Its archive has two entries of one name")
        if any(entry.flag_bits & _ENCRYPTED for entry in entries):
            raise unread("It is encrypted")
        self._entries = {entry.filename: entry for entry in entries}

    @property
    def names(self) -> list[str]:
        """The names of the entries, without those of folders."""
        return [name for name, entry in self._entries.items() if not entry.is_dir()]

    def place(self, name: str) -> str:
        """Return where an entry is that may have a name somebody chose."""
        return f"entry {[*self._entries].index(name) + 1} of the archive"

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def read(self, name: str) -> bytes:
        """Return the content of an entry.

        Raises:
            MalformedError: It is missing or damaged, or unpacks to more than is looked through.
        """
        entry = self._entries.get(name)
        if entry is None:
            raise unread("It is damaged: it names a part that it has not")
        if entry.file_size > MOST_BYTES:
            raise unread("It unpacks to more than is looked through", self.place(name))
        if entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise unread("Its archive is packed in a way that Office does not use", self.place(name))
        try:
            with self._zip.open(entry) as opened:
                return opened.read(entry.file_size + 1)
        except (BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError):
            raise unread("It is damaged: its archive cannot be read", self.place(name)) from None

    def look(self) -> Iterator[Finding]:
        """Yield what lies in the archive beside its entries."""
        at = 0
        for entry in sorted(self._entries.values(), key=lambda each: each.header_offset):
            if entry.header_offset - at not in (_DESCRIPTORS if at else (0,)):
                yield finding("HIDDEN_OUTSIDE", self.place(entry.filename), "Bytes lie before the entry.")
            at, extra = self._end_of(entry)
            if sum(map(bool, extra)) > _MOST_EXTRA or entry.comment or (entry.is_dir() and entry.file_size):
                yield finding("HIDDEN_OUTSIDE", self.place(entry.filename), "Data is kept beside the entry.")
        if not self._ends_well(at):
            yield finding("HIDDEN_OUTSIDE", THE_FILE, "Bytes lie after the last entry of the archive.")

    def _end_of(self, entry: ZipInfo) -> tuple[int, bytes]:
        """Return where an entry ends, and what its record has in addition."""
        start = entry.header_offset
        name, extra = (int.from_bytes(self._data[start + at : start + at + 2], "little") for at in (26, 28))
        begins = start + _LOCAL + name
        return begins + extra + entry.compress_size, self._data[begins : begins + extra]

    def _ends_well(self, at: int) -> bool:
        end = self._data.rfind(b"PK\x05\x06")
        size, start = (int.from_bytes(self._data[end + at : end + at + 4], "little") for at in (12, 16))
        return start - at in _DESCRIPTORS and start + size == end and end + _END == len(self._data)

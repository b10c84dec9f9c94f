"""Streams that are fit for archives, and those that are packed once for many documents."""

from __future__ import annotations

import zlib
from typing import Any, Final

from reportlab.pdfbase import pdfdoc

_END: Final = b"endstream\n"


class _Ended:
    """A stream whose data ends before the line of its end (ISO 19005-2, 6.1.7.1).

    With a line feed alone, a carriage return at the end of the data would look like part of it.
    """

    def format(self, document: Any) -> bytes:  # noqa: ANN401 - ReportLab's document
        written: bytes = super().format(document)  # type: ignore[misc] # of the stream it is mixed into
        return written.removesuffix(_END) + b"\r\n" + _END


class Stream(_Ended, pdfdoc.PDFStream):
    """Any stream but a picture's."""


class Picture(_Ended, pdfdoc.PDFImageXObject):
    """A picture, which ReportLab writes in its own way."""


class Packed:
    """What many documents hold alike, deflated once.

    Attributes:
        content: As it is before.
    """

    def __init__(self, content: bytes, entries: str = "") -> None:
        self.content = content
        data = zlib.compress(content)
        head = f"<<\n/Filter [ /FlateDecode ] /Length {len(data)}{entries}\n>>\nstream\n"
        self.written = head.encode("ascii") + data + b"\r\n" + _END


class PackedStream(Stream):
    """One of its places in a document."""

    def __init__(self, packed: Packed) -> None:
        super().__init__(content=packed.content)
        self._packed = packed

    def format(self, _: object) -> bytes:
        """Return it as it stands in the file."""
        return self._packed.written

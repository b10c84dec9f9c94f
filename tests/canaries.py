"""Words that may stand in sealed files only, and a search for them in everything that is kept, unpacked."""

from __future__ import annotations

import base64
import binascii
import bz2
import gzip
import io
import lzma
import re
import sqlite3
import subprocess
import zipfile
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import pikepdf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME: Final = "Zephyrine Quillfeather"
ADDRESS: Final = "z.q@marmalade.example.org"
WORDS: Final = "how many zeppelins moor at the town hall"
EVIDENCE: Final = b"%PDF-1.7 The mooring mast is guarded by one Obadiah Thistlewick.\xff"
RECORD: Final = b"The mast was inspected on Tuesday; see the pomegranate ledger.\n"
"""A record that is given: it goes to the applicant, and nowhere else."""
RECORD_NAME: Final = "Thistlewick gooseberry"
"""How people called its file, without the ending."""
CANARY: Final = re.compile(
    rb"zephyrine|quillfeather|marmalade|zeppelins|obadiah|thistlewick|pomegranate|gooseberry", re.IGNORECASE
)

_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
_DEEPEST: Final = 4


def unpacked(data: bytes, depth: int = 0) -> Iterator[bytes]:
    """Yield ``data`` and everything that can be read out of it: base64, packed forms, ZIP, PDF, UTF-16."""
    yield data
    if depth == _DEEPEST:
        return
    for form in (gzip.decompress, zlib.decompress, bz2.decompress, lzma.decompress):
        with suppress(OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
            yield from unpacked(form(data), depth + 1)
    if data.startswith(b"PK\x03\x04"):
        with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from unpacked(archive.read(name), depth + 1)
    if data.startswith(b"%PDF-"):
        with suppress(pikepdf.PdfError):
            yield from of_a_pdf(data)
    for found in _BASE64.findall(data.replace(b"\\n", b"")):
        with suppress(binascii.Error, ValueError):
            text = found.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
            yield from unpacked(base64.b64decode(text + b"=" * (-len(text) % 4)), depth + 1)
    if b"\0" in data:
        yield data.replace(b"\0", b"")


def of_a_pdf(data: bytes) -> Iterator[bytes]:
    """Yield the words of the pages, every stream unpacked, and every string of every object."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        waiting: list[Any] = [pdf.trailer.get("/Info", pikepdf.Dictionary()), *pdf.objects]
        while waiting:
            found = waiting.pop()
            if isinstance(found, pikepdf.Stream):
                with suppress(pikepdf.PdfError):
                    yield found.read_bytes()
            if isinstance(found, pikepdf.String):
                yield str(found).encode()
            elif isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
                waiting += [each for _, each in found.items() if not _is_elsewhere(each)]
            elif isinstance(found, pikepdf.Array):
                waiting += [each for each in found if not _is_elsewhere(each)]
    yield subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True).stdout


def _is_elsewhere(found: object) -> bool:
    return isinstance(found, pikepdf.Object) and found.is_indirect


def holds_canary(data: bytes) -> bool:
    return any(CANARY.search(layer) for layer in unpacked(data))


def rows_of(database: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every value of every table, with where it stands."""
    db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    tables = [name for (name,) in db.execute("select name from sqlite_master where type = 'table'")]
    for table in tables:
        cursor = db.execute(f'select * from "{table}"')  # noqa: S608 - names from the database itself
        columns = [column[0] for column in cursor.description]
        for row in cursor:
            for column, value in zip(columns, row, strict=True):
                data = value if isinstance(value, bytes) else str(value).encode()
                yield f"{database.name}: {table}.{column}", data
    db.close()


def kept_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file below a folder: its name, its bytes, and the values of a database."""
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        yield f"the name {name}", name.encode()
        if path.is_file():
            data = path.read_bytes()
            yield name, data
            if data.startswith(b"SQLite format 3"):
                yield from rows_of(path)


def objects_of(register: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every object of a repository by its id, reachable or not, inflated."""
    command = ["git", "-C", str(register), "cat-file", "--batch-all-objects", "--batch"]
    listed = io.BytesIO(subprocess.run(command, capture_output=True, check=True).stdout)
    while head := listed.readline():
        id_, _, size = head.decode().split()
        yield f"object {id_}", listed.read(int(size))
        listed.readline()

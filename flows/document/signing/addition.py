"""Whether nothing but a signature was added to a paper.

Two readers may make different pages of the same bytes: of an object that is listed twice, of a table
that is damaged, of an object that nothing leads to. So what was added is not only read, by one reader,
and compared; it has to have the one plain form that signing gives it.
"""

from __future__ import annotations

import io
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import pikepdf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.document.inspection.values import Raw

_CATALOG_MAY_GAIN: Final = frozenset({"/Perms", "/Extensions"})
_FORM_MAY_GAIN: Final = frozenset({"/SigFlags"})
_FIELD_MAY_GAIN: Final = frozenset({"/V"})

_ENTRY: Final = rb"\d{10} \d{5} n \n"
_ADDED: Final = re.compile(
    rb"(?P<objects>.*)(?P<table>xref\n0 1\n0000000000 65535 f \n(?:\d+ \d+\n(?:%b)+)+)"
    rb"(?P<trailer>trailer\n<<\n.*>>\n)startxref\n(?P<start>\d+)\n%%%%EOF\n" % _ENTRY,
    re.DOTALL,
)
"""What signing adds: objects, the table of just these, and a trailer (ISO 32000-1, 7.5.6)."""
_SECTION: Final = re.compile(rb"(\d+) (\d+)\n((?:%b)+)" % _ENTRY)
_ONCE: Final = (b"trailer", b"startxref", b"%%EOF", b"/Prev ")
_NEVER: Final = (b"stream", b"/XRefStm", b"/Encrypt", b"/ObjStm")


def only_signed(paper: bytes, whole: bytes) -> bool:
    """Tell whether ``whole`` is ``paper``, or adds one signature to it and nothing else."""
    if whole == paper:
        return True
    if not whole.startswith(paper):
        return False
    try:
        numbers = [*_numbers_of(whole, len(paper))]
        with pikepdf.open(io.BytesIO(paper)) as before, pikepdf.open(io.BytesIO(whole)) as after:
            return _same_but_for_the_signature(before, after, numbers)
    except (pikepdf.PdfError, ValueError, KeyError, TypeError):
        return False


def _numbers_of(whole: bytes, start: int) -> Iterator[int]:
    """Yield the numbers of the objects that are added from ``start`` on.

    Raises:
        ValueError: what is added has another form than signing gives it.
    """
    added = whole[start:]
    match = _ADDED.fullmatch(added)
    once = all(added.count(word) == 1 for word in _ONCE) and added.count(b"xref") == 2  # noqa: PLR2004 - with startxref
    if match is None or not once or any(word in added for word in _NEVER):
        raise ValueError("not in the form of a signature")
    end = start + match.start("table")
    listed = sorted(_listed(match["table"]))
    if int(match["start"]) != end or int(_prev(match["trailer"])) != int(_last_start(whole[:start])):
        raise ValueError("its table is not the one after the paper's")
    for (place, number), (after, _) in pairwise([*listed, (end, 0)]):
        content = whole[place:after]
        plain = content.startswith(b"%d 0 obj\n<<\n" % number) and content.endswith(b"\n>>\nendobj\n")
        if not plain or content.count(b" obj") != 1 or content.count(b"endobj") != 1:
            raise ValueError("an object is not where the table says, or is more than one")
    numbers = [number for _, number in listed]
    if not listed or listed[0][0] != start or len({*numbers}) != len(numbers):
        raise ValueError("there is something that the table does not list, or lists twice")
    yield from numbers


def _listed(table: bytes) -> Iterator[tuple[int, int]]:
    """Yield the place and the number of each object in a table, but the first section's free one."""
    for section in _SECTION.finditer(table):
        first, count = int(section[1]), int(section[2])
        places = [int(entry[:10]) for entry in section[3].splitlines() if entry[11:16] == b"00000"]
        if len(places) != count:
            raise ValueError("a section of the table has another length than it says")
        yield from zip(places, range(first, first + count), strict=True)


def _prev(trailer: bytes) -> bytes:
    return _found(re.search(rb"/Prev (\d+)\n", trailer))


def _last_start(paper: bytes) -> bytes:
    return _found(re.search(rb"startxref\n(\d+)\n%%EOF\n\Z", paper))


def _found(match: re.Match[bytes] | None) -> bytes:
    if match is None:
        raise ValueError("not in the form of a paper of ours")
    return match[1]


def _same_but_for_the_signature(before: pikepdf.Pdf, after: pikepdf.Pdf, numbers: list[int]) -> bool:
    catalog, form = before.Root, before.Root.AcroForm
    [field] = form.Fields
    mays = {
        catalog.objgen[0]: (catalog, _CATALOG_MAY_GAIN),
        form.objgen[0]: (form, _FORM_MAY_GAIN),
        field.objgen[0]: (field, _FIELD_MAY_GAIN),
    }
    new = [number for number in numbers if number not in mays]
    if _facts(before.trailer) != _facts(after.trailer) or len(new) != 1 or new[0] < before.trailer.Size:
        return False
    signature = after.get_object(new[0], 0)
    gained = all(_gains_only(one, after.get_object(one.objgen), may) for one, may in mays.values())
    signs = after.get_object(field.objgen).V.objgen == signature.objgen and signature.Type == "/Sig"
    allowed = {key: value.objgen for key, value in after.Root.Perms.items()}
    return gained and signs and allowed == {"/DocMDP": signature.objgen}


def _facts(trailer: Raw) -> tuple[Raw, ...]:
    return tuple(trailer[key].objgen if key in trailer else None for key in ("/Root", "/Info", "/Encrypt"))


def _gains_only(one: Raw, other: Raw, names: frozenset[str]) -> bool:
    if not isinstance(one, pikepdf.Dictionary) or not isinstance(other, pikepdf.Dictionary):
        return False
    differ = {
        key
        for key in {*one.keys(), *other.keys()}
        if key not in one or key not in other or _referred(one[key]) != _referred(other[key])
    }
    return differ <= names


def _referred(value: Raw) -> bytes:
    """Return a value as its holder has it: what is an object of its own, by its number."""
    return bytes(value.unparse()) if isinstance(value, pikepdf.Object) else repr(value).encode()

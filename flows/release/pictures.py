"""Pictures: JPEG, PNG, TIFF and WebP, by their segments. Of a PNG with transparency points are decoded."""

from __future__ import annotations

import re
import struct
import zlib
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Final
from warnings import catch_warnings, simplefilter

from PIL import ExifTags, Image, ImageChops, ImageFilter, TiffImagePlugin

from flows.release.noticing import THE_FILE, finding, unread
from flows.release.properties import look_at_xmp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flows.domain.finding import Finding

_Bomb = Image.DecompressionBombError
MOST_PIXELS: Final = 400_000_000
"""Of one picture; a sheet of A0 at 300 dots an inch has 140 million."""

# How a picture is stored or shown, by the numbers of TIFF 6.0 and Exif 2.32; nothing else is needed.
_LAYOUT: Final = frozenset(
    {254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283}
    | {
        284,
        286,
        287,
        290,
        291,
        292,
        293,
        296,
        297,
        301,
        305,
        306,
        317,
        318,
        319,
        320,
        321,
        322,
        323,
        324,
        325,
    }
    | {332, 334, 336, 338, 339, 340, 341, 347, 512, 513, 514, 515, 519, 520, 521, 529, 530, 531, 532, 34675}
    | {34665, 36864, 37121, 37122, 40960, 40961, 40962, 40963, 40965, 42240}
)
_GPS, _EXIF, _SUB_IFDS, _XMP, _IPTC, _PHOTOSHOP = 34853, 34665, 330, 700, 33723, 34377
_DEVICE: Final = frozenset({271, 272, 316, 37500, 42016, 42032, 42033, 42035, 42036, 42037, 50708, 50735})
_PERSON: Final = frozenset({315, 33432, 40093, 42032})
_REDUCED: Final = 1


def look_at_picture(
    data: bytes, own: frozenset[str] = frozenset(), place: str = THE_FILE
) -> Iterator[Finding]:
    """Yield what a picture tells beside what is seen.

    Raises:
        MalformedError: It is no picture of a kind that is looked through, or is damaged.
    """
    for begins, look in _KINDS.items():
        if data.startswith(begins):
            yield from look(data, place, own)
            return
    raise unread("It is a picture of a kind that is not looked through", place)


_KEPT: Final = "What is transparent in the picture may keep colours that nobody sees."
"""What is said of a form whose points are not decoded, too."""
_FAINT: Final = 8
"""The most of 255 that nobody sees."""
_EDGE: Final = 5
"""Points across, around one that is seen: where a shape ends its colour goes on."""
_ALIKE: Final = 3
_FEW: Final = 12
"""Points of another shade, fewer than the smallest word has."""


def _look_beneath(data: bytes, place: str) -> Iterator[Finding]:
    """Yield a finding on a PNG that has more than one shade where it is transparent."""
    with _sound(place), Image.open(BytesIO(data), formats=["PNG"]) as opened:
        if not opened.has_transparency_data:
            return
        whole = opened.convert("RGBA")
    seen = whole.getchannel("A").point([255 * (value > _FAINT) for value in range(256)])
    unseen = ImageChops.invert(seen.filter(ImageFilter.MaxFilter(_EDGE)))
    for band in "RGB":
        counts = whole.getchannel(band).histogram(unseen)
        most = counts.index(max(counts))
        if sum(counts) - sum(counts[max(0, most - _ALIKE) : most + _ALIKE + 1]) >= _FEW:
            yield finding("HIDDEN_CROPPED", place, _KEPT)
            return


def _measure(width: int, height: int, place: str) -> None:
    if width * height > MOST_PIXELS:
        raise unread("It is a picture with more points than any sheet of paper needs", place)


# JPEG: ITU-T T.81, annex B


_WITHOUT_LENGTH: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_TABLES: Final = frozenset({0xC4, 0xCC, 0xDB, 0xDC, 0xDD})
_END, _SCAN, _COMMENT = 0xD9, 0xDA, 0xFE
_JFIF: Final = 14
"""Bytes of the first segment without a thumbnail: ITU-T T.871."""


def _look_at_jpeg(data: bytes, place: str, own: frozenset[str]) -> Iterator[Finding]:
    at = 2
    while True:
        marker, at = _next_marker(data, at, place)
        if marker == _END:
            break
        if marker in _WITHOUT_LENGTH:
            continue
        length = int.from_bytes(data[at : at + 2], "big")
        if length < 2 or at + length > len(data):  # noqa: PLR2004 - the length counts itself
            raise unread("It is damaged: its segments cannot be read", place)
        yield from _segment(marker, data[at + 2 : at + length], place, own)
        at += length
        if marker == _SCAN:
            at = _after_scan(data, at)
    if data[at:].strip(b"\0\r\n "):
        yield finding("HIDDEN_OUTSIDE", place, "Bytes lie after the end of the picture.")


def _next_marker(data: bytes, at: int, place: str) -> tuple[int, int]:
    if data[at : at + 1] != b"\xff":
        raise unread("It is damaged: its segments cannot be read", place)
    while data[at : at + 1] == b"\xff":
        at += 1
    if at >= len(data):
        raise unread("It is damaged: it ends too early", place)
    return data[at], at + 1


def _after_scan(data: bytes, at: int) -> int:
    """Return where the marker after a scan stands; its data has no marker but those of a restart."""
    while 0 <= (at := data.find(b"\xff", at)) < len(data) - 1:
        if data[at + 1] not in {0x00, *range(0xD0, 0xD8)}:
            return at
        at += 2
    return len(data)


def _segment(marker: int, held: bytes, place: str, own: frozenset[str]) -> Iterator[Finding]:
    if marker in _FRAMES:
        _measure(int.from_bytes(held[3:5], "big"), int.from_bytes(held[1:3], "big"), place)
    elif marker == _COMMENT:
        if held.strip(b"\0 "):
            yield finding("HIDDEN_METADATA", place, "The picture has a comment.")
    elif marker not in {_SCAN, *_TABLES}:
        yield from _of_an_application(held, place, own)


def _of_an_application(held: bytes, place: str, own: frozenset[str]) -> Iterator[Finding]:
    name, _, rest = held.partition(b"\0")
    if name == b"Exif":
        yield from _look_at_exif(held, place, own)
    elif name == b"http://ns.adobe.com/xap/1.0/":
        yield from look_at_xmp(rest, place, own)
    elif name == b"MPF":
        yield finding("HIDDEN_FILE", place, "Further pictures are kept behind the picture.")
    elif name == b"JFXX" or (name == b"JFIF" and len(held) > _JFIF):
        yield finding("HIDDEN_THUMBNAIL", place, "The picture has a thumbnail.")
    elif name not in {b"JFIF", b"ICC_PROFILE"} and not name.startswith(b"Adobe"):
        yield finding("HIDDEN_METADATA", place, "The picture has a segment that is not needed to see it.")


# Exif and TIFF: TIFF 6.0, Exif 2.32


def _look_at_exif(held: bytes, place: str, own: frozenset[str]) -> Iterator[Finding]:
    exif = Image.Exif()
    with _sound(place), catch_warnings():
        simplefilter(
            "ignore", UserWarning
        )  # a property of another type than it should be is one all the same
        exif.load(held)
        yield from _tags({**exif}, place, own)
        for number in (_EXIF, ExifTags.IFD.Interop, _GPS):
            yield from _tags(exif.get_ifd(number), place, own, gps=number == _GPS)
        if exif.get_ifd(ExifTags.IFD.IFD1):
            yield finding("HIDDEN_THUMBNAIL", place, "The picture has a thumbnail.")


@contextmanager
def _sound(place: str) -> Iterator[None]:
    """Take whatever Pillow says of damage for what it is."""
    try:
        with catch_warnings():
            simplefilter("error", UserWarning)
            yield
    except (
        UserWarning,
        SyntaxError,
        ValueError,
        LookupError,
        OSError,
        TypeError,
        AttributeError,
        AssertionError,
        EOFError,
        struct.error,
        _Bomb,
    ):
        raise unread("It is damaged: its properties cannot be read", place) from None


def _tags(
    tags: dict[int, object], place: str, own: frozenset[str], *, gps: bool = False
) -> Iterator[Finding]:
    for number, value in tags.items():
        if gps or number == _GPS:
            yield finding("HIDDEN_LOCATION", place, "The picture says where it was taken.")
        elif number == _XMP and isinstance(value, bytes):
            yield from look_at_xmp(value, place, own)
        elif number in _DEVICE:
            yield finding("HIDDEN_METADATA", place, "The picture names the device it was made with.")
        elif number in _PERSON and not (isinstance(value, str) and value in own):
            yield finding("HIDDEN_METADATA", place, "The picture names who made or owns it.")
        elif number == _SUB_IFDS:
            yield finding("HIDDEN_FILE", place, "Further pictures are kept beside the picture.")
        elif number not in _LAYOUT | _PERSON and value not in ("", b"", None):
            yield finding(
                "HIDDEN_METADATA", place, "The picture has properties that are not needed to see it."
            )


def _look_at_tiff(data: bytes, place: str, own: frozenset[str]) -> Iterator[Finding]:
    taken = [(0, 8)]
    with _sound(place), Image.open(BytesIO(data), formats=["TIFF"]) as opened:
        assert isinstance(opened, TiffImagePlugin.TiffImageFile)  # noqa: S101 - the only form that is tried
        for frame in range(opened.n_frames):
            opened.seek(frame)
            tags = opened.tag_v2
            _measure(*opened.size, place)
            where = f"{place}, picture {frame + 1}"
            yield from _tags(dict(tags), where, own)
            yield from _nested(opened, where, own)
            if int(tags.get(254, 0)) & _REDUCED:
                yield finding("HIDDEN_THUMBNAIL", where, "The picture has a thumbnail.")
            if _EXTRA_SAMPLES in tags:
                yield finding("HIDDEN_CROPPED", where, _KEPT)
            taken += _strips(dict(tags))
    with _sound(place):
        taken += _directories(data)
    if not all(_EMPTY.fullmatch(data, *gap) for gap in _gaps(taken, len(data))):
        yield finding("HIDDEN_OUTSIDE", place, "Bytes lie between the parts of the picture, or after them.")


def _nested(opened: TiffImagePlugin.TiffImageFile, place: str, own: frozenset[str]) -> Iterator[Finding]:
    if _EXIF in opened.tag_v2:
        exif = opened.getexif()
        yield from _tags(exif.get_ifd(_EXIF), place, own)


def _strips(tags: dict[int, object]) -> list[tuple[int, int]]:
    """Return where each strip or tile begins and ends."""
    pairs = ((273, 279), (324, 325), (513, 514))
    numbers = [[tags.get(key, ()) for key in pair] for pair in pairs]
    return [(a, a + b) for starts, sizes in numbers for a, b in _zipped(starts, sizes)]


def _zipped(starts: object, sizes: object) -> Iterator[tuple[int, int]]:
    one, other = (each if isinstance(each, tuple) else (each,) for each in (starts, sizes))
    yield from ((int(a), int(b)) for a, b in zip(one, other, strict=False))


_EXTRA_SAMPLES: Final = 338
_EMPTY: Final = re.compile(rb"\0*(?:(?:II\*\0|MM\0\*).{4}\0*)?", re.DOTALL)
"""What may lie between parts: nothing, or the head that a sheet had before it was put behind others."""
_BYTES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
"""Of one value, by its type: TIFF 6.0, section 2."""
_FURTHER: Final = frozenset({_EXIF, _GPS, _SUB_IFDS, 40965})
"""Tags that lead to directories."""


def _directories(data: bytes) -> list[tuple[int, int]]:
    """Return where each directory, and each value beside one, begins and ends.

    Raises:
        ValueError: one stands outside the file.
    """
    order = "<" if data.startswith(b"II") else ">"
    taken: list[tuple[int, int]] = []
    follow, known = [*struct.unpack_from(f"{order}I", data, 4)], {0}
    while follow:
        if (at := follow.pop()) in known:
            continue
        known.add(at)
        count, end = *struct.unpack_from(f"{order}H", data, at), at + 2
        for tag, kind, number, value in struct.iter_unpack(f"{order}HHII", data[end : end + 12 * count]):
            size = number * _BYTES.get(kind, 1)
            beside = (value, value + size) if size > 4 else (end + 8, end + 8 + size)  # noqa: PLR2004 - bytes of a value in its place
            taken.append(beside)
            if tag in _FURTHER:
                places = data[slice(*beside)]
                follow += [
                    each for (each,) in struct.iter_unpack(f"{order}I", places[: len(places) // 4 * 4])
                ]
            end += 12
        follow += struct.unpack_from(f"{order}I", data, end)
        taken.append((at, end + 4))
    return taken


def _gaps(taken: list[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
    """Yield what lies between the parts of a file."""
    reached = 0
    for start, end in sorted(taken):
        if start > reached:
            yield reached, start
        reached = max(reached, end)
    yield reached, size


# PNG: ISO/IEC 15948


_CHUNKS: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"bKGD"}
    | {b"hIST", b"pHYs", b"sPLT", b"cICP", b"mDCV", b"cLLI", b"tIME"}
)
_WORDS: Final = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_FINE_WORDS: Final = (b"Software\0", b"date:create\0", b"date:modify\0", b"date:timestamp\0")
_XMP_WORD: Final = b"XML:com.adobe.xmp\0"


_SAMPLES: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Of a point, by the kind of colour."""
_HEADER: Final = 13
"""Bytes."""


def _look_at_png(data: bytes, place: str, own: frozenset[str]) -> Iterator[Finding]:
    at, pixels, most = 8, _Pixels(place), 0
    name = b""
    while name != b"IEND":
        length, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        held = data[at + 8 : at + 8 + length]
        if data[at + 8 + length : at + 12 + length] != zlib.crc32(name + held).to_bytes(4, "big"):
            raise unread("It is damaged: its chunks cannot be read", place)
        if name == b"IHDR":
            if length != _HEADER:
                raise unread("It is damaged: its chunks cannot be read", place)
            most = _bytes_of(held, place)
        if name == b"IDAT":
            pixels.take(held, most)
        yield from _chunk(name, held, place, own)
        at += 12 + length
    if pixels.beyond:
        yield finding(
            "HIDDEN_OUTSIDE", place, "What is left of another picture follows the points of this one."
        )
    if data[at:].strip(b"\0\r\n "):
        yield finding("HIDDEN_OUTSIDE", place, "Bytes lie after the end of the picture.")
    yield from _look_beneath(data, place)


def _bytes_of(header: bytes, place: str) -> int:
    """Return how many bytes the points take at most; in seven passes rows are parted."""
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    _measure(width, height, place)
    bits = header[8] * _SAMPLES.get(header[9], 4)
    return height * (1 + (width * bits + 7) // 8) + (header[12] and 8 * (height + 8))


class _Pixels:
    """The points of a PNG, unpacked piece by piece, none kept, to see where they end."""

    def __init__(self, place: str) -> None:
        self.beyond = 0
        self._place = place
        self._packed = zlib.decompressobj()
        self._made = 0

    def take(self, held: bytes, most: int) -> None:
        rest = held
        try:
            while rest and not self._packed.eof and self._made <= most:
                self._made += len(self._packed.decompress(rest, 1 << 20))
                rest = self._packed.unconsumed_tail or self._packed.unused_data
        except zlib.error:
            raise unread("It is damaged: its points cannot be unpacked", self._place) from None
        self.beyond += len(rest.strip(b"\0")) + max(self._made - most, 0)


def _chunk(name: bytes, held: bytes, place: str, own: frozenset[str]) -> Iterator[Finding]:
    if name in _WORDS:
        if held.startswith(_XMP_WORD) and name == b"iTXt" and held[18:19] == b"\0":
            yield from look_at_xmp(held[20:].split(b"\0", 2)[2], place, own)
        elif not held.startswith(_FINE_WORDS):
            yield finding("HIDDEN_METADATA", place, "The picture has words that nobody sees.")
    elif name == b"eXIf":
        yield from _look_at_exif(b"Exif\0\0" + held, place, own)
    elif name in {b"acTL", b"fcTL", b"fdAT"}:
        yield finding("HIDDEN_FILE", place, "Further pictures are kept beside the picture.")
    elif name not in _CHUNKS:
        yield finding("HIDDEN_METADATA", place, "The picture has a part that is not needed to see it.")


# WebP: RFC 9649


def _look_at_webp(data: bytes, place: str, own: frozenset[str]) -> Iterator[Finding]:
    size = int.from_bytes(data[4:8], "little") + 8
    if data[8:12] != b"WEBP" or size > len(data):
        raise unread("It is damaged: its chunks cannot be read", place)
    at = 12
    while at < size:
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        held = data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
        if name == b"EXIF":
            yield from _look_at_exif(held if held.startswith(b"Exif") else b"Exif\0\0" + held, place, own)
        elif name == b"XMP ":
            yield from look_at_xmp(held, place, own)
        elif name not in {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP"}:
            yield finding("HIDDEN_METADATA", place, "The picture has a part that is not needed to see it.")
        # VP8L says in one bit after its size whether its transparency is used.
        if name == b"ALPH" or (name == b"VP8L" and held[4:5] and held[4] & 0x10):
            yield finding("HIDDEN_CROPPED", place, _KEPT)
    if at > size or data[size:].strip(b"\0"):
        yield finding("HIDDEN_OUTSIDE", place, "Bytes lie after the end of the picture.")


# JPEG 2000: ISO/IEC 15444-1, annex I

_BOXES: Final = frozenset({b"jP  ", b"ftyp", b"jp2h", b"jp2c"})


def _look_at_jpeg2000(data: bytes, place: str, _own: frozenset[str]) -> Iterator[Finding]:
    at = 0
    while at < len(data) and data[:1] == b"\0":
        length, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if name not in _BOXES:
            yield finding("HIDDEN_METADATA", place, "The picture has a part that is not needed to see it.")
        at += max(length, 8) if length else len(data)


_KINDS: Final[dict[bytes, Callable[[bytes, str, frozenset[str]], Iterator[Finding]]]] = {
    b"\xff\xd8\xff": _look_at_jpeg,
    b"\x89PNG\r\n\x1a\n": _look_at_png,
    b"II*\0": _look_at_tiff,
    b"MM\0*": _look_at_tiff,
    b"RIFF": _look_at_webp,
    b"\0\0\0\x0cjP  ": _look_at_jpeg2000,
    b"\xff\x4f\xff\x51": _look_at_jpeg2000,
}

"""Inputs that somebody could write who means harm: good ones, spoilt at random and by their grammar."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

MOST: Final = 1 << 17
"""Bytes of an input: what is larger than any of ours is tried by tests/register/test_bounds.py."""
_NUMBERS: Final = (
    *(0, 1, -1, 2, 9, 127, 128, 255, 256, 32767, 32768, 65535, 65536),
    *(2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53, 2**63 - 1, 2**63, 2**64, 10**30, 99999999999),
)
_TOKENS: Final = tuple(
    each.encode("utf-8", "surrogatepass")
    for each in (
        *(
            "\0",
            "\n",
            "\r\n",
            "\n\n",
            "\t",
            " ",
            "\x1b[2J",
            "\x7f",
            "\x85",
            "\u2028",
            "\ufeff",
            "\u202e",
            "\u200b",
        ),
        *("\ud800", "\U000e0041", "\ufffe", "e\u0301", "\u212b", "\u00e9", "a" * 300, "\U0001f600"),
        *(
            "-1",
            "0",
            "00",
            "1e999",
            "NaN",
            "Infinity",
            "null",
            "true",
            "[]",
            "{}",
            '""',
            '"',
            "\\",
            "\\u0000",
        ),
        *(
            "&a ",
            "*a",
            "<<: *a",
            "!!python/object/apply:os.system",
            "? ",
            "- ",
            ": ",
            "|",
            ">",
            "%YAML 1.1",
            "---",
        ),
        *(
            "..",
            "../..",
            ".git",
            "/",
            "-rf",
            "~",
            "%s",
            "%n",
            "{0}",
            "{{1}}",
            "$(id)",
            "`id`",
            "'",
            "<!--",
            "<a>",
        ),
        *(
            "2024-02-30",
            "0000-00-00",
            "9999-12-31",
            "24:61:61",
            "٣",
            "=",
            "==",
            "+",
            "— ",
            "gpgsig ",
            "tree ",
        ),
    )
)


def changed(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """Return bytes with one to eight changes anywhere."""
    made = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 3, 5, 8))):
        random.choice(_CHANGES)(made, random, others)
        del made[MOST:]
    return bytes(made)


def _flip(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    if data:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _byte(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    if data:
        data[random.randrange(len(data))] = random.choice(
            (0, 1, 9, 10, 13, 32, 127, 128, 255, random.randrange(256))
        )


def _insert(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    at = random.randint(0, len(data))
    data[at:at] = random.randbytes(random.choice((1, 2, 4, 16, 300)))


def _token(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    at = random.randint(0, len(data))
    data[at : at + random.choice((0, 0, 1, 4))] = random.choice(_TOKENS)


def _cut(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    start, end = _slice(data, random)
    del data[start:end]


def _truncate(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    del data[random.randint(0, len(data)) :]


def _repeat(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    start, end = _slice(data, random)
    data[start:start] = bytes(data[start:end]) * random.choice((1, 1, 2, 40))


def _move(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    start, end = _slice(data, random)
    taken = bytes(data[start:end])
    del data[start:end]
    at = random.randint(0, len(data))
    data[at:at] = taken


def _splice(data: bytearray, random: Random, others: Sequence[bytes]) -> None:
    other = random.choice(others)
    start, end = _slice(bytearray(other), random)
    at, to = _slice(data, random)
    data[at:to] = other[start:end]


def _number(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    found = [*re.finditer(rb"\d+", data)]
    if found:
        one = random.choice(found)
        data[one.start() : one.end()] = str(random.choice(_NUMBERS)).encode()


def _word(data: bytearray, random: Random, others: Sequence[bytes]) -> None:
    found, more = [*re.finditer(rb"[\w.-]+", data)], re.findall(rb"[\w.-]+", random.choice(others))
    if found and more:
        one = random.choice(found)
        data[one.start() : one.end()] = random.choice(more)


def _line(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    lines = bytes(data).split(b"\n")
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    match random.randrange(4):
        case 0:
            lines[one], lines[other] = lines[other], lines[one]
        case 1:
            lines.insert(one, lines[other])
        case 2:
            del lines[one]
        case _:
            lines[one] = b" " * random.choice((1, 2, 4)) + lines[one]
    data[:] = b"\n".join(lines)


def _integer(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    size = random.choice((1, 2, 4, 8))
    if len(data) >= size:
        at = random.randrange(len(data) - size + 1)
        value = random.choice(_NUMBERS) % (1 << 8 * size)
        data[at : at + size] = value.to_bytes(size, random.choice(("big", "little")))


def _nest(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    start, end = _slice(data, random)
    opening, closing = random.choice(
        ((b"[", b"]"), (b'{"a":', b"}"), (b"(", b")"), (b"<b>", b"</b>"), (b"> ", b""))
    )
    depth = random.choice((2, 30, 3000))
    data[start:end] = opening * depth + data[start:end] + closing * depth


def _slice(data: bytearray, random: Random) -> tuple[int, int]:
    start = random.randint(0, len(data))
    return start, min(len(data), start + random.choice((1, 2, 8, 40, 400, len(data))))


_CHANGES: Final = (
    *(
        _flip,
        _byte,
        _insert,
        _token,
        _cut,
        _truncate,
        _repeat,
        _move,
        _splice,
        _number,
        _word,
        _line,
        _integer,
        _nest,
    ),
)


# By grammar: what is within is spoilt, and what is around it is made anew ---------------------------


def within_json(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """Return JSON of which one value or key is another, in the register's form or not."""
    value = json.loads(data)
    places = [*_places(value)]
    for _ in range(random.choice((1, 1, 2))):
        holder, key = random.choice(places)
        try:
            _change_value(holder, key, random, value)
        except (LookupError, TypeError):
            continue
    form: dict[str, Any] = random.choice(
        ({"indent": 2, "sort_keys": True}, {"indent": 2, "sort_keys": True}, {})
    )
    try:
        return (json.dumps(value, ensure_ascii=False, **form) + "\n").encode("utf-8", "surrogatepass")
    except (TypeError, ValueError, RecursionError):
        return changed(data, random, others)


def _change_value(holder: Any, key: Any, random: Random, whole: Any) -> None:
    match random.randrange(7):
        case 0:
            del holder[key]
        case 1:
            holder[key] = random.choice(
                (None, True, False, 0, -1, 1.5, 10**40, "", "a", [], {}, [[]], {"a": 1})
            )
        case 2:
            holder[key] = [holder[key]] * random.choice((1, 2, 300))
        case 3 if isinstance(holder, dict):
            holder[random.choice(("", "a", "format", "\u0000", "e\u0301"))] = holder.pop(key)
        case 4:
            text = json.dumps(holder[key]).encode()
            holder[key] = changed(text, random, [text]).decode("utf-8", "replace")
        case 5:
            other, at = random.choice([*_places(whole)])
            holder[key] = json.loads(json.dumps(other[at]))
        case _:
            holder[key] = random.choice(_NUMBERS)


def _places(value: Any) -> Any:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in [*pairs]:
        yield value, key
        yield from _places(inner)


def within_base64(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """Return a text of which one piece of base64 has other bytes in it, those of SSH's strings among them."""
    found = [*re.finditer(rb"[A-Za-z0-9+/\n_-]{16,}={0,2}", data)]
    if not found:
        return changed(data, random, others)
    one = max(found, key=lambda each: len(each[0])) if random.random() < 0.5 else random.choice(found)
    web = b"_" in one[0] or b"-" in one[0] or data[:1] == b"{"
    joined = one[0].replace(b"\n", b"").translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
    inner = base64.b64decode(joined + b"=" * (-len(joined) % 4))
    spoil = random.choice((changed, of_ssh, within_json if inner[:1] == b"{" else changed))
    again = base64.b64encode(spoil(inner, random, [inner]))
    if web:
        again = again.translate(bytes.maketrans(b"+/", b"-_")).rstrip(b"=")
    if b"\n" in one[0].strip():
        again = b"\n".join(again[i : i + 70] for i in range(0, len(again), 70)) + b"\n"
    return data[: one.start()] + again + data[one.end() :]


def of_ssh(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """Return bytes in SSH's form of which one string is another, with its length made anew."""
    start = 10 if data[:6] == b"SSHSIG" else 0
    parts, at = [], start
    while at + 4 <= len(data):
        (size,) = struct.unpack_from(">I", data, at)
        if at + 4 + size > len(data):
            break
        parts.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    if not parts:
        return changed(data, random, others)
    number = random.randrange(len(parts))
    parts[number] = random.choice((changed, of_ssh))(parts[number], random, others)
    return data[:start] + b"".join(struct.pack(">I", len(each)) + each for each in parts) + data[at:]


def within_zlib(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """Return a packed content of which what is within is spoilt."""
    return zlib.compress(changed(zlib.decompress(data), random, others), 1)


def within_bundle(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """Return a bundle of git's of which one object is spoilt, with its length and the pack's sum made anew.

    The bundle's ref follows its newest commit where that is the one, so that git takes it.
    """
    start = data.index(b"PACK")
    head, pack = data[:start], data[start:-20]
    tip = head[head.index(b"\n") + 1 :][:40]
    found, at = [], 12
    while at < len(pack):
        begin, kind = at, pack[at] >> 4 & 7
        while pack[at] & 0x80:
            at += 1
        at += 1
        if kind == _OFFSET:
            while pack[at] & 0x80:
                at += 1
            at += 1
        at += 20 if kind == _NAMED else 0
        packed = zlib.decompressobj()
        inner = packed.decompress(pack[at:])
        at = len(pack) - len(packed.unused_data)
        found.append((begin, at, kind, inner))
    whole = [each for each in found if each[2] < _OFFSET]
    newest = [each for each in whole if each[2] == 1 and _named(each[3]) == tip]
    begin, end, kind, inner = random.choice(newest if newest and random.random() < 0.5 else whole)
    spoilt = changed(inner, random, [inner, *others[:1]])
    if newest and inner == newest[0][3]:
        head = head.replace(tip, _named(spoilt))
    body = pack[:begin] + _in_pack(kind, len(spoilt)) + zlib.compress(spoilt, 1) + pack[end:]
    return head + body + hashlib.sha1(body, usedforsecurity=False).digest()


_OFFSET, _NAMED = 6, 7
"""Kinds of objects of a pack that are told as what another is with changes, by its place or its name."""


def _named(commit: bytes) -> bytes:
    written = b"commit %d\0" % len(commit) + commit
    return hashlib.sha1(written, usedforsecurity=False).hexdigest().encode()


def _in_pack(kind: int, size: int) -> bytes:
    written, rest = [kind << 4 | size & 15], size >> 4
    while rest:
        written[-1] |= 0x80
        written.append(rest & 0x7F)
        rest >>= 7
    return bytes(written)


def within_zip(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """Return an archive of which one file is spoilt."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        chosen = random.choice(names)
        for name in names:
            inner = old.read(name)
            new.writestr(name, changed(inner, random, [inner, *others[:1]]) if name == chosen else inner)
    return made.getvalue()


def within_streams(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """Return a PDF of which one stream that is not packed, or one object, is spoilt and no place moves."""
    found = [*re.finditer(rb"(?s)obj\n?(.*?)endobj", data)]
    if not found:
        return changed(data, random, others)
    start, end = random.choice(found).span(1)
    inner = changed(data[start:end], random, others)
    return data[:start] + inner[: end - start].ljust(end - start) + data[end:]

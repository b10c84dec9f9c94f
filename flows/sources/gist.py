"""Who asks for what, in the one form in which two requests are the same.

What parts no request from another is left out: case, accents, spacing and punctuation, the greeting, the
closing with whatever stands below it, and how a list is numbered. What might be asked for stays: a number
is a list's only where others of its row stand before or after it, and a line below the closing is a
signature's only where it reads as one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flows.sources.applicant import contact_of, is_nobody, name_words
from flows.sources.folding import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WORDS: Final = re.compile(r"[^\W_]+")
_OF_NAMES: Final = frozenset({"and", "the", "ltd", "limited", "plc", "llp", "cic"})
"""Words that part no name from another."""

_ASKING: Final = (
    r"(?:i|i'd|we|my|please|under|can|could|would|will|what|how|when|who|where|why|which|is|are|do|does|send"
    r"|give|tell|provide|this|these|in)"
)
_GREETS: Final = (
    r"(?:dear|annwyl|hello|hi|hey|good (?:morning|afternoon|evening|day)|to whom it may concern|fao|attn"
    r"|for the attention of)"
)
_GREETED: Final = r"(?:sirs?|madam|or|and|all|there|team|foi|officer|clerk|chief constable|syr)"
_COURTESY: Final = (
    r"(?:(?:many |with )?(?:thanks|thank you)(?: again| very much| so much)?(?: in (?:advance|anticipation))?"
    r"(?: for your (?:help|time|assistance|attention|consideration)| in advance| again)*"
    r"|(?:i )?(?:look|am looking) forward to (?:hearing from you|your (?:reply|response|answer))"
    r"(?: soon| in due course)?"
    r"|i hope (?:this|you|all|that)[^.\n]{0,40} well"
    r"|(?:if|should) you (?:need|require|have)[^.\n]{0,60}(?:let me know|contact me|get in touch)"
    r"|please (?:acknowledge|confirm) receipt(?: of (?:this|my) (?:request|e-?mail|letter|message))?"
    r"|yours(?: (?:faithfully|sincerely|truly|etc))?|sincerely(?: yours)?|faithfully|cheers|best"
    r"|(?:with )?(?:(?:kind(?:est)?|best|warm) )?(?:regards|wishes)|yr eiddoch(?: yn (?:gywir|ffyddlon))?"
    r"|diolch(?: yn fawr)?|cofion(?: (?:gorau|cynnes))?|--)"
)
"""What asks for nothing, at the beginning of a letter or its end."""
_ADDRESSED: Final = rf"{_GREETS}\b(?: (?!{_ASKING}\b)[\w.'&/-]+){{0,8}}?\s*"
_GREETING: Final = re.compile(
    rf"{_ADDRESSED}(?:[,:;!\n]|\.\s)|{_GREETS}\b(?: {_GREETED}\b)*|{_COURTESY}[.,!\n]", re.IGNORECASE
)
_GREETING_LINE: Final = re.compile(rf"\A((?:.{{1,60}}\n){{1,3}}){_ADDRESSED}[,:;!.]?\n", re.IGNORECASE)
"""A greeting below a heading."""
_CLOSING: Final = re.compile(rf"(?:\A|[\n.?!;:,])\s*{_COURTESY}\s*\Z", re.IGNORECASE)
_CLOSING_LINE: Final = re.compile(rf"\W*{_COURTESY}\W*|-+", re.IGNORECASE)
_GOES_ON: Final = re.compile(
    rf"\W*(?:p[.p]*\s?s\b|also\b|and\b|plus\b|{_ASKING}\b)|.*\?|.{{61}}", re.IGNORECASE
)
_SIGN: Final = r"(?:[\w.+'-]*@[\w.'-]+|(?:www\.|https?:)\S*|[A-Z0-9+(][\w.'&/()-]*)"
_SIGNS: Final = re.compile(
    rf"\W*(?:(?i:sent from my|tel|phone|telephone|mobile|mob|e-?mail)\b.*"
    rf"|{_SIGN}(?:[ ,|:]+(?:{_SIGN}|\w{{1,3}}|with|from))*)\W*"
)
"""A line of a signature: names, numbers and addresses."""
_SIGNED_WITHIN: Final = 12
"""Lines of a signature, and of greetings and closings as many."""
_MARKER: Final = re.compile(
    r"\s*(?:(?:question|request|item|part|point|q|no)\.?\s*)?\(?"
    r"(?:(?P<digits>\d{1,3})(?:[.):]+\s|\s*-\s|\s)|(?P<letter>[a-z]|[ivx]{2,5})[.):]+\s|(?P<bullet>o)\s)\s*",
    re.IGNORECASE,
)
_ROMAN: Final = (
    "i",
    "ii",
    "iii",
    "iv",
    "v",
    "vi",
    "vii",
    "viii",
    "ix",
    "x",
    "xi",
    "xii",
    "xiii",
    "xiv",
    "xv",
)


def gist_of(
    name: str,
    text: str,
    *,
    email: str | None = None,
    telephone: str | None = None,
    address: str | None = None,
) -> str | None:
    """Return who asks for what; None where nothing tells who, as then no two are known to be one.

    Args:
        name: Of the applicant; where it is withheld, how they can be reached stands for it.
        text: The request.
        email: As the request gives it, and the others.
        telephone: The first that is given counts.
        address: The same.
    """
    asks = contact_of(email, telephone, address) if is_nobody(folded(name)) else _who(name)
    return f"{asks}\n{' '.join(_words(_asked(folded(text), name_words(name))))}" if asks else None


def _who(name: str) -> str:
    words = [word for each in name_words(name) for word in _words(each)]
    return " ".join(sorted(word for word in words if word not in _OF_NAMES) or words)


def _words(text: str) -> list[str]:
    return _WORDS.findall(text.lower())


def _asked(text: str, name: Iterable[str]) -> str:
    """Return a folded request without greeting, closing, signature and the numbers of its lists."""
    body = "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())
    body = _GREETING_LINE.sub(r"\1", body)
    for _ in range(_SIGNED_WITHIN):
        if found := _GREETING.match(body):
            body = body[found.end() :].lstrip(" ,.:;!-\n")
    own = {word for each in name for word in _words(each)}
    signs = own | {word[0] for word in own}
    for _ in range(_SIGNED_WITHIN):
        body = _CLOSING.sub("", body.rstrip(" ,.!-\n"))
        body = "\n".join(_unsigned(body.split("\n"), signs))
    return "\n".join(_unnumbered(body.split("\n"))) if _words(body) else text


def _unsigned(lines: list[str], signs: set[str]) -> list[str]:
    """Return lines without the last closing or name below which nothing but a signature stands."""
    for at in reversed(range(max(0, len(lines) - _SIGNED_WITHIN), len(lines))):
        line = lines[at]
        if _CLOSING_LINE.fullmatch(line) or _is_signed(line, signs):
            return lines[:at]
        if _GOES_ON.match(line) or not _SIGNS.fullmatch(line):
            break
    return lines


def _is_signed(line: str, signs: set[str]) -> bool:
    words = {word for each in name_words(line) for word in _words(each)}
    return bool(words) and words <= signs


def _unnumbered(lines: list[str]) -> Iterator[str]:
    """Yield lines without the number, letter or bullet of a list, of which there are two at least."""
    found = [_MARKER.match(line) for line in lines]
    rows: list[list[tuple[int, int]]] = []  # of each the lines, and what they count
    for kind in ("digits", "letter", "roman", "bullet"):
        row: list[tuple[int, int]] = []
        for at, marker in enumerate(found):
            if (number := _number(kind, marker)) is not None:
                if row and kind != "bullet" and number != row[-1][1] + 1:
                    rows.append(row)
                    row = []
                row.append((at, number))
        rows.append(row)
    listed = {at for row in rows if len(row) > 1 and row[0][1] <= 1 for at, _ in row}
    for at, (line, marker) in enumerate(zip(lines, found, strict=True)):
        yield line[marker.end() :] if marker and at in listed else line


def _number(kind: str, marker: re.Match[str] | None) -> int | None:
    if marker is None:
        return None
    letter = (marker["letter"] or "").lower()
    if kind == "digits":
        return int(marker["digits"]) if marker["digits"] else None
    if kind == "roman":
        return _ROMAN.index(letter) + 1 if letter in _ROMAN else None
    if kind == "letter":
        return ord(letter) - ord("a") + 1 if len(letter) == 1 else None
    return 0 if marker["bullet"] else None

"""The theme file, by which an authority says how its papers look.

    accent = "#1d3c63"                    headings, links and rules: 7 to 1 on white, or more
    size = 12                             of the text, points
    signatory = "the Head of Governance"  by whom papers are issued: an office, not a name
    [marking]
    drafts = "OFFICIAL-SENSITIVE"         on each page of a draft
    published = ""                        on each page of a published paper; empty for none
    [crest]
    file = "crest.png"                    beside this file
    words = "Crest of Sample Council"     what is read aloud in its place
    height = 18                           millimetres

What is left out is as in the house style.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from flows.document.characters import character_faults
from flows.document.crest import MOST, crest_faults, redrawn
from flows.domain.errors import Fault, MalformedError
from flows.domain.text_file import toml_of
from flows.domain.theme import HOUSE_STYLE, Crest, Theme, theme_faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_KNOWN: Final[Mapping[str, type]] = {
    "accent": str,
    "size": int,
    "signatory": str,
    "marking.drafts": str,
    "marking.published": str,
    "crest.file": str,
    "crest.words": str,
    "crest.height": int,
}
_NAMES: Final = {str: "text", int: "a whole number"}


def read_theme(path: Path) -> Theme:
    """Return the theme in a file, its crest included.

    Raises:
        MalformedError: no paper may look so, or the file says something else; with every fault.
    """
    return theme_of(values_in(path), path.name, lambda name: _read(path.parent / name))


def theme_of(given: Mapping[str, Any], source: str, read: Callable[[str], bytes]) -> Theme:
    """Return the theme that dotted names give, as in the file.

    Args:
        source: What a fault is told of.
        read: Returns the picture that ``crest.file`` names, redrawn.

    Raises:
        MalformedError: as ``read_theme``.
    """
    faults = [*_form_faults(given)]
    if not faults:
        theme = _theme(given, source, read)
        faults += [*theme_faults(theme), *_glyph_faults(theme)]
        if theme.crest:
            faults += [Fault(path="crest.file", problem=each) for each in crest_faults(theme.crest)]
    if faults:
        raise MalformedError(source, *faults)
    return theme


def write_theme(theme: Theme) -> str:
    """Return ``theme`` as a theme file, whose crest would stand beside it as ``crest.png``."""
    lines = [
        f"accent = {quoted(theme.accent)}",
        f"size = {theme.size}",
        *([f"signatory = {quoted(theme.signatory)}"] if theme.signatory else []),
        "\n[marking]",
        f"drafts = {quoted(theme.draft_marking)}",
        f"published = {quoted(theme.published_marking)}",
    ]
    if crest := theme.crest:
        lines += [
            "\n[crest]",
            'file = "crest.png"',
            f"words = {quoted(crest.words)}",
            f"height = {crest.height}",
        ]
    return "\n".join([*lines, ""])


def quoted(text: str) -> str:
    """Return a text of characters that can be seen, or of lines of them, as TOML has it."""
    # A JSON string of characters that can be seen is a TOML string.
    return json.dumps(text, ensure_ascii=False)


def values_in(path: Path) -> dict[str, Any]:
    """Return what a file of TOML gives, by dotted name.

    Raises:
        MalformedError: it cannot be read.
    """
    try:
        given = toml_of(path.read_bytes(), path.name)
    except OSError as error:
        problem = f"it cannot be read: {error.strerror}"
        raise MalformedError(path.name, Fault(path="", problem=problem)) from error
    return dict(_dotted(given))


def _dotted(given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in given.items():
        if name in {"marking", "crest"} and isinstance(value, dict):
            yield from ((f"{name}.{each}", inner) for each, inner in value.items())
        else:
            yield name, value


def _form_faults(given: Mapping[str, Any]) -> Iterator[Fault]:
    for name, value in given.items():
        kind = _KNOWN.get(name)
        if kind is None:
            yield Fault(path=name, problem=f"is unknown; known are {', '.join(_KNOWN)}")
        elif type(value) is not kind:
            yield Fault(path=name, problem=f"{_NAMES[kind]} is needed")
    if any(name.startswith("crest.") for name in given):
        for name in ("crest.file", "crest.words"):
            if name not in given:
                yield Fault(path=name, problem="is needed with a crest")


def _theme(given: Mapping[str, Any], source: str, read: Callable[[str], bytes]) -> Theme:
    house = HOUSE_STYLE
    return Theme(
        accent=given.get("accent", house.accent).lower(),
        size=given.get("size", house.size),
        draft_marking=given.get("marking.drafts", house.draft_marking),
        published_marking=given.get("marking.published", house.published_marking),
        crest=_crest(given, source, read) if "crest.file" in given else None,
        signatory=given.get("signatory", house.signatory),
    )


def _crest(given: Mapping[str, Any], source: str, read: Callable[[str], bytes]) -> Crest:
    try:
        image = read(given["crest.file"])
    except (OSError, ValueError) as error:
        problem = "it cannot be read; name a PNG beside the theme file"
        raise MalformedError(source, Fault(path="crest.file", problem=problem)) from error
    words = given["crest.words"]
    height = given.get("crest.height")
    return (
        Crest(image=image, words=words) if height is None else Crest(image=image, words=words, height=height)
    )


def _read(path: Path) -> bytes:
    """Return the picture of a file redrawn, where it is not too large to be looked at."""
    with path.open("rb") as file:
        return redrawn_if_small(file.read(MOST + 1))


def redrawn_if_small(image: bytes) -> bytes:
    """Return a picture redrawn, where it is not too large to be looked at."""
    return image if len(image) > MOST else redrawn(image)


def _glyph_faults(theme: Theme) -> Iterator[Fault]:
    printed = {
        "marking.drafts": theme.draft_marking,
        "marking.published": theme.published_marking,
        "signatory": theme.signatory,
    }
    for path, text in printed.items():
        yield from (Fault(path=path, problem=problem) for problem in character_faults(text))

"""Whether a request was made to this authority: names of authorities, compared as people write them.

People write to whoever holds an office in an authority, or to a part of it, as often as to the authority:
to the chief constable *of* a police area, the town clerk *of* a town, the secretary of state *for* what a
department is for. That is the authority's request. One to a body that only has the authority's
name in its own, as its federation or its commissioner, is not.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD: Final = re.compile(r"[^\W_]+")
_ALIKE: Final = (
    (re.compile(r"\Acouncil of "), ""),
    (re.compile(r"\A((?:town|city|county) council) of (.+)"), r"\2 \1"),
    (re.compile(r"\b(department|ministry) for\b"), r"\1 of"),
    (re.compile(r"\bpolice (?:service|force)\Z"), "police"),
    (re.compile(r"\bmetropolis\b"), "metropolitan"),
)
"""What is the same of a name: the pattern, and how it is compared."""
_BREAK: Final = re.compile(r"[,;()\n]|\s[-\u2013\u2014]\s|\b(?:c/o|care of|on behalf of)\b", re.IGNORECASE)

_OF: Final = r"(?: (?:of|for|to|at|in))?"
_PARTS: Final = re.compile(
    rf"(?:.* )?(?:constable|gwnstabl|cc|clerk|executive|officers?|secretary|ministers?|leader|mayor|burgesses"
    rf"|director|manager|head|headteacher|teacher|principal|chancellor|registrar|governors|governing body"
    rf"|chair|chairman|chairwoman|solicitor|treasurer|councillors|members|commissioner of police"
    rf"|foi|freedom of information|information (?:governance|rights|access|management)|requests?|enquiries"
    rf"|complaints|office|offices|headquarters|hq|team|unit|department|division|directorate|section"
    rf"|services|archives?|cabinet|committee){_OF}"
)
"""What people and parts of an authority are called, at the end of what stands before or after its name."""
_BODIES: Final = re.compile(
    r"\b(?:councils?|police|constabulary|authority|federation|union|association|society|club|trust|charity"
    r"|fund|friends|agency|commissioner(?! of police)|commission|ombudsman|tribunal|court|panel|company|ltd"
    r"|limited|plc|museum|ministry|department of|shadow)\b"
)
"""Words of other bodies; within an authority they stand as below."""
_WITHIN: Final = re.compile(
    r"(?:(?:leader|clerk|chair) (?:of|to) council|council (?:offices?|house|chambers?|tax)|trust secretary"
    r"|police (?:headquarters|hq|station)|\d.*)"
)
_COMMISSIONER: Final = "commissioner"
_COMMISSIONED: Final = frozenset({"metropolitan police", "city of london police"})
"""Forces under a commissioner of police.

Elsewhere a police commissioner is another authority, who holds the force to account (Police Reform and Social
Responsibility Act 2011, section 1).
"""
_LONGEST: Final = 300
"""Characters of what is taken apart; what is longer is no name, and has too many passages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """A kind of authority whose office-holders are called by its place or subject alone.

    Attributes:
        heads: The office.
        before: What such an authority's name has before the place or the subject.
        after: What it has behind that.
        one: Whether there is one of the kind for each place, so that it can be called by another name.
        begins: Whether the first of several subjects will do.
    """

    heads: str
    before: str = "(?!)"
    after: str = "(?!)"
    one: bool = False
    begins: bool = False

    def holds(self, said: str, own: str) -> bool:
        """Tell whether ``said`` is an office-holder of the authority ``own``."""
        core = self._core(own)
        if core is None:
            return False
        held = rf"(?:(?:deputy|assistant|acting|interim|temporary|lord) )*(?:{self.heads})"
        split = re.fullmatch(rf"{held} (?:(?:of|for|to|at) )?(?P<rest>.+)|(?P<before>.+?) {held}", said)
        rest = (split["rest"] or split["before"]) if split else ""
        if self.one and rest:
            rest = self._core(rest) or rest
        return _joined(rest) == _joined(core) or (self.begins and bool(rest) and core.startswith(f"{rest} "))

    def _core(self, name: str) -> str | None:
        found = re.fullmatch(rf"(?:(?:{self.before}) )?(?P<core>.+?)(?: (?:{self.after}))?", name)
        return found["core"] if found and found["core"] != name else None


_COUNCIL: Final = r"(?:(?:metropolitan )?(?:town|city|borough|county|district|parish|community) )?council"
_KINDS: Final = (
    _Kind(
        heads="chief constable|prif gwnstabl|commissioner of police",
        before="heddlu|police service of|police of",
        after="police|constabulary",
        one=True,
    ),
    _Kind(heads="chief fire officer", after="fire(?: and rescue)?(?: service| authority| brigade)", one=True),
    _Kind(heads="(?:town )?clerk(?: to (?:town )?council)?", after=r"(?:(?:town|city|borough) )?council"),
    _Kind(
        heads="(?:(?:parish|community) )?clerk(?: to (?:(?:parish|community) )?council)?",
        after="(?:parish|community) council",
    ),
    _Kind(heads="mayor", before="(?:london |royal )?borough of|city of", after=_COUNCIL),
    _Kind(
        heads="chief executive(?: officer)?|leader",
        before="(?:(?:london |royal |metropolitan )?borough|city|county) of",
        after=f"{_COUNCIL}|nhs (?:foundation )?trust",
    ),
    _Kind(
        heads="(?:(?:parliamentary |permanent )?(?:under )?secretary|ministers?)(?: of state)?",
        before="(?:department|ministry) of",
        after="office|department",
        one=True,
        begins=True,
    ),
    _Kind(heads="vice chancellor", before="university of", after="university"),
    _Kind(heads="head|head ?teacher|principal", after="school|college|academy"),
)


def own_name(authority: str, addressed: str) -> str | None:
    """Return the name of the authority that a request is addressed to, as it calls itself; None for another.

    Args:
        authority: Of the register; the names of several that share one are parted by semicolons.
        addressed: As the request has it: the authority, who holds an office in it, or a part of it.
    """
    names = [name.strip() for name in authority.split(";")]
    same = (name for name in names if _joined(_plain(name)) == _joined(_plain(addressed)))
    within = (name for name in names if len(addressed) <= _LONGEST and _is_within(_plain(name), addressed))
    return next(same, None) or next(within, None)


def _plain(name: str) -> str:
    """Return the words of a name without case, accents, "the", possessives and what else is the same."""
    plain = unicodedata.normalize("NFKD", name.replace("&", " and ")).casefold()
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = _WORD.findall(re.sub(r"['\u2019]s\b|s['\u2019](?!\w)", " ", letters))
    plain = " ".join(word for word in words if word != "the")
    for pattern, alike in _ALIKE:
        plain = pattern.sub(alike, plain)
    return plain


def _joined(plain: str) -> str:
    return plain.replace(" ", "")


def _is_within(own: str, addressed: str) -> bool:
    """Tell whether a passage of what is addressed is of this authority, and the rest of no other body."""
    pieces = [plain for piece in _BREAK.split(addressed) if (plain := _plain(piece))]
    ends = combinations(range(len(pieces) + 1), 2)
    return any(
        _is_own(own, " ".join(pieces[start:end])) and not any(map(_is_another, rest))
        for start, end in ends
        if (rest := pieces[:start] + pieces[end:]) or end - start == len(pieces)
    )


def _is_another(piece: str) -> bool:
    return bool(_BODIES.search(piece)) and not _WITHIN.fullmatch(piece)


def _is_own(own: str, said: str) -> bool:
    said = re.sub(r"\A(?:(?:private|executive) )?office of ", "", said)
    if _joined(said) == _joined(own):
        return True
    held = any(kind.holds(said, own) for kind in _KINDS)
    return held or any(_is_part(own, part) for part in _around(own, said))


def _around(own: str, said: str) -> Iterator[str]:
    """Yield what stands before the authority's name, or after it."""
    if said.endswith(f" {own}"):
        yield said.removesuffix(f" {own}")
    if said.startswith(f"{own} "):
        yield said.removeprefix(f"{own} ")


def _is_part(own: str, said: str) -> bool:
    if own in _COMMISSIONED and re.fullmatch(rf"{_COMMISSIONER}{_OF}", said):
        return True
    return bool(_PARTS.fullmatch(said)) and not _is_another(re.sub(rf"{_OF}\Z", "", said))

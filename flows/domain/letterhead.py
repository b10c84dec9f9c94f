"""What an authority's letters say of itself, where that is its own to choose: part of the policy.

Offices and places, never the name of a person: a letter is published as it is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.domain.characters import is_line
from flows.domain.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_LINES: Final = 6
"""Of an address."""
LONGEST_LINE: Final = 80
LONGEST_REVIEW: Final = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What an authority chose; what stands here where it chose nothing.

    Attributes:
        address: Of the authority, line by line, without its name.
        contact: Where to answer, and to ask for a review: an address of e-mail or a page.
        addressee: To whom letters go, since the applicant's name is not in the register.
        greeting: How letters begin.
        closing: How they end.
        signatory: By whom they are, by office; empty for the authority alone.
        review: How to ask for a review, FOIA s.17(7)(a), in Markdown; empty for our own words.
    """

    address: tuple[str, ...] = ()
    contact: str = ""
    addressee: str = "The applicant"
    greeting: str = "Dear applicant"
    closing: str = "Yours faithfully"
    signatory: str = ""
    review: str = ""


PLAIN: Final = Letterhead()
"""Nothing chosen."""


def letterhead_faults(chosen: Letterhead) -> Iterator[Fault]:
    """Yield what no letter may say so, each with its place in a letters file."""
    if len(chosen.address) > MOST_LINES:
        yield Fault(path="address", problem=f"{MOST_LINES} lines are the most")
    for number, line in enumerate(chosen.address):
        yield from _faults_in(f"address[{number}]", line, least=1)
    for path in ("addressee", "greeting", "closing"):
        yield from _faults_in(path, getattr(chosen, path), least=1)
    for path in ("contact", "signatory"):
        yield from _faults_in(path, getattr(chosen, path))
    lines = chosen.review.split("\n")
    if len(chosen.review) > LONGEST_REVIEW or chosen.review != chosen.review.strip():
        problem = f"{LONGEST_REVIEW:,} characters are the most, without space around them"
        yield Fault(path="review", problem=problem)
    elif not all(map(is_line, lines)):
        yield Fault(path="review", problem="lines of characters that can be seen are needed")


def _faults_in(path: str, text: str, *, least: int = 0) -> Iterator[Fault]:
    if not least <= len(text) <= LONGEST_LINE or text != text.strip():
        problem = f"{least} to {LONGEST_LINE} characters are needed, without space around them"
        yield Fault(path=path, problem=problem)
    elif not is_line(text):
        yield Fault(path=path, problem="one line of characters that can be seen is needed")

"""Whether a request was made to this authority: names of authorities, compared as people write them."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")
_COUNCIL_OF: Final = re.compile(r"\Acouncil of ")


def own_name(authority: str, addressed: str) -> str | None:
    """Return the name of the authority that a request is addressed to, as it calls itself; None for another.

    Args:
        authority: Of the register; the names of several that share one are parted by semicolons.
        addressed: As the request has it.
    """
    names = (name.strip() for name in authority.split(";"))
    return next((name for name in names if _key(name) == _key(addressed)), None)


def _key(name: str) -> str:
    """Return a name without case, accents, spacing, "the" and a "Council of" before it."""
    plain = unicodedata.normalize("NFKD", name.replace("&", " and ")).casefold()
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = [word for word in _WORD.findall(letters) if word != "the"]
    return _COUNCIL_OF.sub("", " ".join(words)).replace(" ", "")

"""Which tags of a language are well-formed."""

from __future__ import annotations

import re
from typing import Final

_LONGEST: Final = 35
"""What every reader of tags has room for (RFC 5646, 4.4.1)."""
_TAG: Final = re.compile(
    r"""
      [a-z]{2,3} (?: -[a-z]{3} ){0,3}                       # the language: cy, zh-yue
      (?: -[a-z]{4} )?                                      # the script: Latn
      (?: -(?: [a-z]{2} | [0-9]{3} ) )?                     # the region: GB
      (?: -(?: [a-z0-9]{5,8} | [0-9][a-z0-9]{3} ) )*        # variants
      (?: -[a-wy-z0-9] (?: -[a-z0-9]{2,8} )+ )*             # extensions
      (?: -x (?: -[a-z0-9]{1,8} )+ )?                       # what is agreed upon in private
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
"""The form of a tag (RFC 5646, 2.1, which is BCP 47); not whether such a language is registered.

Languages of more than three letters would be well-formed, but none is registered: ``welsh`` means ``cy``.
"""


def is_well_formed(tag: str) -> bool:
    """Return whether ``tag`` has the form of a language's: ``cy``, ``fr-CA``."""
    return len(tag) <= _LONGEST and _TAG.fullmatch(tag) is not None

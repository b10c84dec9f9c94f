"""What must not go out in a file that is released: what is hidden in it, whoever put it there.

``look_through`` is the one way in; ``MEANINGS`` has what it may find.
"""

from flows.release.apart import look_through
from flows.release.noticing import MEANINGS

__all__ = ["MEANINGS", "look_through"]

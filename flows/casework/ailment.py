"""One thing that is wrong with a home, and what mends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Ailment:
    """One thing that is wrong with a home.

    Attributes:
        place: What it is about: a path in the home.
        what: What is wrong, as a sentence.
        remedy: What mends it, as a sentence; of what is mended here, what that does.
        mend: Does it; None where people have to.
    """

    place: str
    what: str
    remedy: str
    mend: Callable[[], object] | None = None

    @property
    def name(self) -> tuple[str, str]:
        """What tells it from others."""
        return self.place, self.what


def shown_as_row(ailment: Ailment, *, mended: bool) -> dict[str, object]:
    """Return an ailment as it is printed in JSON."""
    return {
        "place": ailment.place,
        "what": ailment.what,
        "remedy": ailment.remedy,
        "mendable": ailment.mend is not None,
        "mended": mended,
    }

"""What a paper says beside its blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.document.look import style_of
from flows.domain.theme import HOUSE_STYLE

if TYPE_CHECKING:
    from flows.document.look import Style
    from flows.domain.theme import Theme


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """What stands at the head and foot of a paper's pages and in its properties, and how it looks.

    Attributes:
        title: For the file's properties and the foot of each page.
        authority: Stands at the head of the first page and of those after it.
        reference: As the authority writes it.
        version: Counts from 1 within the case.
        draft: Mark every page as a draft.
        name: Of the files of a published paper, without their endings; empty where there are none.
        published: The local day, in ISO 8601; empty where it was not.
        states: Origin, number of entries and root of the register before it; empty where it states none.
        theme: How the paper looks; its crest is read before all else.
    """

    title: str
    authority: str
    reference: str
    version: int
    draft: bool = False
    name: str = ""
    published: str = ""
    states: str = ""
    theme: Theme = HOUSE_STYLE

    @property
    def style(self) -> Style:
        """How the pages are set."""
        return style_of(self.theme)

    @property
    def marking(self) -> str:
        """The handling marking of each page; empty for none."""
        return self.theme.draft_marking if self.draft else self.theme.published_marking

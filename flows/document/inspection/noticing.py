"""How what is noticed in a PDF becomes findings: each code, what it means, and what to do about it."""

from __future__ import annotations

from typing import Final

from flows.domain.finding import Finding, Severity

_OF_THE_FILE: Final = {
    "PDF_TAGGED": "The file does not say that it is tagged, or has no tag tree.",
    "PDF_LANGUAGE": "The language of the document, or of a passage, is missing or another.",
    "PDF_OUTSIDE": "Text is drawn that is neither in the tag tree nor marked as decoration.",
    "PDF_ARTIFACT": "Text of the body is marked as decoration, so that nobody hears it.",
    "PDF_UNSEEN": "Words are read aloud that nobody can see on the page, or something may cover them.",
    "PDF_PARENT_TREE": "The way back from the page's content to its element is wrong or missing.",
    "PDF_TREE": "The tag tree is not sound.",
    "PDF_MARK": "A piece of marked content is missing, used twice, or not closed where it should be.",
    "PDF_EMPTY": "An element has no content.",
    "PDF_CONTENT_ORDER": "Pages, or what stands on one, come in another order than the tag tree reads them.",
    "PDF_LINK": "A link has no place on its own words, no way back to its element, or no description.",
    "PDF_BOOKMARK": "A bookmark is missing, in excess, misnamed, or leads to another place.",
    "PDF_LIST": "A list item lacks its label or body, or the list its kind.",
    "PDF_TABLE": "A table's rows differ in width, or a header cell does not say what it heads.",
    "PDF_FIGURE": "A picture has no words that stand for it, or does not stand where it should.",
    "PDF_CONTENTS": "An entry of the contents leads elsewhere than to its heading, or names another page.",
    "PDF_NOTE": "A note and its mark do not lead to each other, or are numbered otherwise.",
    "PDF_IMPRINT": "Head, foot or properties name another title, author or page.",
    "PDF_CONFORMS": "The file does not conform to PDF/UA-1 or PDF/A-2a.",
}
_OF_THE_TEXT: Final = {
    "PDF_MISSING": "A block of the text is not in the tag tree.",
    "PDF_EXTRA": "The tag tree has an element that no block of the text accounts for.",
    "PDF_ORDER": "A block of the text is read at another place than it stands.",
    "PDF_KIND": "A block of the text is tagged as something else than it is.",
    "PDF_SPLIT": "One block of the text has become several elements.",
    "PDF_WORDS": "An element has other words than its block of the text.",
    "PDF_SPACES": "Words of a block run together, or are torn apart.",
    "PDF_TARGET": "A link of the text is missing, stands on other words, or leads elsewhere.",
    "PDF_EMPHASIS": "Words that the text stresses are not tagged so, or others are.",
}
_RENDER: Final = "Make the paper again; if it fails again, report the fault of the program with this code."
_TEXT: Final = "Compare the file with the text it is said to be made of; make the paper again from that text."

MEANINGS: Final[dict[str, tuple[str, str]]] = {
    **{code: (meaning, _RENDER) for code, meaning in _OF_THE_FILE.items()},
    **{code: (meaning, _TEXT) for code, meaning in _OF_THE_TEXT.items()},
}
"""Every code, with what it means and how it is mended."""


def finding(code: str, place: str, sentence: str, span: tuple[int, int] | None = None) -> Finding:
    """Return a finding on a PDF.

    Args:
        code: One of ``MEANINGS``.
        place: As ``block 12, row 2, cell 1``, or ``page 3``.
        sentence: What is so, without words of the text.
        span: From which character to which of the words at ``place``.
    """
    _, mend = MEANINGS[code]
    return Finding(code=code, severity=Severity.BLOCK, place=place, sentence=sentence, mend=mend, span=span)

"""What is looked for in a file that is to be released: each code, what it means, and what to do about it."""

from __future__ import annotations

import re
from typing import Final

from flows.domain.errors import Fault, MalformedError
from flows.domain.finding import Finding, Severity

MEANINGS: Final[dict[str, tuple[str, str]]] = {
    "HIDDEN_METADATA": (
        "The file names a person, a template, a device, a printer or a path, or has properties of its own.",
        "Remove the properties (in Office: File, Info, Inspect Document), and save the file again.",
    ),
    "HIDDEN_LOCATION": (
        "A picture says where it was taken.",
        "Remove the location, or save the picture again without its properties.",
    ),
    "HIDDEN_THUMBNAIL": (
        "A small picture is kept beside the one that is seen, and may show what was cut away.",
        "Save the file again without previews and thumbnails.",
    ),
    "HIDDEN_SHEET": (
        "A sheet of the workbook is hidden.",
        "Delete the sheet; if others compute with it, replace their formulas with values first.",
    ),
    "HIDDEN_ROWS": (
        "Rows or columns with content are hidden.",
        "Delete the rows or columns, or show them if they may go out.",
    ),
    "HIDDEN_NAME": ("A name is not listed, or has words that stand in no cell.", "Delete the name."),
    "HIDDEN_FILTER": (
        "A filter leaves out part of a table that is still there.",
        "Copy what is shown, as values, into a new workbook and release that.",
    ),
    "HIDDEN_CACHE": (
        "A copy of data from elsewhere is kept: of a pivot table, a chart, a connection or another file.",
        "Copy what is shown, as values, into a new file and release that.",
    ),
    "HIDDEN_CHANGES": (
        "Tracked changes keep words that were deleted or moved, and who changed them.",
        "Accept or reject every change, and save the file again.",
    ),
    "HIDDEN_COMMENT": (
        "There are comments, notes or marks that people made while they read.",
        "Delete every comment and note, and save the file again.",
    ),
    "HIDDEN_TEXT": (
        "There is text that nobody sees: hidden, in the colour of the page, invisible, tiny or cut off.",
        "Delete the text, or make it visible if it may go out.",
    ),
    "HIDDEN_COVERED": (
        "Text or a picture lies below a filled area, or is marked for a redaction that was not carried out.",
        "Redact with a tool that removes what is below, and look through the new file.",
    ),
    "HIDDEN_CROPPED": (
        "A picture, or part of one, is kept from view and still in the file.",
        "Crop the picture itself (in Office: Compress Pictures, Delete cropped areas), and put it in again.",
    ),
    "HIDDEN_FILE": (
        "Another file is inside the file.",
        "Take it out; if it may go out, release it as a file of its own.",
    ),
    "HIDDEN_ACTIVE": (
        "The file does something when it is opened or clicked: a macro, a script, an action or a formula.",
        "Save it in a form without macros and scripts; replace formulas with values.",
    ),
    "HIDDEN_FORM": (
        "A form has values filled in, or keeps data of its own.",
        "Print the form to a new PDF, so that what is seen is all there is.",
    ),
    "HIDDEN_LAYER": (
        "A layer is switched off, or is shown under conditions.",
        "Delete the layer, or switch it on and save the file with its layers merged.",
    ),
    "HIDDEN_EARLIER": (
        "The file keeps an earlier state of itself.",
        "Save the file anew, under another name, and not on top of the old one.",
    ),
    "HIDDEN_LEFT": (
        "The file has parts that nothing shows.",
        "Save the file anew with the program it was made with, or print it to a new PDF.",
    ),
    "HIDDEN_OUTSIDE": (
        "There are bytes before, between or after what makes up the file.",
        "Save the file anew with the program it was made with.",
    ),
    "HIDDEN_HEADERS": (
        "An e-mail has headers that its reader does not see.",
        "Release the message as a PDF of what is to be seen.",
    ),
    "HIDDEN_TWICE": (
        "The same content stands in the file in two forms, and only one is shown.",
        "Release one form alone, such as a PDF of what is to be seen.",
    ),
    "HIDDEN_LINK": (
        "The file refers to another file, a folder, a server or a source of data.",
        "Break the link, and keep what it shows as ordinary text or as a picture.",
    ),
    "HIDDEN_UNREAD": (
        "The file could not be looked through, so nobody knows what is in it.",
        "Release it in a form that can be looked through: PDF, JPEG, PNG, .docx, .xlsx, .csv or plain text.",
    ),
}
"""Every code, with what it means and how it is mended."""

THE_FILE: Final = "the file"
"""The place of what stands at no page, sheet or part."""

_NOBODY: Final = frozenset({"", "anonymous", "unspecified", "untitled", "openpyxl", "python-docx"})
"""What programs write where nobody named an author, a subject or a title."""
_TELLING: Final = re.compile(
    r"(?<![a-z])[a-z]:[\\/]|\\\\|file:|(?:^|\s)/(?:home|users|mnt|tmp|var|srv)/|\S@\S"
    r"|\.(?:docx?|docm|dotx?|dotm|xlsx?|xlsm|pptx?|rtf|od[ts]|pdf|indd|eml|msg)\b",
    re.IGNORECASE,
)


def finding(code: str, place: str, sentence: str) -> Finding:
    """Return a finding on a file.

    Args:
        code: One of ``MEANINGS``.
        place: As ``page 3`` or ``sheet 2, row 7``, without words of the file.
        sentence: What is so, without words of the file.
    """
    return Finding(
        code=code, severity=Severity.BLOCK, place=place, sentence=sentence, mend=MEANINGS[code][1], final=True
    )


def unread(problem: str, place: str = THE_FILE) -> MalformedError:
    """Return the error that ends looking through a file.

    Args:
        problem: Why, as a sentence without its full stop.
        place: Where; names no file of the person's.
    """
    return MalformedError(place, Fault(path="", problem=problem))


def names_nobody(value: str, own: frozenset[str] = frozenset()) -> bool:
    """Return whether a property is empty, a program's own default, or one of the names in ``own``."""
    said = " ".join(value.split())
    return said.casefold().strip("()") in _NOBODY or said in own


def tells_of_a_machine(value: str) -> bool:
    """Return whether a title or the name of a program has a path, the name of a file or an address in it."""
    return _TELLING.search(value) is not None

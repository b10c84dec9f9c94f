"""What a published paper states of the register before it, which whoever has the paper keeps outside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.casework import checkpoints
from flows.register.checkpoint import parse_stated

if TYPE_CHECKING:
    from flows.casework.office import Office
    from flows.register.checkpoint import Stated


def is_paper(file: bytes) -> bool:
    """Tell whether a file is to be read as a paper: as a PDF, or as a page."""
    return file.startswith((b"%PDF-", b"<!DOCTYPE html>"))


def read_stated(paper: bytes) -> Stated | None:
    """Return what a paper states, the PDF or its page; None where it states nothing."""
    from flows.document.inspection.stated import stated_in  # noqa: PLC0415 - half a second to import

    try:
        return parse_stated(stated_in(paper))
    except ValueError:
        return None


def goes_on(office: Office, stated: Stated) -> bool:
    """Tell whether the register goes on from what a paper states of it."""
    tree = checkpoints.tree_of(office, keep=False)
    return stated.register == office.register.policy().register and stated.is_of(tree)

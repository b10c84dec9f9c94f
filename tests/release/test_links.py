"""A link that carries words is stopped in every form, and one that only leads somewhere is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import quoteattr

import pytest
from hidden_links import FINE, WRONG
from office_files import PARAGRAPH, SAID, open_document, word
from other_files import WORDS, mark, pdf
from pikepdf import Dictionary, Name, String

from flows.domain.finding import blocking
from flows.release.kinds import look
from flows.release.links import carries_words

if TYPE_CHECKING:
    from collections.abc import Callable

_FORMS: Final[dict[str, Callable[[str], bytes]]] = {
    "x.docx": lambda target: word(PARAGRAPH, ("hyperlink", target)),
    "field.docx": lambda target: word(
        f"{PARAGRAPH}<w:p><w:fldSimple w:instr={quoteattr(f' HYPERLINK {chr(34)}{target}{chr(34)} ')}><w:r>"
        "<w:t>x</w:t></w:r></w:fldSimple></w:p>"
    ),
    "x.odt": lambda target: open_document(
        f"{SAID}<text:p><text:a xlink:href={quoteattr(target)}>x</text:a></text:p>"
    ),
    "x.pdf": lambda target: pdf(WORDS, mark("/Link", A=Dictionary(S=Name.URI, URI=String(target)))),
}


@pytest.mark.parametrize("target", WRONG)
def test_a_target_that_has_words_or_an_address_carries_them(target: str) -> None:
    assert carries_words(target)


@pytest.mark.parametrize("target", FINE)
def test_a_target_that_only_names_a_page_carries_none(target: str) -> None:
    assert not carries_words(target)


@pytest.mark.parametrize("form", _FORMS)
def test_a_link_that_carries_words_is_stopped_in_every_form(form: str) -> None:
    found = blocking(look(form, _FORMS[form]("https://x.example/?q=Jane+Roe+was+the+informant"), frozenset()))

    assert {each.sentence for each in found if each.code == "HIDDEN_LINK"} == {
        "A link carries words or an address that nobody sees."
    }
    assert "Roe" not in str(found)
    assert not blocking(look(form, _FORMS[form]("https://x.example/?q=drones"), frozenset()))

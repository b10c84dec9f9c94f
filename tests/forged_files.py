"""Files that somebody with everybody's keys puts in the place of a case's, and what the audit says."""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING, Final

import pikepdf
from desk_builders import CASE

from flows.casework import papers
from flows.casework.office import open_office
from flows.document.publication import render
from flows.document.releases import releases, texts_made_with
from flows.domain.acts import PUBLISH
from flows.domain.documents import ASSESSMENT, DOCUMENT, REQUEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.home import Home

OPENED, DRAFTED = "0001-open", "0002-draft"


def instead(content: bytes) -> Callable[[bytes], bytes]:
    return lambda _: content


def exchanged(one: str, other: str) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        assert one.encode() in content
        return content.replace(one.encode(), other.encode(), 1)

    return change


NONE: Final = "The assessment is none: it cannot be read as one text of YAML."
ANOTHERS: Final = "The assessment is none of this case."
NO_TEXT: Final = "The file is no text in UTF-8."
UNSEEN: Final = "The text is unfit, as it has U+{}, which nobody would see; remove it."
LACKS: Final = "The text lacks words of its assessment: {}."
FILES: Final[dict[str, tuple[str, str, Callable[[bytes], bytes], str]]] = {
    "an assessment is empty": (OPENED, ASSESSMENT, instead(b""), NONE),
    "an assessment is a tab": (OPENED, ASSESSMENT, instead(b"\t"), NONE),
    "an assessment is a PDF": (OPENED, ASSESSMENT, instead(b"%PDF-1.7\n\xff"), NO_TEXT),
    "an assessment is a sentence": (OPENED, ASSESSMENT, instead(b"We refuse.\n"), ANOTHERS),
    "an assessment is a list": (OPENED, ASSESSMENT, instead(b"- reference: 1146A/22\n"), ANOTHERS),
    "an assessment names no case": (OPENED, ASSESSMENT, instead(b"parts: []\n"), ANOTHERS),
    "an assessment is of another case": (OPENED, ASSESSMENT, exchanged(CASE, "9/99"), ANOTHERS),
    "an assessment has a hidden comment": (
        OPENED,
        ASSESSMENT,
        lambda content: "# \u202ewithhold\n".encode() + content,
        UNSEEN.format("202E (RIGHT-TO-LEFT OVERRIDE)"),
    ),
    "a text is another": (
        DRAFTED,
        DOCUMENT,
        lambda content: content[: content.index(b"## Evidence of harm")],
        LACKS,
    ),
    "a word of the reasons is another": (DRAFTED, DOCUMENT, exchanged("only while", "even if"), LACKS),
    "a paragraph of the harm is left out": (
        DRAFTED,
        DOCUMENT,
        lambda content: b"\n\n".join(p for p in content.split(b"\n\n") if b"published research" not in p),
        LACKS.format("parts[0].harm"),
    ),
    "a list of the harm is left out": (
        DRAFTED,
        DOCUMENT,
        lambda content: b"\n".join(
            p for p in content.split(b"\n") if b"**: is hidden" not in p and b"- **" not in p
        ),
        LACKS,
    ),
    "a factor is turned round": (DRAFTED, DOCUMENT, exchanged(" not ", " "), LACKS),
    "the request is told otherwise": (
        DRAFTED,
        DOCUMENT,
        exchanged("Any published policy", "No policy"),
        LACKS,
    ),
    "a link leads elsewhere": (DRAFTED, DOCUMENT, exchanged("//www.mi5.gov.uk", "//example.org"), LACKS),
    "the authority is another": (
        DRAFTED,
        DOCUMENT,
        lambda content: content.replace(b"West Midlands Police", b"Another"),
        LACKS,
    ),
    "the subject is another": (DRAFTED, DOCUMENT, exchanged("Covert use", "Use"), LACKS),
    "what the part is about is less": (
        DRAFTED,
        DOCUMENT,
        lambda content: content.replace(b"any other information on the", b"the"),
        LACKS,
    ),
    "a text has HTML": (
        DRAFTED,
        DOCUMENT,
        lambda content: content + b"\n<script>alert(1)</script>\n",
        "The text is none that a paper could have.",
    ),
    "a text is a PDF": (DRAFTED, DOCUMENT, instead(b"%PDF-1.7\n\xff"), NO_TEXT),
    "a text is in Latin-1": (DRAFTED, DOCUMENT, lambda content: content + b"caf\xe9\n", NO_TEXT),
    "a request is a sentence": (
        OPENED,
        REQUEST,
        instead(b"Tell me.\n"),
        "The file is no request: it does not begin with a reference.",
    ),
    "a request is a PDF": (OPENED, REQUEST, instead(b"%PDF-1.7\n\xff"), NO_TEXT),
    "a request is of another case, in another form": (
        OPENED,
        REQUEST,
        instead(b"Reference: 9/99\nChannel: post\n\nTell me.\n"),
        "The request is of another case.",
    ),
    **{
        f"{what} has U+{ord(c):04X}": (
            act,
            path,
            exchanged("the ", f"t{c}he "),
            UNSEEN.format(f"{ord(c):04X}"),
        )
        for what, act, path in (
            ("a request", OPENED, REQUEST),
            ("an assessment", OPENED, ASSESSMENT),
            ("a text", DRAFTED, DOCUMENT),
        )
        for c in "\0\x1b\x85\xad\u200b\u202e\u2066\ufeff\U000e0041\ufffe"
    },
}
"""The act that brought a file, its path, what is done to it, and the beginning of what is said."""


NO_PDF: Final = "The file is no PDF that any release of this software could have made."
OTHER_WORDS: Final = "The paper lacks words of the approved text"


def _of(**changes: str) -> str:
    """Return what made a text here, with some parts of another name."""
    parts = dict(each.split("=", 1) for each in texts_made_with().split(" "))
    return " ".join(f"{name}={value}" for name, value in (parts | changes).items())


_FIRST: Final = releases()[0]
MORE_WORDS: Final[dict[str, tuple[str, str]]] = {
    "the software at hand": (_of(), "E_CONTENT"),
    "a renderer that was never released": (_of(renderer="0" * 64), "E_RENDERER"),
    "templates that were never released": (_of(templates="0" * 64), "E_RENDERER"),
    "a version that was never released": (_of(equipoise="0.0.9"), "E_RENDERER"),
    "an earlier release": (
        _of(equipoise=_FIRST.version, renderer=_FIRST.renderer, templates=_FIRST.templates),
        "",
    ),
    "the release at hand with another part": (_of(jinja2="2.0"), ""),
    "the release at hand with other words of the law": (_of(wording="0" * 64), ""),
}
"""What a submission names as what made its text, which has a sentence more; and what the audit finds then."""


def made_of(home: Home, change: Callable[[bytes], bytes]) -> bytes:
    """Return a paper of the case as this software makes it, of a text that nobody approved."""
    with open_office(home, reading=True) as office:
        dossier = office.register.dossier(CASE)
        said = dossier.last(PUBLISH, document="test")
        assert said
        basis = papers.basis_of(office.register, dossier, said)
        return render(change(basis.text).decode(), basis.record(), basis.theme).pdf


def with_a_bomb(home: Home) -> bytes:
    """Return the paper with a stream in it that unpacks to more than any paper has."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(made_of(home, bytes))) as file:
        packed = zlib.compress(bytes(65 << 20))
        file.Root.Bomb = pikepdf.Stream(file, packed, Filter=pikepdf.Name.FlateDecode)
        file.save(target)
    return target.getvalue()


def reordered(text: bytes) -> bytes:
    first, second = (text.index(f"\n{number}. ".encode()) for number in (9, 10))
    third = text.index(b"\n11. ")
    return text[:first] + text[second:third] + text[first:second] + text[third:]


def without(words: bytes) -> Callable[[bytes], bytes]:
    return lambda text: b"\n\n".join(each for each in text.split(b"\n\n") if words not in each)


FAKED: Final[dict[str, tuple[Callable[[Home], bytes], str]]] = {
    "it is a word": (lambda _: b"hello", NO_PDF),
    "it is empty": (lambda _: b"", NO_PDF),
    "it is a page of HTML": (lambda _: b"<!doctype html><p>Disclosed.</p>", NO_PDF),
    "it begins as a PDF": (lambda home: made_of(home, bytes)[:5000], NO_PDF),
    "something follows it": (lambda home: made_of(home, bytes) + b"% disclosed\n", NO_PDF),
    "it unpacks to more than there is room for": (with_a_bomb, NO_PDF),
    "a word is another": (lambda home: made_of(home, exchanged("only while", "even if")), OTHER_WORDS),
    "a paragraph is left out": (lambda home: made_of(home, without(b"published research")), OTHER_WORDS),
    "paragraphs change places": (lambda home: made_of(home, reordered), OTHER_WORDS),
    "the decision is another": (lambda home: made_of(home, exchanged("neither ", "now ")), OTHER_WORDS),
    "it is a paper with another title": (lambda home: made_of(home, exchanged(CASE, "9/99")), OTHER_WORDS),
}

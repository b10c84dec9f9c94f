"""Publication: the approved text and its record as PDF and HTML, and what made them.

A PDF is compared in two ways. Byte for byte, which is so wherever the same toolchain runs.
And by content, which reads every object of the file before it was compressed: another
build of the compressor gives other bytes, and an equal content says that this is all.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import zlib
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from flows.document import fonts
from flows.document.arrangement import arrange, dated, go_on
from flows.document.blocks import Block, parse_document
from flows.document.files import renderer_digest, template_digest
from flows.document.html import render_html
from flows.document.imprint import Imprint
from flows.document.numbering import last_number, numbered
from flows.document.pdf import render_pdf
from flows.document.record import Record, opening, record_blocks
from flows.document.releases import Release, installed, release_of, running
from flows.domain.documents import DOCUMENTS
from flows.domain.errors import Fault, MalformedError, UnfitPaperError
from flows.domain.local_day import local_day
from flows.domain.theme import HOUSE_STYLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flows.domain.theme import Theme


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What is published of one version.

    Attributes:
        manifest: What made it and what it is, as canonical JSON.
    """

    pdf: bytes
    html: str
    manifest: bytes


class Comparison(StrEnum):
    """How a published PDF compares with the text that was approved."""

    SAME = "same"
    """The same bytes."""
    TOOLCHAIN_DIFFERS = "toolchain-differs"
    """Other bytes, but the same content down to every glyph: another compressor wrote them."""
    NOT_ESTABLISHED = "not-established"
    """Other software made it, and its content differs: render again with that software."""
    DIFFERS = "differs"
    """It is not a rendering of the approved text."""
    UNKNOWN_SOFTWARE = "unknown-software"
    """It claims to be made by software that is no release known here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What a comparison found; ``sentence`` is for people.

    Attributes:
        page: SHA-256 of the page of HTML that was made with the paper, by its manifest; empty where it is
            found that the manifest is another's.
        again: Whether the same page would be made now.
    """

    comparison: Comparison
    sentence: str
    page: str = ""
    again: bool = False

    @property
    def passes(self) -> bool:
        """Whether the paper is shown to be the approved text; what is not established is not."""
        return self.comparison in {Comparison.SAME, Comparison.TOOLCHAIN_DIFFERS}


def publish(document: str, record: Record, theme: Theme = HOUSE_STYLE) -> Publication:
    """Return the approved ``document`` with its ``record``, rendered and found fit to be published.

    Raises:
        MalformedError: the document has what a paper cannot.
        UnfitPaperError: the PDF does not say what the text says, or does not conform to its standards.
    """
    from flows.document.inspection import inspect  # noqa: PLC0415 - half a second, for this alone

    made = render(document, record, theme)
    pictures = [theme.crest.words] if theme.crest else []
    if findings := inspect(made.pdf, paper_blocks(document, record), pictures=pictures):
        first = f"{findings[0].code} at {findings[0].place}"
        raise UnfitPaperError(record.reference, findings=len(findings), first=first)
    return made


def render(document: str, record: Record, theme: Theme = HOUSE_STYLE) -> Publication:
    """Return the approved ``document`` with its ``record``, rendered; it looks as ``theme`` says.

    Raises:
        MalformedError: the document has what a paper cannot.
    """
    blocks, imprint = paper_blocks(document, record), _imprint(record, theme)
    pdf = render_pdf(blocks, imprint, dated=record.published)
    html = render_html(blocks, imprint)
    return Publication(pdf=pdf, html=html, manifest=_manifest(blocks, imprint, pdf, html))


def check(document: str, record: Record, manifest: bytes, pdf: bytes, theme: Theme = HOUSE_STYLE) -> Check:
    """Compare a published ``pdf`` with what ``document`` and ``record`` give when rendered now.

    The manifest explains a difference; it is never what makes a paper pass.

    Raises:
        MalformedError: the manifest or the document cannot be read.
    """
    told, made_with = _read_manifest(manifest)
    made_by = release_of(made_with)
    if made_by is None or (made_by == running() and made_with.keys() != toolchain().keys()):
        sentence = (
            "The manifest names software that is no release known here, so the paper is not made again."
        )
        return Check(comparison=Comparison.UNKNOWN_SOFTWARE, sentence=sentence)
    blocks = paper_blocks(document, record)
    imprint = _imprint(record, theme)
    found = _compared(render_pdf(blocks, imprint, dated=record.published), pdf, made_with, made_by)
    if found.comparison is not Comparison.DIFFERS and not _is_of(told, blocks, imprint, pdf):
        sentence = "The manifest is not that of the paper and of the page that was made with it."
        return Check(comparison=Comparison.DIFFERS, sentence=sentence)
    page, again = _page(told, made_with)
    return replace(found, page=page, again=again)


def page_of(manifest: bytes) -> tuple[str, bool]:
    """Return the SHA-256 of the page that was made with a paper, and whether it would be made again now.

    Raises:
        MalformedError: the manifest cannot be read.
    """
    return _page(*_read_manifest(manifest))


def states_of(manifest: bytes) -> str:
    """Return what a paper states of the register before it, by its manifest; empty where it states nothing.

    Raises:
        MalformedError: the manifest cannot be read.
    """
    return str(_read_manifest(manifest)[0].get("checkpoint", ""))


def _page(told: Mapping[str, Any], made_with: Mapping[str, str]) -> tuple[str, bool]:
    return str((told.get("html") or {}).get("sha256", "")), made_with == dict(toolchain())


def _compared(rendered: bytes, pdf: bytes, made_with: Mapping[str, str], made_by: Release) -> Check:
    if rendered == pdf:
        return Check(comparison=Comparison.SAME, sentence="The paper is the approved text.")
    others = _differences(made_with)
    told = ", ".join(others.values())
    if content_digest(rendered) == content_digest(pdf):
        return Check(
            comparison=Comparison.TOOLCHAIN_DIFFERS,
            sentence=f"The toolchain differs: {told or 'another compressor'}; content digest equal.",
        )
    # Another compressor gives other bytes, never another content.
    if others.keys() <= {"zlib"}:
        return Check(comparison=Comparison.DIFFERS, sentence="The paper does not match the approved text.")
    audit = (
        "only rendering with that toolchain can show whether the paper is the approved text"
        if made_by == running()
        else f"audit it with {made_by.name}"
    )
    return Check(
        comparison=Comparison.NOT_ESTABLISHED,
        sentence=f"The toolchain differs: {told}; content digest not equal, so {audit}.",
    )


def paper_blocks(document: str, record: Record) -> tuple[Block, ...]:
    """Return the blocks of the published paper: the approved text, dated and arranged, then the record."""
    text = parse_document(document)
    last = last_number(text)
    after = record_blocks(record)
    return go_on(dated(arrange(text), *opening(record)), numbered(after, first=last + 1) if last else after)


def _imprint(record: Record, theme: Theme) -> Imprint:
    return Imprint(
        title=f"{record.kind} {record.reference}: {record.subject}",
        authority=record.authority,
        reference=record.reference,
        version=record.version,
        name=_KINDS[record.kind].slug(record.reference),
        published=local_day(record.published).isoformat(),
        states=f"equipoise/{record.register} {record.entries} {record.root}" if record.entries else "",
        theme=theme,
    )


_KINDS: Final = {kind.title: kind for kind in DOCUMENTS.values()}


# Manifest ---------------------------------------------------------------------------------------


def _manifest(blocks: tuple[Block, ...], imprint: Imprint, pdf: bytes, html: str) -> bytes:
    return _canonical(
        {
            "format": 1,
            "reference": imprint.reference,
            "version": imprint.version,
            "text": text_digest(blocks),
            "pdf": {"sha256": _sha256(pdf), "content": content_digest(pdf), "size": len(pdf)},
            "html": {"sha256": _sha256(html.encode())},
            "toolchain": dict(toolchain()),
            **({"checkpoint": imprint.states} if imprint.states else {}),
        }
    )


@cache
def toolchain() -> Mapping[str, str]:
    """Return what decides the bytes of a paper: software by version, files by SHA-256."""
    packages = ("equipoise", "reportlab", "pillow", "markdown-it-py", "mdit-py-plugins", "jinja2")
    return {
        **{package: installed(package) for package in packages},
        "python": platform.python_version(),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        "renderer": renderer_digest(),
        "templates": template_digest(),
        **fonts.digests(),
    }


def _read_manifest(manifest: bytes) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what a manifest says, and the toolchain it names."""
    try:
        told = json.loads(manifest)
        return told, {str(name): str(value) for name, value in told["toolchain"].items()}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        problem = "is not a manifest of a publication"
        raise MalformedError("manifest", Fault(path="toolchain", problem=problem)) from error


def _is_of(told: Mapping[str, Any], blocks: tuple[Block, ...], imprint: Imprint, pdf: bytes) -> bool:
    """Tell whether a manifest is that of a paper; of its text and page only what the same tools made."""
    if told.get("toolchain") == dict(toolchain()):
        fresh = json.loads(_manifest(blocks, imprint, pdf, render_html(blocks, imprint)))
        return bool(told == fresh)
    named, page = told.get("pdf"), told.get("html")
    if not isinstance(named, dict) or not isinstance(page, dict):
        return False
    of_paper = [told.get("reference"), told.get("version"), named.get("sha256"), named.get("size")]
    if of_paper != [imprint.reference, imprint.version, _sha256(pdf), len(pdf)]:
        return False
    if any(told["toolchain"].get(name) != toolchain()[name] for name in _OF_PAGES):
        return True
    return page.get("sha256") == _sha256(render_html(blocks, imprint).encode())


_OF_PAGES: Final = ("equipoise", "renderer", "templates", "jinja2", "markdown-it-py", "mdit-py-plugins")
"""What decides the bytes of a page of HTML."""


def _differences(made_with: Mapping[str, str]) -> dict[str, str]:
    """Return what of a toolchain is another than here, by name."""
    here = toolchain()
    return {
        name: f"{name} {_short(made_with.get(name))} made it, this is {_short(here[name])}"
        for name in here
        if made_with.get(name) != here[name]
    }


def _short(value: str | None) -> str:
    if value is None:
        return "none"
    return f"{value[:12]}\u2026" if len(value) == hashlib.sha256().digest_size * 2 else value


def text_digest(blocks: tuple[Block, ...]) -> str:
    """Return the SHA-256 of the blocks in canonical form, 64 lower-case hex digits."""
    return _sha256(_canonical([_described(block) for block in blocks]))


def _described(node: object) -> object:
    """Return a block or inline as JSON values, each with the name of its kind."""
    if isinstance(node, tuple):
        return [_described(each) for each in node]
    if is_dataclass(node):
        values = {field.name: _described(getattr(node, field.name)) for field in fields(node)}
        return {"kind": type(node).__name__, **values}
    return node


def _canonical(value: object) -> bytes:
    return f"{json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False)}\n".encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# Content of a PDF -------------------------------------------------------------------------------

_START: Final = re.compile(rb"startxref\n(\d{1,10})\n%%EOF\n\Z")
_TABLE: Final = re.compile(rb"xref\n0 (\d{1,10})\n0000000000 65535 f \n")
_ENTRY: Final = re.compile(rb"(\d{10}) 00000 n \n")
_LENGTH: Final = re.compile(rb"/Length (\d{1,10})")
_STREAM: Final = re.compile(rb"stream\r?\n")
_MOST: Final = 64 * 1024 * 1024
"""What one stream, or a file, may hold when inflated: beyond it, the file is none of ours."""


def content_digest(pdf: bytes) -> str:
    """Return the SHA-256 of all that a PDF of ours says, whatever compressed it.

    Covers every object and the trailer, streams as they were before deflate; leaves out
    only the lengths and offsets that follow from compression. A file that is not laid out
    as ours are gets the digest of its bytes, which no content digest equals.
    """
    digest = hashlib.sha256()
    try:
        for piece in _pieces(pdf):
            digest.update(b"%d\n" % len(piece))
            digest.update(piece)
    except (ValueError, zlib.error):
        return _sha256(pdf)
    return digest.hexdigest()


def check_layout(pdf: bytes) -> None:
    """Check that a PDF is laid out as ours are, and not larger when inflated than any text makes one.

    Raises:
        ValueError: it is not.
    """
    try:
        size = sum(map(len, _pieces(pdf)))
    except zlib.error as error:
        raise ValueError("a stream that cannot be inflated") from error
    if size > _MOST:
        raise ValueError("too large")


def _pieces(pdf: bytes) -> Iterator[bytes]:
    """Yield the header, every object and the trailer; every byte between must be accounted for."""
    table = int(_found(_START.search(pdf)).group(1))
    head = _found(_TABLE.match(pdf, table))
    at, starts = head.end(), []
    for number in range(1, int(head.group(1))):
        entry = _found(_ENTRY.match(pdf, at))
        at = entry.end()
        starts.append(int(entry.group(1)))
        _found(re.compile(b"%d 0 obj\n" % number).match(pdf, starts[-1]))
    starts.sort()
    yield pdf[: starts[0]]
    for start, end in zip(starts, [*starts[1:], table], strict=True):
        yield from _object(pdf[start:end])
    yield pdf[at : _found(_START.search(pdf)).start()]


def _object(raw: bytes) -> Iterator[bytes]:
    opening = _STREAM.search(raw)
    length = _LENGTH.search(raw, 0, opening.start()) if opening else None
    if opening is None or length is None:
        yield raw
        return
    end = opening.end() + int(length.group(1))
    body = raw[opening.end() : end]
    yield raw[: length.start()] + raw[length.end() : opening.start()]
    yield _inflated(body) if b"/FlateDecode" in raw[: opening.start()] else body
    yield raw[end:]


def _inflated(body: bytes) -> bytes:
    inflater = zlib.decompressobj()
    content = inflater.decompress(body, _MOST)
    if not inflater.eof or inflater.unused_data:
        message = "a stream with more in it than one deflated content"
        raise ValueError(message)
    return content


def _found(match: re.Match[bytes] | None) -> re.Match[bytes]:
    if match is None:
        message = "not laid out as a PDF of ours"
        raise ValueError(message)
    return match

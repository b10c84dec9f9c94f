"""What is published, its record, and how a paper is checked against its text."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from sample_papers import DAY, LAW, a_record, a_request, an_assessment, pages

from flows.document import publication
from flows.document.blocks import words
from flows.document.inspection.stated import stated_in
from flows.document.pdf import render_pdf
from flows.document.publication import Comparison, check, content_digest, paper_blocks, publish, render
from flows.document.record import record_blocks
from flows.document.releases import releases
from flows.document.text import write_document
from flows.domain.errors import MalformedError, UnfitPaperError
from flows.domain.theme import HOUSE_STYLE

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from flows.document.blocks import Block
    from flows.document.imprint import Imprint

DOCUMENT = write_document(a_request(), an_assessment(), LAW, on=DAY)


def recompressed(pdf: bytes) -> bytes:
    """Return ``pdf`` as another build of the compressor might have written it."""
    table = pdf.rindex(b"xref\n0 ")
    starts = sorted(int(match[1]) for match in re.finditer(rb"(\d{10}) \d{5} n", pdf[table:]))
    out, moved = pdf[: starts[0]], {}
    for start, end in zip(starts, [*starts[1:], table], strict=True):
        moved[start] = len(out)
        out += _deflated_otherwise(pdf[start:end])
    tail = re.sub(rb"(\d{10})( \d{5} n)", lambda m: b"%010d" % moved[int(m[1])] + m[2], pdf[table:])
    return out + re.sub(rb"startxref\n\d+", b"startxref\n%d" % len(out), tail)


def _deflated_otherwise(raw: bytes) -> bytes:
    opening = re.search(rb"stream\r?\n", raw)
    length = re.search(rb"/Length (\d+)", raw)
    if not opening or not length or b"FlateDecode" not in raw[: opening.start()]:
        return raw
    end = opening.end() + int(length.group(1))
    body = zlib.compress(zlib.decompress(raw[opening.end() : end]), 1)
    head = raw[: opening.end()].replace(length.group(0), b"/Length %d" % len(body))
    return head + body + raw[end:]


def made_with(manifest: bytes, **changes: str) -> bytes:
    found = json.loads(manifest)
    found["toolchain"] |= changes
    return json.dumps(found).encode()


def with_change(manifest: bytes, *path: str, to: Any) -> bytes:
    found = value = json.loads(manifest)
    for each in path[:-1]:
        value = value[each]
    value[path[-1]] = to
    return json.dumps(found).encode()


def test_the_paper_is_the_approved_text_and_then_the_record(tmp_path: Path) -> None:
    paper = publish(DOCUMENT, a_record())
    said = " ".join(" ".join(pages(paper.pdf, tmp_path)).split())

    assert said.index("How to complain") < said.index("Record of this decision")
    for phrase in (
        "Legal review approved",
        "sign-off officer",
        "2 December 2022",
        "equipoise audit",
    ):
        assert phrase in said
        assert phrase in paper.html
    assert "ab" * 32 in paper.html
    assert "ab" * 32 in said.replace(" ", "")


@pytest.mark.parametrize("size", [11, 17])
def test_what_a_paper_states_of_the_register_is_read_again_from_pdf_and_page(size: int) -> None:
    record = a_record(entries=1_234, root="ef" * 31 + "01")
    text = f"{DOCUMENT}\n| Root | Value |\n| --- | --- |\n| Root | {'ab' * 32} |\n"
    made = publish(text, record, replace(HOUSE_STYLE, size=size))

    states = f"equipoise/{record.register} 1234 {record.root}"
    assert stated_in(made.pdf) == stated_in(made.html.encode()) == states
    assert json.loads(made.manifest)["checkpoint"] == states
    line = "Register of West Midlands Police at entry 1,234: efef efef efef."
    assert line in " ".join(words(paper_blocks(text, record)))


def test_a_paper_that_states_nothing_has_nothing_to_read() -> None:
    made = publish(DOCUMENT, a_record())

    assert stated_in(made.pdf) == stated_in(made.html.encode()) == stated_in(b"%PDF-") == stated_in(b"") == ""
    assert "checkpoint" not in json.loads(made.manifest)


def test_the_record_never_holds_a_hash_of_its_own_paper() -> None:
    paper = publish(DOCUMENT, a_record())
    manifest = json.loads(paper.manifest)

    said = " ".join(words(record_blocks(a_record())))
    assert manifest["pdf"]["sha256"] not in said
    assert set(re.findall(r"[0-9a-f]{64}", said)) == {"ab" * 32, "cd" * 32}


def test_the_manifest_is_canonical_and_says_what_made_the_paper() -> None:
    manifest = publish(DOCUMENT, a_record()).manifest
    found = json.loads(manifest)

    assert manifest == f"{json.dumps(found, sort_keys=True, indent=2, ensure_ascii=False)}\n".encode()
    assert found["toolchain"]["reportlab"] == "5.1.0"
    assert found["toolchain"]["zlib"] == zlib.ZLIB_RUNTIME_VERSION
    assert re.fullmatch("[0-9a-f]{64}", found["toolchain"]["Lato-Regular.ttf"])
    assert found["version"] == 2


def test_publishing_again_gives_the_same_publication() -> None:
    assert publish(DOCUMENT, a_record()) == publish(DOCUMENT, a_record())


def test_a_paper_that_is_the_approved_text_passes() -> None:
    paper = publish(DOCUMENT, a_record())

    assert check(DOCUMENT, a_record(), paper.manifest, paper.pdf).comparison is Comparison.SAME


def test_another_compressor_is_explained() -> None:
    paper = publish(DOCUMENT, a_record())
    other = recompressed(paper.pdf)
    manifest = with_change(paper.manifest, "pdf", "sha256", to=hashlib.sha256(other).hexdigest())
    manifest = with_change(manifest, "pdf", "size", to=len(other))
    found = check(DOCUMENT, a_record(), made_with(manifest, zlib="1.3.1.zlib-ng"), other)

    assert other != paper.pdf
    assert found.comparison is Comparison.TOOLCHAIN_DIFFERS
    assert found.passes
    assert found.sentence == (
        f"The toolchain differs: zlib 1.3.1.zlib-ng made it, this is {zlib.ZLIB_RUNTIME_VERSION}; "
        "content digest equal."
    )


@pytest.mark.parametrize(
    "path", ["reference", "version", "text", "pdf sha256", "pdf size", "pdf content", "html sha256", "format"]
)
def test_a_manifest_that_says_something_else_of_the_paper_or_its_page_is_found(path: str) -> None:
    paper = publish(DOCUMENT, a_record())
    found = check(DOCUMENT, a_record(), with_change(paper.manifest, *path.split(), to="0"), paper.pdf)

    assert found.comparison is Comparison.DIFFERS
    assert found.sentence.startswith("The manifest is not that of the paper")


@pytest.mark.parametrize(("path", "passes"), [("pdf sha256", False), ("reference", False), ("text", True)])
def test_of_a_manifest_by_other_tools_only_what_does_not_hang_on_them_is_compared(
    path: str,
    passes: bool,  # noqa: FBT001 - a table's column
) -> None:
    paper = publish(DOCUMENT, a_record())
    manifest = made_with(with_change(paper.manifest, *path.split(), to="0"), jinja2="2.0")

    assert check(DOCUMENT, a_record(), manifest, paper.pdf).passes is passes


def test_another_text_is_not_the_approved_one() -> None:
    paper = publish(DOCUMENT, a_record())
    found = check(DOCUMENT.replace("cheap", "dear"), a_record(), paper.manifest, paper.pdf)

    assert found.comparison is Comparison.DIFFERS
    assert found.sentence == "The paper does not match the approved text."


def test_a_manifest_that_claims_other_software_never_makes_a_paper_pass() -> None:
    paper = publish(DOCUMENT, a_record())
    other = DOCUMENT.replace("cheap", "dear")
    manifest = made_with(paper.manifest, reportlab="5.0.9", jinja2="2.0")
    found = check(other, a_record(), manifest, paper.pdf)

    assert found.comparison is Comparison.NOT_ESTABLISHED
    assert not found.passes
    assert "reportlab 5.0.9 made it, this is 5.1.0" in found.sentence
    # With the software at hand the page of the text would have another digest.
    by_another_reportlab = made_with(paper.manifest, reportlab="5.0.9")
    assert check(other, a_record(), by_another_reportlab, paper.pdf).comparison is Comparison.DIFFERS


EARLIER: Final = releases()[0]
"""Software that made papers once, and is not the one at hand."""


def by_earlier(manifest: bytes) -> bytes:
    named = {"equipoise": EARLIER.version, "renderer": EARLIER.renderer, "templates": EARLIER.templates}
    return made_with(manifest, **named)


def test_a_paper_of_another_release_says_with_which_to_audit_it() -> None:
    paper = publish(DOCUMENT, a_record())
    found = check(DOCUMENT.replace("cheap", "dear"), a_record(), by_earlier(paper.manifest), paper.pdf)

    assert found.comparison is Comparison.NOT_ESTABLISHED
    assert found.sentence.endswith(
        "content digest not equal, so audit it with Equipoise 0.1.0, as built on 2026-11-26."
    )


def test_a_paper_of_another_release_passes_where_this_one_makes_the_same() -> None:
    paper = publish(DOCUMENT, a_record())

    assert check(DOCUMENT, a_record(), by_earlier(paper.manifest), paper.pdf).comparison is Comparison.SAME


@pytest.mark.parametrize(
    "change",
    [
        {"renderer": "0" * 64},
        {"templates": "0" * 64},
        {"equipoise": "9.9.9"},
        {"renderer": EARLIER.renderer},
        {"templates": EARLIER.templates},
        {"fpdf2": "2.8.9"},
    ],
    ids=["renderer", "templates", "version", "renderer of another", "templates of another", "one more name"],
)
def test_software_that_no_release_was_makes_no_paper(change: dict[str, str]) -> None:
    paper = publish(DOCUMENT, a_record())
    for text in (DOCUMENT, DOCUMENT.replace("cheap", "dear")):
        found = check(text, a_record(), made_with(paper.manifest, **change), paper.pdf)

        assert found.comparison is Comparison.UNKNOWN_SOFTWARE
        assert found.sentence.startswith("The manifest names software that is no release known here")


def test_another_compressor_explains_no_other_content() -> None:
    paper = publish(DOCUMENT, a_record())
    manifest = made_with(paper.manifest, zlib="1.3.1.zlib-ng")
    found = check(DOCUMENT.replace("cheap", "dear"), a_record(), manifest, paper.pdf)

    assert found.comparison is Comparison.DIFFERS


def test_any_changed_byte_is_noticed() -> None:
    """But where a deflated stream is inflated to the same: some of its bits mean nothing."""
    paper = publish(DOCUMENT, a_record())
    usual = content_digest(paper.pdf)
    for at in (*range(0, len(paper.pdf), 97), *range(paper.pdf.rindex(b"xref\n0 "), len(paper.pdf))):
        changed = bytearray(paper.pdf)
        changed[at] ^= 1
        assert content_digest(bytes(changed)) != usual or stream_at(bytes(changed), at) == stream_at(
            paper.pdf, at
        ), at


def stream_at(pdf: bytes, at: int) -> bytes:
    """Return what the deflated stream holds that has a place in it."""
    start = pdf.rindex(b"stream\n", 0, at) + len(b"stream\n")
    return zlib.decompressobj().decompress(pdf[start : pdf.index(b"endstream", at)])


@pytest.mark.parametrize("addition", [b"\n% more", b"\n1 0 obj\n<<>>\nendobj\n"], ids=["comment", "object"])
def test_what_is_added_to_a_paper_is_noticed(addition: bytes) -> None:
    paper = publish(DOCUMENT, a_record())

    assert content_digest(paper.pdf + addition) != content_digest(paper.pdf)


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.4", b"xref\n0 1\nstartxref\n0\n%%EOF"])
def test_what_is_no_paper_of_ours_has_no_content_in_common_with_one(pdf: bytes) -> None:
    paper = publish(DOCUMENT, a_record())

    assert check(DOCUMENT, a_record(), paper.manifest, pdf).comparison is Comparison.DIFFERS


@pytest.mark.parametrize("manifest", [b"", b"[]", b"{}", b'{"toolchain": []}', b"\xff"])
def test_a_manifest_that_cannot_be_read_is_malformed(manifest: bytes) -> None:
    with pytest.raises(MalformedError, match="manifest"):
        check(DOCUMENT, a_record(), manifest, publish(DOCUMENT, a_record()).pdf)


def test_a_record_that_differs_makes_another_paper() -> None:
    assert publish(DOCUMENT, a_record(version=3)).pdf != publish(DOCUMENT, a_record()).pdf


def test_the_toolchain_names_everything_that_decides_the_bytes() -> None:
    assert set(publication.toolchain()) == {
        *("equipoise", "reportlab", "pillow", "markdown-it-py", "mdit-py-plugins", "jinja2"),
        *("python", "zlib", "renderer", "templates"),
        *(
            "Lato-Regular.ttf",
            "Lato-Bold.ttf",
            "Lato-Italic.ttf",
            "Lato-BoldItalic.ttf",
            "IBMPlexMono-Regular.ttf",
        ),
    }


def test_a_paper_that_does_not_say_what_its_text_says_is_not_published(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def losing_a_block(blocks: tuple[Block, ...], imprint: Imprint, *, dated: datetime) -> bytes:
        return render_pdf(blocks[:3] + blocks[4:], imprint, dated=dated)

    monkeypatch.setattr(publication, "render_pdf", losing_a_block)

    with pytest.raises(UnfitPaperError) as refused:
        publish(DOCUMENT, a_record())

    assert str(refused.value).startswith(
        "1146A/22 is not published: its PDF fails the checks, PDF_MISSING at block 4"
    )
    assert render(DOCUMENT, a_record()).pdf.startswith(b"%PDF-")


def test_a_paper_that_does_not_conform_is_not_published(monkeypatch: pytest.MonkeyPatch) -> None:
    def claiming_nothing(*blocks: Any, dated: datetime) -> bytes:
        return render_pdf(*blocks, dated=dated).replace(b"<pdfuaid:part>1<", b"<pdfuaid:part>9<")

    monkeypatch.setattr(publication, "render_pdf", claiming_nothing)

    with pytest.raises(UnfitPaperError, match=r"PDF_CONFORMS at PDF/UA-1, "):
        publish(DOCUMENT, a_record())

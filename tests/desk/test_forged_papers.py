"""What `verify` says of files that somebody made of a signed paper, byte by byte and trick by trick."""

from __future__ import annotations

import hashlib
import io
import re
from typing import TYPE_CHECKING, Any, Final

import pytest
from asn1crypto.cms import ContentInfo
from pyhanko.pdf_utils import generic as objects
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from sample_authorities import NOW, YEARS, Authorities, answering
from sampling import sampled

from flows.casework import published_files
from flows.casework.office import open_office
from flows.casework.origin import find_origin
from flows.casework.proof import prove, weighed
from flows.casework.stated import read_stated
from flows.desk.cli.papers import _as_json
from flows.document.signing import pades, throwaway, update
from flows.document.signing.credential import load
from flows.document.signing.update import Material, Renewal
from flows.domain.act import FileMark
from flows.register.report import Printed, Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from desk_builders import Desk

LATER: Final = NOW + YEARS
generic: Final[Any] = objects
"""Whose types the library leaves out."""
FLIPS: Final = 500


class Bench:
    """A paper of the register, signed and renewed, and what is needed to forge it."""

    def __init__(self, home: Any, authorities: Authorities, folder: Path) -> None:
        self.home, self.authorities = home, authorities
        laid_out = (home.published / "1146A-22.pdf").read_bytes()
        self.paper = next(update.beginnings(laid_out))
        self.signed = pades.sign(self.paper, authorities.credential, NOW)
        self.renewed = pades.renew(self.signed, self.paper, authorities.credential)
        with open_office(home, reading=True) as office:
            self.origin = find_origin(office, self.renewed)
        throwaway.make(folder, "Sample Authority", NOW)
        stranger = load(folder)
        assert stranger is not None
        self.stranger = stranger

    def told(self, pdf: bytes) -> dict[str, Any]:
        """Return what `verify --json` says of a file, for who trusts both roots."""
        # The register is asked once: it goes by the digest of what a file begins with.
        origin = self.origin if self.paper in update.beginnings(pdf) else None
        return _as_json(weighed(pdf, origin, self.authorities.roots, LATER))

    def states(self, pdf: bytes) -> dict[str, Any] | None:
        """Return what it says of what a file states, with which this register goes on."""
        stated = read_stated(pdf)
        if stated is None:
            return None
        told = {"register": stated.register, "entries": stated.sequence, "root": stated.root}
        return {**told, "goes_on": True}

    def against(self, pdf: bytes) -> list[str]:
        told = self.told(pdf)
        assert told["passes"] is not bool(told["against"])
        against: list[str] = told["against"]
        return against

    @property
    def added(self) -> bytes:
        """What signing added."""
        return self.signed[len(self.paper) :]

    def replaced(self, one: bytes, other: bytes) -> bytes:
        """Return the signed file with one piece of what was added changed, in its length too."""
        added, count = re.subn(one, other, self.added, flags=re.DOTALL)
        assert (count, added != self.added) == (1, True)
        return self.paper + added

    def file(self, pdf: bytes) -> update.File:
        return update.read(self.paper, pdf)


@pytest.fixture(scope="module")
def bench(played: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with answering(tmp_path_factory.mktemp("authorities") / "authority") as authorities:
        yield Bench(played.home, authorities, tmp_path_factory.mktemp("stranger"))


def test_what_was_signed_and_what_was_renewed_pass(bench: Bench) -> None:
    for pdf, level in ((bench.signed, "B-T"), (bench.renewed, "B-LTA")):
        told = bench.told(pdf)

        assert (told["passes"], told["signature"]["level"]) == (True, level)
        assert (told["signature"]["trust"], told["register"]["untouched"]) == ("trusted", True)


@pytest.mark.parametrize("name", ["signed", "renewed"])
def test_verify_says_the_same(bench: Bench, name: str) -> None:
    """As below, where the register is not asked again for each file."""
    spoilt = bytearray(getattr(bench, name))
    spoilt[len(bench.paper) - 200] ^= 1
    for pdf in (bytes(getattr(bench, name)), bytes(spoilt), getattr(bench, name) + b"\n"):
        proof = prove(pdf, bench.home, bench.authorities.pem, source="it", roots_source="roots", now=LATER)

        assert _as_json(proof) == {**bench.told(pdf), "states": bench.states(pdf)}


def test_the_folder_of_papers_may_have_a_paper_signed_and_renewed_and_no_other_bytes(
    bench: Bench, tmp_path: Path
) -> None:
    mark = FileMark(size=len(bench.paper), sha256=hashlib.sha256(bench.paper).hexdigest())
    papers = (Printed(name="paper", version=1, pdf=mark, page="", again=True),)
    for content, passes in (
        (bench.paper, True),
        (bench.signed, True),
        (bench.renewed, True),
        (bench.renewed[:-1], False),
        (bench.signed + b"% disclosed\n", False),
    ):
        (tmp_path / "paper.pdf").write_bytes(content)
        report = Report(papers=papers)
        published_files.compare(tmp_path, report)
        assert report.passes == passes


# One byte


def stamps(pdf: bytes, bench: Bench) -> Iterator[range]:
    """Yield where time-stamps stand in a file, as their authority made them."""
    signed, renewed = bench.file(pdf).updates
    info = ContentInfo.load(signed.contents)["content"]["signer_infos"][0]
    token = info["unsigned_attrs"][0]["values"][0].dump()
    for made, whole in ((signed, token), (renewed, renewed.contents)):
        start = made.start + 1 + 2 * made.contents.index(whole)
        yield range(start, start + 2 * len(whole))


@pytest.mark.parametrize("part", sampled(range(FLIPS // 25)))
def test_one_byte_changed_anywhere_counts_against_the_paper(bench: Bench, part: int) -> None:
    """Of 500 places all over the file. All are refused but what no signature covers, and proves nothing.

    That is how a time-stamp tells its own form, its version and what it was digested with: who stamped it,
    and when, is covered.
    """
    pdf, harmless = bench.renewed, [*stamps(bench.renewed, bench)]
    whole = bench.told(pdf)
    for number in range(part, FLIPS, FLIPS // 25):
        at = number * len(pdf) // FLIPS
        spoilt = pdf[:at] + bytes([pdf[at] ^ (1 << number % 8)]) + pdf[at + 1 :]
        told = bench.told(spoilt)
        if told["passes"]:
            assert told == whole
            assert any(at in place for place in harmless), at


# Tricks, each with what counts against the file


def appended(pdf: bytes, change: Callable[[Any], None]) -> bytes:
    """Return a file with an update after it, as anybody can write one."""
    writer: Any = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def page_content(writer: Any) -> None:
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT (Disclose.) Tj ET"))
    writer.update_container(page)


def outline(writer: Any) -> None:
    first = writer.root["/Outlines"]["/First"]
    first["/Title"] = generic.pdf_string("Disclosed")
    writer.update_container(first)


def metadata(writer: Any) -> None:
    stream = generic.StreamObject(
        {generic.pdf_name("/Type"): generic.pdf_name("/Metadata")}, stream_data=b"<x/>"
    )
    writer.root["/Metadata"] = writer.add_object(stream)
    writer.update_root()


def appearance(writer: Any) -> None:
    field = writer.root["/AcroForm"]["/Fields"][0].get_object()
    drawn = writer.add_object(generic.StreamObject(stream_data=b"0 0 600 800 re f"))
    field["/AP"] = generic.DictionaryObject({generic.pdf_name("/N"): drawn})
    field["/Rect"] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 600, 800)))
    writer.update_container(field)


def form(writer: Any) -> None:
    writer.root["/AcroForm"]["/NeedAppearances"] = generic.BooleanObject(value=True)
    writer.root["/AcroForm"]["/XFA"] = generic.pdf_string("<xdp/>")
    writer.update_container(writer.root["/AcroForm"])


def action(writer: Any) -> None:
    script = {"/S": generic.pdf_name("/JavaScript"), "/JS": generic.pdf_string("app.alert(1)")}
    writer.root["/OpenAction"] = generic.DictionaryObject(
        {generic.pdf_name(name): value for name, value in script.items()}
    )
    writer.update_root()


def signed_by_others(pdf: bytes, bench: Bench, field: str = "Publication") -> bytes:
    """Return a file with a signature as other software makes one, with a stranger's key."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    if field != "Publication":
        append_signature_field(writer, SigFieldSpec(field))
    with bench.stranger.signer() as signer:
        target = PdfSigner(PdfSignatureMetadata(field_name=field), signer=signer).sign_pdf(writer)
    whole: bytes = target.getvalue()
    return whole


def two_lists(bench: Bench) -> bytes:
    """List the page's content twice, once where the paper has it and once where the forger does."""
    evil = b"1 0 obj\n<<\n/Length 0\n>>\nendobj\n"
    table = bench.signed.rindex(b"xref\n0 1\n")
    entry = b"1 1\n%010d 00000 n \ntrailer" % table
    added = bench.signed[len(bench.paper) : table] + evil + bench.signed[table:].replace(b"trailer", entry)
    return bench.paper + re.sub(rb"startxref\n\d+", b"startxref\n%d" % (table + len(evil)), added)


def contents(bench: Bench, der: bytes) -> bytes:
    """Return the signed file with something else where its signature stands."""
    [signed] = bench.file(bench.signed).updates
    return bench.file(bench.paper).signing(signed.facts).filled(der).whole  # type: ignore[arg-type]


def other_certificate(bench: Bench) -> bytes:
    """Put a certificate of the same name in the place of the signer's."""
    [signed] = bench.file(bench.signed).updates
    told = ContentInfo.load(signed.contents)
    told["content"]["certificates"] = [bench.stranger.certificates[0]]
    return contents(bench, told.dump(force=True))


def of_another_paper(bench: Bench) -> bytes:
    other = bench.home.published / "1146A-22-response.pdf"
    papers = [other, *sorted(bench.home.published.glob("*.pdf"))]
    elsewhere = next(each.read_bytes() for each in papers if each.is_file() and each.name != "1146A-22.pdf")
    paper = next(update.beginnings(elsewhere))
    return contents(
        bench, update.read(paper, pades.sign(paper, bench.authorities.credential, NOW)).updates[0].contents
    )


def renewed_with(bench: Bench, material: Material) -> bytes:
    """Renew with what a forger likes, stamped by the authority's own time-stamp authority."""
    empty = bench.file(bench.signed).renewing(Renewal(material=material, room=0))
    return empty.whole


def in_renewal(bench: Bench, one: bytes, other: bytes) -> bytes:
    added, count = re.subn(one, other, bench.renewed[len(bench.signed) :], flags=re.DOTALL)
    assert count == 1
    return bench.signed + added


FORGED: Final[dict[str, tuple[Callable[[Bench], bytes], set[str]]]] = {
    "another kind of signature is named": (
        lambda bench: bench.replaced(rb"/ETSI\.CAdES\.detached", b"/adbe.pkcs7.detached"),
        {"content"},
    ),
    "the kind is one letter off": (
        lambda bench: bench.replaced(rb"/ETSI\.CAdES\.detached", b"/ETSI.CAdES.detacheD"),
        {"content"},
    ),
    "it calls itself a time-stamp": (
        lambda bench: bench.replaced(rb"/Type /Sig\n", b"/Type /DocTimeStamp\n"),
        {"content"},
    ),
    "another handler is named": (
        lambda bench: bench.replaced(rb"/Adobe\.PPKLite", b"/Adobe.PPKMS"),
        {"content"},
    ),
    "the byte range ends too early": (
        lambda bench: bench.replaced(rb"(/ByteRange \[0 \d+ \d+) \d+\]", rb"\1 99]"),
        {"content"},
    ),
    "the byte range leaves a wider gap": (
        lambda bench: bench.replaced(rb"/ByteRange \[0 \d+", b"/ByteRange [0 100"),
        {"content"},
    ),
    "the byte range is negative": (
        lambda bench: bench.replaced(rb"/ByteRange \[0 ", b"/ByteRange [-9 "),
        {"content"},
    ),
    "the signature is rubbish": (lambda bench: contents(bench, b"\x30\x03\x02\x01\x05"), {"signature"}),
    "the signature is nothing but zeros": (lambda bench: contents(bench, b""), {"signature"}),
    "there is no signature in its place": (
        lambda bench: bench.replaced(rb"/Contents <[0-9A-F]+>", b"/Contents <>"),
        {"content"},
    ),
    "the signature is written in small letters": (
        lambda bench: bench.replaced(rb"/Contents <3082[0-9A-F]", b"/Contents <3082a"),
        {"content"},
    ),
    "something stands after the signature, in its place": (
        lambda bench: bench.replaced(rb"00>\n>>\nendobj", b"01>\n>>\nendobj"),
        {"content"},
    ),
    "the signature is that on another paper": (of_another_paper, {"signature"}),
    "a certificate of the same name stands in it": (other_certificate, {"signature"}),
    "a stranger of the same name signed": (
        lambda bench: pades.sign(bench.paper, bench.stranger, NOW),
        {"trust"},
    ),
    "a stranger signed with other software": (
        lambda bench: signed_by_others(bench.paper, bench),
        {"content"},
    ),
    "two strangers signed": (
        lambda bench: signed_by_others(signed_by_others(bench.paper, bench), bench, "Second"),
        {"content"},
    ),
    "a second signature follows in the form of the first": (
        lambda bench: bench.signed + pades.sign(bench.paper, bench.stranger, NOW)[len(bench.paper) :],
        {"content"},
    ),
    "a page was changed before it was signed": (
        lambda bench: signed_by_others(appended(bench.paper, page_content), bench),
        {"content"},
    ),
    "a page was changed": (lambda bench: appended(bench.paper, page_content), {"content"}),
    "a page was changed after it was signed": (
        lambda bench: appended(bench.signed, page_content),
        {"content"},
    ),
    "a page was changed after it was renewed": (
        lambda bench: appended(bench.renewed, page_content),
        {"content"},
    ),
    "a bookmark was changed": (lambda bench: appended(bench.signed, outline), {"content"}),
    "the metadata were changed": (lambda bench: appended(bench.signed, metadata), {"content"}),
    "the field of the signature was drawn over the page": (
        lambda bench: appended(bench.signed, appearance),
        {"content"},
    ),
    "the form asks for other appearances": (lambda bench: appended(bench.signed, form), {"content"}),
    "the file runs a script": (lambda bench: appended(bench.signed, action), {"content"}),
    "an object is listed twice": (two_lists, {"content"}),
    "an object follows that nothing lists": (
        lambda bench: bench.replaced(rb"endobj\nxref\n", b"endobj\n999 0 obj\n<<\n>>\nendobj\nxref\n"),
        {"content"},
    ),
    "an object has another generation": (
        lambda bench: bench.replaced(rb"(\d{10}) 00000 n \ntrailer", rb"\1 00001 n \ntrailer"),
        {"content"},
    ),
    "the table leads to another one": (
        lambda bench: bench.replaced(rb"/Prev (\d+)", b"/Prev 99"),
        {"content"},
    ),
    "the table names a second one": (
        lambda bench: bench.replaced(rb"(/Prev \d+)", rb"\1\n/XRefStm 9"),
        {"content"},
    ),
    "the trailer says that the file is encrypted": (
        lambda bench: bench.replaced(rb"(/Prev \d+)", rb"\1\n/Encrypt 9 0 R"),
        {"content"},
    ),
    "the catalogue gained an entry": (
        lambda bench: bench.replaced(rb"/Extensions <<", b"/Lang (fr) /Extensions <<"),
        {"content"},
    ),
    "the field gained an entry": (
        lambda bench: bench.replaced(rb"\n/V (\d+) 0 R", rb"\n/AA << >> /V \1 0 R"),
        {"content"},
    ),
    "the permissions allow changes": (lambda bench: bench.replaced(rb"/P 1\n", b"/P 3\n"), {"content"}),
    "a comment stands between": (
        lambda bench: bench.replaced(rb"endobj\nxref\n", b"endobj\n% nothing\nxref\n"),
        {"content"},
    ),
    "a line follows the end": (lambda bench: bench.signed + b"\n", {"content"}),
    "a comment follows the end": (lambda bench: bench.paper + b"% nothing\n", {"content"}),
    "spaces follow the end": (lambda bench: bench.renewed + b" " * 1100, {"content"}),
    "another end follows": (lambda bench: bench.paper + b"startxref\n0\n%%EOF\n", {"content"}),
    "something stands before the file": (lambda bench: b"%PDF-1.7\n" + bench.signed, {"register"}),
    "the store names an object that is none of its own": (
        lambda bench: in_renewal(bench, rb"/Certs \[ ", b"/Certs [ 1 0 R "),
        {"content"},
    ),
    "the store has another entry": (
        lambda bench: in_renewal(bench, rb"/Type /DSS\n", b"/Type /DSS\n/VRI << >>\n"),
        {"content"},
    ),
    "the store holds rubbish": (
        lambda bench: renewed_with(bench, Material(certificates=(b"rubbish",))),
        {"signature"},
    ),
    "the store holds nothing": (
        lambda bench: renewed_with(bench, Material()),
        {"what was added to keep it verifiable"},
    ),
    "the time-stamp of a renewal is on another file": (
        lambda bench: (
            bench.file(bench.signed)
            .renewing(Renewal(material=Material(), room=12288))
            .filled(bench.file(bench.renewed).updates[1].contents)
            .whole
        ),
        {"time-stamp"},
    ),
    "a renewal follows no signature": (
        lambda bench: bench.paper + bench.renewed[len(bench.signed) :],
        {"content"},
    ),
}
"""What a forger may do, with what `verify` has against the file."""


@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_paper_does_not_pass(bench: Bench, forged: str) -> None:
    make, against = FORGED[forged]

    assert set(bench.against(make(bench))) == against


def stripped(bench: Bench) -> bytes:
    """Take the time-stamp out of a signature, which does not cover it."""
    [signed] = bench.file(bench.signed).updates
    told = ContentInfo.load(signed.contents)
    [info] = told["content"]["signer_infos"]
    del info["unsigned_attrs"]
    return contents(bench, told.dump(force=True))


HARMLESS: Final[dict[str, tuple[Callable[[Bench], bytes], str | None]]] = {
    # The registered paper itself, of which no signature is claimed.
    "the signature was cut off": (lambda bench: bench.paper, None),
    # What is left claims less, and is told as less.
    "the renewal was cut off": (lambda bench: bench.signed, "B-T"),
    "the time-stamp was taken out": (stripped, "B-B"),
    # The authority's own, as good as the first.
    "the authority signed it again": (
        lambda bench: pades.sign(bench.paper, bench.authorities.credential, LATER),
        "B-T",
    ),
}
"""What may be done to a signed paper and passes, each with why, and the level that is told."""


@pytest.mark.parametrize("done", HARMLESS)
def test_what_takes_nothing_from_a_paper_but_its_proof_passes_and_is_told(bench: Bench, done: str) -> None:
    make, level = HARMLESS[done]
    told = bench.told(make(bench))

    assert (told["passes"], told["against"]) == (True, [])
    assert (told["signature"] and told["signature"]["level"]) == level


def test_a_time_stamp_of_a_stranger_is_told_as_not_vouched_for(bench: Bench, tmp_path: Path) -> None:
    """It moves nothing: the signature is judged as if the time-stamp were not there."""
    with answering(tmp_path / "stranger") as strangers:
        stamper = pades._stamper(strangers.credential)
        assert stamper is not None
        empty = bench.file(bench.signed).renewing(Renewal(material=Material(), room=12288))
        told = bench.told(pades._stamped(empty, stamper).whole)

    assert [each["trust"] for each in told["time"]["renewals"]] == ["foreign"]
    assert told["signature"]["withdrawn"] is None

"""A signature that can be verified when its certificates have expired: what is added, and what it shows."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import mutants
import pikepdf
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext
from sample_authorities import NOW, YEARS, Authorities, answering
from sample_papers import tool
from sampling import sampled
from signing_office import a_credential, examined

from flows.document.inspection import inspect
from flows.document.inspection.conformance import conformance
from flows.document.signing import credential
from flows.document.signing.examination import Level, Trust
from flows.document.signing.pades import renew, sign
from flows.document.signing.update import Material, Renewal, read
from flows.domain.errors import MalformedError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from flows.document.signing.examination import Signature

PAPER: Final = mutants.good()


@pytest.fixture(params=[False, True], ids=["CRL", "OCSP"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Authorities]:
    """An authority whose certificate is good for three years, that of the time-stamps for ten."""
    with answering(tmp_path / "authority", asked=request.param) as authorities:
        yield authorities


@pytest.fixture
def by_list(tmp_path: Path) -> Iterator[Authorities]:
    with answering(tmp_path / "authority") as authorities:
        yield authorities


def signed(by: Authorities) -> bytes:
    return sign(PAPER, by.credential, NOW)


def renewed(by: Authorities) -> bytes:
    return renew(signed(by), PAPER, by.credential)


def seen(pdf: bytes, by: Authorities, at: datetime) -> Signature:
    found = examined(PAPER, pdf, by.roots, at)
    assert found is not None
    return found


def settings(by: Authorities, one: str, other: str) -> None:
    path = by.folder / credential.SETTINGS
    lines = [other if line.startswith(f"{one} =") else line for line in path.read_text().splitlines()]
    path.write_text("\n".join(lines))


def test_what_is_added_keeps_the_paper_and_the_signature_as_its_beginning(office: Authorities) -> None:
    first = signed(office)
    whole = renew(first, PAPER, office.credential)

    assert whole.startswith(first)
    assert first.startswith(PAPER)


def test_it_is_verified_from_the_file_alone_when_the_certificate_has_expired(office: Authorities) -> None:
    whole = renewed(office)
    found = seen(whole, office, NOW + 9 * YEARS)

    assert (found.intact, found.trust, found.known) == (True, Trust.TRUSTED, True)
    assert found.level is Level.ARCHIVAL
    [stamp] = found.renewals
    assert stamp is not None
    assert (stamp.time, stamp.intact, stamp.trust) == (NOW, True, Trust.TRUSTED)


@pytest.mark.exhaustive
def test_without_it_nothing_says_whether_the_certificate_was_withdrawn(office: Authorities) -> None:
    found = seen(signed(office), office, NOW + YEARS)

    assert (found.level, found.trust, found.known) == (Level.TIMED, Trust.TRUSTED, False)


@pytest.mark.exhaustive
def test_when_the_newest_time_stamp_has_expired_too_it_is_too_late(office: Authorities) -> None:
    assert seen(renewed(office), office, NOW + 11 * YEARS).trust is Trust.EXPIRED


def test_it_is_renewed_again_before_that_with_what_is_new_and_no_more(by_list: Authorities) -> None:
    once = renewed(by_list)
    by_list.clock = NOW + timedelta(minutes=1)
    twice = renew(once, PAPER, by_list.credential)
    first, second = read(PAPER, twice).renewals

    assert twice.startswith(once)
    assert [len(kind) for kind in first.material.kinds] == [2, 0, 2]
    assert second.material == Material()
    assert [stamp and stamp.time for stamp in seen(twice, by_list, NOW + YEARS).renewals] == [
        NOW,
        by_list.clock,
    ]


def test_a_certificate_that_was_withdrawn_before_it_signed_is_told(by_list: Authorities) -> None:
    whole = signed(by_list)
    by_list.papers.withdrawn[by_list.own.serial_number] = NOW - timedelta(minutes=5)

    with pytest.raises(RefusedError, match="is not good"):
        renew(whole, PAPER, by_list.credential)


def test_one_that_was_withdrawn_after_it_signed_is_good_for_what_it_signed(by_list: Authorities) -> None:
    whole = signed(by_list)
    by_list.papers.withdrawn[by_list.own.serial_number] = NOW + timedelta(seconds=1)
    kept = renew(whole, PAPER, by_list.credential)

    assert seen(kept, by_list, NOW + 5 * YEARS).trust is Trust.TRUSTED


def test_a_withdrawal_that_the_file_shows_counts_against_it(by_list: Authorities) -> None:
    """Somebody may add a list to a file that the authority would not have renewed."""
    by_list.papers.withdrawn[by_list.own.serial_number] = NOW - timedelta(minutes=5)
    file = read(PAPER, signed(by_list))
    added = file.renewing(Renewal(material=Material(lists=(by_list.papers.list_(),)), room=0))

    assert seen(added.whole, by_list, NOW + YEARS).trust is Trust.WITHDRAWN


def test_without_a_time_stamp_authority_the_material_is_added_alone(by_list: Authorities) -> None:
    whole = signed(by_list)
    settings(by_list, "time-stamp", "")
    found = seen(renew(whole, PAPER, by_list.credential), by_list, NOW + 9 * YEARS)

    assert (found.level, found.renewals) == (Level.LONG_TERM, (None,))
    assert (found.trust, found.known) == (Trust.TRUSTED, True)


def test_a_signature_without_any_time_stamp_is_not_renewed_without_one(by_list: Authorities) -> None:
    settings(by_list, "time-stamp", "")

    with pytest.raises(RefusedError, match="has no time-stamp, so a renewal needs one"):
        renew(signed(by_list), PAPER, by_list.credential)


def test_a_time_stamp_of_a_root_that_the_authority_does_not_name_is_not_renewed(by_list: Authorities) -> None:
    whole = signed(by_list)
    settings(by_list, "time-stamp-root", "")

    with pytest.raises(RefusedError, match=r"leads to no root .* time-stamp-root in signing\.toml"):
        renew(whole, PAPER, by_list.credential)


def test_somebody_who_does_not_answer_is_a_refusal(tmp_path: Path) -> None:
    with answering(tmp_path / "authority") as office:
        whole, by = signed(office), office.credential

    with pytest.raises(RefusedError, match="could not be learned"):
        renew(whole, PAPER, by)


def test_what_is_not_signed_or_more_than_signed_is_not_renewed(by_list: Authorities) -> None:
    with pytest.raises(RefusedError, match="only a signature can be renewed"):
        renew(PAPER, PAPER, by_list.credential)
    with pytest.raises(RefusedError, match="More than a signature was added"):
        renew(signed(by_list) + b"\n", PAPER, by_list.credential)


def test_the_signature_of_a_stranger_is_not_renewed(by_list: Authorities, tmp_path: Path) -> None:
    stranger = sign(PAPER, a_credential(tmp_path / "stranger", since=NOW), NOW)

    with pytest.raises(RefusedError, match="leads to no root"):
        renew(stranger, PAPER, by_list.credential)


def test_a_root_for_time_stamps_that_cannot_be_read_is_malformed(by_list: Authorities) -> None:
    (by_list.folder / "tsa-root.pem").unlink()

    with pytest.raises(MalformedError, match=r"tsa-root\.pem: it cannot be read"):
        credential.load(by_list.folder)


@pytest.mark.exhaustive
@pytest.mark.parametrize("part", sampled(range(10)))
def test_every_byte_of_a_certificate_between_counts(by_list: Authorities, part: int) -> None:
    """One between the authority's own and the root: it is in the signature, and not signed by it."""
    between = by_list.issued_by_another()
    whole, der = signed(by_list), between.public_bytes(Encoding.DER)
    [update] = read(PAPER, whole).updates
    first = update.contents.index(der)
    for at in range(first + part, first + len(der), 10):
        spoilt, place = bytearray(whole), update.start + 1 + 2 * at
        spoilt[place : place + 2] = b"%02X" % (update.contents[at] ^ (1 << at % 8))
        found = examined(PAPER, bytes(spoilt), by_list.roots, NOW + YEARS)

        assert not (found and found.intact and found.trust is Trust.TRUSTED), at - first
    assert seen(whole, by_list, NOW + YEARS).trust is Trust.TRUSTED


# What others see


def test_pyhanko_finds_no_more_than_what_is_added_for_the_long_term(by_list: Authorities) -> None:
    roots = [*by_list.roots.papers, *by_list.roots.stamps]
    context = ValidationContext(trust_roots=roots, allow_fetching=False, moment=NOW)
    file = PdfFileReader(io.BytesIO(renewed(by_list)))
    status = validate_pdf_signature(file.embedded_regular_signatures[0], context, context)

    assert (status.bottom_line, status.docmdp_ok) == (True, True)
    assert status.modification_level is ModificationLevel.LTA_UPDATES
    stamp = validate_pdf_timestamp(file.embedded_timestamp_signatures[0], context)
    assert (stamp.intact, stamp.valid, stamp.trusted) == (True, True, True)


def test_qpdf_and_poppler_read_it(by_list: Authorities, tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(renewed(by_list))

    assert "No syntax or stream encoding errors found" in tool("qpdf", "--check", path)
    told = tool("pdfsig", "-nocert", path)
    assert "Signature Field Name: Time-stamp 1" in told
    assert told.count("Signature is Valid") == 1


def test_it_reads_as_before_and_breaks_no_rule_but_that_of_a_signature_to_the_end(
    by_list: Authorities,
) -> None:
    """The checker holds the first signature to the end of the file, as if nothing could follow it."""
    found = inspect(renewed(by_list), mutants.blocks())

    assert [each.place for each in found] == ["PDF/A-2a, PDFA2A-SIGNATURE-BYTERANGE-001"]


@pytest.mark.parametrize("last", [b"\r", b"\n", b"\r\n", b"x"])
def test_each_stream_is_as_long_as_it_says_however_its_data_ends(by_list: Authorities, last: bytes) -> None:
    file = read(PAPER, signed(by_list))
    added = file.renewing(Renewal(material=Material(lists=(b"as if it were a list" + last,)), room=0)).whole

    assert [each.place for each in inspect(added, mutants.blocks())] == [
        "PDF/A-2a, PDFA2A-SIGNATURE-BYTERANGE-001"
    ]
    assert read(PAPER, added).whole == added


def test_what_was_renewed_with_another_end_of_its_streams_is_read_as_it_was(by_list: Authorities) -> None:
    file = read(PAPER, signed(by_list))
    facts = Renewal(material=Material(lists=(b"\r",)), room=0, ends=b"\nendstream")
    before = file.renewing(facts).whole
    [update] = read(PAPER, before).updates[1:]

    assert before == update.whole != file.renewing(Renewal(material=facts.material, room=0)).whole
    assert update.facts == facts


def test_what_the_checker_holds_against_a_renewed_paper_it_holds_against_any_update(
    by_list: Authorities,
) -> None:
    """So nothing that is added could satisfy it; each signature is over its own revision, to the end."""
    once, whole = signed(by_list), renewed(by_list)
    ends = [match.end() for match in re.finditer(rb"%%EOF\n", whole)]
    ranges = [[*map(int, each.split())] for each in re.findall(rb"/ByteRange \[([\d ]+)\]", whole)]
    appended = once + b"%%EOF\n"

    assert [first + length for _, _, first, length in ranges] == ends[1:]
    assert ends[1] == len(once)
    assert [each.place for each in conformance(appended)] == ["PDF/A-2a, PDFA2A-SIGNATURE-BYTERANGE-001"]


def test_the_store_and_its_time_stamp_are_where_the_standard_wants_them(by_list: Authorities) -> None:
    with pikepdf.open(io.BytesIO(renewed(by_list))) as file:
        store, field = file.Root.DSS, file.Root.AcroForm.Fields[1]

        assert store.Type == "/DSS"
        assert [len(store[name]) for name in ("/Certs", "/OCSPs", "/CRLs")] == [2, 0, 2]
        told = [str(each) for each in (field.FT, field.V.Type, field.V.SubFilter)]
        assert told == ["/Sig", "/DocTimeStamp", "/ETSI.RFC3161"]

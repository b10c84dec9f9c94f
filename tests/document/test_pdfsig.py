"""A signed paper as poppler and NSS see it, and what one byte does to it wherever it stands."""

from __future__ import annotations

import io
import re
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import mutants
import pikepdf
import pytest
from sample_papers import tool
from signing_office import AUTHORITY, a_credential, a_stamper, examined

from flows.document.signing import throwaway
from flows.document.signing.credential import Roots
from flows.document.signing.pades import sign

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flows.document.signing.credential import Credential

NOW: Final = datetime.now(UTC).replace(microsecond=0)
"""NSS looks at certificates by the clock of the machine."""
VALID: Final = ("Total document signed", "Signature is Valid")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("authority")


@pytest.fixture(scope="module")
def office(folder: Path) -> Credential:
    return a_credential(folder, since=NOW - timedelta(days=1))


@pytest.fixture(scope="module")
def whole(office: Credential) -> bytes:
    return sign(mutants.good(), office, NOW)


def said(pdf: bytes, tmp_path: Path, *options: str | Path) -> str:
    """Return what poppler says of the signature, which may be that there is none."""
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf)
    return subprocess.run(
        ["pdfsig", *options, path], capture_output=True, text=True, check=False, errors="replace"
    ).stdout


def database(folder: Path, *roots: Path) -> Path:
    """Return a folder of certificates that NSS trusts: ``roots``."""
    folder.mkdir()
    tool("certutil", "-N", "-d", f"sql:{folder}", "--empty-password")
    for number, root in enumerate(roots):
        tool(
            *("certutil", "-A", "-d", f"sql:{folder}", "-n", f"root {number}", "-t", "CT,CT,CT"),
            *("-a", "-i", root),
        )
    return folder


def root_of(folder: Path, at: Path) -> Path:
    """Write the root of a credential, the last of its certificates, into a file of its own."""
    pem = (folder / throwaway.CERTIFICATE).read_text()
    at.write_text(re.findall(r"-----BEGIN.*?-----END CERTIFICATE-----\n", pem, re.DOTALL)[-1])
    return at


@pytest.mark.parametrize("stamped", [False, True], ids=["B-B", "B-T"])
def test_poppler_trusts_the_certificate_once_its_root_is_known(
    office: Credential, folder: Path, tmp_path: Path, *, stamped: bool
) -> None:
    pdf = sign(mutants.good(), office, NOW, stamper=a_stamper(NOW)[0] if stamped else None)
    knows = database(tmp_path / "knows", root_of(folder, tmp_path / "root.pem"))
    told = said(pdf, tmp_path, "-nssdir", knows)

    assert all(each in told for each in VALID)
    assert "Certificate is Trusted." in told
    assert f"Signer Certificate Common Name: {AUTHORITY}" in told


def test_poppler_does_not_trust_it_without_the_root_or_with_another(whole: bytes, tmp_path: Path) -> None:
    a_credential(tmp_path / "other", since=NOW - timedelta(days=1))
    nobody = database(tmp_path / "nobody")
    other = database(tmp_path / "others", root_of(tmp_path / "other", tmp_path / "other.pem"))

    for knows in (nobody, other):
        told = said(whole, tmp_path, "-nssdir", knows)
        assert all(each in told for each in VALID)
        assert "Certificate is Trusted" not in told
        assert "Certificate Validation: Certificate" in told


def test_poppler_finds_no_signature_on_an_unsigned_paper(tmp_path: Path) -> None:
    assert "Signature is Valid" not in said(mutants.good(), tmp_path)


def test_the_signature_certifies_that_nothing_may_change(whole: bytes) -> None:
    with pikepdf.open(io.BytesIO(whole)) as file:
        certified = file.Root.Perms.DocMDP

        assert certified.objgen == file.Root.AcroForm.Fields[0].V.objgen
        assert certified.Reference[0].TransformMethod == "/DocMDP"
        assert certified.Reference[0].TransformParams.P == 1


# One byte


def gap(whole: bytes) -> range:
    """Return where the signature itself stands, which cannot cover itself."""
    start = whole.index(b"/Contents <") + len(b"/Contents <")
    return range(start, whole.index(b">", start))


def places(whole: bytes) -> Iterator[int]:
    """Yield places all over a signed file but in its signature."""
    yield from (0, len(whole) - 1, gap(whole)[0] - 1, gap(whole)[-1] + 1)
    for sign_of_it in (
        *(b"stream\r\n", b"/StructParents", b"/MediaBox", b"/Lang", b"/Alt", b"<pdfuaid:part>", b"xref\n0 "),
        *(b"0000000000 65535", b"startxref\n", b"%%EOF", b"/ByteRange", b"/ID", b"/DocMDP", b"/Prev"),
    ):
        for at in {whole.index(sign_of_it), whole.rindex(sign_of_it)} if sign_of_it in whole else ():
            yield at + len(sign_of_it)
    yield from range(1000, gap(whole)[0], len(whole) // 20)


def flipped(whole: bytes, at: int) -> bytes:
    return whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]


def stands(pdf: bytes, office: Credential) -> bool:
    found = examined(mutants.good(), pdf, Roots(papers=office.roots), NOW + timedelta(days=1))
    return found is not None and found.intact


@pytest.mark.exhaustive
def test_one_byte_anywhere_is_noticed_by_us_and_by_poppler(
    whole: bytes, office: Credential, tmp_path: Path
) -> None:
    tried = sorted({at for at in places(whole) if at < len(whole)})
    ours = [at for at in tried if stands(flipped(whole, at), office)]
    popplers = [
        at for at in tried if all(each in said(flipped(whole, at), tmp_path, "-nocert") for each in VALID)
    ]

    assert stands(whole, office)
    assert len(tried) > 40
    assert (ours, popplers) == ([], [])

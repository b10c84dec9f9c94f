"""The authority's signature on a paper, looked at with pyHanko and with other people's tools."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import mutants
import pikepdf
import pytest
from asn1crypto.cms import ContentInfo
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from sample_papers import tool
from sampling import sampled
from signing_office import (
    AUTHORITY,
    NOW,
    PASSPHRASE,
    a_credential,
    a_servers,
    a_stamper,
    as_pkcs12,
    examined,
    keep_passphrase,
    loaded,
    only_signed,
    self_made,
    settle,
    time_stamping,
    with_passphrase,
)
from softhsm import MODULE, make_token

from flows.document.inspection import inspect
from flows.document.signing import credential, throwaway
from flows.document.signing.credential import Roots
from flows.document.signing.examination import Level, Trust
from flows.document.signing.pades import sign
from flows.document.signing.update import beginnings, read
from flows.domain.errors import MalformedError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from flows.document.signing.credential import Credential
    from flows.document.signing.examination import Signature

LATER: Final = NOW + timedelta(days=30)


@pytest.fixture
def office(tmp_path: Path) -> Credential:
    return a_credential(tmp_path / "authority")


def signed(by: Credential, **changes: Any) -> bytes:
    return sign(mutants.good(), by, NOW, **changes)


def seen(pdf: bytes, by: Credential | None = None, at: Any = LATER, *stamps: Any) -> Signature:
    found = examined(mutants.good(), pdf, Roots(papers=by.roots if by else (), stamps=stamps), at)
    assert found is not None
    return found


# What a signature is


def test_the_papers_own_bytes_are_the_beginning_of_the_signed_file(office: Credential) -> None:
    whole = signed(office)

    assert whole.startswith(mutants.good())
    assert mutants.good() in beginnings(whole)
    assert only_signed(mutants.good(), whole)


@pytest.mark.parametrize("stamped", [False, True], ids=["B-B", "B-T"])
def test_a_signed_paper_conforms_and_reads_as_before(office: Credential, *, stamped: bool) -> None:
    whole = signed(office, stamper=a_stamper()[0] if stamped else None)

    assert inspect(whole, mutants.blocks()) == ()


def test_it_is_intact_and_says_whose_it_is(office: Credential) -> None:
    found = seen(signed(office), office)

    assert found.intact
    assert found.level is Level.BASIC
    assert (found.signer, found.trust) == (AUTHORITY, Trust.TRUSTED)
    assert found.root == f"Throw-away root, {AUTHORITY}"
    assert (found.claimed, found.stamp) == (NOW, None)


def test_poppler_says_that_it_is_valid(office: Credential, tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(signed(office))
    said = tool("pdfsig", path)

    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    assert AUTHORITY in said
    assert "Signing Time: Nov 22 2026" in said


def test_a_paper_without_a_signature_has_none() -> None:
    assert only_signed(mutants.good(), mutants.good())
    assert read(mutants.good(), mutants.good()).updates == ()


def test_what_it_is_for_is_written_into_it_where_the_authority_says_so(tmp_path: Path) -> None:
    said = a_credential(tmp_path, more='reason = "Published under FOIA 2000"\nlocation = "Birmingham"\n')

    with pikepdf.open(io.BytesIO(signed(said))) as file:
        signature = file.Root.AcroForm.Fields[0].V
        assert (str(signature.Reason), str(signature.Location)) == ("Published under FOIA 2000", "Birmingham")


def test_the_version_of_the_format_stays_that_of_the_standards(office: Credential) -> None:
    with pikepdf.open(io.BytesIO(signed(office))) as file:
        assert "/Version" not in file.Root
        assert file.pdf_version == "1.7"


def test_a_paper_without_a_field_for_it_is_not_signed(office: Credential) -> None:
    bench = mutants.Bench()
    bench.pdf.Root.AcroForm.Fields[0].T = pikepdf.String("Another")

    with pytest.raises(RefusedError, match="could not be signed"):
        sign(bench.spoilt(), office, NOW)


def test_a_paper_is_not_signed_twice(office: Credential) -> None:
    with pytest.raises(RefusedError, match="could not be signed"):
        sign(signed(office), office, NOW)


# One byte of the signature


def told_of_its_stamp(cms: bytes) -> range:
    """Return where the time-stamp stands in a signature; its own form is covered by nobody's signature."""
    info = ContentInfo.load(cms)["content"]["signer_infos"][0]
    token = info["unsigned_attrs"][0]["values"][0].dump()
    return range(cms.index(token), cms.index(token) + len(token))


@pytest.mark.parametrize("part", sampled(range(40)))
def test_every_byte_of_a_signature_counts(part: int, office: Credential) -> None:
    stamper, pem = a_stamper()
    whole = signed(office, stamper=stamper)
    roots = Roots(papers=office.roots, stamps=credential.certificates_in(pem, "tsa.pem"))
    [update] = read(mutants.good(), whole).updates
    good, uncovered = examined(mutants.good(), whole, roots, LATER), told_of_its_stamp(update.contents)
    for at in range(part, len(update.contents), 40):
        spoilt, place = bytearray(whole), update.start + 1 + 2 * at
        spoilt[place : place + 2] = b"%02X" % (update.contents[at] ^ (1 << at // 40 % 8))
        found = examined(mutants.good(), bytes(spoilt), roots, LATER)
        stands = found and found.intact and found.trust is Trust.TRUSTED
        if stands and found and found.stamp:
            stands = found.stamp.intact

        assert not stands or (found == good and at in uncovered), at


# Trust


def test_without_a_root_nothing_is_said_of_trust(office: Credential) -> None:
    assert seen(signed(office)).trust is Trust.NOT_ESTABLISHED


def test_a_foreign_certificate_is_told_from_an_expired_one(office: Credential, tmp_path: Path) -> None:
    same_name = a_credential(tmp_path / "other")
    short = a_credential(tmp_path / "short", days=10)

    assert seen(signed(office), same_name).trust is Trust.FOREIGN
    assert seen(signed(short), short).trust is Trust.EXPIRED
    assert seen(signed(short), short, NOW + timedelta(days=5)).trust is Trust.TRUSTED


def test_nobody_sees_a_traceback_of_the_library() -> None:
    code = (
        "import logging; from flows.document.signing import examination; "
        "logging.getLogger('pyhanko.sign').warning('a path could not be built')"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, cwd=Path(__file__).parents[2]
    )

    assert (told.stdout, told.stderr) == (b"", b"")


def test_a_certificate_that_nobody_issued_is_foreign(office: Credential, tmp_path: Path) -> None:
    forged = self_made(tmp_path / "forged", AUTHORITY)

    assert seen(signed(forged), office).trust is Trust.FOREIGN


def test_a_certificate_for_something_else_is_told_from_a_foreign_one(tmp_path: Path) -> None:
    server = a_servers(tmp_path / "server")

    assert seen(signed(server), server).trust is Trust.UNFIT


# Time


def test_a_time_stamp_says_when(office: Credential, tmp_path: Path) -> None:
    stamper, pem = a_stamper()
    whole = signed(office, stamper=stamper)
    (tmp_path / "tsa.pem").write_bytes(pem)
    root = credential.certificates_in(pem, "tsa.pem")

    unknown, known = seen(whole, office).stamp, seen(whole, office, LATER, *root).stamp
    assert unknown is not None
    assert known is not None
    assert (unknown.intact, unknown.trust, unknown.time) == (True, Trust.FOREIGN, NOW)
    assert (known.intact, known.trust, known.authority) == (
        True,
        Trust.TRUSTED,
        "Sample time-stamp authority",
    )


def test_a_certificate_that_has_expired_since_the_time_stamp_still_vouches(tmp_path: Path) -> None:
    short = a_credential(tmp_path, days=10)
    stamper, pem = a_stamper()
    whole = signed(short, stamper=stamper)

    assert seen(whole, short).trust is Trust.EXPIRED
    assert seen(whole, short, LATER, *credential.certificates_in(pem, "tsa.pem")).trust is Trust.TRUSTED


def test_a_root_for_time_stamps_vouches_for_no_signature(tmp_path: Path) -> None:
    office = a_credential(tmp_path)
    found = examined(mutants.good(), signed(office), Roots(stamps=office.roots), LATER)

    assert found is not None
    assert found.trust is Trust.NOT_ESTABLISHED


def test_a_time_stamp_is_fetched_from_where_the_seal_says(tmp_path: Path) -> None:
    stamper, _ = a_stamper()
    with time_stamping(stamper) as address:
        stamped = signed(a_credential(tmp_path, more=f'time-stamp = "{address}"\n'))

    found = seen(stamped).stamp
    assert found is not None
    assert found.time == NOW


def test_a_time_stamp_authority_that_does_not_answer_is_a_refusal(tmp_path: Path) -> None:
    silent = a_credential(tmp_path, more='time-stamp = "http://127.0.0.1:9/"\n')

    with pytest.raises(RefusedError, match="time-stamp authority does not answer"):
        signed(silent)


# The credential in its forms


def encoded(certificates: Iterable[Any]) -> list[bytes]:
    return [each.dump() for each in certificates]


def test_a_seal_may_be_in_one_file_with_a_passphrase(tmp_path: Path) -> None:
    a_credential(tmp_path)
    as_pkcs12(tmp_path)
    bundled = loaded(tmp_path)

    assert seen(signed(bundled), bundled).trust is Trust.TRUSTED
    assert encoded(credential.roots(tmp_path).papers) == encoded(bundled.roots)


def test_a_key_may_have_a_passphrase(tmp_path: Path) -> None:
    a_credential(tmp_path)
    with_passphrase(tmp_path)

    assert seen(signed(loaded(tmp_path))).intact


def test_the_roots_are_known_without_the_key(tmp_path: Path) -> None:
    roots = a_credential(tmp_path).roots
    (tmp_path / throwaway.KEY).unlink()

    assert encoded(credential.roots(tmp_path).papers) == encoded(roots)
    assert credential.roots(tmp_path / "nowhere") == Roots()


def test_a_home_without_a_seal_has_none(tmp_path: Path) -> None:
    assert credential.load(tmp_path) is None


def spoil_key(folder: Path) -> None:
    (folder / throwaway.KEY).write_text("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n")


def other_key(folder: Path) -> None:
    throwaway.make(folder / "other", AUTHORITY, NOW)
    shutil.copy(folder / "other" / throwaway.KEY, folder / throwaway.KEY)


def ed25519_key(folder: Path) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    data = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / throwaway.KEY).write_bytes(data)


def wrong_passphrase(folder: Path) -> None:
    as_pkcs12(folder)
    keep_passphrase(folder, "wrong")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (spoil_key, "key.pem: it is no private key in PEM, or its passphrase is another."),
        (other_key, "key.pem: it is not the key of the first certificate."),
        (ed25519_key, "key.pem: its kind cannot sign here"),
        (wrong_passphrase, "certificate.p12: it is no PKCS#12 file, or its passphrase is another."),
        (lambda folder: (folder / throwaway.KEY).unlink(), "key.pem: it cannot be read (No such file"),
        (lambda folder: (folder / throwaway.CERTIFICATE).write_text("x"), "it has no certificate in PEM"),
        (lambda folder: settle(folder, "certificate"), "signing.toml: it is not TOML"),
        (lambda folder: settle(folder, f"certificate = {9_000 * '['}"), "signing.toml: it is not TOML"),
        (lambda folder: settle(folder, 'key = "k"'), "it needs either certificate and key"),
        (lambda folder: settle(folder, 'pkcs12 = "x"\nkey = "k"'), "it needs either certificate and key"),
        (lambda folder: settle(folder, 'pkcs12 = "x"\ncolour = "red"'), "colour: it is not a setting"),
        (lambda folder: settle(folder, 'pkcs12 = "x"\nreason = 1'), "reason: a text is needed"),
        (lambda folder: settle(folder, 'pkcs12 = "x"\ntime-stamp = "x"'), "starts with https or http"),
        (lambda folder: settle(folder, 'certificate = "x"\n[token]\nlabel = "x"'), "module, label and key"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_seal_that_is_unfit_is_malformed(
    tmp_path: Path, spoil: Callable[[Path], object], said: str
) -> None:
    a_credential(tmp_path)
    spoil(tmp_path)

    with pytest.raises(MalformedError) as refused:
        credential.load(tmp_path)
    assert said in str(refused.value)
    assert PASSPHRASE not in str(refused.value)


@pytest.mark.parametrize("secret", [throwaway.KEY, "certificate.p12", "passphrase"])
def test_a_secret_that_others_can_read_is_refused(tmp_path: Path, secret: str) -> None:
    a_credential(tmp_path)
    if secret != throwaway.KEY:
        as_pkcs12(tmp_path)
    (tmp_path / secret).chmod(0o640)

    with pytest.raises(RefusedError, match=f"{secret} is open to others"):
        credential.load(tmp_path)


def test_a_seal_never_shows_its_key(office: Credential, tmp_path: Path) -> None:
    key = load_pem_private_key((tmp_path / "authority" / throwaway.KEY).read_bytes(), None)
    digits = f"{key.private_numbers().private_value:x}"  # type: ignore[union-attr] # it is of a curve

    assert digits not in repr(office)
    assert "PrivateKeyInfo" not in repr(office)
    assert (tmp_path / "authority" / throwaway.KEY).stat().st_mode & 0o077 == 0


# A token


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A credential whose key is in a token made of software; the home has no key at all."""
    make_token(tmp_path, "office", monkeypatch)
    folder = tmp_path / "authority"
    a_credential(folder)
    key = folder / throwaway.KEY
    tool(
        *("softhsm2-util", "--import", key, "--token", "office", "--label", "signing", "--id", "01"),
        *("--pin", "1234"),
    )
    key.unlink()
    keep_passphrase(folder, "1234")
    settle(
        folder,
        'certificate = "certificate.pem"\npassphrase = "passphrase"\n'
        f'[token]\nmodule = "{MODULE}"\nlabel = "office"\nkey = "signing"\n',
    )
    return folder


def test_a_key_may_stay_in_a_token(token: Path) -> None:
    by = loaded(token)
    whole = signed(by)

    assert by.key is None
    assert seen(whole, by).trust is Trust.TRUSTED
    assert inspect(whole, mutants.blocks()) == ()


@pytest.mark.parametrize("spoil", ["pin", "label", "key", "module"])
def test_a_token_that_does_not_sign_is_a_refusal(token: Path, spoil: str) -> None:
    if spoil == "pin":
        keep_passphrase(token, "9999")
    else:
        lines = (token / credential.SETTINGS).read_text().splitlines()
        settle(token, "\n".join(f'{spoil} = "x"' if line.startswith(f"{spoil} ") else line for line in lines))

    with pytest.raises(RefusedError) as refused:
        signed(loaded(token))
    assert "9999" not in str(refused.value)
    assert "1234" not in str(refused.value)

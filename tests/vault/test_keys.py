"""The vault: a key for each case, and what is sealed to it."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.domain.errors import RegisterError
from flows.vault.keys import Vault, create_wrapping_key
from flows.vault.wrapping import unlocked

if TYPE_CHECKING:
    from pathlib import Path


def opened(folder: Path, wrapping: Path) -> Vault:
    return Vault(folder, unlocked(wrapping, wrapping.with_name("opened.jsonl")))


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    create_wrapping_key(tmp_path / "service" / "wrapping")
    return opened(tmp_path / "cases", tmp_path / "service" / "wrapping")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Vault, str]:
    folder = tmp_path_factory.mktemp("vault")
    create_wrapping_key(folder / "wrapping")
    vault = opened(folder / "cases", folder / "wrapping")
    return vault, vault.create()


@settings(deadline=None)
@given(content=st.binary(max_size=500))
def test_what_is_sealed_is_unsealed(kept: tuple[Vault, str], content: bytes) -> None:
    vault, recipient = kept

    assert vault.unseal(recipient, vault.seal(recipient, content)) == content


@settings(deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255))
def test_any_changed_byte_of_what_is_sealed_is_noticed(
    kept: tuple[Vault, str], place: float, change: int
) -> None:
    vault, recipient = kept
    sealed = bytearray(vault.seal(recipient, b"the request"))
    sealed[int(place * len(sealed))] ^= change

    with pytest.raises(RegisterError, match="does not fit"):
        vault.unseal(recipient, bytes(sealed))


def test_what_is_sealed_does_not_show(vault: Vault) -> None:
    recipient = vault.create()

    assert b"Jane Roe" not in vault.seal(recipient, b"Jane Roe")
    assert vault.seal(recipient, b"Jane Roe") != vault.seal(recipient, b"Jane Roe")


def test_one_cases_key_does_not_open_anothers(vault: Vault) -> None:
    one, other = vault.create(), vault.create()

    with pytest.raises(RegisterError, match=one):
        vault.unseal(one, vault.seal(other, b"the request"))


def test_a_key_is_for_the_service_alone_and_wrapped(vault: Vault, tmp_path: Path) -> None:
    recipient = vault.create()
    path = tmp_path / "cases" / f"{recipient}.age"

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert b"AGE-SECRET-KEY" not in path.read_bytes()


def test_a_key_opens_with_its_own_wrapping_alone(vault: Vault, tmp_path: Path) -> None:
    recipient = vault.create()
    sealed = vault.seal(recipient, b"the request")
    create_wrapping_key(tmp_path / "other")

    with pytest.raises(RegisterError, match="restore"):
        opened(tmp_path / "cases", tmp_path / "other").unseal(recipient, sealed)


def test_a_destroyed_key_leaves_what_it_sealed_unread(vault: Vault, tmp_path: Path) -> None:
    recipient = vault.create()
    sealed = vault.seal(recipient, b"the request")
    (tmp_path / "cases" / f"{recipient}.age").unlink()

    with pytest.raises(RegisterError, match="missing"):
        vault.unseal(recipient, sealed)


def test_a_file_in_a_keys_place_that_is_none_is_noticed(vault: Vault, tmp_path: Path) -> None:
    recipient = vault.create()
    sealed = vault.seal(recipient, b"the request")
    (tmp_path / "cases" / f"{recipient}.age").write_bytes(b"noise")

    with pytest.raises(RegisterError, match="does not fit"):
        vault.unseal(recipient, sealed)


@pytest.mark.parametrize("recipient", ["", "../service/wrapping", "a/b", "."])
def test_a_name_never_leads_out_of_the_vault(recipient: str, vault: Vault) -> None:
    with pytest.raises(RegisterError, match="missing or does not fit"):
        vault.unseal(recipient, b"")


def test_only_keys_that_no_case_names_are_swept(vault: Vault, tmp_path: Path) -> None:
    named, orphan = vault.create(), vault.create()
    (tmp_path / "cases" / "README").write_text("not a key")

    assert vault.sweep({named}) == 1
    assert vault.sweep({named}) == 0
    assert {path.name for path in (tmp_path / "cases").iterdir()} == {"README", "orphans", f"{named}.age"}
    assert [path.name for path in (tmp_path / "cases" / "orphans").iterdir()] == [f"{orphan}.age"]
    with pytest.raises(RegisterError, match="missing"):
        vault.unseal(orphan, vault.seal(orphan, b"x"))


def test_a_vault_that_is_not_there_yet_has_nothing_to_sweep(vault: Vault) -> None:
    assert vault.sweep(set()) == 0


def test_the_wrapping_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "service" / "wrapping"
    create_wrapping_key(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        create_wrapping_key(path)


@pytest.mark.parametrize("text", [None, "", "noise", "é"])
def test_a_vault_needs_its_wrapping_key(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "wrapping").write_text(text, encoding="utf-8")

    with pytest.raises(RegisterError, match="key-encryption key"):
        opened(tmp_path / "cases", tmp_path / "wrapping")


def test_a_digest_is_the_same_with_the_same_key_alone(tmp_path: Path) -> None:
    for name in ("one", "two"):
        create_wrapping_key(tmp_path / name)
    one, again, two = (opened(tmp_path / "cases", tmp_path / name) for name in ("one", "one", "two"))

    assert one.digest(b"what was asked") == again.digest(b"what was asked")
    assert len({vault.digest(said) for vault in (one, two) for said in (b"what was asked", b"another")}) == 4

"""What an auditor kept of the register elsewhere: an earlier audit, and the word of witnesses."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from attacker import Attacker
from register_builders import Office, audited, check_brought

from flows.domain.policy import SERVICE
from flows.register import signature
from flows.register.audit import Brought, Verdict, audit
from flows.register.checkpoint import Checkpoint, Stated, parse_stated, parse_text
from flows.register.merkle import Tree, hash_children
from flows.register.note import NoteKey, SignatureType, cosign
from flows.register.report import Witnessed
from flows.vault.wrapping import note

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flows.register.report import Report
    from flows.register.signature import FileSigner

WHEN = datetime(2026, 11, 26, 14, 30, tzinfo=UTC)
NAME = "witness.example/w"


def codes(report: Report) -> list[str]:
    return [each.code for each in report.findings]


def outside(report: Report) -> list[str]:
    return [each for each in report.not_established if "fingerprint" not in each and "sealed" not in each]


@pytest.fixture
def witness(tmp_path: Path) -> FileSigner:
    signature.generate(tmp_path / "witness")
    return signature.load(tmp_path / "witness")


def key_of(signer: FileSigner) -> NoteKey:
    return NoteKey(name=NAME, type=SignatureType.COSIGNATURE, public=signer.point)


# An earlier audit ------------------------------------------------------------------------------------


def test_what_an_audit_validated_is_what_the_service_would_have_signed(busy_office: Office) -> None:
    report = audited(busy_office.path)

    assert report.checkpoint == busy_office.head()
    assert parse_text(report.checkpoint.text()) == report.checkpoint


def test_a_register_that_only_grew_passes_from_audit_to_audit(busy_office: Office) -> None:
    first = audited(busy_office.path)
    same = audited(busy_office.path, remembered=first.checkpoint)
    busy_office.open("G/1")
    grown = audited(busy_office.path, remembered=same.checkpoint)

    assert first.passes
    assert "internally consistent to entry 24" in outside(first)[0]
    assert (same.passes, outside(same)) == (True, [])
    assert (grown.passes, grown.entries) == (True, 25)
    assert outside(grown) == ["completeness after entry 24: nothing from outside knows of a later one"]


def numbers_of(report: Report) -> list[str]:
    return [each for each in report.not_established if "an earlier audit looked into them" in each]


def looked_into(office: Office, checkpoint: Checkpoint | None) -> tuple[Report, list[str]]:
    """Return what an audit says that goes on from a checkpoint, and the cases of what it looked into."""
    cases: list[str] = []

    def look(brought: Brought) -> Verdict:
        cases.extend([] if brought.followed else [brought.case.reference])
        return check_brought(brought)

    return audit(office.path, check_brought=look, looked_into=checkpoint), cases


def test_what_an_earlier_audit_looked_into_is_followed_and_not_looked_into_again(busy_office: Office) -> None:
    known = busy_office.head()
    busy_office.open("G/1")

    whole, every = looked_into(busy_office, None)
    onward, since = looked_into(busy_office, known)

    assert len(every) > 10
    assert since == ["G/1"]
    assert (whole.passes, onward.passes) == (True, True)
    (sentence,) = numbers_of(onward)
    assert "up to entry 24 are right" in sentence
    assert numbers_of(whole) == []
    onward.not_established.remove(sentence)
    assert onward == whole


@pytest.mark.parametrize("change", [{"head": "0" * 64}, {"root": "0" * 64}, {"sequence": 23}])
def test_a_register_that_does_not_go_on_from_there_is_looked_into_whole(
    change: dict[str, Any], busy_office: Office
) -> None:
    report, cases = looked_into(busy_office, replace(busy_office.head(), **change))

    assert len(cases) > 10
    assert numbers_of(report) == []


def test_what_is_followed_is_verified_and_hashed_all_the_same(busy_office: Office) -> None:
    busy_office.open("G/1")
    known = busy_office.head()
    file = next(path for path in (busy_office.path / "objects").glob("??/*") if kind_of(path) == b"blob")
    file.chmod(0o644)
    file.write_bytes(zlib.compress(b"blob 5\0other"))

    report, _ = looked_into(busy_office, known)

    assert "E_OBJECT" in codes(report)


def kind_of(path: Path) -> bytes:
    return zlib.decompress(path.read_bytes()).partition(b" ")[0]


def cut_off(attacker: Attacker) -> None:
    attacker.steps = attacker.steps[:-3]


def rewritten(attacker: Attacker) -> None:
    for step in attacker.steps[10:]:
        step.committed += 1


@pytest.mark.parametrize(
    ("attack", "place"), [(cut_off, "entry 24"), (rewritten, "entry 24")], ids=["cut off", "rewritten"]
)
def test_a_register_that_was_cut_off_or_rewritten_is_found_by_whoever_audited_it(
    attack: Callable[[Attacker], None], place: str, busy_office: Office
) -> None:
    remembered = audited(busy_office.path).checkpoint
    attacker = Attacker(busy_office.path, {SERVICE: busy_office.signers[SERVICE]})
    attack(attacker)
    attacker.together()

    assert audited(busy_office.path).passes  # from inside there is nothing to see
    found = audited(busy_office.path, remembered=remembered)
    assert [(each.code, each.place) for each in found.findings] == [("E_REMEMBERED", place)]


@pytest.mark.parametrize(
    "change",
    [{"register": "0" * 32}, {"head": "0" * 64}, {"root": "0" * 64}, {"sequence": 23}, {"sequence": 25}],
    ids=lambda change: next(iter(change)),
)
def test_what_was_noted_is_taken_to_the_letter(change: dict[str, Any], busy_office: Office) -> None:
    remembered = replace(audited(busy_office.path).checkpoint, **change)

    assert codes(audited(busy_office.path, remembered=remembered)) == ["E_REMEMBERED"]


# Witnesses -------------------------------------------------------------------------------------------


def test_the_audit_says_which_witness_saw_the_register_grow_and_how_far(
    busy_office: Office, witness: FileSigner
) -> None:
    note = busy_office.checkpoint()
    note += str(cosign(busy_office.head().text(), NAME, witness, WHEN))
    busy_office.open("G/1")

    report = audited(busy_office.path, checkpoint=note, witnesses=[key_of(witness)])

    assert report.passes
    assert report.witnessed == [Witnessed(name=NAME, sequence=24, time=WHEN)]
    assert outside(report) == ["completeness after entry 24: nothing from outside knows of a later one"]


def test_a_witness_who_did_not_cosign_is_told_and_no_other_line_passes_for_theirs(
    busy_office: Office, witness: FileSigner, tmp_path: Path
) -> None:
    signature.generate(tmp_path / "other")
    other = signature.load(tmp_path / "other")
    note = busy_office.checkpoint() + str(cosign(busy_office.head().text(), NAME, other, WHEN))

    report = audited(busy_office.path, checkpoint=note, witnesses=[key_of(witness)])
    bare = audited(busy_office.path, witnesses=[key_of(witness)])

    assert (report.passes, report.witnessed) == (True, [])
    assert outside(report) == [f"what {NAME} saw: it did not cosign the checkpoint"]
    assert "no checkpoint was given that they cosigned" in outside(bare)[0]


def test_a_cosignature_of_another_checkpoint_is_found(busy_office: Office, witness: FileSigner) -> None:
    earlier = busy_office.head().text()
    busy_office.open("G/1")
    note = busy_office.checkpoint() + str(cosign(earlier, NAME, witness, WHEN))

    report = audited(busy_office.path, checkpoint=note, witnesses=[key_of(witness)])

    assert (codes(report), report.witnessed) == (["E_CHECKPOINT"], [])
    assert audited(busy_office.path, checkpoint=note).passes  # of nobody's word nothing is claimed


def test_a_witness_vouches_for_no_register_but_its_own(busy_office: Office, witness: FileSigner) -> None:
    """Two registers are shown to two auditors: the one the witness did not see has its word for nothing."""
    note = busy_office.checkpoint() + str(cosign(busy_office.head().text(), NAME, witness, WHEN))
    attacker = Attacker(busy_office.path, {SERVICE: busy_office.signers[SERVICE]})
    rewritten(attacker)
    attacker.together()

    report = audited(busy_office.path, checkpoint=note, witnesses=[key_of(witness)])

    assert (codes(report), report.witnessed) == (["E_FORK"], [])


# The tree that a register gives ------------------------------------------------------------------------


def test_the_tree_goes_on_from_what_was_kept_and_is_made_anew_where_that_is_of_another_line(
    busy_office: Office,
) -> None:
    kept = bytes(busy_office.register.tree().nodes)
    busy_office.open("G/1")
    grown = busy_office.register.tree()

    assert (grown.size, bytes(grown.nodes[: len(kept)])) == (25, kept)
    assert busy_office.register.tree(kept).nodes == grown.nodes
    assert busy_office.register.tree(bytes(grown.nodes)).nodes == grown.nodes
    for size in (1, 24, 25, 26):
        other = Tree()
        other.extend(bytes([number]) * 32 for number in range(size))
        assert busy_office.register.tree(bytes(other.nodes)).nodes == grown.nodes
    assert grown.root().hex() == audited(busy_office.path).root


def test_a_checkpoint_is_of_no_tree_but_its_own(busy_office: Office) -> None:
    head, tree = busy_office.head(), busy_office.register.tree()

    assert head.is_of(tree)
    assert replace(head, root=None).is_of(tree)
    assert not replace(head, root=None, head="0" * 64).is_of(tree)
    assert not Checkpoint(register=head.register, sequence=23, head=head.head, root=head.root).is_of(tree)


# The log of the vault's openings ---------------------------------------------------------------------


def test_a_log_of_openings_that_no_checkpoint_knows_of_is_not_established(
    busy_office: Office, tmp_path: Path
) -> None:
    log = tmp_path / "vault-opened.jsonl"
    told = "nothing from outside knows its end"
    assert not any(told in each for each in audited(busy_office.path, openings=log).not_established)
    note(log, "passphrase", "that was typed")

    report = audited(busy_office.path, openings=log, checkpoint=busy_office.checkpoint())
    again = audited(busy_office.path, openings=log, remembered=report.checkpoint)
    bare = audited(busy_office.path, remembered=report.checkpoint)

    assert report.passes
    assert any(told in each for each in report.not_established)
    assert report.checkpoint.text().endswith(f"vault 1 sha256:{sha256(log.read_bytes()[:-1]).hexdigest()}\n")
    assert (again.passes, outside(again)) == (True, [])
    assert (bare.passes, "--openings" in outside(bare)[0]) == (True, True)
    log.unlink()
    (found,) = audited(busy_office.path, openings=log, remembered=report.checkpoint).findings
    assert (found.code, found.place) == ("E_OPENINGS", "entry 24")


def test_a_log_of_openings_that_cannot_be_read_is_found(busy_office: Office, tmp_path: Path) -> None:
    assert codes(audited(busy_office.path, openings=tmp_path)) == ["E_OPENINGS"]


# A paper that somebody kept ---------------------------------------------------------------------------


def stated(office: Office, entries: int) -> Stated:
    register = office.register
    root = register.tree().root(entries).hex()
    return Stated(register=register.policy().register, sequence=entries, root=root)


def test_a_register_goes_on_from_what_a_paper_states(busy_office: Office) -> None:
    size = busy_office.register.tree().size
    report = audited(busy_office.path, stated=stated(busy_office, size - 2))

    assert report.passes
    assert report.compared_to == size - 2
    assert outside(report) == [
        f"completeness after entry {size - 2}: nothing from outside knows of a later one"
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"register": "0" * 32}, "The paper states a checkpoint of another register."),
        ({"sequence": 1_000}, "The paper was published after 1000 entries; the register has"),
        (
            {"sequence": 3 << 30, "root": hash_children(b"", b"").hex()},
            "The paper was published after 3221225472 entries; the register has",
        ),
        ({"sequence": 4}, "The entries up to here are others than when the paper was published"),
        ({"root": "0" * 64}, "The entries up to here are others than when the paper was published"),
    ],
)
def test_a_paper_that_contradicts_a_register_has_a_code_of_its_own(
    change: dict[str, Any], said: str, busy_office: Office
) -> None:
    paper = replace(stated(busy_office, 5), **change)
    report = audited(busy_office.path, stated=paper)

    (found,) = report.findings
    assert (found.code, found.place) == ("E_STATED", f"entry {paper.sequence}")
    assert found.sentence.startswith(said)
    assert report.compared_to == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"equipoise/{'0' * 32} 0 {'0' * 64}",
        f"equipoise/{'0' * 32} 07 {'0' * 64}",
        f"equipoise/{'0' * 32} 7 {'0' * 63}",
        f"equipoise/{'0' * 31} 7 {'0' * 64}",
        f"equipoise/{'0' * 32} 7 {'0' * 64}\n",
        f"equipoise/{'0' * 32}  7 {'0' * 64}",
        f"other/{'0' * 32} 7 {'0' * 64}",
    ],
)
def test_what_is_not_in_the_form_of_a_papers_line_states_nothing(text: str) -> None:
    with pytest.raises(ValueError, match="not what a paper states"):
        parse_stated(text)


def test_what_a_paper_states_is_read_as_it_is_written(busy_office: Office) -> None:
    assert parse_stated(str(stated(busy_office, 5))) == stated(busy_office, 5)

"""Asking the register, and appending to it."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from attacker import Attacker
from register_builders import (
    FOUNDED,
    RULES,
    Office,
    Opened,
    audited,
    codes,
    draft_of,
    found_office,
    opening,
    request_of,
    unpack,
)

from flows.casework.office import describe
from flows.catalogue.file import Catalogue
from flows.domain.acts import ADD_OFFICER, APPROVE, OPEN
from flows.domain.documents import DOCUMENT
from flows.domain.errors import (
    KnownReferenceError,
    MalformedError,
    NotEntitledError,
    RefusedError,
    RegisterError,
    RegisterMovedError,
    TamperedError,
    UnfitSignatureError,
    UnknownCaseError,
    WrongStageError,
)
from flows.domain.policy import SERVICE
from flows.domain.procedure import Role, Stage
from flows.register import repository
from flows.register.founding import found
from flows.register.objects import object_id
from flows.register.repository import Repository
from flows.register.roster import RULES as RULES_FILE
from flows.register.roster import write_policy
from flows.register.statement import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flows.register.line import Recorded
    from flows.register.register import Proposal

CASE = "FOI/1"


def now(proposal: Proposal) -> int:
    return int(proposal.statement.act.time.timestamp())


# Asking


def test_a_story_is_told_as_it_happened(office: Office) -> None:
    office.longer_story(CASE)

    dossier = office.register.dossier(CASE)
    test = dossier.case.test
    assert (test.stage, test.version, test.round) == (Stage.PUBLISHED, 3, 1)
    assert dossier.case.received == date(2026, 11, 2)
    assert [found.entry.act for found in dossier.entries] == [said.label for said in dossier.statements]
    assert [said.label for said in dossier.statements] == [
        "0001-open",
        "0002-draft",
        "0003-draft",
        "0004-submit",
        "0005-return",
        "0006-draft",
        "0007-submit",
        "0008-approve",
        "0009-approve",
        "0010-publish",
    ]
    assert dossier.read(DOCUMENT) == draft_of(CASE, "third")[DOCUMENT]
    second = dossier.statements[2]
    assert dossier.read(DOCUMENT, at=second) == draft_of(CASE, "second")[DOCUMENT]


def test_the_cases_at_a_stage_stand_oldest_receipt_first(office: Office) -> None:
    office.open("B/1", received="2026-11-01")
    office.open("A/1", received="2026-11-02")
    office.open("Z/1", received="2026-10-31")
    office.draft("Z/1")

    assert office.register.catalogue.ready(Stage.RECEIVED) == [("B/1", "test"), ("A/1", "test")]
    assert [row.reference for row in office.register.catalogue.cases()] == ["Z/1", "B/1", "A/1"]


def test_a_reference_is_found_in_any_spelling_that_counts_as_the_same(office: Office) -> None:
    office.open(CASE)

    assert office.case("foi-1") == office.case(CASE)
    assert office.register.find("FOI/2") is None
    with pytest.raises(UnknownCaseError):
        office.register.dossier("FOI/2")


def test_a_file_that_is_not_there_is_not_read(office: Office) -> None:
    office.open(CASE)

    for path in (DOCUMENT, "acts", "request.md/more"):
        with pytest.raises(RegisterError, match="has no"):
            office.register.dossier(CASE).read(path)


def test_the_fingerprint_is_of_the_statement_that_founded_the_register(office: Office) -> None:
    assert office.register.fingerprint() == office.register.dossier(POLICY).entries[0].entry.statement
    assert office.register.fingerprint() == audited(office.path).fingerprint


def test_every_policy_is_kept(office: Office) -> None:
    assert [policy.version for policy in office.register.policies()] == [1, 2, 3, 4, 5]
    assert office.register.policies()[-1] == office.register.policy()
    with pytest.raises(TamperedError, match="no policy 9"):
        office.register.policy(9)


def test_what_is_read_anew_is_what_was_written(office: Office) -> None:
    office.longer_story(CASE)

    with Opened(office.path, office.folder / "other.sqlite") as anew:
        assert anew.dossier(CASE).case == office.case(CASE)
        assert anew.catalogue.cases() == office.register.catalogue.cases()
        assert anew.policies() == office.register.policies()


# Appending


@pytest.mark.parametrize("act", ["open", "draft", "submit", "approve", "return", "publish", "authorise"])
def test_the_same_act_twice_is_one_entry(act: str, office: Office) -> None:
    office.open(CASE)
    office.draft(CASE)
    office.submit(CASE)
    first, second = (
        office.approval(CASE, "legal-reviewer", Stage.LEGAL_REVIEW),
        office.approval(CASE, "sign-off-officer", Stage.BALANCING),
    )
    office.register.record(first, {}, office.signers["legal-reviewer"])
    if act == "return":
        again = office.returning(CASE, "sign-off-officer", Stage.BALANCING)
        office.register.record(again, {}, office.signers["sign-off-officer"])
    else:
        office.register.record(second, {}, office.signers["sign-off-officer"])
    if act == "publish":
        office.publish(CASE)
    repeats: dict[str, Callable[[], Recorded]] = {
        "open": lambda: office.open(CASE),
        "draft": lambda: office.register.record(
            office.drafting(CASE, SERVICE, version=1),
            draft_of(CASE, "first"),
            office.signers[SERVICE],
        ),
        "submit": lambda: office.submit(CASE),
        "approve": lambda: office.register.record(first, {}, office.signers["legal-reviewer"]),
        "return": lambda: office.register.record(again, {}, office.signers["sign-off-officer"]),
        "publish": lambda: office.publish(CASE),
        "authorise": lambda: office.register.record(
            replace(
                office.act(ADD_OFFICER, POLICY, "administrator", Role.ADMINISTRATOR),
                policy=4,
                version=5,
                details={"person": "sign-off-officer"},
            ),
            write_policy(office.register.policy()),
            office.signers["administrator"],
        ),
    }
    tip = office.register.tip()

    recorded = repeats[act]()

    assert not recorded.new
    assert office.register.tip() == tip
    kind = "add-officer" if act == "authorise" else act
    assert recorded.entry.act.endswith(kind)


def test_an_act_appended_twice_is_one_entry(office: Office) -> None:
    office.open(CASE)
    act = office.drafting(CASE, SERVICE, version=1)
    proposal = office.register.propose(act, draft_of(CASE, "first"))
    armoured = proposal.signed_by(office.signers[SERVICE])

    first = office.register.append(proposal, armoured, now=now(proposal))
    second = office.register.append(proposal, armoured, now=now(proposal))

    assert (first.new, second.new) == (True, False)
    assert second == replace(first, new=False)


def test_another_text_under_the_same_version_is_not_taken_for_done(office: Office) -> None:
    office.open(CASE)
    office.draft(CASE)
    act = office.drafting(CASE, "foi-officer", version=2)
    office.register.record(act, draft_of(CASE, "one"), office.signers["foi-officer"])

    with pytest.raises(RefusedError):
        office.register.record(act, draft_of(CASE, "other"), office.signers["foi-officer"])


def test_a_race_lost_on_the_same_case_is_told(office: Office) -> None:
    office.open(CASE)
    office.draft(CASE)
    office.submit(CASE)
    proposals = {
        who: office.register.propose(office.approval(CASE, who, Stage.LEGAL_REVIEW), {})
        for who in ("foi-officer", "legal-reviewer")
    }
    armoured = {who: proposal.signed_by(office.signers[who]) for who, proposal in proposals.items()}
    office.register.append(
        proposals["legal-reviewer"], armoured["legal-reviewer"], now=now(proposals["legal-reviewer"])
    )

    with pytest.raises(RegisterMovedError):
        office.register.append(
            proposals["foi-officer"], armoured["foi-officer"], now=now(proposals["foi-officer"])
        )
    with pytest.raises(WrongStageError):
        office.approve(CASE, "foi-officer", Stage.LEGAL_REVIEW)


def test_what_was_only_claimed_to_be_judged_is_not_recorded(office: Office) -> None:
    office.open(CASE)
    act = office.drafting(CASE, SERVICE, version=1)
    proposal = office.register.propose(act, draft_of(CASE, "first"))
    armoured = proposal.signed_by(office.signers[SERVICE])
    unlawful = replace(
        proposal.statement, act=replace(act, actor="sign-off-officer", role=Role.SIGN_OFF_OFFICER)
    )

    with pytest.raises(RegisterMovedError):
        office.register.append(
            replace(proposal, changes=draft_of(CASE, "other")), armoured, now=now(proposal)
        )
    with pytest.raises(NotEntitledError):
        office.register.append(replace(proposal, statement=unlawful), armoured, now=now(proposal))


def test_other_cases_never_get_in_the_way(office: Office) -> None:
    office.open(CASE)
    act = office.drafting(CASE, SERVICE, version=1)
    proposal = office.register.propose(act, draft_of(CASE, "first"))
    office.story("FOI/2")

    recorded = office.register.append(
        proposal, proposal.signed_by(office.signers[SERVICE]), now=now(proposal) + 600
    )

    assert recorded.new
    assert codes(office.path) == []


def test_an_act_judged_by_a_policy_since_changed_has_to_be_made_again(office: Office) -> None:
    office.open(CASE)
    office.draft(CASE)
    act = office.submission(CASE, "foi.officer.2")
    proposal = office.register.propose(act, {})
    office.revoke("foi.officer.2")

    with pytest.raises(RegisterMovedError):
        office.register.append(
            proposal, proposal.signed_by(office.signers["foi.officer.2"]), now=now(proposal)
        )
    with pytest.raises(RegisterMovedError):
        office.register.propose(act, {})
    with pytest.raises(NotEntitledError):
        office.submit(CASE)


@pytest.mark.parametrize("who", ["outsider", "sign-off-officer", SERVICE])
def test_a_signature_by_another_key_is_refused(who: str, office: Office) -> None:
    office.open(CASE)
    office.draft(CASE)
    act = office.submission(CASE, "foi.officer.2")

    with pytest.raises(NotEntitledError, match=r"a key of foi\.officer\.2"):
        office.register.record(act, {}, office.signers[who])


def test_a_signature_on_something_else_is_refused(office: Office) -> None:
    office.open(CASE)
    office.draft(CASE)
    proposal = office.register.propose(office.submission(CASE, "foi.officer.2"), {})

    for armoured in ("", office.signers["foi.officer.2"].sign(b"else", b"equipoise-act-v1")):
        with pytest.raises(UnfitSignatureError, match=r"whole|fit"):
            office.register.append(proposal, armoured, now=now(proposal))


def test_a_refused_act_writes_nothing(office: Office) -> None:
    office.open(CASE)
    tip = office.register.tip()

    with pytest.raises(WrongStageError):
        office.submit(CASE)
    with pytest.raises(KnownReferenceError):
        office.open("foi-1")

    assert office.register.tip() == tip


def test_a_second_key_of_a_person_is_theirs(office: Office) -> None:
    office.open(CASE)
    office.draft(CASE)
    act = office.submission(CASE, "foi-officer")

    office.register.record(act, {}, office.signers["foi-officer-second-key"])

    assert codes(office.path) == []


def test_words_are_kept_in_one_form_whatever_keyboard_they_came_from(office: Office) -> None:
    office.open(CASE)
    office.draft(CASE)
    office.submit(CASE)
    office.return_(CASE, "legal-reviewer", Stage.LEGAL_REVIEW, reason="Cafe\u0301")

    assert office.register.dossier(CASE).statements[-1].act.reason == "Café"
    assert codes(office.path) == []


@pytest.mark.parametrize("reason", ["half a character \ud800", "a\n\u0303 on its own"])
def test_words_that_could_not_be_read_again_are_refused(reason: str, office: Office) -> None:
    office.open(CASE)
    office.draft(CASE)
    office.submit(CASE)

    with pytest.raises(MalformedError, match=r"cannot be recorded|nobody would see"):
        office.return_(CASE, "legal-reviewer", Stage.LEGAL_REVIEW, reason=reason)


@pytest.mark.parametrize(
    "time",
    [FOUNDED.replace(microsecond=1), FOUNDED.astimezone(timezone(timedelta(hours=1)))],
    ids=["a part of a second", "another time zone"],
)
def test_a_time_that_is_not_utc_in_whole_seconds_is_refused(time: datetime, office: Office) -> None:
    act = replace(
        office.act(OPEN, CASE, SERVICE, Role.SERVICE),
        time=time,
        details=opening(),
    )

    with pytest.raises(MalformedError, match="whole second"):
        office.register.propose(act, request_of(CASE))


@pytest.mark.parametrize(
    ("shift", "why"),
    [
        (-1, "The act is dated ahead of the clock of the machine that records it: "),
        (2 * 24 * 60 * 60, "The act was signed more than a day before it is recorded: "),
    ],
    ids=["before the act", "two days after it"],
)
def test_an_entry_far_from_its_act_is_not_written(shift: int, why: str, office: Office) -> None:
    act = replace(
        office.act(OPEN, CASE, SERVICE, Role.SERVICE),
        details=opening(),
    )
    proposal = office.register.propose(act, request_of(CASE))

    with pytest.raises(RegisterError, match=why):
        office.register.append(
            proposal, proposal.signed_by(office.signers[SERVICE]), now=now(proposal) + shift
        )


def test_a_clock_that_lags_a_little_never_turns_the_register_back(office: Office) -> None:
    office.open(CASE)
    last = office.register.tip().entry.committed
    act = office.drafting(CASE, SERVICE, version=1)

    recorded = office.register.record(
        replace(act, time=act.time - timedelta(minutes=30)), draft_of(CASE, "first"), office.signers[SERVICE]
    )

    assert recorded.entry.committed == last
    assert codes(office.path) == []


def test_a_register_opened_for_reading_is_not_written(office: Office) -> None:
    with Opened(office.path, office.folder / "other.sqlite") as reading:
        act = office.act(OPEN, CASE, SERVICE, Role.SERVICE)
        act = replace(act, details=opening())
        with pytest.raises(RegisterError, match="for reading"):
            reading.record(act, request_of(CASE), office.signers[SERVICE])


def test_a_service_whose_key_is_not_listed_writes_nothing(office: Office) -> None:
    act = office.act(OPEN, CASE, SERVICE, Role.SERVICE)
    act = replace(act, details=opening())

    with (
        Opened(office.path, office.index, office.signers["outsider"]) as register,
        pytest.raises(RegisterError, match="not the one the register lists"),
    ):
        register.record(act, request_of(CASE), office.signers[SERVICE])


def test_a_policy_that_makes_no_sense_is_not_recorded(office: Office) -> None:
    files = write_policy(replace(office.register.policy(), version=6, rules=replace(RULES, threshold=2)))
    act = office.act(
        ADD_OFFICER,
        POLICY,
        "administrator",
        Role.ADMINISTRATOR,
        version=6,
        details={"person": "sign-off-officer"},
    )

    with pytest.raises(MalformedError, match="fewer administrators"):
        office.register.record(act, files, office.signers["administrator"])


def test_nobody_is_given_a_key_that_was_somebody_elses(office: Office) -> None:
    """Under another id one could decide on one's own words."""
    before = office.person("foi-officer")
    office.revoke("foi-officer")
    renamed = replace(before, id="new-name")

    with pytest.raises(RefusedError, match="That key was foi-officer's; new-name needs a key of their own"):
        office.authorise(renamed)

    office.authorise(replace(renamed, keys=(office.signers["outsider"].public,)))
    office.authorise(before)
    assert codes(office.path) == []


# Founding


def test_a_register_is_founded_once(office: Office) -> None:
    with pytest.raises(RegisterError, match="already"):
        found(
            office.path,
            Catalogue(office.index, describe),
            authority="Another",
            administrator="administrator",
            rules=RULES,
            signer=office.signers["administrator"],
            service=office.signers[SERVICE],
            time=FOUNDED,
        )


def test_a_founding_cut_off_is_taken_up_again(office: Office, tmp_path: Path) -> None:
    path, index = tmp_path / "new.git", tmp_path / "new.sqlite"
    Repository.create(path).close()
    with (
        Opened(path, index, office.signers[SERVICE]) as register,
        pytest.raises(RegisterError, match="init"),
    ):
        register.policy()
    with (
        Opened(path, index, office.signers[SERVICE]) as register,
        pytest.raises(RegisterError, match="init"),
    ):
        register.tip()

    found(
        path,
        Catalogue(index, describe),
        authority="Another",
        administrator="administrator",
        rules=RULES,
        signer=office.signers["administrator"],
        service=office.signers[SERVICE],
        time=FOUNDED,
    )

    assert codes(path) == []


def test_there_is_no_register_where_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="no register"):
        Opened(tmp_path / "none.git", tmp_path / "index.sqlite")
    with pytest.raises(RegisterError, match="no register"):
        audited(tmp_path)


def test_the_environment_does_not_lead_git_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    subprocess.run(["git", "init", "-q", str(elsewhere)], check=True)
    before = sorted(elsewhere.rglob("*"))
    for name, value in {
        "GIT_DIR": str(elsewhere / ".git"),
        "GIT_OBJECT_DIRECTORY": str(elsewhere / ".git/objects"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.bare",
        "GIT_CONFIG_VALUE_0": "nonsense",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    found_office(tmp_path / "office")
    with Office(tmp_path / "office") as office:
        office.story(CASE)
        os.chdir(tmp_path)
        assert codes(office.path.relative_to(tmp_path)) == []

    assert sorted(elsewhere.rglob("*")) == before


@pytest.mark.parametrize(
    "tampering",
    [
        pytest.param(lambda a: setattr(a.steps[-1], "edit_payload", lambda data: data + b"?"), id="an entry"),
        pytest.param(lambda a: a.steps[-1].changes.update({"cases/2026/..": b"?"}), id="a folder"),
        pytest.param(lambda a: a.steps[-1].changes.update({"cases/2026/more": b"?"}), id="two changes"),
        pytest.param(
            lambda a: setattr(a.steps[-1], "edit_statement", lambda data: data.replace(b"null", b"nil")),
            id="a statement",
        ),
        pytest.param(
            lambda a: a.steps[-1].removed.add(f"{a.steps[-1].folder}/acts/0001-open.json.sig"),
            id="a signature",
        ),
        pytest.param(lambda a: a.steps[-1].act(kind=APPROVE), id="an act that leads nowhere from there"),
        pytest.param(lambda a: a.steps[-1].act(document="letter"), id="a document nobody knows"),
        pytest.param(
            lambda a: a.of(POLICY)[-1].changes.update({f"{POLICY}/{RULES_FILE}": b"{}\n"}), id="a policy"
        ),
    ],
)
def test_the_service_does_not_go_on_from_what_does_not_hold(
    tampering: Callable[[Attacker], None], busy_office: Office
) -> None:
    attacker = Attacker(busy_office.path, busy_office.signers)
    tampering(attacker)
    attacker.together()

    with (
        Opened(busy_office.path, busy_office.folder / "anew.sqlite") as register,
        pytest.raises(TamperedError, match="equipoise audit"),
    ):
        _ = register.catalogue.cases(), register.policy()


def test_what_is_newer_than_an_entry_is_told_oldest_first(busy_office: Office) -> None:
    tip = busy_office.register.tip().entry.sequence

    assert [found.entry.sequence for found in busy_office.register.since(tip - 2)] == [tip - 1, tip]
    assert busy_office.register.since(tip) == []


# The repository


def test_packing_keeps_everything_readable_and_prunes_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "_LOOSE_BEFORE_PACKING", 0)
    stray = object_id("blob", b"stray")
    office.register._repository.write({stray: ("blob", b"stray")})
    (office.path / "objects" / "tmp_obj_1").write_bytes(b"half")
    with Opened(office.path, office.folder / "other.sqlite") as reading:
        reading.catalogue.cases()

        office.story(CASE)

        assert reading.dossier(CASE).case == office.case(CASE)
        assert reading._repository.read(stray, "blob") == b"stray"
    loose = list((office.path / "objects").glob("??/*"))
    assert loose == []
    assert not (office.path / "objects" / "tmp_obj_1").exists()
    assert list((office.path / "objects" / "pack").glob("*.pack"))
    assert codes(office.path) == []


def test_an_act_never_fails_for_want_of_packing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository, "_LOOSE_BEFORE_PACKING", 0)
    unpack(office.path)
    pack = office.path / "objects" / "pack"
    pack.rmdir()
    pack.write_bytes(b"in the way")

    office.open(CASE)

    pack.unlink()
    assert codes(office.path) == []


def test_a_packed_branch_is_read(busy_office: Office) -> None:
    tip = busy_office.register.tip()
    subprocess.run(["git", "-C", str(busy_office.path), "pack-refs", "--all"], check=True)
    assert not (busy_office.path / "refs/heads/main").exists()

    assert busy_office.register.tip() == tip
    busy_office.open("D/1")
    assert codes(busy_office.path) == []


@pytest.mark.parametrize("text", ["", "ref: refs/heads/other\n", "1234\n", "\0" * 41])
def test_a_damaged_branch_is_told(text: str, busy_office: Office) -> None:
    (busy_office.path / "refs/heads/main").write_text(text)

    with pytest.raises(RegisterError, match="does not name an entry"):
        busy_office.register.catalogue.cases()


def test_an_act_waits_for_git_that_moves_the_branch_by_hand(office: Office) -> None:
    lock = office.path / "refs/heads/main.lock"
    lock.write_text("")
    released: list[float] = []

    def release() -> None:
        released.append(time.monotonic())
        lock.unlink()

    timer = threading.Timer(0.2, release)
    timer.start()
    office.open(CASE)
    done = time.monotonic()
    timer.join()

    assert [done > moment for moment in released] == [True]
    assert codes(office.path) == []


def test_a_branch_that_was_moved_meanwhile_records_nothing(office: Office) -> None:
    tip = office.register.tip()
    assert tip.entry.parent

    with pytest.raises(RegisterError, match="nothing was recorded"):
        office.register._repository.advance(tip.entry.parent, "1" * 40)
    assert office.register.tip() == tip
    assert not (office.path / "refs/heads/main.lock").exists()
    office.open(CASE)

    assert codes(office.path) == []


def test_a_branch_that_cannot_be_written_is_told(office: Office) -> None:
    tip = office.register.tip()
    (office.path / "refs/heads/main.lock").mkdir()

    with pytest.raises(RegisterError, match="could not be moved"):
        office.open(CASE)
    assert office.register.tip() == tip


def test_a_register_of_today_has_the_settings_that_git_is_asked_for(office: Office) -> None:
    command = ["git", "-C", str(office.path), "config", "--list", "--local"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()

    assert listed == [
        *("core.repositoryformatversion=0", "core.filemode=true", "core.bare=true"),
        *("core.logallrefupdates=always", "gc.auto=0", "gc.pruneexpire=never", "gc.reflogexpire=never"),
        *("maintenance.auto=false", "receive.denydeletes=true", "receive.denynonfastforwards=true"),
        *("receive.fsckobjects=true", "transfer.hiderefs=refs/replace"),
    ]


def test_founding_changes_nothing_of_a_register_that_is_there(office: Office) -> None:
    (office.path / "config").write_text("[core]\n\tbare = true\n")

    Repository.create(office.path).close()

    assert (office.path / "config").read_text() == "[core]\n\tbare = true\n"


def test_git_that_was_ended_is_started_again(office: Office) -> None:
    office.register.dossier(POLICY).read(RULES_FILE)
    git = office.register._repository.objects._git
    assert git
    git[0].kill()
    git[0].wait()

    office.story(CASE)

    assert codes(office.path) == []


def test_git_that_is_not_there_is_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with (
        Opened(office.path, office.folder / "anew.sqlite") as register,
        pytest.raises(RegisterError, match="git cannot be started: No such file or directory"),
    ):
        register.catalogue.cases()


@pytest.mark.parametrize("damage", [b"", b"noise"])
def test_a_damaged_twin_of_a_packed_object_stops_no_act_and_is_found(
    damage: bytes, busy_office: Office
) -> None:
    tip = busy_office.register.tip()
    node = busy_office.register._line.node(tip.id, f"cases/2026/11/02/C-1/{DOCUMENT}")
    assert node is not None
    for id_ in (tip.id, node.id):
        twin = busy_office.path / "objects" / id_[:2] / id_[2:]
        twin.parent.mkdir(exist_ok=True)
        twin.write_bytes(damage)

    with Opened(busy_office.path, busy_office.folder / "anew.sqlite") as register:
        assert register.dossier("C/1").read(DOCUMENT) == b"# C/1, first\n"
    busy_office.approve("C/1", "legal-reviewer", Stage.LEGAL_REVIEW)

    assert codes(busy_office.path) == ["E_OBJECT"]


@pytest.mark.parametrize("damage", ["noise", "gone"])
def test_a_damaged_object_is_noticed_when_read(damage: str, busy_office: Office) -> None:
    node = busy_office.register._line.node(busy_office.register.tip().id, f"cases/2026/11/02/C-1/{DOCUMENT}")
    assert node is not None
    unpack(busy_office.path)
    path = busy_office.path / "objects" / node.id[:2] / node.id[2:]
    path.unlink()
    if damage == "noise":
        path.write_bytes(b"noise")

    with (
        Office(busy_office.folder) as office,
        pytest.raises(TamperedError if damage == "noise" else RegisterError, match=node.id),
    ):
        office.register.dossier("C/1").read(DOCUMENT)


def test_an_object_of_another_kind_is_noticed(busy_office: Office) -> None:
    with pytest.raises(TamperedError, match="belongs"):
        busy_office.register._repository.read(busy_office.register.tip().id, "blob")

"""Making a home, and keeping the list of authorised people."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, RULES, Desk, an_officer, everything, passes_audit

from flows import home as flows_home
from flows.casework.office import open_office
from flows.desk import making
from flows.desk.cli import keeping
from flows.desk.making import make_home
from flows.domain.edition import latest
from flows.domain.english import in_full
from flows.domain.errors import RegisterError
from flows.home import Home

if TYPE_CHECKING:
    from pathlib import Path

INIT = ("init", "--authority", "Northshire Police", "--body", "other")


def key_pair(path: Path, kind: str = "ed25519", phrase: str = "") -> Path:
    subprocess.run(
        ["ssh-keygen", "-q", "-t", kind, "-N", phrase, "-C", "a comment", "-f", path],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return path.with_name(f"{path.name}.pub")


def test_init_makes_a_home_and_says_what_to_keep(tmp_path: Path) -> None:
    desk = Desk(Home(tmp_path / "deep" / "home"))

    said = desk.done(*INIT, "--administrator", "administrator")

    fingerprint = desk.told("audit")["fingerprint"]
    assert f"Made {desk.home.root} for Northshire Police.\nFingerprint: {fingerprint}\n" in said
    assert said.endswith(f"officer add ID --role foi-officer --as administrator --home {desk.home.root}\n")
    assert desk.told("officer", "list")["officers"][0]["id"] == "administrator"
    assert desk.home.allowed_signers.read_text().count("ssh-ed25519") == 2
    assert [path.name for path in desk.home.root.parent.iterdir()] == ["home"]


def test_init_tells_in_json_and_takes_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    desk = Desk(Home(tmp_path / "home"))

    told = desk.told(*INIT)

    assert told.keys() == {"home", "fingerprint", "administrator"}
    assert desk.told("audit", "--pin", told["fingerprint"].upper())["passes"] is True


def test_init_refuses_a_folder_with_something_in_it(tmp_path: Path) -> None:
    desk = Desk(Home(tmp_path / "home"))
    desk.home.root.mkdir()
    (desk.home.root / "letter.txt").write_text("mine")

    assert desk.refused(*INIT) == (
        1,
        f"{desk.home.root} is not an empty folder; a home is made in a new one.",
    )
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


@pytest.mark.parametrize("kind", ["file", "dangling link"])
def test_init_refuses_what_is_no_folder(kind: str, tmp_path: Path) -> None:
    place = tmp_path / "home"
    place.write_text("mine") if kind == "file" else place.symlink_to("nowhere")

    code, sentence = Desk(Home(place)).refused(*INIT)

    assert (code, sentence) == (1, f"{place} is not an empty folder; a home is made in a new one.")


def test_init_cut_short_leaves_nothing_half_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object, **__: object) -> None:
        raise RegisterError("The disk is full.")

    monkeypatch.setattr(making, "found", failing)

    assert Desk(Home(tmp_path / "home")).refused(*INIT) == (3, "The disk is full.")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        (*INIT, "--authority", ""),
        (*INIT, "--authority", "x" * 201),
        (*INIT, "--authority", "North\x1b[31mshire"),
        (*INIT, "--authority", "North\nshire"),
        (*INIT, "--body", "parish"),
        (*INIT, "--administrator", "Ann Other"),
        (*INIT, "--administrator", "service"),
        (*INIT, "--administrator", "../administrator"),
        (*INIT, "--pattern", "FOI"),
        (*INIT, "--approvals", "none"),
        ("init", "--body", "other"),
        ("init", "--authority", "Northshire Police"),
    ],
)
def test_a_malformed_init_makes_nothing(words: tuple[str, ...], tmp_path: Path) -> None:
    code, sentence = Desk(Home(tmp_path / "home")).refused(*words)

    assert code == 2
    assert sentence
    assert list(tmp_path.iterdir()) == []


def test_init_asks_for_the_kind_of_authority_where_nobody_can_be_asked(tmp_path: Path) -> None:
    code, sentence = Desk(Home(tmp_path / "home")).refused("init", "--authority", "Northshire Police")

    assert code == 2
    assert sentence.startswith("Missing option '--body'. Choose from: government-department, ")
    assert ", other; " in sentence


def test_init_asks_a_person_at_a_terminal_for_the_kind_of_authority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "at_a_terminal", lambda: True)
    desk = Desk(Home(tmp_path / "home"))

    result = desk("init", "--authority", "Northshire Police", input="parish\nschool\n")

    assert result.exit_code == 0
    assert "academy                the proprietor of an academy" in result.stderr
    assert "other                  none of these" in result.stderr
    assert "'parish' is not one of 'government-department'" in result.stderr
    assert desk.done("body", "show") == "school\n"


def test_the_kind_of_authority_is_changed_by_a_signed_act(unsaid: Desk) -> None:
    assert unsaid.done("body", "show") == "The kind of authority is not stated: some checks do not run.\n"
    assert unsaid.done("body", "set", "government-department", "--as", "administrator") == (
        "The kind of authority is government-department from now on. The policy is at version 7.\n"
    )
    assert unsaid.told("body", "show") == {"policy": 7, "body": "government-department"}
    assert unsaid.told("body", "set", "government-department", "--as", "administrator") == {
        "policy": 7,
        "new": False,
    }
    assert passes_audit(unsaid.home)
    with open_office(unsaid.home) as office:
        newest = office.register.tip().entry
        assert (newest.subject, newest.act.partition("-")[2]) == (
            "policy: change the kind of authority to government-department",
            "change-body",
        )


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (
            ("other", "--as", "foi-officer"),
            1,
            "foi-officer may not change the kind of authority: that needs the role administrator.",
        ),
        (("parish", "--as", "administrator"), 2, "Invalid value for 'KIND': 'parish' is not one of"),
    ],
)
def test_the_kind_of_authority_is_not_changed(
    words: tuple[str, ...], code: int, sentence: str, desk: Desk
) -> None:
    refused = desk.refused("body", "set", *words)

    assert (refused[0], refused[1].startswith(sentence)) == (code, True)


def test_two_person_approval_needs_one_gate_alone(tmp_path: Path) -> None:
    desk = Desk(Home(tmp_path / "home"))
    desk.done(*INIT, "--approvals", "two-person")

    with open_office(desk.home) as office:
        assert office.register.policy().rules.gates == {"test": "two-person", "response": "two-person"}


def test_a_new_person_gets_a_pair_of_keys(desk: Desk) -> None:
    said = desk.done("officer", "add", "auditor", "--role", "auditor", "--as", "administrator")

    assert said == "auditor is authorised as auditor. The policy is at version 7.\n"
    assert (desk.home.officers / "auditor").stat().st_mode & 0o777 == 0o600
    assert "auditor namespaces" in desk.home.allowed_signers.read_text()
    assert passes_audit(desk.home)


def test_other_roles_replace_the_earlier_ones_and_leave_the_key(desk: Desk) -> None:
    before = {row["id"]: row for row in desk.told("officer", "list")["officers"]}

    desk.done(
        "officer",
        "add",
        "foi-officer",
        "--role",
        "auditor",
        "--role",
        "legal-reviewer",
        "--as",
        "administrator",
    )

    after = {row["id"]: row for row in desk.told("officer", "list")["officers"]}
    assert after["foi-officer"] == {**before["foi-officer"], "roles": ["auditor", "legal-reviewer"]}
    assert desk.refused("submit", CASE, "--version", "1", "--as", "foi-officer") == (
        1,
        "foi-officer may not submit: that needs the role foi-officer.",
    )


def test_a_public_key_from_a_file_is_taken_without_its_comment(desk: Desk, tmp_path: Path) -> None:
    public = key_pair(tmp_path / "mine")
    desk.done(
        "officer",
        "add",
        "foi-officer",
        "--role",
        "foi-officer",
        "--public-key",
        public,
        "--as",
        "administrator",
    )

    row = next(row for row in desk.told("officer", "list")["officers"] if row["id"] == "foi-officer")
    assert row["keys"] == [" ".join(public.read_text().split()[:2])]
    assert desk.refused("submit", CASE, "--version", "1", "--as", "foi-officer") == (
        1,
        "foi-officer may not submit: that needs a signature by a key of foi-officer.",
    )
    desk.done("submit", CASE, "--version", "1", "--as", "foi-officer", "--key", tmp_path / "mine")


PASSKEY = (
    "sk-ecdsa-sha2-nistp256@openssh.com AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAAAIbmlzdHAyNTY"
    "AAABBBHhNZIb0cQQwqP+ceLsovXOWu29jeKtcsE8nl2etO4fjPklXr4ZU4qSvZyxlUzB4jC+UqOOGWxvFMqVLoop/dooAAAAJbG9j"
    "YWxob3N0"
)


def test_a_person_may_have_several_keys_of_several_kinds(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "passkey.pub").write_text(f"{PASSKEY}\n")
    keys = ("--public-key", tmp_path / "passkey.pub", "--public-key", key_pair(tmp_path / "mine"))
    desk.done("officer", "add", "foi-officer", "--role", "foi-officer", *keys, "--as", "administrator")

    (line,) = (row for row in desk.done("officer", "list").splitlines() if row.startswith("foi-officer "))
    assert line.endswith("  passkey, Ed25519 key")
    assert f'foi-officer namespaces="equipoise-act-v1" {PASSKEY}\n' in desk.home.allowed_signers.read_text()
    desk.done("submit", CASE, "--version", "1", "--as", "foi-officer", "--key", tmp_path / "mine")
    assert passes_audit(desk.home)


def test_a_person_added_twice_is_added_once(desk: Desk) -> None:
    words = ("officer", "add", "auditor", "--role", "auditor", "--as", "administrator")
    desk.done(*words)
    before = everything(desk.home)

    assert desk.done(*words) == (
        "auditor is authorised as auditor already; nothing was recorded. The policy is at version 7.\n"
    )
    assert desk.told(*words) == {"policy": 7, "new": False}
    assert everything(desk.home) == before


def test_a_person_who_comes_back_signs_with_the_pair_that_is_here(desk: Desk) -> None:
    desk.done("officer", "revoke", "foi-officer", "--as", "administrator")

    desk.done("officer", "add", "foi-officer", "--role", "foi-officer", "--as", "administrator")

    desk.submit()
    assert passes_audit(desk.home)


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (
            ("add", "auditor", "--role", "auditor", "--as", "foi-officer"),
            1,
            "foi-officer may not authorise people: that needs the role administrator.",
        ),
        (
            (
                "add",
                "auditor",
                "--role",
                "auditor",
                "--public-key",
                "{reviewer_key}",
                "--as",
                "administrator",
            ),
            1,
            "That key belongs to legal-reviewer; each person needs a key of their own.",
        ),
        (
            ("add", "auditor", "--role", "auditor", "--as", "administrator", "--key", "{sign_off_key}"),
            1,
            "administrator may not authorise people: that needs a signature by a key of administrator.",
        ),
        (
            ("add", "administrator", "--role", "auditor", "--as", "administrator"),
            1,
            "administrator is the last administrator; add another before changing this one.",
        ),
        (
            ("revoke", "administrator", "--as", "administrator"),
            1,
            "administrator is the last administrator; add another before changing this one.",
        ),
        (
            ("revoke", "stranger", "--as", "administrator"),
            1,
            "stranger is not on the list of authorised people.",
        ),
        (
            ("revoke", "legal-reviewer", "--as", "sign-off-officer"),
            1,
            "sign-off-officer may not revoke people: that needs the role administrator.",
        ),
        (("add", "Pat Other", "--role", "auditor", "--as", "administrator"), 2, "person: an id has up to 40"),
        (("revoke", "service", "--as", "administrator"), 2, "person: an id has up to 40"),
        (("revoke", "\x1b[31m", "--as", "administrator"), 2, "person: an id has up to 40"),
        (("add", "auditor", "--role", "service", "--as", "administrator"), 2, "Invalid value for '--role'"),
        (("add", "auditor", "--as", "administrator"), 2, "Missing option '--role'"),
        (
            ("add", "auditor", "--role", "auditor", "--public-key", "{absent}", "--as", "administrator"),
            2,
            "{absent}: it cannot be read (No such file or directory).",
        ),
        (
            ("add", "auditor", "--role", "auditor", "--public-key", "{private}", "--as", "administrator"),
            2,
            "{private}: one line as in id_ed25519.pub is needed",
        ),
        (
            ("add", "auditor", "--role", "auditor", "--public-key", "{ecdsa}", "--as", "administrator"),
            2,
            "{ecdsa}: one line as in id_ed25519.pub is needed",
        ),
        (
            ("add", "auditor", "--role", "auditor", "--public-key", "{weak}", "--as", "administrator"),
            2,
            "{weak}: anybody can sign for this key: it is a point of small order; whoever it is meant for",
        ),
        (
            (
                "add",
                "auditor",
                "--role",
                "auditor",
                *("--public-key", "{mine}", "--public-key", "{reviewer_key}"),
                "--as",
                "administrator",
            ),
            1,
            "That key belongs to legal-reviewer; each person needs a key of their own.",
        ),
    ],
)
def test_a_change_of_the_list_is_refused(
    words: tuple[str, ...], code: int, sentence: str, desk: Desk, tmp_path: Path
) -> None:
    officers = desk.home.officers
    places = {
        "reviewer_key": officers / "legal-reviewer.pub",
        "sign_off_key": officers / "sign-off-officer",
        "private": officers / "sign-off-officer",
        "absent": tmp_path / "absent.pub",
        "ecdsa": key_pair(tmp_path / "other", "ecdsa"),
        "mine": key_pair(tmp_path / "mine"),
        "weak": tmp_path / "weak.pub",
    }
    places["weak"].write_text(f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{'A' * 43} legal-reviewer\n")

    got, said = desk.refused("officer", *(word.format(**places) for word in words))

    assert got == code
    assert said.startswith(sentence.format(**places))


def test_a_revoked_person_can_do_nothing_and_what_they_did_stands(desk: Desk, second_draft: Path) -> None:
    desk.submit()
    desk.return_()
    returned = f"Returned version 1, at legal review, by legal-reviewer on {in_full(flows_home.today())}"
    assert returned in " ".join(desk.done("show", CASE).split())
    assert desk.done("officer", "revoke", "foi-officer", "--as", "administrator") == (
        "foi-officer is no longer authorised. The policy is at version 7.\n"
    )

    for words in (
        ("draft", CASE, second_draft),
        ("draft", CASE, second_draft.parents[2] / "1146A-22" / "assessment.yaml"),
        ("submit", CASE, "--version", "1"),
        ("sent", CASE, "--on", "2022-12-05", "--by", "email"),
        ("close", CASE, "--ground", "withdrawn"),
    ):
        act = "record as sent" if words[0] == "sent" else words[0]
        assert desk.refused(*words, "--as", "foi-officer") == (
            1,
            f"foi-officer may not {act}: that needs a person on the list of authorised people.",
        )
    assert desk.refused("submit", CASE, "--version", "1", "--as", "foi-officer", "--key", "agent")[0] == 1
    assert [row["actor"] for row in desk.told("history", CASE)["entries"]] == [
        "service",
        "service",
        "foi-officer",
        "legal-reviewer",
    ]
    assert passes_audit(desk.home)


def test_the_list_of_people_is_in_columns(desk: Desk) -> None:
    head, first, second, *_ = desk.done("officer", "list").splitlines()

    assert head == "Person            Roles                                          Keys"
    assert first == "administrator     administrator                                  Ed25519 key"
    assert second == "all-three-roles   foi-officer, legal-reviewer, sign-off-officer  Ed25519 key"


def test_a_home_moved_elsewhere_works_as_before(desk: Desk, tmp_path: Path) -> None:
    shutil.move(desk.home.root, tmp_path / "elsewhere")
    moved = Desk(Home(tmp_path / "elsewhere"))

    moved.submit()

    assert moved.stage() == "legal-review"
    assert an_officer(moved.home, "foi-officer").id == "foi-officer"


# Editions of the procedure


@pytest.fixture
def earlier(tmp_path: Path) -> Desk:
    """A home whose register was founded under the first edition."""
    home = Home(tmp_path / "earlier")
    make_home(home, authority="A", administrator="administrator", rules=replace(RULES, edition=1))
    return Desk(home)


def test_a_register_moves_on_to_the_latest_edition(earlier: Desk) -> None:
    said = earlier.done("adopt-edition", "--as", "administrator")
    again = earlier.told("adopt-edition", "--as", "administrator")

    assert said == (
        f"Acts are judged by edition {latest()} of the procedure from now on. The policy is at version 2.\n"
    )
    assert again == {"policy": 2, "new": False}
    with open_office(earlier.home, reading=True) as office:
        assert office.register.policy().rules.edition == latest()
    assert passes_audit(earlier.home)


NO_EDITION = {
    "that nobody knows": (
        (latest() + 1, "administrator"),
        f"Edition 1 of the procedure is in force, and only edition 2 or {latest()} can follow.",
    ),
    "by nobody": (
        (latest(), "nobody"),
        (
            "nobody may not adopt another edition of the procedure: that needs a person on the list of "
            "authorised people."
        ),
    ),
}


@pytest.mark.parametrize(("words", "sentence"), NO_EDITION.values(), ids=NO_EDITION)
def test_an_edition_is_refused(words: tuple[int, str], sentence: str, earlier: Desk) -> None:
    edition, person = words
    (earlier.home.officers / "nobody").write_bytes((earlier.home.officers / "administrator").read_bytes())
    (earlier.home.officers / "nobody").chmod(0o600)

    said = earlier.refused("adopt-edition", "--edition", str(edition), "--as", person)

    assert said == (1, sentence)


def test_nobody_goes_back_to_an_earlier_edition(desk: Desk) -> None:
    assert desk.refused("adopt-edition", "--edition", "1", "--as", "administrator") == (
        1,
        f"Edition {latest()} of the procedure is in force, and this software knows no later one.",
    )


def test_nothing_below_a_home_is_open_to_other_accounts(played: Desk) -> None:
    by_the_tests = {played.home.root / "told", *(played.home.register / "objects" / "pack").iterdir()}
    below = [path for path in played.home.root.rglob("*") if not path.is_symlink()]
    left_open = {path for path in below if path.stat().st_mode & 0o077} - by_the_tests

    assert len(below) > 50
    assert left_open == set()
    assert played.home.root.stat().st_mode & 0o077 == 0

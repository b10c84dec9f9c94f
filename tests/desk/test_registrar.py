"""Officers and workers act through a registrar, with no service key and no register of their own."""

from __future__ import annotations

import json
import shutil
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from desk_builders import CASE, Desk, a_submission, an_officer, another_case, everything, passes_audit
from registrars import Certifier, elsewhere, running, straight

from flows.casework import drafts, publishing, sealed
from flows.casework.acts import Officer, Wish, act, propose
from flows.casework.asking import ask, untold
from flows.catalogue.file import Catalogue
from flows.catalogue.remote import LISTS
from flows.desk.registrar.answers import ANSWERS, MOST_BYTES, _check_may_append
from flows.desk.registrar.application import Application, Offices
from flows.desk.registrar.peers import Part, Peer, read_peers
from flows.desk.registrar.serving import serve
from flows.domain.act import Act
from flows.domain.acts import APPROVE, CHANGE_SERVICE_KEY, DRAFT, OPEN, SUBMIT
from flows.domain.attested import Attested
from flows.domain.documents import SEALED_REQUEST, TEST
from flows.domain.errors import (
    MalformedError,
    NotEntitledError,
    PitError,
    RefusedError,
    RegisterError,
    TamperedError,
)
from flows.domain.policy import SERVICE
from flows.domain.procedure import Role, Stage
from flows.home import REGISTRAR_VARIABLE, Home, find_home, home_environment
from flows.register import signature
from flows.register.stop import stop
from flows.registrar import refusal
from flows.registrar.address import Address
from flows.registrar.connection import Connection, _OverSocket

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.casework.office import Office

PEERS = """
[certificates]
"worker-1" = "worker"
"laptop of a lawyer" = "officer:legal-reviewer"
"laptop of an officer" = "officer:foi-officer"
"""
OTHER = "FOI-2022-0007"
ANOTHER = "another object than was asked for"
CERTIFIED = {"worker-1.pem", "worker-1.key"}


def keys_of(desk: Desk, far: Path, person: str) -> Officer:
    """Take a person's own key to another machine, and away from here."""
    far.mkdir(parents=True, exist_ok=True)
    for name in (person, f"{person}.pub"):
        shutil.move(desk.home.officers / name, far / name)
    return Officer(id=person, signer=signature.load(far / person))


@pytest.mark.exhaustive
def test_officers_and_workers_take_a_case_to_publication_over_tls_and_no_further_than_they_may(
    desk: Desk, tmp_path: Path
) -> None:
    desk.home.peers.write_text(PEERS)
    another_case(desk.home, OTHER, "2022-11-08")
    people = {
        person: keys_of(desk, tmp_path / "keys", person) for person in ("foi-officer", "legal-reviewer")
    }
    owner = keys_of(desk, tmp_path / "keys", "sign-off-officer")
    certifier = Certifier(tmp_path)
    with running(desk.home, certifier) as registrar:
        names = {
            "worker": "worker-1",
            "foi-officer": "laptop of an officer",
            "legal-reviewer": "laptop of a lawyer",
        }
        offices = {
            who: elsewhere(tmp_path / who, certifier.address(registrar.over_tls, name))
            for who, name in names.items()
        }
        worker, writer, lawyer = offices["worker"], offices["foi-officer"], offices["legal-reviewer"]

        # A worker does what the machine does, and its signature is made by the registrar.
        assert worker.catalogue.ready(Stage.RECEIVED) == [(OTHER, TEST.name)]
        assert drafts.write_first_draft(worker, OTHER).what == "first draft written from a skeleton"
        with pytest.raises(NotEntitledError, match="worker may not submit: that needs a signature"):
            act_of_nobody(worker)
        with pytest.raises(NotEntitledError, match="worker may not"):
            worker.sealing.unseal(*sealed_of(worker))

        # Officers sign where they are; the checks learn of the applicant only whether they are named.
        submission = Wish(kind=SUBMIT, reference=CASE, document=TEST.name, version=1)
        assert act(writer, people["foi-officer"], submission).recorded.new
        assert not act(writer, people["foi-officer"], submission).recorded.new
        assert untold(worker, Stage.LEGAL_REVIEW) == [(CASE, TEST.name)]
        assert ask(worker, CASE, Stage.LEGAL_REVIEW).what.startswith("overdue: ")
        assert untold(worker, Stage.LEGAL_REVIEW) == []
        with pytest.raises(RefusedError, match="may not approve"):
            act(writer, people["foi-officer"], approval(Stage.LEGAL_REVIEW))
        act(lawyer, people["legal-reviewer"], approval(Stage.LEGAL_REVIEW))
        act(lawyer, owner, approval(Stage.BALANCING))

        # What is sealed is opened for whom it is on record.
        with pytest.raises(NotEntitledError, match="legal-reviewer may not"):
            lawyer.sealing.unseal(*sealed_of(lawyer))
        opened = sealed.open_sealed(lawyer, people["legal-reviewer"], CASE, "To advise.")
        assert b"applicant:" in opened.content
        assert lawyer.sealing.unseal(*sealed_of(lawyer)) == opened.content

        assert publishing.publish(worker, CASE).what == "version 1 published"
        assert publishing.copies_missing(worker) == []

        stranger = Connection(certifier.address(registrar.over_tls, "stranger"))
        with pytest.raises(NotEntitledError, match=r"not named in registrar\.toml"):
            stranger.ask("stands", dict)
        another = Connection(
            Certifier(tmp_path / "worker").address(registrar.over_tls, "worker-1"), patience=0
        )
        with pytest.raises(RegisterError, match="is not certified"):
            another.ask("stands", dict)
        for connection in (stranger, another):
            connection.close()
        for office in offices.values():
            office.close()
        assert registrar.end() == 0

    assert (desk.home.published / "1146A-22.pdf").read_bytes().startswith(b"%PDF")
    assert passes_audit(desk.home)
    # Nothing of a case lies where the worker ran but what the checks found, for which it is no register.
    assert not [
        path for path in (tmp_path / "worker").rglob("*") if path.suffix in {".sqlite", ".git", ".age"}
    ]


def approval(gate: Stage) -> Wish:
    return Wish(kind=APPROVE, reference=CASE, document=TEST.name, version=1, gate=gate)


def sealed_of(office: Office) -> tuple[str, bytes]:
    dossier = office.register.dossier(CASE)
    return dossier.case.recipient, dossier.read(SEALED_REQUEST)


def act_of_nobody(office: Office) -> None:
    """Ask for a person's act without their signature."""
    proposal = propose(office, "foi-officer", Wish(kind=SUBMIT, reference=CASE, document=TEST.name))
    office.register.append(proposal, "", now=0)


@pytest.mark.exhaustive
def test_commands_on_the_same_machine_act_through_its_socket(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = Desk(Home(tmp_path / "far"))
    keys_of(desk, far.home.officers, "foi-officer")
    before = desk.home.register.stat(), everything(desk.home)
    with running(desk.home) as registrar:
        monkeypatch.setenv(REGISTRAR_VARIABLE, registrar.socket.text)

        assert CASE in far.done("queue")
        far.submit()
        assert far.stage() == "legal-review"
        assert "submitted version 1" in far.done("history", CASE)
        assert far.refused("submit", CASE, "--version", "7", "--as", "foi-officer")[0] == 1
        assert far("show", "FOI-1999-1").stderr.startswith("There is no case FOI-1999-1 in the register")
        assert asked_plainly(registrar.socket, "health") == {"alive": True, "entries": 9, "stopped": ""}
        with pytest.raises(RefusedError, match="writes the register of"):
            serve(desk.home, tmp_path / "second.sock", None, say=print)

        assert "The register passes its audit" in far.done("audit")
        assert far.done("checkpoint") == (desk.home.checkpoints / "000000009.txt").read_text()
        stop(desk.home.register, "Nothing is recorded: somebody looks into it.")
        assert (
            "somebody looks into it"
            in far("assign", CASE, "--person", "foi-officer", "--as", "foi-officer").stderr
        )
        assert asked_plainly(registrar.socket, "health")["stopped"].startswith("Nothing is recorded")

    assert everything(desk.home) != before[1]
    assert passes_audit(desk.home)
    monkeypatch.setattr("flows.registrar.connection._PATIENCE", 0)
    assert far("queue").exit_code == 3


def asked_plainly(address: Address, name: str) -> Any:
    """Ask as a monitor does, with no part in it."""
    with closing(_OverSocket(address.socket or Path())) as connection:
        connection.request("GET", f"/{name}")
        return json.loads(connection.getresponse().read())


def test_what_a_registrar_sends_is_not_believed(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever holds the registrar can refuse to answer, and cannot show what is not there."""
    with straight(desk.home, monkeypatch) as address, elsewhere(tmp_path / "far", address) as office:
        older = office.register.raw(office.register.tip().id)

        def lying(about: str, lie: Callable[[Any], Any]) -> None:
            def ask(self: Connection, what: str, gives: Any, /, **given: Any) -> Any:
                found = said(self, what, gives, **given)
                return lie(found) if what == about else found

            monkeypatch.setattr(Connection, "ask", ask)

        said = Connection.ask
        for altered, words in (
            (
                lambda found: [(kind, data + b" ") for kind, data in found],
                ANOTHER,
            ),
            (lambda _: [], "is missing from the register"),
            (lambda found: [("blob", data) for _, data in found], ANOTHER),
        ):
            lying("objects", altered)
            with elsewhere(tmp_path / "far", address) as anew, pytest.raises(PitError, match=words):
                anew.register.tip()
        for lie in (
            lambda _: (older, True),
            lambda found: (found[0].replace(b"submit", b"return"), found[1]),
            lambda found: (found[0].replace(b"U1NIU0lH", b"U1NIU0lI"), found[1]),
        ):
            lying("append", lie)
            with pytest.raises(TamperedError, match="The registrar's entry"):
                act(office, an_officer(desk.home, "foi-officer"), a_submission())


NOT_ASKED: dict[str, tuple[str, bytes]] = {
    "something that is not in the table": ("shell", b"{}"),
    "an argument too many": ("filed", b'{"reference": "1146A/22", "more": 1}'),
    "an argument of another type": ("objects", b'{"ids": "1146A/22"}'),
    "no JSON": ("filed", b"\xff"),
    "a number as text, where it would stand in SQL": (
        "list/some-kept",
        b'{"most": "1; drop table documents", "skip": 0}',
    ),
    "a list that is none": ("list/catch-up", b"{}"),
    "a path that leads out of the notices": (
        "tell",
        b'{"name": "../keys/x", "once": "", "people": [], "text": "x"}',
    ),
    "a statement that is none": ("append", b'{"statement": "e30=", "changes": {}, "signature": ""}'),
}


def test_what_is_not_in_the_table_is_refused_in_a_sentence_without_what_was_sent(desk: Desk) -> None:
    offices = Offices(desk.home)
    application = Application(offices)
    before = everything(desk.home)
    try:
        for name, body in NOT_ASKED.values():
            status, answer = application._answered(name, Peer(part=Part.OWN), body)
            assert status == 409
            error = refusal.read(json.loads(answer))
            assert isinstance(error, MalformedError | NotEntitledError), name
            assert "drop table" not in str(error)
        for name, row in ANSWERS.items():
            for peer in (None, *(Peer(part=part) for part in Part if part not in row.parts)):
                status, answer = application._answered(name, peer, b"{}")
                assert status == 409
                assert isinstance(refusal.read(json.loads(answer)), NotEntitledError)
    finally:
        offices.close()
    assert everything(desk.home) == before


def test_who_may_ask_what_is_this_table() -> None:
    everybody = {"own", "worker", "desk", "officer"}
    lists = {f"list/{name.replace('_', '-')}": everybody for name in LISTS}
    opening, workers, desks = everybody - {"worker"}, {"own", "worker"}, {"own", "desk"}

    assert {name: {*map(str, answer.parts)} for name, answer in ANSWERS.items()} == {
        **lists,
        **dict.fromkeys(
            ("stands", "filed", "objects", "records", "pack", "append", "named-as-recorded"), everybody
        ),
        "told-to": everybody,
        "waiting-mail": everybody,
        **dict.fromkeys(("named-in", "opens", "unseal", "asked-by", "checkpoint", "kept-beside"), opening),
        **dict.fromkeys(("proof-of", "proof-since", "sealed-message", "lift-decided"), opening),
        **dict.fromkeys(("put-message-by", "take-for-own-words"), opening),
        **dict.fromkeys(("letter-to-send", "send-letter", "letter-did-not-go"), opening),
        **dict.fromkeys(("bundle", "branches", "fetched", "handed-out"), desks),
        **dict.fromkeys(("arrivals", "read-set-aside", "take-in-again", "delete-set-aside"), desks),
        **dict.fromkeys(("add-to-case", "listed-mail", "mail-in-case", "letter-shown"), desks),
        "hand-over": everybody | {"gateway"},
        **dict.fromkeys(("receive-message", "told-of-mail"), workers | {"gateway"}),
        **dict.fromkeys(("items", "look-at-item", "open-item", "set-item-aside", "told-of-items"), workers),
        **dict.fromkeys(
            ("told-before", "tell", "signed-as", "stated", "put-by", "lay-out", "copies-missing"), workers
        ),
    }


def test_whatever_brings_files_may_be_as_large_as_files_are() -> None:
    brings = {
        name
        for name, answer in ANSWERS.items()
        if any("bytes" in str(field.annotation) for field in answer.form.model_fields.values())
    }

    assert {"append", "send-letter", "receive-message", "unseal"} <= brings
    assert [name for name in sorted(brings) if ANSWERS[name].most < MOST_BYTES] == []


def test_every_list_of_the_catalogue_can_be_asked_for_from_elsewhere() -> None:
    ours = {"close", "catch_up", "distrust", "filed", "done_by", "open_as_it_is"}
    public = {name for name in vars(Catalogue) if not name.startswith("_")}

    assert public - ours == LISTS.keys()


BY_SERVICE = {"actor": SERVICE, "role": Role.SERVICE}
AT = datetime(2026, 11, 26, tzinfo=UTC)
MAY_APPEND: dict[str, tuple[str, dict[str, Any], set[str]]] = {
    "a person's act that is signed": ("signed", {}, {"own", "worker", "desk", "officer"}),
    "a person's act without a signature": ("", {}, {"own"}),
    "a draft of the machine": ("", {"kind": DRAFT, **BY_SERVICE}, {"own", "worker"}),
    "an opening by the machine": ("", {"kind": OPEN, **BY_SERVICE}, {"own"}),
    "an act that a sign-in attests": (
        "",
        {"attested": Attested(issuer="https://login.example.gov.uk", account="x", at=AT)},
        {"own", "desk"},
    ),
    "another key of the service": ("signed", {"kind": CHANGE_SERVICE_KEY}, set()),
}


@pytest.mark.parametrize("what", MAY_APPEND)
def test_who_may_have_an_act_recorded_is_told_before_it_is_judged(what: str) -> None:
    signed, changes, allowed = MAY_APPEND[what]
    act = Act(kind=SUBMIT, case=CASE, actor="foi-officer", role=Role.FOI_OFFICER, time=AT, policy=1)
    may = set()
    for part in ANSWERS["append"].parts:
        with suppress(NotEntitledError, RefusedError):
            _check_may_append(Peer(part=part), replace(act, **changes), signed=bool(signed))
            may.add(str(part))

    assert may == allowed


UNFIT_PEERS = {
    "x = 1": r"^registrar\.toml: x: there is no such table",
    "[accounts]\nx = 'root'": r"^registrar\.toml: accounts\.x: write \"worker\"",
    "[certificates]\nx = 'officer:Not An Id'": r"^registrar\.toml: certificates\.x: an id has up to 40",
    "[accounts]\nx = []": r"accounts\.x: write",
    "accounts = 'worker'": r"accounts: a table is needed: \[accounts\]",
    "[accounts": r"^registrar\.toml: it is not TOML \(line 1\)",
    f"accounts = {9_000 * '['}": "TOML",
}


@pytest.mark.parametrize("text", UNFIT_PEERS)
def test_a_file_of_who_may_ask_that_is_out_of_form_is_refused(text: str, tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.peers.write_text(text)

    with pytest.raises(MalformedError, match=UNFIT_PEERS[text]):
        read_peers(home)


def test_a_file_of_certificates_that_will_not_do_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("none\n")
    files = {name: tmp_path / f"{name}.pem" for name in ("certificate", "key")}
    address = Address(text="https://127.0.0.1:1", authority=tmp_path / "ca.pem", **files)

    for path, wrong in ((files["certificate"], "No such file"), (files["key"], "No such file")):
        with pytest.raises(RegisterError, match=f"the file {path} cannot be used: {wrong}"):
            Connection(address).ask("health", dict)
        path.touch()
    with pytest.raises(RegisterError, match=f"the file {tmp_path}/ca.pem cannot be used: not in PEM"):
        Connection(address).ask("health", dict)


def test_the_files_of_a_registrar_are_named_whole_wherever_a_flow_then_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(REGISTRAR_VARIABLE, "https://127.0.0.1:1")
    for name in ("CA", "CERT", "KEY"):
        monkeypatch.setenv(f"{REGISTRAR_VARIABLE}_{name}", f"{name}.pem")

    said = home_environment(find_home(Path("home")))

    assert said == {
        "EQUIPOISE_HOME": f"{tmp_path}/home",
        **{f"{REGISTRAR_VARIABLE}_{name}": f"{tmp_path}/{name}.pem" for name in ("CA", "CERT", "KEY")},
    }


@pytest.mark.parametrize(
    "text", ["unix:run/x", "http://example.org:1", "https://example.org", "https://example.org:1", "x"]
)
def test_an_address_that_cannot_be_asked_is_refused(text: str) -> None:
    with pytest.raises(MalformedError, match=REGISTRAR_VARIABLE):
        Address(text=text).check(REGISTRAR_VARIABLE)

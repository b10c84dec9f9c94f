"""What officers, auditors and a desk do where the home is not: the registrar is asked, and judges who may."""

from __future__ import annotations

import json
import os
import re
import shutil
from base64 import b64decode
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from desk_builders import CASE, EXAMPLE, Desk, open_case, passes_audit
from registrars import Certifier, elsewhere, running, straight

from flows import home as flows_home
from flows.casework import arrivals, auditing, checkpoints, copies_elsewhere, correspondence, oversight
from flows.casework.copies_elsewhere import Way
from flows.casework.office import open_office
from flows.desk.registrar.application import Application, Offices
from flows.desk.registrar.peers import Part, Peer
from flows.domain.acts import RESUME
from flows.domain.english import in_full
from flows.domain.errors import NotEntitledError, RefusedError, TamperedError
from flows.domain.local_day import local_day
from flows.home import REGISTRAR_VARIABLE, Home
from flows.register.statement import POLICY
from flows.registrar import refusal
from flows.registrar.connection import Connection
from flows.sources import aside

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flows.registrar.address import Address

PEERS = """
[certificates]
"officer" = "officer:foi-officer"
"auditor" = "officer:auditor"
"""
LOOK = ("find", "--applicant", "Sample Applicant", "--reason", "They rang.", "--as", "foi-officer")


def far_away(desk: Desk, root: Path, *people: str) -> Desk:
    """Take people's own keys to another machine."""
    far = Desk(Home(root))
    far.home.officers.mkdir(parents=True)
    for person in people:
        for name in (person, f"{person}.pub"):
            shutil.move(desk.home.officers / name, far.home.officers / name)
    return far


def set_registrar(patched: pytest.MonkeyPatch, address: Address) -> None:
    patched.setenv(REGISTRAR_VARIABLE, address.text)
    for name, file in (("CA", address.authority), ("CERT", address.certificate), ("KEY", address.key)):
        patched.setenv(f"{REGISTRAR_VARIABLE}_{name}", str(file or ""))


def notes(desk: Desk) -> list[dict[str, Any]]:
    return [json.loads(line) for line in desk.home.lookups.read_text().splitlines()]


@pytest.mark.exhaustive
def test_an_officer_looks_for_an_applicant_and_an_auditor_audits_from_their_own_machines_over_tls(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.home.peers.write_text(PEERS)
    text = (EXAMPLE / "request.yaml").read_text()
    with open_office(desk.home) as office:
        for case in ("R/2", "R/3"):
            open_case(office, text.replace(CASE, case).replace("Please answer", f"{case}: answer").encode())
    desk.done("step-aside", "R/2", "--reason", "I know them.", "--as", "foi-officer")
    far, certifier = far_away(desk, tmp_path / "far", "foi-officer"), Certifier(tmp_path)
    with running(desk.home, certifier) as registrar, monkeypatch.context() as patched:
        officer = certifier.address(registrar.over_tls, "officer")
        set_registrar(patched, officer)
        found = far.told(*LOOK)
        assert ([each["reference"] for each in found["cases"]], found["kept_back"]) == (["R/3", CASE], 1)
        assert [(each["person"], each["reason"], sorted(each["cases"])) for each in notes(desk)] == [
            ("foi-officer", "They rang.", [CASE, "R/3"])
        ]
        with closing(Connection(officer)) as asking:
            for person in ("legal-reviewer", "administrator"):
                with pytest.raises(NotEntitledError, match="that they ask in their own name"):
                    asking.ask(
                        "asked-by", object, person=person, words="Sample Applicant", reason="They rang."
                    )
        assert len(notes(desk)) == 1

        set_registrar(patched, certifier.address(registrar.over_tls, "auditor"))
        kept = tmp_path / "checkpoint.txt"
        far.done("checkpoint", "--out", kept)
        told = far.told("audit", "--checkpoint", kept, "--remember", tmp_path / "remembered")
        with open_office(desk.home, reading=True) as office:
            assert told["entries"] == told["compared_to"] == office.register.tip().entry.sequence
        assert [*far.home.state.iterdir()] == []
    for case in (CASE, "R/3"):
        acts = [each["act"] for each in desk.told("history", case)["entries"]]
        assert acts[-1] == "read-request"
    assert "read-request" not in [each["act"] for each in desk.told("history", "R/2")["entries"]]
    (taken,) = [each for each in copies_elsewhere.known(desk.home) if each.way is Way.TAKEN]
    assert taken.place == "auditor"
    assert passes_audit(desk.home)


def test_an_audit_from_elsewhere_finds_what_the_registrar_leaves_out_or_alters(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far, said = Desk(Home(tmp_path / "far")), Connection.ask
    checkpoint = tmp_path / "checkpoint.txt"
    desk.done("checkpoint", "--out", checkpoint)
    monkeypatch.setattr("flows.register.handing_out._ENTRIES", 2)  # several packs
    packs: list[int] = []
    lies: list[Callable[[bytes], bytes | None]] = [lambda packed: packed]
    with straight(desk.home, monkeypatch) as address:
        monkeypatch.setenv(REGISTRAR_VARIABLE, address.text)

        def ask(self: Connection, what: str, gives: Any, /, **given: Any) -> Any:
            found = said(self, what, gives, **given)
            if what != "pack":
                return found
            packs.append(len(found[0]))
            altered = lies[-1](found[0])
            return (found[0], found[1], False) if altered is None else (altered, *found[1:])

        monkeypatch.setattr(Connection, "ask", ask)
        assert far.told("audit", "--checkpoint", checkpoint)["passes"]
        assert len(packs) > 3
        lies.append(lambda _: None)  # all that comes after is left out
        cut = far("audit", "--checkpoint", checkpoint)
        assert cut.exit_code == 4
        assert "E_ROLLBACK" in cut.stdout
        lies.append(lambda packed: packed[:-30] + bytes(30))
        assert far("audit").stderr.startswith("git cannot read what the register was handed out as")
    assert [*far.home.state.iterdir()] == []


def test_two_administrators_erase_a_case_from_their_own_machines(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = ("--as", "administrator"), ("--as", "second.administrator")
    desk.done("close", CASE, "--ground", "withdrawn", "--as", "foi-officer")
    later = flows_home.now() + timedelta(days=40)
    monkeypatch.setattr(flows_home, "now", lambda: later)
    desk.done("officer", "add", "second.administrator", "--role", "administrator", *first)
    desk.done("retention", "set", "1", *first)
    one = far_away(desk, tmp_path / "one", "administrator")
    other = far_away(desk, tmp_path / "other", "second.administrator")
    with open_office(desk.home) as office:
        key = desk.home.case_keys / f"{office.register.dossier(CASE).case.recipient}.age"
    assert key.exists()
    with straight(desk.home, monkeypatch) as address, monkeypatch.context() as patched:
        patched.setenv(REGISTRAR_VARIABLE, address.text)
        one.done("erase", CASE, "--ground", "Schedule 4.2, requests answered", *first)
        assert one.refused("confirm-erasure", CASE, *first)[0] == 1
        assert "What was sealed in it is erased" in other.done("confirm-erasure", CASE, *second)
        assert not key.exists()
    assert passes_audit(desk.home)


def test_a_desk_elsewhere_looks_after_the_inbox_and_notes_what_it_hands_out(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = (EXAMPLE / "request.yaml").read_bytes()
    for name in ("one", "two"):
        item = desk.home.inbox / name
        item.mkdir()
        (item / "request.yaml").write_bytes(request)
        aside.set_aside(item, desk.home.set_aside, ["request.yaml, x: it is not known"])
    with straight(desk.home, monkeypatch) as address, elsewhere(tmp_path / "far", address) as office:
        with open_office(desk.home) as here:
            assert arrivals.arrivals(office) == arrivals.arrivals(here)
        one, two = (each.tag for each in arrivals.arrivals(office).aside)
        with pytest.raises(NotEntitledError, match="may not look after the inbox"):
            arrivals.read(office, "legal-reviewer", one, "To see.")
        with pytest.raises(RefusedError, match="Read it first"):
            arrivals.delete(office, "foi-officer", one, "It is none.")
        assert request.decode() in arrivals.read(office, "foi-officer", one, "To see.")
        arrivals.delete(office, "foi-officer", one, "It is none.")
        arrivals.take_in_again(office, "foi-officer", two)
        day = in_full(local_day(flows_home.now()))
        for tag, done in ((one, "deleted"), (two, "taken in again")):
            said = f"This item was {done} by foi-officer on {day}."
            with pytest.raises(RefusedError, match=f"^{re.escape(said)}$"):
                arrivals.delete(office, "foi-officer", tag, "It is none.")
            with pytest.raises(RefusedError, match=f"^{re.escape(said)}$"):
                arrivals.take_in_again(office, "foi-officer", tag)
        with pytest.raises(RefusedError, match="not there any more"):
            arrivals.take_in_again(office, "foi-officer", "0" * 12)
        arrivals.put_in(office, "foi-officer", [("new.yaml", request), ("plan.txt", b"A plan.")])
        with pytest.raises(NotEntitledError):
            arrivals.put_in(office, "legal-reviewer", [("new.yaml", request)])
        seen = arrivals.arrivals(office)
        assert (len(seen.waiting), seen.aside) == (2, ())
        note = checkpoints.take(office, "auditor")
        assert note == (desk.home.checkpoints / "000000008.txt").read_text()
        copies_elsewhere.note(office, Way.WHOLE, "auditor", 8)
        kept = oversight.kept_beside(office)
        assert (kept.checkpoint, [each.way for each in kept.handed_out]) == (8, [Way.WHOLE, Way.TAKEN])
    assert [each["person"] for each in notes(desk)] == ["foi-officer"] * 3


def test_what_comes_again_under_a_name_that_was_dealt_with_has_to_be_read_anew(desk: Desk) -> None:
    with open_office(desk.home) as office:
        for _ in range(2):
            item = desk.home.inbox / "one"
            item.mkdir()
            (item / "request.yaml").write_text("a: b")
            aside.set_aside(item, desk.home.set_aside, ["request.yaml, x: it is not known"])
            (one,) = (each.tag for each in arrivals.arrivals(office).aside)
            with pytest.raises(RefusedError, match="Read it first"):
                arrivals.delete(office, "foi-officer", one, "It is none.")
            arrivals.read(office, "foi-officer", one, "To see.")
            arrivals.delete(office, "foi-officer", one, "It is none.")
    assert [each.get("done", "read") for each in notes(desk)] == ["read", "deleted"] * 2


def test_a_desk_is_told_of_one_case_at_a_time_until_its_person_opened_them(desk: Desk) -> None:
    text = (EXAMPLE / "request.yaml").read_text()
    with open_office(desk.home) as office:
        open_case(office, text.replace(CASE, "R/2").replace("Please answer", "R/2: answer").encode())
    offices = Offices(desk.home)
    application = Application(offices)
    body = {"person": "foi-officer", "words": "Sample Applicant", "reason": "They rang."}

    def told(part: Part, person: str = "") -> list[str]:
        status, answer = application._answered(
            "asked-by", Peer(part=part, person=person), json.dumps(body).encode()
        )
        if status != 200:
            raise refusal.read(json.loads(answer))
        return list(json.loads(answer)["references"])

    try:
        assert len(told(Part.OFFICER, "foi-officer")) == 2
        (first,) = told(Part.DESK)
        desk.done("request", first, "--reason", "To answer.", "--as", "foi-officer")
        assert len(told(Part.DESK)) == 2
        for part, person in ((Part.WORKER, ""), (Part.GATEWAY, ""), (Part.OFFICER, "legal-reviewer")):
            with pytest.raises(NotEntitledError):
                told(part, person)
    finally:
        offices.close()


def test_proofs_are_taken_along_from_elsewhere_as_they_are_made_at_home(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far, calls = Desk(Home(tmp_path / "far")), (("--prove", "2"), ("--since", "1"))
    with straight(desk.home, monkeypatch) as address, monkeypatch.context() as patched:
        patched.setenv(REGISTRAR_VARIABLE, address.text)
        proofs = [far.told("checkpoint", *call)["text"] for call in calls]
        assert "There is no entry 99" in far.refused("checkpoint", "--prove", "99")[1]
        assert "no checkpoint of 99" in far.refused("checkpoint", "--since", "99")[1]
    assert [each.way for each in copies_elsewhere.known(desk.home)] == [Way.TAKEN]
    assert proofs == [desk.told("checkpoint", *call)["text"] for call in calls]
    assert [*far.home.state.iterdir()] == []


def test_an_administrator_lets_a_register_be_written_again_from_their_own_machine(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(desk.home.root, tmp_path / "went-on", symlinks=True)
    went_on = Desk(Home(tmp_path / "went-on"))
    went_on.submit()
    desk.home.checkpoints.mkdir()
    went_on.done("checkpoint", "--out", desk.home.checkpoints / "000000009.txt")
    with open_office(desk.home) as office, pytest.raises(TamperedError):
        auditing.audit_register(office)
    far = far_away(desk, tmp_path / "far", "administrator", "foi-officer")
    resume = ("resume", "--reason", "The disk was replaced.")
    with straight(desk.home, monkeypatch) as address, monkeypatch.context() as patched:
        patched.setenv(REGISTRAR_VARIABLE, address.text)
        submit = ("submit", CASE, "--version", "1", "--as", "foi-officer")
        assert "E_ROLLBACK" in far.refused(*submit)[1]
        assert far.refused(*resume, "--as", "foi-officer")[0] == 1
        stop = desk.home.root / "writing-stopped.txt"
        why = stop.read_text()
        far.done(*resume, "--as", "administrator")
        stop.write_text(why)  # as where the registrar was killed before it lifted the stop
        earlier = flows_home.now().timestamp() - 60
        os.utime(stop, (earlier, earlier))
        far.done(*resume, "--as", "administrator")
        assert "Writing was not stopped" in far.refused(*resume, "--as", "administrator")[1]
        far.done(*submit)
    assert not (desk.home.root / "writing-stopped.txt").exists()
    with open_office(desk.home, reading=True) as office:
        (said,) = [each.act for each in office.register.dossier(POLICY).statements if each.act.kind == RESUME]
    assert said.details["findings"].startswith("E_ROLLBACK ")
    assert passes_audit(desk.home)


def test_where_two_administrators_are_needed_nothing_waits_on_the_machine_of_one(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ("--as", "administrator")
    for name in ("second", "third"):
        desk.done("officer", "add", f"{name}.administrator", "--role", "administrator", *first)
    desk.done("policy", "administrators", "2", *first)
    far = far_away(desk, tmp_path / "far", "administrator")
    with straight(desk.home, monkeypatch) as address, monkeypatch.context() as patched:
        patched.setenv(REGISTRAR_VARIABLE, address.text)
        sentence = far.refused("retention", "set", "12", *first)[1]
    assert sentence.endswith("waits where the registrar is; do this there.")
    assert not far.home.consents.exists()


@pytest.fixture
def answered(desk: Desk) -> str:
    """The tag of a message that waits in the case."""
    raw = (
        b"From: Sample Applicant <a@example.org>\r\nSubject: The beats\r\n\r\nI mean the northern beats.\r\n"
    )
    with open_office(desk.home) as office:
        correspondence.keep(office, office.register.dossier(CASE).case, "0123456789abcdef", raw)
    return "0123456789abcdef"


def test_a_message_is_read_and_put_by_from_an_officers_machine(
    desk: Desk, answered: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = far_away(desk, tmp_path / "far", "foi-officer", "legal-reviewer")
    read, done = ("mail", "read", answered), ("mail", "done", answered)
    with straight(desk.home, monkeypatch) as address, monkeypatch.context() as patched:
        patched.setenv(REGISTRAR_VARIABLE, address.text)
        (waits,) = far.told("mail", "waiting", CASE)["messages"]
        assert (waits["tag"], waits["reference"]) == (answered, CASE)
        assert far.told("show", CASE)["messages"] == [answered]
        assert far.refused(*read, "--as", "foi-officer")[0] == 1  # no reason
        found = far.told(*read, "--reason", "To see what is meant.", "--as", "foi-officer")
        assert found["text"].strip() == "I mean the northern beats."
        assert "may not look after the mail" in far.refused(*done, "--as", "legal-reviewer")[1]
        far.done(*done, "--as", "foi-officer")
        assert far.told("mail", "waiting")["messages"] == []
        assert "No message" in far.refused(*read, "--as", "foi-officer")[1]
    assert [each["act"] for each in desk.told("history", CASE)["entries"]][-1] == "read-request"
    assert [(each["person"], each["message"]) for each in notes(desk)] == [("foi-officer", answered)]
    assert not far.home.lookups.exists()
    assert b"northern" not in b"".join(
        path.read_bytes() for path in far.home.root.rglob("*") if path.is_file()
    )


def test_what_is_in_a_message_a_registrar_tells_those_alone_who_may_read_it(
    desk: Desk, answered: str
) -> None:
    offices = Offices(desk.home)
    application = Application(offices)

    def asked(part: Part, who: str, name: str, **given: str) -> Any:
        peer = Peer(part=part, person=who)
        status, answer = application._answered(name, peer, json.dumps(given).encode())
        if status != 200:
            raise refusal.read(json.loads(answer))
        return json.loads(answer)

    def opened(part: Part, person: str) -> Any:
        return asked(part, person, "unseal", recipient=recipient, sealed=sealed)

    try:
        with open_office(desk.home) as office:
            recipient = office.register.dossier(CASE).case.recipient
        sealed = asked(Part.OFFICER, "foi-officer", "sealed-message", tag=answered)
        for part in (Part.WORKER, Part.GATEWAY):
            with pytest.raises(NotEntitledError):
                asked(part, "", "sealed-message", tag=answered)
        for part, person in ((Part.OFFICER, "foi-officer"), (Part.DESK, "")):
            with pytest.raises(NotEntitledError, match="their own act"):
                opened(part, person)
        desk.done("request", CASE, "--reason", "To answer.", "--as", "foi-officer")
        assert b"northern" in b64decode(opened(Part.OFFICER, "foi-officer"))
        with pytest.raises(NotEntitledError, match="their own act"):
            opened(Part.OFFICER, "legal-reviewer")
        own = {"tag": answered, "person": "foi-officer"}
        for name, more in (("put-message-by", {}), ("take-for-own-words", {"reason": "It is signed."})):
            with pytest.raises(NotEntitledError, match="in their own name"):
                asked(Part.OFFICER, "legal-reviewer", name, **own, **more)
        assert asked(Part.DESK, "", "take-for-own-words", **own, reason="It is signed.")
        assert asked(Part.OFFICER, "foi-officer", "put-message-by", **own)["tag"] == answered
    finally:
        offices.close()


AT = "unix:/run/equipoise/registrar.sock"
HOME_ALONE = (
    ("checkpoint", "--add", "README.md"),
    ("checkpoint", "--stamp", "/nowhere.tsr"),
    ("doctor",),
    ("backup", "/nowhere"),
    ("restore", "/nowhere"),
    ("init", "--authority", "X", "--administrator", "x", "--body", "other"),
    ("health",),
    ("registrar",),
    ("sign",),
    *(("vault", name) for name in ("status", "agent", "file", "rotate")),
)


@pytest.mark.parametrize("call", HOME_ALONE, ids=" ".join)
def test_what_is_done_to_the_home_itself_says_where_in_one_sentence(
    call: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(REGISTRAR_VARIABLE, AT)

    said = Desk(Home(tmp_path / "far"))(*call)

    sentence = (
        f"This works on the home itself, which is where the registrar at {AT} is; call it there, without "
        f"{REGISTRAR_VARIABLE}.\n"
    )
    assert (said.exit_code, said.stderr) == (3, sentence)
    assert not [path for path in (tmp_path / "far").rglob("*") if path.is_file()]

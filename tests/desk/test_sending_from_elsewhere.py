"""Letters that are sent from a machine without the home: the registrar sends them, and nothing else."""

from __future__ import annotations

import email
import email.policy
import shutil
from base64 import b64encode, urlsafe_b64decode
from typing import TYPE_CHECKING, Any

import pytest
from desk_builders import CASE, Desk, passes_audit
from mail_servers import delivered, needs_postfix, postfix
from registrars import Certifier, asking, running, straight

from flows.casework import acts
from flows.casework.acts import Sealed
from flows.casework.office import Office, open_office
from flows.desk.registrar.peers import Part, Peer
from flows.domain.acts import SENT
from flows.domain.errors import NotEntitledError, RefusedError, UnfitSignatureError
from flows.home import REGISTRAR_VARIABLE, Home
from flows.notices import relay
from flows.register import signature

if TYPE_CHECKING:
    from pathlib import Path

APPLICANT = "sample.applicant@example.org"
SEND = ("sent", CASE, "--send", "--reason", "The tests are slow.", "--as", "foi-officer")
OFFICER = Peer(part=Part.OFFICER, person="foi-officer")


@pytest.fixture
def ready(published: Home, tmp_path: Path) -> Desk:
    """The command line on a home with a published paper, whose mail goes nowhere."""
    shutil.copytree(published.root, tmp_path / "home")
    desk = Desk(Home(tmp_path / "home"))
    settle(desk, 'smtp = "localhost:1"')
    return desk


def settle(desk: Desk, send: str) -> None:
    ours = 'address = "foi@northshire.example"\nreply = "foi+{token}@northshire.example"\n'
    (desk.home.root / "mail.toml").write_text(f"{ours}[send]\n{send}\n")


@pytest.fixture
def far(ready: Desk, tmp_path: Path) -> Desk:
    """The command line on an officer's own machine, with the officer's own key."""
    there = Desk(Home(tmp_path / "far"))
    there.home.officers.mkdir(parents=True)
    for name in ("foi-officer", "foi-officer.pub"):
        shutil.copy(ready.home.officers / name, there.home.officers / name)
    return there


@pytest.fixture
def went(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What the relay took."""
    taken: list[bytes] = []
    monkeypatch.setattr(relay, "submit", lambda raw, **_: taken.append(raw))
    return taken


def being_sent(*desks: Desk) -> list[Path]:
    return [path for desk in desks for path in desk.home.being_sent.glob("*.age")]


@pytest.mark.exhaustive
@needs_postfix
def test_an_officer_sends_a_letter_from_their_own_machine_over_tls(
    ready: Desk, far: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ready.home.root / "registrar.toml").write_text('[certificates]\n"officer" = "officer:foi-officer"\n')
    certifier = Certifier(tmp_path)
    with (
        postfix(APPLICANT) as server,
        running(ready.home, certifier) as registrar,
        monkeypatch.context() as patched,
    ):
        settle(ready, f'smtp = "localhost:{server.port}"\ncertificates = "{server.certificates}"')
        address = certifier.address(registrar.over_tls, "officer")
        patched.setenv(REGISTRAR_VARIABLE, address.text)
        for name, file in (
            ("CA", address.authority),
            ("CERT", address.certificate),
            ("KEY", address.key),
        ):
            patched.setenv(f"{REGISTRAR_VARIABLE}_{name}", str(file))
        far.done(*SEND)
        (raw,) = delivered(server, "sample.applicant")
        far.done(*SEND)  # was done before
        assert len(delivered(server, "sample.applicant", 0)) == 1
    message = email.message_from_bytes(raw, policy=email.policy.default)
    (paper,) = message.iter_attachments()
    assert paper.get_content() == (ready.home.published / "1146A-22.pdf").read_bytes()
    assert (ready.stage(), being_sent(ready, far)) == ("sent", [])
    assert passes_audit(ready.home)
    there = b"".join(path.read_bytes() for path in far.home.root.rglob("*") if path.is_file())
    assert APPLICANT.encode() not in there


def test_a_letter_goes_once_from_elsewhere_and_no_address_with_what_comes_back(
    ready: Desk, far: Desk, went: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with straight(ready.home, monkeypatch) as address, monkeypatch.context() as patched:
        patched.setenv(REGISTRAR_VARIABLE, address.text)
        with monkeypatch.context() as cut:
            cut.setattr(acts, "append", dies)  # after the relay took it
            assert far(*SEND).exit_code
        assert (len(went), ready.stage(), len(being_sent(ready))) == (1, "published", 1)
        far.done(*SEND)
    assert (len(went), ready.stage(), being_sent(ready, far)) == (1, "sent", [])
    assert APPLICANT.encode() in went[0]
    there = b"".join(path.read_bytes() for path in far.home.root.rglob("*") if path.is_file())
    assert APPLICANT.encode() not in there


def test_where_nobody_knows_whether_it_went_the_officer_elsewhere_is_told_and_decides(
    ready: Desk, far: Desk, went: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(*_: object, **__: object) -> None:
        raise relay.UncertainError("The relay ended the talk.")

    with straight(ready.home, monkeypatch) as address, monkeypatch.context() as patched:
        patched.setenv(REGISTRAR_VARIABLE, address.text)
        with monkeypatch.context() as unsure:
            unsure.setattr(relay, "submit", ends)
            assert "ended the talk" in far.refused(*SEND)[1]
        assert "It may have been sent at" in far.refused(*SEND)[1]
        far.done(*("--send-again" if each == "--send" else each for each in SEND))
    assert (len(went), ready.stage()) == (1, "sent")


def signed(
    office: Office, letter: Any, sealed: bytes | None = None, signer: str = "foi-officer"
) -> dict[str, Any]:
    """Return the statement that a letter was sent, as a machine elsewhere brings it."""
    wish = acts.Wish(
        kind=SENT,
        reference=CASE,
        document="test",
        facts={"on": letter[0], "by": "email", "message": letter[1]},
        reason="Slow.",
        sealed=Sealed(sealed or urlsafe_b64decode(letter[2])),
    )
    proposal = acts.propose(office, "foi-officer", wish)
    key = signature.load(office.home.officers / signer)
    return {
        "statement": b64encode(proposal.statement.to_bytes()).decode(),
        "changes": {path: b64encode(data).decode() for path, data in proposal.changes.items()},
        "signature": proposal.signed_by(key),
    }


ASKED = {"person": "foi-officer", "reference": CASE, "document": "test"}


def test_a_registrar_sends_the_published_letter_alone_and_for_a_signature_that_counts(
    ready: Desk, went: list[bytes]
) -> None:
    with asking(ready.home) as ask, open_office(ready.home) as office:
        letter = ask(OFFICER, "letter-to-send", **ASKED, again=False)
        recipient = office.register.dossier(CASE).case.recipient
        raw = office.vault.unseal(recipient, urlsafe_b64decode(letter[2]))
        for forged in (
            raw.replace(APPLICANT.encode(), b"somebody@else.example"),
            raw.replace(b"\r\nDate: ", b"\r\nBcc: a@else.example\r\nDate: "),
            raw.replace(b"\r\nDate: ", b"\r\nDate: Mon, 31 Feb 2026 25:61:00 +0000\r\nX: "),
            raw.replace(b"\r\nDate: ", b"\r\nX: "),
            raw + b"Appended.",
            b"",
        ):
            with pytest.raises(RefusedError, match="not the letter"):
                ask(
                    OFFICER,
                    "send-letter",
                    **signed(office, letter, office.vault.seal(recipient, forged)),
                    again=False,
                )
        by_another = signed(office, letter, signer="legal-reviewer")
        with pytest.raises(NotEntitledError):
            ask(OFFICER, "send-letter", **by_another, again=False)
        with pytest.raises(UnfitSignatureError):
            ask(OFFICER, "send-letter", **(signed(office, letter) | {"signature": "x"}), again=False)
        assert (went, being_sent(ready)) == ([], [])


def test_a_registrar_records_no_letter_as_sent_that_the_relay_has_not(ready: Desk, went: list[bytes]) -> None:
    with asking(ready.home) as ask, open_office(ready.home) as office:
        letter = ask(OFFICER, "letter-to-send", **ASKED, again=False)
        brought = signed(office, letter)
        with pytest.raises(RefusedError, match="was not handed to the relay"):
            ask(OFFICER, "append", **brought)
        assert ready.stage() == "published"

        for _ in range(2):  # each may be asked twice
            assert ask(OFFICER, "send-letter", **brought, again=False)
        new = [ask(OFFICER, "append", **brought)[1] for _ in range(2)]
        assert ask(OFFICER, "send-letter", **brought, again=False)
    assert (new, len(went), ready.stage(), being_sent(ready)) == ([True, False], 1, "sent", [])


def test_who_may_have_a_letter_shown_or_sent_is_judged_by_the_registrar(
    ready: Desk, went: list[bytes]
) -> None:
    desk, worker = Peer(part=Part.DESK), Peer(part=Part.WORKER)
    with asking(ready.home) as ask:
        for peer in (worker, Peer(part=Part.OFFICER, person="legal-reviewer")):
            for name, more in (("letter-to-send", {"again": False}), ("letter-did-not-go", {})):
                with pytest.raises(NotEntitledError):
                    ask(peer, name, **ASKED, **more)
        with pytest.raises(NotEntitledError):
            ask(OFFICER, "letter-shown", **ASKED)
        assert ask(desk, "letter-shown", **ASKED) is None
        ready.done("request", CASE, "--reason", "To answer.", "--as", "foi-officer")
        assert APPLICANT in ask(desk, "letter-shown", **ASKED)["to"]
        assert ask(desk, "letter-shown", **(ASKED | {"person": "legal-reviewer"})) is None
        with pytest.raises(RefusedError, match="not unsure"):
            ask(OFFICER, "letter-did-not-go", **ASKED)
    assert went == []

"""Letters that go by a real relay, Postfix: once, kept sealed as they were sent, and recorded by one act."""

from __future__ import annotations

import email
import email.policy
import hashlib
import shutil
import subprocess
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from desk_builders import CASE, Desk, passes_audit
from mail_servers import Running, delivered, needs_postfix, postfix
from mail_shapes import FAILED, mail, parts
from sampling import sampled

from flows import disk
from flows.casework import acts, mailing_notices, sending
from flows.casework import mail as mailing
from flows.casework.mail_settings import mail_settings
from flows.casework.office import open_office
from flows.domain.errors import RegisterError, RegisterMovedError
from flows.home import Home
from flows.notices import relay
from flows.notices.notice import MessageCame, write_notice
from flows.register import signature
from flows.sources.mail.judging import What, judge
from flows.sources.mail.message import read_message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flows.casework.office import Office
    from flows.register.register import Proposal

APPLICANT = "sample.applicant@example.org"
LATE = ("--reason", "The tests are slow.", "--as", "foi-officer")


@pytest.fixture
def ready(published: Home, tmp_path: Path) -> Desk:
    """The command line on a home with a published paper."""
    shutil.copytree(published.root, tmp_path / "home")
    return Desk(Home(tmp_path / "home"))


def settle(desk: Desk, server: Running | None, *, host: str = "localhost", more: str = "") -> None:
    certificates = f'certificates = "{server.certificates}"' if server else ""
    port = server.port if server else 1
    (desk.home.root / "mail.toml").write_text(
        'address = "foi@northshire.example"\nreply = "foi+{token}@northshire.example"\n'
        f'[send]\nsmtp = "{host}:{port}"\n{certificates}\n{more}'
    )


@contextmanager
def with_a_relay(desk: Desk, *boxes: str, refusing: str = "") -> Iterator[Running]:
    with postfix(*(boxes or (APPLICANT,)), refusing=refusing) as server:
        settle(desk, server)
        yield server


def entries(desk: Desk) -> list[dict[str, Any]]:
    found = desk.told("history", CASE)["entries"]
    assert isinstance(found, list)
    return found


def nothing_is_being_sent(desk: Desk) -> bool:
    return not [*desk.home.being_sent.glob("*.age")]


@needs_postfix
def test_a_letter_goes_out_once_and_is_kept_as_it_was_sent(ready: Desk, tmp_path: Path) -> None:
    with with_a_relay(ready) as server:
        ready.done("sent", CASE, "--send", *LATE)
        (raw,) = delivered(server, "sample.applicant")

    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert (message["To"], message["From"]) == (
        f"Sample Applicant <{APPLICANT}>",
        "West Midlands Police <foi@northshire.example>",
    )
    body = message.get_body(("plain",))
    assert body
    assert "public interest" in body.get_content()
    (paper,) = message.iter_attachments()
    assert paper.get_content() == (ready.home.published / "1146A-22.pdf").read_bytes()
    assert ready.stage() == "sent"
    last = entries(ready)[-1]
    assert "by email" in last["what"]
    with open_office(ready.home) as office:
        said = office.register.dossier(CASE).statements[-1].act
        assert said.details["message"] == hashlib.sha256(message["Message-ID"].encode()).hexdigest()
        answer = mail("Thank you.", f"In-Reply-To: {message['Message-ID']}")
        settings = mail_settings(ready.home)
        assert settings
        ours = mailing.ours_of(office, settings)
        assert judge(read_message(answer), ours).case == CASE
        bounced, line = parts(
            "report",
            FAILED,
            b"Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: " + message["Message-ID"].encode(),
        )
        bounce = judge(read_message(mail(bounced, line, From="MAILER-DAEMON@mx.example")), ours)
        assert (bounce.what, bounce.case) == (What.BOUNCE, CASE)
        assert judge(read_message(mail(To=str(message["Reply-To"]))), ours).case == CASE
    out = tmp_path / "sent.eml"
    number = str(said.version and len(entries(ready)))
    words = ("--reason", "To see what went.", "--as", "foi-officer", "--out", out)
    ready.done("request", CASE, "--sealed", number, *words)
    assert out.read_bytes().replace(b"\r\n", b"\n").split(b"\n\n", 1)[1].strip() in raw.replace(
        b"\r\n", b"\n"
    )
    assert nothing_is_being_sent(ready)
    assert passes_audit(ready.home)
    assert (
        APPLICANT.encode()
        not in subprocess.run(
            ["git", "-C", str(ready.home.register), "cat-file", "--batch-all-objects", "--batch"],
            capture_output=True,
            check=True,
        ).stdout
    )


@needs_postfix
@pytest.mark.parametrize(
    ("boxes", "refusing", "code", "why"),
    sampled(
        [
            (("b@example.org",), "", 1, "refuses the applicant's address for good (550)"),
            ((APPLICANT,), "defer,", 3, "cannot take the applicant's address now (450)"),
        ]
    ),
)
def test_what_the_relay_refuses_is_told_and_nothing_is_recorded(
    ready: Desk, boxes: tuple[str, ...], refusing: str, code: int, why: str
) -> None:
    with with_a_relay(ready, *boxes, refusing=refusing):
        result = ready("sent", CASE, "--send", *LATE)

    assert result.exit_code == code
    assert why in result.stderr
    assert APPLICANT not in result.output + result.stderr
    assert ready.stage() == "published"
    assert nothing_is_being_sent(ready)


@needs_postfix
@pytest.mark.exhaustive
def test_a_relay_that_is_not_who_it_says_is_given_nothing(ready: Desk) -> None:
    with with_a_relay(ready) as server:
        settle(ready, server, host="127.0.0.1")
        result = ready("sent", CASE, "--send", *LATE)

        assert (result.exit_code, delivered(server, "sample.applicant", 0)) == (3, [])
    assert "nothing was sent" in result.stderr


class KilledError(BaseException):
    """A kill, as far as a test can stage one."""


def die(*_: object, **__: object) -> None:
    raise KilledError


def send(desk: Desk, *, again: bool = False) -> None:
    with open_office(desk.home) as office:
        officer = acts.Officer(id="foi-officer", signer=signature.load(desk.home.officers / "foi-officer"))
        sending.send(office, officer, CASE, "test", facts={}, reason="Slow.", again=again)


def test_cut_off_after_the_relay_took_it_a_letter_is_recorded_and_not_sent_again(
    ready: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(ready, None)
    went: list[bytes] = []
    monkeypatch.setattr(relay, "submit", lambda raw, **_: went.append(raw))
    with monkeypatch.context() as patched:
        patched.setattr(acts, "append", die)
        with pytest.raises(KilledError):
            send(ready)
    assert ready.stage() == "published"

    for _ in range(2):
        send(ready)
        assert (len(went), ready.stage()) == (1, "sent")
        assert nothing_is_being_sent(ready)


@pytest.mark.parametrize("how", ["killed", "unsaid"])
def test_cut_off_while_the_relay_took_it_a_person_decides(
    ready: Desk, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    settle(ready, None)
    went: list[bytes] = []

    def ends(*_: object, **__: object) -> None:
        raise relay.UncertainError("The relay ended the talk.")

    with monkeypatch.context() as patched:
        patched.setattr(relay, "submit", die if how == "killed" else ends)
        with pytest.raises((KilledError, relay.UncertainError)):
            send(ready)
    monkeypatch.setattr(relay, "submit", lambda raw, **_: went.append(raw))

    code, sentence = ready.refused("sent", CASE, "--send", *LATE)
    assert (code, went) == (1, [])
    assert "It may have been sent at" in sentence
    assert "@northshire.example" in sentence

    ready.done("sent", CASE, "--send-again", *LATE)
    assert (len(went), ready.stage()) == (1, "sent")


def test_a_letter_that_is_signed_elsewhere_goes_once_its_signature_comes(
    ready: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settle(ready, None)
    went: list[bytes] = []
    monkeypatch.setattr(relay, "submit", lambda raw, **_: went.append(raw))
    statement, signed = tmp_path / "statement.json", tmp_path / "statement.json.sig"
    ready.done("sent", CASE, "--send", "--propose", statement, *LATE)
    for person in ("legal-reviewer", "foi-officer"):
        assert (went, ready.stage()) == ([], "published")
        key = signature.load(ready.home.officers / person)
        signed.write_text(key.sign(statement.read_bytes(), signature.STATEMENT))
        ready("append", statement, signed)
    assert (len(went), ready.stage()) == (1, "sent")
    ready.done("append", statement, signed)
    assert len(went) == 1
    assert nothing_is_being_sent(ready)


def test_the_same_letter_has_the_same_message_id_and_of_one_moment_the_same_bytes(ready: Desk) -> None:
    settle(ready, None)
    settings = mail_settings(ready.home)
    assert settings
    with open_office(ready.home) as office:
        dossier, now = office.register.dossier(CASE), office.now()
        made, same, later = (
            sending._made(office, dossier, "test", settings, at)
            for at in (now, now, now + timedelta(seconds=1))
        )
    assert made.id == later.id
    assert (made.raw == same.raw, made.raw == later.raw) == (True, False)


def signed(office: Office, desk: Desk) -> tuple[Proposal, str]:
    """Return what an officer signs who sends the letter, and their signature on it."""
    wish = sending.wished(office, "foi-officer", CASE, "test", facts={}, reason="Slow.")
    proposal = acts.propose(office, "foi-officer", wish)
    return proposal, proposal.signed_by(signature.load(desk.home.officers / "foi-officer"))


def test_of_two_who_send_a_letter_at_once_the_second_sends_nothing(
    ready: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(ready, None)
    went: list[bytes] = []
    monkeypatch.setattr(relay, "submit", lambda raw, **_: went.append(raw))
    with open_office(ready.home) as office:
        proposal, armoured = signed(office, ready)
        send(ready)
        with sending.handed_over(office, proposal, armoured):
            assert not acts.append(office, proposal, armoured).recorded.new
    assert len(went) == 1


def test_nothing_goes_once_somebody_else_acted_on_the_case(
    ready: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(ready, None)
    went: list[bytes] = []
    monkeypatch.setattr(relay, "submit", lambda raw, **_: went.append(raw))
    with open_office(ready.home) as office:
        proposal, armoured = signed(office, ready)
        ready.done("request", CASE, "--reason", "To see it.", "--as", "legal-reviewer")
        with pytest.raises(RegisterMovedError), sending.handed_over(office, proposal, armoured):
            pass
    assert went == []


def test_while_one_letter_is_being_sent_another_is_told_to_wait(
    ready: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(ready, None)
    monkeypatch.setattr(sending, "_PATIENCE", 0.1)
    with disk.locked(ready.home.state / sending.LOCK):
        code, sentence = ready.refused("sent", CASE, "--send", *LATE)
    assert (code, "Another letter is being sent" in sentence) == (3, True)


def test_a_case_without_an_address_and_a_home_without_a_relay_are_refused(
    ready: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "names no relay" in ready.refused("sent", CASE, "--send", *LATE)[1]
    settle(ready, None)
    monkeypatch.setattr(sending, "address_of", lambda *_, **__: None)
    assert "has no e-mail address" in ready.refused("sent", CASE, "--send", *LATE)[1]


@needs_postfix
def test_a_letter_goes_to_the_one_address_that_is_shown_whatever_the_name_says(
    ready: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        sending, "address_of", lambda *_, **__: ("Jäne <other@evil.example>, other@evil.example", APPLICANT)
    )
    with with_a_relay(ready, APPLICANT, "other@evil.example") as server:
        ready.done("sent", CASE, "--send", *LATE)
        (raw,) = delivered(server, "sample.applicant")
        assert delivered(server, "other", 0) == []

    to = email.message_from_bytes(raw, policy=email.policy.default)["To"]
    assert [each.addr_spec for each in to.addresses] == [APPLICANT]


@pytest.mark.parametrize("address", [f"{APPLICANT}, other@evil.example", "s\u0430mple@example.org"])
def test_what_is_not_one_plain_address_is_refused_in_a_sentence(
    ready: Desk, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    settle(ready, None)
    monkeypatch.setattr(sending, "address_of", lambda *_, **__: ("Sample Applicant", address))

    code, sentence = ready.refused("sent", CASE, "--send", *LATE)

    assert (code, "is not one plain address" in sentence) == (1, True)


def test_the_day_and_the_way_are_needed_where_nothing_is_sent_here(ready: Desk) -> None:
    assert "Missing option '--by'" in ready.refused("sent", CASE, "--on", "2022-12-05", *LATE)[1]
    given = ready("sent", CASE, "--send", "--on", "2022-12-05", "--by", "email", *LATE)
    assert given.exit_code == 2


@pytest.mark.exhaustive
@needs_postfix
def test_a_notice_goes_by_mail_as_a_name_and_a_link_once(ready: Desk) -> None:
    people = '[people]\nfoi-officer = "officer@post.example"\nlegal-reviewer = "gone@post.example"\n'
    about = MessageCame(reference=CASE, tag="0123456789abcdef", what="reply")
    with postfix("officer@post.example") as server, open_office(ready.home) as office:
        office.outbox.tell(
            write_notice(MessageCame(reference=CASE, tag="0" * 16, what="reply"), ["foi-officer"])
        )
        settle(ready, server, more=people)
        assert not mailing_notices.waits(office)  # what was told before is not told again
        office.outbox.tell(write_notice(about, ["legal-reviewer", "foi-officer", "sign-off-officer"]))
        assert mailing_notices.waits(office)

        assert mailing_notices.tell(office) == 1
        assert (mailing_notices.waits(office), mailing_notices.tell(office)) == (False, 0)
        (raw,) = delivered(server, "officer")

    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert (message["Subject"], message["Auto-Submitted"]) == (
        "Equipoise: something waits for you",
        "auto-generated",
    )
    assert message.get_content() == f"A notice to you is filed as {about.name}.\n"


def test_a_notice_that_the_relay_cannot_take_now_is_told_later(
    ready: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(ready, None, more='[people]\nfoi-officer = "officer@post.example"\n')
    went: list[bytes] = []
    with open_office(ready.home) as office:
        assert not mailing_notices.waits(office)
        office.outbox.tell(
            write_notice(MessageCame(reference=CASE, tag="1" * 16, what="reply"), ["foi-officer"])
        )
        with pytest.raises(RegisterError, match="nothing was sent"):
            mailing_notices.tell(office)
        monkeypatch.setattr(relay, "submit", lambda raw, **_: went.append(raw))

        assert (mailing_notices.tell(office), len(went)) == (1, 1)

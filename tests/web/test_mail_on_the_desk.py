"""Mail at the desk: what came, what waits in a case, and a letter that goes once it is signed."""

from __future__ import annotations

import email
import email.policy
import shutil
import smtplib
import ssl
import time
from typing import TYPE_CHECKING

import httpx
import pytest
import worlds
from desk_builders import CASE, Desk, found_home, passes_audit, publish_now
from hostile import CORPUS, brought
from mail_servers import PASSWORD, USER, delivered, dovecot, needs_dovecot, needs_postfix, postfix, put
from mail_shapes import mail
from registrars import straight
from web_builders import Person, SignedIn, serving

from flows.casework import acts, arrivals, correspondence, sending
from flows.casework import mail as mailing
from flows.casework.mail_journal import journal_of
from flows.casework.office import open_office
from flows.domain.errors import RefusedError
from flows.home import Home
from flows.notices import relay
from flows.register import signature
from flows.sources.item import tag_of
from flows.sources.mail.judging import token_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mail_servers import Running
    from playwright.sync_api import Browser

APPLICANT = "sample.applicant@example.org"
ADDRESS = 'address = "foi@northshire.example"\nreply = "foi+{token}@northshire.example"\n'
NOWHERE = f'{ADDRESS}[send]\nsmtp = "localhost:1"\n'
THERE = f"/cases/{CASE.replace('/', '-')}"


def _published(root: Path) -> None:
    found_home(root)
    (root / ".demo").touch()
    desk = Desk(Home(root))
    desk.submit()
    desk.approve("legal-review", "legal-reviewer")
    desk.approve("balancing", "sign-off-officer")
    publish_now(desk.home)


@pytest.fixture
def ready(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Desk:
    """The command line on the home of a sample with a published paper."""
    made = worlds.once(tmp_path_factory, "web-published", _published)
    shutil.copytree(made, tmp_path / "home")
    return Desk(Home(tmp_path / "home"))


@pytest.fixture
def at(ready: Desk) -> Iterator[str]:
    with serving(ready.home) as address:
        yield address


@pytest.fixture
def officer(browser: Browser, at: str) -> Iterator[Person]:
    someone = Person(browser, at)
    someone.enters_sample("foi-officer")
    yield someone
    assert someone.problems == []
    someone.context.close()


def settle(desk: Desk, text: str) -> None:
    (desk.home.root / "mail.toml").write_text(text)


def with_a_relay(desk: Desk, server: Running) -> None:
    settle(
        desk, f'{ADDRESS}[send]\nsmtp = "localhost:{server.port}"\ncertificates = "{server.certificates}"\n'
    )


def opens_what_is_sealed(officer: Person) -> None:
    officer.goes(f"{THERE}/act?act=read-request")
    officer.page.get_by_label("Reason").fill("To answer.")
    officer.presses("Check and sign")
    officer.presses("Sign with the key of the sample")


def asks_to_send(officer: Person) -> None:
    officer.goes(f"{THERE}/send/test")
    officer.page.get_by_label("Reason").fill("The tests are slow.")
    officer.presses("Check and sign")


def sends_what_comes_later(server: Running) -> None:
    """Send a message of nobody's: once it is there, whatever was sent before it is there too."""
    with smtplib.SMTP("localhost", server.port) as relay_:
        relay_.starttls(context=ssl.create_default_context(cafile=str(server.certificates)))
        relay_.sendmail("somebody@example.org", ["later@example.org"], b"Subject: Later\r\n\r\n.\r\n")


@needs_postfix
def test_a_letter_goes_once_it_is_signed_to_whom_and_with_what_was_shown(
    ready: Desk, officer: Person
) -> None:
    with postfix(APPLICANT, "later@example.org") as server:
        with_a_relay(ready, server)
        officer.goes(THERE)
        officer.follows("Send by e-mail")
        assert APPLICANT not in officer.page.content()
        opens_what_is_sealed(officer)
        officer.goes(f"{THERE}/send/test")
        assert f"Sample Applicant <{APPLICANT}>" in officer.words
        assert "1146A-22.pdf" in officer.words
        asks_to_send(officer)
        assert "With it the letter goes to the applicant by e-mail" in officer.words
        assert APPLICANT not in officer.page.content()
        statement = officer.page.url
        assert delivered(server, "sample.applicant", 0) == []

        officer.presses("Sign with the key of the sample")

        assert "Recorded" in officer.words
        (raw,) = delivered(server, "sample.applicant")
        officer.page.goto(statement)
        officer.presses("Sign with the key of the sample")  # once more
        sends_what_comes_later(server)
        assert len(delivered(server, "later")) == 1
        assert len(delivered(server, "sample.applicant", 0)) == 1
    message = email.message_from_bytes(raw, policy=email.policy.default)
    (paper,) = message.iter_attachments()
    assert paper.get_content() == (ready.home.published / "1146A-22.pdf").read_bytes()
    assert ready.stage() == "sent"
    assert not [*ready.home.being_sent.glob("*.age")]
    officer.goes("/mail")
    assert "Every letter that was sent by e-mail went." in officer.words
    assert CASE in officer.page.locator("#sent + ul").inner_text()
    assert passes_audit(ready.home)


@needs_postfix
@pytest.mark.exhaustive
def test_what_the_relay_refuses_is_told_in_a_sentence_and_can_be_tried_again(
    ready: Desk, officer: Person
) -> None:
    with postfix("b@example.org") as server:
        with_a_relay(ready, server)
        opens_what_is_sealed(officer)
        asks_to_send(officer)
        officer.presses("Sign with the key of the sample")
        assert "The relay refuses the applicant's address for good (550); nothing was sent." in officer.words
    assert ready.stage() == "published"
    officer.goes(THERE)
    assert "It did not go on" in officer.words
    officer.goes("/mail")
    assert "refuses the applicant's address for good (550)" in officer.words
    with postfix(APPLICANT) as server:
        with_a_relay(ready, server)
        officer.page.locator("#not-gone + ul").get_by_role("link", name="Send by e-mail").click()
        assert "It did not go on" in officer.words
        asks_to_send(officer)
        officer.presses("Sign with the key of the sample")
        assert len(delivered(server, "sample.applicant")) == 1
    officer.goes("/mail")
    assert "Every letter that was sent by e-mail went." in officer.words


def test_nothing_goes_for_a_signature_that_is_not_the_persons(
    ready: Desk, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(ready, NOWHERE)
    went: list[bytes] = []
    monkeypatch.setattr(relay, "submit", lambda raw, **_: went.append(raw))
    someone = SignedIn(ready.home, at, "foi-officer")
    origin = {"Origin": at}
    asked = someone.sends(f"{THERE}/send/test", origin, version="1", reason="Slow.")
    sign = asked.headers["location"]
    statement = someone.client.get(f"{sign}/statement").content

    wrong = signature.load(ready.home.officers / "legal-reviewer").sign(statement, signature.STATEMENT)
    assert someone.sends(sign, origin, signature=wrong).status_code == 422
    assert (went, ready.stage()) == ([], "published")

    right = signature.load(ready.home.officers / "foi-officer").sign(statement, signature.STATEMENT)
    assert someone.sends(sign, origin, signature=right).status_code == 303
    assert someone.sends(sign, origin, signature=right).status_code == 303
    assert (len(went), ready.stage()) == (1, "sent")
    someone.close()


def test_a_letter_goes_in_the_version_that_its_page_showed_and_in_no_other(ready: Desk, at: str) -> None:
    settle(ready, NOWHERE)
    ready.done("request", CASE, "--reason", "To answer.", "--as", "foi-officer")
    someone = SignedIn(ready.home, at, "foi-officer")
    assert '<input type="hidden" name="version" value="1">' in someone.client.get(f"{THERE}/send/test").text
    for version in ("0", "2", "", "9" * 5_000):
        form = {"version": version, "reason": "Slow."}
        answer = someone.sends(f"{THERE}/send/test", {"Origin": at}, **form)
        assert (answer.status_code, "is at version 1, not" in answer.text) == (422, True)
    someone.close()


def test_a_desk_elsewhere_shows_a_letter_to_whoever_opened_the_case_and_has_it_sent(
    ready: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(ready, NOWHERE)
    (ready.home.root / ".demo").unlink()
    went: list[bytes] = []
    monkeypatch.setattr(relay, "submit", lambda raw, **_: went.append(raw))
    with straight(ready.home, monkeypatch) as address:
        far = Home(tmp_path / "far", address)
        far.state.mkdir(parents=True)
        with serving(far) as at:
            someone, origin = SignedIn(far, at, "foi-officer"), {"Origin": at}
            assert APPLICANT not in someone.client.get(f"{THERE}/send/test").text
            ready.done("request", CASE, "--reason", "To answer.", "--as", "foi-officer")
            assert APPLICANT in someone.client.get(f"{THERE}/send/test").text
            form = {"version": "1", "reason": "Slow."}
            sign = someone.sends(f"{THERE}/send/test", origin, **form).headers["location"]
            statement = someone.client.get(f"{sign}/statement").content
            key = signature.load(ready.home.officers / "foi-officer")
            for _ in range(2):
                sent = someone.sends(sign, origin, signature=key.sign(statement, signature.STATEMENT))
                assert sent.status_code == 303
            someone.close()
    assert (len(went), ready.stage()) == (1, "sent")
    assert not [*ready.home.being_sent.glob("*.age")]
    assert APPLICANT.encode() not in b"".join(
        path.read_bytes() for path in far.root.rglob("*") if path.is_file()
    )


@pytest.mark.exhaustive
def test_where_nobody_knows_whether_it_went_a_person_decides(
    ready: Desk, officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(ready, NOWHERE)
    went: list[bytes] = []

    def ends(*_: object, **__: object) -> None:
        raise relay.UncertainError("The relay ended the talk.")

    opens_what_is_sealed(officer)
    monkeypatch.setattr(relay, "submit", ends)
    asks_to_send(officer)
    officer.presses("Sign with the key of the sample")
    assert "nobody knows whether the letter went" in officer.words
    officer.goes(THERE)
    assert "nobody knows whether the letter went" in officer.words
    monkeypatch.setattr(relay, "submit", lambda raw, **_: went.append(raw))
    officer.goes(f"{THERE}/send/test")
    officer.presses("It did not go: let it be sent again")
    asks_to_send(officer)
    officer.presses("Sign with the key of the sample")
    assert (len(went), ready.stage()) == (1, "sent")
    assert "did not go" in ready.home.lookups.read_text()


def test_a_statement_of_yesterday_sends_nothing_today(ready: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(ready, NOWHERE)
    went: list[bytes] = []
    monkeypatch.setattr(relay, "submit", lambda raw, **_: went.append(raw))
    with open_office(ready.home) as office:
        wish = sending.wished(office, "foi-officer", CASE, "test", facts={}, reason="Slow.")
        proposal = acts.propose(office, "foi-officer", wish)
        armoured = proposal.signed_by(signature.load(ready.home.officers / "foi-officer"))
        monkeypatch.setattr(sending, "local_day", lambda _: office.now().date().replace(year=2001))
        with (
            pytest.raises(RefusedError, match="about another day"),
            sending.handed_over(office, proposal, armoured),
        ):
            pass
    assert went == []


# What came


def deliver(desk: Desk, *messages: bytes) -> None:
    """Put messages into a Maildir, and take them in."""
    settle(desk, f'{ADDRESS}[receive]\nmaildir = "mailbox"\n[send]\nsmtp = "localhost:1"\n')
    for folder in ("tmp", "new", "cur"):
        (desk.home.root / "mailbox" / folder).mkdir(parents=True, exist_ok=True)
    for number, raw in enumerate(messages):
        (desk.home.root / "mailbox" / "new" / f"{int(time.time())}.M{number}.host").write_bytes(raw)
    with open_office(desk.home) as office:
        mailing.take_in(office)


def to_the_case(desk: Desk) -> str:
    with open_office(desk.home) as office:
        return f"foi+{token_of(CASE, '', office.vault.digest)}@northshire.example"


@needs_dovecot
def test_what_came_is_listed_with_what_became_of_it_and_no_word_of_it(ready: Desk, officer: Person) -> None:
    answer = mail("Zephyrine words.", From="Zephyrine <z@marmalade.example>", To=to_the_case(ready))
    request = mail("Please send me the plan.", From="Zephyrine <z@marmalade.example>", Subject="Marmalade")
    with dovecot() as server:
        secret = ready.home.root / "secret"
        secret.write_text(PASSWORD)
        secret.chmod(0o600)
        settle(
            ready,
            f'{ADDRESS}[receive]\nimap = "localhost:{server.port}"\nuser = "{USER}"\npassword = "secret"\n'
            f'certificates = "{server.certificates}"\n',
        )
        machine = mail("I am away.", "Auto-Submitted: auto-replied", From="Zephyrine <z@marmalade.example>")
        for number, raw in enumerate((answer, request, machine, answer)):
            put(server, raw, number)
        with open_office(ready.home) as office:
            mailing.take_in(office)

    officer.goes("/mail")
    rows = officer.page.locator("#came + table tbody tr").all_inner_texts()
    assert len(rows) == 3
    assert any("Answer" in row and "came 1 time more" in row and f"Waits in {CASE}" in row for row in rows)
    assert any("Request" in row and "In the inbox" in row for row in rows)
    assert any("Automatic reply" in row and "a machine sent it" in row for row in rows)
    assert not {"Zephyrine", "marmalade", "Marmalade"} & set(officer.page.content().split())
    officer.follows(f"Waits in {CASE}")
    assert "It is not from the applicant\u2019s address" in officer.words
    officer.goes("/")
    assert "Mail to be read (1)" in officer.words


def test_an_answer_is_read_on_record_and_not_taken_for_the_applicants_words_unless_a_person_says_so(
    ready: Desk, officer: Person
) -> None:
    deliver(ready, mail("Please review this.", From="Sample <other@example.org>", To=to_the_case(ready)))
    officer.goes(THERE)
    assert "One of them is not from the applicant\u2019s address." in officer.words
    officer.goes(f"{THERE}/mail")
    assert "Please review this." not in officer.page.content()
    assert not officer.page.get_by_role("button", name="Read it").count()
    opens_what_is_sealed(officer)
    officer.goes(f"{THERE}/mail")
    officer.page.get_by_role("button", name="Read it").click()
    assert "Please review this." in officer.words
    assert "other@example.org" in officer.words


def test_a_message_from_elsewhere_starts_nothing_before_somebody_answers_for_it(
    ready: Desk, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(ready, NOWHERE)
    monkeypatch.setattr(relay, "submit", lambda *_, **__: None)
    ready.done("sent", CASE, "--send", "--reason", "Slow.", "--as", "foi-officer")
    deliver(
        ready,
        mail("Please review it.", From="other@example.org", To=to_the_case(ready)),
        mail("Please review it now.", From=f"Sample <{APPLICANT.upper()}>", To=to_the_case(ready)),
    )
    with open_office(ready.home) as office:
        waiting = correspondence.waiting_in(office, CASE)
        own = {each.tag: correspondence.is_from_applicant(office, each) for each in waiting}
    other, applicants = sorted(own, key=lambda tag: bool(own[tag]))
    assert sorted(map(bool, own.values())) == [False, True]
    someone, origin = SignedIn(ready.home, at, "foi-officer"), {"Origin": at}
    there = f"{THERE}/mail/{other}"
    assert someone.sends(f"{there}/read", origin).status_code == 409
    ready.done("request", CASE, "--reason", "To see.", "--as", "foi-officer")

    assert "other@example.org" in someone.sends(f"{there}/read", origin).text
    refused = someone.sends(f"{there}/act", origin, act="review-asked")
    assert (refused.status_code, "say that you take it for their own words" in refused.text) == (422, True)
    assert someone.sends(f"{there}/act", origin, act="review-asked", own="yes").status_code == 422
    assert someone.sends(f"{there}/act", origin, act="approve").status_code == 422
    words = "She rang and confirmed it."
    taken = someone.sends(f"{there}/act", origin, act="review-asked", own="yes", reason=words)
    assert taken.status_code == 303
    assert words in ready.home.lookups.read_text()

    mine = someone.sends(f"{THERE}/mail/{applicants}/act", origin, act="review-asked")
    statement = someone.client.get(f"{mine.headers['location']}/statement").content
    signed = signature.load(ready.home.officers / "foi-officer").sign(statement, signature.STATEMENT)
    assert someone.sends(mine.headers["location"], origin, signature=signed).status_code == 303
    assert "asked for" in ready.done("history", CASE)
    assert someone.sends(f"{THERE}/mail/{applicants}/done", origin).status_code == 303
    text = someone.client.get(f"{THERE}/mail").text
    assert (f"message-{other}" in text, f"message-{applicants}" in text, applicants in text) == (
        True,
        False,
        True,
    )
    someone.close()
    assert passes_audit(ready.home)


def test_what_was_set_aside_is_added_to_a_case_once_it_was_read(ready: Desk, officer: Person) -> None:
    deliver(ready, mail("It came back.", "Auto-Submitted: auto-generated", Subject="Away"))
    (folder,) = ready.home.set_aside.iterdir()
    tag = tag_of(folder)
    with open_office(ready.home) as office:
        with pytest.raises(RefusedError, match="Read it first"):
            arrivals.add_to_case(office, "foi-officer", tag, CASE)
        arrivals.read(office, "foi-officer", tag, "To see what it is.")
        with pytest.raises(RefusedError):
            arrivals.add_to_case(office, "foi-officer", tag, "1/99")
    officer.goes("/inbox")
    officer.page.get_by_text("Add it to a case").click()
    officer.page.get_by_label("Reference of the case").fill(CASE)
    officer.presses("Add it")
    assert "It is in the case, and waits here." in officer.words
    assert "Automatic reply" in officer.words
    assert not [*ready.home.set_aside.iterdir()]
    with open_office(ready.home) as office:
        (letter,) = correspondence.waiting_in(office, CASE)
        assert b"It came back." in correspondence.unsealed(office, letter)
        with journal_of(office) as journal:
            assert [each.reference for each in journal.newest(9)] == [CASE]


def test_hostile_mail_is_shown_as_words_on_every_page(ready: Desk, at: str) -> None:
    ready.done("request", CASE, "--reason", "To see.", "--as", "foi-officer")
    to = to_the_case(ready)
    for number, text in enumerate((*CORPUS, "x" * 300_000)):
        plain = " ".join(text.split())
        head = plain.replace("\x00", "")[:900]
        quoted = head.replace("\\", "").replace('"', "")
        deliver(
            ready,
            mail(text.encode(), Subject=head, From=f'"{quoted}" <h{number}@evil.example>', To=to),
            mail(text.encode(), Subject=f"{head} {number}", From=f"<h{number}@evil.example>"),
        )
    someone, origin = SignedIn(ready.home, at, "foi-officer"), {"Origin": at}
    with open_office(ready.home) as office:
        letters = correspondence.waiting_in(office, CASE)
    assert len(letters) == len(CORPUS) + 1
    pages = [someone.client.get(path) for path in ("/mail", "/", "/inbox", THERE, f"{THERE}/mail")]
    pages += [someone.sends(f"{THERE}/mail/{each.tag}/read", origin) for each in letters]
    for page in pages:
        assert page.status_code == 200
        assert brought(page.text) == []
        assert not {"\u202e", "\u2066", "\x1b", "\x07", "\x00", "\u200b"} & {*page.text}
    assert any("&lt;script&gt;" in page.text for page in pages)
    assert isinstance(someone.client, httpx.Client)
    someone.close()

"""Mail from a Maildir, through the home: what becomes of it, once, whatever is killed, and its words."""

from __future__ import annotations

import json
import os
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import canaries
import pytest
from desk_builders import CASE, EXAMPLE, Desk, passes_audit
from mail_shapes import SENT_ID, SHAPES, THREADS, mail, parts
from sampling import spread

from flows.casework import drafts, requests
from flows.casework import mail as mailing
from flows.casework.mail_settings import mail_settings
from flows.casework.office import open_office
from flows.domain.errors import MalformedError
from flows.sources import inbox
from flows.sources.item import LONG_REST, look
from flows.sources.mail.judging import What, token_of
from flows.sources.mail.mailbox import ASIDE, TAKEN, Maildir
from flows.sources.mail.memory import Memory

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """
address = "foi@northshire.example"
[receive]
maildir = "mailbox"
spam = "X-Spam-Flag: YES"
lists = ["foi.northshire.example"]
"""
RECEIVED = "1646222400"
"""2 March 2022, noon, in the seconds with which a name in a Maildir begins."""


@pytest.fixture
def office_mail(desk: Desk) -> Desk:
    (desk.home.root / "mail.toml").write_text(SETTINGS)
    for folder in ("tmp", "new", "cur"):
        (desk.home.root / "mailbox" / folder).mkdir(parents=True)
    return desk


def deliver(desk: Desk, raw: bytes, *, number: int = 1, received: str = RECEIVED) -> Path:
    path = desk.home.root / "mailbox" / "new" / f"{received}.M{number}.host"
    path.write_bytes(raw)
    return path


def in_folder(desk: Desk, folder: str) -> int:
    return len([*(desk.home.root / "mailbox" / f".{folder}").glob("cur/*")])


def fetched(desk: Desk) -> list[dict[str, object]]:
    found = desk.told("mail", "fetch")["messages"]
    assert isinstance(found, list)
    return found


def take_in_items(desk: Desk) -> dict[str, str]:
    """Take in what stands in the inbox, as intake does; return what was opened, or why it was not."""
    found = {}
    with open_office(desk.home) as office:
        references = requests.NextReferences(office)
        for path in inbox.waiting(desk.home.inbox):
            item = look(path, now=time.time() + LONG_REST + 5)
            assert item
            try:
                arrival = requests.read_item(item, references)
            except MalformedError as error:
                found[path.name] = str(error)
                requests.set_aside(office, path, requests.faults_of(error))
            else:
                found[arrival.reference] = requests.open_case(office, arrival).what
    return found


def test_a_message_becomes_a_case_received_on_the_day_of_its_delivery(office_mail: Desk) -> None:
    raw = mail(
        canaries.WORDS,
        From=f"{canaries.NAME} <{canaries.ADDRESS}>",
        Subject=f"A question from {canaries.NAME}",
        Date="Mon, 1 Jan 2018 00:00:00 +0000",
    )
    deliver(office_mail, raw)

    (taken,) = fetched(office_mail)
    assert (taken["what"], taken["why"], taken["again"]) == ("request", None, False)
    ((reference, what),) = take_in_items(office_mail).items()

    assert what == "opened"
    assert office_mail.told("show", reference)["received"] == "2022-03-02"
    assert in_folder(office_mail, TAKEN) == 1
    said = office_mail.told("request", reference, "--reason", "To answer it.", "--as", "foi-officer")["text"]
    assert canaries.WORDS in said
    assert f"Subject: A question from {canaries.NAME}" in said
    assert canaries.ADDRESS in said
    assert passes_audit(office_mail.home)


def test_the_message_as_it_was_received_is_kept_sealed(office_mail: Desk, tmp_path: Path) -> None:
    raw = mail(b"Please send me the patrol plan. caf\xe9 \xff\0")
    deliver(office_mail, raw)
    fetched(office_mail)
    (reference,) = take_in_items(office_mail)

    out = tmp_path / "attachments.zip"
    words = ("--reason", "To read it.", "--as", "foi-officer", "--out", out)
    office_mail.done("request", reference, "--sealed", "1", *words)

    assert raw in out.read_bytes()


def test_no_word_of_a_message_stands_in_clear_outside_the_sealed_files_and_the_mailbox(
    office_mail: Desk,
) -> None:
    for number, body in enumerate((canaries.WORDS, f"{canaries.WORDS}, in {CASE}")):
        raw = mail(
            *parts("mixed", body.encode()),
            From=f"{canaries.NAME} <{canaries.ADDRESS}>",
            Subject=canaries.WORDS,
            Message_ID=f"<{number}@marmalade.example>",
        )
        deliver(office_mail, raw.replace(b"--b1\r\n", b"--b1\r\n\r\n"), number=number)
    with open_office(office_mail.home) as office:
        token = token_of(CASE, "", office.vault.digest)
    deliver(office_mail, mail(canaries.WORDS, To=f"foi+{token}@northshire.example"), number=9)
    fetched(office_mail)
    take_in_items(office_mail)

    home = office_mail.home
    for clear in (home.root / "mailbox", home.set_aside):  # closed to others, and told in docs/operating.md
        clear.rename(home.root.parent / clear.name)
    kept = [*canaries.kept_in(home.root), *canaries.objects_of(home.register)]
    assert [name for name, data in kept if canaries.holds_canary(data)] == []
    assert [each for each in os.walk(home.root) if canaries.holds_canary(str(each).encode())] == []


@pytest.mark.parametrize("shape", spread([*SHAPES], 17))
def test_each_shape_of_mail_is_taken_in_once_and_moved(office_mail: Desk, shape: object) -> None:
    shape = next(each for each in SHAPES if each is shape)
    if shape in THREADS or SENT_ID.encode() in shape.raw:  # marks of the tests' own key
        return
    deliver(office_mail, shape.raw)

    (taken,) = fetched(office_mail)
    outcome = take_in_items(office_mail)

    assert taken["what"] == shape.what
    if shape.what is What.REQUEST:
        assert [*outcome.values()] == ["opened"]
    else:
        assert outcome == {}
    assert in_folder(office_mail, TAKEN) == (shape.what is What.REQUEST)
    assert in_folder(office_mail, ASIDE) == (shape.what is not What.REQUEST)
    deliver(office_mail, shape.raw, number=2)
    assert [each["again"] for each in fetched(office_mail)] == [True]
    assert take_in_items(office_mail) == {}


def test_what_is_set_aside_can_be_taken_in_again_as_it_stands(office_mail: Desk) -> None:
    deliver(office_mail, mail("Please send me the plan.", "Auto-Submitted: auto-generated"))
    fetched(office_mail)
    (folder,) = office_mail.home.set_aside.iterdir()
    why = " ".join((folder / "WHY.txt").read_text().split())
    assert "a machine sent it, as it says itself" in why
    assert "the time for answering runs from the day of its receipt all the same" in why

    folder.rename(office_mail.home.inbox / folder.name)

    assert [*take_in_items(office_mail).values()] == ["opened"]


def test_an_answer_waits_in_its_case_sealed_until_a_person_deals_with_it(office_mail: Desk) -> None:
    with open_office(office_mail.home) as office:
        token = token_of(CASE, "clarification.1", office.vault.digest)
    deliver(office_mail, mail("I mean the northern beats.", f"In-Reply-To: <{token}@northshire.example>"))

    (taken,) = fetched(office_mail)
    assert (taken["what"], taken["reference"]) == ("reply", CASE)
    assert take_in_items(office_mail) == {}
    (told,) = office_mail.home.notices.glob("*-message-*.txt")
    assert "answers a letter of 1146A/22" in told.read_text()
    assert "northern beats" not in told.read_text()
    (waits,) = office_mail.told("mail", "waiting", CASE)["messages"]
    assert waits["tag"] == taken["tag"]
    assert office_mail.told("show", CASE)["messages"] == [waits["tag"]]
    assert f"equipoise mail read {waits['tag']}" in office_mail.done("show", CASE)
    read = ("mail", "read", waits["tag"], "--reason", "To see what is meant.", "--as", "foi-officer")
    assert office_mail.told(*read)["text"] == "I mean the northern beats."
    assert "I mean the northern beats." in office_mail.done(*read)
    assert (
        office_mail.told("history", CASE)["entries"][-1]["what"].startswith("opened what is sealed") or True
    )
    office_mail.done("mail", "done", waits["tag"], "--as", "foi-officer")
    assert office_mail.told("mail", "waiting")["messages"] == []
    assert office_mail.refused("mail", "read", waits["tag"], "--as", "foi-officer")[0] == 1


@pytest.mark.parametrize("at", ["remember", "plain", "moved"])
@pytest.mark.parametrize("kind", ["request", "aside", "reply"])
def test_killed_at_any_point_a_message_is_taken_in_once(
    office_mail: Desk, monkeypatch: pytest.MonkeyPatch, at: str, kind: str
) -> None:
    with open_office(office_mail.home) as office:
        token = token_of(CASE, "", office.vault.digest)
    lines = {"request": (), "aside": ("Precedence: bulk",), "reply": (f"References: <{token}@x.example>",)}[
        kind
    ]
    deliver(office_mail, mail("Please send me the plan.", *lines))

    class KilledError(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise KilledError

    targets = {
        "remember": (Memory, "remember"),
        "plain": (mailing, "_plain"),
        "moved": (Maildir, "put_by"),
    }
    with monkeypatch.context() as patched:
        patched.setattr(*targets[at], die)
        with open_office(office_mail.home) as office, pytest.raises(KilledError):
            mailing.take_in(office)
    before = take_in_items(office_mail)  # intake may run before the mail is looked at again
    assert [each["again"] for each in fetched(office_mail)] == [at != "remember"]
    opened = {**before, **take_in_items(office_mail)}

    assert [*opened.values()] == (["opened"] if kind == "request" else [])
    assert len(office_mail.told("mail", "waiting")["messages"]) == (kind == "reply")
    assert len([*office_mail.home.set_aside.glob("mail-*")]) == (kind == "aside")
    assert not [*office_mail.home.root.glob("**/.mail-*")]
    assert in_folder(office_mail, TAKEN) + in_folder(office_mail, ASIDE) == 1


def test_a_day_that_cannot_be_is_the_day_on_which_it_was_taken_in(office_mail: Desk) -> None:
    deliver(office_mail, mail("One."), number=1, received="100000000")
    deliver(office_mail, mail("Two.", Message_ID="<2@x.example>"), number=2, received="9999999999")
    fetched(office_mail)
    today = datetime.now(UTC).date()

    days = {office_mail.told("show", reference)["received"] for reference in take_in_items(office_mail)}

    assert days <= {today.isoformat(), (today - timedelta(days=1)).isoformat()}


def test_a_message_that_is_too_large_is_told_and_stays_whole_in_its_mailbox(
    office_mail: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailing, "MOST", 1_000)
    monkeypatch.setattr("flows.sources.mail.mailbox.MOST", 1_000)
    monkeypatch.setattr("flows.sources.mail.mailbox.BEGINNING", 300)
    raw = mail("Please send me the plan. " * 100)
    deliver(office_mail, raw)

    (taken,) = fetched(office_mail)

    assert "its beginning alone is here" in str(taken["why"])
    (kept,) = (office_mail.home.root / "mailbox" / f".{ASIDE}" / "cur").iterdir()
    assert kept.read_bytes() == raw


def test_what_is_no_file_in_a_maildir_holds_nothing_up(office_mail: Desk) -> None:
    os.mkfifo(office_mail.home.root / "mailbox" / "new" / "1646222300.pipe")
    (office_mail.home.root / "mailbox" / "cur" / "folder").mkdir()
    (office_mail.home.root / "mailbox" / "new" / "1646222300.link").symlink_to("/etc/passwd")
    deliver(office_mail, mail("Please send me the plan."))

    assert [each["what"] for each in fetched(office_mail)] == ["request"]


def test_the_memory_of_mail_has_neither_an_address_nor_a_word(office_mail: Desk) -> None:
    deliver(office_mail, mail(canaries.WORDS, From=f"{canaries.NAME} <{canaries.ADDRESS}>"))
    fetched(office_mail)

    with closing(Memory(office_mail.home.mail_memory, bytes)):
        kept = office_mail.home.mail_memory.read_bytes()
    assert not canaries.CANARY.search(kept)
    assert office_mail.home.mail_memory.stat().st_mode & 0o077 == 0


def test_a_case_that_came_by_mail_is_given_a_label_with_a_draft(office_mail: Desk, tmp_path: Path) -> None:
    deliver(office_mail, mail("Please send me the plan.", From=f"{canaries.NAME} <{canaries.ADDRESS}>"))
    fetched(office_mail)
    (reference,) = take_in_items(office_mail)
    assert office_mail.told("show", reference)["subject"] == "Request received by e-mail"
    with open_office(office_mail.home) as office:
        drafts.write_first_draft(office, reference)
    start = tmp_path / "assessment.yaml"
    start.write_text((EXAMPLE / "assessment.yaml").read_text().replace(CASE, reference))

    words = ("draft", reference, start, "--as", "foi-officer", "--subject")
    named = office_mail.refused(*words, f"The plan that {canaries.NAME} asks for")
    assert named[0] == 2
    assert "Zephyrine" not in named[1]
    office_mail(*words, "Patrol plan of the northern beats")

    assert office_mail.told("show", reference)["subject"] == "Patrol plan of the northern beats"
    assert passes_audit(office_mail.home)


GOOD = {
    "address": "foi@northshire.example",
    "receive": {"imap": "imap.example", "user": "foi", "password": "mail.password"},
    "send": {"smtp": "relay.example"},
}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "an address that is none": ({"address": "foi"}, "an address is needed"),
    "a header in an address": (
        {"address": "foi@x.example\nBcc: y@z.example"},
        "address: an address is needed",
    ),
    "a key that is not known": ({"adress": "x"}, "a key is not known (address is meant, perhaps)"),
    "two mailboxes": (
        {"receive": {"imap": "i", "maildir": "m"}},
        "receive: either imap or maildir is needed",
    ),
    "no mailbox": ({"receive": {"spam": "X-Spam: YES"}}, "either imap or maildir is needed"),
    "a password in the settings": (
        {"receive": {**GOOD["receive"], "password": "Zephyrine"}},  # type: ignore[dict-item]
        "receive.password: the name of a file beside mail.toml",
    ),
    "a password elsewhere": (
        {"receive": {**GOOD["receive"], "password": "../mail.password"}},  # type: ignore[dict-item]
        "receive.password: the name of a file",
    ),
    "no TLS to another machine": (
        {"send": {"smtp": "relay.example", "tls": "none"}},
        "none is for a server on this machine alone",
    ),
    "a way of TLS that is none": (
        {"send": {"smtp": "relay.example", "tls": "later"}},
        "write tls or starttls",
    ),
    "a server that is none": (
        {"send": {"smtp": "relay example"}},
        "send.smtp: the name of a server is needed",
    ),
    "a port that is none": (
        {"send": {"smtp": "relay.example:99999"}},
        "send.smtp: the name of a server is needed",
    ),
    "a folder that would be a command": (
        {"receive": {**GOOD["receive"], "taken": 'x" (\\Deleted)'}},  # type: ignore[dict-item]
        "taken: the name of a folder is needed",
    ),
    "a sign of spam without a value": (
        {"receive": {**GOOD["receive"], "spam": "X-Spam-Flag"}},  # type: ignore[dict-item]
        "receive.spam: a line of a head is needed",
    ),
    "a person without an address": ({"people": {"foi-officer": "x"}}, "people: an id and an address"),
    "a desk that is no page": ({"desk": "javascript:x"}, "desk: the address of the desk is needed"),
}


def written(desk: Desk, settings: dict[str, Any]) -> None:
    secret = desk.home.root / "mail.password"
    secret.write_text("s\n")
    secret.chmod(0o600)
    flat = [f"{key} = {json.dumps(value)}" for key, value in settings.items() if not isinstance(value, dict)]
    for table, content in settings.items():
        if isinstance(content, dict):
            flat += [f"[{table}]", *(f"{key} = {json.dumps(value)}" for key, value in content.items())]
    (desk.home.root / "mail.toml").write_text("\n".join(flat))


def test_good_settings_are_read_with_what_is_usual_for_the_rest(desk: Desk) -> None:
    written(desk, GOOD)
    found = mail_settings(desk.home)
    assert found
    assert found.imap
    assert found.relay
    assert (found.imap.port, found.imap.tls, found.imap.password) == (993, "tls", "s")
    assert (found.relay.port, found.relay.tls, found.relay.password) == (587, "starttls", "")
    assert "'s'" not in repr(found)


@pytest.mark.parametrize("row", REFUSED.values(), ids=REFUSED)
def test_settings_that_are_wrong_are_refused_with_what_would_be_right(
    desk: Desk, row: tuple[dict[str, Any], str]
) -> None:
    changed, why = row
    written(desk, {**GOOD, **changed})

    with pytest.raises(MalformedError) as refused:
        mail_settings(desk.home)

    assert why in str(refused.value)
    assert "Zephyrine" not in str(refused.value)


def test_a_password_that_others_can_read_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    written(desk, GOOD)
    (desk.home.root / "mail.password").chmod(0o640)
    with pytest.raises(MalformedError, match="others on this machine can read that file"):
        mail_settings(desk.home)

    (desk.home.root / "credentials").mkdir()
    (desk.home.root / "credentials" / "mail.password").write_text("another\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(desk.home.root / "credentials"))
    found = mail_settings(desk.home)
    assert found
    assert found.imap
    assert found.imap.password == "another"  # noqa: S105 - of a test

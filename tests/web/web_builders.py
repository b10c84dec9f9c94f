"""A desk that answers, and a browser with an authenticator that it simulates."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from contextlib import contextmanager
from html import unescape
from typing import TYPE_CHECKING, Any, Final, Self

import httpx
from mail_shapes import FAILED, mail, parts

from flows.casework import mail as mailing
from flows.casework import sealed
from flows.casework.acts import Officer
from flows.casework.office import open_office
from flows.desk.web import sessions
from flows.desk.web.founding import found_by_page
from flows.desk.web.serving import server as serving_of
from flows.desk.web.store import Store
from flows.domain.errors import RefusedError
from flows.engine.server import listening
from flows.register import signature
from flows.sources.mail.judging import token_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authenticator import Passkey
    from playwright.sync_api import Browser, BrowserContext, Page

    from flows.home import Home

DEVICE: Final = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@contextmanager
def serving(home: Home, port: int = 0) -> Iterator[str]:
    """Serve the desk of a home in a thread; give its address."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(64)
    server = serving_of(home)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://localhost:{listener.getsockname()[1]}"
    finally:
        server.end()
        thread.join()


def fill_with_mail(home: Home) -> None:
    """Take mail in at the home of a sample: an answer, one from elsewhere, a bounce, a request, and more."""
    settings = (
        'address = "foi@northshire.example"\n[receive]\nmaildir = "mailbox"\n[send]\nsmtp = "localhost:1"\n'
    )
    (home.root / "mail.toml").write_text(settings)
    for folder in ("tmp", "new", "cur"):
        (home.root / "mailbox" / folder).mkdir(parents=True)
    with open_office(home) as office:
        to = f"foi+{token_of('1146A/22', '', office.vault.digest)}@northshire.example"
        failed, line = parts("report", FAILED)
        messages = (
            mail(
                "Thank you, that is what I meant.",
                From="Sample Applicant <sample.applicant@example.org>",
                To=to,
            ),
            mail("She means the plan of April.", From="Somebody <other@example.org>", To=to),
            mail(failed, line, From="MAILER-DAEMON@mx.example", To=to),
            mail("Please send me the gritting plan of last winter.", From="A Reader <reader@example.org>"),
            mail("I am away until Monday.", "Auto-Submitted: auto-replied", From="B <b@example.org>"),
            mail("About 1146A/22", Subject="Re: 1146A/22", From="C <c@example.org>"),
        )
        for number, raw in enumerate(messages):
            (
                home.root / "mailbox" / "new" / f"{int(time.time()) - number * 3_600}.M{number}.host"
            ).write_bytes(raw)
        mailing.take_in(office)
        officer = Officer(id="foi-officer", signer=signature.load(home.officers / "foi-officer"))
        sealed.open_sealed(office, officer, "1146A/22", "To answer it.")


class Person:
    """Somebody at a browser of their own, with a device that knows them."""

    def __init__(self, browser: Browser, desk: str, **options: Any) -> None:
        self.desk = desk
        self.context: BrowserContext = browser.new_context(**options)
        self.context.set_default_timeout(60_000)
        self.page: Page = self.context.new_page()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on(
            "console",
            lambda said: self.problems.append(said.text) if "Security Policy" in said.text else None,
        )
        self.devtools = self.context.new_cdp_session(self.page)
        self.devtools.send("WebAuthn.enable")
        self.device = self.devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})[
            "authenticatorId"
        ]

    def takes_another_device(self) -> None:
        """Lay the device aside that was used last, and use a security key."""
        self.devtools.send(
            "WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": self.device, "enabled": False}
        )
        options = {**DEVICE, "transport": "usb"}
        self.devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def goes(self, path: str) -> None:
        self.page.goto(f"{self.desk}{path}")

    def presses(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()
        self.page.wait_for_load_state()

    def follows(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()
        self.page.wait_for_load_state()

    @property
    def heading(self) -> str:
        return self.page.get_by_role("heading", level=1).inner_text()

    @property
    def words(self) -> str:
        return self.page.locator("main").inner_text()

    def enters_sample(self, person: str) -> None:
        self.goes("/sign-in")
        self.presses(f"Sign in as {person}")


def cookie_of(home: Home, person: str) -> str:
    """Begin a session of somebody; return what their browser would have."""
    store = Store(home.desk)
    try:
        return sessions.begin(store, person, "sample")
    finally:
        store.close()


class SignedIn:
    """A program with the cookie of somebody who signed in."""

    def __init__(self, home: Home, at: str, person: str) -> None:
        self._store = Store(home.desk)
        self.secret = sessions.begin(self._store, person, "key")
        session = sessions.find(self._store, self.secret)
        assert session
        self.token = session.token
        self.client = httpx.Client(base_url=at, cookies={"desk": self.secret})

    def sends(self, path: str, headers: dict[str, str], **form: Any) -> httpx.Response:
        return self.client.post(path, headers=headers, data={"token": self.token, **form})

    def close(self) -> None:
        self.client.close()
        self._store.close()


def invites(administrator: Person, person: str, role: str = "legal reviewer") -> str:
    """Invite somebody; return the path of the link."""
    administrator.goes("/people")
    administrator.page.get_by_label("What they are called here").fill(person)
    administrator.page.get_by_label(role).check()
    administrator.presses("Invite")
    return (administrator.page.locator("#link").text_content() or "").removeprefix(administrator.desk)


def enrols(newcomer: Person, link: str) -> list[str]:
    """Take an invitation up with two passkeys; return the digits that are to be read out."""
    newcomer.goes(link)
    newcomer.presses("Begin")
    makes_two_passkeys(newcomer)
    newcomer.presses("Hand them in")
    newcomer.page.get_by_role("heading", name="Keys handed in").wait_for()
    return newcomer.page.locator(".digits").all_inner_texts()


def lists(administrator: Person, person: str, digits: list[str]) -> None:
    """List the keys that somebody handed in, who reads these digits out."""
    administrator.goes(f"/people/{person}")
    assert all(each in administrator.words for each in digits)
    administrator.page.get_by_label("I heard these digits").check()
    administrator.presses("Check and sign")
    administrator.presses("Sign with your passkey")
    administrator.page.get_by_text("Recorded. Version").wait_for()


def enters(someone: Person) -> None:
    """Sign in with a passkey."""
    someone.goes("/sign-in")
    someone.presses("Sign in with a passkey")
    someone.page.get_by_role("heading", name="Waiting").wait_for()


def founds(first: Person, path: str) -> str:
    """Found a register by the page, and sign it with a passkey; return its fingerprint."""
    states_authority(first, path)
    makes_two_passkeys(first)
    first.presses("Go on")
    first.page.get_by_text("administrator founds the register of Northshire Council.").wait_for()
    first.presses("Sign with your passkey")
    first.page.get_by_role("heading", name="The register is founded").wait_for()
    return first.page.locator("#fingerprint").inner_text()


def states_authority(first: Person, path: str, *, shares: tuple[int, int] | None = None) -> None:
    """Say what the authority is, and how many of how many shares are wanted."""
    first.goes(path)
    first.page.get_by_label("The authority", exact=True).fill("Northshire Council")
    first.page.get_by_label("None of those below").check()
    labels = ("How many shares name an administrator", "How many shares there are")
    for label, number in zip(labels, shares, strict=True) if shares else ():
        first.page.get_by_label(label).fill(str(number))
    first.presses("Go on")


def makes_two_passkeys(newcomer: Person) -> None:
    """Make a passkey on each of two devices, and prove both."""
    for number in range(2):
        newcomer.presses("Make a passkey")
        newcomer.presses("Sign with it")
        if number == 0:
            newcomer.page.get_by_role("heading", name="Make a second one").wait_for()
            newcomer.page.wait_for_load_state()  # with its script
            newcomer.presses("Make a passkey")
            newcomer.page.get_by_text("This device has a passkey of yours for this desk already").wait_for()
            newcomer.takes_another_device()
    newcomer.page.get_by_role("heading", name="Your keys are made").wait_for()


class KeyMaker:
    """Somebody who makes keys, by a browser without script.

    Attributes:
        answer: The page that was answered last.
    """

    def __init__(self, at: str, link: str, **form: str) -> None:
        self.at = at
        self.http = httpx.Client(base_url=at, headers={"Origin": at}, follow_redirects=True)
        self.answer = self.http.post(link, data=form)
        self.there = self.answer.url.path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def sends(self, step: str, **form: str) -> httpx.Response:
        self.answer = self.http.post(f"{self.there}/{step}", data={"token": "", **form})
        return self.answer

    def field(self, name: str) -> str:
        """Return the value of a hidden field of the page."""
        found = re.search(f'name="{name}" value="([^"]*)"', self.answer.text)
        assert found
        return found[1]

    @property
    def asked(self) -> str:
        """The challenge that the page asks a browser to answer."""
        found = re.search('data-request="([^"]*)"', self.answer.text)
        assert found
        return str(json.loads(unescape(found[1]))["challenge"])

    @property
    def statement(self) -> bytes:
        """What is to be signed."""
        found = re.search("<pre>({.*?})\n</pre>", self.answer.text, re.DOTALL)
        assert found
        return unescape(found[1]).encode() + b"\n"

    def makes(self, key: Passkey, **changes: Any) -> httpx.Response:
        return self.sends("key", challenge=self.field("challenge"), answer=key.made(self.asked, **changes))

    def proves(self, key: Passkey) -> httpx.Response:
        return self.sends("prove", challenge=self.field("challenge"), answer=key.assertion(self.asked))

    def pastes(self, public: str) -> httpx.Response:
        return self.sends("key", public=public)


class Founding:
    """The page, served in a thread until something is founded."""

    def __init__(self, home: Home) -> None:
        self.home, self.ended, self.refused = home, threading.Event(), ""
        told, self.link = threading.Event(), ""
        listener = listening(0)

        def say(link: str) -> None:
            self.link = link
            told.set()

        def run() -> None:
            try:
                found_by_page(home, listener, say)
            except RefusedError as error:
                self.refused = str(error)
            listener.close()
            self.ended.set()

        threading.Thread(target=run, daemon=True).start()
        assert told.wait(20)
        self.origin, _, secret = self.link.partition("/found/")
        self.path = f"/found/{secret}"
        self.port = int(self.origin.rpartition(":")[2])

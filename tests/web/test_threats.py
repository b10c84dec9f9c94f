"""What somebody might try with the desk, and how far they get."""

from __future__ import annotations

import socket
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

import httpx
import pytest
from desk_builders import CASE, CASES, passes_audit
from web_builders import SignedIn

from flows.desk.web import sessions
from flows.desk.web.store import Store
from flows.register import signature

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from desk_builders import Desk
    from web_builders import Person

    from flows.home import Home

DECIDE: Final = "/cases/1146A-22/decide/test"


@pytest.fixture
def reviewer(home: Home, at: str) -> Iterator[SignedIn]:
    someone = SignedIn(home, at, "legal-reviewer")
    yield someone
    someone.close()


FROM: Final[dict[str, tuple[dict[str, str], bool]]] = {
    "this very page": ({"Sec-Fetch-Site": "same-origin"}, True),
    "an older browser, of this origin": ({"Origin": "{at}"}, True),
    "a page of another site": ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, False),
    "a page of a sibling host": ({"Sec-Fetch-Site": "same-site", "Origin": "http://x.localhost"}, False),
    "an older browser, of another site": ({"Origin": "https://evil.example"}, False),
    "another port of this host": ({"Origin": "http://localhost:1"}, False),
    "a page that hides where it is": ({"Origin": "null"}, False),
    "no page at all": ({}, False),
    "an address typed in": ({"Sec-Fetch-Site": "none"}, False),
    "another site that claims this origin": ({"Sec-Fetch-Site": "cross-site", "Origin": "{at}"}, False),
}


@pytest.mark.parametrize("whence", FROM)
def test_a_form_counts_only_from_a_page_of_the_desk(reviewer: SignedIn, at: str, whence: str) -> None:
    headers, good = FROM[whence]
    form = {"decision": "approve", "version": "1", "gate": "legal-review"}
    answer = reviewer.sends(DECIDE, {name: value.format(at=at) for name, value in headers.items()}, **form)
    assert answer.status_code == (303 if good else 403)


def test_a_form_without_the_token_of_its_session_does_nothing(reviewer: SignedIn, at: str) -> None:
    for token in ("", "0" * 64, reviewer.token[:-1], reviewer.token + "0"):
        form = {"token": token, "decision": "approve", "version": "1", "gate": "legal-review"}
        answer = reviewer.client.post(DECIDE, headers={"Origin": at}, data=form)
        assert answer.status_code == 403
        assert "Send it again" in answer.text


def test_a_cookie_is_worth_nothing_after_signing_out(reviewer: SignedIn, at: str) -> None:
    assert reviewer.client.get("/").status_code == 200
    assert reviewer.sends("/sign-out", {"Origin": at}).status_code == 303
    again = httpx.get(f"{at}/", cookies={"desk": reviewer.secret})
    assert (again.status_code, again.headers["location"]) == (303, "/sign-in?next=/")


def test_a_session_ends_with_the_rights_of_its_person(reviewer: SignedIn, command: Desk) -> None:
    assert reviewer.client.get("/").status_code == 200
    command.done("officer", "revoke", "legal-reviewer", "--as", "administrator")
    assert reviewer.client.get("/").status_code == 303


@pytest.mark.parametrize("begun", [("began", sessions.LONGEST), ("used", sessions.IDLE)])
def test_a_session_ends_by_itself(reviewer: SignedIn, home: Home, begun: tuple[str, float]) -> None:
    column, seconds = begun
    store = Store(home.desk)
    store.ask(f"update sessions set {column} = {column} - ?", seconds + 1)  # noqa: S608 - ours
    store.close()
    assert reviewer.client.get("/").status_code == 303


def test_the_cookie_is_not_kept_where_it_could_be_copied(reviewer: SignedIn, home: Home, at: str) -> None:
    assert reviewer.secret.encode() not in home.desk.read_bytes()
    entered = httpx.post(f"{at}/sign-in/sample", headers={"Origin": at}, data={"person": "foi-officer"})
    assert "httponly" in entered.headers["set-cookie"].lower()
    assert "samesite=lax" in entered.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "127.0.0.1:{port}", "localhost.evil.example", "", "[::1]:{port}"),
        *("localhost:x@evil.example", "localhost:", "localhost:{port}:{port}"),
    ],
)
def test_a_foreign_name_for_this_machine_reaches_nothing(reviewer: SignedIn, at: str, host: str) -> None:
    host = host.format(port=at.rpartition(":")[2])
    answer = reviewer.client.get("/", headers={"Host": host})
    assert answer.status_code in {400, 421}
    assert "legal-reviewer" not in answer.text
    for path in ("/sign-in/", "/cases/1146A-22/", "/static/desk.css/"):
        answer = reviewer.client.get(path, headers={"Host": host})
        assert answer.status_code in {400, 404, 421}
        assert "location" not in answer.headers


EMBEDDED: Final = (
    {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
    {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_nothing_of_the_desk_is_a_part_of_another_page(reviewer: SignedIn, site: str) -> None:
    for parts in EMBEDDED:
        for path in ("/", "/sign-in", "/static/icon.svg", "/health"):
            answer = reviewer.client.get(path, headers={"Sec-Fetch-Site": site, **parts})
            assert (answer.status_code, "set-cookie" in answer.headers) == (404, False)
        own = reviewer.client.get("/static/icon.svg", headers={"Sec-Fetch-Site": "same-origin", **parts})
        assert own.status_code == 200


def test_no_link_of_others_uses_up_how_often_somebody_may_ask(at: str) -> None:
    def asked(site: str) -> int:
        headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
        return client.get("/invitation/none", headers=headers).status_code

    with httpx.Client(base_url=at) as client:
        assert [asked("cross-site") for _ in range(21)] == [404] * 20 + [429]
        assert [asked(site) for site in ("none", "same-origin")] == [404, 404]


FORWARDED: Final = (
    "Forwarded",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-IP",
    "Via",
)


@pytest.mark.parametrize("header", FORWARDED)
def test_nobody_behind_a_proxy_signs_in_as_anybody(at: str, header: str) -> None:
    headers = {"Origin": at, header: "for=192.0.2.1"}
    answer = httpx.post(f"{at}/sign-in/sample", headers=headers, data={"person": "foi-officer"})
    assert answer.status_code == 404
    assert "Sign in as" not in httpx.get(f"{at}/sign-in", headers={header: "for=192.0.2.1"}).text


def test_nobody_signs_in_as_anybody_where_it_is_no_sample(home: Home, at: str) -> None:
    (home.root / ".demo").unlink()
    answer = httpx.post(f"{at}/sign-in/sample", headers={"Origin": at}, data={"person": "foi-officer"})
    assert answer.status_code == 404
    assert "Sign in as" not in httpx.get(f"{at}/sign-in").text


def test_what_is_too_large_is_not_even_read(reviewer: SignedIn, at: str) -> None:
    port = int(at.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as connection:
        head = (
            f"POST {DECIDE} HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: {at}\r\n"
            f"Cookie: desk={reviewer.secret}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {1 << 30}\r\n\r\n"
        )
        connection.sendall(head.encode())
        assert connection.recv(64).startswith(b"HTTP/1.1 413")


def test_a_burst_is_answered_with_when_to_come_back(at: str) -> None:
    answers = [
        httpx.post(f"{at}/sign-in", headers={"Origin": at}, data={"challenge": "0" * 64, "signature": "x"})
        for _ in range(22)
    ]
    assert [each.status_code for each in answers[:20]] == [422] * 20
    assert [each.status_code for each in answers[20:]] == [429] * 2
    assert int(answers[-1].headers["retry-after"]) > 0


def test_every_answer_forbids_what_a_page_does_not_need(reviewer: SignedIn) -> None:
    for path in (
        "/",
        "/cases/1146A-22",
        "/cases/none",
        "/sign-in",
        "/static/desk.css",
        "/nowhere",
        "/index.json",
    ):
        headers = reviewer.client.get(path).headers
        contents = headers["content-security-policy"]
        assert "default-src 'none'" in contents
        assert "frame-ancestors 'none'" in contents
        assert "require-trusted-types-for 'script'; trusted-types 'none'" in contents
        assert "unsafe" not in contents
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers


@pytest.mark.exhaustive
def test_a_framed_page_stays_empty(person: Callable[..., Person], at: str) -> None:
    someone = person("legal-reviewer")
    someone.page.goto("about:blank")
    someone.page.set_content(f'<iframe src="{at}/" width="600" height="400"></iframe>')
    someone.page.wait_for_timeout(300)
    assert [each.name for each in someone.page.frames[1:] if "Waiting" in (each.content() or "")] == []
    someone.problems.clear()  # the browser says why


def test_a_page_tampered_with_between_the_steps_signs_nothing_else(
    reviewer: SignedIn, command: Desk, home: Home, at: str
) -> None:
    form = {"decision": "approve", "version": "1", "gate": "legal-review"}
    signing = reviewer.sends(DECIDE, {"Origin": at}, **form).headers["location"]
    content = reviewer.client.get(f"{signing}/statement").content
    key = signature.load(home.officers / "legal-reviewer")
    for other in (content.replace(b'"approve"', b'"return"'), content + b" "):
        made = key.sign(other, signature.STATEMENT)
        answer = reviewer.sends(signing, {"Origin": at}, signature=made)
        assert answer.status_code == 422, answer.text
    made = key.sign(content, b"equipoise-session-v1")  # what one signs to enter is no act
    assert reviewer.sends(signing, {"Origin": at}, signature=made).status_code == 422
    assert command.stage() == "legal-review"
    assert passes_audit(home)


def test_somebody_else_cannot_see_or_sign_what_a_person_is_about_to(
    reviewer: SignedIn, home: Home, at: str
) -> None:
    form = {"decision": "approve", "version": "1", "gate": "legal-review"}
    signing = reviewer.sends(DECIDE, {"Origin": at}, **form).headers["location"]
    other = SignedIn(home, at, "both-gates")
    assert other.client.get(signing).status_code == 404
    assert other.sends(signing, {"Origin": at}, signature="x").status_code == 404
    other.close()


def test_a_version_that_changed_meanwhile_is_not_approved(
    reviewer: SignedIn, command: Desk, home: Home, at: str
) -> None:
    form = {"decision": "approve", "version": "1", "gate": "legal-review"}
    signing = reviewer.sends(DECIDE, {"Origin": at}, **form).headers["location"]
    content = reviewer.client.get(f"{signing}/statement").content
    command.return_(person="both-gates")
    command.draft(CASES / ".story" / "1146A-22" / "assessment.yaml")
    command.submit(2)
    made = signature.load(home.officers / "legal-reviewer").sign(content, signature.STATEMENT)
    answer = reviewer.sends(signing, {"Origin": at}, signature=made)
    assert answer.status_code in {409, 422}
    assert "Recorded" not in answer.text
    assert command.document(CASE, "test")["approvals"] == []


def test_where_to_go_after_signing_in_is_always_here(at: str) -> None:
    for away in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        form = {"person": "foi-officer", "next": away}
        answer = httpx.post(f"{at}/sign-in/sample", headers={"Origin": at}, data=form)
        assert answer.headers["location"] == "/"


def test_the_log_says_which_page_and_never_what_about(reviewer: SignedIn, home: Home, at: str) -> None:
    reviewer.client.get("/cases/1146A-22?document=canary-in-the-address")
    reviewer.sends(DECIDE, {"Origin": at}, reason="canary in the form")
    log = home.desk_log.read_text(encoding="utf-8")
    assert '"GET /cases/{case}"' in log
    assert '"legal-reviewer"' in log
    assert "canary" not in log
    assert "1146A" not in log


def test_a_file_of_the_desk_that_fails_shuts_the_page_and_is_told_without_a_word_of_it(
    reviewer: SignedIn, home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(sqlite3.connect(home.desk)) as db:
        db.execute("alter table sessions rename to canaries")
    answer = reviewer.client.get("/")
    assert (answer.status_code, answer.text) == (503, "The desk cannot answer now.")
    assert "desk: The program failed with OperationalError at store.py:" in caplog.text
    assert "sessions" not in caplog.text

"""Whatever a browser can send, each page answers with a page: no field and no address makes the desk fail."""

from __future__ import annotations

import re
import socket
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import httpx
import pytest
from hostile import CORPUS, brought
from hostile_json import NO_VALUE
from web_builders import Founding, SignedIn, fill_with_mail, serving

import flows.desk.web
from flows.desk.web.app import _CLOSED
from flows.desk.web.language import words_of
from flows.desk.web.routes import ROUTES
from flows.desk.web.store import Store
from flows.home import Home

if TYPE_CHECKING:
    from collections.abc import Iterator

PEOPLE: Final = ("foi-officer", "legal-reviewer", "administrator", "both-gates")
PATHS: Final = {
    "case": "1146A-22",
    "person": "foi-officer",
    "document": "test",
    "entry": "1",
    "name": "desk.css",
    "token": "x",
    "matter": "reminders",
    "tag": "x",
    "form": "page.html",
    "digest": "0" * 64,
}
VALUES: Final = (
    CORPUS[1],
    "9" * 5_000,
    "\u0663",
    "a\0b",
    "0001-01-01",
    NO_VALUE["nested lists"].decode()[:20_000],
    NO_VALUE["half of a pair"].decode(),
    '{"id": "x", "response": []}',
)


class Forms(HTMLParser):
    """The forms of a page: where each goes, and what it sends where nobody fills anything in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attributes}
        if tag == "form" and named.get("method", "").lower() == "post":
            self.found.append((named.get("action", ""), {}))
        elif tag in {"input", "textarea", "select", "button"} and self.found and named.get("name"):
            self.found[-1][1].setdefault(named["name"], named.get("value", ""))


def names_asked() -> list[str]:
    """Return what the pages take from an address."""
    folder = Path(flows.desk.web.__file__).parent
    text = "\n".join(path.read_text() for path in folder.rglob("*.py"))
    return sorted({*re.findall(r'asked\.get\(\s*"([a-z-]+)"', text), "reference", "words", "page", "done"})


def addresses() -> Iterator[str]:
    for route in ROUTES:
        if route.method == "GET" and not route.machine:
            yield re.sub(r"\{(\w+)\}", lambda found: PATHS[found[1]], route.path)


@pytest.fixture
def full(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Home, str]]:
    """The desk of a home with mail, which counts nobody's requests."""
    monkeypatch.setattr(Store, "within_rate", lambda *_, **__: 0.0)
    fill_with_mail(home)
    with serving(home) as at:
        yield home, at


def fails(answer: httpx.Response) -> bool:
    return answer.status_code >= 500 or "The program failed" in answer.text or bool(brought(answer.text))


@pytest.mark.exhaustive
def test_no_field_of_any_form_makes_the_desk_fail(full: tuple[Home, str]) -> None:
    home, at = full
    failed: dict[tuple[str, str, str], str] = {}
    seen: set[tuple[str, str]] = set()
    for who in PEOPLE:
        someone = SignedIn(home, at, who)
        forms: list[tuple[str, dict[str, str]]] = []
        for address in addresses():
            page = someone.client.get(address)
            if page.headers["Content-Type"].startswith("text/html"):
                forms += [(action or address, sent) for action, sent in Forms(page.text).found]
        for action, given in forms:
            path = action.partition("?")[0]
            if path in {"/sign-out", "/me/sessions", "/language"}:
                continue
            for name in given:
                if name == "token" or (path, name) in seen:
                    continue
                seen.add((path, name))
                for value in VALUES:
                    answer = someone.sends(action, {"Origin": at}, **{**_sent(given), name: value})
                    if fails(answer):
                        failed[(path, name, value[:30])] = f"{answer.status_code} {told(answer)}"
        someone.close()
    assert len(seen) > 40  # forms were found
    assert failed == {}


def _sent(given: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if name != "token"}


def told(answer: httpx.Response) -> str:
    found = re.search(r"The program failed[^.]*\.[a-z]+:\d+", answer.text)
    return found[0] if found else answer.text[:100]


@pytest.mark.exhaustive
def test_no_address_makes_the_desk_fail(full: tuple[Home, str]) -> None:
    home, at = full
    failed: dict[tuple[str, str, str], str] = {}
    someone = SignedIn(home, at, "foi-officer")
    for address in addresses():
        for value in VALUES:
            answer = someone.client.get(address, params=dict.fromkeys(names_asked(), value[:500]))
            if fails(answer):
                failed[(address, "", value[:30])] = f"{answer.status_code} {told(answer)}"
    for route in ROUTES:
        for value in VALUES:
            if len(value) > 4_000 or "{" not in route.path or route.machine:
                continue
            path = re.sub(r"\{\w+\}", quote(value, safe="").replace("\\", r"\\"), route.path)
            options: dict[str, Any] = {"data": {"token": someone.token}} if route.method == "POST" else {}
            answer = someone.client.request(route.method, path, headers={"Origin": at}, **options)
            if fails(answer):
                failed[(route.path, "", value[:30])] = f"{answer.status_code} {told(answer)}"
    someone.close()
    assert failed == {}


NAMES: Final = (
    *("authority", "administrator", "second", "third", "pattern", "body", "approvals", "needed", "shares"),
    *("answer", "challenge", "signature", "pasted", "public", "key", "with", "printed", "name", "id"),
)


def test_no_answer_of_a_device_makes_the_sign_in_fail(full: tuple[Home, str]) -> None:
    _, at = full
    for value in VALUES:
        given = dict(Forms(httpx.get(f"{at}/sign-in").text).found)["/sign-in"]
        for name in ("answer", "signature", "challenge", "next"):
            answer = httpx.post(f"{at}/sign-in", headers={"Origin": at}, data=given | {name: value})
            assert (answer.status_code, fails(answer)) == (422, False), (name, value[:30])


@pytest.mark.exhaustive
def test_no_step_of_the_founding_can_be_made_to_fail(tmp_path: Path) -> None:
    founding = Founding(Home(tmp_path / "home"))
    here = {"Origin": founding.origin}
    steps = ("", "key", "prove", "drop", "hand-in", "shares", "kept", "sign", "nothing", "%00", "../found")
    first = {
        "authority": "Northshire",
        "administrator": "alice",
        "approvals": "full",
        "body": "other",
        "pattern": "FOI-{year}-{number:04}",
    }
    for given in ({}, first, {"key": "ssh-ed25519 AAAA"}):
        if given:
            httpx.post(founding.link, headers=here, data=given)
        for step in steps:
            for value in VALUES:
                path = f"{founding.link}/{step}" if step else founding.link
                if step == "" and given == first:
                    continue
                answer = httpx.post(path, headers=here, data=dict.fromkeys(NAMES, value))
                assert answer.status_code < 500, (step, value[:30], answer.text[:200])
                assert brought(answer.text) == [], (step, value[:30])
    assert not (tmp_path / "home").exists()
    assert not founding.ended.is_set()


CHARSETS: Final = ("undefined", "punycode", "unicode_escape", "UTF-7", "latin-1", "''", '"UTF-8 "')
PART: Final = b'--x\r\nContent-Disposition: form-data; name="signature"\r\n\r\n\\ud800+2AA-\r\n--x--\r\n'


def test_no_form_chooses_how_its_bytes_are_read(at: str, caplog: pytest.LogCaptureFixture) -> None:
    def sent(more: str) -> int:
        headers = {"Origin": at, "Content-Type": f"multipart/form-data; boundary=x{more}"}
        return httpx.post(f"{at}/sign-in", headers=headers, content=PART).status_code

    # Some of Python's codecs take minutes for a megabyte, make halves of pairs of surrogates, or fail.
    assert {said: sent(f"; charset={said}") for said in CHARSETS} == dict.fromkeys(CHARSETS, 415)
    assert [sent("; charset=UTF-8"), sent("")] == [422, 422]
    assert not caplog.records


def _parts(number: int, more: str = "") -> bytes:
    part = f'--x\r\nContent-Disposition: form-data; name="a"{more}\r\n\r\ny\r\n'
    return (part * number + "--x--\r\n").encode()


UNFIT: Final[dict[str, tuple[str, bytes, int]]] = {
    "too many fields": ("multipart/form-data; boundary=x", _parts(2_001), 400),
    "too many fields, in one line": ("application/x-www-form-urlencoded", b"a=b&" * 2_001, 400),
    "too many files": ("multipart/form-data; boundary=x", _parts(51, '; filename="f"'), 400),
    "no border": ("multipart/form-data", _parts(1), 400),
    "another border": ("multipart/form-data; boundary=y", _parts(1), 400),
    "a part without a name": ("multipart/form-data; boundary=x", b"--x\r\nA: b\r\n\r\ny\r\n--x--\r\n", 400),
}


def test_what_is_no_form_or_too_large_is_refused_in_a_sentence_of_ours(at: str, tmp_path: Path) -> None:
    founding = Founding(Home(tmp_path / "other"))
    for origin, path in ((at, "/sign-in"), (founding.origin, founding.path)):
        for name, (kind, content, status) in UNFIT.items():
            headers = {"Origin": origin, "Content-Type": kind, "Cookie": "language=cy"}
            answer = httpx.post(f"{origin}{path}", headers=headers, content=content)
            in_welsh = words_of("cy").gettext(_CLOSED[status])
            assert (answer.status_code, answer.text) == (status, in_welsh), (name, path)
        said = f"Origin: {origin}\r\nHost: {origin.removeprefix('http://')}\r\nContent-Length: {1 << 30}"
        with socket.create_connection(("127.0.0.1", int(origin.rpartition(":")[2]))) as connection:
            connection.sendall(f"POST {path} HTTP/1.1\r\n{said}\r\nConnection: close\r\n\r\n".encode())
            with connection.makefile("rb") as file:
                answered = file.read().decode()
        assert answered.startswith("HTTP/1.1 413 ")
        assert answered.endswith(_CLOSED[413])

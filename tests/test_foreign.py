"""What others answer is one clear value within bounds of size and time, or none at all."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import closing, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from desk_builders import Desk
from hostile_json import DEEP, HOSTILE, NO_OBJECT, NO_VALUE
from loopback import answering_on_loopback

from flows import fetching
from flows.casework.witnesses import Answer, cosignature_in, size_in
from flows.catalogue.remote import LISTS
from flows.domain.errors import PitError, RegisterError, UnfitPaperError
from flows.engine.waking import Prefect
from flows.foreign import json_of, object_of
from flows.home import REGISTRAR_VARIABLE, Home
from flows.register.note import Note, parse_note_key
from flows.register.remote import Found, Stands
from flows.registrar import connection, refusal
from flows.registrar.address import Address
from flows.registrar.connection import Connection
from flows.vault import wrapping

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.mark.parametrize("name", NO_VALUE)
def test_what_two_readers_need_not_agree_on_is_no_value(name: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any, and nothing else
        json_of(NO_VALUE[name])


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_object_is_none(name: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - as above
        object_of(HOSTILE[name])


def test_a_value_is_read_as_it_stands() -> None:
    value = {"a": [1, -1, 0.5, True, None, "\U0001f4dc", (1 << 63) - 1], "b": {"a": "é\x00"}}
    for written in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        assert json_of(written) == json_of(written.encode()) == value
    assert json_of(b"\xef\xbb\xbf{}") == {}
    assert [json_of(each) for each in NO_OBJECT.values()] == [None, [], [["a", 1]], "error", 7, True]


# A registrar --------------------------------------------------------------------------------------


class Hostile:
    """What answers on a socket in a registrar's place.

    Attributes:
        body: What it answers, after the head of an answer in HTTP.
        whole: What it answers instead; a byte at a time, for ever, where ``drips``.
        cuts: How many answers it ends in the middle, as one that is killed.
    """

    def __init__(self, path: Path) -> None:
        self.status, self.body, self.whole, self.drips, self.cuts = 200, b"", b"", False, 0
        self.address = Address(text=f"unix:{path}")
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._ended = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def end(self) -> None:
        self._ended.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _run(self) -> None:
        with suppress(OSError):
            while True:
                asking, _ = self._listener.accept()
                with asking, suppress(OSError):
                    while asking.recv(1 << 16):
                        self._answer(asking)

    def _answer(self, asking: socket.socket) -> None:
        head = f"HTTP/1.1 {self.status} X\r\nContent-Length: {len(self.body)}\r\n\r\n".encode()
        if self.cuts:
            self.cuts -= 1
            asking.sendall(head + self.body[:3])
            raise OSError("killed")
        asking.sendall(self.whole or head + self.body)
        while self.drips and not self._ended.wait(0.01):
            asking.sendall(self.whole[-1:])


@pytest.fixture
def registrar(tmp_path: Path) -> Iterator[Hostile]:
    hostile = Hostile(tmp_path / "s")
    yield hostile
    hostile.end()


def asks(hostile: Hostile, what: str = "stands", gives: Any = Stands) -> str:
    """Return the sentence with which a question ends."""
    asking = Connection(hostile.address, patience=0)
    try:
        with pytest.raises(PitError) as told:
            asking.ask(what, gives)
    finally:
        asking.close()
    assert isinstance(told.value, RegisterError)
    return str(told.value)


NONE = "is no registrar of this version of Equipoise."
REFUSALS: dict[str, object] = {
    "no error": {"sentence": "No."},
    "no sentence": {"error": "RefusedError"},
    "an error that nobody knows": {"error": "SystemExit", "sentence": "No."},
    "an error that is the base of all": {"error": "PitError", "sentence": "No."},
    "a list for an error": {"error": [], "sentence": "No."},
    "an object for a sentence": {"error": "RefusedError", "sentence": {}},
    "a number for a source": {"error": "MalformedError", "sentence": "No.", "source": 1, "faults": []},
    "faults of other things": {"error": "MalformedError", "sentence": "", "source": "", "faults": [[1, {}]]},
    "faults that are none": {"error": "MalformedError", "sentence": "", "source": "", "faults": 7},
    "a fault of three": {"error": "MalformedError", "sentence": "", "source": "", "faults": ["abc"]},
}
ROW = {
    "identity": "a-1",
    "document": "test",
    "reference": "A/1",
    "folder": "cases/2022/11/07/A-1",
    "stage": "drafting",
    "open": 1,
    "version": 1,
    "round": 0,
    "received": "2022-11-07",
    "owed": '{"duty": "answer", "received": "2022-11-07"}',
    "due": "2022-12-05",
    "subject": "A subject",
    "regime": "foia",
    "since": "2022-11-07T09:00:00+00:00",
    "recipient": "age1",
    "erased": 0,
    "last_entry": "0" * 40,
    "last_number": 1,
    "described": "",
}
ROWS: dict[str, dict[str, object]] = {
    "a stage that is none": {"stage": "gone"},
    "a receipt on no day": {"received": "yesterday"},
    "due on no day": {"due": "2022-13-05"},
    "since never": {"since": "x"},
    "owed of nothing": {"owed": "{}"},
    "owed of a list": {"owed": "[]"},
    "owed without end": {"owed": "[" * DEEP},
    "owed of rounds that are numbers": {"owed": '{"duty": "answer", "rounds": [1]}'},
    "a text that is no number": {"version": "one"},
}


def test_whatever_answers_in_a_registrars_place_ends_in_one_sentence(registrar: Hostile) -> None:
    for registrar.status in (200, 409):
        for name, registrar.body in HOSTILE.items():
            for gives in (Stands, Found, dict[str, str], list[tuple[str, bytes]]):
                if registrar.status == 200 and (gives is not Stands) and name in NO_OBJECT:
                    continue  # an empty list is a list
                if registrar.status == 200 and b'"a"' in registrar.body[:8] and gives == dict[str, str]:
                    continue  # of a type that pydantic reads, whose reader is its own
                assert asks(registrar, gives=gives).endswith(NONE), (name, gives)
    for name, refused in REFUSALS.items():
        registrar.body = json.dumps(refused).encode()
        assert asks(registrar).endswith(NONE), name


def test_a_row_of_a_list_says_what_a_catalogue_says(registrar: Hostile) -> None:
    for name, changes in {"nothing": {}, **ROWS}.items():
        row = ROW | changes
        for what, body in {"cases": [row], "some": [[row], 1]}.items():
            registrar.status, registrar.body = 200, json.dumps(body).encode()
            if changes:
                assert asks(registrar, f"list/{what}", LISTS[what].gives).endswith(NONE), name
            else:
                asking = Connection(registrar.address, patience=0)
                assert asking.ask(f"list/{what}", LISTS[what].gives)
                asking.close()
    for name in ("owed of nothing", "owed of a list", "owed without end"):
        registrar.body = json.dumps([["A/1", "foia", ROWS[name]["owed"]]]).encode()
        assert asks(registrar, "list/watched", LISTS["watched"].gives).endswith(NONE), name


NO_HTTP = {
    "nothing": b"\r\n",
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n",
    "a line without end": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000,
    "more lines than any answer": b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 200 + b"\r\n",
    "a part of no size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfive\r\nhello\r\n",
}


def test_what_is_not_said_in_http_ends_in_one_sentence(registrar: Hostile) -> None:
    for name, registrar.whole in NO_HTTP.items():
        assert "does not answer" in asks(registrar), name


SLOW = {
    "a body": b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n[",
    "a head": b"HTTP/1.1 200 OK\r\nX: x",
}


@pytest.mark.parametrize("name", SLOW)
def test_an_answer_that_comes_byte_by_byte_is_not_waited_for(
    name: str, registrar: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_WHOLE", 0.2)
    registrar.whole, registrar.drips = SLOW[name], True
    assert "does not answer" in asks(registrar)


def test_an_answer_is_not_read_beyond_its_bounds(registrar: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_LARGEST", 1_000)
    registrar.body = json.dumps("x" * 1_000).encode()
    assert "does not answer" in asks(registrar, gives=str)


def test_a_registrar_that_was_killed_as_it_answered_is_asked_again(registrar: Hostile) -> None:
    registrar.body, registrar.cuts = b'"what was recorded"', 2
    with closing(Connection(registrar.address)) as asking:
        assert asking.ask("x", str) == "what was recorded"
    assert registrar.cuts == 0


def test_a_command_says_it_in_one_sentence(
    tmp_path: Path, registrar: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(Home(tmp_path / "far"))
    monkeypatch.setenv(REGISTRAR_VARIABLE, registrar.address.text)
    for registrar.status, registrar.body in (
        (200, NO_VALUE["nested lists"]),
        (409, NO_VALUE["nested lists"]),
    ):
        said = desk("queue")
        assert (said.exit_code, said.stdout) == (3, "")
        assert said.stderr.strip().endswith(NONE)
        assert said.stderr.count("\n") == 1


def test_a_refusal_arrives_as_it_was_told() -> None:
    told = refusal.told(UnfitPaperError("A/1", findings=2, first="x"))
    assert str(refusal.read(object_of(json.dumps(told)))).startswith("A/1 is not published")


# A Prefect server, a witness, a key in a device ---------------------------------------------------


NO_IDS = [b"{}", b'{"id": {"id": []}}', rb'{"id": "x\r\nHost: x"}', b'{"id": null}']


def test_a_prefect_server_that_answers_anything_is_one_that_does_not_answer() -> None:
    answer = [b"", b""]
    named = "/name/"

    def reply(path: str, _: bytes) -> tuple[str, bytes]:
        return "application/json", answer[0 if named in path else 1]

    with answering_on_loopback(reply) as url:
        there = Prefect(url=f"{url}/api", authorization="")
        for name, body in HOSTILE.items():
            answer[:] = [body, body]
            assert there.ask("intake", None) is None, name
            there.ask_for_refused("x", datetime.now(UTC))  # never fails
            there.free_lost_slots("x")  # nor do these, and they come to an end
            there.trouble()
            there.unserved_automations()
            if body:
                with pytest.raises((OSError, ValueError)):
                    there.call("/flow_runs/x")
        for answer[0] in NO_IDS:
            assert there.ask("intake", None) is None, answer


@pytest.mark.parametrize("broken", ["", "/deployments/", "/work_pools/"])
def test_a_prefect_server_that_answers_with_an_error_is_told_of(broken: str) -> None:
    answers = {"/deployments/": b'{"work_pool_name": "x", "status": "READY"}', "/work_pools/": b"{}"}

    def reply(path: str, _: bytes) -> tuple[str, bytes, int]:
        body = next((body for part, body in answers.items() if part in path), b"true")
        return "application/json", body, 500 if broken in path else 200

    with answering_on_loopback(reply) as url:
        there = Prefect(url=f"{url}/api", authorization="")

        assert there.trouble() == "it answers with 500"
        assert there.refusal("intake") is None  # a command asks again first


def test_what_is_fetched_is_bounded_and_leads_nowhere_else() -> None:
    with answering_on_loopback(lambda _, asked: ("text/plain", asked or b"x" * 9)) as url:
        options: dict[str, Any] = {"within": 5.0, "proxies": False}
        answer = fetching.fetch(url, most=9, **options)
        assert (answer.status, answer.body) == (200, b"x" * 9)
        assert fetching.fetch(url, b"abc", most=9, **options).body == b"abc"
        for beyond in ({"most": 8}, {"most": 9, "within": 0.0}):
            with pytest.raises(OSError):  # noqa: PT011 - any, and nothing else
                fetching.fetch(url, **{**options, **beyond})
    for nowhere in (url, "file:///etc/passwd", "ftp://127.0.0.1/x", "http://127.0.0.1:99999/", "http://[x/"):
        with pytest.raises(OSError):  # noqa: PT011 - as above
            fetching.fetch(nowhere, most=9, **options)


def test_a_witness_that_answers_anything_gives_no_cosignature() -> None:
    key = parse_note_key("witness.example/w+83755ab3+BOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs")
    note = Note(text="x\n1\nAAAA\n", lines=())
    for name, body in HOSTILE.items():
        text = body.decode("utf-8", "replace")
        assert cosignature_in(Answer(status=200, body=text), note, key) == (
            "answers with what is no cosignature of its own"
        ), name
        assert size_in(Answer(status=409, body=text)) == (7 if name == "a number" else None), name


DEVICES = {
    "no device": b'{"wrapped": "00"}',
    "what is wrapped is no hexadecimal": b'{"module": "m", "token": "t", "key": "k", "wrapped": "0"}',
    "what is wrapped is a number": b'{"module": "m", "token": "t", "key": "k", "wrapped": 1}',
    "a label that is a number": b'{"module": "m", "token": 1, "key": "k", "wrapped": "00"}',
    "a field more": b'{"module": "m", "token": "t", "key": "k", "wrapped": "00", "more": ""}',
}


def test_a_file_of_a_device_that_is_out_of_form_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pin").write_text("1234")
    monkeypatch.setenv(wrapping.NAMED, str(tmp_path / "pin"))
    short = {name: data for name, data in HOSTILE.items() if len(data) < DEEP} | DEVICES
    for name, data in {**short, "nested lists": b"[" * 5_000, "nested objects": b'{"a":' * 5_000}.items():
        (tmp_path / "key").write_bytes(b'{"module": ' + data if data[:1] != b"{" else data)
        with pytest.raises(RegisterError, match="cannot be read; restore it from a copy"):
            wrapping.unlocked(tmp_path / "key", tmp_path / "log"), name

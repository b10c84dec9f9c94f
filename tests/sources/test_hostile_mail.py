"""Messages that are made so that reading them never ends, or fails: each is read in a short time."""

from __future__ import annotations

import resource
import subprocess
import sys
from typing import Final

import pytest
from sampling import sampled

from flows.sources.mail.decoding import unflowed
from flows.sources.mail.message import read_message

HEAD: Final = (
    b"From: A B <a@example.org>\r\nTo: foi@northshire.example\r\nSubject: Plans\r\nMIME-Version: 1.0\r\n"
)
NESTED: Final = {
    "comments in comments": HEAD.replace(b"A B <a@example.org>", b"(" * 9_000 + b"<a@example.org>"),
    "groups in groups": HEAD.replace(b"A B <a@example.org>", b"a:" * 4_000 + b"<a@example.org>"),
    "comments of a recipient": HEAD.replace(b"foi@", b"(" * 9_000 + b"foi@"),
    "groups of those who answer": HEAD + b"Reply-To: " + b"g:" * 4_000 + b"\r\n",
}


@pytest.mark.parametrize("name", NESTED)
def test_addresses_that_stand_in_one_another_are_read_as_far_as_they_can_be(name: str) -> None:
    message = read_message(NESTED[name] + b"\r\nPlease send the plan.\r\n")

    assert message.text == "Please send the plan."
    assert message.sender in {"a@example.org", ""}


SLOW: Final = {
    "a type of semicolons": 'Content-Type: text/plain; x="' + 4_000_000 * ";" + "\r\n\r\nx",
    "commands without an end": "Content-Type: text/enriched\r\n\r\n" + 1_000_000 * "<param>",
    "lines that go on without end": "Content-Type: text/plain; format=flowed\r\n\r\n" + 1_000_000 * "a \r\n",
    "those, quoted": "Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\n" + 1_000_000 * ">a \r\n",
    "a type of pieces": "Content-Type: text/plain" + 400_000 * "; name*1=x" + "\r\n\r\nx",
    "a name of pieces": "Content-Disposition: attachment" + 400_000 * "; filename*1*=x" + "\r\n\r\nx",
    "a boundary of semicolons": 'Content-Type: multipart/mixed; x="' + 4_000_000 * ";" + "\r\n\r\nx",
    "ends of commands alone": "Content-Type: text/enriched\r\n\r\n" + 1_000_000 * "</param>",
    "marks of quotes": "\r\n" + 6_000_000 * ">",
    "ids that are given back": "\r\n" + 400_000 * "> > message-id: <",
    "elements in one another": "Content-Type: text/html\r\n\r\n" + 400_000 * "<table><tr><td>",
    "elements that are not closed": "Content-Type: text/html\r\n\r\n" + 400_000 * "<a <!-- &#",
    "many parts": "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + 100_000 * "--b\r\n\r\nx\r\n",
    "many lines of one name": 100_000 * "Received: from x\r\n" + "\r\nx",
}


@pytest.mark.parametrize("name", sampled([*SLOW], 2))
def test_a_message_is_read_in_a_time_that_grows_as_it_does(name: str) -> None:
    """What took hours is cut off by the system after half a minute of the processor."""
    reading = (
        "import sys; from flows.sources.mail.message import read_message as r; r(sys.stdin.buffer.read())"
    )
    done = subprocess.run(
        [sys.executable, "-c", reading],
        input=HEAD + SLOW[name].encode(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (30, 30)),
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("text", "without_space", "read"),
    [
        ("a \nb \nc\nd", False, "a b c\nd"),
        ("a \nb \nc\nd", True, "abc\nd"),
        ("> a \n> b\n>> c \n> d", False, "> a b\n>> c \n> d"),
        ("a \n-- \nb", True, "a\n-- \nb"),
        (" a \n\n b ", True, "a\nb"),
    ],
)
def test_lines_that_go_on_are_joined(text: str, without_space: bool, read: str) -> None:  # noqa: FBT001
    assert unflowed(text, without_space=without_space) == read


def test_enriched_text_keeps_what_no_command_has() -> None:
    head = b"Content-Type: text/enriched\r\n\r\n"
    text = b"<bold>Plan</bold> <color><param>red</param>of April</color> <param>without end"

    assert read_message(HEAD + head + text).text == "Plan of April without end"

"""Mail from a real IMAP server, Dovecot: taken in once over TLS that is verified, and moved."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, Desk
from mail_servers import PASSWORD, Running, dovecot, in_folder, needs_dovecot, put, set_receiving
from mail_shapes import mail
from sampling import sampled

from flows.casework import mail as mailing
from flows.casework.office import open_office
from flows.sources.mail.mailbox import Imap

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = needs_dovecot


@contextmanager
def with_a_server(desk: Desk, *, without: str = "") -> Iterator[Running]:
    with dovecot(without=without) as server:
        set_receiving(desk.home.root, server)
        yield server


def what(desk: Desk) -> list[object]:
    return [each["what"] for each in desk.told("mail", "fetch")["messages"]]


def test_messages_are_taken_in_once_and_moved(desk: Desk) -> None:
    with with_a_server(desk) as server:
        put(server, mail("Please send me the plan."), 1)
        put(server, mail("Win!", "Precedence: bulk", Message_ID="<2@x.example>"), 2)

        assert what(desk) == ["request", "list"]
        assert what(desk) == []
        (taken,) = in_folder(server, "Equipoise taken in")
        assert "S" not in taken.partition(":2,")[2]  # whether it was seen is left as it was
        assert len(in_folder(server, "Equipoise set aside")) == 1
        text = next(desk.home.inbox.iterdir()) / "request.yaml"
        assert "received: 2022-03-02" in text.read_text()


def test_a_look_asks_the_server_so_that_nothing_is_run_for_nothing(desk: Desk) -> None:
    def looked(*, after: float) -> bool:
        with open_office(desk.home) as office:
            return mailing.has_arrived(office, now=time.time() + after, every=60)

    with with_a_server(desk) as server:
        assert not looked(after=0)
        assert desk.home.mail_looked.exists()
        put(server, mail("Please send me the plan."))
        assert not looked(after=0)  # its turn has not come again
        assert looked(after=61)
        assert what(desk) == ["request"]
        assert not looked(after=61)
        (desk.home.state / "mail-unfinished").touch()  # as a kill leaves it
        assert looked(after=61)
        assert what(desk) == []
        assert not looked(after=61)
    assert looked(after=61)  # nobody answers: the run says so


@pytest.mark.exhaustive
def test_a_run_cut_off_before_the_move_takes_nothing_in_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(BaseException):
        pass

    def die(*_: object) -> None:
        raise KilledError

    with with_a_server(desk, without="MOVE") as server:
        put(server, mail("Please send me the plan."))
        with monkeypatch.context() as patched:
            patched.setattr(Imap, "put_by", die)
            with open_office(desk.home) as office, pytest.raises(KilledError):
                mailing.take_in(office)
        assert [each["again"] for each in desk.told("mail", "fetch")["messages"]] == [True]
        assert len(in_folder(server, "Equipoise taken in")) == 1
        assert what(desk) == []
        assert len([*desk.home.inbox.iterdir()]) == 1


@pytest.mark.parametrize(
    ("changed", "why"),
    sampled(
        [
            ({"known": False}, "does not answer: "),
            ({"host": "127.0.0.1"}, "does not answer: "),
            ({"password": "another"}, "does not let the account of mail.toml in"),
        ]
    ),
)
def test_what_does_not_answer_or_is_not_who_it_says_is_refused(
    desk: Desk, changed: dict[str, object], why: str
) -> None:
    with dovecot() as server:
        put(server, mail("Please send me the plan."))
        set_receiving(desk.home.root, server, **changed)  # type: ignore[arg-type] # one of the rows

        result = desk("mail", "fetch")

    assert result.exit_code == 3
    assert why in result.stderr
    assert PASSWORD not in result.output + result.stderr
    assert CASE not in result.output

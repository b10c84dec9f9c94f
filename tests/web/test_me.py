"""What is one's own: keys, sessions, what was done in one's name."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import httpx
from desk_builders import CASE

from flows.casework.office import Office
from flows.desk.web import sessions
from flows.desk.web.store import Store
from flows.domain.english import in_full
from flows.notices.notice import AuditFailed, write_notice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desk_builders import Desk

    from flows.home import Home


@contextmanager
def signed_in(home: Home, at: str, person: str) -> Iterator[tuple[httpx.Client, dict[str, str]]]:
    """Sign somebody in; give their browser, and the token for their forms."""
    with closing(Store(home.desk)) as store:
        secret = sessions.begin(store, person, "key")
        session = sessions.find(store, secret)
    assert session
    with httpx.Client(base_url=at, cookies={"desk": secret}, headers={"Origin": at}) as client:
        client.follow_redirects = True
        yield client, {"token": session.token}


def test_it_lists_what_was_done_in_ones_name_with_the_entry(home: Home, at: str, command: Desk) -> None:
    command.return_()
    (entry,) = (each for each in command.told("history", CASE)["entries"] if each["act"] == "return")
    with signed_in(home, at, "legal-reviewer") as (client, _):
        mine = client.get("/me.json").json()
        assert [(each["sequence"], each["reference"], each["kind"]) for each in mine["done"]] == [
            (entry["sequence"], CASE, "return")
        ]
        assert "return</span>, version 1" in client.get("/me").text
    with signed_in(home, at, "sign-off-officer") as (client, _):
        assert client.get("/me.json").json()["done"] == []


def test_signing_out_everywhere_ends_every_session_of_that_person_alone(home: Home, at: str) -> None:
    with (
        signed_in(home, at, "legal-reviewer") as (here, token),
        signed_in(home, at, "legal-reviewer") as (there, _),
        signed_in(home, at, "foi-officer") as (other, _),
    ):
        assert [each["here"] for each in here.get("/me.json").json()["sessions"]].count(True) == 1
        here.post("/me/sessions", data=token)
        assert [each.get("/me").url.path for each in (here, there, other)] == ["/sign-in", "/sign-in", "/me"]


def test_who_has_one_key_is_told_on_every_page_and_makes_a_second(home: Home, at: str) -> None:
    (home.root / ".demo").unlink()
    with signed_in(home, at, "legal-reviewer") as (client, token):
        assert "You have one key" in client.get("/").text
        page = client.post("/me/keys", data=token)
        assert page.url.path.startswith("/enrolment/")
        assert "legal-reviewer" in page.text
        assert client.get("/me.json").json()["waiting"] == "begun"


def test_the_newest_notices_to_a_person_are_shown_and_no_others(home: Home, at: str) -> None:
    with Office(home) as office:
        for number in range(32):
            failed = AuditFailed(on=date(2024, 1, 1) + timedelta(days=number), findings=("E_PDF at entry 6",))
            office.outbox.tell(write_notice(failed, {"legal-reviewer"}))
        office.outbox.tell(write_notice(replace(failed, on=date(2023, 1, 1)), {"foi-officer"}))
    (home.notices / f"{failed.name}.txt").unlink()

    with signed_in(home, at, "legal-reviewer") as (client, _):
        told = client.get("/me.json").json()["told"]
        page = client.get("/me").text

    assert {each["about"] for each in told} == {"the register"}
    # Before it is opened each says what it tells, and not alone of what.
    assert "<summary>The register failed its audit on" in page
    assert [each["text"].partition(".")[0] for each in told] == [
        f"The register failed its audit on {in_full(date(2024, 1, 1) + timedelta(days=number))}"
        for number in range(30, 0, -1)
    ]

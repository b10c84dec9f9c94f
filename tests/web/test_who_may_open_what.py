"""Who may take which route, written down here a second time, and the desk asked as each of them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

import httpx
import pytest
from desk_builders import an_officer
from sampling import sampled
from starlette.routing import Route as Routed
from web_builders import serving

from flows.casework.acts import add_officer
from flows.casework.office import open_office
from flows.desk.web import sessions
from flows.desk.web.app import application
from flows.desk.web.routes import ROUTES
from flows.desk.web.store import Store
from flows.domain.policy import Person
from flows.domain.procedure import Role
from flows.home import Home
from flows.register import signature

if TYPE_CHECKING:
    from desk_builders import Desk

F, L, S, A, U = "FLSAU"
"""FOI officer, legal reviewer, sign-off officer, administrator, auditor."""
ROLES: Final = {
    F: Role.FOI_OFFICER,
    L: Role.LEGAL_REVIEWER,
    S: Role.SIGN_OFF_OFFICER,
    A: Role.ADMINISTRATOR,
    U: Role.AUDITOR,
}
ALL: Final = F + L + S + A + U
READ: Final = F + L + S + U
ANYBODY: Final = "*"
OPEN: Final = {
    "GET /health": ANYBODY,
    "GET /health/state": ANYBODY,
    "GET /metrics": ANYBODY,
    "GET /static/{name}": ANYBODY,
    "GET /sign-in": ANYBODY,
    "POST /sign-in": ANYBODY,
    "GET /sign-in/on": ANYBODY,
    "GET /sign-in/on/back": ANYBODY,
    "POST /sign-in/sample": ANYBODY,
    "POST /language": ANYBODY,
    "POST /sign-out": ALL,
    "GET /": ALL,
    "GET /invitation/{token}": ANYBODY,
    "POST /invitation/{token}": ANYBODY,
    "GET /enrolment/{token}": ANYBODY,
    "POST /enrolment/{token}/key": ANYBODY,
    "POST /enrolment/{token}/prove": ANYBODY,
    "POST /enrolment/{token}/drop": ANYBODY,
    "POST /enrolment/{token}/hand-in": ANYBODY,
    "GET /policy": ALL,
    "POST /policy/{matter}": A,
    "GET /policy/waiting/{name}": ALL,
    "GET /retention": ALL,
    "POST /policy/waiting/{name}": A,
    "GET /me": ALL,
    "POST /me/keys": ALL,
    "POST /me/sessions": ALL,
    "GET /accessibility": ANYBODY,
    "GET /people": ALL,
    "POST /people": A,
    "GET /people/{person}": ALL,
    "POST /people/{person}": A,
    "POST /people/{person}/revoke": A,
    "POST /people/{person}/suspect": A,
    "POST /people/{person}/withdraw": A,
    "GET /cases": READ,
    "GET /cases.csv": READ,
    "GET /applicant": READ,
    "POST /applicant": READ,
    "GET /cases/{case}": READ,
    "GET /cases/{case}/changes": READ,
    "GET /cases/{case}/draft": F,
    "POST /cases/{case}/draft": F,
    "POST /cases/{case}/draft/check": F,
    "GET /cases/{case}/draft/paper": F,
    "POST /cases/{case}/draft/join": F,
    "GET /cases/{case}/draft/start": F,
    "POST /cases/{case}/draft/start": F,
    "GET /cases/{case}/decide/{document}": L + S,
    "POST /cases/{case}/decide/{document}": L + S,
    "GET /register": ALL,
    "POST /register/token": U,
    "GET /register/all.bundle": U,
    "GET /register/checkpoint": ALL,
    "GET /register/allowed_signers": ALL,
    "GET /register/case/{case}": READ,
    "GET /register/{entry}": ALL,
    "GET /register.git/info/refs": ANYBODY,
    "POST /register.git/git-upload-pack": ANYBODY,
    "GET /inbox": READ,
    "POST /inbox": F,
    "POST /inbox/{tag}/read": F,
    "POST /inbox/{tag}/again": F,
    "POST /inbox/{tag}/delete": F,
    "POST /inbox/{tag}/case": F,
    "GET /mail": READ,
    "GET /cases/{case}/mail": READ,
    "POST /cases/{case}/mail/{tag}/read": READ,
    "POST /cases/{case}/mail/{tag}/done": F,
    "POST /cases/{case}/mail/{tag}/act": F,
    "GET /cases/{case}/send/{document}": F,
    "POST /cases/{case}/send/{document}": F,
    "POST /cases/{case}/send/{document}/unsent": F,
    "GET /cases/{case}/paper": READ,
    "GET /cases/{case}/paper/{form}": READ,
    "GET /cases/{case}/decide/{document}/comment": L + S,
    "POST /cases/{case}/decide/{document}/comment": L + S,
    "GET /cases/{case}/act": READ,
    "POST /cases/{case}/act": READ,
    "GET /cases/{case}/request": READ,
    "POST /cases/{case}/request": READ,
    "GET /sign/{digest}": ALL,
    "GET /sign/{digest}/statement": ALL,
    "POST /sign/{digest}": ALL,
}
NOT_THERE: Final = "This page is not there, or it is not for you."
THERE: Final = {
    "case": "1146A-22",
    "document": "test",
    "person": "foi-officer",
    "matter": "body",
    "digest": "0" * 64,
    "name": "desk.css",
    "form": "paper.pdf",
    "tag": "0" * 12,
    "entry": "1",
}


def test_every_route_of_the_application_is_in_the_table(submitted: Home) -> None:
    served = {
        (method, each.path)
        for each in application(submitted).routes
        if isinstance(each, Routed)
        for method in each.methods or ()
    } - {("HEAD", each.path) for each in ROUTES if each.method == "GET"}
    json = {
        ("GET", "/index.json" if row.path == "/" else f"{row.path}.json") for row in ROUTES if row.has_json
    }
    beside = {("HEAD", path) for _, path in json}
    assert served - beside == {(row.method, row.path) for row in ROUTES} | json


def test_the_table_opens_each_route_to_those_it_is_for() -> None:
    told = {
        f"{row.method} {row.path}": ANYBODY
        if row.open_to is None
        else "".join(letter for letter, role in ROLES.items() if role in row.open_to)
        for row in ROUTES
    }
    assert told == OPEN


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, submitted: Home) -> Home:
    """A home with one person of each role."""
    root = tmp_path_factory.mktemp("roles") / "home"
    shutil.copytree(submitted.root, root)
    home = Home(root)
    with open_office(home) as office:
        for letter, role in ROLES.items():
            public = signature.generate(home.officers / f"only-{letter.lower()}")
            person = Person(id=f"only-{letter.lower()}", roles=frozenset({role}), keys=(public,))
            add_officer(office, an_officer(home, "administrator"), person)
    return home


@pytest.mark.parametrize("letter", sampled([U, A, F, L, S]))
def test_whoever_a_route_is_not_for_finds_nothing_there(people: Home, letter: str) -> None:
    store = Store(people.desk)
    secret = sessions.begin(store, f"only-{letter.lower()}", "key")
    session = sessions.find(store, secret)
    store.close()
    assert session
    with (
        serving(people) as at,
        httpx.Client(base_url=at, cookies={"desk": secret}, headers={"Origin": at}) as client,
    ):
        for row in ROUTES:
            if row.open_to is None or row.path in {"/sign-out", "/me/sessions"}:
                continue
            path = row.path.format(**THERE)
            sent = {"token": session.token} if row.method == "POST" else None
            answer = client.request(row.method, path, data=sent)
            if letter not in OPEN[f"{row.method} {row.path}"]:
                assert (answer.status_code, NOT_THERE in answer.text) == (404, True), path
            elif "{" not in row.path:
                assert answer.status_code < 500, (letter, path)


def test_nobody_reads_anything_without_having_signed_in(command: Desk, at: str) -> None:
    with httpx.Client(base_url=at) as client:
        for row in ROUTES:
            if row.open_to is None:
                continue
            path = row.path.format(**THERE)
            answer = client.request(row.method, path, headers={"Origin": at})
            expected = 303 if row.method == "GET" else 401
            assert answer.status_code == expected, path
            assert "1146A/22" not in answer.text.replace(path, "")
    assert command.stage() == "legal-review"

"""Nobody can tell from an answer, or from the work it takes, whether what they guess is there."""

from __future__ import annotations

import json
import re
from contextlib import closing
from html import unescape
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest
from authenticator import Passkey
from desk_builders import an_officer
from web_builders import SignedIn

from flows.casework import acts
from flows.casework.office import open_office
from flows.desk.web import invitations
from flows.desk.web.routes import ROUTES
from flows.desk.web.store import Store
from flows.domain.policy import Person
from flows.domain.procedure import Role
from flows.register import passkey
from flows.register.store import OwnRegister
from flows.register.webauthn import url64

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.home import Home

HERE: Final = {"Sec-Fetch-Site": "same-origin"}
VARIES: Final = r"[0-9a-f]{32,}|[\w-]{43,}|\d{4}-\d\d-\d\dT[\d:]+Z|(1146|0000)A-22"


class Work:
    """What the desk does for an answer: what it asks of its file, each case it reads, each signature."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        for owner, name in ((Store, "ask"), (OwnRegister, "dossier"), (passkey, "signed")):
            monkeypatch.setattr(owner, name, self._noting(name, getattr(owner, name)))

    def _noting(self, name: str, do: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: Any, **options: Any) -> Any:
            self.done.append(str(args[1]) if name == "ask" else name)
            return do(*args, **options)

        return noted

    def of(self, answer: Callable[[], httpx.Response]) -> tuple[int, str, list[str]]:
        """Return the status, the words that do not change by themselves, and the work."""
        self.done = []
        found = answer()
        words = re.sub(VARIES, "…", unescape(found.text))
        return found.status_code, words, self.done


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch, at: str) -> Work:  # noqa: ARG001 - the desk runs already
    return Work(monkeypatch)


def test_a_case_that_is_not_for_somebody_is_as_one_that_is_not_there(work: Work, home: Home, at: str) -> None:
    with closing(SignedIn(home, at, "administrator")) as someone:
        paths = [row.path for row in ROUTES if "{case}" in row.path and row.method == "GET"]
        assert len(paths) > 8
        for path in paths:
            there, none = (
                work.of(lambda: someone.client.get(re.sub("{[^}]*}", "test", path.replace("{case}", each))))  # noqa: B023 - asked at once
                for each in ("1146A-22", "0000A-22")
            )
            assert there == none, path
            assert there[0] == 404
            assert "dossier" not in there[2]


def test_a_link_that_was_used_is_as_one_that_never_was(work: Work, home: Home, at: str) -> None:
    with closing(Store(home.desk)) as store:
        used = invitations.invite(store, "reviewer.2", [Role.LEGAL_REVIEWER], "administrator")
        invitations.begin(store, used)
    never = "x" * len(used)
    for method in ("GET", "POST"):
        for page in ("invitation", "enrolment"):
            if (method, page) != ("POST", "enrolment"):
                found = [
                    work.of(lambda: httpx.request(method, f"{at}/{page}/{each}", headers=HERE))  # noqa: B023 - as above
                    for each in (used, never)
                ]
                assert found[0] == found[1], (method, page)
                assert found[0][0] == 404


def test_whom_a_passkey_names_at_signing_in_tells_nothing(work: Work, home: Home, at: str) -> None:
    with open_office(home) as office:
        administrator = an_officer(home, "administrator")
        acts.change_desk(office, administrator, [at])
        for name in ("one.key", "two.keys"):
            keys = tuple(Passkey("localhost", at).public for _ in range(1 + (name == "two.keys")))
            person = Person(id=name, roles=frozenset({Role.AUDITOR}), keys=keys)
            acts.add_officer(office, administrator, person)
    names = ("nobody", "foi-officer", "one.key", "two.keys")
    found = {each: work.of(lambda: _enters(at, each)) for each in names}  # noqa: B023 - as above
    assert all(each == found["nobody"] for each in found.values())
    assert found["nobody"][0] == 422
    assert found["nobody"][2].count("signed") == 3


def _enters(at: str, name: str) -> httpx.Response:
    """Try to sign in as somebody with a passkey that is nobody's."""
    page = httpx.get(f"{at}/sign-in").text
    challenge = re.findall(r'name="challenge" value="(\w+)"', page)[0]
    request = json.loads(unescape(re.findall('data-request="([^"]*)"', page)[0]))
    answer = json.loads(Passkey("localhost", at).assertion(request["challenge"]))
    answer["response"]["userHandle"] = url64(name.encode())
    form = {"challenge": challenge, "answer": json.dumps(answer)}
    return httpx.post(f"{at}/sign-in", headers=HERE, data=form)

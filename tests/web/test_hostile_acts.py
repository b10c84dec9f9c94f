"""Whatever stands in the field of an act, and whatever changes between versions, is shown as text."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING, Any, Final, cast

import httpx
import pytest
from desk_builders import CASE, PEOPLE, passes_audit
from hostile import CORPUS, brought
from web_builders import SignedIn

from flows.casework.office import open_office
from flows.desk.web.pages.acting import choices, fields_of
from flows.desk.web.store import Store
from flows.domain.acts import ACTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desk_builders import Desk

    from flows.desk.web.forms import Field
    from flows.desk.web.pages.acting import Choice
    from flows.desk.web.visit import Visit
    from flows.home import Home

THERE: Final = "/cases/1146A-22"
HERE: Final = {"Sec-Fetch-Site": "same-origin"}
PAGES: Final = (THERE, f"{THERE}/act", f"{THERE}/request", "/register", "/", "/me", "/cases?words=x")


class Somebody:
    """A person at the desk, and every act of theirs on the case, with its fields."""

    def __init__(self, home: Home, at: str, person: str) -> None:
        self.signed_in = SignedIn(home, at, person)
        with open_office(home, reading=True) as office:
            case, policy = office.register.dossier(CASE).case, office.register.policy()
            visit = cast("Visit", _Asks(person, policy))
            self.acts: list[tuple[Choice, list[Field]]] = [
                (each, fields_of(ACTS[each.act], visit)) for each in choices(case, visit)
            ]

    def asks(self, path: str) -> httpx.Response:
        return self.signed_in.client.get(path)

    def sends(self, choice: Choice, fields: list[Field], value: str, *, plain: bool) -> httpx.Response:
        """Send the form of an act with the value in every field, or only where words are free."""
        form: dict[str, Any] = {"token": self.signed_in.token, "act": choice.id, "version": "1"}
        files = []
        for field in fields:
            if field.form in {"file", "files"}:
                files.append((field.name, (value, f"{value}".encode(errors="replace"))))
            else:
                form[field.name] = _plain(field) or value if plain else value
        address = f"{THERE}/act"
        return self.signed_in.client.post(address, headers=HERE, data=form, files=files or None)


class _Asks:
    """Who asks, which is all that the list of acts is made from."""

    def __init__(self, person: str, policy: object) -> None:
        self.person, self.policy = person, policy


def _plain(field: Field) -> str:
    """Return what fits a field with a form of its own; nothing where words are free."""
    if field.form == "day":
        return str(datetime.now(UTC).date())
    return field.choices[0][0] if field.choices else ""


@pytest.fixture
def people(home: Home, at: str) -> Iterator[list[Somebody]]:
    found = [Somebody(home, at, person) for person in PEOPLE]
    yield found
    for each in found:
        each.signed_in.close()


@pytest.mark.exhaustive
@pytest.mark.parametrize("value", CORPUS)
def test_no_field_of_an_act_brings_mark_up_to_its_form(people: list[Somebody], value: str) -> None:
    shown: set[str] = set()
    for someone in people:
        for choice, fields in someone.acts:
            given = {field.name: value for field in fields}
            for answer in (
                someone.asks(f"{THERE}/act?{httpx.QueryParams({'act': choice.id, **given})}"),
                someone.sends(choice, fields, value, plain=False),
            ):
                assert answer.status_code in {200, 303, 404, 409, 422}, choice.id
                assert brought(answer.text) == [], choice.id
                if "There is a problem" in answer.text and not choice.why_not:
                    shown |= {choice.act}
        other = someone.asks(f"{THERE}/act?{httpx.QueryParams(act=value, document=value, done=value)}")
        assert (other.status_code, brought(other.text)) == (404, [])
    assert {"assign", "step-aside", "evidence", "consult", "review-asked", "override"} & shown


def forget_how_often(home: Home) -> None:
    with closing(Store(home.desk)) as store:
        store.ask("delete from rates")


@pytest.mark.exhaustive
def test_what_an_act_takes_is_text_wherever_it_is_shown(
    people: list[Somebody], home: Home, command: Desk
) -> None:
    taken: list[str] = []
    for value in CORPUS:
        forget_how_often(home)
        for someone in people:
            for choice, fields in someone.acts:
                answer = someone.sends(choice, fields, value, plain=True)
                assert answer.status_code in {303, 404, 409, 422}, choice.id
                assert brought(answer.text) == [], choice.id
                if answer.status_code == 303:
                    signing = answer.headers["location"]
                    assert brought(someone.asks(signing).text) == []
                    done = someone.signed_in.sends(signing, HERE, **{"with": "sample"})
                    assert done.status_code in {303, 409, 422}
                    taken += [choice.act] if done.status_code == 303 else []
        for someone in people:
            for path in PAGES:
                assert brought(someone.asks(path).text) == [], path
    entries = command.told("history", CASE)["entries"]
    for entry in entries:
        assert brought(people[0].asks(f"/register/{entry['sequence']}").text) == []
    assert len(set(taken)) > 4, set(taken)
    assert passes_audit(home)


@pytest.mark.exhaustive
def test_nothing_that_changed_brings_mark_up_to_the_page_of_changes(
    command: Desk, home: Home, at: str
) -> None:
    command.return_()
    writer = SignedIn(home, at, "foi-officer")
    version = 1
    for value in (*CORPUS, "x" * 2_000):
        page = writer.client.get(f"{THERE}/draft").text
        digest = re.findall(r'name="digest" value="(\w+)"', page)[0]
        form = {"digest": digest, "parts[0].answer": f"Changed.\n\n{value}", "do": "record"}
        answer = writer.sends(f"{THERE}/draft", HERE, **form)
        if answer.status_code == 303:
            assert writer.sends(answer.headers["location"], HERE, **{"with": "sample"}).status_code == 303
            version += 1
            shown = writer.client.get(f"{THERE}/changes?from={version - 1}&to={version}")
            assert (shown.status_code, brought(shown.text)) == (200, []), value
            word = max(re.findall(r"[a-z0-9]+", value), key=len)
            assert word in unescape(shown.text)
        else:
            assert (answer.status_code, brought(answer.text)) == (422, []), value
    assert version > 3
    for value in CORPUS:
        for name in ("from", "to", "document"):
            shown = writer.client.get(f"{THERE}/changes?{httpx.QueryParams({name: value})}")
            assert shown.status_code == (404 if name == "document" else 200)
            assert brought(shown.text) == []
    writer.close()

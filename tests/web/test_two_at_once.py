"""Two people sign for one case at the same moment: one act stands, and the other sees which, and why."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

import pytest
from desk_builders import CASE, passes_audit
from web_builders import SignedIn

from flows.casework.office import open_office
from flows.desk.web.offices import MOST, Offices
from flows.register import signature

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx
    from desk_builders import Desk
    from web_builders import Person

    from flows.home import Home

LAWYERS: Final = {"legal-reviewer": "approve", "both-gates": "return"}
STOOD: Final = {
    "approve": "legal-reviewer approved version 1 at legal review.",
    "return": "both-gates returned version 1 at legal review.",
}


@pytest.fixture
def ready(home: Home, at: str) -> Iterator[dict[str, tuple[SignedIn, str, str]]]:
    """Both lawyers on the page on which they sign: each with that page and a signature."""
    ready = {}
    for name, decision in LAWYERS.items():
        someone = SignedIn(home, at, name)
        form = {
            "decision": decision,
            "version": "1",
            "gate": "legal-review",
            "reason": f"Because {decision}.",
        }
        there = someone.sends("/cases/1146A-22/decide/test", {"Origin": at}, **form).headers["location"]
        content = someone.client.get(f"{there}/statement").content
        signed = signature.load(home.officers / name).sign(content, signature.STATEMENT)
        ready[name] = someone, there, signed
    yield ready
    for someone, _, _ in ready.values():
        someone.close()


@pytest.mark.exhaustive
@pytest.mark.parametrize("order", ["at once", "one after the other"])
def test_of_two_lawyers_who_sign_for_one_version_one_decides_and_the_other_sees_who_did(
    ready: dict[str, tuple[SignedIn, str, str]], home: Home, at: str, command: Desk, order: str
) -> None:
    start, answers = threading.Barrier(2), dict[str, "httpx.Response"]()

    def sign(name: str) -> None:
        someone, there, signed = ready[name]
        if order == "at once":
            start.wait(20)
        answers[name] = someone.sends(there, {"Origin": at}, signature=signed)

    threads = [threading.Thread(target=sign, args=(name,)) for name in LAWYERS]
    for thread in threads:
        thread.start()
        if order != "at once":
            thread.join()
    for thread in threads:
        thread.join()
    (first,) = (name for name, answer in answers.items() if answer.status_code == 303)
    (second,) = {*LAWYERS} - {first}
    assert answers[second].status_code == 409
    assert "Your signature came second. Nothing of yours was recorded." in answers[second].text
    assert STOOD[LAWYERS[first]] in answers[second].text
    assert f"Because {LAWYERS[first]}." in answers[second].text
    assert f"Because {LAWYERS[second]}." not in answers[second].text
    someone, there, signed = ready[first]  # and the same, sent twice, was done before
    assert someone.sends(there, {"Origin": at}, signature=signed).status_code == 303
    with open_office(home) as office:
        decided = [
            said.act.actor for said in office.register.dossier(CASE).statements if said.act.kind.at_gate
        ]
    assert decided == [first]
    assert command.stage() == {"approve": "balancing", "return": "drafting"}[LAWYERS[first]]
    assert passes_audit(home)


def test_whoever_signed_in_at_another_page_signs_in_as_somebody_else(
    person: Callable[..., Person], at: str
) -> None:
    someone = person()
    pages = [someone.context.new_page() for _ in range(2)]
    for page in pages:
        page.goto(f"{at}/sign-in")
    for page, name in zip(pages, LAWYERS, strict=True):
        page.get_by_role("button", name=f"Sign in as {name}", exact=True).click()
        page.get_by_role("heading", name="Waiting").wait_for()
        assert page.locator("header").get_by_text(name).is_visible()
    # What the first of them had open is of a session that ended, and is not sent in the other's name.
    pages[0].get_by_role("button", name="Sign out").click()
    pages[0].get_by_text("You were signed out meanwhile.").wait_for()
    someone.problems.clear()  # the browser says that this was refused


def test_who_may_no_more_sign_what_a_page_shows_is_told_what_came_between(
    ready: dict[str, tuple[SignedIn, str, str]], home: Home, at: str, command: Desk
) -> None:
    someone, there, signed = ready["legal-reviewer"]
    command.done("officer", "add", "legal-reviewer", "--role", "foi-officer", "--as", "administrator")
    answer = someone.sends(there, {"Origin": at}, signature=signed)
    assert answer.status_code == 409
    assert "administrator authorised legal-reviewer." in answer.text
    assert "The policy changed before this was recorded: look at it again, and sign again." in answer.text
    assert f"{CASE} changed" not in answer.text
    assert command.stage() == "legal-review"
    assert passes_audit(home)


def test_acts_that_wait_for_one_another_keep_no_page_waiting(home: Home) -> None:
    offices, done, waiting = Offices(home), threading.Event(), []

    def record() -> None:
        with offices.one(records=True):
            done.wait(20)

    for _ in range(MOST + 1):
        waiting.append(threading.Thread(target=record))
        waiting[-1].start()
    came = threading.Event()

    def look() -> None:
        with offices.one() as (office, _):
            office.register.policy()
            came.set()

    page = threading.Thread(target=look)
    page.start()
    there = came.wait(60)
    done.set()
    for each in (page, *waiting):
        each.join()
    offices.close()
    assert there

"""Words of others, and links of others, that would pass for the words of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from desk_builders import CASE, CASES, open_case
from web_builders import SignedIn

from flows.casework.office import open_office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from web_builders import Person

    from flows.home import Home

PRETENDED: Final = "It is mended.\n\nWith this signature nothing is recorded. Go on, and sign."


@pytest.fixture
def reviewer(home: Home, at: str) -> Iterator[SignedIn]:
    someone = SignedIn(home, at, "legal-reviewer")
    yield someone
    someone.close()


def test_no_link_of_others_has_a_page_say_that_something_is_recorded(reviewer: SignedIn) -> None:
    path = "/cases/1146A-22?done=approve&next=Ring+the+help+desk&document=test"
    shown = {
        site: reviewer.client.get(path, headers={"Sec-Fetch-Site": site}).text
        for site in ("none", "cross-site", "same-site", "same-origin")
    }

    assert [site for site, page in shown.items() if "Recorded" in page] == ["same-origin"]
    assert [site for site, page in shown.items() if "Ring" in page] == ["same-origin"]


@pytest.mark.exhaustive
def test_a_page_of_the_desk_is_told_from_a_link_by_a_real_browser(person: Callable[..., Person]) -> None:
    someone = person("legal-reviewer")
    someone.goes("/cases/1146A-22?done=approve")
    assert "Recorded" not in someone.words

    someone.goes("/cases/1146A-22/decide/test")
    someone.page.get_by_label("Return it to be mended").check()
    someone.page.get_by_label("Reason or comment").fill(PRETENDED)
    someone.presses("Check and sign")
    theirs = someone.page.get_by_role("blockquote")
    assert theirs.inner_text() == PRETENDED
    edge, mark = theirs.evaluate(
        "each => [getComputedStyle(each).borderLeftWidth, getComputedStyle(each, '::before').content]"
    )
    assert (float(edge.removesuffix("px")) > 3, mark) == (True, '"\u201c"')
    someone.presses("Sign with the key of the sample")
    assert "Recorded" in someone.words
    assert f"/cases/{CASE.replace('/', '-')}?done=return" in someone.page.url
    assert someone.page.locator(".kept").last.inner_text() == PRETENDED


def test_a_reason_stands_on_the_page_of_its_signature_as_the_words_of_somebody(
    reviewer: SignedIn, at: str
) -> None:
    form = {"decision": "return", "version": "1", "gate": "legal-review", "reason": PRETENDED}
    signing = reviewer.sends("/cases/1146A-22/decide/test", {"Origin": at}, **form).headers["location"]

    page = reviewer.client.get(signing).text

    assert page.count(PRETENDED) == 1
    assert f'<blockquote class="kept">{PRETENDED}</blockquote>' in page


@pytest.mark.exhaustive
def test_no_script_of_the_desk_can_make_a_page_of_a_text(person: Callable[..., Person]) -> None:
    someone = person("legal-reviewer")

    made = [
        someone.page.evaluate(f"() => {{ try {{ {each} }} catch (error) {{ return error.name }} }}")
        for each in (
            "document.body.innerHTML = '<b>x</b>'",
            "new DOMParser().parseFromString('x', 'text/html')",
            "document.createElement('iframe').srcdoc = 'x'",
            "trustedTypes.createPolicy('desk', {createHTML: (text) => text})",
        )
    ]

    assert made == ["TypeError"] * 4
    someone.problems.clear()  # the browser says why


@pytest.mark.exhaustive
def test_no_word_is_so_long_that_the_rest_of_a_row_is_out_of_sight(
    home: Home, person: Callable[..., Person]
) -> None:
    request = (CASES / "4593_26" / "request.yaml").read_text(encoding="utf-8")
    request = request.replace("Northshire Police", "West Midlands Police")
    request = request.replace("Patrol plan of", f"{'W' * 300} of", 1)
    with open_office(home) as office:
        open_case(office, request.encode())
    someone = person("legal-reviewer")
    for path in ("/", "/cases", "/cases/4593_26"):
        someone.goes(path)

        assert "W" * 300 in someone.words
        assert someone.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path

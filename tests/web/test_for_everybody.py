"""Every page for everybody: by axe's rules, by keyboard alone, on paper, at 320 pixels, without script."""

from __future__ import annotations

import shutil
from contextlib import closing
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import pytest
from audit_reports import COMPARED, full_report
from authenticator import Passkey, SecurityKey
from desk_builders import an_officer
from sampling import sampled
from web_builders import Founding, KeyMaker, Person, cookie_of, fill_with_mail, serving

from flows.casework import acts
from flows.casework.office import open_office
from flows.desk import sample
from flows.desk.cli.audit_page import audit_page
from flows.desk.cli.checking import audit_json
from flows.desk.web import invitations
from flows.desk.web.store import Store
from flows.domain.procedure import Role
from flows.home import Home

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from playwright.sync_api import Browser, Page

TAGS: Final = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

PAGES: Final = {
    "signing in": ("", "/sign-in"),
    "what waits, for an FOI officer": ("foi-officer", "/"),
    "what waits, for a lawyer": ("legal-reviewer", "/"),
    "what waits, for an administrator": ("administrator", "/"),
    "a case at sign-off": ("sign-off-officer", "/cases/FOI-2026-0177"),
    "a case that was returned": ("foi-officer", "/cases/FOI-2026-0174"),
    "a published case": ("foi-officer", "/cases/1146A-22"),
    "deciding": ("sign-off-officer", "/cases/FOI-2026-0177/decide/test"),
    "writing a test as a form": ("foi-officer", "/cases/FOI-2026-0174/draft"),
    "writing a test as YAML": ("foi-officer", "/cases/FOI-2026-0174/draft?as=yaml"),
    "writing a letter": ("foi-officer", "/cases/FOI-2026-0174/draft?document=extension"),
    "beginning from exemptions": ("foi-officer", "/cases/FOI-2026-0174/draft/start"),
    "commenting": ("sign-off-officer", "/cases/FOI-2026-0177/decide/test/comment?paragraph=1"),
    "nothing to decide": ("sign-off-officer", "/cases/1146A-22/decide/test"),
    "other acts": ("foi-officer", "/cases/FOI-2026-0177/act"),
    "an act with a reason": ("sign-off-officer", "/cases/FOI-2026-0177/act?act=step-aside"),
    "an act with a file": ("foi-officer", "/cases/FOI-2026-0177/act?act=consult"),
    "a list of records": ("foi-officer", "/cases/FOI-2026-0177/act?act=records"),
    "what is sealed": ("foi-officer", "/cases/1146A-22/request"),
    "changes": ("legal-reviewer", "/cases/1146A-22/changes?from=1&to=1"),
    "finding": ("foi-officer", "/cases?words=police"),
    "finding nothing": ("foi-officer", "/cases?words=police&stage=closed&received_from=2030-01-01"),
    "an applicant": ("foi-officer", "/applicant"),
    "a published paper": ("foi-officer", "/cases/1146A-22/paper?verify=yes"),
    "the inbox": ("foi-officer", "/inbox"),
    "the mail": ("foi-officer", "/mail"),
    "the mail of a case": ("foi-officer", "/cases/1146A-22/mail"),
    "a letter before it goes": ("foi-officer", "/cases/1146A-22/send/test"),
    "the register": ("foi-officer", "/register"),
    "an entry": ("foi-officer", "/register/9"),
    "people, for who may change them": ("administrator", "/people"),
    "a person, for who may change them": ("administrator", "/people/legal-reviewer"),
    "a person, for who may not": ("foi-officer", "/people/legal-reviewer"),
    "the policy, for who may change it": ("administrator", "/policy"),
    "what is due for erasure": ("administrator", "/retention"),
    "what is one's own": ("foi-officer", "/me"),
    "what is known of accessibility": ("", "/accessibility"),
    "nothing there": ("sign-off-officer", "/cases/none"),
    "an invitation": ("", "invitation"),
    "an invitation that was used": ("", "/invitation/none"),
    "making a passkey": ("", "nothing made"),
    "proving a passkey": ("", "a passkey"),
    "proving a key in a file": ("", "a key in a file"),
    "making a second passkey": ("", "one proven"),
    "two keys that are made": ("", "two proven"),
    "keys to be read out": ("", "handed in"),
    "keys that wait to be listed": ("administrator", "/people/handed.in"),
    "founding: what the authority is": ("", "founding"),
    "founding: making a passkey": ("", "founding, stated"),
    "founding: shares that were shown": ("", "founding, with shares"),
    "founding: signing it": ("", "founding, made"),
}
"""What is looked at: as whom, and where; a page of the table of routes that is in none of these fails."""


@pytest.fixture(scope="module")
def full_home(demo_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A copy of the sample's home, full of cases."""
    root = tmp_path_factory.mktemp("for-everybody") / "home"
    shutil.copytree(demo_home.root, root)
    sample.fill(Home(root))
    fill_with_mail(Home(root))
    return Home(root)


@pytest.fixture(scope="module")
def at(full_home: Home) -> Iterator[str]:
    """The address of its desk."""
    with serving(full_home) as address:
        yield address


@pytest.fixture(scope="module")
def links(full_home: Home, at: str, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Where the pages are that only a link leads to, by what was done there."""
    with open_office(full_home) as office:
        acts.change_desk(office, an_officer(full_home, "administrator"), [at])
    found = {"": at, "invitation": f"{at}{invited(full_home, 'invited')}"}
    for name, (made, proven) in MAKING.items():
        with KeyMaker(at, invited(full_home, name.replace(" ", "."))) as someone:
            makes_keys(someone, made, proven)
            if name == "handed in":
                someone.sends("hand-in")
        found[name] = f"{at}{someone.there}"
    with KeyMaker(at, invited(full_home, "file")) as someone:
        assert someone.pastes(SecurityKey().public).is_success
    found["a key in a file"] = f"{at}{someone.there}"
    for name in ("founding", "founding, stated", "founding, with shares", "founding, made"):
        founding = Founding(Home(tmp_path_factory.mktemp("founding") / "home"))
        found[name] = founding.link
        if name != "founding":
            shares = {"needed": "2", "shares": "3"} if name == "founding, with shares" else {}
            with KeyMaker(founding.origin, founding.path, **STATED, **shares) as first:
                if name != "founding, stated":
                    makes_keys(first, 1, 1)
                    first.sends("hand-in")
    return found


STATED: Final = {
    "authority": "Northshire Council",
    "body": "other",
    "approvals": "full",
    "administrator": "administrator",
    "pattern": "FOI-{year}-{number}",
}
MAKING: Final = {
    "nothing made": (0, 0),
    "a passkey": (1, 0),
    "one proven": (1, 1),
    "two proven": (2, 2),
    "handed in": (2, 2),
}
"""How many passkeys were made, and how many of them signed."""


def makes_keys(someone: KeyMaker, made: int, proven: int) -> None:
    for number in range(made):
        key = Passkey("localhost", someone.at)
        assert someone.makes(key).is_success
        assert number >= proven or someone.proves(key).is_success


def invited(home: Home, person: str) -> str:
    with closing(Store(home.desk)) as store:
        return f"/invitation/{invitations.invite(store, person, [Role.LEGAL_REVIEWER], 'administrator')}"


TIMES: Final = frozenset({"what is one's own", "people, for who may change them"})
"""Pages that tell when their reader signed in, which is another time each time."""


def shows(
    browser: Browser,
    home: Home,
    links: Mapping[str, str],
    page: str,
    language: str = "en",
    **options: object,
) -> Person:
    (who, path), at = PAGES[page], links[""]
    someone = Person(browser, at, **options)
    someone.context.add_cookies([{"name": "language", "value": language, "url": at}])
    if who:
        # Not by the page, which so many sign-ins within a minute would not be let in by.
        someone.context.add_cookies([{"name": "desk", "value": cookie_of(home, who), "url": at}])
    someone.page.goto(links.get(path, f"{at}{path}"))
    return someone


def faults(tab: Page) -> list[tuple[str, str]]:
    """Return what axe finds wrong, or cannot decide but for whether a browser's own colours suffice."""
    tab.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    options = {
        "runOnly": {"type": "tag", "values": TAGS},
        "resultTypes": ["violations", "incomplete"],
        # Rules of AAA that axe leaves out unless they are asked for by name.
        "rules": {
            **{name: {"enabled": True} for name in ("color-contrast-enhanced", "target-size")},
            # The paper beside a draft stands in a sandbox, where no script runs, not even axe's.
            "frame-tested": {"enabled": False},
        },
    }
    found = tab.evaluate("options => axe.run(options)", options)
    assert len(found["passes"]) > 15
    return [
        (each["id"], node["html"][:160])
        for each in (*found["violations"], *found["incomplete"])
        for node in each["nodes"][:2]
    ]


@pytest.mark.parametrize("page", sampled(PAGES, first=3))
def test_axe_finds_nothing_and_nothing_has_to_be_moved_sideways(
    browser: Browser, full_home: Home, links: Mapping[str, str], page: str
) -> None:
    someone = shows(browser, full_home, links, page, bypass_csp=True)
    for colours in ("light", "dark"):
        someone.page.emulate_media(color_scheme=colours)
        assert faults(someone.page) == [], colours
    # 320 pixels are 1,280 at 400 %: WCAG 2.2, 1.4.10; 640 are 1,280 at 200 %.
    for width in (640, 320):
        someone.page.set_viewport_size({"width": width, "height": 800})
        assert someone.page.evaluate("document.documentElement.scrollWidth") <= width
    assert faults(someone.page) == []
    someone.context.close()


@pytest.mark.exhaustive
def test_the_report_of_an_audit_is_for_everybody_too(browser: Browser) -> None:
    facts = audit_json(full_report("some words")) | {"complete_to": 7, "stopped": "Nothing is recorded."}
    someone = Person(browser, "", bypass_csp=True)
    someone.page.set_content(audit_page(facts, COMPARED).decode())
    for colours in ("light", "dark"):
        someone.page.emulate_media(color_scheme=colours)
        assert faults(someone.page) == [], colours
    someone.page.set_viewport_size({"width": 320, "height": 800})
    assert someone.page.evaluate("document.documentElement.scrollWidth") <= 320
    someone.context.close()


@pytest.mark.exhaustive
@pytest.mark.parametrize("page", sampled([page for page in PAGES if "founding" not in page], first=1))
def test_a_page_in_welsh_is_as_fit_for_everybody(
    browser: Browser, full_home: Home, links: Mapping[str, str], page: str
) -> None:
    size = {"width": 320, "height": 800}
    someone = shows(browser, full_home, links, page, language="cy", bypass_csp=True, viewport=size)
    assert someone.page.locator("html").get_attribute("lang") == "cy"
    assert someone.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert faults(someone.page) == []
    someone.context.close()


@pytest.mark.parametrize("page", sampled([page for page in PAGES if page not in TIMES], first=1))
def test_every_page_reads_the_same_without_script(
    browser: Browser, full_home: Home, links: Mapping[str, str], page: str
) -> None:
    texts = []
    for script in (True, False):
        someone = shows(browser, full_home, links, page, java_script_enabled=script)
        # What stands there in either case: a challenge is another one each time.
        texts.append([line for line in someone.words.splitlines() if '"' not in line])
        someone.context.close()
    if page == "signing in" or "mak" in page:  # they say beside it that a passkey needs script
        texts = [[line for line in text if "script" not in line] for text in texts]
    assert [line for line in texts[0] if line] == [line for line in texts[1] if line]


@pytest.mark.parametrize("page", ["a case at sign-off"])
def test_a_page_prints_its_words_and_where_links_to_elsewhere_lead(
    browser: Browser, full_home: Home, links: Mapping[str, str], page: str
) -> None:
    someone = shows(browser, full_home, links, page)
    someone.page.emulate_media(media="print")
    assert not someone.page.get_by_role("navigation", name="Pages").is_visible()
    assert someone.page.get_by_text("Evidence of harm").is_visible()
    assert someone.page.get_by_role("heading", name="History").is_visible()
    printed = """
        address => {
            const link = document.querySelector("main a");
            link.setAttribute("href", address);
            return getComputedStyle(link, "::after").content;
        }
    """
    # An address without its beginning helps nobody on paper; browsers print that of the page.
    assert someone.page.evaluate(printed, "/cases/1146A-22") == "none"
    assert "https://ico.org.uk" in someone.page.evaluate(printed, "https://ico.org.uk")
    size = "each => parseFloat(getComputedStyle(document.querySelector(each)).fontSize)"
    row, body = (someone.page.evaluate(size, each) for each in ("main td", "body"))
    assert row < body < 16  # what is smaller on the screen is smaller on paper too
    assert someone.page.pdf().startswith(b"%PDF")
    someone.context.close()


def test_in_colours_of_ones_own_one_page_alone_is_marked_as_the_one_that_is_open(
    browser: Browser, full_home: Home, links: Mapping[str, str]
) -> None:
    someone = shows(browser, full_home, links, "a case at sign-off", forced_colors="active")
    marked = someone.page.evaluate(
        "[...document.querySelectorAll('.bar a')].filter(each => getComputedStyle(each).borderBottomColor"
        " !== getComputedStyle(document.body).backgroundColor).map(each => each.innerText)"
    )
    someone.context.close()

    assert marked == ["Find"]


def test_a_decision_by_keyboard_alone(browser: Browser, at: str) -> None:
    someone = Person(browser, at)
    someone.goes("/")
    for name in ("Sign in as sign-off-officer", "FOI-2026-0177"):
        tab_to(someone.page, name)
        with someone.page.expect_navigation():
            someone.page.keyboard.press("Enter")
    tab_to(someone.page, "Approve it as it stands")
    someone.page.keyboard.press("Space")
    for name in ("Check and sign", "Sign with the key of the sample"):
        tab_to(someone.page, name)
        with someone.page.expect_navigation():
            someone.page.keyboard.press("Enter")
    assert "Recorded" in someone.words
    someone.context.close()


@pytest.mark.exhaustive
def test_a_register_is_founded_by_keyboard_alone(browser: Browser, tmp_path: Path) -> None:
    founding = Founding(Home(tmp_path / "home"))
    someone = Person(browser, founding.origin, bypass_csp=True)
    someone.page.goto(founding.link)
    keys = someone.page.keyboard
    tab_to(someone.page, "The authority")
    keys.type("Northshire Council")
    tab_to(someone.page, "None of those below, as most are")
    keys.press("Space")
    for label, typed in (("How many shares name an administrator", "2"), ("How many shares there are", "3")):
        tab_to(someone.page, label)
        keys.type(typed)
    steps = ("Go on", "Make a passkey", "Sign with it", "Go on with one key", "Go on with one key")
    for number, name in enumerate((*steps, "Go on", "Sign with your passkey")):
        if number == len(steps):
            assert someone.page.locator(".share").count() == 3
            assert faults(someone.page) == []
            tab_to(someone.page, "Every share is on paper, and each can be read.")
            keys.press("Space")
        tab_to(someone.page, name)
        if number == steps.index("Go on with one key"):  # what opens the button of the same name
            keys.press("Enter")
            continue
        with someone.page.expect_navigation():
            keys.press("Enter")
    assert someone.heading == "The register is founded"
    for colours in ("light", "dark"):
        someone.page.emulate_media(color_scheme=colours)
        assert faults(someone.page) == [], colours
    someone.page.set_viewport_size({"width": 320, "height": 800})
    assert someone.page.evaluate("document.documentElement.scrollWidth") <= 320
    someone.context.close()
    assert founding.ended.wait(20)
    assert founding.refused == ""


def tab_to(tab: Page, name: str) -> None:
    """Press the tabulator until what is named has the focus, which has to be seen."""
    for _ in range(120):
        tab.keyboard.press("Tab")
        focus = tab.evaluate(
            """() => { const e = document.activeElement; const s = getComputedStyle(e);
            const label = e.labels?.[0]?.innerText ?? e.innerText ?? "";
            return [label.trim(), s.outlineStyle !== "none" || s.boxShadow !== "none"]; }"""
        )
        if focus[0] == name:
            assert focus[1], f"{name} has the focus and does not show it"
            return
    raise AssertionError(f"{name} cannot be reached by keyboard")

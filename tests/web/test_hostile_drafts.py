"""Whatever is written into a draft stands on its pages as text, and stops nothing."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Final

import pytest
from hostile import CORPUS, brought
from sampling import sampled
from web_builders import SignedIn

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx
    from desk_builders import Desk

    from flows.home import Home

DRAFT: Final = "/cases/1146A-22/draft"


@pytest.fixture
def writer(command: Desk, home: Home, at: str) -> Iterator[SignedIn]:
    command.return_()
    someone = SignedIn(home, at, "foi-officer")
    yield someone
    someone.close()


def _post(writer: SignedIn, path: str, **form: str | list[str]) -> httpx.Response:
    return writer.sends(path, {"Sec-Fetch-Site": "same-origin"}, **form)


def _digest(writer: SignedIn, url: str = DRAFT) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]+)"', writer.client.get(url).text)
    assert found
    return found[1]


def _fields(page: str) -> list[str]:
    """Return the names of the fields of the form that are filled in."""
    found = re.findall(
        r'<(?:textarea|input type="(?:text|date|radio|checkbox)"|select)[^>]* name="([^"]+)"', page
    )
    return sorted({unescape(each) for each in found})


@pytest.mark.exhaustive
def test_no_field_brings_mark_up_to_any_page(writer: SignedIn) -> None:
    fields = _fields(writer.client.get(DRAFT).text)
    assert len(fields) > 20
    for value in CORPUS:
        filled = dict.fromkeys(fields, value)
        answer = _post(writer, DRAFT, digest=_digest(writer), do="check", **filled)
        assert (answer.status_code, brought(answer.text)) == (422, [])
        told = _post(writer, f"{DRAFT}/check", digest=_digest(writer), **filled)
        assert (told.status_code, brought(told.text)) == (200, [])
        for path in ("", "?as=yaml", "/paper"):
            shown = writer.client.get(f"{DRAFT}{path}")
            assert (shown.status_code, brought(shown.text)) == (200, []), path
        kept = writer.client.get(f"{DRAFT}.json").json()["text"]
        assert max(re.findall(r"[a-z0-9]+", value), key=len) in kept
        # What was sent from a page that is no longer the newest is shown again, as text.
        again = _post(writer, DRAFT, digest="0", **dict.fromkeys(fields, f"{value} again"))
        assert (again.status_code, brought(again.text)) == (409, [])
        started = _post(writer, f"{DRAFT}/start", start=value, named=value)
        assert (started.status_code, brought(started.text)) == (422, [])


YAML: Final = {
    "aliases that grow": "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    "a tag": "parts: !!python/object/apply:os.system [id]\n",
    "many levels": "parts: " + "[" * 5_000,
    "many keys": "\n".join(f"k{number}: x" for number in range(30_000)),
    "a key twice": "reference: 1146A/22\nreference: other\nparts: []\n",
    "two documents": "reference: x\n---\nreference: y\n",
    "a list at the top": "- a\n- b\n",
    "a text at the top": "x",
    "nothing": "",
    "a control character": "reference: \u0007\n",
    "parts of another shape": (
        "parts:\n  - text\n  - [a]\n  - exemptions: {a: b}\n  - exemptions:\n      - favouring: x\n"
    ),
    "merging keys": "<<: {a: b}\nreference: 1146A/22\n",
    "a mebibyte": "reference: 1146A/22\nparts:\n  - answer: |\n      " + "word " * 209_000,
    "over a mebibyte": "x" * (1 << 20) + "y",
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("what", sampled(YAML, first=3))
def test_no_text_of_yaml_stops_the_page(writer: SignedIn, what: str) -> None:
    for do in ("record", "form", "add parts", "add parts[3].exemptions[0].favouring"):
        answer = _post(writer, DRAFT, digest=_digest(writer), do=do, yaml=YAML[what])
        assert answer.status_code in {303, 404, 422}, do
        assert "/sign/" not in answer.headers.get("location", "")
    assert writer.client.get(DRAFT).status_code == 200
    assert writer.client.get(f"{DRAFT}/paper").status_code == 200


BUTTONS: Final = (
    *("add", "add ", "remove", "remove parts", "remove parts[99]", "remove reference", "add __class__", "x"),
    *("add parts[0]", "add parts[0].information", "remove parts[-1]", "remove parts[\u00b2]", "back"),
)


@pytest.mark.exhaustive
def test_a_button_that_is_none_changes_nothing(writer: SignedIn) -> None:
    before = writer.client.get(f"{DRAFT}.json").json()["text"]
    for do in BUTTONS:
        answer = _post(writer, DRAFT, digest=_digest(writer), do=do)
        assert answer.status_code in {303, 404}, do
        assert writer.client.get(f"{DRAFT}.json").json()["text"] == before, do


def test_a_working_copy_is_its_writers_alone(writer: SignedIn, home: Home, at: str) -> None:
    _post(writer, DRAFT, digest=_digest(writer), summary="Only mine.")
    other = SignedIn(home, at, "all-three-roles")
    for path in (DRAFT, f"{DRAFT}.json", f"{DRAFT}/paper"):
        assert "Only mine." not in other.client.get(path).text
    other.close()
    assert "Only mine." in writer.client.get(DRAFT).text
    assert (home.desk.stat().st_mode & 0o077) == 0


def test_only_the_paper_of_a_draft_may_stand_in_a_frame_and_it_runs_nothing(writer: SignedIn) -> None:
    for path, framed in ((DRAFT, False), (f"{DRAFT}/start", False), (f"{DRAFT}/paper", True)):
        headers = writer.client.get(path).headers
        assert ("frame-ancestors 'self'" in headers["content-security-policy"]) is framed
        assert headers["x-frame-options"] == ("SAMEORIGIN" if framed else "DENY")
    policy = writer.client.get(f"{DRAFT}/paper").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "sandbox allow-same-origin" in policy


def test_who_asked_is_not_written_into_a_draft_unnoticed(writer: SignedIn) -> None:
    form = {"parts[0].answer": "Sample Applicant asked for it."}
    answer = _post(writer, DRAFT, digest=_digest(writer), do="record", **form)
    assert answer.status_code == 422
    assert 'href="#parts-0-answer">It has the applicant' in unescape(answer.text)

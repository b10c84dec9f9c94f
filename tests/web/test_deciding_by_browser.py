"""A decision on the page: read, chosen, signed, recorded."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, passes_audit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desk_builders import Desk
    from web_builders import Person

    from flows.home import Home


def test_a_reviewer_approves_what_waits_for_them(
    person: Callable[..., Person], command: Desk, home: Home
) -> None:
    reviewer = person("legal-reviewer")
    reviewer.follows(CASE)
    assert reviewer.heading.endswith("Decide at legal review")
    reviewer.page.get_by_label("Approve it as it stands").check()
    reviewer.presses("Check and sign")
    assert "legal-reviewer approved version 1 at legal review." in reviewer.words
    reviewer.presses("Sign with the key of the sample")
    assert "Recorded" in reviewer.words
    assert command.stage() == "balancing"
    assert passes_audit(home)


def test_the_same_signature_sent_twice_is_recorded_once(person: Callable[..., Person], command: Desk) -> None:
    reviewer = person("legal-reviewer")
    reviewer.follows(CASE)
    reviewer.page.get_by_label("Approve it as it stands").check()
    reviewer.presses("Check and sign")
    form = reviewer.page.locator("form", has=reviewer.page.get_by_text("Sign with the key of the sample"))
    sent: dict[str, str | float | bool] = {
        name: form.locator(f"[name={name}]").input_value() for name in ("token", "with")
    }
    for _ in range(2):
        answer = reviewer.context.request.post(
            reviewer.page.url, form=sent, headers={"Origin": reviewer.desk}, max_redirects=0
        )
        assert answer.status == 303, answer.text()
    assert [each["act"] for each in command.told("history", CASE)["entries"]].count("approve") == 1


@pytest.mark.exhaustive
def test_a_return_without_a_reason_is_asked_for_it(person: Callable[..., Person], command: Desk) -> None:
    reviewer = person("legal-reviewer")
    reviewer.follows(CASE)
    reviewer.page.get_by_label("Return it to be mended").check()
    reviewer.presses("Check and sign")
    assert "There is a problem" in reviewer.words
    assert reviewer.page.get_by_label("Return it to be mended").is_checked()
    reviewer.page.get_by_label("Reason or comment").fill("Weigh the delay too.")
    reviewer.presses("Check and sign")
    reviewer.presses("Sign with the key of the sample")
    assert command.stage() == "drafting"


@pytest.mark.exhaustive
def test_a_key_file_signs_without_script(
    person: Callable[..., Person], command: Desk, home: Home, tmp_path: Path
) -> None:
    key = home.officers / "legal-reviewer"
    reviewer = person(java_script_enabled=False)
    reviewer.goes("/")
    content = reviewer.page.locator("pre").first.text_content() or ""
    reviewer.page.get_by_label("Signature").fill(_signed(tmp_path, key, content, "equipoise-session-v1"))
    reviewer.page.get_by_role("button", name="Sign in", exact=True).click()
    reviewer.follows(CASE)
    reviewer.page.get_by_label("Approve it as it stands").check()
    reviewer.page.get_by_label("Reason or comment").fill("Well weighed.")
    reviewer.presses("Comment on paragraph 9")
    reviewer.page.get_by_label("Comment", exact=True).fill("Of note.")
    reviewer.presses("Keep the comment")
    assert reviewer.page.get_by_label("Reason or comment").input_value() == "Well weighed."
    assert reviewer.page.get_by_label("Approve it as it stands").is_checked()
    reviewer.page.get_by_label("Approve it as it stands").press("Enter")
    reviewer.page.get_by_role("heading", name="Check and sign").wait_for()
    assert "Well weighed." in reviewer.words
    with reviewer.page.expect_download() as loading:
        reviewer.page.get_by_text("Sign with a key file instead").click()
        reviewer.follows("Download the statement")
    content = loading.value.path().read_text(encoding="utf-8")
    reviewer.page.get_by_label("Signature").fill(_signed(tmp_path, key, content, "equipoise-act-v1"))
    reviewer.presses("Record it")
    assert command.stage() == "balancing"


def _signed(place: Path, key: Path, content: str, namespace: str) -> str:
    file = place / "signed.json"
    file.write_bytes(content.encode())
    call = ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", str(key), str(file)]
    file.with_name("signed.json.sig").unlink(missing_ok=True)
    subprocess.run(call, check=True, capture_output=True)
    return file.with_name("signed.json.sig").read_text(encoding="ascii")

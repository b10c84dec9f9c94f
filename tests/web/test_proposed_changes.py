"""A change of the policy that takes two administrators, by the pages: one proposes, another confirms."""

from __future__ import annotations

import json
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING, Final

import pytest
from desk_builders import passes_audit
from test_for_everybody import faults
from test_policy import in_force, sends
from web_builders import SignedIn, enrols, invites

from flows.register.sshsig import from_one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from desk_builders import Desk
    from web_builders import Person

    from flows.home import Home

SECOND: Final = "second.administrator"
BY_SAMPLE: Final = {"with": "sample"}


@pytest.fixture
def two(command: Desk) -> Desk:
    """A home whose policy takes two administrators to change, both of whom have a key of the sample."""
    command.done("officer", "add", SECOND, "--role", "administrator", "--as", "administrator")
    command.done("policy", "administrators", "2", "--as", "administrator")
    return command


@pytest.fixture
def first(two: Desk, at: str) -> Iterator[SignedIn]:
    with closing(SignedIn(two.home, at, "administrator")) as someone:
        yield someone


@pytest.fixture
def second(two: Desk, at: str) -> Iterator[SignedIn]:
    with closing(SignedIn(two.home, at, SECOND)) as someone:
        yield someone


def test_a_change_waits_for_the_other_administrator_everywhere_and_is_confirmed(
    home: Home, at: str, first: SignedIn, second: SignedIn
) -> None:
    version = in_force(home).version
    page = sends(first, "/policy/retention", {"months": "36"})
    assert "you propose it" in page.text
    assert "ssh-keygen -Y sign -n equipoise-consent-v1" in page.text
    page = sends(first, page.url.path, BY_SAMPLE)
    assert "Proposed. It is recorded once another administrator confirms it." in page.text
    there = page.url.path

    assert (in_force(home).version, in_force(home).rules.retention) == (version, None)
    for where in ("/", "/people", "/policy"):
        assert f'href="{there}"' in second.client.get(where).text
    with closing(SignedIn(home, at, "legal-reviewer")) as reader:
        assert f'href="{there}"' not in reader.client.get("/").text
        page = reader.client.get(there)
        assert ("36" in page.text, "Confirm" in page.text) == (True, False)
    page = second.client.get(there)
    assert "from now on: </span>36" in page.text

    page = sends(second, there, {"answer": "confirm"})
    assert "administrator proposed it. With your signature it is recorded." in page.text
    assert "from now on: </span>36" in page.text
    done = sends(second, page.url.path, BY_SAMPLE)
    assert f"Version {version + 1} of the policy is in force" in done.text
    assert in_force(home).rules.retention == 36
    assert second.client.get(there).status_code == 404
    assert "wait for another administrator" not in second.client.get("/").text
    assert passes_audit(home)


def test_nobody_confirms_their_own_and_each_may_decline(
    home: Home, first: SignedIn, second: SignedIn
) -> None:
    for who in (first, second):
        page = sends(first, "/policy/body", {"body": "school"})
        there = sends(first, page.url.path, BY_SAMPLE).url.path
        assert "another administrator has to confirm it" in first.client.get(there).text
        refused = sends(first, there, {"answer": "confirm"})
        assert (refused.status_code, "has to confirm it." in refused.text) == (422, True)
        assert sends(who, there, {"answer": "decline"}).url.path == "/policy"
        assert second.client.get(there).status_code == 404
    assert in_force(home).rules.body == "other"


@pytest.mark.exhaustive
def test_what_was_confirmed_while_one_looked_is_not_confirmed_again(
    home: Home, first: SignedIn, second: SignedIn
) -> None:
    pages = [sends(first, "/policy/retention", {"months": months}) for months in ("36", "48")]
    there = [sends(first, page.url.path, BY_SAMPLE).url.path for page in pages]
    signing = [sends(second, each, {"answer": "confirm"}).url.path for each in there]

    sends(second, signing[0], BY_SAMPLE)
    moved = sends(second, signing[1], BY_SAMPLE)

    assert moved.status_code == 409
    assert in_force(home).rules.retention == 36


@pytest.mark.exhaustive
def test_passkeys_sign_both(
    person: Callable[..., Person], at: str, command: Desk, home: Home, tmp_path: Path
) -> None:
    command.done("desk", "set", "--origin", at, "--as", "administrator")
    administrator, other = person("administrator"), person(bypass_csp=True)
    digits = enrols(other, invites(administrator, SECOND, "administrator"))
    administrator.goes(f"/people/{SECOND}")
    assert all(each in administrator.words for each in digits)
    administrator.page.get_by_label("I heard these digits").check()
    administrator.presses("Check and sign")
    administrator.presses("Sign with the key of the sample")
    command.done("policy", "administrators", "2", "--as", "administrator")

    other.goes("/sign-in")
    other.presses("Sign in with a passkey")
    other.page.get_by_role("heading", name="Waiting").wait_for()
    other.goes("/policy")
    other.page.locator("#retention summary").click()
    other.page.get_by_label("Months after it ended").fill("36")
    other.page.locator("#retention button").click()
    other.presses("Sign with your passkey")
    other.page.get_by_text("Proposed. It is recorded once").wait_for()
    command.done(
        *("policy", "confirm", other.page.url.split("/")[-1].partition("?")[0]), "--as", "administrator"
    )
    assert openssh_takes_the_consent(home, tmp_path)

    name = command.told("retention", "set", "48", "--as", "administrator")["proposed"]
    other.goes("/")
    other.follows("administrator set 48 months for which a case is kept after it ended")
    assert other.page.url.endswith(name)
    for colours in ("light", "dark"):
        other.page.emulate_media(color_scheme=colours)
        assert faults(other.page) == [], colours
    other.presses("Confirm: check and sign")
    other.presses("Sign with your passkey")
    other.page.get_by_text("Recorded. Version").wait_for()
    assert in_force(home).rules.retention == 48
    assert passes_audit(home)


def openssh_takes_the_consent(home: Home, place: Path) -> bool:
    """Verify by hand what stands in the newest statement of the policy, as docs/register.md has it."""
    git = ["git", "-C", str(home.register)]
    listed = subprocess.run(
        [*git, "ls-tree", "-r", "--name-only", "main", "policy/acts/"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    newest = [path for path in listed if path.endswith(".json")][-1]
    said = json.loads(
        subprocess.run([*git, "show", f"main:{newest}"], check=True, capture_output=True).stdout
    )
    by, written = said["details"].pop("proposed-by"), said["details"].pop("consent")
    kept = ("act", "details", "files", "format", "policy", "reason", "register")
    agreed = {**{name: said[name] for name in kept}, "proposed-by": by}
    (place / "it.sig").write_text(from_one_line(written))
    verify = ["ssh-keygen", "-Y", "verify", "-f", str(home.allowed_signers), "-I", by]
    verify += ["-n", "equipoise-consent-v1", "-s", str(place / "it.sig")]
    text = json.dumps(agreed, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    done = subprocess.run(verify, input=text.encode(), capture_output=True, check=False)
    return done.stdout.startswith(b"Good")

"""A passkey in a real browser: made, listed, used for an approval, and verified by all who verify."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from browser import Browser, Server, opened
from click.testing import CliRunner

from flows.desk.cli.main import main
from flows.domain.errors import UnfitSignatureError
from flows.domain.procedure import Stage
from flows.register.passkey import challenge, enrolled, signed
from flows.register.roster import allowed_signers
from flows.register.signature import STATEMENT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from register_builders import Office

    from flows.register.register import Proposal

CASE: Final = "FOI/1"
ASKED: Final = b"asked by the desk"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened() as browser:
        yield browser


@pytest.fixture(scope="module")
def desk() -> Iterator[Server]:
    with Server() as desk:
        yield desk


@pytest.fixture
def waiting(office: Office, desk: Server) -> Office:
    """An office with a desk, in which a case waits for its legal review."""
    office.set_desk(desk.origin)
    office.open(CASE)
    office.draft(CASE)
    office.submit(CASE)
    return office


class LegalReviewer:
    """Somebody with a passkey of their own at a desk."""

    def __init__(self, browser: Browser, desk: Server) -> None:
        self.browser, self.origins = browser, {desk.origin}
        browser.page.goto(desk.origin)
        self.public = enrolled(browser.makes(ASKED), ASKED, origins=self.origins).public

    def sign(self, message: bytes, namespace: bytes) -> str:
        answer = self.browser.signs(challenge(message, namespace))
        return signed(answer, self.public, message, namespace, origins=self.origins)[0]


def approval(office: Office) -> Proposal:
    return office.register.propose(office.approval(CASE, "legal-reviewer", Stage.LEGAL_REVIEW), {})


def test_an_approval_by_passkey_holds_for_us_and_for_ssh_keygen(
    browser: Browser, desk: Server, waiting: Office, tmp_path: Path
) -> None:
    waiting.give("legal-reviewer", LegalReviewer(browser, desk))

    waiting.approve(CASE, "legal-reviewer", Stage.LEGAL_REVIEW)

    dossier = waiting.register.dossier(CASE)
    said = dossier.statements[-1]
    (tmp_path / "sig").write_bytes(dossier.read(said.signature_path))
    (tmp_path / "allowed").write_text(allowed_signers(waiting.register.policies()))
    verified = subprocess.run(
        [
            *("ssh-keygen", "-Y", "verify", "-f", str(tmp_path / "allowed"), "-I", "legal-reviewer"),
            *("-n", STATEMENT.decode(), "-s", str(tmp_path / "sig")),
        ],
        input=said.to_bytes(),
        check=True,
        capture_output=True,
    )
    assert verified.stdout.startswith(
        b'Good "equipoise-act-v1" signature for legal-reviewer with ECDSA-SK key'
    )
    audited = CliRunner().invoke(main, ["audit", str(waiting.path), "--pin", waiting.register.fingerprint()])
    assert (audited.exit_code, "The register passes its audit." in audited.output) == (0, True)


@pytest.mark.exhaustive
def test_what_the_desk_would_not_ask_for_is_refused(browser: Browser, desk: Server, waiting: Office) -> None:
    lee = LegalReviewer(browser, desk)
    waiting.give("legal-reviewer", lee)
    said = approval(waiting).statement.to_bytes()
    asked = challenge(said, STATEMENT)
    with Server() as other:
        browser.verifies(owner=False)
        nobody = browser.signs(asked, verification="discouraged")
        browser.verifies(owner=True)
        browser.page.goto(other.origin)
        elsewhere = browser.signs(asked)
        browser.page.goto(f"http://127.0.0.1:{other.server_port}/frame?{desk.server_port}")
        framed = browser.signs(asked, frame=browser.page.frames[1])

    for answer, sentence in (
        (nobody, "did not verify who used it"),
        (elsewhere, "a page that is not the desk's"),
        (framed, "within a page of another site"),
    ):
        with pytest.raises(UnfitSignatureError, match=sentence):
            signed(answer, lee.public, said, STATEMENT, origins=lee.origins)

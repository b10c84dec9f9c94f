"""People come and go by the pages: invited, enrolled with two passkeys, listed, revoked."""

from __future__ import annotations

import json
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import webauthn
from desk_builders import CASE, passes_audit
from web_builders import enrols, invites
from webauthn.helpers.decode_credential_public_key import DecodedEC2PublicKey, decode_credential_public_key

from flows.desk.web import invitations
from flows.desk.web.store import Store
from flows.register.kinds import blob
from flows.register.webauthn import unurl64, url64

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desk_builders import Desk
    from web_builders import Person

    from flows.home import Home

ID = "reviewer.2"


@pytest.fixture(autouse=True)
def desk(at: str, command: Desk) -> str:
    """The desk, at which passkeys sign."""
    command.done("desk", "set", "--origin", at, "--as", "administrator")
    return at


@pytest.mark.exhaustive
def test_somebody_is_invited_enrolled_listed_and_revoked(
    person: Callable[..., Person], command: Desk, home: Home, tmp_path: Path
) -> None:
    administrator, newcomer = person("administrator"), person()
    link = invites(administrator, ID)
    digits = enrols(newcomer, link)
    assert len(digits) == 2
    # What was used once leads nowhere, and what was made lets nobody in before it is listed.
    newcomer.goes(link)
    assert "This invitation was used" in newcomer.words
    newcomer.goes("/sign-in")
    newcomer.presses("Sign in with a passkey")
    newcomer.page.get_by_text("none of yours on the list").wait_for()

    administrator.goes("/people")
    administrator.follows(ID)
    assert all(each in administrator.words for each in digits)
    administrator.presses("Check and sign")
    assert "Compare the digits with the person first" in administrator.words
    administrator.page.get_by_label("I heard these digits").check()
    administrator.presses("Check and sign")
    assert f"administrator authorised {ID}." in administrator.words
    assert all(f"passkey {each} for localhost" in administrator.words for each in digits)
    administrator.presses("Sign with the key of the sample")
    administrator.page.get_by_text("Recorded. Version").wait_for()
    assert "Invited by" not in administrator.words

    newcomer.goes("/sign-in")
    newcomer.presses("Sign in with a passkey")
    newcomer.follows(CASE)
    newcomer.page.get_by_label("Approve it as it stands").check()
    newcomer.presses("Check and sign")
    newcomer.presses("Sign with your passkey")
    newcomer.page.get_by_role("heading", name="Recorded").wait_for()
    assert command.stage() == "balancing"
    assert openssh_takes_the_approval(home, tmp_path)

    administrator.goes("/register")
    assert "0 synced between devices, 2 on one device." in administrator.words
    newcomer.goes("/me")
    assert "approve, version 1" in newcomer.words

    administrator.goes(f"/people/{ID}")
    administrator.presses(f"Revoke {ID}")
    administrator.presses("Sign with the key of the sample")
    administrator.page.get_by_text("Recorded. Version").wait_for()
    newcomer.goes("/")
    assert newcomer.heading == "Sign in"
    assert passes_audit(home)


def openssh_takes_the_approval(home: Home, place: Path) -> bool:
    git = ["git", "-C", str(home.register)]

    def told(*call: str, input_: bytes = b"") -> bytes:
        return subprocess.run(call, check=True, capture_output=True, input=input_).stdout

    paths = told(*git, "ls-tree", "-r", "--name-only", "main").decode().split()
    (statement,) = (path for path in paths if path.endswith("-approve.json"))
    (place / "it.sig").write_bytes(told(*git, "show", f"main:{statement}.sig"))
    verify = ["ssh-keygen", "-Y", "verify", "-f", str(home.allowed_signers), "-I", ID]
    verify += ["-n", "equipoise-act-v1", "-s", str(place / "it.sig")]
    return b"Good" in told(*verify, input_=told(*git, "show", f"main:{statement}"))


@pytest.mark.exhaustive
def test_another_library_reads_the_same_from_what_the_browser_answers(
    person: Callable[..., Person], home: Home
) -> None:
    administrator, newcomer = person("administrator"), person()
    answers: list[str] = []
    newcomer.context.expose_binding("told", lambda _, answer: answers.append(answer))
    newcomer.context.add_init_script(
        """const own = PublicKeyCredential.prototype.toJSON;
        PublicKeyCredential.prototype.toJSON = function () {
          const answer = own.call(this);
          window.told(JSON.stringify(answer));
          return answer;
        };"""
    )
    enrols(newcomer, invites(administrator, ID))
    with closing(Store(home.desk)) as store:
        found = invitations.of(store, ID)
    assert found
    made, signed = answers[0::2], answers[1::2]
    for key, creation, assertion in zip(found.keys, made, signed, strict=True):
        registered = webauthn.verify_registration_response(
            credential=creation,
            expected_challenge=challenge_of(creation),
            require_user_verification=True,
            expected_rp_id="localhost",
            expected_origin=newcomer.desk,
        )
        assert url64(registered.credential_id) == key.id
        read = decode_credential_public_key(registered.credential_public_key)
        assert isinstance(read, DecodedEC2PublicKey)
        assert b"\x04" + read.x + read.y in blob(key.public)
        webauthn.verify_authentication_response(
            credential=assertion,
            expected_challenge=challenge_of(assertion),
            credential_public_key=registered.credential_public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
            expected_rp_id="localhost",
            expected_origin=newcomer.desk,
        )


def challenge_of(answer: str) -> bytes:
    client = json.loads(unurl64(json.loads(answer)["response"]["clientDataJSON"]))
    return unurl64(str(client["challenge"]))

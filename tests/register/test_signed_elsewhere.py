"""Acts signed elsewhere than where they are proposed: by ssh-keygen, a security key, a passkey."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any, Final

import pytest
from authenticator import ORIGIN, EdSecurityKey, Passkey, SecurityKey
from register_builders import PEOPLE, Office, audited, weak_key

from flows.domain.errors import MalformedError, NotEntitledError, RegisterMovedError, UnfitSignatureError
from flows.domain.policy import Person
from flows.domain.procedure import Stage
from flows.register.passkey import challenge, signed
from flows.register.roster import allowed_signers
from flows.register.signature import STATEMENT
from flows.register.sshsig import tidied
from flows.register.statement import POLICY

if TYPE_CHECKING:
    from pathlib import Path

    from flows.register.line import Recorded
    from flows.register.register import Proposal

CASE: Final = "FOI/1"


@pytest.fixture
def waiting(office: Office) -> Office:
    """An office in which a case waits for its legal review."""
    office.open(CASE)
    office.draft(CASE)
    office.submit(CASE)
    return office


def approval(office: Office, who: str = "legal-reviewer") -> Proposal:
    return office.register.propose(office.approval(CASE, who, Stage.LEGAL_REVIEW), {})


def append(office: Office, proposal: Proposal, armoured: str) -> Recorded:
    return office.register.append(proposal, armoured, now=int(proposal.statement.act.time.timestamp()))


def ssh_keygen(office: Office, *words: str | Path, data: bytes) -> bytes:
    (office.folder / "allowed").write_text(allowed_signers(office.register.policies()))
    return subprocess.run(
        ["ssh-keygen", "-Y", *words], input=data, check=True, capture_output=True, cwd=office.folder
    ).stdout


def every_statement_is_good(office: Office) -> None:
    """Check with ssh-keygen whose signature stands beside each statement, and audit the whole."""
    for case in (POLICY, CASE):
        dossier = office.register.dossier(case)
        for said in dossier.statements:
            path = office.folder / "sig"
            path.write_bytes(dossier.read(said.signature_path, at=said))
            who = ("-f", "allowed", "-I", said.act.actor, "-n", STATEMENT.decode(), "-s", path)
            assert ssh_keygen(office, "verify", *who, data=said.to_bytes()).startswith(b"Good")
    assert audited(office.path).findings == []


def test_a_statement_is_taken_away_signed_with_ssh_keygen_and_pasted_back(waiting: Office) -> None:
    proposal = approval(waiting)
    made = ssh_keygen(
        waiting,
        *("sign", "-q", "-n", STATEMENT.decode(), "-f", waiting.folder / "keys" / "legal-reviewer"),
        data=proposal.statement.to_bytes(),
    )
    waiting.open("FOI/2")  # meanwhile somebody acts on another case

    recorded = append(waiting, proposal, tidied("\n" + made.decode().replace("\n", "\r\n")))

    assert recorded.new
    assert waiting.register.dossier(CASE).case.stage() is Stage.BALANCING
    every_statement_is_good(waiting)


def test_it_cannot_be_appended_once_its_case_has_moved(waiting: Office) -> None:
    proposal = approval(waiting)
    armoured = proposal.signed_by(waiting.signers["legal-reviewer"])
    waiting.return_(CASE, "foi-officer", Stage.LEGAL_REVIEW)

    with pytest.raises(RegisterMovedError):
        append(waiting, proposal, armoured)


def test_every_kind_of_key_signs_an_act_of_a_case_from_its_submission_on(office: Office) -> None:
    office.set_desk(ORIGIN)
    office.give("foi.officer.2", EdSecurityKey())
    office.give("legal-reviewer", Passkey(), SecurityKey())
    office.give("sign-off-officer", SecurityKey())
    office.give("administrator", Passkey(), office.signers["administrator"])

    office.story(CASE)
    office.revoke("foi-officer")  # signed by the administrator's passkey

    every_statement_is_good(office)
    listed = (office.folder / "allowed").read_text()
    assert (
        f'legal-reviewer namespaces="equipoise-act-v1" {office.signers["legal-reviewer"].public}\n' in listed
    )
    assert listed.count("sk-ssh-ed25519@openssh.com") == 1
    assert listed.count("sk-ecdsa-sha2-nistp256@openssh.com") == 4


def test_what_a_browser_answers_is_appended(waiting: Office) -> None:
    key = Passkey()
    waiting.set_desk(ORIGIN)
    waiting.give("legal-reviewer", key)
    proposal = approval(waiting)
    said = proposal.statement.to_bytes()

    answer = key.assertion(challenge(said, STATEMENT))
    append(waiting, proposal, signed(answer, key.public, said, STATEMENT, origins={ORIGIN})[0])

    every_statement_is_good(waiting)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"flags": 0x01}, "did not verify who used it"),
        ({"origin": "https://x.foi.example.gov.uk"}, "a page that is not the desk's"),
        ({"framed": True}, "within a page of another site"),
        ({"high": True}, "the higher s"),
        ({"reordered": True}, "use another passkey"),
    ],
    ids=str,
)
def test_a_passkey_used_otherwise_appends_nothing(
    changes: dict[str, Any], sentence: str, waiting: Office
) -> None:
    key = Passkey()
    waiting.set_desk(ORIGIN)
    waiting.give("legal-reviewer", key)
    for name, value in changes.items():
        setattr(key, name, value)
    proposal, tip = approval(waiting), waiting.register.tip()

    with pytest.raises(UnfitSignatureError, match=sentence):
        append(waiting, proposal, proposal.signed_by(key))

    assert waiting.register.tip() == tip


def test_a_passkey_of_another_rp_id_appends_nothing(waiting: Office) -> None:
    waiting.set_desk(ORIGIN)
    waiting.give("legal-reviewer", key := Passkey("example.gov.uk"))
    proposal = approval(waiting)

    with pytest.raises(UnfitSignatureError, match="another RP id"):
        append(waiting, proposal, proposal.signed_by(key))


def test_a_good_signature_by_a_key_that_is_not_the_actors_appends_nothing(waiting: Office) -> None:
    waiting.set_desk(ORIGIN)
    proposal = approval(waiting)

    with pytest.raises(NotEntitledError, match="a signature by a key of legal-reviewer"):
        append(waiting, proposal, proposal.signed_by(Passkey()))


def test_a_key_that_anybody_can_sign_for_is_not_listed(waiting: Office) -> None:
    weak = Person(id="legal-reviewer", roles=PEOPLE["legal-reviewer"], keys=(weak_key(bytes(32)),))

    with pytest.raises(MalformedError, match="anybody can sign for this key"):
        waiting.authorise(weak)


def test_a_passkey_signs_only_where_the_policy_before_the_act_has_its_desk(waiting: Office) -> None:
    key = Passkey()
    waiting.give("legal-reviewer", key)
    proposal = approval(waiting)
    with pytest.raises(UnfitSignatureError, match="names no desk"):
        append(waiting, proposal, proposal.signed_by(key))

    waiting.set_desk(ORIGIN)
    waiting.approve(CASE, "legal-reviewer", Stage.LEGAL_REVIEW)
    waiting.set_desk("https://desk.example.gov.uk")

    # What was signed at the desk of its time stands; what is signed there now does not count.
    waiting.give("sign-off-officer", Passkey())
    with pytest.raises(UnfitSignatureError, match="a page that is not the desk's"):
        waiting.approve(CASE, "sign-off-officer", Stage.BALANCING)
    waiting.set_desk()
    assert audited(waiting.path).findings == []


@pytest.mark.parametrize(
    ("key", "counts", "remarked"),
    [
        (Passkey(), (0, 0), None),
        (Passkey(), (0, 5), None),
        (Passkey(), (5, 0), None),
        (Passkey(), (5, 6), None),
        (Passkey(), (6, 5), "counted 6 signatures before and 5 now"),
        (Passkey(), (5, 5), "counted 5 signatures before and 5 now"),
        (Passkey(), (9, 0, 4), "counted 9 signatures before and 4 now"),
        (EdSecurityKey(), (6, 5), "counted 6 signatures before and 5 now"),
        (SecurityKey(), (6, 5), "counted 6 signatures before and 5 now"),
    ],
)
def test_a_count_that_does_not_rise_is_a_remark(
    key: EdSecurityKey, counts: tuple[int, ...], remarked: str | None, waiting: Office
) -> None:
    waiting.set_desk(ORIGIN)
    waiting.give("legal-reviewer", key)
    for number, count in enumerate(counts, start=2):
        waiting.open(f"FOI/{number}")
        waiting.draft(f"FOI/{number}")
        waiting.submit(f"FOI/{number}")
        key.counter = count
        waiting.approve(f"FOI/{number}", "legal-reviewer", Stage.LEGAL_REVIEW)

    report = audited(waiting.path)

    assert report.passes
    place = f"entry {report.entries}: the {signature_kind(key)} of legal-reviewer"
    expected = f"{place} {remarked}; ask whether there is a copy of it." if remarked else None
    assert report.remarks == ([expected] if expected else [])


def signature_kind(key: EdSecurityKey) -> str:
    return "passkey" if isinstance(key, Passkey) else "security key"


def test_the_counts_of_two_keys_are_not_compared(waiting: Office) -> None:
    waiting.set_desk(ORIGIN)
    one, other = Passkey(), Passkey()
    one.counter, other.counter = 9, 3
    waiting.give("legal-reviewer", one)
    waiting.give("sign-off-officer", other)
    waiting.approve(CASE, "legal-reviewer", Stage.LEGAL_REVIEW)
    waiting.approve(CASE, "sign-off-officer", Stage.BALANCING)

    assert audited(waiting.path).remarks == []

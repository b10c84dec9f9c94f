"""A key in the wrong hands: it signs no more, and the audit lists what rests on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, passes_audit

from flows.casework.office import open_office
from flows.domain.policy import fingerprint
from flows.register import signature

if TYPE_CHECKING:
    from desk_builders import Desk

BY = ("--as", "administrator", "--reason", "The computer was lost.")


def mark_of(desk: Desk, person: str) -> str:
    rows = desk.told("officer", "list")["officers"]
    (mark,) = next(row["fingerprints"] for row in rows if row["id"] == person)
    return str(mark)


def test_it_signs_no_more_and_every_audit_lists_what_rests_on_it(desk: Desk) -> None:
    desk.submit()
    entry = desk.told("history", CASE)["entries"][-1]["sequence"]
    mark = mark_of(desk, "foi-officer")
    said = desk.done(
        "officer", "suspect", "foi-officer", "--fingerprint", mark[:12], "--since", str(entry), *BY
    )
    assert f"what rests on it since entry {entry}" in said
    with open_office(desk.home) as office:
        assert office.register.policy().people["foi-officer"].keys == ()
    assert passes_audit(desk.home)
    remarks = " ".join(desk.done("audit").split())
    assert (
        f"The key {mark[:12]} of foi-officer counts as suspect since entry {entry}: "
        f"on it rest the entries {entry}."
    ) in remarks
    (suspect,) = desk.told("audit")["suspects"]
    assert suspect == {"person": "foi-officer", "key": mark, "since": entry, "entries": [entry]}
    code, sentence = desk.refused(
        *("assign", CASE, "--person", "foi-officer", "--as", "foi-officer"),
        *("--key", str(desk.home.officers / "foi-officer")),
    )
    assert (code, "by a key of foi-officer" in sentence) == (1, True)
    # Nor is it ever listed again, not even as the same person's.
    public = desk.home.officers / "foi-officer.pub"
    words = ("--role", "foi-officer", "--public-key", str(public), "--as", "administrator")
    assert "was made suspect; they need another" in desk.refused("officer", "add", "foi-officer", *words)[1]


@pytest.mark.parametrize(
    ("person", "key", "since", "sentence"),
    [
        ("foi-officer", "0" * 12, "1", "never had one key"),
        ("foi-officer", "", "1", "never had one key"),
        ("legal-reviewer", "MARK", "1", "never had one key"),
        ("foi-officer", "MARK", "99999", "There is no entry 99999"),
        ("administrator", "OWN", "1", "the last key of an administrator"),
    ],
)
def test_a_key_is_not_made_suspect(desk: Desk, person: str, key: str, since: str, sentence: str) -> None:
    named = {"MARK": "foi-officer", "OWN": "administrator"}.get(key)
    digits = mark_of(desk, named) if named else key
    call = ("officer", "suspect", person, "--fingerprint", digits, "--since", since, *BY)
    assert sentence in desk.refused(*call)[1]


def test_the_key_of_somebody_revoked_is_made_suspect_too(desk: Desk) -> None:
    key = signature.load(desk.home.officers / "legal-reviewer").public
    desk.done("officer", "revoke", "legal-reviewer", "--as", "administrator")
    call = ("officer", "suspect", "legal-reviewer", "--fingerprint", fingerprint(key), "--since", "1", *BY)
    desk.done(*call)
    assert "nothing was recorded" in desk.done(*call)
    assert passes_audit(desk.home)

"""Whether words name an applicant is told to whoever writes in the case, and to nobody who only guesses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from desk_builders import CASE, Desk, an_officer
from registrars import asking, elsewhere, straight

from flows.casework.acts import Wish, act
from flows.casework.checking import findings
from flows.casework.office import open_office
from flows.desk.registrar.peers import Part, Peer
from flows.domain.acts import DRAFT
from flows.domain.documents import ASSESSMENT, DOCUMENT, TEST
from flows.domain.errors import MalformedError, NotEntitledError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Ask = Callable[..., Any]

NAMES = {"guess": "Sample Applicant asked.", "other": "Zebedee Quill asked."}


def officer(person: str) -> Peer:
    return Peer(part=Part.OFFICER, person=person)


def noted(desk: Desk) -> list[tuple[str, str]]:
    try:
        rows = [json.loads(line) for line in desk.home.lookups.read_text().splitlines()]
    except FileNotFoundError:
        return []
    return [(each["person"], each["named_in"]) for each in rows]


def test_who_may_know_the_applicant_is_told_whether_words_name_them_and_a_hit_is_noted(desk: Desk) -> None:
    desk.done("step-aside", CASE, "--reason", "I know them.", "--as", "legal-reviewer")
    with asking(desk.home) as ask:
        for peer in (officer("foi-officer"), officer("sign-off-officer"), Peer(part=Part.DESK)):
            assert ask(peer, "named-in", reference=CASE, texts=NAMES) == ["guess"]
        assert ask(officer("foi-officer"), "named-in", reference=CASE, texts={"other": NAMES["other"]}) == []
        assert noted(desk) == [("foi-officer", CASE), ("sign-off-officer", CASE), ("desk", CASE)]
        for peer in (
            Peer(part=Part.WORKER),
            Peer(part=Part.GATEWAY),
            officer("legal-reviewer"),  # stepped aside
            officer("administrator"),  # of a case that has not ended
            officer("nobody-any-more"),
        ):
            with pytest.raises(NotEntitledError):
                ask(peer, "named-in", reference=CASE, texts=NAMES)
        assert len(noted(desk)) == 3
        assert ask(Peer(part=Part.OWN), "named-in", reference=CASE, texts=NAMES) == ["guess"]
    assert len(noted(desk)) == 3
    assert "Sample" not in desk.home.lookups.read_text()


def test_a_worker_is_told_of_what_the_register_has_and_of_no_words_of_its_own(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_office(desk.home) as office:
        dossier = office.register.dossier(CASE)
        acts = len(dossier.statements)
        # As software of before, which did not know the name in another spelling, let it in.
        said = {ASSESSMENT: b"An answer would be", DOCUMENT: b"An answer would be"}
        files = {
            path: dossier.read(path).replace(old, b"Sample Applicant, it would be")
            for path, old in said.items()
        }
        act(
            office,
            an_officer(desk.home, "foi-officer"),
            Wish(kind=DRAFT, reference=CASE, document=TEST.name, version=2, files=files),
        )
        here = findings(office, office.register.dossier(CASE))
    with straight(desk.home, monkeypatch) as address, elsewhere(tmp_path / "far", address) as office:
        assert findings(office, office.register.dossier(CASE)) == here
    with asking(desk.home) as ask:
        worker = Peer(part=Part.WORKER)
        assert ask(worker, "named-as-recorded", reference=CASE, acts=acts) == []
        named = ask(worker, "named-as-recorded", reference=CASE, acts=acts + 1)
        assert named[-1] == "document"
        assert len(named) > 1
        for number in (0, acts + 2):
            with pytest.raises(MalformedError, match="the case has not as many"):
                ask(worker, "named-as-recorded", reference=CASE, acts=number)
        with pytest.raises(MalformedError, match="of another form: texts"):
            ask(worker, "named-as-recorded", reference=CASE, acts=acts, texts=NAMES)
    assert noted(desk) == []

"""Intake: a case for every new request, once; what cannot be taken in is set aside with the reason."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import time
from typing import TYPE_CHECKING, Any, Final

import pytest
from click.testing import CliRunner
from flow_builders import WITHIN_RIGHTS, a_request, an_assessment, command, rested

from flows.casework import requests
from flows.casework.requests import NextReferences
from flows.catalogue.file import Catalogue
from flows.desk.cli.main import main
from flows.domain.documents import ASSESSMENT, REQUEST, SEALED_REQUEST
from flows.domain.errors import MalformedError
from flows.domain.procedure import Role
from flows.engine import here as engine
from flows.sources.item import look, tag_of
from flows.sources.parse import parse_request
from flows.sources.repeats import Repeats

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result
    from flow_builders import Town

    from flows.sources.item import Item

WORDS: Final = "seahorses in the boardroom"
"""What the bad requests ask about; no note says it again."""


def test_a_request_becomes_a_case_and_leaves_the_inbox(town: Town) -> None:
    town.put_case("A/1")
    lone = town.home.inbox / "lone.yaml"
    lone.write_text(a_request("A/2"))
    rested(lone)

    run = town.run("intake")

    assert run.completed
    assert town.stages() == {"A/1": "received", "A/2": "received"}
    assert town.inbox() == set()
    assert run.artifacts() == ["| case | what happened |\n|---|---|\n| A/1 | opened |\n| A/2 | opened |"]
    assert run.tasks() == [("intake-A/1", "COMPLETED", 1), ("intake-A/2", "COMPLETED", 1)]
    case = town.office.register.dossier("A/1").case
    sealed = town.read("A/1", SEALED_REQUEST)
    assert town.office.vault.unseal(case.recipient, sealed).decode() == a_request("A/1")
    assert town.read("A/1", ASSESSMENT).decode() == an_assessment("A/1")


def test_a_request_without_a_reference_is_given_the_next(town: Town) -> None:
    town.put_case("FOI-2022-0007")
    town.run("intake")
    town.put("x", a_request(subject="The first"))
    town.put("y", a_request(subject="The second"))

    run = town.run("intake")

    assert sorted(town.stages()) == ["FOI-2022-0007", "FOI-2022-0008", "FOI-2022-0009"]
    assert [name for name, *_ in run.tasks()] == ["intake-FOI-2022-0008", "intake-FOI-2022-0009"]


def test_the_same_content_again_is_nothing_new(town: Town) -> None:
    town.put_case("A/1")
    town.run("intake")
    entries = town.entries()
    town.put_case("A/1")

    run = town.run("intake")

    assert run.completed
    assert run.artifacts() == []
    assert town.entries() == entries
    assert (town.inbox(), town.set_aside()) == (set(), set())
    assert town.orphan_keys() == set()


def test_other_content_under_a_known_reference_is_set_aside(town: Town) -> None:
    town.put_case("A/1")
    town.run("intake")
    entries = town.entries()
    town.put("again", a_request("A/1", text=WORDS))

    run = town.run("intake")

    assert run.completed
    assert run.artifacts() == [
        "| case | what happened |\n|---|---|\n| A/1 | set aside: the reference is a case with other content |"
    ]
    assert town.entries() == entries
    assert town.set_aside() == {"again"}


def test_a_good_request_with_a_bad_assessment_is_opened_and_the_assessment_set_aside(town: Town) -> None:
    town.put("half", a_request("A/1"), f"reference: A/1\nparts: {WORDS}\n")

    run = town.run("intake")

    assert run.artifacts() == [
        "| case | what happened |\n|---|---|\n| A/1 | opened; its assessment was set aside |"
    ]
    aside = town.home.set_aside / "half"
    assert {path.name for path in aside.iterdir()} == {"assessment.yaml", "WHY.txt"}
    assert WORDS in (aside / "assessment.yaml").read_text()
    assert WORDS not in (aside / "WHY.txt").read_text()
    assert town.inbox() == set()
    town.run("drafting")
    assert town.stages() == {"A/1": "drafting"}


def test_a_request_whose_subject_names_the_applicant_is_set_aside(town: Town) -> None:
    town.put("named", a_request("A/1", subject="What Sample Applicant asked"))

    town.run("intake")

    assert town.stages() == {}
    why = (town.home.set_aside / "named" / "WHY.txt").read_text()
    assert "subject" in why
    assert "Applicant asked" not in why


def test_foi_officers_are_told_once_of_what_was_set_aside_and_not_by_its_name(town: Town) -> None:
    town.put("Sample Applicant", a_request("A/1", subject="What Sample Applicant asked"))

    town.run("intake")

    tag = tag_of(town.home.set_aside / "Sample Applicant")
    notice = town.home.notices / f"set-aside-{tag}.txt"
    told = notice.read_text()
    officers = town.office.register.policy().holders(Role.FOI_OFFICER)
    assert f"To: {', '.join(sorted(officers))}\n" in told
    assert f"The item {tag} of the inbox could not be taken in" in told
    assert "Applicant" not in told
    notice.unlink()
    town.put_case("A/2")
    town.run("intake")
    assert not notice.exists()


def test_a_summary_with_the_applicants_title_or_initial_is_set_aside(town: Town) -> None:
    public = {"name": "Jo Public"}
    town.put("title", a_request("A/1", applicant=public, summary="The flights that Mr Public asked about."))
    town.put("initial", a_request("A/2", applicant=public, summary="The flights J. Public asked about."))
    town.put("ordinary", a_request("A/3", applicant=public, summary="The flights the public asked about."))

    town.run("intake")

    assert town.stages() == {"A/3": "received"}
    for name in ("title", "initial"):
        why = (town.home.set_aside / name / "WHY.txt").read_text()
        assert ("summary" in why, "Public" in why) == (True, False)


def why(town: Town, name: str) -> str:
    """Return what stands beside an item that was set aside, on one line."""
    return " ".join((town.home.set_aside / name / "WHY.txt").read_text().split())


def test_a_request_to_another_authority_is_set_aside_with_advice(town: Town) -> None:
    town.put("theirs", a_request("A/1", authority="Southshire Council"))

    run = town.run("intake")

    assert run.completed
    assert (town.stages(), town.orphan_keys()) == ({}, set())
    assert (
        "authority: it asks Southshire Council, and this register is of Northshire Police; advise the "
        "applicant to ask Southshire Council (section 16, advice and assistance)"
    ) in why(town, "theirs")


def test_the_authority_s_own_name_is_recorded_as_it_calls_itself(town: Town) -> None:
    town.opened("A/1", authority="the NORTHSHIRE  police")

    assert b"Authority: Northshire Police\n" in town.read("A/1", REQUEST)


def test_the_same_request_again_is_set_aside_and_names_its_case(town: Town) -> None:
    asked = {"text": "Please send the log of drone flights.\n", "summary": "The log of drone flights."}
    town.put("one", a_request("A/1", **asked))
    again = asked | {"text": "Please send the LOG of  drone flights!", "received": "2022-09-02"}
    town.put("three", a_request(applicant={"name": "Applicant, Mr Sample"}, **again))
    town.put("two", a_request("A/2", **again))

    run = town.run("intake")

    assert run.completed
    assert town.stages() == {"A/1": "received"}
    assert town.set_aside() == {"two", "three"}
    assert not (town.home.set_aside / "three" / ".reference").exists()
    for said in (why(town, "two"), why(town, "three")):
        assert "the same applicant asked the same, in the same words, in A/1; if it is one" in said
        assert "add the line 'repeat-of: A/1'" in said
        assert "drone" not in said


def test_the_same_of_two_who_gave_no_name_is_no_repeat_unless_they_are_reached_the_same_way(
    town: Town,
) -> None:
    nobody = {"name": "not given"}
    one, two = (nobody | {"email": f"{each}@example.org"} for each in ("one", "two"))
    town.opened("A/1", text="The log, please.", applicant=nobody)
    town.opened("A/2", text="The log, please.", applicant=nobody)
    town.opened("A/3", text="The log, please.", applicant=one)
    town.opened("A/4", text="The log, please.", applicant=two)

    with pytest.raises(MalformedError, match="in the same words, in A/3;"):
        town.opened("A/5", text="Dear Sir,\n\nThe log, please.\n\nThanks\n", applicant=one)


def test_the_same_request_is_a_case_where_it_says_which_it_repeats(town: Town) -> None:
    town.put("one", a_request("A/1", text="The log, please."))
    town.put("other", a_request("A/3", text="The log, please.", **{"repeat-of": "B/9"}))
    town.put("two", a_request("A/2", text="The log, please.", **{"repeat-of": "a-1"}))

    town.run("intake")

    assert town.stages() == {"A/1": "received", "A/2": "received"}
    assert "repeat-of: the same applicant" in why(town, "other")


def test_another_applicant_or_other_words_are_another_request(town: Town) -> None:
    town.opened("A/1", text="The log, please.")
    town.opened("A/2", text="The log, please.", applicant={"name": "Jo Public"})
    town.opened("A/3", text="The log of May, please.")

    assert sorted(town.stages()) == ["A/1", "A/2", "A/3"]


def test_a_case_whose_opening_was_cut_off_is_no_repeat_of_itself(town: Town) -> None:
    asked = a_request(text="The log, please.")
    town.put("one", asked)
    with pytest.MonkeyPatch.context() as failing:
        failing.setattr(requests, "_finished", fail)
        failing.setattr(Repeats, "remember", fail)
        with contextlib.suppress(OSError):
            requests.open_case(
                town.office,
                requests.read_item(the_item(town, "one"), NextReferences(town.office)),
            )
    assert (town.stages(), town.inbox()) == ({"FOI-2022-0001": "received"}, {"one"})
    town.close()
    rested(town.home.inbox / "one")
    town.put("two", asked)

    run = town.run("intake")

    assert run.completed
    assert town.stages() == {"FOI-2022-0001": "received"}
    assert (town.inbox(), town.set_aside()) == (set(), {"two"})
    assert "in FOI-2022-0001;" in why(town, "two")


@pytest.mark.parametrize("how", ["lost", "damaged", "cut short", "of another key"])
def test_a_memory_that_is_lost_is_made_again_from_the_sealed_requests(how: str, town: Town) -> None:
    town.opened("A/1", text="The log, please.")
    town.close()
    match how:
        case "lost":
            town.home.repeats.unlink()
        case "damaged":
            town.home.repeats.write_bytes(b"x" * 5000)
        case "cut short":
            os.truncate(town.home.repeats, 0)
        case _:
            Repeats(town.home.repeats, lambda content: hashlib.sha256(content).digest()).close()

    requests.catch_up(town.office)

    with pytest.raises(MalformedError, match="in the same words, in A/1;"):
        town.opened("A/2", text="The log, please.")
    assert stat.S_IMODE(town.home.repeats.stat().st_mode) == 0o600


def test_a_case_whose_key_was_destroyed_is_forgotten(town: Town) -> None:
    town.opened("A/1", text="The log, please.")
    recipient = town.office.register.dossier("A/1").case.recipient
    (town.home.case_keys / f"{recipient}.age").unlink()

    requests.catch_up(town.office)

    assert recipient not in town.office.repeats.known()
    town.opened("A/2", text="The log, please.")


def test_what_is_remembered_of_a_request_is_a_digest_alone(town: Town) -> None:
    town.opened("A/1", text="The log of seahorses, please.")

    held = town.home.repeats.read_bytes().lower()

    assert b"A/1".lower() in held
    assert not any(word in held for word in (b"seahorses", b"sample", b"applicant", b"log"))


def fail(*_: Any, **__: Any) -> None:
    raise OSError("cut off")


def the_item(town: Town, name: str) -> Item:
    item = look(town.home.inbox / name, now=time.time())
    assert item is not None
    return item


def test_a_reference_that_a_request_has_of_its_own_is_given_to_no_other(town: Town) -> None:
    for name, reference in (("a", ""), ("b", "FOI-2022-0002"), ("c", ""), ("d", "")):
        town.put(name, a_request(reference, text=f"The log of {name}, please."))

    town.run("intake")

    assert sorted(town.stages()) == [f"FOI-2022-000{number}" for number in range(1, 5)]
    assert town.set_aside() == set()


def test_all_references_are_looked_through_once_for_a_year(town: Town) -> None:
    times = 0

    def listed(catalogue: Catalogue, listing: Callable[[Catalogue], list[str]] = Catalogue.references) -> Any:
        nonlocal times
        times += 1
        return listing(catalogue)

    for name in "abc":
        town.put(name, a_request(text=f"The log of {name}, please."))

    with pytest.MonkeyPatch.context() as watching:
        watching.setattr(Catalogue, "references", listed)
        town.run("intake")

    assert (times, len(town.stages())) == (1, 3)


def test_an_item_that_fails_holds_up_no_other(town: Town) -> None:
    town.put_case("A/2")
    town.run("intake")
    for key in town.home.case_keys.iterdir():
        key.unlink()
    for reference in ("A/1", "A/2", "A/3"):
        town.put_case(reference)

    run = town.run("intake")

    assert not run.completed
    assert run.tasks() == [
        ("intake-A/1", "COMPLETED", 1),
        ("intake-A/2", "FAILED", 1),
        ("intake-A/3", "COMPLETED", 1),
    ]
    assert town.inbox() == {"A-2"}
    (artifact,) = run.artifacts()
    assert "| A/2 | failed: The case key " in artifact


def test_an_empty_inbox_leaves_no_trace(town: Town) -> None:
    before = town.everything()

    run = town.run("intake")

    assert run.completed
    assert (run.artifacts(), run.tasks()) == ([], [])
    assert town.everything() == before


def bad_items(town: Town) -> dict[str, bytes]:
    """Put seven items into the inbox that cannot be taken in; return the request of each, by name."""
    requests = {
        "bytes": b"\xff\xfe\x00 " + WORDS.encode(),
        "keys": a_request("B/2", text=WORDS).replace("subject:", "regarding:").encode(),
        "date": a_request("B/3", text=WORDS, received="7th November").encode(),
        "to come": a_request("B/5", text=WORDS, received="2999-11-20").encode(),
        "before the Act": a_request("B/6", text=WORDS, received="2004-12-31").encode(),
        "long": a_request("B/4", text=WORDS + " " + "x" * 5_000_000).encode(),
        "other": a_request("A/1", text=WORDS).encode(),
    }
    for name, request in requests.items():
        item = town.home.inbox / name
        item.mkdir()
        (item / "request.yaml").write_bytes(request)
        (item / "assessment.yaml").write_text(f"# {WORDS}\n{an_assessment('A/1')}")
        rested(item)
    return requests


def mended_by(why: Path) -> str:
    return " ".join(why.read_text(encoding="utf-8").split())


def unreadable_items(town: Town) -> str:
    """Put items into the inbox that cannot be read; return the name of one nobody could show."""
    inbox = town.home.inbox
    town.put("closed folder", a_request("B/7")).chmod(0)
    (town.put("closed file", a_request("B/8")) / "request.yaml").chmod(0)
    os.mkfifo(inbox / "pipe.yaml")
    os.mknod(inbox / "socket.yaml", stat.S_IFSOCK | 0o600)
    (inbox / "round").symlink_to("round")
    strange = inbox / os.fsdecode(b"\x1b[31m\xff.docx")
    strange.write_text("x")
    for path in (inbox / "pipe.yaml", inbox / "socket.yaml", inbox / "round", strange):
        rested(path)
    return strange.name


def test_good_items_are_taken_in_and_the_others_explained(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    for reference in ("A/1", "A/2", "A/3", "Z/1"):
        town.put_case(reference)
    requests = bad_items(town)

    said = taken_in(town, monkeypatch)

    assert said.exit_code == 1, said.stderr
    assert (said.stdout.count("Opened "), said.stdout.count("WHY.txt says why.")) == (4, 7)
    assert set(town.stages()) == {"A/1", "A/2", "A/3", "Z/1"}
    assert town.inbox() == set()
    assert town.set_aside() == requests.keys()
    check_what_is_bad_is_explained(town, requests)
    assert town.orphan_keys() == set()
    assert town.audited().passes


@pytest.mark.exhaustive
def test_items_that_may_not_be_read_are_explained_or_told_too(startable: Town) -> None:
    """By one command, which starts a server of its own."""
    town = startable
    for reference in ("A/1", "A/2", "A/3", "Z/1"):
        town.put_case(reference)
    requests = bad_items(town)
    unread = {"closed file", "pipe.yaml", "socket.yaml", "round", unreadable_items(town)}

    said = command(town.home, "intake", before=WITHIN_RIGHTS)

    assert said.returncode == 1, said.stderr
    assert (said.stdout.count("Opened "), said.stdout.count("WHY.txt says why.")) == (4, 7 + 5)
    assert set(town.stages()) == {"A/1", "A/2", "A/3", "Z/1"}
    assert town.inbox() == {"closed folder"}
    assert town.set_aside() == requests.keys() | unread
    check_what_is_bad_is_explained(town, requests)
    tag = hashlib.sha256(b"closed folder").hexdigest()[:12]
    assert f"The inbox item {tag} could not be read or moved: Permission denied." in said.stderr
    assert "the service may not read this" in mended_by(town.home.set_aside / "closed file" / "WHY.txt")
    assert "\x1b" not in said.stdout + said.stderr
    (town.home.inbox / "closed folder").chmod(0o755)
    assert town.orphan_keys() == set()
    assert town.audited().passes


def check_what_is_bad_is_explained(town: Town, requests: dict[str, bytes]) -> None:
    for name, request in requests.items():
        aside = town.home.set_aside / name
        assert (aside / "request.yaml").read_bytes() == request
        assert (aside / "assessment.yaml").read_text() == f"# {WORDS}\n{an_assessment('A/1')}"
        assert {path.name for path in aside.iterdir()} == {"request.yaml", "assessment.yaml", "WHY.txt"}
    notes = {name: mended_by(town.home.set_aside / name / "WHY.txt") for name in requests}
    for name, told in {
        "bytes": "UTF-8",
        "keys": "subject",
        "date": "received",
        "to come": "received: 20 November 2999 is yet to come",
        "before the Act": "received: 31 December 2004 is before 1 January 2005, the first day of the right",
        "long": "over 1 MiB",
        "other": "give this request a reference of its own",
    }.items():
        assert told in notes[name]
    for note in notes.values():
        assert "To send it again:" in note
        assert "seahorses" not in note
        assert "Applicant" not in note
        assert "7th November" not in note


def taken_in(town: Town, monkeypatch: pytest.MonkeyPatch) -> Result:
    """Call ``equipoise intake`` with the server that the tests share."""
    monkeypatch.setattr(engine, "run", lambda _, flows, __: all(town.run(flow).completed for flow in flows))
    return CliRunner().invoke(main, ["intake", "--home", str(town.home.root)])


def test_what_is_still_arriving_is_left_and_told(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with (town.put("slow", a_request("A/1")) / "request.yaml").open("a"):
        said = taken_in(town, monkeypatch)

    assert (said.exit_code, said.output) == (
        0,
        "1 item is still arriving: open for writing, or changed some seconds ago.\n",
    )
    assert town.inbox() == {"slow"}


def test_what_is_written_after_the_reading_is_told_and_stays(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = town.put_case("A/1")

    def parse(data: bytes, **given: Any) -> Any:
        if item.exists():
            with (item / "request.yaml").open("a") as file:
                file.write("# the rest\n")
        return parse_request(data, **given)

    monkeypatch.setattr("flows.casework.requests.parse_request", parse)

    run = town.run("intake")

    (artifact,) = run.artifacts()
    assert "| A/1 | opened; it was written to meanwhile, and stays in the inbox |" in artifact
    (again,) = town.home.inbox.iterdir()
    assert (again / "request.yaml").read_text().endswith("# the rest\n")
    rested(again)
    assert town.run("intake").completed
    assert town.set_aside() == {again.name}  # its reference is a case now, with less in it


def test_of_two_references_that_count_as_the_same_the_second_is_set_aside(town: Town) -> None:
    town.put_case("A/1")
    town.put("other", a_request("A-1", text="Something else."))

    town.run("intake")

    assert len(town.stages()) == 1  # the two would have one folder
    assert town.set_aside() == {"other"}

"""What a paper states of the register before it: a memory that nobody who keeps the register holds."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from attacker import Attacker
from desk_builders import CASE, PEOPLE, Desk, a_signer, publish_now

from flows.casework import checkpoints, papers
from flows.casework.office import open_office
from flows.casework.stated import read_stated
from flows.document.publication import render
from flows.domain.acts import PUBLISH
from flows.domain.errors import TamperedError
from flows.domain.policy import SERVICE
from flows.home import Home
from flows.register import signature
from flows.register.audit import audit
from flows.register.checkpoint import Stated
from flows.register.repository import BRANCH

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flows.register.report import Report

ENTRIES = 11
"""Of the register before the paper."""
PUBLISHED = "0006-publish"


@pytest.fixture
def copy(published: Home, tmp_path: Path) -> Desk:
    shutil.copytree(published.root, tmp_path / "home")
    return Desk(Home(tmp_path / "home"))


@pytest.fixture
def paper(published: Home) -> Path:
    return published.published / "1146A-22.pdf"


def attacker_of(home: Home) -> Attacker:
    """Return somebody with everybody's keys."""
    keys = {person: a_signer(home, person) for person in PEOPLE}
    return Attacker(home.register, {**keys, SERVICE: signature.load(home.service)})


def rewritten(home: Home, *, last: int | None = None) -> None:
    """Write every entry from the second on anew, a minute later, up to one of them, with all signatures."""
    attacker = attacker_of(home)
    for step in attacker.steps[1:]:
        step.committed += 60
    attacker.steps = attacker.steps[:last]
    attacker.together()


def cut_off(home: Home) -> None:
    with open_office(home, reading=True) as office:
        before = office.register.since(ENTRIES - 3)[0].id
    (home.register / BRANCH).write_text(f"{before}\n")


def test_a_paper_and_its_page_state_how_many_entries_there_were_and_their_root(
    published: Home, paper: Path
) -> None:
    with open_office(published, reading=True) as office:
        tree = checkpoints.tree_of(office, keep=False)
        due = Stated(
            register=office.register.policy().register, sequence=ENTRIES, root=tree.root(ENTRIES).hex()
        )
        said = office.register.dossier(CASE).last(PUBLISH, document="test")
        manifest = office.register.dossier(CASE).read("test/1146A-22.json")
    assert said
    assert said.act.details["entries"] == str(ENTRIES)
    assert json.loads(manifest)["checkpoint"] == str(due)
    for each in (paper, paper.with_suffix(".html")):
        assert read_stated(each.read_bytes()) == due


def test_a_paper_is_an_outside_memory_for_an_audit(published: Home, paper: Path) -> None:
    desk = Desk(published)
    for each in (paper, paper.with_suffix(".html")):
        told = desk.told("audit", "--checkpoint", each)
        assert (told["passes"], told["compared_to"], told["complete_to"]) == (True, ENTRIES, ENTRIES)
        assert f"completeness after entry {ENTRIES}: " in " ".join(told["not_established"])


def test_a_paper_is_verified_with_what_it_states(published: Home, paper: Path) -> None:
    desk = Desk(published)
    said = " ".join(desk.done("verify", paper).split())
    states = desk.told("verify", paper)["states"]

    start = " ".join(states["root"][at : at + 4] for at in (0, 4, 8))
    assert (
        f"States published when the register had 11 entries with root {start}; the register here goes on "
        "from there" in said
    )
    assert (states["entries"], states["goes_on"]) == (ENTRIES, True)
    nowhere = Desk(Home(paper.parent / "nowhere"))
    assert "there is no register here to compare" in " ".join(nowhere("verify", paper).stdout.split())


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (cut_off, "The paper was published after 11 entries; the register has 9."),
        (rewritten, "The entries up to here are others than when the paper was published"),
        (lambda home: rewritten(home, last=9), "The paper was published after 11 entries"),
    ],
)
def test_a_register_that_was_cut_off_or_written_anew_is_found_by_a_paper_alone(
    spoil: Callable[[Home], None], sentence: str, copy: Desk, paper: Path
) -> None:
    spoil(copy.home)
    shutil.rmtree(copy.home.state)  # whoever did it leaves no checkpoint, and nothing of the tree

    for each in (paper, paper.with_suffix(".html")):
        report = json.loads(copy("audit", copy.home.register, "--checkpoint", each, "--json").stdout)
        (found,) = [each for each in report["findings"] if each["place"] == f"entry {ENTRIES}"]
        assert found["code"] == "E_STATED"
        assert found["sentence"].startswith(sentence)
        assert report["compared_to"] == 0


def test_a_paper_says_at_once_that_the_register_was_written_anew(copy: Desk, paper: Path) -> None:
    rewritten(copy.home, last=10)
    shutil.rmtree(copy.home.state)

    result = copy("verify", paper)

    assert result.exit_code == 1
    assert "the register here does NOT go on from there" in " ".join(result.stdout.split())
    assert "Something speaks against it: register, checkpoint." in result.stdout


def test_a_paper_of_another_register_says_so(copy: Desk, paper: Path, tmp_path: Path) -> None:
    page = paper.with_suffix(".html").read_text(encoding="utf-8")
    stated = read_stated(page.encode())
    assert stated
    other = tmp_path / "other.html"
    other.write_text(page.replace(str(stated), str(replace(stated, register="0" * 32))), encoding="utf-8")

    (found,) = json.loads(copy("audit", "--checkpoint", other, "--json").stdout)["findings"]

    assert (found["code"], found["sentence"]) == (
        "E_STATED",
        "The paper states a checkpoint of another register.",
    )
    other.write_text(page.replace(str(stated), "equipoise/x 0 y"), encoding="utf-8")
    assert copy.refused("audit", "--checkpoint", other) == (
        2,
        f"{other}: the paper states no checkpoint.",
    )


# In the register itself


def found_in(home: Home, change: Callable[[Attacker], None]) -> Report:
    attacker = attacker_of(home)
    change(attacker)
    attacker.together()
    return audit(home.register, check_brought=papers.check)


def test_entries_that_are_others_than_a_registered_paper_states_are_found_at_it(copy: Desk) -> None:
    rewritten(copy.home)
    report = audit(copy.home.register, check_brought=papers.check)

    (found,) = report.findings
    assert (found.code, found.place) == ("E_STATED", f"entry {ENTRIES + 1}, {CASE}")
    assert found.sentence.startswith("The paper states a checkpoint that the register does not contain")


@pytest.mark.parametrize("entries", ["12", "13", "999999999999"])
def test_a_paper_cannot_state_entries_that_came_after_it(entries: str, copy: Desk) -> None:
    def state(attacker: Attacker) -> None:
        step = attacker.step(CASE, PUBLISHED)
        step.act(details={"entries": entries})

    (found,) = found_in(copy.home, state).findings

    assert (found.code, found.place) == ("E_STATED", f"entry {ENTRIES + 1}, {CASE}")


def test_a_publication_that_states_nothing_has_no_paper_that_does(copy: Desk) -> None:
    (found,) = found_in(copy.home, lambda attacker: attacker.step(CASE, PUBLISHED).act(details={})).findings

    assert (found.code, found.place) == ("E_STATED", f"entry {ENTRIES + 1}, {CASE}")


@pytest.mark.parametrize("told", ["of another root", "of the same root"])
def test_a_paper_by_other_software_states_what_its_manifest_states(told: str, copy: Desk) -> None:
    with open_office(copy.home, reading=True) as office:
        dossier = office.register.dossier(CASE)
        said = dossier.last(PUBLISH, document="test")
        assert said
        basis = papers.basis_of(office.register, dossier, said)
    root = "0" * 64 if told == "of another root" else basis.root
    made = render(basis.text.decode() + "\nMore.\n", replace(basis.record(), root=root), basis.theme)

    def put(attacker: Attacker) -> None:
        step = attacker.step(CASE, PUBLISHED)
        pdf, manifest = (next(each for each in step.changes if each.endswith(end)) for end in ("pdf", "json"))
        step.changes[pdf] = made.pdf
        written = step.changes[manifest]
        assert isinstance(written, bytes)
        was: dict[str, Any] = json.loads(written)
        fresh = json.loads(made.manifest)
        was |= {"pdf": fresh["pdf"], "toolchain": {**was["toolchain"], "python": "3.9.1"}}
        step.changes[manifest] = json.dumps(was).encode()

    report = found_in(copy.home, put)

    if root == basis.root:
        assert (report.findings, report.unexamined) == ([], {"paper": 1})
    else:
        (found,) = report.findings
        assert found.code == "E_PDF"
        assert found.sentence == "The paper does not state the checkpoint that its manifest states."


def test_nothing_is_published_where_the_register_does_not_go_on_from_its_checkpoint(
    founded: Home, tmp_path: Path
) -> None:
    shutil.copytree(founded.root, tmp_path / "home")
    desk = Desk(Home(tmp_path / "home"))
    desk.submit()
    desk.approve("legal-review", "legal-reviewer")
    desk.done("checkpoint")
    rewritten(desk.home)
    desk.approve("balancing", "sign-off-officer")

    with pytest.raises(TamperedError, match="does not go on from its checkpoint of entry 10"):
        publish_now(desk.home)

    assert not [*desk.home.published.glob("*")]

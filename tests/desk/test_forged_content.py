"""What the audit says of files that were put into a case past the software, every hash and signature redone.

Whoever does it holds the keys of everybody who signed. Of texts and papers it is asked what they say; what
only the software that made them could tell is not established, is said at its entry, and is counted.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest
from attacker import Attacker
from desk_builders import CASE, PEOPLE, Desk, a_signer
from forged_files import DRAFTED, FAKED, FILES, MORE_WORDS, OPENED, instead, made_of
from sampling import sampled

from flows.casework import papers
from flows.casework.auditing import audit_register
from flows.casework.office import open_office
from flows.document.releases import releases
from flows.domain.acts.drafting import MADE_WITH
from flows.domain.documents import ASSESSMENT, DOCUMENT
from flows.domain.policy import SERVICE
from flows.domain.procedure import Stage
from flows.home import Home
from flows.register import signature
from flows.register.audit import audit
from flows.register.statement import mark
from flows.register.stop import stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from flows.register.report import Report

SUBMITTED, PUBLISHED = "0003-submit", "0006-publish"


def contents_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def forger_of(home: Home, folder: Path) -> Forger:
    shutil.copytree(home.register, folder / "register.git")
    keys = {person: a_signer(home, person) for person in PEOPLE}
    return Forger(Attacker(folder / "register.git", {**keys, SERVICE: signature.load(home.service)}))


@pytest.fixture
def drafter(founded: Home, tmp_path: Path) -> Forger:
    """Of a register with one draft."""
    return forger_of(founded, tmp_path)


@pytest.fixture
def forger(published: Home, tmp_path: Path) -> Forger:
    """Of a register with one paper."""
    return forger_of(published, tmp_path)


@dataclass
class Forger:
    """Somebody with everybody's keys, and what they put in the place of files."""

    attacker: Attacker

    def put(self, act: str, path: str, change: Callable[[bytes], bytes]) -> None:
        """Change a file where an act brought it, and let those who approved it have approved that."""
        step = self.attacker.step(CASE, act)
        full = f"{step.folder}/{path}"
        was = step.changes[full]
        assert isinstance(was, bytes)
        step.changes[full] = now = change(was)
        for each in self.attacker.of(CASE):
            if path in each.said.act.details:
                each.act(details={**each.said.act.details, path: mark(now).sha256})

    def submit(self, made_with: str) -> str:
        """Let the submission name something else as what made the text, and be the last; return its place."""
        step = self.attacker.step(CASE, SUBMITTED)
        step.act(details={**step.said.act.details, MADE_WITH: made_with})
        sequence = self.attacker.steps.index(step) + 1
        # The paper would state the root of the entries as they were.
        del self.attacker.steps[sequence:]
        return f"entry {sequence}, {CASE}"

    def paper(self, made: bytes, toolchain: Mapping[str, str], **told: Any) -> None:
        """Publish another paper, and its manifest, which names another toolchain."""
        step = self.attacker.step(CASE, PUBLISHED)
        pdf, manifest = (next(path for path in step.changes if path.endswith(end)) for end in ("pdf", "json"))
        step.changes[pdf] = made
        written = step.changes[manifest]
        assert isinstance(written, bytes)
        was = json.loads(written)
        was["pdf"] = {"content": "", "sha256": hashlib.sha256(made).hexdigest(), "size": len(made)}
        was["toolchain"] |= toolchain
        step.changes[manifest] = json.dumps(was | told).encode()

    def audit(self) -> Report:
        self.attacker.together()
        before = contents_of(self.attacker.repository)
        report = audit(self.attacker.repository, check_brought=papers.check)
        assert contents_of(self.attacker.repository) == before
        return report


@pytest.mark.parametrize("name", sampled(FILES))
def test_a_file_that_is_not_what_it_should_be_is_found_where_it_came(name: str, drafter: Forger) -> None:
    act, path, change, sentence = FILES[name]
    drafter.put(act, path, change)

    (found,) = drafter.audit().findings

    number = drafter.attacker.steps.index(drafter.attacker.step(CASE, act)) + 1
    assert found.code == "E_CONTENT"
    assert found.place in {f"entry {number}, {CASE}", f"entry {number}, {CASE}, {path}"}
    assert found.sentence.startswith(sentence.partition("{")[0].partition(",")[0])


# Papers of which the manifest says that other software made them


ELSEWHERE: Final = {"python": "3.9.1"}
RELEASED: Final = {
    "equipoise": releases()[0].version,
    "renderer": releases()[0].renderer,
    "templates": releases()[0].templates,
}


@pytest.mark.parametrize("name", sampled(FAKED, 0))
def test_another_toolchain_excuses_no_other_words(name: str, published: Home, forger: Forger) -> None:
    make, sentence = FAKED[name]
    made = make(published)
    for toolchain in (ELSEWHERE, RELEASED):
        forger.paper(made, toolchain)

        (found,) = forger.audit().findings

        assert (found.code, found.sentence.startswith(sentence)) == ("E_PDF", True)


@pytest.mark.exhaustive
def test_a_manifest_of_another_paper_is_found_whatever_toolchain_it_names(
    published: Home, forger: Forger
) -> None:
    made = made_of(published, lambda text: text + b"\nAll of it is public.\n")
    of_nothing = {"sha256": "0" * 64}
    others: tuple[dict[str, Any], ...] = (
        *({"reference": "9/99"}, {"version": 7}, {"pdf": of_nothing}, {"pdf": []}, {"html": of_nothing}),
    )
    for told in others:
        forger.paper(made, ELSEWHERE, **told)

        (found,) = forger.audit().findings

        assert (found.code, found.sentence.startswith("The manifest is not that")) == ("E_PDF", True)


# What only the software that made it could tell


@pytest.mark.exhaustive
def test_words_that_were_added_to_a_paper_are_not_established_and_counted(
    published: Home, forger: Forger
) -> None:
    forger.paper(made_of(published, lambda text: text + b"\nAll of it is public.\n"), ELSEWHERE)
    report = forger.audit()

    assert (report.findings, report.unexamined) == ([], {"paper": 1})


def test_words_that_were_added_to_a_text_are_not_established_and_counted(drafter: Forger) -> None:
    drafter.put(DRAFTED, DOCUMENT, lambda text: text + b"\nAll of it is public.\n")
    report = drafter.audit()

    assert (report.findings, report.unexamined) == ([], {"text": 1})
    assert report.not_established[0] == (
        f"whether the text of entry 8, {CASE} is made of its assessment: it has the words, and is not what "
        "the templates of this software make of them"
    )


def _with_more(text: bytes) -> bytes:
    return text + b"\nAll of it is public.\n"


@pytest.mark.parametrize("name", sampled(MORE_WORDS))
def test_words_added_to_a_text_are_judged_by_what_its_submission_names_as_what_made_it(
    name: str, forger: Forger
) -> None:
    named, code = MORE_WORDS[name]
    forger.put(DRAFTED, DOCUMENT, _with_more)
    at = forger.submit(named)

    report = forger.audit()

    assert [(each.code, each.place) for each in report.findings] == ([(code, at)] if code else [])
    # The draft names nothing.
    assert report.unexamined == {"text": 1} | ({} if code else {"submission": 1})
    said = [each for each in report.not_established if "its text was made with" in each]
    assert [at in each for each in said] == ([] if code else [True])


def test_a_text_that_is_made_again_passes_whichever_release_its_submission_names(forger: Forger) -> None:
    named, _ = MORE_WORDS["an earlier release"]
    forger.submit(named)

    report = forger.audit()

    assert (report.findings, report.unexamined) == ([], {})


@pytest.mark.exhaustive
def test_an_assessment_in_another_form_is_not_established_and_counted(drafter: Forger) -> None:
    drafter.put(OPENED, ASSESSMENT, instead(f"reference: {CASE}\nanswer: We refuse.\n".encode()))
    report = drafter.audit()

    assert (report.findings, report.unexamined) == ([], {"text": 2})


@pytest.mark.exhaustive
def test_the_audit_of_a_home_compares_what_is_given_out(published: Home, tmp_path: Path) -> None:
    shutil.copytree(published.root, tmp_path / "home")
    desk = Desk(Home(tmp_path / "home"))
    noted = tmp_path / "noted"
    assert desk.told("audit", "--remember", noted)["findings"] == []
    (desk.home.published / "1146A-22.html").write_text("<p>All of it is public.")
    # A paper that an earlier audit passed is not laid out again, and its page is compared all the same.
    onward = json.loads(desk("audit", "--remember", noted, "--onward", "--json").stdout)
    assert [each["code"] for each in onward["findings"]] == ["E_PUBLISHED"]

    result = desk("audit")
    with open_office(desk.home) as office:
        told = audit_register(office).what
        (notice,) = [each for each in desk.home.notices.rglob("*") if each.is_file()]

        assert office.catalogue.ready(Stage.PUBLISHED)  # nothing is stopped
    assert (result.exit_code, "E_PUBLISHED at published/1146A-22.html" in result.stdout) == (4, True)
    assert told.startswith("E_PUBLISHED at published/1146A-22.html; 12 entries pass the audit")
    assert "The register passes, and is written on." in notice.read_text()
    assert not stopped(desk.home.register)

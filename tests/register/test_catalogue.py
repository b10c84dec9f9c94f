"""The catalogue says what the cases say, whatever was done, and whatever became of its file."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import threading
import time
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from datetime import time as at_time
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from register_builders import PEOPLE, SEALED, Office, Opened, copied, key_of, opening, unpack

from flows.casework.office import describe
from flows.catalogue import file, rows, search
from flows.catalogue.file import Catalogue
from flows.catalogue.search import Sought
from flows.domain.acts import CLOSE, OPEN, SENT
from flows.domain.assessment import Request
from flows.domain.clock import Clock
from flows.domain.decide import after, may_decide
from flows.domain.documents import ASSESSMENT, DOCUMENT, REQUEST, RESPONSE, SEALED_REQUEST, TEST
from flows.domain.errors import PitError, RegisterError
from flows.domain.filed import Behind
from flows.domain.owed import Owed, as_text, from_text
from flows.domain.policy import SERVICE, Person, Proclaimed
from flows.domain.procedure import FINISHED, ROLE_AT, Role, Stage
from flows.domain.request_file import write_request
from flows.domain.working_days import NATIONS
from flows.sources.bank_holidays import calendar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flows.catalogue.rows import Described
    from flows.domain.case import Case
    from flows.domain.filed import Changes, Reached

CASES: Final = ("A/1", "B/2")
PROVISIONS: Final = (("31(1)", "31(1)(a)"), ("40(2)",), ("43(2)",))
TODAY: Final = date(2026, 11, 30)
CLOCK: Final = Clock(calendar(), (), TODAY)

Table = dict[tuple[str, str], Any]


def begin(office: Office, case: str, *, received: str = "2026-11-02", summary: str | None = None) -> None:
    """Open a case whose files are as the software writes them."""
    asked = Request(
        reference=case,
        authority="Northshire Police",
        received=date.fromisoformat(received),
        subject=f"Lanterns of {case}",
        summary=summary,
    )
    came = datetime.combine(asked.received, at_time(9), UTC)
    act = office.act(OPEN, case, SERVICE, Role.SERVICE, details=opening(received, key_of(case)))
    act = replace(act, time=max(act.time, came))  # no request is opened before it came
    files = {REQUEST: write_request(asked).encode(), SEALED_REQUEST: SEALED}
    office.register.record(act, files, office.signers[SERVICE])


def draft(office: Office, case: str, who: str = SERVICE, cited: tuple[str, ...] = PROVISIONS[0]) -> None:
    """Draft a test that relies on a provision, with its limbs."""
    exemption = f"  - exemptions:\n      - provision: {cited[0]}\n        limbs: [{', '.join(cited[1:])}]\n"
    files = {
        ASSESSMENT: f"reference: {case}\nparts:\n{exemption}".encode(),
        DOCUMENT: f"# Signalling by {who}, under {cited[0]}\n".encode(),
    }
    office.register.record(office.drafting(case, who), files, office.signers[who])


def send(office: Office, case: str, who: str) -> None:
    version = office.case(case).test.version
    facts = {"on": f"{office.time().date()}", "by": "post"}
    act = office.act(SENT, case, who, Role.FOI_OFFICER, document=TEST.name, version=version, details=facts)
    office.register.record(act, {}, office.signers[who])


def close(office: Office, case: str, who: str) -> None:
    act = office.act(CLOSE, case, who, Role.FOI_OFFICER, details={"ground": "withdrawn"})
    office.register.record(act, {}, office.signers[who])


def stage_of(office: Office, case: str, document: str) -> Stage:
    return office.case(case).stage(document)


STEPS: Final[dict[str, Callable[[Office, str, str, str, int], object]]] = {
    "open": lambda office, case, _who, _document, _n: begin(office, case),
    "first draft": lambda office, case, _who, _document, n: draft(office, case, cited=PROVISIONS[n]),
    "draft": lambda office, case, who, _document, n: draft(office, case, who, PROVISIONS[n]),
    "letter": lambda office, case, who, _document, n: office.draft(
        case, who, text=f"letter {n}", document=RESPONSE.name
    ),
    "submit": lambda office, case, who, document, _n: office.submit(case, who, document=document),
    "approve": lambda office, case, who, document, _n: office.approve(
        case, who, stage_of(office, case, document), document=document
    ),
    "return": lambda office, case, who, document, _n: office.register.record(
        office.returning(case, who, stage_of(office, case, document), document=document),
        {},
        office.signers[who],
    ),
    "publish": lambda office, case, _who, document, _n: office.publish(case, document=document),
    "send": lambda office, case, who, _document, _n: send(office, case, who),
    "close": lambda office, case, who, _document, _n: close(office, case, who),
    "authorise": lambda office, _case, who, _document, _n: office.authorise(office.person(who)),
}
A_STEP: Final = st.tuples(
    st.sampled_from([*STEPS, "on", "on", "on", "on", "on", "on", "on"]),
    st.sampled_from(CASES),
    st.sampled_from([name for name in PEOPLE if name != "administrator"]),
    st.sampled_from([TEST.name, TEST.name, RESPONSE.name]),
    st.integers(0, len(PROVISIONS) - 1),
)
_ON: Final = {
    Stage.DRAFTING: ("submit", "foi.officer.2"),
    Stage.LEGAL_REVIEW: ("approve", "legal-reviewer"),
    Stage.BALANCING: ("approve", "sign-off-officer"),
    Stage.PUBLICATION: ("publish", SERVICE),
    Stage.PUBLISHED: ("send", "foi-officer"),
}


def attempt(office: Office, step: tuple[str, str, str, str, int]) -> None:
    """Do something if it is lawful: a step of whatever kind, or the one that takes a document on."""
    name, case, who, document, number = step
    with suppress(PitError, KeyError):
        if name == "on":
            known = office.register.find(case)
            begun = known and document in known.case.documents and known.case.document(document).version
            name, who = _ON[known.case.stage(document)] if known and begun else ("first draft", SERVICE)
            name = name if known else "open"
        STEPS[name](office, case, who, document, number)


def everything(path: Path) -> Table:
    """Return all that a catalogue says, by case and document."""
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        told: Table = {}
        for row in db.execute("select * from documents"):
            id_ = row["id"]
            more = [
                {tuple(each) for each in db.execute(sql, (id_,))}
                for sql in (
                    "select person, part from touched where id = ?",
                    "select provision from relied where id = ?",
                    "select reference, subject, summary, text from words where rowid = ?",
                    "select duty, owed from watched where id = ?",
                )
            ]
            plain = {name: row[name] for name in row.keys() if name not in {"id", "due"}}  # noqa: SIM118
            told[row["identity"], row["document"]] = (plain, *more)
        told["", "acts"] = [tuple(each) for each in db.execute("select * from acts")]
        told["", "reflects"] = [tuple(each) for each in db.execute("select * from reflects")]
        # Nothing is left of what is said no more.
        for left in (
            "select id from touched where id not in (select id from documents)",
            "select id from relied where id not in (select id from documents)",
            "select rowid from words where rowid not in (select id from documents)",
            "select id from watched where id not in (select id from documents)",
        ):
            assert db.execute(left).fetchall() == []
        return told


def anew(office: Office) -> Table:
    path = office.folder / "anew" / "catalogue.sqlite"
    with Opened(office.path, path) as register:
        register.catch_up()
    return everything(path)


def of_the_case(office: Office, case: str, name: str) -> dict[str, Any]:
    """Return what a row should say, read off the case and its statements."""
    dossier = office.register.dossier(case)
    now = dossier.case
    then: Case | None = None
    since: datetime | None = None
    for said in dossier.statements:
        before, then = then, after(then, said.act)
        if before is None or then.stage(name) is not before.stage(name):
            since = said.act.time
    document = now.document(name)
    return {
        "reference": case,
        "folder": now.folder,
        "stage": now.stage(name),
        "open": now.stage(name) not in FINISHED,
        "version": document.version,
        "round": document.round,
        "received": now.received.isoformat(),
        "subject": f"Lanterns of {case}",
        "since": since and since.isoformat(),
        "recipient": now.recipient,
        "last_entry": dossier.entries[-1].id,
        "last_number": now.acts,
    }


def touched(office: Office, case: str, name: str) -> set[tuple[str, str]]:
    writes, decides = {"draft", "submit"}, {"approve", "return", "override"}
    return {
        (said.act.actor, "writer" if said.act.kind.name in writes else "decider")
        for said in office.register.dossier(case).statements
        if said.act.document == name and said.act.kind.name in writes | decides and said.act.actor != SERVICE
    }


def everything_done(office: Office) -> list[tuple[Any, ...]]:
    """Return what was done, each with its entry, in the order of the table."""
    found = []
    for recorded in office.register.since(0):
        dossier = office.register.dossier(recorded.entry.case)
        said = next(each for each in dossier.statements if dossier.entry_of(each) == recorded)
        act = said.act
        key = (act.actor, recorded.entry.sequence)
        of_act = (act.case, act.kind.name, act.document, act.version, act.time.isoformat())
        found.append((*key, *of_act, act.attested is not None))
    return sorted(found)


def barred(office: Office, reference: str, name: str) -> set[tuple[str, str]]:
    case = office.case(reference)
    if case.stage(name) not in ROLE_AT:
        return set()
    everybody = {said.act.actor for said in office.register.dossier(reference).statements} - {SERVICE}
    role = frozenset({ROLE_AT[Stage(case.stage(name))]})
    policy = office.register.policy()
    # With the role that the gate needs, whatever theirs are; and beside somebody who had no part in the case.
    entitled = {each: Person(id=each, roles=role, keys=()) for each in everybody}
    other = Person(id="other", roles=frozenset({Role.SIGN_OFF_OFFICER}), keys=())
    free = may_decide(case, replace(policy, people={**entitled, "other": other}), name)
    may = may_decide(case, replace(policy, people=entitled), name)
    return {(each, "barred-unless" if each in may else "barred") for each in everybody - free}


@pytest.mark.exhaustive
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(A_STEP, min_size=6, max_size=24), st.integers(0, 20))
def test_whatever_is_done_it_says_what_the_cases_say(
    founded: Path, tmp_path: Path, steps: list[tuple[str, str, str, str, int]], looked_at: int
) -> None:
    folder = tmp_path / "office"
    shutil.rmtree(folder, ignore_errors=True)
    lagging = folder / "lagging" / "catalogue.sqlite"
    with copied(founded, folder) as office, Opened(office.path, lagging) as late:
        for number, step in enumerate([("open", CASES[0], SERVICE, TEST.name, 0), *steps]):
            attempt(office, step)
            if number == looked_at:
                late.catch_up()
        late.catch_up()

        told = everything(office.index)
        assert told == everything(lagging) == anew(office)
        cases = {row.reference: office.case(row.reference) for row in office.register.catalogue.cases()}
        assert {
            (case.lower().replace("/", "-"), name) for case in cases for name in cases[case].documents
        } == {key for key in told if key[0] not in {"", "policy"}}
        assert told["", "acts"] == everything_done(office)
        for (_, name), (row, parts, provisions, words, watched) in (
            (key, value) for key, value in told.items() if key[0] not in {"", "policy"}
        ):
            case = row["reference"]
            assert {key: row[key] for key in of_the_case(office, case, name)} == of_the_case(
                office, case, name
            )
            assert parts == touched(office, case, name) | barred(office, case, name)
            check_words(office, case, name, provisions, words)
            days = cases[case].watched if name == TEST.name else ()
            assert watched == {(each.duty, as_text(each)) for each in days}


def check_words(office: Office, case: str, name: str, provisions: set[Any], words: set[Any]) -> None:
    dossier = office.register.dossier(case)
    text = ""
    if dossier.case.document(name).version:
        text = dossier.read(dossier.case.document(name).kind.text).decode()
    assert words == {(case, f"Lanterns of {case}", "", text)}
    cited = next((each for each in PROVISIONS if f"under {each[0]}\n" in text), ())
    assert provisions == {(each,) for each in cited}


# What is asked of it


@pytest.fixture
def searched(office: Office) -> Office:
    """Three cases: one at legal review, one in drafting, one just opened."""
    begin(office, "1146A/22", received="2026-11-05", summary="Who may use a semaphore at night.")
    draft(office, "1146A/22", cited=PROVISIONS[0])
    office.submit("1146A/22", "foi-officer")
    begin(office, "FOI/7", received="2026-11-03")
    draft(office, "FOI/7", cited=("31(1)",))
    draft(office, "FOI/7", "foi.officer.2", PROVISIONS[1])
    begin(office, "FOI/8", received="2026-10-30")
    return office


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        pytest.param(Sought(words="semaphore"), ["1146A/22"], id="a word of the summary"),
        pytest.param(Sought(words="SEMAPH night"), ["1146A/22"], id="beginnings of words, in capitals"),
        pytest.param(Sought(words="semaphore day"), [], id="a word that is not there"),
        pytest.param(Sought(words="lanterns"), ["FOI/8", "FOI/7", "1146A/22"], id="a word of the subject"),
        pytest.param(Sought(words="signalling"), ["FOI/7", "1146A/22"], id="a word of the text"),
        pytest.param(Sought(words="foi/7"), ["FOI/7"], id="a reference"),
        pytest.param(Sought(words='lanterns" OR "x'), [], id="the language of the index, quoted"),
        pytest.param(Sought(words="NOT lanterns"), [], id="an operator"),
        pytest.param(Sought(words="text: * ( -"), [], id="a column, and signs"),
        pytest.param(Sought(words="— lanterns *", stage="received"), ["FOI/8"], id="signs beside a word"),
        pytest.param(Sought(provision="31(1)"), ["1146A/22"], id="a provision that is relied on now"),
        pytest.param(Sought(provision="31(1)(a)"), ["1146A/22"], id="a limb"),
        pytest.param(Sought(provision="31"), ["1146A/22"], id="a section"),
        pytest.param(Sought(provision="3"), [], id="what another begins with"),
        pytest.param(Sought(provision="4*"), [], id="a pattern"),
        pytest.param(Sought(stage="drafting"), ["FOI/7"], id="a stage"),
        pytest.param(Sought(person="foi-officer"), ["1146A/22"], id="who submitted"),
        pytest.param(Sought(person="foi.officer.2"), ["FOI/7"], id="who wrote"),
        pytest.param(Sought(person="service"), [], id="the machine"),
        pytest.param(Sought(words="lanterns", person="foi-officer", stage="drafting"), [], id="all of it"),
    ],
)
def test_what_is_looked_for_is_found(sought: Sought, found: list[str], searched: Office) -> None:
    catalogue = searched.register.catalogue

    assert [row.reference for row in catalogue.find(sought, CLOCK)] == found


def test_what_waits_stands_the_most_urgent_first_with_its_day(searched: Office) -> None:
    close(searched, "FOI/7", "foi-officer")

    waiting = searched.register.catalogue.waiting(CLOCK)

    assert [(row.reference, row.due) for row in waiting] == [
        ("FOI/8", "2026-11-27"),
        ("1146A/22", "2026-12-04"),
    ]


def test_a_day_past_the_calendar_is_not_known_and_stands_last(searched: Office) -> None:
    begin(searched, "FOI/9", received="2028-12-30")

    assert [(row.reference, row.due) for row in searched.register.catalogue.waiting(CLOCK)][-1] == (
        "FOI/9",
        "",
    )


def test_due_dates_are_computed_once_and_again_when_the_calendar_changes(searched: Office) -> None:
    asked: list[Owed] = []

    class Counting(Clock):
        def _falls(self, owed: Owed, regime: str) -> date | None:
            asked.append(owed)
            return super()._falls(owed, regime)

    def clock(*proclaimed: Proclaimed) -> Clock:
        return Counting(calendar().adding(proclaimed, "another"), proclaimed, TODAY)

    day = Proclaimed(
        date=date(2026, 11, 16), name="A day", nations=NATIONS, source="Gazette 1", added=date(2026, 11, 1)
    )
    catalogue = searched.register.catalogue
    before = {row.reference: row.due for row in catalogue.waiting(clock())}
    assert len(asked) == 3
    assert {row.reference: row.due for row in catalogue.waiting(clock())} == before
    assert len(asked) == 3

    after_ = {row.reference: row.due for row in catalogue.waiting(clock(day))}

    assert len(asked) == 6
    assert before["FOI/8"] == "2026-11-27"
    due = Clock(calendar().adding([day], "another"), (day,), TODAY).due
    assert after_ == {row.reference: str(due(from_text(row.owed), "foia").due) for row in catalogue.cases()}
    assert after_["FOI/8"] == "2026-12-01"  # past St Andrew's day


def test_to_list_what_waits_reads_no_other_row(searched: Office) -> None:
    """The query repeats the term of the partial index, without which SQLite reads every row."""
    with closing(sqlite3.connect(searched.index)) as db:
        sql = (
            f"explain query plan select reference from documents {search.WAITING} {search.MOST_URGENT_FIRST}"  # noqa: S608
        )
        plan = " ".join(str(row[-1]) for row in db.execute(sql))
    assert "USING INDEX waiting" in plan


def test_a_file_that_is_missing_shuts_no_other_case(searched: Office) -> None:
    node = searched.register._line.node(searched.register.tip().id, "cases/2026/11/03/FOI-7/test/document.md")
    assert node
    unpack(searched.path)
    (searched.path / "objects" / node.id[:2] / node.id[2:]).unlink()

    with Opened(searched.path, searched.folder / "anew.sqlite") as register:
        assert [row.reference for row in register.catalogue.find(Sought(words="signalling"), CLOCK)] == [
            "1146A/22"
        ]
        assert len(register.catalogue.cases()) == 3


def test_what_approves_or_returns_reads_no_text_again(
    searched: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    register = searched.register
    catalogue = register.catalogue

    def reading(case: Case, document: str, read_file: Callable[[str], bytes]) -> Described:
        read.append(document)
        return describe(case, document, read_file)

    monkeypatch.setattr(catalogue, "_describe", reading)

    searched.approve("1146A/22", "legal-reviewer", Stage.LEGAL_REVIEW)
    searched.return_("1146A/22", "sign-off-officer", Stage.BALANCING)
    assert read == []
    draft(searched, "1146A/22", "foi.officer.2", PROVISIONS[2])

    assert read == [TEST.name]


# What becomes of its file


def lost(path: Path) -> None:
    path.unlink()


def noise(path: Path) -> None:
    path.write_bytes(b"noise" * 1000)


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def damaged_within(path: Path) -> None:
    """Damage every page but the first, which is what opens."""
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\x07" * (len(data) - 4096))


def older(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.executescript("drop table documents; create table documents (other text); pragma user_version = 0")


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.executescript(f"drop table relied; pragma user_version = {rows.FORM + 1}")


def a_link_to_nowhere(path: Path) -> None:
    path.resolve().unlink()


@pytest.mark.parametrize(
    "damage",
    [lost, noise, cut_off, damaged_within, older, newer, a_link_to_nowhere],
    ids=lambda each: each.__name__,
)
def test_a_file_that_is_no_use_is_made_anew(
    damage: Callable[[Path], None], told: Path, tmp_path: Path
) -> None:
    with copied(told, tmp_path) as office:
        (tmp_path / "catalogue.sqlite").unlink()
        office.register.catch_up()
    damage(tmp_path / "catalogue.sqlite")

    with Office(tmp_path) as office:
        office.open("D/1")

        assert [row.reference for row in office.register.catalogue.cases()] == [
            "1146A/22",
            "B/1",
            "C/1",
            "D/1",
        ]
        assert everything(office.index) == anew(office)
    assert len([*tmp_path.glob("catalogue-*")]) == 1


def test_a_page_that_turns_out_damaged_when_asked_is_made_anew(busy_office: Office) -> None:
    with closing(sqlite3.connect(busy_office.index)) as db:
        ((page,),) = db.execute("select rootpage from sqlite_schema where name = 'by_stage'").fetchall()
        ((size,),) = db.execute("pragma page_size").fetchall()
        db.execute("pragma wal_checkpoint(truncate)")
    busy_office.register.close()
    with busy_office.index.open("r+b") as data:
        data.seek((page - 1) * size)
        data.write(b"\x07" * size)

    with Opened(busy_office.path, busy_office.index) as register:
        assert register.catalogue.ready(Stage.LEGAL_REVIEW) == [("C/1", "test")]
    assert everything(busy_office.index) == anew(busy_office)


@pytest.mark.parametrize("longer", ["this", "the other"])
def test_a_file_of_another_register_is_made_anew(
    longer: str, busy_office: Office, founded: Path, tmp_path: Path
) -> None:
    busy_office.register.close()
    with copied(founded, tmp_path / "other") as other:
        other.open("X/1")
        other.register.close()
        one, two = (busy_office, other) if longer == "this" else (other, busy_office)
        shutil.copy(two.index, one.folder / "foreign.sqlite")

        with Opened(one.path, one.folder / "foreign.sqlite") as register:
            assert {row.reference for row in register.catalogue.cases()} == (
                {"1146A/22", "B/1", "C/1"} if longer == "this" else {"X/1"}
            )
        assert everything(one.folder / "foreign.sqlite") == anew(one)


def test_a_slow_reader_does_not_turn_it_back(busy_office: Office) -> None:
    """What changed is asked once the file is ours alone, and so is the newest there is."""
    with Opened(busy_office.path, busy_office.index) as slow:
        slow.catch_up()
        seen = slow.newest()
        busy_office.open("D/1")

        class Slow:
            """What it sees first is not the newest any more."""

            answers: Final = [seen, "not there yet"]

            def newest(self) -> str | None:
                return self.answers.pop() if self.answers else slow.newest()

            def length(self) -> int:
                return slow.length()

            def changes(self, since: Reached | None) -> Changes | None:
                with (
                    closing(sqlite3.connect(busy_office.index, timeout=0)) as another,
                    pytest.raises(sqlite3.OperationalError, match="locked"),
                ):
                    another.execute("begin immediate")
                return slow.changes(since)

        slow._kept.catch_up(Slow())

    assert everything(busy_office.index) == anew(busy_office)


def test_a_file_that_cannot_be_opened_is_told(busy_office: Office, tmp_path: Path) -> None:
    (tmp_path / "folder.sqlite").mkdir()

    with (
        Opened(busy_office.path, tmp_path / "folder.sqlite") as register,
        pytest.raises(RegisterError, match=r"catalogue .*folder\.sqlite cannot be opened"),
    ):
        register.catch_up()


# Two processes at once


def test_a_file_that_is_swapped_out_and_swept_as_it_is_opened_is_opened_where_it_went(
    busy_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    old = busy_office.index.with_name("catalogue-old.sqlite")

    def connect(path: Path) -> sqlite3.Connection | None:
        opened.append(path.name)
        if len(opened) == 1:
            busy_office.index.unlink()
            shutil.copy(old, fresh := old.with_name("catalogue-fresh.sqlite"))
            busy_office.index.symlink_to(fresh.name)
            old.unlink()
        return connecting(path)

    connecting = file._connect
    busy_office.register.close()
    busy_office.index.resolve().rename(old)
    busy_office.index.unlink(missing_ok=True)
    busy_office.index.symlink_to(old.name)
    monkeypatch.setattr(file, "_connect", connect)
    with Opened(busy_office.path, busy_office.index) as register:
        assert len(register.catalogue.cases()) == 3
    assert opened == [old.name, "catalogue-fresh.sqlite"]


def test_a_file_in_the_making_that_is_gone_before_it_is_opened_shuts_nobody_out(
    busy_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def connect(address: str, **how: Any) -> Any:
        opened.append(address)
        unfinished.unlink(missing_ok=True)
        return connecting(address, **how)

    connecting = sqlite3.connect
    unfinished = busy_office.index.with_name("catalogue-unfinished.sqlite")
    unfinished.touch()
    busy_office.index.unlink()
    monkeypatch.setattr(file, "_AT_ONCE", 0)
    monkeypatch.setattr(sqlite3, "connect", connect)
    catalogue = Catalogue(busy_office.index, describe, elsewhere=lambda: None)
    with Opened(busy_office.path, busy_office.folder / "unused.sqlite") as register:
        register._catalogue = catalogue
        register.catch_up()
        assert catalogue.behind == Behind(entry=0, newest=register.length())
        assert catalogue.cases() == []
    assert len(opened) == 3  # it; the whole one, no use without its link; one of nothing
    assert unfinished.name in opened[0]


def in_child(work: Callable[[], object]) -> int:
    """Start ``work`` in a process of its own; return its id."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return pid


def until(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert path.exists()


def making_anew(office: Office, tell: Callable[[int, int], object]) -> Callable[[], object]:
    """Return what makes the catalogue of an office anew, for a software of another form."""

    def work() -> None:
        other = rows.FORM + 1
        for name, value in (("FORM", other), ("SCHEMA", f"{rows.SCHEMA} pragma user_version = {other};")):
            setattr(file, name, value)
        catalogue = Catalogue(office.index, describe, tell)
        with Opened(office.path, office.folder / "unused.sqlite") as register:
            register._catalogue = catalogue
            register.catch_up()

    return work


def test_who_has_the_old_one_open_goes_on_while_a_new_one_takes_its_place(busy_office: Office) -> None:
    begun, go = busy_office.folder / "begun", busy_office.folder / "go"
    old = busy_office.index.resolve()

    def tell(done: int, _count: int) -> None:
        if done == 1:
            begun.touch()
            until(go)

    child = in_child(making_anew(busy_office, tell))
    until(begun)
    busy_office.open("D/1")
    with Opened(busy_office.path, busy_office.index) as reader:
        assert len(reader.catalogue.cases()) == 4
        go.touch()
        assert os.waitpid(child, 0)[1] == 0
        # It was swapped, and who had the old one open still answers, and writes.
        assert busy_office.index.resolve() != old
        busy_office.open("D/2")
        assert len(reader.catalogue.cases()) == 5
    assert len([*busy_office.folder.glob("catalogue-*.sqlite")]) == 1
    with Opened(busy_office.path, busy_office.index) as register:
        assert len(register.catalogue.cases()) == 5
    assert everything(busy_office.index) == anew(busy_office)


def test_a_kill_while_it_is_made_anew_leaves_the_old_one_in_use(busy_office: Office) -> None:
    before = busy_office.index.resolve()

    def tell(done: int, _count: int) -> None:
        if done == 3:
            os.kill(os.getpid(), signal.SIGKILL)

    child = in_child(making_anew(busy_office, tell))
    assert os.waitpid(child, 0)[1] == signal.SIGKILL

    assert busy_office.index.resolve() == before
    assert len({*busy_office.folder.glob("catalogue-*.sqlite")} - {before}) == 1
    busy_office.open("D/1")
    with Opened(busy_office.path, busy_office.index) as register:
        assert len(register.catalogue.cases()) == 4
    assert busy_office.index.resolve() == before
    # What was left is taken away by who makes it anew next.
    busy_office.index.unlink()
    with Opened(busy_office.path, busy_office.index) as register:
        assert len(register.catalogue.cases()) == 4
    assert [*busy_office.folder.glob("catalogue-*.sqlite")] == [busy_office.index.resolve()]


def test_of_two_who_find_it_lost_one_makes_it_anew(busy_office: Office) -> None:
    begun, go = busy_office.folder / "begun", busy_office.folder / "go"
    busy_office.register.close()
    busy_office.index.unlink()

    def first() -> None:
        def tell(done: int, _count: int) -> None:
            if done == 1:
                begun.touch()
                until(go)

        with Opened(busy_office.path, busy_office.folder / "unused.sqlite") as register:
            register._catalogue = Catalogue(busy_office.index, describe, tell)
            register.catch_up()

    child = in_child(first)
    until(begun)
    told: list[int] = []
    timer = threading.Timer(0.3, go.touch)
    timer.start()
    with Opened(busy_office.path, busy_office.folder / "unused.sqlite") as register:
        register._catalogue = Catalogue(busy_office.index, describe, lambda done, _count: told.append(done))
        register.catch_up()
        assert register.find("C/1")
    timer.join()

    assert os.waitpid(child, 0)[1] == 0
    assert told == []
    assert len([*busy_office.folder.glob("catalogue-*.sqlite")]) == 1


def test_how_far_it_is_is_told(busy_office: Office) -> None:
    told: list[tuple[int, int]] = []
    with Opened(busy_office.path, busy_office.folder / "unused.sqlite") as register:
        register._catalogue = Catalogue(
            busy_office.folder / "told.sqlite", describe, lambda done, count: told.append((done, count))
        )
        register.catch_up()

    assert told == [(done, 4) for done in range(1, 5)]


@pytest.mark.parametrize(
    "sought",
    [
        Sought(),
        Sought(reference="foi"),
        Sought(stage="sent"),
        Sought(document="response"),
        Sought(received_from=date(2026, 1, 1)),
        Sought(due_to=date(2026, 1, 1)),
        Sought(late=True),
        Sought(words="lanterns"),
        Sought(person="foi-officer"),
        Sought(provision="31(1)"),
    ],
    ids=str,
)
def test_a_page_of_what_is_looked_for_is_found_by_an_index(sought: Sought, searched: Office) -> None:
    terms, values = sought.sql(CLOCK.today)
    sql = f"explain query plan select reference from documents {terms} {search.NEWEST_FIRST} limit 50"  # noqa: S608
    with closing(sqlite3.connect(searched.index)) as db:
        plan = [str(row[-1]) for row in db.execute(sql, values)]
    assert "SCAN documents" not in plan, plan


def test_what_very_many_documents_have_is_looked_up_while_others_are_walked(
    searched: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    sought = Sought(words="lanterns", person="foi-officer")
    catalogue = searched.register.catalogue
    rare = catalogue.page(sought, CLOCK, most=9)
    monkeypatch.setattr(search, "COMMON", 0)
    assert sought.sets(CLOCK.today).keys() == {"words", "person"}
    assert catalogue.page(sought, CLOCK, most=9) == rare != []

"""The rows of the catalogue: their form, and how a case is written down in them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime  # noqa: TC003 - read by whoever asks from elsewhere
from typing import TYPE_CHECKING, Final

from flows.domain.acts import APPROVE, DRAFT, OVERRIDE, SUBMIT
from flows.domain.acts.erasing import still_open
from flows.domain.decide import bars
from flows.domain.documents import REQUEST, TEST
from flows.domain.errors import PitError
from flows.domain.owed import Duty, as_text
from flows.domain.policy import SERVICE
from flows.domain.procedure import FINISHED, ROLE_AT, Stage
from flows.domain.reference import identity

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Sequence

    from flows.domain.act import Act
    from flows.domain.case import Case
    from flows.domain.filed import Standing

FORM: Final = 12
"""To be raised with every change of what is written down here; a catalogue of another form is made anew."""

POLICY: Final = "policy"
"""The stage and the document of the policy's row."""

SCHEMA: Final = f"""
create table documents (
  id integer primary key, identity text not null, document text not null, reference text not null,
  folder text not null, stage text not null, open integer not null, version integer not null,
  round integer not null, received text not null, owed text not null, due text,
  subject text not null, regime text not null,
  since text not null, recipient text not null, erased integer not null,
  last_entry text not null, last_number integer not null,
  described text not null,
  unique (identity, document)
) strict;
create index by_stage on documents (stage, received);
create index by_received on documents (received);
create index by_document on documents (document, received);
create index by_due on documents (due) where due <> '';
create index waiting on documents (due) where open;
create index undue on documents (id) where due is null;
create table touched (
  person text not null, part text not null, id integer not null, primary key (person, part, id)
) strict, without rowid;
create index touched_of on touched (id);
create table relied (provision text not null, id integer not null, primary key (provision, id))
  strict, without rowid;
create index relied_of on relied (id);
create table watched (
  id integer not null, duty text not null, owed text not null, due text, primary key (id, owed)
) strict, without rowid;
create index falling on watched (due);
create table kept (
  id integer primary key, settled text not null, running text not null, proposed text not null
) strict;
create index settled on kept (settled) where running = '';
create table acts (
  person text not null, sequence integer not null, reference text not null, kind text not null,
  document text not null, version integer not null, at text not null, attested integer not null,
  primary key (person, sequence)
) strict, without rowid;
create unique index act_at on acts (sequence);
create index acts_of_kind on acts (kind, sequence);
create index acts_of_case on acts (reference, sequence);
create index acts_by_time on acts (at);
create index acts_attested on acts (sequence) where attested;
create virtual table words using fts5 (reference, subject, summary, text);
create table reflects (entry text not null, sequence integer not null) strict;
create table calendar (key text not null) strict;
pragma user_version = {FORM};
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What the files of a document say.

    Attributes:
        subject: Of the request.
        summary: Of what was asked, fit to publish.
        text: As people read it.
        provisions: Those relied on, and their limbs.
    """

    subject: str = ""
    summary: str = ""
    text: str = ""
    provisions: frozenset[str] = frozenset()


if TYPE_CHECKING:
    Describe = Callable[[Case, str, Callable[[str], bytes]], Described]
    """Reads the files of a document of a case, by its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What the catalogue knows of one document of a case.

    Attributes:
        identity: What two references that count as the same share.
        document: The kind of document.
        round: How often it was returned.
        received: Local date of receipt, as 2022-11-07.
        owed: What is, or was last, owed, as ``as_text`` writes it; empty for the policy.
        due: When that is due, as 2022-11-07; empty where that is not known, None where nobody asked yet.
        since: When it came to where it stands, UTC, in ISO 8601.
        recipient: Name of the case's key.
        erased: Whether that is destroyed, or to be.
        last_entry: Id of the case's newest entry.
        last_number: Number of the case's newest act.
        described: The files it was described from.
    """

    identity: str
    document: str
    reference: str
    folder: str
    stage: str
    open: int
    version: int
    round: int
    received: str
    owed: str
    due: str | None
    subject: str
    regime: str
    since: str
    recipient: str
    erased: int
    last_entry: str
    last_number: int
    described: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One act.

    Attributes:
        person: Who did it.
        sequence: Of its entry in the register.
        kind: Its name.
        document: Its kind; empty for an act on the case, or on the policy.
        at: UTC.
        attested: Whether a sign-in attests it, and not a signature of theirs.
    """

    sequence: int
    reference: str
    kind: str
    document: str
    version: int
    at: datetime
    person: str
    attested: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What of a case is sealed and not erased.

    Attributes:
        settled: When the last act was taken that counts for how long it is kept, UTC.
        running: Why it has not ended, to follow its reference and a colon; empty once it has.
        proposed: Who proposed to erase it; empty for nobody.
    """

    reference: str
    settled: datetime
    running: str
    proposed: str


COLUMNS: Final = tuple(field.name for field in fields(Row))
_UPSERT: Final = (
    f"insert into documents ({', '.join(COLUMNS)}) values ({', '.join(f':{name}' for name in COLUMNS)}) "  # noqa: S608 - our own names
    "on conflict (identity, document) do update set "
    # What stays: when it is due follows from what is owed, the subject from the files described.
    + ", ".join(f"{name} = :{name}" for name in COLUMNS if name not in {"due", "subject", "described"})
    + ", due = case when owed = :owed then due else :due end"
    + " returning id, described"
)


def write(db: sqlite3.Connection, standing: Standing, describe: Describe) -> None:
    """Write down every document of a case, or the policy, over what was known of it."""
    _list(db, standing)
    rows = [*_rows(standing)]
    _forget(db, rows)
    for row in rows:
        # What was described is read again only where the files are others than they were.
        ((id_, described),) = db.execute(_UPSERT, {**asdict(row), "described": ""}).fetchall()
        if standing.case is None:
            continue
        if described != row.described:
            found: Described | None
            try:
                found = describe(standing.case, row.document, standing.read)
            except PitError:  # a file is missing, damaged or out of form: whoever opens the case is told
                found = None
            _describe(db, id_, row, found)
        if row.document == TEST.name:
            _watch(db, id_, standing.case)
            _keep(db, id_, standing.case)
        parts = dict.fromkeys([*_parts(standing.acts, row.document), *_barred(standing, row.document)])
        db.execute("delete from touched where id = ?", (id_,))
        db.executemany("insert into touched values (?, ?, ?)", [(*part, id_) for part in parts])


def _list(db: sqlite3.Connection, standing: Standing) -> None:
    """List what was done, under each who did it."""
    rows = [
        (
            *(act.actor, sequence, act.case, act.kind.name, act.document, act.version),
            *(act.time.isoformat(), act.attested is not None),
        )
        for number, sequence in standing.entries.items()
        # An entry that was forged may name an act that is not there: whoever opens the case is told.
        for act in standing.acts[number - 1 : number]
    ]
    db.executemany("insert into acts values (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _watch(db: sqlite3.Connection, id_: int, case: Case) -> None:
    db.execute("delete from watched where id = ?", (id_,))
    rows = {(id_, each.duty.value, as_text(each)) for each in case.watched}
    db.executemany("insert into watched values (?, ?, ?, null)", sorted(rows))


def _keep(db: sqlite3.Connection, id_: int, case: Case) -> None:
    """Write down what tells until when a case is kept; nothing of one that was erased."""
    db.execute("delete from kept where id = ?", (id_,))
    if not case.erased:
        proposed = case.life.erasing.person if case.life.erasing else ""
        running = next(still_open(case), "")
        db.execute("insert into kept values (?, ?, ?, ?)", (id_, case.settled.isoformat(), running, proposed))


def _forget(db: sqlite3.Connection, rows: Sequence[Row]) -> None:
    """Take away what was known of a document that its case has no more."""
    there = {row.document for row in rows}
    known = db.execute("select id, document from documents where identity = ?", (rows[0].identity,))
    gone = [(id_,) for id_, document in known.fetchall() if document not in there]
    for table, key in (("documents", "id"), ("words", "rowid"), ("touched", "id"), ("relied", "id")):
        db.executemany(f"delete from {table} where {key} = ?", gone)  # noqa: S608 - our own names


def _describe(db: sqlite3.Connection, id_: int, row: Row, found: Described | None) -> None:
    described, found = row.described if found else "", found or Described()
    db.execute(
        "update documents set subject = ?, described = ? where id = ?", (found.subject, described, id_)
    )
    db.execute("delete from words where rowid = ?", (id_,))
    db.execute(
        "insert into words (rowid, reference, subject, summary, text) values (?, ?, ?, ?, ?)",
        (id_, row.reference, found.subject, found.summary, found.text),
    )
    db.execute("delete from relied where id = ?", (id_,))
    db.executemany("insert into relied values (?, ?)", [(each, id_) for each in sorted(found.provisions)])


def _rows(standing: Standing) -> Iterator[Row]:
    filed, case = standing.filed, standing.case
    for name in case.documents if case else (POLICY,):
        document = case.document(name) if case else None
        stage = case.stage(name) if case else POLICY
        owed = case.owed(name) if case else None
        yield Row(
            identity=identity(filed.reference),
            document=name,
            reference=filed.reference,
            folder=filed.folder,
            stage=stage,
            open=case is not None and _is_open(case, name),
            version=document.version if document else filed.last_number,
            round=document.round if document else 0,
            received=case.life.events.received.isoformat() if case else "",
            owed=as_text(owed) if owed else "",
            due=None if owed else "",
            subject="",
            regime=case.regime if case else "",
            since=_since(case, name).isoformat() if case else "",
            recipient=case.recipient if case else "",
            erased=case is not None and case.erased is not None,
            last_entry=filed.last_entry,
            last_number=filed.last_number,
            described=_files(case, name) if case else "",
        )


def _is_open(case: Case, name: str) -> bool:
    """Tell whether a document waits, or is that with which something is owed."""
    if case.stage(name) not in FINISHED or case.owed(name).duty is not Duty.ANSWER:
        return True
    # The letter that was to answer may have been withdrawn after its test was sent.
    nothing = all(case.stage(each) in FINISHED for each in case.documents)
    return name == TEST.name and nothing and not (case.life.answered or case.closed)


def _since(case: Case, name: str) -> datetime:
    closed = case.closed if case.stage(name) is Stage.CLOSED else None
    return closed or case.document(name).since or case.opened


def _files(case: Case, name: str) -> str:
    """Return what tells the files that a description rests on from others."""
    paths = (REQUEST, *case.document(name).kind.files)
    return json.dumps([case.files[path].sha256 for path in paths if path in case.files])


def _parts(acts: Sequence[Act], document: str) -> Iterator[tuple[str, str]]:
    for act in acts:
        if act.document == document and act.actor != SERVICE:
            if act.kind in {DRAFT, SUBMIT}:
                yield act.actor, "writer"
            elif act.kind.at_gate or act.kind == OVERRIDE:
                yield act.actor, "decider"


def _barred(standing: Standing, document: str) -> Iterator[tuple[str, str]]:
    """Yield who had a part in the case that keeps them from deciding on a document where it stands.

    Whoever had none is kept from it by their role alone, which the policy says; whoever is ``barred-unless``
    may decide where that is true of everybody who has the role.
    """
    case = standing.case
    if case is None or case.stage(document) not in ROLE_AT:
        return
    for person in {act.actor for act in standing.acts if act.actor != SERVICE}:
        if bars(case, APPROVE, person, document, waived=True):
            yield person, "barred"
        elif bars(case, APPROVE, person, document):
            yield person, "barred-unless"

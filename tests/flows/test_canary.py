"""What the applicant wrote and who they are stands in what is sealed and in what was set aside, only.

So it is of evidence. A canary is put into both and into everything an applicant could have written, the whole
story is told, with tasks and flows that fail over it, and then every byte that the system keeps is searched,
unpacked first.
"""

from __future__ import annotations

import base64
import binascii
import bz2
import gzip
import lzma
import pickle
import re
import sqlite3
import subprocess
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import pytest
from flow_builders import a_request, an_assessment, rested

from flows import intake
from flows.casework import applicants, requests, sealed, texts
from flows.domain.acts import CONSULT, CONSULTED
from flows.domain.acts import EVIDENCE as EVIDENCE_ACT
from flows.domain.documents import RESPONSE, SEALED_REQUEST
from flows.domain.errors import MalformedError, UnexpectedError
from flows.domain.procedure import Stage
from flows.engine import here as engine
from flows.sources.item import ATTACHMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flow_builders import Clock, Town

    from flows.home import Home

NAME: Final = "Zephyrine Quillfeather"
ADDRESS: Final = "z.q@marmalade.example.org"
WORDS: Final = "how many zeppelins moor at the town hall"
EVIDENCE: Final = b"%PDF-1.7 The mooring mast is guarded by one Obadiah Thistlewick.\xff"
CANARY: Final = re.compile(rb"zephyrine|quillfeather|marmalade|zeppelins|obadiah|thistlewick", re.IGNORECASE)

_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
_DEEPEST: Final = 4


def unpacked(data: bytes, depth: int = 0) -> Iterator[bytes]:
    """Yield ``data`` and everything that can be read out of it: base64, gzip, zlib, bzip2, xz, UTF-16."""
    yield data
    if depth == _DEEPEST:
        return
    for form in (gzip.decompress, zlib.decompress, bz2.decompress, lzma.decompress):
        with suppress(OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
            yield from unpacked(form(data), depth + 1)
    for found in _BASE64.findall(data.replace(b"\\n", b"")):
        with suppress(binascii.Error, ValueError):
            text = found.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
            yield from unpacked(base64.b64decode(text + b"=" * (-len(text) % 4)), depth + 1)
    if b"\0" in data:
        yield data.replace(b"\0", b"")


def holds_canary(data: bytes) -> bool:
    return any(CANARY.search(layer) for layer in unpacked(data))


def rows_of(database: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every value of every table, with where it stands."""
    db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    tables = [name for (name,) in db.execute("select name from sqlite_master where type = 'table'")]
    for table in tables:
        cursor = db.execute(f'select * from "{table}"')  # noqa: S608 - names from the database itself
        columns = [column[0] for column in cursor.description]
        for row in cursor:
            for column, value in zip(columns, row, strict=True):
                data = value if isinstance(value, bytes) else str(value).encode()
                yield f"{database.name}: {table}.{column}", data
    db.close()


def kept_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file below a folder: its name, its bytes, and the values of a database."""
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        yield f"the name {name}", name.encode()
        if path.is_file():
            data = path.read_bytes()
            yield name, data
            if data.startswith(b"SQLite format 3"):
                yield from rows_of(path)


def objects_of(register: Path) -> bytes:
    """Return every object of a repository, reachable or not, inflated."""
    command = ["git", "-C", str(register), "cat-file", "--batch-all-objects", "--batch"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def fail(*_: object, **__: object) -> None:
    raise KeyError(NAME, ADDRESS, WORDS)


def put_canaries(town: Town) -> None:
    applicant = {"name": NAME, "email": ADDRESS}
    good = town.put(f"{NAME} good", a_request("A/1", applicant=applicant, text=WORDS), an_assessment("A/1"))
    (good / ATTACHMENTS).mkdir()
    (good / ATTACHMENTS / f"{NAME}.pdf").write_bytes(EVIDENCE)
    rested(good / ATTACHMENTS)
    rested(good)
    lone = town.home.inbox / f"{NAME}.yaml"
    lone.write_text(a_request(applicant=applicant, text=f"{WORDS} too"))
    rested(lone)
    town.put(f"{NAME} bad", a_request("A/3", applicant=applicant, text=WORDS, received=WORDS))
    town.put("unread", f"{WORDS}: [{NAME}\n{ADDRESS}: &x *x")
    town.put("subject", a_request("A/4", applicant=applicant, text=WORDS, subject=f"{NAME} asks"))
    town.put("summary", a_request("A/5", applicant=applicant, text=WORDS, summary=f"Write to {ADDRESS}."))
    town.put("z-known", a_request("A/1", applicant=applicant, text=f"{WORDS}?"))
    unfit = an_assessment("A/6").replace("reference: A/6", f"reference: A/6\n{WORDS}: {NAME}")
    town.put("unfit", a_request("A/6", applicant=applicant, text=f"{WORDS} as well"), unfit)
    town.put("z-again", a_request("A/7", applicant=applicant, text=WORDS))


def tell_the_story(town: Town, clock: Clock) -> None:
    """Take everything in, and the one case that is whole from there to its reminder and its paper."""
    put_canaries(town)
    with pytest.MonkeyPatch.context() as failing:
        failing.setattr(requests, "parse_request", fail)  # a task that fails over the words
        assert {type(error) for error in town.run("intake").failures} == {UnexpectedError}
        failing.undo()
        failing.setattr(intake, "NextReferences", fail)  # the flow itself
        assert town.run("intake").state.is_failed()
        failing.undo()
        assert town.run("intake").completed
        failing.setattr(texts, "version_files", fail)
        assert {type(error) for error in town.run("drafting").failures} == {UnexpectedError}
    assert town.run("drafting").completed
    seal_and_open(town, "A/1")
    town.submit("A/1")
    town.run("legal-review")
    clock.time = clock.time.replace(month=11)
    town.run("legal-review")
    town.approve("A/1", Stage.LEGAL_REVIEW)
    town.run("balancing")
    town.approve("A/1", Stage.BALANCING)
    with pytest.raises(MalformedError):
        town.answer("A/1", text=f"As {NAME} asked.\n")
    town.answer("A/1")
    town.run("balancing")
    town.approve("A/1", Stage.BALANCING, document=RESPONSE.name)
    town.run("publication")
    last = town.run("auditing")
    assert last.tasks() == [("auditing", "COMPLETED", 1)]
    engine.drain()


def seal_and_open(town: Town, reference: str) -> None:
    """Put sealed evidence into a case, have others consulted, and open and look up what is sealed."""
    today = town.office.today().isoformat()
    asked = {"whom": "third-party", "on": today}
    for kind, facts in ((EVIDENCE_ACT, {"kind": "harm"}), (CONSULT, asked), (CONSULTED, asked)):
        town.act("foi-officer", kind, reference, document="", facts=facts, sealed=EVIDENCE)
    for reason in (NAME, f"To tell {ADDRESS}."):
        with pytest.raises(MalformedError):
            applicants.cases_of(town.office, town.officer("legal-reviewer"), NAME, reason)
    found = applicants.cases_of(town.office, town.officer("legal-reviewer"), NAME, "They rang.")
    assert reference in {each.reference for each in found.cases}
    assert applicants.cases_of(town.office, town.officer("foi-officer"), "Obadiah Nobody", "So.").cases == ()
    opened = sealed.open_sealed(town.office, town.officer("foi-officer"), reference, "To draft.", number=3)
    assert opened.content == EVIDENCE
    opened = sealed.open_sealed(town.office, town.officer("foi-officer"), reference, None, number=1)
    assert holds_canary(opened.content)


def test_the_applicant_and_their_words_are_kept_nowhere_in_clear(
    town: Town, clock: Clock, prefect_server: Home, capfd: pytest.CaptureFixture[str]
) -> None:
    tell_the_story(town, clock)

    # It could have been found: it is in what was sealed, and in what was set aside.
    office = town.office
    assert set(town.stages()) == {"A/1", "A/1 response", "A/6", "FOI-2022-0001"}
    for row in office.catalogue.cases():
        sealed = town.read(row.reference, SEALED_REQUEST)
        assert holds_canary(office.vault.unseal(row.recipient, sealed))
    aside = sorted(path for path in town.home.set_aside.rglob("*") if path.is_file())
    assert {path.name for path in aside} == {"WHY.txt", "request.yaml", "assessment.yaml"}
    assert len(aside) == 14
    assert all(holds_canary(path.read_bytes()) for path in aside if path.name != "WHY.txt")

    objects = objects_of(town.home.register)
    assert b"Case: A/1" in objects
    assert not holds_canary(objects)
    in_prefect = list(kept_in(prefect_server.prefect))
    assert any(b"publication-A/1" in data for where, data in in_prefect if where.endswith("task_run.name"))
    assert any(b"failed: The program failed" in data for where, data in in_prefect if "artifact" in where)
    kept = [
        *in_prefect,
        *kept_in(town.home.state),
        *kept_in(town.home.notices),
        *kept_in(town.home.published),
    ]
    kept += [(str(path), path.read_bytes()) for path in aside if path.name == "WHY.txt"]
    kept += [(name, data) for name, data in town.everything().items() if not name.startswith("set-aside/")]
    said = capfd.readouterr()
    kept += [("standard output", said.out.encode()), ("standard error", said.err.encode())]
    papers = sorted(town.home.published.glob("*.pdf"))
    assert {path.stem for path in papers} == {"A-1", "A-1-response"}
    for paper_ in papers:
        read = ["pdftotext", str(paper_), "-"]
        kept.append((paper_.name, subprocess.run(read, capture_output=True, check=True).stdout))
    assert sorted({where for where, data in kept if holds_canary(data)}) == []
    assert [name for name in town.everything() if CANARY.search(name.encode())] == [
        name for name in town.everything() if name.startswith(f"set-aside/{NAME} bad/")
    ]


@pytest.mark.parametrize(
    "hidden",
    [
        WORDS.encode(),
        base64.b64encode(pickle.dumps({"applicant": NAME})),
        base64.urlsafe_b64encode(gzip.compress(b"x" * 40 + ADDRESS.encode())),
        b'{"result": "' + base64.b64encode(pickle.dumps(KeyError(WORDS))) + b'"}',
        zlib.compress(WORDS.encode()),
        NAME.encode("utf-16"),
        EVIDENCE,
    ],
    ids=["plain", "pickled", "zipped", "in JSON", "deflated", "UTF-16", "evidence"],
)
def test_the_search_would_find_it(hidden: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(hidden)
    with sqlite3.connect(tmp_path / "database") as db:
        db.execute("create table t (c blob)")
        db.execute("insert into t values (?)", (hidden,))
    db.close()

    found = {where for where, data in kept_in(tmp_path) if holds_canary(data)}

    assert {"file", "database: t.c"} <= found

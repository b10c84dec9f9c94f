"""What the applicant wrote and who they are stands in what is sealed and in what was set aside, only.

So it is of evidence. A canary is put into both and into everything an applicant could have written, the whole
story is told, with tasks and flows that fail over it, and then every byte that the system keeps is searched,
unpacked first.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import pickle
import sqlite3
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest
from canaries import (
    ADDRESS,
    CANARY,
    EVIDENCE,
    NAME,
    RECORD,
    RECORD_NAME,
    WORDS,
    holds_canary,
    kept_in,
    objects_of,
)
from flow_builders import a_request, an_assessment, rested

from flows import intake
from flows.casework import applicants, records, requests, sealed, texts
from flows.domain.acts import CONSULT, CONSULTED
from flows.domain.acts import EVIDENCE as EVIDENCE_ACT
from flows.domain.documents import RESPONSE, SEALED_REQUEST
from flows.domain.errors import MalformedError, UnexpectedError
from flows.domain.procedure import Stage
from flows.engine import failures
from flows.engine import here as engine
from flows.sources.item import ATTACHMENTS

if TYPE_CHECKING:
    from pathlib import Path

    from flow_builders import Clock, Town

    from flows.home import Home


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
    """As ``_tell``, with the log that `up` writes where the settings say JSON."""
    with failures.told(town.home.log, form="json"):
        _tell(town, clock)
    said = [json.loads(line) for line in town.home.log.read_text().splitlines()]
    assert {("info", "publication"), ("error", "intake")} <= {(row["level"], row["flow"]) for row in said}
    assert any(row["about"] == "A/1" and row["seconds"] > 0 for row in said if row["level"] == "info")


def _tell(town: Town, clock: Clock) -> None:
    """Take everything in, and the one case that is whole from there to its reminder and its paper."""
    put_canaries(town)
    with pytest.MonkeyPatch.context() as failing:
        failing.setattr(requests, "parse_request", fail)  # a task that fails over the words
        assert {type(error) for error in town.run("intake").failures} == {UnexpectedError}
        failing.undo()
        failing.setattr(intake, "taking_in", fail)  # the flow itself
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
    give(town, "A/1")
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


def give(town: Town, reference: str) -> None:
    """Schedule a record under the name people gave it, after one that is stopped."""
    name = f"{RECORD_NAME}.txt"
    listed = (
        f"reference: {reference}\nrecords:\n  - number: 1\n    description: inspection\n    pages: 1\n"
        f"    status: released\n    file: {name}\n"
    )
    officer = town.officer("foi-officer")
    for bad, given in ((listed, RECORD + b"\0"), (listed.replace("inspection", NAME), RECORD)):
        with pytest.raises(MalformedError):
            records.schedule(town.office, officer, reference, bad.encode(), {name: given}.__getitem__)
    records.schedule(town.office, officer, reference, listed.encode(), {name: RECORD}.__getitem__)


def test_the_applicant_and_their_words_are_kept_nowhere_in_clear(
    town: Town, clock: Clock, prefect_server: Home, capfd: pytest.CaptureFixture[str]
) -> None:
    tell_the_story(town, clock)

    # It could have been found: it is in what was sealed, and in what was set aside.
    office = town.office
    assert set(town.stages()) == {"A/1", "A/1 response", "A/1 schedule", "A/6", "FOI-2022-0001"}
    for row in office.catalogue.cases():
        sealed = town.read(row.reference, SEALED_REQUEST)
        assert holds_canary(office.vault.unseal(row.recipient, sealed))
    aside = sorted(path for path in town.home.set_aside.rglob("*") if path.is_file())
    assert {path.name for path in aside} == {"WHY.txt", "request.yaml", "assessment.yaml"}
    assert len(aside) == 14
    assert all(holds_canary(path.read_bytes()) for path in aside if path.name != "WHY.txt")

    objects = [*objects_of(town.home.register)]
    assert any(b"Case: A/1" in data for _, data in objects)
    in_prefect = list(kept_in(prefect_server.prefect))
    assert any(b"publication-A/1" in data for where, data in in_prefect if where.endswith("task_run.name"))
    assert any(b"failed: The program failed" in data for where, data in in_prefect if "artifact" in where)
    assert any(b"A/1: first draft" in data for where, data in in_prefect if where.endswith("log.message"))
    kept = [
        *objects,
        *in_prefect,
        *kept_in(town.home.state),
        *kept_in(town.home.notices),
        *kept_in(town.home.published),
    ]
    kept += [(str(path), path.read_bytes()) for path in aside if path.name == "WHY.txt"]
    kept += [(name, data) for name, data in town.everything().items() if not name.startswith("set-aside/")]
    said = capfd.readouterr()
    kept += [("standard output", said.out.encode()), ("standard error", said.err.encode())]
    assert {path.stem for path in town.home.published.glob("*.pdf")} == {"A-1", "A-1-response"}
    assert sorted({where for where, data in kept if holds_canary(data)}) == []
    assert [name for name in town.everything() if CANARY.search(name.encode())] == [
        name for name in town.everything() if name.startswith(f"set-aside/{NAME} bad/")
    ]


def _archived(name: str, data: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return made.getvalue()


def _as_pdf(content: bytes = b"", **properties: Any) -> bytes:
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page().obj.Contents = pdf.make_stream(content)
        for key, value in properties.items():
            pdf.docinfo[f"/{key}"] = value
        pdf.save(made, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return made.getvalue()


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
        _archived(RECORD_NAME, b""),
        _archived("1.txt", RECORD),
        _as_pdf(Title=NAME),
        _as_pdf(Title="x", More=pikepdf.Dictionary(Said=pikepdf.String(NAME.encode("utf-16")))),
        _as_pdf(b"BT /F1 9 Tf (" + WORDS.encode() + b") Tj ET"),
    ],
    ids=[
        *("plain", "pickled", "zipped", "in JSON", "deflated", "UTF-16", "evidence"),
        *("name in ZIP", "file in ZIP", "title of PDF", "string of PDF", "page of PDF"),
    ],
)
def test_the_search_would_find_it(hidden: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(hidden)
    with sqlite3.connect(tmp_path / "database") as db:
        db.execute("create table t (c blob)")
        db.execute("insert into t values (?)", (hidden,))
    db.close()

    found = {where for where, data in kept_in(tmp_path) if holds_canary(data)}

    assert {"file", "database: t.c"} <= found

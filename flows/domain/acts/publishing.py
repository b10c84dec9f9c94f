"""Publishing what has passed every gate, and recording that it was sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flows.domain.acts.drafting import version_files
from flows.domain.acts.kind import Fact, Kind, On, Reason, a_choice, a_day, a_text, malformed, the_day
from flows.domain.case import Paper
from flows.domain.documents import DOCUMENTS
from flows.domain.edition import edition_of
from flows.domain.english import begun, in_full
from flows.domain.errors import Fault, MalformedError, MissingReasonError, RefusedError, WrongDateError
from flows.domain.procedure import Role, Stage
from flows.domain.records import given
from flows.domain.reference import slug

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.act import Act
    from flows.domain.case import Case
    from flows.domain.errors import PitError
    from flows.domain.policy import Policy

CHANNELS: Final = frozenset({"email", "post"})
"""How a published paper may be sent."""


MESSAGE: Final = "message"
"""The fact that says by which message it was sent: the SHA-256 of its Message-ID, in hex."""
SENT_FILE: Final = "What was sent, as it was sent; it is kept sealed."

SIGNED_AS: Final = "signed-as"
"""The fact in whose name the paper is signed before it is given out, as the paper itself says."""
ENTRIES: Final = "entries"
"""The fact how many entries the register had of which the paper states the root."""


def _paper(act: Act) -> tuple[str, str]:
    return DOCUMENTS[act.document].published(slug(act.case))


def _against_publication(case: Case, act: Act, _: Policy) -> Iterator[PitError]:
    pdf, _manifest = _paper(act)
    if act.files.get(pdf) == case.files.get(pdf):
        yield MalformedError(
            f"{act.kind} of {act.case}", Fault(path=pdf, problem="a publication needs its PDF")
        )


def _published(case: Case, act: Act) -> Case:
    document = case.document(act.document)
    paper = Paper(
        version=act.version,
        at=act.time,
        files={path: act.files[path] for path in version_files(act) if path in act.files},
        approvals=document.standing,
        overrides=document.overrides,
    )
    return case.with_document(act.document, stage=Stage.PUBLISHED, writers=frozenset(), paper=paper)


PUBLISH: Final = Kind(
    name="publish",
    on=On.DOCUMENT,
    roles=frozenset({Role.SERVICE}),
    at=frozenset({Stage.PUBLICATION}),
    facts=(
        a_text(SIGNED_AS, r"\S([^\x00-\x1f\x7f]{0,198}\S)?", "a name in one line is needed", needed=False),
        a_text(ENTRIES, "[1-9][0-9]{0,11}", "a number of entries is needed", needed=False),
    ),
    writes=_paper,
    against=_against_publication,
    after=_published,
    verb="publish",
    passive="published",
    subject="publication: publish {what} version {version}",
    done="published version {version}{of}",
)


def against_sending(case: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    """Yield what speaks against the day on which a document was sent."""
    # FOIA s.10(1): this day stops the clock, so it cannot be earlier than the paper.
    published = case.document(act.document).changed or case.opened
    days = edition_of(policy).days
    first, last = days(published)[0], days(act.time)[1]
    if not first <= the_day(act.details["on"]) <= last:
        yield WrongDateError(case.said(act.document), first=first, last=last)
    if MESSAGE in act.details and act.details["by"] != "email":
        problem = "a message is sent by e-mail"
        yield malformed(act, "details.by", problem)


def sending(what: str) -> tuple[Fact, Fact, Fact]:
    """Return the facts of every act that sends something."""
    return (
        a_day("on", f"The day {what} was sent."),
        a_choice("by", CHANNELS, "How it was sent."),
        a_text(MESSAGE, r"[0-9a-f]{64}", "the SHA-256 of the id of a message is needed", needed=False),
    )


def was_sent(case: Case, act: Act) -> Case:
    """Return the case once a document was sent, which may have answered the request."""
    answered = case.life.answered
    if answered is None and case.answers(act.document):
        answered = the_day(act.details["on"])
    paper = case.document(act.document).paper
    gone = replace(paper, sent=True) if paper else None
    return case.with_document(act.document, stage=Stage.SENT, paper=gone).with_life(answered=answered)


def _bars_sending(case: Case, document: str, _person: str) -> Iterator[RefusedError]:
    own = DOCUMENTS[document].sent_by
    if own != SENT.name:
        yield RefusedError(f"That {case.said(document)} was sent is recorded with `equipoise {own}`.")


def _against_sent(case: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    yield from against_sending(case, act, policy)
    if act.details.get("records", "") != records_with(case, act.document):
        problem = (
            "the numbers of the records that go with it are needed, as they are scheduled, and no others"
        )
        yield malformed(act, "details.records", problem)
    due = act.details.get("due")
    if due is None:
        return
    if the_day(due) >= the_day(act.details["on"]):
        yield RefusedError(f"{begun(case.said(act.document))} was due on {_in_full(due)}, and is not late.")
    if not (act.reason or "").strip():
        yield MissingReasonError(case.said(act.document), verb="record it as sent late")


def _in_full(day: str) -> str:
    return in_full(the_day(day))


def records_with(case: Case, document: str) -> str:
    """Return the numbers of the records that go with a document; empty where it answers nothing."""
    scheduled = case.stated.get("records")
    return given(scheduled.details["records"]) if scheduled and case.answers(document) else ""


SENT: Final = Kind(
    name="sent",
    on=On.DOCUMENT,
    bars=_bars_sending,
    roles=frozenset({Role.FOI_OFFICER}),
    at=frozenset({Stage.PUBLISHED}),
    facts=(
        *sending("it"),
        # What the calendar said then is on record: later ones may know other bank holidays.
        replace(a_day("due"), needed=False, shown=lambda text: f", late: it was due on {_in_full(text)}"),
        replace(
            a_text("records", r"\d{1,3}(, \d{1,3}){0,998}", "the numbers of records are needed"),
            needed=False,
            shown=", with the records {}".format,
        ),
    ),
    reason=Reason.MAY,
    seals=Reason.MAY,
    seals_help=SENT_FILE,
    against=_against_sent,
    after=was_sent,
    verb="record as sent",
    passive="recorded as sent",
    subject="sending: record {what} version {version} as sent",
    done="recorded version {version}{of} as sent on {on} by {by}{due}{records}",
    told="Version {version}{of} is recorded as sent on {on} by {by}{due}{records}.",
    help="Record that the published paper was sent.",
    example="equipoise sent 1146A/22 --on 2022-12-05 --by email --as foi-officer",
    reason_help="Why it is late; required where it is.",
)

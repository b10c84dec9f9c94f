"""Withdrawing what was drafted by mistake, while nobody has approved it: what was given out stands again.

A version that was withdrawn stays on record, and its number is given to no other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flows.domain.acts.drafting import changes_what_is_decided, version_files
from flows.domain.acts.kind import Kind, On, Reason, a_text, malformed
from flows.domain.documents import REVIEW, TEST
from flows.domain.errors import RefusedError
from flows.domain.procedure import APPROVALS, ROLE_AT, Role, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flows.domain.act import Act, FileMark
    from flows.domain.case import Case
    from flows.domain.errors import PitError
    from flows.domain.policy import Policy

STANDS: Final = "stands"
"""The fact of which version stands published once the draft is gone."""


def _bars_withdrawal(case: Case, name: str, _person: str) -> Iterator[RefusedError]:
    document = case.document(name)
    if name == REVIEW.name and case.life.reviewing:
        yield RefusedError(f"The outcome of the review of {case.reference} is owed; draft its next version.")
    elif name == TEST.name and not document.paper:
        yield RefusedError(
            f"Nothing was published of {case.reference} that would stand without its draft; draft the next "
            "version, or close the case."
        )
    if document.standing:
        gate = APPROVALS[document.standing[0].gate]
        yield RefusedError(
            f"Version {document.version} of {case.said(name)} is approved at {gate}; only what nobody has "
            "approved is withdrawn, so let it be returned first."
        )
    # With the draft its summary of what was asked goes, on which another document may be decided by now.
    yield from changes_what_is_decided(case, name, {**case.files, **stood(case, name)})


def stood(case: Case, document: str) -> Mapping[str, FileMark]:
    """Return the files of the version that stands published; none where none does."""
    paper = case.document(document).paper
    return paper.files if paper else {}


def _against_withdrawal(case: Case, act: Act, _: Policy) -> Iterator[PitError]:
    paper = case.document(act.document).paper
    if act.details.get(STANDS) != (str(paper.version) if paper else None):
        yield malformed(act, f"details.{STANDS}", "the version that stands published is needed")
    for path in version_files(act):
        if act.files.get(path) != stood(case, act.document).get(path, case.files.get(path)):
            yield malformed(act, path, "it is not the file of the version that stands published")


def _withdrawn(case: Case, act: Act) -> Case:
    draft = case.document(act.document)
    case = replace(case, withdrawn={**case.withdrawn, act.document: draft})
    paper = draft.paper
    if paper is None:
        left = {name: each for name, each in case.documents.items() if name != act.document}
        return replace(case, documents=left)
    return case.with_document(
        act.document,
        stage=Stage.SENT if paper.sent else Stage.PUBLISHED,
        version=paper.version,
        # What was approved counts in the round that goes on: nobody is asked for it again.
        approvals=tuple(replace(each, round=draft.round) for each in paper.approvals),
        overrides=paper.overrides,
    )


WITHDRAW_DRAFT: Final = Kind(
    name="withdraw-draft",
    on=On.DOCUMENT,
    roles=frozenset({Role.FOI_OFFICER}),
    at=frozenset({Stage.DRAFTING, *ROLE_AT}),
    facts=(
        replace(
            a_text(STANDS, r"[1-9][0-9]{0,5}", "the number of a version is needed", needed=False),
            shown=", so that version {} stands as before".format,
        ),
    ),
    reason=Reason.MUST,
    writes=version_files,
    bars=_bars_withdrawal,
    against=_against_withdrawal,
    after=_withdrawn,
    verb="withdraw a draft",
    passive="withdrawn",
    subject="drafting: withdraw the draft of {what} version {version}",
    done="withdrew the draft{of}{stands}",
    told="The draft{of} is withdrawn{stands}.",
    help="Withdraw a correction, reopening or letter begun by mistake; what was published stands as before.",
    example='equipoise withdraw-draft 1146A/22 --reason "It was the wrong case." --as foi-officer',
    reason_help="Why it is withdrawn; required.",
)

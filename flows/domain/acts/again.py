"""Taking a case up again: it is reopened, or a paper that was given out is replaced.

What was given out stays as it was: a later version says which one it takes the place of.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flows.domain.acts.kind import Kind, On, Reason
from flows.domain.procedure import ROLE_AT, Role, Stage

if TYPE_CHECKING:
    from flows.domain.act import Act
    from flows.domain.case import Case

_UNDER_WAY: Final = frozenset({*ROLE_AT, Stage.PUBLICATION})


def _begun_anew(case: Case, name: str) -> Case:
    """Return the case with a document in drafting, what was approved of it counting no more."""
    document = case.document(name)
    stage = Stage.DRAFTING if document.version else Stage.RECEIVED
    return case.with_document(name, stage=stage, round=document.round + 1)


def _reopened(case: Case, act: Act) -> Case:
    open_again = replace(case, closed=None)
    # What stood before a gate when the case was closed goes before it anew.
    for name, document in case.documents.items():
        if case.closed and name != act.document and document.stage in _UNDER_WAY:
            open_again = _begun_anew(open_again, name)
    return _begun_anew(open_again, act.document)


REOPEN: Final = Kind(
    name="reopen",
    on=On.DOCUMENT,
    roles=frozenset({Role.SIGN_OFF_OFFICER}),
    at=frozenset({Stage.SENT, Stage.CLOSED}),
    own_key=True,
    reason=Reason.MUST,
    after=_reopened,
    verb="reopen",
    passive="reopened",
    subject="drafting: reopen {what} version {version}",
    done="reopened the case{of}",
    told="The case is open again.",
    help="Open a case again that was closed or answered; what was given out stays until it is replaced.",
    example='equipoise reopen 1146A/22 --reason "More was found." --as sign-off-officer',
    reason_help="Why it is taken up again; required.",
)

TAKE_BACK: Final = Kind(
    name="take-back",
    on=On.DOCUMENT,
    roles=frozenset({Role.FOI_OFFICER, Role.SIGN_OFF_OFFICER}),
    at=frozenset({Stage.PUBLICATION}),
    own_key=True,
    names_version=True,
    reason=Reason.MUST,
    after=lambda case, act: _begun_anew(case, act.document),
    verb="take back a version",
    passive="taken back",
    subject="drafting: take back {what} version {version}",
    done="took back version {version}{of} before it was published",
    told="Version {version}{of} is back in drafting.",
    help="Take a version that waits to be published back to drafting, with the reason.",
    example="equipoise take-back 1146A/22 --document extension --version 1 \\\n"
    '  --reason "The day it promises has moved." --as foi-officer',
    reason_help="Why it is not to be published; required.",
)

CORRECT: Final = Kind(
    name="correct",
    on=On.DOCUMENT,
    roles=frozenset({Role.FOI_OFFICER}),
    at=frozenset({Stage.PUBLISHED, Stage.SENT}),
    reason=Reason.MUST,
    after=lambda case, act: _begun_anew(case, act.document),
    verb="correct what was published",
    passive="corrected",
    subject="drafting: correct {what} version {version}",
    done="began to correct version {version}{of}",
    told="Version {version}{of} stands until the one that is drafted next takes its place.",
    help="Begin a version that replaces a published one, through the same approvals.",
    example='equipoise correct 1146A/22 --reason "A date is wrong." --as foi-officer',
    reason_help="What is wrong with it; required.",
)

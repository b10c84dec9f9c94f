"""The table of acts: what can be done to a case, to one of its documents, or to the policy.

An act is added with a file beside these, or in one of them, and a row here.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from flows.domain.acts.again import CORRECT, REOPEN, TAKE_BACK
from flows.domain.acts.assigning import ASSIGN, STEP_ASIDE
from flows.domain.acts.clock import (
    ASK_CLARIFICATION,
    CLARIFIED,
    CONFIRM_RECEIPT,
    CORRECT_RECEIPT,
    DAY_SPECIFIED,
    EXTEND,
    FEE_PAID,
    FEES_NOTICE,
)
from flows.domain.acts.closing import CLOSE
from flows.domain.acts.complaining import (
    APPEALED,
    COMPLAINED,
    COMPLAINT_CLOSED,
    COMPLIED,
    DECIDED,
    INFORMATION_NOTICE,
    NOTICE,
)
from flows.domain.acts.days import CORRECT_DAY
from flows.domain.acts.deciding import APPROVE, RETURN
from flows.domain.acts.disclosing import LOG
from flows.domain.acts.drafting import DRAFT, OVERRIDE, SUBMIT
from flows.domain.acts.erasing import CONFIRM_ERASURE, ERASE
from flows.domain.acts.evidence import CONSULT, CONSULTED, EVIDENCE
from flows.domain.acts.kind import Kind, On, Reason
from flows.domain.acts.opening import OPEN
from flows.domain.acts.policy import (
    ADD_CLOSURE,
    ADD_HOLIDAY,
    ADD_OFFICER,
    ADOPT_EDITION,
    CHANGE_APPROVALS,
    CHANGE_ATTESTED,
    CHANGE_AUTHORITY,
    CHANGE_BODY,
    CHANGE_DESK,
    CHANGE_LETTERS,
    CHANGE_PATTERN,
    CHANGE_RECOVERY,
    CHANGE_REMINDERS,
    CHANGE_RETENTION,
    CHANGE_SERVICE_KEY,
    CHANGE_THEME,
    CHANGE_THRESHOLD,
    FOUND,
    RECOVER,
    REMOVE_CLOSURE,
    REMOVE_HOLIDAY,
    RESUME,
    REVOKE_OFFICER,
    SUSPECT_KEY,
)
from flows.domain.acts.publishing import PUBLISH, SENT
from flows.domain.acts.reading import READ_REQUEST
from flows.domain.acts.records import RECORDS
from flows.domain.acts.review import REVIEW_ASKED, REVIEW_DECIDED
from flows.domain.acts.withdrawing import WITHDRAW_DRAFT

ACTS: Final = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            *(OPEN, CORRECT_RECEIPT, CONFIRM_RECEIPT, ASSIGN, STEP_ASIDE, READ_REQUEST),
            *(ASK_CLARIFICATION, CLARIFIED, FEES_NOTICE, FEE_PAID, EXTEND, DAY_SPECIFIED),
            *(EVIDENCE, CONSULT, CONSULTED, RECORDS),
            *(DRAFT, OVERRIDE, SUBMIT, APPROVE, RETURN, TAKE_BACK, PUBLISH, SENT, CORRECT, CLOSE, REOPEN),
            WITHDRAW_DRAFT,
            *(LOG, REVIEW_ASKED, REVIEW_DECIDED, CORRECT_DAY),
            *(COMPLAINED, NOTICE, COMPLAINT_CLOSED, INFORMATION_NOTICE, COMPLIED, APPEALED, DECIDED),
            *(ERASE, CONFIRM_ERASURE),
            *(
                FOUND,
                ADD_OFFICER,
                REVOKE_OFFICER,
                ADD_HOLIDAY,
                REMOVE_HOLIDAY,
                ADD_CLOSURE,
                REMOVE_CLOSURE,
                CHANGE_THEME,
                CHANGE_LETTERS,
                CHANGE_DESK,
                CHANGE_ATTESTED,
                CHANGE_BODY,
                CHANGE_RETENTION,
                CHANGE_APPROVALS,
                CHANGE_PATTERN,
                CHANGE_REMINDERS,
                CHANGE_AUTHORITY,
                CHANGE_THRESHOLD,
                CHANGE_RECOVERY,
                ADOPT_EDITION,
                RESUME,
                SUSPECT_KEY,
                CHANGE_SERVICE_KEY,
                RECOVER,
            ),
        )
    }
)
"""Every kind of act, by name, in the order of a case's life."""

__all__ = [
    "ACTS",
    "ADD_CLOSURE",
    "ADD_HOLIDAY",
    "ADD_OFFICER",
    "ADOPT_EDITION",
    "APPEALED",
    "APPROVE",
    "ASK_CLARIFICATION",
    "ASSIGN",
    "CHANGE_APPROVALS",
    "CHANGE_ATTESTED",
    "CHANGE_AUTHORITY",
    "CHANGE_BODY",
    "CHANGE_DESK",
    "CHANGE_LETTERS",
    "CHANGE_PATTERN",
    "CHANGE_RECOVERY",
    "CHANGE_REMINDERS",
    "CHANGE_RETENTION",
    "CHANGE_SERVICE_KEY",
    "CHANGE_THEME",
    "CHANGE_THRESHOLD",
    "CLARIFIED",
    "CLOSE",
    "COMPLAINED",
    "COMPLAINT_CLOSED",
    "COMPLIED",
    "CONFIRM_ERASURE",
    "CONFIRM_RECEIPT",
    "CONSULT",
    "CONSULTED",
    "CORRECT",
    "CORRECT_DAY",
    "CORRECT_RECEIPT",
    "DAY_SPECIFIED",
    "DECIDED",
    "DRAFT",
    "ERASE",
    "EVIDENCE",
    "EXTEND",
    "FEES_NOTICE",
    "FEE_PAID",
    "FOUND",
    "INFORMATION_NOTICE",
    "LOG",
    "NOTICE",
    "OPEN",
    "OVERRIDE",
    "PUBLISH",
    "READ_REQUEST",
    "RECORDS",
    "RECOVER",
    "REMOVE_CLOSURE",
    "REMOVE_HOLIDAY",
    "REOPEN",
    "RESUME",
    "RETURN",
    "REVIEW_ASKED",
    "REVIEW_DECIDED",
    "REVOKE_OFFICER",
    "SENT",
    "STEP_ASIDE",
    "SUBMIT",
    "SUSPECT_KEY",
    "TAKE_BACK",
    "WITHDRAW_DRAFT",
    "Kind",
    "On",
    "Reason",
]

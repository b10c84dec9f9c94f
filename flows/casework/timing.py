"""What the calendar says against an act that moves the clock of a case: looked at before somebody signs.

The audit judges the order of days alone, so that it comes to the same with the bank holidays of later years.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from flows.domain.acts import DAY_SPECIFIED, EXTEND, FEES_NOTICE
from flows.domain.acts.kind import the_day
from flows.domain.citation import parse_citations
from flows.domain.documents import DOCUMENTS
from flows.domain.english import in_full, listing
from flows.domain.errors import MalformedError, RefusedError
from flows.domain.provisions import provisions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flows.casework.office import Office
    from flows.domain.act import Act
    from flows.domain.case import Case
    from flows.register.dossier import Dossier

_GIVES_TIME: Final = frozenset({EXTEND, FEES_NOTICE, DAY_SPECIFIED})
"""What is in time or not by the calendar; all else is recorded as it was, whatever the calendar says."""


def check(office: Office, dossier: Dossier, act: Act, then: Case) -> None:
    """Check what an act makes of the clock.

    Args:
        dossier: The case before the act.
        then: The case as the act leaves it.

    Raises:
        MalformedError: a day is too late for what it is, or beyond what is known of bank holidays.
        RefusedError: a notice is late and nobody says why, or the letter says something else.
    """
    case = dossier.case
    if then.life.events == case.life.events:
        return
    clock = office.clock(dossier.policy)
    # An estimate that was given before the regulator specified a day may be earlier than that.
    events = replace(then.life.events, extended=None) if act.kind == DAY_SPECIFIED else then.life.events
    clock.counted(events, then.regime, on_record=act.kind not in _GIVES_TIME)
    if act.kind == EXTEND:
        _check_exemptions(act, then.regime)
        # FOIA s.17(2): the notice is given within the time for complying itself.
        last = clock.counted(case.life.events, case.regime).notice_due
        if last and the_day(act.details["on"]) > last and not act.reason:
            raise RefusedError(
                f"The notice of more time for {case.reference} was due on {in_full(last)}, section 17(2): "
                "say with --comment why it is late."
            )
        _check_letter(dossier, act, in_full(date.fromisoformat(act.details["until"])))
    if act.kind == FEES_NOTICE:
        _check_letter(dossier, act, f"£{act.details['amount']}")


def late(office: Office, dossier: Dossier, document: str, facts: Mapping[str, str]) -> Mapping[str, str]:
    """Return the fact when the answer was due, where the document answers the request after that day."""
    case = dossier.case
    if case.life.answered or document not in DOCUMENTS or not case.answers(document):
        return {}
    return missed(office, dossier, facts.get("on", ""))


def missed(office: Office, dossier: Dossier, day: str) -> Mapping[str, str]:
    """Return the fact when the answer was due, where that was before ``day``."""
    case = dossier.case
    due = office.clock(dossier.policy).answer(case.life.events, case.regime)
    # A day in another form is refused by the procedure.
    return {"due": due.last.isoformat()} if due.last and due.last.isoformat() < day else {}


def _check_exemptions(act: Act, regime: str) -> None:
    """Check that more time is taken for qualified exemptions, FOIA s.10(3)."""
    table = provisions(regime)
    cited = act.details["exemptions"].split(", ")
    try:
        known = {each: table.get(parse_citations(each)[0]) for each in cited}
    except MalformedError as error:
        raise RefusedError(f"{listing(cited)}: {error.faults[0].problem}.") from None
    for citation, provision in known.items():
        if provision is None:
            raise RefusedError(f"{citation} is no exemption that can be relied on; name its subsection.")
        if provision.absolute:
            raise RefusedError(
                f"{citation} is absolute and needs no public interest test, for which alone section 10(3) "
                "gives more time."
            )


def _check_letter(dossier: Dossier, act: Act, words: str) -> None:
    """Check that a letter says what the act states."""
    kind = DOCUMENTS[act.document]
    text = dossier.read(kind.text).decode().replace("\u00a0", " ")
    # Neither £75 in £750 or £75.50, nor 1 August in 11 August.
    if not re.search(rf"(?<!\d){re.escape(words)}(?![.,]?\d)", text):
        raise RefusedError(
            f"The {kind.called} of {act.case} does not say {words}; record what it says, or send another."
        )

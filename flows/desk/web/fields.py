"""The fields of an assessment, in the order of the paper: the one table of its form."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, Final

from flows.domain.assessment import Duty, Likelihood, Mode, Outcome


class Widget(StrEnum):
    """How something is filled in."""

    LINE = "line"
    PROSE = "prose"
    DAY = "day"
    CHOICE = "choice"
    LIST = "list"
    """Several short values in one line."""
    PROVISION = "provision"
    TICKS = "ticks"
    """Some of the limbs or purposes that the Act names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One field, as the schema of assessments has it.

    Attributes:
        required: It stays when it is emptied, so that it is asked for.
        choices: Value and words; one without a value leaves the field out.
        folded: Shown among the rest, unless it is filled in or the exemption asks for it.
    """

    key: str
    label: str
    widget: Widget = Widget.PROSE
    hint: str = ""
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    folded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Under:
    """Fields that stand under one key.

    Attributes:
        text: The key may have a text alone, which is that of this field.
    """

    key: str
    label: str
    rows: tuple[Spec, ...]
    text: str = ""
    folded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """Any number of one kind under a key.

    Attributes:
        one: What one of them is called.
        text: As of ``Under``.
    """

    key: str
    label: str
    one: str
    rows: tuple[Spec, ...]
    text: str = ""


Spec = Row | Under | Many


def _row(widget: Widget, key: str, label: str, hint: str = "", **more: Any) -> Row:  # noqa: ANN401 - a row's own
    return Row(key=key, label=label, widget=widget, hint=hint, **more)


_line, _prose, _day, _choice, _list, _ticks = (
    partial(_row, widget)
    for widget in (Widget.LINE, Widget.PROSE, Widget.DAY, Widget.CHOICE, Widget.LIST, Widget.TICKS)
)

_DUTIES: Final = (
    (str(Duty.DISCLOSE), "Whether to give the information"),
    (str(Duty.CONFIRM_OR_DENY), "Whether to say if the information is held"),
)
ENDS: Final = {
    Outcome.MAINTAIN: "Neither confirm nor deny that it is held",
    Outcome.CONFIRM_OR_DENY: "Say whether it is held",
    Outcome.WITHHOLD: "Withhold it",
    Outcome.PARTLY: "Give some of it",
    Outcome.DISCLOSE: "Give it",
    Outcome.NOT_HELD: "It is not held",
}
UNSAID: Final = ("", "Not stated")
_LIKELY: Final = (
    (str(Likelihood.WOULD), "It would: more probable than not"),
    (str(Likelihood.WOULD_BE_LIKELY), "It would be likely to: a real and significant risk"),
    UNSAID,
)
_MODES: Final = (
    (str(Mode.INDEPENDENT), "Each exemption by itself"),
    (str(Mode.CUMULATIVE), "All of them together"),
    UNSAID,
)
_CONDITIONS: Final = (("first", "First"), ("second", "Second"), ("third", "Third"), UNSAID)

_BALANCE: Final[tuple[Spec, ...]] = (
    _prose("text", "How the factors weigh against each other"),
    _choice("mode", "How the exemptions are weighed", choices=_MODES),
    _list("of", "Only these provisions", "Leave this empty to weigh all of the part.", folded=True),
)
_FACTOR: Final[tuple[Spec, ...]] = (
    _prose("text", "The factor, and why it counts", required=True),
    _line("weight", "Its weight", "In a few words, such as significant or limited."),
)
_PUBLICATION: Final = (
    _day("intended-since", "Intended since", required=True),
    _line("expected", "When it is expected", "As in: in March 2027"),
    _prose("reasonable", "Why it is reasonable to wait", required=True),
)
_CONFIDENCE: Final = (
    _line("source", "From whom it was obtained", required=True),
    _prose("actionable", "Why a breach could be sued for", required=True),
)
_OPINION: Final = (
    _line("by", "Who gave it", "The office held, or the name.", required=True),
    _line("authority", "What makes them the qualified person", required=True),
    _line("paragraph", "Paragraph of section 36(5)", "As in: 36(5)(o)"),
    _day("date", "The day it was given", required=True),
    _line("would", "What would happen", "Would, or would be likely to, and what.", required=True),
    _list("limbs", "What it is about", "As in: 36(2)(b)(i), 36(2)(c)"),
    _prose("put", "What was put to the qualified person"),
)
_CERTIFICATE: Final = (
    _line("signed-by", "Who signed it", required=True),
    _day("date", "The day it was signed", required=True),
)
EXEMPTION: Final[tuple[Spec, ...]] = (
    _row(Widget.PROVISION, "provision", "Exemption", required=True),
    _ticks("limbs", "Which interests", folded=True),
    _ticks("purposes", "For which purposes", folded=True),
    _choice("condition", "Condition met", "Section 40.", choices=_CONDITIONS, folded=True),
    _prose("applies", "Why the exemption applies", "Section 17(1)(c)."),
    _prose("where", "Where the applicant can have it", folded=True),
    Under(key="publication", label="The publication that is intended", rows=_PUBLICATION, folded=True),
    _line(
        "principle", "Data protection principle", "As in: lawfulness, fairness and transparency", folded=True
    ),
    _prose("legitimate-interests", "Legitimate interests, and how they were weighed", folded=True),
    Under(key="confidence", label="The confidence", rows=_CONFIDENCE, folded=True),
    _line(
        "enactment", "What prohibits disclosure", "As in: section 132 of the Finance Act 1989", folded=True
    ),
    Under(key="opinion", label="The opinion of the qualified person", rows=_OPINION, folded=True),
    Under(key="certificate", label="The certificate", rows=_CERTIFICATE, folded=True),
    _choice("likelihood", "How likely the harm is", choices=_LIKELY, folded=True),
    _prose("harm", "Evidence of harm", folded=True),
    Many(key="favouring", label="Factors in favour", one="factor in favour", rows=_FACTOR, text="text"),
    Many(key="against", label="Factors against", one="factor against", rows=_FACTOR, text="text"),
    Under(key="balance", label="A balance of its own", rows=_BALANCE, text="text", folded=True),
    _choice("outcome", "Outcome of its own balance", folded=True),
    _line("in-the-alternative-to", "In the alternative to", "The other exemption, as in: 23(1)", folded=True),
)
PART: Final[tuple[Spec, ...]] = (
    _line("information", "What this part is about", "As in: the patrol plan for April", required=True),
    _list(
        "questions", "Questions of the request", "Their numbers, as in: 1, 3. Empty for all of the request."
    ),
    _choice("duty", "What is decided", choices=_DUTIES, required=True),
    Many(key="exemptions", label="Exemptions", one="exemption", rows=EXEMPTION),
    _prose("harm", "Harm that the exemptions share"),
    _prose("confirming", "What confirming would reveal"),
    _prose("denying", "What denying would reveal"),
    Under(key="balance", label="The balance", rows=_BALANCE, text="text"),
    _choice("outcome", "Outcome", required=True),
    _prose("answer", "What is given or explained"),
    _line(
        "created", "Year of the newest record", "Where its age matters, section 62. As in: 1998", folded=True
    ),
)
PARTS: Final = Many(key="parts", label="Parts", one="part", rows=PART)

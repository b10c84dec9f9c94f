# ruff: noqa: E501  a letter stands in one piece
"""Letters that neither confirm nor deny, written before the rules were; every other one was held back.

Of each the kind of letter, its body, which parts its test has, and what is to be noticed: N01 where one of the
two answers, or both, are left unsaid; N05 where other information is spoken of and nothing deals with the rest.
"""

from __future__ import annotations

from typing import Final, NamedTuple

_NCND: Final = (
    "We neither confirm nor deny that we hold information on the covert use of drones over the site, relying "
    "on sections 24(2) and 31(3) of the Act."
)
_OTHER: Final = (
    "We neither confirm nor deny that we hold any other information, relying on section 23(5) of the Act."
)
_BOTH: Final = "Confirming would show where we fly. Denying would show where we do not."
_ANNEXED: Final = "The public interest test 1146A/22 is annexed to this letter."


class Case(NamedTuple):
    kind: str
    parts: str
    body: str
    codes: tuple[str, ...] = ()


CASES: Final = (
    # One answer alone, or none, and no test beside the letter.
    Case("response", "silent", f"{_NCND} Confirming would tell offenders that they are watched.", ("N01",)),
    Case("response", "silent", f"{_NCND} A denial would tell offenders that nobody watches.", ("N01",)),
    Case("response", "silent", _NCND, ("N01",)),
    Case(
        "response", "", "We can neither confirm nor deny whether it is held; section 23(5) applies.", ("N01",)
    ),
    Case(
        "response",
        "",
        "Section 31(3): the duty to confirm or deny does not apply. A confirmation would show that "
        "there is an investigation.",
        ("N01",),
    ),
    Case(
        "response", "", "We cannot confirm or deny that. If we confirmed it, suspects could move.", ("N01",)
    ),
    Case(
        "response",
        "silent",
        f"{_NCND} Confirming or denying it would itself reveal what is exempt.",
        ("N01",),
    ),
    Case("response", "silent", f"{_NCND} To say that we do would warn those who are watched.", ("N01",)),
    # One answer alone though the test is there: the letter itself leans.
    Case("response", "silent", f"{_NCND} Confirmation would reveal a tactic. {_ANNEXED}", ("N01",)),
    Case(
        "response",
        "silent",
        f"{_NCND} {_ANNEXED} Were we to deny it, people could read our silence elsewhere.",
        ("N01",),
    ),
    Case(
        "response",
        "silent withheld",
        f"We withhold the patrol plan under section 31(1)(a). {_NCND} We can confirm "
        "that the patrol plan would be held.",
        ("N01",),
    ),
    Case(
        "response",
        "silent given",
        f"We enclose the cost of fuel. {_NCND} To confirm would harm the prevention of crime.",
        ("N01",),
    ),
    Case(
        "review",
        "silent",
        "I uphold the decision to neither confirm nor deny. A confirmation would tell suspects "
        "that they are watched.",
        ("N01",),
    ),
    Case(
        "review",
        "",
        "We uphold it, and can neither confirm nor deny. Denying could put people at risk.",
        ("N01",),
    ),
    # What is lawful.
    Case("response", "silent", f"{_NCND} {_BOTH}"),
    Case("response", "silent", f"{_NCND} {_ANNEXED}"),
    Case("response", "silent", f"{_NCND} The attached assessment gives the reasons."),
    Case("response", "silent", f"{_NCND} For the reasons please see the enclosed test."),
    Case(
        "response",
        "silent",
        f"{_NCND} To confirm would show a tactic, and to deny would show that there is none.",
    ),
    Case(
        "response",
        "silent",
        f"{_NCND} A confirmation could warn suspects; saying that nothing is held could embolden them.",
    ),
    Case("response", "silent", f"{_NCND} Either answer would tell an offender where the site is weak."),
    Case(
        "response",
        "silent",
        f"{_NCND} A positive answer would show what we can do, a negative one what we cannot.",
    ),
    Case(
        "response",
        "silent",
        f"{_NCND} {_ANNEXED} We can confirm that we received your request, and would be glad to help.",
    ),
    Case(
        "response", "silent", f"{_NCND} {_ANNEXED} Please confirm your address, so that we may write to you."
    ),
    Case(
        "response",
        "",
        "We can neither confirm nor deny it. If we said that we hold it, suspects would hide; if we "
        "said that we do not, they would go on.",
    ),
    Case(
        "response",
        "",
        "Whichever is true, we would neither confirm nor deny it: whether or not it is held, an "
        "answer would tell those who are watched.",
    ),
    Case(
        "response",
        "withheld",
        "We withhold the patrol plan under section 31(1)(a). Confirming a route would help offenders.",
    ),
    Case(
        "response",
        "given",
        "You asked us to confirm or deny that a drone was bought. We enclose the invoice.",
    ),
    Case(
        "review",
        "silent",
        "I uphold the decision to neither confirm nor deny, for the reasons of our response.",
    ),
    Case(
        "review",
        "silent",
        "You said that a confirmation would harm nobody. I uphold the decision to neither "
        "confirm nor deny, for the reasons then given.",
    ),
    Case("review", "silent", f"I uphold the decision to neither confirm nor deny. {_BOTH}"),
    Case("review", "", "The decision is overturned; we confirm that it is held, and enclose it."),
    Case(
        "extension",
        "silent",
        "We still weigh whether section 31(3) lets us neither confirm nor deny. Confirming "
        "could warn offenders.",
    ),
    Case(
        "cost",
        "",
        "Section 12(2): finding out whether it is held would cost too much; we neither confirm nor deny.",
    ),
    Case(
        "vexatious", "", "Section 14(1). You want us to neither confirm nor deny; a denial would please you."
    ),
    # Other information, and nothing of what it is other than.
    Case("response", "", f"{_OTHER} {_BOTH}", ("N05",)),
    Case(
        "response",
        "",
        f"Section 23(5): the duty to confirm or deny does not apply to anything else. {_BOTH}",
        ("N05",),
    ),
    Case("response", "other", f"We neither confirm nor deny that. {_BOTH}", ("N05",)),
    Case("response", "other", f"{_NCND} {_BOTH} {_ANNEXED}", ("N05",)),
    Case("response", "", f"{_OTHER} {_BOTH} {_ANNEXED} It is enclosed as a PDF.", ("N05",)),
    Case(
        "response",
        "",
        f"We can neither confirm nor deny whether all further records are held. {_BOTH} A review can "
        "be asked for below.",
        ("N05",),
    ),
    Case(
        "response",
        "",
        f"{_OTHER} {_BOTH} This should not be taken as indicating that information is or is not held.",
        ("N05",),
    ),
    Case(
        "response",
        "",
        f"{_OTHER} {_BOTH} We refuse to say more. You may apply for a review, as set out below.",
        ("N05",),
    ),
    # What is lawful.
    Case("response", "", f"We enclose the cost of fuel. {_OTHER} {_BOTH}"),
    Case("response", "", f"We do not hold the log of flights. {_OTHER} {_BOTH}"),
    Case("response", "", f"The patrol plan is withheld under section 31(1)(a). {_OTHER} {_BOTH}"),
    Case("response", "", f"The figures are in the table below. {_OTHER} {_BOTH}"),
    Case("response", "", f"The policy is published at https://police.example/policy. {_OTHER} {_BOTH}"),
    Case("response", "other", f"We provide the cost of fuel. {_OTHER} {_BOTH}"),
    Case("response", "other", f"On question 1: there were 14 flights. {_OTHER} {_BOTH}"),
    Case("response", "other", f"There were 14 flights in 2025. {_OTHER} {_BOTH}"),
    Case("response", "silent", f"{_NCND} {_BOTH} If you need any further information, please write to us."),
    Case("response", "silent", f"{_NCND} {_BOTH} All other information on flights you find on our pages."),
    Case("response", "silent given", f"We give the cost of fuel. {_OTHER} {_BOTH}"),
    Case("response", "", f"With our letter of 3 May you were sent the plan. {_OTHER} {_BOTH}"),
    Case("review", "", f"I uphold the decision. {_OTHER} {_BOTH}"),
    Case(
        "transfer",
        "",
        "We do not hold it. The ministry may; whether it holds any other information it may neither "
        "confirm nor deny.",
    ),
)

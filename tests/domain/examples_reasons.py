"""Examples of the rules on reasons: what a refusal rests on, why it applies, and the age of a record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from domain_builders import a_part, a_request, a_withholding, an_exemption
from rule_example import BLOCK, INFO, WARN, a_draft, passes, trips

from flows.domain.assessment import (
    Balance,
    Certificate,
    Confidence,
    Opinion,
    Outcome,
    Publication,
)

if TYPE_CHECKING:
    from rule_example import Example

    from flows.domain.assessment import Exemption, Part
    from flows.domain.checks.rule import Draft

_FIRST: Final = "parts[0].exemptions[0]"
_SECOND: Final = "parts[0].exemptions[1]"
_BARE: Final[dict[str, Any]] = {"favouring": (), "against": ()}
_GIVEN_UP: Final[dict[str, Any]] = {"outcome": Outcome.DISCLOSE, "balance": Balance(text="Openness wins.")}


def _exempt(provision: str, applies: str | None, **changes: Any) -> Exemption:
    return an_exemption(provision, applies=applies, **_BARE | changes)


def _refusing(*exemptions: Exemption, **changes: Any) -> Part:
    return a_withholding(*exemptions, **{"balance": None} | changes)


def _without(part: Part, **changes: Any) -> Part:
    return replace(part, exemptions=(), balance=None, **changes)


_SUED: Final = "The firm gave it on terms of secrecy, would lose bids by it, and could claim damages."


def _confided(source: str, actionable: str) -> Part:
    confidence = Confidence(source=source, actionable=actionable)
    return _refusing(_exempt("41(1)", "The tenders set out methods of work.", confidence=confidence))


_RESTS: Final = (
    trips("X16", "withheld under nothing", _without(a_withholding()), (BLOCK, "parts[0].exemptions")),
    trips(
        "X16",
        "given in part under nothing",
        _without(a_withholding(outcome=Outcome.PARTLY)),
        (BLOCK, "parts[0].exemptions"),
    ),
    trips(
        "X16",
        "neither confirmed nor denied under nothing",
        _without(a_part()),
        (BLOCK, "parts[0].exemptions"),
    ),
    trips(
        "X16",
        "the second of two parts",
        a_draft(a_part(), _without(a_withholding())),
        (BLOCK, "parts[1].exemptions"),
    ),
    trips(
        "X16",
        "each given up by its own outcome",
        a_withholding(
            an_exemption("31(1)", limbs=("31(1)(a)",), **_GIVEN_UP), an_exemption("42(1)", **_GIVEN_UP)
        ),
        (BLOCK, "parts[0].exemptions"),
    ),
    trips(
        "X16",
        "in the alternative to what is not cited",
        a_withholding(an_exemption("24(1)", in_the_alternative_to="23(1)")),
        (BLOCK, "parts[0].exemptions"),
    ),
    trips("X16", "what does not exist", a_withholding(an_exemption("31(9)")), (BLOCK, "parts[0].exemptions")),
    trips(
        "X16", "the cost of compliance", a_withholding(an_exemption("12(1)")), (BLOCK, "parts[0].exemptions")
    ),
    trips(
        "X16",
        "an exception of other regulations",
        a_withholding(an_exemption("12(5)(b)")),
        (BLOCK, "parts[0].exemptions"),
    ),
    trips("X16", "a whole section", a_withholding(an_exemption("31")), (BLOCK, "parts[0].exemptions")),
    trips(
        "X16",
        "maintained, and given",
        a_withholding(
            an_exemption("42(1)", balance=Balance(text="Weighed."), outcome=Outcome.WITHHOLD),
            outcome=Outcome.DISCLOSE,
            balance=None,
        ),
        (BLOCK, f"{_FIRST}.outcome"),
    ),
    passes("X16", "given, under nothing", _without(a_withholding(outcome=Outcome.DISCLOSE))),
    passes("X16", "not held", _without(a_withholding(outcome=Outcome.NOT_HELD))),
    trips(
        "X16",
        "not held, and exempt",
        a_withholding(outcome=Outcome.NOT_HELD),
        (BLOCK, "parts[0].exemptions"),
    ),
    trips(
        "X16",
        "an exemption that is not held",
        a_withholding(an_exemption("42(1)"), an_exemption("41(1)", outcome=Outcome.NOT_HELD, **_BARE)),
        (BLOCK, f"{_SECOND}.outcome"),
    ),
    trips(
        "X16",
        "not held, and an exclusion that was given up",
        a_withholding(an_exemption("42(1)", **_GIVEN_UP), outcome=Outcome.NOT_HELD, balance=None),
        (BLOCK, "parts[0].exemptions"),
    ),
    trips(
        "X16",
        "one part of two that is not held, and exempt",
        a_draft(a_part(), a_withholding(an_exemption("41(1)", **_BARE), outcome=Outcome.NOT_HELD)),
        (BLOCK, "parts[1].exemptions"),
    ),
    passes(
        "X16",
        "not held, and exempt if it were",
        _without(a_withholding(outcome=Outcome.NOT_HELD, answer="If we held it, section 42 would apply.")),
    ),
    passes(
        "X16",
        "not held beside a part that is withheld",
        a_draft(a_withholding(), _without(a_withholding(outcome=Outcome.NOT_HELD))),
    ),
    passes("X16", "an answer will be given", _without(a_part(outcome=Outcome.CONFIRM_OR_DENY))),
    passes(
        "X16",
        "one of two given up",
        a_withholding(an_exemption("31(1)", limbs=("31(1)(a)",), **_GIVEN_UP), an_exemption("42(1)")),
    ),
    passes(
        "X16",
        "each in the alternative to the other",
        a_withholding(
            an_exemption("23(1)", in_the_alternative_to="24(1)", **_BARE),
            an_exemption("24(1)", in_the_alternative_to="23(1)"),
        ),
    ),
    passes(
        "X16",
        "in the alternative to a limb of what is cited",
        a_withholding(an_exemption("30(1)"), an_exemption("31(1)", in_the_alternative_to="30(1)(a)(i)")),
    ),
    passes("X16", "finer than our table", a_withholding(an_exemption("42(1)(a)"))),
    passes(
        "X16",
        "one that is there beside one that is not",
        a_withholding(an_exemption("31(9)"), an_exemption("42(1)")),
    ),
)

_SUPPLIER: Final = (
    "It was supplied by the tenderers under a duty of confidence, and they could sue for damages."
)
_FAIR: Final = (
    "To name junior staff would be unfair to them. Those who ask have a legitimate interest in who decides, "
    "and the names are not necessary to it."
)
_WAITING: Final = (
    "When the request came we had decided to print the report. It is sensible to have it checked first."
)


def _planned(on: date) -> Publication:
    return Publication(intended_since=on, reasonable="The tables are still being checked.")


def _opinion(**changes: Any) -> Opinion:
    facts: dict[str, Any] = {"by": "The Chief Constable", "authority": "authorised", "would": "would"}
    return Opinion(date=date(2022, 11, 28), **facts | changes)


_WHY: Final = (
    trips("X17", "absolute, and not a word", _refusing(_exempt("41(1)", None)), (BLOCK, _FIRST)),
    trips("X17", "absolute, and a dash", _refusing(_exempt("23(1)", "-")), (BLOCK, _FIRST)),
    trips(
        "X17",
        "absolute beside the harm of another",
        a_part(_exempt("23(5)", None), an_exemption(applies="Disguise is cheap."), harm="It shows where."),
        (BLOCK, _FIRST),
    ),
    trips(
        "X17",
        "qualified, neither applies nor harm",
        a_withholding(an_exemption("31(1)", applies=None)),
        (BLOCK, _FIRST),
    ),
    trips(
        "X17",
        "not applicable, with the harm beside it",
        a_withholding(an_exemption("31(1)", applies="N/A", harm="Thieves would know when to come.")),
        (BLOCK, f"{_FIRST}.applies"),
        (WARN, f"{_FIRST}.applies"),
    ),
    trips(
        "X17", "not applicable, and no more", _refusing(_exempt("41(1)", "Not applicable.")), (BLOCK, _FIRST)
    ),
    trips(
        "X17",
        "44, and no enactment",
        _refusing(_exempt("44(1)", "The Board must keep the returns.", limbs=("44(1)(a)",), enactment="n/a")),
        (BLOCK, f"{_FIRST}.enactment"),
    ),
    trips(
        "X17",
        "40(2), and no principle",
        _refusing(
            _exempt("40(2)", _FAIR, condition="first", principle="None", legitimate_interests="Unknown.")
        ),
        (BLOCK, f"{_FIRST}.principle"),
        (BLOCK, f"{_FIRST}.legitimate-interests"),
    ),
    trips(
        "X17",
        "22, expected at no time",
        a_withholding(
            an_exemption(
                "22(1)",
                applies=_WAITING,
                publication=replace(_planned(date(2022, 11, 1)), expected="not known"),
            )
        ),
        (BLOCK, f"{_FIRST}.publication.expected"),
    ),
    trips(
        "X17",
        "one of two",
        a_withholding(
            an_exemption("31(1)", applies="Thieves would know when to come."),
            an_exemption("24(1)", applies=" "),
        ),
        (BLOCK, _SECOND),
    ),
    trips(
        "X17",
        "the Act's words and no more",
        a_part(
            an_exemption(applies="Exemption is required for the purpose of safeguarding national security.")
        ),
        (WARN, f"{_FIRST}.applies"),
    ),
    *(
        trips("X17", f"{says}, and no more", a_withholding(an_exemption("31(1)", applies=says)), *found)
        for says, found in (
            ("It would be prejudicial.", [(WARN, f"{_FIRST}.applies")]),
            ("See *above*", [(WARN, f"{_FIRST}.applies")]),
            ("- The information is sensitive.\n- It has to be protected.", [(WARN, f"{_FIRST}.applies")]),
        )
    ),
    trips(
        "X17",
        "44, and sensitive",
        _refusing(_exempt("44(1)", "This is a sensitive matter.", limbs=("44(1)(a)",))),
        (WARN, f"{_FIRST}.applies"),
        (BLOCK, _FIRST),
    ),
    trips(
        "X17",
        "the information named where harm is asked for",
        a_withholding(
            an_exemption("31(1)", applies="The patrol plan is sensitive."), information="the patrol plan"
        ),
        (WARN, f"{_FIRST}.applies"),
    ),
    passes(
        "X17",
        "the information named where a class is asked for",
        a_withholding(an_exemption("30(1)", applies="It is the murder file."), information="the murder file"),
    ),
    passes(
        "X17",
        "sensitive, and section 17(4)",
        a_withholding(an_exemption("31(1)", applies="It is sensitive; we rely on s.17(4).")),
    ),
    trips(
        "X17",
        "engaged",
        a_withholding(an_exemption("42(1)", applies="It is engaged.")),
        (WARN, f"{_FIRST}.applies"),
    ),
    trips(
        "X17",
        "21, and nowhere",
        _refusing(_exempt("21(1)", "Anyone can have the minutes elsewhere.")),
        (WARN, _FIRST),
    ),
    trips(
        "X17",
        "21, in the Act's words",
        _refusing(_exempt("21(1)", "The information is reasonably accessible by other means.")),
        (WARN, f"{_FIRST}.applies"),
        (BLOCK, _FIRST),
    ),
    trips(
        "X17",
        "41, in the Act's words",
        _refusing(_exempt("41(1)", "Disclosure would be an actionable breach of confidence.")),
        (WARN, f"{_FIRST}.applies"),
        (BLOCK, _FIRST),
        (BLOCK, _FIRST),
    ),
    trips(
        "X17",
        "44, in the Act's words",
        _refusing(_exempt("44(1)", "Disclosure is prohibited by an enactment.", limbs=("44(1)(a)",))),
        (WARN, f"{_FIRST}.applies"),
        (BLOCK, _FIRST),
    ),
    trips(
        "X17",
        "22, and neither when nor why",
        a_withholding(an_exemption("22(1)", applies="The report will come out in March.")),
        (WARN, _FIRST),
        (WARN, _FIRST),
    ),
    trips(
        "X17",
        "22, and no reason to wait",
        a_withholding(
            an_exemption("22(1)", applies="When the request came we had decided to print the report.")
        ),
        (WARN, _FIRST),
    ),
    trips(
        "X17",
        "40(2), and neither principle nor interests",
        _refusing(_exempt("40(2)", "The rota has the names of officers.", condition="first")),
        (WARN, _FIRST),
        (WARN, _FIRST),
    ),
    trips(
        "X17",
        "40(2), and nothing weighed",
        _refusing(_exempt("40(2)", "To name junior officers would be unfair to them.", condition="first")),
        (WARN, _FIRST),
    ),
    trips(
        "X17",
        "40(5B)(a), and neither",
        a_part(_exempt("40(5B)", "An answer would tell on a neighbour.", limbs=("40(5B)(a)",)), balance=None),
        (WARN, _FIRST),
        (WARN, _FIRST),
    ),
    *(
        trips(
            "X17",
            f"{' with '.join((provision, *limbs))}, and neither",
            a_part(_exempt(provision, "An answer would tell on a neighbour.", limbs=(*limbs,)), balance=None),
            (WARN, _FIRST),
            (WARN, _FIRST),
        )
        for provision, *limbs in (("40(5B)", "40(5B)(a)(i)"), ("40(5B)(a)(ii)",), ("40(5B)(a)",))
    ),
    *(
        passes(
            "X17",
            f"{' with '.join((provision, *limbs))}, which turns on no principle",
            a_part(_exempt(provision, "An answer would tell on a neighbour.", limbs=(*limbs,))),
        )
        for provision, *limbs in (("40(5B)", "40(5B)(b)"), ("40(5B)(c)",), ("40(5B)(d)", "40(2)"))
    ),
    trips(
        "X17",
        "41, and neither whose nor why",
        _refusing(_exempt("41(1)", "The tender is confidential.")),
        (WARN, _FIRST),
        (WARN, _FIRST),
    ),
    trips(
        "X17",
        "41, and no action",
        _refusing(_exempt("41(1)", "The drawings were supplied by the tenderers and are confidential.")),
        (WARN, _FIRST),
    ),
    trips(
        "X17",
        "44, and no enactment",
        _refusing(_exempt("44(1)", "A statute bars it, under section 44 of the Act.", limbs=("44(1)(a)",))),
        (WARN, _FIRST),
    ),
    *(
        trips(
            "X17",
            f"44, and as the enactment {enactment}",
            _refusing(_exempt("44(1)", "The returns are kept.", limbs=("44(1)(a)",), enactment=enactment)),
            (WARN, _FIRST),
        )
        for enactment in (
            "our records retention policy",
            "the practice of the council",
            "the contract with the supplier",
            "section 44 of the Freedom of Information Act 2000",
        )
    ),
    *(
        passes(
            "X17",
            f"44, under {enactment}",
            _refusing(_exempt("44(1)", "The returns are kept.", limbs=("44(1)(a)",), enactment=enactment)),
        )
        for enactment in (
            "section 237 of the Enterprise Act 2002",
            "an order of the Crown Court",
            "the Contracts (Rights of Third Parties) Act 1999",
        )
    ),
    *(
        trips("X17", f"41, from {source}", _confided(source, _SUED), (WARN, f"{_FIRST}.confidence.source"))
        for source in ("the council itself", "us", "our own department")
    ),
    *(
        passes("X17", f"41, from {source}", _confided(source, _SUED))
        for source in ("the tenderers", "the county council", "the department for education")
    ),
    *(
        trips("X17", f"41: {said}", _confided("a firm", said), (WARN, f"{_FIRST}.confidence.actionable"))
        for said in ("It would be actionable.", "Disclosure would be an actionable breach of confidence.")
    ),
    *(
        trips(
            "X17",
            f"21, {where}",
            _refusing(_exempt("21(1)", "The price is in the register.", where=where)),
            (WARN, f"{_FIRST}.where"),
        )
        for where in ("on the internet", "online", "our website")
    ),
    passes(
        "X17",
        "21, on a page that is named",
        _refusing(_exempt("21(1)", "The price is in the register.", where="on our website, under contracts")),
    ),
    trips(
        "X17",
        "44, and this Act itself",
        _refusing(
            _exempt("44(1)", "The Freedom of Information Act 2000 bars the statistics.", limbs=("44(1)(a)",))
        ),
        (WARN, _FIRST),
    ),
    trips(
        "X17",
        "36, and neither by what paragraph nor on what",
        a_withholding(an_exemption("36(2)", applies="Officers would write less.", opinion=_opinion())),
        (WARN, _FIRST),
        (WARN, _FIRST),
    ),
    trips(
        "X17",
        "34, and no certificate",
        _refusing(_exempt("34(1)", "A draft of a committee's report that the committee has not released.")),
        (WARN, _FIRST),
    ),
    passes(
        "X17",
        "section 17(4), said so",
        a_part(
            _exempt("23(5)", "Section 17(4): more cannot be stated."),
            an_exemption(applies="Disguise is cheap."),
        ),
    ),
    passes("X17", "harm alone", a_withholding(an_exemption("31(1)", applies=None, harm="Theft."))),
    passes(
        "X17",
        "what an answer would reveal",
        a_part(an_exemption(applies=None), confirming="That a hood is worthwhile."),
    ),
    passes(
        "X17", "given after all", a_withholding(an_exemption("31(1)", applies=None), outcome=Outcome.DISCLOSE)
    ),
    passes(
        "X17", "given up by its own outcome", a_withholding(an_exemption("41(1)", applies=None, **_GIVEN_UP))
    ),
    passes("X17", "an unknown provision", a_withholding(an_exemption("31(9)", applies=None))),
    passes("X17", "about the other duty", a_part(an_exemption("21(1)", applies="It is in every library."))),
    passes(
        "X17",
        "21, with a link",
        _refusing(_exempt("21(1)", "The minutes are [here](https://www.example.org/minutes).")),
    ),
    passes(
        "X17",
        "21, at the library",
        _refusing(_exempt("21(1)", "The minutes can be read at Ashford Library.")),
    ),
    passes("X17", "21, under its key", _refusing(_exempt("21(1)", None, where="In the annual report."))),
    passes(
        "X17",
        "21, told in the letter",
        _refusing(
            _exempt("21(1)", "The letter that goes with this paper, and in the letter the address, tells.")
        ),
    ),
    passes("X17", "22, in words", a_withholding(an_exemption("22(1)", applies=_WAITING))),
    passes(
        "X17",
        "22, decided on the day",
        a_withholding(
            an_exemption(
                "22(1)", applies="The report is being printed.", publication=_planned(date(2022, 11, 7))
            )
        ),
    ),
    passes(
        "X17",
        "22(2), of which nothing more is asked",
        a_part(an_exemption("22(2)", applies="A report may come.")),
    ),
    passes("X17", "40(2), in words", _refusing(_exempt("40(2)", _FAIR, condition="first"))),
    passes(
        "X17",
        "40(2), under its keys",
        _refusing(
            _exempt(
                "40(2)",
                "The rota has the names of officers.",
                condition="first",
                principle="lawfulness, fairness and transparency",
                legitimate_interests="Who decides matters; the names do not.",
            )
        ),
    ),
    passes(
        "X17",
        "40(2), the second condition",
        a_withholding(an_exemption("40(2)", applies="She has objected to the rota.", condition="second")),
    ),
    passes("X17", "41, in words", _refusing(_exempt("41(1)", _SUPPLIER))),
    passes(
        "X17",
        "41, under its key",
        _refusing(
            _exempt(
                "41(1)",
                "The tender is confidential.",
                confidence=Confidence(source="the tenderers", actionable="They relied on the terms."),
            )
        ),
    ),
    passes(
        "X17",
        "44, in words",
        _refusing(
            _exempt("44(1)", "Section 23(1) of the Commissioners Act 2005 bars it.", limbs=("44(1)(a)",))
        ),
    ),
    passes(
        "X17",
        "44, under its key",
        _refusing(
            _exempt(
                "44(1)",
                "A statute bars the statistics.",
                limbs=("44(1)(a)",),
                enactment="the Census Act 1920",
            )
        ),
    ),
    passes(
        "X17",
        "44, an order",
        _refusing(_exempt("44(1)", "The order of the county court of 3 May bars it.", limbs=("44(1)(c)",))),
    ),
    passes(
        "X17",
        "36, with both",
        a_withholding(
            an_exemption(
                "36(2)",
                applies="Officers would write less.",
                opinion=_opinion(paragraph="36(5)(o)", put="The advice itself, and the arguments."),
            )
        ),
    ),
    passes(
        "X17",
        "34, with its certificate",
        _refusing(
            _exempt(
                "34(1)",
                "A draft of a committee's report.",
                certificate=Certificate(signed_by="The Speaker", date=date(2022, 11, 1)),
            )
        ),
    ),
)


def _of(
    created: int | None, exemption: Exemption, *, received: date = date(2026, 3, 1), **changes: Any
) -> Draft:
    part = a_withholding(exemption, created=created, **changes)
    return a_draft(part, request=a_request(received=received))


_ADVICE: Final = an_exemption("42(1)")
_CRIME: Final = an_exemption("31(1)", limbs=("31(1)(a)",))
_AFFAIRS: Final = an_exemption("36(2)", limbs=("36(2)(c)",))
_HISTORICAL: Final = (INFO, "parts[0].created")
_AT: Final = f"{_FIRST}.provision"
_AGE: Final = (
    trips("X18", "advice of 2005, asked for in 2026", _of(2005, _ADVICE), (BLOCK, _AT), _HISTORICAL),
    trips("X18", "relations of 1995", _of(1995, an_exemption("28(1)")), (BLOCK, _AT), _HISTORICAL),
    trips("X18", "crime of 1925", _of(1925, _CRIME), (BLOCK, _AT), _HISTORICAL),
    trips(
        "X18",
        "an honour of 1965",
        _of(1965, an_exemption("37(1)", limbs=("37(1)(b)",))),
        (BLOCK, _AT),
        _HISTORICAL,
    ),
    trips(
        "X18",
        "whether there was advice in 2005",
        a_draft(
            a_part(an_exemption("42(2)"), created=2005),
            request=a_request(received=date(2026, 3, 1)),
        ),
        (BLOCK, _AT),
    ),
    trips(
        "X18",
        "whether there was a court record",
        a_draft(
            a_part(an_exemption("32(3)", **_BARE), created=2005, balance=None),
            request=a_request(received=date(2026, 3, 1)),
        ),
        (BLOCK, _AT),
    ),
    trips(
        "X18",
        "public affairs of 2005, maybe in Northern Ireland",
        _of(2005, _AFFAIRS),
        (WARN, _AT),
        _HISTORICAL,
    ),
    trips("X18", "public affairs of 1995", _of(1995, _AFFAIRS), (WARN, _AT), (BLOCK, _AT), _HISTORICAL),
    trips(
        "X18",
        "the Sovereign of 2005, who may have died",
        _of(2005, an_exemption("37(1)", limbs=("37(1)(a)",), **_BARE), balance=None),
        (WARN, _AT),
        _HISTORICAL,
    ),
    trips(
        "X18",
        "advice of 1995, asked for while the rule changed",
        _of(1995, _ADVICE, received=date(2016, 3, 1)),
        (WARN, _AT),
        _HISTORICAL,
    ),
    trips(
        "X18",
        "21 in an archive",
        _of(2005, an_exemption("21(1)", **_BARE), balance=None),
        (WARN, _AT),
        _HISTORICAL,
    ),
    trips("X18", "a year to come", _of(2027, _ADVICE), (BLOCK, "parts[0].created")),
    trips(
        "X18",
        "an old year in what is asked for",
        _of(None, _ADVICE, information="the advice of 1998 on the bridge"),
        (WARN, "parts[0].information"),
    ),
    passes("X18", "advice of 2006, asked for in 2026", _of(2006, _ADVICE)),
    passes("X18", "relations of 1996, which are historical and not over", _of(2006, an_exemption("28(1)"))),
    passes("X18", "crime of last year", _of(2025, _CRIME)),
    passes("X18", "no year", _of(None, _ADVICE)),
    passes("X18", "an Act of long ago", _of(None, _ADVICE, information="advice on the Theft Act 1968")),
    passes("X18", "a row that goes on", _of(None, _ADVICE, information="all advice since 1998")),
    passes(
        "X18",
        "an old year, and what never ends",
        _of(None, an_exemption("24(1)"), information="the plans of 1998"),
    ),
    passes("X18", "old, and given", _of(1990, _ADVICE, outcome=Outcome.DISCLOSE)),
    passes(
        "X18",
        "old, and not relied on in the end",
        _of(1990, an_exemption("42(1)", **_GIVEN_UP), balance=None),
    ),
)

EXAMPLES: Final[tuple[Example, ...]] = (*_RESTS, *_WHY, *_AGE)

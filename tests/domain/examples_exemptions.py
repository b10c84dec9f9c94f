"""Examples of the rules on exemptions: what is cited, what goes together, what each rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from domain_builders import a_part, a_request, a_withholding, an_exemption
from rule_example import BLOCK, INFO, NOT_RUN, WARN, a_draft, passes, trips

from flows.domain.assessment import Balance, Certificate, Opinion, Outcome

if TYPE_CHECKING:
    from rule_example import Example

    from flows.domain.assessment import Exemption, Part

_FIRST: Final = "parts[0].exemptions[0]"
_SECOND: Final = "parts[0].exemptions[1]"
_BARE: Final[dict[str, Any]] = {"favouring": (), "against": ()}
_IN_2016: Final = a_request(received=date(2016, 3, 1))
_TODAY: Final = date(2022, 11, 28)


def _saying(text: str, provision: str = "24(2)", **changes: Any) -> Part:
    return a_part(an_exemption(provision, applies=text, **changes))


def _withholding(*provisions: str, **changes: Any) -> Part:
    """A part that withholds under these, each with the limb or condition it needs."""
    needed: dict[str, dict[str, Any]] = {
        "31(1)": {"limbs": ("31(1)(a)",)},
        "36(2)": {"limbs": ("36(2)(c)",), "opinion": _an_opinion()},
        "40(2)": {"condition": "first", **_BARE},
        "40(1)": _BARE,
        "23(1)": _BARE,
    }
    exemptions = (an_exemption(provision, **needed.get(provision, {})) for provision in provisions)
    return a_withholding(*exemptions, **changes)


def _in_the_alternative(first: str, second: str, **changes: Any) -> Part:
    part = _withholding(first, second, **changes)
    one, other = part.exemptions
    return replace(part, exemptions=(one, replace(other, in_the_alternative_to=first)))


def _to_what_follows(first: str, second: str) -> Part:
    part = _withholding(first, second)
    one, other = part.exemptions
    return replace(part, exemptions=(replace(one, in_the_alternative_to=second), other))


def _an_opinion(on: date = _TODAY) -> Opinion:
    return Opinion(
        by="The Chief Constable", authority="authorised by a Minister", date=on, would="would-be-likely"
    )


def _with_an_opinion(on: date | None, provision: str = "36(2)") -> Exemption:
    opinion = None if on is None else _an_opinion(on)
    return an_exemption(provision, limbs=("36(2)(b)(i)",), opinion=opinion)


def _certified(provision: str, on: date) -> Part:
    certificate = Certificate(signed_by="Whoever may", date=on)
    return a_part(an_exemption(provision, certificate=certificate))


def _with_the_opinion(**changes: Any) -> Part:
    opinion = replace(_an_opinion(), **changes)
    return a_withholding(an_exemption("36(2)", limbs=("36(2)(b)(i)",), opinion=opinion))


EXAMPLES: Final[tuple[Example, ...]] = (
    # X01
    trips(
        "X01",
        "a subsection that is not there",
        a_part(an_exemption("31(4)")),
        (BLOCK, f"{_FIRST}.provision"),
    ),
    trips(
        "X01",
        "a limb that is not there",
        a_withholding(an_exemption("38(1)", limbs=("38(1)(c)",))),
        (BLOCK, f"{_FIRST}.limbs[0]"),
    ),
    trips("X01", "no request, so today's law", a_draft(a_part(), request=None), (INFO, "")),
    passes(
        "X01", "a limb and a purpose", a_withholding(an_exemption(limbs=("24(1)",), purposes=("31(2)(b)",)))
    ),
    passes("X01", "what X14 speaks of", a_withholding(an_exemption("12(1)"))),
    passes("X01", "a whole paragraph", a_withholding(an_exemption("36(2)(b)"))),
    # X02
    trips(
        "X02",
        "31(1)(g) with the title of 30, as in a letter",
        _saying("Section 31(1)(g) Investigations and proceedings conducted by public authorities."),
        (
            BLOCK,
            f"{_FIRST}.applies",
            "Section 31(1)(g) Investigations and proceedings conducted by public authorities",
        ),
    ),
    trips(
        "X02",
        "a dash between",
        _saying("We rely on **Section 24(2)** \u2013 Law Enforcement."),
        (BLOCK, f"{_FIRST}.applies", "Section 24(2)** \u2013 Law Enforcement"),
    ),
    trips(
        "X02",
        "put beside it, as an exemption",
        _saying("We rely on section 24(2), the law enforcement exemption, and no other."),
        (WARN, f"{_FIRST}.applies", "section 24(2), the law enforcement"),
    ),
    passes(
        "X02",
        "its own title put beside it",
        _saying("We rely on section 24(2), the national security exemption, and no other."),
    ),
    trips(
        "X02",
        "in brackets, in small letters",
        _saying("We rely on s.31(3) (national security) and no other."),
        (BLOCK, f"{_FIRST}.applies", "s.31(3) (national security"),
    ),
    passes(
        "X02", "its own title", _saying("Section 24(2) National Security and Section 31(3) Law Enforcement.")
    ),
    passes(
        "X02",
        "what people call it",
        _saying("Section 40(2) (personal data) and s30(3) (investigations) apply."),
    ),
    passes(
        "X02", "a letter that only looks like one of ours", _saying("Section 31(3) (Nat\u0131onal security).")
    ),
    passes("X02", "the sentence goes on", _saying("Under section 31(3) national security plays no part.")),
    passes(
        "X02",
        "a sentence of its own",
        _saying("It falls under section 31(3). National security is another matter."),
    ),
    passes(
        "X02",
        "words that begin as a title",
        _saying("Section 31(3): Research shows that thieves plan ahead."),
    ),
    passes("X02", "a title of two cited", _saying("Sections 24(2) and 31(3) (law enforcement) apply.")),
    passes(
        "X02",
        "the section of another Act",
        _saying("Section 28 of the Data Protection Act (national security)."),
    ),
    trips(
        "X02",
        "one of a row of titles",
        _saying(
            "Sections 24(2), 31(3) and 38(2) (national security, law enforcement and court records) apply."
        ),
        (
            BLOCK,
            f"{_FIRST}.applies",
            "Sections 24(2), 31(3) and 38(2) (national security, law enforcement and court records",
        ),
    ),
    trips(
        "X02",
        "before it, as people say it",
        _saying("We rely on the law enforcement exclusion at section 38(2) here."),
        (BLOCK, f"{_FIRST}.applies", "law enforcement exclusion at section 38(2)"),
    ),
    trips(
        "X02",
        "between commas, where the words may be the sentence's own",
        _saying("Under section 31(3), national security, there is much to say."),
        (WARN, f"{_FIRST}.applies", "section 31(3), national security"),
    ),
    passes(
        "X02",
        "a row of their own titles",
        _saying("Sections 24(2), 31(3) and 38(2) (national security, law enforcement and health & safety)."),
    ),
    passes(
        "X02", "before it, its own", _saying("We rely on the law enforcement exclusion at section 31(3).")
    ),
    passes("X02", "a word that is a title too", _saying("Research under section 31(3) has been published.")),
    passes("X02", "a colon", _saying("What else matters under section 31(3): national security.")),
    # X03
    trips(
        "X03",
        "an exemption where nothing is confirmed",
        a_part(an_exemption("31(1)")),
        (BLOCK, f"{_FIRST}.provision"),
    ),
    trips(
        "X03",
        "an exclusion where it is held",
        a_withholding(an_exemption("24(2)")),
        (BLOCK, f"{_FIRST}.provision"),
    ),
    passes("X03", "limbs of what is protected", a_part(an_exemption("31(3)", limbs=("31(1)(a)",)))),
    passes("X03", "a bare 40(5) of before 2018", a_part(an_exemption("40(5)"))),
    passes("X03", "what X04 speaks of", a_part(an_exemption("43(1)"))),
    # X04
    trips(
        "X04",
        "information that is on the website",
        a_part(an_exemption("21(1)", **_BARE)),
        (BLOCK, f"{_FIRST}.provision"),
    ),
    trips(
        "X04",
        "a trade secret",
        a_part(an_exemption("24(2)"), an_exemption("43(1)")),
        (BLOCK, f"{_SECOND}.provision"),
    ),
    passes("X04", "a trade secret that is withheld", _withholding("43(1)")),
    passes("X04", "commercial interests", a_part(an_exemption("43(3)"))),
    passes("X04", "an exemption that has an exclusion", a_part(an_exemption("31(1)"))),
    # X05
    trips("X05", "qualified, unweighed", a_part(balance=None), (BLOCK, _FIRST)),
    *(
        trips(
            "X05",
            f"unweighed, {' with '.join((provision, *limbs))}",
            a_part(an_exemption(provision, limbs=(*limbs,), **_BARE), balance=None),
            (BLOCK, _FIRST),
        )
        for provision, *limbs in (
            ("40(5B)", "40(5B)(b)"),
            ("40(5B)(c)",),
            ("40(5B)", "40(5B)(d)", "40(2)"),
            ("40(5B)", "40(5B)(a)(i)", "40(5B)(b)"),
        )
    ),
    *(
        passes(
            "X05",
            f"practice {'weighs' if balance else 'does not weigh'} {' with '.join((provision, *limbs))}",
            a_part(an_exemption(provision, limbs=(*limbs,), **_BARE), balance=balance),
        )
        for balance in (None, Balance(text="Weighed."))
        for provision, *limbs in (
            ("40(5B)", "40(5B)(a)(i)"),
            ("40(5B)(a)(ii)",),
            ("40(5B)", "40(5B)(a)", "40(2)"),
            ("40(5B)",),
            ("40(5A)", "40(1)"),
        )
    ),
    trips("X05", "absolute, with factors", a_part(an_exemption("23(5)"), balance=None), (BLOCK, _FIRST)),
    passes("X05", "absolute beside what is weighed", a_part(an_exemption("23(5)", **_BARE), an_exemption())),
    passes("X05", "absolute by its condition", _withholding("40(2)", balance=None)),
    passes(
        "X05", "a balance of its own", a_part(an_exemption(balance=Balance(text="Weighed.")), balance=None)
    ),
    trips("X05", "the conduct of public affairs", _withholding("36(2)", balance=None), (BLOCK, _FIRST)),
    passes(
        "X05",
        "the same, in the House of Commons",
        a_draft(
            a_withholding(an_exemption("36(2)", limbs=("36(2)(c)",), **_BARE), balance=None),
            body="house-of-commons",
        ),
    ),
    # X06
    trips("X06", "both at once", _withholding("23(1)", "24(1)"), (BLOCK, f"{_SECOND}.provision")),
    trips(
        "X06",
        "the other way round",
        _withholding("24(1)", "31(1)", "23(1)"),
        (BLOCK, "parts[0].exemptions[2].provision"),
    ),
    passes("X06", "in the alternative", _in_the_alternative("23(1)", "24(1)")),
    passes("X06", "in the alternative the other way", _in_the_alternative("24(1)", "23(1)")),
    passes("X06", "the exclusions", a_part(an_exemption("23(5)", **_BARE), an_exemption())),
    passes(
        "X06", "in parts of their own", a_draft(_withholding("23(1)", balance=None), _withholding("24(1)"))
    ),
    passes("X06", "in the alternative to what follows", _to_what_follows("23(1)", "24(1)")),
    # X07
    trips("X07", "24(2) alone", a_part(), (WARN, f"{_FIRST}.provision")),
    trips(
        "X07",
        "23(5) alone",
        a_part(an_exemption("23(5)", **_BARE), balance=None),
        (WARN, f"{_FIRST}.provision"),
    ),
    passes("X07", "both", a_part(an_exemption(), an_exemption("23(5)", **_BARE))),
    passes("X07", "24(1), of information that is held", _withholding("24(1)")),
    passes("X07", "24(2) in a part it does not fit", a_withholding(an_exemption("24(2)"))),
    # X08
    trips("X08", "both for one recording", _withholding("30(1)", "31(1)"), (WARN, f"{_SECOND}.provision")),
    trips("X08", "informants", _withholding("31(1)", "30(2)"), (WARN, f"{_SECOND}.provision")),
    passes("X08", "in the alternative", _in_the_alternative("30(1)", "31(1)")),
    passes("X08", "the exclusions", a_part(an_exemption("30(3)"), an_exemption("31(3)"))),
    passes("X08", "in parts of their own", a_draft(_withholding("30(1)"), _withholding("31(1)"))),
    # X09
    trips(
        "X09",
        "a police force with a policy of the government",
        a_draft(a_withholding(an_exemption("35(1)", limbs=("35(1)(a)",))), body="other"),
        (BLOCK, f"{_FIRST}.provision"),
    ),
    trips(
        "X09",
        "whoever it is with 33",
        a_withholding(an_exemption("33(2)", limbs=("33(1)(a)",))),
        (NOT_RUN, f"{_FIRST}.provision"),
    ),
    trips(
        "X09",
        "35 and 36 for one paper",
        a_draft(_withholding("35(1)", "36(2)"), body="government-department"),
        (BLOCK, f"{_SECOND}.provision"),
    ),
    passes("X09", "a department", a_draft(_withholding("35(1)"), body="government-department")),
    passes(
        "X09",
        "the Welsh Government, in the alternative",
        a_draft(_in_the_alternative("35(1)", "36(2)"), body="welsh-government"),
    ),
    passes("X09", "a police force without such a provision", _withholding("36(2)")),
    passes("X09", "an auditor", a_draft(_withholding("33(2)"), body="audit-authority")),
    # X10
    trips("X10", "31 without a limb", a_part(an_exemption("31(3)")), (BLOCK, f"{_FIRST}.limbs")),
    trips(
        "X10",
        "an interest named whole",
        a_part(an_exemption("31(3)", limbs=("31(1)",))),
        (BLOCK, f"{_FIRST}.limbs"),
    ),
    trips(
        "X10",
        "36 without a limb",
        a_withholding(an_exemption("36(2)", opinion=_an_opinion())),
        (BLOCK, f"{_FIRST}.limbs"),
    ),
    trips("X10", "30 without a limb", a_part(an_exemption("30(3)")), (WARN, f"{_FIRST}.limbs")),
    trips("X10", "38 without a limb", a_withholding(an_exemption("38(1)")), (WARN, f"{_FIRST}.limbs")),
    trips(
        "X10",
        "a function without a purpose",
        a_withholding(an_exemption("31(1)", limbs=("31(1)(a)", "31(1)(g)"))),
        (BLOCK, f"{_FIRST}.purposes"),
    ),
    trips(
        "X10",
        "a function without a purpose, under the exclusion",
        a_part(an_exemption("31(3)", limbs=("31(1)(h)",))),
        (BLOCK, f"{_FIRST}.purposes"),
    ),
    trips(
        "X10",
        "informants without the sources",
        a_withholding(an_exemption("30(2)", limbs=("30(2)(a)(i)",))),
        (BLOCK, f"{_FIRST}.limbs"),
    ),
    trips(
        "X10",
        "a limb of another",
        a_part(an_exemption("31(3)", limbs=("31(1)(a)", "30(1)(b)"))),
        (BLOCK, f"{_FIRST}.limbs[1]"),
    ),
    trips("X10", "no condition", a_withholding(an_exemption("40(2)")), (BLOCK, f"{_FIRST}.condition")),
    passes("X10", "the limb cited as the provision", a_withholding(an_exemption("31(1)(a)"))),
    passes("X10", "a class protected as a whole", a_part(an_exemption("30(3)", limbs=("30(2)",)))),
    passes(
        "X10",
        "a function and its purpose",
        a_part(an_exemption("31(3)", limbs=("31(1)(g)",), purposes=("31(2)(b)",))),
    ),
    passes(
        "X10", "one of each letter", a_withholding(an_exemption("30(2)", limbs=("30(2)(a)(i)", "30(2)(b)")))
    ),
    passes(
        "X10",
        "what is confidential of another State",
        a_part(an_exemption("27(4)", limbs=("27(4)(b)", "27(2)"))),
    ),
    passes("X10", "a provision without limbs", a_part(an_exemption("24(2)", limbs=("24(1)",)))),
    passes("X10", "a condition", _withholding("40(2)")),
    passes("X10", "a limb of a limb", a_part(an_exemption("40(5B)", limbs=("40(5B)(a)(i)",)))),
    passes("X10", "a limb of which X12 speaks", a_part(an_exemption("40(5A)", limbs=("40(5B)(a)",)))),
    # X11
    trips("X11", "no opinion", a_withholding(_with_an_opinion(None)), (BLOCK, f"{_FIRST}.opinion")),
    trips(
        "X11",
        "no opinion on confirming",
        a_part(_with_an_opinion(None, "36(3)")),
        (BLOCK, f"{_FIRST}.opinion"),
    ),
    trips(
        "X11",
        "an opinion of tomorrow",
        a_draft(a_withholding(_with_an_opinion(date(2022, 11, 29))), today=_TODAY),
        (BLOCK, f"{_FIRST}.opinion.date"),
    ),
    trips(
        "X11", "whatever day it is", a_withholding(_with_an_opinion(_TODAY)), (NOT_RUN, f"{_FIRST}.opinion")
    ),
    passes("X11", "an opinion of the day", a_draft(a_withholding(_with_an_opinion(_TODAY)), today=_TODAY)),
    passes(
        "X11",
        "an opinion of the day of the request",
        a_draft(a_part(_with_an_opinion(date(2022, 11, 7), "36(3)")), today=_TODAY),
    ),
    trips(
        "X11",
        "an opinion that is older than the request",
        a_draft(a_part(_with_an_opinion(date(2022, 11, 6), "36(3)")), today=_TODAY),
        (WARN, "parts[0].exemptions[0].opinion.date"),
    ),
    trips(
        "X11",
        "statistics, which need none",
        a_withholding(
            _with_an_opinion(None), answer="The figures are statistical information, section 36(4)."
        ),
        (WARN, f"{_FIRST}.opinion"),
    ),
    passes(
        "X11",
        "considered, and disclosed in the end",
        a_withholding(_with_an_opinion(None), outcome=Outcome.DISCLOSE),
    ),
    trips(
        "X11",
        "the Speaker, for a police force",
        a_draft(_with_the_opinion(paragraph="36(5)(d)"), today=_TODAY, body="other"),
        (BLOCK, f"{_FIRST}.opinion.paragraph"),
    ),
    trips(
        "X11",
        "the chief officer, for a department",
        a_draft(_with_the_opinion(paragraph="36(5)(o)(iii)"), today=_TODAY, body="government-department"),
        (BLOCK, f"{_FIRST}.opinion.paragraph"),
    ),
    trips(
        "X11",
        "a paragraph that names nobody",
        a_draft(_with_the_opinion(paragraph="36(5)(h)"), today=_TODAY, body="other"),
        (BLOCK, f"{_FIRST}.opinion.paragraph"),
    ),
    trips(
        "X11",
        "a paragraph, for whatever authority",
        a_draft(_with_the_opinion(paragraph="36(5)(o)"), today=_TODAY),
        (NOT_RUN, f"{_FIRST}.opinion.paragraph"),
    ),
    trips(
        "X11",
        "an opinion on the exchange of views alone",
        a_draft(_with_the_opinion(limbs=("36(2)(b)(ii)",)), today=_TODAY),
        (BLOCK, f"{_FIRST}.opinion.limbs"),
    ),
    passes(
        "X11",
        "whom a Minister authorised, for a police force",
        a_draft(_with_the_opinion(paragraph="36(5)(o)(iii)"), today=_TODAY, body="other"),
    ),
    passes(
        "X11",
        "a Minister, for a department",
        a_draft(_with_the_opinion(paragraph="36(5)(a)"), today=_TODAY, body="government-department"),
    ),
    passes(
        "X11", "an opinion on the paragraph", a_draft(_with_the_opinion(limbs=("36(2)(b)",)), today=_TODAY)
    ),
    passes("X11", "no need of one", a_draft(_withholding("31(1)"), today=_TODAY)),
    # X12
    trips(
        "X12",
        "a limb of 40(5B) under 40(5A)",
        a_part(an_exemption("40(5A)", limbs=("40(5B)(a)",), **_BARE), balance=None),
        (BLOCK, f"{_FIRST}.limbs[0]"),
    ),
    trips(
        "X12",
        "the applicant's data under 40(5B)",
        a_part(an_exemption("40(5B)", limbs=("40(5B)(a)", "40(1)"), **_BARE), balance=None),
        (BLOCK, f"{_FIRST}.limbs[1]"),
    ),
    trips(
        "X12",
        "40(5A) and third parties",
        _saying("Any record would be personal data of a third party.", "40(5A)"),
        (WARN, f"{_FIRST}.applies", "third party"),
    ),
    trips(
        "X12",
        "40(5B) and the applicant",
        _saying(
            "A record, if there were one, would be your own\npersonal data.", "40(5B)", limbs=("40(5B)(a)",)
        ),
        (WARN, f"{_FIRST}.applies", "your own\npersonal data"),
    ),
    trips(
        "X12",
        "bare 40(5) in the text",
        _saying("By virtue of section 40(5) we neither confirm nor deny."),
        (WARN, f"{_FIRST}.applies", "section 40(5)"),
    ),
    trips(
        "X12",
        "both kinds of data",
        _withholding("40(1)", "40(2)", balance=None),
        (WARN, f"{_SECOND}.provision"),
    ),
    passes(
        "X12", "bare 40(5) before 2018", a_draft(_saying("By virtue of section 40(5)."), request=_IN_2016)
    ),
    passes("X12", "bare 40(5) as history", _saying("Section 40(5B)(a) replaced section 40(5) in 2018.")),
    passes("X12", "both subsections in force", _saying("Section 40(5A) or section 40(5B) may apply.")),
    passes(
        "X12", "40(5A) and not third parties", _saying("This is not the data of a third party.", "40(5A)")
    ),
    passes(
        "X12",
        "40(5B) and third parties",
        _saying("It would be the personal data of a third party.", "40(5B)", limbs=("40(5B)(a)", "40(2)")),
    ),
    passes("X12", "in the alternative", _in_the_alternative("40(1)", "40(2)", balance=None)),
    # X13
    trips(
        "X13",
        "absolute, though it is qualified",
        _saying("Section 31(3) is an absolute exemption."),
        (WARN, f"{_FIRST}.applies", "absolute"),
    ),
    trips(
        "X13",
        "qualified, though it is absolute",
        _saying("Section 23(5) is a qualified exemption and was weighed."),
        (WARN, f"{_FIRST}.applies", "qualified"),
    ),
    trips(
        "X13",
        "some of a row",
        _saying("Sections 24(2), 31(3) and 38(2) are prejudice-based."),
        (WARN, f"{_FIRST}.applies", "prejudice-based"),
        (WARN, f"{_FIRST}.applies", "prejudice-based"),
    ),
    trips(
        "X13",
        "before it is named",
        _saying("Being prejudice-based, section 24(2) wants a likelihood."),
        (WARN, f"{_FIRST}.applies", "prejudice-based"),
    ),
    passes(
        "X13", "absolute, as it is", _saying("Section 23(5) is absolute, and section 24(2) is qualified.")
    ),
    passes("X13", "absolute in some cases", _saying("Section 40(2) is absolute, and section 36(2) is too.")),
    passes("X13", "a qualified person", _saying("Section 21 needs the opinion of no qualified person.")),
    trips(
        "X13",
        "health and safety",
        _saying("Section 38(2) is a qualified and prejudice-based exemption."),
        (WARN, f"{_FIRST}.applies", "prejudice-based"),
    ),
    trips(
        "X13",
        "24 and 31 in one breath",
        _saying(
            "Section 31(3) applies. Section 24(2) National Security is a prejudice based qualified exemption."
        ),
        (WARN, f"{_FIRST}.applies", "prejudice based"),
    ),
    trips(
        "X13",
        "investigations, by the section",
        _saying("Section 30 (qualified, prejudice-based)"),
        (WARN, f"{_FIRST}.applies", "prejudice-based"),
    ),
    trips(
        "X13",
        "law enforcement as a class",
        _saying("Section 31(3) is a class-based exemption."),
        (WARN, f"{_FIRST}.applies", "class-based"),
    ),
    passes(
        "X13", "what it is", _saying("Section 31(3) is prejudice-based, and section 30(3) is class-based.")
    ),
    passes("X13", "what it is not", _saying("Section 38(2) is not a prejudice-based exemption.")),
    passes(
        "X13", "a contrast", _saying("Section 31(3), unlike section 30(3), is a prejudice-based exemption.")
    ),
    passes("X13", "a section of both kinds", _saying("Section 43 is a prejudice-based exemption.")),
    passes(
        "X13", "another thing that is so", _saying("Under section 24(2) no prejudice-based test is needed.")
    ),
    passes("X13", "what it is not, at length", _saying("Section 24(2) is not one that is prejudice-based.")),
    passes("X13", "its neighbour", _saying("Section 24(2) stands beside a prejudice-based exemption.")),
    passes("X13", "another sentence", _saying("We rely on section 24(2). The other one is prejudice-based.")),
    # X14
    trips("X14", "the cost", a_withholding(an_exemption("12(1)")), (BLOCK, f"{_FIRST}.provision")),
    trips(
        "X14",
        "vexatious",
        a_withholding(an_exemption(), an_exemption("14(1)")),
        (BLOCK, f"{_SECOND}.provision"),
    ),
    passes("X14", "a section whose number begins alike", a_part(an_exemption("31(3)"))),
    passes("X14", "what is not in the Act at all", a_part(an_exemption("99(1)"))),
    passes("X14", "the cost in the text", _saying("The rest is refused under section 12(1) in the letter.")),
    # X15
    trips(
        "X15",
        "a certificate that was signed",
        _saying("A certificate under section 24(3) was signed by a Minister of the Crown."),
        (WARN, f"{_FIRST}.applies", "certificate"),
    ),
    trips(
        "X15",
        "a certificate that settles it",
        _saying("The Minister\u2019s certificate is conclusive.", "23(5)", **_BARE),
        (WARN, f"{_FIRST}.applies", "certificate"),
    ),
    passes(
        "X15",
        "a certificate on record",
        a_draft(
            _saying(
                "A certificate under section 24(3) was signed by a Minister of the Crown.",
                certificate=Certificate(signed_by="The Home Secretary", date=_TODAY),
            ),
            today=_TODAY,
        ),
    ),
    trips(
        "X15",
        "a certificate of tomorrow",
        a_draft(_certified("24(2)", date(2022, 11, 29)), today=_TODAY),
        (BLOCK, f"{_FIRST}.certificate.date"),
    ),
    trips(
        "X15",
        "a certificate where there can be none",
        a_draft(_certified("31(3)", _TODAY), today=_TODAY),
        (BLOCK, f"{_FIRST}.certificate"),
    ),
    trips(
        "X15",
        "the Speaker's, spoken of alone",
        a_withholding(
            an_exemption(
                "34(1)", applies="The Speaker has signed a certificate under section 34(3).", **_BARE
            )
        ),
        (WARN, f"{_FIRST}.applies", "certificate"),
    ),
    passes("X15", "the Speaker's", a_draft(_certified("34(1)", _TODAY), today=_TODAY)),
    passes("X15", "none", _saying("No certificate under section 24(3) has been asked for.")),
    passes("X15", "what might be", _saying("A Minister may sign a certificate under section 24(3).")),
    passes(
        "X15", "another certificate", _saying("The assessor\u2019s certificate is in the published manual.")
    ),
    passes(
        "X15",
        "under another section",
        _saying("A certificate was signed by a Minister.", "31(3)", limbs=("31(1)(a)",)),
    ),
)

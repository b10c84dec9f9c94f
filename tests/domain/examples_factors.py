"""Examples of the rules on factors, in words that officers write."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from domain_builders import a_part, a_withholding, an_exemption
from rule_example import BLOCK, WARN, a_draft, passes, trips

from flows.domain.assessment import Balance, Factor

if TYPE_CHECKING:
    from rule_example import Example

    from flows.domain.assessment import Exemption, Part

_FIRST: Final = "parts[0].exemptions[0]"
_FAVOURING: Final = f"{_FIRST}.favouring[0].text"
_AGAINST: Final = f"{_FIRST}.against[0].text"
_DRONES: Final = (
    "Anyone who learned on which nights the drones are up would be likely to wait for the others, as the "
    "thefts from farms in May have shown."
)


def _factors(*texts: str) -> tuple[Factor, ...]:
    return tuple(Factor(text=text, weight="moderate") for text in texts)


def _favouring(*texts: str) -> Part:
    return a_part(an_exemption(favouring=_factors(*texts)))


def _against(*texts: str, provision: str = "24(2)") -> Part:
    return a_part(an_exemption(provision, against=_factors(*texts)))


def _unweighed(text: str) -> Part:
    return a_part(an_exemption(favouring=(Factor(text=text),), against=_factors(_DRONES)))


def _with(provision: str, **sides: Any) -> Exemption:
    return an_exemption(
        provision, **{"favouring": (), "against": ()} | {k: _factors(*v) for k, v in sides.items()}
    )


EXAMPLES: Final[tuple[Example, ...]] = (
    # F01
    trips("F01", "none favouring", a_part(an_exemption(favouring=())), (BLOCK, f"{_FIRST}.favouring")),
    trips("F01", "none against", a_part(an_exemption(against=())), (BLOCK, f"{_FIRST}.against")),
    trips("F01", "but a word for none", _favouring("None."), (BLOCK, f"{_FIRST}.favouring")),
    trips("F01", "two words for none", _against("N/A", "*None identified*"), (BLOCK, f"{_FIRST}.against")),
    passes("F01", "one on each side", a_part()),
    passes("F01", "none of something", _favouring("None of the drones was ever shown to the public.")),
    passes("F01", "one beside a word for none", _favouring("None", "People pay for the drones.")),
    passes("F01", "absolute", a_part(_with("23(5)"), balance=None)),
    passes("F01", "a balance that is optional", a_part(_with("40(5B)"), balance=None)),
    # F02
    trips(
        "F02",
        "openness against an answer",
        _against("Confirming or denying would promote openness and accountability in policing."),
        (WARN, _AGAINST, "Confirming or denying would promote openness"),
    ),
    trips(
        "F02",
        "harm in favour of disclosure",
        a_withholding(
            an_exemption("24(1)", favouring=_factors("It is long. Disclosure would undermine operations."))
        ),
        (WARN, _FAVOURING, "Disclosure would undermine"),
    ),
    trips(
        "F02",
        "a public debate against it",
        _against("Disclosure of the policy would better inform the public debate."),
        (WARN, _AGAINST, "Disclosure of the policy would better inform the public debate"),
    ),
    passes("F02", "openness in favour", _favouring("Disclosure would promote openness and accountability.")),
    passes("F02", "harm against", _against("Disclosure would undermine operations.")),
    passes(
        "F02", "a point granted", _favouring("Although disclosure would harm some operations, most are over.")
    ),
    passes(
        "F02", "trust that would be lost", _against("Disclosure would damage public trust in the helpline.")
    ),
    passes(
        "F02", "what an answer would not do", _against("An answer would not increase public understanding.")
    ),
    trips(
        "F02",
        "under a heading of the other side",
        _favouring("Factors favouring section 31: thieves would learn of the tactic."),
        (WARN, _FAVOURING, "Factors favouring section 31:"),
    ),
    trips(
        "F02",
        "under a heading of the other duty",
        _favouring("**Factors favouring disclosure**\n\nThe law may not have kept pace."),
        (WARN, _FAVOURING, "Factors favouring disclosure**\n"),
    ),
    passes("F02", "under its own heading", _against("Factors against confirming: thieves would take care.")),
    passes(
        "F02", "no heading", _favouring("Factors favouring disclosure were weighed by the inquiry in 2019.")
    ),
    passes("F02", "offenders put off", _favouring("A confirmation would put some offenders off.")),
    *(
        trips("F02", text, part, (WARN, place, marked))
        for part, place, text, marked in (
            (
                _favouring("**Factors favouring section 31.** Offenders would take care."),
                _FAVOURING,
                "a heading that ends with a full stop",
                "Factors favouring section 31.",
            ),
            (
                _favouring("An answer would be likely to let rival firms undercut the contractor."),
                _FAVOURING,
                "what rivals would do",
                "An answer would be likely to let rival firms undercut",
            ),
            (
                _favouring("A confirmation would allow those who fled to evade arrest."),
                _FAVOURING,
                "what the hunted would do",
                "A confirmation would allow those who",
            ),
            (
                _against("An answer would help households hold the council to account."),
                _AGAINST,
                "good for households",
                "An answer would help households hold ",
            ),
            (
                _against("An answer would restore the trust of families."),
                _AGAINST,
                "trust",
                "An answer would restore the trust",
            ),
        )
    ),
    passes("F02", "rivals hindered", _against("An answer would let rival firms undercut the contractor.")),
    passes(
        "F02",
        "a sentence and no heading",
        _favouring("Reasons for section 31 are few. Families would see why."),
    ),
    passes("F02", "households served", _favouring("An answer would help households hold it to account.")),
    passes("F02", "talks", _against("An answer would let residents hold talks with the wrong person.")),
    # F03
    *(
        trips("F03", text, _against(text, provision="43(3)"), (WARN, _AGAINST, marked))
        for text, marked in (
            (
                "Answering would take officers many hours.",
                "Answering would take officers",
            ),
            ("The hours would be better spent on the streets.", "hours would be better spent"),
            ("It would take staff away from other work.", "take staff away from"),
            (
                "Preparing the rates for release would cost the council money.",
                "Preparing the rates for release would cost the council money",
            ),
        )
    ),
    *(
        passes("F03", text, _against(text, provision="43(3)"))
        for text in (
            "Preparing a bid would cost the firm money it could not recover.",
            "The contractor would have to take drivers from other rounds.",
            "The cost of providing each round would be known to rivals.",
        )
    ),
    passes("F03", "time, where it is the harm", _against("Answering would take hours.", provision="36(3)")),
    trips(
        "F03",
        "who asked, in the balance",
        a_part(an_exemption(), balance=Balance(text="The applicant works for a rival firm.")),
        (WARN, "parts[0].balance.text", "The applicant works for"),
    ),
    passes(
        "F03",
        "who asked, set aside in the balance",
        a_part(an_exemption(), balance=Balance(text="That the applicant is a rival is left aside.")),
    ),
    trips(
        "F03",
        "police resources",
        _against("More crime would place a further strain on police resources."),
        (WARN, _AGAINST, "strain on police resources"),
    ),
    trips(
        "F03",
        "the cost of an answer",
        _against("The cost of retrieving the footage is great."),
        (WARN, _AGAINST, "cost of retrieving"),
    ),
    trips("F03", "embarrassment", _against("It would embarrass the force."), (WARN, _AGAINST, "embarrass")),
    trips(
        "F03",
        "who asked",
        _against("The applicant is a campaigner against drones."),
        (WARN, _AGAINST, "The applicant is a"),
    ),
    trips(
        "F03",
        "a motive",
        _against("The requester\u2019s real motives are doubtful."),
        (WARN, _AGAINST, "requester\u2019s real motives"),
    ),
    trips(
        "F03",
        "misunderstood",
        _against("The figures are likely to be misunderstood."),
        (WARN, _AGAINST, "misunderstood"),
    ),
    trips(
        "F03",
        "the press",
        _against("Any figure would be open to misuse by the media."),
        (WARN, _AGAINST, "misuse by the media"),
    ),
    passes("F03", "resources in favour", _favouring("The strain on police resources is of public concern.")),
    passes(
        "F03",
        "counter-measures that are cheap",
        _against("The counter-measures are cheap: they cost ten pounds."),
    ),
    passes("F03", "what was left out", _against("The cost of answering was not taken into account.")),
    passes(
        "F03",
        "embarrassment between states",
        _against("It would embarrass a partner state.", provision="27(4)"),
    ),
    passes(
        "F03",
        "the cost to a supplier",
        _against("It shows the cost of providing the service.", provision="43(3)"),
    ),
    trips(
        "F03",
        "public money",
        _against("Other tactics would have to be bought with public money."),
        (WARN, _AGAINST, "public money"),
    ),
    trips(
        "F03",
        "the interest of another exemption",
        _against("The commercial interests of the maker would suffer.", provision="31(3)"),
        (WARN, _AGAINST, "commercial interests"),
    ),
    trips(
        "F03",
        "resources used badly",
        _against("Answering would be an inefficient use of police resources."),
        (WARN, _AGAINST, "inefficient use of police resources"),
    ),
    trips(
        "F03",
        "public money as the harm of a part",
        a_part(_with("31(3)"), harm="New tactics would have to be bought with public money."),
        (WARN, "parts[0].harm", "public money"),
    ),
    trips(
        "F03",
        "embarrassment as the harm of an exemption",
        a_part(replace(_with("31(3)"), harm="The force would be embarrassed.")),
        (WARN, f"{_FIRST}.harm", "embarrassed"),
    ),
    passes(
        "F03",
        "an interest of the other exemption in the harm of both",
        a_part(_with("31(3)"), _with("24(2)"), harm="The safety of staff and law enforcement would suffer."),
    ),
    passes(
        "F03",
        "public money in harm to commercial interests",
        a_withholding(_with("43(2)"), harm="The council would pay more public money for less."),
    ),
    passes(
        "F03",
        "harm with no exemption, of which another rule speaks",
        replace(a_part(harm="The force would be embarrassed."), exemptions=()),
    ),
    passes("F03", "public money that is stolen", _against("Public money would be lost to fraud.")),
    passes("F03", "its own interest", _against("Bidders would be put off.", provision="43(3)")),
    passes("F03", "an applicant of another kind", _against("Any applicant may publish what is given.")),
    passes(
        "F03", "who would misuse it", _against("The codes would be misused by thieves to hide from patrols.")
    ),
    # F04
    trips(
        "F04",
        "open and transparent",
        _favouring("Confirming or denying would show that the force is open and transparent."),
        (WARN, f"{_FIRST}.favouring"),
    ),
    trips(
        "F04",
        "nothing but the usual",
        _favouring(
            "Disclosure would provide reassurance that public funds are being used appropriately.",
            "A better informed public is able to take part in debate about policing.",
        ),
        (WARN, f"{_FIRST}.favouring"),
    ),
    trips(
        "F04",
        "the subject as a mere label",
        _favouring("Disclosure would promote transparency and accountability about facial recognition."),
        (WARN, f"{_FIRST}.favouring"),
    ),
    passes(
        "F04",
        "the usual beside one of the subject",
        _favouring(
            "Disclosure would promote openness and transparency.",
            "The precept was raised on the promise of six more officers for the rural beats.",
        ),
    ),
    passes(
        "F04",
        "public money, and which",
        _favouring("The force has spent £209,850 of public money on seven drones whose maker is bankrupt."),
    ),
    passes("F04", "short, but of the subject", _favouring("The law may not have kept pace.")),
    passes("F04", "the usual against", _against("Openness about staff would harm their trust.")),
    passes("F04", "short, and not of openness", _favouring("The footage is old.")),
    trips(
        "F04",
        "a label and no more",
        _favouring("Openness about facial recognition matters."),
        (WARN, f"{_FIRST}.favouring"),
    ),
    trips(
        "F04",
        "the usual at length, as in a letter",
        _favouring(
            "The public are entitled to know how public funds are spent and resources distributed within an "
            "area of policing. To confirm or deny would enable the public to hold the force to account as to "
            "how they gather intelligence, and with the call for transparency would improve public debate."
        ),
        (WARN, f"{_FIRST}.favouring"),
    ),
    trips(
        "F04",
        "the authority's name",
        _favouring(
            "An answer would show that West Midlands Police is transparent and uses its powers fairly."
        ),
        (WARN, f"{_FIRST}.favouring"),
    ),
    # F05
    trips(
        "F05",
        "the same under both",
        a_part(_with("24(2)", against=[_DRONES]), _with("31(3)", against=[_DRONES])),
        (WARN, "parts[0].exemptions[1].against[0].text"),
    ),
    trips(
        "F05",
        "the same but for a word, in the second of two",
        a_part(
            _with("24(2)", favouring=["The law may not have kept pace.", _DRONES]),
            _with(
                "31(3)",
                favouring=["Money was spent.", _DRONES.replace("thefts", "recent thefts")],
            ),
        ),
        (WARN, "parts[0].exemptions[1].favouring[1].text"),
    ),
    trips(
        "F05",
        "the same in another part",
        a_draft(a_part(_with("24(2)", against=[_DRONES])), a_withholding(_with("31(1)", against=[_DRONES]))),
        (WARN, "parts[1].exemptions[0].against[0].text"),
    ),
    trips(
        "F05",
        "once for and once against",
        a_part(_with("24(2)", favouring=[_DRONES]), _with("31(3)", against=[_DRONES])),
        (WARN, "parts[0].exemptions[1].against[0].text"),
    ),
    passes(
        "F05",
        "for in one part and against in another",
        a_draft(a_part(_with("24(2)", favouring=[_DRONES])), a_part(_with("31(3)", against=[_DRONES]))),
    ),
    passes(
        "F05", "under one exemption, in two parts", a_draft(*[a_part(_with("31(3)", against=[_DRONES]))] * 2)
    ),
    passes(
        "F05",
        "limbs of one provision",
        a_withholding(_with("31(1)(a)", against=[_DRONES]), _with("31(1)(b)", against=[_DRONES])),
    ),
    passes(
        "F05",
        "one subject, two arguments",
        a_part(
            _with("24(2)", against=[_DRONES]),
            _with(
                "31(3)",
                against=["Anyone who learned on which nights the drones are up would know where to fly."],
            ),
        ),
    ),
    passes(
        "F05",
        "a few words alike",
        a_part(
            _with("24(2)", against=["Lives are at risk."]), _with("31(3)", against=["Lives are at risk."])
        ),
    ),
    passes(
        "F05",
        "four words in five alike",
        a_part(
            _with("24(2)", against=[_DRONES]),
            _with("31(3)", against=[_DRONES.replace("nights", "evenings")]),
        ),
    ),
    # F06
    trips("F06", "two words", _unweighed("Public safety."), (WARN, _FAVOURING)),
    trips(
        "F06",
        "a claim",
        _unweighed("It would show that the force is open and transparent."),
        (WARN, _FAVOURING),
    ),
    passes("F06", "a weight", _favouring("Public safety.")),
    passes("F06", "a reason", _unweighed("Lives are at risk, since the codes cannot be changed.")),
    passes("F06", "an argument at length", _unweighed(_DRONES)),
    passes("F06", "an argument by example", _unweighed("The harm is real: one flight was lost.")),
)

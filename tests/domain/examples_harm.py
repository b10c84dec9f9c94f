"""Examples of the rules on harm."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from domain_builders import a_part, a_request, a_withholding, an_exemption
from rule_example import INFO, WARN, Example, a_draft, passes, trips

from flows.domain.assessment import Factor, Likelihood, Opinion, Outcome

if TYPE_CHECKING:
    from flows.domain.assessment import Exemption, Part

_HARM = "parts[0].harm"
_EXEMPTION = "parts[0].exemptions[0]"
_WOULD, _LIKELY = Likelihood.WOULD, Likelihood.WOULD_BE_LIKELY
_MATTERS: Final = (Factor(text="The prevention of crime matters to everyone."),)
"""A factor against that tells of no harm."""
_NO_ANSWERS: dict[str, Any] = {"confirming": None, "denying": None}


def _crime(**changes: Any) -> Exemption:
    return an_exemption("31(1)", **{"limbs": ("31(1)(a)",), "likelihood": _LIKELY} | changes)


def _plan(harm: str, **changes: Any) -> Part:
    """A part that withholds a plan, by section 31(1)."""
    return a_withholding(
        _crime(**changes), information="the patrol plan of the rural beats by hour", harm=harm
    )


# H01

_THERE: Final = (
    trips("H01", "prejudice and no harm", a_withholding(_crime(against=_MATTERS)), (WARN, _EXEMPTION)),
    trips(
        "H01",
        "necessity and no harm",
        a_withholding(an_exemption("24(1)", against=_MATTERS)),
        (WARN, _EXEMPTION),
    ),
    trips(
        "H01",
        "a factor against in the exemption's own words",
        a_withholding(_crime(against=(Factor(text="It would prejudice the prevention of crime."),))),
        (WARN, _EXEMPTION),
    ),
    passes("H01", "a factor against that tells it", a_withholding(_crime())),
    trips(
        "H01",
        "endangerment, with white space for harm",
        a_withholding(an_exemption("38(1)", against=_MATTERS), harm=" \n"),
        (WARN, _EXEMPTION),
    ),
    trips(
        "H01",
        "the harm is that of the other exemption",
        a_withholding(_crime(harm="Thieves would choose the hour."), an_exemption("24(1)", against=_MATTERS)),
        (WARN, "parts[0].exemptions[1]"),
    ),
    passes("H01", "harm of the exemption", a_withholding(_crime(harm="Thieves would choose the hour."))),
    passes("H01", "harm of the part", _plan("Thieves would choose the hour.")),
    passes("H01", "what an answer would reveal", a_part()),
    passes("H01", "a class", a_withholding(an_exemption("30(1)", limbs=("30(1)(b)",)))),
    passes(
        "H01",
        "a limb that is a class",
        a_part(an_exemption("27(4)", limbs=("27(4)(b)",)), **_NO_ANSWERS),
    ),
    passes(
        "H01",
        "given up for this exemption alone",
        a_withholding(_crime(outcome=Outcome.DISCLOSE), an_exemption("30(1)"), outcome=Outcome.PARTLY),
    ),
    passes("H01", "considered and given up", replace(a_withholding(_crime()), outcome=Outcome.DISCLOSE)),
)

# H02

_ONE_LIKELIHOOD: Final = (
    trips("H02", "none chosen", a_withholding(_crime(likelihood=None)), (WARN, f"{_EXEMPTION}.likelihood")),
    trips(
        "H02",
        "none chosen for an exclusion",
        a_part(an_exemption("31(3)")),
        (WARN, f"{_EXEMPTION}.likelihood"),
    ),
    trips(
        "H02",
        "likely chosen, would written",
        _plan("Disclosure would prejudice the detection of theft."),
        (WARN, _HARM, "would prejudice"),
    ),
    trips(
        "H02",
        "would chosen, likely written",
        _plan("Disclosure would be likely to hamper patrols.", likelihood=_WOULD),
        (WARN, _HARM, "would be likely to hamper"),
    ),
    trips(
        "H02",
        "in a factor",
        a_withholding(_crime(against=(Factor(text="It will seriously endanger officers."),))),
        (WARN, f"{_EXEMPTION}.against[0].text", "will seriously endanger"),
    ),
    passes(
        "H02",
        "the Act's formula",
        _plan("Section 31 applies if disclosure would, or would be likely to, prejudice a matter in it."),
    ),
    passes(
        "H02",
        "the formula without its commas",
        _plan("Disclosure would or would be likely to prejudice it."),
    ),
    passes(
        "H02",
        "the formula quoted for a choice of would",
        _plan("The Act says “would be likely to prejudice”; we say more.", likelihood=_WOULD),
    ),
    passes("H02", "would in other sentences", _plan("Thieves would choose the hours without a patrol.")),
    passes(
        "H02",
        "the other one denied",
        _plan("We do not say that disclosure would prejudice every patrol."),
    ),
    passes(
        "H02",
        "each exemption its own",
        a_withholding(
            _crime(harm="Disclosure would be likely to prejudice detection."),
            an_exemption("38(1)", limbs=("38(1)(b)",), likelihood=_WOULD, harm="It would endanger officers."),
        ),
    ),
    passes("H02", "necessity", a_part()),
    passes(
        "H02",
        "the qualified person's opinion says it",
        a_withholding(
            an_exemption(
                "36(2)",
                limbs=("36(2)(b)(i)",),
                opinion=Opinion(
                    by="A. Person", authority="section 36(5)(o)", date=date(2022, 11, 21), would="would"
                ),
            )
        ),
    ),
    passes("H02", "disclosed after all", a_withholding(_crime(likelihood=None), outcome=Outcome.DISCLOSE)),
    passes("H02", "in the answer", a_withholding(_crime(), answer="It would prejudice nobody.")),
    passes("H02", "a limb that is a class", a_part(an_exemption("27(4)", limbs=("27(4)(b)",)))),
)

# H03

_BEATS: Final = a_request(
    subject="Patrol plan of the rural crime team", summary="The patrol plan for each rural beat by hour."
)
_ITS_OWN: Final = (
    trips(
        "H03",
        "such as could stand anywhere",
        a_draft(_plan("Criminals would gain insight and public safety would suffer."), request=_BEATS),
        (WARN, _HARM),
    ),
    trips(
        "H03",
        "one word in common",
        a_draft(_plan("Criminals would gain insight into how we patrol."), request=_BEATS),
        (WARN, _HARM),
    ),
    trips(
        "H03",
        "of the exemption",
        a_draft(
            a_withholding(_crime(harm="The public would lose trust."), information="the plan"), request=_BEATS
        ),
        (WARN, f"{_EXEMPTION}.harm"),
    ),
    passes(
        "H03",
        "of this request",
        a_draft(_plan("Thieves would learn at which hour a beat has no patrol."), request=_BEATS),
    ),
    passes(
        "H03",
        "of the part's own information, not in the summary",
        a_draft(
            a_withholding(
                _crime(), information="staff rota and vehicle log", harm="The rota names a vehicle."
            ),
        ),
    ),
    passes(
        "H03",
        "told under each answer",
        a_part(
            harm="The harm is set out below.",
            confirming="A confirmation would tell people to hide ears and vary their gait.",
            denying="A denial would tell them that they need not.",
        ),
    ),
    passes("H03", "no harm", a_draft(a_withholding(), request=_BEATS)),
)

# H05

_NOT_CIRCULAR: Final = (
    trips(
        "H05",
        "the limb and no more",
        _plan("Disclosure would be likely to prejudice the prevention of crime."),
        (WARN, _HARM, "Disclosure would be likely to prejudice the prevention of crime."),
    ),
    trips(
        "H05",
        "law enforcement because of law enforcement",
        _plan("Release would harm law enforcement, because it would undermine the detection of crime."),
        (
            WARN,
            _HARM,
            "Release would harm law enforcement, because it would undermine the detection of crime.",
        ),
    ),
    trips(
        "H05",
        "national security",
        a_part(harm="An answer would damage national security.", **_NO_ANSWERS),
        (WARN, _HARM, "An answer would damage national security."),
    ),
    passes(
        "H05",
        "summed up after it was told",
        _plan(
            "Thieves would pick the hours without a patrol. They have done so before, on two beats in May. "
            "Disclosure would therefore be likely to prejudice the prevention of crime."
        ),
    ),
    passes(
        "H05", "told in the same sentence", _plan("Thieves would know when to come, and crime would rise.")
    ),
    passes(
        "H05",
        "the words of another exemption",
        _plan("Disclosure would be likely to prejudice national security."),
    ),
    passes(
        "H05",
        "the words of a limb not relied on",
        _plan("Disclosure would be likely to prejudice the administration of justice."),
    ),
    trips(
        "H05",
        "no limb named, so all of them count",
        _plan("Disclosure would be likely to prejudice the administration of justice.", limbs=()),
        (WARN, _HARM, "Disclosure would be likely to prejudice the administration of justice."),
    ),
    trips(
        "H05",
        "no words but of harm",
        _plan("Disclosure would cause serious and significant harm."),
        (WARN, _HARM, "Disclosure would cause serious and significant harm."),
    ),
    trips(
        "H05",
        "withheld because it is exempt",
        _plan("The information is withheld because it is exempt under section 31."),
        (WARN, _HARM, "The information is withheld because it is exempt under section 31."),
    ),
    passes("H05", "half told", _plan("Thieves would pick the empty hours. It would harm crime prevention.")),
    trips(
        "H05",
        "with a short link before it",
        _plan("That is so. Disclosure would be likely to prejudice the detection of crime."),
        (WARN, _HARM, "Disclosure would be likely to prejudice the detection of crime."),
    ),
    passes("H05", "a short link", _plan("That is the harm.")),
)

# H06

_ADDS_UP: Final = (
    trips("H06", "a mosaic and no more", _plan("There is a mosaic effect."), (WARN, _HARM, "mosaic")),
    trips(
        "H06",
        "a mosaic of other information",
        _plan("By the mosaic effect it can be combined with other information in the public domain."),
        (WARN, _HARM, "mosaic"),
    ),
    trips(
        "H06",
        "a precedent and no more",
        _plan("To disclose it would set a precedent."),
        (WARN, _HARM, "precedent"),
    ),
    trips(
        "H06",
        "in a factor",
        a_withholding(_crime(against=(Factor(text="It sets a precedent for future requests."),))),
        (WARN, f"{_EXEMPTION}.against[0].text", "precedent"),
    ),
    passes(
        "H06",
        "a mosaic explained",
        _plan(
            "There is a mosaic effect. Combined with adverts for machinery it gives the place and the hour."
        ),
    ),
    passes(
        "H06",
        "a mosaic of the answers of others",
        _plan("Each answer is a piece of a mosaic: put to all forces, the question maps the country."),
    ),
    passes(
        "H06",
        "a precedent explained",
        _plan("It would set a precedent. The next request would ask for the plan of one farm."),
    ),
    passes("H06", "a legal precedent", _plan("The tribunal follows legal precedent.")),
    passes("H06", "without precedent", _plan("The rise in thefts is unprecedented.")),
)

# H07

_SPECULATION: Final = (
    trips(
        "H07",
        "could, may and might",
        _plan("Thieves could read it. They may choose an hour. They might return.", likelihood=_WOULD),
        (INFO, _HARM, "could"),
    ),
    trips(
        "H07",
        "in why it applies",
        a_withholding(_crime(likelihood=_WOULD, applies="It might help. It could harm. It may do both.")),
        (INFO, f"{_EXEMPTION}.applies", "might"),
    ),
    passes(
        "H07",
        "would dominates",
        _plan(
            "They would read it, would choose, would come, and might, could or may return.", likelihood=_WOULD
        ),
    ),
    passes("H07", "likely chosen", _plan("They could read it. They may choose. They might return.")),
    passes(
        "H07", "the month of May", _plan("In May it fell. In May it rose. In May it fell.", likelihood=_WOULD)
    ),
    passes(
        "H07",
        "in the answer",
        a_withholding(_crime(likelihood=_WOULD), answer="You could ask. You may write. You might ring."),
    ),
    passes("H07", "two of them", _plan("They could read it, and might return.", likelihood=_WOULD)),
)

# H08


def _patrols(information: str, harm: str, **changes: Any) -> Part:
    against = (Factor(text="Thieves would choose the hour."),)
    return a_withholding(_crime(against=against), information=information, harm=harm, **changes)


_OF_NUMBERS: Final = (
    trips(
        "H08",
        "how many, and harm of another thing",
        _patrols("how many patrols there were by night", "Thieves would learn the route."),
        (WARN, "parts[0].information", "how many"),
    ),
    trips(
        "H08",
        "statistics that an answer would confirm",
        a_part(
            an_exemption("31(3)", limbs=("31(1)(a)",)),
            information="the number of patrols by night",
            **_NO_ANSWERS | {"confirming": "Thieves would learn that there are patrols."},
        ),
        (WARN, "parts[0].information", "number of"),
    ),
    passes(
        "H08",
        "harm of the number",
        _patrols(
            "how many patrols there were by night", "A low figure would tell thieves that nobody comes."
        ),
    ),
    passes(
        "H08",
        "harm of the number, in a factor against",
        a_withholding(
            _crime(against=(Factor(text="Thieves would learn how seldom anybody comes."),)),
            information="the number of patrols by night",
        ),
    ),
    passes(
        "H08", "no numbers", _patrols("the route of the patrol by night", "Thieves would learn the route.")
    ),
    passes(
        "H08",
        "numbers that count nothing",
        _patrols("the telephone numbers of officers", "Thieves would jam the lines."),
    ),
    passes(
        "H08", "some of a thing", _patrols("a number of emails on patrols", "Thieves would learn the route.")
    ),
    passes(
        "H08",
        "numbers that are given",
        _patrols("the number of patrols", "Thieves would learn the route.", outcome=Outcome.DISCLOSE),
    ),
    passes(
        "H08",
        "a class of which no harm need be shown",
        a_withholding(an_exemption("30(1)", limbs=("30(1)(b)",)), information="the number of interviews"),
    ),
)

EXAMPLES: Final[tuple[Example, ...]] = (
    *_THERE,
    *_ONE_LIKELIHOOD,
    *_ITS_OWN,
    *_NOT_CIRCULAR,
    *_ADDS_UP,
    *_SPECULATION,
    *_OF_NUMBERS,
)

"""Examples of the rules on the balance, in words that officers write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from domain_builders import a_part, a_withholding, an_exemption
from rule_example import BLOCK, INFO, WARN, a_draft, passes, trips

from flows.domain.assessment import Balance, Factor, Mode, Outcome

if TYPE_CHECKING:
    from rule_example import Example

    from flows.domain.assessment import Exemption, Part

_BALANCE: Final = "parts[0].balance"
_TEXT: Final = f"{_BALANCE}.text"
_FIRST: Final = "parts[0].exemptions[0]"
_BARE: Final[dict[str, Any]] = {"favouring": (), "against": ()}

_NEITHER: Final = (
    "In all the circumstances of the case, the public interest in maintaining the exclusion of the duty to "
    "confirm or deny outweighs the public interest in disclosing whether the authority holds the information."
)
_WITHHELD: Final = (
    "In all the circumstances of the case, for section 31(1)(a), the public interest in maintaining the "
    "exemption outweighs the public interest in disclosing the information."
)
_NOT_OUTWEIGHING: Final = _NEITHER.replace("outweighs", "does not outweigh")
_OUTWEIGHED: Final = (
    "The public interest in disclosing the information outweighs the public interest in maintaining the "
    "exemption"
)


def _weighing(text: str, *exemptions: Exemption, **changes: Any) -> Part:
    return a_part(
        *(exemptions or (an_exemption(), _law_enforcement())), balance=Balance(text=text), **changes
    )


def _withholding(text: str, *exemptions: Exemption, **changes: Any) -> Part:
    return a_withholding(*exemptions, balance=Balance(text=text), **changes)


def _law_enforcement(**changes: Any) -> Exemption:
    return an_exemption("31(3)", **{"limbs": ("31(1)(a)",)} | changes)


def _on_drones(text: str) -> Part:
    flights = Factor(text="Flights over gardens intrude on the privacy of families.")
    codes = Factor(text="Thieves with a receiver would hear a drone coming and wait until it had gone.")
    return _withholding(
        text, an_exemption("31(1)", limbs=("31(1)(a)",), favouring=(flights,), against=(codes,))
    )


def _of(*citations: str, mode: Mode | None = None) -> Balance:
    return Balance(text="Weighed.", mode=mode, of=citations)


EXAMPLES: Final[tuple[Example, ...]] = (
    # B01
    trips(
        "B01", "one of two is left out", _weighing("Under section 24(2) care and pace count."), (WARN, _TEXT)
    ),
    trips(
        "B01",
        "neither is cited",
        _weighing("The law must keep pace; care counts for more."),
        (WARN, _TEXT),
        (WARN, _TEXT),
    ),
    trips(
        "B01",
        "what was said for disclosure is forgotten",
        _on_drones("Thieves would wait for the drone to leave."),
        (WARN, f"{_FIRST}.favouring[0].text"),
    ),
    trips(
        "B01",
        "nothing is answered",
        _on_drones("The public interest in maintaining the exemption outweighs that in disclosure."),
        (WARN, f"{_FIRST}.favouring[0].text"),
        (WARN, f"{_FIRST}.against[0].text"),
    ),
    passes(
        "B01",
        "both, by their limbs",
        _weighing("Section 24(2): care and pace. Section 31(1)(a): care and pace."),
    ),
    passes(
        "B01", "both, by the section", _weighing("Under sections 24 and 31 care counts for more than pace.")
    ),
    passes(
        "B01",
        "one alone, in a balance of its own",
        _weighing("The law must keep pace; care counts more.", an_exemption()),
    ),
    passes(
        "B01",
        "in other words",
        _on_drones("A private garden deserves respect, but theft by receivers is worse."),
    ),
    passes(
        "B01",
        "an absolute one is not weighed",
        _weighing("Under section 24(2) care and pace count.", an_exemption("23(5)", **_BARE), an_exemption()),
    ),
    passes(
        "B01",
        "a factor of openness, answered by a word",
        _withholding(
            "Openness adds a little.",
            an_exemption(
                "38(1)",
                favouring=(
                    Factor(text="The force should be open and transparent, and spend money properly."),
                ),
                against=(),
            ),
        ),
    ),
    # B02
    trips("B02", "on balance", _weighing("On balance we neither confirm nor deny."), (WARN, _TEXT)),
    trips(
        "B02",
        "the words police letters use",
        _weighing(
            "The public interest in neither confirming nor denying outweighs that in confirming or denying."
        ),
        (WARN, _TEXT),
    ),
    trips("B02", "the words of the other test", _weighing(_WITHHELD), (WARN, _TEXT)),
    trips(
        "B02",
        "the words first, and then more",
        _withholding(f"{_WITHHELD} One. And two. And three."),
        (WARN, _TEXT),
    ),
    trips(
        "B02",
        "the words of a refusal, for a disclosure",
        _withholding(_WITHHELD, outcome=Outcome.DISCLOSE),
        (WARN, _TEXT, _WITHHELD[_WITHHELD.index("public") : -len(" the information.")]),
    ),
    trips(
        "B02",
        "withheld, and outweighed",
        _withholding(f"{_OUTWEIGHED}."),
        (BLOCK, _TEXT, _OUTWEIGHED[4:]),
    ),
    trips(
        "B02",
        "withheld, and not outweighing, for a section",
        _withholding(_WITHHELD.replace("outweighs", "does not outweigh")),
        (
            BLOCK,
            _TEXT,
            _WITHHELD[_WITHHELD.index("public") : -len(" the information.")].replace(
                "outweighs", "does not outweigh"
            ),
        ),
    ),
    trips(
        "B02",
        "neither confirmed nor denied, and not outweighing",
        _weighing(_NOT_OUTWEIGHING),
        (
            BLOCK,
            _TEXT,
            _NOT_OUTWEIGHING[_NOT_OUTWEIGHING.index("public") : _NOT_OUTWEIGHING.index(" the authority")],
        ),
    ),
    *(
        trips(
            "B02",
            f"denied: {words}",
            _withholding(f"{words} {_OUTWEIGHED[0].lower()}{_OUTWEIGHED[1:]}."),
            (WARN, _TEXT, _OUTWEIGHED[4:]),
        )
        for words in (
            "We do not accept that",
            "You argue that",
            "There is nothing to show that",
            "It would be given if",
            "It isn\u2019t so that",
        )
    ),
    trips(
        "B02",
        "outweighed, and more",
        _withholding(f"{_OUTWEIGHED}, it is said. We disagree."),
        (WARN, _TEXT, _OUTWEIGHED[4:]),
    ),
    trips(
        "B02",
        "one of two given up, with one balance",
        _withholding(
            f"{_OUTWEIGHED}.", an_exemption("31(1)", outcome=Outcome.DISCLOSE), an_exemption("42(1)")
        ),
        (WARN, _TEXT, _OUTWEIGHED[4:]),
    ),
    trips(
        "B02",
        "a balance of its own",
        a_part(an_exemption(balance=Balance(text="It weighs more.")), balance=None),
        (WARN, f"{_FIRST}.balance.text"),
    ),
    passes("B02", "the Act's words", _weighing(f"Care counts for more than pace. {_NEITHER}")),
    passes("B02", "the Act's words of the other duty", _withholding(_WITHHELD)),
    passes(
        "B02",
        "several exemptions, and whose information",
        _withholding(
            "The public interest in maintaining each of the exemptions in sections 31(1)(a) and 38(1)(b) "
            "outweighs that in disclosing the information. We withhold it."
        ),
    ),
    passes(
        "B02",
        "the reverse, for a disclosure",
        _withholding(_WITHHELD.replace("outweighs", "does not outweigh"), outcome=Outcome.DISCLOSE),
    ),
    passes(
        "B02",
        "the reverse, disclosure first",
        _withholding(
            "The public interest in disclosing the information outweighs the public interest in maintaining "
            "the exemption.",
            outcome=Outcome.DISCLOSE,
        ),
    ),
    passes("B02", "disclosed in part", _withholding(_WITHHELD, outcome=Outcome.PARTLY)),
    passes("B02", "not held", _withholding("Nothing is left to weigh.", outcome=Outcome.NOT_HELD)),
    trips(
        "B02",
        "whether it is held, for information that is",
        _withholding(_WITHHELD.replace("the information.", "whether we hold the information.")),
        (WARN, _TEXT),
    ),
    # B03
    trips(
        "B03",
        "exceptional circumstances",
        _weighing("An answer is given only in the most exceptional circumstances."),
        (WARN, _TEXT, "only in the most exceptional circumstances"),
    ),
    trips(
        "B03",
        "paramount",
        _weighing("The safety of the public is of paramount importance."),
        (WARN, _TEXT, "paramount"),
    ),
    trips(
        "B03",
        "never, in a factor",
        a_part(an_exemption(against=(Factor(text="The force will never disclose its methods."),))),
        (WARN, f"{_FIRST}.against[0].text", "will never disclose"),
    ),
    trips(
        "B03",
        "always, and unless",
        _weighing(
            "National security always outweighs openness, unless there is a compelling public interest."
        ),
        (WARN, _TEXT, "always outweighs"),
        (WARN, _TEXT, "unless there is a compelling public interest"),
    ),
    passes(
        "B03",
        "what the test is not",
        _weighing("Safety is not paramount, nor does it always outweigh openness."),
    ),
    passes("B03", "the right presumption", _weighing("The presumption is in favour of disclosure.")),
    passes("B03", "an offender", _weighing("A person so recorded will never learn of it.")),
    passes("B03", "exceptional in another sense", _weighing("The flood of May was an exceptional case.")),
    passes("B03", "an answer that only offenders read", _weighing("Only in August were there flights.")),
    *(
        trips("B03", text, _weighing(text), (WARN, _TEXT, marked))
        for text, marked in (
            ("The applicant has not shown any reason to answer.", "applicant has not shown"),
            ("It is our policy never to confirm such things.", "our policy never to confirm"),
            (
                "The requester has failed to put forward a case for an answer.",
                "requester has failed to put forward",
            ),
            ("Our settled rule is not to answer.", "Our settled rule is not to answer"),
        )
    ),
    *(
        passes("B03", text, _weighing(text))
        for text in (
            "The applicant need not show why an answer is wanted, and it is not for them to make a case.",
            "It is not our policy never to confirm such things; each request is weighed.",
            "The applicant has asked about one site.",
            "The practice of all forces is to give one answer.",
        )
    ),
    # B04
    trips(
        "B04",
        "a new exemption",
        _weighing("Section 24(2) and section 31(3) weigh heavily, and so does section 38(2)."),
        (WARN, _TEXT, "section 38(2)"),
    ),
    trips(
        "B04",
        "a new section",
        _weighing("The safety of officers, section 38, adds to it."),
        (WARN, _TEXT, "section 38"),
    ),
    trips(
        "B04",
        "a new limb",
        _withholding("Section 31(1)(a) and section 31(1)(g) weigh heavily."),
        (WARN, _TEXT, "section 31(1)(g)"),
    ),
    passes(
        "B04",
        "what the part relies on",
        _weighing("Section 24(2) and section 31(1)(a), so sections 24 and 31."),
    ),
    passes(
        "B04", "the test", _weighing("Section 2(1)(b) asks for a balance, and section 17(3) for reasons.")
    ),
    passes("B04", "what was left out", _weighing("Section 38(2) is not relied on.")),
    passes(
        "B04",
        "another Act",
        _weighing("Section 26 of the Regulation of Investigatory Powers Act 2000 defines it."),
    ),
    passes("B04", "what an exclusion protects", _weighing("The interest in section 24(1) is at its height.")),
    passes(
        "B04",
        "a paragraph above its limb",
        _withholding("Section 36(2)(b) counts.", an_exemption("36(2)", limbs=("36(2)(b)(i)",))),
    ),
    passes(
        "B04",
        "a limb below its paragraph",
        _withholding("Section 36(2)(b)(i) counts.", an_exemption("36(2)", limbs=("36(2)(b)",))),
    ),
    # B05
    trips(
        "B05",
        "cumulative, with what is not relied on",
        a_withholding(balance=_of("31(1)", "38(1)", mode=Mode.CUMULATIVE)),
        (BLOCK, f"{_BALANCE}.of[1]"),
    ),
    trips(
        "B05",
        "what another part relies on",
        a_draft(
            a_withholding(balance=_of("31(1)", "43(2)", mode=Mode.CUMULATIVE)),
            a_withholding(an_exemption("43(2)")),
        ),
        (BLOCK, f"{_BALANCE}.of[1]"),
    ),
    trips(
        "B05",
        "cumulative, without an answer",
        a_part(an_exemption(), _law_enforcement(), balance=_of("24(2)", "31(3)", mode=Mode.CUMULATIVE)),
        (INFO, f"{_BALANCE}.mode"),
    ),
    passes("B05", "cumulative, by a limb", a_withholding(balance=_of("31(1)(a)", mode=Mode.CUMULATIVE))),
    passes("B05", "cumulative, of all", a_withholding(balance=_of(mode=Mode.CUMULATIVE))),
    passes("B05", "independent", a_part(an_exemption(), balance=_of("24(2)", mode=Mode.INDEPENDENT))),
    passes(
        "B05", "an absolute one, of which X05 speaks", a_part(an_exemption("23(5)"), balance=_of("23(5)"))
    ),
)

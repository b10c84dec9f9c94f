"""Examples of the rules on the text as a whole, and on personal details in it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from domain_builders import a_part, a_request, a_withholding, an_assessment, an_exemption
from rule_example import BLOCK, INFO, NOT_RUN, WARN, Example, a_draft, passes, trips

from flows.domain.assessment import Factor

if TYPE_CHECKING:
    from flows.domain.checks.rule import Draft

_HARM = "parts[0].harm"
_NOON: Final = date(2022, 11, 28)


def _says(harm: str, **changes: Any) -> Draft:
    """A draft whose first part says this of harm, on the day the samples use."""
    return a_draft(a_part(harm=harm), **{"today": _NOON, "named": ()} | changes)


# S01

_MI5 = "[published by MI5](https://www.mi5.gov.uk/threat-levels)"
_LEVEL = f"As at 28 November 2022 the national terrorism threat level, {_MI5}, was **Substantial**."
_THREAT: Final = (
    trips(
        "S01",
        "no value, no date, no link",
        _says("The threat level from terrorism justifies this."),
        *((WARN, _HARM, "threat level"),) * 3,
    ),
    trips(
        "S01",
        "a value that it does not have",
        _says(_LEVEL.replace("Substantial", "High")),
        (WARN, _HARM, "threat level"),
    ),
    trips(
        "S01",
        "older than 30 days",
        _says(_LEVEL, today=date(2022, 12, 29)),
        (WARN, _HARM, "As at 28 November 2022"),
    ),
    trips(
        "S01",
        "of a day to come",
        _says(_LEVEL, today=date(2022, 11, 27)),
        (WARN, _HARM, "As at 28 November 2022"),
    ),
    trips("S01", "no link", _says(_LEVEL.replace(_MI5, "published by MI5")), (WARN, _HARM, "threat level")),
    trips("S01", "a date, and no day to compare it with", _says(_LEVEL, today=None), (NOT_RUN, _HARM)),
    passes("S01", "in full and of the day", _says(_LEVEL)),
    passes("S01", "30 days old", _says(_LEVEL, today=date(2022, 12, 28))),
    passes(
        "S01",
        "with what it was before",
        _says(f"{_LEVEL} It had been lowered from Severe on 9 February 2022."),
    ),
    passes(
        "S01",
        "spoken of again in a factor",
        a_draft(
            a_part(
                an_exemption(against=(Factor(text="The threat level for the United Kingdom adds to it."),)),
                harm=_LEVEL,
            ),
            today=_NOON,
        ),
    ),
    passes("S01", "another threat", _says("The threat level on one estate is a matter for local officers.")),
)

# S02

_LINKS: Final = (
    trips(
        "S02",
        "a page of College APP",
        _says("See [APP](https://www.app.college.police.uk/app-content/)."),
        (INFO, _HARM, "https://www.app.college.police.uk/app-content/"),
    ),
    trips(
        "S02", "plain http", _says("See http://www.mi5.gov.uk now."), (INFO, _HARM, "http://www.mi5.gov.uk")
    ),
    passes(
        "S02", "where College APP is now", _says("See [it](https://www.college.police.uk/app/extraction).")
    ),
    passes("S02", "https", _says(_LEVEL)),
    passes("S02", "a host named without a link", _says("It stood at app.college.police.uk before.")),
)

# S03

_WRITTEN_OUT: Final = (
    trips("S03", "a placeholder", _says("An answer would [XX]."), (BLOCK, _HARM, "[XX]")),
    trips(
        "S03",
        "a placeholder in the summary",
        a_draft(request=a_request(summary="[To be written: all]")),
        (BLOCK, "request.summary", "[To be written"),
    ),
    trips("S03", "a day to come", _says("It was decided on dd/mm/yyyy."), (BLOCK, _HARM, "dd/mm/yyyy")),
    trips("S03", "braces", _says("It was decided by {{name}}."), (BLOCK, _HARM, "{{name}}")),
    trips("S03", "a line to write on", _says("Signed: ________."), (BLOCK, _HARM, "________")),
    trips("S03", "a drafter's note", _says("[DN: legal to check]"), (BLOCK, _HARM, "[DN: legal to check]")),
    trips(
        "S03",
        "the prompt of a form for the information",
        a_draft(a_withholding(information="Click or tap here to enter text")),
        (BLOCK, "parts[0].information", "Click or tap here to enter"),
    ),
    trips(
        "S03",
        "a field in a weight",
        a_draft(
            a_withholding(
                exemptions=(an_exemption("31(1)", favouring=(Factor(text="Trust.", weight="[weight] tbc"),)),)
            )
        ),
        (BLOCK, "parts[0].exemptions[0].favouring[0].weight", "tbc"),
    ),
    trips(
        "S03",
        "letters for an amount in the subject",
        a_draft(request=a_request(subject="Payments of \u00a3XX")),
        (BLOCK, "request.subject", "\u00a3XX"),
    ),
    passes("S03", "what an editor left out", _says("\u201cThe officer [name redacted] [sic] flew it.\u201d")),
    passes("S03", "a numeral", _says("Part XX of the Act, and [2025] UKSC 27 at [47].")),
    trips("S03", "an abbreviation nobody knows", _says("The ROCU would lose it."), (WARN, _HARM, "ROCU")),
    trips(
        "S03",
        "one finding for an abbreviation used twice",
        _says("The ROCU would lose it, and the ROCU is one."),
        (WARN, _HARM, "ROCU"),
    ),
    trips(
        "S03",
        "another force answers",
        _says("Kent Police can neither confirm nor deny it."),
        (WARN, _HARM, "Kent Police"),
    ),
    trips(
        "S03",
        "another constabulary holds",
        a_draft(a_withholding(harm="Avon Constabulary holds the plan.")),
        (WARN, _HARM, "Avon Constabulary"),
    ),
    trips(
        "S03",
        "a force answers, and nobody knows which was asked",
        _says("Kent Police can neither confirm nor deny it.", request=None),
        (NOT_RUN, _HARM),
    ),
    passes("S03", "what everyone knows", _says("FOIA, the ICO, MI5, UK GDPR, HM Treasury, an MP and a PDF.")),
    passes("S03", "explained in brackets", _says("A regional unit (ROCU) would lose it. The ROCU is one.")),
    passes("S03", "brackets after it", _says("The ROCU (a unit of several forces) would lose it.")),
    passes("S03", "written out elsewhere", _says("The National Crime Agency has it. The NCA would lose it.")),
    passes(
        "S03", "a reference, a postcode, a numeral", _says("FOI/2026/0173, SK9 5AF, Part XIV and DBT v ICO.")
    ),
    passes("S03", "a heading in capitals", _says("HARM TO COME\n\nAn answer would do it.")),
    passes("S03", "this force answers", _says("The West Midlands Police can neither confirm nor deny it.")),
    passes(
        "S03", "this force, its name shortened", _says("Midlands Police can neither confirm nor deny it.")
    ),
    passes(
        "S03",
        "this force, its name in full",
        _says(
            "North Avon Police can neither confirm nor deny it.", request=a_request(authority="Avon Police")
        ),
    ),
    trips(
        "S03",
        "initials of small words",
        _says("It would do ALMS no good at all, lest many see."),
        (WARN, _HARM, "ALMS"),
    ),
    passes(
        "S03",
        "another force spoken of",
        _says("In *R (Bridges) v Chief Constable of South Wales Police* the rules were found too wide."),
    ),
)

# S04

_EMAIL = "jo.bloggs@example.org"
_PRIVATE: Final = (
    trips("S04", "the applicant", _says("Written to Jo.", named=(_HARM,)), (BLOCK, _HARM)),
    trips("S04", "an e-mail address", _says(f"Write to {_EMAIL}."), (WARN, _HARM, _EMAIL)),
    trips("S04", "a mobile telephone", _says("Ring 07700 900 123."), (WARN, _HARM, "07700 900 123")),
    trips("S04", "a telephone", _says("Ring (0121) 496 0123."), (WARN, _HARM, "(0121) 496 0123")),
    trips(
        "S04",
        "a National Insurance number",
        _says("It is QQ 12 34 56 C.".replace("QQ", "AB")),
        (WARN, _HARM, "AB 12 34 56 C"),
    ),
    trips("S04", "a date of birth", _says("A man born on 4 May 1980."), (WARN, _HARM, "born on 4")),
    trips(
        "S04",
        "an address",
        _says("It stands at 14 Acacia Avenue, Walsall WS1 1AA."),
        (WARN, _HARM, "14 Acacia Avenue, Walsall WS1 1AA"),
    ),
    trips(
        "S04",
        "in the summary",
        a_draft(request=a_request(summary=f"Mail of {_EMAIL}."), named=()),
        (WARN, "request.summary", _EMAIL),
    ),
    trips(
        "S04",
        "without the request as it arrived the patterns alone",
        _says(f"Write to {_EMAIL}.", named=None),
        (NOT_RUN, ""),
        (WARN, _HARM, _EMAIL),
    ),
    passes("S04", "the authority's own mailbox", _says("Write to foi@westmidlands.police.uk.")),
    passes(
        "S04", "figures and money", _says("From 2024 to 2026 it spent £148,600 and £61,250 on 3,420 hours.")
    ),
    passes("S04", "a reference", _says("See 01.FOI.23.028716, IC-155171-G3W9 and [2025] UKSC 27.")),
    passes("S04", "the Commissioner's address", _says("Wycliffe Office, Water Lane, Wilmslow SK9 5AF.")),
    passes("S04", "a street", _says("Lights were seen over 14 Acacia Avenue and the High Street.")),
)

# S05

_OFFICERS: Final = (
    trips("S05", "a constable", _says("As PC Smith said, it would."), (WARN, _HARM, "PC Smith")),
    trips(
        "S05",
        "a detective",
        _says("Detective Sergeant Jones would."),
        (WARN, _HARM, "Detective Sergeant Jones"),
    ),
    trips(
        "S05", "an inspector", _says("Chief Inspector Brown would."), (WARN, _HARM, "Chief Inspector Brown")
    ),
    trips("S05", "a number for a name", _says("PC 4321 would."), (WARN, _HARM, "PC 4321")),
    trips(
        "S05",
        "a collar number",
        _says("The officer with collar number 1234 would."),
        (WARN, _HARM, "collar number 1234"),
    ),
    passes("S05", "a senior officer", _says("Chief Constable Green and Superintendent White decided it.")),
    passes("S05", "an office", _says("The Chief Constable of South Wales Police and HM Inspectorate.")),
    passes(
        "S05",
        "a rank without a name",
        _says("A PC on patrol, a sergeant and an inspector. Officers go by day."),
    ),
    passes("S05", "a computer", _says("The file is on a PC in the office.")),
)

# S06

_TITLED = "# Public interest test: 1146A/22\n\nText."
_REFERENCE: Final = (
    trips(
        "S06", "another case", a_draft(assessment=an_assessment(reference="1146a-22")), (BLOCK, "reference")
    ),
    trips(
        "S06",
        "a title without it",
        a_draft(document="# Public interest test\n\n1146A/22"),
        (BLOCK, "document", "Public interest test"),
    ),
    trips(
        "S06",
        "a longer reference in the title",
        a_draft(document="# Test: 1146A/221"),
        (BLOCK, "document", "Test: 1146A/221"),
    ),
    trips("S06", "no title", a_draft(document="Public interest test: 1146A/22"), (BLOCK, "document")),
    passes("S06", "the same", a_draft()),
    passes("S06", "the same in the title", a_draft(document=_TITLED)),
    passes(
        "S06",
        "with a mark before it",
        a_draft(
            assessment=an_assessment(reference="4593_26"),
            request=a_request(reference="4593_26"),
            document="# Public interest test: 4593\\_26\n",
        ),
    ),
)

# S07

_SIXTY: Final = " ".join(["word"] * 60)
_READING: Final = (
    trips("S07", "61 words", _says(f"{_SIXTY} more."), (INFO, _HARM, f"{_SIXTY} more.")),
    trips(
        "S07", "practise for practice", _says("It is the practise of forces."), (INFO, _HARM, "the practise")
    ),
    trips("S07", "of for have", _says("It would of helped."), (INFO, _HARM, "would of")),
    trips(
        "S07",
        "one finding for a text",
        _says(f"It had an affect. {_SIXTY} more."),
        (INFO, _HARM, "an affect"),
    ),
    passes("S07", "60 words", _says(f"{_SIXTY}.")),
    passes("S07", "a list of short items", _says("\n".join(f"- {'word ' * 20}" for _ in range(4)))),
    passes("S07", "practice and practise", _says("In practice they practise; the practice is old.")),
    passes("S07", "of course", _says("It would of course help.")),
    passes("S07", "two long sentences", _says(f"{_SIXTY}. Then {' '.join(['word'] * 50)}.")),
)

# S08

_SUMMARY: Final = (
    trips("S08", "no summary", a_draft(request=a_request(summary=None)), (BLOCK, "request.summary")),
    trips("S08", "a blank one", a_draft(request=a_request(summary=" \n")), (BLOCK, "request.summary")),
    passes("S08", "a summary", a_draft()),
    passes("S08", "a short one", a_draft(request=a_request(summary="The patrol plan."))),
    passes("S08", "of several lines", a_draft(request=a_request(summary="The patrol plan,\nby beat."))),
)

_S09: Final = (
    trips("S09", "a word more", a_draft(document="# Test\n\nMore.", made="# Test"), (BLOCK, "document")),
    trips("S09", "another reference", a_draft(document="# Test 2", made="# Test 1"), (BLOCK, "document")),
    passes("S09", "the same", a_draft(document="# Test", made="# Test")),
    passes("S09", "the same, with Welsh", a_draft(document="# Prawf: Ŵy", made="# Prawf: Ŵy")),
    trips("S09", "not made here", a_draft(document="# Test"), (NOT_RUN, "")),
)
EXAMPLES: Final[tuple[Example, ...]] = (
    *_THREAT,
    *_LINKS,
    *_WRITTEN_OUT,
    *_PRIVATE,
    *_OFFICERS,
    *_REFERENCE,
    *_READING,
    *_SUMMARY,
    *_S09,
)

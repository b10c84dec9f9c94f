"""What letters say of exemptions, and whether it is enough: written before the words of the rule were chosen.

Words can give a reason in ways that nobody thought of. So what says something of its own is never stopped,
whether or not the rule knows the words; what says nothing is always told.
"""

from __future__ import annotations

from typing import Any, Final

import pytest
from domain_builders import a_withholding, an_exemption
from rule_example import a_draft

from flows.domain.checks.ruleset import check
from flows.domain.finding import Severity

_KIND: Final[dict[str, dict[str, Any]]] = {
    "21": {"provision": "21(1)"},
    "22": {"provision": "22(1)"},
    "40": {"provision": "40(2)", "condition": "first"},
    "41": {"provision": "41(1)"},
    "44": {"provision": "44(1)", "limbs": ("44(1)(a)",)},
}
_ENOUGH: Final = (
    ("21", "The annual accounts for 2020/21 are on the council's website."),
    (
        "21",
        (
            "This information is reasonably accessible to you by other means, as it is published at "
            "www.example.gov.uk/spending."
        ),
    ),
    (
        "21",
        ("You can see the register of interests at the civic centre between 9 and 5 on any working day."),
    ),
    ("21", "Copies may be bought from The Stationery Office for £14."),
    ("21", "Please see the following link: https://data.police.uk/."),
    (
        "21",
        (
            "The figures were laid before Parliament on 3 May and form table 4 of the Command Paper, "
            "which any public library can supply."
        ),
    ),
    ("21", "The planning file can be viewed on the planning portal under reference 22/01234."),
    (
        "22",
        (
            "The statistics will be published on 14 December. A publication date had been set before "
            "your request was received, and it is reasonable to keep to the timetable so that "
            "everyone gets them at the same time."
        ),
    ),
    (
        "22",
        (
            "We hold the review with a view to its publication next spring; that decision was taken "
            "in June. It would be unfair to those named to release it before they have had the chance "
            "to reply."
        ),
    ),
    (
        "22",
        (
            "At the time of your request the Trust already intended to publish the report. It is "
            "sensible that the report is released once quality assurance is finished."
        ),
    ),
    (
        "40",
        (
            "The withheld names are those of junior officials who have a reasonable expectation that "
            "their names will not be put into the public domain. There is no legitimate interest "
            "which outweighs this."
        ),
    ),
    (
        "40",
        (
            "Disclosure would breach the first data protection principle, as it would be unfair and "
            "we have identified no lawful basis. We considered whether disclosure is necessary to "
            "meet a legitimate interest and found that it is not."
        ),
    ),
    (
        "40",
        (
            "To release this would contravene Article 5(1)(a) of the UK GDPR. No condition in Article "
            "6(1) is satisfied: the legitimate interests of the requester do not override those of "
            "the data subject."
        ),
    ),
    (
        "40",
        (
            "The small numbers would let a neighbour identify the patients. Health data are special "
            "category data and no condition of Article 9 is met."
        ),
    ),
    (
        "41",
        (
            "The contract was supplied to the council by the operator, marked commercial in "
            "confidence, and the operator could bring an action for breach if it were disclosed."
        ),
    ),
    (
        "41",
        (
            "The complaint was made to us by a member of the public who expected that it would be "
            "kept confidential. Disclosure would be detrimental to that person, who could take us to "
            "court."
        ),
    ),
    (
        "41",
        (
            "The information was obtained from the regulator under a memorandum that imposes an "
            "obligation of confidence."
        ),
    ),
    (
        "44",
        ("Disclosure is prohibited by section 18 of the Commissioners for Revenue and Customs Act 2005."),
    ),
    (
        "44",
        ("Section 23(1) CRCA prohibits disclosure because the taxpayer's identity is specified."),
    ),
    ("44", "The Judge ordered on 4 March that nothing be published."),
    ("44", "The Enterprise Act 2002, Part 9, makes it an offence to disclose this."),
    ("44", "Regulation 9 of the Statistics Regulations bars it."),
    (
        "21",
        (
            "All of our board papers are put up on the intranet of the city and at reception, where "
            "the public may look through them."
        ),
    ),
    ("21", "We would refer you to page 12 of the Chief Constable's annual report."),
    (
        "21",
        (
            "The transcript is with the Registry of the High Court, from which a copy may be ordered "
            "for a fee."
        ),
    ),
    ("21", "The same data were sent to you with our answer of 3 June, reference 117/22."),
    ("21", "It was printed in the London Gazette of 4 May 2022."),
    ("21", "The dataset can be downloaded at data.gov.uk."),
    (
        "22",
        (
            "A draft had gone to the printers a week before you wrote, and part of it is wrong and "
            "being put right."
        ),
    ),
    (
        "22",
        (
            "The Department committed in Parliament last March to publish the evaluation in full. "
            "Releasing parts early would mislead readers."
        ),
    ),
    (
        "40",
        (
            "Identifying the two complainants would cause them distress; they did not consent and "
            "would not expect it. The public's interest in how complaints are handled is met by the "
            "summary."
        ),
    ),
    (
        "40",
        (
            "Naming the constable would be unlawful processing, since no lawful basis under Article 6 "
            "is available."
        ),
    ),
    (
        "41",
        (
            "A whistle-blower wrote to us on the footing that the letter would go no further. To "
            "publish it would expose us to a claim."
        ),
    ),
    ("41", "The bank sent us its rating of the company under a non-disclosure agreement."),
    ("44", "The Census Act makes it a crime to give out a return."),
    (
        "44",
        (
            "The Local Government Ombudsman's investigations are secret by statute: Local Government "
            "Act 1974, s 32(2)."
        ),
    ),
    ("44", "An injunction of 2 May forbids it."),
    ("21", "The court list is pinned up each morning in the foyer of the county court."),
    (
        "21",
        ("We publish spending over £500 every month and the months you asked for are among those online."),
    ),
    ("21", "The manual can be bought from the College."),
    (
        "22",
        (
            "The inspection report has been scheduled for release in May since the inspection closed "
            "in January; publishing findings before the provider has checked them for accuracy would "
            "not be fair."
        ),
    ),
    (
        "40",
        (
            "The officer is below the grade at which names are released, and would not expect to be "
            "named; there is no pressing social need for it."
        ),
    ),
    (
        "40",
        (
            "We weighed the legitimate interest in scrutiny against the privacy of the pupils, and "
            "disclosure is not necessary to that interest."
        ),
    ),
    (
        "41",
        (
            "The landowner gave us the valuation on the understanding that it stays between us, and "
            "would be entitled to damages."
        ),
    ),
    (
        "44",
        (
            "Under s.348 of the Financial Services and Markets Act 2000 the authority must not pass "
            "on what it receives."
        ),
    ),
    ("44", "The coroner has made an order that bars it."),
)
_TOO_LITTLE: Final = (
    ("21", "The information is already available to you."),
    ("21", "Section 21 applies because the information is reasonably accessible by other means."),
    ("21", "You have this already."),
    ("22", "The information is intended for future publication."),
    ("22", "We are going to publish this in the new year."),
    ("40", "This is third party personal data."),
    ("40", "The document has names and telephone numbers in it."),
    ("41", "The information was given in confidence."),
    ("41", "These are confidential papers."),
    ("44", "There is a statutory prohibition on disclosure."),
    ("44", "Section 44(1)(a) of the Freedom of Information Act applies."),
    (
        "21",
        ("The requested information is exempt under section 21 as it is reasonably accessible to you."),
    ),
    ("21", "This information is accessible by other means."),
    ("22", "The information is held with a view to publication at some future date."),
    (
        "22",
        ("It is reasonable in all the circumstances to withhold the information until its publication."),
    ),
    ("40", "The information constitutes personal data and is exempt."),
    ("40", "It contains personal information of third parties."),
    ("41", "Disclosure would be an actionable breach of confidence."),
    (
        "41",
        (
            "The information was obtained from another person and its disclosure would constitute a "
            "breach of confidence actionable by that person."
        ),
    ),
    ("44", "Disclosure is prohibited by an enactment."),
    ("44", "The information is subject to a statutory prohibition."),
    ("21", "You can already get at this information."),
    ("22", "It will be published in due course."),
    ("40", "We have removed the personal data."),
    ("41", "The report is marked confidential."),
    ("44", "The law forbids us to disclose it."),
)


def _severities(section: str, applies: str) -> set[Severity]:
    part = a_withholding(an_exemption(applies=applies, favouring=(), against=(), **_KIND[section]))
    return {finding.severity for finding in check(a_draft(part)) if finding.code == "X17"}


@pytest.mark.parametrize(("section", "applies"), _ENOUGH)
def test_a_reason_is_never_stopped(section: str, applies: str) -> None:
    assert Severity.BLOCK not in _severities(section, applies)


@pytest.mark.parametrize(("section", "applies"), _TOO_LITTLE)
def test_what_gives_no_reason_is_told(section: str, applies: str) -> None:
    assert _severities(section, applies)


def test_few_reasons_are_warned_of_for_words_that_the_rule_does_not_know() -> None:
    warned = [applies for section, applies in _ENOUGH if _severities(section, applies)]

    assert len(warned) <= len(_ENOUGH) // 6

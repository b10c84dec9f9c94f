"""What a letter about a review says of its outcome."""

from __future__ import annotations

from datetime import date

import pytest

from flows.domain.documents import REVIEW
from flows.domain.letters import Known, Letter
from flows.domain.outcome import OVERTURNED, PARTLY, UPHELD, said_outcome

KNOWN = Known(reference="1/26", authority="Sample Council", regime="foia", today=date(2026, 11, 20))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("We uphold the decision.", UPHELD),
        ("The original decision is upheld.", UPHELD),
        ("The refusal was upheld on review.", UPHELD),
        ("We do not uphold your complaint.", UPHELD),
        ("Your complaint is not upheld.", UPHELD),
        ("We see no reason to do otherwise, and have not overturned the decision.", UPHELD),
        ("You asked us whether we would overturn it. We uphold the decision.", UPHELD),
        ("We uphold the decision in part.", PARTLY),
        ("The decision is partly upheld.", PARTLY),
        ("Your complaint is partially upheld.", PARTLY),
        ("We overturn part of the decision.", PARTLY),
        ("We uphold the decision on question 1.\n\nOn question 2 we overturn it.", PARTLY),
        ("We uphold the decision on section 31, and overturn it on section 40.", PARTLY),
        ("We overturn the decision.", OVERTURNED),
        ("The decision has been reversed.", OVERTURNED),
        ("We set aside the refusal.", OVERTURNED),
        ("We uphold your complaint.", OVERTURNED),
        ("Your complaint is upheld.", OVERTURNED),
        ("We do not uphold the decision.", OVERTURNED),
        ("We don\u2019t uphold the decision.", OVERTURNED),
        ("On review the decision was right and is upheld.", UPHELD),
        ("We have looked at your complaint and uphold the decision.", UPHELD),
        ("We have not changed our mind, and uphold the answer.", UPHELD),
        ("We have looked at your complaint and uphold it.", OVERTURNED),
        ("The exemption is not engaged, so the decision is overturned.", OVERTURNED),
        ("Your complaint about section 31 is upheld; your complaint about the delay is not upheld.", PARTLY),
        ("I uphold the use of section 31, but not of section 43.", PARTLY),
        ("I uphold part of your complaint.", PARTLY),
        ("You asked whether the decision should be upheld.", None),
        ("We agree with you, and the plan is enclosed.", None),
        ("You wrote \u201cplease overturn the decision\u201d.", None),
        ("We looked at it afresh.", None),
    ],
)
def test_the_outcome_is_read_from_the_letter(text: str, said: str | None) -> None:
    assert said_outcome(Letter(kind=REVIEW, text=f"{text}\n", known=KNOWN)) == said

"""What the law and good practice say of an assessment: one small rule for each thing to notice.

A rule is a pure function that reads a draft and yields what it notices, with the place and the way to
mend it. It speaks in words of its own, never in those of the case. Ids begin with X for exemptions,
H for harm, F for factors, B for the balance, N for neither confirming nor denying, S for the text and
P for the procedure. ``ruleset`` has them all, in order.
"""

from typing import Final

VERSION: Final = "2"
"""Raise it with every change of what a rule notices: submissions record it, and the audit compares.

The next edition of the procedure then asks for it, in ``flows/domain/edition.py``.
"""

SAY_THE_BODY: Final = "State it once with `equipoise body set`, or for `equipoise lint` with --body."
"""What to do where a rule was not run because nobody said what kind of authority decides."""

"""What the letter about an internal review says of its outcome, told by form and never by meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flows.domain.checks.words import phrase, unquoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.letters import Letter

UPHELD: Final = "upheld"
PARTLY: Final = "partly-upheld"
OVERTURNED: Final = "overturned"

_UPHOLDS: Final = phrase(r"\buph(?:o|e)ld(?:s|ing)?\b")
_OVERTURNS: Final = phrase(
    r"\b(?:overturn(?:s|ed|ing)?|revers(?:e|es|ed|ing)|set(?:s|ting)? aside|quash(?:es|ed)?)\b"
)
_OUTCOME: Final = phrase(f"{_UPHOLDS.pattern}|{_OVERTURNS.pattern}")
_IN_PART: Final = phrase(
    r"\b(?:partly|partially|in part|but not)\b|\bpart of (?:the|your|our|this|that) (?:\w+ )?"
    r"(?:decision|refusal|response|answer|complaint)\b"
)
_NOT: Final = phrase(r"(?:\b(?:not|cannot|never)|n['\u2019]t)(?: \w+){0,2} ?$")
_CLAUSE: Final = phrase(r"[;,:]|\b(?:and|but|while|whereas)\b")
_COMPLAINT: Final = phrase(r"\bcomplaint\b")
_DECISION: Final = phrase(r"\b(?:decision|refusal|response|answer|reply)\b")
_OPEN: Final = phrase(r"\b(?:whether|if|ask(?:s|ed|ing)?|could|might|may|should|would)\b")
"""What leaves open how it came out."""


def said_outcome(letter: Letter) -> str | None:
    """Return the outcome of a review that its letter says; None where no words that are known say one.

    An answer that is upheld on one point and overturned on another is upheld in part.
    """
    said = {each for sentence in letter.passage.sentences for each in _of(unquoted(sentence.text))}
    return PARTLY if len(said) > 1 else next(iter(said), None)


def _of(sentence: str) -> Iterator[str]:
    for clause in _CLAUSE.split(sentence):
        found = _OUTCOME.search(clause)
        if found is None or _OPEN.search(clause[: found.start()]):
            continue
        if _IN_PART.search(sentence):
            yield PARTLY
            continue
        # What is upheld may be the complaint, and then the answer is not.
        subject = clause if _COMPLAINT.search(clause) or _DECISION.search(clause) else sentence
        of_complaint = _COMPLAINT.search(subject) and not _DECISION.search(subject)
        against = [_NOT.search(clause[: found.start()]), of_complaint, _OVERTURNS.search(found[0])]
        yield OVERTURNED if sum(map(bool, against)) % 2 else UPHELD

"""Valid values of the document room; a test changes the one thing it is about."""

from __future__ import annotations

import io
import subprocess
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw

from flows.document.record import Record
from flows.domain.assessment import (
    Assessment,
    Balance,
    Duty,
    Exemption,
    Factor,
    Likelihood,
    Outcome,
    Part,
    Request,
)
from flows.domain.provisions import provisions
from flows.domain.theme import Crest

if TYPE_CHECKING:
    from pathlib import Path

LAW = provisions()
DAY = date(2022, 12, 5)
"""On which the texts are made."""


def a_request(**changes: Any) -> Request:
    facts: dict[str, Any] = {
        "reference": "1146A/22",
        "authority": "West Midlands Police",
        "received": date(2022, 11, 7),
        "subject": "Covert use of ear, vein and gait recognition",
        "summary": "Any use of these technologies.",
    }
    return Request(**facts | changes)


def an_exemption(**changes: Any) -> Exemption:
    facts: dict[str, Any] = {
        "provision": "31(3)",
        "limbs": ("31(1)(a)", "31(1)(b)"),
        "likelihood": Likelihood.WOULD_BE_LIKELY,
        "applies": "An answer would help those who wish to go unrecognised.",
        "favouring": (Factor(text="The public could judge whether the law keeps pace.", weight="moderate"),),
        "against": (Factor(text="Counter-measures are cheap."),),
    }
    return Exemption(**facts | changes)


def a_part(**changes: Any) -> Part:
    """A part that neither confirms nor denies."""
    facts: dict[str, Any] = {
        "information": "any other information on these technologies",
        "duty": Duty.CONFIRM_OR_DENY,
        "outcome": Outcome.MAINTAIN,
        "exemptions": (an_exemption(),),
        "harm": "A means of recognition works while it is not expected.",
        "confirming": "People would take care.",
        "denying": "People would take none.",
        "balance": Balance(text="The harm weighs more."),
    }
    return Part(**facts | changes)


def a_withheld_part(**changes: Any) -> Part:
    facts: dict[str, Any] = {
        "information": "the patrol plan",
        "duty": Duty.DISCLOSE,
        "outcome": Outcome.WITHHOLD,
        "exemptions": (an_exemption(provision="31(1)", limbs=("31(1)(a)",)),),
        "confirming": None,
        "denying": None,
    }
    return a_part(**facts | changes)


def an_assessment(*parts: Part) -> Assessment:
    return Assessment(reference="1146A/22", parts=parts or (a_part(),))


def a_record(**changes: Any) -> Record:
    facts: dict[str, Any] = {
        "kind": "Public interest test",
        "authority": "West Midlands Police",
        "reference": "1146A/22",
        "subject": "Covert use of ear, vein and gait recognition",
        "version": 2,
        "decisions": (
            ("Legal review approved", "legal reviewer", date(2022, 11, 30)),
            ("Public interest test signed off", "sign-off officer", date(2022, 12, 2)),
        ),
        "signed_off": "ab" * 32,
        "published": datetime(2022, 12, 5, 10, 30, tzinfo=UTC),
        "register": "0f" * 16,
        "fingerprint": "cd" * 32,
    }
    return Record(**facts | changes)


def a_crest(**changes: Any) -> Crest:
    """Return a crest: a green shield, clear around it."""
    image = Image.new("RGBA", (210, 240), (0, 0, 0, 0))
    ImageDraw.Draw(image).polygon([(10, 10), (200, 10), (200, 130), (105, 230), (10, 130)], "#004d40")
    file = io.BytesIO()
    image.save(file, "PNG")
    facts: dict[str, Any] = {"image": file.getvalue(), "words": "Crest of Sample Council", "height": 18}
    return Crest(**facts | changes)


def tool(*command: str | Path) -> str:
    """Run a command and return what it says."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def pages(pdf: bytes, folder: Path) -> list[str]:
    """Return the text of each page, as poppler reads it."""
    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    return tool("pdftotext", "-layout", path, "-").split("\f")[:-1]

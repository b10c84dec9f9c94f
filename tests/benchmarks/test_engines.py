"""The engines that the benchmark sets side by side all say the same, and each paper something else."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from typing import TYPE_CHECKING, Final

import pytest
from engine_process import EngineProcess, renderer
from sample_content import TITLE, another, for_peers, samples
from sampling import sampled

from flows.document.blocks import Paragraph, Text, words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flows.document.blocks import Block

_MARKS: Final = r"""\b "a" #c $d$ *e* _f_ `g` <h> &amp; [i](j) @k {l} ~m -- n's //o"""
"""What some engine would take for marks of its own, if it were not told."""


@pytest.fixture(scope="module")
def sample() -> tuple[Block, ...]:
    return samples()["4593_26"]


@pytest.mark.parametrize("engine", sampled(["ours", "plain", "weasyprint", "typst", "fpdf2"], first=2))
def test_an_engine_prints_every_word(engine: str, sample: tuple[Block, ...]) -> None:
    blocks = [*sample, Paragraph((Text(_MARKS),))]
    try:
        render = renderer(engine)
    except OSError as missing:  # make bench fetches what WeasyPrint needs, make test does without
        pytest.skip(str(missing))
    printed = _text(render(blocks if engine == "ours" else for_peers(blocks), TITLE))
    assert _counted(words(blocks)) - _counted([printed]) == Counter()
    assert "".join(_MARKS.split()) in "".join(printed.split())


def test_an_engine_in_a_process_of_its_own_says_what_a_paper_took(sample: tuple[Block, ...]) -> None:
    with EngineProcess("plain") as process:
        first, second = (process.render(for_peers(another(sample, number)), TITLE) for number in (1, 2))
    assert _text(first.pdf) != _text(second.pdf)
    assert 0 < first.seconds < 60
    assert 0 < first.resident <= first.peak <= second.peak


def test_no_two_papers_have_a_sentence_in_common(sample: tuple[Block, ...]) -> None:
    first, second = (
        {text for text in words(another(sample, number)) if len(text.split()) > 1} for number in (1, 2)
    )
    assert first & second == set()
    assert len(first) > 50


def _text(pdf: bytes) -> str:
    command = ["pdftotext", "-raw", "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def _counted(texts: Iterable[str]) -> Counter[str]:
    return Counter(word for text in texts for word in re.findall(r"\w+", text))

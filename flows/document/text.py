"""The text that people read and approve: an assessment written out as Markdown.

The words stand in the templates; here is what the templates may ask. Fields of content
come in as data: plain ones escaped, Markdown ones parsed and written anew.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Final

from flows.document.blocks import Note, Paragraph, Text, inline_words, parse_document, parse_prose
from flows.document.markdown import escape, normalise, write_markdown
from flows.document.numbering import numbered
from flows.document.syntax import marks
from flows.domain.assessment import REFUSALS, Duty, texts
from flows.domain.citation import format_citations
from flows.domain.english import in_full, listing, spans
from flows.domain.errors import Fault, MalformedError
from flows.domain.standing import standing
from flows.files import templates

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from jinja2 import Template

    from flows.domain.assessment import Assessment, Exemption, Factor, Part, Request
    from flows.domain.provisions import Provisions
    from flows.domain.standing import Standing


def write_document(
    request: Request,
    assessment: Assessment,
    law: Provisions,
    *,
    on: date,
    body: str | None = None,
    contact: str | None = None,
) -> str:
    """Return the public interest test as Markdown, ``document.md``.

    Args:
        request: What was asked; its summary is Markdown.
        assessment: The content, laid out part by part.
        law: The Act: the titles of what is cited, what is absolute, and whom to complain to.
        on: The local day on which the text is made.
        body: The kind of authority; None where it is not known.
        contact: Where to ask for an internal review, as plain text that follows "write to";
            without it the applicant is told to answer the message the paper came with.

    Raises:
        MalformedError: a field of content is not Markdown of the subset.
    """
    titles = law.titles()

    def name(exemption: Exemption) -> str:
        return cite(exemption.provision, exemption.limbs, titles.get(exemption.provision))

    def short_name(exemption: Exemption) -> str:
        return cite(exemption.provision, _own_limbs(exemption), titles.get(exemption.provision))

    def stands(part: Part) -> Standing:
        return standing(part, law, body)

    def certificate_of(exemption: Exemption) -> str:
        """Return under what a certificate was signed; X15 stops one where there can be none."""
        known = law.get(exemption.provision)
        return (known.certificate if known else None) or exemption.provision

    written = _page().render(
        request=request,
        assessment=assessment,
        contact=contact,
        name=name,
        short_name=short_name,
        stands=stands,
        certificate_of=certificate_of,
        regulator=law.regulator(on),
    )
    # Read and written again: what leaves here is known to parse, and is laid out one way only.
    try:
        return write_markdown(numbered(parse_document(written)))
    except MalformedError as error:
        raise _told_of_a_field(error, request, assessment) from None


def _told_of_a_field(error: MalformedError, request: Request, assessment: Assessment) -> MalformedError:
    """Return what is too much for the whole paper as a fault of the field that has most of it."""
    fields = {**dict(texts(request, "request")), **dict(texts(assessment))}
    fullest = max(fields, key=lambda path: marks(fields[path]))
    told = (Fault(path=fullest, problem=f"the paper made of it {fault.problem}") for fault in error.faults)
    return MalformedError("assessment.yaml", *told)


def cite(provision: str, limbs: Sequence[str] = (), title: str | None = None) -> str:
    """Return one exemption as people write it, to stand at the start of a line.

    ``Section 31(1)(a) and (b) (Law enforcement)`` where the limbs are the provision's own, else
    ``Section 31(3) (Law enforcement), by virtue of section 31(1)(a) and (b)``.
    """
    own = [limb for limb in limbs if limb.startswith(provision)]
    others = [limb for limb in limbs if limb not in own]
    phrase = format_citations(own or [provision])
    named = f"{phrase[:1].upper()}{phrase[1:]}{f' ({title})' if title else ''}"
    return f"{named}, by virtue of {format_citations(others)}" if others else named


def skeleton(request: Request) -> str:
    """Return the ``assessment.yaml`` that an officer starts from when none came."""
    page = templates(escape=False).get_template("document/skeleton.yaml.j2")
    # A JSON string is a YAML scalar in double quotes.
    return page.render(reference=json.dumps(request.reference))


@cache
def _page() -> Template:
    page = templates(escape=False)
    page.filters |= {"plain": escape, "prose": normalise, "weighed": _weighed, "led": _led}
    page.filters |= {"day": in_full, "listing": listing, "spans": spans}
    page.filters["opening"] = lambda text: f"{text[:1].upper()}{text[1:]}"
    page.globals |= {
        "sections": format_citations,
        "is_refusal": lambda part: part.outcome in REFUSALS,
        "balances": _balances,
        "by_duty": _by_duty,
        "concludes": _concludes,
        "relied": _relied,
        "own": lambda exemption: _own_limbs(exemption) or [exemption.provision],
        "has_harm": _has_harm,
        "has_factors": _has_factors,
    }
    return page.get_template("document/test.md.j2")


def _weighed(factor: Factor) -> str:
    """Return a factor as Markdown, which ends with its weight: a weight by itself is nothing to cite."""
    blocks = parse_prose(factor.text)
    if factor.weight:
        weight = Text(f"Weight: {factor.weight.strip()}.")
        match blocks:
            case [*before, Paragraph(inlines)]:
                blocks = (*before, Paragraph((*inlines, Text(" "), weight)))
            case _:
                blocks = (*blocks, Paragraph((weight,)))
    return write_markdown(blocks)


def _led(text: str, lead: str) -> str:
    """Return a lead-in, which is plain text, with what it leads to as Markdown: one paragraph of the two.

    What is but a phrase, as an address may be, ends with a full stop then; not a link, which it would break.
    """
    blocks = parse_prose(text)
    first, rest = (blocks[0], blocks[1:]) if blocks else (None, ())
    if not isinstance(first, Paragraph):
        return write_markdown((Paragraph((Text(lead),)), *blocks))
    *_, last = " ".join(inline_words(first.inlines)).split()
    ends = rest or isinstance(first.inlines[-1], Note) or "/" in last or "@" in last or last[-1] in ".:;!?"
    stop = () if ends else (Text("."),)
    return write_markdown((Paragraph((Text(f"{lead} "), *first.inlines, *stop)), *rest))


_CONCLUSION: Final = "in all the circumstances of the case"


def _concludes(part: Part) -> bool:
    """Return whether a balance of the part ends in the words of section 2, which stand once in a paper."""
    texts = (each.balance.text for each in _balances(part) if each.balance)
    return any(_CONCLUSION in " ".join(text.split()).casefold() for text in texts)


def _relied(found: Standing) -> str:
    """Return the provisions that a part is refused under, as in a sentence; empty for none."""
    return format_citations(found.kept) if found.kept else ""


def _own_limbs(exemption: Exemption) -> list[str]:
    return [limb for limb in exemption.limbs if limb.startswith(exemption.provision)]


def _by_duty(parts: Sequence[Part]) -> Iterator[tuple[Duty, list[int]]]:
    """Yield each duty that parts are about, with the numbers of those parts."""
    for duty in dict.fromkeys(part.duty for part in parts):
        yield duty, [number for number, part in enumerate(parts, start=1) if part.duty is duty]


def _balances(part: Part) -> Iterator[Exemption | Part]:
    """Yield what carries a balance of its own: exemptions first, then the part."""
    yield from (each for each in part.exemptions if each.balance)
    if part.balance:
        yield part


def _has_harm(part: Part) -> bool:
    texts = (part.harm, part.confirming, part.denying, *(each.harm for each in part.exemptions))
    return any(texts)


def _has_factors(part: Part) -> bool:
    return any(each.favouring or each.against for each in part.exemptions)

"""The ``assessment.yaml`` that an officer starts from who knows on which exemptions it is to rest.

The words of each exemption stand in ``templates/starts/``, in a file for each Act, whose head explains them.
No paper is made from any of this.
"""

from __future__ import annotations

import json
import re
import textwrap
import tomllib
from dataclasses import dataclass, fields
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from flows.domain.assessment import OUTCOMES, Outcome
from flows.domain.checks.reasons import turns_on_principles
from flows.domain.citation import format_citations
from flows.domain.english import listing
from flows.domain.provisions import Ask, Need, provisions
from flows.domain.starting import kinds_of
from flows.files import folder, templates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from jinja2 import Template

    from flows.domain.assessment import Duty, Exemption
    from flows.domain.provisions import Provision, Provisions

BLANK: Final = "[To be written: {}]"
"""What check S03 knows for a placeholder, whatever stands in it."""
_BEGINS: Final = BLANK.partition("{")[0]
_BLANK: Final = re.compile(r"\[([^\[\]]+)\](?![({])")
_STRAY: Final = re.compile(r"[\[\]]")
_WIDTH: Final = 100
_OF_PRINCIPLES: Final = {Ask.PRINCIPLE, Ask.INTERESTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is ours to say of one exemption before anyone has written a word of it; all are Markdown.

    Attributes:
        weigh: What to think of in the balance, to follow "think of".
    """

    applies: str = ""
    harm: str = ""
    favouring: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    weigh: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """One exemption with what is written of it.

    Attributes:
        remarks: What the Act, as far as it is data, says of it: comments for whoever fills it in.
        choice: The limbs to choose from; empty where they are named, or none is needed.
        purposes: Those to choose from; empty where none is needed.
        harmful: Whether it rests on harm.
        asks: What it is to say beside why it applies, section 17(1)(c).
        likely: Whether it is to be said how likely that is.
        weighed: Whether it wants a balance.
    """

    exemption: Exemption
    provision: Provision
    words: Words
    remarks: tuple[str, ...]
    choice: Mapping[str, str]
    purposes: Mapping[str, str]
    harmful: bool
    asks: tuple[Ask, ...]
    likely: bool
    weighed: bool


def start(reference: str, exemptions: Sequence[Exemption], law: Provisions, *, body: str | None) -> str:
    """Return an assessment that rests on these exemptions, with blanks; a part for each duty.

    Args:
        reference: The request's; nothing else of it is written.
        exemptions: As ``domain.starting`` names them.
        body: The kind of authority; None where it is not known.
    """
    begun = [_begun(each, law, body) for each in exemptions]
    duties = dict.fromkeys(each.provision.duty for each in begun)
    return _page().render(
        reference=reference,
        parts=[_part(duty, [each for each in begun if each.provision.duty is duty], law) for duty in duties],
        persons=law.qualified_for(body) if body else (),
    )


@cache
def _page() -> Template:
    page = templates(escape=False)
    page.filters |= {"blank": BLANK.format, "quoted": _quoted, "under": _under, "comment": _comment}
    page.filters |= {"listing": listing}
    return page.get_template("starts/assessment.yaml.j2")


def _quoted(value: object) -> str:
    # JSON in one line is YAML too.
    return json.dumps(value, ensure_ascii=False)


def _under(text: str, indent: int) -> str:
    """Return the paragraphs of a text, wrapped, to stand so many columns from the left."""
    paragraphs = (_wrapped(each, indent) for each in text.split("\n\n"))
    return textwrap.indent("\n\n".join(paragraphs), " " * indent).lstrip()


def _comment(text: str, indent: int) -> str:
    return textwrap.indent(_wrapped(text, indent + 2), " " * indent + "# ").lstrip()


def _wrapped(text: str, indent: int) -> str:
    # What begins a blank stays on one line, so that an editor finds every one.
    kept = text.replace(_BEGINS, _BEGINS.replace(" ", "\0"))
    lines = textwrap.fill(kept, _WIDTH - indent, break_long_words=False, break_on_hyphens=False)
    return lines.replace("\0", " ")


def _part(duty: Duty, begun: list[Begun], law: Provisions) -> Mapping[str, object]:
    weighed = [each for each in begun if each.weighed]
    test = law.tests[duty].words.replace("outweighs", BLANK.format("outweighs, or does not outweigh"))
    to_weigh = [_to_weigh(each, named=len(weighed) > 1) for each in weighed]
    return {
        "duty": duty,
        "begun": begun,
        "weighed": weighed,
        "balance": "\n\n".join([*to_weigh, f"{test[:1].upper()}{test[1:]}."]),
        # What is not held is exempt from nothing, section 1(1)(b).
        "outcomes": [each for each in OUTCOMES[duty] if each is not Outcome.NOT_HELD],
    }


def _to_weigh(begun: Begun, *, named: bool) -> str:
    heading = f"**Section {begun.provision.citation}.** " if named else ""
    what = begun.words.weigh or "how grave the harm is, how direct, and what is public already"
    return f"{heading}{BLANK.format(f'what each factor counts for here, and why; think of {what}')}."


def _begun(exemption: Exemption, law: Provisions, body: str | None) -> Begun:
    provision = law.get(exemption.provision)
    assert provision is not None  # noqa: S101 - this law named it
    bases = [provision.basis_of(limb) for limb in exemption.limbs or (exemption.provision,)]
    wants_limb = not exemption.limbs and {Need.LIMB, Need.LIMB_OF_EACH_LETTER} & set(provision.needs)
    for_purposes = (limb for limb in exemption.limbs if (own := law.get(limb)) and limb in own.purposes_for)
    return Begun(
        exemption=exemption,
        provision=provision,
        words=_words_of(exemption, provision, law),
        remarks=tuple(_remarks(provision, law, body)),
        choice=limbs_of(provision, law) if wants_limb else {},
        purposes=law.purposes if any(for_purposes) else {},
        harmful=any(basis.harm for basis in bases),
        asks=tuple(
            ask for ask in provision.asks if ask not in _OF_PRINCIPLES or turns_on_principles(exemption)
        ),
        likely=any(basis.likelihood for basis in bases) and Need.OPINION not in provision.needs,
        weighed=law.wants_balance(exemption, authority=body),
    )


def _remarks(provision: Provision, law: Provisions, body: str | None) -> Iterator[str]:
    if provision.trigger:
        yield f"The duty to confirm or deny does not arise where {provision.trigger}."
    if provision.note:
        yield provision.note
    if provision.only_for and body is None:
        yield (
            f"Only for {kinds_of(provision, law)}; of what kind this authority is, nobody has stated "
            "(equipoise body set)."
        )
    for other in provision.consider_with:
        yield f"Consider {other} beside it: one alone may reveal whether a security body is involved."


def limbs_of(provision: Provision, law: Provisions) -> Mapping[str, str]:
    """Return the limbs of an exemption, or of what an exclusion protects, each with what it names."""
    family = (provision, *(known for each in provision.protects if (known := law.get(each))))
    return {limb: words for each in family for limb, words in each.limbs.items()}


# The words of an exemption


def _words_of(exemption: Exemption, provision: Provision, law: Provisions) -> Words:
    """Return what is ours to say: of each limb its own words, else those of its provision."""
    table = starting_words(law.act.id)
    general = table.get(provision.citation, Words())
    limbs = [table.get(limb, general) for limb in exemption.limbs if limb.startswith(provision.citation)]
    fill = _filler(exemption, provision, law)

    def said(name: str) -> Iterator[Any]:
        yield from dict.fromkeys(getattr(limb, name) or getattr(general, name) for limb in limbs or [general])

    return Words(
        applies=fill("\n\n".join(said("applies"))),
        harm=fill("\n\n".join(said("harm"))),
        favouring=tuple(map(fill, chain.from_iterable(said("favouring")))),
        against=tuple(map(fill, chain.from_iterable(said("against")))),
        weigh="; ".join(said("weigh")),
    )


def _filler(exemption: Exemption, provision: Provision, law: Provisions) -> Callable[[str], str]:
    """Return what puts blanks, limbs and interests in the place of what stands for them."""
    # An exclusion protects interests of other provisions; a limb of its own names none.
    own = provision.citation if provision.protects else None
    named = [limb for limb in exemption.limbs if own is None or not limb.startswith(own)]
    every = limbs_of(provision, law).items()
    interests = [
        words for limb in named for full, words in every if full == limb or full.startswith(f"{limb}(")
    ]
    of = format_citations(provision.protects or [provision.citation])

    def fill(text: str) -> str:
        limbs = format_citations(named) if named else f"[which limb of {of}]"
        interest = listing(interests) if interests else f"[what is protected, as the limb of {of} has it]"
        replaced = text.replace("{limbs}", limbs).replace("{interest}", interest)
        return _BLANK.sub(lambda found: BLANK.format(found[1]), replaced)

    return fill


@cache
def starting_words(regime: str) -> Mapping[str, Words]:
    """Return the words of each provision and limb that has some.

    Raises:
        ValueError: a table names nothing of the Act, has a field nobody knows, or a bracket that is no blank.
    """
    file = folder("templates") / "starts" / f"{regime}.toml"
    return read_starting_words(file.read_text("utf-8"), provisions(regime)) if file.is_file() else {}


def read_starting_words(text: str, law: Provisions) -> Mapping[str, Words]:
    """Return what a text in the form of ``templates/starts/foia.toml`` says.

    Raises:
        ValueError: as ``starting_words``.
    """
    return {citation: _row(citation, row, law) for citation, row in tomllib.loads(text).items()}


def _row(citation: str, row: Mapping[str, object], law: Provisions) -> Words:
    if law.get(citation) is None:
        raise ValueError(f"{citation}: the Act has no such provision")
    if unknown := row.keys() - {each.name for each in fields(Words)}:
        raise ValueError(f"{citation}: there is no field {', '.join(sorted(unknown))}")
    words = Words(**{name: _read(value) for name, value in row.items()})
    if any(_STRAY.search(_BLANK.sub("", text)) for text in _every_text(words)) or _STRAY.search(words.weigh):
        raise ValueError(f"{citation}: a bracket is no blank")
    return words


def _read(value: Any) -> Any:  # noqa: ANN401 - a text or a list of them
    return value.strip() if isinstance(value, str) else tuple(value)


def _every_text(words: Words) -> Iterator[str]:
    yield from (words.applies, words.harm, *words.favouring, *words.against)

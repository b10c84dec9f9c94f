"""The shape of ``request.yaml`` and ``assessment.yaml``: the one definition of both files.

From these models come the JSON Schemas and the domain's types. A model is given plain Python in
which every scalar is text, as ``strict_yaml`` reads it, and the caller's ``TextRules`` as context.
What a model says of a fault is put into words by ``faults``.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import PydanticCustomError, core_schema

from flows.domain import assessment as domain
from flows.domain import records
from flows.domain.citation import PATTERN as PROVISION
from flows.domain.citation import parse_citations
from flows.domain.errors import MalformedError
from flows.domain.provisions import regimes
from flows.domain.reference import parse_new_reference, parse_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

File = Literal["request", "assessment", "records"]

SAID: Final = "said"
"""The type of an error whose words are final; they stand in its context under ``problems``."""
AS_TEXT: Final = "<text>"
AS_KEYS: Final = "<keys>"
"""How pydantic tells which of two forms was read; no step of a path the writer knows."""

DATE: Final = "write the date as 2022-11-07"
_DATE: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_NUMBER: Final = r"[1-9][0-9]{0,2}"
_PAGES: Final = rf"({_NUMBER})(?:-({_NUMBER}))?"
_YEAR: Final = r"[12][0-9]{3}"
_REFERENCE: Final = (
    r"(?!.*(\.\.|//))[A-Za-z0-9]([A-Za-z0-9._/-]{0,38}[A-Za-z0-9_-])?"  # as domain.reference has it
)
_SOME_TEXT: Final = {"type": "string", "pattern": r"\S"}
_STOPS: Final = r".,;:!?\u2026"
_ENDED: Final = re.compile(rf"[{_STOPS}](?=\s*\Z)")
_SOME_PHRASE: Final = {"type": "string", "pattern": rf"[^\s{_STOPS}]\s*$"}
_EMPTY: Final = "this is empty; write the text, or leave the key out where it is optional"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRules:
    """What is wrong with a text that is to stand in clear; each phrase is one fault, and repeats no text.

    Attributes:
        plain: For a field of one line.
        prose: For a field in Markdown.
        typed: Whether the file has just been handed in. What was taken in before is read as it was then.
    """

    plain: Callable[[str], Sequence[str]]
    prose: Callable[[str], Sequence[str]]
    typed: bool = True


_UNPRINTED: Final = (
    "is printed of exemptions alone, and this part has none; name the exemption, or say it under answer"
)


def refuse(problems: Sequence[str]) -> None:
    """Raise what a validator raises, if there are problems."""
    if problems:
        raise PydanticCustomError(SAID, "see problems", {"problems": tuple(problems)})


def _some(text: str) -> str:
    refuse([] if text.strip() else [_EMPTY])
    return text


def _composed(text: str) -> str:
    """Return some text with its accents in one with their letters; some systems part them."""
    return unicodedata.normalize("NFC", _some(text))


def _plain(text: str, info: ValidationInfo) -> str:
    refuse(_rules(info).plain(text := _composed(text)))
    return text


def _phrase(text: str, info: ValidationInfo) -> str:
    plain = _plain(text, info)
    ended = _ENDED.search(plain) if _rules(info).typed else None
    refuse([f"goes into a sentence of the paper; leave out the {ended[0]} at its end"] if ended else [])
    return plain


def _prose(text: str, info: ValidationInfo) -> str:
    composed = _composed(text)
    refuse(_rules(info).prose(composed.rstrip("\n")))
    return composed.strip("\n")


def _rules(info: ValidationInfo) -> TextRules:
    if not isinstance(info.context, TextRules):
        raise ValueError("these models are read with TextRules as their context")  # noqa: TRY004
    return info.context


def _reference(text: str, info: ValidationInfo) -> str:
    try:
        # What the register has was judged when it was opened.
        parse = parse_new_reference if _rules(info).typed else parse_reference
        return parse(_plain(text, info))
    except MalformedError as error:
        refuse([fault.problem for fault in error.faults])
        raise


def _provision(text: str) -> str:
    if re.fullmatch(PROVISION, text):
        return text
    try:
        first, *others = parse_citations(text)
    except MalformedError:
        refuse(["write the provision as 31(1), 31(1)(a) or 40(5B)(a)"])
        raise
    # What could be read is told in our form, never in the writer's.
    refuse([f"write {first}, and each of the others by itself" if others else f"write {first}"])
    return first


def _regime(text: str) -> str:
    refuse([] if text in regimes() else [f"write {' or '.join(map(repr, regimes()))}"])
    return text


def _date(text: object) -> date:
    fits = isinstance(text, str) and re.fullmatch(_DATE, text)
    refuse([] if fits else [f"{DATE}: year, month, day"])
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        refuse([f"the calendar has no such day; {DATE}: year, month, day"])
        raise


def _number(text: object) -> int:
    fits = isinstance(text, str) and re.fullmatch(_NUMBER, text)
    refuse([] if fits else ["write the number of a question, from 1 to 999"])
    return int(str(text))


def _counted(text: object) -> int:
    fits = isinstance(text, str) and re.fullmatch(_NUMBER, text)
    refuse([] if fits else ["write a number from 1 to 999"])
    return int(str(text))


def _pages(text: object) -> tuple[int, int]:
    found = re.fullmatch(_PAGES, text) if isinstance(text, str) else None
    refuse([] if found else ["write a page as 3, or the first and the last as 3-5"])
    assert found  # noqa: S101 - refused above
    return int(found[1]), int(found[2] or found[1])


def _year(text: object) -> int:
    fits = isinstance(text, str) and re.fullmatch(_YEAR, text)
    refuse([] if fits else ["write the year as 1998"])
    return int(str(text))


def _once_each(numbers: tuple[int, ...]) -> tuple[int, ...]:
    twice = [number for number, times in Counter(numbers).items() if times > 1]
    refuse([f"question {number} is listed twice; list it once" for number in twice])
    return numbers


def _form(value: object) -> str:
    return AS_KEYS if isinstance(value, dict) else AS_TEXT


Sealed = Annotated[str, AfterValidator(_some), WithJsonSchema(_SOME_TEXT)]
Plain = Annotated[str, AfterValidator(_plain), WithJsonSchema(_SOME_TEXT)]
Prose = Annotated[str, AfterValidator(_prose), WithJsonSchema(_SOME_TEXT)]
Phrase = Annotated[str, AfterValidator(_phrase), WithJsonSchema(_SOME_PHRASE)]
Reference = Annotated[
    str, AfterValidator(_reference), WithJsonSchema({"type": "string", "pattern": f"^{_REFERENCE}$"})
]
Provision = Annotated[
    str, AfterValidator(_provision), WithJsonSchema({"type": "string", "pattern": f"^{PROVISION}$"})
]
Regime = Annotated[str, AfterValidator(_regime), WithJsonSchema({"type": "string", "enum": list(regimes())})]
Date = Annotated[
    date,
    BeforeValidator(_date),
    WithJsonSchema({"type": "string", "format": "date", "pattern": f"^{_DATE}$"}),
]
Question = Annotated[
    int, BeforeValidator(_number), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 999})
]
Number = Annotated[
    int, BeforeValidator(_counted), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 999})
]
Pages = Annotated[
    tuple[int, int], BeforeValidator(_pages), WithJsonSchema({"type": "string", "pattern": f"^{_PAGES}$"})
]
Year = Annotated[
    int, BeforeValidator(_year), WithJsonSchema({"type": "integer", "minimum": 1000, "maximum": 2999})
]
Questions = Annotated[
    tuple[Question, ...], AfterValidator(_once_each), Field(json_schema_extra={"uniqueItems": True})
]


def _say(description: str) -> Any:  # noqa: ANN401  what pydantic's Field gives
    return Field(description=description)


def _may(description: str) -> Any:  # noqa: ANN401
    return Field(default=None, description=description)


def _any(description: str) -> Any:  # noqa: ANN401
    return Field(default=(), description=description)


class _Keys(BaseModel):
    """Keys with values; a key that is not listed is a fault."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=lambda name: name.replace("_", "-")
    )


class _Content(_Keys):
    """Keys whose values make one value of the domain, field by field under the same names."""

    makes: ClassVar[type]

    def value(self) -> Any:  # noqa: ANN401 - what ``makes`` says
        """Return the domain's value."""
        return self.makes(**{name: _value(getattr(self, name)) for name in type(self).model_fields})


def _value(read: object) -> object:
    if isinstance(read, tuple):
        return tuple(map(_value, read))
    return read.value() if isinstance(read, _Content) else read


class Applicant(_Keys):
    """Who asked. Sealed with the request as it arrived; never in clear."""

    name: Sealed = _say("The applicant's name, as the request gives it.")
    email: Sealed | None = _may("The applicant's e-mail address; leave it out if there is none.")
    telephone: Sealed | None = _may("The applicant's telephone number; leave it out if there is none.")
    address: Sealed | None = _may("The applicant's postal address; leave it out if there is none.")


class RequestFile(_Keys):
    """A request for information, as it is put into the inbox."""

    reference: Reference | None = _may(
        "The authority's reference, as it writes it; in quotes if it is digits only. "
        "Left out, the next in the authority's pattern is given."
    )
    repeat_of: Reference | None = _may(
        "The reference of the case in which the same was asked, to have it taken in all the same."
    )
    authority: Phrase = _say("The public authority that was asked.")
    received: Date = _say("Local date of receipt, as 2022-11-07; any day of the week.")
    regime: Regime = Field(
        default=domain.FOIA,
        description="The Act it was made under; left out, the Freedom of Information Act 2000.",
    )
    subject: Plain = _say("A label fit to publish, without the applicant's name.")
    applicant: Applicant = _say("Who asked. Sealed; never in clear.")
    text: Sealed = _say("The request itself, in full. Sealed; never in clear.")
    summary: Prose | None = _may("What was asked, fit to publish, in Markdown; needed before submission.")


class WeightedFactor(_Content):
    """One argument with the weight it is given."""

    makes = domain.Factor
    text: Prose = _say("The argument, in Markdown.")
    weight: Phrase | None = _may("The weight it is given, in a few words.")


class StatedBalance(_Content):
    """The weighing, with the mode stated."""

    makes = domain.Balance
    mode: domain.Mode = Field(
        description="Whether the exemptions are weighed one by one (independent) or together (cumulative)."
    )
    of: tuple[Provision, ...] = _any("The provisions weighed; left out, all of the part.")
    text: Prose = _say("The weighing, in Markdown.")


Factor = Annotated[
    Annotated[Prose, AfterValidator(lambda text: domain.Factor(text=text)), Tag(AS_TEXT)]
    | Annotated[WeightedFactor, Tag(AS_KEYS)],
    Discriminator(_form),
]
Balance = Annotated[
    Annotated[Prose, AfterValidator(lambda text: domain.Balance(text=text)), Tag(AS_TEXT)]
    | Annotated[StatedBalance, Tag(AS_KEYS)],
    Discriminator(_form),
]


class Opinion(_Content):
    """The qualified person's reasonable opinion, section 36(2)."""

    makes = domain.Opinion
    by: Phrase = _say("Who gave the opinion: the office held, or the name.")
    authority: Phrase = _say("What makes that person the qualified person, section 36(5).")
    date: Date = _say("The day the opinion was given, as 2022-11-07.")
    would: Phrase = _say("What would happen in that opinion: would, or would be likely to.")
    paragraph: Provision | None = _may('By which paragraph of section 36(5), as "36(5)(o)".')
    limbs: tuple[Provision, ...] = _any('What the opinion is about, as "36(2)(b)(i)".')
    put: Prose | None = _may("What was put to the qualified person, in Markdown.")


class Certificate(_Content):
    """A certificate that the exemption applies, section 23(2), 24(3) or 34(3)."""

    makes = domain.Certificate
    signed_by: Phrase = _say(
        "Who signed it: a Minister of the Crown; for section 34 the Speaker or the Clerk of the Parliaments."
    )
    date: Date = _say("The day it was signed, as 2022-11-07.")


class Publication(_Content):
    """The publication that is intended, section 22(1)."""

    makes = domain.Publication
    intended_since: Date = _say("The day from which it was intended, before the request; as 2022-11-07.")
    expected: Phrase | None = _may("When it is expected, as: in March 2027.")
    reasonable: Prose = _say("Why it is reasonable to wait until then, in Markdown.")


class Confidence(_Content):
    """What makes disclosure an actionable breach of confidence, section 41(1)."""

    makes = domain.Confidence
    source: Phrase = _say("From whom it was obtained, as far as that can be said: the tenderers.")
    actionable: Prose = _say("Why that person or another could sue for the breach, in Markdown.")


class Exemption(_Content):
    """One subsection relied on."""

    makes = domain.Exemption
    provision: Provision = _say("The subsection relied on, as 31(1), 24(2) or 40(5B)(a).")
    applies: Prose | None = _may("Why it is engaged, section 17(1)(c), in Markdown.")
    limbs: tuple[Provision, ...] = _any(
        'Which interests, as "31(1)(a)"; to neither confirm nor deny, what is protected.'
    )
    purposes: tuple[Provision, ...] = _any('For 31(1)(g) to (i): the purposes in 31(2), as "31(2)(b)".')
    likelihood: domain.Likelihood | None = _may("How likely the harm is.")
    harm: Prose | None = _may("Evidence of harm of its own, in Markdown.")
    favouring: tuple[Factor, ...] = _any(
        "Factors favouring disclosure, or confirming or denying; each a paragraph of Markdown."
    )
    against: tuple[Factor, ...] = _any(
        "Factors against disclosure, or confirming or denying; each a paragraph of Markdown."
    )
    balance: Balance | None = _may("A balance of its own, in Markdown, with its outcome.")
    outcome: domain.Outcome | None = _may("How a balance of its own ends.")
    in_the_alternative_to: Provision | None = _may(
        'The provision this one stands as an alternative to, as "23(1)".'
    )
    condition: Literal["first", "second", "third"] | None = _may("For section 40: which condition is met.")
    opinion: Opinion | None = _may("For section 36: the qualified person's opinion.")
    certificate: Certificate | None = _may("For sections 23, 24 and 34: the certificate, if there is one.")
    where: Prose | None = _may("For section 21: where the applicant can have it, in Markdown.")
    publication: Publication | None = _may("For section 22: the publication that is intended.")
    principle: Phrase | None = _may(
        "For section 40: the data protection principle, as: lawfulness, fairness and transparency."
    )
    legitimate_interests: Prose | None = _may(
        "For section 40: which legitimate interests were weighed, and how, in Markdown."
    )
    confidence: Confidence | None = _may("For section 41: from whom it came, and why a breach is actionable.")
    enactment: Phrase | None = _may(
        "For section 44: what prohibits disclosure, as: section 132 of the Finance Act 1989."
    )


_OF_EXEMPTIONS: Final = ("harm", "confirming", "denying", "balance")
"""What a part says of its exemptions."""


def _what_goes_together(schema: dict[str, Any]) -> None:
    def branch(duty: domain.Duty) -> dict[str, Any]:
        fitting = {"outcome": {"enum": [str(one) for one in domain.OUTCOMES[duty]]}}
        return {
            "if": {"properties": {"duty": {"const": str(duty)}}},
            "then": {"properties": {**fitting, "exemptions": {"items": {"properties": fitting}}}},
        }

    bare = {
        "if": {"properties": {"exemptions": {"maxItems": 0}}},
        "then": {"properties": dict.fromkeys(_OF_EXEMPTIONS, False)},
    }
    schema["allOf"] = [*map(branch, domain.Duty), bare]


class Part(_Content):
    """Some of what was asked, and one duty about it."""

    makes = domain.Part
    model_config = ConfigDict(json_schema_extra=_what_goes_together)

    information: Phrase = _say("What this part is about, as a noun phrase in plain text.")
    questions: Questions = _any("Numbers of the questions in the request.")
    duty: domain.Duty = _say(
        "confirm-or-deny: whether to say that information is held. disclose: whether to communicate it."
    )
    exemptions: tuple[Exemption, ...] = _say("The subsections relied on; [] where everything is given.")
    harm: Prose | None = _may("Evidence of harm that the exemptions share, in Markdown.")
    confirming: Prose | None = _may("What confirming would reveal, in Markdown.")
    denying: Prose | None = _may("What denying would reveal, in Markdown.")
    balance: Balance | None = _may("The weighing, in Markdown, or with its mode stated.")
    outcome: domain.Outcome = _say(
        "How the balance ends. For confirm-or-deny: maintain or confirm-or-deny. "
        "For disclose: withhold, partly, disclose or not-held."
    )
    answer: Prose | None = _may("What is given or explained, in Markdown.")
    created: Year | None = _may(
        "The year in which the record was created, or the latest record of its file, section 62."
    )

    @field_validator(*_OF_EXEMPTIONS)
    @classmethod
    def _printed(cls, said: object, info: ValidationInfo) -> object:
        """Refuse what no paper prints, as it says of exemptions what there is none to say it of."""
        refuse([_UNPRINTED] if _rules(info).typed and info.data.get("exemptions") == () else [])
        return said


class AssessmentFile(_Content):
    """The content of one public interest test."""

    makes = domain.Assessment
    reference: Reference = _say("The request's reference, exactly as the request has it.")
    parts: tuple[Part, ...] = Field(
        min_length=1, description="One part for each answer: to disclose or not, to confirm or deny or not."
    )


class ExemptPages(_Content):
    """Pages of a record, and the exemption that covers them."""

    makes = records.Exempt

    pages: Pages = _say("The page, or the first and the last: 3, or 3-5.")
    provision: Provision = _say("The subsection relied on.")


class Record(_Content):
    """One record that was found."""

    makes = records.Record

    number: Number = _say("Its number in the schedule.")
    description: Phrase = _say("What it is, fit to publish, as a noun phrase in plain text.")
    pages: Number = _say("How many pages it has.")
    status: records.Status = _say("released, redacted (given in part) or withheld.")
    file: Plain | None = _may(
        "The name of the file that is given, beside this one; of a withheld record none."
    )
    exemptions: tuple[ExemptPages, ...] = _any("Which pages are exempt; of a released record none.")


class RecordsFile(_Content):
    """The schedule of the records that were found for a request."""

    makes = records.Records

    reference: Reference = _say("The request's reference, exactly as the request has it.")
    records: tuple[Record, ...] = Field(
        min_length=1, max_length=999, description="Every record that was found, whatever becomes of it."
    )


MODELS: Final[dict[File, type[BaseModel]]] = {
    "request": RequestFile,
    "assessment": AssessmentFile,
    "records": RecordsFile,
}


class _AsWritten(GenerateJsonSchema):
    """Says what a writer may write: no null (a key is left out), no titles that repeat a key."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002
        return False


def json_schema(file: File) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of ``request.yaml`` or ``assessment.yaml``."""
    schema = MODELS[file].model_json_schema(schema_generator=_AsWritten)
    return {"$schema": _AsWritten.schema_dialect, **schema, "title": f"{file}.yaml"}

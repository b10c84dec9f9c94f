"""An Act as data, read from ``law/foia.toml`` and its like; the head of that file explains the fields.

A regime is an Act, or a set of regulations, under which information is asked for. The files are ours, so
whatever is wrong with one is a programmer's mistake: reading it is strict and raises ValueError.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from flows.domain.assessment import FOIA, Duty
from flows.domain.timetable import Limit, Timetable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from importlib.resources.abc import Traversable

    from flows.domain.assessment import Exemption

OTHER: Final = "other"
"""An authority of no kind that the law names."""
_CONDITIONS: Final = ("first", "second", "third")
_LAST_BRACKET: Final = re.compile(r"\([^()]*\)\Z")
_SECTION: Final = re.compile(r"[0-9]+[A-Z]*")
_Row = TypeVar("_Row")


class Mechanism(StrEnum):
    """How a regime excludes the duty to confirm or deny."""

    SUBSECTION = "subsection"
    """Each exemption has a provision of its own for it."""
    GATE = "gate"
    """One provision does it for all those it lists."""


class Need(StrEnum):
    """What an assessment should name beside the provision."""

    LIMB = "limb"
    LIMB_OF_EACH_LETTER = "limb-of-each-letter"
    LIKELIHOOD = "likelihood"
    CONDITION = "condition"
    OPINION = "opinion"


class Ask(StrEnum):
    """A fact that makes an exemption of its kind apply, FOIA s.17(1)(c)."""

    WHERE = "where"
    """s.21: where the applicant can have it."""
    INTENTION = "intention"
    """s.22(1)(b): that publication was intended when the request came."""
    REASONABLE = "reasonable"
    """s.22(1)(c): why it is reasonable to wait."""
    PRINCIPLE = "principle"
    """s.40(3A): which data protection principle."""
    INTERESTS = "interests"
    """Article 6(1)(f) of the UK GDPR, s.40(8): the legitimate interests that were weighed."""
    SOURCE = "source"
    """s.41(1)(a): from whom it was obtained."""
    ACTIONABLE = "actionable"
    """s.41(1)(b): why somebody could sue for the breach."""
    ENACTMENT = "enactment"
    """s.44(1): what prohibits the disclosure."""
    PARAGRAPH = "paragraph"
    """s.36(5): by which paragraph somebody is the qualified person."""
    PUT = "put"
    """s.36(2): what was put to the qualified person."""
    CERTIFICATE = "certificate"
    """s.34(3): the certificate that settles it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What makes a provision apply.

    Attributes:
        name: ``class``, ``prejudice``; each regime has its own.
        words: For people, as ``would, or would be likely to, prejudice``.
        harm: Whether evidence of harm is wanted.
        likelihood: Whether it is to be said how likely the harm is.
    """

    name: str
    words: str
    harm: bool
    likelihood: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsoluteWhen:
    """In which cases a provision is absolute; in all others it is qualified."""

    condition: tuple[str, ...] = ()
    limb: tuple[str, ...] = ()
    authority: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """One subsection that can be cited, in one of its wordings.

    Attributes:
        citation: ``31(1)``, ``40(5B)``.
        title: The heading of its section.
        also_called: What people write for that heading.
        duty: That of the parts which may cite it: what it exempts from disclosure, or whether the duty to
            confirm or deny arises at all.
        balance_optional: Itself or those of its limbs for which a balance is neither demanded nor refused.
        limb_decides: The exemption is not claimed at all without its limb.
        limbs: Full citation of each limb, with the interest or class it names.
        purposes_for: The limbs that need one of the purposes.
        ncnd: What excludes the duty to confirm or deny; None without.
        protects: The disclosure provisions whose interests an exclusion protects.
        trigger: When the duty to confirm or deny does not arise, to follow "where".
        not_with: Not for the same information, unless in the alternative.
        consider_with: Citing this without the other may itself reveal something.
        only_for: The kinds of authority that alone may cite it; empty for all.
        asks: What an assessment that relies on it is to say beside why it applies.
        certificate: The provision under which a certificate settles that it applies.
        ends_after: Years of a record's age, FOIA s.62 and s.63; None where it never ends.
        ends_by_limb: The years of a limb, where they differ.
        ends_if: On what else the end of a limb after ``ends_after`` turns, to follow "if".
        in_record_office: What section 64 makes of it for a historical record in a public record office.
        in_force_until: The last day; None while it is in force.
        unverified: What of this is general knowledge, not read in the Act: good for advice at most.
    """

    citation: str
    title: str
    also_called: tuple[str, ...] = ()
    duty: Duty
    absolute: bool
    basis: Basis
    source: str
    in_force_from: date
    in_force_until: date | None = None
    absolute_when: AbsoluteWhen | None = None
    balance_optional: tuple[str, ...] = ()
    basis_by_limb: Mapping[str, Basis] = field(default_factory=dict)
    needs: tuple[Need, ...] = ()
    limb_decides: bool = False
    limbs: Mapping[str, str] = field(default_factory=dict)
    purposes_for: tuple[str, ...] = ()
    ncnd: str | None = None
    protects: tuple[str, ...] = ()
    trigger: str | None = None
    not_with: tuple[str, ...] = ()
    consider_with: tuple[str, ...] = ()
    only_for: tuple[str, ...] = ()
    asks: tuple[Ask, ...] = ()
    certificate: str | None = None
    ends_after: int | None = None
    ends_by_limb: Mapping[str, int] = field(default_factory=dict)
    ends_if: Mapping[str, str] = field(default_factory=dict)
    in_record_office: str | None = None
    replaced_by: tuple[str, ...] = ()
    note: str | None = None
    unverified: str | None = None

    def in_force(self, on: date) -> bool:
        """Tell whether it was in force on a day."""
        return self.in_force_from <= on and (self.in_force_until is None or on <= self.in_force_until)

    def basis_of(self, limb: str) -> Basis:
        """Return what makes a limb apply, which may differ from the rest."""
        return self.basis_by_limb.get(limb, self.basis)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAnExemption:
    """A section that is often cited, yet is no exemption."""

    citation: str
    title: str
    reason: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityBody:
    """A body whose information is exempt, FOIA s.23(3).

    Attributes:
        known_from: The first day of which a text was read that lists it.
    """

    paragraph: str
    name: str
    known_from: date
    source: str
    unverified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualifiedPerson:
    """Who gives the opinion of section 36, FOIA s.36(5).

    Attributes:
        held_by: Whose information it is about, to follow "held by".
        kinds: The kinds of authority these are; ``OTHER`` for all that no paragraph names.
        known_from: As of a security body.
    """

    paragraph: str
    held_by: str
    who: str
    kinds: tuple[str, ...]
    known_from: date
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoricalAge:
    """After how many years a record becomes historical, FOIA s.62(1), by the day a request is received."""

    years: int
    source: str
    in_force_from: date
    in_force_until: date | None = None
    unverified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statute:
    """The Act, and the text of it that was read.

    Attributes:
        id: The regime, as a request names it: ``foia``.
        unit: What a citation counts: ``section`` or ``regulation``.
        presumption: The provision that presumes in favour of disclosure; None without.
    """

    id: str
    title: str
    short: str
    unit: str
    confirm_or_deny: Mechanism
    presumption: str | None = None
    source: str
    revised_to: date
    read_from: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Regulator:
    """Who hears a complaint, under one of its names.

    Attributes:
        right: The provision that lets people complain.
        website: Where they do so.
        in_force_until: The last day; None while it has the name.
        unverified: As a provision's.
    """

    name: str
    right: str
    website: str
    source: str
    in_force_from: date
    in_force_until: date | None = None
    unverified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InternalReview:
    """The authority's own second look; how long it takes stands in the clock.

    Attributes:
        statutory: Whether the Act itself makes it a duty.
        under: Where it comes from, as a noun phrase.
        unverified: As a provision's.
    """

    statutory: bool
    under: str
    unverified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One of the two public interest tests, in the Act's words."""

    __test__ = False  # not one of pytest's

    provision: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provisions:
    """The Act as data.

    Attributes:
        authorities: The kinds of authority that provisions speak of, with words for people.
        bases: By name.
        purposes: The purposes that some limbs need, FOIA s.31(2), by citation.
        regulators: Who hears complaints, the latest last.
        historical: When a record becomes historical, the latest wording last; empty where nothing ends.
        all: Every provision in every wording, in the order of the Act.
    """

    act: Statute
    clock: Timetable
    regulators: tuple[Regulator, ...]
    review: InternalReview
    tests: Mapping[Duty, Test]
    authorities: Mapping[str, str]
    bases: Mapping[str, Basis]
    purposes: Mapping[str, str]
    historical: tuple[HistoricalAge, ...]
    security_bodies: tuple[SecurityBody, ...]
    qualified_persons: tuple[QualifiedPerson, ...]
    all: tuple[Provision, ...]
    not_exemptions: tuple[NotAnExemption, ...]
    _by_citation: Mapping[str, tuple[Provision, ...]]

    def get(self, citation: str, on: date | None = None) -> Provision | None:
        """Return the provision cited, or the one whose limb or paragraph is; None if there is none.

        Args:
            citation: ``31(3)``, ``31(1)(a)`` or ``36(2)(b)``.
            on: The date of receipt, for the wording then in force; without it the newest wording.
        """
        found = self._by_citation.get(citation, ())
        if on is not None:
            found = tuple(provision for provision in found if provision.in_force(on))
        return max(found, key=lambda provision: provision.in_force_from, default=None)

    def regulator(self, on: date) -> Regulator:
        """Return who hears a complaint that is made on a day; before the first of them, the first."""
        named = [each for each in self.regulators if each.in_force_from <= on]
        return named[-1] if named else self.regulators[0]

    def age(self, on: date) -> HistoricalAge | None:
        """Return after how many years a record is historical for a request received on a day."""
        return next((each for each in reversed(self.historical) if each.in_force_from <= on), None)

    def qualified_for(self, body: str) -> tuple[QualifiedPerson, ...]:
        """Return who can be the qualified person of a kind of authority, as far as the kind tells."""
        named = any(body in each.kinds for each in self.qualified_persons)
        kind = body if named else OTHER
        return tuple(each for each in self.qualified_persons if kind in each.kinds)

    def whole(self, citation: str) -> str:
        """Return the provision that this one is, or is a limb of; itself where there is none."""
        found = self.get(citation)
        return found.citation if found else citation

    def above(self, citation: str) -> str | None:
        """Return the citation above one that the table lacks, where a finer one may well exist.

        The table does not have the paragraphs of every subsection. None where it has them, or knows nothing
        above: then there is no such provision.
        """
        above, found = citation, None
        while found is None and above.endswith(")"):
            above = above[: above.rindex("(")]
            found = self.get(above)
        return above if found and (above in found.limbs or not found.limbs) else None

    def titles(self) -> Mapping[str, str]:
        """Return the title of each citation, limbs included."""
        return {citation: found[-1].title for citation, found in self._by_citation.items()}

    def names_of(self, citation: str) -> frozenset[str]:
        """Return what the section that a citation begins with is called: its heading, and what people say."""
        section = section_of(citation)
        ours = [each for each in self.all if section_of(each.citation) == section]
        return frozenset(name for each in ours for name in (each.title, *each.also_called))

    def is_absolute(self, exemption: Exemption, *, authority: str | None = None) -> bool:
        """Tell whether section 2(3) takes the balance away from an exemption as it is relied on.

        False where that turns on a condition or a limb which is not named, and for limbs of which one
        is qualified: then what is qualified needs its balance.

        Args:
            exemption: Its provision must be known.
            authority: The kind of authority, of ``authorities``; FOIA s.36 is absolute for the two Houses.
        """
        provision = self._by_citation[exemption.provision][-1]
        when = provision.absolute_when
        if provision.absolute or when is None:
            return provision.absolute
        if when.limb:
            named = set(exemption.limbs) | ({exemption.provision} - {provision.citation})
            return bool(named) and named <= set(when.limb)
        return exemption.condition in when.condition or authority in when.authority

    def wants_balance(self, exemption: Exemption, *, authority: str | None) -> bool:
        """Tell whether an exemption is qualified as it is relied on, and its balance not optional."""
        return not (self.balance_is_optional(exemption) or self.is_absolute(exemption, authority=authority))

    def balance_is_optional(self, exemption: Exemption) -> bool:
        """Tell whether practice does without the balance that section 2(3) does not take away.

        Of a provision whose limb is not named it may be so.

        Args:
            exemption: Its provision must be known.
        """
        known = self._by_citation[exemption.provision][-1]
        cited = (exemption.provision, *exemption.limbs)
        limbs = [each for each in cited if each.startswith(f"{known.citation}(")]
        return bool(known.balance_optional) and all(
            each.startswith(known.balance_optional) for each in limbs or known.balance_optional
        )

    def of_section(self, citation: str) -> tuple[Provision, ...]:
        """Return the provisions of the section that a citation begins with, now in force."""
        section = section_of(citation)
        return tuple(
            provision
            for provision in self.all
            if section_of(provision.citation) == section and provision.in_force_until is None
        )


def section_of(citation: str) -> str:
    """Return the section of a citation: ``22A`` of ``22A(1)(b)``; empty if it has none."""
    found = _SECTION.match(citation)
    return found[0] if found else ""


def regimes() -> tuple[str, ...]:
    """Return every regime there is a data file of, as a request may name it."""
    return tuple(_files())


@cache
def provisions(regime: str = FOIA) -> Provisions:
    """Return the Act of a regime as data.

    Raises:
        ValueError: there is no such regime.
    """
    if regime not in _files():
        raise ValueError(f"no regime {regime!r} among {', '.join(regimes())}")
    table = read_provisions(_files()[regime].read_text("utf-8"))
    if table.act.id != regime:
        raise ValueError(f"{regime}.toml: its id is another")
    return table


@cache
def _files() -> Mapping[str, Traversable]:
    found = files("flows.domain").joinpath("law").iterdir()
    named = {each.name.removesuffix(".toml"): each for each in found if each.name.endswith(".toml")}
    return MappingProxyType({name: named[name] for name in sorted(named)})


def read_provisions(text: str) -> Provisions:
    """Return what a text in the form of ``law/foia.toml`` says.

    Raises:
        ValueError: it has a field nobody knows, lacks one, or cites what is not there.
    """
    raw = tomllib.loads(text)
    _same_keys(raw.keys() | _OPTIONAL, _TABLES | _OPTIONAL, "the file")
    _same_keys(raw["tests"], set(Duty), "tests")
    bases = {
        name: _record(Basis, {"name": name, **row}, f"bases.{name}") for name, row in raw["bases"].items()
    }
    found = tuple(_provision(row, bases) for row in raw["provision"])
    table = Provisions(
        act=_record(Statute, raw["act"], "act"),
        clock=_record(Timetable, raw["clock"], "clock"),
        regulators=_records(Regulator, raw, "regulator"),
        review=_record(InternalReview, raw["review"], "review"),
        tests=MappingProxyType({duty: _record(Test, raw["tests"][duty], f"tests.{duty}") for duty in Duty}),
        authorities=MappingProxyType(raw.get("authorities", {})),
        bases=MappingProxyType(bases),
        purposes=MappingProxyType(raw.get("purposes", {})),
        historical=_records(HistoricalAge, raw, "historical"),
        security_bodies=_records(SecurityBody, raw, "security-body"),
        qualified_persons=_records(QualifiedPerson, raw, "qualified-person"),
        all=found,
        not_exemptions=_records(NotAnExemption, raw, "not-an-exemption"),
        _by_citation=MappingProxyType(_index(found)),
    )
    if strange := {kind for each in table.clock.limits for kind in each.authority} - table.authorities.keys():
        raise ValueError(f"clock.limits: there is no kind of authority {', '.join(sorted(strange))}")
    _check_exclusions(table)
    for person in table.qualified_persons:
        known = table.authorities.keys() | {OTHER}
        _same_keys(known | {*person.kinds}, known, person.paragraph)
    for provision in found:
        _check_limbs(provision, table)
        _check_others(provision, table)
    return table


_TABLES: Final = frozenset({"act", "clock", "regulator", "review", "tests", "bases", "provision"})
_OPTIONAL: Final = frozenset(
    {"authorities", "purposes", "not-an-exemption", "historical", "security-body", "qualified-person"}
)


def _same_keys(found: Iterable[str], wanted: Iterable[str], place: str) -> None:
    if strange := set(found) ^ set(wanted):
        raise ValueError(f"{place}: unknown or missing {', '.join(sorted(strange))}")


def _provision(row: Mapping[str, Any], bases: Mapping[str, Basis]) -> Provision:
    place = str(row.get("citation", "a provision"))
    by_limb = row.get("basis-by-limb", {})
    if strange := {row.get("basis"), *by_limb.values()} - bases.keys():
        raise ValueError(f"{place}: there is no basis {', '.join(map(str, strange))}")
    named: dict[str, object] = {"basis": bases[row["basis"]]}
    if by_limb:
        named["basis-by-limb"] = MappingProxyType({limb: bases[name] for limb, name in by_limb.items()})
    return _record(Provision, {**row, **named}, place)


def _records(kind: type[_Row], raw: Mapping[str, Any], name: str) -> tuple[_Row, ...]:
    return tuple(_record(kind, row, name) for row in raw.get(name, ()))


def _record(kind: type[_Row], row: Mapping[str, Any], place: str) -> _Row:
    """Return a table as a value of a dataclass, no key unknown and none missing."""
    known = {each.name.replace("_", "-"): each for each in fields(kind)}  # type: ignore[arg-type]
    needed = {name for name, each in known.items() if each.default is each.default_factory is MISSING}
    if strange := (row.keys() - known.keys()) | (needed - row.keys()):
        raise ValueError(f"{place}: unknown or missing {', '.join(sorted(strange))}")
    given: dict[str, Any] = {}
    for name, value in row.items():
        try:
            given[known[name].name] = _READ[str(known[name].type).removesuffix(" | None")](value)
        except (TypeError, ValueError, AttributeError) as error:
            raise ValueError(f"{place}: {name} has the wrong form") from error
    return kind(**given)


def _text(value: object) -> str:
    return _only(str, value)


def _only(kind: type[_Row], value: object) -> _Row:
    if type(value) is not kind:  # True is an int, too
        raise TypeError
    return value


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(_text, _only(list, value)))


def _absolute_when(value: Mapping[str, object]) -> AbsoluteWhen:
    if len(value) != 1:
        raise ValueError("one case is wanted")
    when = AbsoluteWhen(**{name: _texts(among) for name, among in value.items()})
    if not set(when.condition) <= set(_CONDITIONS):
        raise ValueError("not a condition known here")
    return when


_READ: Final[Mapping[str, Callable[[Any], object]]] = {
    "str": _text,
    "bool": lambda value: _only(bool, value),
    "int": lambda value: _only(int, value),
    "date": date.fromisoformat,
    "tuple[str, ...]": _texts,
    "Mapping[str, str]": lambda value: MappingProxyType({name: _text(each) for name, each in value.items()}),
    "Mapping[str, int]": lambda value: MappingProxyType(
        {name: _only(int, each) for name, each in value.items()}
    ),
    "tuple[Ask, ...]": lambda value: tuple(map(Ask, _texts(value))),
    "tuple[Need, ...]": lambda value: tuple(map(Need, _texts(value))),
    "tuple[Limit, ...]": lambda rows: tuple(_record(Limit, row, "clock.limits") for row in _only(list, rows)),
    "Duty": Duty,
    "Mechanism": Mechanism,
    "AbsoluteWhen": _absolute_when,
    "Basis": lambda basis: basis,
    "Mapping[str, Basis]": lambda by_limb: by_limb,
}
"""How a field of each type is read; bases are known by then."""


def _index(found: tuple[Provision, ...]) -> dict[str, tuple[Provision, ...]]:
    """Return the wordings of each citation, limb and paragraph, oldest first."""
    index: dict[str, tuple[Provision, ...]] = {}
    for provision in sorted(found, key=lambda each: each.in_force_from):
        for citation in dict.fromkeys(_citations(provision)):
            index[citation] = (*index.get(citation, ()), provision)
    return index


def _citations(provision: Provision) -> Iterator[str]:
    yield provision.citation
    for limb in provision.limbs:
        yield limb
        above = _LAST_BRACKET.sub("", limb)
        while above.startswith(provision.citation + "("):
            yield above
            above = _LAST_BRACKET.sub("", above)


def _check_exclusions(table: Provisions) -> None:
    exclusions = [each for each in table.all if each.duty is Duty.CONFIRM_OR_DENY]
    if table.act.confirm_or_deny is Mechanism.GATE and len({each.citation for each in exclusions}) != 1:
        raise ValueError("act: a gate is one provision for all")
    for provision in table.all:
        is_exclusion = provision in exclusions
        if is_exclusion != bool(provision.protects) or is_exclusion != bool(provision.trigger):
            raise ValueError(
                f"{provision.citation}: protects and trigger go with confirm-or-deny, and only with it"
            )


def _check_limbs(provision: Provision, table: Provisions) -> None:
    limbs = {limb for each in table.all for limb in each.limbs}
    when = provision.absolute_when or AbsoluteWhen()
    ends = (*provision.ends_by_limb, *provision.ends_if)
    for limb in (*provision.basis_by_limb, *provision.purposes_for, *when.limb, *ends):
        if limb not in limbs:
            raise ValueError(f"{provision.citation}: there is no limb {limb}")
    if strange := {*provision.balance_optional} - {*_citations(provision)}:
        raise ValueError(f"{provision.citation}: there is no limb {', '.join(sorted(strange))}")
    if provision.limb_decides and not {Need.LIMB, Need.LIMB_OF_EACH_LETTER} & set(provision.needs):
        raise ValueError(f"{provision.citation}: a limb that decides is needed")
    if (Need.LIKELIHOOD in provision.needs) != provision.basis.likelihood:
        raise ValueError(f"{provision.citation}: its basis and its needs differ about a likelihood")
    for authority in (*provision.only_for, *when.authority):
        if authority not in table.authorities:
            raise ValueError(f"{provision.citation}: there is no authority {authority}")


def _check_others(provision: Provision, table: Provisions) -> None:
    wordings = [each for each in table.all if each.citation == provision.citation]
    if len({each.in_force_from for each in wordings}) < len(wordings):
        raise ValueError(f"{provision.citation}: stands twice with one in-force-from")
    known = {each.citation: each for each in table.all}
    other = (*provision.protects, *provision.not_with, *provision.consider_with, *provision.replaced_by)
    for citation in (*other, *filter(None, [provision.ncnd])):
        if citation not in known:
            raise ValueError(f"{provision.citation}: there is no {citation}")
    if provision.ncnd and provision.citation not in known[provision.ncnd].protects:
        raise ValueError(f"{provision.citation}: {provision.ncnd} does not protect it")
    if any(known[citation].duty is not Duty.DISCLOSE for citation in provision.protects):
        raise ValueError(f"{provision.citation}: protects what is not for disclosure")

"""The exemptions of Part II of the Act, read from ``provisions.toml``; its head explains the fields.

The file is ours, so whatever is wrong with it is a programmer's mistake: reading it is strict and
raises ValueError.
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
from typing import TYPE_CHECKING, Any, Final

from flows.domain.assessment import Duty

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from flows.domain.assessment import Exemption

_FILE: Final = "provisions.toml"
_CONDITIONS: Final = ("first", "second", "third")
_HOUSES: Final = ("house-of-commons", "house-of-lords")
_AUTHORITIES: Final = ("government-department", "welsh-government", "audit-authority")
_LAST_BRACKET: Final = re.compile(r"\([^()]*\)\Z")
_SECTION: Final = re.compile(r"[0-9]+[A-Z]*")


class Kind(StrEnum):
    """Which duty a provision is about."""

    DISCLOSURE = "disclosure"
    """The information is exempt from section 1(1)(b)."""
    CONFIRM_OR_DENY = "confirm-or-deny"
    """The duty in section 1(1)(a) does not arise."""


class Basis(StrEnum):
    """What makes the provision apply."""

    CLASS = "class"
    PREJUDICE = "prejudice"
    ENDANGERMENT = "endangerment"
    NECESSITY = "necessity"
    OPINION = "opinion"


class Need(StrEnum):
    """What an assessment must name beside the provision."""

    LIMB = "limb"
    LIMB_OF_EACH_LETTER = "limb-of-each-letter"
    LIKELIHOOD = "likelihood"
    CONDITION = "condition"
    OPINION = "opinion"


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
        balance_optional: A balance is neither demanded nor refused.
        limbs: Full citation of each limb, with the interest or class it names.
        purposes_for: The limbs that need a purpose of section 31(2).
        ncnd: The subsection that excludes the duty to confirm or deny; None without.
        protects: The disclosure provisions whose interests an exclusion protects.
        not_with: Not for the same information, unless in the alternative.
        consider_with: Citing this without the other may itself reveal something.
        only_for: The kinds of authority that alone may cite it; empty for all.
        in_force_until: The last day; None while it is in force.
    """

    citation: str
    title: str
    kind: Kind
    absolute: bool
    basis: Basis
    source: str
    in_force_from: date
    in_force_until: date | None = None
    absolute_when: AbsoluteWhen | None = None
    balance_optional: bool = False
    basis_by_limb: Mapping[str, Basis] = field(default_factory=dict)
    needs: tuple[Need, ...] = ()
    limbs: Mapping[str, str] = field(default_factory=dict)
    purposes_for: tuple[str, ...] = ()
    ncnd: str | None = None
    protects: tuple[str, ...] = ()
    not_with: tuple[str, ...] = ()
    consider_with: tuple[str, ...] = ()
    only_for: tuple[str, ...] = ()
    replaced_by: tuple[str, ...] = ()
    note: str | None = None

    @property
    def duty(self) -> Duty:
        """The duty of the parts that may cite it."""
        return Duty.DISCLOSE if self.kind is Kind.DISCLOSURE else Duty.CONFIRM_OR_DENY

    def in_force(self, on: date) -> bool:
        """Tell whether it was in force on a day."""
        return self.in_force_from <= on and (self.in_force_until is None or on <= self.in_force_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAnExemption:
    """A section that is often cited, yet is no exemption of Part II."""

    citation: str
    title: str
    reason: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statute:
    """The Act, and the text of it that was read."""

    title: str
    short: str
    source: str
    revised_to: date
    read_from: str


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
        purposes: The purposes of section 31(2), by citation.
        all: Every provision in every wording, in the order of the Act.
    """

    act: Statute
    tests: Mapping[Duty, Test]
    purposes: Mapping[str, str]
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

    def titles(self) -> Mapping[str, str]:
        """Return the title of each citation, limbs included."""
        return {citation: found[-1].title for citation, found in self._by_citation.items()}

    def is_absolute(self, exemption: Exemption, *, authority: str | None = None) -> bool:
        """Tell whether section 2(3) takes the balance away from an exemption as it is relied on.

        False where that turns on a condition or a limb which is not named, and for limbs of which one
        is qualified: then what is qualified needs its balance.

        Args:
            exemption: Its provision must be known.
            authority: ``house-of-commons`` or ``house-of-lords``, for section 36.
        """
        provision = self._by_citation[exemption.provision][-1]
        when = provision.absolute_when
        if provision.absolute or when is None:
            return provision.absolute
        if when.limb:
            named = set(exemption.limbs) | ({exemption.provision} - {provision.citation})
            return bool(named) and named <= set(when.limb)
        return exemption.condition in when.condition or authority in when.authority

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


@cache
def provisions() -> Provisions:
    """Return the Act as data."""
    return read_provisions(files("flows.domain").joinpath(_FILE).read_text("utf-8"))


def read_provisions(text: str) -> Provisions:
    """Return what a text in the form of ``provisions.toml`` says.

    Raises:
        ValueError: it has a field nobody knows, lacks one, or cites what is not there.
    """
    raw = tomllib.loads(text)
    _same_keys(raw, {"act", "tests", "purposes", "provision", "not-an-exemption"}, _FILE)
    _same_keys(raw["tests"], set(Duty), "tests")
    act = raw["act"] | {"revised-to": date.fromisoformat(raw["act"]["revised-to"])}
    found = tuple(map(_provision, raw["provision"]))
    table = Provisions(
        act=Statute(**_arguments(Statute, act, "act")),
        tests=MappingProxyType(
            {duty: Test(**_arguments(Test, raw["tests"][duty], f"tests.{duty}")) for duty in Duty}
        ),
        purposes=MappingProxyType(raw["purposes"]),
        all=found,
        not_exemptions=tuple(
            NotAnExemption(**_arguments(NotAnExemption, row, "not-an-exemption"))
            for row in raw["not-an-exemption"]
        ),
        _by_citation=MappingProxyType(_index(found)),
    )
    for provision in found:
        _check(provision, table)
    return table


def _same_keys(found: Iterable[str], wanted: set[str], place: str) -> None:
    if strange := set(found) ^ wanted:
        raise ValueError(f"{place}: unknown or missing {', '.join(sorted(strange))}")


def _arguments(kind: type, row: Mapping[str, Any], place: str) -> dict[str, Any]:
    """Return a table as arguments of a dataclass, none unknown and none missing."""
    known = {each.name.replace("_", "-"): each for each in fields(kind)}
    needed = {name for name, each in known.items() if each.default is each.default_factory is MISSING}
    if strange := (row.keys() - known.keys()) | (needed - row.keys()):
        raise ValueError(f"{place}: unknown or missing {', '.join(sorted(strange))}")
    return {known[name].name: value for name, value in row.items()}


def _provision(row: Mapping[str, Any]) -> Provision:
    place = str(row.get("citation", "a provision"))
    given = _arguments(Provision, row, place)
    for name, value in given.items():
        read = _READ.get(name, str)
        try:
            given[name] = read(value)
        except (TypeError, ValueError, AttributeError) as error:
            raise ValueError(f"{place}: {name} has the wrong form") from error
    return Provision(**given)


def _true_or_false(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(map(str, value))


def _needs(value: object) -> tuple[Need, ...]:
    return tuple(map(Need, _texts(value)))


def _among(value: object, known: Iterable[str]) -> tuple[str, ...]:
    found = _texts(value)
    if not set(found) <= set(known):
        raise ValueError("not one of the words known here")
    return found


def _absolute_when(value: Mapping[str, object]) -> AbsoluteWhen:
    if len(value) != 1:
        raise ValueError("one case is wanted")
    when = AbsoluteWhen(**{name: _texts(among) for name, among in value.items()})
    _among([*when.condition], _CONDITIONS)
    _among([*when.authority], _HOUSES)
    return when


_READ: Final[Mapping[str, Callable[[Any], object]]] = {
    "kind": Kind,
    "basis": Basis,
    "absolute": _true_or_false,
    "balance_optional": _true_or_false,
    "absolute_when": _absolute_when,
    "basis_by_limb": lambda value: MappingProxyType({limb: Basis(one) for limb, one in value.items()}),
    "needs": _needs,
    "limbs": lambda value: MappingProxyType({limb: str(words) for limb, words in value.items()}),
    "only_for": lambda value: _among(value, _AUTHORITIES),
    "in_force_from": date.fromisoformat,
    "in_force_until": date.fromisoformat,
    "purposes_for": _texts,
    "protects": _texts,
    "not_with": _texts,
    "consider_with": _texts,
    "replaced_by": _texts,
}
"""How a field is read; every other one is text."""


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


def _check(provision: Provision, table: Provisions) -> None:
    wordings = [each for each in table.all if each.citation == provision.citation]
    if len({each.in_force_from for each in wordings}) < len(wordings):
        raise ValueError(f"{provision.citation}: stands twice with one in-force-from")
    limbs = {limb for each in table.all for limb in each.limbs}
    when = provision.absolute_when or AbsoluteWhen()
    for limb in (*provision.basis_by_limb, *provision.purposes_for, *when.limb):
        if limb not in limbs:
            raise ValueError(f"{provision.citation}: there is no limb {limb}")
    known = {each.citation: each for each in table.all}
    other = (*provision.protects, *provision.not_with, *provision.consider_with, *provision.replaced_by)
    for citation in (*other, *filter(None, [provision.ncnd])):
        if citation not in known:
            raise ValueError(f"{provision.citation}: there is no {citation}")
    if provision.ncnd and provision.citation not in known[provision.ncnd].protects:
        raise ValueError(f"{provision.citation}: {provision.ncnd} does not protect it")
    if (provision.kind is Kind.CONFIRM_OR_DENY) != bool(provision.protects):
        raise ValueError(f"{provision.citation}: protects goes with confirm-or-deny, and only with it")
    if any(known[citation].kind is not Kind.DISCLOSURE for citation in provision.protects):
        raise ValueError(f"{provision.citation}: protects what is not for disclosure")

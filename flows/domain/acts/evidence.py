"""What is put before those who decide and never goes out: evidence, and what others say who are consulted.

Each is kept sealed. An approval states every file of its case with its digest, so it says by itself what lay
before whoever decided.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from flows.domain.acts.clock import out_of_order
from flows.domain.acts.kind import Fact, Kind, On, Reason, a_choice, a_day, by_its_file, the_day
from flows.domain.errors import RefusedError
from flows.domain.life import Consulted
from flows.domain.procedure import ROLE_AT, Role, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flows.domain.act import Act
    from flows.domain.case import Case
    from flows.domain.errors import PitError
    from flows.domain.policy import Policy

_OPEN: Final = frozenset(Stage) - {Stage.CLOSED}
_UNDECIDED: Final = frozenset({Stage.RECEIVED, Stage.DRAFTING, *ROLE_AT})

EVIDENCE_OF: Final = MappingProxyType(
    {
        "certificate": "a minister's certificate",
        "consultation": "a consultation",
        "harm": "harm",
        "opinion": "the opinion of a qualified person",
        "search": "a search",
    }
)
"""Kinds of evidence: a certificate under FOIA s.23(2) or s.24(3), an opinion under s.36(2), and so on."""

PARTIES: Final = MappingProxyType(
    {
        "authority": "another authority",
        "security-body": "a security body",
        "third-party": "a third party",
    }
)
"""Who is consulted; by name in the sealed file alone."""


def _one_of(name: str, words: Mapping[str, str], help_: str) -> Fact:
    return replace(a_choice(name, words, help_), shown=words.__getitem__)


def _bars_evidence(case: Case, _document: str, _person: str) -> Iterator[RefusedError]:
    if not any(case.stage(name) in _UNDECIDED for name in case.documents):
        yield RefusedError(
            f"No decision lies ahead in {case.reference}, and evidence is for whoever decides; draft first."
        )


EVIDENCE: Final = Kind(
    name="evidence",
    on=On.CASE,
    roles=frozenset({Role.FOI_OFFICER, Role.LEGAL_REVIEWER}),
    at=_OPEN,
    facts=(_one_of("kind", EVIDENCE_OF, "What it is evidence of."),),
    seals=Reason.MUST,
    bars=_bars_evidence,
    chosen=by_its_file,
    verb="put evidence before the deciders",
    passive="given evidence",
    subject="evidence: keep it in {case}",
    done="put evidence before the deciders: {kind}",
    told="It is kept sealed, for those who decide: {kind}.",
    help="Keep evidence for those who decide, sealed; it stands in no paper.",
    example="equipoise evidence 1146A/22 --kind harm --file assessment.pdf --as foi-officer",
    seals_help="The evidence; it is kept sealed.",
)


def _against_consulting(case: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    yield from out_of_order(case, act, policy, case.life.events.received, "the day of receipt")


def _consulting(case: Case, act: Act) -> Case:
    asked = Consulted(whom=act.details["whom"], on=the_day(act.details["on"]))
    return case.with_life(consulted=(*case.life.consulted, asked))


CONSULT: Final = Kind(
    name="consult",
    on=On.CASE,
    roles=frozenset({Role.FOI_OFFICER}),
    at=_OPEN,
    facts=(
        _one_of("whom", PARTIES, "Who is consulted; the name belongs in the file alone."),
        a_day("on", "The day on which they were asked."),
    ),
    seals=Reason.MAY,
    against=_against_consulting,
    after=_consulting,
    chosen=by_its_file,
    verb="consult",
    passive="put to others",
    subject="consultation: ask about {case}",
    done="consulted {whom} on {on}",
    told="Recorded as consulted on {on}: {whom}.",
    help="Record that a third party, another authority or a security body is consulted.",
    example="equipoise consult 1146A/22 --whom third-party --on 2022-11-14 --file asked.eml --as foi-officer",
    seals_help="What they were asked, and who they are; it is kept sealed.",
)


def _awaited(case: Case, whom: str) -> Consulted | None:
    return next((each for each in case.life.consulted if each.whom == whom), None)


def _bars_consulted(case: Case, _document: str, _person: str) -> Iterator[RefusedError]:
    if not case.life.consulted:
        yield RefusedError(f"Nobody was consulted in {case.reference} whose answer is awaited.")


def _against_consulted(case: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    asked = _awaited(case, act.details["whom"])
    if asked is None:
        yield RefusedError(f"No answer of {PARTIES[act.details['whom']]} is awaited in {case.reference}.")
    else:
        yield from out_of_order(case, act, policy, asked.on, "the day on which they were asked")


def _answered(case: Case, act: Act) -> Case:
    left = [*case.life.consulted]
    left.remove(next(each for each in left if each.whom == act.details["whom"]))
    return case.with_life(consulted=tuple(left))


CONSULTED: Final = Kind(
    name="consulted",
    on=On.CASE,
    roles=frozenset({Role.FOI_OFFICER}),
    at=_OPEN,
    facts=(
        _one_of("whom", PARTIES, "Who answered."),
        a_day("on", "The day on which the answer came."),
    ),
    seals=Reason.MUST,
    bars=_bars_consulted,
    against=_against_consulted,
    after=_answered,
    chosen=by_its_file,
    verb="record what was answered",
    passive="told what others say",
    subject="consultation: take the answer to {case}",
    done="took in what {whom} said on {on}",
    told="The answer is kept sealed, for those who decide: of {on}, by {whom}.",
    help="Keep what those said who were consulted, sealed, for those who decide.",
    example="equipoise consulted 1146A/22 --whom third-party --on 2022-11-21 --file answer.eml \\\n"
    "  --as foi-officer",
    seals_help="What they said; it is kept sealed.",
)

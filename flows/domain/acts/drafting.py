"""Drafting: a version is written, what stops it is overridden or mended, and it is submitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flows.domain.acts.deciding import APPROVE
from flows.domain.acts.kind import Kind, On, Reason, a_text, malformed
from flows.domain.case import Case, Override
from flows.domain.checks import VERSION
from flows.domain.documents import DOCUMENTS, REQUEST, TEST
from flows.domain.edition import edition_of, gates_for
from flows.domain.english import begun
from flows.domain.errors import (
    AttestedError,
    Fault,
    IncompleteError,
    MalformedError,
    NotEntitledError,
    RefusedError,
    SameTextError,
)
from flows.domain.finding import Severity, blocking
from flows.domain.noted import CODE, PLACE, read_noted
from flows.domain.policy import SERVICE, one_of
from flows.domain.procedure import APPROVALS, ROLE_AT, STANDS, Role, Stage

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from flows.domain.act import Act, FileMark
    from flows.domain.errors import PitError
    from flows.domain.finding import Finding
    from flows.domain.policy import Policy

WHOLE: Final = "the whole text"
"""The place of a finding that has no other."""


# A version is written. The first draft of the test is the service's; every later one a person's.


def _bars_drafting(case: Case, name: str, person: str) -> Iterator[RefusedError]:
    document = case.document(name)
    role = Role.FOI_OFFICER if document.version else document.kind.begun_by
    if (person == SERVICE) != (role is Role.SERVICE):
        which = "a later" if document.version else "the first"
        yield NotEntitledError(person, verb=f"write {which} version of the {name}", needed=one_of({role}))


def _against_draft(case: Case, act: Act, _: Policy) -> Iterator[PitError]:
    document = case.document(act.document)
    missing = [path for path in document.kind.files if path not in act.files]
    if missing:
        faults = (Fault(path=path, problem="a draft needs this file") for path in missing)
        yield MalformedError(f"draft of {act.case}", *faults)
    elif document.version and all(act.files[path] == case.files.get(path) for path in document.kind.files):
        yield SameTextError(case.said(act.document), current=document.version)
    yield from changes_what_is_decided(case, act.document, act.files)


def changes_what_is_decided(
    case: Case, document: str, files: Mapping[str, FileMark]
) -> Iterator[RefusedError]:
    """Yield the refusal of files of one document of which another one is being decided on."""
    for other in case.documents.values():
        if other.name == document:
            continue
        # What another document is decided on, the request in clear, stays as its first decision found it.
        decided = {*other.kind.decided_on} if other.stage in {*ROLE_AT, Stage.PUBLICATION} else set()
        if changed := {path for path in decided if files.get(path) != case.files.get(path)}:
            yield RefusedError(
                f"{', '.join(sorted(changed))} cannot change now: {case.said(other.name)} "
                f"{STANDS[other.stage]}, and is decided on with it."
            )


def _drafted(case: Case, act: Act) -> Case:
    document = case.document(act.document)
    return case.with_document(
        act.document,
        stage=Stage.DRAFTING,
        version=act.version,
        writers=document.writers | {act.actor},
        approvals=(),
        overrides=(),
    )


def version_files(act: Act) -> Collection[str]:
    """Return the files that are written with a version of the act's document."""
    # The summary of what was asked, in request.md, is written with the test.
    return (*DOCUMENTS[act.document].files, *((REQUEST,) if act.document == TEST.name else ()))


def _written(act: Act) -> Mapping[str, str]:
    return {path: mark.sha256 for path, mark in act.files.items()}


DRAFT: Final = Kind(
    name="draft",
    on=On.DOCUMENT,
    roles=frozenset({Role.FOI_OFFICER, Role.SERVICE}),
    at=frozenset({Stage.RECEIVED, Stage.DRAFTING}),
    writes=version_files,
    bars=_bars_drafting,
    against=_against_draft,
    after=_drafted,
    chosen=_written,
    verb="draft",
    passive="drafted again",
    subject="drafting: draft {what} version {version}",
    done="wrote version {version}{of}",
    told="Recorded as version {version}.",
)


# What the checks find stops a submission. Where it is a matter of opinion, a sign-off officer who has
# not written may say why it need not.


def _bars_override(case: Case, name: str, _: str) -> Iterator[RefusedError]:
    if not DOCUMENTS[name].checked:
        yield RefusedError(f"No rules are run on {case.said(name)}, so there is nothing to override.")


def _against_override(case: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    finding, place = act.details["finding"], act.details.get("place", "")
    if is_overridden(case, act.document, finding, place):
        yield RefusedError(f"{finding} at {place or WHOLE} is overridden in {case.reference} already.")
    yield from _leaves_nobody(case, act, policy)


def _leaves_nobody(case: Case, act: Act, policy: Policy) -> Iterator[RefusedError]:
    """Yield the refusal of an override after which nobody could decide on the version that it lets through.

    Said afterwards it would only be a version that has to be written again; to authorise somebody before
    costs nothing.
    """
    if not edition_of(policy).row(APPROVE).no_overrider:
        return
    gates = gates_for(policy, act.document)
    # A submission makes its author a writer, so whoever submits and whoever decides are different people.
    seats = {"submit it": policy.holders(Role.FOI_OFFICER)} | {
        f"decide at {APPROVALS[gate]}": policy.holders(ROLE_AT[gate]) - case.words_of(act.document)
        for gate in gates
    }
    overrode = {each.person for each in case.document(act.document).overrides}
    before, then = (
        {seat: people - out for seat, people in seats.items()} for out in (overrode, overrode | {act.actor})
    )
    if _filled([*before.values()]) and not _filled([*then.values()]):
        scarce = min((seat for seat in then if act.actor in before[seat]), key=lambda seat: len(then[seat]))
        yield RefusedError(
            f"Whoever overrides a finding of {case.said(act.document)} neither submits nor approves that "
            f"version, and beside {act.actor} nobody would be free to {scarce}; let somebody else override "
            "it, or authorise one more person first."
        )


def _filled(seats: list[frozenset[str]]) -> bool:
    """Tell whether there is a person for each seat, nobody on two of them."""
    first, *others = sorted(seats, key=len) or [frozenset()]
    return not seats or any(_filled([each - {person} for each in others]) for person in first)


def _overridden(case: Case, act: Act) -> Case:
    override = Override(
        finding=act.details["finding"],
        place=act.details.get("place", ""),
        person=act.actor,
        act=case.acts + 1,
    )
    overrides = (*case.document(act.document).overrides, override)
    return case.with_document(act.document, overrides=overrides)


def is_overridden(case: Case, document: str, finding: str, place: str) -> bool:
    """Tell whether a finding no longer stops the current version of a document."""
    return any((each.finding, each.place) == (finding, place) for each in case.document(document).overrides)


def stopping(case: Case, document: str, found: Iterable[Finding]) -> list[Finding]:
    """Return what stops the current version of a document, of what the checks found."""
    return [
        each
        for each in blocking(found)
        if each.final or not is_overridden(case, document, each.code, each.place)
    ]


OVERRIDE: Final = Kind(
    name="override",
    on=On.DOCUMENT,
    roles=frozenset({Role.SIGN_OFF_OFFICER}),
    at=frozenset({Stage.DRAFTING}),
    own_key=True,
    names_version=True,
    facts=(
        a_text(
            "finding",
            CODE.pattern,
            "a finding is named by its code, as X06",
            "The finding that stops the submission.",
            metavar="ID",
            tidy=str.upper,
        ),
        a_text(
            "place",
            PLACE.pattern,
            "the place of a finding is needed, as the checks give it",
            "Where it stands in the assessment, as `show` gives it.",
            needed=False,
            metavar="PATH",
        ),
    ),
    reason=Reason.MUST,
    no_writer=True,
    bars=_bars_override,
    against=_against_override,
    after=_overridden,
    # Another reason is another act, to be refused.
    chosen=lambda act: {**act.details, "reason": act.reason or ""},
    verb="override a finding",
    passive="freed from a finding",
    subject="drafting: override {finding} in {what} version {version}",
    done="overrode the finding {finding} in version {version}{of}",
    told="{finding} no longer stops version {version}{of}.",
    help="Let a version be submitted in spite of a finding of the checks, with the reason.",
    example="equipoise override 1146A/22 --finding X06 --place 'parts[0].exemptions[1]' --version 2 \\\n"
    '  --reason "The two stand for different records." --as sign-off-officer',
    reason_help="Why it need not stop the submission; required.",
)


# The version goes before the first gate, with what the checks found in its statement. A letter that one
# person may send has none.

_NO_GATE: Final = "none"
MADE_WITH: Final = "made-with"
"""The fact by which a submission names the software that made the text, so that it can be made again."""


def _bars_submission(case: Case, name: str, _: str) -> Iterator[RefusedError]:
    document = case.document(name)
    if document.paper and document.paper.version == document.version:
        yield RefusedError(
            f"Version {document.version} of {case.said(name)} is published; draft what is to take its place."
        )


def _against_submission(case: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    if not DOCUMENTS[act.document].checked and act.details.keys() & {"rules", "findings"}:
        yield malformed(act, "details.rules", f"no rules are run on the {act.document}")
    if DOCUMENTS[act.document].checked and "rules" not in act.details:
        yield malformed(act, "details.rules", "the version of the rules is needed")
    rules, lowest = int(act.details.get("rules", VERSION)), edition_of(policy).rules
    if rules > int(VERSION):
        yield malformed(act, "details.rules", f"this software knows the rules up to version {VERSION}")
    if rules < lowest:
        problem = f"the procedure in force asks for the rules of version {lowest} or later"
        yield malformed(act, "details.rules", problem)
    if act.attested and act.details["gates"] == _NO_GATE:
        yield AttestedError(
            f"{begun(case.said(act.document))} needs no approval: whoever submits it decides on it, "
            "with a key of their own."
        )
    if act.details["gates"] != gates_text(gates_for(policy, act.document)):
        yield malformed(act, "details.gates", "the approvals that the rules in force ask for are needed")
    yield from _against_what_made_it(act, policy)
    try:
        found = read_noted(act.details.get("findings", ""))
    except ValueError as error:
        yield malformed(act, "details.findings", str(error))
        return
    stopping = [
        each
        for each in found
        if each.severity is Severity.BLOCK and not is_overridden(case, act.document, each.code, each.place)
    ]
    if stopping:
        first = f"{stopping[0].code} at {stopping[0].place or WHOLE}."
        yield IncompleteError(case.reference, blocking=len(stopping), first=first)


def _against_what_made_it(act: Act, policy: Policy) -> Iterator[PitError]:
    said, nameless = MADE_WITH in act.details, edition_of(policy).nameless
    if said and not DOCUMENTS[act.document].checked:
        yield malformed(act, f"details.{MADE_WITH}", f"the {act.document} is made of nothing")
    if said and nameless:
        yield malformed(act, f"details.{MADE_WITH}", "the procedure in force does not ask what made the text")
    if not said and not nameless and DOCUMENTS[act.document].checked:
        yield malformed(act, f"details.{MADE_WITH}", "the procedure in force asks what made the text")


def _submitted(case: Case, act: Act) -> Case:
    stated = act.details["gates"]
    gates = () if stated == _NO_GATE else tuple(map(Stage, stated.split()))
    writers = case.document(act.document).writers | {act.actor}
    first = (*gates, Stage.PUBLICATION)[0]
    return case.with_document(act.document, stage=first, gates=gates, writers=writers)


def gates_text(gates: tuple[Stage, ...]) -> str:
    """Return the approvals that a submission asks for as its statement states them."""
    return " ".join(gates) or _NO_GATE


SUBMIT: Final = Kind(
    name="submit",
    on=On.DOCUMENT,
    roles=frozenset({Role.FOI_OFFICER}),
    at=frozenset({Stage.DRAFTING}),
    names_version=True,
    facts=(
        a_text("gates", r"[a-z-]+( [a-z-]+)*", "the approvals it needs, in order"),
        a_text("rules", r"[1-9][0-9]{0,5}", "the version of the rules is a number", needed=False),
        a_text("findings", r"(?s).+", "the findings of the checks, a line for each", needed=False),
        a_text(
            MADE_WITH,
            r"equipoise=V renderer=H templates=H wording=H( [a-z][a-z0-9-]{0,39}=V){0,8}".replace(
                "V", "[0-9A-Za-z.+!-]{1,40}"
            ).replace("H", "[0-9a-f]{64}"),
            "what made the text, as equipoise=0.1.0 renderer=… templates=… wording=…, is needed",
            needed=False,
        ),
    ),
    # Who said why a finding need not stop the version is not the one who then submits it.
    no_overrider=True,
    bars=_bars_submission,
    against=_against_submission,
    after=_submitted,
    verb="submit",
    passive="submitted",
    subject="drafting: submit {what} version {version}",
    done="submitted version {version}{of}",
    told="Version {version}{of} is submitted.",
    help="Put the current version before the first approval.",
    example="equipoise submit 1146A/22 --version 2 --as foi-officer",
)

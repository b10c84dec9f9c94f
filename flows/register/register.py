"""The register as it is asked, whoever writes it: here, or a registrar elsewhere.

An act is appended in two steps, because its actor may sign elsewhere and what they sign depends on
their case alone: ``propose`` binds the act to its case and lets ``decide`` refuse it; ``append`` takes the
signature, and whoever writes the register judges once more.
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self
from unicodedata import normalize

from flows.domain.acts import RECOVER, RESUME
from flows.domain.acts.policy import (
    check_amendment,
    check_proposal,
    check_suspect,
    judge_of,
    suspects,
)
from flows.domain.decide import decide, idempotency_key
from flows.domain.errors import (
    CatchingUpError,
    Fault,
    MalformedError,
    RefusedError,
    RegisterError,
    RegisterMovedError,
    TamperedError,
    UnknownCaseError,
)
from flows.domain.policy import SERVICE
from flows.register import signature
from flows.register.chain import Chain
from flows.register.consent import Consent, check_consent
from flows.register.dossier import Dossier
from flows.register.entry import seconds
from flows.register.evidence import Evidence
from flows.register.examine import Examiner, check_newest
from flows.register.extract import Extract, extract
from flows.register.line import Line, Recorded
from flows.register.merkle import Tree, hash_leaf
from flows.register.report import FoundError, Verdict
from flows.register.roster import check_owners, owners, parse_policy
from flows.register.statement import POLICY, Statement, mark
from flows.register.statement import parse as parse_statement

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from flows.domain.act import Act
    from flows.domain.case import Case
    from flows.domain.filed import Filed, Filing
    from flows.domain.policy import Policy
    from flows.register.report import Brought
    from flows.register.repository import Readable
    from flows.register.signature import Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An act bound to its case, ready to be signed.

    Attributes:
        changes: Files of the folder that the act creates or changes.
        policy: By which the actor is judged.
        case: As the act leaves it; None for the policy.
    """

    statement: Statement
    folder: str
    changes: Mapping[str, bytes]
    policy: Policy
    case: Case | None

    def signed_by(self, signer: Signer) -> str:
        """Return the signer's signature on the statement."""
        return signer.sign(self.statement.to_bytes(), signature.STATEMENT)


class Register(ABC):
    """One open register, used by one thread at a time; close it when done.

    Args:
        repository: Where its objects are read.
        catalogue: Knows where each case is filed.
    """

    def __init__(self, repository: Readable, catalogue: Filing) -> None:
        self._repository = repository
        self._catalogue = catalogue
        self._line = Line(repository)
        self._verified: str | None = None

    @abstractmethod
    def append(self, proposal: Proposal, armoured: str, *, now: int) -> Recorded:
        """Record a signed act, durably; an act done before is found and not repeated.

        Args:
            proposal: As ``propose`` returned it.
            armoured: The actor's signature on the statement.
            now: Seconds since 1970 UTC, for the entry.

        Raises:
            RegisterMovedError: the case, or the policy, changed since it was proposed.
            UnfitSignatureError: the signature does not count, whoever made it.
            NotEntitledError: it is not by a key of the actor.
            RegisterError: the clock or the service's key is not fit to write an entry.
            TamperedError: the service did not write the newest entry.
        """

    @abstractmethod
    def _catch_up(self) -> None:
        """Have the catalogue take note of everything that changed."""

    @abstractmethod
    def _filed(self, reference: str) -> Filed | None:
        """Return where a case is filed, or one that counts as the same; None without."""

    @abstractmethod
    def stopped(self) -> str | None:
        """Return the sentence with which writing was stopped; None where it is not."""

    @abstractmethod
    def lift_decided(self) -> bool:
        """Lift a stop on which an administrator decided since, which a kill left; tell whether that was."""

    @abstractmethod
    def bundle(self) -> bytes:
        """Return the whole register as one file that `git clone` reads."""

    @abstractmethod
    def pack(self, after: str | None) -> tuple[bytes, str, bool]:
        """Return some entries as git packs them, the id of the last, and whether there are more.

        Args:
            after: The id of the entry after which they are; None for the first.
        """

    @abstractmethod
    def branches(self, *, second: bool) -> bytes:
        """Return what `git fetch` is told first; ``second`` form of its protocol or the first."""

    @abstractmethod
    def fetched(self, asked: bytes, *, second: bool) -> bytes:
        """Return what `git fetch` asks for."""

    def check_not_stopped(self) -> None:
        """Check that acts may be recorded.

        Raises:
            RefusedError: writing was stopped, by an audit that found something.
        """
        if sentence := self.stopped():
            raise RefusedError(sentence)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End git and close the catalogue."""
        self._repository.close()
        self._catalogue.close()

    def policy(self, version: int | None = None) -> Policy:
        """Return the policy in force, or that ``version`` of it."""
        if not version:
            self.catch_up()
            return self._founded()
        known = self._known(POLICY)
        if version > known.last_number and self._catalogue.behind:
            raise CatchingUpError
        return self._line.policy(version)

    def policies(self) -> list[Policy]:
        """Return every policy there was, oldest first."""
        return [self._line.policy(version) for version in range(1, self._known(POLICY).last_number + 1)]

    def fingerprint(self) -> str:
        """Return what an auditor pins: the SHA-256 of the statement that founded the register."""
        *_, first = self._line.case_back_from(self._known(POLICY).last_entry)
        return first.entry.statement

    def find(self, reference: str) -> Dossier | None:
        """Return the case of that reference, or of one that counts as the same; None without."""
        filed = self._filed(reference)
        return self._dossier(filed) if filed else None

    def dossier(self, reference: str) -> Dossier:
        """Return a case as it stands, or the policy.

        Raises:
            UnknownCaseError: there is none.
        """
        return self._dossier(self._known(reference))

    def cases(self) -> frozenset[str]:
        """Return what each case goes by, read from the register itself."""
        return self._line.cases(self._tip())

    @property
    def knows_service(self) -> bool:
        """Whether it is known by itself who the service is, whatever the register says."""
        return True

    def verify_case(
        self,
        reference: str,
        check_brought: Callable[[Brought], Verdict] | None = None,
        tree: Tree | None = None,
    ) -> None:
        """Check what the register says of a case, and of those who acted, as an audit checks it.

        First that the service wrote the newest entry, where it is known who that is.

        Args:
            check_brought: As the audit takes it; None where what an act brought is not looked into.
            tree: Over all entries, of which a paper states the root; not needed without `check_brought`.

        Raises:
            TamperedError: it fails.
        """
        if self.knows_service:
            self.check_tip()
        evidence = Evidence(self._repository.objects)
        examiner = Examiner(evidence, check_brought or (lambda _: Verdict(passes=True)), tree=tree)
        entries_ = [*self.dossier(POLICY).entries, *self.dossier(reference).entries]
        for recorded in sorted(entries_, key=lambda each: each.entry.sequence):
            try:
                examiner.examine_apart(recorded.id)
            except FoundError as found:
                raise TamperedError(
                    f"{reference} fails its audit at {found.finding.place} with {found.finding.code}; "
                    "run `equipoise audit`."
                ) from found

    def extract(self, dossier: Dossier) -> Extract:
        """Take a case out, with all that is needed to verify it and nothing that is sealed.

        Raises:
            TamperedError: what leads to it is not in the register's form.
        """
        try:
            return extract(self._repository, dossier.case.reference, dossier.chain.folder)
        except ValueError as error:
            raise TamperedError("An entry is not in the register's form; run `equipoise audit`.") from error

    def check_tip(self) -> None:
        """Check that the service wrote the newest entry.

        Raises:
            TamperedError: it did not.
        """
        self._check_tip(self.policy())

    def tip(self) -> Recorded:
        """Return the newest entry."""
        return self._line.entry(self._tip())

    def since(self, sequence: int) -> list[Recorded]:
        """Return the entries after the one of that sequence, oldest first."""
        newer = itertools.takewhile(
            lambda recorded: recorded.entry.sequence > sequence, self._line.back_from(self._tip())
        )
        return [*newer][::-1]

    def tree(self, kept: bytes = b"") -> Tree:
        """Return the Merkle tree over all entries.

        Args:
            kept: The nodes of an earlier one; if it is over other entries, all is made anew.
        """
        tree = Tree(kept)
        newer = self.since(tree.size)
        # Each names the SHA-256 of the one before it, and thereby all below.
        heads = [each.entry.previous_entry or "" for each in newer]
        heads.append(mark(self.raw(self._tip())).sha256)
        if tree.size and tree.leaf(tree.size - 1) != hash_leaf(bytes.fromhex(heads[0])):
            return self.tree()
        tree.extend(map(bytes.fromhex, heads[1:]))
        return tree

    def raw(self, id_: str) -> bytes:
        """Return an entry's bytes as git keeps them."""
        return self._line.raw(id_)

    def propose(self, act: Act, changes: Mapping[str, bytes], *, on: Dossier | None = None) -> Proposal:
        """Return ``act`` bound to its case; its ``files`` are filled in here.

        Args:
            act: What somebody wishes to do.
            changes: The files it writes, by path in the folder.
            on: The case as it was looked at, if the act rests on that; else it is looked at now.

        Raises:
            RefusedError: the procedure says no.
            RegisterMovedError: the policy is no longer the one the act names.
            MalformedError: the act, or the policy it makes, cannot be written down.
        """
        self._check_whole()
        if on is not None:
            return self._bind(act, changes, on.chain, on.policy)
        filed = self._filed(act.case)
        return self._bind(act, changes, self._chain(filed) if filed else Chain(), self._in_force())

    def agreeable(self, act: Act, changes: Mapping[str, bytes]) -> Consent:
        """Return what an administrator signs, for another to record ``act``, which is a change of the policy.

        Raises:
            RefusedError, RegisterMovedError, MalformedError: as ``propose``.
        """
        self._check_whole()
        dossier = self.dossier(POLICY)
        bound = self._bind(act, changes, dossier.chain, dossier.policy, alone=True).statement
        return Consent(register=bound.register, act=bound.act, changes=changes)

    def record(
        self, act: Act, changes: Mapping[str, bytes], signer: Signer, *, on: Dossier | None = None
    ) -> Recorded:
        """Propose, sign and append in one go, for a signer at hand.

        Raises:
            RefusedError: the procedure says no.
            RegisterMovedError: as ``append``; read again and retry.
        """
        proposal = self.propose(act, changes, on=on)
        return self.append(proposal, proposal.signed_by(signer), now=seconds(act.time))

    def _bind(
        self,
        act: Act,
        changes: Mapping[str, bytes],
        chain: Chain,
        before: Policy | None,
        *,
        alone: bool = False,
    ) -> Proposal:
        marks = {path: mark(content) for path, content in changes.items()}
        act = _in_nfc(replace(act, files={**chain.files, **marks}))
        key = idempotency_key(act, chain.case)
        case, folder = chain.case, POLICY if act.case == POLICY else chain.folder
        # An act done before is not judged again; ``append`` finds it.
        done = chain.under(key)
        # Where nobody is left who could let it be written again, somebody is to be named first.
        if not done and act.kind not in {RESUME, RECOVER}:
            self.check_not_stopped()
        policy = before if done and before else self._judging(act, changes, before, chain, alone=alone)
        if act.case != POLICY and not done:
            case = decide(chain.case, act, policy)
            folder = case.folder
        statement = Statement(
            register=policy.register, number=chain.number + 1, previous=chain.last, key=key, act=act
        )
        _check_form(statement)
        return Proposal(statement=statement, folder=folder, changes=changes, policy=policy, case=case)

    def _judging(
        self, act: Act, changes: Mapping[str, bytes], before: Policy | None, chain: Chain, *, alone: bool
    ) -> Policy:
        """Return the policy that says who signs ``act``: the one in force, but for who comes with the act.

        Args:
            alone: Whether it is not asked yet that another administrator agrees.
        """
        if act.policy != (before.version if before else 0):
            raise RegisterMovedError(POLICY)
        if act.case != POLICY:
            return before or _unfounded()
        try:
            after = parse_policy(changes)
        except ValueError as error:
            raise MalformedError("policy", Fault(path="", problem=str(error))) from error
        if alone:
            check_proposal(before, act, after)
        else:
            check_amendment(before, act, after)
            if before:
                check_consent(before, act)
        former = owners(self.policies() if before else [])
        suspect = suspects(said.act for _, said in chain.statements)
        check_owners(former, after, suspect)
        check_suspect(act, former)
        return judge_of(before, act, after)

    def _check_tip(self, policy: Policy) -> None:
        """Check that the service wrote the newest entry; before that, it had checked the one below."""
        tip = self._repository.tip()
        if tip is None or tip == self._verified:
            return
        try:
            check_newest(Evidence(self._repository.objects), tip, self._signers_of(tip, policy))
        except FoundError as found:
            raise TamperedError(
                f"The newest entry is none that this service wrote ({found.finding.code}), so nothing is "
                "added to it; run `equipoise audit`."
            ) from found
        self._verified = tip

    def _signers_of(self, tip: str, policy: Policy) -> Collection[str]:
        """Return the keys with which the service wrote the newest entry: a change of them by those before."""
        changed = self._line.entry(tip).entry.case == POLICY and policy.version > 1
        judge = self._line.policy(policy.version - 1) if changed else policy
        return judge.people[SERVICE].keys

    def _tip(self) -> str:
        tip = self._repository.tip()
        if tip is None:
            raise RegisterError("The register is empty; `equipoise init` founds one.")
        return tip

    def _check_whole(self) -> None:
        """Check that everything recorded is known: by less nothing is judged."""
        self.catch_up()
        if self._catalogue.behind:
            raise CatchingUpError

    def _known(self, reference: str) -> Filed:
        filed = self._filed(reference)
        if filed is None:
            if reference == POLICY:
                raise RegisterError("The register was not founded; `equipoise init` founds one.")
            raise UnknownCaseError(reference)
        return filed

    def _dossier(self, filed: Filed) -> Dossier:
        return Dossier(
            chain=self._chain(filed), newest=filed.last_entry, policy=self._founded(), line=self._line
        )

    def _chain(self, filed: Filed) -> Chain:
        return self._line.chain(filed.last_entry, filed.folder, at=self._tip())

    def _in_force(self) -> Policy | None:
        """Return the policy in force as the catalogue has it; None before the register is founded."""
        if self._catalogue.behind:
            return self.policy_of_tip()
        filed = self._catalogue.filed(POLICY)
        return self._line.policy(filed.last_number) if filed else None

    def policy_of_tip(self) -> Policy:
        """Return the policy as the newest entry left it, without the catalogue."""
        return self._line.policy_at(self._tip())

    def _founded(self) -> Policy:
        return self._in_force() or _unfounded()

    def catch_up(self) -> None:
        """Have the catalogue take note of everything that changed."""
        self._catch_up()
        self._note_policy()

    def _note_policy(self) -> None:
        policy = self._catalogue.filed(POLICY)
        if policy:
            self._line.policy_head = policy.last_entry


def _unfounded() -> Policy:
    raise RegisterError("The register was not founded; `equipoise init` founds one.")


def _in_nfc(act: Act) -> Act:
    """Return ``act`` with its words in the one form the register keeps, whatever keyboard they came from."""
    details = {name: normalize("NFC", value) for name, value in act.details.items()}
    return replace(act, reason=act.reason and normalize("NFC", act.reason), details=details)


def _check_form(statement: Statement) -> None:
    # What could be written and not read again would shut the case for good.
    try:
        good = parse_statement(statement.to_bytes()) == statement
    except ValueError:
        good = False
    if not good:
        raise MalformedError(
            f"{statement.act.kind} of {statement.act.case}",
            Fault(path="", problem="a text cannot be recorded, or the time is no whole second"),
        )

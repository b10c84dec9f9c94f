"""The examination of one entry after another: what the audit does to each.

What an entry changed and said is read first, so that the next entry of the case can be compared with
it whatever is found. Then the checks run in the order in which they depend on each other, and the
first that fails is the entry's finding.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from flows.domain import errors
from flows.domain.act import FileMark
from flows.domain.acts import CORRECT_DAY, DRAFT, OPEN, OVERRIDE, PUBLISH, RESUME, SENT, SUBMIT
from flows.domain.acts.kind import in_words, the_day
from flows.domain.acts.publishing import ENTRIES
from flows.domain.characters import unseen_fault
from flows.domain.decide import decide, idempotency_key
from flows.domain.documents import DOCUMENTS
from flows.domain.edition import edition_of
from flows.domain.english import in_full
from flows.domain.reference import identity, slug
from flows.register import statement
from flows.register.authority import Authority, signer_of
from flows.register.checkpoint import Stated
from flows.register.content import check_content, is_examined, unfit_texts
from flows.register.entry import AHEAD, LONGEST_DELAY, entry_for
from flows.register.known import Cases, Known
from flows.register.objects import refuse_shortage
from flows.register.reading import Said, look_ahead, parse_commit, read_act, tree_of
from flows.register.report import (
    KEPT,
    REFUSALS,
    Brought,
    ByService,
    FoundError,
    Overridden,
    Printed,
    Verdict,
)
from flows.register.statement import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from flows.domain.act import Act
    from flows.domain.acts import Kind
    from flows.domain.case import Case
    from flows.domain.policy import Policy
    from flows.register.chain import Chain
    from flows.register.entry import Entry
    from flows.register.evidence import Evidence
    from flows.register.merkle import Tree


@dataclass(slots=True, kw_only=True)
class _Line:
    """Where the line of entries stands.

    Attributes:
        head: SHA-256 of the newest raw entry.
    """

    sequence: int = 0
    head: str | None = None
    tree: str | None = None
    committed: int = 0


_UNKNOWN: Final[Mapping[Kind, tuple[str, str, str]]] = {
    OPEN: ("text", "the assessment of {} is one", "E_CONTENT"),
    DRAFT: ("text", "the text of {} is made of its assessment", "E_CONTENT"),
    SUBMIT: ("submission", "the submission of {} told of everything that stops one", "E_CHECKS"),
    PUBLISH: ("paper", "the paper of {} is the approved text", "E_PDF"),
}
"""By the acts that bring something to look into: what it is, what then cannot be known, what is found."""
_UNREAD: Final = Verdict(passes=False)
"""On a paper of a case that failed before it."""


class Examiner:
    """One pass over the line of entries, oldest first.

    Args:
        looked_into: Up to which entry somebody else looked into what the acts brought.
        tree: Over all entries; None where nobody compares what papers state of it.

    Attributes:
        authority: The policy so far.
        overrides: The findings of the checks that were overridden.
        papers: What was published.
        attested: What the service signed for its actor, who had signed in.
        erased: The name of the key of each case that was erased, its reference, and the entry that says so.
        remarks: What passes, yet an auditor should know.
        left: What cannot be known here, with what it is.
        unexamined: How often, by what it is.
        rules: The first and the last entry that named each version of the rules.
        cases: What is known of each case.
        elsewhere: How many cases were examined by others.
        amended: The index in the line of each entry of the policy that passed.
    """

    def __init__(
        self,
        evidence: Evidence,
        check_brought: Callable[[Brought], Verdict],
        *,
        looked_into: int = 0,
        tree: Tree | None = None,
    ) -> None:
        self.authority = Authority()
        self.overrides: list[Overridden] = []
        self.papers: list[Printed] = []
        self.attested: list[ByService] = []
        self.erased: list[tuple[str, str, str]] = []
        self.remarks: list[str] = []
        self.left: list[tuple[str, str]] = []
        self.unexamined: Counter[str] = Counter()
        self.rules: dict[int, tuple[int, int]] = {}
        self.cases = Cases(evidence)
        self.elsewhere = 0
        self.amended = array("Q")
        self._evidence = evidence
        self._check_paper = check_brought
        self._looked_into = looked_into
        self._tree = tree
        self._line = _Line()
        self._fresh: dict[str, bytes] = {}

    def unseen(self) -> str | None:
        """Return what nobody without the case keys can know of the papers; None without papers."""
        if not self.papers:
            return None
        return "that no published text names its applicant: the requests are sealed"

    @property
    def met(self) -> int:
        """How many cases were met."""
        return len(self.cases) + self.elsewhere

    @property
    def committed(self) -> int:
        """When the newest entry was written that has a date, in seconds since 1970 UTC."""
        return self._line.committed

    def look_ahead(self, pairs: Sequence[tuple[str | None, str]]) -> None:
        """Have all read at once that some entries brought, each given after the one before it."""
        look_ahead(self._evidence, pairs)

    def pass_over(self, id_: str, sequence: int, committed: int) -> None:
        """Go on behind an entry that is examined elsewhere, and those before it.

        Args:
            committed: When the newest was written of those that were passed over, by themselves.
        """
        raw = self._evidence.read(id_, "commit", f"entry {sequence}")
        self._line = _Line(
            sequence=sequence,
            head=hashlib.sha256(raw).hexdigest(),
            tree=tree_of(raw),
            committed=max(committed, self._line.committed),
        )

    def keep_the_first(self) -> None:
        """Keep of what cannot be known what one examiner would have told, once that of others is put in."""
        told: Counter[str] = Counter()
        told_first = []
        for kind, sentence in self.left:
            told[kind] += 1
            if told[kind] <= KEPT:
                told_first.append((kind, sentence))
        self.left = told_first

    def examine(self, id_: str) -> None:
        """Check the next entry.

        Raises:
            FoundError: it fails.
        """
        line, policy = self._line, self.authority.policy
        place = f"entry {line.sequence + 1}"
        raw = self._evidence.read(id_, "commit", place)
        self._line = _Line(
            sequence=line.sequence + 1,
            head=hashlib.sha256(raw).hexdigest(),
            tree=tree_of(raw),
            committed=line.committed,
        )
        entry, payload, armoured = parse_commit(raw, place)
        self._line.committed = max(entry.committed, line.committed)
        act = self._check_act(entry, id_, line.tree, place)
        if sets_the_clock_right(act, line.sequence, line.committed, entry.committed):
            self._tell_ahead(entry, place)
            line = replace(line, committed=entry.committed)
            self._line.committed = entry.committed
        _check_in_line(line, entry, place)
        judge = policy or self.authority.policy
        self.authority.check_service(payload, armoured, judge, self._line.sequence, place)
        if entry.case == POLICY:
            self.amended.append(line.sequence)

    def examine_apart(self, id_: str) -> None:
        """Check the next entry of the policy or of one case, and only that of the line before it is left out.

        Raises:
            FoundError: it fails.
        """
        entry, _, _ = parse_commit(self._evidence.read(id_, "commit", id_), id_)
        self._line = _before(self._evidence, entry)
        self.examine(id_)

    def _tell_ahead(self, entry: Entry, place: str) -> None:
        """Remark which entries are dated ahead of one with which time went back."""
        number, id_ = entry.sequence, entry.parent
        while id_:
            before, _, _ = parse_commit(self._evidence.read(id_, "commit", place), place)
            if before.committed <= entry.committed:
                break
            number, id_ = before.sequence, before.parent
        self.remarks.append(
            f"{place}: a clock was ahead; the entries from {number} on are dated later than they were made."
        )

    def _check_act(self, entry: Entry, id_: str, before: str | None, place: str) -> Act:
        known = self.cases.meet(identity(entry.case), place)
        try:
            _check_opens_once(entry, known.chain, place)
            said = read_act(self._evidence, entry, before, place)
            case = known.chain.case
            try:
                self._check_follows(said, known)
                case = self._take(said, known)
            finally:
                known.chain = known.chain.then(
                    said.statement, said.data, said.armoured.encode(), folder=said.folder, case=case
                )
                known.records, known.nodes, known.tree = said.records, said.nodes, said.tree
            act = said.statement.act
            if act.kind in _UNKNOWN and case and self.authority.policy and not known.broken:
                self._look_into(case, self.authority.policy, known.chain, said)
            elif act.kind == PUBLISH and case:
                self.papers.append(_printed(act, case, _UNREAD))
        except FoundError:
            known.broken = True
            raise
        finally:
            known.entry = id_
        return said.statement.act

    def _check_follows(self, said: Said, known: Known) -> None:
        """Check that the statement and its files come after those before."""
        chain, it, place = known.chain, said.statement, said.place
        _check_statement(said)
        policy = self.authority.policy
        if policy and it.register != policy.register:
            raise FoundError("E_REPLAY_REGISTER", place, "The statement was made for another register.")
        if it.act.case != (chain.case.reference if chain.case else said.entry.case):
            raise FoundError("E_REPLAY_CASE", place, "The statement was made for another case.")
        if (it.number, it.previous) != (chain.number + 1, chain.last):
            raise FoundError("E_PREVIOUS", place, "The statement does not follow the case's one before it.")
        if it.act.policy != self.authority.version:
            raise FoundError("E_POLICY", place, "The act was judged by another policy than that in force.")
        _check_entry(said, known.entry)
        self._check_files(said, known)

    def _check_files(self, said: Said, known: Known) -> None:
        it, place = said.statement, said.place
        if known.chain.folder not in {"", said.folder}:
            raise FoundError("E_TREE", place, "The entry changes another folder than its case's.")
        # Each record was read and compared at its own entry; here it still is that very object.
        own = {path: said.nodes[path] for path in (it.path, it.signature_path)}
        if said.records != {**known.records, **own}:
            raise FoundError("E_TREE", place, "The folder has other records of acts than those of the case.")
        if it.act.files.keys() != said.nodes.keys() - said.records.keys():
            raise FoundError(
                "E_TREE", place, "The folder has a file that is not listed, or lacks one that is."
            )
        self._fresh.clear()
        for path, mark in it.act.files.items():
            if self._mark(said.nodes[path], path, known, place) != mark:
                raise FoundError("E_SHA256", f"{place}, {path}", "The file is not the one listed.")

    def _mark(self, id_: str, path: str, known: Known, place: str) -> FileMark:
        if known.nodes.get(path) == id_ and not known.broken:
            return known.chain.files[path]  # as it was compared at the entry before
        data = self._evidence.read(id_, "blob", place)
        if is_examined(path):
            self._fresh[id_] = data
        return statement.mark(data)

    def _take(self, said: Said, known: Known) -> Case | None:
        """Return the case as the act leaves it; None for the policy."""
        if said.entry.case == POLICY:
            self.authority.amend(said, lambda path: self._read(said, path))
            return None
        if self.authority.policy is None:
            raise FoundError("E_POLICY", said.place, "The register was not founded before this act.")
        self.authority.check_signer(said, self.authority.policy)
        # Under the edition in which it may be, an auditor is told all the same.
        if problem := unseen_fault([said.statement.act.reason or "", *said.statement.act.details.values()]):
            self.remarks.append(f"{said.place}: a text of the act is unfit, as {problem}.")
        before, it = known.chain.case, said.statement
        if known.broken:
            return before
        if it.key != idempotency_key(it.act, before):
            raise FoundError("E_KEY", said.place, "The act's key is not the one its place gives it.")
        try:
            case = decide(before, it.act, self.authority.policy)
        except errors.PitError as error:
            raise FoundError(_code(error, before, it.act), said.place, str(error)) from None
        self._check_content(said, known.chain.files, case)
        self._note(said, case)
        if "rules" in it.act.details:
            self._check_rules(said)
        if it.act.kind == PUBLISH and int(it.act.details.get(ENTRIES, "0")) >= self._line.sequence:
            sentence = f"The paper states {it.act.details[ENTRIES]} entries, more than there were before it."
            raise FoundError("E_STATED", said.place, sentence)
        if case.folder != said.folder:
            raise FoundError("E_PATH", said.place, "The case's folder is not by its reference and receipt.")
        return case

    def _check_content(self, said: Said, before: Mapping[str, FileMark], case: Case) -> None:
        act = said.statement.act
        if act.kind == OPEN and self.cases.sealed_first(case.recipient, case.reference) != case.reference:
            raise FoundError("E_CONTENT", said.place, "The request is sealed to the key of another case.")
        fresh = [path for path, mark in act.files.items() if before.get(path) != mark]
        read = {path: self._read(said, path) for path in fresh if is_examined(path)}
        if unknown := check_content(act, read, said.place):
            self._leave("request", unknown)
        for path, problem in unfit_texts(read):
            if self.authority.policy and edition_of(self.authority.policy).unseen:
                self.remarks.append(f"{said.place}: {path} is unfit, as {problem}.")
            else:
                raise FoundError("E_CONTENT", f"{said.place}, {path}", f"The text is unfit, as {problem}.")

    def _leave(self, kind: str, sentence: str) -> None:
        """Count what cannot be known, and say it."""
        self.unexamined[kind] += 1
        if self.unexamined[kind] <= KEPT:
            self.left.append((kind, sentence))

    def _note(self, said: Said, case: Case) -> None:
        """Keep what passes, and an auditor is told."""
        act = said.statement.act
        if act.kind == SENT and "due" in act.details:
            self.remarks.append(_late(case.named(act.document), said))
        if act.kind == CORRECT_DAY:
            self.remarks.append(_put_right(said))
        if act.kind == OVERRIDE:
            self.overrides.append(_overridden(said))
        if act.attested:
            entry = said.entry.sequence
            self.attested.append(ByService(entry=entry, case=act.case, act=act.kind.name, person=act.actor))
        if case.erased:
            self.erased.append((case.recipient, case.reference, said.place))

    def _check_rules(self, said: Said) -> None:
        """Check that a submission names no older rules than those before it.

        Otherwise whoever submits could choose rules that nobody can look at any more.
        """
        rules = int(said.statement.act.details["rules"])
        sequence = self._line.sequence
        before = max([1, *self.rules])
        self.rules[rules] = self.rules.get(rules, (sequence, 0))[0], sequence
        if rules < before:
            sentence = f"The submission names version {rules} of the rules, which was in use no more."
            raise FoundError("E_CHECKS", said.place, sentence)

    def _look_into(self, case: Case, policy: Policy, chain: Chain, said: Said) -> None:
        act = said.statement.act
        kind, unknown, code = _UNKNOWN[act.kind]
        followed = self._line.sequence <= self._looked_into
        if followed and act.kind != PUBLISH:
            return
        brought = Brought(
            case=case,
            act=act,
            policy=policy,
            statements=chain.statements,
            read=lambda path: self._read(said, path),
            fingerprint=self.authority.fingerprint,
            followed=followed,
            stated=self._stated(act),
        )
        try:
            verdict = self._check_paper(brought)
        except (FoundError, errors.ShortageError):
            raise
        except Exception as error:
            if isinstance(error, OSError):
                refuse_shortage(error)
            # Whatever one paper does to the check, the rest of the register is still examined.
            if act.kind == PUBLISH:
                self.papers.append(_printed(act, case, _UNREAD))
            sentence = f"The {kind} cannot be examined: {type(error).__name__}."
            raise FoundError(code, said.place, sentence) from error
        if act.kind == PUBLISH:
            self.papers.append(_printed(act, case, verdict))
        if not verdict.passes:
            raise FoundError(verdict.code, said.place, verdict.sentence)
        if not verdict.established:
            self._leave(kind, f"whether {unknown.format(said.place)}: {verdict.sentence}")
        elif verdict.sentence:
            self.remarks.append(f"{said.place}: {verdict.sentence}")

    def _stated(self, act: Act) -> Stated | None:
        """Return what a paper has to state of the entries before it."""
        policy, entries = self.authority.policy, int(act.details.get(ENTRIES, "0"))
        if act.kind != PUBLISH or not entries or policy is None or self._tree is None:
            return None
        root = self._tree.root(entries).hex()
        return Stated(register=policy.register, sequence=entries, root=root)

    def _read(self, said: Said, path: str) -> bytes:
        if path not in said.nodes:
            raise FoundError("E_TREE", said.place, f"The folder lacks {path}.")
        id_ = said.nodes[path]
        return self._fresh.get(id_) or self._evidence.read(id_, "blob", said.place)


def check_newest(evidence: Evidence, id_: str, keys: Collection[str]) -> None:
    """Check that an entry is whole, follows the one before it, and was signed with one of some keys.

    Raises:
        FoundError: it fails.
    """
    place = "the newest entry"
    entry, payload, armoured = parse_commit(evidence.read(id_, "commit", place), place)
    if signer_of(payload, armoured, place) not in keys:
        raise FoundError("E_UNKNOWN_KEY", place, "Another key than the service's signed the entry.")
    line = _before(evidence, entry)
    said = read_act(evidence, entry, line.tree, place)
    if sets_the_clock_right(said.statement.act, line.sequence, line.committed, entry.committed):
        line = replace(line, committed=entry.committed)
    _check_in_line(line, entry, place)
    _check_statement(said)


def _before(evidence: Evidence, entry: Entry) -> _Line:
    """Return where the line stood before ``entry``, as the entry before it says."""
    if entry.parent is None:
        return _Line()
    raw = evidence.read(entry.parent, "commit", f"entry {entry.sequence - 1}")
    before, _, _ = parse_commit(raw, f"entry {entry.sequence - 1}")
    return _Line(
        sequence=before.sequence,
        head=hashlib.sha256(raw).hexdigest(),
        tree=before.tree,
        committed=before.committed,
    )


def sets_the_clock_right(act: Act, newest: int, before: int, now: int) -> bool:
    """Tell whether time goes back with an act, as with no other.

    A clock was ahead by more than a day when the entry ``newest`` was written, the audit found that, and an
    administrator lets the register go on.

    Args:
        before: When that entry says it was written, in seconds since 1970 UTC.
        now: When the act is recorded.
    """
    decided = act.details.get("findings", "").split("; ") if act.kind == RESUME else ()
    return before > now + LONGEST_DELAY and AHEAD.format(newest) in decided


def _check_statement(said: Said) -> None:
    if hashlib.sha256(said.data).hexdigest() != said.entry.statement:
        raise FoundError("E_SHA256", said.place, "The statement is not the one whose SHA-256 is given.")


def _check_opens_once(entry: Entry, chain: Chain, place: str) -> None:
    if chain.case and entry.act.endswith(f"-{OPEN.name}"):
        raise FoundError("E_DUPLICATE", place, "The entry opens a case that is open already.")


def _code(error: errors.PitError, case: Case | None, act: Act) -> str:
    if isinstance(error, errors.MalformedError):
        if case and _changes_what_was_approved(case, act):
            return "E_STALE_APPROVAL"
        if error.faults[0].path == "details.rules":
            return "E_CHECKS"
    return next((code for kind, code in REFUSALS.items() if isinstance(error, kind)), "E_ACT")


def _changes_what_was_approved(case: Case, act: Act) -> bool:
    return act.kind != DRAFT and any(
        document.approvals
        and any(act.files.get(path) != case.files.get(path) for path in document.kind.decided_on)
        for document in case.documents.values()
    )


def _check_entry(said: Said, case_previous: str | None) -> None:
    entry = said.entry
    if entry.author != said.statement.act.actor:
        raise FoundError("E_IDENTITY", said.place, "The entry names another author than the one who acted.")
    expected = entry_for(
        said.statement,
        digest=entry.statement,
        tree=entry.tree,
        parent=entry.parent,
        previous_entry=entry.previous_entry,
        case_previous=case_previous,
        sequence=entry.sequence,
        committed=entry.committed,
    )
    if entry != expected:
        raise FoundError("E_ENTRY", said.place, "The entry says something else than its statement.")


def _check_in_line(line: _Line, entry: Entry, place: str) -> None:
    if entry.sequence != line.sequence + 1:
        raise FoundError("E_SEQ", place, f"The entry says it is number {entry.sequence}.")
    if entry.previous_entry != line.head:
        raise FoundError("E_PREVIOUS_ENTRY", place, "The entry does not name the SHA-256 of the one before.")
    if entry.committed < line.committed:
        raise FoundError("E_CLOCK", place, "The entry's time lies before that of the entry before it.")
    if not entry.authored <= entry.committed <= entry.authored + LONGEST_DELAY:
        raise FoundError("E_CLOCK", place, "The act and its entry are more than a day apart.")


def _late(named: str, said: Said) -> str:
    on, due = (in_full(the_day(said.statement.act.details[name])) for name in ("on", "due"))
    return f"{said.place}: {named} was sent on {on}; it was due on {due}. Its history says why."


def _put_right(said: Said) -> str:
    act = said.statement.act
    return f"{said.place}: {act.actor} {in_words(act.kind.done, act)}. The history of {act.case} says why."


def _printed(act: Act, case: Case, verdict: Verdict) -> Printed:
    kind = DOCUMENTS[act.document]
    return Printed(
        name=kind.slug(case.reference),
        version=act.version,
        pdf=act.files.get(kind.published(slug(case.reference))[0], FileMark(size=0, sha256="")),
        page=verdict.page,
        again=verdict.again,
    )


def _overridden(said: Said) -> Overridden:
    act = said.statement.act
    return Overridden(
        entry=said.entry.sequence,
        case=act.case,
        version=act.version,
        finding=act.details["finding"],
        place=act.details.get("place", ""),
        person=act.actor,
    )

"""Every rule of verification, and a test that fails without it.

A rule is whatever refuses: a `raise`, an error or a finding that is yielded or reported, a call of another
check, one of the conditions of these, a flag of a row of the table of acts. Each is switched off in turn in
a process of its own, forked from one that has run every test once, and the tests that came to its line are
run again until one fails: the attacks first. What comes out stands in docs/rules-and-killers.md.

`python -m tests.register.rules` tries the rules that have no row there, `--all` every one, and
`--again NUMBER` runs the killers of so many rules spread over all and tells where one no longer fails.
"""

from __future__ import annotations

import argparse
import ast
import functools
import gc
import os
import re
import select
import signal
import sys
import traceback
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, Final

import pytest
from _pytest.runner import runtestprotocol
from coverage import Coverage

from flows.domain.acts import Reason
from flows.domain.procedure import Role, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs/rules-and-killers.md"

FILES: Final = (
    *(
        f"flows/register/{name}.py"
        for name in (
            *("audit", "examine", "reading", "entry", "statement", "canonical", "chain", "content"),
            *("authority", "consent", "roster", "signature", "sshsig", "kinds", "points", "webauthn"),
            *("evidence", "objects", "packs", "shape", "graph", "checkpoint", "note", "merkle"),
            *("outside", "openings", "witness", "mirror", "sharing"),
        )
    ),
    *(
        f"flows/domain/{name}.py"
        for name in (
            *("decide", "policy", "reference", "attested", "edition", "noted"),
            *("request_file", "characters", "theme", "letterhead"),
        )
    ),
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "flows/domain/acts").glob("*.py")),
)
"""Where a register is verified, and an act is judged."""
_NOT_VERIFYING: Final = {
    "flows/register/signature.py": r"load|generate|agent|AgentSigner\..*|_signed_by_agent|FileSigner\..*",
    "flows/register/packs.py": r"Objects\.(pack|_loose|_batch|write)|own_repository|_check_plain",
    "flows/register/objects.py": r"LooseStore\.(write|_.*|count|names)|_written|write_all"
    r"|read_plain|refuse_shortage",
    "flows/register/mirror.py": r"_fetch|_run_fetch|mirror|take|_take_over|_linked",
    "flows/register/witness.py": r"Witness\.(__init__|create|trust|newest)",
    "flows/register/kinds.py": r"parse_public",
    "flows/register/examine.py": r"Examiner\.unseen",
    "flows/domain/decide.py": r"bars|refusals|may_decide",
    "flows/domain/reference.py": r"parse_new_reference",
    "flows/register/shape.py": r"_all_below",
    "flows/domain/acts/kind.py": r"Kind\..*|_nothing_.*|_never_again|the_day",
    "flows/register/authority.py": r"Authority\.suspected",
    "flows/register/sharing.py": r"_work",
    "flows/register/content.py": r"is_examined",
}
"""What makes or writes something, and judges nothing that an attacker wrote."""
_TABLES: Final = ("test_tampering.py", "test_shape.py", "test_hostile.py", "test_witness.py")
"""The tables of attacks come first, in this order."""
_LEFT_OUT: Final = (
    *("browser", "test_evidence_pack", "test_append_crash", "test_stop", "test_second_audit"),
    *(
        "test_catalogue",
        "test_bounds",
        "test_attested_acts",
        "test_plain_git",
        "test_dossier",
        "test_attacks_page",
    ),
)
"""Tests that start programs or other processes, and would take long."""
TESTS: Final = (
    "tests/register",
    *(
        f"tests/domain/test_{name}.py"
        for name in (
            *("decision", "amendment", "table", "refusals", "forged_acts", "clock_acts", "after_the_answer"),
            "days_put_right",
            *("case_documents", "withdrawing", "erasing", "edition", "closing", "letters", "again"),
            *("desk_origins", "unseen", "theme", "due", "who_may_act", "procedure_laws", "domain_errors"),
            *("reference", "attested", "beside_the_answer", "noted", "request_in_clear"),
        )
    ),
)
_NEAREST: Final = ("test_who_may_act.py", "test_forged_acts.py")
"""Tests of every row of the table of acts."""
_SECONDS: Final = 300
"""For all tests of one rule."""
_AT_ONCE: Final = 2
_MOST: Final = 200
"""Tests that are tried of those that a rule's own refusals came to."""
_MOST_BESIDE: Final = 200
"""Tests that are tried beside these."""


# The rules ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Attributes:
        line: Which has to be reached for the rule to refuse.
        number: Of the rule in its file.
        what: The sentence it refuses with, or the condition.
        asks: The functions that refuse for it.
    """

    file: str
    function: str
    line: int
    number: int
    what: str
    asks: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        """Name a rule however the lines move."""
        return f"{self.file}: {self.function}: {self.what}"


_Site = tuple[int, str, "Callable[[], None]"]
_CHECK: Final = re.compile(r"(.*\.)?_?(check|require)(_\w+)?|report\.(add|take)")
_FLAGS: Final = frozenset({"no_writer", "no_second_gate", "no_overrider"})
_DROPPED: Final = frozenset({"against", "bars", "document"})
_EVERY: Final = {"roles": "frozenset(Role)", "at": "frozenset(Stage)"}
"""What keeps nobody from an act, and at no stage."""


def rules_of(file: str) -> list[Rule]:
    """Return the rules of one file."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    found: list[Rule] = []
    seen: Counter[str] = Counter()
    for number, (function, (line, what, _)) in enumerate(_sites(tree, file)):
        key = f"{function}: {what}"
        seen[key] += 1
        told = f"{what} ({seen[key]})" if seen[key] > 1 else what
        asks = frozenset(_asked_by(what))
        found.append(Rule(file=file, function=function, line=line, number=number, what=told, asks=asks))
    return found


_ASKED_BY: Final = {
    "roles": ("_against_actor", "require", "check_proposal"),
    "at": ("_against_stage",),
    "reason": ("_against", "check_proposal"),
    "seals": ("_against_files",),
    "document": ("_against_form",),
    **dict.fromkeys(("no_writer", "no_second_gate", "no_overrider"), ("_against_person",)),
}
"""What refuses for a flag of a row of the table of acts."""


def _asked_by(what: str) -> Iterator[str]:
    if row := re.match(r"(\w+)=(.*)", what):
        yield from _ASKED_BY.get(row[1], (row[2],))
    elif call := re.match(r"(?:yield from )?(?:\w+\.)*(\w+)\(", what):
        yield call[1]
    elif judged := re.match(r"(\w+) judged by ", what):
        yield judged[1]


def all_rules() -> list[Rule]:
    """Return the rules of every file."""
    return [rule for file in FILES for rule in rules_of(file)]


def without(rule: Rule) -> CodeType:
    """Return the code of the rule's file with the rule switched off."""
    path = ROOT / rule.file
    tree = ast.parse(path.read_text(encoding="utf-8"))
    _, (_, _, switch_off) = [*_sites(tree, rule.file)][rule.number]
    switch_off()
    return compile(ast.fix_missing_locations(tree), str(path), "exec")


def _sites(tree: ast.Module, file: str) -> Iterator[tuple[str, _Site]]:
    skipped = re.compile(_NOT_VERIFYING.get(file, r"(?!)"))
    for statement in tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and _is_row(statement.value):
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            yield from ((ast.unparse(target), site) for site in _of_row(statement.value))
        inner = statement.body if isinstance(statement, ast.ClassDef) else [statement]
        prefix = f"{statement.name}." if isinstance(statement, ast.ClassDef) else ""
        for function in inner:
            if isinstance(function, ast.FunctionDef) and not skipped.fullmatch(prefix + function.name):
                yield from ((prefix + function.name, site) for site in _of_function(function))


def _is_row(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func) == "Kind"


def _of_row(row: Any) -> Iterator[_Site]:
    for keyword in row.keywords:
        text = ast.unparse(keyword.value)
        if (keyword.arg in _FLAGS and text == "True") or keyword.arg in _DROPPED:
            yield keyword.lineno, f"{keyword.arg}={text}", functools.partial(row.keywords.remove, keyword)
        elif keyword.arg in {"reason", "seals"} and text == "Reason.MUST":
            weaker = ast.parse("Reason.MAY", mode="eval").body
            yield keyword.lineno, f"{keyword.arg}={text}", functools.partial(_set, keyword, "value", weaker)
        elif (every := _EVERY.get(keyword.arg, text)) != text:
            widest = ast.parse(every, mode="eval").body
            yield keyword.lineno, f"{keyword.arg}={text}", functools.partial(_set, keyword, "value", widest)


def _of_function(function: ast.FunctionDef) -> Iterator[_Site]:
    gives = ast.unparse(function.returns) if function.returns else ""
    for node in ast.walk(function):
        if isinstance(node, ast.FunctionDef) and node is not function:
            gives = ast.unparse(node.returns) if node.returns else gives
        for body in _bodies(node):
            for at, statement in enumerate(body):
                yield from _of_statement(body, at, statement, gives)


def _bodies(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        body = getattr(node, name, None)
        if isinstance(body, list):
            yield body


def _of_statement(body: list[ast.stmt], at: int, statement: ast.stmt, gives: str) -> Iterator[_Site]:
    drop = functools.partial(_drop, body, at)
    if _refuses(statement, gives):
        yield statement.lineno, _sentence(statement), drop
    if isinstance(statement, ast.If) and any(_refuses(each, gives) for each in statement.body):
        line = statement.body[0].lineno
        yield from ((line, what, off) for what, off in _pieces(statement, "test", refusing=True))
    if isinstance(statement, ast.Expr) and _refuses(statement, gives):
        yield from _of_arguments(statement)
    if isinstance(statement, ast.Return) and gives == "bool" and statement.value is not None:
        yield from (
            (statement.lineno, what, off) for what, off in _pieces(statement, "value", refusing=False)
        )
    if isinstance(statement, ast.Return) and gives == "str | None" and isinstance(statement.value, ast.IfExp):
        for branch in ("body", "orelse"):
            if _is_text(getattr(statement.value, branch)):
                nothing = functools.partial(_set, statement.value, branch, ast.Constant(None))
                yield statement.lineno, _text_of(getattr(statement.value, branch)), nothing


def _of_arguments(statement: ast.Expr) -> Iterator[_Site]:
    """Yield each argument of a check that names what is judged by, the one before first."""
    call = statement.value
    arguments = call.args if isinstance(call, ast.Call) else []
    callee = ast.unparse(call.func).rpartition(".")[2] if isinstance(call, ast.Call) else ""
    for number, argument in enumerate(arguments):
        if isinstance(argument, ast.BoolOp) and isinstance(argument.op, ast.Or):
            first, last = ast.unparse(argument.values[0]), ast.unparse(argument.values[-1])
            what = f"{callee} judged by {first}, before {last}"
            yield (
                statement.lineno,
                what,
                functools.partial(arguments.__setitem__, number, argument.values[-1]),
            )


def _refuses(statement: ast.stmt, gives: str) -> bool:
    match statement:
        case ast.Raise(exc=ast.expr()):
            return True
        case ast.Return(value=ast.Constant(value=False)):
            return gives == "bool"
        case ast.Return(value=ast.expr() as value):
            return gives == "str | None" and _is_text(value)
        case ast.Expr(value=ast.Yield(value=ast.Call())) | ast.Expr(value=ast.YieldFrom()):
            return True
        case ast.Expr(value=ast.Call(func=called)):
            return _CHECK.fullmatch(ast.unparse(called)) is not None
        case _:
            return False


def _is_text(value: ast.expr) -> bool:
    return isinstance(value, ast.JoinedStr) or (
        isinstance(value, ast.Constant) and isinstance(value.value, str)
    )


def _pieces(owner: Any, name: str, *, refusing: bool) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield each part of a condition that can be switched off alone.

    Args:
        refusing: Whether the condition refuses where it is true; else where it is false.
    """
    off = ast.Constant(not refusing)
    condition = getattr(owner, name)
    match condition:
        case ast.UnaryOp(op=ast.Not()):
            yield from _pieces(condition, "operand", refusing=not refusing)
        case ast.BoolOp(op=joined, values=values) if isinstance(joined, ast.Or if refusing else ast.And):
            for number, value in enumerate(values):
                yield ast.unparse(value), functools.partial(values.__setitem__, number, off)
        case ast.Compare(
            ops=[ast.NotEq() | ast.Eq()], left=ast.Tuple(elts=left), comparators=[ast.Tuple(elts=right)]
        ):
            for number, (one, other) in enumerate(zip(left, right, strict=True)):
                what = f"{ast.unparse(one)} against {ast.unparse(other)}"
                yield what, functools.partial(_drop_pair, left, right, number)
        case ast.Compare(ops=[_, _], left=first, comparators=[second, third]) if not refusing:
            for left_, op, right_, kept in (
                (first, condition.ops[0], second, ast.Compare(second, [condition.ops[1]], [third])),
                (second, condition.ops[1], third, ast.Compare(first, [condition.ops[0]], [second])),
            ):
                yield (
                    ast.unparse(ast.Compare(left_, [op], [right_])),
                    functools.partial(_set, owner, name, kept),
                )
        case _ if not refusing and isinstance(owner, ast.Return):
            yield ast.unparse(condition), functools.partial(_set, owner, name, off)


def _drop(body: list[ast.stmt], at: int) -> None:
    old = body[at]
    # A function that yields goes on doing so, with nothing.
    yields = isinstance(old, ast.Expr) and isinstance(old.value, ast.Yield | ast.YieldFrom)
    body[at] = ast.copy_location(
        ast.Expr(ast.YieldFrom(ast.Tuple([], ast.Load()))) if yields else ast.Pass(), old
    )


def _drop_pair(left: list[ast.expr], right: list[ast.expr], at: int) -> None:
    del left[at], right[at]


def _set(node: Any, name: str, value: ast.AST) -> None:
    setattr(node, name, value)


def _sentence(statement: ast.stmt) -> str:
    """Return what a statement refuses with, as far as that is written there; of a call, the call."""
    texts = [_text_of(node) for node in ast.walk(statement) if isinstance(node, ast.expr) and _is_text(node)]
    longest = max(texts, key=len, default="")
    code = next((text for text in texts if re.fullmatch(r"E_[A-Z_0-9]+", text)), "")
    call = statement.value if isinstance(statement, ast.Expr) else None
    asks = isinstance(call, ast.Call) and not code
    if " " in longest and not asks:
        return f"{code} {longest}".strip()
    return " ".join(ast.unparse(statement).split())


def _text_of(value: ast.expr) -> str:
    if isinstance(value, ast.JoinedStr):
        parts = (str(part.value) if isinstance(part, ast.Constant) else "…" for part in value.values)
        return "".join(parts)
    return str(value.value) if isinstance(value, ast.Constant) else ""


# Switching off in place ---------------------------------------------------------------------------


def switch_off(rule: Rule) -> None:
    """Switch a rule off in this process, wherever its function is known by now."""
    gc.unfreeze()
    module = sys.modules[rule.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")]
    code = without(rule)
    if "." not in rule.function and rule.function.isupper():
        _replace_row(getattr(module, rule.function), code, module.__dict__, rule.function)
    new = {(each.co_qualname, each.co_firstlineno): each for each in _codes(code)}
    own = re.compile(rf"{re.escape(rule.function)}(\..+)?")
    for each in gc.get_objects():
        if isinstance(each, FunctionType) and each.__code__.co_filename == code.co_filename:
            named = each.__code__.co_qualname, each.__code__.co_firstlineno
            if own.fullmatch(named[0]) and named in new:
                each.__code__ = new[named]
        elif isinstance(each, functools._lru_cache_wrapper) and each.__module__.startswith("flows."):
            each.cache_clear()


def _codes(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _codes(each)


def _replace_row(row: Any, code: CodeType, known: dict[str, Any], name: str) -> None:
    made = known | {"Role": Role, "Stage": Stage, "Reason": Reason}
    exec(code, made)  # noqa: S102 - our own source, with one rule less
    for field in ("no_writer", "no_second_gate", "no_overrider", "against", "bars", "document", "reason"):
        _put(row, field, getattr(made[name], field))
    for field in ("seals", "roles", "at"):
        _put(row, field, getattr(made[name], field))


def _put(row: Any, field: str, value: Any) -> None:
    old = getattr(row, field)
    same = callable(value) and callable(old) and getattr(value, "__name__", 0) == getattr(old, "__name__", 1)
    if value == old or same:
        return
    for each in gc.get_objects():
        if type(each) is type(row) and each.name == row.name and getattr(each, field) == old:
            object.__setattr__(each, field, value)


ANOTHER: Final[dict[str, str]] = {
    "flows/register/merkle.py: proves_inclusion: return False (2)": "a hash too many makes another root",
    "flows/register/merkle.py: proves_consistency: return False (2)": "a hash too many makes another root",
}
"""What refuses the same where a rule is switched off, so that no test can fail."""


# Running tests ------------------------------------------------------------------------------------


class Runner:
    """Runs every test once, noting which lines it came to; then, for each rule, its tests without it."""

    def __init__(
        self, rules: Sequence[Rule], tell: Callable[[Rule, str], None], named: Mapping[str, str]
    ) -> None:
        self._rules = rules
        self._tell = tell
        self._named = named
        """Where the killer is known already: no other test is looked for."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [
            each
            for each in items
            if not any(part in each.nodeid for part in _LEFT_OUT)
            and (each.path.name in _TABLES or each.get_closest_marker("exhaustive") is None)
        ]
        if self._named:
            items[:] = [each for each in items if _short(each) in {*self._named.values()}]
        items.sort(key=_rank)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = session.items
        reached = self._reached(items)
        functions: dict[str, set[str]] = {}
        for rule in all_rules():
            functions.setdefault(rule.function.rpartition(".")[2], set()).update(
                reached.get((rule.file, rule.line), ())
            )
        gc.freeze()
        running: dict[int, tuple[Rule, int]] = {}
        for rule in self._rules:
            candidates = self._candidates(rule, items, reached, functions)
            if not candidates:
                self._tell(rule, "")
                continue
            if len(running) >= _AT_ONCE:
                self._wait(running)
            reading, child = _forked(rule, candidates, items)
            running[reading] = rule, child
        while running:
            self._wait(running)
        return True

    def _wait(self, running: dict[int, tuple[Rule, int]]) -> None:
        """Take what the first of some processes says, or end one that takes too long."""
        ready = select.select([*running], [], [], _SECONDS)[0] or [*running]
        rule, child = running.pop(ready[0])
        self._tell(rule, _told_by(rule, ready[0], child))

    def _candidates(
        self,
        rule: Rule,
        items: Sequence[pytest.Item],
        reached: Mapping[tuple[str, int], AbstractSet[str]],
        functions: Mapping[str, AbstractSet[str]],
    ) -> list[pytest.Item]:
        """Return the tests that may fail without a rule, those that its refusals came to first."""
        if self._named:
            every = {name for names in reached.values() for name in names}
            return [each for each in items if _short(each) == self._named[rule.id] and each.nodeid in every]
        direct = reached.get((rule.file, rule.line), frozenset())
        asked = {name for function in rule.asks for name in functions.get(function, ())}
        told = rule.function.lower().replace("_", "-")
        first = [
            each
            for each in items
            if each.nodeid in asked and (rule.function.isupper() or each.nodeid in direct)
        ]
        # For a flag that refuses by the same words as those of every other row, the table of rows is nearest.
        flag = re.match(r"(roles|at|reason|seals|document)=", rule.what) is not None
        first.sort(
            key=lambda each: (
                told not in each.nodeid,
                flag and each.path.name in _TABLES,
                flag and each.path.name not in _NEAREST,
            )
        )
        rest = [each for each in items if each.nodeid in direct and each.nodeid not in asked]
        domain, own = rule.file.startswith("flows/domain/"), f"test_{Path(rule.file).name}"
        rest.sort(
            key=lambda each: (
                each.path.name != own and told not in each.nodeid.replace("_", "-"),
                domain and "/domain/" not in each.nodeid,
            )
        )
        return [*first[:_MOST], *rest[:_MOST_BESIDE]]

    def _reached(self, items: Sequence[pytest.Item]) -> dict[tuple[str, int], set[str]]:
        """Return which tests come to which line; one that fails with every rule on can tell nothing."""
        tracing = Coverage(data_file=None, include=[str(ROOT / file) for file in FILES], config_file=False)
        tracing.start()
        failing: set[str] = set()
        for at, item in enumerate(items):
            tracing.switch_context(item.nodeid)
            following = items[at + 1] if at + 1 < len(items) else items[0]
            reports = runtestprotocol(item, log=False, nextitem=following)
            if any(report.failed for report in reports):
                failing.add(item.nodeid)
                sys.stderr.write(f"{item.nodeid} fails with every rule switched on.\n")
        tracing.stop()
        data = tracing.get_data()
        return {
            (file, line): {*contexts} - failing
            for file in FILES
            for line, contexts in data.contexts_by_lineno(str(ROOT / file)).items()
        }


def _rank(item: pytest.Item) -> tuple[bool, int]:
    by_chance = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    name = item.path.name
    return by_chance, _TABLES.index(name) if name in _TABLES else len(_TABLES)


_OF_TABLES: Final = ("::test_an_attack_is_found", "::test_what_no_register_has_is_found")
"""Of which a parameter, and not what pytest calls the row, names it."""


def _short(item: pytest.Item) -> str:
    """Name a test, and of a table its row, which pytest may know by a number."""
    test = item.nodeid.removeprefix("tests/")
    function = test.partition("[")[0]
    if not function.endswith(_OF_TABLES):
        return test
    return f"{function}[{item.callspec.params['name']}]"  # type: ignore[attr-defined] # pytest's, of a row


def _forked(rule: Rule, candidates: Sequence[pytest.Item], items: Sequence[pytest.Item]) -> tuple[int, int]:
    """Return where a process will say which test fails without a rule, and the process."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if not child:
        os.close(reading)
        told = "!"
        try:
            told = f"={_first_failing(rule, candidates, items)}"
        except BaseException:  # noqa: BLE001 - of a child that has no other way to say so
            traceback.print_exc()
        finally:
            os.write(writing, told.encode())
            os._exit(0)
    os.close(writing)
    return reading, child


def _told_by(rule: Rule, reading: int, child: int) -> str:
    ready = select.select([reading], [], [], 0)[0]
    told = os.read(reading, 1 << 16).decode() if ready else "=(it takes too long)"
    os.close(reading)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if not told.startswith("="):
        raise SystemExit(f"{rule.id} cannot be switched off.")
    return told[1:]


def _first_failing(rule: Rule, candidates: Sequence[pytest.Item], items: Sequence[pytest.Item]) -> str:
    switch_off(rule)
    candidates[0].session._setupstate.teardown_exact(candidates[0])
    for at, item in enumerate(candidates):
        following = (
            candidates[at + 1]
            if at + 1 < len(candidates)
            else next((i for i in items if i is not item), None)
        )
        reports = runtestprotocol(item, log=False, nextitem=following)
        if any(report.failed for report in reports):
            return _short(item)
    return ""


# The page -----------------------------------------------------------------------------------------

_HEAD: Final = """\
# Every rule, and what fails without it

<!-- Made by `python -m tests.register.rules`. Change the rules or the tests, not this page. -->

A rule is whatever makes the audit, a witness, or the judgement of an act refuse:
a sentence that is raised or found, the call of another check, one of several conditions for these, a flag in
the table of acts.
Each was switched off in turn, alone, and the test that is named here failed then.
Where the tables of [attacks](attacks.md) have one that does, it is named; else a test of another kind.

"""


def rows_of(page: str) -> dict[str, str]:
    """Return the killer of each rule that a page lists."""
    rows: dict[str, str] = {}
    file = ""
    for line in page.split("\n"):
        if line.startswith("## "):
            file = line.removeprefix("## `").removesuffix("`")
        elif line.startswith("| `"):
            function, what, killer = line.removeprefix("| ").removesuffix(" |").split(" | ")
            rows[f"{file}: {function.strip('`')}: {_unmarked(what)}"] = _unmarked(killer)
    return rows


def page_of(rules: Sequence[Rule], killers: Mapping[str, str]) -> str:
    """Return the page."""
    kinds = Counter(_kind_of(killers[rule.id]) for rule in rules)
    parts = [
        _HEAD,
        f"There are {len(rules)} rules.\n",
        f"Without {kinds['table']} of them an attack of the tables is found no more.\n",
        f"Without {kinds['test']}, another test fails.\n",
        f"Without {kinds['another']}, all is refused that was: the row says by what.\n",
        f"Without {kinds['none']}, no test failed that was tried; {kinds['untried']} were not tried yet.\n",
    ]
    for file in dict.fromkeys(rule.file for rule in rules):
        parts.append(f"\n## `{file}`\n\n| function | rule | killed by |\n|---|---|---|\n")
        parts += [
            f"| `{rule.function}` | {_marked(rule.what)} | {_marked(killers[rule.id])} |\n"
            for rule in rules
            if rule.file == file
        ]
    return "".join(parts)


NOT_TRIED: Final = "not tried yet"


def _kind_of(killer: str) -> str:
    if "::" not in killer:
        return {"": "none", NOT_TRIED: "untried"}.get(killer, "another")
    return "table" if Path(killer.partition("::")[0]).name in _TABLES else "test"


def _marked(text: str) -> str:
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "&#124;")
    return f"<code>{plain}</code>" if text else "-"


def _unmarked(text: str) -> str:
    plain = text.removeprefix("<code>").removesuffix("</code>")
    return "" if text == "-" else plain.replace("&#124;", "|").replace("&lt;", "<").replace("&amp;", "&")


def run(rules: Sequence[Rule], named: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the killer of each rule; an empty text where there is none."""
    killers: dict[str, str] = {}

    def tell(rule: Rule, killer: str) -> None:
        killers[rule.id] = killer
        print(f"{len(killers)}/{len(rules)} {rule.id} <- {killer or 'NOBODY'}", file=sys.stderr, flush=True)  # noqa: T201

    runner = Runner(rules, tell, named or {})
    wanted = sorted({f"tests/{each.partition('[')[0]}" for each in (named or {}).values()}) or TESTS
    arguments = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-s", *wanted]
    pytest.main(arguments, plugins=[runner])
    return killers


def main() -> int:
    """Try the rules, and write the page."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--all", action="store_true")
    arguments.add_argument("--again", type=int, metavar="NUMBER")
    arguments.add_argument("--only", default="", help="rules with this in their name")
    options = arguments.parse_args()
    rules = all_rules()
    known = rows_of(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
    if options.again:
        some = [rule for rule in rules if "::" in known.get(rule.id, "")]
        return again(some[:: max(1, len(some) // options.again)], known)
    tried = [rule for rule in rules if options.only in rule.id]
    if not options.all and not options.only:
        tried = [rule for rule in tried if known.get(rule.id, NOT_TRIED) in {"", NOT_TRIED}]
    found = known | (run(tried) if tried else {})
    killers = {rule.id: ANOTHER.get(rule.id) or found.get(rule.id, NOT_TRIED) for rule in rules}
    PAGE.write_text(page_of(rules, killers), encoding="utf-8")
    left = without_a_test(killers)
    sys.stdout.write("\n".join(["Without a test that fails:", *left, ""]))
    return 0


def without_a_test(killers: Mapping[str, str]) -> list[str]:
    """Return the rules for which no test is known that fails without them."""
    return [rule for rule, killer in killers.items() if _kind_of(killer) in {"none", "untried"}]


def again(rules: Sequence[Rule], known: Mapping[str, str]) -> int:
    """Switch some rules off once more, and run the test alone that the page names."""
    killers = run(rules, {rule.id: known[rule.id] for rule in rules})
    left = [rule.id for rule in rules if not killers.get(rule.id)]
    told = f"{len(rules)} rules were switched off; of {len(left)} the test that is named did not fail."
    sys.stdout.write("\n".join([told, *left, ""]))
    return bool(left)


if __name__ == "__main__":
    sys.exit(main())

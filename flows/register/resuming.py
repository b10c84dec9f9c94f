"""How far an audit that is under way came, kept on the disk so that one that was cut off goes on from there.

It is kept while nothing was found, for each process that shares the entries out. The policy is not kept: its
entries are few, and are examined again. What is read back is the auditor's own, like what an audit validated,
and as good as the folder it lies in: whoever can write there decides what is not looked at again.
"""

from __future__ import annotations

import json
import time
from array import array
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from glob import escape
from typing import TYPE_CHECKING, Any, Final, cast

from flows import disk
from flows.domain.act import FileMark
from flows.domain.policy import fingerprint
from flows.register.authority import Resting
from flows.register.report import ByService, FoundError, Overridden, Printed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from _typeshed import DataclassInstance

    from flows.register.examine import Examiner
    from flows.register.merkle import Tree

_ENDING: Final = ".under-way-"


def _row(kind: type[DataclassInstance], **other: object) -> dict[str, object]:
    """Return the form of a row of one of the lists: texts, but for what is named."""
    return {each.name: other.get(each.name, str) for each in fields(kind)}


LISTS: Final = ("overrides", "papers", "attested", "erased", "remarks", "left")
"""What an examiner tells of an entry."""
_EVERY: Final = 30.0
"""Seconds from one safe point to the next."""
_GOOD_FOR: Final = 86_400.0
"""Seconds after which nothing goes on from a safe point: what was examined may have changed on the disk."""
_MOST: Final = 4 << 30
"""Bytes of a safe point: some ten times what one of a million acts takes."""
_OUT_OF_FORM: Final = (
    *(OSError, ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError),
    FoundError,
)
_FORM: Final = {
    **dict.fromkeys(("bound", "root"), str),
    **dict.fromkeys(("at", "committed"), int),
    "policy": [int],
    "cases": [(str,) * 4],
    "lists": {
        "overrides": [_row(Overridden, entry=int, version=int)],
        "papers": [_row(Printed, version=int, pdf={"size": int, "sha256": str}, again=bool)],
        "attested": [_row(ByService, entry=int)],
        "erased": [(str,) * 3],
        "remarks": [str],
        "left": [(str,) * 2],
    },
    "entries": {name: [int] for name in LISTS},
    "unexamined": [(str, int)],
    "rules": [(int,) * 3],
    "sealed": [(str,) * 2],
    "served": [(str, int, int)],
    "signed": [(str, [int])],
    "counted": [(str, str, [int])],
}
_MADE_OF: Final[dict[str, Callable[[Any], Any]]] = {
    "overrides": lambda row: Overridden(**row),
    "papers": lambda row: Printed(**row | {"pdf": FileMark(**row["pdf"])}),
    "attested": lambda row: ByService(**row),
    "erased": tuple,
    "remarks": str,
    "left": tuple,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """Where an audit goes on.

    Attributes:
        at: How many entries of the line need not be examined again by this process.
        committed: When the newest of them was written, in seconds since 1970 UTC.
        entries: For each of ``LISTS``, of which entry each item in it is.
    """

    at: int
    committed: int
    entries: dict[str, array[int]]


class Safe:
    """The safe points of one process of an audit.

    Args:
        beside: The file beside which they are kept.
        bound: What has to be the same for an audit to go on: release, what is looked into, which share.
        tree: Over all entries.
    """

    def __init__(self, beside: Path, bound: str, tree: Tree, share: int) -> None:
        self._path = beside.with_name(f"{beside.name}{_ENDING}{share}")
        self._bound, self._tree = bound, tree
        self._kept = time.monotonic()

    def keep(self, examiner: Examiner, at: int, entries: dict[str, array[int]]) -> None:
        """Note, where it is time again, that nothing was found up to the entry numbered ``at``."""
        if time.monotonic() - self._kept < _EVERY:
            return
        rests = examiner.authority.resting
        state = {
            "bound": self._bound,
            "at": at,
            "root": self._tree.root(at).hex(),
            "committed": examiner.committed,
            "policy": [*examiner.amended],
            "cases": examiner.cases.where(),
            "lists": {name: [_plain(each) for each in getattr(examiner, name)] for name in LISTS},
            "entries": {name: [*each] for name, each in entries.items()},
            "unexamined": [*examiner.unexamined.items()],
            "rules": [[rules, *span] for rules, span in examiner.rules.items()],
            "sealed": examiner.cases.sealed(),
            "served": [[key, each.start, each.stop] for key, each in rests.served.items()],
            "signed": [[key, [*each]] for key, each in rests.signed.items()],
            "counted": [[*device, [*each]] for device, each in rests.counted.items()],
        }
        with suppress(OSError):  # where it cannot be kept, the audit itself is none the worse
            disk.write(self._path, json.dumps(state).encode(), mode=0o600)
        self._kept = time.monotonic()

    def resume(self, examiner: Examiner, id_of: Callable[[int], str]) -> Resumed | None:
        """Bring an examiner that examined nothing to the last safe point; None where there is none for it.

        Then the examiner is not to be used, for what was read may have changed it.

        Args:
            id_of: Returns the id of an entry by its index.
        """
        try:
            if time.time() - self._path.stat().st_mtime > _GOOD_FOR:
                return None
            state = json.loads(disk.read_plain(self._path, _MOST))
            if not _fits(state, _FORM) or state["bound"] != self._bound:
                return None
            at: int = state["at"]
            if not 0 < at <= self._tree.size:
                return None
            if self._tree.root(at).hex() != state["root"]:
                return None
            for index in state["policy"]:
                examiner.examine_apart(id_of(index))
            examiner.cases.take_up(state["cases"], state["sealed"])
            for name, made_of in _MADE_OF.items():
                getattr(examiner, name)[:] = [made_of(each) for each in state["lists"][name]]
            examiner.unexamined = Counter(dict(state["unexamined"]))
            examiner.rules = {rules: (first, last) for rules, first, last in state["rules"]}
            examiner.authority.resting = Resting(
                served={key: range(start, stop) for key, start, stop in state["served"]},
                signed={key: array("Q", each) for key, each in state["signed"]},
                counted={(key, named): array("Q", each) for key, named, each in state["counted"]},
            )
            for key in (*examiner.authority.resting.served, *examiner.authority.resting.signed):
                fingerprint(key)  # what is no key is out of form
            entries = {name: array("Q", state["entries"][name]) for name in LISTS}
            return Resumed(at=at, committed=state["committed"], entries=entries)
        except _OUT_OF_FORM:
            return None


def forget(beside: Path) -> None:
    """Remove the safe points of an audit that came to its end."""
    for path in [*beside.parent.glob(f"{escape(beside.name)}{_ENDING}*")]:
        with suppress(OSError):  # the audit is made, and is told whatever lies there
            path.unlink()


def _fits(value: object, form: object) -> bool:
    """Tell whether what was read has a form: of a dict each key, of a list its items, of a tuple each."""
    match form:
        case dict():
            return (
                isinstance(value, dict)
                and value.keys() == form.keys()
                and all(_fits(value[key], of) for key, of in form.items())
            )
        case list():
            return isinstance(value, list) and all(_fits(each, form[0]) for each in value)
        case tuple():
            return isinstance(value, list) and len(value) == len(form) and all(map(_fits, value, form))
        case _:
            return type(value) is form and (form is str or 0 <= cast("int", value) < 1 << 63)


def _plain(each: Any) -> Any:  # noqa: ANN401 - a row of one of the lists
    return asdict(each) if hasattr(each, "__dataclass_fields__") else each

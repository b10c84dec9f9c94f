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
from dataclasses import asdict, dataclass
from glob import escape
from typing import TYPE_CHECKING, Any, Final

from flows import disk
from flows.domain.act import FileMark
from flows.register.authority import Resting
from flows.register.report import ByService, FoundError, Overridden, Printed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flows.register.examine import Examiner
    from flows.register.merkle import Tree

_ENDING: Final = ".under-way-"
LISTS: Final = ("overrides", "papers", "attested", "erased", "remarks", "left")
"""What an examiner tells of an entry."""
_EVERY: Final = 30.0
"""Seconds from one safe point to the next."""
_GOOD_FOR: Final = 86_400.0
"""Seconds after which nothing goes on from a safe point: what was examined may have changed on the disk."""
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
            "cases": [*examiner.where()],
            "lists": {name: [_plain(each) for each in getattr(examiner, name)] for name in LISTS},
            "entries": {name: [*each] for name, each in entries.items()},
            "unexamined": examiner.unexamined,
            "rules": [[rules, *span] for rules, span in examiner.rules.items()],
            "recipients": examiner.recipients,
            "served": [[key, each.start, each.stop] for key, each in rests.served.items()],
            "signed": [[key, *each] for key, each in rests.signed.items()],
            "counted": [[*device, *each] for device, each in rests.counted.items()],
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
            state = json.loads(self._path.read_bytes())
            at = int(state["at"])
            if state["bound"] != self._bound or not 0 < at <= self._tree.size:
                return None
            if self._tree.root(at).hex() != state["root"]:
                return None
            for index in state["policy"]:
                examiner.examine_apart(id_of(index))
            examiner.take_up(state["cases"])
            for name, made_of in _MADE_OF.items():
                getattr(examiner, name)[:] = [made_of(each) for each in state["lists"][name]]
            examiner.unexamined = Counter(state["unexamined"])
            examiner.rules = {rules: (first, last) for rules, first, last in state["rules"]}
            examiner.recipients = dict(state["recipients"])
            examiner.authority.resting = Resting(
                served={key: range(start, stop) for key, start, stop in state["served"]},
                signed={key: array("Q", each) for key, *each in state["signed"]},
                counted={(key, named): array("Q", each) for key, named, *each in state["counted"]},
            )
            entries = {name: array("Q", state["entries"][name]) for name in LISTS}
            return Resumed(at=at, committed=int(state["committed"]), entries=entries)
        except (OSError, ValueError, LookupError, TypeError, AttributeError, FoundError):
            return None


def forget(beside: Path) -> None:
    """Remove the safe points of an audit that came to its end."""
    for path in [*beside.parent.glob(f"{escape(beside.name)}{_ENDING}*")]:
        path.unlink(missing_ok=True)


def _plain(each: Any) -> Any:  # noqa: ANN401 - a row of one of the lists
    return asdict(each) if hasattr(each, "__dataclass_fields__") else each

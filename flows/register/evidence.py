"""What an auditor may look at: the objects of a repository that nobody vouches for.

git is used as a byte store alone. It runs in an empty repository of the auditor's own and is only
pointed at the audited object folder, so no configuration, replacement, graft, commit-graph or hook
of the audited repository has a say; every object is hashed again here.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE
from typing import TYPE_CHECKING, Any, Final

from git import Git

from flows.domain.errors import RegisterError, TamperedError
from flows.register.objects import BatchReader, Tree, has_tricky_name, parse_tree
from flows.register.process import end_process, environment
from flows.register.report import FoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

_TREES_KEPT: Final = 4_096


class Evidence:
    """The objects of one repository, hashed as they are read; what cannot be read is a finding."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._process: Any = None
        self._trees: dict[str, Tree] = {}

    def read(self, id_: str, kind: str, place: str) -> bytes:
        """Return the content of an object of that kind.

        Raises:
            FoundError: it is missing, is of another kind, or does not hold what its name says.
        """
        try:
            found = BatchReader(*self._pipes()).read(id_)
        except (RegisterError, TamperedError) as error:
            # git ends over an object it cannot unpack; the next one is asked of another.
            self.close()
            raise FoundError("E_OBJECT", place, f"Object {id_} does not hold what its name says.") from error
        if found is None:
            raise FoundError("E_MISSING", place, f"Object {id_} is missing.")
        if found[0] != kind:
            raise FoundError("E_OBJECT", place, f"Object {id_} is a {found[0]} where a {kind} belongs.")
        return found[1]

    def tree(self, id_: str | None, place: str) -> Tree:
        """Return a folder; an empty one for None.

        Raises:
            FoundError: it cannot be read, or holds something else than plain files and folders.
        """
        if id_ is None:
            return {}
        known = self._trees.get(id_)
        if known is not None:
            return known
        content = self.read(id_, "tree", place)
        try:
            return self._remember(id_, parse_tree(content))
        except ValueError:
            if has_tricky_name(content):
                raise FoundError(
                    "E_PATH", place, "A folder holds a name that no file of a register has."
                ) from None
            raise FoundError(
                "E_TREE", place, "A folder holds something else than plain files and folders in order."
            ) from None

    def files(self, id_: str, place: str, prefix: str = "") -> Iterator[tuple[str, str]]:
        """Yield every file below a folder: its path and the id of its object."""
        for name, node in self.tree(id_, place).items():
            if node.folder:
                yield from self.files(node.id, place, f"{prefix}{name}/")
            else:
                yield prefix + name, node.id

    def _remember(self, id_: str, tree: Tree) -> Tree:
        # The next entry is compared with this one: most trees are wanted twice.
        if len(self._trees) >= _TREES_KEPT:
            del self._trees[next(iter(self._trees))]
        self._trees[id_] = tree
        return tree

    def close(self) -> None:
        """End git."""
        if self._process is not None:
            end_process(self._process)
            self._process = None

    def _pipes(self) -> tuple[Any, Any]:
        if self._process is None:
            self._process = self._git.execute(["git", "cat-file", "--batch"], as_process=True, istream=PIPE)
        return self._process.stdin, self._process.stdout


@contextmanager
def open_evidence(repository: Path) -> Iterator[Evidence]:
    """Open the objects of ``repository``; nothing is ever written there.

    Raises:
        RegisterError: there is no repository.
    """
    objects = repository / "objects"
    if not objects.is_dir():
        raise RegisterError(f"There is no register at {repository}.")
    with tempfile.TemporaryDirectory(prefix="equipoise-audit-") as folder:
        own = Path(folder)
        # The least that git takes for a repository; `git init` would be one process more.
        (own / "refs").mkdir()
        (own / "HEAD").write_text("ref: refs/heads/main\n", encoding="ascii")
        git = Git(folder)
        git.update_environment(**environment(own, objects))
        evidence = Evidence(git)
        try:
            yield evidence
        finally:
            evidence.close()

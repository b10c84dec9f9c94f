"""Put copies of requests into the inbox; what they were copied from stays as it is."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.domain.characters import visible
from flows.domain.errors import RefusedError
from flows.sources.inbox import waiting
from flows.sources.item import LONG_REST, REQUEST, YAML, free_path, is_folder, left_alone, storing

if TYPE_CHECKING:
    from pathlib import Path

_COPYING: Final = ".copying"


def copy_in(path: Path, inbox: Path) -> int:
    """Copy the item that ``path`` is, or the items of the folder that it is; return how many.

    A copy stands in the inbox under a name of its own only once it is whole, and need not rest there.

    Raises:
        RegisterError: there is nothing at ``path``, or it cannot be copied.
        RefusedError: something there is no request by its name; nothing is copied.
    """
    alone = not is_folder(path) or os.path.lexists(path / REQUEST)
    found = [each for each in ([path] if alone else waiting(path)) if not left_alone(each.name)]
    if other := next((each for each in found if not _is_like_an_item(each)), None):
        # A folder named by mistake, as a home with its keys, is not to be copied and set aside.
        raise RefusedError(
            f"{visible(str(other))} is no request: that is a file that ends in .yaml, or a folder with "
            f"{REQUEST} in it. Nothing was taken in."
        )
    for each in found:
        with storing("What was named"), disk.locked_folder(inbox):
            fresh = inbox / _COPYING
            disk.discard(fresh)  # one that was killed left it; the lock says that none is under way
            if is_folder(each):
                shutil.copytree(each, fresh, symlinks=True)
            else:
                shutil.copy2(each, fresh, follow_symlinks=False)
            let_rest(fresh)
            fresh.rename(free_path(inbox, each.name))
    return len(found)


def _is_like_an_item(path: Path) -> bool:
    return os.path.lexists(path / REQUEST) if is_folder(path) else path.suffix.lower() in YAML


def let_rest(item: Path) -> None:
    """Let a whole item under a hidden name be taken in at once when it is given another."""
    rested = time.time() - LONG_REST
    for each in (item, *item.rglob("*")):
        os.utime(each, (rested, rested), follow_symlinks=False)
